"""What is to be done about the open cases, by whom, and since when it is late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from coverage_campaign.checks import checked_call
from coverage_campaign.enforcement.case_log import REACHED, STANDS_ON, case_log, replay
from coverage_campaign.enforcement.cases import Case
from coverage_campaign.enforcement.transitions import possible
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.dates import DateLike, to_date
from coverage_campaign.model.enforcement_rules import EnforcementLadder, Move

__all__ = ["due_actions"]

_COLUMNS = ["case", "employer", "unit", "step", "event", "by", "since", "due_on", "days_over"]


@checked_call
def due_actions(
    cases: Iterable[Case] | pd.DataFrame, *, on: DateLike, ladder: EnforcementLadder | None = None
) -> pd.DataFrame:
    """Return what is to be done by the end of a day: the open cases whose term is over or unset.

    Args:
        cases: Cases, or the frame that `replay` makes of millions (then with their `ladder`).
        on: The day; a term of n days after a step is over at the end of the nth day after it.
        ladder: The ladder of a frame; cases carry their own.

    Columns: case, employer, unit, step, event (what may be done; ' or ' between), by (who may),
    since (the day on which the case came to the step), due_on, days_over (0 = today), question.
    Where a step has no term, due_on is <NA> and `question` names the reading that would set it, if
    there is one. The longest overdue come first, those without a term last.
    """
    day = np.datetime64(to_date(on, where="on"), "s")
    if isinstance(cases, pd.DataFrame):
        if ladder is None:
            raise DefinitionError(
                Problem("ladder", "missing", "give the ladder that the frame was made with")
            )
        parts = [*_due(cases, ladder, day)]
    else:
        parts = [
            part
            for one, group in _by_ladder(cases)
            for part in _due(replay(case_log(group), ladder=one), one, day)
        ]
    whole = pd.concat([_nothing(), *parts], ignore_index=True)
    return whole.sort_values("due_on", kind="stable", na_position="last", ignore_index=True)


def _by_ladder(cases: Iterable[Case]) -> Iterator[tuple[EnforcementLadder, list[Case]]]:
    groups: dict[EnforcementLadder, list[Case]] = {}
    for case in cases:
        groups.setdefault(case.ladder, []).append(case)
    yield from groups.items()


def _due(
    frame: pd.DataFrame, ladder: EnforcementLadder, day: np.datetime64
) -> Iterator[pd.DataFrame]:
    going = frame[frame["is_open"]]
    codes = [step.code for step in ladder.steps]
    stands = going[[f"{STANDS_ON}{code}" for code in codes]].to_numpy(dtype=bool)
    states, state = np.unique(stands, axis=0, return_inverse=True)
    for number, row in enumerate(states.tolist()):
        here = going[state.ravel() == number]
        active = tuple(code for code, stands_here in zip(codes, row, strict=True) if stands_here)
        for code in active:
            moves = [move for move in possible(ladder, active) if move.source == code]
            if moves:
                yield from _due_on_step(here, code, moves, ladder, day)


def _due_on_step(
    here: pd.DataFrame,
    code: str,
    moves: Sequence[Move],
    ladder: EnforcementLadder,
    day: np.datetime64,
) -> Iterator[pd.DataFrame]:
    since = here[f"{REACHED}{code}"]
    timed = [(move.within_days, move) for move in moves if move.within_days is not None]
    for days in sorted({days for days, _ in timed}):
        term = since + np.timedelta64(days, "D")
        over = term <= day
        chosen = [move for within, move in timed if within == days]
        yield _rows(here[over], code, chosen, term[over], day)
    if not timed:
        never = pd.Series(np.datetime64("NaT", "s"), index=here.index)
        yield _rows(here, code, _acts(moves, ladder), never, day)


def _acts(moves: Sequence[Move], ladder: EnforcementLadder) -> Sequence[Move]:
    """Return the moves that an authority can make by itself: those that do not close the case."""
    further = [move for move in moves if not ladder.step(move.target).final]
    return further or moves


def _rows(
    here: pd.DataFrame,
    step: str,
    moves: Sequence[Move],
    due_on: pd.Series[pd.Timestamp],
    day: np.datetime64,
) -> pd.DataFrame:
    authorities = dict.fromkeys(name for move in moves for name in move.authorities)
    question = next((move.term for move in moves if move.term and move.within_days is None), None)
    texts = {
        "step": step,
        "event": " or ".join(dict.fromkeys(move.event for move in moves)),
        "by": " or ".join(authorities),
        "question": question,
    }
    columns = {name: pd.Series(text, index=here.index, dtype="str") for name, text in texts.items()}
    over = (day - due_on).dt.days.astype("Int64")
    known = here[["case", "employer", "unit"]].assign(
        **columns, since=here[f"{REACHED}{step}"], due_on=due_on, days_over=over
    )
    return known[[*_COLUMNS, "question"]]


def _nothing() -> pd.DataFrame:
    texts = {name: pd.Series(dtype="str") for name in (*_COLUMNS[:6], "question")}
    days = {name: pd.Series(dtype="datetime64[s]") for name in ("since", "due_on")}
    frame = pd.DataFrame({**texts, **days, "days_over": pd.Series(dtype="Int64")})
    return frame[[*_COLUMNS, "question"]]

"""Cases as columns: a log of events replayed on the ladder, a million cases as fast as one.

The k-th events of all cases are replayed together: a table says for each steps, event and
authority where that leads, and each cell of it is filled by the rule for single cases when it is
first met. What is due is told from the cases, or from the columns, by the same terms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.checks import checked_call
from coverage_campaign.enforcement.cases import (
    OPEN,
    Active,
    Case,
    after,
    first_steps,
    is_closed,
    legal_move,
    possible,
)
from coverage_campaign.errors import DefinitionError, IllegalMoveError, OpenQuestionError, Problem
from coverage_campaign.frames import need_columns
from coverage_campaign.messages import message
from coverage_campaign.model.dates import DateLike, to_date
from coverage_campaign.model.enforcement_rules import EnforcementLadder, Move

__all__ = [
    "REACHED",
    "STANDS_ON",
    "case_log",
    "due_actions",
    "replay",
]

_Ints = NDArray[np.int64]

REACHED: Final = "reached_"
"""What the columns with the day on which a case last came to a step begin with."""
STANDS_ON: Final = "stands_on_"
"""What the columns that tell whether a case stands on a step now begin with."""
_UNKNOWN, _ILLEGAL, _NOT_OPENED = -2, -1, 0


@checked_call
def case_log(cases: Iterable[Case]) -> pd.DataFrame:
    """Return the histories of cases as a log: case, employer, unit, event, on, by; one row each."""
    cases = tuple(cases)
    twice = [code for code, count in Counter(case.code for case in cases).items() if count > 1]
    if twice:
        found, fix = (
            message("{n} codes used more than once", n=len(twice)),
            "give each case its own code",
        )
        raise DefinitionError(
            Problem("cases", message("{found}: {twice:list 5}", found=found, twice=twice), fix)
        )
    rows = [
        (case.code, case.employer, case.unit, one.event, one.on, one.by)
        for case in cases
        for one in case.history
    ]
    columns = ["case", "employer", "unit", "event", "on", "by"]
    frame = pd.DataFrame(rows, columns=columns)
    texts = frame[["case", "employer", "unit", "event", "by"]].astype("str")
    return texts.assign(on=pd.to_datetime(frame["on"]).astype("datetime64[s]"))[columns]


@checked_call
def replay(frame: pd.DataFrame, *, ladder: EnforcementLadder) -> pd.DataFrame:
    """Return one row per case from a log of events, replayed on the ladder.

    Args:
        frame: One row per event: case, event, on, by, and employer and unit if they are known;
            what is not known may be left out. The event `open` opens a case on the first step.
            Events of one case on one day stand in the order of their rows.
        ladder: The ladder that all the cases move on.

    Columns out: case, employer, unit, step (where it stands; on several tracks 'a + b'), is_open,
    opened_on, since (its last legal event), closed_on, events (legal ones), problem (why an event
    could not be taken, <NA> for a clean history), then reached_<step> for each step: the day on
    which the case last came to it, and stands_on_<step>: whether it is on it now. Cases stand in
    the order of their first rows. An event that the ladder does not allow changes nothing, nor does
    any later one of that case.

    Raises:
        DefinitionError: A column is missing, or a case, an event or a day is.
    """
    log = _Log.of(frame)
    replay = _Replay(ladder, log.event_names, log.by_names)
    none = np.full(log.cases, np.datetime64("NaT", "D"), dtype="datetime64[s]")
    now = _Standing(
        state=np.full(log.cases, _NOT_OPENED, dtype=np.int64),
        stopped=np.full(log.cases, -1, dtype=np.int64),
        taken=np.zeros(log.cases, dtype=np.int64),
        opened=none.copy(),
        since=none.copy(),
        reached=[none.copy() for _ in ladder.steps],
    )
    for number, rows in enumerate(log.rounds(), start=1):
        case = log.case[rows]
        going = now.stopped[case] < 0
        if not going.all():
            rows, case = rows[going], case[going]  # noqa: PLW2901 - the rest of the same round
        new, target = replay.moved(now.state[case], log.act[rows])
        legal = new != _ILLEGAL
        if not legal.all():
            now.stopped[case[~legal]] = rows[~legal]
            case, rows, new, target = case[legal], rows[legal], new[legal], target[legal]  # noqa: PLW2901 - as above
        now.move(case, new, target, log.on[rows], number=number)
    return _frame(log, replay, now)


@attrs.define(eq=False, kw_only=True)
class _Standing:
    """Where all cases stand while their events are replayed, one place a case."""

    state: _Ints
    stopped: _Ints
    taken: _Ints
    opened: NDArray[np.datetime64]
    since: NDArray[np.datetime64]
    reached: list[NDArray[np.datetime64]]

    def move(
        self,
        case: _Ints,
        state: _Ints,
        target: _Ints,
        day: NDArray[np.datetime64],
        *,
        number: int,
    ) -> None:
        """Take cases to new states on a day each by their event of a number (from 1)."""
        if not len(case):
            return
        if number == 1:
            self.opened[case] = day
        self.state[case] = state
        self.since[case] = day
        self.taken[case] = number
        steps = np.flatnonzero(np.bincount(target)).tolist()
        for step in steps:
            came = slice(None) if len(steps) == 1 else target == step
            self.reached[step][case[came]] = day[came]


@attrs.frozen(eq=False, kw_only=True)
class _Log:
    """The log as codes; `order` puts the rows of one case together, in the order of their days.

    The rows of a case begin in `order` at its place of `starts`, and there are `counts` of them.
    """

    case: _Ints
    act: _Ints
    on: NDArray[np.datetime64]
    order: _Ints
    starts: _Ints
    counts: _Ints
    case_names: pd.Index[str]
    event_names: Sequence[str]
    by_names: Sequence[str]
    employer: pd.Series[str] | None
    unit: pd.Series[str] | None

    @property
    def cases(self) -> int:
        """The number of cases."""
        return len(self.case_names)

    @classmethod
    def of(cls, frame: pd.DataFrame) -> _Log:
        """Read a log; every problem of it at once."""
        need_columns(frame, ["case", "event", "on", "by"], where="cases")
        days = pd.to_datetime(frame["on"], errors="coerce").to_numpy("datetime64[D]")
        on = days.astype("datetime64[s]")
        case, case_names = pd.factorize(frame["case"])
        event, event_names = pd.factorize(frame["event"])
        by, by_names = pd.factorize(frame["by"])
        if (by < 0).any():
            by = np.where(by < 0, len(by_names), by)  # nobody is named: the last of the names, ""
        problems = [
            Problem(
                f"cases[{row}].{name}",
                "missing",
                message("give the {name} of every event", name=name),
            )
            for name, bad in (("case", case < 0), ("event", event < 0), ("on", np.isnat(on)))
            for row in np.flatnonzero(bad)[:5].tolist()
        ]
        if problems:
            raise DefinitionError(problems, source="cases")
        order = _order(case, on)
        counts = np.bincount(case, minlength=len(case_names))
        return cls(
            case=case,
            act=event * (len(by_names) + 1) + by,
            on=on,
            order=order,
            starts=np.cumsum(counts) - counts,
            counts=counts,
            case_names=pd.Index(case_names),
            event_names=[str(name) for name in event_names],
            by_names=[*(str(name) for name in by_names), ""],
            employer=frame["employer"] if "employer" in frame.columns else None,
            unit=frame["unit"] if "unit" in frame.columns else None,
        )

    def rounds(self) -> Iterable[_Ints]:
        """Go through the first events of all cases, then the second ones, and so on."""
        starts, left = self.starts, self.counts
        while len(starts):
            yield self.order[starts]
            more = left > 1
            starts, left = starts[more] + 1, left[more] - 1


def _order(case: _Ints, on: NDArray[np.datetime64]) -> _Ints:
    """Return the rows by case and day; rows of one case and day keep their order."""
    if not len(case):
        return np.empty(0, dtype=np.int64)
    step, seconds = np.diff(case), np.diff(on).view(np.int64)
    if not ((step < 0) | ((step == 0) & (seconds < 0))).any():
        return np.arange(len(case))
    days = on.astype("datetime64[D]").astype(np.int64)
    days -= days.min()
    return np.argsort(case * (int(days.max()) + 1) + days, kind="stable")


class _Replay:
    """Where each steps, event and authority leads, found out once for each that is met."""

    def __init__(
        self, ladder: EnforcementLadder, events: Sequence[str], authorities: Sequence[str]
    ) -> None:
        self.ladder = ladder
        self.events = events
        self.authorities = authorities
        self.states: list[Active] = [(), first_steps(ladder)]
        self.reasons: dict[tuple[int, int], str] = {}
        self._step = {step.code: place for place, step in enumerate(ladder.steps)}
        acts = len(events) * len(authorities)
        self._next: _Ints = np.full((2, acts), _UNKNOWN, dtype=np.int64)
        self._target: _Ints = np.full((2, acts), -1, dtype=np.int64)

    def moved(self, states: _Ints, acts: _Ints) -> tuple[_Ints, _Ints]:
        """Return where cases stand after an act each, and the step they came to; -1 = illegal."""
        cells = states * self._next.shape[1] + acts
        found = self._next.ravel()[cells]
        unknown = found == _UNKNOWN
        if unknown.any():
            met = np.zeros(self._next.shape, dtype=bool)
            met.ravel()[cells[unknown]] = True
            for state, act in np.argwhere(met).tolist():
                self._find_out(state, act)
            found = self._next.ravel()[cells]
        return found, self._target.ravel()[cells]

    def _find_out(self, state: int, act: int) -> None:
        cell = (state, act)
        event, authority = divmod(act, len(self.authorities))
        name = self.events[event]
        if state == _NOT_OPENED or name == OPEN:
            if state == _NOT_OPENED and name == OPEN:
                self._next[cell], self._target[cell] = 1, 0
                return
            self._next[cell] = _ILLEGAL
            again = "opened a second time"
            self.reasons[cell] = again if name == OPEN else f"'{name}' before it was opened"
            return
        active = self.states[state]
        try:
            move = legal_move(self.ladder, active, name, self.authorities[authority], case="")
        except (IllegalMoveError, OpenQuestionError) as error:
            self._next[cell] = _ILLEGAL
            self.reasons[cell] = f"{error.problems[0].found} -- {error.problems[0].fix}"
            return
        number = self._number(after(self.ladder, active, move))
        self._next[cell], self._target[cell] = number, self._step[move.target]

    def _number(self, active: Active) -> int:
        if active not in self.states:
            self.states.append(active)
            row = np.full((1, self._next.shape[1]), _UNKNOWN, dtype=np.int64)
            self._next = np.concatenate([self._next, row])
            self._target = np.concatenate([self._target, np.full_like(row, -1)])
        return self.states.index(active)


def _frame(log: _Log, replay: _Replay, now: _Standing) -> pd.DataFrame:
    names = pd.array([" + ".join(active) or None for active in replay.states], dtype="str")
    closed = np.array([is_closed(replay.ladder, active) for active in replay.states])[now.state]
    columns: dict[str, object] = {
        "case": log.case_names.astype("str").array,
        "employer": _of_case(log.employer, log.order[log.starts]),
        "unit": _of_case(log.unit, log.order[log.starts]),
        "step": names.take(now.state),
        "is_open": (now.state != _NOT_OPENED) & ~closed,
        "opened_on": now.opened,
        "since": now.since,
        "closed_on": np.where(closed, now.since, np.datetime64("NaT", "D")),
        "events": pd.array(now.taken, dtype="Int64"),
        "problem": _problems_of(log, replay, now),
    }
    for step, days in zip(replay.ladder.steps, now.reached, strict=True):
        columns[f"{REACHED}{step.code}"] = days
    for step in replay.ladder.steps:
        stands = np.array([step.code in active for active in replay.states])
        columns[f"{STANDS_ON}{step.code}"] = stands[now.state]
    return pd.DataFrame(columns)


def _of_case(column: pd.Series[str] | None, first_row: _Ints) -> object:
    if column is None:
        return _none(len(first_row))
    return column.iloc[first_row].astype("str").array


def _problems_of(log: _Log, replay: _Replay, now: _Standing) -> object:
    bad = np.flatnonzero(now.stopped >= 0)
    if not len(bad):
        return _none(log.cases)
    texts = np.full(log.cases, None, dtype=object)
    for case in bad.tolist():
        row = int(now.stopped[case])
        cell = (int(now.state[case]), int(log.act[row]))
        day = str(log.on[row].astype("datetime64[D]"))
        texts[case] = f"row {row}, {day}: {replay.reasons[cell]}"
    return pd.array(texts, dtype="str")


def _none(count: int) -> object:
    return pd.array(np.full(count, None, dtype=object), dtype="str")


_KINDS = {
    **dict.fromkeys(("case", "employer", "unit", "step", "event", "by"), "str"),
    "since": "datetime64[s]",
    "due_on": "datetime64[s]",
    "days_over": "Int64",
    "question": "str",
}


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
    nothing = pd.DataFrame(columns=[*_KINDS]).astype(_KINDS)
    whole = pd.concat([nothing, *parts], ignore_index=True)
    return whole.sort_values("due_on", kind="stable", na_position="last", ignore_index=True)


def _by_ladder(cases: Iterable[Case]) -> Iterator[tuple[EnforcementLadder, list[Case]]]:
    groups: dict[EnforcementLadder, list[Case]] = {}
    for case in cases:
        groups.setdefault(case.ladder, []).append(case)
    yield from groups.items()


def _due(
    frame: pd.DataFrame, ladder: EnforcementLadder, day: np.datetime64
) -> Iterator[pd.DataFrame]:
    codes = [step.code for step in ladder.steps]
    own = [f"{start}{code}" for start in (REACHED, STANDS_ON) for code in codes]
    needed = ["is_open", "case", "employer", "unit", *own]
    need_columns(frame, needed, where="cases", fix="give the frame that replay returns")
    going = frame[frame["is_open"]]
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
    return known[[*_KINDS]]

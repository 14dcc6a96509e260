"""Who needs help now: lists that open, escalate with a due date, and close when caught up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, Literal

import attrs
import pandas as pd

from coverage_campaign.checks import calling, checked_call, checked_fields, checked_methods
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import by_value, owned, owned_frame
from coverage_campaign.messages import (
    Language,
    Message,
    check_language,
    formats,
    message,
    message_in,
)
from coverage_campaign.model.readings import Basis
from coverage_campaign.notebook import Axes, html_table
from coverage_campaign.progress.progress import Progress
from coverage_campaign.progress.triggers import (
    Behind,
    Falling,
    Trigger,
    Unreported,
    trigger_message,
)

__all__ = ["RULES", "STEPS", "Watchlist", "WatchlistMove", "WatchlistStep", "supervise"]


@attrs.frozen
class WatchlistStep:
    """A graded measure: its code, and the days it gives before the next one follows."""

    code: str
    days: int


STEPS = (
    WatchlistStep("bulletin", 30),
    WatchlistStep("reminder", 20),
    WatchlistStep("interview", 15),
    WatchlistStep("follow-up", 15),
)
"""Named in the bulletin, reminded, called to an interview, followed up under supervision."""

_STEP_WORDS: Final = {
    "bulletin": message_in("step", "bulletin"),
    "reminder": message_in("step", "reminder"),
    "interview": message_in("step", "interview"),
    "follow-up": message_in("step", "follow-up"),
}

RULES: tuple[Trigger, ...] = (Behind(points=10, periods=2), Unreported(), Falling(periods=2))
"""Behind by more than 10 points twice in a row; reports missing; pace falling twice in a row."""


_MOVE_WORDS: Final[Mapping[str, Message]] = {
    "opened": message_in("watch list", "opened"),
    "escalated": message_in("watch list", "escalated"),
    "closed": message_in("watch list", "closed"),
}


@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class WatchlistMove:
    """One change of the list: a case opened, escalated to its next step, or closed."""

    on: dt.date
    unit: str
    rule: str
    move: Literal["opened", "escalated", "closed"]
    step: str
    due: dt.date | None


def _of_move(move: WatchlistMove, rule: Message | None) -> Message:
    what = message(
        "{day:date}: {move} ({rule}), {step}",
        day=move.on,
        move=_MOVE_WORDS[move.move],
        rule=rule or move.rule,
        step=_STEP_WORDS.get(move.step, move.step),
    )
    if move.due is None:
        return what
    return message("{what}, due {day:date}", what=what, day=move.due)


@checked_methods
@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Watchlist:
    """The open cases at the last `progress`, every move that led there, and the rules in words.

    It has no `notes`: what a reader has to know stands in its `basis`.
    """

    progress: Progress
    _frame: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
    moves: tuple[WatchlistMove, ...]
    rules: tuple[Message, ...] = ()

    @property
    def as_of(self) -> dt.date:
        """The last day counted."""
        return self.progress.as_of

    @property
    def basis(self) -> Basis:
        """What the list rests on."""
        return self.progress.basis

    def to_frame(self) -> pd.DataFrame:
        """Return one row per open case, the furthest step first, then the oldest.

        Columns: unit, rule, step, since (opened on), due (when the next step follows); then, so
        that nobody is judged by a rank alone: name, gap_points, rank, required_per_day [persons],
        back_by and back_per_day (what would bring it back to the plan: persons a calendar day until
        the due day, or the plan's last day before it), diagnosis ('low reach' or 'high lapse'),
        complete (reports), burden_rate (target over eligible persons, fraction of one), signals (of
        doubtful figures).
        """
        return owned(self._frame)

    def totals(self) -> pd.DataFrame:
        """Return one row per rule and step: rule, step, cases."""
        counts = self._frame.groupby(["rule", "step"], sort=False).size()
        return counts.rename("cases").astype("Int64").reset_index()

    def history(self) -> pd.DataFrame:
        """Return one row per move, in date order: on, unit, rule, move, step, due."""
        names = [field.name for field in attrs.fields(WatchlistMove)]
        table = pd.DataFrame([attrs.astuple(move) for move in self.moves], columns=names)
        days = {name: pd.to_datetime(table[name]).astype("datetime64[s]") for name in ("on", "due")}
        return table.assign(**days).astype(dict.fromkeys(("unit", "rule", "move", "step"), "str"))

    def explain(self, unit: str, *, lang: Language | None = None) -> str:
        """Return the moves of a unit, one a line, and what would bring it back to the plan."""
        words = {str(rule): rule for rule in self.rules}
        lines = [_of_move(move, words.get(move.rule)) for move in self.moves if move.unit == unit]
        ways = self._frame[(self._frame["unit"] == unit) & self._frame["back_by"].notna()]
        days = ways["back_by"].dt.date
        lines += [
            message(
                "back on the plan by {day:date}: {rate:ceiling} persons a day ({n} "
                "{n:plural day|days})",
                day=by,
                rate=a_day,
                n=(by - self.as_of).days,
            )
            for by, a_day in dict.fromkeys(zip(days, ways["back_per_day"], strict=True))
        ]
        nothing = message(
            "{unit}: not on the watch list up to {day:date}",
            unit=self.progress.unit(unit).label,
            day=self.as_of,
        )
        lang = check_language(lang)
        return "\n".join(line.text(lang) for line in lines or [nothing])

    def _line(self) -> str:
        cases, units = len(self._frame), self._frame["unit"].nunique()
        case, unit = (
            formats.plural(n, (word, f"{word}s"), "en")
            for n, word in ((cases, "case"), (units, "unit"))
        )
        return f"Watch list of {self.as_of}: {cases} open {case} of {units} {unit}"

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw who is behind: every unit against the schedule, the furthest behind last."""
        from coverage_campaign.views import charts  # the one way up, taken late

        return charts.bullet(self.progress, ax=ax)

    def _repr_html_(self) -> str:
        return html_table(self._frame, title=self._line(), notes=self.basis.lines())

    def __repr__(self) -> str:
        """Return the list in one line."""
        return f"<{self._line()}>"


@checked_call
def supervise(
    history: Sequence[Progress],
    *,
    rules: Iterable[Trigger] = RULES,
    steps: Sequence[WatchlistStep] = STEPS,
    signals: pd.DataFrame | None = None,
) -> Watchlist:
    """Return who is on the watch list at the last of some progresses, by which rule, since when.

    A case opens at the first step on the day on which its rule first holds. While the rule holds,
    a progress after the due day moves it one step on; the last step stays. It closes on the day on
    which the rule no longer holds, and opens anew at the first step. What cannot be told (<NA>)
    moves nothing: who stops reporting has not caught up. A unit that has closed is on no list.

    Args:
        history: Progresses in date order, each with its own as_of.
        rules: Triggers that open a case: `Behind`, `Falling`, `Unreported`, `Signalled`,
            `Running`, or plain functions of the progresses.
        steps: The graded measures and their days.
        signals: Signs of doubtful figures to show beside each case: unit, signal. None takes those
            that are found in what was known at the last progress.

    Raises:
        DefinitionError: No progress, progresses out of order, no step.
    """
    _check(history, steps)
    named = {str(trigger_message(rule)): rule for rule in rules}
    moves: list[WatchlistMove] = []
    cases: dict[tuple[str, str], _OpenCase] = {}
    for end in range(1, len(history) + 1):
        day = history[end - 1].as_of
        for name, rule in named.items():
            for unit, lags in _answers(rule, name, history[:end]).items():
                moves += _moved(cases, (unit, name), lags, day, steps)
    last = history[-1]
    return Watchlist(
        progress=last,
        frame=_frame(cases, last, steps, signals),
        moves=tuple(moves),
        rules=tuple(trigger_message(rule) for rule in named.values()),
    )


def _answers(rule: Trigger, name: str, history: Sequence[Progress]) -> dict[str, bool]:
    """Return what a trigger says of each unit of the last progress, as far as it can tell."""
    with calling(
        message("trigger '{name}'", name=name), fix="return a Series of booleans by unit code"
    ):
        answers: object = rule(history)
    units = set(history[-1].to_frame()["unit"])
    fits = isinstance(answers, pd.Series) and pd.api.types.is_bool_dtype(answers.dtype)
    if not fits or not isinstance(answers, pd.Series) or not set(map(str, answers.index)) <= units:
        raise DefinitionError(
            Problem(
                message("trigger '{name}'", name=name),
                message(
                    "returned {kind} {answers!r}",
                    kind=type(answers).__name__,
                    answers=str(answers)[:60],
                ),
                "return a Series of booleans by unit code",
            )
        )
    found = {str(unit): bool(lags) for unit, lags in answers.dropna().items()}
    frame = history[-1].to_frame()
    return found | dict.fromkeys(frame["unit"][frame["status"] == "closed"].tolist(), False)


@attrs.frozen
class _OpenCase:
    since: dt.date
    step: int
    due: dt.date


def _check(history: Sequence[Progress], steps: Sequence[WatchlistStep]) -> None:
    problems = []
    if not history:
        problems.append(Problem("history", "no progress", "give at least one, in date order"))
    if not steps:
        problems.append(Problem("steps", "none", "give at least one step"))
    for before, after in pairwise(history):
        if after.as_of <= before.as_of:
            found = message(
                "{later:raw} stands after {earlier:raw}", later=after.as_of, earlier=before.as_of
            )
            problems.append(Problem("history", found, "give progresses in date order"))
    if problems:
        raise DefinitionError(problems)


def _moved(
    cases: dict[tuple[str, str], _OpenCase],
    key: tuple[str, str],
    lags: bool,  # noqa: FBT001 - a row's answer, passed on
    day: dt.date,
    steps: Sequence[WatchlistStep],
) -> Iterator[WatchlistMove]:
    """Open, escalate or close the case of a unit and a rule, and yield the move."""
    unit, rule = key
    case = cases.get(key)
    if case is None:
        if lags:
            opened = _OpenCase(day, 0, day + dt.timedelta(days=steps[0].days))
            cases[key] = opened
            code = steps[0].code
            yield WatchlistMove(
                on=day, unit=unit, rule=rule, move="opened", step=code, due=opened.due
            )
    elif not lags:
        del cases[key]
        code = steps[case.step].code
        yield WatchlistMove(on=day, unit=unit, rule=rule, move="closed", step=code, due=None)
    elif day > case.due and case.step + 1 < len(steps):
        step = steps[case.step + 1]
        due = day + dt.timedelta(days=step.days)
        cases[key] = _OpenCase(case.since, case.step + 1, due)
        yield WatchlistMove(on=day, unit=unit, rule=rule, move="escalated", step=step.code, due=due)


def _frame(
    cases: dict[tuple[str, str], _OpenCase],
    last: Progress,
    steps: Sequence[WatchlistStep],
    signals: pd.DataFrame | None,
) -> pd.DataFrame:
    """Return the open cases with what has to stand beside a rank."""
    place = {unit: number for number, unit in enumerate(last.to_frame()["unit"])}
    order = sorted(
        (key for key in cases if key[0] in place),
        key=lambda key: (-cases[key].step, cases[key].since, place[key[0]], key[1]),
    )
    open_cases = [cases[key] for key in order]
    table = pd.DataFrame(
        {
            "unit": pd.array([unit for unit, _ in order], dtype="str"),
            "rule": pd.array([rule for _, rule in order], dtype="str"),
            "step": pd.array([steps[case.step].code for case in open_cases], dtype="str"),
            "since": pd.to_datetime([case.since for case in open_cases]).as_unit("s"),
            "due": pd.to_datetime([case.due for case in open_cases]).as_unit("s"),
        }
    )
    rows = [place[unit] for unit, _ in order]
    standing = last.to_frame().iloc[rows].reset_index(drop=True)
    ground = last.context(signals).iloc[rows].reset_index(drop=True)
    ways = list(_ways_back(last, [(key[0], cases[key]) for key in order]))
    return table.assign(
        **standing[["name", "gap_points", "rank", "required_per_day"]],
        back_by=pd.Series([by for by, _ in ways], dtype="datetime64[s]"),
        back_per_day=pd.array([a_day for _, a_day in ways], dtype="Float64"),
        **ground[["diagnosis", "complete", "burden_rate", "signals"]],
    )


def _ways_back(
    last: Progress, cases: Sequence[tuple[str, _OpenCase]]
) -> Iterator[tuple[dt.date | None, float | None]]:
    """Yield by when, and with how many persons a day, each case is back on the plan's curve.

    The day is the one on which the next step is due, or the plan's last day before it.
    """
    done = last.to_frame().set_index("unit")["done"]
    days = [min(case.due, last.plan.days[-1].item()) for _, case in cases]
    planned = {day: last.planned_on(day) for day in set(days)}
    for (unit, _), day in zip(cases, days, strict=True):
        left = (day - last.as_of).days
        if left <= 0 or pd.isna(done[unit]):
            yield None, None
        else:
            yield day, max(int(planned[day][unit]) - int(done[unit]), 0) / left

"""What would it take: the value of one input at which a condition begins or ceases to hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import cast

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.checks import checked_call, checked_fields
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.messages import Language, Message, check_language, message
from coverage_campaign.model.dates import to_date, to_instant
from coverage_campaign.model.units import unit_meant
from coverage_campaign.notebook import html_table
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scenarios.compare import input_words
from coverage_campaign.scenarios.design import Design, applied, shown
from coverage_campaign.scenarios.explore import explore
from coverage_campaign.scenarios.scenario import Outcome, Scenario, allocation_of, run
from coverage_campaign.scenarios.study import Study

__all__ = ["Crossing", "Solution", "goal_seek"]

_PROBES = 6  # values between the ends and the crossing at which a monotone condition is tried
_TRIED = 32  # values among which one that can be solved is looked for first
_PER_DAY = "persons_per_day"
_SHARE = ("share",)


@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Crossing:
    """Two neighbouring values between which the condition changes."""

    before: object
    after: object
    holds_after: bool


@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Solution:
    """Where a condition changes along one input, and how many runs it took to find out.

    `whole` tells whether every value was tried; otherwise the condition was taken to change at
    most once, and tried at some values more. `infeasible` has the first and the last of each
    stretch of values that cannot be solved: of them the condition says nothing.
    """

    input: str
    crossings: tuple[Crossing, ...]
    holds_first: bool
    runs: int
    whole: bool = False
    first: object = None
    infeasible: tuple[tuple[object, object], ...] = ()

    @property
    def value(self) -> object:
        """The first value that was found at which the condition holds, None where there is none."""
        if self.holds_first:
            return self.first
        return self.crossings[0].after if self.crossings else None

    def sentence(self, *, lang: Language | None = None) -> str:
        """Return in one sentence where the condition turns; English by default."""
        return self.message.text(check_language(lang, default="en"))

    @property
    def message(self) -> Message:
        """Where the condition begins or ceases to hold, in the language of the reader."""
        name = input_words(self.input)
        values = [{"a": shown(one.before), "b": shown(one.after)} for one in self.crossings]
        parts = [
            message("begins to hold between {a:raw} and {b:raw}", **ends)
            if one.holds_after
            else message("ceases to hold between {a:raw} and {b:raw}", **ends)
            for one, ends in zip(self.crossings, values, strict=True)
        ]
        if not parts:
            parts = [message("always holds") if self.holds_first else message("never holds")]
        found = message("Over {input} the condition {holds}.", input=name, holds=parts)
        if not self.infeasible:
            return found
        left = [
            str(shown(a)) if a == b else message("{a:raw} to {b:raw}", a=shown(a), b=shown(b))
            for a, b in self.infeasible
        ]
        return message("{found} Infeasible: {values}.", found=found, values=left)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per crossing: before, after (values, as text) and holds_after."""
        return pd.DataFrame(
            {
                "before": pd.array([str(shown(one.before)) for one in self.crossings], dtype="str"),
                "after": pd.array([str(shown(one.after)) for one in self.crossings], dtype="str"),
                "holds_after": np.array([one.holds_after for one in self.crossings], dtype=bool),
            }
        )

    def _repr_html_(self) -> str:
        return html_table(self.to_frame(), title=repr(self)[1:-1])

    def __repr__(self) -> str:
        """Return where the condition turns, and how many runs it took to find out."""
        return f"<Solution: {self.message} {self.runs} runs>"


@checked_call
def goal_seek(
    scenario: Scenario,
    *,
    input: tuple[str, Sequence[object]],  # noqa: A002 - the word that users say
    until: Callable[[Outcome], bool] | None = None,
    holds: Callable[[Study], NDArray[np.bool_]] | None = None,
    what: Sequence[str] = _SHARE,
    monotone: bool = True,
    reports: Tally | None = None,
    received: pd.DataFrame | None = None,
) -> Solution:
    """Return where along one input a condition changes, with both neighbours.

    Args:
        scenario: The baseline.
        input: An input, as `explore` names them ('total', 'as_of', 'weights.430481', ...), and
            the values to search, in order, such as ("total", range(70_000, 90_001)) or
            ("pace.430481", [1, 1.5, 2]). 'persons_per_day' are persons from the day after the
            tally's last to the scenario's `as_of`, on top of what is reported: for all units
            together in proportion to their shares, or for one alone, 'persons_per_day.430481'.
        until: The condition on an outcome, True or False. Values with which a run is infeasible
            are passed over, and `infeasible` of the solution names them.
        holds: Instead, the condition on a study, one flag a scenario (see `Study.where`): every
            value is tried in one batch, and every crossing is returned.
        what: The quantities that `holds` looks at.
        monotone: The condition changes at most once along the values: they are halved until the
            two neighbours are found, and some more are tried; a contradiction is an error. False
            tries every value and returns every crossing. Values that cannot be solved are taken
            to lie at the ends; where they lie between others every value is tried.
        reports: The tally to track, where the condition looks at progress or assessment.
        received: When reports arrived (see `track`).

    Raises:
        DefinitionError: No such input, fewer than two values, not one condition, one that returns
            no flag, or one that is not monotone after all.
        InfeasibleError: Not one of the values can be solved.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> baseline = cc.Scenario(campaign=campaign, weights=cc.weights.by_measure("census_2000"))
    >>> cc.goal_seek(
    ...     baseline,
    ...     input=("total", range(50_000, 100_001)),
    ...     until=lambda outcome: outcome.allocation.shares()["430481"] >= 15_000,
    ... ).value
    86229
    """
    name, values = input
    _check_question(name, values, until=until, holds=holds, what=what)
    if name.partition(".")[0] != _PER_DAY:
        ends = [values[0], values[-1]]
        Design.of(scenario, over={name: ends}, samples=None, design="grid")  # refuses no input
    if holds is not None:
        study = explore(
            scenario, samples={name: values}, what=what, reports=reports, received=received
        )
        flags = study.where(holds).holds.tolist()
        answers = [
            flag if solved else None
            for flag, solved in zip(flags, study.solved.tolist(), strict=True)
        ]
        return _solution(name, values, dict(enumerate(answers)), whole=True)
    known: dict[int, bool | None] = {}

    def tried(place: int) -> bool | None:
        if place not in known:
            known[place] = _meets(
                scenario, name, values[place], cast("Callable[[Outcome], bool]", until),
                reports=reports, received=received,
            )  # fmt: skip
        return known[place]

    whole = not monotone
    if monotone:
        first, last = _solvable(tried, len(values) - 1)
        _halve(tried, first, last)
        _probe(tried, known, values, first, last)
        # What cannot be solved lies between what can: no half of the values may be left untried.
        whole = any(known[place] is None for place in known if first <= place <= last)
    if whole:
        for place in range(len(values)):
            tried(place)
    else:
        known |= dict.fromkeys([*range(first), *range(last + 1, len(values))])
    return _solution(name, values, known, whole=whole)


def _check_question(
    name: str,
    values: Sequence[object],
    *,
    until: Callable[[Outcome], bool] | None,
    holds: Callable[[Study], NDArray[np.bool_]] | None,
    what: Sequence[str],
) -> None:
    """Refuse what is no search: not one condition, or not two values."""
    if (until is None) == (holds is None):
        raise DefinitionError(
            Problem("until", "no condition, or two", "give until= or holds=, one of them")
        )
    if until is not None and tuple(what) != _SHARE:
        fix = "give holds=, which looks at quantities, or leave what out"
        raise DefinitionError(Problem("what", "of no use to until, which looks at an outcome", fix))
    if len(values) < 2:  # noqa: PLR2004 - a search needs two ends
        raise DefinitionError(
            Problem(
                "input",
                message("{name!r} with {n} values", name=name, n=len(values)),
                "give at least two values",
            )
        )


def _meets(
    scenario: Scenario,
    name: str,
    value: object,
    until: Callable[[Outcome], bool],
    *,
    reports: Tally | None,
    received: pd.DataFrame | None,
) -> bool | None:
    """Tell whether a value meets the condition; None where it cannot be solved."""
    try:
        field, _, code = name.partition(".")
        if field == _PER_DAY:
            given = scenario.reports if reports is None else reports
            reports = _paced(scenario, cast("int", value), given, unit=code)
            return _flag(until(run(scenario, reports=reports, received=received)))
        varied = applied(scenario, {name: value})
        if reports is not None:
            reports = attrs.evolve(reports, campaign=varied.campaign)
        return _flag(until(run(varied, reports=reports, received=received)))
    except InfeasibleError:
        return None


def _flag(answer: object) -> bool:
    if isinstance(answer, (bool, np.bool_)):
        return bool(answer)
    found = "returned None" if answer is None else message("returned {answer}", answer=repr(answer))
    raise DefinitionError(Problem("until", found, "return True or False, such as a comparison"))


def _paced(scenario: Scenario, pace: int, reports: Tally | None, *, unit: str) -> Tally:
    """Return the reports with so many persons a day more, from their last day to the scenario's."""
    if reports is None or scenario.as_of is None or reports.frame.empty:
        raise DefinitionError(
            Problem(
                "input",
                message("{input} without reports or as_of", input=_PER_DAY),
                "give reports and a later as_of",
            )
        )
    until = to_date(scenario.as_of)
    last = reports.frame["period"].max().date() if reports.as_of is None else reports.as_of.date()
    days = (until - last).days
    if days < 1:
        raise DefinitionError(
            Problem("as_of", f"{until}", message("a pace needs days after {last:raw}", last=last))
        )
    allocation = allocation_of(scenario)
    shares = allocation.shares()
    if unit and unit not in shares.index:
        fix = unit_meant(scenario.campaign.units, unit, shares.index)
        raise DefinitionError(Problem(f"{_PER_DAY}.{unit}", "no such unit", fix))
    if unit:
        shares = shares[[unit]]
    method = allocation.method
    total = int(pace) * days
    persons = (
        shares.to_numpy() * 0 if method is None or not total else method(total, shares.to_numpy())
    )
    entry = next(one.code for one in scenario.campaign.channels if one.effect == "entry")
    period = np.datetime64(until if reports.by == "day" else until.replace(day=1), "s")
    rows = pd.DataFrame(
        {
            "unit": pd.array(shares.index.tolist(), dtype="str"),
            "period": period,
            "channel": pd.array([entry] * len(shares), dtype="str"),
            "persons": pd.array(persons, dtype="Int64"),
        }
    )
    frame = pd.concat([reports.frame, rows], ignore_index=True)
    known = None if reports.as_of is None else to_instant(until)
    return attrs.evolve(reports, frame=frame[reports.frame.columns], as_of=known)


def _solution(
    name: str, values: Sequence[object], known: Mapping[int, bool | None], *, whole: bool
) -> Solution:
    found = {place: answer for place in sorted(known) if (answer := known[place]) is not None}
    if not found:
        fix = "give values that the floors, caps and pins allow"
        raise InfeasibleError(
            Problem("input", message("{name!r}: no value can be solved", name=name), fix)
        )
    crossings = tuple(
        Crossing(before=_plain(values[a]), after=_plain(values[b]), holds_after=found[b])
        for a, b in pairwise(found)
        if found[a] != found[b]
    )
    first = next(iter(found))
    return Solution(
        input=name,
        crossings=crossings,
        holds_first=found[first],
        runs=len(known) if whole else len(found),
        whole=whole,
        first=_plain(values[first]),
        infeasible=tuple(_stretches(values, [place for place in known if known[place] is None])),
    )


def _stretches(values: Sequence[object], places: Sequence[int]) -> Iterator[tuple[object, object]]:
    """Yield the first and the last value of each run of neighbouring places."""
    rest = sorted(places)
    while rest:
        length = next((n for n, at in enumerate(rest) if at != rest[0] + n), len(rest))
        yield _plain(values[rest[0]]), _plain(values[rest[length - 1]])
        rest = rest[length:]


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value


def _solvable(tried: Callable[[int], bool | None], last: int) -> tuple[int, int]:
    """Return the first and the last place that can be solved, where those form one stretch."""
    places = dict.fromkeys([0, last, *(n * last // _TRIED for n in range(1, _TRIED))])
    middle = next((place for place in places if tried(place) is not None), None)
    if middle is None:  # a narrow stretch, or none: only trying all of them finds it
        middle = next((place for place in range(last) if tried(place) is not None), None)
    if middle is None:
        return 0, last
    ends = []
    for end in (0, last):
        inside, outside = middle, end
        if tried(end) is not None:
            inside = end
        while abs(inside - outside) > 1 and inside != end:
            half = (inside + outside) // 2
            inside, outside = (half, outside) if tried(half) is not None else (inside, half)
        ends.append(inside)
    return ends[0], ends[1]


def _halve(holds: Callable[[int], bool | None], first: int, last: int) -> None:
    """Try values until two neighbours are found between which the condition changes."""
    low, high = first, last
    if holds(low) == holds(high):
        return
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle) == holds(low):
            low = middle
        else:
            high = middle


def _probe(
    holds: Callable[[int], bool | None],
    known: Mapping[int, bool | None],
    values: Sequence[object],
    first: int,
    last: int,
) -> None:
    """Try some more values; a condition that changes twice was not monotone."""
    for step in range(1, _PROBES + 1):
        holds(first + step * (last - first) // (_PROBES + 1))
    places = [place for place in sorted(known) if known[place] is not None]
    changes = [(a, b) for a, b in pairwise(places) if known[a] != known[b]]
    if len(changes) > 1:
        (a, b), (c, d) = changes[:2]
        raise DefinitionError(
            Problem(
                "monotone",
                message(
                    "the condition changes between {a} and {b}, and again between {c} and {d}",
                    a=shown(values[a]),
                    b=shown(values[b]),
                    c=shown(values[c]),
                    d=shown(values[d]),
                ),
                "search the whole range: monotone=False, or holds= for all of it in one batch",
            )
        )

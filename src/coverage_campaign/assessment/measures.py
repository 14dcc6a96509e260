"""What a scheme may look at: what the progress holds, and figures that a caller hands over.

Arrays have one row a scenario and one column a unit; rates and counts are exact fractions.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm
from numbers import Integral, Real
from typing import Final, Literal, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.assessment.rationals import Flags, Rationals, Whole, whole_numbers
from coverage_campaign.assessment.rules.rule import Measured
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import IntSeries
from coverage_campaign.messages import Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.labels import Label
from coverage_campaign.model.phases import Milestone
from coverage_campaign.model.scheme import (
    BUILT_IN,
    COMPLETION,
    COUNTS,
    COVERAGE,
    LATE_REPORTS,
    MISSED_MILESTONES,
    MISSING_REPORTS,
    ON_TIME,
    Partial,
    Scheme,
)
from coverage_campaign.model.targets import to_exact
from coverage_campaign.model.units import Unit, unit_meant
from coverage_campaign.progress.counts import owed_reports
from coverage_campaign.progress.progress import Progress, track
from coverage_campaign.progress.succession import pass_on
from coverage_campaign.progress.unit_progress import UnitProgress
from coverage_campaign.scheduling.plan import Plan
from coverage_campaign.scheduling.schedule import milestone_plan, own_milestones

__all__ = [
    "FLOATS_ARE_DECIMALS",
    "Indicator",
    "Indicators",
    "MeasurementContext",
    "PassedMilestone",
    "context_of",
    "measured_indicators",
    "read_indicators",
    "units_of",
]

_Ints: TypeAlias = NDArray[np.int64]
_WAYS: tuple[Partial, ...] = ("prorated", "whole_steps")
_COUNTED: tuple[Literal["gross"], Literal["net"]] = ("gross", "net")
_LARGE = 2**62
_OF_PERSONS: Final = (COMPLETION, COVERAGE)
_OF_REPORTS: Final = (ON_TIME, LATE_REPORTS, MISSING_REPORTS)
_NOTHING_OF: Mapping[str, Message] = {
    ON_TIME: message("by when its reports came in is not known"),
    LATE_REPORTS: message("by when its reports came in is not known"),
    MISSING_REPORTS: message("which of its reports came in is not known"),
}
_RATES: Mapping[str, Message] = {
    COMPLETION: message("completion rate"),
    COVERAGE: message("coverage rate"),
}
FLOATS_ARE_DECIMALS = message(
    "a float among the indicators is the decimal number that it prints as"
)


# -- figures handed over ---------------------------------------------------------------------------


@attrs.frozen
class Indicator:
    """A figure of a unit, as a rate; `count` out of `of` where it was given as two numbers."""

    rate: Fraction
    count: Fraction | None = None
    of: Fraction | None = None


Indicators: TypeAlias = Mapping[tuple[str, str], Indicator]
"""Figures by unit code and indicator code; what is missing has no entry."""


def read_indicators(
    frame: pd.DataFrame | None, *, units: Mapping[str, Unit], known: Collection[str]
) -> tuple[Indicators, bool]:
    """Return the figures of a frame: unit, indicator, and value or count and of; and any float?

    `value` is a rate (fraction of one): a whole number, a fraction, a decimal or text such as
    '98%'. `count` and `of` are exact where a division is not: 2 of 3. A float is the decimal that
    it prints as. <NA> is a missing figure.

    Raises:
        DefinitionError: A column is missing, a row is given twice, is no number, or is of a unit
            or an indicator that the assessment does not know; every row at once.
    """
    if frame is None:
        return {}, False
    columns = ["value"] if "value" in frame.columns else ["count", "of"]
    missing = [name for name in ("unit", "indicator", *columns) if name not in frame.columns]
    if missing:
        raise DefinitionError(
            Problem(
                "indicators",
                message("no column {missing}", missing=missing),
                "give unit, indicator, and value or count and of",
            )
        )
    cells = frame[["unit", "indicator", *columns]].astype(object)
    rows = [tuple(row) for row in cells.where(cells.notna(), None).to_numpy().tolist()]
    problems = [*_unknown(rows, units=units, known=known)]
    figures: dict[tuple[str, str], Indicator] = {}
    for place, (unit, indicator, *numbers) in enumerate(rows):
        if any(one is None for one in numbers):
            continue
        try:
            figures[unit, indicator] = _figure([_exact(one) for one in numbers])
        except (DefinitionError, ZeroDivisionError):
            found = " of ".join(str(one) for one in numbers)
            fix = "give a rate such as '98%', or a count and a number above 0 that it is out of"
            problems.append(Problem(f"indicators[{place}] '{unit}' {indicator}", found, fix))
    if problems:
        raise DefinitionError(problems, source="indicators")
    return figures, any(isinstance(one, float) for row in rows for one in row)


def units_of(progress: Progress) -> dict[str, Unit]:
    """Return the units of a progress by code, as its campaign has them."""
    return {one.unit: progress.campaign.unit(one.unit) for one in progress.unflagged_units}


def _unknown(
    rows: list[tuple[str, str, object]], *, units: Mapping[str, Unit], known: Collection[str]
) -> Iterator[Problem]:
    for place, (unit, indicator, *_) in enumerate(rows):
        if unit not in units:
            fix = unit_meant(units.values(), unit, units)
            yield Problem(
                f"indicators[{place}].unit", message("no {unit!r} in the plan", unit=unit), fix
            )
        if indicator not in known:
            fix = message("indicators of the scheme: {known}", known=known or ["-"])
            yield Problem(
                f"indicators[{place}].indicator",
                message("no {indicator!r}", indicator=indicator),
                fix,
            )
    for (unit, indicator), times in Counter((row[0], row[1]) for row in rows).items():
        if times > 1:
            where = f"indicators['{unit}'].{indicator}"
            yield Problem(where, message("given {times:raw} times", times=times), "give one figure")


def _figure(numbers: list[Fraction]) -> Indicator:
    if len(numbers) == 1:
        return Indicator(numbers[0])
    count, of = numbers
    if of < 0:
        raise ZeroDivisionError
    return Indicator(count / of, count, of)


def _exact(value: object) -> Fraction:
    match value:
        case bool():
            raise DefinitionError(Problem("value", f"{value}", "give a number"))
        case Fraction() | Decimal() | str():
            return to_exact(value)
        case Integral():
            return Fraction(int(value))
        case Real():
            return to_exact(repr(float(value)))
        case _:
            raise DefinitionError(Problem("value", f"{value!r}", "give a number"))


# -- milestones ------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True, eq=False)
class PassedMilestone:
    """A milestone whose day is over, and the persons that each unit had done by then.

    `there` tells who existed on that day, itself or those that it succeeds, `counted` whose figure
    is known, `whole` whose reports to that day are all in.
    """

    milestone: Milestone
    day: dt.date
    share: Fraction
    progress: Progress
    done: _Ints
    there: Flags
    counted: Flags
    whole: Flags

    def needed(self, target: _Ints) -> _Ints:
        """Return the persons that it asks for by scenario and unit.

        They are the whole persons of the plan that runs through the milestone, those of closed
        units with who comes after them: what letters and report forms name. Where the campaign can
        have no such plan they are the share of the target, rounded up.
        """
        plan = self._plan
        if plan is None:
            over, under = self.share.numerator, self.share.denominator
            needed: _Ints = -(-over * target // under)
            return needed
        position = len(plan.days) - 1 - plan.days_left(self.day)
        if not self.progress.heirs and plan.course.lives is None:
            return plan.course.on(target, position)
        own = self._passed_on(plan.planned_on(self.day))
        moved = self.progress.arrays.target
        return np.array(
            [
                own
                if np.array_equal(row, moved)
                else self._passed_on(plan.course.on(row[np.newaxis], position)[0])
                for row in target
            ]
        )

    @cached_property
    def _plan(self) -> Plan | None:
        return milestone_plan(self.progress.plan, self.day, self.share)

    def _passed_on(self, persons: IntSeries | _Ints) -> _Ints:
        codes = self.progress.plan.shares().index
        return pass_on(
            pd.Series(persons, index=codes), self.progress.heirs, self.progress.rows.units
        )


def _passed_milestones(progress: Progress) -> tuple[PassedMilestone, ...] | None:
    """Return the milestones of the plan's target that are over; None = it has none at all."""
    own = own_milestones(progress.plan.allocation)
    if not own:
        return None
    days = [(progress.campaign.resolve(mark.by), mark, share) for mark, share in own]
    return tuple(
        _passed(progress, mark, day, share) for day, mark, share in days if day <= progress.as_of
    )


def _passed(
    progress: Progress, milestone: Milestone, day: dt.date, share: Fraction
) -> PassedMilestone:
    then = track(progress.plan, progress.tally, as_of=day, received=progress.received)
    then = then.under_units_of(progress.as_of)  # a successor answers for those before it
    units = then.unflagged_units
    place = {unit.unit: number for number, unit in enumerate(units)}
    late = np.zeros(len(units), dtype=bool)
    if progress.received is not None:
        known_on = progress.tally.as_of
        owed = owed_reports(
            progress.campaign,
            progress.rows.units,
            progress.received,
            over=progress.plan.over,
            as_of=progress.as_of,
            known_on=None if known_on is None else known_on.date(),
        )
        missing = ~owed["there"].to_numpy(dtype=bool)
        missing &= (owed["period"] <= pd.Timestamp(day)).to_numpy(dtype=bool)
        places = owed["place"].to_numpy(dtype=np.int64)[missing]
        late[places[places >= 0]] = True
    for _, _, codes in then.unreported:
        late |= np.isin(np.array(then.rows.units), codes)
    if then.rows.left_out:
        late[:] = True
    heirs = {place[code]: [place[heir] for heir, _ in one] for code, one in then.heirs.items()}
    there = np.array([unit.status not in ("closed", "not_open") for unit in units], dtype=bool)
    for closed, after in heirs.items():
        late[after] |= late[closed]
        there[closed], there[after] = False, True
    return PassedMilestone(
        milestone=milestone,
        day=day,
        share=share,
        progress=progress,
        done=np.array([unit.done or 0 for unit in units], dtype=np.int64),
        there=there,
        counted=np.array([unit.done is not None for unit in units], dtype=bool),
        whole=~late,
    )


# -- what is measured ------------------------------------------------------------------------------


@attrs.frozen(kw_only=True, eq=False)
class MeasurementContext:
    """Everything that a scheme may look at; arrays have one row a scenario, one column a unit.

    Attributes:
        units: The units of the progress, whose counts before the campaign are the same everywhere.
        campaign: Its readings decide what is open.
        scheme: Its pools say which units are measured together.
        indicators: Figures that the progress does not hold, by unit and indicator.
        milestones: The milestones that are over, with what was done by then.
        answers: Where it is open whether losses are taken off, the same under either answer.
        done: Persons done, with 0 where nothing is known.
        target: Persons to be done.
        uplifted: The same in the layer that the allocation raised.
    """

    units: Sequence[UnitProgress]
    campaign: Campaign
    scheme: Scheme
    indicators: Indicators
    milestones: tuple[PassedMilestone, ...] | None
    done: _Ints
    target: _Ints
    uplifted: _Ints
    answers: tuple[MeasurementContext, ...] = ()

    @property
    def ways(self) -> tuple[MeasurementContext, ...]:
        """The context under each answer to whether losses are taken off, where that is open."""
        return self.answers or (self,)

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of scenarios and of units."""
        return self.target.shape

    @cached_property
    def place(self) -> dict[str, int]:
        """The column of each unit."""
        return {unit.unit: place for place, unit in enumerate(self.units)}

    @cached_property
    def known(self) -> Flags:
        """Where the count of what is done is whole: an incomplete count is none."""
        return np.array([unit.is_counted for unit in self.units], dtype=bool)

    @property
    def partial_ways(self) -> tuple[Partial, ...]:
        """How a step that is begun may count: one way where the reading says so, else both."""
        chosen = self.campaign.readings.partial_steps
        return _WAYS if chosen is None else (chosen,)

    def of_kinds(self, kinds: Sequence[str]) -> Flags:
        """Tell which units are of one of these kinds; no kind named = all."""
        return np.array(
            [not kinds or self.campaign.unit(unit.unit).kind in kinds for unit in self.units],
            dtype=bool,
        )

    def measured(self, of: str, *, item: str = "") -> tuple[Measured, Flags]:
        """Return the rates that an item or veto measures, and where they are known.

        Units of a pool have the rate of their sums, which is known if that of each of them is.
        """
        parts = self._parts(of)
        top, bottom = (np.broadcast_to(part, self.shape) for part in parts[:2])
        known = np.broadcast_to(parts[2], self.shape)
        for members, own in self.pools(item):
            places = [self.place[code] for code in members if code in self.place]
            whole = len(places) == len(members) and self._can_be_pooled(of, places)
            every = np.asarray(known[:, places].all(axis=1, keepdims=True) & whole)
            top, bottom = (_with(part, own, _sums(part[:, places])) for part in (top, bottom))
            counted = [p for p in places if not self.is_given(of, self.units[p].unit)]
            if of in COUNTS and counted:  # a pool has its cases, not their mean
                scale = np.broadcast_to(parts[1], self.shape)[:, counted[:1]]
                bottom = _with(bottom, own, scale)
            known = _with(known, own, every)
        known = np.asarray(known & (bottom > 0), dtype=bool)
        rates = Rationals(np.where(known, top, 0), np.where(known, bottom, 1))
        return Measured(rates=rates, done=self.done, target=self.target), known

    def name_of(self, of: str) -> Label | Message | str:
        """Return what a measure is called: as what measures it in the scheme, else by its code."""
        for part in self.scheme.measuring:
            if part.of == of:
                return part.label
        return _RATES.get(of, of)

    def _parts(self, of: str) -> tuple[Whole, Whole, Flags]:
        """Return what is counted, what it is a part of, and where both are known."""
        if of in _OF_PERSONS:
            return self._persons(of)
        given = np.array([self.is_given(of, unit.unit) for unit in self.units], dtype=bool)
        if given.all():
            return self._given(of)
        found = self._missed_milestones() if of == MISSED_MILESTONES else self._reports(of)
        if not given.any():
            return found
        top, bottom, known = self._given(of)
        scale = 1 if of not in COUNTS else int(bottom[~given][0])  # one scale, so that cases add up
        return (
            np.where(given, top, found[0] * scale),
            np.where(given, bottom, found[1] * scale),
            np.where(given, known, found[2]),
        )

    def is_given(self, of: str, unit: str) -> bool:
        """Tell whether a unit's figure comes from the caller: no other, or handed over instead.

        A case handed over is the same case as that of the progress, whose other units keep theirs.
        A rate may be of something else, such as pensions paid in time: it replaces the whole.
        """
        if of in COUNTS:
            return (unit, of) in self.indicators
        return of not in BUILT_IN or any(code == of for _, code in self.indicators)

    def _reports(self, of: str) -> tuple[_Ints, _Ints, Flags]:
        """Return the reports that came in time of those expected, came late, or did not come."""
        expected, received, on_time = (
            np.array([-1 if one is None else one for one in column], dtype=np.int64)
            for column in zip(
                *(
                    (unit.reports_expected, unit.reports_received, unit.reports_on_time)
                    for unit in self.units
                ),
                strict=True,
            )
        )
        known = np.asarray((expected >= 0) & (received >= 0) & self._there, dtype=bool)
        one = np.ones_like(expected)
        if of == MISSING_REPORTS:
            return expected - received, one, known
        known &= on_time >= 0
        if of == LATE_REPORTS:
            return received - on_time, one, known
        return on_time, expected, known & (expected > 0)

    @property
    def _there(self) -> Flags:
        """Which units exist on the day."""
        return np.array([unit.status not in ("closed", "not_open") for unit in self.units])

    def _missed_milestones(self) -> tuple[Whole, Whole, Flags]:
        """Return how many milestones each unit missed by the end of their days."""
        passed = self.milestones
        missed = np.zeros(self.shape, dtype=np.int64)
        known = np.broadcast_to(self._there & (passed is not None), self.shape)
        for mark in passed or ():
            short = mark.done < mark.needed(self.target)
            missed += short
            # What is enough without a missing report is enough with it.
            known = known & (~short | mark.whole) & (mark.counted | ~mark.there)
        return missed, np.ones_like(missed), np.asarray(known, dtype=bool)

    def _persons(self, of: str) -> tuple[_Ints, _Ints, Flags]:
        if of == COMPLETION:
            return self.done, self.target, self.known & (self.target > 0)
        covered = np.array([unit.covered or 0 for unit in self.units], dtype=np.int64)
        eligible = np.array([unit.eligible or 0 for unit in self.units], dtype=np.int64)
        has = np.array([unit.covered is not None for unit in self.units], dtype=bool)
        return self.done + covered, eligible, self.known & has & (eligible > 0)

    def _given(self, of: str) -> tuple[NDArray[np.int64], NDArray[np.int64], Flags]:
        """Return an indicator as whole numbers that may be summed over a pool."""
        found = [self.indicators.get((unit.unit, of)) for unit in self.units]
        parts = [
            (Fraction(0), Fraction(1))
            if one is None
            else (one.rate, Fraction(1))
            if one.count is None or one.of is None
            else (one.count, one.of)
            for one in found
        ]
        scale = lcm(*(part.denominator for pair in parts for part in pair))
        top, bottom = (
            whole_numbers([int(pair[side] * scale) for pair in parts]) for side in (0, 1)
        )
        return top, bottom, np.array([one is not None for one in found], dtype=bool)

    def _can_be_pooled(self, of: str, places: Sequence[int]) -> bool:
        if len(places) == 1:
            return True
        found = [self.indicators.get((self.units[place].unit, of)) for place in places]
        return all(one is None or one.count is not None for one in found)

    def pools(self, item: str) -> Iterator[tuple[tuple[str, ...], list[int]]]:
        """Yield the members of each pool of an item, and the places that have its rate."""
        taken: set[str] = set()
        for pool in self.scheme.pools:
            if not pool.items or item in pool.items:
                own = [self.place[c] for c in pool.units if c in self.place and c not in taken]
                taken.update(pool.units)
                yield pool.units, own

    def why_unknown(self, place: int, of: str, *, item: str = "") -> Message:
        """Return why the rate of a unit is not known (in the first scenario)."""
        unit = self.units[place].unit
        pools = (pool for pool, own in self.pools(item) if place in own)
        members = next(pools, (unit,))
        for code in members:
            reason = self._missing(code, of, pooled=len(members) > 1)
            if reason is not None:
                if code == unit:
                    return reason
                return message("pooled with {unit}: {reason}", unit=code, reason=reason)
        return message("nothing to assess: the total is 0")

    def _missing(self, code: str, of: str, *, pooled: bool) -> Message | None:
        place = self.place.get(code)
        if place is None:
            return message("{unit} is not in the plan", unit=code)
        unit = self.units[place]
        if self.is_given(of, code):
            asked = self._there[place] or (code, of) in self.indicators
            return self._missing_indicator(code, of, pooled=pooled) if asked else unit.reason
        if of not in _OF_PERSONS:
            return unit.reason if not self._there[place] else self._missing_reports(place, of)
        if not unit.is_counted:
            return unit.reason
        known = unit.covered is not None and bool(unit.eligible)
        if of == COMPLETION:
            return None if self.target[0, place] else message("it has no target")
        return None if known else message("no figure of the covered or the eligible population")

    def _missing_reports(self, place: int, of: str) -> Message:
        if of != MISSED_MILESTONES:
            return _NOTHING_OF[of]
        if self.milestones is None:
            return message("the campaign has no milestone")
        for mark in self.milestones:
            if not mark.counted[place] or not mark.whole[place]:
                return message("not all reports to {day:date} are in", day=mark.day)
        return message("nothing to assess: the total is 0")

    def _missing_indicator(self, code: str, of: str, *, pooled: bool) -> Message | None:
        figure = self.indicators.get((code, of))
        if figure is None:
            return message("no figure of {indicator}", indicator=self.name_of(of))
        if not pooled or figure.count is not None:
            return None
        return message(
            "{indicator} is given as a rate; give count and of to pool it",
            indicator=self.name_of(of),
        )


def context_of(
    progress: Progress,
    scheme: Scheme,
    *,
    target: _Ints,
    uplifted: _Ints,
    done: _Ints | None = None,
    indicators: pd.DataFrame | None = None,
) -> MeasurementContext:
    """Return what a scheme may look at."""
    units = progress.unflagged_units
    figures, _ = read_indicators(
        indicators, units=units_of(progress), known=measured_indicators(scheme)
    )
    counted = np.array([unit.done or 0 for unit in units], dtype=np.int64)
    context = MeasurementContext(
        units=units,
        campaign=progress.campaign,
        scheme=scheme,
        indicators=figures,
        milestones=_passed_milestones(progress)
        if any(part.of == MISSED_MILESTONES for part in scheme.measuring)
        else None,
        done=np.broadcast_to(counted if done is None else done, target.shape),
        target=target,
        uplifted=uplifted,
    )
    if done is not None or "counted" not in progress.open_questions:
        return context
    answers = [
        context_of(
            _counted(progress, counted=answer),
            scheme,
            target=target,
            uplifted=uplifted,
            indicators=indicators,
        )
        for answer in _COUNTED
    ]
    return attrs.evolve(context, answers=tuple(answers))


def _counted(progress: Progress, *, counted: Literal["gross", "net"]) -> Progress:
    """Return a progress under one answer to whether losses are taken off."""
    campaign = progress.campaign.with_readings(counted=counted)
    plan = progress.plan
    return track(
        attrs.evolve(plan, allocation=attrs.evolve(plan.allocation, campaign=campaign)),
        attrs.evolve(progress.tally, campaign=campaign),
        as_of=progress.as_of,
        received=progress.received,
    )


def measured_indicators(scheme: Scheme) -> tuple[str, ...]:
    """Return the indicators of a scheme that may be handed over."""
    measured = (
        *(part.of for part in scheme.measuring),
        *(prize.by for prize in scheme.prizes),
    )
    return tuple(dict.fromkeys(code for code in measured if code not in _OF_PERSONS))


def _sums(columns: Whole) -> Whole:
    """Return the sum of each row as a column, exactly."""
    largest = int(np.abs(columns).max(initial=0))
    if columns.dtype != object and largest * columns.shape[1] >= _LARGE:
        columns = columns.astype(object)
    sums: Whole = columns.sum(axis=1, keepdims=True)
    return sums


def _with(part: Whole, places: Sequence[int], column: Whole) -> Whole:
    """Return an array with one column in several places."""
    changed = part.astype(np.result_type(part, column))
    changed[:, list(places)] = column
    return changed

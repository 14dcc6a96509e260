"""A scheme applied to many scenarios at once: points, grades and conditions as arrays.

One row a scenario, one column a unit, whole numbers and exact fractions without a loop. `assess`
is a batch of one, with the reasons beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property, reduce
from math import lcm
from operator import add
from typing import TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.assessment.indicators import Indicators, read_indicators
from coverage_campaign.assessment.rationals import Flags, Rationals, Whole, whole_numbers
from coverage_campaign.assessment.rules.own import scoring_rule
from coverage_campaign.assessment.rules.rule import Measured
from coverage_campaign.messages import Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.scheme import (
    COMPLETION,
    COVERAGE,
    AwardBar,
    Commendation,
    Item,
    Partial,
    Scheme,
    Veto,
)
from coverage_campaign.progress.progress import Progress
from coverage_campaign.progress.unit_progress import UnitProgress

__all__ = [
    "Answers",
    "BatchAssessment",
    "Condition",
    "ItemAmounts",
    "MeasurementContext",
    "Scores",
    "all_of",
    "assess_many",
    "award_bar",
    "commendation",
    "context_of",
    "measured_indicators",
    "missed_targets",
    "no_veto",
    "outstanding_from",
    "score",
    "scored_item",
    "struck_kinds",
    "veto_condition",
]

_Ints: TypeAlias = NDArray[np.int64]
Answers: TypeAlias = NDArray[np.int8]
"""1 = yes, 0 = no, -1 = could not be told, by scenario and unit."""
_WAYS: tuple[Partial, ...] = ("prorated", "whole_steps")
_LARGE = 2**62


# -- what is measured ------------------------------------------------------------------------------


@attrs.frozen(kw_only=True, eq=False)
class MeasurementContext:
    """Everything that a scheme may look at; arrays have one row a scenario, one column a unit.

    Attributes:
        units: The units of the progress, whose counts before the campaign are the same everywhere.
        campaign: Its readings decide what is open.
        scheme: Its pools say which units are measured together.
        indicators: Figures that the progress does not hold, by unit and indicator.
        done: Persons done, with 0 where nothing is known.
        target: Persons to be done.
        uplifted: The same in the layer that the allocation raised.
    """

    units: Sequence[UnitProgress]
    campaign: Campaign
    scheme: Scheme
    indicators: Indicators
    done: _Ints
    target: _Ints
    uplifted: _Ints

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
        parts = self._persons(of) if of in (COMPLETION, COVERAGE) else self._given(of)
        top, bottom = (np.broadcast_to(part, self.shape) for part in parts[:2])
        known = np.broadcast_to(parts[2], self.shape)
        for members, own in self._pools(item):
            places = [self.place[code] for code in members if code in self.place]
            whole = len(places) == len(members) and self._can_be_pooled(of, places)
            every = np.asarray(known[:, places].all(axis=1, keepdims=True) & whole)
            top, bottom = (_with(part, own, _sums(part[:, places])) for part in (top, bottom))
            known = _with(known, own, every)
        known = np.asarray(known & (bottom > 0), dtype=bool)
        rates = Rationals(np.where(known, top, 0), np.where(known, bottom, 1))
        return Measured(rates=rates, done=self.done, target=self.target), known

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
        if of in (COMPLETION, COVERAGE) or len(places) == 1:
            return True
        found = [self.indicators.get((self.units[place].unit, of)) for place in places]
        return all(one is None or one.count is not None for one in found)

    def _pools(self, item: str) -> Iterator[tuple[tuple[str, ...], list[int]]]:
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
        pools = (pool for pool, own in self._pools(item) if place in own)
        members = next(pools, (unit,))
        for code in members:
            reason = self._missing(code, of, pooled=len(members) > 1)
            if reason is not None:
                if code == unit:
                    return reason
                return message("pooled with {unit}: {reason}", unit=code, reason=reason)
        return message("there is nothing to do: 0 in all")

    def _missing(self, code: str, of: str, *, pooled: bool) -> Message | None:
        place = self.place.get(code)
        if place is None:
            return message("{unit} is not in the plan", unit=code)
        if of not in (COMPLETION, COVERAGE):
            return self._missing_indicator(code, of, pooled=pooled)
        unit = self.units[place]
        if not unit.is_counted:
            return unit.reason
        if of == COMPLETION:
            return None if self.target[0, place] else message("it has no target")
        known = unit.covered is not None and bool(unit.eligible)
        return None if known else message("no figure of the covered or the eligible population")

    def _missing_indicator(self, code: str, of: str, *, pooled: bool) -> Message | None:
        figure = self.indicators.get((code, of))
        if figure is None:
            return message("no figure of {indicator}", indicator=of)
        if not pooled or figure.count is not None:
            return None
        return message("{indicator} is given as a rate; give count and of to pool it", indicator=of)


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
        indicators, units=[unit.unit for unit in units], known=measured_indicators(scheme)
    )
    if done is None:
        done = np.array([unit.done or 0 for unit in units], dtype=np.int64)
    return MeasurementContext(
        units=units,
        campaign=progress.campaign,
        scheme=scheme,
        indicators=figures,
        done=np.broadcast_to(done, target.shape),
        target=target,
        uplifted=uplifted,
    )


def measured_indicators(scheme: Scheme) -> tuple[str, ...]:
    """Return the indicators that a scheme measures and a progress does not hold."""
    measured = (
        *(item.of for item in (*scheme.items, *scheme.rewards)),
        *(veto.of for veto in scheme.vetoes),
        *(prize.by for prize in scheme.prizes),
    )
    return tuple(dict.fromkeys(code for code in measured if code not in (COMPLETION, COVERAGE)))


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


# -- points and grades -----------------------------------------------------------------------------


@attrs.frozen(kw_only=True, eq=False)
class ItemAmounts:
    """What an item gives, under each way in which a step that is begun may count.

    `rated` tells where the rate is known, `measured` where that and the persons are that the rule
    asks for, `known` where there is one amount.
    """

    rates: Rationals
    rated: Flags
    measured: Flags
    known: Flags
    amounts: tuple[Rationals, ...]


def scored_item(context: MeasurementContext, item: Item) -> ItemAmounts:
    """Return what an item gives each unit in each scenario."""
    rule = scoring_rule(item.rule)
    measured, rated = context.measured(item.of, item=item.code)
    known = rated & context.known if rule.by_person else rated
    ways = context.partial_ways if rule.asks_partial else context.partial_ways[:1]
    amounts = tuple(rule.amounts(measured, partial=way) for way in ways)
    agree = known if len(amounts) == 1 else known & amounts[0].equals(amounts[1])
    return ItemAmounts(
        rates=measured.rates, rated=rated, measured=known, known=agree, amounts=amounts
    )


@attrs.frozen(kw_only=True, eq=False)
class Scores:
    """Scores of all items, and the grade of each as its place in the scheme (-1 = not known).

    A score or grade is known if it is the same under every way in which a step may count.
    """

    score: Rationals
    known: Flags
    grade: Answers


def score(
    context: MeasurementContext, items: Sequence[ItemAmounts], free: Condition | None
) -> Scores | None:
    """Return the scores and grades of some items; 0 and the lowest grade under a veto."""
    if not items:
        return None
    shape, grades = context.shape, context.scheme.grades
    measured = np.broadcast_to(np.logical_and.reduce([item.measured for item in items]), shape)
    ways = range(max(len(item.amounts) for item in items))
    totals = [
        reduce(add, (item.amounts[min(way, len(item.amounts) - 1)] for item in items))
        for way in ways
    ]
    places = [_grades(total, context) for total in totals]
    known = measured & (totals[0].equals(totals[-1]) if len(totals) > 1 else True)
    grade = np.where(measured & (places[0] == places[-1]), places[0], -1).astype(np.int8)
    if free is not None:
        struck, open_veto = free.answers == 0, free.answers == -1
        totals[0] = totals[0].replaced(struck, 0)
        known = np.where(struck, True, known & ~open_veto)  # noqa: FBT003 - a flag of the array
        # The lowest grade stands whether or not a veto strikes.
        grade = np.where(open_veto & (grade != 0), -1, grade).astype(np.int8)
        grade = np.where(struck, 0 if grades else -1, grade).astype(np.int8)
    return Scores(score=totals[0], known=np.asarray(known, dtype=bool), grade=grade)


def _grades(total: Rationals, context: MeasurementContext) -> Answers:
    place = np.full(context.shape, -1, dtype=np.int8)
    for number, grade in enumerate(context.scheme.grades):
        reached = True if grade.least is None else total.at_least(grade.least)
        place[np.broadcast_to(reached, context.shape)] = number
    return place


# -- conditions ------------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class Condition:
    """Whether a condition holds, and which of several decides that where it is one of all."""

    answers: Answers
    deciding: NDArray[np.intp]


_ORDER = np.array([0, 2, 1], dtype=np.int8)  # no < could not be told (-1) < yes


def all_of(conditions: Sequence[Condition | None]) -> Condition | None:
    """Return whether all conditions hold: no where one fails, else open where one is open.

    `deciding` is the place of the first that decides; what is not there (None) is met.
    """
    places = [place for place, one in enumerate(conditions) if one is not None]
    given = np.stack([one.answers for one in conditions if one is not None]) if places else None
    if given is None:
        return None
    first = np.argmin(_ORDER[given], axis=0)
    answers = np.take_along_axis(given, first[np.newaxis], axis=0)[0]
    return Condition(answers, np.array(places)[first])


def _condition(context: MeasurementContext, answers: NDArray[np.generic]) -> Condition:
    whole = np.broadcast_to(answers, context.shape).astype(np.int8)
    return Condition(whole, np.zeros(context.shape, dtype=np.intp))


def veto_condition(context: MeasurementContext, veto: Veto) -> Condition:
    """Return whether a veto does not strike: the rate reaches the goal, or it is not meant."""
    measured, known = context.measured(veto.of)
    free = np.where(known, measured.rates.at_least(veto.goal), -1)
    return _condition(context, np.where(context.of_kinds(veto.kinds), free, 1))


def no_veto(context: MeasurementContext) -> Condition | None:
    """Return whether no veto of the scheme strikes."""
    return all_of([veto_condition(context, veto) for veto in context.scheme.vetoes])


def award_bar(context: MeasurementContext, bar: AwardBar | None) -> Condition | None:
    """Return whether a unit may have merit awards: not if it missed its target (done < target)."""
    if bar is None:
        return None
    kinds = [context.campaign.unit(unit.unit).kind for unit in context.units]
    scopes = [struck_kinds(kind, bar, context.campaign) for kind in kinds]
    spared = np.array([scope == {False} for scope in scopes], dtype=bool)
    doubtful = np.array([len(scope) > 1 for scope in scopes], dtype=bool)
    missed = [context.done < target for target in missed_targets(context)]
    some, every = np.logical_or.reduce(missed), np.logical_and.reduce(missed)
    answer = np.where(~some, 1, np.where(every & ~doubtful, 0, -1))
    return _condition(context, np.where(spared, 1, np.where(context.known, answer, -1)))


def missed_targets(context: MeasurementContext) -> tuple[_Ints, ...]:
    """Return the targets that "missed" may be judged against: one where that is clear."""
    campaign = context.campaign
    match campaign.readings.missed_target:
        case "own":
            return (context.target,)
        case "uplifted":
            return (context.uplifted,)
        case _:
            asked = any(question.code == "missed_target" for question in campaign.questions)
            return (context.target, context.uplifted) if asked else (context.target,)


def struck_kinds(kind: str, bar: AwardBar, campaign: Campaign) -> set[bool]:
    """Return whether the bar strikes a kind of unit, under each reading that is left."""
    if not bar.kinds or kind in bar.kinds:
        return {True}
    reading = campaign.readings.award_bar
    asked = any(question.code == "award_bar" for question in campaign.questions)
    in_wide = not bar.also or kind in bar.also
    if reading == "departments" or (reading is None and not asked) or not in_wide:
        return {False}
    return {True} if reading == "departments_and_governments" else {False, True}


def commendation(context: MeasurementContext, rule: Commendation | None) -> Condition | None:
    """Return whether a unit is commended: its completion rate reaches the threshold, exactly."""
    if rule is None:
        return None
    threshold = outstanding_from(rule, context.campaign)
    if threshold is None:
        return _condition(context, np.array(-1))
    rates = Rationals(context.done, np.maximum(context.target, 1))
    known = context.known & (context.target > 0)
    return _condition(context, np.where(known, rates.at_least(threshold), -1))


def outstanding_from(rule: Commendation, campaign: Campaign) -> Fraction | None:
    """Return the completion rate from which a contribution is outstanding; None = open."""
    return campaign.readings.outstanding if rule.threshold is None else rule.threshold


# -- many scenarios --------------------------------------------------------------------------------


@attrs.frozen(kw_only=True, eq=False)
class BatchAssessment:
    """One row a scenario, one column a unit.

    `score` in points, nan where it could not be told; `grade` as the place in the scheme's grades;
    `merit_eligible` and `commended` 1 or 0; -1 where it could not be told.
    """

    score: NDArray[np.float64]
    grade: Answers
    merit_eligible: Answers
    commended: Answers


def assess_many(
    progress: Progress,
    scheme: Scheme,
    *,
    targets: _Ints,
    uplifted: _Ints,
    done: _Ints | None = None,
    indicators: pd.DataFrame | None = None,
) -> BatchAssessment:
    """Return the verdicts of a scheme under many targets, as `assess` gives them for one.

    Args:
        progress: What was done; its own targets play no part.
        scheme: The rules.
        targets: Persons by scenario and unit, in the order of the progress.
        uplifted: The same in the layer that was raised.
        done: Persons done by scenario and unit, where that is another in each; what nobody
            reported stays unknown.
        indicators: What the progress does not hold (see `assess`).
    """
    context = context_of(
        progress, scheme, target=targets, uplifted=uplifted, done=done, indicators=indicators
    )
    free = no_veto(context)
    scores = score(context, [scored_item(context, item) for item in scheme.items], free)
    merit = all_of([award_bar(context, scheme.award_bar), free])
    praise = commendation(context, scheme.commendation)
    open_everywhere = np.full(context.shape, -1, dtype=np.int8)
    commended = None if praise is None else all_of([praise, free])
    return BatchAssessment(
        score=np.full(context.shape, np.nan)
        if scores is None
        else np.where(scores.known, scores.score.floats(), np.nan),
        grade=open_everywhere if scores is None else scores.grade,
        merit_eligible=open_everywhere if merit is None else merit.answers,
        commended=open_everywhere if commended is None else commended.answers,
    )

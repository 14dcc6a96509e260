"""A scheme applied to many scenarios at once: points, grades and conditions as arrays.

One row a scenario, one column a unit, whole numbers and exact fractions without a loop. `assess`
is a batch of one, with the reasons beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from operator import add
from typing import TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.assessment.measures import MeasurementContext, context_of
from coverage_campaign.assessment.rationals import Flags, Rationals
from coverage_campaign.assessment.rules.rule import scoring_rule
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.scheme import AwardBar, Commendation, Item, Scheme, Veto
from coverage_campaign.progress.progress import Progress

__all__ = [
    "Answers",
    "BatchAssessment",
    "Condition",
    "ItemAmounts",
    "Scores",
    "all_of",
    "assess_many",
    "award_bar",
    "commendation",
    "merit_condition",
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


# -- points and grades -----------------------------------------------------------------------------


@attrs.frozen(kw_only=True, eq=False)
class ItemAmounts:
    """What an item gives, under each answer to the questions that are open.

    `rates` are those under each way to count, `amounts` has for each of them one a way in which a
    step that is begun may count. `rated` tells where the rate is known, `measured` where that and
    the persons are that the rule asks for, `known` where there is one amount.
    """

    rates: tuple[Rationals, ...]
    rated: Flags
    measured: Flags
    known: Flags
    amounts: tuple[tuple[Rationals, ...], ...]


def scored_item(context: MeasurementContext, item: Item) -> ItemAmounts:
    """Return what an item gives each unit in each scenario."""
    rule = scoring_rule(item.rule)
    rates, rated, measured, amounts = [], [], [], []
    for way in context.ways:
        found, known = way.measured(item.of, item=item.code)
        rates.append(found.rates)
        rated.append(known)
        measured.append(known & way.known if rule.by_person else known)
        steps = context.partial_ways if rule.asks_partial else context.partial_ways[:1]
        given = tuple(rule.amounts(found, partial=partial) for partial in steps)
        amounts.append(given * (len(context.partial_ways) // len(given)))
    whole = np.logical_and.reduce(measured)
    first, *others = [one for given in amounts for one in given]
    agree = [first.equals(other) for other in others if other is not first]
    return ItemAmounts(
        rates=tuple(rates),
        rated=np.logical_and.reduce(rated),
        measured=whole,
        known=np.logical_and.reduce([whole, *agree]),
        amounts=tuple(amounts),
    )


@attrs.frozen(kw_only=True, eq=False)
class Scores:
    """Scores of all items, and the grade of each as its place in the scheme (-1 = not known).

    A score or grade is known if it is the same under every answer to the questions that are open.
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
    totals = [
        reduce(add, amounts)
        for way in zip(*(item.amounts for item in items), strict=True)
        for amounts in zip(*way, strict=True)
    ]
    places = [_grades(total, context) for total in totals]
    known = np.logical_and.reduce([measured, *(totals[0].equals(total) for total in totals[1:])])
    same = np.logical_and.reduce([measured, *(places[0] == place for place in places[1:])])
    grade = np.where(same, places[0], -1).astype(np.int8)
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


def _under_every_answer(
    context: MeasurementContext, answers: Callable[[MeasurementContext], Answers]
) -> Condition:
    """Return the answers that are the same under every way to count, and -1 for the others."""
    first, *others = [
        np.broadcast_to(answers(way), context.shape).astype(np.int8) for way in context.ways
    ]
    same = np.logical_and.reduce([first == other for other in others]) if others else True
    return Condition(np.where(same, first, -1).astype(np.int8), np.zeros(context.shape, np.intp))


def veto_condition(context: MeasurementContext, veto: Veto) -> Condition:
    """Return whether a veto does not strike: the rate reaches the goal, or it is not meant."""
    return _under_every_answer(context, lambda way: _spared(way, veto))


def _spared(context: MeasurementContext, veto: Veto) -> Answers:
    measured, known = context.measured(veto.of)
    free = np.where(known, measured.rates.at_least(veto.goal), -1)
    return np.where(context.of_kinds(veto.kinds), free, 1)


def no_veto(context: MeasurementContext) -> Condition | None:
    """Return whether no veto of the scheme strikes."""
    return all_of([veto_condition(context, veto) for veto in context.scheme.vetoes])


def award_bar(context: MeasurementContext, bar: AwardBar | None) -> Condition | None:
    """Return whether a unit may have merit awards: not if it missed its target (done < target)."""
    return None if bar is None else _under_every_answer(context, lambda way: _unbarred(way, bar))


def merit_condition(context: MeasurementContext) -> Condition | None:
    """Return whether a unit may have merit awards and prizes: the bar and every veto spare it."""
    return all_of([award_bar(context, context.scheme.award_bar), no_veto(context)])


def _unbarred(context: MeasurementContext, bar: AwardBar) -> Answers:
    kinds = [context.campaign.unit(unit.unit).kind for unit in context.units]
    scopes = [struck_kinds(kind, bar, context.campaign) for kind in kinds]
    spared = np.array([scope == {False} for scope in scopes], dtype=bool)
    doubtful = np.array([len(scope) > 1 for scope in scopes], dtype=bool)
    missed = [context.done < target for target in missed_targets(context)]
    some, every = np.logical_or.reduce(missed), np.logical_and.reduce(missed)
    answer = np.where(~some, 1, np.where(every & ~doubtful, 0, -1))
    return np.where(spared, 1, np.where(context.known, answer, -1))


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
    return _under_every_answer(context, lambda way: _outstanding(way, threshold))


def _outstanding(context: MeasurementContext, threshold: Fraction | None) -> Answers:
    if threshold is None:
        return np.array(-1, dtype=np.int8)
    rates = Rationals(context.done, np.maximum(context.target, 1))
    known = context.known & (context.target > 0)
    return np.where(known, rates.at_least(threshold), -1)


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

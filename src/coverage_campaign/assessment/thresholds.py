"""How many people a unit is short of or over each threshold at which a verdict turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.assessment.measures import MeasurementContext
from coverage_campaign.assessment.rationals import Flags, Rationals, Whole
from coverage_campaign.assessment.rules.own import scoring_rule
from coverage_campaign.assessment.rules.rule import Threshold, Thresholds
from coverage_campaign.assessment.scoring import (
    missed_targets,
    no_veto,
    outstanding_from,
    score,
    scored_item,
)
from coverage_campaign.model.scheme import COMPLETION, COVERAGE, Item, Prize, falling_items

__all__ = ["BoundaryKind", "boundaries"]

BoundaryKind: TypeAlias = Literal[
    "target_met",
    "uplifted_target_met",
    "commended",
    "veto",
    "milestone",
    "item",
    "reward",
    "grade",
    "prize",
]
"""What lies at a boundary."""
_MOST_STEPS = 1000  # of one rule; of more, each unit is told the two next to it
_UNKNOWN = -1


@attrs.frozen(eq=False, kw_only=True)
class _Boundary:
    """One boundary of all units: the fewest persons done that reach it (-1 = not known).

    `threshold` is a rate (points for a grade), one of each unit or the same for all; `units` tells
    whom it concerns; `done` is what counts for it, where that is not what is done by now.
    """

    kind: BoundaryKind
    code: str = ""
    place: int | None = None
    threshold: NDArray[np.float64]
    included: bool = True
    needed: Whole
    units: Flags
    done: pd.api.extensions.ExtensionArray | None = None


def boundaries(context: MeasurementContext) -> pd.DataFrame:
    """Return one row per unit and boundary, unit by unit.

    Columns: unit, name, boundary (a `BoundaryKind`), code (of the item, veto, grade or prize; ''
    for none), place (of a prize), threshold (a rate as a fraction of one; points for a grade),
    included (boolean: reached at the threshold itself, else only above it), needed, done, margin
    [persons].
    """
    found = list(_boundaries(context))
    units = context.units
    columns = [
        np.flatnonzero(boundary.units & np.ones(len(units), dtype=bool)) for boundary in found
    ]
    rows = [(place, number) for number, places in enumerate(columns) for place in places.tolist()]
    rows.sort()
    needed = [int(found[number].needed[place]) for place, number in rows]
    frame = pd.DataFrame(
        {
            "unit": pd.array([units[place].unit for place, _ in rows], dtype="str"),
            "name": pd.array([units[place].label.text("en") for place, _ in rows], dtype="str"),
            "boundary": pd.array([found[number].kind for _, number in rows], dtype="str"),
            "code": pd.array([found[number].code for _, number in rows], dtype="str"),
            "place": pd.array([found[number].place for _, number in rows], dtype="Int64"),
            "threshold": pd.array(
                [float(found[number].threshold[place]) for place, number in rows], dtype="Float64"
            ),
            "included": pd.array([found[number].included for _, number in rows], dtype="boolean"),
            "needed": pd.array([None if one < 0 else one for one in needed], dtype="Int64"),
            "done": pd.array([_done(context, found[n], place) for place, n in rows], dtype="Int64"),
        }
    )
    return frame.assign(margin=frame["done"] - frame["needed"])


def _done(context: MeasurementContext, boundary: _Boundary, place: int) -> int | None:
    """Return what a unit has done that counts for a boundary."""
    if boundary.done is not None:
        done: int | None = boundary.done[place]
        return done
    unit = context.units[place]
    return unit.done if unit.is_counted else None


def _boundaries(context: MeasurementContext) -> Iterator[_Boundary]:
    scheme = context.scheme
    yield from _conditions(context)
    for mark in context.milestones or ():
        yield _Boundary(
            kind="milestone",
            code=mark.milestone.code,
            threshold=_same(mark.share, context),
            needed=mark.needed(context.target)[0],
            units=mark.there,
            done=pd.arrays.IntegerArray(mark.done, ~(mark.counted & mark.whole)),
        )
    for item in scheme.items:
        yield from _of_item(context, item, "item")
    for reward in scheme.rewards:
        yield from _of_item(context, reward, "reward")
    if scheme.items:
        yield from _grades(context)
    for prize in scheme.prizes:
        yield from _prize(context, prize)


def _conditions(context: MeasurementContext) -> Iterator[_Boundary]:
    scheme, everybody = context.scheme, np.ones(len(context.units), dtype=bool)
    if scheme.award_bar is not None:
        targets = missed_targets(context)
        for number, target in enumerate(targets):
            yield _Boundary(
                kind="target_met" if target is context.target else "uplifted_target_met",
                threshold=_same(Fraction(1), context),
                needed=target[0],
                # Where both targets are the same there is one boundary.
                units=everybody if number == 0 else target[0] != targets[0][0],
            )
    if scheme.commendation is not None:
        least = outstanding_from(scheme.commendation, context.campaign)
        if least is not None:
            needed = _needed(context, COMPLETION, Threshold(least))
            yield _Boundary(
                kind="commended", threshold=_same(least, context), needed=needed, units=everybody
            )
    for veto in scheme.vetoes:
        if veto.of in (COMPLETION, COVERAGE):
            yield _Boundary(
                kind="veto",
                code=veto.code,
                threshold=_same(veto.goal, context),
                needed=_needed(context, veto.of, Threshold(veto.goal)),
                units=context.of_kinds(veto.kinds),
            )


def _same(value: Fraction, context: MeasurementContext) -> NDArray[np.float64]:
    return np.full(len(context.units), float(value))


# -- items -----------------------------------------------------------------------------------------


def _of_item(context: MeasurementContext, item: Item, kind: BoundaryKind) -> Iterator[_Boundary]:
    if item.of not in (COMPLETION, COVERAGE):
        return
    measured, known = context.measured(item.of, item=item.code)
    rates = [measured.rates[0, place] for place in np.flatnonzero(known[0]).tolist()]
    highest = max([Fraction(1), *rates])
    found: dict[Threshold, Flags] = {}
    for steps in scoring_rule(item.rule).thresholds():
        for threshold, units in _steps(steps, measured.rates, known[0], highest):
            found[threshold] = found.get(threshold, np.zeros(len(units), dtype=bool)) | units
    for threshold in sorted(found):
        needed = _needed(context, item.of, threshold)
        yield _Boundary(
            kind=kind,
            code=item.code,
            threshold=_same(threshold.rate, context),
            included=threshold.included,
            # What a pool needs is not one unit's number.
            needed=np.where(_pooled(context, item.code), _UNKNOWN, needed),
            units=found[threshold],
        )


def _steps(
    steps: Thresholds, rates: Rationals, known: Flags, highest: Fraction
) -> Iterator[tuple[Threshold, Flags]]:
    """Yield the thresholds of a rule and the units to which each is told."""
    last = highest + steps.distance
    if steps.count is not None:
        last = max(last, steps.first.rate + steps.count * steps.distance)
    within = (last - steps.first.rate) / steps.distance
    if within <= _MOST_STEPS:
        for threshold in steps.between(Fraction(0), last):
            if threshold.rate > 0 or not threshold.included:
                yield threshold, np.ones(len(known), dtype=bool)
        return
    for place in np.flatnonzero(known).tolist():
        rate, unit = rates[0, place], np.arange(len(known)) == place
        for threshold in steps.between(
            max(rate - steps.distance, Fraction(0)), rate + steps.distance
        ):
            yield threshold, unit


def _pooled(context: MeasurementContext, item: str) -> Flags:
    pools = [p for p in context.scheme.pools if not item or not p.items or item in p.items]
    units = {code for pool in pools for code in pool.units}
    return np.array([unit.unit in units for unit in context.units], dtype=bool)


def _needed(context: MeasurementContext, of: str, threshold: Threshold) -> Whole:
    """Return the fewest persons done that reach a threshold, -1 where that is not known."""
    whole, before, known = _counts(context, of)
    return np.where(known, _persons(threshold, whole, before), _UNKNOWN)


def _counts(context: MeasurementContext, of: str) -> tuple[Whole, Whole, Flags]:
    """Return what a rate is a part of, what counts before anybody is done, and who has both."""
    if of == COMPLETION:
        target = context.target[0]
        return target.astype(object), np.zeros(len(target), dtype=object), target > 0
    units = context.units
    has = [unit.covered is not None and bool(unit.eligible) for unit in units]
    whole = np.array([unit.eligible or 0 for unit in units], dtype=object)
    before = np.array([unit.covered or 0 for unit in units], dtype=object)
    return whole, before, np.array(has, dtype=bool)


def _persons(threshold: Threshold, whole: Any, before: Any) -> Any:  # noqa: ANN401 - numbers or arrays
    """Return the fewest whole persons with (before + persons) / whole at the threshold."""
    over, under = threshold.rate.numerator, threshold.rate.denominator
    reached = over * whole - before * under
    fewest = -(-reached // under) if threshold.included else reached // under + 1
    return np.maximum(fewest, 0)


# -- grades and prizes -----------------------------------------------------------------------------


def _grades(context: MeasurementContext) -> Iterator[_Boundary]:
    grades = context.scheme.grades
    countable = not falling_items(context.scheme)
    outside = _pooled(context, "")
    for place, grade in enumerate(grades):
        if place == 0 or grade.least is None:
            continue
        needed: Whole = np.full(len(context.units), _UNKNOWN)
        if countable:
            needed = np.where(outside, _UNKNOWN, _fewest(context, _at_least(context, place)))
        yield _Boundary(
            kind="grade",
            code=grade.code,
            threshold=_same(Fraction(grade.least), context),
            needed=needed,
            units=np.ones(len(context.units), dtype=bool),
        )


def _at_least(context: MeasurementContext, place: int) -> Callable[[NDArray[np.int64]], Flags]:
    """Return the test whether so many persons done give a grade or a better one."""

    def reached(done: NDArray[np.int64]) -> Flags:
        other = attrs.evolve(context, done=done[np.newaxis], answers=())
        items = [scored_item(other, item) for item in context.scheme.items]
        scores = score(other, items, no_veto(other))
        return np.asarray(scores is not None and scores.grade[0] >= place)

    return reached


def _fewest(
    context: MeasurementContext, reached: Callable[[NDArray[np.int64]], Flags]
) -> NDArray[np.int64]:
    """Return the fewest persons done of each unit for which a rising test holds, -1 = none."""
    done, target = context.done[0], context.target[0]
    eligible = np.array([unit.eligible or 0 for unit in context.units], dtype=np.int64)
    high = np.maximum.reduce([3 * target, eligible, done])
    can = reached(high)
    low = np.zeros_like(high)
    while (low < high).any():
        middle = (low + high) // 2
        holds = reached(middle)
        low, high = np.where(holds, low, middle + 1), np.where(holds, middle, high)
        high = np.maximum(low, high)
    return np.where(can & context.known, high, _UNKNOWN)


def _prize(context: MeasurementContext, prize: Prize) -> Iterator[_Boundary]:
    """Yield, for each place of a prize, the rate that has it whatever the unit does itself."""
    if prize.by not in (COMPLETION, COVERAGE):
        return
    (completion, known), (by, known_by) = context.measured(COMPLETION), context.measured(prize.by)
    among = known & completion.rates.at_least(prize.among_from)
    complete = bool((known & known_by)[0].all()) and not _pooled(context, "").any()
    rates = [by.rates[0, place] for place in range(len(context.units))]
    ranked = sorted(np.flatnonzero(among[0]).tolist(), key=lambda place: rates[place], reverse=True)
    position = {place: number for number, place in enumerate(ranked)}
    whole, before, _ = _counts(context, prize.by)
    entry = _needed(context, COMPLETION, Threshold(prize.among_from))
    for number in range(len(prize.amounts)):
        needed, to_beat = [], []
        for place in range(len(rates)):
            # The unit that would lose the place: of those before it, or the next one after.
            other = number if position.get(place, len(ranked)) > number else number + 1
            rate = rates[ranked[other]] if other < len(ranked) else Fraction(0)
            to_beat.append(float(rate))
            fewest = _persons(Threshold(rate), whole[place], before[place])
            needed.append(max(int(fewest), int(entry[place])) if complete else _UNKNOWN)
        yield _Boundary(
            kind="prize",
            code=prize.code,
            place=number + 1,
            threshold=np.array(to_beat),
            needed=np.array(needed),
            units=np.ones(len(rates), dtype=bool),
        )

"""How many people a unit is short of or over each threshold at which a verdict turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from operator import itemgetter
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.assessment.measures import MeasurementContext
from coverage_campaign.assessment.rationals import Flags
from coverage_campaign.assessment.rules.per_case import PerCase
from coverage_campaign.assessment.rules.rule import (
    Reach,
    ScoringRule,
    Threshold,
    TooManySteps,
    scoring_rule,
    turns,
)
from coverage_campaign.assessment.scoring import (
    merit_condition,
    missed_targets,
    no_veto,
    outstanding_from,
    score,
    scored_item,
    struck_kinds,
    veto_condition,
)
from coverage_campaign.model.scheme import COMPLETION, COVERAGE, Item, Prize

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
_OF_PERSONS = (COMPLETION, COVERAGE)
_UNKNOWN = -1
_TIMES = 3  # the target: what a unit may come to
_SCANNED = 10**6  # so many scores at most are calculated to find a grade that need not rise


@attrs.frozen(eq=False, kw_only=True)
class _Boundary:
    """One boundary of some units: the fewest persons done that reach it (-1 = not known).

    `threshold` is a rate (points for a grade); `done` is what counts for it, where that is not what
    is done by now. All have one entry a unit of `places`.
    """

    kind: BoundaryKind
    places: Sequence[int]
    code: str = ""
    place: int | None = None
    threshold: Sequence[Fraction | float]
    included: bool = True
    needed: Sequence[int]
    done: Sequence[int | None] | None = None


def boundaries(context: MeasurementContext) -> pd.DataFrame:
    """Return one row per unit and boundary, unit by unit (see `Assessment.boundaries`)."""
    units = context.units
    now = [unit.done if unit.is_counted else None for unit in units]
    rows = [
        (place, boundary.kind, boundary.code, boundary.place, float(threshold), boundary.included,
         None if needed < 0 else int(needed), now[place] if done is _NOW else done)
        for boundary in _Boundaries(context).all()
        for place, threshold, needed, done in zip(
            boundary.places, boundary.threshold, boundary.needed,
            [_NOW] * len(boundary.places) if boundary.done is None else boundary.done, strict=True,
        )
    ]  # fmt: skip
    rows.sort(key=lambda row: row[0])  # stable: the boundaries of a unit stay in their order
    columns = [*zip(*rows, strict=True)] or [()] * 8
    places = list(columns[0])
    frame = pd.DataFrame(
        {
            "unit": pd.array([units[place].unit for place in places], dtype="str"),
            "name": pd.array([units[place].label.text("en") for place in places], dtype="str"),
            **{
                name: pd.array(list(column), dtype=kind)
                for (name, kind), column in zip(_COLUMNS.items(), columns[1:], strict=True)
            },
        }
    )
    return frame.assign(margin=frame["done"] - frame["needed"])


_NOW: Any = object()
_COLUMNS: dict[str, Any] = {
    "boundary": "str",
    "code": "str",
    "place": "Int64",
    "threshold": "Float64",
    "included": "boolean",
    "needed": "Int64",
    "done": "Int64",
}


@attrs.frozen(eq=False)
class _RateParts:
    """What the rate of each unit is: (before + done) / whole, and where that is known.

    In a pool `whole` and `before` are those of all members, what the others did included.
    """

    whole: list[int]
    before: list[int]
    known: list[bool]

    def rate(self, place: int, done: int) -> Fraction:
        """Return the rate of a unit with so many persons done."""
        return Fraction(self.before[place] + done, self.whole[place])

    def persons(self, place: int, threshold: Threshold) -> int:
        """Return the fewest whole persons of a unit at a threshold, -1 = not known."""
        if not self.known[place]:
            return _UNKNOWN
        reached = threshold.rate * self.whole[place] - self.before[place]
        return max(ceil(reached) if threshold.included else floor(reached) + 1, 0)


@attrs.define(eq=False)
class _Boundaries:
    """Finds the boundaries of the first scenario of a context."""

    context: MeasurementContext

    def all(self) -> Iterator[_Boundary]:
        """Yield the boundaries of every part of the scheme."""
        context, scheme = self.context, self.context.scheme
        yield from self._conditions()
        for mark in context.milestones or ():
            known = (mark.counted & mark.whole).tolist()
            done = [n if has else None for n, has in zip(mark.done.tolist(), known, strict=True)]
            places = np.flatnonzero(mark.there).tolist()
            yield _Boundary(
                kind="milestone",
                code=mark.milestone.code,
                places=places,
                threshold=[mark.share] * len(places),
                needed=mark.needed(context.target)[0][places].tolist(),
                done=[done[place] for place in places],
            )
        for item in scheme.items:
            yield from self._of_item(item, "item")
        for reward in scheme.rewards:
            yield from self._of_item(reward, "reward")
        if scheme.items:
            yield from self._grades()
        for prize in scheme.prizes:
            yield from self._prize(prize)

    @property
    def _everybody(self) -> range:
        return range(len(self.context.units))

    def _conditions(self) -> Iterator[_Boundary]:
        context, scheme = self.context, self.context.scheme
        if scheme.award_bar is not None:
            targets = [target[0] for target in missed_targets(context)]
            for number, target in enumerate(targets):
                # Where both targets are the same there is one boundary.
                apart = target != targets[0] if number else np.ones(len(target), dtype=bool)
                places = np.flatnonzero(apart)
                yield _Boundary(
                    kind="uplifted_target_met"
                    if missed_targets(context)[number] is not context.target
                    else "target_met",
                    places=places.tolist(),
                    threshold=[Fraction(1)] * len(places),
                    needed=target[places].tolist(),
                )
        if scheme.commendation is not None:
            least = outstanding_from(scheme.commendation, context.campaign)
            if least is not None:
                target = context.target[0].tolist()
                own = _RateParts(target, [0] * len(target), [persons > 0 for persons in target])
                yield self._at(Threshold(least), own, self._everybody, kind="commended")
        for veto in scheme.vetoes:
            if veto.of in _OF_PERSONS:
                struck = np.flatnonzero(context.of_kinds(veto.kinds)).tolist()
                counts = self._counts(veto.of)
                yield self._at(Threshold(veto.goal), counts, struck, kind="veto", code=veto.code)

    def _at(
        self,
        threshold: Threshold,
        counts: _RateParts,
        places: Sequence[int],
        *,
        kind: BoundaryKind,
        code: str = "",
    ) -> _Boundary:
        """Return the boundary at a rate."""
        return _Boundary(
            kind=kind,
            code=code,
            places=places,
            threshold=[threshold.rate] * len(places),
            included=threshold.included,
            needed=[counts.persons(place, threshold) for place in places],
        )

    def _counts(self, of: str, item: str = "") -> _RateParts:
        """Return what a rate is a part of, and what counts before a unit does anything itself."""
        context, units = self.context, self.context.units
        done, whole = context.done[0].tolist(), context.target[0].tolist()
        before, known = [0] * len(whole), [target > 0 for target in whole]
        if of == COVERAGE:
            whole = [unit.eligible or 0 for unit in units]
            before = [unit.covered or 0 for unit in units]
            known = [unit.covered is not None and bool(unit.eligible) for unit in units]
        own = _RateParts([*whole], [*before], [*known])
        for members, places in context.pools(item):
            inside = [context.place[code] for code in members if code in context.place]
            sure = len(inside) == len(members) and all(known[place] for place in inside)
            for place in places:
                rest = [other for other in inside if other != place]
                sums = [sum(column[one] for one in inside) for column in (whole, before)]
                own.whole[place] = sums[0]
                own.before[place] = sums[1] + sum(done[other] for other in rest)
                own.known[place] = sure and all(context.known[other] for other in rest)
        return own

    @cached_property
    def _high(self) -> NDArray[np.int64]:
        """The most persons of each unit that are looked at."""
        done, target = self.context.done[0], self.context.target[0]
        eligible = np.array([unit.eligible or 0 for unit in self.context.units], dtype=np.int64)
        most: NDArray[np.int64] = np.maximum.reduce([_TIMES * target, eligible, done])
        return most

    # -- items -------------------------------------------------------------------------------------

    def _of_item(self, item: Item, kind: BoundaryKind) -> Iterator[_Boundary]:
        if item.of not in _OF_PERSONS:
            return
        rule, counts = scoring_rule(item.rule), self._counts(item.of, item.code)
        places = np.flatnonzero(counts.known).tolist()
        found = dict.fromkeys(places, self._turns(rule, counts, places))
        if rule.by_person or not places or None in found.values():
            found = {place: self._turns(rule, counts, [place]) for place in places}
        alike: dict[tuple[Threshold, ...], list[int]] = {}
        for place, turning in found.items():
            alike.setdefault(turning or (), []).append(place)
        unknown = np.flatnonzero(~np.array(counts.known)).tolist()
        for number, (turning, members) in enumerate(alike.items()):
            those = sorted([*members, *unknown]) if number == 0 else members
            for threshold in turning:
                yield self._at(threshold, counts, those, kind=kind, code=item.code)

    def _turns(
        self, rule: ScoringRule, counts: _RateParts, places: Sequence[int]
    ) -> tuple[Threshold, ...] | None:
        """Return where a rule turns for some units; of very many steps those next to one unit.

        None: there are very many, and several units.
        """
        if not places:
            return ()
        first = places[0]
        least = counts.rate(first, 0) if rule.by_person else Fraction(0)
        reach = Reach(
            least=least,
            most=max(counts.rate(place, int(self._high[place])) for place in places),
            whole=counts.whole[first],
            before=counts.before[first],
            target=int(self.context.target[0, first]),
        )
        partials = self.context.partial_ways if rule.asks_partial else ("prorated",)
        now = counts.rate(first, int(self.context.done[0, first]))
        while True:
            try:
                return tuple(turns(rule, reach, partials))
            except TooManySteps as many:
                if len(places) > 1:
                    return None
                near = max(now - many.distance, least), now + many.distance
                reach = attrs.evolve(reach, least=near[0], most=near[1])

    # -- grades ------------------------------------------------------------------------------------

    def _grades(self) -> Iterator[_Boundary]:
        for place, grade in enumerate(self.context.scheme.grades):
            if place == 0 or grade.least is None:
                continue
            yield _Boundary(
                kind="grade",
                code=grade.code,
                places=self._everybody,
                threshold=[Fraction(grade.least)] * len(self._everybody),
                needed=self._fewest(place).tolist(),
            )

    def _fewest(self, grade: int) -> NDArray[np.int64]:
        """Return the fewest persons done of each unit that give a grade or a better one."""
        known, high = self.context.known, self._high
        items = [item for item in self.context.scheme.items if item.of in _OF_PERSONS]
        if all(_never_falls(scoring_rule(item.rule)) for item in items):
            return np.where(known, self._halved(grade), _UNKNOWN)
        needed: NDArray[np.int64] = np.full(len(high), _UNKNOWN)
        if int(high.sum()) * max(len(items), 1) > _SCANNED:
            return needed
        for place in np.flatnonzero(known).tolist():
            done = np.tile(self.context.done[0], (int(high[place]) + 1, 1))
            done[:, place] = np.arange(len(done))
            reached = np.flatnonzero(self._reached(done, grade)[:, place])
            needed[place] = reached[0] if len(reached) else _UNKNOWN
        return needed

    def _halved(self, grade: int) -> NDArray[np.int64]:
        """Return the same where more people never give less."""
        done, high = self.context.done[0], self._high.copy()
        low = np.zeros_like(high)
        # Members of a pool are tried one by one, the others as they are; all other units at once.
        pooled = self._pooled
        rows = np.zeros(len(high), dtype=np.intp)
        rows[pooled] = np.arange(1, len(pooled) + 1)
        every = np.arange(len(high))

        def holds(persons: NDArray[np.int64]) -> Flags:
            tried = np.tile(done, (len(pooled) + 1, 1))
            tried[rows, every] = persons
            found: Flags = self._reached(tried, grade)[rows, every]
            return found

        can = holds(high)
        while (low < high).any():
            middle = (low + high) // 2
            met = holds(middle)
            low, high = np.where(met, low, middle + 1), np.where(met, middle, high)
            high = np.maximum(low, high)
        return np.where(can, high, _UNKNOWN)

    @cached_property
    def _pooled(self) -> NDArray[np.intp]:
        codes = {code for pool in self.context.scheme.pools for code in pool.units}
        return np.flatnonzero([unit.unit in codes for unit in self.context.units])

    def _reached(self, done: NDArray[np.int64], grade: int) -> Flags:
        """Tell where so many persons done, one row a trial, give a grade or a better one."""
        other = attrs.evolve(
            self.context,
            done=done,
            target=np.broadcast_to(self.context.target[0], done.shape),
            uplifted=np.broadcast_to(self.context.uplifted[0], done.shape),
            answers=(),
        )
        items = [scored_item(other, item) for item in self.context.scheme.items]
        scores = score(other, items, no_veto(other))
        return np.asarray(np.zeros(done.shape) if scores is None else scores.grade >= grade, bool)

    # -- prizes ------------------------------------------------------------------------------------

    def _prize(self, prize: Prize) -> Iterator[_Boundary]:
        """Yield, for each place of a prize, the rate that has it whatever the unit does itself."""
        if prize.by not in _OF_PERSONS:
            return
        context = self.context
        (completion, known), (by, known_by) = (
            context.measured(COMPLETION),
            context.measured(prize.by),
        )
        there = [unit.status not in ("closed", "not_open") for unit in context.units]
        merit = merit_condition(context)
        answers = np.ones(len(there), dtype=np.int8) if merit is None else merit.answers[0]
        among = (known & completion.rates.at_least(prize.among_from))[0] & there
        complete = bool((known & known_by)[0][there & (answers != 0)].all())
        rates = [by.rates[0, place] for place in self._everybody]
        most = len(prize.amounts)
        mates = {place: {place} for place in self._everybody}
        for members, own in context.pools(""):
            inside = {context.place[code] for code in members if code in context.place}
            mates |= dict.fromkeys(own, inside)
        counts = self._counts(prize.by)
        enter, entry = self._counts(COMPLETION), Threshold(prize.among_from)
        places = np.flatnonzero(there).tolist()
        # Those whom the bar may yet strike are before a unit, or are not.
        ways = [
            sorted(np.flatnonzero(among & may).tolist(), key=lambda one: rates[one], reverse=True)
            for may in (answers == 1, answers != 0)
        ]

        def asked(place: int, number: int, ranked: Sequence[int]) -> tuple[int, Fraction]:
            """Return the persons and the rate for a place; the persons are -1 if not known."""
            # A unit has to beat all others but those of its pool, who have its own rate.
            first = ranked[: most + len(mates[place])]
            others = [rates[one] for one in first if one not in mates[place]]
            to_beat = others[number] if number < len(others) else Fraction(0)
            found = [
                (counts.persons(place, Threshold(to_beat)), to_beat),
                (enter.persons(place, entry), prize.among_from),
                *self._merit_conditions[place],
            ]
            persons, threshold = max(found, key=itemgetter(0))
            told = complete and all(each != _UNKNOWN for each, _ in found)
            return persons if told else _UNKNOWN, threshold

        for number in range(most):
            least, surely = ([asked(place, number, way) for place in places] for way in ways)
            yield _Boundary(
                kind="prize",
                code=prize.code,
                place=number + 1,
                places=places,
                threshold=[threshold for _, threshold in least],
                needed=[
                    one if one == other else _UNKNOWN
                    for (one, _), (other, _) in zip(least, surely, strict=True)
                ],
            )

    @cached_property
    def _merit_conditions(self) -> list[list[tuple[int, Fraction]]]:
        """What each unit needs to have merit awards: persons and rate, one a veto and target.

        Where a veto on something else does not spare a unit, no number of persons is known (-1).
        """
        context, scheme = self.context, self.context.scheme
        found: list[list[tuple[int, Fraction]]] = [[] for _ in self._everybody]
        for veto in scheme.vetoes:
            spared = veto_condition(context, veto).answers[0]
            counts = self._counts(veto.of) if veto.of in _OF_PERSONS else None
            for place in np.flatnonzero(context.of_kinds(veto.kinds)).tolist():
                if counts is not None:
                    found[place].append((counts.persons(place, Threshold(veto.goal)), veto.goal))
                elif spared[place] != 1:
                    found[place].append((_UNKNOWN, veto.goal))
        if scheme.award_bar is not None:
            for place, unit in enumerate(context.units):
                kind = context.campaign.unit(unit.unit).kind
                if struck_kinds(kind, scheme.award_bar, context.campaign) != {False}:
                    targets = (int(target[0, place]) for target in missed_targets(context))
                    found[place] += [(target, Fraction(1)) for target in targets]
        return found


def _never_falls(rule: ScoringRule) -> bool:
    """Tell whether more people certainly never give fewer points."""
    parts: Sequence[ScoringRule] = getattr(rule, "rules", ())
    if parts:
        return all(map(_never_falls, parts))
    return rule.straight and rule.rises and not isinstance(rule, PerCase)

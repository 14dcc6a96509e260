"""What every rule of points can do, what it is given to look at, and where what it gives turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, isfinite, lcm
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.assessment.rationals import (
    Exact,
    Rationals,
    Whole,
    number,
    percent,
    whole_numbers,
)
from coverage_campaign.checks import calling, kind_of
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Message, formats, message
from coverage_campaign.model.scheme import AnyRule, Partial, RuleFunction

__all__ = [
    "FunctionRule",
    "Measured",
    "OneAmount",
    "PointsUnit",
    "Reach",
    "ScoringRule",
    "Threshold",
    "TooManySteps",
    "amount_text",
    "begun_steps",
    "falls_by_case",
    "lines",
    "measured_text",
    "partial_text",
    "positive",
    "scoring_rule",
    "step_text",
    "turns",
]

PointsUnit: TypeAlias = Literal["points", "yuan"]
"""What a rule gives."""
_PERCENTAGE_POINT = Fraction(1, 100)
_MOST_STEPS = 1000
_MOST_CASES = 366
_PARTIALS: tuple[Partial, ...] = ("prorated", "whole_steps")


@attrs.frozen(eq=False, kw_only=True)
class Measured:
    """What a rule looks at: rates (fractions of one) and, of the same shape, persons.

    `done` and `target` are None where only rates are known; they are counted in `parts` of a
    person.
    """

    rates: Rationals
    done: Whole | None = None
    target: Whole | None = None
    parts: int = 1

    def by_person(
        self, amounts: Rationals, which: Literal["all", "up_to_target", "beyond_target"]
    ) -> Rationals:
        """Return amounts times the persons that they are given for."""
        done, target = self.done, self.target
        if done is None or (target is None and which != "all"):
            raise DefinitionError(
                Problem("done, target", "missing", "a rule by the person needs the persons")
            )
        persons = done
        if target is not None and which != "all":
            near = np.minimum(done, target)
            persons = near if which == "up_to_target" else np.maximum(done - near, 0)
        return amounts.times(persons) * Fraction(1, self.parts)


@attrs.frozen(order=True)
class Threshold:
    """A rate at which the points jump or bend: reached at the rate itself, or only above it."""

    rate: Fraction
    included: bool = True


class TooManySteps(Exception):  # noqa: N818 - it is no error: the steps next to a rate are told
    """A rule has more steps than a table can hold; `distance` lies between two of them."""

    def __init__(self, distance: Fraction) -> None:
        """Keep the distance."""
        super().__init__(distance)
        self.distance = distance


@attrs.frozen(kw_only=True)
class Reach:
    """The rates that are looked at for thresholds, both ends inside.

    For rules by the person, what a rate is in persons: rate = (before + done) / whole.
    """

    least: Fraction = Fraction(0)
    most: Fraction
    whole: int = 1
    before: int = 0
    target: int = 0

    def measured(self, rates: Sequence[Fraction]) -> Measured:
        """Return some rates as what a rule looks at."""
        done = [rate * self.whole - self.before for rate in rates]
        parts = lcm(*(one.denominator for one in done))
        return Measured(
            rates=Rationals.of(rates),
            done=whole_numbers([int(one * parts) for one in done]),
            target=whole_numbers([self.target * parts] * len(rates)),
            parts=parts,
        )

    def rate_of(self, done: int) -> Fraction:
        """Return the rate that so many persons done are."""
        return Fraction(self.before + done, self.whole)

    def steps(
        self, first: Fraction, distance: Fraction, count: int | None = None
    ) -> Iterator[Fraction]:
        """Yield rates at equal distances upwards from the first; `count` None is without end.

        Raises:
            TooManySteps: More than a thousand of them.
        """
        start = max(ceil((self.least - first) / distance), 0)
        stop = max(floor((self.most - first) / distance) + 1, start)
        stop = stop if count is None else min(stop, count)
        if stop - start > _MOST_STEPS:
            raise TooManySteps(distance)
        return (first + place * distance for place in range(start, stop))


@runtime_checkable
class ScoringRule(Protocol):
    """A rule of points (or yuan): a value that says what it gives, where it turns, how it reads.

    A new rule is a class with these members in a file of this folder, named in `RULES`. The name of
    its first field is its key in campaign files: no other rule has a field of that name.
    """

    @property
    def rises(self) -> bool:
        """Whether more people never mean fewer points."""

    @property
    def falls(self) -> bool:
        """Whether more cases never mean more points, where cases are counted."""

    @property
    def asks_partial(self) -> bool:
        """Whether it leaves open if a step that is begun counts in part."""

    @property
    def by_person(self) -> bool:
        """Whether it needs to know how many persons are done."""

    @property
    def straight(self) -> bool:
        """Whether what it gives runs straight between its thresholds: not so of a function."""

    def amounts(self, measured: Measured, *, partial: Partial) -> Rationals:
        """Return what it gives for each rate; `partial` decides where it leaves that open."""

    def thresholds(self, reach: Reach) -> Iterable[Fraction]:
        """Return the rates within reach at which what it gives may jump or bend, in any order."""

    def statement(self, unit: PointsUnit, *, cases: bool = False) -> Message:
        """Return the rule as a sentence without capital and full stop.

        `cases`: what is measured is a number of cases, and no rate.
        """


class OneAmount:
    """What rules have in common whose first field is an amount that is given for more of a rate."""

    by_person = False
    straight = True

    @property
    def _amount(self) -> Decimal:
        cls: Any = type(self)
        amount: Decimal = getattr(self, attrs.fields(cls)[0].name)
        return amount

    @property
    def rises(self) -> bool:
        """Whether more people never mean fewer points."""
        return self._amount >= 0

    @property
    def falls(self) -> bool:
        """Whether more cases never mean more points, where cases are counted."""
        own: Any = self
        return self._amount <= 0 if self.by_person else falls_by_case(own)

    @property
    def asks_partial(self) -> bool:
        """Whether it leaves open if a step that is begun counts in part."""
        return getattr(self, "partial", "prorated") is None


@attrs.frozen
class FunctionRule:
    """What a plain function gives: it is called with each rate, an exact fraction of one.

    It returns points: a whole number, Fraction, Decimal or finite float (taken as the decimal that
    it prints as). Its thresholds are not known, and it has no form of its own in a file.
    """

    function: RuleFunction

    rises = True
    falls = True
    asks_partial = False
    by_person = False
    straight = False

    @property
    def name(self) -> str:
        """The name of the function."""
        return str(getattr(self.function, "__name__", type(self.function).__name__))

    def amounts(self, measured: Measured, *, partial: Partial) -> Rationals:
        """Return what the function gives for each rate, called once for each that occurs."""
        del partial
        rates = measured.rates
        top, bottom = np.broadcast_arrays(rates.numerator, rates.denominator)
        pairs = pd.DataFrame({"top": top.ravel(), "bottom": bottom.ravel()})
        place = pairs.groupby(["top", "bottom"], sort=False).ngroup().to_numpy().reshape(top.shape)
        distinct = pairs.drop_duplicates()
        given = Rationals.of(
            [
                self._points(Fraction(over, under * rates.scale))
                for over, under in zip(*(distinct[name].tolist() for name in distinct), strict=True)
            ]
        )
        return Rationals(given.numerator[place], given.denominator[place], given.scale)

    def _points(self, rate: Fraction) -> Fraction:
        fix = "return points as a finite number: whole, a Fraction, a Decimal or a float"
        try:
            given: object = self.function(rate)
        except Exception:  # named only now: the function is called very often
            where = message("rule {name}", name=self.name)
            with calling(message("{where} of {rate:raw}", where=where, rate=rate), fix=fix):
                raise
        if isinstance(given, (int, Fraction, np.integer)) and not isinstance(given, bool):
            return Fraction(given if isinstance(given, Fraction) else int(given))
        if isinstance(given, Decimal) and given.is_finite():
            return Fraction(given)
        if isinstance(given, float) and isfinite(given):
            return Fraction(repr(float(given)))
        found = message("{given} for the rate {rate:raw}", given=f"{given!r:.60}", rate=rate)
        raise DefinitionError(Problem(message("rule {name}", name=self.name), found, fix))

    def thresholds(self, reach: Reach) -> tuple[Fraction, ...]:
        """Return none: where a function turns is not known."""
        del reach
        return ()

    def statement(self, unit: PointsUnit, *, cases: bool = False) -> Message:
        """Return the rule as a sentence without capital and full stop."""
        del cases
        if unit == "yuan":
            return message("yuan by the function {name} of the rate", name=self.name)
        return message("points by the function {name} of the rate", name=self.name)


def scoring_rule(rule: AnyRule) -> ScoringRule:
    """Return a rule as something that can score: a value of this folder, or a function."""
    if isinstance(rule, ScoringRule):
        return rule
    if callable(rule):
        return FunctionRule(rule)
    raise TypeError(
        f"a rule is a value of cc.rules or a function of the rate; this is {kind_of(rule)}"
    )


def falls_by_case(rule: ScoringRule) -> bool:
    """Tell whether one case more never gives more: from no case to one on every day of a year.

    The rule needs no persons.
    """
    measured = Measured(rates=Rationals.of([Fraction(cases) for cases in range(_MOST_CASES + 1)]))
    for partial in _PARTIALS[: 1 + rule.asks_partial]:
        amounts = rule.amounts(measured, partial=partial)
        given = [amounts[cases] for cases in range(_MOST_CASES + 1)]
        if any(later > earlier for earlier, later in pairwise(given)):
            return False
    return True


# -- where what a rule gives turns -----------------------------------------------------------------


@attrs.frozen
class _Segment:
    """What a rule gives between two rates: `at` a rate, and `slope` more for each one of it."""

    at: Fraction
    value: Fraction
    slope: Fraction

    def of(self, rate: Fraction) -> Fraction:
        return self.value + self.slope * (rate - self.at)


def lines(
    rule: ScoringRule, rates: Sequence[Fraction], reach: Reach, partial: Partial
) -> tuple[_Segment, ...]:
    """Return what a rule that runs straight between rates, in rising order, gives between them."""
    thirds = [a + (b - a) * part / 3 for a, b in pairwise(rates) for part in (1, 2)]
    if not thirds:
        return ()
    given = rule.amounts(reach.measured(thirds), partial=partial)
    found = []
    for place in range(0, len(thirds), 2):
        first, second = thirds[place : place + 2]
        slope = (given[place + 1] - given[place]) / (second - first)
        found.append(_Segment(first, given[place], slope))
    return tuple(found)


def turns(rule: ScoringRule, reach: Reach, partials: Sequence[Partial]) -> list[Threshold]:
    """Return where what a rule gives jumps or bends, under any way that a step begun may count.

    Raises:
        TooManySteps: More steps within reach than a table can hold.
    """
    inside = {rate for rate in rule.thresholds(reach) if reach.least <= rate <= reach.most}
    rates = sorted({reach.least, *inside, reach.most})
    found: set[Threshold] = set()
    for partial in partials:
        at = rule.amounts(reach.measured(rates), partial=partial)
        between = [None, *lines(rule, rates, reach, partial), None]
        for place, (rate, (left, right)) in enumerate(zip(rates, pairwise(between), strict=True)):
            value = at[place]
            jumps_at = left is not None and left.of(rate) != value
            jumps_above = right is not None and right.of(rate) != value
            bends = left is not None and right is not None and left.slope != right.slope
            # What is flat up to a rate changes only above it.
            leaves = bends and not jumps_at and left is not None and left.slope == 0
            if jumps_at or (bends and not jumps_above and not leaves):
                found.add(Threshold(rate))
            if jumps_above or leaves:
                found.add(Threshold(rate, included=False))
    return sorted(one for one in found if one.rate in inside)


# -- words -----------------------------------------------------------------------------------------


def begun_steps(steps: Rationals, partial: Partial) -> Rationals:
    """Return numbers of steps: with the part of one that is begun, or whole ones alone."""
    return steps if partial == "prorated" else steps.floor()


def positive(instance: object, attribute: attrs.Attribute[Fraction], value: Fraction) -> None:
    """Refuse a rate that is not above 0."""
    del instance
    if value <= 0:
        raise DefinitionError(Problem(attribute.name, f"{value}", "give a rate above 0"))


def amount_text(value: Exact, unit: PointsUnit) -> Message:
    """Return an amount with its unit.

    >>> str(amount_text(Fraction(98, 10), "points")), amount_text(300, "yuan").text("zh")
    ('9.8 points', '300元')
    """
    amount = formats.number(value, most=4)  # a rule's own amounts have no more
    if unit == "yuan":
        return message("{amount} yuan", amount=amount)
    return message("{amount} {n:plural point|points}", amount=amount, n=Fraction(value))


def measured_text(rate: Fraction, *, cases: bool) -> Message | str:
    """Return what is measured: a rate in percent, or a number of cases.

    >>> measured_text(Fraction(3, 5), cases=False), str(measured_text(Fraction(1), cases=True))
    ('60%', '1 case')
    """
    return message("{n} {n:plural case|cases}", n=rate) if cases else percent(rate)


def step_text(step: Fraction, *, cases: bool = False) -> Message:
    """Return a step of a rate in percentage points.

    >>> str(step_text(Fraction(1, 100))), step_text(Fraction(1, 20)).text("zh")
    ('percentage point', '5个百分点')
    """
    if cases:
        return message("{n} {n:plural case|cases}", n=step)
    if step == _PERCENTAGE_POINT:
        return message("percentage point")
    return message("{points} percentage points", points=number(step * 100))


def partial_text(partial: Partial | None) -> Message:
    """Return how a step that is begun counts, as it stands in brackets."""
    if partial is None:
        return message("open whether part of a step counts")
    return message("pro rata") if partial == "prorated" else message("whole steps only")

"""What every rule of points can do, and what it is given to look at."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import floor
from typing import Literal, Protocol, TypeAlias, runtime_checkable

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.assessment.rationals import Exact, Rationals, number, percent, rounded
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Message, message
from coverage_campaign.model.scheme import Partial

__all__ = [
    "Measured",
    "PointsUnit",
    "ScoringRule",
    "Threshold",
    "Thresholds",
    "amount_text",
    "begun_steps",
    "measured_text",
    "partial_text",
    "positive",
    "step_text",
]

PointsUnit: TypeAlias = Literal["points", "yuan"]
"""What a rule gives."""
_PERCENTAGE_POINT = Fraction(1, 100)


@attrs.frozen(eq=False, kw_only=True)
class Measured:
    """What a rule looks at: rates (fractions of one) and, of the same shape, persons.

    `done` and `target` are None where only rates are known.
    """

    rates: Rationals
    done: NDArray[np.int64] | None = None
    target: NDArray[np.int64] | None = None

    def persons(self, which: Literal["all", "up_to_target", "beyond_target"]) -> NDArray[np.int64]:
        """Return the persons that an amount is given for."""
        done, target = self.done, self.target
        if done is None or (target is None and which != "all"):
            raise DefinitionError(
                Problem("done, target", "missing", "a rule by the person needs the persons")
            )
        if which == "all" or target is None:
            return done
        near: NDArray[np.int64] = np.minimum(done, target)
        return near if which == "up_to_target" else np.maximum(done - near, 0)


@attrs.frozen(order=True)
class Threshold:
    """A rate at which the points jump or bend: reached at the rate itself, or only above it."""

    rate: Fraction
    included: bool = True


@attrs.frozen
class Thresholds:
    """Thresholds at equal distances, upwards from the first; `count` None is without end."""

    first: Threshold
    distance: Fraction = _PERCENTAGE_POINT
    count: int | None = 1

    def between(self, least: Fraction, most: Fraction) -> Iterator[Threshold]:
        """Yield the thresholds from one rate to another, both inside."""
        start = max(-floor((self.first.rate - least) / self.distance), 0)
        stop = floor((most - self.first.rate) / self.distance) + 1
        for number_ in range(start, stop if self.count is None else min(stop, self.count)):
            yield Threshold(self.first.rate + number_ * self.distance, self.first.included)


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

    def amounts(self, measured: Measured, *, partial: Partial) -> Rationals:
        """Return what it gives for each rate; `partial` decides where it leaves that open."""

    def thresholds(self) -> tuple[Thresholds, ...]:
        """Return the rates at which what it gives jumps or bends."""

    def statement(self, unit: PointsUnit, *, cases: bool = False) -> Message:
        """Return the rule as a sentence without capital and full stop.

        `cases`: what is measured is a number of cases, and no rate.
        """


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
    if unit == "yuan":
        return message("{amount} yuan", amount=rounded(value))
    return message("{amount} {n:plural point|points}", amount=rounded(value), n=Fraction(value))


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

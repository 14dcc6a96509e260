"""So many points from a bound on: in bands, or everything at the goal and nothing below it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal, TypeAlias

import attrs

from coverage_campaign.assessment.rationals import Rationals
from coverage_campaign.assessment.rules.rule import (
    Measured,
    OneAmount,
    PointsUnit,
    Reach,
    amount_text,
    measured_text,
)
from coverage_campaign.checks import checked_fields
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Message, message
from coverage_campaign.model.scheme import Partial, to_points
from coverage_campaign.model.targets import to_rate

__all__ = ["AllOrNothing", "Band", "Bands", "band"]

_PAIR = 2

Each: TypeAlias = Literal["once", "person"]
"""Whether an amount is given once, or for each person that is done."""


@attrs.frozen(field_transformer=checked_fields)
class Band:
    """So many points from a rate on: the bound itself is inside, unless `included` is False.

    `least` None is the band below all others.
    """

    least: Fraction | None = attrs.field(converter=attrs.converters.optional(to_rate))
    points: Decimal = attrs.field(converter=to_points)
    included: bool = True


def _to_bands(value: Iterable[Band]) -> tuple[Band, ...]:
    return tuple(value)


@attrs.frozen(field_transformer=checked_fields)
class Bands:
    """The points of the highest band that the rate reaches; below all bands none.

    Bands stand from low to high, each ends where the next begins: no gap and no overlap.
    """

    bands: tuple[Band, ...] = attrs.field(converter=_to_bands)
    each: Each = attrs.field(default="once", kw_only=True)

    asks_partial = False
    straight = True

    def __attrs_post_init__(self) -> None:
        """Refuse bands that do not rise."""
        problems = [
            Problem(
                f"bands[{place}].least",
                message(
                    "{later} after {earlier}",
                    later=_shown(later.least),
                    earlier=_shown(earlier.least),
                ),
                "put the bands in rising order, each bound once",
            )
            for place, (earlier, later) in enumerate(pairwise(self.bands), start=1)
            if _order(later) <= _order(earlier)
        ]
        if not self.bands:
            problems = [Problem("bands", "none", "give at least one band")]
        if problems:
            raise DefinitionError(problems)

    @property
    def by_person(self) -> bool:
        """Whether it needs to know how many persons are done."""
        return self.each == "person"

    @property
    def rises(self) -> bool:
        """Whether more people never mean fewer points."""
        amounts = [band.points for band in self.bands]
        below = [] if self.bands[0].least is None else [Decimal(0)]
        rise = all(later >= earlier for earlier, later in pairwise([*below, *amounts]))
        return rise and (self.each == "once" or amounts[0] >= 0)

    @property
    def falls(self) -> bool:
        """Whether more cases never mean more points, where cases are counted."""
        amounts = [band.points for band in self.bands]
        first = self.bands[0].least
        below = [] if first is None or first <= 0 else [Decimal(0)]  # no fewer cases than none
        fall = all(later <= earlier for earlier, later in pairwise([*below, *amounts]))
        return fall and (self.each == "once" or amounts[-1] <= 0)

    def amounts(self, measured: Measured, *, partial: Partial) -> Rationals:
        """Return the points of the highest band reached, times the persons if it is by person."""
        del partial
        rates = measured.rates
        given = rates * 0
        for band in self.bands:
            if band.least is None:
                given = given + band.points
            else:
                reached = rates.at_least(band.least) if band.included else rates.above(band.least)
                given = given.replaced(reached, band.points)
        return measured.by_person(given, "all") if self.by_person else given

    def thresholds(self, reach: Reach) -> tuple[Fraction, ...]:
        """Return the bound of each band but the lowest."""
        del reach
        return tuple(band.least for band in self.bands if band.least is not None)

    def statement(self, unit: PointsUnit, *, cases: bool = False) -> Message:
        """Return the rule as a sentence without capital and full stop."""
        pairs = zip(self.bands, [*self.bands[1:], None], strict=True)
        text, *others = [self._band(band, end, unit, cases=cases) for band, end in pairs]
        for other in others:
            text = message("{bands}; {band}", bands=text, band=other)
        return text

    def _band(self, band: Band, end: Band | None, unit: PointsUnit, *, cases: bool) -> Message:
        start, stop = _start(band, cases=cases), None if end is None else _stop(end, cases=cases)
        if start and stop:
            where = message("{start} and {stop}", start=start, stop=stop)
        else:
            where = start or stop or message("always")
        amount = amount_text(band.points, unit)
        if self.by_person:
            return message("{where}: {amount} a person", where=where, amount=amount)
        return message("{where}: {amount}", where=where, amount=amount)


def band(
    *bands: Band | tuple[Fraction | Decimal | str | None, Decimal | int | str], each: Each = "once"
) -> Bands:
    """Return bands from low to high, each a pair of its lower bound (inside) and its points.

    A bound None is the lowest band; a `Band` can leave its own bound out.

    >>> from coverage_campaign.assessment.rules import sentence
    >>> pay = band((None, 0), ("60%", "0.6"), ("80%", 1), ("100%", "1.5"), each="person")
    >>> print(sentence(pay, unit="yuan"))
    Below 60%: 0 yuan a person; from 60% and below 80%: 0.6 yuan a person; from 80% and below \
100%: 1 yuan a person; from 100%: 1.5 yuan a person.
    """
    given: tuple[object, ...] = bands  # Python callers may hand over anything
    for pair in given:
        if not isinstance(pair, Band) and (not isinstance(pair, tuple) or len(pair) != _PAIR):
            raise DefinitionError(Problem("bands", f"{pair!r}", "pairs of a bound and its points"))
    return Bands([one if isinstance(one, Band) else Band(*one) for one in bands], each=each)


@attrs.frozen(field_transformer=checked_fields)
class AllOrNothing(OneAmount):
    """All the points from the `goal` on, none below it.

    >>> from coverage_campaign.assessment.rules import points
    >>> points(AllOrNothing(10), "99.996%"), points(AllOrNothing(10), "100%")
    (Fraction(0, 1), Fraction(10, 1))
    """

    all_or_nothing: Decimal = attrs.field(converter=to_points)
    goal: Fraction = attrs.field(default=Fraction(1), converter=to_rate, kw_only=True)

    def amounts(self, measured: Measured, *, partial: Partial) -> Rationals:
        """Return the points where the rate reaches the goal, else 0."""
        del partial
        rates = measured.rates
        return (rates * 0).replaced(rates.at_least(self.goal), self.all_or_nothing)

    def thresholds(self, reach: Reach) -> tuple[Fraction, ...]:
        """Return the goal."""
        del reach
        return (self.goal,)

    def statement(self, unit: PointsUnit, *, cases: bool = False) -> Message:
        """Return the rule as a sentence without capital and full stop."""
        amount, goal = amount_text(self.all_or_nothing, unit), measured_text(self.goal, cases=cases)
        if unit == "yuan":
            return message("{amount} from {goal} on, else no yuan", amount=amount, goal=goal)
        return message("{amount} from {goal} on, else none", amount=amount, goal=goal)


def _start(band: Band, *, cases: bool) -> Message | None:
    if band.least is None:
        return None
    if band.included:
        return message("from {rate}", rate=measured_text(band.least, cases=cases))
    return message("above {rate}", rate=measured_text(band.least, cases=cases))


def _stop(end: Band, *, cases: bool) -> Message | None:
    if end.least is None:
        return None
    if end.included:
        return message("below {rate}", rate=measured_text(end.least, cases=cases))
    return message("up to {rate}", rate=measured_text(end.least, cases=cases))


def _order(band: Band) -> tuple[bool, Fraction, bool]:
    return band.least is not None, band.least or Fraction(0), not band.included


def _shown(bound: Fraction | None) -> str:
    return "the lowest band" if bound is None else str(bound)

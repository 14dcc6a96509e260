"""Everything at the goal, nothing below it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import attrs

from coverage_campaign.assessment.rationals import Rationals
from coverage_campaign.assessment.rules.rule import (
    Measured,
    PointsUnit,
    Threshold,
    Thresholds,
    amount_text,
    measured_text,
)
from coverage_campaign.checks import checked_fields
from coverage_campaign.messages import Message, message
from coverage_campaign.model.scheme import Partial, to_points
from coverage_campaign.model.targets import to_rate

__all__ = ["AllOrNothing"]


@attrs.frozen(field_transformer=checked_fields)
class AllOrNothing:
    """All the points from the `goal` on, none below it.

    >>> from coverage_campaign.assessment.rules import points
    >>> points(AllOrNothing(10), "99.996%"), points(AllOrNothing(10), "100%")
    (Fraction(0, 1), Fraction(10, 1))
    """

    all_or_nothing: Decimal = attrs.field(converter=to_points)
    goal: Fraction = attrs.field(default=Fraction(1), converter=to_rate, kw_only=True)

    asks_partial = False
    by_person = False

    @property
    def rises(self) -> bool:
        """Whether more people never mean fewer points."""
        return self.all_or_nothing >= 0

    @property
    def falls(self) -> bool:
        """Whether more cases never mean more points, where cases are counted."""
        return self.all_or_nothing <= 0

    def amounts(self, measured: Measured, *, partial: Partial) -> Rationals:
        """Return the points where the rate reaches the goal, else 0."""
        del partial
        rates = measured.rates
        return (rates * 0).replaced(rates.at_least(self.goal), self.all_or_nothing)

    def thresholds(self) -> tuple[Thresholds, ...]:
        """Return the goal."""
        return (Thresholds(Threshold(self.goal)),)

    def statement(self, unit: PointsUnit, *, cases: bool = False) -> Message:
        """Return the rule as a sentence without capital and full stop."""
        amount, goal = amount_text(self.all_or_nothing, unit), measured_text(self.goal, cases=cases)
        if unit == "yuan":
            return message("{amount} from {goal} on, else no yuan", amount=amount, goal=goal)
        return message("{amount} from {goal} on, else none", amount=amount, goal=goal)

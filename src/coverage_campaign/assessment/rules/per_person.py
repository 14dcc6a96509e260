"""So much for each person who is done."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

import attrs

from coverage_campaign.assessment.rationals import Rationals, percent
from coverage_campaign.assessment.rules.rule import (
    Measured,
    OneAmount,
    PointsUnit,
    Reach,
    amount_text,
)
from coverage_campaign.checks import checked_fields
from coverage_campaign.messages import Message, message
from coverage_campaign.model.scheme import Partial, to_points
from coverage_campaign.model.targets import to_rate

__all__ = ["PerPerson"]

Persons: TypeAlias = Literal["all", "up_to_target", "beyond_target"]
"""Which of the persons that are done an amount is given for."""


@attrs.frozen(field_transformer=checked_fields)
class PerPerson(OneAmount):
    """So much for each person who is done, from a completion of `goal` on; nothing below it.

    >>> from coverage_campaign.assessment.rules import points
    >>> points(PerPerson(50, of="beyond_target"), "120%", done=120, target=100)
    Fraction(1000, 1)
    """

    per_person: Decimal = attrs.field(converter=to_points)
    of: Persons = attrs.field(default="all", kw_only=True)
    goal: Fraction = attrs.field(default=Fraction(1), converter=to_rate, kw_only=True)

    by_person = True

    def amounts(self, measured: Measured, *, partial: Partial) -> Rationals:
        """Return per_person x persons where the rate reaches the goal, else 0."""
        del partial
        rates = measured.rates
        met = (rates * 0).replaced(rates.at_least(self.goal), self.per_person)
        return measured.by_person(met, self.of)

    def thresholds(self, reach: Reach) -> Iterator[Fraction]:
        """Yield the goal and, where the target decides who is paid for, the rate at it."""
        yield self.goal
        if self.of != "all":
            yield reach.rate_of(reach.target)

    def statement(self, unit: PointsUnit, *, cases: bool = False) -> Message:
        """Return the rule as a sentence without capital and full stop."""
        del cases
        amount = amount_text(self.per_person, unit)
        if self.of == "all":
            text = message("{amount} for each person done", amount=amount)
        elif self.of == "up_to_target":
            text = message("{amount} for each person up to the target", amount=amount)
        else:
            text = message("{amount} for each person beyond the target", amount=amount)
        if not self.goal:
            return text
        return message("{rule} from {goal} on", rule=text, goal=percent(self.goal))

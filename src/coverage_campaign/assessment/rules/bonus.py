"""So many points for each step beyond a goal."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from math import ceil

import attrs

from coverage_campaign.assessment.rationals import Rationals, number
from coverage_campaign.assessment.rules.rule import (
    Measured,
    OneAmount,
    PointsUnit,
    Reach,
    amount_text,
    begun_steps,
    measured_text,
    partial_text,
    positive,
    step_text,
)
from coverage_campaign.checks import checked_fields
from coverage_campaign.messages import Message, message
from coverage_campaign.model.scheme import Partial, to_points
from coverage_campaign.model.targets import to_rate

__all__ = ["Bonus"]


@attrs.frozen(field_transformer=checked_fields)
class Bonus(OneAmount):
    """So many points for each `per` of the rate beyond a goal, at most `most` (None = no cap).

    >>> from coverage_campaign.assessment.rules import points
    >>> extra = Bonus("0.5", per="10%", most=2, partial="whole_steps")
    >>> [int(2 * points(extra, rate)) for rate in ("99%", "110%", "119.9%", "500%")]
    [0, 1, 1, 4]
    """

    bonus: Decimal = attrs.field(converter=to_points)
    per: Fraction = attrs.field(
        default=Fraction(1, 100), converter=to_rate, validator=positive, kw_only=True
    )
    beyond: Fraction = attrs.field(default=Fraction(1), converter=to_rate, kw_only=True)
    most: Decimal | None = attrs.field(
        default=None, converter=attrs.converters.optional(to_points), kw_only=True
    )
    partial: Partial | None = attrs.field(default=None, kw_only=True)

    def amounts(self, measured: Measured, *, partial: Partial) -> Rationals:
        """Return min(most, bonus x max(0, rate - beyond) / per)."""
        steps = (measured.rates - self.beyond).clip(least=0) * (1 / self.per)
        return (begun_steps(steps, self.partial or partial) * self.bonus).clip(most=self.most)

    def thresholds(self, reach: Reach) -> Iterator[Fraction]:
        """Yield each whole step up to the cap; pro rata, where it begins and where it ends."""
        steps = None
        if self.most is not None and self.bonus:
            steps = Fraction(self.most) / Fraction(self.bonus)
        if self.partial != "prorated":
            count = ceil(steps) if steps is not None and self.bonus > 0 else None
            yield from reach.steps(self.beyond + self.per, self.per, count)
        if self.partial != "whole_steps":
            yield self.beyond
        if steps is not None:
            yield self.beyond + steps * self.per

    def statement(self, unit: PointsUnit, *, cases: bool = False) -> Message:
        """Return the rule as a sentence without capital and full stop."""
        text = message(
            "{amount} more for each {step} beyond {goal} ({partial})",
            amount=amount_text(self.bonus, unit),
            step=step_text(self.per, cases=cases),
            goal=measured_text(self.beyond, cases=cases),
            partial=partial_text(self.partial),
        )
        if self.most is None:
            return text
        return message(
            "{rule}, at most {most}",
            rule=text,
            most=number(self.most),
            amount=amount_text(self.most, unit),
        )

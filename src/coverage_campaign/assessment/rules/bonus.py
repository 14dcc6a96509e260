"""So many points for each step beyond a goal."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil

import attrs

from coverage_campaign.assessment.rationals import Rationals, number
from coverage_campaign.assessment.rules.rule import (
    Measured,
    PointsUnit,
    Threshold,
    Thresholds,
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
class Bonus:
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

    by_person = False

    @property
    def rises(self) -> bool:
        """Whether more people never mean fewer points."""
        return self.bonus >= 0

    @property
    def asks_partial(self) -> bool:
        """Whether it leaves open if a step that is begun counts in part."""
        return self.partial is None

    @property
    def falls(self) -> bool:
        """Whether more cases never mean more points, where cases are counted."""
        return self.bonus <= 0

    def amounts(self, measured: Measured, *, partial: Partial) -> Rationals:
        """Return min(most, bonus x max(0, rate - beyond) / per)."""
        steps = (measured.rates - self.beyond).clip(least=0) * (1 / self.per)
        return (begun_steps(steps, self.partial or partial) * self.bonus).clip(most=self.most)

    def thresholds(self) -> tuple[Thresholds, ...]:
        """Return each whole step up to the cap; pro rata, where it begins and where it ends."""
        capped = self.most is not None and self.bonus > 0
        steps = Fraction(self.most or 0) / Fraction(self.bonus) if capped else None
        whole = Thresholds(
            Threshold(self.beyond + self.per), self.per, None if steps is None else ceil(steps)
        )
        bends = [Thresholds(Threshold(self.beyond))]
        if steps is not None:
            bends.append(Thresholds(Threshold(self.beyond + steps * self.per)))
        if self.partial == "whole_steps":
            return (whole,)
        return tuple(bends) if self.partial == "prorated" else (*bends, whole)

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

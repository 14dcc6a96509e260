"""So many points for each percentage point."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import attrs

from coverage_campaign.assessment.rationals import Rationals, percent
from coverage_campaign.assessment.rules.rule import (
    Measured,
    OneAmount,
    PointsUnit,
    Reach,
    amount_text,
    begun_steps,
    partial_text,
)
from coverage_campaign.checks import checked_fields
from coverage_campaign.messages import Message, message
from coverage_campaign.model.scheme import Partial, to_points
from coverage_campaign.model.targets import to_rate

__all__ = ["PerPoint"]


@attrs.frozen(field_transformer=checked_fields)
class PerPoint(OneAmount):
    """So many points for each percentage point of the rate `above` a floor.

    >>> from coverage_campaign.assessment.rules import points, sentence
    >>> points(PerPoint("0.1"), "98%"), sentence(PerPoint("0.1"), lang="zh")
    (Fraction(49, 5), '每完成1个百分点得0.1分。')
    """

    per_point: Decimal = attrs.field(converter=to_points)
    above: Fraction = attrs.field(default=Fraction(0), converter=to_rate, kw_only=True)
    partial: Partial | None = attrs.field(default="prorated", kw_only=True)

    def amounts(self, measured: Measured, *, partial: Partial) -> Rationals:
        """Return per_point x 100 x max(0, rate - above)."""
        over = (measured.rates - self.above).clip(least=0) * 100
        return begun_steps(over, self.partial or partial) * self.per_point

    def thresholds(self, reach: Reach) -> Iterator[Fraction]:
        """Yield where it begins and, of whole percentage points, each of them."""
        yield self.above
        if self.partial != "prorated":
            point = Fraction(1, 100)
            yield from reach.steps(self.above + point, point)

    def statement(self, unit: PointsUnit, *, cases: bool = False) -> Message:
        """Return the rule as a sentence without capital and full stop."""
        del cases
        amount = amount_text(self.per_point, unit)
        text = message("{amount} for each percentage point", amount=amount)
        if self.above:
            floor = percent(self.above)
            text = message(
                "{amount} for each percentage point above {floor}", amount=amount, floor=floor
            )
        if self.partial == "prorated":
            return text
        return message("{rule} ({partial})", rule=text, partial=partial_text(self.partial))

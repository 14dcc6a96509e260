"""So much for each case: a late report, a missed milestone."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import attrs

from coverage_campaign.assessment.rationals import Rationals, number
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

__all__ = ["PerCase"]


@attrs.frozen(field_transformer=checked_fields)
class PerCase(OneAmount):
    """So many points for each case that is measured, but at least `least` (None = no bound).

    It goes with a measure that is a number of cases: `late_reports`, `missing_reports`,
    `missed_milestones`, or a count that is handed over.

    >>> from coverage_campaign.assessment.rules import points, sentence
    >>> rule = PerCase(-2, least=-5)
    >>> points(rule, 2), points(rule, 3), sentence(rule, lang="zh")
    (Fraction(-4, 1), Fraction(-5, 1), '每次扣2分，最低−5分。')
    """

    per_case: Decimal = attrs.field(converter=to_points)
    least: Decimal | None = attrs.field(
        default=None, converter=attrs.converters.optional(to_points), kw_only=True
    )

    rises = True  # more people are no more cases

    def amounts(self, measured: Measured, *, partial: Partial) -> Rationals:
        """Return max(least, per_case x cases)."""
        del partial
        return (measured.rates * self.per_case).clip(least=self.least)

    def thresholds(self, reach: Reach) -> tuple[Fraction, ...]:
        """Return the number of cases from which on no more is lost."""
        del reach
        ends = self.least is not None and self.per_case
        return (Fraction(self.least or 0) / Fraction(self.per_case),) if ends else ()

    def statement(self, unit: PointsUnit, *, cases: bool = False) -> Message:
        """Return the rule as a sentence without capital and full stop."""
        del cases
        if self.per_case < 0:
            text = message("{amount} off for each case", amount=amount_text(-self.per_case, unit))
        else:
            text = message("{amount} for each case", amount=amount_text(self.per_case, unit))
        if self.least is None:
            return text
        amount = amount_text(self.least, unit)
        return message(
            "{rule}, at least {least}", rule=text, least=number(self.least), amount=amount
        )

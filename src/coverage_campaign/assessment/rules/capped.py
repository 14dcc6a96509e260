"""Another rule within bounds."""

from __future__ import annotations

from decimal import Decimal

import attrs

from coverage_campaign.assessment.rationals import Rationals, number
from coverage_campaign.assessment.rules.own import scoring_rule
from coverage_campaign.assessment.rules.rule import (
    Measured,
    PointsUnit,
    ScoringRule,
    Thresholds,
    amount_text,
)
from coverage_campaign.checks import checked_fields
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Message, message
from coverage_campaign.model.scheme import AnyRule, Partial, to_points, to_rule

__all__ = ["Capped"]


@attrs.frozen(field_transformer=checked_fields)
class Capped:
    """What another rule gives, but at most `most` and at least `least`.

    >>> from coverage_campaign.assessment.rules import per_point, points
    >>> points(Capped(per_point("0.4"), most=30), "100%")
    Fraction(30, 1)
    """

    capped: AnyRule = attrs.field(converter=to_rule)
    most: Decimal | None = attrs.field(
        default=None, converter=attrs.converters.optional(to_points), kw_only=True
    )
    least: Decimal | None = attrs.field(
        default=None, converter=attrs.converters.optional(to_points), kw_only=True
    )

    def __attrs_post_init__(self) -> None:
        """Refuse a least above the most."""
        if self.most is not None and self.least is not None and self.least > self.most:
            raise DefinitionError(
                Problem(
                    "least",
                    message("{least:raw} above {most:raw}", least=self.least, most=self.most),
                    "the least is below the most",
                )
            )

    @property
    def rule(self) -> ScoringRule:
        """The rule within the bounds."""
        return scoring_rule(self.capped)

    @property
    def rises(self) -> bool:
        """Whether more people never mean fewer points."""
        return self.rule.rises

    @property
    def asks_partial(self) -> bool:
        """Whether the rule leaves open if a step that is begun counts in part."""
        return self.rule.asks_partial

    @property
    def by_person(self) -> bool:
        """Whether the rule needs to know how many persons are done."""
        return self.rule.by_person

    @property
    def falls(self) -> bool:
        """Whether more cases never mean more points, where cases are counted."""
        return self.rule.falls

    def amounts(self, measured: Measured, *, partial: Partial) -> Rationals:
        """Return what the rule gives, within the bounds."""
        return self.rule.amounts(measured, partial=partial).clip(least=self.least, most=self.most)

    def thresholds(self) -> tuple[Thresholds, ...]:
        """Return those of the rule."""
        return self.rule.thresholds()

    def statement(self, unit: PointsUnit, *, cases: bool = False) -> Message:
        """Return the rule as a sentence without capital and full stop."""
        text = self.rule.statement(unit, cases=cases)
        if self.most is not None:
            amount = amount_text(self.most, unit)
            text = message(
                "{rule}, at most {most}", rule=text, most=number(self.most), amount=amount
            )
        if self.least is not None:
            amount = amount_text(self.least, unit)
            text = message(
                "{rule}, at least {least}", rule=text, least=number(self.least), amount=amount
            )
        return text

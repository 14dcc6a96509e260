"""The sum of several rules."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import add

import attrs

from coverage_campaign.assessment.rationals import Rationals
from coverage_campaign.assessment.rules.own import scoring_rule
from coverage_campaign.assessment.rules.rule import Measured, PointsUnit, ScoringRule, Thresholds
from coverage_campaign.checks import checked_fields
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Message, message
from coverage_campaign.model.scheme import AnyRule, Partial, to_rule

__all__ = ["Total", "total"]


def _to_rules(value: Iterable[AnyRule]) -> tuple[AnyRule, ...]:
    return tuple(to_rule(one) for one in value)


@attrs.frozen(field_transformer=checked_fields)
class Total:
    """The sum of what several rules give."""

    total: tuple[AnyRule, ...] = attrs.field(converter=_to_rules)

    def __attrs_post_init__(self) -> None:
        """Refuse a sum of nothing."""
        if not self.total:
            raise DefinitionError(Problem("total", "no rule", "give at least one rule"))

    @property
    def rules(self) -> tuple[ScoringRule, ...]:
        """The rules that are summed."""
        return tuple(scoring_rule(rule) for rule in self.total)

    @property
    def rises(self) -> bool:
        """Whether more people never mean fewer points."""
        return all(rule.rises for rule in self.rules)

    @property
    def asks_partial(self) -> bool:
        """Whether one of them leaves open if a step that is begun counts in part."""
        return any(rule.asks_partial for rule in self.rules)

    @property
    def by_person(self) -> bool:
        """Whether one of them needs to know how many persons are done."""
        return any(rule.by_person for rule in self.rules)

    @property
    def falls(self) -> bool:
        """Whether more cases never mean more points, where cases are counted."""
        return all(rule.falls for rule in self.rules)

    def amounts(self, measured: Measured, *, partial: Partial) -> Rationals:
        """Return the sums."""
        return reduce(add, (rule.amounts(measured, partial=partial) for rule in self.rules))

    def thresholds(self) -> tuple[Thresholds, ...]:
        """Return those of each rule."""
        return tuple(found for rule in self.rules for found in rule.thresholds())

    def statement(self, unit: PointsUnit, *, cases: bool = False) -> Message:
        """Return the rule as a sentence without capital and full stop."""
        text, *others = [rule.statement(unit, cases=cases) for rule in self.rules]
        for other in others:
            text = message("{rules}; plus {rule}", rules=text, rule=other)
        return text


def total(*rules: AnyRule) -> Total:
    """Return the sum of what the rules give.

    >>> from coverage_campaign.assessment.rules import all_or_nothing, per_point, points
    >>> points(total(per_point("0.1"), all_or_nothing(2)), "100%")
    Fraction(12, 1)
    """
    return Total(rules)

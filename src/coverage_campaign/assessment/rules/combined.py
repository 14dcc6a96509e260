"""Rules made of others: the sum of several, and another one within bounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from operator import add
from typing import Any

import attrs

from coverage_campaign.assessment.rationals import Rationals, number
from coverage_campaign.assessment.rules.band import AllOrNothing
from coverage_campaign.assessment.rules.per_case import PerCase
from coverage_campaign.assessment.rules.rule import (
    Measured,
    PointsUnit,
    Reach,
    ScoringRule,
    amount_text,
    falls_by_case,
    lines,
    scoring_rule,
)
from coverage_campaign.checks import checked_fields
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Message, message
from coverage_campaign.model.scheme import AnyRule, Partial, to_points, to_rule

__all__ = ["Capped", "Total", "total"]


class _OfOthers:
    """What a rule made of others has from them."""

    @property
    def rules(self) -> tuple[ScoringRule, ...]:
        """The rules that it is made of."""
        raise NotImplementedError

    @property
    def rises(self) -> bool:
        """Whether more people never mean fewer points."""
        return all(rule.rises for rule in self.rules)

    @property
    def falls(self) -> bool:
        """Whether more cases never mean more points, where cases are counted."""
        if self.by_person or not self.straight:
            return all(rule.falls for rule in self.rules)
        own: Any = self
        return falls_by_case(own)

    @property
    def asks_partial(self) -> bool:
        """Whether one of them leaves open if a step that is begun counts in part."""
        return any(rule.asks_partial for rule in self.rules)

    @property
    def by_person(self) -> bool:
        """Whether one of them needs to know how many persons are done."""
        return any(rule.by_person for rule in self.rules)

    @property
    def straight(self) -> bool:
        """Whether each of them runs straight between its thresholds."""
        return all(rule.straight for rule in self.rules)


@attrs.frozen(field_transformer=checked_fields)
class Capped(_OfOthers):
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
    def rules(self) -> tuple[ScoringRule, ...]:
        """The rule within the bounds, alone."""
        return (self.rule,)

    def amounts(self, measured: Measured, *, partial: Partial) -> Rationals:
        """Return what the rule gives, within the bounds."""
        return self.rule.amounts(measured, partial=partial).clip(least=self.least, most=self.most)

    def thresholds(self, reach: Reach) -> Iterator[Fraction]:
        """Yield those of the rule, and where it meets a bound."""
        own = {rate for rate in self.rule.thresholds(reach) if reach.least < rate < reach.most}
        yield from own
        if not self.straight:
            return
        rates = sorted({reach.least, *own, reach.most})
        bounds = [Fraction(one) for one in (self.least, self.most) if one is not None]
        partials: tuple[Partial, ...] = ("prorated", "whole_steps")
        for partial in partials[: 1 + self.asks_partial]:
            found = lines(self.rule, rates, reach, partial)
            for (start, end), line in zip(pairwise(rates), found, strict=True):
                meets = [line.at + (one - line.value) / line.slope for one in bounds if line.slope]
                yield from (rate for rate in meets if start < rate < end)

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


def _to_rules(value: Iterable[AnyRule]) -> tuple[AnyRule, ...]:
    return tuple(to_rule(one) for one in value)


@attrs.frozen(field_transformer=checked_fields)
class Total(_OfOthers):
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

    def amounts(self, measured: Measured, *, partial: Partial) -> Rationals:
        """Return the sums."""
        return reduce(add, (rule.amounts(measured, partial=partial) for rule in self.rules))

    def thresholds(self, reach: Reach) -> tuple[Fraction, ...]:
        """Return those of each rule."""
        return tuple(found for rule in self.rules for found in rule.thresholds(reach))

    def statement(self, unit: PointsUnit, *, cases: bool = False) -> Message:
        """Return the rule as a sentence without capital and full stop."""
        deducted = _deducted(self.rules, unit)
        if deducted is not None:
            return deducted
        text, *others = [rule.statement(unit, cases=cases) for rule in self.rules]
        for other in others:
            text = message("{rules}; plus {rule}", rules=text, rule=other)
        return text


def _deducted(rules: Sequence[ScoringRule], unit: PointsUnit) -> Message | None:
    """Return the sentence of points that all begin with, less some for each case; None = other."""
    start = next((one for one in rules if isinstance(one, AllOrNothing)), None)
    case = next((one for one in rules if isinstance(one, PerCase)), None)
    if len(rules) != 2 or start is None or case is None:  # noqa: PLR2004 - one of each
        return None
    if start.goal > 0 or start.all_or_nothing <= 0 or case.per_case >= 0:
        return None
    values = {
        "amount": amount_text(start.all_or_nothing, unit),
        "less": number(-case.per_case),
        "lost": amount_text(-case.per_case, unit),
    }
    if unit == "yuan":
        text = message("{amount} to begin with, less {less} for each case", **values)
    else:
        text = message("{amount}, less {less} for each case", **values)
    if case.least is None:
        return text
    least = start.all_or_nothing + case.least
    return message(
        "{rule}, at least {least}", rule=text, least=number(least), amount=amount_text(least, unit)
    )


def total(*rules: AnyRule) -> Total:
    """Return the sum of what the rules give.

    >>> from coverage_campaign.assessment.rules import all_or_nothing, per_point, points
    >>> points(total(per_point("0.1"), all_or_nothing(2)), "100%")
    Fraction(12, 1)
    """
    return Total(rules)

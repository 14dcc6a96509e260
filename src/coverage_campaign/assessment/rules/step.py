"""Full points at a goal, less for each step short of it."""

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
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Message, message
from coverage_campaign.model.scheme import Partial, to_points
from coverage_campaign.model.targets import to_rate

__all__ = ["StepDown"]


@attrs.frozen(field_transformer=checked_fields)
class StepDown(OneAmount):
    """So many points at the `goal`, less `loses` for each `per` short of it, never below `least`.

    A pure deduction has 0 at the goal and a `least` below it. `partial` None is open: then it is
    the reading `partial_steps`.

    >>> from coverage_campaign.assessment.rules import points, sentence
    >>> rule = StepDown("1.2", loses="0.1", per="5%", partial="whole_steps")
    >>> points(rule, "88%")
    Fraction(1, 1)
    >>> sentence(rule, lang="zh")
    '达到100%得1.2分；每低5个百分点扣0.1分（不足一档不计），最低0分。'
    """

    at_goal: Decimal = attrs.field(default=Decimal(0), converter=to_points)
    loses: Decimal = attrs.field(converter=to_points, kw_only=True)
    per: Fraction = attrs.field(converter=to_rate, validator=positive, kw_only=True)
    goal: Fraction = attrs.field(default=Fraction(1), converter=to_rate, kw_only=True)
    least: Decimal = attrs.field(default=Decimal(0), converter=to_points, kw_only=True)
    partial: Partial | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse a floor that leaves nothing to lose."""
        if self.least >= self.at_goal:
            found = message(
                "{least:raw}, and {at_goal:raw} at the goal", least=self.least, at_goal=self.at_goal
            )
            raise DefinitionError(Problem("least", found, "the least is below what the goal gives"))

    @property
    def rises(self) -> bool:
        """Whether more people never mean fewer points."""
        return self.loses >= 0

    def amounts(self, measured: Measured, *, partial: Partial) -> Rationals:
        """Return max(least, at_goal - loses x (goal - rate) / per); at_goal from the goal on."""
        short = (measured.rates - self.goal).clip(most=0) * (-1 / self.per)
        lost = begun_steps(short, self.partial or partial) * self.loses
        return (lost * -1 + self.at_goal).clip(least=self.least)

    def thresholds(self, reach: Reach) -> Iterator[Fraction]:
        """Yield each step up to the full points, where steps are whole; else where they begin."""
        steps = self.goal / self.per
        if self.loses > 0:
            steps = Fraction(self.at_goal - self.least) / Fraction(self.loses)
            yield self.goal - steps * self.per
        if self.partial != "prorated":
            # The k-th step is lost at k x per below the goal, and not lost from just above that on.
            yield from reach.steps(self.goal - ceil(steps) * self.per, self.per, ceil(steps))
        if self.partial != "whole_steps":
            yield self.goal

    def statement(self, unit: PointsUnit, *, cases: bool = False) -> Message:
        """Return the rule as a sentence without capital and full stop."""
        return message(
            "{amount} from {goal} on; {loses} less for each {step} short ({partial}), "
            "never below {least}",
            amount=amount_text(self.at_goal, unit),
            goal=measured_text(self.goal, cases=cases),
            loses=number(self.loses),
            lost=amount_text(self.loses, unit),
            step=step_text(self.per, cases=cases),
            partial=partial_text(self.partial),
            least=number(self.least),
            lowest=amount_text(self.least, unit),
        )

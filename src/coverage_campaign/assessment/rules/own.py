"""A function of the user's own as a rule."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import isfinite

import attrs
import numpy as np

from coverage_campaign.assessment.rationals import Rationals
from coverage_campaign.assessment.rules.rule import Measured, PointsUnit, ScoringRule, Thresholds
from coverage_campaign.checks import kind_of
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Message, message
from coverage_campaign.model.scheme import AnyRule, Partial, RuleFunction

__all__ = ["FunctionRule", "scoring_rule"]


@attrs.frozen
class FunctionRule:
    """What a plain function gives: it is called with each rate, an exact fraction of one.

    It returns points: a whole number, Fraction, Decimal or finite float (taken as the decimal that
    it prints as). Its thresholds are not known, and it has no form of its own in a file.
    """

    function: RuleFunction

    rises = True
    falls = True
    asks_partial = False
    by_person = False

    @property
    def name(self) -> str:
        """The name of the function."""
        return str(getattr(self.function, "__name__", type(self.function).__name__))

    def amounts(self, measured: Measured, *, partial: Partial) -> Rationals:
        """Return what the function gives for each rate, called once for each that occurs."""
        del partial
        rates = measured.rates
        top, bottom = np.broadcast_arrays(rates.numerator, rates.denominator)
        pairs = list(zip(top.ravel().tolist(), bottom.ravel().tolist(), strict=True))
        known = {pair: self._points(Fraction(pair[0], pair[1] * rates.scale)) for pair in {*pairs}}
        given = Rationals.of([known[pair] for pair in pairs])
        return Rationals(
            given.numerator.reshape(top.shape), given.denominator.reshape(top.shape), given.scale
        )

    def _points(self, rate: Fraction) -> Fraction:
        given: object = self.function(rate)
        if isinstance(given, (int, Fraction, np.integer)) and not isinstance(given, bool):
            return Fraction(given if isinstance(given, Fraction) else int(given))
        if isinstance(given, Decimal) and given.is_finite():
            return Fraction(given)
        if isinstance(given, float) and isfinite(given):
            return Fraction(repr(float(given)))
        raise DefinitionError(
            Problem(
                f"rule {self.name}",
                message("{given} for the rate {rate:raw}", given=repr(given), rate=rate),
                "return points as a finite number: whole, a Fraction, a Decimal or a float",
            )
        )

    def thresholds(self) -> tuple[Thresholds, ...]:
        """Return none: where a function turns is not known."""
        return ()

    def statement(self, unit: PointsUnit, *, cases: bool = False) -> Message:
        """Return the rule as a sentence without capital and full stop."""
        del cases
        if unit == "yuan":
            return message("yuan by the function {name} of the rate", name=self.name)
        return message("points by the function {name} of the rate", name=self.name)


def scoring_rule(rule: AnyRule) -> ScoringRule:
    """Return a rule as something that can score: a value of this folder, or a function."""
    if isinstance(rule, ScoringRule):
        return rule
    if callable(rule):
        return FunctionRule(rule)
    raise TypeError(
        f"a rule is a value of cc.rules or a function of the rate; this is {kind_of(rule)}"
    )

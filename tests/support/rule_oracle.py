"""What a rule gives for one rate, by plain fractions: the slow twin of the rules' arrays."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from coverage_campaign.assessment.rules.band import AllOrNothing, Bands
from coverage_campaign.assessment.rules.bonus import Bonus
from coverage_campaign.assessment.rules.combined import Capped, Total
from coverage_campaign.assessment.rules.per_case import PerCase
from coverage_campaign.assessment.rules.per_point import PerPoint
from coverage_campaign.assessment.rules.step import StepDown


def plain_points(  # noqa: C901, PLR0911 - one case a rule
    rule: object, rate: Fraction, *, partial: str
) -> Fraction:
    """Return what a rule gives for a rate, from its sentence read word by word."""
    match rule:
        case PerPoint():
            above = max(rate - rule.above, Fraction(0))
            return steps(100 * above, rule.partial or partial) * Fraction(rule.per_point)
        case StepDown():
            short = max(rule.goal - rate, Fraction(0))
            lost = steps(short / rule.per, rule.partial or partial) * Fraction(rule.loses)
            return max(Fraction(rule.at_goal) - lost, Fraction(rule.least))
        case Bands():
            given = Fraction(0)
            for band in rule.bands:
                if (
                    band.least is None
                    or rate > band.least
                    or (band.included and rate == band.least)
                ):
                    given = Fraction(band.points)
            return given
        case AllOrNothing():
            return Fraction(rule.all_or_nothing) if rate >= rule.goal else Fraction(0)
        case Bonus():
            beyond = max(rate - rule.beyond, Fraction(0))
            given = steps(beyond / rule.per, rule.partial or partial) * Fraction(rule.bonus)
            return given if rule.most is None else min(given, Fraction(rule.most))
        case PerCase():
            given = rate * Fraction(rule.per_case)
            return given if rule.least is None else max(given, Fraction(rule.least))
        case Capped():
            given = plain_points(rule.capped, rate, partial=partial)
            given = given if rule.most is None else min(given, Fraction(rule.most))
            return given if rule.least is None else max(given, Fraction(rule.least))
        case Total():
            parts = (plain_points(part, rate, partial=partial) for part in rule.total)
            return sum(parts, Fraction(0))
    raise TypeError(type(rule).__name__)


def steps(number: Fraction, partial: str) -> Fraction:
    """Return a number of steps: pro rata, or whole ones alone."""
    return number if partial == "prorated" else Fraction(floor(number))

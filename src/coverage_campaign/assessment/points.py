"""What a rule gives for what was measured: exact, in fractions."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import attrs

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.scheme import (
    AllOrNothing,
    Band,
    Bands,
    Bonus,
    Capped,
    Partial,
    PerPerson,
    PerPoint,
    Rule,
    StepDown,
    Total,
)

__all__ = ["Measured", "asks_partial", "by_person", "points_of"]

_HUNDRED = 100


@attrs.frozen
class Measured:
    """What a rule looks at: an exact rate (fraction of one), and the unit's persons."""

    rate: Fraction
    done: int | None = attrs.field(default=None, kw_only=True)
    target: int | None = attrs.field(default=None, kw_only=True)


def points_of(rule: Rule, measured: Measured, *, partial: Partial) -> Fraction:
    """Return what a rule gives [points, or yuan], exactly.

    `partial` is for the rules that leave it open. A rule by the person needs the persons.

    >>> shanwei = PerPoint("0.1")
    >>> points_of(shanwei, Measured(Fraction(49, 50)), partial="prorated")
    Fraction(49, 5)
    """
    rate = measured.rate
    match rule:
        case PerPoint():
            above = max(rate - rule.above, Fraction(0))
            given = _steps(_HUNDRED * above, rule.partial or partial) * Fraction(rule.per_point)
        case StepDown():
            short = max(rule.goal - rate, Fraction(0))
            lost = _steps(short / rule.per, rule.partial or partial) * Fraction(rule.loses)
            given = max(Fraction(rule.at_goal) - lost, Fraction(rule.least))
        case Bands():
            reached = [band.points for band in rule.bands if _reaches(rate, band)]
            amount = Fraction(reached[-1]) if reached else Fraction(0)
            given = amount * (_persons(measured, "all") if rule.each == "person" else 1)
        case AllOrNothing():
            given = Fraction(rule.all_or_nothing) if rate >= rule.goal else Fraction(0)
        case Bonus():
            beyond = max(rate - rule.beyond, Fraction(0))
            given = _steps(beyond / rule.per, rule.partial or partial) * Fraction(rule.bonus)
            given = given if rule.most is None else min(given, Fraction(rule.most))
        case PerPerson():
            met = rate >= rule.goal
            given = _persons(measured, rule.of) * Fraction(rule.per_person) if met else Fraction(0)
        case Capped():
            given = points_of(rule.capped, measured, partial=partial)
            given = given if rule.most is None else min(given, Fraction(rule.most))
            given = given if rule.least is None else max(given, Fraction(rule.least))
        case Total():
            parts = (points_of(one, measured, partial=partial) for one in rule.total)
            given = sum(parts, Fraction(0))
    return given


def _steps(steps: Fraction, partial: Partial) -> Fraction:
    return steps if partial == "prorated" else Fraction(floor(steps))


def _reaches(rate: Fraction, band: Band) -> bool:
    if band.least is None:
        return True
    return rate >= band.least if band.included else rate > band.least


def _persons(measured: Measured, which: str) -> int:
    done, target = measured.done, measured.target
    if done is None or (target is None and which != "all"):
        raise DefinitionError(
            Problem("done, target", "missing", "a rule by the person needs the persons")
        )
    if which == "all" or target is None:
        return done
    return min(done, target) if which == "up_to_target" else max(done - target, 0)


def asks_partial(rule: Rule) -> bool:
    """Tell whether a rule leaves open if a step that is begun counts in part."""
    match rule:
        case Capped():
            return asks_partial(rule.capped)
        case Total():
            return any(asks_partial(one) for one in rule.total)
        case PerPoint() | StepDown() | Bonus():
            return rule.partial is None
        case _:
            return False


def by_person(rule: Rule) -> bool:
    """Tell whether a rule needs to know how many persons are done."""
    match rule:
        case Capped():
            return by_person(rule.capped)
        case Total():
            return any(by_person(one) for one in rule.total)
        case Bands():
            return rule.each == "person"
        case _:
            return isinstance(rule, PerPerson)

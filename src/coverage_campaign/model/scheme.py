"""How units are assessed at the end, as values that can be read aloud.

A scheme has items (points), vetoes, grades, rewards (money) and prizes; an item measures something
and has a rule that turns what it measured into points. Rates and bounds are exact fractions of
one; points and money are exact decimals. `coverage_campaign.assessment` evaluates the values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import pairwise
from typing import Literal, Protocol, TypeAlias, runtime_checkable

import attrs

from coverage_campaign.checks import between, checked_fields, kind_of
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import message
from coverage_campaign.model.labels import Label, to_label
from coverage_campaign.model.targets import to_optional_rate, to_rate
from coverage_campaign.model.units import to_codes
from coverage_campaign.notebook import html_fields

__all__ = [
    "BUILT_IN",
    "COMPLETION",
    "COUNTS",
    "COVERAGE",
    "LATE_REPORTS",
    "MISSED_MILESTONES",
    "MISSING_REPORTS",
    "ON_TIME",
    "AnyRule",
    "AwardBar",
    "Commendation",
    "Grade",
    "Item",
    "Partial",
    "Pool",
    "Prize",
    "Rule",
    "RuleFunction",
    "Scheme",
    "Veto",
    "falling_items",
    "items_rewarding_cases",
    "items_with_open_steps",
    "to_points",
    "to_rule",
]

COMPLETION = "completion"
"""What an item measures unless it says otherwise: done / target of the progress."""
COVERAGE = "coverage"
"""(covered before + done) / eligible."""
ON_TIME = "on_time"
"""Reports that came in time / reports expected."""
LATE_REPORTS = "late_reports"
"""How many reports came late."""
MISSING_REPORTS = "missing_reports"
"""How many reports were expected and did not come."""
MISSED_MILESTONES = "missed_milestones"
"""How many milestones that are over found fewer people done than they ask for."""
BUILT_IN = (COMPLETION, COVERAGE, ON_TIME, LATE_REPORTS, MISSING_REPORTS, MISSED_MILESTONES)
"""What a progress holds; every other measure is handed over."""
COUNTS = (LATE_REPORTS, MISSING_REPORTS, MISSED_MILESTONES)
"""Measures that are numbers of cases, and no rates."""

Partial: TypeAlias = Literal["prorated", "whole_steps"]
"""Whether a step that is begun counts in part, or not until it is whole."""


def to_points(value: Decimal | Fraction | int | str) -> Decimal:
    """Return exact points (or yuan) from a number or decimal text; a float is refused.

    >>> to_points("0.1") + to_points("0.2")
    Decimal('0.3')
    """
    problem = Problem("points", f"{value!r}", "give a whole number, or decimal text such as '0.1'")
    if isinstance(value, (bool, float)):
        raise DefinitionError(problem)
    try:
        number = Decimal(str(value)) if not isinstance(value, Fraction) else _decimal(value)
    except InvalidOperation:
        raise DefinitionError(problem) from None
    if not number.is_finite():
        raise DefinitionError(problem)
    return number


def _decimal(value: Fraction) -> Decimal:
    number = Decimal(value.numerator) / Decimal(value.denominator)
    if Fraction(number) != value:
        raise InvalidOperation
    return number


# -- rules: from what was measured to points -------------------------------------------------------


@runtime_checkable
class Rule(Protocol):
    """What turns a measured rate into points; `coverage_campaign.assessment.rules` has them."""

    @property
    def rises(self) -> bool:
        """Whether more people never mean fewer points."""

    @property
    def falls(self) -> bool:
        """Whether more cases never mean more points, where cases are counted."""

    @property
    def asks_partial(self) -> bool:
        """Whether it leaves open if a step that is begun counts in part."""


RuleFunction: TypeAlias = Callable[[Fraction], Fraction | Decimal | float]
"""A function of the user's own: from a rate (fraction of one) to points."""
AnyRule: TypeAlias = Rule | RuleFunction


def to_rule(value: AnyRule) -> AnyRule:
    """Return a rule as it is: a value of `cc.rules` or a function of the rate."""
    given: object = value  # Python callers may hand over anything
    if isinstance(given, Rule) or (callable(given) and not isinstance(given, type)):
        return value
    fix = "give a rule of cc.rules, or a function from a rate to points"
    raise DefinitionError(Problem("rule", kind_of(value), fix))


# -- schemes --------------------------------------------------------------------------------------


@attrs.frozen(field_transformer=checked_fields)
class AwardBar:
    """Who misses the target is barred from merit awards.

    `kinds` are the kinds of units that it strikes by the wording of the source; none named = all.
    `also` are those that it strikes only under the wide reading, `award_bar =
    "departments_and_governments"`; none named = every other kind of the campaign.
    """

    kinds: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    clause: str = ""
    also: tuple[str, ...] = attrs.field(default=(), converter=to_codes)


@attrs.frozen(field_transformer=checked_fields)
class Commendation:
    """Who contributes outstandingly is commended; `threshold` is a completion rate, None = open."""

    threshold: Fraction | None = attrs.field(default=None, converter=to_optional_rate)
    clause: str = ""


@attrs.frozen(field_transformer=checked_fields)
class Item:
    """One line of a scheme: what is measured (`of`), its weight, and the rule that gives points.

    `of` is 'completion', 'coverage', 'on_time', 'late_reports', 'missing_reports' or
    'missed_milestones', which the progress holds, or the code of an indicator that is handed to
    `assess`.
    `weight` is what the item is worth at its goal; a bonus may go beyond it.
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    rule: AnyRule = attrs.field(converter=to_rule)
    weight: Decimal = attrs.field(default=Decimal(0), converter=to_points, validator=between(0))
    of: str = COMPLETION
    clause: str = ""


@attrs.frozen(field_transformer=checked_fields)
class Veto:
    """Who stays below the `goal` fails as a whole: no score, merit award or prize.

    `kinds` are the kinds of units that it strikes; none named = all.
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    of: str = COMPLETION
    goal: Fraction = attrs.field(default=Fraction(1), converter=to_rate, validator=between(0))
    kinds: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    clause: str = ""


@attrs.frozen(field_transformer=checked_fields)
class Grade:
    """A name for the scores from `least` on; None is the grade below all others."""

    code: str
    label: Label = attrs.field(converter=to_label)
    least: Decimal | None = attrs.field(
        default=None, converter=attrs.converters.optional(to_points)
    )


def _to_amounts(value: Iterable[Decimal | int | str]) -> tuple[Decimal, ...]:
    return tuple(to_points(amount) for amount in value)


@attrs.frozen(field_transformer=checked_fields)
class Prize:
    """Amounts for the first by a measure (`by`), among the units that reach a completion rate.

    Units with exactly the same rate share a place, and each has the amount of that place. Who may
    have no merit award (a veto or the bar strikes) takes no place.
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    amounts: tuple[Decimal, ...] = attrs.field(converter=_to_amounts)
    by: str = COVERAGE
    among_from: Fraction = attrs.field(default=Fraction(0), converter=to_rate, validator=between(0))
    clause: str = ""


@attrs.frozen(field_transformer=checked_fields)
class Pool:
    """Units that are measured together: each has the rate of their sums, in these items or all."""

    units: tuple[str, ...] = attrs.field(converter=to_codes)
    items: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    clause: str = ""


@attrs.frozen(field_transformer=checked_fields)
class Scheme:
    """An assessment scheme: award conditions, and (if it scores) items with weights to 100.

    `full` is what the weights add up to; None where only a part of a scheme is known. `rewards`
    are items in money, beside the score. Grades stand from low to high.
    """

    code: str
    award_bar: AwardBar | None = None
    commendation: Commendation | None = None
    clause: str = ""
    items: tuple[Item, ...] = attrs.field(default=(), converter=tuple[Item, ...], kw_only=True)
    full: Decimal | None = attrs.field(
        default=Decimal(100), converter=attrs.converters.optional(to_points), kw_only=True
    )
    vetoes: tuple[Veto, ...] = attrs.field(default=(), converter=tuple[Veto, ...], kw_only=True)
    grades: tuple[Grade, ...] = attrs.field(default=(), converter=tuple[Grade, ...], kw_only=True)
    rewards: tuple[Item, ...] = attrs.field(default=(), converter=tuple[Item, ...], kw_only=True)
    prizes: tuple[Prize, ...] = attrs.field(default=(), converter=tuple[Prize, ...], kw_only=True)
    pools: tuple[Pool, ...] = attrs.field(default=(), converter=tuple[Pool, ...], kw_only=True)

    @property
    def measuring(self) -> tuple[Item | Veto, ...]:
        """Everything that measures something: items, rewards and vetoes."""
        return (*self.items, *self.rewards, *self.vetoes)

    def __attrs_post_init__(self) -> None:
        """Refuse a scheme whose parts do not fit together; every problem at once."""
        problems = list(_problems(self))
        if problems:
            raise DefinitionError(problems, source=f"scheme '{self.code}'")

    def _repr_html_(self) -> str:
        return html_fields(self, title=f"Scheme {self.code}")


def _problems(scheme: Scheme) -> Iterator[Problem]:
    lists: tuple[tuple[str, tuple[Item | Veto | Grade | Prize, ...]], ...] = (
        ("items", scheme.items),
        ("vetoes", scheme.vetoes),
        ("grades", scheme.grades),
        ("rewards", scheme.rewards),
        ("prizes", scheme.prizes),
    )
    for name, parts in lists:
        for code, count in Counter(part.code for part in parts).items():
            if count > 1:
                found = message("used {count:raw} times", count=count)
                yield Problem(f"{name} '{code}'", found, "a code names one part")
    weights = sum((item.weight for item in scheme.items), Decimal(0))
    if scheme.items and scheme.full is not None and weights != scheme.full:
        fix = "mend a weight, or set full to None where only a part of a scheme is known"
        yield Problem(
            "items",
            message(
                "weights add up to {weights:raw}, not to {full:raw}",
                weights=weights,
                full=scheme.full,
            ),
            fix,
        )
    bounds = [Decimal("-Infinity") if one.least is None else one.least for one in scheme.grades]
    if any(later <= earlier for earlier, later in pairwise(bounds)):
        yield Problem("grades", "not rising", "put the grades in rising order, each bound once")
    yield from _problems_of_pools(scheme)


def _problems_of_pools(scheme: Scheme) -> Iterator[Problem]:
    known = {item.code for item in (*scheme.items, *scheme.rewards)}
    for index, pool in enumerate(scheme.pools):
        for code in pool.items:
            if code not in known:
                yield Problem(
                    f"pools[{index}].items", message("no item '{code}'", code=code), "name an item"
                )
        for other in scheme.pools[:index]:
            shared = sorted({*pool.units} & {*other.units})
            one_item = not pool.items or not other.items or {*pool.items} & {*other.items}
            if shared and one_item:
                found = message("{shared} in two pools of one item", shared=shared)
                yield Problem(f"pools[{index}].units", found, "a unit is in one pool of an item")


def _rules(scheme: Scheme) -> Iterator[tuple[str, str, Rule]]:
    """Yield code, measure and rule of items and rewards, where it is no function of the user's."""
    for item in (*scheme.items, *scheme.rewards):
        if isinstance(item.rule, Rule):
            yield item.code, item.of, item.rule


def falling_items(scheme: Scheme) -> tuple[str, ...]:
    """Return the codes of items and rewards where more people can mean fewer points.

    >>> from coverage_campaign.assessment.rules import band
    >>> odd = band((None, 5), ("100%", 3))
    >>> falling_items(Scheme("odd", items=[Item("enrolment", "Enrolment", odd, 100)]))
    ('enrolment',)
    """
    return tuple(code for code, of, rule in _rules(scheme) if of not in COUNTS and not rule.rises)


def items_rewarding_cases(scheme: Scheme) -> tuple[str, ...]:
    """Return the codes of items and rewards where more late reports or misses can give more.

    >>> from coverage_campaign.assessment.rules import per_case
    >>> odd = Item("late", "Late reports", per_case(10), 100, of="late_reports")
    >>> items_rewarding_cases(Scheme("odd", items=[odd]))
    ('late',)
    """
    return tuple(code for code, of, rule in _rules(scheme) if of in COUNTS and not rule.falls)


def items_with_open_steps(scheme: Scheme) -> tuple[str, ...]:
    """Return the codes of items and rewards whose rule leaves open how a step begun counts."""
    return tuple(code for code, _, rule in _rules(scheme) if rule.asks_partial)

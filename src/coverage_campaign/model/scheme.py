"""How units are assessed at the end, as values that can be read aloud.

A scheme has items (points), vetoes, grades, rewards (money) and prizes; an item measures something
and has a rule that turns what it measured into points. Rates and bounds are exact fractions of
one; points and money are exact decimals. `coverage_campaign.assessment` evaluates the values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import pairwise
from typing import Literal, TypeAlias

import attrs

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.labels import Label, to_label
from coverage_campaign.model.targets import to_rate
from coverage_campaign.model.units import to_codes

__all__ = [
    "COMPLETION",
    "COVERAGE",
    "AllOrNothing",
    "AwardBar",
    "Band",
    "Bands",
    "Bonus",
    "Capped",
    "Commendation",
    "Each",
    "Grade",
    "Item",
    "Partial",
    "PerPerson",
    "PerPoint",
    "Persons",
    "Pool",
    "Prize",
    "Rule",
    "Scheme",
    "StepDown",
    "Total",
    "Veto",
    "falling_items",
    "to_points",
]

COMPLETION = "completion"
"""What an item measures unless it says otherwise: done / target of the progress."""
COVERAGE = "coverage"
"""(covered before + done) / eligible."""

Partial: TypeAlias = Literal["prorated", "whole_steps"]
"""Whether a step that is begun counts in part, or not until it is whole."""
Each: TypeAlias = Literal["once", "person"]
"""Whether an amount is given once, or for each person that is done."""
Persons: TypeAlias = Literal["all", "up_to_target", "beyond_target"]
"""Which of the persons that are done an amount is given for."""


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


def _to_optional_points(value: Decimal | Fraction | int | str | None) -> Decimal | None:
    return None if value is None else to_points(value)


def _to_optional_rate(value: Fraction | Decimal | str | float | None) -> Fraction | None:
    return None if value is None else to_rate(value)


def _positive(instance: object, attribute: attrs.Attribute[Fraction], value: Fraction) -> None:
    del instance
    if value <= 0:
        raise DefinitionError(Problem(attribute.name, f"{value}", "give a rate above 0"))


# -- rules: from what was measured to points ------------------------------------------------------


@attrs.frozen
class PerPoint:
    """So many points for each percentage point of the rate `above` a floor."""

    per_point: Decimal = attrs.field(converter=to_points)
    above: Fraction = attrs.field(default=Fraction(0), converter=to_rate, kw_only=True)
    partial: Partial | None = attrs.field(default="prorated", kw_only=True)


@attrs.frozen
class StepDown:
    """So many points at the `goal`, less `loses` for each `per` short of it, never below `least`.

    A pure deduction has 0 at the goal and a `least` below it. `partial` None is open: then it is
    the reading `partial_steps`.
    """

    at_goal: Decimal = attrs.field(default=Decimal(0), converter=to_points)
    loses: Decimal = attrs.field(converter=to_points, kw_only=True)
    per: Fraction = attrs.field(converter=to_rate, validator=_positive, kw_only=True)
    goal: Fraction = attrs.field(default=Fraction(1), converter=to_rate, kw_only=True)
    least: Decimal = attrs.field(default=Decimal(0), converter=to_points, kw_only=True)
    partial: Partial | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse a floor that leaves nothing to lose."""
        if self.least >= self.at_goal:
            found = f"{self.least}, and {self.at_goal} at the goal"
            raise DefinitionError(Problem("least", found, "the least is below what the goal gives"))


@attrs.frozen
class Band:
    """So many points from a rate on: the bound itself is inside, unless `included` is False.

    `least` None is the band below all others.
    """

    least: Fraction | None = attrs.field(converter=_to_optional_rate)
    points: Decimal = attrs.field(converter=to_points)
    included: bool = True


def _to_bands(value: Iterable[Band]) -> tuple[Band, ...]:
    return tuple(value)


@attrs.frozen
class Bands:
    """The points of the highest band that the rate reaches; below all bands none.

    Bands stand from low to high, each ends where the next begins: no gap and no overlap.
    """

    bands: tuple[Band, ...] = attrs.field(converter=_to_bands)
    each: Each = attrs.field(default="once", kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse bands that do not rise."""
        bounds = [_place_of(band) for band in self.bands]
        problems = [
            Problem(
                f"bands[{number}].least",
                f"{_shown(self.bands[number].least)} after {_shown(self.bands[number - 1].least)}",
                "put the bands in rising order, each bound once",
            )
            for number in range(1, len(bounds))
            if bounds[number] <= bounds[number - 1]
        ]
        if not self.bands:
            problems = [Problem("bands", "none", "give at least one band")]
        if problems:
            raise DefinitionError(problems)


def _place_of(band: Band) -> tuple[bool, Fraction, bool]:
    return band.least is not None, band.least or Fraction(0), not band.included


def _shown(bound: Fraction | None) -> str:
    return "the lowest band" if bound is None else str(bound)


@attrs.frozen
class AllOrNothing:
    """All the points from the `goal` on, none below it."""

    all_or_nothing: Decimal = attrs.field(converter=to_points)
    goal: Fraction = attrs.field(default=Fraction(1), converter=to_rate, kw_only=True)


@attrs.frozen
class Bonus:
    """So many points for each `per` of the rate beyond a goal, at most `most` (None = no cap)."""

    bonus: Decimal = attrs.field(converter=to_points)
    per: Fraction = attrs.field(
        default=Fraction(1, 100), converter=to_rate, validator=_positive, kw_only=True
    )
    beyond: Fraction = attrs.field(default=Fraction(1), converter=to_rate, kw_only=True)
    most: Decimal | None = attrs.field(default=None, converter=_to_optional_points, kw_only=True)
    partial: Partial | None = attrs.field(default=None, kw_only=True)


@attrs.frozen
class PerPerson:
    """So much for each person who is done, from a completion of `goal` on; nothing below it."""

    per_person: Decimal = attrs.field(converter=to_points)
    of: Persons = attrs.field(default="all", kw_only=True)
    goal: Fraction = attrs.field(default=Fraction(1), converter=to_rate, kw_only=True)


@attrs.frozen
class Capped:
    """What another rule gives, but at most `most` and at least `least`."""

    capped: Rule
    most: Decimal | None = attrs.field(default=None, converter=_to_optional_points, kw_only=True)
    least: Decimal | None = attrs.field(default=None, converter=_to_optional_points, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse a least above the most."""
        if self.most is not None and self.least is not None and self.least > self.most:
            raise DefinitionError(
                Problem("least", f"{self.least} above {self.most}", "the least is below the most")
            )


def _to_rules(value: Iterable[Rule]) -> tuple[Rule, ...]:
    return tuple(value)


@attrs.frozen
class Total:
    """The sum of what several rules give."""

    total: tuple[Rule, ...] = attrs.field(converter=_to_rules)

    def __attrs_post_init__(self) -> None:
        """Refuse a sum of nothing."""
        if not self.total:
            raise DefinitionError(Problem("total", "no rule", "give at least one rule"))


Rule: TypeAlias = PerPoint | StepDown | Bands | AllOrNothing | Bonus | PerPerson | Capped | Total

# Each class has one field that no other has, by the name of the rule: a campaign file needs no tag.


# -- schemes --------------------------------------------------------------------------------------


@attrs.frozen
class AwardBar:
    """Who misses the target is barred from merit awards.

    `kinds` are the kinds of units that it strikes by the wording of the source; none named = all.
    `also` are those that it strikes only under the wide reading, `award_bar =
    "departments_and_governments"`; none named = every other kind of the campaign.
    """

    kinds: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    clause: str = ""
    also: tuple[str, ...] = attrs.field(default=(), converter=to_codes)


@attrs.frozen
class Commendation:
    """Who contributes outstandingly is commended; `threshold` is a completion rate, None = open."""

    threshold: Fraction | None = attrs.field(default=None, converter=_to_optional_rate)
    clause: str = ""


@attrs.frozen
class Item:
    """One line of a scheme: what is measured (`of`), its weight, and the rule that gives points.

    `of` is 'completion', 'coverage', or the code of an indicator that is handed to `assess`.
    `weight` is what the item is worth at its goal; a bonus may go beyond it.
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    rule: Rule
    weight: Decimal = attrs.field(default=Decimal(0), converter=to_points)
    of: str = COMPLETION
    clause: str = ""


@attrs.frozen
class Veto:
    """Who stays below the `goal` fails as a whole: no score, no merit award, whatever the rest is.

    `kinds` are the kinds of units that it strikes; none named = all.
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    of: str = COMPLETION
    goal: Fraction = attrs.field(default=Fraction(1), converter=to_rate)
    kinds: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    clause: str = ""


@attrs.frozen
class Grade:
    """A name for the scores from `least` on; None is the grade below all others."""

    code: str
    label: Label = attrs.field(converter=to_label)
    least: Decimal | None = attrs.field(default=None, converter=_to_optional_points)


def _to_amounts(value: Iterable[Decimal | int | str]) -> tuple[Decimal, ...]:
    return tuple(to_points(amount) for amount in value)


@attrs.frozen
class Prize:
    """Amounts for the first by a measure (`by`), among the units that reach a completion rate.

    Units with exactly the same rate share a place, and each has the amount of that place.
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    amounts: tuple[Decimal, ...] = attrs.field(converter=_to_amounts)
    by: str = COVERAGE
    among_from: Fraction = attrs.field(default=Fraction(0), converter=to_rate)
    clause: str = ""


@attrs.frozen
class Pool:
    """Units that are measured together: each has the rate of their sums, in these items or all."""

    units: tuple[str, ...] = attrs.field(converter=to_codes)
    items: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    clause: str = ""


def _to_items(value: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(value)


def _to_vetoes(value: Iterable[Veto]) -> tuple[Veto, ...]:
    return tuple(value)


def _to_grades(value: Iterable[Grade]) -> tuple[Grade, ...]:
    return tuple(value)


def _to_prizes(value: Iterable[Prize]) -> tuple[Prize, ...]:
    return tuple(value)


def _to_pools(value: Iterable[Pool]) -> tuple[Pool, ...]:
    return tuple(value)


@attrs.frozen
class Scheme:
    """An assessment scheme: award conditions, and (if it scores) items with weights to 100.

    `full` is what the weights add up to; None where only a part of a scheme is known. `rewards`
    are items in money, beside the score. Grades stand from low to high.
    """

    code: str
    award_bar: AwardBar | None = None
    commendation: Commendation | None = None
    clause: str = ""
    items: tuple[Item, ...] = attrs.field(default=(), converter=_to_items, kw_only=True)
    full: Decimal | None = attrs.field(
        default=Decimal(100), converter=_to_optional_points, kw_only=True
    )
    vetoes: tuple[Veto, ...] = attrs.field(default=(), converter=_to_vetoes, kw_only=True)
    grades: tuple[Grade, ...] = attrs.field(default=(), converter=_to_grades, kw_only=True)
    rewards: tuple[Item, ...] = attrs.field(default=(), converter=_to_items, kw_only=True)
    prizes: tuple[Prize, ...] = attrs.field(default=(), converter=_to_prizes, kw_only=True)
    pools: tuple[Pool, ...] = attrs.field(default=(), converter=_to_pools, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse a scheme whose parts do not fit together; every problem at once."""
        problems = list(_problems(self))
        if problems:
            raise DefinitionError(problems, source=f"scheme '{self.code}'")


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
                yield Problem(f"{name} '{code}'", f"used {count} times", "a code names one part")
    weights = sum((item.weight for item in scheme.items), Decimal(0))
    if scheme.items and scheme.full is not None and weights != scheme.full:
        fix = "mend a weight, or set full to None where only a part of a scheme is known"
        yield Problem("items", f"weights add up to {weights}, not to {scheme.full}", fix)
    bounds = [Decimal("-Infinity") if one.least is None else one.least for one in scheme.grades]
    if any(later <= earlier for earlier, later in pairwise(bounds)):
        yield Problem("grades", "not rising", "put the grades in rising order, each bound once")
    yield from _problems_of_pools(scheme)


def _problems_of_pools(scheme: Scheme) -> Iterator[Problem]:
    known = {item.code for item in (*scheme.items, *scheme.rewards)}
    for index, pool in enumerate(scheme.pools):
        for code in pool.items:
            if code not in known:
                yield Problem(f"pools[{index}].items", f"no item '{code}'", "name an item")
        for other in scheme.pools[:index]:
            shared = sorted({*pool.units} & {*other.units})
            one_item = not pool.items or not other.items or {*pool.items} & {*other.items}
            if shared and one_item:
                found = f"{', '.join(shared)} in two pools of one item"
                yield Problem(f"pools[{index}].units", found, "a unit is in one pool of an item")


def falling_items(scheme: Scheme) -> tuple[str, ...]:
    """Return the codes of items and rewards where more people can mean fewer points.

    >>> odd = Bands([Band(None, 5), Band("100%", 3)])
    >>> falling_items(Scheme("odd", items=[Item("enrolment", "Enrolment", odd, 100)]))
    ('enrolment',)
    """
    return tuple(item.code for item in (*scheme.items, *scheme.rewards) if not _rises(item.rule))


def _rises(rule: Rule) -> bool:
    match rule:
        case Bands():
            return _bands_rise(rule)
        case Capped():
            return _rises(rule.capped)
        case Total():
            return all(_rises(one) for one in rule.total)
        case (
            PerPoint(per_point=amount)
            | StepDown(loses=amount)
            | AllOrNothing(all_or_nothing=amount)
            | Bonus(bonus=amount)
            | PerPerson(per_person=amount)
        ):
            return amount >= 0


def _bands_rise(rule: Bands) -> bool:
    amounts = [band.points for band in rule.bands]
    below = [] if rule.bands[0].least is None else [Decimal(0)]
    rise = all(later >= earlier for earlier, later in pairwise([*below, *amounts]))
    return rise and (rule.each == "once" or amounts[0] >= 0)

"""What is to be reached: persons, coverage rates, money; each of its own type, never added up."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

import attrs

from coverage_campaign.checks import checked_call, checked_fields, from_zero
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.labels import Label, to_label

__all__ = [
    "CoverageTarget",
    "HeadcountTarget",
    "Increase",
    "Level",
    "MoneyTarget",
    "Target",
    "covered_before",
    "eligible_persons",
    "to_rate",
]

_MOST_PLACES = 100
_LONGEST_TEXT = 200

Increase: TypeAlias = Literal["points", "ratio"]
"""How "by 10 %" is read: 10 percentage points, or a tenth of the rate before."""
Level: TypeAlias = Literal["guaranteed", "stretch"]


def to_rate(value: Fraction | Decimal | str | float) -> Fraction:
    """Return an exact fraction of one from a fraction, a decimal or text such as '0.8' or '80%'.

    A float is refused: 0.1 is not a tenth. So is a power of ten beyond any rate.

    >>> to_rate("80%"), to_rate("0.1")
    (Fraction(4, 5), Fraction(1, 10))
    """
    problem = Problem("rate", f"{value!r}", "give a fraction, or text such as '0.8' or '80%'")
    if isinstance(value, (bool, float)):
        raise DefinitionError(problem)
    if isinstance(value, Decimal) and abs(value.adjusted()) > _MOST_PLACES:
        raise DefinitionError(problem)
    try:
        if isinstance(value, str):
            return _parsed(value.strip())
        return Fraction(value)
    except (ValueError, TypeError, ZeroDivisionError, OverflowError):
        raise DefinitionError(problem) from None


def _parsed(text: str) -> Fraction:
    number = text.removesuffix("%").strip()
    if "e" in number.lower() or len(number) > _LONGEST_TEXT:  # 1e999999999 takes for ever
        raise ValueError(text)
    return Fraction(number) / 100 if text.endswith("%") else Fraction(number)


def _to_optional_rate(value: Fraction | Decimal | str | float | None) -> Fraction | None:
    return None if value is None else to_rate(value)


def _at_most_all(instance: object, attribute: attrs.Attribute[Fraction], value: Fraction) -> None:
    del instance
    if not 0 <= value <= 1:
        fix = "a coverage rate is from 0 to 1: write '80%' or '0.8'"
        raise DefinitionError(Problem(attribute.name, f"{value}", fix))


@attrs.frozen(field_transformer=checked_fields)
class HeadcountTarget:
    """So many more persons [persons], in the phase `within` (a phase code; '' = the campaign)."""

    code: str
    label: Label = attrs.field(converter=to_label)
    persons: int = attrs.field(validator=from_zero)
    within: str = ""
    level: Level = "guaranteed"
    clause: str = ""


@attrs.frozen(field_transformer=checked_fields)
class CoverageTarget:
    """A coverage rate `to` be reached, by a `rise` if the source names one; fractions of one.

    Whether the rise is in points or a ratio is the reading `increase`, unless `rise_is` states it.
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    to: Fraction = attrs.field(converter=to_rate, validator=_at_most_all)
    rise: Fraction | None = attrs.field(default=None, converter=_to_optional_rate)
    rise_is: Increase | None = None
    within: str = ""
    level: Level = "guaranteed"
    clause: str = ""

    def rate_before(self, increase: Increase) -> Fraction | None:
        """Return the coverage rate before the campaign under a reading of the rise, or None.

        >>> target = CoverageTarget("coverage", "80 %", to="80%", rise="10%")
        >>> target.rate_before("points"), target.rate_before("ratio")
        (Fraction(7, 10), Fraction(8, 11))
        """
        if self.rise is None:
            return None
        return self.to - self.rise if increase == "points" else self.to / (1 + self.rise)


@attrs.frozen(field_transformer=checked_fields)
class MoneyTarget:
    """An amount `of` contributions to collect or arrears to clear [fen], never added to persons."""

    code: str
    label: Label = attrs.field(converter=to_label)
    fen: int = attrs.field(validator=from_zero)
    of: Literal["contributions", "arrears"] = "contributions"
    within: str = ""
    level: Level = "guaranteed"
    clause: str = ""


Target: TypeAlias = HeadcountTarget | CoverageTarget | MoneyTarget


@checked_call
def eligible_persons(*, new_persons: int, rate_from: Fraction, rate_to: Fraction) -> Fraction:
    """Return the eligible population [persons] that makes a headcount and a coverage rise agree.

    The identity is new = (to - from) x eligible. 76,000 more people from 70 % to 80 % are one
    tenth of 760,000 eligible people; from 8/11 (a rise by a tenth) they are of 1,045,000.

    >>> eligible_persons(new_persons=76_000, rate_from=Fraction(7, 10), rate_to=Fraction(8, 10))
    Fraction(760000, 1)
    >>> eligible_persons(new_persons=76_000, rate_from=Fraction(8, 11), rate_to=Fraction(8, 10))
    Fraction(1045000, 1)
    """
    if rate_to <= rate_from:
        raise DefinitionError(
            Problem("rate_to", f"{rate_to} after {rate_from}", "a rise ends above its start")
        )
    return new_persons / (rate_to - rate_from)


@checked_call
def covered_before(*, new_persons: int, rate_from: Fraction, rate_to: Fraction) -> Fraction:
    """Return the persons covered before [persons], by the same identity.

    >>> covered_before(new_persons=76_000, rate_from=Fraction(7, 10), rate_to=Fraction(8, 10))
    Fraction(532000, 1)
    >>> covered_before(new_persons=76_000, rate_from=Fraction(8, 11), rate_to=Fraction(8, 10))
    Fraction(760000, 1)
    """
    return rate_from * eligible_persons(
        new_persons=new_persons, rate_from=rate_from, rate_to=rate_to
    )

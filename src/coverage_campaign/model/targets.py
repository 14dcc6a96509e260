"""Whom the campaign is to reach, by which channels, and how many."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, TypeAlias

import attrs

from coverage_campaign.checks import checked_call, checked_fields, checked_methods, from_zero, shown
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import message
from coverage_campaign.model.labels import Label, to_label

__all__ = [
    "Channel",
    "CoverageTarget",
    "Effect",
    "HeadcountTarget",
    "Increase",
    "Level",
    "MoneyTarget",
    "Ownership",
    "Target",
    "TargetGroup",
    "covered_before",
    "eligible_persons",
    "is_share",
    "rate_text",
    "to_exact",
    "to_optional_rate",
    "to_rate",
]

Ownership: TypeAlias = Literal["public", "foreign", "private", "non-enterprise", "self-employed"]
Effect: TypeAlias = Literal["entry", "resumption", "loss"]
"""entry: covered for the first time; resumption: covered again; loss: no longer covered here."""


@attrs.frozen(field_transformer=checked_fields)
class TargetGroup:
    """A sector or kind of persons, such as private non-enterprise bodies and their staff."""

    code: str
    label: Label = attrs.field(converter=to_label)
    ownership: Ownership | None = None
    clause: str = ""


@attrs.frozen(field_transformer=checked_fields)
class Channel:
    """The way by which a person comes to be counted, and what that does to coverage.

    `insured` tells whether the employer is already inside the scheme (the omitted employee's is).
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    effect: Effect = "entry"
    clause: str = ""


_MOST_PLACES = 100
_LONGEST_TEXT = 200
_LONGEST_SHOWN = 20
_PERCENT_PLACES = 9
_PERCENT = ("%", "\N{FULLWIDTH PERCENT SIGN}")
_LEAST_PERCENT = 10
"""From here on a plain number is one of percent: measures that are counts stay below it."""

Increase: TypeAlias = Literal["points", "ratio"]
"""How "by 10 %" is read: 10 percentage points, or a tenth of the rate before."""
Level: TypeAlias = Literal["guaranteed", "stretch"]


def to_rate(
    value: Fraction | Decimal | str | float, *, of: str = "rate", below: int = _LEAST_PERCENT
) -> Fraction:
    """Return an exact fraction of one from a fraction, a decimal or text such as '0.8' or '80%'.

    A float is refused: 0.1 is not a tenth. So is a plain number of `below` or more, which is taken
    for a number of percent; with a percent sign, or as a `Fraction`, it is what it says. `of` is
    what an error calls it.

    >>> to_rate("80%"), to_rate("0.1"), to_rate("1200%")
    (Fraction(4, 5), Fraction(1, 10), Fraction(12, 1))
    >>> to_rate(95)
    Traceback (most recent call last):
        ...
    coverage_campaign.errors.DefinitionError: rate: 95 -- write '95%' or '0.95'
    """
    exact = to_exact(value)
    text = str(value).strip()
    is_plain = not isinstance(value, Fraction) and not text.endswith(_PERCENT) and "/" not in text
    if is_plain and abs(exact) >= below:
        # A rise of 1 or more is meant now and then; a rate of 10 or more never is.
        other = rate_text(exact) if below == 1 else f"{Decimal(text) / 100:f}"
        known = len(other) < _LONGEST_SHOWN
        fix = (
            message("write '{text}%' or '{other}'", text=text, other=other)
            if known
            else "write '95%' or '0.95'"
        )
        raise DefinitionError(Problem(of, shown(value), fix))
    return exact


def to_exact(value: Fraction | Decimal | str | float) -> Fraction:
    """Return an exact number, as `to_rate` reads it, however large: a proportion or a count.

    >>> to_exact("30"), to_exact("80％")
    (Fraction(30, 1), Fraction(4, 5))
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
    is_percent = text.endswith(_PERCENT)
    number = text[:-1].strip() if is_percent else text
    if "e" in number.lower() or len(number) > _LONGEST_TEXT:  # 1e999999999 takes for ever
        raise ValueError(text)
    return Fraction(number) / 100 if is_percent else Fraction(number)


def rate_text(rate: Fraction) -> str:
    """Return exact text for a rate: percent where that has an end, else a fraction.

    >>> rate_text(Fraction(4, 5)), rate_text(Fraction(1, 800)), rate_text(Fraction(8, 11))
    ('80%', '0.125%', '8/11')
    """
    percent = rate * 100
    places = next((n for n in range(_PERCENT_PLACES) if 10**n % percent.denominator == 0), None)
    if places is None:
        return f"{rate.numerator}/{rate.denominator}"
    digits = percent * 10**places
    return f"{Decimal(int(digits)).scaleb(-places):f}%"


def to_optional_rate(value: Fraction | Decimal | str | float | None) -> Fraction | None:
    """Return `to_rate` of a value, None of None."""
    return None if value is None else to_rate(value)


def is_share(_: object, attribute: attrs.Attribute[Any], value: Fraction | None) -> None:
    """Refuse a rate or a share that is not from 0 to 1; None is no rate."""
    if value is not None and not 0 <= value <= 1:
        fix = "a share or a coverage rate is from 0 to 1: write '80%' or '0.8'"
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


@checked_methods
@attrs.frozen(field_transformer=checked_fields)
class CoverageTarget:
    """A coverage rate `to` be reached, by a `rise` if the source names one; fractions of one.

    Whether the rise is in points or a ratio is the reading `increase`, unless `rise_is` states it.
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    to: Fraction = attrs.field(converter=to_rate, validator=is_share)
    rise: Fraction | None = attrs.field(default=None, converter=to_optional_rate)
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
    before, after = to_rate(rate_from), to_rate(rate_to)
    if after <= before:
        raise DefinitionError(
            Problem(
                "rate_to",
                message("{after:raw} after {before:raw}", after=after, before=before),
                "a rise ends above its start",
            )
        )
    return new_persons / (after - before)


@checked_call
def covered_before(*, new_persons: int, rate_from: Fraction, rate_to: Fraction) -> Fraction:
    """Return the persons covered before [persons], by the same identity.

    >>> covered_before(new_persons=76_000, rate_from=Fraction(7, 10), rate_to=Fraction(8, 10))
    Fraction(532000, 1)
    >>> covered_before(new_persons=76_000, rate_from=Fraction(8, 11), rate_to=Fraction(8, 10))
    Fraction(760000, 1)
    """
    return to_rate(rate_from) * eligible_persons(
        new_persons=new_persons, rate_from=rate_from, rate_to=rate_to
    )

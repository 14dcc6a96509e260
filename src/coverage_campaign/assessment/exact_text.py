"""Exact numbers as text: whole, decimal or, where decimals have no end, a fraction."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

__all__ = ["number", "percent"]

_MOST_PLACES = 9


def number(value: Fraction | Decimal | int) -> str:
    """Return exact text for a number.

    >>> number(Decimal("1.20")), number(Fraction(40, 3)), number(12_345)
    ('1.2', '40/3', '12,345')
    """
    exact = Fraction(value)
    places = next((n for n in range(_MOST_PLACES) if 10**n % exact.denominator == 0), None)
    if places is None:
        return f"{exact.numerator:,}/{exact.denominator:,}"
    return f"{Decimal(int(exact * 10**places)).scaleb(-places):,f}"


def percent(rate: Fraction) -> str:
    """Return a rate as exact percent, or as a fraction of one where percent has no end.

    >>> percent(Fraction(11, 10)), percent(Fraction(1, 3))
    ('110%', '1/3')
    """
    text = number(rate * 100)
    return number(rate) if "/" in text else f"{text}%"

"""Exact fractions: arrays of them, compared and rounded without error, and single ones as text.

Where 64 bits could overflow, Python's own integers take over.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.messages import formats

__all__ = [
    "Exact",
    "Flags",
    "Rationals",
    "Whole",
    "number",
    "percent",
    "rounded_percent",
    "whole_numbers",
]

Whole: TypeAlias = NDArray[Any]
"""Whole numbers: int64, or Python's own where 64 bits are too few."""
Flags: TypeAlias = NDArray[np.bool_]
Exact: TypeAlias = Fraction | Decimal | int
_INT64 = 2**62
_EXACT_FLOAT = 2**53
_MOST_PLACES = 9
_TENTHS = 10


@attrs.frozen(eq=False)
class Rationals:
    """Exact fractions numerator / (denominator x scale), any shape; denominators are 1 or more.

    >>> rates = Rationals(np.array([49, 1]), np.array([50, 50]))
    >>> ((rates - Fraction(1, 10)).clip(least=0) * 10).floats().tolist()
    [8.8, 0.0]
    """

    numerator: Whole
    denominator: Whole
    scale: int = 1

    @classmethod
    def of(cls, values: Sequence[Fraction]) -> Rationals:
        """Return the array of some fractions."""
        return cls(
            whole_numbers([value.numerator for value in values]),
            whole_numbers([value.denominator for value in values]),
        )

    def constant(self, value: Exact) -> Rationals:
        """Return one value everywhere, over the same denominators."""
        exact = Fraction(value)
        return Rationals(
            _times(self.denominator, exact.numerator), self.denominator, exact.denominator
        )

    def __getitem__(self, place: int | tuple[int, ...]) -> Fraction:
        """Return the fraction at one place."""
        top, bottom = np.broadcast_arrays(self.numerator, self.denominator)
        return Fraction(int(top[place]), int(bottom[place]) * self.scale)

    def __add__(self, other: Rationals | Exact) -> Rationals:
        """Return the sum, with an array or one value."""
        if not isinstance(other, Rationals):
            other = self.constant(other)
        if other.denominator is self.denominator:
            scale = lcm(self.scale, other.scale)
            top = _sum(self.at_scale(scale), other.at_scale(scale))
            return Rationals(top, self.denominator, scale)
        ours = _product(_times(self.numerator, other.scale), other.denominator)
        theirs = _product(_times(other.numerator, self.scale), self.denominator)
        bottom = _product(self.denominator, other.denominator)
        return Rationals(_sum(ours, theirs), bottom, self.scale * other.scale)

    def __sub__(self, other: Rationals | Exact) -> Rationals:
        """Return the difference, with an array or one value."""
        return self + other * -1

    def __mul__(self, factor: Exact) -> Rationals:
        """Return every fraction times one value."""
        exact = Fraction(factor)
        top = _times(self.numerator, exact.numerator)
        return Rationals(top, self.denominator, self.scale * exact.denominator)

    def times(self, counts: Whole) -> Rationals:
        """Return each fraction times the whole number in its place."""
        return Rationals(_product(self.numerator, counts), self.denominator, self.scale)

    def floor(self) -> Rationals:
        """Return the whole number at or below each fraction."""
        whole = np.asarray(self.numerator // _times(self.denominator, self.scale))
        return Rationals(_product(whole, self.denominator), self.denominator)

    def clip(self, *, least: Exact | None = None, most: Exact | None = None) -> Rationals:
        """Return the fractions, none below the least or above the most."""
        clipped = self
        for bound, limit in ((most, np.minimum), (least, np.maximum)):
            if bound is not None:
                other = self.constant(bound)
                scale = lcm(clipped.scale, other.scale)
                top = limit(clipped.at_scale(scale), other.at_scale(scale))
                clipped = Rationals(top, self.denominator, scale)
        return clipped

    def replaced(self, places: Flags, value: Exact) -> Rationals:
        """Return the fractions with one value in some places."""
        other = self.constant(value)
        scale = lcm(self.scale, other.scale)
        top = np.where(places, other.at_scale(scale), self.at_scale(scale))
        return Rationals(top, self.denominator, scale)

    def at_least(self, value: Exact) -> Flags:
        """Tell where a fraction reaches a value."""
        return np.asarray(self._against(value) >= 0, dtype=bool)

    def above(self, value: Exact) -> Flags:
        """Tell where a fraction is more than a value."""
        return np.asarray(self._against(value) > 0, dtype=bool)

    def equals(self, other: Rationals) -> Flags:
        """Tell where two arrays agree exactly."""
        return np.asarray((self - other).numerator == 0, dtype=bool)

    def floats(self) -> NDArray[np.float64]:
        """Return the float nearest to each fraction."""
        top, bottom = np.broadcast_arrays(self.numerator, _times(self.denominator, self.scale))
        if object not in {top.dtype, bottom.dtype}:
            common = np.gcd(np.abs(top), bottom)
            top, bottom = top // common, bottom // common
            if _largest(top) < _EXACT_FLOAT and _largest(bottom) < _EXACT_FLOAT:
                return np.asarray(top / bottom, dtype=np.float64)
        exact = [
            float(Fraction(int(over), int(under)))
            for over, under in zip(top.ravel().tolist(), bottom.ravel().tolist(), strict=True)
        ]
        return np.array(exact, dtype=np.float64).reshape(top.shape)

    def at_scale(self, scale: int) -> Whole:
        """Return the numerators for a multiple of the scale."""
        return _times(self.numerator, scale // self.scale)

    def _against(self, value: Exact) -> Whole:
        """Return whole numbers with the sign of each fraction less a value."""
        exact = Fraction(value)
        ours = _times(self.numerator, exact.denominator)
        return _sum(ours, _times(self.denominator, -exact.numerator * self.scale))


def whole_numbers(values: Sequence[int]) -> Whole:
    """Return whole numbers as int64, or as Python's own where one is too large."""
    large = max(map(abs, values), default=0) >= _INT64
    return np.array(values, dtype=object if large else np.int64)


def _largest(values: Whole) -> int:
    return 0 if not values.size else max(abs(int(values.max())), abs(int(values.min())))


def _times(values: Whole, factor: int) -> Whole:
    if factor == 1:
        return values
    if values.dtype != object and max(_largest(values), 1) * abs(factor) >= _INT64:
        values = values.astype(object)
    product: Whole = values * factor
    return product


def _product(first: Whole, second: Whole) -> Whole:
    if _largest(first) * _largest(second) >= _INT64:
        first, second = first.astype(object), second.astype(object)
    product: Whole = first * second
    return product


def _sum(first: Whole, second: Whole) -> Whole:
    if _largest(first) + _largest(second) >= _INT64:
        first, second = first.astype(object), second.astype(object)
    result: Whole = first + second
    return result


def _places(exact: Fraction) -> int | None:
    """Return with how many decimals a number ends, None where it goes on."""
    return next((n for n in range(_MOST_PLACES) if 10**n % exact.denominator == 0), None)


def number(value: Fraction | Decimal | int) -> str:
    """Return exact text for a number.

    >>> number(Decimal("1.20")), number(Fraction(40, 3)), number(12_345)
    ('1.2', '40/3', '12,345')
    """
    exact = Fraction(value)
    places = _places(exact)
    if places is None:
        return f"{exact.numerator:,}/{exact.denominator:,}"
    return f"{Decimal(int(exact * 10**places)).scaleb(-places):,f}"


def rounded_percent(rate: Fraction, *, goal: Fraction | None = None) -> str:
    """Return a rate in percent as documents print it, with one decimal where it has any.

    A rate that would read as the `goal` that it misses has as many as tell them apart.

    >>> rounded_percent(Fraction(1, 3)), rounded_percent(Fraction(11, 10))
    ('33.3%', '110%')
    >>> rounded_percent(Fraction(29_999, 30_000)), rounded_percent(Fraction("0.77997"))
    ('99.9%', '78.0%')
    >>> rounded_percent(Fraction("0.77997"), goal=Fraction("0.78"))
    '77.997%'
    """
    points = rate * 100
    if _TENTHS % points.denominator == 0:
        return f"{number(points)}%"
    if goal is None or formats.rounded(points, 1) != goal * 100:
        return formats.percent(rate, lang="en")
    places = next((n for n in range(2, _MOST_PLACES) if _apart(points, n, goal)), None)
    return f"{number(points)}%" if places is None else f"{formats.rounded(points, places):,f}%"


def _apart(points: Fraction, places: int, goal: Fraction) -> bool:
    return Fraction(formats.rounded(points, places)) != goal * 100


def percent(rate: Fraction) -> str:
    """Return a rate as exact percent, or as a fraction of one where percent has no end.

    >>> percent(Fraction(11, 10)), percent(Fraction(1, 3))
    ('110%', '1/3')
    """
    whole = rate * 100
    return number(rate) if _places(whole) is None else f"{number(whole)}%"

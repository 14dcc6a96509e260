"""The rounding rules of the divisor methods: where the step from k - 1 to k lies.

A unit of weight w deserves its k-th seat at divisor d when w / d >= s(k), the signpost of k, which
lies between k - 1 and k. Each rule states its signposts exactly (`ratio`, to its `power`: 2 where
only squares are rational), for decisions; as `floats` within three roundings, for the search; and
as a `level`, a rising function of the quotient whose nearest whole number is the number of seats,
so that whole arrays are rounded without a loop. `lean` is the mean of seats minus quotient over
large quotients; `first_is_free` says that s(1) is 0, so that every unit with a weight gets a seat.

Source: Balinski and Young, Fair Representation (2nd ed. 2001); Pukelsheim, Proportional
Representation (2nd ed. 2017), chapter 3.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt
from typing import TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

__all__ = [
    "ADAMS",
    "DEAN",
    "HILL",
    "JEFFERSON",
    "WEBSTER",
    "Dean",
    "Hill",
    "Modified",
    "Signposts",
    "Stationary",
    "root",
    "seats_at",
    "signpost",
]


# A weight however small deserves the free first seat: its level has to lie above 1/2 in floats too.
_ABOVE_HALF = 0.5 + 2.0**-52
_ABOVE_QUARTER = 0.25 + 2.0**-51
_ABOVE_ONE = 1.0 + 2.0**-50


@attrs.frozen
class Stationary:
    """Signposts k - 1 + r: Adams (r = 0), Webster (1/2), Jefferson (1) and all between."""

    r: Fraction
    name: str
    power: int = attrs.field(default=1, init=False)
    first_is_free: bool = attrs.field(init=False)
    lean: float = attrs.field(init=False)
    _below: int = attrs.field(init=False, repr=False)
    _shift: int = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Derive the numbers of r once."""
        derive = object.__setattr__
        derive(self, "first_is_free", self.r == 0)
        derive(self, "lean", float(Fraction(1, 2) - self.r))
        derive(self, "_below", self.r.denominator)
        derive(self, "_shift", self.r.numerator - self.r.denominator)

    def ratio(self, seat: int) -> tuple[int, int]:
        """Return k - 1 + r."""
        return seat * self._below + self._shift, self._below

    def floats(self, seats: Floats) -> Floats:
        """Return k - 1 + r as floats."""
        posts = seats - 1.0
        posts += float(self.r)
        return posts

    def level(self, quotients: Floats, out: Floats) -> Floats:
        """Return q + 1/2 - r."""
        return np.add(quotients, self.lean if self.r else _ABOVE_HALF, out=out)


@attrs.frozen
class Modified:
    """Webster's signposts with c / 2 for the first seat (c = 7/5: Scandinavian Sainte-Laguë)."""

    c: Fraction
    name: str
    power: int = attrs.field(default=1, init=False)
    lean: float = attrs.field(default=0.0, init=False)

    @property
    def first_is_free(self) -> bool:
        """Whether c is 0."""
        return self.c == 0

    def ratio(self, seat: int) -> tuple[int, int]:
        """Return c / 2 for the first seat, k - 1/2 for the others."""
        return (self.c.numerator, 2 * self.c.denominator) if seat == 1 else (2 * seat - 1, 2)

    def floats(self, seats: Floats) -> Floats:
        """Return the signposts as floats."""
        return np.where(seats == 1.0, float(self.c / 2), seats - 0.5)

    def level(self, quotients: Floats, out: Floats) -> Floats:
        """Return q above 3/2, the line through (c/2, 1/2) and (3/2, 3/2) below."""
        slope = float(2 / (3 - self.c))
        line = quotients * slope
        line += 1.5 - 1.5 * slope if self.c else _ABOVE_HALF
        choose = np.minimum if self.c > 1 else np.maximum
        np.maximum(line, 0.0, out=line)
        return choose(quotients, line, out=out)


@attrs.frozen
class Hill:
    """Signposts at the geometric mean of k - 1 and k."""

    name: str = "hill"
    power: int = 2
    first_is_free: bool = True
    lean: float = 0.0

    def ratio(self, seat: int) -> tuple[int, int]:
        """Return s(k) squared, k (k - 1)."""
        return seat * (seat - 1), 1

    def floats(self, seats: Floats) -> Floats:
        """Return sqrt(k (k - 1))."""
        root: Floats = np.sqrt(seats * (seats - 1.0))
        return root

    def level(self, quotients: Floats, out: Floats) -> Floats:
        """Return sqrt(q**2 + 1/4): k (k - 1) <= q**2 solved for k - 1/2."""
        np.multiply(quotients, quotients, out=out)
        out += _ABOVE_QUARTER
        return np.sqrt(out, out=out)


@attrs.frozen
class Dean:
    """Signposts at the harmonic mean of k - 1 and k."""

    name: str = "dean"
    power: int = 1
    first_is_free: bool = True
    lean: float = 0.0

    def ratio(self, seat: int) -> tuple[int, int]:
        """Return k (k - 1) / (k - 1/2)."""
        return 2 * seat * (seat - 1), 2 * seat - 1

    def floats(self, seats: Floats) -> Floats:
        """Return k (k - 1) / (k - 1/2) as floats."""
        return seats * (seats - 1.0) / (seats - 0.5)

    def level(self, quotients: Floats, out: Floats) -> Floats:
        """Return (q + sqrt(1 + q**2)) / 2: the signpost inequality solved for k - 1/2."""
        root = quotients * quotients
        root += _ABOVE_ONE
        np.sqrt(root, out=root)
        np.add(quotients, root, out=out)
        out *= 0.5
        return out


JEFFERSON = Stationary(Fraction(1), "jefferson")
WEBSTER = Stationary(Fraction(1, 2), "webster")
ADAMS = Stationary(Fraction(0), "adams")
HILL = Hill()
DEAN = Dean()

Signposts: TypeAlias = Stationary | Modified | Hill | Dean


def signpost(rule: Signposts, seat: int) -> Fraction:
    """Return s(seat) to the rule's power, exactly.

    >>> signpost(WEBSTER, 3), signpost(HILL, 3)
    (Fraction(5, 2), Fraction(6, 1))
    """
    return Fraction(*rule.ratio(seat))


def seats_at(rule: Signposts, quotient: Fraction) -> int:
    """Return the seats that an exact quotient deserves (at a signpost: the higher number).

    >>> seats_at(WEBSTER, Fraction(5, 2)), seats_at(JEFFERSON, Fraction(5, 2))
    (3, 2)
    """
    whole = quotient.numerator // quotient.denominator
    return whole + (signpost(rule, whole + 1) <= quotient**rule.power)


def root(value: Fraction, digits: int, *, up: bool) -> Fraction:
    """Return the square root as a decimal of at least `digits` digits, rounded down or up.

    >>> root(Fraction(2), 5, up=False), root(Fraction(2), 5, up=True)
    (Fraction(141421, 100000), Fraction(70711, 50000))
    """
    size = len(str(value.numerator)) - len(str(value.denominator))
    scale = digits - size // 2
    scaled = value * Fraction(100) ** scale
    low = isqrt(scaled.numerator // scaled.denominator)
    exact = low * low == scaled
    return Fraction(low + (1 if up and not exact else 0)) / Fraction(10) ** scale

"""The rounding rules of the divisor methods: where the step from k - 1 to k lies.

A unit of weight w deserves its k-th seat at divisor d when w / d >= s(k), the signpost of k, which
lies between k - 1 and k. Each rule states its signposts three times: exactly, for decisions; as
floats, for the search; and as a `level`, a rising function of the quotient whose floor is the
number of seats, so that whole arrays are rounded without a loop.

Source: Balinski and Young, Fair Representation (2nd ed. 2001); Pukelsheim, Proportional
Representation (2nd ed. 2017), chapter 3.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt, sqrt
from typing import TYPE_CHECKING, Protocol

import attrs
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64] | NDArray[np.float64]

__all__ = ["ADAMS", "DEAN", "HILL", "JEFFERSON", "WEBSTER", "Modified", "Signposts", "Stationary"]


# A weight however small deserves the free first seat: its level has to lie above 1/2 in floats too.
_ABOVE_HALF = 0.5 + 2.0**-52
_ABOVE_QUARTER = 0.25 + 2.0**-51
_ABOVE_ONE = 1.0 + 2.0**-50


class Signposts(Protocol):
    """A rounding rule."""

    @property
    def name(self) -> str:
        """The name that messages use."""
        ...

    @property
    def power(self) -> int:
        """1, or 2 where only the squares of signposts are rational."""
        ...

    @property
    def first_is_free(self) -> bool:
        """Whether s(1) is 0, so that every unit with a weight gets a seat."""
        ...

    @property
    def guard(self) -> float:
        """How many float roundings (2**-52, relative) may part a float quotient from the truth."""
        ...

    @property
    def lean(self) -> float:
        """The mean of seats minus quotient over large quotients: 1/2 - s(k) + (k - 1)."""
        ...

    def exact(self, seat: int) -> Fraction:
        """Return s(seat) to the `power`, exactly."""
        ...

    def ratio(self, seats: Whole) -> tuple[Whole, Whole | int]:
        """Return s(k) to the `power` as numerators and denominators, but for a common factor.

        Integers wrap at 64 bits; whole floats do not, and tell how large the numbers are.
        """
        ...

    def post(self, seat: float) -> float:
        """Return s(seat) as a float, within two roundings."""
        ...

    def floats(self, seats: Floats) -> Floats:
        """Return s(k) for an array of seat numbers, within two roundings."""
        ...

    def level(self, quotients: Floats, out: Floats) -> Floats:
        """Write into `out`, and return, the numbers whose nearest integers are the seats."""
        ...


@attrs.frozen
class Stationary:
    """Signposts k - 1 + r: Adams (r = 0), Webster (1/2), Jefferson (1) and all between."""

    r: Fraction
    name: str
    power: int = attrs.field(default=1, init=False)
    first_is_free: bool = attrs.field(init=False)
    guard: float = attrs.field(init=False)
    lean: float = attrs.field(init=False)
    _shift: float = attrs.field(init=False)
    _rise: float = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Derive the floats once."""
        put = object.__setattr__
        put(self, "first_is_free", self.r == 0)
        put(self, "guard", 4.0 + (float(1 / self.r) if self.r else 1.0))
        put(self, "lean", float(Fraction(1, 2) - self.r))
        put(self, "_shift", float(self.r - 1))
        put(self, "_rise", float(Fraction(1, 2) - self.r) if self.r else _ABOVE_HALF)

    def exact(self, seat: int) -> Fraction:
        """Return k - 1 + r."""
        return seat - 1 + self.r

    def ratio(self, seats: Whole) -> tuple[Whole, Whole | int]:
        """Return b (k - 1) + a for r = a/b."""
        low = _times(seats - 1, self.r.denominator)
        return low + _times(np.ones_like(seats), self.r.numerator), 1

    def post(self, seat: float) -> float:
        """Return k - 1 + r as a float."""
        return seat + self._shift

    def floats(self, seats: Floats) -> Floats:
        """Return k - 1 + r as floats."""
        return seats + self._shift

    def level(self, quotients: Floats, out: Floats) -> Floats:
        """Return q + 1/2 - r."""
        if self._rise:
            return np.add(quotients, self._rise, out=out)
        if out is not quotients:
            out[...] = quotients
        return out


@attrs.frozen
class Modified:
    """Webster's signposts with c / 2 for the first seat (c = 7/5: Scandinavian Sainte-Laguë)."""

    c: Fraction
    name: str
    power: int = attrs.field(default=1, init=False)
    lean: float = attrs.field(default=0.0, init=False)
    first_is_free: bool = attrs.field(init=False)
    guard: float = attrs.field(init=False)
    _slope: float = attrs.field(init=False)
    _start: float = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Derive the line through (c/2, 1/2) and (3/2, 3/2) once."""
        put = object.__setattr__
        slope = 1 / (Fraction(3, 2) - self.c / 2)
        put(self, "first_is_free", self.c == 0)
        put(self, "guard", 6.0 + (float(8 / self.c) if self.c else 4.0))
        put(self, "_slope", float(slope))
        put(self, "_start", float((1 - slope * self.c) / 2) if self.c else _ABOVE_HALF)

    def exact(self, seat: int) -> Fraction:
        """Return c / 2 for the first seat, k - 1/2 for the others."""
        return self.c / 2 if seat == 1 else Fraction(2 * seat - 1, 2)

    def ratio(self, seats: Whole) -> tuple[Whole, Whole | int]:
        """Return a for the first seat, b (2 k - 1) for the others, where c = a/b."""
        first = _times(np.ones_like(seats), self.c.numerator)
        first[seats != 1] = _times(2 * seats - 1, self.c.denominator)[seats != 1]
        return first, 1

    def post(self, seat: float) -> float:
        """Return a signpost as a float."""
        return float(self.c / 2) if seat == 1 else seat - 0.5

    def floats(self, seats: Floats) -> Floats:
        """Return the signposts as floats."""
        return np.where(seats == 1.0, float(self.c / 2), seats - 0.5)

    def level(self, quotients: Floats, out: Floats) -> Floats:
        """Return q above 3/2, the line through (c/2, 1/2) and (3/2, 3/2) below."""
        line = quotients * self._slope
        line += self._start
        choose = np.minimum if self.c > 1 else np.maximum
        return choose(quotients, line, out=out)


@attrs.frozen
class _Hill:
    """Signposts at the geometric mean of k - 1 and k."""

    name: str = "hill"
    power: int = 2
    first_is_free: bool = True
    guard: float = 8.0
    lean: float = 0.0

    def exact(self, seat: int) -> Fraction:
        """Return s(k) squared, k (k - 1)."""
        return Fraction(seat * (seat - 1))

    def ratio(self, seats: Whole) -> tuple[Whole, Whole | int]:
        """Return k (k - 1)."""
        return seats * (seats - 1), 1

    def post(self, seat: float) -> float:
        """Return sqrt(k (k - 1)) as a float."""
        return sqrt(seat * (seat - 1.0))

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
class _Dean:
    """Signposts at the harmonic mean of k - 1 and k."""

    name: str = "dean"
    power: int = 1
    first_is_free: bool = True
    guard: float = 10.0
    lean: float = 0.0

    def exact(self, seat: int) -> Fraction:
        """Return k (k - 1) / (k - 1/2)."""
        return Fraction(2 * seat * (seat - 1), 2 * seat - 1)

    def ratio(self, seats: Whole) -> tuple[Whole, Whole | int]:
        """Return 2 k (k - 1) over 2 k - 1."""
        below: Whole = 2 * seats - 1
        return 2 * seats * (seats - 1), below

    def post(self, seat: float) -> float:
        """Return k (k - 1) / (k - 1/2) as a float."""
        return seat * (seat - 1.0) / (seat - 0.5)

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


def _times(values: Whole, factor: int) -> Whole:
    if values.dtype == np.int64:
        factor = (factor + 2**63) % 2**64 - 2**63
    product: Whole = np.multiply(values, factor)
    return product


JEFFERSON = Stationary(Fraction(1), "jefferson")
WEBSTER = Stationary(Fraction(1, 2), "webster")
ADAMS = Stationary(Fraction(0), "adams")
HILL: Signposts = _Hill()
DEAN: Signposts = _Dean()


def seats_at(signposts: Signposts, quotient: Fraction) -> int:
    """Return the seats that an exact quotient deserves (at a signpost: the higher number).

    >>> seats_at(WEBSTER, Fraction(5, 2)), seats_at(JEFFERSON, Fraction(5, 2))
    (3, 2)
    """
    whole = quotient.numerator // quotient.denominator
    reached = signposts.exact(whole + 1) <= quotient**signposts.power
    return whole + 1 if reached else whole


def priority(signposts: Signposts, weight: Fraction, seat: int) -> Fraction:
    """Return (weight / s(seat)) to the rule's power; `seat` must have a signpost above 0."""
    return weight**signposts.power / signposts.exact(seat)


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

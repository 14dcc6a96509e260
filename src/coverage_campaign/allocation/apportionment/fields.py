"""A method laid over one problem's weights: seats as a function of one number t.

Seats come in the order of their thresholds: seat k of unit i is gained once t has risen to
s(k) / w (divisor methods; t is one over the divisor) or to k minus the quota (Hamilton; t shifts
all quotas alike). Floats find thresholds, Fractions compare those that lie too near each other.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

import numpy as np

from coverage_campaign.allocation.apportionment.bounds import exact_sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage_campaign.allocation.apportionment.rounding_rules import Signposts

    Floats = NDArray[np.float64]
    Given = NDArray[np.int64] | NDArray[np.float64]
    Number = float | Floats

__all__ = ["EPS", "DivisorField", "Field", "RemainderField", "exact_weight"]

EPS = 2.0**-52


class Field(Protocol):
    """A method laid over the weights: seats as a function of t."""

    weights: Given
    """The weights as they were given."""

    slope: Number
    """Seats gained as t rises by one, roughly."""

    bottom: float
    """A t at which no seat is given but those that cost nothing."""

    def start(self, total: Number, units: int | NDArray[np.int64]) -> Number:
        """Return a first guess of t."""
        ...

    def real(self, t: float, weight: float) -> Number:
        """Return what units with this sum of weights hold at t before rounding."""
        ...

    def level(self, weights: Floats, t: Number, out: Floats) -> Floats:
        """Write the numbers whose nearest integers are the seats at t."""
        ...

    def levels(
        self, weights: Floats, low: float, high: float, *, lower: Floats, above: Floats
    ) -> None:
        """Write the levels at both ends of an interval; `above` may be the weights."""
        ...

    def thresholds(self, weights: Floats, seats: Floats) -> Floats:
        """Return the t at which seats are gained."""
        ...

    def threshold(self, weight: float, seat: float) -> float:
        """Return the t at which one unit gains one seat."""
        ...

    def slack(self, t: Number) -> Number:
        """Return by how much a float threshold near t, or a level at t, may miss the truth."""
        ...

    def slack_among(self, t: float, weights: Floats) -> float:
        """Return the same for some of the weights only."""
        ...

    def exact(self, unit: int, seat: int) -> Fraction:
        """Return a number that orders seats exactly as their thresholds do."""
        ...


class DivisorField:
    """t is one over the divisor; a seat is gained at s(k) / weight."""

    def __init__(self, rule: Signposts, weights: Given, weight: Number) -> None:
        """Lay the rule over one problem."""
        self.rule = rule
        self.slope: Number = weight
        self.bottom = 0.0
        self.weights = weights
        self.relative = 2 * rule.guard * EPS

    def start(self, total: Number, units: int | NDArray[np.int64]) -> Number:
        """Return the guess that counts on even remainders (Pukelsheim)."""
        seats, least = total - units * self.rule.lean, 0.5 * total
        even = np.maximum(seats, least) if isinstance(seats, np.ndarray) else max(seats, least)
        return even / self.slope

    def real(self, t: float, weight: float) -> Number:
        """Return weight times t, and what rounding adds."""
        return weight * t

    def level(self, weights: Floats, t: Number, out: Floats) -> Floats:
        """Return the rule's level of weight times t."""
        return self.rule.level(np.multiply(weights, t, out=out), out)

    def levels(
        self, weights: Floats, low: float, high: float, *, lower: Floats, above: Floats
    ) -> None:
        """Write the level at each end."""
        self.level(weights, low, lower)
        self.level(weights, high, above)

    def thresholds(self, weights: Floats, seats: Floats) -> Floats:
        """Return s(k) / weight."""
        posts = self.rule.floats(seats)
        posts /= weights
        return posts

    def threshold(self, weight: float, seat: float) -> float:
        """Return s(k) / weight."""
        return self.rule.post(seat) / weight

    def slack(self, t: Number) -> Number:
        """Return a relative error."""
        return self.relative * t

    def slack_among(self, t: float, weights: Floats) -> float:  # noqa: ARG002  # relative error
        """Return the same: the error does not hang on the weights."""
        return self.relative * t

    def exact(self, unit: int, seat: int) -> Fraction:
        """Return the threshold to the rule's power."""
        weight = Fraction(self.weights[unit].item())
        if self.rule.power == 1:
            return self.rule.exact(seat) / weight
        return self.rule.exact(seat) / weight**self.rule.power


class RemainderField:
    """t is added to every quotient; a seat is gained at k minus the quotient.

    `scale` is one over the quota.
    """

    def __init__(
        self,
        weights: Given,
        scale: Number,
        total: int | Floats,
        *,
        units: float | Floats,
        share: Fraction | None = None,
    ) -> None:
        """Lay a quota over one problem, or over many: then scale, total and units are arrays."""
        self.scale = scale
        self.slope: Number = 1.0 * units
        self.bottom = -1.0
        self.weights = weights
        self.total = total
        self.absolute = 64 * EPS * (total + 3)
        self._share = share

    def of_groups(self, groups: NDArray[np.int64]) -> RemainderField:
        """Return the field for units that belong to these groups."""
        scale = np.asarray(self.scale)[groups]
        return RemainderField(self.weights, scale, self.total, units=scale)

    def start(
        self,
        total: Number,  # noqa: ARG002  # remainders are even whatever the total
        units: int | NDArray[np.int64],  # noqa: ARG002  # and however many there are
    ) -> Number:
        """Return the middle."""
        return 0.5

    def real(self, t: float, weight: float) -> Number:  # noqa: ARG002  # t moves no quotient
        """Return the quotient."""
        return weight * self.scale

    def level(self, weights: Floats, t: Number, out: Floats) -> Floats:
        """Return quotient + t - 1/2; `out` may be t."""
        shift = t - 0.5
        np.multiply(weights, self.scale, out=out)
        out += shift
        return out

    def levels(
        self, weights: Floats, low: float, high: float, *, lower: Floats, above: Floats
    ) -> None:
        """Write the level at each end: the quotients are the same."""
        np.multiply(weights, self.scale, out=above)
        np.add(above, low - 0.5, out=lower)
        above += high - 0.5

    def thresholds(self, weights: Floats, seats: Floats) -> Floats:
        """Return k minus the quotient."""
        return seats - weights * self.scale

    def threshold(self, weight: float, seat: float) -> float:
        """Return k minus the quotient."""
        return seat - weight * float(self.scale)

    def slack(self, t: Number) -> Number:  # noqa: ARG002  # the error hangs on the quotients alone
        """Return an absolute error."""
        return self.absolute

    def slack_among(self, t: float, weights: Floats) -> float:  # noqa: ARG002  # absolute error
        """Return the error of the largest of their quotients."""
        return 64 * EPS * (float(weights.max()) * float(self.scale) + 2.0)

    def exact(self, unit: int, seat: int) -> Fraction:
        """Return the threshold, with the sum of all weights taken exactly."""
        if self._share is None:
            self._share = int(self.total) / Fraction(exact_weight(self.weights))
        return seat - Fraction(self.weights[unit].item()) * self._share


def exact_weight(weights: Given) -> int | Fraction:
    """Return the sum of weights without any rounding.

    >>> exact_weight(np.array([1.0, 2.0**-60]))
    Fraction(1152921504606846977, 1152921504606846976)
    """
    if weights.dtype == np.int64:
        return exact_sum(weights.astype(np.int64, copy=False))
    mantissa, exponent = np.frexp(weights)
    whole = (mantissa * 2.0**53).astype(np.int64)
    least = int(exponent.min())
    bins = exponent - least
    total = 0
    for shift in (0, 18, 36):  # pieces of 18 bits sum exactly in floats
        piece = ((whole >> shift) & (2**18 - 1)).astype(np.float64)
        sums = np.bincount(bins, weights=piece).tolist()
        total += sum(int(part) << (shift + place) for place, part in enumerate(sums))
    return Fraction(total) * Fraction(2) ** (least - 53)

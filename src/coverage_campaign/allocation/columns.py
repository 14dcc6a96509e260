"""Problems side by side, one a column: rounded together, put right seat by seat, and proved."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from coverage_campaign.allocation.fields import DivisorField, RemainderField
from coverage_campaign.allocation.hamilton import Remainders
from coverage_campaign.allocation.numbers import is_plain
from coverage_campaign.allocation.search import Cut, order_exactly

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage_campaign.allocation.fields import Field, Floats
    from coverage_campaign.allocation.numbers import Ints, Plain, Weighted
    from coverage_campaign.allocation.problems import Rule

    Flags = NDArray[np.bool_]

__all__ = ["Columns"]

AnyScalar = TypeVar("AnyScalar", bound=np.generic)

_LARGEST_TOTAL = 2.0**40
_LIGHTEST, _HEAVIEST = 1e-100, 1e100
_NEAR = 2  # seats off that are better moved than searched for, where most columns are
_FAR = 8  # the same for single columns
_TRIES = 3  # before the slope is no longer trusted
_STEPS = 80
_HALVE = 2  # in every third step the interval is halved
_ROUNDS = 16


class Columns:
    """A block of problems: row i holds unit i of each, and column j is problem j.

    `seats` are right in the columns that `solve` returns; `near_tie` marks those that hang on a
    near tie alone, which `settle` decides. Cells of no weight gain nothing, so short columns may
    be filled up with them.
    """

    def __init__(
        self,
        rule: Rule,
        weights: Floats,
        totals: Floats,
        sizes: Ints,
        *,
        floors: Floats | None,
        caps: Floats | None,
    ) -> None:
        """Keep the arrays; `weights` is not changed."""
        self.rule = rule
        self.weights = weights
        self.totals = totals
        self.sizes = sizes
        self.floors = floors
        self.caps = caps
        self.bounded = floors is not None or caps is not None
        self.seats = np.empty_like(weights)
        self.near_tie: Flags = np.zeros(totals.size, dtype=np.bool_)
        self.empty: Flags | None = None

    def solve(self) -> Flags:
        """Round, move and prove; return the columns whose seats are certainly right."""
        with np.errstate(all="ignore"):  # cells without weight have endless thresholds
            whole = self.weights.sum(axis=0)
            usable = (whole > _LIGHTEST) & (whole < _HEAVIEST) & (self.totals < _LARGEST_TOTAL)
            if self.floors is not None and self.caps is not None:
                usable &= (self.floors <= self.caps).all(axis=0)
            if self.rule.first_is_free or self.floors is not None or self.rule.name == "jefferson":
                empty = self.weights == 0
                self.empty = empty if empty.any() else None
            self.whole = whole
            self.field = self._field(self.weights, whole, self.totals)
            excess = self._approach()
            self._move(excess)
            first = self.gain.min(axis=0)
            last = self.loss.max(axis=0)
            slack = 2.0 * np.asarray(self.field.slack(first))
            # no unit can gain (all at their caps), or all that stand clearly precede all that wait
            right: Flags = usable & (excess == 0) & ((first == np.inf) | (first - last > slack))
            near = np.isfinite(first) & np.isfinite(last) & (last - first < 4.0 * slack)
            self.near_tie = usable & ~right & near
            self.first, self.last, self.excess, self.slack = first, last, excess, slack
        return right

    def settle(self, column: int, given: Weighted) -> Cut | None:
        """Return the cut of a column that hangs on a near tie, None where it is no such column."""
        if not is_plain(given):
            return None
        size = given.size
        top = max(self.first[column], self.last[column]) + self.slack[column]
        low = min(self.first[column], self.last[column]) - self.slack[column]
        seats = self.seats[:size, column].astype(np.int64)
        waiting = np.flatnonzero(self.gain[:size, column] <= top)
        holding = np.flatnonzero(self.loss[:size, column] >= low)
        wanted = holding.size - int(self.excess[column])
        units = np.concatenate([holding, waiting])
        if not 0 <= wanted <= units.size:
            return None
        places = np.concatenate([seats[holding], seats[waiting] + 1])
        seats[holding] -= 1
        field = self._field(given, float(self.weights[:, column].sum()), int(self.totals[column]))
        winners, tied, at_stake = order_exactly(field, units, places, wanted)
        np.add.at(seats, winners, 1)
        return Cut(seats, tied, at_stake)

    def _field(self, weights: Plain, whole: float | Floats, totals: int | Floats) -> Field:
        if isinstance(self.rule, Remainders):
            return RemainderField(weights, whole, totals)
        return DivisorField(self.rule, weights, whole)

    def _approach(self) -> Floats:
        """Round all columns at a t that leaves few seats to move; return the seats too many."""
        field = self.field
        t = np.asarray(field.start(self.totals, self.sizes)) + np.zeros_like(self.totals)
        self.seats = self._rounded(slice(None), t)
        excess: Floats = self.seats.sum(axis=0) - self.totals
        slope = np.asarray(field.slope)
        for _ in range(0 if self.bounded else _TRIES):
            if 4 * np.count_nonzero(np.abs(excess) > _NEAR) < excess.size:
                break  # where many are off, it is quicker to take all columns along
            t = np.maximum(t - excess / slope, 0.5 * (t + field.bottom))
            self.seats = self._rounded(slice(None), t)
            excess = self.seats.sum(axis=0) - self.totals
        far = np.flatnonzero(np.abs(excess) > _FAR)
        if far.size:
            self._chase(far, t, excess)
        return excess

    def _chase(self, far: NDArray[np.intp], t: Floats, excess: Floats) -> None:
        """Search a better t for the columns that are far off, between those known as too far."""
        bottom = self.field.bottom
        slopes = np.zeros_like(t) + np.asarray(self.field.slope)
        low, high = np.full(t.size, bottom), np.full(t.size, np.inf)
        below, above = np.full(t.size, -np.inf), np.full(t.size, np.inf)
        for step in range(_STEPS):
            here, miss = t[far], excess[far]
            over = miss > 0
            high[far[over]], above[far[over]] = here[over], miss[over]
            low[far[~over]], below[far[~over]] = here[~over], miss[~over]
            stride = here - bottom
            if step < _TRIES:
                guess = here - np.clip(miss / slopes[far], -8.0 * stride, 0.9 * stride)
            else:  # bounds hold so many that the slope misleads
                guess = bottom + np.where(over, 0.25, 4.0) * stride
            share = np.clip(-below[far] / (above[far] - below[far]), 0.02, 0.98)
            if step % 3 == _HALVE:
                share[:] = 0.5
            inside = np.isfinite(high[far]) & np.isfinite(below[far])
            lost = (guess <= low[far]) | (guess >= high[far]) | (step >= _TRIES)
            between = low[far] + share * (high[far] - low[far])
            t[far] = np.where(inside & lost, between, guess)
            rounded = self._rounded(far, t[far])
            self.seats[:, far] = rounded
            excess[far] = rounded.sum(axis=0) - self.totals[far]
            far = far[np.abs(excess[far]) > _FAR]
            if not far.size:
                return

    def _rounded(self, columns: slice | NDArray[np.intp], t: Floats) -> Floats:
        if isinstance(columns, slice):
            weights, field = self.weights, self.field
        else:
            weights = self.weights.take(columns, axis=1)
            field = self._part(weights, columns)
        seats = field.level(weights, t, np.empty_like(weights))
        np.rint(seats, out=seats)
        if self.empty is not None:
            seats[_of(self.empty, columns)] = 0.0
        if self.floors is not None:
            np.maximum(seats, _of(self.floors, columns), out=seats)
        if self.caps is not None:
            np.minimum(seats, _of(self.caps, columns), out=seats)
        return seats

    def _part(self, weights: Floats, columns: NDArray[np.intp]) -> Field:
        return self._field(weights, self.whole[columns], self.totals[columns])

    def _move(self, excess: Floats) -> None:
        """Give and take single seats until no column misses any, or no end is in sight."""
        self.gain = self.field.thresholds(self.weights, self.seats + 1.0)
        self.loss = self.field.thresholds(self.weights, self.seats)
        if self.empty is not None:
            self.gain[self.empty], self.loss[self.empty] = np.inf, -np.inf
        if self.caps is not None:
            self.gain[self.seats >= self.caps] = np.inf
        if self.floors is not None:
            self.loss[self.seats <= self.floors] = -np.inf
        unfit = np.flatnonzero(excess)
        for _ in range(_ROUNDS):
            if not unfit.size:
                return
            missing = excess[unfit] < 0
            self._step(unfit[missing], excess, 1)
            self._step(unfit[~missing], excess, -1)
            unfit = unfit[excess[unfit] != 0]

    def _step(self, columns: NDArray[np.intp], excess: Floats, by: int) -> None:
        """Let the next unit of each column gain a seat, or the last lose one."""
        if not columns.size:
            return
        claims = (self.gain if by > 0 else self.loss).take(columns, axis=1)
        best = claims.min(axis=0) if by > 0 else claims.max(axis=0)
        chosen = claims == best
        chosen &= (best < np.inf) & (best > self.field.bottom)  # nobody can gain, or lose
        units, places = np.divmod(np.flatnonzero(chosen), columns.size)
        movers = columns.take(places)
        cells = units * excess.size + movers
        weights = self.weights.reshape(-1).take(cells)
        seats = self.seats.reshape(-1).take(cells)
        seats += by
        field = self.field if self.rule.name != "hamilton" else self._part(weights, movers)
        gain = field.thresholds(weights, seats + 1.0)
        loss = field.thresholds(weights, seats)
        if self.caps is not None:
            gain[seats >= self.caps.reshape(-1).take(cells)] = np.inf
        if self.floors is not None:
            loss[seats <= self.floors.reshape(-1).take(cells)] = -np.inf
        self.seats.reshape(-1)[cells] = seats
        self.gain.reshape(-1)[cells] = gain
        self.loss.reshape(-1)[cells] = loss
        # equal claims move together: what they overshoot comes back, or is found to be a tie
        np.add.at(excess, movers, float(by))


def _of(values: NDArray[AnyScalar], columns: slice | NDArray[np.intp]) -> NDArray[AnyScalar]:
    # an index array would turn the memory on its side, and every sum down a column slow
    return values if isinstance(columns, slice) else values.take(columns, axis=1)

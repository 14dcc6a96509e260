"""One problem's units: their seats at a t, their sum, and who gains from one t to another.

Work goes through the memory in stretches whose buffers stay in the caches; nothing of the size of
the problem is made but the result and one byte a unit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage_campaign.allocation.apportionment.fields import Field
    from coverage_campaign.allocation.apportionment.inputs import Ints, Plain

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["FEW_SEATS", "SAMPLE", "Interval", "Terrain"]

FEW_SEATS = 512
"""So many seats are ordered without another look."""
SAMPLE = 2**14
CHUNK = 2**16  # units in one go: their buffers stay in the second-level cache
_CLAMP = 2.0**50
# Added to a number below 2**51, this leaves its nearest integer in the lowest bits.
MAGIC = 1.5 * 2.0**52
MAGIC_BITS = np.float64(MAGIC).view(np.int64)


@attrs.frozen(eq=False)
class Interval:
    """Seats at the low end and their sum; the units that gain up to the high end, by how much.

    `own` and `before` are the weights of these units and their seats at the low end; `alike` where
    all of them have one weight and gain the same seat.
    """

    low: float
    high: float
    seats: Ints
    total: int
    units: Ints
    own: Floats
    before: Ints
    gains: Ints
    gained: int
    alike: bool


@attrs.frozen(eq=False)
class Terrain:
    """One problem's weights, with its field and bounds.

    `weight` is their sum; seats above `most` need not be told apart.
    """

    field: Field
    weights: Plain
    floors: Ints | None
    caps: Ints | None
    weight: float
    most: float

    @property
    def bounded(self) -> bool:
        """Whether floors or caps are given."""
        return self.floors is not None or self.caps is not None

    def floats(self, units: slice | Ints) -> Floats:
        """Return the weights of some units as floats, converted where they are needed."""
        return self.weights[units].astype(np.float64, copy=False)

    def _floats_in(self, part: slice, room: Floats) -> Floats:
        """Return the weights of a stretch as floats, converted into `room` where needed."""
        if self.weights.dtype == np.float64:
            return self.floats(part)
        np.copyto(room, self.weights[part])
        return room

    def sample(self) -> Terrain:
        """Return every so many-th unit."""
        step = self.weights.size // SAMPLE
        weights = self.weights[::step].astype(np.float64)
        return Terrain(
            self.field,
            weights,
            None if self.floors is None else self.floors[::step].copy(),
            None if self.caps is None else self.caps[::step].copy(),
            float(weights.sum()),
            self.most,
        )

    def sum_at(self, t: float) -> int:
        """Return the sum of seats at t."""
        clamp = float(self.field.real(t, self.weight)) > _CLAMP
        buffer = np.empty(min(self.weights.size, CHUNK))

        def stretch(start: int) -> int:
            part = slice(start, start + CHUNK)
            room = buffer[: self.weights[part].size]
            level = self.field.level(self._floats_in(part, room), t, room)
            if clamp:
                np.minimum(level, self.most, out=level)
            level += MAGIC
            seats = level.view(np.int64)
            seats -= MAGIC_BITS
            return int(self._within(seats, part).sum())

        return sum(map(stretch, range(0, self.weights.size, CHUNK)))

    def interval(self, low: float, high: float, seats: Ints) -> Interval:
        """Evaluate both ends, writing the seats of the lower one into `seats`."""
        clamp = float(self.field.real(high, self.weight)) > _CLAMP
        buffer = np.empty(min(self.weights.size, CHUNK))
        changed = np.empty(self.weights.size, dtype=np.bool_)
        total = 0
        for start in range(0, self.weights.size, CHUNK):
            part = slice(start, start + CHUNK)
            here = seats[part]
            lower, above = here.view(np.float64), buffer[: here.size]
            weights = self._floats_in(part, above)
            self.field.levels(weights, low, high, lower=lower, above=above)
            if clamp:
                np.minimum(lower, self.most, out=lower)
                np.minimum(above, self.most, out=above)
            lower += MAGIC
            above += MAGIC
            np.not_equal(lower, above, out=changed[part])
            here -= MAGIC_BITS
            total += int(np.add.reduce(self._within(here, part)))
        return self._ends(low, high, seats, total, np.flatnonzero(changed), clamp=clamp)

    def _ends(
        self, low: float, high: float, seats: Ints, total: int, units: Ints, *, clamp: bool
    ) -> Interval:
        """Return the interval, with what each of the units gains in it."""
        before = seats[units]
        alike = False
        if units.size > FEW_SEATS and not self.bounded:
            ends = self.field.weights[units[[0, -1]]]
            alike = bool(ends[0] == ends[1])
            if alike:
                own = self.field.weights[units]
                alike = bool(own.min() == own.max())
            alike = alike and bool(before.min() == before.max())
        weights = self.floats(units[:1] if alike else units)
        level = self.field.level(weights, high, np.empty(weights.size))
        if clamp:
            np.minimum(level, self.most, out=level)
        level += MAGIC
        after = level.view(np.int64)
        after -= MAGIC_BITS
        if alike:
            gain = int(after[0] - before[0])
            gains = np.broadcast_to(np.int64(gain), units.shape)
            return Interval(
                low, high, seats, total, units, np.broadcast_to(weights, units.shape), before,
                gains, gain * units.size, gain == 1,
            )  # fmt: skip
        gains = self._within(after, units)
        gains -= before
        if self.bounded:
            real = gains > 0
            units, gains = units[real], gains[real]
            weights, before = weights[real], before[real]
        return Interval(
            low, high, seats, total, units, weights, before, gains, int(gains.sum()), alike
        )

    def _within(self, seats: Ints, units: slice | Ints) -> Ints:
        if self.floors is not None:
            np.maximum(seats, self.floors[units], out=seats)
        if self.caps is not None:
            np.minimum(seats, self.caps[units], out=seats)
        return seats

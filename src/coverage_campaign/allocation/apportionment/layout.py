"""Groups laid end to end in flat arrays: what each group has, its sums and its extremes."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.inputs import Ints

Floats = NDArray[np.float64]
Numbers = NDArray[Any]

__all__ = ["Layout"]


@attrs.frozen(eq=False, slots=False)
class Layout:
    """Group g has the entries offsets[g] to offsets[g + 1] - 1."""

    offsets: Ints

    @cached_property
    def count(self) -> int:
        """How many groups there are."""
        return self.offsets.size - 1

    @cached_property
    def sizes(self) -> Ints:
        """How many units each group has."""
        return self.offsets[1:] - self.offsets[:-1]

    @cached_property
    def even(self) -> int:
        """How many units every group has, 0 where that differs."""
        size = int(self.sizes[0])
        return size if bool((self.sizes == size).all()) else 0

    def units(self, group: int) -> slice:
        """Return where the units of one group stand."""
        return slice(*self.offsets[group : group + 2].tolist())

    def spread(self, values: Numbers) -> Numbers:
        """Return each group's value for each of its units; of a single group, for them all."""
        return values if values.size == 1 else np.repeat(values, self.even or self.sizes)

    def sums(self, values: Numbers) -> Numbers:
        """Return the sum of each group; none is empty."""
        if self.count == 1:
            total: Numbers = values.sum(keepdims=True)
        elif self.even and values.dtype != object:
            total = np.einsum("ij->i", values.reshape(-1, self.even))
        else:
            total = np.add.reduceat(values, self.offsets[:-1])
        return total

    def least(self, values: Floats) -> Floats:
        """Return the least value of each group."""
        if self.count == 1:
            least: Floats = values.min(keepdims=True)
        else:
            least = np.minimum.reduceat(values, self.offsets[:-1])
        return least

    def most(self, values: Floats) -> Floats:
        """Return the greatest value of each group."""
        if self.count == 1:
            most: Floats = values.max(keepdims=True)
        else:
            most = np.maximum.reduceat(values, self.offsets[:-1])
        return most

    def group_of(self, units: Ints) -> Ints:
        """Return the group of each of some units."""
        if self.count == 1:
            return np.zeros(units.size, dtype=np.int64)
        if self.even:
            return units // self.even
        return np.repeat(np.arange(self.count), self.sizes)[units]

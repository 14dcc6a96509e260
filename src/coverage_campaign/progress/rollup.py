"""Counts of units summed through every tier above them, as one sparse product a tier."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from coverage_campaign.reporting.counts import Tally

__all__ = ["Cube", "Tier", "cube_of", "roll_up", "tiers_of"]

_LARGE = 2**17
_MOST_THREADS = 8

_Counts: TypeAlias = NDArray[np.int32] | NDArray[np.int64]


@attrs.frozen(eq=False, kw_only=True)
class Tier:
    """The units of one tier and, as a matrix of zeros and ones in bands, who lies under whom."""

    units: tuple[str, ...]
    bands: tuple[csr_array, ...]


@attrs.frozen(eq=False, kw_only=True)
class Cube:
    """Persons by unit, period and channel as one dense array of those three axes."""

    units: tuple[str, ...]
    periods: NDArray[np.datetime64]
    channels: tuple[str, ...]
    persons: _Counts

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit, period and channel: unit, period, channel, persons (Int64)."""
        shape = self.persons.shape
        unit, period, channel = (axis.ravel() for axis in np.indices(shape))
        return pd.DataFrame(
            {
                "unit": pd.array(np.array(self.units)[unit], dtype="str"),
                "period": self.periods.astype("datetime64[s]")[period],
                "channel": pd.array(np.array(self.channels)[channel], dtype="str"),
                "persons": pd.array(self.persons.ravel(), dtype="Int64"),
            }
        )


def cube_of(tally: Tally) -> Cube:
    """Return the counts of a tally as a dense array; a combination nobody reported is 0 there.

    Where a sum is asked for, 0 and nothing come to the same; where a unit's own figure is, take
    the tally. Units are in the order of their codes, channels in the campaign's.
    """
    frame = tally.frame[tally.frame["persons"].notna()]
    unit, units = pd.factorize(frame["unit"], sort=True)
    period, periods = pd.factorize(frame["period"].to_numpy(dtype="datetime64[D]"), sort=True)
    order = [channel.code for channel in tally.campaign.channels]
    found = set(frame["channel"])
    channels = [code for code in order if code in found] + sorted(found.difference(order))
    channel = pd.Index(channels).get_indexer(pd.Index(frame["channel"]))
    persons = np.zeros((len(units), len(periods), len(channels)), dtype=np.int64)
    np.add.at(persons, (unit, period, channel), frame["persons"].to_numpy(dtype=np.int64))
    return Cube(
        units=tuple(str(code) for code in units),
        periods=np.asarray(periods, dtype="datetime64[D]"),
        channels=tuple(channels),
        persons=persons,
    )


def tiers_of(units: Iterable[str], parent_of: Mapping[str, str | None]) -> tuple[Tier, ...]:
    """Return the tiers above some units, nearest first; each sums the one before it.

    A unit without a parent ends there: what lies above it does not contain it. A unit that is a
    parent of another of `units` counts for itself and keeps its place in its own tier.
    """
    from scipy.sparse import csr_array  # heavy, and only roll-ups need it

    below = tuple(units)
    tiers: list[Tier] = []
    while True:
        parents = np.array([parent_of.get(code) for code in below], dtype=object)
        place, above = pd.factorize(parents)  # in the order of the first child; None is -1
        if not len(above):
            return tuple(tiers)
        # Children sorted by parent are the rows of the matrix; small indices halve what is read.
        order = np.argsort(place, kind="stable").astype(np.int32)
        children = order[np.count_nonzero(place < 0) :]
        ends = np.cumsum(np.bincount(place[children], minlength=len(above)))
        starts = np.concatenate(([0], ends)).astype(np.int32)
        ones = np.ones(len(children), dtype=np.int32)
        under = csr_array((ones, children, starts), shape=(len(above), len(below)))
        below = tuple(str(code) for code in above)
        tiers.append(Tier(units=below, bands=_split(under)))


def roll_up(cube: Cube, tiers: tuple[Tier, ...]) -> tuple[Cube, ...]:
    """Return the cube of every tier, nearest first: sums of persons, exact in whole numbers."""
    sums: list[Cube] = []
    below = cube
    for tier in tiers:
        length, periods, channels = below.persons.shape
        flat = below.persons.reshape(length, periods * channels)
        total = _product(tier.bands, flat)
        below = attrs.evolve(
            below, units=tier.units, persons=total.reshape(len(tier.units), periods, channels)
        )
        sums.append(below)
    return tuple(sums)


def _split(under: csr_array) -> tuple[csr_array, ...]:
    """Return a matrix as bands of rows, one for each core; a small one as itself."""
    bands = min(os.cpu_count() or 1, _MOST_THREADS)
    if under.nnz < _LARGE or bands == 1:
        return (under,)
    bounds = np.linspace(0, under.shape[0], bands + 1).astype(np.int64).tolist()
    return tuple(under[first:last] for first, last in pairwise(bounds))


def _product(bands: tuple[csr_array, ...], flat: _Counts) -> _Counts:
    """Return the sums of one tier, each band of it on a core of its own."""
    if len(bands) == 1:
        return np.asarray(bands[0] @ flat)
    # SciPy's products run without the interpreter's lock.
    with ThreadPoolExecutor(len(bands)) as pool:
        return np.concatenate(list(pool.map(lambda band: band @ flat, bands)))

"""The counts of a tally as one dense array in the order of the tree, ready to be summed.

Units stand so that all who lie under another one are neighbours, and the array holds running sums
over them: the sum of any unit's people, whatever its tier, is the difference of two rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import by_value
from coverage_campaign.messages import message

__all__ = ["Cube", "Sums", "Tree", "cube_of", "tree_of"]

Sums: TypeAlias = NDArray[np.int32] | NDArray[np.int64]
_Places: TypeAlias = NDArray[np.int64]

_MOST_CELLS = 2**29
_MOST_IN_INT32 = 2**31 - 1
_BLOCK = 256


@attrs.frozen(kw_only=True)
class Tree:
    """Who lies under whom: units in an order in which each one's own are neighbours.

    `units` are those at the bottom, `above` those that have some of them under them, each of which
    holds the units from `first` to before `last`. `tier` is the longest way down from each (1 =
    above a bottom unit); `above` is sorted by it.
    """

    units: tuple[str, ...]
    above: tuple[str, ...]
    first: _Places = attrs.field(eq=by_value)
    last: _Places = attrs.field(eq=by_value)
    tier: _Places = attrs.field(eq=by_value)


@attrs.frozen(kw_only=True)
class Cube:
    """Persons by unit, period and channel, as sums over the units before each in the tree.

    `running` has one row more than there are units and the axes unit, period, channel; `known`
    counts the figures that were reported in the same way, or is None where every one was.
    """

    tree: Tree
    periods: NDArray[np.datetime64] = attrs.field(eq=by_value)
    channels: tuple[str, ...]
    running: Sums = attrs.field(eq=by_value)
    known: Sums | None = attrs.field(eq=by_value)


def cube_of(
    frame: pd.DataFrame, *, parent_of: Mapping[str, str | None], channels: Sequence[str]
) -> Cube:
    """Return the rows unit, period, channel, persons of a frame as a cube.

    `parent_of` is the tree, `channels` the order of the last axis; others come behind. Rows of one
    cell add up, rows without a figure are left out.

    Raises:
        DefinitionError: The array would have more than half a milliard cells.
    """
    frame = frame[frame["persons"].notna()]
    row_unit, units = _numbered(frame["unit"])
    row_channel, found = _numbered(frame["channel"])
    row_period, periods = pd.factorize(frame["period"].to_numpy(dtype="datetime64[D]"), sort=True)
    order = [code for code in channels if code in set(found)]
    order += sorted(set(found).difference(order))
    tree = tree_of(units, parent_of)
    shape = (len(units), len(periods), len(order))
    if np.prod(shape, dtype=np.float64) > _MOST_CELLS:
        size = " x ".join(f"{length:,}" for length in shape)
        raise DefinitionError(
            Problem(
                "tally",
                message("{size} units, periods and channels are too many for one array", size=size),
                "tally by month, or one part of the tree at a time",
            )
        )
    place = {code: number for number, code in enumerate(tree.units)}
    unit = np.array([place[code] for code in units], dtype=np.int64)
    channel = np.array([order.index(code) for code in found], dtype=np.int64)
    cell = np.ravel_multi_index(
        (_taken(unit, row_unit), row_period, _taken(channel, row_channel)), shape
    )
    persons = frame["persons"].to_numpy(dtype=np.int64)
    seen = np.zeros(shape, dtype=np.int32)
    seen.reshape(-1)[cell] = 1
    return Cube(
        tree=tree,
        periods=np.asarray(periods, dtype="datetime64[D]"),
        channels=tuple(order),
        running=_running(_summed(cell, persons, shape)),
        known=None if seen.all() else _running(seen),
    )


def tree_of(units: Sequence[str], parent_of: Mapping[str, str | None]) -> Tree:
    """Return the tree above some units; one that is above another of them is also one of its own.

    Units keep their order under the same parent, and parents that of `parent_of`.
    """
    names = [*parent_of, *(code for code in units if code not in parent_of)]
    place = {code: number for number, code in enumerate(names)}
    parent = np.array(
        [-1 if (up := parent_of.get(code)) is None else place[up] for code in names], dtype=np.int64
    )
    levels = _levels(parent)
    own = np.zeros(len(names), dtype=np.int64)
    bottom = np.array([place[code] for code in units], dtype=np.int64)
    own[bottom] = 1
    size, tier = own.copy(), np.where(own > 0, 0, -1)
    for level in reversed(levels[1:]):
        np.add.at(size, parent[level], size[level])
        under = level[size[level] > 0]
        np.maximum.at(tier, parent[under], tier[under] + 1)
    first = _starts(levels, parent, size, own)
    above = np.flatnonzero(tier > 0)
    above = above[np.argsort(tier[above], kind="stable")]
    order = bottom[np.argsort(first[bottom], kind="stable")]
    return Tree(
        units=tuple(names[at] for at in order.tolist()),
        above=tuple(names[at] for at in above.tolist()),
        first=first[above],
        last=first[above] + size[above],
        tier=tier[above],
    )


def _levels(parent: _Places) -> list[_Places]:
    """Return the positions at each depth, the roots first."""
    depth = np.zeros(len(parent), dtype=np.int64)
    up = parent
    while (up >= 0).any():
        depth += up >= 0
        up = np.where(up >= 0, parent[up], -1)
    return [np.flatnonzero(depth == number) for number in range(int(depth.max(initial=-1)) + 1)]


def _starts(levels: list[_Places], parent: _Places, size: _Places, own: _Places) -> _Places:
    """Return how many bottom units stand before each unit's own, level by level downwards."""
    first = np.zeros_like(size)
    roots, *lower = levels or [np.empty(0, dtype=np.int64)]
    first[roots] = np.cumsum(size[roots]) - size[roots]
    for level in lower:
        siblings = level[np.argsort(first[parent[level]], kind="stable")]
        up = parent[siblings]
        before = np.cumsum(size[siblings]) - size[siblings]
        new = np.append(True, up[1:] != up[:-1])
        eldest = np.maximum.accumulate(np.where(new, before, 0))
        first[siblings] = first[up] + own[up] + before - eldest
    return first


def _numbered(column: pd.Series[str]) -> tuple[NDArray[np.int64] | NDArray[np.int32], list[str]]:
    """Return each row's number and the texts; where texts come in long runs, once a run."""
    heads = np.ones(len(column), dtype=bool)
    heads[1:] = column.array[1:] != column.array[:-1]
    if 2 * np.count_nonzero(heads) > len(column):
        numbers, texts = pd.factorize(column)
        return numbers, texts.tolist()
    numbers, texts = pd.factorize(column[heads])
    return numbers.astype(np.int32)[np.cumsum(heads, dtype=np.int32) - 1], texts.tolist()


def _taken(values: _Places, rows: NDArray[np.int64] | NDArray[np.int32]) -> _Places:
    return values[rows] if len(rows) else np.empty(0, dtype=np.int64)


def _summed(cell: _Places, persons: NDArray[np.int64], shape: tuple[int, int, int]) -> Sums:
    """Return the persons of each cell, in four bytes where no sum of them can need more."""
    most = int(np.abs(persons).sum())
    cells = np.zeros(shape, dtype=np.int32 if most <= _MOST_IN_INT32 else np.int64)
    flat, figures = cells.reshape(-1), persons.astype(cells.dtype)
    if (cell[1:] > cell[:-1]).all():
        flat[cell] = figures  # each cell has one row, as in a tally in the order of its campaign
    else:
        np.add.at(flat, cell, figures)
    return cells


def _running(cells: Sums) -> Sums:
    """Return the sums of all rows before each, and of all of them in one row more.

    Block by block, so that each step is one long addition and not one short one a column.
    """
    length = len(cells)
    sums = np.empty((length + 1, *cells.shape[1:]), dtype=cells.dtype)
    sums[0] = 0
    body = sums[1:]
    body[:] = cells
    whole = length - length % _BLOCK
    blocks = body[:whole].reshape(whole // _BLOCK, _BLOCK, *cells.shape[1:])
    for row in range(1, _BLOCK):
        blocks[:, row] += blocks[:, row - 1]
    blocks[1:] += np.cumsum(blocks[:-1, -1], axis=0, dtype=cells.dtype)[:, None]
    rest = body[whole:]
    np.cumsum(rest, axis=0, out=rest, dtype=cells.dtype)
    if whole:
        rest += body[whole - 1]
    return sums

"""Many problems in one call: runs of them side by side, the others alone.

Groups solved alone are those that are large, empty, bounded by Hamilton's rules, or open: with a
near tie that only Fractions decide, with weights that floats cannot hold, or not to be met at all.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from coverage_campaign.allocation.apportionment.columns import settle_columns
from coverage_campaign.allocation.apportionment.inputs import is_plain
from coverage_campaign.allocation.apportionment.largest_remainder import Remainders
from coverage_campaign.allocation.apportionment.side_by_side import settle
from coverage_campaign.allocation.apportionment.strip import Strip
from coverage_campaign.allocation.apportionment.vector import solve_one

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from coverage_campaign.allocation.apportionment.inputs import Ints, Plain
    from coverage_campaign.allocation.apportionment.problems import Problems
    from coverage_campaign.allocation.apportionment.ties import Broken, TieTable

__all__ = ["solve"]

_CELLS = 2**17  # of one run: its arrays stay in the caches
_TALLEST = 2**14  # groups with more units are solved alone
_FEWEST = 4  # problems that are worth a run
_FEW_UNITS = 64  # up to this, problems of one size are quicker side by side as columns
_ATTEMPTS = 4


def solve(problems: Problems) -> tuple[Ints, Iterator[Broken]]:
    """Return the flat seats of all problems, and the ties that were broken, by group."""
    groups = problems.totals.size
    if groups == 1:
        seats, broken = solve_one(problems.one(0))
        return seats, iter([] if broken is None else [broken])
    seats = np.empty(problems.weights.size, dtype=np.int64)
    alone = np.ones(groups, dtype=np.bool_)
    tables: list[TieTable] = []
    weights = problems.weights
    if groups >= _FEWEST and is_plain(weights) and _fits(problems):
        with np.errstate(all="ignore"):  # what floats cannot hold is left open
            tables = _solve_side_by_side(problems, weights, seats, alone)
    single: list[Broken] = []
    for group in np.flatnonzero(alone).tolist():
        one = problems.one(group)
        seats[one.start : one.start + one.weights.size], broken = solve_one(one)
        if broken is not None:
            single.append(broken)
    return seats, _in_order(tables, single)


def _in_order(tables: list[TieTable], single: list[Broken]) -> Iterator[Broken]:
    ties = chain(single, chain.from_iterable(table.each() for table in tables))
    yield from sorted(ties, key=lambda tie: tie.group)


def _fits(problems: Problems) -> bool:
    rule = problems.rule
    return not isinstance(rule, Remainders) or (rule.quota == "hare" and problems.free)


def _solve_side_by_side(
    problems: Problems, weights: Plain, seats: Ints, alone: NDArray[np.bool_]
) -> list[TieTable]:
    """Write the seats of the groups that can be solved side by side; return their ties."""
    sizes = np.diff(problems.cuts)
    if 0 < sizes[0] <= _FEW_UNITS and problems.free and bool((sizes == sizes[0]).all()):
        _solve_columns(problems, weights.reshape(-1, sizes[0]), seats, alone)
    pending = np.flatnonzero(alone & (sizes > 0) & (sizes <= _TALLEST))
    tables: list[TieTable] = []
    for attempt in range(_ATTEMPTS):
        left = []
        for groups in _runs(sizes, pending):
            units = _units(problems.cuts, groups)
            strip = _strip(problems, weights, groups, units)
            found = settle(strip, problems.turn, attempt=attempt)
            seats[units] = found.seats
            alone[groups] = ~found.done
            left.append(groups[strip.usable & ~found.done])
            tables.append(found.ties)
        pending = np.concatenate(left) if left else pending
    return tables


def _solve_columns(problems: Problems, rows: Plain, seats: Ints, alone: NDArray[np.bool_]) -> None:
    """Write the seats of problems of one small size, each a row, as far as that goes."""
    out = seats.reshape(rows.shape)
    width = _CELLS // 2 // rows.shape[1]
    for start in range(0, len(rows), width):
        part = slice(start, start + width)
        columns = np.array(rows[part].T, dtype=np.float64, order="C")
        found, done = settle_columns(
            problems.rule, columns, problems.totals[part].astype(np.float64)
        )
        out[part] = found.T
        alone[part] = ~done


def _runs(sizes: Ints, groups: Ints) -> Iterator[Ints]:
    """Return stretches of the groups with about as many units as fit the caches."""
    stops = np.cumsum(sizes[groups])
    start = 0
    while start < groups.size:
        full = (int(stops[start - 1]) if start else 0) + _CELLS
        stop = max(int(np.searchsorted(stops, full, side="right")), start + 1)
        yield groups[start:stop]
        start = stop


def _units(cuts: Ints, groups: Ints) -> slice | Ints:
    """Return where the units of some groups stand: a slice where they are neighbours."""
    first, last = cuts[groups], cuts[groups + 1]
    if bool((first[1:] == last[:-1]).all()):
        return slice(int(first[0]), int(last[-1]))
    sizes = last - first
    return np.repeat(first - np.cumsum(sizes) + sizes, sizes) + np.arange(int(sizes.sum()))


def _strip(problems: Problems, weights: Plain, groups: Ints, units: slice | Ints) -> Strip:
    floors, caps = problems.floors, problems.caps
    return Strip.of(
        problems.rule,
        weights[units],
        problems.totals[groups].astype(np.float64),
        problems.cuts[groups + 1] - problems.cuts[groups],
        numbers=groups,
        origin=problems.cuts[groups],
        floors=None if floors is None else floors[units].astype(np.float64),
        caps=None if caps is None else caps[units].astype(np.float64),
    )

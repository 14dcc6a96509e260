"""Many problems in one call: blocks of them side by side, one column each.

Each block is rounded at a guessed t per column, put right by moving seats one by one to where they
belong next, and proved: seats are right where every threshold already passed lies clearly below
every threshold to come. Columns with a near tie are settled by Fractions; what does not fit a
block (large groups, weights that floats cannot hold, bounds that cannot be met) is solved alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from coverage_campaign.allocation.columns import Columns
from coverage_campaign.allocation.hamilton import Remainders
from coverage_campaign.allocation.numbers import is_plain
from coverage_campaign.allocation.vector import solve_one

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from coverage_campaign.allocation.fields import Floats
    from coverage_campaign.allocation.numbers import Ints
    from coverage_campaign.allocation.problems import Problems
    from coverage_campaign.allocation.ties import Tie

__all__ = ["solve"]

_CELLS = 2**16  # of one block: its arrays stay in the caches
_TALLEST = 1500  # groups with more units are solved alone
_FEWEST = 8  # problems that are worth a block


def solve(problems: Problems) -> tuple[Ints, tuple[Tie, ...]]:
    """Return the flat seats of all problems, and the ties that were broken."""
    groups = problems.totals.size
    seats = np.zeros(problems.weights.size, dtype=np.int64)
    ties: list[Tie] = []
    alone = np.ones(groups, dtype=np.bool_)
    if groups >= _FEWEST and _fits_blocks(problems):
        for block in _blocks(problems):
            done, found = _solve_block(problems, block, seats)
            alone[block.groups[done]] = False
            ties.extend(found)
    for group in np.flatnonzero(alone).tolist():
        one = problems.one(group)
        seats[one.start : one.stop], tie = solve_one(problems, one)
        if tie is not None:
            ties.append(tie)
    return seats, tuple(sorted(ties, key=lambda tie: tie.group))


def _fits_blocks(problems: Problems) -> bool:
    rule = problems.rule
    bounded = problems.floors is not None or problems.caps is not None
    if isinstance(rule, Remainders) and (bounded or rule.quota != "hare"):
        return False
    return is_plain(problems.weights)


@attrs.frozen(eq=False)
class _Block:
    """Groups side by side; `cells` says where each of their units stands, row by row.

    Columns shorter than the block end in cells of no weight, which stand at the first unit.
    """

    groups: Ints
    sizes: Ints
    height: int
    cells: slice | Ints
    padding: NDArray[np.bool_] | None


def _blocks(problems: Problems) -> Iterator[_Block]:
    sizes = np.diff(problems.cuts)
    height = int(sizes.max(initial=0))
    if 0 < height <= _TALLEST and height == sizes.min():
        width = max(_CELLS // height, 1)
        for start in range(0, sizes.size, width):
            groups = np.arange(start, min(start + width, sizes.size))
            row = slice(start * height, int(groups[-1] + 1) * height)
            yield _Block(groups, sizes[groups], height, row, None)
        return
    order = np.argsort(sizes, kind="stable")
    ordered = sizes[order]
    start, stop = int(np.searchsorted(ordered, 1)), int(np.searchsorted(ordered, _TALLEST, "right"))
    while start < stop:
        least = int(ordered[start])
        reach = int(np.searchsorted(ordered, least + least // 8 + 1, "right"))
        end = min(start + max(_CELLS // (least + least // 8 + 1), 1), reach, stop)
        groups = order[start:end]
        height = int(ordered[end - 1])
        rows = np.arange(height)[:, np.newaxis]
        padding = rows >= sizes[groups]
        cells = problems.cuts[groups] + rows
        cells[padding] = np.broadcast_to(problems.cuts[groups], cells.shape)[padding]
        yield _Block(groups, sizes[groups], height, cells, padding if padding.any() else None)
        start = end


def _columns(values: NDArray[np.generic], block: _Block) -> NDArray[np.generic]:
    if isinstance(block.cells, slice):
        return values[block.cells].reshape(-1, block.height).T
    return values[block.cells]


def _bound(values: Ints | None, block: _Block) -> Floats | None:
    return None if values is None else _columns(values, block).astype(np.float64, order="C")


def _solve_block(
    problems: Problems, block: _Block, seats: Ints
) -> tuple[NDArray[np.bool_], list[Tie]]:
    """Write the seats of all columns; return which of them are proved, and their ties."""
    weights = _columns(problems.weights, block).astype(np.float64, order="C")
    if block.padding is not None:
        weights[block.padding] = 0.0
    columns = Columns(
        problems.rule,
        weights,
        problems.totals[block.groups].astype(np.float64),
        block.sizes,
        floors=_bound(problems.floors, block),
        caps=_bound(problems.caps, block),
    )
    proved = columns.solve()
    ties: list[Tie] = []
    for column in np.flatnonzero(columns.near_tie & ~proved).tolist():
        group = int(block.groups[column])
        start, size = int(problems.cuts[group]), int(block.sizes[column])
        given = problems.weights[start : start + size]
        cut = columns.settle(column, given)
        if cut is None:
            continue
        proved[column] = True
        columns.seats[:size, column] = cut.seats
        if cut.at_stake:
            tie = problems.turn.pick(cut.tied, cut.at_stake, group, start)
            columns.seats[list(tie.winners), column] += 1
            ties.append(tie)
    if isinstance(block.cells, slice):
        seats[block.cells].reshape(-1, block.height)[...] = columns.seats.T
    elif block.padding is None:
        seats[block.cells] = columns.seats
    else:
        inside = ~block.padding
        seats[block.cells[inside]] = columns.seats[inside]
    return proved, ties

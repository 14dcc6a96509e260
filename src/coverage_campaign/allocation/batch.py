"""Many problems in one call: blocks of them side by side, one column each.

Each block is rounded at a guessed t per column, put right by moving seats one by one to where they
belong next, and proved: seats are right where every threshold already passed lies clearly below
every threshold to come. Columns with a near tie are settled by Fractions; what does not fit a
block (large groups, weights that floats cannot hold, bounds that cannot be met) is solved alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import attrs
import numpy as np

from coverage_campaign.allocation.columns import Columns
from coverage_campaign.allocation.hamilton import Remainders
from coverage_campaign.allocation.numbers import is_plain
from coverage_campaign.allocation.search import MAGIC, MAGIC_BITS
from coverage_campaign.allocation.vector import solve_one

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from coverage_campaign.allocation.fields import Floats
    from coverage_campaign.allocation.numbers import Ints
    from coverage_campaign.allocation.problems import Problems
    from coverage_campaign.allocation.ties import Broken

__all__ = ["solve"]

AnyScalar = TypeVar("AnyScalar", bound=np.generic)

_CELLS = 2**17  # of one block: its arrays stay in the caches
_TALLEST = 1500  # groups with more units are solved alone
_FEWEST = 8  # problems that are worth a block


def solve(problems: Problems) -> tuple[Ints, list[Broken]]:
    """Return the flat seats of all problems, and the ties that were broken."""
    groups = problems.totals.size
    if groups == 1:
        seats, broken = solve_one(problems, problems.one(0))
        return seats, [] if broken is None else [broken]
    seats = np.empty(problems.weights.size, dtype=np.int64)
    ties: list[Broken] = []
    alone = np.ones(groups, dtype=np.bool_)
    if groups >= _FEWEST and _fits_blocks(problems):
        for block in _blocks(problems):
            done, found = _solve_block(problems, seats, block)
            alone[block.groups[done]] = False
            ties.extend(found)
    for group in np.flatnonzero(alone).tolist():
        one = problems.one(group)
        seats[one.start : one.stop], broken = solve_one(problems, one)
        if broken is not None:
            ties.append(broken)
    return seats, sorted(ties, key=lambda tie: tie.group)


def _fits_blocks(problems: Problems) -> bool:
    rule = problems.rule
    bounded = problems.floors is not None or problems.caps is not None
    if isinstance(rule, Remainders) and (bounded or rule.quota != "hare"):
        return False
    return is_plain(problems.weights)


@attrs.frozen(eq=False)
class _Block:
    """Groups side by side, and where their units stand: a run of rows, or one row of cells each.

    Rows shorter than the block end in padding, which repeats their last unit.
    """

    groups: Ints
    sizes: Ints
    height: int
    cells: slice | Ints
    padding: NDArray[np.bool_] | None = None

    def rows(self, values: NDArray[AnyScalar]) -> NDArray[AnyScalar]:
        """Return the values of the groups, one a row."""
        if isinstance(self.cells, slice):
            return values[self.cells].reshape(-1, self.height)
        return values[self.cells]

    def columns(self, values: NDArray[np.generic]) -> Floats:
        """Return the values of the groups as floats, one a column."""
        rows = self.rows(values).astype(np.float64, copy=False)
        out: Floats = np.ascontiguousarray(rows.T)
        return out

    def write(self, columns: Floats, seats: Ints) -> None:
        """Write columns of whole numbers to where their units stand."""
        rows = np.ascontiguousarray(columns.T)
        rows += MAGIC
        whole = rows.view(np.int64)
        whole -= MAGIC_BITS
        if isinstance(self.cells, slice):
            seats[self.cells] = whole.reshape(-1)
        elif self.padding is None:
            seats[self.cells] = whole
        else:
            inside = ~self.padding
            seats[self.cells[inside]] = whole[inside]


def _blocks(problems: Problems) -> Iterator[_Block]:
    sizes = np.diff(problems.cuts)
    height = int(sizes.max(initial=0))
    if 0 < height <= _TALLEST and height == sizes.min():
        width = max(_CELLS // height, 1)
        for start in range(0, sizes.size, width):
            groups = np.arange(start, min(start + width, sizes.size))
            run = slice(start * height, int(groups[-1] + 1) * height)
            yield _Block(groups, sizes[groups], height, run)
        return
    order = np.argsort(sizes, kind="stable")
    ordered = sizes[order]
    start, stop = np.searchsorted(ordered, [1, _TALLEST + 1]).tolist()
    while start < stop:
        least = int(ordered[start])
        same, alike = np.searchsorted(ordered, [least + 1, least + least // 8 + 1]).tolist()
        most = max(_CELLS // least, 1)
        end = min(same if 4 * (same - start) > most else alike, start + most, stop)
        groups = order[start:end]
        height = int(ordered[end - 1])
        places = np.arange(height)
        first, last = problems.cuts[groups][:, np.newaxis], problems.cuts[groups + 1][:, np.newaxis]
        cells = first + places
        if height == least:
            yield _Block(groups, sizes[groups], height, cells)
        else:
            yield _Block(groups, sizes[groups], height, np.minimum(cells, last - 1), cells >= last)
        start = end


def _solve_block(
    problems: Problems, seats: Ints, block: _Block
) -> tuple[NDArray[np.bool_], list[Broken]]:
    """Write the seats of all columns; return which of them are proved, and their ties."""
    weights = block.columns(problems.weights)
    if block.padding is not None:
        weights[block.padding.T] = 0.0
    columns = Columns(
        problems.rule,
        weights,
        problems.totals[block.groups].astype(np.float64),
        block.sizes,
        floors=None if problems.floors is None else block.columns(problems.floors),
        caps=None if problems.caps is None else block.columns(problems.caps),
    )
    proved = columns.solve()
    ties: list[Broken] = []
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
            broken = problems.turn.pick(cut.tied, cut.at_stake, group, start)
            columns.seats[broken.winners, column] += 1
            ties.append(broken)
    block.write(columns.seats, seats)
    return proved, ties

"""A table to be rounded, its open margins closed by a row and a column of slack."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor, inf, lcm
from typing import TYPE_CHECKING

import attrs
import numpy as np

from coverage_campaign.allocation.apportionment.inputs import as_fraction
from coverage_campaign.allocation.apportionment.ties import TieBreaker
from coverage_campaign.allocation.two_way.cell_ties import break_tie
from coverage_campaign.allocation.two_way.feasibility import read_margin, read_margins
from coverage_campaign.allocation.two_way.feasible_flow import check_margins
from coverage_campaign.allocation.two_way.optimality import prove
from coverage_campaign.allocation.two_way.rounding_search import RoundingSearch
from coverage_campaign.errors import InfeasibleError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coverage_campaign.allocation.apportionment.inputs import Weighted
    from coverage_campaign.allocation.two_way.feasibility import Margin

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Rounding", "close"]

_LEAST = 1e-300  # a part too small for floats is still one


@attrs.frozen(eq=False)
class Rounding:
    """A checked rounding problem, its open margins closed by a row and a column of slack.

    The slack of a row is its sum rounded up minus its sum: a cell like any other, which rounds
    down where the total rounds up. The slack of the whole table is its sum.
    """

    table: Weighted
    low: Ints
    part: Floats
    row_totals: Ints
    col_totals: Ints
    spare: dict[tuple[int, int], Fraction]
    breaker: TieBreaker
    row_names: Sequence[str]
    col_names: Sequence[str]

    def solve(self) -> Ints:
        """Return the rounded table, without its slack."""
        caps = self.low + (self.part > 0)
        check_margins(
            self.row_totals,
            self.col_totals,
            self.low,
            caps,
            row_names=self.row_names,
            col_names=self.col_names,
        )
        tall = self.low.shape[0] >= self.low.shape[1]
        worth = np.where(self.part > 0, 2.0 * self.part - 1.0, -inf)
        ups = (self.row_totals - self.low.sum(axis=1), self.col_totals - self.low.sum(axis=0))
        lines, bars = ups if tall else ups[::-1]
        search = RoundingSearch(np.ascontiguousarray(worth.T if tall else worth), lines, bars)
        search.run()
        up = search.up.T if tall else search.up
        rows, columns = (search.lines, search.bars) if tall else (search.bars, search.lines)
        proof = prove(self, self.low + up, rows, columns)
        for held, free in proof.ties:
            break_tie(
                proof.seats,
                held,
                free,
                self.breaker,
                row_names=self.row_names,
                col_names=self.col_names,
            )
        return proof.seats[: self.table.shape[0], : self.table.shape[1]].copy()

    def price(self, row: int, column: int, seat: int) -> Fraction:
        """Return 2 f - 1, the price of rounding up."""
        value = self.spare.get((row, column))
        if value is None:
            here = self.table[row, column]
            value = as_fraction(here.item() if isinstance(here, np.generic) else here)
            assert value is not None  # noqa: S101  read_weights let only numbers through
        return 2 * (value - seat + 1) - 1

    def join(self, one: Fraction, other: Fraction) -> Fraction:
        """Return the sum."""
        return one + other

    def invert(self, value: Fraction) -> Fraction:
        """Return the negative."""
        return -value

    def exact(self, divisor: float) -> Fraction:
        """Return the float as it is."""
        return Fraction(divisor)

    def rough(self, divisor: Fraction) -> float:
        """Return the nearest float."""
        return float(divisor)

    def slack(self, seats: Ints, rows: Floats, columns: Floats) -> tuple[Floats, Floats]:
        """Return how far each cell is from being rounded up and down instead."""
        loss = 2.0 * self.part - 1.0 - rows[:, None] - columns
        free = self.part > 0
        up = seats > self.low
        return np.where(free & ~up, -loss, inf), np.where(free & up, loss, inf)


def close(
    table: Weighted,
    row_totals: Margin | None,
    col_totals: Margin | None,
    *,
    breaker: TieBreaker,
    row_names: Sequence[str],
    col_names: Sequence[str],
) -> Rounding:
    """Return the problem with both margins known."""
    height, width = table.shape
    wide, tall = row_totals is None, col_totals is None
    spare: dict[tuple[int, int], Fraction] = {}
    if row_totals is not None and col_totals is not None:
        rows, columns = read_margins(row_totals, col_totals, row_names, col_names)
    else:
        if row_totals is None:
            sums = [_sum(row) for row in table.tolist()]
            rows = np.array([ceil(value) for value in sums], dtype=np.int64)
            spare |= {(i, width): ceil(value) - value for i, value in enumerate(sums)}
        else:
            rows = read_margin(row_totals, "row_totals", row_names)
        if col_totals is None:
            sums = [_sum(column) for column in table.T.tolist()]
            columns = np.array([ceil(value) for value in sums], dtype=np.int64)
            spare |= {(height, j): ceil(value) - value for j, value in enumerate(sums)}
        else:
            columns = read_margin(col_totals, "col_totals", col_names)
        if wide and tall:
            spare[height, width] = _sum(table.ravel().tolist())
        rows, columns = _closed(rows, columns, wide=wide, tall=tall)
    low = np.zeros((height + tall, width + wide), dtype=np.int64)
    part = np.zeros(low.shape)
    if table.dtype == object:
        low[:height, :width] = [[floor(value) for value in row] for row in table.tolist()]
        part[:height, :width] = [[_part(value) for value in row] for row in table.tolist()]
    else:
        low[:height, :width] = np.floor(table)
        part[:height, :width] = table - low[:height, :width]
    for cell, value in spare.items():
        low[cell], part[cell] = floor(value), _part(value)
    return Rounding(
        table,
        low,
        part,
        rows,
        columns,
        spare,
        _ranked(breaker, table.shape, low.shape),
        [*row_names, "(column totals)"] if tall else row_names,
        [*col_names, "(row totals)"] if wide else col_names,
    )


def _closed(rows: Ints, columns: Ints, *, wide: bool, tall: bool) -> tuple[Ints, Ints]:
    """Return the margins with the totals of the column (`wide`) and the row (`tall`) of slack."""
    by_row, by_column = int(rows.sum()), int(columns.sum())
    if wide and tall:
        return np.append(rows, by_column), np.append(columns, by_row)
    given, other = ("col_totals", "rows") if wide else ("row_totals", "columns")
    most, rounded = (by_column, by_row) if wide else (by_row, by_column)
    if most > rounded:
        raise InfeasibleError(
            Problem(
                given,
                f"they sum to {most:,} but the {other}, rounded up, to {rounded:,}",
                "totals next to the table's own sums, or a table fitted to these totals",
            )
        )
    if wide:
        return rows, np.append(columns, rounded - most)
    return np.append(rows, rounded - most), columns


def _ranked(breaker: TieBreaker, inner: tuple[int, ...], outer: tuple[int, ...]) -> TieBreaker:
    """Return the tie rule for the table with its slack, which comes after all given ranks."""
    if inner == outer or breaker.rule in {"first", "raise"}:
        return breaker
    count = inner[0] * inner[1]
    order = (
        -np.arange(count)
        if breaker.ranks is None
        else np.unique(breaker.ranks, return_inverse=True)[1]
    )
    ranks = np.arange(outer[0] * outer[1]).reshape(outer) + count
    ranks[: inner[0], : inner[1]] = order.reshape(inner)
    return TieBreaker("ranks", ranks.ravel(), breaker.names)


def _part(value: Fraction) -> float:
    """Return the part after the point as a float, above 0 if the value is not whole."""
    return float(value - floor(value)) or (0.0 if value.denominator == 1 else _LEAST)


def _sum(values: Sequence[int | float | Fraction]) -> Fraction:
    """Return the exact sum.

    >>> _sum([0.5, 0.25]), _sum([0.1, 0.2]) == Fraction(0.1) + Fraction(0.2)
    (Fraction(3, 4), True)
    """
    pairs = [value.as_integer_ratio() for value in values]
    common = lcm(*(below for _, below in pairs))
    return Fraction(sum(above * (common // below) for above, below in pairs), common)

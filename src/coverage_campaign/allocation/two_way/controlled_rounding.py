"""Controlled rounding: a table of real numbers to neighbouring whole numbers, both margins exact.

Each cell becomes one of its two neighbours (a whole number stays, so zeros stay), rows and columns
sum to their totals, and the sum of all absolute changes is as small as that allows. In two
dimensions there is always a solution if the totals are neighbours of the table's own sums: the
problem is a flow (Causey, Cox and Ernst, Journal of the American Statistical Association 80 (1985)
903-909; Cox, ibid. 82 (1987) 520-524). For tables in proportion to weights use `biproportional`.

It is the same machinery as there with added prices in place of multiplied ones: rounding up a cell
with the fractional part f changes the sum by (1 - f) - f, so its price is 2 f - 1.

Open margins are closed by a row and a column of slack. The search prices bars and lines, and rounds
up the dearest cells of each line.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor, inf, lcm

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.inputs import (
    Weighted,
    Weights,
    as_array,
    as_fraction,
    refuse,
)
from coverage_campaign.allocation.apportionment.ties import TieBreaker, TieRule, read_ties
from coverage_campaign.allocation.two_way.certificates import (
    Margin,
    check_margins,
    names_of,
    prove,
    read_margin,
    read_margins,
)
from coverage_campaign.allocation.two_way.tie_and_transfer import break_tie, exchanges_of, transfer
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.messages import message

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

__all__ = [
    "Rounding",
    "RoundingSearch",
    "close",
    "controlled_rounding",
]

_LARGEST = 2.0**52


def controlled_rounding(
    table: Weights,
    *,
    row_totals: Margin | None = None,
    col_totals: Margin | None = None,
    ties: TieRule = "first",
    row_names: Sequence[str] | None = None,
    col_names: Sequence[str] | None = None,
) -> NDArray[np.int64]:
    """Return the table rounded cell by cell to neighbouring whole numbers, both margins exact.

    Any finite numbers; floats are taken at face value. A margin that is not given is rounded
    too, each sum to a neighbour, together with the cells and the grand total so that the sum of
    all changes is least. `ties` as in `biproportional`: of equally near tables, "first" rounds up
    the first cell that any of them does, and so on.

    Raises:
        DefinitionError: the table or a margin is not what it has to be.
        InfeasibleError: the margins disagree, or neighbours cannot meet them; rows and columns in
            the way are named.
        TieError: a tie decides and ties="raise".

    >>> controlled_rounding([[0.5, 1.3, 1.2], [2.5, 0.4, 1.1]]).tolist()
    [[1, 1, 1], [2, 1, 1]]
    >>> controlled_rounding(
    ...     [[0.5, 1.3, 1.2], [2.5, 0.4, 1.1]], row_totals=[3, 4], col_totals=[3, 1, 3]
    ... ).tolist()
    [[0, 1, 2], [3, 0, 1]]
    """
    read = _read(table)
    rows = names_of(row_names, read.shape[0], "row_names")
    columns = names_of(col_names, read.shape[1], "col_names")
    breaker = read_ties(ties, read.shape, None)
    return close(
        read, row_totals, col_totals, breaker=breaker, row_names=rows, col_names=columns
    ).solve()


def _read(table: Weights) -> Weighted:
    """Return the table as int64, float64 or object (Fractions), each number as it was given."""
    array = as_array(table)
    if array.ndim != 2:  # noqa: PLR2004  a table has two
        raise DefinitionError(
            Problem(
                "table",
                message("an array of shape {shape:raw}", shape=array.shape),
                "a matrix: rows x columns",
            )
        )
    fix = message("a number between -{largest} and {largest}", largest=f"{_LARGEST:,.0f}")
    if array.dtype.kind in "if" and array.dtype.itemsize <= np.dtype(np.float64).itemsize:
        refuse("table", array, ~(np.abs(array) < _LARGEST), fix, None)
        if array.dtype.kind == "i":
            return array.astype(np.int64)
        return array.astype(np.float64)
    exact = np.empty(array.size, dtype=object)
    exact[:] = [as_fraction(value) for value in array.ravel().tolist()]
    bad = np.array([value is None or not abs(value) < _LARGEST for value in exact], dtype=bool)
    refuse("table", array, bad.reshape(array.shape), fix, None)
    return exact.reshape(array.shape)


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
        names = self.row_names, self.col_names
        check_margins(self.row_totals, self.col_totals, self.low, caps, names)
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
            break_tie(proof.seats, held, free, self.breaker, names)
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
                message(
                    "they sum to {most} but the {other}, rounded up, to {rounded}",
                    most=most,
                    other=other,
                    rounded=rounded,
                ),
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


_STEPS = 12


class RoundingSearch:
    """The rounding as a table of bars x lines whose ones can be moved."""

    def __init__(self, worth: Floats, line_totals: Ints, bar_totals: Ints) -> None:
        """Start with every cell rounded down; `worth` is -inf where a cell is whole."""
        self.worth = worth
        self.line_totals = line_totals
        self.bar_totals = bar_totals
        self.bars = np.zeros(worth.shape[0])
        self.lines = np.zeros(worth.shape[1])
        self.up = np.zeros(worth.shape, dtype=bool)

    def run(self) -> None:
        """Round up the dearest of each line, price the bars, then move the last ones."""
        self._fit()
        lacking = self.bar_totals - self.up.sum(axis=1)
        cells = np.maximum(np.isfinite(self.worth).sum(axis=1), 1)
        for _ in range(_STEPS):
            flaws = np.abs(lacking).sum()
            if flaws <= 2 * self.bars.size:
                break
            before = self.bars.copy(), self.up
            self.bars = self.bars - np.clip(2.0 * lacking / cells, -0.5, 0.5)
            self._fit()
            now = self.bar_totals - self.up.sum(axis=1)
            if np.abs(now).sum() >= flaws:
                self.bars, self.up = before
                break
            lacking = now
        self._settle(slice(None))
        window = 4.0 / max(1.0, float(np.sqrt(self.lines.size)))
        transfer(self, lacking.astype(np.float64), window=window)
        self._settle(slice(None))

    def _fit(self) -> None:
        """Round up as many cells of each line as it needs, the dearest first."""
        order = np.argsort(self.bars[:, None] - self.worth, axis=0, kind="stable")
        self.up = np.zeros(self.worth.shape, dtype=bool)
        taken = np.arange(self.bars.size)[:, None] < self.line_totals
        np.put_along_axis(self.up, order, taken, axis=0)

    def _settle(self, at: Ints | slice) -> None:
        """Put the lines in the middle between what they round up and down."""
        above = self.worth[:, at] - self.bars[:, None]
        up = self.up[:, at]
        high = np.where(up, above, inf).min(axis=0, initial=inf)
        low = np.where(up, -inf, above).max(axis=0, initial=-inf)
        open_up, open_down = low == -inf, high == inf
        high = np.where(open_down, np.where(open_up, 0.0, low + 2.0), high)
        low = np.where(open_up, high - 2.0, low)
        self.lines[at] = (low + high) / 2.0

    def exchanges(self, window: float) -> tuple[Ints, Ints, Ints, Floats]:
        """Return giving bar, taking bar, line, cost of all exchanges within the window."""
        loss = self.worth - self.lines - self.bars[:, None]
        giver, give_line = np.nonzero(self.up & (loss <= window))
        taker, take_line = np.nonzero(~self.up & (loss >= -window) & (self.worth > -inf))
        return exchanges_of(
            (giver, give_line, loss[giver, give_line]),
            (taker, take_line, -loss[taker, take_line]),
            window,
        )

    def exchange(self, giver: int, taker: int, line: int) -> None:
        """Round down the one and up the other."""
        self.up[giver, line] = False
        self.up[taker, line] = True

    def line_costs(self, line: int) -> tuple[Floats, Floats]:
        """Return what it costs each bar to round up and down in the line."""
        loss = self.worth[:, line] - self.lines[line] - self.bars
        up = self.up[:, line]
        return np.where(up, inf, -loss), np.where(up, loss, inf)

    def shift(self, bars: Floats, touched: list[int]) -> None:
        """Take shifts from the bars' prices; the lines `touched` have been moved."""
        self.bars = self.bars - bars
        self._settle(np.array(touched, dtype=np.int64))

"""Slow twins of the two-way methods: they look at every table there is, in Fractions.

A biproportional table is the one for which the product of weight / signpost over all its seats is
largest (Balinski and Demange 1989); a controlled rounding the one that is nearest to the table in
the sum of absolute differences. Neither needs divisors, flows or paths.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Table = tuple[tuple[int, ...], ...]

# s(k) to the power 1 (hill: 2), written out from the definitions.
SIGNPOSTS = {
    "jefferson": Fraction,
    "webster": lambda k: Fraction(2 * k - 1, 2),
    "adams": lambda k: Fraction(k - 1),
    "hill": lambda k: Fraction(k * (k - 1)),
    "dean": lambda k: Fraction(2 * k * (k - 1), 2 * k - 1),
    "modified(7/5)": lambda k: Fraction(7, 10) if k == 1 else Fraction(2 * k - 1, 2),
    "stationary(1/3)": lambda k: k - Fraction(2, 3),
}


def tables(
    row_totals: Sequence[int],
    col_totals: Sequence[int],
    low: Sequence[Sequence[int]],
    high: Sequence[Sequence[int]],
) -> Iterator[Table]:
    """Yield every table of whole numbers with these margins, each cell from low to high."""
    if not row_totals:
        if not any(col_totals):
            yield ()
        return
    ranges = [range(a, min(b, c) + 1) for a, b, c in zip(low[0], high[0], col_totals, strict=True)]
    for row in product(*ranges):
        if sum(row) == row_totals[0]:
            rest = [c - x for c, x in zip(col_totals, row, strict=True)]
            for below in tables(row_totals[1:], rest, low[1:], high[1:]):
                yield (row, *below)


def limits(
    weights: Sequence[Sequence[Fraction]],
    rule: str,
    floors: Sequence[Sequence[int]],
    caps: Sequence[Sequence[int]],
) -> tuple[list[list[int]], list[list[int]]]:
    """Return the least and most of each cell by the median rule, over all divisors."""
    free = SIGNPOSTS[rule](1) == 0
    low = [
        [max(f, min(1, c)) if free and w > 0 else f for w, f, c in zip(*rows, strict=True)]
        for rows in zip(weights, floors, caps, strict=True)
    ]
    high = [
        [c if w > 0 else f for w, f, c in zip(*rows, strict=True)]
        for rows in zip(weights, floors, caps, strict=True)
    ]
    return low, high


def best_biproportional(
    weights: Sequence[Sequence[Fraction]],
    row_totals: Sequence[int],
    col_totals: Sequence[int],
    *,
    rule: str,
    floors: Sequence[Sequence[int]],
    caps: Sequence[Sequence[int]],
) -> list[Table]:
    """Return all best tables; none if there is no table."""
    signpost = SIGNPOSTS[rule]
    power = 2 if rule == "hill" else 1
    low, high = limits(weights, rule, floors, caps)
    best: list[Table] = []
    most = Fraction(0)
    for table in tables(row_totals, col_totals, low, high):
        worth = Fraction(1)
        for i, row in enumerate(table):
            for j, seats in enumerate(row):
                for seat in range(low[i][j] + 1, seats + 1):
                    worth *= Fraction(weights[i][j]) ** power / signpost(seat)
        if worth > most:
            best, most = [table], worth
        elif worth == most:
            best.append(table)
    return best


def best_rounding(
    table: Sequence[Sequence[Fraction]], row_totals: Sequence[int], col_totals: Sequence[int]
) -> list[Table]:
    """Return all nearest tables of neighbouring whole numbers with these margins."""
    low = [[value.__floor__() for value in row] for row in table]
    high = [[value.__ceil__() for value in row] for row in table]
    best: list[Table] = []
    least: Fraction | None = None
    for rounded in tables(row_totals, col_totals, low, high):
        apart = sum(
            (
                abs(x - t)
                for xs, ts in zip(rounded, table, strict=True)
                for x, t in zip(xs, ts, strict=True)
            ),
            Fraction(0),
        )
        if least is None or apart < least:
            best, least = [rounded], apart
        elif apart == least:
            best.append(rounded)
    return best


def chosen(best: Sequence[Table], ranks: Sequence[Sequence[int]]) -> Table:
    """Return the table that serves the cells in the order of their ranks, as far as each can be."""
    cells = sorted(
        ((i, j) for i, row in enumerate(ranks) for j in range(len(row))),
        key=lambda cell: ranks[cell[0]][cell[1]],
    )
    return max(best, key=lambda table: [table[i][j] for i, j in cells])


def proves(
    matrix: Sequence[Sequence[int]],
    weights: Sequence[Sequence[Fraction]],
    *,
    rule: str,
    floors: Sequence[Sequence[int]],
    caps: Sequence[Sequence[int]],
    row_divisors: Sequence[Fraction],
    col_divisors: Sequence[Fraction],
) -> bool:
    """Return whether every cell is the rounded quotient by its two divisors, in Fractions.

    For hill the divisors are squares, compared with squares.
    """
    signpost = SIGNPOSTS[rule]
    power = 2 if rule == "hill" else 1
    low, high = limits(weights, rule, floors, caps)
    for i, row in enumerate(matrix):
        for j, seats in enumerate(row):
            if not low[i][j] <= seats <= high[i][j]:
                return False
            quotient = Fraction(weights[i][j]) ** power / (row_divisors[i] * col_divisors[j])
            if seats > low[i][j] and quotient < signpost(seats):
                return False
            if seats < high[i][j] and quotient > signpost(seats + 1):
                return False
    return True

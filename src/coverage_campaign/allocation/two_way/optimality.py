"""Proof that a table with fixed margins is best for them, in whole numbers and Fractions.

Every cell has a falling row of prices, one a seat, and every row and column a divisor. A table is
the answer just if in every cell, within its floor and cap, the seats it holds have prices of at
least (row divisor joined with column divisor) and the next seat has at most that. Joined means
multiplied for proportions, added for plain sums. Divisors with this property are the certificate
(complementary slackness; Balinski and Demange, Mathematics of Operations Research 14 (1989)).

Floats decide only where they stand clear of the limit by more than a thousand times their error;
every other cell is judged in Fractions. Where floats had misjudged, a better table is found by
turning seats round a cycle, so what comes out is always proved.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Protocol, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.frames import by_value

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

__all__ = [
    "Proof",
    "SeatClaims",
    "prove",
]

_NEAR = 4e-12  # a cell nearer to its limit than this is judged in Fractions
_CLEAR = 1e-12  # a thousand float roundings: what stands clear by this is proved by floats

Cell: TypeAlias = tuple[int, int]
Arc: TypeAlias = "tuple[int, int, Fraction, Cell, int]"  # tail, head, cost, cell, seats it adds


class SeatClaims(Protocol):
    """What the seats of a table are worth, exactly and as floats."""

    def price(self, row: int, column: int, seat: int) -> Fraction:
        """Return the exact price of the cell's seat with this number (1 is the first)."""
        ...

    def join(self, one: Fraction, other: Fraction) -> Fraction:
        """Return the two joined: multiplied or added."""
        ...

    def invert(self, value: Fraction) -> Fraction:
        """Return what joined with `value` is neutral."""
        ...

    def exact(self, divisor: float) -> Fraction:
        """Return a float divisor in the unit of prices."""
        ...

    def rough(self, divisor: Fraction) -> float:
        """Return an exact divisor as a float."""
        ...

    def slack(self, seats: Ints, rows: Floats, columns: Floats) -> tuple[Floats, Floats]:
        """Return how far each cell is from gaining and from losing a seat (infinite: never)."""
        ...


@attrs.frozen
class Proof:
    """A table that is proved best, and the divisors that prove it.

    `exact_rows` and `exact_columns` hold the divisors, in the unit of prices, of rows and columns
    that some cell ties closely together; any other divisor is its float, exactly. `ties` are the
    groups of cells among which seats can move at no cost: (cells that hold one, cells that do not).
    """

    seats: Ints = attrs.field(eq=by_value)
    rows: Floats = attrs.field(eq=by_value)
    columns: Floats = attrs.field(eq=by_value)
    exact_rows: dict[int, Fraction]
    exact_columns: dict[int, Fraction]
    ties: tuple[tuple[tuple[Cell, ...], tuple[Cell, ...]], ...]
    narrowest: float


def prove(claims: SeatClaims, seats: Ints, rows: Floats, columns: Floats) -> Proof:
    """Return the proof for a table with the right margins; `rows` and `columns` nearly prove it.

    Where `seats` is not best, the proof is for a better table with the same margins.
    """
    seats = seats.copy()
    rows, columns = rows.copy(), columns.copy()
    judged = np.zeros(seats.shape, dtype=bool)
    exact: dict[int, Fraction] = {}
    arcs: list[Arc] = []
    settled = False
    while True:
        gain, loss = claims.slack(seats, rows, columns)
        nearest = np.minimum(gain, loss)
        doubtful = nearest < (_CLEAR if settled else _NEAR)
        if (settled or not judged.any()) and not (doubtful & ~judged).any():
            break
        judged |= doubtful
        arcs = _arcs(claims, seats, judged, gain, loss)
        found = _divisors(claims, arcs, rows, columns)
        if isinstance(found, list):
            for _, _, _, cell, step in found:
                seats[cell] += step
            settled, exact = False, {}
            continue
        settled, exact = True, found
        for node, value in exact.items():
            if node < rows.size:
                rows[node] = claims.rough(value)
            else:
                columns[node - rows.size] = claims.rough(claims.invert(value))
    return Proof(
        seats,
        rows,
        columns,
        {node: value for node, value in exact.items() if node < rows.size},
        {
            node - rows.size: claims.invert(value)
            for node, value in exact.items()
            if node >= rows.size
        },
        _ties(claims, arcs, exact) if exact else (),
        float(nearest.min(initial=np.inf)),
    )


def _arcs(
    claims: SeatClaims, seats: Ints, judged: NDArray[np.bool_], gain: Floats, loss: Floats
) -> list[Arc]:
    """Return the moves of the judged cells: row -> column gains a seat, column -> row loses one.

    The value of a row node is its divisor, of a column node its divisor inverted; an arc says that
    its head is at most its tail joined with its cost.
    """
    height = seats.shape[0]
    arcs: list[Arc] = []
    for row, column in np.argwhere(judged).tolist():
        held = int(seats[row, column])
        if gain[row, column] < np.inf:
            cost = claims.invert(claims.price(row, column, held + 1))
            arcs.append((row, height + column, cost, (row, column), 1))
        if loss[row, column] < np.inf:
            cost = claims.price(row, column, held)
            arcs.append((height + column, row, cost, (row, column), -1))
    return arcs


def _divisors(
    claims: SeatClaims, arcs: list[Arc], rows: Floats, columns: Floats
) -> dict[int, Fraction] | list[Arc]:
    """Return exact values that satisfy every arc, or arcs around which seats can be turned."""
    value = _spread(claims, arcs, rows, columns)
    into: dict[int, Arc] = {}
    changed = True
    while changed:
        changed = False
        for arc in arcs:
            tail, head, cost = arc[:3]
            at_most = claims.join(value[tail], cost)
            if at_most < value[head]:
                value[head] = at_most
                into[head] = arc
                changed = True
        if changed:
            cycle = _cycle(into)
            if cycle:
                return cycle
    return value


def _spread(
    claims: SeatClaims, arcs: list[Arc], rows: Floats, columns: Floats
) -> dict[int, Fraction]:
    """Return values along a tree of each connected part, equal where the tree's arcs say so.

    Near arcs are mostly exactly tight, so this is mostly the answer already.
    """
    near: dict[int, list[tuple[int, Fraction, bool]]] = {}
    for tail, head, cost, _, _ in arcs:
        near.setdefault(tail, []).append((head, cost, True))
        near.setdefault(head, []).append((tail, cost, False))
    value: dict[int, Fraction] = {}
    for root in sorted(near):
        if root in value:
            continue
        value[root] = (
            claims.exact(float(rows[root]))
            if root < rows.size
            else claims.invert(claims.exact(float(columns[root - rows.size])))
        )
        todo = [root]
        while todo:
            node = todo.pop()
            for other, cost, forward in near[node]:
                if other not in value:
                    value[other] = claims.join(
                        value[node], cost if forward else claims.invert(cost)
                    )
                    todo.append(other)
    return value


def _cycle(into: dict[int, Arc]) -> list[Arc]:
    """Return the arcs of a cycle among the last improvements, or nothing."""
    seen: dict[int, int] = {}
    for start in into:
        node = start
        while node in into and node not in seen:
            seen[node] = start
            node = into[node][0]
        if node in into and seen.get(node) == start:
            cycle = [into[node]]
            while cycle[-1][0] != node:
                cycle.append(into[cycle[-1][0]])
            return cycle
    return []


def _ties(
    claims: SeatClaims, arcs: list[Arc], value: dict[int, Fraction]
) -> tuple[tuple[tuple[Cell, ...], tuple[Cell, ...]], ...]:
    """Return the groups of cells on cycles of tight arcs: there seats can be turned at no cost."""
    tight = [arc for arc in arcs if value[arc[1]] == claims.join(value[arc[0]], arc[2])]
    part = parts([(arc[0], arc[1]) for arc in tight])
    held: dict[int, list[Cell]] = {}
    free: dict[int, list[Cell]] = {}
    for tail, head, _, cell, step in tight:
        if part[tail] == part[head]:
            (free if step > 0 else held).setdefault(part[tail], []).append(cell)
    return tuple((tuple(sorted(held[key])), tuple(sorted(free[key]))) for key in sorted(held))


def parts(arcs: list[tuple[int, int]]) -> dict[int, int]:
    """Return the number of the strongly connected part of every node that an arc touches.

    >>> numbers = parts([(1, 2), (2, 1), (2, 3)])
    >>> numbers[1] == numbers[2], numbers[1] == numbers[3]
    (True, False)
    """
    from scipy.sparse import csr_array  # heavy: only where something is tied
    from scipy.sparse.csgraph import connected_components

    if not arcs:
        return {}
    pairs = np.array(arcs)
    nodes, index = np.unique(pairs, return_inverse=True)
    tail, head = index.reshape(pairs.shape).T
    graph = csr_array((np.ones(len(arcs), np.int8), (tail, head)), shape=(nodes.size, nodes.size))
    _, number = connected_components(graph, connection="strong")
    return dict(zip(nodes.tolist(), number.tolist(), strict=True))

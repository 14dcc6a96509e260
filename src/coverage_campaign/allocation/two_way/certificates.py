"""What a table with fixed margins is proved by: that it exists, and that none is better.

A table is a flow from its rows to its columns through cells of limited capacity; it exists just if
the greatest flow is as large as the total. If not, a least cut names rows that need more than their
cells and columns can hold (Ford and Fulkerson; Gale 1957).

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

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Protocol, TypeAlias, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.inputs import MOST, as_array, as_fraction
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.frames import by_value
from coverage_campaign.messages import Message, message

__all__ = [
    "Margin",
    "Proof",
    "SeatClaims",
    "check_margins",
    "least_cut",
    "listed",
    "names_of",
    "prove",
    "read_margin",
    "read_margins",
]

Ints = NDArray[np.int64]


Margin: TypeAlias = Sequence[int] | NDArray[np.integer]

_TOTAL = 2**50  # beyond this many, floats cannot tell one seat from the next
_SHOWN = 10


def names_of(names: Sequence[str] | None, count: int, where: str) -> Sequence[str]:
    """Return the names, or positions where none are given."""
    if names is None:
        return _Positions(count)
    if len(names) != count:
        raise DefinitionError(
            Problem(
                where,
                message("{n} names for {count:raw}", n=len(names), count=count),
                "one name each",
            )
        )
    return [str(name) for name in names]


def read_margins(
    row_totals: Margin, col_totals: Margin, row_names: Sequence[str], col_names: Sequence[str]
) -> tuple[Ints, Ints]:
    """Return both margins as int64.

    Raises:
        DefinitionError: not one whole number of 0 or more for each row and column.
        InfeasibleError: their sums differ.
    """
    rows = read_margin(row_totals, "row_totals", row_names)
    columns = read_margin(col_totals, "col_totals", col_names)
    by_row, by_column = (sum(margin.tolist()) for margin in (rows, columns))
    if by_row != by_column:
        raise InfeasibleError(
            Problem(
                "row_totals, col_totals",
                message(
                    "rows sum to {by_row}, columns sum to {by_column}",
                    by_row=by_row,
                    by_column=by_column,
                ),
                message(
                    "margins of one and the same total: they differ by {gap}",
                    gap=abs(by_row - by_column),
                ),
            )
        )
    if by_row > _TOTAL:
        raise DefinitionError(
            Problem(
                "row_totals",
                message("a sum of {by_row}", by_row=by_row),
                message("at most {total} in all", total=_TOTAL),
            )
        )
    return rows, columns


def read_margin(totals: Margin, where: str, names: Sequence[str]) -> Ints:
    """Return one margin as int64; errors as `read_margins`."""
    array = as_array(totals)
    fix = "one whole number, 0 or more, for each"
    if array.shape != (len(names),):
        raise DefinitionError(
            Problem(
                where,
                message("shape {shape:raw} for {n} names", shape=array.shape, n=len(names)),
                fix,
            )
        )
    if array.dtype.kind == "i" and not (array.size and array.min() < 0):
        return array.astype(np.int64)
    exact = [as_fraction(value) for value in array.tolist()]
    problems = [
        Problem(f"{where}[{name}]", str(value), fix)
        for name, value, number in zip(names, array.tolist(), exact, strict=True)
        if number is None or number < 0 or number.denominator != 1 or number > MOST
    ]
    if problems:
        raise DefinitionError(problems[:_SHOWN])
    return np.array([int(number) for number in exact if number is not None], dtype=np.int64)


class _Positions(Sequence[str]):
    """Positions as names, made only where a message shows them."""

    def __init__(self, count: int) -> None:
        self._at = range(count)

    def __len__(self) -> int:
        return len(self._at)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [str(i) for i in self._at[at]]
        return str(self._at[at])


_BITS = 30  # SciPy counts in 32 bits, and adds what flows both ways
_LISTED = 8


def check_margins(
    row_totals: Ints,
    col_totals: Ints,
    floors: Ints,
    caps: Ints,
    names: Sequence[Sequence[str]],
    *,
    only_lines: bool = False,
) -> None:
    """Return if a table exists with these margins and every cell within its floor and cap.

    `names` are those of the rows and of the columns. `only_lines` looks at each row and each column
    by itself: necessary, and quick.

    Raises:
        InfeasibleError: there is none; the problems name the rows and columns and say by how much.
    """
    row_names, col_names = names
    problems = [
        *_line_problems(_row, row_names, row_totals, floors.sum(axis=1), caps.sum(axis=1)),
        *_line_problems(_column, col_names, col_totals, floors.sum(axis=0), caps.sum(axis=0)),
    ]
    if problems:
        raise InfeasibleError(problems)
    if only_lines:
        return
    cut = least_cut(row_totals - floors.sum(axis=1), col_totals - floors.sum(axis=0), caps - floors)
    if cut is None:
        return
    rows, columns = cut
    others = ~columns
    need = int(row_totals[rows].sum())
    hold = int(col_totals[columns].sum())
    taken = int(floors[np.ix_(~rows, columns)].sum())
    beside = int(caps[np.ix_(rows, others)].sum())
    only = message("can use no column to the full")
    if columns.any():
        only = message(
            "can only use {n:plural column|columns} {columns}, which {n:plural holds|hold} {hold}",
            n=int(columns.sum()),
            columns=listed(col_names, columns),
            hold=hold,
        )
    if taken:
        only = message(
            "{only} ({taken} of it held by floors of other rows)", only=only, taken=taken
        )
    if beside:
        only = message(
            "{only}, and at most {beside} in {rows:plural its|their} capped cells elsewhere",
            only=only,
            beside=beside,
            rows=int(rows.sum()),
        )
    raise InfeasibleError(
        Problem(
            message("{n:plural row|rows} {rows}", n=int(rows.sum()), rows=listed(row_names, rows)),
            message(
                "{rows:plural needs|need} {need} but {only}: {less} too many",
                rows=int(rows.sum()),
                need=need,
                only=only,
                less=need - (hold - taken + beside),
            ),
            "lower these row totals, raise these column totals, or open other cells to these rows",
        )
    )


def _row(name: str) -> Message:
    return message("row {name}", name=name)


def _column(name: str) -> Message:
    return message("column {name}", name=name)


def _line_problems(
    line: Callable[[str], Message], names: Sequence[str], totals: Ints, least: Ints, most: Ints
) -> list[Problem]:
    problems = [
        Problem(
            line(names[i]),
            message(
                "its floors sum to {floor} but its total is {total}",
                floor=least[i],
                total=totals[i],
            ),
            message("lower its floors by {less} or raise its total", less=least[i] - totals[i]),
        )
        for i in np.flatnonzero(totals < least).tolist()
    ]
    problems += [
        Problem(
            line(names[i]),
            message(
                "its total is {total} but its cells hold at most {most}",
                total=totals[i],
                most=most[i],
            ),
            "lower its total, raise its caps, or give weight to a cell that has none",
        )
        for i in np.flatnonzero(totals > most).tolist()
    ]
    return problems


def least_cut(
    row_totals: Ints, col_totals: Ints, capacities: Ints
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
    """Return the rows and columns on the near side of a least cut, or None if all can flow.

    The totals agree and nothing is negative. With rows A and columns B of the cut, the rows A need
    more than the columns B hold and their cells outside B let through.

    >>> import numpy as np
    >>> rows, columns = least_cut(np.array([3, 1]), np.array([2, 2]), np.array([[9, 0], [9, 9]]))
    >>> rows, columns
    (array([ True, False]), array([ True, False]))
    """
    from scipy.sparse import csr_array  # heavy: only where a flow is asked for
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    height, width = capacities.shape
    row, column = np.nonzero(capacities)
    source, sink = 0, height + width + 1
    tails = np.concatenate([np.zeros(height, np.int64), 1 + row, 1 + height + np.arange(width)])
    heads = np.concatenate([1 + np.arange(height), 1 + height + column, np.full(width, sink)])
    missing = bound = int(row_totals.sum())
    through = np.minimum(capacities[row, column], missing)
    arcs = np.concatenate([row_totals, through, col_totals])
    left = csr_array((arcs, (tails, heads)), shape=(sink + 1, sink + 1))
    while missing:
        # A flow of many bits is found from its high bits down: each round sends whole units, and
        # what an arc is left with is less than one of them.
        unit = 1 << max(0, bound.bit_length() - _BITS)
        whole = left.copy()
        whole.data = np.minimum(left.data // unit, 2**_BITS).astype(np.int32)
        whole.eliminate_zeros()
        sent = maximum_flow(whole, source, sink)
        left = csr_array(left - csr_array(sent.flow).astype(np.int64) * unit)
        left.eliminate_zeros()
        missing -= int(sent.flow_value) * unit
        bound = min(missing, int(left.nnz) * unit)
        if missing and unit == 1:
            reached = np.zeros(sink + 1, bool)
            reached[breadth_first_order(left, source, return_predecessors=False)] = True
            return reached[1 : 1 + height], reached[1 + height : sink]
    return None


def listed(names: Sequence[str], chosen: NDArray[np.bool_]) -> str:
    """Return the chosen names in one line, the first few if there are many."""
    which = np.flatnonzero(chosen).tolist()
    text = ", ".join(names[i] for i in which[:_LISTED])
    return text if len(which) <= _LISTED else f"{text} and {len(which) - _LISTED:,} more"


Floats = NDArray[np.float64]


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

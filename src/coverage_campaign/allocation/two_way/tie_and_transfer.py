"""Tie and transfer: the last seats of a table move along cheapest paths until every bar is right.

From a table that is right line by line and best for its own sums, each path takes a seat from a bar
that has too many, passes it on by exchanges within lines (which keep their sums) and ends in a bar
that lacks one. Taking always a cheapest path keeps the table best for its sums (Balinski and
Demange, Mathematical Programming 45 (1989) 193-210; successive shortest paths of minimum cost
flow). Cheap exchanges are few: each round looks only at those within a window, and widens it when
it must.

Ties among cells are seats that can be turned between rows and columns at no cost. With both margins
fixed a tied seat never moves alone: when one cell gains, a cycle of others gives
and takes. So a rule cannot pick winners one by one; it orders the tied cells, and of all tables
that are equally good the one is taken that serves the first cell if any of them does, then the
second, and so on. The answer depends on the order alone, never on how it was computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from math import inf
from typing import Protocol

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.ties import TieBreaker
from coverage_campaign.allocation.two_way.certificates import Cell, parts
from coverage_campaign.errors import Problem, TieError
from coverage_campaign.messages import message

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

__all__ = [
    "CellTie",
    "Movable",
    "break_tie",
    "exchanges_of",
    "transfer",
]

_WIDER = 6.0
_HOPELESS = 2e-11  # with less clearance than this, Fractions decide
_SHIFT_STEPS = 64
_WIDEST = 600.0  # costs are logs: nothing that floats can tell apart costs more


class Movable(Protocol):
    """A table of bars x lines; costs are of moving one seat, under multipliers that stay."""

    def exchanges(self, window: float) -> tuple[Ints, Ints, Ints, Floats]:
        """Return giving bar, taking bar, line, cost of all exchanges within the window."""
        ...

    def exchange(self, giver: int, taker: int, line: int) -> None:
        """Move one seat of the line from bar to bar."""
        ...

    def line_costs(self, line: int) -> tuple[Floats, Floats]:
        """Return what it costs each bar to take and to give a seat in the line."""
        ...

    def shift(self, bars: Floats, touched: list[int]) -> None:
        """Multiply the bars by e to these powers; these lines have been moved."""
        ...


def transfer(table: Movable, lacking: Floats, *, window: float) -> bool:
    """Move seats until no bar lacks any; return whether that came to pass.

    Then the bars are shifted so that every line has room to stand in, if there is any.
    """
    owed = [int(lack) for lack in lacking.tolist()]
    wide = window
    while True:
        round_ = _Round(table, len(owed), wide)
        while any(owed) and round_.step(owed):
            pass
        shifts = np.array(round_.shifts)
        done = not any(owed)
        if done and round_.left > window / 8.0:
            table.shift(shifts + round_.clearing(), sorted(round_.version))
            return True
        table.shift(shifts, sorted(round_.version))
        if not done:
            if wide == inf:
                return False
            wide = wide * _WIDER if wide < _WIDEST else inf


class _Round:
    """The sparse graph of cheap exchanges between bars, kept up to date as seats move.

    Each pair of bars has a heap of (cost, line, version); an entry whose version is not its line's
    is stale. The reduced cost of an exchange is its cost plus the shift of the bar that gives minus
    the shift of the bar that takes; it stays at 0 or above.
    """

    def __init__(self, table: Movable, bars: int, window: float) -> None:
        """Sort the exchanges within the window by their bars."""
        self.table = table
        self.window = window
        self.left = window  # how much the shifts may yet add up to, so that nothing is missed
        self.shifts = [0.0] * bars
        self.version: dict[int, int] = {}
        self.out: list[dict[int, list[tuple[float, int, int]]]] = [{} for _ in range(bars)]
        for giver, taker, line, cost in zip(
            *(part.tolist() for part in table.exchanges(window)), strict=True
        ):
            self.out[giver].setdefault(taker, []).append((cost, line, 0))
        for heaps in self.out:
            for heap in heaps.values():
                heapify(heap)

    def step(self, owed: list[int]) -> bool:
        """Move one seat along a cheapest path; False if none is sure within the window."""
        found = self._search(owed)
        if found is None:
            return False
        end, far, came = found
        length = far[end]
        for bar, distance in far.items():
            if distance < length:
                self.shifts[bar] += distance - length
        self.left -= length
        owed[end] -= 1
        bar = end
        while bar in came:
            giver, line = came[bar]
            self.table.exchange(giver, bar, line)
            self._renew(line)
            bar = giver
        owed[bar] += 1
        return True

    def _search(
        self, owed: list[int]
    ) -> tuple[int, dict[int, float], dict[int, tuple[int, int]]] | None:
        """Run Dijkstra's method from all bars with too many to the nearest that lacks one."""
        shifts, version = self.shifts, self.version
        far = {bar: 0.0 for bar, lack in enumerate(owed) if lack < 0}
        came: dict[int, tuple[int, int]] = {}
        todo = [(0.0, bar) for bar in far]
        done: set[int] = set()
        enough = self.left  # no path longer than this is wanted
        while todo:
            here, bar = heappop(todo)
            if bar in done:
                continue
            if owed[bar] > 0:
                return bar, far, came
            done.add(bar)
            base = here + shifts[bar]
            for taker, heap in self.out[bar].items():
                while heap and version.get(heap[0][1], 0) != heap[0][2]:
                    heappop(heap)
                if not heap:
                    continue
                cost, line, _ = heap[0]
                there = base + cost - shifts[taker]
                if there > enough or taker in done:
                    continue
                there = max(there, here)
                if there < far.get(taker, inf):
                    far[taker] = there
                    came[taker] = bar, line
                    heappush(todo, (there, taker))
                    if owed[taker] > 0:
                        enough = there
        return None

    def clearing(self) -> Floats:
        """Return shifts F of the bars that leave each line as much room as can be had easily.

        With F[q] <= F[p] + D[p, q] - clearance, D the cheapest exchange, each line has that
        clearance to stand in. The largest is the least mean of a cycle of exchanges; cycles of two
        bound it, and trying finds one.
        """
        bars = len(self.shifts)
        least = np.full((bars, bars), self.left)
        for giver, heaps in enumerate(self.out):
            for taker, heap in heaps.items():
                while heap and self.version.get(heap[0][1], 0) != heap[0][2]:
                    heappop(heap)
                if heap:
                    cost = heap[0][0] + self.shifts[giver] - self.shifts[taker]
                    least[giver, taker] = min(cost, self.left)
        np.fill_diagonal(least, inf)
        clearance = float((least + least.T).min(initial=self.left)) / 16.0
        while clearance > _HOPELESS:
            found = _shifts(least - clearance)
            if found is not None:
                return found
            clearance /= 8.0
        return np.zeros(bars)

    def _renew(self, line: int) -> None:
        """Put the line's exchanges anew: all of them, since its costs are no longer centred."""
        version = self.version[line] = self.version.get(line, 0) + 1
        take, give = self.table.line_costs(line)
        cost = give[:, None] + take
        cost.ravel()[:: take.size + 1] = inf  # a bar has nothing to give itself
        givers, takers = np.nonzero(cost <= self.window)
        for giver, taker, price in zip(
            givers.tolist(), takers.tolist(), cost[givers, takers].tolist(), strict=True
        ):
            heappush(self.out[giver].setdefault(taker, []), (price, line, version))


def exchanges_of(
    gives: tuple[Ints, Ints, Floats], takes: tuple[Ints, Ints, Floats], window: float
) -> tuple[Ints, Ints, Ints, Floats]:
    """Return giving bar, taking bar, line, cost for all pairs of one line within the window.

    `gives` and `takes` are bar, line and cost of the single moves.

    >>> one = lambda *values: np.array(values)
    >>> found = exchanges_of((one(0), one(7), one(0.1)), (one(1, 1), one(7, 8), one(0.2, 0)), 1.0)
    >>> [part.tolist() for part in found[:3]]
    [[0], [1], [7]]
    """
    giver, give_line, give = gives
    order = np.argsort(takes[1], kind="stable")
    taker, take_line, take = (part[order] for part in takes)
    first = np.searchsorted(take_line, give_line, side="left")
    count = np.searchsorted(take_line, give_line, side="right") - first
    left = np.repeat(np.arange(give.size), count)
    right = np.arange(left.size) + np.repeat(first + count - np.cumsum(count), count)
    cost = give[left] + take[right]
    near = (cost <= window) & (giver[left] != taker[right])
    left, right = left[near], right[near]
    return giver[left], taker[right], give_line[left], cost[near]


def _shifts(costs: Floats) -> Floats | None:
    """Return shifts with F[q] <= F[p] + costs[p, q], or None if a cycle seems to forbid them."""
    far = np.zeros(costs.shape[0])
    for _ in range(min(_SHIFT_STEPS, far.size) + 1):
        nearer = np.minimum(far, (far[:, None] + costs).min(axis=0))
        if (nearer == far).all():
            return far
        far = nearer
    return None


@attrs.frozen
class CellTie:
    """Cells (row, column) with equal claims, the seats at stake among them, and who got them."""

    cells: tuple[Cell, ...]
    seats: int
    winners: tuple[Cell, ...]
    rule: str


def break_tie(
    seats: NDArray[np.int64],
    held: Sequence[Cell],
    free: Sequence[Cell],
    breaker: TieBreaker,
    names: Sequence[Sequence[str]],
) -> CellTie:
    """Turn the seats of one group of tied cells as the rule says; return the record.

    `held` and `free` are the cells that hold and that lack a contested seat; `seats` is changed.
    `names` are those of the rows and of the columns.

    Raises:
        TieError: the rule is "raise", or equal ranks leave it open.
    """
    cells = sorted([*held, *free])
    order = cells[::-1] if breaker.rule == "last" else cells
    if breaker.rule == "raise":
        raise _refusal(cells, len(held), names, "'first', 'last' or ranks")
    if breaker.ranks is not None:
        rank = dict(
            zip(cells, (breaker.ranks[i * seats.shape[1] + j] for i, j in cells), strict=True)
        )
        if len(set(rank.values())) < len(cells):
            raise _refusal(cells, len(held), names, "a rank of its own for each")
        order = sorted(cells, key=lambda cell: rank[cell])
    winners = _Circle(held, free).serve(order)
    for cell in held:
        seats[cell] -= 1
    for cell in winners:
        seats[cell] += 1
    return CellTie(tuple(cells), len(held), tuple(sorted(winners)), breaker.rule)


def _refusal(
    cells: Sequence[Cell], at_stake: int, names: Sequence[Sequence[str]], fix: str
) -> TieError:
    shown = [f"({names[0][i]}, {names[1][j]})" for i, j in cells]
    return TieError(
        Problem(
            "ties",
            message(
                "cells {cells:list 8} have equal claims to {n} {n:plural seat|seats}",
                cells=shown,
                n=at_stake,
            ),
            message("say who goes first: {fix}", fix=fix),
        )
    )


class _Circle:
    """The tied cells that are still open, as a graph: a column gives in a row, the row gains."""

    def __init__(self, held: Sequence[Cell], free: Sequence[Cell]) -> None:
        self.winners = set(held)
        self.givers: dict[int, set[int]] = {}  # column -> rows that hold an open seat there
        self.gives: dict[int, set[int]] = {}  # row -> columns where it holds an open seat
        self.takes: dict[int, set[int]] = {}  # row -> columns where it could take one
        for row, column in held:
            self._add_held(row, column)
        for row, column in free:
            self.takes.setdefault(row, set()).add(column)
        self._part()

    def serve(self, order: Sequence[Cell]) -> set[Cell]:
        """Return the cells that win when each in turn is served if it can be."""
        for row, column in order:
            if (row, column) in self.winners:
                self._drop_held(row, column)
                continue
            self.takes[row].discard(column)
            if not self.gives.get(row) or not self.givers.get(column):
                continue
            if self.part.get(("r", row), -1) != self.part.get(("c", column), -2):
                continue
            path = self._path(column, row)
            if path is None:
                self._part()
                continue
            self._turn(path)
            self.winners.add((row, column))
        return self.winners

    def _path(self, column: int, row: int) -> list[Cell] | None:
        """Return the cells that lose and gain in turn, so that `column` passes a seat to `row`."""
        came: dict[int, tuple[int, int]] = {}
        seen: set[int] = set()
        todo = [column]
        last = self.gives[row]
        end: list[Cell] | None = None
        while todo and end is None:
            here = todo.pop()
            if row in self.givers.get(here, ()):
                end = [(row, here)]
                break
            for giver in sorted(self.givers.get(here, ())):
                if giver in seen:
                    continue
                seen.add(giver)
                takes = self.takes.get(giver, set())
                short = takes & last
                if short:
                    to = min(short)
                    end = [(giver, here), (giver, to), (row, to)]
                    break
                for to in sorted(takes):
                    if to not in came and to != column:
                        came[to] = (giver, here)
                        todo.append(to)
        if end is None:
            return None
        front: list[Cell] = []
        here = end[0][1]
        while here != column:
            giver, before = came[here]
            front[:0] = [(giver, before), (giver, here)]
            here = before
        return front + end

    def _turn(self, path: list[Cell]) -> None:
        """Let the cells of the path lose and gain in turn; the last one loses to the served."""
        for step, (row, column) in enumerate(path):
            if step % 2:
                self.winners.add((row, column))
                self.takes[row].discard(column)
                self._add_held(row, column)
            else:
                self.winners.discard((row, column))
                self._drop_held(row, column)
                self.takes.setdefault(row, set()).add(column)

    def _add_held(self, row: int, column: int) -> None:
        self.givers.setdefault(column, set()).add(row)
        self.gives.setdefault(row, set()).add(column)

    def _drop_held(self, row: int, column: int) -> None:
        self.givers[column].discard(row)
        self.gives[row].discard(column)

    def _part(self) -> None:
        """Number the parts within which seats can still be turned."""
        names: dict[tuple[str, int], int] = {}
        arcs: list[tuple[int, int]] = []
        for column, rows in self.givers.items():
            at = names.setdefault(("c", column), len(names))
            arcs += [(at, names.setdefault(("r", row), len(names))) for row in sorted(rows)]
        for row, columns in self.takes.items():
            at = names.setdefault(("r", row), len(names))
            arcs += [(at, names.setdefault(("c", col), len(names))) for col in sorted(columns)]
        number = parts(arcs)
        self.part = {name: number[at] for name, at in names.items() if at in number}

"""Ties among cells: seats that can be turned between rows and columns at no cost.

With both margins fixed a tied seat never moves alone: when one cell gains, a cycle of others gives
and takes. So a rule cannot pick winners one by one; it orders the tied cells, and of all tables
that are equally good the one is taken that serves the first cell if any of them does, then the
second, and so on. The answer depends on the order alone, never on how it was computed.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.ties import TieBreaker
from coverage_campaign.allocation.two_way.optimality import Cell, parts
from coverage_campaign.errors import Problem, TieError

__all__ = ["CellTie", "break_tie"]

_SHOWN = 8


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
    *,
    row_names: Sequence[str],
    col_names: Sequence[str],
) -> CellTie:
    """Turn the seats of one group of tied cells as the rule says; return the record.

    `held` and `free` are the cells that hold and that lack a contested seat; `seats` is changed.

    Raises:
        TieError: the rule is "raise", or equal ranks leave it open.
    """
    cells = sorted([*held, *free])
    order = cells[::-1] if breaker.rule == "last" else cells
    if breaker.rule == "raise":
        raise _refusal(cells, len(held), row_names, col_names, "'first', 'last' or ranks")
    if breaker.ranks is not None:
        rank = dict(
            zip(cells, (breaker.ranks[i * seats.shape[1] + j] for i, j in cells), strict=True)
        )
        if len(set(rank.values())) < len(cells):
            raise _refusal(cells, len(held), row_names, col_names, "a rank of its own for each")
        order = sorted(cells, key=lambda cell: rank[cell])
    winners = _Circle(held, free).serve(order)
    for cell in held:
        seats[cell] -= 1
    for cell in winners:
        seats[cell] += 1
    return CellTie(tuple(cells), len(held), tuple(sorted(winners)), breaker.rule)


def _refusal(
    cells: Sequence[Cell],
    at_stake: int,
    row_names: Sequence[str],
    col_names: Sequence[str],
    fix: str,
) -> TieError:
    shown = "; ".join(f"{row_names[i]}, {col_names[j]}" for i, j in cells[:_SHOWN])
    more = f" and {len(cells) - _SHOWN:,} more" if len(cells) > _SHOWN else ""
    return TieError(
        Problem(
            "ties",
            f"cells ({shown}){more} have equal claims to {at_stake:,} "
            f"seat{'s' if at_stake != 1 else ''}",
            f"say who goes first: {fix}",
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

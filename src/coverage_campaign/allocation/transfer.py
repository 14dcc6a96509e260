"""Tie and transfer: the last seats of a table move along cheapest paths until every bar is right.

From a table that is right line by line and best for its own sums, each path takes a seat from a bar
that has too many, passes it through lines (which keep their sums) and ends in a bar that lacks one.
Taking always a cheapest path keeps the table best for its sums (Balinski and Demange, Mathematical
Programming 45 (1989) 193-210; successive shortest paths of minimum cost flow). Costs near zero are
few, so each round looks only at cells within a window of cost and widens it when it must.
"""

from __future__ import annotations

from heapq import heappop, heappush
from math import inf
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Arcs = tuple[Ints, Ints, Floats]

__all__ = ["Movable", "transfer"]


class Movable(Protocol):
    """A table of bars x lines whose seats can be moved one by one, each at a cost in floats."""

    def within(self, window: float) -> tuple[Arcs, Arcs]:
        """Return bar, line, cost of the gains and of the losses that cost at most `window`."""
        ...

    def move(self, bar: int, line: int, step: int) -> tuple[float, float]:
        """Add `step` seats to the cell; return what the next gain and loss there cost."""
        ...

    def shift(self, bars: dict[int, float], lines: dict[int, float]) -> None:
        """Move the multipliers of these bars and lines by so much, after a round."""
        ...


def transfer(table: Movable, lacking: Floats, *, window: float) -> bool:
    """Move seats until no bar lacks any; return whether that came to pass."""
    owed = [int(lack) for lack in lacking]
    while any(owed):
        round_ = _Round(*table.within(window), window)
        while any(owed) and round_.step(table, owed):
            pass
        table.shift(round_.bar_shift, round_.line_shift)
        if any(owed):
            if window == inf:
                return False
            window = window * 8 if window < 1e3 else inf  # noqa: PLR2004  e**1000 is past any float
    return True


class _Round:
    """The sparse graph of cheap moves: bar -> line where the bar may lose, line -> bar where gain.

    Reduced cost of an arc: its cost plus the shift of its tail minus the shift of its head.
    """

    def __init__(self, gains: Arcs, losses: Arcs, window: float) -> None:
        """Index the arcs by their tails."""
        self.gains: dict[int, dict[int, float]] = {}
        self.losses: dict[int, dict[int, float]] = {}
        for bar, line, cost in zip(*(part.tolist() for part in gains), strict=True):
            self.gains.setdefault(line, {})[bar] = cost
        for bar, line, cost in zip(*(part.tolist() for part in losses), strict=True):
            self.losses.setdefault(bar, {})[line] = cost
        self.window = window
        self.bar_shift: dict[int, float] = {}
        self.line_shift: dict[int, float] = {}

    def step(self, table: Movable, owed: list[int]) -> bool:
        """Move one seat along a cheapest path; False if none is sure within the window."""
        found = self._search(owed)
        if found is None:
            return False
        end, length, bar_from, line_from, bar_far, line_far = found
        for bar, far in bar_far.items():
            if far < length:
                self.bar_shift[bar] = self.bar_shift.get(bar, 0.0) + far - length
        for line, far in line_far.items():
            if far < length:
                self.line_shift[line] = self.line_shift.get(line, 0.0) + far - length
        self.window -= length
        owed[end] -= 1
        bar = end
        while bar in bar_from:
            line = bar_from[bar]
            self._move(table, bar, line, 1)
            bar = line_from[line]
            self._move(table, bar, line, -1)
        owed[bar] += 1
        return True

    def _search(
        self, owed: list[int]
    ) -> (
        tuple[int, float, dict[int, int], dict[int, int], dict[int, float], dict[int, float]] | None
    ):
        """Run Dijkstra's method from all bars with too many to the nearest that lacks one."""
        bar_shift, line_shift = self.bar_shift, self.line_shift
        bar_far: dict[int, float] = {bar: 0.0 for bar, lack in enumerate(owed) if lack < 0}
        line_far: dict[int, float] = {}
        bar_from: dict[int, int] = {}
        line_from: dict[int, int] = {}
        heap: list[tuple[float, int]] = [(0.0, bar) for bar in bar_far]
        done: set[int] = set()
        while heap:
            far, bar = heappop(heap)
            if bar in done:
                continue
            if far > self.window:
                return None
            if owed[bar] > 0:
                return bar, far, bar_from, line_from, bar_far, line_far
            done.add(bar)
            base = far + bar_shift.get(bar, 0.0)
            for line, cost in self.losses.get(bar, {}).items():
                shift = line_shift.get(line, 0.0)
                at = max(base + cost - shift, far)
                if at >= line_far.get(line, inf) or at > self.window:
                    continue
                line_far[line] = at
                line_from[line] = bar
                start = at + shift
                for other, gain in self.gains.get(line, {}).items():
                    if other in done:
                        continue
                    there = max(start + gain - bar_shift.get(other, 0.0), at)
                    if there < bar_far.get(other, inf):
                        bar_far[other] = there
                        bar_from[other] = line
                        heappush(heap, (there, other))
        return None

    def _move(self, table: Movable, bar: int, line: int, step: int) -> None:
        gain, loss = table.move(bar, line, step)
        self.gains.setdefault(line, {})[bar] = gain
        self.losses.setdefault(bar, {})[line] = loss

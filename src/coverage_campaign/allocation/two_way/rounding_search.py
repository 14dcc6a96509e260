"""The search for a controlled rounding: which cells are rounded up, by prices of bars and lines."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np

from coverage_campaign.allocation.two_way.tie_and_transfer import exchanges_of, transfer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["RoundingSearch"]

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

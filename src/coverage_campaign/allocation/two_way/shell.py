"""Lines and bars that their bounds fill: taken off before a search, given multipliers after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coverage_campaign.allocation.two_way.scaling import Search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage_campaign.allocation.apportionment.rounding_rules import Signposts

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Shell"]


class Shell:
    """A table taken down to what can move: lines and bars that their bounds fill go first.

    A line whose total is the sum of its floors (or of its caps) holds just those, whatever its
    multiplier; without it, others may be in the same case. Such lines and bars get multipliers
    last, in reverse order, small (or large) enough for all the others.
    """

    def __init__(
        self,
        weights: Floats,
        floors: Floats,
        caps: Floats,
        signposts: Signposts,
        *,
        plain: bool,
    ) -> None:
        """Start with nothing taken off; arrays are bars x lines."""
        self._weights, self._floors, self._caps = weights, floors, caps
        self._signposts = signposts
        self._plain = plain
        self._gone: list[tuple[int, Ints, bool]] = []  # axis, which, whether at their caps
        self._kept = [np.arange(weights.shape[0]), np.arange(weights.shape[1])]
        self._seats = floors
        self.overfull = False  # whether a line or bar has more or less than its cells can hold

    def core(self, line_totals: Floats, bar_totals: Floats) -> Search | None:
        """Return the search for the part that is left, or None if nothing is."""
        totals = [bar_totals.copy(), line_totals.copy()]
        done = self._plain and bool(line_totals.all() and bar_totals.all())
        while not done and all(kept.size for kept in self._kept):
            done = True
            for axis in (1, 0):
                done &= not self._take(axis, totals)
        if not all(kept.size for kept in self._kept):
            self.overfull |= any(bool(totals[axis][self._kept[axis]].any()) for axis in (0, 1))
            return None
        bars, lines = self._kept
        part = np.ix_(bars, lines) if self._gone else (slice(None), slice(None))
        return Search(
            self._weights[part],
            self._floors[part],
            self._caps[part],
            totals[1][lines],
            totals[0][bars],
            self._signposts,
            self._plain,
        )

    def _take(self, axis: int, totals: list[Floats]) -> bool:
        bars, lines = self._kept
        part = np.ix_(bars, lines)
        mine = self._kept[axis]
        least = self._floors[part].sum(axis=1 - axis)
        most = self._caps[part].sum(axis=1 - axis)
        aim = totals[axis][mine]
        low = aim <= least
        high = (aim >= most) & ~low
        self.overfull |= bool((aim < least).any() or (aim > most).any())
        for which, at_caps in ((low, False), (high, True)):
            if which.any():
                cells = np.ix_(bars[which], lines) if axis == 0 else np.ix_(bars, lines[which])
                filled = (self._caps if at_caps else self._floors)[cells]
                if self._seats is self._floors:
                    self._seats = self._floors.copy()
                self._seats[cells] = filled
                totals[1 - axis][self._kept[1 - axis]] -= filled.sum(axis=axis)
                self._gone.append((axis, mine[which], at_caps))
        stays = ~(low | high)
        self._kept[axis] = mine[stays]
        return not bool(stays.all())

    def whole(self, search: Search | None) -> tuple[Floats, Floats, Floats]:
        """Return the whole table with the multipliers of all lines and bars."""
        bars, lines = (np.ones(size) for size in self._weights.shape)
        if search is not None:
            if not self._gone:
                return search.seats, search.lines, search.bars
            bars[self._kept[0]] = search.bars
            lines[self._kept[1]] = search.lines
            self._seats = self._seats.copy()
            self._seats[np.ix_(*self._kept)] = search.seats
        known = [np.zeros(bars.size, bool), np.zeros(lines.size, bool)]
        for axis in (0, 1):
            known[axis][self._kept[axis]] = True
        factors = [bars, lines]
        for axis, which, at_caps in reversed(self._gone):
            other = known[1 - axis]
            cells = np.ix_(which, other) if axis == 0 else np.ix_(other, which)
            scaled = self._weights[cells] * (
                factors[1 - axis][other] if axis == 0 else factors[1 - axis][other][:, None]
            )
            factors[axis][which] = self._beyond(cells, scaled, at_caps=at_caps, axis=1 - axis)
            known[axis][which] = True
        return self._seats, lines, bars

    def _beyond(
        self, cells: tuple[Ints, ...], scaled: Floats, *, at_caps: bool, axis: int
    ) -> Floats:
        """Return multipliers well past every step that cells at their bounds might take."""
        seats = self._seats[cells]
        free = (self._floors[cells] < self._caps[cells]) & (scaled > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = self._signposts.floats(seats + (0.0 if at_caps else 1.0)) / scaled
        if at_caps:
            past = np.where(free & (seats > 0), step, 0.0).max(axis=axis, initial=0.0) * 2.0
            return np.where(past > 0, past, 1.0)
        past = np.where(free, step, np.inf).min(axis=axis, initial=np.inf) / 2.0
        return np.where(np.isfinite(past) & (past > 0), past, 1.0)

"""Alternating scaling: float multipliers under which a table nearly has its margins.

Floats only search here. What this module hands over is a table whose every line is right and whose
bars are nearly so, with multipliers under which no cell is out of its signposts by more than float
noise; `tie_and_transfer` moves the last seats and `optimality` decides in whole numbers.

A **line** runs along the short side of the table and there are many of them, a **bar** along the
long side and there are few. Arrays are bars x lines, so that sums over a line run down axis 0,
which NumPy does for thousands of lines at once.

Lines and bars that their bounds fill are taken off before the search (`Shell`), and get multipliers
after it.
"""

from __future__ import annotations

from math import exp, inf

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.rounding_rules import Signposts
from coverage_campaign.allocation.two_way.tie_and_transfer import exchanges_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

__all__ = [
    "Search",
    "Shell",
]

_SMOOTH_STEPS = 40
_ROUGH_STEPS = 200
_LINE_STEPS = 240
_PATIENCE = 5
_LARGEST = 400.0  # e to this is past every factor that occurs, and no float overflows
_UNTHREADED = 200_000  # products of this many factors
_DENSE_BARS = 400  # above this many bars the Newton matrix costs more than it saves


@attrs.define(eq=False)
class Search:
    """A table on the way to its margins.

    `weights`, `floors` and `caps` are bars x lines; a cell without a weight has cap = floor.
    `plain` says that there are no other caps and no floors. `seats` holds whole numbers, as
    floats. `lines` and `bars` are the multipliers.
    """

    weights: Floats
    floors: Floats
    caps: Floats
    line_totals: Floats
    bar_totals: Floats
    signposts: Signposts
    plain: bool
    lines: Floats = attrs.field(init=False)
    bars: Floats = attrs.field(init=False)
    seats: Floats = attrs.field(init=False)
    _scaled: Floats = attrs.field(init=False)
    _open: bool = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Start from the bars as they are."""
        self.bars = np.ones(self.weights.shape[0])
        self.lines = np.ones(self.weights.shape[1])
        # With s(0) < 0, floats keep a cell without seats or without weight in its place unasked.
        self._open = self.plain and float(self.signposts.floats(np.zeros(1))[0]) < 0

    def run(self) -> Floats:
        """Scale until it helps no more; return what each bar lacks (negative: has too much).

        Newton steps while they help, then plain alternating steps, then Newton steps again.
        """
        self._fit_lines()
        lacking: Floats = self.bar_totals - self.seats.sum(axis=1)
        flaws = float(np.abs(lacking).sum())
        stuck = 0
        for _ in range(_ROUGH_STEPS):
            if flaws <= 2 * self.bars.size or stuck > _PATIENCE:
                break
            kept = self.lines, self.bars, self.seats, lacking
            if stuck % 2:
                held = self.bar_totals - lacking
                self.bars = self.bars * np.clip((self.bar_totals + 0.5) / (held + 0.5), 0.1, 10.0)
            else:
                self._newton(lacking, limit=0.5**stuck)
            self._fit_lines()
            lacking = self.bar_totals - self.seats.sum(axis=1)
            now = float(np.abs(lacking).sum())
            if now < flaws:
                stuck = stuck if now > 0.99 * flaws else 0
                flaws = now
            else:
                self.lines, self.bars, self.seats, lacking = kept
                stuck += 1
        self.settle()
        return lacking

    def smooth(self) -> bool:
        """Fit real numbers to the margins; return whether they nearly met them.

        Two plain sweeps, then Newton's method on the bars.
        """
        for step in range(_SMOOTH_STEPS):
            self.lines = self.line_totals / np.einsum("bl,b->l", self.weights, self.bars)
            sums = self.bars * np.einsum("bl,l->b", self.weights, self.lines)
            lacking = self.bar_totals - sums
            if float(np.abs(lacking).sum()) <= 0.3 * self.bars.size + 1e-4 * self.lines.size:
                return True
            if step < 2:  # noqa: PLR2004  the docstring's two
                self.bars = self.bars * (self.bar_totals / sums)
            else:
                self._newton(lacking, limit=1.0)
        return False

    def _newton(self, lacking: Floats, *, limit: float) -> None:
        """Move the bars so that they would lack nothing if seats grew as the real numbers do."""
        free = self.weights * self.bars[:, None]
        free *= self.lines
        if not self.plain:
            free[(free < self.floors - 0.5) | (free > self.caps + 0.5)] = 0.0
        per_line = free.sum(axis=0)
        np.maximum(per_line, 1e-300, out=per_line)
        mass = free.sum(axis=1)
        if mass.size <= _DENSE_BARS:
            matrix = -_product(free / per_line, free)
            matrix.ravel()[:: mass.size + 1] += mass + (1e-9 * float(mass.sum()) + 1e-12)
            step = np.linalg.solve(matrix, lacking)
        else:
            step = lacking / (mass + 1e-12)
        step = np.minimum(np.maximum(step, -limit), limit)
        self.bars = self.bars * np.exp(step)
        self.lines = self.lines * np.exp(-np.einsum("bl,b->l", free, step) / per_line)

    def _fit_lines(self) -> None:
        """Give every line exactly its total under the present bars, by float search."""
        scaled = self.weights * self.bars[:, None]
        lines = self.lines
        seats = self._seats(scaled * lines, self.floors, self.caps)
        missing = self.line_totals - seats.sum(axis=0)
        (far,) = np.nonzero(np.abs(missing) > 2)  # noqa: PLR2004  two seats are moved one by one
        if far.size:
            self._bisect(far, scaled, lines, seats, missing)
        (open_lines,) = np.nonzero(missing)
        while open_lines.size:
            self._one_seat(open_lines, scaled, seats, missing)
            open_lines = open_lines[missing[open_lines] != 0]
        self.seats = seats

    def _one_seat(self, at: Ints, scaled: Floats, seats: Floats, missing: Floats) -> None:
        """Move each of the lines `at` one seat nearer to its total."""
        sign = np.sign(missing[at])
        here = seats[:, at]
        with np.errstate(divide="ignore", invalid="ignore"):
            step = self.signposts.floats(here + (sign > 0))
            step /= scaled[:, at]
        step *= sign
        if not self._open:
            barred = np.where(sign > 0, here >= self.caps[:, at], here <= self.floors[:, at])
            np.copyto(step, inf, where=barred)
        cell = step.argmin(axis=0)
        seats[cell, at] += sign
        missing[at] -= sign

    def _seats(self, quotients: Floats, floors: Floats, caps: Floats) -> Floats:
        seats = self.signposts.level(quotients, np.empty_like(quotients))
        np.rint(seats, out=seats)
        if not self._open:
            np.maximum(seats, floors, out=seats)
            np.minimum(seats, caps, out=seats)
        return seats

    def _bisect(
        self, far: Ints, scaled: Floats, lines: Floats, seats: Floats, missing: Floats
    ) -> None:
        """Bring the lines `far` to within two seats, by Newton steps inside a bracket."""
        low = np.zeros(far.size)
        high = np.full(far.size, np.inf)
        for step in range(_LINE_STEPS):
            here = lines[far]
            error = missing[far]
            low = np.where(error > 0, here, low)
            high = np.where(error < 0, here, high)
            aim = np.where(error > 0, here * 16.0, here / 16.0)
            halved = np.sqrt(low) * np.sqrt(high)
            closed = (low > 0) & (high < np.inf)
            aim[closed] = halved[closed]
            if step % 3 < 2:  # noqa: PLR2004  two Newton steps, then one that surely narrows
                newton = here * (1.0 + error / np.maximum((scaled[:, far] * here).sum(axis=0), 0.5))
                inside = (newton > low) & (newton < high) & (newton > here / 16.0)
                aim = np.where(inside, np.minimum(newton, here * 16.0), aim)
            lines[far] = aim
            seats[:, far] = self._seats(
                scaled[:, far] * aim, self.floors[:, far], self.caps[:, far]
            )
            missing[far] = self.line_totals[far] - seats[:, far].sum(axis=0)
            still = np.abs(missing[far]) > 2  # noqa: PLR2004  as above
            if not still.any():
                return
            far, low, high = far[still], low[still], high[still]

    def settle(self) -> None:
        """Put each line's multiplier in the middle of where its seats are right."""
        self._scaled = self.weights * self.bars[:, None]
        self.lines = _between(*self._interval(slice(None)))

    def window(self) -> float:
        """Return a cost within which each bar should find a few exchanges with the others."""
        return 3.0 * float(np.sqrt(self.weights.size)) / max(1.0, float(self.line_totals.sum()))

    def exchanges(self, window: float) -> tuple[Ints, Ints, Ints, Floats]:
        """Return giving bar, taking bar, line, cost of all exchanges within the window.

        Lines stand in the middle of their intervals, so both halves of one are within it too.
        """
        quotients = self._scaled * self.lines
        factor = exp(min(window, _LARGEST))
        width = self.lines.size
        with np.errstate(invalid="ignore"):
            step = self.signposts.floats(self.seats)
            near = quotients <= step * factor
            near &= self.seats > self.floors
            at = np.flatnonzero(near)
            give = np.log(quotients.ravel()[at] / step.ravel()[at])
            gives = at // width, at % width, give
            step = self.signposts.floats(self.seats + 1.0)
            near = step <= quotients * factor
            near &= self.seats < self.caps
            at = np.flatnonzero(near)
            take = np.log(step.ravel()[at] / quotients.ravel()[at])
        return exchanges_of(gives, (at // width, at % width, take), window)

    def exchange(self, giver: int, taker: int, line: int) -> None:
        """Move one seat of the line from bar to bar."""
        self.seats[giver, line] -= 1.0
        self.seats[taker, line] += 1.0

    def line_costs(self, line: int) -> tuple[Floats, Floats]:
        """Return what it costs each bar to take and to give a seat in the line."""
        seats = self.seats[:, line]
        quotients = self._scaled[:, line] * self.lines[line]
        with np.errstate(divide="ignore", invalid="ignore"):
            take = np.log(self.signposts.floats(seats + 1.0) / quotients)
            give = np.log(quotients / self.signposts.floats(seats))
        give[seats <= self.floors[:, line]] = inf
        if not self._open:
            take[seats >= self.caps[:, line]] = inf
        return take, give

    def shift(self, bars: Floats, touched: list[int]) -> None:
        """Multiply the bars by e to these powers; the lines `touched` have been moved."""
        self.bars = self.bars * np.exp(bars)
        self._scaled = self.weights * self.bars[:, None]
        at = np.array(touched, dtype=np.int64)
        self.lines[at] = _between(*self._interval(at))

    def _interval(self, at: Ints | slice) -> tuple[Floats, Floats]:
        """Return between which multipliers the lines have the seats that they have."""
        seats, scaled = self.seats[:, at], self._scaled[:, at]
        with np.errstate(divide="ignore", invalid="ignore"):
            low = self.signposts.floats(seats)
            low /= scaled
            high = self.signposts.floats(seats + 1.0)
            high /= scaled
        if not self._open:
            np.copyto(low, 0.0, where=seats <= self.floors[:, at])
            np.copyto(high, inf, where=seats >= self.caps[:, at])
        return low.max(axis=0), high.min(axis=0)


def _product(one: Floats, other: Floats) -> Floats:
    """Return one @ other.T in pieces so small that BLAS does not call up threads.

    Its threads wait in a loop for each other: on a machine with other work to do, 300 times longer
    than the product takes.
    """
    width = max(1, _UNTHREADED // (one.shape[0] * other.shape[0]))
    out = np.zeros((one.shape[0], other.shape[0]))
    for start in range(0, one.shape[1], width):
        piece = slice(start, start + width)
        out += one[:, piece] @ other[:, piece].T
    return out


def _between(low: Floats, high: Floats) -> Floats:
    """Return a multiplier well inside each interval; either end may be open."""
    if (low > 0).all() and (high < inf).all():
        inside: Floats = np.sqrt(low * high)
        return inside
    high = np.where(np.isfinite(high), high, np.where(low > 0, 2 * low, 1.0) * 2)
    low = np.where(low > 0, low, high / 4)
    middle: Floats = np.sqrt(low) * np.sqrt(high)
    return middle


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

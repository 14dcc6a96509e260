"""Alternating scaling: float multipliers under which a table nearly has its margins.

Floats only search here. What this module hands over is a table whose every line is right and whose
bars are nearly so, with multipliers under which no cell is out of its signposts by more than float
noise; `transfer` moves the last seats and `certificate` decides in whole numbers.

A **line** runs along the short side of the table and there are many of them, a **bar** along the
long side and there are few. Arrays are bars x lines, so that sums over a line run down axis 0,
which NumPy does for thousands of lines at once.
"""

from __future__ import annotations

from math import exp, inf, log
from typing import TYPE_CHECKING

import attrs
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage_campaign.allocation.signposts import Signposts
    from coverage_campaign.allocation.transfer import Arcs

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Search"]

_SMOOTH_STEPS = 40
_ROUGH_STEPS = 40
_LINE_STEPS = 60
_PATIENCE = 2
_LARGEST = 700.0  # e to this is near the largest float
_HOPELESS = 1e-9  # with less clearance than this, Fractions decide
_SHIFT_STEPS = 64
_DENSE_BARS = 400  # above this many bars the Newton matrix costs more than it saves


@attrs.define(eq=False)
class Search:
    """A table on the way to its margins.

    `weights`, `floors` and `caps` are bars x lines; a cell without a weight has cap = floor.
    `seats` holds whole numbers, as floats. `lines` and `bars` are the multipliers.
    """

    weights: Floats
    floors: Floats
    caps: Floats
    line_totals: Floats
    bar_totals: Floats
    signposts: Signposts
    lines: Floats = attrs.field(init=False)
    bars: Floats = attrs.field(init=False)
    seats: Floats = attrs.field(init=False)
    _scaled: Floats = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Start from the bars as they are."""
        self.bars = np.ones(self.weights.shape[0])
        self.lines = np.ones(self.weights.shape[1])

    def run(self) -> Floats:
        """Scale until it helps no more; return what each bar lacks (negative: has too much)."""
        self._fit_lines()
        lacking: Floats = self.bar_totals - self.seats.sum(axis=1)
        flaws = float(np.abs(lacking).sum())
        stuck = 0
        for _ in range(_ROUGH_STEPS):
            if flaws <= 2 * self.bars.size or stuck > _PATIENCE:
                break
            kept = self.lines, self.bars, self.seats, self._scaled, lacking
            self._newton(self.weights * self.bars[:, None] * self.lines, lacking, limit=2.0**-stuck)
            self._fit_lines()
            lacking = self.bar_totals - self.seats.sum(axis=1)
            now = float(np.abs(lacking).sum())
            if now < flaws:
                stuck = 0 if now < 0.9 * flaws else stuck + 1
                flaws = now
            else:
                self.lines, self.bars, self.seats, self._scaled, lacking = kept
                stuck += 1
        return lacking

    def smooth(self) -> bool:
        """Fit real numbers to the margins; return whether they nearly met them.

        Three plain sweeps, then Newton's method on the bars.
        """
        for step in range(_SMOOTH_STEPS):
            self.lines = self.line_totals / (self.bars @ self.weights)
            real = self.weights * self.bars[:, None]
            real *= self.lines
            sums = real.sum(axis=1)
            lacking = self.bar_totals - sums
            if float(np.abs(lacking).sum()) <= 1e-3 * self.bars.size + 1e-4 * self.lines.size:
                return True
            if step < 3:  # noqa: PLR2004  the docstring's three
                self.bars = self.bars * (self.bar_totals / sums)
            else:
                self._newton(real, lacking, limit=1.0)
        return False

    def _newton(self, real: Floats, lacking: Floats, *, limit: float) -> None:
        """Move the bars so that they would lack nothing if seats grew as the real numbers do."""
        free = real
        if self.signposts.first_is_free or self.floors.any() or np.isfinite(self.caps).any():
            free = np.where((real > self.floors - 0.5) & (real < self.caps + 0.5), real, 0.0)
        per_line = free.sum(axis=0)
        np.maximum(per_line, 1e-300, out=per_line)
        mass = free.sum(axis=1)
        if mass.size <= _DENSE_BARS:
            matrix = (free / per_line) @ free.T
            np.negative(matrix, out=matrix)
            matrix[np.diag_indices_from(matrix)] += mass + 1e-9 * float(mass.sum()) + 1e-12
            step = np.linalg.solve(matrix, lacking)
        else:
            step = lacking / (mass + 1e-12)
        step = np.clip(step, -limit, limit)
        self.bars = self.bars * np.exp(step)
        self.lines = self.lines * np.exp(-(step @ free) / per_line)

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
            _one_seat(open_lines, scaled, seats, missing, self)
            open_lines = open_lines[missing[open_lines] != 0]
        self._scaled = scaled
        self.seats = seats
        self.lines = _between(*self._line_interval())

    def _seats(self, quotients: Floats, floors: Floats, caps: Floats) -> Floats:
        seats = self.signposts.level(quotients, np.empty_like(quotients))
        np.rint(seats, out=seats)
        np.maximum(seats, floors, out=seats)
        return np.minimum(seats, caps, out=seats)

    def _bisect(
        self, far: Ints, scaled: Floats, lines: Floats, seats: Floats, missing: Floats
    ) -> None:
        """Bring the lines `far` to within two seats, by Newton steps inside a bracket."""
        low = np.zeros(far.size)
        high = np.full(far.size, np.inf)
        for _ in range(_LINE_STEPS):
            here = lines[far]
            error = missing[far]
            low = np.where(error > 0, here, low)
            high = np.where(error < 0, here, high)
            real = scaled[:, far] * here
            aim = here * (1.0 + error / np.maximum(real.sum(axis=0), 0.5))
            aim = np.clip(aim, here / 16, here * 16)
            middle = np.where(np.isfinite(high), np.sqrt(np.maximum(low, here / 256) * high), aim)
            inside = (aim > low) & (aim < high)
            aim = np.where(inside, aim, middle)
            lines[far] = aim
            seats[:, far] = self._seats(
                scaled[:, far] * aim, self.floors[:, far], self.caps[:, far]
            )
            missing[far] = self.line_totals[far] - seats[:, far].sum(axis=0)
            still = np.abs(missing[far]) > 2  # noqa: PLR2004  as above
            if not still.any():
                return
            far, low, high = far[still], low[still], high[still]

    def _line_interval(self) -> tuple[Floats, Floats]:
        return (
            self._last_held(self._scaled).max(axis=0),
            self._next_due(self._scaled).min(axis=0),
        )

    def centre(self) -> None:
        """Move the multipliers so that every cell stands well clear of its limits, if it can.

        Between bars p and q stands the cheapest exchange over all lines, D. Shifts F of the bars
        with F[q] <= F[p] + D - clearance leave each line that clearance to stand in; the largest
        clearance without a contradiction is the least mean of a cycle, and is found by trying.
        """
        self.lines = _between(*self._line_interval())
        window = 2.0 * self.window()
        exchange = self._exchanges(window)
        clearance = window
        shift = np.zeros(self.bars.size)
        while clearance > _HOPELESS:
            clearance /= 4.0
            found = _shifts(exchange - clearance)
            if found is not None:
                shift = found
                break
        self.bars = self.bars * np.exp(shift)
        self._scaled = self.weights * self.bars[:, None]
        self.lines = _between(*self._line_interval())

    def _exchanges(self, window: float) -> Floats:
        """Return the least cost of moving a seat from bar to bar in one line, at most `window`."""
        (gain_bar, gain_line, gain), (loss_bar, loss_line, loss) = self.within(window)
        order = np.argsort(gain_line, kind="stable")
        gain_bar, gain_line, gain = gain_bar[order], gain_line[order], gain[order]
        first = np.searchsorted(gain_line, loss_line, side="left")
        count = np.searchsorted(gain_line, loss_line, side="right") - first
        left = np.repeat(np.arange(loss.size), count)
        right = np.arange(left.size) - np.repeat(np.cumsum(count) - count, count) + first[left]
        least = np.full((self.bars.size, self.bars.size), window)
        np.minimum.at(least, (loss_bar[left], gain_bar[right]), loss[left] + gain[right])
        np.fill_diagonal(least, np.inf)
        return least

    def _last_held(self, scaled: Floats) -> Floats:
        """Return the multiplier at which each cell would lose its last seat (0: never)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            at = self.signposts.floats(self.seats) / scaled
        return np.where(self.seats > self.floors, at, 0.0)

    def _next_due(self, scaled: Floats) -> Floats:
        """Return the multiplier at which each cell would gain a seat (infinite: never)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            at = self.signposts.floats(self.seats + 1.0) / scaled
        return np.where(self.seats < self.caps, at, np.inf)

    def window(self) -> float:
        """Return a cost within which each bar should find a few exchanges with the others."""
        return 3.0 * float(np.sqrt(self.weights.size)) / max(1.0, float(self.line_totals.sum()))

    def within(self, window: float) -> tuple[Arcs, Arcs]:
        """Return the moves that cost at most `window`; a cost is the log of a factor."""
        quotients = self._scaled * self.lines
        factor = exp(window) if window < _LARGEST else inf
        with np.errstate(invalid="ignore"):
            gains = self.signposts.floats(self.seats + 1.0)
            bar, line = np.nonzero((gains <= quotients * factor) & (self.seats < self.caps))
            gain = bar, line, np.log(gains[bar, line] / quotients[bar, line])
            losses = self.signposts.floats(self.seats)
            near = (quotients <= losses * factor) & (self.seats > self.floors)
            bar, line = np.nonzero(near)
        return gain, (bar, line, np.log(quotients[bar, line] / losses[bar, line]))

    def move(self, bar: int, line: int, step: int) -> tuple[float, float]:
        """Add `step` seats to the cell; return what the next gain and loss there cost."""
        here = float(self.seats[bar, line]) + step
        self.seats[bar, line] = here
        quotient = float(self._scaled[bar, line] * self.lines[line])
        loss, gain = self.signposts.floats(np.array([here, here + 1.0])).tolist()
        return (
            log(gain / quotient) if here < self.caps[bar, line] else inf,
            log(quotient / loss) if here > self.floors[bar, line] and loss > 0 else inf,
        )

    def shift(self, bars: dict[int, float], lines: dict[int, float]) -> None:
        """Take the shifts of the paths into the multipliers."""
        for bar, by in bars.items():
            self.bars[bar] *= exp(by)
        for line, by in lines.items():
            self.lines[line] *= exp(-by)
        self._scaled = self.weights * self.bars[:, None]


def _one_seat(at: Ints, scaled: Floats, seats: Floats, missing: Floats, search: Search) -> None:
    """Move each of the lines `at` one seat nearer to its total."""
    for sign in (1.0, -1.0):
        part = at[missing[at] * sign > 0]
        if not part.size:
            continue
        here = seats[:, part]
        with np.errstate(divide="ignore", invalid="ignore"):
            step = search.signposts.floats(here + (1.0 if sign > 0 else 0.0)) / scaled[:, part]
        if sign > 0:
            step[here >= search.caps[:, part]] = np.inf
            cell = step.argmin(axis=0)
        else:
            step[here <= search.floors[:, part]] = -1.0
            cell = step.argmax(axis=0)
        seats[cell, part] += sign
        missing[part] -= sign


def _between(low: Floats, high: Floats) -> Floats:
    """Return a multiplier well inside each interval; either end may be open."""
    high = np.where(np.isfinite(high), high, np.where(low > 0, 2 * low, 1.0) * 2)
    low = np.where(low > 0, low, high / 4)
    middle: Floats = np.sqrt(low) * np.sqrt(high)
    return middle


def _shifts(costs: Floats) -> Floats | None:
    """Return shifts with F[q] <= F[p] + costs[p, q], or None if a cycle seems to forbid them."""
    far = np.zeros(costs.shape[0])
    for _ in range(min(_SHIFT_STEPS, far.size) + 1):
        nearer = np.minimum(far, (far[:, None] + costs).min(axis=0))
        if np.array_equal(nearer, far):
            return far
        far = nearer
    return None

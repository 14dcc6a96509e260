"""A two-way problem, checked, and the way to its proved answer."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias, overload

import attrs
import numpy as np

from coverage_campaign.allocation.apportion import Bounds, Method, Weights, _rule_of
from coverage_campaign.allocation.celltie import CellTie, break_tie
from coverage_campaign.allocation.certificate import Proof, prove
from coverage_campaign.allocation.flow import check_margins
from coverage_campaign.allocation.hamilton import Remainders
from coverage_campaign.allocation.numbers import (
    MOST,
    as_array,
    as_fraction,
    read_bound,
    read_weights,
)
from coverage_campaign.allocation.scaling import Search
from coverage_campaign.allocation.ties import TieRule, Turn, read_ties
from coverage_campaign.allocation.transfer import transfer
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage_campaign.allocation.numbers import Weighted
    from coverage_campaign.allocation.signposts import Signposts

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["Margin", "TwoWay", "names_of", "read_margin", "read_margins", "read_two_way"]

Margin: TypeAlias = "Sequence[int] | NDArray[np.integer]"

_WIDEST = 1e100  # weights of one row may differ by this factor; beyond it floats cannot search
_SAFE = 1e60  # weights within 1 / this and this need no scaling
_TOTAL = 2**50  # beyond this many, floats cannot tell one seat from the next
_SHOWN = 10


@attrs.frozen(eq=False)
class TwoWay:
    """A checked two-way problem; it also states the claims that its proof is about.

    `real` are the weights as floats, each row divided by its `scales` if there are any. `floors`
    hold what a cell keeps at any divisor, `caps` what it may reach: its floor if it has no weight.
    `plain`: no floors, and no other caps.
    """

    weights: Weighted
    real: Floats
    scales: tuple[Fraction, ...] | None
    row_totals: Ints
    col_totals: Ints
    floors: Ints
    caps: Ints
    plain: bool
    signposts: Signposts
    turn: Turn
    row_names: Sequence[str]
    col_names: Sequence[str]

    def solve(self) -> tuple[Proof, tuple[CellTie, ...]]:
        """Return the proved matrix, with its ties broken and recorded."""
        proof = prove(self, *self._search())
        broken = tuple(
            break_tie(
                proof.seats,
                held,
                free,
                self.turn,
                row_names=self.row_names,
                col_names=self.col_names,
            )
            for held, free in proof.ties
        )
        return proof, broken

    def _search(self) -> tuple[Ints, Floats, Floats]:
        """Return a matrix with the margins, and float divisors under which it should be best."""
        tall = self.real.shape[0] >= self.real.shape[1]
        real, floors, caps = self.real, self.floors, self.caps
        lines, bars = self.row_totals, self.col_totals
        if tall:
            real, floors, caps = real.T, floors.T, caps.T
        else:
            lines, bars = bars, lines
        real = np.ascontiguousarray(real)
        if not self.plain or not lines.all() or not bars.all() or not self._reached(real):
            self._check(only_lines=True)
        if self.plain:
            low, high = np.zeros(real.shape), np.where(real > 0, np.inf, 0.0)
        else:
            low, high = floors.astype(np.float64), np.where(caps == MOST, np.inf, caps)
        shell = _Shell(real, low, high, self.signposts, plain=self.plain)
        search = shell.core(lines.astype(np.float64), bars.astype(np.float64))
        if shell.overfull:
            self._check(only_lines=False)
        if search is not None:
            if not search.smooth():
                self._check(only_lines=False)
            if not transfer(search, search.run(), window=search.window()):
                self._check(only_lines=False)
            search.settle()
        seats, line_factors, bar_factors = shell.whole(search)
        if tall:
            return seats.T.astype(np.int64), 1.0 / line_factors, 1.0 / bar_factors
        return seats.astype(np.int64), 1.0 / bar_factors, 1.0 / line_factors

    @staticmethod
    def _reached(real: Floats) -> bool:
        """Return whether every row and column has a weight."""
        return bool(real.any(axis=0).all() and real.any(axis=1).all())

    def _check(self, *, only_lines: bool) -> None:
        check_margins(
            self.row_totals,
            self.col_totals,
            self.floors,
            np.minimum(self.caps, int(self.row_totals.sum())),
            row_names=self.row_names,
            col_names=self.col_names,
            only_lines=only_lines,
        )

    def scale_of(self, row: int) -> Fraction:
        """Return by what the row's weights were divided before floats took them."""
        return Fraction(1) if self.scales is None else self.scales[row]

    def price(self, row: int, column: int, seat: int) -> Fraction:
        """Return weight / signpost, to the rule's power."""
        weight = self.weights[row, column]
        exact = as_fraction(weight.item() if isinstance(weight, np.generic) else weight)
        assert exact is not None  # noqa: S101  read_weights let only numbers through
        return (exact / self.scale_of(row)) ** self.signposts.power / self.signposts.exact(seat)

    def join(self, one: Fraction, other: Fraction) -> Fraction:
        """Return the product."""
        return one * other

    def invert(self, value: Fraction) -> Fraction:
        """Return the reciprocal."""
        return 1 / value

    def exact(self, divisor: float) -> Fraction:
        """Return the float to the rule's power."""
        return Fraction(divisor) ** self.signposts.power

    def rough(self, divisor: Fraction) -> float:
        """Return the root of the rule's power."""
        return float(divisor) if self.signposts.power == 1 else float(divisor) ** 0.5

    def slack(self, seats: Ints, rows: Floats, columns: Floats) -> tuple[Floats, Floats]:
        """Return by what part of itself each cell's quotient is from the next step up and down."""
        quotients = self.real / rows[:, None]
        quotients /= columns
        held = seats.astype(np.float64)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            loss = quotients / self.signposts.floats(held)
            held += 1.0
            gain = self.signposts.floats(held)
            gain /= quotients
        gain -= 1.0
        loss -= 1.0
        np.copyto(gain, np.inf, where=seats >= self.caps)
        np.copyto(loss, np.inf, where=seats <= self.floors)
        return gain, loss


class _Shell:
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


def read_two_way(
    weights: Weights,
    *,
    row_totals: Margin,
    col_totals: Margin,
    method: Method,
    floors: Bounds,
    caps: Bounds,
    ties: TieRule,
    row_names: Sequence[str] | None,
    col_names: Sequence[str] | None,
) -> TwoWay:
    """Return the checked problem; arguments and errors as `biproportional`."""
    read = read_weights(weights, None)
    if read.ndim != 2:  # noqa: PLR2004  a matrix has two
        raise DefinitionError(
            Problem("weights", f"an array of shape {read.shape}", "a matrix: rows x columns")
        )
    rows = names_of(row_names, read.shape[0], "row_names")
    columns = names_of(col_names, read.shape[1], "col_names")
    rule = _rule_of(method)
    if isinstance(rule, Remainders):
        raise DefinitionError(
            Problem("method", method.__name__, "a divisor method: webster, jefferson, ...")
        )
    row_sums, col_sums = read_margins(row_totals, col_totals, rows, columns)
    low = read_bound(floors, "floors", read.shape, None)
    high = read_bound(caps, "caps", read.shape, None)
    least, most = _bounds(read, low, high, rule, row_names=rows, col_names=columns)
    real, scales = _as_floats(read, rows)
    return TwoWay(
        read,
        real,
        scales,
        row_sums,
        col_sums,
        least,
        most,
        low is None and high is None and not rule.first_is_free,
        rule,
        read_ties(ties, read.shape, None),
        rows,
        columns,
    )


def names_of(names: Sequence[str] | None, count: int, where: str) -> Sequence[str]:
    """Return the names, or positions where none are given."""
    if names is None:
        return _Positions(count)
    if len(names) != count:
        raise DefinitionError(Problem(where, f"{len(names)} names for {count}", "one name each"))
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
                f"rows sum to {by_row:,}, columns sum to {by_column:,}",
                f"margins of one and the same total: they differ by {abs(by_row - by_column):,}",
            )
        )
    if by_row > _TOTAL:
        raise DefinitionError(
            Problem("row_totals", f"a sum of {by_row:,}", f"at most {_TOTAL:,} in all")
        )
    return rows, columns


def read_margin(totals: Margin, where: str, names: Sequence[str]) -> Ints:
    """Return one margin as int64; errors as `read_margins`."""
    array = as_array(totals)
    way_out = "one whole number, 0 or more, for each"
    if array.shape != (len(names),):
        raise DefinitionError(
            Problem(where, f"shape {array.shape} for {len(names)} names", way_out)
        )
    if array.dtype.kind == "i" and not (array.size and array.min() < 0):
        return array.astype(np.int64)
    exact = [as_fraction(value) for value in array.tolist()]
    problems = [
        Problem(f"{where}[{name}]", str(value), way_out)
        for name, value, number in zip(names, array.tolist(), exact, strict=True)
        if number is None or number < 0 or number.denominator != 1 or number > MOST
    ]
    if problems:
        raise DefinitionError(problems[:_SHOWN])
    return np.array([int(number) for number in exact if number is not None], dtype=np.int64)


def _bounds(
    weights: Weighted,
    floors: Ints | None,
    caps: Ints | None,
    rule: Signposts,
    *,
    row_names: Sequence[str],
    col_names: Sequence[str],
) -> tuple[Ints, Ints]:
    """Return what each cell keeps at any divisor, and what it may reach."""
    positive = np.asarray(weights > 0, dtype=bool)
    if floors is None and caps is None and not rule.first_is_free:
        return np.zeros(weights.shape, np.int64), np.where(positive, MOST, 0)
    low = np.zeros(weights.shape, np.int64) if floors is None else floors.copy()
    high = np.full(weights.shape, MOST) if caps is None else caps.copy()
    crossed = np.argwhere(low > high).tolist() if caps is not None else []
    if crossed:
        raise InfeasibleError(
            [
                Problem(
                    f"cell ({row_names[i]}, {col_names[j]})",
                    f"floor {low[i, j]:,} > cap {high[i, j]:,}",
                    "a floor is at most its cap",
                )
                for i, j in crossed[:_SHOWN]
            ]
        )
    if rule.first_is_free:
        low = np.where(positive, np.maximum(low, np.minimum(high, 1)), low)
    high[~positive] = low[~positive]
    return low, high


def _as_floats(
    weights: Weighted, row_names: Sequence[str]
) -> tuple[Floats, tuple[Fraction, ...] | None]:
    """Return the weights as floats that can be multiplied safely, and what rows were divided by."""
    if weights.dtype != object:
        real = weights.astype(np.float64)
        positive = real[real > 0]
        if not positive.size or (positive.max() < _SAFE and positive.min() > 1 / _SAFE):
            return real, None
    scales: list[Fraction] = []
    out = np.zeros(weights.shape)
    problems: list[Problem] = []
    for i, row in enumerate(weights.tolist()):
        exact = [Fraction(value) for value in row]
        largest = max(exact, default=Fraction(0)) or Fraction(1)
        if any(0 < value < largest / Fraction(_WIDEST) for value in exact):
            problems.append(
                Problem(
                    f"weights of row {row_names[i]}",
                    f"the largest is over {_WIDEST:.0e} times the least",
                    "weights of one scale, or 0 where a cell is to stay empty",
                )
            )
        scales.append(largest)
        out[i] = [float(value / largest) for value in exact]
    if problems:
        raise DefinitionError(problems[:_SHOWN])
    return out, tuple(scales)


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

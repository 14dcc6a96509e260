"""A two-way problem, read and checked, and the way to its proved answer."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.inputs import (
    MOST,
    Weighted,
    as_fraction,
    read_bound,
    read_weights,
)
from coverage_campaign.allocation.apportionment.largest_remainder import Remainders
from coverage_campaign.allocation.apportionment.methods import Bounds, Method, Weights, rule_of
from coverage_campaign.allocation.apportionment.rounding_rules import Signposts, signpost
from coverage_campaign.allocation.apportionment.ties import TieBreaker, TieRule, read_ties
from coverage_campaign.allocation.two_way.feasibility import (
    Margin,
    check_margins,
    names_of,
    read_margins,
)
from coverage_campaign.allocation.two_way.optimality import Proof, prove
from coverage_campaign.allocation.two_way.scaling import Shell
from coverage_campaign.allocation.two_way.tie_and_transfer import CellTie, break_tie, transfer
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.frames import by_value
from coverage_campaign.messages import message

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

__all__ = [
    "TwoWay",
    "read_two_way",
]


@attrs.frozen
class TwoWay:
    """A checked two-way problem; it also states the claims that its proof is about.

    `real` are the weights as floats, each row divided by its `scales` if there are any. `floors`
    hold what a cell keeps at any divisor, `caps` what it may reach: its floor if it has no weight.
    `plain`: no floors, and no other caps.
    """

    weights: Weighted = attrs.field(eq=by_value)
    real: Floats = attrs.field(eq=by_value)
    scales: tuple[Fraction, ...] | None
    row_totals: Ints = attrs.field(eq=by_value)
    col_totals: Ints = attrs.field(eq=by_value)
    floors: Ints = attrs.field(eq=by_value)
    caps: Ints = attrs.field(eq=by_value)
    plain: bool
    signposts: Signposts
    breaker: TieBreaker
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
                self.breaker,
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
        shell = Shell(real, low, high, self.signposts, plain=self.plain)
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
        return (exact / self.scale_of(row)) ** self.signposts.power / signpost(self.signposts, seat)

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


_WIDEST = 1e100  # weights of one row may differ by this factor; beyond it floats cannot search
_SAFE = 1e60  # weights within 1 / this and this need no scaling
_SHOWN = 10


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
    read, _ = read_weights(weights)
    if read.ndim != 2:  # noqa: PLR2004  a matrix has two
        raise DefinitionError(
            Problem(
                "weights",
                message("an array of shape {shape:raw}", shape=read.shape),
                "a matrix: rows x columns",
            )
        )
    rows = names_of(row_names, read.shape[0], "row_names")
    columns = names_of(col_names, read.shape[1], "col_names")
    rule = rule_of(method)
    if rule is None or isinstance(rule, Remainders):
        raise DefinitionError(
            Problem("method", repr(method), "a divisor method: webster, jefferson, ...")
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
                    message("floor {floor} > cap {cap}", floor=low[i, j], cap=high[i, j]),
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
                    message(
                        "the largest is over {widest} times the least", widest=f"{_WIDEST:.0e}"
                    ),
                    "weights of one scale, or 0 where a cell is to stay empty",
                )
            )
        scales.append(largest)
        out[i] = [float(value / largest) for value in exact]
    if problems:
        raise DefinitionError(problems[:_SHOWN])
    return out, tuple(scales)

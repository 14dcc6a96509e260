"""A two-way problem, checked, and the way to its proved answer."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs
import numpy as np

from coverage_campaign.allocation.apportionment.inputs import MOST, as_fraction
from coverage_campaign.allocation.apportionment.rounding_rules import signpost
from coverage_campaign.allocation.two_way.cell_ties import CellTie, break_tie
from coverage_campaign.allocation.two_way.feasible_flow import check_margins
from coverage_campaign.allocation.two_way.optimality import Proof, prove
from coverage_campaign.allocation.two_way.shell import Shell
from coverage_campaign.allocation.two_way.tie_and_transfer import transfer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coverage_campaign.allocation.apportionment.inputs import Weighted
    from coverage_campaign.allocation.apportionment.rounding_rules import Signposts
    from coverage_campaign.allocation.apportionment.ties import TieBreaker

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["TwoWay"]


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

"""Both margins given: whole numbers in proportion to weights that add up by row and by column.

`biproportional` finds the matrix x_ij = R(w_ij / (D_i d_j)), with one divisor D for each row and
one d for each column and R the rounding of a divisor method, whose rows and columns have the given
totals. Up to ties there is exactly one. Floors and caps of cells hold by the median rule. Cells
without weight stay at their floor.

The way there: fit real numbers, round line by line and scale until nearly all is right
(`scaling`), move the last seats along cheapest paths (`transfer`), prove the result in Fractions
(`certificate`). Where scaling does not settle by itself, a greatest flow decides whether any
matrix exists, and names the rows and columns that stand in the way if not (`flow`).

Sources: Balinski and Demange, Mathematics of Operations Research 14 (1989) 700-719 and
Mathematical Programming 45 (1989) 193-210; Maier, Zachariassen and Zachariasen, Management Science
56 (2010) 373-387; Pukelsheim, Proportional Representation (2nd ed. 2017), chapters 14 and 15.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.inputs import as_array, as_fraction
from coverage_campaign.allocation.apportionment.methods import Bounds, Method, Weights, webster
from coverage_campaign.allocation.apportionment.ties import TieRule
from coverage_campaign.allocation.two_way.cell_ties import CellTie
from coverage_campaign.allocation.two_way.inputs import read_two_way
from coverage_campaign.allocation.two_way.optimality import Proof
from coverage_campaign.allocation.two_way.short_divisors import short_divisors
from coverage_campaign.allocation.two_way.twoway import TwoWay
from coverage_campaign.errors import DefinitionError, Problem

__all__ = [
    "Biproportion",
    "CellTie",
    "Certificate",
    "Misfit",
    "Verdict",
    "biproportional",
    "biproportional_explain",
    "certify",
]

Verdict: TypeAlias = Literal["unique", "tied", "not certified"]


def biproportional(
    weights: Weights,
    *,
    row_totals: Sequence[int] | NDArray[np.integer],
    col_totals: Sequence[int] | NDArray[np.integer],
    method: Method = webster,
    floors: Bounds = None,
    caps: Bounds = None,
    ties: TieRule = "first",
    row_names: Sequence[str] | None = None,
    col_names: Sequence[str] | None = None,
) -> NDArray[np.int64]:
    """Return the int64 matrix that is proportional to the weights and has both margins exactly.

    `weights` has rows x columns; a cell of weight 0 stays at its floor (0 without one). `floors`
    and `caps` are one number, or numbers that broadcast to the matrix. `ties` orders the cells
    row by row: of equally good matrices "first" takes the one that serves the first cell if any
    does, then the second, and so on; "last" starts at the last cell; ranks (one for each cell) at
    the least; "raise" refuses. Names are for messages.

    Raises:
        DefinitionError: weights, totals, bounds or method are not what they have to be.
        InfeasibleError: the margins disagree, or no matrix can meet them with these cells; the
            problems name the rows and columns that are in the way, and by how much.
        TieError: a tie decides and ties="raise".

    The example of Wikipedia's "Biproportional apportionment":

    >>> votes = [[123, 45, 815], [912, 714, 414], [312, 255, 215]]
    >>> biproportional(votes, row_totals=[5, 11, 4], col_totals=[7, 5, 8]).tolist()
    [[1, 0, 4], [4, 4, 3], [2, 1, 1]]
    """
    return biproportional_explain(
        weights,
        row_totals=row_totals,
        col_totals=col_totals,
        method=method,
        floors=floors,
        caps=caps,
        ties=ties,
        row_names=row_names,
        col_names=col_names,
    ).matrix


def biproportional_explain(
    weights: Weights,
    *,
    row_totals: Sequence[int] | NDArray[np.integer],
    col_totals: Sequence[int] | NDArray[np.integer],
    method: Method = webster,
    floors: Bounds = None,
    caps: Bounds = None,
    ties: TieRule = "first",
    row_names: Sequence[str] | None = None,
    col_names: Sequence[str] | None = None,
) -> Biproportion:
    """Return the matrix with its certificate: the divisors that prove it, and the ties.

    Arguments and errors as `biproportional`.

    >>> votes = [[123, 45, 815], [912, 714, 414], [312, 255, 215]]
    >>> result = biproportional_explain(votes, row_totals=[5, 11, 4], col_totals=[7, 5, 8])
    >>> result.certificate.verdict, result.ties
    ('unique', ())

    A person checks with short divisors: 912 / (177 x 1.2) = 4.29, so 4 seats.

    >>> [float(divisor) for divisor in result.row_divisors + result.col_divisors]
    [200.0, 177.0, 170.0, 1.2, 1.1, 0.92]
    """
    problem = read_two_way(
        weights,
        row_totals=row_totals,
        col_totals=col_totals,
        method=method,
        floors=floors,
        caps=caps,
        ties=ties,
        row_names=row_names,
        col_names=col_names,
    )
    proof, broken = problem.solve()
    return Biproportion(proof.seats, Certificate(problem, proof, proof.seats), broken)


def certify(
    matrix: NDArray[np.integer] | Sequence[Sequence[int]],
    weights: Weights,
    *,
    method: Method = webster,
    floors: Bounds = None,
    caps: Bounds = None,
    row_names: Sequence[str] | None = None,
    col_names: Sequence[str] | None = None,
) -> Certificate:
    """Return the certificate of a given matrix for its own margins: to audit what others found.

    The verdict is "not certified" if the matrix is not in proportion; `misfits` are then the cells
    where it differs from what the divisors of the right one allow. Other arguments and errors as
    `biproportional`.

    >>> votes = [[123, 45, 815], [912, 714, 414], [312, 255, 215]]
    >>> certify([[1, 0, 4], [4, 4, 3], [2, 1, 1]], votes).verdict
    'unique'
    >>> wrong = certify([[0, 0, 5], [4, 4, 3], [3, 1, 0]], votes)
    >>> wrong.verdict, wrong.misfits[0].seats, wrong.misfits[0].due
    ('not certified', 0, 1)
    """
    given = as_array(matrix)
    exact = [as_fraction(value) for value in given.ravel().tolist()]
    whole = [int(value) for value in exact if value is not None and value.denominator == 1]
    if given.ndim != 2 or len(whole) < given.size or min(whole, default=0) < 0:  # noqa: PLR2004  a matrix
        raise DefinitionError(
            Problem("matrix", f"an array of shape {given.shape}", "a matrix of whole numbers")
        )
    found = np.array(whole, dtype=np.int64).reshape(given.shape)
    problem = read_two_way(
        weights,
        row_totals=found.sum(axis=1),
        col_totals=found.sum(axis=0),
        method=method,
        floors=floors,
        caps=caps,
        ties="first",
        row_names=row_names,
        col_names=col_names,
    )
    proof, _ = problem.solve()
    return Certificate(problem, proof, found)


@attrs.frozen(eq=False)
class Biproportion:
    """A matrix with both margins right, and what proves it."""

    matrix: NDArray[np.int64]
    certificate: Certificate
    ties: tuple[CellTie, ...]

    @property
    def row_divisors(self) -> tuple[Fraction, ...]:
        """The row divisors, to the certificate's power."""
        return self.certificate.row_divisors

    @property
    def col_divisors(self) -> tuple[Fraction, ...]:
        """The column divisors, to the certificate's power."""
        return self.certificate.col_divisors


@attrs.frozen
class Misfit:
    """A cell with the seats that it has and those that it has in the right matrix."""

    row: int
    column: int
    seats: int
    due: int


@attrs.frozen(eq=False, slots=False)
class Certificate:
    """Divisors that prove a matrix, in rationals.

    In every cell between its bounds, weight / (row divisor x column divisor) lies between the
    signposts of the seats that it holds and of the next one. Where `power` is 2 (Hill's method,
    whose signposts are square roots) the divisors are squares, to be compared with the squares
    of weights and signposts. The verdict is "unique" if no other matrix has this property with
    the same margins, "tied" if others do, and "not certified" if the matrix has it not (which
    only a matrix from elsewhere can be: see `certify`).
    """

    _problem: TwoWay
    _proof: Proof
    _matrix: NDArray[np.int64]

    @property
    def verdict(self) -> Verdict:
        """Whether the matrix is right, and the only one."""
        if self.misfits:
            return "not certified"
        return "tied" if self._proof.ties else "unique"

    @cached_property
    def misfits(self) -> tuple[Misfit, ...]:
        """The cells that do not hold what the divisors allow.

        Divisors that prove one best matrix prove every other, so a cell that they do not allow
        is wrong in every sense.
        """
        problem, right = self._problem, self._proof.seats
        found = []
        for i, j in np.argwhere(self._matrix != right).tolist():
            seats = int(self._matrix[i, j])
            joined = self.row_divisors[i] * self.col_divisors[j]
            fits = int(problem.floors[i, j]) <= seats <= int(problem.caps[i, j])
            if fits and seats > problem.floors[i, j]:
                fits = self._price(i, j, seats) >= joined
            if fits and seats < problem.caps[i, j]:
                fits = self._price(i, j, seats + 1) <= joined
            if not fits:
                found.append(Misfit(i, j, seats, int(right[i, j])))
        return tuple(found)

    def _price(self, row: int, column: int, seat: int) -> Fraction:
        scale = self._problem.scale_of(row) ** self.power
        return self._problem.price(row, column, seat) * scale

    @property
    def power(self) -> int:
        """1, or 2 if the divisors are squares."""
        return self._problem.signposts.power

    @property
    def row_divisors(self) -> tuple[Fraction, ...]:
        """One divisor for each row, to the `power`; short decimals where no tie fixes them."""
        return tuple(self._divisors[0])

    @property
    def col_divisors(self) -> tuple[Fraction, ...]:
        """One divisor for each column, to the `power`; near 1."""
        return tuple(self._divisors[1])

    @cached_property
    def _divisors(self) -> tuple[list[Fraction], list[Fraction]]:
        return short_divisors(self._problem, self._proof)

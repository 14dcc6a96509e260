"""Both margins given: whole numbers in proportion to weights that add up by row and by column.

`biproportional` finds the matrix x_ij = R(w_ij / (D_i d_j)), with one divisor D for each row and
one d for each column and R the rounding of a divisor method, whose rows and columns have the given
totals. Up to ties there is exactly one. Floors and caps of cells hold by the median rule. Cells
without weight stay at their floor.

The way there: fit real numbers, round line by line and scale until nearly all is right
(`scaling`), move the last seats along cheapest paths (`tie_and_transfer`), prove the result in
Fractions (`certificates`). Where scaling does not settle by itself, a greatest flow decides whether
any matrix exists, and names the rows and columns that stand in the way if not.

Sources: Balinski and Demange, Mathematics of Operations Research 14 (1989) 700-719 and
Mathematical Programming 45 (1989) 193-210; Maier, Zachariassen and Zachariasen, Management Science
56 (2010) 373-387; Pukelsheim, Proportional Representation (2nd ed. 2017), chapters 14 and 15.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from math import inf
from typing import Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.explain import shortest_between
from coverage_campaign.allocation.apportionment.inputs import (
    MOST,
    Weighted,
    as_array,
    as_fraction,
    read_bound,
    read_weights,
)
from coverage_campaign.allocation.apportionment.largest_remainder import Remainders
from coverage_campaign.allocation.apportionment.methods import (
    Bounds,
    Method,
    Weights,
    rule_of,
    webster,
)
from coverage_campaign.allocation.apportionment.rounding_rules import Signposts, signpost
from coverage_campaign.allocation.apportionment.ties import TieBreaker, TieRule, read_ties
from coverage_campaign.allocation.two_way.certificates import (
    Margin,
    Proof,
    check_margins,
    names_of,
    prove,
    read_margins,
)
from coverage_campaign.allocation.two_way.scaling import Shell
from coverage_campaign.allocation.two_way.tie_and_transfer import CellTie, break_tie, transfer
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.frames import by_value, owned
from coverage_campaign.messages import message

__all__ = [
    "Biproportion",
    "CellTie",
    "Certificate",
    "Misfit",
    "TwoWay",
    "Verdict",
    "biproportional",
    "biproportional_explain",
    "certify",
    "read_two_way",
    "short_divisors",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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
            break_tie(proof.seats, held, free, self.breaker, (self.row_names, self.col_names))
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
            (self.row_names, self.col_names),
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
                    message("cell ({row}, {column})", row=row_names[i], column=col_names[j]),
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
                    message("weights of row {row}", row=row_names[i]),
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


_INWARDS = 1e-9  # how far inside its interval a short divisor stays: far more than floats err

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
            Problem(
                "matrix",
                message("an array of shape {shape:raw}", shape=given.shape),
                "a matrix of whole numbers",
            )
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


@attrs.frozen
class Misfit:
    """A cell with the seats that it has and those that it has in the right matrix."""

    row: int
    column: int
    seats: int
    due: int


@attrs.frozen(slots=False)
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
    _matrix: NDArray[np.int64] = attrs.field(converter=owned, eq=by_value)

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


@attrs.frozen
class Biproportion:
    """A matrix with both margins right, and what proves it."""

    matrix: NDArray[np.int64] = attrs.field(converter=owned, eq=by_value)
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


def short_divisors(problem: TwoWay, proof: Proof) -> tuple[list[Fraction], list[Fraction]]:
    """Return row and column divisors, to the rule's power, that prove the table as well.

    Column divisors are near 1. First each row, then each column takes the number with the fewest
    digits that its cells allow. What ties hold together keeps its exact value.
    """
    power = problem.signposts.power
    positive = proof.columns[proof.columns > 0]
    typical = float(np.exp(np.log(positive).mean())) if positive.size else 1.0
    unit = shortest_between(Fraction(typical * 0.9), Fraction(typical * 1.1)) or Fraction(1)
    seats = proof.seats.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        least = np.where(proof.seats < problem.caps, 1 / problem.signposts.floats(seats + 1.0), 0.0)
        most = np.where(proof.seats > problem.floors, 1 / problem.signposts.floats(seats), inf)
    columns = proof.columns / float(unit)
    quotients = problem.real / columns
    rows = [
        proof.exact_rows[i] * (unit * problem.scale_of(i)) ** power
        if i in proof.exact_rows
        else _short(low, high, now * float(unit), problem.scale_of(i)) ** power
        for i, (low, high, now) in enumerate(
            zip(*_interval(quotients, least, most, axis=1), proof.rows.tolist(), strict=True)
        )
    ]
    divided = [problem.rough(row / problem.scale_of(i) ** power) for i, row in enumerate(rows)]
    quotients = problem.real / np.array(divided)[:, None]
    return rows, [
        proof.exact_columns[j] / unit**power
        if j in proof.exact_columns
        else _short(low, high, now, Fraction(1)) ** power
        for j, (low, high, now) in enumerate(
            zip(*_interval(quotients, least, most, axis=0), columns.tolist(), strict=True)
        )
    ]


def _interval(
    quotients: Floats, least: Floats, most: Floats, *, axis: int
) -> tuple[list[float], list[float]]:
    """Return between which divisors each row (axis 1) or column (axis 0) keeps its seats."""
    with np.errstate(invalid="ignore"):
        upper = np.where(most < inf, quotients * most, inf)
    low = (quotients * least).max(axis=axis, initial=0.0) * (1.0 + _INWARDS)
    high = upper.min(axis=axis, initial=inf) * (1.0 - _INWARDS)
    return low.tolist(), high.tolist()


def _short(low: float, high: float, now: float, scale: Fraction) -> Fraction:
    """Return the shortest divisor between the ends, or the present one if there is no room."""
    if not low < high:
        return Fraction(now) * scale
    top = None if high == inf else Fraction(high) * scale
    return shortest_between(Fraction(low) * scale, top) or Fraction(now) * scale

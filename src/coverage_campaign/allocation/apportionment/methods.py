"""Whole seats, people or places shared by weight, exactly.

Every method is called alike and returns int64 seats that sum to the total exactly:

    webster(total, weights, *, floors=None, caps=None, ties="first", names=None)

- `weights` have the shape (..., n): the last axis are the units of one problem, the axes before it
  are problems of their own, solved in one call; `total` is one number or one for each problem.
- Integers, Fractions and Decimals are exact, floats are taken at face value. Floats may search for
  the answer; integers decide it.
- `floors` and `caps` hold by the median rule of Balinski and Young: seats are
  median(floor, R(w / d), cap) at one divisor d. Floors are not given first and the rest shared.
- `ties` among exactly equal claims go to the "first" or the "last" position, to the least of the
  given ranks, or "raise" a TieError.
- `names` let errors name units instead of positions.

A unit without weight stands at its floor. Adams, Hill and Dean give every unit with a weight (and
no cap of 0) at least one seat, and refuse a total that is too small for that.

Divisor methods (all but hamilton) are uniform: a part of a solution is the solution for that
part's own sum, so they add up over hierarchies, and they are monotone in the total. Webster is
unbiased between large and small units: the default choice.

Sources: Balinski and Young, Fair Representation (2nd ed. 2001), chapter 8 and appendix A;
Pukelsheim, Proportional Representation (2nd ed. 2017).
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeAlias

import attrs
import numpy as np

from coverage_campaign.allocation.apportionment.batch import solve
from coverage_campaign.allocation.apportionment.explain import (
    Apportionment,
    Binding,
    explain_split,
    read_fractions,
)
from coverage_campaign.allocation.apportionment.inputs import (
    Bounds,
    Totals,
    Weights,
    as_fraction,
    read_bound,
    read_total,
    read_totals,
    read_weights,
)
from coverage_campaign.allocation.apportionment.largest_remainder import (
    BoundsRule,
    QuotaName,
    Remainders,
)
from coverage_campaign.allocation.apportionment.problems import One, Problems, Rule
from coverage_campaign.allocation.apportionment.rounding_rules import (
    ADAMS,
    DEAN,
    HILL,
    JEFFERSON,
    WEBSTER,
    Modified,
    Signposts,
    Stationary,
)
from coverage_campaign.allocation.apportionment.ties import Tie, TieRule, Turn, read_ties
from coverage_campaign.allocation.apportionment.vector import solve_one
from coverage_campaign.errors import DefinitionError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coverage_campaign.allocation.apportionment.inputs import Weighted

    Seats: TypeAlias = NDArray[np.int64]

__all__ = [
    "Apportionment",
    "Binding",
    "Bounds",
    "DivisorMethod",
    "Method",
    "Tie",
    "TieRule",
    "Totals",
    "Weights",
    "adams",
    "by_group",
    "d_hondt",
    "dean",
    "explain",
    "hamilton",
    "hill",
    "huntington_hill",
    "jefferson",
    "largest_remainder",
    "modified",
    "ragged_with_ties",
    "sainte_lague",
    "stationary",
    "webster",
]

Parameter: TypeAlias = int | float | str | Fraction | Decimal


class Method(Protocol):
    """A method of apportionment: any of this module's, or a function of the same form."""

    @property
    def __name__(self) -> str:
        """The name that results carry."""
        ...

    def __call__(
        self,
        total: Totals,
        weights: Weights,
        *,
        floors: Bounds = None,
        caps: Bounds = None,
        ties: TieRule = "first",
        names: Sequence[str] | None = None,
    ) -> Seats:
        """Return the seats, int64, of the weights' shape."""
        ...


def webster(
    total: Totals,
    weights: Weights,
    *,
    floors: Bounds = None,
    caps: Bounds = None,
    ties: TieRule = "first",
    names: Sequence[str] | None = None,
) -> Seats:
    """Return seats by Webster's method: quotients rounded to the nearest whole number.

    Signposts k - 1/2. Also Sainte-Laguë, major fractions, standard rounding. It minimises
    sum of (x - q)**2 / w, and favours neither large nor small units.

    Raises:
        DefinitionError: a weight, a total or an option is not what it has to be.
        InfeasibleError: floors and caps leave no way to the total.
        TieError: a tie, and ties="raise".

    >>> webster(10, [53, 24, 23]).tolist()
    [6, 2, 2]
    >>> webster(10, [53, 24, 23], caps=[4, 9, 9]).tolist()
    [4, 3, 3]
    >>> webster([1, 2], [[1, 1], [3, 1]], ties="last").tolist()
    [[0, 1], [1, 1]]
    """
    return _solve(WEBSTER, total, weights, floors=floors, caps=caps, ties=ties, names=names)


def jefferson(
    total: Totals,
    weights: Weights,
    *,
    floors: Bounds = None,
    caps: Bounds = None,
    ties: TieRule = "first",
    names: Sequence[str] | None = None,
) -> Seats:
    """Return seats by Jefferson's method: quotients rounded down.

    Signposts k. Also D'Hondt, greatest divisors, Hagenbach-Bischoff. It minimises the largest
    seats per weight, and favours large units. Errors as `webster`.

    >>> jefferson(8, [100_000, 80_000, 30_000, 20_000]).tolist()
    [4, 3, 1, 0]
    """
    return _solve(JEFFERSON, total, weights, floors=floors, caps=caps, ties=ties, names=names)


def adams(
    total: Totals,
    weights: Weights,
    *,
    floors: Bounds = None,
    caps: Bounds = None,
    ties: TieRule = "first",
    names: Sequence[str] | None = None,
) -> Seats:
    """Return seats by Adams' method: quotients rounded up.

    Signposts k - 1. It minimises the largest weight per seat, favours small units and gives
    every unit with a weight at least one. Errors as `webster`.

    >>> adams(8, [100_000, 80_000, 30_000, 20_000]).tolist()
    [3, 3, 1, 1]
    """
    return _solve(ADAMS, total, weights, floors=floors, caps=caps, ties=ties, names=names)


def hill(
    total: Totals,
    weights: Weights,
    *,
    floors: Bounds = None,
    caps: Bounds = None,
    ties: TieRule = "first",
    names: Sequence[str] | None = None,
) -> Seats:
    """Return seats by Hill's method: quotients rounded at the geometric mean of k - 1 and k.

    Signposts sqrt(k (k - 1)). Also Huntington-Hill, equal proportions; the law for the United
    States House of Representatives since 1941 (2 U.S.C. 2a). It minimises relative differences.
    Errors as `webster`.

    >>> hill(10, [1600, 650, 250]).tolist()
    [6, 3, 1]
    """
    return _solve(HILL, total, weights, floors=floors, caps=caps, ties=ties, names=names)


def dean(
    total: Totals,
    weights: Weights,
    *,
    floors: Bounds = None,
    caps: Bounds = None,
    ties: TieRule = "first",
    names: Sequence[str] | None = None,
) -> Seats:
    """Return seats by Dean's method: quotients rounded at the harmonic mean of k - 1 and k.

    Signposts k (k - 1) / (k - 1/2). It keeps weight per seat nearest to the common divisor.
    Errors as `webster`.

    >>> dean(10, [1600, 650, 250]).tolist()
    [6, 3, 1]
    """
    return _solve(DEAN, total, weights, floors=floors, caps=caps, ties=ties, names=names)


def hamilton(
    total: Totals,
    weights: Weights,
    *,
    floors: Bounds = None,
    caps: Bounds = None,
    ties: TieRule = "first",
    names: Sequence[str] | None = None,
    quota: QuotaName = "hare",
    bounds: BoundsRule = "rebalance",
) -> Seats:
    """Return seats by Hamilton's method: whole quotas, then the largest remainders.

    `quota` is "hare" (weight / total), "droop" (the next whole number above weight / (total + 1))
    or "hagenbach_bischoff" (weight / (total + 1)). Not monotone in the total (the Alabama
    paradox) and not uniform: right for shares that have to sum to 100 %, wrong for hierarchies.

    Floors and caps mean one of two things. bounds="rebalance": real shares
    median(floor, t w, cap) first, then remainders among the units that no bound holds; defined
    whenever the bounds can be met. bounds="quota": quotas over all units, raised or cut to the
    bounds, then remainders among the others (the practice of the 1850 to 1890 censuses of the
    United States); not always defined. Errors as `webster`.

    >>> hamilton(10, [53, 24, 23]).tolist()
    [5, 3, 2]
    >>> hamilton(8, [100_000, 80_000, 30_000, 20_000], quota="droop").tolist()
    [4, 3, 1, 0]
    """
    return _solve(
        Remainders(quota, bounds), total, weights, floors=floors, caps=caps, ties=ties, names=names
    )


largest_remainder = hamilton
sainte_lague = webster
d_hondt = jefferson
huntington_hill = hill


@attrs.frozen
class DivisorMethod:
    """A divisor method as a value: called like `webster`, equal where the signposts are."""

    signposts: Signposts

    @property
    def __name__(self) -> str:
        """The name with its parameter."""
        return self.signposts.name

    def __call__(
        self,
        total: Totals,
        weights: Weights,
        *,
        floors: Bounds = None,
        caps: Bounds = None,
        ties: TieRule = "first",
        names: Sequence[str] | None = None,
    ) -> Seats:
        """Return the seats; arguments and errors as `webster`."""
        return _solve(
            self.signposts, total, weights, floors=floors, caps=caps, ties=ties, names=names
        )


def stationary(r: Parameter) -> DivisorMethod:
    """Return the divisor method with signposts k - 1 + r, 0 <= r <= 1.

    0 is Adams, 1/2 Webster, 1 Jefferson. `r` is an int, a Fraction, a Decimal or text such as
    "1/3"; a float stands for the decimal that it prints as.

    >>> stationary("1/3")(10, [53, 24, 23]).tolist()
    [5, 3, 2]
    >>> stationary(0.5) == stationary("1/2")
    True
    """
    exact = _parameter(r, "r", 1)
    return DivisorMethod(Stationary(exact, f"stationary({exact})"))


def modified(c: Parameter) -> DivisorMethod:
    """Return Sainte-Laguë with the first divisor c instead of 1, 0 <= c <= 2.

    Quotients are w / c, w / 3, w / 5, ...; c = 7/5 in Scandinavia, 6/5 in Sweden since 2018.
    `c` is read like the parameter of `stationary`: 1.4 is 7/5 exactly.

    >>> modified(1.4)(7, [53, 24, 23, 4]).tolist()
    [3, 2, 2, 0]
    """
    exact = _parameter(c, "c", 2)
    return DivisorMethod(Modified(exact, f"modified({exact})"))


def _parameter(value: Parameter, name: str, most: int) -> Fraction:
    exact: Fraction | None
    try:
        if isinstance(value, str):
            exact = Fraction(value)
        elif isinstance(value, float):
            exact = Fraction(Decimal(repr(float(value))))
        else:
            exact = as_fraction(value)
    except (ValueError, OverflowError, ZeroDivisionError, InvalidOperation):
        exact = None
    if exact is None or not 0 <= exact <= most:
        raise DefinitionError(Problem(name, repr(value), f"a number from 0 to {most}"))
    return exact


_RULES: dict[object, Rule] = {
    webster: WEBSTER,
    jefferson: JEFFERSON,
    adams: ADAMS,
    hill: HILL,
    dean: DEAN,
    hamilton: Remainders(),
}


def _rule_of(method: Method) -> Rule:
    if isinstance(method, DivisorMethod):
        return method.signposts
    if isinstance(method, partial) and method.func is hamilton and not method.args:
        options = {"quota", "bounds"}
        if set(method.keywords) <= options:
            return Remainders(**method.keywords)
    try:
        return _RULES[method]
    except (KeyError, TypeError):
        raise DefinitionError(
            Problem(
                "method",
                repr(method),
                "a method of this module, stationary(r), modified(c), or "
                "functools.partial(hamilton, quota=..., bounds=...)",
            )
        ) from None


def _solve(
    rule: Rule,
    total: Totals,
    weights: Weights,
    *,
    floors: Bounds,
    caps: Bounds,
    ties: TieRule,
    names: Sequence[str] | None,
) -> Seats:
    read = read_weights(weights, names)
    if read.ndim == 1:
        one = _one(rule, total, read, floors=floors, caps=caps, ties=ties, names=names)
        return solve_one(one)[0]
    totals = read_totals(total, read.shape[:-1])
    low, high, turn = _read_rest(rule, read, floors=floors, caps=caps, ties=ties, names=names)
    cuts = np.arange(totals.size + 1, dtype=np.int64) * read.shape[-1]
    problems = Problems(
        rule,
        totals,
        read.reshape(-1),
        cuts,
        None if low is None else low.reshape(-1),
        None if high is None else high.reshape(-1),
        turn,
        names,
    )
    return solve(problems)[0].reshape(read.shape)


def _one(
    rule: Rule,
    total: Totals,
    weights: Weighted,
    *,
    floors: Bounds,
    caps: Bounds,
    ties: TieRule,
    names: Sequence[str] | None,
) -> One:
    single = read_total(total)
    low, high, turn = _read_rest(rule, weights, floors=floors, caps=caps, ties=ties, names=names)
    return One(rule, single, weights, low, high, turn, names)


def _read_rest(
    rule: Rule,
    weights: Weighted,
    *,
    floors: Bounds,
    caps: Bounds,
    ties: TieRule,
    names: Sequence[str] | None,
) -> tuple[Seats | None, Seats | None, Turn]:
    """Return floors, caps and the tie rule, as they fit the weights and the method."""
    low = read_bound(floors, "floors", weights.shape, names)
    high = read_bound(caps, "caps", weights.shape, names)
    if isinstance(rule, Remainders):
        rule.check(bounded=low is not None or high is not None)
    return low, high, read_ties(ties, weights.shape, names)


def by_group(
    method: Method,
    totals: Totals,
    weights: Weights,
    *,
    offsets: Sequence[int] | NDArray[np.integer],
    floors: Bounds = None,
    caps: Bounds = None,
    ties: TieRule = "first",
    names: Sequence[str] | None = None,
) -> Seats:
    """Return seats of many problems of different size in one call: one tier of a tree.

    Problem g has the units offsets[g] to offsets[g + 1] - 1 of the flat `weights` and the total
    totals[g]; `offsets` begins with 0 and ends with the number of units. Everything else as
    `webster`.

    >>> by_group(webster, [3, 2], [2, 1, 1, 1, 1], offsets=[0, 2, 5]).tolist()
    [2, 1, 1, 1, 0]
    """
    seats, _ = ragged_with_ties(
        method, totals, weights, offsets=offsets, floors=floors, caps=caps, ties=ties, names=names
    )
    return seats


def ragged_with_ties(
    method: Method,
    totals: Totals,
    weights: Weights,
    *,
    offsets: Sequence[int] | NDArray[np.integer],
    floors: Bounds = None,
    caps: Bounds = None,
    ties: TieRule = "first",
    names: Sequence[str] | None = None,
) -> tuple[Seats, tuple[Tie, ...]]:
    """Return what `by_group` returns, and the ties, positions counted from each group's start.

    >>> ragged_with_ties(webster, [3, 2], [2, 1, 1, 1, 1], offsets=[0, 2, 5])[1]
    (Tie(units=(0, 1, 2), seats=2, winners=(0, 1), rule='first', group=1),)
    """
    rule = _rule_of(method)
    read = read_weights(weights, names)
    if read.ndim != 1:
        raise DefinitionError(
            Problem("weights", f"an array of shape {read.shape}", "one flat row, cut by offsets")
        )
    cuts = np.asarray(offsets)
    if (
        cuts.ndim != 1
        or cuts.dtype.kind not in "iu"
        or cuts.size < 1
        or cuts[0] != 0
        or cuts[-1] != read.size
        or bool((np.diff(cuts.astype(np.int64)) < 0).any())
    ):
        raise DefinitionError(
            Problem(
                "offsets",
                f"{cuts.size} offsets for {read.size} units",
                "whole numbers that rise from 0 to the number of units",
            )
        )
    each = read_totals(totals, (cuts.size - 1,))
    low, high, turn = _read_rest(rule, read, floors=floors, caps=caps, ties=ties, names=names)
    problems = Problems(rule, each, read, cuts.astype(np.int64), low, high, turn, names)
    seats, broken = solve(problems)
    return seats, tuple(one.tie() for one in broken)


def explain(
    method: Method,
    total: int,
    weights: Weights,
    *,
    floors: Bounds = None,
    caps: Bounds = None,
    ties: TieRule = "first",
    names: Sequence[str] | None = None,
) -> Apportionment:
    """Return the seats of one problem with everything that a person needs to check them.

    `method` is any of this module; hamilton with options is functools.partial(hamilton, ...).
    Arguments and errors as `webster`; `weights` is one row.

    >>> result = explain(webster, 10, [53, 24, 23])
    >>> result.seats.tolist(), result.divisor_interval, result.divisor
    ([6, 2, 2], (Fraction(48, 5), Fraction(106, 11)), Fraction(481, 50))
    """
    rule = _rule_of(method)
    read = read_weights(weights, names)
    if read.ndim != 1:
        raise DefinitionError(
            Problem("weights", f"an array of shape {read.shape}", "one row of weights")
        )
    one = _one(rule, total, read, floors=floors, caps=caps, ties=ties, names=names)
    seats, broken = solve_one(one)
    ties_found = () if broken is None else (broken.tie(),)
    return explain_split(one, read_fractions(weights), seats, ties_found)

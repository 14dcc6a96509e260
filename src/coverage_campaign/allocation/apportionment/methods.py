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

Divisor methods (all but hamilton and quota_method) are uniform: a part of a solution is the
solution for that part's own sum, so they add up over hierarchies, and they are monotone in the
total. Webster is unbiased between large and small units: the default choice.

Sources: Balinski and Young, Fair Representation (2nd ed. 2001), chapter 8 and appendix A;
Pukelsheim, Proportional Representation (2nd ed. 2017).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import partial
from math import isfinite
from typing import Any, Protocol, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.certificate import exactly
from coverage_campaign.allocation.apportionment.divisor import (
    divide_exactly,
    solve_divisor,
    solve_quota_method,
)
from coverage_campaign.allocation.apportionment.explain import (
    Apportionment,
    Binding,
    explain_seats,
)
from coverage_campaign.allocation.apportionment.groups import Groups, check_feasible, no_weight
from coverage_campaign.allocation.apportionment.inputs import (
    Bounds,
    Ints,
    Totals,
    Weights,
    as_array,
    as_fraction,
    read_bound,
    read_totals,
    read_weights,
)
from coverage_campaign.allocation.apportionment.largest_remainder import (
    BoundsRule,
    QuotaName,
    Remainders,
    Rule,
    share_exactly,
    solve_remainders,
)
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
from coverage_campaign.allocation.apportionment.ties import Tie, TieRule, TieTable, read_ties
from coverage_campaign.checks import calling
from coverage_campaign.errors import DefinitionError, Problem, Translatable
from coverage_campaign.messages import message

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
    "apportioned",
    "by_group",
    "by_group_with_ties",
    "d_hondt",
    "dean",
    "explain",
    "first_is_free",
    "hamilton",
    "hill",
    "huntington_hill",
    "jefferson",
    "largest_remainder",
    "modified",
    "name_of",
    "quota_method",
    "rule_of",
    "sainte_lague",
    "stationary",
    "webster",
]

_FEW = 64  # units in all that integers share sooner than arrays
_LARGEST_TOTAL = 2**40  # floats tell the prices of two seats of one unit apart
_LIGHTEST, _HEAVIEST = 1e-100, 1e100
_ALONE = np.zeros(1, dtype=np.int64)  # the number, and the first unit, of an only problem

Seats: TypeAlias = NDArray[np.int64]
Parameter: TypeAlias = int | float | str | Fraction | Decimal


class Method(Protocol):
    """A method of apportionment: any of this module's, or a function of the same form."""

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


_RULES: dict[object, Rule] = {}


def _method(rule: Rule | None) -> Callable[[Callable[[], None]], Method]:
    """Return a decorator that makes the method of a rule, named and described by what it is given.

    None is the rule of `quota_method`.
    """

    def made(described: Callable[[], None]) -> Method:
        def method(
            total: Totals,
            weights: Weights,
            *,
            floors: Bounds = None,
            caps: Bounds = None,
            ties: TieRule = "first",
            names: Sequence[str] | None = None,
        ) -> Seats:
            return _solve(rule, total, weights, floors=floors, caps=caps, ties=ties, names=names)

        for name in ("__name__", "__qualname__", "__doc__"):
            setattr(method, name, getattr(described, name))
        if rule is not None:
            _RULES[method] = rule
        return method

    return made


@_method(WEBSTER)
def webster() -> None:
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


@_method(JEFFERSON)
def jefferson() -> None:
    """Return seats by Jefferson's method: quotients rounded down.

    Signposts k. Also D'Hondt, greatest divisors, Hagenbach-Bischoff. It minimises the largest
    seats per weight, and favours large units. Errors as `webster`.

    >>> jefferson(8, [100_000, 80_000, 30_000, 20_000]).tolist()
    [4, 3, 1, 0]
    """


@_method(ADAMS)
def adams() -> None:
    """Return seats by Adams' method: quotients rounded up.

    Signposts k - 1. It minimises the largest weight per seat, favours small units and gives
    every unit with a weight at least one. Errors as `webster`.

    >>> adams(8, [100_000, 80_000, 30_000, 20_000]).tolist()
    [3, 3, 1, 1]
    """


@_method(HILL)
def hill() -> None:
    """Return seats by Hill's method: quotients rounded at the geometric mean of k - 1 and k.

    Signposts sqrt(k (k - 1)). Also Huntington-Hill, equal proportions; the law for the United
    States House of Representatives since 1941 (2 U.S.C. 2a). It minimises relative differences.
    Errors as `webster`.

    >>> hill(10, [1600, 650, 250]).tolist()
    [6, 3, 1]
    """


@_method(DEAN)
def dean() -> None:
    """Return seats by Dean's method: quotients rounded at the harmonic mean of k - 1 and k.

    Signposts k (k - 1) / (k - 1/2). It keeps weight per seat nearest to the common divisor.
    Errors as `webster`.

    >>> dean(10, [1600, 650, 250]).tolist()
    [6, 3, 1]
    """


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


@_method(None)
def quota_method() -> None:
    """Return seats by the quota method of Balinski and Young: within quota and house-monotone.

    Each unit has its exact quota rounded down or up, and a larger total takes a seat from nobody:
    no divisor method promises the first, and Hamilton's not the second. Seats are given one by one,
    to the largest weight per seat among the units that stay within quota. The method has no rule
    for floors and caps: they are met by its answer, or it refuses. Work grows with the total.

    Errors as `webster`; also DefinitionError for more than ten million seats beyond whole quotas.
    Source: Balinski and Young, American Mathematical Monthly 82 (1975) 701-730, whose example is:

    >>> quota_method(100, [5117, 4400, 162, 161, 160]).tolist()
    [52, 44, 2, 1, 1]
    """


_RULES[hamilton] = Remainders()

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
        raise DefinitionError(
            Problem(name, repr(value), message("a number from 0 to {most:raw}", most=most))
        )
    return exact


def rule_of(method: Method) -> Rule | None:
    """Return the rule of a method of this module, None of quota_method and other functions.

    Raises:
        DefinitionError: no function.
    """
    if isinstance(method, DivisorMethod):
        return method.signposts
    if (
        isinstance(method, partial)
        and method.func is hamilton
        and not method.args
        and set(method.keywords) <= {"quota", "bounds"}
    ):
        return Remainders(**method.keywords)
    if not callable(method):
        raise DefinitionError(
            Problem(
                "method",
                repr(method),
                "webster or another method of cc.apportion, "
                "functools.partial(hamilton, quota=..., bounds=...), or a function of their form",
            )
        )
    return _RULES.get(method) if isinstance(method, Hashable) else None


def first_is_free(method: Method) -> bool:
    """Return whether a method gives every unit with a weight a seat, whatever the total.

    >>> first_is_free(adams), first_is_free(webster)
    (True, False)
    """
    rule = rule_of(method.func if isinstance(method, partial) else method)
    return rule is not None and rule.first_is_free


def _solve(
    rule: Rule | None,
    total: Totals,
    weights: Weights,
    *,
    floors: Bounds,
    caps: Bounds,
    ties: TieRule,
    names: Sequence[str] | None,
) -> Seats:
    shape, groups = _read(total, weights, floors=floors, caps=caps, ties=ties, names=names)
    if isinstance(rule, Remainders):
        rule.check(bounded=groups.bounded)
    return solve(rule, groups)[0].reshape(shape)


def _read(
    total: Totals,
    weights: Weights,
    *,
    offsets: Sequence[int] | NDArray[np.integer] | None = None,
    floors: Bounds,
    caps: Bounds,
    ties: TieRule,
    names: Sequence[str] | None,
) -> tuple[tuple[int, ...], Groups]:
    """Return the shape of the weights, and the problems laid end to end."""
    read, scale = read_weights(weights, names)
    shape = read.shape
    if offsets is None:
        rows, size = shape[:-1], shape[-1]
        totals = read_totals(total, rows)
        cuts = np.array([0, size]) if not rows else np.arange(totals.size + 1) * size
    else:
        cuts = _read_offsets(offsets, shape)
        rows = (cuts.size - 1,)
        totals = read_totals(total, rows)
    low = read_bound(floors, "floors", shape, names)
    high = read_bound(caps, "caps", shape, names)
    alone = totals.size == 1
    groups = Groups(
        cuts,
        totals,
        read.reshape(-1),
        None if low is None else low.reshape(-1),
        None if high is None else high.reshape(-1),
        read_ties(ties, shape, names),
        names,
        _ALONE if alone else np.arange(totals.size),
        _ALONE if alone else cuts[:-1],
        scale,
        alone,
    )
    return shape, groups


def _read_offsets(offsets: Sequence[int] | NDArray[np.integer], shape: tuple[int, ...]) -> Seats:
    if len(shape) != 1:
        raise DefinitionError(
            Problem(
                "weights",
                message("an array of shape {shape:raw}", shape=shape),
                "one flat row, cut by offsets",
            )
        )
    cuts = as_array(offsets)
    if (
        cuts.ndim != 1
        or cuts.dtype.kind not in "iu"
        or cuts.size < 1
        or cuts[0] != 0
        or cuts[-1] != shape[0]
        or bool((np.diff(cuts.astype(np.int64)) < 0).any())
    ):
        raise DefinitionError(
            Problem(
                "offsets",
                message("{n} offsets for {units} units", n=cuts.size, units=shape[0]),
                "whole numbers that rise from 0 to the number of units",
            )
        )
    return cuts.astype(np.int64)


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
    return by_group_with_ties(
        method, totals, weights, offsets=offsets, floors=floors, caps=caps, ties=ties, names=names
    )[0]


def by_group_with_ties(
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
    """Return what `by_group` returns, and the ties: their positions count from each group's start.

    A function that is no method of this module breaks its own ties and reports none.

    >>> by_group_with_ties(webster, [3, 2], [2, 1, 1, 1, 1], offsets=[0, 2, 5])[1]
    (Tie(units=(0, 1, 2), seats=2, winners=(0, 1), rule='first', group=1),)
    """
    _, groups = _read(
        totals, weights, offsets=offsets, floors=floors, caps=caps, ties=ties, names=names
    )
    return _solve_with(method, groups)


def _solve_with(method: Method, groups: Groups) -> tuple[Seats, tuple[Tie, ...]]:
    rule = rule_of(method)
    if isinstance(rule, Remainders):
        rule.check(bounded=groups.bounded)
    if rule is not None:
        seats, tables = solve(rule, groups)
    elif method is quota_method:
        seats, tables = solve(None, groups)
    else:
        return _call_each(method, groups), ()
    ties = [tie for table in tables for tie in table.ties()]
    return seats, tuple(sorted(ties, key=lambda tie: tie.group))


def name_of(behaviour: object) -> str:
    """Return what a method, a curve or a weighting is called where a result names it.

    >>> name_of(webster), name_of(stationary("1/3"))
    ('webster', 'stationary(1/3)')
    >>> name_of(partial(hamilton, quota="droop"))
    'hamilton(quota=droop)'
    """
    if isinstance(behaviour, partial):
        options = ", ".join(f"{name}={value}" for name, value in behaviour.keywords.items())
        return f"{name_of(behaviour.func)}({options})"
    found = getattr(behaviour, "name", None) or getattr(behaviour, "__name__", None)
    unsaid = type(behaviour).__repr__ is object.__repr__  # it would be its place in memory
    return str(found or (type(behaviour).__name__ if unsaid else behaviour))


def _call_each(method: Method, groups: Groups) -> Seats:
    """Return the seats of a function that is no method of this module, group by group, checked."""
    seats, ranks = np.zeros(groups.weights.size, dtype=np.int64), groups.breaker.ranks
    for group in range(groups.totals.size):
        own = groups.units(group)
        seats[own] = apportioned(
            method,
            int(groups.totals[group]),
            groups.weights[own],
            floors=None if groups.floors is None else groups.floors[own],
            caps=None if groups.caps is None else groups.caps[own],
            names=[groups.name(group, i) for i in range(own.stop - own.start)],
            ties=groups.breaker.rule if ranks is None else ranks[own],
        )
    return seats


def apportioned(
    method: Callable[..., Any],
    total: int,
    weights: NDArray[Any],
    *,
    floors: Seats | None = None,
    caps: Seats | None = None,
    names: Sequence[str] | None = None,
    ties: Any = "first",  # noqa: ANN401 - as `TieRule`, and what functions take
) -> Seats:
    """Return the seats by any method, a function of the caller's too, whose answer is checked.

    The function is given what it has a parameter for.

    Raises:
        DefinitionError: The function raises, or gives an answer that is no whole number a unit,
            does not sum to the total or leaves the bounds.
    """
    options: dict[str, Any] = {"floors": floors, "caps": caps, "names": names}
    options = {name: value for name, value in options.items() if value is not None}
    options["ties"] = ties
    parameters = _parameters_of(method)
    takes, lacking = {one.name for one in parameters}, []
    if not any(one.kind is one.VAR_KEYWORD for one in parameters):
        lacking = [name for name in ("floors", "caps") if name in options and name not in takes]
        options = {name: value for name, value in options.items() if name in takes}
    with calling(message("method '{code}'", code=name_of(method)), fix=_FORM):
        answer = np.asarray(method(total, weights, **options))
    fix = message(
        "return one whole number for each of {n} units, {total} in all",
        n=len(weights),
        total=total,
    )
    if answer.shape != np.shape(weights):
        raise _no_method(
            method, message("gave an array of shape {shape:raw}", shape=answer.shape), fix
        )
    numbers = answer.tolist()
    if not all(
        type(one) in {int, float} and isfinite(one) and one >= 0 == one % 1 for one in numbers
    ):
        raise _no_method(method, message("gave {numbers}", numbers=str(numbers[:4])), fix)
    seats = np.array([int(one) for one in numbers], dtype=np.int64)
    if int(seats.sum()) != total:
        raise _no_method(method, message("gave {n} in all", n=int(seats.sum())), fix)
    for name, bound, beyond in (("floors", floors, np.less), ("caps", caps, np.greater)):
        if bound is None or not beyond(seats, bound).any():
            continue
        if name in lacking:  # without them a function may well keep within them
            found = message("takes no {name}", name=name)
            raise _no_method(method, found, "give it floors= and caps=")
        raise _no_method(method, "leaves the floors or caps", "keep within floors and caps")
    return seats


def _parameters_of(method: Callable[..., Any]) -> Sequence[inspect.Parameter]:
    try:
        return tuple(inspect.signature(method).parameters.values())
    except (TypeError, ValueError) as error:  # no function, or one of Python that does not say
        raise _no_method(method, "does not say what it takes", _FORM) from error


_FORM = "def method(total, weights, *, floors=None, caps=None, ties='first', names=None)"


def _no_method(
    method: object, found: str | Translatable, fix: str | Translatable
) -> DefinitionError:
    return DefinitionError(Problem(message("method '{code}'", code=name_of(method)), found, fix))


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
    Arguments and errors as `webster`; `weights` is one row. Of the quota method and of a function
    that is no method of this module there is no divisor to tell.

    >>> result = explain(webster, 10, [53, 24, 23])
    >>> result.seats.tolist(), result.divisor_interval, result.divisor
    ([6, 2, 2], (Fraction(48, 5), Fraction(106, 11)), Fraction(481, 50))
    """
    shape, groups = _read(total, weights, floors=floors, caps=caps, ties=ties, names=names)
    if len(shape) != 1:
        raise DefinitionError(
            Problem(
                "weights",
                message("an array of shape {shape:raw}", shape=shape),
                "one row of weights",
            )
        )
    seats, found = _solve_with(method, groups)
    return explain_seats(rule_of(method), name_of(method), groups, seats=seats, ties=found)


# -- two ways: integers one problem at a time, or floats for all at once ---------------------------


def solve(rule: Rule | None, groups: Groups) -> tuple[Ints, list[TieTable]]:
    """Return the flat seats of all groups, and the ties that were broken; None: quota_method.

    Raises:
        DefinitionError, InfeasibleError: as `groups.check_feasible`; of Hamilton's method too where
            quotas and bounds leave too few seats or too many.
        TieError: as `ties.TieBreaker.pick`.
    """
    empty = groups.sizes == 0
    if empty.size == 0 or empty.any():
        for group in np.flatnonzero(empty & (groups.totals > 0)).tolist():
            raise no_weight(groups, group, 0)
        if empty.all():
            return np.zeros(0, dtype=np.int64), []
        groups = groups.some(~empty)[1]
    if rule is None:
        check_feasible(groups, "quota_method", first_is_free=False)
        return solve_quota_method(groups)
    check_feasible(groups, rule.name, first_is_free=rule.first_is_free)
    if groups.weights.size <= _FEW:
        return _search(rule, groups)
    seats, ties = np.empty(groups.weights.size, dtype=np.int64), []
    for units, run in groups.runs():
        seats[units], broken = _search(rule, run)
        ties += broken
    return seats, ties


def _search(rule: Rule, groups: Groups) -> tuple[Ints, list[TieTable]]:
    few = groups.weights.size <= _FEW or int(groups.totals.max()) > _LARGEST_TOTAL
    real = None if few else _as_floats(groups)
    if isinstance(rule, Remainders):
        if real is None:
            return exactly(groups, partial(share_exactly, rule))
        return solve_remainders(rule, groups, real)
    if real is None:
        return exactly(groups, partial(divide_exactly, rule))
    return solve_divisor(rule, groups, real)


def _as_floats(groups: Groups) -> NDArray[np.float64] | None:
    """Return weights as floats, None where they are of too different sizes to search among."""
    weights = groups.weights
    if weights.dtype == np.int64:
        return weights.astype(np.float64)
    if weights.dtype == object:
        largest = max(weights.tolist()) or 1
        real = np.array([weight / largest for weight in weights.tolist()])
        alike = np.count_nonzero(real) == np.count_nonzero(weights)
    else:
        real, alike = weights.astype(np.float64, copy=False), True
    least = real.min() if groups.all_weighted else real.min(initial=1.0, where=real > 0)
    return real if alike and least > _LIGHTEST and real.max() < _HEAVIEST else None

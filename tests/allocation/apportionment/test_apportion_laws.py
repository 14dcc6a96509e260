"""Laws of the kernel, against slow exact twins that share no code with it."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.errors import InfeasibleError
from support import apportionment_oracles as oracle

Row: TypeAlias = list[int] | list[float] | list[Fraction]
Case: TypeAlias = tuple[int, Row, list[int], list[int]]

DIVISORS = {
    "webster": apportion.webster,
    "jefferson": apportion.jefferson,
    "adams": apportion.adams,
    "hill": apportion.hill,
    "dean": apportion.dean,
    "third": apportion.stationary("1/3"),
    "nordic": apportion.modified("7/5"),
}
POSTS = oracle.POSTS | {
    "third": (oracle.stationary_post(Fraction(1, 3)), 1),
    "nordic": (oracle.modified_post(Fraction(7, 5)), 1),
}
names = st.sampled_from(sorted(DIVISORS))
few_weights = st.lists(st.integers(0, 12), min_size=1, max_size=9).filter(any)
any_weights = st.one_of(
    few_weights,
    st.lists(st.integers(1, 10**6), min_size=1, max_size=9),
    st.lists(st.integers(2**61, 2**62), min_size=1, max_size=9),
    st.lists(st.integers(1, 10**30), min_size=1, max_size=9),
    st.lists(st.fractions(0, 50, max_denominator=60), min_size=1, max_size=9).filter(any),
    st.lists(st.floats(2.0**-40, 2.0**40), min_size=1, max_size=9),
)


@st.composite
def bounded(
    draw: st.DrawFn, *, weights: st.SearchStrategy[Row] = any_weights, least: int = 0
) -> Case:
    """Return total, weights, floors and caps that can be met."""
    row = draw(weights)
    n = len(row)
    floors = [draw(st.integers(0, 6)) for _ in row]
    caps = [max(low, least) + draw(st.integers(0, 12)) for low in floors]
    low = sum(max(f, least if w else 0) for f, w in zip(floors, row, strict=True))
    high = sum(c if w else f for f, c, w in zip(floors, caps, row, strict=True))
    total = draw(st.integers(low, max(low, high)))
    assert n == len(caps)
    return total, row, floors, caps


@settings(deadline=None)  # the machine may be busy
@given(names, any_weights, st.integers(0, 80))
def test_free_divisor_methods_are_highest_averages(name: str, weights: Row, more: int) -> None:
    """Every divisor method equals giving seats one by one to the highest exact claim."""
    total = len(weights) + more
    expected = oracle.highest_averages(POSTS[name], total, weights)
    assert DIVISORS[name](total, weights).tolist() == expected


@settings(deadline=None)  # the machine may be busy
@given(names, bounded(least=1))
def test_bounded_divisor_methods_are_highest_averages_between_bounds(
    name: str, problem: Case
) -> None:
    """The median rule equals highest averages started at floors and stopped at caps."""
    total, weights, floors, caps = problem
    expected = oracle.highest_averages(POSTS[name], total, weights, floors=floors, caps=caps)
    assert DIVISORS[name](total, weights, floors=floors, caps=caps).tolist() == expected


@settings(deadline=None)  # the machine may be busy
@given(bounded())
def test_hamilton_with_bounds_is_shares_between_bounds_then_remainders(problem: Case) -> None:
    """Rebalanced Hamilton equals exact bounded shares rounded by largest remainder."""
    total, weights, floors, caps = problem
    got = apportion.hamilton(total, weights, floors=floors, caps=caps).tolist()
    assert got == oracle.hamilton(total, weights, floors=floors, caps=caps)


@settings(deadline=None)  # the machine may be busy
@given(any_weights, st.integers(0, 200))
def test_free_hamilton_is_whole_quotas_then_largest_remainders(weights: Row, total: int) -> None:
    """Hamilton equals the definition in Fractions."""
    assert apportion.hamilton(total, weights).tolist() == oracle.hamilton(total, weights)


@settings(deadline=None)  # the machine may be busy
@given(names, few_weights, st.integers(0, 40), st.randoms(use_true_random=False))
def test_ranks_decide_ties_and_only_ties(
    name: str, weights: Row, more: int, random: Random
) -> None:
    """With ranks, the least rank wins each tie, and no clear seat moves."""
    total = len(weights) + more
    ranks = list(range(len(weights)))
    random.shuffle(ranks)
    expected = oracle.highest_averages(POSTS[name], total, weights, rank=ranks)
    assert DIVISORS[name](total, weights, ties=ranks).tolist() == expected


@settings(deadline=None)  # the machine may be busy
@given(names, few_weights, st.integers(0, 40))
def test_last_is_first_of_the_reversed_row(name: str, weights: Row, more: int) -> None:
    """Giving ties to the last position mirrors giving them to the first."""
    total = len(weights) + more
    method = DIVISORS[name]
    mirrored = method(total, weights[::-1])[::-1]
    assert method(total, weights, ties="last").tolist() == mirrored.tolist()


@settings(deadline=None)  # the machine may be busy
@given(names, any_weights, st.integers(0, 60), st.randoms(use_true_random=False))
def test_anonymity(name: str, weights: Row, more: int, random: Random) -> None:
    """Seats follow their units when the rows are shuffled, ties decided by rank."""
    total = len(weights) + more
    order = list(range(len(weights)))
    random.shuffle(order)
    method = DIVISORS[name]
    seats = method(total, weights, ties=list(range(len(weights))))
    shuffled = method(total, [weights[i] for i in order], ties=order)
    assert shuffled.tolist() == seats[order].tolist()


@settings(deadline=None)  # the machine may be busy
@given(names, few_weights, st.integers(0, 60), st.integers(1, 10**40))
def test_scale_does_not_matter(name: str, weights: Row, more: int, factor: int) -> None:
    """Multiplying all weights by one number changes nothing."""
    total = len(weights) + more
    scaled = [w * factor for w in weights]
    method = DIVISORS[name]
    assert method(total, scaled).tolist() == method(total, weights).tolist()


@settings(deadline=None)  # the machine may be busy
@given(names, any_weights, st.integers(0, 60))
def test_house_monotone(name: str, weights: Row, more: int) -> None:
    """One seat more takes a seat from nobody."""
    total = len(weights) + more
    method = DIVISORS[name]
    assert (method(total + 1, weights) >= method(total, weights)).all()


@settings(deadline=None)  # the machine may be busy
@given(names, st.lists(st.integers(1, 10**6), min_size=2, max_size=9), st.integers(0, 60))
def test_uniform(name: str, weights: Row, more: int) -> None:
    """A part of a solution is the solution for the part's own sum."""
    total = len(weights) + more
    method = DIVISORS[name]
    seats = method(total, weights)
    half = len(weights) // 2
    inner = method(int(seats[:half].sum()), weights[:half])
    assert inner.tolist() == seats[:half].tolist()


@settings(deadline=None)  # the machine may be busy
@given(names, st.lists(st.integers(1, 10**6), min_size=2, max_size=9), st.integers(0, 60))
def test_population_monotone(name: str, weights: Row, more: int) -> None:
    """A unit whose weight alone grows loses no seat."""
    total = len(weights) + more
    method = DIVISORS[name]
    grown = [weights[0] + 1 + weights[0] // 7, *weights[1:]]
    assert method(total, grown)[0] >= method(total, weights)[0]


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=9).filter(any))
def test_weights_that_sum_to_the_total_are_their_own_answer(weights: Row) -> None:
    """A table of whole numbers is left as it is by webster and hamilton."""
    assert apportion.webster(sum(weights), weights).tolist() == weights
    assert apportion.hamilton(sum(weights), weights).tolist() == weights


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 40), min_size=4, max_size=4), min_size=1, max_size=6),
    st.integers(4, 60),
    names,
)
def test_batch_is_a_loop(rows: list[list[int]], total: int, name: str) -> None:
    """Rows of a matrix are solved as if each came alone."""
    rows = [row if any(row) else [1, *row[1:]] for row in rows]
    totals = [total + i for i in range(len(rows))]
    method = DIVISORS[name]
    expected = [method(t, row).tolist() for t, row in zip(totals, rows, strict=True)]
    assert method(totals, rows).tolist() == expected
    cube = np.array(rows).reshape(1, len(rows), 4)
    assert method([totals], cube).tolist() == [expected]


@settings(deadline=None)  # the machine may be busy
@given(names, bounded(least=1))
def test_ragged_is_a_loop(name: str, problem: Case) -> None:
    """Groups of one flat row are solved as if each came alone."""
    total, weights, floors, caps = problem
    flat, low, high = weights * 2 + [1], floors * 2 + [0], caps * 2 + [3]
    n = len(weights)
    method = DIVISORS[name]
    seats = apportion.by_group(
        method, [total, total, 2], flat, offsets=[0, n, 2 * n, 2 * n + 1], floors=low, caps=high
    )
    alone = method(total, weights, floors=floors, caps=caps).tolist()
    assert seats.tolist() == [*alone, *alone, 2]


@settings(deadline=None)  # the machine may be busy
@given(names, few_weights, st.integers(0, 30))
def test_nothing_below_the_first_free_seats(name: str, weights: Row, total: int) -> None:
    """A total below the seats that a method gives to everybody is refused, never bent."""
    method = DIVISORS[name]
    holders = sum(w > 0 for w in weights)
    if name in {"adams", "hill", "dean"} and total < holders:
        with pytest.raises(InfeasibleError, match="at least one"):
            method(total, weights)
    else:
        assert method(total, weights).sum() == total

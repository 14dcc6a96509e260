"""Where floats cannot tell: near ties, ties by the hundred, long rows, quotas; slow twins judge."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.errors import InfeasibleError, TieError
from support import apportionment_oracles as oracle

METHODS = {
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
names = st.sampled_from(sorted(METHODS))


@settings(max_examples=60, deadline=None)
@given(names, st.integers(0, 2**32), st.sampled_from([1, 8]), st.integers(5, 30))
def test_ties_of_many_rows_go_by_rank(name: str, seed: int, parts: int, per_row: int) -> None:
    """In rows of small weights (whole, or in eighths) each tie goes to the least rank."""
    random = np.random.default_rng(seed)
    weights = random.integers(1, 12, (12, 5)) / parts
    ranks = random.permutation(60).reshape(12, 5)
    totals = per_row + random.integers(0, 5, 12)
    got = METHODS[name](totals, weights, ties=ranks)
    assert got.tolist() == [
        oracle.highest_averages(POSTS[name], int(t), w.tolist(), rank=r.tolist())
        for t, w, r in zip(totals, weights, ranks, strict=True)
    ]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 40))
def test_remainders_of_many_rows_go_by_rank(seed: int, total: int) -> None:
    """Hamilton in rows: equal remainders go to the least rank."""
    random = np.random.default_rng(seed)
    weights = random.integers(0, 9, (12, 5))
    weights[:, 0] += 1
    ranks = random.permutation(60).reshape(12, 5)
    got = apportion.hamilton(total, weights, ties=ranks)
    assert got.tolist() == [
        oracle.hamilton(total, w.tolist(), rank=r.tolist())
        for w, r in zip(weights, ranks, strict=True)
    ]


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(
    names,
    st.lists(st.integers(2, 60), min_size=3, max_size=6),
    st.integers(2**40, 2**45),
    st.integers(0, 2**32),
)
def test_near_ties_one_person_apart(name: str, seats: list[int], unit: int, seed: int) -> None:
    """Weights of k + 1/2 units, give or take one person, are told apart in rows and alone.

    At Webster's signposts all claims tie but for that person: one part in 2**46 or less.
    """
    random = np.random.default_rng(seed)
    exact = np.array([(2 * k - 1) * unit for k in seats])
    weights = exact + random.integers(-1, 2, (8, exact.size))
    totals = np.array([sum(seats) - i % exact.size for i in range(8)])
    got = METHODS[name](totals, weights)
    for total, row, given_seats in zip(
        totals.tolist(), weights.tolist(), got.tolist(), strict=True
    ):
        expected = oracle.highest_averages(POSTS[name], total, row)
        assert given_seats == expected
        assert METHODS[name](total, row).tolist() == expected


def test_a_tie_in_one_row_of_many_raises_with_its_row() -> None:
    """ties="raise" and equal ranks name the tied units of the row, also where rows are many."""
    weights = np.tile([5, 4, 3], (20, 1))
    weights[13] = [1, 4, 1]
    totals = np.full(20, 12)
    totals[13] = 3
    with pytest.raises(TieError, match="'A' and 'C' have equal claims to 1 seat"):
        apportion.webster(totals, weights, ties="raise", names=["A", "B", "C"])
    with pytest.raises(TieError, match="equal ranks leave the tie open"):
        apportion.webster(totals, weights, ties=[1, 2, 1])


@settings(max_examples=40, deadline=None)
@given(
    names,
    st.integers(40, 400),
    st.integers(0, 2**32),
    st.sampled_from([9, 1000, 2**50]),
    st.booleans(),
)
def test_rows_of_a_few_hundred(
    name: str,
    n: int,
    seed: int,
    top: int,
    bounded: bool,  # noqa: FBT001  # drawn
) -> None:
    """Rows too long for the eye equal the slow twin, with and without bounds, ties included."""
    random = np.random.default_rng(seed)
    weights = random.integers(1, top, n)
    total = n + int(random.integers(0, 12 * n))
    bounds: dict[str, list[int]] = {}
    if bounded:
        quota = total * weights / weights.sum()
        floors = np.where(random.random(n) < 0.2, quota * 0.8 + 1, 0).astype(np.int64)
        caps = np.where(random.random(n) < 0.2, quota * 0.8 + 1, total).astype(np.int64)
        caps = np.maximum(caps, floors)
        total = min(max(total, int(np.maximum(floors, 1).sum())), int(caps.sum()))
        bounds = {"floors": floors.tolist(), "caps": caps.tolist()}
    expected = oracle.highest_averages(POSTS[name], total, weights.tolist(), **bounds)
    assert METHODS[name](total, weights, **bounds).tolist() == expected


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(30, 120), st.sampled_from([12, 10**6]))
def test_bounded_remainders_of_long_rows(seed: int, n: int, top: int) -> None:
    """Hamilton between bounds equals shares by every breakpoint, then largest remainders."""
    random = np.random.default_rng(seed)
    weights = random.integers(1, top, n)
    total = int(random.integers(n, 20 * n))
    quota = total * weights / weights.sum()
    floors = np.where(random.random(n) < 0.3, quota + random.integers(-1, 3, n), 0)
    floors = np.maximum(floors, 0).astype(np.int64)
    caps = np.where(random.random(n) < 0.3, quota + random.integers(-1, 3, n), total)
    caps = np.maximum(caps.astype(np.int64), floors)
    total = min(max(total, int(floors.sum())), int(caps.sum()))
    got = apportion.hamilton(total, weights, floors=floors, caps=caps).tolist()
    bounds = {"floors": floors.tolist(), "caps": caps.tolist()}
    assert got == oracle.hamilton(total, weights.tolist(), **bounds)


@pytest.mark.parametrize("n", [40_000])
def test_bounded_remainders_of_very_long_rows(n: int) -> None:
    """In a row longer than any sample: the total, the bounds, and shares at one common factor.

    Who stands between its bounds holds its share rounded down or up, and no one who was rounded
    down has a larger remainder than one who was rounded up.
    """
    random = np.random.default_rng(n)
    weights = random.lognormal(10, 1.5, n).astype(np.int64) + 1
    total = 8 * n
    quota = total * weights / weights.sum()
    floors = np.where(random.random(n) < 0.1, np.ceil(1.5 * quota), 0).astype(np.int64)
    caps = np.where(random.random(n) < 0.1, np.maximum(floors, quota // 2), total).astype(np.int64)
    seats = apportion.hamilton(total, weights, floors=floors, caps=caps)
    assert seats.sum() == total
    assert (floors <= seats).all()
    assert (seats <= caps).all()
    free = (floors < seats) & (seats < caps)
    left, weight = int(seats[free].sum()), int(weights[free].sum())
    for _ in range(20):  # units rounded onto a bound share too: take in whoever is within
        within = (left * weights > floors * weight) & (left * weights < caps * weight)
        if (within == free).all():
            break
        free = within
        held = np.where(left * weights <= floors * weight, floors, caps)
        left, weight = total - int(held[~free].sum()), int(weights[free].sum())
    whole, rest = left * weights // weight, left * weights % weight
    up = seats[free] - whole[free]
    assert set(up.tolist()) <= {0, 1}
    assert rest[free][up == 1].min() >= rest[free][up == 0].max()
    assert (seats[~free] == held[~free]).all()


def by_quota(
    total: int, weights: list[int], quota: Fraction, floors: list[int], caps: list[int]
) -> list[int] | None:
    """Whole quotients within bounds, then the largest remainders of those in no bound's hand."""
    quotients = [Fraction(w) / quota for w in weights]
    whole = [q.__floor__() for q in quotients]
    seats = [min(max(a, b), c) for a, b, c in zip(floors, whole, caps, strict=True)]
    free = [i for i, s in enumerate(seats) if s == whole[i] and s < caps[i] and weights[i]]
    left = total - sum(seats)
    if sum(floors) == total:
        return floors
    if not 0 <= left <= len(free):
        return None
    for i in sorted(free, key=lambda i: (whole[i] - quotients[i], i))[:left]:
        seats[i] += 1
    return seats


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["hare", "droop", "hagenbach_bischoff"]),
    st.integers(0, 2**32),
    st.integers(2, 400),
    st.sampled_from([7, 10**4, 10**9]),
    st.booleans(),
)
def test_quotas_equal_their_definition(
    quota: str,
    seed: int,
    n: int,
    top: int,
    bounded: bool,  # noqa: FBT001  # drawn
) -> None:
    """Hare, Droop and Hagenbach-Bischoff, with bounds as Congress had them, in Fractions."""
    random = np.random.default_rng(seed)
    weights = random.integers(1, top, n)
    total = int(random.integers(1, 5 * n))
    floors, caps = np.zeros(n, dtype=np.int64), np.full(n, 10 * total)
    if bounded:
        floors, caps = random.integers(0, 2, n), random.integers(2, 9, n)
    whole = Fraction(int(weights.sum()))
    divide = {
        "hare": whole / total,
        "droop": Fraction(whole // (total + 1) + 1),
        "hagenbach_bischoff": whole / (total + 1),
    }
    expected = by_quota(total, weights.tolist(), divide[quota], floors.tolist(), caps.tolist())
    bounds = {"floors": floors, "caps": caps} if bounded else {}
    if expected is None:
        quotients = weights / float(divide[quota])
        exception = quota == "hagenbach_bischoff" and bool((quotients % 1 < 1e-12).all())
        if not exception:  # whole quotients only are one too many, and a tie among all
            with pytest.raises(InfeasibleError):
                apportion.hamilton(total, weights, quota=quota, bounds="quota", **bounds)  # type: ignore[arg-type]
        return
    got = apportion.hamilton(total, weights, quota=quota, bounds="quota", **bounds)  # type: ignore[arg-type]
    assert got.tolist() == expected


def test_a_class_of_equal_weights_among_others() -> None:
    """Of 7s and 5s in turn the 7s tie at the divisor 14/23: half of them get a twelfth seat.

    7 / (14/23) = 11.5 is Webster's signpost of the twelfth seat; 5 / (14/23) = 8.21 gives 8.
    """
    n = 40_000
    seats = apportion.webster(11 * n // 2 + n // 4 + 8 * n // 2, np.tile([7.0, 5.0], n // 2))
    assert (seats[1::2] == 8).all()
    assert (seats[0 : n // 2 : 2] == 12).all()
    assert (seats[n // 2 :: 2] == 11).all()


def test_groups_of_every_size_side_by_side() -> None:
    """Empty groups, single units, short and long groups in one call equal one call each."""
    random = np.random.default_rng(8)
    sizes = [0, 1, 2, 300, 0, 20_000, 5, 17_000, 3, 3, 1, 0]
    offsets = np.cumsum([0, *sizes])
    weights = random.lognormal(10, 1.5, offsets[-1])
    totals = [3 * size + (size > 0) for size in sizes]
    for method in (apportion.webster, apportion.hill, apportion.hamilton):
        seats = apportion.by_group(method, totals, weights, offsets=offsets)
        for total, (start, stop) in zip(totals, pairwise(offsets.tolist()), strict=True):
            assert (seats[start:stop] == method(total, weights[start:stop])).all()

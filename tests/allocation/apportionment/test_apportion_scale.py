"""Batches, tiers and large problems: what is solved side by side equals what is solved alone.

The twins are the slow exact path for large problems and one call a row for batches, which
test_apportion_laws.py holds against highest averages in Fractions.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.allocation.apportionment import certificate
from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.errors import DefinitionError, InfeasibleError
from support import apportionment_oracles as oracle

METHODS = {
    "webster": apportion.webster,
    "jefferson": apportion.jefferson,
    "adams": apportion.adams,
    "hill": apportion.hill,
    "dean": apportion.dean,
    "hundredth": apportion.stationary("1/100"),
    "nordic": apportion.modified("7/5"),
    "hamilton": apportion.hamilton,
}
POSTS = oracle.POSTS | {
    "hundredth": (oracle.stationary_post(Fraction(1, 100)), 1),
    "nordic": (oracle.modified_post(Fraction(7, 5)), 1),
}


def expected(name: str, total: int, weights: np.ndarray, **bounds: list[int]) -> list[int]:
    """Return the slow twin's seats."""
    row = weights.tolist()
    if name == "hamilton":
        return oracle.hamilton(total, row, **bounds)
    return oracle.highest_averages(POSTS[name], total, row, **bounds)


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("top", [3, 50, 10**6])
def test_blocks_of_rows(name: str, top: int) -> None:
    """Rows with small weights (many ties), zeros and large weights equal the slow twin."""
    random = np.random.default_rng(top)
    weights = random.integers(0, top, (60, 7))
    weights[:, 0] += 1
    totals = random.integers(7, 40, 60)
    got = METHODS[name](totals, weights)
    assert got.tolist() == [
        expected(name, int(total), row) for total, row in zip(totals, weights, strict=True)
    ]


@pytest.mark.parametrize("name", METHODS)
def test_blocks_of_bounded_rows(name: str) -> None:
    """Rows with floors and caps equal the slow twin."""
    random = np.random.default_rng(5)
    weights = random.integers(1, 40, (50, 6))
    floors = random.integers(0, 5, (50, 6))
    caps = np.maximum(floors, 1) + random.integers(0, 9, (50, 6))
    least, most = np.maximum(floors, 1).sum(axis=1), caps.sum(axis=1)
    totals = least + random.integers(0, 100, 50) * (most - least) // 100
    got = METHODS[name](totals, weights, floors=floors, caps=caps)
    assert got.tolist() == [
        expected(name, int(t), w, floors=f.tolist(), caps=c.tolist())
        for t, w, f, c in zip(totals, weights, floors, caps, strict=True)
    ]


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(sorted(METHODS)),
    st.lists(st.integers(1, 9), min_size=8, max_size=30),
    st.integers(0, 2**32),
    st.booleans(),
)
def test_ragged_equals_one_call_a_group(name: str, sizes: list[int], seed: int, ints: bool) -> None:  # noqa: FBT001  # drawn
    """Groups of different size in one call equal one call each, ties included."""
    random = np.random.default_rng(seed)
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    weights = random.integers(1, 30, offsets[-1])
    weights = weights if ints else weights / 8
    totals = np.array(sizes) + random.integers(0, 30, len(sizes))
    method = METHODS[name]
    for ties in ("first", "last", random.permutation(weights.size)):
        got, found = apportion.by_group_with_ties(
            method, totals, weights, offsets=offsets, ties=ties
        )
        for g, (start, stop) in enumerate(pairwise(offsets.tolist())):
            own = ties if isinstance(ties, str) else ties[start:stop]
            alone = apportion.explain(method, int(totals[g]), weights[start:stop], ties=own)
            assert got[start:stop].tolist() == alone.seats.tolist()
            assert [(t.units, t.seats, t.winners) for t in found if t.group == g] == [
                (t.units, t.seats, t.winners) for t in alone.ties
            ]


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("kind", ["lognormal", "fifty", "giant", "equal", "clumps"])
@pytest.mark.parametrize("per_unit", [2, 11])
def test_large_rows(name: str, kind: str, per_unit: int) -> None:
    """A long row equals the slow twin: with wide weights, ties by the hundred, a giant, clumps."""
    n = 600
    random = np.random.default_rng(11)
    weights = {
        "lognormal": random.lognormal(10, 1.5, n).astype(np.int64) + 1,
        "fifty": random.integers(1, 51, n),
        "giant": np.where(np.arange(n) == 77, 10**9, random.integers(1, 99, n)),
        "equal": np.full(n, 7),
        "clumps": np.where(random.random(n) < 0.5, 10**12, 3 * 10**12) + random.integers(0, 99, n),
    }[kind]
    total = per_unit * n + 137
    assert METHODS[name](total, weights).tolist() == expected(name, total, weights)


@pytest.mark.parametrize("name", METHODS)
def test_large_bounded_rows(name: str) -> None:
    """A long row with floors and caps that bind equals the slow twin."""
    n = 500
    random = np.random.default_rng(12)
    weights = random.lognormal(10, 1.5, n).astype(np.int64) + 1
    quota = 8 * n * weights / weights.sum()
    floors = np.where(random.random(n) < 0.1, np.ceil(1.5 * quota), 0).astype(np.int64)
    caps = np.where(random.random(n) < 0.1, np.maximum(floors, quota // 2), 10**6).astype(np.int64)
    caps = np.maximum(caps, 1)
    got = METHODS[name](8 * n, weights, floors=floors, caps=caps).tolist()
    assert got == expected(name, 8 * n, weights, floors=floors.tolist(), caps=caps.tolist())


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("n", [2, 12])
def test_near_ties_below_float_resolution(name: str, n: int) -> None:
    """Claims that differ by one part in 2**100 are told apart, alone and in a batch."""
    big = 2**100
    base = [big * (3 + i) for i in range(n)]
    for bump in (-1, 0, 1):
        weights = [*base, base[-1] + bump]
        for total in range(n + 1, 4 * n):
            got = METHODS[name](total, weights).tolist()
            assert got == expected(name, total, np.array(weights, dtype=object))
    rows = [[2**62 - 1 - i, 2**62 - 1, 3 * 2**60 + i] for i in range(12)]
    for total in range(3, 30):
        got = METHODS[name](total, rows)
        assert got.tolist() == [expected(name, total, np.array(row)) for row in rows]


@pytest.mark.parametrize("name", METHODS)
def test_products_beyond_64_bits(name: str) -> None:
    """A total of 10**9 times weights of 10**18 overflows nothing: exact shares come back."""
    weights = np.array([5, 3, 2]) * 10**17
    got = METHODS[name](10**9, weights)
    assert got.tolist() == [500_000_000, 300_000_000, 200_000_000]
    assert METHODS[name](10**15, weights).tolist() == [5 * 10**14, 3 * 10**14, 2 * 10**14]


def test_light_units_share_beside_heavy_ones_at_their_caps() -> None:
    """1 : 10 of 114,835 people are 10,439.55 and 104,395.45: what the heavy leave is no noise."""
    row = [1e-22, 1e-18, 1e22, 1e30, 1e39, 1e-17]
    caps, floors = [1, 10**12, 1, 1, 160_000, 10**12], [0, 1, 1, 1, 0, 0]
    seats = apportion.hamilton([274_838] * 30, [row] * 30, floors=[floors] * 30, caps=[caps] * 30)
    assert seats.tolist() == [[1, 10_440, 1, 1, 160_000, 104_395]] * 30


@pytest.mark.parametrize("name", METHODS)
def test_floats_alone_find_seats_without_near_claims(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no claims are near each other nothing that floats propose is in doubt."""

    def in_doubt(*arguments: object) -> None:
        raise AssertionError(arguments)

    monkeypatch.setattr(certificate, "_settle", in_doubt)
    random = np.random.default_rng(11)
    weights = random.lognormal(10, 1.5, (60, 12))
    totals = random.integers(50, 500, 60)
    caps = np.where(random.random(weights.shape) < 0.1, totals[:, np.newaxis] // 6, 10**6)
    for most in (None, caps):
        assert METHODS[name](totals, weights, caps=most).sum(axis=1).tolist() == totals.tolist()
    assert METHODS[name](900, weights[:8].ravel()).sum() == 900


def test_a_million_units_sum_to_the_total_and_hold_the_certificate() -> None:
    """With n = 10**6 no unit with a seat has a weaker claim than one that waits (checked in floats
    with room, and exactly at the cut)."""  # noqa: D205, D209  # one sentence
    random = np.random.default_rng(3)
    weights = random.lognormal(10, 1.5, 10**6).astype(np.int64) + 1
    for total in (76_000, 10**7):
        seats = apportion.webster(total, weights)
        assert seats.sum() == total
        waiting = weights / (seats + 0.5)
        holding = np.where(seats > 0, weights / np.maximum(seats - 0.5, 0.5), np.inf)
        i, j = int(waiting.argmax()), int(holding.argmin())
        assert Fraction(2 * int(weights[i]), 2 * int(seats[i]) + 1) <= Fraction(
            2 * int(weights[j]), 2 * int(seats[j]) - 1
        )


@pytest.mark.parametrize("n", [70, 5000, 40_000])
def test_half_of_equal_units_are_tied(n: int) -> None:
    """Equal weights and half a seat each too many: the first half of them win."""
    seats = apportion.webster(3 * n + n // 2, np.full(n, 7))
    assert seats[: n // 2].tolist() == [4] * (n // 2)
    assert seats[n // 2 :].tolist() == [3] * (n - n // 2)
    assert apportion.hamilton(n // 2, np.full(n, 7), ties="last")[: n - n // 2].sum() == 0


@pytest.mark.parametrize(
    ("method", "rest"), [(apportion.webster, Fraction(1, 2)), (apportion.jefferson, Fraction(0))]
)
@pytest.mark.parametrize("heaviest", [5, 50])
def test_leaps_of_thousands_of_equal_claims(
    method: apportion.Method, rest: Fraction, heaviest: int
) -> None:
    """Of 40,000 units with few weights, totals at, beside and amid a leap are shared as counted."""
    n = 40_000
    weights = np.random.default_rng(heaviest).integers(1, heaviest + 1, n)
    counts = np.bincount(weights)
    leaps: dict[Fraction, int] = {}  # how many units claim a seat at this divisor
    for weight in range(1, heaviest + 1):
        for seat in range(1, 40):
            divisor = weight / (seat - rest)
            leaps[divisor] = leaps.get(divisor, 0) + int(counts[weight])
    given = 0
    for divisor in sorted(leaps, reverse=True):
        given, size = given + leaps[divisor], leaps[divisor]
        if given > 5 * n:
            break
    for total in (given - size, given - size + 1, given - size // 2, given - 1, given):
        # at the divisor itself a unit may hold its next seat or not: those are the tied
        quotients = [Fraction(weight) / divisor + rest for weight in range(heaviest + 1)]
        certain = np.array([-(-q.numerator // q.denominator) - 1 for q in quotients])
        certain[0] = 0
        tied = np.flatnonzero(np.array([q.denominator == 1 for q in quotients])[weights])
        assert tied.size == size
        seats = certain[weights]
        seats[tied[: total - (given - size)]] += 1
        assert method(total, weights).tolist() == seats.tolist()
        assert method(total, weights * 0.5).tolist() == seats.tolist()


@pytest.mark.parametrize("method", [apportion.webster, apportion.hill, apportion.hamilton])
def test_a_block_with_one_problem_that_cannot_be_met(method: apportion.Method) -> None:
    """Among many rows the one whose caps are too low, or floors too high, is named."""
    weights = np.tile([5, 4, 3], (20, 1))
    caps = np.full((20, 3), 4)
    totals = np.full(20, 12)
    assert method(totals, weights, caps=caps).tolist() == caps.tolist()
    totals[13] = 13
    with pytest.raises(InfeasibleError, match=r"caps\[13\]: caps allow 12 of 13: 1 too many"):
        method(totals, weights, caps=caps)
    floors = np.full((20, 3), 5)
    with pytest.raises(InfeasibleError, match=r"floors\[0\]: floors sum to 15"):
        method(np.full(20, 14), weights, floors=floors)


def test_a_block_with_rows_that_floats_cannot_hold() -> None:
    """Rows of zeros, of 10**-300 and beyond the floats stand among ordinary ones."""
    weights = np.ones((12, 2))
    weights[3], weights[7] = 1e-300, [1e308, 1e308]
    assert apportion.webster(2, weights).tolist() == [[1, 1]] * 12
    weights[5] = 0
    totals = np.full(12, 2)
    totals[5] = 0
    assert apportion.webster(totals, weights)[5].tolist() == [0, 0]
    with pytest.raises(DefinitionError, match=r"weights\[5\]: all weights are zero"):
        apportion.webster(2, weights)

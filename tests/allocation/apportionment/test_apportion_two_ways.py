"""Groups laid end to end, solved by arrays, equal the slow exact twin: every kind of input."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import settings

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
    "two": apportion.modified(2),
    "hamilton": apportion.hamilton,
}
KINDS = ["ties", "eighths", "wide", "near", "tenths"]
SEEDS = range(34) if settings.get_current_profile_name() == "nightly" else range(10, 11)
"""Of `make laws`: 20,400 problems of each method, and 10,000 near ties."""

POSTS = oracle.POSTS | {
    "hundredth": (oracle.stationary_post(Fraction(1, 100)), 1),
    "nordic": (oracle.modified_post(Fraction(7, 5)), 1),
    "two": (oracle.modified_post(Fraction(2)), 1),
}


def weights_of(random: np.random.Generator, kind: str, size: int) -> np.ndarray:
    """Draw weights with ties, zeros, fractions, near ties or none of these."""
    weights = {
        "ties": random.integers(0, 5, size),
        "eighths": random.integers(0, 12, size) / 8,
        "wide": random.lognormal(3, 2, size),
        "near": 10**15 * random.integers(1, 4, size) + random.integers(-2, 3, size),
        "tenths": np.round(random.lognormal(2, 1, size), 1),
    }[kind]
    weights[0] = max(weights[0], 1)
    return weights


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_groups_equal_the_slow_twin(name: str, kind: str, bounded: bool, seed: int) -> None:  # noqa: FBT001  # drawn
    """Groups of all sizes in one call: zero weights, ties by rank, floats, floors and caps."""
    random = np.random.default_rng(7 + seed)
    sizes = random.integers(1, 9, 60).tolist()
    offsets = np.append(0, np.cumsum(sizes))
    parts, totals, floors, caps = [], [], [], []
    for size in sizes:
        weights = weights_of(random, kind, size)
        total = int(random.integers(0, 6 * size))
        quotas = total * weights / weights.sum()
        low, high = np.zeros(size, dtype=np.int64), np.full(size, 10**6)
        if bounded:
            low = np.where(random.random(size) < 0.4, quotas * random.uniform(0.3, 1.8, size), 0)
            low = low.astype(np.int64)
            high = np.where(random.random(size) < 0.4, quotas * random.uniform(0.5, 1.5), 10**6)
            high = np.maximum(high.astype(np.int64), low)
        least = np.where((weights > 0) & (high > 0), np.maximum(low, 1), low)
        most = np.where(weights > 0, high, low)
        totals.append(min(max(total, int(least.sum())), int(most.sum())))
        parts.append(weights)
        floors.append(low)
        caps.append(high)
    ranks = random.permutation(offsets[-1])
    bounds = {"floors": np.concatenate(floors), "caps": np.concatenate(caps)} if bounded else {}
    seats = apportion.by_group(
        METHODS[name], totals, np.concatenate(parts), offsets=offsets, ties=ranks, **bounds
    )
    twin = oracle.hamilton if name == "hamilton" else partial(oracle.highest_averages, POSTS[name])
    for group, (start, stop) in enumerate(pairwise(offsets.tolist())):
        own = (floors[group].tolist(), caps[group].tolist()) if bounded else (None, None)
        assert seats[start:stop].tolist() == twin(
            totals[group],
            parts[group].tolist(),
            floors=own[0],
            caps=own[1],
            rank=ranks[start:stop].tolist(),
        )


@pytest.mark.parametrize("name", ["droop", "hagenbach_bischoff", "quota_method"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_other_quotas_and_the_quota_method_equal_their_definitions(
    name: str, kind: str, seed: int
) -> None:
    """Groups of all sizes in one call, as their definitions share them seat by seat."""
    random = np.random.default_rng(70 + seed)
    parts, totals, ranks, expected = [], [], [], []
    for size in random.integers(1, 7, 120).tolist():
        weights, total = weights_of(random, kind, size), int(random.integers(0, 4 * size))
        rank = random.permutation(size).tolist()
        row = weights.tolist()
        if name == "quota_method":
            twin = oracle.quota_method(total, row, rank=rank)
        else:
            twin = oracle.by_quota(total, row, oracle.quota_of(name, total, row), rank=rank)
        if twin is None:
            with pytest.raises(InfeasibleError, match="left for the remainders"):
                apportion.hamilton(total, weights, quota=name, ties=rank)  # type: ignore[arg-type]
            continue
        parts.append(weights)
        totals.append(total)
        ranks += rank
        expected += twin
    method = partial(apportion.hamilton, quota=name)
    seats = apportion.by_group(
        apportion.quota_method if name == "quota_method" else method,  # type: ignore[arg-type]
        totals,
        np.concatenate(parts),
        offsets=np.append(0, np.cumsum([len(part) for part in parts])),
        ties=ranks,
    )
    assert seats.tolist() == expected


@pytest.mark.parametrize("name", METHODS)
def test_near_ties_below_float_resolution_in_groups(name: str) -> None:
    """Weights next to 2**60 that floats cannot tell apart go by their last digit, not by position.

    Groups of three; 2**60 and its neighbours are one double.
    """
    random = np.random.default_rng(4)
    weights = 2**60 + random.integers(-60, 60, (200 if len(SEEDS) == 1 else 10_000, 3))
    totals = random.integers(3, 12, len(weights))
    seats = METHODS[name](totals, weights)
    twin = oracle.hamilton if name == "hamilton" else partial(oracle.highest_averages, POSTS[name])
    assert seats.tolist() == [
        twin(total, row) for total, row in zip(totals.tolist(), weights.tolist(), strict=True)
    ]


def test_a_heavy_group_beside_many_light_ones() -> None:
    """Claims of very different size in one call: each group has its own answer and its own ties."""
    rows = [[2**57 + 1, 2**57, 2**57 - 1, 2**56], *([1, 1, 2, 4] for _ in range(200))]
    totals = [2, *([3] * 200)]
    seats = apportion.hamilton(totals, rows, ties="last")
    rank = [3, 2, 1, 0]
    assert seats.tolist() == [
        oracle.hamilton(total, row, rank=rank) for total, row in zip(totals, rows, strict=True)
    ]


def test_a_function_of_the_users_own_is_checked() -> None:
    """A plain function serves as a method; an answer of the wrong kind is refused with its name."""

    def squared(total: int, weights: list[float], **options: object) -> np.ndarray:
        return apportion.webster(total, [float(w) ** 2 for w in weights], **options)  # type: ignore[arg-type]

    seats, ties = apportion.by_group_with_ties(squared, [10, 5], [2, 1, 1, 1], offsets=[0, 2, 4])
    assert (seats.tolist(), ties) == ([8, 2, 3, 2], ())
    explained = apportion.explain(squared, 10, [2, 1])
    assert (explained.method, explained.seats.tolist()) == ("squared", [8, 2])
    assert explained.divisor is None
    assert apportion.first_is_free(squared) is False

    def halves(total: int, weights: list[float], **_: object) -> list[float]:
        return [total / 2] * len(weights)

    def short(total: int) -> list[int]:
        return [total]

    with pytest.raises(DefinitionError, match=r"'halves': gave \[2.5, 2.5\]"):
        apportion.by_group(halves, [5], [1, 1], offsets=[0, 2])  # type: ignore[arg-type]
    with pytest.raises(DefinitionError, match="'short': "):
        apportion.by_group(short, [5], [1, 1], offsets=[0, 2])  # type: ignore[arg-type]

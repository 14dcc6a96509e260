"""Speed of the apportionment kernel, in units of `np.partition` of a million numbers.

Every line alternates the two calls that it compares and divides the medians of the processor time
that they take, so that neither a slow machine nor other programs on it decide. NumPy uses all the
vector instructions that the machine has. A line says the goal, what was measured, and whether it is
met. The yardstick is one pass of vector instructions; one exact answer needs about ten passes.

Run alone: `python benchmarks/apportion.py`.
"""

from __future__ import annotations

import tracemalloc
from functools import partial
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

import numpy as np

from coverage_campaign.allocation.apportionment import methods as apportion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Call = Callable[[], object]
    Case = tuple[str, float, Call]

MILLION = 10**6
ROUNDS = 15
MEMORY = 6.0  # in weights: the result is 1, whatever the total
FEW = 100  # of units: so small calls are repeated
CAPPED = 0.2  # of the units of a batch


def ratio(call: Call, yardstick: Call, *, rounds: int = ROUNDS, repeat: int = 1) -> float:
    """Return how many times the yardstick's time a call takes: medians of alternating runs."""
    call()
    yardstick()
    ours, theirs = [], []
    for _ in range(rounds):
        start = process_time()
        yardstick()
        middle = process_time()
        for _ in range(repeat):
            call()
        ours.append((process_time() - middle) / repeat)
        theirs.append(middle - start)
    return median(ours) / median(theirs)


def cases(random: np.random.Generator, weights: np.ndarray) -> Iterator[Case]:
    """Yield what is measured, how many times the yardstick it may take, and the call."""
    whole = weights.astype(np.int64)
    for n in (12, FEW):
        few = weights[:n].copy()
        goal = 0.02 if n < FEW else np.inf
        yield f"webster, n = {n}", goal, partial(apportion.webster, 10 * n, few)
        yield f"hamilton, n = {n}", goal, partial(apportion.hamilton, 10 * n, few)
    for total in (76_000, 10**7, 10**9):
        what = f"webster, n = 10^6, total {total:,}"
        yield what, 8.0, partial(apportion.webster, total, weights)
    yield "webster, n = 10^6, whole numbers", 8.0, partial(apportion.webster, 10**7, whole)
    yield "hamilton, n = 10^6", 8.0, partial(apportion.hamilton, 10**7, weights)
    for quota in ("droop", "hagenbach_bischoff"):
        call = partial(apportion.hamilton, 10**7, whole, quota=quota)
        yield f"hamilton, {quota} quota, n = 10^6", np.inf, call
    floors, caps = bounds(random, weights)
    for method in (apportion.webster, apportion.jefferson, apportion.hamilton):
        call = partial(method, 10**7, weights, floors=floors, caps=caps)
        yield f"{method.__name__} with floors and caps, n = 10^6", 15.0, call
    for what, worst, total in worst_inputs(random):
        yield f"webster, n = 10^6, {what}", 20.0, partial(apportion.webster, total, worst)
        yield f"hamilton, n = 10^6, {what}", 20.0, partial(apportion.hamilton, total, worst)
    yield from batches(random)


def bounds(random: np.random.Generator, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return floors that lift a tenth of the units, and caps that cut one in fifty."""
    quotas = 10**7 * weights / weights.sum()
    raised, capped = random.random((2, MILLION)) < [[0.1], [0.02]]
    floors = np.where(raised, np.ceil(1.5 * quotas), 0).astype(np.int64)
    caps = np.where(capped, np.maximum(floors, quotas // 2), 10**9).astype(np.int64)
    return floors, caps


def worst_inputs(random: np.random.Generator) -> list[tuple[str, np.ndarray, int]]:
    """Return a million equal weights, half of them tied, few different weights, a giant."""
    giant = random.pareto(1, MILLION) + 1
    giant[77] = 1e9
    return [
        ("all equal", np.full(MILLION, 7.0), 10**7),
        ("all equal, half of them tied", np.full(MILLION, 7.0), 10**7 + MILLION // 2),
        ("two weights, 500,000 tied", np.tile([7.0, 5.0], MILLION // 2), 9_750_000),
        ("weights 1 to 50, 20,000 tied", random.integers(1, 51, MILLION) * 1.0, 10**7),
        ("one giant", giant, 10**7),
    ]


def batches(random: np.random.Generator) -> Iterator[Case]:
    """Yield many problems in one call: plain, with caps, full of ties, and tiers of a tree."""
    scenarios = random.lognormal(10, 1.5, (100_000, 12))
    totals = random.integers(50, 500, 100_000)
    ties = random.integers(1, 10, scenarios.shape)
    quotas = totals[:, np.newaxis] * scenarios / scenarios.sum(axis=1, keepdims=True)
    caps = np.where(random.random(scenarios.shape) < CAPPED, quotas * 0.8, MILLION).astype(np.int64)
    for method in (apportion.webster, apportion.hamilton):
        name = method.__name__
        yield f"{name}, 100,000 x 12", 12.0, partial(method, totals, scenarios)
        yield f"{name}, 100,000 x 12 with caps", 60.0, partial(method, totals, scenarios, caps=caps)
        yield f"{name}, 100,000 x 12 full of ties", 60.0, partial(method, totals, ties)
    leaves = random.lognormal(10, 1.5, MILLION)
    for parents in (3_000, 40_000):
        cuts = np.sort(random.choice(np.arange(1, MILLION), parents - 1, replace=False))
        offsets = np.concatenate([[0], cuts, [MILLION]])
        shares = 8 * np.diff(offsets)
        call = partial(apportion.by_group, apportion.webster, shares, leaves, offsets=offsets)
        yield f"webster, 10^6 leaves under {parents:,}", np.inf, call


def lines() -> list[tuple[str, str, str, bool]]:
    """Return what is measured, the goal, what was measured, and whether it is met."""
    random = np.random.default_rng(20100601)
    weights = random.lognormal(10, 1.5, MILLION)

    def partition() -> object:
        return np.partition(weights, MILLION // 2)

    found = []
    for what, goal, call in cases(random, weights):
        measured = ratio(call, partition, repeat=200 if what.endswith(("n = 12", "n = 100")) else 1)
        found.append((what, f"<= {goal:g} x" if goal < np.inf else "-", measured, measured <= goal))
    for total in (76_000, 10**9):
        tracemalloc.start()
        apportion.webster(total, weights)
        peak = tracemalloc.get_traced_memory()[1] / weights.nbytes
        tracemalloc.stop()
        what = f"peak memory, webster, n = 10^6, total {total:,}, in weights"
        found.append((what, f"<= {MEMORY:g} x", peak, peak <= MEMORY))
    return [(what, goal, f"{measured:.3f} x", met) for what, goal, measured, met in found]


if __name__ == "__main__":
    report = lines()
    for what, goal, measured, met in report:
        print(f"{what:50s} {goal:>12s} {measured:>12s}  {'ok' if met else 'over'}")
    raise SystemExit(not all(met for *_, met in report))

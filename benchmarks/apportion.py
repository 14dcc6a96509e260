"""Speed of the allocation kernel, in units of `np.partition` on the same machine at the same time.

Every line alternates the two calls that it compares and divides the medians of the processor time
that they take (all threads), so that neither a slow machine nor other programs on it decide.

The goals were set where NumPy partitions a million numbers in 11 ms: by selection one number at a
time. Where it has vector instructions for that (AVX2), the yardstick alone becomes about four times
shorter, and one sum with two roundings, which no exact method can do without, take as long as it.
So each line is measured twice, in a process of its own: with NumPy's vector instructions beyond
its baseline switched off for both sides, as the goals were set; and, in brackets and without a
goal, with all that this machine has. Where NumPy has none of them the two are the same. The first
lines say how long the yardstick takes, and where NumPy itself ends: its bare passes.

Run alone: `python benchmarks/apportion.py`; `--as-it-is` measures once, in this very process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
from functools import partial
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

import numpy as np

from coverage_campaign.allocation.apportionment import methods as apportion

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[[], object]

MILLION = 10**6
ROUNDS = 15
CHUNK = 2**16
MAGIC = 1.5 * 2.0**52
MEMORY = 3.0  # the result is 1, whatever the total
AS_IT_IS = "--as-it-is"
SWITCH = "NPY_DISABLE_CPU_FEATURES"
# What NumPy's selection makes use of, by the names of NumPy up to 2.3 and since; a name that a
# NumPy or a machine does not know is passed over with a warning.
VECTORS = "AVX2 AVX512_SKX X86_V3 X86_V4 AVX512_ICL AVX512_SPR"


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


def line(what: str, goal: float, measured: float, unit: str) -> tuple[str, str, str, bool]:
    """Return one line of the report."""
    shown = f"{measured:.4f}" if goal < 0.1 else f"{measured:.2f}"  # noqa: PLR2004  # digits
    return what, f"<= {goal:g} x {unit}", f"{shown} x", measured <= goal


def lines() -> list[tuple[str, str, str, bool]]:
    """Return what was asked for, the goal, what was measured, and whether it is met.

    In brackets: the same with all of this machine's vector instructions, for information.
    """
    as_set, as_is = (_in_a_process(switched_off) for switched_off in (VECTORS, ""))
    return [
        (what, goal, f"{measured} ({beside})", met)
        for (what, goal, measured, met), (_, _, beside, _) in zip(as_set, as_is, strict=True)
    ]


def _in_a_process(switched_off: str) -> list[tuple[str, str, str, bool]]:
    """Return the lines as measured without some instructions: NumPy chooses as it is imported."""
    run = subprocess.run(  # noqa: S603  # this file and this Python
        [sys.executable, "-W", "ignore", __file__, AS_IT_IS],
        env=os.environ | {SWITCH: switched_off},
        stdout=subprocess.PIPE,
        check=True,
    )
    return [(what, goal, measured, met) for what, goal, measured, met in json.loads(run.stdout)]


def measure() -> list[tuple[str, str, str, bool]]:
    """Return the lines as measured in this process."""
    random = np.random.default_rng(20100601)
    weights = random.lognormal(10, 1.5, MILLION)

    def partition() -> object:
        return np.partition(weights, MILLION // 2)

    one = "np.partition(10^6)"
    spans = []
    for _ in range(ROUNDS):
        start = process_time()
        partition()
        spans.append(process_time() - start)
    found = [
        ("the yardstick, np.partition(10^6)", "-", f"{1e3 * median(spans):.1f} ms", True),
        (
            "the floor: one sum, two roundings, one result",
            "-",
            f"{ratio(lambda: floor(weights), partition):.2f} x",
            True,
        ),
    ]
    for total in (76_000, 10**7, 10**9):
        measured = ratio(lambda total=total: apportion.webster(total, weights), partition)  # type: ignore[misc]
        found.append(line(f"webster, n = 10^6, total {total:,}", 0.5, measured, one))
    whole = weights.astype(np.int64)
    measured = ratio(lambda: apportion.webster(10**7, whole), partition)
    found.append(line("webster, n = 10^6, whole numbers", 0.5, measured, one))
    measured = ratio(lambda: apportion.hamilton(10**7, weights), partition)
    found.append(line("hamilton, n = 10^6", 0.5, measured, one))
    floors, caps = _bounds(random, weights)
    for name, method, goal in (
        ("webster", apportion.webster, 1.2),
        ("jefferson", apportion.jefferson, 1.2),
        ("hamilton", apportion.hamilton, 2.0),
    ):
        measured = ratio(lambda m=method: m(10**7, weights, floors=floors, caps=caps), partition)  # type: ignore[misc]
        found.append(line(f"{name} with floors and caps, n = 10^6", goal, measured, one))

    def usual() -> object:
        return apportion.webster(10**7, weights)

    for what, worst, total in _worst(random):
        measured = ratio(lambda w=worst, t=total: apportion.webster(t, w), usual)  # type: ignore[misc]
        found.append(line(f"webster, n = 10^6, {what}", 2.0, measured, "the same on lognormal"))
    found.extend(_many(random))
    for n in (12, 100):
        few = weights[:n].copy()
        measured = ratio(lambda w=few, n=n: apportion.webster(10 * n, w), partition, repeat=200)  # type: ignore[misc]
        found.append(line(f"webster, n = {n}", 0.01, measured, one))
    found.extend(_quotas(weights, partition))
    found.extend(_memory(weights))
    return found


def floor(weights: np.ndarray) -> int:
    """Return what every exact method needs at least: a sum, and quotients rounded at two divisors.

    One set of the rounded numbers is written as integers, the other into a buffer.
    """
    t = 10**7 / float(weights.sum())
    seats, buffer = np.empty(weights.size, dtype=np.int64), np.empty(CHUNK)
    total = 0
    for start in range(0, weights.size, CHUNK):
        part = weights[start : start + CHUNK]
        here = seats[start : start + CHUNK]
        lower, upper = here.view(np.float64), buffer[: part.size]
        np.multiply(part, t * (1 - 1e-4), out=lower)
        np.add(lower, MAGIC, out=lower)  # leaves the nearest integer in the lowest bits
        np.multiply(part, t * (1 + 1e-4), out=upper)
        np.add(upper, MAGIC, out=upper)
        total += int(np.add.reduce(here))
    return total


def _quotas(weights: np.ndarray, partition: Call) -> list[tuple[str, str, str, bool]]:
    whole = weights.astype(np.int64)
    found = []
    for quota in ("droop", "hagenbach_bischoff"):
        measured = ratio(partial(apportion.hamilton, 10**7, whole, quota=quota), partition)
        found.append((f"beside: hamilton, {quota} quota, n = 10^6", "-", f"{measured:.2f} x", True))
    return found


def _memory(weights: np.ndarray) -> list[tuple[str, str, str, bool]]:
    """Return the most memory that a call takes beside its input, the result included."""
    found = []
    for total in (76_000, 10**9):
        tracemalloc.start()
        apportion.webster(total, weights)
        peak = tracemalloc.get_traced_memory()[1] / weights.nbytes
        tracemalloc.stop()
        what = f"peak memory, webster, n = 10^6, total {total:,}"
        found.append((what, f"<= {MEMORY:g} x the weights", f"{peak:.2f} x", peak <= MEMORY))
    return found


def _bounds(random: np.random.Generator, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    quotas = 10**7 * weights / weights.sum()
    raised, capped = random.random((2, MILLION)) < [[0.1], [0.02]]
    floors = np.where(raised, np.ceil(1.5 * quotas), 0).astype(np.int64)
    caps = np.where(capped, np.maximum(floors, quotas // 2), 10**9).astype(np.int64)
    return floors, caps


def _worst(random: np.random.Generator) -> list[tuple[str, np.ndarray, int]]:
    giant = random.pareto(1, MILLION) + 1
    giant[77] = 1e9
    return [
        ("all equal", np.full(MILLION, 7.0), 10**7),
        ("all equal, half of them tied", np.full(MILLION, 7.0), 10**7 + MILLION // 2),
        ("two weights, 500,000 tied", np.tile([7.0, 5.0], MILLION // 2), 9_750_000),
        ("weights 1 to 50, 20,000 tied", random.integers(1, 51, MILLION) * 1.0, 10**7),
        ("one giant", giant, 10**7),
    ]


def _many(random: np.random.Generator) -> list[tuple[str, str, str, bool]]:
    scenarios = random.lognormal(10, 1.5, (100_000, 12))
    totals = random.integers(50, 500, 100_000)
    every = scenarios.reshape(-1)
    measured = ratio(
        lambda: apportion.webster(totals, scenarios),
        lambda: np.partition(every, every.size // 2),
    )
    found = [line("webster, 100,000 scenarios x 12 units", 2.0, measured, "np.partition of them")]
    leaves = random.lognormal(10, 1.5, MILLION)
    for parents in (3_000, 40_000):
        cuts = np.sort(random.choice(np.arange(1, MILLION), parents - 1, replace=False))
        offsets = np.concatenate([[0], cuts, [MILLION]])
        shares = 8 * np.diff(offsets)
        measured = ratio(
            lambda o=offsets, s=shares: apportion.by_group(apportion.webster, s, leaves, offsets=o),  # type: ignore[misc]
            lambda: np.partition(leaves, MILLION // 2),
            rounds=7,
        )
        found.append(
            line(f"webster, 10^6 leaves under {parents:,}", 3.0, measured, "np.partition(10^6)")
        )
    return found


if __name__ == "__main__":
    if AS_IT_IS in sys.argv:
        print(json.dumps(measure()))
        raise SystemExit
    report = lines()
    for what, goal, measured, met in report:
        print(f"{what:45s} {goal:35s} {measured:>20s}  {'ok' if met else 'over'}")
    raise SystemExit(not all(met for *_, met in report))

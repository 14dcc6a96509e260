"""Other libraries beside ours: the same problem, their time, and whether their seats are right.

1,000 units with lognormal weights share 10,000 seats; no two claims tie there, so that every right
answer is the same. Then two small problems with ties, on which answers that are not one of the
right ones are told. Run alone: `python benchmarks/apportion_peers.py`.
"""

from __future__ import annotations

from importlib.util import find_spec
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

import numpy as np

from coverage_campaign.allocation.apportionment import methods as apportion

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Peer = Callable[[int, Sequence[int]], list[int]]
    Line = tuple[str, str, str, bool]

UNITS, SEATS = 1000, 10_000
ROUNDS = 3


def peers() -> dict[str, tuple[str, Peer]]:
    """Return the peers that are installed: whose method of ours they offer, and how."""
    found: dict[str, tuple[str, Peer]] = {}
    if find_spec("apportionment"):
        from apportionment import methods  # a peer that need not be there

        def compute(method: str) -> Peer:
            # its letters name 52 units at most, and a tie among more is an IndexError
            return lambda seats, votes: list(
                methods.compute(method, votes, seats, parties=[str(i) for i in range(len(votes))])
            )

        found["apportionment, largest remainder"] = "hamilton", compute("hamilton")
        found["apportionment, Sainte-Laguë"] = "webster", compute("saintelague")
    if find_spec("votelib"):
        from votelib.evaluate import proportional  # the same

        def evaluate(evaluator: object) -> Peer:
            def call(seats: int, votes: Sequence[int]) -> list[int]:
                won = evaluator.evaluate(dict(enumerate(votes)), seats)  # type: ignore[attr-defined]
                return [won.get(i, 0) for i in range(len(votes))]  # a Tie has a key of its own

            return call

        found["votelib, largest remainder"] = (
            "hamilton",
            evaluate(proportional.LargestRemainder("hare")),
        )
        found["votelib, Sainte-Laguë"] = (
            "webster",
            evaluate(proportional.HighestAverages("sainte_lague")),
        )
    if find_spec("apportionpy"):
        from apportionpy.methods import hamilton, webster  # the same

        found["apportionpy, Hamilton"] = (
            "hamilton",
            lambda seats, votes: hamilton.calculate_hamilton(seats, votes)[1],
        )
        found["apportionpy, Webster"] = (
            "webster",
            lambda seats, votes: webster.calculate_webster(seats, votes)[1],
        )
    return found


def lines() -> list[Line]:
    """Return each peer's time in units of ours, and whether it is right."""
    random = np.random.default_rng(20100601)
    votes = (random.lognormal(10, 1.5, UNITS).astype(np.int64) + 1).tolist()
    found = []
    for name, (ours, peer) in peers().items():
        method = getattr(apportion, ours)
        seats, spans = [], []
        for _ in range(ROUNDS):
            start = process_time()
            method(SEATS, votes)
            middle = process_time()
            seats = peer(SEATS, votes)
            spans.append((process_time() - middle) / (middle - start))
        wrong = int((np.array(seats) != method(SEATS, votes)).sum())
        verdict = "the same seats" if not wrong else f"{wrong} units differ"
        what = f"{name}, {UNITS:,} units: {verdict}"
        found.append((what, "-", f"{median(spans):,.0f} x ours", True))
        found.append((f"{name}, at ties: {_at_ties(ours, peer)}", "-", "-", True))
    return found or [("apportionment, votelib, apportionpy", "-", "not installed", True)]


TIES = {"hamilton": (3, [1, 1, 3]), "webster": (2, [1, 3])}


def _at_ties(ours: str, peer: Peer) -> str:
    """Return what a peer answers to a small problem with a tie."""
    total, votes = TIES[ours]
    right = [
        getattr(apportion, ours)(total, votes, ties=rule).tolist() for rule in ("first", "last")
    ]
    try:
        got = peer(total, votes)
    except Exception as error:  # noqa: BLE001  # whatever a peer raises is its answer
        return f"{type(error).__name__}"
    if got in right:
        return f"{got} is right"
    if sum(got) < total:
        return "left open, as a tie"
    return f"{total} seats for {votes} are {got}, not {right[0]} or {right[1]}"


if __name__ == "__main__":
    for what, _goal, measured, _met in lines():
        print(f"{what:90s} {measured:>12s}")

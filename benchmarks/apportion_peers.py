"""Other libraries beside ours: the same problem, their time, and their answer.

Units with lognormal weights share ten seats each; no two claims tie there, so that every right
answer is the same. A peer that took more than a few seconds is not asked for more units. Then small
problems with ties, on which answers that are not one of the right ones are told. Run alone:
`python benchmarks/apportion_peers.py`.
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

SIZES = (4, 12, 64, 1_000, 10_000, 100_000, 1_000_000)
ROUNDS = 3
PATIENCE = 3.0  # seconds of one call
SHOWN = 12


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
    """Return each peer's time in units of ours, and its answer."""
    random = np.random.default_rng(20100601)
    rows = [(random.lognormal(10, 1.5, n).astype(np.int64) + 1).tolist() for n in SIZES]
    found = []
    for name, (ours, peer) in peers().items():
        for votes in rows:
            ratio, span, answer = beside(getattr(apportion, ours), peer, votes)
            found.append((f"{name}, {len(votes):,} units: {answer}", "-", ratio, True))
            if span > PATIENCE:
                break
        found.append((f"{name}, at ties: {_at_ties(ours, peer)}", "-", "-", True))
    return found or [("apportionment, votelib, apportionpy", "-", "not installed", True)]


def beside(method: Peer, peer: Peer, votes: list[int]) -> tuple[str, float, str]:
    """Return a peer's time in units of ours, in seconds, and what it answers."""
    total, right, repeat = 10 * len(votes), [], 100 if len(votes) <= SHOWN else 1
    ours, theirs, seats = [], [], []
    for _ in range(ROUNDS):
        start = process_time()
        for _ in range(repeat):
            right = method(total, votes)
        middle = process_time()
        try:
            for _ in range(repeat):
                seats = peer(total, votes)
        except Exception as error:  # noqa: BLE001  # whatever a peer raises is its answer
            return "-", 0.0, type(error).__name__
        theirs.append((process_time() - middle) / repeat)
        ours.append((middle - start) / repeat)
        if theirs[-1] > PATIENCE:
            break
    wrong = int((np.array(seats) != right).sum())
    answer = "the same seats" if not wrong else f"{wrong:,} units differ"
    answer = f"{seats}, {answer}" if len(votes) <= SHOWN else answer
    return f"{median(theirs) / median(ours):,.1f} x ours", median(theirs), answer


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

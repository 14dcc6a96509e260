"""Many problems in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coverage_campaign.allocation.vector import solve_one

if TYPE_CHECKING:
    from coverage_campaign.allocation.numbers import Ints
    from coverage_campaign.allocation.problems import Problems
    from coverage_campaign.allocation.ties import Tie

__all__ = ["solve"]


def solve(problems: Problems) -> tuple[Ints, tuple[Tie, ...]]:
    """Return the flat seats of all problems, and the ties that were broken."""
    seats = np.zeros(problems.weights.size, dtype=np.int64)
    ties: list[Tie] = []
    for group in range(problems.totals.size):
        one = problems.one(group)
        seats[one.start : one.stop], tie = solve_one(problems, one)
        if tie is not None:
            ties.append(tie)
    return seats, tuple(ties)

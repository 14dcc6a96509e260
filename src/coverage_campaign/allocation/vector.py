"""One problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coverage_campaign.allocation.bounds import check_feasible
from coverage_campaign.allocation.exact import divide, exact_list
from coverage_campaign.allocation.hamilton import Remainders, share_remainders
from coverage_campaign.allocation.numbers import MOST

if TYPE_CHECKING:
    from coverage_campaign.allocation.numbers import Ints
    from coverage_campaign.allocation.problems import One, Problems
    from coverage_campaign.allocation.ties import Tie

__all__ = ["solve_one"]


def solve_one(problems: Problems, one: One) -> tuple[Ints, Tie | None]:
    """Return the seats of one problem, and the tie if one was broken."""
    rule = problems.rule
    check_feasible(problems, one)
    exact = exact_list(one.weights)
    n = one.weights.size
    low = [0] * n if one.floors is None else one.floors.tolist()
    high = [MOST] * n if one.caps is None else one.caps.tolist()
    if isinstance(rule, Remainders):
        split = share_remainders(rule, one.total, exact, low, high)
    else:
        split = divide(rule, one.total, exact, low, high)
    seats = np.array(split.seats, dtype=np.int64)
    if not split.tied:
        return seats, None
    tied = np.array(split.tied, dtype=np.int64)
    tie = problems.turn.pick(tied, split.at_stake, one.group, one.start)
    seats[list(tie.winners)] += 1
    return seats, tie

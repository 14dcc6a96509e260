"""The quota method of Balinski and Young: within quota at every total, and monotone in it.

Seats are given one by one. The h-th goes to the largest weight per seat (Jefferson's claim, w / k)
of those units that it does not lift above their quota of h seats, rounded up. So a unit's k-th seat
can be given from the first h on for which h w / W is above k - 1.

Sources: Balinski and Young, The quota method of apportionment, American Mathematical Monthly 82
(1975) 701-730; Still, A class of new methods for congressional apportionment, SIAM Journal on
Applied Mathematics 37 (1979) 401-418.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from math import gcd

import numpy as np

from coverage_campaign.allocation.apportionment.exact import exact_keys
from coverage_campaign.allocation.apportionment.groups import Groups
from coverage_campaign.allocation.apportionment.inputs import Ints, integers
from coverage_campaign.allocation.apportionment.rounding_rules import JEFFERSON
from coverage_campaign.allocation.apportionment.ties import TieTable
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.messages import message

__all__ = ["solve_quota_method"]

_MOST = 10**7  # seats that are given one by one


def solve_quota_method(groups: Groups) -> tuple[Ints, list[TieTable]]:
    """Return the seats of all groups, and the ties that were broken.

    Raises:
        DefinitionError: more seats than can be given one by one.
        InfeasibleError: the method's answer is not within the bounds.
        TieError: as `ties.TieBreaker.pick`.
    """
    seats, ties = np.zeros(groups.weights.size, dtype=np.int64), []
    for group in range(groups.totals.size):
        own, total = groups.units(group), int(groups.totals[group])
        weights, _ = integers(groups.weights[own])
        common = gcd(*weights) or 1
        period = sum(weights) // common  # after so many seats all quotas are whole
        rounds, left = divmod(total, period or 1)
        if left > _MOST:
            raise DefinitionError(
                Problem(
                    groups.where("total", group),
                    message("{left} seats beyond whole quotas", left=left),
                    message("at most {most}: the quota method gives them one by one", most=_MOST),
                )
            )
        order = groups.breaker.order(len(weights), int(groups.origin[group]))
        given, tied = _give(left, weights, order)
        seats[own] = [rounds * (w // common) + more for w, more in zip(weights, given, strict=True)]
        _check_bounds(groups, group, seats[own])
        ties += [
            groups.breaker.record(
                np.array(sorted(winners | losers)),
                winners,
                group=int(groups.numbers[group]),
                origin=int(groups.origin[group]),
            )
            for winners, losers in tied
        ]
    return seats, ties


def _check_bounds(groups: Groups, group: int, seats: Ints) -> None:
    own = groups.units(group)
    for bounds, word in ((groups.floors, "floor"), (groups.caps, "cap")):
        if bounds is None:
            continue
        missed = np.flatnonzero((seats - bounds[own]) * (1 if word == "floor" else -1) < 0)
        for unit in missed[:1].tolist():
            raise InfeasibleError(
                Problem(
                    groups.where(f"{word}s", group),
                    message(
                        "unit {name} has {seats} by the quota method, and its {word} is {bound}",
                        name=groups.name(group, unit),
                        seats=seats[unit],
                        word=word,
                        bound=bounds[own][unit],
                    ),
                    "another method: the quota method has no rule for floors and caps",
                )
            )


def _give(
    total: int, weights: Sequence[int], order: Sequence[int]
) -> tuple[list[int], list[tuple[set[int], set[int]]]]:
    """Return the seats, and for each tie that the total cuts the winners and the losers.

    A tie that is broken on the way is none if all its claims are served by the end: until they are,
    no other claim comes before them.
    """
    key = exact_keys(JEFFERSON, max(weights, default=1), total + 1)
    whole = sum(weights)
    seats = [0] * len(weights)
    later = [(1, i) for i, weight in enumerate(weights) if weight]  # from which seat of all on
    heapify(later)
    open_: list[tuple[int, int, int, int]] = []  # claim, rank, unit, since
    served: dict[int, list[tuple[int, int]]] = {}
    for number in range(1, total + 1):
        while later and later[0][0] <= number:
            since, i = heappop(later)
            heappush(open_, (key(weights[i], seats[i] + 1), order[i], i, since))
        claim, _, i, _ = heappop(open_)
        served.setdefault(claim, []).append((number, i))
        seats[i] += 1
        heappush(later, (seats[i] * whole // weights[i] + 1, i))
    ties: dict[int, tuple[set[int], set[int]]] = {}
    for claim, _, i, since in open_:
        winners = {unit for number, unit in served.get(claim, ()) if number >= since}
        if winners:
            tie = ties.setdefault(claim, (set(), set()))
            tie[0].update(winners)
            tie[1].add(i)
    return seats, list(ties.values())

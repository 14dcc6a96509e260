"""Raise the lowest coverage first, in whole people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from coverage_campaign.allocation.apportionment.inputs import (
    MOST,
    Bounds,
    Ints,
    as_array,
    exact_sum,
    label,
    read_bound,
    read_totals,
)
from coverage_campaign.allocation.apportionment.methods import adams, webster
from coverage_campaign.allocation.apportionment.ties import TieRule
from coverage_campaign.checks import kind_of
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.messages import message

__all__ = ["level_up"]


def level_up(
    total: int,
    *,
    covered: ArrayLike,
    eligible: ArrayLike,
    floors: Bounds = None,
    caps: Bounds = None,
    ties: TieRule = "first",
    names: Sequence[str] | None = None,
) -> Ints:
    """Return new enrolments, int64 by unit, each given to the lowest coverage rate at its time.

    The rate of a unit is (covered + enrolments so far) / eligible; `floors` are enrolments that a
    unit has in any case, `caps` (by default those not yet covered) the most it can have. This is
    Adams' method on the people covered afterwards, with today's as floors: his claim to the next
    seat, eligible / covered, is one over the rate. `ties` are units of equal rate, as in
    `apportion.webster`.

    Raises:
        DefinitionError: counts that are not whole or negative, more covered than eligible.
        InfeasibleError: the total is above what is left to cover or caps allow, or below the
            floors.
        TieError: equal rates compete for the last enrolments, and ties="raise".

    >>> level_up(30, covered=[10, 40, 90], eligible=[100, 100, 100]).tolist()
    [30, 0, 0]
    >>> level_up(40, covered=[10, 40, 90], eligible=[100, 100, 100]).tolist()
    [35, 5, 0]
    """
    if isinstance(names, str) or not isinstance(names, Sequence | None):
        raise DefinitionError(Problem("names", kind_of(names), "a list of names"))
    now = _counts(covered, "covered", names)
    people = _counts(eligible, "eligible", names)
    if now.shape != people.shape or now.ndim != 1:
        raise DefinitionError(
            Problem(
                "covered",
                message(
                    "shape {covered:raw} beside eligible of shape {eligible:raw}",
                    covered=now.shape,
                    eligible=people.shape,
                ),
                "one count a unit in both",
            )
        )
    over = np.flatnonzero(now > people).tolist()
    if over:
        raise DefinitionError(
            Problem(
                label("covered", (i,), names),
                message(
                    "{covered} covered of {eligible} eligible", covered=now[i], eligible=people[i]
                ),
                "correct the count or the population",
            )
            for i in over
        )
    low = read_bound(floors, "floors", now.shape, names)
    high = read_bound(caps, "caps", now.shape, names)
    low = np.zeros_like(now) if low is None else low
    room = people - now if high is None else np.minimum(high, people - now)
    wanted = int(read_totals(total)[0])
    if wanted > exact_sum(room):
        raise InfeasibleError(
            Problem(
                "caps",
                message(
                    "{room} can still be covered, {wanted} are asked for: {less} too many",
                    room=exact_sum(room),
                    wanted=wanted,
                    less=wanted - exact_sum(room),
                ),
                "lower the total or raise the caps",
            )
        )
    if wanted < exact_sum(low):
        raise InfeasibleError(
            Problem(
                "floors",
                message(
                    "floors sum to {floor} but the total is {total}",
                    floor=exact_sum(low),
                    total=wanted,
                ),
                message("lower them by {less}", less=exact_sum(low) - wanted),
            )
        )
    left = wanted - exact_sum(low)
    untouched = np.flatnonzero((now + low == 0) & (room > 0))
    if not 0 < left < untouched.size:
        held, most = now + low, now + room
        after = wanted + exact_sum(now)
        if left:
            held = adams(after, people, floors=held, caps=most, ties=ties, names=names)
        return held - now
    # All stand at a rate of 0, and Adams would ask for one each: a tie, and nothing else.
    equal = np.zeros_like(now)
    equal[untouched] = 1
    seats: Ints = low + webster(left, equal, ties=ties, names=names)
    return seats


def _counts(values: ArrayLike, where: str, names: Sequence[str] | None) -> Ints:
    given = as_array(values)
    counts = read_bound(given, where, given.shape, names)
    if counts is None or (counts.size and int(counts.max()) > MOST // 4):
        raise DefinitionError(Problem(where, repr(values), "whole numbers of people"))
    return counts

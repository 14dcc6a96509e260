"""What months can take: caps of the campaign and of units, each unit's persons by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor, gcd
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from coverage_campaign.allocation.apportionment.water_filling import fill
from coverage_campaign.allocation.limits import BoundsOrWeighting, is_count
from coverage_campaign.allocation.tree import NO_CAP
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.model.campaign import Campaign

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["month_loads", "read_month_caps", "read_unit_caps"]

_SHOWN = 20


def read_month_caps(caps: Mapping[str, int], months: Sequence[str], ahead: Sequence[str]) -> Ints:
    """Return the most persons of each month ahead, NO_CAP where none is given.

    `months` are all months of the window ('YYYY-MM'), `ahead` those that are not over.
    """
    problems = [
        Problem("month_caps", f"{month!r}", f"months of the window: {', '.join(months)}")
        for month in caps
        if month not in months
    ] + [
        Problem(f"month_caps[{month!r}]", f"{most!r}", "give whole persons, 0 or more")
        for month, most in caps.items()
        if not is_count(most)
    ]
    if problems:
        raise DefinitionError(problems[:_SHOWN])
    return np.array([int(caps.get(month, NO_CAP)) for month in ahead], dtype=np.int64)


def read_unit_caps(campaign: Campaign, codes: Sequence[str], caps: BoundsOrWeighting) -> Ints:
    """Return each unit's most persons in one month, NO_CAP where none is given."""
    units = [campaign.unit(code) for code in codes]
    if isinstance(caps, (Mapping, pd.Series)):
        given = {str(code): most for code, most in caps.items()}
    else:
        given = {code: floor(most) for code, most in caps.of(campaign, units).items()}
    problems = [
        Problem(f"unit_month_caps['{code}']", "no such unit here", "name leaves of the allocation")
        for code in given
        if code not in set(codes)
    ] + [
        Problem(f"unit_month_caps['{code}']", f"{most!r}", "give whole persons, 0 or more")
        for code, most in given.items()
        if not is_count(most)
    ]
    if problems:
        raise DefinitionError(problems[:_SHOWN])
    return np.array([int(given.get(code, NO_CAP)) for code in codes], dtype=np.int64)


def month_loads(left: Ints, effort: list[int], caps: Ints, codes: Sequence[str]) -> Ints:
    """Return months x units: each unit's persons by month, none above its cap.

    In real numbers each unit has min(cap, t x effort) in a month, with a t of its own such that
    the months sum to what is left. These are rounded to neighbouring whole numbers: month by month
    those go up who are most behind their own course, as many as the whole's rounded course asks
    for. Nobody gets off its course by one, so the last month ends at what is left.

    Raises:
        InfeasibleError: units whose months together cannot hold what is left for them.
    """
    usable = sum(1 for one in effort if one)
    over = [
        (code, persons, usable * most)
        for code, persons, most in zip(codes, left.tolist(), caps.tolist(), strict=True)
        if most < NO_CAP and persons > usable * most
    ]
    if over:
        raise InfeasibleError(
            Problem(
                f"unit_month_caps['{code}']",
                f"{room:,} people in {usable} months with effort, {persons:,} are left to do: "
                f"{persons - room:,} too many",
                "raise the cap, widen the window or lower the share",
            )
            for code, persons, room in over[:_SHOWN]
        )
    pairs = np.stack([left, np.minimum(caps, left)], axis=1)
    kinds, which, many = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    which = which.ravel()
    real = _real_loads(kinds, effort)
    loads = np.zeros((len(effort), len(left)), dtype=np.int64)
    reached = [Fraction(0)] * len(kinds)
    meant = Fraction(0)
    for month in range(len(effort)):
        course = [one[month] for one in real]
        reached = [so_far + one for so_far, one in zip(reached, course, strict=True)]
        meant += sum(one * count for one, count in zip(course, many.tolist(), strict=True))
        down = np.array([floor(one) for one in course], dtype=np.int64)[which]
        given = loads[:month].sum(axis=0) + down
        # How far each unit is behind its course if it goes down: one number a kind and state.
        states, state = np.unique(np.stack([which, given], axis=1), axis=0, return_inverse=True)
        lags = [reached[kind] - persons for kind, persons in states.tolist()]
        parted = [course[kind].denominator > 1 for kind, _ in states.tolist()]
        order = {lag: rank for rank, lag in enumerate(sorted(set(lags), reverse=True))}
        rank = np.array([order[lag] for lag in lags])[state.ravel()]
        must = np.array([p and lag >= 1 for p, lag in zip(parted, lags, strict=True)])[
            state.ravel()
        ]
        may = np.array([p and 0 < lag < 1 for p, lag in zip(parted, lags, strict=True)])
        open_to = np.flatnonzero(may[state.ravel()])
        loads[month] = down + must
        wanted = floor(meant + Fraction(1, 2)) - int(loads[: month + 1].sum())
        first = open_to[np.argsort(rank[open_to], kind="stable")[: max(wanted, 0)]]
        loads[month, first] += 1
    return loads


def _real_loads(kinds: Ints, effort: list[int]) -> list[list[Fraction]]:
    """Return the months of each kind (left, cap) in fractions: full months at the cap."""
    common, months = gcd(*effort) or 1, len(effort)
    weights = np.array([one // common for one in effort])
    filled = fill(
        kinds[:, 0],
        np.tile(weights, len(kinds)),
        np.arange(len(kinds) + 1) * months,
        caps=np.repeat(kinds[:, 1], months),
    )
    held, at = filled.held.reshape(-1, months), filled.at.reshape(-1, months)
    return [
        [
            Fraction(int(at[kind, month]))
            if held[kind, month]
            else Fraction(int(weights[month]) * int(filled.left[kind]), int(filled.weight[kind]))
            for month in range(months)
        ]
        for kind in range(len(kinds))
    ]

"""What each unit can do in a month: its share in whole persons by month, none above its cap."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.limits import BoundsOrWeighting, is_count
from coverage_campaign.allocation.tree import NO_CAP
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.model.campaign import Campaign

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["month_loads", "read_unit_caps"]

_SHOWN = 20
_NOISE, _DIGITS = 1e-9, 9  # of a person: what floats leave of whole numbers


def read_unit_caps(campaign: Campaign, codes: pd.Index[str], caps: BoundsOrWeighting) -> Ints:
    """Return each unit's most persons in one month, NO_CAP where none is given."""
    units = [campaign.unit(str(code)) for code in codes]
    if isinstance(caps, (Mapping, pd.Series)):
        given = {str(code): most for code, most in caps.items()}
    else:
        given = {code: floor(most) for code, most in caps.of(campaign, units).items()}
    known = set(codes)
    problems = [
        Problem(f"unit_month_caps['{code}']", "no such unit here", "name leaves of the allocation")
        for code in given
        if code not in known
    ] + [
        Problem(f"unit_month_caps['{code}']", f"{most!r}", "give whole persons, 0 or more")
        for code, most in given.items()
        if not is_count(most)
    ]
    if problems:
        raise DefinitionError(problems[:_SHOWN])
    return np.array([int(given.get(unit.code, NO_CAP)) for unit in units], dtype=np.int64)


def month_loads(left: Ints, effort: list[int], caps: Ints, codes: pd.Index[str]) -> Ints:
    """Return months x units: each unit's persons by month, none above its cap.

    In real numbers each unit has min(cap, t x effort) in a month, with a t of its own such that
    the months sum to what is left. These are rounded to neighbouring whole numbers, every unit
    exact, and months so that the whole keeps its course too where units leave the choice.

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
    return _rounded(_real_loads(left, effort, caps), left, caps, effort)


def _rounded(real: Floats, left: Ints, caps: Ints, effort: list[int]) -> Ints:
    """Return months x units in whole numbers: neighbours of the real ones, units exact.

    Month by month those go up who are most behind their own course, as many as the whole's rounded
    course asks for; nobody gets off its course by one, so the last month ends at what is left.
    """
    count, months = real.shape
    loads = np.zeros((months, count), dtype=np.int64)
    behind, reached, given = np.zeros(count), 0.0, 0
    for month in range(months):
        down = np.floor(real[:, month] + _NOISE)
        part = np.where(real[:, month] - down > _NOISE, real[:, month] - down, 0.0)
        lag = np.round(behind + part, _DIGITS)  # equal lags are equal, whatever floats made of them
        must, may = (part > 0) & (lag >= 1), (part > 0) & (lag > 0) & (lag < 1)
        reached += float(real[:, month].sum())
        wanted = floor(reached + 0.5 + _NOISE) - given - int(down.sum()) - int(must.sum())
        order = np.flatnonzero(may)
        chosen = order[np.argsort(-lag[order], kind="stable")[: max(wanted, 0)]]
        loads[month] = down + must
        loads[month, chosen] += 1
        behind += real[:, month] - loads[month]
        given += int(loads[month].sum())
    last = max(month for month, one in enumerate(effort) if one)
    loads[last] += left - loads.sum(axis=0)
    off = np.flatnonzero((loads[last] > caps) | (loads[last] < 0))  # floats erred: by month alone
    for unit in off.tolist():
        own = np.full(months, caps[unit])
        loads[:, unit] = apportion.webster(int(left[unit]), effort, caps=own)
    return loads


def _real_loads(left: Ints, effort: list[int], caps: Ints) -> Floats:
    """Return units x months in real numbers: a month that is full stays full, the others share."""
    whole = sum(effort)
    shares = np.array([one / whole for one in effort])
    most = np.minimum(caps, left).astype(np.float64)[:, np.newaxis]  # nobody does more than all
    full = np.zeros((len(left), len(effort)), dtype=np.bool_)
    loads = left[:, np.newaxis] * shares
    for _ in effort:
        beyond = ~full & (loads >= most) & (shares > 0)
        if not beyond.any():
            break
        full |= beyond
        rest = left - np.where(full, most, 0.0).sum(axis=1)
        open_shares = np.where(full, 0.0, shares).sum(axis=1)
        pace = np.divide(rest, open_shares, out=np.zeros_like(rest), where=open_shares > 0)
        loads = np.where(full, most, np.maximum(pace, 0.0)[:, np.newaxis] * shares)
    within: Floats = np.minimum(loads, most)
    return within

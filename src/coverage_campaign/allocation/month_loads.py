"""What each unit can do in a month: its share in whole persons by month, none above its cap."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor, gcd
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from coverage_campaign.allocation import apportion
from coverage_campaign.allocation.limits import BoundsOrWeighting, is_count
from coverage_campaign.allocation.tree import NO_CAP
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.model.campaign import Campaign

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["month_loads", "read_unit_caps"]

_SHOWN = 20
_SAFE = 2**62


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


def month_loads(
    left: Ints, effort: list[int], caps: Ints, codes: pd.Index[str], months: list[str]
) -> Ints:
    """Return months x units: each unit's persons by month, in proportion to effort up to its cap.

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
    scale = gcd(*effort) or 1
    weights = [one // scale for one in effort]
    count, wide = len(left), sum(weights) >= _SAFE
    tiled = [Fraction(one) for one in weights] * count if wide else np.tile(weights, count)
    loads = apportion.ragged(
        apportion.webster,
        left,
        tiled,
        offsets=np.arange(count + 1) * len(months),
        caps=np.repeat(caps, len(months)),
    )
    return np.ascontiguousarray(loads.reshape(count, len(months)).T)

"""What was done in the months that are over, read for a plan that is made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from coverage_campaign.errors import DefinitionError, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["read_history"]

_COLUMNS = ("unit", "period", "persons")
_SHOWN = 20


def read_history(
    codes: pd.Index[str], past: pd.DataFrame | None, days: NDArray[np.datetime64], stops: Ints
) -> tuple[int, Ints]:
    """Return the last past day's position and what was reached at each stop up to it.

    Rows of one unit and month add up; a unit without a row in a month has done nothing that counts
    there. A person done before the window counts at its first stop.
    """
    nothing = np.zeros((0, len(codes)), dtype=np.int64)
    if past is None or past.empty:
        return -1, nothing
    _check(codes, past)
    months = past["period"].to_numpy().astype("datetime64[M]")
    over = np.flatnonzero(days.astype("datetime64[M]") <= months.max())
    if not len(over):
        return -1, nothing
    fixed = int(over[-1])
    place = codes.get_indexer(pd.Index(past["unit"].astype(str)))
    persons = past["persons"].to_numpy("int64")
    ends = days[stops[stops <= fixed]].astype("datetime64[M]")
    reached = np.zeros((len(ends), len(codes)), dtype=np.int64)
    for number, end in enumerate(ends):
        known = months <= end
        np.add.at(reached[number], place[known], persons[known])
    return fixed, reached


def _check(codes: pd.Index[str], past: pd.DataFrame) -> None:
    missing = [name for name in _COLUMNS if name not in past.columns]
    if missing:
        raise DefinitionError(
            Problem(
                "past",
                f"columns missing: {missing}",
                "give a frame with unit, period (first day of the month) and persons",
            )
        )
    units = past["unit"].astype(str)
    problems = [
        Problem("past", f"no unit {unit!r} here", "name units of the allocation")
        for unit in sorted(set(units) - set(codes))
    ]
    wrong = [
        (row, found)
        for row, found in enumerate(past["persons"].tolist())
        if pd.isna(found) or isinstance(found, bool) or int(found) != found or found < 0
    ]
    problems += [
        Problem(
            f"past row {row} ('{units.iloc[row]}')",
            f"persons {found}",
            "give whole persons, 0 or more; leave out what was not reported",
        )
        for row, found in wrong
    ]
    problems += [
        Problem(f"past row {row} ('{units.iloc[row]}')", "no period", "give the month's first day")
        for row in np.flatnonzero(past["period"].isna().to_numpy(dtype=bool)).tolist()
    ]
    if problems:
        raise DefinitionError(problems[:_SHOWN])

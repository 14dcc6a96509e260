"""Cells back into words: what a packed integer says about unit, period, channel and group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.reporting.claims import Cells, Packing

__all__ = ["decoded", "table"]

_MONTHS_TO_1970 = 12 * 1970
_Ints = NDArray[np.int64]


def table(cells: Cells, plan: Packing) -> pd.DataFrame:
    """Return cells as rows unit, period, channel, persons (+ group), in the campaign's order."""
    frame = decoded(cells.cell, plan).assign(persons=pd.array(cells.persons, dtype="Int64"))
    keys = ["unit", "period", "way"]
    columns = ["unit", "period", "channel", "persons"]
    if plan.groups is not None:
        keys, columns = [*keys, "group"], [*columns, "group"]
        # Days of one month were told apart for the order of claims alone.
        grouped = frame.groupby([*keys, "channel"], dropna=False, as_index=False, sort=False)
        frame = grouped[["persons"]].sum()
    return frame.sort_values(keys, ignore_index=True)[columns]


def decoded(keys: _Ints, plan: Packing) -> pd.DataFrame:
    """Return the unit, period, channel (its number: way) and group of each cell or claim."""
    rest = keys % plan.size
    party = day = np.zeros_like(rest)
    if plan.groups is not None:
        rest, party = np.divmod(rest, plan.parties)
    if plan.days > 1:
        rest, day = np.divmod(rest, plan.days)
    rest, way = np.divmod(rest, len(plan.channels))
    place, month = np.divmod(rest, plan.months)
    months = (month + plan.first_month - _MONTHS_TO_1970).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day if plan.by == "day" else 0)
    frame = pd.DataFrame(
        {
            "unit": pd.array(_taken(plan.units, place), dtype="str"),
            "period": days.astype("datetime64[s]"),
            "channel": pd.array(_taken(plan.channels, way), dtype="str"),
            "way": way,
        }
    )
    if plan.groups is not None:
        frame["group"] = pd.array(_taken((*plan.groups, None), party), dtype="str")
    return frame


def _taken(codes: Sequence[str | None], places: _Ints) -> NDArray[np.object_]:
    if not len(places):
        return np.empty(0, dtype=object)
    taken: NDArray[np.object_] = np.array(codes, dtype=object)[places]
    return taken

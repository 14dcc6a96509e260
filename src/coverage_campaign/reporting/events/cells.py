"""Cells: persons by packed integer, and what such an integer says in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.reporting.events.packing import Packing

__all__ = ["Cells", "added", "decoded", "table", "uncontested"]

_MONTHS_TO_1970 = 12 * 1970
_Ints = NDArray[np.int64]


@attrs.frozen(eq=False, kw_only=True)
class Cells:
    """Persons by cell, and how many rows claimed them; invalid rows by reason's number."""

    cell: _Ints
    persons: _Ints
    rows: _Ints


def uncontested(keys: _Ints, plan: Packing) -> Cells:
    """Return the cells of claims of which each is a person and a row."""
    cell = keys % plan.size
    if plan.size < len(cell):
        counts = np.bincount(cell)
        different = np.flatnonzero(counts)
        counts = counts[different]
    else:
        different, counts = np.unique(cell, return_counts=True)
    return Cells(cell=different, persons=counts, rows=counts)


def added(parts: Iterable[Cells]) -> Cells:
    """Return the cells of parts that share no person."""
    names = ("cell", "persons", "rows")
    chosen = [part for part in parts if len(part.cell)]
    if len(chosen) == 1:
        return chosen[0]
    columns = {
        name: np.concatenate([np.empty(0, np.int64), *(getattr(part, name) for part in chosen)])
        for name in names
    }
    total = pd.DataFrame(columns).groupby("cell", as_index=False).sum()
    return Cells(**{name: total[name].to_numpy(dtype=np.int64) for name in names})


def table(cells: Cells, plan: Packing) -> pd.DataFrame:
    """Return cells as rows unit, period, channel, persons (+ group), in the campaign's order."""
    order = np.argsort(cells.cell)
    persons = pd.array(cells.persons[order], dtype="Int64")
    frame = decoded(cells.cell[order], plan).assign(persons=persons)
    if plan.days == 1 and plan.groups is None:  # by cell they are in order already
        return frame[["unit", "period", "channel", "persons"]]
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
            "unit": _taken(plan.units, place),
            "period": days.astype("datetime64[s]"),
            "channel": _taken(plan.channels, way),
            "way": way,
        }
    )
    if plan.groups is not None:
        frame["group"] = _taken((*plan.groups, None), party)
    return frame


def _taken(codes: Sequence[str | None], places: _Ints) -> pd.Series:
    # Each code becomes text once, however many cells it has.
    return pd.Series(list(codes), dtype="str").take(places).reset_index(drop=True)

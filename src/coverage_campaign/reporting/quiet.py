"""Rows in memory that nothing can move: they are counted as they stand, the rest is looked at.

Most records were reported once and most persons are claimed once. In memory it costs one look at
integers to know which, and the steps that group, join and sort then meet the few others only.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.reporting.coding import MISSING
from coverage_campaign.reporting.events import EventFrame
from coverage_campaign.reporting.keeping import Keep
from coverage_campaign.reporting.memory import each, in_memory, occurs_again
from coverage_campaign.reporting.packing import DAYS, Packing
from coverage_campaign.reporting.versions import Versions, of_repeated

__all__ = ["settled", "uncontested_rows"]

_Ints = NDArray[np.int64]
_Mask = NDArray[np.bool_]

_ROWS_AT_ONCE = 250_000


def uncontested_rows(person: _Ints, entry: _Mask) -> _Mask:
    """Return where a person has one claim only, entries and other claims apart."""
    # Doubling may wrap around: two persons then look like one, and are looked at.
    return ~occurs_again(person * 2 + entry)


def settled(events: EventFrame, plan: Packing, as_of: int, keep: Keep) -> tuple[_Ints, Versions]:
    """Return the keys of claims that no other can contest, and the versions of all other rows.

    The second may hold a few rows more than it must: claims are told apart by person, and entries
    from the others, not month by month, and whoever is in some version of a repeated record is in.
    """
    frame: pd.DataFrame = events.rows.collect().to_native()
    once, again = _apart(frame, as_of)
    rows, repeated, mended = of_repeated(events, in_memory(frame[again]), keep)
    valid, entry, key = _keys(events, frame, plan)
    valid &= once
    quiet = np.zeros(len(frame), dtype=bool)
    place = np.flatnonzero(valid)
    person = frame["person"].to_numpy()[place]
    others: _Ints = rows.collect().to_native()["person"].to_numpy()
    others = others[others != MISSING]
    claims = np.concatenate([person, others, others])
    entries = np.concatenate([entry[place], np.repeat([False, True], len(others))])
    quiet[place[uncontested_rows(claims, entries)[: len(place)]]] = True
    rest = frame[once & ~quiet]
    rest = rest.assign(turn=rest["second"], changed=np.int64(0))
    found = Versions(repeated=repeated, versions=rows, mended=mended, once=in_memory(rest))
    return key[quiet], found


def _apart(frame: pd.DataFrame, as_of: int) -> tuple[_Mask, _Mask]:
    """Return where the record of a visible row was reported once, and where more often."""
    second, record = frame["second"].to_numpy(), frame["record"].to_numpy()
    visible = (second != MISSING) & (second <= as_of) & (record != MISSING)
    visible &= frame["revision"].to_numpy() != MISSING
    again = np.zeros(len(frame), dtype=bool)
    again[visible] = occurs_again(record[visible])
    return visible & ~again, again


def _keys(events: EventFrame, frame: pd.DataFrame, plan: Packing) -> tuple[_Mask, _Mask, _Ints]:
    """Return of each row, taken as a record of its own, whether it claims, an entry, and its key.

    Where it claims nothing its key says nothing.
    """
    valid = np.empty(len(frame), dtype=bool)
    entry = np.empty(len(frame), dtype=bool)
    key = np.empty(len(frame), dtype=np.int64)
    names = {name: frame[name].to_numpy() for name in frame.columns}
    is_entry = np.isin(np.arange(len(plan.channels)), plan.entries)

    def claim(start: int) -> None:
        part = slice(start, start + _ROWS_AT_ONCE)
        column = {name: values[part] for name, values in names.items()}
        day = column["day"]
        place = events.lookups["place"].take(column["unit"])
        way = events.lookups["way"].take(column["channel"])
        right = (day >= plan.first_day) & (day <= plan.last_day)
        right &= column["person"] != MISSING
        right &= (place >= 0) & (way >= 0) & (way < len(plan.channels))
        valid[part] = right
        entry[part] = is_entry.take(way, mode="clip")
        party = events.lookups["party"].take(column["group"]) if plan.groups is not None else None
        key[part] = plan.key(
            turn=np.maximum(column["second"] - plan.base, 0),
            place=place,
            month=day // DAYS - plan.first_month,
            way=way,
            day=day % DAYS,
            party=party,
        )

    for _ in each(claim, range(0, len(frame), _ROWS_AT_ONCE)):
        pass
    return valid, entry, key

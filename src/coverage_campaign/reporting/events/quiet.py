"""Rows in memory that nothing can move: they are counted as they stand, the rest is looked at.

Most records were reported once and most persons are claimed once. In memory it costs one look at
integers to know which, and the steps that group, join and sort then meet the few others only.
"""

from __future__ import annotations

from typing import Any

import attrs
import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.reporting.events.encoding import MISSING
from coverage_campaign.reporting.events.engines import Keep
from coverage_campaign.reporting.events.frame import EventFrame
from coverage_campaign.reporting.events.memory import each, in_memory, occurs_again
from coverage_campaign.reporting.events.packing import DAYS, Packing
from coverage_campaign.reporting.events.revisions import Versions, of_repeated

__all__ = ["Straight", "settled", "straight", "uncontested_rows"]

_Ints = NDArray[np.int64]
_Mask = NDArray[np.bool_]

_ROWS_AT_ONCE = 250_000


def uncontested_rows(person: _Ints, entry: _Mask) -> _Mask:
    """Return where a person has one claim only, entries and other claims apart."""
    # Doubling may wrap around: two persons then look like one, and are looked at.
    return ~occurs_again(person * 2 + entry)


@attrs.frozen(eq=False, kw_only=True)
class Straight:
    """The claims of rows that are records of their own: where they are, their slots and keys.

    `versions` has all other rows that hold: of records reported more than once, and those with
    something wrong in them. Slots and keys say something where `rows` is true only.
    """

    rows: _Mask
    slot: _Ints
    key: _Ints
    versions: Versions


def straight(
    events: EventFrame, frame: pd.DataFrame, plan: Packing, as_of: int, keep: Keep
) -> Straight:
    """Return the claims that the rows of an event frame in memory make, each on its own."""
    once, again = _apart(frame, as_of)
    rows, repeated, mended = of_repeated(events, in_memory(frame[again]), keep)
    valid, slot, key = _keys(events, frame, plan)
    found = Versions(
        repeated=repeated, versions=rows, mended=mended, once=_as_holding(frame[once & ~valid])
    )
    return Straight(rows=once & valid, slot=slot, key=key, versions=found)


def settled(events: EventFrame, plan: Packing, as_of: int, keep: Keep) -> tuple[_Ints, Versions]:
    """Return the keys of claims that no other can contest, and the versions of all other rows.

    The second may hold a few rows more than it must: claims are told apart by person, and entries
    from the others, not month by month, and whoever is in some version of a repeated record is in.
    """
    frame: pd.DataFrame = events.rows.collect().to_native()
    found = straight(events, frame, plan, as_of, keep)
    place = np.flatnonzero(found.rows)
    person = frame["person"].to_numpy()[place]
    others: _Ints = found.versions.versions.collect().to_native()["person"].to_numpy()
    others = others[others != MISSING]
    claims = np.concatenate([person, others, others])
    entries = np.concatenate([found.slot[place] == 0, np.repeat([False, True], len(others))])
    alone = uncontested_rows(claims, entries)[: len(place)]
    contested = _as_holding(frame.iloc[place[~alone]])
    rest = nw.concat([contested, found.versions.once])
    return found.key[place[alone]], attrs.evolve(found.versions, once=rest)


def _as_holding(frame: pd.DataFrame) -> nw.LazyFrame[Any]:
    return in_memory(frame.assign(turn=frame["second"], changed=np.int64(0)))


def _apart(frame: pd.DataFrame, as_of: int) -> tuple[_Mask, _Mask]:
    """Return where the record of a visible row was reported once, and where more often."""
    second, record = frame["second"].to_numpy(), frame["record"].to_numpy()
    visible = (second != MISSING) & (second <= as_of) & (record != MISSING)
    visible &= frame["revision"].to_numpy() != MISSING
    again = np.zeros(len(frame), dtype=bool)
    again[visible] = occurs_again(record[visible])
    return visible & ~again, again


def _keys(events: EventFrame, frame: pd.DataFrame, plan: Packing) -> tuple[_Mask, _Ints, _Ints]:
    """Return of each row, taken as a record of its own, whether it claims, its slot and its key."""
    valid = np.empty(len(frame), dtype=bool)
    slot = np.empty(len(frame), dtype=np.int64)
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
        month = day // DAYS - plan.first_month
        entry = is_entry.take(way, mode="clip")
        slot[part] = np.where(entry, 0, 1 + month * len(plan.channels) + way)
        party = events.lookups["party"].take(column["group"]) if plan.groups is not None else None
        key[part] = plan.key(
            turn=np.maximum(column["second"] - plan.base, 0),
            place=place,
            month=month,
            way=way,
            day=day % DAYS,
            party=party,
        )

    for _ in each(claim, range(0, len(frame), _ROWS_AT_ONCE)):
        pass
    return valid, slot, key

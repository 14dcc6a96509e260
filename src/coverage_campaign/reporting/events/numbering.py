"""Codes become numbers where the events are: by a look-up in memory, by a small table elsewhere.

The look at the codes that are present counts the rows on the way, so that no other step need read
them all for that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.reporting.events.engines import Keep
from coverage_campaign.reporting.events.frame import EventFrame, as_number, collected, second_number
from coverage_campaign.reporting.events.packing import MOST_GROUPS, Packing, few_groups, plan_of
from coverage_campaign.reporting.result import Period

__all__ = ["WITHDRAWN", "Prepared", "looked_up", "numbered", "prepared"]

Rows = nw.LazyFrame[Any]

WITHDRAWN = "withdrawn"
"""The channel that takes a record back; no campaign need define it."""
_COLUMN = {"place": "unit", "way": "channel", "party": "group"}


@attrs.frozen(eq=False, kw_only=True)
class Prepared:
    """Events whose codes can be numbered, and by which plan; of `rows_in` rows `late` are late."""

    events: EventFrame
    plan: Packing
    rows_in: int
    late: int


def prepared(
    events: EventFrame,
    campaign: Campaign,
    keep: Keep,
    *,
    as_of: dt.datetime,
    by: Period = "month",
    by_group: bool = False,
) -> Prepared:
    """Return events ready to be tallied, after one look at all rows."""
    second = second_number(as_of)
    codes = sorted(unit.code for unit in campaign.units)
    tables: dict[str, Rows] = {}
    if events.in_memory:
        rows_in, late = _counted(events.rows, events, second)
    else:
        by_unit = keep(_by_unit(events, second))
        rows_in, late = _summed(by_unit)
        codes, tables["unit"] = _present(events, by_unit, codes, keep)
    groups: Sequence[str] | None = None
    if by_group and events.groups is not None:
        groups = events.groups
    elif by_group:
        groups, tables["group"] = _present_groups(events, keep)
    plan = plan_of(campaign, units=codes, groups=groups, as_of=as_of, by=by)
    ready = attrs.evolve(events, tables=tables)
    if events.in_memory:
        ready = looked_up(ready, plan)
    return Prepared(events=ready, plan=plan, rows_in=rows_in, late=late)


def _counted(rows: Rows, events: EventFrame, second: int) -> tuple[int, int]:
    late = as_number(events.late(second)).sum().alias("late")
    table = rows.select(nw.len().alias("rows"), late).collect().to_native()
    return int(table["rows"].iloc[0]), int(table["late"].iloc[0])


def _by_unit(events: EventFrame, second: int) -> Rows:
    late = as_number(events.late(second)).alias("late")
    return (
        events.rows.select("unit", late)
        .group_by("unit")
        .agg(nw.len().alias("rows"), nw.col("late").sum())
    )


def _summed(by_unit: Rows) -> tuple[int, int]:
    table = collected(by_unit.select(nw.col("rows", "late").sum().cast(nw.Int64()))).fillna(0)
    return int(table["rows"].iloc[0]), int(table["late"].iloc[0])


def _present(
    events: EventFrame, by_unit: Rows, codes: Sequence[str], keep: Keep
) -> tuple[list[str], Rows]:
    """Return those of the codes that are present, in order, and their table."""
    book = events.units
    marks: list[Any] = list(codes)
    if book is not None:
        known = set(codes)
        marks = [number for number, code in enumerate(book) if code in known]
    table = by_unit.select("unit").filter(nw.col("unit").is_in(marks))
    table = table.with_row_index("place", order_by=["unit"])
    table = keep(table.with_columns(nw.col("place").cast(nw.Int64())))
    found = sorted(collected(table.select("unit"))["unit"].tolist())
    return [str(mark) if book is None else book[mark] for mark in found], table


def _present_groups(events: EventFrame, keep: Keep) -> tuple[tuple[str, ...], Rows]:
    # Not `unique`: in SQL that numbers the rows of each value.
    different = events.rows.group_by("group").agg(nw.len().alias("rows")).select("group")
    table = keep(different.filter(~nw.col("group").is_null()))
    found = collected(table.head(MOST_GROUPS + 1))["group"]
    groups = few_groups(sorted(str(code) for code in found))
    table = table.with_row_index("party", order_by=["group"])
    return groups, keep(table.with_columns(nw.col("party").cast(nw.Int64())))


# -- numbers ---------------------------------------------------------------------------------------


def looked_up(events: EventFrame, plan: Packing) -> EventFrame:
    """Return events in memory with the numbers that stand for their codes in the plan."""
    lookups = {
        "place": _places(events.units or (), plan.units),
        "way": _places(events.channels or (), (*plan.channels, WITHDRAWN)),
    }
    if plan.groups is not None:
        party = _places(events.groups or (), plan.groups)
        party[-1] = len(plan.groups)
        lookups["party"] = party
    return attrs.evolve(events, lookups=lookups)


def _places(present: Sequence[str], known: Sequence[str]) -> NDArray[np.int64]:
    """Return the position among the known codes of each code that is present, -1 for others."""
    position: dict[str, int] = {}
    for place, code in enumerate(known):
        position.setdefault(code, place)
    return np.array([*(position.get(code, -1) for code in present), -1], dtype=np.int64)


def numbered(events: EventFrame, rows: Rows, plan: Packing) -> Rows:
    """Add `place` of the unit, `way` of the channel and `party` of the group; -1 is unknown."""
    if events.in_memory:
        return _by_look_up(events.lookups, rows)
    rows = _by_table(rows, events.tables["unit"], "place", otherwise=-1)
    rows = rows.with_columns(_way(events.channels, plan).alias("way"))
    if plan.groups is None:
        return rows
    nobody = len(plan.groups)
    if events.groups is not None:
        known = (nw.col("group") >= 0) & (nw.col("group") < nobody)
        party = nw.when(known).then(nw.col("group")).otherwise(nw.lit(nobody))
        return rows.with_columns(party.cast(nw.Int64()).alias("party"))
    return _by_table(rows, events.tables["group"], "party", otherwise=nobody)


def _by_look_up(lookups: Mapping[str, NDArray[np.int64]], rows: Rows) -> Rows:
    frame: pd.DataFrame = rows.collect().to_native()
    columns = {
        number: table.take(frame[_COLUMN[number]].to_numpy()) for number, table in lookups.items()
    }
    return nw.from_native(frame.assign(**columns)).lazy()


def _by_table(rows: Rows, table: Rows, number: str, *, otherwise: int) -> Rows:
    rows = rows.join(table, on=_COLUMN[number], how="left")
    found = nw.coalesce(nw.col(number), nw.lit(otherwise, dtype=nw.Int64()))
    return rows.with_columns(found.alias(number))


def _way(book: Sequence[str] | None, plan: Packing) -> nw.Expr:
    chain: nw.Expr = nw.lit(-1)
    for way, code in reversed(tuple(enumerate((*plan.channels, WITHDRAWN)))):
        if book is None or code in book:
            mark = nw.lit(code if book is None else book.index(code))
            chain = nw.when(nw.col("channel") == mark).then(nw.lit(way)).otherwise(chain)
    return chain.cast(nw.Int64())

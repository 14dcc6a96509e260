"""From event frames to integers, once, so that every tally after it is faster."""

from __future__ import annotations

from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrame

from coverage_campaign.checks import checked_call
from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.reporting.events.coded import CodedEvents
from coverage_campaign.reporting.events.encoding import MISSING
from coverage_campaign.reporting.events.frame import EventFrame, collected
from coverage_campaign.reporting.events.opening import has_groups, open_events

__all__ = ["encode"]

Rows = nw.LazyFrame[Any]


@checked_call
def encode(events: IntoFrame) -> CodedEvents:
    """Return the events as whole numbers only, on the engine that has them.

    Worth it where the same events are tallied more than once, or stored: numbers are read and
    compared faster than texts and times, and no time zone or session setting can move them. Any
    campaign can tally them; units and channels that it does not know are explained as ever.

    A pandas frame or a PyArrow table may hold ids that are texts: they are numbered, and the ids
    kept beside. Polars, DuckDB, PySpark and ibis keep their rows; ids must be whole numbers there.
    What comes back from them is a plan that is run with each tally: write it to Parquet once, and
    hand over `vary(coded, frame=...)` with the file.

    Raises:
        ReportError: Columns are missing or of the wrong type, or ids are texts on another engine.

    >>> import pandas as pd
    >>> coded = encode(pd.DataFrame({
    ...     "record": ["r1", "r2"], "revision": [0, 0],
    ...     "reported_at": pd.to_datetime(["2008-07-03 09:00", "2008-07-04 10:00"]),
    ...     "person": ["x", "x"], "unit": ["430422", "430421"],
    ...     "date": pd.to_datetime(["2008-07-01", "2008-07-02"]),
    ...     "channel": ["self_employed", "self_employed"],
    ... }))
    >>> coded.units
    ('430421', '430422')
    >>> coded.frame[["record", "person", "unit", "day"]].values.tolist()
    [[0, 0, 1, 747162], [1, 0, 0, 747163]]
    """
    opened = open_events(events, group=has_groups(events))
    if opened.in_memory:
        return CodedEvents(
            frame=opened.rows.collect().to_native(),
            units=opened.units or (),
            channels=opened.channels or (),
            groups=opened.groups or (),
            records=opened.records,
            persons=opened.persons,
        )
    _refuse_texts(opened)
    rows = opened.read(opened.rows)
    names = rows.collect_schema().names()
    books: dict[str, tuple[str, ...]] = {}
    for name in ("unit", "channel", "group"):
        if name in names:
            rows, books[name] = _numbered(rows, name)
    numbers = [
        nw.coalesce(nw.col(name), nw.lit(MISSING, dtype=nw.Int64())).alias(name)
        for name in ("record", "revision", "second", "person")
    ]
    rows = rows.with_columns(*numbers, nw.col("day").cast(nw.Int32())).select(*names)
    return CodedEvents(
        frame=rows.to_native(),
        units=books["unit"],
        channels=books["channel"],
        groups=books.get("group", ()),
    )


def _refuse_texts(events: EventFrame) -> None:
    schema = events.rows.collect_schema()
    problems = [
        Problem(
            f"column '{name}'",
            "ids are texts",
            "number them at the source, or hand over pandas or PyArrow, where they are numbered",
        )
        for name in ("record", "person")
        if not schema[name].is_integer()
    ]
    if problems:
        raise ReportError(problems, source="events")


def _numbered(rows: Rows, name: str) -> tuple[Rows, tuple[str, ...]]:
    """Return rows with a column of codes as places among the codes that are present, in order."""
    present = rows.group_by(name).agg(nw.len().alias("rows")).select(name)
    present = present.filter(~nw.col(name).is_null())
    book = tuple(sorted(str(code) for code in collected(present)[name]))
    place = nw.coalesce(nw.col("place"), nw.lit(len(book))).cast(nw.Int32())
    table = present.with_row_index("place", order_by=[name])
    table = table.with_columns(nw.col("place").cast(nw.Int64()))
    joined = rows.join(table, on=name, how="left").drop(name)
    return joined.with_columns(place.alias(name)).drop("place"), book

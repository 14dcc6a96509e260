"""Which version of each reported event holds: the first step from events to persons.

Only the few records with more than one visible row meet the step that depends on an order; all
others pass by.
"""

from __future__ import annotations

from typing import Any

import attrs
import narwhals as nw
import pandas as pd

from coverage_campaign.reporting.events.engines import Keep
from coverage_campaign.reporting.events.frame import EventFrame, as_number, collected
from coverage_campaign.reporting.events.memory import in_memory, occurs_again

__all__ = ["Versions", "in_order", "of_repeated", "standing", "versions"]

Rows = nw.LazyFrame[Any]


@attrs.frozen(eq=False, kw_only=True)
class Versions:
    """The records reported more than once, and one holding row a record.

    `repeated` has a row a record with its `turn`, the second of its first appearance; `versions`
    are all rows of these records, `mended` the one of each that holds, `once` the rows of all other
    records. `mended` and `once` have two columns more than the events: `turn`, and `changed`, 1
    where versions name more than one person.
    """

    repeated: Rows
    versions: Rows
    mended: Rows
    once: Rows

    @property
    def holding(self) -> Rows:
        """One row a record: the version that holds."""
        columns = self.once.collect_schema().names()
        return nw.concat([self.once, self.mended.select(*columns)])

    def superseded(self) -> int:
        """Return how many rows are versions that do not hold."""
        rows, records = (
            int(collected(table.select(nw.len().alias("rows")))["rows"].iloc[0])
            for table in (self.versions, self.mended)
        )
        return rows - records


def standing(events: EventFrame, as_of: int) -> Rows:
    """Return the rows with a column `standing`: 2 visible, 1 without record, 0 not yet reported."""
    lost = events.missing("record") | events.missing("revision")
    late = events.missing("second") | (nw.col("second") > as_of)
    return events.read(events.rows).with_columns(
        nw.when(late).then(0).when(lost).then(1).otherwise(2).cast(nw.Int64()).alias("standing")
    )


def versions(events: EventFrame, as_of: int, keep: Keep) -> Versions:
    """Return which version of each record holds among the rows reported by the second `as_of`.

    Each record's highest revision holds; of the same revision twice the least (second, unit, day,
    channel, person), what is missing coming last.
    """
    alone, together = _apart(events, events.rows.filter(events.visible(as_of)), keep)
    rows, repeated, mended = of_repeated(events, together, keep)
    once = events.read(alone).with_columns(nw.col("second").alias("turn"), _changed(0))
    return Versions(repeated=repeated, versions=rows, mended=mended, once=once)


def of_repeated(events: EventFrame, together: Rows, keep: Keep) -> tuple[Rows, Rows, Rows]:
    """Return of the rows of repeated records what `Versions` calls versions, repeated, mended."""
    rows = keep(events.read(together))
    repeated = rows.group_by("record").agg(nw.col("second").min().alias("turn"))
    columns = [*rows.collect_schema().names(), "turn", "changed"]
    no, yes = _changed(0), _changed(1)
    least = _least(events, rows).join(repeated, on="record", how="inner")
    changed = _of_several_persons(events, rows)
    mended = keep(
        nw.concat(
            [
                least.join(changed, on="record", how="anti").with_columns(no).select(*columns),
                least.join(changed, on="record", how="semi").with_columns(yes).select(*columns),
            ]
        )
    )
    return rows, repeated, mended


def _changed(number: int) -> nw.Expr:
    return nw.lit(number).cast(nw.Int64()).alias("changed")


def _apart(events: EventFrame, visible: Rows, keep: Keep) -> tuple[Rows, Rows]:
    """Return the rows of records that were reported once, and those of all other records."""
    if events.in_memory:
        frame: pd.DataFrame = visible.collect().to_native()
        again = occurs_again(frame["record"].to_numpy())
        return in_memory(frame[~again]), in_memory(frame[again])
    # Of this table, with a row a record, only the count is asked: all else is of few records.
    several = keep(
        visible.group_by("record")
        .agg(nw.len().alias("versions"))
        .filter(nw.col("versions") > 1)
        .select("record")
    )
    return (
        visible.join(several, on="record", how="anti"),
        visible.join(several, on="record", how="semi"),
    )


def _least(events: EventFrame, rows: Rows) -> Rows:
    """Return one row a record: the highest revision, and the least of its rows."""
    rows, order = _ordering(events, rows)
    return rows.unique(["record"], keep="first", order_by=order)


def in_order(events: EventFrame, rows: Rows) -> Rows:
    """Return the rows record by record, of each the version first that holds if it is there."""
    rows, order = _ordering(events, rows)
    return rows.sort("record", *order)


def _ordering(events: EventFrame, rows: Rows) -> tuple[Rows, list[str]]:
    names = rows.collect_schema().names()
    texts = [name for name in ("unit", "channel", "group") if name in names]
    missing = [*([] if events.coded else texts), "person"]
    flagged = rows.with_columns(
        (0 - nw.col("revision")).alias("newest_first"),
        *(as_number(events.missing(name)).alias(f"no_{name}") for name in missing),
    )
    order = ["newest_first", "second", "unit", "day", "channel", "person"]
    order += ["group"] if "group" in names else []
    keys = [key for name in order for key in ([f"no_{name}"] * (name in missing) + [name])]
    return flagged, keys


def _of_several_persons(events: EventFrame, rows: Rows) -> Rows:
    """Return the records whose versions name more than one person."""
    pairs = rows.filter(~events.missing("person")).select("record", "person")
    return (
        pairs.unique(["record", "person"], keep="any")
        .group_by("record")
        .agg(nw.len().alias("persons"))
        .filter(nw.col("persons") > 1)
        .select("record")
    )

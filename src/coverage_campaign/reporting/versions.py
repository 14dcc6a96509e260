"""Which version of each reported event holds: the first step from events to persons.

Only the few records with more than one visible row meet the step that depends on an order; all
others pass by.
"""

from __future__ import annotations

from typing import Any

import attrs
import narwhals as nw

from coverage_campaign.reporting.events import EventFrame, as_number
from coverage_campaign.reporting.keeping import Keep

__all__ = ["Versions", "versions"]

Rows = nw.LazyFrame[Any]


@attrs.frozen(eq=False, kw_only=True)
class Versions:
    """The visible rows, the records reported more than once, and one holding row a record.

    `versions` are all rows of the repeated records, `mended` the one of each that holds. `holding`
    has two columns more than the events: `turn`, the second of the record's first appearance, and
    `changed`, 1 where its versions name more than one person.
    """

    visible: Rows
    repeated: Rows
    versions: Rows
    mended: Rows
    holding: Rows


def standing(events: EventFrame, as_of: int) -> Rows:
    """Return the rows with a column `standing`: 2 visible, 1 without record, 0 not yet reported."""
    late = events.missing("second") | (nw.col("second") > as_of)
    lost = events.missing("record") | events.missing("revision")
    return events.rows.with_columns(
        nw.when(late).then(0).when(lost).then(1).otherwise(2).cast(nw.Int64()).alias("standing")
    )


def versions(events: EventFrame, as_of: int, keep: Keep) -> Versions:
    """Return which version of each record holds among the rows reported by the second `as_of`.

    Each record's highest revision holds; of the same revision twice the least (second, unit, day,
    channel, person), what is missing coming last.
    """
    known = ~(events.missing("second") | events.missing("record") | events.missing("revision"))
    visible = events.rows.filter(known & (nw.col("second") <= as_of))
    columns = [*visible.collect_schema().names(), "turn", "changed"]
    # Of this table, with a row a record, only the count is asked: all else is of few records.
    several = (
        visible.group_by("record")
        .agg(nw.len().alias("versions"))
        .filter(nw.col("versions") > 1)
        .select("record")
    )
    rows = keep(visible.join(several, on="record", how="semi"))
    repeated = keep(rows.group_by("record").agg(nw.col("second").min().alias("turn")))
    no, yes = (nw.lit(number).cast(nw.Int64()).alias("changed") for number in (0, 1))
    once = visible.join(repeated, on="record", how="anti").with_columns(
        nw.col("second").alias("turn"), no
    )
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
    holding = nw.concat([once.select(*columns), mended])
    return Versions(
        visible=visible, repeated=repeated, versions=rows, mended=mended, holding=holding
    )


def _least(events: EventFrame, rows: Rows) -> Rows:
    """Return one row a record: the highest revision, and the least of its rows."""
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
    return flagged.unique(["record"], keep="first", order_by=keys)


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

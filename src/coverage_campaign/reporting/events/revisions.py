"""Which version of each reported event holds: the first step from events to persons.

Only the few records with more than one visible row meet the step that depends on an order; all
others pass by.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import narwhals as nw

from coverage_campaign.reporting.events.engines import (
    Keep,
    as_number,
    collected,
    parted_by_repetition,
)
from coverage_campaign.reporting.events.frame import MISSING, MISSING_TEXT, CodedEvents, Rows

__all__ = ["Versions", "is_late", "is_visible", "versions"]

_NO_ID = -(2**63)


@attrs.frozen(eq=False, kw_only=True)
class Versions:
    """All rows but those that another version of their record supersedes.

    `mended` are the versions that hold of the records that have more than one, `once` is every
    other row, visible or not. Both have two columns more than the events: `turn`, the second of the
    record's first appearance, and `changed`, 1 where its versions name more than one person.
    """

    mended: Rows
    once: Rows

    @property
    def rows(self) -> Rows:
        """Every row that is not superseded."""
        return nw.concat([self.once, self.mended.select(*self.once.collect_schema().names())])

    def superseded(self) -> int:
        """Return how many rows are versions that do not hold."""
        more = self.mended.select((nw.col("versions").cast(nw.Int64()) - 1).sum().alias("more"))
        return int(collected(more).fillna(0)["more"].iloc[0])


def is_late(as_of: int) -> nw.Expr:
    """Return where a row was not yet reported at a second, or when is missing."""
    return nw.col("second") > as_of


def is_visible(events: CodedEvents, as_of: int) -> nw.Expr:
    """Return where a row was reported by a second and names a record and a revision."""
    named = ~(events.is_missing("record") | events.is_missing("revision"))
    return named & ~is_late(as_of)


def versions(events: CodedEvents, as_of: int, keep: Keep, *, scope: Sequence[str] = ()) -> Versions:
    """Return which version of each record holds among the rows reported by the second `as_of`.

    Each record's highest revision holds; of the same revision twice the least (second, unit, day,
    channel, person), what is missing coming last. Rows with other values in the columns of `scope`
    are rows of other records.
    """
    no_subject = MISSING_TEXT if events.holds_text["record"] else MISSING
    visible = nw.when(is_visible(events, as_of)).then(nw.col("record"))
    rows = events.rows.with_columns(visible.otherwise(nw.lit(no_subject)).alias("subject"))
    by = ["subject", *scope]
    once, together = parted_by_repetition(rows, by, nw.col("subject") != no_subject, keep)
    nobody = nw.lit("" if events.holds_text["person"] else _NO_ID)
    known = nw.when(events.is_missing("person")).then(nobody).otherwise(nw.col("person"))
    repeated = (
        together.with_columns(known.alias("known"))
        .group_by(*by)
        .agg(
            nw.col("second").min().alias("turn"),
            nw.col("person").min().alias("least"),
            nw.col("known").max().alias("greatest"),
            nw.len().alias("versions"),
        )
        .with_columns(as_number(nw.col("greatest") > nw.col("least")).alias("changed"))
        .select(*by, "turn", "changed", "versions")
    )
    order = ["newest_first", "second", "unit", "day", "channel", "person"]
    order += ["group"] if "group" in events.holds_text else []
    # -1 - revision has no overflow, whatever the revision.
    newest = events.with_codes(together).with_columns(
        (-1 - nw.col("revision")).alias("newest_first")
    )
    least = newest.unique(by, keep="first", order_by=order)
    return Versions(
        mended=keep(least.join(repeated, on=by, how="inner")),
        once=once.with_columns(
            nw.col("second").alias("turn"), nw.lit(0, dtype=nw.Int64()).alias("changed")
        ),
    )

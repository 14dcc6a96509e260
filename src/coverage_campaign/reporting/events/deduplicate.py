"""Who counts a person: claims, packed so that the first report wins by one integer minimum.

A claim is a holding row with nothing wrong in it. All claims to the same person (and, for
resumptions and losses, the same month and channel) are rivals, and the least key wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Any

import narwhals as nw
import numpy as np

from coverage_campaign.reporting.events.cells import Cells
from coverage_campaign.reporting.events.encoding import NO_DAY
from coverage_campaign.reporting.events.frame import EventFrame, collected
from coverage_campaign.reporting.events.numbering import numbered
from coverage_campaign.reporting.events.packing import DAYS, Packing

__all__ = ["NUMBER_OF", "REASONS", "claims", "count_cells", "winners"]

Rows = nw.LazyFrame[Any]

REASONS = (
    "not_yet_reported",
    "no_record",
    "superseded",
    "withdrawn",
    "person_changed",
    "no_date",
    "no_person",
    "unknown_unit",
    "unknown_channel",
    "outside_campaign",
    "double",
)
"""Why a row is not counted, in the order in which they are asked; the first that fits is given."""
NUMBER_OF = {reason: number for number, reason in enumerate(REASONS, 1)}
"""The number of each reason, from 1."""


def claims(events: EventFrame, holding: Rows, plan: Packing) -> Rows:
    """Return the holding rows with `slot` and `key`.

    Of the claims with the same person and slot, the least key wins. A row with something wrong in
    it has minus its reason's number for slot and key, so that it can be counted on the way.
    """
    rows = numbered(events, holding, plan)
    month = nw.col("day") // DAYS - plan.first_month
    turn = nw.col("turn")
    if plan.base:  # what was reported before it has turn 0
        early = nw.lit(0, dtype=nw.Int64())
        turn = nw.when(turn < plan.base).then(early).otherwise(turn - plan.base)
    key = plan.key(
        turn=turn,
        place=nw.col("place"),
        month=month,
        way=nw.col("way"),
        day=nw.col("day") % DAYS,
        party=None if plan.groups is None else nw.col("party"),
    )
    ways = len(plan.channels)
    slot = (1 + month * ways + nw.col("way")).cast(nw.Int64())
    if plan.entries:
        entry = _any(nw.col("way") == way for way in plan.entries)
        slot = nw.when(entry).then(nw.lit(0, dtype=nw.Int64())).otherwise(slot)
    tests = _tests(events, plan)
    wrong = _any(tests.values())
    reason = _reason(tests).cast(nw.Int64())
    return rows.with_columns(
        nw.when(wrong).then(0 - reason).otherwise(slot).alias("slot"),
        nw.when(wrong).then(0 - reason).otherwise(key).cast(nw.Int64()).alias("key"),
    )


def _any(tests: Iterable[nw.Expr]) -> nw.Expr:
    return reduce(or_, tests)


def _tests(events: EventFrame, plan: Packing) -> dict[str, nw.Expr]:
    """Return what makes a holding row count nothing, by reason, first things first."""
    outside = (nw.col("day") < plan.first_day) | (nw.col("day") > plan.last_day)
    return {
        "withdrawn": nw.col("way") == len(plan.channels),
        "person_changed": nw.col("changed") == 1,
        "no_date": nw.col("day") == NO_DAY,
        "no_person": events.missing("person"),
        "unknown_unit": nw.col("place") < 0,
        "unknown_channel": nw.col("way") < 0,
        "outside_campaign": outside,
    }


def _reason(tests: Mapping[str, nw.Expr]) -> nw.Expr:
    chain: nw.Expr = nw.lit(0)
    for reason in reversed(tuple(tests)):
        chain = nw.when(tests[reason]).then(nw.lit(NUMBER_OF[reason])).otherwise(chain)
    return chain


# -- from claims to cells --------------------------------------------------------------------------


def winners(claimed: Rows) -> Rows:
    """Return one row a person and slot: the least `key`, and how many `rows` claimed it."""
    return claimed.group_by("person", "slot").agg(
        nw.col("key").min().alias("key"), nw.len().alias("rows")
    )


def count_cells(won: Rows, plan: Packing) -> Cells:
    """Return the persons of each cell among the `winners`; here the engine does its work."""
    cell = nw.when(nw.col("key") < 0).then(nw.col("key")).otherwise(nw.col("key") % plan.size)
    table = collected(
        won.with_columns(cell.alias("cell"), nw.col("rows").cast(nw.Int64()))
        .group_by("cell")
        .agg(nw.len().alias("persons"), nw.col("rows").sum().alias("rows"))
    )
    return Cells(
        cell=table["cell"].to_numpy(dtype=np.int64),
        persons=table["persons"].to_numpy(dtype=np.int64),
        rows=table["rows"].to_numpy(dtype=np.int64),
    )

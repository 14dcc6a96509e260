"""A few records of each reason to look at, the same ones whatever the order of rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from heapq import nsmallest
from typing import Any

import attrs
import narwhals as nw
import numpy as np
import pandas as pd

from coverage_campaign.messages import Message, message
from coverage_campaign.reporting.events.deduplicate import NUMBER_OF, calendar_days
from coverage_campaign.reporting.events.engines import (
    Keep,
    collected,
    in_memory,
    of_pandas,
    parted,
    to_pandas,
)
from coverage_campaign.reporting.events.frame import SHOWN, CodedEvents, Rows
from coverage_campaign.reporting.problems import EVENT_REASONS, EventReason, ReportProblem

__all__ = ["examples_of", "first_of_each", "first_records", "losers", "problems_of"]


def examples_of(
    events: CodedEvents,
    claimed: Rows,
    won: Rows,
    reasons: Counter[str],
    keep: Keep,
    *,
    most: int,
) -> pd.DataFrame:
    """Return at most so many rows of each reason; `won` are the winners of what is `claimed`."""
    parts = [first_records(events, "double", claimed, most=0)]
    wrong_reasons = [reason for reason in EVENT_REASONS if reasons[reason] and reason != "double"]
    if most > 0 and wrong_reasons:
        wrong = keep(claimed.select("slot", *SHOWN).filter(nw.col("slot") < 0))
        for reason in wrong_reasons:
            rows = wrong.filter(nw.col("slot") == -NUMBER_OF[reason])
            parts.append(first_records(events, reason, rows, most=most))
    if most > 0 and reasons["double"]:
        lost = losers(events, claimed, won, keep)
        parts.append(first_records(attrs.evolve(events, records=None), "double", lost, most=most))
    return pd.concat(parts)


def first_records(
    events: CodedEvents, reason: EventReason, rows: Rows, *, most: int
) -> pd.DataFrame:
    """Return reason, record, revision, unit, channel, day of the rows with the first records."""
    if most < 1:
        return pd.DataFrame(columns=[*SHOWN, "reason"], dtype=object)
    rows = rows.select(*SHOWN)
    few = to_pandas(rows) if in_memory(rows) else collected(rows.sort(*SHOWN).head(most))
    if len(few) > most and events.records is None and few["record"].dtype.kind == "i":
        few = few[few["record"] <= few["record"].nsmallest(most).max()]
    few = events.named(few)
    least = nsmallest(most, few["record"].dropna().tolist())
    if len(least) == most:
        few = few[few["record"].isin(least)]
    few = few.sort_values([*SHOWN]).head(most)
    columns: dict[str, list[Any]] = {
        name: [events.code(name, number) for number in few[name].tolist()]
        for name in ("unit", "channel")
    }
    columns["record"] = [None if pd.isna(one) else str(one) for one in few["record"]]
    return few.assign(**columns, reason=reason).astype(object)


def losers(events: CodedEvents, claimed: Rows, won: Rows, keep: Keep) -> Rows:
    """Return the claims that another one won: `best` is its key, `winner` names its record."""
    best = won.filter((nw.col("key") >= 0) & (nw.col("rows") > 1))
    best = keep(best.select("person", "slot", nw.col("key").alias("best")))
    _, rivals = parted(claimed, best, ["person"])
    rivals = rivals.join(best, on=["person", "slot"], how="inner")
    # Of two records with the very same claim the lesser id has it, as it was reported.
    rivals = keep(rivals) if events.records is None else of_pandas(events.named(collected(rivals)))
    first = (
        rivals.filter(nw.col("key") == nw.col("best"))
        .unique(["person", "slot"], keep="first", order_by=["record"])
        .select("person", "slot", nw.col("record").alias("winner"))
    )
    lost = rivals.join(first, on=["person", "slot"], how="inner")
    return lost.filter(nw.col("record") != nw.col("winner"))


def first_of_each(examples: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return the first records of each reason, reason by reason."""
    order = examples["reason"].map({reason: n for n, reason in enumerate(EVENT_REASONS)})
    ordered = examples.assign(order=order).sort_values(["order", *SHOWN])
    return ordered.groupby("order").head(max(most, 0)).drop(columns="order")


# -- in words --------------------------------------------------------------------------------------


def problems_of(examples: pd.DataFrame) -> Iterator[ReportProblem]:
    """Yield the problem that each row shows."""
    columns = (examples[name].tolist() for name in ("reason", *SHOWN))
    for reason, record, revision, unit, channel, day in zip(*columns, strict=True):
        where = message("a row without record")
        if record is not None:
            where = message("record {record!r}", record=record)
        found = _found(reason, unit=unit, channel=channel, day=day, revision=revision)
        yield ReportProblem(reason, where, found, _FIX[reason], record=record)


def _found(  # noqa: PLR0911 - one sentence a reason
    reason: EventReason, *, unit: str | None, channel: str | None, day: int, revision: int
) -> Message:
    match reason:
        case "superseded":
            return message(
                "reported more than once, revision {revision:raw} holds", revision=revision
            )
        case "unknown_unit" if unit is not None:
            return message("unit {unit!r}", unit=unit)
        case "unknown_channel" if channel is not None:
            return message("channel {channel!r}", channel=channel)
        case "outside_campaign":
            return message("dated {day:date}", day=_date(day))
        case "unit_not_open":
            return message("unit {unit!r} does not exist on {day:date}", unit=unit, day=_date(day))
        case "double":
            return message(
                "{unit} claims a person whom an earlier report has, {channel} on {day:date}",
                unit=unit,
                channel=channel,
                day=_date(day),
            )
    return _FOUND[reason]


def _date(day: int) -> object:
    return calendar_days(np.array([day], dtype=np.int64))[0].item()


_FOUND: dict[EventReason, Message] = {
    "not_yet_reported": message("not yet reported"),
    "withdrawn": message("withdrawn"),
    "no_record": message("no id or no revision"),
    "person_changed": message("its versions name more than one person"),
    "no_date": message("no date"),
    "no_person": message("no person"),
    "unknown_unit": message("no unit"),
    "unknown_channel": message("no channel"),
}
_FIX: dict[EventReason, Message] = {
    "not_yet_reported": message("nothing to do: it counts from the day on which it was reported"),
    "no_record": message("give every row the id and the revision of the event that it reports"),
    "superseded": message("nothing to do: the record's highest revision holds"),
    "withdrawn": message("nothing to do: the unit took the record back"),
    "person_changed": message(
        "take the record back and report the other person in a record of its own"
    ),
    "no_date": message("report the date of the event in a new revision"),
    "no_person": message("report the person's opaque id in a new revision"),
    "unknown_unit": message("use a code of the campaign's units, or add the unit to the campaign"),
    "unknown_channel": message("use a channel of the campaign, or add the channel to the campaign"),
    "outside_campaign": message(
        "correct the date in a new revision; other days are not this campaign's"
    ),
    "unit_not_open": message(
        "correct the date or the unit in a new revision, or when the unit opened or closed"
    ),
    "double": message("nothing to do: the person counts where it was reported first"),
}

"""A few records of each reason to look at, the same ones whatever the order of rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from heapq import nsmallest
from typing import Any

import narwhals as nw
import pandas as pd

from coverage_campaign.reporting.events.deduplicate import NUMBER_OF, REASONS, claims, winners
from coverage_campaign.reporting.events.encoding import NO_DAY
from coverage_campaign.reporting.events.engines import Keep
from coverage_campaign.reporting.events.frame import EventFrame, collected
from coverage_campaign.reporting.events.memory import in_memory
from coverage_campaign.reporting.events.numbering import looked_up
from coverage_campaign.reporting.events.opening import few_rows
from coverage_campaign.reporting.events.packing import Packing
from coverage_campaign.reporting.events.revisions import Versions, standing, versions
from coverage_campaign.reporting.problems import ReportProblem

__all__ = ["double", "losers", "losers_of", "sampled"]

Rows = nw.LazyFrame[Any]

_SHOWN = ("record", "revision", "unit", "channel", "day")
_WAYS_OUT = {
    "not_yet_reported": "nothing to do: it counts from the day on which it was reported",
    "no_record": "give every row the id and the revision of the event that it reports",
    "superseded": "nothing to do: the record's highest revision holds",
    "withdrawn": "nothing to do: the unit took the record back",
    "person_changed": "take the record back and report the other person in a record of its own",
    "no_date": "report the date of the event in a new revision",
    "no_person": "report the person's opaque id in a new revision",
    "unknown_unit": "use a code of the campaign's units, or add the unit to the campaign",
    "unknown_channel": "use a channel of the campaign, or add the channel to the campaign",
    "outside_campaign": "mend the date in a new revision; other days are not this campaign's",
    "double": "nothing to do: the person counts where it was reported first",
}


def sampled(  # noqa: PLR0917 - what one account is made of
    events: EventFrame,
    found: Versions,
    claimed: Rows,
    won: Rows,
    reasons: Counter[str],
    plan: Packing,
    keep: Keep,
    *,
    second: int,
    most: int,
) -> Iterator[ReportProblem]:
    """Yield a few records of each reason; `won` are the winners of what is `claimed`."""
    if most < 1 or not reasons:
        return
    if not events.in_memory:
        candidates = _candidates(events, found, claimed, reasons, second=second, most=most)
        events = looked_up(few_rows(candidates), plan)
        found = versions(events, second, keep)
        claimed = claims(events, found.holding, plan)
        won = winners(claimed)
    for reason in REASONS:
        if reasons[reason]:
            rows = _of_reason(reason, events, found, claimed, won, second=second).select(*_SHOWN)
            few = _of_first_records(rows.collect().to_native(), most)
            first = in_memory(few).sort(*_SHOWN, nulls_last=True).head(most)
            yield from _told(reason, events, first.collect().to_native())


def _of_first_records(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return at least the rows that come first, so that there is little to sort."""
    ids = rows["record"]
    least = nsmallest(most, ids.dropna().tolist())
    return rows[ids.isin(least)] if len(least) == most else rows


def _candidates(
    events: EventFrame,
    found: Versions,
    claimed: Rows,
    reasons: Counter[str],
    *,
    second: int,
    most: int,
) -> pd.DataFrame:
    """Return all rows of a few records of each reason, so that they can be looked at in memory.

    One short query a kind of reason: a lazy engine makes a plan of its own for each.
    """
    records: list[Any] = []
    rows: list[pd.DataFrame] = []
    for number, reason in enumerate(REASONS[:2]):
        if reasons[reason]:
            late = standing(events, second).filter(nw.col("standing") == number).drop("standing")
            first = late.sort("record", "second", nulls_last=True).head(most)
            rows.append(_in_words(events, first))
    if reasons["superseded"]:
        few = found.repeated.select("record").sort("record").head(most)
        records += collected(few)["record"].tolist()
    if any(reasons[reason] for reason in REASONS[3:-1]):
        wrong = claimed.filter(nw.col("slot") < 0).with_columns(
            (nw.col("turn") % most).alias("part")
        )
        few = wrong.group_by("slot", "part").agg(nw.col("record").min().alias("record"))
        records += collected(few)["record"].tolist()
    if reasons["double"]:
        groups = claimed.filter(nw.col("slot") >= 0).group_by("person", "slot")
        pairs = (
            groups.agg(
                nw.len().alias("rows"),
                nw.col("record").min().alias("record"),
                nw.col("record").max().alias("other"),
            )
            .filter(nw.col("rows") > 1)
            .select("record", "other")
        )
        couples = collected(pairs.sort("record", "other").head(most))
        records += couples["record"].tolist() + couples["other"].tolist()
    of_records = events.visible(second) & nw.col("record").is_in(records)
    if records:
        rows.append(_in_words(events, events.read(events.rows.filter(of_records))))
    return pd.concat(rows, ignore_index=True)


def _in_words(events: EventFrame, rows: Rows) -> pd.DataFrame:
    if not events.coded:
        # As text, so that no missing id makes floats of the others on the way.
        rows = rows.with_columns(nw.col("record", "person").cast(nw.String()))
    return events.plain(collected(rows)).astype(object)


def _of_reason(
    reason: str,
    events: EventFrame,
    found: Versions,
    claimed: Rows,
    won: Rows,
    *,
    second: int,
) -> Rows:
    if reason == "double":
        return losers(events, claimed, won)
    if reason in {"not_yet_reported", "no_record"}:
        wanted = 0 if reason == "not_yet_reported" else 1
        rows = standing(events, second).filter(nw.col("standing") == wanted)
    elif reason == "superseded":
        rows = found.mended
    else:
        rows = claimed.filter(nw.col("slot") == -NUMBER_OF[reason])
    return events.named(rows.select(*_SHOWN))


def losers(events: EventFrame, claimed: Rows, won: Rows) -> Rows:
    """Return the claims that another claim to the same person won: `winner` names its record."""
    contested = won.filter((nw.col("key") >= 0) & (nw.col("rows") > 1)).select("person", "slot")
    rivals = claimed.join(contested, on=["person", "slot"], how="semi")
    if events.coded and not events.in_memory:  # there the names of records are, and these are few
        rivals = in_memory(collected(rivals))
        won = winners(rivals)
    return losers_of(events.named(rivals), won)


def losers_of(rivals: Rows, won: Rows) -> Rows:
    """Return those of the rivals, named as they were reported, that are not the winners."""
    best = won.filter(nw.col("rows") > 1).select("person", "slot", nw.col("key").alias("best"))
    rivals = rivals.join(best, on=["person", "slot"], how="inner")
    # Two records with the very same claim: the lesser id has it.
    first = (
        rivals.filter(nw.col("key") == nw.col("best"))
        .unique(["person", "slot"], keep="first", order_by=["record"])
        .select("person", "slot", nw.col("record").alias("winner"))
    )
    return rivals.join(first, on=["person", "slot"], how="inner").filter(
        nw.col("record") != nw.col("winner")
    )


def double(record: str, *, unit: str, channel: str, day: int) -> ReportProblem:
    """Return the problem of a record whose person counts elsewhere."""
    return ReportProblem(
        reason="double",
        where=f"record {record!r}",
        found=_lost(unit, channel, day),
        fix=_WAYS_OUT["double"],
        record=record,
    )


def _lost(unit: str | None, channel: str | None, day: int) -> str:
    return f"{unit} claims a person whom an earlier report has, {channel} on {_iso(day)}"


def _told(reason: str, events: EventFrame, table: pd.DataFrame) -> Iterator[ReportProblem]:
    for row in table.to_dict("records"):
        record = None if pd.isna(row["record"]) else str(row["record"])
        yield ReportProblem(
            reason=reason,
            where=f"record {record!r}" if record is not None else "a row without record",
            found=_found(reason, events, row),
            fix=_WAYS_OUT[reason],
            record=record,
        )


def _found(reason: str, events: EventFrame, row: dict[Any, Any]) -> str:
    unit, channel = events.text("unit", row["unit"]), events.text("channel", row["channel"])
    revision = row["revision"]
    day = "no_date" if row["day"] == NO_DAY else _iso(int(row["day"]))
    told = {
        "superseded": f"reported more than once, revision {revision} holds",
        "person_changed": "its versions name more than one person",
        "unknown_unit": f"unit {unit!r}" if unit is not None else "no unit",
        "unknown_channel": f"channel {channel!r}" if channel is not None else "no channel",
        "outside_campaign": f"dated {day}",
        "double": _lost(unit, channel, int(row["day"])),
        "no_record": "no id or no revision",
    }
    return told.get(reason, reason)


def _iso(day: int) -> str:
    months, days = divmod(day, 31)
    return f"{months // 12:04d}-{months % 12 + 1:02d}-{days + 1:02d}"

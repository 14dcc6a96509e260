"""The account of a tally: every row counted or explained, with a few records to look at."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

import attrs
import narwhals as nw
import pandas as pd

from coverage_campaign.reporting.claims import (
    NUMBER_OF,
    REASONS,
    Cells,
    Packing,
    claims,
    count_cells,
    winners,
    with_places,
)
from coverage_campaign.reporting.coding import NO_DAY
from coverage_campaign.reporting.events import EventFrame, collected, few_rows, second_number
from coverage_campaign.reporting.keeping import Keep, keeping
from coverage_campaign.reporting.problems import ReportProblem
from coverage_campaign.reporting.versions import Versions, standing, versions

__all__ = ["Account", "count", "double", "losers", "losers_of", "sampled", "standings"]

Rows = nw.LazyFrame[Any]

_SHOWN = ("record", "revision", "unit", "channel", "day")
_WAYS_OUT = {
    "not yet reported": "nothing to do: it counts from the day on which it was reported",
    "no record": "give every row the id and the revision of the event that it reports",
    "superseded": "nothing to do: the record's highest revision holds",
    "withdrawn": "nothing to do: the unit took the record back",
    "person changed": "take the record back and report the other person in a record of its own",
    "no date": "report the date of the event in a new revision",
    "no person": "report the person's opaque id in a new revision",
    "unknown unit": "use a code of the campaign's units, or add the unit to the campaign",
    "unknown channel": "use a channel of the campaign, or add the channel to the campaign",
    "outside the campaign": "mend the date in a new revision; other days are not this campaign's",
    "double": "nothing to do: the person counts where it was reported first",
}


@attrs.frozen(eq=False, kw_only=True)
class Account:
    """What became of every row: counted in a cell, or not counted for a reason."""

    cells: Cells
    reasons: Counter[str]
    rows_in: int
    samples: tuple[ReportProblem, ...]


def count(events: EventFrame, plan: Packing, *, as_of: dt.datetime, samples: int) -> Account:
    """Return the account of one frame, with at most `samples` records per reason."""
    with keeping() as keep:
        events = with_places(events, plan, keep)
        return _count(events, plan, second_number(as_of), samples, keep)


def _count(events: EventFrame, plan: Packing, second: int, samples: int, keep: Keep) -> Account:
    rows_in, reasons = standings(events, second)
    found = versions(events, second, keep)
    claimed = claims(events, found.holding, plan)
    won = winners(claimed)
    cells = count_cells(won, plan)
    wrong = cells.cell < 0
    for number, rows in zip(cells.cell[wrong].tolist(), cells.rows[wrong].tolist(), strict=True):
        reasons[REASONS[-number - 1]] += rows
    counted = Cells(cell=cells.cell[~wrong], persons=cells.persons[~wrong], rows=cells.rows[~wrong])
    visible = rows_in - reasons["not yet reported"] - reasons["no record"]
    reasons["superseded"] = visible - int(cells.rows.sum())
    reasons["double"] = int(counted.rows.sum() - counted.persons.sum())
    return Account(
        cells=counted,
        reasons=+reasons,
        rows_in=rows_in,
        samples=tuple(
            sampled(
                events, found, claimed, +reasons, plan, keep, second=second, most=samples, won=won
            )
        ),
    )


def standings(events: EventFrame, second: int) -> tuple[int, Counter[str]]:
    """Return the number of rows, and how many are not yet reported or name no record."""
    table = collected(standing(events, second).group_by("standing").agg(nw.len().alias("rows")))
    rows = dict(zip(table["standing"].astype(int), table["rows"].astype(int), strict=True))
    return sum(rows.values()), Counter(
        {"not yet reported": rows.get(0, 0), "no record": rows.get(1, 0)}
    )


# -- records to look at ----------------------------------------------------------------------------


def sampled(  # noqa: PLR0917 - what one account is made of
    events: EventFrame,
    found: Versions,
    claimed: Rows,
    reasons: Counter[str],
    plan: Packing,
    keep: Keep,
    *,
    second: int,
    most: int,
    won: Rows | None = None,
) -> Iterator[ReportProblem]:
    """Yield a few records of each reason; the same ones whatever the order of rows.

    `won` are the winners, where they were found already in the same rows.
    """
    if most < 1 or not reasons:
        return
    if not events.coded:
        candidates = _candidates(events, found, claimed, reasons, second=second, most=most)
        events = few_rows(candidates)
        found = versions(events, second, keep)
        claimed = claims(events, found.holding, plan)
        won = None
    for reason in REASONS:
        if reasons[reason]:
            rows = _of_reason(reason, events, found, claimed, won, second=second).select(*_SHOWN)
            few = rows.sort(*_SHOWN, nulls_last=True).head(most)
            yield from _told(reason, events, few.collect().to_native())


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
    # As text, so that no missing id makes floats of the others on the way.
    as_text = [nw.col(name).cast(nw.String()) for name in ("record", "person")]
    records: list[Any] = []
    rows: list[pd.DataFrame] = []
    for number, reason in enumerate(REASONS[:2]):
        if reasons[reason]:
            late = standing(events, second).filter(nw.col("standing") == number).drop("standing")
            first = late.sort("record", "second", nulls_last=True).head(most)
            rows.append(collected(first.with_columns(*as_text)))
    if reasons["superseded"]:
        few = found.repeated.select("record").sort("record").head(most)
        records += collected(few)["record"].tolist()
    if any(reasons[reason] for reason in REASONS[3:-1]):
        wrong = claimed.filter(nw.col("reason") > 0).with_columns(
            (nw.col("turn") % most).alias("part")
        )
        few = wrong.group_by("reason", "part").agg(nw.col("record").min().alias("record"))
        records += collected(few)["record"].tolist()
    if reasons["double"]:
        groups = claimed.filter(nw.col("reason") == 0).group_by("person", "slot")
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
    known = ~(events.missing("second") | events.missing("revision"))
    of_records = known & (nw.col("second") <= second) & nw.col("record").is_in(records)
    if records:
        rows.append(collected(events.rows.filter(of_records).with_columns(*as_text)))
    return pd.concat([part.astype(object) for part in rows], ignore_index=True)


def _of_reason(
    reason: str,
    events: EventFrame,
    found: Versions,
    claimed: Rows,
    won: Rows | None,
    *,
    second: int,
) -> Rows:
    if reason == "double":
        return losers(events, claimed, winners(claimed) if won is None else won)
    if reason in {"not yet reported", "no record"}:
        wanted = 0 if reason == "not yet reported" else 1
        rows = standing(events, second).filter(nw.col("standing") == wanted)
    elif reason == "superseded":
        rows = found.mended
    else:
        rows = claimed.filter(nw.col("reason") == NUMBER_OF[reason])
    return events.named(rows.select(*_SHOWN))


def losers(events: EventFrame, claimed: Rows, won: Rows) -> Rows:
    """Return the claims that another claim to the same person won: `winner` names its record."""
    contested = won.filter((nw.col("key") >= 0) & (nw.col("rows") > 1)).select("person", "slot")
    rivals = events.named(claimed.join(contested, on=["person", "slot"], how="semi"))
    return losers_of(rivals, won)


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
        way_out=_WAYS_OUT["double"],
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
            way_out=_WAYS_OUT[reason],
            record=record,
        )


def _found(reason: str, events: EventFrame, row: dict[Any, Any]) -> str:
    unit, channel = events.text("unit", row["unit"]), events.text("channel", row["channel"])
    revision = row["revision"]
    day = "no date" if row["day"] == NO_DAY else _iso(int(row["day"]))
    told = {
        "superseded": f"reported more than once, revision {revision} holds",
        "person changed": "its versions name more than one person",
        "unknown unit": f"unit {unit!r}" if unit is not None else "no unit",
        "unknown channel": f"channel {channel!r}" if channel is not None else "no channel",
        "outside the campaign": f"dated {day}",
        "double": _lost(unit, channel, int(row["day"])),
        "no record": "no id or no revision",
    }
    return told.get(reason, reason)


def _iso(day: int) -> str:
    months, days = divmod(day, 31)
    return f"{months // 12:04d}-{months % 12 + 1:02d}-{days + 1:02d}"

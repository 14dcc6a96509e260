"""The account of a tally: every row counted in a cell or not counted for a reason, with examples.

The examples are the first records of each reason, the same ones whatever the order of rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from heapq import nsmallest
from typing import Any

import attrs
import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from coverage_campaign.checks import checked_call
from coverage_campaign.messages import Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, Periods, to_instant
from coverage_campaign.reporting.events.deduplicate import (
    NUMBER_OF,
    KeyLayout,
    calendar_days,
    cells,
    claims,
    layout_of,
    winners,
)
from coverage_campaign.reporting.events.encoding import coded
from coverage_campaign.reporting.events.engines import (
    SHOWN,
    CodedEvents,
    Keep,
    Rows,
    collected,
    in_memory,
    keeping,
    of_pandas,
    parted,
    second_number,
    to_pandas,
)
from coverage_campaign.reporting.problems import EVENT_REASONS, EventReason, ReportProblem

__all__ = [
    "Account",
    "account_of_claims",
    "account_of_superseded",
    "added",
    "lost_claims",
    "problems_of",
    "table",
]


def _no_cells() -> pd.DataFrame:
    return pd.DataFrame({"cell": [], "persons": []}, dtype="int64")


def _no_examples() -> pd.DataFrame:
    return pd.DataFrame(columns=[*SHOWN, "reason"], dtype=object)


@attrs.frozen(eq=False, kw_only=True)
class Account:
    """Persons by cell (cell, persons), rows not counted by reason, and examples of these."""

    cells: pd.DataFrame = attrs.field(factory=_no_cells)
    reasons: Counter[str] = attrs.field(factory=Counter)
    examples: pd.DataFrame = attrs.field(factory=_no_examples)

    @property
    def rows_in(self) -> int:
        """All rows: counted, or not counted for a reason."""
        return int(self.cells["persons"].sum()) + self.reasons.total()


def account_of_claims(
    events: CodedEvents, claimed: Rows, layout: KeyLayout, keep: Keep, *, samples: int
) -> Account:
    """Return the account of all rows that are not superseded."""
    won = winners(claimed)
    counted = cells(won, layout)
    wrong, right = counted[counted["cell"] < 0], counted[counted["cell"] >= 0]
    numbers, rows = wrong["cell"].tolist(), wrong["rows"].tolist()
    reasons = Counter({EVENT_REASONS[-number - 1]: k for number, k in zip(numbers, rows)})  # noqa: B905
    reasons["double"] = int(right["rows"].sum() - right["persons"].sum())
    return Account(
        cells=right[["cell", "persons"]],
        reasons=+reasons,
        examples=_examples_of(events, claimed, won, +reasons, keep, most=samples),
    )


def account_of_superseded(events: CodedEvents, mended: Rows, *, samples: int) -> Account:
    """Return the account of the versions that do not hold; `mended` are those that do."""
    more = mended.select((nw.col("versions").cast(nw.Int64()) - 1).sum().alias("more"))
    reasons = Counter(superseded=int(collected(more).fillna(0)["more"].iloc[0]))
    shown = _first_records(events, "superseded", mended, most=samples if +reasons else 0)
    return Account(reasons=+reasons, examples=shown)


def added(parts: Sequence[Account], *, samples: int) -> Account:
    """Return one account of any number that share no row, no record and no person."""
    parts = [Account(), *parts]
    cells = pd.concat([part.cells for part in parts])
    return Account(
        cells=cells.groupby("cell", as_index=False).sum(),
        reasons=sum((part.reasons for part in parts), start=Counter()),
        examples=_first_of_each(pd.concat([part.examples for part in parts]), samples),
    )


def table(account: Account, layout: KeyLayout, periods: Periods) -> pd.DataFrame:
    """Return the cells as rows unit, period, channel, persons (+ group), sorted."""
    by_cell = account.cells.sort_values("cell")
    frame = layout.decoded(by_cell["cell"].to_numpy())
    frame["period"] = periods.of(frame["day"].to_numpy()).astype("datetime64[s]")
    frame["persons"] = pd.array(by_cell["persons"].to_numpy(), dtype="Int64")
    keys = ["unit", "period", "channel_no"]
    columns = ["unit", "period", "channel", "persons"]
    if layout.groups is not None:
        keys, columns = [*keys, "group"], [*columns, "group"]
    if layout.by_day or layout.groups is not None:
        # Days were told apart, and are one period now.
        grouped = frame.groupby([*keys, "channel"], dropna=False, as_index=False, sort=False)
        frame = grouped[["persons"]].sum().sort_values(keys, ignore_index=True)
    return frame[columns]


# -- examples --------------------------------------------------------------------------------------


def _examples_of(
    events: CodedEvents, claimed: Rows, won: Rows, reasons: Counter[str], keep: Keep, *, most: int
) -> pd.DataFrame:
    """Return at most so many rows of each reason; `won` are the winners of what is `claimed`."""
    parts = [_no_examples()]
    if most > 0 and reasons:
        best, rivals = _rivals(claimed, won, keep)
        for reason in [one for one in EVENT_REASONS if reasons[one] and one != "double"]:
            rows = rivals.filter(nw.col("slot") == -NUMBER_OF[reason])
            parts.append(_first_records(events, reason, rows, most=most))
        if reasons["double"]:
            lost = _losers(events, best, rivals)
            named = attrs.evolve(events, records=None)
            parts.append(_first_records(named, "double", lost, most=most))
    return pd.concat(parts)


def _rivals(claimed: Rows, won: Rows, keep: Keep) -> tuple[Rows, Rows]:
    """Return the winners that have rivals or are wrong, and all rows of their persons."""
    best = won.filter((nw.col("key") < 0) | (nw.col("rows") > 1))
    best = keep(best.select("person", "slot", nw.col("key").alias("best")))
    return best, keep(parted(claimed, best, ["person"])[1])


def _first_records(
    events: CodedEvents, reason: EventReason, rows: Rows, *, most: int
) -> pd.DataFrame:
    """Return reason, record, revision, unit, channel, day of the rows with the first records."""
    if most < 1:
        return _no_examples()
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


def _losers(events: CodedEvents, best: Rows, rivals: Rows) -> Rows:
    """Return the claims that another one won: `best` is its key, `winner` names its record."""
    rivals = rivals.filter(nw.col("key") >= 0).join(best, on=["person", "slot"], how="inner")
    if events.records is not None:
        rivals = of_pandas(events.named(collected(rivals)))
    # Of two records with the very same claim the lesser id has it, as it was reported.
    first = (
        rivals.filter(nw.col("key") == nw.col("best"))
        .unique(["person", "slot"], keep="first", order_by=["record"])
        .select("person", "slot", nw.col("record").alias("winner"))
    )
    lost = rivals.join(first, on=["person", "slot"], how="inner")
    return lost.filter(nw.col("record") != nw.col("winner"))


def _first_of_each(examples: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return the first records of each reason, reason by reason."""
    order = examples["reason"].map({reason: n for n, reason in enumerate(EVENT_REASONS)})
    ordered = examples.assign(order=order).sort_values(["order", *SHOWN])
    return ordered.groupby("order").head(max(most, 0)).drop(columns="order")


# -- claims that were lost -------------------------------------------------------------------------


@checked_call
def lost_claims(
    events: IntoFrame | CodedEvents, campaign: Campaign, *, as_of: DateLike, unit: str | None = None
) -> pd.DataFrame:
    """Return one row per record that lost its claim: unit period channel record won_by won_record.

    `unit`, `period` (first day of the month) and `channel` are the record's own, `won_by` is the
    unit that counts the person, by the record `won_record`. Where both are one unit it reported a
    person twice. `unit=` asks for one unit's lost claims. No person is named.

    Raises:
        ReportError: Columns are missing or of the wrong type.
        DefinitionError: No unit of the campaign has the code `unit`.
    """
    if unit is not None:
        campaign.unit(unit)
    moment = to_instant(as_of)
    months = campaign.periods("month")
    with keeping() as keep:
        rows = coded(events, group=False)
        layout = layout_of(rows, campaign, as_of=moment, months=months)
        claimed, _ = claims(rows, layout, second_number(moment), keep)
        lost = _losers(rows, *_rivals(claimed, winners(claimed), keep))
        found = collected(lost.select("record", "winner", "key", "best"))
    own = layout.decoded(found["key"].to_numpy(dtype=np.int64))
    won = layout.decoded(found["best"].to_numpy(dtype=np.int64))
    table = own[["unit", "channel"]].assign(
        period=months.of(own["day"].to_numpy()).astype("datetime64[s]"),
        record=found["record"].astype("str").array,
        won_by=won["unit"],
        won_record=found["winner"].astype("str").array,
    )[["unit", "period", "channel", "record", "won_by", "won_record"]]
    if unit is not None:
        table = table[table["unit"] == unit]
    return table.sort_values(["unit", "period", "channel", "record"], ignore_index=True)


# -- in words --------------------------------------------------------------------------------------


def problems_of(examples: pd.DataFrame) -> Iterator[ReportProblem]:
    """Yield the problem that each row shows."""
    shown = examples[["reason", *SHOWN]]
    columns = shown.where(shown.notna(), None).to_numpy(dtype=object).T
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
                "reported more than once; revision {revision:raw} counts", revision=revision
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
                "{unit} reported a person who is already counted from an earlier report "
                "({channel}, {day:date})",
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
    "person_changed": message("its revisions name different persons"),
    "no_date": message("no date"),
    "no_person": message("no person"),
    "unknown_unit": message("no unit"),
    "unknown_channel": message("no channel"),
}
_FIX: dict[EventReason, Message] = {
    "not_yet_reported": message("nothing to do: it counts from the day on which it was reported"),
    "no_record": message("give every row the id and the revision of the event that it reports"),
    "superseded": message("nothing to do: the highest revision of a record counts"),
    "withdrawn": message("nothing to do: the unit withdrew the record"),
    "person_changed": message(
        "withdraw the record and report the other person in a separate record"
    ),
    "no_date": message("report the date of the event in a new revision"),
    "no_person": message("report the person's opaque id in a new revision"),
    "unknown_unit": message("use a code of the campaign's units, or add the unit to the campaign"),
    "unknown_channel": message("use a channel of the campaign, or add the channel to the campaign"),
    "outside_campaign": message(
        "correct the date in a new revision; other days are outside the campaign"
    ),
    "unit_not_open": message(
        "correct the date or the unit in a new revision, or when the unit opened or closed"
    ),
    "double": message("nothing to do: the person counts where it was reported first"),
}

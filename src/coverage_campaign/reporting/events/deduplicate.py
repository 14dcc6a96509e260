"""What counts: which version of each record holds, and which report of a person is the first.

A claim is a holding row with nothing wrong in it. All claims to the same person (and, for
resumptions and losses, the same month and channel) are rivals. The order of rivals, (turn, unit,
month, channel), is the order of their keys, which are integers: the least wins, and what it counts
can be read back from it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Final

import attrs
import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem, ReportError
from coverage_campaign.messages import message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import Periods
from coverage_campaign.model.units import Unit
from coverage_campaign.reporting.events.engines import (
    DAYS,
    MISSING,
    MISSING_TEXT,
    NO_DAY,
    SHOWN,
    CodedEvents,
    Keep,
    Rows,
    as_number,
    collected,
    day_number,
    looked_up,
    parted_by_repetition,
    second_number,
)
from coverage_campaign.reporting.problems import EVENT_REASONS, EventReason

__all__ = [
    "NUMBER_OF",
    "WITHDRAWN",
    "KeyLayout",
    "calendar_days",
    "cells",
    "claims",
    "is_visible",
    "layout_of",
    "versions",
    "winners",
]

WITHDRAWN: Final = "withdrawn"
"""The channel that takes a record back; no campaign need define it."""
NUMBER_OF: Final[Mapping[EventReason, int]] = {
    reason: number for number, reason in enumerate(EVENT_REASONS, 1)
}
"""The number of each reason, from 1."""

_MOST: Final = 2**63 - 1
_NO_ID: Final = -(2**63)
_MOST_GROUPS: Final = 10_000
_1900: Final = dt.datetime(1900, 1, 1)  # noqa: DTZ001 - civil time
_Ints = NDArray[np.int64]


@attrs.frozen(eq=False, kw_only=True)
class KeyLayout:
    """How a claim becomes one integer and back: the codes, and how many of each there can be.

    `units` are the campaign's, by code point. `lookup` has a row for each value that the events
    have in their column `unit`: `unit_no`, the place in `units` or -1, and, where units open and
    close, `opened` and `closed`, their first and last day. It is None where the value is the place.
    `channel_no` is by the events' value of a channel its place in `channels`, the place after the
    last being a withdrawal. `base` is the second that is turn 0. `shift` moves a day so that a
    month of the campaign begins where DAYS divides. `groups` is None where they are not asked for;
    the number after the last is a claim without a group. `by_day` tells days of a month apart.
    """

    units: tuple[str, ...]
    lookup: pd.DataFrame | None
    channels: tuple[str, ...]
    channel_no: Mapping[str | int, int]
    entries: tuple[int, ...]
    groups: tuple[str, ...] | None
    by_day: bool
    first_day: int
    last_day: int
    shift: int
    base: int = 0

    @property
    def first_month(self) -> int:
        """The campaign's first month."""
        return (self.first_day + self.shift) // DAYS

    @property
    def months(self) -> int:
        """The number of months that the campaign touches."""
        return (self.last_day + self.shift) // DAYS - self.first_month + 1

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """What a key is made of after its turn, and how many of each there are."""
        return (
            ("unit_no", max(len(self.units), 1)),
            ("month", self.months),
            ("channel_no", len(self.channels)),
            *([("day_of_month", DAYS)] if self.by_day or self.groups is not None else []),
            *([("group", len(self.groups) + 1)] if self.groups is not None else []),
        )

    @property
    def size(self) -> int:
        """The number of different cells."""
        return int(np.prod([length for _, length in self.parts], dtype=object))

    def key(self) -> nw.Expr:
        """Return the key of a claim from its columns `turn` and those that `parts` names."""
        key = nw.col("turn").cast(nw.Int64())
        for name, length in self.parts:
            key = key * length + nw.col(name).cast(nw.Int64())
        return key

    def decoded(self, keys: _Ints) -> pd.DataFrame:
        """Return unit, day, channel, channel_no (and group) of cells or keys, codes as text.

        `day` is the first day of the month where days are not told apart.
        """
        rest = keys % self.size
        numbers: dict[str, _Ints] = {"day_of_month": np.zeros_like(rest)}
        for name, length in reversed(self.parts):
            rest, numbers[name] = np.divmod(rest, length)
        shifted = (numbers["month"] + self.first_month) * DAYS + numbers["day_of_month"]
        frame = pd.DataFrame(
            {
                "unit": _taken(self.units, numbers["unit_no"]),
                "day": calendar_days(shifted - self.shift),
                "channel": _taken(self.channels, numbers["channel_no"]),
                "channel_no": numbers["channel_no"],
            }
        )
        if self.groups is not None:
            frame["group"] = _taken((*self.groups, None), numbers["group"])
        return frame


def calendar_days(numbers: _Ints) -> NDArray[np.datetime64]:
    """Return the days of day numbers, as datetime64[D]."""
    months, days = np.divmod(numbers, DAYS)
    firsts = (months - 12 * 1970).astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray(firsts + days)


def _taken(codes: Sequence[str | None], places: _Ints) -> pd.Series:
    # Each code becomes text once, however many cells it has.
    return pd.Series(list(codes), dtype="str").take(places).reset_index(drop=True)


def layout_of(
    events: CodedEvents,
    campaign: Campaign,
    *,
    as_of: dt.datetime,
    months: Periods,
    by_day: bool = False,
    by_group: bool = False,
) -> KeyLayout:
    """Return how the claims among some events become integers; `months` are the campaign's.

    Raises:
        DefinitionError: The campaign has no channels or no phases.
        ReportError: There are more units x months x channels x groups than 63 bits can tell apart.
    """
    if not campaign.channels:
        fix = "a campaign needs channels, each an entry, a resumption or a loss"
        raise DefinitionError(
            Problem(message("campaign '{code}'", code=campaign.code), "no channels", fix)
        )
    channels = tuple(channel.code for channel in campaign.channels)
    window = campaign.whole_window
    if by_group and len(events.groups) > _MOST_GROUPS:
        found = message("more than {most} different texts", most=_MOST_GROUPS)
        fix = "a group is one of the campaign's target groups"
        raise ReportError(Problem("column 'group'", found, fix))
    units = sorted(campaign.units, key=lambda unit: unit.code)
    texts = events.holds_text["channel"]
    place = {code: number for number, code in reversed([*enumerate((*channels, WITHDRAWN))])}
    layout = KeyLayout(
        units=tuple(unit.code for unit in units),
        lookup=_lookup(events, units),
        channels=channels,
        channel_no={
            code if texts else number: place[code]
            for number, code in enumerate(place if texts else events.channels)
            if code in place
        },
        entries=tuple(
            place for place, channel in enumerate(campaign.channels) if channel.effect == "entry"
        ),
        groups=events.groups if by_group else None,
        by_day=by_day,
        first_day=day_number(window.first),
        last_day=day_number(window.last),
        shift=(DAYS + 1 - months.starts_on) % DAYS,
    )
    # Turn 0 is the year 1 where there is room for it, else 1900.
    last = second_number(as_of)
    for base in (0, second_number(_1900)):
        if (last - base + 1) * layout.size <= _MOST:
            return attrs.evolve(layout, base=base)
    sizes = " x ".join(f"{length:,} ({name})" for name, length in layout.parts)
    raise ReportError(
        Problem(
            "events",
            message("{sizes:raw} are too many to tell apart at once", sizes=sizes),
            "tally by month, without groups, or part of the units",
        )
    )


def _lookup(events: CodedEvents, units: Sequence[Unit]) -> pd.DataFrame | None:
    table = pd.DataFrame(
        {
            "unit_no": np.arange(len(units)),
            "opened": [day_number(unit.opened) if unit.opened else 0 for unit in units],
            "closed": [day_number(unit.closed) if unit.closed else NO_DAY for unit in units],
        },
        index=pd.Index([unit.code for unit in units], dtype="str", name="unit"),
        dtype="int64",
    )
    if not any(unit.opened or unit.closed for unit in units):
        table = table[["unit_no"]]
    if events.holds_text["unit"]:
        return table.reset_index()
    # The number after the last code is a missing unit.
    table = table.reindex([*events.units, MISSING_TEXT], fill_value=-1).reset_index(drop=True)
    table.insert(0, "unit", np.arange(len(table)))
    is_place = (table["unit_no"] == table["unit"]).iloc[:-1].all()
    return None if is_place and list(table.columns) == ["unit", "unit_no"] else table


# -- versions --------------------------------------------------------------------------------------


def is_late(as_of: int) -> nw.Expr:
    """Return where a row was not yet reported at a second, or when is missing."""
    return nw.col("second") > as_of


def is_visible(events: CodedEvents, as_of: int) -> nw.Expr:
    """Return where a row was reported by a second and names a record and a revision."""
    named = ~(events.is_missing("record") | events.is_missing("revision"))
    return named & ~is_late(as_of)


def versions(
    events: CodedEvents, as_of: int, keep: Keep, *, scope: Sequence[str] = ()
) -> tuple[Rows, Rows]:
    """Return all rows but superseded ones, and those of them that supersede others.

    Both have two columns more than the events: `turn`, the second of the record's first appearance,
    and `changed`, 1 where its versions name more than one person; the latter also how many
    `versions` there are. Only rows reported by the second `as_of` are versions of a record.
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
    mended = keep(least.join(repeated, on=by, how="inner"))
    once = once.with_columns(
        nw.col("second").alias("turn"), nw.lit(0, dtype=nw.Int64()).alias("changed")
    )
    return nw.concat([once, mended.select(*once.collect_schema().names())]), mended


# -- claims ----------------------------------------------------------------------------------------


def claims(
    events: CodedEvents, layout: KeyLayout, as_of: int, keep: Keep, *, scope: Sequence[str] = ()
) -> tuple[Rows, Rows]:
    """Return what each row known at a second claims, and which supersede others: what counts.

    Rows are all that are not superseded, with the columns person, slot, key and those by which a
    row is shown. Of the claims with the same person and slot, the least key wins. A row with
    something wrong in it has minus its reason's number for slot and key, so that it can be counted
    on the way. `scope` names columns whose values part the rows: nothing in one part has to do with
    another.
    """
    rows, mended = versions(events, as_of, keep, scope=scope)
    rows = _numbered(rows, layout, len(events.units))
    rows = rows.with_columns(_reason(events, layout, as_of).alias("reason"))
    # What is wrong need not fit 64 bits.
    wrong = nw.col("reason") > 0
    day = nw.when(wrong).then(nw.lit(layout.first_day)).otherwise(nw.col("day"))
    turn = nw.when(wrong | (nw.col("turn") < layout.base)).then(nw.lit(layout.base))
    rows = rows.with_columns(
        (turn.otherwise(nw.col("turn")) - layout.base).alias("turn"),
        ((day + layout.shift) // DAYS - layout.first_month).alias("month"),
        ((day + layout.shift) % DAYS).alias("day_of_month"),
    )
    slot = 1 + nw.col("month") * len(layout.channels) + nw.col("channel_no")
    if layout.entries:
        entry = reduce(or_, (nw.col("channel_no") == number for number in layout.entries))
        slot = nw.when(entry).then(nw.lit(0)).otherwise(slot)
    rows = rows.with_columns(
        nw.when(wrong).then(0 - nw.col("reason")).otherwise(slot).cast(nw.Int64()).alias("slot"),
        nw.when(wrong).then(0 - nw.col("reason")).otherwise(layout.key()).alias("key"),
    )
    rows = events.with_codes(rows).select("person", "slot", "key", *SHOWN, *scope)
    return rows, mended


def _numbered(rows: Rows, layout: KeyLayout, missing: int) -> Rows:
    """Add the numbers of unit and channel in the layout, and the unit's first and last day."""
    if layout.lookup is None:
        known = nw.when(nw.col("unit") < missing).then(nw.col("unit")).otherwise(nw.lit(-1))
        rows = rows.with_columns(known.alias("unit_no"))
    else:
        rows = looked_up(rows, "unit", layout.lookup)
    channel: nw.Expr = nw.lit(-1)
    for value, place in layout.channel_no.items():
        channel = nw.when(nw.col("channel") == value).then(nw.lit(place)).otherwise(channel)
    return rows.with_columns(channel.alias("channel_no"))


def _has_lives(layout: KeyLayout) -> bool:
    return layout.lookup is not None and "opened" in layout.lookup


def _reason(events: CodedEvents, layout: KeyLayout, as_of: int) -> nw.Expr:
    """Return the number of the first reason for which a row counts nothing, or 0."""
    day = nw.col("day")
    tests: dict[EventReason, nw.Expr] = {
        "not_yet_reported": is_late(as_of),
        "withdrawn": nw.col("channel_no") == len(layout.channels),
        "no_record": events.is_missing("record") | events.is_missing("revision"),
        "person_changed": nw.col("changed") == 1,
        "no_date": day == NO_DAY,
        "no_person": events.is_missing("person"),
        "unknown_unit": nw.col("unit_no") < 0,
        "unknown_channel": nw.col("channel_no") < 0,
        "outside_campaign": (day < layout.first_day) | (day > layout.last_day),
    }
    if _has_lives(layout):
        tests["unit_not_open"] = (day < nw.col("opened")) | (day > nw.col("closed"))
    number: nw.Expr = nw.lit(0)
    for reason in reversed(tuple(tests)):
        number = nw.when(tests[reason]).then(nw.lit(NUMBER_OF[reason])).otherwise(number)
    return number


def winners(claimed: Rows, *, scope: Sequence[str] = ()) -> Rows:
    """Return one row a person and slot: the least `key`, and how many `rows` claimed it."""
    by = ["person", "slot", *scope]
    best = claimed.group_by(*by).agg(nw.col("key").min(), nw.len().alias("rows"))
    return best.with_columns(nw.col("rows").cast(nw.Int64()))


def cells(won: Rows, layout: KeyLayout, *, scope: Sequence[str] = ()) -> pd.DataFrame:
    """Return cell (or minus a reason's number), persons, rows; here an engine does its work."""
    cell = nw.when(nw.col("key") < 0).then(nw.col("key")).otherwise(nw.col("key") % layout.size)
    table = collected(
        won.select(cell.alias("cell"), "rows", *scope)
        .group_by("cell", *scope)
        .agg(nw.len().alias("persons"), nw.col("rows").sum().alias("rows"))
    )
    return table.astype("int64")

"""Who counts a person: claims as integers, so that the first report wins by one minimum.

A claim is a holding row with nothing wrong in it. All claims to the same person (and, for
resumptions and losses, the same month and channel) are rivals. The order of rivals, (turn, unit,
month, channel), is the order of their keys: the least wins, and what it counts can be read back
from it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Final

import attrs
import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem, ReportError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.periods import Periods
from coverage_campaign.reporting.events.engines import (
    Keep,
    collected,
    in_memory,
    joined_by_number,
    parted_by_repetition,
)
from coverage_campaign.reporting.events.frame import (
    DAYS,
    NO_DAY,
    SHOWN,
    CodedEvents,
    Rows,
    day_number,
    second_number,
)
from coverage_campaign.reporting.events.revisions import Versions, is_late, versions
from coverage_campaign.reporting.problems import EVENT_REASONS, EventReason

__all__ = [
    "NUMBER_OF",
    "WITHDRAWN",
    "Claims",
    "KeyLayout",
    "calendar_days",
    "cells",
    "claims",
    "layout_of",
    "winners",
]

WITHDRAWN: Final = "withdrawn"
"""The channel that takes a record back; no campaign need define it."""
NUMBER_OF: Final[Mapping[EventReason, int]] = {
    reason: number for number, reason in enumerate(EVENT_REASONS, 1)
}
"""The number of each reason, from 1."""

_MOST: Final = 2**63 - 1
_MOST_GROUPS: Final = 10_000
_1900: Final = dt.datetime(1900, 1, 1)  # noqa: DTZ001 - civil time
_Ints = NDArray[np.int64]


@attrs.frozen(eq=False, kw_only=True)
class KeyLayout:
    """How a claim becomes one integer and back: the codes, and how many of each there can be.

    `unit_no` is by the events' number of a unit its place in `units`, -1 where the campaign does
    not know it; `opened` and `closed` are its first and last day. `channel_no` is the same for
    channels, the place after the last being a withdrawal. `base` is the second that is turn 0.
    `shift` moves a day so that a month of the campaign begins where DAYS divides. `groups` is None
    where they are not asked for; the number after the last is a claim without a group. `by_day`
    tells days of a month apart.
    """

    units: tuple[str, ...]
    unit_no: _Ints
    opened: _Ints
    closed: _Ints
    channels: tuple[str, ...]
    channel_no: _Ints
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
        raise DefinitionError(Problem(f"campaign '{campaign.code}'", "no channels", fix))
    known = {unit.code: unit for unit in campaign.units}
    units = tuple(code for code in events.units if code in known)
    channels = tuple(channel.code for channel in campaign.channels)
    window = campaign.whole_window
    lives = [known.get(code) for code in events.units]
    if by_group and len(events.groups) > _MOST_GROUPS:
        found = f"more than {_MOST_GROUPS:,} different texts"
        fix = "a group is one of the campaign's target groups"
        raise ReportError(Problem("column 'group'", found, fix))
    layout = KeyLayout(
        units=units,
        unit_no=_places(events.units, units),
        opened=_days([unit.opened if unit else None for unit in lives], otherwise=0),
        closed=_days([unit.closed if unit else None for unit in lives], otherwise=NO_DAY),
        channels=channels,
        channel_no=_places(events.channels, (*channels, WITHDRAWN)),
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
            f"{sizes} are too many to tell apart at once",
            "tally by month, without groups, or part of the units",
        )
    )


def _places(present: Sequence[str], known: Sequence[str]) -> _Ints:
    """Return the place among the known codes of each that is present, -1 for others and none."""
    place: dict[str, int] = {}
    for number, code in enumerate(known):
        place.setdefault(code, number)
    return np.array([*(place.get(code, -1) for code in present), -1], dtype=np.int64)


def _days(days: Iterable[dt.date | None], *, otherwise: int) -> _Ints:
    numbers = [otherwise if day is None else day_number(day) for day in days]
    return np.array([*numbers, otherwise], dtype=np.int64)


# -- claims ----------------------------------------------------------------------------------------


@attrs.frozen(eq=False, kw_only=True)
class Claims:
    """Every row that is not superseded, with `slot` and `key`, and the versions it comes from.

    `rows` have the columns person, slot, key and those by which a row is shown. Of the claims with
    the same person and slot, the least key wins. A row with something wrong in it has minus its
    reason's number for slot and key, so that it can be counted on the way.
    """

    rows: Rows
    versions: Versions


def claims(
    events: CodedEvents, layout: KeyLayout, as_of: int, keep: Keep, *, scope: Sequence[str] = ()
) -> Claims:
    """Return what each row known at a second claims: the rule of what counts, in one place.

    `scope` names columns whose values part the rows: nothing in one part has to do with another.
    """
    found = versions(events, events.rows, as_of, keep, scope=scope)
    rows = _numbered(found.rows, layout)
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
    return Claims(rows=rows.select("person", "slot", "key", *SHOWN, *scope), versions=found)


def _numbered(rows: Rows, layout: KeyLayout) -> Rows:
    """Add the numbers of unit and channel in the layout, and the unit's first and last day."""
    columns = {"unit_no": layout.unit_no}
    if _has_lives(layout):
        columns |= {"opened": layout.opened, "closed": layout.closed}
    if len(columns) > 1 or len(layout.units) < len(layout.unit_no) - 1:
        rows = joined_by_number(rows, "unit", columns)
    else:  # every unit is known: its number among the events is its place
        last = len(layout.units) - 1
        known = nw.when(nw.col("unit") > last).then(nw.lit(-1)).otherwise(nw.col("unit"))
        rows = rows.with_columns(known.alias("unit_no"))
    channel: nw.Expr = nw.lit(-1)
    for number, place in enumerate(layout.channel_no.tolist()):
        if place >= 0:
            channel = nw.when(nw.col("channel") == number).then(nw.lit(place)).otherwise(channel)
    return rows.with_columns(channel.alias("channel_no"))


def _has_lives(layout: KeyLayout) -> bool:
    return bool((layout.opened > 0).any() or (layout.closed < NO_DAY).any())


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
    claimed = claimed.select(*by, "key")
    alone, rivals = None, claimed
    if in_memory(claimed):  # most persons have one claim, which pandas need not group
        alone, rivals = parted_by_repetition(claimed, ["person"], nw.lit(value=True))
    best = rivals.group_by(*by).agg(nw.col("key").min(), nw.len().alias("rows"))
    best = best.with_columns(nw.col("rows").cast(nw.Int64()))
    if alone is None:
        return best
    return nw.concat([alone.with_columns(nw.lit(1, dtype=nw.Int64()).alias("rows")), best])


def cells(won: Rows, layout: KeyLayout, *, scope: Sequence[str] = ()) -> pd.DataFrame:
    """Return cell (or minus a reason's number), persons, rows; here an engine does its work."""
    cell = nw.when(nw.col("key") < 0).then(nw.col("key")).otherwise(nw.col("key") % layout.size)
    table = collected(
        won.select(cell.alias("cell"), "rows", *scope)
        .group_by("cell", *scope)
        .agg(nw.len().alias("persons"), nw.col("rows").sum().alias("rows"))
    )
    return table.astype("int64")

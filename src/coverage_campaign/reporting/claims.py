"""Who counts a person: claims, packed so that the first report wins by one integer minimum.

A claim is a holding row with nothing wrong in it. All claims to the same person (and, for
resumptions and losses, the same month and channel) are rivals. Their order, (turn, unit, month,
channel) and so on, is packed into one 64-bit integer: the least integer is the winner, and what is
counted can be read back from it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import attrs
import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.reporting.coding import NO_DAY
from coverage_campaign.reporting.counts import Period
from coverage_campaign.reporting.events import EventFrame, collected, day_number, second_number
from coverage_campaign.reporting.keeping import Keep

__all__ = [
    "NUMBER_OF",
    "REASONS",
    "WITHDRAWN",
    "Cells",
    "Packing",
    "claims",
    "count_cells",
    "packing",
    "plan_of",
    "winners",
    "with_places",
]

Rows = nw.LazyFrame[Any]

WITHDRAWN = "withdrawn"
"""The channel that takes a record back; no campaign need define it."""
REASONS = (
    "not yet reported",
    "no record",
    "superseded",
    "withdrawn",
    "person changed",
    "no date",
    "no person",
    "unknown unit",
    "unknown channel",
    "outside the campaign",
    "double",
)
"""Why a row is not counted, in the order in which they are asked; the first that fits is given."""
NUMBER_OF = {reason: number for number, reason in enumerate(REASONS, 1)}
"""The number of each reason, from 1."""

_MOST = 2**63 - 1
_1900 = dt.datetime(1900, 1, 1)  # noqa: DTZ001 - civil time
_MOST_GROUPS = 10_000
_DAYS = 31


@attrs.frozen(eq=False, kw_only=True)
class Packing:
    """How a claim becomes one integer and back: the codes, and how many of each there can be.

    `base` is the second that is turn 0. `groups` is None where they are not asked for; the number
    after the last is a claim without a group.
    """

    units: tuple[str, ...]
    channels: tuple[str, ...]
    entries: tuple[int, ...]
    groups: tuple[str, ...] | None
    by: Period
    first_day: int
    last_day: int
    base: int

    @property
    def first_month(self) -> int:
        """The campaign's first month."""
        return self.first_day // _DAYS

    @property
    def months(self) -> int:
        """The number of months that the campaign touches."""
        return self.last_day // _DAYS - self.first_month + 1

    @property
    def days(self) -> int:
        """The places for a day of the month: 31, or 1 where only months are asked for."""
        return _DAYS if self.by == "day" or self.groups is not None else 1

    @property
    def parties(self) -> int:
        """The places for a group, that of no group included."""
        return 1 if self.groups is None else len(self.groups) + 1

    @property
    def size(self) -> int:
        """The number of different cells."""
        return max(len(self.units), 1) * self.months * len(self.channels) * self.days * self.parties


@attrs.frozen(eq=False, kw_only=True)
class Cells:
    """Persons by cell, and how many rows claimed them; invalid rows by reason's number."""

    cell: NDArray[np.int64]
    persons: NDArray[np.int64]
    rows: NDArray[np.int64]


def packing(
    events: EventFrame, campaign: Campaign, *, as_of: dt.datetime, by: Period, by_group: bool
) -> Packing:
    """Return how the claims of these events are packed, which takes a look at their codes."""
    known = sorted(unit.code for unit in campaign.units)
    return plan_of(
        campaign,
        units=known if events.coded else _present(events, "unit", known),
        groups=_groups(events) if by_group else None,
        as_of=as_of,
        by=by,
    )


def plan_of(
    campaign: Campaign,
    *,
    units: Sequence[str],
    groups: Sequence[str] | None,
    as_of: dt.datetime,
    by: Period,
) -> Packing:
    """Return how claims of these units and groups, both sorted, are packed.

    Raises:
        ReportError: There are more units x months x channels x groups than 63 bits can tell apart.
    """
    window = campaign.whole_window
    plan = Packing(
        units=tuple(units),
        channels=tuple(channel.code for channel in campaign.channels),
        entries=tuple(
            place for place, one in enumerate(campaign.channels) if one.effect == "entry"
        ),
        groups=None if groups is None else few_groups(groups),
        by=by,
        first_day=day_number(window.first),
        last_day=day_number(window.last),
        base=0,
    )
    # Turn 0 is the year 1 where there is room for it, else 1900.
    last = second_number(as_of)
    since_1900 = second_number(_1900)
    if (last + 1) * plan.size <= _MOST:
        return plan
    if (last - since_1900 + 1) * plan.size <= _MOST:
        return attrs.evolve(plan, base=since_1900)
    raise ReportError(
        Problem(
            "events",
            f"{len(plan.units):,} units x {plan.months} months x {len(plan.channels)} channels "
            f"x {plan.parties:,} groups are too many to tell apart at once",
            "tally by month, without groups, or part of the units",
        )
    )


def _present(events: EventFrame, column: str, known: Sequence[str]) -> tuple[str, ...]:
    rows = _different(events.rows, column)
    found = collected(rows.filter(nw.col(column).is_in(list(known))))
    return tuple(sorted(str(code) for code in found[column]))


def _different(rows: Rows, column: str) -> Rows:
    # Not `unique`: in SQL that numbers the rows of each value.
    return rows.group_by(column).agg(nw.len().alias("rows")).select(column)


def _groups(events: EventFrame) -> Sequence[str]:
    if events.groups is not None:
        return events.groups
    named = _different(events.rows, "group").filter(~nw.col("group").is_null())
    found = collected(named.head(_MOST_GROUPS + 1))
    return sorted(str(code) for code in found["group"])


def few_groups(groups: Sequence[str]) -> tuple[str, ...]:
    """Return the groups, or refuse a column that cannot be one of groups."""
    if len(groups) > _MOST_GROUPS:
        raise ReportError(
            Problem(
                "column 'group'",
                f"more than {_MOST_GROUPS:,} different texts",
                "a group is one of the campaign's target groups",
            )
        )
    return tuple(groups)


# -- from holding rows to claims -------------------------------------------------------------------


def claims(events: EventFrame, holding: Rows, plan: Packing) -> Rows:
    """Return the holding rows with `reason` (0 = a claim), `slot` and `key`.

    Of the claims with the same person and slot, the least key wins. A row with something wrong in
    it has minus its reason's number for slot and key, so that it can be counted on the way.
    """
    rows = _numbered(events, holding, plan)
    reason = _reason(events, plan).cast(nw.Int64())
    rows = rows.with_columns(reason.alias("reason"))
    month = nw.col("day") // _DAYS - plan.first_month
    # Base 1900 only: what was reported before has turn 0.
    turn = nw.col("turn") - plan.base
    turn = nw.when(turn < 0).then(nw.lit(0, dtype=nw.Int64())).otherwise(turn)
    key = (turn * max(len(plan.units), 1) + nw.col("place")) * plan.months + month
    key = key * len(plan.channels) + nw.col("way")
    if plan.days > 1:
        key = key * plan.days + nw.col("day") % _DAYS
    if plan.groups is not None:
        key = key * plan.parties + nw.col("party")
    entry = nw.col("way").is_in(list(plan.entries))
    once = nw.lit(0, dtype=nw.Int64())
    slot = nw.when(entry).then(once).otherwise(1 + month * len(plan.channels) + nw.col("way"))
    valid = nw.col("reason") == 0
    wrong = 0 - nw.col("reason")
    return rows.with_columns(
        nw.when(valid).then(slot).otherwise(wrong).cast(nw.Int64()).alias("slot"),
        nw.when(valid).then(key).otherwise(wrong).cast(nw.Int64()).alias("key"),
    )


def _reason(events: EventFrame, plan: Packing) -> nw.Expr:
    outside = (nw.col("day") < plan.first_day) | (nw.col("day") > plan.last_day)
    tests = {
        "withdrawn": nw.col("way") == len(plan.channels),
        "person changed": nw.col("changed") == 1,
        "no date": nw.col("day") == NO_DAY,
        "no person": events.missing("person"),
        "unknown unit": nw.col("place") < 0,
        "unknown channel": nw.col("way") < 0,
        "outside the campaign": outside,
    }
    chain: nw.Expr = nw.lit(0)
    for reason in reversed(tests):
        chain = nw.when(tests[reason]).then(nw.lit(NUMBER_OF[reason])).otherwise(chain)
    return chain


def _numbered(events: EventFrame, rows: Rows, plan: Packing) -> Rows:
    """Add `place` of the unit, `way` of the channel and `party` of the group; -1 is unknown."""
    if events.coded:
        return _looked_up(events, rows, plan)
    units, *groups = events.places
    rows = rows.join(units, on="unit", how="left").with_columns(
        nw.when(nw.col("place").is_null())
        .then(nw.lit(-1, dtype=nw.Int64()))
        .otherwise(nw.col("place"))
        .alias("place"),
        _position("channel", (*plan.channels, WITHDRAWN), otherwise=-1).alias("way"),
    )
    if plan.groups is None:
        return rows
    return rows.join(groups[0], on="group", how="left").with_columns(
        nw.when(nw.col("party").is_null())
        .then(nw.lit(len(plan.groups), dtype=nw.Int64()))
        .otherwise(nw.col("party"))
        .alias("party")
    )


def with_places(events: EventFrame, plan: Packing, keep: Keep) -> EventFrame:
    """Return the frame with its units and groups numbered on its own engine, as the plan does."""
    if events.coded:
        return events
    units = _different(events.rows, "unit").filter(nw.col("unit").is_in(list(plan.units)))
    tables = [units.with_row_index("place", order_by=["unit"])]
    if plan.groups is not None:
        groups = _different(events.rows, "group").filter(~nw.col("group").is_null())
        tables.append(groups.with_row_index("party", order_by=["group"]))
    numbered = (
        table.with_columns(nw.col(name).cast(nw.Int64()))
        for table, name in zip(tables, ("place", "party"), strict=False)
    )
    return attrs.evolve(events, places=tuple(keep(table) for table in numbered))


def _position(column: str, codes: Sequence[str], *, otherwise: int) -> nw.Expr:
    chain: nw.Expr = nw.lit(otherwise)
    for place, code in reversed(tuple(enumerate(codes))):
        chain = nw.when(nw.col(column) == code).then(nw.lit(place)).otherwise(chain)
    return chain.cast(nw.Int64())


def _looked_up(events: EventFrame, rows: Rows, plan: Packing) -> Rows:
    frame: pd.DataFrame = rows.collect().to_native()
    place = _places(events.units or (), plan.units)
    way = _places(events.channels or (), (*plan.channels, WITHDRAWN))
    columns = {
        "place": place[frame["unit"].to_numpy()],
        "way": way[frame["channel"].to_numpy()],
    }
    if plan.groups is not None:
        party = _places(events.groups or (), plan.groups)
        party[-1] = len(plan.groups)
        columns["party"] = party[frame["group"].to_numpy()]
    return nw.from_native(frame.assign(**columns)).lazy()


def _places(present: Sequence[str], known: Sequence[str]) -> NDArray[np.int64]:
    """Return the position among the known codes of each code that is present, -1 for others."""
    position: dict[str, int] = {}
    for place, code in enumerate(known):
        position.setdefault(code, place)
    return np.array([*(position.get(code, -1) for code in present), -1], dtype=np.int64)


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

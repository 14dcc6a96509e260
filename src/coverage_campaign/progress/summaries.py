"""Progress said for tiers, channels, groups and periods: pooled sums, never means of rates."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.progress.indicators import Clock, figures, pooled_by
from coverage_campaign.progress.reported_counts import Counted
from coverage_campaign.reporting.cube import tree_of

__all__ = ["by_channel", "by_group", "by_period", "by_tier"]


def by_tier(counts: pd.DataFrame, campaign: Campaign, clock: Clock) -> pd.DataFrame:
    """Return one row per upper unit, nearest tier first: tier and the columns of a progress.

    `tier` is the longest way down to the planned units (1 = right above them), so that each upper
    unit has one row with all of its own; ranks are among the units of a tier.
    """
    units = counts["unit"].tolist()
    tree = tree_of(units, {unit.code: unit.parent for unit in campaign.units})
    spans = [np.arange(first, last) for first, last in zip(tree.first, tree.last, strict=True)]
    places = np.concatenate([np.empty(0, dtype=np.int64), *spans])
    keys = np.repeat(np.array(tree.above, dtype=object), tree.last - tree.first)
    order = pd.Index(units).get_indexer(pd.Index(tree.units))
    pooled = pooled_by(counts.iloc[order[places]], pd.Series(keys, dtype="str"))
    pooled["name"] = [campaign.unit(code).label.text() for code in tree.above]
    pooled["name"] = pooled["name"].astype("str")
    parts = [
        _with_tier(figures(pooled[tree.tier == tier], clock), tier)
        for tier in np.unique(tree.tier).tolist()
    ]
    if not parts:
        return _with_tier(figures(pooled, clock), 0)
    return pd.concat(parts, ignore_index=True)


def _with_tier(rows: pd.DataFrame, tier: int) -> pd.DataFrame:
    rows = rows.assign(tier=pd.Series(tier, index=rows.index, dtype="Int64"))
    return rows[["tier", *rows.columns[:-1]]]


def by_channel(rows: Counted, campaign: Campaign, since: np.datetime64) -> pd.DataFrame:
    """Return one row per channel: channel, name, effect, persons, new.

    `persons` are counted to the day, `new` in its period; losses are positive persons of effect
    'loss'. A channel without a figure is <NA>.
    """
    codes = [channel.code for channel in campaign.channels]
    known = {channel.code: channel for channel in campaign.channels}
    order = [*codes, *(code for code in rows.channels if code not in known)]
    place = {code: number for number, code in enumerate(rows.channels)}
    recent = rows.period >= since
    persons: list[int | None] = []
    new: list[int | None] = []
    for code in order:
        mine = rows.channel == place.get(code, -1)
        persons.append(_sum(rows.persons, mine))
        new.append(_sum(rows.persons, mine & recent))
    return pd.DataFrame(
        {
            "channel": pd.array(order, dtype="str"),
            "name": pd.array(
                [known[code].label.text() if code in known else code for code in order], dtype="str"
            ),
            "effect": pd.array(
                [known[code].effect if code in known else "entry" for code in order], dtype="str"
            ),
            "persons": pd.array(persons, dtype="Int64"),
            "new": pd.array(new, dtype="Int64"),
        }
    )


def _sum(persons: NDArray[np.int64], mine: NDArray[np.bool_]) -> int | None:
    return int(persons[mine].sum()) if mine.any() else None


def by_group(rows: Counted, campaign: Campaign) -> pd.DataFrame:
    """Return one row per target group: group, name, done; persons without a group stand last.

    Raises:
        DefinitionError: The tally was made without groups.
    """
    if rows.group is None:
        raise DefinitionError(
            Problem("tally", "holds no groups", "make it with tally(..., by_group=True)")
        )
    signed = rows.persons * rows.signs(net=campaign.counts_net is True)
    known = {group.code: group for group in campaign.groups}
    place = {code: number for number, code in enumerate(rows.groups)}
    order = [*known, *(code for code in rows.groups if code not in known)]
    codes: list[str | None] = list(order)
    done = [_sum(signed, rows.group == place.get(code, -2)) for code in order]
    if (rows.group == -1).any():
        codes.append(None)
        done.append(_sum(signed, rows.group == -1))
    names = [known[code].label.text() if code in known else code for code in codes]
    return pd.DataFrame(
        {
            "group": pd.array(codes, dtype="str"),
            "name": pd.array(names, dtype="str"),
            "done": pd.array(done, dtype="Int64"),
        }
    )


def by_period(history: pd.DataFrame) -> pd.DataFrame:
    """Return a history with each period's own persons: planned, done and their running totals."""
    table = history.copy()
    for place, column in enumerate(("planned", "done"), start=1):
        total = history[f"{column}_to_date"]
        table.insert(place, column, total - total.shift(fill_value=0).fillna(0))
    return table

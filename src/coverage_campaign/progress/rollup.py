"""Counts of units summed through every tier above them: one difference of running sums each."""

from __future__ import annotations

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.checks import checked_call, checked_fields
from coverage_campaign.frames import by_value, owned, owned_array
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.notebook import html_table
from coverage_campaign.reporting.cube import Sums, Tree
from coverage_campaign.reporting.result import Tally

__all__ = ["RollUp", "roll_up"]

_AT_A_TIME = 1024


@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class RollUp:
    """Persons of every upper unit by period and channel, the nearest tier first.

    `persons` has the axes unit, period, channel; where `reported` is False nobody under the unit
    reported that cell and the number there means nothing. `tier` counts the longest way down.

    It is a tally by tier: the tally has the basis and the chart, so it has no `basis`, no
    `notes` and no `plot` of its own, and no `explain`, for each figure is a sum.
    """

    campaign: Campaign
    units: tuple[str, ...]
    tier: NDArray[np.int64] = attrs.field(converter=owned_array, eq=by_value)
    periods: NDArray[np.datetime64] = attrs.field(converter=owned_array, eq=by_value)
    channels: tuple[str, ...]
    persons: Sums = attrs.field(converter=owned_array, eq=by_value)
    reported: NDArray[np.bool_] | None = attrs.field(converter=owned, eq=by_value)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per upper unit, period and channel that anyone under the unit reported.

        Columns: tier (1 = above the units that report; the longest way down counts), unit, name,
        period (its first day), channel, persons (Int64).
        """
        cells = np.ones(self.persons.shape, dtype=bool) if self.reported is None else self.reported
        unit, period, channel = np.nonzero(cells)
        names = [self.campaign.unit(code).label.text() for code in self.units]
        return pd.DataFrame(
            {
                "tier": pd.array(self.tier[unit], dtype="Int64"),
                "unit": pd.array(np.array(self.units, dtype=object)[unit], dtype="str"),
                "name": pd.array(np.array(names, dtype=object)[unit], dtype="str"),
                "period": self.periods.astype("datetime64[s]")[period],
                "channel": pd.array(np.array(self.channels, dtype=object)[channel], dtype="str"),
                "persons": pd.array(self.persons[unit, period, channel], dtype="Int64"),
            }
        )

    def _repr_html_(self) -> str:
        return html_table(self.to_frame(), title=repr(self)[1:-1])

    def __repr__(self) -> str:
        """Return its size in one line."""
        tiers = len(np.unique(self.tier))
        shape = f"{len(self.periods)} periods x {len(self.channels)} channels"
        return f"<Roll-up of {len(self.units):,} units in {tiers} tiers, {shape}>"


@checked_call
def roll_up(tally: Tally) -> RollUp:
    """Return the persons of every unit above those that report, by period and channel.

    All tiers at once, exact in whole numbers: a roll-up of a roll-up is the roll-up. The tally
    keeps its counts as running sums over the tree (made at the first call), so that each upper
    unit costs two rows, however many lie under it. An upper unit that reports itself is counted
    with those under it.

    >>> import coverage_campaign as cc
    >>> hengyang = cc.load_case("hengyang", year=2008)
    >>> sheet = pd.DataFrame({
    ...     "unit": ["430421", "430422"], "period": ["2008-07", "2008-07"], "persons": [30, 12],
    ... })
    >>> above = cc.roll_up(cc.read_reports(sheet, hengyang, figures="new")).to_frame()
    >>> print(above[["tier", "unit", "channel", "persons"]].to_string(index=False))
     tier   unit channel  persons
        1 430400     all       42
        2 430000     all       42
    """
    cube = tally.cube
    tree = cube.tree
    known = cube.known
    return RollUp(
        campaign=tally.campaign,
        units=tree.above,
        tier=tree.tier,
        periods=cube.periods,
        channels=cube.channels,
        persons=_between(cube.running, tree),
        reported=None if known is None else _between(known, tree) > 0,
    )


def _between(running: Sums, tree: Tree) -> Sums:
    """Return the sums over each upper unit's own, some units at a time: they stay in the cache."""
    sums = np.empty((len(tree.above), *running.shape[1:]), dtype=running.dtype)
    for start in range(0, len(sums), _AT_A_TIME):
        some = slice(start, start + _AT_A_TIME)
        # Places are within the array, so clipping changes none; it spares a buffer.
        np.take(running, tree.last[some], axis=0, out=sums[some], mode="clip")
        sums[some] -= np.take(running, tree.first[some], axis=0)
    sums.flags.writeable = False  # so that the result takes it over without a copy
    return sums

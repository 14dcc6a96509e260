"""How a claim becomes one 64-bit integer and back.

The order of rival claims, (turn, unit, month, channel) and so on, is the order of these integers:
the least is the winner, and what is counted can be read back from it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, TypeVar

import attrs
import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.reporting.events.frame import day_number, second_number
from coverage_campaign.reporting.result import Period

__all__ = ["DAYS", "MOST_GROUPS", "Packing", "few_groups", "plan_of"]

_T = TypeVar("_T", nw.Expr, NDArray[np.integer[Any]])

DAYS = 31
"""The places for the day of a month."""
MOST_GROUPS = 10_000
"""How many target groups a column may name."""
_MOST = 2**63 - 1
_1900 = dt.datetime(1900, 1, 1)  # noqa: DTZ001 - civil time


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
        return self.first_day // DAYS

    @property
    def months(self) -> int:
        """The number of months that the campaign touches."""
        return self.last_day // DAYS - self.first_month + 1

    @property
    def days(self) -> int:
        """The places for a day of the month: 31, or 1 where only months are asked for."""
        return DAYS if self.by == "day" or self.groups is not None else 1

    @property
    def parties(self) -> int:
        """The places for a group, that of no group included."""
        return 1 if self.groups is None else len(self.groups) + 1

    def key(self, *, turn: _T, place: _T, month: _T, way: _T, day: _T, party: _T | None) -> _T:
        """Return claims as integers, from columns of an engine or arrays: the least one wins."""
        key: _T = (turn * max(len(self.units), 1) + place) * self.months + month
        key = key * len(self.channels) + way
        if self.days > 1:
            key = key * self.days + day
        if party is not None:
            key = key * self.parties + party
        return key

    @property
    def size(self) -> int:
        """The number of different cells."""
        return max(len(self.units), 1) * self.months * len(self.channels) * self.days * self.parties


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


def few_groups(groups: Sequence[str]) -> tuple[str, ...]:
    """Return the groups, or refuse a column that cannot be one of groups."""
    if len(groups) > MOST_GROUPS:
        raise ReportError(
            Problem(
                "column 'group'",
                f"more than {MOST_GROUPS:,} different texts",
                "a group is one of the campaign's target groups",
            )
        )
    return tuple(groups)

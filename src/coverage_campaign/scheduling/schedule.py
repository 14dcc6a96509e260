"""Shares laid over the days of a window: whole persons, exact totals, close to the curve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Literal

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.limits import BoundsOrWeighting, is_count
from coverage_campaign.allocation.tree import NO_CAP
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import days_of
from coverage_campaign.model.labels import Label
from coverage_campaign.model.units import to_codes
from coverage_campaign.scheduling.actuals import History, read_history
from coverage_campaign.scheduling.capacity import month_loads, read_unit_caps
from coverage_campaign.scheduling.curves import Curve, DayWeights, even
from coverage_campaign.scheduling.piecewise_curves import spread
from coverage_campaign.scheduling.plan import Plan

__all__ = ["Plan", "schedule"]

_Ints = NDArray[np.int64]


def schedule(
    allocation: Allocation,
    *,
    over: str | Iterable[str],
    curve: Curve = even,
    by: Literal["month", "day"] = "month",
    month_caps: Mapping[str, int] | None = None,
    unit_month_caps: BoundsOrWeighting | None = None,
    past: pd.DataFrame | None = None,
) -> Plan:
    """Lay every share out over the days of one or more phases, in whole persons.

    Args:
        allocation: The shares to be laid out.
        over: A phase code or several; their union of days (a day in two phases counts once, for
            the one that is named first).
        curve: Effort per day; `curves.even` is the same for every calendar day.
        by: The grain of the plan's table. Progress is measured to the day in either case.
        month_caps: The most that the whole campaign can do in a month ('YYYY-MM') [persons]; what
            a month cannot take goes to the others in proportion to their effort.
        unit_month_caps: The most that each unit can do in any one month, by code or as a
            weighting such as `weights.capacity("staff", each=20)` [persons]. Each unit's share
            then lies over the months in proportion to their effort up to its cap, and the
            campaign's curve is what that comes to.
        past: What was done in the months that are over (unit, period, persons): they stay as they
            were, and what is left of each share is laid over the days after them. A unit that has
            done more than its share stays at what it has done.

    Returns:
        A plan with exact totals by unit, period and phase. The whole's running total is within
        half a person of the curve, every unit's within less than one.

    Raises:
        DefinitionError: No such phase, or a curve that is negative or 0 on every day.
        InfeasibleError: Month caps that leave too little room, and by how much.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> counties = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    >>> plan = cc.schedule(counties, over="special-action")
    >>> plan.share_on("2008-07-31"), int(plan.planned_on("2008-07-31").sum())
    (Fraction(61, 214), 21664)
    """
    campaign, shares = allocation.campaign, allocation.shares()
    phases = to_codes(over)
    if not phases:
        raise DefinitionError(Problem("over", "no phase", "name the phases to plan over"))
    if by not in {"month", "day"}:
        raise DefinitionError(Problem("by", f"{by!r}", "give 'month' or 'day'"))
    windows = [campaign.window(phase) for phase in phases]
    days = days_of(windows)
    day_phases = np.full(len(days), -1, dtype=np.int64)
    for number, window in reversed(list(enumerate(windows))):
        inside = (days >= np.datetime64(window.first)) & (days <= np.datetime64(window.last))
        day_phases[inside] = number
    stops = _stops(days, day_phases, by)
    history = read_history(shares.index, past, days, stops)
    weights = _weights(curve, days, history.fixed)
    left = np.maximum(shares.to_numpy("int64") - history.done, 0)
    ends, loads = np.array([len(days) - 1], dtype=np.int64), left[np.newaxis]
    if month_caps is not None and unit_month_caps is not None:
        raise DefinitionError(
            Problem("month_caps", "together with unit_month_caps", "cap the months or the units")
        )
    if month_caps is not None:
        weights = _capped(weights, days, history.fixed, int(left.sum()), month_caps)
    if unit_month_caps is not None:
        caps = read_unit_caps(campaign, shares.index, unit_month_caps)
        weights, ends, loads = _loaded(
            weights, days, history.fixed, left=left, caps=caps, codes=shares.index
        )
    plan = Plan(
        allocation=allocation,
        over=phases,
        by=by,
        curve=curve,
        basis=allocation.basis.assuming(_laid_over(campaign, phases, curve, len(days))),
        days=days,
        effort=tuple(np.cumsum(weights.astype(object)).tolist()),
        day_phases=day_phases,
        stops=stops,
        reached=history.reached,
        fixed=history.fixed,
        done=history.done,
        before=history.before,
        ends=ends,
        loads=loads,
    )
    return attrs.evolve(plan, reached=_at_stops(plan, history, stops))


def _at_stops(plan: Plan, history: History, stops: _Ints) -> _Ints:
    """Return what is reached at every stop: the past as it was, the rest as the plan runs."""
    reached = np.zeros((len(stops), len(history.done)), dtype=np.int64)
    reached[: len(history.reached)] = history.reached
    place_of = {day: place for place, day in enumerate(stops.tolist())}
    days = range(history.fixed + 1, len(plan.days))
    after = plan._from(days.start, len(plan.days) - 1, history.done)  # noqa: SLF001 - the plan in the making
    for day, now in zip(days, after, strict=True):
        if day in place_of:
            reached[place_of[day]] = now
    return reached


def _capped(
    weights: DayWeights,
    days: NDArray[np.datetime64],
    fixed: int,
    persons: int,
    month_caps: Mapping[str, int],
) -> DayWeights:
    """Return weights in which no month to come has more of the persons left than its cap."""
    everywhere = np.unique(days.astype("datetime64[M]")).astype(str).tolist()
    unknown = [month for month in month_caps if month not in everywhere]
    if unknown:
        known = ", ".join(everywhere)
        raise DefinitionError(
            Problem("month_caps", f"{unknown[0]!r}", f"months of the window: {known}")
        )
    bad = [
        Problem(f"month_caps[{month!r}]", f"{most!r}", "give whole persons, 0 or more")
        for month, most in month_caps.items()
        if not is_count(most)
    ]
    if bad:
        raise DefinitionError(bad)
    names, places, effort = _months_ahead(weights, days, fixed)
    caps = np.array([month_caps.get(month, NO_CAP) for month in names], dtype=np.int64)
    by_month = apportion.webster(persons, [Fraction(one) for one in effort], caps=caps, names=names)
    return _bent(weights, fixed, places, by_month)


def _loaded(
    weights: DayWeights,
    days: NDArray[np.datetime64],
    fixed: int,
    *,
    left: _Ints,
    caps: _Ints,
    codes: pd.Index[str],
) -> tuple[DayWeights, _Ints, _Ints]:
    """Return the curve that units' monthly caps come to, where months end, and their loads."""
    names, places, effort = _months_ahead(weights, days, fixed)
    if not names:
        return weights, np.array([len(days) - 1], dtype=np.int64), left[np.newaxis]
    loads = month_loads(left, effort, caps, codes)
    ends = fixed + np.searchsorted(places, np.arange(len(names)), side="right")
    return _bent(weights, fixed, places, loads.sum(axis=1)), ends, loads


def _months_ahead(
    weights: DayWeights, days: NDArray[np.datetime64], fixed: int
) -> tuple[list[str], NDArray[np.intp], list[int]]:
    """Return the months after the past, each day's place among them, and their effort."""
    present, places = np.unique(days[fixed + 1 :].astype("datetime64[M]"), return_inverse=True)
    ahead = weights[fixed + 1 :]
    effort = [int(ahead[places == number].sum()) for number in range(len(present))]
    return present.astype(str).tolist(), places, effort


def _bent(weights: DayWeights, fixed: int, places: NDArray[np.intp], persons: _Ints) -> DayWeights:
    """Return weights whose months after the past have effort in proportion to these persons."""
    if not persons.any():
        return weights
    ahead = weights[fixed + 1 :]
    bent = spread(ahead, places, [Fraction(count) for count in persons.tolist()])
    # the past keeps its part of the curve beside the days to come
    before = weights[: fixed + 1].astype(object) * int(bent.sum())
    both: DayWeights = np.concatenate([before, bent.astype(object) * int(ahead.sum())])
    return both


def _laid_over(campaign: Campaign, phases: tuple[str, ...], curve: Curve, days: int) -> Label:
    names = "、".join(campaign.phase(phase).label.text("zh") for phase in phases)
    shape = "按日历天数均匀分布" if curve == even else f"曲线为{curve.name}"
    return Label(
        {
            "en": f"the schedule is {curve.name} over {' + '.join(phases)} ({days} days)",
            "zh-Hans": f"序时进度{shape}，区间为{names}（{days}天）",
        }
    )


def _weights(curve: Curve, days: NDArray[np.datetime64], fixed: int) -> DayWeights:
    """Return the curve's effort on each day, whole numbers, checked."""
    weights = np.asarray(curve(days))
    if weights.shape != days.shape or weights.dtype.kind not in "iuO":
        raise DefinitionError(
            Problem(
                "curve",
                f"gave {weights.dtype} of shape {weights.shape}",
                f"give one whole number for each of the {len(days)} days",
            )
        )
    if (weights < 0).any() or not weights.any():
        raise DefinitionError(
            Problem(
                "curve",
                f"is negative or 0 on every day from {days[0]} to {days[-1]}",
                "give weights of 0 or more, not all 0",
            )
        )
    if fixed < len(days) - 1 and not weights[fixed + 1 :].any():
        raise DefinitionError(
            Problem("past", f"no effort after {days[fixed]}", "choose a curve with days to come")
        )
    return weights


def _stops(days: NDArray[np.datetime64], day_phases: _Ints, by: str) -> _Ints:
    """Return the position of the last day of every run of days of one phase and period."""
    periods = days.astype("datetime64[M]") if by == "month" else days
    new = (periods[1:] != periods[:-1]) | (day_phases[1:] != day_phases[:-1])
    return np.append(np.flatnonzero(new), len(days) - 1)

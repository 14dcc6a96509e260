"""Shares laid over the days of a window: whole persons, exact totals, close to the curve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import Any, Literal

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.apportionment.methods import name_of
from coverage_campaign.allocation.request import BoundsOrWeighting, is_count
from coverage_campaign.allocation.tree import NO_CAP
from coverage_campaign.checks import calling, checked_call, kind_of, shown
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, days_of
from coverage_campaign.model.phases import Milestone
from coverage_campaign.model.readings import Basis
from coverage_campaign.model.targets import CoverageTarget, HeadcountTarget
from coverage_campaign.model.units import to_codes, unit_meant
from coverage_campaign.scheduling.course import Course, Lives
from coverage_campaign.scheduling.curves import (
    ByPhase,
    Curve,
    Share,
    by_phase,
    curve_words,
    even,
    through,
)
from coverage_campaign.scheduling.plan import Plan

__all__ = ["Plan", "milestone_plan", "own_milestones", "own_window", "schedule", "shared_target"]

_Ints = NDArray[np.int64]
_NONE: _Ints = np.zeros(0, dtype=np.int64)
_COLUMNS = ("unit", "period", "persons")
_SHOWN = 20


@checked_call
def schedule(
    allocation: Allocation,
    *,
    over: str | Iterable[str] | None = None,
    curve: Curve | None = None,
    by: Literal["month", "day"] = "month",
    month_caps: Mapping[str, int] | None = None,
    unit_month_caps: BoundsOrWeighting | None = None,
    actuals: pd.DataFrame | None = None,
) -> Plan:
    """Return every share laid out over the days of one or more phases, in whole persons.

    Args:
        allocation: The shares to be laid out.
        over: A phase code or several; their union of days. A day in two phases counts once: for
            the one that is named first, or last where the reading `doubled_day` is 'second'. By
            default the campaign's own window: the phases that have a share, the reading
            `schedule_over`, the phase of the target, or the only phase.
        curve: Effort per day. By default the campaign's own milestones, even in between, or the
            shares of its phases; without any, `curves.even`: the same for every calendar day.
        by: The grain of the plan's table. The plan is the same, and to the day, in either case.
            Months are the campaign's own, such as those from the 26th to the 25th.
        month_caps: The most that the whole campaign can do in a month ('YYYY-MM') [persons]; what
            a month cannot take goes to the others in proportion to their effort.
        unit_month_caps: The most that each unit can do in any one month, by code or as a
            weighting such as `weights.capacity("staff", each=20)` [persons]. Each unit's share
            then lies over the months in proportion to their effort up to its cap, and the
            campaign's curve is what that comes to.
        actuals: What was done in the months that are over (unit, period, persons): they stay as
            they were, and what is left of each share is laid over the days after them. A unit that
            has done more than its share stays at what it has done.

    Returns:
        A plan with exact totals by unit, period and phase. Running totals never fall; the whole's
        is within half a person of the curve on every day, every unit's within less than one (of its
        own course, where it opens or closes in the window; at the ends of months, where units have
        caps). Of these plans it is the nearest to the curve at the ends of months (and of phases).

    Raises:
        DefinitionError: No such phase, no phases where the campaign's window is open, or a curve
            that is negative or 0 on every day.
        InfeasibleError: Month caps that leave too little room, and by how much.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> counties = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    >>> plan = cc.schedule(counties, over="special-action")
    >>> plan.share_on("2008-07-31"), int(plan.planned_on("2008-07-31").sum())
    (Fraction(61, 214), 21664)
    """
    campaign, shares = allocation.campaign, allocation.shares()
    basis = allocation.basis
    if over is None:
        phases, basis = _own_window(campaign, allocation.target_code, basis)
    else:
        phases = to_codes(over)
    if not phases:
        raise DefinitionError(Problem("over", "no phase", "name the phases to plan over"))
    if month_caps is not None and unit_month_caps is not None:
        raise DefinitionError(
            Problem("month_caps", "together with unit_month_caps", "cap the months or the units")
        )
    chosen = _of_campaign(_own_curve(allocation, phases) if curve is None else curve, campaign)
    windows = [campaign.window(phase) for phase in phases]
    days = days_of(windows)
    later = campaign.readings.doubled_day == "second"
    phase_of = np.full(len(days), -1, dtype=np.int64)
    numbered = list(enumerate(windows))
    for number, window in numbered if later else reversed(numbered):
        inside = (days >= np.datetime64(window.first)) & (days <= np.datetime64(window.last))
        phase_of[inside] = number
    month_of = campaign.periods("month").number(days)
    stops = _stops(month_of, phase_of)
    done = _read_actuals(shares.index, actuals, month_of, stops)
    codes = tuple(map(str, shares.index))
    lives = _lives(campaign, codes, days, allocation.among)
    if lives is not None and not (month_caps is None and unit_month_caps is None):
        found = "together with units that open or close within the window"
        raise DefinitionError(
            Problem("month_caps", found, "plan the days before and after it in calls of their own")
        )
    months = month_of.astype("datetime64[M]")
    course = Course(
        codes=codes,
        days=days,
        phase_of=phase_of,
        month_of=month_of,
        stops=stops,
        weights=tuple(_weights(chosen, days, done.fixed).tolist()),
        fixed=done.fixed,
        before=done.before,
        past=done.reached,
        done=done.done,
        month_caps=_NONE
        if month_caps is None
        else _month_caps(
            month_caps,
            np.unique(months).astype(str).tolist(),
            np.unique(months[done.fixed + 1 :]).astype(str).tolist(),
        ),
        unit_caps=_NONE
        if unit_month_caps is None
        else _unit_caps(campaign, codes, unit_month_caps),
        lives=lives,
    )
    persons = shares.to_numpy("int64").astype(np.int64, copy=False)
    basis = basis.assuming(_laid_over(campaign, phases, chosen, len(days)))
    if sum(window.days for window in windows) > len(days):
        basis = basis.joined(campaign.basis("doubled_day")).assuming(_counted_once(later=later))
    if lives is not None:
        basis = basis.assuming(*_of_lives(campaign, lives, days))
    return Plan(
        allocation=allocation,
        over=phases,
        by=by,
        curve=chosen,
        basis=basis,
        course=course,
        effort=course.effort_of(persons),
        reached=course.at_stops(persons[np.newaxis])[:, 0],
    )


def own_window(campaign: Campaign, target: str = "") -> tuple[str, ...]:
    """Return the phases that a schedule is laid over by the campaign itself; () = it is open.

    They are the phases that have a share of the target; else the answer to `schedule_over`, where
    that is a question; else the phase of the target (a code, '' = the headcount); or the only one.
    """
    shared = tuple(phase.code for phase in campaign.phases if phase.share is not None)
    if shared:
        return shared
    if campaign.readings.schedule_over is not None:
        return campaign.readings.schedule_over
    if any(question.code == "schedule_over" for question in campaign.questions):
        return ()
    within = [one.within for one in shared_target(campaign, target) if one.within]
    if within:
        return (within[0],)
    tops = tuple(phase.code for phase in campaign.phases if phase.parent is None)
    return tops if len(tops) == 1 else ()


def shared_target(campaign: Campaign, code: str) -> list[HeadcountTarget | CoverageTarget]:
    """Return the target of a code, the headcount for ''; none where the campaign has none."""
    named = [one for one in campaign.targets if code and one.code == code]
    found = [one for one in named if isinstance(one, HeadcountTarget | CoverageTarget)]
    return found or ([campaign.headcount] if campaign.headcount else [])


def own_milestones(allocation: Allocation) -> list[tuple[Milestone, Fraction]]:
    """Return the milestones of the target that is shared, each with its part of the whole.

    Where the target has none of its own they are those of the campaign's headcount.

    Raises:
        DefinitionError: a milestone of more persons than its target has.
    """
    campaign, target = allocation.campaign, allocation.target_code
    headcount = campaign.headcount
    whole = headcount.persons if headcount else 0
    marks = [one for one in campaign.milestones if target and one.target == target]
    if marks and (headcount is None or target != headcount.code):
        whole = sum(
            one.persons if isinstance(one, HeadcountTarget) else allocation.total
            for one in shared_target(campaign, target)
        )
    else:
        own = ("", headcount.code if headcount else "")
        marks = [one for one in campaign.milestones if one.target in own]
    problems = [
        Problem(
            f"milestones['{mark.code}']",
            message(
                "{persons} people, more than the {whole} of the target",
                persons=mark.persons,
                whole=whole,
            ),
            "mend its persons, or give a share or a curve",
        )
        for mark in marks
        if mark.persons is not None and mark.persons > whole
    ]
    if problems:
        raise DefinitionError(problems)
    return [
        (mark, Fraction(mark.persons or 0, max(whole, 1)) if mark.share is None else mark.share)
        for mark in marks
    ]


def milestone_plan(plan: Plan, day: DateLike, share: Fraction) -> Plan | None:
    """Return the plan whose whole persons on a day are those of a milestone of this share.

    It is the plan itself where it runs through the milestone, else the campaign's own one (over the
    days of the plan, where the campaign leaves them open): that of letters. None = it has none.
    """
    ahead = len(plan.days) - 1 - plan.days_left(day) > plan.course.fixed  # else it is what was done
    if ahead and plan.share_on(day) == share:
        return plan
    allocation = plan.allocation
    own = own_window(allocation.campaign, allocation.target_code)
    try:
        return schedule(allocation, over=own or plan.over)
    except DefinitionError:
        return None


def _own_curve(allocation: Allocation, phases: tuple[str, ...]) -> Curve:
    """Return the curve through the campaign's milestones, or by the shares of these phases."""
    campaign = allocation.campaign
    shares = {code: campaign.phase(code).share for code in phases}
    if all(share is not None for share in shares.values()):
        return by_phase(campaign, {code: share for code, share in shares.items() if share})
    by_day: dict[DateLike, Share] = {
        campaign.resolve(mark.by): share for mark, share in own_milestones(allocation)
    }
    return through(by_day) if by_day else even


def _own_window(campaign: Campaign, target: str, basis: Basis) -> tuple[tuple[str, ...], Basis]:
    phases = own_window(campaign, target)
    if not phases:
        known = ", ".join(phase.code for phase in campaign.phases) or "none"
        raise DefinitionError(
            Problem(
                "over",
                "the campaign leaves open over which phases its schedule runs",
                message("name them ({known}), or answer the reading schedule_over", known=known),
            )
        )
    return phases, basis.joined(campaign.basis("schedule_over"))


def _of_campaign(curve: Curve, campaign: Campaign) -> Curve:
    """Return the curve with the campaign's own answer to whose a day in two phases is."""
    if isinstance(curve, ByPhase):
        return attrs.evolve(curve, later=campaign.readings.doubled_day == "second")
    return curve


def _laid_over(campaign: Campaign, phases: tuple[str, ...], curve: Curve, days: int) -> Message:
    names = [campaign.phase(phase).label for phase in phases]
    if curve == even:
        return message(
            "the schedule is even per calendar day over {phases} ({n} {n:plural day|days})",
            phases=names,
            n=days,
        )
    return message(
        "curve of the schedule: {curve}, over {phases} ({n} {n:plural day|days})",
        curve=curve_words(curve),
        phases=names,
        n=days,
    )


def _counted_once(*, later: bool) -> Message:
    if later:
        return message("in the schedule, a day in two phases counts once, in the second phase")
    return message("in the schedule, a day in two phases counts once, in the first phase")


def _lives(
    campaign: Campaign, codes: Sequence[str], days: NDArray[np.datetime64], among: str
) -> Lives | None:
    """Return when units open and close, None where all are open on all these days."""
    units = [campaign.unit(code) for code in codes]
    end = len(days)
    first = [
        int(np.searchsorted(days, np.datetime64(unit.opened))) if unit.opened else 0
        for unit in units
    ]
    last = [
        int(np.searchsorted(days, np.datetime64(unit.closed), side="right")) - 1
        if unit.closed
        else end
        for unit in units
    ]
    if not any(first) and min(last, default=end) >= end - 1:
        return None
    place = {code: position for position, code in enumerate(codes)}
    passing = [
        (unit.code, code, share)
        for unit, stop in zip(units, last, strict=True)
        if stop < end - 1
        for code, share in unit.successors
    ]
    strangers = [
        Problem(
            message("unit '{code}'", code=unit),
            message(
                "passes on to '{code}', which has no share among {among}", code=code, among=among
            ),
            "name successors that share in the same breakdown",
        )
        for unit, code, _ in passing
        if code not in place
    ]
    if strangers:
        raise DefinitionError(strangers[:_SHOWN])
    successors = tuple((place[unit], place[code], share) for unit, code, share in passing)
    return Lives(tuple(codes), np.array(first), np.array(last), successors)


def _of_lives(campaign: Campaign, lives: Lives, days: NDArray[np.datetime64]) -> Iterable[Message]:
    """Yield whose people are planned for others, and which units are not open all the time."""
    labels = [campaign.unit(code).label for code in lives.codes]
    for unit in dict.fromkeys(unit for unit, _, _ in lives.successors):
        yield message(
            "after {day:date} the people planned for {unit} are those of {successors}",
            day=campaign.unit(lives.codes[unit]).closed,
            unit=labels[unit],
            successors=[labels[successor] for successor, _ in lives.after(unit)],
        )
    passing = {unit for unit, _, _ in lives.successors}
    alone = (lives.first > 0) | (lives.last < len(days) - 1)
    others = [labels[unit] for unit in np.flatnonzero(alone).tolist() if unit not in passing]
    if others:
        yield message("only days on which they are open are planned: {units:list 8}", units=others)


def _weights(curve: Curve, days: NDArray[np.datetime64], fixed: int) -> NDArray[Any]:
    """Return the curve's effort on each day, whole numbers, checked."""
    if not callable(curve):
        raise DefinitionError(
            Problem("curve", kind_of(curve), "give one of cc.curves, or a function")
        )
    with calling(
        message("curve '{name}'", name=name_of(curve)), fix="give one whole number for each day"
    ):
        weights = np.asarray(curve(days))
    if weights.dtype.kind == "f" and weights.shape == days.shape:
        exact = np.isfinite(weights) & (weights == np.floor(weights)) & (abs(weights) < 2**53)
        weights = weights.astype(np.int64) if exact.all() else weights
    whole = weights.dtype.kind in "iu" or (
        weights.dtype == object and all(type(one) is int for one in weights.ravel().tolist())
    )
    if not whole or weights.shape != days.shape:
        found = "numbers that are not whole" if weights.dtype.kind == "f" else f"{weights.dtype}"
        raise DefinitionError(
            Problem(
                "curve",
                message("gave {found} of shape {shape:raw}", found=found, shape=weights.shape),
                message("give one whole number for each of the {n} days", n=len(days)),
            )
        )
    if (weights < 0).any() or not weights.any():
        raise DefinitionError(
            Problem(
                "curve",
                message(
                    "is negative or 0 on every day from {first:raw} to {last:raw}",
                    first=days[0],
                    last=days[-1],
                ),
                "give weights of 0 or more, not all 0",
            )
        )
    if fixed < len(days) - 1 and not weights[fixed + 1 :].any():
        raise DefinitionError(
            Problem(
                "actuals",
                message("no effort after {day:raw}", day=days[fixed]),
                "choose a curve with days to come",
            )
        )
    return weights


def _stops(month_of: _Ints, phase_of: _Ints) -> _Ints:
    """Return the position of the last day of every run of days of one phase and month."""
    new = (month_of[1:] != month_of[:-1]) | (phase_of[1:] != phase_of[:-1])
    return np.append(np.flatnonzero(new), len(month_of) - 1)


# -- what is given beside the shares ---------------------------------------------------------------


def _month_caps(caps: Mapping[str, int], months: Sequence[str], ahead: Sequence[str]) -> _Ints:
    """Return the most persons of each month ahead, NO_CAP where none is given.

    `months` are all months of the window ('YYYY-MM'), `ahead` those that are not over.
    """
    strange = {
        month: Problem(
            "month_caps", f"{month!r}", message("months of the window: {months}", months=months)
        )
        for month in caps
        if month not in months
    }
    return _read_caps(caps, "month_caps", strange, ahead)


def _read_caps(
    caps: Mapping[str, int], where: str, strange: Mapping[str, Problem], keys: Sequence[str]
) -> _Ints:
    """Return the caps by key, NO_CAP where none is given, all of them checked."""
    problems = [
        strange.get(key)
        or Problem(f"{where}['{key}']", f"{most!r}", "give whole persons, 0 or more")
        for key, most in caps.items()
        if key in strange or not is_count(most)
    ]
    if problems:
        raise DefinitionError(problems[:_SHOWN])
    return np.array([int(caps.get(key, NO_CAP)) for key in keys], dtype=np.int64)


def _unit_caps(campaign: Campaign, codes: Sequence[str], caps: BoundsOrWeighting) -> _Ints:
    """Return each unit's most persons in one month, NO_CAP where none is given."""
    units = [campaign.unit(code) for code in codes]
    if isinstance(caps, (Mapping, pd.Series)):
        given = {str(code): most for code, most in caps.items()}
    elif not hasattr(caps, "of"):
        wanted = "a table of persons by unit code, or a weighting, for unit_month_caps"
        raise TypeError(f"schedule takes {wanted}; this is {shown(caps)}")
    else:
        given = {code: floor(most) for code, most in caps.of(campaign, units).items()}
    strange = {
        code: Problem(
            f"unit_month_caps['{code}']",
            "no such unit here",
            unit_meant(campaign.units, code, codes),
        )
        for code in given.keys() - set(codes)
    }
    return _read_caps(given, "unit_month_caps", strange, codes)


@attrs.frozen(eq=False)
class _Actuals:
    """What is fixed of a plan, by unit [persons].

    `fixed` is the position of the last past day (-1 = none), `before` what was done before the
    window's first month, `reached` the running total at each stop up to `fixed`, `done` all of it.
    """

    fixed: int
    before: _Ints
    reached: _Ints
    done: _Ints


def _read_actuals(
    codes: pd.Index[str], actuals: pd.DataFrame | None, month_of: _Ints, stops: _Ints
) -> _Actuals:
    """Return what was done in the months of `actuals`.

    Rows of one unit and month add up; a unit without a row in a month has done nothing that counts
    there.
    """
    none = np.zeros(len(codes), dtype=np.int64)
    if actuals is None or actuals.empty:
        return _Actuals(-1, none, np.zeros((0, len(codes)), dtype=np.int64), none)
    months = _checked_months(codes, actuals, month_of)
    place = codes.get_indexer(pd.Index(actuals["unit"].astype(str)))
    persons = actuals["persons"].to_numpy("int64")

    def done_by(known: NDArray[np.bool_]) -> _Ints:
        total = none.copy()
        np.add.at(total, place[known], persons[known])
        return total

    fixed = int(np.count_nonzero(month_of <= months.max())) - 1
    ends = month_of[stops[stops <= fixed]]
    reached = np.array([done_by(months <= end) for end in ends], dtype=np.int64)
    return _Actuals(
        fixed,
        done_by(months < month_of[0]),
        reached.reshape(len(ends), len(codes)),
        done_by(np.ones(len(months), dtype=np.bool_)),
    )


def _checked_months(codes: pd.Index[str], actuals: pd.DataFrame, month_of: _Ints) -> _Ints:
    """Return the month of each row as a number, all rows checked."""
    missing = [name for name in _COLUMNS if name not in actuals.columns]
    if missing:
        raise DefinitionError(
            Problem(
                "actuals",
                message("columns missing: {missing}", missing=missing),
                "give a frame with unit, period (first day of the month) and persons",
            )
        )
    units = actuals["unit"].astype(str)
    problems = [
        Problem(
            "actuals", message("no unit {unit!r} here", unit=unit), "name units of the allocation"
        )
        for unit in sorted(set(units) - set(codes))
    ]
    wrong = [
        (row, found) for row, found in enumerate(actuals["persons"].tolist()) if not is_count(found)
    ]
    problems += [
        Problem(
            message("actuals row {row:raw} ('{unit}')", row=row, unit=units.iloc[row]),
            message("persons {found:raw}", found=f"{found}"),
            "give whole persons, 0 or more; leave out what was not reported",
        )
        for row, found in wrong
    ]
    days = pd.to_datetime(actuals["period"], errors="coerce", format="ISO8601")
    months = days.to_numpy().astype("datetime64[M]").astype(np.int64)
    last = np.datetime64(int(month_of[-1]), "M")
    problems += [
        Problem(
            message("actuals row {row:raw} ('{unit}')", row=row, unit=units.iloc[row]),
            "no period"
            if pd.isna(found := actuals["period"].iloc[row])
            else message("period {found:raw}", found=f"{found}"),
            message("give the first day of a month up to {last:raw}, the window's last", last=last),
        )
        for row in np.flatnonzero(days.isna() | (months > month_of[-1])).tolist()
    ]
    if problems:
        raise DefinitionError(problems[:_SHOWN])
    return months

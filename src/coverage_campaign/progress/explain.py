"""Why a unit's figures are what they are: formula, numbers, source, in lines a person can check."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.messages import Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.labels import Label
from coverage_campaign.progress.counts import ReportedCounts
from coverage_campaign.progress.indicators import Clock
from coverage_campaign.progress.succession import Heirs
from coverage_campaign.progress.unit_progress import STATUS_WORDS, UnitProgress
from coverage_campaign.scheduling.plan import Plan

__all__ = ["explanation"]


def explanation(
    plan: Plan,
    unit: UnitProgress,
    ranks: pd.Series[int],
    rows: ReportedCounts,
    *,
    clock: Clock,
    heirs: Heirs,
    as_of: dt.date,
    began: dt.date,
) -> Iterator[Message]:
    """Yield one line a figure of a unit: formula, numbers, result, clause.

    `ranks` are those of all units, `clock` is the unit's own, `began` the first day of the period
    whose persons are `new`.
    """
    campaign = plan.campaign
    place = rows.units.index(unit.unit)
    parts = {kind: int(rows.sums(kind)[place]) for kind in ("entry", "resumption", "loss")}
    yield message("{name} ({code}), as of {day:date}", name=unit.label, code=unit.unit, day=as_of)
    before = [
        campaign.unit(code).label for code, shares in heirs.items() if unit.unit in dict(shares)
    ]
    yield _target(plan, unit, heirs, before)
    if unit.unit not in heirs:
        yield from _planned(unit, clock)
    yield from _done(campaign, unit, parts, began)
    if before and unit.done is not None:
        yield message("what {units:list 8} did is in it", units=before)
    yield from _gap(unit, clock, plan.days)
    yield from _beside(unit)
    yield message("status = {status}", status=STATUS_WORDS[unit.status])
    yield _rank(unit, ranks)


def _target(plan: Plan, unit: UnitProgress, heirs: Heirs, before: Sequence[Label]) -> Message:
    """Return where a unit's target comes from: the allocation, and who closed or will close."""
    campaign, allocation = plan.campaign, plan.allocation
    own, share = campaign.unit(unit.unit), int(allocation.shares().get(unit.unit, 0))
    after = [campaign.unit(code).label for code, _ in own.successors]
    if unit.unit in heirs:
        return message(
            "target = 0 persons: its {n} passed on to {units:list 8} after {day:date}",
            n=int(plan.shares().get(unit.unit, 0)),
            units=after,
            day=own.closed,
        )
    names = before or [one.label for one in campaign.units if own.code in dict(one.successors)]
    if names and unit.target > share:
        return message(
            "target = {share} persons from the allocation + {passed} of {units:list 8} = {n} "
            "persons",
            share=share,
            passed=unit.target - share,
            units=names,
            n=unit.target,
        )
    if own.closed and unit.target < share:
        return message(
            "target = {n} persons: what is planned to its last day, {day:date}, of {share} from "
            "the allocation; the rest passes on to {units:list 8}",
            n=unit.target,
            day=own.closed,
            share=share,
            units=after,
        )
    clauses = [one.clause for one in campaign.targets if one.code == allocation.target_code]
    if any(clauses):
        return message(
            "target = {n} persons, from the allocation (clause {clause})",
            n=unit.target,
            clause=clauses[0],
        )
    return message("target = {n} persons, from the allocation", n=unit.target)


def _planned(unit: UnitProgress, clock: Clock) -> Iterator[Message]:
    share = unit.planned_rate or 0.0
    (left,) = clock.left.tolist()
    yield message(
        "planned = {planned} persons: {over} of {days} planned days are over, {target} x "
        "{share:decimal 4} of the curve = {exact:decimal 1}, rounded to whole persons",
        planned=unit.planned,
        over=clock.elapsed,
        days=clock.elapsed + left,
        target=unit.target,
        share=share,
        exact=unit.target * share,
    )


def _done(
    campaign: Campaign, unit: UnitProgress, parts: dict[str, int], began: dt.date
) -> Iterator[Message]:
    losses = parts["loss"]
    if unit.done is None:
        yield message("done = not known: {reason}", reason=unit.reason)
        if losses and campaign.counts_net is None:
            yield message("{n} losses are reported; whether they are deducted is open", n=losses)
        return
    entries, resumptions = parts["entry"], parts["resumption"]
    numbers = {"entries": entries, "resumptions": resumptions, "losses": losses, "done": unit.done}
    if campaign.counts_net:
        yield message(
            "done = {entries} entries + {resumptions} resumptions - {losses} losses = {done} "
            "persons (net)",
            **numbers,
        )
    else:
        yield message(
            "done = {entries} entries + {resumptions} resumptions = {done} persons (gross; "
            "{losses} losses reported)",
            **numbers,
        )
    if unit.new is None:
        yield message("new = not known: no report counted since {day:date}", day=began)
    else:
        yield message("new = {n} of them since {day:date}", n=unit.new, day=began)


def _gap(unit: UnitProgress, clock: Clock, days: NDArray[np.datetime64]) -> Iterator[Message]:
    done, gap, ahead = unit.done, unit.gap_persons, unit.gap_days
    if done is None or gap is None:
        return
    if ahead is None:
        yield message("completion_rate = none: the target is 0, so there is no rate and no rank")
        return
    completion, planned = unit.completion_rate, unit.planned_rate
    yield message(
        "completion_rate = {done} / {target} = {rate:decimal 4}",
        done=done,
        target=unit.target,
        rate=completion,
    )
    yield message("planned_rate = {rate:decimal 4}: the unrounded plan / target", rate=planned)
    yield message(
        "gap = {done} - {planned} = {gap:signed 0} persons = {days:signed 1} days of the plan",
        done=done,
        planned=unit.planned,
        gap=gap,
        days=ahead,
    )
    yield message(
        "gap_points = 100 x ({rate:decimal 4} - {planned:decimal 4}) = {points:signed 2}",
        rate=completion,
        planned=planned,
        points=unit.gap_points,
    )
    # The day in which the plan comes to what is done: 2.3 days of it are reached on the third.
    number = math.ceil(round(clock.elapsed + ahead, 9))
    if gap and number > 0:
        day = days[number - 1].item()
        yield message("the plan reaches {n} persons on {day:date}", n=done, day=day)
    yield message(
        "shortfall = max(0, {target} - {done}) = {n} persons",
        target=unit.target,
        done=done,
        n=unit.shortfall,
    )
    (left,) = clock.left.tolist()
    if left:
        yield message(
            "required_per_day = {n} / {left} planned days left = {rate:decimal 1}, "
            "rounded up {rate:ceiling} persons a day",
            n=unit.shortfall,
            left=left,
            rate=unit.required_per_day,
        )


def _beside(unit: UnitProgress) -> Iterator[Message]:
    if unit.coverage_rate is not None:
        yield message(
            "coverage_rate = ({covered} covered before + {done}) / {eligible} eligible = "
            "{rate:decimal 4}",
            covered=unit.covered,
            done=unit.done,
            eligible=unit.eligible,
            rate=unit.coverage_rate,
        )
    if unit.reports_expected is None:
        return
    received, expected = unit.reports_received, unit.reports_expected
    if unit.reports_on_time is None:
        yield message("reports = {n} of {all} received", n=received, all=expected)
    else:
        yield message(
            "reports = {n} of {all} received, {on_time} of {all} on time",
            n=received,
            all=expected,
            on_time=unit.reports_on_time,
        )


def _rank(unit: UnitProgress, ranks: pd.Series[int]) -> Message:
    if unit.rank is None:
        return message("rank = none: {reason}", reason=unit.reason)
    sharing = int((ranks == unit.rank).sum()) - 1
    text = message(
        "rank = {rank}: {greater} of {all} ranked units have a higher completion rate (unrounded)",
        rank=unit.rank,
        all=int(ranks.notna().sum()),
        greater=int((ranks < unit.rank).sum()),
    )
    if not sharing:
        return text
    return message("{rank}, {n} with the same", rank=text, n=sharing)

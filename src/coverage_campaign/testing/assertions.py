"""Assertions about results; what fails is said by unit and number, every fault at once.

They raise AssertionError themselves, so that they hold under `python -O` too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import pandas as pd

from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.cross import CrossAllocation
from coverage_campaign.assessment.assess import Assessment
from coverage_campaign.progress.progress import Progress
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scenarios.scenario import Outcome
from coverage_campaign.scheduling.schedule import Plan

__all__ = ["assert_accounted", "assert_exact", "assert_same_outcome"]

_Result: TypeAlias = Allocation | Plan | Tally | Progress | Assessment
_STAGES = ("allocation", "plan", "progress", "assessment")
_KEYS = ("unit", "phase", "period", "channel", "group")
_MOST = 10


def _fail_with(heading: str, faults: Sequence[str]) -> None:
    if faults:
        more = [f"... and {len(faults) - _MOST:,} more"] if len(faults) > _MOST else []
        raise AssertionError("\n  ".join([heading, *faults[:_MOST], *more]))


def assert_exact(result: Allocation | CrossAllocation | Plan) -> None:
    """Assert that shares add up to one person at every tier, margin and period, within bounds.

    An allocation sums to its total, each upper unit to its own units, and no share leaves its
    floor and cap. A cross allocation has the shares of both cuts as its margins. A plan sums to
    each unit's share, and its running totals are the sums of its periods.

    Raises:
        AssertionError: Names each unit at fault, what it has and what it should have.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> assert_exact(cc.allocate(campaign, weights=cc.weights.by_measure("census_2000")))
    """
    faults = list(_faults(result))
    _fail_with(f"{result!r} is not exact:", faults)


def _faults(result: Allocation | CrossAllocation | Plan) -> Iterator[str]:
    if isinstance(result, Allocation):
        yield from _sums_at_fault(result)
        yield from _bounds_at_fault(result)
    elif isinstance(result, CrossAllocation):
        yield from _margins_at_fault(result)
    else:
        yield from _sums_at_fault(result.allocation)
        yield from _periods_at_fault(result)


def _sums_at_fault(allocation: Allocation) -> Iterator[str]:
    held = int(allocation.shares().sum()) + allocation.unallocated
    if held != allocation.total:
        yield f"total: the units hold {held:,} persons, not {allocation.total:,}"
    frame = allocation.to_frame()
    shares = dict(zip(frame["unit"], frame["share"], strict=True))
    for parent, below in frame.groupby("parent")["share"].sum().to_dict().items():
        if shares[parent] != below:
            yield f"unit '{parent}': has {shares[parent]:,}, its units hold {below:,}"


def _bounds_at_fault(allocation: Allocation) -> Iterator[str]:
    frame = allocation.to_frame()
    if allocation.drift:  # bounds were kept at the leaves, where the sharing began
        frame = frame[~frame["unit"].isin(frame["parent"].dropna())]
    low = frame["share"] < frame["floor"].fillna(0)
    high = (frame["share"] > frame["cap"]).fillna(value=False)
    for row in frame[low].to_dict("records"):
        floor = 0 if pd.isna(row["floor"]) else row["floor"]
        yield f"unit '{row['unit']}': share {row['share']:,} is below its floor {floor:,}"
    for row in frame[high].to_dict("records"):
        yield f"unit '{row['unit']}': share {row['share']:,} is above its cap {row['cap']:,}"


def _margins_at_fault(crossed: CrossAllocation) -> Iterator[str]:
    frame = crossed.to_frame()
    for name, margin in (("unit", crossed.rows), ("department", crossed.columns)):
        sums = frame.groupby(name)["share"].sum().to_dict()
        for code, share in margin.shares().to_dict().items():
            if sums[code] != share:
                yield f"{name} '{code}': its cells hold {sums[code]:,}, its share is {share:,}"


def _periods_at_fault(plan: Plan) -> Iterator[str]:
    frame, shares = plan.to_frame(), plan.shares()
    planned = frame.groupby("unit")["planned"].sum().to_dict()
    for code, share in shares.to_dict().items():
        whole = planned.get(code, 0)
        if whole != share:
            yield f"unit '{code}': its periods hold {whole:,}, its share is {share:,}"
    running = frame.groupby("unit")["planned"].cumsum()
    for row in frame.assign(sum=running)[running != frame["planned_to_date"]].to_dict("records"):
        yield (
            f"unit '{row['unit']}', {row['period']:%Y-%m-%d}: planned_to_date "
            f"{row['planned_to_date']:,}, its periods hold {row['sum']:,}"
        )


def assert_accounted(tally: Tally, *, rows: int | None = None) -> None:
    """Assert that a tally of events lost nothing: rows in = rows counted + rows explained.

    `rows` is how many were given, where the caller knows it.

    Raises:
        AssertionError: Says how many rows came in, were counted and were explained.
    """
    counted, explained = int(tally.to_frame()["persons"].sum()), tally.problems.rows
    given = tally.rows_in if rows is None else rows
    if not given == tally.rows_in == counted + explained:
        why = ", ".join(f"{reason} {count:,}" for reason, count in tally.problems.totals)
        raise AssertionError(
            f"{given:,} rows were given, {tally.rows_in:,} were read: {counted:,} counted + "
            f"{explained:,} explained ({why or 'no reason given'})"
        )


def assert_same_outcome(a: Outcome | _Result, b: Outcome | _Result) -> None:
    """Assert that two outcomes, or two results of one stage, hold the same figures.

    Outcomes are compared stage by stage: shares, plans, counts, ranks, verdicts. What a result
    rests on is not compared, so that another way to the same figures passes.

    Raises:
        AssertionError: Names the stage, the unit, the column and both numbers.
    """
    if type(a) is not type(b):
        raise AssertionError(f"a {type(a).__name__} is no {type(b).__name__}")
    faults: list[str] = []
    for stage, before, after in _pairs(a, b):
        if before is None or after is None:
            if before is not after:
                faults.append(f"{stage}: only the {'second' if before is None else 'first'} has it")
        else:
            faults += _differences(stage, before.to_frame(), after.to_frame())
    _fail_with("the outcomes differ (first, then second):", faults)


def _pairs(
    a: Outcome | _Result, b: Outcome | _Result
) -> list[tuple[str, _Result | None, _Result | None]]:
    if isinstance(a, Outcome) and isinstance(b, Outcome):
        return [(stage, getattr(a, stage), getattr(b, stage)) for stage in _STAGES]
    if isinstance(a, Outcome) or isinstance(b, Outcome):
        return []
    return [(type(a).__name__.lower(), a, b)]


def _differences(stage: str, before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    keys = [key for key in _KEYS if key in before.columns and key in after.columns]
    old, new = before.set_index(keys), after.set_index(keys)
    faults = [
        f"{stage}, {_named(keys, key)}: only in the {which}"
        for which, one, other in (("first", old, new), ("second", new, old))
        for key in one.index.difference(other.index)
    ]
    both = old.index.intersection(new.index)
    for column in dict.fromkeys([*old.columns, *new.columns]):
        if column not in old.columns or column not in new.columns:
            faults.append(f"{stage}: only one has the column '{column}'")
            continue
        left, right = old[column].reindex(both), new[column].reindex(both)
        if not left.equals(right):
            faults += [
                f"{stage}, {_named(keys, key)}: {column} {_shown(x)}, then {_shown(y)}"
                for key, x, y in zip(both, left.tolist(), right.tolist(), strict=True)
                if not _same(x, y)
            ]
    return faults


def _named(keys: Sequence[str], key: Any) -> str:  # noqa: ANN401 - one value or a tuple of them
    values = key if isinstance(key, tuple) else (key,)
    return ", ".join(
        f"{name} '{value}'" if isinstance(value, str) else f"{name} {value:%Y-%m-%d}"
        for name, value in zip(keys, values, strict=True)
    )


def _same(x: Any, y: Any) -> bool:  # noqa: ANN401 - cells of a frame
    if pd.isna(x) or pd.isna(y):
        return bool(pd.isna(x) and pd.isna(y))
    return bool(x == y)


def _shown(value: Any) -> str:  # noqa: ANN401 - a cell of a frame
    if pd.isna(value):
        return "<NA>"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else f"{value}"

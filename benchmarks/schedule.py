"""Speed of allocations and schedules of many units, in units of plain work on the same numbers.

A schedule is compared with what a spreadsheet would do with the same array: multiply each share
by the curve, round, and take differences, with no total kept. An allocation is compared with one
pass of Python over the units that reads their code and their figure, which nobody can do without.
Run alone: `python benchmarks/schedule.py`.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

import coverage_campaign as cc
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.targets import HeadcountTarget
from coverage_campaign.model.units import Breakdown, Measure, Unit

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[[], object]

ROUNDS = 5
PER_COUNTY = 100
FIRST, LAST = "06-01", "12-31"
DAYS = 214
ROUNDED = "multiply + round"
# units, how it is asked for, goal
SCHEDULES = ((100_000, "month", 3.0), (100_000, "day", 3.0))
ALLOCATIONS = ((20_000, 20.0), (200_000, 20.0))


def campaign_of(towns: int) -> cc.Campaign:
    """Return a campaign of so many towns in counties of a hundred, ten people a town to enrol."""
    random = np.random.default_rng(1)
    people = np.floor(random.lognormal(7.0, 1.0, towns)).astype(int).tolist()
    counties = towns // PER_COUNTY
    units = [Unit(f"c{place:06}", f"C{place}", "county") for place in range(counties)]
    units += [
        Unit(
            f"t{place:07}",
            f"T{place}",
            "town",
            parent=f"c{place % counties:06}",
            counts={"people": count},
        )
        for place, count in enumerate(people)
    ]
    return cc.Campaign(
        code="many",
        label="Many",
        year=2026,
        units=units,
        breakdowns=[Breakdown("units", "Units", ("county", "town"))],
        measures=[Measure("people", "People", "made up")],
        targets=[HeadcountTarget("headcount", "Target", 10 * towns)],
        phases=[Phase("drive", "Drive", FIRST, LAST)],
    )


def ratio(call: Call, yardstick: Call) -> float:
    """Return how many times the yardstick's time a call takes: medians of alternating runs."""
    call()
    yardstick()
    ours, theirs = [], []
    for _ in range(ROUNDS):
        start = perf_counter()
        yardstick()
        middle = perf_counter()
        call()
        ours.append(perf_counter() - middle)
        theirs.append(middle - start)
    return median(ours) / median(theirs)


def lines() -> list[tuple[str, str, str, bool]]:
    """Return what was asked for, the goal, what was measured, and whether it is met."""
    found = []
    by = cc.weights.by_measure("people")
    for units, grain, goal in SCHEDULES:
        allocation = cc.allocate(campaign_of(units), among="units", weights=by)
        shares = allocation.shares().to_numpy(dtype=np.float64)
        curve = np.arange(1, DAYS + 1) / DAYS

        def rounded(shares: np.ndarray = shares, curve: np.ndarray = curve) -> object:
            table = np.multiply.outer(curve, shares)
            np.rint(table, out=table)
            return np.diff(table, axis=0, prepend=0.0)

        def planned(allocation: cc.Allocation = allocation, grain: str = grain) -> object:
            return cc.schedule(allocation, over="drive", by=grain)  # type: ignore[arg-type] # a word

        measured = ratio(planned, rounded)
        found.append(
            (
                f"schedule of {units:,} units x {DAYS} days by {grain}, exact",
                f"<= {goal:g} x {ROUNDED}",
                f"{measured:.2f} x",
                measured <= goal,
            )
        )
    for units, goal in ALLOCATIONS:
        campaign = campaign_of(units)

        def one_pass(campaign: cc.Campaign = campaign) -> object:
            return {unit.code: dict(unit.counts).get("people") for unit in campaign.units}

        def shared(campaign: cc.Campaign = campaign) -> object:
            return cc.allocate(campaign, among="units", weights=by)

        measured = ratio(shared, one_pass)
        found.append(
            (
                f"allocate among {units:,} units in two tiers, with its frame",
                f"<= {goal:g} x one pass",
                f"{measured:.2f} x",
                measured <= goal,
            )
        )
    return found


if __name__ == "__main__":
    for what, goal_text, measured_text, ok in lines():
        print(f"{what:60} {goal_text:28} {measured_text:12} {'ok' if ok else 'OVER'}")

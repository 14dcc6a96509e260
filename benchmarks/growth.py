"""How the time and the memory of every stage grow with the number of units.

Each stage runs on 400 and on 4,000 towns in counties of a hundred, with monthly reports of all of
them. Work that is one pass over the units takes ten times as long; the goal leaves a fifth for
sorting and for memory that no longer fits the cache. Run alone: `python benchmarks/growth.py`.
"""

from __future__ import annotations

import tracemalloc
from time import process_time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import coverage_campaign as cc

if TYPE_CHECKING:
    from collections.abc import Callable

    Stages = dict[str, Callable[[], object]]

FEW, MANY = 400, 4_000
GROWTH = 12.0
ROUNDS = 3
AS_OF = "2026-09-30"
PER_TOWN = 60


def campaign_of(towns: int) -> cc.Campaign:
    """Return a campaign of so many towns in counties of a hundred, 60 people a town to enrol."""
    people = np.random.default_rng(1).integers(500, 5_000, towns).tolist()
    counties = [cc.Unit(f"c{place:03}", f"C{place}", "county") for place in range(towns // 100)]
    leaves = [
        cc.Unit(
            f"t{place:05}", f"T{place}", "town", parent=counties[place // 100].code,
            counts={"people": count},
        )
        for place, count in enumerate(people)
    ]  # fmt: skip
    return cc.Campaign(
        code="many",
        label="Many",
        year=2026,
        units=[*counties, *leaves],
        breakdowns=[cc.Breakdown("units", "Units", ("county", "town"))],
        measures=[cc.Measure("people", "People", "made up")],
        targets=[cc.HeadcountTarget("headcount", "Target", PER_TOWN * towns)],
        phases=[cc.Phase("drive", "Drive", "06-01", "12-31")],
    )


def reports_of(campaign: cc.Campaign) -> pd.DataFrame:
    """Return four monthly figures of every town, about its share of the plan."""
    towns = [unit.code for unit in campaign.units if unit.kind == "town"]
    persons = np.random.default_rng(2).poisson(PER_TOWN / 7, (len(towns), 4))
    months = pd.to_datetime(["2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30"])
    return pd.DataFrame(
        {
            "unit": np.repeat(towns, 4),
            "date": np.tile(months, len(towns)),
            "persons": persons.ravel(),
        }
    )


def scheme() -> cc.Scheme:
    """Return a scheme with one item: a point for each percent of the target."""
    return cc.Scheme("year-end", items=[cc.Item("done", "Target", cc.rules.per_point(1), 100)])


def stages(towns: int) -> Stages:
    """Return every stage on so many towns, each on the results of those before it."""
    campaign, weights = campaign_of(towns), cc.weights.by_measure("people")
    frame = reports_of(campaign)
    allocation = cc.allocate(campaign, among="units", weights=weights)
    plan = cc.schedule(allocation, over="drive")
    tally = cc.read_reports(frame, campaign, figures="new", by="month")
    progress = cc.track(plan, tally, as_of=AS_OF)
    return {
        "allocate": lambda: cc.allocate(campaign, among="units", weights=weights),
        "schedule, with its frame": lambda: cc.schedule(allocation, over="drive").to_frame(),
        "read_reports": lambda: cc.read_reports(frame, campaign, figures="new", by="month"),
        "track, with its frame": lambda: cc.track(plan, tally, as_of=AS_OF).to_frame(),
        "forecast": lambda: cc.forecast(cc.track(plan, tally, as_of=AS_OF)),
        "quality_signals": lambda: cc.quality_signals(tally),
        "assess": lambda: cc.assess(progress, scheme()),
        "bulletin, as a page": lambda: cc.bulletin(cc.track(plan, tally, as_of=AS_OF)).to_html(),
        "load(save(campaign)) as JSON": lambda: cc.from_json(cc.to_json(campaign)),
    }


def seconds(call: Callable[[], object]) -> float:
    """Return the shortest of several processor times: what else runs must not count."""
    times = []
    for _ in range(ROUNDS):
        start = process_time()
        call()
        times.append(process_time() - start)
    return min(times)


def megabytes(call: Callable[[], object]) -> float:
    """Return the most memory that a call holds at once."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


def lines() -> list[tuple[str, str, str, bool]]:
    """Return how many times the time of a tenth of the units each stage takes."""
    few, many = stages(FEW), stages(MANY)
    found = []
    for name, call in many.items():
        small, large = seconds(few[name]), seconds(call)
        growth = large / small
        measured = f"{growth:.1f} ({1000 * large:.0f} ms, {megabytes(call):.0f} MB)"
        what = f"{name}: time of {MANY:,} towns / of {FEW:,}"
        found.append((what, f"<= {GROWTH:g}", measured, growth <= GROWTH))
    return found


if __name__ == "__main__":
    for line in lines():
        print(*line, sep="  |  ")

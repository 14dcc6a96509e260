"""A project of a user's over every stage; checked by mypy and pyright, both strict, and run."""

import functools
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

import coverage_campaign as cc


def city() -> cc.Campaign:
    """Return a campaign written in Python: two counties, one of them with a zone inside."""
    return cc.Campaign(
        code="spring",
        label={"en": "Spring drive", "zh-Hans": "春季扩面"},
        year=2026,
        units=[
            cc.Unit("city", "City", "city"),
            cc.Unit("east", "East", "county", parent="city", counts={"adults": 90_000}),
            cc.Unit("zone", "Zone", "zone", parent="east", counts={"adults": 10_000}),
            cc.Unit("west", "West", "county", parent="city", counts={"adults": 40_000}),
        ],
        breakdowns=[cc.Breakdown("counties", "Counties", ["county", "zone"])],
        measures=[cc.Measure("adults", "Adults", covers="own")],
        eligible="adults",
        channels=[cc.Channel("new", "New"), cc.Channel("lapsed", "Lapsed", effect="loss")],
        targets=[cc.HeadcountTarget("people", "People", persons=3_000)],
        phases=[cc.Phase("drive", "Drive", "04-01", "06-30", share="60%")],
        milestones=[cc.Milestone("half", "Half", by="05-15", share=Fraction(1, 2))],
        reporting=cc.ReportingRule("month", ("county", "zone"), "city", due_day=5, due_in="same"),
        readings=cc.Readings(counted="gross"),
    )


def shared(campaign: cc.Campaign, weights: Mapping[str, int] | None = None) -> cc.Allocation:
    """Return the shares by weights of the project's own, else by adults."""
    method = functools.partial(cc.apportion.hamilton, quota="hare")
    return cc.allocate(
        campaign,
        weights=weights or cc.weights.by_measure("adults"),
        method=method,
        floors={"zone": 100},
    )


def reported(campaign: cc.Campaign, months: Mapping[str, int]) -> cc.Tally:
    """Return the tally of as many people a month in each unit."""
    codes = [unit.code for unit in campaign.leaves("counties")]
    rows = [(code, month, number) for month, number in months.items() for code in codes]
    frame = pd.DataFrame(rows, columns=["unit", "period", "persons"])
    return cc.read_reports(frame, campaign, figures="new")


def slow_start(days: np.ndarray) -> np.ndarray:
    """Return a curve of the project's own: each day a little more."""
    return np.arange(1, len(days) + 1)


def report(progress: cc.Progress, folder: Path, ax: Axes | None = None) -> Path:
    """Write what the office needs and return the page."""
    page = folder / "bulletin.html"
    with cc.language("zh"):
        cc.bulletin(progress, lang="zh").to_html(page)
    cc.charts.ranking(progress, ax=ax, lang="zh")
    return page


def main() -> dict[str, int]:
    """Run every stage and return a few numbers."""
    campaign = city()
    findings = cc.review(campaign)
    allocation = shared(campaign)
    plan = cc.schedule(allocation, over="drive", curve=slow_start)
    tally = reported(campaign, {"2026-04": 100, "2026-05": 300})
    progress = cc.track(plan, tally, as_of="2026-05-31")
    forecast = cc.forecast(progress, method=cc.paces.damped, level=0.9)
    watchlist = cc.supervise([progress])
    scheme = cc.Scheme("s", items=[cc.Item("i", "Done", cc.rules.per_point(1), weight=100)])
    assessment = cc.assess(progress, scheme)
    scenario = cc.Scenario(campaign=campaign, weights=cc.weights.by_measure("adults"), over="drive")
    outcome = cc.run(scenario)
    more = cc.run(cc.vary(scenario, target=4_000))
    comparison = cc.compare(outcome, more)
    study = cc.explore(scenario, over={"target": [3_000, 4_000]})
    seats = cc.apportion.webster(10, [3, 2, 1])
    page = report(progress, Path(mkdtemp()))
    again = cc.from_json(cc.to_json(scenario))
    frames = [result.to_frame() for result in (allocation, plan, tally, progress, forecast)]
    return {
        "findings": len(findings),
        "people": int(allocation.shares().sum()),
        "seats": int(seats.sum()),
        "rows": sum(len(frame) for frame in frames),
        "watched": len(watchlist.to_frame()),
        "assessed": len(assessment.to_frame()),
        "changed": len(comparison.to_frame()),
        "scenarios": len(study),
        "bytes": page.stat().st_size,
        "same": int(again == scenario),
    }

"""Each result draws its most useful picture, where it is told to or on one figure of its own."""

from collections.abc import Mapping
from functools import cache

import pytest
from matplotlib.figure import Figure

import coverage_campaign as cc


@cache
def results() -> Mapping[str, object]:
    """Return one result of each stage, on the notice with simulated reports."""
    campaign = cc.load_case("hengyang", year=2008)
    scenario = cc.Scenario(
        campaign=campaign, weights=cc.weights.by_measure("census_2000"), as_of="2008-09-30"
    )
    allocation = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    plan = cc.schedule(allocation, over="special-action")
    made = cc.simulate(plan, seed=1)
    tally = cc.tally(made.events, campaign, as_of="2008-10-12", simulated=True)
    progress = cc.track(plan, tally, as_of="2008-09-30")
    outcome = cc.run(scenario, reports=tally)
    other = cc.run(cc.vary(scenario, target=80_000), reports=tally)
    return {
        "campaign": campaign,
        "allocation": allocation,
        "cross": cc.cross(
            allocation,
            cc.allocate(
                campaign,
                among="departments",
                weights=dict.fromkeys((unit.code for unit in campaign.leaves("departments")), 1),
            ),
            weights="margins",
        ),
        "plan": plan,
        "tally": tally,
        "progress": progress,
        "forecast": cc.forecast(progress),
        "watchlist": cc.supervise([progress]),
        "assessment": cc.assess(progress, campaign.scheme),
        "outcome": outcome,
        "comparison": cc.compare(outcome, other),
        "study": cc.explore(scenario, over={"total": [70_000, 80_000]}),
        "stability": cc.stability(scenario, reports=tally),
    }


NAMES = (
    *("campaign", "allocation", "cross", "plan", "tally", "progress", "forecast", "watchlist"),
    *("assessment", "outcome", "comparison", "study", "stability"),
)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_result_draws_itself(name: str) -> None:
    """`.plot(ax)` draws on the axes that it is given, and says something there."""
    ax = Figure(figsize=(12, 9)).add_subplot()
    drawn = results()[name].plot(ax)  # type: ignore[attr-defined]
    assert drawn is ax
    assert any(
        text.get_text() for text in ax.figure.findobj(match=lambda a: hasattr(a, "get_text"))
    )

"""What was published can be made again as it was, whatever has been reported since."""

from pathlib import Path

import pandas as pd
import pytest

import coverage_campaign as cc


@pytest.fixture(scope="module")
def simulation() -> cc.Simulation:
    """Return a simulated campaign of the notice with late, revised and withdrawn reports."""
    campaign = cc.load_case("hengyang", year=2008)
    allocation = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    return cc.simulate(
        cc.schedule(allocation, over="special-action"), seed=9, late=0.3, revised=0.1
    )


def july(simulation: cc.Simulation, events: pd.DataFrame, *, known: str) -> cc.Progress:
    """Return July as it was known on a day, from the events at hand."""
    tally = cc.tally(events, simulation.plan.campaign, as_of=known, by="day", simulated=True)
    return cc.track(simulation.plan, tally, as_of="2008-07-31")


def test_an_old_bulletin_is_made_again_to_the_byte(
    simulation: cc.Simulation, tmp_path: Path
) -> None:
    """July as known on 5 August: from August's events and from all of today's, shuffled."""
    events = simulation.events
    then = july(
        simulation, events[events["reported_at"] <= "2008-08-05T23:59:59"], known="2008-08-05"
    )
    today = july(simulation, events.sample(frac=1, random_state=1), known="2008-08-05")
    pd.testing.assert_frame_equal(then.to_frame(), today.to_frame())
    first = cc.bulletin(then).to_html()
    # Rows that are known today and were not then are the only thing that may differ: their number.
    rows = f"{then.tally.problems.rows:,}/{then.tally.rows_in:,}"
    again = f"{today.tally.problems.rows:,}/{today.tally.rows_in:,}"
    assert cc.bulletin(today).to_html().replace(again, rows) == first
    one = cc.bulletin(then).to_excel(tmp_path / "1.xlsx").read_bytes()
    assert cc.bulletin(then).to_excel(tmp_path / "2.xlsx").read_bytes() == one


def test_what_corrections_moved_is_named(simulation: cc.Simulation) -> None:
    """July as known on 5 August and as known in December: the changes of done add up."""
    before = july(simulation, simulation.events, known="2008-08-05")
    after = july(simulation, simulation.events, known="2008-12-31")
    comparison = cc.compare(before, after)
    assert any("known at" in text for text in comparison.inputs)
    moved = comparison.to_frame()
    done = moved[moved["quantity"] == "done"]
    total = after.to_frame()["done"].sum() - before.to_frame()["done"].sum()
    assert done["change"].sum() == total
    assert total > 0

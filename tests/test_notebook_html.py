"""What results show in a notebook: escaped, small, and with empty cells for what is missing."""

import pandas as pd

import coverage_campaign as cc
from campaigns import tiny
from coverage_campaign.notebook import html_table


def test_hostile_names_are_text() -> None:
    """A script in a name, a title or a note is shown, not run."""
    frame = pd.DataFrame({"<b>name</b>": ["<script>alert(1)</script>", "a & b"]})
    html = html_table(frame, title="<i>t</i>", notes=["<u>n</u>"])
    assert "<script>" not in html
    assert "<i>" not in html
    assert "<u>" not in html
    assert "&lt;script&gt;" in html
    assert "a &amp; b" in html


def test_a_missing_value_is_an_empty_cell() -> None:
    """<NA>, NaN, NaT and None are empty, 0 and False are not."""
    frame = pd.DataFrame(
        {
            "a": pd.array([None, 0], dtype="Int64"),
            "b": pd.array([None, False], dtype="boolean"),
            "c": [float("nan"), 0.5],
            "d": [pd.NaT, pd.Timestamp("2026-06-01")],
        }
    )
    html = html_table(frame, title="t")
    assert html.count("<td></td>") == 4
    assert '<td class="cc-n">0</td>' in html
    assert "<td>no</td>" in html


def test_long_tables_say_how_much_is_left_out() -> None:
    """40 rows show 30 and count the other 10."""
    assert "10 more rows" in html_table(pd.DataFrame({"a": range(40)}), title="t")


def test_each_result_shows_itself_with_what_it_rests_on() -> None:
    """From the campaign to the comparison every result has small HTML with its basis in it."""
    campaign = tiny()
    allocation = cc.allocate(campaign, weights={"a": 1, "b": 2, "c": 1})
    plan = cc.schedule(allocation, over="drive")
    simulation = cc.simulate(plan, seed=1)
    tally = cc.tally(simulation.events, campaign, as_of="2026-06-20", by="day", simulated=True)
    progress = cc.track(plan, tally, as_of="2026-06-08")
    results = [
        *(campaign, cc.review(campaign), allocation, plan, simulation, tally, tally.problems),
        *(progress, cc.compare(allocation, cc.allocate(campaign, weights=cc.weights.eligible))),
    ]
    for result in results:
        html = result._repr_html_()
        assert "<table" in html
        assert len(html) < 20_000
    assert "declared" in allocation._repr_html_()
    assert "SIMULATED" in progress._repr_html_()

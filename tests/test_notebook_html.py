"""What results show in a notebook: escaped, small, and with empty cells for what is missing."""

import re

import pandas as pd
import pytest

import coverage_campaign as cc
from coverage_campaign.notebook import html_table
from support.campaigns import tiny


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
    assert len(re.findall("<td[^>]*></td>", html)) == 4
    assert '<td class="cc-n">0</td>' in html
    assert "<td>no</td>" in html


def test_long_tables_say_how_much_is_left_out() -> None:
    """40 rows show 30 and count the other 10."""
    assert "10 more rows" in html_table(pd.DataFrame({"a": range(40)}), title="t")


def test_a_column_without_any_value_is_named_below() -> None:
    """It takes no room in the table, and nobody has to guess that it is there."""
    frame = pd.DataFrame({"a": [1, 2], "floor": pd.array([None, None], dtype="Int64")})
    html = html_table(frame, title="t")
    assert "<th>floor</th>" not in html
    assert "No value in any row: floor" in html
    assert "No value" not in html_table(frame.head(0), title="t")


def test_numbers_stand_to_the_right_with_their_heading() -> None:
    """A column with a number in it is one of numbers; text stands to the left."""
    html = html_table(pd.DataFrame({"name": ["a"], "share": [1_234]}), title="t")
    assert '<th>name</th><th class="cc-n">share</th>' in html
    assert '<td>a</td><td class="cc-n">1,234</td>' in html


@pytest.mark.parametrize(
    ("rate", "shown"),
    [(0.9239, "92.4 %"), (0.99999, "99.9 %"), (1.0, "100.0 %"), (1.2, "120.0 %"), (0.0, "0.0 %")],
)
def test_rates_are_percentages_that_never_round_up_to_all(rate: float, shown: str) -> None:
    """24,999 of 25,000 is not all; other columns are left as they are."""
    frame = pd.DataFrame({"completion_rate": [rate], "ratio": [rate], "完成率": [rate]})
    html = html_table(frame, title="t", rates=["完成率"])
    assert html.count(f">{shown}<") == 2
    assert f">{rate:,.3f}<" in html


def test_a_day_is_shown_without_its_midnight() -> None:
    """2026-06-01 00:00:00 is a day; a time of day is kept."""
    frame = pd.DataFrame({"day": pd.to_datetime(["2026-06-01"]), "at": ["2026-06-01 08:30"]})
    html = html_table(frame.astype({"at": "datetime64[s]"}), title="t")
    assert "<td>2026-06-01</td><td>2026-06-01 08:30:00</td>" in html


def test_it_is_small_whatever_is_in_it() -> None:
    """Thirty rows of the longest names, long notes and a long title stay under 20 kB."""
    letters = "衡<" * 5_000
    frame = pd.DataFrame({name: [letters] * 40 for name in "abcdef"})
    html = html_table(frame, title=letters, notes=[letters] * 50)
    assert len(html.encode("utf-8")) <= 20_000
    assert "and 42 more notes" in html
    rows = html.count("<tr>") - 1
    assert f"{40 - rows} more rows" in html


def test_it_reads_without_its_style() -> None:
    """Where a page takes the style away, a plain table with heading and rows is left."""
    html = html_table(pd.DataFrame({"name": ["a"], "share": [1]}), title="t", notes=["n"])
    plain = re.sub("<style>.*?</style>", "", html)
    assert "style" not in plain
    assert "<script" not in plain
    assert plain.startswith('<div class="cc-result"><b>t</b><table class="cc-table"><thead><tr>')


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
        assert len(html.encode("utf-8")) <= 20_000
    assert "declared" in allocation._repr_html_()
    assert "SIMULATED" in progress._repr_html_()

"""Charts of more than a screen holds, and of figures that were corrected."""

from __future__ import annotations

import pandas as pd

import coverage_campaign as cc
from coverage_campaign.model.units import Unit
from support.campaigns import tiny


def test_an_annex_of_many_units_sums_up_those_between_the_ends() -> None:
    """Of 200 units 48 have a row; the others are one row, and the rows add up to the total."""
    units = [
        Unit(f"u{place}", f"U{place}", "county", parent="city", counts={"eligible": 9})
        for place in range(200)
    ]
    kept = [unit for unit in tiny().units if unit.kind != "county"]
    campaign = cc.vary(tiny(), units=[*kept, *units], covered="")
    rows = cc.allocate(campaign, weights=cc.weights.eligible, target=1000)
    columns = cc.allocate(campaign, among="departments", weights=cc.weights.equal, target=1000)
    drawn = cc.charts.annex(cc.cross(rows, columns, weights="margins"), lang="en")
    texts = [text.get_text() for text in drawn.texts]
    assert "… 152 more" in texts
    assert "U23" in texts
    assert "U24" not in texts
    assert "U176" in texts
    assert texts.count("760") == 1  # 152 units of five persons
    assert "1,000" in texts


def test_a_bridge_names_corrections_downwards() -> None:
    """A figure below 0 takes back of the gross and is no loss; net and gross stay the same."""
    frame = pd.DataFrame(
        {
            "unit": ["a", "b", "a"],
            "date": ["2026-06-04", "2026-06-04", "2026-06-05"],
            "persons": [30, 10, -4],
        }
    )
    tally = cc.read_reports(frame, tiny(), figures="new", by="day")
    table = cc.tables.bridge(tally, lang="en")
    assert table["name"].tolist() == ["All channels", "Corrections downwards"]
    assert table["persons"].tolist() == [40, -4]
    assert table["running"].tolist() == [40, 36]
    assert cc.charts.bridge(tally, lang="en").get_title() == "36 enrolled, no loss reported"

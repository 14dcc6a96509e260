"""Allocations and plans come back from JSON as they were: shares, grounds, sentences, days."""

from fractions import Fraction

import pandas as pd
import pytest

from coverage_campaign.allocation import weights
from coverage_campaign.allocation.allocate import allocate
from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.files.json_values import from_json, to_json
from coverage_campaign.scheduling import curves
from coverage_campaign.scheduling.curves import Curve
from coverage_campaign.scheduling.schedule import schedule
from support.campaigns import tiny
from support.tally_cases import need

ALLOCATIONS = {
    "plain": allocate(tiny(), weights=weights.eligible),
    "tied": allocate(tiny(), among="departments", weights={"labour": 1, "schools": 1}, target=1),
    "pinned": allocate(tiny(), weights=weights.eligible, pins={"a": 10}),
    "uplifted": allocate(tiny(), weights=weights.eligible, uplift="7%"),
    "levelled": allocate(tiny(), weights=weights.level(), method=apportion.adams),
    "blended": allocate(
        tiny(), weights=weights.blend((weights.eligible, "0.7"), (weights.equal, "0.3"))
    ),
    "fractions": allocate(tiny(), weights={"a": Fraction(1, 3), "b": Fraction(2, 7), "c": 1}),
    "remainder": allocate(
        tiny(), weights=weights.eligible, caps={"a": 9, "b": 9, "c": 9}, remainder="keep"
    ),
    "goal": allocate(tiny(), target="coverage"),
}


@pytest.mark.parametrize("name", ALLOCATIONS)
def test_an_allocation_comes_back_as_it_was(name: str) -> None:
    """Frame, ties, bounds and every sentence are the same after writing and reading."""
    before = ALLOCATIONS[name]
    after: Allocation = from_json(to_json(before))
    pd.testing.assert_frame_equal(after.to_frame(), before.to_frame())
    pd.testing.assert_frame_equal(after.totals(), before.totals())
    pd.testing.assert_frame_equal(after.reconciliation(), before.reconciliation())
    assert after.ties == before.ties
    assert after.basis == before.basis
    for unit in before.shares().index:
        assert after.explain(str(unit)) == before.explain(str(unit))


CURVES = {
    "even": curves.even,
    "S": curves.s_curve,
    "ramp": curves.ramp(first=1, last=3),
    "working days": curves.working_days(holidays=["2026-06-02"]),
    "country": curves.national_working_days("CN"),
    "phases": curves.by_phase(tiny(), {"drive": "100%"}),
    "months": curves.by_month({"2026-06": 1}),
    "days": curves.by_day({f"2026-06-{day:02}": day for day in range(1, 11)}),
    "milestones": curves.through({"2026-06-05": "60%"}),
}


@pytest.mark.parametrize("name", CURVES)
def test_a_plan_comes_back_as_it_was(name: str) -> None:
    """Table, days and the plan of any day are the same after writing and reading."""
    if name == "country":
        need("holidays")
    curve: Curve = CURVES[name]
    before = schedule(ALLOCATIONS["plain"], over="drive", curve=curve)
    after = from_json(to_json(before))
    pd.testing.assert_frame_equal(after.to_frame(), before.to_frame())
    assert after.curve == curve
    for day in ("2026-06-01", "2026-06-04", "2026-06-10"):
        pd.testing.assert_series_equal(after.planned_on(day), before.planned_on(day))
        assert after.share_on(day) == before.share_on(day)


def test_a_plan_made_anew_keeps_its_past_in_json() -> None:
    """What was done before stays fixed after writing and reading."""
    past = pd.DataFrame({"unit": ["a"], "period": pd.to_datetime(["2026-05-01"]), "persons": [7]})
    before = schedule(ALLOCATIONS["plain"], over="drive", actuals=past)
    after = from_json(to_json(before))
    for day in ("2026-06-01", "2026-06-10"):
        pd.testing.assert_series_equal(after.planned_on(day), before.planned_on(day))


def test_a_plan_under_monthly_caps_comes_back_as_it_was() -> None:
    """What each unit can do in a month is in the text."""
    caps = {"a": 60, "b": 31}
    before = schedule(ALLOCATIONS["plain"], over="drive", unit_month_caps=caps)
    after = from_json(to_json(before))
    for day in ("2026-06-01", "2026-06-07"):
        pd.testing.assert_series_equal(after.planned_on(day), before.planned_on(day))

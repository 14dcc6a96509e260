"""A scenario writes itself as code and as JSON, comes back equal, and a run says what makes it."""

from fractions import Fraction
from functools import partial
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings

import coverage_campaign as cc
from support.campaign_strategies import campaigns
from support.campaigns import tiny

SCENARIOS = {
    "plain": cc.Scenario(campaign=tiny()),
    "every input": cc.Scenario(
        campaign=tiny(),
        weights=cc.weights.blend((cc.weights.eligible, "0.6"), (cc.weights.equal, "0.4")),
        target=90,
        method=cc.apportion.modified("1.4"),
        floors={"a": 10},
        caps={"b": 60},
        pins={"c": 20},
        ties="last",
        already_covered={"a": 1, "b": 2, "c": 3},
        base=1,
        remainder="keep",
        over="drive",
        curve=cc.curves.through({"2026-06-04": "60%"}, curve=cc.curves.working_days()),
        by="day",
        as_of="2026-06-06",
        scheme=tiny().scheme,
    ),
    "a method with options": cc.Scenario(
        campaign=tiny(),
        weights=cc.weights.declared({"a": 0.5, "b": Fraction(1, 3), "c": 2}, because='a "test"'),
        method=partial(cc.apportion.hamilton, quota="droop", bounds="quota"),
        uplift={1: Fraction(1, 20)},
    ),
}


def made(code: str) -> object:
    """Return the scenario that code makes."""
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - the code is the library's own
    return names["scenario"]


@pytest.mark.parametrize("name", SCENARIOS)
def test_code_and_json_make_an_equal_scenario(name: str) -> None:
    """What is written is run, or read, and is equal: functions, fractions, nested values."""
    scenario = SCENARIOS[name]
    if isinstance(scenario.method, partial):  # a partial equals nothing but itself
        back = made(scenario.to_code())
        assert isinstance(back, cc.Scenario)
        read = cc.from_json(cc.to_json(scenario))
        for other in (back, read):
            assert cc.vary(other, method=scenario.method) == scenario
            assert other.method.func is scenario.method.func
            assert other.method.keywords == scenario.method.keywords
        return
    assert made(scenario.to_code()) == scenario
    assert cc.from_json(cc.to_json(scenario)) == scenario


@settings(max_examples=20, deadline=None)
@given(campaign=campaigns())
def test_any_campaign_is_written_out(campaign: cc.Campaign) -> None:
    """Quotes, line breaks and foreign letters in names come back as they were."""
    scenario = cc.Scenario(campaign=campaign, target=3)
    assert made(scenario.to_code()) == scenario


def test_a_short_way_to_the_campaign() -> None:
    """Whoever loads the campaign from its case says so, and the code is a few lines."""
    campaign = cc.load_case("hengyang", year=2008)
    scenario = cc.Scenario(campaign=campaign, weights=cc.weights.by_measure("census_2000"))
    code = scenario.to_code(campaign='cc.load_case("hengyang", year=2008)')
    assert len(code.splitlines()) < 10
    assert made(code) == scenario


def test_a_function_without_a_name_is_refused() -> None:
    """A lambda cannot be imported: the error says what to do."""
    scenario = cc.vary(SCENARIOS["plain"], method=lambda *_: None)
    with pytest.raises(cc.DefinitionError, match="top of a module"):
        scenario.to_code()


def reports(persons: list[int]) -> cc.Tally:
    """Return a report of each county."""
    frame = pd.DataFrame({"unit": ["a", "b", "c"], "date": "2026-06-05", "persons": persons})
    return cc.read_reports(frame, tiny(), figures="new", by="day")


def test_a_run_records_what_makes_it_again() -> None:
    """Version and digests; another scenario or other data have others, row order does not."""
    scenario = cc.vary(SCENARIOS["plain"], weights=cc.weights.equal, over="drive",
                       as_of="2026-06-06")  # fmt: skip
    first = cc.run(scenario, reports=reports([1, 2, 3])).record
    again = cc.run(cc.from_json(cc.to_json(scenario)), reports=reports([1, 2, 3])).record
    assert first == again
    assert first.version == cc.__version__
    assert len(first.scenario) == len(first.data) == 64
    other_data = cc.run(scenario, reports=reports([1, 2, 4])).record
    assert (other_data.scenario, other_data.data == first.data) == (first.scenario, False)
    other_input = cc.run(cc.vary(scenario, target=99), reports=reports([1, 2, 3])).record
    assert (other_input.scenario == first.scenario, other_input.data) == (False, first.data)
    frame = pd.DataFrame({"unit": ["c", "b", "a"], "date": "2026-06-05", "persons": [3, 2, 1]})
    turned = cc.read_reports(frame, tiny(), figures="new", by="day")
    assert cc.run(scenario, reports=turned).record == first
    assert cc.run(scenario).record.data == ""


def test_a_run_is_the_same_to_the_byte() -> None:
    """Scenario and data through JSON, run again: the same text."""
    scenario = cc.vary(SCENARIOS["every input"], pins={}, caps={})
    tally = reports([40, 30, 20])
    once = cc.to_json(cc.run(scenario, reports=tally))
    twice = cc.to_json(
        cc.run(cc.from_json(cc.to_json(scenario)), reports=cc.from_json(cc.to_json(tally)))
    )
    assert once == twice
    back = cc.from_json(once)
    assert back.scenario == cc.vary(scenario, reports=tally)
    assert cc.to_json(back) == once


def test_a_study_comes_back_from_json() -> None:
    """Arrays, designs and baselines survive: the same frame, and scenarios that can be run."""
    study = cc.explore(
        cc.Scenario(campaign=tiny(), weights=cc.weights.eligible),
        over={"total": [90, 301], "method": [cc.apportion.webster, cc.apportion.adams]},
        what=("share", "uncovered_rate"),
    )
    back = cc.from_json(cc.to_json(study))
    pd.testing.assert_frame_equal(back.to_frame(), study.to_frame())
    assert back.scenario(1) == study.scenario(1)

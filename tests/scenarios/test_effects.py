"""An argument that is accepted has an effect, or the result or an error says that it has none."""

import pandas as pd
import pytest

import coverage_campaign as cc
from coverage_campaign.model.scheme import Scheme
from support.campaigns import tiny


def scenario() -> cc.Scenario:
    """Return a scenario of the tiny campaign, to the sixth day."""
    return cc.Scenario(
        campaign=tiny(), weights=cc.weights.eligible, over="drive", as_of="2026-06-06"
    )


def reports() -> cc.Tally:
    """Return a report of each county on the second day."""
    frame = pd.DataFrame({"unit": [*"abc"], "date": "2026-06-02", "persons": [24, 18, 8]})
    return cc.read_reports(frame, tiny(), figures="new", by="day")


def test_a_study_names_the_inputs_that_change_nothing() -> None:
    """A curve moves no share; a level moves nothing but the interval; a total moves both."""
    curves = [None, cc.curves.ramp(first=0, last=7)]
    study = cc.explore(scenario(), over={"curve": curves, "target": [90, 100]})
    assert study.idle == ("curve",)
    assert study.notes == ("No effect on share: curve.",)
    assert study.notes_in("zh") == ("对share没有影响：curve。",)
    moved = cc.explore(
        scenario(), over={"curve": curves}, what=("share", "planned"), reports=reports()
    )
    assert moved.idle == moved.notes == ()
    goal = cc.Scenario(campaign=tiny(), target="coverage")
    assert cc.explore(goal, over={"uplift": [0, "5%"]}).idle == ("uplift",)


def test_errors_of_reports_leave_the_indicators_as_they_are() -> None:
    """A grade by payers alone is robust, whatever a unit reports of its people."""
    item = cc.rules.item("payers", "Payers", cc.rules.per_point("0.1"), of="payers")
    scheme = Scheme("s", items=[item], full=None, grades=[cc.rules.grade("low", "Low")])
    payers = pd.DataFrame({"unit": [*"abc"], "indicator": "payers", "value": "80%"})
    found = cc.stability(
        cc.vary(scenario(), scheme=scheme, indicators=payers), reports=reports(), error="20%"
    )
    grades = found.to_frame()[lambda frame: frame["verdict"] == "grade"]
    assert len(grades) == 3
    assert grades["robust"].all()


def test_arguments_without_a_use_are_refused_or_named() -> None:
    """Quantities for a condition on outcomes, bounds of a unit that keeps its share, weights."""
    with pytest.raises(cc.DefinitionError, match="what: of no use to until"):
        cc.goal_seek(
            scenario(), input=("target", [1, 2]), until=lambda _: True, what=("share", "rank")
        )
    outcome = cc.run(scenario(), reports=reports())
    assert outcome.progress is not None
    for bounds in ({"floors": {"a": 51}}, {"caps": {"a": 49}}):
        with pytest.raises(cc.DefinitionError, match="keeps its share of 50"):
            cc.reallocate(outcome.allocation, outcome.progress, keep=["a"], **bounds)
    kept = cc.reallocate(
        outcome.allocation, outcome.progress, keep=["a"], floors={"a": 50}, caps={"b": 25}
    )
    assert kept.allocation.shares().to_dict() == {"a": 50, "b": 25, "c": 25}
    table = cc.readings_table(cc.load_case("hengyang", year=2008), weights=cc.weights.equal)
    assert "No effect here: weights; without reports." in table.notes
    plain = cc.vary(table.campaign, targets=(table.campaign.headcount,))
    assert (
        cc.readings_table(plain, lapse="5%").notes_in("en")[-1].startswith("No effect here: lapse")
    )


def test_a_new_version_keeps_the_uplift_and_nobody_lapses_without_a_loss() -> None:
    """The raised layer is raised in the next version too; a lapse needs a channel of losses."""
    outcome = cc.run(cc.vary(scenario(), uplift="10%"), reports=reports())
    assert outcome.progress is not None
    new = cc.reallocate(outcome.allocation, outcome.progress, keep="a").allocation
    assert int(new.uplifted_shares().sum()) == 110
    assert int(new.shares()["a"]) == 50
    entries = [one for one in new.campaign.channels if one.effect != "loss"]
    campaign = cc.vary(new.campaign, channels=tuple(entries))
    plan = cc.run(cc.vary(scenario(), campaign=campaign)).plan
    assert plan is not None
    assert "nobody lapses" in " ".join(cc.simulate(plan, seed=1, lapse=0.5).basis.lines())

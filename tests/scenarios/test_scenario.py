import datetime as dt

import pandas as pd
import pytest

import coverage_campaign as cc
from support.campaigns import tiny


def baseline() -> cc.Scenario:
    """Return the tiny campaign shared out by its eligible people."""
    return cc.Scenario(campaign=tiny(), weights=cc.weights.eligible, over="drive")


def test_a_run_is_the_stages_in_their_order() -> None:
    """A run allocates and schedules as the single functions do."""
    outcome = cc.run(baseline())
    assert outcome.allocation.shares().to_dict() == {"a": 50, "b": 30, "c": 20}
    assert outcome.plan is not None
    assert outcome.plan.planned_on("2026-06-05").tolist() == [25, 15, 10]
    assert outcome.progress is None


def test_varying_never_changes_the_baseline() -> None:
    """cc.vary makes another scenario; the first one is what it was."""
    first = baseline()
    other = cc.vary(first, target=200)
    assert first == baseline()
    assert first != other
    assert cc.run(other).allocation.total == 200


def test_a_comparison_names_inputs_and_adds_up() -> None:
    """100 more people: shares, and what is planned to the drive's last day, rise by 100 in all."""
    first = baseline()
    comparison = cc.compare(cc.run(first), cc.run(cc.vary(first, target=200)))
    assert any(text.startswith("target") for text in comparison.inputs)
    frame = comparison.to_frame()
    assert comparison.planned_on == dt.date(2026, 6, 10)
    assert frame["quantity"].drop_duplicates().tolist() == ["share", "planned"]
    for quantity in ("share", "planned"):  # by hand: 5, 3 and 2 tenths of 100 more
        assert frame.loc[frame["quantity"] == quantity, "change"].tolist() == [50, 30, 20]
    assert "Ash" in comparison.sentence()
    assert "unknown" not in comparison.sentence()


def test_equal_runs_do_not_differ() -> None:
    """A scenario compared with itself has no row."""
    comparison = cc.compare(cc.run(baseline()), cc.run(baseline()))
    assert comparison.to_frame().empty
    assert comparison.sentence() == "nothing differs."


def test_only_results_of_one_kind_are_compared() -> None:
    """An allocation and an outcome have no common grain."""
    outcome = cc.run(baseline())
    with pytest.raises(cc.DefinitionError, match="Outcome and Allocation"):
        cc.compare(outcome, outcome.allocation)  # type: ignore[type-var]


def test_a_grid_holds_every_combination_exactly() -> None:
    """Two totals by two methods are four scenarios, and each adds up to its own total."""
    study = cc.explore(
        baseline(), over={"total": [90, 101], "method": [cc.apportion.webster, cc.apportion.adams]}
    )
    frame = study.to_frame()
    sums = frame.groupby(["scenario", "total"])["share"].sum().reset_index()
    assert len(sums) == 4
    assert (sums["total"] == sums["share"]).all()
    assert set(frame["method"]) == {"webster", "adams"}


def test_an_unknown_input_is_refused() -> None:
    """A typing slip in the grid is met with the list of inputs."""
    with pytest.raises(cc.DefinitionError, match="weights"):
        cc.explore(baseline(), over={"wieghts": [1]})


def reports(persons: list[int]) -> cc.Tally:
    """Return a report of each county on the fifth day."""
    frame = pd.DataFrame({"unit": ["a", "b", "c"], "date": "2026-06-05", "persons": persons})
    return cc.read_reports(frame, tiny(), figures="new", by="day")


def test_a_scenario_holds_the_reports_and_the_schedule_s_inputs() -> None:
    """Reports, arrivals, caps and what was done: the run is that of the stages by hand."""
    tally = reports([20, 10, 5])
    received = pd.DataFrame(
        {"unit": ["a"], "period": [pd.Timestamp("2026-06-01")], "received_on": ["2026-07-02"]}
    )
    scenario = cc.vary(
        baseline(),
        as_of="2026-06-06",
        reports=tally,
        received=received,
        unit_month_caps={"a": 60},
    )
    outcome = cc.run(scenario)
    plan = cc.schedule(outcome.allocation, over="drive", unit_month_caps={"a": 60})
    progress = cc.track(plan, tally, as_of="2026-06-06", received=received)
    assert outcome.progress is not None
    pd.testing.assert_frame_equal(outcome.progress.to_frame(), progress.to_frame())
    again = cc.run(cc.vary(scenario, reports=None), reports=tally)
    assert (again.scenario, again.progress) == (outcome.scenario, outcome.progress)


def test_indicators_are_an_input_of_a_scenario() -> None:
    """A score that needs payers is given in a run, and the same in a study."""
    scheme = cc.Scheme(
        "payers",
        items=[cc.rules.item("paid", "Paid", cc.rules.per_point("1"), of="paid", weight=100)],
        full=None,
    )
    paid = pd.DataFrame(
        {"unit": ["a", "b", "c"], "indicator": "paid", "value": ["90%", "80%", "1"]}
    )
    scenario = cc.vary(
        baseline(), as_of="2026-06-06", reports=reports([20, 10, 5]), scheme=scheme, indicators=paid
    )
    outcome = cc.run(scenario)
    assert outcome.assessment is not None
    alone = outcome.assessment.to_frame()["score"].tolist()
    assert alone == [90, 80, 100]
    study = cc.explore(scenario, over={"total": [90, 100]}, what=("score",))
    assert study.array("score")[1].tolist() == alone
    other = cc.run(cc.vary(scenario, indicators=paid.assign(value="50%")))
    assert any(text.startswith("indicators") for text in cc.compare(outcome, other).inputs)


def test_caps_of_months_bound_every_scenario_of_a_study() -> None:
    """Scenarios whose month cannot hold their total have no answer; the others are their runs."""
    scenario = cc.vary(baseline(), unit_month_caps={"a": 50})
    study = cc.explore(scenario, over={"total": [90, 100, 120]}, what=("share", "schedule"))
    assert study.solved.tolist() == [True, True, False]
    assert "unit_month_caps['a']" in study.unsolved()["reason"][0]
    whole = cc.explore(
        cc.vary(baseline(), month_caps={"2026-06": 100}),
        over={"total": [90, 101]},
        what=("share", "schedule"),
    )
    assert whole.solved.tolist() == [True, False]


@pytest.mark.parametrize(
    "given",
    [
        {"caps": {"x": "15%"}},
        {"caps": {"a": "15%"}},
        {"floors": {"a": -1}},
        {"pins": {"a": 1.5}},
        {"month_caps": {"2026-06": 1.5}},
        {"unit_month_caps": {"z": 3}},
        {"base": -1},
        {"uplift": "-5%"},
        {"target": 2**63},
        {"ties": "lowest"},
    ],
)
def test_a_scenario_has_the_errors_of_the_stages(given: dict[str, object]) -> None:
    """What allocate and schedule refuse is refused in a run and in a study, in their words."""
    with pytest.raises(cc.CampaignError) as alone:
        cc.run(cc.vary(baseline(), **given))
    with pytest.raises(cc.CampaignError):
        cc.explore(cc.vary(baseline(), **given), over={"weights.a": [1, 2]}, what=("schedule",))
    assert " -- " in str(alone.value)


@pytest.mark.parametrize(
    "over", [{"total": 5}, {"total": "90"}, {"total": range(10**9)}, {"total": []}]
)
def test_values_that_are_no_list_are_refused(over: dict[str, object]) -> None:
    """A number alone, a text, more scenarios than anybody can hold, nothing."""
    with pytest.raises(cc.DefinitionError):
        cc.explore(baseline(), over=over)  # type: ignore[arg-type] # on purpose


def test_a_study_of_one_scenario_is_shared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One is a batch of one: the shares of a study are found by one call."""
    from coverage_campaign.scenarios import explore

    calls = []
    real = explore.share

    def counted(asked: object) -> object:
        calls.append(asked)
        return real(asked)  # type: ignore[arg-type] # handed on

    monkeypatch.setattr(explore, "share", counted)
    scenario = cc.vary(baseline(), as_of="2026-06-06", reports=reports([20, 10, 5]))
    cc.explore(scenario, over={"total": [100]}, what=("share", "planned", "rank"))
    assert len(calls) == 1

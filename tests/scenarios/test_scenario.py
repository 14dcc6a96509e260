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
    """100 more people: each unit's change is listed, and the changes sum to 100."""
    first = baseline()
    comparison = cc.compare(cc.run(first), cc.run(cc.vary(first, target=200)))
    assert any(text.startswith("target") for text in comparison.inputs)
    frame = comparison.to_frame()
    assert frame["change"].sum() == 100
    assert frame["change"].abs().is_monotonic_decreasing
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

"""Every input of a scenario has its effect in every use, or the result says that it has none."""

from typing import Any

import attrs
import numpy as np
import pandas as pd
import pytest

import coverage_campaign as cc
from coverage_campaign.assessment import rules
from coverage_campaign.model.scheme import Scheme
from support.campaigns import tiny

DAY = "2026-06-06"


def reports(persons: tuple[int, ...]) -> cc.Tally:
    """Return a report of each county on the second and on the fifth day."""
    rows = [
        (unit, day, n)
        for day in ("2026-06-02", "2026-06-05")
        for unit, n in zip("abc", persons, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["unit", "date", "persons"])
    return cc.read_reports(frame, tiny(), figures="new", by="day")


def scheme(most: int) -> Scheme:
    """Return a scheme of one item by completion and one by payers."""
    payers = rules.item("payers", "Payers", rules.per_point("0.1"), of="payers")
    item = rules.item("people", "People", rules.capped(rules.per_point("0.5"), most=most))
    return Scheme("one", items=[item, payers], full=None)


def figures(rate: str) -> pd.DataFrame:
    """Return one indicator of every county."""
    return pd.DataFrame({"unit": [*"abc"], "indicator": "payers", "value": rate})


def arrivals(units: str) -> pd.DataFrame:
    """Return the reports of some counties for May, which none of them owes."""
    return pd.DataFrame({"unit": [*units], "period": "2026-06", "received_on": "2026-06-05"})


def scenario() -> cc.Scenario:
    """Return a scenario that goes through every stage."""
    return cc.Scenario(
        campaign=tiny(),
        weights=cc.weights.eligible,
        over="drive",
        as_of=DAY,
        reports=reports((12, 9, 4)),
        scheme=scheme(40),
        indicators=figures("80%"),
    )


# Another value of each input, and what the baseline has beside it where that is needed.
CHANGES: dict[str, tuple[Any, dict[str, Any]]] = {
    "weights": (cc.weights.equal, {}),
    "target": (120, {}),
    "method": (cc.apportion.adams, {"weights": {"a": 500, "b": 300, "c": 20}, "target": 20}),
    "floors": ({"c": 40}, {}),
    "caps": ({"a": 30}, {}),
    "pins": ({"a": 31}, {}),
    "uplift": ("10%", {}),
    "ties": ("last", {"weights": cc.weights.equal, "target": 100}),
    "already_covered": ({"a": 90, "b": 0, "c": 0}, {}),
    "base": (10, {}),
    "remainder": ("keep", {"target": 10_000, "caps": {"a": 40, "b": 50, "c": 30}}),
    "curve": (cc.curves.ramp(first=0, last=7), {}),
    "month_caps": ({"2026-06": 100}, {}),
    "unit_month_caps": ({"a": 50, "b": 30, "c": 20}, {}),
    "as_of": ("2026-06-03", {}),
    "reports": (reports((20, 1, 3)), {}),
    "received": (arrivals("ab"), {}),
    "forecast_method": (cc.paces.unchanged, {}),
    "level": (0.5, {}),
    "pace": (3, {}),
    "scheme": (scheme(20), {}),
    "indicators": (figures("60%"), {}),
}
# Without an effect on this little campaign: one tier, one month, reports by the day.
IDLE = {"among", "over", "by", "order", "actuals", "campaign", "month_caps", "unit_month_caps"}
IDLE_HERE = {"received"}  # nothing is due yet in the month that as_of cuts


def test_no_input_is_left_out() -> None:
    """Every field of a scenario is looked at here."""
    assert {*CHANGES, *IDLE} == {field.name for field in attrs.fields(cc.Scenario)}


def outcome_of(one: cc.Scenario) -> cc.Outcome | None:
    """Return what follows, None where nothing can."""
    try:
        return cc.run(one)
    except cc.InfeasibleError:
        return None


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_change_of_an_input_changes_an_outcome(name: str) -> None:
    """The comparison names the input and shows what it did, or says that nothing differs."""
    value, beside = CHANGES[name]
    base = cc.vary(scenario(), **beside)
    first, second = outcome_of(base), outcome_of(cc.vary(base, **{name: value}))
    if first is None or second is None:
        assert (first is None) != (second is None)
        return
    compared = cc.compare(first, second)
    assert any(line.startswith(name) for line in compared.inputs)
    if name in IDLE | IDLE_HERE:
        assert "nothing differs" in compared.sentence()
    else:
        assert "nothing differs" not in compared.sentence()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(CHANGES) - {"remainder"}))
def test_a_study_over_an_input_is_what_single_runs_say(name: str) -> None:
    """Shares, plan, forecast and verdicts of each value are those of the run with that value."""
    value, beside = CHANGES[name]
    base = cc.vary(scenario(), **beside)
    what = ("share", "planned", "done", "completion_rate", "rank", "expected", "high", "score")
    study = cc.explore(base, over={name: [getattr(base, name), value]}, what=what)
    for number in range(2):
        alone = cc.run(study.scenario(number))
        assert alone.progress is not None
        assert alone.assessment is not None
        assert alone.forecast is not None
        frames = (
            alone.allocation.to_frame(),
            alone.progress.to_frame(),
            alone.forecast.to_frame(),
            alone.assessment.to_frame(),
        )
        for quantity in what:
            frame = next(one for one in frames if quantity in one.columns)
            own = frame.set_index("unit")[quantity].reindex(["a", "b", "c"])
            twin = own.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
            columns = [study.units.index(unit) for unit in "abc"]
            np.testing.assert_array_equal(study.array(quantity)[number, columns], twin, quantity)


@pytest.mark.parametrize("name", sorted({*CHANGES} - {"reports", "received", "indicators"}))
def test_a_scenario_with_an_input_comes_back_from_text(name: str) -> None:
    """JSON gives the scenario back equal."""
    value, beside = CHANGES[name]
    one = cc.vary(scenario(), **beside, **{name: value})
    assert cc.from_json(cc.to_json(one)) == one


def test_an_input_that_no_stage_reads_is_named() -> None:
    """Without reports a date is idle; without phases a curve; under a goal the method."""
    plan_only = cc.run(cc.vary(scenario(), reports=None, pace=2))
    assert "as_of, scheme" not in plan_only.notes[0]
    assert "pace" in plan_only.notes[0]
    assert "needs both reports and as_of" in plan_only.notes[0]
    goal = cc.run(cc.Scenario(campaign=tiny(), target="coverage", caps={"a": 3}))
    assert "caps" in goal.notes[0]
    assert "shares nothing" in goal.notes[0]
    assert cc.run(scenario()).notes == cc.run(scenario()).progress.notes


def test_any_two_results_of_one_kind_are_compared() -> None:
    """What has persons by unit is compared; a kind without is refused with what can be."""
    one, other = cc.run(scenario()), cc.run(cc.vary(scenario(), target=140, pace=2))
    pairs = {
        "share": (one.allocation, other.allocation),
        "expected": (one.forecast, other.forecast),
        "score": (one.assessment, other.assessment),
        "least": (
            cc.explore(scenario(), over={"target": [90, 100]}),
            cc.explore(scenario(), over={"target": [120, 140]}),
        ),
        "persons": (cc.simulate(one.plan, seed=1), cc.simulate(one.plan, seed=2)),
    }
    for quantity, (before, after) in pairs.items():
        assert quantity in set(cc.compare(before, after).to_frame()["quantity"]), quantity
    rolled = cc.compare(cc.roll_up(reports((1, 2, 3))), cc.roll_up(reports((1, 2, 4))))
    assert rolled.totals().loc[0, "change"] >= 2
    with pytest.raises(cc.CampaignError, match="compare two results of one kind"):
        cc.compare(cc.review(tiny()), cc.review(tiny()))


def test_a_comparison_is_said_in_chinese() -> None:
    """The sentence has no English in it but codes."""
    one, other = cc.run(scenario()), cc.run(cc.vary(scenario(), target=140))
    said = cc.compare(one, other).sentence(lang="zh")
    assert said.startswith("任务由“原定任务”改为“140”：")
    assert "甲县" in said

import attrs
import pandas as pd
import pytest

import coverage_campaign as cc
from support.campaigns import tiny


def reports(persons: dict[str, int]) -> cc.Tally:
    """Return a tally in which each county did so much on the drive's fifth day."""
    frame = pd.DataFrame(
        {"unit": list(persons), "date": ["2026-06-05"] * len(persons), "persons": persons.values()}
    )
    return cc.read_reports(frame, tiny(), figures="new", by="day")


def scenario() -> cc.Scenario:
    """Return the tiny campaign assessed at the end of its drive."""
    return cc.Scenario(
        campaign=tiny(), weights=cc.weights.eligible, over="drive", as_of="2026-06-10"
    )


def test_a_verdict_that_hangs_on_few_people_falls_with_a_small_error() -> None:
    """Ash has 51 of 50: 2 % of 51 is one person, which is still 50 done; 4 % is two, and missed."""
    tally = reports({"a": 51, "b": 40, "c": 10})
    small = cc.stability(scenario(), reports=tally, error="2%").to_frame().set_index("unit")
    assert small.loc["a", "robust"]
    assert small.loc["a", "warning"] == "depends on 1 people"
    large = cc.stability(scenario(), reports=tally, error="4%").to_frame().set_index("unit")
    assert not large.loc["a", "robust"]
    assert large.loc["b", "robust"]
    assert large.loc["c", "robust"]
    assert large.loc["c", "answer"] == "False"


def test_other_weights_change_who_misses() -> None:
    """With equal weights Cedar owes 33 and Ash 34; what they did is judged against that."""
    tally = reports({"a": 50, "b": 30, "c": 20})
    found = cc.stability(scenario(), reports=tally, over={"weights": [cc.weights.equal]})
    table = found.to_frame().set_index("unit")
    assert table["answer"].tolist() == ["True", "True", "True"]
    assert table["robust"].to_dict() == {"a": True, "b": False, "c": False}
    ranges = found.rank_ranges().set_index("unit")
    assert ranges["rank"].tolist() == [1, 1, 1]
    assert ranges["worst"].to_dict() == {"a": 1, "b": 2, "c": 3}


def test_without_a_date_there_is_nothing_to_assess() -> None:
    """A scenario that ends with the plan has no verdicts."""
    with pytest.raises(cc.DefinitionError, match="as_of"):
        cc.stability(attrs.evolve(scenario(), as_of=None), reports=reports({"a": 1}))


def test_the_smallest_total_at_which_a_county_gets_its_share() -> None:
    """Cedar (2 of 10 parts) has 15 from a total of 73: webster rounds 14.6 up, 72 gives 14.4."""
    solution = cc.goal_seek(
        scenario(),
        input=("target", range(50, 101)),
        until=lambda outcome: bool(outcome.allocation.shares()["c"] >= 15),
    )
    (crossing,) = solution.crossings
    assert (crossing.before, crossing.after, crossing.holds_after) == (72, 73, True)
    assert solution.value == 73
    assert solution.runs < 16


def test_every_crossing_of_a_condition_that_comes_and_goes() -> None:
    """Whether Cedar's share is odd changes with every fifth person; all changes are listed."""
    solution = cc.goal_seek(
        scenario(),
        input=("target", range(50, 61)),
        until=lambda outcome: bool(outcome.allocation.shares()["c"] % 2),
        monotone=False,
    )
    assert [(one.before, one.after) for one in solution.crossings] == [(52, 53), (57, 58)]


def test_what_never_holds_says_so() -> None:
    """No total up to 100 gives Cedar more than its 60 uncovered people."""
    solution = cc.goal_seek(
        scenario(),
        input=("target", range(50, 101)),
        until=lambda outcome: bool(outcome.allocation.shares()["c"] > 60),
    )
    assert solution.value is None
    assert "never" in repr(solution)


def test_batches_of_variants_are_the_runs_of_each() -> None:
    """Ranks and verdicts of other methods, totals and errors are those of runs made one by one."""
    tally = reports({"a": 51, "b": 29, "c": 22})
    over = {"total": [90, 105], "method": [cc.apportion.adams, cc.apportion.jefferson]}
    found = cc.stability(scenario(), reports=tally, over=over, error="10%")
    variants = [scenario()]
    variants += [cc.vary(scenario(), target=total) for total in over["total"]]
    variants += [cc.vary(scenario(), method=method) for method in over["method"]]
    outcomes = [cc.run(one, reports=tally) for one in variants]
    for unit, change in (("a", 5), ("b", 2), ("c", 2)):
        for sign in (1, -1):
            done = {"a": 51, "b": 29, "c": 22}
            done[unit] += sign * change
            outcomes.append(cc.run(scenario(), reports=reports(done)))
    assert len(found.variants) == len(outcomes)
    assert found.variants[-1] == "c reports -2 persons"
    ranks = pd.concat([one.progress.to_frame()["rank"] for one in outcomes if one.progress], axis=1)
    assert found.rank_ranges()["best"].tolist() == ranks.min(axis=1).tolist()
    assert found.rank_ranges()["worst"].tolist() == ranks.max(axis=1).tolist()
    merit = [one.assessment.to_frame()["merit_eligible"] for one in outcomes if one.assessment]
    agreeing = [sum(bool(one[row] == merit[0][row]) for one in merit) for row in range(3)]
    table = found.to_frame()
    assert table.loc[table["verdict"] == "merit_eligible", "agreeing"].tolist() == agreeing

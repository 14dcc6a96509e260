"""What differs between two results and what follows: it adds up, and names who turns."""

import attrs
import pandas as pd
import pytest

import coverage_campaign as cc
import coverage_campaign.model.scheme as rules_of
from support.campaigns import tiny


def reports(persons: list[int]) -> cc.Tally:
    """Return a report of each county on the fifth day."""
    frame = pd.DataFrame({"unit": ["a", "b", "c"], "date": "2026-06-05", "persons": persons})
    return cc.read_reports(frame, tiny(), figures="new", by="day")


def scenario() -> cc.Scenario:
    """Return the tiny campaign to the end of its drive, with bands and a commendation."""
    scheme = rules_of.Scheme(
        "bands",
        rules_of.AwardBar("county"),
        rules_of.Commendation("110%"),
        items=[rules_of.Item("persons", "Persons", cc.rules.band((None, 0), ("90%", 100)), 100)],
        grades=[rules_of.Grade("poor", "Poor"), rules_of.Grade("good", "Good", 100)],
    )
    return cc.Scenario(
        campaign=tiny(),
        weights=cc.weights.eligible,
        over="drive",
        as_of="2026-06-10",
        scheme=scheme,
    )


def test_who_becomes_barred_and_by_how_many_people() -> None:
    """Targets 50, 30, 20 become 60, 36, 24: Ash with 50 is 10 short, Birch with 33 is 3 short.

    Cedar did 24: commended at 20 (22 are 110 %), no more at 24 (27 would be: 3 short); its target
    is just met. Ash falls from the upper band: 50 of 60 are less than 90 % (54: 4 short).
    """
    tally = reports([50, 33, 24])
    comparison = cc.compare(
        cc.run(scenario(), reports=tally),
        cc.run(cc.vary(scenario(), target=120), reports=tally),
    )
    rows = comparison.verdicts().set_index(["unit", "verdict"])
    assert rows.loc[("a", "merit_eligible"), ["before", "after", "people"]].tolist() == [
        "yes", "no", -10,
    ]  # fmt: skip
    assert rows.loc[("b", "merit_eligible"), "people"] == -3
    assert ("c", "merit_eligible") not in rows.index
    assert rows.loc[("c", "commended"), ["before", "after", "people"]].tolist() == ["yes", "no", -3]
    assert rows.loc[("b", "commended"), ["before", "after"]].tolist() == ["yes", "no"]
    assert rows.loc[("a", "grade"), ["before", "after", "people"]].tolist() == ["good", "poor", -4]
    assert comparison.verdicts()["verdict"].iloc[0] == "merit_eligible"
    sentence = comparison.sentence()
    assert "Ash becomes barred from merit awards (10 short)" in sentence
    assert sentence.startswith("With target the campaign's own -> 120: 3 units differ")


def test_changes_add_up_by_quantity_and_by_period() -> None:
    """20 more people: shares by unit and plans by period both rise by 20 in all."""
    comparison = cc.compare(cc.run(scenario()), cc.run(cc.vary(scenario(), target=120)))
    totals = comparison.totals().set_index("quantity")["change"]
    assert totals["share"] == 20
    assert comparison.schedule()["change"].sum() == 20
    assert set(comparison.schedule()["period"].astype(str)) == {"2026-06-01"}


def test_a_later_bulletin_against_an_earlier_one() -> None:
    """By the fifth day 50 are planned and 30 done; on the third Ash was on schedule with 15."""
    plan = cc.run(scenario()).plan
    assert plan is not None
    frame = pd.DataFrame({"unit": ["a", "b", "c"], "date": "2026-06-02", "persons": [15, 9, 1]})
    tally = cc.read_reports(frame, tiny(), figures="new", by="day")
    early, late = (cc.track(plan, tally, as_of=f"2026-06-0{day}") for day in (3, 5))
    comparison = cc.compare(early, late)
    assert comparison.inputs == ("as_of 2026-06-03 -> 2026-06-05",)
    turned = comparison.verdicts().set_index("unit")
    assert turned.loc["a", ["verdict", "before", "after", "people"]].tolist() == [
        "schedule", "yes", "no", -10,
    ]  # fmt: skip
    assert turned.loc["b", "people"] == -6
    assert "c" not in turned.index


def test_readings_and_bounds_are_named_one_by_one() -> None:
    """Another reading, another cap and other reports are inputs; what is the same is not named."""
    first = scenario()
    readings = attrs.evolve(first.campaign.readings, missed_target="own")
    other = cc.vary(first, campaign=attrs.evolve(first.campaign, readings=readings), caps={"a": 40})
    comparison = cc.compare(
        cc.run(first, reports=reports([1, 2, 3])), cc.run(other, reports=reports([1, 2, 4]))
    )
    names = [line.split(" ")[0] for line in comparison.inputs]
    assert names == ["readings.missed_target", "caps", "reports"]
    allocations = cc.compare(cc.run(first).allocation, cc.run(other).allocation)
    assert [line.split(" ")[0] for line in allocations.inputs] == ["readings.missed_target", "caps"]


def test_a_unit_that_one_side_does_not_know_has_no_answer_there() -> None:
    """Cedar is silent in the second result: its verdicts become <NA>, and are told as such."""
    frame = pd.DataFrame({"unit": ["a", "b"], "date": "2026-06-05", "persons": [50, 30]})
    silent = cc.read_reports(frame, tiny(), figures="new", by="day")
    comparison = cc.compare(
        cc.run(scenario(), reports=reports([50, 30, 20])), cc.run(scenario(), reports=silent)
    )
    turned = comparison.verdicts().set_index(["unit", "verdict"])
    assert turned.loc[("c", "target"), "before"] == "yes"
    assert pd.isna(turned.loc[("c", "target"), "after"])
    assert "no answer" in comparison.sentence()
    assert comparison.plot().get_title() is not None


def test_an_uplift_is_seen_in_allocations_and_outcomes() -> None:
    """5 % on 100 people: the input and every county's uplifted people differ."""
    first, second = scenario(), cc.vary(scenario(), uplift="5%")
    runs = cc.run(first), cc.run(second)
    for a, b in (runs, (runs[0].allocation, runs[1].allocation)):
        comparison = cc.compare(a, b)
        assert "uplift" in comparison.sentence()
        frame = comparison.to_frame()
        assert set(frame["quantity"]) == {"uplifted"}
        # 105 by eligible people: 52.5, 31.5 and 21, the two halves to 52 and 32 by code.
        assert frame["after"].sum() - frame["before"].sum() == 5


def stages(total: int, curve: object = None) -> dict[str, object]:
    """Return every kind of result of one run."""
    one = cc.vary(scenario(), target=total, reports=reports([50, 33, 24]))
    one = one if curve is None else cc.vary(one, curve=curve, as_of="2026-06-05")
    outcome = cc.run(one)
    assert outcome.progress is not None
    departments = cc.allocate(tiny(), among="departments", weights=cc.weights.equal, target=total)
    parted = cc.partition(
        tiny(),
        among={"counties": 1, "departments": 1},
        weights={"counties": cc.weights.eligible, "departments": cc.weights.equal},
        target=total,
    )
    return {
        "Outcome": outcome,
        "Allocation": outcome.allocation,
        "Plan": outcome.plan,
        "Progress": outcome.progress,
        "Assessment": outcome.assessment,
        "Forecast": cc.forecast(outcome.progress),
        "CrossAllocation": cc.cross(outcome.allocation, departments, weights="margins"),
        "Partition": parted,
    }


KINDS = ["Outcome", "Allocation", "Plan", "Progress", "Assessment", "Forecast", "CrossAllocation",
         "Partition"]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_result_is_compared(kind: str) -> None:
    """With itself nothing differs; with another total the input and the numbers do."""
    first, again, other = stages(100)[kind], stages(100)[kind], stages(140)[kind]
    assert cc.compare(first, again).sentence() == "nothing differs."
    comparison = cc.compare(first, other)
    assert not comparison.to_frame().empty
    assert any("100" in text or "total" in text or "target" in text for text in comparison.inputs)
    assert comparison.basis.lines() is not None


def test_another_curve_is_another_plan() -> None:
    """The shares are the same: the input is named, and the months that differ are listed."""
    ramp = cc.curves.ramp(first=1, last=9)
    comparison = cc.compare(stages(100, cc.curves.even)["Progress"], stages(100, ramp)["Progress"])
    assert any("a straight line from 1 to 9" in text for text in comparison.inputs)
    assert "planned" in set(comparison.to_frame()["quantity"])


def test_inputs_are_values_and_not_text() -> None:
    """A change keeps both values, so that a document can say them in its own language."""
    a, b = cc.run(scenario()), cc.run(cc.vary(scenario(), target=120, floors={"a": 3}))
    changes = {one.name: (one.before, one.after) for one in cc.compare(a, b).changes}
    assert changes == {"target": (None, 120), "floors": ((), (("a", 3),))}


def test_what_cannot_be_compared_is_refused() -> None:
    """Two kinds, or a kind that has no comparison, with the kinds that have one."""
    results = stages(100)
    with pytest.raises(cc.DefinitionError, match="Allocation, Assessment"):
        cc.compare(results["Plan"], results["Progress"])
    with pytest.raises(cc.DefinitionError, match="one kind"):
        cc.compare(3, 4)


def test_inputs_are_called_what_the_campaign_calls_them() -> None:
    """A Chinese sentence has no codes: the own target, the window, the method and the bounds."""
    campaign = cc.load_case("hengyang", year=2008)
    census = cc.weights.by_measure("census_2000")
    equal = cc.weights.declared(
        {unit.code: 1 for unit in campaign.leaves("counties")}, because="a trial"
    )
    before = cc.run(cc.Scenario(campaign=campaign, weights=census))
    after = cc.run(
        cc.Scenario(
            campaign=campaign,
            weights=equal,
            target=14_000,
            over="special-action",
            method=cc.apportion.hamilton,
            floors={"430412": 9},
        )
    )
    sentence = cc.compare(before, after).sentence(lang="zh")
    for words in (
        "原定任务",
        "专项行动",
        "韦伯斯特法",
        "最大余数法",
        "南岳区9",
        "设定的权重",
    ):
        assert words in sentence
    for code in ("special-action", "webster", "hamilton", "430412", "declared"):
        assert code not in sentence


def test_a_document_shows_what_differs_in_the_uplift_alone() -> None:
    """Two outcomes that differ only in their uplift are not alike, in the sentence or on paper."""
    plain, raised = (cc.allocate(tiny(), weights=cc.weights.eligible, uplift=u) for u in (0, "10%"))
    compared = cc.compare(plain, raised)
    assert set(compared.to_frame()["quantity"]) == {"uplifted"}
    document = cc.documents.comparison(compared, lang="en")
    text = str(document.sections)
    assert "Uplifted share" in text
    assert "Nothing differs" not in text

"""What differs between two results and what follows: it adds up, and names who turns."""

import attrs
import pandas as pd

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
    assert sentence.startswith("With target none -> 120: 3 units differ")


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

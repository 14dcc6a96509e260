"""The grid over all readings: hand-reckoned denominators, plans, verdicts, and what stands."""

import attrs
import pandas as pd
import pytest

import coverage_campaign as cc
from support.campaigns import tiny

WEIGHTS = cc.weights.by_measure("census_2000")


@pytest.fixture(scope="module")
def hengyang() -> cc.Campaign:
    """Return the notice with its suggested readings: every question is still open."""
    return cc.load_case("hengyang", year=2008)


def test_the_denominators_and_plans_of_every_reading(hengyang: cc.Campaign) -> None:
    """10 points make 760,000 eligible, a tenth 1,045,000; four windows make four plans.

    By hand: 76,000 x 61 / 214, x 60 / 182, x 122 / 364 and x 122 / 275 days by 31 July.
    """
    table = cc.readings_table(hengyang, lapse="5%").to_frame()
    by_increase = table.drop_duplicates("increase").set_index("increase")
    assert by_increase["eligible"].to_dict() == {"points": 760_000, "ratio": 1_045_000}
    assert by_increase["covered_before"].to_dict() == {"points": 532_000, "ratio": 760_000}
    plans = table.drop_duplicates("schedule_over").set_index("schedule_over")["planned"].to_dict()
    assert plans == {
        "special-action": 21_664,
        "drive-1 + drive-2 + drive-3": 25_055,
        "publicity + special-action + summary": 25_473,
        "publicity + special-action": 33_716,
    }


def test_net_counting_needs_those_who_lapse_too(hengyang: cc.Campaign) -> None:
    """5 % of 532,000 are 26,600: gross 76,000 end at 76.5 %, and 102,600 have to be enrolled."""
    table = cc.readings_table(hengyang, lapse="5%").to_frame()
    points = table[table["increase"] == "points"]
    assert set(points.loc[points["counted"] == "gross", "needed"]) == {76_000}
    assert set(points.loc[points["counted"] == "net", "needed"]) == {102_600}
    assert points["coverage_after"].round(9).unique().tolist() == [0.765]


def test_two_annexes_are_one_population_or_twice_as_much(hengyang: cc.Campaign) -> None:
    """Two cuts ask for 76,000 in all, two different measures for 152,000; a subset says nothing."""
    table = cc.readings_table(hengyang).to_frame()
    asked = table.drop_duplicates("annexes").set_index("annexes")["asked_in_all"]
    assert asked["two_cuts"] == 76_000
    assert asked["different_measures"] == 152_000
    assert pd.isna(asked["subset"])


def reports(campaign: cc.Campaign, short: dict[str, int]) -> cc.Tally:
    """Return reports in which every county did its share, less what it is short of."""
    shares = cc.allocate(campaign, weights=WEIGHTS).shares()
    persons = [int(share) - short.get(str(code), 0) for code, share in shares.items()]
    frame = pd.DataFrame(
        {"unit": shares.index.to_numpy(), "date": "2008-10-15", "persons": persons}
    )
    return cc.read_reports(frame, campaign, figures="new", by="day")


@pytest.mark.slow
def test_who_is_barred_hangs_on_whom_the_bar_can_strike(hengyang: cc.Campaign) -> None:
    """Leiyang is one person short: barred where governments can be, and only there."""
    table = cc.readings_table(
        hengyang,
        weights=WEIGHTS,
        reports=reports(hengyang, {"430481": 1}),
        as_of="2008-12-31",
    )
    barred = table.to_frame().groupby("award_bar")["barred"].unique()
    assert barred["departments"].tolist() == [0]
    assert barred["departments_and_governments"].tolist() == [1]
    stands = table.robust().set_index(["conclusion", "unit"])
    assert not stands.loc[("merit_eligible", "430481"), "robust"]
    assert stands.loc[("merit_eligible", "430481"), "depends_on"] == "award_bar"
    assert stands.loc[("merit_eligible", "430405"), "robust"]
    assert stands.loc[("merit_eligible", "430405"), "answer"] == "may have merit awards"
    assert "court_applicant" in table.idle


def test_each_combination_is_a_run_of_its_own(hengyang: cc.Campaign) -> None:
    """Whichever row is taken, a run under exactly those readings bars as many and did as much."""
    tally = reports(hengyang, {"430481": 40, "430412": 5})
    table = cc.readings_table(hengyang, weights=WEIGHTS, reports=tally, as_of="2008-11-30")
    frame = table.to_frame()
    for place in (0, len(frame) // 3, len(frame) - 1):
        row = frame.iloc[place]
        readings = attrs.evolve(
            hengyang.readings,
            counted=row["counted"],
            schedule_over=tuple(row["schedule_over"].split(" + ")),
            award_bar=row["award_bar"],
            missed_target=row["missed_target"],
            result_cutoff=row["result_cutoff"],
        )
        campaign = attrs.evolve(hengyang, readings=readings)
        scenario = cc.Scenario(campaign=campaign, weights=WEIGHTS, as_of="2008-11-30")
        outcome = cc.run(scenario, reports=attrs.evolve(tally, campaign=campaign))
        assert outcome.progress is not None
        assert outcome.assessment is not None
        totals = outcome.progress.totals().iloc[0]
        assert (row["planned"], row["done"]) == (totals["planned"], totals["done"])
        barred = (~outcome.assessment.to_frame()["merit_eligible"]).sum()
        assert row["barred"] == barred


def test_a_chosen_answer_is_asked_no_more(hengyang: cc.Campaign) -> None:
    """The caller says how the rise is meant: there is one denominator left."""
    chosen = attrs.evolve(hengyang.readings, increase="ratio", suggested=None)
    table = cc.readings_table(attrs.evolve(hengyang, readings=chosen))
    assert set(table.to_frame()["eligible"]) == {1_045_000}
    assert "increase" not in table.answers


@pytest.mark.slow
def test_answers_that_nobody_can_list_are_the_caller_s(hengyang: cc.Campaign) -> None:
    """A threshold of 100 % or 120 %: who did exactly its share is commended under one of them."""
    table = cc.readings_table(
        hengyang,
        weights=WEIGHTS,
        reports=reports(hengyang, {}),
        as_of="2008-12-31",
        answers={"outstanding": ["100%", "120%"], "annexes": ["two_cuts"]},
    )
    commended = table.to_frame().groupby("outstanding")["commended"].unique()
    assert commended["1"].tolist() == [12]
    assert commended["6/5"].tolist() == [0]


def test_a_campaign_without_questions_has_one_reading() -> None:
    """Nothing is open: one combination, and everything known stands."""
    table = cc.readings_table(tiny(), as_of="2026-06-05", answers={"schedule_over": [("drive",)]})
    assert len(table.to_frame()) == 1
    assert table.to_frame().loc[0, "planned"] == 50
    assert table.robust()["robust"].all()


def test_unknown_questions_are_refused() -> None:
    """A typing slip is met with the questions that there are."""
    with pytest.raises(cc.DefinitionError, match="outstandign"):
        cc.readings_table(tiny(), answers={"outstandign": ["100%"]})


def test_the_answer_is_that_of_the_campaign_s_own_readings() -> None:
    """A suggested reading answers as the run under it does, robust or not; then the rest agree."""
    campaign = cc.load_case("hengyang", year=2008)
    table = cc.readings_table(campaign).robust().set_index("conclusion")
    weights = cc.weights.by_measure("census_2000")
    plan = cc.run(cc.Scenario(campaign=campaign, weights=weights)).plan
    assert plan is not None
    day = cc.readings_table(campaign).as_of
    assert table.loc["planned", "answer"] == f"{plan.planned_on(day).sum():,}"
    assert not table.loc["planned", "robust"]
    assert table.loc["planned", "depends_on"] == "schedule_over"

"""Four schemes from published practice, with answers reckoned by hand beside each number.

Sources (as quoted in the domain literature; the excerpts are partial): Shanwei, document 2007-23;
Chuzhou, assessment of people's-livelihood projects 2012; Caoxi township, 2018; Huludao, document
2008-81. Units and counts are made up: targets 50, 30 and 20 persons.
"""

from fractions import Fraction

import attrs
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.assessment import rules
from coverage_campaign.assessment.assess import Assessment, assess
from coverage_campaign.assessment.rules.band import Band
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.readings import Question, Readings
from coverage_campaign.model.scheme import Scheme
from support.assessed_progress import progress_of
from support.campaigns import tiny

SHARES = {"a": 50, "b": 30, "c": 20}

SHANWEI = Scheme(
    "shanwei-2007",
    full=60,  # the excerpt stops after 60 of 100 points
    items=[
        rules.item(
            "enrolment", "Enrolment", rules.capped(rules.per_point("0.1"), most=10), weight=10
        ),
        rules.item(
            "collection",
            "Collection",
            rules.capped(rules.per_point("0.4"), most=40),
            weight=40,
            of="collected",
        ),
        rules.item(
            "benefits", "Benefits on time", rules.all_or_nothing(10), weight=10, of="paid_on_time"
        ),
    ],
)

CHUZHOU = Scheme(
    "chuzhou-2012",
    full="1.5",
    items=[
        rules.item("persons", "Persons", rules.step("1.2", loses="0.1", per="5%"), weight="1.2"),
        rules.item(
            "payment", "Pensions on time", rules.all_or_nothing("0.3"), weight="0.3", of="on_time"
        ),
    ],
    pools=[rules.pool(["a", "b"], ["persons"])],
)

CAOXI = Scheme(
    "caoxi-2018",
    rewards=[
        rules.item(
            "pay",
            "Pay",
            rules.band((None, 0), ("60%", "0.6"), ("80%", 1), ("100%", "1.5"), each="person"),
        )
    ],
    prizes=[rules.prize("first-three", "First three", [300, 200, 100], among_from="80%")],
)

HULUDAO = Scheme(
    "huludao-2008",
    rewards=[
        rules.item(
            "persons",
            "Persons",
            rules.total(
                rules.per_person(30, of="up_to_target"), rules.per_person(50, of="beyond_target")
            ),
        )
    ],
)


def figures(rows: list[tuple[str, str, int, int]]) -> pd.DataFrame:
    """Return indicators from (unit, indicator, count, of)."""
    return pd.DataFrame(rows, columns=["unit", "indicator", "count", "of"])


def scores(assessment: Assessment) -> dict[str, Fraction | None]:
    """Return the exact score of each unit."""
    return {unit.unit.unit: unit.score for unit in assessment.units}


def amounts(assessment: Assessment, item: str) -> dict[str, Fraction | None]:
    """Return the exact reward of each unit that has the line."""
    lines = [(unit, line) for unit in assessment.units for line in unit.rewards]
    return {unit.unit.unit: line.amount for unit, line in lines if line.code == item}


def choosing(partial: str | None) -> Campaign:
    """Return the tiny campaign with an answer to whether a step begun counts in part."""
    questions = [Question("partial_steps", "Is a step of 5 points prorated?")]
    return attrs.evolve(tiny(), questions=questions, readings=Readings(partial_steps=partial))


def test_shanwei() -> None:
    """0.1 a point of enrolment, 0.4 a point of collection, 10 or nothing for benefits.

    a: 49/50 = 98 % -> 9.8; 39/40 = 97.5 % -> 39; paid 100 % -> 10: together 58.8
    b: 31/30 -> over 100, capped at 10; 40; 999/1000 is not all -> 0: together 50
    c: 7/20 = 35 % -> 3.5; 1/3 -> 40/3; 10: together 13.5 + 40/3 = 161/6
    """
    progress = progress_of(tiny(), {"a": 49, "b": 31, "c": 7}, shares=SHARES)
    rows = [
        ("a", "collected", 39, 40),
        ("b", "collected", 41, 40),
        ("c", "collected", 1, 3),
        ("a", "paid_on_time", 1, 1),
        ("b", "paid_on_time", 999, 1000),
        ("c", "paid_on_time", 5, 5),
    ]
    assessment = assess(progress, SHANWEI, indicators=figures(rows))
    assert scores(assessment) == {
        "a": Fraction("58.8"),
        "b": Fraction(50),
        "c": Fraction(161, 6),
    }
    assert assessment.to_frame()["score"].tolist() == [58.8, 50.0, 161 / 6]


def test_chuzhou_prorated() -> None:
    """Two districts are pooled; 3/5 of a step is 3/5 of its deduction.

    a and b together: (44 + 26) / 80 = 87.5 %, 12.5 points short = 2.5 steps -> 1.2 - 0.25 = 0.95
    c: 19/20 = 95 %, one step -> 1.1; its pensions were late -> 0
    """
    progress = progress_of(choosing("prorated"), {"a": 44, "b": 26, "c": 19}, shares=SHARES)
    rows = [("a", "on_time", 1, 1), ("b", "on_time", 1, 1), ("c", "on_time", 11, 12)]
    assessment = assess(progress, CHUZHOU, indicators=figures(rows))
    assert scores(assessment) == {
        "a": Fraction("1.25"),
        "b": Fraction("1.25"),
        "c": Fraction("1.1"),
    }


def test_chuzhou_whole_steps() -> None:
    """A step that is not whole costs nothing: 2.5 steps are 2 -> 1.2 - 0.2 + 0.3 = 1.3."""
    progress = progress_of(choosing("whole_steps"), {"a": 44, "b": 26, "c": 19}, shares=SHARES)
    rows = [("a", "on_time", 1, 1), ("b", "on_time", 1, 1), ("c", "on_time", 12, 12)]
    assessment = assess(progress, CHUZHOU, indicators=figures(rows))
    assert scores(assessment) == {
        "a": Fraction("1.3"),
        "b": Fraction("1.3"),
        "c": Fraction("1.4"),
    }


def test_chuzhou_open() -> None:
    """Not chosen: <NA> where the two ways differ (2.5 steps), decided where they agree (1 step)."""
    progress = progress_of(choosing(None), {"a": 44, "b": 26, "c": 19}, shares=SHARES)
    rows = [("a", "on_time", 1, 1), ("b", "on_time", 1, 1), ("c", "on_time", 12, 12)]
    assessment = assess(progress, CHUZHOU, indicators=figures(rows))
    assert scores(assessment) == {"a": None, "b": None, "c": Fraction("1.4")}
    assert assessment.open_questions == ("partial_steps",)
    assert "0.95 or 1" in assessment.explain("a")


def test_chuzhou_pool_needs_all() -> None:
    """One district without reports leaves the pool without a rate: nobody counts it as 0."""
    progress = progress_of(choosing("prorated"), {"a": 50, "b": None, "c": 20}, shares=SHARES)
    rows = [("a", "on_time", 1, 1), ("b", "on_time", 1, 1), ("c", "on_time", 1, 1)]
    assessment = assess(progress, CHUZHOU, indicators=figures(rows))
    assert scores(assessment) == {"a": None, "b": None, "c": Fraction("1.5")}
    assert "pooled with b: no report counted" in assessment.explain("a")


def test_caoxi_pay_bands() -> None:
    """The bound belongs to the upper band: 60 % exactly is paid, one person below it is not.

    a: 30/50 = 60 % -> 30 x 0.6 = 18; b: 24/30 = 80 % -> 24 x 1 = 24; c: 20/20 -> 20 x 1.5 = 30
    """
    progress = progress_of(tiny(), {"a": 30, "b": 24, "c": 20}, shares=SHARES)
    assert amounts(assess(progress, CAOXI), "pay") == {"a": 18, "b": 24, "c": 30}
    progress = progress_of(tiny(), {"a": 29, "b": 23, "c": 19}, shares=SHARES)
    expected = {"a": 0, "b": Fraction("13.8"), "c": 19}
    assert amounts(assess(progress, CAOXI), "pay") == expected


def test_caoxi_prizes() -> None:
    """Places are by coverage, among the units of 80 % of their target and over.

    a: 39/50 = 78 %, no place. Coverage of b: (210 + 24) / 300 = 78 %; of c: (140 + 20) / 200 = 80 %
    """
    progress = progress_of(tiny(), {"a": 39, "b": 24, "c": 20}, shares=SHARES)
    assert amounts(assess(progress, CAOXI), "first-three") == {"b": 200, "c": 300}


def test_caoxi_prizes_share_a_place() -> None:
    """Exactly the same coverage is the same place; the next one is two further down.

    a: (350 + 50) / 500 = 80 %; b: (210 + 30) / 300 = 80 %; c: (140 + 16) / 200 = 78 %
    """
    progress = progress_of(tiny(), {"a": 50, "b": 30, "c": 16}, shares=SHARES)
    assert amounts(assess(progress, CAOXI), "first-three") == {"a": 300, "b": 300, "c": 100}


def test_caoxi_prizes_wait_for_reports() -> None:
    """A unit without a count may yet take the first place: no amount is certain."""
    progress = progress_of(tiny(), {"a": None, "b": 24, "c": 20}, shares=SHARES)
    assessment = assess(progress, CAOXI)
    assert amounts(assessment, "first-three") == {"b": None, "c": None}
    assert "Ash could not be ranked" in assessment.explain("c")


def test_huludao() -> None:
    """30 a person once the target is met, 50 for each one beyond it.

    a: 49 of 50 -> nothing; b: 30 of 30 -> 900; c: 27 of 20 -> 600 + 350 = 950
    """
    progress = progress_of(tiny(), {"a": 49, "b": 30, "c": 27}, shares=SHARES)
    assert amounts(assess(progress, HULUDAO), "persons") == {"a": 0, "b": 900, "c": 950}


def test_boundaries_of_bands() -> None:
    """Caoxi: 60, 80 and 100 % of 50 are 30, 40 and 50 persons; near ones are cliffs."""
    progress = progress_of(tiny(), {"a": 39, "b": 24, "c": None}, shares=SHARES)
    assessment = assess(progress, CAOXI)
    frame = assessment.boundaries()
    of_a = frame[(frame["unit"] == "a") & (frame["boundary"] == "reward")]
    assert of_a["needed"].tolist() == [30, 40, 50]
    assert of_a["margin"].tolist() == [9, -1, -11]
    near = assessment.boundaries(near=1)
    assert near[["unit", "threshold"]].to_numpy().tolist() == [["a", 0.8], ["b", 0.8]]


def test_boundary_outside_its_band() -> None:
    """A bound that lies outside its band takes one person more: above 60 % of 50 is 31."""
    bands = rules.band((None, 0), Band("60%", 1, included=False))
    scheme = Scheme("s", full=1, items=[rules.item("i", "I", bands, weight=1)])
    progress = progress_of(tiny(), {"a": 30, "b": 30, "c": 20}, shares=SHARES)
    assessment = assess(progress, scheme)
    assert assessment.boundaries()["needed"].tolist() == [31, 19, 13]
    assert scores(assessment)["a"] == 0


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(
    done=st.lists(st.integers(0, 60), min_size=3, max_size=3),
    more=st.lists(st.integers(0, 60), min_size=3, max_size=3),
    partial=st.sampled_from(["prorated", "whole_steps"]),
)
def test_more_people_never_lower_a_score(done: list[int], more: list[int], partial: str) -> None:
    """Law: in these schemes more people never cost points or money."""
    campaign = choosing(partial)
    before = dict(zip("abc", done, strict=True))
    after = {unit: before[unit] + extra for unit, extra in zip("abc", more, strict=True)}
    rows = figures([(unit, "on_time", 1, 1) for unit in "abc"])
    first = progress_of(campaign, before, shares=SHARES)
    second = progress_of(campaign, after, shares=SHARES)
    low = scores(assess(first, CHUZHOU, indicators=rows))
    high = scores(assess(second, CHUZHOU, indicators=rows))
    assert all(high[unit] >= low[unit] for unit in "abc")
    for scheme, item in ((CAOXI, "pay"), (HULUDAO, "persons")):
        low, high = (amounts(assess(one, scheme), item) for one in (first, second))
        assert all(high[unit] >= low[unit] for unit in "abc")

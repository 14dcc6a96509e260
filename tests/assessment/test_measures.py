"""What a scheme measures of the progress itself: reports in time, late and missing, milestones."""

import datetime as dt

import attrs
import pandas as pd
import pytest

import coverage_campaign as cc
from coverage_campaign.assessment import rules
from coverage_campaign.model.responsibilities import ReportingRule
from coverage_campaign.model.scheme import Scheme
from support.campaigns import tiny

MONTHS = {"2026-06": [10, 15, 4], "2026-07": [15, 5, 10], "2026-08": [25, 10, 6]}
CAME = {  # due on the 5th of the month after
    ("a", "2026-06"): "2026-07-04",
    ("a", "2026-07"): "2026-08-09",
    ("a", "2026-08"): "2026-09-30",
    ("b", "2026-06"): "2026-07-05",
    ("b", "2026-07"): "2026-08-05",
    ("b", "2026-08"): "2026-09-05",
    ("c", "2026-06"): "2026-07-06",
    ("c", "2026-08"): "2026-09-01",
}


def campaign() -> cc.Campaign:
    """Return the tiny campaign over three months: 30 % by the end of June, 60 % by that of July."""
    return attrs.evolve(
        tiny(),
        phases=[cc.Phase("drive", "Drive", "06-01", "08-31")],
        targets=[cc.HeadcountTarget("headcount", "100", 100, within="drive")],
        reporting=ReportingRule(kinds="county", to="labour", due_day=5),
        milestones=[
            cc.Milestone("june", "June", by="06-30", share="30%"),
            cc.Milestone("july", "July", by="07-31", share="60%"),
        ],
    )


def progress(*, known: bool = True, curve: cc.curves.Curve | None = None) -> cc.Progress:
    """Return the progress at the end of August: shares 50, 30, 20; Cedar's July is missing."""
    city = campaign()
    allocation = cc.allocate(city, weights=cc.weights.eligible)
    rows = [
        (unit, month, persons)
        for month, figures in MONTHS.items()
        for unit, persons in zip("abc", figures, strict=True)
        if (unit, month) in CAME
    ]
    tally = cc.read_reports(
        pd.DataFrame(rows, columns=["unit", "period", "persons"]), city, figures="new"
    )
    received = pd.DataFrame(
        [(unit, month, day) for (unit, month), day in CAME.items()],
        columns=["unit", "period", "received_on"],
    )
    plan = cc.schedule(allocation, over="drive", curve=curve)
    return cc.track(plan, tally, as_of="2026-08-31", received=received if known else None)


def scheme(of: str, rule: rules.ScoringRule) -> Scheme:
    """Return a scheme of one item."""
    return Scheme("one", items=[rules.item("item", "Item", rule, of=of)], full=None)


def scores(assessment: cc.Assessment) -> list[float | None]:
    """Return the scores with None for <NA>."""
    return [None if pd.isna(one) else float(one) for one in assessment.to_frame()["score"]]


def test_late_and_missing_reports_cost_points() -> None:
    """Ash was late for July and August is not yet in by its tally; Cedar sent June late, not July.

    The tally is known to the end: Ash's August came on 30 September, after its due day.
    """
    assert scores(cc.assess(progress(), scheme("late_reports", rules.per_case("-0.5")))) == [
        -1.0,
        0.0,
        -0.5,
    ]
    missing = cc.assess(progress(), scheme("missing_reports", rules.per_case(-3)))
    assert scores(missing) == [0.0, 0.0, -3.0]
    assert "1 case; 3 points off for each case" in missing.explain("c")
    assert "1次；每次扣3分" in missing.explain("c", lang="zh")


def test_on_time_is_a_share_of_what_was_expected() -> None:
    """Three reports are expected: Ash sent 1 in time, Birch 3, Cedar 1 (and 1 never)."""
    found = cc.assess(progress(), scheme("on_time", rules.per_point("0.03")))
    assert scores(found) == [1.0, 3.0, 1.0]


def test_without_a_list_of_arrivals_reports_cannot_be_judged() -> None:
    """Who knows nothing of arrivals is told so, and nobody loses a point."""
    found = cc.assess(progress(known=False), scheme("late_reports", rules.per_case(-1)))
    assert scores(found) == [None, None, None]
    assert "by when its reports came in is not known" in found.explain("a")


def test_missed_milestones() -> None:
    """30 % of 50, 30, 20 are 15, 9, 6; 60 % are 30, 18, 12.

    Ash had 10 and 25: both missed. Birch had 15 and 20: none. Cedar had 4 of 6 in June, missed; in
    July 4 of 12 are known, and its report of July is missing: that cannot be told.
    """
    found = cc.assess(progress(), scheme("missed_milestones", rules.per_case(-2)))
    assert scores(found) == [-4.0, 0.0, None]
    assert "2 cases" in found.explain("a")
    assert "not all reports to 31 Jul 2026 are in" in found.explain("c")
    blind = cc.assess(progress(known=False), scheme("missed_milestones", rules.per_case(-2)))
    assert scores(blind) == [-4.0, 0.0, None]  # the others have a figure of July, Cedar has none


def test_the_document_names_each_milestone() -> None:
    """Ash lacked people in June and in July: two rows, each with the name of its milestone."""
    found = cc.assess(progress(), scheme("missed_milestones", rules.per_case(-2)))
    english = cc.documents.assessment(found, lang="en").to_markdown()
    assert "milestone reached: June |" in english
    assert "达到里程碑：July |" in cc.documents.assessment(found, lang="zh").to_markdown()
    assert "未达里程碑：June；" in found.explain("a", lang="zh")


@pytest.mark.parametrize("curve", [None, cc.curves.even])
def test_the_boundaries_say_who_lacked_how_many_at_a_milestone(curve: cc.curves.Curve) -> None:
    """Ash lacked 5 of 15 in June and 5 of 30 in July, Birch had 6 and 2 more than it needed.

    The milestones are the same whichever curve the plan runs along.
    """
    found = cc.assess(
        progress(curve=curve), scheme("missed_milestones", rules.per_case(-2))
    ).boundaries()
    rows = found[found["boundary"] == "milestone"].set_index(["unit", "code"])
    assert rows.loc[("a", "june"), ["needed", "done", "margin"]].tolist() == [15, 10, -5]
    assert rows.loc[("a", "july"), ["needed", "done", "margin"]].tolist() == [30, 25, -5]
    assert rows.loc[("b", "june"), "margin"] == 6
    assert rows.loc[("b", "july"), "margin"] == 2
    assert rows.loc[("c", "june"), "margin"] == -2
    assert pd.isna(rows.loc[("c", "july"), "margin"])


def merging() -> cc.Allocation:
    """Return 1,000 people over counties of which the first two are Maple from July on.

    They are 100 and 300, Dell 401 and Elm 199; 40 % are to be done by the end of August.
    """

    def county(code: str, **life: object) -> cc.Unit:
        return cc.Unit(code, code.upper(), "county", **life)  # type: ignore[arg-type]

    land = cc.Campaign(
        code="land",
        label="Land",
        year=2021,
        units=[
            county("a", closed="2021-06-30", successors="m"),
            county("b", closed="2021-06-30", successors="m"),
            county("d"),
            county("e"),
            county("m", opened="2021-07-01"),
        ],
        breakdowns=[cc.Breakdown("counties", "Counties", ["county"])],
        channels=[cc.Channel("new", "New")],
        targets=[cc.HeadcountTarget("people", "1,000", 1000, within="year")],
        phases=[cc.Phase("year", "Year", "01-01", "12-31")],
        milestones=[
            cc.Milestone("may", "May", by="05-31", share="20%"),
            cc.Milestone("august", "August", by="08-31", share="40%"),
        ],
    )
    return cc.allocate(land, weights={"a": 100, "b": 300, "d": 401, "e": 199, "m": 0})


def test_who_reaches_what_the_letter_names_has_not_missed_the_milestone() -> None:
    """40 % of 401 are 160.4: letter, plan and assessment all ask for 160, also beside a merger."""
    allocation = merging()
    found = of_dell(cc.schedule(allocation))
    row = found.to_frame().set_index("unit").loc["d"]
    assert row[["planned", "done", "status"]].tolist() == [160, 160, "on_plan"]
    (*_, (day, persons)) = cc.letters(allocation).letter("d").milestones
    assert (day, persons) == (dt.date(2021, 8, 31), 160)
    assessed = cc.assess(found, scheme("missed_milestones", rules.per_case(-2)))
    table = assessed.boundaries().set_index(["boundary", "unit", "code"])
    asked = table.loc[("milestone", "d", "august"), ["needed", "done", "margin"]]
    assert asked.tolist() == [160, 160, 0]
    assert table.loc[("milestone", "m", "august"), "needed"] == 160
    assert assessed.points().set_index("unit").loc["d", "points"] == 0


def of_dell(plan: cc.Plan) -> cc.Progress:
    """Return the progress at the end of August where only Dell reported: 80 in May, 80 in August.

    Maple stands in the place of the two counties that closed.
    """
    rows = pd.DataFrame({"unit": ["d"] * 2, "period": ["2021-05", "2021-08"], "persons": [80, 80]})
    tally = cc.read_reports(rows, plan.campaign, figures="new")
    return cc.track(plan, tally, as_of="2021-08-31")


def test_sentences_name_what_is_measured_and_say_what_is_not_known() -> None:
    """A veto is named by its label, a prize by that of the measure; a closed unit is not asked."""
    paid = cc.Label({"en": "pensions paid", "zh-Hans": "养老金发放率"})
    one = Scheme(
        "one",
        items=[rules.item("late", "Late", rules.per_case(-1), of="late_reports")],
        full=None,
        vetoes=[rules.veto("paid", paid, of="paid")],
        prizes=[rules.prize("best", "Best", [300], by="completion")],
    )
    found = cc.assess(of_dell(cc.schedule(merging())), one)
    english, chinese = found.explain("d", lang="en"), found.explain("d", lang="zh")
    assert "Late: could not be assessed: by when its reports came in is not known" in english
    assert "no figure of pensions paid" in english
    assert "Best: not known (place 1 by completion rate (" in english
    assert "没有养老金发放率的数据" in chinese
    assert "不详（按完成率第1名（" in chinese
    assert "<NA>" not in english + chinese
    left = found.unassessed()
    asked = left["unit"][left["reason"] == "no figure of pensions paid"]
    assert asked.tolist() == ["d", "e", "m"]


def test_figures_that_are_handed_over_go_before_the_list_of_arrivals() -> None:
    """A scheme may mean pensions paid in time: who hands figures over is judged by them."""
    given = pd.DataFrame({"unit": ["a"], "indicator": ["on_time"], "value": ["100%"]})
    item = scheme("on_time", rules.all_or_nothing(3))
    assert scores(cc.assess(progress(), item, indicators=given)) == [3.0, None, None]


def test_a_rule_by_the_case_comes_back_from_a_file_and_from_text() -> None:
    """The rule has a key of its own in campaign files and in JSON."""
    city = attrs.evolve(campaign(), scheme=scheme("late_reports", rules.per_case("-0.5", least=-2)))
    assert cc.from_json(cc.to_json(city)) == city


@pytest.mark.slow
def test_a_batch_of_targets_is_judged_like_each_alone() -> None:
    """Milestones move with the target: a study is what each run says."""
    city = campaign()
    one = scheme("missed_milestones", rules.per_case(-2))
    base = cc.Scenario(
        campaign=city, weights=cc.weights.eligible, over="drive", as_of="2026-08-31", scheme=one
    )
    own = progress()
    study = cc.explore(
        base,
        over={"target": [40, 70, 100, 130]},
        what=["score"],
        reports=own.tally,
        received=own.received,
    )
    for number in range(4):
        alone = cc.run(study.scenario(number), reports=own.tally, received=own.received)
        batch = study.array("score")[number][study.leaves]
        assert [None if one != one else one for one in batch] == scores(alone.assessment)  # noqa: PLR0124 - nan


def test_a_figure_handed_over_for_one_unit_leaves_the_others_alone() -> None:
    """Five misses handed over for the first county; the rest keep what the progress finds."""
    own = cc.assess(progress(), scheme("missed_milestones", rules.per_case(-2)))
    unit = own.to_frame()["unit"].iloc[0]
    given = pd.DataFrame({"unit": [unit], "indicator": ["missed_milestones"], "value": [5]})
    found = cc.assess(progress(), scheme("missed_milestones", rules.per_case(-2)), indicators=given)
    before, after = own.points().set_index("unit"), found.points().set_index("unit")
    assert after.loc[unit, "points"] == -10
    others = before.drop(index=unit)
    assert after.drop(index=unit)["points"].equals(others["points"])


def test_mistaken_arguments_are_refused_by_name() -> None:
    """A word for a number, a function that says nothing of itself, one that takes no history."""
    found = cc.assess(progress(), scheme("missed_milestones", rules.per_case(-2)))
    with pytest.raises(TypeError, match="boundaries takes a whole number, or None for near"):
        found.boundaries(near="ten")  # type: ignore[arg-type]
    with pytest.raises(cc.DefinitionError, match="method 'max': does not say what it takes"):
        cc.allocate(tiny(), weights=cc.weights.equal, method=max)
    with pytest.raises(cc.DefinitionError, match="method 'len': raised TypeError"):
        cc.forecast(progress(), method=len)  # type: ignore[arg-type]


def test_a_successor_answers_for_the_milestones_of_those_before_it() -> None:
    """Ash and Birch are one from August on: of 24 by June 25 came, of 48 by July 45: one missed."""
    city = campaign()
    closing = [
        attrs.evolve(unit, closed="2026-07-31", successors="n") if unit.code in "ab" else unit
        for unit in city.units
    ]
    city = attrs.evolve(city, units=[*closing, _new_county(city)])
    plan = cc.schedule(cc.allocate(city, weights=cc.weights.eligible), over="drive")
    rows = [("a", "2026-06", 10), ("b", "2026-06", 15), ("c", "2026-06", 9)]
    rows += [("a", "2026-07", 15), ("b", "2026-07", 5), ("c", "2026-07", 9)]
    rows += [("n", "2026-08", 40), ("c", "2026-08", 9)]
    figures = pd.DataFrame(rows, columns=["unit", "period", "persons"])
    tally = cc.read_reports(figures, city, figures="new")
    found = cc.assess(
        cc.track(plan, tally, as_of="2026-08-31"), scheme("missed_milestones", rules.per_case(-2))
    )
    table = found.boundaries().query("boundary == 'milestone' and unit == 'n'")
    assert table[["needed", "done"]].to_numpy().tolist() == [[24, 25], [48, 45]]
    assert found.to_frame().set_index("unit").loc["n", "score"] == -2
    assert "milestone missed: July; 45 of 48 persons by 31 Jul 2026" in found.explain("n")


def _new_county(city: cc.Campaign) -> cc.Unit:
    return cc.vary(
        city.unit("c"), code="n", label="New", opened="2026-08-01", counts={}, aliases=()
    )

import datetime as dt
from fractions import Fraction
from typing import Literal

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coverage_campaign as cc
from coverage_campaign.allocation.allocate import allocate
from coverage_campaign.errors import DefinitionError, InfeasibleError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.phases import Milestone, Phase
from coverage_campaign.model.readings import Question, Readings
from coverage_campaign.model.responsibilities import ReportingRule
from coverage_campaign.model.targets import HeadcountTarget
from coverage_campaign.model.units import Breakdown, Unit
from coverage_campaign.scheduling import curves
from coverage_campaign.scheduling.course import month_loads
from coverage_campaign.scheduling.curves import Curve
from coverage_campaign.scheduling.schedule import Plan, schedule
from support.campaigns import tiny
from support.tally_cases import need


def campaign_of(targets: list[int], *phases: tuple[str, str, str]) -> Campaign:
    """Return a campaign with a county per target and the given phases."""
    units = [Unit(f"u{number}", f"U{number}", "county") for number in range(len(targets))]
    return Campaign(
        code="law",
        label="Law",
        year=2026,
        units=units,
        breakdowns=[Breakdown("counties", "Counties", "county")],
        targets=[HeadcountTarget("headcount", "Target", sum(targets))],
        phases=[Phase(code, code, first, last) for code, first, last in phases],
    )


def plan_of(
    targets: list[int],
    *phases: tuple[str, str, str],
    curve: Curve = curves.even,
    by: Literal["month", "day"] = "month",
) -> Plan:
    """Return a plan in which each county has just its target."""
    campaign = campaign_of(targets, *phases)
    pins = {f"u{number}": target for number, target in enumerate(targets)}
    weights = dict.fromkeys(pins, 1)
    allocation = allocate(campaign, weights=weights, pins=pins)
    return schedule(allocation, over=[code for code, _, _ in phases], curve=curve, by=by)


CURVES = st.sampled_from(
    [
        curves.even,
        curves.ramp(first=1, last=5),
        curves.ramp(first=3, last=0),
        curves.working_days(holidays=["2026-06-02"]),
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=6), CURVES)
def test_every_day_is_whole_and_within_its_bounds(targets: list[int], curve: Curve) -> None:
    """Each day: whole total within half a person, each unit within less than one, never falling.

    Reckoned independently from the curve in fractions.
    """
    plan = plan_of(targets, ("drive", "06-01", "06-30"), curve=curve, by="day")
    days = np.arange("2026-06-01", "2026-07-01", dtype="datetime64[D]")
    effort = [int(weight) for weight in curve(days)]
    whole = sum(effort)
    before = [0] * len(targets)
    for number, day in enumerate(days.tolist()):
        share = Fraction(sum(effort[: number + 1]), whole)
        planned = plan.planned_on(day).tolist()
        assert abs(sum(planned) - sum(targets) * share) <= Fraction(1, 2)
        for now, then, target in zip(planned, before, targets, strict=True):
            assert abs(now - target * share) < 1
            assert now >= then
        before = planned
    assert before == targets


def test_the_plan_of_the_special_action_at_31_july() -> None:
    """61 of the 214 days from 1 June are over: 76,000 x 61 / 214 = 21,663.55, so 21,664 people."""
    plan = plan_of([76_000], ("special-action", "06-01", "12-31"))
    assert plan.share_on("2026-07-31") == Fraction(61, 214)
    assert plan.planned_on("2026-07-31").tolist() == [21_664]


def test_a_day_in_two_phases_counts_once() -> None:
    """The drives of the notice cover 182 distinct days; 25,055 of 76,000 are planned by 31 July."""
    drives = (("d1", "06-01", "07-30"), ("d2", "08-01", "09-15"), ("d3", "09-15", "11-30"))
    plan = plan_of([76_000], *drives)
    assert len(plan.days) == 182
    assert plan.planned_on("2026-07-31").tolist() == [25_055]
    frame = plan.to_frame()
    assert frame["planned"].sum() == 76_000
    september = frame[frame["period"] == "2026-09-01"]
    assert september["phase"].tolist() == ["d2", "d3"]


def test_margins_of_unit_month_and_phase_are_exact() -> None:
    """Summed over months each unit has its share; running totals end there too."""
    targets = [11, 7, 5, 1, 0]
    plan = plan_of(targets, ("drive", "05-20", "08-10"))
    frame = plan.to_frame()
    assert frame.groupby("unit")["planned"].sum().tolist() == targets
    assert frame.groupby("unit")["planned_to_date"].max().tolist() == targets
    assert frame["period"].nunique() == 4
    assert frame["planned"].dtype == "Int64"


def test_before_the_first_day_and_after_the_last() -> None:
    """Nothing is planned before the window, everything after it."""
    plan = plan_of([9, 3], ("drive", "06-01", "06-10"))
    assert plan.planned_on("2026-05-31").tolist() == [0, 0]
    assert plan.planned_on("2027-01-01").tolist() == [9, 3]
    assert plan.days_left("2026-06-04") == 6


def test_a_day_asked_alone_is_the_day_met_on_the_way() -> None:
    """The plan of one day does not depend on the grain or on which days were asked before."""
    monthly = plan_of([40, 25, 13], ("drive", "06-10", "08-05"))
    daily = schedule(monthly.allocation, over="drive", by="day")
    frame = daily.to_frame().pivot_table(index="period", columns="unit", values="planned_to_date")
    for day in (dt.date(2026, 6, 10), dt.date(2026, 6, 30), dt.date(2026, 7, 17)):
        assert monthly.planned_on(day).tolist() == frame.loc[str(day)].tolist()


def test_a_curve_that_is_zero_everywhere_is_refused_with_the_dates() -> None:
    """A weekend has no working day to lay a share on."""
    with pytest.raises(DefinitionError, match="2026-06-06 to 2026-06-07"):
        plan_of([5], ("weekend", "06-06", "06-07"), curve=curves.working_days())


def test_an_unknown_phase_is_met_with_a_suggestion() -> None:
    """A typing slip in the phase says which phase was meant."""
    allocation = allocate(tiny(), weights={"a": 1, "b": 1, "c": 1}, target=10)
    with pytest.raises(DefinitionError, match="did you mean 'drive'"):
        schedule(allocation, over="drvie")


def test_stated_shares_by_month_are_met_at_each_month_end() -> None:
    """60 % by the end of June is 60 of 100 people on 30 June."""
    curve = curves.by_month({"2026-06": "60%", "2026-07": "40%"})
    plan = plan_of([100], ("drive", "06-01", "07-31"), curve=curve)
    assert plan.planned_on("2026-06-30").tolist() == [60]


def test_a_huge_share_keeps_every_person() -> None:
    """Products beyond 64 bits are exact: a billion people over a long ramp."""
    curve = curves.ramp(first=10**9, last=3 * 10**9)
    plan = plan_of([10**9, 1], ("drive", "06-01", "06-30"), curve=curve)
    assert plan.planned_on("2026-06-30").tolist() == [10**9, 1]
    assert plan.planned_on("2026-06-15").sum() == round(
        (10**9 + 1) * plan.share_on("2026-06-15") + Fraction(1, 10**30)
    )


def test_the_plan_says_what_it_is_laid_over() -> None:
    """The window and the curve are in the plan's basis."""
    plan = plan_of([5], ("drive", "06-01", "06-30"))
    assert any("even per calendar day over" in line for line in plan.basis.lines())
    assert any("(30 days)" in line for line in plan.basis.lines())
    assert attrs.evolve(plan.basis, simulated=True).lines()[0].startswith("SIMULATED")


def test_milestones_are_met_to_the_person_and_even_in_between() -> None:
    """60 % by 30 June and 90 % by 31 July: 60 and 90 of 100 people; mid-June has half of the 60."""
    curve = curves.through({"2026-06-30": "60%", "2026-07-31": "90%"})
    plan = plan_of([100], ("drive", "06-01", "08-31"), curve=curve)
    days = ("2026-06-15", "2026-06-30", "2026-07-31", "2026-08-31")
    assert [plan.planned_on(day).tolist() for day in days] == [[30], [60], [90], [100]]


def test_a_milestone_outside_the_window_is_refused() -> None:
    """A milestone in September says nothing about a drive that ends in August."""
    with pytest.raises(DefinitionError, match="2026-09-30"):
        plan_of([9], ("drive", "06-01", "08-31"), curve=curves.through({"2026-09-30": "60%"}))


def test_what_a_month_cannot_take_goes_to_the_others() -> None:
    """30 + 31 + 31 days, June capped at 10 of 102 people: July and August share 92 equally."""
    plan = plan_of([102], ("drive", "06-01", "08-31"))
    capped = schedule(plan.allocation, over="drive", month_caps={"2026-06": 10})
    assert capped.totals()["planned"].tolist() == [10, 46, 46]


def test_month_caps_without_room_say_how_much_is_missing() -> None:
    """Caps of 10 + 10 + 10 leave 72 of 102 people without a month."""
    plan = plan_of([102], ("drive", "06-01", "08-31"))
    caps = dict.fromkeys(("2026-06", "2026-07", "2026-08"), 10)
    with pytest.raises(InfeasibleError, match="72"):
        schedule(plan.allocation, over="drive", month_caps=caps)


def test_a_plan_made_anew_keeps_the_past_and_the_total() -> None:
    """After a weak June (10 and 20 of 62 and 31), July and August hold what is left, evenly."""
    plan = plan_of([62, 31], ("drive", "06-01", "08-31"))
    june = pd.DataFrame(
        {"unit": ["u0", "u1"], "period": pd.to_datetime(["2026-06-01"] * 2), "persons": [10, 20]}
    )
    again = schedule(plan.allocation, over="drive", actuals=june)
    assert again.planned_on("2026-06-30").tolist() == [10, 20]
    assert again.planned_on("2026-08-31").tolist() == [62, 31]
    july = again.planned_on("2026-07-31")
    assert july.sum() - 30 == round((93 - 30) / 2 + 0.01)
    assert 5 <= again.planned_on("2026-06-15").iloc[0] <= 5
    assert again.to_frame().groupby("unit")["planned"].sum().tolist() == [62, 31]


def test_a_unit_that_has_done_more_than_its_share_stays_there() -> None:
    """40 done of 31 is planned as 40 to the end; nothing is taken back."""
    plan = plan_of([62, 31], ("drive", "06-01", "08-31"))
    june = pd.DataFrame({"unit": ["u1"], "period": ["2026-06-01"], "persons": [40]})
    june["period"] = pd.to_datetime(june["period"])
    again = schedule(plan.allocation, over="drive", actuals=june)
    assert again.planned_on("2026-08-31").tolist() == [62, 40]


def test_an_s_curve_is_slow_fast_slow() -> None:
    """Of 4 days: t^2 (3 - 2 t) at 1/4, 1/2, 3/4, 1 is 10/64, 32/64, 54/64, 64/64."""
    days = np.arange("2026-06-01", "2026-06-05", dtype="datetime64[D]")
    assert np.cumsum(curves.s_curve(days)).tolist() == [10, 32, 54, 64]


def test_each_drive_has_its_stated_share() -> None:
    """50, 20 and 30 % of 200 people by drive; 15 September is in two and counts for the first."""
    drives = (("d1", "06-01", "07-30"), ("d2", "08-01", "09-15"), ("d3", "09-15", "11-30"))
    campaign = campaign_of([200], *drives)
    curve = curves.by_phase(campaign, {"d1": "50%", "d2": "20%", "d3": "30%"})
    plan = schedule(allocate(campaign, weights={"u0": 1}), over=["d1", "d2", "d3"], curve=curve)
    by_drive = plan.to_frame().groupby("phase")["planned"].sum()
    assert by_drive.to_dict() == {"d1": 100, "d2": 40, "d3": 60}
    assert plan.planned_on("2026-09-15").tolist() == [140]


def test_a_day_in_no_drive_is_refused() -> None:
    """The whole special action has a day (31 July) on which no drive runs."""
    drives = (("d1", "06-01", "07-30"), ("d2", "08-01", "08-02"))
    campaign = campaign_of([9], ("all", "06-01", "08-02"), *drives)
    curve = curves.by_phase(campaign, {"d1": "1/2", "d2": "1/2"})
    with pytest.raises(DefinitionError, match="2026-07-31 is in none of the phases"):
        schedule(allocate(campaign, weights={"u0": 1}), over="all", curve=curve)


def test_own_numbers_by_day() -> None:
    """3, 0 and 1 parts of 8 people; a day without a number is named."""
    phase = ("drive", "06-01", "06-03")
    numbers = {"2026-06-01": 3, "2026-06-02": 0, "2026-06-03": 1}
    plan = plan_of([8], phase, curve=curves.by_day(numbers), by="day")
    assert plan.to_frame()["planned"].tolist() == [6, 0, 2]
    with pytest.raises(DefinitionError, match="no number for 2026-06-02"):
        plan_of([8], phase, curve=curves.by_day({"2026-06-01": 3, "2026-06-03": 1}))
    with pytest.raises(DefinitionError, match="whole number"):
        curves.by_day({"2026-06-01": -1})


def test_working_days_of_a_country_know_days_worked_in_place_of_holidays() -> None:
    """China, National Day 2008: 29 September to 3 October are off, the weekend before is worked.

    As the General Office of the State Council arranged the holidays of 2008.
    """
    need("holidays")
    days = np.arange("2008-09-26", "2008-10-07", dtype="datetime64[D]")  # Friday to Monday
    curve = curves.national_working_days("CN")
    assert curve(days).tolist() == [1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    with pytest.raises(DefinitionError, match="no calendar of 'XX'"):
        curves.national_working_days("XX")(days)


def test_caps_of_months_to_come_hold_for_what_is_left() -> None:
    """After a June of 0 of 93 people, July holds its cap of 40 and August the other 53."""
    plan = plan_of([62, 31], ("drive", "06-01", "08-31"))
    june = pd.DataFrame({"unit": ["u0"], "period": pd.to_datetime(["2026-06-01"]), "persons": [0]})
    again = schedule(plan.allocation, over="drive", actuals=june, month_caps={"2026-07": 40})
    assert again.totals()["planned"].tolist() == [0, 40, 53]
    assert again.share_on("2026-06-30") == Fraction(30, 92)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"unit": ["u9"]}, "no unit 'u9' here"),
        ({"persons": [-1]}, "persons -1"),
        ({"persons": [None]}, "persons"),
        ({"persons": [1.5]}, "persons 1.5"),
        ({"period": [pd.NaT]}, "no period"),
    ],
)
def test_a_past_that_cannot_be_read_is_refused(change: dict[str, list[object]], found: str) -> None:
    """Each row that is wrong is named; nothing of the past is guessed."""
    plan = plan_of([62, 31], ("drive", "06-01", "08-31"))
    june = {"unit": ["u0"], "period": [pd.Timestamp("2026-06-01")], "persons": [3]} | change
    with pytest.raises(DefinitionError, match=found):
        schedule(plan.allocation, over="drive", actuals=pd.DataFrame(june))


def test_a_past_without_its_columns_is_refused() -> None:
    """The error names the columns that a past has."""
    plan = plan_of([5], ("drive", "06-01", "08-31"))
    with pytest.raises(DefinitionError, match=r"columns missing: period and persons"):
        schedule(plan.allocation, over="drive", actuals=pd.DataFrame({"unit": ["u0"]}))


def test_a_past_that_is_the_whole_window_stays_as_it_was() -> None:
    """With every month over, the plan is the past."""
    plan = plan_of([9], ("drive", "06-01", "06-30"))
    june = pd.DataFrame({"unit": ["u0"], "period": ["2026-06-01"], "persons": [4]})
    june["period"] = pd.to_datetime(june["period"])
    assert schedule(plan.allocation, over="drive", actuals=june).totals()["planned"].tolist() == [4]


def test_totals_are_the_sums_of_the_table() -> None:
    """One row per phase and period, reckoned from the frame in another way."""
    plan = plan_of([11, 7, 5], ("d1", "06-01", "07-10"), ("d2", "07-11", "08-31"))
    summed = (
        plan.to_frame()
        .groupby(["phase", "period"], sort=False, as_index=False)[["planned", "planned_to_date"]]
        .sum()
    )
    pd.testing.assert_frame_equal(plan.totals()[summed.columns], summed, check_dtype=False)
    assert plan.totals()["starts"].dt.strftime("%m-%d").tolist() == [
        *("06-01", "07-01", "07-11", "08-01"),
    ]


def test_what_was_done_before_the_window_is_not_planned_again() -> None:
    """30 of 92 people were enrolled in May: the other 62 lie over June and July, 61 days."""
    plan = plan_of([92], ("drive", "06-01", "07-31"))
    may = pd.DataFrame({"unit": ["u0"], "period": pd.to_datetime(["2026-05-01"]), "persons": [30]})
    again = schedule(plan.allocation, over="drive", actuals=may)
    table = again.totals()
    # 62 x 30 / 61 = 30.49
    assert table["planned"].tolist() == [30, 32]
    assert table["planned_to_date"].tolist() == [60, 92]
    assert again.planned_on("2026-05-31").tolist() == [30]
    assert again.planned_on("2026-06-30").tolist() == [60]


@pytest.mark.parametrize("most", [-1, 1.5, True])
def test_a_month_cap_is_whole_persons(most: float) -> None:
    """A cap of one and a half persons is a slip."""
    plan = plan_of([9], ("drive", "06-01", "08-31"))
    with pytest.raises(DefinitionError, match="whole persons"):
        schedule(plan.allocation, over="drive", month_caps={"2026-06": most})  # type: ignore[dict-item] # on purpose


def test_a_grain_that_is_none_is_refused() -> None:
    """There is no table by week."""
    plan = plan_of([9], ("drive", "06-01", "08-31"))
    with pytest.raises(DefinitionError, match="month and day"):
        schedule(plan.allocation, over="drive", by="week")  # type: ignore[arg-type] # on purpose


def test_a_unit_s_monthly_cap_bends_its_own_course_alone() -> None:
    """92 days; u0 has 92 people and a cap of 31 a month, u1 92 without: 31 + 31 + 30 by hand.

    Even days would give u0 30, 31, 31, which its cap allows, and u1 the same.
    """
    plan = plan_of([92, 92], ("drive", "06-01", "08-31"))
    capped = schedule(plan.allocation, over="drive", unit_month_caps={"u0": 31})
    by_unit = capped.to_frame().pivot_table(index="period", columns="unit", values="planned")
    assert by_unit["u0"].tolist() == [30, 31, 31]
    steep = curves.by_month({"2026-06": "1/2", "2026-07": "1/4", "2026-08": "1/4"})
    capped = schedule(plan.allocation, over="drive", curve=steep, unit_month_caps={"u0": 32})
    by_unit = capped.to_frame().pivot_table(index="period", columns="unit", values="planned")
    assert by_unit["u0"].tolist() == [32, 30, 30]
    assert by_unit["u1"].tolist() == [46, 23, 23]
    assert capped.share_on("2026-06-30") == Fraction(78, 184)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(20, 40)), min_size=1, max_size=5), CURVES)
def test_units_stay_within_their_monthly_caps_and_their_own_course(
    units: list[tuple[int, int]], curve: Curve
) -> None:
    """Totals, caps and each day: within one of a straight course between the month's ends."""
    plan = plan_of([share for share, _ in units], ("drive", "06-01", "08-31"), curve=curve)
    caps = {f"u{place}": cap for place, (_, cap) in enumerate(units)}
    capped = schedule(plan.allocation, over="drive", curve=curve, unit_month_caps=caps)
    table = capped.to_frame().pivot_table(index="period", columns="unit", values="planned")
    assert table.sum().tolist() == [share for share, _ in units]
    assert all((table[unit] <= cap).all() for unit, cap in caps.items())
    days = np.arange("2026-06-01", "2026-09-01", dtype="datetime64[D]")
    effort = [int(one) for one in curve(days)]
    june = effort[:30]
    for day in (5, 17, 30):
        over = Fraction(sum(june[:day]), sum(june))
        planned = capped.planned_on(f"2026-06-{day:02}")
        first = table.iloc[0]
        assert all(abs(int(planned[unit]) - over * int(first[unit])) < 1 for unit in caps)
        assert abs(int(planned.sum()) - over * int(first.sum())) <= Fraction(1, 2)


def test_a_unit_whose_months_are_too_few_is_named() -> None:
    """3 months of 30 hold 90 of 92 people: 2 too many."""
    plan = plan_of([92, 5], ("drive", "06-01", "08-31"))
    with pytest.raises(InfeasibleError, match=r"'u0'.*90 people in 3 months.*2 too many"):
        schedule(plan.allocation, over="drive", unit_month_caps={"u0": 30})
    with pytest.raises(DefinitionError, match="no such unit"):
        schedule(plan.allocation, over="drive", unit_month_caps={"u7": 30})
    with pytest.raises(DefinitionError, match="cap the months or the units"):
        schedule(
            plan.allocation, over="drive", unit_month_caps={"u0": 31}, month_caps={"2026-06": 9}
        )


def test_monthly_caps_of_units_hold_for_what_is_left() -> None:
    """After a June of 0 of 62, a cap of 31 fills July and August."""
    plan = plan_of([62], ("drive", "06-01", "08-31"))
    june = pd.DataFrame({"unit": ["u0"], "period": pd.to_datetime(["2026-06-01"]), "persons": [0]})
    again = schedule(plan.allocation, over="drive", actuals=june, unit_month_caps={"u0": 31})
    assert again.totals()["planned"].tolist() == [0, 31, 31]


def slow_course(left: int, effort: list[int], cap: int) -> list[Fraction]:
    """Return min(cap, t x effort) by month with the t that sums to what is left, in fractions."""
    full: set[int] = set()
    while True:
        open_effort = sum(one for month, one in enumerate(effort) if month not in full)
        pace = Fraction(left - cap * len(full), open_effort) if open_effort else Fraction(0)
        course = [Fraction(cap) if month in full else pace * one
                  for month, one in enumerate(effort)]  # fmt: skip
        beyond = {month for month, persons in enumerate(course) if persons > cap}
        if not beyond:
            return course
        full |= beyond


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=6).filter(any),
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 3)), min_size=1, max_size=6),
)
def test_months_under_caps_are_never_off_a_unit_s_own_course_by_one(
    effort: list[int], units: list[tuple[int, int]]
) -> None:
    """The course is reckoned in fractions; cells and running totals stay within one of it."""
    usable = sum(1 for one in effort if one)
    left = [share for share, _ in units]
    caps = [-(-share // usable) + spare for share, spare in units]
    codes = pd.Index([f"u{place}" for place in range(len(units))])
    loads = month_loads(np.array(left), effort, np.array(caps), codes)
    for unit, (share, cap) in enumerate(zip(left, caps, strict=True)):
        months, reached, meant = loads[:, unit].tolist(), 0, Fraction(0)
        assert sum(months) == share
        for persons, real in zip(months, slow_course(share, effort, cap), strict=True):
            reached, meant = reached + persons, meant + real
            assert 0 <= persons <= cap
            assert abs(persons - real) < 1
            assert abs(reached - meant) < 1


def test_small_units_under_caps_keep_the_whole_on_its_course() -> None:
    """50 units of 10 people, at most 9 a month: 500 x 30/92 and 500 x 61/92 are 163 and 331.5."""
    plan = plan_of([10] * 50, ("drive", "06-01", "08-31"))
    caps = {f"u{place}": 9 for place in range(50)}
    capped = schedule(plan.allocation, over="drive", unit_month_caps=caps)
    ends = capped.totals()["planned_to_date"].tolist()
    assert ends == [163, 332, 500]
    table = capped.to_frame().pivot_table(index="period", columns="unit", values="planned")
    assert (table.sum() == 10).all()
    assert table.isin([3, 4]).all(axis=None)


def front(days: np.ndarray) -> np.ndarray:
    """Return a curve that falls by one a day."""
    return np.arange(len(days), 0, -1)


def test_a_curve_of_one_s_own_is_a_plain_function() -> None:
    """4 + 3 + 2 + 1 parts of 10 people; its name is the function's."""
    plan = plan_of([10], ("drive", "06-01", "06-04"), curve=front, by="day")
    assert plan.to_frame()["planned"].tolist() == [4, 3, 2, 1]
    assert plan.curve_name == "front"


@pytest.mark.parametrize(
    "numbers", [[0.5, 0.5, 1.0, 1.0], [float("nan")] * 4, [1, 2], [True] * 4, ["a"] * 4]
)
def test_a_curve_that_gives_no_whole_number_a_day_is_refused(numbers: list[object]) -> None:
    """Halves, missing numbers, too few, flags and text are no effort by day."""
    with pytest.raises(DefinitionError, match="one whole number for each of the 4 days"):
        plan_of([10], ("drive", "06-01", "06-04"), curve=lambda _: np.array(numbers))


@pytest.mark.parametrize(("answer", "by_the_14th"), [("first", 156), ("second", 160)])
def test_a_day_in_two_drives_is_the_one_that_the_reading_says(
    answer: Literal["first", "second"], by_the_14th: int
) -> None:
    """Of 200 people 50 and 30 % are the first two drives'; the second may end on the 14th."""
    drives = (("d1", "06-01", "07-30"), ("d2", "09-01", "09-15"), ("d3", "09-15", "11-30"))
    campaign = campaign_of([200], *drives)
    campaign = attrs.evolve(campaign, readings=Readings(doubled_day=answer))
    curve = curves.by_phase(campaign, {"d1": "50%", "d2": "30%", "d3": "20%"})
    plan = schedule(allocate(campaign, weights={"u0": 1}), over=["d1", "d2", "d3"], curve=curve)
    # 60 people over the 15 days to the 15th are 56 by the 14th.
    assert plan.planned_on("2026-09-14").tolist() == [by_the_14th]
    assert any("a day in two phases" in line for line in plan.basis.lines())


def test_every_unit_has_the_curve_s_own_planned_rate() -> None:
    """10 of 30 days are a third for a unit of 100 and for one of 1."""
    plan = plan_of([100, 1, 0], ("drive", "06-01", "06-30"))
    assert plan.planned_rate_on("2026-06-10").tolist() == [1 / 3] * 3
    assert plan.planned_rate_on("2026-05-31").tolist() == [0.0] * 3


def test_a_unit_with_monthly_caps_has_a_planned_rate_of_its_own() -> None:
    """A cap of 32 of 92 people in June, 30 days: 16 of 92 by mid-June."""
    plan = plan_of([92, 92], ("drive", "06-01", "08-31"))
    steep = curves.by_month({"2026-06": "1/2", "2026-07": "1/4", "2026-08": "1/4"})
    capped = schedule(plan.allocation, over="drive", curve=steep, unit_month_caps={"u0": 32})
    assert capped.planned_rate_on("2026-06-15").tolist() == pytest.approx([16 / 92, 23 / 92])


def test_a_schedule_without_phases_takes_the_campaign_s_own() -> None:
    """The phase of the target; with an open question, the choice to make."""
    drives = (("d1", "06-01", "06-10"), ("d2", "06-11", "06-30"))
    campaign = campaign_of([9], *drives)
    with pytest.raises(DefinitionError, match="name them \\(d1, d2\\)"):
        schedule(allocate(campaign, weights={"u0": 1}))
    within = attrs.evolve(campaign, targets=[HeadcountTarget("t", "T", 9, within="d2")])
    assert schedule(allocate(within, weights={"u0": 1})).over == ("d2",)
    asked = attrs.evolve(within, questions=[Question("schedule_over", "Over which days?")])
    with pytest.raises(DefinitionError, match="leaves open"):
        schedule(allocate(asked, weights={"u0": 1}))
    answered = attrs.evolve(asked, readings=Readings(schedule_over="d1"))
    plan = schedule(allocate(answered, weights={"u0": 1}))
    assert plan.over == ("d1",)


def test_without_a_curve_the_campaign_s_own_milestones_are_met() -> None:
    """60 % and then 90 persons of 100: the plan is there on both days, even in between."""
    campaign = attrs.evolve(
        campaign_of([100], ("drive", "06-01", "08-31")),
        milestones=[
            Milestone("june", "60 % by the end of June", by="06-30", share="60%"),
            Milestone("july", "90 people by the end of July", by="07-31", persons=90),
        ],
    )
    plan = schedule(allocate(campaign, weights={"u0": 1}))
    days = ("2026-06-15", "2026-06-30", "2026-07-31", "2026-08-31")
    assert [plan.planned_on(day).tolist() for day in days] == [[30], [60], [90], [100]]
    even = schedule(allocate(campaign, weights={"u0": 1}), curve=curves.even)
    assert even.planned_on("2026-06-30").tolist() == [33]


def test_without_a_curve_each_phase_has_its_own_share() -> None:
    """Half in the first drive, the rest in the second: both are the campaign's window."""
    drives = (("d1", "06-01", "06-30"), ("d2", "08-01", "08-31"))
    campaign = campaign_of([80], *drives)
    phases = [attrs.evolve(phase, share="50%") for phase in campaign.phases]
    plan = schedule(allocate(attrs.evolve(campaign, phases=phases), weights={"u0": 1}))
    assert plan.over == ("d1", "d2")
    assert plan.planned_on("2026-07-15").tolist() == [40]


def test_months_from_the_26th_to_the_25th_are_the_plan_s_own() -> None:
    """Where reports run from the 26th to the 25th, so do the months of the plan and its caps."""
    campaign = attrs.evolve(
        tiny(), reporting=ReportingRule(kinds=("county",), to="city", starts_on=26, due_day=28)
    )
    phases = (Phase("drive", "D", "03-01", "06-30"),)
    campaign = attrs.evolve(campaign, phases=phases)
    shares = allocate(campaign, weights=cc.weights.equal, target=180)
    plan = schedule(shares, over="drive")
    periods = plan.periods()
    assert [str(day.date()) for day in periods["ends"]] == [
        "2026-03-25", "2026-04-25", "2026-05-25", "2026-06-25", "2026-06-30",
    ]  # fmt: skip
    assert [str(day.date()) for day in periods["period"]][-2:] == ["2026-06-01", "2026-07-01"]
    assert plan.totals()["planned_to_date"].tolist() == [
        round(180 * days / 122) for days in (25, 56, 86, 117, 122)
    ]
    capped = schedule(shares, over="drive", month_caps={"2026-04": 20})
    assert capped.totals()["planned"].tolist()[1] == 20
    done = pd.DataFrame(
        {"unit": plan.shares().index[:1], "period": pd.Timestamp("2026-04-01"), "persons": [7]}
    )
    again = schedule(shares, over="drive", actuals=done).totals()["planned_to_date"]
    assert again.tolist()[:2] == [0, 7]


@pytest.mark.parametrize(
    ("period", "persons", "found"),
    [
        ("June", 1, "period June"),
        ("2027-01-01", 1, "period 2027"),
        ("2026-03-01", "a", "persons a"),
    ],
)
def test_actuals_that_say_nothing_are_refused(period: str, persons: object, found: str) -> None:
    """A month that is none or lies after the window, and persons that are no number, are named."""
    shares = allocate(tiny(), weights=cc.weights.equal, target=100)
    frame = pd.DataFrame(
        {"unit": shares.shares().index[:1], "period": period, "persons": [persons]}
    )
    with pytest.raises(DefinitionError, match=found):
        schedule(shares, over=tiny().phases[0].code, actuals=frame)


def test_each_target_is_planned_through_its_own_milestones_and_window() -> None:
    """The stretch target has its own phase and milestone; the guaranteed one has the campaign's."""
    campaign = cc.Campaign(
        code="t", label="T", year=2021, units=[cc.Unit("a", "Ash", "county")],
        breakdowns=[cc.Breakdown("counties", "Counties", ["county"])],
        phases=[cc.Phase("h", "H", "01-01", "06-30"), cc.Phase("y", "Y", "01-01", "12-31")],
        targets=[
            cc.HeadcountTarget("low", "Low", persons=100, within="h"),
            cc.HeadcountTarget("high", "High", persons=200, within="y", level="stretch"),
        ],
        milestones=[
            cc.Milestone("m", "M", by="03-31", share="40%"),
            cc.Milestone("n", "N", by="03-31", persons=50, target="high"),
        ],
    )  # fmt: skip
    for target, phase, planned in (("low", "h", 40), ("high", "y", 50), (None, "h", 40)):
        plan = schedule(cc.allocate(campaign, target=target, weights={"a": 1}))
        assert plan.over == (phase,)
        assert plan.planned_on("2021-03-31").tolist() == [planned]
    assert schedule(cc.allocate(campaign, target=10, weights={"a": 1})).planned_on(
        "2021-03-31"
    ).tolist() == [4]

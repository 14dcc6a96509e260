"""What stands beside a progress: who was covered before, what has begun, whose figures end early.

The tiny campaign over June to August: 500, 300, 200 eligible, 350, 210, 140 of them covered before.
"""

import datetime as dt
from pathlib import Path

import attrs
import openpyxl
import pandas as pd
import pytest

import coverage_campaign as cc
from support.campaigns import tiny
from support.small_progress import received, tallied

MONTHLY = (
    ("a", "2026-06-01", "all", 10),
    ("b", "2026-06-01", "all", 6),
    ("a", "2026-07-01", "all", 5),
    ("b", "2026-07-01", "all", 3),
    ("c", "2026-06-01", "all", 4),
)
"""Cedar has a figure of June alone."""


def summer(covered: str | None = None) -> cc.Campaign:
    """Return the tiny campaign over three months, with monthly reports."""
    campaign = tiny()
    return attrs.evolve(
        campaign,
        phases=[cc.Phase("drive", "Drive", "06-01", "08-31")],
        targets=[cc.HeadcountTarget("headcount", "100", 100, within="drive")],
        reporting=cc.ReportingRule(kinds="county", to="labour", due_day=5),
        covered=campaign.covered if covered is None else covered,
    )


def plan(campaign: cc.Campaign | None = None) -> cc.Plan:
    """Return the plan of the summer: 50, 30 and 20 persons."""
    return cc.schedule(cc.allocate(campaign or summer(), weights=cc.weights.eligible), over="drive")


def monthly(rows: tuple[tuple[str, str, str, int], ...] = MONTHLY) -> cc.Tally:
    """Return a monthly tally of the summer."""
    return tallied(rows, campaign=summer(), by="month")


TOTALS = pd.DataFrame(
    {"unit": ["a", "b", "c"], "period": ["2026-06"] * 3, "persons": [10, 6, 4]},
)


@pytest.mark.parametrize("baseline", [0, {"a": 0, "b": 0, "c": 0}])
def test_totals_that_begin_at_0_leave_those_covered_before_to_the_campaign(
    baseline: int | dict[str, int],
) -> None:
    """Ash: 350 covered before and 10 done of 500 are 72 %, not 2 %."""
    tally = cc.read_reports(TOTALS, summer(), figures="cumulative", baseline=baseline)
    progress = cc.track(plan(), tally, as_of="2026-06-30")
    rates = progress.to_frame()["coverage_rate"].tolist()
    assert rates == [360 / 500, 216 / 300, 144 / 200]
    assert progress.bridge("a")["persons"].iloc[0] == 350
    assert not [line for line in progress.basis.lines() if "covered before" in line]


def test_totals_that_begin_at_0_say_nothing_where_the_campaign_has_no_measure() -> None:
    """Nobody knows who was covered before: the rate is not known either."""
    campaign = summer(covered="")
    tally = cc.read_reports(TOTALS, campaign, figures="cumulative", baseline=0)
    progress = cc.track(plan(campaign), tally, as_of="2026-06-30")
    assert progress.to_frame()["coverage_rate"].isna().all()


def test_a_report_form_leaves_those_covered_before_to_the_campaign(tmp_path: Path) -> None:
    """A form holds totals from the campaign's first day on: 72 % again."""
    form = cc.report_form(plan(), tmp_path / "form.xlsx", period="2026-06", lang="en")
    book = openpyxl.load_workbook(form)
    sheet = book.worksheets[1]
    (total,) = (cell.column for cell in sheet[3] if cell.value == "persons")
    for row, persons in enumerate((10, 6, 4), start=5):
        sheet.cell(row, total).value = persons
    book.save(form)
    progress = cc.track(plan(), cc.read_reports(form, summer()), as_of="2026-06-30")
    assert progress.to_frame()["coverage_rate"].iloc[0] == 360 / 500


def test_a_stock_far_from_the_measure_is_named_in_the_basis() -> None:
    """Ash starts from 100 insured where the measure says 350; Birch's 215 are within its 30."""
    reports = TOTALS.assign(persons=[110, 220, 144])
    tally = cc.read_reports(
        reports, summer(), figures="cumulative", baseline={"a": 100, "b": 215, "c": 140}
    )
    progress = cc.track(plan(), tally, as_of="2026-06-30")
    assert progress.to_frame()["coverage_rate"].tolist() == [110 / 500, 220 / 300, 144 / 200]
    (line,) = [line for line in progress.basis.lines() if "covered before" in line]
    assert "what the reports start from (100 persons)" in line
    assert "(350), in Ash." in line
    assert any("采用报表起点数（100人）" in line for line in progress.basis.lines("zh"))


def test_before_the_first_day_no_report_is_asked_for() -> None:
    """At the end of February nothing is due for months: notes, reasons and bulletin say so."""
    progress = cc.track(plan(), monthly(), as_of="2026-02-28")
    assert progress.notes == ("The schedule has not begun on 28 Feb 2026: no report is due.",)
    assert progress.notes_in("zh") == ("截至2026年2月28日，计划期尚未开始，无须报送报表。",)
    assert str(progress.unit("a").reason) == "the schedule begins on 1 Jun 2026"
    text = " ".join(cc.bulletin(progress, lang="en").sentences)
    assert "due" not in text.replace("no report is due", "")
    last = cc.track(plan(), monthly(), as_of="2026-05-31")
    assert "Reports for June are due by" in " ".join(cc.bulletin(last, lang="en").sentences)


def test_the_last_day_of_the_figures_is_named_where_the_plan_is_further_on() -> None:
    """On 15 August monthly figures go to 31 July; on 31 July, or after the plan, nothing lags."""
    rows = (*MONTHLY, ("c", "2026-07-01", "all", 1))
    progress = cc.track(plan(), monthly(rows), as_of="2026-08-15")
    (note,) = progress.notes
    assert note.startswith("The figures go to 31 Jul 2026: what is done by then is compared with")
    assert note.endswith("the plan to 15 Aug 2026.")
    assert progress.notes_in("zh") == (
        "数据截至2026年7月31日：以截至该日的完成数与截至2026年8月15日的计划数相比。",
    )
    assert cc.track(plan(), monthly(rows), as_of="2026-07-31").notes == ()
    whole = (*rows, *((unit, "2026-08-01", "all", 1) for unit in "abc"))
    assert cc.track(plan(), monthly(whole), as_of="2026-09-20").notes == ()


def test_units_whose_figures_end_earlier_are_named() -> None:
    """Cedar has no figure of July; with a list of arrivals, completeness says so instead."""
    progress = cc.track(plan(), monthly(), as_of="2026-07-31")
    assert progress.notes == (
        "No figure of July from Cedar, while others have one: missing, not 0.",
    )
    (note,) = progress.notes_in("zh")
    assert "没有" in note
    assert "7月" in note
    assert progress.unreported == ((dt.date(2026, 7, 1), dt.date(2026, 7, 31), ("c",)),)
    assert progress.to_frame()["rank"].notna().all()
    came = received(*((u, m, "2026-08-01") for u in "abc" for m in ("2026-06", "2026-07")))
    assert cc.track(plan(), monthly(), as_of="2026-07-31", received=came).notes == ()


def test_a_first_total_that_is_stock_is_a_figure_and_a_single_day_without_one_is_not() -> None:
    """Cedar's first total is of July and stock; in daily figures a running month is not judged."""
    stock = (("c", "2026-07-01", 140),)
    rows = tallied(MONTHLY[:4], campaign=summer(), by="month", stock=stock)
    named = cc.track(plan(), rows, as_of="2026-07-31").unreported
    assert all("c" not in codes for _, _, codes in named)
    daily = tallied((*MONTHLY[:2], ("a", "2026-07-02", "all", 1)), campaign=summer(), by="day")
    assert cc.track(plan(), daily, as_of="2026-07-20").unreported == ()
    assert [codes for *_, codes in cc.track(plan(), daily, as_of="2026-07-31").unreported] == [
        ("b",)
    ]


def test_a_unit_is_missed_only_while_it_exists() -> None:
    """Cedar closed at the end of June: no figure of July is missing from it."""
    campaign = summer()
    units = [
        attrs.evolve(unit, closed="2026-06-30") if unit.code == "c" else unit
        for unit in campaign.units
    ]
    campaign = attrs.evolve(campaign, units=units)
    rows = tallied(MONTHLY, campaign=campaign, by="month")
    assert cc.track(plan(campaign), rows, as_of="2026-07-31").unreported == ()

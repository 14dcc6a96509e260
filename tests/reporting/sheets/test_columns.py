"""Which column counts, which days are meant, and what is refused with the choice to make."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs
import openpyxl
import pandas as pd
import pytest

from coverage_campaign.errors import ReportError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.readings import Question, Readings
from coverage_campaign.model.responsibilities import ReportingRule
from coverage_campaign.model.targets import Channel
from coverage_campaign.model.units import Measure, Unit
from coverage_campaign.reporting.result import Tally
from coverage_campaign.reporting.sheets.read_reports import read_reports
from support.workbooks import save

Rows = Sequence[Sequence[object]]

LAND = Campaign(
    code="land",
    label="Land",
    year=2008,
    units=[
        Unit("city", {"zh-Hans": "庚市"}, "city"),
        Unit("a", {"zh-Hans": "甲县", "zh-Hant": "甲縣"}, "county", parent="city"),
        Unit("b", {"zh-Hans": "乙县"}, "county", parent="city"),
        Unit("a1", {"zh-Hans": "和平乡"}, "township", parent="a"),
        Unit("b1", {"zh-Hans": "和平乡"}, "township", parent="b"),
    ],
    phases=[Phase("drive", "Drive", "04-01", "03-31")],
)


def book(path: Path, sheets: Mapping[str, Rows], merged: Sequence[str] = ()) -> Path:
    """Write a workbook and return its path."""
    written = openpyxl.Workbook()
    written.remove(written.worksheets[0])
    for title, rows in sheets.items():
        sheet = written.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        for cells in merged:
            sheet.merge_cells(cells)
    save(written, path / "report.xlsx")
    return path / "report.xlsx"


def read(source: object, campaign: Campaign = LAND, **options: object) -> Tally:
    """Return the tally of a source, of new figures unless said otherwise."""
    return read_reports(source, campaign, **{"figures": "new", **options})


def counts(tally: Tally) -> dict[tuple[str, str], int]:
    """Return the persons by unit and month."""
    frame = tally.to_frame()
    months = frame["period"].dt.strftime("%Y-%m")
    return dict(zip(zip(frame["unit"], months, strict=True), frame["persons"], strict=True))


def reasons(tally: Tally) -> list[str]:
    """Return the reasons of a tally's problems, but for gaps."""
    return [one.reason for one in tally.problems if one.reason != "no_report"]


def roles(tally: Tally) -> list[str]:
    """Return the roles of the columns in their order."""
    return tally.columns["role"].tolist()


# -- which column counts ---------------------------------------------------------------------------


def test_a_plan_beside_a_result_is_never_counted(tmp_path: Path) -> None:
    """Under each month 计划 and 完成: the finished ones count, the planned ones have their role."""
    rows = [
        ["单位", "7月", None, "8月", None],
        [None, "计划", "完成", "计划", "完成"],
        ["甲县", 11, 3, 21, 4],
    ]
    tally = read(book(tmp_path, {"t": rows}, ["A1:A2", "B1:C1", "D1:E1"]))
    assert counts(tally) == {("a", "2008-07"): 3, ("a", "2008-08"): 4}
    assert roles(tally) == ["unit", "plan", "counted", "plan", "counted"]
    assert tally.columns.columns.tolist() == ["sheet", "column", "heading", "role", "why"]
    assert tally.columns["column"].tolist() == ["A", "B", "C", "D", "E"]


def test_a_stock_beside_new_persons_is_told_apart() -> None:
    """参保人数 beside 新增人数, in either order: the new ones count."""
    frame = pd.DataFrame({"单位": ["甲县"], "月份": ["7月"], "参保人数": [5000], "新增人数": [30]})
    for table in (frame, frame[["单位", "新增人数", "月份", "参保人数"]]):
        tally = read(table)
        assert counts(tally) == {("a", "2008-07"): 30}
        assert sorted(roles(tally)) == ["counted", "date", "stock", "unit"]


def test_last_year_beside_this_is_not_counted() -> None:
    """上年同期 and 2007年 are of an earlier time."""
    frame = pd.DataFrame({"单位": ["甲县"], "上年同期": [9], "2007年完成": [8], "完成": [3]})
    tally = read(frame, period="2008-07")
    assert counts(tally) == {("a", "2008-07"): 3}
    assert roles(tally) == ["unit", "last_year", "last_year", "counted"]


@pytest.mark.parametrize(
    "headings",
    [("养老新增人数", "医疗新增人数"), ("新增人数", "净增人数"), ("本日新增", "本月新增")],
)
def test_columns_that_leave_a_choice_are_refused_with_the_argument(
    headings: tuple[str, str],
) -> None:
    """Two kinds of persons: the error names both columns, their letters and persons=."""
    frame = pd.DataFrame({"单位": ["甲县"], headings[0]: [9], headings[1]: [3]})
    with pytest.raises(ReportError, match="persons=") as error:
        read(frame, period="2008-07")
    assert all(heading in str(error.value) for heading in headings)
    assert counts(read(frame, period="2008-07", persons=headings[1])) == {("a", "2008-07"): 3}


def test_subgroups_are_added_up_only_where_they_are_declared(tmp_path: Path) -> None:
    """男 and 女 alone say nothing of persons; beside 人数 they are some; named, they are added."""
    both = pd.DataFrame({"单位": ["甲县"], "男": [9], "女": ["3人"]})
    with pytest.raises(ReportError, match="no column for persons"):
        read(both, period="2008-07")
    assert counts(read(both.assign(女=3), period="2008-07", persons=["男", "女"])) == {
        ("a", "2008-07"): 12
    }
    tally = read(both.assign(人数=13), period="2008-07")
    assert counts(tally) == {("a", "2008-07"): 13}
    rows = [["单位", "7月", None], [None, "男", "女"], ["甲县", 9, 3]]
    with pytest.raises(ReportError, match="different groups: B '7月 / 男', C '7月 / 女'"):
        read(book(tmp_path, {"t": rows}, ["A1:A2", "B1:C1"]))


def test_a_merged_heading_names_all_columns_below_it(tmp_path: Path) -> None:
    """persons="完成数" stands for the months below it."""
    rows = [
        ["单位", "完成数", None, "上报数", None],
        [None, "7月", "8月", "7月", "8月"],
        ["甲县", 5, 6, 7, 8],
    ]
    path = book(tmp_path, {"t": rows}, ["A1:A2", "B1:C1", "D1:E1"])
    assert counts(read(path, persons="完成数")) == {("a", "2008-07"): 5, ("a", "2008-08"): 6}
    assert counts(read(path, persons="D")) == {("a", "2008-07"): 7}


def test_a_township_is_known_by_its_county() -> None:
    """Two townships of one name: the column of the county, by whichever heading, tells them."""
    for county in ("县区", "所属县区"):
        frame = pd.DataFrame({county: ["甲县", "乙县"], "乡镇": ["和平乡"] * 2, "7月": [5, 6]})
        assert counts(read(frame)) == {("a1", "2008-07"): 5, ("b1", "2008-07"): 6}
    alone = read(frame[["乡镇", "7月"]])
    assert reasons(alone) == ["unknown_unit"] * 2


def test_two_columns_that_name_unlike_units_are_refused() -> None:
    """甲县 in one column and 乙县 in the next: nobody can say which one reports."""
    frame = pd.DataFrame({"单位": ["甲县"], "部门": ["乙县"], "7月": [5]})
    with pytest.raises(ReportError, match="unit='单位'"):
        read(frame)


def test_a_channel_may_be_coded_all() -> None:
    """The word of reports without channels is a code like others."""
    campaign = attrs.evolve(LAND, channels=[Channel("all", "First dose")])
    frame = pd.DataFrame({"unit": ["a"], "period": ["2008-07"], "persons": [5]})
    assert read(frame, campaign).to_frame()["channel"].tolist() == ["all"]


def test_blank_headings_and_units_never_read_as_none() -> None:
    """A column without a heading has letters, an empty unit is no unit."""
    frame = pd.DataFrame([["甲县", 5, "x"], [None, 6, "y"]], columns=["单位", "7月", None])
    tally = read(frame)
    assert reasons(tally) == ["no_unit"]
    assert tally.columns["heading"].tolist() == ["单位", "7月", "column C"]
    assert "None" not in str(list(tally.problems))


def test_big5_is_read(tmp_path: Path) -> None:
    """A file from an office that writes traditional letters in their own encoding."""
    path = tmp_path / "report.csv"
    path.write_bytes("單位,月份,新增參保人數\n甲縣,7月,5\n".encode("big5"))
    assert counts(read(path)) == {("a", "2008-07"): 5}


# -- which days ------------------------------------------------------------------------------------


def test_a_printed_year_is_held_against_the_campaign(tmp_path: Path) -> None:
    """2007 in a column, a title or a sheet's name is no figure of 2008."""
    column = pd.DataFrame(
        {"单位": "甲县", "年份": [2007, "2008年"], "月份": [7, 8], "人数": [9, 5]}
    )
    assert counts(read(column)) == {("a", "2008-08"): 5}
    for title, rows in (
        ("t", [["2007年扩面情况表"], ["单位", "7月"], ["甲县", 5]]),
        ("2007年", [["单位", "7月"], ["甲县", 5]]),
    ):
        tally = read(book(tmp_path, {title: rows}))
        assert counts(tally) == {}
        assert reasons(tally) == ["outside_campaign"]
    with pytest.raises(ReportError, match="'2007年7月' \\(last_year\\)"):
        read(pd.DataFrame({"单位": ["甲县"], "2007年7月": [5]}))


def test_months_before_the_start_are_not_next_year_s() -> None:
    """January to August: the first three are before April 2008, in columns and in rows."""
    wide = pd.DataFrame({"单位": ["甲县"], **{f"{month}月": [month] for month in range(1, 9)}})
    long = pd.DataFrame(
        {"单位": "甲县", "月份": [f"{n}月" for n in range(1, 9)], "人数": range(1, 9)}
    )
    for table in (wide, long):
        tally = read(table)
        assert counts(tally) == {("a", f"2008-{month:02d}"): month for month in range(4, 9)}
        assert reasons(tally) == ["outside_campaign"] * 3


@pytest.mark.parametrize("text", ["1-7月", "4-6月", "二季度", "上半年", "2008年", "截至7月25日"])
def test_a_figure_of_several_months_is_no_month_s(text: str) -> None:
    """Among new figures it is explained; among running totals it counts on its last day."""
    frame = pd.DataFrame({"单位": ["甲县"], "月份": [text], "人数": [700]})
    tally = read(frame)
    assert counts(tally) == {}
    (problem,) = [one for one in tally.problems if one.reason == "several_periods"]
    assert text in str(problem)
    assert sum(counts(read(frame, figures="cumulative", baseline=0)).values()) == 700


def test_this_month_s_figure_under_a_title_of_several_is_this_month_s(tmp_path: Path) -> None:
    """本月新增 in a bulletin of January to July is July's, and 累计 is so far."""
    rows = [["2008年1-7月情况"], ["单位", "本月新增", "累计完成"], ["甲县", 5, 50]]
    path = book(tmp_path, {"t": rows})
    assert counts(read(path)) == {("a", "2008-07"): 5}
    assert counts(read(path, figures="cumulative", baseline=0)) == {("a", "2008-07"): 50}


def test_running_totals_begin_again_with_a_year() -> None:
    """1-1月 after 1-12月, 今年累计, or less than half at new year: nobody is taken back."""
    cells = {"月份": ["1-11月", "1-12月", "1-1月", "1-2月"]}, {"月份": [f"{y}-{m:02d}" for y, m in (
        (2008, 11), (2008, 12), (2009, 1), (2009, 2))]}  # fmt: skip
    for months, heading in zip((*cells, cells[1]), ("累计", "累计", "今年累计"), strict=True):
        frame = pd.DataFrame({"单位": "甲县", **months, heading: [900, 1000, 50, 120]})
        tally = read(frame, figures="cumulative", baseline=0)
        assert list(counts(tally).values()) == [900, 100, 50, 70]
        assert "fall" not in reasons(tally)
    assert reasons(read(frame.rename(columns={"今年累计": "累计"}), figures="cumulative"))[0] == (
        "begins_again"
    )


def test_a_campaign_counts_by_its_own_months(tmp_path: Path) -> None:
    """From the 26th to the 25th: 26 March to 25 April is April, 7月 is over on 25 July."""
    own = attrs.evolve(LAND, reporting=ReportingRule(kinds="county", to="city", starts_on=26))
    days = ["2008-04-01", "2008-04-25", "2008-04-26"]
    frame = pd.DataFrame({"单位": "甲县", "日期": days, "人数": [1, 2, 4]})
    assert counts(read(frame, own)) == {("a", "2008-04"): 3, ("a", "2008-05"): 4}
    july = pd.DataFrame({"单位": ["甲县"], "月份": ["7月"], "人数": [5]})
    assert counts(read(july, own, as_of="2008-07-25")) == {("a", "2008-07"): 5}
    rows = [["统计期间：2008年6月26日至7月25日"], ["单位", "新增"], ["甲县", 100]]
    path = book(tmp_path, {"7月": rows})
    assert counts(read(path, own)) == {("a", "2008-07"): 100}
    assert reasons(read(path)) == ["several_periods"]


def test_weeks_and_quarters_are_periods_too() -> None:
    """A quarter is one figure by quarter; weeks begin on Monday."""
    quarter = pd.DataFrame({"单位": ["甲县"], "二季度": [6], "三季度": [5]})
    assert list(counts(read(quarter, by="quarter"))) == [("a", "2008-04"), ("a", "2008-07")]
    days = pd.DataFrame({"unit": "a", "date": ["2008-07-01", "2008-07-07"], "persons": [1, 2]})
    periods = read(days, by="week").to_frame()["period"].dt.strftime("%Y-%m-%d").tolist()
    assert periods == ["2008-06-30", "2008-07-07"]


def test_sparse_days_give_one_note() -> None:
    """Three month ends read by day are no 240 missing days."""
    days = ["2008-04-30", "2008-07-31", "2008-12-31"]
    frame = pd.DataFrame({"unit": "a", "date": days, "persons": 1})
    (problem,) = read(frame, by="day").problems
    assert problem.found.startswith("figures on 3 of 246 days")


def test_a_second_table_in_a_sheet_has_its_own_month(tmp_path: Path) -> None:
    """Below July's table stands August's, with a title of its own."""
    head = ["单位", "新增"]
    rows = [["7月"], head, ["甲县", 5], [None], ["8月"], head, ["甲县", 6]]
    tally = read(book(tmp_path, {"t": [["表"], *rows]}))
    assert counts(tally) == {("a", "2008-07"): 5, ("a", "2008-08"): 6}


def test_cells_with_dates_head_columns(tmp_path: Path) -> None:
    """A heading that is a date, shown as 7月, is its month."""
    heads = ["单位", dt.datetime(2008, 7, 1), dt.datetime(2008, 8, 1)]  # noqa: DTZ001 - civil time
    tally = read(book(tmp_path, {"t": [heads, ["甲县", 5, 6]]}))
    assert counts(tally) == {("a", "2008-07"): 5, ("a", "2008-08"): 6}


# -- measures and checks ---------------------------------------------------------------------------


def test_a_column_of_measures_scales_its_row() -> None:
    """7.23 万人 are 72,300; households and money are no people."""
    frame = pd.DataFrame(
        {
            "单位": ["甲县", "乙县", "和平乡"],
            "计量单位": ["万人", "户", "万元"],
            "完成数": [7.23, 12, 5],
        }
    )
    tally = read(frame, period="2008-07")
    assert counts(tally) == {("a", "2008-07"): 72_300}
    assert reasons(tally) == ["other_measure"] * 2


def test_a_table_of_households_counts_nobody(tmp_path: Path) -> None:
    """单位：户 above a table is no table of persons."""
    rows = [["单位：户"], ["单位", "完成数"], ["甲县", 5]]
    assert reasons(read(book(tmp_path, {"7月": rows}))) == ["other_measure"]


@pytest.mark.parametrize("figures", ["new", "cumulative"])
def test_a_named_rate_is_checked_whatever_is_counted(figures: str) -> None:
    """50 of 100 are not 90 %; 'half' is no rate; 50 % is right."""
    for rate, reason in (("90%", ["rate_differs"]), ("half", ["rate_unreadable"]), ("50%", [])):
        frame = pd.DataFrame(
            {"unit": ["a"], "date": ["2008-06-30"], "persons": [50], "target": [100], "x": [rate]}
        )
        options = {"baseline": 0} if figures == "cumulative" else {}
        assert reasons(read(frame, figures=figures, rate="x", **options)) == reason


def test_rates_of_new_figures_may_be_of_the_period_or_so_far() -> None:
    """Of 50 and 30 of 100 the rates 50 % and 80 %, or 50 % and 30 %, are right; 60 % is neither."""
    for rates, wrong in ((("50%", "80%"), 0), (("50%", "30%"), 0), (("50%", "60%"), 1)):
        frame = pd.DataFrame(
            {"unit": "a", "period": ["2008-06", "2008-07"], "persons": [50, 30], "target": 100}
        )
        tally = read(frame.assign(rate=rates))
        assert reasons(tally).count("rate_differs") == wrong


def test_more_this_month_than_ever_is_said_from_the_first_row() -> None:
    """本月新增 200 beside 累计 150 cannot be right."""
    frame = pd.DataFrame({"单位": ["甲县"], "月份": ["4月"], "本月新增": [200], "累计": [150]})
    assert reasons(read(frame)) == ["figures_differ"]
    assert reasons(read(frame, figures="cumulative", baseline=0)) == ["figures_differ"]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ((None, None), "printed 43,400, but none of its 2 parts has a figure"),
        ((3, None), "printed 43,400, but 1 part adds up to 3, and 1 has no figure"),
        ((3, 4), "printed 43,400, but 2 parts add up to 7"),
    ],
)
def test_a_printed_total_says_what_was_counted(parts: tuple[int | None, ...], said: str) -> None:
    """43,400 of the city over blank counties: nothing is counted, and nothing else is said."""
    frame = pd.DataFrame({"单位": ["庚市", "甲县", "乙县"], "人数": [43_400, *parts]})
    tally = read(frame, period="2008-12")
    (problem,) = [one for one in tally.problems if one.reason == "total_differs"]
    assert problem.found == said


@pytest.mark.parametrize("name", ["庚市合计", "本月合计", "合计", "全市"])
def test_totals_by_their_words_are_checks(name: str) -> None:
    """A total with a place or a time in its name is a total."""
    frame = pd.DataFrame({"单位": ["甲县", "乙县", name], "7月": [5, 6, 11]})
    tally = read(frame)
    assert sum(counts(tally).values()) == 11
    assert reasons(tally) == ["printed_total"]


def test_problems_have_a_severity_and_speak_both_languages() -> None:
    """What is not counted is an error, a doubt a warning; the text is there in Chinese."""
    frame = pd.DataFrame({"单位": ["甲县", "nowhere"], "7月": [-5, 6]})
    fall, unknown = sorted(read(frame).problems, key=lambda one: one.reason)
    assert (fall.severity, unknown.severity) == ("warning", "error")
    assert "人" in fall.text("zh")


# -- readings, and units that open and close -------------------------------------------------------


def asked(**readings: object) -> Campaign:
    """Return the land with answers to open questions."""
    return attrs.evolve(LAND, readings=Readings(**readings))


@pytest.mark.parametrize(
    ("readings", "persons", "roles_found"),
    [
        ({"counted_at": "first_paid"}, 80, ["unit", "date", "ignored", "counted"]),
        ({"counted_at": "registered"}, 100, ["unit", "date", "counted", "ignored"]),
    ],
)
@pytest.mark.parametrize("paid", ["缴费人数", "实缴人数", "首次缴费（人）", "persons paid"])
def test_who_paid_or_who_registered_counts_as_the_reading_says(
    readings: Mapping[str, object], persons: int, roles_found: list[str], paid: str
) -> None:
    """Two columns that differ in the event counted: the reading `counted_at` chooses."""
    frame = pd.DataFrame({"单位": ["甲县"], "月份": ["7月"], "参保人数": [100], paid: [80]})
    tally = read(frame, asked(**readings))
    assert tally.to_frame()["persons"].tolist() == [persons]
    assert roles(tally) == roles_found
    said = any("counted_at = first_paid" in line for line in tally.basis.lines())
    assert said == (persons == 80)


def test_a_sheet_with_one_column_says_what_it_is_taken_for() -> None:
    """Registrations where payments count, payments where registrations do: the basis says it."""
    registered = pd.DataFrame({"单位": ["甲县"], "月份": ["7月"], "参保人数": [100]})
    taken = read(registered, asked(counted_at="first_paid")).basis.lines()
    assert any("taken as first payments" in line for line in taken)
    paid = registered.rename(columns={"参保人数": "缴费人数"})
    line = next(line for line in read(paid).basis.lines() if "缴费人数" in line)
    assert "has not paid" in line


@pytest.mark.parametrize(("counted", "persons"), [("gross", 9), ("net", 3)])
def test_gross_or_net_figures_count_as_the_reading_says(counted: str, persons: int) -> None:
    """新增 beside 净增: the reading `counted` chooses; what left is never counted as come."""
    frame = pd.DataFrame(
        {"单位": ["甲县"], "月份": ["7月"], "新增人数": [9], "减少人数": [6], "净增人数": [3]}
    )
    tally = read(frame, asked(counted=counted))
    assert tally.to_frame()["persons"].tolist() == [persons]
    assert "loss" in roles(tally)


def test_an_open_question_leaves_columns_that_differ_in_it_to_the_caller() -> None:
    """The source asks by which event a person counts and nobody answered: no column is taken."""
    question = Question("counted_at", "By which event does a person count?")
    campaign = attrs.evolve(LAND, questions=[question])
    frame = pd.DataFrame({"单位": ["甲县"], "月份": ["7月"], "参保人数": [100], "缴费人数": [80]})
    with pytest.raises(ReportError, match=r"counted_at.*persons="):
        read(frame, campaign)


TWO_IN_ONE = Campaign(
    code="t",
    label="T",
    year=2021,
    units=[
        Unit("a", "Ash", "county", closed="2021-06-15", successors="m"),
        Unit("m", "Mead", "county", opened="2021-06-16"),
    ],
    phases=[Phase("y", "Y", "01-01", "12-31")],
)


@pytest.mark.parametrize(
    ("figures", "period", "unit", "counted"),
    [
        ("new", "2021-09", "a", False),
        ("new", "2021-06", "a", True),
        ("new", "2021-06-15", "a", True),
        ("new", "2021-06-16", "a", False),
        ("new", "2021-03", "m", False),
        ("new", "2021-06", "m", True),
        ("cumulative", "2021-06-30", "a", True),
        ("cumulative", "2021-07-31", "a", False),
        ("cumulative", "2021-05-31", "m", False),
    ],
)
def test_figures_outside_the_life_of_a_unit_are_explained(
    figures: str,
    period: str,
    unit: str,
    counted: bool,  # noqa: FBT001 - a case
) -> None:
    """A figure counts if its unit is open on one of its days; else the dates and the other unit."""
    frame = pd.DataFrame({"unit": [unit], "period": [period], "persons": [7]})
    baseline = 0 if figures == "cumulative" else None
    tally = read(frame, TWO_IN_ONE, figures=figures, baseline=baseline)
    assert (tally.to_frame()["persons"].tolist() == [7]) == counted
    (problem,) = [one for one in tally.problems if one.reason != "no_report"] or [None]
    assert (problem is None) == counted
    if problem is not None:
        words = ("15 Jun 2021", "Mead") if unit == "a" else ("16 Jun 2021", "Ash")
        assert problem.reason == "unit_not_open"
        assert problem.severity == "error"
        assert words[0] in problem.found
        assert words[1] in problem.fix


def test_a_unit_that_closes_within_a_month_owes_its_report() -> None:
    """Ash is open on half the days of June: that it does not report is said, of July it is not."""
    frame = pd.DataFrame({"unit": ["m", "m"], "period": ["2021-06", "2021-07"], "persons": [7, 8]})
    gaps = [one for one in read(frame, TWO_IN_ONE).problems if one.reason == "no_report"]
    assert [one.found for one in gaps if "'a'" in one.where] == []
    frame = pd.concat([frame, pd.DataFrame({"unit": ["a"], "period": ["2021-05"], "persons": [1]})])
    gaps = [one for one in read(frame, TWO_IN_ONE).problems if one.reason == "no_report"]
    assert [one.found.rpartition(": ")[2] for one in gaps if "'a'" in one.where] == ["Jun 2021"]


# -- what titles, corners and marks say ------------------------------------------------------------


def test_a_total_beside_some_of_the_persons_is_the_whole() -> None:
    """企业职工, 灵活就业人员 and 合计: the total counts, wherever a word names only one of them."""
    frame = pd.DataFrame({"单位": ["甲县"], "企业职工": [4], "灵活就业人员": [5], "合计": [9]})
    assert counts(read(frame, period="2008-07")) == {("a", "2008-07"): 9}
    with pytest.raises(ReportError, match="企业职工"):
        read(frame.drop(columns="合计"), period="2008-07")


@pytest.mark.parametrize("mark", ["280①", "280²", "2½", "约280", "280*"])
def test_a_mark_beside_a_number_is_none_of_its_digits(mark: str) -> None:
    """A footnote's mark is no digit: the cell is explained, never 2,801."""
    frame = pd.DataFrame({"单位": ["甲县"], "新增人数": [mark]})
    tally = read(frame, period="2008-07")
    assert counts(tally) == {}
    assert reasons(tally) == ["not_a_count"]


@pytest.mark.parametrize("title", ["2008年7月扩面计划表", "2008年7月扩面任务分解表"])
def test_a_title_that_says_plan_is_no_result(tmp_path: Path, title: str) -> None:
    """Under it 人数 is refused, 完成人数 counts, and so does what the caller names."""
    rows = [[title], ["单位", "人数"], ["甲县", 9], ["乙县", 8]]
    source = book(tmp_path, {"t": rows})
    with pytest.raises(ReportError, match="names other figures"):
        read(source)
    assert counts(read(source, persons="人数")) == {("a", "2008-07"): 9, ("b", "2008-07"): 8}
    rows[1][1] = "完成人数"
    assert counts(read(book(tmp_path, {"t": rows})))["a", "2008-07"] == 9


def test_a_title_against_the_sheets_name_leaves_the_month_open(tmp_path: Path) -> None:
    """A sheet called 7月 under a title of June is neither: period= decides."""
    source = book(tmp_path, {"7月": [["2008年6月情况"], ["单位", "新增人数"], ["甲县", 9]]})
    assert reasons(read(source)) == ["ambiguous_date"]
    assert counts(read(source, period="2008-06")) == {("a", "2008-06"): 9}


@pytest.mark.parametrize("corner", [None, "项目\\单位", "单位/月份"])
def test_a_blank_or_divided_corner_stands_over_units(tmp_path: Path, corner: str | None) -> None:
    """Its rows above belong to the header: under 计划 a month is a plan."""
    rows = [["2008年扩面情况", None, None], [corner, "6月", "7月"], ["甲县", 3, 9], ["乙县", 4, 8]]
    assert counts(read(book(tmp_path, {"t": rows})))["b", "2008-07"] == 8
    rows[0] = [corner, "计划", None]
    with pytest.raises(ReportError, match=r"\(plan\)"):
        read(book(tmp_path, {"t": rows}))


def test_units_across_and_months_down_are_read_whatever_the_corner_says(tmp_path: Path) -> None:
    """单位 may head the months of a table whose units stand in columns."""
    for corner in ("单位", "月份", "月份\\单位", None):
        rows = [[corner, "甲县", "乙县"], ["6月", 3, 4], ["7月", 9, 8]]
        assert counts(read(book(tmp_path, {"t": rows})))["a", "2008-07"] == 9


def test_a_sheet_of_one_unit_is_called_by_it(tmp_path: Path) -> None:
    """The unit stands in the sheet's name or after 填报单位; two that differ are refused."""
    rows = [["月份", "新增人数"], ["6月", 3], ["7月", 9]]
    assert counts(read(book(tmp_path, {"甲县": rows, "乙县": rows})))["b", "2008-07"] == 9
    titled = [["填报单位：乙县", None], *rows]
    assert counts(read(book(tmp_path, {"t": titled}))) == {
        ("b", "2008-06"): 3,
        ("b", "2008-07"): 9,
    }
    with pytest.raises(ReportError, match="no column for unit"):
        read(book(tmp_path, {"甲县": titled}))


@pytest.mark.parametrize(
    "heading", ["工作人员数", "未参保人数", "宣传人次", "退保人数", "人均缴费"]
)
def test_other_people_are_no_enrolments(heading: str) -> None:
    """Staff, those not yet covered, those reached, those who left, averages: none counts."""
    with pytest.raises(ReportError, match=r"no column for persons|may name"):
        read(pd.DataFrame({"单位": ["甲县"], heading: [9]}), period="2008-07")


# -- units above others ----------------------------------------------------------------------------

ZONED = Campaign(
    code="zoned",
    label="Zoned",
    year=2026,
    measures=[Measure("uncovered", "Uncovered")],
    units=[
        Unit("c", "City", "city"),
        Unit("e", "East", "district", parent="c", counts={"uncovered": 40_000}),
        Unit("z", "Zone", "zone", parent="e", counts={"uncovered": 1_000}),
        Unit("w", "West", "district", parent="c", counts={"uncovered": 10_000}),
    ],
    phases=[Phase("drive", "Drive", "03-01", "06-30")],
)


@pytest.mark.parametrize(
    ("upper_units", "city", "persons"),
    [
        (None, 265, {"z": 5, "w": 60}),
        ("totals", 260, {"e": 195, "z": 5, "w": 60}),
        ("own", 265, {"e": 200, "z": 5, "w": 60}),
    ],
)
def test_a_unit_with_people_of_its_own_leaves_a_choice(
    upper_units: str | None, city: int, persons: dict[str, int]
) -> None:
    """East 200 over its zone's 5: a total of which 195 are its own, or 200; else refused."""
    frame = pd.DataFrame(
        {
            "unit": ["East", "Zone", "West", "City"],
            "period": "2026-03",
            "persons": [200, 5, 60, city],
        }
    )
    tally = read(frame, ZONED, upper_units=upper_units)
    counted = tally.to_frame().set_index("unit")["persons"]
    assert counted.to_dict() == persons
    found = [one for one in tally.problems if one.reason == "total_differs"]
    assert any("upper_units=" in one.fix for one in found) == (upper_units is None)
    if upper_units:
        assert reasons(tally) == ["printed_total"]
        assert any("unit above others" in line for line in tally.basis.lines())


# -- columns of several times, of two years, of new and of all -------------------------------------


def pairs(*below: str) -> pd.MultiIndex:
    """Return the columns of July and August, each over the same headings, beside the unit's."""
    months = [(month, heading) for month in ("7月", "8月") for heading in below]
    return pd.MultiIndex.from_tuples([("单位", ""), *months])


@pytest.mark.parametrize(
    ("headings", "row", "july", "august"),
    [
        (["2008年7月", "2008年8月"], [10, 20], 10, 20),
        (["7月男", "7月女", "8月男", "8月女"], [1, "210人", 3, 4], 211, 7),
        (["7月男(万人)", "7月女(人)", "8月男(万人)", "8月女(人)"], [1.2, 30, 1, 5], 12_030, 10_005),
        (["7月男(万人)", "7月女(万人)", "8月"], [1, "210人", 5], 10_210, 5),
    ],
)
def test_columns_to_add_up_are_added_within_their_date(
    headings: list[str], row: list[object], july: int, august: int
) -> None:
    """Named columns of several months give a sum a month, each cell in its own measure."""
    sheet = pd.DataFrame([["甲县", *row]], columns=["单位", *headings])
    assert counts(read(sheet, persons=headings)) == {
        ("a", "2008-07"): july,
        ("a", "2008-08"): august,
    }


def test_a_column_is_not_added_to_itself() -> None:
    """A column named twice, by its heading and by its letter, is refused."""
    sheet = pd.DataFrame([["甲县", 10]], columns=["单位", "7月"])
    with pytest.raises(ReportError, match="several columns are meant"):
        read(sheet, persons=["7月", "B"])


@pytest.mark.parametrize("this", ["本年", "今年", "本期", "本年数", "This year"])
def test_this_year_beside_last_year_is_the_figure_of_its_month(this: str) -> None:
    """Below a month and beside last year's figure 本年 says the year alone: it is as declared."""
    sheet = pd.DataFrame([["甲县", 10, 90, 25, 95]], columns=pairs(this, "上年同期"))
    assert counts(read(sheet)) == {("a", "2008-07"): 10, ("a", "2008-08"): 25}
    so_far = read(sheet, figures="cumulative", baseline=0)
    assert counts(so_far) == {("a", "2008-07"): 10, ("a", "2008-08"): 15}


def test_this_year_so_far_stays_cumulative_and_the_advice_names_it() -> None:
    """本年累计 is no figure of its month; the error names it, no figure of last year."""
    sheet = pd.DataFrame([["甲县", 90, 10, 95, 25]], columns=pairs("上年同期", "本年累计"))
    with pytest.raises(ReportError) as error:
        read(sheet)
    (problem,) = error.value.problems
    assert problem.fix == (
        "name the column: persons='…', or ask for the other kind of figures, those of "
        "'7月 / 本年累计'"
    )


def test_advice_names_columns_as_the_sheet_prints_them() -> None:
    """Of two columns with one heading the second is named by its letter, which persons= takes."""
    sheet = pd.DataFrame([["甲县", 10, 20]], columns=["单位", "7月", "7月"])
    with pytest.raises(ReportError) as error:
        read(sheet)
    assert "(2)" not in str(error.value)
    assert counts(read(sheet, persons="C")) == {("a", "2008-07"): 20}


def test_new_beside_total_is_new_and_the_total_is_cumulative() -> None:
    """Under New and Total each kind takes its own column, also with a pair a month."""
    sheet = pd.DataFrame([["a", 5, 50]], columns=["District", "New", "Total"])
    for figures, persons in (("new", 5), ("cumulative", 50)):
        tally = read(sheet, figures=figures, baseline=0, period="2008-07")
        assert counts(tally) == {("a", "2008-07"): persons}
    monthly = pd.DataFrame([["甲县", 5, 50, 6, 56]], columns=pairs("New", "Total"))
    assert counts(read(monthly)) == {("a", "2008-07"): 5, ("a", "2008-08"): 6}
    assert reasons(read(monthly)) == []
    so_far = read(monthly, figures="cumulative", baseline=0)
    assert counts(so_far) == {("a", "2008-07"): 50, ("a", "2008-08"): 6}


@pytest.mark.parametrize(
    ("heading", "january", "reason"),
    [
        ("累计参保人数", -680, "fall"),
        ("Total members", -680, "fall"),
        ("期末参保人数", -680, "fall"),
        ("累计完成", 320, "begins_again"),
        ("累计新增", 320, "begins_again"),
        ("累计新增参保人数", 320, "begins_again"),
    ],
)
def test_all_who_are_insured_never_begin_again(heading: str, january: int, reason: str) -> None:
    """A total of all members that falls in January is a fall; one of enrolments begins again."""
    sheet = pd.DataFrame(
        [["a", "2008-12", 1000], ["a", "2009-01", 320]], columns=["单位", "月份", heading]
    )
    tally = read(sheet, figures="cumulative", baseline=0)
    assert counts(tally)["a", "2009-01"] == january
    assert reasons(tally) == [reason]


def test_a_unit_that_falls_otherwise_still_falls_where_others_begin_again() -> None:
    """Where the running totals of most units begin again, a smaller drop of one is a fall."""
    rows = [
        [unit, month, figure]
        for unit, figures in {"a1": (1000, 320), "b1": (900, 100), "c": (900, 800)}.items()
        for month, figure in zip(("2008-12", "2009-01"), figures, strict=True)
    ]
    sheet = pd.DataFrame(rows, columns=["单位", "月份", "累计完成"])
    wider = attrs.evolve(LAND, units=[*LAND.units, Unit("c", "C", "county", parent="city")])
    tally = read(sheet, wider, figures="cumulative", baseline=0)
    assert sorted(reasons(tally)) == ["begins_again", "begins_again", "fall"]
    assert counts(tally)["c", "2009-01"] == -100


@pytest.mark.parametrize(
    "row", [{"单位": "甲县", "月份": "7月", "新增": 320}, {"单位": "甲县", "2008年7月": 320}]
)
def test_a_period_that_contradicts_the_dates_of_a_table_is_refused(row: dict[str, object]) -> None:
    """period= dates no table that says another time; the same time is no contradiction."""
    sheet = pd.DataFrame([row])
    with pytest.raises(ReportError, match="period= says a time to 31 August 2008"):
        read(sheet, period="2008-08")
    assert counts(read(sheet, period="2008-07")) == {("a", "2008-07"): 320}


def test_first_totals_without_a_baseline_are_said_to_be_stock() -> None:
    """Where every total is the first of its unit nothing is new, and the tally says why."""
    sheet = pd.DataFrame([["a", 5, 50]], columns=["District", "New members", "Total members"])
    tally = read(sheet, figures="cumulative", period="2008-07")
    assert counts(tally) == {}
    (problem,) = tally.problems
    assert problem.reason == "stock_only"
    assert "baseline=" in problem.fix
    assert tally.stock["persons"].tolist() == [50]

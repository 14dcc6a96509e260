"""Sheets as offices send them, each read in full or refused with the choice to make.

Every sheet was written by hand and its right answer decided before it was read: the persons by unit
and month, or a refusal that names what leaves the choice.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import attrs
import openpyxl
import pandas as pd
import pytest

from coverage_campaign.errors import ReportError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.responsibilities import ReportingRule
from coverage_campaign.model.units import Unit
from coverage_campaign.reporting.result import Tally
from coverage_campaign.reporting.sheets.read_reports import read_reports
from support.campaigns import tiny
from support.workbooks import save

Rows = Sequence[Sequence[object]]
Kind = Literal["new", "cumulative"]

CITY = Campaign(
    code="city",
    label="City",
    year=2008,
    units=[
        Unit("city", {"zh-Hans": "衡阳市", "en": "Hengyang"}, "city"),
        *(
            Unit(code, {"zh-Hans": name, "zh-Hant": old, "en": code.title()}, "county", "city")
            for code, name, old in (
                ("zhuhui", "珠晖区", "珠暉區"),
                ("yanfeng", "雁峰区", "雁峰區"),
                ("leiyang", "耒阳市", "耒陽市"),
            )
        ),
    ],
    phases=[Phase("drive", "Drive", "04-01", "03-31")],
)
JULY = {"zhuhui 7": 30, "yanfeng 7": 40}
TWO = {**JULY, "zhuhui 8": 31, "yanfeng 8": 41}


def book(path: Path, rows: Rows, merged: str = "", sheet: str = "Sheet1") -> Path:
    """Write a workbook of one sheet and return its path."""
    written = openpyxl.Workbook()
    page = written.worksheets[0]
    page.title = sheet
    for row in rows:
        page.append(list(row))
    for cells in merged.split():
        page.merge_cells(cells)
    save(written, path / "report.xlsx")
    return path / "report.xlsx"


def read(path: Path, kind: Kind = "new", campaign: Campaign = CITY) -> Tally:
    """Return the tally of a file; running totals begin from nobody."""
    baseline = 0 if kind == "cumulative" else None
    return read_reports(path, campaign, figures=kind, baseline=baseline)


def counts(tally: Tally) -> dict[str, int]:
    """Return the persons by unit and number of the month."""
    frame = tally.to_frame()
    keys = frame["unit"] + " " + frame["period"].dt.month.astype("str")
    return dict(zip(keys, frame["persons"], strict=True))


def table(first: object, second: object, *titles: str) -> Rows:
    """Return a table of two columns of figures, 珠晖区 and 雁峰区, under titles."""
    body = [["单位", first, second], ["珠晖区", 30, 31], ["雁峰区", 40, 41]]
    return [*([title] for title in titles), *body]


def single(heading: str, *titles: str) -> Rows:
    """Return a table of one column of figures under titles."""
    return [*([title] for title in titles), ["单位", heading], ["珠晖区", 30], ["雁峰区", 40]]


# -- which time ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2008.7", "2008.8"), ("2008.07", "2008.08"), (2008.07, 2008.08), ("2008/7", "2008/8"),
        ("7月份", "8月份"), ("第7月", "第8月"), ("七月份", "八月份"), ("Jul. 2008", "Aug. 2008"),
        ("2008M07", "2008M08"), (200807, 200808),
        ("New persons, July 2008", "New persons, August 2008"), ("7月\n新增", "8月\n新增"),
        ("Persons Jul-08", "Persons Aug-08"), ("二〇〇八年七月", "二〇〇八年八月"),
        ("07/2008", "08/2008"), ("Actual July 2008", "Actual August 2008"),
    ],
)  # fmt: skip
def test_a_month_is_known_however_it_is_written(
    tmp_path: Path, first: object, second: object
) -> None:
    """Headings of July and August, with numbers, words, in Chinese and in English."""
    assert counts(read(book(tmp_path, table(first, second)))) == TWO


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("08.07", "08.08"), ("08.7", "08.8"), ("07", "08"), ("7", "8"), ("Jul 08", "Aug 08"),
        ("第28周", "第29周"), ("Week 28", "Week 29"), ("7.7-7.13", "7.14-7.20"), ("M7", "M8"),
        ("上旬", "中旬"), ("1日", "2日"), ("3Q08", "4Q08"),
    ],
)  # fmt: skip
def test_a_heading_that_may_be_several_times_is_refused(
    tmp_path: Path, first: str, second: str
) -> None:
    """08.07 is July 2008 or 7 August: the error names the columns and how to write a time."""
    with pytest.raises(ReportError, match="may be times, and nobody can tell which") as error:
        read(book(tmp_path, table(first, second)))
    assert f"B '{first}', C '{second}'" in str(error.value)
    assert "2008-07" in str(error.value)


def test_a_number_that_may_be_january_or_october_is_refused(tmp_path: Path) -> None:
    """The number 2008.1 is what a spreadsheet shows for 2008.10 too."""
    with pytest.raises(ReportError, match="January or October"):
        read(book(tmp_path, table(2008.09, 2008.1)))


@pytest.mark.parametrize(
    ("upper", "lower"),
    [("2008年", ("7", "8")), ("2008年", (7, 8)), ("月份", ("7", "8")), ("2008", ("7月", "8月"))],
)
def test_a_time_may_be_spread_over_two_rows(
    tmp_path: Path, upper: str, lower: tuple[object, object]
) -> None:
    """Under 2008年, or under 月份, a bare 7 is July."""
    rows = [["单位", upper, None], [None, *lower], ["珠晖区", 30, 31], ["雁峰区", 40, 41]]
    assert counts(read(book(tmp_path, rows, "A1:A2 B1:C1"))) == TWO


def test_the_year_may_stand_below_the_month(tmp_path: Path) -> None:
    """Under each month 2007年 and 2008年: those of 2008 count, and each in its month."""
    rows = [
        ["地区", "7月", None, "8月", None],
        [None, "2007年", "2008年", "2007年", "2008年"],
        ["珠晖区", 1, 30, 2, 31],
        ["雁峰区", 3, 40, 4, 41],
    ]
    assert counts(read(book(tmp_path, rows, "A1:A2 B1:C1 D1:E1"))) == TWO


@pytest.mark.parametrize("parts", [("1日", "2日"), ("上旬", "下旬"), ("第1周", "第2周")])
def test_parts_of_a_month_add_up_to_it(tmp_path: Path, parts: tuple[str, str]) -> None:
    """Under 7月 stand days, ten days or weeks: each is read, and July is their sum."""
    rows = [["单位", "7月", None], [None, *parts], ["珠晖区", 10, 20], ["雁峰区", 15, 25]]
    assert counts(read(book(tmp_path, rows, "A1:A2 B1:C1"))) == JULY


@pytest.mark.parametrize(
    "title",
    [
        "2008.7", "2008/7", "Enrolment report, July 2008", "Period: 07/2008", "For July, 2008",
        "二〇〇八年七月份扩面情况", "2008 年 7 月 份", "数据时间：2008-07-01至2008-07-31",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["new", "cumulative"])
def test_a_title_says_the_month(tmp_path: Path, title: str, kind: Kind) -> None:
    """In whichever words; the year that stands beside is not taken for the time."""
    heading = "新增人数" if kind == "new" else "累计人数"
    assert counts(read(book(tmp_path, single(heading, title)), kind)) == JULY


@pytest.mark.parametrize("title", ["Q3 2008", "New enrolments Q3 2008", "Third quarter 2008"])
def test_a_title_says_the_quarter(tmp_path: Path, title: str) -> None:
    """By quarter it is read; by month new figures of three months are none of one."""
    path = book(tmp_path, single("新增人数", title))
    quarter = read_reports(path, CITY, figures="new", by="quarter").to_frame()
    assert quarter["persons"].tolist() == [30, 40]
    assert quarter["period"].dt.month.tolist() == [7, 7]
    monthly = read(path)
    assert counts(monthly) == {}
    assert {one.reason for one in monthly.problems} == {"several_periods"}


@pytest.mark.parametrize(
    "title",
    [
        "2008年扩面情况", "2008年度", "FY2008 July", "2008年第28周", "Week 28, 2008",
        "统计时间：2008年  月  日", "编制时间：2008年8月3日",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["new", "cumulative"])
def test_a_title_that_says_no_day_asks_for_one(tmp_path: Path, title: str, kind: Kind) -> None:
    """A year alone, a fiscal year, a week by its number, the day of printing: period= decides."""
    heading = "新增人数" if kind == "new" else "累计人数"
    with pytest.raises(ReportError, match="period="):
        read(book(tmp_path, single(heading, title)), kind)


@pytest.mark.parametrize(
    "titles",
    [
        ("2008年7月与6月比较",), ("2007年与2008年7月对比",), ("2008年7月情况", "2008年6月数据"),
        ("扩面进度表", "2008年8月3日"),
    ],
)  # fmt: skip
def test_titles_of_two_times_count_for_none(tmp_path: Path, titles: tuple[str, ...]) -> None:
    """Two months, two years, or a day that may be the one of filling in: no figure is counted."""
    tally = read(book(tmp_path, single("新增人数", *titles)))
    assert counts(tally) == {}
    assert {one.reason for one in tally.problems} == {"ambiguous_date"}
    assert "period=" in str(tally.problems[0].fix)


@pytest.mark.parametrize(
    ("first", "second"),
    [("二季度", "三季度"), ("4-6月", "7-9月"), ("Q3 2008", "Q4 2008"), ("10-12月", "1-3月")],
)
def test_running_totals_that_begin_again_within_the_year_are_refused(
    tmp_path: Path, first: str, second: str
) -> None:
    """Declared cumulative, a second quarter's own figure would be lost in the difference."""
    tally = read(book(tmp_path, table(first, second)), "cumulative")
    assert len(counts(tally)) == 2
    later = [one for one in tally.problems if one.reason == "several_periods"]
    assert len(later) == 2
    assert "figures='new'" in str(later[0].fix)


@pytest.mark.parametrize(
    ("headings", "truth"),
    [
        (("1-11月", "1-12月", "1月", "1-2月"), [900, 100, 50, 40]),
        (("4-11月", "4-12月", "4-1月", "4-2月"), [900, 100, -950, 40]),
        (("前11个月", "前12个月", "1月", "前2个月"), [900, 100, 50, 40]),
    ],
)
def test_running_totals_begin_again_in_january_where_they_say_so(
    tmp_path: Path, headings: tuple[str, ...], truth: list[int]
) -> None:
    """1-12月, then 1月: a new year; 4-12月, then 4-1月: the same campaign goes on."""
    rows = [["单位", *headings], ["珠晖区", 900, 1000, 50, 90]]
    tally = read(book(tmp_path, rows), "cumulative")
    assert tally.to_frame()["persons"].tolist() == truth


def test_the_end_of_a_month_of_its_own_leaves_a_choice(tmp_path: Path) -> None:
    """Where July ends on the 25th, 7月底 is that day or the 31st; 7月25日 is one."""
    own = attrs.evolve(CITY, reporting=ReportingRule(period="month", starts_on=26))
    tally = read(book(tmp_path, table("7月底", "8月底")), "cumulative", own)
    assert {one.reason for one in tally.problems} == {"ambiguous_date"}
    assert counts(read(book(tmp_path, table("7月25日", "8月25日")), "cumulative", own)) == {
        **JULY,
        "zhuhui 8": 1,
        "yanfeng 8": 1,
    }


# -- which column ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        [["单位", "7月新增", "同比(%)", "环比(%)", "同比增加"], 30, 12.5, -3, 4],
        [["单位", "7月新增参保人数", "其中:农民工", "其中：女性", "个体"], 30, 10, 9, 3],
        [["單位", "7月新增參保人數", "7月計劃", "8月計劃"], 30, 50, 60],
        [["单位", "任务数", "7月完成", "1-7月累计完成", "占全年任务%"], 300, 30, 200, 67],
        [["单位", "全年任务", "7月完成", "8月预计完成", "排名"], 300, 30, 50, 2],
        [["地区", "参保单位", "7月新增人数", "征缴额(万元)"], 3, 30, 100],
        [["地区", "2007年7月", "2008年7月", "增减"], 20, 30, 10],
        [["Unit", "Target", "Actual July 2008", "% achieved"], 100, 30, "30%"],
        [["Unit", "New members July 2008", "YoY %", "Same period last year"], 30, 3, 29],
        [["District", "Registered in July 2008", "Registered to date"], 30, 300],
    ],
)
def test_of_many_columns_the_one_that_was_asked_for_counts(
    tmp_path: Path, head: Sequence[object]
) -> None:
    """Plans, rates, subgroups, money, employers and other years have roles of their own."""
    headings, *cells = head
    assert isinstance(headings, list)
    tally = read(book(tmp_path, [headings, ["珠晖区", *cells]]))
    assert counts(tally) == {"zhuhui 7": 30}
    assert len(tally.columns) == len(headings)
    assert tally.columns["why"].str.len().gt(0).all()


@pytest.mark.parametrize("whole", ["1-7月累计", "1-7月", "截至7月底", "7月末参保人数"])
def test_of_a_month_and_the_time_to_its_end_the_running_total_counts(
    tmp_path: Path, whole: str
) -> None:
    """Both end on the same day: asked for persons so far, the month's own are a check."""
    rows = [["单位", "7月新增", whole], ["珠晖区", 5, 30], ["雁峰区", 6, 40]]
    assert counts(read(book(tmp_path, rows), "cumulative")) == JULY


@pytest.mark.parametrize("heading", ["至本月止累计", "本月止累计", "截至本月累计", "自年初累计"])
def test_a_total_to_this_month_is_a_running_total(tmp_path: Path, heading: str) -> None:
    """The word 本月 in it says until when, and not of which month alone."""
    rows = single(heading, "2008年7月")
    assert counts(read(book(tmp_path, rows), "cumulative")) == JULY
    with pytest.raises(ReportError, match=f"ask for the other kind.*{heading}"):
        read(book(tmp_path, rows))


def test_a_quarter_beside_its_months_is_their_sum(tmp_path: Path) -> None:
    """三季度 after July to September adds them up: a check, and said where it differs."""
    rows = [["单位", "7月", "8月", "9月", "三季度", "10月"], ["珠晖区", 1, 2, 3, 6, 4]]
    tally = read(book(tmp_path, rows))
    assert counts(tally) == {"zhuhui 7": 1, "zhuhui 8": 2, "zhuhui 9": 3, "zhuhui 10": 4}
    assert tally.columns["role"].tolist()[4] == "total"
    assert not tally.problems
    rows[1][4] = 7
    assert [one.reason for one in read(book(tmp_path, rows)).problems] == ["total_differs"]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("2008年7月减员情况表", "new"), ("2008年7月断保人员统计", "new"),
        ("2008年7月应保未保人员", "new"), ("2008年7月参保户数", "new"),
        ("2008年7月征缴收入", "new"), ("2008年7月计划表", "new"),
        ("2008年7月累计参保情况", "new"), ("2008年7月本月新增情况", "cumulative"),
    ],
)  # fmt: skip
def test_a_title_that_says_other_figures_is_held_against_a_plain_heading(
    tmp_path: Path, title: str, kind: Kind
) -> None:
    """Under 减员情况表 the column 人数 is of who left: refused, unless the caller names it."""
    path = book(tmp_path, single("人数", title))
    with pytest.raises(ReportError, match="persons='人数'"):
        read(path, kind)
    baseline = 0 if kind == "cumulative" else None
    named = read_reports(path, CITY, figures=kind, baseline=baseline, persons="人数")
    assert counts(named) == JULY


def test_a_sheet_of_last_year_is_left_out_and_said(tmp_path: Path) -> None:
    """A book with the sheets 上年同期 and 本年: the second counts, the first is a problem."""
    written = openpyxl.Workbook()
    for sheet, persons in (("上年同期", 9), ("本年", 30)):
        page = written.create_sheet(sheet)
        page.append(["单位", "7月"])
        page.append(["珠晖区", persons])
    written.remove(written.worksheets[0])
    save(written, tmp_path / "report.xlsx")
    tally = read(tmp_path / "report.xlsx")
    assert counts(tally) == {"zhuhui 7": 30}
    assert [one.reason for one in tally.problems] == ["no_table"]


# -- rows, measures, names -------------------------------------------------------------------------


@pytest.mark.parametrize("heading", ["项目", "指标", ""])
def test_a_row_of_a_plan_is_no_result(tmp_path: Path, heading: str) -> None:
    """A column says of each row 计划 or 完成: plans are explained, results count."""
    rows = [["单位", heading, "7月"], ["珠晖区", "计划", 300], ["雁峰区", "完成", 40]]
    tally = read(book(tmp_path, rows))
    assert counts(tally) == {"yanfeng 7": 40}
    assert [one.reason for one in tally.problems if not one.counted] == ["other_measure"]
    assert "计划" in str(tally.problems[0])


def test_persons_of_two_insurances_are_not_added_up(tmp_path: Path) -> None:
    """One unit reports 养老, another 医疗: only= chooses."""
    rows = [["单位", "险种", "7月"], ["珠晖区", "养老保险", 30], ["雁峰区", "医疗保险", 40]]
    path = book(tmp_path, rows)
    with pytest.raises(ReportError, match="only="):
        read(path)
    chosen = read_reports(path, CITY, figures="new", only={"险种": "养老保险"})
    assert counts(chosen) == {"zhuhui 7": 30}


@pytest.mark.parametrize(
    ("titles", "unit"),
    [(("单位：万人",), "单位"), (("Unit: thousand persons",), "单位"), ((), "单位(万人)")],
)
def test_the_measure_of_a_table_holds_for_its_figures(
    tmp_path: Path, titles: tuple[str, ...], unit: str
) -> None:
    """In a title of either language, or in brackets in the heading of the units."""
    scale = 1_000 if any("thousand" in text for text in titles) else 10_000
    rows = [*([text] for text in titles), [unit, "7月"], ["珠晖区", 3]]
    assert counts(read(book(tmp_path, rows))) == {"zhuhui 7": 3 * scale}


def test_two_measures_of_persons_leave_a_choice(tmp_path: Path) -> None:
    """单位：人、万人 says nothing of which figures are in which."""
    with pytest.raises(ReportError, match="two measures of persons"):
        read(book(tmp_path, single("7月", "单位：人、万人")))


@pytest.mark.parametrize(
    ("first", "second", "july"),
    [
        ("完成情况", "计划任务", JULY), ("计划", "完成", {"leiyang 7": 5}),
        ("2008年", "2007年", JULY), ("人数", "金额（万元）", JULY), ("本年", "上年同期", JULY),
        ("单位：人", "单位：万人", {**JULY, "leiyang 7": 50_000}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("gap", [0, 1])
def test_the_title_of_a_second_table_holds_for_it(
    tmp_path: Path, first: str, second: str, july: Mapping[str, int], gap: int
) -> None:
    """Both tables have the header 单位, 7月; what only a title tells apart is not added up."""
    below = [[None]] * gap + [[second], ["单位", "7月"], ["耒阳市", 5]]
    tally = read(book(tmp_path, [*single("7月", first), *below]))
    assert counts(tally) == july
    assert bool(tally.problems) == (second != "单位：万人")


@pytest.mark.parametrize(
    ("first", "second", "merged"),
    [
        ("计划", "完成", ""), ("计划", "完成", "A2:B2 A4:B4"), ("2007年", "2008年", ""),
        ("上年同期", "本年", ""), ("参保人数（人）", "征缴（万元）", ""),
        ("一、新增", "二、减少", ""),
    ],
)  # fmt: skip
def test_rows_that_say_what_the_figures_below_are_are_refused(
    tmp_path: Path, first: str, second: str, merged: str
) -> None:
    """A row 计划 or 2007年 stands within the table: nobody may take its figures for results."""
    rows = [["单位", "7月"], [first], ["珠晖区", 300], [second], ["雁峰区", 40]]
    with pytest.raises(ReportError, match="stands above some of the rows"):
        read(book(tmp_path, rows, merged))


@pytest.mark.parametrize(
    ("above", "between", "below", "scale"),
    [
        ("", "单位：万人", "", 10_000), ("", "", "单位：万人", 10_000), ("万人", "", "", 10_000),
        ("", "", "注：本表单位为千人", 1_000), ("", "", "计量单位：千人", 1_000),
        ("", "", "注：不含征缴（万元）", 1),
    ],
)  # fmt: skip
def test_the_measure_of_a_table_may_stand_around_it(
    tmp_path: Path, above: str, between: str, below: str, scale: int
) -> None:
    """In a corner, below the header or below the figures; a bracket of a note is of the note."""
    rows: Rows = [
        *([[None, above]] if above else []), ["单位", "7月"],
        *([[between]] if between else []), ["珠晖区", 3], *([[below]] if below else []),
    ]  # fmt: skip
    assert counts(read(book(tmp_path, rows))) == {"zhuhui 7": 3 * scale}


@pytest.mark.parametrize(
    "heading",
    [
        "7月比6月增加", "7月较6月增加", "7月与六月相比增减", "7月新增企业", "7月新增单位",
        "7月新增参保单位", "7月新增家庭", "July 2008 new enterprises",
    ],
)  # fmt: skip
def test_changes_and_employers_are_no_new_persons(tmp_path: Path, heading: str) -> None:
    """By how much July exceeds June, and how many firms are new, says nothing of new persons."""
    with pytest.raises(ReportError, match="no column for persons"):
        read(book(tmp_path, single(heading)))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("7月", "7月（修正）"), ("7月（修正）", "7月"), ("7月", "7月（调整后）"),
        ("July 2008", "July 2008 revised"),
    ],
)  # fmt: skip
def test_figures_and_what_they_were_put_right_to_leave_a_choice(
    tmp_path: Path, first: str, second: str
) -> None:
    """Of 7月 and 7月（修正） the caller chooses; one that he names counts."""
    path = book(tmp_path, table(first, second))
    with pytest.raises(ReportError, match=r"put right: B .*persons="):
        read(path)
    assert counts(read_reports(path, CITY, figures="new", persons=second)) == {
        "zhuhui 7": 31, "yanfeng 7": 41,
    }  # fmt: skip


def test_a_day_of_two_readings_is_no_month(tmp_path: Path) -> None:
    """5/6/2008 is the fifth of June or the sixth of May, and no June as a whole."""
    for kind in ("new", "cumulative"):
        with pytest.raises(ReportError, match="may be times"):
            read(book(tmp_path, single("5/6/2008")), kind)


def test_a_comma_of_thousands_without_quotes_is_refused(tmp_path: Path) -> None:
    """1,200 are two cells, the second under no heading; in quotes it is a number."""
    path = tmp_path / "report.csv"
    path.write_text("单位,7月\n珠晖区,1,200\n", encoding="utf-8")
    with pytest.raises(ReportError, match=r"200.? stands in a column without a heading"):
        read(path)
    path.write_text('单位,7月\n珠晖区,"1,200"\n', encoding="utf-8")
    assert counts(read(path)) == {"zhuhui 7": 1200}


def test_a_number_under_no_heading_is_refused(tmp_path: Path) -> None:
    """Serial numbers left of the units need no heading; figures right of them do."""
    rows = [[None, "单位", "7月", None], [1, "珠晖区", 30, None], [2, "雁峰区", 40, None]]
    assert counts(read(book(tmp_path, rows))) == JULY
    rows[2][3] = 9
    with pytest.raises(ReportError, match="cell D3: 9 stands"):
        read(book(tmp_path, rows))


def test_insurances_of_tables_that_are_no_neighbours(tmp_path: Path) -> None:
    """Between the tables of 养老保险 and 医疗保险 stands one that names none."""
    rows = [
        *(["养老保险"], ["单位", "7月"], ["珠晖区", 30], [None]),
        *(["2008年8月"], ["单位", "新增"], ["珠晖区", 31], [None]),
        *(["医疗保险"], ["单位", "7月"], ["雁峰区", 40]),
    ]
    with pytest.raises(ReportError, match="several kinds of insurance"):
        read(book(tmp_path, rows))


@pytest.mark.parametrize("second", ["7月", "8月"])
@pytest.mark.parametrize("section", [False, True])
def test_two_insurances_are_not_added_up(tmp_path: Path, second: str, *, section: bool) -> None:
    """养老保险 and 医疗保险, each above a table of its own or above rows of one."""
    header = [] if section else [["单位", second]]
    top = [["单位", "7月"], ["养老保险"]] if section else [["养老保险"], ["单位", "7月"]]
    rows = [*top, ["珠晖区", 30], ["医疗保险"], *header, ["雁峰区", 40]]
    with pytest.raises(ReportError, match=r"several kinds of insurance|stands above some"):
        read(book(tmp_path, rows))


def test_a_title_of_another_month_is_refused(tmp_path: Path) -> None:
    """2008年8月 above 7月: one of them is wrong, unless the caller says that 7月 counts."""
    path = book(tmp_path, single("7月", "2008年8月参保统计表"))
    with pytest.raises(ReportError, match="another month"):
        read(path)
    assert counts(read_reports(path, CITY, figures="new", persons="7月")) == JULY
    assert counts(read(book(tmp_path, table("7月", "8月", "2008年8月参保统计表")))) == TWO


@pytest.mark.parametrize(
    "heading",
    [
        *("领取待遇人数", "用工人数", "新增项目", "新增岗位", "补缴人数", "力争新增", "最高日新增"),
        *("待审核人数", "新增参保（女）", "调整前新增", "New jobs", "New pensioners"),
        *("People aged 60+", "New enrolments per 1,000", "新增千人", "2008/09"),
    ],
)  # fmt: skip
def test_a_heading_that_may_say_something_else_is_refused(tmp_path: Path, heading: str) -> None:
    """Only what plainly says persons who are enrolled counts unasked; the caller may name more."""
    rows = [["单位", heading], ["珠晖区", 30], ["雁峰区", 40]]
    path = book(tmp_path, rows)
    with pytest.raises(ReportError, match=r"may name|fiscal"):
        read_reports(path, CITY, figures="new", period=None if "/" in heading else "2008-07")
    if "/" not in heading:
        named = read_reports(path, CITY, figures="new", persons=heading, period="2008-07")
        assert counts(named) == JULY


@pytest.mark.parametrize(
    ("title", "scale"),
    [
        *(("New members, July 2008, in thousands", 1000), ("July 2008 ('000)", 1000)),
        *(("2008年7月扩面（以万计）", 10_000), ("2008年7月 千人", 1000)),
        *(("July 2008, per 100,000 people", 0), ("2008年7月（每万人）", 0), ("7月 in hundreds", 0)),
    ],
)  # fmt: skip
def test_a_title_says_what_one_stands_for_or_is_refused(
    tmp_path: Path, title: str, scale: int
) -> None:
    """In thousands, '000 and 以万计 scale the figures; what may be a scale or a rate is refused."""
    path = book(tmp_path, [[title, None], ["单位", "新增"], ["珠晖区", 3]])
    if scale:
        assert counts(read(path)) == {"zhuhui 7": 3 * scale}
    else:
        with pytest.raises(ReportError, match="what one of a figure stands for"):
            read(path)


def test_a_row_of_another_matter_does_not_count(tmp_path: Path) -> None:
    """新增参保 counts, 转移就业 beside it does not; two that are not plain are a choice."""
    rows: list[list[object]] = [
        ["单位", "月份", "项目", "人数"],
        ["珠晖区", "7月", "新增参保", 30],
        ["雁峰区", "7月", "转移就业", 9],
    ]
    tally = read(book(tmp_path, rows))
    assert counts(tally) == {"zhuhui 7": 30}
    assert [one.reason for one in tally.problems] == ["other_measure"]
    for first, second in (("领取待遇", "领取待遇"), ("男", "女")):
        rows[0][2] = "性别" if first == "男" else "项目"
        rows[1][2], rows[2][2] = first, second
        with pytest.raises(ReportError, match="only="):
            read(book(tmp_path, rows))


def test_a_column_of_years_dates_the_months_in_the_headings(tmp_path: Path) -> None:
    """2008 and 2009 in 年份 beside 12月 and 1月."""
    rows = [["年份", "单位", "12月", "1月"], [2008, "珠晖区", 30, None], [2009, "珠晖区", None, 40]]
    assert counts(read(book(tmp_path, rows))) == {"zhuhui 12": 30, "zhuhui 1": 40}


def test_a_total_may_stand_under_two_tables_side_by_side(tmp_path: Path) -> None:
    """合计 of all four columns agrees with the parts of both; a wrong one is said."""
    rows = [["单位", "7月", "单位", "7月"], ["珠晖区", 30, "耒阳市", 7], ["雁峰区", 40, "合计", 77]]
    right = read(book(tmp_path, rows))
    assert [one.reason for one in right.problems] == ["printed_total"]
    rows[2][3] = 78
    wrong = read(book(tmp_path, rows))
    assert [one.reason for one in wrong.problems] == ["total_differs"]
    assert counts(right) == counts(wrong) == {**JULY, "leiyang 7": 7}


@pytest.mark.parametrize("heading", ["", "备注"])
def test_a_number_cut_by_its_comma_is_refused_also_where_it_is_named(
    tmp_path: Path, heading: str
) -> None:
    """1,200 without quotes is 1 and 200."""
    path = tmp_path / "report.csv"
    path.write_text(f"单位,7月,{heading}\n珠晖区,1,200\n", "utf-8")
    with pytest.raises(ReportError, match="200 stands"):
        read_reports(path, CITY, figures="new", persons="7月")


def test_one_table_of_two_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """Below the persons stands a table of money: the persons count, the other is a problem."""
    rows = [
        ["2008年7月"], ["单位", "新增"], ["珠晖区", 30], [None],
        ["附表：2008年7月征缴情况"], ["单位", "征缴额(万元)"], ["珠晖区", 31],
    ]  # fmt: skip
    tally = read(book(tmp_path, rows))
    assert counts(tally) == {"zhuhui 7": 30}
    assert [one.reason for one in tally.problems] == ["no_table"]


def test_every_heading_of_a_sheet_is_explained(tmp_path: Path) -> None:
    """Each column has its letter, a role and a reason; wholly blank ones are none."""
    rows = [["单位", None, "7月新增", "备注"], ["珠晖区", None, 30, "好"]]
    columns: Mapping[str, object] = read(book(tmp_path, rows)).columns.to_dict("list")
    assert columns["column"] == ["A", "C", "D"]
    assert columns["role"] == ["unit", "counted", "note"]


def test_a_year_is_read_whatever_heads_its_column_and_none_is_guessed(tmp_path: Path) -> None:
    """2007 under 报表年份 is 2007; a blank below it may be the same; fiscal years are refused."""
    rows: list[list[object]] = [["单位", "报表年份", "月份", "新增"], ["珠晖区", 2007, "7月", 30]]
    tally = read(book(tmp_path, rows))
    assert (counts(tally), tally.problems[0].reason) == ({}, "outside_campaign")
    rows.append(["雁峰区", None, "8月", 41])
    tally = read(book(tmp_path, rows))
    assert counts(tally) == {}
    assert {one.reason for one in tally.problems} == {"outside_campaign", "ambiguous_date"}
    rows[0][1] = "FY"
    with pytest.raises(ReportError, match="fiscal"):
        read(book(tmp_path, rows))


@pytest.mark.parametrize(
    ("heading", "measure", "persons"),
    [("量纲", "万人", 50_000), ("UoM", "thousands", 5000), ("计量单位", "十人", None)],
)
def test_a_column_of_measures_is_known_by_its_cells(
    tmp_path: Path, heading: str, measure: str, persons: int | None
) -> None:
    """5 of 万人 are 50,000; what one of 十人 stands for nobody here knows."""
    rows = [["单位", heading, "7月"], ["珠晖区", measure, 5]]
    tally = read(book(tmp_path, rows))
    assert counts(tally) == ({} if persons is None else {"zhuhui 7": persons})
    assert [one.reason for one in tally.problems] == ([] if persons else ["other_measure"])


def test_a_note_below_in_english_scales_too(tmp_path: Path) -> None:
    """Note: figures in thousands."""
    rows = [["单位", "7月"], ["珠晖区", 5], ["Note: figures in thousands"]]
    assert counts(read(book(tmp_path, rows))) == {"zhuhui 7": 5000}


def test_how_a_figure_changed_shows_that_it_is_a_stock(tmp_path: Path) -> None:
    """参保人数 5,000, 30 more than last month, are no 5,000 new persons."""
    rows = [["单位", "参保人数", "较上月增加"], ["珠晖区", 5000, 30]]
    with pytest.raises(ReportError, match="all who are insured"):
        read_reports(book(tmp_path, rows), CITY, figures="new", period="2008-07")


def test_new_figures_of_several_months_are_none_of_one(tmp_path: Path) -> None:
    """1-7月 with period="2008-07" is refused; 本月新增 below that title is July's."""
    path = book(tmp_path, single("扩面人数", "2008年1-7月扩面情况表"))
    with pytest.raises(ReportError, match="a part of the time"):
        read_reports(path, CITY, figures="new", period="2008-07")
    path = book(tmp_path, single("本月新增", "2008年1-7月扩面情况表"))
    assert counts(read_reports(path, CITY, figures="new", period="2008-07")) == JULY


def test_new_figures_above_the_total_to_their_month_are_said(tmp_path: Path) -> None:
    """200 new in April beside 150 from April to April."""
    rows = [["单位", "本月新增", "4月累计"], ["珠晖区", 200, 150]]
    tally = read_reports(book(tmp_path, rows), CITY, figures="new", period="2008-04")
    assert [one.reason for one in tally.problems] == ["figures_differ"]


@pytest.mark.parametrize("parts", [(100, 400), (100, 300), (None, None)])
def test_a_row_over_all_channels_is_a_check(parts: tuple[int | None, int | None]) -> None:
    """合计 beside the rows of channels is never added to them, and none of it counts alone."""
    names = ["合计", "new_employer", "self_employed"]
    frame = pd.DataFrame({"unit": "a", "channel": names, "persons": [500, *parts]})
    tally = read_reports(
        frame.astype({"persons": "Int64"}), tiny(), figures="new", period="2026-07"
    )
    assert int(tally.net()["net"].sum()) == sum(part or 0 for part in parts)
    reason = "printed_total" if sum(part or 0 for part in parts) == 500 else "total_differs"
    assert reason in [one.reason for one in tally.problems]


def test_a_rate_of_which_nothing_is_known_is_not_passed_over(tmp_path: Path) -> None:
    """Without a target and eligible persons 90 % cannot be compared, and the problem says so."""
    rows = [["单位", "7月", "率"], ["珠晖区", 30, "90%"]]
    tally = read_reports(book(tmp_path, rows), CITY, figures="new", rate="率")
    assert [one.reason for one in tally.problems] == ["rate_unreadable"]

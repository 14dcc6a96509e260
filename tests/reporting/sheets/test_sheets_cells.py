"""Numbers, names, dates and headings as officials write them; expected values are written out."""

import datetime as dt
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage_campaign.model.dates import Window
from coverage_campaign.model.units import Unit
from coverage_campaign.reporting.sheets.column_roles import (
    is_note,
    is_total,
    meaning_of,
    measure_of,
    table_measure,
)
from coverage_campaign.reporting.sheets.dates import (
    Span,
    find_written,
    read_cells,
    read_written,
    spans_of,
    with_printed_year,
)
from coverage_campaign.reporting.sheets.names import channel_names, unit_names
from coverage_campaign.reporting.sheets.numbers import MOST_PERSONS, read_counts, read_number
from support.campaigns import tiny

YEAR = Window("2008-04-01", "2009-03-30")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("8950", 8950),
        ("８９５０人", 8950),
        ("1,300 人", 1300),
        ("1，300人次", 1300),
        ("7.6万", 76_000),
        ("7.6 万人", 76_000),
        ("1.2亿", 120_000_000),
        ("+12", 12),
        ("−12", -12),
        ("△3", -3),
        ("▲1,000", -1000),
        (12, 12),
        (12.0, 12),
        (np.int64(12), 12),
        (42.2, Fraction(422, 10)),
        ("61%", Fraction(61, 100)),
        ("６１．５％", Fraction(615, 1000)),
        ("0", 0),
    ],
)
def test_a_number_is_read_exactly(cell: object, value: Fraction) -> None:
    """Full-width digits, separators, scales and counting words do not change what is meant."""
    number = read_number(cell)
    assert number is not None
    assert number.value == value


@pytest.mark.parametrize(
    "cell",
    ["", " ", "　", "—", "——", "－", "-", "/", "无", "n/a", "NaN", None, float("nan"), pd.NA],
)
def test_nothing_is_nothing_and_never_zero(cell: object) -> None:
    """What stands for "no figure" is None."""
    assert read_number(cell) is None


@pytest.mark.parametrize(
    "cell",
    [
        "约8000",
        "3480元/年",
        "1,23",
        "12,3456",
        "八百",
        "1 2 3 4 5 万 6",
        "12.",
        "1e5",
        "=1+1",
        True,
        dt.date(2008, 7, 1),
        float("inf"),
        "9" * 500,
    ],
)
def test_what_is_not_plainly_a_number_is_refused(cell: object) -> None:
    """A sentence, a doubtful separator, a formula, a date: none of them is guessed at."""
    with pytest.raises(ValueError, match="not a number"):
        read_number(cell)


def test_persons_are_whole_and_no_money() -> None:
    """A rate, money, a length, households, half a person: no count of persons; each row says so."""
    column = pd.Series(["12人", "61%", "10000万元", "11.2公里", "1.5", 2.5, None, "无", "30户"])
    counts = read_counts(column)
    assert counts.faults.tolist() == [
        "",
        "not_a_count",
        *["other_measure"] * 2,
        *["not_a_count"] * 2,
        *["no_figure"] * 2,
        "other_measure",
    ]
    assert counts.persons[0] == 12


def test_columns_of_numbers_know_their_limits() -> None:
    """Counts that floats cannot hold, infinities and half persons are no counts."""
    column = pd.Series([1.0, 1.5, np.nan, np.inf, 1e16, -3.0])
    assert read_counts(column).faults.tolist() == [
        "",
        "not_a_count",
        "no_figure",
        "not_a_count",
        "not_a_count",
        "",
    ]
    assert read_counts(pd.Series([True, False])).faults.tolist() == ["not_a_count"] * 2
    assert read_counts(pd.Series([1, None], dtype="Int64")).faults.tolist() == ["", "no_figure"]


def test_a_heading_in_ten_thousands_scales_bare_numbers_only() -> None:
    """Under 累计(万人) 7.6 is 76,000, and 12人 are twelve; the print's step is remembered."""
    for heading in ("累计（万人）", "累计 (单位：万人)"):
        measure = meaning_of([heading]).measure
        assert measure is not None
        assert measure.scale == 10_000
    assert meaning_of(["累计"]).measure is None
    counts = read_counts(pd.Series(["7.6", "12人", 3]), scale=10_000)
    assert counts.persons.tolist() == [76_000, 12, 30_000]
    assert counts.steps.tolist() == [1_000, 1, 10_000]


_FULL_WIDTH = str.maketrans("0123456789,.", "０１２３４５６７８９，．")


@given(
    number=st.integers(-MOST_PERSONS, MOST_PERSONS),
    grouped=st.booleans(),
    wide=st.booleans(),
    unit=st.sampled_from(["", "人", " 人", "　人次", "名"]),
    minus=st.sampled_from(["-", "−", "△", "▲ "]),
)
def test_every_way_of_printing_a_count_reads_back(
    *, number: int, grouped: bool, wide: bool, unit: str, minus: str
) -> None:
    """However a count is printed, the same count is read."""
    text = f"{abs(number):,}" if grouped else str(abs(number))
    text = (minus if number < 0 else "") + (text.translate(_FULL_WIDTH) if wide else text) + unit
    counts = read_counts(pd.Series([text]))
    assert counts.persons.tolist() == [number]
    assert counts.known.all()


@given(st.text(max_size=20))
def test_no_text_breaks_the_reading(text: str) -> None:
    """Any text is a count, nothing, or no count; reading it never fails otherwise."""
    assert read_counts(pd.Series([text], dtype=object)).faults[0] in {
        *("", "no_figure", "not_a_count", "other_measure"),
    }


# -- names -----------------------------------------------------------------------------------------


def test_units_are_known_by_code_name_alias_and_short_name() -> None:
    """耒阳 is 耒阳市, spaces and case do not matter, leading marks of sub-parts neither."""
    campaign = tiny().with_part(
        Unit("430481", {"zh-Hans": "耒阳市"}, "county", aliases=("耒陽市",))
    )
    names = unit_names(campaign)
    texts = [
        "430481",
        "耒阳市",
        "耒　阳",
        "耒阳 市",
        "耒陽市",
        "耒陽",
        "..Ash county",
        "ASH",
        430481,
        430481.0,
    ]
    found, ways_out = names.find(pd.Series(texts, dtype=object))
    assert [names.codes[at] for at in found] == ["430481"] * 6 + ["a"] * 2 + ["430481"] * 2
    assert ways_out == {}


def test_codes_that_became_floats_are_codes_again() -> None:
    """A column of codes with a gap becomes floats in a frame: 430481.0 is 430481."""
    names = unit_names(tiny().with_part(Unit("430481", "Leiyang", "county")))
    found, _ = names.find(pd.Series([430481.0, np.nan]))
    assert [found[0] >= 0, found[1] >= 0] == [True, False]


def test_a_name_of_two_units_is_neither() -> None:
    """衡阳 may be 衡阳县 or 衡阳市: nobody guesses, and the way out names both."""
    campaign = (
        tiny().with_part(Unit("x", "衡阳县", "county")).with_part(Unit("y", "衡阳市", "city"))
    )
    found, ways_out = unit_names(campaign).find(pd.Series(["衡阳", "衡阳县", "衡阳市"]))
    codes = unit_names(campaign).codes
    assert found[0] == -1
    assert [codes[at] for at in found[1:]] == ["x", "y"]
    assert {text: str(fix) for text, fix in ways_out.items()} == {
        "衡阳": "it may mean x and y: write the code"
    }


def test_a_near_miss_is_suggested_and_not_taken() -> None:
    """Asch is not Ash; the way out asks whether a was meant."""
    found, ways_out = unit_names(tiny()).find(pd.Series(["Asch"]))
    assert found.tolist() == [-1]
    assert str(ways_out["Asch"]).startswith("did you mean a?")


def test_channels_are_known_by_code_and_name() -> None:
    """A channel's name stands for its code; 合计 is every channel together."""
    names = channel_names(tiny())
    found, _ = names.find(pd.Series(["Self-employed", "lapsed", "合计", "none such"]))
    assert [names.codes[at] if at >= 0 else None for at in found] == [
        "self_employed",
        "lapsed",
        "all",
        None,
    ]


# -- dates -----------------------------------------------------------------------------------------


def span(*texts: str, window: Window = YEAR) -> list[str]:
    """Return the days of texts in their order as 'first..last', or why there are none."""
    found = spans_of([read_written(text) for text in texts], window)
    return [f"{one.first}..{one.last}" if isinstance(one, Span) else one for one in found]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        *((text, "2008-07-31..2008-07-31") for text in (
            *("2008-07-31", "2008/7/31", "2008年7月31日", "２００８年７月３１日", "2008.7.31"),
            *("20080731", "2008-07-31 08:30:00", "31/07/2008", "31 July 2008", "7月31日"),
        )),
        *((text, "2008-07-01..2008-07-31") for text in (
            *("2008-07", "2008年7月份", "7月", "七月", "二〇〇八年七月", "08年7月", "July 2008"),
            *("Jul-08", "200807", "7/2008", "July"),
        )),
        *((text, "2008-01-01..2008-07-31") for text in ("2008年1-7月", "1- 7月", "1至7月")),
        *((text, "2008-04-01..2008-06-30") for text in (
            *("4-6月", "二季度", "第二季度", "2008Q2", "Q2 2008", "2008年2季度", "Apr-Jun 2008"),
        )),
        *((text, "2008-01-01..2008-06-30") for text in ("上半年", "2008年上半年")),
        *((text, "2008-01-01..2008-12-31") for text in ("2008", "2008年", "2008年度")),
        *((text, "None..2008-07-31") for text in ("截至2008年7月31日", "7月底", "2008年7月末")),
        ("截至3月25日", "None..2009-03-25"),
        ("2月", "2009-02-01..2009-02-28"),
        ("2008年12月26日至2009年1月25日", "2008-12-26..2009-01-25"),
        ("6月26日-7月25日", "2008-06-26..2008-07-25"),
        ("前三季度", "2008-01-01..2008-09-30"),
        ("7月上旬", "2008-07-01..2008-07-10"),
        ("2008-W30", "2008-07-21..2008-07-27"),
    ],
)  # fmt: skip
def test_a_date_is_read_as_the_days_that_it_says(text: str, days: str) -> None:
    """A day, a month, several, a quarter, a year, or the time up to a day: both ends inside."""
    assert span(text) == [days]


@pytest.mark.parametrize("text", ["2008-13", "2008-02-30", "soon", "31", "7", "第7月度", "08-07"])
def test_what_is_no_date_is_none(text: str) -> None:
    """An impossible day and a bare number are no dates."""
    assert read_written(text) == "not_a_date"


MONTHS = [f"{month}月" for month in range(1, 13)]


def test_january_before_the_start_is_not_next_year_s() -> None:
    """January to December is one year; April to March runs on into the next, and both backwards."""
    assert span(*MONTHS)[::6] == ["2008-01-01..2008-01-31", "2008-07-01..2008-07-31"]
    assert span(*reversed(MONTHS))[-1] == "2008-01-01..2008-01-31"
    assert span(*MONTHS[3:], *MONTHS[:3])[-3] == "2009-01-01..2009-01-31"
    assert span("2月", "1月", "12月")[:2] == ["2009-02-01..2009-02-28", "2009-01-01..2009-01-31"]
    assert span("1月", "2月", "3月", "4月")[0] == "2008-01-01..2008-01-31"


def test_a_month_that_may_be_of_two_years_is_ambiguous() -> None:
    """January above December may stand before it or after it; months in no order say nothing."""
    assert span("1月", "12月") == ["ambiguous_date", "2008-12-01..2008-12-31"]
    assert span("7月", "3月", "9月", "1月")[1::2] == ["ambiguous_date"] * 2
    long = Window("2008-01-01", "2009-12-31")
    assert span("7月", window=long) == ["ambiguous_date"]


def test_a_running_total_of_a_new_year_begins_in_it() -> None:
    """1-1月 after 1-12月 is January of the next year."""
    assert span("1-11月", "1-12月", "1-1月") == [
        *("2008-01-01..2008-11-30", "2008-01-01..2008-12-31", "2009-01-01..2009-01-31"),
    ]


def test_a_printed_year_is_that_of_the_months_below_it() -> None:
    """Under 2007年 a July is of 2007; under two years it is of neither."""
    july = [read_written("7月")]
    assert spans_of(with_printed_year(july, [2007]), YEAR)[0].last == dt.date(2007, 7, 31)
    assert with_printed_year(july, [2007, 2008]) == ["ambiguous_date"]


def test_a_date_is_found_in_a_title() -> None:
    """The days that a title names are what its table is about."""
    found = find_written("岳阳楼区2017年1-8月省重点民生实事完成情况表")
    assert found is not None
    assert (found[0].year, found[0].first_month, found[0].month) == (2017, 1, 8)
    until = find_written("截至2008年7月31日")
    assert until is not None
    assert until[0].unit == "until"
    period = find_written("统计期间：2008年6月26日至7月25日")
    assert period is not None
    assert period[0].in_year(2008).first == dt.date(2008, 6, 26)
    assert find_written("扩面情况表") is None


def test_cells_of_every_kind_are_dates_or_say_why_not() -> None:
    """Dates, serial numbers of spreadsheets and text; a time zone is no civil time."""
    zoned = dt.datetime(2008, 7, 1, tzinfo=dt.UTC)
    cells = [
        dt.date(2008, 7, 3),
        39630,
        39630.0,
        20080731,
        pd.Period("2008Q3"),
        np.datetime64("NaT", "D"),
    ]
    read = read_cells([*cells, zoned, pd.NaT, "", 123.5, True, 99999], YEAR)
    assert [str(one.last) if isinstance(one, Span) else one for one in spans_of(read, YEAR)] == [
        *("2008-07-03", "2008-07-01", "2008-07-01", "2008-07-31", "2008-09-30", "no_date"),
        *("not_a_date", "no_date", "no_date", "not_a_date", "not_a_date", "not_a_date"),
    ]


def test_one_slashed_date_decides_for_its_column() -> None:
    """05/07/2008 may be July or May; beside 31/07/2008 it is 5 July."""
    assert read_cells(["05/07/2008"], YEAR) == ["ambiguous_date"]
    first, _ = read_cells(["05/07/2008", "31/07/2008"], YEAR)
    assert (first.month, first.day) == (7, 5)
    assert read_cells(["05/07/2008", "31/07/2008", "07/31/2008"], YEAR)[0] == "ambiguous_date"


# -- headings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "headings"),
    [
        ("unit", ["单　位", "責任單位", "县市区", "县（市、区）", "县（区）", "填报单位"]),
        ("parent", ["所属县区", "上级单位"]),
        ("date", ["日期", "统计时间"]),
        ("month", ["月份", "month"]),
        ("year", ["年份", "Year"]),
        ("new", ["本月\n新增", "本月新增（人）", "新增参保人数", "净增参保人数", "New enrolments"]),
        ("cumulative", ["累计完成", "今年累计新增", "本年", "persons to date", "截至目前累计"]),
        ("persons", ["人数", "参保人数", "已完成数", "完成数", "1-7月 \n实际完成情况"]),
        ("stock", ["期末参保人数", "在册人数", "Enrolled"]),
        ("target", ["任务数", "目标任务", "全年任务", "target", "責任目標"]),
        ("plan", ["计划数", "应完成数", "Planned", "计划完成"]),
        ("rate", ["完成率（％）", "1-8月实际完成率%", "任务完成率", "完成比例", "per_hundred"]),
        ("earlier", ["上年同期", "去年完成数", "上月累计", "last year"]),
        ("change", ["同比增长（%）", "比上年同期增加", "增长率"]),
        ("remaining", ["未完成数", "差额", "应保未保人数"]),
        ("payment", ["征缴额（万元）", "基金收入", "Amount"]),
        ("households", ["参保户数", "新增参保单位数"]),
        ("eligible", ["应保人数", "population_2019"]),
        ("unclear", ["本月累计"]),
        ("note", ["备注", "填报日期"]),
        ("serial", ["序号"]),
        (None, ["男", "其中：农民工", "7月", "2008年"]),
    ],
)  # fmt: skip
def test_a_heading_says_what_its_column_holds(kind: str | None, headings: list[str]) -> None:
    """Line breaks, brackets and traditional letters do not matter."""
    assert {heading: meaning_of([heading]).kind for heading in headings} == dict.fromkeys(
        headings, kind
    )


@pytest.mark.parametrize(
    ("levels", "kind"),
    [
        (["7月", "计划"], "plan"),
        (["计划数", "7月"], "plan"),
        (["完 成 情 况", "本月\n新增"], "new"),
        (["任务完成情况", "任务数"], "target"),
        (["任务完成情况", "完成数"], "persons"),
        (["上年同期", "完成"], "earlier"),
        (["累计完成", "完成率"], "rate"),
        (["本月", "人数"], "new"),
        (["累计", "计划"], "plan"),
    ],
)
def test_levels_of_a_heading_are_read_together(levels: list[str], kind: str) -> None:
    """The lowest level that names a kind holds; last year is so on whichever level."""
    assert meaning_of(levels).kind == kind


def test_what_a_heading_says_beyond_is_its_qualifier() -> None:
    """农民工 are some of the persons; what has been understood is none of it."""
    assert meaning_of(["新增农民工人数"]).qualifier == "农民工"
    assert meaning_of(["养老保险", "新增"]).qualifier == "养老保险"
    assert meaning_of(["新增参保人数（人）"]).qualifier == ""
    assert meaning_of(["people_fully_vaccinated"]).qualifier == "fully vaccinated"


def test_measures_are_persons_or_not() -> None:
    """千人 are thousands of people; 户 and 万元 are none."""
    assert [measure_of(text).scale for text in ("人", "人次", "千人", "万人")] == [
        1,
        1,
        1000,
        10**4,
    ]
    assert not any(measure_of(text).persons for text in ("户", "万元", "亿元"))
    assert measure_of("含开发区") is None
    assert table_measure("扩面进度（单位：万人）").scale == 10_000
    assert table_measure("单位：人、万元").persons
    assert table_measure("填报单位：市劳动局") is None


def test_totals_and_notes_are_known_by_their_words() -> None:
    """合　计 adds others up; 注 is a note; a unit is neither."""
    totals = ["合　计", "小计", "总计", "全市合计", "Total", "全市", "衡阳市合计", "本月合计"]
    assert all(map(is_total, totals))
    assert all(
        map(is_note, ["注：含开发区", "备注: x", "制表人：张三", "Source: Census", "Note 1"])
    )
    assert not any(map(is_total, ["珠晖区", "统计局", "全州县"]))
    assert not any(map(is_note, ["珠晖区", "统计局", "Notre Dame", "说明书厂"]))

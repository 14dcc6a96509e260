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
from coverage_campaign.reporting.sheets.column_roles import is_note, is_total, role_of, scale_of
from coverage_campaign.reporting.sheets.dates import find_moment, read_dates, read_moment
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
    """A rate, an amount, a length or half a person is no count of persons; each row says so."""
    column = pd.Series(["12人", "61%", "10000万元", "11.2公里", "1.5", 2.5, None, "无", "7699套"])
    counts = read_counts(column)
    assert counts.faults.tolist() == ["", *["not_a_count"] * 5, "no_figure", "no_figure", ""]
    assert counts.persons[[0, 8]].tolist() == [12, 7699]


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
    assert scale_of("累计（万人）") == scale_of("累计 (单位：万人)") == 10_000
    assert scale_of("累计（人）") == scale_of("累计") == 1
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
        "",
        "no_figure",
        "not_a_count",
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
    assert ways_out == {"衡阳": "it may mean x or y: write the code"}


def test_a_near_miss_is_suggested_and_not_taken() -> None:
    """Asch is not Ash; the way out asks whether a was meant."""
    found, ways_out = unit_names(tiny()).find(pd.Series(["Asch"]))
    assert found.tolist() == [-1]
    assert ways_out["Asch"].startswith("did you mean a?")


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


@pytest.mark.parametrize(
    ("text", "day", "whole_month"),
    [
        ("2008-07-31", "2008-07-31", False),
        ("2008/7/31", "2008-07-31", False),
        ("2008年7月31日", "2008-07-31", False),
        ("２００８年７月３１日", "2008-07-31", False),
        ("2008.7.31", "2008-07-31", False),
        ("20080731", "2008-07-31", False),
        ("2008-07-31 08:30:00", "2008-07-31", False),
        ("2008-07", "2008-07-31", True),
        ("2008年7月份", "2008-07-31", True),
        ("2008年1-7月", "2008-07-31", True),
        ("2009年2月", "2009-02-28", True),
        ("2008年12月", "2008-12-31", True),
        ("1- 8月", "2008-08-31", True),
        ("7月", "2008-07-31", True),
        ("2月", "2009-02-28", True),
        ("7月5日", "2008-07-05", False),
    ],
)
def test_a_date_is_read_as_it_is_written(text: str, day: str, *, whole_month: bool) -> None:
    """A month reaches to its last day; one without a year is the campaign's first such month."""
    moment = read_moment(text, YEAR)
    assert moment is not None
    assert moment.day == dt.date.fromisoformat(day)
    assert moment.whole_month == whole_month
    assert moment.year_assumed == ("200" not in text and "２" not in text)


@pytest.mark.parametrize("text", ["2008-13", "2008-02-30", "soon", "31", "2008", "7", "第7月度"])
def test_what_is_no_date_is_none(text: str) -> None:
    """An impossible day and a bare number are no dates."""
    assert read_moment(text, YEAR) is None


def test_a_date_is_found_in_a_title() -> None:
    """The first day or month that a title names is what its table is about."""
    title = "岳阳楼区2017年1-8月省重点民生实事完成情况表"
    assert find_moment(title, YEAR).day == dt.date(2017, 8, 31)
    assert find_moment("截至2008年7月31日", YEAR).day == dt.date(2008, 7, 31)
    assert find_moment("扩面情况表", YEAR) is None


def test_a_time_zone_is_no_civil_date() -> None:
    """Dates with a zone, and mixed ones, are no dates row by row; the others still are."""
    zoned = dt.datetime(2008, 7, 1, tzinfo=dt.UTC)
    column = pd.Series([zoned, "2008-07-02", dt.date(2008, 7, 3), pd.NaT, "", 39630], dtype=object)
    dates = read_dates(column, YEAR)
    assert dates.faults.tolist() == ["not_a_date", "", "", "no_date", "no_date", "not_a_date"]
    aware = pd.Series(pd.to_datetime(["2008-07-01"])).dt.tz_localize("Asia/Shanghai")
    assert read_dates(aware, YEAR).faults.tolist() == ["not_a_date"]


# -- headings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "new", "cumulative"),
    [
        ("单　位", "unit", "unit"),
        ("责任单位", "unit", "unit"),
        ("县市区", "unit", "unit"),
        ("本月\n新增", "persons", "other"),
        ("本月新增（人）", "persons", "other"),
        ("累计完成", "other", "persons"),
        ("1-7月 \n实际完成情况", "other", "persons"),
        ("任务数", "target", "target"),
        ("目标任务", "target", "target"),
        ("完成率（％）", "rate", "rate"),
        ("1-8月实际完成率%", "rate", "rate"),
        ("任务完成率", "rate", "rate"),
        ("备注", None, None),
        ("序号", None, None),
        ("人数", "persons", "persons"),
        ("日期", "date", "date"),
    ],
)
def test_a_heading_says_what_its_column_holds(
    heading: str, new: str | None, cumulative: str | None
) -> None:
    """Line breaks and brackets do not matter; the figures of the other kind are told apart."""
    assert role_of(heading, "new") == new
    assert role_of(heading, "cumulative") == cumulative


def test_totals_and_notes_are_known_by_their_words() -> None:
    """合　计 adds others up; 注 is a note; a unit is neither."""
    assert all(map(is_total, ["合　计", "小计", "总计", "全市合计", "Total", "全市"]))
    assert all(
        map(is_note, ["注：含开发区", "备注: x", "制表人：张三", "Source: Census", "Note 1"])
    )
    assert not any(map(is_total, ["珠晖区", "统计局", "全州县"]))
    assert not any(map(is_note, ["珠晖区", "统计局", "Notre Dame", "说明书厂"]))

"""What holds of every reading of reports: no row is lost, none invented, order does not matter."""

import datetime as dt
import random
from collections import Counter

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.errors import DefinitionError, ReportError
from coverage_campaign.model.units import Unit
from coverage_campaign.reporting.result import Tally
from coverage_campaign.reporting.sheets.read_reports import read_reports
from support.campaigns import tiny

_UNITS = ["a", "甲县", "b", "Cedar", "nowhere", ""]
_DATES = ["2026-06-01", "2026-06-03", "2026-06-08", "2027-01-31", "2026-05-31", "2027-02-01", "no"]
_FIGURES = [0, 5, "7人", "—", None, "1.5", "many", -2, 10**16]
_CHANNELS = ["all", "self_employed", "Lapsed", "by post"]
_rows = st.lists(
    st.tuples(*(st.sampled_from(one) for one in (_UNITS, _DATES, _FIGURES, _CHANNELS))),
    max_size=25,
)


def frame_of(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    """Return rows as a frame."""
    return pd.DataFrame(rows, columns=["unit", "date", "persons", "channel"], dtype=object)


@settings(deadline=None)
@given(rows=_rows, kind=st.sampled_from(["new", "cumulative"]), baseline=st.sampled_from([None, 0]))
def test_every_row_is_counted_or_explained(
    rows: list[tuple[object, ...]], kind: str, baseline: int | None
) -> None:
    """Rows in = rows counted + stock + rows explained, whatever the rows hold."""
    tally = read_reports(frame_of(rows), tiny(), figures=kind, by="day", baseline=baseline)
    stock_rows = tally.rows_in - tally.problems.rows - len(tally.to_frame())
    assert tally.rows_in == len(rows)
    assert stock_rows >= 0
    assert (stock_rows > 0) == (len(tally.stock) > 0)
    assert baseline is None or stock_rows == 0
    assert kind == "cumulative" or stock_rows == 0
    uncounted = Counter(one.reason for one in tally.problems if not one.counted)
    assert dict(tally.problems.totals) == dict(uncounted)


@pytest.mark.slow
@settings(deadline=None)
@given(
    rows=_rows, order=st.randoms(use_true_random=False), kind=st.sampled_from(["new", "cumulative"])
)
def test_the_order_of_rows_does_not_matter(
    rows: list[tuple[object, ...]], order: random.Random, kind: str
) -> None:
    """Shuffled rows give the same counts, the same stock and the same reasons."""
    shuffled = list(rows)
    order.shuffle(shuffled)
    first, second = (
        read_reports(frame_of(one), tiny(), figures=kind, by="day") for one in (rows, shuffled)
    )
    pd.testing.assert_frame_equal(first.to_frame(), second.to_frame())
    pd.testing.assert_frame_equal(first.stock, second.stock)
    assert dict(first.problems.totals) == dict(second.problems.totals)


@settings(deadline=None)
@given(
    figures=st.dictionaries(
        st.tuples(st.sampled_from("abc"), st.integers(1, 10)), st.integers(-50, 500), min_size=1
    )
)
def test_running_totals_of_new_figures_read_as_the_new_figures(
    figures: dict[tuple[str, int], int],
) -> None:
    """Cumulative with baseline 0 undoes the running sum, unit by unit, day by day."""
    rows = [(unit, dt.date(2026, 6, day), n) for (unit, day), n in sorted(figures.items())]
    frame = pd.DataFrame(rows, columns=["unit", "date", "persons"])
    running = frame.assign(persons=frame.groupby("unit")["persons"].cumsum() + 10_000)
    new = read_reports(frame, tiny(), figures="new", by="day")
    again = read_reports(running, tiny(), figures="cumulative", by="day", baseline=10_000)
    pd.testing.assert_frame_equal(new.to_frame(), again.to_frame())


@settings(deadline=None)
@given(
    figures=st.dictionaries(
        st.tuples(st.sampled_from("abc"), st.integers(1, 10)), st.integers(0, 500), min_size=1
    ),
    cut=st.integers(1, 10),
)
def test_as_of_reads_what_was_there_and_no_more(
    figures: dict[tuple[str, int], int], cut: int
) -> None:
    """A reading as of a day is the reading of the rows to that day."""
    rows = [(unit, dt.date(2026, 6, day), n) for (unit, day), n in figures.items()]
    frame = pd.DataFrame(rows, columns=["unit", "date", "persons"])
    day = dt.date(2026, 6, cut)
    known = read_reports(frame, tiny(), figures="cumulative", by="day", as_of=day)
    cut_off = read_reports(
        frame[frame["date"] <= day], tiny(), figures="cumulative", by="day", as_of=day
    )
    pd.testing.assert_frame_equal(known.to_frame(), cut_off.to_frame())
    assert known.problems.rows == int((frame["date"] > day).sum())


def read(rows: list[tuple[object, ...]], **options: object) -> Tally:
    """Return the tally of rows (unit, date, persons) by day."""
    frame = pd.DataFrame(rows, columns=["unit", "date", "persons"], dtype=object)
    return read_reports(frame, tiny(), **{"figures": "new", "by": "day", **options})


def reasons(tally: Tally) -> list[str]:
    """Return the reasons of a tally's problems, in order."""
    return [problem.reason for problem in tally.problems]


def test_equal_doubles_count_once_and_contradictions_not_at_all() -> None:
    """The same figure twice counts once; two figures for one unit and day count neither."""
    tally = read(
        [
            ("a", "2026-06-01", 5),
            ("甲县", "2026-06-01", "5人"),
            ("b", "2026-06-01", 5),
            ("b", "2026-06-01", 6),
        ]
    )
    assert tally.to_frame()[["unit", "persons"]].to_numpy().tolist() == [["a", 5]]
    assert dict(tally.problems.totals) == {"contradicting": 2, "double": 1}
    (double,) = [one for one in tally.problems if one.reason == "double"]
    assert str(double) == (
        "reports, row 1, column 'persons': 5 persons once more for the same unit and date"
        " -- the first is counted"
    )


def test_a_unit_that_leaves_out_a_day_is_named() -> None:
    """Days on which others reported and a unit did not are one problem a unit."""
    days = [f"2026-06-0{day}" for day in range(1, 7)]
    rows = [("a", day, 1) for day in days] + [("b", day, 1) for day in (days[0], days[3], days[5])]
    (gap,) = [one for one in read(rows).problems if one.reason == "no_report"]
    assert (gap.where, gap.counted) == ("unit 'b'", True)
    assert gap.found == (
        "no figure in 3 periods in which others reported: 2 Jun 2026 to 3 Jun 2026 and 5 Jun 2026"
    )


def test_a_unit_that_is_closed_leaves_nothing_out() -> None:
    """A unit that closed on 2 June owes no figure of the third."""
    closed = attrs.evolve(tiny().unit("b"), closed=dt.date(2026, 6, 2))
    frame = pd.DataFrame(
        [("a", f"2026-06-0{day}", 1) for day in range(1, 5)] + [("b", "2026-06-01", 1)],
        columns=["unit", "date", "persons"],
    )
    tally = read_reports(frame, tiny().with_part(closed), figures="new", by="day")
    (gap,) = tally.problems
    assert gap.found == "no figure in 1 period in which others reported: 2 Jun 2026"


def test_a_months_first_days_name_months() -> None:
    """Period = first day of the month is what this library writes: July is over on 31 July."""
    frame = pd.DataFrame(
        {"unit": ["a", "a"], "period": pd.to_datetime(["2026-06-01", "2026-07-01"]), "persons": 3}
    )
    before, after = (
        read_reports(frame, tiny(), figures="new", as_of=day)
        for day in ("2026-07-30", "2026-07-31")
    )
    assert len(before.to_frame()) == 1
    assert reasons(before) == ["not_yet_reported"]
    assert len(after.to_frame()) == 2
    half_a_day = read_reports(frame, tiny(), figures="new", as_of="2026-07-31T12:00")
    assert len(half_a_day.to_frame()) == 1


def test_a_tally_reads_back_as_itself() -> None:
    """What a tally writes, read as new figures, is the same tally."""
    first = read([("a", "2026-06-01", 5), ("c", "2026-06-02", 7)])
    again = read_reports(first.to_frame(), tiny(), figures="new", by="day")
    pd.testing.assert_frame_equal(first.to_frame(), again.to_frame())


def test_a_fall_of_new_figures_is_kept() -> None:
    """A negative figure of a month is a correction: counted and said."""
    tally = read([("a", "2026-06-01", 5), ("a", "2026-06-02", -2)])
    assert tally.to_frame()["persons"].tolist() == [5, -2]
    assert reasons(tally) == ["fall"]
    assert tally.problems.rows == 0


def test_new_and_cumulative_columns_are_held_against_each_other() -> None:
    """A printed new figure that is not the rise of the cumulative one is named, either way."""
    frame = pd.DataFrame(
        {
            "单位": ["甲县"] * 3,
            "月份": ["6月", "7月", "8月"],
            "本月新增": [10, 20, 30],
            "累计完成": [10, 30, 61],
        }
    )
    for kind, persons in (("new", [10, 20, 30]), ("cumulative", [10, 20, 31])):
        tally = read_reports(
            frame, tiny(), figures=kind, baseline=0 if kind == "cumulative" else None
        )
        assert tally.to_frame()["persons"].tolist() == persons
        (problem,) = [one for one in tally.problems if one.reason == "figures_differ"]
        assert problem.found == "new 30, but the cumulative figures rise by 31"
        assert "row 2" in problem.where


def test_a_declaration_that_does_not_fit_is_doubted() -> None:
    """Figures that only rise look cumulative, figures that often fall look new; both are said."""
    days = [f"2026-06-0{day}" for day in range(1, 6)]
    rising = [(unit, day, 10 * at) for unit in "ab" for at, day in enumerate(days, 1)]
    falling = [(unit, day, 100 - at) for unit in "ab" for at, day in enumerate(days)]
    assert "looks_cumulative" in reasons(read(rising))
    assert "looks_new" in reasons(read(falling, figures="cumulative"))
    assert "looks_new" not in reasons(read(rising, figures="cumulative"))
    assert "looks_cumulative" not in reasons(read(falling))


def test_a_total_is_a_check_and_never_added() -> None:
    """合计 and the unit above are held against their parts and left out of the counts."""
    rows = [("甲县", "2026-06-01", 5), ("乙县", "2026-06-01", 6), ("合　计", "2026-06-01", 11)]
    tally = read([*rows, ("全市", "2026-06-01", 12)])
    assert tally.to_frame()["persons"].sum() == 11
    assert dict(tally.problems.totals) == {"printed_total": 1, "total_differs": 1}
    (wrong,) = [one for one in tally.problems if one.reason == "total_differs"]
    assert (wrong.where, wrong.found) == (
        "reports, row 3, column 'persons'",
        "printed 12, but 2 parts add up to 11",
    )


def test_subtotals_check_the_rows_beside_them() -> None:
    """小计 is the sum of its block, 合计 of all of them."""
    day = "2026-06-01"
    rows = [
        ("甲县", day, 5),
        ("乙县", day, 6),
        ("小计", day, 11),
        ("丙县", day, 7),
        ("小计", day, 8),
        ("合计", day, 18),
    ]
    tally = read(rows)
    found = {one.where: one.reason for one in tally.problems}
    assert found == {
        "reports, row 2, column 'persons'": "printed_total",
        "reports, row 4, column 'persons'": "total_differs",
        "reports, row 5, column 'persons'": "printed_total",
    }


def test_two_cuts_of_the_same_people_each_add_up_to_the_total() -> None:
    """Counties and departments share out the same people: the city's row fits each of them."""
    day = "2026-06-01"
    rows = [("city", day, 11), ("a", day, 5), ("b", day, 6), ("labour", day, 11)]
    assert reasons(read(rows)) == ["printed_total"]


def test_rounded_parts_may_miss_their_total_by_the_rounding() -> None:
    """0.4万 and 0.3万 and a total of 0.8万 can all be right: half a step each."""
    day = "2026-06-01"
    rows = [("a", day, "0.4万"), ("b", day, "0.3万"), ("合计", day, "0.8万")]
    assert "printed_total" in reasons(read(rows))
    assert "total_differs" in reasons(read([*rows[:2], ("合计", day, "0.9万")]))


def test_above_all_the_eligible_of_new_figures() -> None:
    """More new persons than a county has people: 501 of Ash's 500."""
    tally = read([("a", "2026-06-01", 400), ("a", "2026-06-02", 101), ("b", "2026-06-01", 300)])
    (problem,) = [one for one in tally.problems if one.reason == "above_eligible"]
    assert (problem.where, problem.found) == (
        "reports, row 1, column 'persons'",
        "501 persons of 500 eligible",
    )


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ([0.61, 0.5], [0.61, 0.51]),
        (["61%", "50%"], ["61%", "51%"]),
        ([61, 50], [61, 51]),
        (["61.0", "50.0"], ["61.0", "50.1"]),
        (["６１％", "５０%"], ["６１％", "５１%"]),
        (["0.61", "50%"], ["0.61", "51%"]),
    ],
)
def test_a_printed_rate_is_held_against_its_counts(
    right: list[object], wrong: list[object]
) -> None:
    """61 of 100 is printed as 0.61, 61 or 61%; what differs is said, and counts decide."""
    for printed, expected in ((right, 0), (wrong, 1)):
        frame = pd.DataFrame(
            {
                "unit": ["a", "b"],
                "date": "2026-06-01",
                "persons": [61, 50],
                "target": [100, 100],
                "rate": pd.Series(printed, dtype=object),
            }
        )
        tally = read_reports(frame, tiny(), figures="cumulative", by="day", baseline=0)
        assert reasons(tally).count("rate_differs") == expected
        assert tally.to_frame()["persons"].tolist() == [61, 50]


def test_published_rates_that_were_cut_are_found() -> None:
    """Yueyanglou printed 7558/6300 as 119 % (2017) and 3/51 as 5 % (2019): both are cut."""
    frame = pd.DataFrame(
        {
            "unit": ["a", "b", "c"],
            "date": "2026-06-01",
            "persons": [7558, 3, 1350],
            "target": ["6300人", "51个", "8950人"],
            "rate": ["119%", "5%", "15%"],
        }
    )
    tally = read_reports(frame, tiny(), figures="cumulative", by="day", baseline=0)
    found = [one.found for one in tally.problems if one.reason == "rate_differs"]
    assert found == [
        "printed 119 %, but 7,558 of 6,300 are 119.968 %",
        "printed 5 %, but 3 of 51 are 5.88235 %",
    ]


# Target, result and completion as notices and news items printed them (Xihua county, Zhen'an county
# 2012, Shanxi 2010, nationwide new urban jobs 2014, 2021 and 2019, Haimen 2020); in 万人 where a
# fraction stands. Each is right at the precision of its print.
PUBLISHED = [
    ("1600人", "972人", "61%"),
    ("7900", "7920", "100.25%"),
    ("20000", "33550", "167.75%"),
    ("400万人", "465.44万人", "116.36%"),
    ("1000万人", "737万人", "73.7%"),
    ("1100万人", "822万人", "74.7%"),
    ("1100万人", "1045万人", "95.0%"),
    ("1100万人", "1097万人", "99.7%"),
    ("41000座", "40926座", "99.82%"),
]


@pytest.mark.parametrize(("target", "done", "rate"), PUBLISHED)
def test_published_completion_rates_agree_at_their_precision(
    target: str, done: str, rate: str
) -> None:
    """A rate rounded by those who printed it agrees; one step further it does not."""
    places = len(rate.rstrip("%").partition(".")[2])
    beside = f"{float(rate.rstrip('%')) + 10.0**-places:.{places}f}%"
    for printed, expected in ((rate, 0), (beside, 1)):
        row = {"unit": ["a"], "date": "2026-06-01", "cumulative": done, "target": target}
        frame = pd.DataFrame({**row, "rate": printed})
        tally = read_reports(frame, tiny(), figures="cumulative", by="day", baseline=0)
        assert reasons(tally).count("rate_differs") == expected


# -- bad input -------------------------------------------------------------------------------------


def test_a_missing_column_is_named_with_what_was_there() -> None:
    """Without a column for the persons the error names it, the columns, and the way out."""
    frame = pd.DataFrame({"unit": ["a"], "date": ["2026-06-01"], "remarks": ["x"]})
    with pytest.raises(ReportError) as error:
        read_reports(frame, tiny(), figures="new")
    (problem,) = error.value.problems
    assert problem.found == (
        "no column for persons; "
        "the columns are A 'unit' (unit), B 'date' (date) and C 'remarks' (note)"
    )
    assert "persons='…'" in problem.fix


def test_a_column_named_by_the_caller_must_be_there() -> None:
    """A wrong keyword is told with the columns that are there."""
    frame = pd.DataFrame({"unit": ["a"], "date": ["2026-06-01"], "persons": [1]})
    with pytest.raises(ReportError, match=r"no column 'dose1'.*A 'unit', B 'date', C 'persons'"):
        read_reports(frame, tiny(), figures="new", persons="dose1")


def test_figures_of_the_other_kind_are_pointed_at() -> None:
    """Declared new, but the only figures are cumulative: the error says which column."""
    frame = pd.DataFrame({"单位": ["甲县"], "月份": ["6月"], "累计完成": [1]})
    with pytest.raises(ReportError, match="ask for the other kind of figures, those of '累计完成'"):
        read_reports(frame, tiny(), figures="new")


def test_two_columns_with_one_heading_count_once_or_not_at_all() -> None:
    """Equal figures are one figure; of different ones nobody can say which is meant."""
    columns = ["unit", "date", "persons", "persons"]
    twice = pd.DataFrame([["a", "2026-06-01", 1, 1]], columns=columns)
    tally = read_reports(twice, tiny(), figures="new")
    assert tally.to_frame()["persons"].tolist() == [1]
    assert tally.columns["role"].tolist() == ["unit", "date", "counted", "repeated"]
    differing = pd.DataFrame([["a", "2026-06-01", 1, 2]], columns=columns)
    with pytest.raises(ReportError, match=r"'persons' and 'D' mean the same and differ"):
        read_reports(differing, tiny(), figures="new")
    second = read_reports(differing, tiny(), figures="new", persons="persons (2)")
    assert second.to_frame()["persons"].tolist() == [2]


def test_months_cannot_be_read_by_day() -> None:
    """A figure of July is no figure of a day."""
    frame = pd.DataFrame({"unit": ["a"], "date": ["2026-07"], "persons": [1]})
    with pytest.raises(ReportError, match="pass by='month'"):
        read_reports(frame, tiny(), figures="new", by="day")


@pytest.mark.parametrize("options", [{"figures": "weekly"}, {"figures": "new", "by": "year"}])
def test_a_word_that_is_no_choice_is_refused(options: dict[str, str]) -> None:
    """figures= and by= are closed choices, also where no type checker looks."""
    frame = pd.DataFrame({"unit": ["a"], "date": ["2026-06-01"], "persons": [1]})
    with pytest.raises(DefinitionError, match="known: "):
        read_reports(frame, tiny(), **options)


@pytest.mark.parametrize("engine", ["polars", "pyarrow"])
def test_frames_of_other_engines_say_the_same(engine: str) -> None:
    """A Polars or Arrow table gives the tally of the pandas frame, nulls and all."""
    library = pytest.importorskip(engine)
    rows = {
        "unit": ["a", "b", None],
        "date": [dt.date(2026, 6, 1), None, dt.date(2026, 6, 2)],
        "persons": [3, 4, None],
    }
    other = library.DataFrame(rows) if engine == "polars" else library.table(rows)
    tally = read_reports(other, tiny(), figures="new", by="day")
    expected = read_reports(pd.DataFrame(rows), tiny(), figures="new", by="day")
    pd.testing.assert_frame_equal(tally.to_frame(), expected.to_frame())
    assert dict(tally.problems.totals) == {"no_date": 1, "no_unit": 1}


def test_what_is_no_frame_is_refused() -> None:
    """A list is no data frame."""
    with pytest.raises(ReportError, match="a list"):
        read_reports([1, 2], tiny(), figures="new")


def test_an_empty_frame_is_an_empty_tally() -> None:
    """No row in, none out, and the columns are there."""
    frame = pd.DataFrame({"unit": [], "date": [], "persons": []})
    for kind in ("new", "cumulative"):
        tally = read_reports(frame, tiny(), figures=kind)
        assert tally.frame.columns.tolist() == ["unit", "period", "channel", "persons"]
        assert (len(tally.to_frame()), len(tally.problems), tally.rows_in) == (0, 0, 0)


def test_nulls_everywhere_are_explained() -> None:
    """Rows of nothing are not counted, each with one reason."""
    frame = pd.DataFrame({"unit": [None, "a"], "date": [None, None], "persons": [None, 1.0]})
    tally = read_reports(frame, tiny(), figures="new")
    assert dict(tally.problems.totals) == {"no_date": 2}


@pytest.mark.slow
def test_a_hundred_thousand_units_of_which_half_are_unknown() -> None:
    """Fifty thousand unknown units are fifty thousand problems, and the rest is counted."""
    campaign = attrs.evolve(
        tiny(),
        units=(*tiny().units, *(Unit(f"u{at}", f"Unit {at}", "county") for at in range(50_000))),
    )
    frame = pd.DataFrame(
        {"unit": [f"u{at}" for at in range(100_000)], "date": "2026-06-01", "persons": 1}
    )
    tally = read_reports(frame, campaign, figures="new", by="day")
    assert len(tally.to_frame()) == 50_000
    assert dict(tally.problems.totals) == {"unknown_unit": 50_000}


@pytest.mark.parametrize("baseline", [-1, 1.5, True, {"nowhere": 1}, {"a": -1}, {"a": "many"}])
def test_a_wrong_baseline_is_refused(baseline: object) -> None:
    """A baseline is a count of a unit of the campaign."""
    frame = pd.DataFrame({"unit": ["a"], "date": ["2026-06-01"], "persons": [1]})
    with pytest.raises((DefinitionError, TypeError), match="baseline"):
        read_reports(frame, tiny(), figures="cumulative", by="day", baseline=baseline)


def test_simulated_reports_are_marked() -> None:
    """The basis of a simulated tally says so in its first line."""
    frame = pd.DataFrame({"unit": ["a"], "date": ["2026-06-01"], "persons": [1]})
    tally = read_reports(frame, tiny(), figures="new", by="day", simulated=True)
    assert tally.basis.lines()[0].startswith("SIMULATED")


def test_channels_may_stand_in_a_column_or_in_the_headings() -> None:
    """A column per channel is the same as a column that names the channel; 合计 is its check."""
    long = pd.DataFrame(
        {
            "unit": ["a", "a", "b", "b"],
            "date": "2026-06-01",
            "channel": ["Self-employed", "new_employer"] * 2,
            "persons": [1, 2, 3, 4],
        }
    )
    wide = pd.DataFrame(
        {
            "unit": ["a", "b"],
            "date": "2026-06-01",
            "New employer": [2, 4],
            "Self-employed": [1, 3],
        }
    )
    first, second = (read_reports(one, tiny(), figures="new", by="day") for one in (long, wide))
    pd.testing.assert_frame_equal(first.to_frame(), second.to_frame())
    levels = pd.MultiIndex.from_tuples(
        [
            ("unit", ""),
            ("date", ""),
            ("本月新增", "New employer"),
            ("本月新增", "Self-employed"),
            ("本月新增", "合计"),
        ]
    )
    checked = pd.DataFrame(
        [["a", "2026-06-01", 2, 1, 3], ["b", "2026-06-01", 4, 3, 8]], columns=levels
    )
    third = read_reports(checked, tiny(), figures="new", by="day")
    pd.testing.assert_frame_equal(first.to_frame(), third.to_frame())
    (problem,) = [one for one in third.problems if one.reason == "total_differs"]
    assert problem.found == "printed 8, but 2 parts add up to 7"
    assert problem.where == "reports, row 1, column '本月新增 / 合计'"
    assert np.array_equal(third.to_frame()["persons"], [2, 1, 4, 3])

"""Signs in figures: each is found where it was put, and nowhere else."""

import datetime as dt
import decimal
import math
from collections.abc import Callable
from pathlib import Path

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.model.phases import Phase
from coverage_campaign.reporting import data_quality as quality
from coverage_campaign.reporting.result import Tally
from coverage_campaign.reporting.sheets.read_reports import read_reports
from support.campaigns import tiny

YEAR = attrs.evolve(
    tiny(),
    phases=[Phase("year", "Year", dt.date(2026, 1, 1), dt.date(2026, 12, 31))],
    targets=[],
)
COLUMNS = ["signal", "unit", "period", "persons", "reference", "note"]


def months(**figures: list[int | None]) -> Tally:
    """Return a tally of 2026 by month, from January on, of some units."""
    rows = [
        (unit, f"2026-{month:02d}", persons)
        for unit, numbers in figures.items()
        for month, persons in enumerate(numbers, 1)
        if persons is not None
    ]
    frame = pd.DataFrame(rows, columns=["unit", "period", "persons"])
    return read_reports(frame, YEAR, figures="new")


def table_of(
    rule: Callable[..., list[quality.Sign]], tally: Tally, **options: object
) -> pd.DataFrame:
    """Return the signs of units that one rule finds."""
    table = quality.sign_table(rule(quality.Reported.of(tally), **options))
    return table[table["unit"].notna()]


def found(frame: pd.DataFrame) -> list[tuple[str, int, int]]:
    """Return unit, month and persons of each sign."""
    assert frame.columns.tolist() == COLUMNS
    return list(zip(frame["unit"], frame["period"].dt.month, frame["persons"], strict=True))


def test_a_fall_is_shown_with_what_there_was_before() -> None:
    """Ash takes three of fifteen persons back in March."""
    signs = table_of(quality.falls, months(a=[10, 5, -3, 8], b=[1, 0, 2, 0]))
    assert found(signs) == [("a", 3, -3)]
    assert signs["reference"].tolist() == [15]


def test_a_jump_is_far_from_the_figures_around_it() -> None:
    """30,000 among months of about 300 is a jump, 31 too; the months beside them are not."""
    signs = table_of(
        quality.jumps, months(a=[305, 290, 310, 30_000, 299, 320], b=[305, 290, 31, 300, 299, 320])
    )
    assert found(signs) == [("a", 4, 30_000), ("b", 3, 31)]
    assert 290 <= signs["reference"][0] <= 320
    assert "times what" in signs["note"][0]


def test_one_person_among_quiet_months_is_no_jump() -> None:
    """The noise of counting is the least that sigma can be."""
    assert table_of(quality.jumps, months(a=[0] * 5 + [1] + [0] * 6)).empty


def test_few_figures_say_that_they_say_nothing() -> None:
    """Five months are too short to tell, and one row of the source says so."""
    short = months(a=[1, 1, 1, 500, 1], b=[3] * 12)
    assert table_of(quality.jumps, short).empty
    signs = quality.quality_signals(short)
    (row,) = signs[signs["signal"] == "too_short"].to_dict("records")
    assert (pd.isna(row["unit"]), row["reference"]) == (True, 1)
    assert row["note"] == "1 of 2 units have fewer than 6 figures: too short to tell jumps"


def test_weekends_and_chance_are_no_jumps() -> None:
    """Daily counts that halve at weekends, drawn at random: at most one figure in 200 is odd."""
    dice = np.random.default_rng(20_210_704)
    week = np.array([1.2, 1.2, 1.1, 1.1, 1.2, 0.6, 0.6])
    days = pd.date_range("2026-01-01", periods=112)
    rows = [
        (unit, day, int(dice.poisson(500 * week[day.day_of_week])))
        for unit in "abc"
        for day in days
    ]
    frame = pd.DataFrame(rows, columns=["unit", "date", "persons"])
    tally = read_reports(frame, YEAR, figures="new", by="day")
    assert len(table_of(quality.jumps, tally)) <= len(rows) / 200


def test_a_sign_of_a_day_looks_at_nothing_later() -> None:
    """What was known to June says the same of June, whatever December holds."""
    figures = [305, 290, 310, 299, 320, 301]
    first = months(a=figures)
    later = months(a=[*figures, 30_000, 1, 2, 3, 4, 5])
    frame = later.to_frame().drop(columns="name")
    cut = attrs.evolve(later, frame=frame[frame["period"] < "2026-07-01"])
    assert quality.quality_signals(first).equals(quality.quality_signals(cut))


def test_what_was_added_over_a_gap_is_no_jump() -> None:
    """A Monday's cumulative figure holds three days: per day it is like the others."""
    days = [1, 2, 3, 4, 5, 8, 9, 10]
    frame = pd.DataFrame(
        {
            "unit": "a",
            "date": [f"2026-06-0{day}"[:10] if day < 10 else "2026-06-10" for day in days],
        }
    )
    frame["persons"] = [100 * day for day in days]
    tally = read_reports(frame, tiny(), figures="cumulative", by="day", baseline=0)
    assert tally.to_frame()["persons"].tolist() == [100] * 5 + [300, 100, 100]
    assert table_of(quality.jumps, tally, figures="cumulative").empty


def test_the_same_figure_month_after_month_is_shown_at_its_end() -> None:
    """Three equal months of 400 are a sign, two are not, and zeros are only quiet."""
    signs = table_of(
        quality.identical_figures,
        months(a=[400, 400, 400, 8, 8], b=[0, 0, 0, 0, 1], c=[900, 7, 900, 7]),
    )
    assert found(signs) == [("a", 3, 400)]
    assert signs["reference"].tolist() == [3]
    two = table_of(quality.identical_figures, months(a=[400, 400, 8]), run=2, false_alarms=0.1)
    assert two["period"].dt.month.tolist() == [2]


def test_small_figures_need_longer_runs() -> None:
    """A seven is 0.149 likely where 7 is the mean: 8 x 0.149^2 = 0.18, and 8 x 0.149^3 = 0.026."""
    assert table_of(quality.identical_figures, months(a=[7, 7, 7, 1, 2, 3, 4, 5])).empty
    signs = table_of(quality.identical_figures, months(a=[7, 7, 7, 7, 2, 3, 4, 5]))
    assert found(signs) == [("a", 4, 7)]
    assert signs["note"].tolist() == ["4 times the same figure; by chance 0.03 such runs"]


def test_the_rule_is_that_of_the_poisson_law_written_out() -> None:
    """The chance of each length is reckoned with exact fractions and e from the decimal module."""
    with decimal.localcontext(prec=50):
        for figure in (1, 2, 5, 12, 40):
            power = decimal.Decimal(figure) ** figure / math.factorial(figure)
            chance = power * decimal.Decimal(-figure).exp()
            for length in range(3, 11):
                others = [figure + 1 + month for month in range(12 - length)]
                odd = 12 * chance ** (length - 1) <= decimal.Decimal("0.05")
                signs = table_of(quality.identical_figures, months(a=[figure] * length + others))
                assert len(signs) == odd, (figure, length)


def test_counts_that_vary_as_counts_do_give_few_alarms() -> None:
    """In 200 years of 3 counties and 12 months at most 10 alarms are to be expected; means vary."""
    dice = np.random.default_rng(20_080_601)
    alarms = 0
    for mean in np.repeat([0.5, 2.0, 9.0, 60.0], 50):
        figures = {unit: dice.poisson(mean, 12).tolist() for unit in "abc"}
        alarms += len(table_of(quality.identical_figures, months(**figures)))
    assert alarms <= 10


def test_a_run_does_not_pass_from_one_unit_to_the_next() -> None:
    """Ash ends with 900, 900 and Birch begins with 900: no unit has three."""
    assert table_of(quality.identical_figures, months(a=[1, 900, 900], b=[900, 1, 2])).empty


def test_a_spike_at_the_deadline_is_compared_with_the_months_before() -> None:
    """December holds three times the mean of the months before, or more; a person less does not."""
    signs = table_of(
        quality.deadline_spikes,
        months(a=[10] * 11 + [30], b=[10] * 11 + [29], c=[10] * 11),
        phase="year",
    )
    assert found(signs) == [("a", 12, 30)]
    assert signs["reference"].tolist() == [10]
    assert "3.0 times" in signs["note"][0]
    assert found(
        table_of(quality.deadline_spikes, months(b=[10] * 11 + [29]), phase="year", ratio=2)
    ) == [("b", 12, 29)]


def test_losses_soon_after_the_best_month_are_shown() -> None:
    """Ash loses 50 of the 100 that entered in June within three months; Birch loses them later."""
    rows = [
        ("a", "2026-05", "self_employed", 10),
        ("a", "2026-06", "self_employed", 100),
        ("a", "2026-07", "lapsed", 20),
        ("a", "2026-09", "lapsed", 30),
        ("b", "2026-06", "self_employed", 100),
        ("b", "2026-09", "lapsed", 49),
        ("b", "2026-10", "lapsed", 40),
    ]
    frame = pd.DataFrame(rows, columns=["unit", "period", "channel", "persons"])
    signs = table_of(quality.lapses_after_entry, read_reports(frame, YEAR, figures="new"))
    assert found(signs) == [("a", 6, 50)]
    assert signs["reference"].tolist() == [100]


def test_above_all_the_eligible_counts_who_was_covered_before() -> None:
    """350 of Ash's 500 were covered before: the 151st new person is too many."""
    signs = table_of(quality.above_eligible, months(a=[100, 50, 1, 4], b=[90]))
    assert found(signs) == [("a", 3, 501)]
    assert signs["reference"].tolist() == [500]
    assert "in 2 periods" in signs["note"][0]


def test_stock_of_the_reports_goes_before_the_campaign_s_measure() -> None:
    """Who was covered before is what the first report says, where there is one."""
    frame = pd.DataFrame({"unit": "a", "period": ["2026-01", "2026-02"], "persons": [480, 502]})
    signs = table_of(quality.above_eligible, read_reports(frame, YEAR, figures="cumulative"))
    assert found(signs) == [("a", 2, 502)]


def test_printed_totals_and_doubles_come_from_the_reports() -> None:
    """A sum that its parts miss and a row that came twice are signs of the source."""
    frame = pd.DataFrame(
        {"unit": ["a", "a", "b", "合计"], "period": "2026-01", "persons": [1, 1, 2, 9]}
    )
    signs = quality.sign_table(quality.printed_totals(read_reports(frame, YEAR, figures="new")))
    assert signs["signal"].tolist() == ["total_differs", "double"]
    assert signs["unit"].isna().all()
    assert "printed 9" in signs["note"][0]


def test_all_signs_stand_in_one_table() -> None:
    """One table of one grain, by unit in file order, then by period; no sign, no row."""
    signs = quality.quality_signals(months(b=[7, 7, 7, 7, -2], a=[1, 2, 30, 4]))
    units = signs["unit"].astype(object).where(signs["unit"].notna(), None)
    assert list(zip(signs["signal"], units, strict=True)) == [
        ("identical", "b"),
        ("fall", "b"),
        ("too_short", None),
    ]
    quiet = quality.quality_signals(months(a=[1, 2, 3, 2, 1, 3]))
    assert quiet.empty
    assert quiet.columns.tolist() == COLUMNS


def test_the_corrections_of_2021_are_found() -> None:
    """The CDC's corrections (see test_sheets_us) are the falls of the published file."""
    frame = pd.read_csv(
        Path(__file__).parents[1] / "data" / "cdc_first_dose_2021" / "six_states.csv"
    )
    units = {"AR": "a", "NH": "b", "VT": "c"}
    frame = frame[frame["postal"].isin(units)].assign(unit=lambda one: one["postal"].map(units))
    campaign = attrs.evolve(
        YEAR,
        year=2021,
        phases=[Phase("drive", "Drive", dt.date(2021, 3, 25), dt.date(2021, 7, 4))],
    )
    tally = read_reports(
        frame, campaign, figures="cumulative", by="day", unit="unit", persons="dose1_18plus"
    )
    falls = table_of(quality.falls, tally)
    assert list(zip(falls["unit"], falls["persons"], strict=True)) == [
        ("a", -300),
        ("b", -56_705),
        ("b", -84_276),
        ("c", -5_677),
    ]

"""Forecasts of hand-made records, and the laws that every forecast keeps."""

import datetime as dt
import re
from fractions import Fraction

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from coverage_campaign.allocation.allocate import allocate
from coverage_campaign.errors import DefinitionError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.units import Breakdown, Unit
from coverage_campaign.progress.forecast import intervals
from coverage_campaign.progress.forecast import methods as paces
from coverage_campaign.progress.forecast.forecast import forecast, forecast_counts
from coverage_campaign.progress.forecast.history import CumulativeHistory
from coverage_campaign.progress.forecast.intervals import CountLaw, paths_of
from coverage_campaign.progress.progress import Progress, track
from coverage_campaign.scheduling import curves
from coverage_campaign.scheduling.schedule import schedule
from support.campaigns import tiny
from support.small_progress import DAILY, Row, planned, received, tallied
from support.tally_cases import need
from support.us_progress import adults, first_doses


def steady(day: int) -> Progress:
    """Return the progress on a day of June of Ash 4 and Birch 1 persons a day; Cedar is silent."""
    rows: list[Row] = []
    for number in range(1, day + 1):
        rows += [("a", f"2026-06-{number:02d}", "new_employer", 4)]
        rows += [("b", f"2026-06-{number:02d}", "new_employer", 1)]
    return track(planned(), tallied(rows), as_of=f"2026-06-{day:02d}")


def weekly(*columns: list[float | None]) -> pd.DataFrame:
    """Return running totals a week apart, one column a unit."""
    dates = pd.date_range("2026-01-04", periods=len(columns[0]), freq="7D")
    names = [f"u{number}" for number in range(len(columns))]
    return pd.DataFrame(dict(zip(names, columns, strict=True)), index=dates)


def test_the_frames_are_the_contract() -> None:
    """Columns and types of the units, the whole and the fan."""
    result = forecast(steady(4))
    frame = result.to_frame()
    assert list(frame.columns) == [
        "unit", "name", "expected", "low", "high", "chance", "reach_date",
    ]  # fmt: skip
    assert frame.dtypes.astype(str).tolist() == [
        "str", "str", "Int64", "Int64", "Int64", "Float64", "datetime64[s]",
    ]  # fmt: skip
    assert list(result.totals().columns) == list(frame.columns)
    fan = result.fan()
    assert list(fan.columns) == ["date", "expected", "low", "high"]
    assert fan["date"].dt.date.tolist() == [dt.date(2026, 6, day) for day in range(5, 11)]


def test_a_run_rate_reaches_what_arithmetic_says() -> None:
    """4 a day makes 40 of 50 on day 10; 1 a day makes 10; the whole is their sum."""
    result = forecast(steady(4), method=paces.run_rate(7))
    frame = result.to_frame().set_index("unit")
    assert frame["expected"].fillna(-1).tolist() == [40, 10, -1]
    assert frame.loc["c"].drop("name").isna().all()
    assert result.totals()["expected"].iloc[0] == 50
    assert result.fan()["expected"].tolist() == [25, 30, 35, 40, 45, 50]
    assert frame["reach_date"].isna().all()


def test_the_day_of_reaching_is_the_first_with_enough() -> None:
    """12 a day since 1 June reaches 50 on day 5; who has reached it keeps the day it did."""
    rows = [("a", f"2026-06-{day:02d}", "all", 12) for day in range(1, 5)]
    early = forecast(track(planned(), tallied(rows), as_of="2026-06-04"), method=paces.run_rate(3))
    row = early.to_frame().iloc[0]
    assert row["reach_date"] == pd.Timestamp("2026-06-05")
    assert row["chance"] > 0.95
    rows += [("a", f"2026-06-{day:02d}", "all", 12) for day in range(5, 9)]
    later = forecast(track(planned(), tallied(rows), as_of="2026-06-08"), method=paces.run_rate(3))
    row = later.to_frame().iloc[0]
    assert row["reach_date"] == pd.Timestamp("2026-06-05")
    assert row["chance"] == 1.0


def test_on_and_after_the_last_day_the_forecast_is_what_is_done() -> None:
    """With no day ahead nothing is left to expect: expected = low = high = done."""
    result = forecast(steady(10))
    frame = result.to_frame().set_index("unit")
    assert frame.loc["a", ["expected", "low", "high", "chance"]].tolist() == [40, 40, 40, 0.0]
    assert len(result.fan()) == 0
    assert "Forecast" in repr(result)
    old_figures = forecast(track(planned(), tallied(DAILY), as_of="2026-07-01"))
    assert old_figures.to_frame()["expected"].iloc[0] == 15


def test_needed_stands_beside_the_recent_pace() -> None:
    """Ash does 4 a day and has 34 left in 6 days; Birch has 26; who has no pace has no times."""
    table = forecast(steady(4)).required_rate().set_index("unit")
    assert table.loc["a", "recent_per_day"] == pytest.approx(4)
    assert table.loc["a", "needed_per_day"] == pytest.approx(34 / 6)
    assert table.loc["b", "times"] == pytest.approx(26 / 6)
    assert table.loc["c"].drop("name").isna().all()
    assert forecast(steady(10)).required_rate()["needed_per_day"].isna().all()


def test_nothing_reported_is_nothing_expected() -> None:
    """An empty tally has a forecast of <NA>, for units and for the whole."""
    result = forecast(track(planned(), tallied([]), as_of="2026-06-04"))
    assert result.to_frame()["expected"].isna().all()
    assert "no report" in repr(result)
    assert "no report" in result._repr_html_()


def test_the_eligible_limit_what_is_expected() -> None:
    """Of 200 eligible people 198 are covered: two are left, whatever the pace."""
    units = [
        attrs.evolve(unit, counts={"eligible": 500, "covered": 480}) if unit.code == "a" else unit
        for unit in tiny().units
    ]
    campaign = attrs.evolve(tiny(), units=units, eligible="eligible", covered="covered")
    rows = [("a", f"2026-06-{day:02d}", "all", 4) for day in range(1, 5)]
    tally = tallied(rows, campaign=campaign)
    plan = planned(tiny())
    plan = attrs.evolve(plan, allocation=attrs.evolve(plan.allocation, campaign=campaign))
    row = forecast(track(plan, tally, as_of="2026-06-04"), method=paces.run_rate(7)).to_frame()
    assert row["expected"].iloc[0] == 20
    assert row["high"].iloc[0] == 20


def test_the_shape_and_the_corrections_are_said() -> None:
    """Notes name the method and what was kept out of the pace; the table has it too."""
    rows = [("a", f"2026-06-{day:02d}", "all", 4 if day != 3 else -5) for day in range(1, 6)]
    result = forecast(track(planned(), tallied(rows), as_of="2026-06-05"))
    assert any("damped" in note for note in result.notes)
    assert any(
        "1 figure is counted as reported" in n and "Ash 3 Jun 2026 (fall" in n for n in result.notes
    )
    aside = result.set_aside()
    assert aside[["unit", "kind", "persons"]].to_numpy().tolist() == [["a", "fall", -5]]
    assert aside["expected"].iloc[0] == pytest.approx(4)
    assert not aside["last"].any()


def test_a_level_is_a_probability() -> None:
    """0, 1 and 80 are refused."""
    for level in (0, 1, 80):
        with pytest.raises(DefinitionError, match="between 0 and 1"):
            forecast(steady(4), level=level)
    narrow, wide = forecast(steady(4), level=0.5), forecast(steady(4), level=0.95)
    assert narrow.totals()["low"].iloc[0] >= wide.totals()["low"].iloc[0]
    assert narrow.totals()["high"].iloc[0] <= wide.totals()["high"].iloc[0]
    exact = forecast(steady(4), level=Fraction(1, 2))
    assert (exact.level, exact.at(Fraction(1, 4)).level) == (0.5, 0.25)
    pd.testing.assert_frame_equal(exact.to_frame(), narrow.to_frame())


def test_counts_need_no_campaign() -> None:
    """Running totals with a column 'date' or with dates as index give the same."""
    totals = weekly([100, 200, 300], [50, 80, 110])
    one = forecast_counts(totals, to="2026-01-25", method=paces.run_rate(1))
    assert list(one.columns) == ["unit", "expected", "low", "high"]
    assert one["expected"].tolist() == [400, 140]
    named = totals.rename_axis("date").reset_index()
    pd.testing.assert_frame_equal(
        one, forecast_counts(named, to="2026-01-25", method=paces.run_rate(1))
    )
    upside_down = totals.iloc[::-1]
    pd.testing.assert_frame_equal(
        one, forecast_counts(upside_down, to="2026-01-25", method=paces.run_rate(1))
    )


def test_counts_may_have_holes_and_falls() -> None:
    """A missing value lies on the line, a fall is no pace, an unknown unit stays unknown."""
    totals = weekly([100, None, 300], [100, 200, 150], [None, None, None]).astype("Float64")
    result = forecast_counts(totals, to="2026-01-25", method=paces.run_rate(1))
    assert result["expected"].fillna(-1).tolist() == [400, 250, -1]
    assert result["low"].isna().tolist() == [False, False, True]


def test_the_ceiling_holds_by_unit() -> None:
    """A ceiling by unit limits expected and high; a unit without one is free."""
    totals = weekly([100, 200, 300], [100, 200, 300])
    limit = pd.Series({"u0": 310})
    result = forecast_counts(totals, to="2026-03-01", ceiling=limit)
    assert result["expected"].iloc[0] <= result["high"].iloc[0] <= 310
    assert result["expected"].iloc[1] > 310


@pytest.mark.parametrize(
    ("totals", "to", "message"),
    [
        (weekly([1, 2]), "2026-01-11", "later day"),
        (weekly([1, 2]).set_axis([pd.Timestamp("2026-01-04")] * 2), "2026-02-01", "twice"),
        (weekly([1, 2]).astype(str), "2026-02-01", "numbers of persons"),
        (weekly([1, 2]).iloc[:0], "2026-02-01", "at least one row"),
    ],
)
def test_bad_counts_say_what_is_wrong(totals: pd.DataFrame, to: str, message: str) -> None:
    """A day that is not ahead, a date twice, text for numbers, no row: each has its way out."""
    with pytest.raises(DefinitionError, match=message):
        forecast_counts(totals, to=to)


def test_one_row_is_a_start() -> None:
    """From one date no pace is known, so nothing is said of what will come."""
    result = forecast_counts(weekly([100]), to="2026-02-01")
    assert result[["expected", "low", "high"]].isna().all(axis=None)


def test_the_states_on_26_april() -> None:
    """What was expected for 28 May lies in the right place: 61.7 % of adults came to be covered."""
    known = first_doses().loc[:"2021-04-26"]
    result = forecast_counts(known, to="2021-05-28", ceiling=adults()).set_index("unit")
    came = first_doses().loc["2021-05-28"]
    assert result["expected"].sum() / adults().sum() == pytest.approx(0.617, abs=0.04)
    inside = (result["low"] <= came) & (came <= result["high"])
    assert inside.mean() >= 0.7


def test_progress_explains_how_the_units_stand_with_a_forecast_of_the_whole() -> None:
    """The whole's range is narrower than the sum of the units' ranges, around the same middle."""
    result = forecast(steady(6))
    frame, whole = result.to_frame(), result.totals().iloc[0]
    assert abs(whole["expected"] - frame["expected"].sum()) <= 1
    assert whole["high"] - whole["low"] <= frame["high"].sum() - frame["low"].sum()


@settings(deadline=None, max_examples=25)
@given(
    totals=st.lists(st.integers(0, 5000), min_size=2, max_size=12),
    ahead=st.integers(1, 90),
    level=st.floats(0.1, 0.95),
    room=st.integers(0, 10_000) | st.none(),
)
def test_low_expected_and_high_are_in_order(
    totals: list[int], ahead: int, level: float, room: int | None
) -> None:
    """Whatever was reported, falls too: low <= expected <= high, high within the ceiling."""
    to = dt.date(2026, 1, 4) + dt.timedelta(days=7 * (len(totals) - 1) + ahead)
    ceiling = None if room is None else pd.Series({"u0": max(totals) + room})
    result = forecast_counts(
        weekly([float(t) for t in totals]), to=to, ceiling=ceiling, level=level
    )
    row = result.iloc[0]
    assert row["low"] <= row["expected"] <= row["high"]
    assert row["expected"] >= totals[-1]
    if room is not None:
        assert row["high"] <= max(totals) + room


@settings(deadline=None, max_examples=15)
@given(st.permutations(range(4)), st.lists(st.integers(1, 50), min_size=16, max_size=16))
def test_the_order_of_units_is_irrelevant(order: list[int], steps: list[int]) -> None:
    """Columns in another order give the same forecasts, unit by unit."""
    columns = [np.cumsum(steps[4 * n : 4 * n + 4]).astype(float).tolist() for n in range(4)]
    totals = weekly(*columns)
    one = forecast_counts(totals, to="2026-03-01").set_index("unit")
    other = forecast_counts(totals.iloc[:, order], to="2026-03-01").set_index("unit")
    difference = (one - other.reindex(one.index)).abs().max(axis=None)
    assert difference <= 1  # sums in another order may differ in the last digit of a float


def test_a_forecast_rests_on_its_progress() -> None:
    """The basis travels on, and what is handed out cannot change the result."""
    progress = track(planned(), tallied(DAILY), as_of="2026-06-04")
    result = forecast(progress)
    assert result.basis == progress.basis
    handed_out = result.to_frame()
    handed_out["expected"] = 0
    assert result.to_frame()["expected"].iloc[0] > 0


def test_a_planned_rush_is_named_where_the_shape_leaves_it_out() -> None:
    """A plan with half of its people in the last two of ten days: 4 x as much a day as before."""
    campaign = tiny()
    allocation = allocate(campaign, among="counties", weights={"a": 5, "b": 3, "c": 2})
    plan = schedule(allocation, over="drive", curve=curves.through({"2026-06-08": "1/2"}))
    rows: list[Row] = [("a", f"2026-06-{day:02d}", "new_employer", 2) for day in range(1, 9)]
    progress = track(plan, tallied(rows), as_of="2026-06-08")
    remark = forecast(progress).notes[-1]
    assert "4.0 times as many persons a day" in remark
    assert "32 are expected" in remark  # 16 persons with half of the plan over
    assert not any("times" in note for note in forecast(steady(4)).notes)
    followed = forecast(progress, method=paces.plan_following)
    assert len(followed.notes) == 1
    assert followed.totals()["expected"].iloc[0] == 32


def test_a_month_without_a_figure_is_no_month_of_zero() -> None:
    """North did 60 in June and 93 in July, 3 a day; August is missing: 93 more by its end.

    Where its report of August came, and was empty, nothing was done there.
    """
    city = Campaign(
        code="city",
        label="City",
        year=2026,
        units=[Unit("n", "North", "county"), Unit("s", "South", "county")],
        breakdowns=[Breakdown("counties", "Counties", ["county"])],
        phases=[Phase("drive", "Drive", "06-01", "12-31")],
    )
    plan = schedule(allocate(city, weights={"n": 1, "s": 1}, target=2_000), over="drive")
    months = {"n": (60, 93), "s": (60, 93, 31)}
    rows: list[Row] = [
        (unit, f"2026-0{6 + place}-01", "all", persons)
        for unit, persons_by_month in months.items()
        for place, persons in enumerate(persons_by_month)
    ]
    tally = tallied(rows, campaign=city, by="month")
    open_end = forecast(track(plan, tally, as_of="2026-08-31"), method=paces.unchanged)
    assert open_end.to_frame()["expected"].tolist() == [60 + 93 + 93, 60 + 93 + 31]
    assert any("North is not reported" in note for note in open_end.notes)
    assert open_end.to_frame()["low"].tolist() == [60 + 93, 60 + 93 + 31]
    near = schedule(allocate(city, weights={"n": 1, "s": 1}, target=400), over="drive")
    row = (
        forecast(track(near, tally, as_of="2026-08-31"), method=paces.unchanged).to_frame().iloc[0]
    )
    assert row["expected"] == 60 + 93 + 93  # above its target of 200, of which 153 are reported
    assert pd.isna(row["chance"])
    assert pd.isna(row["reach_date"])
    came = received(
        *(
            (unit, f"2026-0{month}-01", f"2026-0{month + 1}-03")
            for unit in "ns"
            for month in (6, 7, 8)
        )
    )
    known = forecast(track(plan, tally, as_of="2026-08-31", received=came), method=paces.unchanged)
    assert known.to_frame()["expected"].tolist() == [60 + 93, 60 + 93 + 31]
    assert not any("North" in note for note in known.notes)


def months(*columns: list[float]) -> pd.DataFrame:
    """Return running totals at the ends of months from January 2021, one column a unit."""
    dates = pd.date_range("2021-01-31", periods=len(columns[0]), freq="ME")
    return pd.DataFrame({f"u{n}": column for n, column in enumerate(columns)}, index=dates)


def test_a_frame_of_any_kind_gives_the_same() -> None:
    """Months as periods, a Polars frame with a column 'date', a Series of one unit."""
    totals = months([100, 200, 300, 400], [5, 9, 12, 15])
    wanted = forecast_counts(totals, to="2021-12-31")
    as_periods = totals.set_axis(totals.index.to_period("M"))
    pd.testing.assert_frame_equal(forecast_counts(as_periods, to="2021-12-31"), wanted)
    alone = forecast_counts(totals["u1"], to="2021-12-31")
    assert alone["unit"].tolist() == ["u1"]
    limited = forecast_counts(totals, to="2021-12-31", ceiling={"u1": 16})
    assert limited["high"].iloc[1] == 16
    need("polars")
    import polars as pl  # may not be installed

    other = pl.from_pandas(totals.rename_axis("date").reset_index())
    pd.testing.assert_frame_equal(forecast_counts(other, to="2021-12-31"), wanted)


@pytest.mark.parametrize(
    ("totals", "ceiling", "found"),
    [
        (months([1, np.inf, 3]), None, "column 'u0': has an infinite value"),
        (months([1, 2], [1, 2]).set_axis(["a", "a"], axis=1), None, "column 'a': stands twice"),
        (months([1, 2]).reset_index(drop=True), None, "dates in the index"),
        (months([1, 2]), {"u9": 5}, "ceiling: of 'u9'"),
        (months([1, 2]), {"u0": -5}, "ceiling: is negative"),
    ],
)
def test_what_is_no_running_total_is_refused_by_name(
    totals: pd.DataFrame, ceiling: dict[str, float] | None, found: str
) -> None:
    """Infinite values, a column twice, no dates, a ceiling of nobody."""
    with pytest.raises(DefinitionError, match=found):
        forecast_counts(totals, to="2021-12-31", ceiling=ceiling)
    with pytest.raises(TypeError, match="running totals: list"):
        forecast_counts([1, 2], to="2021-12-31")


def test_yearly_totals_are_taken() -> None:
    """Dates a year apart: 100 a year goes on for two years."""
    totals = pd.DataFrame({"a": [100, 200, 300]}, index=pd.to_datetime(["2018", "2019", "2020"]))
    assert forecast_counts(totals, to="2022-01-01")["expected"].tolist() == [500]


def test_a_unit_that_brought_nobody_last_month_may_yet_bring_somebody() -> None:
    """2, 1, 0, 2, 0 people in five months: neither certain to stay nor expected to stop."""
    row = forecast_counts(months(np.cumsum([2, 1, 0, 2, 0]).tolist()), to="2021-12-31").iloc[0]
    assert row["low"] < row["high"]
    assert 5 < row["expected"] <= 5 + 2 * 7
    nobody = forecast_counts(months([0, 0, 0]), to="2021-12-31").iloc[0]
    assert nobody["expected"] == 0
    assert nobody["high"] > 0


@pytest.mark.parametrize("mean", [0.5, 1, 3, 30, 3000])
def test_ranges_of_poisson_counts_hold_what_they_say(mean: float) -> None:
    """Six monthly figures of ten units, one to twelve months ahead, 12 times.

    Inside are at least 72 % and at most 7 points more than in the true law's own whole-number
    range; the randomised probability integral transform is flat but for what twelve runs leave.
    """
    rng = np.random.default_rng(8)
    held, true, transforms = [], [], []
    ahead = np.arange(1, 13)
    low, high = (stats.poisson.ppf(level, mean * ahead) for level in (0.1, 0.9))
    for _ in range(12):
        totals = rng.poisson(mean, (18, 10)).cumsum(axis=0)
        history = CumulativeHistory(
            days=30.0 * np.arange(-5, 1),
            persons=totals[:6].astype(np.float64),
            ahead=30.0 * ahead,
            ceiling=np.full(10, np.inf),
        )
        days = np.arange(18).astype("datetime64[D]")
        units, _ = paths_of(history, paces.damped, dates=days[:6], later=days[6:])
        lowest, highest = units.range(0.8)
        came = totals[6:]
        held.append((lowest <= came) & (came <= highest))
        true.append(
            stats.poisson.cdf(high, mean * ahead) - stats.poisson.cdf(low - 1, mean * ahead)
        )
        _, law = units.ahead(np.arange(len(came)))
        upper, lower = (1 - law.at_least(came - units.now + one) for one in (1, 0))
        transforms.append(lower + rng.random(came.shape) * (upper - lower))
    assert 0.72 <= np.mean(held) <= np.mean(true) + 0.07
    fifths = np.histogram(np.concatenate(transforms), 5, (0, 1))[0]
    assert (np.abs(fifths / fifths.mean() - 1) < 0.7).all()


@settings(deadline=None, max_examples=15)
@given(
    steps=st.lists(st.integers(0, 400), min_size=2, max_size=9),
    level=st.floats(0.1, 0.95),
    room=st.integers(0, 2000) | st.none(),
)
def test_gross_ranges_never_fall_with_the_horizon(
    steps: list[int], level: float, room: int | None
) -> None:
    """Month by month ahead low and high rise, from what is done to the ceiling."""
    totals = months(np.cumsum(steps).tolist())
    done = int(totals.iloc[-1, 0])
    ceiling = None if room is None else {"u0": done + room}
    last = totals.index[-1]
    rows = [
        forecast_counts(totals, to=last + pd.Timedelta(days=days), ceiling=ceiling, level=level)
        for days in (10, 40, 200)
    ]
    for name in ("low", "expected", "high"):
        values = [int(row[name].iloc[0]) for row in rows]
        assert values == sorted(values)
        assert values[0] >= done
        assert room is None or values[-1] <= done + room


def test_net_totals_may_fall() -> None:
    """100 more, then 60 fewer, in turn: a fall is no correction, and the range reaches below."""
    totals = months(np.cumsum([0, 100, -60, 100, -60, 100, -60]).tolist())
    row = forecast_counts(totals, to="2021-08-31", net=True).iloc[0]
    assert row["low"] < totals.iloc[-1, 0] < row["high"]
    assert totals.iloc[-1, 0] - 60 < row["expected"] < totals.iloc[-1, 0] + 100


def test_what_if_the_pace_changes() -> None:
    """4 a day doubled is 8 a day from now on: of all, of one unit, of the unit furthest behind."""
    progress = steady(4)

    def ends(pace: object) -> list[int]:
        result = forecast(progress, method=paces.run_rate(7), pace=pace)
        return result.to_frame()["expected"].iloc[:2].tolist()

    assert ends(1) == [40, 10]
    assert ends(2) == [16 + 48, 4 + 12]
    assert ends({"b": 3}) == [40, 4 + 18]
    assert ends(paces.worst(1, times=2)) == [40, 4 + 12]
    assert any("worst(1" in note for note in forecast(progress, pace=paces.worst(1, times=2)).notes)
    for pace, found in ((-1, "0 or more"), ({"x": 2}, "outside the plan")):
        with pytest.raises(DefinitionError, match=found):
            forecast(progress, pace=pace)


def test_a_closed_unit_expects_nothing_more() -> None:
    """Ash closes on 6 June: four a day until then, two days after the last figures."""
    units = [
        attrs.evolve(unit, closed=dt.date(2026, 6, 6)) if unit.code == "a" else unit
        for unit in tiny().units
    ]
    plan = planned(tiny())
    campaign = attrs.evolve(tiny(), units=units)
    plan = attrs.evolve(plan, allocation=attrs.evolve(plan.allocation, campaign=campaign))
    tally = steady(4).tally
    frame = forecast(track(plan, tally, as_of="2026-06-04"), method=paces.run_rate(7)).to_frame()
    assert frame["expected"].tolist()[:2] == [16 + 8, 10]
    assert frame["high"].iloc[0] < 40


def test_a_record_day_makes_a_forecast_doubtful() -> None:
    """Forty people on the last of nine days of four: no pace, and the notes say so."""
    rows = [("a", f"2026-06-{day:02d}", "all", 4 if day < 9 else 40) for day in range(1, 10)]
    result = forecast(track(planned(), tallied(rows), as_of="2026-06-09"))
    assert result.to_frame()["expected"].iloc[0] == 8 * 4 + 40 + 4
    assert result.set_aside()[["kind", "last"]].to_numpy().tolist() == [["jump", True]]
    assert any("Doubtful: the last figure of Ash" in note for note in result.notes)


@pytest.mark.parametrize(
    ("returned", "found"),
    [
        (lambda _: np.zeros(3), "an array of (3,)"),
        (lambda history: np.full((len(history.ahead), len(history.now)), np.nan), "returned nan"),
    ],
)
def test_a_method_of_a_wrong_shape_is_refused_by_name(returned: paces.Pace, found: str) -> None:
    """One row a day ahead and one column a unit, and a number for each unit that is known."""
    totals = pd.DataFrame({"a": [1, 5, 9]}, index=pd.date_range("2026-01-31", periods=3, freq="ME"))
    with pytest.raises(DefinitionError, match=re.escape(found)):
        forecast_counts(totals, to="2026-06-30", method=returned)
    with pytest.raises(DefinitionError, match="2 levels"):
        forecast_counts(pd.concat({"x": totals}, axis=1), to="2026-06-30")


@settings(deadline=None, max_examples=60)
@given(
    means=st.lists(st.floats(1e-3, 1e5), min_size=1, max_size=12),
    relative=st.floats(1e-9, 50),
    probability=st.floats(0.01, 0.99),
)
def test_quantiles_of_counts_are_those_of_scipy(
    means: list[float], relative: float, probability: float
) -> None:
    """The quantile of each law, and the highest of several days, as `scipy.stats` has them.

    No law is less sure than a relative variance of 4.
    """
    mean = np.array(means)
    law = CountLaw(mean=mean[:, None], relative=np.full((len(mean), 1), relative))
    shape = 1 / min(relative, 4.0)
    slow = stats.nbinom.ppf(probability, shape, shape / (shape + mean))
    assert law.quantile(probability)[:, 0].tolist() == slow.tolist()
    first = law.on(np.array([0])).quantile(probability)[0]
    assert law.highest_quantile(probability, first).tolist() == [slow.max()]


@pytest.mark.parametrize("net", [False, True])
def test_a_country_is_forecast_some_days_at_a_time(
    monkeypatch: pytest.MonkeyPatch, *, net: bool
) -> None:
    """The rows of a forecast are the same however many cells are worked out at once."""
    rng = np.random.default_rng(5)
    totals = pd.DataFrame(
        rng.poisson(4, (6, 9)).cumsum(axis=0),
        columns=list("abcdefghi"),
        index=pd.date_range("2021-01-31", periods=6, freq="ME"),
    )
    if net:
        totals.iloc[3] -= 5
    at_once = forecast_counts(totals, to="2021-12-31", ceiling={"a": 40, "b": 60}, net=net)
    monkeypatch.setattr(intervals, "_MOST_CELLS_AT_ONCE", 100)
    pd.testing.assert_frame_equal(
        forecast_counts(totals, to="2021-12-31", ceiling={"a": 40, "b": 60}, net=net), at_once
    )


@pytest.mark.parametrize("factor", [0.1, 0.25, 0.5, 10.0])
@pytest.mark.parametrize("row", [1, 2])
def test_few_figures_tell_of_a_slip_that_was_put_right(row: int, factor: float) -> None:
    """Five running totals of about 100 a month: a spike does not speak for its own fall."""
    totals = np.array([[98, 50], [203, 102], [301, 149], [404, 201], [499, 250]])
    dates = pd.date_range("2026-01-31", periods=5, freq="ME")
    clean = pd.DataFrame(totals, index=dates, columns=["a", "b"])
    wrong = clean.copy()
    wrong.iloc[row, 0] = int(wrong.iloc[row, 0] * factor)
    expected, slipped = (
        forecast_counts(one, to="2026-08-31")["expected"].astype(float).to_numpy()
        for one in (clean, wrong)
    )
    assert abs(slipped[0] / expected[0] - 1) < 0.25
    assert abs(slipped[1] / expected[1] - 1) < 0.05


@pytest.mark.parametrize("method", [paces.damped, paces.plan_following])
@pytest.mark.parametrize("totals", [[1000, 2000, 2000], [500, 900, 900], [1000, 2000, 2000, 2000]])
def test_a_range_goes_beyond_what_is_expected(totals: list[float], method: paces.Pace) -> None:
    """However unsure the pace is: nobody is all but sure that no more come than are expected."""
    dates = pd.date_range("2021-01-31", periods=len(totals), freq="ME")
    frame = pd.DataFrame({"a": totals}, index=dates, dtype="float64")
    row = forecast_counts(frame, to="2021-12-31", method=method).iloc[0]
    assert row["low"] <= row["expected"] < row["high"]


def test_a_target_of_nobody_is_not_reached_for_certain() -> None:
    """Nothing is to be reached, so there is no chance and no day of it."""
    shared = allocate(tiny(), among="counties", weights={"a": 0, "b": 300, "c": 200})
    plan = schedule(shared, over="drive", by="day")
    row = forecast(steady(4).against(plan)).to_frame().iloc[0]
    assert pd.isna(row["chance"])
    assert pd.isna(row["reach_date"])


def test_a_method_of_ones_own_cannot_undo_what_is_done() -> None:
    """Running totals that fall to nobody are refused, with what a method is to return."""

    def nobody(history: CumulativeHistory) -> np.ndarray:
        return np.zeros((len(history.ahead), len(history.now)))

    with pytest.raises(DefinitionError, match="method 'nobody': returned running totals below"):
        forecast(steady(4), method=nobody)

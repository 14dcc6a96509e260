"""Methods on histories whose continuation is known by arithmetic."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.errors import DefinitionError
from coverage_campaign.files.json_values import from_json, to_json
from coverage_campaign.progress.forecast import methods as paces
from coverage_campaign.progress.forecast.history import CumulativeHistory, clock, corrected

NO_LIMIT = np.inf


def record(
    totals: list[float],
    ahead: list[float],
    *,
    step: float = 1.0,
    ceiling: float = NO_LIMIT,
    planned: tuple[list[float], list[float]] | None = None,
) -> CumulativeHistory:
    """Return a record of one unit, its totals `step` days apart."""
    days = (np.arange(len(totals)) - len(totals) + 1) * step
    return CumulativeHistory(
        days=days.astype(np.float64),
        persons=np.array(totals, dtype=np.float64)[:, None],
        ahead=np.array(ahead, dtype=np.float64),
        ceiling=np.array([ceiling]),
        planned=None if planned is None else np.array(planned[0]),
        planned_ahead=None if planned is None else np.array(planned[1]),
    )


ALL = [
    paces.unchanged,
    paces.run_rate(7),
    paces.plan_following,
    paces.saturating,
    paces.damped,
]
STEADY = [10.0 * day for day in range(22)]


def test_a_steady_pace_goes_on() -> None:
    """Ten a day for three weeks: 210 + 70 in a week by run rate, saturation and plan alike."""
    for pace in (paces.run_rate(7), paces.plan_following, paces.saturating):
        np.testing.assert_allclose(pace(record(STEADY, [7, 14])), [[280], [350]])
    assert paces.unchanged(record(STEADY, [7]))[0, 0] == 210


def test_run_rates_look_back_over_their_periods() -> None:
    """Two a day before, six a day in the last week: the mean of both over two weeks."""
    totals = [2.0 * day for day in range(8)] + [14 + 6.0 * day for day in range(1, 8)]
    assert paces.run_rate(7)(record(totals, [10]))[0, 0] == pytest.approx(56 + 60)
    assert paces.run_rate(14)(record(totals, [10]))[0, 0] == pytest.approx(56 + 40)
    assert paces.run_rate(99)(record(totals, [10]))[0, 0] == pytest.approx(56 + 40)


def test_a_period_of_monthly_figures_is_a_month() -> None:
    """Of totals thirty days apart, run_rate(1) is the last month's pace."""
    monthly = record([0, 300, 360], [30], step=30)
    assert paces.run_rate(1)(monthly)[0, 0] == pytest.approx(420)
    assert paces.run_rate(2)(monthly)[0, 0] == pytest.approx(540)


def test_plan_following_shows_the_plans_rush() -> None:
    """Half the plan is laid on its last day; 80 % of it so far means 80 of 100 then."""
    plan = ([0.0, 0.25, 0.5], [0.5, 1.0])
    path = paces.plan_following(record([0, 20, 40], [1, 2], planned=plan))
    np.testing.assert_allclose(path, [[40], [80]])


def test_saturation_keeps_the_rate_among_those_left() -> None:
    """A tenth of those left came each week: 1 - 0.9^n of the ceiling is the limit of the curve."""
    weekly = [1000 * (1 - 0.9**week) for week in range(4)]
    path = paces.saturating(record(weekly, [7.0], step=7.0, ceiling=1000.0))
    pace = (weekly[-1] - weekly[-2]) / 7
    left = 1000 - weekly[-1]
    assert path[0, 0] == pytest.approx(1000 - left * np.exp(-pace * 7 / left))
    assert path[0, 0] < 1000


def test_damping_carries_a_trend_on_and_lets_it_die() -> None:
    """A pace that falls goes on falling, but less each week; a steady one stays."""
    falling = np.concatenate([np.full(7, 20.0), np.full(7, 14.0)]).cumsum()
    path = paces.damped(record([0.0, *falling], [7, 14, 21]))[:, 0]
    weekly = np.diff([falling[-1], *path])
    assert 14 * 7 > weekly[0] > weekly[1] > weekly[2] > 0
    assert weekly[1] / weekly[0] < weekly[2] / weekly[1]
    steady = paces.damped(record(STEADY, [7.0, 70.0]))[:, 0] - 210
    np.testing.assert_allclose(steady, [70, 700])


def test_damping_slows_where_few_are_left() -> None:
    """With 100 people left and 70 a week, far fewer than 70 come; never more than 100.

    Two thirds are covered, so the pace falls with a power of 4 x 210 / 310 of those who are left.
    """
    path = paces.damped(record(STEADY, [7.0, 70.0, 700.0], ceiling=310.0))[:, 0] - 210
    harder = 4 * 210 / 310 - 1
    assert path[0] == pytest.approx(100 * (1 - (1 + harder * 0.7) ** (-1 / harder)), rel=0.001)
    assert path[0] < path[1] < path[2] < 100


def test_damping_knows_no_ceiling_while_few_are_covered() -> None:
    """Of 100,000 people 210 are covered: 700 more come in ten weeks, as without a ceiling."""
    path = paces.damped(record(STEADY, [70.0], ceiling=100_000.0))[0, 0] - 210
    assert path == pytest.approx(700, rel=0.01)


def test_a_unit_of_few_is_judged_by_all_that_it_did() -> None:
    """Monthly 2, 0, 3, 1, 0, 0 is one a month, not none; thousands go by the last months."""
    few = np.cumsum([0.0, 2, 0, 3, 1, 0, 0])
    many = np.cumsum([0.0, 9000, 9000, 9000, 3000, 3000, 3000])
    history = CumulativeHistory(
        days=np.arange(-180.0, 1, 30),
        persons=np.column_stack([few, many]),
        ahead=np.array([30.0]),
        ceiling=np.full(2, np.inf),
    )
    recent = paces.recent_pace(history)
    # Against all together, which fell to a third, its months weigh 1/3 as much then as now.
    assert 0.3 < 30 * recent.per_day[0] < 1
    assert 30 * recent.per_day[1] == pytest.approx(3000, rel=0.01)
    assert recent.noise[0] > 0.1
    assert recent.noise[1] < 0.001


def test_a_unit_without_figures_has_no_pace() -> None:
    """It is not told from zero; a unit whose figures begin late is judged by those."""
    days = np.arange(-28.0, 1, 7)
    late = np.array([np.nan, np.nan, 100, 110, 120.0])
    history = CumulativeHistory(
        days=days,
        persons=np.column_stack([10 * np.arange(5.0), late, np.full(5, np.nan)]),
        ahead=np.array([7.0]),
        ceiling=np.full(3, np.inf),
    )
    recent = paces.recent_pace(history)
    np.testing.assert_allclose(recent.per_day[:2], [10 / 7, 10 / 7])
    assert np.isinf(recent.noise[2])
    np.testing.assert_allclose(history.observed, [28, 14, 0])


def test_units_lend_each_other_the_trend() -> None:
    """A small unit beside a large falling one is damped like it, not by its own noise."""
    days = np.arange(-14.0, 1.0)
    large = np.concatenate([[0], np.full(7, 2000.0), np.full(7, 1000.0)]).cumsum()
    small = np.concatenate([[0], np.full(7, 1.0), np.full(7, 2.0)]).cumsum()
    both = CumulativeHistory(
        days=days,
        persons=np.column_stack([large, small]),
        ahead=np.array([7.0]),
        ceiling=np.array([np.inf, np.inf]),
    )
    grown = paces.damped(both)[0] - both.now
    per_day = paces.recent_pace(both).per_day
    assert grown[0] / per_day[0] == pytest.approx(grown[1] / per_day[1])
    assert per_day[0] == pytest.approx(1000, rel=0.01)
    assert grown[0] < 1000 * 7


@settings(deadline=None)
@given(
    totals=st.lists(st.floats(0, 1000), min_size=1, max_size=30).map(sorted),
    room=st.floats(0, 500) | st.just(np.inf),
    ahead=st.lists(st.integers(1, 60), min_size=1, max_size=5, unique=True).map(sorted),
    which=st.sampled_from(range(len(ALL))),
)
def test_no_pace_goes_back_or_beyond_the_ceiling(
    totals: list[float], room: float, ahead: list[int], which: int
) -> None:
    """Paths rise, start from what is done and end at or below those who can be reached."""
    path = ALL[which](record(totals, [float(day) for day in ahead], ceiling=totals[-1] + room))
    assert path.shape == (len(ahead), 1)
    assert np.isfinite(path).all()
    assert (np.diff(path[:, 0], prepend=totals[-1]) >= -1e-6).all()
    assert (path <= totals[-1] + room + 1e-6).all()


def test_a_fall_is_a_correction_and_no_pace() -> None:
    """A total that loses 50 persons once goes on at the pace it had before and after."""
    days = np.arange(-9.0, 1.0)
    totals = np.concatenate([10.0 * np.arange(5), 10.0 * np.arange(5, 10) - 50])[:, None]
    result = corrected(days, totals)
    assert result.set_aside() == [(5, 0, "fall")]
    assert result.persons[-1, 0] == totals[-1, 0] == 40
    np.testing.assert_allclose(np.diff(result.persons[:, 0]), 10)


def test_gaps_are_bridged_and_a_silent_end_goes_on() -> None:
    """Two missing days lie on the line; a unit silent for three days goes on at its week's pace."""
    days = np.arange(-9.0, 1.0)
    totals = np.column_stack([10.0 * np.arange(10), 5.0 * np.arange(10)])
    totals[3:5, 0] = np.nan
    totals[7:, 1] = np.nan
    result = corrected(days, totals)
    np.testing.assert_allclose(result.persons[:, 0], 10.0 * np.arange(10))
    np.testing.assert_allclose(result.persons[:, 1], 5.0 * np.arange(10))
    assert not result.set_aside()


def test_monthly_figures_are_counted_in_months_of_one_length() -> None:
    """From month end to month end is one month, in February as in March."""
    ends = pd.date_range("2021-01-31", periods=4, freq="ME").to_numpy(dtype="datetime64[D]")
    later = np.array(["2021-05-31", "2021-06-15"], dtype="datetime64[D]")
    days, ahead = clock(ends, later)
    np.testing.assert_allclose(np.diff(days), 365.25 / 12)
    np.testing.assert_allclose(ahead, [365.25 / 12, 1.5 * 365.25 / 12])
    daily, _ = clock(ends[0] + np.arange(3).astype("timedelta64[D]"), later)
    np.testing.assert_allclose(daily, [-2, -1, 0])


def test_daily_and_monthly_figures_of_one_steady_campaign_agree() -> None:
    """100 persons a day for 120 days: either way 200 days later 12,000 and nearly 20,000 more."""
    ahead = np.array([200.0])
    forecasts = [
        paces.damped(
            CumulativeHistory(
                days=np.arange(-120.0, 1, step),
                persons=100 * np.arange(0.0, 121, step)[:, None],
                ahead=ahead,
                ceiling=np.array([np.inf]),
            )
        ).item()
        for step in (1.0, 30.0)
    ]
    assert forecasts[0] == pytest.approx(forecasts[1], rel=0.02)
    assert all(one == pytest.approx(12_000 + 20_000) for one in forecasts)


def test_a_trend_between_months_is_believed_less_than_one_between_weeks() -> None:
    """A pace that doubled from one stretch to the next goes on rising, after weeks the more."""
    grown = []
    for stretch in (7.0, 30.0):
        steep = CumulativeHistory(
            days=np.array([-2 * stretch, -stretch, 0.0]),
            persons=1000 * np.array([[0.0], [stretch], [3 * stretch]]),
            ahead=np.array([stretch]),
            ceiling=np.array([np.inf]),
        )
        grown.append(paces.damped(steep).item() / (1000 * stretch) - 3)
    assert grown[0] > grown[1] > 2


def test_paces_with_numbers_are_values_that_travel() -> None:
    """Equal numbers make equal paces, known by name; a forecast with one goes through JSON."""
    assert paces.run_rate(7) == paces.run_rate(7)
    assert paces.run_rate(7).__name__ == "run_rate(7)"
    mine = paces.damping(power=2.5, kept=0.5, trusted=1)
    assert mine.__name__ == "damping(2.5, 0.5, 1)"
    for pace in (mine, paces.run_rate(2)):
        assert from_json(to_json(pace)) == pace


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda: paces.run_rate(0), "periods: 0"),
        (lambda: paces.damping(power=0, kept=0.5, trusted=1), "power: 0 -- give more than 0"),
        (lambda: paces.damping(power=2, kept=1.5, trusted=1), "kept: 1.5"),
        (lambda: paces.damping(power=2, kept=0.5, trusted=float("nan")), "trusted: nan"),
    ],
)
def test_numbers_that_make_no_pace_are_refused(make: Callable[[], object], found: str) -> None:
    """No period, a power of nothing, a fraction that is none: the number is named."""
    with pytest.raises(DefinitionError, match=re.escape(found)):
        make()
    with pytest.raises(TypeError, match="run_rate takes a whole number for periods"):
        paces.run_rate(periods=True)

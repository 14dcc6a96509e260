"""The back-test against a plain calculation, and the goal on the real campaign of 2021."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from coverage_campaign.errors import DefinitionError
from coverage_campaign.progress.forecast import methods as paces
from coverage_campaign.progress.forecast.backtest import Backtest, backtest
from coverage_campaign.progress.forecast.forecast import forecast_counts
from coverage_campaign.progress.forecast.history import corrected
from support.us_progress import adults, first_doses, library_errors


@pytest.fixture(scope="module")
def us() -> Backtest:
    """Return the default's back-test on the states, with the adults as the limit."""
    return backtest(first_doses(), population=adults(), ceiling=adults())


def against_all(result: Backtest) -> pd.Series:
    """Return the log of the default's error over the best baseline's, statsmodels among them."""
    errors = pd.concat([result.to_frame(), library_errors()])
    table = errors.pivot_table(index=["origin", "ahead"], columns="method", values="error")
    best = table.drop(columns=result.method).min(axis=1)
    return np.log(table[result.method] / best)


def test_the_errors_are_those_of_a_plain_calculation(us: Backtest) -> None:
    """The error of 'unchanged' from 26 April, 14 days ahead, calculated from the file."""
    frame = us.to_frame().set_index(["origin", "ahead", "method"])["error"]
    totals = first_doses()
    moved = totals.loc["2021-05-10"] - totals.loc["2021-04-26"]
    wanted = (moved.abs() / adults() * 100).mean()
    origin = pd.Timestamp("2021-04-26")
    assert frame.loc[(origin, 14, "unchanged")] == pytest.approx(wanted)


def test_a_run_rate_is_that_of_figures_without_slips() -> None:
    """From 26 April, 14 days ahead, of the states in which nothing was set aside until then."""
    totals = first_doses()
    known = totals.loc[:"2021-04-26"]
    days = (known.index - known.index[-1]).days.to_numpy(dtype=np.float64)
    dates = known.index.to_numpy(dtype="datetime64[D]")
    aside = {unit for _, unit, _ in corrected(days, known.to_numpy(), dates=dates).set_aside()}
    states = [state for place, state in enumerate(totals.columns) if place not in aside]
    assert 20 < len(states) < 50
    totals, people = totals[states], adults()[states]
    frame = backtest(totals, ahead=(14,), population=people).to_frame()
    error = frame.set_index(["origin", "ahead", "method"])["error"]
    moved = totals.loc["2021-05-10"] - totals.loc["2021-04-26"]
    back = totals.loc["2021-04-26"] - totals.loc["2021-04-19"]
    missed = (moved - 2 * back).abs() / people * 100
    found = error.loc[(pd.Timestamp("2021-04-26"), 14, "run_rate(7)")]
    assert found == pytest.approx(missed.mean())


def test_only_origins_whose_outcome_is_known_are_counted(us: Backtest) -> None:
    """Outcomes lie on observed days by 28 May; no origin is the first day."""
    frame = us.to_frame()
    dates = set(first_doses().index)
    outcome = frame["origin"] + pd.to_timedelta(frame["ahead"], unit="D")
    assert set(outcome) <= dates
    assert outcome.max() <= pd.Timestamp("2021-05-28")
    assert frame["origin"].min() == pd.Timestamp("2021-03-26")
    assert set(frame["ahead"]) == {7, 14, 21, 28, 37}


def test_the_goal_is_reached_on_the_real_campaign(us: Backtest) -> None:
    """At most 0.95 of the best baseline of each origin, at no horizon over 1.05."""
    ratio = against_all(us)
    assert np.exp(ratio.mean()) <= 0.95
    assert (np.exp(ratio.groupby("ahead").mean()) <= 1.05).all()


def test_without_a_ceiling_it_beats_unchanged_and_run_rates() -> None:
    """The same goal where nobody knows who is eligible, against the baselines of the library."""
    totals = backtest(first_doses(), population=adults()).totals()
    assert totals["ratio"].iloc[-1] <= 0.9
    assert (totals["ratio"] <= 1.1).all()


@pytest.mark.parametrize("half", [0, 1])
def test_whole_states_held_out_agree(half: int) -> None:
    """Every second state alone reaches the goal: no unit was tuned for."""
    states = first_doses().columns[half::2]
    totals = backtest(
        first_doses()[states], population=adults()[states], ceiling=adults()[states]
    ).totals()
    assert totals["ratio"].iloc[-1] <= 0.95
    assert (totals["ratio"] <= 1.05).all()


@pytest.mark.parametrize("half", [0, 1])
def test_whole_weeks_held_out_agree(us: Backtest, half: int) -> None:
    """Origins of every second week alone reach the goal."""
    ratio = against_all(us)
    week = ratio.index.get_level_values("origin").isocalendar().week.to_numpy() % 2
    mine = ratio[week == half]
    assert np.exp(mine.mean()) <= 0.95


def test_the_ranges_hold_what_they_say(us: Backtest) -> None:
    """About 80 % of what came lies inside, at every horizon; how many origins there are is said."""
    coverage = us.coverage()
    assert coverage["ahead"].tolist() == [7, 14, 21, 28, 37]
    assert coverage["covered"].between(0.75, 0.90).all()
    assert coverage["origins_apart"].tolist() == [8, 4, 2, 2, 1]
    assert 0.75 <= us.totals()["covered"].iloc[-1] <= 0.88


def test_a_second_country_agrees() -> None:
    """The Sundays of the German Laender, a month to two months ahead, ceilings known."""
    path = Path(__file__).parents[2] / "data" / "rki_first_dose_2021" / "laender.csv"
    totals = pd.read_csv(path, parse_dates=["date"]).set_index("date")
    sundays = totals[totals.index.day_of_week == 6]
    result = backtest(sundays, ahead=(28, 56), ceiling=1.6 * totals.iloc[-1]).totals()
    assert result["ratio"].iloc[-1] <= 0.8
    assert 0.7 <= result["covered"].iloc[-1] <= 0.9


def test_slips_that_are_put_right_move_forecasts_little() -> None:
    """One in a hundred figures a tenth or ten times what it was, right again since.

    Other units move by less than 5 %, the units themselves by less than 25 %.
    """
    rng = np.random.default_rng(1)
    known = first_doses().loc[:"2021-05-05"]
    hit = rng.random(known.shape) < 0.01
    hit[-1] = False
    wrong = known.mask(hit, np.floor(known * rng.choice([0.1, 10.0], size=known.shape)))
    clean, slipped = (
        forecast_counts(totals, to="2021-05-28", ceiling=adults()).set_index("unit")["expected"]
        for totals in (known, wrong)
    )
    moved = (slipped / clean - 1).abs()
    own = pd.Series(hit.any(axis=0), index=known.columns)
    assert own.sum() > 5
    assert moved[~own].max() < 0.05
    assert moved[own].max() < 0.25


def test_nothing_later_is_used() -> None:
    """What comes after an origin cannot change its forecast: errors before it stay."""
    totals = first_doses().iloc[:25].copy()
    changed = totals.copy()
    changed.iloc[-1] += 50_000
    one = backtest(totals, ahead=(7,)).to_frame()
    other = backtest(changed, ahead=(7,)).to_frame()
    last = totals.index[-1] - pd.Timedelta(days=7)
    before = one["origin"] < last
    pd.testing.assert_frame_equal(one[before], other[before])


def test_a_method_of_ones_own_is_tested_like_any() -> None:
    """A perfect forecast has no error, and its own name in the table."""
    dates = pd.date_range("2026-01-01", periods=40)
    totals = pd.DataFrame({"u": 10.0 * np.arange(40), "v": 3.0 * np.arange(40)}, index=dates)
    result = backtest(totals, ahead=(7,), method=paces.run_rate(3))
    errors = result.to_frame().groupby("method")["error"].mean()
    assert errors["run_rate(3)"] == pytest.approx(0, abs=1e-9)
    assert errors["unchanged"] == pytest.approx((70 + 21) / 2)
    assert result.unit_of_error == "persons"


def test_no_error_against_no_error_is_even() -> None:
    """Totals that stand still are forecast exactly by all: the ratio is 1, not undefined."""
    dates = pd.date_range("2026-01-01", periods=20)
    totals = backtest(pd.DataFrame({"u": [50] * 20}, index=dates), ahead=(7,)).totals()
    assert totals["ratio"].tolist() == [1.0, 1.0]
    assert totals["covered"].tolist() == [1.0, 1.0]


def test_days_ahead_that_the_totals_do_not_cover_are_refused() -> None:
    """Ten days of totals say nothing of a year; a population must name every unit."""
    with pytest.raises(DefinitionError, match="365"):
        backtest(first_doses(), ahead=(365,))
    with pytest.raises(DefinitionError, match="AK"):
        backtest(first_doses(), population=adults().drop("AK"))


def test_it_shows_its_verdict(us: Backtest) -> None:
    """The repr names method, error, ratio and coverage; the HTML holds the table."""
    assert "of the best baseline's" in repr(us)
    assert "origins_apart" in us._repr_html_()


def test_the_page_shows_what_is_measured(us: Backtest) -> None:
    """The table of the goal in the forecasting page, figure by figure, is the one measured here."""
    page = (Path(__file__).parents[3] / "docs" / "explanation" / "forecasting.md").read_text(
        encoding="utf-8"
    )
    goal = page.split("### The goal")[1].split("###")[0]
    lines = [line.strip("| ").split(" | ") for line in goal.splitlines() if line.startswith("| ")]
    shown = {cells[0]: [cell.strip("*| ") for cell in cells[1:5]] for cells in lines[1:]}
    both = against_all(us)
    logs = {str(days): both.xs(days, level="ahead") for days in (7, 14, 21, 28, 37)} | {"all": both}
    measured = {
        str(days): [
            f"{row.error:.2f}",
            f"{row.ratio:.2f}",
            f"{np.exp(logs[str(days)].mean()):.2f}",
            f"{100 * row.covered:.0f} %",
        ]
        for days, row in zip(logs, us.totals().itertuples(), strict=True)
    }
    assert shown == measured

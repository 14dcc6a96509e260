"""The progress room against its goals: roll-up of a country, forecasts of a real campaign.

`python benchmarks/progress.py` prints the lines; `python benchmarks/progress.py statsmodels` prints
the errors of statsmodels (0.15, not needed otherwise) that the tests compare with, as CSV.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from coverage_campaign.progress.backtest import backtest
from coverage_campaign.progress.rollup import Cube, roll_up, tiers_of

DATA = Path(__file__).parent.parent / "tests" / "data" / "us_vaccination"
AHEAD = (7, 14, 21, 28, 37)
Line = tuple[str, str, str, bool]
COPIES, MEAN, WORST, LEAST, MOST = 0.60, 0.95, 1.05, 0.75, 0.85


def country() -> tuple[Cube, dict[str, str | None]]:
    """Return 600,000 villages x 12 months x 4 channels and the parents up to the country."""
    towns, counties, cities, provinces = 40_000, 3_000, 334, 31
    sizes = [("v", 600_000, "t", towns), ("t", towns, "c", counties), ("c", counties, "s", cities)]
    sizes += [("s", cities, "p", provinces), ("p", provinces, "n", 1)]
    parent: dict[str, str | None] = {"n0": None}
    for low, many, high, few in sizes:
        places = np.arange(many) * few // many
        parent |= {f"{low}{place}": f"{high}{above}" for place, above in enumerate(places)}
    rng = np.random.default_rng(1)
    cube = Cube(
        units=tuple(f"v{place}" for place in range(600_000)),
        periods=np.arange("2008-01", "2009-01", dtype="datetime64[M]").astype("datetime64[D]"),
        channels=("new_employer", "self_employed", "omitted_employee", "resumed"),
        persons=rng.integers(0, 50, size=(600_000, 12, 4), dtype=np.int32),
    )
    return cube, parent


def roll_up_line() -> Line:
    """Return the time of all tiers over the time of one copy of the same array."""
    cube, parent = country()
    tiers = tiers_of(cube.units, parent)
    copy = np.empty_like(cube.persons)
    copying, rolling = [], []
    for _ in range(15):
        start = time.perf_counter()
        np.copyto(copy, cube.persons)
        middle = time.perf_counter()
        sums = roll_up(cube, tiers)
        copying.append(middle - start)
        rolling.append(time.perf_counter() - middle)
    if not np.array_equal(sums[-1].persons[0], cube.persons.sum(axis=0, dtype=np.int32)):
        raise AssertionError("the country is not the sum of its villages")
    # The best of each: what else runs on the machine only ever makes a time longer.
    ratio = min(rolling) / min(copying)
    measured = f"{ratio:.2f} ({1000 * min(rolling):.0f} ms)"
    text = "roll-up 600,000 villages x 12 x 4 to 5 tiers, over one memory copy"
    return text, "at most 0.60", measured, ratio <= COPIES


def first_doses() -> tuple[pd.DataFrame, pd.Series]:
    """Return the running totals of adults by state, and the adults."""
    reports = pd.read_csv(DATA / "us_adult_first_dose_2021_mar_may.csv", parse_dates=["date"])
    totals = reports.pivot_table(index="date", columns="postal", values="dose1_18plus")
    people = pd.read_csv(DATA / "us_state_population_2019.csv").set_index("postal")
    return totals, people["population_18plus_2019"].reindex(totals.columns).astype("float64")


def forecast_lines() -> list[Line]:
    """Return the default's error over the best baseline's and the coverage of its ranges."""
    totals, adults = first_doses()
    result = backtest(totals, ahead=AHEAD, population=adults, ceiling=adults)
    library = pd.read_csv(DATA / "statsmodels_errors.csv", parse_dates=["origin"])
    errors = pd.concat([result.to_frame(), library])
    table = errors.pivot_table(index=["origin", "ahead"], columns="method", values="error")
    ratio = np.log(table[result.method] / table.drop(columns=result.method).min(axis=1))
    whole, worst = np.exp(ratio.mean()), np.exp(ratio.groupby("ahead").mean().max())
    coverage = result.coverage()
    said = ", ".join(f"{row.ahead} d {row.covered:.2f}" for row in coverage.itertuples())
    low, high = coverage["covered"].round(2).min(), coverage["covered"].round(2).max()
    text = "forecast error over the best baseline's (run rates, ETS, Theta), US 2021"
    return [
        (f"{text}, all days ahead", "at most 0.95", f"{whole:.2f}", bool(whole <= MEAN)),
        (f"{text}, worst", "at most 1.05", f"{worst:.2f}", bool(worst <= WORST)),
        (
            "share inside the 80 % range, by days ahead",
            "0.75 to 0.85",
            said,
            bool(low >= LEAST and high <= MOST),
        ),
    ]


def lines() -> list[Line]:
    """Return (what is measured, goal, measured, whether it is reached)."""
    return [roll_up_line(), *forecast_lines()]


def statsmodels_errors() -> pd.DataFrame:
    """Return what statsmodels misses: origin, ahead, method, error [points]."""
    from statsmodels.tsa.forecasting.theta import ThetaModel  # only asked for by hand
    from statsmodels.tsa.holtwinters import ExponentialSmoothing  # the same

    totals, adults = first_doses()
    points = totals / adults * 100
    rows = []
    for origin in totals.index:
        days = [day for day in AHEAD if origin + pd.Timedelta(days=day) in totals.index]
        daily = points.loc[:origin].resample("D").mean().interpolate()
        if not days or len(daily) < 8:  # noqa: PLR2004 - the least that the library takes
            continue
        for name in ("ets_additive", "ets_damped", "theta"):
            missed = dict.fromkeys(days, 0.0)
            for state, series in daily.items():
                if name == "theta":
                    model = ThetaModel(series, period=1, deseasonalize=False).fit()
                else:
                    damped = name == "ets_damped"
                    model = ExponentialSmoothing(
                        series.to_numpy(),
                        trend="add",
                        damped_trend=damped,
                        initialization_method="estimated",
                    ).fit()
                path = np.asarray(model.forecast(max(days)))
                for day in days:
                    came = points.loc[origin + pd.Timedelta(days=day), state]
                    missed[day] += abs(path[day - 1] - came) / len(adults)
            rows += [(origin.date(), day, name, error) for day, error in missed.items()]
    return pd.DataFrame(rows, columns=["origin", "ahead", "method", "error"])


if __name__ == "__main__":
    if sys.argv[1:] == ["statsmodels"]:
        print(statsmodels_errors().to_csv(index=False, float_format="%.6f"))
    else:
        for line in lines():
            print(*line, sep="  |  ")

"""The progress room against its goals: roll-up of a country, forecasts of a real campaign.

`python benchmarks/progress.py` prints the lines; `python benchmarks/progress.py statsmodels` prints
the errors of statsmodels (0.15, not needed otherwise) that the tests compare with, as CSV.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.targets import Channel
from coverage_campaign.model.units import Unit
from coverage_campaign.progress.forecast.backtest import backtest
from coverage_campaign.progress.rollup import roll_up
from coverage_campaign.reporting.problems import ReportProblems
from coverage_campaign.reporting.result import Tally

DATA = Path(__file__).parent.parent / "tests" / "data" / "us_vaccination"
AHEAD = (7, 14, 21, 28, 37)
Line = tuple[str, str, str, bool]
COPIES, MEAN, WORST, LEAST, MOST = 0.60, 0.95, 1.05, 0.75, 0.85


def country() -> Tally:
    """Return the tally of 600,000 villages x 12 months x 4 channels, every cell reported."""
    sizes = [("v", 600_000), ("t", 40_000), ("c", 3_000), ("s", 334), ("p", 31), ("n", 1)]
    units = [Unit("n0", "Nation", "n")]
    for (high, few), (low, many) in pairwise(reversed(sizes)):
        above = (np.arange(many) * few // many).tolist()
        units += [
            Unit(f"{low}{place}", f"{low}{place}", low, parent=f"{high}{up}")
            for place, up in enumerate(above)
        ]
    channels = ("new_employer", "self_employed", "omitted_employee", "resumed")
    campaign = Campaign(
        code="country",
        label="A country",
        year=2026,
        units=units,
        channels=[Channel(code, code, "entry") for code in channels],
        phases=[Phase("year", "The year", "01-01", "12-31")],
    )
    villages, months = 600_000, np.arange("2026-01", "2027-01", dtype="datetime64[M]")
    cells = villages * len(months) * len(channels)
    frame = pd.DataFrame(
        {
            "unit": texts([unit.code for unit in units[-villages:]], np.arange(cells) // 48),
            "period": np.tile(np.repeat(months.astype("datetime64[s]"), 4), villages),
            "channel": texts(channels, np.arange(cells) % 4),
            "persons": pd.array(np.random.default_rng(1).integers(0, 50, cells), dtype="Int64"),
        }
    )
    return Tally(
        campaign=campaign,
        frame=frame,
        as_of=None,
        by="month",
        basis=campaign.basis(),
        problems=ReportProblems(),
        rows_in=cells,
    )


def texts(codes: Sequence[str], places: np.ndarray) -> pd.Series:
    """Return a column of texts without an object for each row."""
    taken = pa.array(codes, type=pa.large_string()).take(pa.array(places))
    return taken.to_pandas().astype("str")


def roll_up_lines() -> list[Line]:
    """Return the time of all tiers over the time of one copy of the same array."""
    tally = country()
    start = time.perf_counter()
    counts = tally.cube.running
    made = time.perf_counter() - start
    copy = np.empty_like(counts)
    copying, rolling = [], []
    for _ in range(15):
        start = time.perf_counter()
        np.copyto(copy, counts)
        middle = time.perf_counter()
        sums = roll_up(tally)
        copying.append(middle - start)
        rolling.append(time.perf_counter() - middle)
    persons = tally.frame["persons"].to_numpy(dtype=np.int64).reshape(600_000, 12, 4)
    if not np.array_equal(sums.persons[-1], persons.sum(axis=0)):
        raise AssertionError("the country is not the sum of its villages")
    if len(sums.units) != 43_366:  # noqa: PLR2004 - 40,000 + 3,000 + 334 + 31 + 1
        raise AssertionError("not every tier is there")
    # The best of each: what else runs on the machine only ever makes a time longer.
    ratio = min(rolling) / min(copying)
    measured = f"{ratio:.2f} ({1000 * min(rolling):.1f} ms)"
    text = "roll_up(tally), 600,000 villages x 12 x 4 to 5 tiers, over one copy"
    size = f"{counts.nbytes / 1e6:.0f} MB, made once from 28.8 million rows in {made:.0f} s"
    return [(text, "at most 0.60", measured, ratio <= COPIES), ("its storage", "-", size, True)]


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
    return [*roll_up_lines(), *forecast_lines()]


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

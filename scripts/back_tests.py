"""Print every table of docs/explanation/forecasting.md: `python scripts/back_tests.py [name ...]`.

Without names all tables are printed, with names those. The data are in tests/data, the simulated
campaigns are seeded, so the figures are the same on every run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

import coverage_campaign as cc
from coverage_campaign.progress.forecast.backtest import BASELINES, Backtest
from coverage_campaign.progress.forecast.methods import Pace, damping
from coverage_campaign.reporting.result import Period, Tally
from coverage_campaign.scheduling.schedule import Plan

DATA = Path(__file__).parents[1] / "tests" / "data"
US = DATA / "us_vaccination"
AHEAD = (7, 14, 21, 28, 37)
MONTHS = (30, 60, 90)
RESIDENTS = 0.78  # of all residents are adults: the most whom a campaign for adults can reach
SEEDS = range(1, 6)
Series = tuple[pd.DataFrame, "pd.Series[float]"]


# -- the series ------------------------------------------------------------------------------------


def people(column: str) -> pd.Series[float]:
    """Return a column of the populations by state."""
    return pd.read_csv(US / "us_state_population_2019.csv").set_index("postal")[column]


def spring(column: str) -> pd.DataFrame:
    """Return running totals of March to May by state."""
    path = US / "us_adult_first_dose_2021_mar_may.csv"
    reports = pd.read_csv(path, parse_dates=["date"])
    return reports.pivot_table(index="date", columns="postal", values=column)


def adults() -> Series:
    """Return first doses of adults, and the adults."""
    totals = spring("dose1_18plus")
    return totals, people("population_18plus_2019").reindex(totals.columns).astype("float64")


def all_ages() -> Series:
    """Return first doses of anyone, and the residents."""
    totals = spring("dose1_total")
    return totals, people("population_2019").reindex(totals.columns).astype("float64")


def older() -> Series:
    """Return first doses of people aged 65 and over, and how many there are.

    Their number is what the first day's count and its printed percent amount to.
    """
    path = US / "us_adult_first_dose_2021_mar_may.csv"
    first = pd.read_csv(path).query("date == '2021-03-25'").set_index("postal")
    persons = 100 * first["dose1_65plus"] / first["dose1_65plus_pct_published"]
    totals = spring("dose1_65plus")
    return totals, persons.reindex(totals.columns)


def year() -> Series:
    """Return first doses of anyone from January to May, and the residents."""
    path = US / "us_first_dose_2021_jan_may.csv"
    totals = pd.read_csv(path, parse_dates=["date"]).set_index("date")
    return totals, people("population_2019").reindex(totals.columns).astype("float64")


# -- how good --------------------------------------------------------------------------------------


def with_statsmodels(result: Backtest) -> Backtest:
    """Return a back-test with the errors of statsmodels among its baselines."""
    library = pd.read_csv(US / "statsmodels_errors.csv", parse_dates=["origin"])
    return cc.vary(result, frame=pd.concat([result.to_frame(), library], ignore_index=True))


def line(result: Backtest) -> dict[str, str]:
    """Return the ratio and the share inside the range, by days ahead and over all."""
    return {
        "all" if pd.isna(row.ahead) else f"{row.ahead} d": f"{row.ratio:.2f} / {row.covered:.0%}"
        for row in result.totals().itertuples()
    }


def logs(result: Backtest) -> pd.Series[float]:
    """Return the log of the method's error over the best baseline's, by origin and days ahead."""
    table = result.to_frame().pivot_table(
        index=["origin", "ahead"], columns="method", values="error"
    )
    best = table.drop(columns=result.method).min(axis=1)
    return np.log(table[result.method] / best)


def geometric(values: pd.Series[float]) -> float:
    """Return the geometric mean of ratios given as logs."""
    return float(np.exp(values.mean()))


def printed(title: str, rows: Mapping[str, Mapping[str, str]]) -> None:
    """Print a table as Markdown."""
    print(f"\n## {title}\n")
    table = pd.DataFrame.from_dict(rows, orient="index").fillna("")
    print("| |", " | ".join(table.columns), "|")
    print("|---" * (len(table.columns) + 1) + "|")
    for name, cells in table.iterrows():
        print("|", " | ".join([str(name), *cells]), "|")


# -- the tables ------------------------------------------------------------------------------------


def first_doses() -> None:
    """Print the goal: adults in spring 2021, against run rates and against statsmodels."""
    totals, most = adults()
    result = cc.backtest(totals, ahead=AHEAD, population=most, ceiling=most)
    mine, library = result.totals(), with_statsmodels(result).totals()
    rows = {
        "all" if pd.isna(one.ahead) else str(one.ahead): {
            "error": f"{one.error:.2f}",
            "ratio": f"{one.ratio:.2f}",
            "ratio with statsmodels": f"{both.ratio:.2f}",
            "inside the 80 % range": f"{one.covered:.0%}",
            "origins": str(one.origins),
            "that do not overlap": "" if pd.isna(one.ahead) else str(one.origins_apart),
        }
        for one, both in zip(mine.itertuples(), library.itertuples(), strict=True)
    }
    printed("First doses of adults, spring 2021 (days ahead)", rows)
    table = with_statsmodels(result).to_frame()
    seven = set(table.query("ahead == 37 and method == 'theta'")["origin"])
    both = logs(with_statsmodels(result)).xs(37, level="ahead")
    common = both[both.index.isin(seven)]
    print(f"\n37 days, the {len(seven)} origins of statsmodels: {geometric(common):.2f}")
    bare = with_statsmodels(cc.backtest(totals, ahead=AHEAD, population=most))
    print(f"Without a ceiling, with statsmodels: {bare.totals()['ratio'].iloc[-1]:.2f}")


def other_people() -> None:
    """Print other people in the same months, with and without a ceiling."""
    rows = {}
    for name, (totals, most) in {
        "adults": adults(),
        "all ages": all_ages(),
        "65 and over": older(),
    }.items():
        for said, ceiling in (("ceiling", most), ("no ceiling", None)):
            result = cc.backtest(totals, ahead=AHEAD, population=most, ceiling=ceiling)
            rows[f"{name}, {said}"] = line(result)
    printed("Other people, spring 2021 (ratio / inside the range)", rows)


def other_months() -> None:
    """Print other months: growth until the peak, and from March on; daily and weekly figures."""
    totals, most = year()
    weekly = totals[totals.index.day_of_week == 1]
    rows = {}
    for name, series in {
        "12 January to 16 April": totals[:"2021-04-16"],
        "1 March to 30 May": totals["2021-03-01":],
        "Tuesdays, January to May": weekly,
    }.items():
        ahead = (7, 14, 21, 28, 35) if series is weekly else AHEAD
        for said, ceiling in (("ceiling", RESIDENTS * most), ("no ceiling", None)):
            result = cc.backtest(series, ahead=ahead, population=most, ceiling=ceiling)
            rows[f"{name}, {said}"] = line(result)
    printed("Other months, any age (ratio / inside the range)", rows)


def monthly() -> None:
    """Print one date a month of the same series, from twelve different first days."""
    totals, most = year()
    shifts = (0, 3, 5, 8, 10, 13, 15, 18, 20, 23, 25, 28)
    rows = {}
    for said, ceiling in (("ceiling", RESIDENTS * most), ("no ceiling", None)):
        for method in (cc.paces.damped, cc.paces.saturating, cc.paces.run_rate(1)):
            results = [
                cc.backtest(
                    every_thirtieth(totals, shift),
                    ahead=MONTHS,
                    population=most,
                    ceiling=ceiling,
                    method=method,
                )
                for shift in shifts
            ]
            ratios = pd.concat([logs(result) for result in results])
            ranges = pd.concat([result.ranges for result in results])
            rows[f"{method.__name__}, {said}"] = {
                f"{days} d": f"{geometric(ratios.xs(days, level='ahead')):.2f} / "
                f"{inside(ranges, days):.0%}"
                for days in MONTHS
            }
    printed("One date in thirty days (ratio / inside the range)", rows)


def every_thirtieth(totals: pd.DataFrame, shift: int) -> pd.DataFrame:
    """Return the dates that lie thirty days apart, as far as they were published."""
    dates = pd.date_range("2021-01-12", periods=6, freq="30D") + pd.Timedelta(days=shift)
    return totals.loc[totals.index.intersection(dates)]


def inside(ranges: pd.DataFrame, days: int) -> float:
    """Return the share of what came that lay inside the range, so many days ahead."""
    mine = ranges[ranges["ahead"] == days]
    return float(mine["inside"].sum() / mine["units"].sum())


def held_out() -> None:
    """Print what the constants score when chosen on other states and other weeks."""
    totals, most = adults()
    shapes = {
        (power, kept, trusted): damping(power=power, kept=kept, trusted=trusted)
        for power, kept, trusted in product((1.5, 2.0, 2.5, 3.0), (0.5, 0.7, 0.9), (0.6, 0.8, 1.0))
    }
    rows = {}
    for half, other in ((0, 1), (1, 0)):
        scores = {}
        for place in (half, other):
            states = totals.columns[place::2]
            scores[place] = {
                shape: logs(
                    cc.backtest(
                        totals[states],
                        ahead=AHEAD,
                        population=most[states],
                        ceiling=most[states],
                        method=pace,
                        baselines=BASELINES,
                    )
                )
                for shape, pace in shapes.items()
            }
        for week in (0, 1):
            trained = {shape: geometric(weeks(one, week)) for shape, one in scores[half].items()}
            best = min(trained, key=trained.__getitem__)
            tested = {
                shape: geometric(weeks(one, 1 - week)) for shape, one in scores[other].items()
            }
            rows[f"{'even' if week == 0 else 'odd'} weeks, states {half + 1}, {half + 3}, ..."] = {
                "best there (power, kept, trusted)": ", ".join(map(str, best)),
                "it scores elsewhere": f"{tested[best]:.2f}",
                "the shipped values score there": f"{tested[2.0, 0.7, 0.8]:.2f}",
            }
    printed("Chosen on one half of the states and weeks, judged on the other", rows)


def weeks(ratios: pd.Series[float], remainder: int) -> pd.Series[float]:
    """Return the origins of every second calendar week."""
    week = ratios.index.get_level_values("origin").isocalendar().week.to_numpy() % 2
    return ratios[week == remainder]


def shapes() -> None:
    """Print other shapes on three series: what was tried and not shipped."""
    spring_totals, grown = adults()
    totals, most = year()
    tried: dict[str, Pace] = {
        "damped (shipped)": cc.paces.damped,
        "power 1.5": damping(power=1.5, kept=0.7, trusted=0.8),
        "power 2.5": damping(power=2.5, kept=0.7, trusted=0.8),
        "power 3": damping(power=3, kept=0.7, trusted=0.8),
        "no trend": damping(power=2, kept=0.7, trusted=0),
        "trend kept a week: all": damping(power=2, kept=1, trusted=0.8),
        "saturating": cc.paces.saturating,
        "run_rate(7)": cc.paces.run_rate(7),
        "run_rate(14)": cc.paces.run_rate(14),
    }
    rows = {}
    for name, pace in tried.items():
        series = {
            "adults, spring": (spring_totals, grown, grown),
            "any age, growth": (totals[:"2021-04-16"], most, RESIDENTS * most),
            "any age, from March": (totals["2021-03-01":], most, RESIDENTS * most),
        }
        results = {
            said: cc.backtest(
                figures, ahead=AHEAD, population=population, ceiling=ceiling, method=pace
            )
            for said, (figures, population, ceiling) in series.items()
        }
        rows[name] = {
            said: f"{result.totals()['ratio'].iloc[-1]:.2f}" for said, result in results.items()
        }
    printed("Shapes (ratio over all days ahead)", rows)


# -- a rush before a deadline ----------------------------------------------------------------------


def rush() -> None:
    """Print simulated campaigns: even and with a rush, planned and not, daily and monthly."""
    campaign = cc.load_case("hengyang", year=2008)
    allocation = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    even = cc.schedule(allocation, over="special-action")
    rushed = cc.schedule(allocation, over="special-action", curve=cc.curves.through(RUSH))
    rows = {}
    for said, share in (("no rush", 0.0), ("30 % in a rush", 0.3)):
        for by in ("day", "month"):
            tallies = [simulated(even, seed, share, by) for seed in SEEDS]
            for name, plan, method in (
                ("even plan, damped", even, cc.paces.damped),
                ("even plan, plan_following", even, cc.paces.plan_following),
                ("plan with the rush, plan_following", rushed, cc.paces.plan_following),
            ):
                rows[f"{said}, by {by}: {name}"] = judged(tallies, plan, method)
    printed("Simulated: error at the end / share of units inside the 80 % range", rows)


RUSH = {"2008-08-31": "0.30", "2008-10-31": "0.50", "2008-11-30": "0.63", "2008-12-15": "0.74"}
"""What the simulated rush amounts to by these days: 30 % of all, most of them in December."""


def simulated(plan: Plan, seed: int, share: float, by: Period) -> Tally:
    """Return what a simulated campaign without faults of reporting counts, in the end."""
    run = cc.simulate(plan, seed=seed, rush=share, missing=0, late=0, inflated=0, lapse=0, double=0)
    return cc.tally(run.events, plan.campaign, as_of="2009-03-31", by=by, simulated=True)


def judged(tallies: Sequence[Tally], plan: Plan, method: Pace) -> dict[str, str]:
    """Return the error of the whole [% of what came] and the coverage, by day of origin."""
    cells = {}
    for origin in ("2008-07-31", "2008-08-31", "2008-09-30", "2008-10-31", "2008-11-30"):
        missed, held, units = [], 0, 0
        for known in tallies:
            ahead = cc.forecast(cc.track(plan, known, as_of=origin), method=method)
            came = cc.track(plan, known, as_of="2008-12-31")
            missed.append(ahead.totals()["expected"].iloc[0] / came.totals()["done"].iloc[0] - 1)
            frame, done = ahead.to_frame(), came.to_frame()["done"]
            held += int(((frame["low"] <= done) & (done <= frame["high"])).sum())
            units += len(frame)
        cells[origin[5:]] = f"{np.mean(missed):+.0%} / {held / units:.0%}"
    return cells


def healthcare_gov() -> None:
    """Print a real rush: its own weeks do not show it, the year before does."""
    totals = pd.read_csv(
        DATA / "healthcare_gov" / "weekly_2017.csv", parse_dates=["date"], index_col="date"
    )
    came = int(totals["people"].iloc[-1])
    rows = {}
    for origin in totals.index[2:-1]:
        cells = {}
        for method in (cc.paces.damped, cc.paces.run_rate(1)):
            row = cc.forecast_counts(totals[:origin], to="2017-12-15", method=method).iloc[0]
            cells[method.__name__] = f"{row['expected']:,} ({row['expected'] / came - 1:+.0%})"
            if method is cc.paces.damped:
                cells["80 % range"] = f"{row['low']:,} to {row['high']:,}"
        rows[f"{origin:%d %B}"] = cells
    printed(f"HealthCare.gov 2017: {came:,} people on 15 December", rows)
    met = float(np.interp(16, (totals.index - totals.index[0]).days, totals["people"])) / came
    followed, run_rate = 1_669_401 / met, 1_669_401 + 737_352 / 7 * 31
    print(
        f"\n16 November 2019, 1,669,401 people, 737,352 of them in the last week; 8,286,871 came."
        f"\nBy the curve of 2017, {met:.3f} of it over: {followed:,.0f}. Run rate: {run_rate:,.0f}."
    )


TABLES = {
    table.__name__: table
    for table in (
        first_doses,
        other_people,
        other_months,
        monthly,
        held_out,
        shapes,
        rush,
        healthcare_gov,
    )
}


def main(names: Iterable[str]) -> None:
    """Print the tables of these names, or all."""
    for name in list(names) or TABLES:
        TABLES[name]()


if __name__ == "__main__":
    main(sys.argv[1:])

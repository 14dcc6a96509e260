"""Print every table of docs/explanation/forecasting.md: `python scripts/back_tests.py [name ...]`.

Without names all tables are printed, with names those. The data are in tests/data, the simulated
campaigns are seeded, so the figures are the same on every run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

import coverage_campaign as cc
from coverage_campaign.progress.forecast.backtest import Backtest
from coverage_campaign.progress.forecast.history import CumulativeHistory, clock
from coverage_campaign.progress.forecast.intervals import paths_of
from coverage_campaign.progress.forecast.methods import Pace, damping
from coverage_campaign.reporting.result import Period, Tally
from coverage_campaign.scheduling.schedule import Plan

DATA = Path(__file__).parents[1] / "tests" / "data"
US = DATA / "us_vaccination"
AHEAD = (7, 14, 21, 28, 37)
MONTHS = (30, 60, 90)
WEEKS = (7, 14, 21, 28, 35, 42, 49, 56, 63)
RESIDENTS = 0.78  # of all residents are adults: the most whom a campaign for adults can reach
SEEDS = range(1, 6)
RUNS = 40
SLIPS = 0.01
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


GERMANS = {
    "BW": 11_103_043, "BY": 13_140_183, "BE": 3_664_088, "BB": 2_531_071, "HB": 680_130,
    "HH": 1_852_478, "HE": 6_293_154, "MV": 1_610_774, "NI": 8_003_421, "NW": 17_925_570,
    "RP": 4_098_391, "SL": 983_991, "SN": 4_056_941, "ST": 2_180_684, "SH": 2_910_875,
    "TH": 2_120_237,
}  # fmt: skip
"""Residents by Land on 31 December 2020."""
GROWN_GERMANS = 0.84


def germany() -> Series:
    """Return first doses by Land from the end of January to August, and the residents."""
    path = DATA / "rki_first_dose_2021" / "laender.csv"
    totals = pd.read_csv(path, parse_dates=["date"]).set_index("date")
    return totals, pd.Series(GERMANS, dtype="float64").reindex(totals.columns)


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


def second_country() -> None:
    """Print the German series: daily, Sundays, and one date in thirty days."""
    totals, most = germany()
    sundays, _ = weekly_germany()
    rows = {}
    for said, ceiling in (("ceiling", GROWN_GERMANS * most), ("no ceiling", None)):
        for name, series in {"daily": totals, "Sundays": sundays}.items():
            result = cc.backtest(series, ahead=WEEKS, population=most, ceiling=ceiling)
            rows[f"{name}, {said}"] = line(result)
    printed("Germany, February to August (ratio / inside the range)", rows)
    rows = {}
    for said, ceiling in (("ceiling", GROWN_GERMANS * most), ("no ceiling", None)):
        results = [
            cc.backtest(
                known_on(totals, pd.date_range("2021-01-31", periods=7, freq="30D") + shift),
                ahead=MONTHS,
                population=most,
                ceiling=ceiling,
            )
            for shift in pd.to_timedelta([0, 5, 10, 15, 20, 25], unit="D")
        ]
        ratios = pd.concat([logs(result) for result in results])
        ranges = pd.concat([result.ranges for result in results])
        rows[said] = {
            f"{days} d": f"{geometric(ratios.xs(days, level='ahead')):.2f} / "
            f"{inside(ranges, days):.0%}"
            for days in MONTHS
        }
    printed("Germany, one date in thirty days (ratio / inside the range)", rows)


def every_thirtieth(totals: pd.DataFrame, shift: int) -> pd.DataFrame:
    """Return the dates that lie thirty days apart, as far as they were published."""
    dates = pd.date_range("2021-01-12", periods=6, freq="30D") + pd.Timedelta(days=shift)
    return totals.loc[totals.index.intersection(dates)]


def inside(ranges: pd.DataFrame, days: int) -> float:
    """Return the share of what came that lay inside the range, so many days ahead."""
    mine = ranges[ranges["ahead"] == days]
    return float(mine["inside"].sum() / mine["units"].sum())


def held_out() -> None:
    """Print what the constants score when chosen on other units, weeks and countries."""
    shapes = {
        (power, kept, trusted): damping(power=power, kept=kept, trusted=trusted)
        for power, kept, trusted in product((2.0, 4.0, 6.0), (0.7,), (0.6, 0.8, 1.0))
    }
    totals, residents = year()
    tuesdays = totals[totals.index.day_of_week == 1]
    series = {
        "adults": (*adults(), 1.0),
        "any age, Tuesdays": (tuesdays, residents, RESIDENTS),
        "Germany, Sundays": (*weekly_germany(), GROWN_GERMANS),
    }
    scores = {
        (name, half): {
            shape: logs(
                cc.backtest(
                    totals.iloc[:, half::2],
                    ahead=AHEAD if name == "adults" else WEEKS[:5],
                    population=most.iloc[half::2],
                    ceiling=part * most.iloc[half::2],
                    method=pace,
                )
            )
            for shape, pace in shapes.items()
        }
        for name, (totals, most, part) in series.items()
        for half in (0, 1)
    }
    rows = {}
    for left_out in series:
        for half, week in product((0, 1), (0, 1)):
            trained = {
                shape: np.mean(
                    [
                        weeks(score[shape], week).mean()
                        for (name, units), score in scores.items()
                        if name != left_out and units == half
                    ]
                )
                for shape in shapes
            }
            best = min(trained, key=trained.__getitem__)
            tested = scores[left_out, 1 - half]
            rows[f"without {left_out}, {('even', 'odd')[week]} weeks, units {half + 1}, ..."] = {
                "best there (power, kept, trusted)": ", ".join(map(str, best)),
                "it scores elsewhere": f"{geometric(weeks(tested[best], 1 - week)):.2f}",
                "the shipped values score there": (
                    f"{geometric(weeks(tested[4.0, 0.7, 0.8], 1 - week)):.2f}"
                ),
            }
    printed("Chosen on other series, units and weeks, judged on the rest", rows)


def weekly_germany() -> Series:
    """Return the German totals of Sundays."""
    totals, most = germany()
    return known_on(totals, pd.date_range("2021-02-07", "2021-08-29", freq="7D")), most


def known_on(totals: pd.DataFrame, dates: pd.DatetimeIndex) -> pd.DataFrame:
    """Return the totals as they were known on some dates."""
    return totals.reindex(totals.index.union(dates)).ffill().loc[dates]


def weeks(ratios: pd.Series[float], remainder: int) -> pd.Series[float]:
    """Return the origins of every second calendar week."""
    week = ratios.index.get_level_values("origin").isocalendar().week.to_numpy() % 2
    return ratios[week == remainder]


def shapes() -> None:
    """Print other shapes on three series: what was tried and not shipped."""
    spring_totals, grown = adults()
    totals, most = year()
    sundays, germans = weekly_germany()
    tried: dict[str, Pace] = {
        "damped (shipped)": cc.paces.damped,
        "power 2": damping(power=2, kept=0.7, trusted=0.8),
        "power 3": damping(power=3, kept=0.7, trusted=0.8),
        "power 6": damping(power=6, kept=0.7, trusted=0.8),
        "no trend": damping(power=4, kept=0.7, trusted=0),
        "trend kept a week: all": damping(power=4, kept=1, trusted=0.8),
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
            "Germany, Sundays": (sundays, germans, GROWN_GERMANS * germans),
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


# -- counts and slips ------------------------------------------------------------------------------


def counts() -> None:
    """Print what ranges of simulated Poisson counts hold, beside what the true law's own holds."""
    rows = {}
    for seen in (3, 6, 12):
        for mean in (0.5, 1, 3, 30, 3000):
            held, transforms = simulated_counts(mean, seen)
            months = np.arange(1, 13)
            low, high = (stats.poisson.ppf(level, mean * months) for level in (0.1, 0.9))
            true = stats.poisson.cdf(high, mean * months) - stats.poisson.cdf(
                low - 1, mean * months
            )
            tenths = np.histogram(transforms, 10, (0, 1))[0] / len(transforms)
            rows[f"{seen} figures, mean {mean}"] = {
                f"{month} months ahead": f"{held[month - 1]:.0%} ({true[month - 1]:.0%})"
                for month in (1, 2, 3, 6, 12)
            } | {
                "1 to 12": f"{held.mean():.0%} ({true.mean():.0%})",
                "transform, by tenths": " ".join(f"{100 * tenth:.0f}" for tenth in tenths),
            }
    printed(
        "Simulated counts: inside the 80 % range (of the true law's own whole-number range)", rows
    )


def simulated_counts(mean: float, seen: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the share inside by months ahead, and randomised probability integral transforms."""
    rng = np.random.default_rng(seen)
    dates = pd.date_range("2021-01-31", periods=seen + 12, freq="ME").to_numpy("datetime64[D]")
    held, transforms = np.zeros(12), []
    for _ in range(RUNS):
        totals = rng.poisson(mean, (seen + 12, 10)).cumsum(axis=0).astype(np.float64)
        days, ahead = clock(dates[:seen], dates[seen:])
        history = CumulativeHistory(
            days=days, persons=totals[:seen], ahead=ahead, ceiling=np.full(10, np.inf)
        )
        units, _ = paths_of(history, cc.paces.damped, dates=dates[:seen], later=dates[seen:])
        low, high = units.range(0.8)
        came = totals[seen:]
        held += ((low <= came) & (came <= high)).mean(axis=1) / RUNS
        _, law = units.ahead(np.arange(len(came)))
        upper, lower = (1 - law.at_least(came - units.now + one) for one in (1, 0))
        transforms.append((lower + rng.random(came.shape) * (upper - lower)).ravel())
    return held, np.concatenate(transforms)


def slips() -> None:
    """Print by how much slips in 1 % of the figures move forecasts once they are put right."""
    series = {
        "adults": (*adults(), 1.0),
        "any age from March": (year()[0]["2021-03-01":], year()[1], RESIDENTS),
        "Germany, daily": (*germany(), GROWN_GERMANS),
        "Germany, Sundays": (*weekly_germany(), GROWN_GERMANS),
    }
    rows = {}
    for name, (totals, most, part) in series.items():
        moves = pd.DataFrame(moved_by_slips(totals, part * most))
        rows[name] = {
            "forecasts": f"{len(moves):,}",
            "the unit's own: median, 95 of 100": two_moves(moves[moves["own"]]["moved"]),
            "slips as a pace": two_moves(moves[moves["own"]]["as_pace"]),
            "other units": two_moves(moves[~moves["own"]]["moved"]),
        }
    printed("Slips in 1 % of the figures: change of the total expected in four weeks", rows)


def two_moves(moves: pd.Series[float]) -> str:
    """Return the median and the 95th percentile of relative changes."""
    return f"{moves.median():.1%}, {moves.quantile(0.95):.1%}"


def moved_by_slips(totals: pd.DataFrame, ceiling: pd.Series[float]) -> Iterator[dict[str, object]]:
    """Yield how far the forecast of each unit moves; its last figure is right again."""
    rng = np.random.default_rng(1)
    hit = (rng.random(totals.shape) < SLIPS) & totals.notna().to_numpy()
    factors = rng.choice([0.1, 0.25, 10.0], size=totals.shape)
    wrong = totals.mask(hit, np.floor(totals * factors))
    for row in range(4, len(totals), 4):
        to = totals.index[row] + pd.Timedelta(days=28)
        clean, slipped = (
            cc.forecast_counts(frame.iloc[: row + 1], to=to, ceiling=ceiling).set_index("unit")[
                "expected"
            ]
            for frame in (totals, wrong)
        )
        week = totals.index.searchsorted(totals.index[row] - pd.Timedelta(days=7))
        as_pace = 4 * (wrong.iloc[row] - wrong.iloc[week]).abs() / totals.iloc[row]
        pace = 4 * (totals.iloc[row] - totals.iloc[week]) / totals.iloc[row]
        for place, unit in enumerate(totals.columns):
            if not hit[row, place] and pd.notna(clean[unit]):
                yield {
                    "own": bool(hit[max(week - 1, 0) : row, place].any()),
                    "moved": abs(slipped[unit] / clean[unit] - 1),
                    "as_pace": abs(as_pace[unit] - pace[unit]),
                }


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
        second_country,
        held_out,
        shapes,
        counts,
        slips,
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

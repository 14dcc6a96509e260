"""The vaccination of adults in the United States, 2021: a published goal and real daily reports.

The goal of 4 May 2021: 70 % of adults with at least one dose by 4 July. The reports are the
cumulative counts of the CDC for 50 states as they stood on each of 41 days, with their glitches:
missing days, corrections downwards, printed rates. Nothing is simulated and nothing is smoothed.

Run it alone with `python examples/us_vaccination_2021.py`, or as a part of `make demo`.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from importlib import resources
from pathlib import Path
from typing import Literal

import attrs
import pandas as pd

import coverage_campaign as cc
from coverage_campaign.files.exports import save_csv, save_workbook
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.targets import CoverageTarget
from coverage_campaign.progress.forecast.backtest import Backtest
from coverage_campaign.views.documents import Document
from coverage_campaign.views.export import figure_png

DATA = str(resources.files("coverage_campaign.shipped") / "us-vaccination-2021.csv")
AS_OF = "2021-05-28"
BEFORE = "2021-04-30"  # the last day of the bulletin before
LANGUAGES: tuple[Literal["en", "zh"], ...] = ("en", "zh")


@attrs.frozen(kw_only=True)
class Flow:
    """Every result of the campaign, from the targets to what could have been otherwise."""

    campaign: Campaign
    allocation: cc.Allocation
    plan: cc.Plan
    tally: cc.Tally
    progress: cc.Progress
    previous: cc.Progress
    forecast: cc.Forecast
    tested: Backtest
    comparison: cc.Comparison
    study: cc.Study


def at_the_goal(campaign: Campaign, progress: cc.Progress) -> list[str]:
    """Return the states whose adults with a dose reach the goal, compared as whole numbers."""
    goal = next(target for target in campaign.targets if isinstance(target, CoverageTarget)).to
    return [
        str(row["unit"])
        for row in progress.to_frame().to_dict("records")
        if Fraction(int(row["done"]), campaign.unit(str(row["unit"])).count(campaign.eligible) or 1)
        >= goal
    ]


def flow(step: Callable[[str], None] = print) -> Flow:
    """Run the campaign on the real reports, stage by stage."""
    step("load the campaign and set each state's target")
    campaign = cc.load_case("us-vaccination-2021")
    allocation = cc.allocate(campaign, among="states", target="one-dose")

    step("schedule to 4 July")
    plan = cc.schedule(allocation, over="vaccination")

    step("read the cumulative reports")
    tally = cc.read_reports(
        pd.read_csv(DATA),
        campaign,
        figures="cumulative",
        by="day",
        baseline=0,  # nobody was vaccinated before the campaign's first day
        as_of=AS_OF,
        unit="postal",
        date="date",
        persons="dose1_18plus",
        rate="dose1_18plus_pct_published",
    )

    step("track, forecast, rank")
    progress = cc.track(plan, tally, as_of=AS_OF)
    previous = cc.track(plan, tally, as_of=BEFORE)

    step("ask what if: the same people shared out by other weights")
    total = allocation.total
    by_adults = cc.weights.by_measure(campaign.eligible)
    baseline = cc.Scenario(campaign=campaign, among="states", weights=by_adults, target=total)
    tried: dict[str, Sequence[object]] = {
        "total": [total * 9 // 10, total, total * 11 // 10],
        "weights": [by_adults, cc.weights.equal],
    }
    return Flow(
        campaign=campaign,
        allocation=allocation,
        plan=plan,
        tally=tally,
        progress=progress,
        previous=previous,
        forecast=cc.forecast(progress),
        tested=cc.backtest(published(), population=adults(campaign)),
        comparison=cc.compare(previous, progress),
        study=cc.explore(baseline, over=tried),
    )


def published() -> pd.DataFrame:
    """Return the cumulative counts as they were shown: one row a day, one column a state."""
    reports = pd.read_csv(DATA, parse_dates=["date"])
    return reports.pivot_table(index="date", columns="postal", values="dose1_18plus")


def adults(campaign: Campaign) -> "pd.Series[int]":
    """Return the adults of each state."""
    counts = {unit.code: unit.count(campaign.eligible) for unit in campaign.leaves("states")}
    return pd.Series({code: count for code, count in counts.items() if count})


def main(out: Path, step: Callable[[str], None] = print) -> list[Path]:
    """Run the flow on the real reports and return the files that were written to `out`."""
    return write(flow(step), out, step)


def write(results: Flow, out: Path, step: Callable[[str], None] = print) -> list[Path]:
    """Write what the flow gave to `out` and return the files."""
    out.mkdir(parents=True, exist_ok=True)
    step("write the tables")
    reached = at_the_goal(results.campaign, results.progress)
    ranking = results.progress.to_frame().sort_values("rank", ignore_index=True)
    ranking["at_the_goal"] = ranking["unit"].isin(reached)
    tables = {
        "targets": results.allocation.to_frame(),
        "problems": results.tally.problems.to_frame(),
        "ranking": ranking,
        "forecast": results.forecast.to_frame(),
    }
    files = [save_csv(frame, out / f"{name}.csv") for name, frame in tables.items()]
    book = {name: tables[name] for name in ("ranking", "forecast")}
    notes = results.progress.basis.lines()
    files.append(save_workbook(book, out / "us-vaccination-2021.xlsx", notes=notes))
    for lang in LANGUAGES:
        step(f"write annex, bulletin and comparison ({lang})")
        for name, document in documents(results, lang).items():
            files += document.to_folder(out, name=f"{name}-{lang}")
        step(f"draw calendar, ranking and burn-up ({lang})")
        pictures = {
            "calendar": cc.charts.calendar(results.campaign, as_of=AS_OF, lang=lang),
            "ranking": cc.charts.ranking(results.progress, previous=results.previous, lang=lang),
            "burn-up": cc.charts.burn_up(results.progress, results.forecast, lang=lang),
        }
        for name, axes in pictures.items():
            figure_png(axes, out / f"{name}-{lang}.png")
            files.append(out / f"{name}-{lang}.png")
    step(f"{len(reached)} states stood at 70 % on {AS_OF}: {' '.join(sorted(reached))}")
    return files


def documents(results: Flow, lang: Literal["en", "zh"]) -> dict[str, Document]:
    """Return every document of the campaign in a language, by the name of its file."""
    return {
        "annex": cc.documents.annex(results.allocation, lang=lang),
        "bulletin": cc.bulletin(
            results.progress, lang=lang, previous=results.previous, forecast=results.forecast
        ),
        "comparison": cc.documents.comparison(results.comparison, lang=lang),
    }


if __name__ == "__main__":
    for path in main(Path("out/us-vaccination-2021")):
        print(path)

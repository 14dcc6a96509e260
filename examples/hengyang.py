"""The campaign of Hengyang, from the notice to the assessment.

The notice names a target (76,000 people), a calendar and duties; it names no year, no annexes and
no figures by county. So the year is chosen here, the annexes are allocated, and the monthly reports
are SIMULATED: every table and picture that rests on them says so.

Run it alone with `python examples/hengyang.py`, or as a part of `make demo`.
"""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import attrs
import pandas as pd

import coverage_campaign as cc
from coverage_campaign.files.exports import save_csv, save_workbook
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.views.save import figure_png

YEAR = 2008  # chosen by the caller: the notice does not state it
AS_OF = dt.date(YEAR, 9, 30)  # the last day that counts
KNOWN = dt.date(YEAR, 10, 12)  # when the bulletin is made: September's reports are due by then
BEFORE = dt.date(YEAR, 8, 31)  # the last day of the bulletin before
SEED = 76
LANGUAGES: tuple[Literal["en", "zh"], ...] = ("en", "zh")


@attrs.frozen(kw_only=True)
class Flow:
    """Every result of the campaign, from the definition to what could have been otherwise."""

    campaign: Campaign
    findings: cc.Findings
    counties: cc.Allocation
    departments: cc.Allocation
    crossed: cc.CrossAllocation
    plan: cc.Plan
    simulation: cc.Simulation
    tally: cc.Tally
    progress: cc.Progress
    previous: cc.Progress
    forecast: cc.Forecast
    assessment: cc.Assessment
    comparison: cc.Comparison
    study: cc.Study


def latest_census(campaign: Campaign) -> str:
    """Return the measure with the last count before the campaign's first day."""
    start = campaign.whole_window.first
    known = [one for one in campaign.measures if one.counted_on and one.counted_on < start]
    return max(known, key=lambda measure: measure.counted_on or start).code


def duties(campaign: Campaign) -> dict[str, int]:
    """Return a weight for each department: one more than its duties, counted in the campaign.

    No source states how much a department can do. Each target group that it answers for, each duty
    for all groups and each drive that it is asked to support counts one; results repeat that this
    is declared.
    """
    return {
        unit.code: 1
        + sum(
            max(len(duty.groups), 1) for duty in campaign.responsibilities if duty.unit == unit.code
        )
        + sum(unit.code in phase.supports for phase in campaign.phases)
        for unit in campaign.leaves("departments")
    }


def issued(allocation: cc.Allocation, lang: str) -> pd.DataFrame:
    """Return an annex as it is issued: number, unit, persons, and the total that adds up."""
    campaign, shares = allocation.campaign, allocation.shares()
    names = ["序号", "单位", "任务数（人）"] if lang == "zh" else ["No.", "Unit", "Persons"]
    total = "合计" if lang == "zh" else "Total"
    rows = [
        (str(number), campaign.unit(str(code)).label.text(lang), int(share))
        for number, (code, share) in enumerate(shares.items(), start=1)
    ]
    return pd.DataFrame([*rows, ("", total, sum(row[2] for row in rows))], columns=names)


def ground(allocation: cc.Allocation, lang: str) -> str:
    """Return by which figures an annex was shared out, and who counted them."""
    measure = allocation.campaign.measure(allocation.weighting)
    words = "按{}分解。来源：{}。" if lang == "zh" else "Shared out by: {}. Source: {}."
    return words.format(measure.label.text(lang), measure.source)


def flow(step: Callable[[str], None] = print) -> Flow:
    """Run the campaign, stage by stage."""
    step("load and review the notice")
    campaign = cc.load_case("hengyang", year=YEAR)
    findings = cc.review(campaign)

    step("allocate to counties and departments")
    by_census = cc.weights.by_measure(latest_census(campaign))
    counties = cc.allocate(campaign, among="counties", weights=by_census)
    departments = cc.allocate(
        campaign,
        among="departments",
        weights=cc.weights.declared(duties(campaign), because="one more than its duties"),
    )
    crossed = cc.cross(counties, departments, weights="margins")

    step("schedule over the special action")
    plan = cc.schedule(counties, over="special-action")

    step("simulate reports")
    simulation = cc.simulate(plan, seed=SEED, level=1.1)

    step("tally what was known on the day")
    events = simulation.events
    tally = cc.tally(events, campaign, as_of=KNOWN, by="day", simulated=True)

    step("track, forecast, assess")
    progress = cc.track(plan, tally, as_of=AS_OF, received=simulation.received)
    previous = cc.track(plan, tally, as_of=BEFORE, received=simulation.received)

    step("ask what if: the census of 2010, another method, another total")
    baseline = cc.Scenario(campaign=campaign, weights=by_census)
    later = cc.weights.by_measure("census_2010")
    other = cc.vary(baseline, weights=later)
    tried = {
        "total": [70_000, counties.total, 86_000],
        "method": [cc.apportion.webster, cc.apportion.hamilton, cc.apportion.adams],
        "weights": [by_census, later, cc.weights.equal],
    }
    return Flow(
        campaign=campaign,
        findings=findings,
        counties=counties,
        departments=departments,
        crossed=crossed,
        plan=plan,
        simulation=simulation,
        tally=tally,
        progress=progress,
        previous=previous,
        forecast=cc.forecast(progress),
        assessment=cc.assess(progress, campaign.scheme),
        comparison=cc.compare(cc.run(baseline), cc.run(other)),
        study=cc.explore(baseline, over=tried),
    )


def main(out: Path, step: Callable[[str], None] = print) -> list[Path]:
    """Run the whole flow and return the files that were written to `out`."""
    out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []

    step("load and review the notice")
    campaign = cc.load_case("hengyang", year=YEAR)
    findings = cc.review(campaign)
    written.append(save_csv(findings.to_frame(), out / "review.csv"))

    step("allocate to counties and departments")
    counties = cc.allocate(
        campaign, among="counties", weights=cc.weights.by_measure(latest_census(campaign))
    )
    departments = cc.allocate(
        campaign,
        among="departments",
        weights=cc.weights.declared(duties(campaign), because="one more than its duties"),
    )
    annex = cc.cross(counties, departments, weights="margins")
    annexes = {
        "附表1 Annex 1": issued(counties, "zh"),
        "Annex 1 (en)": issued(counties, "en"),
        "附表2 Annex 2": issued(departments, "zh"),
        "Annex 2 (en)": issued(departments, "en"),
        "Counties x departments": annex.to_table(lang="zh").reset_index(names="单位"),
    }
    written.append(save_csv(annexes["附表1 Annex 1"], out / "annex-1.csv"))
    written.append(save_csv(annexes["附表2 Annex 2"], out / "annex-2.csv"))
    notes = {
        "附表1 Annex 1": [ground(counties, "zh"), *counties.basis.lines("zh")],
        "Annex 1 (en)": [ground(counties, "en"), *counties.basis.lines("en")],
        "附表2 Annex 2": departments.basis.lines("zh"),
        "Annex 2 (en)": departments.basis.lines("en"),
        "Counties x departments": annex.basis.lines("zh"),
    }
    written.append(save_workbook(annexes, out / "annexes.xlsx", notes=notes))

    step("schedule over the special action")
    plan = cc.schedule(counties, over="special-action")
    written.append(save_csv(plan.to_frame(), out / "plan.csv"))

    step("simulate reports")
    simulation = cc.simulate(plan, seed=SEED, level=1.1)

    step("tally what was known on the day")
    tally = cc.tally(simulation.events, campaign, as_of=KNOWN, by="day", simulated=True)
    written.append(save_csv(tally.problems.to_frame(), out / "problems-SIMULATED.csv"))

    step("track, forecast, assess")
    progress = cc.track(plan, tally, as_of=AS_OF, received=simulation.received)
    forecast = cc.forecast(progress)
    assessment = cc.assess(progress, campaign.scheme)
    tables = {
        "progress": progress.to_frame(),
        "forecast": forecast.to_frame(),
        "assessment": assessment.to_frame(),
    }
    written.extend(save_csv(frame, out / f"{name}-SIMULATED.csv") for name, frame in tables.items())
    written.append(
        save_workbook(tables, out / "progress-SIMULATED.xlsx", notes=progress.basis.lines())
    )

    step("write the bulletin")
    for lang in LANGUAGES:
        bulletin = cc.bulletin(progress, lang=lang)
        written.append(bulletin.to_excel(out / f"bulletin-{lang}-SIMULATED.xlsx"))
        page = out / f"bulletin-{lang}-SIMULATED.html"
        bulletin.to_html(page)
        written.append(page)

    step("draw calendar, ranking and burn-up in two languages")
    for lang in LANGUAGES:
        pictures = {
            f"calendar-{lang}.png": cc.charts.calendar(campaign, findings=findings, lang=lang),
            f"ranking-{lang}-SIMULATED.png": cc.charts.ranking(progress, lang=lang),
            f"burn-up-{lang}-SIMULATED.png": cc.charts.burn_up(progress, forecast, lang=lang),
        }
        for name, axes in pictures.items():
            figure_png(axes, out / name)
            written.append(out / name)
    return written


if __name__ == "__main__":
    for path in main(Path("out/hengyang")):
        print(path)

"""The campaign of Hengyang, from the notice to the assessment.

The notice names a target (76,000 people), a calendar and duties; it names no year, no annexes and
no figures by county. So the year is chosen here, the annexes are allocated, and the monthly reports
are SIMULATED: every table and picture that rests on them says so.

Run it alone with `python examples/hengyang.py`, or as a part of `make demo`.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import attrs
import pandas as pd

import coverage_campaign as cc
from coverage_campaign.files.exports import save_csv, save_workbook
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.views.documents import Document
from coverage_campaign.views.export import figure_png

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
        weights=cc.weights.declared(
            duties(campaign), because="职责数加一 one more than its duties"
        ),
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
    tried: dict[str, Sequence[object]] = {
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


def documents(results: Flow, lang: Literal["en", "zh"]) -> dict[str, Document]:
    """Return every document of the campaign in a language, by the name of its file."""
    signed = cc.letters(results.counties).sign("430481", on=dt.date(YEAR, 5, 30))
    return {
        "annexes": cc.documents.annex(
            results.counties, results.departments, results.crossed, lang=lang
        ),
        "letters": cc.documents.letters(signed, lang=lang),
        "bulletin-SIMULATED": cc.bulletin(
            results.progress, lang=lang, previous=results.previous, forecast=results.forecast
        ),
        "assessment-SIMULATED": cc.documents.assessment(results.assessment, lang=lang),
        "comparison": cc.documents.comparison(results.comparison, lang=lang),
    }


def printed(made: dict[str, Document], out: Path) -> list[Path]:
    """Return the documents as PDF; none where no program that prints is installed."""
    try:
        return [document.to_pdf(out / f"{name}.pdf") for name, document in made.items()]
    except cc.MissingExtraError:
        return []


def main(out: Path, step: Callable[[str], None] = print) -> list[Path]:
    """Run the whole flow and return the files that were written to `out`."""
    return write(flow(step), out, step)


def write(results: Flow, out: Path, step: Callable[[str], None] = print) -> list[Path]:
    """Write what the flow gave to `out` and return the files."""
    out.mkdir(parents=True, exist_ok=True)
    step("write the tables")
    tables = {
        "review": results.findings.to_frame(),
        "annex-1": issued(results.counties, "zh"),
        "annex-2": issued(results.departments, "zh"),
        "plan": results.plan.to_frame(),
        "problems-SIMULATED": results.tally.problems.to_frame(),
        "progress-SIMULATED": results.progress.to_frame(),
        "forecast-SIMULATED": results.forecast.to_frame(),
        "assessment-SIMULATED": results.assessment.to_frame(),
    }
    files = [save_csv(frame, out / f"{name}.csv") for name, frame in tables.items()]
    simulated = {name: frame for name, frame in tables.items() if name.endswith("SIMULATED")}
    book = {name.partition("-")[0]: frame for name, frame in simulated.items()}
    book.pop("problems")
    files.append(
        save_workbook(book, out / "progress-SIMULATED.xlsx", notes=results.progress.basis.lines())
    )
    for lang in LANGUAGES:
        files.append(cc.report_form(results.plan, out / f"form-{lang}.xlsx", lang=lang))
        live = out / f"computing-{lang}.xlsx"
        files.append(results.counties.to_excel(live, live=True, lang=lang))
        step(f"write annexes, letters, bulletin, assessment and comparison ({lang})")
        for name, document in documents(results, lang).items():
            files += document.to_folder(out, name=f"{name}-{lang}")
        step(f"draw calendar, ranking and burn-up ({lang})")
        pictures = {
            f"calendar-{lang}.png": cc.charts.calendar(
                results.campaign, as_of=AS_OF, findings=results.findings, lang=lang
            ),
            f"ranking-{lang}-SIMULATED.png": cc.charts.ranking(
                results.progress, previous=results.previous, lang=lang
            ),
            f"burn-up-{lang}-SIMULATED.png": cc.charts.burn_up(
                results.progress, results.forecast, lang=lang
            ),
        }
        for name, axes in pictures.items():
            figure_png(axes, out / name)
            files.append(out / name)
    return files


if __name__ == "__main__":
    for path in main(Path("out/hengyang")):
        print(path)

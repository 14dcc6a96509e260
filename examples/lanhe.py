"""The made-up campaign of Lanhe: annexes that are given, milestones, a zone, a merger of counties.

Its targets are those of its annex, so nothing has to be chosen; its monthly reports are SIMULATED.

Run it alone with `python examples/lanhe.py`, or as a part of `make demo`.
"""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import attrs

import coverage_campaign as cc
from coverage_campaign.views.documents import Document
from coverage_campaign.views.export import figure_png

AS_OF = dt.date(2023, 9, 25)  # a month of this campaign ends on the 25th
KNOWN = dt.date(2023, 10, 10)
LANGUAGES: tuple[Literal["en", "zh"], ...] = ("en", "zh")
# Who issues the bulletin to whom, and the number that it bears.
HEADS: dict[Literal["en", "zh"], tuple[str, str, str]] = {
    "en": ("Lanhe Office of Social Security", "Counties, districts and the zone", "No. 9 of 2023"),
    "zh": ("澜河市人力资源和社会保障局", "各县区人民政府、开发区管委会", "澜人社通〔2023〕9号"),
}


@attrs.frozen(kw_only=True)
class Flow:
    """The results from the annex to the forecast."""

    targets: cc.Allocation
    plan: cc.Plan
    progress: cc.Progress
    forecast: cc.Forecast


def flow(step: Callable[[str], None] = print) -> Flow:
    """Run the campaign, stage by stage."""
    step("load, take the targets from the annex, schedule through the milestones")
    campaign = cc.load_case("lanhe")
    targets = cc.allocate(campaign)
    plan = cc.schedule(targets)
    step("simulate reports, tally, track, forecast")
    simulation = cc.simulate(plan, seed=1)
    tally = cc.tally(simulation.events, campaign, as_of=KNOWN, simulated=True)
    progress = cc.track(plan, tally, as_of=AS_OF, received=simulation.received)
    return Flow(targets=targets, plan=plan, progress=progress, forecast=cc.forecast(progress))


def documents(results: Flow, lang: Literal["en", "zh"]) -> dict[str, Document]:
    """Return every document of the campaign in a language, by the name of its file."""
    issuer, addressees, number = HEADS[lang]
    bulletin = cc.bulletin(
        results.progress,
        lang=lang,
        forecast=results.forecast,
        issuer=issuer,
        addressees=addressees,
        number=number,
        dated=KNOWN,
    )
    return {
        "annexes": cc.documents.annex(results.targets, lang=lang),
        "letters": cc.documents.letters(cc.letters(results.targets), lang=lang),
        "bulletin-SIMULATED": bulletin,
    }


def write(results: Flow, out: Path, step: Callable[[str], None] = print) -> list[Path]:
    """Write what the flow gave to `out` and return the files."""
    out.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    for lang in LANGUAGES:
        step(f"write forms, annex, letters and bulletin ({lang})")
        files.append(cc.report_form(results.plan, out / f"form-{lang}.xlsx", lang=lang))
        live = out / f"computing-{lang}.xlsx"
        files.append(results.targets.to_excel(live, live=True, lang=lang))
        for name, document in documents(results, lang).items():
            files += document.to_folder(out, name=f"{name}-{lang}")
        step(f"draw calendar, ranking, burn-up and reports ({lang})")
        campaign, progress = results.progress.campaign, results.progress
        pictures = {
            f"calendar-{lang}.png": cc.charts.calendar(campaign, as_of=AS_OF, lang=lang),
            f"ranking-{lang}-SIMULATED.png": cc.charts.ranking(progress, lang=lang),
            f"burn-up-{lang}-SIMULATED.png": cc.charts.burn_up(
                progress, results.forecast, lang=lang
            ),
            f"completeness-{lang}-SIMULATED.png": cc.charts.completeness(progress, lang=lang),
        }
        for name, axes in pictures.items():
            figure_png(axes, out / name)
            files.append(out / name)
    return files


if __name__ == "__main__":
    for path in write(flow(), Path("out/lanhe")):
        print(path)

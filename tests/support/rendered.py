"""Everything that can be said of a shipped campaign, as texts in one language."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from typing import Any, TypeAlias

import attrs
import matplotlib.figure
import matplotlib.text
import pandas as pd

import coverage_campaign as cc
from coverage_campaign.messages import Language

Said: TypeAlias = tuple[str, str]
"""Where a text is from, and the text."""
REPORTS = str(resources.files("coverage_campaign.shipped") / "us-vaccination-2021.csv")


@cache
def results(case: str) -> dict[str, Any]:
    """Return one result of each stage of a shipped campaign; reports are simulated but the US'."""
    makers = {"hengyang": _hengyang, "us-vaccination-2021": _united_states, "lanhe": _lanhe}
    return makers[case]()


def _hengyang() -> dict[str, Any]:
    campaign = cc.load_case("hengyang", year=2008)
    by_census = cc.weights.by_measure("census_2000")
    counties = cc.allocate(
        campaign, weights=by_census, caps={"430405": 3_000}, floors={"430412": 9}
    )
    departments = cc.allocate(campaign, among="departments", weights=cc.weights.equal)
    scenario = cc.Scenario(
        campaign=campaign, weights=by_census, over="special-action", as_of="2008-12-31"
    )
    first = cc.run(scenario)
    assert first.plan is not None
    simulation = cc.simulate(first.plan, seed=25, level=1.02, spread=0.06)
    reports = cc.tally(simulation.events, campaign, as_of="2009-01-20", by="day", simulated=True)
    outcome = cc.run(scenario, reports=reports, received=simulation.received)
    equal = cc.run(
        attrs.evolve(scenario, weights=cc.weights.equal),
        reports=reports,
        received=simulation.received,
    )
    known = cc.tally(simulation.events, campaign, as_of="2008-10-12", simulated=True)
    history = [
        cc.track(first.plan, known, as_of=day, received=simulation.received)
        for day in ("2008-07-31", "2008-08-31", "2008-09-30")
    ]
    study = cc.explore(
        scenario,
        over={"uplift": [0, "10%"], "weights": [by_census, cc.weights.equal]},
    )
    return {
        "campaign": campaign,
        "allocations": [
            counties,
            departments,
            cc.allocate(campaign, weights=cc.weights.equal, method=cc.apportion.hamilton),
            cc.allocate(campaign, weights=cc.weights.equal, uplift="10%"),
        ],
        "cross": cc.cross(counties, departments, weights="margins"),
        "plan": first.plan,
        "tally": known,
        "history": history,
        "progress": history[-1],
        "forecast": cc.forecast(history[-1]),
        "watchlist": cc.supervise(history),
        "assessments": [
            outcome.assessment,
            cc.assess(history[-1], campaign.scheme),
        ],
        "letters": cc.letters(counties),
        "comparisons": [
            cc.compare(first.allocation, counties),
            cc.compare(outcome, equal),
        ],
        "study": study,
        "scenario": scenario,
    }


def _lanhe() -> dict[str, Any]:
    campaign = cc.load_case("lanhe")
    prescribed = cc.allocate(campaign)
    plan = cc.schedule(prescribed)
    simulation = cc.simulate(plan, seed=3)
    tally = cc.tally(simulation.events, campaign, as_of="2023-08-05", by="month", simulated=True)
    history = [
        cc.track(plan, tally, as_of=day, received=simulation.received)
        for day in ("2023-06-25", "2023-07-25")
    ]
    equal = cc.allocate(campaign, weights=cc.weights.equal)
    study = cc.Scenario(campaign=campaign, weights=cc.weights.equal)
    return {
        "campaign": campaign,
        "allocations": [prescribed, equal],
        "plan": plan,
        "tally": tally,
        "history": history,
        "progress": history[-1],
        "forecast": cc.forecast(history[-1]),
        "watchlist": cc.supervise(history),
        "assessments": [cc.assess(history[-1], campaign.scheme)] if campaign.scheme else [],
        "letters": cc.letters(prescribed),
        "comparisons": [cc.compare(prescribed, equal)],
        "study": cc.explore(study, over={"uplift": [0, "10%"]}),
    }


def _united_states() -> dict[str, Any]:
    campaign = cc.load_case("us-vaccination-2021")
    goal = cc.allocate(campaign, among="states", target="one-dose")
    plan = cc.schedule(goal, over="vaccination")
    figures = pd.read_csv(REPORTS)
    tally = cc.read_reports(
        figures,
        campaign,
        figures="cumulative",
        by="day",
        baseline=0,
        as_of="2021-05-28",
        unit="postal",
        date="date",
        persons="dose1_18plus",
        rate="dose1_18plus_pct_published",
    )
    history = [cc.track(plan, tally, as_of=day) for day in ("2021-04-30", "2021-05-28")]
    by_adults = cc.weights.by_measure(campaign.eligible)
    scenario = cc.Scenario(campaign=campaign, among="states", weights=by_adults, target=goal.total)
    days = figures.assign(date=pd.to_datetime(figures["date"])).pivot_table(
        index="date", columns="postal", values="dose1_18plus"
    )
    return {
        "campaign": campaign,
        "allocations": [goal],
        "plan": plan,
        "tally": tally,
        "history": history,
        "progress": history[-1],
        "forecast": cc.forecast(history[-1]),
        "back_test": cc.backtest(days),
        "watchlist": cc.supervise(history),
        "letters": cc.letters(goal),
        "comparisons": [cc.compare(*history)],
        "study": cc.explore(scenario, over={"weights": [by_adults, cc.weights.equal]}),
    }


def sentences(case: str, lang: Language) -> Iterator[Said]:
    """Yield findings, explanations, notes, problems and what results rest on."""
    yield from _findings(case, lang)
    yield from _explanations(case, lang)
    made = results(case)
    for problem in made["tally"].problems:
        yield f"problem {problem.reason}", problem.text(lang)
    for compared in made["comparisons"]:
        yield "comparison", _say(compared.sentence, None, lang)
    noted = [("progress", made["progress"]), ("forecast", made["forecast"])]
    noted += [("assessment", assessed) for assessed in made.get("assessments", ())]
    for name, result in noted:
        yield from ((f"{name} note", note) for note in result.notes_in(lang))
    several = [*made["allocations"], *made["comparisons"], *(result for _, result in noted)]
    single = ("plan", "tally", "watchlist", "letters", "study", "cross")
    for result in (*several, *(made[name] for name in single if name in made)):
        kind = type(result).__name__
        yield from ((f"{kind} basis", line) for line in result.basis.lines(lang))


def _findings(case: str, lang: Language) -> Iterator[Said]:
    for finding in cc.review(results(case)["campaign"]):
        yield f"review {finding.code}", finding.text(lang)
        for reading in finding.readings:
            yield f"review {finding.code}", f"{reading.name(lang)}: {reading.text(lang)}"


def _explanations(case: str, lang: Language) -> Iterator[Said]:
    made = results(case)
    results_of_units = {
        "progress": made["progress"],
        "watchlist": made["watchlist"],
        **{f"allocation {at}": one for at, one in enumerate(made["allocations"])},
        **{f"assessment {at}": one for at, one in enumerate(made.get("assessments", ()))},
    }
    for unit in made["progress"].to_frame()["unit"]:
        yield "letter", made["letters"].text(unit, lang=lang)
        for name, result in results_of_units.items():
            if name == "watchlist" or unit in set(result.to_frame()["unit"]):
                yield f"{name} explain", _say(result.explain, unit, lang)


def _say(method: Callable[..., str], unit: str | None, lang: Language) -> str:
    if "lang" not in inspect.signature(method).parameters:
        return ""
    return str(method(lang=lang) if unit is None else method(unit, lang=lang))


def documents(case: str, lang: Language) -> Iterator[Said]:
    """Yield every document as Markdown."""
    made = results(case)
    progress, forecast = made["progress"], made["forecast"]
    papers = {
        "bulletin": cc.bulletin(progress, forecast=forecast, lang=lang),
        "bulletin alone": cc.bulletin(progress, lang=lang),
        "letters": cc.documents.letters(made["letters"], lang=lang),
        **{
            f"annex {number}": cc.documents.annex(allocation, lang=lang)
            for number, allocation in enumerate(made["allocations"])
        },
        **{
            f"comparison {number}": cc.documents.comparison(compared, lang=lang)
            for number, compared in enumerate(made["comparisons"])
        },
        **{
            f"assessment {number}": cc.documents.assessment(assessed, lang=lang)
            for number, assessed in enumerate(made.get("assessments", ()))
        },
    }
    if "cross" in made:
        papers["annex crossed"] = cc.documents.annex(
            made["allocations"][0], made["cross"], lang=lang
        )
    for name, paper in papers.items():
        yield name, paper.to_markdown()


def drawn(case: str, lang: Language) -> Iterator[Said]:
    """Yield the words of every chart: titles, axes, ticks, notes and labels."""
    made = results(case)
    progress, campaign = made["progress"], made["campaign"]
    charts: dict[str, Callable[[], Any]] = {
        "ranking": lambda: cc.charts.ranking(progress, lang=lang),
        "bullet": lambda: cc.charts.bullet(progress, lang=lang),
        "burn-up": lambda: cc.charts.burn_up(progress, made["forecast"], lang=lang),
        "multiples": lambda: cc.charts.multiples(progress, lang=lang),
        "bridge": lambda: cc.charts.bridge(progress, lang=lang),
        "calendar": lambda: cc.charts.calendar(campaign, lang=lang),
        "fairness": lambda: cc.charts.fairness(made["allocations"][0], lang=lang),
        "sensitivity": lambda: cc.charts.sensitivity(made["study"], lang=lang),
        "page": lambda: cc.charts.page(progress, lang=lang),
        **{
            f"comparison {number}": lambda compared=compared: cc.charts.comparison(
                compared, lang=lang
            )
            for number, compared in enumerate(made["comparisons"])
        },
    }
    if case == "hengyang":
        charts["completeness"] = lambda: cc.charts.completeness(progress, lang=lang)
    if "cross" in made:
        charts["annex"] = lambda: cc.charts.annex(made["cross"], lang=lang)
    if "back_test" in made:
        charts["back-test"] = lambda: cc.charts.back_test(made["back_test"], lang=lang)
    for name, draw in charts.items():
        axes = draw()
        if isinstance(axes, matplotlib.figure.Figure):
            figure = axes
        else:
            figure = axes.figure if hasattr(axes, "figure") else axes.flat[0].figure
            yield f"chart {name} label", str(getattr(axes, "get_label", str)())
        for artist in figure.findobj(matplotlib.text.Text):
            if artist.get_visible() and artist.get_text().strip():
                yield f"chart {name}", artist.get_text()


def tables(case: str, lang: Language) -> Iterator[Said]:
    """Yield the tables of the charts, headings and texts."""
    made = results(case)
    progress = made["progress"]
    frames = {
        "bullet": cc.tables.bullet(progress, lang=lang),
        "multiples": cc.tables.multiples(progress, lang=lang),
        "calendar": cc.tables.calendar(made["campaign"], lang=lang),
        "bridge": cc.tables.bridge(progress, lang=lang),
    }
    if case == "hengyang":
        frames["completeness"] = cc.tables.completeness(progress, lang=lang)
    for name, frame in frames.items():
        for column in frame:
            for text in frame[column].astype(object):
                if isinstance(text, str):
                    yield f"table {name} {column}", text

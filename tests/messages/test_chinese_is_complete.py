"""What is said in Chinese holds no English word, and the reverse, on the shipped campaigns.

Allowed are codes, names of parameters in advice, and what a source is called.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import attrs
import pytest

import coverage_campaign as cc
from coverage_campaign.views import charts

LATIN = re.compile(r"[A-Za-z][A-Za-z_-]{2,}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
OWN = {"coverage_campaign", "census_2000", "census_2010", "points", "ratio", "max"}


@cache
def results() -> dict[str, Any]:
    """One result of each stage of the notice's campaign, simulated."""
    campaign = cc.load_case("hengyang", year=2008)
    counties = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    departments = cc.allocate(campaign, among="departments", weights=cc.weights.equal)
    plan = cc.schedule(counties, over="special-action")
    simulation = cc.simulate(plan, seed=1)
    tally = cc.tally(simulation.events, campaign, as_of="2008-10-12", simulated=True)
    progress = cc.track(plan, tally, as_of="2008-09-30", received=simulation.received)
    newer = cc.allocate(campaign, weights=cc.weights.by_measure("census_2010"))
    return {
        "campaign": campaign,
        "counties": counties,
        "cross": cc.cross(counties, departments, weights="margins"),
        "progress": progress,
        "forecast": cc.forecast(progress),
        "assessment": cc.assess(progress, campaign.scheme),
        "letters": cc.letters(counties),
        "comparison": cc.compare(counties, newer),
    }


def documents(lang: str) -> Iterator[str]:
    """Yield every document as text, without the sources of figures."""
    made = results()
    progress, forecast = made["progress"], made["forecast"]
    for document in (
        cc.bulletin(progress, forecast=forecast, lang=lang),
        cc.documents.annex(made["counties"], made["cross"], lang=lang),
        cc.documents.letters(made["letters"], lang=lang),
        cc.documents.assessment(made["assessment"], lang=lang),
        cc.documents.comparison(made["comparison"], lang=lang),
    ):
        lines = document.to_markdown().splitlines()
        yield "\n".join(line for line in lines if "来源" not in line and "Source" not in line)


def drawn(lang: str) -> Iterator[str]:
    """Yield the words of the charts."""
    made = results()
    progress, campaign = made["progress"], made["campaign"]
    for axes in (
        charts.ranking(progress, lang=lang),
        charts.bullet(progress, lang=lang),
        charts.burn_up(progress, made["forecast"], lang=lang),
        charts.multiples(progress, lang=lang),
        charts.bridge(progress, lang=lang),
        charts.calendar(campaign, lang=lang),
        charts.annex(made["cross"], lang=lang),
        charts.fairness(made["counties"], lang=lang),
        charts.comparison(made["comparison"], lang=lang),
    ):
        yield str(axes.get_label())
        yield " ".join(text.get_text() for text in axes.texts)


def sentences(lang: str) -> Iterator[str]:
    """Yield findings, explanations and notes."""
    made = results()
    for finding in cc.review(made["campaign"]):
        yield finding.text(lang)
        yield from (reading.text(lang) for reading in finding.readings)
    yield made["progress"].explain("430405", lang=lang)
    yield made["assessment"].explain("430405", lang=lang)
    yield from made["progress"].notes_in(lang)
    yield from made["forecast"].notes_in(lang)
    yield from made["progress"].basis.lines(lang)
    yield made["letters"].text("430405", lang=lang)


@cache
def codes() -> frozenset[str]:
    """Every word of the campaign that is a code."""
    found: set[str] = set(OWN)

    def collect(value: object) -> None:
        if attrs.has(type(value)):
            for field in attrs.fields(type(value)):
                part = getattr(value, field.name)
                if isinstance(part, str):
                    found.update(LATIN.findall(part))
                else:
                    collect(part)
        elif isinstance(value, (tuple, list)):
            for part in value:
                if isinstance(part, str):
                    found.update(LATIN.findall(part))
                else:
                    collect(part)

    collect(results()["campaign"])
    return frozenset(found)


@pytest.mark.parametrize("kind", [documents, drawn, sentences])
def test_chinese_holds_no_english(kind: Callable[[str], Iterator[str]]) -> None:
    """Beyond codes nothing of the English text is left."""
    left = {
        (word, text[:80])
        for text in kind("zh")
        for word in LATIN.findall(text)
        if word not in codes()
    }
    assert left == set()


@pytest.mark.parametrize("kind", [documents, drawn, sentences])
def test_english_holds_no_chinese(kind: Callable[[str], Iterator[str]]) -> None:
    """No Chinese letter is in an English text: every name of the notice has its English."""
    assert [text[:80] for text in kind("en") if CHINESE.search(text)] == []


def test_traditional_letters_are_those_of_the_simplified_text() -> None:
    """Each text is the simplified one in other letters, but for names, which are never turned."""
    opencc = pytest.importorskip("opencc")
    back = opencc.OpenCC("hk2s").convert
    for simplified, traditional in zip(sentences("zh"), sentences("zh-Hant"), strict=True):
        assert back(traditional) == simplified

"""Pages of documents in a real browser: nothing runs, nothing is fetched, names are letters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pandas as pd
import pytest

import coverage_campaign as cc
from coverage_campaign.model.labels import Label
from coverage_campaign.views.documents.paper import plain
from support.campaigns import tiny
from support.lab import chromium_path, open_browser
from support.tally_cases import missing, need

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.real
HOSTILE = (
    "<script>document.title='run'</script>",
    '"><img src=x onerror="document.title=1">',
    "</td></tr></table><h1>broken out</h1>",
    "<svg onload=alert(1)>",
    "javascript:alert(1)",
    "\u202eturned",
    "שלום עולם",
    "$x$ =cmd()",
    "乡" * 300,
    "x" * 300,
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Give one browser to all tests, or say what is missing."""
    need("playwright")
    if chromium_path() is None:
        missing("chromium (Debian's package)")
    with open_browser() as opened:
        yield opened


def bulletin(name: str, lang: str = "en") -> cc.Bulletin:
    """Return the bulletin of a tiny campaign with a unit of that name."""
    campaign = tiny()
    label = Label({"en": name, "zh-Hans": name})
    campaign = campaign.with_part(attrs.evolve(campaign.unit("a"), label=label))
    plan = cc.schedule(cc.allocate(campaign, weights=cc.weights.eligible), over="drive")
    frame = pd.DataFrame({"unit": ["a", "b"], "date": ["2026-06-05"] * 2, "persons": [30, 10]})
    tally = cc.read_reports(frame, campaign, figures="new", by="day")
    return cc.bulletin(cc.track(plan, tally, as_of="2026-06-05"), lang=lang)


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_letters_in_a_browser(
    name: str, chromium: Browser, tmp_path: Path
) -> None:
    """The title stays, no script or picture is there, nothing is asked for, the name is read."""
    path = tmp_path / "bulletin.html"
    made = bulletin(name)
    made.to_html(path)
    page = chromium.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(path.as_uri())
    assert page.title() == made.title
    assert page.locator("script, img, iframe, h1:text('broken out')").count() == 0
    cells = page.locator("td bdi").all_inner_texts()
    assert plain(name) in [" ".join(text.split()) for text in cells]
    # The page itself, and the font inside it.
    assert [url for url in asked if not url.startswith(("file:", "data:font/woff;"))] == []
    assert len([url for url in asked if url.startswith("file:")]) == 1
    assert errors == []
    page.close()


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_fits_a_screen_and_a_sheet_of_paper(
    lang: str, chromium: Browser, tmp_path: Path
) -> None:
    """No sideways scrolling at 1,100 pixels; as paper it has A4 pages and loses no column."""
    path = tmp_path / "bulletin.html"
    bulletin("乡" * 300, lang).to_html(path)
    page = chromium.new_page(viewport={"width": 1100, "height": 900})
    page.goto(path.as_uri())
    wide = page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= 1100
    spoken = page.locator("html").get_attribute("lang")
    assert spoken == ("zh-Hans" if lang == "zh" else "en")
    assert page.locator("figure svg").get_attribute("role") == "img"
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.startswith(b"%PDF")
    page.close()


@pytest.mark.slow
def test_a_chinese_page_brings_its_letters(chromium: Browser, tmp_path: Path) -> None:
    """The font inside the page is loaded and draws its Chinese; an English page carries none."""
    states = """async () => {
        await document.fonts.ready;
        const carried = [...document.fonts].filter(font => font.family.includes("Coverage Sans"));
        return carried.map(font => font.status);
    }"""
    found = {}
    for lang, name in (("zh", "耒阳市"), ("en", "Leiyang")):
        path = tmp_path / f"{lang}.html"
        bulletin(name, lang).to_html(path)
        page = chromium.new_page()
        page.goto(path.as_uri())
        found[lang] = page.evaluate(states)
        page.close()
    assert found == {"zh": ["loaded"], "en": []}

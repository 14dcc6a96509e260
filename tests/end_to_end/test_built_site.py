"""The documentation site as it is built: every name, every link, and every page on a phone."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlsplit

import pytest

import coverage_campaign as cc
from support.lab import chromium_path, open_browser
from support.tally_cases import missing, need

DOCS = Path(__file__).parents[2] / "docs"
PHONE, DESK = 390, 1280
pytestmark = pytest.mark.slow


class Links(HTMLParser):
    """The addresses that a page points to or loads, and the places in it that can be pointed to."""

    def __init__(self, page: Path) -> None:
        """Read a page."""
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.ids: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in a tag."""
        values = {name: value or "" for name, value in attrs}
        self.ids |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag in ("script", "img", "iframe") and "src" in values:
            self.loaded.append(values["src"])
        if tag == "link" and values.get("rel") == "stylesheet":
            self.loaded.append(values["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site, warnings as errors, and return its folder."""
    for module in ("sphinx", "furo", "myst_parser", "sphinx_copybutton"):
        need(module)
    out: Path = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    for folder in ("", "zh"):
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [
                *build,
                *("-d", str(out / f"trees{folder}")),
                *(str(DOCS / folder), str(out / "html" / folder)),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return out / "html"


def test_every_public_name_can_be_looked_up(site: Path) -> None:
    """The site's inventory has each name of the surface, or the module that the name stands for."""
    from sphinx.util.inventory import InventoryFile

    known = InventoryFile.loads((site / "objects.inv").read_bytes(), uri="").data
    there = {name for kind in known if kind.startswith("py:") for name in known[kind]}
    values = {name: getattr(cc, name) for name in cc.__all__ if not name.startswith("__")}
    wanted = {
        value.__name__ if isinstance(value, ModuleType) else f"coverage_campaign.{name}"
        for name, value in values.items()
    }
    assert wanted - there == set()


def test_every_link_inside_the_site_leads_somewhere(site: Path) -> None:
    """Each page and each place in it that a link names is there; nothing is loaded from the web."""
    pages = {page.resolve(): Links(page) for page in site.rglob("*.html")}
    lost = []
    for page, found in pages.items():
        for link in [*found.links, *found.loaded]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                assert link not in found.loaded, f"{page.name} loads {link}"
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            fragment = unquote(parts.fragment)
            if not target.exists() or (
                fragment and target in pages and fragment not in pages[target].ids
            ):
                lost.append(f"{page.relative_to(site.resolve())}: {link}")
    assert len(pages) > 30
    assert lost == []


@pytest.mark.real
def test_every_page_fits_a_phone(site: Path) -> None:
    """No page is wider than the screen, on a phone or a desk, and no script of it fails."""
    need("playwright")
    if chromium_path() is None:
        missing("chromium (Debian's package)")
    wide, failed = [], []
    with open_browser() as browser:
        for width in (PHONE, DESK):
            page = browser.new_page(viewport={"width": width, "height": 800})
            page.on("pageerror", lambda error: failed.append(str(error)))
            for file in sorted(site.rglob("*.html")):
                page.goto(file.as_uri())
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    wide.append((width, file.relative_to(site).as_posix()))
            page.close()
    assert wide == []
    assert failed == []

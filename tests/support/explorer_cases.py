"""Scenarios that the explorer is tested on, and readers of what it shows."""

from __future__ import annotations

from html.parser import HTMLParser

import coverage_campaign as cc
from support.campaigns import tiny

__all__ = ["cells_of", "hengyang", "small", "tags_of"]


def small() -> cc.Scenario:
    """Return 100 persons by eligible people (500, 300, 200): 50, 30 and 20."""
    return cc.Scenario(campaign=tiny(), weights=cc.weights.eligible, over="drive")


def hengyang() -> cc.Scenario:
    """Return the notice's 76,000 persons by the census of 2000."""
    campaign = cc.load_case("hengyang", year=2008)
    return cc.Scenario(campaign=campaign, weights=cc.weights.by_measure("census_2000"))


class _Reader(HTMLParser):
    """Reads HTML by itself: its tags, and the text of its cells row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self._in_a_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")
            self._in_a_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._in_a_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_a_cell:
            self.rows[-1][-1] += data


def cells_of(html: str) -> list[list[str]]:
    """Return the text of a table's cells, the heading first."""
    reader = _Reader()
    reader.feed(html)
    return reader.rows


def tags_of(html: str) -> list[tuple[str, dict[str, str | None]]]:
    """Return the tags with their attributes."""
    reader = _Reader()
    reader.feed(html)
    return reader.tags

"""The bulletin: who leads, who lags, by how much, what is required by when, on what it rests."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pandas as pd

from coverage_campaign.notebook import html_table
from coverage_campaign.progress.track import Progress
from coverage_campaign.views.documents.bulletin_facts import BulletinFacts
from coverage_campaign.views.documents.bulletin_tables import (
    WORDS,
    breakdown,
    defined,
    definitions,
    ranking,
)
from coverage_campaign.views.documents.bulletin_text import Paragraph, paragraphs
from coverage_campaign.views.documents.document import Document, Lang, Section, checked
from coverage_campaign.views.documents.prose import long_day
from coverage_campaign.views.documents.standing_rows import BulletinRow, rows_of, total_row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from coverage_campaign.progress.forecast.forecast import Forecast

__all__ = ["Bulletin", "BulletinRow", "bulletin"]


@attrs.frozen(eq=False, kw_only=True)
class Bulletin:
    """A bulletin in one language: its sentences, its table, and what both rest on.

    `document` has the same parts in order, for those who lay them out otherwise.
    """

    progress: Progress
    lang: Lang
    title: str
    paragraphs: tuple[Paragraph, ...]
    rows: tuple[BulletinRow, ...]
    total: BulletinRow
    definitions: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    forecast: Forecast | None = None

    @property
    def document(self) -> Document:
        """The bulletin as a document: its parts, its three tables and its chart."""
        return _document(self)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a head reads first, one paragraph after the other."""
        return tuple(text for one in self.paragraphs for text in one.sentences)

    @property
    def words(self) -> Mapping[str, str]:
        """The fixed words of the bulletin in its language."""
        return WORDS[self.lang]

    def to_frame(self) -> pd.DataFrame:
        """Return the table as it is shown: one row per unit, columns named in the language.

        Rates are fractions of one, gaps points; the total stands apart in `total`.
        """
        return self.document.to_frame()

    def to_excel(self, path: str | Path) -> Path:
        """Write three sheets (ranking, breakdown, definitions) and return the path.

        Needs the extra `excel`. A4 landscape, formulas with stored values, every text a text.
        """
        return self.document.to_excel(path)

    def to_html(self, path: str | Path | None = None) -> str:
        """Return a page that needs nothing else, with its chart in it; write it where `path` says.

        Every text is escaped, and the page forbids itself scripts and the network.
        """
        return self.document.to_html(path)

    def to_markdown(self) -> str:
        """Return the bulletin as Markdown: sentences, tables with totals, notes."""
        return self.document.to_markdown()

    def to_docx(self, path: str | Path) -> Path:
        """Write the bulletin for Word, as official documents are laid out; return its path.

        Needs the extra `docx`.
        """
        return self.document.to_docx(path)

    def _repr_html_(self) -> str:
        notes = [*self.sentences, *self.notes]
        rates = (self.words["rate"], self.words["planned"])
        return html_table(self.to_frame(), title=self.title, notes=notes, rates=rates)

    def __repr__(self) -> str:
        """Return title and sentences."""
        return "\n".join([f"<Bulletin: {self.title}>", *self.sentences])


def bulletin(
    progress: Progress,
    *,
    lang: Lang = "zh",
    previous: Progress | None = None,
    forecast: Forecast | None = None,
) -> Bulletin:
    """Return the bulletin of a progress, in Chinese (`zh`) or English (`en`).

    Beside every rank stand completeness, the burden per eligible person and signs to check. What
    is not known (completeness without `received`, a burden without eligible persons) is said.

    Args:
        progress: What is published. Units whose reports are incomplete stand unranked at the end.
        lang: The language of every word in it.
        previous: An earlier progress, for the movement of ranks.
        forecast: Where the pace leads, for a sentence and the fan of the chart.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> allocation = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    >>> plan = cc.schedule(allocation, over="special-action")
    >>> simulation = cc.simulate(plan, seed=1)
    >>> tally = cc.tally(simulation.events, campaign, as_of="2008-10-12", simulated=True)
    >>> progress = cc.track(plan, tally, as_of="2008-09-30", received=simulation.received)
    >>> cc.bulletin(progress).title
    '关于衡阳市社会养老保险征缴扩面进度情况的通报'
    """
    lang = checked(lang)
    rows = rows_of(progress, lang, previous=previous)
    total = total_row(progress, WORDS[lang]["total"])
    label = progress.campaign.label.text(lang)
    return Bulletin(
        progress=progress,
        lang=lang,
        title=f"关于{label}进度情况的通报" if lang == "zh" else f"{label}: progress bulletin",
        paragraphs=paragraphs(BulletinFacts.of(progress, rows, total.standing, forecast), lang),
        rows=rows,
        total=total,
        definitions=definitions(progress, lang),
        notes=(*progress.basis.lines(lang), *progress.notes_in(lang)),
        forecast=forecast,
    )


def _document(made: Bulletin) -> Document:
    words, lang, progress = made.words, made.lang, made.progress
    by_month = progress.plan.by == "month"
    tables = (
        ("ranking", ranking(made.rows, made.total, lang, by_month=by_month)),
        ("breakdown", breakdown(made.rows, made.total, lang)),
        ("definitions", defined(made.definitions, lang)),
    )
    space = "" if lang == "zh" else " "
    return Document(
        lang=lang,
        title=made.title,
        meta=f"{words['as_of']}{space}{long_day(progress.as_of, lang)}",
        unit=words["persons"],
        mark=words["simulated"] if progress.basis.simulated else "",
        sections=(
            *(Section(heading=one.heading, paragraphs=one.sentences) for one in made.paragraphs),
            *(Section(heading=words[name], table=table) for name, table in tables),
        ),
        chart=partial(_chart, progress, made.forecast, lang),
    )


def _chart(progress: Progress, forecast: Forecast | None, lang: Lang) -> Axes:
    from coverage_campaign.views import charts  # loads matplotlib, which a workbook does without

    return charts.burn_up(progress, forecast, lang=lang)

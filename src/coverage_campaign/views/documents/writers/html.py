"""A document as a page of its own: escaped, without scripts, with its chart inside."""

from __future__ import annotations

import base64
import functools
import io
from importlib import resources
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from coverage_campaign.views.charts._lettering import FAMILY
from coverage_campaign.views.documents.paper import (
    FIRST_IDEOGRAPH,
    NOTES,
    is_number,
    plain,
    wide,
    written_rows,
)

if TYPE_CHECKING:
    from coverage_campaign.views.documents.paper import Cell, Column, Paper, Section, Table

__all__ = ["page"]


_LATIN: Final = frozenset(map(chr, range(0x20, 0x7F)))


def font_face(text: str) -> str:
    """Return the rule of a style sheet that holds the font of a text; '' for one without Chinese.

    The same text gives the same rule. Letters that the font lacks are left to the reader's machine.

    >>> font_face("Leiyang City")
    ''
    >>> font_face("耒阳市").startswith("@font-face{font-family:'Coverage Sans SC'")
    True
    """
    letters = frozenset(text)
    if not any(letter >= FIRST_IDEOGRAPH for letter in letters):
        return ""
    data = base64.b64encode(_cut(letters | _LATIN)).decode("ascii")
    return (
        f"@font-face{{font-family:'{FAMILY}';src:url(data:font/woff;base64,{data}) format('woff')}}"
    )


@functools.lru_cache(maxsize=16)
def _cut(letters: frozenset[str]) -> bytes:
    """Return the font of the charts with these letters only, as WOFF."""
    from fontTools import subset  # a page in English does without it
    from fontTools.ttLib import TTFont

    file = resources.files("coverage_campaign.views") / "fonts" / "CoverageSansSC-Regular.otf"
    options = subset.Options(flavor="woff", layout_features=[], notdef_outline=True, hinting=False)
    font = TTFont(io.BytesIO(file.read_bytes()), recalcTimestamp=False)
    cut = subset.Subsetter(options)
    cut.populate(unicodes=[ord(letter) for letter in letters])
    cut.subset(font)
    font.flavor = "woff"
    stream = io.BytesIO()
    font.save(stream, reorderTables=True)
    return stream.getvalue()


_BAR = Markup('<td class="n bar" style="--share:{:.1f}%">{}</td>')


# A table of more columns is printed across, one of fewer lines on one page.
_ACROSS: Final = 7
_ON_ONE_PAGE: Final = 22
# How many letters of Chinese a line of a table holds upright, in small letters, and across; how
# many a column needs at least, and how many lie between two.
_LINE, _SMALL, _LONG = 52.0, 58.0, 88.0
_LEAST: Final = 4.5
_GAP: Final = 1.3


def page(document: Paper) -> str:
    """Return the whole page as text."""
    environment = Environment(
        loader=PackageLoader("coverage_campaign.views.documents", "writers"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["plain"] = plain
    return environment.get_template("document.html").render(
        document=document,
        notes=document.word(NOTES),
        head=_head,
        rows=_rows,
        chart=_chart(document),
        layout=_layout,
        # The rule is made of a name of ours and of base64.
        font=Markup(font_face(_text(document))),  # noqa: S704 - see above
    )


def _layout(section: Section) -> str:
    """Return how a part is printed: on a page of its own, across, or not broken between two."""
    table = section.table
    if section.own_page or table is None:
        return "own-page" if section.own_page else ""
    across = len(table.columns) > _ACROSS
    small = _room(table) == _SMALL
    broken = len(_on_one_line(table)) < sum(one.kind == "text" for one in table.columns)
    whole = len(table.rows) * (1 + broken) <= _ON_ONE_PAGE
    marks = {"across": across, "small": small, "whole": whole}
    return " ".join(name for name, holds in marks.items() if holds)


def _room(table: Table) -> float:
    """Return how many letters a line of the table holds, as it is printed."""
    if len(table.columns) > _ACROSS:
        return _LONG
    # A little more than fits is broken in one column; much more is a text, in letters as usual.
    return _SMALL if _LINE < sum(_widths(table)) <= 1.1 * _SMALL else _LINE


def _widths(table: Table) -> list[float]:
    """Return how wide each column is where no cell of it is broken."""
    cells = zip(*written_rows(table, total=True), strict=True)
    return [max(_LEAST, *map(wide, column)) + _GAP for column in cells]


def _text(document: Paper) -> str:
    """Return everything that the page says, to know its letters."""
    parts = [document.title, document.meta, document.unit, document.mark, *document.notes]
    parts += [document.number, document.word(NOTES)]
    for section in document.sections:
        parts += [section.heading, *section.paragraphs, *section.signed]
        if section.table is not None:
            rows = (*section.table.rows, *filter(None, [section.table.total]))
            parts += [column.head for column in section.table.columns]
            parts += [cell for row in rows for cell in row if isinstance(cell, str)]
    # The signs of numbers and dashes stand in no text of the document.
    return plain(" ".join(parts)) + "−–…"


def _chart(document: Paper) -> Markup:
    if document.chart is None:
        return Markup()
    from coverage_campaign.views.export import inline_svg  # loads matplotlib

    # The chart escapes its own texts; it is drawn, not read from anywhere.
    return Markup(inline_svg(document.chart(), label=document.title))  # noqa: S704 - see above


def _head(table: Table) -> Markup:
    cell = Markup('<th scope="col" class="{}">{}</th>')
    return Markup().join(cell.format(_class(one), one.head) for one in table.columns)


def _on_one_line(table: Table) -> frozenset[str]:
    """Return the columns of texts that are not broken: the narrow ones, while a page has room."""
    widths, kept = _widths(table), set[str]()
    room = _room(table) - (_LEAST + _GAP) * len(widths)
    for width, column in sorted(zip(widths, table.columns, strict=False), key=lambda one: one[0]):
        room -= width - _LEAST - _GAP
        if room < 0:
            break
        kept |= {column.key} if column.kind == "text" else set()
    return frozenset(kept)


def _rows(table: Table) -> list[Markup]:
    """Return the cells of each row, the total last; Markup.format escapes every value."""
    kept = _on_one_line(table)
    every = (*table.rows, *filter(None, [table.total]))
    return [
        _cells(table.columns, row, texts, kept)
        for row, texts in zip(every, written_rows(table, total=True), strict=True)
    ]


def _cells(
    columns: tuple[Column, ...],
    row: tuple[Cell, ...],
    texts: list[str],
    kept: frozenset[str],
) -> Markup:
    return Markup().join(
        _bar(text, cell)
        if column.bar
        else Markup('<td class="{}{}"><bdi>{}</bdi></td>').format(
            _class(column, cell), " k" if column.key in kept else "", text
        )
        for column, cell, text in zip(columns, row, texts, strict=True)
    )


def _bar(text: str, cell: Cell) -> Markup:
    """Return a rate with a bar below it; what lies beyond 100 % is written, not drawn."""
    if not isinstance(cell, (int, float)):
        return Markup('<td class="n">{}</td>').format(text)
    share = min(max(100 * cell, 0), 100)
    return _BAR.format(share, text)


def _class(column: Column, cell: Cell = None) -> str:
    if not is_number(column.kind):
        return "t" if column.kind == "text" else "c"
    if column.signed and isinstance(cell, (int, float)) and cell:
        return "n behind" if cell < 0 else "n ahead"
    return "n"

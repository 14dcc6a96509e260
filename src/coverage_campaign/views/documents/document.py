"""A document as a value: sentences and tables in one language, and what they rest on."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, Literal, TypeAlias

import attrs
import pandas as pd

from coverage_campaign.checks import needs
from coverage_campaign.messages import (
    Language,
    Message,
    Translatable,
    current_language,
    message,
    message_in,
    text_of,
)
from coverage_campaign.model.basis import Basis
from coverage_campaign.notebook import Axes, html_table
from coverage_campaign.saving import save_bytes

__all__ = [
    "ISSUED",
    "NOTES",
    "PAGE",
    "SIMULATED",
    "TEXT",
    "TOTAL",
    "UNIT",
    "Cell",
    "CellIn",
    "Column",
    "Document",
    "Kind",
    "Section",
    "Table",
    "Text",
    "mark_of",
    "numbered",
    "plain",
]

Kind: TypeAlias = Literal["text", "rank", "count", "rate", "points", "move", "real", "score"]
Cell: TypeAlias = str | int | float | None
Text: TypeAlias = str | Translatable
CellIn: TypeAlias = Text | int | float | None
_NUMERALS: Final = "一二三四五六七八九十"

_PERSONS: Final = message("Unit: persons")
SIMULATED: Final = message("SIMULATED DATA")
TOTAL: Final = message("Total")
NOTES: Final = message("Notes")
TEXT: Final = message("Text")
PAGE: Final = message("Page {page} of {pages}", page="&P", pages="&N")
ISSUED: Final = message("Made with coverage_campaign")
UNIT: Final = message_in("column", "Unit")

# Marks that turn the direction of writing: they would reach beyond a name into its neighbours.
_TURNING: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def plain(text: str) -> str:
    r"""Return a text as one line that stays by itself: breaks are spaces, turning marks left out.

    So are the code points that are no letters and never will be, such as U+FFFE: a file cannot
    hold them.

    >>> plain("two\nlines"), plain("\u202eturned"), plain("=1+1"), plain("no\ufffe letter")
    ('two lines', 'turned', '=1+1', 'no letter')
    """
    kept = (
        " " if unicodedata.category(letter) in {"Cc", "Zl", "Zp"} else letter
        for letter in text
        if letter not in _TURNING
        and unicodedata.category(letter) != "Cs"
        and not _is_no_character(ord(letter))
    )
    return " ".join("".join(kept).split())


def _is_no_character(point: int) -> bool:
    """Tell whether a code point is one of the 66 that Unicode keeps free for ever."""
    return point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF  # noqa: PLR2004 - section 23.7


def _cells(rows: Iterable[Sequence[CellIn]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(_cell(cell) for cell in row) for row in rows)


def _cell(cell: CellIn) -> Cell:
    return cell if cell is None or isinstance(cell, (str, int, float)) else text_of(cell)


def _total(row: Sequence[CellIn] | None) -> tuple[Cell, ...] | None:
    return None if row is None else tuple(map(_cell, row))


def _texts(texts: Iterable[Text]) -> tuple[str, ...]:
    return tuple(map(_text, texts))


def _text(text: Text) -> str:
    return text_of(text)


@attrs.frozen(kw_only=True)
class Column:
    """A column: its head, what its cells are, and its width in letters of a workbook.

    `formula` computes a cell from others of its row: `{target}` stands for the cell of the column
    whose key is 'target'. `summed` tells that the total is the sum; `bar` draws the rate as a bar;
    `signed` colours what is below 0.
    """

    key: str
    head: str = attrs.field(converter=_text)
    kind: Kind = "text"
    width: float = 12.0
    formula: str = ""
    summed: bool = False
    bar: bool = False
    signed: bool = False


@attrs.frozen(kw_only=True)
class Table:
    """A table: rows of cells, and a total apart from them; None is a cell that is not known."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...] = attrs.field(converter=_cells)
    total: tuple[Cell, ...] | None = attrs.field(default=None, converter=_total)


@attrs.frozen(kw_only=True)
class Section:
    """A part of a document: its heading, paragraphs, and a table that a workbook has a sheet for.

    `signed` are the lines below, to the right. A part with `own_page` begins a page. The sheet of
    the first table bears the document's title, the others their heading, or `sheet_title`.
    """

    heading: str = attrs.field(default="", converter=_text)
    paragraphs: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    table: Table | None = None
    signed: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    own_page: bool = False
    sheet_title: str = attrs.field(default="", converter=_text)


@attrs.frozen(eq=False, kw_only=True)
class Document:
    """A document in one language, to be written as a workbook, a page, Markdown or for Word.

    Texts may be given as messages and names: they are rendered in the language of the context.
    `sections` are in order; `number` stands below the title, below it `meta` left and `unit` right;
    `mark` says that data are simulated, '' that they are not; `chart` draws the page's picture.
    """

    lang: Language = attrs.field(factory=current_language)
    title: str = attrs.field(converter=_text)
    number: str = ""
    meta: str = attrs.field(default="", converter=_text)
    unit: str = attrs.field(factory=lambda: text_of(_PERSONS))
    mark: str = attrs.field(default="", converter=_text)
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    chart: Callable[[], Axes] | None = None

    @property
    def sentences(self) -> tuple[str, ...]:
        """The paragraphs of all parts, one after the other."""
        return tuple(text for part in self.sections for text in part.paragraphs)

    def word(self, word: Message) -> str:
        """Return a fixed word of the writers in the document's language."""
        return word.text(self.lang)

    def to_frame(self) -> pd.DataFrame:
        """Return the first table as it is shown, columns named in the language, without the total.

        Counts and ranks are Int64, rates (fractions of one) and points Float64, texts str.
        """
        import pandas as pd  # heavy, and a page does without it

        table = next((part.table for part in self.sections if part.table), None)
        if table is None:
            return pd.DataFrame()
        dtypes: dict[Kind, Literal["str", "Int64", "Float64"]]
        dtypes = {"text": "str", "rank": "Int64", "count": "Int64", "move": "Int64"}
        cells = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
        return pd.DataFrame(
            {
                column.head: pd.Series(list(line), dtype=dtypes.get(column.kind, "Float64"))
                for column, line in zip(table.columns, cells, strict=True)
            }
        )

    def to_excel(self, path: str | Path) -> Path:
        """Write a workbook with a sheet for each table and return its path.

        Needs the extra `excel`. A4 landscape, formulas with stored values, every text a text; two
        runs give the same bytes.
        """
        with needs("excel", "to_excel"):
            from coverage_campaign.views.documents.writers.excel import workbook_bytes

        return save_bytes(path, workbook_bytes(self))

    def to_html(self, path: str | Path | None = None) -> str:
        """Return a page that needs nothing else, with its chart in it; write it where `path` says.

        Every text is escaped, and the page forbids itself scripts and the network.
        """
        from coverage_campaign.views.documents.writers.html import page  # loads drawing

        text = page(self)
        if path is not None:
            save_bytes(path, text.encode())
        return text

    def to_markdown(self) -> str:
        """Return the document as Markdown: sentences, tables with totals, notes."""
        from coverage_campaign.views.documents.writers.markdown import (
            markdown,
        )  # beside the other three

        return markdown(self)

    def to_docx(self, path: str | Path) -> Path:
        """Write a document for Word in the layout of Chinese official documents; return its path.

        Needs the extra `docx`. A4, title 22 pt, body 16 pt at exactly 28 pt, as GB/T 9704-2012.
        """
        with needs("docx", "to_docx"):
            from coverage_campaign.views.documents.writers.word import word_bytes

        return save_bytes(path, word_bytes(self))

    def to_folder(self, folder: str | Path, *, name: str) -> tuple[Path, ...]:
        """Write all four forms to a folder and return their paths: .html, .md, .xlsx, .docx."""
        place = Path(folder)
        page, text = place / f"{name}.html", place / f"{name}.md"
        self.to_html(page)
        save_bytes(text, self.to_markdown().encode())
        book = self.to_excel(place / f"{name}.xlsx")
        return page, text, book, self.to_docx(place / f"{name}.docx")

    def _repr_html_(self) -> str:
        first = next(iter(self.sections), Section())
        return html_table(self.to_frame(), title=self.title, notes=[*first.paragraphs, *self.notes])

    def __repr__(self) -> str:
        """Return the title and the headings."""
        headings = [part.heading for part in self.sections if part.heading]
        return "\n".join([f"<Document: {self.title}>", *headings[:10]])


def mark_of(basis: Basis) -> Message | str:
    """Return the mark of simulated data, '' where data are real."""
    return SIMULATED if basis.simulated else ""


def numbered(place: int, heading: str) -> str:
    """Return a heading with its number, the first at place 0.

    >>> numbered(1, "Who leads")
    '2. Who leads'
    """
    if current_language() == "en":
        return f"{place + 1}. {heading}"
    return f"{_NUMERALS[place]}、{heading}"

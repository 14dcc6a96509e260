"""A document as a value: sentences and tables in one language, and what they rest on."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import attrs

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.notebook import html_table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Cell", "Column", "Document", "Kind", "Lang", "Section", "Table", "checked", "plain"]

Lang: TypeAlias = Literal["en", "zh"]
Kind: TypeAlias = Literal["text", "rank", "count", "rate", "points", "move", "real"]
Cell: TypeAlias = str | int | float | None

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


def checked(lang: str) -> Lang:
    """Return the language of a document; a DefinitionError says which there are."""
    if lang == "en":
        return "en"
    if lang == "zh":
        return "zh"
    raise DefinitionError(Problem("lang", repr(lang), "use one of 'en', 'zh'"))


@attrs.frozen(kw_only=True)
class Column:
    """A column: its head, what its cells are, and its width in letters of a workbook.

    `formula` computes a cell from others of its row: `{target}` stands for the cell of the column
    whose key is 'target'. `summed` tells that the total is the sum; `bar` draws the rate as a bar;
    `signed` colours what is below 0.
    """

    key: str
    head: str
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
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None


@attrs.frozen(kw_only=True)
class Section:
    """A part of a document: its heading, paragraphs, and a table that a workbook has a sheet for.

    `signed` are the lines below, to the right. A part with `own_page` begins a page. The sheet of
    the first table bears the document's title, the others their heading, or `sheet_title`.
    """

    heading: str = ""
    paragraphs: tuple[str, ...] = ()
    table: Table | None = None
    signed: tuple[str, ...] = ()
    own_page: bool = False
    sheet_title: str = ""


@attrs.frozen(eq=False, kw_only=True)
class Document:
    """A document in one language, to be written as a workbook, a page, Markdown or for Word.

    `sections` are in order; `meta` stands left and `unit` right below the title; `mark` says that
    data are simulated, '' that they are not; `chart` draws the picture of the page.
    """

    lang: Lang
    title: str
    meta: str = ""
    unit: str = ""
    mark: str = ""
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    chart: Callable[[], Axes] | None = None

    @property
    def words(self) -> Mapping[str, str]:
        """The fixed words of a document in its language."""
        return WORDS[self.lang]

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
        from coverage_campaign.views.documents.writers.excel import write  # an extra

        return write(self, Path(path))

    def to_html(self, path: str | Path | None = None) -> str:
        """Return a page that needs nothing else, with its chart in it; write it where `path` says.

        Every text is escaped, and the page forbids itself scripts and the network.
        """
        from coverage_campaign.views.documents.writers.html import page  # loads drawing

        text = page(self)
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
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
        from coverage_campaign.views.documents.writers.word import write  # an extra

        return write(self, Path(path))

    def to_folder(self, folder: str | Path, *, name: str) -> tuple[Path, ...]:
        """Write all four forms to a folder and return their paths: .html, .md, .xlsx, .docx."""
        place = Path(folder)
        page, text = place / f"{name}.html", place / f"{name}.md"
        self.to_html(page)
        text.write_text(self.to_markdown(), encoding="utf-8")
        book = self.to_excel(place / f"{name}.xlsx")
        return page, text, book, self.to_docx(place / f"{name}.docx")

    def _repr_html_(self) -> str:
        first = next(iter(self.sections), Section())
        return html_table(self.to_frame(), title=self.title, notes=[*first.paragraphs, *self.notes])

    def __repr__(self) -> str:
        """Return the title and the headings."""
        headings = [part.heading for part in self.sections if part.heading]
        return "\n".join([f"<Document: {self.title}>", *headings[:10]])


WORDS: Mapping[Lang, Mapping[str, str]] = {
    "en": {
        "total": "Total",
        "persons": "Unit: persons",
        "as_of": "To the end of",
        "simulated": "SIMULATED DATA",
        "page": "Page &P of &N",
        "notes": "Notes",
        "text": "Text",
        "issued": "Issued from coverage_campaign",
    },
    "zh": {
        "total": "合计",
        "persons": "单位：人",
        "as_of": "截至",
        "simulated": "模拟数据",
        "page": "第 &P 页 共 &N 页",
        "notes": "说明",
        "text": "正文",
        "issued": "本表由 coverage_campaign 生成",
    },
}

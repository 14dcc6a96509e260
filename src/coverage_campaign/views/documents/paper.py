"""What a document says: sentences and tables in one language, and how a cell of one is written."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final, Literal, TypeAlias

import attrs
from jinja2 import Environment, PackageLoader, StrictUndefined

from coverage_campaign.messages import (
    LANGUAGES,
    Language,
    Message,
    Translatable,
    current_language,
    formats,
    message,
    message_in,
    text_of,
)
from coverage_campaign.messages.formats import MISSING, count, decimal, number, percent, signed
from coverage_campaign.messages.message import listed
from coverage_campaign.model.readings import Basis
from coverage_campaign.notebook import Axes

__all__ = [
    "FIRST_IDEOGRAPH",
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
    "Kind",
    "Paper",
    "Section",
    "Table",
    "Text",
    "column_widths",
    "is_number",
    "mark_of",
    "numbered",
    "numeral",
    "paragraphs",
    "parts",
    "plain",
    "wide",
    "written",
    "written_rows",
]

Kind: TypeAlias = Literal["text", "rank", "count", "rate", "points", "move", "real", "score"]
Cell: TypeAlias = str | int | float | None
Text: TypeAlias = str | Translatable
CellIn: TypeAlias = Text | int | float | None
_NUMERALS: Final = "一二三四五六七八九"
# The width of a digit of 12 points, in letters of a workbook.
_DIGIT: Final = 1.15
FIRST_IDEOGRAPH: Final = "\u2e80"


_NUMBERS: Final[Mapping[Kind, Callable[[float], str]]] = {
    "rate": percent,
    "points": lambda value: signed(value, 1),
    "move": lambda value: signed(value, 0),
    "real": lambda value: decimal(value, 1),
    "score": number,
}

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


@attrs.frozen
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
    formula: str = attrs.field(default="", kw_only=True)
    summed: bool = attrs.field(default=False, kw_only=True)
    bar: bool = attrs.field(default=False, kw_only=True)
    signed: bool = attrs.field(default=False, kw_only=True)


@attrs.frozen(kw_only=True)
class Table:
    """A table: rows of cells, and a total apart from them; None is a cell that is not known."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...] = attrs.field(converter=_cells)
    total: tuple[Cell, ...] | None = attrs.field(default=None, converter=_total)

    @classmethod
    def of(
        cls,
        columns: Iterable[Column],
        rows: Iterable[Mapping[str, CellIn]],
        total: Mapping[str, CellIn] | None = None,
        *,
        without: Collection[str] = (),
    ) -> Table:
        """Return the table of rows that have their cells by the keys of the columns."""
        shown = tuple(one for one in columns if one.key not in without)
        return cls(
            columns=shown,
            rows=tuple(tuple(row[one.key] for one in shown) for row in rows),
            total=None if total is None else tuple(total[one.key] for one in shown),
        )


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
class Paper:
    """What a document says, in one language: its head, its parts in order, its notes.

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
    def chart_after(self) -> int:
        """The part that the picture stands below: the first with a heading, not the address."""
        return next((place for place, part in enumerate(self.sections) if part.heading), 0)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The paragraphs of all parts, one after the other."""
        return tuple(text for part in self.sections for text in part.paragraphs)

    def word(self, word: Message) -> str:
        """Return a fixed word of the writers in the document's language."""
        return word.text(self.lang)


def mark_of(basis: Basis) -> Message | str:
    """Return the mark of simulated data, '' where data are real."""
    return SIMULATED if basis.simulated else ""


def numbered(place: int, heading: str) -> str:
    """Return a heading with its number, the first at place 0.

    >>> numbered(1, "Who leads")
    '2. Who leads'
    """
    return f"{numeral(place)}{'. ' if current_language() == 'en' else '、'}{heading}"


def numeral(place: int) -> str:
    """Return the number of a part in the language of the context, the first at place 0.

    >>> numeral(1)
    '2'
    >>> from coverage_campaign.messages import language
    >>> with language("zh"):
    ...     numeral(1), numeral(9), numeral(10), numeral(20)
    ('二', '十', '十一', '二十一')
    """
    number = place + 1
    if current_language() == "en":
        return str(number)
    tens, ones = divmod(number, 10)
    leading = _NUMERALS[tens - 1] if tens > 1 else ""
    return leading + ("十" if tens else "") + (_NUMERALS[ones - 1] if ones else "")


# -- cells as text ---------------------------------------------------------------------------------


def written(cell: Cell, kind: Kind) -> str:
    """Return a cell as text; what is not known is a dash, a rank or a remark that is not, nothing.

    >>> written(76_000, "count"), written(0.5299, "rate"), written(-4.02, "points")
    ('76,000', '53.0%', '−4.0')
    >>> written(None, "count"), written(None, "rank"), written(0, "move")
    ('–', '', '0')
    """
    if cell is None:
        return "" if kind in {"text", "rank", "move"} else MISSING
    if isinstance(cell, str):
        return plain(cell)
    return _NUMBERS.get(kind, count)(cell)


def written_rows(table: Table, *, total: bool = False) -> list[list[str]]:
    """Return the rows of a table as text; with `total` that one last, where there is one."""
    kinds = [column.kind for column in table.columns]
    last = [table.total] if total and table.total is not None else []
    return [
        [written(cell, kind) for cell, kind in zip(row, kinds, strict=True)]
        for row in (*table.rows, *last)
    ]


def column_widths(table: Table) -> list[float]:
    """Return the widths of the columns, in letters of a workbook: no number is wider."""
    every = written_rows(table, total=True)
    return [
        max([column.width, *(len(row[place]) * _DIGIT + 1.5 for row in every)])
        if is_number(column.kind)
        else column.width
        for place, column in enumerate(table.columns)
    ]


def is_number(kind: Kind) -> bool:
    """Tell whether the cells of a column stand to the right."""
    return kind not in {"text", "rank"}


def wide(text: str) -> float:
    """Return about how wide a text is, in letters of Chinese: a Latin one is half as wide.

    >>> wide("耒阳市"), wide("Leiyang")
    (3.0, 3.85)
    """
    return round(sum(1.0 if letter >= FIRST_IDEOGRAPH else 0.55 for letter in text), 2)


# -- long texts: templates in each language, fed with facts; each line is a paragraph -------------


class _Heading(str):
    """A line that begins a part: it alone may hold the mark that no text of a caller can."""

    __slots__ = ()


_MARK: Final = "\x02"
_MOST_NAMED: Final = 40


@functools.cache
def _environment(lang: Language) -> Environment:
    environment = Environment(
        loader=PackageLoader("coverage_campaign.views.documents", f"templates/{LANGUAGES[lang]}"),
        autoescape=False,  # noqa: S701 - plain text, which each writer escapes in its own way
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    environment.globals["part"] = lambda heading: _Heading(f"{_MARK}{heading}")
    filters: dict[str, Callable[..., str]] = {
        "count": lambda value: formats.count(value, lang),
        "percent": lambda value, digits=1: formats.percent(value, digits, lang),
        "points": lambda value: formats.decimal(abs(value), 1, lang),
        "decimal": lambda value, digits=1: formats.decimal(value, digits, lang),
        "number": lambda value: formats.number(value, lang, most=1),
        "about": lambda value: formats.approximate(value, lang),
        "day": lambda value: formats.day(value, lang, year=True, long=True),
        "month": lambda value: formats.month(value, lang, long=True),
        "text": lambda value: text_of(value, lang),
        "list": lambda values: listed(
            [text_of(one, lang) for one in values], lang, limit=_MOST_NAMED
        ),
        "names": lambda rows: listed(
            [text_of(row.label, lang) for row in rows], lang, limit=_MOST_NAMED
        ),
        "plural": lambda number, *forms: formats.plural(number, forms, lang),
    }
    environment.filters |= filters
    return environment


def _finalized(value: object) -> object:
    """Return what a template prints: a text of a caller stays on its line."""
    return plain(value) if isinstance(value, str) and not isinstance(value, _Heading) else value


def paragraphs(name: str, /, **facts: object) -> tuple[str, ...]:
    """Return the lines of a template, filled in the language of the context, without empty ones."""
    template = _environment(current_language()).get_template(f"{name}.jinja")
    return tuple(line for line in map(str.strip, template.render(facts).split("\n")) if line)


def parts(name: str, /, **facts: object) -> list[tuple[str, tuple[str, ...]]]:
    """Return the headings of a template and the lines below each; a part without lines is out."""
    found: list[tuple[str, list[str]]] = []
    for line in paragraphs(name, **facts):
        if line.startswith(_MARK):
            found.append((line.removeprefix(_MARK), []))
        else:
            found[-1][1].append(line)
    return [(heading, tuple(lines)) for heading, lines in found if lines]

"""A grid of cells, whatever it came from, and CSV files as offices save them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import attrs

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.messages import Message, message

__all__ = [
    "MOST_CELLS",
    "Cell",
    "Grid",
    "Merged",
    "Unreadable",
    "UsedRange",
    "column_letters",
    "grid_of_text",
]


@attrs.frozen
class Unreadable:
    """A cell that holds no value a person could mean, such as a formula without its result."""

    why: Message

    def __str__(self) -> str:
        """Return why there is no value, in English."""
        return str(self.why)


Cell: TypeAlias = str | int | float | bool | dt.date | dt.time | dt.timedelta | Unreadable | None
Merged: TypeAlias = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell (row, column) of a merged range, counted from 0, both inside."""

_LETTERS = 26


def column_letters(column: int) -> str:
    """Return the name of a column counted from 0, as spreadsheets write it.

    >>> column_letters(0), column_letters(25), column_letters(26), column_letters(16383)
    ('A', 'Z', 'AA', 'XFD')
    """
    letters = ""
    while column >= 0:
        column, letter = divmod(column, _LETTERS)
        letters = chr(ord("A") + letter) + letters
        column -= 1
    return letters


def _to_rows(rows: Iterable[Iterable[Cell]]) -> tuple[tuple[Cell, ...], ...]:
    cells = [tuple(None if cell == "" else cell for cell in row) for row in rows]
    width = max(map(len, cells), default=0)
    return tuple(row + (None,) * (width - len(row)) for row in cells)


@attrs.frozen(eq=False)
class Grid:
    """The cells of one sheet from A1 on, every row as wide as the widest; an empty cell is None.

    `sheet` is '' for a CSV file. A `hidden` sheet that nobody asked for has no cells.
    """

    file: str
    cells: tuple[tuple[Cell, ...], ...] = attrs.field(converter=_to_rows)
    sheet: str = ""
    merged: Sequence[Merged] = ()
    hidden: bool = False

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.cells[0]) if self.cells else 0

    @property
    def name(self) -> str | Message:
        """File and sheet, as problems name them."""
        if not self.sheet:
            return self.file
        return message("{file}, sheet {sheet!r}", file=self.file, sheet=self.sheet)

    def place(self, row: int, column: int | None = None) -> Message:
        """Return where a cell stands; without a column, where a row does.

        >>> print(Grid("july.xlsx", [["unit"]], sheet="七月").place(6, 1))
        july.xlsx, sheet '七月', cell B7
        >>> Grid("july.csv", [["unit"]]).place(6).text("zh")
        'july.csv第7行'
        """
        if column is None:
            return message("{place}, row {row:raw}", place=self.name, row=row + 1)
        cell = f"{column_letters(column)}{row + 1}"
        return message("{place}, cell {cell}", place=self.name, cell=cell)

    def spread(self, *, numbers: bool = False) -> Grid:
        """Return the grid with the text of each merged range in all the cells that it covers.

        A merged number is one figure and stays where it stands, but for labels: with `numbers` it
        is spread too.
        """
        if not self.merged:
            return self
        rows = [list(row) for row in self.cells]
        for (top, left), (bottom, right) in self.merged:
            inside = top < len(rows) and left < self.width
            value = self.cells[top][left] if inside else None
            if isinstance(value, str) or (numbers and value is not None):
                for row in rows[top : bottom + 1]:
                    row[left : right + 1] = [value] * len(row[left : right + 1])
        return attrs.evolve(self, cells=rows, merged=())

    def split(self, row: int) -> tuple[Grid, Grid]:
        """Return the rows above a row, and the rows from it on; cells keep their addresses."""
        blank = [[None] * self.width] * row
        above = [one for one in self.merged if one[1][0] < row]
        below = [one for one in self.merged if one[0][0] >= row]
        return (
            attrs.evolve(self, cells=self.cells[:row], merged=above),
            attrs.evolve(self, cells=[*blank, *self.cells[row:]], merged=below),
        )


# -- how far cells reach --------------------------------------------------------------------------

MOST_CELLS = 5_000_000
"""A sheet that spans more is no report; a year of daily figures of 3,000 units is a fifth of it."""


class UsedRange:
    """The last row and column with a cell; refuses a sheet that spans more than `MOST_CELLS`."""

    def __init__(self, place: str | Message) -> None:
        """Begin a sheet; `place` names it in the error."""
        self._place = place
        self._rows = self._columns = 0

    def to(self, row: int, column: int) -> None:
        """Take a cell in, both counted from 0."""
        self._rows = max(self._rows, row + 1)
        self._columns = max(self._columns, column + 1)
        if self._rows * self._columns > MOST_CELLS:
            found = message(
                "cells over {rows} rows and {columns} columns",
                rows=self._rows,
                columns=self._columns,
            )
            fix = "delete the cells far below or right of the table, and save"
            raise ReportError(Problem(self._place, found, fix))


_PAIRS = re.compile(rb"[\x81-\xfe][\x40-\xfe]")
_LARGEST_SAMPLE = 200_000
_DELIMITERS = (",", "\t", ";")
_SAMPLE_LINES = 50


def grid_of_text(data: bytes, name: str) -> Grid:
    r"""Return the grid of a CSV file in UTF-8, UTF-16, GB 18030 or Big5; every cell is text.

    Raises `ReportError` where the bytes are no text, or are a web page.

    >>> grid_of_text("单位,人数\n珠晖区,12\n".encode("gb18030"), "july.csv").cells
    (('单位', '人数'), ('珠晖区', '12'))
    """
    text = _decoded(data, name)
    if text.lstrip()[:200].lower().startswith(("<html", "<!doctype", "<?xml", "<table")):
        fix = message("open it in a spreadsheet program and save it as .xlsx or .csv")
        raise ReportError(Problem(name, "a web page, whatever its name says", fix))
    rows: list[list[str]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)):
            cells += len(row)
            if cells > MOST_CELLS:
                break
            rows.append([cell.strip() for cell in row])
    except csv.Error as error:
        found = message("no sound CSV: {error}", error=str(error))
        fix = message("save the file as CSV once more")
        raise ReportError(Problem(Grid(name, ()).place(len(rows)), found, fix)) from None
    if cells > MOST_CELLS:
        fix = message("give at most {most} cells, or pass a data frame", most=MOST_CELLS)
        raise ReportError(Problem(name, "too many cells", fix))
    return Grid(name, rows)


def _decoded(data: bytes, name: str) -> str:
    utf_16 = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    chinese = ("big5hkscs", "gb18030") if _is_big5(data) else ("gb18030",)
    for encoding in ("utf-16",) if utf_16 else ("utf-8-sig", *chinese):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    fix = "give a CSV file in UTF-8 or GB 18030, or an .xlsx, .xls or .ods workbook"
    raise ReportError(Problem(name, "neither text nor a workbook", fix))


def _is_big5(data: bytes) -> bool:
    """Tell whether bytes that are no UTF-8 are Big5: more of its common characters than of GB's.

    Both encodings have two bytes a character, common ones before rare ones: in Big5 from A4 to C6,
    in GB 2312 from B0 to D7 with a second byte from A1.
    """
    pairs = _PAIRS.findall(data[:_LARGEST_SAMPLE])
    big5 = sum(0xA4 <= one[0] <= 0xC6 for one in pairs)  # noqa: PLR2004 - see above
    gb = sum(0xB0 <= one[0] <= 0xD7 and one[1] >= 0xA1 for one in pairs)  # noqa: PLR2004 - see above
    return big5 > gb and any(one[1] < 0x80 for one in pairs)  # noqa: PLR2004 - no GB 2312


def _delimiter(text: str) -> str:
    """Return the delimiter that the first lines hold most of; a comma where they hold none."""
    sample = "\n".join(text.split("\n", _SAMPLE_LINES)[:_SAMPLE_LINES])
    return max(_DELIMITERS, key=sample.count)

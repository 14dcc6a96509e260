"""Workbooks become grids: bounded in size, hidden sheets left out, nothing executed.

What a workbook would unpack to is found out before anything unpacks it: a few bytes can hold
gigabytes of zeros, or two cells a billion apart. Of a zipped one every part is read once through
Python with a bound, and each sheet's cells are looked through for their addresses. On the way
formulas without a stored result are noted: later they would look like empty cells. An old one
(.xls) is a small file system of sectors (Microsoft, [MS-CFB], read by olefile) with a stream of
records ([MS-XLS]); each cell record begins with its row and column.
"""

from __future__ import annotations

import io
import lzma
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias
from xml.parsers import expat

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.messages import Message, message
from coverage_campaign.workbooks.grid import MOST_CELLS, Cell, Grid, Unreadable, UsedRange

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

__all__ = ["grids_of_workbook", "is_workbook"]

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_DAMAGED = "open it in a spreadsheet program and save it as .xlsx"
_WithoutValue: TypeAlias = Mapping[tuple[int, int], Message]
"""Why a cell (row, column, counted from 0) of a sheet has no value."""

_MOST_BYTES = 256 * 2**20
_MOST_PARTS = 5_000
_LONGEST_NUMBER = 12
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
# What Python's zip reader raises where bytes are not what they should be.
_NO_SOUND_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
_COPY_OUT = "copy the table into a new workbook and save it as .xlsx"
_STREAMS = ("Workbook", "Book")
_BEGIN, _PASSWORD = 0x0809, 0x002F
# BLANK, NUMBER, LABEL, BOOLERR, FORMULA, RK, LABELSST, RSTRING, MULRK, MULBLANK of BIFF 5 and 8.
_CELLS = frozenset({0x0201, 0x0203, 0x0204, 0x0205, 0x0006, 0x0206, 0x0406, 0x027E, 0x00FD})
_CELLS |= {0x00D6, 0x00BD, 0x00BE}
_SEVERAL = frozenset({0x00BD, 0x00BE})
_NO_SOUND_OLE = (OSError, ValueError, IndexError, KeyError, TypeError, struct.error, OverflowError)
"""What olefile raises where bytes are not what they should be."""


def is_workbook(data: bytes) -> bool:
    """Tell whether bytes begin as a workbook does, whatever the file's name says."""
    return data.startswith((_ZIP, _OLE))


def grids_of_workbook(data: bytes, name: str, *, sheet: str = "") -> tuple[Grid, ...]:
    """Return the grids of a workbook's sheets, or of the one that is named.

    A hidden sheet that is not named is not read: its grid is empty, and `hidden`.

    A cell with a formula and no stored result, or with an error, is `Unreadable`. Raises
    `ReportError` for what is damaged, encrypted, no workbook, or larger than reports can be.
    """
    try:
        from python_calamine import (  # only workbooks need it
            CalamineWorkbook,
            SheetTypeEnum,
            SheetVisibleEnum,
        )
    except ImportError:
        fix = message("pip install 'coverage-campaign[excel]', or save the file as CSV")
        raise ReportError(Problem(name, "workbooks need python-calamine", fix)) from None
    marks: Mapping[str, _WithoutValue] = {}
    if data.startswith(_ZIP):
        marks = _inspected(data, name)
    else:
        _inspect_compound(data, name)
    with _damage_refused(name):
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    if sheet and sheet not in workbook.sheet_names:
        fix = message("choose one of {sheets}", sheets=workbook.sheet_names)
        raise ReportError(Problem(name, message("no sheet {sheet!r}", sheet=sheet), fix))
    return tuple(
        Grid(name, (), one.name, hidden=True)
        if one.visible != SheetVisibleEnum.Visible and not sheet
        else _grid(workbook, one.name, name, marks.get(one.name))
        for one in workbook.sheets_metadata
        if one.typ == SheetTypeEnum.WorkSheet and sheet in {"", one.name}
    )


def _grid(workbook: CalamineWorkbook, sheet: str, name: str, marks: _WithoutValue | None) -> Grid:
    place = Grid(name, (), sheet).name
    with _damage_refused(place):
        read: CalamineSheet = workbook.get_sheet_by_name(sheet)
        if read.total_height * read.total_width > MOST_CELLS:
            found = message(
                "{rows} rows and {columns} columns",
                rows=read.total_height,
                columns=read.total_width,
            )
            fix = "delete the cells far below or right of the table, and save"
            raise ReportError(Problem(place, found, fix))
        rows: list[list[Cell]] = [list(row) for row in read.to_python(skip_empty_area=False)]
        merged = tuple(read.merged_cell_ranges or ())
    for (row, column), why in (marks or {}).items():
        if row < len(rows) and column < len(rows[row]) and rows[row][column] == "":
            rows[row][column] = Unreadable(why)
    return Grid(name, rows, sheet, merged)


@contextmanager
def _damage_refused(place: str | Message) -> Iterator[None]:
    """Turn what calamine raises into a `ReportError`; its panics are of no type one can import."""
    try:
        yield
    except BaseException as error:
        if type(error).__module__ not in {"python_calamine", "pyo3_runtime"}:
            raise
        raise ReportError(
            Problem(place, message("no sound workbook: {error}", error=str(error)), _DAMAGED)
        ) from None


# -- what a zipped workbook would unpack to --------------------------------------------------------


def _inspected(data: bytes, name: str) -> dict[str, _WithoutValue]:
    """Return the cells without a value by sheet name; a `ReportError` for what must not be opened.

    Refused are parts that unpack to more than 256 MB, sheets that span more than 5 million cells,
    entities, and parts that are not what their headers say.
    """
    try:
        parts = _unpacked(data, name)
        if "xl/workbook.xml" in parts:
            return _of_xlsx(parts, name)
        if "content.xml" in parts:
            _check_ods(parts["content.xml"], name)
            return {}
        if "xl/workbook.bin" in parts:
            raise ReportError(Problem(name, "a binary workbook (.xlsb)", _COPY_OUT))
    except _NO_SOUND_ZIP as error:
        raise ReportError(
            Problem(name, message("a damaged workbook: {error}", error=str(error)), _COPY_OUT)
        ) from None
    except expat.ExpatError as error:
        raise ReportError(
            Problem(name, message("damaged XML in it: {error}", error=str(error)), _COPY_OUT)
        ) from None
    raise ReportError(Problem(name, "a zip file, but no workbook in it", _COPY_OUT))


def _unpacked(data: bytes, name: str) -> dict[str, bytes]:
    """Return the XML parts; each part is read to its end, so that a false size shows."""
    parts: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        entries = package.infolist()
        if len(entries) > _MOST_PARTS or sum(entry.file_size for entry in entries) > _MOST_BYTES:
            found = message("it unpacks to more than {most} bytes", most=_MOST_BYTES)
            raise ReportError(Problem(name, found, _COPY_OUT))
        for entry in entries:
            part = package.read(entry)
            if entry.filename.endswith((".xml", ".rels", ".bin")):
                parts[entry.filename] = part
    return parts


def _parse(
    part: bytes,
    start: Callable[[str, dict[str, str]], object],
    end: Callable[[str], object] | None = None,
    text: Callable[[str], object] | None = None,
) -> None:
    """Call functions with the elements and texts of a part; entities are refused."""

    def refuse(*_: object) -> None:
        raise expat.ExpatError("entities are not read")

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = refuse
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.Parse(part, True)  # noqa: FBT003 - expat takes it by position


# -- .xlsx -----------------------------------------------------------------------------------------


def _of_xlsx(parts: Mapping[str, bytes], name: str) -> dict[str, _WithoutValue]:
    targets = {
        found["Id"]: posixpath.normpath(posixpath.join("xl", found["Target"].lstrip("/")))
        if not found["Target"].startswith("/")
        else found["Target"].lstrip("/")
        for found in _elements(parts.get("xl/_rels/workbook.xml.rels", b"<r/>"), "Relationship")
    }
    sheets: dict[str, _WithoutValue] = {}
    for found in _elements(parts["xl/workbook.xml"], "sheet"):
        relation = next((value for key, value in found.items() if key.endswith(":id")), "")
        part = parts.get(targets.get(relation, ""))
        if part is not None:
            sheets[found["name"]] = _cells_without_value(part, Grid(name, (), found["name"]).name)
    return sheets


def _elements(part: bytes, element: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == element:
            found.append(attributes)

    _parse(part, start)
    return found


def _position(address: str) -> tuple[int, int] | None:
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1


class _SheetReader:
    """Looks through a sheet's XML: how far its cells reach, and which have no value."""

    def __init__(self, place: str | Message) -> None:
        self.without_value: dict[tuple[int, int], Message] = {}
        self._reach = UsedRange(place)
        self._at = (-1, -1)
        self._type = self._value = ""
        self._formula = self._in_value = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "row":
            row = attributes.get("r", "")
            self._at = (_number(row) - 1 if row else self._at[0] + 1, -1)
        elif tag == "c":
            following = (self._at[0], self._at[1] + 1)  # a cell may leave out its address
            self._at = _position(attributes.get("r", "")) or following
            self._reach.to(*self._at)
            self._type, self._formula, self._value = attributes.get("t", ""), False, ""
        elif tag == "f":
            self._formula = True
        elif tag in {"v", "is"}:
            self._in_value = True

    def text(self, text: str) -> None:
        if self._in_value:
            self._value += text

    def end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag in {"v", "is"}:
            self._in_value = False
        elif tag == "c" and self._type == "e":
            self.without_value[self._at] = message(
                "the error {code:raw}", code=self._value or "#N/A"
            )
        elif tag == "c" and self._formula and not self._value and self._type != "str":
            self.without_value[self._at] = message("a formula without a stored result")


def _cells_without_value(part: bytes, place: str | Message) -> _WithoutValue:
    reader = _SheetReader(place)
    _parse(part, reader.start, reader.end, reader.text)
    return reader.without_value


# -- .ods ------------------------------------------------------------------------------------------


class _ContentReader:
    """Looks through the content of an .ods file: how far the cells with a value reach."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._reach = UsedRange(name)
        self._row = self._column = 0
        self._rows = 1

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:table":
            self._reach, self._row = UsedRange(self._name), 0
        elif tag == "table:table-row":
            self._rows = _number(attributes.get("table:number-rows-repeated", "1"))
            self._column = 0
        elif tag in {"table:table-cell", "table:covered-table-cell"}:
            self._column += _number(attributes.get("table:number-columns-repeated", "1"))
            if "office:value-type" in attributes:
                self._reach.to(self._row + self._rows - 1, self._column - 1)

    def end(self, tag: str) -> None:
        if tag == "table:table-row":
            self._row += self._rows


def _check_ods(part: bytes, name: str) -> None:
    """Refuse cells with a value that are far away, or repeated too often to be meant."""
    reader = _ContentReader(name)
    _parse(part, reader.start, reader.end)


def _number(text: str) -> int:
    """Return a repeat or a row's number; what is none is 1, what is longer is far too much."""
    return int(text[:_LONGEST_NUMBER]) if text.isascii() and text.isdecimal() else 1


# -- .xls ------------------------------------------------------------------------------------------


def _inspect_compound(data: bytes, name: str) -> None:
    """Raise `ReportError` for an .xls that is damaged, encrypted, or spans too many cells."""
    try:
        import olefile  # only old workbooks need it
    except ImportError:
        fix = "pip install 'coverage-campaign[excel]', or save the file as .xlsx"
        raise ReportError(Problem(name, "old workbooks need olefile", fix)) from None
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as package:
            encrypted = package.exists("EncryptedPackage")
            found = next((one for one in _STREAMS if package.exists(one)), None)
            stream = package.openstream(found).read() if found else b""
    except _NO_SOUND_OLE:
        raise ReportError(Problem(name, "a damaged workbook", _DAMAGED)) from None
    if encrypted:
        raise ReportError(Problem(name, "an encrypted workbook", "save it without a password"))
    if found is None:
        raise ReportError(Problem(name, "no workbook in it", _DAMAGED))
    _look_through(stream, name)


def _look_through(stream: bytes, name: str) -> None:
    reach = UsedRange(name)
    for kind, record in _records(stream):
        if kind == _PASSWORD:
            raise ReportError(Problem(name, "an encrypted workbook", "save it without a password"))
        if kind == _BEGIN:
            reach = UsedRange(name)
        elif kind in _CELLS and len(record) >= 4:  # noqa: PLR2004 - a row and a column
            row, column = struct.unpack_from("<HH", record)
            reach.to(row, column)
            if kind in _SEVERAL:
                reach.to(row, struct.unpack_from("<H", record, len(record) - 2)[0])


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length

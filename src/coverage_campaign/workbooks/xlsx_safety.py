"""What a zipped workbook would unpack to, found out before anything unpacks it.

A few bytes can hold gigabytes of zeros, or two cells a billion apart. So every part is read once
through Python with a bound, and each sheet's cells are looked through for their addresses. On the
way formulas without a stored result are noted: later they would look like empty cells.
"""

from __future__ import annotations

import io
import lzma
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import TypeAlias
from xml.parsers import expat

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.workbooks.grid import Reach

__all__ = ["Sheets", "inspected"]

Sheets: TypeAlias = Mapping[tuple[int, int], str]
"""Why a cell (row, column, counted from 0) of a sheet has no value."""

_MOST_BYTES = 256 * 2**20
_MOST_PARTS = 5_000
_LONGEST_NUMBER = 12
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
# What Python's zip reader raises where bytes are not what they should be.
_DAMAGED = (
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
_WAY_OUT = "copy the table into a new workbook and save it as .xlsx"


def inspected(data: bytes, name: str) -> dict[str, Sheets]:
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
            raise ReportError(Problem(name, "a binary workbook (.xlsb)", _WAY_OUT))
    except _DAMAGED as error:
        raise ReportError(Problem(name, f"a damaged workbook: {error}", _WAY_OUT)) from None
    except expat.ExpatError as error:
        raise ReportError(Problem(name, f"damaged XML in it: {error}", _WAY_OUT)) from None
    raise ReportError(Problem(name, "a zip file, but no workbook in it", _WAY_OUT))


def _unpacked(data: bytes, name: str) -> dict[str, bytes]:
    """Return the XML parts; each part is read to its end, so that a false size shows."""
    parts: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        entries = package.infolist()
        if len(entries) > _MOST_PARTS or sum(entry.file_size for entry in entries) > _MOST_BYTES:
            found = f"it unpacks to more than {_MOST_BYTES:,} bytes"
            raise ReportError(Problem(name, found, _WAY_OUT))
        for entry in entries:
            part = package.read(entry)
            if entry.filename.endswith((".xml", ".rels", ".bin")):
                parts[entry.filename] = part
    return parts


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise expat.ExpatError("entities are not read")

    parser.EntityDeclHandler = refuse
    return parser


# -- .xlsx -----------------------------------------------------------------------------------------


def _of_xlsx(parts: Mapping[str, bytes], name: str) -> dict[str, Sheets]:
    targets = {
        found["Id"]: posixpath.normpath(posixpath.join("xl", found["Target"].lstrip("/")))
        if not found["Target"].startswith("/")
        else found["Target"].lstrip("/")
        for found in _elements(parts.get("xl/_rels/workbook.xml.rels", b"<r/>"), "Relationship")
    }
    sheets: dict[str, Sheets] = {}
    for found in _elements(parts["xl/workbook.xml"], "sheet"):
        relation = next((value for key, value in found.items() if key.endswith(":id")), "")
        part = parts.get(targets.get(relation, ""))
        if part is not None:
            sheets[found["name"]] = _cells_without_value(part, f"{name}, sheet {found['name']!r}")
    return sheets


def _elements(part: bytes, element: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    parser = _parser()

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == element:
            found.append(attributes)

    parser.StartElementHandler = start
    parser.Parse(part, True)  # noqa: FBT003 - expat takes it by position
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

    def __init__(self, place: str) -> None:
        self.without_value: dict[tuple[int, int], str] = {}
        self._reach = Reach(place)
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
            self.without_value[self._at] = f"the error {self._value or '#N/A'}"
        elif tag == "c" and self._formula and not self._value and self._type != "str":
            self.without_value[self._at] = "a formula without a stored result"


def _cells_without_value(part: bytes, place: str) -> Sheets:
    reader = _SheetReader(place)
    parser = _parser()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.Parse(part, True)  # noqa: FBT003 - expat takes it by position
    return reader.without_value


# -- .ods ------------------------------------------------------------------------------------------


class _ContentReader:
    """Looks through the content of an .ods file: how far the cells with a value reach."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._reach = Reach(name)
        self._row = self._column = 0
        self._rows = 1

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:table":
            self._reach, self._row = Reach(self._name), 0
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
    parser = _parser()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.Parse(part, True)  # noqa: FBT003 - expat takes it by position


def _number(text: str) -> int:
    """Return a repeat or a row's number; what is none is 1, what is longer is far too much."""
    return int(text[:_LONGEST_NUMBER]) if text.isascii() and text.isdecimal() else 1

"""What a zipped workbook would unpack to, found out before anything unpacks it.

A few bytes can hold gigabytes of zeros, or two cells a billion apart. So every part is read once
through Python with a bound, and each sheet's cells are looked through for their addresses. On the
way formulas without a stored result are noted: later they would look like empty cells.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import TypeAlias
from xml.parsers import expat

from coverage_campaign.errors import Problem, ReportError

__all__ = ["Sheets", "inspected"]

Sheets: TypeAlias = Mapping[tuple[int, int], str]
"""Why a cell (row, column, counted from 0) of a sheet has no value."""

_MOST_BYTES = 256 * 2**20
_MOST_PARTS = 5_000
_MOST_CELLS = 5_000_000
_MOST_REPEATS = 20_000
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
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
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
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
        self._place = place
        self._rows = self._columns = 0
        self._at: tuple[int, int] | None = None
        self._type = ""
        self._formula = self._in_value = False
        self._value = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "c":
            self._at = _position(attributes.get("r", ""))
            self._type, self._formula, self._value = attributes.get("t", ""), False, ""
            self._reach()
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
        elif tag == "c" and self._at is not None:
            if self._type == "e":
                self.without_value[self._at] = f"the error {self._value or '#N/A'}"
            elif self._formula and not self._value and self._type != "str":
                self.without_value[self._at] = "a formula without a stored result"

    def _reach(self) -> None:
        if self._at is None:
            return
        self._rows = max(self._rows, self._at[0] + 1)
        self._columns = max(self._columns, self._at[1] + 1)
        if self._rows * self._columns > _MOST_CELLS:
            found = f"cells over {self._rows:,} rows and {self._columns:,} columns"
            way_out = "delete the cells far below or right of the table, and save"
            raise ReportError(Problem(self._place, found, way_out))


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


def _check_ods(part: bytes, name: str) -> None:
    """Refuse cells with a value that are repeated so often that they cannot be meant."""
    parser = _parser()
    repeats = {"rows": 1, "cells": 0}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:table-row":
            repeats["rows"] = _number(attributes.get("table:number-rows-repeated"))
        elif tag == "table:table-cell" and "office:value-type" in attributes:
            across = _number(attributes.get("table:number-columns-repeated"))
            times = repeats["rows"] * across
            repeats["cells"] += times
            if times > _MOST_REPEATS or repeats["cells"] > _MOST_CELLS:
                raise ReportError(Problem(name, f"a cell repeated {times:,} times", _WAY_OUT))

    parser.StartElementHandler = start
    parser.Parse(part, True)  # noqa: FBT003 - expat takes it by position


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 1  # noqa: PLR2004 - digits

"""What an old workbook (.xls) would unpack to, found out before anything unpacks it.

Such a file is a small file system of sectors (Microsoft, [MS-CFB], read by olefile) with a stream
of records ([MS-XLS]); each cell record begins with its row and column. One cell far away would make
a grid of millions of empty ones, so the records are looked through first.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.workbooks.grid import Reach

__all__ = ["inspect_compound"]

_STREAMS = ("Workbook", "Book")
_BEGIN, _PASSWORD = 0x0809, 0x002F
# BLANK, NUMBER, LABEL, BOOLERR, FORMULA, RK, LABELSST, RSTRING, MULRK, MULBLANK of BIFF 5 and 8.
_CELLS = frozenset({0x0201, 0x0203, 0x0204, 0x0205, 0x0006, 0x0206, 0x0406, 0x027E, 0x00FD})
_CELLS |= {0x00D6, 0x00BD, 0x00BE}
_SEVERAL = frozenset({0x00BD, 0x00BE})
_DAMAGED = (OSError, ValueError, IndexError, KeyError, TypeError, struct.error, OverflowError)
"""What olefile raises where bytes are not what they should be."""
_WAY_OUT = "open it in a spreadsheet program and save it as .xlsx"


def inspect_compound(data: bytes, name: str) -> None:
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
    except _DAMAGED:
        raise ReportError(Problem(name, "a damaged workbook", _WAY_OUT)) from None
    if encrypted:
        raise ReportError(Problem(name, "an encrypted workbook", "save it without a password"))
    if found is None:
        raise ReportError(Problem(name, "no workbook in it", _WAY_OUT))
    _look_through(stream, name)


def _look_through(stream: bytes, name: str) -> None:
    reach = Reach(name)
    for kind, record in _records(stream):
        if kind == _PASSWORD:
            raise ReportError(Problem(name, "an encrypted workbook", "save it without a password"))
        if kind == _BEGIN:
            reach = Reach(name)
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

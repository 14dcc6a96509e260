"""What an old workbook (.xls) would unpack to, found out before anything unpacks it.

Such a file is a small file system of sectors (Microsoft, [MS-CFB]) with a stream of records
([MS-XLS]); each cell record begins with its row and column. One cell far away would make a grid of
millions of empty ones, so the records are looked through first.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.workbooks.limits import Reach

__all__ = ["inspect_compound"]

_END = 0xFFFFFFFA
"""Sector numbers from here on are marks, such as the end of a chain."""
_ENTRY = 128
_ENTRY_OF_ROOT, _ENTRY_OF_STREAM = 5, 2
_STREAMS = ("Workbook", "Book")
_BEGIN, _PASSWORD = 0x0809, 0x002F
# BLANK, NUMBER, LABEL, BOOLERR, FORMULA, RK, LABELSST, RSTRING, MULRK, MULBLANK of BIFF 5 and 8.
_CELLS = frozenset({0x0201, 0x0203, 0x0204, 0x0205, 0x0006, 0x0206, 0x0406, 0x027E, 0x00FD})
_CELLS |= {0x00D6, 0x00BD, 0x00BE}
_SEVERAL = frozenset({0x00BD, 0x00BE})
_WAY_OUT = "open it in a spreadsheet program and save it as .xlsx"


def inspect_compound(data: bytes, name: str) -> None:
    """Raise `ReportError` for an .xls that is damaged, encrypted, or spans too many cells."""
    try:
        streams = dict(_streams(data))
    except (struct.error, IndexError, OverflowError):
        raise ReportError(Problem(name, "a damaged workbook", _WAY_OUT)) from None
    if "EncryptedPackage" in streams:
        raise ReportError(Problem(name, "an encrypted workbook", "save it without a password"))
    stream = next((streams[one] for one in _STREAMS if one in streams), None)
    if stream is None:
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


# -- the file system -------------------------------------------------------------------------------


def _streams(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each stream that can be a workbook."""
    shift, mini_shift = struct.unpack_from("<HH", data, 30)
    first_directory, cutoff, first_mini = struct.unpack_from("<L4xLL", data, 48)
    if shift not in {9, 12} or mini_shift != 6:  # noqa: PLR2004 - sectors of 512, 4,096, 64 bytes
        raise IndexError
    table = _sector_table(data, shift)
    directory = _chain(data, table, first_directory, shift, skipped=1)
    entries = [directory[at : at + _ENTRY] for at in range(0, len(directory), _ENTRY)]
    mini, mini_table = b"", []
    for entry in entries:
        start, size = struct.unpack_from("<LL", entry, 116)
        if entry[66] == _ENTRY_OF_ROOT:
            mini = _chain(data, table, start, shift, skipped=1)
            numbers = _chain(data, table, first_mini, shift, skipped=1)
            mini_table = list(struct.unpack(f"<{len(numbers) // 4}L", numbers))
        elif entry[66] == _ENTRY_OF_STREAM:
            length = struct.unpack_from("<H", entry, 64)[0]
            name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            small = size < cutoff
            content = (
                _chain(mini, mini_table, start, mini_shift, skipped=0)
                if small
                else _chain(data, table, start, shift, skipped=1)
            )
            yield name, content[:size]


def _sector_table(data: bytes, shift: int) -> list[int]:
    """Return, for each sector, the one that follows it in its stream."""
    listed = list(struct.unpack_from("<109L", data, 76))
    following, count = struct.unpack_from("<LL", data, 68)
    size = 1 << shift
    for _ in range(min(count, len(data) // size + 1)):
        if following >= _END:
            break
        start = (following + 1) << shift
        numbers = struct.unpack_from(f"<{size // 4}L", data, start)
        listed += numbers[:-1]
        following = numbers[-1]
    table: list[int] = []
    for sector in listed:
        if sector < _END:
            start = (sector + 1) << shift
            part = data[start : start + size]
            table += struct.unpack(f"<{len(part) // 4}L", part[: len(part) // 4 * 4])
    return table


def _chain(data: bytes, table: list[int], first: int, shift: int, *, skipped: int) -> bytes:
    """Return the content of a chain of sectors; a chain that runs in a circle is damaged.

    `skipped` sectors stand before the first: the header's own, in the file.
    """
    parts: list[bytes] = []
    sector = first
    while sector < _END:
        if len(parts) > len(table):
            raise IndexError
        start = (sector + skipped) << shift
        parts.append(data[start : start + (1 << shift)])
        sector = table[sector]
    return b"".join(parts)

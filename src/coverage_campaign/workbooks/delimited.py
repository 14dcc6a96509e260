"""CSV files as offices save them: their encoding and their delimiter are found, not guessed at."""

from __future__ import annotations

import csv
import io
import re

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.messages import message
from coverage_campaign.workbooks.grid import MOST_CELLS, Grid

__all__ = ["grid_of_text"]

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
        raise ReportError(Problem(f"{name}, row {len(rows) + 1}", found, fix)) from None
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

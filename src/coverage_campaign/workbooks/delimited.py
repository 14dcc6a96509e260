"""CSV files as offices save them: their encoding and their delimiter are found, not guessed at."""

from __future__ import annotations

import csv
import io

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.workbooks.grid import Grid
from coverage_campaign.workbooks.limits import MOST_CELLS

__all__ = ["grid_of_text"]

_DELIMITERS = (",", "\t", ";")
_SAMPLE_LINES = 50


def grid_of_text(data: bytes, name: str) -> Grid:
    r"""Return the grid of a CSV file in UTF-8, UTF-16 or GB 18030; every cell is text.

    Raises `ReportError` where the bytes are no text, or are a web page.

    >>> grid_of_text("单位,人数\n珠晖区,12\n".encode("gb18030"), "july.csv").cells
    (('单位', '人数'), ('珠晖区', '12'))
    """
    text = _decoded(data, name)
    if text.lstrip()[:200].lower().startswith(("<html", "<!doctype", "<?xml", "<table")):
        fix = "open it in a spreadsheet program and save it as .xlsx or .csv"
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
        fix = "save the file as CSV once more"
        raise ReportError(Problem(f"{name}, row {len(rows) + 1}", str(error), fix)) from None
    if cells > MOST_CELLS:
        fix = f"give at most {MOST_CELLS:,} cells, or pass a data frame"
        raise ReportError(Problem(name, "too many cells", fix))
    return Grid(name, rows)


def _decoded(data: bytes, name: str) -> str:
    utf_16 = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    for encoding in ("utf-16",) if utf_16 else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    fix = "give a CSV file in UTF-8 or GB 18030, or an .xlsx, .xls or .ods workbook"
    raise ReportError(Problem(name, "neither text nor a workbook", fix))


def _delimiter(text: str) -> str:
    """Return the delimiter that the first lines hold most of; a comma where they hold none."""
    sample = "\n".join(text.split("\n", _SAMPLE_LINES)[:_SAMPLE_LINES])
    return max(_DELIMITERS, key=sample.count)

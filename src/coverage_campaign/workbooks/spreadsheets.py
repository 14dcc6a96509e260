"""Workbooks become grids: bounded in size, hidden sheets left out, nothing executed."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.workbooks.grid import MOST_CELLS, Cell, Grid, Unreadable
from coverage_campaign.workbooks.xls_safety import inspect_compound
from coverage_campaign.workbooks.xlsx_safety import Sheets, inspected

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

__all__ = ["grids_of_workbook", "is_workbook"]

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_DAMAGED = "open it in a spreadsheet program and save it as .xlsx"


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
        fix = "pip install 'coverage-campaign[excel]', or save the file as CSV"
        raise ReportError(Problem(name, "workbooks need python-calamine", fix)) from None
    marks: Mapping[str, Sheets] = {}
    if data.startswith(_ZIP):
        marks = inspected(data, name)
    else:
        inspect_compound(data, name)
    with _damage_refused(name):
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    if sheet and sheet not in workbook.sheet_names:
        fix = f"choose one of {', '.join(workbook.sheet_names)}"
        raise ReportError(Problem(name, f"no sheet {sheet!r}", fix))
    return tuple(
        Grid(name, (), one.name, hidden=True)
        if one.visible != SheetVisibleEnum.Visible and not sheet
        else _grid(workbook, one.name, name, marks.get(one.name))
        for one in workbook.sheets_metadata
        if one.typ == SheetTypeEnum.WorkSheet and sheet in {"", one.name}
    )


def _grid(workbook: CalamineWorkbook, sheet: str, name: str, marks: Sheets | None) -> Grid:
    place = f"{name}, sheet {sheet!r}"
    with _damage_refused(place):
        read: CalamineSheet = workbook.get_sheet_by_name(sheet)
        if read.total_height * read.total_width > MOST_CELLS:
            found = f"{read.total_height:,} rows and {read.total_width:,} columns"
            fix = "delete the cells far below or right of the table, and save"
            raise ReportError(Problem(place, found, fix))
        rows: list[list[Cell]] = [list(row) for row in read.to_python(skip_empty_area=False)]
        merged = tuple(read.merged_cell_ranges or ())
    for (row, column), why in (marks or {}).items():
        if row < len(rows) and column < len(rows[row]) and rows[row][column] == "":
            rows[row][column] = Unreadable(why)
    return Grid(name, rows, sheet, merged)


@contextmanager
def _damage_refused(place: str) -> Iterator[None]:
    """Turn what calamine raises into a `ReportError`; its panics are of no type one can import."""
    try:
        yield
    except BaseException as error:
        if type(error).__module__ not in {"python_calamine", "pyo3_runtime"}:
            raise
        raise ReportError(Problem(place, f"no sound workbook: {error}", _DAMAGED)) from None

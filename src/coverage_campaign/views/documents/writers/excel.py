"""A document as a workbook: a sheet for each table, texts below it; A4 landscape."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from coverage_campaign.views.documents.paper import ISSUED, PAGE, TEXT, column_widths, plain, wide

if TYPE_CHECKING:
    from coverage_campaign.views.documents.paper import Cell, Column, Paper, Section, Table

__all__ = ["sheet_names", "workbook_bytes"]

_MOST: Final = 31
_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))


def sheet_names(wanted: Sequence[str]) -> list[str]:
    """Return a name for each sheet: allowed, at most 31 letters as Excel counts them, none twice.

    >>> sheet_names(["Annex 1: counties", "a/b", "A/B", ""])
    ['Annex 1_ counties', 'a_b', 'A_B 2', 'Sheet']
    """
    names: list[str] = []
    taken: set[str] = set()
    for text in wanted:
        allowed = plain(text).translate(_FORBIDDEN).strip("' ")
        name = _cut(allowed, _MOST).strip("' ") or "Sheet"
        number, tried = 1, name
        # "History" is a name that Excel keeps for itself.
        while tried.casefold() in taken or tried.casefold() == "history":
            number += 1
            tried = f"{_cut(name, _MOST - 4)} {number}"
        taken.add(tried.casefold())
        names.append(tried)
    return names


def _cut(text: str, most: int) -> str:
    """Return the beginning of a text that is no longer than `most` units of UTF-16.

    >>> _cut("county", 4), _cut("𠀀𠀁", 3)
    ('coun', '𠀀')
    """
    units = 0
    for place, letter in enumerate(text):
        units += 2 if letter > "\uffff" else 1
        if units > most:
            return text[:place]
    return text


_Formats: TypeAlias = dict[str, Any]  # xlsxwriter has no types
_HEAD: Final = 2
_FIRST: Final = 3
_BODY_POINTS: Final = 15.0
_TITLE_POINTS: Final = 20.0
_TEXT_POINTS: Final = 12.0
# The points that a column of width 1 takes.
_COLUMN_POINTS: Final = 5.25
_MOST_LINES: Final = 26
# So many rows are still printed in letters of 8 points on one page across.
_ONE_PAGE: Final = 45
_TEXT_WIDTH: Final = 64.0
# What a spreadsheet takes.
_MOST_BREAKS: Final = 1_000
# With fewer columns the mark of simulated data has no cell of its own.
_ROOMY: Final = 4
# What a spreadsheet takes for a cell's longest text.
_MOST_LETTERS: Final = 32_000


@attrs.frozen
class _PrintedSheet:
    """A sheet that is being written: its formats and what stands on it."""

    sheet: Any
    formats: _Formats
    document: Paper


def workbook_bytes(document: Paper) -> bytes:
    """Return the workbook as a file holds it; two runs give the same bytes."""
    stream = io.BytesIO()
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    parts = [part for part in document.sections if part.table is not None]
    texts = [part for part in document.sections if part.table is None and part.own_page]
    titles = [part.heading or document.title for part in parts]
    with xlsxwriter.Workbook(stream, options) as book:
        # Without a fixed day two runs would differ.
        book.set_properties({"title": document.title[:250], "created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001 - a fixed stamp
        formats = {name: book.add_format(one) for name, one in _styles().items()}
        names = sheet_names([*titles, *([document.word(TEXT)] if texts else [])])
        for number, (part, name) in enumerate(zip(parts, names, strict=False)):
            sheet = _PrintedSheet(book.add_worksheet(name), formats, document)
            _table_sheet(sheet, part, first=number == 0)
        if texts:
            _text_sheet(_PrintedSheet(book.add_worksheet(names[-1]), formats, document), texts)
    return stream.getvalue()


def _styles() -> dict[str, dict[str, object]]:
    """Return the formats by name; the fonts are names that the reader's machine supplies."""
    song, fang, hei = "方正小标宋简体", "仿宋", "黑体"
    line: dict[str, object] = {"border": 1, "border_color": "#B8C2CC"}
    body: dict[str, object] = {"font_name": fang, "font_size": 12, "valign": "vcenter", **line}
    right = {**body, "align": "right"}
    kinds: dict[str, dict[str, object]] = {
        "text": {**body, "text_wrap": True},
        "rank": {**body, "align": "center", "num_format": "0"},
        "count": {**right, "num_format": "#,##0"},
        # As a sentence prints it: 100 % only if all is done, and no sign before 0.0.
        "rate": {**right, "num_format": '[<0.9995]0.0%;[<1]"99.9%";0.0%'},
        "points": {**right, "num_format": "[>=0.05]+0.0;[<=-0.05]-0.0;0.0"},
        "move": {**right, "num_format": "+#,##0;-#,##0;0"},
        "real": {**right, "num_format": "#,##0.0"},
        "score": {**right, "num_format": "#,##0.##"},
    }
    note: dict[str, object] = {"font_name": fang, "font_size": 11, "text_wrap": True}
    return {
        **kinds,
        **{f"total_{name}": {**one, "bold": True, "top": 2} for name, one in kinds.items()},
        "title": {
            "font_name": song,
            "font_size": _TITLE_POINTS,
            "align": "center",
            "valign": "vcenter",
            "text_wrap": True,
        },
        "meta": {"font_name": fang, "font_size": 12},
        "unit": {"font_name": fang, "font_size": 12, "align": "right"},
        "mark": {"font_name": hei, "font_size": 12, "font_color": "#8A5B00", "align": "center"},
        "head": {
            **body,
            "font_name": hei,
            "bg_color": "#ECEFF3",
            "align": "center",
            "text_wrap": True,
        },
        "heading": {"font_name": hei, "font_size": 12},
        "paragraph": {**note, "valign": "top"},
        "note": {**note, "font_size": 10, "font_color": "#55626F", "valign": "top"},
        "signed": {"font_name": fang, "font_size": 12, "align": "right"},
        "behind": {"font_color": "#931F14"},
        "ahead": {"font_color": "#1F5F94"},
    }


def _table_sheet(on: _PrintedSheet, section: Section, *, first: bool) -> None:
    table = section.table
    assert table is not None  # noqa: S101 - the caller chose the parts that have one
    title = section.sheet_title or (on.document.title if first else section.heading)
    _write_head(on, table, title)
    last = _write_rows(on, table)
    row = last + 2
    row = _write_texts(on, row, section.paragraphs, "paragraph", columns=table.columns)
    if first:
        for part in on.document.sections:
            if part.table is None and not part.own_page:
                row = _write_texts(on, row, (part.heading,), "heading", columns=table.columns)
                row = _write_texts(on, row, part.paragraphs, "paragraph", columns=table.columns)
        row = _write_texts(on, row, on.document.notes, "note", columns=table.columns)
        row = _write_texts(on, row, section.signed, "signed", columns=table.columns)
        row = _write_texts(on, row, (on.document.word(ISSUED),), "note", columns=table.columns)
    _set_page(on, last=last, rows=max(row - 1, last), columns=len(table.columns))


def _write_head(on: _PrintedSheet, table: Table, title: str) -> None:
    sheet, last = on.sheet, max(len(table.columns) - 1, 1)
    sheet.merge_range(0, 0, 0, last, "", on.formats["title"])
    sheet.write_string(0, 0, plain(title)[:_MOST_LETTERS], on.formats["title"])
    meta = "  ".join(map(plain, filter(None, (on.document.number, on.document.meta))))
    mark = on.document.mark
    roomy = last >= _ROOMY
    beside = meta if roomy or not mark else f"{meta}  {mark}".strip()
    sheet.write_string(1, 0, beside[:_MOST_LETTERS], on.formats["meta"])
    if mark and roomy:
        sheet.write_string(1, last // 2, mark, on.formats["mark"])
    if any(column.kind == "count" for column in table.columns):
        sheet.write_string(1, last, on.document.unit, on.formats["unit"])
    widths = column_widths(table)
    for place, column in enumerate(table.columns):
        sheet.write_string(_HEAD, place, plain(column.head), on.formats["head"])
        sheet.set_column(place, place, widths[place])
    sheet.set_row(0, 4 + 28 * _lines(title, _TITLE_POINTS, _width(table.columns)))
    heads = zip(table.columns, widths, strict=True)
    lines = max(2, *(_lines(column.head, _TEXT_POINTS, width) for column, width in heads))
    sheet.set_row(_HEAD, 4 + _BODY_POINTS * lines)


def _write_rows(on: _PrintedSheet, table: Table) -> int:
    """Write the cells and the total; return the row of the last one."""
    for place, row in enumerate(table.rows, start=_FIRST):
        for number, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            formula = _formula(column, table, place) if cell is not None else ""
            _write_cell(on, (place, number), cell, column, formula=formula)
        on.sheet.set_row(place, _row_height(table, row))
    end = _FIRST + len(table.rows) - 1
    if table.total is not None:
        for number, (column, cell) in enumerate(zip(table.columns, table.total, strict=True)):
            formula = _total_formula(table, number, end)
            _write_cell(on, (end + 1, number), cell, column, formula=formula, total=True)
        end += 1
    _set_colours(on, table, end)
    return end


def _formula(column: Column, table: Table, row: int) -> str:
    """Return what computes a cell of this row, or nothing."""
    places = {one.key: f"{xl_col_to_name(at)}{row + 1}" for at, one in enumerate(table.columns)}
    return column.formula.format_map(places) if column.formula else ""


def _total_formula(table: Table, number: int, end: int) -> str:
    """Return what computes a cell of the total: the sum, where it is one, or the row's own."""
    column, total = table.columns[number], table.total
    if total is None or total[number] is None:
        return ""
    if column.formula:
        return _formula(column, table, end + 1)
    cells = [row[number] for row in table.rows]
    added = sum(cell for cell in cells if isinstance(cell, (int, float)))
    if not column.summed or added != total[number]:
        return ""
    letter = xl_col_to_name(number)
    return f"=SUM({letter}{_FIRST + 1}:{letter}{end + 1})"


def _write_cell(
    on: _PrintedSheet,
    place: tuple[int, int],
    cell: Cell,
    column: Column,
    *,
    formula: str = "",
    total: bool = False,
) -> None:
    style = on.formats[f"total_{column.kind}" if total else column.kind]
    if cell is None:
        on.sheet.write_blank(*place, None, style)
    elif isinstance(cell, str):
        on.sheet.write_string(*place, plain(cell)[:_MOST_LETTERS], style)
    elif formula:
        on.sheet.write_formula(*place, formula, style, cell)
    else:
        on.sheet.write_number(*place, cell, style)


def _set_colours(on: _PrintedSheet, table: Table, end: int) -> None:
    for number, column in enumerate(table.columns):
        if column.bar:
            bar = {"type": "data_bar", "bar_solid": True, "bar_color": "#9CC3E4"}
            ends = {"min_type": "num", "max_type": "num", "min_value": 0, "max_value": 1}
            on.sheet.conditional_format(_FIRST, number, end, number, {**bar, **ends})
        if column.signed:
            for sign, name in (("<", "behind"), (">", "ahead")):
                rule = {"type": "cell", "criteria": sign, "value": 0, "format": on.formats[name]}
                on.sheet.conditional_format(_FIRST, number, end, number, rule)


def _row_height(table: Table, row: tuple[Cell, ...]) -> float:
    """Return the height of a row whose texts wrap: readers differ in whether they find it."""
    lines = [
        _lines(cell, _TEXT_POINTS, column.width)
        for column, cell in zip(table.columns, row, strict=True)
        if isinstance(cell, str)
    ]
    return 4 + _BODY_POINTS * max([1, *lines])


def _width(columns: tuple[Column, ...]) -> float:
    return sum(column.width for column in columns)


def _lines(text: str, size: float, width: float) -> int:
    """Return how many lines a text takes in a column of a width."""
    return min(max(math.ceil(wide(text) * size / (width * _COLUMN_POINTS)), 1), _MOST_LINES)


def _write_texts(
    on: _PrintedSheet, row: int, texts: tuple[str, ...], style: str, *, columns: tuple[Column, ...]
) -> int:
    """Write each text over the whole width and return the row after the last one."""
    width, last = _width(columns), max(len(columns) - 1, 1)
    for text in filter(None, texts):
        on.sheet.merge_range(row, 0, row, last, "", on.formats[style])
        on.sheet.write_string(row, 0, plain(text)[:_MOST_LETTERS], on.formats[style])
        on.sheet.set_row(row, 2 + _BODY_POINTS * _lines(text, _TEXT_POINTS, width))
        row += 1
    return row


def _text_sheet(on: _PrintedSheet, sections: list[Section]) -> None:
    on.sheet.set_column(0, 0, _TEXT_WIDTH)
    row = 0
    starts = []
    for part in sections:
        starts.append(row)
        for style, texts in (
            ("heading", (part.heading,)),
            ("paragraph", part.paragraphs),
            ("signed", part.signed),
        ):
            for text in filter(None, texts):
                on.sheet.write_string(row, 0, plain(text)[:_MOST_LETTERS], on.formats[style])
                on.sheet.set_row(row, 2 + _BODY_POINTS * _lines(text, _TEXT_POINTS, _TEXT_WIDTH))
                row += 1
        row += 1
    on.sheet.set_paper(9)
    on.sheet.set_margins(left=0.8, right=0.8, top=1.0, bottom=1.0)
    # A break of one's own has no effect on a sheet that is fitted to pages.
    on.sheet.set_h_pagebreaks(starts[1:][:_MOST_BREAKS])
    on.sheet.print_area(0, 0, max(row - 1, 0), 0)
    on.sheet.set_footer(f"&C{on.document.word(PAGE)}")


def _set_page(on: _PrintedSheet, *, last: int, rows: int, columns: int) -> None:
    """Fit the width to a page; the head is repeated where the table runs over pages."""
    sheet = on.sheet
    sheet.set_paper(9)
    sheet.set_landscape()
    # A few lines more than fit would stand alone on a second page.
    sheet.fit_to_pages(1, 1 if rows <= _ONE_PAGE else 0)
    if last > _ONE_PAGE:
        sheet.repeat_rows(0, _FIRST - 1)
    sheet.center_horizontally()
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.set_footer(f"&C{on.document.word(PAGE)}")
    sheet.print_area(0, 0, rows, max(columns - 1, 1))
    sheet.freeze_panes(_FIRST, 2)

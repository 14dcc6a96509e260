"""The bulletin as a workbook: ranking, breakdown, definitions; A4 landscape."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter

if TYPE_CHECKING:
    from coverage_campaign.views.bulletin import Bulletin
    from coverage_campaign.views.standings import Standing

__all__ = ["write"]

_WIDTHS = (6, 18, 11, 11, 11, 13, 11, 14, 10, 26)
_HEAD_ROWS = 3


def write(bulletin: Bulletin, path: Path) -> Path:
    """Write the workbook and return its path; two runs give the same bytes."""
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001 - a fixed stamp
        formats = _formats(book)
        _ranking(book.add_worksheet(bulletin.words["ranking"]), bulletin, formats)
        _breakdown(book.add_worksheet(bulletin.words["breakdown"]), bulletin, formats)
        _definitions(book.add_worksheet(bulletin.words["definitions"]), bulletin, formats)
    return path


_Formats = dict[str, Any]  # xlsxwriter has no types


def _formats(book: Any) -> _Formats:  # noqa: ANN401 - xlsxwriter has no types
    body = {"font_name": "仿宋", "font_size": 12, "border": 1, "border_color": "#DDE3E9"}
    right = {**body, "align": "right"}
    bold = {"bold": True, "top": 2}
    kinds: dict[str, dict[str, object]] = {
        "title": {"font_name": "方正小标宋简体", "font_size": 20, "align": "center"},
        "meta": {"font_name": "仿宋", "font_size": 12},
        "meta_right": {"font_name": "仿宋", "font_size": 12, "align": "right"},
        "mark": {"font_name": "黑体", "font_size": 12, "font_color": "#8A5B00", "align": "center"},
        "head": {**body, "font_name": "黑体", "bg_color": "#ECEFF3", "align": "center",
                 "text_wrap": True, "valign": "vcenter"},
        "text": {**body, "text_wrap": True},
        "whole": {**right, "num_format": "#,##0"},
        "rate": {**right, "num_format": "0.0%"},
        "gap": {**right, "num_format": "+0.0;-0.0;0.0"},
        "real": {**right, "num_format": "#,##0.0"},
        "rank": {**body, "align": "center", "num_format": "0"},
        "move": {**right, "num_format": "+0;-0;0"},
        "behind": {"font_color": "#931F14"},
        "note": {"font_name": "仿宋", "font_size": 10, "font_color": "#55626F", "text_wrap": True,
                 "valign": "top"},
    }  # fmt: skip
    for kind in ("text", "whole", "rate", "gap", "real"):
        kinds[f"total_{kind}"] = {**kinds[kind], **bold}
    return {name: book.add_format(options) for name, options in kinds.items()}


def _page(sheet: Any, *, rows: int, columns: int) -> None:  # noqa: ANN401 - xlsxwriter has no types
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, _HEAD_ROWS - 1)
    sheet.center_horizontally()
    sheet.set_footer("&C&P / &N")
    sheet.print_area(0, 0, rows, columns - 1)
    sheet.freeze_panes(_HEAD_ROWS, 2)


def _head(sheet: Any, bulletin: Bulletin, formats: _Formats, columns: list[str]) -> None:  # noqa: ANN401 - xlsxwriter has no types
    last, words = len(columns) - 1, bulletin.words
    sheet.merge_range(0, 0, 0, last, "", formats["title"])
    sheet.write_string(0, 0, bulletin.title, formats["title"])
    as_of = bulletin.definitions[1][1]
    sheet.write_string(1, 0, f"{words['as_of']} {as_of}", formats["meta"])
    if bulletin.progress.basis.simulated:
        sheet.write_string(1, last // 2, words["simulated"], formats["mark"])
    sheet.write_string(1, last, words["persons"], formats["meta_right"])
    for column, name in enumerate(columns):
        sheet.write_string(2, column, name, formats["head"])
        sheet.set_column(column, column, _WIDTHS[column])
    sheet.set_row(0, 32)
    sheet.set_row(2, 34)


def _ranking(sheet: Any, bulletin: Bulletin, formats: _Formats) -> None:  # noqa: ANN401 - xlsxwriter has no types
    words = bulletin.words
    columns = [
        words[name]
        for name in (
            "rank",
            "unit",
            "target",
            "new",
            "done",
            "rate",
            "planned",
            "gap",
            "move",
            "remark",
        )
    ]
    _head(sheet, bulletin, formats, columns)
    for place, line in enumerate((*bulletin.rows, bulletin.total), start=_HEAD_ROWS):
        kind, row = "total_" if line is bulletin.total else "", line.standing
        _count(sheet, place, 0, row.rank, formats["rank"])
        sheet.write_string(place, 1, row.name, formats[f"{kind}text"])
        for column, count in ((2, row.target), (3, row.new), (4, row.done)):
            _count(sheet, place, column, count, formats[f"{kind}whole"])
        _rates(sheet, place, row, formats, kind)
        moved = (
            None if row.rank is None or line.rank_before is None else line.rank_before - row.rank
        )
        _count(sheet, place, 8, moved, formats["move"])
        sheet.write_string(place, 9, line.remark, formats[f"{kind}text"])
    first, last = _HEAD_ROWS, _HEAD_ROWS + len(bulletin.rows)
    bar = {"type": "data_bar", "bar_solid": True, "bar_color": "#9CC3E4", "min_type": "num",
           "max_type": "num", "min_value": 0, "max_value": 1}  # fmt: skip
    sheet.conditional_format(first, 5, last, 5, bar)
    below = {"type": "cell", "criteria": "<", "value": 0, "format": formats["behind"]}
    sheet.conditional_format(first, 7, last, 7, below)
    lines = (*bulletin.sentences, *bulletin.notes, words["signature"])
    for place, text in enumerate(lines, start=last + 2):
        sheet.merge_range(place, 0, place, 9, "", formats["note"])
        sheet.write_string(place, 0, text, formats["note"])
        sheet.set_row(place, 15 * (1 + len(text) // (60 if bulletin.lang == "zh" else 110)))
    _page(sheet, rows=last + 2 + len(lines), columns=10)


def _rates(sheet: Any, place: int, row: Standing, formats: _Formats, kind: str) -> None:  # noqa: ANN401 - xlsxwriter has no types
    """Write rate, schedule and gap as formulas over the counts, with their values stored."""
    line = place + 1
    if row.completion_rate is None or row.gap_points is None or row.planned_rate is None:
        for column in (5, 6, 7):
            sheet.write_blank(place, column, None, formats[f"{kind}text"])
        return
    rate = f'=IF(C{line}=0,"",E{line}/C{line})'
    gap = f'=IF(C{line}=0,"",100*(E{line}/C{line}-G{line}))'
    sheet.write_formula(place, 5, rate, formats[f"{kind}rate"], row.completion_rate)
    sheet.write_number(place, 6, row.planned_rate, formats[f"{kind}rate"])
    sheet.write_formula(place, 7, gap, formats[f"{kind}gap"], row.gap_points)


def _breakdown(sheet: Any, bulletin: Bulletin, formats: _Formats) -> None:  # noqa: ANN401 - xlsxwriter has no types
    words = bulletin.words
    names = (
        "rank",
        "unit",
        "target",
        "planned_persons",
        "done",
        "gap_persons",
        "shortfall",
        "required",
    )
    _head(sheet, bulletin, formats, [words[name] for name in names])
    for place, line in enumerate((*bulletin.rows, bulletin.total), start=_HEAD_ROWS):
        kind, row = "total_" if line is bulletin.total else "", line.standing
        sheet.write_string(place, 1, row.name, formats[f"{kind}text"])
        _count(sheet, place, 0, row.rank, formats["rank"])
        counts = (row.target, row.planned, row.done, row.gap_persons, row.shortfall)
        for column, count in enumerate(counts, start=2):
            _count(sheet, place, column, count, formats[f"{kind}whole"])
        if row.required_per_day is None:
            sheet.write_blank(place, 7, None, formats[f"{kind}text"])
        else:
            sheet.write_number(place, 7, row.required_per_day, formats[f"{kind}real"])
    _page(sheet, rows=_HEAD_ROWS + len(bulletin.rows), columns=8)


def _definitions(sheet: Any, bulletin: Bulletin, formats: _Formats) -> None:  # noqa: ANN401 - xlsxwriter has no types
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    lines = [*bulletin.definitions, *(("", note) for note in bulletin.notes)]
    for place, (term, text) in enumerate(lines):
        sheet.write_string(place, 0, term, formats["text"])
        sheet.write_string(place, 1, text, formats["text"])
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _count(sheet: Any, row: int, column: int, value: int | None, style: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
    if value is None:
        sheet.write_blank(row, column, None, style)
    else:
        sheet.write_number(row, column, value, style)

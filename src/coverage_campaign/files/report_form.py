"""The form that units fill in: a workbook that goes out, and comes back through `read_reports`."""

from __future__ import annotations

import datetime as dt
import io
import math
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage_campaign.checks import checked_call, needs
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Language, Message, check_language, message
from coverage_campaign.model.dates import DateLike, Periods, to_date
from coverage_campaign.model.units import unit_meant
from coverage_campaign.reporting.completeness import is_open
from coverage_campaign.reporting.result import Tally
from coverage_campaign.reporting.sheets.dates import Written, read_written
from coverage_campaign.reporting.sheets.form import COLUMNS, FormKey
from coverage_campaign.saving import save_bytes
from coverage_campaign.scheduling.plan import Plan

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

__all__ = ["report_form"]

_MOST_SHEETS = 60
_WIDTHS = {"unit": 12, "name": 24, "reason": 36, "remark": 24}
_HEAD, _FIRST = 3, 4
"""The rows of the headings and of the first unit, counted from 0; the hidden row is above."""
_WORD_WRAP, _LINE_HEIGHT = 1.2, 15
"""What a broken line loses of its width, and the height of a line [points]."""


@checked_call
def report_form(
    plan: Plan,
    path: str | Path,
    *,
    period: DateLike | None = None,
    units: str | Sequence[str] | None = None,
    tally: Tally | None = None,
    lang: Language | None = None,
) -> Path:
    """Return the path of a workbook that units fill in; `read_reports` reads it back as it is.

    A sheet for each reporting period of the plan, or for the one of `period` alone; a row for each
    unit that is open in it, or for `units` alone. A row has the unit's code and name, its target,
    what is planned to the period's end, the total to the end of the period before, and cells for
    the total so far, a reason and a remark [persons]. Totals count from the campaign's first day.

    A total is a whole number; one that is lower than the total before is taken only with a reason.
    The sheets are protected without a password: rows may be sorted, inserted and formatted. A
    hidden row and a hidden column tell `read_reports` what it reads, without another argument.

    Args:
        plan: Its campaign's reporting rule says the periods; months without one.
        path: Where to; the ending is .xlsx.
        period: A day of the period, or its name as text: "2008-07", "2008Q3".
        units: Codes of units of the plan; None = all that have a share.
        tally: What was reported so far: it fills in the totals before, of units still open; people
            of closed units are read from the sheets of their own periods (`period=None`).
        lang: The language of headings and instructions.

    Raises:
        DefinitionError: The plan has no such unit or period, or too many periods for one file.

    >>> import tempfile
    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> shares = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    >>> plan = cc.schedule(shares, over="special-action")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     form = cc.report_form(plan, f"{folder}/july.xlsx", period="2008-07", lang="zh")
    ...     form.name
    'july.xlsx'
    """
    language = check_language(lang)
    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise DefinitionError(Problem("path", f"{target.name!r}", "give a name that ends in .xlsx"))
    campaign = plan.campaign
    periods = campaign.periods("month" if campaign.reporting is None else campaign.reporting.period)
    codes = _units(plan, units)
    numbers = _numbers(plan, periods, period)
    with needs("excel", "report_form"):
        import xlsxwriter

    stream = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001 - a fixed stamp
        writer = _FormWriter(book, plan, periods, language)
        writer.instructions(codes)
        before: str | None = None
        for number in numbers:
            before = writer.sheet(number, codes, before=before, tally=tally)
    return save_bytes(target, stream.getvalue())


def _units(plan: Plan, units: str | Sequence[str] | None) -> list[str]:
    known = [str(code) for code in plan.shares().index]
    if units is None:
        return known
    wanted = [units] if isinstance(units, str) else list(units)
    absent = [code for code in wanted if code not in known]
    if absent or not wanted:
        found = message("{code!r} is no unit of the plan", code=absent[0]) if absent else "no unit"
        named = unit_meant(plan.campaign.units, absent[0], known) if absent else "name at least one"
        raise DefinitionError(Problem("units", found, named))
    return [code for code in known if code in wanted]


def _numbers(plan: Plan, periods: Periods, period: DateLike | None) -> list[int]:
    """Return the numbers of the periods that the form is about."""
    planned: list[int] = np.unique(periods.number(plan.days)).tolist()
    if period is None:
        if len(planned) > _MOST_SHEETS:
            found = message("{n} periods of the plan", n=len(planned))
            raise DefinitionError(Problem("period", found, "name one of them"))
        return planned
    written = read_written(period) if isinstance(period, str) else None
    if isinstance(written, Written) and written.unit != "day" and written.year is not None:
        span = written.in_year(written.year)
        days = [] if span is None or span.first is None else [span.first, span.last]
        if written.unit == "month" and periods.by == "month":
            days = days[:1]  # a month is named by its first day, whatever days it has here
    else:
        days = [to_date(period, where="period")]
    numbers = sorted(set(periods.number(days).tolist()))
    if len(numbers) != 1 or numbers[0] not in planned:
        first, last = periods.name([planned[0], planned[-1]]).tolist()
        found = message("{period} is no period of the plan", period=str(period))
        raise DefinitionError(
            Problem(
                "period",
                found,
                message("name one from {first:raw} to {last:raw}", first=first, last=last),
            )
        )
    return numbers


class _FormWriter:
    """Writes the sheets of one form."""

    def __init__(
        self, book: xlsxwriter.Workbook, plan: Plan, periods: Periods, language: Language
    ) -> None:
        self._book, self._plan, self._periods, self._language = book, plan, periods, language
        self._campaign = plan.campaign
        codes = map(str, plan.shares().index)
        self._leaves = dict(zip(codes, plan.allocation.leaves, strict=True))
        free = {"locked": False, "border": 1, "border_color": "#B9C2CC", "valign": "top"}
        whole = {"num_format": "#,##0"}
        filled = {"bg_color": "#FFF7D6", "locked": False, "border": 1, "border_color": "#B9C2CC"}
        self._text = book.add_format({**free, "num_format": "@"})
        self._count = book.add_format(free | whole)
        self._fill = book.add_format(filled | whole)
        self._words = book.add_format(filled | {"text_wrap": True, "num_format": "@"})
        self._missing = book.add_format({"bg_color": "#F6C6BF"})
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._line = book.add_format({"text_wrap": True, "valign": "top"})
        self._head = book.add_format(
            {"bold": True, "bg_color": "#ECEFF3", "text_wrap": True, "border": 1, "valign": "top"}
        )

    def _said(self, text: Message) -> str:
        return text.text(self._language)

    def instructions(self, codes: Sequence[str]) -> None:
        """Write the sheet that says how the form is filled in."""
        sheet = self._book.add_worksheet(self._said(message("Instructions")))
        sheet.set_column(0, 0, 100)
        sheet.write_string(0, 0, self._campaign.label.text(self._language), self._title)
        lines = (
            message("Fill in the yellow cells: a sheet for each period, a row for each unit."),
            message(
                "The total counts all persons from {first:long date} to the end of the period, "
                "not those of the period alone.",
                first=self._campaign.whole_window.first,
            ),
            message("Write whole numbers. Where nothing is known leave the cell empty, not 0."),
            message(
                "A total that is lower than the one before needs a reason: write the reason first."
            ),
            *self._own_people(codes),
            message("Rows may be sorted and inserted; hidden cells stay as they are."),
            message("Send the file back as it is: it is read by itself."),
        )
        for row, line in enumerate(lines, start=2):
            sheet.write_string(row, 0, f"{row - 1}. {self._said(line)}", self._line)

    def _own_people(self, codes: Sequence[str]) -> Iterator[Message]:
        """Yield that a unit whose parts report for themselves leaves their people out."""
        divided = [self._leaves[code].label for code in codes if self._leaves[code].code != code]
        if divided:
            yield message(
                "{units:list 8}: own people alone; leave out those of the units below, which "
                "report for themselves.",
                units=divided,
            )

    def sheet(
        self, number: int, codes: Sequence[str], *, before: str | None, tally: Tally | None
    ) -> str:
        """Write the sheet of a period and return its name; `before` names the sheet before it."""
        (first,), (last,) = (
            edge([number]).tolist() for edge in (self._periods.first, self._periods.last)
        )
        (named,) = self._periods.name([number]).tolist()
        by_month = self._periods.by == "month"
        name: str = named.strftime("%Y-%m") if by_month else named.isoformat()
        sheet = self._book.add_worksheet(name)
        key = FormKey(
            campaign=self._campaign.code, year=self._campaign.year, by=self._periods.by, last=last
        )
        title = message(
            "{campaign}: report to {last:long date}", campaign=self._campaign.label, last=last
        )
        sheet.write_string(0, 1, self._said(title), self._title)
        about = message(
            "The period is {first:long date} to {last:long date}.", first=first, last=last
        )
        sheet.write_string(1, 1, self._said(about))
        marks = [key.text(), *list(COLUMNS)[1:]]
        lines = 1
        for column, (part, heading) in enumerate(COLUMNS.items()):
            sheet.write_string(_HEAD - 1, column, marks[column])
            text = "key" if part == "key" else self._said(heading)
            sheet.write_string(_HEAD, column, text, self._head)
            width = _WIDTHS.get(part, 16)
            sheet.set_column(column, column, width, None, {"hidden": part == "key"})
            lines = max(lines, math.ceil(_WORD_WRAP * sum(map(_columns_of, text)) / width))
        sheet.set_row(_HEAD - 1, None, None, {"hidden": True})
        sheet.set_row(_HEAD, lines * _LINE_HEIGHT)
        open_then = [code for code in codes if is_open(self._campaign.unit(code), first, last)]
        self._rows(sheet, open_then, last, before=before, known=_totals_before(tally, first))
        end = _FIRST + max(len(open_then), 1) - 1
        self._checks(sheet, end)
        sheet.autofilter(_HEAD, 0, end, len(COLUMNS) - 1)
        sheet.freeze_panes(_FIRST, 3)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_HEAD)
        allowed = ("sort", "autofilter", "insert_rows", "delete_rows", "format_cells")
        sheet.protect("", dict.fromkeys((*allowed, "format_columns", "format_rows"), True))
        return name

    def _rows(
        self,
        sheet: Worksheet,
        codes: Sequence[str],
        last: dt.date,
        *,
        before: str | None,
        known: pd.Series,
    ) -> None:
        shares, planned = self._plan.shares(), self._plan.planned_on(last)
        start, end = self._periods.number([self._campaign.whole_window.first, last]).tolist()
        begins = start == end  # before the first period nobody was counted
        for row, code in enumerate(codes, start=_FIRST):
            sheet.write_string(row, 0, code, self._text)
            sheet.write_string(row, 1, code, self._text)
            sheet.write_string(row, 2, self._leaves[code].label.text(self._language), self._text)
            sheet.write_number(row, 3, int(shares[code]), self._count)
            sheet.write_number(row, 4, int(planned[code]), self._count)
            if code in known.index or begins:
                sheet.write_number(row, 5, int(known.get(code, 0)), self._count)
            elif before is not None:
                found = f"MATCH($B{row + 1},'{before}'!$B:$B,0)"
                total = f"INDEX('{before}'!$G:$G,{found})"
                sheet.write_formula(
                    row, 5, f'=IFERROR(IF({total}="","",{total}),"")', self._count, ""
                )
            else:
                sheet.write_blank(row, 5, None, self._fill)
            sheet.write_blank(row, 6, None, self._fill)
            sheet.write_blank(row, 7, None, self._words)
            sheet.write_blank(row, 8, None, self._words)

    def _checks(self, sheet: Worksheet, end: int) -> None:
        """Let a spreadsheet program refuse what is no whole number, and a fall without a reason."""
        top = _FIRST + 1
        sheet.data_validation(
            _FIRST,
            6,
            end,
            6,
            {
                "validate": "custom",
                "value": f"=AND(ISNUMBER(G{top}),G{top}=INT(G{top}),G{top}>=0,"
                f"OR(G{top}>=N(F{top}),LEN(H{top})>0))",
                "error_title": self._said(message("Total")),
                "error_message": self._said(
                    message(
                        "Write a whole number. If it is lower than the total before, write the "
                        "reason first."
                    )
                ),
            },
        )
        whole = {"validate": "integer", "criteria": ">=", "value": 0}
        sheet.data_validation(_FIRST, 5, end, 5, whole)
        sheet.data_validation(
            _FIRST,
            1,
            end,
            4,
            {
                "validate": "custom",
                "value": "=FALSE",
                "error_title": self._said(message("Form")),
                "error_message": self._said(message("This cell is filled in already.")),
            },
        )
        sheet.conditional_format(
            _FIRST,
            7,
            end,
            7,
            {
                "type": "formula",
                "criteria": f"=AND(ISNUMBER($G{top}),$G{top}<N($F{top}),LEN($H{top})=0)",
                "format": self._missing,
            },
        )


def _columns_of(character: str) -> int:
    """Return how many columns of text a character takes."""
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _totals_before(tally: Tally | None, first: dt.date) -> pd.Series:
    """Return each unit's persons before a day, as far as they are tallied."""
    if tally is None:
        return pd.Series(dtype="int64")
    net, periods = tally.net(), tally.campaign.periods(tally.by)
    over = periods.last(periods.number(net["period"].to_numpy())) < np.datetime64(first)
    gross = net["entries"] + net["resumptions"]
    counted = net["net"] if tally.campaign.counts_net else gross
    return counted[over].groupby(net["unit"][over]).sum()

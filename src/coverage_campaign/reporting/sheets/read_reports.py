"""Reports in files and frames: workbooks become grids, grids become figures, figures a tally."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from coverage_campaign.checks import checked_call, kind_of
from coverage_campaign.errors import DefinitionError, Problem, ReportError
from coverage_campaign.messages import message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, Period, to_date
from coverage_campaign.reporting.result import Tally
from coverage_campaign.reporting.sheets.column_roles import FigureKind, Named, meaning_of
from coverage_campaign.reporting.sheets.dates import Written, of_day, read_written
from coverage_campaign.reporting.sheets.form import figures_of_forms
from coverage_campaign.reporting.sheets.header import figures_of_grids, numbered
from coverage_campaign.reporting.sheets.layouts import layout_of
from coverage_campaign.reporting.sheets.long_table import (
    Figures,
    chosen_rows,
    figures_of,
    levels_of,
)
from coverage_campaign.reporting.sheets.series import Baseline
from coverage_campaign.reporting.sheets.totals import UpperUnits
from coverage_campaign.reporting.sheets.validate import tally_of_figures
from coverage_campaign.saving import unreadable
from coverage_campaign.workbooks.grid import Grid, grid_of_text
from coverage_campaign.workbooks.spreadsheets import grids_of_workbook, is_workbook

__all__ = ["open_grids", "read_reports"]

_Source: TypeAlias = str | Path | IntoFrame
_LARGEST_FILE = 64 * 2**20
"""[bytes]; a year of monthly figures of 3,000 units is a hundredth of it."""


@checked_call
def read_reports(
    path_or_frame: _Source,
    campaign: Campaign,
    *,
    figures: FigureKind | None = None,
    by: Period | None = None,
    baseline: Baseline = None,
    as_of: DateLike | None = None,
    simulated: bool = False,
    unit: str = "",
    date: str = "",
    persons: str | Sequence[str] = "",
    channel: str = "",
    target: str = "",
    rate: str = "",
    period: DateLike | None = None,
    sheet: str = "",
    only: Mapping[str, str] | None = None,
    upper_units: UpperUnits | None = None,
) -> Tally:
    """Return the tally of the figures that units reported, each row counted or explained.

    Takes the path of a CSV, .xlsx, .xls or .ods file as officials write them, or a data frame of
    any engine. A long table has a column for the unit (code, name or alias), one for the date and
    one for the persons; a wide one has a column per period, channel or unit. Columns are known by
    their headings, in Chinese or English, or named: `unit="postal", persons="dose1_18plus"`.
    `period` dates a table that has no dates, and must not contradict one that has; of a file the
    titles are read for it. A workbook's
    sheets are all read but the hidden ones, or `sheet` alone. `only` chooses the rows of one matter
    from a table of several: `only={"项目名称": "新增城镇就业"}`.

    `figures="new"`: each figure is the persons of its day or month [persons]. `"cumulative"`: each
    is the persons so far; what it adds to the unit's figure before it counts on its day (or in its
    month), and a fall counts as negative persons. The first figure is stock, never new: the last
    one before the campaign's first day where there is one, else the first of all. With a `baseline`
    (0, or persons by unit) the difference to it is new; persons by unit are those covered before,
    while 0 says nothing about them, and the campaign's measure `covered` does.

    A unit whose units below report too has a printed total, kept as a check. Where it has people of
    its own beside theirs, `upper_units="totals"` counts what is left of its figure, "own" the
    figure itself; without either, a figure that is not their sum is refused.

    A file made by `report_form` needs neither: it holds totals from the campaign's first day on, by
    the periods of the campaign, whatever was sorted, inserted, merged or renamed in it.

    Counted is by month, or as `by` says. By month, dates that are all first days of months name the
    months. With `as_of`, what is dated later is not counted. Reports without channels carry the
    channel 'all'.

    In `.problems`, each with file, sheet and cell. Not counted: no_date, not_a_date,
    not_yet_reported, printed_total (a sum, kept as a check), total_differs (a sum that its parts do
    not add up to), unknown_unit, unknown_channel, no_value (a formula without its result),
    no_figure, not_a_count, below_zero, outside_campaign, unit_not_open (the unit is closed, or not
    open yet), double (a second row with the same figure for a unit, channel and date),
    contradicting (rows with different figures: none of them counts).
    Counted, with a doubt: fall, no_report (a period in which nobody reported, or a unit did not),
    above_eligible, rate_differs (a printed rate that is not persons / target, or persons /
    eligible, at the precision of the print), figures_differ (a printed new figure that is not the
    difference of the cumulative ones), several_matters (a list of projects, a
    row each), stock_only (no total follows another, and no baseline is given), looks_cumulative and
    looks_new (the declared kind does not fit the figures).

    A sheet that is hidden (hidden_sheet) or holds no such table (no_table) is a problem too.

    `rows_in` counts figures: a row of a wide table has several. Raises `ReportError` where the
    source as a whole cannot be read, and `DefinitionError` for a wrong option.

    >>> import pandas as pd
    >>> from coverage_campaign.model.phases import Phase
    >>> from coverage_campaign.model.units import Unit
    >>> city = Campaign(
    ...     code="city",
    ...     label="City",
    ...     year=2008,
    ...     units=[Unit("430481", {"zh-Hans": "耒阳市"}, "county")],
    ...     phases=[Phase("drive", "Drive", "06-01", "12-31")],
    ... )
    >>> sheet = pd.DataFrame({"单位": ["耒阳", "耒阳"], "月份": ["7月", "8月"]})
    >>> sheet["累计"] = ["1,2００人", 1500]
    >>> read_reports(sheet, city, figures="cumulative", baseline=0).to_frame()
         unit name     period channel  persons
    0  430481  耒阳市 2008-07-01     all     1200
    1  430481  耒阳市 2008-08-01     all      300
    """
    named = Named(
        unit=unit,
        date=date,
        persons=tuple([persons] if isinstance(persons, str) else persons) if persons else (),
        channel=channel,
        target=target,
        rate=rate,
    )
    about = None if period is None else _period(period)
    grids: tuple[Grid, ...] = ()
    frame = None if isinstance(path_or_frame, (str, Path)) else _to_pandas(path_or_frame)
    if isinstance(path_or_frame, (str, Path)):
        grids = open_grids(Path(path_or_frame), sheet=sheet)
    form = figures_of_forms(grids, campaign, about=about)
    if form is not None:
        read, own_period = form
        if figures == "new":
            found = message("'new', but a form holds the totals so far")
            raise DefinitionError(Problem("figures", found, message("leave figures= out")))
        if baseline is not None:
            found = message("given, but a form holds the totals from the campaign's first day on")
            raise DefinitionError(Problem("baseline", found, message("leave baseline= out")))
        figures, by, baseline = "cumulative", by or own_period, 0
    elif figures is None:
        fix = message("pass 'new' (persons of each period) or 'cumulative' (persons so far)")
        found = message("not given, and the source is no form")
        raise DefinitionError(Problem("figures", found, fix))
    elif frame is None:
        read = figures_of_grids(grids, campaign, kind=figures, named=named, period=about, only=only)
    else:
        read = _of_frame(frame, campaign, kind=figures, named=named, period=about, only=only or {})
    return tally_of_figures(
        read,
        campaign,
        kind=figures,
        by=by or "month",
        baseline=baseline,
        as_of=as_of,
        simulated=simulated,
        upper_units=upper_units,
    )


def open_grids(path: Path, *, sheet: str = "") -> tuple[Grid, ...]:
    """Return the grids of a file's sheets, hidden ones without their cells, or of one sheet.

    Raises `ReportError` for a file that is too large, a damaged or encrypted workbook, one that
    unpacks to more than a sheet of reports can hold, or no table at all.
    """
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= _LARGEST_FILE else b""
    except (OSError, ValueError) as error:  # a name with a zero byte or half a character in it
        found = unreadable(error)
        raise ReportError(Problem(str(path), found, "give the path of a file")) from None
    if size > _LARGEST_FILE:
        found = message("{size} bytes", size=size)
        fix = message("give at most {most} bytes, or pass a data frame", most=_LARGEST_FILE)
        raise ReportError(Problem(path.name, found, fix))
    if is_workbook(data):
        return grids_of_workbook(data, path.name, sheet=sheet)
    return (grid_of_text(data, path.name),)


def _period(period: DateLike) -> Written:
    """Return the day, month or other span that a table is about, as the caller says."""
    if isinstance(period, str):
        written = read_written(period)
        if isinstance(written, Written):
            return written
        fix = "give a day, a month or a span, such as '2008-07-31', '2008-07' or '2008Q3'"
        raise DefinitionError(Problem("period", f"{period!r}", fix))
    return of_day(to_date(period, where="period"))


def _to_pandas(frame: IntoFrame) -> pd.DataFrame:
    if isinstance(frame, pd.DataFrame):
        return frame
    try:
        columns = nw.from_native(frame).lazy().collect().to_dict(as_series=False)
    except TypeError:
        problem = Problem("reports", kind_of(frame), "give a data frame, or the path of a file")
        raise ReportError(problem) from None
    return pd.DataFrame(columns)


def _of_frame(
    frame: pd.DataFrame,
    campaign: Campaign,
    *,
    kind: FigureKind,
    named: Named,
    period: Written | None,
    only: Mapping[str, str],
) -> Figures:
    labels = frame.index
    frame = _with_index(frame)
    levels = levels_of(frame.columns)
    headings = numbered([" / ".join(parts) for parts in levels], levels)
    frame = frame.set_axis(pd.Index([one.text for one in headings], dtype="str"), axis="columns")
    chosen = chosen_rows(frame, only, "reports")
    labels, frame = labels[chosen], frame.iloc[chosen].reset_index(drop=True)
    return figures_of(
        frame,
        layout_of(
            headings,
            campaign,
            kind=kind,
            named=named,
            source="reports",
            cells=lambda heading: frame[heading.text].tolist(),
            chosen=only,
        ),
        campaign.whole_window,
        source="reports",
        place=lambda row, heading: message(
            "reports, row {row:raw}, column {column!r}", row=str(labels[row]), column=heading
        ),
        period=period,
    )


_LABELS = {"unit", "parent", "date", "year", "month"}


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with its index among the columns where that holds dates or units."""
    index = frame.index
    if isinstance(index, (pd.DatetimeIndex, pd.PeriodIndex)):
        return frame.reset_index(names="date" if index.name is None else str(index.name))
    named = [name for name in index.names if name is not None]
    if any(meaning_of([str(name)]).kind in _LABELS for name in named):
        return frame.reset_index()
    return frame.reset_index(drop=True)

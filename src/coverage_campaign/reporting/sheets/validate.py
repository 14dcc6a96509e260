"""Figures of units become a tally: every row is counted or explained, nothing is mended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.messages import Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import ONE_DAY, DateLike, Period, Periods, Window, to_instant
from coverage_campaign.reporting.problems import ReportProblems
from coverage_campaign.reporting.result import Tally, empty_stock
from coverage_campaign.reporting.sheets.column_roles import FigureKind, Role
from coverage_campaign.reporting.sheets.dates import Span, Written, spans_of
from coverage_campaign.reporting.sheets.long_table import Figures, Mask, RowFilter, Rows, shown
from coverage_campaign.reporting.sheets.names import Names, channel_names, lives, unit_names
from coverage_campaign.reporting.sheets.numbers import Counts, scaled_counts
from coverage_campaign.reporting.sheets.series import (
    Baseline,
    Series,
    baseline_of,
    baseline_table,
    begins_again,
    differences,
    running,
    sorted_series,
    warn_above_eligible,
    warn_falls,
    warn_figures,
    warn_gaps,
    warn_kind,
    warn_rates,
    warn_stock_only,
    warn_that_it_begins_again,
)
from coverage_campaign.reporting.sheets.totals import (
    UpperUnits,
    named_totals,
    refuse_totals,
    sums_that_differ,
)
from coverage_campaign.workbooks.grid import Unreadable

__all__ = ["tally_of_figures"]

_UPPER: dict[UpperUnits | None, tuple[Message, ...]] = {
    None: (),
    "totals": (message("the figure of a unit above others holds theirs, which are taken off it"),),
    "own": (message("the figure of a unit above others is without theirs"),),
}
_YEAR_OF_DATES = message("dates without a year are those of the campaign")


def tally_of_figures(
    figures: Figures,
    campaign: Campaign,
    *,
    kind: FigureKind,
    by: Period,
    baseline: Baseline = None,
    as_of: DateLike | None = None,
    simulated: bool = False,
    upper_units: UpperUnits | None = None,
) -> Tally:
    """Return the tally of figures; `read_reports` says what counts, and when."""
    frame, window, periods = figures.frame, campaign.whole_window, campaign.periods(by)
    rows = RowFilter(figures)
    units, channels = unit_names(campaign), channel_names(campaign)
    instant = None if as_of is None else to_instant(as_of)
    days = _Days.of(figures, window, periods, kind)
    unit, unit_fixes = (
        units.find(frame["unit"])
        if frame["parent"].isna().all()
        else units.find_under(frame["unit"], frame["parent"])
    )
    channel, channel_fixes = channels.find(frame["channel"])
    counts = scaled_counts(frame["persons"], frame["scale"])
    _refuse_total_dates(figures, days, rows)
    days.refuse(figures, rows, periods, kind, window.first)
    if instant is not None:
        _refuse_later(days.last, rows, instant)
    _refuse_other_measures(frame, counts, rows)
    counts = refuse_totals(
        frame,
        campaign,
        unit=unit,
        channel=channel,
        day=days.last,
        counts=counts,
        rows=rows,
        upper_units=upper_units,
    )
    _refuse_unknown(frame["unit"], unit, unit_fixes, rows, "unit")
    _refuse_unknown(frame["channel"], channel, channel_fixes, rows, "channel")
    _refuse_no_counts(frame["persons"], counts, rows)
    rows.items.extend(sums_that_differ(figures.sums, counts))
    figure = counts.persons
    if kind == "cumulative":
        _refuse_negative(figure, rows)
    whole = kind == "cumulative" and baseline is None
    _refuse_outside(days.last, rows, window, periods, before=not whole)
    _refuse_not_open(days.life(periods, kind), unit, rows, campaign)
    _refuse_doubles((unit, channel, days.last), figure, frame["apart"], rows)
    series = sorted_series(
        rows.kept,
        unit=unit,
        channel=channel,
        day=days.last,
        figure=figure,
        begins=days.begins,
        goes_on=_figure_marks(figures)["goes_on"],
    )
    eligible = np.array([one.count(campaign.eligible) or 0 for one in campaign.units], np.int64)
    new, cumulative = (counts, scaled_counts(frame["other"], frame["other_scale"]))
    if kind == "cumulative":
        new, cumulative = cumulative, new
        series = _without_earlier(series, window, rows)
        again = begins_again(series)
        before, known = baseline_of(baseline, series, units, channels)
        persons, is_stock = differences(series, before, known, again)
        warn_that_it_begins_again(series, again, rows)
        warn_above_eligible(series, series.figure, eligible, rows)
        done = [series.figure]
    else:
        persons, is_stock = series.figure, np.zeros(len(series.rows), dtype=bool)
        done = [running(series), series.figure]
        warn_above_eligible(series, done[0], eligible, rows)
    warn_falls(series, persons, is_stock, rows, frame["reason"])
    warn_figures(series, new, cumulative, periods, rows)
    if cumulative.known[series.rows].any() and kind == "new":
        done = [cumulative.persons[series.rows], *done]
    warn_rates(frame, series, done, eligible, rows)
    rows.items += [
        *warn_stock_only(is_stock, given=baseline is not None),
        *warn_kind(series, kind),
        *warn_gaps(series, units, campaign, periods),
    ]
    basis = attrs.evolve(campaign.basis(), simulated=simulated)
    basis = basis.assuming(*figures.assumptions, *_UPPER[upper_units])
    return Tally(
        campaign=campaign,
        frame=_table(series.only(~is_stock), persons[~is_stock], units, channels, periods),
        as_of=instant,
        by=by,
        basis=basis.assuming(_YEAR_OF_DATES) if days.year_assumed else basis,
        problems=ReportProblems.of([*figures.problems, *rows.items]),
        rows_in=len(frame),
        stock=_stock(series.only(is_stock), units, periods),
        baseline=baseline_table(baseline if kind == "cumulative" else None, units),
        columns=_columns(figures),
    )


def _columns(figures: Figures) -> pd.DataFrame:
    names = ("sheet", "column", "heading", "role", "why")
    rows = [
        (one.sheet, one.column, one.heading, one.role, one.why.text()) for one in figures.columns
    ]
    return pd.DataFrame(rows, columns=list(names)).astype(dict.fromkeys(names, "str"))


# -- days ------------------------------------------------------------------------------------------

_DATE = message("write a day as YYYY-MM-DD or a month as YYYY-MM, without a time zone")


@attrs.frozen(eq=False)
class _Days:
    """The days of each row: `first` (NaT = not said), `last` (NaT = no date), why there is none.

    `begins` is the day from which a running total counts, where the source says it.
    """

    first: NDArray[np.datetime64]
    last: NDArray[np.datetime64]
    begins: NDArray[np.datetime64]
    fault: NDArray[np.object_]
    year_assumed: bool

    @classmethod
    def of(cls, figures: Figures, window: Window, periods: Periods, kind: FigureKind) -> _Days:
        spans = spans_of([date.written for date in figures.dates], window)
        code = figures.frame["date"].to_numpy()
        known = [one for one in spans if isinstance(one, Span)]
        if periods.by == "day" and known and all(one.unit == "month" for one in known):
            raise ReportError(Problem("by", "'day', but the dates name months", "pass by='month'"))
        firsts = np.array(
            [one.first if isinstance(one, Span) else None for one in spans], "datetime64[D]"
        )
        lasts = np.array(
            [one.last if isinstance(one, Span) else None for one in spans], "datetime64[D]"
        )
        named = np.array([isinstance(one, Span) and one.unit == "month" for one in spans], bool)
        single = np.array([isinstance(one, Span) and one.unit == "day" for one in spans], bool)
        if periods.by != "day" and known and not named.any() and single.any():
            is_first = lasts[single] == lasts[single].astype("datetime64[M]").astype(lasts.dtype)
            if periods.by in {"month", "quarter"} and is_first.all():
                # First days of months and nothing else name the months.
                named |= single
        if periods.by == "month":
            # A month that is named is the campaign's own: July may end on the 25th.
            month = firsts.astype("datetime64[M]").astype("datetime64[D]")
            number = periods.number(np.where(named, month, np.datetime64("NaT", "D")))
            firsts = np.where(named, periods.first(number), firsts)
            lasts = np.where(named, periods.last(number), lasts)
        elif named.any():
            after = firsts.astype("datetime64[M]") + np.timedelta64(1, "M")
            ends = after.astype("datetime64[D]") - ONE_DAY
            lasts = np.where(named, ends, lasts)
        until_or_span = np.array(
            [isinstance(one, Span) and one.unit in {"until", "span"} for one in spans], bool
        )
        fault = np.array(["" if isinstance(one, Span) else one for one in spans], dtype=object)
        if periods.by == "month" and periods.starts_on > 1:
            # The end of July may be the 31st or the last day of the campaign's own July.
            until_end = [
                isinstance(date.written, Written)
                and date.written.unit == "until"
                and not date.written.day
                for date in figures.dates
            ]
            fault[np.array(until_end, dtype=bool)] = "ambiguous_date"
            lasts = np.where(fault == "", lasts, np.datetime64("NaT", "D"))
        first, last = firsts[code], lasts[code]
        figure_of = _figure_marks(figures)
        own_period = figure_of["this_period"] & until_or_span[code]
        if kind == "new":
            first = np.where(own_period, last, first)
        span = np.array([isinstance(one, Span) and one.unit == "span" for one in spans], bool)
        begins = np.where(span[code], first, np.datetime64("NaT", "D"))
        year = last.astype("datetime64[Y]").astype("datetime64[D]")
        begins = np.where(figure_of["year_to_date"] & np.isnat(begins), year, begins)
        return cls(
            first,
            last,
            begins,
            fault[code] if len(spans) else np.empty(0, dtype=object),
            any(one.assumed for one in known),
        )

    def refuse(
        self,
        figures: Figures,
        rows: RowFilter,
        periods: Periods,
        kind: FigureKind,
        first: dt.date,
    ) -> None:
        """Take out the rows without a day, and new figures of more than one period."""
        code = figures.frame["date"].to_numpy()

        def cell(row: int) -> str:
            date = figures.dates[int(code[row])]
            return "the date" if date.cell is None else shown(date.cell)

        rows.reject(
            self.fault == "no_date", "no_date", lambda _: message("no date"), _DATE, at="date"
        )
        rows.reject(
            self.fault == "not_a_date",
            "not_a_date",
            lambda row: message("{cell} is no date", cell=cell(row)),
            _DATE,
            at="date",
        )
        rows.reject(
            self.fault == "ambiguous_date",
            "ambiguous_date",
            lambda row: message("{cell} may be one of two days or years", cell=cell(row)),
            message("write the year, and the day as YYYY-MM-DD; or pass period="),
            at="date",
        )
        if kind == "cumulative":
            self._refuse_spans(figures, rows, first, cell)
            return
        last = periods.number(self.last)
        several = np.isnat(self.first) | (periods.number(self.first) != last)
        rows.reject(
            several & ~np.isnat(self.last),
            "several_periods",
            lambda row: self._span(row, cell(row)),
            message(
                "write the figure of each period; of running totals pass figures='cumulative'; "
                "periods from another day on are ReportingRule(starts_on=)"
            ),
            at="date",
        )

    def _refuse_spans(
        self, figures: Figures, rows: RowFilter, first: dt.date, cell: Callable[[int], str]
    ) -> None:
        """Take out running totals that would begin again within a year: 二季度, then 三季度.

        Nobody can tell whether the second is the total so far or that of its own months.
        """
        begins = pd.Series(self.begins)
        least = begins.groupby(figures.frame["unit"].astype(object).to_numpy()).transform("min")
        new_year = (begins.dt.day_of_year == 1) & (
            (least.dt.day_of_year == 1) | (least <= pd.Timestamp(first))
        )
        later = ((begins > least) & ~new_year).to_numpy()
        rows.reject(
            later,
            "several_periods",
            lambda row: self._span(row, cell(row)),
            message(
                "figures='cumulative' are persons so far from one day on: write 截至9月底 for "
                "these, or pass figures='new' where each is that of its own time"
            ),
            at="date",
        )

    def life(
        self, periods: Periods, kind: FigureKind
    ) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
        """Return the days on one of which a unit has to be open for its figure to count.

        A running total stands for the period in which it is given.
        """
        if kind == "new":
            return np.where(np.isnat(self.first), self.last, self.first), self.last
        period = periods.number(self.last)
        return periods.first(period), periods.last(period)

    def _span(self, row: int, cell: str) -> Message:
        last, first = self.last[row], self.first[row]
        if np.isnat(first):
            return message(
                "{cell} is the time up to {last:date}, no single period", cell=cell, last=last
            )
        return message(
            "{cell} is the time from {first:date} to {last:date}, no single period",
            cell=cell,
            first=first,
            last=last,
        )


def _figure_marks(figures: Figures) -> dict[str, Mask]:
    """Return for each row what its column's heading says of the time of its figures."""
    table, column = figures.frame["table"].to_numpy(), figures.frame["column"].to_numpy()
    starts = np.cumsum([0, *(len(origin.figures) for origin in figures.origins)])
    at = starts[table] + column
    all_columns = [one for origin in figures.origins for one in origin.figures]
    return {
        name: np.array([getattr(one, name) for one in all_columns], dtype=bool)[at]
        for name in ("this_period", "year_to_date", "goes_on")
    }


def _refuse_total_dates(figures: Figures, days: _Days, rows: RowFilter) -> None:
    """Take out the rows that add up others over time: 合计 stands where a date would."""
    texts = pd.Series([date.cell for date in figures.dates], dtype=object)
    total = named_totals(texts)[figures.frame["date"].to_numpy()] & (days.fault != "")
    rows.reject(
        total,
        "printed_total",
        lambda _: message("a total over several dates"),
        message("a printed total is a check: the parts are counted"),
    )


def _refuse_later(day: NDArray[np.datetime64], rows: RowFilter, instant: dt.datetime) -> None:
    over = (instant + dt.timedelta(seconds=1)).date()  # a day is known when it is over
    rows.reject(
        day >= np.datetime64(over),
        "not_yet_reported",
        lambda row: message(
            "{day:date} was not over by {instant:date}", day=day[row], instant=instant
        ),
        message("choose a later as_of to count it"),
        at="date",
    )


# -- rows that cannot be counted -------------------------------------------------------------------


_UNKNOWN = message("write the code that the campaign has")


def _refuse_unknown(
    column: pd.Series, found: Rows, fixes: Mapping[str, Message], rows: RowFilter, role: Role
) -> None:
    blank = column.astype(object).map(lambda text: not str(text).strip(), na_action="ignore")
    empty = (column.isna() | blank.eq(True)).to_numpy()  # noqa: FBT003 - a comparison
    if role == "unit":
        rows.reject(
            empty & (found < 0),
            "no_unit",
            lambda _: message("no unit"),
            message("write the code or the name of the unit that reports"),
            at=role,
        )
    rows.reject(
        found < 0,
        "unknown_unit" if role == "unit" else "unknown_channel",
        lambda row: shown(column.iloc[row]),
        lambda row: fixes.get(str(column.iloc[row]).strip(), _UNKNOWN),
        at=role,
    )


def _refuse_other_measures(frame: pd.DataFrame, counts: Counts, rows: RowFilter) -> None:
    matter = frame["matter"]
    rows.reject(
        matter.notna().to_numpy(),
        "other_measure",
        lambda row: message("the row is about {matter!r}", matter=matter.iloc[row]),
        message("only results of the kind that was asked for are counted"),
        at="matter",
    )
    other = ~frame["of_persons"].to_numpy() & (counts.faults != "no_figure")
    rows.reject(
        other | (counts.faults == "other_measure"),
        "other_measure",
        lambda row: message(
            "{cell} of money, households or things", cell=shown(frame["persons"].iloc[row])
        ),
        message("only persons are counted: give their number, or choose the rows with only="),
    )


def _refuse_no_counts(column: pd.Series, counts: Counts, rows: RowFilter) -> None:
    nothing, no_count = counts.faults == "no_figure", counts.faults == "not_a_count"
    unreadable = np.zeros_like(rows.kept)
    for row in np.flatnonzero(no_count).tolist():
        unreadable[row] = isinstance(column.iloc[row], Unreadable)
    rows.reject(
        unreadable,
        "no_value",
        lambda row: column.iloc[row].why,
        message("open the file in a spreadsheet program, save it there, read it again"),
    )
    rows.reject(
        np.asarray(nothing),
        "no_figure",
        lambda _: message("no figure"),
        message("a missing report is not 0: ask for the figure"),
    )
    rows.reject(
        np.asarray(no_count),
        "not_a_count",
        lambda row: message("{cell} is no count of persons", cell=shown(column.iloc[row])),
        message("write a whole number of persons"),
    )


def _refuse_negative(figure: NDArray[np.int64], rows: RowFilter) -> None:
    rows.reject(
        figure < 0,
        "below_zero",
        lambda row: message("{n} persons so far", n=int(figure[row])),
        message("a cumulative figure is 0 or more: a correction lowers it, never below 0"),
    )


def _refuse_outside(
    day: NDArray[np.datetime64],
    rows: RowFilter,
    window: Window,
    periods: Periods,
    *,
    before: bool,
) -> None:
    period = periods.number(day)
    first, last = periods.number([window.first, window.last])
    rows.reject(
        (period > last) | (before & (period < first)),
        "outside_campaign",
        lambda row: message(
            "{day:date} is outside {first:date} to {last:date}",
            day=day[row],
            first=window.first,
            last=window.last,
        ),
        message("reports count from the first day of the first phase to the last day of the last"),
        at="date",
    )


def _refuse_not_open(
    days: tuple[NDArray[np.datetime64], NDArray[np.datetime64]],
    unit: Rows,
    rows: RowFilter,
    campaign: Campaign,
) -> None:
    """Take out figures of days on which their unit is not open: not yet, or no longer.

    A figure of several days counts if the unit is open on one of them.
    """
    opened, closed = lives(campaign)
    first, last = days

    def found(row: int) -> Message:
        one = campaign.units[int(unit[row])]
        day = last[row]
        if one.opened is not None and last[row] < opened[unit[row]]:
            return message(
                "{day:date}, but {unit} opens on {opened:date}",
                day=day,
                unit=one.label,
                opened=one.opened,
            )
        return message(
            "{day:date}, but the last day of {unit} is {closed:date}",
            day=day,
            unit=one.label,
            closed=one.closed,
        )

    def fix(row: int) -> Message:
        one = campaign.units[int(unit[row])]
        if one.opened is not None and last[row] < opened[unit[row]]:
            others = [
                before.label
                for before in campaign.units
                if any(code == one.code for code, _ in before.successors)
            ]
        else:
            others = [campaign.unit(code).label for code, _ in one.successors]
        if others:
            return message("report it for {units:list 8}, or correct the date", units=others)
        return message("correct the date or the unit")

    known = unit >= 0
    outside = np.zeros_like(rows.kept)
    outside[known] = (last[known] < opened[unit[known]]) | (first[known] > closed[unit[known]])
    rows.reject(outside, "unit_not_open", found, fix, at="unit")


def _refuse_doubles(
    keys: tuple[Rows, Rows, NDArray[np.datetime64]],
    figure: NDArray[np.int64],
    apart: pd.Series,
    rows: RowFilter,
) -> None:
    """Of rows for one unit, channel and date leave the first if they agree, none if they do not.

    Those of equal figures and different texts, as 男 and 女, may be of different people.
    """
    kept = np.flatnonzero(rows.kept)
    table = pd.DataFrame(
        {name: key[kept] for name, key in zip(("unit", "channel", "day"), keys, strict=True)}
    )
    later = table.duplicated().to_numpy()
    if not later.any():
        return
    said = table.assign(figure=figure[kept], apart=apart.to_numpy()[kept])
    values = said.groupby(list(table))[["figure", "apart"]].transform("nunique").to_numpy()
    differing = (values > 1).any(axis=1)
    contradicting, double = np.zeros_like(rows.kept), np.zeros_like(rows.kept)
    contradicting[kept[differing]], double[kept[later & ~differing]] = True, True
    rows.reject(
        contradicting,
        "contradicting",
        lambda row: message(
            "{n} persons, and another row for the same unit and date", n=int(figure[row])
        ),
        message("none is counted: leave the right one, or choose one matter with only="),
    )
    rows.reject(
        double,
        "double",
        lambda row: message("{n} persons once more for the same unit and date", n=int(figure[row])),
        message("the first is counted"),
    )


def _without_earlier(series: Series, window: Window, rows: RowFilter) -> Series:
    """Leave of the figures from before the campaign the last one of each group: its stock."""
    before = series.day < np.datetime64(window.first)
    superseded = np.zeros_like(before)
    superseded[:-1] = before[:-1] & before[1:] & ~series.first[1:]
    fallen = np.zeros_like(rows.kept)
    fallen[series.rows[superseded]] = True
    rows.reject(
        fallen,
        "outside_campaign",
        lambda _: message("a date before {first:date}", first=window.first),
        message("the unit's last figure before the campaign is its stock"),
        at="date",
    )
    return series.only(~superseded)


# -- the result ------------------------------------------------------------------------------------


def _table(
    series: Series, persons: NDArray[np.int64], units: Names, channels: Names, periods: Periods
) -> pd.DataFrame:
    period = periods.of(series.day)
    begins = series.first
    begins[1:] |= period[1:] != period[:-1]
    starts = np.flatnonzero(begins)
    sums = np.add.reduceat(persons, starts) if len(starts) else persons
    order = np.lexsort((series.channel[starts], period[starts], series.unit[starts]))
    at = starts[order]
    return pd.DataFrame(
        {
            "unit": _text(units, series.unit[at]),
            "period": period[at].astype("datetime64[s]"),
            "channel": _text(channels, series.channel[at]),
            "persons": pd.array(sums[order], dtype="Int64"),
        }
    )


def _stock(series: Series, units: Names, periods: Periods) -> pd.DataFrame:
    if not len(series.rows):
        return empty_stock()
    period = periods.of(series.day).astype("datetime64[s]")
    table = pd.DataFrame({"unit": series.unit, "period": period, "persons": series.figure})
    summed = table.groupby(["unit", "period"], as_index=False)["persons"].sum()
    return pd.DataFrame(
        {
            "unit": _text(units, summed["unit"].to_numpy()),
            "period": summed["period"],
            "persons": summed["persons"].astype("Int64"),
        }
    )


def _text(names: Names, positions: Rows) -> pd.Series:
    return pd.Series(np.array(names.codes, dtype=object)[positions], dtype="str")

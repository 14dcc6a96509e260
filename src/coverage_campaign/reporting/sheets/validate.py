"""Figures of units become a tally: every row is counted or explained, nothing is mended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, Window, to_instant
from coverage_campaign.model.labels import Label
from coverage_campaign.reporting.problems import ReportProblems
from coverage_campaign.reporting.result import Period, Tally, empty_stock
from coverage_campaign.reporting.sheets.baselines import Baseline, baseline_of, baseline_table
from coverage_campaign.reporting.sheets.column_roles import FigureKind, Role
from coverage_campaign.reporting.sheets.dates import Dates, period_of, read_dates
from coverage_campaign.reporting.sheets.long_table import Figures
from coverage_campaign.reporting.sheets.names import Names, channel_names, unit_names
from coverage_campaign.reporting.sheets.numbers import MOST_PERSONS, Counts, scaled_counts
from coverage_campaign.reporting.sheets.row_filter import Rows, Sieve, shown
from coverage_campaign.reporting.sheets.series import Series, differences, running, sorted_series
from coverage_campaign.reporting.sheets.totals import refuse_totals, sums_that_differ
from coverage_campaign.reporting.sheets.warnings import (
    doubt_eligible,
    doubt_falls,
    doubt_figures,
    doubt_kind,
    doubt_rates,
    gaps,
)
from coverage_campaign.workbooks.grid import Unreadable

__all__ = ["reckon"]

_YEAR_OF_DATES = Label(
    {
        "en": "dates without a year are the first such dates of the campaign",
        "zh-Hans": "未写年份的日期取工作期内最早的该日期",
    }
)


def reckon(
    figures: Figures,
    campaign: Campaign,
    *,
    kind: FigureKind,
    by: Period,
    baseline: Baseline = None,
    as_of: DateLike | None = None,
    simulated: bool = False,
) -> Tally:
    """Return the tally of figures; `files.workbooks.read_reports` says what counts, and when."""
    frame, window = figures.frame, campaign.whole_window
    sieve = Sieve(figures)
    units, channels = unit_names(campaign), channel_names(campaign)
    instant = None if as_of is None else to_instant(as_of)
    dates = read_dates(frame["date"], window)
    day = _days(frame["date"], dates, sieve, by)
    if instant is not None:
        _refuse_later(day, sieve, instant)
    unit, unit_ways = units.find(frame["unit"])
    channel, channel_ways = channels.find(frame["channel"])
    counts = scaled_counts(frame["persons"], frame["scale"])
    refuse_totals(frame, campaign, unit=unit, channel=channel, day=day, counts=counts, sieve=sieve)
    _refuse_unknown(frame["unit"], unit, unit_ways, sieve, "unit")
    _refuse_unknown(frame["channel"], channel, channel_ways, sieve, "channel")
    _refuse_no_counts(frame["persons"], counts, sieve)
    sieve.items.extend(sums_that_differ(figures.sums, counts))
    figure = counts.persons
    if kind == "cumulative":
        _refuse_negative(figure, sieve)
    whole = kind == "cumulative" and baseline is None
    _refuse_outside(day, sieve, window, by, before=not whole)
    _refuse_doubles(np.stack([unit, channel, day.astype(np.int64)]), figure, sieve)
    series = sorted_series(sieve.standing, unit=unit, channel=channel, day=day, figure=figure)
    eligible = np.array([one.count(campaign.eligible) or 0 for one in campaign.units], np.int64)
    if kind == "cumulative":
        series = _without_earlier(series, window, sieve)
        persons, is_stock = differences(series, *baseline_of(baseline, series, units, channels))
        doubt_eligible(series, series.figure, eligible, sieve)
    else:
        persons, is_stock = series.figure, np.zeros(len(series.rows), dtype=bool)
        doubt_eligible(series, running(series), eligible, sieve)
    doubt_falls(series, persons, is_stock, sieve)
    other = scaled_counts(frame["other"], frame["other_scale"])
    new, cumulative = (other, counts) if kind == "cumulative" else (counts, other)
    doubt_figures(series, new, cumulative, by, sieve)
    doubt_rates(frame, series, cumulative, eligible, sieve)
    sieve.items.extend(doubt_kind(series, kind))
    sieve.items.extend(gaps(series, units, campaign, by))
    basis = attrs.evolve(campaign.basis(), simulated=simulated)
    return Tally(
        campaign=campaign,
        frame=_table(series.only(~is_stock), persons[~is_stock], units, channels, by),
        as_of=instant,
        by=by,
        basis=basis.assuming(_YEAR_OF_DATES) if dates.year_assumed else basis,
        problems=ReportProblems.of([*figures.problems, *sieve.items]),
        rows_in=len(frame),
        stock=_stock(series.only(is_stock), units, by),
        baseline=baseline_table(baseline if kind == "cumulative" else None, series, units),
    )


# -- rows that cannot be counted -------------------------------------------------------------------

_DATE = "write a date as YYYY-MM-DD or a month as YYYY-MM, without a time zone"


def _days(column: pd.Series, dates: Dates, sieve: Sieve, by: Period) -> NDArray[np.datetime64]:
    if by == "day" and dates.months_only:
        raise ReportError(Problem("by", "'day', but the dates name months", "pass by='month'"))
    nothing, no_date = dates.faults == "no_date", dates.faults == "not_a_date"
    sieve.refuse(np.asarray(nothing), "no_date", lambda _: "no date", _DATE, at="date")
    sieve.refuse(
        np.asarray(no_date),
        "not_a_date",
        lambda row: f"{shown(column.iloc[row])} is no date",
        _DATE,
        at="date",
    )
    months = period_of(dates.days, "month")
    known = ~np.isnat(months)
    if by == "month" and (months[known].astype("datetime64[D]") == dates.days[known]).all():
        # First days of months and nothing else name the months, so each reaches to its last day.
        return (months + 1).astype("datetime64[D]") - 1
    return dates.days


def _refuse_later(day: NDArray[np.datetime64], sieve: Sieve, instant: dt.datetime) -> None:
    over = (instant + dt.timedelta(seconds=1)).date()  # a day is known when it is over
    sieve.refuse(
        day >= np.datetime64(over),
        "not_yet_reported",
        lambda row: f"{day[row]} was not over at {instant}",
        "choose a later as_of to count it",
        at="date",
    )


def _refuse_unknown(
    column: pd.Series, found: Rows, ways_out: Mapping[str, str], sieve: Sieve, role: Role
) -> None:
    sieve.refuse(
        found < 0,
        f"unknown_{role}",
        lambda row: shown(column.iloc[row]),
        lambda row: ways_out.get(str(column.iloc[row]).strip(), f"write the code of a {role}"),
        at=role,
    )


def _refuse_no_counts(column: pd.Series, counts: Counts, sieve: Sieve) -> None:
    nothing, no_count = counts.faults == "no_figure", counts.faults == "not_a_count"
    unreadable = np.zeros_like(sieve.standing)
    for row in np.flatnonzero(no_count).tolist():
        unreadable[row] = isinstance(column.iloc[row], Unreadable)
    sieve.refuse(
        unreadable,
        "no_value",
        lambda row: str(column.iloc[row]),
        "open the file in a spreadsheet program, save it there, read it again",
    )
    sieve.refuse(
        np.asarray(nothing),
        "no_figure",
        lambda _: "no figure",
        "not reported is not 0: ask for the figure",
    )
    sieve.refuse(
        np.asarray(no_count),
        "not_a_count",
        lambda row: f"{shown(column.iloc[row])} is no count of persons",
        f"write a whole number of persons, at most {MOST_PERSONS:,}",
    )


def _refuse_negative(figure: NDArray[np.int64], sieve: Sieve) -> None:
    sieve.refuse(
        figure < 0,
        "below_zero",
        lambda row: f"{figure[row]:,} persons so far",
        "a cumulative figure is 0 or more: a correction lowers it, never below 0",
    )


def _refuse_outside(
    day: NDArray[np.datetime64], sieve: Sieve, window: Window, by: Period, *, before: bool
) -> None:
    period, (first, last) = period_of(day, by), period_of(window.dates()[[0, -1]], by)
    sieve.refuse(
        (period > last) | (before & (period < first)),
        "outside_campaign",
        lambda row: f"{day[row]} is outside {window}",
        "reports count from the first day of the first phase to the last day of the last",
        at="date",
    )


def _refuse_doubles(keys: NDArray[np.int64], figure: NDArray[np.int64], sieve: Sieve) -> None:
    """Of rows for one unit, channel and date leave the first if they agree, none if they do not."""
    rows = np.flatnonzero(sieve.standing)
    table = pd.DataFrame({"unit": keys[0, rows], "channel": keys[1, rows], "day": keys[2, rows]})
    later = table.duplicated().to_numpy()
    if not later.any():
        return
    figures = pd.Series(figure[rows])
    differing = figures.groupby([table[key] for key in table]).transform("nunique").to_numpy() > 1
    contradicting, double = np.zeros_like(sieve.standing), np.zeros_like(sieve.standing)
    contradicting[rows[differing]], double[rows[later & ~differing]] = True, True
    sieve.refuse(
        contradicting,
        "contradicting",
        lambda row: f"{figure[row]:,} persons, and another figure for the same unit and date",
        "none is counted: leave the right one, or choose one matter with only=",
    )
    sieve.refuse(
        double,
        "double",
        lambda row: f"{figure[row]:,} persons once more for the same unit and date",
        "the first is counted",
    )


def _without_earlier(series: Series, window: Window, sieve: Sieve) -> Series:
    """Leave of the figures from before the campaign the last one of each group: its stock."""
    before = series.day < np.datetime64(window.first)
    superseded = np.zeros_like(before)
    superseded[:-1] = before[:-1] & before[1:] & ~series.first[1:]
    fallen = np.zeros_like(sieve.standing)
    fallen[series.rows[superseded]] = True
    sieve.refuse(
        fallen,
        "outside_campaign",
        lambda _: f"a date before {window.first}",
        "the unit's last figure before the campaign is its stock",
        at="date",
    )
    return series.only(~superseded)


# -- the result ------------------------------------------------------------------------------------


def _table(
    series: Series, persons: NDArray[np.int64], units: Names, channels: Names, by: Period
) -> pd.DataFrame:
    period = period_of(series.day, by)
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


def _stock(series: Series, units: Names, by: Period) -> pd.DataFrame:
    if not len(series.rows):
        return empty_stock()
    period = period_of(series.day, by).astype("datetime64[s]")
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

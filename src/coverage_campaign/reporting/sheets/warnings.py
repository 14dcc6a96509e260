"""What is odd about figures that are counted all the same: said, never mended."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.reporting.problems import ReportProblem
from coverage_campaign.reporting.result import Period
from coverage_campaign.reporting.sheets.column_roles import FigureKind
from coverage_campaign.reporting.sheets.dates import period_of
from coverage_campaign.reporting.sheets.names import Names
from coverage_campaign.reporting.sheets.numbers import Counts, scaled_counts
from coverage_campaign.reporting.sheets.printed_rates import rates_that_differ
from coverage_campaign.reporting.sheets.row_filter import Mask, Sieve
from coverage_campaign.reporting.sheets.series import Series

__all__ = [
    "doubt_eligible",
    "doubt_falls",
    "doubt_figures",
    "doubt_kind",
    "doubt_rates",
    "gaps",
]


def doubt_falls(series: Series, persons: NDArray[np.int64], is_stock: Mask, sieve: Sieve) -> None:
    """Say where a figure takes persons back."""
    for index in np.flatnonzero((persons < 0) & ~is_stock).tolist():
        figure, change = int(series.figure[index]), int(persons[index])
        more = "" if figure == change else f", {-change:,} fewer than the figure before"
        sieve.doubt(
            int(series.rows[index]),
            "fall",
            f"{figure:,} persons{more}",
            "counted as a correction: ask the unit what was corrected, and for which day",
        )


def doubt_eligible(
    series: Series, reached: NDArray[np.int64], eligible: NDArray[np.int64], sieve: Sieve
) -> None:
    """Say where a unit first stands above 100 % of its eligible persons (0 = unknown)."""
    base = eligible[series.unit]
    above = np.flatnonzero((reached > base) & (base > 0))
    _, first, times = np.unique(series.unit[above], return_index=True, return_counts=True)
    for index, count in zip(above[first].tolist(), times.tolist(), strict=True):
        more = f", and in {count - 1} more reports" if count > 1 else ""
        sieve.doubt(
            int(series.rows[index]),
            "above_eligible",
            f"{reached[index]:,} persons of {base[index]:,} eligible{more}",
            "check the eligible population, and whether persons count twice",
        )


def doubt_rates(
    frame: pd.DataFrame,
    series: Series,
    cumulative: Counts,
    eligible: NDArray[np.int64],
    sieve: Sieve,
) -> None:
    """Say where a printed rate is not figure / target, or figure / eligible without a target.

    A rate is of the persons so far: beside new figures alone it cannot be reckoned.
    """
    rows = np.sort(series.rows[cumulative.known[series.rows]])
    if frame["rate"].isna().all() or not len(rows):
        return
    if frame["target"].isna().all():
        base = np.zeros(len(frame), np.int64)
        base[series.rows] = eligible[series.unit]
    else:
        base = scaled_counts(frame["target"], frame["target_scale"]).persons
    for row, found in rates_that_differ(cumulative.persons, base, frame["rate"], rows):
        sieve.doubt(row, "rate_differs", found, "counts decide, not the printed rate", at="rate")


def doubt_figures(
    series: Series, new: Counts, cumulative: Counts, by: Period, sieve: Sieve
) -> None:
    """Say where a printed new figure is not the difference of two cumulative ones."""
    period = period_of(series.day, by)
    follows = ~series.first
    follows[1:] &= (period[1:] - period[:-1]).astype(np.int64) == 1
    rows, before = series.rows, np.roll(series.rows, 1)
    both = new.known[rows] & cumulative.known[rows] & cumulative.known[before]
    difference = cumulative.persons[rows] - cumulative.persons[before]
    for at in np.flatnonzero(follows & both & (difference != new.persons[rows])).tolist():
        row = int(rows[at])
        sieve.doubt(
            row,
            "figures_differ",
            f"new {new.persons[row]:,}, but the cumulative figures rise by {difference[at]:,}",
            "the figures that were asked for are counted: ask the unit which are right",
        )


_FEWEST_STEPS = 8
_FEWEST_FIGURES = 4
_MOST_FALLS = 1 / 3


def doubt_kind(series: Series, kind: FigureKind) -> Iterator[ReportProblem]:
    """Yield a problem where the figures do not look like the kind that was declared.

    New persons of a period do not grow in every unit in every step; persons so far do not fall in a
    third of them. Units with fewer than 4 figures, and fewer than 8 steps in all, say nothing.
    """
    starts = np.flatnonzero(series.first)
    sizes = np.diff(np.append(starts, len(series.rows)))
    looked_at = ~series.first & np.repeat(sizes >= _FEWEST_FIGURES, sizes)
    steps = np.diff(series.figure, prepend=0)[looked_at]
    falls = int((steps < 0).sum())
    if len(steps) < _FEWEST_STEPS:
        return
    if kind == "new" and falls == 0 and (steps > 0).any():
        found = f"declared new, but no figure falls in {len(steps)} steps"
        fix = "if these are persons so far, pass figures='cumulative'"
        yield ReportProblem("looks_cumulative", "figures", found, fix, counted=True)
    if kind == "cumulative" and falls > len(steps) * _MOST_FALLS:
        found = f"declared cumulative, but figures fall in {falls} of {len(steps)} steps"
        fix = "if these are the persons of each period, pass figures='new'"
        yield ReportProblem("looks_new", "figures", found, fix, counted=True)


def gaps(series: Series, units: Names, campaign: Campaign, by: Period) -> Iterator[ReportProblem]:
    """Yield the periods without any report, then the runs of periods that a unit leaves out."""
    period = period_of(series.day, by)
    window = campaign.whole_window
    inside = period >= period_of(window.dates()[:1], by)
    if not inside.any():
        return
    present = np.unique(period[inside])
    for gone in np.setdiff1d(np.arange(present[0], present[-1] + 1), present):
        yield ReportProblem("no_report", str(gone), "nobody reported", _WAY_OUT, counted=True)
    reporting, unit = np.unique(series.unit[inside], return_inverse=True)
    there = np.zeros((len(reporting), len(present)), dtype=bool)
    there[unit, np.searchsorted(present, period[inside])] = True
    yield from _gaps_of_units(there, present, [units.codes[u] for u in reporting], campaign)


_WAY_OUT = (
    "not reported is not 0: the next cumulative figure holds it, a new one has to be asked for"
)


def _gaps_of_units(
    there: Mask, present: NDArray[np.datetime64], codes: list[str], campaign: Campaign
) -> Iterator[ReportProblem]:
    edges = np.diff(np.pad(~there, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    starts, ends = np.argwhere(edges == 1).tolist(), np.argwhere(edges == -1).tolist()
    days = present.astype("datetime64[D]").tolist()
    for (index, start), (_, end) in zip(starts, ends, strict=True):
        unit = campaign.unit(codes[index])
        gone = [at for at in range(start, end) if unit.exists_on(days[at])]
        if gone:
            span = f"{present[gone[0]]} to {present[gone[-1]]}" if gone[1:] else present[gone[0]]
            found = f"no figure in {len(gone)} periods in which others reported"
            yield ReportProblem(
                "no_report", f"unit {unit.code!r}, {span}", found, _WAY_OUT, counted=True
            )

"""What is odd about figures that are counted all the same: said, never mended."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.reporting.counts import Period
from coverage_campaign.reporting.names import Names
from coverage_campaign.reporting.numerals import read_counts
from coverage_campaign.reporting.periods import period_of
from coverage_campaign.reporting.printed import rates_that_differ
from coverage_campaign.reporting.problems import ReportProblem
from coverage_campaign.reporting.series import Series
from coverage_campaign.reporting.sieve import Mask, Sieve

__all__ = ["doubt_eligible", "doubt_falls", "doubt_rates", "gaps"]


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
    frame: pd.DataFrame, series: Series, eligible: NDArray[np.int64], sieve: Sieve
) -> None:
    """Say where a printed rate is not figure / target, or figure / eligible without a target."""
    if frame["rate"].isna().all():
        return
    done, base = np.zeros(len(frame), np.int64), np.zeros(len(frame), np.int64)
    done[series.rows] = series.figure
    if frame["target"].isna().all():
        base[series.rows] = eligible[series.unit]
    else:
        base = read_counts(frame["target"]).persons
    for row, found in rates_that_differ(done, base, frame["rate"], np.sort(series.rows)):
        sieve.doubt(row, "rate_differs", found, "counts decide, not the printed rate", at="rate")


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

"""The counted figures of each unit and channel in the order of their days, and what came before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.reporting.sheets.names import ALL, Names
from coverage_campaign.reporting.sheets.numbers import read_counts
from coverage_campaign.reporting.sheets.row_filter import Mask, Rows

__all__ = [
    "Baseline",
    "Series",
    "baseline_of",
    "baseline_table",
    "begins_again",
    "differences",
    "running",
    "sorted_series",
]


@attrs.frozen(eq=False)
class Series:
    """Counted rows, sorted by unit, channel and day; a group is one unit's one channel.

    `rows` are positions in the source, `unit` and `channel` positions in the campaign's lists,
    `figure` what was reported [persons], `begins` the day from which a running total counts (NaT
    where the source does not say it); `goes_on` tells that a total never begins again, since it is
    of all who are insured.
    """

    rows: Rows
    unit: Rows
    channel: Rows
    day: NDArray[np.datetime64]
    figure: NDArray[np.int64]
    begins: NDArray[np.datetime64]
    goes_on: Mask

    @property
    def first(self) -> Mask:
        """Where a group begins."""
        new = np.ones(len(self.rows), dtype=bool)
        new[1:] = (self.unit[1:] != self.unit[:-1]) | (self.channel[1:] != self.channel[:-1])
        return new

    def only(self, kept: Mask) -> Series:
        """Return the rows of a mask."""
        return Series(*(getattr(self, field.name)[kept] for field in attrs.fields(Series)))


def sorted_series(
    kept: Mask,
    *,
    unit: Rows,
    channel: Rows,
    day: NDArray[np.datetime64],
    figure: NDArray[np.int64],
    begins: NDArray[np.datetime64],
    goes_on: Mask,
) -> Series:
    """Return the kept rows as series."""
    rows = np.flatnonzero(kept)
    order = rows[np.lexsort((day[rows], channel[rows], unit[rows]))]
    return Series(
        order,
        unit[order],
        channel[order],
        day[order],
        figure[order],
        begins[order],
        goes_on[order],
    )


def begins_again(series: Series) -> Mask:
    """Return where a running total begins again, so that the figure itself is what is new.

    It does where the source says a later beginning than of the figure before (1-1月 after 1-12月).
    Where it says none, at the turn of a year at which most of the running totals fall to less than
    half: then a new year has begun, and nobody was taken back. A total of all who are insured goes
    on over the turn of a year: where it falls, persons left or the figure was corrected.
    """
    follows = ~series.first & ~series.goes_on
    before = np.roll(series.begins, 1)
    said = follows & (series.begins > before) & ~np.isnat(before)
    unsaid = follows & np.isnat(series.begins)
    year = series.day.astype("datetime64[Y]")
    turn = unsaid & (year > np.roll(year, 1))
    previous = np.roll(series.figure, 1)
    fallen = turn & (2 * series.figure < previous)
    if 2 * fallen.sum() > (turn & (previous > 0)).sum():
        return np.asarray(said | fallen)
    return np.asarray(said)


def differences(
    series: Series, baseline: NDArray[np.int64], known: Mask, again: Mask
) -> tuple[NDArray[np.int64], Mask]:
    """Return what each cumulative figure adds to the one before it, and which rows are stock.

    `baseline` and `known` say, at a group's first row, how many persons were covered before it; a
    first figure without a baseline is stock. `again` is where a total begins again from 0.
    """
    first = series.first
    before = np.empty_like(series.figure)
    before[1:] = series.figure[:-1]
    before[again] = 0
    before[first] = baseline[first]
    return np.subtract(series.figure, before), first & ~known


def running(series: Series) -> NDArray[np.int64]:
    """Return the persons of each group so far, where each figure is of new persons."""
    total = np.cumsum(series.figure, dtype=np.int64)
    starts = np.flatnonzero(series.first)
    before = np.concatenate([np.zeros(1, dtype=np.int64), total])[starts]
    lengths = np.diff(np.append(starts, len(total)))
    return np.asarray(total - np.repeat(before, lengths), dtype=np.int64)


# -- before the first report -----------------------------------------------------------------------

Baseline: TypeAlias = Mapping[str, int] | pd.Series | int | None
"""What running totals start from: persons by unit, one number for every unit, None = unknown."""


def baseline_of(
    baseline: Baseline, series: Series, units: Names, channels: Names
) -> tuple[NDArray[np.int64], Mask]:
    """Return the baseline of each row's unit [persons], and where it is known."""
    if baseline is None:
        return np.zeros(len(series.rows), np.int64), np.zeros(len(series.rows), dtype=bool)
    if isinstance(baseline, (Mapping, pd.Series)):
        if (series.channel != channels.position[ALL]).any():
            found = "persons by unit, but the reports have channels"
            raise DefinitionError(Problem("baseline", found, "give None or 0"))
        persons, given = _by_unit(baseline, units)
        return persons[series.unit], given[series.unit]
    if isinstance(baseline, (bool, float)) or baseline < 0:
        fix = "give None, a whole number from 0, or persons by unit"
        raise DefinitionError(Problem("baseline", f"{baseline!r}", fix))
    return np.full(len(series.rows), baseline, np.int64), np.ones(len(series.rows), dtype=bool)


def baseline_table(baseline: Baseline, units: Names) -> pd.DataFrame:
    """Return who was covered before, as far as the caller said it: unit, persons.

    Only persons by unit are a count of people. One number for every unit, such as 0 at a campaign's
    start, says where the totals begin and nothing about who was covered; so do zeros alone.
    """
    rows, persons = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    if isinstance(baseline, (Mapping, pd.Series)):
        figures, given = _by_unit(baseline, units)
        if figures.any():
            rows = np.flatnonzero(given)
            persons = figures[rows]
    codes = np.array(units.codes, dtype=object)[rows]
    return pd.DataFrame(
        {"unit": pd.Series(codes, dtype="str"), "persons": pd.array(persons, dtype="Int64")}
    )


def _by_unit(
    baseline: Mapping[str, int] | pd.Series, units: Names
) -> tuple[NDArray[np.int64], Mask]:
    keys, values = zip(*baseline.items(), strict=True) if len(baseline) else ((), ())
    names = pd.Series(keys, dtype=object)
    counts = read_counts(pd.Series(values, dtype=object))
    found, ways_out = units.find(names)
    problems = [
        Problem(f"baseline[{keys[row]!r}]", "no such unit", ways_out.get(str(keys[row]), ""))
        for row in np.flatnonzero(found < 0)
    ]
    wrong = (counts.faults == "not_a_count") | (counts.persons < 0)
    problems += [
        Problem(f"baseline[{keys[row]!r}]", f"{values[row]!r}", "give a whole number, 0 or more")
        for row in np.flatnonzero(wrong)
    ]
    if problems:
        raise DefinitionError(problems)
    persons = np.zeros(len(units.codes), np.int64)
    given = np.zeros(len(units.codes), dtype=bool)
    persons[found[counts.known]] = counts.persons[counts.known]
    given[found[counts.known]] = True
    return persons, given

"""How many persons were covered before the first report of a unit, where somebody knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.reporting.sheets.names import Names
from coverage_campaign.reporting.sheets.numbers import read_counts
from coverage_campaign.reporting.sheets.row_filter import Mask
from coverage_campaign.reporting.sheets.series import Series

__all__ = ["Baseline", "baseline_of", "baseline_table"]

Baseline: TypeAlias = Mapping[str, int] | pd.Series | int | None
"""Persons covered before the first report: by unit, one number for every unit, None = unknown."""


def baseline_of(
    baseline: Baseline, series: Series, units: Names, channels: Names
) -> tuple[NDArray[np.int64], Mask]:
    """Return the baseline of each row's unit [persons], and where it is known."""
    if baseline is None:
        return np.zeros(len(series.rows), np.int64), np.zeros(len(series.rows), dtype=bool)
    if isinstance(baseline, (Mapping, pd.Series)):
        if (series.channel != channels.codes.index("all")).any():
            found = "persons by unit, but the reports have channels"
            raise DefinitionError(Problem("baseline", found, "give None or 0"))
        persons, given = _by_unit(baseline, units)
        return persons[series.unit], given[series.unit]
    if isinstance(baseline, (bool, float)) or baseline < 0:
        fix = "give None, a whole number from 0, or persons by unit"
        raise DefinitionError(Problem("baseline", f"{baseline!r}", fix))
    return np.full(len(series.rows), baseline, np.int64), np.ones(len(series.rows), dtype=bool)


def baseline_table(baseline: Baseline, series: Series, units: Names) -> pd.DataFrame:
    """Return who was covered before, as far as the caller said it: unit, persons.

    Persons by unit are said of each unit named, one number of each unit that has a series.
    """
    if baseline is None:
        rows, persons = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    elif isinstance(baseline, (Mapping, pd.Series)):
        figures, given = _by_unit(baseline, units)
        rows = np.flatnonzero(given)
        persons = figures[rows]
    else:
        rows = np.unique(series.unit)
        persons = np.full(len(rows), baseline, np.int64)
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

"""Running totals by date and unit, read from a frame: the input that needs no campaign."""

from __future__ import annotations

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.progress.forecast.history import Record, rebuilt

__all__ = ["Totals", "to_totals"]

_Floats = NDArray[np.float64]


@attrs.frozen(eq=False, kw_only=True)
class Totals:
    """Running totals: `persons` has one row a date and one column a unit, nan where unknown."""

    units: tuple[str, ...]
    dates: NDArray[np.datetime64]
    persons: _Floats
    ceiling: _Floats

    def row_of(self, row: int, ahead: int) -> int:
        """Return the row of the date so many days after a row's, or -1."""
        date = self.dates[row] + np.timedelta64(ahead, "D")
        place = int(np.searchsorted(self.dates, date))
        return place if place < len(self.dates) and self.dates[place] == date else -1

    def record(self, row: int, ahead: _Floats) -> Record:
        """Return what was known at the end of a row's date."""
        days = (self.dates[: row + 1] - self.dates[row]).astype(np.float64)
        persons, _ = rebuilt(days, self.persons[: row + 1])
        return Record(days=days, persons=persons, ahead=ahead, ceiling=self.ceiling)


def to_totals(cumulative: pd.DataFrame, *, ceiling: pd.Series | None = None) -> Totals:
    """Return a frame of running totals as arrays: dates ascending, one column a unit.

    Raises:
        DefinitionError: No date, a date twice, a column that is no number, a ceiling that is
            negative or that lacks a unit.
    """
    table = cumulative.set_index("date") if "date" in cumulative.columns else cumulative
    index = pd.DatetimeIndex(table.index)
    problems = [*_date_problems(index), *_number_problems(table)]
    if problems:
        raise DefinitionError(problems, source="running totals")
    order = np.argsort(index.to_numpy(), kind="stable")
    units = tuple(str(column) for column in table.columns)
    limit = np.full(len(units), np.inf)
    if ceiling is not None:
        given = ceiling.reindex(list(table.columns)).astype("Float64")
        limit = given.to_numpy(dtype=np.float64, na_value=np.inf).astype(np.float64)
        if (limit < 0).any():
            raise DefinitionError(Problem("ceiling", "is negative", "give persons, 0 or more"))
    persons = table.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    return Totals(
        units=units,
        dates=index.to_numpy(dtype="datetime64[D]")[order],
        persons=persons[order].astype(np.float64),
        ceiling=limit,
    )


def _date_problems(index: pd.DatetimeIndex) -> list[Problem]:
    if not len(index):
        return [Problem("dates", "none", "give at least one row")]
    days = index.normalize()
    twice = days[days.duplicated()]
    if len(twice):
        return [Problem("dates", f"{twice[0].date()} twice", "give one row per date")]
    return []


def _number_problems(table: pd.DataFrame) -> list[Problem]:
    return [
        Problem(f"column {name!r}", f"is {table[name].dtype}", "give numbers of persons")
        for name in table.columns
        if not pd.api.types.is_numeric_dtype(table[name])
    ]

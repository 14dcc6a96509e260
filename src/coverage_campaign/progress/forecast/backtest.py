"""Forecasts made again as they would have been, and what came: errors, ranges, baselines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import cast

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.checks import checked_call, checked_fields, checked_methods
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import by_value, owned, owned_frame
from coverage_campaign.messages import message
from coverage_campaign.notebook import Axes, html_table
from coverage_campaign.progress.forecast.history import PersonsByUnit, RunningTotals, running_totals
from coverage_campaign.progress.forecast.intervals import paths_of
from coverage_campaign.progress.forecast.methods import Pace, damped, run_rate, unchanged

__all__ = ["BASELINES", "Backtest", "backtest"]

_Floats = NDArray[np.float64]

BASELINES: Mapping[str, Pace] = MappingProxyType(
    {
        "unchanged": unchanged,
        "run_rate(7)": run_rate(7),
        "run_rate(14)": run_rate(14),
        "run_rate(28)": run_rate(28),
        "run_rate(all)": run_rate(10_000),
    }
)
"""What a forecast has to beat: nobody else comes, or the pace of late goes on."""


@checked_methods
@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Backtest:
    """The errors of a method and of its baselines, origin by origin."""

    method: str
    level: float
    unit_of_error: str
    _frame: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
    _ranges: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)

    @property
    def ranges(self) -> pd.DataFrame:
        """One row per origin and days ahead: origin, ahead, inside, units."""
        return owned(self._ranges)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per origin, days ahead and method: origin, ahead, method, error.

        `error` is the mean absolute error over the units: in points (persons per 100 of the
        population) where a population was given, else in persons.
        """
        return owned(self._frame)

    def coverage(self) -> pd.DataFrame:
        """Return how often the range held what came, by days ahead.

        Columns: ahead, covered (fraction of one, all units and origins), origins, and
        origins_apart: how many of them do not overlap, which is how many there really are.
        """
        rows = [
            {
                "ahead": int(cast("int", ahead)),
                "covered": float(group["inside"].sum() / group["units"].sum()),
                "origins": len(group),
                "origins_apart": _apart(group["origin"], int(cast("int", ahead))),
            }
            for ahead, group in self._ranges.groupby("ahead")
        ]
        return pd.DataFrame(rows, columns=["ahead", "covered", "origins", "origins_apart"])

    def totals(self) -> pd.DataFrame:
        """Return one row per days ahead, and one for all of them (<NA>).

        Columns: ahead, error and best (mean over the origins of the method's error and of the best
        baseline's, which is another one at each origin), ratio (geometric mean over the origins of
        one to the other; below 1 the method wins against a choice made with hindsight), covered,
        origins, origins_apart.
        """
        table = self._frame.pivot_table(index=["origin", "ahead"], columns="method", values="error")
        mine, best = table[self.method], table.drop(columns=self.method).min(axis=1)
        joined = pd.DataFrame({"error": mine, "best": best, "log": _log_ratio(mine, best)})
        by_ahead = joined.groupby("ahead").mean().reset_index()
        rows = by_ahead.merge(self.coverage(), on="ahead")
        rows["ahead"] = rows["ahead"].astype("Int64")
        whole = pd.DataFrame(
            {
                "ahead": pd.array([pd.NA], dtype="Int64"),
                "error": [joined["error"].mean()],
                "best": [joined["best"].mean()],
                "log": [joined["log"].mean()],
                "covered": [self.ranges["inside"].sum() / self.ranges["units"].sum()],
                "origins": [self.ranges["origin"].nunique()],
                "origins_apart": [int(rows["origins_apart"].min())],
            }
        )
        both = pd.concat([rows, whole], ignore_index=True)
        both.insert(3, "ratio", np.exp(both.pop("log")))
        return both

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the errors by days ahead, of the method and its baselines."""
        from coverage_campaign.views import charts  # the one way up, taken late

        return charts.back_test(self, ax=ax)

    def _line(self) -> str:
        whole = self.totals().iloc[-1]
        return (
            f"Back-test of {self.method}: error {whole['error']:.3g} {self.unit_of_error}, "
            f"{whole['ratio']:.2f} of the best baseline's; {100 * whole['covered']:.0f} % inside "
            f"the {100 * self.level:.0f} % range"
        )

    def _repr_html_(self) -> str:
        return html_table(self.totals(), title=self._line())

    def __repr__(self) -> str:
        """Return the verdict in one line."""
        return f"<{self._line()}>"


@checked_call
def backtest(
    cumulative: object,
    *,
    ahead: Sequence[int] = (7, 14, 21, 28, 37),
    method: Pace = damped,
    baselines: Mapping[str, Pace] = BASELINES,
    population: PersonsByUnit | None = None,
    ceiling: PersonsByUnit | None = None,
    level: float = 0.8,
) -> Backtest:
    """Return how a method would have done on running totals, against baselines.

    From every date but the first, with what was known then and nothing later, the totals so many
    days ahead are forecast and compared with what came, where that date has figures.

    Args:
        cumulative: One row per date (the index, or a column 'date'), one column per unit.
        ahead: The days ahead.
        method: The method under test.
        baselines: What it is compared with, by name; any function of a record will do, such as
            one that calls another library.
        population: Persons by unit: errors are then in points of it.
        ceiling: The most that each unit can reach, given to every method.
        level: The probability of the ranges.

    Raises:
        DefinitionError: No date has figures so many days after another.
    """
    if not all(days > 0 for days in ahead):
        found = message("{days}", days=[str(days) for days in ahead])
        raise DefinitionError(Problem("ahead", found, "give whole days, 1 or more"))
    totals = running_totals(cumulative, ceiling=ceiling)
    scale = _scale(totals, population)
    methods = {**baselines, _name(method): method}
    errors: list[tuple[object, int, str, float]] = []
    ranges: list[tuple[object, int, int, int]] = []
    for row, days in _origins(totals, ahead):
        later = totals.dates[row] + np.array(days, dtype="timedelta64[D]")
        history, _ = totals.history(row, later)
        came = totals.persons[[totals.row_of(row, day) for day in days]]
        for name, pace in methods.items():
            missed = pd.DataFrame(np.abs(pace(history) - came) * scale).mean(axis=1)
            errors += [
                (totals.dates[row], day, name, error)
                for day, error in zip(days, missed.tolist(), strict=True)
            ]
        units, _ = paths_of(history, method, dates=totals.dates[: row + 1], later=later)
        low, high = units.range(level)
        inside = (low <= came) & (came <= high)
        known = ~np.isnan(came) & ~np.isnan(low)
        ranges += [
            (totals.dates[row], day, int((one & seen).sum()), int(seen.sum()))
            for day, one, seen in zip(days, inside, known, strict=True)
        ]
    if not errors:
        raise DefinitionError(
            Problem(
                "ahead",
                message("no date has figures {ahead} days after another", ahead=ahead),
                "give days ahead that the totals cover",
            )
        )
    return Backtest(
        method=_name(method),
        level=level,
        unit_of_error="persons" if population is None else "points",
        frame=pd.DataFrame(errors, columns=["origin", "ahead", "method", "error"]),
        ranges=pd.DataFrame(ranges, columns=["origin", "ahead", "inside", "units"]),
    )


def _log_ratio(mine: pd.Series[float], best: pd.Series[float]) -> pd.Series[float]:
    """Return the log of mine over best; no error against no error is even, else it is infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(mine.to_numpy()) - np.log(best.to_numpy())
    even = (mine == 0) & (best == 0)
    return pd.Series(np.where(even, 0.0, logs), index=mine.index)


def _name(method: Pace) -> str:
    return str(getattr(method, "__name__", "method"))


def _scale(totals: RunningTotals, population: PersonsByUnit | None) -> _Floats:
    if population is None:
        return np.ones(len(totals.units))
    given = pd.Series(dict(population.items()))
    persons = given.reindex(list(totals.units)).astype("float64")
    lacking = persons.index[persons.isna() | (persons <= 0)].tolist()
    if lacking:
        raise DefinitionError(
            Problem(
                "population",
                message("no persons for {lacking:list 8}", lacking=lacking),
                "give every unit's",
            )
        )
    return 100 / np.asarray(persons, dtype=np.float64)


def _origins(totals: RunningTotals, ahead: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """Yield each row to forecast from, and the days ahead whose outcome is known."""
    for row in range(1, len(totals.dates)):
        days = [day for day in ahead if totals.row_of(row, day) >= 0]
        if days:
            yield row, days


def _apart(origins: pd.Series[pd.Timestamp], ahead: int) -> int:
    """Return how many origins there are of which no two are nearer than the days ahead."""
    count, free_from = 0, pd.Timestamp.min
    for origin in sorted(origins):
        if origin >= free_from:
            count, free_from = count + 1, origin + pd.Timedelta(days=ahead)
    return count

"""Will it be reached: expected, low and high at the end, the chance, the day."""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.checks import checked_call
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import FloatSeries
from coverage_campaign.model.basis import Basis
from coverage_campaign.model.dates import DateLike, to_date
from coverage_campaign.model.labels import Label
from coverage_campaign.notebook import Axes, html_table
from coverage_campaign.progress.forecast.assumed import forecast_remarks, silent_remarks
from coverage_campaign.progress.forecast.history import Record, rebuilt
from coverage_campaign.progress.forecast.methods import Pace, damped
from coverage_campaign.progress.forecast.outlook import Outlook
from coverage_campaign.progress.forecast.table import to_totals
from coverage_campaign.progress.progress import Progress
from coverage_campaign.progress.time_series import silent_of

__all__ = ["Forecast", "forecast", "forecast_counts"]

_Floats = NDArray[np.float64]


@attrs.frozen(eq=False, kw_only=True)
class Forecast:
    """What is to be expected of each unit to the end of the plan, and how sure that is."""

    progress: Progress
    level: float
    to: dt.date
    method: Pace
    basis: Basis
    remarks: tuple[Label, ...]
    frame: pd.DataFrame
    whole: pd.DataFrame
    path: pd.DataFrame
    recent: FloatSeries

    @property
    def notes(self) -> tuple[str, ...]:
        """The remarks in English: the shape that is assumed, what was left aside."""
        return self.notes_in("en")

    def notes_in(self, lang: str) -> tuple[str, ...]:
        """Return the remarks in a language."""
        return tuple(remark.text(lang) for remark in self.remarks)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit: unit, expected, low, high, chance, reach_date.

        expected, low and high are persons done at the plan's end (Int64); between low and high it
        will be with the probability `level`; chance is the probability that the target is reached
        by then (fraction of one), reach_date the day on which the expected path reaches it, NaT
        where it does not within the plan. A unit without reports has <NA>.
        """
        return self.frame.copy(deep=False)

    def totals(self) -> pd.DataFrame:
        """Return the whole as one row of the same columns."""
        return self.whole.copy(deep=False)

    def fan(self) -> pd.DataFrame:
        """Return the whole day by day from the day after as_of: date, expected, low, high."""
        return self.path.copy(deep=False)

    def at(self, level: float) -> Forecast:
        """Return the same forecast with ranges of another probability."""
        return forecast(self.progress, method=self.method, level=level)

    def needed(self) -> pd.DataFrame:
        """Return what each unit needs beside what it does: is the recent pace enough?

        Columns: unit, recent_per_day (persons a calendar day over the last stretch of figures, a
        week or a month), needed_per_day (shortfall over the calendar days left), times (how many
        times the recent pace is needed); <NA> where it is not known or no day is left.
        """
        frame = self.progress.to_frame()
        left = (self.to - self.progress.as_of).days
        needed = (frame["shortfall"] / (max(left, 0) or pd.NA)).astype("Float64")
        recent = self.recent
        return pd.DataFrame(
            {
                "unit": frame["unit"],
                "recent_per_day": recent,
                "needed_per_day": needed,
                "times": needed / recent.where(recent > 0),
            }
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw what is done and planned, with the fan of what may come."""
        from coverage_campaign.views import charts  # the one way up, taken late

        return charts.burn_up(self.progress, self, ax=ax)

    def _line(self) -> str:
        row = self.whole.iloc[0]
        if pd.isna(row["expected"]):
            return f"Forecast to {self.to}: no report to start from"
        return (
            f"Forecast to {self.to}: {row['expected']:,} expected ({row['low']:,} to "
            f"{row['high']:,} at {100 * self.level:.0f} %), chance {100 * row['chance']:.0f} %"
        )

    def _repr_html_(self) -> str:
        notes = [*self.basis.lines(), *self.notes]
        return html_table(self.frame, title=self._line(), notes=notes)

    def __repr__(self) -> str:
        """Return the whole in one line."""
        return f"<{self._line()}>"


@checked_call
def forecast(progress: Progress, *, method: Pace = damped, level: float = 0.8) -> Forecast:
    """Return what is to be expected at the end of the plan, by unit and in all.

    Args:
        progress: The history to go on from; its plan gives the end and the target.
        method: How a running total goes on; one of `paces`, or a function of the same shape.
        level: The probability of the range from low to high, between 0 and 1.

    The forecast goes on from the last day with figures. A unit without a figure of that month has
    not reported it, which is no zero: it goes on from its own last figure, and `notes` name it.
    Once the plan is over, what is done is all that is expected.
    """
    _check(level)
    plan, counts = progress.plan, progress.counts
    last = plan.days[-1].item()
    dates, totals = progress.series()
    origin = dates[-1].item()
    known = counts["done"].notna().to_numpy(dtype=bool)
    days = (dates - dates[-1]).astype(np.float64)
    complete = counts["complete"].fillna(value=False).to_numpy(dtype=bool)
    silent = silent_of(progress.rows, dates, complete=complete)[:, known]
    clean, falls = rebuilt(days, np.where(silent, np.nan, totals[:, known]))
    # Once the plan's last day is over nothing is ahead, however old the last figures are.
    start = last if progress.as_of >= last else origin
    future = pd.date_range(start + dt.timedelta(days=1), last, freq="D").date
    record = Record(
        days=days,
        persons=clean,
        ahead=np.array([float((day - origin).days) for day in future]),
        ceiling=_room(counts)[known],
        planned=np.array([float(plan.share_on(day)) for day in dates.tolist()]),
        planned_ahead=np.array([float(plan.share_on(day)) for day in future]),
    )
    outlook = Outlook.of(record, method, level=level, origin=origin)
    target = counts["target"].to_numpy(dtype=np.float64)
    frame = pd.DataFrame({"unit": counts["unit"]}).merge(
        outlook.rows(counts["unit"][known].to_numpy(), target[known]), on="unit", how="left"
    )
    if silent[-1].any():
        units = counts["unit"][known][silent[-1]]
        frame = _no_surer_than_reported(frame, counts, units, origin)
    whole = outlook.pooled()
    return Forecast(
        progress=progress,
        level=level,
        to=last,
        method=method,
        basis=progress.basis,
        remarks=(
            *forecast_remarks(method, record, int(falls.sum())),
            *silent_remarks(progress.campaign, counts["unit"][known][silent[-1]].tolist()),
        ),
        frame=frame,
        whole=whole.rows(np.array(["total"]), target.sum(keepdims=True)),
        path=whole.path(),
        recent=_spread_out(record.pace(record.stretch), known),
    )


def _no_surer_than_reported(
    frame: pd.DataFrame, counts: pd.DataFrame, units: pd.Series[str], origin: dt.date
) -> pd.DataFrame:
    """Return the rows with no more certainty than reports give, where the last month has none.

    What a unit did in an unreported month is an estimate: the low end is what it reported, and a
    target that only the estimate has reached is not known to be reached.
    """
    silent = frame["unit"].isin(units)
    estimated = silent & (frame["reach_date"] <= pd.Timestamp(origin))
    estimated &= (counts["done"] < counts["target"]).fillna(value=False).to_numpy(dtype=bool)
    return frame.assign(
        low=frame["low"].mask(silent, counts["done"].set_axis(frame.index)),
        chance=frame["chance"].mask(estimated),
        reach_date=frame["reach_date"].mask(estimated),
    )


def _spread_out(values: _Floats, known: NDArray[np.bool_]) -> FloatSeries:
    """Return values of the known units among all units, <NA> for the others."""
    everyone = np.zeros(len(known))
    everyone[known] = values
    return pd.Series(pd.arrays.FloatingArray(everyone, ~known))


def _room(counts: pd.DataFrame) -> _Floats:
    """Return the most persons that each unit can bring in; infinite where nobody knows.

    Who is eligible and not known to be covered before is a limit in any case.
    """
    room = (counts["eligible"] - counts["covered"].fillna(0)).astype("Float64")
    return room.to_numpy(dtype=np.float64, na_value=np.inf).astype(np.float64, copy=False)


def _check(level: float) -> None:
    if not 0 < level < 1:
        raise DefinitionError(
            Problem("level", f"{level!r}", "give a probability between 0 and 1, such as 0.8")
        )


@checked_call
def forecast_counts(
    cumulative: pd.DataFrame,
    *,
    to: DateLike,
    ceiling: pd.Series | None = None,
    level: float = 0.8,
    method: Pace = damped,
) -> pd.DataFrame:
    """Return what running totals will be on a day: unit, expected, low, high [persons].

    It needs no campaign. A unit of which nothing is known has <NA>.

    Args:
        cumulative: One row per date (the index, or a column 'date'), one column per unit; dates
            may be left out, values may be <NA>, and a total may fall.
        to: The day to forecast, after the last date.
        ceiling: The most that each unit can reach, such as its eligible persons, by unit.
        level: The probability of the range from low to high, between 0 and 1.
        method: How a running total goes on.

    Raises:
        DefinitionError: `to` is not after the last date, a column holds no numbers, a date stands
            twice.

    >>> from coverage_campaign.progress.forecast.methods import run_rate
    >>> totals = pd.DataFrame(
    ...     {"north": [100, 200, 300], "south": [50, 80, 110]},
    ...     index=pd.to_datetime(["2026-06-07", "2026-06-14", "2026-06-21"]),
    ... )
    >>> ahead = forecast_counts(totals, to="2026-06-28", method=run_rate(1))
    >>> ahead["expected"].tolist()
    [400, 140]
    """
    _check(level)
    totals = to_totals(cumulative, ceiling=ceiling)
    last = totals.dates[-1]
    end = np.datetime64(to_date(to, where="to"), "D")
    if end <= last:
        raise DefinitionError(
            Problem("to", f"{end}, and the totals go to {last}", "give a later day")
        )
    ahead = np.array([(end - last).astype(np.float64)])
    record = totals.record(len(totals.dates) - 1, ahead)
    outlook = Outlook.of(record, method, level=level, origin=last.item())
    nothing = np.full(len(totals.units), np.inf)
    return outlook.rows(np.array(totals.units), nothing)[["unit", "expected", "low", "high"]]

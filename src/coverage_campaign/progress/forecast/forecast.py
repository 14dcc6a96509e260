"""Will it be reached: expected, low and high at the end, the chance, the day."""

from __future__ import annotations

import datetime as dt
import numbers
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.methods import name_of
from coverage_campaign.checks import calling, checked_call, checked_fields, checked_methods, shown
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import by_value, owned, owned_frame
from coverage_campaign.messages import Message, message, message_in
from coverage_campaign.model.dates import ONE_DAY, DateLike, to_date
from coverage_campaign.model.labels import Label
from coverage_campaign.model.readings import Basis
from coverage_campaign.model.units import unit_meant
from coverage_campaign.notebook import Axes, html_table
from coverage_campaign.progress.counts import members
from coverage_campaign.progress.forecast.history import (
    Corrected,
    CumulativeHistory,
    PersonsByUnit,
    clock,
    corrected,
    running_totals,
)
from coverage_campaign.progress.forecast.intervals import ForecastPaths, paths_of
from coverage_campaign.progress.forecast.methods import Pace, damped, plan_following
from coverage_campaign.progress.progress import Progress

__all__ = ["KIND_WORDS", "Faster", "Forecast", "forecast", "forecast_counts"]

_Floats = NDArray[np.float64]
_MOST_TIMES = 10**6
Faster: TypeAlias = (
    float | int | Mapping[str, float | int] | Callable[[Progress], Mapping[str, float | int]]
)
"""How many times its pace each unit comes at from now on: one number, some units, a function."""
_A_PACE = message("give 0 or more times the pace")


@checked_methods
@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Forecast:
    """What is to be expected of each unit to the end of the plan, and how sure that is.

    It has no `explain`: one method, named in its `basis`, continues every unit's figures alike.
    """

    progress: Progress
    level: float
    to: dt.date
    method: Pace = attrs.field(eq=by_value)
    pace: Faster = attrs.field(eq=by_value)
    basis: Basis
    messages: tuple[Message, ...]
    silent: tuple[str, ...]
    # Both follow from the fields above.
    _units: ForecastPaths = attrs.field(eq=False, repr=False)
    _whole: ForecastPaths = attrs.field(eq=False, repr=False)
    _frame: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
    _set_aside: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
    _recent: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)

    @property
    def notes(self) -> tuple[str, ...]:
        """In English: the method, what was set aside, what makes the forecast doubtful."""
        return self.notes_in("en")

    def notes_in(self, lang: str) -> tuple[str, ...]:
        """Return the notes in a language."""
        return tuple(note.text(lang) for note in self.messages)

    @property
    def _told(self) -> Progress:
        """The progress by the units that stand at the end, with which it is forecast."""
        return self.progress.under_units_of(max(self.progress.as_of, self.to))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit: unit, name, expected, low, high, chance, reach_date.

        expected, low and high are persons done at the plan's end (Int64); between low and high it
        will be with the probability `level`; chance is the probability that the target is reached
        by then (fraction of one), reach_date the day on which the expected path reaches it, NaT
        where it does not within the plan. A unit without reports has <NA>, and so has one whose
        successors stand in its place by then: what it did is in their figures.
        """
        return owned(self._frame)

    def totals(self) -> pd.DataFrame:
        """Return the whole as one row of the same columns."""
        target = float(self.progress.counts["target"].sum())
        row = self._whole.rows(np.array(["total"]), np.array([target]), level=self.level)
        row = row.assign(name=pd.array(["Total"], dtype="str"), low=row["low"] - self._estimated)
        return row[list(self._frame.columns)]

    def fan(self) -> pd.DataFrame:
        """Return the whole day by day from the day after as_of: date, expected, low, high."""
        path = self._whole.path(level=self.level)
        return path.assign(low=path["low"] - self._estimated)

    @property
    def _estimated(self) -> int:
        """The persons whom unreported months are estimated to have had: nobody knows of them."""
        done = self._told.counts["done"].dropna()
        return max(round(float(np.nansum(self._units.now))) - int(done.sum()), 0)

    def set_aside(self) -> pd.DataFrame:
        """Return the reported figures that no pace was taken from, in order of time.

        Columns: unit, name, date (last day of the figure's period), kind (see
        `reporting.slips.KINDS`), persons (new, as reported), expected (what the unit's other
        figures lead to expect), last (whether it is the unit's last figure, which makes the
        forecast doubtful).
        """
        return owned(self._set_aside)

    def at(self, level: float) -> Forecast:
        """Return the same forecast with ranges of another probability."""
        level = _to_level(level)
        return attrs.evolve(
            self, level=level, frame=_frame(self._told, self._units, level, self.silent)
        )

    def required_rate(self) -> pd.DataFrame:
        """Return what each unit needs beside what it does: is the recent pace enough?

        Columns: unit, name, recent_per_day (persons a calendar day over the last stretch of
        figures, a week or a month, slips set aside), needed_per_day (shortfall over the calendar
        days left, those of a unit that closes before to its last one), times (how many times the
        recent pace is needed); <NA> where it is not known or no day is left.
        """
        frame = self.progress.to_frame()
        ends = np.minimum(self.progress.last_days, np.datetime64(self.to, "D"))
        left = pd.Series((ends - np.datetime64(self.progress.as_of, "D")).astype(np.int64))
        needed = (frame["shortfall"] / left.where(left > 0).astype("Int64")).astype("Float64")
        recent = self._recent.set_index("unit")["per_day"].reindex(frame["unit"]).array
        table = frame[["unit", "name"]].assign(recent_per_day=recent, needed_per_day=needed)
        table["times"] = needed / table["recent_per_day"].where(table["recent_per_day"] > 0)
        return table

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw what is done and planned, with the fan of what may come."""
        from coverage_campaign.views import charts  # the one way up, taken late

        return charts.burn_up(self.progress, self, ax=ax)

    def _line(self) -> str:
        row = self.totals().iloc[0]
        if pd.isna(row["expected"]):
            return f"Forecast to {self.to}: no report to start from"
        return (
            f"Forecast to {self.to}: {row['expected']:,} expected ({row['low']:,} to "
            f"{row['high']:,} at {100 * self.level:.0f} %), chance {100 * row['chance']:.0f} %"
        )

    def _repr_html_(self) -> str:
        notes = [*self.basis.lines(), *self.notes]
        return html_table(self._frame, title=self._line(), notes=notes)

    def __repr__(self) -> str:
        """Return the whole in one line."""
        return f"<{self._line()}>"


@checked_call
def forecast(
    progress: Progress, *, method: Pace = damped, level: float = 0.8, pace: Faster = 1
) -> Forecast:
    """Return what is to be expected at the end of the plan, by unit and in all.

    Args:
        progress: The history to go on from; its plan gives the end and the target.
        method: How a running total goes on; one of `paces`, or a function of the same shape.
        level: The probability of the range from low to high, between 0 and 1.
        pace: What if the pace changes: how many times as many people come a day from now on. One
            number for all, a mapping for some units, or a function of the progress that returns a
            mapping, such as `paces.worst(3, times=2)`.

    The forecast goes on from the last day with figures. A unit without a figure of that month has
    not reported it, which is no zero: it goes on from its own last figure, and `notes` name it.
    Figures that are slips (`set_aside`) stay as reported and are no pace. A unit that closes
    expects nothing more from then on; where it has successors, its figures and its pace are theirs.
    Once the plan is over, what is done is all that is expected.

    Raises:
        DefinitionError: A level that is no probability; a pace that is negative or of a unit that
            is not in the plan.
    """
    level = _to_level(level)
    plan = progress.plan
    last = np.datetime64(plan.days[-1], "D")
    told = progress.under_units_of(max(progress.as_of, last.item()))
    counts, reported = told.counts, told.reported_history
    origin = last if progress.as_of >= last.item() else reported.dates[-1]
    later = np.arange(origin + ONE_DAY, last + ONE_DAY)
    days, ahead = clock(reported.dates, later)
    ceiling = _ceiling(counts)[reported.known]
    gains = corrected(days, reported.gains, dates=reported.dates)
    losses = None if reported.losses is None else corrected(days, reported.losses)
    history = CumulativeHistory(
        days=days,
        persons=gains.persons,
        ahead=ahead,
        ceiling=ceiling if losses is None else ceiling + losses.persons[-1],
        planned=np.array([float(plan.share_on(day)) for day in reported.dates.tolist()]),
        planned_ahead=np.array([float(plan.share_on(day)) for day in later.tolist()]),
    )
    units, whole = paths_of(
        history,
        method,
        dates=reported.dates,
        later=later,
        losses=None if losses is None else history.without_ceiling(losses.persons),
        factor=_factors(pace, progress, told)[reported.known],
        open_days=(later[:, None] <= told.last_days).sum(axis=0)[reported.known],
    )
    if "counted" in progress.open_questions and told.whole.done is None:
        whole = whole.unknown()
    codes = counts["unit"][reported.known].to_numpy(dtype=np.str_)
    silent = tuple(codes[reported.silent].tolist())
    labels = {
        code: unit.label
        for code, unit in zip(codes.tolist(), members(told.plan, codes.tolist()), strict=True)
    }
    table = _set_aside_table(labels, codes, reported.dates, gains)
    return Forecast(
        progress=progress,
        level=level,
        to=plan.days[-1].item(),
        method=method,
        pace=pace,
        basis=progress.basis,
        messages=tuple(
            _notes(
                method,
                history,
                set_aside=table.assign(name=table["unit"].astype(object).map(labels)),
                silent=tuple(labels[code] for code in silent),
                pace=pace,
                lost=0.0 if losses is None else float(np.nansum(losses.persons[-1])),
            )
        ),
        silent=silent,
        units=units,
        whole=whole,
        frame=_frame(told, units, level, silent),
        set_aside=table,
        recent=pd.DataFrame({"unit": codes, "per_day": history.pace(history.stretch)}).astype(
            {"unit": "str", "per_day": "Float64"}
        ),
    )


def _frame(
    progress: Progress, units: ForecastPaths, level: float, silent: tuple[str, ...]
) -> pd.DataFrame:
    """Return one row a unit of the plan, with no more certainty than reports give.

    What a unit did in an unreported month is an estimate: the low end is what it reported, and a
    target that only the estimate has reached is not known to be reached. Nor is one of nobody.
    """
    counts = progress.counts
    known = counts["done"].notna()
    codes = counts["unit"][known].to_numpy(dtype=np.str_)
    target = counts["target"][known].to_numpy(dtype=np.float64)
    rows = units.rows(codes, target, level=level)
    frame = counts[["unit", "name"]].merge(rows, on="unit", how="left")
    unreported = frame["unit"].isin(silent)
    no_answer = unreported & (frame["reach_date"] <= pd.Timestamp(units.dates[-1]))
    no_answer &= (counts["done"] < counts["target"]).fillna(value=False).to_numpy(dtype=bool)
    no_answer |= (counts["target"] == 0).to_numpy(dtype=bool)  # nothing to reach
    return frame.assign(
        low=frame["low"].mask(unreported, counts["done"].set_axis(frame.index)),
        chance=frame["chance"].mask(no_answer),
        reach_date=frame["reach_date"].mask(no_answer),
    )


def _set_aside_table(
    labels: Mapping[str, Label],
    codes: NDArray[np.str_],
    dates: NDArray[np.datetime64],
    gains: Corrected,
) -> pd.DataFrame:
    rows = [
        {
            "unit": codes[unit],
            "name": labels[codes[unit]].text(),
            "date": dates[row].astype("datetime64[s]"),
            "kind": kind,
            "persons": round(float(gains.figures[row, unit])),
            "expected": float(gains.expected[row, unit]),
            "last": row == np.flatnonzero(~np.isnan(gains.figures[:, unit]))[-1],
        }
        for row, unit, kind in gains.set_aside()
    ]
    columns = {
        "unit": "str",
        "name": "str",
        "date": "datetime64[s]",
        "kind": "str",
        "persons": "Int64",
        "expected": "Float64",
        "last": "bool",
    }
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)


def _ceiling(counts: pd.DataFrame) -> _Floats:
    """Return the most persons that each unit can bring in; infinite where nobody knows.

    Who is eligible and not known to be covered before is a limit in any case.
    """
    room = (counts["eligible"] - counts["covered"].fillna(0)).astype("Float64")
    return room.to_numpy(dtype=np.float64, na_value=np.inf).astype(np.float64, copy=False)


def _is_pace(times: object) -> bool:
    """Tell whether a value is a number of times, up to a million."""
    if isinstance(times, bool) or not isinstance(times, numbers.Real):
        return False
    try:
        return 0 <= float(times) <= _MOST_TIMES
    except OverflowError:
        return False


def _factors(pace: Faster, progress: Progress, told: Progress) -> _Floats:
    """Return how many times its pace each unit comes at, in the order of the plan.

    A successor that is not named itself takes over the mean of those before it, by their targets.
    """
    given = pace
    if callable(pace):
        with calling(message("pace '{name}'", name=name_of(pace)), fix=_A_PACE):
            given = pace(progress)
    codes = told.counts["unit"].tolist()
    by_unit: dict[str, Any] = (
        dict(given) if isinstance(given, Mapping) else dict.fromkeys(codes, given)
    )
    known = set(codes)
    unknown = [code for code in by_unit if code not in known]
    if unknown:
        fix = unit_meant(progress.campaign.units, unknown[0], codes)
        raise DefinitionError(
            Problem(message("pace of '{code}'", code=unknown[0]), "a unit outside the plan", fix)
        )
    if not all(_is_pace(times) for times in by_unit.values()):
        raise DefinitionError(Problem("pace", shown(given), _A_PACE))
    target = progress.counts.set_index("unit")["target"]
    parts: dict[str, list[tuple[float, float]]] = {}
    for code, shares in told.heirs.items():
        for heir, share in shares:
            weight = float(share * int(target.get(code, 0)))
            parts.setdefault(heir, []).append((weight, float(by_unit.get(code, 1))))
    for heir, pairs in parts.items():
        weights = np.array([weight for weight, _ in pairs])
        if heir not in by_unit and weights.any():
            by_unit[heir] = float(np.average([times for _, times in pairs], weights=weights))
    return np.array([float(by_unit.get(code, 1)) for code in codes])


def _to_level(level: float) -> float:
    if not 0 < level < 1:
        raise DefinitionError(
            Problem("level", f"{level!r}", "give a probability between 0 and 1, such as 0.8")
        )
    return float(level)


@checked_call
def forecast_counts(
    cumulative: object,
    *,
    to: DateLike,
    ceiling: PersonsByUnit | None = None,
    level: float = 0.8,
    method: Pace = damped,
    net: bool = False,
) -> pd.DataFrame:
    """Return what running totals will be on a day: unit, expected, low, high [persons].

    It needs no campaign. A unit with fewer than two figures has <NA>: no pace is known. Figures
    that are slips (see `reporting.slips`) stay as reported, and are no pace.

    Args:
        cumulative: One row per date (the index, or a column 'date'), one column per unit: a frame
            of pandas, Polars or PyArrow, or a Series of one unit. A period of a PeriodIndex is its
            last day. Dates may be left out, values may be <NA>, and a total may fall.
        to: The day to forecast, after the last date.
        ceiling: The most that each unit can reach, such as its eligible persons, by unit; a unit
            without one is not limited.
        level: The probability of the range from low to high, between 0 and 1.
        method: How a running total goes on.
        net: Whether the totals are net of persons who left. Then a fall is no correction: totals
            may fall, and the range with them.

    Raises:
        DefinitionError: `to` is not after the last date; a column holds no numbers or an infinite
            one; a date or a column stands twice.

    >>> from coverage_campaign.progress.forecast.methods import run_rate
    >>> totals = pd.DataFrame(
    ...     {"north": [100, 200, 300], "south": [50, 80, 110]},
    ...     index=pd.to_datetime(["2026-06-07", "2026-06-14", "2026-06-21"]),
    ... )
    >>> ahead = forecast_counts(totals, to="2026-06-28", method=run_rate(1))
    >>> ahead["expected"].tolist()
    [400, 140]
    """
    level = _to_level(level)
    totals = running_totals(cumulative, ceiling=ceiling)
    last = totals.dates[-1]
    end = np.datetime64(to_date(to, where="to"), "D")
    if end <= last:
        raise DefinitionError(
            Problem(
                "to",
                message("{end:raw}, and the totals go to {last:raw}", end=end, last=last),
                "give a later day",
            )
        )
    later = np.arange(last + ONE_DAY, end + ONE_DAY)
    history, losses = totals.history(len(totals.dates) - 1, later, net=net)
    units, _ = paths_of(history, method, dates=totals.dates, later=later, losses=losses)
    nothing = np.full(len(totals.units), np.inf)
    rows = units.rows(np.array(totals.units), nothing, level=level)
    rows.loc[history.observed <= 0, ["expected", "low", "high"]] = pd.NA
    return rows[["unit", "expected", "low", "high"]]


# A plan that asks for a quarter more a day than of late has a rush ahead, or a calm.
_A_RUSH = 1.25
_SURE = 0.95
_METHOD_WORDS: Final[Mapping[str, Message]] = {
    "damped": message_in("forecasting method", "damped trend"),
    "saturating": message_in("forecasting method", "saturation"),
    "plan_following": message_in("forecasting method", "the plan's curve"),
    "unchanged": message_in("forecasting method", "no further enrolments"),
}
KIND_WORDS: Final[Mapping[str, Message]] = {
    "fall": message_in("slip", "fall"),
    "fall_and_recovery": message_in("slip", "fall and recovery"),
    "spike_and_fall": message_in("slip", "spike and fall"),
    "batch_after_silence": message_in("slip", "batch after silence"),
    "jump": message_in("slip", "far too high"),
    "drop": message_in("slip", "far too low"),
}


def _notes(
    method: Pace,
    history: CumulativeHistory,
    *,
    set_aside: pd.DataFrame,
    silent: tuple[Label, ...],
    pace: object,
    lost: float,
) -> Iterator[Message]:
    """Yield the notes of a forecast, one message each; `lost` are the losses that count."""
    name = str(getattr(method, "__name__", "method"))
    yield message("Method: {method}.", method=_METHOD_WORDS.get(name, name))
    if pace != 1:
        words = getattr(pace, "__name__", None) or str(pace)
        yield message("What if: the recent pace times {pace}.", pace=words)
    yield from _slips(set_aside)
    yield from _doubts(method, history, set_aside, lost)
    times = _planned_rush(history)
    if (times >= _A_RUSH or 0 < times <= 1 / _A_RUSH) and method is not plan_following:
        yield message(
            "The plan requires {times:decimal 1} times as many persons a day as were reached "
            "recently, which this method does not take into account; by the plan's curve "
            "{n} are expected.",
            times=times,
            n=round(float(np.nansum(plan_following(history)[-1]))),
        )
    if silent:
        yield message(
            "The last month of {units:list 8} is not reported; it is projected from the last "
            "figure at the earlier pace.",
            units=silent,
        )


def _slips(set_aside: pd.DataFrame) -> Iterator[Message]:
    columns = ["name", "date", "kind", "persons"]
    if len(set_aside):
        parts = [
            message(
                "{unit} {day:date} ({kind}: {n})",
                unit=name,
                day=day.date(),
                kind=KIND_WORDS[kind],
                n=persons,
            )
            for name, day, kind, persons in set_aside[columns].itertuples(index=False, name=None)
        ]
        yield message(
            "{n} {n:plural figure is|figures are} counted as reported, but not used for the "
            "pace: {figures:list 8}.",
            n=len(set_aside),
            figures=parts,
        )


def _doubts(
    method: Pace, history: CumulativeHistory, set_aside: pd.DataFrame, lost: float
) -> Iterator[Message]:
    """Yield why the last figures make the forecast doubtful."""
    last = set_aside[set_aside["last"] & set_aside["kind"].isin(["fall", "jump", "drop"])]
    if len(last):
        yield message(
            "Doubtful: the last figure of {units:list 8} is far from what the earlier figures "
            "suggest.",
            units=list(dict.fromkeys(last["name"])),
        )
    rows = np.flatnonzero(history.days <= -history.stretch)
    if len(rows) < 2 or not history.persons.shape[1]:  # noqa: PLR2004 - a pace and a look back
        return
    row = int(rows[-1])
    then = history.until(row, -history.days[row : row + 1])
    days = np.arange(1).astype("datetime64[D]")
    _, whole = paths_of(then, method, dates=days, later=np.add(days, ONE_DAY))
    low, high = whole.range(_SURE)
    now = float(np.nansum(history.now))
    if now < low[-1, 0] or now > high[-1, 0]:
        yield message(
            "Doubtful: with the last {days:decimal 0} days the total is {n}, while the earlier "
            "figures suggested {low} to {high}. If these days are exceptional, do not rely on "
            "this forecast.",
            days=-float(history.days[row]),
            n=round(now - lost),
            low=round(low[-1, 0] - lost),
            high=round(high[-1, 0] - lost),
        )


def _planned_rush(history: CumulativeHistory) -> float:
    """Return how many times as much the plan has a day ahead as in the last stretch; else 0."""
    planned, coming = history.planned, history.planned_ahead
    if planned is None or coming is None or not len(coming):
        return 0.0
    back = min(history.stretch, -float(history.days[0]))
    before = float(np.interp(-back, history.days, planned))
    if back <= 0 or planned[-1] <= before:
        return 0.0
    of_late = (planned[-1] - before) / back
    return float((coming[-1] - planned[-1]) / history.ahead[-1] / of_late)

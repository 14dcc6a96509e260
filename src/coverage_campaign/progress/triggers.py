"""Triggers that tell who needs attention: each answers for every unit from the progresses so far.

A trigger is called with the progresses in date order, the last one the day it speaks of; it returns
a nullable boolean for each unit of the last one: True = needs attention, False = does not, <NA> =
cannot be told. A plain function serves as well; its `__name__` is its name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from typing import TypeAlias

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.checks import checked_fields
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import BoolSeries, FloatSeries, by_value
from coverage_campaign.messages import Message, message
from coverage_campaign.progress.forecast.history import corrected
from coverage_campaign.progress.progress import Progress

__all__ = ["Behind", "Falling", "Running", "Signalled", "Trigger", "Unreported", "trigger_message"]

Trigger: TypeAlias = Callable[[Sequence[Progress]], BoolSeries]
"""progresses in date order -> nullable boolean by unit code."""


def trigger_message(trigger: Trigger) -> Message:
    """Return what a trigger says, in a few words."""
    said = getattr(trigger, "message", None)
    if isinstance(said, Message):
        return said
    return message("{name}", name=str(getattr(trigger, "__name__", "trigger")))


def _to_points(value: Fraction | Decimal | str | int) -> Fraction:
    try:
        points = Fraction(value)
    except (ValueError, TypeError, ZeroDivisionError):
        points = Fraction(-1)
    if isinstance(value, float) or points < 0:
        raise DefinitionError(
            Problem("points", f"{value!r}", "give a whole number, a fraction or decimal text")
        )
    return points


def _positive(instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    del instance
    if value < 1:
        raise DefinitionError(Problem(attribute.name, f"{value!r}", "give 1 or more"))


@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Behind:
    """Behind the plan by more than so many points, so many progresses in a row.

    Of a unit whose reports are missing it cannot be told.
    """

    points: Fraction = attrs.field(default=Fraction(10), converter=_to_points)
    periods: int = attrs.field(default=2, validator=_positive)

    @property
    def message(self) -> Message:
        """The trigger in words."""
        return message(
            "behind by more than {points:number} {points:plural point|points}, {n} in a row",
            points=self.points,
            n=self.periods,
        )

    def __call__(self, history: Sequence[Progress], /) -> BoolSeries:
        """Compare whole persons, so that a gap of exactly `points` is not more than `points`."""
        return _in_a_row(history, self.periods, self._late)

    def _late(self, history: Sequence[Progress]) -> BoolSeries:
        frame = history[-1].to_frame().set_index("unit")
        top, bottom = self.points.numerator, self.points.denominator
        late = -frame["gap_persons"] * (100 * bottom) > frame["target"] * top
        return late.where((frame["target"] > 0) & _told(history[-1]))


@attrs.frozen(field_transformer=checked_fields)
class Unreported:
    """Reports are missing: not all that were due came, or none was ever counted."""

    @property
    def message(self) -> Message:
        """The trigger in words."""
        return message("reports missing")

    def __call__(self, history: Sequence[Progress], /) -> BoolSeries:
        """Take the status of the last progress: not reported, or not all reports there."""
        status = history[-1].to_frame().set_index("unit")["status"]
        return status.isin(["not_reported", "incomplete"]).astype("boolean")


@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Falling:
    """Behind, and doing fewer persons a day than before, so many progresses in a row.

    Of a unit whose reports are missing it cannot be told.
    """

    periods: int = attrs.field(default=2, validator=_positive)

    @property
    def message(self) -> Message:
        """The trigger in words."""
        return message("pace falling, {n} in a row", n=self.periods)

    def __call__(self, history: Sequence[Progress], /) -> BoolSeries:
        """Compare the persons a day since the progress before with those of the stretch before."""
        return _in_a_row(history, self.periods, _slower)


@attrs.frozen(field_transformer=checked_fields)
class Signalled:
    """Named by a sign of doubtful figures: `signals` has the columns unit and signal.

    None takes the signs that are found in what was known at each progress, and nothing later.
    """

    signals: pd.DataFrame | None = attrs.field(default=None, eq=by_value)

    @property
    def message(self) -> Message:
        """The trigger in words."""
        return message("doubtful figures")

    def __call__(self, history: Sequence[Progress], /) -> BoolSeries:
        """Return True for the units that have a signal."""
        last = history[-1]
        flagged = {unit for unit, codes in last.quality_flags.items() if codes}
        named = flagged if self.signals is None else set(self.signals["unit"])
        units = last.to_frame()["unit"]
        return units.isin(named).astype("boolean").set_axis(units.to_numpy())


@attrs.frozen(field_transformer=checked_fields)
class Running:
    """A trigger that holds now and at the end of each period before, so many running.

    `Running(Behind(periods=1), periods=2)`: behind in the last two months running, whether or not a
    progress was made at the end of each. The months before are looked at as the last progress knows
    them.
    """

    trigger: Trigger
    periods: int = attrs.field(default=2, validator=_positive, kw_only=True)

    @property
    def message(self) -> Message:
        """The trigger in words."""
        return message(
            "{trigger}, the last {n} {n:plural period|periods} running",
            trigger=trigger_message(self.trigger),
            n=self.periods,
        )

    def __call__(self, history: Sequence[Progress], /) -> BoolSeries:
        """Ask the trigger at the end of each of the periods."""
        ends = [history[-1]]
        while len(ends) < self.periods and ends[0].as_of >= ends[0].plan.days[0].item():
            ends.insert(0, ends[0].previous())
        return _in_a_row(ends, self.periods, self.trigger)


def _slower(history: Sequence[Progress]) -> BoolSeries:
    last = history[-1].to_frame().set_index("unit")
    if len(history) < 3:  # noqa: PLR2004 - two stretches have three ends
        return pd.Series(pd.NA, index=last.index, dtype="boolean")
    shifts = _slips(history[-1])
    older, old, now = (_done_without_slips(one, shifts) for one in history[-3:])
    days = [(one.as_of - before.as_of).days for before, one in pairwise(history[-3:])]
    # Persons per day compared without division: a/b < c/d is a x d < c x b.
    slower = (now - old) * days[0] < (old - older) * days[1]
    behind = (last["gap_persons"] < 0).astype("boolean")
    fell = slower.astype("boolean").reindex(last.index) & behind
    for one in history[-3:]:
        fell = fell.where((_told(one) & ~_silent(one)).reindex(last.index, fill_value=False))
    return fell


def _told(progress: Progress) -> pd.Series[bool]:
    """Tell of each unit whether all reports that were due are there, as far as that is known."""
    complete = progress.to_frame().set_index("unit")["complete"]
    return complete.fillna(value=True).astype("bool")


def _silent(progress: Progress) -> pd.Series[bool]:
    """Tell of each unit whether it has no figure of the last month of which others have one."""
    reported = progress.reported_history
    units = progress.to_frame()["unit"]
    silent = units[reported.known][reported.silent]
    return units.isin(silent).set_axis(units)


def _slips(progress: Progress) -> pd.DataFrame:
    """Return by how much what is done is too low because of slips: dates by unit code."""
    reported = progress.reported_history
    days = (reported.dates - reported.dates[-1]).astype(np.float64)
    shift = corrected(days, reported.gains, dates=reported.dates).shift
    units = progress.to_frame()["unit"][reported.known].to_numpy()
    return pd.DataFrame(shift, index=pd.DatetimeIndex(reported.dates), columns=units)


def _done_without_slips(progress: Progress, slips: pd.DataFrame) -> FloatSeries:
    """Return the persons done by unit, without the slips until then."""
    done = progress.to_frame().set_index("unit")["done"].reindex(slips.columns).astype("Float64")
    until = slips.loc[: pd.Timestamp(progress.as_of)]
    return done + until.iloc[-1] if len(until) else done


def _in_a_row(
    history: Sequence[Progress],
    periods: int,
    holds: Trigger,
) -> BoolSeries:
    """Tell where a condition holds at each of the last progresses; too few of them: it does not."""
    units = history[-1].to_frame()["unit"].to_numpy()
    if len(history) < periods:
        return pd.Series(False, index=units, dtype="boolean")  # noqa: FBT003 - the value of the series
    ends = range(len(history) - periods + 1, len(history) + 1)
    found = [holds(history[:end]).reindex(units).astype("boolean") for end in ends]
    return reduce(pd.Series.__and__, found)

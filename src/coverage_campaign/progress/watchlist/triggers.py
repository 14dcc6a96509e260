"""Rules that tell who lags: each looks at the progresses so far and answers for every unit.

A rule is a value that is called with the progresses in date order; it returns a nullable boolean
for each unit of the last one: True = lags, False = does not, <NA> = cannot be told. A function of
the caller's own with a `name` serves as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import Protocol

import attrs
import pandas as pd

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import BoolSeries
from coverage_campaign.progress.progress import Progress
from coverage_campaign.reporting.data_quality import quality_signals

__all__ = ["Behind", "Falling", "Rule", "Signalled", "Unreported"]


class Rule(Protocol):
    """Whatever tells of each unit whether it lags."""

    @property
    def name(self) -> str:
        """What the rule says, in a few words."""

    def __call__(self, history: Sequence[Progress], /) -> BoolSeries:
        """Return a nullable boolean by unit code."""


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


@attrs.frozen(kw_only=True)
class Behind:
    """Behind the plan by more than so many points, so many progresses in a row."""

    points: Fraction = attrs.field(default=Fraction(10), converter=_to_points)
    periods: int = attrs.field(default=2, validator=_positive)

    @property
    def name(self) -> str:
        """The rule in words."""
        points = float(self.points)
        unit = "point" if points == 1 else "points"
        return f"behind by more than {points:g} {unit}, {self.periods} in a row"

    def __call__(self, history: Sequence[Progress], /) -> BoolSeries:
        """Compare whole persons, so that a gap of exactly `points` is not more than `points`."""
        return _in_a_row(history, self.periods, self._late)

    def _late(self, history: Sequence[Progress]) -> BoolSeries:
        frame = history[-1].to_frame().set_index("unit")
        top, bottom = self.points.numerator, self.points.denominator
        late = -frame["gap_persons"] * (100 * bottom) > frame["target"] * top
        return late.where(frame["target"] > 0)


@attrs.frozen
class Unreported:
    """Reports are missing: not all that were due came, or none was ever counted."""

    @property
    def name(self) -> str:
        """The rule in words."""
        return "reports missing"

    def __call__(self, history: Sequence[Progress], /) -> BoolSeries:
        """Take the reports received where they are known, else whether anything was counted."""
        frame = history[-1].to_frame().set_index("unit")
        silent = frame["done"].isna().astype("boolean")
        return (~frame["complete"]).fillna(silent)


@attrs.frozen(kw_only=True)
class Falling:
    """Behind, and doing fewer persons a day than before, so many progresses in a row."""

    periods: int = attrs.field(default=2, validator=_positive)

    @property
    def name(self) -> str:
        """The rule in words."""
        return f"pace falling, {self.periods} in a row"

    def __call__(self, history: Sequence[Progress], /) -> BoolSeries:
        """Compare the persons a day since the progress before with those of the stretch before."""
        return _in_a_row(history, self.periods, _slower)


@attrs.frozen(eq=False)
class Signalled:
    """Named by a sign of doubtful figures: `signals` has the columns unit and signal.

    None takes the signs that `reporting.quality` finds in the tally of each progress.
    """

    signals: pd.DataFrame | None = None

    @property
    def name(self) -> str:
        """The rule in words."""
        return "doubtful figures"

    def __call__(self, history: Sequence[Progress], /) -> BoolSeries:
        """Return True for the units that have a signal."""
        units = history[-1].to_frame()["unit"]
        signals = quality_signals(history[-1].tally) if self.signals is None else self.signals
        named = units.isin(set(signals["unit"])).astype("boolean")
        return named.set_axis(units.to_numpy())


def _slower(history: Sequence[Progress]) -> BoolSeries:
    last = history[-1].to_frame().set_index("unit")
    if len(history) < 3:  # noqa: PLR2004 - two stretches have three ends
        return pd.Series(pd.NA, index=last.index, dtype="boolean")
    older, old, now = history[-3:]
    done = [one.to_frame().set_index("unit")["done"].reindex(last.index) for one in (older, old)]
    before, since = (old.as_of - older.as_of).days, (now.as_of - old.as_of).days
    # Persons per day compared as whole numbers: a/b < c/d is a x d < c x b.
    slower = (last["done"] - done[1]) * before < (done[1] - done[0]) * since
    return slower & (last["gap_persons"] < 0)


def _in_a_row(
    history: Sequence[Progress],
    periods: int,
    holds: Callable[[Sequence[Progress]], BoolSeries],
) -> BoolSeries:
    """Tell where a condition holds at each of the last progresses; too few of them: it does not."""
    units = history[-1].to_frame()["unit"].to_numpy()
    if len(history) < periods:
        return pd.Series(False, index=units, dtype="boolean")  # noqa: FBT003 - the value of the series
    ends = range(len(history) - periods + 1, len(history) + 1)
    found = [holds(history[:end]).reindex(units).astype("boolean") for end in ends]
    return reduce(pd.Series.__and__, found)

"""The result of a schedule: what each unit is to have done by the end of each day."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.apportionment.methods import name_of
from coverage_campaign.checks import checked_fields, checked_methods
from coverage_campaign.frames import FloatSeries, IntSeries, by_value, owned_array
from coverage_campaign.messages import Message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, to_date
from coverage_campaign.model.readings import Basis
from coverage_campaign.notebook import Axes, html_table
from coverage_campaign.scheduling.course import Course
from coverage_campaign.scheduling.curves import Curve, curve_words

__all__ = ["Plan"]

_Ints = NDArray[np.int64]


@checked_methods
@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Plan:
    """What each unit is to have done by the end of each day, in whole persons.

    `over` are the phases that the planned days come from, `effort` the curve's running total on
    each of them (whole numbers; the last one is the whole), `course` the days with what bounds
    them. What was done before the window is no month's plan; running totals have it.

    It has no `notes`: what a reader has to know stands in its `basis`. It has no `explain`: one
    curve, named there, spreads the share of every unit alike.
    """

    allocation: Allocation
    over: tuple[str, ...]
    by: Literal["month", "day"]
    curve: Curve
    basis: Basis
    course: Course
    effort: tuple[int, ...]
    _reached: _Ints = attrs.field(converter=owned_array, eq=by_value, repr=False)

    @property
    def campaign(self) -> Campaign:
        """The campaign that is planned."""
        return self.allocation.campaign

    @property
    def days(self) -> NDArray[np.datetime64]:
        """The planned days, ascending (datetime64[D])."""
        return self.course.days

    @property
    def curve_words(self) -> Message | str:
        """What the curve is called in the reader's language."""
        return curve_words(self.curve)

    @property
    def curve_name(self) -> str:
        """What the curve is called."""
        return name_of(self.curve)

    def shares(self) -> IntSeries:
        """Return each unit's share of the target, indexed by unit code [persons].

        It is planned for the window's end; a unit that had done more before a re-plan stays there.
        What is planned for after a unit's last day is in the shares of its successors.
        """
        shares = self.allocation.shares()
        if self.course.lives is None:
            return shares
        targets = self.course.targets(self._persons()[np.newaxis])[0]
        return pd.Series(targets, index=shares.index, name=shares.name)

    def _persons(self) -> _Ints:
        return self.allocation.shares().to_numpy("int64").astype(np.int64, copy=False)

    def _position(self, day: DateLike) -> int:
        """Return the index of the last planned day that is over at the end of `day`, or -1."""
        date = np.datetime64(to_date(day), "D")
        return int(np.searchsorted(self.days, date, side="right")) - 1

    def share_on(self, day: DateLike) -> Fraction:
        """Return the share of the curve that is over at the end of a day, exact, from 0 to 1."""
        position = self._position(day)
        return Fraction(0) if position < 0 else Fraction(self.effort[position], self.effort[-1])

    def planned_rate_on(self, day: DateLike) -> FloatSeries:
        """Return the part of each share that is planned to the end of a day, before rounding.

        It is the curve's own share (`share_on`), the same for every unit; where units have monthly
        caps each has a course of its own. Fractions of one, indexed by unit code.
        """
        shares = self.shares()
        rates = self.course.rates_on(self._persons(), self._position(day))
        return pd.Series(rates, index=shares.index, name="planned_rate")

    def planned_on(self, day: DateLike) -> IntSeries:
        """Return the persons planned to the end of a day, int64, indexed by unit code."""
        shares = self.shares()
        planned = self._at(self._position(day))
        return pd.Series(planned, index=shares.index, dtype="int64", name="planned")

    def _at(self, position: int) -> _Ints:
        shares = self._persons()[np.newaxis]
        reached: _Ints = self.course.on(shares, position, at_stops=self._reached[:, np.newaxis])[0]
        return reached

    def days_left(self, day: DateLike) -> int:
        """Return the number of planned days after a day."""
        return len(self.days) - 1 - self._position(day)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit, phase and period; no total rows.

        Columns: unit, name, phase, period (the day, or the first day of the month that names it),
        starts, ends (the planned days of the period), planned (persons of that period),
        planned_to_date (the running total of the unit); both Int64.
        """
        codes = self.shares().index
        names = pd.array([self.campaign.unit(code).label.text() for code in codes], dtype="str")
        periods, reached = self.periods(), self._rows()
        planned = np.diff(reached, axis=0, prepend=self.course.before[np.newaxis])
        rows, units = planned.shape
        unit, row = np.tile(np.arange(units), rows), np.repeat(np.arange(rows), units)
        by_period = {name: column.array.take(row) for name, column in periods.items()}
        return pd.DataFrame(
            {
                "unit": codes.array.take(unit),
                "name": names.take(unit),
                **by_period,
                "planned": pd.array(planned.ravel(), dtype="Int64"),
                "planned_to_date": pd.array(reached.ravel(), dtype="Int64"),
            }
        )

    def periods(self) -> pd.DataFrame:
        """Return one row per phase and period of the plan: phase, period, starts, ends."""
        ends = self._period_ends()
        last = self.days[ends]
        first = self.days[np.append(0, ends[:-1] + 1)]
        periods = self.campaign.periods(self.by).of(last)
        phases = [self.over[place] for place in self.course.phase_of[ends].tolist()]
        return pd.DataFrame(
            {
                "phase": pd.array(phases, dtype="str"),
                "period": periods.astype("datetime64[s]"),
                "starts": first.astype("datetime64[s]"),
                "ends": last.astype("datetime64[s]"),
            }
        )

    def _period_ends(self) -> _Ints:
        return self.course.stops if self.by == "month" else np.arange(len(self.days))

    def _rows(self) -> _Ints:
        """Return what is reached at the end of each row of the table: (rows, units)."""
        if self.by == "month":
            return self._reached
        return self.course.at_ends(self._persons()[np.newaxis], by=self.by)[:, 0]

    def totals(self) -> pd.DataFrame:
        """Return the whole campaign, one row per phase and period: planned and planned_to_date."""
        reached = self._rows().sum(axis=1)
        return self.periods().assign(
            planned=pd.array(np.diff(reached, prepend=self.course.before.sum()), dtype="Int64"),
            planned_to_date=pd.array(reached, dtype="Int64"),
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the campaign's calendar."""
        from coverage_campaign.views import charts  # the one way up, taken late

        return charts.calendar(self.campaign, ax=ax)

    def _repr_html_(self) -> str:
        return html_table(self.totals(), title=self._line(), notes=self.basis.lines())

    def __repr__(self) -> str:
        """Return the plan in one line."""
        return f"<{self._line()}>"

    def _line(self) -> str:
        return (
            f"Plan of {self.allocation.total:,} people over {' + '.join(self.over)}, "
            f"{len(self.days)} days, {self.curve_name}"
        )

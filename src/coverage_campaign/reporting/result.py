"""The tally: how many persons each unit counts in each period, through each channel."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

import attrs
import pandas as pd

from coverage_campaign.checks import checked_fields, checked_methods
from coverage_campaign.frames import by_value, owned, owned_frame
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import Period
from coverage_campaign.model.readings import Basis
from coverage_campaign.notebook import Axes, html_table
from coverage_campaign.reporting.cube import Cube, cube_of
from coverage_campaign.reporting.problems import ReportProblems

__all__ = ["Period", "Tally", "empty_baseline", "empty_stock"]


def empty_stock() -> pd.DataFrame:
    """Return the stock of a tally that has none: unit, period, persons; no row."""
    return pd.DataFrame(
        {
            "unit": pd.Series(dtype="str"),
            "period": pd.Series(dtype="datetime64[s]"),
            "persons": pd.Series(dtype="Int64"),
        }
    )


def empty_baseline() -> pd.DataFrame:
    """Return the baseline of a tally that was given none: unit, persons; no row."""
    return pd.DataFrame(
        {"unit": pd.Series(dtype="str"), "persons": pd.Series(dtype="Int64")},
    )


def no_columns() -> pd.DataFrame:
    """Return the columns of a tally of events: sheet, column, heading, role, why; no row."""
    names = ("sheet", "column", "heading", "role", "why")
    return pd.DataFrame({name: pd.Series(dtype="str") for name in names})


@checked_methods
@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Tally:
    """Counts by unit, period and channel, as they were known at `as_of`.

    `stock` holds cumulative first values for which no baseline was given (unit, period, persons):
    people covered before, never new ones; `baseline` those whom the caller said, unit by unit, were
    covered before (unit, persons). `rows_in` = rows counted + `problems.rows`. `columns` says of
    each column that was read from sheets what it was taken for: sheet, column (its letters),
    heading, role, why.

    It has no `notes`: what a reader has to know stands in its `basis`. It has no `explain`:
    `problems` explains each row or cell that does not count.
    """

    campaign: Campaign
    _frame: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value)
    as_of: dt.datetime | None
    by: Period
    basis: Basis
    problems: ReportProblems
    rows_in: int
    _stock: pd.DataFrame = attrs.field(factory=empty_stock, converter=owned_frame, eq=by_value)
    _baseline: pd.DataFrame = attrs.field(
        factory=empty_baseline, converter=owned_frame, eq=by_value
    )
    _columns: pd.DataFrame = attrs.field(factory=no_columns, converter=owned_frame, eq=by_value)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit, period and channel, and group where groups are counted.

        Columns: unit, name, period, channel, persons (+ group); and where the campaign's periods
        are not those of the calendar, starts and ends, their first and last day. `period` is the
        day, or the first day of the week, month or quarter that names the period, datetime64;
        `persons` are Int64 and negative only where a cumulative figure was corrected downwards. A
        combination that nobody reported has no row: not reported is not 0.
        """
        frame = owned(self._frame)
        codes, units = pd.factorize(frame["unit"])
        labels = {unit.code: unit.label for unit in self.campaign.units}
        names = [labels[code].text() if code in labels else code for code in units]
        frame.insert(1, "name", pd.Series(names, dtype="str").take(codes).set_axis(frame.index))
        periods = self.campaign.periods(self.by)
        if periods.by not in {"day", "week"} and periods.starts_on > 1:
            numbers = periods.number(frame["period"].to_numpy())
            for place, (name, days) in enumerate(
                (("starts", periods.first(numbers)), ("ends", periods.last(numbers))), start=3
            ):
                frame.insert(place, name, days.astype("datetime64[s]"))
        return frame

    @property
    def frame(self) -> pd.DataFrame:
        """The counts alone: unit, period, channel, persons (+ group)."""
        return owned(self._frame)

    @property
    def stock(self) -> pd.DataFrame:
        """Persons covered before the first report of new ones: unit, period, persons."""
        return owned(self._stock)

    @property
    def baseline(self) -> pd.DataFrame:
        """Persons whom the caller said were covered before: unit, persons."""
        return owned(self._baseline)

    @property
    def columns(self) -> pd.DataFrame:
        """What each column of the sheets was taken for: sheet, column, heading, role, why."""
        return owned(self._columns)

    @cached_property
    def cube(self) -> Cube:
        """The counts as one dense array in the order of the tree: made once, read by roll-ups."""
        return cube_of(
            self._frame,
            parent_of={unit.code: unit.parent for unit in self.campaign.units},
            channels=[channel.code for channel in self.campaign.channels],
        )

    def net(self) -> pd.DataFrame:
        """Return one row per unit and period: unit, period, entries, resumptions, losses, net.

        net = entries + resumptions - losses [persons]; the channel 'all' of reports without
        channels stands with the entries.
        """
        effect = {channel.code: channel.effect for channel in self.campaign.channels}
        kinds = self._frame["channel"].map(lambda code: effect.get(code, "entry"))
        table = (
            self._frame.assign(effect=kinds)
            .pivot_table(
                index=["unit", "period"],
                columns="effect",
                values="persons",
                aggfunc="sum",
                fill_value=0,
                observed=True,
            )
            .reindex(columns=["entry", "resumption", "loss"], fill_value=0)
            .astype("Int64")
            .reset_index()
        )
        table.columns = pd.Index(["unit", "period", "entries", "resumptions", "losses"])
        return table.assign(net=table["entries"] + table["resumptions"] - table["losses"])

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the persons by channel, from the gross figure down to the net."""
        from coverage_campaign.views import charts  # the one way up, taken late

        return charts.bridge(self, ax=ax)

    def _repr_html_(self) -> str:
        known = f", as known at {self.as_of}" if self.as_of else ""
        notes = [
            *self.basis.lines(),
            f"{self.problems.rows:,} of {self.rows_in:,} rows not counted",
        ]
        return html_table(self._frame, title=f"Tally by {self.by}{known}", notes=notes)

    def __repr__(self) -> str:
        """Return the tally in one line."""
        persons = int(self._frame["persons"].sum())
        return (
            f"<Tally by {self.by}: {persons:,} persons in {len(self._frame):,} rows, "
            f"{self.problems.rows:,} of {self.rows_in:,} rows not counted>"
        )

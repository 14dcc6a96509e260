"""How complete each planned unit's reports are, so that a gap is not read as a zero."""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.periods import periods_of
from coverage_campaign.model.reporting_rule import ReportingRule
from coverage_campaign.progress.reported_counts import planned_places
from coverage_campaign.reporting.completeness import expected_reports

__all__ = ["owed_reports", "report_counts"]


def report_counts(
    campaign: Campaign,
    units: tuple[str, ...],
    received: pd.DataFrame | None,
    *,
    over: tuple[str, ...],
    as_of: dt.date,
    known_on: dt.date | None,
) -> pd.DataFrame:
    """Return reports_expected, reports_received, reports_on_time (Int64) and complete, by unit.

    Expected are the reports of the months that were over on `as_of`, of the unit and of those
    below it that owe one by the campaign's rule; without a rule every planned unit owes one.
    Received are those that were there on `known_on` (None = all of them); on time is <NA> where no
    due day is known. Without `received` all is <NA>.
    """
    if received is None:
        return _nothing_known(len(units))
    table = owed_reports(campaign, units, received, over=over, as_of=as_of, known_on=known_on)
    place = table["place"].to_numpy(dtype=np.int64)
    expected = _counted(place, np.ones(len(place), dtype=bool), len(units))
    came = table["there"].to_numpy(dtype=bool)
    in_time = came & table["on_time"].fillna(value=False).to_numpy(dtype=bool)
    dated = bool(table["due"].notna().any())
    received_counts = _counted(place, came, len(units))
    return pd.DataFrame(
        {
            "reports_expected": pd.array(expected, dtype="Int64"),
            "reports_received": pd.array(received_counts, dtype="Int64"),
            "reports_on_time": pd.array(_counted(place, in_time, len(units)), dtype="Int64")
            if dated
            else _missing(len(units)),
            "complete": pd.array(received_counts == expected, dtype="boolean"),
        }
    )


def owed_reports(
    campaign: Campaign,
    units: tuple[str, ...],
    received: pd.DataFrame,
    *,
    over: tuple[str, ...],
    as_of: dt.date,
    known_on: dt.date | None,
) -> pd.DataFrame:
    """Return the reports that were owed for periods over on `as_of`, one row each.

    Columns: those of `expected_reports`, there (it was in on `known_on`), place (position in
    `units` of the unit that it counts for, -1 for none).
    """
    last = known_on if known_on is not None else _last_arrival(received, as_of)
    table = expected_reports(
        _with_rule(campaign, units), received=received, as_of=max(last, as_of), over=over
    )
    there = table["received_on"] <= pd.Timestamp(last)
    periods = periods_of(campaign, (campaign.reporting or ReportingRule()).period)
    ends = periods.last(periods.number(table["period"].to_numpy(dtype="datetime64[D]")))
    over_by_now = ends <= np.datetime64(as_of, "D")
    table = table.assign(there=there)[table["expected"].to_numpy(dtype=bool) & over_by_now]
    parent = {unit.code: unit.parent for unit in campaign.units}
    return table.assign(place=planned_places(parent, units, table["unit"]))


def _nothing_known(length: int) -> pd.DataFrame:
    names = ("reports_expected", "reports_received", "reports_on_time")
    columns: dict[str, object] = {name: _missing(length) for name in names}
    return pd.DataFrame({**columns, "complete": _missing(length).astype("boolean")})


def _missing(length: int) -> pd.Series[int]:
    return pd.Series(pd.NA, index=range(length), dtype="Int64")


def _last_arrival(received: pd.DataFrame, as_of: dt.date) -> dt.date:
    """Return the day by which everything on the list was there."""
    if "received_on" not in received.columns:
        return as_of
    arrivals = pd.to_datetime(received["received_on"], errors="coerce").dropna()
    return arrivals.max().date() if len(arrivals) else as_of


def _with_rule(campaign: Campaign, units: tuple[str, ...]) -> Campaign:
    """Return the campaign with a rule on who reports: the planned units where it names none."""
    rule = campaign.reporting or ReportingRule()
    if rule.kinds:
        return campaign
    kinds = tuple(dict.fromkeys(campaign.unit(code).kind for code in units))
    return attrs.evolve(campaign, reporting=attrs.evolve(rule, kinds=kinds))


def _counted(place: NDArray[np.int64], mine: NDArray[np.bool_], length: int) -> NDArray[np.int64]:
    rows = place[mine & (place >= 0)]
    return np.bincount(rows, minlength=length).astype(np.int64)

"""Which monthly reports are in: expected, received, on time, so that gaps are not read as zeros."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign

__all__ = ["report_counts"]

_WANTED = ("unit", "period", "received_on")


def report_counts(
    campaign: Campaign,
    units: tuple[str, ...],
    received: pd.DataFrame | None,
    *,
    months: NDArray[np.datetime64],
    known_on: dt.date | None,
) -> pd.DataFrame:
    """Return reports_expected, reports_received, reports_on_time (Int64) and complete, by unit.

    Expected is one report for each of `months` in which the unit exists. Received are those that
    were there on `known_on`; a report that came twice counts once, by its first arrival. On time
    is <NA> where nobody says by which day a report is due. Without `received` all is <NA>.

    Args:
        campaign: Its reporting rule gives the due day and the hops.
        units: The codes, in the order of the rows returned.
        received: unit, period (any day of the month), received_on; or None.
        months: The months that reports are expected for, datetime64[M].
        known_on: Later arrivals are not known yet; None = all are known.
    """
    nothing = pd.array([pd.NA] * len(units), dtype="Int64")
    if received is None:
        return pd.DataFrame(
            {
                "reports_expected": nothing,
                "reports_received": nothing,
                "reports_on_time": nothing,
                "complete": pd.array([pd.NA] * len(units), dtype="boolean"),
            }
        )
    arrivals = _first_arrivals(received, known_on)
    owed = pd.MultiIndex.from_tuples(
        [(code, month) for code in units for month in months if _exists(campaign, code, month)],
        names=["unit", "month"],
    )
    came = arrivals.reindex(owed)
    table = pd.DataFrame(
        {
            "expected": 1,
            "received": came.notna().to_numpy(),
            "on_time": (came.to_numpy() <= _due_days(campaign, owed)) & came.notna().to_numpy(),
        },
        index=owed,
    )
    sums = table.groupby(level="unit").sum().reindex(list(units), fill_value=0).astype("Int64")
    due_known = _due_day(campaign) is not None
    return pd.DataFrame(
        {
            "reports_expected": sums["expected"].array,
            "reports_received": sums["received"].array,
            "reports_on_time": sums["on_time"].array if due_known else nothing,
            "complete": (sums["received"] == sums["expected"]).array,
        }
    )


def _first_arrivals(received: pd.DataFrame, known_on: dt.date | None) -> pd.Series[pd.Timestamp]:
    """Return the day on which each report first came, indexed by unit and month."""
    lacking = [column for column in _WANTED if column not in received.columns]
    if lacking:
        raise DefinitionError(
            Problem(
                "received",
                f"no column {', '.join(lacking)} among {', '.join(map(str, received.columns))}",
                f"give the columns {', '.join(_WANTED)}",
            )
        )
    came = pd.to_datetime(received["received_on"])
    month = pd.to_datetime(received["period"]).to_numpy(dtype="datetime64[M]")
    table = pd.DataFrame(
        {
            "unit": received["unit"].astype("str").to_numpy(),
            "month": month.astype("datetime64[s]"),
            "came": came.to_numpy(dtype="datetime64[s]").astype("datetime64[D]").astype("M8[s]"),
        }
    ).dropna()
    if known_on is not None:
        table = table[table["came"] <= pd.Timestamp(known_on)]
    return table.groupby(["unit", "month"])["came"].min()


def _exists(campaign: Campaign, code: str, month: np.datetime64) -> bool:
    first = month.astype("datetime64[D]").item()
    last = ((month + 1).astype("datetime64[D]") - 1).item()
    unit = campaign.unit(code)
    return (unit.opened is None or unit.opened <= last) and (
        unit.closed is None or first <= unit.closed
    )


def _due_day(campaign: Campaign) -> int | None:
    if campaign.reporting is not None and campaign.reporting.due_day is not None:
        return campaign.reporting.due_day
    return campaign.readings.report_due_day


def _due_days(campaign: Campaign, owed: pd.MultiIndex) -> NDArray[np.datetime64]:
    """Return the last day on which each report is on time."""
    months = owed.get_level_values("month").to_numpy(dtype="datetime64[M]")
    due_day = _due_day(campaign) or 1
    rule = campaign.reporting
    extra = (rule.hops - 1) * rule.days_per_hop if rule is not None else 0
    due = (months + 1).astype("datetime64[D]") + (due_day - 1) + extra
    return due.astype("datetime64[s]")

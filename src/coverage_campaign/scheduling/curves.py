"""How effort lies over the days of a window: a curve gives each day its whole-number weight.

A curve is a function of the days (datetime64[D], ascending) to one integer a day, 0 or more, not
all 0. Only the proportions matter. Any function with a `name` that does this is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike
from coverage_campaign.model.targets import to_rate
from coverage_campaign.scheduling.curve_shapes import (
    Curve,
    Days,
    DayWeights,
    Even,
    NationalWorkingDays,
    Ramp,
    SCurve,
    WorkingDays,
)
from coverage_campaign.scheduling.piecewise_curves import ByDay, ByMonth, ByPhase, Share, Through

__all__ = [
    "ByDay",
    "ByMonth",
    "ByPhase",
    "Curve",
    "DayWeights",
    "Days",
    "Even",
    "NationalWorkingDays",
    "Ramp",
    "SCurve",
    "Through",
    "WorkingDays",
    "by_day",
    "by_month",
    "by_phase",
    "even",
    "national_working_days",
    "ramp",
    "s_curve",
    "through",
    "working_days",
]

even = Even()
s_curve = SCurve()


def working_days(
    *, holidays: Iterable[DateLike] = (), workdays: Iterable[DateLike] = ()
) -> WorkingDays:
    """Return the curve that is even per working day, with a calendar given as data.

    >>> import numpy as np
    >>> curve = working_days(holidays=["2008-10-01"])
    >>> curve(np.arange("2008-09-30", "2008-10-06", dtype="datetime64[D]")).tolist()
    [1, 0, 1, 1, 0, 0]
    """
    return WorkingDays(holidays, workdays)


def ramp(*, first: int, last: int) -> Ramp:
    """Return a straight line of effort; `first` and `last` are whole numbers on any scale.

    >>> import numpy as np
    >>> ramp(first=1, last=3)(np.arange("2026-06-01", "2026-06-04", dtype="datetime64[D]")).tolist()
    [2, 4, 6]
    """
    if min(first, last) < 0 or max(first, last) == 0:
        raise DefinitionError(
            Problem("ramp", f"from {first} to {last}", "give two numbers, 0 or more, not both 0")
        )
    return Ramp(first, last)


def by_month(shares: Mapping[str, Share], *, curve: Curve = even) -> ByMonth:
    """Return a curve with a stated share a month, such as {'2008-06': '0.3', '2008-07': '0.7'}.

    `curve` shapes the days of each month.
    """
    return ByMonth(shares, curve)


def by_phase(campaign: Campaign, shares: Mapping[str, Share], *, curve: Curve = even) -> ByPhase:
    """Return a curve with a stated share for each phase, such as one for each drive.

    `curve` shapes the days of each phase. Name the phases in the order of `over`: a day in two
    of them is the first one's.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> by_phase(campaign, {"drive-1": "50%", "drive-2": "20%", "drive-3": "30%"}).name
    'stated shares by phase (drive-1 50 %, drive-2 20 %, drive-3 30 %)'
    """
    return ByPhase(
        tuple((code, campaign.window(code), to_rate(share)) for code, share in shares.items()),
        curve,
    )


def by_day(numbers: Mapping[DateLike, int] | pd.Series[int]) -> ByDay:
    """Return the caller's own curve: a whole number for every day of the window.

    >>> import numpy as np
    >>> days = np.arange("2026-06-01", "2026-06-03", dtype="datetime64[D]")
    >>> by_day({"2026-06-01": 3, "2026-06-02": 0})(days).tolist()
    [3, 0]
    """
    return ByDay(numbers)


def national_working_days(country: str, *, subdivision: str | None = None) -> NationalWorkingDays:
    """Return the curve that is even per working day of a country, by the package `holidays`.

    `country` is an ISO 3166 code such as 'CN', `subdivision` one of its parts. Needs the extra
    `calendars`.
    """
    return NationalWorkingDays(country, subdivision)


def through(milestones: Mapping[DateLike, Share], *, curve: Curve = even) -> Through:
    """Return a curve that meets milestones, such as {'2008-06-30': '60%'}; even in between.

    >>> import numpy as np
    >>> curve = through({"2026-06-02": "60%"})
    >>> curve(np.arange("2026-06-01", "2026-06-05", dtype="datetime64[D]")).tolist()
    [3, 3, 2, 2]
    """
    return Through(milestones, curve)

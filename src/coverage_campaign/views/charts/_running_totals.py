"""The running totals of the whole as points of a chart: what was planned and what is done."""

from __future__ import annotations

import datetime as dt
from typing import Final

import attrs
import numpy as np

from coverage_campaign.messages import Language, message
from coverage_campaign.progress.track import Progress
from coverage_campaign.views.charts._ticks import runs, x_of

__all__ = ["Curves", "curves_of", "dotted_note", "to_day"]

_DOTTED: Final = message("Dotted: no report.")


@attrs.frozen(eq=False)
class Curves:
    """Points of the two running totals: days as places, persons."""

    plan_x: list[float]
    plan_y: list[float]
    done_x: list[float]
    done_y: list[int]
    counted_x: float
    first: dt.date
    last: dt.date


def curves_of(progress: Progress) -> Curves:
    """Return the two running totals of the whole as points, each at the end of its day."""
    plan = progress.plan
    target = progress.whole.target or 0
    days, totals = progress.series()
    known = ~np.isnan(totals).all(axis=0)
    done = totals[:, known].sum(axis=1) if known.any() else np.empty(0)
    done_x = [x_of(to_day(value), end=True) for value in days[: len(done)]]
    first, last = to_day(plan.days[0]), to_day(plan.days[-1])
    plan_x = [x_of(first), *(x_of(to_day(value), end=True) for value in plan.days)]
    plan_y = [0.0, *(target * effort / plan.effort[-1] for effort in plan.effort)]
    if done_x:
        first = min(first, dt.date.fromordinal(int(done_x[0])))
        last = max(last, progress.as_of)
    return Curves(
        plan_x,
        plan_y,
        done_x,
        [round(value) for value in done.tolist()],
        x_of(progress.as_of, end=True),
        first,
        last,
    )


def dotted_note(days: list[float], counted: float, lang: Language) -> list[str]:
    """Return what a dotted stretch of what is done means, where there is one."""
    silent = any(silent for _, silent in runs(days)) or (bool(days) and days[-1] < counted)
    return [_DOTTED.text(lang)] if silent else []


def to_day(value: np.datetime64) -> dt.date:
    """Return a day of NumPy as a date."""
    date = value.astype("datetime64[D]").item()
    assert isinstance(date, dt.date)  # noqa: S101 - a day of NumPy is a date
    return date

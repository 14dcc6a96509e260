"""Scales beside a chart: months and counts, written where they have room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import attrs
import numpy as np

from coverage_campaign.messages import Language, message
from coverage_campaign.messages.formats import count, day, month
from coverage_campaign.progress.progress import Progress
from coverage_campaign.views.charts import _theme as theme
from coverage_campaign.views.charts._canvas import Canvas
from coverage_campaign.views.charts._lettering import width_of

__all__ = ["TIME_ROOM", "count_scale", "round_steps", "runs", "time_scale", "x_of"]

# Points below the Axes that two lines of months and years take.
TIME_ROOM: Final = 30.0
_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_BY_WEEK: Final = 60
_WEEK: Final = 7.0
_BY_YEAR: Final = 1500


def x_of(date: dt.date, *, end: bool = False) -> float:
    """Return the place of a day's beginning, or of its end, in days.

    >>> x_of(dt.date(2008, 6, 2)) - x_of(dt.date(2008, 6, 1), end=True)
    0.0
    """
    return float(date.toordinal() + end)


def runs(days: list[float]) -> list[tuple[slice, bool]]:
    """Return the stretches of a series of reports, and whether nothing was reported in one.

    A step of more than three usual steps and a week is a stretch without reports.

    >>> [(part.start, part.stop, silent) for part, silent in runs([0.0, 90.0, 91.0, 92.0])]
    [(0, 2, True), (1, 4, False)]
    """
    steps = [after - before for before, after in pairwise(days)]
    usual = sorted(steps)[len(steps) // 2] if steps else 0.0
    found: list[tuple[slice, bool]] = []
    for place, step in enumerate(steps):
        silent = step > max(3 * usual, _WEEK)
        if found and not silent and not found[-1][1]:
            found[-1] = (slice(found[-1][0].start, place + 2), False)
        else:
            found.append((slice(place, place + 2), silent))
    return found


def round_steps(highest: float, *, most: int = 5) -> list[float]:
    """Return round values from 0 that reach `highest` in at most `most` steps.

    >>> round_steps(76_000)
    [0.0, 20000.0, 40000.0, 60000.0, 80000.0]
    """
    if highest <= 0:
        return [0.0, 1.0]
    size = 1.0
    while size * _STEPS[-1] * most < highest:
        size *= 10
    while size * most >= highest and size > 1:
        size /= 10
    step = next(
        size * factor
        for factor in (*_STEPS, 20.0, 25.0, 50.0, 100.0)
        if size * factor * most >= highest and size * factor == int(size * factor)
    )
    return [step * number for number in range(int(-(-highest // step)) + 1)]


def count_scale(canvas: Canvas, steps: list[float]) -> None:
    """Draw hairlines at round counts, which are ticks of the Axes."""
    for value in steps:
        canvas.line([0, 1], [value, value], at=("share", "data"), colour=theme.HAIRLINE, zorder=0.5)
    canvas.y_ticks(steps, [count(value) for value in steps])


def time_scale(
    canvas: Canvas, first: dt.date, last: dt.date, lang: Language, *, rules: bool
) -> None:
    """Set months, or weeks or years, as ticks below the scale, the year where it changes."""
    days = (last - first).days + 1
    points_a_day = canvas.width / days
    if days <= _BY_WEEK:
        _week_ticks(canvas, first, last, lang, rules=rules)
        return
    months = list(_months(first, last))
    widest = max(width_of(month(date, lang), theme.TICK) for date in months)
    every = next(n for n in (1, 2, 3, 6, 12, 120) if 30 * n * points_a_day > widest + 6 or n > 12)  # noqa: PLR2004
    shown_year = 0
    places, labels = [], []
    for number, start in enumerate(months):
        if rules and start > first:
            canvas.line(
                [x_of(start)] * 2, [0, 1], at=("data", "share"), colour=theme.HAIRLINE, zorder=0.5
            )
        if number % every:
            continue
        left, right = (
            max(x_of(start), x_of(first)),
            min(x_of(_next_month(start)), x_of(last, end=True)),
        )
        fits = days <= _BY_YEAR and (right - left) * points_a_day >= widest * 0.8
        year = "" if start.year == shown_year else str(start.year)
        if fits or (year and days > _BY_YEAR):
            shown_year = start.year
            places.append((left + right) / 2)
            labels.append(f"{month(start, lang) if fits else ''}\n{year}")
    canvas.x_ticks(places, labels)


def _week_ticks(
    canvas: Canvas, first: dt.date, last: dt.date, lang: Language, *, rules: bool
) -> None:
    widest = width_of(day(dt.date(2000, 12, 28), lang), theme.TICK) + 8
    points_a_day = canvas.width / ((last - first).days + 1)
    every = next(n for n in (1, 2, 7, 14, 28, 56) if n * points_a_day > widest or n == 56)  # noqa: PLR2004
    step = dt.timedelta(days=every)
    dates = [first + step * number for number in range((last - first).days // every + 1)]
    places = [x_of(date) + 0.5 for date in dates]
    years = [
        str(date.year) if date == first or date.year != (date - step).year else "" for date in dates
    ]
    if rules:
        for x in places:
            canvas.line([x, x], [0, 1], at=("data", "share"), colour=theme.HAIRLINE, zorder=0.5)
    labels = [f"{day(date, lang)}\n{year}" for date, year in zip(dates, years, strict=True)]
    canvas.x_ticks(places, labels)


def _months(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    start = first.replace(day=1)
    while start <= last:
        yield start
        start = _next_month(start)


def _next_month(date: dt.date) -> dt.date:
    return (date.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


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

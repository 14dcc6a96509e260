"""How a running total goes on: each pace is a function of a record to the days ahead.

A pace returns one row a day ahead and one column a unit [persons]. It holds no state and knows no
campaign; a caller's own function of the same shape is as good as these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.progress.forecast.history import Record

__all__ = [
    "Damping",
    "Pace",
    "RunRate",
    "damped",
    "damping",
    "plan_following",
    "run_rate",
    "saturating",
    "unchanged",
]

_Floats = NDArray[np.float64]
Pace: TypeAlias = Callable[[Record], _Floats]
"""record -> running totals ahead, one row a day ahead and one column a unit."""

# The shape of `damped`: round values from a flat optimum; the forecasting page says how they were
# found and judged. Trend and fade live by the calendar (kept a week, log change a day): a campaign
# is the same one whether its figures come daily or monthly.
_DAYS_A_WEEK = 7.0
_TREND_TRUSTED = 0.8
_TREND_KEPT_A_WEEK = 0.7
_STEEPEST_A_DAY = 0.05
_HARDER = 2.0
_FADE_A_DAY = float(np.log(0.965)) / 30


def unchanged(record: Record) -> _Floats:
    """Return the last running total for every day ahead: nobody else comes."""
    return np.broadcast_to(record.now, (len(record.ahead), len(record.now))).copy()


def _one_or_more(instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    del instance
    if type(value) is not int or value < 1:  # True is no number of periods
        raise DefinitionError(Problem(attribute.name, f"{value!r}", "give a whole number from 1"))


@attrs.frozen
class RunRate:
    """The pace that goes on as the mean of the last so many periods."""

    periods: int = attrs.field(validator=_one_or_more)

    @property
    def __name__(self) -> str:
        """How the pace is called in tables."""
        return f"run_rate({self.periods})"

    def __call__(self, record: Record) -> _Floats:
        """Return the totals ahead."""
        a_day = record.pace(self.periods * record.period)
        return _bounded(record, record.now + record.ahead[:, None] * a_day)


def run_rate(periods: int) -> RunRate:
    """Return the pace that goes on as the mean of the last so many periods (days, or months)."""
    return RunRate(periods)


def plan_following(record: Record) -> _Floats:
    """Return what comes if the plan goes on being met to the same share as so far.

    The shape is the plan's own: a rush that the plan has before its deadline is in it. Without a
    plan, or before the plan has begun, the time that passes stands for it.
    """
    past, ahead = record.planned, record.planned_ahead
    if past is None or ahead is None or past[-1] <= past[0]:
        past, ahead = record.days, record.ahead
    over = past[-1] - past[0]
    if over <= 0:
        return unchanged(record)
    met = (record.now - record.persons[0]) / over
    return _bounded(record, record.now + (ahead - past[-1])[:, None] * met)


def saturating(record: Record) -> _Floats:
    """Return the recent pace, slowing in proportion to the persons who are left.

    The rate at which the remaining eligible persons come stays what it was in the last stretch;
    the total nears the ceiling and never reaches it. Without a ceiling it is the run rate.
    """
    straight = record.ahead[:, None] * record.pace(record.stretch)
    room = _room(record)
    filled = np.where(np.isfinite(room), _times(room, -np.expm1(-straight / room)), straight)
    return _bounded(record, record.now + filled)


def _above_one(instance: object, attribute: attrs.Attribute[float], value: float) -> None:
    del instance
    if not value > 1:
        raise DefinitionError(Problem(attribute.name, f"{value!r}", "give more than 1"))


def _fraction(instance: object, attribute: attrs.Attribute[float], value: float) -> None:
    del instance
    if not 0 <= value <= 1:
        raise DefinitionError(Problem(attribute.name, f"{value!r}", "give a fraction from 0 to 1"))


@attrs.frozen(kw_only=True)
class Damping:
    """A pace with a trend that dies away, slowing further as few are left."""

    power: float = attrs.field(validator=_above_one)
    kept: float = attrs.field(validator=_fraction)
    trusted: float = attrs.field(validator=_fraction)

    @property
    def __name__(self) -> str:
        """How the pace is called in tables."""
        return f"damping({self.power:g}, {self.kept:g}, {self.trusted:g})"

    def __call__(self, record: Record) -> _Floats:
        """Return the totals ahead."""
        of_late, room = record.pace(record.stretch), _room(record)
        fading = _effective_days(record, _FADE_A_DAY, self)[:, None] * of_late
        straight = _effective_days(record, 0.0, self)[:, None] * of_late
        harder = self.power - 1
        left = (1 + harder * np.maximum(straight / room, 0)) ** (-1 / harder)
        grown = np.where(np.isfinite(room), _times(room, 1 - left), fading)
        return _bounded(record, record.now + grown)


def damping(*, power: float, kept: float, trusted: float) -> Damping:
    """Return a pace with a trend that dies away, slowing further as few are left.

    Args:
        power: With which power of the share that is left, of those who are left today, the pace
            falls where a ceiling is known; more than 1.
        kept: How much of a trend is left a week later (fraction of one).
        trusted: How much of a trend between two weeks is believed (fraction of one); of one between
            two months accordingly less, for it was seen longer ago.

    `damped` is the one that is shipped; the forecasting page compares it with others.
    """
    return Damping(power=power, kept=kept, trusted=trusted)


_SHIPPED = damping(power=_HARDER, kept=_TREND_KEPT_A_WEEK, trusted=_TREND_TRUSTED)


def damped(record: Record) -> _Floats:
    """Return the recent pace with a trend that dies away, slowing further as few are left.

    Each unit has its own pace of the last stretch (a week; a month of monthly figures). How paces
    grow or fade is taken from all units together, for a single unit's trend is mostly noise: this
    stretch against the one before, trusted to 80 % where a stretch is a week and to less the longer
    it is, 70 % of it kept a week later. Where the ceiling is known the pace falls with the square
    of the share that is left of those who are left today: the willing come first, so that R who are
    left and x persons of straight-line growth make R x / (R + x). Where it is not known, 3.5 % of
    the pace is lost each month.

    Source: E. S. Gardner and E. McKenzie, Forecasting trends in time series, Management Science 31
    (1985) 1237-1246, for the damped trend; J. W. Vaupel et al., The impact of heterogeneity in
    individual frailty, Demography 16 (1979) 439-454, for the power; the forecasting page for the
    values.
    """
    return _SHIPPED(record)


def _effective_days(record: Record, fade: float, shape: Damping) -> _Floats:
    """Return, for each day ahead, to how many days at today's pace the days until then amount.

    `fade` is the log change of the pace a day that remains when the trend has died away.
    """
    last = int(np.ceil(record.ahead.max(initial=0.0)))
    days = np.arange(1, last + 1)
    believed = shape.trusted * _DAYS_A_WEEK / record.stretch
    beyond = believed * (_trend(record, fade) - fade)
    slope = fade + beyond * shape.kept ** (days / _DAYS_A_WEEK)
    effective = np.concatenate(([0.0], np.cumsum(np.exp(np.cumsum(slope)))))
    return np.interp(record.ahead, np.arange(last + 1), effective)


def _trend(record: Record, unknown: float) -> float:
    """Return the log change a day from the stretch before to this one, of all units together.

    `unknown` is returned where the record is too short to tell.
    """
    stretch, age = record.stretch, -float(record.days[0])
    before = min(stretch, age - stretch)
    if before < stretch / 2:
        return unknown
    now = float(np.nansum(record.pace(stretch)))
    earlier = float(np.nansum(record.at(-stretch) - record.at(-stretch - before))) / before
    if now <= 0 or earlier <= 0:
        return unknown
    change = np.log(now / earlier) / ((stretch + before) / 2)
    return float(np.clip(change, -_STEEPEST_A_DAY, _STEEPEST_A_DAY))


def _room(record: Record) -> _Floats:
    """Return the persons who are left to come; at least one, so that it can divide."""
    return np.maximum(record.ceiling - record.now, 1.0)


def _times(room: _Floats, share: _Floats) -> _Floats:
    """Return a share of the room; of a room without end it is not asked."""
    return np.where(np.isfinite(room), room, 0.0) * share


def _bounded(record: Record, totals: _Floats) -> _Floats:
    """Return the totals, none beyond what can be reached."""
    return np.minimum(totals, np.maximum(record.ceiling, record.now))

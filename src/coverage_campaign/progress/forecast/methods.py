"""Forecasting methods: each is a function of the running totals so far to those on later days.

A method returns one row a day ahead and one column a unit [persons]. It holds no state and knows no
campaign; a caller's own function of the same shape is as good as these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.checks import calling, checked_call, checked_fields
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import message
from coverage_campaign.progress.forecast.history import CumulativeHistory
from coverage_campaign.progress.progress import Progress

__all__ = [
    "Damping",
    "Pace",
    "RecentPace",
    "RunRate",
    "Worst",
    "ahead_by",
    "damped",
    "damping",
    "plan_following",
    "recent_pace",
    "run_rate",
    "saturating",
    "unchanged",
    "worst",
]

_Floats = NDArray[np.float64]
Pace: TypeAlias = Callable[[CumulativeHistory], _Floats]
"""history -> running totals ahead, one row a day ahead and one column a unit."""

# The shape of `damped`: round values from a flat optimum; the forecasting page says how they
# were found and judged. A trend lives by the calendar (kept a week, log change a day): a campaign
# is the same one whether its figures come daily or monthly.
_DAYS_A_WEEK = 7.0
_TREND_TRUSTED = 0.8
_TREND_KEPT_A_WEEK = 0.7
_STEEPEST_A_DAY = 0.05
_POWER = 4.0
# How far a pace wanders: variance of its log per week, of all units together and of one against the
# others, and what the figure of one stretch has beside it.
_WANDERING_A_WEEK = 0.03
_STRETCH_NOISE = 0.01
_MOST_STRETCHES = 12
_ROUNDING = 1.0  # a method may round to whole persons


@checked_call
def ahead_by(method: Pace, history: CumulativeHistory) -> _Floats:
    """Return what a method makes of a history: one row a day ahead, one column a unit.

    Raises:
        DefinitionError: It returns another shape, no number for a unit whose total is known, or one
            that is lower by a person.
    """
    shape = (len(history.ahead), len(history.now))
    name = getattr(method, "__name__", "method")
    fix = message(
        "return persons of the shape {shape:raw}: one row a day ahead, one column a unit",
        shape=shape,
    )
    with calling(message("method '{code}'", code=name), fix=fix):
        totals = np.asarray(method(history), dtype=np.float64)
    known = ~np.isnan(history.now)
    if totals.shape != shape or np.isnan(totals[:, known]).any():
        found = "nan" if totals.shape == shape else f"an array of {totals.shape}"
        what = message("returned {found}", found=found)
    elif (totals[:, known] < history.now[known] - _ROUNDING).any():
        what = message("returned running totals below those of today")
    else:
        return totals
    raise DefinitionError(Problem(message("method '{code}'", code=name), what, fix))


@checked_call
def unchanged(history: CumulativeHistory) -> _Floats:
    """Return the last running total for every day ahead: nobody else comes."""
    return np.broadcast_to(history.now, (len(history.ahead), len(history.now))).copy()


def _one_or_more(instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    del instance
    if type(value) is not int or value < 1:  # True is no number of periods
        raise DefinitionError(Problem(attribute.name, f"{value!r}", "give a whole number from 1"))


@attrs.frozen(field_transformer=checked_fields)
class RunRate:
    """The method that goes on at the mean pace of the last so many periods."""

    periods: int = attrs.field(validator=_one_or_more)

    @property
    def __name__(self) -> str:
        """How the method is called in tables."""
        return f"run_rate({self.periods})"

    def __call__(self, history: CumulativeHistory) -> _Floats:
        """Return the totals ahead."""
        a_day = history.pace(self.periods * history.period)
        return _bounded(history, history.now + history.ahead[:, None] * a_day)


@checked_call
def run_rate(periods: int) -> RunRate:
    """Return the method that goes on at the mean pace of the last so many periods.

    A period is a day of daily figures, a month of monthly ones.
    """
    return RunRate(periods)


@checked_call
def plan_following(history: CumulativeHistory) -> _Floats:
    """Return what comes if the plan goes on being met to the same share as so far.

    The shape is the plan's own: a rush that the plan has before its deadline is in it. Without a
    plan, or before the plan has begun, the time that passes stands for it.
    """
    past, ahead = history.planned, history.planned_ahead
    if past is None or ahead is None or past[-1] <= past[0]:
        past, ahead = history.days, history.ahead
    over = past[-1] - past[0]
    if over <= 0:
        return unchanged(history)
    met = (history.now - history.persons[0]) / over
    return _bounded(history, history.now + (ahead - past[-1])[:, None] * met)


@checked_call
def saturating(history: CumulativeHistory) -> _Floats:
    """Return the recent pace, slowing in proportion to the persons who are left.

    The rate at which the remaining eligible persons come stays what it was in the last stretch;
    the total nears the ceiling and never reaches it. Without a ceiling it is the run rate.
    """
    straight = history.ahead[:, None] * history.pace(history.stretch)
    room = _room(history)
    filled = np.where(np.isfinite(room), _times(room, -np.expm1(-straight / room)), straight)
    return _bounded(history, history.now + filled)


def _above_zero(instance: object, attribute: attrs.Attribute[float], value: float) -> None:
    del instance
    if not value > 0:
        raise DefinitionError(Problem(attribute.name, f"{value!r}", "give more than 0"))


def _fraction(instance: object, attribute: attrs.Attribute[float], value: float) -> None:
    del instance
    if not 0 <= value <= 1:
        raise DefinitionError(Problem(attribute.name, f"{value!r}", "give a fraction from 0 to 1"))


@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Damping:
    """A method with a trend that dies away, slowing further as few are left."""

    power: float = attrs.field(validator=_above_zero)
    kept: float = attrs.field(validator=_fraction)
    trusted: float = attrs.field(validator=_fraction)

    @property
    def __name__(self) -> str:
        """How the method is called in tables."""
        return f"damping({self.power:g}, {self.kept:g}, {self.trusted:g})"

    def __call__(self, history: CumulativeHistory) -> _Floats:
        """Return the totals ahead."""
        recent, room = recent_pace(history), _room(history)
        straight = self._effective_days(history, recent.trend)[:, None] * recent.per_day
        covered = np.divide(
            np.maximum(history.now, 0),
            history.ceiling,
            out=np.zeros_like(room),
            where=np.isfinite(room) & (history.ceiling > 0),
        )
        harder = self.power * np.minimum(covered, 1) - 1
        harder = np.where(np.abs(harder) < _NEARLY_ONE, _NEARLY_ONE, harder)
        left = np.maximum(1 + harder * np.maximum(straight / room, 0), 0) ** (-1 / harder)
        grown = np.where(np.isfinite(room), _times(room, 1 - left), straight)
        return _bounded(history, history.now + grown)

    def _effective_days(self, history: CumulativeHistory, trend: float | None) -> _Floats:
        """Return, for each day ahead, to how many days at today's pace the days until then amount.

        `trend` is the log change of the pace a day as it was seen last.
        """
        days = np.arange(1, int(np.ceil(history.ahead.max(initial=0.0))) + 1)
        believed = self.trusted * _DAYS_A_WEEK / history.stretch
        seen = float(np.clip(trend or 0.0, -_STEEPEST_A_DAY, _STEEPEST_A_DAY))
        slope = believed * seen * self.kept ** (days / _DAYS_A_WEEK)
        effective = np.concatenate(([0.0], np.cumsum(np.exp(np.cumsum(slope)))))
        return np.interp(history.ahead, np.arange(len(effective)), effective)


@checked_call
def damping(*, power: float, kept: float, trusted: float) -> Damping:
    """Return a method with a trend that dies away, slowing further as few are left.

    Args:
        power: With which power of the share that is left, of those who are left today, the pace
            falls once all are covered; today it is so much of the power as are covered today.
            Counts only where a ceiling is known; more than 0.
        kept: How much of a trend is left a week later (fraction of one).
        trusted: How much of a trend between two weeks is believed (fraction of one); of one between
            two months accordingly less, for it was seen longer ago.

    `damped` is the one that is shipped; the forecasting page compares it with others.
    """
    return Damping(power=power, kept=kept, trusted=trusted)


_NEARLY_ONE = 1e-6
_SHIPPED = damping(power=_POWER, kept=_TREND_KEPT_A_WEEK, trusted=_TREND_TRUSTED)


@checked_call
def damped(history: CumulativeHistory) -> _Floats:
    """Return the recent pace with a trend that dies away, slowing further as few are left.

    Each unit has its own pace (`recent_pace`). How paces grow or fade is taken from all units
    together, for a single unit's trend is mostly noise: this stretch (a week; a month of monthly
    figures) against the one before, trusted to 80 % where a stretch is a week and to less the
    longer it is, 70 % of it kept a week later. Where the ceiling is known the pace falls with a
    power of the share that is left of those who are left today. The power is four times the share
    of the ceiling that is covered: at first only supply limits the pace, later the willing have
    come. Where it is not known, the pace stays.

    Source: E. S. Gardner and E. McKenzie, Forecasting trends in time series, Management Science 31
    (1985) 1237-1246, for the damped trend; J. W. Vaupel et al., The impact of heterogeneity in
    individual frailty, Demography 16 (1979) 439-454, for the power; the forecasting page
    for the values.
    """
    return _SHIPPED(history)


@attrs.frozen(field_transformer=checked_fields)
class Worst:
    """What if the units that are furthest behind came at so many times their pace."""

    units: int = attrs.field(validator=_one_or_more)
    times: float = attrs.field(kw_only=True, validator=_above_zero)

    @property
    def __name__(self) -> str:
        """How the change is called in notes."""
        return f"worst({self.units}, times={self.times:g})"

    def __call__(self, progress: Progress) -> dict[str, float]:
        """Return the factor of each unit with the lowest completion rates."""
        frame = progress.to_frame().dropna(subset=["completion_rate"])
        lowest = frame.sort_values("completion_rate", kind="stable")["unit"].head(self.units)
        return dict.fromkeys(lowest.tolist(), float(self.times))


@checked_call
def worst(units: int, *, times: float) -> Worst:
    """Return the change of pace of the units with the lowest completion rates.

    `forecast(progress, pace=worst(3, times=2))`: what if the worst three doubled their pace.
    """
    return Worst(units, times=times)


@attrs.frozen(eq=False, kw_only=True)
class RecentPace:
    """The pace of late of each unit, and how sure it is.

    Attributes:
        per_day: Persons a day, by unit; 0 where nothing is known.
        noise: The variance of each pace that counting alone gives it, relative to its square;
            infinite where nothing is known.
        trend: The log change a day of the pace of all units together, from the stretch before the
            last one to the last; None where the history is too short to tell.
    """

    per_day: _Floats
    noise: _Floats
    trend: float | None


@checked_call
def recent_pace(history: CumulativeHistory) -> RecentPace:
    """Return the pace of late of each unit: recent figures count for more the surer they are.

    Of all units together the pace is that of the last stretch, unless so few persons came that
    counting is less sure than older stretches are. A unit's part in it is a weighted mean over the
    stretches: each weighs by the inverse of its variance, that of counting and that by which parts
    wander (3 % a week, as a random walk). So a unit of thousands is judged by its last week or two,
    one of two persons a month by all that it ever did.

    Source: A. C. Harvey and C. Fernandes, Time series models for count or qualitative observations,
    Journal of Business and Economic Statistics 7 (1989) 407-417, for the gamma-Poisson weights.
    """
    edges = _edges(history)
    units = len(history.now)
    if len(edges) < 2:  # noqa: PLR2004 - a stretch has two ends
        return RecentPace(per_day=np.zeros(units), noise=np.full(units, np.inf), trend=None)
    totals = np.array([history.at(edge) for edge in edges])
    persons, spans = np.maximum(totals[:-1] - totals[1:], 0), edges[:-1] - edges[1:]
    ages = (edges[:-1] + edges[1:]) / 2
    wandered = _WANDERING_A_WEEK * (ages[0] - ages) / _DAYS_A_WEEK
    known = ~np.isnan(persons)
    persons = np.where(known, persons, 0.0)
    # All together: of the units that have figures in a stretch, against the same ones in the last.
    same = known @ persons[0]
    whole = persons.sum(axis=1) * np.divide(
        persons[0].sum(), same, out=np.ones(len(same)), where=same > 0
    )
    usual = max(float(whole.sum() / spans.sum()), 0.5 / float(spans.sum()))
    weights = 1 / (1 / (usual * spans) + wandered)
    level = float((weights * whole / spans).sum() / weights.sum())
    # How high each stretch was against now: a gamma prior of mean one, updated by its count.
    prior = np.divide(1, wandered, out=np.full(len(spans), np.inf), where=wandered > 0)
    height = np.ones(len(spans))
    height[1:] = (prior[1:] + whole[1:]) / (prior[1:] + level * spans[1:])
    exposure = (height * spans)[:, None]
    mean = np.maximum(persons.sum(axis=0), 0.5) / np.maximum((known * exposure).sum(axis=0), 1e-9)
    counting = mean / exposure
    weights_by_unit = known / (counting + mean**2 * (_STRETCH_NOISE + wandered[:, None]))
    total_weight = np.maximum(weights_by_unit.sum(axis=0), 1e-300)
    parts = weights_by_unit / total_weight
    per_day = (parts * persons / exposure).sum(axis=0)
    if per_day.sum() > 0:
        per_day *= level / per_day.sum()
    # A unit's part and the level of all are both uncertain; one unit alone is the level.
    level_noise = float(((weights / weights.sum()) ** 2 / (usual * spans)).sum())
    noise = (parts**2 * counting).sum(axis=0) / mean**2 * (1 - per_day / max(per_day.sum(), 1e-9))
    return RecentPace(
        per_day=per_day,
        noise=np.where(known.any(axis=0), noise + level_noise, np.inf),
        trend=float(np.log(1 / height[1]) / (ages[0] - ages[1])) if len(spans) > 1 else None,
    )


def _edges(history: CumulativeHistory) -> _Floats:
    """Return the days between which paces are measured, from the last one back.

    Weeks of daily figures; the observed days themselves of those that come at longer intervals.
    """
    age, stretch = -float(history.days[0]), history.stretch
    if history.period >= _DAYS_A_WEEK:
        return history.days[::-1][: _MOST_STRETCHES + 1]
    whole = min(int(age // stretch), _MOST_STRETCHES)
    edges = -stretch * np.arange(whole + 1)
    rest = age - whole * stretch
    if rest >= stretch / 2 or (not whole and rest > 0):
        return np.concatenate([edges, [-age]])
    return edges.astype(np.float64)


def _room(history: CumulativeHistory) -> _Floats:
    """Return the persons who are left to come; at least one, so that it can divide."""
    return np.maximum(history.ceiling - history.now, 1.0)


def _times(room: _Floats, share: _Floats) -> _Floats:
    """Return a share of the room; of a room without end it is not asked."""
    return np.where(np.isfinite(room), room, 0.0) * share


def _bounded(history: CumulativeHistory, totals: _Floats) -> _Floats:
    """Return the totals, none beyond what can be reached."""
    return np.minimum(totals, np.maximum(history.ceiling, history.now))

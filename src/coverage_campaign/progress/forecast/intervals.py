"""Ranges of forecasts: a law for counts, with a dispersion learned from past forecasts.

The persons who come until a day are a negative binomial count: Poisson with a mean that is itself
uncertain. How uncertain it is comes from three sources. Counting: the pace was seen in so many
persons only. Wandering: a pace is not tomorrow what it is today; the variance of its log grows with
the time between the middle of the stretch in which it was seen and the middle of the days ahead.
The shape: what the method itself missed on earlier days of the same history. The last two are one
number, estimated by likelihood from forecasts made again on earlier days; a history too short for
that borrows it from other campaigns.
"""

from __future__ import annotations

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from coverage_campaign.progress.forecast.history import CumulativeHistory
from coverage_campaign.progress.forecast.methods import Pace, ahead_by, recent_pace

__all__ = [
    "CountLaw",
    "Dispersion",
    "ForecastPaths",
    "Growth",
    "NetLaw",
    "dispersion_of",
    "paths_of",
]

_Floats = NDArray[np.float64]

# What other campaigns lend (the forecasting page): the relative variance of the growth one week
# after a week of figures, by which power of time it grows, and the part that all units share.
_LENT = 0.12
_SHARED = 0.55
_TIME_POWER = 1.2
# One forecast in five goes wrong by more than the rest: three times the standard error.
_STRAY = 0.2
_STRAY_VARIANCE = 9.0

_DAYS_A_WEEK = 7.0
_MOST_ORIGINS = 12
_MOST_CELLS = 2000
_HALF = 0.5
_LEAST_RELATIVE, _MOST_RELATIVE = 1e-9, 1e3
_LEVELS = (np.arange(41) + _HALF) / 41
# Before any figure: one in three that nothing wanders, else half of what is lent, give or take a
# factor of ten (a Cauchy law of the logarithm, whose middle is below its mean).
_VARIANCES = np.concatenate([[_LEAST_RELATIVE], np.geomspace(1e-5, 3.0, 60)])
_PRIOR = 1 / (1 + np.log10(2 * _VARIANCES / _LENT) ** 2)
_PRIOR[0] = _PRIOR[1:].sum() / 2
_SHARES = np.linspace(0.0, 1.0, 11)
_SHARES_PRIOR = np.exp(-(((_SHARES - _SHARED) / 0.25) ** 2) / 2)


@attrs.frozen(eq=False, kw_only=True)
class Dispersion:
    """How far a method goes wrong on a history.

    Attributes:
        variance: Variance of the growth of a unit, relative to its square, one week after a week of
            figures: what wanders, without the noise of counting.
        shared: The part of it that all units have in common.
    """

    variance: float
    shared: float


def dispersion_of(history: CumulativeHistory, method: Pace) -> Dispersion:
    """Return how far a method went wrong when it forecast this history from earlier days of it.

    The median of the posterior: one half of the probability lies below it.
    """
    cells, totals, independent = _past_forecasts(history, method)
    if not len(cells):
        return Dispersion(variance=_LENT, shared=_SHARED)
    # Forecasts from neighbouring days overlap: they tell no more than so many independent ones.
    worth = min(independent / len(cells), 1.0)
    came, expected, noise, size = cells[:: max(len(cells) // _MOST_CELLS, 1)].T
    fit = _log_likelihood(came, expected, noise + _VARIANCES[:, None] * size).mean(axis=1)
    posterior = _PRIOR * np.exp((fit - fit.max()) * worth * len(cells))
    below = np.cumsum(posterior) / posterior.sum()
    variance = float(_VARIANCES[np.searchsorted(below, _HALF)])
    came, expected, noise, size, squares = totals.T
    wandering = variance * size * (_SHARES[:, None] * (1 - squares) + squares)
    fit = _log_likelihood(came, expected, noise + wandering).mean(axis=1)
    posterior = _SHARES_PRIOR * np.exp((fit - fit.max()) * worth * len(totals))
    return Dispersion(
        variance=variance, shared=float((posterior * _SHARES).sum() / posterior.sum())
    )


def _log_likelihood(came: _Floats, expected: _Floats, relative: _Floats) -> _Floats:
    """Return the log of the probability of counts: negative binomial, some of them stray."""
    usual = np.log(1 - _STRAY) + _log_negative_binomial(came, expected, relative)
    stray = np.log(_STRAY) + _log_negative_binomial(came, expected, _STRAY_VARIANCE * relative)
    fit: _Floats = np.logaddexp(usual, stray)
    return fit


def _log_negative_binomial(came: _Floats, expected: _Floats, relative: _Floats) -> _Floats:
    shape = 1 / np.clip(relative, _LEAST_RELATIVE, _MOST_RELATIVE)
    fit: _Floats = (
        special.gammaln(came + shape)
        - special.gammaln(shape)
        - special.gammaln(came + 1)
        + came * np.log(expected / (shape + expected))
        - shape * np.log1p(expected / shape)
    )
    return fit


def _past_forecasts(history: CumulativeHistory, method: Pace) -> tuple[_Floats, _Floats, float]:
    """Return what earlier forecasts expected and what came: of units, of their sums, how many.

    Columns of units: came, expected, noise, size; of sums the same and the sum of squared parts.
    """
    rows = _origins(history)
    units: list[_Floats] = []
    sums: list[_Floats] = []
    for row in rows.tolist():
        later = history.days[row + 1 :] - history.days[row]
        then = history.until(row, later)
        growth = Growth.of(then, method)
        came = np.maximum(history.persons[row + 1 : row + 1 + len(later)] - then.now, 0)
        usable = np.isfinite(came) & np.isfinite(growth.noise) & (growth.expected > 0)
        size = growth.size * growth.slack
        units.append(np.stack([came, growth.expected, growth.noise, size], axis=-1)[usable])
        whole = growth.together(usable)
        filled = (whole.expected > 0)[:, 0]
        total = np.where(usable, came, 0).sum(axis=1)
        squares = (growth.parts(usable) ** 2).sum(axis=1)
        columns = (total, *(part[:, 0] for part in whole.columns), squares)
        sums.append(np.column_stack(columns)[filled])
    cells = np.concatenate(units) if units else np.empty((0, 4))
    if not len(cells):
        return cells, np.empty((0, 5)), 0.0
    longest = -float(history.days[0]) / 2
    side_by_side = max(-float(history.days[rows[0]]) / max(longest, 1.0), 1.0)
    # Units that share their shocks tell less than as many units that do not.
    many = len(cells) / sum(map(len, sums))
    return cells, np.concatenate(sums), side_by_side / (1 / many + _SHARED**2 * (1 - 1 / many))


def _origins(history: CumulativeHistory) -> NDArray[np.intp]:
    """Return the rows to forecast from: each has an observed stretch behind it and figures after.

    A pace that was only bridged over a long gap was never observed, so it is not judged.
    """
    days, stretch = history.days, history.stretch
    oldest = np.searchsorted(days, days - 1.5 * stretch)
    newest = np.searchsorted(days, days - 0.5 * stretch, side="right")
    rows = np.flatnonzero((newest > oldest) & (days < 0))
    if len(rows) > _MOST_ORIGINS:
        rows = rows[np.linspace(0, len(rows) - 1, _MOST_ORIGINS).astype(int)]
    return rows


@attrs.frozen(eq=False, kw_only=True)
class Growth:
    """The persons expected to come on top of those now, and how uncertain their mean is.

    All have one row a day ahead and one column a unit.

    Attributes:
        expected: Persons; never less than half a person in all the days that were observed.
        noise: Relative variance by counting; infinite where nothing is known.
        size: How many times the variance of a week after a week.
        slack: By what part a higher pace would still raise it: less as the ceiling is near.
    """

    expected: _Floats
    noise: _Floats
    size: _Floats
    slack: _Floats

    @classmethod
    def of(cls, history: CumulativeHistory, method: Pace) -> Growth:
        """Return what a method makes of a history."""
        room = np.maximum(history.ceiling - history.now, 0)
        observed = history.observed
        least = np.divide(_HALF, observed, out=np.zeros_like(observed), where=observed > 0)
        ahead = history.ahead[:, None]
        grown = np.minimum(np.maximum(ahead_by(method, history) - history.now, ahead * least), room)
        used = np.divide(grown, room, out=np.ones_like(grown), where=room > 0)
        slack = (1 - np.where(np.isfinite(room), used, 0)) ** 2
        noise = np.where(observed > 0, recent_pace(history).noise, np.inf)
        weeks = (history.stretch + ahead) / (2 * _DAYS_A_WEEK)
        return cls(
            expected=grown,
            noise=np.where(np.isfinite(noise), noise * slack, np.inf),
            size=np.broadcast_to(weeks**_TIME_POWER, grown.shape),
            slack=slack,
        )

    @property
    def columns(self) -> tuple[_Floats, _Floats, _Floats]:
        """What is expected, the noise and the size."""
        return self.expected, self.noise, self.size

    def until(self, days: NDArray[np.int64]) -> Growth:
        """Return the growth of units that close: nothing more after so many days ahead."""
        rows = np.arange(len(self.expected))[:, None]
        kept = np.clip(np.minimum(rows, days - 1), 0, None)
        cut = {
            field.name: np.take_along_axis(getattr(self, field.name), kept, axis=0)
            for field in attrs.fields(Growth)
        }
        return attrs.evolve(Growth(**cut), expected=np.where(days > 0, cut["expected"], 0.0))

    def parts(self, usable: NDArray[np.bool_]) -> _Floats:
        """Return the part of each unit in what is expected of all usable ones."""
        expected = np.where(usable, self.expected, 0)
        whole = expected.sum(axis=1, keepdims=True)
        parts: _Floats = np.divide(expected, whole, out=np.zeros_like(expected), where=whole > 0)
        return parts

    def together(self, usable: NDArray[np.bool_]) -> Growth:
        """Return the growth of all usable units as one."""
        parts = self.parts(usable)
        noise = np.where(usable, self.noise, 0)
        return Growth(
            expected=np.where(usable, self.expected, 0).sum(axis=1, keepdims=True),
            noise=(parts**2 * noise).sum(axis=1, keepdims=True),
            size=self.size.max(axis=1, keepdims=True, initial=0.0),
            slack=(parts * self.slack).sum(axis=1, keepdims=True),
        )

    def law(self, dispersion: Dispersion) -> CountLaw:
        """Return the law of what comes to each unit."""
        wandering = dispersion.variance * self.size * self.slack
        return CountLaw(mean=self.expected, relative=self.noise + wandering)

    def law_together(self, dispersion: Dispersion) -> CountLaw:
        """Return the law of what comes to all units: some errors are shared, the rest averages."""
        usable = np.isfinite(self.noise)
        whole = self.together(usable)
        squares = (self.parts(usable) ** 2).sum(axis=1, keepdims=True)
        common = dispersion.shared * (1 - squares) + squares
        wandering = dispersion.variance * whole.size * whole.slack * common
        known = usable.any(axis=1, keepdims=True)
        relative = np.where(known, whole.noise + wandering, np.inf)
        return CountLaw(mean=whole.expected, relative=relative)


@attrs.frozen(eq=False, kw_only=True)
class CountLaw:
    """Negative binomial counts of persons: a mean, and the variance of the mean over its square."""

    mean: _Floats
    relative: _Floats

    def on(self, days: NDArray[np.intp]) -> CountLaw:
        """Return the law of some of the days."""
        return CountLaw(mean=self.mean[days], relative=self.relative[days])

    def quantile(self, probability: float) -> _Floats:
        """Return the smallest whole number that the count does not exceed with a probability."""
        from scipy import stats  # only where it is needed: it takes its time

        shape = 1 / np.clip(self.relative, _LEAST_RELATIVE, _MOST_RELATIVE)
        counts = stats.nbinom.ppf(probability, shape, shape / (shape + self.mean))
        return np.where(np.isfinite(self.relative), counts, np.nan)

    def at_least(self, persons: _Floats) -> _Floats:
        """Return the probability that the count is at least so many persons."""
        shape = 1 / np.clip(self.relative, _LEAST_RELATIVE, _MOST_RELATIVE)
        wanted = np.maximum(np.ceil(persons), 1)
        share = special.betainc(wanted, shape, self.mean / (shape + self.mean))
        known = np.where(persons <= 0, 1.0, share)
        return np.where(np.isfinite(self.relative), known, np.nan)


@attrs.frozen(eq=False, kw_only=True)
class NetLaw:
    """The difference of two independent counts: persons who come, and persons who leave."""

    gains: CountLaw
    losses: CountLaw

    def on(self, days: NDArray[np.intp]) -> NetLaw:
        """Return the law of some of the days."""
        return NetLaw(gains=self.gains.on(days), losses=self.losses.on(days))

    def _differences(self) -> _Floats:
        """Return equally likely differences along the last axis, ascending."""
        gains, losses = (
            np.stack([law.quantile(level) for level in _LEVELS], axis=-1)
            for law in (self.gains, self.losses)
        )
        pairs = gains[..., :, None] - losses[..., None, :]
        return np.sort(pairs.reshape(*pairs.shape[:-2], -1), axis=-1)

    def quantile(self, probability: float) -> _Floats:
        """Return the quantile of the net growth [persons], a whole number."""
        differences = self._differences()
        place = int(np.ceil(probability * differences.shape[-1])) - 1
        quantiles: _Floats = differences[..., max(place, 0)]
        return quantiles

    def at_least(self, persons: _Floats) -> _Floats:
        """Return the probability that the net growth is at least so many persons."""
        differences = self._differences()
        share = (differences >= persons[..., None]).mean(axis=-1)
        return np.where(np.isnan(differences[..., 0]), np.nan, share)


@attrs.frozen(eq=False, kw_only=True)
class ForecastPaths:
    """The expected path of each unit and the law around it.

    `persons` are the totals on the observed `dates`, `grown` what is expected to come on top of the
    last of them until each of the days `later`: it may fall where the law is a net one.
    """

    dates: NDArray[np.datetime64]
    persons: _Floats
    later: NDArray[np.datetime64]
    ceiling: _Floats
    grown: _Floats
    law: CountLaw | NetLaw

    @property
    def now(self) -> _Floats:
        """The running totals on the last observed day."""
        totals: _Floats = self.persons[-1]
        return totals

    @property
    def expected(self) -> _Floats:
        """The expected totals, one row a day ahead and one column a unit."""
        return np.minimum(self.now + self.grown, np.maximum(self.ceiling, self.now))

    def unknown(self) -> ForecastPaths:
        """Return the same days with nothing known of them."""
        persons, grown = (np.full_like(part, np.nan) for part in (self.persons, self.grown))
        return attrs.evolve(self, persons=persons, grown=grown)

    def range(self, level: float) -> tuple[_Floats, _Floats]:
        """Return low and high on each day ahead, in whole persons: none above the ceiling.

        Gross totals never fall, so neither do low and high.
        """
        limit = np.maximum(np.floor(self.ceiling), self.now)
        low, high = (self.now + self.law.quantile((1 + side * level) / 2) for side in (-1, 1))
        if isinstance(self.law, CountLaw):
            low, high = np.maximum.accumulate(low, axis=0), np.maximum.accumulate(high, axis=0)
        middle = np.where(np.isnan(low), np.nan, np.rint(self.expected))
        return np.minimum(low, middle), np.minimum(np.maximum(high, middle), limit)

    def chance(self, target: _Floats) -> _Floats:
        """Return the probability that each unit has reached its target on the last day."""
        lacking = np.where(np.isnan(self.now), np.nan, target - self.now)
        if not len(self.later):
            return np.where(np.isnan(lacking), np.nan, lacking <= 0)
        last = self.law.on(np.array([len(self.later) - 1]))
        chance = last.at_least(lacking[np.newaxis])[-1]
        beyond = (target > self.ceiling) & (lacking > 0)
        return np.where(beyond, 0.0, chance)

    def rows(self, units: NDArray[np.str_], target: _Floats, *, level: float) -> pd.DataFrame:
        """Return one row a unit at the last day: unit, expected, low, high, chance, reach_date."""
        low, high = self.range(level)
        return pd.DataFrame(
            {
                "unit": pd.array(units, dtype="str"),
                "expected": _persons(self._last(self.expected)),
                "low": _persons(self._last(low)),
                "high": _persons(self._last(high)),
                "chance": pd.array(self.chance(target), dtype="Float64"),
                "reach_date": self._reached(target),
            }
        )

    def path(self, *, level: float) -> pd.DataFrame:
        """Return the first unit day by day ahead: date, expected, low, high."""
        low, high = self.range(level)
        return pd.DataFrame(
            {
                "date": self.later.astype("datetime64[s]"),
                "expected": _persons(self.expected[:, 0]),
                "low": _persons(low[:, 0]),
                "high": _persons(high[:, 0]),
            }
        )

    def _last(self, path: _Floats) -> _Floats:
        return path[-1] if len(path) else self.now

    def _reached(self, target: _Floats) -> pd.DatetimeIndex:
        """Return the first day, observed or ahead, on which each total is at its target."""
        dates = np.concatenate([self.dates, self.later]).astype("datetime64[s]")
        there = np.rint(np.vstack([self.persons, self.expected])) >= target
        first = np.where(there.any(axis=0), dates[there.argmax(axis=0)], np.datetime64("NaT", "D"))
        return pd.DatetimeIndex(first).as_unit("s")


def paths_of(
    history: CumulativeHistory,
    method: Pace,
    *,
    dates: NDArray[np.datetime64],
    later: NDArray[np.datetime64],
    losses: CumulativeHistory | None = None,
    factor: _Floats | float = 1.0,
    open_days: NDArray[np.int64] | None = None,
) -> tuple[ForecastPaths, ForecastPaths]:
    """Return the paths of each unit, and of all together as one.

    `losses` are the persons who left: then the totals are net of them. `factor` multiplies the pace
    of each unit; `open_days` are the days ahead after which each one is closed.
    """
    days = np.full(len(history.now), len(later)) if open_days is None else open_days
    parts = [_part(part, method, factor, days) for part in (history, losses) if part is not None]
    grown, laws, laws_together = parts[0]
    now, ceiling = history.persons, history.ceiling
    law: CountLaw | NetLaw = laws
    whole_law: CountLaw | NetLaw = laws_together
    if losses is not None:
        lost, law_lost, law_lost_together = parts[1]
        now, ceiling = now - losses.persons, ceiling - losses.now
        grown = grown - lost
        law = NetLaw(gains=laws, losses=law_lost)
        whole_law = NetLaw(gains=laws_together, losses=law_lost_together)
    units = ForecastPaths(
        dates=dates, persons=now, later=later, ceiling=ceiling, grown=grown, law=law
    )
    whole = ForecastPaths(
        dates=dates,
        persons=_sum(now),
        later=later,
        ceiling=ceiling.sum(keepdims=True),
        grown=_sum(units.expected - units.now),
        law=whole_law,
    )
    return units, whole


def _part(
    history: CumulativeHistory, method: Pace, factor: _Floats | float, open_days: NDArray[np.int64]
) -> tuple[_Floats, CountLaw, CountLaw]:
    """Return what is expected to come, its law by unit and of all together."""
    faster = history.times(factor)
    growth = Growth.of(faster, method).until(open_days)
    expected = (
        attrs.evolve(growth, expected=ahead_by(method, faster) - faster.now)
        .until(open_days)
        .expected
    )
    dispersion = dispersion_of(history, method)
    return expected, growth.law(dispersion), growth.law_together(dispersion)


def _sum(persons: _Floats) -> _Floats:
    """Return the sum over the units that are known as one column; nan where none is."""
    total = np.nansum(persons, axis=1, keepdims=True)
    return np.where(np.isnan(persons).all(axis=1, keepdims=True), np.nan, total)


def _persons(values: _Floats) -> pd.arrays.IntegerArray:
    missing = ~np.isfinite(values)
    whole = np.rint(np.where(missing, 0, values)).astype(np.int64)
    return pd.arrays.IntegerArray(whole, missing)

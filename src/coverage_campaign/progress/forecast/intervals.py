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

from collections.abc import Iterator

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
_MOST_CELLS_AT_ONCE = 500_000
_HALF = 0.5
_LEAST_RELATIVE, _MOST_RELATIVE = 1e-9, 1e3
# No law is less sure than this: beyond it most of the probability is at nobody, whatever the mean,
# and the upper end of a range would lie below what is expected.
_LEAST_SURE = 4.0
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
    cells, totals, many, independent = _past_forecasts(history, method)
    if not many:
        return Dispersion(variance=_LENT, shared=_SHARED)
    # Forecasts from neighbouring days overlap: they tell no more than so many independent ones.
    worth = min(independent / many, 1.0)
    came, expected, noise, size = cells.T
    fit = _log_likelihood(came, expected, noise + _VARIANCES[:, None] * size).mean(axis=1)
    posterior = _PRIOR * np.exp((fit - fit.max()) * worth * many)
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


def _past_forecasts(
    history: CumulativeHistory, method: Pace
) -> tuple[_Floats, _Floats, int, float]:
    """Return what earlier forecasts expected and what came, of units and of their sums.

    Columns of units: came, expected, noise, size; of sums the same and the sum of squared parts.
    Of many cells every so-manieth is returned; then how many there are, and how many forecasts
    that do not overlap they are worth.
    """
    rows = _origins(history)
    later = len(history.days) - 1 - rows
    every = max(int(later.sum()) * len(history.now) // _MOST_CELLS, 1)
    units: list[_Floats] = [np.empty((0, 4))]
    sums: list[_Floats] = [np.empty((0, 5))]
    many = 0
    for row in rows.tolist():
        days = history.days[row + 1 :] - history.days[row]
        then = history.until(row, days)
        growth = Growth.of(then, method)
        came = np.maximum(history.persons[row + 1 :] - then.now, 0)
        usable = np.isfinite(came) & np.isfinite(growth.noise) & (growth.expected > 0)
        size = growth.size * growth.slack
        cells = np.stack([came, growth.expected, growth.noise, size], axis=-1)[usable]
        units.append(cells[-many % every :: every])
        many += len(cells)
        whole = growth.together(usable)
        filled = (whole.expected > 0)[:, 0]
        total = np.where(usable, came, 0).sum(axis=1)
        squares = (growth.parts(usable) ** 2).sum(axis=1)
        columns = (total, *(part[:, 0] for part in whole.columns), squares)
        sums.append(np.column_stack(columns)[filled])
    totals = np.concatenate(sums)
    if not many:
        return np.concatenate(units), totals, 0, 0.0
    longest = -float(history.days[0]) / 2
    side_by_side = max(-float(history.days[rows[0]]) / max(longest, 1.0), 1.0)
    # Units that share their shocks tell less than as many units that do not.
    apart = many / len(totals)
    independent = side_by_side / (1 / apart + _SHARED**2 * (1 - 1 / apart))
    return np.concatenate(units), totals, many, independent


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
        likely: Persons by the method, which may be nobody.
        expected: The mean of the law: never less than half a person in all the days observed.
        noise: Relative variance by counting; infinite where nothing is known.
        size: How many times the variance of a week after a week.
        slack: By what part a higher pace would still raise it: less as the ceiling is near.
    """

    likely: _Floats
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
        likely = ahead_by(method, history) - history.now
        grown = np.minimum(np.maximum(likely, ahead * least), room)
        used = np.divide(grown, room, out=np.ones_like(grown), where=room > 0)
        slack = (1 - np.where(np.isfinite(room), used, 0)) ** 2
        noise = np.where(observed > 0, recent_pace(history).noise, np.inf)
        weeks = (history.stretch + ahead) / (2 * _DAYS_A_WEEK)
        return cls(
            likely=likely,
            expected=grown,
            noise=np.where(np.isfinite(noise), noise * slack, np.inf),
            size=np.broadcast_to(weeks**_TIME_POWER, grown.shape),
            slack=slack,
        )

    @property
    def columns(self) -> tuple[_Floats, _Floats, _Floats]:
        """What is expected, the noise and the size."""
        return self.expected, self.noise, self.size

    def taken(self, rows: NDArray[np.intp], *, is_open: NDArray[np.bool_]) -> Growth:
        """Return the rows of each unit, and nobody more of one that was never open ahead."""
        cut = {
            field.name: np.take_along_axis(getattr(self, field.name), rows, axis=0)
            for field in attrs.fields(Growth)
        }
        likely, expected = (np.where(is_open, cut.pop(name), 0) for name in ("likely", "expected"))
        return Growth(likely=likely, expected=expected, **cut)

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
            likely=np.where(usable, self.likely, 0).sum(axis=1, keepdims=True),
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

    def of(self, units: slice) -> CountLaw:
        """Return the law of some of the units."""
        return CountLaw(mean=self.mean[:, units], relative=self.relative[:, units])

    @property
    def _shape(self) -> _Floats:
        return 1 / np.clip(self.relative, _LEAST_RELATIVE, _LEAST_SURE)

    def quantile(self, probability: float) -> _Floats:
        """Return the smallest whole number that the count does not exceed with a probability."""
        from scipy import stats  # only where it is needed: it takes its time

        shape = self._shape
        counts = self._near(probability, shape)
        found = (self._until(counts, shape) >= probability) & (
            (counts == 0) | (self._until(counts - 1, shape) < probability)
        )
        left = ~found & np.isfinite(self.relative)
        rest = shape[left]
        counts[left] = stats.nbinom.ppf(probability, rest, rest / (rest + self.mean[left]))
        return np.where(np.isfinite(self.relative), counts, np.nan)

    def _near(self, probability: float, shape: _Floats) -> _Floats:
        """Return a whole number near a quantile, by the expansion of Cornish and Fisher (1938)."""
        z = float(special.ndtri(probability))
        spread: _Floats = np.sqrt(np.maximum(self.mean * (1 + self.mean / shape), 1e-300))
        skew = (1 + 2 * self.mean / shape) / spread
        excess = 6 / shape + 1 / spread**2
        near = z + (z**2 - 1) * skew / 6 + (z**3 - 3 * z) * excess / 24
        near -= (2 * z**3 - 5 * z) * skew**2 / 36
        counts: _Floats = np.ceil(np.maximum(self.mean + spread * near - _HALF, 0))
        return counts

    def _until(self, counts: _Floats, shape: _Floats) -> _Floats:
        """Return the probability of at most so many."""
        share = special.betainc(shape, np.maximum(counts, 0) + 1, shape / (shape + self.mean))
        return np.asarray(share, dtype=np.float64)

    def highest_quantile(self, probability: float, least: _Floats) -> _Floats:
        """Return by unit the highest quantile of any day, or `least` where none is higher.

        A quantile is no more than the mean and a number of standard deviations (Cantelli 1928), so
        most days need no closer look, and one look tells whether a day's is above the highest.
        """
        shape = self._shape
        spread = np.sqrt(self.mean * (1 + self.mean / shape))
        most = self.mean + spread * np.sqrt(probability / (1 - probability))
        days, units = np.nonzero((most >= least + 1) & np.isfinite(self.relative))
        above = (
            special.betainc(
                shape[days, units],
                least[units] + 1,
                (shape / (shape + self.mean))[days, units],
            )
            < probability
        )
        days, units = days[above], units[above]
        higher = CountLaw(mean=self.mean[days, units], relative=self.relative[days, units])
        highest = least.copy()
        np.maximum.at(highest, units, higher.quantile(probability))
        return highest

    def at_least(self, persons: _Floats) -> _Floats:
        """Return the probability that the count is at least so many persons."""
        shape = self._shape
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

    def _differences(self) -> Iterator[tuple[slice, _Floats]]:
        """Yield equally likely differences, ascending along the last axis, some units at a time."""
        for units in _slices(self.gains.mean.shape[1], len(_LEVELS) ** 2 * len(self.gains.mean)):
            gains, losses = (
                np.stack([law.of(units).quantile(level) for level in _LEVELS], axis=-1)
                for law in (self.gains, self.losses)
            )
            pairs = gains[..., :, None] - losses[..., None, :]
            yield units, np.sort(pairs.reshape(*pairs.shape[:-2], -1), axis=-1)

    def quantile(self, probability: float) -> _Floats:
        """Return the quantile of the net growth [persons], a whole number."""
        quantiles = np.empty_like(self.gains.mean)
        for units, differences in self._differences():
            place = int(np.ceil(probability * differences.shape[-1])) - 1
            quantiles[:, units] = differences[..., max(place, 0)]
        return quantiles

    def at_least(self, persons: _Floats) -> _Floats:
        """Return the probability that the net growth is at least so many persons."""
        chances = np.empty_like(self.gains.mean)
        for units, differences in self._differences():
            share = (differences >= persons[:, units, None]).mean(axis=-1)
            chances[:, units] = np.where(np.isnan(differences[..., 0]), np.nan, share)
        return chances


@attrs.frozen(eq=False, kw_only=True)
class _Stream:
    """Persons who come, or who leave: a history, the method that goes on from it, how far off.

    `open_days` are the days ahead after which each unit is closed.
    """

    history: CumulativeHistory
    method: Pace
    dispersion: Dispersion
    open_days: NDArray[np.intp]

    def growth(self, days: NDArray[np.intp]) -> Growth:
        """Return what comes until some of the days ahead; nobody more to a closed unit."""
        if not len(days) or (self.open_days > days[-1]).all():
            return Growth.of(self.history.on(days), self.method)
        wanted = np.union1d(days, np.maximum(self.open_days[self.open_days <= days[-1]] - 1, 0))
        last = np.maximum(np.minimum(days[:, None], self.open_days - 1), 0)
        growth = Growth.of(self.history.on(wanted), self.method)
        return growth.taken(np.searchsorted(wanted, last), is_open=self.open_days > 0)


@attrs.frozen(eq=False, kw_only=True)
class _ByUnit:
    """The growth of each unit and its law, worked out for the days that are asked for."""

    gains: _Stream
    losses: _Stream | None

    def __call__(self, days: NDArray[np.intp]) -> tuple[_Floats, CountLaw | NetLaw]:
        gains = self.gains.growth(days)
        law = gains.law(self.gains.dispersion)
        if self.losses is None:
            return gains.likely, law
        losses = self.losses.growth(days)
        law_lost = losses.law(self.losses.dispersion)
        return gains.likely - losses.likely, NetLaw(gains=law, losses=law_lost)


@attrs.frozen(eq=False, kw_only=True)
class _Together:
    """The growth of all units together and its law, on every day."""

    grown: _Floats
    law: CountLaw | NetLaw

    def __call__(self, days: NDArray[np.intp]) -> tuple[_Floats, CountLaw | NetLaw]:
        return self.grown[days], self.law.on(days)


@attrs.frozen(eq=False, kw_only=True)
class ForecastPaths:
    """The expected path of each unit and the law around it.

    `persons` are the totals on the observed `dates`; `ahead` returns, for some of the days `later`,
    what is expected to come on top of the last of them (it may fall where the law is a net one)
    and the law. Of a country it is asked for some days at a time.
    """

    dates: NDArray[np.datetime64]
    persons: _Floats
    later: NDArray[np.datetime64]
    ceiling: _Floats
    ahead: _ByUnit | _Together

    @property
    def now(self) -> _Floats:
        """The running totals on the last observed day."""
        totals: _Floats = self.persons[-1]
        return totals

    @property
    def _limit(self) -> _Floats:
        return np.maximum(self.ceiling, self.now)

    def unknown(self) -> ForecastPaths:
        """Return the same days with nothing known of them."""
        days = np.arange(len(self.later))
        grown, law = self.ahead(days)
        return attrs.evolve(
            self,
            persons=np.full_like(self.persons, np.nan),
            ahead=_Together(grown=np.full_like(grown, np.nan), law=law),
        )

    def blocks(self) -> Iterator[tuple[NDArray[np.intp], _Floats, CountLaw | NetLaw]]:
        """Yield the days ahead, the last ones first, with the expected totals and the law."""
        for part in reversed(list(_slices(len(self.later), len(self.now)))):
            days = np.arange(part.start, part.stop)
            grown, law = self.ahead(days)
            yield days, np.minimum(self.now + grown, self._limit), law

    def range(self, level: float) -> tuple[_Floats, _Floats]:
        """Return low and high on each day ahead, in whole persons: none above the ceiling.

        Gross totals never fall, so neither do low and high.
        """
        days = np.arange(len(self.later))
        grown, law = self.ahead(days)
        low, high = (law.quantile(chance) for chance in _ends(level))
        if isinstance(law, CountLaw):
            low, high = np.maximum.accumulate(low, axis=0), np.maximum.accumulate(high, axis=0)
        return self._around(np.minimum(self.now + grown, self._limit), low, high)

    def _around(self, expected: _Floats, low: _Floats, high: _Floats) -> tuple[_Floats, _Floats]:
        """Return the totals of a range: around what is expected, and none above the ceiling."""
        low, high = self.now + low, self.now + high
        middle = np.where(np.isnan(low), np.nan, np.rint(expected))
        limit = np.maximum(np.floor(self.ceiling), self.now)
        return np.minimum(low, middle), np.minimum(np.maximum(high, middle), limit)

    def rows(self, units: NDArray[np.str_], target: _Floats, *, level: float) -> pd.DataFrame:
        """Return one row a unit at the last day: unit, expected, low, high, chance, reach_date."""
        lacking = np.where(np.isnan(self.now), np.nan, target - self.now)
        expected, low, high = self.now, self.now, self.now
        chance = np.where(np.isnan(lacking), np.nan, lacking <= 0)
        reached: NDArray[np.datetime64] = np.full(len(target), np.datetime64("NaT", "s"))
        dates = self.later.astype("datetime64[s]")
        for days, totals, law in self.blocks():
            if days[-1] == len(self.later) - 1:
                final = law.on(np.array([-1]))
                expected = totals[-1]
                low, high = (final.quantile(end)[-1] for end in _ends(level))
                chance = final.at_least(lacking[np.newaxis])[-1]
                chance = np.where((target > self.ceiling) & (lacking > 0), 0.0, chance)
            if isinstance(law, CountLaw):
                low, high = (
                    law.highest_quantile(end, so_far)
                    for end, so_far in zip(_ends(level), (low, high), strict=True)
                )
            reached = _first(dates[days], totals, target, reached)
        if len(self.later):
            low, high = self._around(expected, low, high)
        reached = _first(self.dates.astype("datetime64[s]"), self.persons, target, reached)
        return pd.DataFrame(
            {
                "unit": pd.array(units, dtype="str"),
                "expected": _persons(expected),
                "low": _persons(low),
                "high": _persons(high),
                "chance": pd.array(chance, dtype="Float64"),
                "reach_date": pd.DatetimeIndex(reached).as_unit("s"),
            }
        )

    def path(self, *, level: float) -> pd.DataFrame:
        """Return the first unit day by day ahead: date, expected, low, high."""
        low, high = self.range(level)
        grown, _ = self.ahead(np.arange(len(self.later)))
        expected = np.minimum(self.now + grown, self._limit)
        return pd.DataFrame(
            {
                "date": self.later.astype("datetime64[s]"),
                "expected": _persons(expected[:, 0]),
                "low": _persons(low[:, 0]),
                "high": _persons(high[:, 0]),
            }
        )


def _ends(level: float) -> tuple[float, float]:
    return (1 - level) / 2, (1 + level) / 2


def _first(
    dates: NDArray[np.datetime64],
    totals: _Floats,
    target: _Floats,
    later: NDArray[np.datetime64],
) -> NDArray[np.datetime64]:
    """Return the first of the dates on which each total is at its target, else the later one."""
    there = np.rint(totals) >= target
    return np.where(there.any(axis=0), dates[there.argmax(axis=0)], later)


def _slices(length: int, width: int) -> Iterator[slice]:
    """Yield parts of an axis, each of a bounded number of cells."""
    step = max(_MOST_CELLS_AT_ONCE // max(width, 1), 1)
    for start in range(0, length, step):
        yield slice(start, min(start + step, length))


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
    gains, *lost = (
        _Stream(
            history=part.times(factor),
            method=method,
            dispersion=dispersion_of(part, method),
            open_days=days.astype(np.intp),
        )
        for part in (history, losses)
        if part is not None
    )
    now, ceiling = history.persons, history.ceiling
    if losses is not None:
        now, ceiling = now - losses.persons, ceiling - losses.now
    ahead = _ByUnit(gains=gains, losses=lost[0] if lost else None)
    units = ForecastPaths(dates=dates, persons=now, later=later, ceiling=ceiling, ahead=ahead)
    whole = attrs.evolve(
        units, persons=_sum(now), ceiling=ceiling.sum(keepdims=True), ahead=_together(units, ahead)
    )
    return units, whole


def _together(units: ForecastPaths, ahead: _ByUnit) -> _Together:
    """Return the growth of all units together, and its law."""
    streams = [stream for stream in (ahead.gains, ahead.losses) if stream is not None]
    grown: list[_Floats] = [np.empty((0, 1))]
    laws: list[list[CountLaw]] = [[] for _ in streams]
    for part in _slices(len(units.later), len(units.now)):
        days = np.arange(part.start, part.stop)
        growths = [stream.growth(days) for stream in streams]
        likely = growths[0].likely - sum(one.likely for one in growths[1:])
        expected = np.minimum(units.now + likely, np.maximum(units.ceiling, units.now))
        grown.append(_sum(expected - units.now))
        for stream, growth, law in zip(streams, growths, laws, strict=True):
            law.append(growth.law_together(stream.dispersion))
    joined = [
        CountLaw(
            mean=np.concatenate([np.empty((0, 1)), *(law.mean for law in parts)]),
            relative=np.concatenate([np.empty((0, 1)), *(law.relative for law in parts)]),
        )
        for parts in laws
    ]
    return _Together(
        grown=np.concatenate(grown),
        law=joined[0] if len(joined) == 1 else NetLaw(gains=joined[0], losses=joined[1]),
    )


def _sum(persons: _Floats) -> _Floats:
    """Return the sum over the units that are known as one column; nan where none is."""
    total = np.nansum(persons, axis=1, keepdims=True)
    return np.where(np.isnan(persons).all(axis=1, keepdims=True), np.nan, total)


def _persons(values: _Floats) -> pd.arrays.IntegerArray:
    missing = ~np.isfinite(values)
    whole = np.rint(np.where(missing, 0, values)).astype(np.int64)
    return pd.arrays.IntegerArray(whole, missing)

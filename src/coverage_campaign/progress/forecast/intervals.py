"""How far forecasts go wrong: what a method missed on the same record before, by days ahead.

An error is the log of the persons who came over the persons who were forecast to come. A pace
wanders like a random walk, so the error grows with the square root of the time between the middle
of the stretch in which the pace was seen and the middle of the days ahead. What it was on this
record's earlier days is blended with what it was on other campaigns: on a short record nearly all
is lent, on a long one nearly all its own.
"""

from __future__ import annotations

from statistics import NormalDist

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.progress.forecast.history import Record
from coverage_campaign.progress.forecast.methods import Pace

__all__ = ["Spread", "spread_of"]

_Floats = NDArray[np.float64]

# What other campaigns lend (the forecasting page): the standard error of the log of the growth one
# week after a week of figures, and the part of its variance that all units share. It weighs as much
# as so many non-overlapping forecasts of the record's own.
_LENT = 0.24
_SHARED = 0.55
_LENT_WEIGHT = 4.0

_DAYS_A_WEEK = 7.0
_MOST_ORIGINS = 12
_LEVELS = np.linspace(0.005, 0.995, 199)
_NORMAL = np.array([NormalDist().inv_cdf(level) for level in _LEVELS])


@attrs.frozen(eq=False)
class Spread:
    """The errors to expect: `errors` are the quantiles at `_LEVELS`, for one week after a week.

    `stretch` is the days in which the pace was seen.
    """

    errors: _Floats
    stretch: float

    def growth(self, quantile: float, ahead: _Floats) -> _Floats:
        """Return by what factor the growth is multiplied at a quantile, for each day ahead."""
        error = np.interp(quantile, _LEVELS, self.errors)
        factor: _Floats = np.exp(error * _size(ahead, self.stretch))
        return factor

    def share_above(self, factor: _Floats, ahead: float) -> _Floats:
        """Return the probability that the growth is at least so many times what is expected."""
        with np.errstate(divide="ignore"):
            error = np.log(factor) / _size(np.array([ahead]), self.stretch)
        share: _Floats = 1 - np.interp(error, self.errors, _LEVELS, left=0.0, right=1.0)
        return share


def _size(ahead: _Floats, stretch: float) -> _Floats:
    """Return how large an error is so many days ahead, over its size a week after a week."""
    size: _Floats = np.sqrt((stretch + ahead) / (2 * _DAYS_A_WEEK))
    return size


def spread_of(record: Record, method: Pace) -> tuple[Spread, Spread]:
    """Return the errors to expect of one unit, and of all units together."""
    own, whole, independent = _past_errors(record, method)
    weight = independent / (independent + _LENT_WEIGHT)
    known = np.maximum(np.nan_to_num(record.now), 0.0)
    shares = known / known.sum() if known.any() else np.ones(1)
    together = np.sqrt(_SHARED + (1 - _SHARED) * float((shares**2).sum()))
    return (
        Spread(_blended(own, weight, _LENT), record.stretch),
        Spread(_blended(whole, weight, _LENT * together), record.stretch),
    )


def _blended(errors: _Floats, weight: float, lent: float) -> _Floats:
    quantiles = lent * _NORMAL
    if len(errors):
        quantiles = (1 - weight) * quantiles + weight * np.quantile(errors, _LEVELS)
    return quantiles


def _past_errors(record: Record, method: Pace) -> tuple[_Floats, _Floats, float]:
    """Return the errors of units, of the whole, and how many forecasts there were side by side."""
    rows = _origins(record)
    units: list[_Floats] = []
    whole: list[_Floats] = []
    for row in rows:
        ahead = record.days[row + 1 :] - record.days[row]
        ahead_rows = ahead <= max(record.ahead.max(initial=0.0), record.stretch)
        ahead = ahead[ahead_rows]
        start = record.persons[row]
        came = record.persons[row + 1 :][ahead_rows] - start
        expected = method(record.until(int(row), ahead)) - start
        size = _size(ahead, record.stretch)[:, None]
        units.append(_logs(came, expected, size))
        whole.append(_logs(_total(came), _total(expected), size))
    if not units:
        return np.empty(0), np.empty(0), 0.0
    longest = min(float(record.ahead.max(initial=1.0)), -record.days[0] / 2)
    independent = max(-record.days[rows[0]] / max(longest, 1.0), 1.0)
    return np.concatenate(units), np.concatenate(whole), independent


def _total(persons: _Floats) -> _Floats:
    total: _Floats = np.nansum(persons, axis=1, keepdims=True)
    return total


def _logs(came: _Floats, expected: _Floats, size: _Floats) -> _Floats:
    usable = (came > 0) & (expected > 0)
    ratios = np.divide(came, expected, out=np.ones_like(came), where=usable)
    errors: _Floats = (np.log(ratios) / size)[usable]
    return errors


def _origins(record: Record) -> NDArray[np.intp]:
    """Return the rows to forecast from: each has an observed stretch behind it and figures after.

    A pace that was only bridged over a long gap was never observed, so it is not judged.
    """
    days, stretch = record.days, record.stretch
    oldest = np.searchsorted(days, days - 1.5 * stretch)
    newest = np.searchsorted(days, days - 0.5 * stretch, side="right")
    rows = np.flatnonzero((newest > oldest) & (-days >= min(stretch, record.period)))
    if len(rows) > _MOST_ORIGINS:
        rows = rows[np.linspace(0, len(rows) - 1, _MOST_ORIGINS).astype(int)]
    return rows

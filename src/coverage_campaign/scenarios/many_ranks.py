"""Places in many rankings at once, decided exactly: equal rates share a place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coverage_campaign.progress.indicators import competition_ranks

__all__ = ["rank_many"]

_Ints = NDArray[np.int64]
_SURE = 2**51  # quotients of smaller whole numbers differ where the fractions do
_ROWS = 32768  # scenarios whose arrays stay in the caches
_FEW = 48  # units up to which comparing all pairs is faster than sorting


def rank_many(done: _Ints, targets: _Ints, ranked: NDArray[np.bool_]) -> _Ints:
    """Return each unit's place by done / target: (scenarios, units), 0 for who is not ranked.

    `done` has one number a unit, or one a scenario and unit.

    >>> three = np.ones((1, 3), dtype=bool)
    >>> rank_many(np.array([1, 2, 9]), np.array([[3, 6, 10]]), three).tolist()
    [[2, 2, 1]]
    """
    most = int(np.abs(done).max(initial=0)) * int(targets.max(initial=0))
    if most >= _SURE:
        return _one_by_one(done, targets, ranked)
    found = np.empty(targets.shape, dtype=np.int64)
    each = np.broadcast_to(done, targets.shape)
    for start in range(0, len(targets), _ROWS):
        rows = slice(start, start + _ROWS)
        here = ranked[rows].T
        rates = np.full(here.shape, -np.inf)
        np.divide(each[rows].T, targets[rows].T, out=rates, where=here)
        places = _by_pairs(rates) if len(rates) <= _FEW else _by_order(rates)
        found[rows] = np.where(here, places, 0).T
    return found


def _by_pairs(rates: NDArray[np.float64]) -> NDArray[np.int16]:
    places = np.ones(rates.shape, dtype=np.int16)
    for one in range(len(rates)):
        for other in range(one):
            places[one] += rates[other] > rates[one]
            places[other] += rates[one] > rates[other]
    return places


def _by_order(rates: NDArray[np.float64]) -> _Ints:
    falling = -rates
    order = np.argsort(falling, axis=0, kind="stable")
    ordered = np.take_along_axis(falling, order, axis=0)
    new = np.ones(rates.shape, dtype=bool)
    new[1:] = ordered[1:] != ordered[:-1]
    first = np.where(new, np.arange(len(rates))[:, np.newaxis], 0)
    places = np.empty(rates.shape, dtype=np.int64)
    np.put_along_axis(places, order, np.maximum.accumulate(first, axis=0) + 1, axis=0)
    return places


def _one_by_one(done: _Ints, targets: _Ints, ranked: NDArray[np.bool_]) -> _Ints:
    found = np.zeros(targets.shape, dtype=np.int64)
    each = np.broadcast_to(done, targets.shape)
    for row, (persons, target, here) in enumerate(zip(each, targets, ranked, strict=True)):
        found[row, here] = competition_ranks(persons[here], target[here])
    return found

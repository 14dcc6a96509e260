"""Earned schedule: a gap in persons said in days of the plan."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["gap_days"]

_LEAST = float(np.finfo(np.float64).tiny)


def gap_days(
    done: NDArray[np.int64],
    planned: NDArray[np.int64],
    target: NDArray[np.int64],
    *,
    curve: NDArray[np.float64],
    elapsed: int,
) -> NDArray[np.float64]:
    """Return how many days of the plan each unit is ahead of it (negative = behind).

    The earned schedule is the moment at which the plan reaches what is done, linear within a day;
    the gap is that moment less the days of the plan that are over. Before the plan's start it is
    0, past its whole it is the first day on which the whole is reached: a plan has no days beyond.
    A gap of no persons is a gap of no days, and the signs of both always agree.

    Args:
        done: Persons done by each unit.
        planned: Persons planned to the same day.
        target: Persons planned in all, 1 or more.
        curve: The share of the plan that is over at the end of each of its days, ascending to 1.
        elapsed: How many of those days are over.

    Source: W. Lipke, Schedule is different, The Measurable News, March 2003: ES = C + (EV - PV_C) /
    (PV_C+1 - PV_C), gap = ES - AT.

    >>> even = np.arange(1, 215) / 214
    >>> gap_days(np.array([35_000, 21_664]), np.array([21_664, 21_664]),
    ...          np.array([76_000, 76_000]), curve=even, elapsed=61).round(2).tolist()
    [37.55, 0.0]
    """
    reached = np.concatenate(([0.0], curve))
    share = np.clip(done / target, 0.0, reached[-1])
    # The first moment with so much done lies on a day that rises, so the division is by no zero.
    day = np.maximum(np.searchsorted(reached, share, side="left"), 1)
    within = (share - reached[day - 1]) / np.maximum(reached[day] - reached[day - 1], _LEAST)
    gap = day - 1 + within - elapsed
    agrees = np.sign(gap) == np.sign(done - planned)
    return np.where(agrees, gap, 0.0)

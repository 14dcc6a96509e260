"""Functions as a user writes them, one of each kind that the library takes."""

import numpy as np
import pandas as pd

import coverage_campaign as cc


def rest_to_the_first(total: int, weights: np.ndarray) -> list[int]:
    """Return shares rounded down, the first one with the rest; it knows no floors and no caps."""
    shares = [int(total * weight // sum(weights)) for weight in weights]
    shares[0] += total - sum(shares)
    return shares


def ten_times(rate: float) -> float:
    """Return ten points for the whole of it."""
    return 10 * rate


def less_each_day(days: np.ndarray) -> np.ndarray:
    """Return an effort that falls by the same each day."""
    return np.arange(len(days), 0, -1)


def one_more(history: object) -> np.ndarray:
    """Return one person more than now, on every day ahead."""
    return np.repeat(history.now[np.newaxis] + 1, len(history.ahead), axis=0)  # type: ignore[attr-defined] - a history


def twice(progress: cc.Progress) -> int:
    """Return twice the pace, whoever it is."""
    del progress
    return 2


def few(history: list[cc.Progress]) -> "pd.Series[bool]":
    """Return who has done fewer than ten."""
    return history[-1].to_frame().set_index("unit")["done"] < 10


def by_letter(unit: cc.Unit) -> int:
    """Return a weight by the unit's code."""
    return {"a": 5, "b": 3, "c": 1}[unit.code]

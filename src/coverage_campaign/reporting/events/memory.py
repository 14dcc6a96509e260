"""What rows in memory allow: to be taken apart by position, and two threads to work on parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["each", "in_memory", "occurs_again"]

_Part = TypeVar("_Part")
_Result = TypeVar("_Result")

_THREADS = 2
_SPREAD = 4
_MOST_PLACES = 2**31 - 1


def each(work: Callable[[_Part], _Result], parts: Iterable[_Part]) -> Iterator[_Result]:
    """Yield the result of each part, in order; two parts are worked on at a time."""
    with ThreadPoolExecutor(_THREADS) as pool:
        yield from pool.map(work, parts)


def in_memory(frame: pd.DataFrame) -> nw.LazyFrame[Any]:
    """Return a pandas frame as rows of an event frame."""
    return nw.from_native(frame).lazy()


def occurs_again(ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return where an id is one that occurs more than once.

    >>> occurs_again(np.array([7, 3, 7])).tolist()
    [True, False, True]
    """
    if not len(ids):
        return np.zeros(0, dtype=bool)
    low, high = int(ids.min()), int(ids.max())
    if high - low > _SPREAD * len(ids) or len(ids) > _MOST_PLACES:
        in_order = np.sort(ids)
        several = in_order[1:][in_order[1:] == in_order[:-1]]
        return np.asarray(pd.Series(ids).isin(several))
    places = ids - low if low else ids
    row = np.arange(len(ids), dtype=np.int32)
    one = np.empty(high - low + 1, dtype=np.int32)
    one[places] = row  # some row of each id
    others = places[one[places] != row]
    again = np.zeros(high - low + 1, dtype=bool)
    again[others] = True
    return again[places]

"""Frames, series and arrays inside immutable results: taken over by copy, handed out by copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, cast, overload

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import message

if TYPE_CHECKING:
    IntSeries: TypeAlias = pd.Series[int]
    FloatSeries: TypeAlias = pd.Series[float]
    BoolSeries: TypeAlias = pd.Series[bool]
else:  # pandas' own class takes no parameter: annotations are read at run time too
    IntSeries = FloatSeries = BoolSeries = pd.Series

__all__ = [
    "BoolSeries",
    "FloatSeries",
    "IntSeries",
    "by_value",
    "need_columns",
    "owned",
    "owned_array",
    "owned_frame",
    "pandas_frame",
    "same",
]


@overload
def owned(data: pd.DataFrame) -> pd.DataFrame: ...
@overload
def owned(data: pd.Series[Any]) -> pd.Series[Any]: ...
@overload
def owned(data: NDArray[Any]) -> NDArray[Any]: ...
@overload
def owned(data: None) -> None: ...
def owned(
    data: pd.DataFrame | pd.Series[Any] | NDArray[Any] | None,
) -> pd.DataFrame | pd.Series[Any] | NDArray[Any] | None:
    """Return a copy that nobody else can write to; None stays None.

    A field of a result is `_frame: pd.DataFrame = attrs.field(converter=owned, eq=by_value)`, and
    what the result hands out is `owned(self._frame)`. An array is read-only, so it is handed out as
    it is.

    >>> frame = pd.DataFrame({"done": pd.array([1], dtype="Int64")})
    >>> kept = owned(frame)
    >>> frame["done"].array[0] = 9
    >>> int(kept.loc[0, "done"])
    1
    """
    if isinstance(data, np.ndarray):
        if not data.flags.writeable and data.base is None:
            return data
        copy = data.copy()
        copy.flags.writeable = False
        return copy
    return data if data is None else data.copy(deep=True)


def owned_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `owned` of a frame: a converter whose type is plain."""
    return owned(frame)


def owned_array(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return `owned` of an array: a converter whose type is plain."""
    return owned(array)


def pandas_frame(
    data: Any,  # noqa: ANN401 - whatever narwhals knows
    *,
    where: str,
    fix: str = "give a dataframe",
) -> pd.DataFrame:
    """Return a frame of pandas, Polars, PyArrow or another that narwhals knows as one of pandas.

    Raises:
        TypeError: It is no frame, or one that is not in memory.
    """
    if isinstance(data, pd.DataFrame):
        return data
    import narwhals as nw  # only where it is needed: it takes its time

    try:
        frame: nw.DataFrame[Any] = nw.from_native(cast("Any", data), eager_only=True)
    except TypeError:
        raise TypeError(f"{where}: {type(data).__name__} -- {fix}") from None
    table: pd.DataFrame = frame.to_pandas()
    return table


def need_columns(frame: pd.DataFrame, names: Sequence[str], *, where: str, fix: str = "") -> None:
    """Refuse a frame that lacks columns; it names them.

    >>> need_columns(pd.DataFrame({"unit": []}), ["unit", "signal"], where="signals")
    Traceback (most recent call last):
        ...
    coverage_campaign.errors.DefinitionError: signals: no column signal -- give unit and signal
    """
    lacking = [name for name in names if name not in frame.columns]
    if lacking:
        found = message("no column {missing}", missing=lacking)
        raise DefinitionError(Problem(where, found, fix or message("give {names}", names=names)))


def same(one: object, other: object) -> bool:
    """Tell whether two pieces of data are equal: types, labels and values; missing equals missing.

    >>> same(pd.Series([1.0, None]), pd.Series([1.0, None])), same(pd.Series([1]), pd.Series([1.0]))
    (True, False)
    """
    answer: bool
    match one, other:
        case (pd.DataFrame(), pd.DataFrame()):
            answer = one.equals(other) and _labels(one) == _labels(other)
        case (pd.Series(), pd.Series()):
            answer = one.equals(other) and _labels(one) == _labels(other)
        case np.ndarray(), np.ndarray():
            alike = one.dtype == other.dtype and one.shape == other.shape
            answer = alike and pd.Series(one.ravel()).equals(pd.Series(other.ravel()))
        case partial(), partial():
            parts = (one.func, one.args, one.keywords), (other.func, other.args, other.keywords)
            answer = same(*parts)
        case Mapping(), Mapping():
            answer = one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
        case (tuple(), tuple()):
            answer = len(one) == len(other) and all(map(same, one, other))
        case _:
            answer = type(one) is type(other) and bool(one == other)
    return answer


def _labels(data: Any) -> tuple[object, ...]:  # noqa: ANN401 - a frame or a series
    names = list(data.columns) if isinstance(data, pd.DataFrame) else [data.name]
    return (names, list(data.index.names))


by_value = attrs.cmp_using(eq=same, class_name="ByValue")
"""How a field that holds frames, series or arrays compares: `attrs.field(eq=by_value)`."""

"""Events in memory as integers: ids, codes and times numbered once, before anything is compared.

Integers end four traps at once: text that is slow to hash, missing values that turn whole numbers
into floats, time zones, and dates that come as objects.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import Problem, ReportError

__all__ = ["MISSING", "NO_DAY", "CodedFrame", "code_frame", "code_rows"]

MISSING = -(2**62)
"""Stands for a missing id, revision or moment; smaller than any that is there."""
NO_DAY = 2**31 - 1
"""Stands for a missing date: after every day, so that what is missing comes last."""

_SECONDS_TO_1970 = 62_135_596_800
_EXACT_FLOATS = 2**53
_MOST_DAYS = 100_000
_TEXTS = ("unit", "channel", "group")
_Ints = NDArray[np.int64]
_Days = NDArray[np.int32]
_Places = NDArray[np.int32]


@attrs.frozen(eq=False, kw_only=True)
class CodedFrame:
    """A frame of integers with the codes that its columns unit, channel and group stand for.

    Codes are sorted by code point and a number is a position in them, so that numbers compare as
    codes do; the position after the last is a missing code. `records` and `persons` are ids by
    number, or None where the ids were numbers themselves.
    """

    frame: pd.DataFrame
    units: tuple[str, ...]
    channels: tuple[str, ...]
    groups: tuple[str, ...]
    records: NDArray[Any] | None
    persons: NDArray[Any] | None


def code_frame(events: pd.DataFrame) -> CodedFrame:
    """Return events as integers: record, revision, second, person, day, unit, channel (+ group).

    Raises:
        ReportError: Columns hold what they must not; all of them at once.
    """
    return _read(
        events,
        {
            "record": ("record", _ids),
            "revision": ("revision", _whole_numbers),
            "second": ("reported_at", _seconds),
            "person": ("person", _ids),
            "day": ("date", _days),
            **{name: (name, _codes) for name in _TEXTS if name in events.columns},
        },
    )


def code_rows(rows: pd.DataFrame) -> CodedFrame:
    """Return rows as integers whose times an engine has already made into `second` and `day`."""
    rows = rows.assign(revision=pd.to_numeric(rows["revision"]))
    numbers = {name: (name, _whole_numbers) for name in ("revision", "second", "day")}
    ids = {name: (name, _ids) for name in ("record", "person")}
    return _read(
        rows,
        {**ids, **numbers, **{name: (name, _codes) for name in _TEXTS if name in rows.columns}},
    )


def _read(
    events: pd.DataFrame, ways: Mapping[str, tuple[str, Callable[[pd.Series], Any]]]
) -> CodedFrame:
    problems: list[Problem] = []
    columns: dict[str, NDArray[Any]] = {}
    books: dict[str, Any] = {}
    for column, (name, way) in ways.items():
        try:
            value = way(events[name])
        except _WrongTypeError as wrong:
            problems.append(Problem(f"column '{name}'", wrong.found, wrong.fix))
            continue
        columns[column], books[column] = value if isinstance(value, tuple) else (value, None)
    if problems:
        raise ReportError(problems, source="events")
    return CodedFrame(
        frame=pd.DataFrame(columns, copy=False),
        units=books["unit"],
        channels=books["channel"],
        groups=books.get("group") or (),
        records=books["record"],
        persons=books["person"],
    )


class _WrongTypeError(Exception):
    def __init__(self, found: str, fix: str) -> None:
        super().__init__(found)
        self.found = found
        self.fix = fix


def _first_of(column: pd.Series, wanted: tuple[type, ...]) -> object:
    """Return the first value that is there and of none of the wanted types, or None."""
    present = column[column.notna()]
    return next((value for value in present if not isinstance(value, wanted)), None)


def _is_empty(column: pd.Series) -> bool:
    return bool(column.isna().all())


# -- ids and whole numbers -------------------------------------------------------------------------


def _ids(column: pd.Series) -> tuple[_Ints, NDArray[Any] | None]:
    if _is_empty(column):
        return np.full(len(column), MISSING, dtype=np.int64), None
    if _is_number(column):
        return _whole_numbers(column), None
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if column.dtype == object:
        kinds = (str,) if isinstance(_first_value(column), str) else (int, np.integer)
        odd = _first_of(column, kinds)
        if odd is not None:
            raise _WrongTypeError(
                f"{type(odd).__name__} beside {kinds[0].__name__}",
                "ids are text or whole numbers, of one type",
            )
    elif not _is_text(column):
        raise _WrongTypeError(f"type {column.dtype}", "ids are text or whole numbers")
    numbers, ids = pd.factorize(column)
    return np.where(numbers < 0, MISSING, numbers), np.asarray(ids, dtype=object)


def _first_value(column: pd.Series) -> object:
    return column.iloc[int(np.argmax(column.notna().to_numpy()))]


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(
        column.dtype
    )


def _is_text(column: pd.Series) -> bool:
    return pd.api.types.is_string_dtype(column.dtype) and column.dtype != object


def _whole_numbers(column: pd.Series) -> _Ints:
    if _is_empty(column):
        return np.full(len(column), MISSING, dtype=np.int64)
    if column.dtype == object and _first_of(column, (int, np.integer)) is None:
        column = column.astype("Int64")
    if not _is_number(column):
        raise _WrongTypeError(f"type {column.dtype}", "give whole numbers, Int64 where some miss")
    missing = column.isna().to_numpy(dtype=bool)
    if pd.api.types.is_integer_dtype(column.dtype):
        return (
            column.to_numpy(dtype=np.int64, na_value=MISSING)
            if missing.any()
            else (column.to_numpy(dtype=np.int64))
        )
    floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
    known = floats[~missing]
    if (np.abs(known) >= _EXACT_FLOATS).any() or (known != np.trunc(known)).any():
        raise _WrongTypeError(
            f"type {column.dtype}, in which large ids run together",
            "read ids as text or Int64; a column of integers with a gap becomes float",
        )
    return np.where(missing, MISSING, np.nan_to_num(floats).astype(np.int64))


# -- times -----------------------------------------------------------------------------------------


def _moments(column: pd.Series, wanted: str) -> NDArray[np.datetime64]:
    """Return a column of dates or times as datetime64, NaT where one is missing."""
    if _is_empty(column) and not _zone(column):
        return np.full(len(column), "NaT", dtype="datetime64[s]")
    if column.dtype == object or isinstance(column.dtype, pd.CategoricalDtype):
        return _objects(column.astype(object), wanted)
    zone = _zone(column)
    if zone:
        raise _WrongTypeError(
            f"times in the zone {zone}",
            "hand over local civil time: dt.tz_convert(the campaign's zone).dt.tz_localize(None)",
        )
    if isinstance(column.dtype, pd.ArrowDtype) and str(column.dtype).startswith("date"):
        column = column.astype("timestamp[s][pyarrow]")
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        raise _WrongTypeError(f"type {column.dtype}", f"give {wanted}: pd.to_datetime(...)")
    return np.asarray(column.to_numpy(dtype="datetime64[us]"))


def _zone(column: pd.Series) -> str:
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        return ""
    dtype = column.dtype
    zone = getattr(dtype.pyarrow_dtype if isinstance(dtype, pd.ArrowDtype) else dtype, "tz", None)
    return "" if zone is None else str(zone)


def _objects(column: pd.Series, wanted: str) -> NDArray[np.datetime64]:
    odd = _first_of(column, (dt.date, np.datetime64))
    if odd is not None:
        raise _WrongTypeError(f"{type(odd).__name__} {odd!r}"[:60], f"give {wanted}")
    zones = {
        str(value.tzinfo)
        for value in column[column.notna()]
        if isinstance(value, dt.datetime) and value.tzinfo is not None
    }
    if zones:
        raise _WrongTypeError(
            f"times in {'several zones' if len(zones) > 1 else 'the zone'}: {_listed(zones)}",
            "hand over local civil time without a zone, for every row",
        )
    # One by one: a year outside the range of a nanosecond is still a date.
    return np.array([None if pd.isna(value) else value for value in column], dtype="datetime64[us]")


def _listed(zones: set[str]) -> str:
    return ", ".join(sorted(zones))


def _seconds(column: pd.Series) -> _Ints:
    moments = _moments(column, "timestamps")
    seconds = moments.astype("datetime64[s]").view(np.int64) + _SECONDS_TO_1970
    return np.where(np.isnat(moments), MISSING, seconds)


def _days(column: pd.Series) -> _Days:
    days = _moments(column, "dates").astype("datetime64[D]")
    missing = np.isnat(days)
    since_1970 = np.where(missing, 0, days.view(np.int64))
    if not len(since_1970):
        return np.empty(0, dtype=np.int32)
    first, last = int(since_1970.min()), int(since_1970.max())
    if last - first > len(days) + _MOST_DAYS:
        far = _numbers(days)
        far[missing] = NO_DAY
        return far
    # Each day of the calendar is reckoned once: a frame has many rows and few days.
    numbers = _numbers(np.arange(first, last + 1).astype("datetime64[D]"))
    found: _Days = numbers[since_1970 - first]
    found[missing] = NO_DAY
    return found


def _numbers(days: NDArray[np.datetime64]) -> _Days:
    months = days.astype("datetime64[M]")
    of_month = days - months.astype("datetime64[D]")
    numbers = (months.view(np.int64) + 12 * 1970) * 31 + of_month.view(np.int64)
    return np.asarray(numbers, dtype=np.int32)


# -- codes -----------------------------------------------------------------------------------------


def _codes(column: pd.Series) -> tuple[_Places, tuple[str, ...]]:
    if _is_empty(column):
        return np.zeros(len(column), dtype=np.int32), ()
    numbers, texts = pd.factorize(column)
    odd = next((text for text in texts if not isinstance(text, str)), None)
    if odd is not None:
        raise _WrongTypeError(
            f"type {column.dtype}, such as {odd!r}", "codes are text: '430406', not 430406"
        )
    order = sorted(range(len(texts)), key=lambda place: str(texts[place]))
    rank = np.empty(len(texts) + 1, dtype=np.int32)
    rank[order] = np.arange(len(texts))
    rank[-1] = len(texts)  # a missing code comes last
    return rank[numbers], tuple(str(texts[place]) for place in order)

"""What each column of an event frame may hold: the same on every engine, refused at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.messages import Message, message
from coverage_campaign.reporting.events.engines import CODED_COLUMNS, Rows, engine_of

__all__ = [
    "COLUMNS",
    "IDS",
    "Kind",
    "any_frame",
    "check_coded",
    "check_names",
    "kinds_of_rows",
    "plain_columns",
]

COLUMNS: Final = ("record", "revision", "reported_at", "person", "unit", "date", "channel")
"""The columns that every event frame has; `group` is one more that may be there."""
IDS: Final = ("record", "person")
Kind: TypeAlias = Literal["text", "uuid", "integer", "real", "moment", "date", "nothing", ""]
"""What a column holds: real = floats, which have to be whole; nothing = no value at all.

'' is anything else, which no column may hold.
"""

_WORDS: Final[Mapping[Kind, Message]] = {
    "text": message("text"),
    "uuid": message("UUIDs"),
    "integer": message("whole numbers"),
    "real": message("floating-point numbers"),
    "moment": message("dates or times"),
    "date": message("dates or times"),
}
_OTHERS: Final[Mapping[Message, tuple[Any, tuple[type, ...]]]] = {
    message("true or false"): (nw.Boolean, (bool, np.bool_)),
    message("decimal numbers"): (nw.Decimal, (Decimal,)),
    message("durations"): (nw.Duration, (dt.timedelta, np.timedelta64)),
    message("times of day"): (nw.Time, (dt.time,)),
    message("binary data"): (nw.Binary, (bytes, bytearray)),
    message("lists"): (nw.List, (list, tuple, set, np.ndarray)),
    message("records"): (nw.Struct, (dict,)),
}
"""What no column may hold, in words: the common type of engines, and the types of objects."""

_IDS: tuple[frozenset[str], Message] = (
    frozenset({"text", "uuid", "integer", "real", "nothing"}),
    message("ids are text or whole numbers, of one type"),
)
_CODES = (frozenset({"text", "uuid", "nothing"}), message("codes are text: '430406', not 430406"))
_MOMENTS = (
    frozenset({"moment", "date", "nothing"}),
    message("give timestamps: pd.to_datetime(...)"),
)
_ALLOWED: Final[Mapping[str, tuple[frozenset[str], Message]]] = {
    "record": _IDS,
    "revision": (
        frozenset({"integer", "real", "nothing"}),
        message("give whole numbers: 0, 1, ..."),
    ),
    "reported_at": _MOMENTS,
    "person": _IDS,
    "unit": _CODES,
    "date": (_MOMENTS[0], message("give dates: pd.to_datetime(...)")),
    "channel": _CODES,
    "group": _CODES,
}
_COMMON_ARROW: Final = {
    "large_binary": "binary",
    "binary_view": "binary",
    "date64[ms]": "timestamp[ms]",
    "string_view": "string",
}
_EXACT_FLOATS: Final = 2**53
_LEAST, _LARGEST = -(2**63), 2**63 - 1
_ENGINES: Final = "hand over a data frame of pandas, Polars, PyArrow, DuckDB, PySpark or ibis"


def any_frame(events: IntoFrame) -> nw.DataFrame[Any] | nw.LazyFrame[Any]:
    """Return a data frame of any engine that is known.

    Raises:
        ReportError: It is none.
    """
    found = message("{kind} is no data frame", kind=type(events).__name__)
    try:
        frame = nw.from_native(events)
    except (TypeError, ValueError) as error:
        columns = getattr(events, "column_names", getattr(events, "columns", ()))
        names = pd.Index(columns if isinstance(columns, Collection) else ())
        if not names.is_unique:
            found = message("columns named twice: {names}", names=_some(names[names.duplicated()]))
        raise ReportError(Problem("events", found, _ENGINES)) from error
    engine = frame.implementation
    known = engine.is_spark_like() or engine in {
        nw.Implementation.PANDAS,
        nw.Implementation.PYARROW,
        nw.Implementation.POLARS,
        nw.Implementation.DUCKDB,
        nw.Implementation.IBIS,
    }
    if not known:
        raise ReportError(
            Problem("events", message("a frame of {engine}", engine=engine.value), _ENGINES)
        )
    return frame


def check_names(names: Iterable[str], columns: tuple[str, ...]) -> None:
    """Refuse a frame that lacks columns."""
    names = list(names)
    absent = [column for column in columns if column not in names]
    if absent:
        raise ReportError(
            Problem(
                "events",
                message(
                    "no column {absent}; the columns there are {value:raw}",
                    absent=_some(absent),
                    value=_some(names) or "none",
                ),
                message("rename or add: an event frame has {columns}", columns=_some(columns)),
            )
        )


def _some(names: Iterable[object], most: int = 20) -> str:
    shown = [repr(str(name)) for name in names]
    return ", ".join(shown[:most]) + (f", ... ({len(shown)} in all)" if len(shown) > most else "")


def plain_columns(frame: pd.DataFrame) -> tuple[dict[str, pd.Series], dict[str, Kind]]:
    """Return the columns of a pandas frame, categories as their values, and what each holds.

    Raises:
        ReportError: Columns hold what they must not; all of them at once.
    """
    columns: dict[str, pd.Series] = {}
    kinds: dict[str, Kind] = {}
    problems: list[Problem] = []
    for name in frame.columns:
        column = frame[name]
        try:
            column = _plain(column)
            kinds[name], found = _kind_of_column(column)
        except NotImplementedError:  # a type of Arrow's that pandas cannot read
            kinds[name], found = (
                ("nothing" if column.isna().all() else ""),
                message("type {dtype}", dtype=str(column.dtype)),
            )
        columns[name] = column
        refused = _refused(name, kinds[name], found)
        if not refused and _is_inexact(column, kinds[name]):
            refused = [_inexact(name, kinds[name])]
        problems += refused
    if problems:
        raise ReportError(problems, source="events")
    return columns, kinds


def _plain(column: pd.Series) -> pd.Series:
    """Return a column with its values for categories, and floats of which NaN is no value."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        values = pd.Series(dtype.categories)
        if values.dtype.kind in "iu":  # a gap would make floats
            values = values.astype(
                pd.UInt64Dtype() if values.dtype.kind == "u" else pd.Int64Dtype()
            )
        column = values.reindex(column.cat.codes).set_axis(column.index)
    elif isinstance(dtype, pd.ArrowDtype):
        arrow: Any = dtype.pyarrow_dtype
        plain = arrow.value_type if str(arrow).startswith("dictionary") else arrow
        plain = _COMMON_ARROW.get(str(plain), plain)
        if plain != arrow:
            values = column.array.__arrow_array__().cast(plain)
            column = pd.Series(pd.arrays.ArrowExtensionArray(values), index=column.index)
    if pd.api.types.is_float_dtype(column.dtype):
        floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
        column = pd.Series(floats, index=column.index)
    return column


def _is_inexact(column: pd.Series, kind: Kind) -> bool:
    if kind == "real":
        try:
            floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
        except OverflowError:  # a whole number of Python's beside floats
            return True
        floats = floats[~np.isnan(floats)]
        return bool(((np.abs(floats) >= _EXACT_FLOATS) | (floats != np.trunc(floats))).any())
    return kind == "integer" and not _LEAST <= column.min() <= column.max() <= _LARGEST


def kinds_of_rows(rows: Rows) -> dict[str, Kind]:
    """Return what each column of rows holds, on the engine that has them.

    Raises:
        ReportError: Columns hold what they must not; all of them at once.
    """
    schema = rows.collect_schema()
    kinds: dict[str, Kind] = {}
    problems: list[Problem] = []
    for name, dtype in schema.items():
        kind, found = _kind_of_type(dtype, _native_type(rows, name), rows)
        refused = _refused(name, kind, found)
        value = nw.col(name)
        there = ~value.is_null() & ~value.is_nan() if dtype.is_float() else ~value.is_null()
        if refused and not _any(rows, there):
            kind, refused = "nothing", []
        elif not refused and _any_inexact(rows, name, dtype):
            refused = [_inexact(name, kind)]
        kinds[name] = kind
        problems += refused
    if problems:
        raise ReportError(problems, source="events")
    return kinds


def _refused(name: str, kind: Kind, found: str | Message) -> list[Problem]:
    allowed, fix = _ALLOWED[name]
    if kind in allowed:
        return []
    if "zone" in str(found):
        fix = message(
            "hand over local civil time without a zone: convert to the campaign's zone, drop it"
        )
    return [Problem(message("column '{code}'", code=name), found, fix)]


def _inexact(name: str, kind: Kind) -> Problem:
    too_much = "whole numbers beyond 64 bits"
    if kind == "real":
        too_much = "floating-point numbers with fractions, or so large that ids run together"
    fix = "read ids as text or Int64; a column of integers with a gap becomes float"
    return Problem(message("column '{code}'", code=name), too_much, fix)


def _any(rows: Rows, test: nw.Expr) -> bool:
    # No value of the column itself is fetched: its type may be one that cannot be.
    there = rows.filter(test).with_columns(there=nw.lit(1)).select("there").head(1)
    return len(there.collect(backend="pyarrow")) > 0


def _any_inexact(rows: Rows, name: str, dtype: nw.dtypes.DType) -> bool:
    value = nw.col(name)
    if dtype.is_float():
        # Some engines round to whole numbers, which infinity is none of.
        exact = nw.when(value.abs() < _EXACT_FLOATS).then(value)
        wrong = (value.abs() >= _EXACT_FLOATS) | (exact != exact.floor())
        return _any(rows, ~value.is_null() & ~value.is_nan() & wrong)
    if dtype in {nw.UInt64, nw.UInt128}:
        return _any(rows, value > _LARGEST)
    return dtype == nw.Int128 and _any(rows, (value > _LARGEST) | (value < _LEAST))


# -- what a type is --------------------------------------------------------------------------------


def _kind_of_column(column: pd.Series) -> tuple[Kind, str | Message]:
    """Return what a pandas column holds, and in words what was found."""
    if column.isna().all():
        return "nothing", message("no value")
    if str(column.dtype) == "object" or "uuid" in str(column.dtype):
        return _kind_of_objects(column[column.notna()])
    return _kind_of_type(nw.from_native(column, series_only=True).dtype, str(column.dtype))


def _kind_of_objects(values: pd.Series) -> tuple[Kind, str | Message]:
    types = set(map(type, values))
    kinds: dict[Kind, tuple[type, ...]] = {
        "text": (str,),
        "uuid": (UUID,),
        "integer": (int, np.integer),
        "real": (float, int, np.floating, np.integer),
        "moment": (dt.date, np.datetime64),
    }
    for words, (_, wanted) in _OTHERS.items():
        if all(issubclass(one, wanted) for one in types):
            return "", words
    found = message("values of type {types}", types=tuple(sorted(one.__name__ for one in types)))
    if types & {bool, np.bool_, type(pd.NaT)}:
        return "", found
    for kind, wanted in kinds.items():
        if all(issubclass(one, wanted) for one in types):
            if kind == "text" and not _is_unicode(values):
                return "", message("text with an incomplete character (a lone surrogate)")
            zones = _zones(values) if kind == "moment" else set()
            return ("", _in_zones(zones)) if zones else (kind, _WORDS[kind])
    return "", message("{found}, such as {value}", found=found, value=f"{next(iter(values))!r:.40}")


def _is_unicode(texts: pd.Series) -> bool:
    try:
        "".join(texts.unique()).encode()
    except UnicodeEncodeError:
        return False
    return True


def _zones(values: pd.Series) -> set[str]:
    moments = (value for value in values if isinstance(value, dt.datetime))
    return {str(moment.tzinfo) for moment in moments if moment.tzinfo is not None}


def _in_zones(zones: set[str]) -> Message:
    return message(
        "times in {n:plural the zone|several zones}: {zones}",
        n=len(zones),
        zones=tuple(sorted(zones)),
    )


def _kind_of_type(
    dtype: nw.dtypes.DType, native: str, rows: Rows | None = None
) -> tuple[Kind, str | Message]:
    zone = getattr(dtype, "time_zone", None) if dtype == nw.Datetime else None
    # Spark's ordinary timestamp is the civil time of its session.
    if zone is not None and not (rows is not None and engine_of(rows).is_spark_like()):
        return "", _in_zones({str(zone)})
    kinds: dict[Kind, bool] = {
        "uuid": "uuid" in native,
        "nothing": dtype == nw.Unknown and native in {"null", '"null"', "void"},
        "text": dtype in (nw.String, nw.Categorical, nw.Enum),
        "integer": dtype.is_integer(),
        "real": dtype.is_float(),
        "date": dtype == nw.Date,
        "moment": dtype == nw.Datetime,
    }
    kind: Kind = next((kind for kind, fits in kinds.items() if fits), "")
    other = next((words for words, (type_, _) in _OTHERS.items() if dtype == type_), None)
    return kind, _WORDS.get(kind) or other or message("type {dtype}", dtype=native or str(dtype))


def _native_type(rows: Rows, name: str) -> str:
    """Return the engine's own name of a column's type, where the common one may not say enough."""
    native: Any = rows.to_native()
    engine = engine_of(rows)
    if engine is nw.Implementation.DUCKDB:
        return str(native.types[native.columns.index(name)]).lower()
    if engine is nw.Implementation.IBIS:
        return str(native.schema()[name]).lower()
    if engine.is_spark_like():
        return str(native.schema[name].dataType.simpleString())
    return str(native.collect_schema()[name]).lower()


def check_coded(rows: Rows, columns: tuple[str, ...] = CODED_COLUMNS) -> None:
    """Refuse coded events whose columns hold anything but whole numbers (or ids that are texts)."""
    schema = rows.collect_schema()
    check_names(schema.names(), columns)
    problems = [
        Problem(
            message("column '{code}'", code=name),
            message("type {kind}", kind=str(schema[name])),
            "coded events are whole numbers: encode",
        )
        for name in columns
        if not (schema[name].is_integer() or (name in IDS and schema[name] == nw.String))
    ]
    if problems:
        raise ReportError(problems, source="events")

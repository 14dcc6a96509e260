"""From event frames to integers, once: ids, codes and times are numbered before any is compared.

Integers end four traps at once: text that is slow to compare, missing values that turn whole
numbers into floats, time zones, and dates that come as objects.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import attrs
import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame
from numpy.typing import NDArray

from coverage_campaign.checks import checked_call
from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.messages import message
from coverage_campaign.reporting.events.columns import (
    COLUMNS,
    IDS,
    Kind,
    any_frame,
    check_coded,
    check_names,
    kinds_of_rows,
    plain_columns,
)
from coverage_campaign.reporting.events.engines import (
    BLANKS,
    CODED_COLUMNS,
    CODES,
    DAYS,
    MISSING,
    MISSING_TEXT,
    NO_DAY,
    CodedEvents,
    Rows,
    by_code_point,
    collected,
    day_number,
    in_memory,
    keeping,
    or_missing,
    second_number,
    small_table,
    to_pandas,
)

__all__ = ["coded", "encode"]

_MOST_CODES = 1_000_000
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - civil time
_YEAR_ONE = dt.datetime(1, 1, 1)  # noqa: DTZ001 - civil time
# The days that have a date in every tool; others, such as 'infinity' of databases, are none.
_FIRST_DAY, _LAST_DAY = day_number(dt.date.min), day_number(dt.date.max)
_Ints = NDArray[np.int64]
_Ids = NDArray[np.object_]
_Codes = tuple[NDArray[np.int32], tuple[str, ...]]


@checked_call
def encode(events: IntoFrame) -> CodedEvents:
    """Return the events as whole numbers only, on the engine that has them.

    Worth it where the same events are tallied more than once, or stored: numbers are read and
    compared faster than texts and times, and no time zone or session setting can move them. Any
    campaign can tally them; units and channels that it does not know are explained as ever.

    Ids that are texts are numbered in a pandas frame or a PyArrow table, and the ids kept beside.
    Polars, DuckDB, PySpark and ibis keep their rows, and such ids as they are. What comes back from
    them is a plan that is run with each tally: write it to Parquet once, and hand over
    `vary(coded, frame=...)` with the file.

    Raises:
        ReportError: Columns are missing or of the wrong type.

    >>> import pandas as pd
    >>> events = encode(pd.DataFrame({
    ...     "record": ["r1", "r2"], "revision": [0, 0],
    ...     "reported_at": pd.to_datetime(["2008-07-03 09:00", "2008-07-04 10:00"]),
    ...     "person": ["x", "x"], "unit": ["430422", "430421"],
    ...     "date": pd.to_datetime(["2008-07-01", "2008-07-02"]),
    ...     "channel": ["self_employed", "self_employed"],
    ... }))
    >>> events.units
    ('430421', '430422')
    >>> events.frame[["record", "person", "unit", "day"]].values.tolist()
    [[0, 0, 1, 747162], [1, 0, 0, 747163]]
    """
    with keeping():
        frame = any_frame(events)
        names = frame.collect_schema().names()
        columns = (*COLUMNS, "group") if "group" in names else COLUMNS
        return _encoded(frame, columns, numbered=CODES)


def coded(events: IntoFrame | CodedEvents, *, group: bool, here: bool = False) -> CodedEvents:
    """Return any events as integers; `group` asks for that column too, `here` for a pandas frame.

    Codes of unit and channel stay texts on an engine that keeps its rows: to number them once would
    be one more look at all of them.

    Raises:
        ReportError: It is no data frame, or columns are missing or of the wrong type; all of them
            at once.
    """
    if not isinstance(events, CodedEvents):
        names = (*COLUMNS, "group") if group else COLUMNS
        return _encoded(any_frame(events), names, numbered=("group",), here=here)
    columns = (*CODED_COLUMNS, "group") if group else CODED_COLUMNS
    frame = any_frame(events.frame)
    check_coded(frame.lazy(), columns)
    rows = frame.lazy().select(*columns)
    local = here or frame.implementation in {nw.Implementation.PANDAS, nw.Implementation.PYARROW}
    if local:
        rows = nw.from_native(_pandas(rows)).lazy()
        _check_numbers(to_pandas(rows), events)
    return attrs.evolve(events, frame=rows.to_native(), groups=events.groups if group else ())


def _check_numbers(frame: pd.DataFrame, events: CodedEvents) -> None:
    problems = [
        Problem(
            message("column '{code}'", code=name),
            message(
                "numbers from {min:raw} to {max:raw} for {n} codes",
                min=frame[name].min(),
                max=frame[name].max(),
                n=len(events.books[name]),
            ),
            "hand over the codes that the events were encoded with",
        )
        for name in CODES
        if name in frame.columns
        if not frame[name].between(0, len(events.books[name])).all()
    ]
    if problems:
        raise ReportError(problems, source="events")


def _encoded(
    frame: nw.DataFrame[Any] | nw.LazyFrame[Any],
    columns: tuple[str, ...],
    *,
    numbered: Sequence[str],
    here: bool = False,
) -> CodedEvents:
    check_names(frame.collect_schema().names(), columns)
    chosen = frame.lazy().select(*columns)
    if frame.implementation in {nw.Implementation.PANDAS, nw.Implementation.PYARROW}:
        return _in_pandas(_pandas(chosen))
    kinds = kinds_of_rows(chosen)
    # Of a column without a value the type says nothing, and need not be one that can be fetched.
    nothing = [name for name, kind in kinds.items() if kind == "nothing"]
    if nothing:
        no_text = nw.lit(None, dtype=nw.String())
        chosen = chosen.with_columns(*(no_text.alias(name) for name in nothing))
    return _in_pandas(_pandas(chosen)) if here else _on_engine(chosen, kinds, numbered)


def _pandas(rows: Rows) -> pd.DataFrame:
    if in_memory(rows):
        return to_pandas(rows)
    # Arrow types inside pandas: plain integers with a missing one would become floats.
    table: Any = rows.collect(backend="pyarrow").to_native()
    return pd.DataFrame(table.to_pandas(types_mapper=pd.ArrowDtype))


def _numbered_codes(texts: Iterable[str]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return the number of each of some different texts, and the codes by number.

    Codes are in the order of their code points; a blank text is missing, and has the number after
    the last.
    """
    texts = list(texts)
    codes = tuple(sorted(text for text in texts if text.strip(BLANKS) not in {"", MISSING_TEXT}))
    place = {code: number for number, code in enumerate(codes)}
    return np.array([place.get(text, len(codes)) for text in texts], dtype=np.int32), codes


# -- in pandas -------------------------------------------------------------------------------------


def _in_pandas(events: pd.DataFrame) -> CodedEvents:
    columns, kinds = plain_columns(events)
    ids = {name: _ids(columns[name], kinds[name]) for name in IDS}
    codes = {name: _codes(columns[name], kinds[name]) for name in CODES if name in columns}
    arrays: dict[str, NDArray[Any]] = {
        "record": ids["record"][0],
        "revision": _whole_numbers(columns["revision"], kinds["revision"]),
        "second": _seconds(columns["reported_at"], kinds["reported_at"]),
        "person": ids["person"][0],
        "day": _days(_moments(columns["date"], kinds["date"]).astype("datetime64[D]")),
        **{name: numbers for name, (numbers, _) in codes.items()},
    }
    return CodedEvents(
        frame=pd.DataFrame(arrays, copy=False),
        units=codes["unit"][1],
        channels=codes["channel"][1],
        groups=codes["group"][1] if "group" in codes else (),
        records=ids["record"][1],
        persons=ids["person"][1],
    )


def _ids(column: pd.Series, kind: Kind) -> tuple[_Ints, _Ids | None]:
    if kind in {"integer", "real", "nothing"}:
        return _whole_numbers(column, kind), None
    numbers, found = pd.factorize(_texts(column, kind))
    ids = np.asarray(found, dtype=object)
    blank = pd.Series(ids, dtype="str").str.strip(BLANKS).isin(["", MISSING_TEXT]).to_numpy()
    missing = np.append(blank, True)
    return np.where(missing[numbers], MISSING, numbers), ids


def _texts(column: pd.Series, kind: Kind) -> pd.Series:
    if kind != "uuid":
        return column
    texts = [None if pd.isna(value) else str(value) for value in column]
    return pd.Series(texts, index=column.index, dtype="str")


def _whole_numbers(column: pd.Series, kind: Kind) -> _Ints:
    if kind == "nothing":
        return np.full(len(column), MISSING, dtype=np.int64)
    if kind == "real":
        floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
        missing = np.isnan(floats)
        return np.where(missing, MISSING, np.where(missing, 0, floats).astype(np.int64))
    if column.dtype != np.int64:  # a short type has no room for what stands for a missing one
        column = column.astype("Int64")
    return column.to_numpy(dtype=np.int64, na_value=MISSING)


def _moments(column: pd.Series, kind: Kind) -> NDArray[np.datetime64]:
    """Return a column of dates or times as datetime64[s], NaT where one is missing."""
    if kind == "nothing":
        return np.full(len(column), "NaT", dtype="datetime64[s]")
    if column.dtype == object:
        # One by one: a year outside the range of a nanosecond is still a date.
        values = [None if pd.isna(value) else value for value in column.astype(object)]
        return np.array(values, dtype="datetime64[us]").astype("datetime64[s]")
    if kind == "date":
        column = column.astype("timestamp[s][pyarrow]")
    return np.asarray(column.to_numpy(dtype="datetime64[s]"))


def _seconds(column: pd.Series, kind: Kind) -> _Ints:
    moments = _moments(column, kind)
    return np.where(np.isnat(moments), MISSING, moments.view(np.int64) + second_number(_EPOCH))


def _days(days: NDArray[np.datetime64]) -> NDArray[np.int32]:
    months = days.astype("datetime64[M]")
    of_month = (days - months.astype("datetime64[D]")).view(np.int64)
    numbers = (months.view(np.int64) + 12 * 1970) * DAYS + of_month
    known = ~np.isnat(days) & (numbers >= _FIRST_DAY) & (numbers <= _LAST_DAY)
    return np.where(known, numbers, NO_DAY).astype(np.int32)


def _codes(column: pd.Series, kind: Kind) -> _Codes:
    if kind == "nothing":
        return np.zeros(len(column), dtype=np.int32), ()
    numbers, texts = pd.factorize(_texts(column, kind))
    places, codes = _numbered_codes(str(text) for text in texts)
    return np.append(places, np.int32(len(codes)))[numbers], codes


# -- on the engine's side --------------------------------------------------------------------------


def _on_engine(rows: Rows, kinds: dict[str, Kind], numbered: Sequence[str]) -> CodedEvents:
    texts = [name for name, kind in kinds.items() if kind in {"text", "uuid"}]
    rows = by_code_point(
        rows.with_columns("revision", *(nw.col(name).cast(nw.String()) for name in texts))
    )
    columns = {
        "record": _id(nw.col("record"), kinds["record"]),
        "revision": _id(nw.col("revision"), kinds["revision"]),
        "second": _second(nw.col("reported_at"), kinds["reported_at"], rows.implementation),
        "person": _id(nw.col("person"), kinds["person"]),
        "day": _day(nw.col("date"), kinds["date"]),
    }
    columns |= {name: nw.col(name) for name in CODES if name in kinds}
    rows = rows.with_columns(*(of.alias(name) for name, of in columns.items())).select(*columns)
    books: dict[str, tuple[str, ...]] = dict.fromkeys(CODES, ())
    for name in numbered:
        if name in columns:
            rows, books[name] = _with_numbers(rows, name)
    return CodedEvents(
        frame=rows.select(*columns).to_native(),
        units=books["unit"],
        channels=books["channel"],
        groups=books["group"],
    )


def _id(value: nw.Expr, kind: Kind) -> nw.Expr:
    if kind in {"text", "uuid"}:
        return or_missing(value)
    if kind == "nothing":
        return nw.lit(MISSING, dtype=nw.Int64())
    if kind == "real":
        value = nw.when(~value.is_nan()).then(value)
    return nw.coalesce(value.cast(nw.Int64()), nw.lit(MISSING, dtype=nw.Int64()))


def _second(moment: nw.Expr, kind: Kind, engine: nw.Implementation) -> nw.Expr:
    """Return whole seconds; each engine has one way that is exact there (the performance page)."""
    if kind == "nothing":
        return nw.lit(MISSING, dtype=nw.Int64())
    if kind == "date":
        moment = moment.cast(nw.Datetime("us"))
    if engine is nw.Implementation.POLARS:
        since_1970 = moment.cast(nw.Datetime("us")).dt.timestamp("us") // 1_000_000
        second = since_1970 + second_number(_EPOCH)
    elif engine is nw.Implementation.DUCKDB:
        second = (moment - nw.lit(_YEAR_ONE)).dt.total_seconds().cast(nw.Int64())
    else:
        years = moment.dt.year().cast(nw.Int64()) - 1
        leap_days = years // 4 - years // 100 + years // 400
        days = years * 365 + leap_days + moment.dt.ordinal_day().cast(nw.Int64()) - 1
        hours = days * 24 + moment.dt.hour().cast(nw.Int64())
        minutes = hours * 60 + moment.dt.minute().cast(nw.Int64())
        # A part of a second is cut off, here as everywhere.
        second = minutes * 60 + moment.dt.second().cast(nw.Int64())
    return nw.coalesce(second, nw.lit(MISSING, dtype=nw.Int64()))


def _day(date: nw.Expr, kind: Kind) -> nw.Expr:
    if kind == "nothing":
        return nw.lit(NO_DAY, dtype=nw.Int32())
    months = date.dt.year().cast(nw.Int64()) * 12 + date.dt.month().cast(nw.Int64()) - 1
    number = months * DAYS + date.dt.day().cast(nw.Int64()) - 1
    known = number.is_between(_FIRST_DAY, _LAST_DAY)
    return nw.when(known).then(number).otherwise(nw.lit(NO_DAY, dtype=nw.Int64())).cast(nw.Int32())


def _with_numbers(rows: Rows, name: str) -> tuple[Rows, tuple[str, ...]]:
    """Return rows with a column of codes as numbers, and the codes by number."""
    present = rows.group_by(name).agg(nw.len().alias("rows")).select(name)
    texts = collected(present.filter(~nw.col(name).is_null()).head(_MOST_CODES + 1))[name]
    if len(texts) > _MOST_CODES:
        found = message("more than {most} different texts", most=_MOST_CODES)
        raise ReportError(
            Problem(
                message("column '{code}'", code=name), found, "hand over codes, of which few differ"
            )
        )
    places, codes = _numbered_codes(texts)
    number: nw.Expr = nw.lit(len(codes), dtype=nw.Int64())
    if len(texts):
        table = pd.DataFrame({name: texts.astype("str"), "number": places.astype(np.int64)})
        rows = rows.join(small_table(rows, table), on=name, how="left")
        number = nw.coalesce(nw.col("number"), number)
    others = [one for one in rows.collect_schema().names() if one not in {name, "number"}]
    return rows.select(*others, number.cast(nw.Int32()).alias(name)), codes

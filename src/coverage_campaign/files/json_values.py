"""Values as JSON text for services: campaigns, scenarios, results; functions by name alone.

A campaign has the layout of its file. Any other value of the library is a table with its `type`
and its fields; what JSON has no word for is a table with one key, such as `{"date": "2008-09-30"}`.
A text can name classes and functions of this library and nothing else: reading one never runs code
of its own.
"""

from __future__ import annotations

import datetime as dt
import importlib
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import attrs

from coverage_campaign.checks import did_you_mean, shown
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.files.campaigns import campaign_from_plain, plain_from_campaign
from coverage_campaign.files.places import Path, place
from coverage_campaign.files.text import MOST_BYTES
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import MonthDay

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["from_json", "to_json"]

_PACKAGE = "coverage_campaign."
_ROOMS = "model|allocation|reporting|progress|enforcement|assessment|scenarios"
_CLASS = re.compile(rf"({_ROOMS})(\.[a-z][a-z_]*)+\.[A-Z]\w*")
_FUNCTION = re.compile(
    r"(allocation\.(apportion|curves)|progress\.(paces|supervise)|assessment\.rules)\.[a-z]\w*"
)
_WORDS: Mapping[type, str] = {
    Fraction: "fraction",
    Decimal: "decimal",
    dt.datetime: "instant",
    dt.date: "date",
    MonthDay: "day",
}
_READERS: Mapping[str, tuple[re.Pattern[str], Callable[[str], object]]] = {
    "fraction": (re.compile(r"-?\d{1,400}(/\d{1,400})?"), Fraction),
    "decimal": (re.compile(r"-?\d{1,400}(\.\d{1,400})?(E[+-]?\d{1,3})?"), Decimal),
    "float": (re.compile(r"nan|-?inf"), float),
    "instant": (re.compile(r"[\dT:.+-]{10,40}"), dt.datetime.fromisoformat),
    "date": (re.compile(r"\d{4}-\d\d-\d\d"), dt.date.fromisoformat),
    "day": (re.compile(r"\d\d-\d\d"), lambda text: MonthDay(int(text[:2]), int(text[3:]))),
}
"""How each word is read; the patterns bound what a text can make Python reckon."""
_CAMPAIGN = "campaign"
_SOURCE = "JSON"


def to_json(value: object) -> str:
    """Return a campaign, a scenario or a result as JSON text; `from_json` gives it back.

    Raises:
        DefinitionError: The value holds something that cannot be named in a text, such as a
            function of the caller's own.
    """
    return json.dumps(_plain(value, ()), ensure_ascii=False, indent=1)


def from_json(text: str) -> Any:  # noqa: ANN401 - what the text holds decides what comes back
    """Return the value that a JSON text of `to_json` holds.

    Raises:
        DefinitionError: The text is no JSON, names a class or function that is not this library's,
            or describes a value that does not fit; a campaign has every mistake at once.
    """
    if len(text) > MOST_BYTES:
        found = f"{len(text):,} characters"
        raise DefinitionError(Problem(_SOURCE, found, f"a text has at most {MOST_BYTES:,}"))
    try:
        parsed = json.loads(
            text,
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_doubles,
        )
        return _value(parsed, ())
    except RecursionError:
        raise DefinitionError(
            Problem(_SOURCE, "nested too deep", "a value of this library is a few tables deep")
        ) from None
    except json.JSONDecodeError as error:
        where = f"{_SOURCE} line {error.lineno} column {error.colno}"
        raise DefinitionError(Problem(where, error.msg, "mend the JSON there")) from None
    except ValueError as error:
        if isinstance(error, DefinitionError):
            raise
        raise DefinitionError(Problem(_SOURCE, str(error), "mend the JSON there")) from None


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no number of JSON")


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table = dict(pairs)
    if len(table) < len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"the key {shown(twice)} stands twice in one table")
    return table


def _problem(path: Path, found: str, fix: str) -> DefinitionError:
    where = place(path, None)
    return DefinitionError(Problem(f"{_SOURCE}: {where}" if where else _SOURCE, found, fix))


# -- to plain values -------------------------------------------------------------------------------


def _plain(value: object, path: Path) -> object:
    if value is None or isinstance(value, (bool, str, int)):
        return value
    if type(value) in _WORDS:
        word = _WORDS[type(value)]
        return {word: str(value) if word != "instant" else cast("dt.datetime", value).isoformat()}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, (tuple, list)):
        return [_plain(one, (*path, index)) for index, one in enumerate(value)]
    if isinstance(value, dict):
        return {"table": [[_plain(one, path) for one in pair] for pair in value.items()]}
    return _plain_object(value, path)


def _plain_object(value: object, path: Path) -> object:
    if isinstance(value, Campaign):
        return {"type": _CAMPAIGN, **_dates_as_text(plain_from_campaign(value))}
    if attrs.has(type(value)):
        return _plain_instance(value, path)
    if isinstance(value, partial) and not value.args:
        options = {key: _plain(one, (*path, key)) for key, one in value.keywords.items()}
        return {"function": _name_of_function(value.func, path), "with": options}
    if callable(value):
        return {"function": _name_of_function(value, path)}
    return _plain_array(value, path)


def _dates_as_text(plain: Any) -> Any:  # noqa: ANN401 - plain values of any depth
    if isinstance(plain, dict):
        return {key: _dates_as_text(value) for key, value in plain.items()}
    if isinstance(plain, (list, tuple)):
        return [_dates_as_text(value) for value in plain]
    return plain.isoformat() if isinstance(plain, dt.date) else plain


def _plain_instance(value: Any, path: Path) -> dict[str, object]:  # noqa: ANN401 - any attrs value
    name = _own_name(type(value), _CLASS)
    if name is None:
        fix = "only public values of this library have a name in JSON"
        raise _problem(path, f"a {type(value).__name__}", fix)
    plain: dict[str, object] = {"type": name}
    for field in attrs.fields(type(value)):
        if field.init:
            inner = getattr(value, field.name)
            plain[field.alias or field.name] = _plain(inner, (*path, field.name))
    return plain


def _own_name(value: Any, pattern: re.Pattern[str]) -> str | None:  # noqa: ANN401 - class or function
    """Return the name of a class or function below the package, None where it has none there."""
    name = f"{value.__module__}.{value.__qualname__}".removeprefix(_PACKAGE)
    return name if pattern.fullmatch(name) and _named(name) is value else None


def _named(name: str) -> object:
    module, _, last = name.rpartition(".")
    try:
        return getattr(importlib.import_module(_PACKAGE + module), last, None)
    except ImportError:
        return None


def _name_of_function(value: Callable[..., object], path: Path) -> str:
    called = getattr(value, "__qualname__", type(value).__name__)
    name = _own_name(value, _FUNCTION) if hasattr(value, "__qualname__") else None
    if name is None:
        found = f"the function {getattr(value, '__module__', '')}.{called}"
        fix = "only functions of this library have a name in JSON; hand yours over in Python"
        raise _problem(path, found, fix)
    return name


def _plain_array(value: object, path: Path) -> object:
    import numpy as np  # campaigns need no arrays
    import pandas as pd  # campaigns need no tables

    match value:
        case pd.DataFrame():
            columns = {str(name): _plain_column(value[name], path) for name in value.columns}
            return {"frame": columns}
        case pd.Series():
            index = _plain_column(value.index.to_series(), path)
            return {"series": _plain_column(value, path), "index": index}
        case pd.Timestamp():
            return {"timestamp": value.isoformat()}
        case np.ndarray():
            flat = _plain_column(pd.Series(value.ravel()), path)
            return {"array": flat, "dtype": str(value.dtype), "shape": list(value.shape)}
        case np.generic():
            return _plain(value.item(), path)
        case _ if value is pd.NA or value is pd.NaT:
            return {"missing": "NA" if value is pd.NA else "NaT"}
    raise _problem(path, f"a {type(value).__name__}", "JSON holds values of this library alone")


def _plain_column(column: pd.Series[Any], path: Path) -> dict[str, object]:
    import pandas as pd  # campaigns need no tables

    dtype = str(column.dtype)
    if dtype.startswith("datetime64"):
        values: list[object] = [None if pd.isna(one) else one.isoformat() for one in column]
    else:
        values = [
            None if dtype != "object" and pd.isna(one) else _plain(one, path)
            for one in column.astype(object)
        ]
    return {"dtype": dtype, "values": values}


# -- from plain values -----------------------------------------------------------------------------


def _value(plain: object, path: Path) -> object:
    if plain is None or isinstance(plain, (bool, str, int)):
        return plain
    if isinstance(plain, Decimal):
        return float(plain)
    if isinstance(plain, list):
        return tuple(_value(one, (*path, index)) for index, one in enumerate(plain))
    table = cast("dict[str, Any]", plain)
    if "type" in table:
        return _instance(table["type"], table, path)
    if "function" in table:
        return _function_with(table, path)
    return _word(table, path)


def _function(name: object, path: Path) -> object:
    if isinstance(name, str) and _FUNCTION.fullmatch(name):
        function = _named(name)
        if callable(function):
            return function
    fix = "a text names functions of this library, such as allocation.apportion.hill"
    raise _problem(path, f"{shown(name)} is none of its functions", fix)


def _function_with(table: dict[str, Any], path: Path) -> object:
    """Return a function of the library, with the options that it was given, if any."""
    function = _function(table["function"], path)
    options = table.get("with")
    if not isinstance(options, dict):
        return function
    given = {key: _value(one, (*path, key)) for key, one in options.items()}
    return partial(cast("Callable[..., object]", function), **given)


def _instance(name: object, plain: dict[str, object], path: Path) -> object:
    fields = {key: value for key, value in plain.items() if key != "type"}
    if name == _CAMPAIGN:
        where = place(path, None)
        return campaign_from_plain(fields, source=f"{_SOURCE}: {where}" if where else _SOURCE)
    kind = _named(name) if isinstance(name, str) and _CLASS.fullmatch(name) else None
    if not isinstance(kind, type) or not attrs.has(kind):
        fix = 'a text names classes of this library, or is of type "campaign"'
        raise _problem((*path, "type"), f"{shown(name)} is none of its classes", fix)
    known = {field.alias or field.name: field for field in attrs.fields(kind) if field.init}
    for key in fields:
        if key not in known:
            raise _problem((*path, key), "unknown key", did_you_mean(key, known, of="known keys"))
    for key, field in known.items():
        if field.default is attrs.NOTHING and key not in fields:
            raise _problem((*path, key), "missing", f"every {name} needs it")
    values = {key: _value(value, (*path, key)) for key, value in fields.items()}
    try:
        return kind(**values)
    except DefinitionError as error:
        (first, *_) = error.problems
        raise _problem(path, f"{first.where}: {first.found}", first.fix) from None
    except (TypeError, AttributeError, KeyError) as error:
        found = f"its fields do not make a {name}"
        raise _problem(path, found, "take the text as to_json wrote it") from error


def _word(plain: dict[str, Any], path: Path) -> object:
    """Return the value of a table whose key is a word that JSON itself does not have."""
    try:
        if plain.keys() & {"frame", "series", "array", "missing", "timestamp"}:
            return _array_value(plain, path)
        ((word, text),) = plain.items()
        if word == "table":
            return {_value(key, path): _value(one, path) for key, one in text}
        pattern, read = _READERS[word]
        if pattern.fullmatch(text):
            return read(text)
    except DefinitionError:
        raise
    except (ValueError, TypeError, ArithmeticError, KeyError, AttributeError):
        pass  # whatever does not fit is said below, in the same words
    known = ", ".join(["type", "function", *_READERS, "table", "frame", "series", "array"])
    raise _problem(path, shown(plain), f"give a value as to_json writes it: a table with {known}")


def _array_value(plain: dict[str, Any], path: Path) -> object:
    import pandas as pd  # campaigns need no tables

    match plain:
        case {"frame": dict() as columns}:
            return pd.DataFrame({name: _column(one, path) for name, one in columns.items()})
        case {"series": dict() as column, "index": dict() as index}:
            return _column(column, path).set_axis(_column(index, path))
        case {"array": dict() as column, "dtype": str() as dtype, "shape": list() as shape}:
            return _column(column, path).to_numpy().astype(dtype).reshape(shape)
        case {"missing": "NA" | "NaT" as word}:
            return pd.NA if word == "NA" else pd.NaT
    return pd.Timestamp(plain["timestamp"])


def _column(plain: dict[str, Any], path: Path) -> pd.Series[Any]:
    import pandas as pd  # campaigns need no tables

    dtype, values = plain["dtype"], plain["values"]
    is_time = dtype.startswith("datetime64")
    read = values if is_time else [_value(one, path) for one in values]
    column: pd.Series[Any] = pd.Series(read, dtype=dtype)
    return column

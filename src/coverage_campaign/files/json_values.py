"""Values as JSON text for services: campaigns, scenarios, results; functions by name alone.

A campaign has the layout of its file. Any other value of the library is a table with its `type`,
its `schema` (the version of its fields) and the fields; what JSON has no word for is a table with
one key, such as `{"date": "2008-09-30"}`. Names are those of the public surface, "Allocation" or
"apportion.webster", so that a text outlives a move of the code. A text can name classes and
functions of this library and nothing else: reading one never runs code of its own, and what it
makes is checked field by field and bounded.
"""

from __future__ import annotations

import datetime as dt
import importlib
import inspect
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from functools import cache, partial
from types import ModuleType
from typing import Any, Final, cast, get_args

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.checks import did_you_mean, fits, hints_of, misfit, shown
from coverage_campaign.errors import CampaignError, DefinitionError, Problem, Translatable
from coverage_campaign.files.campaigns import CAMPAIGN, campaign_from_plain, json_from_campaign
from coverage_campaign.files.text import MOST_BYTES, KeyPath, parsed_json, place
from coverage_campaign.messages import message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import MonthDay

__all__ = ["from_json", "to_json"]

_PACKAGE: Final = "coverage_campaign"
_NAMESPACES: Final = ("apportion", "curves", "enforcement", "paces", "rules", "weights")
"""Modules of the public surface whose classes and functions a text may name."""
_MODULES: Final = ("allocation.apportionment.rounding_rules", "progress.triggers")
"""Modules whose classes are handed over by a protocol, so that no field's type names them."""
_VIEWS: Final = f"{_PACKAGE}.views"
_NAME: Final = re.compile(r"([a-z_]+\.)?[A-Za-z]\w*")
_VERSIONS: Final[Mapping[str, int]] = {}
"""The version of a kind of value, where it is not 1."""
_UPGRADES: Final[Mapping[tuple[str, int], Callable[[dict[str, object]], dict[str, object]]]] = {}
"""From (name, version): how its fields become those of the next version."""
_WORDS: Final[Mapping[type, str]] = {
    Fraction: "fraction",
    Decimal: "decimal",
    dt.datetime: "instant",
    dt.date: "date",
    MonthDay: "day",
}
_READERS: Final[Mapping[str, tuple[re.Pattern[str], Callable[[str], object]]]] = {
    "fraction": (re.compile(r"-?\d{1,400}(/\d{1,400})?"), Fraction),
    "decimal": (re.compile(r"-?\d{1,400}(\.\d{1,400})?(E[+-]?\d{1,3})?"), Decimal),
    "float": (re.compile(r"nan|-?inf"), float),
    "instant": (re.compile(r"[\dT:.+-]{10,40}"), dt.datetime.fromisoformat),
    "date": (re.compile(r"\d{4}-\d\d-\d\d"), dt.date.fromisoformat),
    "day": (re.compile(r"\d\d-\d\d"), lambda text: MonthDay(int(text[:2]), int(text[3:]))),
}
"""How each word is read; the patterns bound what a text can make Python calculate."""
_DTYPES: Final = re.compile(
    r"u?int(8|16|32|64)|float(32|64)|bool|object|str|string|category"
    r"|U?Int(8|16|32|64)|Float(32|64)|boolean|datetime64\[(D|s|ms|us|ns)\]|<U\d{1,3}"
)
_WHOLE_NUMBERS: Final = re.compile(r"[uU]?[iI]nt\d+")
_SOURCE: Final = "JSON"


def to_json(value: object) -> str:
    """Return a campaign, a scenario or a result as JSON text; `from_json` gives it back equal.

    Raises:
        DefinitionError: The value holds something that cannot be named in a text, such as a
            function of the caller's own.
    """
    return json.dumps(_plain(value, ()), ensure_ascii=False, indent=1)


def from_json(text: str) -> Any:  # noqa: ANN401 - what the text holds decides what comes back
    """Return the value that a JSON text of `to_json` holds.

    Raises:
        DefinitionError: The text is no JSON, names a class or function that is not this library's,
            was written by a newer version, or describes a value that does not fit; a campaign has
            every mistake at once.
    """
    if not isinstance(text, str):
        raise TypeError(f"from_json takes text; this is {shown(text)}")
    if len(text) > MOST_BYTES:
        found = message("{n} characters", n=len(text))
        raise DefinitionError(
            Problem(_SOURCE, found, message("a text has at most {most}", most=MOST_BYTES))
        )
    try:
        value = _value(parsed_json(text, _SOURCE), ())
    except RecursionError:
        fix = "values of this library are nested only a few tables deep"
        raise DefinitionError(Problem(_SOURCE, "nested too deep", fix)) from None
    with _sound(value, ()):
        repr(value)
        if hasattr(value, "to_frame"):
            value.to_frame()
    return value


def _problem(path: KeyPath, found: str | Translatable, fix: str | Translatable) -> DefinitionError:
    return DefinitionError(Problem(_where(path), found, fix))


def _where(path: KeyPath) -> str:
    keys = place(path, None)
    return f"{_SOURCE}: {keys}" if keys else _SOURCE


# -- names -----------------------------------------------------------------------------------------


@cache
def _public_classes() -> dict[str, type]:
    """Return the public classes of values by name: those of models and results, not of views."""
    surface = importlib.import_module(_PACKAGE)
    found: dict[str, object] = {}
    for space in _NAMESPACES:
        module = getattr(surface, space)
        found |= {
            f"{space}.{name}": getattr(module, name) for name in getattr(module, "__all__", ())
        }
    for name, (home, _) in surface._homes().items():  # noqa: SLF001 - the one table of public names
        if not home.startswith(_VIEWS):
            found[name] = getattr(surface, name)
    for path in _MODULES:
        module = importlib.import_module(f"{_PACKAGE}.{path}")
        for name, one in vars(module).items():
            if getattr(one, "__module__", "") == module.__name__:
                found[f"{path.partition('.')[0]}.{name}"] = one
    return {name: one for name, one in found.items() if isinstance(one, type) and attrs.has(one)}


@cache
def _classes() -> dict[str, type]:
    """Return every class that a text may name: public ones, and those of their fields.

    A class without a public name is called by its room: "reporting.ReportProblem".
    """
    by_name = _public_classes()
    known = set(by_name.values())
    waiting = list(known)
    by_name = dict(by_name)
    while waiting:
        for kind in _classes_of_fields(waiting.pop()) - known:
            known.add(kind)
            waiting.append(kind)
            by_name[f"{kind.__module__.split('.')[1]}.{kind.__name__}"] = kind
    return by_name


def _classes_of_fields(kind: type) -> set[type]:
    return {inner for hint in hints_of(kind).values() for inner in _classes_in(hint)}


def _classes_in(hint: object) -> Iterator[type]:
    if isinstance(hint, type) and attrs.has(hint):
        yield hint
    for inner in get_args(hint):
        yield from _classes_in(inner)


@cache
def _names_of_classes() -> dict[type, str]:
    """Return the name of each class, its own name before another that it goes by."""
    names: dict[type, str] = {}
    for name, kind in _classes().items():
        if kind not in names or name == kind.__name__:
            names[kind] = name
    return names


def _function(name: str) -> Callable[..., object] | None:
    """Return the function that a text names, None where there is none of this library's."""
    space, _, last = name.partition(".")
    if not _NAME.fullmatch(name) or space not in _NAMESPACES:
        return None
    found = getattr(getattr(importlib.import_module(_PACKAGE), space), last, None)
    home = str(getattr(found, "__module__", ""))
    is_own = home.partition(".")[0] == _PACKAGE and not isinstance(found, (type, ModuleType))
    return found if is_own and callable(found) else None


# -- to plain values -------------------------------------------------------------------------------


def _plain(value: object, path: KeyPath) -> object:
    if value is None or isinstance(value, (bool, str, int)):
        return value
    if type(value) in _WORDS:
        word = _WORDS[type(value)]
        return {word: str(value) if word != "instant" else cast("dt.datetime", value).isoformat()}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, (tuple, list)):
        return [_plain(one, (*path, index)) for index, one in enumerate(value)]
    if isinstance(value, Mapping):
        return {"table": [[_plain(one, path) for one in pair] for pair in value.items()]}
    return _plain_object(value, path)


def _plain_object(value: object, path: KeyPath) -> object:
    if isinstance(value, Campaign):
        return json_from_campaign(value)
    if attrs.has(type(value)):
        return _plain_instance(value, path)
    if isinstance(value, partial) and not value.args:
        options = {key: _plain(one, (*path, key)) for key, one in value.keywords.items()}
        return {"function": _name_of_function(value.func, path), "with": options}
    if callable(value):
        return {"function": _name_of_function(value, path)}
    return _plain_array(value, path)


def _plain_instance(value: Any, path: KeyPath) -> dict[str, object]:  # noqa: ANN401 - any attrs value
    name = _names_of_classes().get(type(value))
    if name is None:
        fix = "only values of this library have a name in JSON"
        raise _problem(path, shown(value), fix)
    plain: dict[str, object] = {"type": name, "schema": _VERSIONS.get(name, 1)}
    for field in attrs.fields(type(value)):
        if field.init:
            inner = getattr(value, field.name)
            plain[field.alias or field.name] = _plain(inner, (*path, field.name))
    return plain


def _name_of_function(value: Callable[..., object], path: KeyPath) -> str:
    called = getattr(value, "__name__", type(value).__name__)
    for space in _NAMESPACES:
        if _function(f"{space}.{called}") is value:
            return f"{space}.{called}"
    found = message(
        "the function {module}.{name}",
        module=getattr(value, "__module__", ""),
        name=called,
    )
    fix = "only functions of this library have a name in JSON; hand yours over in Python"
    raise _problem(path, found, fix)


def _plain_array(value: object, path: KeyPath) -> object:
    match value:
        case pd.DataFrame():
            columns = {str(name): _plain_column(value[name], path) for name in value.columns}
            return {"frame": columns, **_plain_index(value.index, path)}
        case pd.Series():
            index = _plain_column(value.index.to_series(), path)
            named = {} if value.name is None else {"name": str(value.name)}
            return {"series": _plain_column(value, path), "index": index, **named}
        case pd.Timestamp():
            return {"timestamp": value.isoformat()}
        case np.ndarray():
            flat = _plain_column(pd.Series(value.ravel()), path)
            return {"array": flat, "dtype": str(value.dtype), "shape": list(value.shape)}
        case np.generic():
            return _plain(value.item(), path)
        case _ if value is pd.NA or value is pd.NaT:
            return {"missing": "NA" if value is pd.NA else "NaT"}
    raise _problem(path, shown(value), "JSON holds values of this library alone")


def _plain_index(index: pd.Index[Any], path: KeyPath) -> dict[str, object]:
    """Return the labels of rows, where they are more than their numbers."""
    if isinstance(index, pd.RangeIndex) and index.equals(pd.RangeIndex(len(index))):
        return {}
    if isinstance(index, pd.MultiIndex):
        raise _problem(path, "a frame with several levels of rows", "reset_index() first")
    named = {} if index.name is None else {"name": str(index.name)}
    return {"index": _plain_column(index.to_series(), path), **named}


def _plain_column(column: pd.Series[Any], path: KeyPath) -> dict[str, object]:
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


def _value(plain: object, path: KeyPath) -> object:
    if plain is None or isinstance(plain, (bool, str, int)):
        return plain
    if isinstance(plain, Decimal):
        if not math.isfinite(float(plain)):
            raise _problem(path, shown(plain), "give a number that a float can hold")
        return float(plain)
    if isinstance(plain, list):
        return tuple(_value(one, (*path, index)) for index, one in enumerate(plain))
    table = cast("dict[str, Any]", plain)
    if "type" in table:
        return _instance(table["type"], table, path)
    if "function" in table:
        return _function_with(table, path)
    return _word(table, path)


def _function_with(table: dict[str, Any], path: KeyPath) -> object:
    """Return a function of the library, with the options that it was given, if any."""
    name = table["function"]
    function = _function(name) if isinstance(name, str) else None
    if function is None:
        fix = "a text names functions of this library, such as apportion.hill"
        raise _problem(path, message("{name} is none of its functions", name=shown(name)), fix)
    options = table.get("with")
    if options is None:
        return function
    if not isinstance(options, dict):
        raise _problem((*path, "with"), shown(options), "give a table of options")
    known = inspect.signature(function).parameters
    for key in options:
        if key not in known:
            raise _problem((*path, key), "unknown key", did_you_mean(key, known))
    given = {key: _value(one, (*path, key)) for key, one in options.items()}
    return partial(function, **given)


def _instance(name: object, plain: dict[str, object], path: KeyPath) -> object:
    fields = {key: value for key, value in plain.items() if key != "type"}
    if name == CAMPAIGN:
        where = place(path, None)
        return campaign_from_plain(fields, source=f"{_SOURCE}: {where}" if where else _SOURCE)
    kind: Any = _classes().get(name) if isinstance(name, str) else None
    if kind is None:
        fix = 'a text names classes of this library, or is of type "campaign"'
        raise _problem(
            (*path, "type"), message("{name} is none of its classes", name=shown(name)), fix
        )
    fields = _upgraded(str(name), fields, path)
    known = {field.alias or field.name: field for field in attrs.fields(kind) if field.init}
    for key in fields:
        if key not in known:
            raise _problem((*path, key), "unknown key", did_you_mean(key, known))
    for key, field in known.items():
        if field.default is attrs.NOTHING and key not in fields:
            raise _problem((*path, key), "missing", message("every {name} needs it", name=name))
    return _made(kind, {key: _value(value, (*path, key)) for key, value in fields.items()}, path)


def _made(kind: Any, values: dict[str, object], path: KeyPath) -> object:  # noqa: ANN401 - a class
    """Return the value of a class, every field of its type."""
    with _sound(kind, path):
        made = kind(**values)
    hints = hints_of(kind)
    for field in attrs.fields(kind):
        found = getattr(made, field.name) if field.init else None
        if field.init and not fits(found, hints[field.name]):
            problem = misfit("", found, hints[field.name])
            raise _problem(
                (*path, field.alias or field.name), *attrs.astuple(problem, recurse=False)[1:]
            )
    return made


@contextmanager
def _sound(value: object, path: KeyPath) -> Iterator[None]:
    """Refuse fields that do not fit together: the value cannot be made of them, or be shown."""
    fix = "take the text as to_json wrote it"
    try:
        yield
    except CampaignError as error:
        (first, *_) = error.problems
        where = f"{_where(path)}: {first.where}"
        raise DefinitionError(attrs.evolve(first, where=where)) from None
    except (TypeError, AttributeError, LookupError, ValueError, ArithmeticError) as error:
        raise _problem(
            path, message("its fields do not make {value}", value=shown(value)), fix
        ) from error


def _upgraded(name: str, fields: dict[str, object], path: KeyPath) -> dict[str, object]:
    """Return the fields as this version of the library has them."""
    version, current = fields.pop("schema", 1), _VERSIONS.get(name, 1)
    if type(version) is not int or not 1 <= version <= current:
        found = message(
            "schema {version} of {name}; this library reads up to {current:raw}",
            version=shown(version),
            name=name,
            current=current,
        )
        raise _problem((*path, "schema"), found, "read it with a newer version of the library")
    for older in range(version, current):
        fields = _UPGRADES[name, older](fields)
    return fields


def _word(plain: dict[str, Any], path: KeyPath) -> object:
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
    except CampaignError:
        raise
    except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, MemoryError):
        pass  # whatever does not fit is said below, in the same words
    known = ", ".join(["type", "function", *_READERS, "table", "frame", "series", "array"])
    raise _problem(
        path,
        shown(plain),
        message("give a value as to_json writes it: a table with {known}", known=known),
    )


def _array_value(plain: dict[str, Any], path: KeyPath) -> object:
    match plain:
        case {"frame": dict() as columns}:
            return _frame(plain, {name: _column(one, path) for name, one in columns.items()}, path)
        case {"series": dict() as column, "index": dict() as index}:
            labelled = _column(column, path).set_axis(_column(index, path))
            return labelled.rename(_label(plain, path))
        case {"array": dict() as column, "dtype": str() as dtype, "shape": list() as shape}:
            values = _column(column, path)
            sizes = [size for size in shape if type(size) is int and size >= 0]
            if len(sizes) != len(shape) or math.prod(sizes) != len(values):
                raise _problem(
                    path, f"{len(values)} values of shape {shape}"[:99], "mend the shape"
                )
            return values.to_numpy().astype(_dtype(dtype, path)).reshape(sizes)
        case {"missing": "NA" | "NaT" as word}:
            return pd.NA if word == "NA" else pd.NaT
    return pd.Timestamp(plain["timestamp"])


def _frame(
    plain: dict[str, Any], columns: dict[str, pd.Series[Any]], path: KeyPath
) -> pd.DataFrame:
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        found = message("columns of {lengths} values", lengths=sorted(lengths))
        raise _problem(path, found, "every column of a frame has a value a row")
    frame = pd.DataFrame(columns)
    if "index" in plain:
        labels = _column(plain["index"], path)
        frame = frame.set_axis(labels).rename_axis(index=_label(plain, path))
    return frame


def _label(plain: dict[str, Any], path: KeyPath) -> str | None:
    name = plain.get("name")
    if name is None or isinstance(name, str):
        return name
    raise _problem((*path, "name"), shown(name), "give text")


def _column(plain: dict[str, Any], path: KeyPath) -> pd.Series[Any]:
    dtype, values = _dtype(plain["dtype"], path), plain["values"]
    if not isinstance(values, list):
        raise _problem(path, shown(values), "give a list of values")
    is_time = dtype.startswith("datetime64")
    read = values if is_time else [_value(one, path) for one in values]
    if _WHOLE_NUMBERS.fullmatch(dtype):
        limits = np.iinfo(dtype.lower())
        far = [one for one in read if type(one) is int and not limits.min <= one <= limits.max]
        if far:
            fix = message("give numbers that {dtype} can hold", dtype=dtype)
            raise _problem(path, shown(far[0]), fix)
    column: pd.Series[Any] = pd.Series(read, dtype=dtype)
    return column


def _dtype(name: object, path: KeyPath) -> str:
    if not isinstance(name, str) or not _DTYPES.fullmatch(name):
        raise _problem(
            path,
            message("the type of column {name}", name=shown(name)),
            "take one as to_json writes it",
        )
    return name

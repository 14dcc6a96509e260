"""What a file holds, bounded, and where in it a mistake stands: an answer comes in seconds."""

from __future__ import annotations

import json
import os
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

from coverage_campaign.checks import shown
from coverage_campaign.errors import DefinitionError, Problem, Translatable
from coverage_campaign.messages import Message, message
from coverage_campaign.saving import unreadable

__all__ = [
    "MOST_BYTES",
    "KeyPath",
    "parsed_json",
    "place",
    "read_bytes",
    "text_of",
    "text_place",
    "wrong",
]

MOST_BYTES = 64 * 1024 * 1024
"""A campaign of 100,000 units takes about 15 MB."""


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """Return the bytes of a file.

    Raises:
        DefinitionError: There is no such file, it is a folder, or too large.
    """
    file = Path(path)
    try:
        size = file.stat().st_size
        if not file.is_file() and not file.is_dir():  # a device or a pipe may never end
            raise DefinitionError(Problem(str(file), "no such file", "give the path of a file"))
        if size > MOST_BYTES:
            found = message("{size} MB", size=-(-size // 1024**2))
            fix = message("a campaign file has at most {size} MB", size=MOST_BYTES // 1024**2)
            raise DefinitionError(Problem(file.name, found, fix))
        return file.read_bytes()
    except (OSError, ValueError) as error:  # a name with a null or half a character in it
        if isinstance(error, DefinitionError):
            raise
        raise DefinitionError(
            Problem(str(file), unreadable(error), "give the path of a file")
        ) from None


def text_of(data: bytes, name: str) -> str:
    """Return bytes as text of UTF-8, with or without a byte order mark.

    Raises:
        DefinitionError: They are no UTF-8 text.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        found = message("line {line:raw} is no UTF-8 text", line=line)
        raise DefinitionError(Problem(name, found, "save the file as UTF-8")) from None


def text_place(source: str, line: object, column: object) -> Message:
    """Return where in a text something stands."""
    return message(
        "{source}: line {line:raw} column {column:raw}", source=source, line=line, column=column
    )


def parsed_json(text: str, source: str) -> Any:  # noqa: ANN401 - what the text holds
    """Return what a JSON text holds, numbers with a point as Decimal.

    Raises:
        DefinitionError: The text is no JSON, a key stands twice, or it is nested too deep.
    """
    try:
        return json.loads(
            text,
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_doubles,
        )
    except RecursionError:
        found, fix = "nested too deep", "values of this library are nested only a few tables deep"
        raise DefinitionError(Problem(source, found, fix)) from None
    except json.JSONDecodeError as error:
        where = text_place(source, error.lineno, error.colno)
        unsound = message("no sound JSON: {error}", error=error.msg)
        raise DefinitionError(Problem(where, unsound, "mend the JSON there")) from None
    except ValueError as error:
        unsound = message("no sound JSON: {error}", error=str(error)[:200])
        raise DefinitionError(Problem(source, unsound, "mend the JSON there")) from None


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no number of JSON")


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table = dict(pairs)
    if len(table) < len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"the key {shown(twice)} stands twice in one table")
    return table


KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys and list positions from the top of a file to a value."""

_LONGEST = 60


def place(path: KeyPath, top: object) -> str:
    """Return a path as text; a list item that has a code is named by it too.

    >>> place(("units", 1, "parent"), {"units": [{"code": "a"}, {"code": "b"}]})
    "units[1] 'b'.parent"
    """
    text = ""
    value = top
    for step in path:
        value = _inside(value, step)
        if isinstance(step, int):
            code = value.get("code") if isinstance(value, dict) else None
            text += f"[{step}]" + (f" {shown(code)}" if isinstance(code, str) else "")
        else:
            name = step if len(step) <= _LONGEST else f"{step[:_LONGEST]}..."
            text += f".{name}" if text else name
    return text


def _inside(value: object, step: str | int) -> object:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        inner: object = value[step]
        return inner
    return None


def wrong(value: object, fix: str | Translatable, *, where: str = "") -> Problem:
    """Return a problem whose place is still to be found: `where` is the step below, if any."""
    return Problem(where, shown(value), fix)

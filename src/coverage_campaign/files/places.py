"""Where in a file a mistake stands, and what was found there, in a reader's words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TypeAlias

from coverage_campaign.errors import Problem

__all__ = ["Path", "did_you_mean", "nearest", "place", "shown", "wrong"]

Path: TypeAlias = tuple[str | int, ...]
"""Keys and list positions from the top of a file to a value."""

_LONGEST = 60
_MOST_CHOICES = 12


def place(path: Path, top: object) -> str:
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


def shown(value: object) -> str:
    """Return what was found in a few words, however large or deep it is.

    >>> shown(True), shown("x" * 100)[-4:], shown([1, 2]), shown({"a": {}})
    ('true', "...'", 'a list of 2', 'a table with a')
    """
    match value:
        case bool():
            text = "true" if value else "false"
        case str():
            text = repr(value if len(value) <= _LONGEST else f"{value[:_LONGEST]}...")
        case dict():
            keys = ", ".join(str(key)[:20] for key in list(value)[:3])
            text = f"a table with {keys}" if keys else "an empty table"
        case list():
            text = f"a list of {len(value)}"
        case int() if value.bit_length() > _LONGEST * 3:
            text = "a number too long to show"
        case _:
            text = "null" if value is None else str(value)[: _LONGEST + 5]
    return text


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that a mistyped one most likely means, or None."""
    return next(iter(difflib.get_close_matches(word[:_LONGEST], list(known), n=1)), None)


def did_you_mean(word: str, known: Iterable[str], *, of: str = "known") -> str:
    """Return the way out for a word that is not among the known ones: the nearest, or a list."""
    choices = list(known)
    close = nearest(word, choices)
    if close is not None:
        return f"did you mean {close!r}?"
    more = ", ..." if len(choices) > _MOST_CHOICES else ""
    return f"{of}: {', '.join(choices[:_MOST_CHOICES])}{more}"


def wrong(value: object, fix: str, *, where: str = "") -> Problem:
    """Return a problem whose place is still to be found: `where` is the step below, if any."""
    return Problem(where, shown(value), fix)

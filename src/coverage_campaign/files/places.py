"""Where in a file a mistake stands, and what was found there, in a reader's words."""

from __future__ import annotations

from typing import TypeAlias

from coverage_campaign.checks import shown
from coverage_campaign.errors import Problem, Translatable

__all__ = ["Path", "place", "wrong"]

Path: TypeAlias = tuple[str | int, ...]
"""Keys and list positions from the top of a file to a value."""

_LONGEST = 60


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


def wrong(value: object, fix: str | Translatable, *, where: str = "") -> Problem:
    """Return a problem whose place is still to be found: `where` is the step below, if any."""
    return Problem(where, shown(value), fix)

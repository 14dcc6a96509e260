"""How wide a text is, and how it fits: measured, never counted in letters."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Final

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from coverage_campaign.views.charts._fonts import drawable, families

__all__ = ["LEADING", "balanced", "pieces", "shortened", "width_of", "wrapped"]

# From one line to the next, in sizes of the type.
LEADING: Final = 1.45
_ELLIPSIS: Final = "…"
# From here on a letter may begin a line of its own: Chinese is broken anywhere.
_FIRST_IDEOGRAPH: Final = "\u2e80"
_NEVER_FIRST: Final = "，。；：、！？）》”’%％"
_NEVER_LAST: Final = "（《“‘"


@functools.lru_cache(maxsize=8192)
def width_of(text: str, size: float) -> float:
    """Return the width of a text in points, in the font that will draw it.

    >>> width_of("衡阳", 10.0)
    20.0
    """
    if not text:
        return 0.0
    measure = TextToPath()
    width, _, _ = measure.get_text_width_height_descent(
        drawable(text), FontProperties(family=list(families()), size=size), ismath=False
    )
    return round(float(width), 3)


def shortened(text: str, size: float, limit: float) -> str:
    """Return `text`, or as much of its beginning and end as fits `limit` points around an ellipsis.

    The end is kept because names that begin alike are told apart by it.

    >>> shortened("self-employed people", 10.0, 70.0)
    'self-emp…ple'
    """
    if width_of(text, size) <= limit:
        return text
    low, high = 0, len(text) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(_cut(text, middle), size) <= limit:
            low = middle
        else:
            high = middle - 1
    return _cut(text, low)


def _cut(text: str, kept: int) -> str:
    """Return so many letters of a text, a third of them from its end."""
    tail = kept // 3
    end = text[len(text) - tail :].lstrip() if tail else ""
    return text[: kept - tail].rstrip() + _ELLIPSIS + end


def pieces(text: str) -> Iterator[str]:
    """Yield what stays together: a Latin word with its space, a Chinese letter with its sign."""
    piece = ""
    for letter in text:
        breaks = piece and (
            (piece[-1] == " " and letter != " ")
            or (letter >= _FIRST_IDEOGRAPH and letter not in _NEVER_FIRST)
            or (piece[-1] >= _FIRST_IDEOGRAPH and letter not in _NEVER_FIRST + " ")
        )
        if breaks and piece[-1] not in _NEVER_LAST:
            yield piece
            piece = ""
        piece += letter
    if piece:
        yield piece


def wrapped(text: str, size: float, limit: float, *, lines: int | None = None) -> list[str]:
    """Return the lines of `text`, none wider than `limit` points; at most `lines`, the last cut.

    >>> wrapped("Done and planned, by unit", 10.0, 80.0)
    ['Done and', 'planned, by unit']
    """
    done: list[str] = []
    line = ""
    for piece in pieces(text):
        if line and width_of((line + piece).rstrip(), size) > limit:
            done.append(line.rstrip())
            line = ""
        line += piece
    if line.strip():
        done.append(line.rstrip())
    if lines is not None and len(done) > lines:
        done = [*done[: lines - 1], " ".join(done[lines - 1 :])]
    return [shortened(part, size, limit) for part in done]


def balanced(text: str, size: float, limit: float, *, lines: int) -> list[str]:
    """Return `text` in as few lines as `limit` allows, each about as wide as the others.

    >>> balanced("劳动保障局", 10.0, 41.0, lines=3)
    ['劳动保', '障局']
    """
    widest = wrapped(text, size, limit, lines=lines)
    narrow = limit
    while narrow > size:
        tried = wrapped(text, size, narrow - size / 2, lines=lines)
        if len(tried) > len(widest) or any(_ELLIPSIS in line for line in tried):
            break
        widest, narrow = tried, narrow - size / 2
    return widest

"""Letters of the charts: the font that draws them, how wide a text is, and how it fits.

Texts are measured, never counted in letters. Chinese is drawn on every machine and never as boxes,
and nothing global changes: the font is registered with matplotlib under a name of its own at the
first use, and every text of a chart names its families. (A generic family such as "sans-serif" is
resolved when a figure is drawn, long after a chart function could have set it, and that is how
boxes come about.)
"""

from __future__ import annotations

import functools
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from itertools import pairwise
from typing import Final

import attrs
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.textpath import TextToPath

__all__ = [
    "FAMILY",
    "LEADING",
    "FontWarning",
    "balanced",
    "drawable",
    "families",
    "missing_glyphs",
    "pieces",
    "shortened",
    "width_of",
    "wrapped",
]

FAMILY: Final = "Coverage Sans SC"
# Tried in this order for a character that the two fonts at hand lack, if matplotlib knows them.
_RESERVES: Final = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "Arial Unicode MS",
)
# The printer's mark for a missing type.
_GETA: Final = "〓"


class FontWarning(UserWarning):
    """A text of a chart has characters that no font at hand can draw."""


@functools.cache
def families() -> tuple[str, ...]:
    """Return the families of every text of a chart, the first that has a glyph draws it.

    The Chinese font comes first, or figures would come out in the wide digits of DejaVu.

    >>> families()[:2]
    ('Coverage Sans SC', 'DejaVu Sans')
    """
    if FAMILY not in fontManager.get_font_names():
        fonts = resources.files("coverage_campaign.views") / "fonts"
        with resources.as_file(fonts / "CoverageSansSC-Regular.otf") as path:
            fontManager.addfont(str(path))
    registered = set(fontManager.get_font_names())
    return FAMILY, "DejaVu Sans", *(name for name in _RESERVES if name in registered)


@functools.cache
def _characters() -> frozenset[str]:
    held: set[str] = set()
    for family in families():
        found = findfont(FontProperties(family=[family]), fallback_to_default=False)
        held.update(map(chr, get_font(found).get_charmap()))
    return frozenset(held)


def missing_glyphs(text: str) -> str:
    r"""Return the characters of `text` that no font at hand can draw, each once, sorted.

    >>> missing_glyphs("耒阳市 Leiyang"), missing_glyphs("\U00013000")
    ('', '\U00013000')
    """
    return "".join(sorted(set(text) - _characters()))


def drawable(text: str) -> str:
    r"""Return `text` as it can be drawn on one line: breaks as spaces, lost characters as 〓.

    Marks that turn the direction of writing are left out: they could reach beyond the text
    into its neighbours. A warning names lost characters and the way out, once for each set of them.

    >>> drawable("two\nlines")
    'two lines'
    """
    plain = "".join(map(_plain, text))
    if lost := missing_glyphs(plain):
        _warn(lost)
        plain = "".join(_GETA if character in lost else character for character in plain)
    return plain


def _plain(character: str) -> str:
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp":
            return " "
        case "Cf" | "Cs":
            return ""
        case _:
            return character


@functools.cache
def _warn(lost: str) -> None:
    named = ", ".join(
        f"{character} (U+{ord(character):04X} {unicodedata.name(character, 'unnamed')})"
        for character in lost[:10]
    )
    more = f" and {len(lost) - 10} more" if len(lost) > 10 else ""  # noqa: PLR2004 as sliced above
    warnings.warn(
        f"text of a chart: no font at hand draws {named}{more}, {_GETA} stands for them -- before"
        " the first chart, register a wider font: matplotlib.font_manager.fontManager.addfont"
        f"('NotoSansCJK-Regular.ttc'); these families are found: {', '.join(_RESERVES)}",
        FontWarning,
        stacklevel=2,
    )


# -- measuring ------------------------------------------------------------------------------------

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


def spread(
    wanted: Sequence[float], sizes: Sequence[float], *, low: float, high: float
) -> list[float]:
    """Return the centres nearest to the wanted ones at which labels of these sizes do not overlap.

    The sum of squared moves is least (pool adjacent violators), the order is kept, and all
    stay between `low` and `high` as long as they fit there.

    >>> spread([10.0, 11.0, 30.0], [4.0, 4.0, 4.0], low=0.0, high=40.0)
    [8.5, 12.5, 30.0]
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    starts: list[float] = []
    total = 0.0
    for i in order:
        starts.append(total + sizes[i] / 2)
        total += sizes[i]
    # In coordinates without the labels' own sizes "not overlapping" is "not falling".
    pools: list[list[float]] = []
    for place, i in enumerate(order):
        pools.append([wanted[i] - starts[place], 1.0])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            value, weight = pools.pop()
            before = pools[-1]
            mean = (before[0] * before[1] + value * weight) / (before[1] + weight)
            pools[-1] = [mean, before[1] + weight]
    levels = [value for value, weight in pools for _ in range(int(weight))]
    highest = max(high - total, low)
    centres = [0.0] * len(wanted)
    for place, i in enumerate(order):
        centres[i] = min(max(levels[place], low), highest) + starts[place]
    return centres


@attrs.frozen
class Box:
    """A rectangle of words."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, start: tuple[float, float], end: tuple[float, float]) -> bool:
        """Tell whether a straight line from `start` to `end` touches the rectangle.

        Liang and Barsky's clipping: what is left of the line between the four edges.

        >>> box = Box(0, 0, 10, 10)
        >>> box.meets((-5, 5), (15, 5)), box.meets((-5, 5), (5, 20))
        (True, False)
        """
        (x, y), dx, dy = start, end[0] - start[0], end[1] - start[1]
        first, last = 0.0, 1.0
        for step, room in (
            (-dx, x - self.left),
            (dx, self.right - x),
            (-dy, y - self.bottom),
            (dy, self.top - y),
        ):
            if step == 0:
                if room < 0:
                    return False
                continue
            share = room / step
            if step < 0:
                first = max(first, share)
            else:
                last = min(last, share)
        return first <= last


def first_clear(
    boxes: Sequence[Box], lines: Iterable[Sequence[tuple[float, float]]], within: Box
) -> int:
    """Return the position of the first box that lies within and meets no line; 0 if none does."""
    segments = [segment for line in lines for segment in pairwise(line)]
    for place, box in enumerate(boxes):
        inside = (
            within.left <= box.left
            and within.bottom <= box.bottom
            and box.right <= within.right
            and box.top <= within.top
        )
        if inside and not any(box.meets(start, end) for start, end in segments):
            return place
    return 0

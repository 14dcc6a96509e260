"""The font of the charts, so that Chinese is drawn on every machine and never as boxes.

Nothing global changes: the font is registered with matplotlib under a name of its own at the first
use, and every text of a chart names its families. (A generic family such as "sans-serif" is
resolved when a figure is drawn, long after a chart function could have set it, and that is how
boxes come about.)
"""

from __future__ import annotations

import functools
import unicodedata
import warnings
from importlib import resources
from typing import Final

from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

__all__ = ["FAMILY", "FontWarning", "drawable", "families", "missing_glyphs"]

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

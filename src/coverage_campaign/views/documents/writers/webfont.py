"""The letters of a page as a font inside it, so that Chinese is read on every machine."""

from __future__ import annotations

import base64
import functools
import io
from importlib import resources
from typing import Final

from coverage_campaign.views.charts._fonts import FAMILY

__all__ = ["font_face"]

_FIRST_IDEOGRAPH: Final = "\u2e80"
_LATIN: Final = frozenset(map(chr, range(0x20, 0x7F)))


def font_face(text: str) -> str:
    """Return the rule of a style sheet that holds the font of a text; '' for one without Chinese.

    The same text gives the same rule. Letters that the font lacks are left to the reader's machine.

    >>> font_face("Leiyang City")
    ''
    >>> font_face("耒阳市").startswith("@font-face{font-family:'Coverage Sans SC'")
    True
    """
    letters = frozenset(text)
    if not any(letter >= _FIRST_IDEOGRAPH for letter in letters):
        return ""
    data = base64.b64encode(_cut(letters | _LATIN)).decode("ascii")
    return (
        f"@font-face{{font-family:'{FAMILY}';src:url(data:font/woff;base64,{data}) format('woff')}}"
    )


@functools.lru_cache(maxsize=16)
def _cut(letters: frozenset[str]) -> bytes:
    """Return the font of the charts with these letters only, as WOFF."""
    from fontTools import subset  # a page in English does without it
    from fontTools.ttLib import TTFont

    file = resources.files("coverage_campaign.views") / "fonts" / "CoverageSansSC-Regular.otf"
    options = subset.Options(flavor="woff", layout_features=[], notdef_outline=True, hinting=False)
    font = TTFont(io.BytesIO(file.read_bytes()), recalcTimestamp=False)
    cut = subset.Subsetter(options)
    cut.populate(unicodes=[ord(letter) for letter in letters])
    cut.subset(font)
    font.flavor = "woff"
    stream = io.BytesIO()
    font.save(stream, reorderTables=True)
    return stream.getvalue()

"""The way out for a code that nobody knows: the nearest one that is known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["did_you_mean"]

_MOST_COMPARED = 2_000
_A_LINE_S_WORTH = 12


def did_you_mean(code: str, known: Iterable[str]) -> str:
    """Return a way out: the known code that is nearest, or some that are known.

    >>> did_you_mean("drive-4", ["drive-1", "summary"])
    "did you mean 'drive-1'?"
    >>> did_you_mean("x", ["drive-1", "summary"])
    'known codes: drive-1, summary'
    """
    known = list(known)
    if not known:
        return "there is none yet: add it"
    if len(known) > _MOST_COMPARED:  # a slip rarely changes how a code begins
        known = [one for one in known if one[:1] == code[:1] and abs(len(one) - len(code)) <= 1]
        known = known[:_MOST_COMPARED]
    close = difflib.get_close_matches(code, known, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    shown = ", ".join(known[:_A_LINE_S_WORTH])
    return f"known codes: {shown}{', ...' if len(known) > _A_LINE_S_WORTH else ''}"

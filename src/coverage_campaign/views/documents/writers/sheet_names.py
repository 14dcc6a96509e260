"""Names that a workbook takes for its sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from coverage_campaign.views.documents.paper import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["sheet_names"]

_MOST: Final = 31
_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))


def sheet_names(wanted: Sequence[str]) -> list[str]:
    """Return a name for each sheet: allowed, at most 31 letters as Excel counts them, none twice.

    >>> sheet_names(["Annex 1: counties", "a/b", "A/B", ""])
    ['Annex 1_ counties', 'a_b', 'A_B 2', 'Sheet']
    """
    names: list[str] = []
    taken: set[str] = set()
    for text in wanted:
        allowed = plain(text).translate(_FORBIDDEN).strip("' ")
        name = _cut(allowed, _MOST).strip("' ") or "Sheet"
        number, tried = 1, name
        # "History" is a name that Excel keeps for itself.
        while tried.casefold() in taken or tried.casefold() == "history":
            number += 1
            tried = f"{_cut(name, _MOST - 4)} {number}"
        taken.add(tried.casefold())
        names.append(tried)
    return names


def _cut(text: str, most: int) -> str:
    """Return the beginning of a text that is no longer than `most` units of UTF-16.

    >>> _cut("county", 4), _cut("𠀀𠀁", 3)
    ('coun', '𠀀')
    """
    units = 0
    for place, letter in enumerate(text):
        units += 2 if letter > "\uffff" else 1
        if units > most:
            return text[:place]
    return text

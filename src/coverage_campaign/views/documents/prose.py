"""Numbers, days and lists as running text has them, in English and Chinese."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage_campaign.views.documents.document import Lang

__all__ = ["a_day", "listed", "long_day", "month_of", "per_thousand", "points"]

_FEW: Final = 10
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def long_day(day: dt.date, lang: Lang) -> str:
    """Return a day in full.

    >>> long_day(dt.date(2008, 9, 30), "en"), long_day(dt.date(2008, 9, 30), "zh")
    ('30 September 2008', '2008年9月30日')
    """
    if lang == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def month_of(day: dt.date, lang: Lang) -> str:
    """Return the month of a day.

    >>> month_of(dt.date(2008, 9, 30), "en"), month_of(dt.date(2008, 9, 30), "zh")
    ('September', '9月')
    """
    return f"{day.month}月" if lang == "zh" else _MONTHS[day.month - 1]


def listed(names: Sequence[str], lang: Lang) -> str:
    """Return names one after the other.

    >>> listed(["Ash", "Birch", "Cedar"], "en"), listed(["甲", "乙"], "zh")
    ('Ash, Birch and Cedar', '甲、乙')
    """
    if lang == "zh" or len(names) < 2:  # noqa: PLR2004 - one name needs no "and"
        return "、".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def a_day(needed: float) -> str:
    """Return persons needed a day: rounded up to whole ones, few to a tenth.

    >>> a_day(3.2), a_day(388.36)
    ('3.2', '389')
    """
    if needed < _FEW:
        return f"{math.ceil(round(needed * 10, 6)) / 10:.1f}"
    return f"{math.ceil(round(needed, 6)):,}"


def points(gap: float) -> str:
    """Return the size of a gap in percentage points.

    >>> points(-4.02)
    '4.0'
    """
    return f"{abs(gap):.1f}"


def per_thousand(burden: float | None) -> str:
    """Return a burden in persons per thousand: whole ones, few to a tenth.

    >>> per_thousand(700.0), per_thousand(0.94), per_thousand(None)
    ('700', '0.9', '–')
    """
    if burden is None:
        return "–"
    return f"{burden:.1f}" if burden < _FEW else f"{burden:,.0f}"

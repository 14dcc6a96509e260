"""Words, numbers and dates as a reader of each language expects them."""

from __future__ import annotations

import datetime as dt
from typing import Final, Literal, Protocol, TypeAlias, get_args

import attrs
import pandas as pd

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.dates import Window
from coverage_campaign.model.labels import Label
from coverage_campaign.views.traditional import traditional

__all__ = [
    "MISSING",
    "Lang",
    "Remarked",
    "Words",
    "about",
    "checked",
    "count",
    "day",
    "month",
    "named",
    "percent",
    "remarks",
    "signed",
    "span",
    "told",
    "units",
]

Lang: TypeAlias = Literal["en", "zh", "zh-Hant"]
MISSING: Final = "–"
_MINUS: Final = "−"
# Not those of the standard library, which speak the language of the machine.
_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)


class Remarked(Protocol):
    """A result that says in a language what its reader must be told."""

    def notes_in(self, lang: str) -> tuple[str, ...]:
        """Return the remarks in a language."""


@attrs.frozen
class Words:
    """One phrase in each language; {0}, {1} … stand for what is filled in."""

    en: str
    zh: str
    hant: str

    def say(self, lang: Lang, *values: object) -> str:
        """Return the phrase in `lang` with the values in their places.

        >>> Words("{0} of {1}", "{1}之{0}", "{1}之{0}").say("zh", 3, 12)
        '12之3'
        """
        phrase = self.en if lang == "en" else self.zh if lang == "zh" else self.hant
        return phrase.format(*values)


def named(label: Label, lang: Lang) -> str:
    """Return a name in the language of a chart; a traditional one that is not given, simplified.

    >>> leiyang = Label({"en": "Leiyang City", "zh-Hans": "耒阳市"})
    >>> named(leiyang, "zh"), named(leiyang, "zh-Hant"), named(leiyang, "en")
    ('耒阳市', '耒阳市', 'Leiyang City')
    """
    given = lang in dict(label.texts)
    return label.text("zh" if lang == "zh-Hant" and not given else lang)


def remarks(subject: Remarked, lang: Lang) -> tuple[str, ...]:
    """Return the remarks of a result in the language of a chart."""
    if lang != "zh-Hant":
        return subject.notes_in(lang)
    return tuple(traditional(remark) for remark in subject.notes_in("zh"))


def told(label: Label, lang: Lang) -> str:
    """Return a sentence of the library in the language of a chart.

    >>> told(Label({"en": "all weigh the same", "zh-Hans": "权重相同"}), "zh-Hant")
    '權重相同'
    """
    if lang != "zh-Hant" or lang in dict(label.texts):
        return named(label, lang)
    return traditional(named(label, "zh"))


def checked(lang: str) -> Lang:
    """Return `lang` if the charts speak it; a DefinitionError says which they do speak."""
    for known in get_args(Lang):
        if lang == known:
            return known  # type: ignore[no-any-return]  # get_args loses the type of its Literal
    raise DefinitionError(Problem("lang", repr(lang), "use one of 'en', 'zh', 'zh-Hant'"))


def count(value: float | None) -> str:
    """Return a whole number with thousands parted.

    >>> count(76000), count(-1204), count(None)
    ('76,000', '−1,204', '–')
    """
    if value is None or pd.isna(value):
        return MISSING
    return f"{value:,.0f}".replace("-", _MINUS)


def about(value: float) -> str:
    """Return a forecast in three figures: it is not known better.

    >>> about(63_878), about(172_237_596), about(-3)
    ('63,900', '172,000,000', '0')
    """
    size = 10 ** max(len(str(int(value))) - 3, 0)
    return count(round(value / size) * size if value > 0 else 0)


def percent(rate: float | None, *, digits: int = 1) -> str:
    """Return a fraction of one in percent; it reads 100 only if all is done.

    >>> percent(0.547), percent(1), percent(0.9999), percent(1.25, digits=0), percent(None)
    ('54.7%', '100.0%', '99.9%', '125%', '–')
    """
    if rate is None or pd.isna(rate):
        return MISSING
    if rate < 1 and round(100 * rate, digits) >= 100:  # noqa: PLR2004 one hundred percent
        rate = 1 - 10.0 ** -(digits + 2)
    return f"{100 * rate:.{digits}f}%".replace("-", _MINUS)


def signed(value: float | None, *, digits: int = 1) -> str:
    """Return a difference with its sign, the minus as long as the plus.

    >>> signed(3.7), signed(-3.31), signed(0, digits=0), signed(-2506, digits=0)
    ('+3.7', '−3.3', '0', '−2,506')
    """
    if value is None or pd.isna(value):
        return MISSING
    if value == 0:
        return f"{0:.{digits}f}"
    return f"{value:+,.{digits}f}".replace("-", _MINUS)


def day(date: dt.date, lang: Lang, *, year: bool = False) -> str:
    """Return a day as it is written.

    >>> date = dt.date(2008, 9, 30)
    >>> day(date, "en"), day(date, "zh"), day(date, "en", year=True), day(date, "zh", year=True)
    ('30 Sep', '9月30日', '30 Sep 2008', '2008年9月30日')
    """
    if lang == "en":
        return f"{date.day} {_MONTHS[date.month - 1]}" + (f" {date.year}" if year else "")
    return (f"{date.year}年" if year else "") + f"{date.month}月{date.day}日"


def span(window: Window, lang: Lang, *, short: bool = False) -> str:
    """Return the days of a window, both ends named; `short` as a calendar has room for it.

    >>> december = Window(dt.date(2008, 12, 1), dt.date(2008, 12, 31))
    >>> span(december, "en"), span(december, "zh"), span(december, "zh", short=True)
    ('1–31 Dec', '12月1–31日', '12.1–12.31')
    """
    first, last = window.first, window.last
    if short and lang != "en":
        return f"{first.month}.{first.day}–{last.month}.{last.day}"
    if first == last:
        return day(first, lang)
    if (first.year, first.month) == (last.year, last.month):
        days = f"{first.day}–{last.day}"
        return f"{days} {_MONTHS[first.month - 1]}" if lang == "en" else f"{first.month}月{days}日"
    dash = " – " if lang == "en" and not short else "–"
    return f"{day(first, lang)}{dash}{day(last, lang)}"


def month(date: dt.date, lang: Lang) -> str:
    """Return the month of a day.

    >>> month(dt.date(2008, 9, 30), "en"), month(dt.date(2008, 9, 30), "zh")
    ('Sep', '9月')
    """
    return _MONTHS[date.month - 1] if lang == "en" else f"{date.month}月"


def units(number: int, lang: Lang) -> str:
    """Return so many units in words.

    >>> units(1, "en"), units(12, "en"), units(12, "zh")
    ('1 unit', '12 units', '12个单位')
    """
    if lang == "en":
        return f"{number:,} unit" + ("" if number == 1 else "s")
    return f"{number:,}个单位" if lang == "zh" else f"{number:,}個單位"

"""Numbers, dates and lists as each language writes them, rounded once, half up, before that.

The patterns come from the Unicode CLDR (by Babel). The rounding does not: Babel rounds a half to
the even digit, the library rounds it up, the same in sentences, tables, sheets and charts.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import cache
from typing import Final, TypeAlias, cast

import numpy as np
import pandas as pd
from babel import Locale
from babel.dates import format_date, format_skeleton, get_day_names
from babel.numbers import format_compact_decimal

from coverage_campaign.messages.language import LANGUAGES, Language, check_language

__all__ = [
    "CHINESE",
    "MISSING",
    "Number",
    "approximate",
    "count",
    "day",
    "days",
    "decimal",
    "join_sentences",
    "locale_of",
    "month",
    "number",
    "percent",
    "plural",
    "rounded",
    "rounded_up",
    "signed",
    "weekday",
]

Number: TypeAlias = int | float | Fraction | Decimal | np.integer
MISSING: Final = "–"
_MINUS: Final = "−"
_EXACT: Final = Context(prec=60, rounding=ROUND_HALF_UP)
# CLDR has "Sep 30, 2008" for English and "30 Sept" for British English; charts want three letters.
_DATES: Final = {
    ("en", "yMMMd"): "d MMM y",
    ("en", "MMMd"): "d MMM",
    ("en", "yMMMMd"): "d MMMM y",
    ("en", "MMMMd"): "d MMMM",
}
_MILLION: Final = 1_000_000
CHINESE: Final = ("zh", "zh-Hant")
"""The languages that are written in Chinese characters."""


@cache
def locale_of(lang: Language) -> Locale:
    """Return the CLDR locale of a language."""
    # British English joins a list without a comma before "and", as the library's texts do.
    return Locale.parse("en_GB" if lang == "en" else LANGUAGES[lang])


def rounded(value: Number, digits: int = 0) -> Decimal:
    """Return a number rounded to so many digits, a half away from zero.

    A float stands for the shortest decimal that reads back as it: 0.285 is 0.285.

    >>> rounded(6.25, 1), rounded(Fraction(1127, 92), 1), rounded(-0.5), rounded(0.285, 2)
    (Decimal('6.3'), Decimal('12.3'), Decimal('-1'), Decimal('0.29'))
    """
    if digits == 0 and isinstance(value, (int, np.integer)):
        return Decimal(int(value))
    exact = _to_fraction(value) * Fraction(10) ** digits
    size = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return Decimal(-size if exact < 0 else size).scaleb(-digits, context=_EXACT)


def _to_fraction(value: Number) -> Fraction:
    if isinstance(value, (int, np.integer)):  # NumPy's own arithmetic can overflow
        return Fraction(int(value))
    if isinstance(value, Fraction):
        return value
    return Fraction(value if isinstance(value, Decimal) else repr(float(value)))


def rounded_up(value: Number) -> int:
    """Return the least whole number that is no less, but for the error of floats.

    >>> rounded_up(388.02), rounded_up(31.000000001), rounded_up(Fraction(7, 2))
    (389, 31, 4)
    """
    return math.ceil(rounded(value, 6))


def _odd(value: Number | None) -> str:
    """Return how a number is written that is none, '' for one that is."""
    if value is None or pd.isna(cast("float", value)):
        return MISSING
    if isinstance(value, float) and math.isinf(value):
        return "∞" if value > 0 else f"{_MINUS}∞"
    return ""


def decimal(value: Number | None, digits: int, lang: Language | None = None) -> str:
    """Return a number with so many digits after the point.

    >>> decimal(Fraction(1127, 92), 1, "en"), decimal(-1204.25, 1, "en"), decimal(None, 1)
    ('12.3', '−1,204.3', '–')
    """
    if value is None or (odd := _odd(value)):
        return MISSING if value is None else odd
    shown = f"{rounded(value, digits):,f}".replace("-", _MINUS)
    grouping, point = _separators(check_language(lang))
    return shown if grouping == "," else shown.translate({44: grouping, 46: point})


@cache
def _separators(lang: Language) -> tuple[str, str]:
    # Of each number of a table: format_decimal of Babel takes ten times as long for the same.
    symbols = locale_of(lang).number_symbols["latn"]
    return symbols["group"], symbols["decimal"]


def count(value: Number | None, lang: Language | None = None) -> str:
    """Return a whole number with thousands parted.

    >>> count(76000, "en"), count(-1204, "zh"), count(None)
    ('76,000', '−1,204', '–')
    """
    return decimal(value, 0, lang)


def number(value: Number | None, lang: Language | None = None, *, most: int = 2) -> str:
    """Return a number with as many digits as it has, two or so `most`.

    >>> number(Fraction(41, 4)), number(3.0), number(Fraction(20480, 1993))
    ('10.25', '3', '10.28')
    """
    if value is None or (odd := _odd(value)):
        return MISSING if value is None else odd
    exact = rounded(value, most).normalize()
    return decimal(exact, max(-int(exact.as_tuple().exponent), 0), lang)


def signed(value: Number | None, digits: int, lang: Language | None = None) -> str:
    """Return a difference with its sign, the minus as long as the plus.

    >>> signed(3.7, 1), signed(Fraction(-331, 100), 1), signed(0, 0), signed(-2506, 0)
    ('+3.7', '−3.3', '0', '−2,506')
    """
    if value is None or (odd := _odd(value)):
        return MISSING if value is None else odd
    shown = decimal(value, digits, lang)
    return f"+{shown}" if rounded(value, digits) > 0 else shown


def percent(value: Number | None, digits: int = 1, lang: Language | None = None) -> str:
    """Return a fraction of one in percent; it reads 100 only if all is done.

    >>> percent(0.0625), percent(1), percent(Fraction(9999, 10000)), percent(1.25, 0), percent(None)
    ('6.3%', '100.0%', '99.9%', '125%', '–')
    """
    if value is None or (odd := _odd(value)):
        return MISSING if value is None else odd
    exact = 100 * _to_fraction(value)
    if exact < 100 <= rounded(exact, digits):  # noqa: PLR2004 one hundred percent
        exact = 100 - Fraction(1, 10**digits)
    return f"{decimal(exact, digits, lang)}%"


def approximate(value: Number, lang: Language | None = None) -> str:
    """Return a forecast in three figures: it is not known better.

    >>> approximate(63_878, "en"), approximate(172_837_596, "en"), approximate(-3, "en")
    ('63,900', '173,000,000', '0')
    >>> approximate(172_837_596, "zh"), approximate(63_878, "zh")
    ('1.73亿', '63,900')
    """
    language = check_language(lang)
    whole = max(int(rounded(value)), 0)
    digits = 3 - len(str(whole))
    figures = int(rounded(whole, min(digits, 0)))
    if language not in CHINESE or figures < _MILLION:
        return count(figures, language)
    return format_compact_decimal(figures, locale=locale_of(language), fraction_digits=2)


def day(
    date: dt.date, lang: Language | None = None, *, year: bool = False, long: bool = False
) -> str:
    """Return a day as it is written, with its year if asked; `long`, the name of the month in full.

    >>> date = dt.date(2008, 9, 30)
    >>> day(date, "en"), day(date, "zh"), day(date, "en", year=True), day(date, "zh", year=True)
    ('30 Sep', '9月30日', '30 Sep 2008', '2008年9月30日')
    >>> day(date, "en", year=True, long=True)
    '30 September 2008'
    """
    skeleton = ("y" if year else "") + ("MMMM" if long else "MMM") + "d"
    return _date(date, skeleton, check_language(lang))


def month(
    date: dt.date, lang: Language | None = None, *, long: bool = False, year: bool = False
) -> str:
    """Return the month of a day, with its year if asked.

    >>> date = dt.date(2008, 9, 30)
    >>> month(date, "en"), month(date, "en", long=True), month(date, "zh", long=True)
    ('Sep', 'September', '9月')
    >>> month(date, "en", year=True), month(date, "zh", year=True)
    ('Sep 2008', '2008年9月')
    """
    language = check_language(lang)
    if year:
        return _date(date, "yMMM", language)
    # CLDR has 九月 in full; beside other figures an office writes 9月.
    return _date(date, "LLLL" if long and language not in CHINESE else "LLL", language)


def weekday(number: int, lang: Language | None = None) -> str:
    """Return the name of a day of the week, 1 = Monday.

    >>> weekday(2, "en"), weekday(2, "zh")
    ('Tuesday', '星期二')
    """
    return str(get_day_names("wide", locale=locale_of(check_language(lang)))[number - 1])


def _date(date: dt.date, skeleton: str, lang: Language) -> str:
    pattern = _DATES.get((lang, skeleton))
    if pattern is None and skeleton.startswith("L"):
        pattern = skeleton
    locale = "en" if lang == "en" else locale_of(lang)
    if pattern is None:
        return str(format_skeleton(skeleton, date, locale=locale))
    return format_date(date, pattern, locale=locale)


def days(first: dt.date, last: dt.date, lang: Language | None = None) -> str:
    """Return a span of days, both ends named.

    >>> days(dt.date(2008, 12, 1), dt.date(2008, 12, 31), "en")
    '1–31 Dec'
    >>> days(dt.date(2008, 12, 1), dt.date(2008, 12, 31), "zh")
    '12月1–31日'
    >>> days(dt.date(2008, 6, 1), dt.date(2008, 12, 31), "en")
    '1 Jun – 31 Dec'
    """
    language = check_language(lang)
    if first == last:
        return day(first, language)
    chinese = language in CHINESE
    if (first.year, first.month) == (last.year, last.month):
        if chinese:
            return f"{month(first, language)}{first.day}–{last.day}日"
        return f"{first.day}–{day(last, language)}"
    dash = "–" if chinese else " – "
    return f"{day(first, language)}{dash}{day(last, language)}"


def join_sentences(texts: Sequence[str], lang: Language | None = None) -> str:
    """Return sentences as one text: with a blank between two in English, without one in Chinese."""
    separator = "" if check_language(lang) in CHINESE else " "
    return separator.join(text for text in texts if text)


def plural(number: Number, forms: Sequence[str], lang: Language | None = None) -> str:
    """Return the form of a word that goes with a number, by the plural rule of the language.

    The forms stand in the order of CLDR: zero, one, two, few, many, other, as far as the
    language has them.

    >>> plural(1, ("unit", "units"), "en"), plural(12, ("unit", "units"), "en")
    ('unit', 'units')
    """
    rule = locale_of(check_language(lang)).plural_form
    there = [tag for tag in ("zero", "one", "two", "few", "many") if tag in rule.tags]
    plain = int(number) if isinstance(number, np.integer) else number
    tag = rule(float(plain) if isinstance(plain, Fraction) else plain)
    place = there.index(tag) if tag in there else len(there)
    return forms[min(place, len(forms) - 1)]

"""The days that a report is about, from dates and from text as officials write it.

A text names a day, a month, several months, a quarter, a year, or the time up to a day; it is read
as the span of days that it says. A month without a year gets its year from what else is printed and
from the campaign's days; where two years are possible, none is taken.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Literal, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.model.dates import Window
from coverage_campaign.reporting.sheets.numbers import plain, spaced

__all__ = [
    "DateFault",
    "Dates",
    "Span",
    "Written",
    "find_written",
    "is_fiscal",
    "maybe_time",
    "of_day",
    "read_cells",
    "read_dates",
    "read_written",
    "spans_of",
    "with_printed_year",
    "written_of_levels",
    "year_in",
]

_MONTHS_OF_YEAR = 12
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_SERIAL_EPOCH = dt.date(1899, 12, 30)
"""Day 0 of a spreadsheet's serial numbers, right from 1 March 1900 on."""

Unit: TypeAlias = Literal["day", "month", "span", "until"]
DateFault: TypeAlias = Literal["no_date", "not_a_date", "ambiguous_date"]


@attrs.frozen
class Span:
    """Days from `first` to `last`, both inside; `first` is None for the time up to a day.

    `assumed` tells that the year was not printed.
    """

    first: dt.date | None
    last: dt.date
    unit: Unit = "day"
    assumed: bool = False


@attrs.frozen
class Written:
    """What a text says of days: month and day of both ends, and the year of the last, if printed.

    A day of 0 is the month as a whole: its first day at the beginning, its last at the end.
    """

    month: int
    day: int = 0
    first_month: int = 0
    first_day: int = 0
    year: int | None = None
    first_year: int | None = None
    unit: Unit = "month"

    @property
    def is_a_year(self) -> bool:
        """Whether a year as a whole is meant."""
        return self.unit == "span" and (self.first_month, self.month) == (1, 12)

    def covers(self, other: Written) -> bool:
        """Tell whether another time is a single month within the months of this one."""
        years = {self.year, other.year} - {None}
        whole = self.unit == "span" and not self.day and not self.first_day
        months = range(self.first_month, self.month + 1)
        return whole and other.unit == "month" and other.month in months and len(years) < 2  # noqa: PLR2004 - one year

    def in_year(self, year: int) -> Span | None:
        """Return the days in a year, or None where it has no such day."""
        first_month = self.first_month or self.month
        first_year = self.first_year or year - (first_month > self.month)
        try:
            last = _day(year, self.month, self.day or _last_day(year, self.month))
            if self.unit == "until":
                first = None
            elif self.unit == "day":
                first = last
            else:
                first = _day(first_year, first_month, self.first_day or 1)
        except ValueError:
            return None
        if first is not None and first > last:
            return None
        return Span(first, last, self.unit, assumed=self.year is None)


def _day(year: int, month: int, day: int) -> dt.date:
    return dt.date(year, month, day)


def _last_day(year: int, month: int) -> int:
    following = dt.date(year + month // _MONTHS_OF_YEAR, month % _MONTHS_OF_YEAR + 1, 1)
    return (following - dt.timedelta(days=1)).day


# -- text ------------------------------------------------------------------------------------------

_Y = r"(?P<year>(?:19|20)\d{2})"
_YY = r"(?:(?P<year>(?:19|20)\d{2}|\d{2})年度?)?"
_M = r"第?(?P<month>0?[1-9]|1[0-2])"
_D = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_FY = r"(?P<first_year>(?:19|20)\d{2})"
_FM = r"第?(?P<first_month>0?[1-9]|1[0-2])"
_FD = r"(?P<first_day>0?[1-9]|[12]\d|3[01])"
_TO = r" ?(?:-|至|到|~|、|to|和) ?"
_TIME = r"(?:[T ]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_ENGLISH_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_NAMES = "|".join(rf"{name[:3]}(?:{name[3:]})?" for name in _ENGLISH_MONTHS) + "|sept"
_EM = rf"(?<![a-z])(?P<month>{_NAMES})(?![a-z])\.?"
_EFM = rf"(?<![a-z])(?P<first_month>{_NAMES})(?![a-z])\.?"
_SEP = r"[-,/'’ ]{0,2}"
_ORDINALS = ("first|1st", "second|2nd", "third|3rd", "fourth|4th")
_Q = rf"(?<![a-z])(?:q(?:uarter)? ?(?P<quarter>[1-4])|(?P<nth>{'|'.join(_ORDINALS)}) quarter)"
_SEASON = r"第?(?P<quarter>[1-4])季(?:度|(?!节))"

_ANYWHERE = (
    # days
    rf"{_Y}[-/.年]{_M}[-/.月]{_D}[日号]?{_TIME}",
    rf"{_Y}(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])",
    rf"{_YY}{_M}月{_D}[日号]",
    rf"{_D}(?:st|nd|rd|th)?{_SEP}{_EM}{_SEP}{_Y}",
    rf"{_EM} ?{_D}(?:st|nd|rd|th)?, ?{_Y}",
    # several days or months
    rf"{_FY}[-/.年]{_FM}[-/.月]{_FD}[日号]?{_TO}{_Y}[-/.年]{_M}[-/.月]{_D}[日号]?",
    rf"{_YY}{_FM}月{_FD}[日号]?{_TO}(?P<same_year>(?:19|20)\d{{2}}年)?(?:{_M}月)?{_D}[日号]",
    rf"{_YY}{_FM}月?份?{_TO}{_M}月份?",
    rf"{_FY}年{_FM}月{_TO}{_Y}年{_M}月",
    rf"{_Y}[-/.]{_FM}{_TO}{_M}月",
    rf"{_EFM}{_TO}{_EM}(?:{_SEP}{_Y})?",
    rf"{_YY}(?P<front>前)(?P<month>[2-9]|1[0-2])个?月",
    # parts of a month, weeks, quarters, halves
    rf"{_YY}{_M}月份?(?P<tens>[上中下]旬|[上下]半月)",
    rf"{_YY}{_M}月份?第?(?P<tens>[1-5一二三四五])周",
    rf"{_Y}-?w(?P<week>0[1-9]|[1-4]\d|5[0-3])",
    rf"{_YY}(?:第?(?P<first_quarter>[1-3])|(?P<front>前))(?:{_TO})?(?P<quarter>[2-4])个?季度?",
    rf"{_YY}{_SEASON}",
    rf"{_Y}[-年 ]?{_Q}",
    rf"{_Q}{_SEP}(?:of )?{_Y}",
    rf"(?P<quarter>[1-4])q ?{_Y}",
    rf"{_YY}(?P<half>[上下])半年",
    # months
    rf"{_Y}[-/.年m]{_M}月?份?",
    rf"{_YY}{_M}月份?",
    rf"{_EM}{_SEP}{_Y}",
    rf"{_EM}[-/'’](?P<year>\d{{2}})",
    rf"{_Y}[-/ ]?{_EM}",
    rf"{_M}[-/]{_Y}",
)
"""A time that stands anywhere in a text, such as a title."""
_ALONE = (
    _Q,
    _EM,
    rf"{_Y}(?P<month>0[1-9]|1[0-2])",
    rf"{_Y}(?:年度?|全年)?",
    r"(?P<year>\d{2})年度?",
)
"""A time only where nothing else is said: the month of "may" or of 200807 may be another word."""
_WHOLE = tuple(re.compile(pattern, re.IGNORECASE) for pattern in (*_ANYWHERE, *_ALONE))
_INSIDE = tuple(re.compile(rf"(?<![\d.]){one}(?!\d)", re.IGNORECASE) for one in _ANYWHERE)
_SLASHED = re.compile(rf"(?P<one>\d{{1,2}})[/.-](?P<two>\d{{1,2}})[/.-]{_Y}{_TIME}")
_YEAR_INSIDE = re.compile(rf"(?<!\d){_Y}(?:年(?!前|后|龄)|(?!\d))")
_FISCAL = re.compile(r"财年|财政年|民国|平成|令和|昭和|(?<![a-z])(?:fy|fiscal)", re.IGNORECASE)
_UNTIL = re.compile(
    r"(?:自?年初)?(?:截[至止]到?|至|到|(?<![a-z])(?:as[ _]?of|(?:up ?)?to|until) ?)", re.IGNORECASE
)
_END = re.compile(r"(?:底|末|止|为止)")
_CHINESE_DIGITS = {
    digit: str(at) for at, digit in enumerate("〇一二三四五六七八九")
} | dict.fromkeys("零0○◯", "0")
_CHINESE_NUMBER = re.compile(
    r"(?<!\d)[〇零0○◯一二三四五六七八九十]+(?=年|月|日|号|季|个[季月]|[至到-][一二三四五六七八九十]+[月季])"
)
_MAYBE = re.compile(
    rf"\d{{1,2}}|\d{{1,2}}[./-]\d{{1,2}}(?:-\d.*)?|(?:\d+年)?第?\d+周|{_EM} ?\d{{1,2}}"
    r"|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}"
    r"|\d{1,2}[日号]|m\d{1,2}|[1-4]q ?\d{2}|(?:w(?:ee)?k?|quarter) ?\d.*|[上中下]旬",
    re.IGNORECASE,
)
_PART = re.compile(r"\d{1,2}[日号]?|[上中下]旬|[上下]半月|第?[1-5]周|第?[1-4]季度|月份?")


def _to_digits(found: re.Match[str]) -> str:
    text = found[0]
    if "十" not in text:
        return "".join(_CHINESE_DIGITS[one] for one in text)
    tens, _, ones = text.partition("十")
    number = int(_CHINESE_DIGITS.get(tens, "1")) * 10 + int(_CHINESE_DIGITS.get(ones, "0"))
    return str(number)


def _normal(text: str) -> str:
    return _CHINESE_NUMBER.sub(_to_digits, spaced(text))


def read_written(text: str) -> Written | DateFault:
    """Return what a whole text says of days, or why it says nothing.

    >>> read_written("2008年7月").in_year(2008).last
    datetime.date(2008, 7, 31)
    >>> read_written("1-7月").first_month, read_written("截至3月25日").unit
    (1, 'until')
    >>> read_written("31/07/2008").month, read_written("05/07/2008")
    (7, 'ambiguous_date')
    """
    word = _normal(text)
    if word in {"", "-"}:
        return "no_date"
    begins = _UNTIL.match(word)
    until = begins is not None
    if begins:
        word = word[begins.end() :]
    ends = _END.search(word)
    if ends and ends.end() == len(word):
        until, word = True, word[: ends.start()]
    if word.endswith("年") and until:
        word = f"{word}12月"
    slashed = _SLASHED.fullmatch(word)
    if slashed:
        return _slashed(slashed)
    found = next((match for pattern in _WHOLE if (match := pattern.fullmatch(word))), None)
    written = _written(found) if found else None
    if written is None:
        return "not_a_date"
    return attrs.evolve(written, unit="until") if until else written


def _slashed(found: re.Match[str]) -> Written | DateFault:
    one, two, year = int(found["one"]), int(found["two"]), int(found["year"])
    if one == two or one > _MONTHS_OF_YEAR >= two:
        day, month = one, two
    elif two > _MONTHS_OF_YEAR >= one:
        month, day = one, two
    else:
        return "ambiguous_date" if max(one, two) <= _MONTHS_OF_YEAR else "not_a_date"
    written = Written(month, day, year=year, unit="day")
    return written if written.in_year(year) else "not_a_date"


_CUT = re.compile(r"\d[/.-]$")
"""What stands before a part of a whole date: 6/2008 in 5/6/2008 is no month."""


def find_written(text: str) -> tuple[Written, str] | None:
    """Return the time that stands somewhere in a title or heading, and the text without it.

    The longest of those that begin first; that of a fiscal year or of an era is none, since nobody
    can tell when it begins.

    >>> find_written("岳阳楼区2017年1-8月完成情况")[0].year
    2017
    >>> find_written("7月新增")[1], find_written("New persons, July 2008")[1]
    ('新增', 'New persons,')
    """
    word = _normal(text)
    if _FISCAL.search(word):
        return None
    matches = (match for pattern in _INSIDE for match in [pattern.search(word)] if match)
    for found in sorted(matches, key=lambda one: (one.start(), -one.end())):
        written = _written(found)
        if written is None or _CUT.search(word[: found.start()]):
            continue
        before, after = word[: found.start()], word[found.end() :]
        begins, ends = list(_UNTIL.finditer(before)), _END.match(after)
        if begins and begins[-1].end() == len(before):
            before, ends = before[: begins[-1].start()], ends or _END.match("止")
        if ends:
            written = attrs.evolve(written, unit="until")
            after = after.removeprefix(ends[0])
        return written, f"{before.rstrip()} {after.lstrip()}".strip()
    return None


def written_of_levels(levels: Sequence[str]) -> tuple[Written, tuple[str, ...]] | None:
    """Return the time that several levels of a heading say together, and the other levels.

    >>> written_of_levels(["2008年", "7"])[0] == read_written("2008年7月")
    True
    >>> written_of_levels(["7月", "2008年", "完成"])[1]
    ('完成',)
    """
    texts = {level: _normal(level) for level in levels}
    parts = [
        text
        for text in texts.values()
        if _PART.fullmatch(text) or isinstance(read_written(text), Written)
    ]
    if len(parts) < 2:  # noqa: PLR2004 - together
        return None
    for ordered in (parts, parts[::-1]):
        together = ""
        for part in ordered:
            if together.isdecimal():
                together += "年"
            in_year = part.isdecimal() and together.endswith("年")
            in_months = together in {"月", "月份"}
            together = f"{'' if in_months else together}{part}{'月' * (in_year or in_months)}"
        written = read_written(together)
        if isinstance(written, Written):
            return written, tuple(level for level, text in texts.items() if text not in parts)
    return None


def maybe_time(text: str) -> bool:
    """Tell whether a heading may be a time that nobody can tell for certain, such as 08.07 or 7.

    >>> maybe_time("08.07"), maybe_time("第28周"), maybe_time("人数")
    (True, True, False)
    """
    return bool(_MAYBE.fullmatch(_normal(text)))


def is_fiscal(text: str) -> bool:
    """Tell whether a text is about a fiscal year, or the year of an era."""
    return bool(_FISCAL.search(_normal(text)))


def year_in(text: str) -> tuple[int, str] | None:
    """Return the year that stands in a text, and the text without it, or None.

    >>> year_in("2007年完成数"), year_in("18岁以上")
    ((2007, '完成数'), None)
    """
    word = _normal(text)
    found = None if _FISCAL.search(word) else _YEAR_INSIDE.search(word)
    if found is None or _CUT.search(word[: found.start()]):
        return None
    rest = word[: found.start()] + word[found.end() :].removeprefix("度")
    return int(found["year"]), rest.strip()


_TENS_OF = {
    "上旬": (1, 10),
    "中旬": (11, 20),
    "下旬": (21, 0),
    "上半月": (1, 15),
    "下半月": (16, 0),
    **{str(week): (7 * week - 6, 7 * week if week < 5 else 0) for week in range(1, 6)},  # noqa: PLR2004 - the last week
}
"""First and last day of a part of a month; 0 = the month's last day."""


def _written(found: re.Match[str]) -> Written | None:
    parts = {name: text for name, text in found.groupdict().items() if text}
    year = _year(parts.get("year"))
    if "week" in parts:
        try:
            first = dt.date.fromisocalendar(int(parts["year"]), int(parts["week"]), 1)
        except ValueError:
            return None
        last = first + dt.timedelta(days=6)
        return Written(last.month, last.day, first.month, first.day, last.year, first.year, "span")
    if parts.keys() & {"quarter", "nth", "half"}:
        return _of_quarters(parts, year)
    if "month" not in parts and "first_month" not in parts:
        return Written(12, first_month=1, year=year, unit="span")
    first_month = _month(parts.get("first_month", "1" if "front" in parts else "0"))
    month = _month(parts["month"]) if "month" in parts else first_month
    if "tens" in parts:
        first_day, day = _TENS_OF[_CHINESE_DIGITS.get(parts["tens"], parts["tens"])]
        return Written(month, day, month, first_day, year, unit="span")
    day = int(parts.get("day", 0))
    if not first_month:
        written = Written(month, day, year=year, unit="day" if day else "month")
    else:
        first_year = _year(parts.get("first_year"))
        if "same_year" in parts:
            first_year, year = year, int(parts["same_year"][:4])
        elif "first_year" not in parts and year is not None and first_month > month:
            first_year, year = year, year + 1
        first_day = int(parts.get("first_day", 0))
        written = Written(month, day, first_month, first_day, year, first_year, "span")
    return written if written.in_year(written.year or 2000) else None


def _of_quarters(parts: dict[str, str], year: int | None) -> Written:
    if "half" in parts:
        first, last = (1, 6) if parts["half"] == "上" else (7, 12)
    else:
        nth = parts.get("nth", "")
        number = int(parts.get("quarter", 0)) or 1 + next(
            at for at, names in enumerate(_ORDINALS) if nth.casefold() in names.split("|")
        )
        last = 3 * number
        front = "front" in parts
        first = 1 if front else 3 * int(parts.get("first_quarter", number)) - 2
    return Written(last, first_month=first, year=year, unit="span")


def _month(text: str) -> int:
    if text.isdecimal():
        return int(text)
    name = text[:3].casefold()
    return 1 + next(at for at, month in enumerate(_ENGLISH_MONTHS) if month.startswith(name))


def _year(text: str | None) -> int | None:
    if text is None:
        return None
    number = int(text[:4])
    return number if number > 99 else 2000 + number  # noqa: PLR2004 - two digits


# -- cells -----------------------------------------------------------------------------------------


def read_cells(
    cells: Sequence[object], window: Window, *, months: bool = False
) -> list[Written | DateFault]:
    """Return what each cell says of days: dates and times, serial numbers, or text.

    A date with a time zone is 'not_a_date': reports carry civil time. `months` tells that a bare
    number from 1 to 12 is a month. Slashed dates are read day first or month first where one of
    them decides for all.
    """
    read = [_of_cell(cell, window, months=months) for cell in cells]
    doubtful = [at for at, one in enumerate(read) if one == "ambiguous_date"]
    if doubtful:
        orders = {order for cell in cells if (order := _day_first(cell)) is not None}
        if len(orders) == 1:
            (day_first,) = orders
            for at in doubtful:
                read[at] = _by_order(str(cells[at]), day_first=day_first)
    return read


def _day_first(cell: object) -> bool | None:
    found = _SLASHED.fullmatch(_normal(cell)) if isinstance(cell, str) else None
    if found is None or int(found["one"]) == int(found["two"]):
        return None
    one, two = int(found["one"]) > _MONTHS_OF_YEAR, int(found["two"]) > _MONTHS_OF_YEAR
    return None if one == two else one


def _by_order(text: str, *, day_first: bool) -> Written | DateFault:
    found = _SLASHED.fullmatch(_normal(text))
    if found is None:
        return "not_a_date"
    one, two = int(found["one"]), int(found["two"])
    day, month = (one, two) if day_first else (two, one)
    return Written(month, day, year=int(found["year"]), unit="day")


def _of_cell(cell: object, window: Window, *, months: bool) -> Written | DateFault:
    if isinstance(cell, Written):
        return cell
    if cell is None or cell is pd.NaT or cell is pd.NA or cell != cell:  # noqa: PLR0124 - NaN
        return "no_date"
    if isinstance(cell, np.datetime64):
        cell = cell.astype("datetime64[s]").item()
    if isinstance(cell, dt.date):
        zoned = isinstance(cell, dt.datetime) and cell.tzinfo is not None
        return "not_a_date" if zoned else of_day(cell)
    if isinstance(cell, pd.Period):
        return _of_period(cell)
    text = _number_text(cell) if not isinstance(cell, str) else cell
    return "not_a_date" if text is None else _of_text(text, window, months=months)


def _number_text(cell: object) -> str | None:
    """Return a number as text: 20080731, 200807 and 2008.07, as a frame reads them."""
    if isinstance(cell, (bool, np.bool_)) or not isinstance(cell, (int, float, np.number)):
        return None
    number = float(cell)
    if number.is_integer():
        return str(int(number))
    text = str(number)
    is_month = _FIRST_YEAR < number < _LAST_YEAR and not text.endswith(".1")
    return text if is_month else None  # 2008.1 is January, or October as a number shows it


def _of_text(text: str, window: Window, *, months: bool) -> Written | DateFault:
    word = plain(text).removesuffix(".0")
    if word.isascii() and word.isdecimal():
        if months and len(word) <= 2 and 1 <= int(word) <= _MONTHS_OF_YEAR:  # noqa: PLR2004
            return Written(int(word))
        if len(word) == 5:  # noqa: PLR2004 - a serial number of our days has five digits
            day = _SERIAL_EPOCH + dt.timedelta(days=int(word))
            near = dt.timedelta(days=366)
            inside = window.first - near <= day <= window.last + near
            return of_day(day) if inside else "not_a_date"
    return read_written(word)


def of_day(day: dt.date) -> Written:
    """Return a day as it would be written."""
    return Written(day.month, day.day, year=day.year, unit="day")


def _of_period(period: pd.Period) -> Written:
    first, last = period.start_time.date(), period.end_time.date()
    if first == last:
        return of_day(last)
    if first.day == 1 and (first.year, first.month) == (last.year, last.month):
        whole = last.day == _last_day(last.year, last.month)
        if whole:
            return Written(last.month, year=last.year)
    return Written(last.month, last.day, first.month, first.day, last.year, first.year, "span")


# -- years -----------------------------------------------------------------------------------------

_HALF_A_YEAR = 6


def with_printed_year(
    written: Sequence[Written | DateFault], years: Sequence[int]
) -> list[Written | DateFault]:
    """Return what a table says of days with the year that its titles print once for all.

    Months that run on past December are in the next year: under 2008年 April to December, then
    January to March. Where titles print several years, a month of its own is ambiguous.
    """
    if not years:
        return list(written)
    months = _yearless(written)
    run = _run(months) or _run(months[::-1]) or [(month, 0) for month in months]
    step = dict(run)
    return [
        one
        if not isinstance(one, Written) or one.year is not None
        else attrs.evolve(one, year=years[0] + step[one.month])
        if len(years) == 1
        else "ambiguous_date"
        for one in written
    ]


def spans_of(written: Sequence[Written | DateFault], window: Window) -> list[Span | DateFault]:
    """Return the days that are meant, in the order in which a source first says them.

    Months without a year run on from one year to the next in the order of a bulletin's columns or
    rows, upwards or downwards, so that all of them lie in the campaign; where they cannot, the
    first are before its start: of January to December in a campaign from April, January to March
    are, and of April to March the last three are next year's. Where two years are possible the
    date is ambiguous.
    """
    years = _years_of(_yearless(written), window)
    spans: list[Span | DateFault] = []
    for one in written:
        if not isinstance(one, Written):
            spans.append(one)
            continue
        year = one.year if one.year is not None else years.get(one.month)
        span = one.in_year(year) if year is not None else None
        spans.append("ambiguous_date" if year is None else span or "not_a_date")
    return spans


def _yearless(written: Sequence[Written | DateFault]) -> list[int]:
    """Return the months without a year, each once, in order."""
    months = (one.month for one in written if isinstance(one, Written) and one.year is None)
    return list(dict.fromkeys(months))


def _run(months: Sequence[int]) -> list[tuple[int, int]] | None:
    """Return each month with its year from 0, if they go upwards and round the year's end once."""
    year, run = 0, []
    for at, month in enumerate(months):
        if at and month < months[at - 1]:
            if year or (month - months[at - 1]) % _MONTHS_OF_YEAR > _HALF_A_YEAR:
                return None
            year = 1
        if year and month >= months[0]:
            return None
        run.append((month, year))
    return run


def _years_of(months: Sequence[int], window: Window) -> dict[int, int]:
    """Return the year of each month, without those for which two years are possible."""
    upwards = _placed(_run(months), window)
    downwards = _placed(_run(months[::-1]), window)
    if upwards and _inside(upwards, window):
        return upwards
    if upwards and downwards:
        return {month: year for month, year in upwards.items() if downwards[month] == year}
    if upwards or downwards:
        return upwards or downwards or {}
    # In no order: each month by itself, where neither the campaign nor the time before has two.
    return {
        month: year
        for month in months
        for year in [window.first.year + (month < window.first.month)]
        if year == window.first.year and _ordinal(window.last) < (year + 1) * 12 + month
    }


def _placed(run: list[tuple[int, int]] | None, window: Window) -> dict[int, int] | None:
    """Return the years of a run: all inside the campaign, else the latest that ends in time."""
    if not run:
        return None
    ways = [
        {month: start + step for month, step in run}
        for start in range(window.first.year - 1, window.last.year + 1)
    ]
    inside = [way for way in ways if _inside(way, window)]
    if inside:
        return {
            month: year
            for month, year in inside[0].items()
            if all(way[month] == year for way in inside)
        }
    first, last = _ordinal(window.first), _ordinal(window.last)
    in_time = [
        way
        for way in ways
        if all(year * 12 + month <= last for month, year in way.items())
        and any(first <= year * 12 + month for month, year in way.items())
    ]
    return in_time[-1] if in_time else ways[-1]


def _inside(years: dict[int, int], window: Window) -> bool:
    first, last = _ordinal(window.first), _ordinal(window.last)
    return all(first <= year * 12 + month <= last for month, year in years.items())


def _ordinal(day: dt.date) -> int:
    return day.year * 12 + day.month


@attrs.frozen(eq=False)
class Dates:
    """A column of dates: the last day that each names (NaT where none), and why there is none."""

    days: NDArray[np.datetime64]
    faults: NDArray[np.object_]


def read_dates(column: pd.Series, window: Window, *, days_only: bool = False) -> Dates:
    """Return the days of a column of dates, times or text as officials write them.

    Where only days will do, a month or another span is 'not_a_date'.

    >>> read_dates(pd.Series(["2008-07", None]), Window("2008-04-01", "2009-03-30")).faults.tolist()
    ['', 'no_date']
    """
    labels, cells = pd.factorize(column.astype(object))
    spans = [*spans_of(read_cells(list(cells), window), window), "no_date"]
    if days_only:
        spans = [
            "not_a_date" if isinstance(one, Span) and one.unit != "day" else one for one in spans
        ]
    lasts = [one.last if isinstance(one, Span) else None for one in spans]
    faults = ["" if isinstance(one, Span) else one for one in spans]
    return Dates(np.array(lasts, "datetime64[D]")[labels], np.array(faults, dtype=object)[labels])

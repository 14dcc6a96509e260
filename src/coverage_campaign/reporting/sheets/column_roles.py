"""What a column's heading says it holds: the words that officials use, in Chinese and English."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from coverage_campaign.reporting.sheets.numbers import plain

__all__ = [
    "FigureKind",
    "Role",
    "is_note",
    "is_subtotal",
    "is_total",
    "role_of",
    "scale_of",
    "scale_of_table",
]

FigureKind: TypeAlias = Literal["new", "cumulative"]
Role: TypeAlias = Literal["unit", "date", "persons", "other", "channel", "target", "rate"]
"""The part of a column; 'other' holds the figures of the kind that was not asked for."""

_UNIT = re.compile(
    r"unit|code|name|county|state|area|postal|geographicarea|location|district|department"
    r"|(?:责任)?单位(?:名称)?|(?:牵头)?部门|地区|县市区|县\(?市?、?区\)?|市县|区县|县区|行政区划?|区划代码|代码|名称"
)
_DATE = re.compile(
    r"date|day|month|period|as_?of|日期|时间|月份|月|统计(?:日期|月份|时间)|截止(?:日期|时间)|截至日期"
)
_CHANNEL = re.compile(r"channel|渠道|参保方式|扩面方式|类别|类型")
_RATE = re.compile(
    r".*(?:完成率|完成比例|完成百分比|占比|比例|进度)%?|.*率%?|rate|percent|pct|.*_(?:rate|pct)|%|completion(?:rate)?"
)
_TARGET = re.compile(
    r"target|goal|planned|(?:全年|年度|年|目标|分解|下达)?(?:任务|目标)(?:任务|数|人数|值)*"
)
_CUMULATIVE = re.compile(
    r"cumulative|persons_to_date|todate|total_to_date|.*累计(?:完成|新增|参保|扩面|人数|数)*.*"
    r"|(?:\d+[-至]\d+月)?(?:实际)?完成(?:情况|数|人数)?|(?:\d+[-至]\d+月)实际完成情况"
)
_NEW = re.compile(
    r"new|(?:本月|当月|本期|本日|当日)(?:新增|完成|扩面|参保|净增)*(?:人数|数)?"
    r"|(?:\d+月)?(?:新增|净增)(?:参保|扩面|完成)*(?:人数|数)?|\d+月(?:完成|扩面|参保)+(?:人数|数)?"
)
_NEUTRAL = re.compile(
    r"persons|count|people|人数|参保人数|扩面人数|完成(?:数|人数|情况)?|实际完成(?:数|情况)?"
)
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_TOTAL = re.compile(
    r"(?:全(?:国|省|市|县|区))?(?:合计|总计|共计|小计|总数)|全(?:国|省|市|县|区)"
    r"|total|subtotal|grandtotal|sum|all"
)
_SUBTOTAL = re.compile(r".*小计|subtotal")
_TEN_THOUSANDS = re.compile(r"(?:单位:)?[万萬]人?")
_UNIT_OF_TABLE = re.compile(r"(?:计量)?单位:(?P<ten_thousands>[万萬]?)人")
_NOTE = re.compile(
    r"(?:注|备注|附注|说明|制表|填表|审核|复核|联系|报送|统计)(?:人|单位|日期|时间|电话|负责人)?[:：\d].*"
    r"|(?:note|source|suggestedcitation|releasedate|\*).*"
)


def _bare(heading: str) -> str:
    """Return a heading without spaces, brackets and what stands in them."""
    word = plain(heading).casefold()
    return _IN_BRACKETS.sub("", word) or word


def role_of(heading: str, kind: FigureKind) -> Role | None:
    """Return the part that a column plays, or None; `kind` says which figures are asked for.

    >>> role_of("单　位", "new"), role_of("本月新增(人)", "new"), role_of("本月新增", "cumulative")
    ('unit', 'persons', 'other')
    """
    word = _bare(heading)
    persons, other = (_CUMULATIVE, _NEW) if kind == "cumulative" else (_NEW, _CUMULATIVE)
    patterns: tuple[tuple[Role, re.Pattern[str]], ...] = (
        ("unit", _UNIT),
        ("date", _DATE),
        ("channel", _CHANNEL),
        ("rate", _RATE),
        ("target", _TARGET),
        ("persons", persons),
        ("persons", _NEUTRAL),
        ("other", other),
    )
    return next((role for role, pattern in patterns if pattern.fullmatch(word)), None)


def is_total(text: str) -> bool:
    """Tell whether a row's name says that it adds others up, such as 合　计.

    >>> is_total("合　计"), is_total("珠晖区")
    (True, False)
    """
    return bool(_TOTAL.fullmatch(plain(text).casefold()))


def is_subtotal(text: str) -> bool:
    """Tell whether a total is one of the rows beside it alone, such as 小计."""
    return bool(_SUBTOTAL.fullmatch(plain(text).casefold()))


def is_note(text: str) -> bool:
    """Tell whether a text is a note, a source or a signature, no unit's name.

    >>> is_note("注：含开发区"), is_note("制表人: 李"), is_note("珠晖区")
    (True, True, False)
    """
    return bool(_NOTE.fullmatch(plain(text).casefold()))


def scale_of_table(text: str) -> int:
    """Return what one of a table's bare numbers stands for, as a title says: 单位：万人."""
    found = _UNIT_OF_TABLE.search(plain(text))
    return 10_000 if found and found["ten_thousands"] else 1


def scale_of(text: str) -> int:
    """Return what one of a heading's bare numbers stands for: 10,000 where it says 万人."""
    inside = (found.strip("()") for found in _IN_BRACKETS.findall(plain(text)))
    return 10_000 if any(map(_TEN_THOUSANDS.fullmatch, inside)) else 1

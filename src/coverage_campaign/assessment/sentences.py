"""Rules as sentences, in English and Chinese, so that they can be read aloud and agreed on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from coverage_campaign.assessment.numbers import number, percent
from coverage_campaign.model.scheme import (
    AllOrNothing,
    Band,
    Bands,
    Bonus,
    Capped,
    Each,
    Partial,
    PerPerson,
    PerPoint,
    Persons,
    Rule,
    StepDown,
    Total,
    Veto,
)

__all__ = ["Lang", "Unit", "sentence"]

Lang: TypeAlias = Literal["en", "zh"]
Unit: TypeAlias = Literal["points", "yuan"]

_UNITS: Mapping[Lang, Mapping[Unit, str]] = {
    "en": {"points": "points", "yuan": "yuan"},
    "zh": {"points": "分", "yuan": "元"},
}
_PARTIAL_EN: Mapping[Partial | None, str] = {
    "prorated": "pro rata",
    "whole_steps": "whole ones only",
    None: "whether a part of one counts is open",
}
_PARTIAL_ZH: Mapping[Partial | None, str] = {
    "prorated": "按比例",
    "whole_steps": "不足一档不计",
    None: "不足一档如何计未定",
}
_EACH_EN: Mapping[Each, str] = {"once": "", "person": " a person"}
_EACH_ZH: Mapping[Each, str] = {"once": "", "person": "每人"}
_OF_EN: Mapping[Persons, str] = {
    "all": "each person done",
    "up_to_target": "each person up to the target",
    "beyond_target": "each person beyond the target",
}
_OF_ZH: Mapping[Persons, str] = {
    "all": "每完成一人",
    "up_to_target": "目标任务内每人",
    "beyond_target": "超出目标任务每人",
}


def sentence(rule: Rule | Veto, *, lang: Lang = "en", unit: Unit = "points") -> str:
    """Return a rule as a sentence; `unit` is what it gives.

    >>> step = StepDown("1.2", loses="0.1", per="5%", partial="whole_steps")
    >>> print(sentence(step))
    1.2 points from 100 % on; 0.1 less for each 5 points short (whole ones only), never below 0.
    >>> print(sentence(step, lang="zh"))
    达到100%得1.2分；每低5个百分点扣0.1分（不足一档不计），最低0分。
    """
    if isinstance(rule, Veto):
        return _veto(rule, lang)
    if lang == "zh":
        return f"{_chinese(rule, _UNITS['zh'][unit])}。"
    text = _english(rule, _UNITS["en"][unit])
    return f"{text[0].upper()}{text[1:]}."


def _veto(veto: Veto, lang: Lang) -> str:
    if lang == "zh":
        return f"{veto.label.text('zh')}未达到{percent(veto.goal, lang='zh')}的，一票否决。"
    return f"Whoever is below {percent(veto.goal)} in {veto.label.text('en')} fails as a whole."


def _english(rule: Rule, unit: str) -> str:
    match rule:
        case PerPoint():
            above = f" above {percent(rule.above)}" if rule.above else ""
            part = "" if rule.partial == "prorated" else f" ({_PARTIAL_EN[rule.partial]})"
            text = f"{number(rule.per_point)} {unit} for each percentage point{above}{part}"
        case StepDown():
            text = (
                f"{number(rule.at_goal)} {unit} from {percent(rule.goal)} on; "
                f"{number(rule.loses)} less for each {_step_en(rule.per)} short "
                f"({_PARTIAL_EN[rule.partial]}), never below {number(rule.least)}"
            )
        case Bands():
            text = _bands(rule, lambda band, end: _band_en(band, end, unit, rule.each), "; ")
        case AllOrNothing():
            text = f"{number(rule.all_or_nothing)} {unit} from {percent(rule.goal)} on, else none"
        case Bonus():
            most = "" if rule.most is None else f", at most {number(rule.most)}"
            text = (
                f"{number(rule.bonus)} {unit} more for each {_step_en(rule.per)} beyond "
                f"{percent(rule.beyond)} ({_PARTIAL_EN[rule.partial]}){most}"
            )
        case PerPerson():
            goal = f" from {percent(rule.goal)} on" if rule.goal else ""
            text = f"{number(rule.per_person)} {unit} for {_OF_EN[rule.of]}{goal}"
        case Capped():
            bounds = [
                *([] if rule.most is None else [f"at most {number(rule.most)}"]),
                *([] if rule.least is None else [f"at least {number(rule.least)}"]),
            ]
            text = ", ".join([_english(rule.capped, unit), *bounds])
        case Total():
            text = "; plus ".join(_english(one, unit) for one in rule.total)
    return text


def _chinese(rule: Rule, unit: str) -> str:
    match rule:
        case PerPoint():
            above = f"超过{percent(rule.above, lang='zh')}后，" if rule.above else ""
            part = "" if rule.partial == "prorated" else f"（{_PARTIAL_ZH[rule.partial]}）"
            text = f"{above}每完成1个百分点得{number(rule.per_point)}{unit}{part}"
        case StepDown():
            text = (
                f"达到{percent(rule.goal, lang='zh')}得{number(rule.at_goal)}{unit}；"
                f"每低{_in_points(rule.per)}个百分点扣{number(rule.loses)}{unit}"
                f"（{_PARTIAL_ZH[rule.partial]}），最低{number(rule.least)}{unit}"
            )
        case Bands():
            text = _bands(rule, lambda band, end: _band_zh(band, end, unit, rule.each), "；")
        case AllOrNothing():
            goal = percent(rule.goal, lang="zh")
            text = f"达到{goal}得{number(rule.all_or_nothing)}{unit}，否则不得分"
            text = text if unit == "分" else text.replace("不得分", "不给")
        case Bonus():
            most = "" if rule.most is None else f"，最多{number(rule.most)}{unit}"
            text = (
                f"超过{percent(rule.beyond, lang='zh')}后每{_in_points(rule.per)}个百分点"
                f"加{number(rule.bonus)}{unit}（{_PARTIAL_ZH[rule.partial]}）{most}"
            )
        case PerPerson():
            goal = f"达到{percent(rule.goal, lang='zh')}的，" if rule.goal else ""
            text = f"{goal}{_OF_ZH[rule.of]}{number(rule.per_person)}{unit}"
        case Capped():
            bounds = [
                *([] if rule.most is None else [f"最多{number(rule.most)}{unit}"]),
                *([] if rule.least is None else [f"最低{number(rule.least)}{unit}"]),
            ]
            text = "，".join([_chinese(rule.capped, unit), *bounds])
        case Total():
            text = "；另加：".join(_chinese(one, unit) for one in rule.total)
    return text


def _bands(rule: Bands, band_text: Callable[[Band, Band | None], str], between: str) -> str:
    ends = [*rule.bands[1:], None]
    return between.join(band_text(*pair) for pair in zip(rule.bands, ends, strict=True))


def _band_en(band: Band, end: Band | None, unit: str, each: Each) -> str:
    start = "" if band.least is None else f"{'from' if band.included else 'above'} "
    start += "" if band.least is None else percent(band.least)
    stop = ""
    if end is not None and end.least is not None:
        stop = f"{'below' if end.included else 'up to'} {percent(end.least)}"
    where = " and ".join(part for part in (start, stop) if part) or "always"
    return f"{where}: {number(band.points)} {unit}{_EACH_EN[each]}"


def _band_zh(band: Band, end: Band | None, unit: str, each: Each) -> str:
    start = ""
    if band.least is not None:
        start = f"{percent(band.least, lang='zh')}{'（含）' if band.included else '（不含）'}以上"
    stop = ""
    if end is not None and end.least is not None:
        stop = f"{percent(end.least, lang='zh')}{'（不含）' if end.included else '（含）'}以下"
    where = "、".join(part for part in (start, stop) if part) or "一律"
    return f"{where}：{_EACH_ZH[each]}{number(band.points)}{unit}"


def _step_en(per: Fraction) -> str:
    return "percentage point" if per == Fraction(1, 100) else f"{_in_points(per)} points"


def _in_points(rate: Fraction) -> str:
    return number(rate * 100)


def amount(value: Fraction | Decimal, unit: Unit, lang: Lang = "en") -> str:
    """Return an amount with its unit.

    >>> amount(Fraction(98, 10), "points"), amount(Decimal(300), "yuan", "zh")
    ('9.8 points', '300元')
    """
    space = " " if lang == "en" else ""
    return f"{number(value)}{space}{_UNITS[lang][unit]}"

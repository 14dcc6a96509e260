"""What the inputs of a run are called by people: fields of a scenario and the values tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from coverage_campaign.views.words import Lang, Words, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage_campaign.model.campaign import Campaign

__all__ = ["Change", "changes_of", "input_name", "input_value"]

_NAMES: Final = {
    "among": Words("cut", "分解口径", "分解口徑"),
    "as_of": Words("last day counted", "统计截止日", "統計截止日"),
    "by": Words("reports by", "统计周期", "統計週期"),
    "campaign": Words("campaign", "方案", "方案"),
    "caps": Words("caps", "上限", "上限"),
    "curve": Words("curve", "进度曲线", "進度曲線"),
    "floors": Words("floors", "下限", "下限"),
    "known at": Words("known at", "数据提取时点", "資料提取時點"),
    "method": Words("rounding", "取整方法", "取整方法"),
    "over": Words("window", "序时区间", "序時區間"),
    "pins": Words("pinned shares", "固定任务数", "固定任務數"),
    "scheme": Words("scheme", "考核办法", "考核辦法"),
    "target": Words("total", "任务总数", "任務總數"),
    "ties": Words("ties", "并列处理", "並列處理"),
    "total": Words("total", "任务总数", "任務總數"),
    "uplift": Words("uplift", "加码", "加碼"),
    "weights": Words("weights", "权重", "權重"),
}
_VALUES: Final = {
    "adams": Words("Adams", "亚当斯法", "亞當斯法"),
    "declared": Words("declared weights", "使用者设定的权重", "使用者設定的權重"),
    "dean": Words("Dean", "迪恩法", "迪恩法"),
    "equal": Words("all equal", "平均分配", "平均分配"),
    "even": Words("even", "按日均匀", "按日均勻"),
    "even per calendar day": Words("even per calendar day", "按日历天数均匀", "按日曆天數均勻"),
    "hamilton": Words("Hamilton", "最大余数法", "最大餘數法"),
    "hill": Words("Huntington-Hill", "亨廷顿–希尔法", "亨廷頓–希爾法"),
    "jefferson": Words("Jefferson", "杰斐逊法", "傑斐遜法"),
    "webster": Words("Webster", "韦伯斯特法", "韋伯斯特法"),
    "None": Words("none", "无", "無"),
}
_ARROW: Final = " -> "


@attrs.frozen
class Change:
    """An input that two results differ in: its name and both values, in a language."""

    name: str
    before: str
    after: str

    def __str__(self) -> str:
        """Return the change in one line."""
        return f"{self.name}: {self.before} → {self.after}"


def input_name(field: str, lang: Lang) -> str:
    """Return what a field of a scenario is called.

    >>> input_name("weights", "zh"), input_name("level", "zh")
    ('权重', 'level')
    """
    return _NAMES[field].say(lang) if field in _NAMES else field


def input_value(value: str, campaign: Campaign, lang: Lang) -> str:
    """Return what a value is called: a measure by its label, a method by its name, else itself."""
    measure = next((one for one in campaign.measures if one.code == value), None)
    if measure is not None:
        return named(measure.label, lang) or value
    if value in _VALUES:
        return _VALUES[value].say(lang)
    return f"{int(value):,}" if value.isdecimal() else value


def changes_of(inputs: Sequence[str], campaign: Campaign, lang: Lang) -> tuple[Change, ...]:
    """Return the differing inputs of a comparison, each a line `field before -> after`."""
    return tuple(_change(line, campaign, lang) for line in inputs if _ARROW in line)


def _change(line: str, campaign: Campaign, lang: Lang) -> Change:
    before, _, after = line.partition(_ARROW)
    field = next((name for name in _NAMES if before.startswith(f"{name} ")), "")
    if not field:
        field = before.partition(" ")[0]
    old = before[len(field) + 1 :]
    return Change(
        input_name(field, lang),
        input_value(old, campaign, lang),
        input_value(after, campaign, lang),
    )

"""What a forecast says of itself: which shape it assumes, and what that shape does not know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.labels import Label
from coverage_campaign.progress.forecast.history import Record
from coverage_campaign.progress.forecast.methods import Pace, plan_following

__all__ = ["forecast_remarks", "silent_remarks"]

_LISTED = 8
# A plan that asks for a quarter more a day than of late has a rush ahead.
_A_RUSH = 1.25
_SHAPES_ZH = {
    "damped": "阻尼趋势",
    "saturating": "饱和曲线",
    "plan_following": "按计划曲线",
    "unchanged": "不再增加",
}


def forecast_remarks(method: Pace, record: Record, falls: int) -> Iterator[Label]:
    """Yield the shape that is assumed, the corrections left aside, the rush that it leaves out."""
    name = getattr(method, "__name__", None)
    yield _label(
        f"The shape assumed is {name or 'a function of the caller'}.",
        f"假定的走势：{_SHAPES_ZH.get(str(name), name or '使用者自定')}。",
    )
    if falls:
        yield _label(
            f"{falls} corrections downwards were not taken for a pace.",
            f"{falls}次向下更正未计入速度。",
        )
    times = _planned_rush(record)
    if times >= _A_RUSH and method is not plan_following:
        persons = round(float(np.nansum(plan_following(record)[-1])))
        yield _label(
            f"The plan has {times:.1f} times as much a day ahead as of late, and this shape does "
            f"not know it: by the plan's curve (paces.plan_following) {persons:,} are expected.",
            f"计划今后每日任务为近期的{times:.1f}倍，此走势未计入；"
            f"按计划曲线（paces.plan_following）预计{persons:,}人。",
        )


def silent_remarks(campaign: Campaign, units: Sequence[str]) -> Iterator[Label]:
    """Yield which units the forecast takes further without a figure of the last month."""
    if not units:
        return
    named = [campaign.unit(code).label for code in units[:_LISTED]]
    more = f", ... ({len(units)} in all)" if len(units) > _LISTED else ""
    rest = f"等{len(units)}个单位" if len(units) > _LISTED else ""
    yield _label(
        f"The last month of {', '.join(label.text() for label in named)}{more} is not reported: "
        "expected from the last figure on, at the pace before it.",
        f"{'、'.join(label.text('zh') for label in named)}{rest}最近一个月未上报，"
        "按此前速度从最后一次上报数推算。",
    )


def _planned_rush(record: Record) -> float:
    """Return how many times as much the plan has a day ahead as in the last stretch; else 0."""
    planned, coming = record.planned, record.planned_ahead
    if planned is None or coming is None or not len(coming):
        return 0.0
    back = min(record.stretch, -float(record.days[0]))
    before = float(np.interp(-back, record.days, planned))
    if back <= 0 or planned[-1] <= before:
        return 0.0
    of_late = (planned[-1] - before) / back
    return float((coming[-1] - planned[-1]) / record.ahead[-1] / of_late)


def _label(english: str, chinese: str) -> Label:
    return Label({"en": english, "zh-Hans": chinese})

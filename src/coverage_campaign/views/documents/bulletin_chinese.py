"""A bulletin in Chinese: the sentences of a 通报."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from coverage_campaign.views.documents.prose import (
    a_day,
    listed,
    long_day,
    month_of,
    per_thousand,
    points,
)
from coverage_campaign.views.documents.standing_rows import why_unranked
from coverage_campaign.views.signs import sign_words
from coverage_campaign.views.words import about, count, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coverage_campaign.views.documents.bulletin_facts import BulletinFacts, Outlook
    from coverage_campaign.views.standings import Standing

__all__ = ["chinese"]

_NAMED: Final = 3


def chinese(facts: BulletinFacts) -> Iterator[tuple[str, list[str]]]:
    """Yield the parts of a bulletin: heading and sentences."""
    yield "总体情况", list(_whole(facts))
    yield "进度居前的单位", list(_leaders(facts.well))
    yield "进度滞后的单位", list(_laggards(facts.late))
    yield "工作要求", list(_demands(facts))
    yield "排名依据", list(_ground(facts))


def _whole(facts: BulletinFacts) -> Iterator[str]:
    one, day = facts.whole, long_day(facts.progress.as_of, "zh")
    if facts.progress.basis.simulated:
        yield "本通报依据模拟数据，并非真实结果。"
    if one.completion_rate is None or one.gap_points is None:
        yield f"截至{day}，没有可以汇总的数据。"
        return
    side = "超过" if one.gap_points >= 0 else "低于"
    new = ""
    if one.new is not None and facts.progress.plan.by == "month":
        new = f"；其中{month_of(facts.progress.as_of, 'zh')}份新增{count(one.new)}人"
    yield (
        f"截至{day}，{len(facts.rows)}个单位累计完成{count(one.done)}人，"
        f"占任务{count(one.target)}人的{percent(one.completion_rate)}，"
        f"{side}序时进度（{percent(one.planned_rate)}）{points(one.gap_points)}个百分点{new}。"
    )
    if one.shortfall and facts.days_left:
        needed = f"，日均须完成{a_day(one.required_per_day)}人" if one.required_per_day else ""
        yield (
            f"距{long_day(facts.ends_on, 'zh')}还有{facts.days_left}天，"
            f"尚差{count(one.shortfall)}人{needed}。"
        )
    if facts.outlook is not None and facts.days_left:
        yield _outlook(facts.outlook)


def _outlook(outlook: Outlook) -> str:
    return (
        f"按目前进度推算，届时预计完成约{about(outlook.expected)}人"
        f"（{percent(outlook.level, digits=0)}的可能在{about(outlook.low)}人"
        f"至{about(outlook.high)}人之间），完成任务的可能性约为"
        f"{percent(outlook.chance, digits=0)}。"
    )


def _leaders(well: tuple[Standing, ...]) -> Iterator[str]:
    if not well:
        return
    names = [
        f"{one.name}（完成{percent(one.completion_rate)}，"
        f"超过序时进度{points(one.gap_points or 0)}个百分点）"
        for one in well[:_NAMED]
    ]
    first = f"居前{len(names)}位的是" if len(well) > _NAMED else _are(len(well))
    yield f"{len(well)}个单位达到或超过序时进度，{first}{listed(names, 'zh')}。"


def _laggards(late: tuple[Standing, ...]) -> Iterator[str]:
    if not late:
        return
    parts = [_lag(one) for one in late[:_NAMED]]
    first = f"差距最大的{len(parts)}个单位是" if len(late) > _NAMED else _are(len(late))
    yield f"{len(late)}个单位低于序时进度，{first}：{'；'.join(parts)}。"


def _are(number: int) -> str:
    return "分别是" if number > 1 else "是"


def _lag(one: Standing) -> str:
    needed = one.required_per_day
    daily = f"，日均须完成{a_day(needed)}人" if needed else ""
    return (
        f"{one.name}完成{percent(one.completion_rate)}，低于序时进度"
        f"{points(one.gap_points or 0)}个百分点，尚差{count(one.shortfall)}人{daily}"
    )


def _demands(facts: BulletinFacts) -> Iterator[str]:
    end = long_day(facts.ends_on, "zh")
    if facts.late and facts.days_left:
        short = sum(one.shortfall or 0 for one in facts.late)
        yield (f"上述{len(facts.late)}个滞后单位须于{end}前完成任务，合计尚差{count(short)}人。")
    missing = [row.standing.name for row in facts.unranked if row.standing.target]
    if missing:
        yield f"{listed(missing, 'zh')}须补报所缺报表。"
    following = facts.next_report
    if following is not None:
        yield (
            f"{month_of(following.month, 'zh')}份报表须于{long_day(following.due, 'zh')}前报送。"
        )


def _ground(facts: BulletinFacts) -> Iterator[str]:
    one = facts.whole
    yield "各单位按未取整的完成率排名，完成率相同的名次并列。"
    if one.reports_expected is None:
        yield "报表收到时间不详，报送是否齐全未知，有数据的单位均参加排名。"
    else:
        on_time = "" if facts.on_time is None else f"，其中按时{facts.on_time}份"
        yield f"应报报表{one.reports_expected}份，已报{one.reports_received}份{on_time}。"
    if facts.unranked:
        names = [
            f"{row.standing.name}（{why_unranked(row.standing, 'zh')}）" for row in facts.unranked
        ]
        yield f"未参加排名：{listed(names, 'zh')}。"
    yield _burden(facts.burdens)
    if facts.odd:
        names = [
            f"{row.standing.name}（{sign_words(row.standing.signs, 'zh')}）" for row in facts.odd
        ]
        yield f"月度数据有待核实的单位：{listed(names, 'zh')}。上述迹象并非结论。"
    else:
        yield "月度数据未见待核实的迹象。"


def _burden(burdens: tuple[Standing, ...]) -> str:
    if not burdens:
        return "没有应参保人数，各单位任务负担无法比较。"
    most, least = burdens[0], burdens[-1]
    if per_thousand(most.burden) == per_thousand(least.burden):
        return f"各单位任务负担相同，每千名应参保人{per_thousand(most.burden)}人。"
    return (
        f"每千名应参保人的任务数，{most.name}最多（{per_thousand(most.burden)}人），"
        f"{least.name}最少（{per_thousand(least.burden)}人）。"
    )

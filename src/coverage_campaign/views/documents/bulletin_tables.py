"""The tables of a bulletin: ranking, breakdown, definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from coverage_campaign.views.documents.cells import wide
from coverage_campaign.views.documents.document import Cell, Column, Lang, Table
from coverage_campaign.views.documents.prose import long_day
from coverage_campaign.views.inputs import input_value

if TYPE_CHECKING:
    from coverage_campaign.progress.track import Progress
    from coverage_campaign.views.documents.standing_rows import BulletinRow
    from coverage_campaign.views.standings import Standing

__all__ = ["WORDS", "breakdown", "defined", "definitions", "ranking"]

WORDS: Mapping[Lang, Mapping[str, str]] = {
    "en": {
        "rank": "Rank",
        "unit": "Unit",
        "target": "Target",
        "new": "New this month",
        "new_day": "New that day",
        "done": "Done",
        "rate": "Completion",
        "planned": "Schedule",
        "gap": "vs schedule (points)",
        "move": "Rank moved",
        "reports": "Reports received",
        "expected": "Reports expected",
        "burden": "Target per 1,000 eligible",
        "remark": "Remark",
        "total": "Total",
        "as_of": "To the end of",
        "persons": "Unit: persons",
        "ranking": "Ranking",
        "breakdown": "Breakdown",
        "definitions": "Definitions",
        "shortfall": "Shortfall",
        "required": "Needed per day",
        "gap_persons": "vs schedule (persons)",
        "planned_persons": "Planned",
        "term": "Term",
        "meaning": "Meaning",
        "simulated": "SIMULATED DATA",
    },
    "zh": {
        "rank": "名次",
        "unit": "单位",
        "target": "任务数",
        "new": "本月新增",
        "new_day": "当日新增",
        "done": "累计完成",
        "rate": "完成率",
        "planned": "序时进度",
        "gap": "较序时（百分点）",
        "move": "名次变化",
        "reports": "已报报表",
        "expected": "应报报表",
        "burden": "每千名应参保人任务",
        "remark": "备注",
        "total": "合计",
        "as_of": "截至",
        "persons": "单位：人",
        "ranking": "排名",
        "breakdown": "分解表",
        "definitions": "口径说明",
        "shortfall": "尚差",
        "required": "日均须完成",
        "gap_persons": "较计划（人）",
        "planned_persons": "计划数",
        "term": "项目",
        "meaning": "说明",
        "simulated": "模拟数据",
    },
}


def ranking(
    rows: Sequence[BulletinRow], total: BulletinRow, lang: Lang, *, by_month: bool
) -> Table:
    """Return the ranked units with what stands beside a rank; a column that says nothing is out."""
    words = WORDS[lang]
    standings = [row.standing for row in rows]
    moved = any(row.rank_before is not None for row in rows)
    reported = any(one.reports_expected is not None for one in standings)
    burdened = any(one.burden is not None for one in standings)
    columns = [
        Column(key="rank", head=words["rank"], kind="rank", width=8),
        Column(key="unit", head=words["unit"], width=_names(standings)),
        _count("target", words["target"]),
        _count("new", words["new" if by_month else "new_day"]),
        _count("done", words["done"]),
        Column(
            key="rate",
            head=words["rate"],
            kind="rate",
            width=12,
            bar=True,
            formula='=IF({target}=0,"",{done}/{target})',
        ),
        Column(key="planned", head=words["planned"], kind="rate", width=11),
        Column(
            key="gap",
            head=words["gap"],
            kind="points",
            width=12,
            signed=True,
            formula='=IF({target}=0,"",100*({done}/{target}-{planned}))',
        ),
        *([Column(key="move", head=words["move"], kind="move", width=8)] if moved else []),
        *([_count("reports", words["reports"], width=8)] if reported else []),
        *([_count("expected", words["expected"], width=8)] if reported else []),
        *([Column(key="burden", head=words["burden"], kind="real", width=11)] if burdened else []),
        Column(key="remark", head=words["remark"], width=24),
    ]
    keys = [column.key for column in columns]
    return Table(
        columns=tuple(columns),
        rows=tuple(_chosen(_ranked(row), keys) for row in rows),
        total=_chosen(_ranked(total), keys),
    )


def breakdown(rows: Sequence[BulletinRow], total: BulletinRow, lang: Lang) -> Table:
    """Return the persons behind the rates: planned, done, what is lacking, needed per day."""
    words = WORDS[lang]
    columns = (
        Column(key="rank", head=words["rank"], kind="rank", width=8),
        Column(key="unit", head=words["unit"], width=24),
        _count("target", words["target"]),
        _count("plan", words["planned_persons"]),
        _count("done", words["done"]),
        Column(
            key="gap_persons",
            head=words["gap_persons"],
            kind="move",
            width=13,
            signed=True,
            summed=True,
            formula="={done}-{plan}",
        ),
        _count("shortfall", words["shortfall"]),
        Column(key="required", head=words["required"], kind="real", width=13),
    )
    keys = [column.key for column in columns]
    return Table(
        columns=columns,
        rows=tuple(_chosen(_ranked(row), keys) for row in rows),
        total=_chosen(_ranked(total), keys),
    )


def defined(lines: Sequence[tuple[str, str]], lang: Lang) -> Table:
    """Return terms and meanings as a table."""
    words = WORDS[lang]
    return Table(
        columns=(
            Column(key="term", head=words["term"], width=24),
            Column(key="meaning", head=words["meaning"], width=92),
        ),
        rows=tuple(lines),
    )


def definitions(progress: Progress, lang: Lang) -> tuple[tuple[str, str], ...]:
    """Return what the words of the tables mean, with window, days, readings and what was left."""
    zh = lang == "zh"
    plan, tally = progress.plan, progress.tally
    phases = [progress.campaign.phase(code).label.text(lang) for code in plan.over]
    first, last = (long_day(plan.days[at].astype(object), lang) for at in (0, -1))
    days = len(plan.days)
    curve = input_value(plan.curve_name, progress.campaign, lang)
    known = tally.as_of.isoformat(sep=" ", timespec="minutes") if tally.as_of else ""
    window = (
        f"{first}至{last}（{'、'.join(phases)}，共{days}天，首尾两日均计入）"
        if zh
        else f"{first} to {last} ({', '.join(phases)}; {days} days, both ends inside)"
    )
    counted = progress.campaign.counts_net
    done = {
        True: ("新增与续保之和减去减员", "entries and resumptions less losses"),
        False: ("新增与续保之和，减员不扣", "entries and resumptions; losses are not taken off"),
        None: ("新增与续保之和；减员是否扣减尚无定论", "entries and resumptions; losses are open"),
    }[counted]
    return (
        ("序时区间" if zh else "Window of the schedule", window),
        ("统计截止日" if zh else "Last day counted", long_day(progress.as_of, lang)),
        (
            "数据提取时点" if zh else "Known at",
            known or ("未限定，含全部已报数据" if zh else "not limited: all that was reported"),
        ),
        ("累计完成" if zh else "Done", done[0] if zh else done[1]),
        (
            "完成率" if zh else "Completion",
            "累计完成 ÷ 任务数；按未取整的数排名" if zh else "done / target; ranked unrounded",
        ),
        (
            "序时进度" if zh else "Schedule",
            f"截至统计截止日的计划数 ÷ 任务数；计划曲线：{curve}"
            if zh
            else f"planned to the last day counted / target; curve: {curve}",
        ),
        (
            "较序时" if zh else "vs schedule",
            "100 ×（完成率 − 序时进度）" if zh else "100 x (completion - schedule), in points",
        ),
        (
            "日均须完成" if zh else "Needed per day",
            "尚差人数 ÷ 余下的计划日数" if zh else "shortfall / planned days left",
        ),
        (
            "未计入的上报行" if zh else "Rows not counted",
            f"{tally.problems.rows:,} / {tally.rows_in:,}",
        ),
        *_rests_on(progress, lang),
    )


def _rests_on(progress: Progress, lang: Lang) -> list[tuple[str, str]]:
    """Return readings, assumptions and remarks, the first with a term before it."""
    lines = [*progress.basis.lines(lang), *progress.notes_in(lang)]
    term = "依据" if lang == "zh" else "Rests on"
    return [(term if place == 0 else "", line) for place, line in enumerate(lines)]


def _names(standings: Sequence[Standing]) -> float:
    """Return a width for the names: all of them on one line, up to twenty letters of Chinese."""
    widest = max((wide(one.name) for one in standings), default=0.0)
    return min(max(18.0, 2.3 * widest + 1), 48.0)


def _count(key: str, head: str, *, width: float = 11.0) -> Column:
    return Column(key=key, head=head, kind="count", width=width, summed=True)


def _ranked(row: BulletinRow) -> dict[str, Cell]:
    one = row.standing
    return {
        "rank": one.rank,
        "unit": one.name,
        "target": one.target,
        "new": one.new,
        "done": one.done,
        "rate": one.completion_rate,
        "planned": one.planned_rate,
        "gap": one.gap_points,
        "move": row.rise,
        "reports": one.reports_received,
        "expected": one.reports_expected,
        "burden": one.burden,
        "remark": row.remark,
        "plan": one.planned,
        "gap_persons": one.gap_persons,
        "shortfall": one.shortfall,
        "required": one.required_per_day,
    }


def _chosen(cells: Mapping[str, Cell], keys: Sequence[str]) -> tuple[Cell, ...]:
    return tuple(cells[key] for key in keys)

"""The bulletin: who leads, who lags, by how much, and what is required by when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import attrs
import pandas as pd

from coverage_campaign.notebook import html_table
from coverage_campaign.progress.track import Progress
from coverage_campaign.views.standings import Standing, by_rank, standings, total_of

__all__ = ["Bulletin", "BulletinRow", "bulletin", "shown"]

Lang: TypeAlias = Literal["en", "zh"]
_NAMED = 3


@attrs.frozen(kw_only=True)
class BulletinRow:
    """A unit's standing with what a bulletin adds: its rank before, and a remark."""

    standing: Standing
    rank_before: int | None
    remark: str


@attrs.frozen(eq=False, kw_only=True)
class Bulletin:
    """A bulletin in one language: its sentences, its table, and what both rest on."""

    progress: Progress
    lang: Lang
    title: str
    sentences: tuple[str, ...]
    rows: tuple[BulletinRow, ...]
    total: BulletinRow
    definitions: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]

    @property
    def words(self) -> Mapping[str, str]:
        """The fixed words of the bulletin in its language."""
        return WORDS[self.lang]

    def to_frame(self) -> pd.DataFrame:
        """Return the table as it is shown: one row per unit, columns named in the language.

        Rates are fractions of one, gaps points; the total stands apart in `total`.
        """
        words, lines = self.words, [row.standing for row in self.rows]
        return pd.DataFrame(
            {
                words["rank"]: pd.array([one.rank for one in lines], dtype="Int64"),
                words["unit"]: pd.array([one.name for one in lines], dtype="str"),
                words["target"]: pd.array([one.target for one in lines], dtype="Int64"),
                words["new"]: pd.array([one.new for one in lines], dtype="Int64"),
                words["done"]: pd.array([one.done for one in lines], dtype="Int64"),
                words["rate"]: pd.array([one.completion_rate for one in lines], dtype="Float64"),
                words["planned"]: pd.array([one.planned_rate for one in lines], dtype="Float64"),
                words["gap"]: pd.array([one.gap_points for one in lines], dtype="Float64"),
                words["remark"]: pd.array([row.remark for row in self.rows], dtype="str"),
            }
        )

    def to_excel(self, path: str | Path) -> Path:
        """Write three sheets (ranking, breakdown, definitions) and return the path.

        Needs the extra `excel`. A4 landscape, formulas with stored values, every text a text.
        """
        from coverage_campaign.views.bulletin_workbook import write  # an extra

        return write(self, Path(path))

    def to_html(self, path: str | Path | None = None) -> str:
        """Return a page that needs nothing else, with its chart in it; write it where `path` says.

        Every text is escaped, and the page forbids itself scripts and the network.
        """
        from coverage_campaign.views.bulletin_page import page  # loads drawing

        text = page(self)
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    def to_markdown(self) -> str:
        """Return the bulletin as Markdown: sentences, table with total, notes."""
        words = self.words
        heads = ["rank", "unit", "target", "new", "done", "rate", "planned", "gap", "remark"]
        lines = [
            "| " + " | ".join(words[head] for head in heads) + " |",
            "|" + " ---: |" + " --- |" + " ---: |" * 6 + " --- |",
            *(_markdown_row(row) for row in (*self.rows, self.total)),
        ]
        notes = [f"- {_plain(note)}" for note in self.notes]
        defined = [f"- {_plain(term)}: {_plain(text)}" for term, text in self.definitions]
        return "\n".join(
            [
                f"# {_plain(self.title)}",
                "",
                *(_plain(sentence) + "\n" for sentence in self.sentences),
                *lines,
                "",
                f"## {words['definitions']}",
                "",
                *defined,
                *notes,
                "",
            ]
        )

    def _repr_html_(self) -> str:
        return html_table(self.to_frame(), title=self.title, notes=[*self.sentences, *self.notes])

    def __repr__(self) -> str:
        """Return title and sentences."""
        return "\n".join([f"<Bulletin: {self.title}>", *self.sentences])


WORDS: Mapping[Lang, Mapping[str, str]] = {
    "en": {
        "rank": "Rank", "unit": "Unit", "target": "Target", "new": "New", "done": "Done",
        "rate": "Completion", "planned": "Schedule", "gap": "vs schedule (points)",
        "move": "Rank moved", "remark": "Remark", "total": "Total", "as_of": "To the end of",
        "persons": "Unit: persons", "ranking": "Ranking", "breakdown": "Breakdown",
        "definitions": "Definitions", "shortfall": "Shortfall", "required": "Needed per day",
        "gap_persons": "vs schedule (persons)", "planned_persons": "Planned",
        "simulated": "SIMULATED DATA", "signature": "Issued from coverage_campaign",
    },
    "zh": {
        "rank": "名次", "unit": "单位", "target": "任务数", "new": "本期新增", "done": "累计完成",
        "rate": "完成率", "planned": "序时进度", "gap": "较序时（百分点）",
        "move": "名次变化", "remark": "备注", "total": "合计", "as_of": "截至",
        "persons": "单位：人", "ranking": "排名", "breakdown": "分解表",
        "definitions": "口径说明", "shortfall": "缺口", "required": "日均需完成",
        "gap_persons": "较序时（人）", "planned_persons": "计划数",
        "simulated": "模拟数据", "signature": "本表由 coverage_campaign 生成",
    },
}  # fmt: skip


def bulletin(
    progress: Progress, *, lang: Lang = "zh", previous: Progress | None = None
) -> Bulletin:
    """Return the bulletin of a progress, in Chinese (`zh`) or English (`en`).

    Args:
        progress: What is published. Units whose reports are incomplete stand unranked at the end.
        lang: The language of every word in it.
        previous: An earlier progress, for the movement of ranks.
    """
    earlier = {} if previous is None else {one.unit: one.rank for one in standings(previous, lang)}
    rows = tuple(
        BulletinRow(standing=one, rank_before=earlier.get(one.unit), remark=_remark(one, lang))
        for one in by_rank(standings(progress, lang))
    )
    whole = attrs.evolve(total_of(progress), name=WORDS[lang]["total"], rank=None)
    total = BulletinRow(standing=whole, rank_before=None, remark="")
    label = progress.campaign.label.text(lang)
    title = f"{label}进度通报" if lang == "zh" else f"{label}: progress bulletin"
    notes = (*progress.basis.lines(lang), *progress.said(lang))
    return Bulletin(
        progress=progress,
        lang=lang,
        title=title,
        sentences=_sentences(progress, rows, total, lang),
        rows=rows,
        total=total,
        definitions=_definitions(progress, lang),
        notes=notes,
    )


def _remark(one: Standing, lang: Lang) -> str:
    zh = lang == "zh"
    if one.done is None:
        return "未上报" if zh else "no report"
    missing = (one.reports_expected or 0) - (one.reports_received or 0)
    if one.rank is None and missing > 0:
        return f"缺报{missing}期，不参加排名" if zh else f"{missing} reports missing, not ranked"
    if one.rank is None:
        return "无任务" if zh else "no target"
    return ""


def _sentences(
    progress: Progress, rows: Sequence[BulletinRow], total: BulletinRow, lang: Lang
) -> tuple[str, ...]:
    """Return what a head reads first: the whole, who leads, who lags, what is required."""
    ranked = [row.standing for row in rows if row.standing.rank is not None]
    leaders = [one for one in ranked if (one.gap_points or 0) >= 0][:_NAMED]
    behind = sorted(
        (one for one in ranked if (one.gap_points or 0) < 0), key=lambda one: one.gap_points or 0
    )
    silent = [row for row in rows if row.standing.rank is None and row.remark]
    texts = [*_whole_sentence(progress, total.standing, lang)]
    if leaders:
        names = [_named(one.name, f"{one.completion_rate or 0:.1%}", lang) for one in leaders]
        lead = "进度居前的是{}。" if lang == "zh" else "In the lead: {}."
        texts.append(lead.format(_listed(names, lang)))
    if behind:
        parts = [_lag(one, lang) for one in behind[:_NAMED]]
        end = _day(progress.plan.days[-1].astype(object), lang)
        texts.append(
            f"{len(behind)}个单位落后于序时进度，其中{'；'.join(parts)}。上述单位须于{end}前完成任务。"
            if lang == "zh"
            else f"{len(behind)} units are behind the schedule: {'; '.join(parts)}. Due by {end}."
        )
    if silent:
        names = [_named(row.standing.name, row.remark, lang) for row in silent]
        unranked = "未参加排名：{}。" if lang == "zh" else "Not ranked: {}."
        texts.append(unranked.format(_listed(names, lang)))
    return tuple(texts)


def _whole_sentence(progress: Progress, whole: Standing, lang: Lang) -> Iterator[str]:
    zh, date = lang == "zh", _day(progress.as_of, lang)
    if progress.basis.simulated:
        yield "本通报依据模拟数据，并非真实结果。" if zh else "From SIMULATED data: no real result."
    if whole.completion_rate is None or whole.gap_points is None:
        yield (
            f"截至{date}，没有可以汇总的数据。" if zh else f"By {date} there is nothing to add up."
        )
        return
    points = f"{abs(whole.gap_points):.1f}"
    if zh:
        side = "高于" if whole.gap_points >= 0 else "低于"
        yield (
            f"截至{date}，累计完成{whole.done:,}人，占任务{whole.target:,}人的"
            f"{whole.completion_rate:.1%}，{side}序时进度{points}个百分点。"
        )
    else:
        side = "ahead of" if whole.gap_points >= 0 else "behind"
        yield (
            f"By the end of {date}, {whole.done:,} of {whole.target:,} people were reached "
            f"({whole.completion_rate:.1%}), {points} points {side} the schedule."
        )


def _lag(one: Standing, lang: Lang) -> str:
    points, needed = f"{abs(one.gap_points or 0):.1f}", one.required_per_day
    if lang == "zh":
        daily = f"、日均需完成{needed:,.1f}人" if needed else ""
        return f"{one.name}低{points}个百分点、尚差{one.shortfall:,}人{daily}"
    daily = f", {needed:,.1f} a day needed" if needed else ""
    return f"{one.name} by {points} points, {one.shortfall:,} people short{daily}"


def _named(name: str, more: str, lang: Lang) -> str:
    return f"{name}（{more}）" if lang == "zh" else f"{name} ({more})"


def _definitions(progress: Progress, lang: Lang) -> tuple[tuple[str, str], ...]:
    zh = lang == "zh"
    plan, tally = progress.plan, progress.tally
    phases = [progress.campaign.phase(code).label.text(lang) for code in plan.over]
    window = (
        f"{_day(plan.days[0].astype(object), lang)} – {_day(plan.days[-1].astype(object), lang)}"
    )
    known = tally.as_of.isoformat(sep=" ") if tally.as_of else ("未限定" if zh else "not limited")
    left_out = f"{tally.problems.rows:,} / {tally.rows_in:,}"
    return (
        (
            ("序时区间" if zh else "Schedule window"),
            f"{window}（{'、'.join(phases)}，{len(plan.days)}天）"
            if zh
            else f"{window} ({', '.join(phases)}, {len(plan.days)} days)",
        ),
        (("统计截止日" if zh else "Last day counted"), _day(progress.as_of, lang)),
        (("数据提取时点" if zh else "Known at"), known),
        (
            ("完成率" if zh else "Completion"),
            "累计完成 ÷ 任务数，按未取整的数排名" if zh else "done / target; ranked unrounded",
        ),
        (
            ("较序时" if zh else "vs schedule"),
            "100 ×（完成率 − 序时进度）" if zh else "100 x (completion - schedule)",
        ),
        (("未计入的行" if zh else "Rows not counted"), left_out),
    )


def _day(day: dt.date, lang: Lang) -> str:
    if lang == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {day:%B} {day.year}"


def _listed(names: Sequence[str], lang: Lang) -> str:
    if lang == "zh":
        return "、".join(names)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _markdown_row(row: BulletinRow) -> str:
    return "| " + " | ".join(_plain(text) for text in shown(row)) + " |"


def shown(row: BulletinRow) -> tuple[str, ...]:
    """Return a row as text, column by column: rank, unit, target, new, done, rates, gap, remark."""
    one = row.standing
    counts = (one.target, one.new, one.done)
    rates = (one.completion_rate, one.planned_rate)
    return (
        "" if one.rank is None else str(one.rank),
        one.name,
        *("" if count is None else f"{count:,}" for count in counts),
        *("" if rate is None else f"{rate:.1%}" for rate in rates),
        "" if one.gap_points is None else f"{one.gap_points:+.1f}".replace("-", "−"),
        row.remark,
    )


def _plain(text: str) -> str:
    """Return text that Markdown shows as it is: no table bars, no markup, no HTML."""
    safe = text.replace("\\", "\\\\").replace("&", "&amp;").replace("<", "&lt;")
    for mark in "|*_`[]#":
        safe = safe.replace(mark, f"\\{mark}")
    return " ".join(safe.split())

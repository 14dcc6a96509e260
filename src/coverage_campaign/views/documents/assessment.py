"""The yearly assessment as a document: results, points, verdicts with reasons, near thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from coverage_campaign.assessment.numbers import number
from coverage_campaign.assessment.sentences import sentence
from coverage_campaign.views.documents.document import (
    Cell,
    Column,
    Document,
    Lang,
    Section,
    Table,
    checked,
)
from coverage_campaign.views.documents.prose import listed, long_day
from coverage_campaign.views.documents.reasons import VerdictKind, answered, reason, threshold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coverage_campaign.assessment.assess import Assessment
    from coverage_campaign.assessment.assessed import Assessed
    from coverage_campaign.assessment.verdicts import Verdict

__all__ = ["assessment"]

# So many people between a unit and a threshold are a handful: named in a sentence.
_NEAR = 10


def assessment(assessed: Assessment, *, lang: Lang = "zh") -> Document:
    """Return an assessment: who did well, by which rule, and what stands or falls with a handful.

    What could not be assessed is a dash with its reason, never 0.

    Args:
        assessed: The result of `cc.assess`.
        lang: The language of every word. Reasons that other rules than those of the notice give
            are in English.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> allocation = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    >>> plan = cc.schedule(allocation, over="special-action")
    >>> simulation = cc.simulate(plan, seed=1)
    >>> tally = cc.tally(simulation.events, campaign, as_of="2009-01-12", simulated=True)
    >>> progress = cc.track(plan, tally, as_of="2008-12-31")
    >>> made = cc.documents.assessment(cc.assess(progress, campaign.scheme), lang="en")
    >>> [part.heading for part in made.sections]
    ['What was found', 'Results', 'Verdicts', 'Thresholds']
    """
    lang = checked(lang)
    zh, label = lang == "zh", assessed.campaign.label.text(lang)
    sections = [
        Section(
            heading="总体情况" if zh else "What was found",
            paragraphs=tuple(_told(assessed, lang)),
        ),
        Section(heading="考核结果" if zh else "Results", table=_results(assessed, lang)),
    ]
    if assessed.scheme.items:
        heading = "各项得分" if zh else "Points"
        rules = tuple(
            f"{item.label.text(lang)}：{sentence(item.rule, lang='zh')}"
            if zh
            else f"{item.label.text(lang)}: {sentence(item.rule)}"
            for item in assessed.scheme.items
        )
        sections.append(Section(heading=heading, paragraphs=rules, table=_points(assessed, lang)))
    verdicts, rewards = _verdicts(assessed, lang), _rewards(assessed, lang)
    if verdicts.rows:
        sections.append(Section(heading="认定理由" if zh else "Verdicts", table=verdicts))
    if rewards.rows:
        sections.append(Section(heading="奖励" if zh else "Rewards", table=rewards))
    thresholds = _thresholds(assessed, lang)
    if thresholds.rows:
        sections.append(Section(heading="临界情况" if zh else "Thresholds", table=thresholds))
    return Document(
        lang=lang,
        title=f"{label}年度考核结果" if zh else f"{label}: yearly assessment",
        meta=f"截至{long_day(assessed.as_of, lang)}"
        if zh
        else f"To the end of {long_day(assessed.as_of, lang)}",
        unit="单位：人" if zh else "Unit: persons",
        mark=("模拟数据" if zh else "SIMULATED DATA") if assessed.basis.simulated else "",
        sections=tuple(sections),
        notes=(*assessed.basis.lines(lang), *assessed.progress.notes_in(lang)),
    )


def _name(one: Assessed, assessed: Assessment, lang: Lang) -> str:
    return assessed.campaign.unit(one.facts.unit).label.text(lang) or one.facts.name


def _told(assessed: Assessment, lang: Lang) -> Iterator[str]:
    zh, units = lang == "zh", assessed.units
    last = assessed.progress.plan.days[-1].astype(object)
    if assessed.as_of < last:
        yield (
            f"本表为中期考核：计划期至{long_day(last, lang)}。"
            if zh
            else f"An interim assessment: the plan runs to {long_day(last, lang)}."
        )
    barred = [one for one in units if one.merit is not None and one.merit.answer is False]
    praised = [one for one in units if one.commended is not None and one.commended.answer]
    unknown = [one for one in units if one.missing]
    head = f"考核单位{len(units)}个" if zh else f"{len(units)} units were assessed"
    parts = [
        (f"不得评优{len(barred)}个" if zh else f"{len(barred)} are barred from merit awards"),
        (f"予以表彰{len(praised)}个" if zh else f"{len(praised)} are commended"),
        (f"无法考核{len(unknown)}个" if zh else f"{len(unknown)} could not be assessed in full"),
    ]
    yield f"{head}：{'，'.join(parts)}。" if zh else f"{head}: {', '.join(parts)}."
    if praised:
        names = listed([_name(one, assessed, lang) for one in praised], lang)
        yield f"予以表彰的单位：{names}。" if zh else f"Commended: {names}."
    near = assessed.boundaries(near=_NEAR)["unit"].drop_duplicates().tolist()
    if near:
        names = listed([assessed.campaign.unit(code).label.text(lang) for code in near], lang)
        yield (
            f"与某一界线相差不超过{_NEAR}人的单位：{names}；这些单位的数据宜先核实。"
            if zh
            else f"Within {_NEAR} people of a threshold: {names}; check their figures first."
        )
    if assessed.open_questions:
        codes = ", ".join(assessed.open_questions)
        yield (
            f"下列问题尚无定论，相应认定空缺：{codes}。"
            if zh
            else f"Open, so that verdicts are missing: {codes}."
        )


def _results(assessed: Assessment, lang: Lang) -> Table:
    zh, scheme = lang == "zh", assessed.scheme
    columns = [
        Column(key="unit", head="单位" if zh else "Unit", width=26),
        Column(
            key="target", head="任务数" if zh else "Target", kind="count", width=12, summed=True
        ),
        Column(key="done", head="完成数" if zh else "Done", kind="count", width=12, summed=True),
        Column(
            key="rate",
            head="完成率" if zh else "Completion",
            kind="rate",
            width=12,
            bar=True,
            formula='=IF({target}=0,"",{done}/{target})',
        ),
        *([Column(key="score", head="得分" if zh else "Score", width=10)] if scheme.items else []),
        *([Column(key="grade", head="等次" if zh else "Grade", width=12)] if scheme.grades else []),
        Column(key="merit", head="评优资格" if zh else "Merit awards", width=16),
        Column(key="praise", head="表彰" if zh else "Commended", width=14),
    ]
    rows: list[tuple[Cell, ...]] = []
    for one in assessed.units:
        target, done = one.facts.target, one.facts.done
        score = None if one.score is None else number(one.score)
        rows.append(
            (
                _name(one, assessed, lang),
                target,
                done,
                done / target if target and done is not None else None,
                *([score or "–"] if scheme.items else []),
                *([one.grade.label.text(lang) if one.grade else "–"] if scheme.grades else []),
                answered("merit", one.merit, lang),
                answered("commended", one.commended, lang),
            )
        )
    return Table(columns=tuple(columns), rows=tuple(rows))


def _points(assessed: Assessment, lang: Lang) -> Table:
    zh, items = lang == "zh", assessed.scheme.items
    columns = (
        Column(key="unit", head="单位" if zh else "Unit", width=26),
        *(
            Column(
                key=item.code,
                head=f"{item.label.text(lang)}（{number(item.weight)}分）"
                if zh
                else f"{item.label.text(lang)} (of {number(item.weight)})",
                width=16,
            )
            for item in items
        ),
        Column(key="sum", head="得分" if zh else "Score", width=10),
    )
    rows = tuple(
        (
            _name(one, assessed, lang),
            *("–" if line.amount is None else number(line.amount) for line in one.items),
            "–" if one.score is None else number(one.score),
        )
        for one in assessed.units
    )
    return Table(columns=columns, rows=rows)


def _verdicts(assessed: Assessment, lang: Lang) -> Table:
    zh = lang == "zh"
    columns = (
        Column(key="unit", head="单位" if zh else "Unit", width=24),
        Column(key="what", head="认定" if zh else "Verdict", width=22),
        Column(key="reason", head="理由" if zh else "Reason", width=60),
        Column(key="clause", head="依据条款" if zh else "Clause", width=12),
    )
    rows: list[tuple[Cell, ...]] = []
    for one in assessed.units:
        kinds: tuple[tuple[VerdictKind, Verdict | None], ...] = (
            ("free", one.free),
            ("merit", one.merit),
            ("commended", one.commended),
        )
        for kind, verdict in kinds:
            if verdict is not None:
                told = reason(kind, verdict, one.facts, assessed, lang)
                what = answered(kind, verdict, lang)
                rows.append((_name(one, assessed, lang), what, told, verdict.clause))
    return Table(columns=columns, rows=tuple(rows))


def _rewards(assessed: Assessment, lang: Lang) -> Table:
    zh = lang == "zh"
    columns = (
        Column(key="unit", head="单位" if zh else "Unit", width=24),
        Column(key="what", head="项目" if zh else "Reward", width=26),
        Column(key="yuan", head="金额（元）" if zh else "Yuan", width=14),
        Column(key="reason", head="理由" if zh else "Reason", width=50),
        Column(key="clause", head="依据条款" if zh else "Clause", width=12),
    )
    rows = [
        (
            _name(one, assessed, lang),
            line.label.text(lang),
            "–" if line.amount is None else number(line.amount),
            line.reason,
            line.clause,
        )
        for one in assessed.units
        for line in one.rewards
    ]
    return Table(columns=columns, rows=tuple(rows))


def _thresholds(assessed: Assessment, lang: Lang) -> Table:
    zh, frame = lang == "zh", assessed.boundaries()
    columns = (
        Column(key="unit", head="单位" if zh else "Unit", width=26),
        Column(key="what", head="界线" if zh else "Threshold", width=30),
        Column(key="at", head="完成率须达" if zh else "From", width=12),
        Column(key="needed", head="至少完成" if zh else "Needed", kind="count", width=13),
        Column(key="done", head="已完成" if zh else "Done", kind="count", width=13),
        Column(
            key="margin",
            head="超出（+）或不足（−）" if zh else "Over (+) or short (−)",
            kind="move",
            width=16,
            signed=True,
            formula="={done}-{needed}",
        ),
    )
    rows = [
        (
            assessed.campaign.unit(str(row["unit"])).label.text(lang),
            threshold(str(row["boundary"]), lang),
            str(row["threshold"]).replace(" %", "%"),
            *(_whole(row[name]) for name in ("needed", "done", "margin")),
        )
        for row in frame.to_dict("records")
    ]
    return Table(columns=columns, rows=tuple(rows))


def _whole(value: Any) -> int | None:  # noqa: ANN401 - a cell of a frame
    return None if pd.isna(value) else int(value)

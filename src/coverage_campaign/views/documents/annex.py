"""Annexes as they are issued: who does how much, cut by cut and crossed, with their totals."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd

from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.views.documents.cells import wide
from coverage_campaign.views.documents.document import Cell, Column, Document, Lang, Section, Table
from coverage_campaign.views.documents.document import checked as checked_lang
from coverage_campaign.views.documents.prose import listed
from coverage_campaign.views.inputs import input_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coverage_campaign.allocation.cross import CrossAllocation
    from coverage_campaign.allocation.top_down import UnitTie
    from coverage_campaign.model.campaign import Campaign

__all__ = ["annex"]


def annex(*annexes: Allocation | CrossAllocation, lang: Lang = "zh") -> Document:
    """Return the annexes of a notice as one document, a table for each, totals apart.

    An allocation gives number, unit, persons, share of the whole, and what it was shared out by; a
    cross gives units by departments with both margins. Headings are those of the campaign's own
    annexes where it names them.

    Args:
        annexes: Allocations and crosses of one campaign, in the order of the annexes.
        lang: The language of every word.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> counties = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    >>> made = cc.documents.annex(counties)
    >>> made.sections[0].heading, made.sections[0].table.total[2]
    ('附表1：县市区任务分解表', 76000)
    """
    lang = checked_lang(lang)
    if not annexes:
        raise DefinitionError(Problem("annexes", "none given", "give an allocation or a cross"))
    first = annexes[0]
    campaign = first.campaign if isinstance(first, Allocation) else first.rows.campaign
    label = campaign.label.text(lang)
    notes: dict[str, None] = {}
    for one in annexes:
        notes.update(dict.fromkeys([*_ground(one, lang), *one.basis.lines(lang)]))
    return Document(
        lang=lang,
        title=f"{label}任务分解表" if lang == "zh" else f"{label}: targets shared out",
        unit="单位：人" if lang == "zh" else "Unit: persons",
        mark=_mark(annexes, lang),
        sections=tuple(_section(one, place, lang) for place, one in enumerate(annexes, start=1)),
        notes=tuple(notes),
    )


def _mark(annexes: Sequence[Allocation | CrossAllocation], lang: Lang) -> str:
    if not any(one.basis.simulated for one in annexes):
        return ""
    return "模拟数据" if lang == "zh" else "SIMULATED DATA"


def _section(one: Allocation | CrossAllocation, place: int, lang: Lang) -> Section:
    if isinstance(one, Allocation):
        heading = _heading(one, place, lang)
        return Section(heading=heading, table=_shares(one, lang), sheet_title=heading)
    rows, columns = (_cut(cut.campaign, cut.among, lang) for cut in (one.rows, one.columns))
    heading = (
        f"附表{place}：{rows}与{columns}任务交叉分解表"
        if lang == "zh"
        else f"Annex {place}: {rows} by {columns[:1].lower()}{columns[1:]}"
    )
    return Section(heading=heading, table=_crossed(one, lang), sheet_title=heading)


def _heading(one: Allocation, place: int, lang: Lang) -> str:
    own = next((annex for annex in one.campaign.annexes if annex.breakdown == one.among), None)
    name = own.label.text(lang) if own else f"附表{place}" if lang == "zh" else f"Annex {place}"
    cut = _cut(one.campaign, one.among, lang)
    if lang == "zh":
        return f"{name}：{cut}任务分解表"
    return name if ":" in name else f"{name}: {cut}"


def _cut(campaign: Campaign, code: str, lang: Lang) -> str:
    found = next((one for one in campaign.breakdowns if one.code == code), None)
    return code if found is None else found.label.text(lang)


def _shares(one: Allocation, lang: Lang) -> Table:
    zh = lang == "zh"
    shares, uplifted = one.shares(), one.uplifted_shares()
    raised = int(uplifted.sum()) != int(shares.sum())
    whole = int(shares.sum())
    columns = [
        Column(key="number", head="序号" if zh else "No.", kind="rank", width=8),
        Column(key="unit", head="单位" if zh else "Unit", width=34),
        Column(
            key="persons",
            head="任务数（人）" if zh else "Persons",
            kind="count",
            width=15,
            summed=True,
        ),
        Column(key="part", head="占比" if zh else "Share", kind="rate", width=11),
        Column(key="weight", head=_weight_head(one, lang), kind="count", width=20, summed=True),
        *(
            [
                Column(
                    key="uplifted",
                    head="下达任务数（人）" if zh else "Handed down, uplifted",
                    kind="count",
                    width=17,
                    summed=True,
                )
            ]
            if raised
            else []
        ),
        Column(key="remark", head="备注" if zh else "Remark", width=26),
    ]
    lines = {str(line["unit"]): line for line in one.to_frame().to_dict("records")}
    rows: list[tuple[Cell, ...]] = []
    for number, (code, share) in enumerate(shares.items(), start=1):
        line = {str(name): value for name, value in lines[str(code)].items()}
        weight = float(line["weight"])
        rows.append(
            (
                number,
                one.campaign.unit(str(code)).label.text(lang),
                int(share),
                int(share) / whole if whole else None,
                weight if weight.is_integer() else None,
                *([int(uplifted.loc[str(code)])] if raised else []),
                _remark(line, lang),
            )
        )
    weights = [row[4] for row in rows]
    known = [weight for weight in weights if isinstance(weight, float)]
    total: tuple[Cell, ...] = (
        None,
        "合计" if zh else "Total",
        whole,
        1.0 if whole else None,
        sum(known) if len(known) == len(weights) else None,
        *([int(uplifted.sum())] if raised else []),
        "",
    )
    return Table(columns=tuple(columns), rows=tuple(rows), total=total)


def _weight_head(one: Allocation, lang: Lang) -> str:
    name = input_value(one.weighting, one.campaign, lang)
    return f"分解依据：{name}" if lang == "zh" else f"Shared out by: {name}"


def _remark(line: Mapping[str, Any], lang: Lang) -> str:
    """Return which bound decided a share."""
    zh, share = lang == "zh", int(line["share"])
    if line["pinned"]:
        return "任务数由使用者指定" if zh else "pinned"
    bounds = {name: line[name] for name in ("floor", "cap") if not pd.isna(line[name])}
    told = [
        *(["达到下限" if zh else "at its floor"] if bounds.get("floor") == share else []),
        *(["达到上限" if zh else "at its cap"] if bounds.get("cap") == share else []),
    ]
    return ("、" if zh else ", ").join(told)


def _crossed(one: CrossAllocation, lang: Lang) -> Table:
    campaign, zh = one.rows.campaign, lang == "zh"
    names = [campaign.unit(str(code)).label.text(lang) for code in one.columns.shares().index]
    cells: list[list[int]] = one.cells.tolist()
    whole = "合计" if zh else "Total"
    widths = [max(8.5, min(wide(name) * 1.1, 14.0)) for name in names]
    columns = (
        Column(key="number", head="序号" if zh else "No.", kind="rank", width=8),
        Column(key="unit", head="单位" if zh else "Unit", width=22),
        *(
            Column(key=f"c{place}", head=name, kind="count", width=width, summed=True)
            for place, (name, width) in enumerate(zip(names, widths, strict=True))
        ),
        Column(key="total", head=whole, kind="count", width=11, summed=True),
    )
    units = [campaign.unit(str(code)).label.text(lang) for code in one.rows.shares().index]
    rows: list[tuple[Cell, ...]] = [
        (number, name, *line, sum(line))
        for number, (name, line) in enumerate(zip(units, cells, strict=True), start=1)
    ]
    across = [sum(line[place] for line in cells) for place in range(len(names))]
    return Table(columns=columns, rows=tuple(rows), total=(None, whole, *across, sum(across)))


def _ground(one: Allocation | CrossAllocation, lang: Lang) -> list[str]:
    """Return by which figures an annex was shared out, who counted them, and how it was rounded."""
    if not isinstance(one, Allocation):
        return []
    zh, campaign = lang == "zh", one.campaign
    cut = _cut(campaign, one.among, lang)
    measure = next((each for each in campaign.measures if each.code == one.weighting), None)
    lines = []
    if measure is not None:
        name = measure.label.text(lang)
        lines.append(
            f"{cut}任务按{name}分解，来源：{measure.source}。"
            if zh
            else f"{cut} are shared out by: {name}. Source: {measure.source}."
        )
    if one.method is not None:
        method = input_value(getattr(one.method, "__name__", ""), campaign, lang)
        lines.append(f"取整方法：{method}。" if zh else f"Rounded by: {method}.")
    lines += [_tie(tie, campaign, lang) for tie in one.ties]
    rises = [rise for _, rise in one.uplift if rise != Fraction(0)]
    if rises:
        lines.append("下达任务数含逐级加码。" if zh else "What is handed down is uplifted.")
    return lines


def _tie(tie: UnitTie, campaign: Campaign, lang: Lang) -> str:
    everyone, winners = (
        listed([campaign.unit(code).label.text(lang) for code in codes], lang)
        for codes in (tie.units, tie.winners)
    )
    if lang == "zh":
        return f"{everyone}并列，余{tie.seats}人，由{winners}承担（规则：{tie.rule}）。"
    return f"{everyone} tie for the last {tie.seats}; carried by {winners} (rule: {tie.rule})."

"""Responsibility letters as a document: a register, and each letter on a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coverage_campaign.assessment.letters import Letter, Letters

__all__ = ["letters"]


def letters(signed: Letters, *, lang: Lang = "zh") -> Document:
    """Return responsibility letters: who owes what to whom by when, and a letter for each to sign.

    Args:
        signed: The letters of an allocation, some of them signed (see `cc.letters`).
        lang: The language of every word.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> counties = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    >>> made = cc.documents.letters(cc.letters(counties), lang="en")
    >>> len(made.sections), made.sections[1].paragraphs[1]
    (13, '(1) 1,993 people by 31 December 2008.')
    """
    lang = checked(lang)
    zh, label = lang == "zh", signed.campaign.label.text(lang)
    return Document(
        lang=lang,
        title=f"{label}责任状" if zh else f"{label}: responsibility letters",
        unit="单位：人" if zh else "Unit: persons",
        mark=("模拟数据" if zh else "SIMULATED DATA") if signed.basis.simulated else "",
        sections=(
            Section(
                heading="责任状签订情况" if zh else "Register",
                paragraphs=(_state(signed, lang),),
                table=_register(signed, lang),
            ),
            *(_letter(signed, one, lang) for one in signed.letters),
        ),
        notes=signed.basis.lines(lang),
    )


def _state(signed: Letters, lang: Lang) -> str:
    done = sum(one.signed_on is not None for one in signed.letters)
    left = len(signed.letters) - done
    if lang == "zh":
        return f"应签责任状{len(signed.letters)}份，已签{done}份，未签{left}份。"
    return f"{len(signed.letters)} letters: {done} signed, {left} not signed yet."


def _register(signed: Letters, lang: Lang) -> Table:
    zh = lang == "zh"
    raised = any(one.uplifted != one.persons for one in signed.letters)
    columns = (
        Column(key="number", head="序号" if zh else "No.", kind="rank", width=9),
        Column(key="unit", head="责任单位" if zh else "Unit", width=26),
        Column(key="to", head="向谁负责" if zh else "Owes to", width=18),
        Column(key="persons", head="任务数" if zh else "Persons", kind="count", width=12),
        *(
            [
                Column(
                    key="uplifted",
                    head="下达任务数" if zh else "Uplifted",
                    kind="count",
                    width=12,
                )
            ]
            if raised
            else []
        ),
        Column(key="by", head="完成时限" if zh else "By", width=17),
        Column(key="office", head="责任人" if zh else "In charge", width=26),
        Column(key="signed", head="签订日期" if zh else "Signed on", width=17),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            number,
            one.unit.label.text(lang),
            one.to.label.text(lang) if one.to else "",
            one.persons,
            *([one.uplifted] if raised else []),
            one.by.isoformat(),
            one.office.text(lang),
            one.signed_on.isoformat() if one.signed_on else ("未签" if zh else "not yet"),
        )
        for number, one in enumerate(signed.letters, start=1)
    ]
    return Table(columns=columns, rows=tuple(rows))


def _letter(signed: Letters, one: Letter, lang: Lang) -> Section:
    told = _promised(signed, one, lang)
    above = one.to.label.text(lang) if one.to else ""
    name, office = one.unit.label.text(lang), one.office.text(lang)
    day = long_day(one.signed_on, lang) if one.signed_on else ""
    if lang == "zh":
        below = (
            *([f"下达单位（盖章）：{above}"] if above else []),
            f"责任单位（盖章）：{name}",
            f"责任人（签字）：{office}",
            f"签订日期：{day or '____年__月__日'}",
        )
        return Section(heading=f"{name}责任状", paragraphs=told, signed=below, own_page=True)
    below = (
        *([f"For {above}: ____________"] if above else []),
        f"For {name}: ____________",
        f"In charge, {office}: ____________",
        f"Signed on: {day or '____________'}",
    )
    heading = f"Responsibility letter: {name}"
    return Section(heading=heading, paragraphs=told, signed=below, own_page=True)


def _promised(signed: Letters, one: Letter, lang: Lang) -> tuple[str, ...]:
    """Return what a unit promises, the first line to whom, the others what."""
    if lang == "zh":
        parts = list(_promised_chinese(signed, one))
        numbered = [f"（{'一二三四五六'[place]}）{text}" for place, text in enumerate(parts)]
        above = f"向{one.to.label.text('zh')}" if one.to else ""
        clause = f"根据通知{one.clause}，" if one.clause else ""
        first = f"{clause}为完成{signed.campaign.label.text('zh')}任务，"
        return (f"{first}{one.unit.label.text('zh')}{above}承诺如下：", *numbered)
    above = f" to {one.to.label}" if one.to else ""
    clause = f"By clause {one.clause}, for" if one.clause else "For"
    parts = list(_promised_english(signed, one))
    numbered = [f"({place}) {text}" for place, text in enumerate(parts, start=1)]
    first = f'{clause} "{signed.campaign.label}", {one.unit.label} promises{above}:'
    return (first, *numbered)


def _promised_chinese(signed: Letters, one: Letter) -> Iterator[str]:
    yield f"{long_day(one.by, 'zh')}前完成{one.persons:,}人。"
    if one.uplifted != one.persons:
        yield f"逐级加码后下达任务{one.uplifted:,}人。"
    if one.groups:
        names = [signed.campaign.group(code).label.text("zh") for code in one.groups]
        yield f"负责下列人员的参保：{listed(names, 'zh')}。"
    if one.reports_to:
        day = f"次月{one.due_day}日前" if one.due_day else "按期（报送日期未定）"
        yield f"每月进展{day}报{one.reports_to.label.text('zh')}。"


def _promised_english(signed: Letters, one: Letter) -> Iterator[str]:
    yield f"{one.persons:,} people by {long_day(one.by, 'en')}."
    if one.uplifted != one.persons:
        yield f"With the uplift handed down: {one.uplifted:,} people."
    if one.groups:
        names = [signed.campaign.group(code).label.text() for code in one.groups]
        yield f"To answer for: {listed(names, 'en')}."
    if one.reports_to:
        day = f"by day {one.due_day} of the next" if one.due_day else "on a day not set yet"
        yield f"To report every month to {one.reports_to.label}, {day}."

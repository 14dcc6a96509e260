"""Two results side by side as a document: what went in differently, what came out differently."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from coverage_campaign.views.documents.document import (
    Cell,
    Column,
    Document,
    Lang,
    Section,
    Table,
    checked,
)
from coverage_campaign.views.documents.prose import listed
from coverage_campaign.views.inputs import changes_of
from coverage_campaign.views.words import count, percent, signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

    from coverage_campaign.scenarios.compare import Comparison

__all__ = ["comparison"]

_QUANTITIES = {
    "share": {"en": "Share", "zh": "任务数"},
    "target": {"en": "Target", "zh": "任务数"},
    "done": {"en": "Done", "zh": "完成数"},
    "planned": {"en": "Planned to date", "zh": "计划数"},
    "rank": {"en": "Rank", "zh": "名次"},
}


def comparison(compared: Comparison, *, lang: Lang = "zh") -> Document:
    """Return a comparison as a document: the inputs, a sentence, a table for each quantity.

    Args:
        compared: Two results of one type (see `cc.compare`).
        lang: The language of every word.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> old, new = (
    ...     cc.allocate(campaign, weights=cc.weights.by_measure(census))
    ...     for census in ("census_2000", "census_2010")
    ... )
    >>> made = cc.documents.comparison(cc.compare(old, new))
    >>> print(made.sections[0].paragraphs[1])
    任务数：12个单位有变化，总量不变；变化最大的是珠晖区，由1,993人变为3,520人（+76.6%）。
    """
    lang = checked(lang)
    zh, frame = lang == "zh", compared.to_frame()
    label = compared.campaign.label.text(lang)
    present = [name for name in _QUANTITIES if name in set(frame["quantity"].tolist())]
    tables = [
        Section(
            heading=_QUANTITIES[name][lang],
            table=_table(compared, frame[frame["quantity"] == name], name, lang),
        )
        for name in present
    ]
    chart = any(name != "rank" for name in present)
    return Document(
        lang=lang,
        title=f"{label}：两种方案比较" if zh else f"{label}: two results compared",
        unit="单位：人" if zh else "Unit: persons",
        mark=("模拟数据" if zh else "SIMULATED DATA") if compared.basis.simulated else "",
        sections=(
            Section(
                heading="主要差别" if zh else "What differs",
                paragraphs=tuple(_told(compared, frame, present, lang)),
            ),
            *(tables or [_nothing(lang)]),
        ),
        notes=compared.basis.lines(lang),
        chart=partial(_chart, compared, lang) if chart else None,
    )


def _nothing(lang: Lang) -> Section:
    head = "结果" if lang == "zh" else "Result"
    text = "没有变化" if lang == "zh" else "Nothing differs."
    return Section(table=Table(columns=(Column(key="r", head=head, width=40),), rows=((text,),)))


def _chart(compared: Comparison, lang: Lang) -> Axes:
    from coverage_campaign.views import charts  # loads matplotlib, which a workbook does without

    return charts.comparison(compared, lang=lang)


def _told(
    compared: Comparison, frame: pd.DataFrame, present: list[str], lang: Lang
) -> Iterator[str]:
    zh = lang == "zh"
    changes = changes_of(compared.inputs, compared.campaign, lang)
    if changes:
        told = listed([f"{one.name}由“{one.before}”改为“{one.after}”" for one in changes], lang)
        english = "; ".join(f"{one.name} from {one.before} to {one.after}" for one in changes)
        yield f"{told}。" if zh else f"What went in: {english}."
    for name in present:
        rows = frame[frame["quantity"] == name]
        if name != "rank":
            yield _sentence(compared, rows, name, lang)
    if not present:
        yield "结果没有变化。" if zh else "Nothing differs."


def _sentence(compared: Comparison, rows: pd.DataFrame, name: str, lang: Lang) -> str:
    what, top = _QUANTITIES[name][lang], rows.iloc[0]
    change = int(rows["change"].fillna(0).sum())
    unit = _name(compared, str(top["unit"]), str(top["name"]), lang)
    before, after = (_whole(top[side]) for side in ("before", "after"))
    rate = "" if not before or after is None else f"{_rate(before, after)}"
    if lang == "zh":
        total = "总量不变" if change == 0 else f"总量变化{signed(change, digits=0)}人"
        told = f"（{rate}）" if rate else ""
        return (
            f"{what}：{len(rows)}个单位有变化，{total}；变化最大的是{unit}，"
            f"由{count(before)}人变为{count(after)}人{told}。"
        )
    total = "the total is the same" if change == 0 else f"the total {signed(change, digits=0)}"
    told = f" ({rate})" if rate else ""
    return (
        f"{what}: {len(rows)} units differ, {total}; most of all {unit}, "
        f"from {count(before)} to {count(after)} people{told}."
    )


def _rate(before: int, after: int) -> str:
    rate = (after - before) / before
    return f"+{percent(rate)}" if rate > 0 else percent(rate)


def _table(compared: Comparison, rows: pd.DataFrame, name: str, lang: Lang) -> Table:
    zh, ranked = lang == "zh", name == "rank"
    columns = (
        Column(key="unit", head="单位" if zh else "Unit", width=30),
        Column(key="before", head="之前" if zh else "Before", kind="count", width=14),
        Column(key="after", head="之后" if zh else "After", kind="count", width=14),
        Column(
            key="change",
            head="变化" if zh else "Change",
            kind="move",
            width=14,
            signed=not ranked,
            formula="={after}-{before}",
        ),
        *(
            []
            if ranked
            else [
                Column(
                    key="rate",
                    head="变化（百分比）" if zh else "Change, %",
                    kind="points",
                    width=14,
                    signed=True,
                    formula='=IF({before}=0,"",100*({after}-{before})/{before})',
                )
            ]
        ),
    )
    lines: list[tuple[Cell, ...]] = []
    for code, label, old, new in zip(
        *(rows[column].tolist() for column in ("unit", "name", "before", "after")), strict=True
    ):
        before, after = _whole(old), _whole(new)
        known = before is not None and after is not None
        change = after - before if before is not None and after is not None else None
        rate = 100 * change / before if known and before and change is not None else None
        line = (_name(compared, code, label, lang), before, after, change)
        lines.append(line if ranked else (*line, rate))
    return Table(columns=columns, rows=tuple(lines))


def _name(compared: Comparison, code: str, name: str, lang: Lang) -> str:
    unit = next((one for one in compared.campaign.units if one.code == code), None)
    return name if unit is None else unit.label.text(lang)


def _whole(value: Any) -> int | None:  # noqa: ANN401 - a cell of a frame
    return None if pd.isna(value) else int(value)

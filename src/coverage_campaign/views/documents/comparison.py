"""Two results side by side as a document: what went in differently, what came out differently."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd

from coverage_campaign.checks import checked_call
from coverage_campaign.messages import Language, check_language, language, message, message_in
from coverage_campaign.notebook import Axes
from coverage_campaign.scenarios.compare import Comparison
from coverage_campaign.views.documents.document import Document
from coverage_campaign.views.documents.paper import (
    UNIT,
    CellIn,
    Column,
    Kind,
    Section,
    Table,
    Text,
    mark_of,
)
from coverage_campaign.views.words import changes_of

__all__ = ["comparison"]

_QUANTITIES: Final = {
    "share": message_in("quantity", "Share"),
    "uplifted": message_in("quantity", "Uplifted share"),
    "target": message_in("quantity", "Target"),
    "done": message_in("quantity", "Done"),
    "planned": message_in("quantity", "Planned to date"),
    "persons": message_in("quantity", "Persons"),
    "cases": message_in("quantity", "Cases"),
    "expected": message_in("quantity", "Expected"),
    "low": message_in("quantity", "Low end"),
    "high": message_in("quantity", "High end"),
    "least": message_in("quantity", "Least"),
    "most": message_in("quantity", "Most"),
    "score": message_in("quantity", "Score"),
    "rank": message_in("quantity", "Rank"),
}
_NO_PERSONS: Final = frozenset({"cases", "least", "most", "score"})
"""Quantities that are not, or need not be, numbers of persons."""
_DRAWN: Final = frozenset({"share", "uplifted", "target", "planned", "done"})  # by the chart


@checked_call
def comparison(compared: Comparison, *, lang: Language | None = None) -> Document:
    """Return a comparison as a document: the inputs, a sentence, a table for each quantity.

    Args:
        compared: Two results of one type (see `cc.compare`).
        lang: The language of every word, "zh" by default.

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
    lang = check_language(lang, default="zh")
    frame = compared.to_frame()
    present = [name for name in _QUANTITIES if name in set(frame["quantity"].tolist())]
    changed = {name: frame[frame["quantity"] == name] for name in present}
    figures = {name: rows.drop(columns="quantity").to_numpy() for name, rows in changed.items()}
    # What is planned to the end is the share: it is not said twice.
    if "planned" in figures and np.array_equal(figures["planned"], figures.get("share", ())):
        del changed["planned"]
    with language(lang):
        tables = [
            Section(heading=_QUANTITIES[name], table=_table(compared, rows, name))
            for name, rows in changed.items()
        ]
        nothing = Table(
            columns=(Column("r", message_in("column", "Result"), width=40),),
            rows=((message("Nothing differs."),),),
        )
        return Document(
            title=message("{campaign}: two results compared", campaign=compared.campaign.label),
            mark=mark_of(compared.basis),
            sections=(
                Section(
                    heading=message("Main differences"),
                    paragraphs=tuple(_sentences(compared, changed)),
                ),
                *(tables or ([Section(table=nothing)] if compared.is_empty else [])),
            ),
            notes=compared.basis.lines(lang),
            chart=partial(_chart, compared, lang) if set(present) & _DRAWN else None,
        )


def _chart(compared: Comparison, lang: Language) -> Axes:
    from coverage_campaign.views import charts  # loads matplotlib, which a workbook does without

    return charts.comparison(compared, lang=lang)


def _sentences(compared: Comparison, changed: dict[str, pd.DataFrame]) -> Iterator[Text]:
    inputs = [
        message(
            "{input} from {before} to {after}",
            input=one.name,
            before=one.before,
            after=one.after,
        )
        for one in changes_of(compared.changes, compared.campaign)
    ]
    if inputs:
        yield message("Inputs changed: {inputs}.", inputs=inputs)
    for name, rows in changed.items():
        if name != "rank":
            yield _sentence(compared, rows, name)
    if not changed and compared.is_empty:
        yield message("Nothing differs.")
    elif not changed:  # verdicts or plans alone
        yield compared.message


def _sentence(compared: Comparison, rows: pd.DataFrame, name: str) -> Text:
    top = rows.iloc[0]
    before, after = (_number(top[side], scored=name == "score") for side in ("before", "after"))
    if name in _NO_PERSONS:
        return message(
            "{quantity}: {n} {n:plural unit differs|units differ}; most of all {unit}, from"
            " {before} to {after}.",
            quantity=_QUANTITIES[name],
            n=len(rows),
            unit=_name(compared, str(top["unit"]), str(top["name"])),
            before=message_in("compared", "unknown") if before is None else f"{before:,}",
            after=message_in("compared", "unknown") if after is None else f"{after:,}",
        )
    change = int(rows["change"].fillna(0).sum())
    relative: Text = ""
    if before and after is not None:
        points = 100 * (after - before) / before
        relative = message(" ({points:signed 1}%)", points=points)
    return message(
        "{quantity}: {n} {n:plural unit differs|units differ}, {total}; most of all {unit}, from"
        " {before} to {after} people{relative}.",
        quantity=_QUANTITIES[name],
        n=len(rows),
        total=message("the total changes by {change:signed 0}", change=change)
        if change
        else message("the total is the same"),
        unit=_name(compared, str(top["unit"]), str(top["name"])),
        before=before,
        after=after,
        relative=relative,
    )


def _table(compared: Comparison, rows: pd.DataFrame, name: str) -> Table:
    ranked, scored = name == "rank", name == "score"
    number: Kind = "score" if scored else "count"
    moved: Kind = "score" if scored else "move"
    columns = [
        Column("unit", UNIT, width=30),
        Column("before", message_in("column", "Before"), number, 14),
        Column("after", message_in("column", "After"), number, 14),
        Column(
            "change",
            message_in("column", "Change"),
            moved,
            14,
            signed=not ranked,
            formula="={after}-{before}",
        ),
        Column(
            "rate",
            message_in("column", "Change, %"),
            "points",
            14,
            signed=True,
            formula='=IF({before}=0,"",100*({after}-{before})/{before})',
        ),
    ][: 4 if ranked else 5]
    lines: list[tuple[CellIn, ...]] = []
    for row in rows.to_dict("records"):
        before, after = (_number(row[side], scored=scored) for side in ("before", "after"))
        change = None if before is None or after is None else after - before
        rate = 100 * change / before if before and change is not None else None
        unit = _name(compared, str(row["unit"]), str(row["name"]))
        lines.append((unit, before, after, change, rate)[: len(columns)])
    return Table(columns=tuple(columns), rows=tuple(lines))


def _name(compared: Comparison, code: str, name: str) -> Text:
    return next((one.label for one in compared.campaign.units if one.code == code), name)


def _number(value: Any, *, scored: bool) -> float | None:  # noqa: ANN401 - a cell of a frame
    if pd.isna(value):
        return None
    return round(float(value), 2) if scored else int(value)

"""The yearly assessment as a document: results, points, verdicts with reasons, near thresholds."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from coverage_campaign.assessment.assess import Assessment
from coverage_campaign.assessment.rules import sentence
from coverage_campaign.assessment.verdicts import ANSWERS, Verdict, VerdictKind
from coverage_campaign.checks import checked_call
from coverage_campaign.messages import (
    Language,
    Message,
    check_language,
    language,
    message,
    message_in,
)
from coverage_campaign.model.phases import Milestone
from coverage_campaign.model.readings import QUESTIONS
from coverage_campaign.model.scheme import Grade, Item, Prize, Veto
from coverage_campaign.views.documents.document import Document
from coverage_campaign.views.documents.paper import (
    UNIT,
    CellIn,
    Column,
    Section,
    Table,
    Text,
    mark_of,
    paragraphs,
)

__all__ = ["assessment"]

# So many people between a unit and a threshold are a handful: named in a sentence.
_NEAR: Final = 10
_BOUNDARIES: Final = {
    "target_met": message("target met"),
    "uplifted_target_met": message("target with uplift met"),
    "milestone": message("milestone reached"),
    "commended": message("commended"),
    "veto": message("no veto"),
    "item": message("points"),
    "reward": message("reward"),
    "grade": message("grade"),
    "prize": message("prize"),
}


@checked_call
def assessment(assessed: Assessment, *, lang: Language | None = None) -> Document:
    """Return an assessment: who did well, by which rule, and what turns on a handful of people.

    What could not be assessed is a dash with its reason, never 0. Before the plan ends it is called
    an interim assessment.

    Args:
        assessed: The result of `cc.assess`.
        lang: The language of every word, "zh" by default.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> allocation = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    >>> plan = cc.schedule(allocation, over="special-action")
    >>> simulation = cc.simulate(plan, seed=1)
    >>> tally = cc.tally(simulation.events, campaign, as_of="2009-01-12", simulated=True)
    >>> progress = cc.track(plan, tally, as_of="2008-12-31")
    >>> made = cc.documents.assessment(cc.assess(progress, campaign.scheme), lang="en")
    >>> [part.heading for part in made.sections]
    ['Overall', 'Results', 'Verdicts', 'Thresholds']
    """
    lang = check_language(lang, default="zh")
    ends_on = assessed.progress.plan.days[-1].astype(object)
    interim = assessed.as_of < ends_on
    label = assessed.campaign.label
    with language(lang):
        title = (
            message("{campaign}: interim assessment", campaign=label)
            if interim
            else message("{campaign}: yearly assessment", campaign=label)
        )
        tables = (
            (message("Points"), tuple(_rules(assessed, lang)), _points(assessed)),
            (message("Verdicts"), (), _verdicts(assessed)),
            (message("Rewards"), (), _rewards(assessed)),
            (message("Thresholds"), (), _thresholds(assessed)),
        )
        return Document(
            title=title,
            meta=message("As of {day:long date}", day=assessed.as_of),
            mark=mark_of(assessed.basis),
            sections=(
                Section(
                    heading=message("Overall"),
                    paragraphs=_findings(assessed, ends_on=ends_on, interim=interim),
                ),
                Section(heading=message("Results"), table=_results(assessed)),
                *(
                    Section(heading=heading, paragraphs=texts, table=table)
                    for heading, texts, table in tables
                    if table.rows and len(table.columns) > 2  # noqa: PLR2004 - the unit and the sum
                ),
            ),
            notes=(*assessed.basis.lines(lang), *assessed.progress.notes_in(lang)),
        )


def _findings(assessed: Assessment, *, ends_on: object, interim: bool) -> tuple[str, ...]:
    units = assessed.units
    near = assessed.boundaries(near=_NEAR)["unit"].drop_duplicates().tolist()
    return paragraphs(
        "assessment",
        n=len(units),
        interim=interim,
        ends_on=ends_on,
        handful=_NEAR,
        barred=[one for one in units if one.merit is not None and one.merit.answer is False],
        praised=[one.unit.label for one in units if one.commended and one.commended.answer],
        unknown=[
            message("{unit} ({reason})", unit=one.unit.label, reason=list(one.missing))
            for one in units
            if one.missing
        ],
        near=[assessed.unit(code).unit.label for code in near],
        questions=[QUESTIONS[code] for code in assessed.open_questions],
    )


def _answer(kind: VerdictKind, verdict: Verdict | None) -> Text:
    return "–" if verdict is None else ANSWERS[kind, verdict.answer]


def _results(assessed: Assessment) -> Table:
    scheme = assessed.scheme
    columns = [
        Column("unit", UNIT, width=26),
        Column("target", message_in("column", "Target"), "count", 12, summed=True),
        Column("done", message_in("column", "Done"), "count", 12, summed=True),
        Column(
            "rate",
            message_in("column", "Completion"),
            "rate",
            12,
            bar=True,
            formula='=IF({target}=0,"",{done}/{target})',
        ),
        Column("score", message_in("column", "Score"), "score", 10),
        Column("grade", message_in("column", "Grade"), width=12),
        Column("merit", message_in("column", "Merit awards"), width=16),
        Column("praise", message_in("column", "Commended"), width=14),
    ]
    rows: list[dict[str, CellIn]] = []
    for one in assessed.units:
        target, done = one.unit.target, one.unit.done
        rows.append(
            {
                "unit": one.unit.label,
                "target": target,
                "done": done,
                "rate": done / target if target and done is not None else None,
                "score": None if one.score is None else float(one.score),
                "grade": one.grade.label if one.grade else "–",
                "merit": _answer("merit", one.merit),
                "praise": _answer("commended", one.commended),
            }
        )
    empty = {"score": not scheme.items, "grade": not scheme.grades}
    return Table.of(columns, rows, without={name for name, none in empty.items() if none})


def _rules(assessed: Assessment, lang: Language) -> list[Message]:
    return [
        message(
            "{item}: {rule}",
            item=item.label,
            rule=sentence(item.rule, lang="en" if lang == "en" else "zh", of=item.of),
        )
        for item in assessed.scheme.items
    ]


def _points(assessed: Assessment) -> Table:
    columns = (
        Column("unit", UNIT, width=26),
        *(
            Column(
                item.code,
                # What takes points away, or gives some beyond the full marks, is out of nothing.
                message_in(
                    "column", "{item} (of {weight:number})", item=item.label, weight=item.weight
                )
                if item.weight
                else item.label,
                "score",
                16,
            )
            for item in assessed.scheme.items
        ),
        Column("sum", message_in("column", "Score"), "score", 10),
    )
    rows = tuple(
        (
            one.unit.label,
            *(None if line.amount is None else float(line.amount) for line in one.items),
            None if one.score is None else float(one.score),
        )
        for one in assessed.units
    )
    return Table(columns=columns, rows=rows)


def _verdicts(assessed: Assessment) -> Table:
    columns = (
        Column("unit", UNIT, width=24),
        Column("what", message_in("column", "Verdict"), width=22),
        Column("reason", message_in("column", "Reason"), width=60),
        Column("clause", message_in("column", "Clause"), width=12),
    )
    rows = [
        (one.unit.label, _answer(kind, verdict), verdict.reason, verdict.clause)
        for one in assessed.units
        for kind, verdict in one.verdicts
    ]
    return Table(columns=columns, rows=tuple(rows))


def _rewards(assessed: Assessment) -> Table:
    columns = (
        Column("unit", UNIT, width=24),
        Column("what", message_in("column", "Reward"), width=26),
        Column("yuan", message_in("column", "Amount (yuan)"), "score", 14),
        Column("reason", message_in("column", "Reason"), width=50),
        Column("clause", message_in("column", "Clause"), width=12),
    )
    rows = [
        (
            one.unit.label,
            line.label,
            None if line.amount is None else float(line.amount),
            line.reason,
            line.clause,
        )
        for one in assessed.units
        for line in one.rewards
    ]
    return Table(columns=columns, rows=tuple(rows))


def _thresholds(assessed: Assessment) -> Table:
    columns = (
        Column("unit", UNIT, width=26),
        Column("what", message_in("column", "Threshold"), width=30),
        Column("at", message_in("column", "From completion of"), "rate", 12),
        Column("needed", message_in("column", "Needed"), "count", 13),
        Column("done", message_in("column", "Done"), "count", 13),
        Column(
            "margin",
            message_in("column", "Over (+) or short (−)"),
            "move",
            16,
            signed=True,
            formula="={done}-{needed}",
        ),
    )
    rows = [
        (
            assessed.unit(str(row["unit"])).unit.label,
            _threshold(assessed, str(row["boundary"]), str(row["code"]), _whole(row["place"])),
            None if row["boundary"] == "grade" else float(row["threshold"]),
            *(_whole(row[name]) for name in ("needed", "done", "margin")),
        )
        for row in _adjacent(assessed.boundaries()).to_dict("records")
    ]
    return Table(columns=columns, rows=tuple(rows))


def _threshold(assessed: Assessment, boundary: str, code: str, place: int | None) -> Text:
    """Return what lies at a threshold: its kind, the name of its rule, and a prize's place."""
    scheme = assessed.scheme
    rules: tuple[Item | Veto | Grade | Prize | Milestone, ...]
    rules = (*scheme.items, *scheme.rewards, *scheme.vetoes, *scheme.grades, *scheme.prizes)
    if boundary == "milestone":
        rules = assessed.campaign.milestones
    own = next((one.label for one in rules if code and one.code == code), None)
    kind = _BOUNDARIES[boundary]
    if own is None:
        return kind
    if place is not None:
        return message("{kind}: {rule}, place {n}", kind=kind, rule=own, n=place)
    return message("{kind}: {rule}", kind=kind, rule=own)


def _adjacent(boundaries: pd.DataFrame) -> pd.DataFrame:
    """Return of many steps of one rule the last that a unit reached and the next before it."""
    margin = boundaries["margin"]
    side = margin.ge(0).fillna(value=False)
    by = [boundaries["unit"], boundaries["boundary"], boundaries["code"], side]
    nearest = margin.abs().groupby(by, sort=False).transform("min")
    return boundaries[(margin.abs() == nearest).fillna(value=True)]


def _whole(value: Any) -> int | None:  # noqa: ANN401 - a cell of a frame
    return None if pd.isna(value) else int(value)

"""Annexes and responsibility letters of an allocation, as they are issued and signed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import pandas as pd

from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.cross import CrossAllocation
from coverage_campaign.assessment.letters import Letter, Letters
from coverage_campaign.checks import checked_call, needs
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import (
    Language,
    check_language,
    language,
    message,
    message_in,
    text_of,
)
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.labels import Label
from coverage_campaign.model.units import Unit
from coverage_campaign.saving import save_bytes
from coverage_campaign.views.documents.document import Document
from coverage_campaign.views.documents.paper import (
    TOTAL,
    UNIT,
    CellIn,
    Column,
    Section,
    Table,
    Text,
    mark_of,
    numeral,
    wide,
)
from coverage_campaign.views.words import input_value

__all__ = ["annex", "letters", "write_allocation"]


_TIE_RULES: Final = {
    "code": message("by the order of codes"),
    "first": message("by the order in the file"),
    "last": message("by the reverse order in the file"),
    "ranks": message("by the caller's ranks"),
}
"""How a tie was broken, by the rule's code."""
_INDENT: Final = "\N{EM SPACE}"


@checked_call
def annex(*annexes: Allocation | CrossAllocation, lang: Language | None = None) -> Document:
    """Return the annexes of a notice as one document, a table for each, totals apart.

    An allocation gives number, unit, persons, share of the whole, and what it was shared out by; a
    cross gives units by departments with both margins. Headings are those of the campaign's own
    annexes where it names them.

    Args:
        annexes: Allocations and crosses of one campaign, in the order of the annexes.
        lang: The language of every word, "zh" by default.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> counties = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    >>> made = cc.documents.annex(counties)
    >>> made.sections[0].heading, made.sections[0].table.total[2]
    ('附表1：县市区任务分解表', 76000)
    """
    if not annexes:
        raise DefinitionError(Problem("annexes", "none given", "give an allocation or a cross"))
    lang = check_language(lang, default="zh")
    basis = annexes[0].basis
    for one in annexes[1:]:
        basis = basis.joined(one.basis)
    first = annexes[0]
    campaign = first.campaign if isinstance(first, Allocation) else first.rows.campaign
    with language(lang):
        return Document(
            title=message("{campaign}: targets by unit", campaign=campaign.label),
            mark=mark_of(basis),
            sections=tuple(_section(one, place) for place, one in enumerate(annexes, start=1)),
            notes=(
                *dict.fromkeys(
                    note for one in annexes if isinstance(one, Allocation) for note in _notes(one)
                ),
                *basis.lines(lang),
            ),
        )


def write_allocation(
    allocation: Allocation, path: str | Path, *, live: bool, lang: Language | None
) -> Path:
    """Write an allocation as its annex, or as a sheet that computes (see `Allocation.to_excel`)."""
    if not live:
        return annex(allocation, lang=lang).to_excel(path)
    with needs("excel", "to_excel"):
        from coverage_campaign.views.documents.live_allocation import live_workbook

    with language(check_language(lang)):
        return save_bytes(path, live_workbook(allocation))


def _section(one: Allocation | CrossAllocation, place: int) -> Section:
    heading: Text
    if isinstance(one, Allocation):
        own = next((each for each in one.campaign.annexes if each.breakdown == one.among), None)
        name = own.label if own else message("Annex {place}", place=place)
        breakdown = _breakdown(one.campaign, one.among)
        heading = message("{annex}: {breakdown}", annex=name, breakdown=breakdown)
        # An annex may be named by its subject already.
        heading = name if ":" in text_of(name) else heading
        return Section(heading=heading, table=_shares(one), sheet_title=heading)
    heading = message(
        "Annex {place}: {rows} by {columns}",
        place=place,
        rows=_breakdown(one.rows.campaign, one.rows.among),
        columns=_breakdown(one.columns.campaign, one.columns.among),
    )
    return Section(heading=heading, table=_crossed(one), sheet_title=heading)


def _breakdown(campaign: Campaign, code: str) -> Label:
    return campaign.breakdown(code).label


def _shares(one: Allocation) -> Table:
    shares, uplifted = one.shares(), one.uplifted_shares()
    raised = int(uplifted.sum()) != int(shares.sum())
    whole = int(shares.sum())
    by = message_in("column", "Allocated by: {weights}", weights=_weighting(one))
    columns = [
        Column("number", message_in("column", "No."), "rank", 8),
        Column("unit", UNIT, width=34),
        Column("persons", message_in("column", "Target (persons)"), "count", 15, summed=True),
        Column(
            "own", message_in("column", "Of it outside the units below"), "count", 15, summed=True
        ),
        Column("part", message_in("column", "Share"), "rate", 11),
        Column("weight", by, "count", 20, summed=True),
        Column(
            "uplifted",
            message_in("column", "Target with uplift (persons)"),
            "count",
            17,
            summed=True,
        ),
        Column("remark", message_in("column", "Remark"), width=26),
    ]
    rows: list[dict[str, CellIn]] = []
    frame = one.to_frame().to_dict("records")
    placed = list(_placed([one.campaign.unit(str(line["unit"])) for line in frame]))
    lines = [frame[at] for at, _ in placed]
    for number, (line, (_, name)) in enumerate(zip(lines, placed, strict=True), start=1):
        share, weight = int(line["share"]), float(line["weight"])
        rows.append(
            {
                "number": number,
                "unit": name,
                "persons": share,
                "part": share / whole if whole else None,
                "weight": weight if weight.is_integer() else None,
                "own": int(line["own_share"]),
                "uplifted": int(line["uplifted"]),
                "remark": _remark({str(name): value for name, value in line.items()}),
            }
        )
    # A weight of an upper unit is that of the units below it again: added up they would be double.
    top = [row["weight"] for row, line in zip(rows, lines, strict=True) if line["tier"] == 1]
    known = [weight for weight in top if isinstance(weight, float)]
    total: dict[str, CellIn] = {
        "number": None,
        "unit": TOTAL,
        "persons": whole,
        "own": whole,
        "part": 1.0 if whole else None,
        "weight": sum(known) if len(known) == len(top) else None,
        "uplifted": int(uplifted.sum()),
        "remark": "",
    }
    tiered = any(row["own"] != row["persons"] for row in rows)
    without = {name for name, shown in (("uplifted", raised), ("own", tiered)) if not shown}
    return Table.of(columns, rows, total, without=without)


def _placed(units: Sequence[Unit]) -> Iterator[tuple[int, Text]]:
    """Yield units with their names, each right beneath the one it is in and marked as part of it.

    The persons of an upper unit have those of its parts in them: only unmarked rows add up.
    """
    known = {unit.code for unit in units}
    beneath: dict[str | None, list[int]] = {}
    for at, unit in enumerate(units):
        beneath.setdefault(unit.parent if unit.parent in known else None, []).append(at)
    waiting = [(at, 0) for at in reversed(beneath.get(None, []))]
    while waiting:
        at, depth = waiting.pop()
        unit = units[at]
        indent = _INDENT * (depth - 1)
        part = message("{indent}of which {unit}", indent=indent, unit=unit.label)
        yield at, part if depth else unit.label
        waiting += [(below, depth + 1) for below in reversed(beneath.get(unit.code, []))]


def _weighting(one: Allocation) -> Text:
    return input_value(one.weighting, one.campaign)


def _remark(line: Mapping[str, Any]) -> Text:
    """Return which bound decided a share."""
    if line["pinned"]:
        return message("set by hand")
    at = {name: line[name] == line["share"] for name in ("floor", "cap") if not pd.isna(line[name])}
    if at.get("floor"):
        return message("at its floor and cap") if at.get("cap") else message("at its floor")
    return message("at its cap") if at.get("cap") else ""


def _crossed(one: CrossAllocation) -> Table:
    campaign = one.rows.campaign
    heads = [campaign.unit(str(code)).label for code in one.columns.shares().index]
    cells: list[list[int]] = one.cells.tolist()
    columns = (
        Column("number", message_in("column", "No."), "rank", 8),
        Column("unit", UNIT, width=22),
        *(
            Column(
                f"c{place}",
                head,
                "count",
                max(8.5, min(wide(message("{unit}", unit=head).text()) * 1.1, 14.0)),
                summed=True,
            )
            for place, head in enumerate(heads)
        ),
        Column("total", TOTAL, "count", 11, summed=True),
    )
    units = [campaign.unit(str(code)).label for code in one.rows.shares().index]
    across = [sum(line[place] for line in cells) for place in range(len(heads))]
    return Table(
        columns=columns,
        rows=tuple(
            (number, name, *line, sum(line))
            for number, (name, line) in enumerate(zip(units, cells, strict=True), start=1)
        ),
        total=(None, TOTAL, *across, sum(across)),
    )


def _notes(one: Allocation) -> Iterator[Text]:
    """Yield by which figures an annex was shared out, who counted them, and how it was rounded."""
    campaign, breakdown = one.campaign, _breakdown(one.campaign, one.among)
    measure = next((each for each in campaign.measures if each.code == one.weighting), None)
    if measure is not None:
        yield message(
            "{breakdown}: allocated by {weights}. Source: {source}.",
            breakdown=breakdown,
            weights=measure.label,
            source=measure.source,
        )
    if one.method is not None:
        method = input_value(getattr(one.method, "__name__", ""), campaign)
        yield message("Rounding method: {method}.", method=method)
    for tie in one.ties:
        yield message(
            "{units} are tied; the last {n} {n:plural person goes|people go} to {winners}, {rule}.",
            units=[campaign.unit(code).label for code in tie.units],
            n=tie.seats,
            winners=[campaign.unit(code).label for code in tie.winners],
            rule=_TIE_RULES.get(tie.rule, tie.rule),
        )
    if any(rise != Fraction(0) for _, rise in one.uplift):
        yield message("The targets include the uplift of each tier.")


# -- responsibility letters -----------------------------------------------------------------------


@checked_call
def letters(signed: Letters, *, lang: Language | None = None) -> Document:
    """Return responsibility letters: who owes what to whom by when, and a letter for each to sign.

    Args:
        signed: The letters of an allocation, some of them signed (see `cc.letters`).
        lang: The language of every word, "zh" by default.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> counties = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    >>> made = cc.documents.letters(cc.letters(counties), lang="en")
    >>> len(made.sections), made.sections[1].paragraphs[1]
    (13, '(1) to reach 1,993 people by 31 December 2008;')
    """
    lang = check_language(lang, default="zh")
    done = sum(one.signed_on is not None for one in signed.letters)
    state = message(
        "{n} {n:plural letter|letters}: {done} signed, {left} not signed yet.",
        n=len(signed.letters),
        done=done,
        left=len(signed.letters) - done,
    )
    placed = list(_placed([one.unit for one in signed.letters]))
    ordered = [signed.letters[at] for at, _ in placed]
    with language(lang):
        register = Section(
            heading=message("Register"),
            paragraphs=(state,),
            table=_register(ordered, [name for _, name in placed]),
        )
        return Document(
            title=message("{campaign}: responsibility letters", campaign=signed.campaign.label),
            mark=mark_of(signed.basis),
            sections=(register, *(_letter(signed, one) for one in ordered)),
            notes=signed.basis.lines(lang),
        )


def _register(given: Sequence[Letter], names: Sequence[Text]) -> Table:
    raised = any(one.uplifted != one.persons for one in given)
    columns = [
        Column("number", message_in("column", "No."), "rank", 9),
        Column("unit", UNIT, width=26),
        Column("to", message_in("column", "Responsible to"), width=18),
        Column("persons", message_in("column", "Target"), "count", 12, summed=True),
        Column("uplifted", message_in("column", "Target with uplift"), "count", 12),
        Column("by", message_in("column", "Due by"), width=17),
        Column("office", message_in("column", "Person in charge"), width=26),
        Column("signed", message_in("column", "Signed on"), width=17),
    ]
    rows: list[dict[str, CellIn]] = [
        {
            "number": number,
            "unit": name,
            "to": one.to.label if one.to else "",
            "persons": one.persons,
            "uplifted": one.uplifted,
            "by": message("{day:long date}", day=one.by),
            "office": one.office,
            "signed": message("{day:long date}", day=one.signed_on)
            if one.signed_on
            else message("not yet"),
        }
        for number, (one, name) in enumerate(zip(given, names, strict=True), start=1)
    ]
    # What an upper unit owes is owed again by the units below it: added up it would be double.
    within = {one.unit.code for one in given}
    top = [one for one in given if one.unit.parent not in within]
    total: dict[str, CellIn] = {
        **dict.fromkeys((one.key for one in columns), ""),
        "number": None,
        "unit": TOTAL,
        "persons": sum(one.persons for one in top),
        "uplifted": sum(one.uplifted for one in top),
    }
    return Table.of(columns, rows, total, without=() if raised else {"uplifted"})


def _letter(signed: Letters, one: Letter) -> Section:
    opening, *commitments = signed.commitments(one.unit.code)
    day = (
        message("{day:long date}", day=one.signed_on)
        if one.signed_on
        else message_in("signature", "____________")
    )
    above = [message("For {unit} (seal): ____________", unit=one.to.label)] if one.to else []
    return Section(
        heading=message("Responsibility letter: {unit}", unit=one.unit.label),
        paragraphs=(
            opening,
            *(
                message("({number}) {commitment};", number=numeral(place), commitment=text)
                if place < len(commitments) - 1
                else message("({number}) {commitment}.", number=numeral(place), commitment=text)
                for place, text in enumerate(commitments)
            ),
        ),
        signed=(
            *above,
            message("For {unit} (seal): ____________", unit=one.unit.label),
            message("In charge, {office}: ____________", office=one.office),
            message("Signed on: {day}", day=day),
        ),
        own_page=True,
    )

"""Responsibility letters as a document: a register, and each letter on a page of its own."""

from __future__ import annotations

from coverage_campaign.assessment.letters import Letter, Letters
from coverage_campaign.checks import checked_call
from coverage_campaign.messages import (
    Language,
    check_language,
    language,
    message,
    message_in,
)
from coverage_campaign.views.documents.document import Document
from coverage_campaign.views.documents.paper import (
    TOTAL,
    UNIT,
    CellIn,
    Column,
    Section,
    Table,
    mark_of,
    numeral,
)

__all__ = ["letters"]


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
    with language(lang):
        register = Section(
            heading=message("Register"), paragraphs=(state,), table=_register(signed)
        )
        return Document(
            title=message("{campaign}: responsibility letters", campaign=signed.campaign.label),
            mark=mark_of(signed.basis),
            sections=(register, *(_letter(signed, one) for one in signed.letters)),
            notes=signed.basis.lines(lang),
        )


def _register(signed: Letters) -> Table:
    raised = any(one.uplifted != one.persons for one in signed.letters)
    columns = [
        Column(key="number", head=message_in("column", "No."), kind="rank", width=9),
        Column(key="unit", head=UNIT, width=26),
        Column(key="to", head=message_in("column", "Responsible to"), width=18),
        Column(
            key="persons", head=message_in("column", "Target"), kind="count", width=12, summed=True
        ),
        Column(
            key="uplifted", head=message_in("column", "Target with uplift"), kind="count", width=12
        ),
        Column(key="by", head=message_in("column", "Due by"), width=17),
        Column(key="office", head=message_in("column", "Person in charge"), width=26),
        Column(key="signed", head=message_in("column", "Signed on"), width=17),
    ]
    rows: list[dict[str, CellIn]] = [
        {
            "number": number,
            "unit": one.unit.label,
            "to": one.to.label if one.to else "",
            "persons": one.persons,
            "uplifted": one.uplifted,
            "by": message("{day:long date}", day=one.by),
            "office": one.office,
            "signed": message("{day:long date}", day=one.signed_on)
            if one.signed_on
            else message("not yet"),
        }
        for number, one in enumerate(signed.letters, start=1)
    ]
    # What an upper unit owes is owed again by the units below it: added up it would be double.
    within = {one.unit.code for one in signed.letters}
    top = [one for one in signed.letters if one.unit.parent not in within]
    total: dict[str, CellIn] = {
        **dict.fromkeys(rows[0] if rows else {}, ""),
        "number": None,
        "unit": TOTAL,
        "persons": sum(one.persons for one in top),
        "uplifted": sum(one.uplifted for one in top),
    }
    shown = [one for one in columns if raised or one.key != "uplifted"]
    return Table(
        columns=tuple(shown),
        rows=tuple(tuple(row[column.key] for column in shown) for row in rows),
        total=tuple(total.get(column.key, "") for column in shown),
    )


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

"""Verdicts: whether a rule of the scheme strikes a unit, why, and by which clause.

A question that the source leaves open is put in every way; a verdict stands where all answers
agree, and is None, with the question named, where they do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import attrs

from coverage_campaign.assessment.facts import Facts
from coverage_campaign.assessment.numbers import percent
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.scheme import AwardBar, Commendation

__all__ = [
    "Verdict",
    "both",
    "commended",
    "merit_eligible",
    "none_strikes",
    "outstanding_from",
    "strikes",
    "targets_of",
    "unknown",
]


@attrs.frozen
class Verdict:
    """An answer (None = could not be told), its reason in one sentence, the clause it rests on.

    `missing` is what could not be assessed for want of it; '' where nothing was wanting.
    """

    answer: bool | None
    reason: str
    clause: str = ""
    questions: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    missing: str = attrs.field(default="", kw_only=True)


def unknown(missing: str, clause: str, *, questions: tuple[str, ...] = ()) -> Verdict:
    """Return the verdict on what could not be assessed, for want of what is missing."""
    text = f"could not be assessed: {missing}"
    return Verdict(None, text, clause, missing=missing, questions=questions)


def targets_of(facts: Facts, campaign: Campaign) -> tuple[int, ...]:
    """Return the targets that "missed" may be judged against [persons]: one where that is clear."""
    own, uplifted = facts.target, facts.uplifted
    known = own is not None and uplifted is not None
    match campaign.readings.missed_target:
        case "own":
            chosen = [own]
        case "uplifted":
            chosen = [uplifted if known else own]
        case None:
            asked = any(question.code == "missed_target" for question in campaign.questions)
            chosen = [own, uplifted] if asked and known else [own]
    return tuple(sorted({target for target in chosen if target is not None}))


def merit_eligible(facts: Facts, bar: AwardBar, campaign: Campaign) -> Verdict:
    """Return whether a unit may have merit awards: not if it missed its target (done < target)."""
    scopes = set(strikes(facts.kind, bar, campaign))
    if scopes == {False}:
        text = f"the bar does not strike a {facts.kind}"
        return Verdict(answer=True, reason=text, clause=bar.clause)
    if facts.done is None:
        return unknown(facts.missing, bar.clause, questions=facts.questions)
    targets = targets_of(facts, campaign)
    if not targets:
        return unknown("it has no target", bar.clause)
    misses = {facts.done < target for target in targets}
    if misses == {False}:
        text = f"{facts.done:,} of {_either(targets)}: target met"
        return Verdict(answer=True, reason=text, clause=bar.clause)
    short = " or ".join(f"{target - facts.done:,}" for target in targets if target > facts.done)
    text = f"{facts.done:,} of {_either(targets)}: {short} short of the target"
    questions = (
        *(("missed_target",) if len(misses) > 1 else ()),
        *(("award_bar",) if len(scopes) > 1 else ()),
    )
    if questions:
        text = f"{text}; whether that bars it is open"
        return Verdict(None, text, bar.clause, questions=questions)
    return Verdict(answer=False, reason=text, clause=bar.clause)


def strikes(kind: str, bar: AwardBar, campaign: Campaign) -> Iterator[bool]:
    """Yield whether the bar strikes a kind of unit, under each reading that is left."""
    if not bar.kinds or kind in bar.kinds:
        yield True
        return
    in_wide = not bar.also or kind in bar.also
    reading = campaign.readings.award_bar
    asked = any(question.code == "award_bar" for question in campaign.questions)
    if reading == "departments" or (reading is None and not asked) or not in_wide:
        yield False
    elif reading == "departments_and_governments":
        yield True
    else:
        yield from (False, True)


def outstanding_from(rule: Commendation, campaign: Campaign) -> Fraction | None:
    """Return the completion rate from which a contribution is outstanding; None = open."""
    return campaign.readings.outstanding if rule.threshold is None else rule.threshold


def commended(facts: Facts, rule: Commendation, campaign: Campaign) -> Verdict:
    """Return whether a unit is commended: its completion rate reaches the threshold, exactly."""
    if facts.done is None:
        return unknown(facts.missing, rule.clause, questions=facts.questions)
    if not facts.target:
        return unknown("it has no target", rule.clause)
    threshold = outstanding_from(rule, campaign)
    if threshold is None:
        text = "from which completion rate a contribution is outstanding is open"
        return Verdict(None, text, rule.clause, questions=("outstanding",))
    reached = facts.done >= threshold * facts.target
    sign = ">=" if reached else "<"
    text = f"{facts.done:,} {sign} {percent(threshold)} of {facts.target:,}"
    return Verdict(reached, text, rule.clause)


def _either(targets: tuple[int, ...]) -> str:
    return " or ".join(f"{target:,}" for target in targets)


def none_strikes(vetoes: Sequence[Verdict]) -> Verdict | None:
    """Return whether a unit is free of every veto; None where the scheme has no veto.

    One veto that strikes decides, whatever is open beside it.
    """
    for answer in (True, None):
        struck = [one for one in vetoes if one.answer is answer]
        if struck:
            questions = tuple(dict.fromkeys(code for one in struck for code in one.questions))
            free = None if answer is None else False
            return attrs.evolve(struck[0], answer=free, questions=questions)
    return attrs.evolve(vetoes[0], answer=True) if vetoes else None


def both(first: Verdict | None, second: Verdict | None) -> Verdict | None:
    """Return the verdict of two conditions together: the one that fails, else the one open."""
    if first is None or second is None:
        return first or second
    for answer in (False, None):
        if second.answer is answer:
            return second if first.answer is not False else first
        if first.answer is answer:
            return first
    return first

"""One unit with everything that a scheme says of it, and how that reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Literal, TypeAlias

import attrs

from coverage_campaign.assessment.exact_text import number, percent
from coverage_campaign.assessment.rules.own import scoring_rule
from coverage_campaign.assessment.rules.rule import PointsUnit, amount_text
from coverage_campaign.assessment.verdicts import Verdict
from coverage_campaign.messages import Message, message, message_in
from coverage_campaign.model.labels import Label
from coverage_campaign.model.scheme import AnyRule, Grade, Scheme
from coverage_campaign.progress.unit_progress import UnitProgress

__all__ = ["ANSWERS", "ItemScore", "UnitAssessment", "VerdictKind", "explanation"]

VerdictKind: TypeAlias = Literal["no_veto", "merit", "commended"]
ANSWERS: Mapping[tuple[VerdictKind, bool | None], Message] = {
    ("no_veto", True): message_in("verdict", "no veto"),
    ("no_veto", False): message_in("verdict", "vetoed"),
    ("no_veto", None): message_in("verdict", "veto open"),
    ("merit", True): message_in("verdict", "may have merit awards"),
    ("merit", False): message_in("verdict", "barred from merit awards"),
    ("merit", None): message_in("verdict", "merit awards open"),
    ("commended", True): message_in("verdict", "commended"),
    ("commended", False): message_in("verdict", "not commended"),
    ("commended", None): message_in("verdict", "commendation open"),
}
"""Each verdict in a few words."""


@attrs.frozen(kw_only=True)
class ItemScore:
    """One line on a unit: what was measured, and what that gives (None = could not be told).

    `alternatives` holds the amounts between which an open reading decides, `note` the place in a
    prize, `missing` why nothing could be assessed.
    """

    code: str
    label: Label
    clause: str
    rate: Fraction | None = None
    amount: Fraction | None = None
    missing: Message | None = None
    alternatives: tuple[Fraction, ...] = ()
    note: Message | None = None
    rule: AnyRule | None = None
    gives: PointsUnit = "points"

    @property
    def questions(self) -> tuple[str, ...]:
        """The open questions that the amount depends on: how a step begun counts, if it matters."""
        return ("partial_steps",) if self.alternatives else ()

    @property
    def reason(self) -> Message:
        """What was measured and the rule, in one sentence; or why nothing was."""
        if self.rate is None or self.missing:
            return message("could not be assessed: {missing}", missing=self.missing)
        rate = percent(self.rate)
        if self.rule is None:
            return message("{note}, {rate}", note=self.note, rate=rate)
        rule = scoring_rule(self.rule).statement(self.gives)
        if not self.alternatives:
            return message("{rate}; {rule}", rate=rate, rule=rule)
        return message(
            "{rate}; {rule}: {less} or {more}, as a step begun counts in part or not",
            rate=rate,
            rule=rule,
            less=number(self.alternatives[0]),
            more=number(self.alternatives[-1]),
        )


@attrs.frozen(kw_only=True)
class UnitAssessment:
    """One unit: its items, score, verdicts and rewards; None where there is no rule or no answer.

    `score` is exact: 0 under a veto, None where an item could not be told. `no_veto` tells whether
    no veto strikes.
    """

    unit: UnitProgress
    items: tuple[ItemScore, ...]
    score: Fraction | None
    grade: Grade | None
    no_veto: Verdict | None
    merit: Verdict | None
    commended: Verdict | None
    rewards: tuple[ItemScore, ...]

    @property
    def verdicts(self) -> Iterator[tuple[VerdictKind, Verdict]]:
        """The verdicts that the scheme has a rule for."""
        found: tuple[tuple[VerdictKind, Verdict | None], ...] = (
            ("no_veto", self.no_veto),
            ("merit", self.merit),
            ("commended", self.commended),
        )
        return ((kind, verdict) for kind, verdict in found if verdict is not None)

    @property
    def _lines(self) -> tuple[Verdict | ItemScore, ...]:
        return (*(verdict for _, verdict in self.verdicts), *self.items, *self.rewards)

    @property
    def questions(self) -> tuple[str, ...]:
        """The open questions that a verdict or an amount depends on."""
        return tuple(dict.fromkeys(code for line in self._lines for code in line.questions))

    @property
    def missing(self) -> tuple[Message, ...]:
        """Why the unit, or an item of it, could not be assessed."""
        whole = () if self.unit.is_counted else (self.unit.reason,)
        found = (*whole, *(line.missing for line in self._lines))
        return tuple(dict.fromkeys(reason for reason in found if reason is not None))


def explanation(unit: UnitAssessment, scheme: Scheme, as_of: dt.date) -> Iterator[Message]:
    """Yield what was found on a unit, line by line: the title, items, score, verdicts, rewards."""
    yield message("{unit}, as of {day:date}", unit=unit.unit.label, day=as_of)
    weights = {item.code: item.weight for item in scheme.items}
    for line in unit.items:
        amount = message("<NA>")
        if line.amount is not None:
            amount = message(
                "{amount} of {weight}",
                amount=number(line.amount),
                weight=amount_text(weights[line.code], "points"),
            )
        yield _cited(_line(line, amount), line.clause)
    if unit.items:
        yield _score(unit, scheme)
    for kind, verdict in unit.verdicts:
        answer = ANSWERS[kind, verdict.answer]
        text = message("{verdict}: {reason}", verdict=answer, reason=verdict.reason)
        yield _cited(text, verdict.clause)
    for line in unit.rewards:
        known = line.amount is not None
        amount = amount_text(line.amount or 0, "yuan") if known else message("<NA>")
        yield _cited(_line(line, amount), line.clause)


def _line(line: ItemScore, amount: Message) -> Message:
    return message(
        "{item}: {amount} ({reason})", item=line.label, amount=amount, reason=line.reason
    )


def _score(unit: UnitAssessment, scheme: Scheme) -> Message:
    if unit.score is None:
        if unit.grade is None:
            return message("score: could not be told, as not every item could")
        return message(
            "score: could not be told; grade under every answer: {grade}", grade=unit.grade.label
        )
    full, score = scheme.full, number(unit.score)
    text = message("score: {points}", points=amount_text(unit.score, "points"))
    if full is not None:
        text = message(
            "score: {score} of {points}", score=score, points=amount_text(full, "points")
        )
    if unit.grade is None:
        return text
    return message("{score}, {grade}", score=text, grade=unit.grade.label)


def _cited(text: Message, clause: str) -> Message:
    return message("{text} (clause {clause})", text=text, clause=clause) if clause else text

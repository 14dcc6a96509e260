"""What a scheme says of one unit, and why: each verdict, its reason, and how all of it reads.

The answers come from `scoring`, which puts an open question in every way; a verdict stands where
all ways agree, and is None, with the question named, where they do not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Literal, TypeAlias

import attrs

from coverage_campaign.assessment.measures import MeasurementContext
from coverage_campaign.assessment.rationals import Rationals, percent, rounded_percent
from coverage_campaign.assessment.rules.rule import PointsUnit, amount_text, scoring_rule
from coverage_campaign.assessment.scoring import (
    Condition,
    all_of,
    award_bar,
    commendation,
    missed_targets,
    outstanding_from,
    struck_kinds,
    veto_condition,
)
from coverage_campaign.messages import Message, formats, message, message_in
from coverage_campaign.model.labels import Label
from coverage_campaign.model.scheme import AnyRule, AwardBar, Commendation, Grade, Scheme
from coverage_campaign.progress.unit_progress import UnitProgress

__all__ = [
    "ANSWERS",
    "ItemScore",
    "UnitAssessment",
    "Verdict",
    "VerdictKind",
    "Verdicts",
    "explanation",
]


VerdictKind: TypeAlias = Literal["no_veto", "merit", "commended"]


@attrs.frozen
class Verdict:
    """An answer (None = could not be told), its reason in one sentence, the clause it rests on.

    `missing` is what could not be assessed for want of it, None where nothing was wanting.
    """

    answer: bool | None
    reason: Message
    clause: str = ""
    questions: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    missing: Message | None = attrs.field(default=None, kw_only=True)


@attrs.frozen(eq=False)
class Verdicts:
    """The verdicts of a scheme in the first scenario of a context."""

    context: MeasurementContext

    @cached_property
    def vetoes(self) -> tuple[Condition, ...]:
        """Whether each veto of the scheme spares the units."""
        return tuple(veto_condition(self.context, veto) for veto in self.context.scheme.vetoes)

    @cached_property
    def free(self) -> Condition | None:
        """Whether no veto strikes."""
        return all_of(self.vetoes)

    @cached_property
    def _bars(self) -> tuple[Condition | None, Condition | None]:
        own = award_bar(self.context, self.context.scheme.award_bar)
        return own, all_of([own, self.free])

    @cached_property
    def _praise(self) -> tuple[Condition | None, Condition | None]:
        own = commendation(self.context, self.context.scheme.commendation)
        return own, all_of([own, self.free])

    @cached_property
    def _rates(self) -> tuple[Rationals, ...]:
        vetoes = self.context.scheme.vetoes
        return tuple(self.context.measured(veto.of)[0].rates for veto in vetoes)

    @cached_property
    def _answers(self) -> tuple[Verdicts, ...]:
        """The verdicts under each answer to whether losses are taken off, where that is open."""
        return tuple(Verdicts(way) for way in self.context.answers)

    def of_unit(self, place: int) -> dict[VerdictKind, Verdict | None]:
        """Return the verdicts on a unit; None for one that the scheme has no rule for.

        Where it is open whether losses are taken off, a verdict that is the same in either case
        stands, and is open if it is not.
        """
        if self._answers:
            gross, net = (way.of_unit(place) for way in self._answers)
            return {kind: _either_way(gross[kind], net[kind]) for kind in gross}
        return {
            "no_veto": self._no_veto(place),
            "merit": self._merit(place),
            "commended": self._commended(place),
        }

    def _no_veto(self, place: int) -> Verdict | None:
        """Return whether a unit is free of every veto; one that strikes decides."""
        condition = self.free
        if condition is None:
            return None
        decisive = self._veto(int(condition.deciding[0, place]), place)
        return attrs.evolve(decisive, answer=_answer(condition, place))

    def _merit(self, place: int) -> Verdict | None:
        """Return whether a unit may have merit awards: the bar and every veto spare it."""
        bar = self.context.scheme.award_bar
        own, both = self._bars
        if both is None:
            return None
        if bar is None or own is None or both.deciding[0, place] == 1:
            return self._no_veto(place)
        return self._bar(bar, own, place)

    def _commended(self, place: int) -> Verdict | None:
        """Return whether a unit is commended: it reaches the threshold and no veto strikes."""
        rule = self.context.scheme.commendation
        own, both = self._praise
        if rule is None or own is None or both is None:
            return None
        if both.deciding[0, place] == 1:
            return self._no_veto(place)
        return self._commendation(rule, own, place)

    def _veto(self, number: int, place: int) -> Verdict:
        veto, kind = self.context.scheme.vetoes[number], self._kind(place)
        answer = _answer(self.vetoes[number], place)
        if veto.kinds and kind not in veto.kinds:
            text = message("the veto does not apply to a {kind}", kind=kind)
            return Verdict(answer, text, veto.clause)
        if answer is None:
            return _unknown(self.context.why_unknown(place, veto.of), veto.clause)
        rate = rounded_percent(self._rates[number][0, place], goal=veto.goal)
        goal = percent(veto.goal)
        if answer:
            text = message("{veto}: {rate} >= {goal}", veto=veto.label, rate=rate, goal=goal)
        else:
            text = message("{veto}: {rate} < {goal}", veto=veto.label, rate=rate, goal=goal)
        return Verdict(answer, text, veto.clause)

    def _bar(self, bar: AwardBar, condition: Condition, place: int) -> Verdict:
        unit, kind = self.context.units[place], self._kind(place)
        answer = _answer(condition, place)
        scopes = struck_kinds(kind, bar, self.context.campaign)
        if scopes == {False}:
            text = message("the bar from awards does not apply to a {kind}", kind=kind)
            return Verdict(answer, text, bar.clause)
        if not unit.is_counted:
            return _unknown(unit.reason, bar.clause, self.questions_of(place))
        done = int(self.context.done[0, place])
        targets = sorted({int(target[0, place]) for target in missed_targets(self.context)})
        if answer:
            text = message("{done} of {target}: target met", done=done, target=_either(targets))
            return Verdict(answer, text, bar.clause)
        short = [target - done for target in targets if target > done]
        text = message(
            "{done} of {target}: {short} short of the target",
            done=done,
            target=_either(targets),
            short=_either(short),
        )
        if answer is False:
            return Verdict(answer, text, bar.clause)
        questions = (
            *(("missed_target",) if len(short) < len(targets) else ()),
            *(("award_bar",) if len(scopes) > 1 else ()),
        )
        text = message("{reason}; whether this bars the unit is open", reason=text)
        return Verdict(answer, text, bar.clause, questions=questions)

    def _commendation(self, rule: Commendation, condition: Condition, place: int) -> Verdict:
        unit, answer = self.context.units[place], _answer(condition, place)
        if not unit.is_counted:
            return _unknown(unit.reason, rule.clause, self.questions_of(place))
        target = int(self.context.target[0, place])
        if not target:
            return _unknown(message("it has no target"), rule.clause)
        threshold = outstanding_from(rule, self.context.campaign)
        if threshold is None:
            text = message("the completion rate of an outstanding contribution is open")
            return Verdict(answer, text, rule.clause, questions=("outstanding",))
        values = {
            "done": int(self.context.done[0, place]),
            "least": percent(threshold),
            "target": target,
        }
        if answer:
            text = message("{done} >= {least} of {target}", **values)
        else:
            text = message("{done} < {least} of {target}", **values)
        return Verdict(answer, text, rule.clause)

    def questions_of(self, place: int) -> tuple[str, ...]:
        """Return the open question that keeps a unit from having a figure."""
        return ("counted",) if self.context.units[place].status == "open_question" else ()

    def _kind(self, place: int) -> str:
        return self.context.campaign.unit(self.context.units[place].unit).kind


def _either_way(gross: Verdict | None, net: Verdict | None) -> Verdict | None:
    """Return the verdict that is the same with losses taken off or not; open if it is not."""
    if gross is None or net is None or gross == net:
        return gross
    both = message("{gross}; with losses taken off: {net}", gross=gross.reason, net=net.reason)
    if gross.answer == net.answer and gross.answer is not None:
        return attrs.evolve(gross, reason=both)
    return Verdict(
        None,
        both,
        gross.clause or net.clause,
        questions=tuple(dict.fromkeys(("counted", *gross.questions, *net.questions))),
        missing=gross.missing,
    )


def _answer(condition: Condition, place: int) -> bool | None:
    answer = int(condition.answers[0, place])
    return None if answer < 0 else bool(answer)


def _unknown(missing: Message | None, clause: str, questions: tuple[str, ...] = ()) -> Verdict:
    """Return the verdict on what could not be assessed, for want of what is missing."""
    text = message("could not be assessed: {missing}", missing=missing)
    return Verdict(None, text, clause, missing=missing, questions=questions)


def _either(numbers: list[int]) -> Message | int:
    """Return one number, or several as those between which an open question decides."""
    text: Message | int = numbers[0]
    for other in numbers[1:]:
        text = message("{first} or {second}", first=text, second=other)
    return text


# -- one unit, and how it reads --------------------------------------------------------------------

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

    `rate` is a number of cases where `counts_cases`. `alternatives` holds the amounts between which
    the open `questions` decide, `other_rate` the rate under the other answer, `note` the place in a
    prize, `missing` why nothing could be assessed.
    """

    code: str
    label: Label
    clause: str
    rate: Fraction | None = None
    amount: Fraction | None = None
    missing: Message | None = None
    alternatives: tuple[Fraction, ...] = ()
    other_rate: Fraction | None = None
    questions: tuple[str, ...] = ()
    note: Message | None = None
    rule: AnyRule | None = None
    gives: PointsUnit = "points"
    counts_cases: bool = False

    @property
    def reason(self) -> Message:
        """What was measured and the rule, in one sentence; or why nothing was."""
        if self.rate is None or self.missing:
            return message("could not be assessed: {missing}", missing=self.missing)
        rate = self._measured
        if self.rule is None:
            return message("{note}, {rate}", note=self.note, rate=rate)
        rule = scoring_rule(self.rule).statement(self.gives, cases=self.counts_cases)
        if not self.alternatives:
            return message("{rate}; {rule}", rate=rate, rule=rule)
        values = {
            "rate": rate,
            "rule": rule,
            "less": formats.number(self.alternatives[0]),
            "more": formats.number(self.alternatives[-1]),
        }
        if self.questions == ("counted",):
            return message(
                "{rate}; {rule}: {less} or {more}, as losses are taken off or not", **values
            )
        if "counted" in self.questions:
            return message(
                "{rate}; {rule}: {less} to {more}, as open questions are answered", **values
            )
        return message(
            "{rate}; {rule}: {less} or {more}, as a step begun counts in part or not", **values
        )

    @property
    def _measured(self) -> Message | str:
        """What was measured, as text."""
        rate = self.rate or Fraction(0)
        if self.counts_cases:
            return message("{n} {n:plural case|cases}", n=rate)
        if self.other_rate is None:
            return rounded_percent(rate)
        return message(
            "{gross}, or {net} with losses taken off",
            gross=rounded_percent(rate),
            net=rounded_percent(self.other_rate),
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
        amount = message("not known")
        if line.amount is not None and weights[line.code]:
            amount = message(
                "{amount} of {weight}",
                amount=formats.number(line.amount),
                weight=amount_text(weights[line.code], "points"),
            )
        elif line.amount is not None:  # a deduction or a bonus alone is worth nothing at its goal
            amount = amount_text(formats.rounded(line.amount, 2), "points")
        yield _cited(_line(line, amount), line.clause)
    if unit.items:
        yield _score(unit, scheme)
    for kind, verdict in unit.verdicts:
        answer = ANSWERS[kind, verdict.answer]
        text = message("{verdict}: {reason}", verdict=answer, reason=verdict.reason)
        yield _cited(text, verdict.clause)
    for line in unit.rewards:
        known = line.amount is not None
        amount = (
            amount_text(formats.rounded(line.amount or 0, 2), "yuan")
            if known
            else message("not known")
        )
        yield _cited(_line(line, amount), line.clause)


def _line(line: ItemScore, amount: Message) -> Message:
    if line.rate is None or line.missing:
        return message("{item}: {reason}", item=line.label, reason=line.reason)
    return message(
        "{item}: {amount} ({reason})", item=line.label, amount=amount, reason=line.reason
    )


def _score(unit: UnitAssessment, scheme: Scheme) -> Message:
    if unit.score is None:
        if unit.grade is None:
            return message("score: unknown, because not every item could be assessed")
        return message(
            "score: unknown; the grade is {grade} under every answer", grade=unit.grade.label
        )
    full, score = scheme.full, formats.number(unit.score)
    text = message("score: {points}", points=amount_text(formats.rounded(unit.score, 2), "points"))
    if full is not None:
        text = message(
            "score: {score} of {points}", score=score, points=amount_text(full, "points")
        )
    if unit.grade is None:
        return text
    return message("{score}, {grade}", score=text, grade=unit.grade.label)


def _cited(text: Message, clause: str) -> Message:
    return message("{text} (clause {clause})", text=text, clause=clause) if clause else text

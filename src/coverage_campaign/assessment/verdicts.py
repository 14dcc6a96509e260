"""Why a condition of a scheme holds for a unit or does not: the reason beside the answer.

The answers come from `scoring`, which puts an open question in every way; a verdict stands where
all ways agree, and is None, with the question named, where they do not.
"""

from __future__ import annotations

from functools import cached_property

import attrs

from coverage_campaign.assessment.exact_text import percent
from coverage_campaign.assessment.rationals import Rationals
from coverage_campaign.assessment.scoring import (
    Condition,
    MeasurementContext,
    all_of,
    award_bar,
    commendation,
    missed_targets,
    outstanding_from,
    struck_kinds,
    veto_condition,
)
from coverage_campaign.messages import Message, message
from coverage_campaign.model.scheme import AwardBar, Commendation

__all__ = ["Verdict", "Verdicts"]


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

    def no_veto(self, place: int) -> Verdict | None:
        """Return whether a unit is free of every veto; one that strikes decides."""
        condition = self.free
        if condition is None:
            return None
        decisive = self._veto(int(condition.deciding[0, place]), place)
        return attrs.evolve(decisive, answer=_answer(condition, place))

    def merit(self, place: int) -> Verdict | None:
        """Return whether a unit may have merit awards: the bar and every veto spare it."""
        bar = self.context.scheme.award_bar
        own, both = self._bars
        if both is None:
            return None
        if bar is None or own is None or both.deciding[0, place] == 1:
            return self.no_veto(place)
        return self._bar(bar, own, place)

    def commended(self, place: int) -> Verdict | None:
        """Return whether a unit is commended: it reaches the threshold and no veto strikes."""
        rule = self.context.scheme.commendation
        own, both = self._praise
        if rule is None or own is None or both is None:
            return None
        if both.deciding[0, place] == 1:
            return self.no_veto(place)
        return self._commendation(rule, own, place)

    def _veto(self, number: int, place: int) -> Verdict:
        veto, kind = self.context.scheme.vetoes[number], self._kind(place)
        answer = _answer(self.vetoes[number], place)
        if veto.kinds and kind not in veto.kinds:
            text = message("the veto does not strike a {kind}", kind=kind)
            return Verdict(answer, text, veto.clause)
        if answer is None:
            return _unknown(self.context.why_unknown(place, veto.of), veto.clause)
        rate, goal = percent(self._rates[number][0, place]), percent(veto.goal)
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
            text = message("the bar does not strike a {kind}", kind=kind)
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
        text = message("{reason}; whether that bars it is open", reason=text)
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
            text = message("from which completion rate a contribution is outstanding is open")
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
    for number in numbers[1:]:
        text = message("{first} or {second}", first=text, second=number)
    return text

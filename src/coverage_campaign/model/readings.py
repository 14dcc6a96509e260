"""Answers to what the source leaves open, and what a result rests on because of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Final, Literal

import attrs

from coverage_campaign.checks import a_term, between, checked_fields, checked_methods
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Message, message, message_in
from coverage_campaign.model.dates import MonthDay
from coverage_campaign.model.labels import Label, to_label
from coverage_campaign.model.targets import Increase, to_optional_rate
from coverage_campaign.model.units import to_codes

__all__ = [
    "QUESTIONS",
    "Basis",
    "Question",
    "Readings",
    "answer_name",
    "answer_text",
]


def _to_optional_codes(value: tuple[str, ...] | str | None) -> tuple[str, ...] | None:
    return None if value is None else to_codes(value)


def _names_some(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value == ():
        raise DefinitionError(Problem(attribute.name, "an empty list", "name a phase, or None"))


def _to_optional_month_day(value: MonthDay | str | None) -> MonthDay | None:
    if value is None or isinstance(value, MonthDay):
        return value
    month, _, day = value.partition("-")
    return MonthDay(int(month), int(day))


@checked_methods
@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Readings:
    """One answer to each open question; None is open.

    `suggested` holds the answers that the shipped case proposes: an answer equal to it is marked as
    suggested in every result and keeps its finding, an answer of the caller's own is not.

    >>> Readings(increase="points").increase
    'points'
    """

    increase: Increase | None = None
    """How "by 10 %" is read."""
    counted: Literal["gross", "net"] | None = None
    """Whether losses are taken off the persons that count towards the target."""
    counted_at: Literal["registered", "first_paid"] | None = None
    """The event by which a person counts."""
    annexes: Literal["partition", "two_cuts", "subset", "different_measures"] | None = None
    """How two annex tables relate."""
    attribution: Literal["place", "command"] | None = None
    """Where a unit counts that stands in one place and answers to another."""
    schedule_over: tuple[str, ...] | None = attrs.field(
        default=None, converter=_to_optional_codes, validator=_names_some
    )
    """The phases whose union of days the schedule is laid over."""
    doubled_day: Literal["first", "second", "both", "by_group"] | None = None
    """To which phase a day in two phases belongs."""
    result_cutoff: MonthDay | None = attrs.field(default=None, converter=_to_optional_month_day)
    """The last day on which an enrolment counts."""
    whole_months: Literal["calendar_months"] | None = None
    """The days of a phase that is given in months."""
    award_bar: Literal["departments", "departments_and_governments"] | None = None
    """Whom the bar from merit awards can strike."""
    missed_target: Literal["own", "uplifted"] | None = None
    """Against which target "missed" is judged."""
    outstanding: Fraction | None = attrs.field(
        default=None, converter=to_optional_rate, validator=between(0)
    )
    """The completion rate from which a contribution is outstanding (fraction of one)."""
    report_due_day: int | None = attrs.field(default=None, validator=between(1, 31))
    """The day of the following month by whose end a report is on time."""
    rectification_days: int | None = attrs.field(default=None, validator=a_term)
    """The term of an order to rectify [calendar days]."""
    after_refusal: Literal["exposure_first", "parallel"] | None = None
    """Whether press exposure comes before the application to the court."""
    court_applicant: Literal["labour", "tax", "either"] | None = None
    """Who applies to the court."""
    partial_steps: Literal["prorated", "whole_steps"] | None = None
    """Whether a deduction per step is prorated within a step."""
    suggested: Readings | None = attrs.field(default=None)

    @suggested.validator
    def _suggests_nothing_itself(self, _: object, value: Readings | None) -> None:
        if value is not None and value.suggested is not None:
            fix = "a suggestion holds answers alone"
            raise DefinitionError(Problem("suggested", "suggestions of its own", fix))

    def is_suggested(self, question: str) -> bool:
        """Tell whether the answer is the one that the shipped case proposed."""
        if self.suggested is None:
            return False
        answer: object = getattr(self, question)
        return answer is not None and answer == getattr(self.suggested, question)


@attrs.frozen(field_transformer=checked_fields)
class Question:
    """A question that this campaign's source leaves open: `code` is a field of `Readings`."""

    code: str
    text: Label = attrs.field(converter=to_label)
    clause: str = ""


# How documents name questions and answers.
QUESTIONS: Final = {
    "increase": message_in("question", "meaning of the increase"),
    "counted": message_in("question", "persons counted"),
    "counted_at": message_in("question", "event by which a person counts"),
    "annexes": message_in("question", "relation of the annexes"),
    "attribution": message_in("question", "attribution of stationed bodies"),
    "schedule_over": message_in("question", "days of the schedule"),
    "doubled_day": message_in("question", "day in two phases"),
    "result_cutoff": message_in("question", "last enrolment that counts"),
    "whole_months": message_in("question", "days of a phase given in months"),
    "award_bar": message_in("question", "scope of the bar from awards"),
    "missed_target": message_in("question", "target that can be missed"),
    "outstanding": message_in("question", "outstanding contribution from"),
    "report_due_day": message_in("question", "due day of reports in the next month"),
    "rectification_days": message_in("question", "days to rectify"),
    "after_refusal": message_in("question", "order after a refusal"),
    "court_applicant": message_in("question", "applicant to the court"),
    "partial_steps": message_in("question", "steps that are begun"),
}
_ANSWERS: Final = {
    "points": message_in("answer", "percentage points"),
    "ratio": message_in("answer", "ratio"),
    "gross": message_in("answer", "gross (losses not deducted)"),
    "net": message_in("answer", "net (losses deducted)"),
    "registered": message_in("answer", "registration"),
    "first_paid": message_in("answer", "first payment"),
    "partition": message_in("answer", "each has its own part"),
    "two_cuts": message_in("answer", "two breakdowns of the same people"),
    "subset": message_in("answer", "one contains the other"),
    "different_measures": message_in("answer", "different measures"),
    "place": message_in("answer", "by location"),
    "command": message_in("answer", "by line of command"),
    "first": message_in("answer", "the first phase"),
    "second": message_in("answer", "the second phase"),
    "both": message_in("answer", "both phases"),
    "by_group": message_in("answer", "by group"),
    "calendar_months": message_in("answer", "calendar months"),
    "departments": message_in("answer", "departments"),
    "departments_and_governments": message_in("answer", "departments and governments"),
    "own": message_in("answer", "the unit's own target"),
    "uplifted": message_in("answer", "the uplifted target"),
    "exposure_first": message_in("answer", "press exposure first"),
    "parallel": message_in("answer", "in parallel"),
    "labour": message_in("answer", "the labour department"),
    "tax": message_in("answer", "the tax authority"),
    "either": message_in("answer", "either authority"),
    "prorated": message_in("answer", "in proportion"),
    "whole_steps": message_in("answer", "whole steps only"),
}


_LEAP_YEAR: Final = 2000
"""A year in which each day of a month exists."""


def answer_text(question: str, answer: object) -> Message:
    """Return a question with its answer in words, as results repeat it.

    >>> answer_text("counted", "gross").text("zh")
    '统计口径：毛数（不扣减）'
    >>> str(answer_text("outstanding", Fraction(11, 10)))
    'outstanding contribution from: 110%'
    """
    named = answer_name(answer)
    if question == "report_due_day" and isinstance(answer, int):
        named = message("day {day:raw}", day=answer)
    if question == "rectification_days" and isinstance(answer, int):
        named = message("{n} {n:plural day|days}", n=answer)
    return message("{question}: {answer}", question=QUESTIONS[question], answer=named)


def answer_name(answer: object) -> Message | Label | str:
    """Return an answer in words; one that has none, as it is."""
    if isinstance(answer, (Message, Label)):
        return answer
    if isinstance(answer, tuple):
        return " + ".join(map(str, answer))
    if isinstance(answer, Fraction):
        return message("{rate:share}", rate=answer)
    if isinstance(answer, MonthDay):
        return message("{day:long day}", day=dt.date(_LEAP_YEAR, answer.month, answer.day))
    return _ANSWERS.get(str(answer), str(answer))


def _to_labels(value: Iterable[Label | Message | str]) -> tuple[Label | Message, ...]:
    return tuple(
        sentence if isinstance(sentence, Message) else to_label(sentence) for sentence in value
    )


def _merged(
    first: tuple[Label | Message, ...], second: tuple[Label | Message, ...]
) -> tuple[Label | Message, ...]:
    return tuple(dict.fromkeys((*first, *second)))


@checked_methods
@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Basis:
    """Campaign and year of a result, its readings and assumptions, and whether it is simulated.

    `chosen` and `suggested` are answers to open questions ('persons counted: gross'), `assumptions`
    sentences about inputs that no source states; labels, so that a bulletin says them in its own
    language.

    >>> basis = Basis(title="Hengyang", year=2008).assuming("all weigh the same")
    >>> basis.lines()
    ('Assumed: all weigh the same.',)
    """

    title: str
    year: int
    chosen: tuple[Label | Message, ...] = attrs.field(default=(), converter=_to_labels)
    suggested: tuple[Label | Message, ...] = attrs.field(default=(), converter=_to_labels)
    assumptions: tuple[Label | Message, ...] = attrs.field(default=(), converter=_to_labels)
    simulated: bool = False

    def joined(self, other: Basis) -> Basis:
        """Return the basis of a result that rests on both."""
        return attrs.evolve(
            self,
            chosen=_merged(self.chosen, other.chosen),
            suggested=_merged(self.suggested, other.suggested),
            assumptions=_merged(self.assumptions, other.assumptions),
            simulated=self.simulated or other.simulated,
        )

    def assuming(self, *sentences: Label | Message | str) -> Basis:
        """Return the same basis with more assumptions; a text is English."""
        return attrs.evolve(self, assumptions=_merged(self.assumptions, _to_labels(sentences)))

    def lines(self, lang: str = "en") -> tuple[str, ...]:
        """Return what a reader must be told, one sentence a line; () when there is nothing."""
        simulated = [message("SIMULATED reports: no real result.")] if self.simulated else []
        suggested = [
            message("Suggested reading, not chosen – {answer}.", answer=answer)
            for answer in self.suggested
        ]
        assumed = [message("Assumed: {assumption}.", assumption=one) for one in self.assumptions]
        return tuple(line.text(lang) for line in (*simulated, *suggested, *assumed))

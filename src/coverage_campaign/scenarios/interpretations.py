"""The answers that an open question can have: its words, or the campaign's windows and days."""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

import attrs

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import MonthDay
from coverage_campaign.model.readings import Readings

__all__ = ["answer_text", "answers_of", "open_codes", "words_of"]


def words_of(code: str) -> tuple[str, ...]:
    """Return the words that answer a question, () where its answers are no closed set.

    >>> words_of("counted")
    ('gross', 'net')
    """
    hints = typing.get_type_hints(Readings)
    literals = [
        get_args(choice)
        for choice in get_args(hints.get(code, object))
        if get_origin(choice) is Literal
    ]
    words: tuple[str, ...] = literals[0] if literals else ()
    return words


def open_codes(campaign: Campaign) -> tuple[str, ...]:
    """Return the questions of a campaign that nobody has chosen an answer to.

    An answer that the shipped case only suggests leaves its question open.
    """
    readings = campaign.readings
    return tuple(
        question.code
        for question in campaign.questions
        if getattr(readings, question.code) is None or readings.is_suggested(question.code)
    )


def answers_of(
    campaign: Campaign, given: Mapping[str, Sequence[object]]
) -> dict[str, tuple[object, ...]]:
    """Return the answers of every open question: the caller's, its words, or what the days offer.

    A number that nobody can list (a threshold, a term) has the answer that is taken now, if any.
    """
    unknown = [code for code in given if code not in attrs.fields_dict(Readings)]
    if unknown or any(not len(values) for values in given.values()):
        known = ", ".join(question.code for question in campaign.questions)
        found = f"no question {unknown[0]!r}" if unknown else "a question without an answer"
        raise DefinitionError(Problem("answers", found, f"questions: {known}"))
    found_answers: dict[str, tuple[object, ...]] = {}
    for code in dict.fromkeys((*open_codes(campaign), *given)):
        listed = tuple(given.get(code, ())) or words_of(code) or _by_days(campaign, code)
        taken: object = getattr(campaign.readings, code)
        if not listed and taken is not None:
            listed = (taken,)
        if listed:
            found_answers[code] = tuple(_normal(code, one) for one in listed)
    return found_answers


def _normal(code: str, answer: object) -> object:
    """Return an answer as `Readings` keeps it."""
    value: dict[str, Any] = {code: answer}
    kept: object = getattr(Readings(**value), code)
    return kept


def _by_days(campaign: Campaign, code: str) -> tuple[object, ...]:
    if code == "schedule_over":
        return _windows(campaign)
    if code == "result_cutoff" and campaign.phases:
        within = campaign.headcount.within if campaign.headcount else ""
        last = [campaign.window(within).last] if within else []
        ends = dict.fromkeys([*last, campaign.whole_window.last])
        return tuple(MonthDay(day.month, day.day) for day in ends)
    return ()


def _windows(campaign: Campaign) -> tuple[tuple[str, ...], ...]:
    """Return what a schedule can be laid over: a phase, its parts, up to its end, the whole."""
    top = [phase.code for phase in campaign.phases if phase.parent is None]
    parts = {
        code: tuple(phase.code for phase in campaign.phases if phase.parent == code) for code in top
    }
    within = campaign.headcount.within if campaign.headcount else ""
    main = [within] if within in top else [code for code in top if parts[code]] or top[:1]
    found: dict[tuple[str, ...], None] = {}
    for code in main:
        found[(code,)] = None
        if parts[code]:
            found[parts[code]] = None
        found[tuple(top[: top.index(code) + 1])] = None
    found[tuple(top)] = None
    return tuple(windows for windows in found if windows)


def answer_text(answer: object) -> str:
    """Return an answer in words.

    >>> answer_text(("drive-1", "drive-2")), answer_text("gross"), answer_text(None)
    ('drive-1 + drive-2', 'gross', 'open')
    """
    if answer is None:
        return "open"
    return " + ".join(map(str, answer)) if isinstance(answer, tuple) else str(answer)

"""One unit with everything that a scheme says of it, and how that reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from fractions import Fraction

import attrs

from coverage_campaign.assessment.facts import Facts
from coverage_campaign.assessment.numbers import number
from coverage_campaign.assessment.scoring import Scored, grade_of
from coverage_campaign.assessment.verdicts import Verdict
from coverage_campaign.model.scheme import Grade, Scheme

__all__ = ["Assessed", "trace"]


@attrs.frozen(kw_only=True)
class Assessed:
    """One unit: its items, verdicts and rewards; a verdict is None where the scheme has no rule.

    `free` tells whether no veto strikes.
    """

    facts: Facts
    items: tuple[Scored, ...]
    grades: tuple[Grade, ...]
    free: Verdict | None
    merit: Verdict | None
    commended: Verdict | None
    rewards: tuple[Scored, ...]

    @property
    def score(self) -> Fraction | None:
        """The sum of the points, exactly; 0 under a veto; None where an item could not be told."""
        if not self.items:
            return None
        if self.free is not None and self.free.answer is False:
            return Fraction(0)
        amounts = [line.amount for line in self.items if line.amount is not None]
        if len(amounts) < len(self.items) or (self.free and self.free.answer is None):
            return None
        return sum(amounts, Fraction(0))

    @property
    def grade(self) -> Grade | None:
        """The grade of the score; under a veto the lowest there is."""
        if self.score is None or not self.grades:
            return None
        if self.free is not None and self.free.answer is False:
            return self.grades[0]
        return grade_of(self.score, self.grades)

    @property
    def questions(self) -> tuple[str, ...]:
        """The open questions that a verdict or an amount hangs on."""
        found = [one for one in (self.free, self.merit, self.commended) if one]
        lines: list[Verdict | Scored] = [*found, *self.items, *self.rewards]
        return tuple(dict.fromkeys(code for line in lines for code in line.questions))

    @property
    def missing(self) -> tuple[str, ...]:
        """Why the unit, or an item of it, could not be assessed."""
        found = [one for one in (self.free, self.merit, self.commended) if one]
        lines: list[Verdict | Scored] = [*found, *self.items, *self.rewards]
        named = [line.missing for line in lines if line.missing]
        whole = [self.facts.missing] if self.facts.missing else []
        return tuple(dict.fromkeys([*whole, *named]))


_ANSWERS: Mapping[tuple[str, bool | None], str] = {
    ("free", True): "no veto",
    ("free", False): "VETO",
    ("free", None): "veto open",
    ("merit", True): "may have merit awards",
    ("merit", False): "barred from merit awards",
    ("merit", None): "merit awards open",
    ("commended", True): "commended",
    ("commended", False): "not commended",
    ("commended", None): "commendation open",
}


def trace(unit: Assessed, scheme: Scheme, as_of: dt.date) -> Iterator[str]:
    """Yield what was found on a unit, line by line: the title, items, score, verdicts, rewards."""
    yield f"{unit.facts.name}, as of {as_of}"
    weights = {item.code: f" of {number(item.weight)}" for item in scheme.items}
    for line in unit.items:
        yield f"  {_line(line, 'points', weights[line.code])}"
    if unit.items:
        yield f"  {_score(unit, scheme)}"
    verdicts = (("free", unit.free), ("merit", unit.merit), ("commended", unit.commended))
    for name, verdict in verdicts:
        if verdict:
            yield f"  {_ANSWERS[name, verdict.answer]}: {verdict.reason}{_cited(verdict.clause)}"
    for line in unit.rewards:
        yield f"  {_line(line, 'yuan', '')}"


def _line(line: Scored, gives: str, weight: str) -> str:
    amount = "<NA>" if line.amount is None else f"{number(line.amount)}{weight} {gives}"
    return f"{line.label.text()}: {amount} ({line.reason}){_cited(line.clause)}"


def _score(unit: Assessed, scheme: Scheme) -> str:
    score, grade = unit.score, unit.grade
    if score is None:
        return "score: could not be told, as not every item could"
    full = "" if scheme.full is None else f" of {number(scheme.full)}"
    named = f", {grade.label.text()}" if grade else ""
    return f"score: {number(score)}{full} points{named}"


def _cited(clause: str) -> str:
    return f" (clause {clause})" if clause else ""

"""The ladder for employers that do not enrol or pay, and the gate at licensing, as values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

import attrs

from coverage_campaign.checks import a_term, checked_fields, checked_methods, did_you_mean
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import message
from coverage_campaign.model.labels import Label, to_label
from coverage_campaign.model.readings import Readings
from coverage_campaign.model.units import to_codes

__all__ = ["EnforcementLadder", "LicenceGate", "Move", "Requirement", "Step", "Term", "Under"]

Term: TypeAlias = Literal["rectification_days"]
"""A reading that sets a term which the source leaves open [calendar days]."""


@attrs.frozen(field_transformer=checked_fields)
class Step:
    """A state that a case can be in; a final one closes it."""

    code: str
    label: Label = attrs.field(converter=to_label)
    final: bool = False
    clause: str = ""


@attrs.frozen(field_transformer=checked_fields)
class Under:
    """A move that there is only where an open question is answered in one of these ways."""

    reading: Literal["after_refusal", "court_applicant"]
    answers: tuple[str, ...] = attrs.field(converter=to_codes)


def _to_conditions(value: Iterable[Under] | Under) -> tuple[Under, ...]:
    return (value,) if isinstance(value, Under) else tuple(value)


@attrs.frozen(field_transformer=checked_fields)
class Move:
    """An `event` that takes a case from a step to another, made by one of `authorities`.

    `within_days` is the term to act after reaching `source` [calendar days]; None where the source
    text sets none: then it is the reading that `term` names, if any. A move that `keeps` its source
    opens a second track: the case stands on both steps (an appeal, exposure beside the court).
    `under` makes it depend on readings: there is such a move where all of them are so answered.
    """

    event: str
    source: str
    target: str
    authorities: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    within_days: int | None = attrs.field(default=None, validator=a_term)
    clause: str = ""
    keeps: bool = False
    term: Term | None = None
    under: tuple[Under, ...] = attrs.field(default=(), converter=_to_conditions)

    def __str__(self) -> str:
        """Return the move as a few words: what, by whom, where to."""
        by = f" by {' or '.join(self.authorities)}" if self.authorities else ""
        return f"{self.event}{by} -> {self.target}"


@checked_methods
@attrs.frozen(field_transformer=checked_fields)
class EnforcementLadder:
    """The steps of enforcement and the moves between them; the first step is where a case opens."""

    steps: tuple[Step, ...] = attrs.field(converter=tuple[Step, ...])
    moves: tuple[Move, ...] = attrs.field(converter=tuple[Move, ...])
    clause: str = ""

    def __attrs_post_init__(self) -> None:
        """Refuse a ladder whose moves lead off it; every problem at once."""
        problems = list(_problems(self))
        if problems:
            raise DefinitionError(problems, source="ladder")

    def step(self, code: str) -> Step:
        """Return the step of a code."""
        for step in self.steps:
            if step.code == code:
                return step
        fix = did_you_mean(code, [step.code for step in self.steps])
        raise DefinitionError(Problem("ladder", message("no step {code!r}", code=code), fix))

    def under(self, readings: Readings) -> EnforcementLadder:
        """Return the ladder as these readings have it.

        A move that depends on an answer stays, without the condition, where that answer is given,
        and goes where another is; a term that a reading sets is filled in. What is still open stays
        open: such a move is refused when it is made, such a term is <NA> when it is due.
        """
        moves: list[Move] = []
        for move in self.moves:
            answers = [(one, getattr(readings, one.reading)) for one in move.under]
            if any(given is not None and given not in one.answers for one, given in answers):
                continue
            left = [one for one, given in answers if given is None]
            move = attrs.evolve(move, under=left)  # noqa: PLW2901 - the same move, decided
            if move.within_days is None and move.term is not None:
                move = attrs.evolve(move, within_days=getattr(readings, move.term))  # noqa: PLW2901 - as above
            moves.append(move)
        return attrs.evolve(self, moves=moves)


def _problems(ladder: EnforcementLadder) -> Iterator[Problem]:
    if not ladder.steps:
        yield Problem("steps", "none", "give at least the step where a case opens")
    for code, count in Counter(step.code for step in ladder.steps).items():
        if count > 1:
            yield Problem(
                f"steps['{code}']",
                message("used {count:raw} times", count=count),
                "a code names one step",
            )
    final = {step.code: step.final for step in ladder.steps}
    if ladder.steps and ladder.steps[0].final:
        yield Problem("steps[0]", "is final", "a case opens on a step that it can leave")
    for index, move in enumerate(ladder.moves):
        place = f"moves[{index}] '{move.event}'"
        for field, code in (("source", move.source), ("target", move.target)):
            if code not in final:
                fix = did_you_mean(code, final)
                yield Problem(f"{place}.{field}", message("no step {code!r}", code=code), fix)
        if final.get(move.source):
            found = message("leaves the final step {source!r}", source=move.source)
            yield Problem(f"{place}.source", found, "a final step closes the case")


@attrs.frozen(field_transformer=checked_fields)
class Requirement:
    """A document that has to be shown, and where it is to be had.

    `needs` are the documents that one must have to get it; `instead` are documents that are taken
    in its place; `occasions` are those on which it is asked for, none named = all.
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    from_unit: str = ""
    needs: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    instead: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    occasions: tuple[str, ...] = attrs.field(default=(), converter=to_codes)


@attrs.frozen(field_transformer=checked_fields)
class LicenceGate:
    """What a unit asks to see before it issues a licence or passes a yearly inspection.

    `issues` are the documents that the unit itself gives out at this gate: a requirement that needs
    one of them cannot be met by who comes for the first time. `first_time` are the occasions on
    which the applicant has none of them yet; none named = the first occasion.
    """

    unit: str
    occasions: tuple[str, ...] = attrs.field(converter=to_codes)
    requirements: tuple[Requirement, ...] = attrs.field(converter=tuple[Requirement, ...])
    clause: str = ""
    issues: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    first_time: tuple[str, ...] = attrs.field(default=(), converter=to_codes)

"""One case against an employer: opened, moved along the ladder, closed; its history only grows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TypeAlias

import attrs

from coverage_campaign.checks import checked_call, checked_fields, checked_methods
from coverage_campaign.errors import IllegalMoveError, OpenQuestionError, Problem
from coverage_campaign.messages import Language, Message, message
from coverage_campaign.model.dates import DateLike, to_date
from coverage_campaign.model.enforcement_rules import EnforcementLadder, Move

__all__ = [
    "OPEN",
    "Active",
    "Case",
    "CaseEvent",
    "advance",
    "after",
    "first_steps",
    "is_closed",
    "legal_move",
    "open_case",
    "possible",
]

OPEN = "open"
"""The event that opens a case, on the first step."""

Active: TypeAlias = tuple[str, ...]
"""The codes of the steps that a case stands on."""


def first_steps(ladder: EnforcementLadder) -> Active:
    """Return the steps of a case that has just been opened."""
    return (ladder.steps[0].code,)


def is_closed(ladder: EnforcementLadder, active: Active) -> bool:
    """Tell whether a case that stands on these steps is closed."""
    return any(step.final and step.code in active for step in ladder.steps)


def possible(ladder: EnforcementLadder, active: Active) -> tuple[Move, ...]:
    """Return the moves that are open to a case, in the order of the ladder.

    A step that the case stands on is not reached a second time, unless from itself (a new term).
    """
    return tuple(
        move
        for move in ladder.moves
        if move.source in active and (move.target not in active or move.target == move.source)
    )


def legal_move(
    ladder: EnforcementLadder, active: Active, event: str, by: str, *, case: str
) -> Move:
    """Return the move that an event by an authority makes; the first that fits in the ladder.

    Raises:
        IllegalMoveError: There is no such move now, or this authority may not make it; `.possible`
            names the moves that are open.
        OpenQuestionError: Whether there is such a move depends on a reading that is open.
    """
    moves = possible(ladder, active)
    named = [move for move in moves if move.event == event]
    allowed = [move for move in named if not move.authorities or by in move.authorities]
    decided = [move for move in allowed if not move.under]
    if decided:
        return decided[0]
    place = message("case '{code}'", code=case)
    if allowed:
        question = allowed[0].under[0].reading
        raise OpenQuestionError(
            Problem(
                place,
                message("whether '{event}' is possible here is open", event=event),
                message(
                    "choose a reading: ladder.under(cc.Readings({question:raw}=...))",
                    question=question,
                ),
            )
        )
    raise IllegalMoveError(
        Problem(place, _why(ladder, active, event, by, named), _way_out(moves)),
        possible=[str(move) for move in moves],
    )


def _why(
    ladder: EnforcementLadder, active: Active, event: str, by: str, named: list[Move]
) -> Message:
    steps = " + ".join(active)
    if is_closed(ladder, active):
        return message("'{event}' after it was closed ({steps})", event=event, steps=steps)
    if named:
        who = dict.fromkeys(one for move in named for one in move.authorities)
        return message("'{event}' by '{by}'; may do so: {who}", event=event, by=by, who=tuple(who))
    again = [move for move in ladder.moves if move.event == event and move.target in active]
    if again:
        return message("'{event}' a second time: now at {steps}", event=event, steps=steps)
    return message("'{event}' is no move from {steps}", event=event, steps=steps)


def _way_out(moves: tuple[Move, ...]) -> Message:
    if not moves:
        return message("no move is possible")
    return message("possible: {moves}", moves="; ".join(dict.fromkeys(map(str, moves))))


def after(ladder: EnforcementLadder, active: Active, move: Move) -> Active:
    """Return the steps on which a case stands after a move.

    A final step closes every track.
    """
    if ladder.step(move.target).final:
        return (move.target,)
    left = {*active} - (set() if move.keeps else {move.source})
    return tuple(step.code for step in ladder.steps if step.code in {*left, move.target})


@attrs.frozen(field_transformer=checked_fields)
class CaseEvent:
    """What happened to a case: the event, the day, the authority, the move that it made."""

    event: str
    on: dt.date
    by: str
    move: Move | None = None


@checked_methods
@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Case:
    """A case against an employer; `steps` is where it stands, `history` how it came there."""

    code: str
    employer: str
    unit: str
    ladder: EnforcementLadder
    history: tuple[CaseEvent, ...]
    steps: Active

    @property
    def opened_on(self) -> dt.date:
        """The day on which the case was opened."""
        return self.history[0].on

    @property
    def is_open(self) -> bool:
        """Whether the case is still open."""
        return not is_closed(self.ladder, self.steps)

    @property
    def closed_on(self) -> dt.date | None:
        """The day on which the case was closed; None while it is open."""
        return None if self.is_open else self.history[-1].on

    @property
    def possible(self) -> tuple[Move, ...]:
        """The moves that are open to the case now."""
        return possible(self.ladder, self.steps)

    def reached(self, step: str) -> dt.date | None:
        """Return the day on which the case last came to a step, or None."""
        self.ladder.step(step)
        for event in reversed(self.history):
            target = first_steps(self.ladder)[0] if event.move is None else event.move.target
            if target == step:
                return event.on
        return None

    def explain(self, *, lang: Language | None = None) -> str:
        """Return the history, one event a line with its clause, and the steps that are possible."""
        lines = [message("Case {code} against {employer}", code=self.code, employer=self.employer)]
        for one in self.history:
            target = first_steps(self.ladder)[0] if one.move is None else one.move.target
            clause = self.ladder.clause if one.move is None else one.move.clause
            lines.append(
                message(
                    "  {day:date}: {step}{authority}{clause}",
                    day=one.on,
                    step=self.ladder.step(target).label,
                    authority=_by([one.by] if one.by else []),
                    clause=message(", clause {clause}", clause=clause) if clause else "",
                )
            )
        possible = {
            (move.target, move.authorities): message(
                "{step}{authority}",
                step=self.ladder.step(move.target).label,
                authority=_by(move.authorities),
            )
            for move in self.possible
        }
        lines.append(
            message(
                "  Now: {steps}. Possible: {moves}.",
                steps=[self.ladder.step(step).label for step in self.steps],
                moves=list(possible.values()) or message("nothing, the case is closed"),
            )
        )
        return "\n".join(line.text(lang) for line in lines)

    def __repr__(self) -> str:
        """Return the case in one line."""
        return (
            f"<Case {self.code} against {self.employer}: {' + '.join(self.steps)} "
            f"since {self.history[-1].on}, {len(self.history)} events>"
        )


def _by(authorities: Sequence[str]) -> Message | str:
    return message(" (by {authorities})", authorities=authorities) if authorities else ""


@checked_call
def open_case(
    employer: str,
    *,
    ladder: EnforcementLadder,
    on: DateLike,
    by: str = "",
    unit: str = "",
    code: str = "",
) -> Case:
    """Return a new case against an employer, on the first step of a ladder.

    `code` is the employer's and the day's unless it is given; `unit` is where the employer is.

    >>> from coverage_campaign.model.enforcement_rules import Move, Step
    >>> ladder = EnforcementLadder(
    ...     [Step("inspection", "Inspection"), Step("ordered", "Order to rectify")],
    ...     [Move("order", "inspection", "ordered", "labour")],
    ... )
    >>> case = open_case("Blue Hotel", ladder=ladder, on="2008-08-04")
    >>> advance(case, "order", on="2008-08-11", by="labour")
    <Case Blue Hotel/2008-08-04 against Blue Hotel: ordered since 2008-08-11, 2 events>
    """
    day = to_date(on, where="on")
    return Case(
        code=code or f"{employer}/{day}",
        employer=employer,
        unit=unit,
        ladder=ladder,
        history=(CaseEvent(OPEN, day, by),),
        steps=first_steps(ladder),
    )


@checked_call
def advance(case: Case, event: str, *, on: DateLike, by: str) -> Case:
    """Return the case after an event that an authority brings about; the old one stays as it was.

    Raises:
        IllegalMoveError: The ladder has no such move from here, the authority may not make it, or
            the day lies before the last event; `.possible` names the moves that are open.
        OpenQuestionError: Whether there is such a move depends on a reading that is open.
    """
    day = to_date(on, where="on")
    last = case.history[-1].on
    if day < last:
        raise IllegalMoveError(
            Problem(
                message("case '{code}'", code=case.code),
                message(
                    "'{event}' on {day:raw}, before the last event on {last:raw}",
                    event=event,
                    day=day,
                    last=last,
                ),
                message("a history only grows: give {last:raw} or later", last=last),
            ),
            possible=[str(move) for move in case.possible],
        )
    move = legal_move(case.ladder, case.steps, event, by, case=case.code)
    return attrs.evolve(
        case,
        history=(*case.history, CaseEvent(event, day, by, move)),
        steps=after(case.ladder, case.steps, move),
    )

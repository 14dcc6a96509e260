"""Which moves are legal: the one function that single cases and millions of them go by.

A case stands on one step or, where a move kept its source, on several: its active steps, in the
order of the ladder.
"""

from __future__ import annotations

from typing import TypeAlias

from coverage_campaign.errors import IllegalMoveError, OpenQuestionError, Problem
from coverage_campaign.messages import message
from coverage_campaign.model.enforcement_rules import EnforcementLadder, Move

__all__ = ["OPEN", "Active", "after", "first_steps", "is_closed", "legal_move", "possible"]

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
    place = f"case '{case}'"
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


def _why(ladder: EnforcementLadder, active: Active, event: str, by: str, named: list[Move]) -> str:
    steps = " + ".join(active)
    if is_closed(ladder, active):
        return f"'{event}' after it was closed ({steps})"
    if named:
        who = " or ".join(dict.fromkeys(one for move in named for one in move.authorities))
        return f"'{event}' by {by!r}, which only {who} may do"
    again = [move for move in ladder.moves if move.event == event and move.target in active]
    if again:
        return f"'{event}' a second time: it stands on {steps}"
    return f"'{event}' is no move from {steps}"


def _way_out(moves: tuple[Move, ...]) -> str:
    if not moves:
        return "no move is possible"
    return f"possible: {'; '.join(dict.fromkeys(str(move) for move in moves))}"


def after(ladder: EnforcementLadder, active: Active, move: Move) -> Active:
    """Return the steps on which a case stands after a move.

    A final step closes every track.
    """
    if ladder.step(move.target).final:
        return (move.target,)
    left = {*active} - (set() if move.keeps else {move.source})
    return tuple(step.code for step in ladder.steps if step.code in {*left, move.target})

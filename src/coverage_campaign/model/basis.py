"""What a result rests on: it travels with every result, so that nothing is assumed in silence."""

from __future__ import annotations

import attrs

__all__ = ["Basis"]


def _merged(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


@attrs.frozen(kw_only=True)
class Basis:
    """Campaign and year of a result, its readings and assumptions, and whether it is simulated.

    `chosen` and `suggested` name answers to open questions, as 'question = answer';
    `assumptions` are sentences about inputs that no source states.
    """

    title: str
    year: int
    chosen: tuple[str, ...] = ()
    suggested: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
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

    def assuming(self, *sentences: str) -> Basis:
        """Return the same basis with more assumptions."""
        return attrs.evolve(self, assumptions=_merged(self.assumptions, sentences))

    def lines(self) -> tuple[str, ...]:
        """Return what a reader must be told, one sentence a line; () when there is nothing."""
        marks = ("SIMULATED reports: no real result.",) if self.simulated else ()
        suggested = tuple(f"Suggested reading, not chosen: {text}." for text in self.suggested)
        assumed = tuple(f"Assumed: {text}." for text in self.assumptions)
        return (*marks, *suggested, *assumed)

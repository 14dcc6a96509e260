"""What a result rests on: it travels with every result, so that nothing is assumed in silence."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from coverage_campaign.checks import checked_fields, checked_methods
from coverage_campaign.messages import Message, message
from coverage_campaign.model.labels import Label, to_label

__all__ = ["Basis"]


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

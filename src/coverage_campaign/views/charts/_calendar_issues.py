"""Days of the calendar that need a look: what a review found, as places in a chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

import attrs

from coverage_campaign.messages import Language, Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import Window
from coverage_campaign.model.labels import Label
from coverage_campaign.model.review.findings import Finding
from coverage_campaign.views.words import span

__all__ = ["Doubt", "Kind", "doubts_of"]

Kind: TypeAlias = Literal["gap", "overlap", "short", "outside"]

_KINDS: Final[dict[str, Kind]] = {
    "day-in-no-part": "gap",
    "stage-outlasts-its-parts": "gap",
    "day-in-two-parts": "overlap",
    "stages-overlap": "overlap",
    "part-outside-its-stage": "outside",
    "end-one-day-short": "short",
}
_LABELS: Final[dict[Kind, Message]] = {
    "gap": message("gap"),
    "overlap": message("overlap"),
    "short": message("left out"),
    "outside": message("outside"),
}


@attrs.frozen
class Doubt:
    """Days in doubt: of which kind, and the phases concerned, the embracing one first."""

    kind: Kind
    window: Window
    phases: tuple[str, ...]

    def sentence(self, campaign: Campaign, lang: Language) -> str:
        """Return what is to be checked, without a full stop."""
        names = [campaign.phase(code).label for code in (*self.phases, *self.phases)]
        return self._message(span(self.window, lang), *names[:2]).text(lang)

    def _message(self, days: str, phase: Label, other: Label) -> Message:
        if self.kind == "gap":
            return message("{days} in no part of {phase}", days=days, phase=phase)
        if self.kind == "overlap":
            return message("{days} in {phase} and in {other}", days=days, phase=phase, other=other)
        if self.kind == "short":
            return message("{phase} ends just before {days}", days=days, phase=phase)
        return message("{days} of {other} outside {phase}", days=days, phase=phase, other=other)

    def label(self, lang: Language) -> str:
        """Return one word for the chart."""
        return _LABELS[self.kind].text(lang)


def doubts_of(findings: Sequence[Finding]) -> tuple[Doubt, ...]:
    """Return the days that findings about the calendar name, in their order of time.

    A phase that ends a day early is told only where that day is in no other doubt.
    """
    found = [
        Doubt(_KINDS[one.code], Window(min(one.dates), max(one.dates)), one.parts)
        for one in findings
        if one.code in _KINDS and one.dates
    ]
    days = {doubt.window for doubt in found if doubt.kind != "short"}
    kept = [doubt for doubt in found if doubt.kind != "short" or doubt.window not in days]
    return tuple(sorted(kept, key=lambda doubt: doubt.window))

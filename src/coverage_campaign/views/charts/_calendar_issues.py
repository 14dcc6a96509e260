"""Days of the calendar that need a look: what a review found, as places in a chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import attrs

from coverage_campaign.model.dates import Window
from coverage_campaign.views.words import Lang, Words, named, span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage_campaign.model.campaign import Campaign
    from coverage_campaign.model.review.findings import Finding

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
_SENTENCES: Final[dict[Kind, Words]] = {
    "gap": Words("{0} in no part of {1}", "{0}不属{1}的任何部分", "{0}不屬{1}的任何部分"),
    "overlap": Words("{0} in {1} and in {2}", "{0}同属{1}和{2}", "{0}同屬{1}和{2}"),
    "short": Words("{1} ends just before {0}", "{1}未含{0}", "{1}未含{0}"),
    "outside": Words("{0} of {2} outside {1}", "{2}的{0}超出{1}", "{2}的{0}超出{1}"),
}
_LABELS: Final[dict[Kind, Words]] = {
    "gap": Words("gap", "空档", "空檔"),
    "overlap": Words("overlap", "重叠", "重疊"),
    "short": Words("left out", "未含", "未含"),
    "outside": Words("outside", "超出", "超出"),
}


@attrs.frozen
class Doubt:
    """Days in doubt: of which kind, and the phases concerned, the embracing one first."""

    kind: Kind
    window: Window
    phases: tuple[str, ...]

    def sentence(self, campaign: Campaign, lang: Lang) -> str:
        """Return what is to be checked, without a full stop."""
        names = [named(campaign.phase(code).label, lang) for code in (*self.phases, *self.phases)]
        return _SENTENCES[self.kind].say(lang, span(self.window, lang), *names)

    def label(self, lang: Lang) -> str:
        """Return one word for the chart."""
        return _LABELS[self.kind].say(lang)


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

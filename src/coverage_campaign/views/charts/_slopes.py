"""What differs unit by unit between two results: the lines of a slope chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import attrs
import pandas as pd

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Language
from coverage_campaign.messages.formats import signed
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.views.charts import _theme as theme

__all__ = ["Quantity", "Slope", "largest", "quantity_of", "slopes_of"]

Quantity = Literal["share", "target", "planned", "done"]

# A change of a tenth of what was there before is told in colour.
_NOTABLE: Final = 10
# So many lines can be followed by eye; of more, only the largest changes are named.
_MOST_NAMED: Final = 40
_LARGEST: Final = 24


@attrs.frozen
class Slope:
    """One unit on both sides; None where a side does not have it."""

    name: str
    before: int | None
    after: int | None

    @property
    def size(self) -> int:
        """How far it moves, in persons."""
        return abs((self.after or 0) - (self.before or 0))

    @property
    def kind(self) -> Literal["more", "less", "same"]:
        """Whether the change is notable, decided in whole numbers."""
        if self.before is None or self.after is None:
            return "same"
        change = self.after - self.before
        if change == 0 or abs(change) * _NOTABLE < abs(self.before):
            return "same"
        return "more" if change > 0 else "less"

    @property
    def colour(self) -> str:
        """The colour of the line and of its words."""
        return {"more": theme.BLUE, "less": theme.RED, "same": theme.SECONDARY}[self.kind]

    @property
    def change(self) -> str:
        """A notable change in percent, or nothing."""
        if self.kind == "same" or not self.before or self.after is None:
            return ""
        return signed(100 * (self.after - self.before) / self.before, digits=0) + "%"


def quantity_of(frame: pd.DataFrame) -> Quantity:
    """Return the first quantity that differs; 'share' where nothing does."""
    present = set(frame["quantity"].tolist())
    quantities: tuple[Quantity, ...] = ("share", "target", "done", "planned")
    found = next((one for one in quantities if one in present), None)
    if found is None and present:
        raise DefinitionError(
            Problem("comparison", f"only {', '.join(sorted(present))} differ", "see its to_frame()")
        )
    return found or "share"


def slopes_of(frame: pd.DataFrame, campaign: Campaign | None, lang: Language) -> list[Slope]:
    """Return the lines of a comparison's frame, the lowest after first."""
    units = () if campaign is None else campaign.units
    names = {unit.code: unit.label.text(lang) for unit in units}

    def whole(values: list[object]) -> list[int | None]:
        return [value if isinstance(value, int) else None for value in values]

    before, after = (whole(frame[name].tolist()) for name in ("before", "after"))
    slopes = [
        Slope(names.get(code) or str(name), old, new)
        for code, name, old, new in zip(
            frame["unit"].tolist(), frame["name"].tolist(), before, after, strict=True
        )
    ]
    # Labels that are moved apart keep this order: lines of equal ends then do not cross.
    return sorted(slopes, key=lambda one: (one.after or 0, one.before or 0))


def largest(slopes: Sequence[Slope]) -> Sequence[Slope]:
    """Return the lines that are named, in their order: all of a few, of many the largest."""
    if len(slopes) <= _MOST_NAMED:
        return slopes
    largest = sorted(slopes, key=lambda one: (-one.size, one.name))[:_LARGEST]
    chosen = {id(one) for one in largest}
    return [one for one in slopes if id(one) in chosen]

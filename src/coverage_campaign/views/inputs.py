"""What the inputs of a run are called by people: fields of a scenario and the values tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import attrs

from coverage_campaign.messages import Message, Translatable, message
from coverage_campaign.model.campaign import Campaign

__all__ = ["Change", "changes_of", "input_name", "input_value"]

Text: TypeAlias = str | Translatable

_NAMES: Final = {
    "among": message("cut"),
    "as_of": message("last day counted"),
    "by": message("reports by"),
    "campaign": message("campaign"),
    "caps": message("caps"),
    "curve": message("curve"),
    "floors": message("floors"),
    "known at": message("known at"),
    "method": message("rounding"),
    "over": message("window"),
    "pins": message("pinned shares"),
    "scheme": message("scheme"),
    "target": message("total"),
    "ties": message("ties"),
    "total": message("total"),
    "uplift": message("uplift"),
    "weights": message("weights"),
}
_VALUES: Final = {
    "adams": message("Adams"),
    "declared": message("declared weights"),
    "dean": message("Dean"),
    "equal": message("all equal"),
    "even": message("even"),
    "even per calendar day": message("even per calendar day"),
    "hamilton": message("Hamilton"),
    "hill": message("Huntington-Hill"),
    "jefferson": message("Jefferson"),
    "webster": message("Webster"),
    "None": message("none"),
}
_ARROW: Final = " -> "


@attrs.frozen
class Change:
    """An input that two results differ in: its name and both values."""

    name: Text
    before: Text
    after: Text

    @property
    def message(self) -> Message:
        """The change in one line."""
        return message(
            "{input}: {before} → {after}", input=self.name, before=self.before, after=self.after
        )


def input_name(field: str) -> Text:
    """Return what a field of a scenario is called.

    >>> input_name("weights").text("zh"), input_name("level")
    ('权重', 'level')
    """
    return _NAMES.get(field, field)


def input_value(value: str, campaign: Campaign) -> Text:
    """Return what a value is called: a measure by its label, a method by its name, else itself."""
    measure = next((one for one in campaign.measures if one.code == value), None)
    if measure is not None:
        return measure.label
    if value.isdecimal():
        return message("{n}", n=int(value))
    return _VALUES.get(value, value)


def changes_of(inputs: Sequence[str], campaign: Campaign) -> tuple[Change, ...]:
    """Return the differing inputs of a comparison, each a line `field before -> after`."""
    return tuple(_change(line, campaign) for line in inputs if _ARROW in line)


def _change(line: str, campaign: Campaign) -> Change:
    before, _, after = line.partition(_ARROW)
    field = next((name for name in _NAMES if before.startswith(f"{name} ")), "")
    if not field:
        field = before.partition(" ")[0]
    old = before[len(field) + 1 :]
    return Change(input_name(field), input_value(old, campaign), input_value(after, campaign))

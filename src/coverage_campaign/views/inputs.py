"""What the inputs of a run are called by people: fields of a scenario and the values tried."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import attrs

from coverage_campaign.allocation.apportionment.methods import name_of
from coverage_campaign.messages import Message, Translatable, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.scenarios.compare import InputChange

__all__ = ["Change", "changes_of", "input_name", "input_value"]

Text: TypeAlias = str | Translatable
_MOST_BOUNDS: Final = 4
"""Of bounds by unit: more of them are counted, not named."""

_NAMES: Final = {
    "among": message("breakdown"),
    "as_of": message("last day counted"),
    "by": message("reports by"),
    "campaign": message("campaign"),
    "caps": message("caps"),
    "curve": message("curve"),
    "floors": message("floors"),
    "known at": message("data as known at"),
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
    named = (one for one in (*campaign.measures, *campaign.annexes) if one.code == value)
    found = next(named, None)
    if found is not None:
        return found.label
    if value.isdecimal():
        return message("{n}", n=int(value))
    return _VALUES.get(value, value)


def changes_of(changes: Sequence[InputChange], campaign: Campaign) -> tuple[Change, ...]:
    """Return the differing inputs of a comparison as a reader calls them."""
    return tuple(
        Change(
            input_name(change.name),
            _value(change.before, campaign),
            _value(change.after, campaign),
        )
        for change in changes
    )


def _bounds(pairs: tuple[object, ...], campaign: Campaign) -> Text:
    """Return bounds by unit in words: each unit and its number, or how many there are."""
    if not pairs:
        return message("none")
    known = {unit.code: unit.label for unit in campaign.units}
    named = [
        message("{unit} {n}", unit=known[pair[0]], n=pair[1])
        for pair in pairs
        if isinstance(pair, tuple) and len(pair) == 2 and pair[0] in known  # noqa: PLR2004 a pair
    ]
    if len(named) < len(pairs) or len(named) > _MOST_BOUNDS:
        return message("{n} {n:plural value|values}", n=len(pairs))
    return message("{bounds}", bounds=named)


def _value(value: object, campaign: Campaign) -> Text:
    if isinstance(value, Message):
        return value
    if isinstance(value, dt.date):
        return message("{day:date}", day=value)
    if isinstance(value, Mapping):
        value = tuple(value.items())
    if isinstance(value, tuple):
        return _bounds(value, campaign)
    return input_value(str(value) if isinstance(value, (int, str)) else name_of(value), campaign)

"""Units as reports write them, found by code, name or alias; never guessed."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.checks import nearest
from coverage_campaign.messages import Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.labels import Label
from coverage_campaign.reporting.sheets.numbers import code_text, plain

ALL = "all"
"""The channel of reports without channels; a campaign may have one of that code."""

__all__ = ["ALL", "Names", "channel_names", "lives", "unit_names"]

# "耒阳" for 耒阳市: the last character of a division's name, where the rest is still a name.
_DIVISION = re.compile(r"(?P<short>.{2,})(?:市|县|縣|区|區|州|盟|旗)")
_SUB_PART = ".·•-—"
_MOST_SUGGESTIONS = 50
_MOST_COMPARED = 5_000


def _key(text: str) -> str:
    """Return what two spellings of one name share; leading marks of a sub-part are none of it."""
    return plain(text).lstrip(_SUB_PART).casefold()


@attrs.frozen(eq=False)
class Names:
    """The codes that names stand for; a name that two units share stands for neither."""

    kind: str
    codes: tuple[str, ...]
    position: dict[str, int]
    by_key: dict[str, frozenset[str]]
    by_short_key: dict[str, frozenset[str]]
    above: dict[str, frozenset[str]] = attrs.field(factory=dict)

    def meant(self, text: str) -> frozenset[str]:
        """Return the codes that a text may mean: one where it is known, none, or several."""
        if not text:
            return frozenset()
        if text in self.position:  # a code is never shadowed by another one's name
            return frozenset({text})
        key = _key(text)
        return self.by_key.get(key) or self.by_short_key.get(key, frozenset())

    def find(self, column: pd.Series) -> tuple[NDArray[np.intp], dict[str, Message]]:
        """Return each row's position in `codes` (-1 = not found), and the fix by unknown text.

        Each distinct text is looked up once; an empty cell is found nowhere and has no text.
        """
        labels, texts = pd.factorize(_as_text(column))
        found = np.full(len(texts) + 1, -1, dtype=np.intp)  # the last one: no text at all
        fixes: dict[str, Message] = {}
        for index, text in enumerate(texts):
            meant = self.meant(str(text))
            if len(meant) == 1:
                found[index] = self.position[next(iter(meant))]
            else:
                fixes[str(text)] = self._fix(str(text), meant, len(fixes))
        rows = found[labels]
        return rows, fixes

    def find_under(
        self, column: pd.Series, parents: pd.Series
    ) -> tuple[NDArray[np.intp], dict[str, Message]]:
        """Return the same, where a second column names the unit above: of equal names its own."""
        rows, fixes = self.find(column)
        upper, _ = self.find(parents)
        texts = _as_text(column)
        for row in np.flatnonzero((rows < 0) & (upper >= 0)).tolist():
            text = str(texts.iloc[row])
            parent = self.codes[upper[row]]
            under = [code for code in self.meant(text) if parent in self.above.get(code, ())]
            if len(under) == 1:
                rows[row] = self.position[under[0]]
        return rows, fixes

    def _fix(self, text: str, meant: Iterable[str], known_already: int) -> Message:
        several = sorted(meant)
        if several:
            return message("it may mean {codes:list 8}: write the code", codes=several)
        if known_already < _MOST_SUGGESTIONS and len(self.position) <= _MOST_COMPARED:
            close = nearest(_key(text)[:60], self.by_key)
            if close is not None:
                return message(
                    "did you mean {code}? Write its code, name or an alias of the campaign",
                    code=min(self.by_key[close]),
                )
        if self.kind == "unit":
            return message("write the code, the name or an alias of a unit of the campaign")
        return message("write the code or the name of a channel of the campaign")


def _as_text(column: pd.Series) -> pd.Series:
    """Return codes as text; a whole number that a spreadsheet made a float is a code again."""
    if pd.api.types.is_float_dtype(column.dtype):
        whole = column.mod(1).eq(0)
        return column.astype("str").where(~whole, column.where(whole).astype("Int64").astype("str"))
    if column.dtype == object:
        texts = column.map(code_text, na_action="ignore")
    else:
        texts = column.astype("str").str.strip()
    return texts.mask(texts.eq(""))


def _names(kind: str, named: Iterable[tuple[str, Iterable[str]]]) -> Names:
    position: dict[str, int] = {}
    by_key: defaultdict[str, set[str]] = defaultdict(set)
    by_short_key: defaultdict[str, set[str]] = defaultdict(set)
    for code, texts in named:
        position.setdefault(code, len(position))
        for text in (code, *texts):
            key = _key(text)
            by_key[key].add(code)
            shorter = _DIVISION.fullmatch(key)
            if shorter:
                by_short_key[shorter["short"]].add(code)
    return Names(
        kind,
        tuple(position),
        position,
        {key: frozenset(meant) for key, meant in by_key.items()},
        {key: frozenset(meant) for key, meant in by_short_key.items()},
    )


def _texts(label: Label) -> tuple[str, ...]:
    return tuple(text for _, text in label.texts)


def unit_names(campaign: Campaign) -> Names:
    """Return the names of a campaign's units: codes, labels in every language, aliases."""
    names = _names("unit", ((u.code, (*_texts(u.label), *u.aliases)) for u in campaign.units))
    return attrs.evolve(names, above=_above({u.code: u.parent for u in campaign.units}))


def _above(parent_of: Mapping[str, str | None]) -> dict[str, frozenset[str]]:
    """Return the units above each, from its parent up."""
    above: dict[str, frozenset[str]] = {}
    for code in parent_of:
        chain: list[str] = []
        upper = parent_of[code]
        while upper is not None:
            chain.append(upper)
            upper = parent_of[upper]
        above[code] = frozenset(chain)
    return above


def lives(campaign: Campaign) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
    """Return the first and the last day of each unit of a campaign, in file order."""
    opened = [unit.opened or dt.date.min for unit in campaign.units]
    closed = [unit.closed or dt.date.max for unit in campaign.units]
    return np.array(opened, "datetime64[D]"), np.array(closed, "datetime64[D]")


def channel_names(campaign: Campaign) -> Names:
    """Return the names of a campaign's channels, and 'all' for reports without channels."""
    channels = ((channel.code, _texts(channel.label)) for channel in campaign.channels)
    return _names("channel", (*channels, (ALL, ("合计", "total"))))

"""Codes and ids of chunks: numbered alike in all of them, though each chunk has its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.reporting.events.buckets import Columns
from coverage_campaign.reporting.events.encoding import MISSING
from coverage_campaign.reporting.events.frame import EventFrame
from coverage_campaign.reporting.events.memory import in_memory
from coverage_campaign.reporting.events.opening import few_rows, plain_rows

__all__ = ["Books", "named", "numbered"]

_CODES = ("unit", "channel", "group")
_IDS = ("record", "person")
_END = "."


class Books:
    """The codes met so far, in the order of their first appearance, and which ids are texts."""

    def __init__(self) -> None:
        """Begin without a code."""
        self._numbers: dict[str, dict[str, int]] = {name: {} for name in _CODES}
        self._texts: dict[str, bool] = {}

    def columns(self, events: EventFrame) -> dict[str, NDArray[Any]]:
        """Return a chunk as arrays: numbers, and texts where ids are texts."""
        if not events.in_memory:
            events = few_rows(plain_rows(events))
        frame: pd.DataFrame = events.rows.collect().to_native()
        columns: dict[str, NDArray[Any]] = {
            name: frame[name].to_numpy() for name in frame.columns if name not in _CODES
        }
        for name, book in zip(_CODES, (events.units, events.channels, events.groups), strict=True):
            if name in frame.columns:
                columns[name] = self._common(name, book or ()).take(frame[name].to_numpy())
        for name, ids in zip(_IDS, (events.records, events.persons), strict=True):
            columns[name] = self._ids(name, columns[name], ids)
        return columns

    def _common(self, name: str, book: tuple[str, ...]) -> NDArray[np.int32]:
        """Return the common number of each of a chunk's codes; -1 is a missing one."""
        known = self._numbers[name]
        return np.array([*(known.setdefault(code, len(known)) for code in book), -1], np.int32)

    def _ids(self, name: str, numbers: NDArray[np.int64], ids: NDArray[Any] | None) -> NDArray[Any]:
        missing = numbers == MISSING
        if missing.all() and name not in self._texts:
            return numbers
        text = ids is not None
        if self._texts.setdefault(name, text) != text and not missing.all():
            raise ReportError(
                Problem(
                    f"column '{name}'",
                    "texts in some chunks and whole numbers in others",
                    "hand over ids of one type",
                )
            )
        return _as_texts(numbers, ids) if ids is not None else numbers

    def sorted(self, name: str) -> list[str]:
        """Return the codes by code point."""
        return sorted(self._numbers[name])

    def _rank(self, name: str) -> NDArray[np.int32]:
        """Return the position of each common number among the sorted codes; a missing one last."""
        place = {code: number for number, code in enumerate(self.sorted(name))}
        return np.array([*(place[code] for code in self._numbers[name]), len(place)], np.int32)

    def events(self, columns: Columns) -> EventFrame:
        """Return rows of a bucket as an event frame."""
        codes = {name: self._rank(name).take(columns[name]) for name in _CODES if name in columns}
        numbers, ids = _numbered(columns)
        return EventFrame(
            rows=in_memory(pd.DataFrame({**columns, **codes, **numbers}, copy=False)),
            units=tuple(self.sorted("unit")),
            channels=tuple(self.sorted("channel")),
            groups=tuple(self.sorted("group")),
            records=ids.get("record"),
            persons=ids.get("person"),
        )


def named(rows: pd.DataFrame, events: EventFrame) -> dict[str, NDArray[Any]]:
    """Return rows of an event frame as arrays, with texts where its ids are texts."""
    columns: dict[str, NDArray[Any]] = {name: rows[name].to_numpy() for name in rows.columns}
    for name, ids in zip(_IDS, (events.records, events.persons), strict=True):
        if ids is not None:
            columns[name] = _as_texts(columns[name], ids)
    return columns


def numbered(columns: Columns) -> EventFrame:
    """Return such arrays as an event frame again, of whatever columns there are."""
    numbers, ids = _numbered(columns)
    return EventFrame(
        rows=in_memory(pd.DataFrame({**columns, **numbers}, copy=False)),
        units=(),
        records=ids.get("record"),
        persons=ids.get("person"),
    )


def _as_texts(numbers: NDArray[np.int64], ids: NDArray[Any]) -> NDArray[np.str_]:
    # An array of texts drops zero characters at their ends: a mark behind keeps them, and tells
    # an empty id from a missing one.
    texts = np.array([*(f"{one}{_END}" for one in ids), ""], dtype="U")
    return texts[np.where(numbers == MISSING, -1, numbers)]


def _numbered(columns: Columns) -> tuple[dict[str, NDArray[np.int64]], dict[str, NDArray[Any]]]:
    numbers: dict[str, NDArray[np.int64]] = {}
    ids: dict[str, NDArray[Any]] = {}
    for name in _IDS:
        if columns[name].dtype.kind == "U":
            found, texts = pd.factorize(columns[name].astype(object))
            missing = texts == ""
            numbers[name] = np.where(missing[found], MISSING, found)
            ids[name] = np.array([text.removesuffix(_END) for text in texts], dtype=object)
    return numbers, ids

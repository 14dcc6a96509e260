"""Rows sorted into files by the hash of an id, so that all rows of one id are met together.

Files hold plain arrays of numbers and texts (never pickles), appended part by part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Buckets", "Columns"]

Columns = Mapping[str, NDArray[Any]]

_Part: TypeAlias = tuple[int, tuple[np.dtype[Any], ...]]  # how many rows, of which types
_BUCKETS = 128
_ROWS_AT_ONCE = 1_000_000


class Buckets:
    """Rows by bucket of one column; iterating reads, and forgets, some buckets at a time."""

    def __init__(self, folder: Path, column: str) -> None:
        """Begin without a row; the files are to be in the folder."""
        self._folder = folder
        self._column = column
        self._names: tuple[str, ...] = ()
        self._parts: list[list[_Part]] = [[] for _ in range(_BUCKETS)]
        self._rows = np.zeros(_BUCKETS, dtype=np.int64)
        self._writing = Lock()

    def add(self, columns: Columns) -> None:
        """Write rows to their buckets; parts may come from several threads."""
        bucket = (_hashed(columns[self._column]) % _BUCKETS).astype(np.uint8)
        order = np.argsort(bucket, kind="stable")
        ends = np.searchsorted(bucket[order], np.arange(_BUCKETS + 1))
        sorted_columns = [column[order] for column in columns.values()]
        types = tuple(column.dtype for column in sorted_columns)
        with self._writing:
            self._names = tuple(columns)
            self._rows += np.diff(ends)
            for number in np.flatnonzero(np.diff(ends)).tolist():
                start, end = int(ends[number]), int(ends[number + 1])
                self._parts[number].append((end - start, types))
                with self._path(number).open("ab") as file:
                    for column in sorted_columns:
                        column[start:end].tofile(file)

    def _path(self, number: int) -> Path:
        return self._folder / f"{self._column}-{number}"

    def batches(self) -> Iterator[list[int]]:
        """Return numbers of buckets that are read together."""
        batch: list[int] = []
        rows = 0
        for number in np.flatnonzero(self._rows).tolist():
            batch, rows = [*batch, number], rows + int(self._rows[number])
            if rows >= _ROWS_AT_ONCE:
                yield batch
                batch, rows = [], 0
        if batch:
            yield batch

    def read(self, batch: list[int]) -> dict[str, NDArray[Any]]:
        """Return the rows of some buckets, whose files are gone then."""
        parts: list[list[NDArray[Any]]] = []
        for number in batch:
            with self._path(number).open("rb") as file:
                for rows, types in self._parts[number]:
                    parts.append([np.fromfile(file, dtype=one, count=rows) for one in types])
            self._path(number).unlink()
        return {
            name: _together([part[place] for part in parts])
            for place, name in enumerate(self._names)
        }


def _together(parts: list[NDArray[Any]]) -> NDArray[Any]:
    kinds = {part.dtype.kind for part in parts}
    if len(kinds) > 1:  # numbers beside texts stand where all ids of a part are missing
        parts = [part if part.dtype.kind == "U" else np.full(len(part), "") for part in parts]
    return np.concatenate(parts)


def _hashed(ids: NDArray[Any]) -> NDArray[np.uint64]:
    return pd.util.hash_array(ids.astype(object) if ids.dtype.kind == "U" else ids)

"""Events that come in chunks: sorted into files by the hash of an id, so that memory stays small.

First by record, because all versions of a record have to be seen together; then, as claims, by
person, because all claims to a person have to. The files hold plain arrays of numbers and texts,
never pickles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, TypeVar

import attrs
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame
from numpy.typing import NDArray

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.messages import message
from coverage_campaign.reporting.events.accounts import (
    Account,
    account_of_claims,
    account_of_superseded,
    added,
)
from coverage_campaign.reporting.events.columns import IDS
from coverage_campaign.reporting.events.deduplicate import KeyLayout, claims
from coverage_campaign.reporting.events.encoding import coded
from coverage_campaign.reporting.events.engines import (
    CODED_COLUMNS,
    CODES,
    MISSING,
    SHOWN,
    CodedEvents,
    Keep,
    to_pandas,
)

__all__ = ["as_chunks", "count_chunks"]

Chunk = IntoFrame | CodedEvents
_Result = TypeVar("_Result")

_ROWS_AT_ONCE = 1_000_000
_FILES = 128
_THREADS = 2
_END = "."


def as_chunks(events: object) -> Iterable[Chunk] | None:
    """Return the chunks that events come in, or None where they are one frame.

    Raises:
        ReportError: A path that is no folder with Parquet files.
    """
    if isinstance(events, (str, Path)):
        folder = Path(events)
        paths = sorted(folder.glob("*.parquet")) if folder.is_dir() else []
        if not paths:
            found, fix = "no folder with Parquet files", "give a folder of *.parquet, or a frame"
            raise ReportError(Problem(f"events={str(folder)!r}", found, fix))
        return _read(paths)
    return events if isinstance(events, (list, tuple, Iterator)) else None


def _read(paths: list[Path]) -> Iterator[Chunk]:
    from pyarrow import Table  # may not be installed
    from pyarrow.parquet import ParquetFile

    for path in paths:
        with ParquetFile(path) as file:
            yield file.schema_arrow.empty_table()
            for batch in file.iter_batches(_ROWS_AT_ONCE):
                yield Table.from_batches([batch])


def count_chunks(
    chunks: Iterable[Chunk],
    layout_for: Callable[[CodedEvents], KeyLayout],
    second: int,
    keep: Keep,
    *,
    group: bool,
    samples: int,
    hidden: bool | None = None,
) -> tuple[Account, KeyLayout]:
    """Return the account of all chunks together as known at a second, and the layout of keys.

    `hidden` tells whether the bars do not show; None = all but on a terminal.
    """
    from tqdm import tqdm  # only chunks show a bar

    with TemporaryDirectory(prefix="coverage-campaign-") as folder:
        by_record, by_person = _Files(Path(folder), "record"), _Files(Path(folder), "person")
        codes = _Codes()
        with tqdm(desc="reading events", unit=" rows", unit_scale=True, disable=hidden) as bar:
            for chunk in chunks:
                rows = codes.columns(coded(chunk, group=group, here=True))
                by_record.add(rows)
                bar.update(len(rows["record"]))
        if by_record.is_empty:
            raise ReportError(Problem("events", "no table", "give at least one, if without rows"))
        whole = codes.events()
        layout = layout_for(whole)

        def count_versions(batch: list[int]) -> Account:
            events = codes.numbered(whole, by_record.read(batch))
            claimed, mended = claims(events, layout, second, keep)
            shown = SHOWN if samples > 0 else ()
            columns = dict.fromkeys(["person", "slot", "key", *shown])
            rows = to_pandas(claimed.select(*columns))
            by_person.add(_with_texts(rows, events))
            return account_of_superseded(events, mended, samples=samples)

        def count_persons(batch: list[int]) -> Account:
            events = codes.numbered(whole, by_person.read(batch))
            return account_of_claims(events, events.rows, layout, keep, samples=samples)

        parts = [
            *_each(count_versions, by_record, "versions", hidden=hidden),
            *_each(count_persons, by_person, "persons", hidden=hidden),
        ]
    return added(parts, samples=samples), layout


def _each(
    work: Callable[[list[int]], _Result], files: _Files, step: str, *, hidden: bool | None
) -> Iterator[_Result]:
    from tqdm import tqdm  # only chunks show a bar

    batches = list(files.batches())
    with ThreadPoolExecutor(_THREADS) as pool:
        done = pool.map(work, batches)
        yield from tqdm(done, desc=step, unit="batch", total=len(batches), disable=hidden)


# -- codes and ids ---------------------------------------------------------------------------------


class _Codes:
    """The codes met so far, numbered alike in all chunks, and which ids are texts."""

    def __init__(self) -> None:
        self._numbers: dict[str, dict[str, int]] = {name: {} for name in CODES}
        self._texts: dict[str, bool] = {}

    def columns(self, events: CodedEvents) -> dict[str, NDArray[Any]]:
        """Return a chunk as arrays, with texts where ids are texts."""
        frame = to_pandas(events.rows)
        columns = _with_texts(frame, events)
        for name, codes in events.books.items():
            if name in columns:
                known = self._numbers[name]
                numbers = [*(known.setdefault(code, len(known)) for code in codes), -1]
                columns[name] = np.array(numbers, dtype=np.int32).take(columns[name])
        for name in IDS:
            texts, missing = columns[name].dtype.kind == "U", (frame[name] == MISSING).all()
            if not missing and self._texts.setdefault(name, texts) != texts:
                found = "texts in some chunks and whole numbers in others"
                fix = "give ids of one type"
                raise ReportError(Problem(message("column '{code}'", code=name), found, fix))
        return columns

    def events(self) -> CodedEvents:
        """Return the codes by code point, with no rows."""
        units, channels, groups = (sorted(self._numbers[name]) for name in CODES)
        nothing = pd.DataFrame(columns=[*CODED_COLUMNS], dtype="int64")
        return CodedEvents(frame=nothing, units=units, channels=channels, groups=groups)

    def numbered(self, whole: CodedEvents, columns: dict[str, NDArray[Any]]) -> CodedEvents:
        """Return arrays as events: numbers for ids, and for codes in the order of the whole."""
        ids: dict[str, NDArray[Any]] = {}
        for name in IDS:
            if name in columns and columns[name].dtype.kind == "U":
                numbers, texts = pd.factorize(columns[name].astype(object))
                columns[name] = np.where((texts == "")[numbers], MISSING, numbers)
                ids[name] = np.array([text.removesuffix(_END) for text in texts], dtype=object)
        if "slot" not in columns:  # not numbered yet
            for name in CODES:
                if name in columns:
                    places = {code: n for n, code in enumerate(sorted(self._numbers[name]))}
                    order = [*(places[code] for code in self._numbers[name]), len(places)]
                    columns[name] = np.array(order, dtype=np.int32).take(columns[name])
        return attrs.evolve(
            whole,
            frame=pd.DataFrame(columns, copy=False),
            records=ids.get("record"),
            persons=ids.get("person"),
        )


def _with_texts(frame: pd.DataFrame, events: CodedEvents) -> dict[str, NDArray[Any]]:
    """Return rows as arrays, with texts where ids are texts."""
    columns: dict[str, NDArray[Any]] = {name: frame[name].to_numpy() for name in frame.columns}
    for name, ids in zip(IDS, (events.records, events.persons), strict=True):
        if ids is not None and name in columns:
            # An array of texts drops zero characters at their ends: a mark behind keeps them, and
            # tells an empty id from a missing one.
            texts = np.array([*(f"{text}{_END}" for text in ids), ""], dtype="U")
            columns[name] = texts[np.where(columns[name] == MISSING, -1, columns[name])]
    return columns


# -- files -----------------------------------------------------------------------------------------


class _Files:
    """Rows by the hash of one column; reading forgets them."""

    def __init__(self, folder: Path, column: str) -> None:
        self._folder = folder
        self._column = column
        self._names: list[str] = []
        self._rows = np.zeros(_FILES, dtype=np.int64)
        self._writing = Lock()

    def _path(self, number: int) -> Path:
        return self._folder / f"{self._column}-{number}"

    @property
    def is_empty(self) -> bool:
        """Whether nothing was added, not even no rows."""
        return not self._names

    def add(self, columns: dict[str, NDArray[Any]]) -> None:
        """Write rows; parts may come from several threads."""
        ids = columns[self._column]
        hashes = pd.util.hash_array(ids.astype(object) if ids.dtype.kind == "U" else ids)
        file_no = (hashes % _FILES).astype(np.uint8)
        order = np.argsort(file_no, kind="stable")
        ends = np.searchsorted(file_no[order], np.arange(_FILES + 1))
        in_order = [column[order] for column in columns.values()]
        with self._writing:
            self._names = list(columns)
            self._rows += np.diff(ends)
            for number in np.flatnonzero(np.diff(ends)).tolist():
                with self._path(number).open("ab") as file:
                    for column in in_order:
                        np.save(file, column[ends[number] : ends[number + 1]], allow_pickle=False)

    def batches(self) -> Iterator[list[int]]:
        """Return numbers of files that are read together."""
        batch = np.cumsum(self._rows) // _ROWS_AT_ONCE
        filled = np.flatnonzero(self._rows)
        for number in np.unique(batch[filled]):
            yield filled[batch[filled] == number].tolist()

    def read(self, batch: list[int]) -> dict[str, NDArray[Any]]:
        """Return the rows of some files, which are gone then."""
        parts: dict[str, list[NDArray[Any]]] = {name: [] for name in self._names}
        for number in batch:
            path = self._path(number)
            length = path.stat().st_size
            with path.open("rb") as file:
                while file.tell() < length:
                    for arrays in parts.values():
                        arrays.append(np.load(file, allow_pickle=False))
            path.unlink()
        return {name: _together(arrays) for name, arrays in parts.items()}


def _together(parts: list[NDArray[Any]]) -> NDArray[Any]:
    if len({part.dtype.kind for part in parts}) > 1:  # numbers beside texts: all are missing ones
        parts = [part if part.dtype.kind == "U" else np.full(len(part), "") for part in parts]
    return np.concatenate(parts)

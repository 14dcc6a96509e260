"""Events that come in chunks: sorted into buckets on disk, so that memory stays small.

First by record, because all versions of a record have to be seen together; then, as claims, by
person, because all claims to a person have to. Between the two stands nothing but integers and ids.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.reporting.accounts import (
    Account,
    double,
    losers_of,
    sampled,
    standings,
)
from coverage_campaign.reporting.cells import decoded
from coverage_campaign.reporting.claims import (
    REASONS,
    Cells,
    Packing,
    claims,
    count_cells,
    plan_of,
    winners,
)
from coverage_campaign.reporting.counts import Period
from coverage_campaign.reporting.events import few_rows, open_events, plain_rows, second_number
from coverage_campaign.reporting.keeping import keeping
from coverage_campaign.reporting.problems import ReportProblem
from coverage_campaign.reporting.versions import versions

__all__ = ["as_chunks", "count_chunks"]

_BUCKETS = 64
_ROWS_AT_ONCE = 1_000_000
_NONE = np.empty(0, dtype=np.int64)
_NO_CELLS = Cells(cell=_NONE, persons=_NONE, rows=_NONE)


def as_chunks(events: object) -> Iterable[IntoFrame] | None:
    """Return the chunks that events come in, or None where they are one frame.

    Raises:
        ReportError: A path that is no folder with Parquet files.
    """
    if isinstance(events, (str, Path)):
        return _files(Path(events))
    if isinstance(events, (list, tuple, Iterator)):
        return events
    return None


def _files(folder: Path) -> Iterable[IntoFrame]:
    paths = sorted(folder.glob("*.parquet")) if folder.is_dir() else []
    if not paths:
        raise ReportError(
            Problem(
                f"events {str(folder)!r}",
                "no folder with Parquet files",
                "hand over a folder of *.parquet, or a data frame",
            )
        )
    return _Reading(paths)


@attrs.frozen
class _Reading:
    """The files of a folder as frames, read one at a time."""

    paths: list[Path]

    def __len__(self) -> int:
        return len(self.paths)

    def __iter__(self) -> Iterator[IntoFrame]:
        for path in self.paths:
            yield pd.read_parquet(path, dtype_backend="pyarrow")


def count_chunks(
    chunks: Iterable[IntoFrame],
    campaign: Campaign,
    *,
    as_of: dt.datetime,
    by: Period,
    by_group: bool,
    samples: int,
) -> tuple[Account, Packing]:
    """Return the account of all chunks together, however they were cut, and how it is packed."""
    from tqdm import tqdm  # only chunks show a bar

    with TemporaryDirectory(prefix="coverage-campaign-") as folder:
        by_record = _Buckets(Path(folder), "record")
        groups: set[str] = set()
        for chunk in tqdm(chunks, desc="reading events", unit="chunk"):
            rows = plain_rows(open_events(chunk, group=by_group))
            by_record.add(rows)
            groups |= set(rows["group"].dropna().unique()) if by_group else set()
        plan = plan_of(
            campaign,
            units=sorted(unit.code for unit in campaign.units),
            groups=sorted(groups) if by_group else None,
            as_of=as_of,
            by=by,
        )
        by_person = _Buckets(Path(folder), "person")
        parts: list[Account] = []
        for rows in tqdm(by_record, desc="versions", unit="batch"):
            part, claimed = _of_records(rows, plan, as_of=as_of, samples=samples)
            parts.append(part)
            by_person.add(claimed)
        for rows in tqdm(by_person, desc="persons", unit="batch"):
            account = _of_persons(rows, plan, samples=samples)
            parts.append(account)
    return _joined(parts, samples), plan


def _of_records(
    rows: pd.DataFrame, plan: Packing, *, as_of: dt.datetime, samples: int
) -> tuple[Account, pd.DataFrame]:
    """Return the account of a bucket of records without its claims, and the claims."""
    events = few_rows(rows)
    with keeping() as keep:
        found = versions(events, second_number(as_of), keep)
        claimed = claims(events, found.holding, plan)
        held: pd.DataFrame = claimed.collect().to_native()
        rows_in, reasons = standings(events, second_number(as_of))
        wrong = held["reason"].to_numpy()
        reasons["superseded"] = rows_in - reasons.total() - len(held)
        for number in np.unique(wrong[wrong > 0]).tolist():
            reasons[REASONS[number - 1]] = int((wrong == number).sum())
        shown = sampled(
            events, found, claimed, +reasons, plan, keep, second=second_number(as_of), most=samples
        )
        account = Account(cells=_NO_CELLS, reasons=+reasons, rows_in=rows_in, samples=tuple(shown))
    held = held[wrong == 0]
    valid: pd.DataFrame = events.named(nw.from_native(held).lazy()).collect().to_native()
    people = events.named_persons(held["person"].to_numpy())
    return account, valid[["record", "slot", "key", "day"]].assign(person=people)


def _of_persons(rows: pd.DataFrame, plan: Packing, *, samples: int) -> Account:
    """Return the account of a bucket of persons: cells, doubles, and a few records of these."""
    numbers, _ = pd.factorize(rows["person"])
    claimed = nw.from_native(rows.assign(person=numbers)).lazy()
    won = winners(claimed)
    cells = count_cells(won, plan)
    doubles = int(cells.rows.sum() - cells.persons.sum())
    few: list[ReportProblem] = []
    if doubles and samples > 0:
        lost: pd.DataFrame = losers_of(claimed, won).collect().to_native()
        lost = lost.sort_values("record").head(samples)
        words = decoded(lost["key"].to_numpy(dtype=np.int64), plan)
        few = [
            double(str(record), unit=unit, channel=channel, day=day)
            for record, unit, channel, day in zip(
                lost["record"], words["unit"], words["channel"], lost["day"], strict=True
            )
        ]
    return Account(cells=cells, reasons=+Counter(double=doubles), rows_in=0, samples=tuple(few))


def _joined(parts: list[Account], samples: int) -> Account:
    """Return one account of several that share no row, no record and no person."""
    cells = pd.DataFrame(
        {
            name: np.concatenate([getattr(part.cells, name) for part in parts])
            for name in ("cell", "persons", "rows")
        }
    )
    total = cells.groupby("cell", as_index=False).sum()
    shown: dict[str, list[ReportProblem]] = {}
    for problem in sorted((problem for part in parts for problem in part.samples), key=_by_record):
        shown.setdefault(problem.reason, []).append(problem)
    return Account(
        cells=Cells(
            cell=total["cell"].to_numpy(dtype=np.int64),
            persons=total["persons"].to_numpy(dtype=np.int64),
            rows=total["rows"].to_numpy(dtype=np.int64),
        ),
        reasons=sum((part.reasons for part in parts), start=Counter()),
        rows_in=sum(part.rows_in for part in parts),
        samples=tuple(problem for reason in REASONS for problem in shown.get(reason, [])[:samples]),
    )


def _by_record(problem: ReportProblem) -> tuple[bool, str]:
    return problem.record is None, problem.record or ""


class _Buckets:
    """Rows sorted into files by the hash of an id; iterating reads some buckets at a time."""

    def __init__(self, folder: Path, column: str) -> None:
        self._folder = folder
        self._column = column
        self._files: list[list[Path]] = [[] for _ in range(_BUCKETS)]
        self._rows = [0] * _BUCKETS

    def add(self, rows: pd.DataFrame) -> None:
        """Write rows to their buckets; a missing id is an id like any other."""
        ids = rows[self._column].to_numpy()
        bucket = pd.util.hash_array(ids) % _BUCKETS
        order = np.argsort(bucket, kind="stable")
        ends = np.searchsorted(bucket[order], np.arange(_BUCKETS + 1))
        for number in range(_BUCKETS):
            part = order[ends[number] : ends[number + 1]]
            if len(part):
                name = f"{self._column}-{number}-{len(self._files[number])}.npz"
                _write(rows.iloc[part], self._folder / name)
                self._files[number].append(self._folder / name)
                self._rows[number] += len(part)

    def _batches(self) -> Iterator[list[Path]]:
        batch: list[Path] = []
        rows = 0
        for files, size in zip(self._files, self._rows, strict=True):
            batch, rows = [*batch, *files], rows + size
            if rows >= _ROWS_AT_ONCE:
                yield batch
                batch, rows = [], 0
        if batch:
            yield batch

    def __len__(self) -> int:
        return sum(1 for _ in self._batches())

    def __iter__(self) -> Iterator[pd.DataFrame]:
        for batch in self._batches():
            parts = [_read(path) for path in batch]
            for path in batch:
                path.unlink()
            yield pd.concat(parts, ignore_index=True)


_MISSING = " is missing"  # beside a column that has gaps: where it has none of its own

_END = "."


def _write(rows: pd.DataFrame, path: Path) -> None:
    """Write a frame as plain arrays: numbers, times and texts, with their gaps marked beside."""
    arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]] = {}
    for name in rows.columns:
        column = rows[name]
        if isinstance(column.dtype, np.dtype) and column.dtype.kind != "O":
            arrays[name] = column.to_numpy()
            continue
        missing = column.isna().to_numpy(dtype=bool)
        whole = pd.api.types.is_integer_dtype(column.dtype)
        if whole:
            arrays[name] = column.fillna(0).to_numpy(dtype=np.int64)
        else:
            # An array of texts drops zero characters at their ends: a mark behind keeps them.
            filled = column.astype(object).where(~missing, "").astype(str) + _END
            arrays[name] = filled.to_numpy(dtype="U")
        arrays[name + _MISSING] = missing
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def _read(path: Path) -> pd.DataFrame:
    """Return a frame that `_write` wrote: texts as `str`, whole numbers with gaps as `Int64`."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    columns: dict[str, object] = {}
    for name, array in arrays.items():
        missing = arrays.get(name + _MISSING)
        if name.endswith(_MISSING):
            continue
        if missing is None:
            columns[name] = array
        else:
            text = array.dtype.kind == "U"
            column = pd.Series(array, dtype="str" if text else "Int64")
            columns[name] = (column.str.removesuffix(_END) if text else column).mask(missing)
    return pd.DataFrame(columns)

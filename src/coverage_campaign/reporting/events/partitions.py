"""Events that come in chunks: sorted into buckets on disk, so that memory stays small.

First by record, because all versions of a record have to be seen together; then, as claims, by
person, because all claims to a person have to. Between the two stands nothing but integers, and ids
where they are texts. Two buckets are worked on at a time.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.reporting.events.accounts import Account
from coverage_campaign.reporting.events.books import Books, named, numbered
from coverage_campaign.reporting.events.buckets import Buckets
from coverage_campaign.reporting.events.cells import Cells, added, decoded, uncontested
from coverage_campaign.reporting.events.coded import CodedEvents
from coverage_campaign.reporting.events.deduplicate import REASONS, claims, count_cells, winners
from coverage_campaign.reporting.events.encoding import MISSING
from coverage_campaign.reporting.events.engines import keeping
from coverage_campaign.reporting.events.examples import double, losers_of, sampled
from coverage_campaign.reporting.events.frame import EventFrame, second_number
from coverage_campaign.reporting.events.memory import each, in_memory
from coverage_campaign.reporting.events.numbering import looked_up
from coverage_campaign.reporting.events.opening import open_events
from coverage_campaign.reporting.events.packing import Packing, plan_of
from coverage_campaign.reporting.events.quiet import straight, uncontested_rows
from coverage_campaign.reporting.problems import ReportProblem
from coverage_campaign.reporting.result import Period

__all__ = ["as_chunks", "count_chunks"]

_ROWS_AT_ONCE = 1_000_000
_NO_CELLS = Cells(**dict.fromkeys(("cell", "persons", "rows"), np.empty(0, dtype=np.int64)))
_Chunk = IntoFrame | CodedEvents


def as_chunks(events: object) -> Iterable[_Chunk] | None:
    """Return the chunks that events come in, or None where they are one frame.

    Raises:
        ReportError: A path that is no folder with Parquet files.
    """
    if isinstance(events, (str, Path)):
        return _files(Path(events))
    if isinstance(events, (list, tuple, Iterator)):
        return events
    return None


def _files(folder: Path) -> Iterable[_Chunk]:
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
    """The files of a folder as tables of some rows, read one at a time."""

    paths: list[Path]

    def __iter__(self) -> Iterator[_Chunk]:
        from pyarrow.parquet import ParquetFile  # may not be installed

        for path in self.paths:
            with ParquetFile(path) as file:
                wanted = file.schema_arrow.empty_table()
                none = True
                for batch in file.iter_batches(_ROWS_AT_ONCE):
                    none = False
                    yield wanted.from_batches([batch])
                if none:
                    yield wanted


def count_chunks(
    chunks: Iterable[_Chunk],
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
        by_record, by_person = Buckets(Path(folder), "record"), Buckets(Path(folder), "person")
        books = Books()
        with tqdm(desc="reading events", unit=" rows", unit_scale=True) as bar:
            for chunk in chunks:
                columns = books.columns(open_events(chunk, group=by_group))
                by_record.add(columns)
                bar.update(len(columns["record"]))
        plan = plan_of(
            campaign,
            units=sorted(unit.code for unit in campaign.units),
            groups=books.sorted("group") if by_group else None,
            as_of=as_of,
            by=by,
        )

        def of_records(batch: list[int]) -> Account:
            events = looked_up(books.events(by_record.read(batch)), plan)
            account, claimed = _of_records(events, plan, second_number(as_of), samples)
            by_person.add(named(claimed, events))
            return account

        def of_persons(batch: list[int]) -> Account:
            return _of_persons(numbered(by_person.read(batch)), plan, samples)

        parts: list[Account] = []
        for work, buckets, step in (
            (of_records, by_record, "versions"),
            (of_persons, by_person, "persons"),
        ):
            batches = list(buckets.batches())
            parts += tqdm(each(work, batches), desc=step, unit="batch", total=len(batches))
    return _joined(parts, samples), plan


def _of_records(
    events: EventFrame, plan: Packing, second: int, samples: int
) -> tuple[Account, pd.DataFrame]:
    """Return the account of a bucket of records without its claims, and the claims."""
    rows: pd.DataFrame = events.rows.collect().to_native()
    late = (rows["second"] > second) | (rows["second"] == MISSING)
    with keeping() as keep:
        own = straight(events, rows, plan, second, keep)
        found = own.versions
        held: pd.DataFrame = claims(events, found.holding, plan).collect().to_native()
        reasons = Counter({"not_yet_reported": int(late.sum()), "superseded": found.superseded()})
        reasons["no_record"] = len(rows) - reasons.total() - len(held) - int(own.rows.sum())
        slot = held["slot"].to_numpy()
        for number in np.unique(slot[slot < 0]).tolist():
            reasons[REASONS[-number - 1]] = int((slot == number).sum())
        wrong = in_memory(held[slot < 0])
        shown = sampled(
            events, found, wrong, wrong, +reasons, plan, keep, second=second, most=samples
        )
        account = Account(
            cells=_NO_CELLS, reasons=+reasons, rows_in=len(rows), samples=tuple(shown)
        )
    names = ["record", "person", "slot", "key", "day"]
    plain = rows[own.rows].assign(slot=own.slot[own.rows], key=own.key[own.rows])
    return account, pd.concat([plain[names], held.loc[slot >= 0, names]], ignore_index=True)


def _of_persons(events: EventFrame, plan: Packing, samples: int) -> Account:
    """Return the account of a bucket of persons: cells, doubles, and a few records of these."""
    rows: pd.DataFrame = events.rows.collect().to_native()
    quiet = uncontested_rows(rows["person"].to_numpy(), rows["slot"].to_numpy() == 0)
    rest = in_memory(rows[~quiet])
    won = winners(rest)
    cells = count_cells(won, plan)
    doubles = int(cells.rows.sum() - cells.persons.sum())
    few: list[ReportProblem] = []
    if doubles and samples > 0:
        lost: pd.DataFrame = losers_of(events.named(rest), won).collect().to_native()
        lost = lost.sort_values("record").head(samples)
        words = decoded(lost["key"].to_numpy(dtype=np.int64), plan)
        few = [
            double(str(record), unit=unit, channel=channel, day=day)
            for record, unit, channel, day in zip(
                lost["record"], words["unit"], words["channel"], lost["day"], strict=True
            )
        ]
    keys = rows["key"].to_numpy()[quiet]
    return Account(
        cells=added([cells, uncontested(keys, plan)]),
        reasons=+Counter(double=doubles),
        rows_in=0,
        samples=tuple(few),
    )


def _joined(parts: list[Account], samples: int) -> Account:
    """Return one account of several that share no row, no record and no person."""
    shown: dict[str, list[ReportProblem]] = {}
    for problem in sorted((problem for part in parts for problem in part.samples), key=_by_record):
        shown.setdefault(problem.reason, []).append(problem)
    return Account(
        cells=added([part.cells for part in parts]),
        reasons=sum((part.reasons for part in parts), start=Counter()),
        rows_in=sum(part.rows_in for part in parts),
        samples=tuple(problem for reason in REASONS for problem in shown.get(reason, [])[:samples]),
    )


def _by_record(problem: ReportProblem) -> tuple[bool, str]:
    return problem.record is None, problem.record or ""

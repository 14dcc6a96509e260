"""How fast `tally` is: against the best code written by hand for the same answer, on each engine.

Same data (tally_corpus.py), same answer (checked), alternating runs, medians of CPU time: other
work on the machine moves wall time more. Unlike the twins (tally_twins.py) the library checks every
code, date and id, and explains every row. Raw layout: text codes, dates, timestamps; ids are int64.
Integer layout: what `encode` makes. Parquet in for Polars and DuckDB, a frame in memory for pandas.

`python benchmarks/tally.py [rows [repeats]]` prints the twins and measures 10^6 rows three times,
or as is asked for; `lines()` is what `benchmarks/run.py` prints.
"""

from __future__ import annotations

import inspect
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pandas as pd

import tally_twins as twins
from coverage_campaign.reporting.events.encoding import encode
from coverage_campaign.reporting.events.engines import CodedEvents
from coverage_campaign.reporting.events.triangle import tally_triangle
from coverage_campaign.reporting.result import Tally
from coverage_campaign.reporting.tally import tally
from tally_corpus import AS_OF, campaign, events

Run = Callable[[], Any]
Line = tuple[str, str, str, bool]


@attrs.frozen
class Taken:
    """Median seconds of CPU and of the clock."""

    cpu: float
    wall: float


def medians(runs: dict[str, Run], repeats: int) -> dict[str, Taken]:
    """Return what each way takes, run by turns; where answers are tables they have to be equal."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    answers: dict[str, object] = {}
    for _ in range(repeats):
        for name, run in runs.items():
            cpu, wall = time.process_time(), time.perf_counter()
            answers[name] = run()
            taken[name].append((time.process_time() - cpu, time.perf_counter() - wall))
    tables = {name: _plain(answer) for name, answer in answers.items() if _is_answer(answer)}
    first = next(iter(tables.values()))
    different = [name for name, table in tables.items() if not table.equals(first)]
    if different:
        raise AssertionError(f"other answers: {different}")
    return {
        name: Taken(*(statistics.median(each) for each in zip(*pairs, strict=True)))
        for name, pairs in taken.items()
    }


def _is_answer(answer: object) -> bool:
    return isinstance(answer, (Tally, pd.DataFrame))


def _plain(answer: object) -> pd.DataFrame:
    """Return unit, m, channel, persons in one order, of one type."""
    table = answer.to_frame() if isinstance(answer, Tally) else answer
    if not isinstance(table, pd.DataFrame):
        raise TypeError(str(type(answer)))
    if "period" in table.columns:
        table = table.assign(m=table["period"].dt.month)
    if "way" in table.columns:
        table = table.assign(channel=[twins.CHANNELS[way] for way in table["way"]])
    table = table[["unit", "m", "channel", "persons"]].astype(
        {"unit": "str", "m": "int64", "channel": "str", "persons": "int64"}
    )
    return table.sort_values(["unit", "m", "channel"], ignore_index=True)


def lines(rows: int = 1_000_000, repeats: int = 3) -> list[Line]:
    """Return goal, bound, measured and whether it holds, one a line."""
    frame = events(rows)
    coded = encode(frame)
    found: list[Line] = []
    with tempfile.TemporaryDirectory() as folder:
        raw, integers = str(Path(folder) / "raw.parquet"), str(Path(folder) / "integers.parquet")
        frame.assign(date=frame["date"].dt.date).to_parquet(raw, index=False)
        coded.frame.to_parquet(integers, index=False)
        for measure in (_polars, _duckdb):
            found += measure(raw, integers, coded, rows, repeats)
    return [*found, *_pandas(frame, coded, rows, repeats)]


def _line(  # noqa: PLR0917 - what one line says
    what: str, rows: int, ours: float, other: float, bound: float, note: str = ""
) -> Line:
    ratio = ours / other
    measured = f"{ratio:.2f} ({ours:.2f} s{note})"
    return f"{what}, {rows:,} rows", f"<= {bound}", measured, ratio <= bound


def _polars(raw: str, integers: str, coded: CodedEvents, rows: int, repeats: int) -> list[Line]:
    import polars as pl  # may not be installed

    return _lazy(
        "Polars",
        (lambda: twins.polars_by_hand(raw), lambda: pl.scan_parquet(raw)),
        (lambda: twins.polars_coded(integers), lambda: pl.scan_parquet(integers)),
        coded,
        rows,
        repeats,
    )


def _duckdb(raw: str, integers: str, coded: CodedEvents, rows: int, repeats: int) -> list[Line]:
    import duckdb  # may not be installed

    connection = duckdb.connect()
    return _lazy(
        "DuckDB",
        (lambda: twins.duckdb_by_hand(raw, connection), lambda: connection.from_parquet(raw)),
        (
            lambda: twins.duckdb_coded(integers, connection),
            lambda: connection.from_parquet(integers),
        ),
        coded,
        rows,
        repeats,
    )


def _lazy(  # noqa: PLR0917 - what is measured of one engine
    engine: str,
    raw: tuple[Run, Run],
    integers: tuple[Run, Run],
    coded: CodedEvents,
    rows: int,
    repeats: int,
) -> list[Line]:
    whole = campaign()

    def over(frame: Any, samples: int = 0) -> Tally:  # noqa: ANN401 - of any engine
        return tally(frame, whole, as_of=AS_OF, samples=samples)

    taken = medians(
        {
            "hand": raw[0],
            "ours": lambda: over(raw[1]()),
            "looked": lambda: over(raw[1](), 3),
            "coded hand": integers[0],
            "coded": lambda: over(attrs.evolve(coded, frame=integers[1]())),
        },
        repeats,
    )
    cpu = {name: each.cpu for name, each in taken.items()}
    return [
        _line(f"tally / by hand, {engine}, raw", rows, cpu["ours"], cpu["hand"], 1.25),
        _line(f"tally / by hand, {engine}, integers", rows, cpu["coded"], cpu["coded hand"], 1.35),
        _line(f"with samples / without, {engine}, raw", rows, cpu["looked"], cpu["ours"], 2),
    ]


def _pandas(frame: pd.DataFrame, coded: CodedEvents, rows: int, repeats: int) -> list[Line]:
    whole = campaign()
    dates = [stamp.date() for stamp in pd.date_range("2026-01-31", periods=12, freq="ME")]
    taken = medians(
        {
            "habit": lambda: twins.pandas_by_habit(frame),
            "ours": lambda: tally(frame, whole, as_of=AS_OF),
            "encode": lambda: encode(frame),
            "coded": lambda: tally(coded, whole, as_of=AS_OF),
            "triangle": lambda: _last(tally_triangle(frame, whole, dates=dates)),
        },
        repeats,
    )
    cpu = {name: each.cpu for name, each in taken.items()}
    encoding = f", encode {cpu['encode']:.2f} s"
    return [
        _line("tally / sort + drop_duplicates, pandas, raw", rows, cpu["ours"], cpu["habit"], 0.30),
        _line("the same, integers", rows, cpu["coded"], cpu["habit"], 0.30, encoding),
        _line("triangle of 12 / one tally, pandas, raw", rows, cpu["triangle"], cpu["ours"], 1.5),
    ]


def _last(triangle: pd.DataFrame) -> pd.DataFrame:
    """Return the last date of a triangle, which is a tally as at the end of the year."""
    return triangle[triangle["as_of"] == triangle["as_of"].max()]


if __name__ == "__main__":
    for twin in (
        twins.polars_by_hand,
        twins.polars_coded,
        twins.duckdb_by_hand,
        twins.duckdb_coded,
        twins.pandas_by_habit,
    ):
        print(inspect.getsource(twin))
    asked = [int(float(number)) for number in sys.argv[1:]]
    for text, bound, measured, held in lines(*asked):
        print(f"{'ok  ' if held else 'MISS'} {text}: {measured}, goal {bound}")

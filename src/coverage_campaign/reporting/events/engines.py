"""Small intermediate tables, kept on the engine that made them for as long as a tally lasts.

A lazy engine runs a plan anew for each use of it. What is small and used several times is kept
there instead: as a temporary table, a checkpoint or a frame. No row comes to Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import uuid4

import narwhals as nw

__all__ = ["Keep", "by_code_point", "keeping"]

Rows = nw.LazyFrame[Any]
Keep = Callable[[Rows], Rows]


@contextmanager
def keeping() -> Iterator[Keep]:
    """Hand over a function that keeps rows on their engine until the block ends."""
    with ExitStack() as at_end:
        tables: list[Any] = []

        def keep(rows: Rows) -> Rows:
            native: Any = rows.to_native()
            engine: nw.Implementation = rows.implementation
            if engine is nw.Implementation.POLARS:
                frame: Rows = nw.from_native(native.collect().lazy())
                return frame
            if engine is nw.Implementation.DUCKDB:
                tables.append(_in_duckdb(native, tables, at_end))
                table: Rows = nw.from_native(tables[-1])
                return table
            if engine is nw.Implementation.PYSPARK:
                checkpoint: Rows = nw.from_native(native.localCheckpoint(eager=True))
                return checkpoint
            if engine is nw.Implementation.IBIS:
                cached = native.cache()
                at_end.callback(cached.release)
                return by_code_point(nw.from_native(cached))
            return rows

        yield keep


def _in_duckdb(native: Any, tables: list[Any], at_end: ExitStack) -> Any:  # noqa: ANN401 - relations
    # By SQL on the relation itself: it knows its connection, and shows it to nobody.
    name = f"coverage_kept_{uuid4().hex}"
    native.query("kept", f"CREATE TEMP TABLE {name} AS SELECT * FROM kept")  # noqa: S608 - our own name
    # Each query binds its relation again: the first table that was kept is the least to bind.
    least = tables[0] if tables else native
    table = least.query("kept", f"SELECT * FROM {name}")  # noqa: S608 - our own name
    at_end.callback(table.query, "kept", f"DROP TABLE {name}")
    return table


def by_code_point(rows: Rows) -> Rows:
    """Let PostgreSQL compare text by code point, as every other engine does, not by language."""
    engine: nw.Implementation = rows.implementation
    if engine is not nw.Implementation.IBIS:
        return rows
    table: Any = rows.to_native()
    if table.get_backend().name != "postgres":
        return rows
    schema = rows.collect_schema()
    columns = ", ".join(
        f'"{name}" COLLATE "C" AS "{name}"' if schema[name] == nw.String else f'"{name}"'
        for name in schema.names()
    )
    name = f"coverage_{uuid4().hex}"
    collated = table.alias(name).sql(f"SELECT {columns} FROM {name}")  # noqa: S608 - our own names
    by_code: Rows = nw.from_native(collated)
    return by_code

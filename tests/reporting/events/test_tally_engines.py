"""One corpus with every glitch, on every engine, against the oracle in `tests/tally_oracle.py`."""
# ruff: noqa: ANN401 - frames of engines that may not be installed: imported where they run

from __future__ import annotations

import datetime as dt
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd
import pytest

from coverage_campaign.errors import ReportError
from coverage_campaign.reporting.tally import tally
from support.campaigns import tiny
from support.tally_cases import assert_as_reckoned, missing, need, to_pandas, with_lives
from support.tally_oracle import REASONS, corpus, reckon

CAMPAIGN = with_lives(tiny())
ROWS = corpus(CAMPAIGN, rows=2_000, seed=20_260_601)
EARLY, LATE = dt.datetime(2026, 7, 8, 12), dt.datetime(2027, 12, 1)  # noqa: DTZ001 - civil time
WAYS = [
    {"as_of": EARLY},
    {"as_of": LATE, "by": "day"},
    {"as_of": LATE, "by_group": True},
    {"as_of": EARLY, "by": "day", "by_group": True},
]
Make = Callable[[pd.DataFrame], Any]


def _pyarrow(frame: pd.DataFrame) -> Any:
    need("pyarrow")
    import pyarrow as pa

    table = pa.Table.from_pandas(frame, preserve_index=False)
    date = table.schema.get_field_index("date")
    return table.set_column(date, "date", table["date"].cast(pa.timestamp("s")).cast(pa.date32()))


def _polars(frame: pd.DataFrame) -> Any:
    need("polars")
    import polars as pl

    return pl.from_arrow(_pyarrow(frame))


def _duckdb(frame: pd.DataFrame) -> Any:
    need("duckdb")
    import duckdb

    connection = duckdb.connect()
    connection.register("arrived", _pyarrow(frame))
    connection.execute("CREATE TABLE events AS SELECT * FROM arrived")
    return connection.table("events")


IN_PROCESS: dict[str, Make] = {
    "pandas": lambda frame: frame,
    "pandas of objects": lambda frame: frame.astype(object),
    "pandas of categories": lambda frame: frame.astype(
        {"unit": "category", "channel": "category", "group": "category"}
    ),
    "pandas of Arrow": lambda frame: _pyarrow(frame).to_pandas(types_mapper=pd.ArrowDtype),
    "PyArrow": _pyarrow,
    "Polars": _polars,
    "Polars lazy": lambda frame: _polars(frame).lazy(),
    "DuckDB": _duckdb,
}


def test_the_corpus_has_every_glitch() -> None:
    """Every reason occurs in the corpus, so that no engine passes by luck."""
    assert reckon(ROWS, CAMPAIGN, as_of=EARLY).reasons.keys() == set(REASONS)
    assert len(ROWS) >= 2_000


@pytest.mark.parametrize("name", IN_PROCESS)
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_an_engine_in_this_process_agrees_with_the_oracle(name: str, way: dict[str, Any]) -> None:
    """Cells, reasons and the account of rows are the oracle's on every engine without a server."""
    assert_as_reckoned(IN_PROCESS[name](to_pandas(ROWS)), ROWS, CAMPAIGN, **way)


def test_duckdb_over_parquet_files(tmp_path: Path) -> None:
    """A relation over a folder of Parquet files gives the oracle's answer."""
    need("duckdb")
    import duckdb

    frame = to_pandas(ROWS)
    for number, part in enumerate((frame.iloc[:700], frame.iloc[700:])):
        part.to_parquet(tmp_path / f"part-{number}.parquet", index=False)
    relation = duckdb.connect().from_parquet(str(tmp_path / "*.parquet"))
    assert_as_reckoned(relation, ROWS, CAMPAIGN, as_of=LATE)


def test_polars_streaming_over_parquet(tmp_path: Path) -> None:
    """A lazy scan, which Polars streams, gives the oracle's answer."""
    need("polars")
    import polars as pl

    to_pandas(ROWS).to_parquet(tmp_path / "events.parquet", index=False)
    assert_as_reckoned(pl.scan_parquet(tmp_path / "events.parquet"), ROWS, CAMPAIGN, as_of=LATE)


# -- rows that enter pandas ------------------------------------------------------------------------


def _most_rows(samples: int) -> int:
    """Return units x periods x channels, a row a unit and reason, and a few a record shown."""
    cells = len(CAMPAIGN.units) * 8 * len(CAMPAIGN.channels)
    return cells + len(CAMPAIGN.units) + len(REASONS) + samples * 2 * len(REASONS) * 4


def _rows_that_enter(events: Any, monkeypatch: pytest.MonkeyPatch, *, samples: int) -> int:
    entered: list[int] = []
    collect = nw.LazyFrame.collect

    def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = collect(self, *args, **kwargs)
        if self.implementation is not nw.Implementation.PANDAS:
            entered.append(len(result))
        return result

    monkeypatch.setattr(nw.LazyFrame, "collect", counted)
    tally(events, CAMPAIGN, as_of=LATE, samples=samples)
    assert entered
    return sum(entered)


@pytest.mark.parametrize("name", ["Polars lazy", "DuckDB"])
@pytest.mark.parametrize("samples", [0, 3])
def test_only_counts_and_samples_enter_pandas(
    name: str, samples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lazy engine hands over no more rows than there are cells, and a few to look at."""
    # Many more rows than cells, or the bound would prove nothing.
    rows = corpus(CAMPAIGN, rows=6_000, seed=1)
    events = IN_PROCESS[name](to_pandas(rows))
    entered = _rows_that_enter(events, monkeypatch, samples=samples)
    assert entered <= _most_rows(samples) < len(rows) / 4


# -- an engine that goes away ----------------------------------------------------------------------


def test_a_file_that_goes_away_is_told_in_the_engines_words(tmp_path: Path) -> None:
    """A file that cannot be read is a clear error; nothing is counted, and nothing stays behind."""
    need("duckdb")
    need("polars")
    import duckdb
    import polars as pl

    path = tmp_path / "events.parquet"
    to_pandas(ROWS).to_parquet(path, index=False)
    connection = duckdb.connect()
    relation, scan = connection.from_parquet(str(path)), pl.scan_parquet(path)
    scan.collect_schema()
    content = path.read_bytes()
    path.unlink()
    for events in (relation, scan, (part for part in [to_pandas(ROWS[:9]), scan])):
        with pytest.raises(
            ReportError, match=r"the engine stopped: .+ -- nothing was counted"
        ) as told:
            tally(events, CAMPAIGN, as_of=LATE)
        assert str(told.value.__cause__)[:30] in str(told.value)
    path.write_bytes(content)
    assert_as_reckoned(relation, ROWS, CAMPAIGN, as_of=LATE)
    kept = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE temporary").fetchone()
    assert kept == (0,)


def test_an_error_of_the_callers_own_is_left_alone() -> None:
    """What an iterable of chunks raises itself is no failure of an engine."""

    def chunks() -> Iterator[pd.DataFrame]:
        yield to_pandas(ROWS[:9])
        raise LookupError("no more files")

    with pytest.raises(LookupError, match="no more files"):
        tally(chunks(), CAMPAIGN, as_of=LATE)


def test_what_a_stopped_spark_stumbles_over_is_told() -> None:
    """PySpark without its context raises an AttributeError of Python's: it is the engine's."""
    need("pyspark")
    from types import SimpleNamespace

    from pyspark.traceback_utils import SCCallSiteSync

    from coverage_campaign.reporting.events.engines import keeping

    stopped = SCCallSiteSync(SimpleNamespace(_jsc=None))
    with (
        pytest.raises(ReportError, match=r"the engine stopped: AttributeError: .*setCallSite"),
        keeping(),
        stopped,
    ):
        pass
    with pytest.raises(AttributeError, match="of our own"), keeping():
        raise AttributeError("of our own")


# -- PySpark ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spark_session() -> Iterator[Callable[[], Any]]:
    """Hand over the way to the one Spark of this run, which starts again where it was stopped.

    Its session time zone would move careless times.
    """
    need("pyspark")
    if shutil.which("java") is None:
        missing("a Java runtime (java)")
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.codegen.wholeStage", "false")  # which pays from many more rows on
        .config("spark.sql.session.timeZone", "Asia/Shanghai")
        .config("spark.log.level", "ERROR")
    )
    yield builder.getOrCreate
    builder.getOrCreate().stop()


@pytest.fixture
def spark(spark_session: Callable[[], Any]) -> Any:
    """Return a Spark that runs."""
    return spark_session()


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["timestamp_ntz", "timestamp"])
def test_spark_agrees_with_the_oracle(spark: Any, tmp_path: Path, kind: str) -> None:
    """PySpark gives the oracle's answer for both of its timestamps, in any session time zone."""
    path = str(tmp_path / "events.parquet")
    _write_for_spark(path)
    events = spark.read.parquet(path)
    events = events.withColumn("reported_at", events["reported_at"].cast(kind))
    assert_as_reckoned(events, ROWS, CAMPAIGN, as_of=EARLY, by_group=True)


@pytest.mark.real
@pytest.mark.slow
def test_spark_hands_over_counts_only(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From Spark, too, no more rows arrive than there are cells."""
    path = str(tmp_path / "events.parquet")
    _write_for_spark(path)
    events = spark.read.parquet(path)
    assert _rows_that_enter(events, monkeypatch, samples=0) <= _most_rows(0)


@pytest.mark.real
@pytest.mark.slow
def test_spark_going_away_is_told(
    spark: Any,
    spark_session: Callable[[], Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A Spark that is stopped in mid-tally: its own words, and no tally; a new one counts all."""
    path = str(tmp_path / "events.parquet")
    _write_for_spark(path)
    collect, calls = nw.LazyFrame.collect, iter(range(1, 100))

    def collected(self: Any, *args: Any, **kwargs: Any) -> Any:
        if next(calls) == 2:  # in the middle
            spark.stop()
        return collect(self, *args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(nw.LazyFrame, "collect", collected)
        with pytest.raises(
            ReportError, match=r"the engine stopped: .+ -- nothing was counted"
        ) as told:
            tally(spark.read.parquet(path), CAMPAIGN, as_of=LATE)
    assert str(told.value.__cause__)[:30] in str(told.value)
    again = spark_session().read.parquet(path)
    assert tally(again, CAMPAIGN, as_of=LATE, samples=0).rows_in == len(ROWS)


def _write_for_spark(path: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = _pyarrow(to_pandas(ROWS))
    place = table.schema.get_field_index("reported_at")
    moments = table["reported_at"].cast(pa.timestamp("us"))
    pq.write_table(table.set_column(place, "reported_at", moments), path)


# -- ibis on PostgreSQL ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def postgres() -> Iterator[int]:
    """Start a PostgreSQL cluster of its own on loopback and hand over its port."""
    need("ibis")
    need("psycopg")
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = shutil.which("initdb") or (str(programs[-1]) if programs else None)
    if initdb is None:
        missing("PostgreSQL (initdb, pg_ctl)")
    programs_in = Path(initdb).resolve().parent
    home = Path("/tmp") / f"coverage-pg-{os.getpid()}"  # noqa: S108 - short, or the socket's path is too long
    home.mkdir(mode=0o700)
    user: dict[str, Any] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        try:
            account = pwd.getpwnam("postgres")
        except KeyError:
            missing("the system user postgres")
        os.chown(home, account.pw_uid, account.pw_gid)
        user = {"user": "postgres", "group": account.pw_gid, "extra_groups": []}
    port = _free_port()

    def run(*command: str) -> None:
        subprocess.run(  # noqa: S603 - fixed commands
            command, check=True, cwd=home, capture_output=True, text=True, **user
        )

    data = str(home / "data")
    locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--icu-locale=und", "--locale-provider=icu"]
    run(initdb, "-D", data, "--auth=trust", "--username=postgres", *locale)
    settings = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c fsync=off"
    )
    control = str(programs_in / "pg_ctl")
    run(control, "-D", data, "-w", "-o", settings, "-l", str(home / "log"), "start")
    try:
        yield port
    finally:
        run(control, "-D", data, "-w", "-m", "fast", "stop")
        shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def table(postgres: int) -> Iterator[Any]:
    """Load the corpus by COPY and hand over the ibis table."""
    import ibis

    backend = ibis.postgres.connect(
        host="127.0.0.1", port=postgres, user="postgres", database="postgres"
    )
    frame = to_pandas(ROWS)
    with backend.con.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE events (record text, revision int, reported_at timestamp, person text, "
            'unit text, "date" date, channel text, "group" text)'
        )
        with cursor.copy("COPY events FROM STDIN") as copy:
            for row in frame.astype(object).itertuples(index=False):
                copy.write_row([None if pd.isna(value) else value for value in row])
    backend.con.commit()
    yield backend.table("events")
    backend.disconnect()


@pytest.mark.slow
@pytest.mark.real
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_postgresql_agrees_with_the_oracle(table: Any, way: dict[str, Any]) -> None:
    """PostgreSQL gives the oracle's answer, though its own language sorts text in another way."""
    assert_as_reckoned(table, ROWS, CAMPAIGN, **way)


@pytest.mark.real
@pytest.mark.parametrize("after", [1, 2, 3])
def test_postgresql_going_away_is_told(
    table: Any, postgres: int, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that ends the session in mid-tally: its own words, and no tally."""
    import ibis

    own = ibis.postgres.connect(
        host="127.0.0.1", port=postgres, user="postgres", database="postgres"
    )
    session = own.con.info.backend_pid
    collect, calls = nw.LazyFrame.collect, iter(range(1, 100))

    def collected(self: Any, *args: Any, **kwargs: Any) -> Any:
        if next(calls) == after:
            table.get_backend().raw_sql(f"SELECT pg_terminate_backend({session})").close()
        return collect(self, *args, **kwargs)

    monkeypatch.setattr(nw.LazyFrame, "collect", collected)
    with pytest.raises(
        ReportError, match=r"the engine stopped: .+terminat.+ -- nothing was counted"
    ):
        tally(own.table("events"), CAMPAIGN, as_of=LATE)


@pytest.mark.real
def test_postgresql_hands_over_counts_only(table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """From PostgreSQL, too, no more rows arrive than there are cells."""
    assert _rows_that_enter(table, monkeypatch, samples=0) <= _most_rows(0)

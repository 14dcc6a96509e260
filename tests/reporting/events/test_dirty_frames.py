"""What a column may hold is the same on every engine: the same answer, or the same refusal."""
# ruff: noqa: ANN401, DTZ001 - frames of engines that may not be installed; civil time

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.errors import ReportError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.responsibilities import ReportingRule
from coverage_campaign.model.targets import Channel
from coverage_campaign.model.units import Unit
from coverage_campaign.reporting.tally import tally
from support.campaigns import tiny
from support.tally_cases import assert_as_reckoned, need, to_pandas, with_lives
from support.tally_oracle import Row, corpus

CAMPAIGN = with_lives(tiny())
LATE = dt.datetime(2027, 12, 1)
ROWS = 4
DAY = dt.date(2026, 6, 2)
MOMENT = dt.datetime(2026, 6, 3, 9, 30)
SOUND: dict[str, tuple[str, list[Any]]] = {
    "record": ("string", ["r1", "r2", "r3", "r4"]),
    "revision": ("int64", [0, 0, 1, 0]),
    "reported_at": ("timestamp[us]", [MOMENT] * ROWS),
    "person": ("string", ["x", "y", "x", "z"]),
    "unit": ("string", ["a", "a", "city", "nowhere"]),
    "date": ("date32", [DAY] * ROWS),
    "channel": ("string", ["self_employed", "lapsed", "lapsed", "withdrawn"]),
}
# Columns as they come from forms, exports and other tools: Arrow's type, and four values.
ODD: dict[str, tuple[str, list[Any]]] = {
    "text": ("string", ["1", "x", "", None]),
    "long text": ("large_string", ["a", " ", "\u3000", "lapsed"]),
    "categories": ("dictionary", ["a", "a", None, "lapsed"]),
    "int": ("int64", [1, 2, 2, None]),
    "small int": ("int8", [1, 2, 3, 4]),
    "unsigned": ("uint64", [1, 2, 3, 2**63 + 5]),
    "unsigned, small": ("uint64", [1, 2, 3, 4]),
    "whole floats": ("double", [1.0, 2.0, 0.0, None]),
    "floats": ("double", [0.5, 1.0, 2.0, None]),
    "not a number": ("double", [1.0, float("nan"), 2.0, 3.0]),
    "large floats": ("double", [2.0**60, 1.0, 2.0, 3.0]),
    "infinite": ("double", [float("inf"), 1.0, 2.0, 3.0]),
    "bool": ("bool", [True, False, None, True]),
    "day": ("date32", [DAY, DAY, None, DAY]),
    "moment": ("timestamp[us]", [MOMENT, MOMENT, None, MOMENT]),
    "nanoseconds": ("timestamp[ns]", [MOMENT, MOMENT, None, MOMENT]),
    "zone": ("timestamp[us, tz=UTC]", [MOMENT, MOMENT, MOMENT, None]),
    "decimal": ("decimal", [1, 2, 3, None]),
    "duration": ("duration[us]", [dt.timedelta(1)] * ROWS),
    "binary": ("binary", [b"a", b"b", b"c", None]),
    "short text": ("string_view", ["a", " ", None, "lapsed"]),
    "small ints with a gap": ("uint8", [1, 2, None, 2]),
    "categories of ints": ("dictionary of ints", [1, 2, None, 2]),
    "ends of 64 bits": ("int64", [-(2**63), 2**63 - 1, 2**63 - 2, 0]),
    "before 1970": ("timestamp[us]", [dt.datetime(1969, 12, 31, 23, 59, 59, 999_999)] * ROWS),
    "after 2262": (
        "timestamp[us]",
        [dt.datetime(9999, 12, 31), dt.datetime(1, 1, 1), MOMENT, None],
    ),
    "days of long ago": ("date32", [dt.date(1, 1, 1), dt.date(9999, 12, 31), DAY, None]),
    "days in milliseconds": ("date64", [DAY, DAY, None, DAY]),
    "time of day": ("time64[us]", [dt.time(1)] * ROWS),
    "lists": ("list", [["a"], ["b"], None, ["c"]]),
    "zero characters": ("string", ["a\x00b", "a\x00", "\x00", "a"]),
    "spaces around": ("string", [" a", "a ", "\u200b", "\ufeff"]),
    "very long": ("string", ["x" * 100_000, "x" * 100_000 + "y", "a", "b"]),
    "after every text": ("string", ["\U0010ffff", "\U0010fffe", "a", None]),
    "NaN alone": ("double", [float("nan")] * ROWS),
    "nothing, as bool": ("bool", [None] * ROWS),
    "nothing, as decimal": ("decimal", [None] * ROWS),
    "nothing, as text": ("string", [None] * ROWS),
    "nothing, as int": ("int64", [None] * ROWS),
    "nothing, as days": ("date32", [None] * ROWS),
    "nothing, as moments in a zone": ("timestamp[us, tz=UTC]", [None] * ROWS),
    "nothing, as durations": ("duration[us]", [None] * ROWS),
    "nothing at all": ("null", [None] * ROWS),
}


def table_of(columns: dict[str, tuple[str, list[Any]]]) -> Any:
    """Return columns as an Arrow table."""
    need("pyarrow")
    import pyarrow as pa  # may not be installed

    kinds = {
        "dictionary": pa.dictionary(pa.int32(), pa.string()),
        "string_view": pa.string_view(),
        "decimal": pa.decimal128(10, 0),
        "date32": pa.date32(),
        "timestamp[us, tz=UTC]": pa.timestamp("us", "UTC"),
        "binary": pa.binary(),
        "dictionary of ints": pa.dictionary(pa.int32(), pa.int64()),
        "list": pa.list_(pa.string()),
        "date64": pa.date64(),
        "time64[us]": pa.time64("us"),
    }
    return pa.table(
        {
            name: pa.array(values, kinds.get(kind) or pa.type_for_alias(kind))
            for name, (kind, values) in columns.items()
        }
    )


def engines_of(table: Any) -> dict[str, Any]:
    """Return the table as a frame of every engine in this process."""
    import duckdb  # may not be installed
    import polars as pl

    connection = duckdb.connect()
    connection.register("arrived", table)
    connection.execute("CREATE TABLE events AS SELECT * FROM arrived")
    return {
        "PyArrow": table,
        "pandas of Arrow": table.to_pandas(types_mapper=pd.ArrowDtype),
        "pandas": table.to_pandas(),
        "pandas of objects": table.to_pandas().astype(object),
        "Polars": pl.from_arrow(table),
        "Polars lazy": pl.from_arrow(table).lazy(),
        "DuckDB": connection.table("events"),
    }


def outcome(events: Any) -> Any:
    """Return the answer in full, or what was refused and why."""
    try:
        found = tally(events, CAMPAIGN, as_of=LATE)
    except ReportError as error:
        # DuckDB's times have no zone of their own: it is the session's.
        return sorted(str(problem).replace("Etc/UTC", "UTC") for problem in error.problems)
    return found.frame.to_numpy().tolist(), found.rows_in, found.problems


def _places(refused: Any) -> Any:
    """Return the columns that were refused; NumPy has floats for integers with a gap."""
    if isinstance(refused, list):
        return [line.partition(":")[0] for line in refused]
    return refused


def assert_one_outcome(columns: dict[str, tuple[str, list[Any]]]) -> Any:
    """Compare the outcome of every engine, and return it: the answer, or the columns refused."""
    need("pyarrow")
    need("polars")
    need("duckdb")
    found = {name: outcome(frame) for name, frame in engines_of(table_of(columns)).items()}
    first = found["PyArrow"]
    of_numpy = {"pandas", "pandas of objects"}
    assert all(one == first for name, one in found.items() if name not in of_numpy), found
    assert all(_places(found[name]) == _places(first) for name in of_numpy), found
    return _places(first)


@pytest.mark.slow
@pytest.mark.parametrize("column", ["record", "revision", "reported_at", "unit"])
def test_engines_agree_on_every_odd_column(column: str) -> None:
    """Any type in any column: every engine gives the same answer, or refuses that very column."""
    refused = {
        odd: assert_one_outcome({**SOUND, column: ODD[odd]}) == [f"column '{column}'"]
        for odd in ODD
    }
    assert refused["bool"]
    assert refused["binary"]
    assert refused["duration"]
    assert not any(taken for odd, taken in refused.items() if odd.startswith("nothing"))
    assert refused["zone"]
    assert refused["text"] == (column in {"revision", "reported_at", "date"})
    assert refused["int"] == (column not in {"record", "revision", "person"})
    assert refused["floats"]
    assert refused["large floats"]
    assert refused["unsigned"]
    assert refused["lists"]
    assert refused["time of day"]
    assert not refused["NaN alone"]
    assert refused["days in milliseconds"] == refused["day"]
    assert refused["categories of ints"] == refused["int"]
    assert refused["moment"] == (column not in {"reported_at", "date"})


@given(odd=st.dictionaries(st.sampled_from([*SOUND]), st.sampled_from([*ODD]), min_size=2))
@settings(deadline=None, max_examples=8)
def test_engines_agree_on_several_odd_columns(odd: dict[str, str]) -> None:
    """Several odd columns at once: all that are refused are named, by every engine."""
    assert_one_outcome({**SOUND, **{column: ODD[name] for column, name in odd.items()}})


def test_blank_text_is_no_id() -> None:
    """Three events of person "" count nobody, and a record of blanks is none: on every engine."""
    columns = {
        **SOUND,
        "record": ("string", ["r1", "r2", " \t", "r4"]),
        "person": ("string", ["", "\u3000", "x", "x"]),
        "channel": ("string", ["self_employed"] * ROWS),
        "unit": ("string", ["a"] * ROWS),
    }
    rows, rows_in, problems = assert_one_outcome(columns)
    assert [row[-1] for row in rows] == [1]
    assert problems.totals == (("no_record", 1), ("no_person", 2))
    assert rows_in == ROWS


def test_text_that_is_no_unicode_is_refused() -> None:
    """Half a character of UTF-16 is no text: it is refused, column by column."""
    frame = table_of(SOUND).to_pandas().astype(object)
    frame.loc[0, "person"] = frame.loc[1, "unit"] = "\ud800"
    for events in (frame, [frame.iloc[:2], frame.iloc[2:]]):
        with pytest.raises(ReportError) as caught:
            tally(events, CAMPAIGN, as_of=LATE)
        assert [problem.where for problem in caught.value.problems] == [
            "column 'person'",
            "column 'unit'",
        ]


@pytest.mark.parametrize("engine", ["PyArrow", "pandas", "Polars", "DuckDB"])
def test_names_of_columns_are_taken_as_they_are(engine: str) -> None:
    """A column "Record" is not "record", also where the engine's own language would take it."""
    need("pyarrow")
    table = table_of(SOUND).rename_columns(["Record", *list(SOUND)[1:]])
    with pytest.raises(ReportError, match="no column 'record'; the columns there are 'Record'"):
        tally(engines_of(table)[engine], CAMPAIGN, as_of=LATE)


def test_columns_that_come_twice_are_refused() -> None:
    """Two columns "unit" cannot be told apart."""
    need("pyarrow")
    table = table_of(SOUND)
    table = table.append_column("unit", table["unit"])
    frame = engines_of(table_of(SOUND))["pandas"]
    for events in (table, frame.assign(more="a").rename(columns={"more": "unit"})):
        with pytest.raises(ReportError, match="twice"):
            tally(events, CAMPAIGN, as_of=LATE)


@pytest.mark.parametrize("engine", ["pandas", "Polars lazy", "DuckDB"])
def test_what_is_missing_is_named_so_beside_what_is_there(engine: str) -> None:
    """A row without a record or a unit is told as one, also where others have theirs."""
    need("pyarrow")
    columns = {
        **SOUND,
        "record": ("string", ["r1", None, "r3", "r4"]),
        "unit": ("string", ["nowhere", "a", "", "a"]),
    }
    found = tally(engines_of(table_of(columns))[engine], CAMPAIGN, as_of=LATE)
    told = {(problem.reason, problem.where, problem.found) for problem in found.problems}
    assert told == {
        ("withdrawn", "record 'r4'", "withdrawn"),
        ("no_record", "a row without record", "no id or no revision"),
        ("unknown_unit", "record 'r1'", "unit 'nowhere'"),
        ("unknown_unit", "record 'r3'", "no unit"),
    }


def test_categories_enums_and_uuids_are_text_on_every_engine() -> None:
    """Ids that are UUIDs and codes that are categories or enums count as their texts do."""
    need("pyarrow")
    need("polars")
    need("duckdb")
    import duckdb
    import polars as pl
    import pyarrow as pa

    ids = [UUID(int=number) for number in (1, 2, 2, 3)]
    plain = {**SOUND, "person": ("string", [str(one) for one in ids])}
    wanted = assert_one_outcome(plain)
    table = table_of(plain)
    place = table.schema.get_field_index("person")
    arrow = table.set_column(place, "person", pa.array([one.bytes for one in ids], pa.uuid()))
    frame = table.to_pandas()
    connection = duckdb.connect()
    connection.register("arrived", table)
    connection.execute(
        "CREATE TABLE events AS SELECT * REPLACE (person::UUID AS person,"
        " unit::ENUM('a', 'city', 'nowhere') AS unit) FROM arrived"
    )
    enum = pl.Enum(["nowhere", "city", "a"])
    polars = pl.from_arrow(table).with_columns(
        pl.col("unit").cast(enum), pl.col("channel").cast(pl.Categorical)
    )
    assert outcome(arrow) == wanted
    assert outcome(frame.assign(person=ids)) == wanted
    assert outcome(frame.astype({"person": "category", "unit": "category"})) == wanted
    assert outcome(polars) == outcome(polars.lazy()) == wanted
    assert outcome(connection.table("events")) == wanted


def test_a_day_that_is_no_date_is_none() -> None:
    """Years beyond 1 to 9999, and the infinite days of databases, are no date, and say so."""
    need("duckdb")
    need("polars")
    import duckdb
    import polars as pl
    import pyarrow as pa

    table = table_of({**SOUND, "channel": ("string", ["self_employed"] * ROWS)})
    place = table.schema.get_field_index("date")
    days = pa.array([2**31 - 1, -(2**31), 4_000_000, None], pa.int32()).cast(pa.date32())
    table = table.set_column(place, "date", days)
    connection = duckdb.connect()
    connection.register("arrived", table.drop_columns("date"))
    connection.execute(
        "CREATE TABLE events AS SELECT *, unnest(['infinity'::DATE, '-infinity'::DATE,"
        " '0044-03-15 (BC)'::DATE, NULL]) AS date FROM (SELECT * FROM arrived LIMIT 1)"
    )
    far = np.array([2**62, -(2**62), 2**40, 0], dtype="datetime64[s]")
    far[3] = np.datetime64("NaT")
    for events in (table, pl.from_arrow(table), table.drop_columns("date").to_pandas()):
        if isinstance(events, pd.DataFrame):
            events = events.assign(date=far)  # noqa: PLW2901 - the same rows with days of pandas
        found = tally(events, CAMPAIGN, as_of=LATE)
        assert found.problems.totals == (("no_date", ROWS),)
        assert "no date" in str(found.problems[0])
    found = tally(connection.table("events"), CAMPAIGN, as_of=LATE)
    assert found.problems.totals == (("superseded", ROWS - 1), ("no_date", 1))


def test_duckdb_compares_text_by_code_point() -> None:
    """Case is told apart in DuckDB too, whatever its collation: 'R1' is not 'r1', 'A' no unit."""
    need("duckdb")
    import duckdb

    columns = {
        **SOUND,
        "record": ("string", ["r1", "R1", "r2", "r3"]),
        "person": ("string", ["x", "X", "x", "y"]),
        "unit": ("string", ["a", "a", "A", "a"]),
        "channel": ("string", ["self_employed"] * (ROWS - 1) + ["SELF_EMPLOYED"]),
    }
    connection = duckdb.connect()
    connection.execute("SET default_collation = 'nocase'")
    connection.register("arrived", table_of(columns))
    connection.execute("CREATE TABLE events AS SELECT * FROM arrived")
    wanted = assert_one_outcome(columns)
    assert wanted[2].totals == (("unknown_unit", 1), ("unknown_channel", 1))
    assert outcome(connection.table("events")) == wanted


def test_whole_numbers_beyond_floats_are_refused_beside_floats() -> None:
    """A Python number that no float holds is a refusal of the column, not an OverflowError."""
    frame = table_of(SOUND).to_pandas().astype(object)
    frame["record"] = pd.Series([10**400, 2.0, 3, 4], dtype=object)
    assert [line.partition(":")[0] for line in outcome(frame)] == ["column 'record'"]


def test_no_rows_in_chunks_are_no_counts() -> None:
    """Chunks without rows count nobody and explain no row; no chunk at all is refused."""
    empty = table_of(SOUND).to_pandas().iloc[:0]
    found = tally([empty, empty], CAMPAIGN, as_of=LATE)
    assert found.rows_in == len(found.to_frame()) == len(found.problems) == 0
    for chunks in ([], iter(())):
        with pytest.raises(ReportError, match="no table -- give at least one"):
            tally(chunks, CAMPAIGN, as_of=LATE)


@pytest.mark.slow
def test_chunks_without_values_may_be_of_any_type() -> None:
    """A chunk whose column has no value says nothing of its type, on any engine."""
    need("pyarrow")
    table = table_of({**SOUND, "person": ("duration[us]", [None] * ROWS)})
    for name, frame in engines_of(table).items():
        assert outcome([frame]) == outcome(frame), name


def test_a_panic_of_an_engine_is_told() -> None:
    """What Polars raises in a panic is no Exception of Python's, and is told as an error."""
    need("polars")
    import polars as pl
    import pyarrow as pa

    moments = pa.array([2**62] * ROWS, pa.int64()).cast(pa.timestamp("ms"))
    table = table_of(SOUND)
    place = table.schema.get_field_index("reported_at")
    events = pl.from_arrow(table.set_column(place, "reported_at", moments))
    with pytest.raises(ReportError, match="the engine stopped: PanicException"):
        tally(events, CAMPAIGN, as_of=LATE)


def test_a_channel_may_have_any_code() -> None:
    """A channel coded "all", or as a reason is, is a channel like another."""
    for code in ("all", "double", "超", "'; DROP"):
        campaign = Campaign(
            code="city",
            label="City",
            year=2026,
            units=[Unit("a", "Ash", "county")],
            channels=[Channel(code, "First dose")],
            phases=[Phase("drive", "Drive", "06-01", "12-31")],
        )
        rows = [Row("r", 0, MOMENT, "x", "a", DAY, code)]
        assert_as_reckoned(to_pandas(rows), rows, campaign, as_of=LATE)


# -- periods, and chunks of several engines --------------------------------------------------------


@pytest.mark.parametrize(("rule_by", "starts_on"), [("month", 1), ("month", 26), ("week", 3)])
@pytest.mark.parametrize("by", ["day", "week", "month", "quarter"])
@pytest.mark.parametrize("engine", ["pandas", "Polars lazy"])
def test_periods_are_the_campaigns_own(by: Any, rule_by: Any, starts_on: int, engine: str) -> None:
    """Months from the 26th, quarters of them, weeks from Wednesday: as the slow twin counts."""
    need("pyarrow")
    import pyarrow as pa

    rule = ReportingRule(
        kinds=("county",), to="labour", due_day=5, period=rule_by, starts_on=starts_on
    )
    campaign = attrs.evolve(CAMPAIGN, reporting=rule)
    rows = corpus(campaign, rows=200, seed=3)
    table = pa.Table.from_pandas(to_pandas(rows), preserve_index=False)
    found = assert_as_reckoned(engines_of(table)[engine], rows, campaign, as_of=LATE, by=by)
    names = ["unit", "name", "period", "channel", "persons"]
    own = starts_on > 7 and (by == rule_by or (by, rule_by) == ("quarter", "month"))
    assert list(found.to_frame().columns) == [*names[:3], *["starts", "ends"] * own, *names[3:]]
    if own:
        assert (found.to_frame()["starts"].dt.day == starts_on).all()
        assert (found.to_frame()["ends"].dt.day == starts_on - 1).all()


def test_chunks_may_come_from_different_engines() -> None:
    """Parts from pandas, PyArrow, Polars and DuckDB, also coded ones, are one frame."""
    need("pyarrow")
    import pyarrow as pa

    from coverage_campaign.reporting.events.encoding import encode

    rows = corpus(CAMPAIGN, rows=600, seed=4)
    frame = to_pandas(rows)
    chunks = []
    for number, engine in enumerate(("pandas", "PyArrow", "Polars lazy", "DuckDB")):
        part = pa.Table.from_pandas(frame.iloc[number::5], preserve_index=False)
        chunks.append(engines_of(part)[engine])
    chunks.append(encode(frame.iloc[4::5]))
    found = assert_as_reckoned(chunks, rows, CAMPAIGN, as_of=LATE, by_group=True)
    assert found.problems == tally(frame, CAMPAIGN, as_of=LATE, by_group=True).problems


def test_chunks_without_samples_give_the_same_counts() -> None:
    """Records are not carried along where none is shown; counts and reasons are the same."""
    frame = to_pandas(corpus(CAMPAIGN, rows=300, seed=6))
    found = tally([frame.iloc[::2], frame.iloc[1::2]], CAMPAIGN, as_of=LATE, samples=0)
    whole = tally(frame, CAMPAIGN, as_of=LATE)
    assert found.frame.equals(whole.frame)
    assert found.problems.totals == whole.problems.totals
    assert not len(found.problems)


def test_ids_of_two_kinds_in_chunks_are_refused() -> None:
    """Numbers in one chunk and texts in another cannot be told to be the same person."""
    frame = to_pandas(corpus(CAMPAIGN, rows=20, seed=5))
    numbers = frame.assign(person=range(len(frame)))
    with pytest.raises(ReportError, match="texts in some chunks and whole numbers in others"):
        tally([frame, numbers], CAMPAIGN, as_of=LATE)

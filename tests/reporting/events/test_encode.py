"""Coded events are tallied as the events themselves, on every engine; wrong codes are refused."""
# ruff: noqa: ANN401, DTZ001 - frames of engines that may not be installed; civil time

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import numpy as np
import pandas as pd
import pytest

from coverage_campaign.errors import ReportError
from coverage_campaign.reporting.events.accounts import lost_claims
from coverage_campaign.reporting.events.encoding import encode
from coverage_campaign.reporting.events.engines import CODED_COLUMNS
from coverage_campaign.reporting.events.triangle import tally_triangle
from coverage_campaign.reporting.tally import tally
from support.campaigns import tiny
from support.tally_cases import assert_as_reckoned, need, to_pandas, with_lives
from support.tally_oracle import Row, corpus

CAMPAIGN = with_lives(tiny())
ROWS = corpus(CAMPAIGN, rows=2_000, seed=31)
LATE = dt.datetime(2027, 12, 1)
WAYS = [{"as_of": dt.datetime(2026, 7, 8, 12)}, {"as_of": LATE, "by": "day", "by_group": True}]
ENGINES = ["pandas", "PyArrow", "Polars", "DuckDB"]


def whole_ids(rows: list[Row]) -> pd.DataFrame:
    """Return rows with whole numbers for ids, as an engine that encodes needs them."""
    frame = to_pandas(rows)
    for column in ("record", "person"):
        numbers, _ = pd.factorize(frame[column].where(frame[column].str.strip() != ""), sort=True)
        frame[column] = pd.array(np.where(numbers < 0, 0, numbers), dtype="Int64")
        frame.loc[numbers < 0, column] = pd.NA
    return frame


def on(engine: str, frame: pd.DataFrame) -> Any:
    """Return a pandas frame as one of another engine."""
    if engine == "pandas":
        return frame
    need("pyarrow")
    import pyarrow as pa  # may not be installed

    table = pa.Table.from_pandas(frame, preserve_index=False)
    if engine == "PyArrow":
        return table
    if engine == "Polars":
        need("polars")
        import polars as pl  # may not be installed

        return pl.from_arrow(table).lazy()
    need("duckdb")
    import duckdb  # may not be installed

    connection = duckdb.connect()
    connection.register("arrived", table)
    connection.execute("CREATE TABLE events AS SELECT * FROM arrived")
    return connection.table("events")


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_texts_for_ids_are_numbered_and_named_again(way: dict[str, Any]) -> None:
    """Coded in memory, the account is the oracle's and problems name the records as reported."""
    coded = encode(to_pandas(ROWS))
    found = assert_as_reckoned(coded, ROWS, CAMPAIGN, **way)
    plain = tally(to_pandas(ROWS), CAMPAIGN, **way)
    assert found.problems == plain.problems


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_each_engine_encodes_to_the_same_answer(engine: str, way: dict[str, Any]) -> None:
    """Coded on its own engine, the account is the oracle's; the records shown are the same."""
    frame = whole_ids(ROWS)
    coded = encode(on(engine, frame))
    found = assert_as_reckoned(coded, ROWS, CAMPAIGN, **way)
    named = {problem.record for problem in found.problems if problem.record is not None}
    assert named <= {str(one) for one in frame["record"].dropna()}


@pytest.mark.parametrize("engine", ENGINES)
def test_coded_frames_hold_whole_numbers_only(engine: str) -> None:
    """Every column is an integer without a gap, whatever the engine."""
    import narwhals as nw

    coded = encode(on(engine, whole_ids(ROWS)))
    frame = coded.frame
    if engine != "pandas":
        frame = nw.from_native(frame).lazy().collect(backend="pyarrow").to_pandas()
    assert tuple(frame.columns) == (*CODED_COLUMNS, "group")
    assert [dtype.kind for dtype in frame.dtypes] == ["i"] * 8
    assert not frame.isna().any(axis=None)
    book = sorted({row.unit for row in ROWS if row.unit})
    assert coded.units == tuple(book)


@pytest.mark.parametrize("engine", ENGINES)
def test_coded_frames_move_between_engines(engine: str) -> None:
    """A frame coded in pandas is tallied on any engine with the codes and ids beside it."""
    coded = encode(to_pandas(ROWS))
    moved = attrs.evolve(coded, frame=on(engine, coded.frame))
    found = assert_as_reckoned(moved, ROWS, CAMPAIGN, as_of=LATE)
    assert {problem.record for problem in found.problems} <= {None, *(row.record for row in ROWS)}
    pd.testing.assert_frame_equal(
        lost_claims(moved, CAMPAIGN, as_of=LATE),
        lost_claims(to_pandas(ROWS), CAMPAIGN, as_of=LATE),
    )
    dates = ["2026-06-20", "2026-07-31", "2027-12-01"]
    pd.testing.assert_frame_equal(
        tally_triangle(moved, CAMPAIGN, dates=dates),
        tally_triangle(to_pandas(ROWS), CAMPAIGN, dates=dates),
    )


def test_chunks_may_be_coded_each_with_codes_of_its_own() -> None:
    """The same person is one person in all chunks, though every chunk numbers it differently."""
    frame = to_pandas(ROWS)
    chunks = (encode(frame.iloc[start : start + 300]) for start in range(0, len(frame), 300))
    assert_as_reckoned(chunks, ROWS, CAMPAIGN, as_of=LATE, by_group=True)


def test_a_campaign_that_knows_fewer_units_explains_the_others() -> None:
    """Codes are no promise: what a campaign does not know is explained at the tally."""
    coded = encode(to_pandas(ROWS))
    smaller = attrs.evolve(CAMPAIGN, units=[unit for unit in CAMPAIGN.units if unit.code != "c"])
    assert_as_reckoned(coded, ROWS, smaller, as_of=LATE)


def test_texts_for_ids_stay_where_they_would_have_to_move() -> None:
    """An engine that keeps its rows keeps the texts, too; a blank one is missing there as well."""
    rows = on("Polars", to_pandas(ROWS))
    coded = encode(rows)
    assert coded.records is None
    found = assert_as_reckoned(coded, ROWS, CAMPAIGN, as_of=LATE)
    assert found.problems == tally(to_pandas(ROWS), CAMPAIGN, as_of=LATE).problems


def test_a_number_without_a_code_is_refused() -> None:
    """Fewer codes than the numbers need would count persons for the wrong unit."""
    coded = encode(to_pandas(ROWS))
    with pytest.raises(ReportError, match=r"column 'unit': numbers from 0 to \d+ for 1 codes"):
        tally(attrs.evolve(coded, units=("a",)), CAMPAIGN, as_of=LATE)


def test_a_frame_that_is_not_coded_is_refused() -> None:
    """Texts in a coded frame are told column by column."""
    coded = encode(to_pandas(ROWS))
    wrong = coded.frame.assign(unit="a", day="2026-06-01")
    with pytest.raises(ReportError) as caught:
        tally(attrs.evolve(coded, frame=wrong), CAMPAIGN, as_of=LATE)
    assert {problem.where for problem in caught.value.problems} == {"column 'unit'", "column 'day'"}


def test_coded_events_show_no_person() -> None:
    """The text of coded events names neither persons nor records."""
    text = repr(encode(to_pandas(ROWS)))
    assert "DataFrame" in text
    assert "r0000" not in text
    assert "p0000" not in text

"""Rows in = rows counted + rows explained; the order and the cut of rows never matter."""
# ruff: noqa: DTZ001 - events carry civil time

from __future__ import annotations

import datetime as dt
from pathlib import Path

import attrs
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.errors import DefinitionError, ReportError
from coverage_campaign.reporting.events.accounts import lost_claims
from coverage_campaign.reporting.events.triangle import tally_triangle
from coverage_campaign.reporting.tally import tally
from support.campaigns import tiny
from support.tally_cases import assert_as_reckoned, cells_of, need, to_pandas, with_lives
from support.tally_oracle import Row, corpus, reckon

CAMPAIGN = with_lives(tiny())
ROWS = corpus(CAMPAIGN, rows=2_000, seed=8)
LATE = dt.datetime(2027, 12, 1)


def rows_of_events() -> st.SearchStrategy[list[Row]]:
    """Return a few rows in which everything collides: two records, two persons, two units."""
    moments = st.datetimes(dt.datetime(2026, 6, 1), dt.datetime(2026, 6, 4))
    row = st.builds(
        Row,
        record=st.sampled_from(["r1", "r2", "r3", None]),
        revision=st.sampled_from([0, 1, 2, None]),
        reported_at=st.none() | moments,
        person=st.sampled_from(["x", "y", None]),
        unit=st.sampled_from(["a", "b", "nowhere", " ", None]),
        date=st.sampled_from([dt.date(2026, 6, 1), dt.date(2026, 7, 2), dt.date(2020, 1, 1), None]),
        channel=st.sampled_from(
            ["new_employer", "self_employed", "lapsed", "withdrawn", "?", "", None]
        ),
        group=st.sampled_from(["hotels", "private-schools", None]),
    )
    return st.lists(row, max_size=12)


@pytest.mark.slow
@given(
    rows=rows_of_events(),
    by_group=st.booleans(),
    by=st.sampled_from(["month", "day"]),
    engine=st.sampled_from(["pandas", "Polars"]),
)
@settings(deadline=None, max_examples=25)
def test_every_row_is_counted_or_explained(
    rows: list[Row],
    by_group: bool,  # noqa: FBT001 - Hypothesis hands it over by name
    by: str,
    engine: str,
) -> None:
    """For any rows at all the account adds up and is the oracle's."""
    as_of = dt.datetime(2026, 6, 3)
    frame = _on(engine, to_pandas(rows))
    assert_as_reckoned(frame, rows, CAMPAIGN, as_of=as_of, by=by, by_group=by_group)


def _reported(number: int, **changed: object) -> Row:
    moment = dt.datetime(2026, 6, 2) + dt.timedelta(seconds=number)
    row = Row(f"r{number}", 0, moment, f"p{number}", "a", dt.date(2026, 6, 1), "lapsed")
    return row._replace(**changed)  # type: ignore[arg-type]  # fields of a row


@pytest.mark.parametrize("engine", ["pandas", "Polars", "chunks"])
@pytest.mark.parametrize(
    "rows",
    [
        [_reported(0)],
        [_reported(n, unit="nowhere") for n in range(9)],
        [_reported(n, record="r", revision=n % 7_000) for n in range(10_000)],
        [_reported(n, person="x", unit=unit.code) for n, unit in enumerate(CAMPAIGN.units)],
        [_reported(0)] * 500,
        [_reported(n, record="r", person=str(n % 2)) for n in range(4)],
        [_reported(0, reported_at=dt.datetime(1, 1, 1)), _reported(1, person="p0", unit="c")],
        [_reported(n, unit="b", date=dt.date(2026, 7, 5 + n)) for n in range(3)],
    ],
    ids=[
        "one row",
        "nothing is valid",
        "ten thousand versions of one record",
        "one person in every unit",
        "one row five hundred times",
        "a record of two persons",
        "reported in the year 1",
        "around a unit's first day",
    ],
)
def test_lopsided_frames_are_counted_as_any(engine: str, rows: list[Row]) -> None:
    """Extreme frames of every kind give the oracle's answer."""
    frame = to_pandas(rows)
    parts = [frame.iloc[::2], frame.iloc[1::2]]
    events = parts if engine == "chunks" else _on(engine, frame)
    assert_as_reckoned(events, rows, CAMPAIGN, as_of=LATE)


def test_the_order_of_rows_is_without_effect() -> None:
    """Counts, totals and the records shown are the same for shuffled rows."""
    frame = to_pandas(ROWS)
    first = tally(frame, CAMPAIGN, as_of=LATE, by_group=True)
    second = tally(frame.sample(frac=1, random_state=1), CAMPAIGN, as_of=LATE, by_group=True)
    pd.testing.assert_frame_equal(first.to_frame(), second.to_frame())
    assert first.problems == second.problems


def test_no_person_is_in_a_result() -> None:
    """Neither the counts nor the problems nor the lost claims hold a person's id."""
    frame = to_pandas(ROWS)
    found = tally(frame, CAMPAIGN, as_of=LATE, by="day", by_group=True, samples=50)
    lost = lost_claims(frame, CAMPAIGN, as_of=LATE)
    texts = "\n".join(
        table.to_csv() for table in (found.to_frame(), found.problems.to_frame(), lost)
    )
    assert "r000" in texts
    assert not any(row.person in texts for row in ROWS if row.person)


def test_a_second_counts_and_its_parts_do_not() -> None:
    """Two reports in one second are equal in turn: the lesser unit code has the person."""
    rows = [
        Row(
            "r1",
            0,
            dt.datetime(2026, 6, 2, 9, 0, 0, 1),
            "x",
            "b",
            dt.date(2026, 6, 1),
            "self_employed",
        ),
        Row(
            "r2",
            0,
            dt.datetime(2026, 6, 2, 9, 0, 0, 999_999),
            "x",
            "a",
            dt.date(2026, 6, 1),
            "self_employed",
        ),
    ]
    found = tally(to_pandas(rows), tiny(), as_of=dt.datetime(2026, 6, 2, 9))
    assert found.to_frame()["unit"].tolist() == ["a"]
    assert found.problems.totals == (("double", 1),)


def test_large_ids_with_a_gap_stay_apart() -> None:
    """Persons 2**62 + 1 and 2**62 + 2 are two, though a column with a gap would make floats."""
    rows = [
        Row(f"r{n}", 0, dt.datetime(2026, 6, 2), None, "a", dt.date(2026, 6, 1), "lapsed")
        for n in range(3)
    ]
    frame = to_pandas(rows).assign(person=pd.array([2**62 + 1, 2**62 + 2, None], dtype="Int64"))
    found = tally(frame, CAMPAIGN, as_of=LATE)
    assert found.to_frame()["persons"].sum() == 2
    assert found.problems.totals == (("no_person", 1),)


def test_simulated_events_mark_their_tally() -> None:
    """What is made from simulated reports says so."""
    assert tally(to_pandas(ROWS), CAMPAIGN, as_of=LATE, simulated=True).basis.simulated
    assert not tally(to_pandas(ROWS), CAMPAIGN, as_of=LATE).basis.simulated


# -- chunks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_group", [False, True])
def test_chunks_cut_in_any_way_give_the_whole(
    by_group: bool,  # noqa: FBT001 - pytest hands it over by name
) -> None:
    """An iterator of chunks is one frame, though records and persons are torn apart."""
    frame = to_pandas(ROWS)
    chunks = (frame.iloc[start : start + 300] for start in range(0, len(frame), 300))
    found = assert_as_reckoned(chunks, ROWS, CAMPAIGN, as_of=LATE, by_group=by_group)
    whole = tally(frame, CAMPAIGN, as_of=LATE, by_group=by_group)
    pd.testing.assert_frame_equal(found.to_frame(), whole.to_frame())
    assert [problem.record for problem in found.problems] == [
        problem.record for problem in whole.problems
    ]


def test_a_folder_of_parquet_gives_the_whole(tmp_path: Path) -> None:
    """A folder is read file by file."""
    need("pyarrow")
    frame = to_pandas(ROWS)
    for number in range(3):
        frame.iloc[number::3].to_parquet(tmp_path / f"part-{number}.parquet", index=False)
    assert_as_reckoned(tmp_path, ROWS, CAMPAIGN, as_of=LATE, by="day")


def test_a_path_without_parquet_is_refused(tmp_path: Path) -> None:
    """A folder with nothing to read is an error that says what is wanted."""
    with pytest.raises(ReportError, match=r"no folder with Parquet files -- give a folder"):
        tally(tmp_path, CAMPAIGN, as_of=LATE)


# -- claims that were lost -------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["pandas", "Polars", "DuckDB"])
def test_lost_claims_name_the_unit_that_counts_the_person(engine: str) -> None:
    """Each double of the oracle is one row, with its winner; nothing else is."""
    frame = _on(engine, to_pandas(ROWS))
    lost = lost_claims(frame, CAMPAIGN, as_of=LATE)
    wanted = reckon(ROWS, CAMPAIGN, as_of=LATE).doubles
    found = {
        (row["record"], row["unit"], row["channel"], row["won_record"], row["won_by"])
        for row in lost.to_dict("records")
    }
    assert found == {
        (loser.record, loser.unit, loser.channel, winner.record, winner.unit)
        for loser, winner in wanted
    }
    one = lost_claims(frame, CAMPAIGN, as_of=LATE, unit="a")
    pd.testing.assert_frame_equal(one, lost[lost["unit"] == "a"].reset_index(drop=True))


def _on(engine: str, frame: pd.DataFrame) -> object:
    if engine == "pandas":
        return frame
    need("pyarrow")
    import pyarrow as pa  # may not be installed

    table = pa.Table.from_pandas(frame, preserve_index=False)
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


# -- the triangle ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["pandas", "Polars", "DuckDB"])
def test_the_triangle_is_the_tally_of_every_date(engine: str) -> None:
    """Date by date the triangle is what a tally at that date says, revised records and all."""
    frame = to_pandas(ROWS)
    dates = ["2026-06-20", "2026-07-31", dt.datetime(2026, 9, 3, 12, 30), "2027-12-01"]
    triangle = tally_triangle(_on(engine, frame), CAMPAIGN, dates=dates)
    assert list(triangle.columns) == ["as_of", "unit", "period", "channel", "persons"]
    assert triangle["as_of"].nunique() == len(dates)
    for as_of, part in triangle.groupby("as_of"):
        alone = tally(frame, CAMPAIGN, as_of=as_of).frame
        pd.testing.assert_frame_equal(part.drop(columns="as_of").reset_index(drop=True), alone)


def test_a_triangle_needs_dates() -> None:
    """No dates is an error, not an empty table."""
    with pytest.raises(DefinitionError, match="as-of dates"):
        tally_triangle(to_pandas(ROWS), CAMPAIGN, dates=[])


# -- bad input -------------------------------------------------------------------------------------


def test_missing_columns_are_named_with_what_was_there() -> None:
    """The error names every column that is missing and every one that is there."""
    frame = to_pandas(ROWS).drop(columns=["person", "date"]).rename(columns={"unit": "county"})
    with pytest.raises(ReportError) as caught:
        tally(frame, CAMPAIGN, as_of=LATE)
    text = str(caught.value)
    assert "no column 'person', 'unit', 'date'" in text
    assert "'record', 'revision', 'reported_at', 'county'" in text


def test_groups_are_asked_for_only_where_they_are_used() -> None:
    """A frame without groups is fine until they are asked for."""
    frame = to_pandas(ROWS).drop(columns="group")
    tally(frame, CAMPAIGN, as_of=LATE)
    with pytest.raises(ReportError, match="no column 'group'"):
        tally(frame, CAMPAIGN, as_of=LATE, by_group=True)


@pytest.mark.parametrize("engine", ["pandas", "Polars", "DuckDB"])
def test_wrong_types_are_told_all_at_once(engine: str) -> None:
    """Numbers for codes, text for dates: one error with every column."""
    wrong = to_pandas(ROWS[:50]).assign(
        unit=430_406, date="2026-06-01", reported_at="2026-06-02 10:00", revision="0"
    )
    with pytest.raises(ReportError) as caught:
        tally(_on(engine, wrong), CAMPAIGN, as_of=LATE)  # type: ignore[arg-type]
    places = {problem.where for problem in caught.value.problems}
    assert places == {f"column '{name}'" for name in ("unit", "date", "reported_at", "revision")}


@pytest.mark.parametrize("engine", ["pandas", "Polars", "DuckDB"])
def test_times_in_a_zone_are_refused(engine: str) -> None:
    """An instant in a zone is not the civil time of a county: the caller converts."""
    frame = to_pandas(ROWS[:50])
    frame["reported_at"] = frame["reported_at"].dt.tz_localize("Asia/Shanghai")
    with pytest.raises(ReportError, match="column 'reported_at': times in the zone"):
        tally(_on(engine, frame), CAMPAIGN, as_of=LATE)  # type: ignore[arg-type]


def test_mixed_zones_are_refused() -> None:
    """Some times with a zone, some without, or two zones: none is guessed."""
    one, two = dt.UTC, dt.timezone(dt.timedelta(hours=8))
    frame = to_pandas(ROWS[:3])
    moments = [dt.datetime(2026, 6, 1, tzinfo=one), dt.datetime(2026, 6, 1, tzinfo=two), pd.NaT]
    with pytest.raises(ReportError, match="several zones"):
        tally(frame.assign(reported_at=pd.Series(moments, dtype=object)), CAMPAIGN, as_of=LATE)


def test_ids_that_ran_together_are_refused() -> None:
    """A float column whose ids exceed 2**53 has lost persons already."""
    frame = to_pandas(ROWS[:2]).assign(person=[float(2**62), float("nan")])
    with pytest.raises(ReportError, match="so large that ids run together"):
        tally(frame, CAMPAIGN, as_of=LATE)


@pytest.mark.parametrize("events", [None, 3, {"record": [1]}], ids=str)
def test_what_is_no_frame_is_refused(events: object) -> None:
    """Anything else is told what to hand over."""
    with pytest.raises(ReportError, match="is no data frame"):
        tally(events, CAMPAIGN, as_of=LATE)  # type: ignore[arg-type]


@pytest.mark.parametrize("engine", ["pandas", "Polars", "DuckDB"])
@pytest.mark.parametrize("by_group", [False, True])
def test_an_empty_frame_gives_an_empty_tally(engine: str, by_group: bool) -> None:  # noqa: FBT001 - pytest hands it over by name
    """No rows in, no rows out, the columns as ever."""
    empty = to_pandas(ROWS[:50]).iloc[:0]
    found = tally(_on(engine, empty), CAMPAIGN, as_of=LATE, by_group=by_group)  # type: ignore[arg-type]
    full = tally(to_pandas(ROWS), CAMPAIGN, as_of=LATE, by_group=by_group)
    assert found.rows_in == len(found.to_frame()) == found.problems.rows == 0
    pd.testing.assert_series_equal(found.to_frame().dtypes, full.to_frame().dtypes)


@pytest.mark.parametrize("engine", ["pandas", "Polars"])
def test_nulls_everywhere_are_explained(engine: str) -> None:
    """A frame of nothing but missing values is explained row by row."""
    frame = pd.DataFrame(dict.fromkeys(Row._fields, [None] * 5))
    found = tally(_on(engine, frame), CAMPAIGN, as_of=LATE, by_group=True)  # type: ignore[arg-type]
    assert found.problems.totals == (("not_yet_reported", 5),)


def test_a_hundred_thousand_units_half_of_them_unknown() -> None:
    """Every row of an unknown unit is explained, none is lost, and it is no matter of minutes."""
    county = CAMPAIGN.unit("a")
    known = [attrs.evolve(county, code=f"u{number:06d}", aliases=()) for number in range(50_000)]
    campaign = attrs.evolve(CAMPAIGN, units=(*CAMPAIGN.units, *known))
    rows = 100_000
    frame = pd.DataFrame(
        {
            "record": range(rows),
            "revision": 0,
            "reported_at": pd.Timestamp("2026-06-05"),
            "person": range(rows),
            "unit": [f"u{number:06d}" for number in range(rows)],
            "date": pd.Timestamp("2026-06-01"),
            "channel": "self_employed",
        }
    )
    found = tally(frame, campaign, as_of=LATE)
    assert found.problems.totals == (("unknown_unit", 50_000),)
    assert len(found.to_frame()) == 50_000


def test_an_option_and_a_campaign_that_cannot_be_tallied_are_refused() -> None:
    """An unknown period, and a campaign without channels."""
    with pytest.raises(DefinitionError, match="by: 'year' -- known: day"):
        tally(to_pandas(ROWS), CAMPAIGN, as_of=LATE, by="year")  # type: ignore[arg-type]
    silent = attrs.evolve(CAMPAIGN, channels=())
    with pytest.raises(DefinitionError, match="no channels -- a campaign needs channels"):
        tally(to_pandas(ROWS), silent, as_of=LATE)


def test_no_engine_is_asked_for_a_window() -> None:
    """`.over(` gives silently wrong rows on some engines: events are never counted with it."""
    package = Path(__file__).parents[3] / "src" / "coverage_campaign" / "reporting"
    users = [path.name for path in package.rglob("*.py") if ".over(" in path.read_text("utf-8")]
    assert users == []


def test_cells_of_reads_what_the_oracle_writes() -> None:
    """The comparison itself is not blind: a changed count is seen."""
    found = tally(to_pandas(ROWS), CAMPAIGN, as_of=LATE)
    cells = cells_of(found)
    assert cells == reckon(ROWS, CAMPAIGN, as_of=LATE).cells
    assert cells != reckon(ROWS[1:900], CAMPAIGN, as_of=LATE).cells

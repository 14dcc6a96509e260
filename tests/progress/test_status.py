"""One status a unit, with the true reason, and nothing in it that is dated after the day."""

import datetime as dt
from collections.abc import Sequence

import attrs
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coverage_campaign as cc
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.readings import Question, Readings
from coverage_campaign.model.responsibilities import CountingRule
from coverage_campaign.progress.progress import track
from coverage_campaign.progress.unit_progress import HINDRANCES, STATUSES
from support.campaigns import tiny
from support.small_progress import DAILY, Row, planned, received, tallied


def open_campaign() -> Campaign:
    """Return the tiny campaign with the question open whether losses are taken off."""
    return attrs.evolve(
        tiny(), questions=(Question("counted", "?"),), readings=Readings(), counting=CountingRule()
    )


def closed(code: str, day: str) -> Campaign:
    """Return the tiny campaign with a unit that closes on a day."""
    campaign = tiny()
    units = [
        attrs.evolve(unit, closed=day) if unit.code == code else unit for unit in campaign.units
    ]
    return attrs.evolve(campaign, units=units)


@pytest.mark.parametrize(
    ("done", "status"),
    [
        (50, "reached"),
        (51, "reached"),
        (20, "on_plan"),
        (19, "slightly_behind"),
        (18, "slightly_behind"),
        (17, "behind"),
    ],
)
def test_figures_are_compared_in_whole_persons(done: int, status: str) -> None:
    """Of 50 persons 20 are planned to day 4; up to 5 % of 50, which is 2.5, is slightly behind."""
    progress = track(planned(), tallied([("a", "2026-06-01", "all", done)]), as_of="2026-06-04")
    assert progress.status("a") == status
    assert progress.unit("a").reason is None


def test_a_unit_says_why_it_has_no_figure() -> None:
    """Silent, incomplete, closed, not open yet, open reading: a code and a sentence of its own."""
    silent = track(planned(), tallied(DAILY), as_of="2026-06-04")
    assert silent.status("c") == "not_reported"
    assert str(silent.unit("c").reason) == "no report counted"
    came = received(("a", "2026-06-01", "2026-07-01"))
    late = track(planned(), tallied(DAILY), as_of="2026-06-30", received=came)
    assert [unit.status for unit in late.units] == ["behind", "incomplete", "not_reported"]
    assert late.unit("b").reason is not None
    assert late.unit("b").reason["n"] == 0
    assert late.unit("b").reason["all"] == 1
    gone = closed("b", "2026-06-02")
    shut = track(planned(gone), tallied(DAILY, campaign=gone), as_of="2026-06-04")
    assert shut.status("b") == "closed"
    assert str(shut.unit("b").reason) == "closed since 2 Jun 2026"
    assert pd.isna(shut.to_frame()["rank"].iloc[1])
    assert not any("Birch" in note for note in shut.notes)


def test_an_open_reading_accuses_nobody() -> None:
    """All reported; whether losses count is open: only what hangs on the answer is left open."""
    campaign = open_campaign()
    rows = [*DAILY, ("c", "2026-06-02", "new_employer", 4)]
    progress = track(planned(campaign), tallied(rows, campaign=campaign), as_of="2026-06-04")
    ash, birch, cedar = progress.units
    assert (ash.done, ash.status, ash.rank, birch.done, cedar.done) == (None, "behind", 1, 0, 4)
    assert "readings.counted" in str(ash.reason)
    assert birch.reason is None
    assert cedar.reason is None
    assert progress.open_questions == ("counted",)
    assert progress.whole.done is None


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.sampled_from(("2026-06-01", "2026-06-02")),
            st.sampled_from(("new_employer", "resumed", "lapsed")),
            st.integers(0, 30),
        ),
        max_size=9,
    )
)
def test_an_open_question_opens_what_it_decides(rows: list[Row]) -> None:
    """Each cell is what gross and net both say, and left open where they differ."""
    asked = open_campaign()
    frames = [
        track(planned(one), tallied(rows, campaign=one), as_of="2026-06-04").to_frame()
        for one in (asked, asked.with_readings(counted="gross"), asked.with_readings(counted="net"))
    ]
    for cell, gross, net in zip(*(frame.to_numpy().ravel() for frame in frames), strict=True):
        both = (pd.isna(gross) and pd.isna(net)) or (gross is not pd.NA and gross == net)
        assert (
            (pd.isna(cell) and pd.isna(gross)) or cell == gross
            if both
            else (pd.isna(cell) or cell == "open_question")
        )


def test_the_frame_the_rows_and_the_arrays_agree() -> None:
    """Typed rows hold what the frame holds; only a unit without a hindrance has a rank."""
    progress = track(planned(), tallied(DAILY), as_of="2026-06-04")
    frame = progress.to_frame()
    for row, unit in zip(frame.to_dict("records"), progress.units, strict=True):
        for name, value in row.items():
            if name != "name":
                mine = getattr(unit, name)
                assert mine == value or (mine is None and pd.isna(value)), name
        assert (unit.status in HINDRANCES) is (unit.rank is None)
    assert [unit.unit for unit in progress.ranking] == ["a", "b", "c"]
    assert progress.whole.done == 15
    assert progress.unit("a").burden == 1000 * 50 / 500


def test_a_row_names_its_unit_in_every_language() -> None:
    """The label of a row is that of the campaign, and the whole has a name too."""
    progress = track(planned(), tallied(DAILY), as_of="2026-06-04")
    assert progress.unit("a").label.text("en") == "Ash"
    assert progress.whole.label.text("zh") == "合计"


def test_flags_stand_at_the_planned_unit() -> None:
    """A fall in what a county reports is a flag of the city that the plan is made for."""
    rows: list[Row] = [("a", "2026-06-01", "new_employer", 9), ("a", "2026-06-02", "resumed", -2)]
    progress = track(planned(), tallied(rows), as_of="2026-06-04")
    assert progress.quality_flags == {"a": ("fall",)}
    assert progress.context()["signals"].tolist() == ["fall", "", ""]
    assert track(planned(), tallied(rows), as_of="2026-06-01").quality_flags == {}


PERSONS = st.integers(-5, 400)
DAYS = st.integers(1, 10)
ROWS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        DAYS.map(lambda day: f"2026-06-{day:02d}"),
        st.sampled_from(("new_employer", "resumed", "lapsed")),
        PERSONS,
    ),
    max_size=20,
    unique_by=lambda row: row[:3],
)


def said(progress: cc.Progress) -> Sequence[object]:
    """Return what a progress says of its day, as plain values."""
    tables = (
        progress.to_frame(),
        progress.totals(),
        progress.context(),
        progress.unranked(),
        progress.bridge(),
        progress.gap_contributions(),
        progress.required_rate(),
        progress.rollup("channel"),
        progress.rollup("tier"),
        progress.running_totals(),
    )
    return [
        [frame.to_csv() for frame in tables],
        progress.notes,
        progress.units,
        progress.quality_flags,
        progress.explain("a"),
    ]


@pytest.mark.slow
@settings(deadline=None, max_examples=25)
@given(rows=ROWS, day=DAYS, counted=st.sampled_from(("gross", "net", None)))
def test_nothing_dated_after_a_day_is_in_what_is_said_of_it(
    rows: list[Row], day: int, counted: str | None
) -> None:
    """A progress is the same with and without the rows of later days."""
    campaign = attrs.evolve(open_campaign(), readings=Readings(counted=counted))
    as_of = dt.date(2026, 6, day)
    then = [row for row in rows if row[1] <= as_of.isoformat()]
    now, before = (
        track(planned(campaign), tallied(known, campaign=campaign), as_of=as_of)
        for known in (rows, then)
    )
    assert said(now) == said(before)


def test_every_status_is_one_of_the_list() -> None:
    """The list is what documents and charts have words for."""
    assert len(STATUSES) == 10
    assert set(HINDRANCES) < set(STATUSES)

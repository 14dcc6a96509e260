"""The watch list as a state machine: every opening, escalation and closure reckoned by hand."""

import datetime as dt
from collections.abc import Callable, Sequence

import attrs
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.allocation.allocate import allocate
from coverage_campaign.allocation.weights import by_measure
from coverage_campaign.errors import DefinitionError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.responsibilities import CountingRule
from coverage_campaign.model.targets import Channel, HeadcountTarget
from coverage_campaign.model.units import Breakdown, Measure, Unit
from coverage_campaign.progress.progress import Progress, track
from coverage_campaign.progress.triggers import (
    Behind,
    Falling,
    Running,
    Signalled,
    Unreported,
)
from coverage_campaign.progress.watchlist import STEPS, WatchlistStep, supervise
from coverage_campaign.reporting.sheets.read_reports import read_reports
from coverage_campaign.scheduling.schedule import schedule
from support.campaigns import tiny
from support.small_progress import DAILY, planned, received, tallied


def days(*numbers: int, rows: object = DAILY) -> list[Progress]:
    """Return the progresses of some days of June."""
    return [track(planned(), tallied(rows), as_of=f"2026-06-{day:02d}") for day in numbers]


LATE_THEN_THERE = (
    ("a", "2026-06-01", "all", 0),
    ("a", "2026-06-06", "all", 30),
    ("b", "2026-06-01", "all", 30),
    ("c", "2026-06-01", "all", 20),
)
"""Ash does nothing until day 6 and is then on the plan; the others have done all on day 1."""

ONCE = Behind(points=10, periods=1)
QUICK = (WatchlistStep("bulletin", 1), WatchlistStep("reminder", 1))


def test_a_case_opens_escalates_and_closes() -> None:
    """Behind on days 2 to 5, on the plan on day 6: opened, escalated when overdue, closed."""
    history = days(2, 3, 4, 5, 6, rows=LATE_THEN_THERE)
    result = supervise(history, rules=[ONCE], steps=QUICK)
    assert len(result.to_frame()) == 0
    moves = result.history()
    assert moves["move"].tolist() == ["opened", "escalated", "closed"]
    assert moves["step"].tolist() == ["bulletin", "reminder", "reminder"]
    assert moves["on"].dt.day.tolist() == [2, 4, 6]
    assert moves["due"].dt.day.fillna(0).tolist() == [3, 5, 0]
    assert "closed" in result.explain("a")
    assert "not on the watch list" in result.explain("b")
    assert "列入" in result.explain("a", lang="zh")
    assert "截至" in result.explain("b", lang="zh")


def test_before_the_due_day_is_over_nothing_escalates() -> None:
    """Due on day 3: on day 3 the case stands at its first step, on day 4 at the next."""
    on_day = supervise(days(2, 3, rows=LATE_THEN_THERE), rules=[ONCE], steps=QUICK).to_frame()
    assert on_day.iloc[0][["unit", "step"]].tolist() == ["a", "bulletin"]
    after = supervise(days(2, 3, 4, rows=LATE_THEN_THERE), rules=[ONCE], steps=QUICK).to_frame()
    assert after.iloc[0][["unit", "step"]].tolist() == ["a", "reminder"]
    assert after.iloc[0]["since"] == pd.Timestamp("2026-06-02")


def test_the_last_step_stays() -> None:
    """There is nothing after the last step; the case stays open there."""
    frame = supervise(days(2, 4, 6, 8, 10), rules=[ONCE], steps=QUICK).to_frame()
    assert frame.set_index("unit").loc["b", "step"] == "reminder"
    assert [step.code for step in STEPS] == ["bulletin", "reminder", "interview", "follow-up"]


def test_what_cannot_be_told_moves_nothing() -> None:
    """Cedar has no figure: a rule about gaps neither opens nor closes a case of it."""
    result = supervise(days(2, 4, 6), rules=[ONCE])
    assert "c" not in set(result.history()["unit"])


def test_more_than_so_many_points_is_exact() -> None:
    """Ash is exactly 10 points behind on day 4: not more than 10, but more than 9.99."""
    assert Behind(points=10, periods=1)(days(4))["a"] == False  # noqa: E712 - nullable
    assert Behind(points="9.99", periods=1)(days(4))["a"] == True  # noqa: E712 - nullable
    with pytest.raises(DefinitionError, match="decimal text"):
        Behind(points=9.99)
    with pytest.raises(DefinitionError, match="1 or more"):
        Behind(periods=0)


def test_in_a_row_needs_every_one_of_them() -> None:
    """Two in a row: one progress is not enough, nor are two with a good one between."""
    rule = Behind(points=10, periods=2)
    assert not rule(days(5, rows=LATE_THEN_THERE))["a"]
    assert rule(days(4, 5, rows=LATE_THEN_THERE))["a"]
    assert not rule(days(5, 6, rows=LATE_THEN_THERE))["a"]


def test_missing_reports_are_found_with_and_without_a_list() -> None:
    """Without a list the silent unit, with it everyone whose report did not come."""
    assert Unreported()(days(4)).to_dict() == {"a": False, "b": False, "c": True}
    came = received(("c", "2026-06-01", "2026-07-01"))
    known = track(planned(), tallied(DAILY), as_of="2026-06-30", received=came)
    assert Unreported()([known]).to_dict() == {"a": True, "b": True, "c": False}


def test_a_falling_pace_is_told_by_whole_persons() -> None:
    """4, 2, 1 persons in stretches of two days fall twice in a row; a steady unit does not."""
    rows = [
        *(("a", f"2026-06-0{day}", "all", done) for day, done in ((1, 6), (3, 4), (5, 2), (7, 1))),
        *(("b", f"2026-06-0{day}", "all", 1) for day in (1, 3, 5, 7)),
    ]
    history = days(2, 4, 6, 8, rows=rows)
    assert Falling(periods=2)(history).fillna(value=False).to_dict() == {
        "a": True,
        "b": False,
        "c": False,
    }
    assert Falling(periods=1)(history[:2]).isna().all()
    ahead = [(unit, day, channel, 10 * done) for unit, day, channel, done in rows]
    assert not Falling(periods=1)(days(2, 4, 6, rows=ahead))["a"]


def test_signals_and_burden_stand_beside_the_rank() -> None:
    """The list shows rank, completeness, burden and signals, and can be opened by a signal."""
    signals = pd.DataFrame({"unit": ["a", "a"], "signal": ["spike", "same figure three times"]})
    frame = supervise(days(4), rules=[Signalled(signals)], signals=signals).to_frame()
    assert list(frame.columns)[:5] == ["unit", "rule", "step", "since", "due"]
    row = frame.iloc[0]
    assert row["unit"] == "a"
    assert row["rank"] == 1
    assert row["burden_rate"] == 50 / 500
    assert row["signals"] == "spike; same figure three times"
    assert row["required_per_day"] == pytest.approx(35 / 6)
    assert pd.isna(row["complete"])


def test_signs_in_the_tally_are_found_without_being_given() -> None:
    """A figure taken back is a fall: it stands beside the case, and can open one."""
    rows = [("a", "2026-06-01", "all", 9), ("a", "2026-06-02", "all", -4)]
    frame = supervise(days(4, rows=rows), rules=[Signalled()]).to_frame()
    assert frame["unit"].tolist() == ["a"]
    assert "fall" in frame["signals"].iloc[0]


def test_low_reach_and_high_lapse_are_told_apart() -> None:
    """Who lost as many as half of what lacks has a lapse to stop, the others people to reach."""
    campaign = attrs.evolve(tiny(), counting=CountingRule(net=True))
    rows = [
        ("a", "2026-06-01", "all", 20),
        ("a", "2026-06-02", "lapsed", 15),
        ("b", "2026-06-01", "all", 1),
    ]
    progress = track(planned(campaign), tallied(rows, campaign=campaign), as_of="2026-06-04")
    frame = supervise([progress], rules=[ONCE]).to_frame().set_index("unit")
    assert frame["diagnosis"].to_dict() == {"a": "high lapse", "b": "low reach"}


def test_it_says_what_would_bring_a_unit_back() -> None:
    """On day 2 Ash has 0 and is planned 15 by day 3, when its step is due: 15 persons in a day.

    A step that is due after the plan's last day, 10 June, asks for all 50 by that day: 50 / 8.
    """
    frame = supervise(days(2, rows=LATE_THEN_THERE), rules=[ONCE], steps=QUICK).to_frame()
    assert frame["back_by"].tolist() == [pd.Timestamp("2026-06-03")]
    assert frame["back_per_day"].tolist() == [15]
    long = supervise(days(2, rows=LATE_THEN_THERE), rules=[ONCE])
    assert long.to_frame()["back_by"].tolist() == [pd.Timestamp("2026-06-10")]
    assert long.to_frame()["back_per_day"].tolist() == [50 / 8]
    assert long.explain("a").splitlines()[-1] == (
        "back on the plan by 10 Jun 2026: 7 persons a day (8 days)"
    )


def test_without_days_left_or_reports_nothing_would_bring_it_back() -> None:
    """On the plan's last day no day is left; of who is silent nobody knows what is lacking."""
    over = supervise(days(10, rows=LATE_THEN_THERE[:1]), rules=[Unreported(), ONCE]).to_frame()
    assert len(over) > 0
    assert over["back_by"].isna().all()
    assert over["back_per_day"].isna().all()
    silent = supervise(days(4), rules=[Unreported()]).to_frame()
    assert silent["unit"].tolist() == ["c"]
    assert silent["back_per_day"].isna().all()


def test_a_unit_that_joins_halfway_is_judged_from_then_on() -> None:
    """Cedar comes into the plan with the second progress: a row of two needs two of its own."""
    rows = [("a", "2026-06-01", "all", 50), ("b", "2026-06-01", "all", 30)]
    rows += [("c", f"2026-06-0{day}", "all", 0) for day in (4, 5)]
    first, *later = days(3, 4, 5, rows=rows)
    history = [attrs.evolve(first, frame=first.to_frame().query("unit != 'c'")), *later]
    twice = Behind(points=10, periods=2)
    assert len(supervise(history[:2], rules=[twice]).to_frame()) == 0
    assert supervise(history, rules=[twice]).to_frame()["unit"].tolist() == ["c"]


def test_a_list_needs_a_history_in_order() -> None:
    """No progress, progresses out of order, no step: every problem at once."""
    with pytest.raises(DefinitionError, match="no progress"):
        supervise([])
    with pytest.raises(DefinitionError, match="in date order"):
        supervise(days(4, 2))
    with pytest.raises(DefinitionError) as found:
        supervise(days(4, 4), steps=[])
    assert len(found.value.problems) == 2


def test_one_case_of_one_unit_is_named_so() -> None:
    """On day 4 only Ash is behind, by all that it should have done: one case."""
    one = supervise([track(planned(), tallied(LATE_THEN_THERE), as_of="2026-06-04")], rules=[ONCE])
    assert "1 open case of 1 unit" in repr(one)


def test_it_shows_itself() -> None:
    """The repr counts cases; the HTML and the totals hold them."""
    result = supervise(days(2, 4))
    assert "open cases of 2 units" in repr(result)
    assert "reports missing" in result._repr_html_()
    assert result.totals()["cases"].sum() == len(result.to_frame())


def test_a_plain_function_is_a_trigger() -> None:
    """Its name stands in the list; what is no Series of booleans by unit is refused by name."""

    def below_20(history: Sequence[Progress]) -> pd.Series:
        return history[-1].to_frame().set_index("unit")["done"] < 20

    frame = supervise(days(4), rules=[below_20]).to_frame()
    assert frame[["unit", "rule"]].to_numpy().tolist() == [["a", "below_20"], ["b", "below_20"]]
    with pytest.raises(DefinitionError, match="'small': returned list"):
        supervise(days(4), rules=[named("small", lambda _: [True])])
    with pytest.raises(DefinitionError, match="booleans by unit code"):
        supervise(days(4), rules=[named("other", lambda _: pd.Series({"x": True}))])


def named(name: str, function: Callable[..., object]) -> Callable[..., object]:
    """Return a function under another name."""
    function.__name__ = name
    return function


def test_a_missing_report_is_no_pace_of_nobody() -> None:
    """East has 45 of its 60 persons and no report of June: only that the report is missing is told.

    Without a list of reports it is silent in June while West is not: its pace is not told either.
    """
    rows = [("e", month, 15) for month in ("2026-03", "2026-04", "2026-05")]
    rows += [("w", month, 10) for month in ("2026-03", "2026-04", "2026-05", "2026-06")]
    units = [
        Unit("e", "East", "county", counts={"size": 3}),
        Unit("w", "West", "county", counts={"size": 2}),
    ]
    land = Campaign(
        code="x",
        label="X",
        year=2026,
        measures=[Measure("size", "Size")],
        units=units,
        breakdowns=[Breakdown("counties", "C", ["county"])],
        targets=[HeadcountTarget("p", "p", 100)],
        phases=[Phase("d", "Drive", "03-01", "06-30")],
        channels=[Channel("new", "New")],
    )
    plan = schedule(allocate(land, weights=by_measure("size")), over="d")
    frame = pd.DataFrame(rows, columns=["unit", "period", "persons"])
    tally = read_reports(frame, land, figures="new")
    came = frame[["unit", "period"]].assign(received_on="2026-07-01")
    ends = ("2026-04-30", "2026-05-31", "2026-06-30")
    rules = [ONCE, Falling(periods=1), Unreported()]
    known = [track(plan, tally, as_of=day, received=came) for day in ends]
    cases = supervise(known, rules=rules).to_frame()
    assert cases[["unit", "rule"]].to_numpy().tolist() == [["e", "reports missing"]]
    unlisted = [track(plan, tally, as_of=day) for day in ends]
    assert not len(supervise(unlisted, rules=[Falling(periods=1)]).to_frame())
    # The frame and the change since May say the same of East: not known.
    assert known[-1].to_frame()["new"].isna().tolist() == [True, False]
    assert known[-1].change_since()["new"].isna().tolist() == [True, False]
    assert known[-1].change_since()["new"].iloc[1] == 10


def test_two_periods_running_are_looked_at_without_a_progress_for_each() -> None:
    """From one progress of day 5: Ash was behind on days 4 and 5 running, on day 6 no longer."""
    twice = Running(ONCE, periods=2)
    assert twice(days(5, rows=LATE_THEN_THERE))["a"]
    assert not twice(days(6, rows=LATE_THEN_THERE))["a"]
    assert not Running(ONCE, periods=9)(days(5, rows=LATE_THEN_THERE))["a"]
    assert "2 periods running" in str(twice.message)


def test_a_slip_is_no_falling_pace() -> None:
    """Three persons a day; 30 are reported on day 4, and 27 of them taken back on day 5."""
    steady = [("a", f"2026-06-{day:02d}", "all", 3) for day in range(1, 9)]
    slipped = [row if row[1] != "2026-06-04" else (*row[:3], 30) for row in steady]
    slipped = [row if row[1] != "2026-06-05" else (*row[:3], -24) for row in slipped]
    for rows in (steady, slipped):
        history = days(2, 4, 6, rows=rows)
        assert not Falling(periods=1)(history)["a"]


STEPS_A_DAY = st.lists(st.integers(0, 15), min_size=10, max_size=10)


@pytest.mark.slow
@settings(deadline=None, max_examples=15)
@given(done=STEPS_A_DAY, cut=st.integers(1, 9))
def test_the_machine_is_strict_and_steady(done: list[int], cut: int) -> None:
    """A run cut short has the same moves up to there; cases open, then escalate, then close."""
    rows = [("a", f"2026-06-{day:02d}", "all", new) for day, new in enumerate(done, start=1)]
    history = days(*range(1, 11), rows=rows)
    full = supervise(history, rules=[ONCE], steps=QUICK)
    part = supervise(history[:cut], rules=[ONCE], steps=QUICK)
    until = history[cut - 1].as_of
    assert part.moves == tuple(move for move in full.moves if move.on <= until)
    state = "closed"
    allowed = {"closed": {"opened"}, "opened": {"escalated", "closed"}, "escalated": {"closed"}}
    for move in (move for move in full.moves if move.unit == "a"):
        assert move.move in allowed[state]
        state = move.move
        assert move.due is None or move.due > move.on
    assert (state != "closed") == ("a" in set(full.to_frame()["unit"]))
    assert full.as_of == dt.date(2026, 6, 10)

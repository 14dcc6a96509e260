"""What is said of a day is the same whatever is dated or reported after it."""

import functools
from typing import TypeAlias

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import coverage_campaign as cc

DAY = pd.Timestamp("2008-09-30")
UNITS = ("430405", "430406", "430421", "430422")
CHANNELS = ("new_employer", "self_employed", "resumed", "lapsed", "transferred_out")
Event: TypeAlias = tuple[str, int, int, str]
"""Unit, days of the event before (negative: after) the day, days until it is reported, channel."""

events = st.tuples(
    st.sampled_from(UNITS), st.integers(-90, 120), st.integers(0, 120), st.sampled_from(CHANNELS)
)
arrivals = st.tuples(st.sampled_from(UNITS), st.sampled_from((7, 8, 9, 10)), st.integers(1, 120))


@functools.cache
def plan() -> cc.Plan:
    """Return the plan of Hengyang over the special action."""
    campaign = cc.load_case("hengyang", year=2008)
    allocation = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    return cc.schedule(allocation, over="special-action")


def framed(rows: list[Event]) -> pd.DataFrame:
    """Return the events as they come in, each with a record and a person of its own."""
    dates = [DAY - pd.Timedelta(days=before) for _, before, _, _ in rows]
    return pd.DataFrame(
        {
            "record": [f"r{number}" for number in range(len(rows))],
            "revision": 0,
            "reported_at": pd.DatetimeIndex(
                [
                    date + pd.Timedelta(days=until)
                    for date, (_, _, until, _) in zip(dates, rows, strict=True)
                ]
            ),
            "person": [f"p{number}" for number in range(len(rows))],
            "unit": pd.array([unit for unit, _, _, _ in rows], dtype="str"),
            "date": pd.DatetimeIndex(dates),
            "channel": pd.array([channel for _, _, _, channel in rows], dtype="str"),
        }
    )


def is_later(event: Event) -> bool:
    """Tell whether an event is dated or reported after the day."""
    _, before, until, _ = event
    return before < 0 or until > before


def received(rows: list[tuple[str, int, int]]) -> pd.DataFrame:
    """Return the reports of each unit for July and August, and others that came in."""
    due = [(unit, month, 10) for unit in UNITS for month in (7, 8)]
    table = pd.DataFrame([*due, *rows], columns=["unit", "month", "after"])
    ends = pd.to_datetime("2008-" + table["month"].astype(str) + "-01") + pd.offsets.MonthEnd(0)
    arrived = ends + pd.to_timedelta(table["after"], unit="D")
    # The list of a day holds what came in by then; of two arrivals the first one counts.
    return (
        pd.DataFrame({"unit": table["unit"], "period": ends, "received_on": arrived})
        .sort_values("received_on", kind="stable")
        .drop_duplicates(["unit", "period"])
        .reset_index(drop=True)
    )


def progresses(
    rows: list[Event],
    came: list[tuple[str, int, int]],
    by: str,
    *,
    known: pd.Timestamp | None = None,
) -> list[cc.Progress]:
    """Return the progress at the end of July, August and September, as known then or on a day."""
    found = []
    for day in ("2008-07-31", "2008-08-31", "2008-09-30"):
        end = pd.Timestamp(day)
        tally = cc.tally(framed(rows), plan().campaign, as_of=known or end, by=by)
        found.append(cc.track(plan(), tally, as_of=end, received=received(came)))
    return found


def said(history: list[cc.Progress]) -> dict[str, object]:
    """Return what the stages say of the last day."""
    last = history[-1]
    ahead, watched = cc.forecast(last), cc.supervise(history, rules=[*RULES, cc.Signalled()])
    return {
        "track": last.to_frame(),
        "totals": last.totals(),
        "history": last.history().dropna(),
        "ranking": [(unit.unit, unit.rank) for unit in last.ranking],
        "ranges": last.rank_ranges(error="10%"),
        "changes": last.change_since(),
        "signs": last.quality_flags,
        "context": last.context(),
        "notes": last.notes,
        "forecast": ahead.to_frame(),
        "fan": ahead.fan(),
        "set aside": ahead.set_aside(),
        "doubts": ahead.notes,
        "watch list": watched.to_frame(),
        "moves": watched.history(),
    }


RULES = (cc.Behind(), cc.Unreported(), cc.Falling(periods=1))


def same(one: object, other: object) -> bool:
    """Tell whether two answers are the same."""
    return one.equals(other) if isinstance(one, pd.DataFrame) else one == other


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(events, min_size=4, max_size=20),
    came=st.lists(arrivals, max_size=4),
    by=st.sampled_from(("day", "month")),
)
def test_nothing_that_comes_later_changes_what_is_said_of_a_day(
    rows: list[Event], came: list[tuple[str, int, int]], by: str
) -> None:
    """Events dated or reported later, and reports that arrive later, move no stage of the day."""
    first = [event for event in rows if not is_later(event)]
    first = [*first, ("430405", 40, 0, "new_employer")]
    later = [event for event in rows if is_later(event)]
    in_time = [one for one in came if received([one])["received_on"].iloc[-1] <= DAY]
    then = said(progresses(first, in_time, by))
    now = said(progresses([*first, *later], came, by))
    assert [name for name in then if not same(then[name], now[name])] == []


@pytest.mark.slow
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(events, min_size=4, max_size=20), by=st.sampled_from(("day", "month")))
def test_nothing_dated_later_changes_a_day_that_is_looked_at_again(
    rows: list[Event], by: str
) -> None:
    """September as it is known next year: events of October to January are not in it."""
    then = [*(event for event in rows if event[1] >= 0), ("430405", 40, 0, "new_employer")]
    later = [event for event in rows if event[1] < 0]
    known = pd.Timestamp("2009-06-30")
    one, other = (said(progresses(some, [], by, known=known)) for some in (then, [*then, *later]))
    assert [name for name in one if not same(one[name], other[name])] == []


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(events, min_size=4, max_size=12))
def test_nothing_that_comes_later_changes_a_bulletin_or_an_assessment(rows: list[Event]) -> None:
    """Scores, their reasons and the whole text, but for the number of rows left out."""
    first = [event for event in rows if not is_later(event)]
    first = [*first, ("430405", 40, 0, "new_employer")]
    later = [event for event in rows if is_later(event)]
    then, now = (progresses(some, [], "day")[-1] for some in (first, [*first, *later]))
    scores = [cc.assess(one, one.campaign.scheme).to_frame() for one in (then, now)]
    pd.testing.assert_frame_equal(*scores)
    again = f"{now.tally.problems.rows:,}/{now.tally.rows_in:,}"
    rows_left = f"{then.tally.problems.rows:,}/{then.tally.rows_in:,}"
    text = cc.bulletin(now).to_markdown().replace(again, rows_left)
    assert text == cc.bulletin(then).to_markdown()

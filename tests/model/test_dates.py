"""What names a day, and which reporting period a day lies in."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage_campaign.errors import DefinitionError
from coverage_campaign.model.dates import Period, Periods, to_date, to_instant


@pytest.mark.parametrize(
    "text",
    [
        *("2008-07", "now", "today", "2008071", "2008-7-1", "20080701", "2008-W27-1", "2008"),
        *(
            "2008-02-30",
            "2008-07-01T",
            "2008-07-01T25:00",
            " 2008-07-01",
            "07-01",
            "",
            "٢٠٠٨-٠٧-٠١",
        ),
        *("0099-01-01", "9999-12-31"),
    ],
)
def test_text_that_names_no_full_day_is_refused(text: str) -> None:
    """A month, the clock, a day of the year, a far year: none of them is a day."""
    for read in (to_date, to_instant):
        with pytest.raises(DefinitionError, match=r"is no date|the year"):
            read(text)


@pytest.mark.parametrize("value", [None, 20080701, 3.5, True, float("nan"), b"2008-07-01"])
def test_what_is_neither_date_nor_text_is_refused(value: object) -> None:
    """A number is no day, whatever it may stand for."""
    with pytest.raises(DefinitionError, match="is no date"):
        to_date(value)  # type: ignore[arg-type]  # this is what is tested


def test_a_date_means_to_its_end_and_a_time_that_instant() -> None:
    """A day is known when it is over, an instant at once."""
    assert to_instant("2008-07-31") == dt.datetime.fromisoformat("2008-07-31 23:59:59")
    assert to_instant("2008-07-31 08:30") == dt.datetime.fromisoformat("2008-07-31 08:30")
    for read in (to_date, to_instant):
        with pytest.raises(DefinitionError, match="time zone"):
            read("2008-07-31T20:00Z")


def named_by_hand(day: dt.date, by: Period, starts_on: int) -> dt.date:
    """Return the name of a day's period, found by going forward day by day."""
    if by == "day":
        return day
    if by == "week":
        while day.isoweekday() != starts_on:
            day -= dt.timedelta(days=1)
        return day
    while (day + dt.timedelta(days=1)).day != starts_on:
        day += dt.timedelta(days=1)
    month = day.month if by == "month" else (day.month - 1) // 3 * 3 + 1
    return dt.date(day.year, month, 1)


@given(
    day=st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)),
    by=st.sampled_from(["day", "week", "month", "quarter"]),
    start=st.integers(1, 28),
)
def test_a_period_is_named_as_going_day_by_day_names_it(
    day: dt.date, by: Period, start: int
) -> None:
    """The name is that of the month in which the period ends; bounds hold the day, end to end."""
    starts_on = 1 if by == "day" else 1 + (start - 1) % 7 if by == "week" else start
    periods = Periods(by, starts_on)
    number = periods.number([day])
    assert periods.of([day]).tolist() == [named_by_hand(day, by, starts_on)]
    assert periods.number(periods.name(number)).tolist() == number.tolist()
    first, last = periods.first(number).tolist()[0], periods.last(number).tolist()[0]
    assert first <= day <= last
    assert periods.number([first, last]).tolist() == [number[0]] * 2
    around = [first - dt.timedelta(days=1), last + dt.timedelta(days=1)]
    assert periods.number(around).tolist() == [number[0] - 1, number[0] + 1]


def test_no_day_has_no_period() -> None:
    """NaT stays NaT through numbers and names."""
    for by in ("day", "week", "month", "quarter"):
        assert np.isnat(Periods(by).of(["NaT"])).all()


@pytest.mark.parametrize(
    ("by", "starts_on"), [("month", 29), ("month", 0), ("week", 8), ("day", 2), ("year", 1)]
)
def test_a_period_that_cannot_be_is_refused(by: Period, starts_on: int) -> None:
    """A month that starts on the 29th would leave out a February."""
    with pytest.raises(DefinitionError, match=r"starts on|known: day"):
        Periods(by, starts_on)

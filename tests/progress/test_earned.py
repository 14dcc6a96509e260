"""Gaps in days: Lipke's formula by hand, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.progress.indicators import gap_days

EVEN = np.arange(1, 11) / 10


def one(done: int, planned: int, target: int, curve: np.ndarray, elapsed: int) -> float:
    """Return the gap of one unit."""
    arrays = (np.array([done]), np.array([planned]), np.array([target]))
    return float(gap_days(*arrays, curve=curve, elapsed=elapsed)[0])


def test_half_a_day_is_half_a_day() -> None:
    """25 of 100 over ten even days is reached in the middle of day 3; on day 4 that is 1.5 late."""
    assert one(25, 40, 100, EVEN, 4) == pytest.approx(-1.5)
    assert one(55, 40, 100, EVEN, 4) == pytest.approx(1.5)


def test_hengyang_on_31_july() -> None:
    """35,000 of 76,000 over 214 days are due on day 98.55: 37.55 days ahead on day 61."""
    curve = np.arange(1, 215) / 214
    assert one(35_000, 21_664, 76_000, curve, 61) == pytest.approx(35 / 76 * 214 - 61)


def test_a_pause_of_the_plan_counts_the_days_behind() -> None:
    """The plan rests on days 3 to 5: one person short of day 2's level on day 5 is over 3 late."""
    pause = np.array([0.25, 0.5, 0.5, 0.5, 0.5, 1.0])
    assert one(49, 50, 100, pause, 5) == pytest.approx(1.96 - 5)
    assert one(51, 50, 100, pause, 5) == pytest.approx(5.02 - 5)


def test_nothing_done_and_all_done() -> None:
    """Nothing done is as late as the days that are over; all done reaches the plan's last day."""
    assert one(0, 40, 100, EVEN, 4) == -4
    assert one(100, 40, 100, EVEN, 4) == 6
    assert one(130, 40, 100, EVEN, 4) == 6
    assert one(-5, 40, 100, EVEN, 4) == -4


@settings(deadline=None)
@given(
    weights=st.lists(st.integers(0, 5), min_size=1, max_size=30).filter(any),
    target=st.integers(1, 500),
    done=st.integers(-20, 700),
    data=st.data(),
)
def test_the_sign_never_contradicts_the_persons(
    weights: list[int], target: int, done: int, data: st.DataObject
) -> None:
    """No gap of persons is none of days; behind is never positive, ahead never negative."""
    curve = np.cumsum(weights) / sum(weights)
    elapsed = data.draw(st.integers(0, len(weights)))
    planned = round(target * (float(curve[elapsed - 1]) if elapsed else 0.0))
    days = one(done, planned, target, curve, elapsed)
    assert -elapsed <= days <= len(weights) - elapsed
    if done == planned:
        assert days == 0
    assert days * (done - planned) >= 0


def test_nobody_is_late_before_the_first_day_on_which_anything_is_planned() -> None:
    """Open on the third of four days: with nobody at the end of the third it is one day behind."""
    curve = np.array([0.0, 0.0, 0.5, 1.0])
    gap = gap_days(np.array([0]), np.array([50]), np.array([100]), curve=curve, elapsed=3)
    assert gap.tolist() == [-1.0]

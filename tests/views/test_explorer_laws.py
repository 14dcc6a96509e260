"""Laws of the explorer: whatever is moved, what it shows is what the library reckons."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coverage_campaign as cc
from support.explorer_cases import cells_of, small

METHODS = ["webster", "hamilton", "jefferson", "adams", "hill", "dean", "stationary", "modified"]
MOVES = st.one_of(
    st.tuples(st.just("total"), st.integers(0, 400)),
    st.tuples(st.just("method"), st.sampled_from(METHODS)),
    st.tuples(st.just("parameter"), st.sampled_from([0.0, 0.3, 0.5, 1.0, 1.4])),
    st.tuples(st.sampled_from(["eligible", "covered", "uncovered", "equal"]), st.integers(0, 100)),
    st.tuples(st.just("unit"), st.sampled_from(["a", "b", "c"])),
    st.tuples(st.sampled_from(["floor", "cap"]), st.sampled_from(["", "0", "7", "40", "x"])),
    st.tuples(st.just("uplift"), st.sampled_from([0.0, 2.5, 10.0])),
    st.tuples(st.just("curve"), st.sampled_from(["even", "working_days", "ramp"])),
)


@pytest.fixture(autouse=True)
def without_pictures() -> Iterator[None]:
    """Leave the drawing out: it is slow, and other tests look at it."""
    with patch("coverage_campaign.views.explorer.explorer.picture_html", return_value=""):
        yield


def move(explorer: cc.Explorer, name: str, value: object) -> None:
    """Move one control."""
    control = explorer.weights.get(name) or getattr(explorer, name)
    control.value = value


@pytest.mark.slow
@given(moves=st.lists(MOVES, max_size=5))
@settings(max_examples=20, deadline=None)
def test_what_is_shown_is_what_a_run_gives(moves: list[tuple[str, object]]) -> None:
    """Scenario, outcome, table and code agree after any moves, possible or not."""
    explorer = cc.explorer(small())
    for name, value in moves:
        move(explorer, name, value)
    again = cc.run(explorer.scenario)
    assert again.allocation.shares().equals(explorer.allocation.shares())
    assert int(explorer.allocation.shares().sum()) == explorer.allocation.total
    names: dict[str, object] = {}
    exec(explorer.to_code(), names)  # noqa: S102 - our own code is what is tested
    assert names["scenario"] == explorer.scenario
    heading, *rows = cells_of(explorer._numbers.value)
    shown = [int(row[heading.index("Now")].replace(",", "")) for row in rows]
    assert shown[:-1] == explorer.allocation.shares().tolist()
    assert shown[-1] == explorer.allocation.total
    if not explorer.message:
        assert explorer.allocation.total == explorer.total.value


@pytest.mark.slow
@given(moves=st.lists(MOVES, max_size=5))
@settings(max_examples=8, deadline=None)
def test_a_reset_undoes_any_moves(moves: list[tuple[str, object]]) -> None:
    """Whatever was moved, the baseline is back, and nothing is said to differ."""
    explorer = cc.explorer(small())
    for name, value in moves:
        move(explorer, name, value)
    explorer.reset()
    assert explorer.scenario == small()
    assert explorer.message == ""
    assert repr(explorer) == "<Explorer of tiny: at the baseline>"

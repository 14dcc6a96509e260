"""What holds of every result, whatever made it: it shows itself, never changes, and comes back."""

import functools
import re
from collections.abc import Callable

import attrs
import numpy as np
import pandas as pd
import pytest

import coverage_campaign as cc
from support.campaigns import tiny

CAMPAIGN = tiny()
ELIGIBLE = cc.weights.by_measure("eligible")


@functools.cache
def allocation() -> cc.Allocation:
    """Return 100 people shared by eligible people."""
    return cc.allocate(CAMPAIGN, weights=ELIGIBLE)


@functools.cache
def plan() -> cc.Plan:
    """Return the plan over the drive."""
    return cc.schedule(allocation(), over="drive")


@functools.cache
def tally() -> cc.Tally:
    """Return 20 people of June in each county."""
    frame = pd.DataFrame({"unit": ["a", "b", "c"], "period": "2026-06", "persons": [20, 20, 20]})
    return cc.read_reports(frame, CAMPAIGN, figures="new")


@functools.cache
def progress() -> cc.Progress:
    """Return the progress at the end of the drive."""
    return cc.track(plan(), tally(), as_of="2026-06-30")


@functools.cache
def scenario() -> cc.Scenario:
    """Return the same run as a scenario, by a method with options."""
    method = functools.partial(cc.apportion.hamilton, quota="hare")
    return cc.Scenario(campaign=CAMPAIGN, weights=ELIGIBLE, over="drive", method=method)


def crossed() -> cc.CrossAllocation:
    """Return counties by departments."""
    rows = cc.allocate(CAMPAIGN, weights=ELIGIBLE)
    units = CAMPAIGN.leaves("departments")
    columns = cc.allocate(CAMPAIGN, among="departments", weights=dict.fromkeys(_codes(units), 1))
    return cc.cross(rows, columns, weights="margins")


def _codes(units: tuple[cc.Unit, ...]) -> list[str]:
    return [unit.code for unit in units]


RESULTS: dict[str, Callable[[], object]] = {
    "allocation": allocation,
    "cross": crossed,
    "plan": plan,
    "tally": tally,
    "progress": progress,
    "rollup": lambda: cc.roll_up(tally()),
    "forecast": lambda: cc.forecast(progress()),
    "watchlist": lambda: cc.supervise([progress()]),
    "assessment": lambda: cc.assess(progress(), CAMPAIGN.scheme),
    "letters": lambda: cc.letters(allocation()),
    "outcome": lambda: cc.run(scenario()),
    "comparison": lambda: cc.compare(cc.run(scenario()), cc.run(cc.vary(scenario(), target=120))),
    "study": lambda: cc.explore(scenario(), over={"target": [100, 120]}),
    "reallocation": lambda: cc.reallocate(allocation(), progress()),
    "optimum": lambda: cc.optimize(CAMPAIGN, need=ELIGIBLE),
    "simulation": lambda: cc.simulate(plan(), seed=1),
    "findings": lambda: cc.review(CAMPAIGN),
}
NAMELESS = {"study", "simulation"}  # inputs of a grid; rows of events


@functools.cache
def result(kind: str) -> object:
    """Return a result of a kind, made once."""
    return RESULTS[kind]()


@pytest.mark.parametrize("kind", RESULTS)
def test_a_result_has_what_every_result_has_or_a_reason(kind: str) -> None:
    """A frame, a repr and a notebook's table always; what it lacks its class names, with why."""
    made = result(kind)
    assert len(repr(made)) < 2_000
    assert "<script" not in made._repr_html_()
    missing = {
        name for name in ("basis", "notes", "plot", "explain") if not hasattr(type(made), name)
    } - {field.name for field in attrs.fields(type(made))}
    named = re.findall(r"no `(\w+)`", " ".join((type(made).__doc__ or "").split()))
    assert missing == set(named)


@pytest.mark.parametrize("kind", RESULTS)
def test_a_frame_has_plain_columns_and_names(kind: str) -> None:
    """Rows are numbered, columns are texts, and beside the code of a unit stands its name."""
    frame = result(kind).to_frame()
    assert isinstance(frame.index, pd.RangeIndex)
    assert all(isinstance(name, str) for name in frame.columns)
    if "unit" in frame.columns and kind not in NAMELESS:
        assert "name" in frame.columns


@pytest.mark.parametrize("kind", RESULTS)
def test_nobody_can_change_a_result(kind: str) -> None:
    """Frames that are handed out are the caller's own; arrays cannot be written to."""
    made = result(kind)
    before = cc.to_json(made) if kind != "simulation" else made.to_frame()
    spoil(made.to_frame())
    for name in [name for name in dir(type(made)) if not name.startswith("_")]:
        if isinstance(getattr(type(made), name), property) or name in fields(made):
            value = getattr(made, name)
            if isinstance(value, (pd.DataFrame, pd.Series)):
                spoil(value)
            elif isinstance(value, np.ndarray) and value.size:
                with pytest.raises(ValueError, match="read-only"):
                    value[...] = value
    if kind == "simulation":
        pd.testing.assert_frame_equal(made.to_frame(), before)
    else:
        assert cc.to_json(made) == before


def fields(made: object) -> set[str]:
    """Return the names of a value's fields."""
    return {field.name for field in attrs.fields(type(made))}


def spoil(data: pd.DataFrame | pd.Series) -> None:
    """Write over what was handed out, in place, by every way that there is."""
    columns = [data] if isinstance(data, pd.Series) else [data[name] for name in data.columns]
    for column in columns:
        if len(column):
            try:
                column.array[0] = column.array[-1]
                column.iloc[0] = None
            except (TypeError, ValueError):
                pass  # what cannot be written cannot be spoilt
    if isinstance(data, pd.DataFrame):
        data["spoilt"] = 1


@pytest.mark.parametrize("kind", [kind for kind in RESULTS if kind != "simulation"])
def test_a_result_comes_back_equal(kind: str) -> None:
    """Results compare by value, and JSON gives an equal one back."""
    made = result(kind)
    assert cc.from_json(cc.to_json(made)) == made


def test_results_of_other_inputs_are_not_equal() -> None:
    """Equal means equal in every figure: one more person is another result."""
    assert allocation() == cc.allocate(CAMPAIGN, weights=ELIGIBLE)
    assert allocation() != cc.allocate(CAMPAIGN, weights=ELIGIBLE, target=101)

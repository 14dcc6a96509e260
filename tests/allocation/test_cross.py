import pandas as pd
import pytest

from campaigns import tiny
from coverage_campaign.allocation import weights
from coverage_campaign.allocation.allocate import allocate
from coverage_campaign.allocation.cross import cross
from coverage_campaign.errors import DefinitionError, InfeasibleError


def test_both_margins_are_exact() -> None:
    """Counties and departments sum to their own shares, to one person."""
    counties = allocate(tiny(), weights=weights.eligible)
    departments = allocate(tiny(), among="departments", weights={"labour": 2, "schools": 1})
    frame = cross(counties, departments, weights="margins").to_frame()
    assert frame.groupby("unit")["share"].sum().to_dict() == {"a": 50, "b": 30, "c": 20}
    assert frame.groupby("department")["share"].sum().to_dict() == {"labour": 67, "schools": 33}


def test_an_empty_cell_stays_empty() -> None:
    """A weight of 0 keeps schools out of Cedar, and the margins still hold."""
    counties = allocate(tiny(), weights=weights.eligible)
    departments = allocate(tiny(), among="departments", weights={"labour": 2, "schools": 1})
    table = pd.DataFrame({"labour": [1, 1, 1], "schools": [1, 1, 0]}, index=["a", "b", "c"])
    frame = cross(counties, departments, weights=table).to_frame()
    cell = frame[(frame["unit"] == "c") & (frame["department"] == "schools")]
    assert cell["share"].tolist() == [0]
    assert frame["share"].sum() == 100


def test_two_halves_are_no_cross() -> None:
    """Cuts that do not share out the same people are refused with both sums."""
    counties = allocate(tiny(), weights=weights.eligible)
    half = allocate(tiny(), among="departments", weights={"labour": 1, "schools": 1}, target=50)
    with pytest.raises(InfeasibleError, match=r"100.*50"):
        cross(counties, half, weights="margins")


def test_a_missing_cell_is_named() -> None:
    """A mapping without a cell says which one."""
    counties = allocate(tiny(), weights=weights.eligible)
    departments = allocate(tiny(), among="departments", weights={"labour": 1, "schools": 1})
    with pytest.raises(DefinitionError, match=r"'c', 'schools'.*missing"):
        cross(
            counties,
            departments,
            weights={(unit, "labour"): 1 for unit in "abc"}
            | {("a", "schools"): 1, ("b", "schools"): 1},
        )


def test_the_issued_table_has_both_margins() -> None:
    """The annex as issued ends in a total row and a total column of 100 people."""
    counties = allocate(tiny(), weights=weights.eligible)
    departments = allocate(tiny(), among="departments", weights={"labour": 2, "schools": 1})
    table = cross(counties, departments, weights="margins").to_table(lang="zh")
    assert table.loc["合计", "合计"] == 100

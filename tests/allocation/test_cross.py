import re
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from coverage_campaign.allocation import weights
from coverage_campaign.allocation.allocate import allocate
from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.cross import CrossAllocation, cross, partition
from coverage_campaign.errors import DefinitionError, InfeasibleError
from coverage_campaign.files.json_values import from_json, to_json
from support.campaigns import tiny


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


def test_a_matrix_means_the_leaves_in_file_order() -> None:
    """A matrix gives what the same numbers give by code, and one of another shape is refused."""
    counties = allocate(tiny(), weights=weights.eligible)
    departments = allocate(tiny(), among="departments", weights={"labour": 2, "schools": 1})
    by_code = pd.DataFrame({"labour": [4, 1, 3], "schools": [2, 5, 0]}, index=["a", "b", "c"])
    given = cross(counties, departments, weights=by_code.to_numpy())
    assert (given.cells == cross(counties, departments, weights=by_code).cells).all()
    for wrong, found in ((np.ones((2, 3)), r"\(2, 3\)"), (None, "none")):
        with pytest.raises(DefinitionError, match=f"weights: .*{found}.* 3 x 2"):
            cross(counties, departments, weights=wrong)


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


def crossed(**options: object) -> CrossAllocation:
    """Return counties (50, 30, 20) across departments (67, 33) by weights of the caller."""
    counties = allocate(tiny(), weights=weights.eligible)
    departments = allocate(tiny(), among="departments", weights={"labour": 2, "schools": 1})
    given = {"weights": {(row, column): place for place, (row, column) in enumerate(CELLS, 3)}}
    return cross(counties, departments, **given | options)  # type: ignore[arg-type]


CELLS = [(row, column) for row in "abc" for column in ("labour", "schools")]


def test_each_cell_can_be_redone_on_a_calculator() -> None:
    """The weight over both divisors, rounded to the nearest, is the cell."""
    found = crossed()
    assert found.certificate.verdict == "unique"
    table = found.to_frame().set_index(["unit", "department"])["share"]
    for place, (row, column) in enumerate(CELLS, 3):
        sentence = found.explain(row, column)
        numbers = re.search(r"weight ([\d.,]+) ÷ \(([\d.,]+) x ([\d.,]+)\)", sentence)
        assert numbers is not None
        weight, one, other = (Fraction(text.replace(",", "")) for text in numbers.groups())
        assert weight == place
        assert int(weight / (one * other) + Fraction(1, 2)) == table[row, column]


def test_cells_keep_their_floors_and_caps() -> None:
    """Schools take at most 2 in Ash, and at least 20 in Birch."""
    found = crossed(caps={("a", "schools"): 2}, floors={("b", "schools"): 20})
    table = found.to_frame().set_index(["unit", "department"])["share"]
    assert table["a", "schools"] == 2
    assert table["b", "schools"] == 20
    assert table["c", "schools"] == 33 - 22
    with pytest.raises(DefinitionError, match="no such cell"):
        crossed(caps={("a", "tax"): 2})
    with pytest.raises(DefinitionError, match="whole persons"):
        crossed(floors={("a", "labour"): -1})


def test_exact_weights_stay_exact() -> None:
    """Two weights that one float cannot tell apart still order their cells."""
    near = {cell: Fraction(1) for cell in CELLS} | {("a", "schools"): 1 + Fraction(1, 10**20)}
    counties = allocate(tiny(), weights={"a": 1, "b": 1, "c": 1}, target=3)
    departments = allocate(tiny(), among="departments", weights={"labour": 2, "schools": 1},
                           target=3)  # fmt: skip
    table = cross(counties, departments, weights=near).to_frame()
    assert table[table["department"] == "schools"]["share"].tolist() == [1, 0, 0]


def test_a_frame_with_a_hole_is_refused() -> None:
    """An empty cell of a frame is missing, not 0."""
    table = pd.DataFrame({"labour": [1, 1, None], "schools": [1, 1, 0]}, index=["a", "b", "c"])
    with pytest.raises(DefinitionError, match=r"'c', 'labour'.*missing"):
        crossed(weights=table)


def test_a_cross_comes_back_from_json() -> None:
    """Cells, weights and the sentence are the same after writing and reading."""
    found = crossed(method=apportion.jefferson)
    again = from_json(to_json(found))
    assert again.to_frame().equals(found.to_frame())
    assert again.explain("b", "labour") == found.explain("b", "labour")


def test_two_annexes_as_parts_of_one_target() -> None:
    """100 people as 3 : 1 between counties and departments: 75 and 25, each shared by its own."""
    found = partition(
        tiny(),
        among={"counties": 3, "departments": 1},
        weights={"counties": weights.eligible, "departments": {"labour": 4, "schools": 1}},
    )
    frame = found.to_frame()
    assert frame["share"].sum() == 100
    by_unit = frame.set_index("unit")["share"].to_dict()
    # 37.5, 22.5 and 15 of 75: a tie between Ash and Birch, which goes to Ash by code
    assert by_unit == {"a": 38, "b": 22, "c": 15, "labour": 20, "schools": 5}
    assert found.totals()["share"].tolist() == [75, 25]
    assert found.part("departments").total == 25
    assert any("parts of one target" in line for line in found.basis.lines())


def test_parts_and_weights_name_the_same_cuts() -> None:
    """A part without weights is named."""
    with pytest.raises(DefinitionError, match="departments"):
        partition(tiny(), among={"counties": 1, "departments": 1},
                  weights={"counties": weights.eligible})  # fmt: skip

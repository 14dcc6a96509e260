"""Controlled rounding of real tables: neighbours, margins, ties, errors."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from coverage_campaign.allocation.two_way.controlled_rounding import controlled_rounding
from coverage_campaign.errors import DefinitionError, InfeasibleError, TieError


def test_whole_numbers_and_zeros_stay() -> None:
    """A cell that is whole is its own only neighbour."""
    table = [[0, 2.5, 3], [1.5, 0, 4.5], [2.5, 1, 0]]
    rounded = controlled_rounding(table, row_totals=[6, 6, 3], col_totals=[4, 4, 7])
    whole = np.array(table) == np.floor(table)
    assert (rounded[whole] == np.array(table)[whole]).all()
    assert rounded.sum(axis=1).tolist() == [6, 6, 3]
    assert rounded.sum(axis=0).tolist() == [4, 4, 7]


def test_margins_win_over_the_nearest_cell() -> None:
    """Rounding each cell by itself gives rows of 0 and 3; the margins ask for 1 and 2.

    Row one needs one of three cells of 0.4, row two loses one of 0.6; columns want one each.
    """
    rounded = controlled_rounding(
        [[0.4, 0.3, 0.3], [0.6, 0.7, 0.7]], row_totals=[1, 2], col_totals=[1, 1, 1]
    )
    assert rounded.tolist() == [[1, 0, 0], [0, 1, 1]]


def test_decimals_and_fractions_are_exact_and_floats_are_what_they_are() -> None:
    """0.1 + 0.2 + 0.7 is 1 in decimals, so the row has one neighbour; as doubles it has two."""
    decimal = [[Decimal("0.1"), Decimal("0.2"), Decimal("0.7")]]
    assert controlled_rounding(decimal).tolist() == [[0, 0, 1]]
    tied = [[Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)]]
    assert controlled_rounding(tied).tolist() == [[1, 0, 0]]
    assert controlled_rounding(tied, ties="last").tolist() == [[0, 0, 1]]
    assert controlled_rounding(tied, ties=[[2, 0, 1]]).tolist() == [[0, 1, 0]]
    halves = [[0.5, 0.5], [0.5, 0.5]]
    with pytest.raises(TieError, match="equal claims to 2 seats"):
        controlled_rounding(halves, row_totals=[1, 1], col_totals=[1, 1], ties="raise")


def test_parts_below_float_resolution_decide() -> None:
    """A third and a hair more goes first, wherever it stands."""
    hair = Fraction(1, 10**30)
    third = Fraction(1, 3)
    row = [third - hair / 2, third - hair / 2, third + hair]
    assert controlled_rounding([row]).tolist() == [[0, 0, 1]]
    assert controlled_rounding([row[::-1]], ties="last").tolist() == [[1, 0, 0]]


def test_totals_that_no_neighbours_meet_are_named() -> None:
    """Sums beyond what the cells' neighbours allow, rows that crowd one column, unlike sums."""
    with pytest.raises(InfeasibleError, match="row A: its total is 4 but its cells hold at most 2"):
        controlled_rounding(
            [[0.5, 0.5], [0.5, 0.5]], row_totals=[4, 0], col_totals=[2, 2], row_names=["A", "B"]
        )
    with pytest.raises(InfeasibleError, match="rows sum to 1, columns sum to 2"):
        controlled_rounding([[0.5, 0.5]], row_totals=[1], col_totals=[1, 1])
    with pytest.raises(
        InfeasibleError, match=r"row_totals: they sum to 9 but the columns, .* to 2"
    ):
        controlled_rounding([[0.5, 0.5]], row_totals=[9])


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        ([0.5, 1.5], {}, "a matrix"),
        ([[0.5, float("nan")]], {}, r"table\[0, 1\]: nan"),
        ([[0.5, None]], {}, r"table\[0, 1\]: None"),
        ([[0.5, float("inf")]], {}, r"table\[0, 1\]: inf"),
        ([[0.5, 2.0**60]], {}, r"table\[0, 1\]"),
        ([[0.5, 0.5]], {"row_totals": [0.5]}, r"row_totals\[0\]: 0.5"),
        ([[0.5, 0.5]], {"ties": "lot"}, "ties"),
    ],
)
def test_what_is_no_table_is_refused(
    table: object, options: dict[str, object], message: str
) -> None:
    """Each bad value is named with its place."""
    with pytest.raises(DefinitionError, match=message):
        controlled_rounding(table, **options)  # type: ignore[arg-type]  # wrong on purpose


def test_a_large_table_is_rounded_to_its_margins() -> None:
    """400 rows x 9 columns: exact, neighbours only, and hardly dearer than cell by cell."""
    rng = np.random.default_rng(2)
    table = rng.gamma(1.0, 3.0, (400, 9))
    rounded = controlled_rounding(table)
    assert (np.abs(rounded - table) < 1).all()
    assert (np.abs(rounded.sum(axis=1) - table.sum(axis=1)) < 1).all()
    assert (np.abs(rounded.sum(axis=0) - table.sum(axis=0)) < 1).all()
    free = np.abs(np.rint(table) - table).sum()
    assert np.abs(rounded - table).sum() < 1.25 * free

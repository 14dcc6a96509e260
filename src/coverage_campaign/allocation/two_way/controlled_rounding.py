"""Controlled rounding: a table of real numbers to neighbouring whole numbers, both margins exact.

Each cell becomes one of its two neighbours (a whole number stays, so zeros stay), rows and columns
sum to their totals, and the sum of all absolute changes is as small as that allows. In two
dimensions there is always a solution if the totals are neighbours of the table's own sums: the
problem is a flow (Causey, Cox and Ernst, Journal of the American Statistical Association 80 (1985)
903-909; Cox, ibid. 82 (1987) 520-524). For tables in proportion to weights use `biproportional`.

It is the same machinery as there with added prices in place of multiplied ones: rounding up a cell
with the fractional part f changes the sum by (1 - f) - f, so its price is 2 f - 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coverage_campaign.allocation.apportionment.inputs import as_array, as_fraction, refuse
from coverage_campaign.allocation.apportionment.ties import read_ties
from coverage_campaign.allocation.two_way.closing import close
from coverage_campaign.allocation.two_way.feasibility import names_of
from coverage_campaign.errors import DefinitionError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coverage_campaign.allocation.apportionment.inputs import Weighted, Weights
    from coverage_campaign.allocation.apportionment.ties import TieRule
    from coverage_campaign.allocation.two_way.feasibility import Margin

__all__ = ["controlled_rounding"]

_LARGEST = 2.0**52


def controlled_rounding(
    table: Weights,
    *,
    row_totals: Margin | None = None,
    col_totals: Margin | None = None,
    ties: TieRule = "first",
    row_names: Sequence[str] | None = None,
    col_names: Sequence[str] | None = None,
) -> NDArray[np.int64]:
    """Return the table rounded cell by cell to neighbouring whole numbers, both margins exact.

    Any finite numbers; floats are taken at face value. A margin that is not given is rounded
    too, each sum to a neighbour, together with the cells and the grand total so that the sum of
    all changes is least. `ties` as in `biproportional`: of equally near tables, "first" rounds up
    the first cell that any of them does, and so on.

    Raises:
        DefinitionError: the table or a margin is not what it has to be.
        InfeasibleError: the margins disagree, or neighbours cannot meet them; rows and columns in
            the way are named.
        TieError: a tie decides and ties="raise".

    >>> controlled_rounding([[0.5, 1.3, 1.2], [2.5, 0.4, 1.1]]).tolist()
    [[1, 1, 1], [2, 1, 1]]
    >>> controlled_rounding(
    ...     [[0.5, 1.3, 1.2], [2.5, 0.4, 1.1]], row_totals=[3, 4], col_totals=[3, 1, 3]
    ... ).tolist()
    [[0, 1, 2], [3, 0, 1]]
    """
    read = _read(table)
    rows = names_of(row_names, read.shape[0], "row_names")
    columns = names_of(col_names, read.shape[1], "col_names")
    breaker = read_ties(ties, read.shape, None)
    return close(
        read, row_totals, col_totals, breaker=breaker, row_names=rows, col_names=columns
    ).solve()


def _read(table: Weights) -> Weighted:
    """Return the table as int64, float64 or object (Fractions), each number as it was given."""
    array = as_array(table)
    if array.ndim != 2:  # noqa: PLR2004  a table has two
        raise DefinitionError(
            Problem("table", f"an array of shape {array.shape}", "a matrix: rows x columns")
        )
    fix = f"a number between -{_LARGEST:,.0f} and {_LARGEST:,.0f}"
    if array.dtype.kind in "if" and array.dtype.itemsize <= np.dtype(np.float64).itemsize:
        refuse("table", array, ~(np.abs(array) < _LARGEST), fix, None)
        if array.dtype.kind == "i":
            return array.astype(np.int64)
        return array.astype(np.float64)
    exact = np.empty(array.size, dtype=object)
    exact[:] = [as_fraction(value) for value in array.ravel().tolist()]
    bad = np.array([value is None or not abs(value) < _LARGEST for value in exact], dtype=bool)
    refuse("table", array, bad.reshape(array.shape), fix, None)
    return exact.reshape(array.shape)

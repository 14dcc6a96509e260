"""Rows and columns of a table by name, and the totals that they are to have, read and checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias, overload

import numpy as np

from coverage_campaign.allocation.apportionment.inputs import MOST, as_array, as_fraction
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

__all__ = ["Margin", "names_of", "read_margin", "read_margins"]

Margin: TypeAlias = "Sequence[int] | NDArray[np.integer]"

_TOTAL = 2**50  # beyond this many, floats cannot tell one seat from the next
_SHOWN = 10


def names_of(names: Sequence[str] | None, count: int, where: str) -> Sequence[str]:
    """Return the names, or positions where none are given."""
    if names is None:
        return _Positions(count)
    if len(names) != count:
        raise DefinitionError(Problem(where, f"{len(names)} names for {count}", "one name each"))
    return [str(name) for name in names]


def read_margins(
    row_totals: Margin, col_totals: Margin, row_names: Sequence[str], col_names: Sequence[str]
) -> tuple[Ints, Ints]:
    """Return both margins as int64.

    Raises:
        DefinitionError: not one whole number of 0 or more for each row and column.
        InfeasibleError: their sums differ.
    """
    rows = read_margin(row_totals, "row_totals", row_names)
    columns = read_margin(col_totals, "col_totals", col_names)
    by_row, by_column = (sum(margin.tolist()) for margin in (rows, columns))
    if by_row != by_column:
        raise InfeasibleError(
            Problem(
                "row_totals, col_totals",
                f"rows sum to {by_row:,}, columns sum to {by_column:,}",
                f"margins of one and the same total: they differ by {abs(by_row - by_column):,}",
            )
        )
    if by_row > _TOTAL:
        raise DefinitionError(
            Problem("row_totals", f"a sum of {by_row:,}", f"at most {_TOTAL:,} in all")
        )
    return rows, columns


def read_margin(totals: Margin, where: str, names: Sequence[str]) -> Ints:
    """Return one margin as int64; errors as `read_margins`."""
    array = as_array(totals)
    fix = "one whole number, 0 or more, for each"
    if array.shape != (len(names),):
        raise DefinitionError(Problem(where, f"shape {array.shape} for {len(names)} names", fix))
    if array.dtype.kind == "i" and not (array.size and array.min() < 0):
        return array.astype(np.int64)
    exact = [as_fraction(value) for value in array.tolist()]
    problems = [
        Problem(f"{where}[{name}]", str(value), fix)
        for name, value, number in zip(names, array.tolist(), exact, strict=True)
        if number is None or number < 0 or number.denominator != 1 or number > MOST
    ]
    if problems:
        raise DefinitionError(problems[:_SHOWN])
    return np.array([int(number) for number in exact if number is not None], dtype=np.int64)


class _Positions(Sequence[str]):
    """Positions as names, made only where a message shows them."""

    def __init__(self, count: int) -> None:
        self._at = range(count)

    def __len__(self) -> int:
        return len(self._at)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [str(i) for i in self._at[at]]
        return str(self._at[at])

"""Two cuts of the same people laid across each other: county by department, both margins exact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation import apportion
from coverage_campaign.allocation.allocated import Allocation
from coverage_campaign.allocation.biproportional import biproportional
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.model.basis import Basis
from coverage_campaign.model.labels import Label
from coverage_campaign.notebook import html_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["CrossAllocation", "CrossWeights", "cross"]

CrossWeights: TypeAlias = "Mapping[tuple[str, str], float] | pd.DataFrame | Literal['margins']"
"""A weight per (row unit, column unit): a mapping, or a frame with rows and columns by code.

'margins' takes every cell in proportion to both of its margins, as if the cuts were independent.
"""


@attrs.frozen(eq=False, kw_only=True)
class CrossAllocation:
    """The shares of two allocations laid across each other; each row and column sums exactly."""

    rows: Allocation
    columns: Allocation
    basis: Basis
    cells: NDArray[np.int64]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per cell: unit (of the rows), department (of the columns), share."""
        rows, columns = self.rows.shares().index, self.columns.shares().index
        return pd.DataFrame(
            {
                "unit": pd.array(np.repeat(rows.to_numpy(), len(columns)), dtype="str"),
                "department": pd.array(np.tile(columns.to_numpy(), len(rows)), dtype="str"),
                "share": pd.array(self.cells.ravel(), dtype="Int64"),
            }
        )

    def to_table(self, *, lang: str = "en") -> pd.DataFrame:
        """Return the annex as it is issued: units by departments, by name, with both margins.

        The margins are this table's own; `to_frame` has none.
        """
        campaign = self.rows.campaign
        total = "合计" if lang.startswith("zh") else "Total"
        table = pd.DataFrame(
            self.cells,
            index=[campaign.unit(code).label.text(lang) for code in self.rows.shares().index],
            columns=[campaign.unit(code).label.text(lang) for code in self.columns.shares().index],
        )
        table[total] = table.sum(axis=1)
        table.loc[total] = table.sum(axis=0)
        return table

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the annex as a table of cells."""
        from coverage_campaign.views import charts  # the one way up, taken late

        return charts.annex(self, ax=ax)

    def _repr_html_(self) -> str:
        table = self.to_table().reset_index(names="unit")
        return html_table(table, title=repr(self)[1:-1], notes=self.basis.lines())

    def __repr__(self) -> str:
        """Return the table's size in one line."""
        rows, columns = self.cells.shape
        return f"<CrossAllocation of {int(self.cells.sum()):,} people, {rows} x {columns}>"


def cross(
    rows: Allocation,
    columns: Allocation,
    *,
    weights: CrossWeights,
    method: apportion.Method = apportion.webster,
) -> CrossAllocation:
    """Lay two allocations of the same people across each other, exact in every row and column.

    Args:
        rows: The first cut, such as the counties of annex 1.
        columns: The second cut, such as the departments of annex 2.
        weights: A weight per cell; 0 keeps a cell empty. 'margins' = rows x columns.
        method: The apportionment method of both margins.

    Raises:
        DefinitionError: A weight for a unit that is not there, or a cell without one.
        InfeasibleError: The two cuts do not share out the same number of people, or the empty
            cells leave rows that no column can take.
    """
    row_shares, column_shares = rows.shares(), columns.shares()
    if int(row_shares.sum()) != int(column_shares.sum()):
        raise InfeasibleError(
            Problem(
                "cross",
                f"{rows.among} hold {int(row_shares.sum()):,} people, "
                f"{columns.among} {int(column_shares.sum()):,}",
                "share the same total among both cuts; two halves are no cross",
            )
        )
    basis = rows.basis.joined(columns.basis)
    table: NDArray[np.float64] | NDArray[np.int64]
    if isinstance(weights, str):
        table = np.outer(np.asarray(row_shares), np.asarray(column_shares))
        basis = basis.assuming(
            Label(
                {
                    "en": f"{rows.among} and {columns.among} are taken as independent: "
                    "cells follow both margins",
                    "zh-Hans": "两种分法视为相互独立，各格按两边合计分摊",
                }
            )
        )
    else:
        table = _table(weights, list(row_shares.index), list(column_shares.index))
        basis = basis.assuming(
            Label({"en": "cell weights are the caller's", "zh-Hans": "各格权重由使用者给定"})
        )
    cells = biproportional(
        table,
        row_totals=np.asarray(row_shares, dtype=np.int64),
        col_totals=np.asarray(column_shares, dtype=np.int64),
        method=method,
    )
    return CrossAllocation(rows=rows, columns=columns, basis=basis, cells=cells)


def _table(
    weights: Mapping[tuple[str, str], float] | pd.DataFrame, rows: list[str], columns: list[str]
) -> NDArray[np.float64]:
    given: dict[tuple[str, str], float] = {}
    if isinstance(weights, pd.DataFrame):
        values = weights.to_numpy(dtype=float)
        for row, line in zip(weights.index.astype(str), values, strict=True):
            given.update(zip(((row, str(name)) for name in weights.columns), line, strict=True))
    else:
        given.update({cell: float(value) for cell, value in weights.items()})
    problems = [
        Problem(f"weights[{row!r}, {column!r}]", "missing", "give every cell a weight; 0 = empty")
        for row in rows
        for column in columns
        if (row, column) not in given
    ] + [
        Problem(f"weights[{row!r}, {column!r}]", "no such cell", "take it out")
        for row, column in given
        if row not in rows or column not in columns
    ]
    if problems:
        raise DefinitionError(problems, source="cell weights")
    return np.array([[given[row, column] for column in columns] for row in rows])

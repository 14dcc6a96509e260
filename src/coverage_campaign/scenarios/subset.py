"""A region of interest: the scenarios in which a condition holds, and what they have in common."""

from __future__ import annotations

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.notebook import html_table

__all__ = ["Region"]

_NUMBERS = 12


@attrs.frozen(eq=False, kw_only=True)
class Region:
    """In which scenarios of a study a condition holds."""

    inputs: pd.DataFrame
    over: tuple[str, ...]
    holds: NDArray[np.bool_]

    @property
    def count(self) -> int:
        """The number of scenarios in which it holds."""
        return int(self.holds.sum())

    def to_frame(self) -> pd.DataFrame:
        """Return the scenarios in which it holds: scenario, the varied inputs."""
        return self.inputs[self.holds].drop(columns="solved").reset_index(drop=True)

    def by_input(self) -> pd.DataFrame:
        """Return how often it holds at each value of each input: which inputs matter.

        Columns: input, value (text; numbers with many values in twelve ranges of equal size),
        scenarios, holding, rate (holding / scenarios).
        """
        tables = [self._by(name) for name in self.over]
        return pd.concat(tables, ignore_index=True)

    def _by(self, name: str) -> pd.DataFrame:
        column = self.inputs[name]
        if column.nunique() > _NUMBERS and pd.api.types.is_numeric_dtype(column):
            column = pd.qcut(column.astype("float64"), _NUMBERS, duplicates="drop")
        keys = column.astype("str").fillna("none")
        flags = pd.DataFrame({"value": keys, "holding": self.holds})
        grouped = flags.groupby("value", sort=False)["holding"]
        table = grouped.agg(scenarios="size", holding="sum").reset_index()
        table.insert(0, "input", name)
        return table.assign(rate=table["holding"] / table["scenarios"]).astype(
            {"input": "str", "scenarios": "Int64", "holding": "Int64", "rate": "Float64"}
        )

    def box(self) -> pd.DataFrame:
        """Return the smallest box around the region: input, least, most, values; numbers alone
        have ends, the others list their values.
        """  # noqa: D205 - the columns are one list
        inside = self.inputs[self.holds]
        rows: list[tuple[str, float | None, float | None, str]] = []
        for name in self.over:
            column = inside[name].dropna()
            if pd.api.types.is_numeric_dtype(column) and len(column):
                rows.append((name, float(column.min()), float(column.max()), ""))
            else:
                rows.append((name, None, None, ", ".join(sorted(set(column.astype(str))))))
        return pd.DataFrame(rows, columns=["input", "least", "most", "values"]).astype(
            {"input": "str", "least": "Float64", "most": "Float64", "values": "str"}
        )

    def _repr_html_(self) -> str:
        return html_table(self.by_input(), title=repr(self)[1:-1])

    def __repr__(self) -> str:
        """Return in how many scenarios it holds."""
        return f"<Region: holds in {self.count:,} of {len(self.holds):,} scenarios>"

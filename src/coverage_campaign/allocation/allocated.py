"""The result of an allocation: shares, the ground they rest on, and a sentence for each."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.allocation import apportion
from coverage_campaign.allocation.tree import code_ranks, kernel_weights
from coverage_campaign.allocation.weights import Number
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.basis import Basis
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.notebook import html_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["NO_CAP", "Allocation", "UnitTie", "number_text"]

NO_CAP = np.iinfo(np.int64).max
"""What stands for "no cap" where the kernel wants a number."""


@attrs.frozen
class UnitTie:
    """Units with exactly the same claim to the last seats under one parent, and who got them."""

    parent: str
    units: tuple[str, ...]
    seats: int
    winners: tuple[str, ...]
    rule: str


@attrs.frozen(eq=False, kw_only=True)
class Allocation:
    """Who does how much: each unit's share of a target, and the ground it rests on."""

    campaign: Campaign
    among: str
    total: int
    target: str
    method: apportion.Method | None
    weighting: str
    weights: tuple[Number, ...]
    basis: Basis
    ties: tuple[UnitTie, ...]
    frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit of the cut, upper tiers first; no total row.

        Columns: unit, name, parent, tier (1 = top), weight, quota [persons, unrounded], share
        [persons, Int64], floor and cap [persons, <NA> = none], pinned, uplifted [persons]: the
        share in the layer where each tier's sum is raised by the uplift.
        """
        return self.frame.copy(deep=False)

    def shares(self) -> pd.Series[int]:
        """Return the leaves' shares [persons], int64, indexed by unit code in file order."""
        parents = set(self.frame["parent"].dropna())
        leaves = self.frame[~self.frame["unit"].isin(parents)]
        codes = pd.Index(leaves["unit"].to_numpy(), dtype="str", name="unit")
        return pd.Series(leaves["share"].to_numpy("int64"), index=codes, name="share")

    def totals(self) -> pd.DataFrame:
        """Return one row per tier: tier, units, share, uplifted."""
        return (
            self.frame.groupby("tier", sort=True)
            .agg(units=("unit", "size"), share=("share", "sum"), uplifted=("uplifted", "sum"))
            .reset_index()
        )

    def explain(self, unit: str) -> str:
        """Return in one sentence why a unit has its share, so that a person can check it."""
        rows = self.frame[self.frame["unit"] == unit]
        if rows.empty:
            raise DefinitionError(
                Problem(f"unit '{unit}'", "has no share here", f"units: {_some(self.frame)}")
            )
        row = rows.iloc[0]
        share, name = int(row["share"]), str(row["name"])
        if self.method is None:
            return f"{name}: {self.target} -> {share:,}; {row['quota']:,.2f} before rounding up."
        siblings = self.frame[_same(self.frame["parent"], row["parent"])]
        weights = [self.weights[position] for position in siblings.index]
        weight = self.weights[int(rows.index[0])]
        given = int(siblings["share"].sum())
        apportionment = apportion.explain(
            self.method,
            given,
            kernel_weights([_exact(one) for one in weights]),
            floors=siblings["floor"].fillna(0).to_numpy("int64"),
            caps=siblings["cap"].fillna(NO_CAP).to_numpy("int64"),
            ties=code_ranks(siblings["unit"].tolist()),
        )
        ground = f"{name}: {self.weighting} {number_text(weight)}"
        if bool(row["pinned"]):
            return f"{ground}; pinned to {share:,} of {given:,} by the caller."
        divisor = apportionment.divisor
        if divisor is None:
            return f"{ground}; quota {row['quota']:,.2f} of {given:,} -> {share:,}."
        quotient = Fraction(weight) / divisor
        bound = ""
        if pd.notna(row["floor"]) and share == row["floor"]:
            bound = f" (its floor is {share:,})"
        if pd.notna(row["cap"]) and share == row["cap"]:
            bound = f" (its cap is {share:,})"
        return f"{ground} ÷ {number_text(divisor)} = {float(quotient):,.2f} -> {share:,}{bound}."

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the shares against the need (Lorenz curve with Gini)."""
        from coverage_campaign.views import charts  # noqa: PLC0415 - the one way up, taken late

        return charts.fairness(self, ax=ax)

    def _line(self) -> str:
        method = self.method.__name__ if self.method else "each unit to the goal"
        return (
            f"{self.total:,} people among {self.among} by {self.weighting} ({method}), "
            f"{len(self.ties)} ties"
        )

    def _repr_html_(self) -> str:
        return html_table(self.frame, title=self._line(), notes=self.basis.lines())

    def __repr__(self) -> str:
        """Return the allocation in one line."""
        return f"<Allocation of {self._line()}>"


def _exact(weight: Number) -> int | Fraction:
    return weight if isinstance(weight, int) else Fraction(weight)


def _same(column: pd.Series[str], value: str | None) -> pd.Series[bool]:
    return column.isna() if pd.isna(value) else column == value


def _some(frame: pd.DataFrame) -> str:
    codes = frame["unit"].tolist()
    return ", ".join(codes[:12]) + (", ..." if len(codes) > 12 else "")  # noqa: PLR2004 - a line


def number_text(value: Number) -> str:
    """Return a number as a person would type it into a calculator."""
    exact = Fraction(value)
    if exact.denominator == 1:
        return f"{exact.numerator:,}"
    text = f"{float(exact):,.6f}".rstrip("0")
    return text if Fraction(text.replace(",", "")) == exact else f"{float(exact):,.6g}"

"""The result of an optimisation: who does how much in which part, and what holds it there."""

from __future__ import annotations

from fractions import Fraction

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.frames import IntSeries
from coverage_campaign.model.basis import Basis
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.notebook import html_table

__all__ = ["Optimum"]


@attrs.frozen(eq=False, kw_only=True)
class Optimum:
    """Whole persons by unit and part with the least largest burden that the constraints leave.

    `largest_burden` is exact: share over need of the unit that bears most. It was proved that no
    sharing has a smaller one. `binding` names the constraints that hold with nothing to spare.
    """

    campaign: Campaign
    units: tuple[str, ...]
    parts: tuple[str, ...]
    need: tuple[int | Fraction, ...]
    persons: NDArray[np.int64]
    largest_burden: Fraction
    binding: tuple[str, ...]
    basis: Basis

    def shares(self) -> IntSeries:
        """Return the persons of each unit, int64, indexed by unit code: pins for `allocate`."""
        index = pd.Index(self.units, dtype="str", name="unit")
        return pd.Series(self.persons.sum(axis=1), index=index, name="share")

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit and part: unit, name, part, persons, burden (of the unit)."""
        names = [self.campaign.unit(code).label.text() for code in self.units]
        burden = [
            float(Fraction(int(share)) / Fraction(need)) if need else None
            for share, need in zip(self.persons.sum(axis=1), self.need, strict=True)
        ]
        many = len(self.parts)
        return pd.DataFrame(
            {
                "unit": pd.array(np.repeat(np.array(self.units, dtype=object), many), dtype="str"),
                "name": pd.array(np.repeat(np.array(names, dtype=object), many), dtype="str"),
                "part": pd.array(list(self.parts) * len(self.units), dtype="str"),
                "persons": pd.array(self.persons.ravel(), dtype="Int64"),
                "burden": pd.array([one for one in burden for _ in range(many)], dtype="Float64"),
            }
        )

    def totals(self) -> pd.DataFrame:
        """Return the persons of each part: part, persons."""
        return pd.DataFrame(
            {
                "part": pd.array(self.parts, dtype="str"),
                "persons": pd.array(self.persons.sum(axis=0), dtype="Int64"),
            }
        )

    def _repr_html_(self) -> str:
        return html_table(self.to_frame(), title=repr(self)[1:-1], notes=self.basis.lines())

    def __repr__(self) -> str:
        """Return the total, the largest burden and what binds."""
        bound = f"; binding: {', '.join(self.binding)}" if self.binding else ""
        return (
            f"<Optimum of {int(self.persons.sum()):,} people: the largest burden is "
            f"{float(self.largest_burden):.4%} of the need{bound}>"
        )

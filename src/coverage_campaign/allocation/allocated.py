"""The result of an allocation: shares, the ground they rest on, and a sentence for each."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation import apportion
from coverage_campaign.allocation.fairness import gini
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
    """Who does how much: each unit's share of a target, and the ground it rests on.

    `drift` has, where leaves were shared first, (upper unit, its sum less its share from the top);
    `unallocated` are persons whom no cap left room for. `seat_floors`, `seat_caps` and `shifts`
    are what the kernel was given, row by row: a share is seats plus shift.
    """

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
    drift: tuple[tuple[str, int], ...] = ()
    unallocated: int = 0
    seat_floors: tuple[int, ...] = ()
    seat_caps: tuple[int, ...] = ()
    shifts: tuple[int, ...] = ()

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
        shared = self.frame.iloc[: len(self.weights)]  # what is unallocated is nobody's share
        leaves = shared[~shared["unit"].isin(parents)]
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
        position = self._position(unit)
        row = self.frame.iloc[position]
        share, name = int(row["share"]), str(row["name"])
        if self.method is None:
            return f"{name}: {self.target} -> {share:,}; {row['quota']:,.2f} before rounding up."
        weight, shift = self.weights[position], self.shifts[position]
        ground = f"{name}: {self.weighting} {number_text(weight)}"
        found, rows = self._apportionment(position)
        place = int(np.searchsorted(rows, position))
        if bool(row["pinned"]):
            return f"{ground}; pinned to {share:,} by the caller."
        quotient, seats = found.quotient(place), share - shift
        if found.divisor is None or quotient is None:
            return f"{ground}; quota {row['quota']:,.2f} -> {share:,}."
        sentence = f"{ground} ÷ {number_text(found.divisor)} = {float(quotient):,.2f} -> {seats:,}"
        if shift:
            where = "are there already" if shift < 0 else "is the base of every unit"
            sentence += (
                f", of whom {-shift:,} {where}: {share:,}"
                if shift < 0
                else (f", and {shift:,} {where}: {share:,}")
            )
        bound = next((one for one in found.binding if one.unit == place), None)
        if bound is not None:
            return f"{sentence}; its {bound.bound} decides, without it {bound.deserved + shift:,}."
        needs = found.next_needs(place)
        if needs is None or self.seat_caps[position] <= seats:
            return f"{sentence}."
        return f"{sentence}; the next would need a weight of {number_text(_up(needs))}."

    def _position(self, unit: str) -> int:
        positions = np.flatnonzero((self.frame["unit"] == unit).to_numpy(dtype=bool))
        if not len(positions) or positions[0] >= len(self.weights):
            raise DefinitionError(
                Problem(f"unit '{unit}'", "has no share here", f"units: {_some(self.frame)}")
            )
        return int(positions[0])

    def _apportionment(self, position: int) -> tuple[apportion.Apportionment, NDArray[np.intp]]:
        """Return the record of the sharing that a unit took part in, and the rows of all in it."""
        if self.method is None:
            raise DefinitionError(
                Problem("allocation", "a goal for each unit", "nothing was shared out here")
            )
        rows = np.arange(len(self.weights))
        parents = self.frame["parent"].iloc[rows]
        if self.drift:
            rows = rows[~self.frame["unit"].iloc[rows].isin(set(parents.dropna())).to_numpy()]
        else:
            rows = rows[_same(parents, self.frame["parent"].iloc[position]).to_numpy(dtype=bool)]
        if position not in rows:
            raise DefinitionError(
                Problem("allocation", "leaves were shared first", "ask for a leaf; this is a sum")
            )
        shares = self.frame["share"].to_numpy("int64")
        total = sum(int(shares[row]) - self.shifts[row] for row in rows)
        codes = self.frame["unit"].iloc[rows].tolist()
        found = apportion.explain(
            self.method,
            total,
            kernel_weights([_exact(self.weights[row]) for row in rows]),
            floors=np.array([self.seat_floors[row] for row in rows], dtype=np.int64),
            caps=np.array([self.seat_caps[row] for row in rows], dtype=np.int64),
            ties=code_ranks(codes),
        )
        return found, rows

    def divisor(self, parent: str = "") -> Fraction | None:
        """Return the divisor that shares the seats under a parent ('' = the top), or None.

        It has the fewest digits of all that give these shares. With weights by eligible people on
        top of those covered, one over the divisor is the water level: the coverage rate that the
        units without a bound end at.
        """
        children = self.frame["parent"].isna() if not parent else self.frame["parent"] == parent
        first = int(np.flatnonzero(children.to_numpy(dtype=bool))[0])
        return self._apportionment(first)[0].divisor

    def bounds(self) -> pd.DataFrame:
        """Return the units whose bound decides: unit, name, bound, share, without_it [persons].

        Pins are bounds too. `without_it` is what the unit would have at the same divisor.
        """
        records = []
        firsts = self.frame.iloc[: len(self.weights)].drop_duplicates("parent").index
        for first in firsts[-1:] if self.drift else firsts:
            found, rows = self._apportionment(int(first))
            for one in found.binding:
                position = int(rows[one.unit])
                row = self.frame.iloc[position]
                name = "pin" if row["pinned"] else one.bound
                deserved = one.deserved + self.shifts[position]
                records.append((row["unit"], row["name"], name, int(row["share"]), deserved))
        columns = ["unit", "name", "bound", "share", "without_it"]
        return pd.DataFrame(records, columns=columns).astype(
            {"unit": "str", "name": "str", "bound": "str", "share": "Int64", "without_it": "Int64"}
        )

    def burden(self) -> pd.DataFrame:
        """Return how heavy each leaf's share is: what is asked over who could be asked.

        Columns: unit, name, share, eligible, uncovered [persons, <NA> where unknown],
        eligible_rate and uncovered_rate (share over each; fractions of one).
        """
        shares, campaign = self.shares(), self.campaign
        units = [campaign.unit(str(code)) for code in shares.index]
        people = [unit.count(campaign.eligible) if campaign.eligible else None for unit in units]
        covered = [unit.count(campaign.covered) if campaign.covered else None for unit in units]
        frame = pd.DataFrame(
            {
                "unit": pd.array([unit.code for unit in units], dtype="str"),
                "name": pd.array([unit.label.text() for unit in units], dtype="str"),
                "share": pd.array(shares.tolist(), dtype="Int64"),
                "eligible": pd.array(people, dtype="Int64"),
                "covered": pd.array(covered, dtype="Int64"),
            }
        )
        frame["uncovered"] = frame["eligible"] - frame["covered"]
        return (
            frame.drop(columns="covered")
            .assign(
                eligible_rate=frame["share"] / frame["eligible"].replace(0, pd.NA),
                uncovered_rate=frame["share"] / frame["uncovered"].replace(0, pd.NA),
            )
            .astype({"eligible_rate": "Float64", "uncovered_rate": "Float64"})
        )

    def gini(self) -> Fraction:
        """Return how unevenly the shares lie on the weights: 0 = all in proportion, exact.

        The Gini coefficient of share per weight, over the leaves. Source: M. O. Lorenz, Methods of
        measuring the concentration of wealth, Publications of the American Statistical
        Association 9 (1905) 209-219; C. Gini, Variabilità e mutabilità, 1912.
        """
        codes = self.frame["unit"].tolist()
        weights = [_exact(self.weights[codes.index(code)]) for code in self.shares().index]
        return gini(self.shares().tolist(), weights)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the shares against the need (Lorenz curve with Gini)."""
        from coverage_campaign.views import charts  # the one way up, taken late

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


def _up(value: Fraction) -> Fraction:
    """Return a bound as a person would read it: rounded up to six digits, whole numbers stay."""
    return Fraction(-(-value * 10**6 // 1), 10**6)


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

"""The result of an allocation: shares, the ground they rest on, and a sentence for each."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation import equity, explain
from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.naming import name_of
from coverage_campaign.allocation.top_down import UnitTie
from coverage_campaign.allocation.tree import NO_CAP, OWN, leaf_of, of_whole
from coverage_campaign.allocation.weights import Number
from coverage_campaign.checks import checked_call
from coverage_campaign.frames import IntSeries, by_value, owned, owned_array, owned_frame
from coverage_campaign.messages import Language, message
from coverage_campaign.model.basis import Basis
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.units import Unit
from coverage_campaign.notebook import Axes, html_table

__all__ = ["NO_CAP", "Allocation", "UnitTie"]

Ints: TypeAlias = NDArray[np.int64]
_NEVER: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)


def _none() -> Ints:
    return np.zeros(0, dtype=np.int64)


@attrs.frozen(kw_only=True)
class Allocation:
    """Who does how much: each unit's share of a target, and the ground it rests on.

    `drift` has, where leaves were shared first, (upper unit, its sum less its share from the top);
    `unallocated` are persons whom no cap left room for; `uplift` has (tier, rise). By row of the
    units, what the method was given: `existing` are people who are covered already
    (`already_covered` says which), `shifts` what is added to the seats (base less existing),
    `floors` and `caps` the bounds of a share, `uncovered_caps` where the cap is who is left to
    enrol.
    """

    campaign: Campaign
    among: str
    total: int
    target: str
    method: apportion.Method | None = attrs.field(eq=by_value)
    weighting: str
    weights: tuple[Number, ...]
    basis: Basis
    ties: tuple[UnitTie, ...]
    _frame: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
    drift: tuple[tuple[str, int], ...] = ()
    unallocated: int = 0
    order: Literal["top_down", "bottom_up"] = "top_down"
    uplift: tuple[tuple[int, Fraction], ...] = ()
    already_covered: str = ""
    existing: Ints = attrs.field(factory=_none, converter=owned_array, eq=by_value, repr=False)
    shifts: Ints = attrs.field(factory=_none, converter=owned_array, eq=by_value, repr=False)
    floors: Ints = attrs.field(factory=_none, converter=owned_array, eq=by_value, repr=False)
    caps: Ints = attrs.field(factory=_none, converter=owned_array, eq=by_value, repr=False)
    uncovered_caps: NDArray[np.bool_] = attrs.field(
        default=_NEVER, converter=owned_array, eq=by_value, repr=False
    )
    _records: dict[str, explain.Record] = attrs.field(
        init=False, repr=False, eq=False, factory=dict
    )

    @property
    def frame(self) -> pd.DataFrame:
        """One row per part that shares: the units, and below them the own parts of upper ones."""
        return owned(self._frame)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit of the breakdown, upper tiers first; no total row.

        Columns: unit, name, parent, tier (1 = top), weight, quota [persons, unrounded], share
        [persons, Int64], own_share [persons]: that part of it which is not of the units below,
        floor and cap [persons, <NA> = none], pinned, uplifted [persons]: the share in the layer
        where each tier's sum is raised by the uplift.
        """
        frame, leaves = self.frame, explain.leaf_rows(self)
        own = frame["share"].where(frame.index.isin(leaves) | (frame.index >= len(self.weights)), 0)
        frame.insert(list(frame).index("share") + 1, "own_share", own)
        parts = frame["unit"].str.endswith(OWN)
        if parts.any():
            by_unit = frame[parts].set_index("parent")["share"]
            frame["own_share"] = frame["unit"].map(by_unit).fillna(own).astype("Int64")
            frame = frame[~parts].reset_index(drop=True)
        return frame

    def shares(self) -> IntSeries:
        """Return each unit's own share [persons], int64, by unit code in the frame's order.

        Leaves have all of theirs; an upper unit has what its people outside the units below share.
        """
        return self._of_leaves("share")

    def uplifted(self) -> Allocation:
        """Return the uplifted targets as an allocation of their own, to be planned and tracked."""
        frame = self.frame.assign(share=self._frame["uplifted"])
        leaves = frame["share"].to_numpy("int64")[self.leaf_rows]
        said = message("the targets are the uplifted ones, {n} people", n=int(leaves.sum()))
        return attrs.evolve(
            self,
            total=int(leaves.sum()),
            frame=frame,
            uplift=(),
            basis=self.basis.assuming(said),
        )

    def uplifted_shares(self) -> IntSeries:
        """Return the leaves' shares in the uplifted layer [persons], as `shares`."""
        return self._of_leaves("uplifted")

    def _of_leaves(self, column: str) -> IntSeries:
        leaves, codes = self._leaves
        shared = self._frame[column].to_numpy("int64")
        return pd.Series(shared[leaves], index=codes, name=column)

    @cached_property
    def _leaves(self) -> tuple[NDArray[np.intp], Any]:  # an Index cannot be subscripted
        """The rows of the leaves and their codes; what is unallocated is nobody's share."""
        leaves = explain.leaf_rows(self)
        codes = map(of_whole, self._frame["unit"].array.take(leaves))
        return leaves, pd.Index(list(codes), name="unit", dtype="str")

    @property
    def leaf_rows(self) -> NDArray[np.intp]:
        """The rows of `frame` that have a share of their own, in the order of `shares`."""
        return self._leaves[0]

    @cached_property
    def leaves(self) -> tuple[Unit, ...]:
        """The units that have a share of their own, upper ones as they are outside those below."""
        codes = self._frame["unit"].array.take(self.leaf_rows)
        return tuple(leaf_of(self.campaign, str(code), self.among) for code in codes)

    def totals(self) -> pd.DataFrame:
        """Return one row per tier: tier, units, share, uplifted [persons], rise, factor.

        `rise` is the tier's own uplift as an exact fraction ('1/20'), `factor` uplifted / share,
        what all uplifts down to this tier and the rounding up have come to.
        """
        rises = dict(self.uplift)
        totals = (
            self.to_frame()
            .groupby("tier", sort=True)
            .agg(units=("unit", "size"), share=("share", "sum"), uplifted=("uplifted", "sum"))
            .reset_index()
        )
        rise = [str(rises.get(int(tier), 0)) for tier in totals["tier"]]
        factor = totals["uplifted"] / totals["share"].replace(0, pd.NA)
        return totals.assign(rise=pd.array(rise, dtype="str"), factor=factor.astype("Float64"))

    def explain(self, unit: str, *, lang: Language | None = None) -> str:
        """Return in one sentence why a unit has its share, so that a person can check it.

        `lang` is the language, by default that of the context (`cc.language`).

        >>> import coverage_campaign as cc
        >>> campaign = cc.load_case("hengyang", year=2008)
        >>> counties = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
        >>> print(counties.explain("430426"))
        Qidong County: census_2000 884,957 ÷ 89.275 = 9,912.71 → 9,913; the next would need a
        weight of 885,028.
        """
        return explain.sentence(self, unit).text(lang)

    def divisor(self, parent: str = "") -> Fraction | None:
        """Return the divisor that shares the seats under a parent ('' = the top), or None.

        It has the fewest digits of all that give these shares.
        """
        return explain.record_under(self, parent).apportionment.divisor

    def next_in_line(self, parent: str = "") -> tuple[str, ...]:
        """Return who under a parent ('' = the top) would get one person more: several if tied."""
        record = explain.record_under(self, parent)
        return tuple(record.codes[unit] for unit in record.apportionment.next_in_line)

    def water_level(self, parent: str = "") -> Fraction | None:
        """Return the ratio of people to weight that the units without a bound end at, or None.

        It is one over the divisor. With `weights.level()` it is the coverage rate that the lowest
        are raised to; `levels` has every unit's own.
        """
        found = self.divisor(parent)
        return 1 / found if found else None

    def levels(self) -> pd.DataFrame:
        """Return how full each leaf is, before and after: people per weight.

        Columns: unit, name, weight, existing_before, share, existing_after [persons], level_before,
        level_after (people per weight; coverage rates with `weights.level()`), held_by ('' for a
        unit at the water level, else 'already covered', 'floor', 'cap' or 'pin').
        """
        return explain.levels(self)

    def bounds(self) -> pd.DataFrame:
        """Return the units whose bound decides: unit, name, bound, share, without_it [persons].

        Pins are bounds too. `without_it` is what the unit would have at the same divisor.
        """
        return explain.binding(self)

    def reconciliation(self) -> pd.DataFrame:
        """Return what bounds did to everyone: asked, given, and why it differs.

        Columns: unit, name, bound ('' = none), asked (the floor, cap or pin), given (the share),
        without_bounds (the share if nobody had a floor, cap or pin), difference (given less
        without_bounds) [persons], why. One row per unit, as `to_frame`.
        """
        return explain.reconciliation(self)

    def burden(self) -> pd.DataFrame:
        """Return how heavy each leaf's share is: what is asked over who could be asked.

        Columns: unit, name, share, eligible, uncovered [persons, <NA> where unknown],
        eligible_rate and uncovered_rate (share over each; fractions of one).
        """
        return equity.burden(self)

    def fairness(self) -> equity.Fairness:
        """Return the Gini coefficient with the least and the largest burden.

        Burden is share per eligible person where all are known, else share per weight;
        `.need` says which.
        """
        return equity.fairness_of(self)

    def gini(self) -> Fraction:
        """Return how unevenly the shares lie on the weights: 0 = all in proportion, exact.

        The Gini coefficient of share per weight, over the leaves. Source: M. O. Lorenz, Methods of
        measuring the concentration of wealth, Publications of the American Statistical
        Association 9 (1905) 209-219; C. Gini, Variabilità e mutabilità, 1912.
        """
        return equity.gini(self.shares().tolist(), equity.leaf_weights(self))

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the shares against the need (Lorenz curve with Gini)."""
        from coverage_campaign.views import charts  # the one way up, taken late

        return charts.fairness(self, ax=ax)

    @checked_call
    def to_excel(
        self, path: str | Path, *, live: bool = False, lang: Language | None = None
    ) -> Path:
        """Write the allocation as a workbook and return its path; needs the extra `excel`.

        By default it is the annex as it is issued. With `live` it is a sheet that computes: total,
        weights, floors, caps, divisor and ties are cells, shares and checks are formulas, for the
        divisor methods and Hamilton's. Change a cell, and the check shows by how many the sum
        misses the total, and the divisor that would give it. The uplifted layer is not on it.

        Raises:
            DefinitionError: `live`, and the method is neither.
            SaveError: The file cannot be written.
        """
        from coverage_campaign.views.documents.annex import write_allocation  # the one way up

        return write_allocation(self, path, live=live, lang=lang)

    def _line(self) -> str:
        method = name_of(self.method) if self.method else "each unit to the goal"
        return (
            f"{self.total:,} people among {self.among} by {self.weighting} ({method}), "
            f"{len(self.ties)} {'tie' if len(self.ties) == 1 else 'ties'}"
        )

    def _repr_html_(self) -> str:
        return html_table(self.to_frame(), title=self._line(), notes=self.basis.lines())

    def __repr__(self) -> str:
        """Return the allocation in one line."""
        return f"<Allocation of {self._line()}>"

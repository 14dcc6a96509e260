"""The shares of a target as data: who has how many, and what they were found by."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.top_down import UnitTie
from coverage_campaign.allocation.tree import OWN, leaf_of, of_whole
from coverage_campaign.allocation.weights import Number
from coverage_campaign.frames import IntSeries, by_value, owned, owned_array, owned_frame
from coverage_campaign.model.basis import Basis
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.units import Unit

__all__ = ["SharedTarget", "SharingRecord"]

Ints: TypeAlias = NDArray[np.int64]
_MILLION = 10**6
_NEVER: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)


def _none() -> Ints:
    return np.zeros(0, dtype=np.int64)


@attrs.frozen(eq=False)
class SharingRecord:
    """One sharing: the rows and codes of those who took part, and its apportionment.

    `scarce`: there were fewer seats than units that are still at 0, so equal claims decided.
    """

    rows: NDArray[np.intp]
    codes: tuple[str, ...]
    apportionment: apportion.Apportionment
    scarce: bool = False

    @property
    def scale(self) -> int:
        """What weights and divisor are multiplied by to be read: parts of one in millionths."""
        return _MILLION if max(self.apportionment.weights, default=0) < 1 else 1

    def place(self, row: int) -> int:
        """Return the position of a row among those who took part."""
        return int(np.searchsorted(self.rows, row))


@attrs.frozen(kw_only=True)
class SharedTarget:
    """The data of an allocation: the shares of each unit, and what they were found by."""

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
    _records: dict[str, SharingRecord] = attrs.field(init=False, repr=False, eq=False, factory=dict)

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
        frame, leaves = self.frame, self.leaf_rows
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

    def uplifted_shares(self) -> IntSeries:
        """Return the leaves' shares in the uplifted layer [persons], as `shares`."""
        return self._of_leaves("uplifted")

    def own_shares(self) -> pd.DataFrame:
        """Return one row per share of `shares`: unit, name, share, uplifted [persons]."""
        frame = self._frame.iloc[self.leaf_rows][["unit", "name", "share", "uplifted"]]
        return frame.assign(unit=self._codes.array).reset_index(drop=True)

    def _of_leaves(self, column: str) -> IntSeries:
        shared = self._frame[column].to_numpy("int64")
        return pd.Series(shared[self.leaf_rows], index=self._codes, name=column)

    @cached_property
    def _codes(self) -> Any:  # noqa: ANN401 - an Index cannot be subscripted
        """The units of the shares; what is unallocated is nobody's."""
        codes = map(of_whole, self._frame["unit"].array.take(self.leaf_rows))
        return pd.Index(list(codes), name="unit", dtype="str")

    @cached_property
    def leaf_rows(self) -> NDArray[np.intp]:
        """The rows of `frame` that have a share of their own, in the order of `shares`."""
        frame = self._frame.iloc[: len(self.weights)]
        upper = frame["unit"].isin(frame["parent"].dropna().unique())
        return owned_array(np.flatnonzero(~upper.to_numpy(dtype=bool)))

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

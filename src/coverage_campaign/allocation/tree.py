"""The tree of a breakdown, tier under tier, as arrays: what is summed up it and handed down it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.units import Unit

if TYPE_CHECKING:
    Ints: TypeAlias = NDArray[np.int64]
    Flags: TypeAlias = NDArray[np.bool_]

__all__ = ["NO_CAP", "Siblings", "UnitTree", "code_ranks", "counts_of", "exact_weights"]

NO_CAP = int(np.iinfo(np.int64).max)
"""What stands for "no cap" where the kernel wants a number."""

Number = TypeVar("Number", np.int64, np.object_)

_SHOWN = 20
_SAFE = 2**62  # sums below this are sure to fit into 64 bits


@attrs.frozen(eq=False)
class Siblings:
    """The units of one tier: their rows, where each parent's children begin, the parents' rows.

    The one parent of the top tier is the root, whose row is -1.
    """

    tier: int
    rows: slice
    heads: NDArray[np.intp]
    parents: NDArray[np.intp]


@attrs.frozen(eq=False, slots=False)
class UnitTree:
    """The units of a breakdown, upper tiers first, children of one parent together.

    `parent` has the row of the unit above, -1 at the top; tier t (from 1) has the rows from
    `starts[t - 1]` to before `starts[t]`.
    """

    units: tuple[Unit, ...]
    parent: NDArray[np.intp]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, campaign: Campaign, among: str) -> UnitTree:
        """Return the tree of a breakdown of the campaign."""
        members = campaign.members(among)
        if not members:
            raise DefinitionError(
                Problem(f"breakdown '{among}'", "has no units", "check the kinds that it names")
            )
        codes = {unit.code for unit in members}
        _refuse_gaps(campaign, among, members, codes)
        children: dict[str, list[Unit]] = {}
        for unit in members:
            children.setdefault(unit.parent if unit.parent in codes else "", []).append(unit)
        ordered: list[Unit] = []
        parent: list[int] = []
        starts = [0]
        above: list[tuple[int, str]] = [(-1, "")]
        while above:
            below: list[tuple[int, str]] = []
            for row, code in above:
                for child in children.get(code, ()):
                    below.append((len(ordered), child.code))
                    ordered.append(child)
                    parent.append(row)
            if below:
                starts.append(len(ordered))
            above = below
        return cls(tuple(ordered), np.array(parent, dtype=np.intp), tuple(starts))

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The units' codes, by row."""
        return tuple(unit.code for unit in self.units)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """The row of each code."""
        return {code: row for row, code in enumerate(self.codes)}

    @cached_property
    def is_leaf(self) -> Flags:
        """Whether no unit of the breakdown is below, by row."""
        leaf = np.ones(len(self.units), dtype=np.bool_)
        leaf[self.parent[self.parent >= 0]] = False
        return leaf

    @cached_property
    def leaf_rows(self) -> NDArray[np.intp]:
        """The rows of the leaves."""
        return np.flatnonzero(self.is_leaf)

    @property
    def leaves(self) -> tuple[Unit, ...]:
        """The leaves, by row."""
        return tuple(self.units[row] for row in self.leaf_rows.tolist())

    @cached_property
    def tier(self) -> Ints:
        """The tier of each row, 1 at the top."""
        return np.repeat(np.arange(1, len(self.starts), dtype=np.int64), np.diff(self.starts))

    @property
    def tiers(self) -> range:
        """The tiers from the top."""
        return range(1, len(self.starts))

    def siblings(self) -> Iterator[Siblings]:
        """Yield the tiers from the top."""
        for tier in self.tiers:
            rows = slice(self.starts[tier - 1], self.starts[tier])
            above = self.parent[rows]
            heads = np.flatnonzero(np.append(True, above[1:] != above[:-1]))
            yield Siblings(tier, rows, heads, above[heads])

    def summed(self, on_leaves: NDArray[Number]) -> NDArray[Number]:
        """Return the leaves' values by row and, for every unit above, the sum of its leaves'.

        The last axis is the leaves, and in the result the units; scenarios lie before it.
        """
        if len(self.leaf_rows) == len(self.units):
            return on_leaves
        out = np.zeros((*on_leaves.shape[:-1], len(self.units)), dtype=on_leaves.dtype)
        out[..., self.leaf_rows] = on_leaves
        for tier in reversed(list(self.siblings())[1:]):
            out[..., tier.parents] = np.add.reduceat(out[..., tier.rows], tier.heads, axis=-1)
        return out


def _refuse_gaps(campaign: Campaign, among: str, members: Sequence[Unit], codes: set[str]) -> None:
    """Refuse units that are below another of the breakdown by way of one that it leaves out.

    They would share with those above them, and count twice.
    """
    above = {unit.code: unit.parent for unit in campaign.units}
    ends: dict[str, str | None] = {}
    problems = []
    for unit in members:
        parent = unit.parent
        if parent is None or parent in codes:
            continue
        if parent not in ends:
            over = above.get(parent)
            while over is not None and over not in codes:
                over = above.get(over)
            ends[parent] = over
        if ends[parent] is not None:
            problems.append(
                Problem(
                    f"breakdown '{among}', unit '{unit.code}'",
                    f"is below '{ends[parent]}' by way of '{parent}', which it leaves out",
                    f"name the kind '{campaign.unit(parent).kind}' in it too",
                )
            )
    if problems:
        raise DefinitionError(problems[:_SHOWN])


def counts_of(units: Sequence[Unit], measure: str) -> list[int | None]:
    """Return each unit's figure of a measure, None where none is known."""
    return [dict(unit.counts).get(measure) for unit in units]


def exact_weights(
    weights: Sequence[int | Fraction],
) -> tuple[NDArray[np.int64] | NDArray[np.object_], int]:
    """Return weights as whole numbers for the kernel, and the scale they were brought to.

    Fractions are multiplied by their common denominator, which changes no share. int64 where the
    weights and their sum fit, else Python's integers.

    >>> exact_weights([Fraction(1, 2), Fraction(1, 3)])
    (array([3, 2]), 6)
    """
    common = lcm(*(weight.denominator for weight in weights))
    whole = [int(weight * common) for weight in weights] if common > 1 else list(map(int, weights))
    if sum(whole) < _SAFE:
        return np.array(whole, dtype=np.int64), common
    out = np.empty(len(whole), dtype=object)
    out[:] = whole
    return out, common


def code_ranks(codes: Sequence[str]) -> NDArray[np.int64]:
    """Return each code's place in the order of codes, so that the order of rows cannot matter."""
    order = sorted(range(len(codes)), key=codes.__getitem__)
    ranks = np.empty(len(codes), dtype=np.int64)
    ranks[order] = np.arange(len(codes))
    return ranks

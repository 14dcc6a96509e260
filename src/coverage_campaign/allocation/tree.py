"""The tree of a cut, tier under tier, and the bounds gathered up it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.units import Unit

__all__ = ["CutTree", "code_ranks", "kernel_weights"]


@attrs.frozen
class CutTree:
    """The units of a cut, upper tiers first; '' is the root that holds the total."""

    units: tuple[Unit, ...]
    leaves: tuple[Unit, ...]
    tier: dict[str, int]
    children: dict[str, tuple[Unit, ...]]

    @classmethod
    def of(cls, campaign: Campaign, among: str) -> CutTree:
        """Return the tree of a cut of the campaign."""
        members = campaign.members(among)
        if not members:
            raise DefinitionError(
                Problem(f"cut '{among}'", "has no units", "check the kinds that the cut names")
            )
        codes = {unit.code for unit in members}
        children: dict[str, list[Unit]] = {}
        for unit in members:
            children.setdefault(unit.parent if unit.parent in codes else "", []).append(unit)
        ordered: list[Unit] = []
        tier: dict[str, int] = {}
        level, depth = children.get("", []), 1
        while level:
            ordered.extend(level)
            tier.update((unit.code, depth) for unit in level)
            level = [child for unit in level for child in children.get(unit.code, [])]
            depth += 1
        return cls(
            tuple(ordered),
            campaign.leaves(among),
            tier,
            {parent: tuple(units) for parent, units in children.items()},
        )

    def parent_of(self, unit: Unit) -> str | None:
        """Return the code of the unit above, None at the top of the cut."""
        return unit.parent if unit.parent in self.tier else None

    def summed(self, leaves: Mapping[str, int | Fraction]) -> dict[str, int | Fraction]:
        """Return the leaves' values and, for every unit above, the sum of its leaves' values."""
        values: dict[str, int | Fraction] = dict(leaves)
        for unit in reversed(self.units):
            if unit.code in self.children:
                values[unit.code] = sum(values[child.code] for child in self.children[unit.code])
        return values

    def summed_counts(self, leaves: Mapping[str, int]) -> dict[str, int]:
        """Return the leaves' counts and, for every unit above, the sum of its leaves' counts."""
        counts = dict(leaves)
        for unit in reversed(self.units):
            if unit.code in self.children:
                counts[unit.code] = sum(counts[child.code] for child in self.children[unit.code])
        return counts

    def parents_by_tier(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each tier with the parents of its units; '' is the parent of the top tier."""
        parents = [""]
        tier = 1
        while parents:
            yield tier, parents
            below = [child.code for parent in parents for child in self.children[parent]]
            parents = [code for code in below if code in self.children]
            tier += 1

    def gathered(
        self, low: Mapping[str, int], high: Mapping[str, int], *, no_cap: int
    ) -> tuple[dict[str, int], dict[str, int]]:
        """Return floors and caps of every unit with its leaves' own gathered up.

        Then each tier leaves the tiers below it enough and not too much: on a tree that is all
        that feasibility asks.
        """
        floors = {unit.code: low.get(unit.code, 0) for unit in self.units}
        caps = {unit.code: high.get(unit.code, no_cap) for unit in self.units}
        for unit in reversed(self.units):
            children = self.children.get(unit.code, ())
            if children:
                below = sum(floors[child.code] for child in children)
                above = sum(caps[child.code] for child in children)
                floors[unit.code] = max(floors[unit.code], below)
                caps[unit.code] = min(caps[unit.code], above)
        return floors, caps


def code_ranks(codes: Sequence[str]) -> NDArray[np.int64]:
    """Return each code's place in the order of codes, so that the order of rows cannot matter."""
    order = sorted(range(len(codes)), key=codes.__getitem__)
    ranks = np.empty(len(codes), dtype=np.int64)
    ranks[order] = np.arange(len(codes))
    return ranks


def kernel_weights(weights: Sequence[int | Fraction]) -> NDArray[np.int64] | list[Fraction]:
    """Return whole-number weights as one int64 array, any others as exact fractions."""
    if all(isinstance(weight, int) and weight < 2**63 for weight in weights):
        return np.array(weights, dtype=np.int64)
    return [Fraction(weight) for weight in weights]

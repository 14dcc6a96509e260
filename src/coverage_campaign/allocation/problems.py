"""What the kernel solves: one or many problems over flat, checked arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

from coverage_campaign.allocation.hamilton import Remainders
from coverage_campaign.allocation.signposts import Signposts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage_campaign.allocation.numbers import Ints, Weighted
    from coverage_campaign.allocation.ties import Turn

__all__ = ["One", "Problems", "Rule"]

Rule: TypeAlias = Signposts | Remainders


@attrs.frozen(eq=False)
class One:
    """One problem: its number, where its units stand, its total and its slices."""

    group: int
    start: int
    stop: int
    total: int
    weights: Weighted
    floors: Ints | None
    caps: Ints | None


@attrs.frozen(eq=False)
class Problems:
    """Problem g shares totals[g] among the units cuts[g] to cuts[g + 1] - 1."""

    rule: Rule
    totals: Ints
    weights: Weighted
    cuts: Ints
    floors: Ints | None
    caps: Ints | None
    turn: Turn
    names: Sequence[str] | None

    def one(self, group: int) -> One:
        """Return one problem."""
        start, stop = int(self.cuts[group]), int(self.cuts[group + 1])
        return One(
            group,
            start,
            stop,
            int(self.totals[group]),
            self.weights[start:stop],
            None if self.floors is None else self.floors[start:stop],
            None if self.caps is None else self.caps[start:stop],
        )

"""What the kernel solves: one or many problems over flat, checked arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

from coverage_campaign.allocation.apportionment.largest_remainder import Remainders
from coverage_campaign.allocation.apportionment.rounding_rules import Signposts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage_campaign.allocation.apportionment.inputs import Ints, Weighted
    from coverage_campaign.allocation.apportionment.ties import Turn

__all__ = ["One", "Problems", "Rule"]

Rule: TypeAlias = Signposts | Remainders


@attrs.frozen(eq=False)
class One:
    """One problem. Among many it has a number, and `start` is where its first unit stands."""

    rule: Rule
    total: int
    weights: Weighted
    floors: Ints | None
    caps: Ints | None
    turn: Turn
    names: Sequence[str] | None
    group: int = 0
    start: int = 0
    place: tuple[int, ...] = ()
    """How messages name the problem: its number among many, nothing where it is the only one."""

    @property
    def bounded(self) -> bool:
        """Whether floors or caps are given."""
        return self.floors is not None or self.caps is not None


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

    @property
    def free(self) -> bool:
        """Whether neither floors nor caps are given."""
        return self.floors is None and self.caps is None

    def one(self, group: int) -> One:
        """Return one problem."""
        start, stop = int(self.cuts[group]), int(self.cuts[group + 1])
        return One(
            self.rule,
            int(self.totals[group]),
            self.weights[start:stop],
            None if self.floors is None else self.floors[start:stop],
            None if self.caps is None else self.caps[start:stop],
            self.turn,
            self.names,
            group,
            start,
            (group,) if self.totals.size > 1 else (),
        )

"""Ties: units with exactly equal claims to fewer seats than there are of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs
import numpy as np

from coverage_campaign.errors import DefinitionError, Problem, TieError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Broken", "Tie", "TieRule", "Turn"]

TieRule: TypeAlias = "Literal['first', 'last', 'raise'] | Sequence[float] | NDArray[np.generic]"
"""Who wins a tie: the first or the last position, nobody, or the least of the given ranks."""


@attrs.frozen
class Tie:
    """Units with one and the same claim, the seats that were left for them, and who got them.

    `units` are positions; `group` is the problem's number in a batch or a ragged call, else 0.
    """

    units: tuple[int, ...]
    seats: int
    winners: tuple[int, ...]
    rule: str
    group: int = 0


@attrs.frozen(eq=False)
class Broken:
    """A tie as the kernel keeps it, which may have a million units."""

    units: NDArray[np.int64]
    seats: int
    winners: NDArray[np.int64]
    rule: str
    group: int

    def tie(self) -> Tie:
        """Return the tie as a value."""
        units, winners = tuple(self.units.tolist()), tuple(self.winners.tolist())
        return Tie(units, self.seats, winners, self.rule, self.group)


@attrs.frozen(eq=False)
class Turn:
    """A checked tie rule: it picks the winners of a tie and keeps the record."""

    rule: str
    ranks: NDArray[np.generic] | None = None
    names: Sequence[str] | None = None

    def pick(self, units: NDArray[np.int64], seats: int, group: int = 0, start: int = 0) -> Broken:
        """Return the tie with its winners; `units` are positions in rising order.

        `start` is where the problem's first unit stands among all ranks and names.

        Raises:
            TieError: the rule is "raise", or equal ranks leave it open.
        """
        if self.rule == "raise":
            self._refuse(units + start, seats, "name who goes first: ties='first', 'last' or ranks")
        if self.rule == "last":
            winners = units[units.size - seats :]
        elif self.ranks is None:
            winners = units[:seats]
        else:
            ranks = self.ranks[units + start]
            order = np.argsort(ranks, kind="stable")
            if ranks[order[seats - 1]] == ranks[order[seats]]:
                self._refuse(
                    units + start, seats, "equal ranks leave the tie open: give each its own"
                )
            winners = np.sort(units[order[:seats]])
        return Broken(units, seats, winners, self.rule, group)

    def _refuse(self, units: NDArray[np.int64], seats: int, way_out: str) -> None:
        names = self.names
        shown = [repr(names[i % len(names)]) if names else str(i) for i in units[:10].tolist()]
        more = f" and {units.size - 10:,} more" if units.size > len(shown) else ""
        raise TieError(
            Problem(
                "ties",
                f"units {', '.join(shown)}{more} have equal claims to {seats:,} "
                f"seat{'s' if seats != 1 else ''}",
                way_out,
            )
        )


def read_ties(ties: TieRule, shape: tuple[int, ...], names: Sequence[str] | None) -> Turn:
    """Return the checked tie rule for weights of `shape`.

    Raises:
        DefinitionError: an unknown word, or ranks that do not fit the weights.
    """
    if isinstance(ties, str):
        if ties not in {"first", "last", "raise"}:
            raise DefinitionError(
                Problem("ties", repr(ties), "'first', 'last', 'raise' or a sequence of ranks")
            )
        return Turn(ties, None, names)
    ranks = np.asarray(ties)
    try:
        ranks = np.broadcast_to(ranks, shape).reshape(-1)
    except ValueError:
        raise DefinitionError(
            Problem("ties", f"ranks of shape {ranks.shape}", f"one rank a unit: shape {shape}")
        ) from None
    if ranks.dtype.kind == "f" and bool(np.isnan(ranks).any()):
        raise DefinitionError(Problem("ties", "a rank that is not a number", "a rank for each"))
    return Turn("ranks", ranks, names)

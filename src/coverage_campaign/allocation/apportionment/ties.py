"""Ties: units with exactly equal claims to fewer seats than there are of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs
import numpy as np

from coverage_campaign.errors import DefinitionError, Problem, TieError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Broken", "Tie", "TieRule", "TieTable", "Turn"]

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
class TieTable:
    """The ties of many problems: for each its group, how many are tied, and for how many seats.

    `units` are positions in their groups, one tie after the other; `won` tells who got a seat.
    """

    groups: NDArray[np.int64]
    sizes: NDArray[np.int64]
    seats: NDArray[np.int64]
    units: NDArray[np.int64]
    won: NDArray[np.bool_]
    rule: str

    @classmethod
    def none(cls) -> TieTable:
        """Return a table without ties."""
        empty = np.empty(0, dtype=np.int64)
        return cls(empty, empty, empty, empty, np.empty(0, dtype=np.bool_), "")

    def joined(self, more: TieTable) -> TieTable:
        """Return the ties of both."""
        if not more.groups.size:
            return self
        return TieTable(
            np.append(self.groups, more.groups),
            np.append(self.sizes, more.sizes),
            np.append(self.seats, more.seats),
            np.append(self.units, more.units),
            np.append(self.won, more.won),
            more.rule,
        )

    def each(self) -> Iterator[Broken]:
        """Return the ties one by one."""
        stop = np.cumsum(self.sizes).tolist()
        for group, size, seats, end in zip(
            self.groups.tolist(), self.sizes.tolist(), self.seats.tolist(), stop, strict=True
        ):
            units = self.units[end - size : end]
            yield Broken(units, seats, units[self.won[end - size : end]], self.rule, group)


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

    def pick_each(
        self,
        units: NDArray[np.int64],
        sizes: NDArray[np.int64],
        seats: NDArray[np.int64],
        groups: NDArray[np.int64],
        starts: NDArray[np.int64],
    ) -> TieTable:
        """Return many ties with their winners: `pick` for each, arguments one after the other.

        Raises:
            TieError: as `pick`.
        """
        before = np.cumsum(sizes) - sizes
        if self.rule == "raise" and sizes.size:
            self.pick(units[: sizes[0]], int(seats[0]), int(groups[0]), int(starts[0]))
        place = np.arange(units.size) - np.repeat(before, sizes)
        if self.rule == "last":
            won = place >= np.repeat(sizes - seats, sizes)
        else:
            won = place < np.repeat(seats, sizes)
        if self.ranks is not None:
            ranks = self.ranks[units + np.repeat(starts, sizes)]
            order = np.lexsort((ranks, np.repeat(groups, sizes)))
            end = before + seats
            open_ties = np.flatnonzero(ranks[order[end - 1]] == ranks[order[end]])
            for tie in open_ties[:1].tolist():
                tied = units[before[tie] : before[tie] + sizes[tie]]
                self.pick(tied, int(seats[tie]), int(groups[tie]), int(starts[tie]))
            placed = won
            won = np.empty_like(placed)
            won[order] = placed
        return TieTable(groups, sizes, seats, units, won, self.rule)

    def _refuse(self, units: NDArray[np.int64], seats: int, fix: str) -> None:
        names = self.names
        shown = [repr(names[i % len(names)]) if names else str(i) for i in units[:10].tolist()]
        more = f" and {units.size - 10:,} more" if units.size > len(shown) else ""
        raise TieError(
            Problem(
                "ties",
                f"units {', '.join(shown)}{more} have equal claims to {seats:,} "
                f"seat{'s' if seats != 1 else ''}",
                fix,
            )
        )


_WORDS = {word: Turn(word) for word in ("first", "last", "raise")}


def read_ties(ties: TieRule, shape: tuple[int, ...], names: Sequence[str] | None) -> Turn:
    """Return the checked tie rule for weights of `shape`.

    Raises:
        DefinitionError: an unknown word, or ranks that do not fit the weights.
    """
    if isinstance(ties, str):
        if ties not in _WORDS:
            raise DefinitionError(
                Problem("ties", repr(ties), "'first', 'last', 'raise' or a sequence of ranks")
            )
        return _WORDS[ties] if names is None else Turn(ties, None, names)
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

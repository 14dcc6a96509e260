"""Ties: units with exactly equal claims to fewer seats than there are of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isinf
from typing import Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.inputs import (
    Ints,
    as_array,
    as_fraction,
    objects,
    refuse,
)
from coverage_campaign.errors import DefinitionError, Problem, TieError
from coverage_campaign.frames import by_value
from coverage_campaign.messages import message

__all__ = ["Tie", "TieBreaker", "TieRule", "TieTable"]

TieRule: TypeAlias = Literal["first", "last", "raise"] | Sequence[float] | NDArray[np.generic]
"""Who wins a tie: the first or the last position, nobody, or the least of the given ranks."""

_NO_RULE = "name who goes first: ties='first', 'last' or ranks"
_EQUAL_RANKS = "equal ranks leave the tie open: give each its own"


@attrs.frozen
class Tie:
    """Units with one and the same claim, the seats that were left for them, and who got them.

    `units` are positions; `group` is the problem's number in a batch or a call by group, else 0.
    """

    units: tuple[int, ...]
    seats: int
    winners: tuple[int, ...]
    rule: str
    group: int = 0


@attrs.frozen(eq=False)
class TieTable:
    """The ties of many problems: for each its group, how many are tied, and for how many seats.

    `units` are positions in their groups, one tie after the other; `won` tells who got a seat.
    """

    groups: Ints
    sizes: Ints
    seats: Ints
    units: Ints
    won: NDArray[np.bool_]
    rule: str

    def ties(self) -> list[Tie]:
        """Return the ties as values."""
        stops = np.append(0, np.cumsum(self.sizes)).tolist()
        found = []
        for (start, stop), group, seats in zip(
            pairwise(stops), self.groups.tolist(), self.seats.tolist(), strict=True
        ):
            units = self.units[start:stop]
            winners = units[self.won[start:stop]]
            found.append(
                Tie(tuple(units.tolist()), seats, tuple(winners.tolist()), self.rule, group)
            )
        return found


@attrs.frozen
class TieBreaker:
    """A checked tie rule: it picks the winners of ties and keeps the record.

    `ranks` and `names` are those of all units of a call; of many rows the names repeat.
    """

    rule: str
    ranks: NDArray[np.generic] | None = attrs.field(default=None, eq=by_value)
    names: Sequence[str] | None = None

    def pick(
        self, units: Ints, *, sizes: Ints, seats: Ints, groups: Ints, origin: Ints
    ) -> TieTable:
        """Return ties with their winners; `units` rise within each tie.

        `sizes`, `seats`, `groups` and `origin` (where a group's first unit stands among all units)
        have one entry a tie.

        Raises:
            TieError: the rule is "raise", or equal ranks leave it open.
        """
        if self.rule == "raise" and sizes.size:
            raise self._refusal(units[: sizes[0]] + origin[0], int(seats[0]), _NO_RULE)
        runs = np.column_stack([seats, sizes - seats])
        last = self.rule == "last"
        won = np.repeat([not last, last] * sizes.size, (runs[:, ::-1] if last else runs).ravel())
        if self.ranks is not None:
            before = np.cumsum(sizes) - sizes
            ranks = self.ranks[units + np.repeat(origin, sizes)]
            order = np.lexsort((ranks, np.repeat(np.arange(sizes.size), sizes)))
            end = before + seats
            for tie in np.flatnonzero(ranks[order[end - 1]] == ranks[order[end]])[:1].tolist():
                tied = units[before[tie] : before[tie] + sizes[tie]] + origin[tie]
                raise self._refusal(tied, int(seats[tie]), _EQUAL_RANKS)
            placed, won = won, np.empty_like(won)
            won[order] = placed
        return TieTable(groups, sizes, seats, units, won, self.rule)

    def order(self, size: int, origin: int) -> list[int]:
        """Return numbers that are less for units of one group that go first among equals."""
        if self.ranks is not None:
            ranks: list[int] = np.unique(self.ranks[origin : origin + size], return_inverse=True)[
                1
            ].tolist()
            return ranks
        step = -1 if self.rule == "last" else 1
        return list(range(0, step * size, step))

    def record(self, units: Ints, winners: set[int], *, group: int, origin: int) -> TieTable:
        """Return one tie that was broken by `order`.

        Raises:
            TieError: as `pick`.
        """
        won = np.isin(units, list(winners))
        if self.rule == "raise":
            raise self._refusal(units + origin, len(winners), _NO_RULE)
        if self.ranks is not None:
            ranks = self.ranks[units + origin]
            if np.intersect1d(ranks[won], ranks[~won]).size:
                raise self._refusal(units + origin, len(winners), _EQUAL_RANKS)
        return TieTable(
            np.array([group]),
            np.array([units.size]),
            np.array([len(winners)]),
            units,
            won,
            self.rule,
        )

    def _refusal(self, units: Ints, seats: int, fix: str) -> TieError:
        names = self.names
        shown = [repr(names[i % len(names)]) if names else str(i) for i in units.tolist()]
        found = message(
            "units {units:list 10} have equal claims to {n} {n:plural seat|seats}",
            units=shown,
            n=seats,
        )
        return TieError(Problem("ties", found, fix))


def read_ties(
    ties: TieRule, shape: tuple[int, ...], names: Sequence[str] | None = None
) -> TieBreaker:
    """Return the checked tie rule for weights of `shape`.

    Raises:
        DefinitionError: an unknown word, or ranks that do not fit the weights.
    """
    if isinstance(ties, str):
        if ties not in {"first", "last", "raise"}:
            raise DefinitionError(
                Problem("ties", repr(ties), "'first', 'last', 'raise' or a sequence of ranks")
            )
        return TieBreaker(ties, None, names)
    ranks = as_array(ties)
    if ranks.dtype.kind == "O":
        ranks = _compared(ranks)
    try:
        ranks = np.broadcast_to(ranks, shape).reshape(-1)
    except ValueError:
        raise DefinitionError(
            Problem(
                "ties",
                message("ranks of shape {shape:raw}", shape=ranks.shape),
                message("one rank a unit: shape {shape:raw}", shape=shape),
            )
        ) from None
    if ranks.dtype.kind not in "iufb":
        raise DefinitionError(
            Problem(
                "ties",
                message("ranks of type {dtype:raw}", dtype=str(ranks.dtype)),
                "a number for each",
            )
        )
    if ranks.dtype.kind == "f" and bool(np.isnan(ranks).any()):
        raise DefinitionError(Problem("ties", "a rank that is not a number", "a rank for each"))
    return TieBreaker("ranks", ranks, names)


def _compared(ranks: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return numbers of several kinds by their exact order, equal ones as equal."""
    exact = [
        value if isinstance(value, float) and isinf(value) else as_fraction(value)
        for value in ranks.ravel().tolist()
    ]
    bad = np.array([value is None for value in exact], dtype=np.bool_)
    refuse("ties", ranks, bad.reshape(ranks.shape), "a number for each")
    return np.unique(objects(exact), return_inverse=True)[1].reshape(ranks.shape)

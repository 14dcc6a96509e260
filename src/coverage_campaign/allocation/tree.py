"""The tree of a breakdown, tier under tier, as arrays: what is summed up it and handed down it.

What a unit has beyond the units below it is a part of its own: a leaf below the unit, whose code is
the unit's with `OWN` behind it. Units that are not open on any day of the campaign are left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.labels import Label
from coverage_campaign.model.units import Unit

if TYPE_CHECKING:
    Ints: TypeAlias = NDArray[np.int64]
    Flags: TypeAlias = NDArray[np.bool_]

__all__ = [
    "NO_CAP",
    "OWN",
    "Siblings",
    "UnitTree",
    "code_ranks",
    "counts_of",
    "exact_weights",
    "leaf_of",
    "of_whole",
    "opens_later",
]

NO_CAP = int(np.iinfo(np.int64).max)
"""What stands for "no cap" where the kernel wants a number."""

OWN = "/own"
"""What is behind a unit's code in the code of its own part."""

Number = TypeVar("Number", np.int64, np.object_)

_TAGS = {"en": "en", "zh": "zh-Hans", "zh-Hant": "zh-Hant"}
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
    `starts[t - 1]` to before `starts[t]`. `later` are the codes of leaves that are not open yet on
    the campaign's first day.
    """

    units: tuple[Unit, ...]
    parent: NDArray[np.intp]
    starts: tuple[int, ...]
    later: frozenset[str] = frozenset()

    @classmethod
    def of(cls, campaign: Campaign, among: str, *, sharing: Iterable[str] = ()) -> UnitTree:
        """Return the tree of a breakdown of the campaign.

        An upper unit has a part of its own where a measure counts people of it outside the units
        below it, and where it is `sharing` itself or takes the place of a unit that closes.
        """
        first, last = _window(campaign)
        members = _alive(campaign.members(among), first, last)
        if not members:
            raise DefinitionError(
                Problem(
                    message("breakdown '{code}'", code=among),
                    "has no units",
                    "check the kinds that it names",
                )
            )
        codes = {unit.code for unit in members}
        _refuse_gaps(campaign, among, members, codes)
        children: dict[str, list[Unit]] = {}
        for unit in members:
            children.setdefault(unit.parent if unit.parent in codes else "", []).append(unit)
        named = {*sharing, *(heir for unit in members for heir, _ in unit.successors)}
        for code in codes & children.keys():
            own = _own_part(campaign, campaign.unit(code), among)
            if code in named or any(count for _, count in own.counts):
                children[code].append(own)
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
        later = {unit.code for unit in ordered if opens_later(campaign, unit)} - children.keys()
        return cls(tuple(ordered), np.array(parent, dtype=np.intp), tuple(starts), frozenset(later))

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


def of_whole(code: str) -> str:
    """Return the code of the unit that a leaf is, or is the own part of."""
    return code.removesuffix(OWN)


def leaf_of(campaign: Campaign, code: str, among: str) -> Unit:
    """Return the unit of a leaf's code, or what a unit has outside the units below it."""
    unit = campaign.unit(of_whole(code))
    return _own_part(campaign, unit, among) if code.endswith(OWN) else unit


def opens_later(campaign: Campaign, unit: Unit) -> bool:
    """Tell whether a unit opens after the campaign's first day."""
    return unit.opened is not None and unit.opened > _window(campaign)[0]


def _window(campaign: Campaign) -> tuple[dt.date, dt.date]:
    """Return the campaign's first and last day; without phases every day is one of it."""
    if not campaign.phases:
        return dt.date.min, dt.date.max
    window = campaign.whole_window
    return window.first, window.last


def _alive(members: Sequence[Unit], first: dt.date, last: dt.date) -> tuple[Unit, ...]:
    """Return the units that are open on one of these days, with all who are above them."""
    parents = {unit.code: unit.parent for unit in members}
    keep: set[str | None] = set()
    for unit in members:
        if (unit.opened or first) <= last and (unit.closed or last) >= first:
            code: str | None = unit.code
            while code in parents and code not in keep:
                keep.add(code)
                code = parents[code]
    return tuple(unit for unit in members if unit.code in keep)


def _own_part(campaign: Campaign, unit: Unit, among: str) -> Unit:
    """Return what a unit has outside the units below it, as a unit below it."""
    counts = {
        measure.code: max(count, 0)
        for measure in campaign.measures
        if (count := campaign.own_count(unit.code, measure.code, among=among)) is not None
    }
    name = message("{unit} (own people)", unit=unit.label)
    label = Label({tag: name.text(lang) for lang, tag in _TAGS.items()})
    return attrs.evolve(unit, code=unit.code + OWN, parent=unit.code, counts=counts, label=label)


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
                    message("unit '{unit}' of breakdown '{among}'", unit=unit.code, among=among),
                    message(
                        "is below '{end}' by way of '{parent}', which it leaves out",
                        end=ends[parent],
                        parent=parent,
                    ),
                    message("name the kind '{kind}' in it too", kind=campaign.unit(parent).kind),
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

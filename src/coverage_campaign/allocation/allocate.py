"""A target shared out among the units of a cut, tier by tier, exact to one person."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.assumptions import grounds_of
from coverage_campaign.allocation.coverage_target import read_target, to_the_goal
from coverage_campaign.allocation.feasibility import Room, misfits_frame, refuse
from coverage_campaign.allocation.limits import (
    Bounds,
    BoundsOrWeighting,
    Uplift,
    read_uplift,
)
from coverage_campaign.allocation.request import Asked, read_asked
from coverage_campaign.allocation.rows import share_rows, with_unallocated
from coverage_campaign.allocation.top_down import TieRule, UnitTie
from coverage_campaign.allocation.tree import CutTree
from coverage_campaign.allocation.weights import Weighting, WeightTable, equal
from coverage_campaign.checks import checked_call
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.targets import CoverageTarget, HeadcountTarget

if TYPE_CHECKING:
    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["Bounds", "Order", "TieRule", "Uplift", "allocate", "check_bounds"]

Order: TypeAlias = Literal["top_down", "bottom_up"]
Remainder: TypeAlias = Literal["raise", "keep"]
TargetLike: TypeAlias = HeadcountTarget | CoverageTarget | int | str | None


@checked_call
def allocate(
    campaign: Campaign,
    *,
    among: str = "counties",
    weights: Weighting | WeightTable | None = None,
    target: TargetLike = None,
    method: apportion.Method = apportion.webster,
    floors: BoundsOrWeighting | None = None,
    caps: BoundsOrWeighting | None = None,
    pins: BoundsOrWeighting | None = None,
    uplift: Uplift = 0,
    ties: TieRule = "code",
    already_covered: Weighting | WeightTable | None = None,
    base: int = 0,
    order: Order = "top_down",
    remainder: Remainder = "raise",
) -> Allocation:
    """Share a target out among the units of a cut, tier by tier, exact to one person.

    Args:
        campaign: The campaign; its tree gives the tiers.
        among: The code of a cut.
        weights: A weighting (`cc.weights`) or a number by unit code of the cut's leaves; an upper
            unit weighs what its leaves weigh together. Not needed for a coverage target.
        target: A headcount target, its code or a number of persons; by default the campaign's
            first guaranteed headcount. A coverage target gives each unit what brings it to the
            rate: ceil(rate x eligible) - covered, at least 0; then nothing is shared.
        method: An apportionment method; `webster` has no bias and no paradox.
        floors: Least persons by unit code. Persons enrolled so far continue a running campaign.
        caps: Most persons by unit code. A leaf whose eligible and covered people are both known
            never gets more than are left, whatever cap is given.
        pins: Shares that are fixed beforehand. `check_bounds` says whether they can fit, and the
            result's `reconciliation` what they did to the others.
        uplift: The rise of each tier's sum over its parent's share, rounded up per parent.
        ties: Who gets a seat that several claim equally: by least `code`, or `first`, `last` in
            file order, or `raise` a TieError. Ties are kept in `.ties` in any case.
        already_covered: Persons who are there already, by leaf: what is shared is they and the
            target together, nobody is taken away, and a share is what comes on top.
            `weights.level()` brings it with it: with the method `adams` the lowest rates rise.
        base: Persons that every leaf gets before the rest is shared by weight.
        order: `top_down` shares tier by tier; `bottom_up` shares among all leaves at once and
            adds up; `.drift` then says by how much each upper unit differs from the other order.
        remainder: What becomes of persons whom no cap leaves room for: `raise` an error, or `keep`
            them in a row of their own, the unit 'unallocated'.

    Raises:
        DefinitionError: A weight that is missing, negative, boolean or not finite; an unknown code.
        InfeasibleError: Floors, caps or pins that cannot be met: each of them, and by how much.
    """
    _check_words(("order", order, get_args(Order)), ("remainder", remainder, get_args(Remainder)))
    chosen = read_target(campaign, target)
    if isinstance(chosen, CoverageTarget):
        return to_the_goal(campaign, chosen, among=among)
    if weights is None:
        raise DefinitionError(
            Problem(
                "weights",
                "none",
                "say by what to share: cc.weights.by_measure('...'), or a number by unit code",
            )
        )
    total = chosen if isinstance(chosen, int) else chosen.persons
    tree = CutTree.of(campaign, among)
    rises = read_uplift(tree, uplift)
    asked = read_asked(
        campaign, tree, weights=weights, floors=floors, caps=caps, pins=pins,
        already_covered=already_covered, base=base, method=method, ties=ties,
    )  # fmt: skip
    _refuse_together(asked, rises=any(rises.values()), order=order)
    room = asked.room({})
    unallocated = _no_room_for(room, tree, total) if remainder == "keep" else 0
    refuse(room.for_total(tree, total - unallocated, Fraction(0)))
    share, ties_met, drift = _shared(asked, total - unallocated, room, order)
    raised = share
    if any(rises.values()):
        raised, also = _raised(asked, total - unallocated, rises)
        ties_met = tuple(dict.fromkeys((*ties_met, *also)))
    all_weights = asked.weights()
    frame = share_rows(asked, all_weights, share, raised)
    return Allocation(
        campaign=campaign,
        among=among,
        total=total,
        target=f"{total:,} people",
        method=method,
        weighting=asked.weighting.name,
        weights=all_weights,
        basis=grounds_of(
            campaign, among, asked.weighting, total if _is_callers(target, chosen) else None
        ),
        ties=ties_met,
        frame=with_unallocated(frame, unallocated) if unallocated else frame,
        drift=drift,
        unallocated=unallocated,
        order=order,
        uplift=tuple(rises.items()) if any(rises.values()) else (),
        already_covered=asked.already_covered,
        there=asked.there,
        shifts=asked.sharing.shifts,
        least=room.least,
        most=room.most,
        uncovered_caps=asked.limits.uncovered,
    )


@checked_call
def check_bounds(
    campaign: Campaign,
    *,
    among: str = "counties",
    weights: Weighting | WeightTable | None = None,
    target: TargetLike = None,
    method: apportion.Method = apportion.webster,
    floors: BoundsOrWeighting | None = None,
    caps: BoundsOrWeighting | None = None,
    pins: BoundsOrWeighting | None = None,
    uplift: Uplift = 0,
    already_covered: Weighting | WeightTable | None = None,
    base: int = 0,
) -> pd.DataFrame:
    """Return the floors, caps and pins that cannot be met, before anything is shared.

    Arguments as `allocate`; without weights every unit is taken to have one. Columns: unit ('' =
    the total), name, bound (floor, cap, pin, base, total), asked, possible, misses_by [persons],
    why. No row: everything fits, and `allocate` will find a way.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> frame = cc.check_bounds(campaign, pins={"430405": 50_000, "430406": 40_000})
    >>> print(frame.loc[0, "why"])
    floors, pins and bases need 90,000 of 76,000 people (largest: 430405 50,000, 430406 40,000)
    """
    chosen = read_target(campaign, target)
    if isinstance(chosen, CoverageTarget):
        raise DefinitionError(
            Problem("target", "a coverage rate for each unit", "nothing is shared: no bound binds")
        )
    tree = CutTree.of(campaign, among)
    rises = read_uplift(tree, uplift)
    asked = read_asked(
        campaign, tree, weights=equal if weights is None else weights, floors=floors, caps=caps,
        pins=pins, already_covered=already_covered, base=base, method=method, ties="code",
    )  # fmt: skip
    total = chosen if isinstance(chosen, int) else chosen.persons
    plain = asked.room({}).for_total(tree, total, Fraction(0))
    raised = asked.room(rises).for_total(tree, total, rises[1]) if any(rises.values()) else ()
    return misfits_frame(tuple(dict.fromkeys((*plain, *raised))))


def _shared(
    asked: Asked, total: int, room: Room, order: Order
) -> tuple[Ints, tuple[UnitTie, ...], tuple[tuple[str, int], ...]]:
    """Return shares and ties, and by how much upper units differ from the other order."""
    sharing, tree = asked.sharing, asked.tree
    share, ties = sharing.top_down(total, {}, room.least, room.most)
    if order == "top_down":
        return share, ties, ()
    from_the_top = share
    share, ties = sharing.bottom_up(total, room.least, room.most)
    upper = np.flatnonzero(~tree.is_leaf).tolist()
    return (
        share,
        ties,
        tuple((tree.codes[row], int(share[row] - from_the_top[row])) for row in upper),
    )


def _raised(
    asked: Asked, total: int, rises: Mapping[int, Fraction]
) -> tuple[Ints, tuple[UnitTie, ...]]:
    """Return the layer in which each tier's sum is raised, within the same bounds."""
    room = asked.room(rises)
    refuse(room.for_total(asked.tree, total, rises[1]))
    return asked.sharing.top_down(total, rises, room.least, room.most)


def _no_room_for(room: Room, tree: CutTree, total: int) -> int:
    """Return how many of the total no unit has room for."""
    return max(total - sum(map(int, room.most[: tree.starts[1]])), 0)


def _is_callers(target: TargetLike, chosen: HeadcountTarget | int) -> bool:
    return target is not None and isinstance(chosen, int)


def _check_words(*options: tuple[str, str, tuple[str, ...]]) -> None:
    problems = [
        Problem(name, repr(given), f"one of {', '.join(map(repr, words))}")
        for name, given, words in options
        if given not in words
    ]
    if problems:
        raise DefinitionError(problems)


def _refuse_together(asked: Asked, *, rises: bool, order: Order) -> None:
    problems = []
    if rises and asked.limits.pinned.any():
        problems.append(
            Problem("uplift", "together with pins", "pin the uplifted shares in a second call")
        )
    if order == "bottom_up":
        if rises:
            problems.append(
                Problem("uplift", "together with order='bottom_up'", "an uplift goes top_down")
            )
        problems += [
            Problem(
                f"bounds of '{asked.tree.codes[row]}'",
                "together with order='bottom_up'",
                "bound its leaves, or share top_down: an upper unit is then a sum of leaves",
            )
            for row in np.flatnonzero(asked.limits.bounded & ~asked.tree.is_leaf).tolist()
        ]
    if problems:
        raise DefinitionError(problems)

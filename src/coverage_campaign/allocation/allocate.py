"""A target shared out among the units of a cut, tier by tier, exact to one person."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

import pandas as pd

from coverage_campaign.allocation import apportion
from coverage_campaign.allocation.allocated import NO_CAP, Allocation
from coverage_campaign.allocation.goals import read_target, to_the_goal
from coverage_campaign.allocation.limits import (
    Bounds,
    Uplift,
    left_to_enrol,
    read_bounds,
    read_uplift,
)
from coverage_campaign.allocation.sharing import Sharing, TieRule
from coverage_campaign.allocation.tree import CutTree
from coverage_campaign.allocation.weights import Number, Weighting, WeightTable, to_weighting
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.basis import Basis
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.labels import Label
from coverage_campaign.model.targets import CoverageTarget, HeadcountTarget

__all__ = ["Bounds", "TieRule", "Uplift", "allocate"]


def allocate(
    campaign: Campaign,
    *,
    among: str = "counties",
    weights: Weighting | WeightTable | None = None,
    target: HeadcountTarget | CoverageTarget | int | str | None = None,
    method: apportion.Method = apportion.webster,
    floors: Bounds | None = None,
    caps: Bounds | None = None,
    pins: Bounds | None = None,
    uplift: Uplift = 0,
    ties: TieRule = "code",
    on_top_of: Weighting | WeightTable | None = None,
    base: int = 0,
    order: Literal["top_down", "leaves_first"] = "top_down",
    remainder: Literal["raise", "keep"] = "raise",
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
            never gets more than are left.
        pins: Shares that are fixed beforehand.
        uplift: The rise of each tier's sum over its parent's share, rounded up per parent.
        ties: Who gets a seat that several claim equally: by least `code`, or `first`, `last` in
            file order, or `raise` a TieError. Ties are kept in `.ties` in any case.
        on_top_of: Persons who are there already, by leaf: what is shared is they and the target
            together, nobody is taken away, and a share is what comes on top. With weights by
            eligible people, those covered here and `adams` the lowest coverage rates rise first.
        base: Persons that every leaf gets before the rest is shared by weight.
        order: `top_down` shares tier by tier; `leaves_first` shares among all leaves at once and
            adds up; `.drift` then says by how much each upper unit differs from the other order.
        remainder: What becomes of persons whom no cap leaves room for: `raise` an error, or `keep`
            them in a row of their own, the unit 'unallocated'.

    Raises:
        DefinitionError: A weight that is missing, negative, boolean or not finite; an unknown code.
        InfeasibleError: Floors, caps or pins that miss the total, and by how much.
    """
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
    weighting = to_weighting(weights)
    weighed = weighting.of(campaign, tree.leaves)
    pinned = read_bounds(tree, pins, "pins")
    low = {**read_bounds(tree, floors, "floors"), **pinned}
    high = {**left_to_enrol(campaign, tree), **read_bounds(tree, caps, "caps"), **pinned}
    rises = read_uplift(tree, uplift)
    _refuse_together(rises=any(rises.values()), pinned=bool(pinned), order=order)
    sharing = _sharing(
        campaign, tree, weighed, low=low, high=high, base=base, on_top_of=on_top_of,
        method=method, ties=ties,
    )  # fmt: skip
    unallocated = _no_room_for(sharing, total) if remainder == "keep" else 0
    share, found = sharing.top_down(total - unallocated, {})
    drift: tuple[tuple[str, int], ...] = ()
    if order == "leaves_first":
        from_the_top = share
        share, found = sharing.leaves_first(total - unallocated)
        drift = tuple((code, share[code] - from_the_top[code]) for code in tree.children if code)
    raised = share
    if any(rises.values()):
        raised, also = sharing.top_down(total - unallocated, rises)
        found = tuple(dict.fromkeys((*found, *also)))
    units = tree.units
    all_weights = tuple(weighed.get(unit.code, sharing.weights[unit.code]) for unit in units)
    frame = pd.DataFrame(
        {
            "unit": pd.array([unit.code for unit in units], dtype="str"),
            "name": pd.array([unit.label.text() for unit in units], dtype="str"),
            "parent": pd.array([tree.parent_of(unit) for unit in units], dtype="str"),
            "tier": pd.array([tree.tier[unit.code] for unit in units], dtype="Int64"),
            "weight": _weight_column(all_weights),
            "quota": pd.array(_quotas(tree, sharing.weights, share, total), dtype="Float64"),
            "share": pd.array([share[unit.code] for unit in units], dtype="Int64"),
            "floor": pd.array([low.get(unit.code) for unit in units], dtype="Int64"),
            "cap": pd.array([high.get(unit.code) for unit in units], dtype="Int64"),
            "pinned": pd.array([unit.code in pinned for unit in units], dtype="bool"),
            "uplifted": pd.array([raised[unit.code] for unit in units], dtype="Int64"),
        }
    )
    if unallocated:
        frame = pd.concat([frame, _unallocated_row(frame, unallocated)], ignore_index=True)
    codes = [unit.code for unit in units]
    return Allocation(
        campaign=campaign,
        among=among,
        total=total,
        target=f"{total:,} people",
        method=method,
        weighting=weighting.name,
        weights=all_weights,
        basis=_basis(
            campaign,
            among,
            weighting,
            caller_s_total=total if target is not None and isinstance(chosen, int) else None,
        ),
        ties=found,
        frame=frame,
        drift=drift,
        unallocated=unallocated,
        seat_floors=tuple(sharing.floors[code] for code in codes),
        seat_caps=tuple(sharing.caps[code] for code in codes),
        shifts=tuple(sharing.shifts[code] for code in codes),
    )


def _refuse_together(*, rises: bool, pinned: bool, order: str) -> None:
    if rises and pinned:
        raise DefinitionError(
            Problem("uplift", "together with pins", "pin the uplifted shares in a second call")
        )
    if rises and order == "leaves_first":
        raise DefinitionError(
            Problem("uplift", "together with order='leaves_first'", "an uplift goes top_down")
        )


def _sharing(
    campaign: Campaign,
    tree: CutTree,
    weighed: dict[str, Number],
    *,
    low: dict[str, int],
    high: dict[str, int],
    base: int,
    on_top_of: Weighting | WeightTable | None,
    method: apportion.Method,
    ties: TieRule,
) -> Sharing:
    """Return the kernel's input: bounds and shifts of the leaves, gathered up the tree."""
    if isinstance(base, bool) or base < 0:
        raise DefinitionError(Problem("base", f"{base!r}", "give whole persons, 0 or more"))
    there = _there(campaign, tree, on_top_of)
    parents = set(tree.children)
    leaf_floors, leaf_caps, shifts = {}, {}, {}
    for unit in tree.units:
        code = unit.code
        own = there.get(code, 0)
        shift = 0 if code in parents else base - own
        shifts[code] = shift
        if code in low or own or base:
            leaf_floors[code] = max(low.get(code, 0) - base, 0) + own
        if code in high:
            leaf_caps[code] = max(high[code] - shift, 0)
    shifts = tree.summed_counts({code: shifts[code] for code in shifts if code not in parents})
    for code in parents & set(low):
        leaf_floors[code] = max(low[code] - shifts[code], 0)
    for code in parents & set(high):
        leaf_caps[code] = max(high[code] - shifts[code], 0)
    floors, caps = tree.gathered(leaf_floors, leaf_caps, no_cap=NO_CAP)
    return Sharing(
        tree=tree,
        weights=tree.summed({code: _exact(weight) for code, weight in weighed.items()}),
        floors=floors,
        caps=caps,
        shifts=shifts,
        method=method,
        rule=ties,
    )


def _there(
    campaign: Campaign, tree: CutTree, on_top_of: Weighting | WeightTable | None
) -> dict[str, int]:
    if on_top_of is None:
        return {}
    given = to_weighting(on_top_of).of(campaign, tree.leaves)
    problems = [
        Problem(f"on_top_of['{code}']", f"{count}", "people who are there are whole persons")
        for code, count in given.items()
        if int(count) != count
    ]
    if problems:
        raise DefinitionError(problems)
    return {code: int(count) for code, count in given.items()}


def _no_room_for(sharing: Sharing, total: int) -> int:
    """Return how many of the total no leaf has room for."""
    room = 0
    for unit in sharing.tree.leaves:
        code = unit.code
        seats = sharing.caps[code] if sharing.weights[code] else sharing.floors[code]
        room += seats + sharing.shifts[code]
    return max(total - room, 0)


def _unallocated_row(frame: pd.DataFrame, persons: int) -> pd.DataFrame:
    row = frame.iloc[:1].copy()
    row[["unit", "name"]] = ["unallocated", "Unallocated"]
    row[["parent", "weight", "quota", "floor", "cap"]] = [None, pd.NA, pd.NA, pd.NA, pd.NA]
    row[["tier", "share", "pinned", "uplifted"]] = [1, persons, False, persons]
    return row.astype(frame.dtypes.to_dict())


def _exact(weight: Number) -> int | Fraction:
    return weight if isinstance(weight, int) else Fraction(weight)


def _basis(
    campaign: Campaign, among: str, weighting: Weighting, *, caller_s_total: int | None
) -> Basis:
    basis = campaign.basis()
    if caller_s_total is not None:
        basis = basis.assuming(
            Label(
                {
                    "en": f"the total of {caller_s_total:,} people is the caller's",
                    "zh-Hans": f"任务总数{caller_s_total:,}人由使用者给定",
                }
            )
        )
    return basis.assuming(_declared(campaign, among, weighting)) if weighting.assumption else basis


def _declared(campaign: Campaign, among: str, weighting: Weighting) -> Label:
    cut = campaign.cut(among).label
    return Label(
        {
            "en": f"{among}: {weighting.assumption}",
            "zh-Hans": f"{cut.text('zh')}的权重为使用者设定，并无出处（{weighting.assumption}）",
        }
    )


def _quotas(
    tree: CutTree, weights: Mapping[str, int | Fraction], share: Mapping[str, int], total: int
) -> list[float | None]:
    wholes = {
        parent: sum(weights[child.code] for child in children)
        for parent, children in tree.children.items()
    }
    quotas: list[float | None] = []
    for unit in tree.units:
        parent = tree.parent_of(unit)
        seats = total if parent is None else share[parent]
        whole = wholes[parent or ""]
        quotas.append(float(Fraction(weights[unit.code]) * seats / whole) if whole else None)
    return quotas


def _weight_column(weights: tuple[Number, ...]) -> pd.Series[int] | pd.Series[float]:
    if all(isinstance(weight, int) for weight in weights):
        return pd.Series([int(weight) for weight in weights], dtype="Int64")
    return pd.Series([float(weight) for weight in weights], dtype="Float64")

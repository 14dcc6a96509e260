"""A target shared out among the units of a cut, tier by tier, exact to one person."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Literal, TypeAlias

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.allocation import apportion
from coverage_campaign.allocation.allocated import NO_CAP, Allocation, UnitTie, number_text
from coverage_campaign.allocation.tree import CutTree, code_ranks, kernel_weights
from coverage_campaign.allocation.weights import (
    Number,
    Weighting,
    WeightTable,
    eligible,
    to_weighting,
)
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.labels import Label
from coverage_campaign.model.targets import CoverageTarget, HeadcountTarget, to_rate
from coverage_campaign.model.units import Unit

__all__ = ["Bounds", "TieRule", "Uplift", "allocate"]

Bounds: TypeAlias = "Mapping[str, int] | pd.Series[int]"
"""Persons by unit code; a unit that is not named has no bound."""
Uplift: TypeAlias = Fraction | Decimal | int | str | Mapping[int, Fraction | Decimal | int | str]
"""One rise for every tier ('0.05' or '5%'), or a rise by tier number."""
TieRule: TypeAlias = Literal["code", "first", "last", "raise"]


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
        floors: Least persons by unit code.
        caps: Most persons by unit code. A leaf whose eligible and covered people are both known
            never gets more than are left.
        pins: Shares that are fixed beforehand.
        uplift: The rise of each tier's sum over its parent's share, rounded up per parent.
        ties: Who gets a seat that several claim equally: by least `code`, or `first`, `last` in
            file order, or `raise` a TieError. Ties are kept in `.ties` in any case.

    Raises:
        DefinitionError: A weight that is missing, negative, boolean or not finite; an unknown code.
        InfeasibleError: Floors, caps or pins that miss the total, and by how much.
    """
    chosen = _target(campaign, target)
    if isinstance(chosen, CoverageTarget):
        return _to_the_goal(campaign, chosen, among=among)
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
    tree_weights = tree.summed({code: _exact(weight) for code, weight in weighed.items()})
    pinned = _bounds(tree, pins, "pins")
    low = {**_bounds(tree, floors, "floors"), **pinned}
    high = {**_left_to_enrol(campaign, tree), **_bounds(tree, caps, "caps"), **pinned}
    rises = _rises(uplift, tree)
    if any(rises.values()) and pinned:
        raise DefinitionError(
            Problem("uplift", "together with pins", "pin the uplifted shares in a second call")
        )
    gathered_floors, gathered_caps = tree.gathered(low, high, no_cap=NO_CAP)
    sharing = _Sharing(
        tree=tree,
        weights=tree_weights,
        floors=gathered_floors,
        caps=gathered_caps,
        method=method,
        rule=ties,
    )
    share, found = sharing.down(total, {})
    raised, also = sharing.down(total, rises) if any(rises.values()) else (share, found)
    units = tree.units
    all_weights = tuple(weighed.get(unit.code, tree_weights[unit.code]) for unit in units)
    frame = pd.DataFrame(
        {
            "unit": pd.array([unit.code for unit in units], dtype="str"),
            "name": pd.array([unit.label.text() for unit in units], dtype="str"),
            "parent": pd.array([tree.parent_of(unit) for unit in units], dtype="str"),
            "tier": pd.array([tree.tier[unit.code] for unit in units], dtype="Int64"),
            "weight": _weight_column(all_weights),
            "quota": pd.array(_quotas(tree, tree_weights, share, total), dtype="Float64"),
            "share": pd.array([share[unit.code] for unit in units], dtype="Int64"),
            "floor": pd.array([low.get(unit.code) for unit in units], dtype="Int64"),
            "cap": pd.array([high.get(unit.code) for unit in units], dtype="Int64"),
            "pinned": pd.array([unit.code in pinned for unit in units], dtype="bool"),
            "uplifted": pd.array([raised[unit.code] for unit in units], dtype="Int64"),
        }
    )
    basis = campaign.basis()
    if isinstance(chosen, int) and target is not None:
        basis = basis.assuming(
            Label(
                {
                    "en": f"the total of {total:,} people is the caller's",
                    "zh-Hans": f"任务总数{total:,}人由使用者给定",
                }
            )
        )
    if weighting.assumption:
        basis = basis.assuming(_declared(campaign, among, weighting))
    return Allocation(
        campaign=campaign,
        among=among,
        total=total,
        target=f"{total:,} people",
        method=method,
        weighting=weighting.name,
        weights=all_weights,
        basis=basis,
        ties=tuple(dict.fromkeys((*found, *also))),
        frame=frame,
    )


def _exact(weight: Number) -> int | Fraction:
    return weight if isinstance(weight, int) else Fraction(weight)


def _bounds(tree: CutTree, bounds: Bounds | None, name: str) -> dict[str, int]:
    if bounds is None:
        return {}
    given = {str(code): value for code, value in bounds.items()}
    problems = [
        Problem(f"{name}['{code}']", "no such unit here", "name units of the cut that is shared")
        for code in given
        if code not in tree.tier
    ] + [
        Problem(
            f"{name}['{code}']", f"{value!r}", "a bound is a whole number of persons, 0 or more"
        )
        for code, value in given.items()
        if isinstance(value, (bool, np.bool_)) or int(value) != value or value < 0
    ]
    if problems:
        raise DefinitionError(problems)
    return {code: int(value) for code, value in given.items()}


def _left_to_enrol(campaign: Campaign, tree: CutTree) -> dict[str, int]:
    """Return eligible - covered of the leaves for which both are known: nobody can do more."""
    if not (campaign.eligible and campaign.covered):
        return {}
    left: dict[str, int] = {}
    for unit in tree.leaves:
        people, covered = unit.count(campaign.eligible), unit.count(campaign.covered)
        if people is not None and covered is not None:
            left[unit.code] = max(people - covered, 0)
    return left


def _rises(uplift: Uplift, tree: CutTree) -> dict[int, Fraction]:
    tiers = sorted(set(tree.tier.values()))
    if isinstance(uplift, Mapping):
        unknown = [tier for tier in uplift if tier not in tiers]
        if unknown:
            raise DefinitionError(
                Problem("uplift", f"tier {unknown[0]}", f"the tiers here are {tiers}")
            )
        rises = {tier: to_rate(uplift.get(tier, 0)) for tier in tiers}
    else:
        rises = dict.fromkeys(tiers, to_rate(uplift))
    if any(rise < 0 for rise in rises.values()):
        raise DefinitionError(Problem("uplift", "negative", "an uplift is 0 or more"))
    return rises


@attrs.frozen
class _Sharing:
    """How a total goes down the tree: all parents of a tier hand on their seats in one call."""

    tree: CutTree
    weights: Mapping[str, int | Fraction]
    floors: Mapping[str, int]
    caps: Mapping[str, int]
    method: apportion.Method
    rule: TieRule

    def down(
        self, total: int, rises: Mapping[int, Fraction]
    ) -> tuple[dict[str, int], tuple[UnitTie, ...]]:
        """Return the seats of every unit, and the ties that were met on the way."""
        given = {"": total}
        ties: list[UnitTie] = []
        for tier, parents in self.tree.parents_by_tier():
            children = [child.code for parent in parents for child in self.tree.children[parent]]
            sizes = [len(self.tree.children[parent]) for parent in parents]
            offsets = np.concatenate([[0], np.cumsum(sizes)])
            rise = 1 + rises.get(tier, Fraction(0))
            seats, found = apportion.ragged_with_ties(
                self.method,
                np.array([ceil(given[parent] * rise) for parent in parents], dtype=np.int64),
                kernel_weights([self.weights[code] for code in children]),
                offsets=offsets,
                floors=np.array([self.floors[code] for code in children], dtype=np.int64),
                caps=np.array([self.caps[code] for code in children], dtype=np.int64),
                ties=code_ranks(children) if self.rule == "code" else self.rule,
                names=children,
            )
            given.update(zip(children, seats.tolist(), strict=True))
            for tie in found:
                start = int(offsets[tie.group])
                ties.append(
                    UnitTie(
                        parent=parents[tie.group],
                        units=tuple(children[start + position] for position in tie.units),
                        seats=tie.seats,
                        winners=tuple(children[start + position] for position in tie.winners),
                        rule=self.rule,
                    )
                )
        return given, tuple(ties)


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
    quotas: list[float | None] = []
    for unit in tree.units:
        parent = tree.parent_of(unit)
        seats = total if parent is None else share[parent]
        whole = sum(weights[sibling.code] for sibling in tree.children[parent or ""])
        quotas.append(float(Fraction(weights[unit.code]) * seats / whole) if whole else None)
    return quotas


def _weight_column(weights: tuple[Number, ...]) -> pd.Series[int] | pd.Series[float]:
    if all(isinstance(weight, int) for weight in weights):
        return pd.Series([int(weight) for weight in weights], dtype="Int64")
    return pd.Series([float(weight) for weight in weights], dtype="Float64")


# -- a coverage goal for each unit -----------------------------------------------------------------


def _target(
    campaign: Campaign, target: HeadcountTarget | CoverageTarget | int | str | None
) -> HeadcountTarget | CoverageTarget | int:
    if isinstance(target, (HeadcountTarget, CoverageTarget)):
        return target
    if isinstance(target, bool) or (isinstance(target, int) and target < 0):
        raise DefinitionError(Problem("target", f"{target}", "give a number of persons, 0 or more"))
    if isinstance(target, int):
        return target
    named = [
        one
        for one in campaign.targets
        if isinstance(one, (HeadcountTarget, CoverageTarget)) and one.code == target
    ]
    if named:
        return named[0]
    if target is None and campaign.headcount is not None:
        return campaign.headcount
    known = ", ".join(one.code for one in campaign.targets) or "none"
    raise DefinitionError(
        Problem("target", f"{target!r}", f"give persons or a target's code ({known})")
    )


def _to_the_goal(campaign: Campaign, target: CoverageTarget, *, among: str) -> Allocation:
    tree = CutTree.of(campaign, among)
    if len(tree.units) != len(tree.leaves):
        raise DefinitionError(
            Problem(f"cut '{among}'", "has several tiers", "apply a coverage goal to one tier")
        )
    people = _eligible(campaign, tree.leaves)
    covered = {
        unit.code: (unit.count(campaign.covered) or 0) if campaign.covered else 0
        for unit in tree.leaves
    }
    needed = {code: target.to * count for code, count in people.items()}
    share = {code: max(ceil(need) - covered[code], 0) for code, need in needed.items()}
    units = tree.units
    frame = pd.DataFrame(
        {
            "unit": pd.array([unit.code for unit in units], dtype="str"),
            "name": pd.array([unit.label.text() for unit in units], dtype="str"),
            "parent": pd.array([None] * len(units), dtype="str"),
            "tier": pd.array([1] * len(units), dtype="Int64"),
            "weight": pd.array([people[unit.code] for unit in units], dtype="Int64"),
            "quota": pd.array(
                [float(needed[unit.code] - covered[unit.code]) for unit in units], dtype="Float64"
            ),
            "share": pd.array([share[unit.code] for unit in units], dtype="Int64"),
            "floor": pd.array([None] * len(units), dtype="Int64"),
            "cap": pd.array([None] * len(units), dtype="Int64"),
            "pinned": np.zeros(len(units), dtype=bool),
            "uplifted": pd.array([share[unit.code] for unit in units], dtype="Int64"),
        }
    )
    return Allocation(
        campaign=campaign,
        among=among,
        total=sum(share.values()),
        target=f"{number_text(target.to * 100)} % of {campaign.eligible}",
        method=None,
        weighting=campaign.eligible,
        weights=tuple(people[unit.code] for unit in units),
        basis=campaign.basis().assuming(_each_to_the_goal(campaign, target)),
        ties=(),
        frame=frame,
    )


def _each_to_the_goal(campaign: Campaign, target: CoverageTarget) -> Label:
    rate = number_text(target.to * 100)
    people = campaign.measure(campaign.eligible).label
    return Label(
        {
            "en": f"each unit is to reach {rate} % of its own {people.text('en')}",
            "zh-Hans": f"各单位均须达到本单位{people.text('zh')}的{rate}%",
        }
    )


def _eligible(campaign: Campaign, units: tuple[Unit, ...]) -> dict[str, int]:
    """Return the eligible population of each unit [persons]; an error names those without one."""
    return {code: int(count) for code, count in eligible.of(campaign, units).items()}

"""A target shared out among the units of a breakdown, tier by tier, exact to one person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.explain import number_text
from coverage_campaign.allocation.feasibility import misfits_frame, misfits_of, raised
from coverage_campaign.allocation.request import (
    Bounds,
    BoundsOrWeighting,
    InputColumn,
    Limits,
    Order,
    Remainder,
    RequestReader,
    Requests,
    TieRule,
    Uplift,
    exact_number,
    read_headcount,
    read_target,
    tree_of,
    vector_of,
)
from coverage_campaign.allocation.top_down import Shared, share, shared_alone
from coverage_campaign.allocation.tree import NO_CAP, OWN, UnitTree, of_whole
from coverage_campaign.allocation.weights import (
    Blend,
    ByAnnex,
    ByMeasure,
    Declared,
    Number,
    Weighting,
    WeightTable,
    covered,
    eligible,
    equal,
    to_weighting,
    uncovered,
)
from coverage_campaign.checks import checked_call, nearest
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.labels import Label
from coverage_campaign.model.readings import Basis
from coverage_campaign.model.targets import CoverageTarget, HeadcountTarget
from coverage_campaign.model.units import Annex, Unit

if TYPE_CHECKING:
    Ints: TypeAlias = NDArray[np.int64]

__all__ = [
    "Bounds",
    "Order",
    "Remainder",
    "TargetLike",
    "TieRule",
    "Uplift",
    "WeightsLike",
    "allocate",
    "allocation_from",
    "check_bounds",
    "declared_weights",
    "weighting_of",
]

TargetLike: TypeAlias = HeadcountTarget | CoverageTarget | int | str | None
_NAMED = (eligible, covered, uncovered, equal)
WeightsLike: TypeAlias = Weighting | WeightTable | Annex | str | Callable[[Unit], Number] | None
"""By what a target is shared: a weighting, numbers by unit code, an annex or its code, or a
function of a unit."""


@checked_call
def allocate(
    campaign: Campaign,
    *,
    among: str = "counties",
    weights: WeightsLike = None,
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
    """Return a target shared out among the units of a breakdown, tier by tier, to one person.

    Who is open on the campaign's first day shares; a unit that opens later has what its
    predecessors pass on to it (`schedule`), what an annex prescribes, or a pin. People of an upper
    unit outside the units below it are a part of their own, whose code for bounds is the unit's
    with '/own' behind it.

    Args:
        campaign: The campaign; its tree gives the tiers.
        among: The code of a breakdown.
        weights: A weighting (`cc.weights`) or a number by unit code of the breakdown's leaves; an
            upper unit weighs what its leaves weigh together, and what it has outside them: by the
            measures that say so, or by its own code in a table. By default the shares of the
            campaign's own annex, as they are, where it is at hand. Not needed for a coverage
            target.
        target: A headcount target, its code or a number of persons; by default the campaign's
            first guaranteed headcount. A coverage target gives each unit what brings it to the
            rate: ceil(rate x eligible) - covered, at least 0; then nothing is shared.
        method: An apportionment method; `webster` has no bias and no paradox. A function of your
            own, called like `webster`, is one too.
        floors: Least persons by unit code. Persons enrolled so far continue a running campaign.
        caps: Most persons by unit code. A leaf whose eligible and covered people are both known
            never gets more than are left, whatever cap is given.
        pins: Shares that are fixed beforehand. `check_bounds` says whether they can fit, and the
            result's `reconciliation` what they did to the others.
        uplift: The rise of each tier's sum over its parent's share, rounded up per parent.
        ties: Who gets a seat that several claim equally: by least `code`, or `first`, `last` in
            file order, or `raise` a TieError. Ties are kept in `.ties` in any case.
        already_covered: Persons who are covered already, by leaf: what is shared is they and the
            target together, nobody is taken away, and a share is what comes on top.
            `weights.level()` brings it with it: with the method `adams` the lowest coverage rates
            rise first.
        base: Persons that every leaf gets before the rest is shared by weight.
        order: `top_down` shares tier by tier; `bottom_up` shares among all leaves at once and
            adds up; `.drift` then says by how much each upper unit differs from the other order.
        remainder: What becomes of persons whom no cap leaves room for: `raise` an error, or `keep`
            them in a row of their own, the unit 'unallocated'.

    Raises:
        DefinitionError: No weights; one that is missing, negative, boolean or not finite; an
            unknown code; an answer of your own method that is no sharing.
        InfeasibleError: Floors, caps or pins that cannot be met: each of them, and by how much.
    """
    chosen = read_target(campaign, target)
    if isinstance(chosen, CoverageTarget):
        return _to_the_goal(campaign, chosen, among=among)
    total = chosen if isinstance(chosen, int) else chosen.persons
    weighting = weighting_of(campaign, among, weights, chosen)
    tree = tree_of(campaign, among, weighting)
    inputs = {
        "target": total,
        "weights": weighting,
        "floors": floors,
        "caps": caps,
        "pins": pins,
        "uplift": uplift,
        "already_covered": already_covered,
        "base": base,
    }
    reader = RequestReader(campaign, tree, method, ties, order, remainder)
    asked = reader.requests({name: InputColumn((value,)) for name, value in inputs.items()}, 1)
    return allocation_from(
        campaign,
        among,
        asked,
        shared_alone(asked),
        weighting=weighting,
        already_covered=already_covered,
        chosen=chosen,
    )


def allocation_from(
    campaign: Campaign,
    among: str,
    asked: Requests,
    found: Shared,
    *,
    weighting: Weighting,
    already_covered: Weighting | WeightTable | None,
    chosen: HeadcountTarget | CoverageTarget | int,
) -> Allocation:
    """Return the shares of one scenario as a result; a number that is `chosen` is the caller's."""
    own_total = isinstance(chosen, int)
    tree, total = asked.tree, int(asked.totals[0])
    vector = vector_of(campaign, tree, weighting)
    given = _weights_of(tree, vector)
    limits = asked.limits.of_scenario(0)
    stock = already_covered
    if stock is None:
        stock = getattr(weighting, "existing", None)
    unallocated = int(found.unallocated[0])
    return Allocation(
        campaign=campaign,
        among=among,
        total=total,
        target=f"{total:,} people",
        method=asked.method,
        weighting=weighting.name,
        weights=given,
        basis=_basis(
            campaign,
            among,
            weighting,
            total if own_total else None,
            as_stated=found.share[0][tree.leaf_rows].tolist() == vector,
        ).assuming(*without_a_share(campaign, tree, vector)),
        ties=found.ties,
        frame=_frame(asked, limits, given, found, unallocated),
        drift=_drift(asked, found.share[0]),
        unallocated=unallocated,
        order=asked.order,
        uplift=_uplift(asked),
        already_covered="" if stock is None else to_weighting(stock).name,
        existing=asked.existing[0],
        shifts=asked.shifts[0],
        floors=found.capacity.least[0],
        caps=found.capacity.most[0],
        uncovered_caps=limits.uncovered[0],
        target_code="" if isinstance(chosen, int) else chosen.code,
    )


@checked_call
def check_bounds(
    campaign: Campaign,
    *,
    among: str = "counties",
    weights: WeightsLike = None,
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
    floors, pins and bases need 90,000 of 76,000 people (largest: 430405 50,000 and 430406 40,000)
    """
    chosen, total = read_headcount(campaign, target)
    weighting = equal if weights is None else weighting_of(campaign, among, weights, chosen)
    tree = tree_of(campaign, among, weighting)
    inputs = {
        "target": total,
        "weights": weighting,
        "floors": floors,
        "caps": caps,
        "pins": pins,
        "uplift": uplift,
        "already_covered": already_covered,
        "base": base,
    }
    reader = RequestReader(campaign, tree, method, "code", "top_down", "raise")
    asked = reader.requests({name: InputColumn((value,)) for name, value in inputs.items()}, 1)
    found = misfits_of(asked, {}, total, total)
    rises = {tier: rise for tier, rise in asked.rises.items() if (rise[0] != rise[1]).any()}
    if rises:
        top = int(raised(np.array([total]), *rises[1])[0]) if 1 in rises else total
        found += misfits_of(asked, rises, total, top)
    return misfits_frame(tuple(dict.fromkeys(found)))


def weighting_of(
    campaign: Campaign, among: str, weights: WeightsLike, target: HeadcountTarget | int
) -> Weighting:
    """Return by what a target is shared: what the caller gives, or the campaign's own annex.

    That is the annex which names the target, or else one that names none.

    Raises:
        DefinitionError: Nothing is given and no annex is at hand, or it adds up to another total.
    """
    if isinstance(weights, Annex):
        return ByAnnex(weights)
    if isinstance(weights, str):
        return ByAnnex(_annex_of(campaign, weights))
    if weights is not None:
        return to_weighting(weights)
    total, code = (target, "") if isinstance(target, int) else (target.persons, target.code)
    found = [one for one in campaign.annexes if one.breakdown == among and one.shares]
    sums = {one.code: sum(ByAnnex(one).persons(campaign).values()) for one in found}
    named = [one for one in found if code and one.target == code]
    annexes = named or [
        one for one in found if not one.target or (not code and sums[one.code] == total)
    ]
    if not annexes:
        raise DefinitionError(
            Problem(
                "weights",
                "none",
                message("say by what to share: {known}", known=_known(campaign, among)),
            )
        )
    annex = annexes[0]
    if len(annexes) > 1 or sums[annex.code] != total:
        told = (
            message("none, and {n} annexes share out {among}", n=len(annexes), among=among)
            if len(annexes) > 1
            else message(
                "none; {code} adds up to {persons} people, the target is {total}",
                code=annex.code,
                persons=sums[annex.code],
                total=total,
            )
        )
        fix = message(
            "take an annex in proportion (cc.weights.by_annex), or share by {known}",
            known=_known(campaign, among),
        )
        raise DefinitionError(Problem("weights", told, fix))
    return ByAnnex(annex)


def _annex_of(campaign: Campaign, code: str) -> Annex:
    found = next((one for one in campaign.annexes if one.code == code), None)
    if found is None:
        annexes = [one.code for one in campaign.annexes]
        meant = {one.code: f"cc.weights.by_measure('{one.code}')" for one in campaign.measures}
        meant |= {one.name: f"cc.weights.{one.name}" for one in _NAMED}
        close = nearest(code, [*annexes, *meant])
        if close in meant:
            raise DefinitionError(
                Problem(
                    "weights", f"{code!r}", message("did you mean {meant!r}?", meant=meant[close])
                )
            )
        known = f"did you mean {close!r}?" if close else f"annexes: {', '.join(annexes) or 'none'}"
        raise DefinitionError(
            Problem(
                "weights",
                f"{code!r}",
                message("{known}; a text is an annex's code, else cc.weights", known=known),
            )
        )
    return found


def _known(campaign: Campaign, among: str) -> Message:
    """Return the weights that a campaign has for a breakdown, as a caller writes them."""
    leaves = campaign.leaves(among)

    def known(code: str) -> bool:
        return bool(code and leaves) and all(unit.count(code) is not None for unit in leaves)

    people = ["cc.weights.eligible"] if known(campaign.eligible) else []
    if people and known(campaign.covered):
        people.insert(0, "cc.weights.uncovered")
    annexes = [f"'{one.code}'" for one in campaign.annexes if one.breakdown == among and one.shares]
    measures = [
        f"cc.weights.by_measure('{one.code}')" for one in campaign.measures if known(one.code)
    ]
    return message(
        "{weights}, or a number by unit code",
        weights=", ".join([*annexes, *people, *measures, "cc.weights.equal"]),
    )


def _weights_of(tree: UnitTree, vector: list[Number]) -> tuple[Number, ...]:
    """Return the weights as they were given; an upper unit's is what its leaves weigh together."""
    if len(vector) == len(tree.units):
        return tuple(vector)
    exact = np.empty(len(vector), dtype=object)
    exact[:] = [exact_number(one) for one in vector]
    summed = [_plain(one) for one in tree.summed(exact).tolist()]
    for row, weight in zip(tree.leaf_rows.tolist(), vector, strict=True):
        summed[row] = weight
    return tuple(summed)


def _plain(weight: int | Fraction) -> Number:
    return weight.numerator if weight.denominator == 1 else weight


def _uplift(asked: Requests) -> tuple[tuple[int, Fraction], ...]:
    rises = [
        (tier, Fraction(int(top[0]), int(bottom[0])) - 1)
        for tier, (top, bottom) in asked.rises.items()
    ]
    return tuple(rises) if any(rise for _, rise in rises) else ()


def _drift(asked: Requests, own: Ints) -> tuple[tuple[str, int], ...]:
    """Return by how much upper units differ from a sharing from the top."""
    if asked.order == "top_down":
        return ()
    tree = asked.tree
    from_the_top = share(attrs.evolve(asked, order="top_down")).share[0]
    upper = np.flatnonzero(~tree.is_leaf).tolist()
    return tuple((tree.codes[row], int(own[row] - from_the_top[row])) for row in upper)


# -- the rows --------------------------------------------------------------------------------------


def _frame(
    asked: Requests,
    limits: Limits,
    weights: tuple[Number, ...],
    found: Shared,
    unallocated: int,
) -> pd.DataFrame:
    """Return the frame of `Allocation.to_frame`."""
    tree, shares = asked.tree, found.share[0]
    frame = _rows(
        tree,
        weight=_weight_column(weights),
        quota=_quotas(asked, shares),
        share=pd.array(shares, dtype="Int64"),
        floor=_where(limits.low[0], limits.has_low[0]),
        cap=_where(limits.high[0], limits.high[0] < NO_CAP),
        pinned=limits.pinned[0],
        uplifted=pd.array(found.uplifted[0], dtype="Int64"),
    )
    if not unallocated:
        return frame
    row = frame.iloc[:1].copy()
    row[["unit", "name"]] = ["unallocated", "Unallocated"]
    row[["parent", "weight", "quota", "floor", "cap"]] = [None, pd.NA, pd.NA, pd.NA, pd.NA]
    row[["tier", "share", "pinned", "uplifted"]] = [1, unallocated, False, unallocated]
    return pd.concat([frame, row.astype(frame.dtypes.to_dict())], ignore_index=True)


def _rows(tree: UnitTree, **columns: Any) -> pd.DataFrame:  # noqa: ANN401 - columns of any type
    codes = pd.array(tree.codes, dtype="str")
    return pd.DataFrame(
        {
            "unit": codes,
            "name": pd.array([unit.label.text() for unit in tree.units], dtype="str"),
            "parent": codes.take(tree.parent, allow_fill=True),
            "tier": pd.array(tree.tier, dtype="Int64"),
            **columns,
        }
    )


def _where(values: Ints, known: NDArray[np.bool_]) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(np.where(known, values, 0), ~known)


def _quotas(asked: Requests, share: Ints) -> pd.arrays.FloatingArray:
    """Return each unit's part of its parent's share, unrounded; <NA> where nothing has weight."""
    tree, shifts = asked.tree, asked.shifts[0]
    weights = asked.weights[0].astype(np.float64)
    quotas = np.zeros(len(tree.units))
    known = np.ones(len(tree.units), dtype=np.bool_)
    for tier in tree.siblings():
        sizes = np.diff(np.append(tier.heads, tier.rows.stop - tier.rows.start))
        mine, moved = weights[tier.rows], shifts[tier.rows]
        whole = np.repeat(np.add.reduceat(mine, tier.heads), sizes)
        seats = np.repeat(np.add.reduceat(share[tier.rows] - moved, tier.heads), sizes)
        known[tier.rows] = whole > 0
        quotas[tier.rows] = moved + mine * seats / np.where(whole > 0, whole, 1.0)
    return pd.arrays.FloatingArray(np.where(known, quotas, 0.0), ~known)


def _weight_column(weights: tuple[Number, ...]) -> pd.api.extensions.ExtensionArray:
    if all(isinstance(weight, int) and weight <= NO_CAP for weight in weights):
        return pd.array([int(weight) for weight in weights], dtype="Int64")
    return pd.array([float(weight) for weight in weights], dtype="Float64")


# -- a coverage rate for each unit -----------------------------------------------------------------


def _to_the_goal(campaign: Campaign, target: CoverageTarget, *, among: str) -> Allocation:
    """Return what brings each leaf to a coverage rate: ceil(rate x eligible) - covered.

    A unit above has what its leaves have together.
    """
    tree = tree_of(campaign, among)
    people = _persons(campaign, tree, eligible)
    existing = _persons(campaign, tree, covered) if campaign.covered else np.zeros_like(people)
    lacking = [
        max(ceil(target.to * count) - done, 0)
        for count, done in zip(people.tolist(), existing.tolist(), strict=True)
    ]
    shares = tree.summed(np.array(lacking, dtype=np.int64))
    weights = tree.summed(people)
    unbounded = pd.array([None] * len(tree.units), dtype="Int64")
    persons = pd.array(shares, dtype="Int64")
    return Allocation(
        campaign=campaign,
        among=among,
        total=sum(lacking),
        target=f"{number_text(target.to * 100)} % of {campaign.eligible}",
        method=None,
        weighting=campaign.eligible,
        weights=tuple(weights.tolist()),
        basis=campaign.basis().assuming(_each_to_the_goal(campaign, target)),
        ties=(),
        frame=_rows(
            tree,
            weight=pd.array(weights, dtype="Int64"),
            quota=pd.array(float(target.to) * weights - tree.summed(existing), dtype="Float64"),
            share=persons,
            floor=unbounded,
            cap=unbounded,
            pinned=np.zeros(len(shares), dtype=bool),
            uplifted=persons,
        ),
        existing=tree.summed(existing),
        target_code=target.code,
    )


def _persons(campaign: Campaign, tree: UnitTree, weighting: Weighting) -> Ints:
    """Return whole persons of each leaf; an error names those without a figure."""
    return np.array([int(one) for one in vector_of(campaign, tree, weighting)], dtype=np.int64)


# -- what the shares rest on -----------------------------------------------------------------------


def _each_to_the_goal(campaign: Campaign, target: CoverageTarget) -> Message:
    return message(
        "each unit is to reach {rate}% of its own {people}",
        rate=number_text(target.to * 100),
        people=campaign.measure(campaign.eligible).label,
    )


def _basis(
    campaign: Campaign,
    among: str,
    weighting: Weighting,
    callers_total: int | None,
    *,
    as_stated: bool,
) -> Basis:
    """Return the campaign's basis with what the caller assumed."""
    basis = campaign.basis()
    if callers_total is not None:
        basis = basis.assuming(
            message("the total of {n} people is given by the caller", n=callers_total)
        )
    return (
        basis.assuming(declared_weights(campaign, among, weighting, as_stated=as_stated))
        if weighting.assumption
        else basis
    )


def without_a_share(
    campaign: Campaign, tree: UnitTree, vector: Sequence[Number]
) -> tuple[Message, ...]:
    """Say whose people have no share.

    They are those of upper units that weigh nothing, of units that open later, and of units that
    are below the breakdown, where the measure counts each unit's own people alone.
    """
    found = []
    measure = campaign.measure(campaign.eligible) if campaign.eligible else None
    if measure is not None and measure.covers == "own":
        kinds = {unit.kind for unit in tree.units}
        beneath = [one for unit in tree.units for one in campaign.next_below(unit.code)]
        beneath = [one for one in beneath if one.kind not in kinds]
        for one in beneath:
            beneath += campaign.next_below(one.code)
        if any(unit.count(measure.code) for unit in beneath):
            found.append(
                message(
                    "{n} people of {units:list 8} ({measure}) are below the units that share and "
                    "counted in none of them",
                    units=tuple(unit.label for unit in beneath),
                    n=sum(unit.count(measure.code) or 0 for unit in beneath),
                    measure=measure.label,
                )
            )
    nothing = [unit for unit, weight in zip(tree.leaves, vector, strict=True) if not weight]
    own = [unit for unit in nothing if unit.code.endswith(OWN)]
    people = [unit.count(measure.code) for unit in own] if measure else []
    if any(people):
        found.append(
            message(
                "{n} people of {units:list 8} ({measure}) are outside the units below them and "
                "have no target of their own",
                units=tuple(campaign.unit(of_whole(unit.code)).label for unit in own),
                n=sum(count or 0 for count in people),
                measure=measure.label if measure else "",
            )
        )
    later = [unit for unit in nothing if unit.code in tree.later]
    if later:
        found.append(
            message(
                "units that are not open yet on {day:date} have no target: {units:list 8}",
                units=tuple(unit.label for unit in later),
                day=campaign.whole_window.first,
            )
        )
    return tuple(found)


def declared_weights(
    campaign: Campaign, among: str, weighting: Weighting, *, as_stated: bool = True
) -> Message:
    """Say where weights come from; `as_stated`: the shares are the annex's own figures."""
    title = campaign.breakdown(among).label
    if isinstance(weighting, Blend):
        parts = [
            message("{weights} {part:raw}", weights=_called(campaign, one), part=str(part))
            for one, part in weighting.parts
        ]
        return message("weights of {breakdown} are blended: {parts}", breakdown=title, parts=parts)
    if isinstance(weighting, ByAnnex):
        annex = weighting.annex
        clause = message(" (clause {clause})", clause=annex.clause) if annex.clause else ""
        named: dict[str, Any] = {"breakdown": title, "annex": annex.label, "clause": clause}
        if as_stated:
            return message("targets of {breakdown} are those of {annex}{clause}", **named)
        return message(
            "targets of {breakdown} are shared by the figures of {annex}{clause}, and differ from "
            "them",
            **named,
        )
    if weighting.name == equal.name:
        return message("all units of {breakdown} have the same weight", breakdown=title)
    # A reason is the caller's own words, in whatever language they are.
    reason = weighting.because if isinstance(weighting, Declared) else weighting.assumption
    return message(
        "weights of {breakdown} are declared, not taken from a source ({reason})",
        breakdown=title,
        reason=reason,
    )


def _called(campaign: Campaign, weighting: Weighting) -> Label | str:
    """Return what a part of a blend is called; its code where nothing else is known."""
    if isinstance(weighting, ByMeasure):
        return campaign.measure(weighting.measure).label
    return weighting.name

"""How many people a unit is short of or over each threshold at which a verdict turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import ceil, floor

import attrs
import pandas as pd

from coverage_campaign.assessment.facts import Facts
from coverage_campaign.assessment.numbers import percent
from coverage_campaign.assessment.verdicts import outstanding_from, targets_of
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.scheme import (
    COMPLETION,
    COVERAGE,
    AllOrNothing,
    Bands,
    Bonus,
    Capped,
    Item,
    PerPerson,
    Rule,
    Scheme,
    StepDown,
    Total,
)

__all__ = ["Edge", "boundaries", "edges"]

_NOBODY: int | None = 0


@attrs.frozen(order=True)
class Edge:
    """A rate at which a rule turns: it is reached at the rate itself, or only above it."""

    rate: Fraction
    included: bool = True


@attrs.frozen
class _Boundary:
    """A threshold, and the fewest persons done that reach it (None where that is not known)."""

    what: str
    threshold: str
    needed: int | None


def edges(rule: Rule) -> tuple[Edge, ...]:
    """Return the rates at which a rule jumps or bends, ascending.

    A step is shown where it begins to take points off; a rule by the point has no edge.
    """
    match rule:
        case Bands():
            found = {Edge(one.least, one.included) for one in rule.bands if one.least is not None}
        case AllOrNothing(goal=rate) | StepDown(goal=rate) | Bonus(beyond=rate):
            found = {Edge(rate)}
        case PerPerson(goal=rate):
            found = {Edge(rate)} if rate > 0 else set()
        case Capped():
            found = {*edges(rule.capped)}
        case Total():
            found = {edge for one in rule.total for edge in edges(one)}
        case _:
            found = set()
    return tuple(sorted(found))


def boundaries(facts: Iterable[Facts], scheme: Scheme, campaign: Campaign) -> pd.DataFrame:
    """Return one row per unit and threshold: unit, boundary, threshold, needed, done, margin."""
    rows = [(one, bound) for one in facts for bound in _boundaries(one, scheme, campaign)]
    frame = pd.DataFrame(
        {
            "unit": pd.array([one.unit for one, _ in rows], dtype="str"),
            "boundary": pd.array([bound.what for _, bound in rows], dtype="str"),
            "threshold": pd.array([bound.threshold for _, bound in rows], dtype="str"),
            "needed": pd.array([bound.needed for _, bound in rows], dtype="Int64"),
            "done": pd.array([one.done for one, _ in rows], dtype="Int64"),
        }
    )
    return frame.assign(margin=frame["done"] - frame["needed"])


def _boundaries(facts: Facts, scheme: Scheme, campaign: Campaign) -> Iterator[_Boundary]:
    if scheme.award_bar is not None:
        for target in targets_of(facts, campaign):
            which = "target met" if target == facts.target else "uplifted target met"
            yield _Boundary(which, percent(Fraction(1)), target)
    if scheme.commendation is not None:
        threshold = outstanding_from(scheme.commendation, campaign)
        if threshold is not None:
            needed = None if not facts.target else ceil(threshold * facts.target)
            yield _Boundary("commended", percent(threshold), needed)
    for veto in scheme.vetoes:
        if veto.of in (COMPLETION, COVERAGE) and (not veto.kinds or facts.kind in veto.kinds):
            needed = _needed(facts, veto.of, Edge(veto.goal))
            yield _Boundary(f"no veto: {veto.code}", percent(veto.goal), needed)
    for item in (*scheme.items, *scheme.rewards):
        yield from _of_item(facts, item, scheme)


def _of_item(facts: Facts, item: Item, scheme: Scheme) -> Iterator[_Boundary]:
    if item.of not in (COMPLETION, COVERAGE):
        return
    pooled = any(
        facts.unit in pool.units and (not pool.items or item.code in pool.items)
        for pool in scheme.pools
    )
    for edge in edges(item.rule):
        above = "" if edge.included else "above "
        # What a pool needs is not one unit's number.
        needed = None if pooled else _needed(facts, item.of, edge)
        yield _Boundary(item.code, f"{above}{percent(edge.rate)}", needed)


def _needed(facts: Facts, of: str, edge: Edge) -> int | None:
    """Return the fewest persons done that reach an edge."""
    if of == COMPLETION:
        whole, before = facts.target, _NOBODY
    else:
        whole, before = facts.eligible, facts.covered
    if not whole or before is None:
        return None
    reached = edge.rate * whole - before
    return max(ceil(reached) if edge.included else floor(reached) + 1, 0)

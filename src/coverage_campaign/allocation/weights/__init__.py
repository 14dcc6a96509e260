"""By what a target is shared out: weightings that read a campaign, and say where they come from.

A weighting is a value with a method `of(campaign, units)`; every caller may bring one of their own,
or a function of a unit.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from coverage_campaign.allocation.weights.blends import Blend, Levelled
from coverage_campaign.allocation.weights.custom import (
    ByAnnex,
    ByFunction,
    Declared,
    Equal,
    sharing,
    to_weighting,
)
from coverage_campaign.allocation.weights.measures import (
    ByMeasure,
    Capacity,
    Covered,
    Eligible,
    Uncovered,
)
from coverage_campaign.allocation.weights.weighting import Number, Weighting, WeightTable
from coverage_campaign.model.units import Annex

__all__ = [
    "Blend",
    "ByAnnex",
    "ByFunction",
    "ByMeasure",
    "Capacity",
    "Covered",
    "Declared",
    "Eligible",
    "Equal",
    "Levelled",
    "Number",
    "Uncovered",
    "WeightTable",
    "Weighting",
    "blend",
    "by_annex",
    "by_measure",
    "capacity",
    "covered",
    "declared",
    "eligible",
    "equal",
    "level",
    "sharing",
    "to_weighting",
    "uncovered",
]

eligible = Eligible()
covered = Covered()
uncovered = Uncovered()
equal = Equal()


def by_measure(measure: str) -> ByMeasure:
    """Return the weighting by one measure of the units.

    >>> by_measure("census_2010").name
    'census_2010'
    """
    return ByMeasure(measure)


def declared(weights: WeightTable, *, because: str) -> Declared:
    """Return weights that the caller declares by unit code, with the reason that results repeat.

    >>> declared({"labour": 4, "tax": 2}, because="staff in the field, own estimate").assumption
    'weights are declared, not taken from a source (staff in the field, own estimate)'
    """
    return Declared(weights, because)


def capacity(measure: str, *, each: Fraction | Decimal | int | str = 1) -> Capacity:
    """Return the weighting by what units can take on: a measure times so many persons each.

    As `caps` it says that nobody gets more than that.

    >>> capacity("staff", each=40).name
    '40 x staff'
    """
    return Capacity(measure, each)


def level(
    weights: Weighting | WeightTable = eligible, *, existing: Weighting | WeightTable = covered
) -> Levelled:
    """Return weights that level people covered already and new ones: the lowest rate first.

    With the method `adams` this is water-filling. Staff as weights and today's load as `existing`
    give every member of staff an equal load.

    >>> level().existing.name
    'covered'
    """
    return Levelled(to_weighting(weights), to_weighting(existing))


def by_annex(annex: Annex) -> ByAnnex:
    """Return the weighting by the shares of an annex that is at hand.

    >>> from coverage_campaign.model.units import Annex
    >>> annex = Annex("annex-1", "Annex 1", "counties", shares={"a": 60, "b": 40}, clause="2")
    >>> by_annex(annex).assumption
    'shares are those of annex-1 (clause 2)'
    """
    return ByAnnex(annex)


def blend(*parts: tuple[Weighting | WeightTable, Fraction | Decimal | int | str]) -> Blend:
    """Return a blend of weightings with their influences (fractions, or text such as '0.6').

    >>> blend((by_measure("census_2010"), "0.6"), (equal, "0.4")).name
    '3/5 census_2010 + 2/5 equal'
    """
    return Blend(parts)

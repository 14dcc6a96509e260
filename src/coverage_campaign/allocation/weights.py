"""By what a target is shared out: weightings that read a campaign, and say where they come from.

A weighting is a value with a method `of(campaign, units)`; every caller may bring one of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Protocol, TypeAlias

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.targets import to_rate
from coverage_campaign.model.units import Unit

__all__ = [
    "Blend",
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
    "by_measure",
    "capacity",
    "covered",
    "declared",
    "eligible",
    "equal",
    "level",
    "to_weighting",
    "uncovered",
]

Number: TypeAlias = int | float | Fraction | Decimal
"""A weight: floats are taken at face value, the others are exact."""
WeightTable: TypeAlias = "Mapping[str, Number] | pd.Series[int] | pd.Series[float]"


class Weighting(Protocol):
    """Whatever gives each unit its weight."""

    @property
    def name(self) -> str:
        """What the weights are, in a few words, for explanations."""

    @property
    def assumption(self) -> str:
        """What no source states and every result must say; '' where a source does."""

    def of(self, campaign: Campaign, units: Sequence[Unit]) -> dict[str, Number]:
        """Return a weight per unit code; DefinitionError names each unit without one."""


def _figures(campaign: Campaign, units: Sequence[Unit], measure: str, role: str) -> dict[str, int]:
    """Return a measure of every unit, or one error that names the units without it."""
    if not measure:
        raise DefinitionError(
            Problem(
                f"campaign '{campaign.code}'.{role}",
                "no measure is named",
                f"name the measure that counts it, or share by another weight than {role}",
            )
        )
    campaign.measure(measure)
    counts = {unit.code: dict(unit.counts).get(measure) for unit in units}
    problems = [
        Problem(
            f"unit '{unit.code}' ({unit.label})",
            f"has no figure of measure '{measure}'",
            "add the figure with its source, or share by another weight; it is never taken as 0",
        )
        for unit in units
        if counts[unit.code] is None
    ]
    if problems:
        raise DefinitionError(problems, source=f"weights by {measure}")
    return {code: count for code, count in counts.items() if count is not None}


@attrs.frozen
class ByMeasure:
    """Each unit's figure of one measure, such as a census count."""

    measure: str

    @property
    def name(self) -> str:
        """The measure's code."""
        return self.measure

    @property
    def assumption(self) -> str:
        """Nothing: the measure names its source."""
        return ""

    def of(self, campaign: Campaign, units: Sequence[Unit]) -> dict[str, Number]:
        """Return the figures; an unknown measure or a unit without one is an error."""
        return dict(_figures(campaign, units, self.measure, "measure"))


@attrs.frozen
class Eligible:
    """The eligible population, by the measure that the campaign names for it."""

    name: str = "eligible"
    assumption: str = ""

    def of(self, campaign: Campaign, units: Sequence[Unit]) -> dict[str, Number]:
        """Return the eligible population of each unit [persons]."""
        return dict(_figures(campaign, units, campaign.eligible, "eligible"))


@attrs.frozen
class Uncovered:
    """The eligible people who are not covered yet: eligible - covered, at least 0."""

    name: str = "uncovered"
    assumption: str = ""

    def of(self, campaign: Campaign, units: Sequence[Unit]) -> dict[str, Number]:
        """Return the uncovered people of each unit [persons]."""
        people = _figures(campaign, units, campaign.eligible, "eligible")
        covered = _figures(campaign, units, campaign.covered, "covered")
        return {code: max(people[code] - covered[code], 0) for code in people}


@attrs.frozen
class Covered:
    """The people who are covered already, by the measure that the campaign names for it."""

    name: str = "covered"
    assumption: str = ""

    def of(self, campaign: Campaign, units: Sequence[Unit]) -> dict[str, Number]:
        """Return the covered people of each unit [persons]."""
        return dict(_figures(campaign, units, campaign.covered, "covered"))


@attrs.frozen
class Capacity:
    """What each unit can take on: a measure, such as its staff, times so many persons each."""

    measure: str
    each: Fraction = attrs.field(default=Fraction(1), converter=to_rate)

    @property
    def name(self) -> str:
        """The measure, and how many persons each of it can take on."""
        return self.measure if self.each == 1 else f"{self.each} x {self.measure}"

    @property
    def assumption(self) -> str:
        """How many each can take on is the caller's figure."""
        return "" if self.each == 1 else f"each of {self.measure} can take on {self.each} people"

    def of(self, campaign: Campaign, units: Sequence[Unit]) -> dict[str, Number]:
        """Return the capacity of each unit [persons]."""
        figures = _figures(campaign, units, self.measure, "measure")
        exact = {code: count * self.each for code, count in figures.items()}
        return {
            code: persons.numerator if persons.denominator == 1 else persons
            for code, persons in exact.items()
        }


@attrs.frozen
class Levelled:
    """Weights on top of what is there: the total is shared so that there / weight becomes level.

    Nobody is taken away: what a unit gets comes on top of what it has. With the method `adams` the
    lowest ratio rises first, person by person; `webster` brings the ratios as near to each other
    as whole persons allow.
    """

    weights: Weighting
    there: Weighting

    @property
    def name(self) -> str:
        """What is there, over what."""
        return self.weights.name

    @property
    def assumption(self) -> str:
        """The assumptions of both."""
        return "; ".join(one for one in (self.weights.assumption, self.there.assumption) if one)

    def of(self, campaign: Campaign, units: Sequence[Unit]) -> dict[str, Number]:
        """Return the weights."""
        return self.weights.of(campaign, units)


@attrs.frozen
class Equal:
    """The same weight for every unit."""

    name: str = "equal"
    assumption: str = "every unit has the same weight"

    def of(self, campaign: Campaign, units: Sequence[Unit]) -> dict[str, Number]:
        """Return 1 for each unit."""
        del campaign
        return {unit.code: 1 for unit in units}


def _to_pairs(
    value: WeightTable | Iterable[tuple[str, Number]],
) -> tuple[tuple[str, Number], ...]:
    if isinstance(value, pd.Series):
        pairs: Iterable[tuple[object, object]] = zip(
            value.index.tolist(), value.tolist(), strict=True
        )
    else:
        pairs = value.items() if isinstance(value, Mapping) else value
    return tuple((str(code), _to_number(code, weight)) for code, weight in pairs)


def _to_number(code: object, weight: object) -> Number:
    plain = weight.item() if isinstance(weight, np.generic) else weight
    if isinstance(plain, bool) or not isinstance(plain, (int, float, Fraction, Decimal)):
        raise DefinitionError(
            Problem(f"weights['{code}']", f"{plain!r}", "a weight is a number, 0 or more")
        )
    if not plain >= 0 or plain in {float("inf"), Decimal("inf")}:
        raise DefinitionError(
            Problem(f"weights['{code}']", f"{plain}", "a weight is a finite number, 0 or more")
        )
    return plain


@attrs.frozen
class Declared:
    """Weights that the caller gives by unit code, with the reason; no source states them."""

    weights: tuple[tuple[str, Number], ...] = attrs.field(converter=_to_pairs)
    because: str = "given by the caller"

    @property
    def name(self) -> str:
        """The word 'declared'."""
        return "declared"

    @property
    def assumption(self) -> str:
        """The reason that was given."""
        return f"weights are declared, not taken from a source ({self.because})"

    def of(self, campaign: Campaign, units: Sequence[Unit]) -> dict[str, Number]:
        """Return the declared weights; a missing or an unknown code is an error."""
        given = dict(self.weights)
        codes = {unit.code for unit in units}
        problems = [
            Problem(
                f"weights['{unit.code}']",
                f"missing: {unit.label} has no weight",
                "give every unit a weight; 0 leaves it out on purpose",
            )
            for unit in units
            if unit.code not in given
        ] + [
            Problem(
                f"weights['{code}']",
                "no such unit here",
                f"take it out; the units are {', '.join(sorted(codes))}",
            )
            for code in given
            if code not in codes
        ]
        if problems:
            raise DefinitionError(problems, source=f"weights for campaign '{campaign.code}'")
        return {unit.code: given[unit.code] for unit in units}


def _to_parts(
    value: Iterable[tuple[Weighting | WeightTable, Fraction | Decimal | int | str]],
) -> tuple[tuple[Weighting, Fraction], ...]:
    return tuple((to_weighting(weighting), to_rate(share)) for weighting, share in value)


def _influences_are_positive(
    instance: object,
    attribute: attrs.Attribute[tuple[tuple[Weighting, Fraction], ...]],
    value: tuple[tuple[Weighting, Fraction], ...],
) -> None:
    del instance, attribute
    problems = [
        Problem(f"blend, '{weighting.name}'", f"an influence of {share}", "give a number above 0")
        for weighting, share in value
        if share <= 0
    ]
    if not value:
        problems = [Problem("blend", "no parts", "give pairs of a weighting and its influence")]
    if problems:
        raise DefinitionError(problems)


@attrs.frozen
class Blend:
    """Several weightings, each normalised to 1 and taken with its stated influence, exactly.

    Stated influence is true influence: each part shares out its stated part of the total, whatever
    the scale that its weights are counted on.
    """

    parts: tuple[tuple[Weighting, Fraction], ...] = attrs.field(
        converter=_to_parts, validator=_influences_are_positive
    )

    @property
    def name(self) -> str:
        """The parts with their influence."""
        return " + ".join(f"{share} {weighting.name}" for weighting, share in self.parts)

    @property
    def assumption(self) -> str:
        """The assumptions of the parts, and that the influences are declared."""
        parts = [weighting.assumption for weighting, _ in self.parts if weighting.assumption]
        return "; ".join([f"influences are declared ({self.name})", *parts])

    def of(self, campaign: Campaign, units: Sequence[Unit]) -> dict[str, Number]:
        """Return the blended weights as fractions; the influences give the parts' true shares."""
        total = {unit.code: Fraction(0) for unit in units}
        for _, weights in self._normalised(campaign, units):
            for code, weight in weights.items():
                total[code] += weight
        return dict(total)

    def influence(self, campaign: Campaign, units: Sequence[Unit]) -> pd.DataFrame:
        """Return what each part gives each unit: unit, part, influence, share_of_unit.

        `influence` is the part's share of the whole (the same for every unit, sums to 1),
        `share_of_unit` the part's share of the unit's weight; both fractions of one.
        """
        parts = self._normalised(campaign, units)
        whole = self.of(campaign, units)
        influences = sum(share for _, share in self.parts)
        return pd.DataFrame(
            [
                (unit.code, name, float(share / influences), _ratio(weights, whole, unit.code))
                for (name, weights), (_, share) in zip(parts, self.parts, strict=True)
                for unit in units
            ],
            columns=["unit", "part", "influence", "share_of_unit"],
        ).astype({"unit": "str", "part": "str", "influence": "Float64", "share_of_unit": "Float64"})

    def _normalised(
        self, campaign: Campaign, units: Sequence[Unit]
    ) -> list[tuple[str, dict[str, Fraction]]]:
        """Return each part's name and its weights, which sum to its influence."""
        parts = []
        for weighting, share in self.parts:
            weights = {code: Fraction(w) for code, w in weighting.of(campaign, units).items()}
            whole = sum(weights.values())
            if not whole:
                raise DefinitionError(
                    Problem(f"weights '{weighting.name}'", "are all 0", "leave this part out")
                )
            scale = share / whole
            parts.append((weighting.name, {code: w * scale for code, w in weights.items()}))
        return parts


def _ratio(part: Mapping[str, Fraction], whole: Mapping[str, Number], code: str) -> float | None:
    return float(part[code] / Fraction(whole[code])) if whole[code] else None


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
    weights: Weighting | WeightTable = eligible, *, there: Weighting | WeightTable = covered
) -> Levelled:
    """Return weights that level what is there: by default coverage, the lowest rate first.

    With the method `adams` this is water-filling. Staff as weights and today's load as `there`
    give every member of staff an equal load.

    >>> level().there.name
    'covered'
    """
    return Levelled(to_weighting(weights), to_weighting(there))


def blend(*parts: tuple[Weighting | WeightTable, Fraction | Decimal | int | str]) -> Blend:
    """Return a blend of weightings with their influences (fractions, or text such as '0.6').

    >>> blend((by_measure("census_2010"), "0.6"), (equal, "0.4")).name
    '3/5 census_2010 + 2/5 equal'
    """
    return Blend(parts)


def to_weighting(weights: Weighting | WeightTable) -> Weighting:
    """Return a weighting from itself or from a mapping or Series by unit code."""
    if isinstance(weights, (Mapping, pd.Series)):
        return Declared(weights)
    return weights

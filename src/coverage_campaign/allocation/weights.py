"""By what a target is shared out: weightings that read a campaign, and say where they come from.

A weighting is a value with a method `of(campaign, units)`; every caller may bring one of their own,
or a function of a unit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Protocol, TypeAlias, cast

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.allocation.apportionment.methods import name_of
from coverage_campaign.allocation.tree import OWN, opens_later
from coverage_campaign.checks import calling, checked_call, checked_fields, kind_of
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import FloatSeries, IntSeries
from coverage_campaign.messages import message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.targets import to_exact
from coverage_campaign.model.units import Annex, Unit, own_shares, unit_meant

__all__ = [
    "Blend",
    "ByAnnex",
    "ByCapacity",
    "ByFunction",
    "ByMeasure",
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

Number: TypeAlias = int | float | Fraction | Decimal
"""A weight: floats are taken at face value, the others are exact."""
WeightTable: TypeAlias = Mapping[str, Number] | IntSeries | FloatSeries
_A_NUMBER = message("a weight is a number, 0 or more")


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


@attrs.frozen(field_transformer=checked_fields)
class Equal:
    """The same weight for every unit."""

    name: str = "equal"
    assumption: str = "every unit has the same weight"

    def of(self, campaign: Campaign, units: Sequence[Unit]) -> dict[str, Number]:
        """Return 1 for each unit, 0 for what upper units have outside the units below them."""
        del campaign
        return {unit.code: int(not unit.code.endswith(OWN)) for unit in units}


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
        raise DefinitionError(Problem(f"weights['{code}']", f"{plain!r}", _A_NUMBER))
    if not plain >= 0 or plain in {float("inf"), Decimal("inf")}:
        raise DefinitionError(
            Problem(f"weights['{code}']", f"{plain}", "a weight is a finite number, 0 or more")
        )
    return plain


@attrs.frozen(field_transformer=checked_fields)
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
        """Return the declared weights; a missing or an unknown code is an error.

        The weight of an upper unit is that of its people outside the units below it. A weight of a
        unit that opens after the campaign's first day changes nothing.
        """
        given = _for_own_parts(dict(self.weights), units)
        codes = {unit.code for unit in units}
        codes |= {one.code for one in campaign.units if opens_later(campaign, one)}
        problems = [
            Problem(
                f"weights['{unit.code}']",
                message("missing: {label} has no weight", label=unit.label),
                "give every unit a weight; 0 leaves it out on purpose",
            )
            for unit in units
            if unit.code not in given
        ] + [
            Problem(
                f"weights['{code}']",
                "no such unit here",
                unit_meant(campaign.units, code, sorted(codes)),
            )
            for code in given
            if code not in codes
        ]
        if problems:
            raise DefinitionError(problems, source=f"weights for campaign '{campaign.code}'")
        return {unit.code: given[unit.code] for unit in units}


@attrs.frozen(field_transformer=checked_fields)
class ByAnnex:
    """The shares that an annex of the campaign's source gives its units."""

    annex: Annex

    @property
    def name(self) -> str:
        """The annex's code."""
        return self.annex.code

    @property
    def assumption(self) -> str:
        """Which annex, and its clause."""
        clause = f" (clause {self.annex.clause})" if self.annex.clause else ""
        return f"shares are those of {self.annex.code}{clause}"

    def persons(self, campaign: Campaign) -> dict[str, int]:
        """Return the persons of each unit outside the units below it that the annex names.

        Raises:
            DefinitionError: The units below a unit have more persons than the unit.
        """
        given, own = dict(self.annex.shares), own_shares(self.annex, campaign.units)
        problems = [
            Problem(
                message("annex '{code}'", code=self.annex.code),
                message(
                    "gives '{code}' {given} people, and the units below it {more} more",
                    code=code,
                    given=given[code],
                    more=-persons,
                ),
                "correct it, or give it covers='own' where units have their own people alone",
            )
            for code, persons in own.items()
            if persons < 0
        ]
        if problems:
            raise DefinitionError(problems)
        return own

    def of(self, campaign: Campaign, units: Sequence[Unit]) -> dict[str, Number]:
        """Return the annex's persons; a unit without any is an error, unless it is to close."""
        given = _for_own_parts(self.persons(campaign), units)
        problems = [
            Problem(
                message("annex '{code}'", code=self.annex.code),
                message("has no share of '{code}' ({label})", code=unit.code, label=unit.label),
                "complete the annex, or share by another weight",
            )
            for unit in units
            if unit.code not in given and unit.closed is None
        ]
        if problems:
            raise DefinitionError(problems)
        return {unit.code: given.get(unit.code, 0) for unit in units}


@attrs.frozen(field_transformer=checked_fields)
class ByFunction:
    """What a function of the caller's gives each unit."""

    function: Callable[[Unit], Number]

    @property
    def name(self) -> str:
        """The function's name."""
        return name_of(self.function)

    @property
    def assumption(self) -> str:
        """That the weights are the caller's."""
        return f"weights are what {self.name} gives, a function of the caller's"

    def of(self, campaign: Campaign, units: Sequence[Unit]) -> dict[str, Number]:
        """Return what the function gives; no number, or a negative one, is an error."""
        del campaign
        found = {}
        for unit in units:
            with calling(f"weights={self.name}('{unit.code}')", fix=_A_NUMBER):
                found[unit.code] = self.function(unit)
        return {code: _to_number(code, given) for code, given in found.items()}


def _for_own_parts(given: Mapping[str, Number], units: Sequence[Unit]) -> dict[str, Number]:
    """Return weights by unit code, those of upper units under the codes of their own parts."""
    own = {unit.parent: unit.code for unit in units if unit.code.endswith(OWN)}
    found = {own.get(code, code): weight for code, weight in given.items()}
    return {**dict.fromkeys(own.values(), 0), **found}


def sharing(campaign: Campaign, weights: object) -> set[str]:
    """Return the codes that weights name themselves, with a weight above 0."""
    match weights:
        case Declared():
            return {code for code, weight in weights.weights if weight}
        case ByAnnex():
            return {code for code, persons in weights.persons(campaign).items() if persons}
        case Mapping() | pd.Series():
            return sharing(campaign, Declared(weights))
    return set()


def to_weighting(weights: object) -> Weighting:
    """Return a weighting from itself, a mapping or Series by unit code, or a function of a unit."""
    if isinstance(weights, (Mapping, pd.Series)):
        return Declared(weights)
    if hasattr(weights, "of"):
        return cast("Weighting", weights)
    if callable(weights) and not isinstance(weights, type):
        return ByFunction(cast("Callable[[Unit], Number]", weights))
    raise DefinitionError(
        Problem(
            "weights",
            kind_of(weights),
            "give a number by unit code (a mapping or a Series), a function of a unit, or one of "
            "cc.weights",
        )
    )


def _figures(campaign: Campaign, units: Sequence[Unit], measure: str, role: str) -> dict[str, int]:
    """Return a measure of every unit, or one error that names the units without it."""
    if not measure:
        raise DefinitionError(
            Problem(
                f"campaign.{role}",
                "no measure is named",
                message(
                    "name the measure that counts it, or share by another weight than {role}",
                    role=role,
                ),
            )
        )
    campaign.measure(measure)
    counts = {
        unit.code: dict(unit.counts).get(measure, 0 if unit.code.endswith(OWN) else None)
        for unit in units
    }
    problems = [
        Problem(
            message("unit '{code}' ({label})", code=unit.code, label=unit.label),
            message("has no figure of measure '{measure}'", measure=measure),
            "add the figure with its source, or share by another weight; it is never taken as 0",
        )
        for unit in units
        if counts[unit.code] is None
    ]
    if problems:
        raise DefinitionError(problems, source=f"weights by {measure}")
    return {code: count for code, count in counts.items() if count is not None}


@attrs.frozen(field_transformer=checked_fields)
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


@attrs.frozen(field_transformer=checked_fields)
class Eligible:
    """The eligible population, by the measure that the campaign names for it."""

    name: str = "eligible"
    assumption: str = ""

    def of(self, campaign: Campaign, units: Sequence[Unit]) -> dict[str, Number]:
        """Return the eligible population of each unit [persons]."""
        return dict(_figures(campaign, units, campaign.eligible, "eligible"))


@attrs.frozen(field_transformer=checked_fields)
class Uncovered:
    """The eligible people who are not covered yet: eligible - covered, at least 0."""

    name: str = "uncovered"
    assumption: str = ""

    def of(self, campaign: Campaign, units: Sequence[Unit]) -> dict[str, Number]:
        """Return the uncovered people of each unit [persons]."""
        people = _figures(campaign, units, campaign.eligible, "eligible")
        covered = _figures(campaign, units, campaign.covered, "covered")
        return {code: max(people[code] - covered[code], 0) for code in people}


@attrs.frozen(field_transformer=checked_fields)
class Covered:
    """The people who are covered already, by the measure that the campaign names for it."""

    name: str = "covered"
    assumption: str = ""

    def of(self, campaign: Campaign, units: Sequence[Unit]) -> dict[str, Number]:
        """Return the covered people of each unit [persons]."""
        return dict(_figures(campaign, units, campaign.covered, "covered"))


@attrs.frozen(field_transformer=checked_fields)
class ByCapacity:
    """What each unit can take on: a measure, such as its staff, times so many persons each."""

    measure: str
    each: Fraction = attrs.field(default=Fraction(1), converter=to_exact)

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


@attrs.frozen(field_transformer=checked_fields)
class Levelled:
    """Weights on top of people who are covered: existing and new people / weight become level.

    Nobody is taken away: what a unit gets comes on top of what it has. With the method `adams` the
    lowest ratio rises first, person by person; `webster` brings the ratios as near to each other
    as whole persons allow.
    """

    weights: Weighting
    existing: Weighting

    @property
    def name(self) -> str:
        """What the weights are."""
        return self.weights.name

    @property
    def assumption(self) -> str:
        """The assumptions of both."""
        return "; ".join(one for one in (self.weights.assumption, self.existing.assumption) if one)

    def of(self, campaign: Campaign, units: Sequence[Unit]) -> dict[str, Number]:
        """Return the weights."""
        return self.weights.of(campaign, units)


def _to_parts(
    value: Iterable[tuple[Weighting | WeightTable, Fraction | Decimal | int | str]],
) -> tuple[tuple[Weighting, Fraction], ...]:
    return tuple((to_weighting(weighting), to_exact(share)) for weighting, share in value)


def _influences_are_positive(
    instance: object,
    attribute: attrs.Attribute[tuple[tuple[Weighting, Fraction], ...]],
    value: tuple[tuple[Weighting, Fraction], ...],
) -> None:
    del instance, attribute
    problems = [
        Problem(
            f"blend, '{weighting.name}'",
            message("an influence of {share:raw}", share=share),
            "give a number above 0",
        )
        for weighting, share in value
        if share <= 0
    ]
    if not value:
        problems = [Problem("blend", "no parts", "give pairs of a weighting and its influence")]
    if problems:
        raise DefinitionError(problems)


@attrs.frozen(field_transformer=checked_fields)
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
                    Problem(f"weights['{weighting.name}']", "are all 0", "leave this part out")
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


@checked_call
def by_measure(measure: str) -> ByMeasure:
    """Return the weighting by one measure of the units.

    >>> by_measure("census_2010").name
    'census_2010'
    """
    return ByMeasure(measure)


@checked_call
def declared(weights: WeightTable, *, because: str) -> Declared:
    """Return weights that the caller declares by unit code, with the reason that results repeat.

    >>> declared({"labour": 4, "tax": 2}, because="staff in the field, own estimate").assumption
    'weights are declared, not taken from a source (staff in the field, own estimate)'
    """
    return Declared(weights, because)


def capacity(measure: str, *, each: Fraction | Decimal | int | str = 1) -> ByCapacity:
    """Return the weighting by what units can take on: a measure times so many persons each.

    As `caps` it says that nobody gets more than that.

    >>> capacity("staff", each=40).name
    '40 x staff'
    """
    return ByCapacity(measure, each)


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


@checked_call
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

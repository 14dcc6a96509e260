"""Weightings made of others: blends with a stated influence, levels on top of people covered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import attrs
import pandas as pd

from coverage_campaign.allocation.weights.custom import to_weighting
from coverage_campaign.allocation.weights.weighting import Number, Weighting, WeightTable
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.targets import to_rate
from coverage_campaign.model.units import Unit

__all__ = ["Blend", "Levelled"]


@attrs.frozen
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

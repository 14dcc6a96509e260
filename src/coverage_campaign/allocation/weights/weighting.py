"""What a weighting is: whatever gives each unit its weight, and says where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Protocol, TypeAlias

from coverage_campaign.frames import FloatSeries, IntSeries
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.units import Unit

__all__ = ["Number", "WeightTable", "Weighting"]

Number: TypeAlias = int | float | Fraction | Decimal
"""A weight: floats are taken at face value, the others are exact."""
WeightTable: TypeAlias = Mapping[str, Number] | IntSeries | FloatSeries


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

"""Weights that the campaign's own figures give: a measure, and what follows from measures."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import attrs

from coverage_campaign.allocation.tree import OWN
from coverage_campaign.allocation.weights.weighting import Number
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.targets import to_rate
from coverage_campaign.model.units import Unit

__all__ = ["ByMeasure", "Capacity", "Covered", "Eligible", "Uncovered"]


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
    counts = {
        unit.code: dict(unit.counts).get(measure, 0 if unit.code.endswith(OWN) else None)
        for unit in units
    }
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

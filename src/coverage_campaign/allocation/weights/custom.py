"""Weights that no source states: equal ones, or the caller's own by unit code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from types import FunctionType, MethodType
from typing import cast

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.allocation.naming import name_of
from coverage_campaign.allocation.tree import OWN, opens_later
from coverage_campaign.allocation.weights.weighting import Number, Weighting, WeightTable
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.units import Annex, Unit

__all__ = ["ByAnnex", "ByFunction", "Declared", "Equal", "sharing", "to_weighting"]


@attrs.frozen
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


@attrs.frozen
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
        given = dict(self.annex.shares)
        if self.annex.covers == "own":
            return given
        own, parents = dict(given), {unit.code: unit.parent for unit in campaign.units}
        for code, persons in given.items():
            above = parents.get(code)
            while above is not None and above not in given:
                above = parents.get(above)
            if above is not None:
                own[above] -= persons
        problems = [
            Problem(
                f"annex '{self.annex.code}'",
                f"gives '{code}' {given[code]:,} people, and the units below it {-persons:,} more",
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
                f"annex '{self.annex.code}'",
                f"has no share of '{unit.code}' ({unit.label})",
                "complete the annex, or share by another weight",
            )
            for unit in units
            if unit.code not in given and unit.closed is None
        ]
        if problems:
            raise DefinitionError(problems)
        return {unit.code: given.get(unit.code, 0) for unit in units}


@attrs.frozen
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
        return {unit.code: _to_number(unit.code, self.function(unit)) for unit in units}


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


def to_weighting(weights: Weighting | WeightTable | Callable[[Unit], Number]) -> Weighting:
    """Return a weighting from itself, a mapping or Series by unit code, or a function of a unit."""
    if isinstance(weights, (Mapping, pd.Series)):
        return Declared(weights)
    if hasattr(weights, "of"):
        return cast("Weighting", weights)
    if isinstance(weights, FunctionType | MethodType | partial):
        return ByFunction(weights)
    raise DefinitionError(
        Problem(
            "weights",
            f"a {type(weights).__name__}",
            "give a number by unit code (a mapping or a Series), a function of a unit, or one of "
            "cc.weights",
        )
    )

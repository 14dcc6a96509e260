"""Two annexes as parts of one target: some people are one breakdown's, the rest the other's."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.allocation.allocate import allocate
from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.request import read_target
from coverage_campaign.allocation.weights import Number, Weighting, WeightTable
from coverage_campaign.checks import checked_call, checked_methods
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import message
from coverage_campaign.model.basis import Basis
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.targets import CoverageTarget, HeadcountTarget
from coverage_campaign.notebook import html_table

__all__ = ["Partition", "partition"]


@checked_methods
@attrs.frozen(kw_only=True)
class Partition:
    """One target in parts: each breakdown shares out its own, and every person counts in one."""

    total: int
    parts: tuple[Allocation, ...]
    basis: Basis

    @property
    def campaign(self) -> Campaign:
        """The campaign whose target it is."""
        return self.parts[0].campaign

    def to_frame(self) -> pd.DataFrame:
        """Return one row per leaf of each part: breakdown, unit, name, share [persons]."""
        columns = ["breakdown", "unit", "name", "share"]
        frames = [part.own_shares().assign(breakdown=part.among)[columns] for part in self.parts]
        return pd.concat(frames, ignore_index=True).astype({"breakdown": "str"})

    def totals(self) -> pd.DataFrame:
        """Return one row per part: breakdown, units, share [persons]."""
        return pd.DataFrame(
            {
                "breakdown": pd.array([part.among for part in self.parts], dtype="str"),
                "units": pd.array([len(part.shares()) for part in self.parts], dtype="Int64"),
                "share": pd.array([part.total for part in self.parts], dtype="Int64"),
            }
        )

    def part(self, among: str) -> Allocation:
        """Return the allocation of one breakdown."""
        for part in self.parts:
            if part.among == among:
                return part
        known = ", ".join(part.among for part in self.parts)
        raise DefinitionError(
            Problem(
                f"breakdown '{among}'", "has no part here", message("parts: {known}", known=known)
            )
        )

    def _repr_html_(self) -> str:
        return html_table(self.to_frame(), title=repr(self)[1:-1], notes=self.basis.lines())

    def __repr__(self) -> str:
        """Return the parts in one line."""
        parts = ", ".join(f"{part.among} {part.total:,}" for part in self.parts)
        return f"<Partition of {self.total:,} people: {parts}>"


@checked_call
def partition(
    campaign: Campaign,
    *,
    among: Mapping[str, Number],
    weights: Mapping[str, Weighting | WeightTable],
    target: HeadcountTarget | CoverageTarget | int | str | None = None,
    method: apportion.Method = apportion.webster,
) -> Partition:
    """Share one target out among several breakdowns, each person in one of them.

    Where two annexes are two ways to share out the same people, each takes the whole target and
    `cross` lays them across each other; here they are parts of it.

    Args:
        campaign: The campaign.
        among: Each breakdown's weight in the target, by its code: persons, shares, anything in
            proportion.
        weights: By what each breakdown shares out its part, by its code.
        target: As in `allocate`; a number of persons for all breakdowns together.
        method: The apportionment method, between the breakdowns and within them.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> cc.partition(
    ...     campaign,
    ...     among={"counties": 3, "departments": 1},
    ...     weights={"counties": cc.weights.by_measure("census_2000"),
    ...              "departments": cc.weights.equal},
    ... )
    <Partition of 76,000 people: counties 57,000, departments 19,000>
    """
    chosen = read_target(campaign, target)
    if isinstance(chosen, CoverageTarget):
        raise DefinitionError(
            Problem("target", "a coverage rate", "only persons can be parted; give a headcount")
        )
    total = chosen if isinstance(chosen, int) else chosen.persons
    unlike = sorted(set(among) ^ set(weights))
    if unlike or not among:
        raise DefinitionError(
            Problem(
                "weights",
                message("breakdowns {unlike} in one of among and weights alone", unlike=unlike)
                if unlike
                else "none",
                "give every breakdown its part and its weights",
            )
        )
    _refuse_shared_units(campaign, tuple(among))
    shares = apportion.apportioned(
        method, total, np.array(list(among.values()), dtype=object), names=list(among)
    )
    parts = tuple(
        allocate(
            campaign, among=breakdown, weights=weights[breakdown], target=persons, method=method
        )
        for breakdown, persons in zip(among, shares.tolist(), strict=True)
    )
    basis = campaign.basis().assuming(
        message(
            "the breakdowns are parts of one target of {total} people: {parts}",
            total=total,
            parts=[message("{breakdown} {n}", breakdown=one.among, n=one.total) for one in parts],
        )
    )
    return Partition(total=total, parts=parts, basis=basis)


def _refuse_shared_units(campaign: Campaign, breakdowns: tuple[str, ...]) -> None:
    seen: dict[str, str] = {}
    problems = []
    for breakdown in breakdowns:
        for unit in campaign.members(breakdown):
            if unit.code in seen:
                problems.append(
                    Problem(
                        f"unit '{unit.code}'",
                        message(
                            "is in {first} and in {breakdown}",
                            first=seen[unit.code],
                            breakdown=breakdown,
                        ),
                        "parts have no unit in common",
                    )
                )
            seen[unit.code] = breakdown
    if problems:
        raise DefinitionError(problems)

"""What would it take: the value of one input at which a condition begins or ceases to hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, cast

import attrs
import pandas as pd

from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.reporting.counts import Tally
from coverage_campaign.scenarios.scenario import Outcome, Scenario, run

__all__ = ["Crossing", "Solution", "solve"]


@attrs.frozen(kw_only=True)
class Crossing:
    """Two neighbouring values between which the condition changes."""

    before: object
    after: object
    holds_after: bool


@attrs.frozen(kw_only=True)
class Solution:
    """Where a condition changes along one input, and how many runs it took to find out."""

    lever: str
    crossings: tuple[Crossing, ...]
    holds_first: bool
    runs: int

    @property
    def value(self) -> object:
        """The first value at which the condition holds."""
        if self.holds_first:
            return None
        return self.crossings[0].after if self.crossings else None

    def __repr__(self) -> str:
        """Return the crossings in words."""
        if not self.crossings:
            return f"<Solution: {'always' if self.holds_first else 'never'} over {self.lever}>"
        parts = [
            f"{'begins' if one.holds_after else 'ceases'} between {one.before} and {one.after}"
            for one in self.crossings
        ]
        return f"<Solution over {self.lever}: {'; '.join(parts)} ({self.runs} runs)>"


def solve(
    scenario: Scenario,
    *,
    lever: tuple[str, Sequence[object]],
    until: Callable[[Outcome], bool],
    monotone: bool = True,
    reports: Tally | None = None,
    received: pd.DataFrame | None = None,
) -> Solution:
    """Return where along one input a condition changes, with both neighbours.

    Args:
        scenario: The baseline.
        lever: A field of the scenario and the values to search, in order, such as
            ("target", range(70_000, 90_001)).
        until: The condition on an outcome. A value with which a run is infeasible does not meet it.
        monotone: The condition changes at most once along the values: they are halved until the
            two neighbours are found. False tries every value and returns every crossing.
        reports: The tally to track, where the condition looks at progress or assessment.
        received: When reports arrived (see `track`).

    Raises:
        DefinitionError: No such input, or fewer than two values.
    """
    name, values = lever
    fields = {field.name for field in attrs.fields(Scenario)} - {"campaign"}
    if name not in fields or len(values) < 2:  # noqa: PLR2004 - a search needs two ends
        raise DefinitionError(
            Problem(
                "lever",
                f"{name!r} with {len(values)} values",
                f"name one of {', '.join(sorted(fields))}, and at least two values",
            )
        )
    known: dict[int, bool] = {}

    def holds(place: int) -> bool:
        if place not in known:
            changes = cast("dict[str, Any]", {name: values[place]})
            try:
                outcome = run(attrs.evolve(scenario, **changes), reports=reports, received=received)
            except InfeasibleError:
                known[place] = False
            else:
                known[place] = bool(until(outcome))
        return known[place]

    last = len(values) - 1
    places = range(len(values)) if not monotone else _halved(holds, last)
    tried = sorted(set(places))
    crossings = tuple(
        Crossing(before=values[a], after=values[b], holds_after=holds(b))
        for a, b in pairwise(tried)
        if holds(a) != holds(b)
    )
    return Solution(lever=name, crossings=crossings, holds_first=holds(0), runs=len(known))


def _halved(holds: Callable[[int], bool], last: int) -> list[int]:
    """Return both ends, or the two neighbours between which the condition changes."""
    low, high = 0, last
    if holds(low) == holds(high):
        return [low, high]
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle) == holds(low):
            low = middle
        else:
            high = middle
    return [low, high]

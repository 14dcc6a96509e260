"""A grid of scenarios at once: the numbers in batches, the results as one long table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any, cast

import attrs
import pandas as pd

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.basis import Basis
from coverage_campaign.notebook import html_table
from coverage_campaign.scenarios.scenario import Scenario, allocation_of

__all__ = ["Study", "explore"]

_BAR_FROM = 500
_NAMES = {"total": "target"}


@attrs.frozen(eq=False, kw_only=True)
class Study:
    """Every combination that was tried, and the shares that follow from each."""

    baseline: Scenario
    over: tuple[str, ...]
    basis: Basis
    frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row per scenario and unit: scenario, the varied inputs, unit, name, share."""
        return self.frame.copy(deep=False)

    def ranges(self) -> pd.DataFrame:
        """Return how far each unit's share moves over the grid: unit, name, least, most, range."""
        table = (
            self.frame.groupby(["unit", "name"], sort=False)["share"]
            .agg(least="min", most="max")
            .reset_index()
        )
        return table.assign(range=table["most"] - table["least"])

    def _repr_html_(self) -> str:
        return html_table(self.ranges(), title=repr(self)[1:-1], notes=self.basis.lines())

    def __repr__(self) -> str:
        """Return the size of the grid in one line."""
        count = self.frame["scenario"].nunique()
        return f"<Study of {count:,} scenarios over {', '.join(self.over)}>"


def explore(scenario: Scenario, *, over: Mapping[str, Sequence[object]]) -> Study:
    """Return the shares under every combination of the given inputs.

    Args:
        scenario: The baseline; what `over` does not name stays as it is there.
        over: Values to try by the scenario's field; 'total' is another name of 'target'.

    Raises:
        DefinitionError: No such input, or one without a value.
    """
    fields = {field.name for field in attrs.fields(Scenario)} - {"campaign"}
    problems = [
        Problem(f"over['{name}']", "no such input", f"inputs: {', '.join(sorted(fields))}, total")
        for name in over
        if _NAMES.get(name, name) not in fields
    ] + [
        Problem(f"over['{name}']", "no value", "give at least one value to try")
        for name, values in over.items()
        if not len(values)
    ]
    if problems or not over:
        raise DefinitionError(problems or [Problem("over", "empty", "name an input to vary")])
    combinations = list(product(*over.values()))
    frames = []
    for number, values in enumerate(_with_bar(combinations)):
        given = dict(zip(over, values, strict=True))
        changes = {_NAMES.get(name, name): value for name, value in given.items()}
        varied: Scenario = attrs.evolve(scenario, **cast("dict[str, Any]", changes))
        frame = allocation_of(varied).to_frame()[["unit", "name", "share"]]
        frame.insert(0, "scenario", number)
        for place, (name, value) in enumerate(given.items(), start=1):
            frame.insert(place, name, pd.Series([_shown(value)] * len(frame)))
        frames.append(frame)
    return Study(
        baseline=scenario,
        over=tuple(over),
        basis=allocation_of(scenario).basis,
        frame=pd.concat(frames, ignore_index=True),
    )


def _with_bar(combinations: list[tuple[object, ...]]) -> Iterable[tuple[object, ...]]:
    if len(combinations) < _BAR_FROM:
        return combinations
    from tqdm.auto import tqdm  # only a long run shows a bar

    return tqdm(combinations, desc="scenarios")


def _shown(value: object) -> object:
    if isinstance(value, (int, float, str)):
        return value
    return getattr(value, "__name__", None) or getattr(value, "name", None) or str(value)

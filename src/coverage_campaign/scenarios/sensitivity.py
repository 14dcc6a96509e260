"""What moves a study's results: how far each input alone does, and how fair each scenario is."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.allocate import weighting_of
from coverage_campaign.allocation.equity import ginis, need_of
from coverage_campaign.allocation.request import exact_number
from coverage_campaign.scenarios.design import Design, baseline_value, same_value, value_at
from coverage_campaign.scenarios.scenario import Scenario, allocation_of

__all__ = ["fairness_of", "tornado_of"]

_Floats = NDArray[np.float64]


def tornado_of(
    baseline: Scenario, design: Design, inputs: pd.DataFrame, values: _Floats
) -> pd.DataFrame:
    """Return how far each input alone moves a quantity (see `Study.tornado`).

    `inputs` has a row a scenario with its number and inputs, `values` what it comes to.
    """
    first = int(inputs["scenario"].iloc[0])
    places = np.stack(design.places(first, first + len(inputs)), axis=1)
    reference = _reference(baseline, design, places[0])
    at_base = np.flatnonzero((places == reference).all(axis=1))
    base = float(values[at_base[0]]) if len(at_base) else np.nan
    rows = []
    for column, name in enumerate(design.names):
        others = np.delete(places, column, axis=1)
        same = np.asarray((others == np.delete(reference, column)).all(axis=1), dtype=bool)
        alone = np.flatnonzero(same & ~np.isnan(values))
        if not len(alone):
            continue
        low = int(alone[values[alone].argmin()])
        high = int(alone[values[alone].argmax()])
        shown = inputs[name]
        rows.append((name, str(shown[low]), str(shown[high]), values[low], values[high], base))
    columns = ["input", "low_value", "high_value", "low", "high", "base"]
    table = pd.DataFrame(rows, columns=columns)
    size = (table["high"] - table["low"]).abs()
    ordered = table.loc[size.sort_values(ascending=False, kind="stable").index]
    return ordered.reset_index(drop=True)


def _reference(baseline: Scenario, design: Design, first: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place of each input's value that is held: the baseline's own, or the first."""
    held = first.copy()
    for column, (name, tried) in enumerate(zip(design.names, design.tried, strict=True)):
        own = baseline_value(baseline, name)
        for place in range(len(tried)):
            if same_value(value_at(tried, place), own):
                held[column] = place
                break
    return held


def fairness_of(
    scenario: Scenario, inputs: pd.DataFrame, codes: list[str], shares: _Floats
) -> pd.DataFrame:
    """Return how fair each scenario of a study is (see `Study.fairness`).

    `inputs` has a row a scenario with its inputs and whether it is solved, `shares` the persons of
    the leaves `codes`.
    """
    base = allocation_of(scenario)
    own = base.shares().reindex(codes).to_numpy(dtype=np.float64)
    units = [scenario.campaign.unit(code) for code in codes]
    weighting = weighting_of(scenario.campaign, scenario.among, scenario.weights, base.total)
    given = weighting.of(scenario.campaign, scenario.campaign.leaves(scenario.among))
    weights = [exact_number(given.get(code, 0)) for code in codes]
    need = need_of(scenario.campaign, units, weights, weighting.name)
    each = np.array([float(one) for one in need.of])
    gini = ginis(np.nan_to_num(shares), each)
    names = np.array(codes, dtype=object)
    heaviest, largest = _largest(shares / np.where(each > 0, each, np.nan), names)
    rises_most, most = _largest(shares - own, names)
    missing = ~inputs["solved"].to_numpy(dtype=bool)
    return inputs.drop(columns="solved").assign(
        gini=pd.arrays.FloatingArray(np.where(missing, 0.0, gini), missing),
        per=pd.array([need.name] * len(inputs), dtype="str"),
        heaviest=pd.array(heaviest, dtype="str"),
        largest_burden=pd.arrays.FloatingArray(np.nan_to_num(largest), np.isnan(largest)),
        largest_rise=pd.arrays.IntegerArray(np.nan_to_num(most).astype(np.int64), np.isnan(most)),
        rises_most=pd.array(rises_most, dtype="str"),
    )


def _largest(values: _Floats, codes: NDArray[np.object_]) -> tuple[list[str | None], _Floats]:
    known = ~np.isnan(values).all(axis=1)
    filled = np.where(np.isnan(values), -np.inf, values)
    place = filled.argmax(axis=1)
    found = np.where(known, filled[np.arange(len(values)), place], np.nan)
    flags: list[bool] = np.asarray(known).tolist()
    names = [str(code) if here else None for code, here in zip(codes[place], flags, strict=True)]
    return names, found

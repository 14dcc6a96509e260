"""Measures of a whole study: how fair each scenario is, how far each input alone moves a result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.scenarios.scenario import allocation_of

if TYPE_CHECKING:
    from coverage_campaign.scenarios.study import Study

__all__ = ["fairness_of", "gini_many", "tornado_of"]

_Floats = NDArray[np.float64]


def gini_many(shares: _Floats, need: _Floats) -> _Floats:
    """Return the Gini coefficient of each row of shares over one row of need, 0 to 1.

    >>> gini_many(np.array([[10.0, 20.0], [0.0, 30.0]]), np.array([100.0, 200.0])).round(6).tolist()
    [0.0, 0.333333]
    """
    burden = np.divide(shares, need, out=np.full(shares.shape, np.inf), where=need > 0)
    order = np.argsort(burden, axis=1, kind="stable")
    ordered = np.take_along_axis(shares, order, axis=1)
    step = np.broadcast_to(need, shares.shape)
    step = np.take_along_axis(step, order, axis=1) / (need.sum() or 1.0)
    total = shares.sum(axis=1, keepdims=True)
    part = np.divide(ordered, total, out=np.zeros_like(ordered), where=total > 0)
    reached = np.cumsum(part, axis=1) - part
    area = (step * (2 * reached + part)).sum(axis=1)
    return np.where(total[:, 0] > 0, 1.0 - area, 0.0) if need.sum() else np.zeros(len(shares))


def fairness_of(study: Study) -> pd.DataFrame:
    """Return how fair each scenario of a study is (see `Study.fairness`)."""
    places = np.flatnonzero(study.leaves)
    shares = study.array("share")[:, places]
    codes = np.array(study.units, dtype=object)[places]
    base = allocation_of(study.baseline)
    own = base.shares().reindex([str(code) for code in codes]).to_numpy(dtype=np.float64)
    burden = base.burden().set_index("unit").reindex([str(code) for code in codes])
    uncovered = burden["uncovered"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    known = not np.isnan(uncovered).any()
    need: _Floats = np.asarray(uncovered) if known else _weights(study, codes)
    gini = gini_many(np.nan_to_num(shares), need)
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = shares / np.where(uncovered > 0, uncovered, np.nan)
    rise = shares - own
    heaviest, largest = _largest(rates, codes)
    rises_most, most = _largest(rise, codes)
    missing = ~study.solved
    return (
        study.inputs()
        .drop(columns="solved")
        .assign(
            gini=pd.arrays.FloatingArray(np.where(missing, 0.0, gini), missing),
            heaviest=pd.array(heaviest, dtype="str"),
            largest_burden=pd.arrays.FloatingArray(np.nan_to_num(largest), np.isnan(largest)),
            largest_rise=pd.arrays.IntegerArray(
                np.nan_to_num(most).astype(np.int64), np.isnan(most)
            ),
            rises_most=pd.array(rises_most, dtype="str"),
        )
    )


def _weights(study: Study, codes: NDArray[np.object_]) -> _Floats:
    scenario = study.baseline
    if scenario.weights is None:
        return np.ones(len(codes))
    given = scenario.weights.of(scenario.campaign, scenario.campaign.leaves(scenario.among))
    return np.array([float(given.get(str(code), 0)) for code in codes])


def _largest(values: _Floats, codes: NDArray[np.object_]) -> tuple[list[str | None], _Floats]:
    known = ~np.isnan(values).all(axis=1)
    filled = np.where(np.isnan(values), -np.inf, values)
    place = filled.argmax(axis=1)
    found = np.where(known, filled[np.arange(len(values)), place], np.nan)
    flags: list[bool] = np.asarray(known).tolist()
    names = [str(code) if here else None for code, here in zip(codes[place], flags, strict=True)]
    return names, found


def tornado_of(study: Study, unit: str, quantity: str) -> pd.DataFrame:
    """Return how far each input alone moves a unit's quantity (see `Study.tornado`)."""
    if unit not in study.units:
        known = ", ".join(study.units[:12])
        raise DefinitionError(Problem(f"unit '{unit}'", "is not in the study", f"units: {known}"))
    values = study.array(quantity)[:, study.units.index(unit)]
    places = np.stack(study.design.places(study.first, study.first + len(study)), axis=1)
    inputs = study.inputs()
    rows = []
    for column, name in enumerate(study.over):
        others = np.delete(places, column, axis=1)
        same = np.asarray((others == np.delete(places[0], column)).all(axis=1), dtype=bool)
        alone = same & ~np.isnan(values)
        if not alone.any():
            continue
        found = np.flatnonzero(alone)
        low = int(found[values[found].argmin()])
        high = int(found[values[found].argmax()])
        shown = inputs[name]
        rows.append((name, str(shown[low]), str(shown[high]), values[low], values[high]))
    table = pd.DataFrame(rows, columns=["input", "low_value", "high_value", "low", "high"])
    size = (table["high"] - table["low"]).abs()
    ordered = table.loc[size.sort_values(ascending=False, kind="stable").index]
    return ordered.reset_index(drop=True)

"""A two-way problem as the user gave it, read and checked."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from coverage_campaign.allocation.apportionment.inputs import MOST, read_bound, read_weights
from coverage_campaign.allocation.apportionment.largest_remainder import Remainders
from coverage_campaign.allocation.apportionment.methods import Bounds, Method, Weights, rule_of
from coverage_campaign.allocation.apportionment.ties import TieRule, read_ties
from coverage_campaign.allocation.two_way.feasibility import Margin, names_of, read_margins
from coverage_campaign.allocation.two_way.twoway import TwoWay
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coverage_campaign.allocation.apportionment.inputs import Weighted
    from coverage_campaign.allocation.apportionment.rounding_rules import Signposts

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["read_two_way"]

_WIDEST = 1e100  # weights of one row may differ by this factor; beyond it floats cannot search
_SAFE = 1e60  # weights within 1 / this and this need no scaling
_SHOWN = 10


def read_two_way(
    weights: Weights,
    *,
    row_totals: Margin,
    col_totals: Margin,
    method: Method,
    floors: Bounds,
    caps: Bounds,
    ties: TieRule,
    row_names: Sequence[str] | None,
    col_names: Sequence[str] | None,
) -> TwoWay:
    """Return the checked problem; arguments and errors as `biproportional`."""
    read, _ = read_weights(weights)
    if read.ndim != 2:  # noqa: PLR2004  a matrix has two
        raise DefinitionError(
            Problem("weights", f"an array of shape {read.shape}", "a matrix: rows x columns")
        )
    rows = names_of(row_names, read.shape[0], "row_names")
    columns = names_of(col_names, read.shape[1], "col_names")
    rule = rule_of(method)
    if rule is None or isinstance(rule, Remainders):
        raise DefinitionError(
            Problem("method", repr(method), "a divisor method: webster, jefferson, ...")
        )
    row_sums, col_sums = read_margins(row_totals, col_totals, rows, columns)
    low = read_bound(floors, "floors", read.shape, None)
    high = read_bound(caps, "caps", read.shape, None)
    least, most = _bounds(read, low, high, rule, row_names=rows, col_names=columns)
    real, scales = _as_floats(read, rows)
    return TwoWay(
        read,
        real,
        scales,
        row_sums,
        col_sums,
        least,
        most,
        low is None and high is None and not rule.first_is_free,
        rule,
        read_ties(ties, read.shape, None),
        rows,
        columns,
    )


def _bounds(
    weights: Weighted,
    floors: Ints | None,
    caps: Ints | None,
    rule: Signposts,
    *,
    row_names: Sequence[str],
    col_names: Sequence[str],
) -> tuple[Ints, Ints]:
    """Return what each cell keeps at any divisor, and what it may reach."""
    positive = np.asarray(weights > 0, dtype=bool)
    if floors is None and caps is None and not rule.first_is_free:
        return np.zeros(weights.shape, np.int64), np.where(positive, MOST, 0)
    low = np.zeros(weights.shape, np.int64) if floors is None else floors.copy()
    high = np.full(weights.shape, MOST) if caps is None else caps.copy()
    crossed = np.argwhere(low > high).tolist() if caps is not None else []
    if crossed:
        raise InfeasibleError(
            [
                Problem(
                    f"cell ({row_names[i]}, {col_names[j]})",
                    f"floor {low[i, j]:,} > cap {high[i, j]:,}",
                    "a floor is at most its cap",
                )
                for i, j in crossed[:_SHOWN]
            ]
        )
    if rule.first_is_free:
        low = np.where(positive, np.maximum(low, np.minimum(high, 1)), low)
    high[~positive] = low[~positive]
    return low, high


def _as_floats(
    weights: Weighted, row_names: Sequence[str]
) -> tuple[Floats, tuple[Fraction, ...] | None]:
    """Return the weights as floats that can be multiplied safely, and what rows were divided by."""
    if weights.dtype != object:
        real = weights.astype(np.float64)
        positive = real[real > 0]
        if not positive.size or (positive.max() < _SAFE and positive.min() > 1 / _SAFE):
            return real, None
    scales: list[Fraction] = []
    out = np.zeros(weights.shape)
    problems: list[Problem] = []
    for i, row in enumerate(weights.tolist()):
        exact = [Fraction(value) for value in row]
        largest = max(exact, default=Fraction(0)) or Fraction(1)
        if any(0 < value < largest / Fraction(_WIDEST) for value in exact):
            problems.append(
                Problem(
                    f"weights of row {row_names[i]}",
                    f"the largest is over {_WIDEST:.0e} times the least",
                    "weights of one scale, or 0 where a cell is to stay empty",
                )
            )
        scales.append(largest)
        out[i] = [float(value / largest) for value in exact]
    if problems:
        raise DefinitionError(problems[:_SHOWN])
    return out, tuple(scales)

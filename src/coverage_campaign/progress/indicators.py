"""The figures of a progress, from whole persons: one path for a unit and a thousand runs.

`indicator` works on arrays whose last axis is the units; whatever lies before it, such as a
thousand scenarios, goes through at once. `figures` is the table of one progress.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import by_value, owned_array
from coverage_campaign.messages import message
from coverage_campaign.progress.unit_progress import statuses

__all__ = [
    "COLUMNS",
    "INDICATORS",
    "SUMMED",
    "Clock",
    "UnitArrays",
    "arrays_of",
    "competition_ranks",
    "figures",
    "gap_days",
    "indicator",
    "pooled",
    "pooled_by",
]

_Ints: TypeAlias = NDArray[np.int64]
_Floats: TypeAlias = NDArray[np.float64]
_Flags: TypeAlias = NDArray[np.bool_]

SUMMED = (
    *("target", "planned", "done", "new"),
    *("reports_expected", "reports_received", "reports_on_time"),
)
"""The counts that a group of units adds up, leaving out a unit that did not report."""

COLUMNS = (
    *("unit", "name", "target", "planned", "done", "new", "completion_rate", "planned_rate"),
    *("gap_points", "gap_persons", "gap_days", "shortfall", "required_per_day", "rank"),
    *("reports_expected", "reports_received", "reports_on_time", "complete", "coverage_rate"),
    "status",
)


@attrs.frozen(kw_only=True)
class Clock:
    """Where a day lies in a plan: the curve by day, the days of it that are over and are left.

    `curves` and `left` have one row for all units, or one each where some open or close on the
    way: then each unit is measured against its own days.
    """

    curves: _Floats = attrs.field(converter=owned_array, eq=by_value)
    elapsed: int
    left: _Ints = attrs.field(converter=owned_array, eq=by_value)

    def of(self, unit: int) -> Clock:
        """Return the clock of one unit."""
        row = unit % len(self.left)
        return Clock(curves=self.curves[[row]], elapsed=self.elapsed, left=self.left[[row]])


# -- arrays ----------------------------------------------------------------------------------------


@attrs.frozen(eq=False, kw_only=True)
class UnitArrays:
    """What indicators are calculated from; the last axis is the units, scenarios lie before it.

    `known` tells where what is done is known, `may_rank` which units may have a rank if it is;
    `planned_rate` is the unrounded plan over the target.
    """

    target: _Ints
    planned: _Ints
    done: _Ints
    known: _Flags
    may_rank: _Flags
    planned_rate: _Floats

    @property
    def rated(self) -> _Flags:
        """Where there is a target, so that there are rates."""
        return np.asarray(self.target > 0, dtype=bool)

    def over_target(self, persons: NDArray[Any]) -> _Floats:
        """Return persons over the target, nan without one."""
        return np.asarray(persons / np.where(self.rated, self.target, np.nan), dtype=np.float64)


_Known: TypeAlias = tuple[NDArray[Any], _Flags]


def _completion_rate(units: UnitArrays) -> _Known:
    return units.over_target(units.done), units.known & units.rated


def _gap_points(units: UnitArrays) -> _Known:
    gap = units.over_target(100 * units.done) - 100 * units.planned_rate
    return gap, units.known & units.rated


def _rank(units: UnitArrays) -> _Known:
    ranked = np.broadcast_to(units.known & units.may_rank & units.rated, units.target.shape)
    return competition_ranks(units.done, units.target, ranked), ranked


INDICATORS: Mapping[str, Callable[[UnitArrays], _Known]] = {
    "done": lambda units: (units.done, units.known),
    "planned": lambda units: (units.planned, np.ones(1, dtype=bool)),
    "completion_rate": _completion_rate,
    "planned_rate": lambda units: (units.planned_rate, units.rated),
    "gap_persons": lambda units: (units.done - units.planned, units.known),
    "gap_points": _gap_points,
    "shortfall": lambda units: (np.maximum(units.target - units.done, 0), units.known),
    "rank": _rank,
}
"""How each indicator comes from the arrays, and where it is known."""


def indicator(name: str, units: UnitArrays) -> tuple[NDArray[Any], _Flags]:
    """Return an indicator (persons int64, rates and points float64) and where it is known.

    >>> units = UnitArrays(target=np.array([[50, 30], [40, 40]]), planned=np.array([20, 12]),
    ...                    done=np.array([15, 0]), known=np.array([True, True]),
    ...                    may_rank=np.array([True, True]), planned_rate=np.array(0.4))
    >>> indicator("gap_points", units)[0].round(1).tolist()
    [[-10.0, -40.0], [-2.5, -40.0]]
    """
    if name not in INDICATORS:
        fix = message("choose one of {indicators}", indicators=INDICATORS)
        raise DefinitionError(Problem("indicator", f"{name!r}", fix))
    values, known = INDICATORS[name](units)
    shape = np.broadcast_shapes(units.target.shape, units.done.shape)
    return np.broadcast_to(values, shape), np.broadcast_to(known, shape)


# Quotients of whole numbers whose product is smaller differ as floats where the fractions do.
_SURE = 2**51
_ROWS = 32768  # scenarios whose arrays stay in the caches
_FEW = 48  # units up to which comparing all pairs is faster than sorting


def competition_ranks(done: _Ints, target: _Ints, ranked: _Flags | None = None) -> _Ints:
    """Return each unit's place by done / target, 1 for the greatest, along the last axis.

    Equal fractions share a place and the next one skips; decided exactly, whatever the size. A
    unit that is not `ranked` has 0; targets of the others are 1 or more.

    >>> competition_ranks(np.array([1, 2, 9, 0]), np.array([[3, 6, 10, 5]])).tolist()
    [[2, 2, 1, 4]]
    """
    shape = np.broadcast_shapes(done.shape, target.shape)
    if 0 in shape:
        return np.zeros(shape, dtype=np.int64)
    units = shape[-1]
    over = np.broadcast_to(done, shape).reshape(-1, units)
    under = np.broadcast_to(target, shape).reshape(-1, units)
    chosen = np.ones(shape, dtype=bool) if ranked is None else np.broadcast_to(ranked, shape)
    chosen = chosen.reshape(-1, units)
    places = np.empty(over.shape, dtype=np.int64)
    most = int(np.abs(done).max(initial=0)) * int(target.max(initial=0))
    for start in range(0, len(over), _ROWS):
        rows = slice(start, start + _ROWS)
        here = chosen[rows].T
        rates = np.full(here.shape, -np.inf)
        if most < _SURE:
            np.divide(over[rows].T, under[rows].T, out=rates, where=here)
        else:
            rates[here] = _order_of_fractions(over[rows].T[here], under[rows].T[here])
        if units <= _FEW:
            found = _by_pairs(rates)
        else:
            found = pd.DataFrame(rates).rank(method="min", ascending=False).to_numpy(np.int64)
        places[rows] = np.where(here, found, 0).T
    return places.reshape(shape)


def _order_of_fractions(numerators: _Ints, denominators: _Ints) -> _Floats:
    """Return numbers that are in the order of the fractions, equal where these are."""
    pairs = zip(numerators.tolist(), denominators.tolist(), strict=True)
    fractions = [Fraction(over, under) for over, under in pairs]
    place = {value: number for number, value in enumerate(sorted({*fractions}))}
    return np.array([place[value] for value in fractions], dtype=np.float64)


def _by_pairs(rates: _Floats) -> NDArray[np.int8]:
    places = np.ones(rates.shape, dtype=np.int8)
    for unit in range(len(rates)):
        for other in range(unit):
            # A flag seen as a number is added as it is, without a copy.
            places[unit] += (rates[other] > rates[unit]).view(np.int8)
            places[other] += (rates[unit] > rates[other]).view(np.int8)
    return places


def gap_days(
    done: _Ints, planned: _Ints, target: _Ints, *, curve: _Floats, elapsed: int
) -> _Floats:
    """Return how many days of the plan each unit is ahead of it (negative = behind).

    The earned schedule is the moment at which the plan reaches what is done, linear within a day;
    the gap is that moment less the days of the plan that are over. Before the plan's start it is
    0, past its whole it is the first day on which the whole is reached: a plan has no days beyond.
    A gap of no persons is a gap of no days, and the signs of both always agree.

    Args:
        done: Persons done by each unit.
        planned: Persons planned to the same day.
        target: Persons planned in all, 1 or more.
        curve: The share of the plan that is over at the end of each of its days, ascending from 0
            to 1; the same for all units.
        elapsed: How many of those days are over.

    Source: W. Lipke, Schedule is different, The Measurable News, March 2003: ES = C + (EV - PV_C) /
    (PV_C+1 - PV_C), gap = ES - AT.

    >>> even = np.arange(1, 215) / 214
    >>> gap_days(np.array([35_000, 21_664]), np.array([21_664, 21_664]),
    ...          np.array([76_000, 76_000]), curve=even, elapsed=61).round(2).tolist()
    [37.55, 0.0]
    """
    reached = np.concatenate(([0.0], curve))
    share = np.clip(done / target, 0.0, reached[-1])
    # The first moment with so much done lies on a day that rises, so the division is by no zero.
    day = np.maximum(np.searchsorted(reached, share, side="left"), 1)
    least = float(np.finfo(np.float64).tiny)
    within = (share - reached[day - 1]) / np.maximum(reached[day] - reached[day - 1], least)
    begins = np.searchsorted(reached, 0.0, side="right") - 1  # nobody is late before that
    gap = np.maximum(day - 1 + within, begins) - elapsed
    agrees = np.sign(gap) == np.sign(done - planned)
    return np.where(agrees, gap, 0.0)


# -- tables ----------------------------------------------------------------------------------------


def arrays_of(counts: pd.DataFrame) -> UnitArrays:
    """Return the arrays of a table of counts (see `figures`)."""
    hindered = counts["hindrance"].notna().to_numpy(dtype=bool)
    complete = counts["complete"].fillna(value=True).to_numpy(dtype=bool)
    return UnitArrays(
        target=_whole(counts["target"]),
        planned=_whole(counts["planned"]),
        done=_whole(counts["done"]),
        known=counts["done"].notna().to_numpy(dtype=bool),
        may_rank=complete & ~hindered,
        planned_rate=counts["planned_rate"].to_numpy(dtype=np.float64, na_value=np.nan),
    )


def figures(counts: pd.DataFrame, clock: Clock, *, rank: bool = True) -> pd.DataFrame:
    """Return the columns of a progress from its counts, one row in for one row out.

    Args:
        counts: unit, name, then Int64 counts [persons]: target, planned, done, new, eligible,
            covered (people covered before), reports_expected, reports_received, reports_on_time,
            complete (boolean), planned_rate (the unrounded plan over the target) and hindrance
            (the status that keeps a unit from any other, <NA> for none).
        clock: The day's place in the plan.
        rank: Whether the rows are ranked among each other.
    """
    units = arrays_of(counts)
    if not rank:
        units = attrs.evolve(units, may_rank=np.zeros(len(counts), dtype=bool))
    found = {name: _column(*indicator(name, units)) for name in INDICATORS}
    eligible = counts["eligible"].where(counts["eligible"] > 0).astype("Float64")
    left = pd.Series(pd.array(clock.left, dtype="Int64"))
    left = left.mask(left == 0).take(np.arange(len(counts)) % len(left)).set_axis(counts.index)
    columns: dict[str, object] = {
        **{name: counts[name] for name in counts.columns if name in COLUMNS},
        **found,
        "gap_days": _days(units, clock),
        "required_per_day": (pd.Series(found["shortfall"], index=counts.index) / left).astype(
            "Float64"
        ),
        "coverage_rate": (counts["covered"] + counts["done"]) / eligible,
        "status": pd.array(
            statuses(units.target, units.planned, units.done, units.known, counts), dtype="str"
        ),
    }
    return pd.DataFrame(columns, index=counts.index)[list(COLUMNS)]


def _column(values: NDArray[Any], known: _Flags) -> pd.api.extensions.ExtensionArray:
    if values.dtype.kind == "f":
        return pd.arrays.FloatingArray(np.where(known, values, 0.0), ~known)
    return pd.arrays.IntegerArray(np.where(known, values, 0).astype(np.int64), ~known)


def _days(units: UnitArrays, clock: Clock) -> pd.api.extensions.ExtensionArray:
    known = units.known & units.rated
    gaps = np.zeros(len(known))
    curves, which = np.unique(clock.curves, axis=0, return_inverse=True)
    which = which.ravel()[np.arange(len(known)) % len(clock.curves)]
    for row, curve in enumerate(curves):
        mine = known & (which == row)
        gaps[mine] = gap_days(
            units.done[mine],
            units.planned[mine],
            units.target[mine],
            curve=curve,
            elapsed=clock.elapsed,
        )
    return _column(gaps, known)


def _whole(column: pd.Series[int]) -> _Ints:
    """Return a column of counts with 0 in the places that its caller leaves out."""
    return column.fillna(0).to_numpy(dtype="int64").astype(np.int64, copy=False)


def pooled_by(counts: pd.DataFrame, keys: pd.Series[str]) -> pd.DataFrame:
    """Return the counts of each group of units as one row: sums, never means.

    `keys` names the group of each row; groups come in the order of their first unit. A unit that
    did not report adds nothing and leaves its group incomplete; an eligible or covered figure that
    one unit lacks is missing for the group.
    """
    by = keys.to_numpy()
    grouped = counts.groupby(by, sort=False)
    sums = grouped[list(SUMMED)].sum(min_count=1)
    for column in ("eligible", "covered"):
        whole = grouped[column].count() == grouped[column].size()
        sums[column] = grouped[column].sum().where(whole)
    complete = counts["complete"].astype("Int64").groupby(by, sort=False)
    known = complete.count() == complete.size()
    # One unit that is known to be incomplete settles it, whatever is not known of the others.
    least = complete.min()
    sums["complete"] = least.where(known | (least == 0)).astype("boolean")
    # Where all units have the same rate the group has it too, without a rounding error.
    rate = grouped["planned_rate"]
    planned = (counts["planned_rate"] * counts["target"]).groupby(by, sort=False).sum(min_count=1)
    mean = planned / sums["target"].where(sums["target"] > 0)
    sums["planned_rate"] = mean.where(rate.min() != rate.max(), rate.min())
    hindrance = counts["hindrance"].fillna("")
    codes = hindrance.groupby(by, sort=False)
    # A group has the hindrance that all of its units share.
    shared = (codes.min() == codes.max()) & (codes.min() != "")
    sums["hindrance"] = codes.min().where(shared)
    table = sums.reset_index(names="unit")
    table.insert(1, "name", table["unit"])
    return table.astype({"unit": "str", "name": "str", "hindrance": "str"})


def pooled(counts: pd.DataFrame, *, unit: str, name: str) -> pd.DataFrame:
    """Return the counts of all units as one row, as `pooled_by` adds them up."""
    row = pooled_by(counts, pd.Series([unit] * len(counts), index=counts.index, dtype="str"))
    row["name"] = pd.array([name] * len(row), dtype="str")
    return row

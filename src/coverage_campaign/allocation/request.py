"""What is asked of allocations, read and checked: one row a scenario, one column a unit of a tree.

An input is a column of values and, for every scenario, the place of its value; each value is read
once. One allocation is a batch of one. What bounds a unit's share are the caller's floors, caps and
pins, and the people who are left to enrol.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from math import ceil, floor
from typing import Any, Literal, TypeAlias, cast

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.tree import NO_CAP, UnitTree, counts_of, exact_weights
from coverage_campaign.allocation.weights import (
    Blend,
    ByAnnex,
    Declared,
    Levelled,
    Number,
    Weighting,
    WeightTable,
    sharing,
    to_weighting,
)
from coverage_campaign.checks import kind_of
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import IntSeries
from coverage_campaign.messages import message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.targets import CoverageTarget, HeadcountTarget, to_rate
from coverage_campaign.model.units import unit_meant

Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Whole: TypeAlias = NDArray[Any]

__all__ = [
    "BY_UNIT",
    "NUMERIC",
    "BoundName",
    "Bounds",
    "BoundsOrWeighting",
    "GivenBounds",
    "InputColumn",
    "Limits",
    "Order",
    "Remainder",
    "RequestReader",
    "Requests",
    "TieRule",
    "Uplift",
    "exact_number",
    "is_count",
    "is_own",
    "left_to_enrol",
    "limits_of",
    "read_given",
    "read_headcount",
    "read_target",
    "read_uplift",
    "tree_of",
    "unbounded",
    "vector_of",
]

Bounds: TypeAlias = Mapping[str, int] | IntSeries
"""Persons by unit code; a unit that is not named has no bound."""
BoundsOrWeighting: TypeAlias = Bounds | Weighting
"""Bounds, or a weighting that counts persons, such as `cc.weights.capacity('staff', each=40)`:
each leaf then has its own, a cap rounded down and a floor or a pin rounded up."""
Uplift: TypeAlias = Fraction | Decimal | int | str | Mapping[int, Fraction | Decimal | int | str]
"""One rise for every tier ('0.05' or '5%'), or a rise by tier number."""
BoundName: TypeAlias = Literal["floors", "caps", "pins"]


@attrs.frozen(eq=False)
class GivenBounds:
    """The caller's floors, caps or pins: persons, and where there are any; one row a scenario."""

    persons: Ints
    known: Flags

    def or_else(self, persons: int) -> Ints:
        """Return the persons, with a number where nothing is given."""
        return np.where(self.known, self.persons, persons)


@attrs.frozen(eq=False)
class Limits:
    """What bounds each unit [persons]: one row a scenario (or one for all), one column a unit.

    `low` and `high` (NO_CAP = none) hold pins too; `bounded` says where the caller set any,
    `uncovered` where the cap is the people who are left to enrol. Where a pin is outside a unit's
    bounds, `low` is above `high`, and what checks the fit says so.
    """

    low: Ints
    high: Ints
    has_low: Flags
    bounded: Flags
    pinned: Flags
    uncovered: Flags

    def of_scenario(self, row: int) -> Limits:
        """Return the limits of one scenario."""
        return Limits(
            *(
                array if len(array) == 1 else array[[row]]
                for array in attrs.astuple(self, recurse=False)
            )
        )


def limits_of(campaign: Campaign, tree: UnitTree, given: Mapping[BoundName, GivenBounds]) -> Limits:
    """Return the bounds of every unit; a leaf never gets more than its uncovered people."""
    floors, caps, pins = given["floors"], given["caps"], given["pins"]
    left = left_to_enrol(campaign, tree)
    asked = caps.or_else(NO_CAP)
    return Limits(
        low=np.maximum(floors.or_else(0), pins.or_else(0)),
        high=np.minimum(np.minimum(left, asked), pins.or_else(NO_CAP)),
        has_low=floors.known | pins.known,
        bounded=floors.known | caps.known | pins.known,
        pinned=pins.known,
        uncovered=(left < NO_CAP) & (left <= asked),
    )


def unbounded(tree: UnitTree) -> Limits:
    """Return the limits of units that nothing bounds."""
    shape = 1, len(tree.units)
    never = np.zeros(shape, dtype=bool)
    low, high = np.zeros(shape, dtype=np.int64), np.full(shape, NO_CAP, dtype=np.int64)
    return Limits(low, high, never, never, never, never)


def read_given(
    campaign: Campaign, tree: UnitTree, name: BoundName, values: Sequence[object]
) -> GivenBounds:
    """Return bounds as arrays, one row a value; a weighting bounds each leaf."""
    persons = np.zeros((len(values), len(tree.units)), dtype=np.int64)
    known = np.zeros(persons.shape, dtype=np.bool_)
    for row, value in enumerate(values):
        for code, count in _read(campaign, tree, name, value).items():
            persons[row, tree.row_of[code]] = count
            known[row, tree.row_of[code]] = True
    return GivenBounds(persons, known)


def _read(campaign: Campaign, tree: UnitTree, name: BoundName, value: object) -> dict[str, int]:
    """Return whole persons by unit code; an unknown code or a bad number is an error."""
    if value is None:
        return {}
    if hasattr(value, "of") and not isinstance(value, (Mapping, pd.Series)):
        whole = floor if name == "caps" else ceil
        leaves = [unit for unit in tree.leaves if unit.code not in tree.later]
        weighed = cast("Weighting", value).of(campaign, leaves)
        return {code: whole(count) for code, count in weighed.items()}
    try:
        bounds = value if isinstance(value, (Mapping, pd.Series)) else dict(cast("Any", value))
    except (TypeError, ValueError):
        raise DefinitionError(
            Problem(
                name,
                kind_of(value),
                "give persons by unit code, or a weighting",
            )
        ) from None
    given = {str(code): count for code, count in bounds.items() if not _is_none(count)}
    problems = [
        Problem(
            f"{name}['{code}']",
            "no such unit here",
            unit_meant(campaign.units, code, tree.row_of),
        )
        for code in given
        if code not in tree.row_of
    ] + [
        Problem(
            f"{name}['{code}']", f"{count!r}", "a bound is a whole number of persons, 0 or more"
        )
        for code, count in given.items()
        if not is_count(count)
    ]
    if problems:
        raise DefinitionError(problems)
    return {code: int(count) for code, count in given.items()}


def _is_none(value: object) -> bool:
    """Tell whether a bound is missing: None, or a table's <NA>."""
    return value is None or value is pd.NA


def is_count(value: object) -> bool:
    """Return whether a value is a whole number of persons, 0 or more."""
    if isinstance(value, (bool, np.bool_)):
        return False
    if isinstance(value, (int, np.integer)):
        return 0 <= int(value) <= NO_CAP
    if isinstance(value, (float, Fraction, Decimal, np.floating)):
        if isinstance(value, Decimal) and value.is_nan():
            return False  # it cannot be compared
        return bool(0 <= value <= NO_CAP) and int(value) == value
    return False  # text, <NA>, None


def left_to_enrol(campaign: Campaign, tree: UnitTree) -> Ints:
    """Return eligible - covered of the leaves for which both are known, NO_CAP elsewhere.

    Nobody can do more.
    """
    left = np.full(len(tree.units), NO_CAP, dtype=np.int64)
    if campaign.eligible and campaign.covered:
        leaves = tree.leaves
        people, covered = counts_of(leaves, campaign.eligible), counts_of(leaves, campaign.covered)
        for row, count, done in zip(tree.leaf_rows.tolist(), people, covered, strict=True):
            if count is not None and done is not None:
                left[row] = max(count - done, 0)
    return left


_rise = partial(to_rate, of="uplift", below=1)
"""A tier's rise: 5 may be 5 % or five times as many, so a plain number stays below 1."""


def read_uplift(tree: UnitTree, uplift: Uplift) -> dict[int, Fraction]:
    """Return the rise of each tier as an exact fraction; an unknown tier is an error."""
    tiers = list(tree.tiers)
    if isinstance(uplift, Mapping):
        unknown = [tier for tier in uplift if tier not in tiers]
        if unknown:
            raise DefinitionError(
                Problem(
                    "uplift",
                    message("tier {tier:raw}", tier=unknown[0]),
                    message("the tiers here are {tiers}", tiers=tiers),
                )
            )
        rises = {tier: _rise(uplift.get(tier, 0)) for tier in tiers}
    else:
        rises = dict.fromkeys(tiers, _rise(uplift))
    if any(rise < 0 for rise in rises.values()):
        raise DefinitionError(Problem("uplift", "negative", "an uplift is 0 or more"))
    if any(max(rise.numerator, rise.denominator) >= _MOST_PARTS for rise in rises.values()):
        found = "a number of more than nine digits"
        raise DefinitionError(Problem("uplift", found, "give a rate such as '5%'"))
    return rises


TieRule: TypeAlias = Literal["code", "first", "last", "raise"]
Order: TypeAlias = Literal["top_down", "bottom_up"]
Remainder: TypeAlias = Literal["raise", "keep"]
Values: TypeAlias = "Sequence[object] | NDArray[Any]"

NUMERIC = ("target", "weights", "floors", "caps", "pins", "uplift", "already_covered", "base")
"""Inputs that are arrays in a batch; any other input makes batches of its own."""
BY_UNIT = ("weights", "floors", "caps", "pins")
"""Inputs of which one unit's number can be given alone, as in 'weights.430481'."""
_BOUNDS: tuple[BoundName, ...] = ("floors", "caps", "pins")
_EXACT_FLOAT = 2**53
_MOST_PARTS = 10**9


@attrs.frozen(eq=False)
class InputColumn:
    """The values of one input and, by scenario, the place of its value (None = all the first)."""

    values: Values
    place: Ints | None = None

    def placed(self, table: Whole) -> Whole:
        """Return a table's rows, one a value, by scenario; one row where all have the first."""
        rows: Whole = table[:1] if self.place is None else table[self.place]
        return rows


@attrs.frozen(eq=False, kw_only=True)
class Requests:
    """What scenarios ask for in one breakdown with one method.

    Arrays have one row a scenario, or one for all of them, and one column a unit of the tree.
    `weights` are whole numbers that hold each weight exactly up to a scale (floats at face value
    in a tree of one tier); `existing` are people who are covered already, on top of whom the total
    comes, and `levels` tells where a method raises the lowest of them first. `rises` has numerator
    and denominator of 1 + uplift by tier.
    """

    tree: UnitTree
    method: apportion.Method
    ties: TieRule
    order: Order
    keeps: bool
    totals: Ints
    weights: Whole
    limits: Limits
    base: Ints
    existing: Ints
    levels: Flags
    rises: Mapping[int, tuple[Ints, Ints]]

    def of_scenario(self, row: int) -> Requests:
        """Return what one scenario asks for."""

        def alone(array: Whole) -> Whole:
            return array if len(array) == 1 else array[[row]]

        return attrs.evolve(
            self,
            totals=alone(self.totals),
            weights=alone(self.weights),
            limits=self.limits.of_scenario(row),
            base=alone(self.base),
            existing=alone(self.existing),
            levels=alone(self.levels),
            rises={tier: (alone(top), alone(bottom)) for tier, (top, bottom) in self.rises.items()},
        )

    @property
    def shifts(self) -> Ints:
        """What a share has beyond its seats: the base, less the people covered already."""
        moved: Ints = self.tree.summed(self.bases) - self.existing
        return moved

    @property
    def bases(self) -> Ints:
        """What each leaf gets before the rest is shared: the base, where it is open."""
        later = np.array([unit.code in self.tree.later for unit in self.tree.leaves], dtype=bool)
        return np.where(later, 0, self.base[:, np.newaxis])


@attrs.define
class RequestReader:
    """Reads inputs of scenarios that have all but the numeric inputs in common.

    `tables` keeps what was read, so that blocks of scenarios share it.
    """

    campaign: Campaign
    tree: UnitTree
    method: apportion.Method
    ties: TieRule
    order: Order
    remainder: Remainder
    tables: dict[str, Any] = attrs.field(factory=dict)

    def requests(self, inputs: Mapping[str, InputColumn], count: int) -> Requests:
        """Return what so many scenarios ask for; what is wrong is an error that names the unit.

        `inputs` has every one of `NUMERIC`, and may have 'weights.CODE' and the like.
        """
        rises = self._read("uplift", inputs, self._rises)
        existing, levels = self._existing(inputs)
        given = {name: self._given(name, inputs, count) for name in _BOUNDS}
        totals = self._read("target", inputs, partial(_totals, self.campaign))
        return Requests(
            tree=self.tree,
            method=self.method,
            ties=self.ties,
            order=self.order,
            keeps=self.remainder == "keep",
            totals=np.broadcast_to(totals, (count,)),
            weights=self._weights(inputs),
            limits=limits_of(self.campaign, self.tree, given),
            base=self._read("base", inputs, _bases),
            existing=self.tree.summed(existing),
            levels=levels,
            rises={
                tier: (rises[:, place, 0], rises[:, place, 1])
                for place, tier in enumerate(self.tree.tiers)
            },
        )

    def _read(
        self, name: str, inputs: Mapping[str, InputColumn], read: Callable[[Values], Any]
    ) -> Whole:
        return inputs[name].placed(self._table(name, inputs[name].values, read))

    def _table(self, name: str, values: Values, read: Callable[[Values], Any]) -> Any:  # noqa: ANN401 - a table of any kind
        if name not in self.tables:
            self.tables[name] = read(values)
        return self.tables[name]

    def _rises(self, values: Values) -> Ints:
        read = [read_uplift(self.tree, cast("Any", value)) for value in _listed(values)]
        exact = [[1 + rises.get(tier, Fraction(0)) for tier in self.tree.tiers] for rises in read]
        return np.array(
            [[(one.numerator, one.denominator) for one in row] for row in exact], dtype=np.int64
        )

    # -- people covered already ------------------------------------------------------------------

    def _existing(self, inputs: Mapping[str, InputColumn]) -> tuple[Ints, Flags]:
        """Return who is covered already, by leaf, and where the lowest are raised first.

        `already_covered` says who, or else the weights bring it with them.
        """
        own, weights = inputs["already_covered"], inputs["weights"]
        count, known = self._table("already_covered", own.values, self._stocks)
        brought, has_brought = self._table("weights bring", weights.values, self._stocks_of_weights)
        known, has_brought = own.placed(known), weights.placed(has_brought)
        existing = np.where(known[:, np.newaxis], own.placed(count), weights.placed(brought))
        return existing, (known | has_brought) & apportion.first_is_free(self.method)

    def _stocks_of_weights(self, values: Values) -> tuple[Ints, Flags]:
        if isinstance(values, np.ndarray):
            return self._stocks([None])
        return self._stocks([one.existing if isinstance(one, Levelled) else None for one in values])

    def _stocks(self, values: Values) -> tuple[Ints, Flags]:
        leaves = self.tree.leaves
        persons = np.zeros((len(values), len(leaves)), dtype=np.int64)
        known = np.array([value is not None for value in values], dtype=bool)
        for row, value in enumerate(values):
            if value is None:
                continue
            given = vector_of(self.campaign, self.tree, cast("Any", value))
            problems = [
                Problem(
                    f"already_covered['{unit.code}']", f"{count}", "persons are whole, 0 or more"
                )
                for unit, count in zip(leaves, given, strict=True)
                if int(count) != count
            ]
            if problems:
                raise DefinitionError(problems)
            persons[row] = [int(count) for count in given]
        return persons, known

    # -- floors, caps and pins -------------------------------------------------------------------

    def _given(self, name: BoundName, inputs: Mapping[str, InputColumn], count: int) -> GivenBounds:
        read = partial(read_given, self.campaign, self.tree, name)
        column = inputs[name]
        table = self._table(name, column.values, lambda values: read(_listed(values)))
        persons, known = column.placed(table.persons), column.placed(table.known)
        varied = [one for one in inputs if one.startswith(f"{name}.")]
        if varied:
            shape = count, len(self.tree.units)
            persons = np.broadcast_to(persons, shape).copy()
            known = np.broadcast_to(known, shape).copy()
        for one in varied:
            code = one.partition(".")[2]
            row = self.tree.row_of[code]
            own = self._table(one, inputs[one].values, partial(self._of_unit, name, code))
            persons[:, row] = inputs[one].placed(own.persons[:, 0])
            known[:, row] = inputs[one].placed(own.known[:, 0])
        return GivenBounds(persons, known)

    def _of_unit(self, name: BoundName, code: str, values: Values) -> GivenBounds:
        """Return one unit's bound for each of its values."""
        if isinstance(values, np.ndarray) and values.dtype.kind == "i" and values.min() >= 0:
            return GivenBounds(values[:, np.newaxis], np.ones((len(values), 1), dtype=bool))
        each = [None if value is None else {code: value} for value in _listed(values)]
        found = read_given(self.campaign, self.tree, name, each)
        row = [self.tree.row_of[code]]
        return GivenBounds(found.persons[:, row], found.known[:, row])

    # -- weights ---------------------------------------------------------------------------------

    def _weights(self, inputs: Mapping[str, InputColumn]) -> Whole:
        """Return the weights by unit; an upper unit weighs what its leaves weigh together."""
        column = inputs["weights"]
        vectors = self._table("weight vectors", column.values, self._vectors)
        varied = [name for name in inputs if name.startswith("weights.")]
        if not varied:
            rows = self._table("weights", vectors, _exact_rows(self.tree))
            return column.placed(rows)
        numbers = {name: _checked_numbers(inputs[name].values) for name in varied}
        kind = _kind([*vectors, *numbers.values()], self.tree)
        rows = np.array(vectors, dtype=kind) if kind is not object else _fractions(vectors)
        first = inputs[varied[0]].place
        count = 1 if first is None else len(first)
        found = np.broadcast_to(column.placed(rows), (count, rows.shape[1])).copy()
        order = {unit.code: number for number, unit in enumerate(self.tree.leaves)}
        for name in varied:
            own = self._table(
                name,
                numbers[name],
                lambda values: np.array(
                    [Fraction(cast("Any", one)) for one in _listed(values)]
                    if kind is object
                    else values,
                    dtype=kind,
                ),
            )
            found[:, order[name.partition(".")[2]]] = inputs[name].placed(own)
        return self.tree.summed(found)

    def _vectors(self, values: Values) -> list[list[Number]]:
        return [vector_of(self.campaign, self.tree, cast("Any", value)) for value in values]


def vector_of(campaign: Campaign, tree: UnitTree, weights: Weighting | WeightTable) -> list[Number]:
    """Return the leaves' weights as they are given, 0 for who is not open on the first day.

    An annex that names a unit gives it its share all the same.
    """
    weighting = to_weighting(weights)
    later = tree.later - (sharing(campaign, weighting) if isinstance(weighting, ByAnnex) else set())
    given = weighting.of(campaign, [unit for unit in tree.leaves if unit.code not in later])
    return [0 if unit.code in later else given[unit.code] for unit in tree.leaves]


def tree_of(campaign: Campaign, among: str, *weights: object) -> UnitTree:
    """Return the tree of the units that share a target by any of these weights."""
    parts = list(weights)
    codes: set[str] = set()
    for one in parts:
        if isinstance(one, Levelled):
            parts.append(one.weights)
        elif isinstance(one, Blend):
            parts += [part for part, _ in one.parts]
        else:
            codes |= sharing(campaign, one)
    return UnitTree.of(campaign, among, sharing=codes)


def exact_number(weight: Number) -> int | Fraction:
    """Return a weight as a whole number or a fraction; a float at face value."""
    return weight if isinstance(weight, int) else Fraction(weight)


def is_own(method: apportion.Method) -> bool:
    """Tell whether a method is a function of the caller's, and none of the library's."""
    inner = method.func if isinstance(method, partial) else method
    home = apportion.__name__.rpartition(".")[0]
    return not (getattr(inner, "__module__", "") or type(inner).__module__).startswith(home)


def read_target(
    campaign: Campaign, target: HeadcountTarget | CoverageTarget | int | str | None
) -> HeadcountTarget | CoverageTarget | int:
    """Return the target that is meant: a value, a code, a number, or the first headcount."""
    if isinstance(target, (HeadcountTarget, CoverageTarget)):
        return target
    if isinstance(target, (int, np.integer)):
        if isinstance(target, bool) or not 0 <= target < _MOST_PERSONS:
            raise DefinitionError(
                Problem("target", f"{target}", "give a number of persons, 0 or more, below 2**62")
            )
        return int(target)
    named = [
        one
        for one in campaign.targets
        if isinstance(one, (HeadcountTarget, CoverageTarget)) and one.code == target
    ]
    if named:
        return named[0]
    if target is None and campaign.headcount is not None:
        return campaign.headcount
    counted = (HeadcountTarget, CoverageTarget)
    known = [one.code for one in campaign.targets if isinstance(one, counted)]
    raise DefinitionError(
        Problem(
            "target",
            f"{target!r}",
            message("give persons or the code of a target of persons ({known})", known=known),
        )
    )


def read_headcount(
    campaign: Campaign, target: HeadcountTarget | CoverageTarget | int | str | None
) -> tuple[HeadcountTarget | int, int]:
    """Return the target of persons that is meant, and how many it has; as `read_target`.

    Raises:
        DefinitionError: a coverage rate, which gives each unit its own number.
    """
    chosen = read_target(campaign, target)
    if isinstance(chosen, CoverageTarget):
        raise DefinitionError(
            Problem("target", "a coverage rate for each unit", "nothing is shared: give persons")
        )
    return chosen, chosen if isinstance(chosen, int) else chosen.persons


_MOST_PERSONS = 2**62


def _totals(campaign: Campaign, values: Values) -> Ints:
    if isinstance(values, np.ndarray) and values.dtype.kind == "i" and values.min() >= 0:
        return values.astype(np.int64, copy=False)
    found = [read_headcount(campaign, cast("Any", value))[1] for value in _listed(values)]
    return np.array(found, dtype=np.int64)


def _bases(values: Values) -> Ints:
    for value in _listed(values):
        if type(value) is not int or not 0 <= value < _MOST_PERSONS:  # True is an int to isinstance
            fix = "give whole persons, 0 or more, below 2**62"
            raise DefinitionError(Problem("base", f"{value!r}", fix))
    return np.array(values, dtype=np.int64)


def _listed(values: Values) -> Sequence[object]:
    return values.tolist() if isinstance(values, np.ndarray) else values


# -- exact weights ---------------------------------------------------------------------------------


def _exact_rows(tree: UnitTree) -> Callable[[Any], Whole]:
    """Return what makes weight vectors rows that hold each exactly, up to a scale of its own."""

    def rows(vectors: Sequence[Sequence[Number]]) -> Whole:
        exact = [exact_weights([exact_number(one) for one in row])[0] for row in vectors]
        if all(row.dtype == np.int64 for row in exact):
            found: Whole = np.array(exact, dtype=np.int64)
        elif _kind(vectors, tree) is float:
            found = np.array(vectors, dtype=np.float64)
        else:
            found = np.array([row.astype(object) for row in exact], dtype=object)
        return tree.summed(found)

    return rows


def _fractions(vectors: Sequence[Sequence[Number]]) -> Whole:
    table = np.empty((len(vectors), len(vectors[0])), dtype=object)
    for row, vector in enumerate(vectors):
        table[row] = [Fraction(weight) for weight in vector]
    return table


def _checked_numbers(values: Values) -> Values:
    """Return the numbers of one unit, checked as weights are."""
    if isinstance(values, np.ndarray) and values.min() >= 0 and values.max() < np.inf:
        return values
    given = {str(place): value for place, value in enumerate(_listed(values))}
    checked = cast("Declared", to_weighting(cast("dict[str, Number]", given)))
    return tuple(weight for _, weight in checked.weights)


def _kind(vectors: Sequence[Values], tree: UnitTree) -> type:
    """Return the numbers that hold all of these weights exactly, summed up the tree too."""
    if all(_are(vector, int) for vector in vectors):
        largest = max((_greatest(vector) for vector in vectors if len(vector)), default=0)
        return int if largest * len(tree.units) < _MOST_PERSONS else object
    plain = all(_are(vector, float) for vector in vectors)
    return float if plain and len(tree.tiers) == 1 else object


def _greatest(vector: Values) -> int:
    return int(vector.max() if isinstance(vector, np.ndarray) else max(cast("Any", vector)))


def _are(vector: Values, kind: type) -> bool:
    """Tell whether numbers are whole, or can all be floats without loss."""
    if isinstance(vector, np.ndarray):
        whole = vector.dtype.kind == "i"
        return whole if kind is int else not whole or int(vector.max()) < _EXACT_FLOAT
    if kind is int:
        return all(isinstance(one, int) for one in vector)
    return all(
        isinstance(one, float) or (isinstance(one, int) and one < _EXACT_FLOAT) for one in vector
    )

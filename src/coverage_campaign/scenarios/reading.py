"""Values of a design read into arrays: each distinct value once, then placed by scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, cast

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.allocation.coverage_target import read_target
from coverage_campaign.allocation.limits import Limits, read_limits, read_uplift
from coverage_campaign.allocation.tree import CutTree, exact_weights
from coverage_campaign.allocation.weights import (
    Declared,
    Levelled,
    Number,
    Weighting,
    WeightTable,
    to_weighting,
)
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.targets import CoverageTarget
from coverage_campaign.scenarios.design import Design, Tried, field_of
from coverage_campaign.scenarios.many_rooms import (
    Flags,
    Ints,
    Requests,
    Weights,
    first_is_free,
)
from coverage_campaign.scenarios.scenario import Scenario

__all__ = ["NUMERIC", "Reader"]

NUMERIC = ("target", "weights", "floors", "caps", "pins", "uplift", "already_covered", "base")
"""Inputs that are arrays in a batch; any other input makes batches of its own."""
_EXACT_FLOAT = 2**53


@attrs.define
class Reader:
    """Reads the numeric inputs of the scenarios that share all the other inputs.

    `scenario` has those other inputs; `tables` keeps what was read, so that blocks share it.
    """

    scenario: Scenario
    design: Design
    tree: CutTree
    tables: dict[str, Any] = attrs.field(factory=dict)

    def requests(self, places: Sequence[Ints]) -> Requests:
        """Return what the scenarios at these places of the design ask for."""
        scenario, tree = self.scenario, self.tree
        rises = self._column("uplift", places, self._rise_table)
        low, high, bounded, pinned = self._bounds(places)
        there, levels = self._there(places)
        return Requests(
            tree=tree,
            method=scenario.method,
            ties=scenario.ties,
            bottom_up=scenario.order == "bottom_up",
            keeps=scenario.remainder == "keep",
            totals=self._column("target", places, self._target_table),
            weights=self._weights(places),
            low=low,
            high=high,
            bounded=bounded,
            pinned=pinned,
            base=self._column("base", places, self._base_table),
            there=there,
            levels=levels,
            rises={
                tier: (rises[:, 2 * number], rises[:, 2 * number + 1])
                for number, tier in enumerate(tree.tiers)
            },
        )

    def _column(
        self,
        field: str,
        places: Sequence[Ints],
        read: Callable[[Tried], Ints],
    ) -> Ints:
        """Return a field's rows for the scenarios: from its values, or the baseline's own."""
        at = self._at(field)
        if field not in self.tables:
            self.tables[field] = read(self._values(field, at))
        rows: Ints = self._placed(self.tables[field], at, places)
        return rows

    def _placed(self, table: Any, at: int | None, places: Sequence[Ints]) -> Any:  # noqa: ANN401 - any array
        """Return the rows of a table that the scenarios have; of one row a view without copies."""
        if at is None:
            return np.broadcast_to(table[0], (len(places[0]), *table.shape[1:]))
        return table[places[at]]

    def _values(self, field: str, at: int | None) -> Tried:
        """Return the values of a field that the design tries, or the baseline's own."""
        own: object = None if at is not None else getattr(self.scenario, field)
        return (own,) if at is None else self.design.tried[at]

    def _at(self, field: str) -> int | None:
        names = [field_of(name) for name in self.design.names]
        return names.index((field, "")) if (field, "") in names else None

    def _units_varied(self, field: str) -> list[tuple[int, str]]:
        """Return where the design varies one unit's number of a field, and whose."""
        named = [field_of(name) for name in self.design.names]
        return [(at, code) for at, (one, code) in enumerate(named) if one == field and code]

    def _target_table(self, values: Tried) -> Ints:
        if isinstance(values, np.ndarray) and values.dtype.kind == "i" and values.min() >= 0:
            return values.astype(np.int64, copy=False)
        campaign = self.scenario.campaign
        plain = values.tolist() if isinstance(values, np.ndarray) else values
        found = [read_target(campaign, cast("Any", value)) for value in plain]
        # A coverage target has batches of its own: nothing is shared there.
        return np.array(
            [
                0
                if isinstance(one, CoverageTarget)
                else one
                if isinstance(one, int)
                else one.persons
                for one in found
            ],
            dtype=np.int64,
        )

    def _base_table(self, values: Tried) -> Ints:
        for value in values.tolist() if isinstance(values, np.ndarray) else values:
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise DefinitionError(
                    Problem("base", f"{value!r}", "give whole persons, 0 or more")
                )
        return np.array(values, dtype=np.int64)

    def _rise_table(self, values: Tried) -> Ints:
        rows = []
        for value in values.tolist() if isinstance(values, np.ndarray) else values:
            rises = read_uplift(self.tree, cast("Any", value))
            exact = [1 + rises.get(tier, Fraction(0)) for tier in self.tree.tiers]
            rows.append([part for rise in exact for part in (rise.numerator, rise.denominator)])
        return np.array(rows, dtype=np.int64)

    def _there(self, places: Sequence[Ints]) -> tuple[Ints, Flags]:
        """Return who is there already, by leaf, and where the lowest of them are raised first."""
        scenario = self.scenario
        varied, weighted = self._at("already_covered"), self._at("weights")
        count = len(places[0])
        own = self._values("already_covered", varied)
        by_weights = self._values("weights", weighted)
        if "already_covered" not in self.tables:
            stocks = [one.there if isinstance(one, Levelled) else None for one in by_weights]
            self.tables["already_covered"] = (self._stocks(own), self._stocks(stocks))
        (given, has_given), (brought, has_brought) = self.tables["already_covered"]
        first = self._placed(given, varied, places)
        has_first = self._placed(has_given, varied, places)
        second = self._placed(brought, weighted, places)
        has_second = self._placed(has_brought, weighted, places)
        free = first_is_free(scenario.method)
        if not has_given.any() and not has_brought.any():
            return first, np.zeros(count, dtype=bool)
        there = np.where(has_first[:, np.newaxis], first, second)
        return there, (has_first | has_second) & free

    def _stocks(self, values: Iterable[object]) -> tuple[Ints, Flags]:
        rows, known = [], []
        for value in values:
            known.append(value is not None)
            rows.append(self._stock(cast("Any", value)))
        table = np.array(rows, dtype=np.int64).reshape(len(rows), len(self.tree.leaf_rows))
        return table, np.array(known, dtype=bool)

    def _stock(self, value: Weighting | WeightTable | None) -> list[int]:
        if value is None:
            return [0] * len(self.tree.leaf_rows)
        leaves = self.tree.leaves
        given = to_weighting(value).of(self.scenario.campaign, leaves)
        problems = [
            Problem(
                f"already_covered['{code}']", f"{count}", "people who are there are whole persons"
            )
            for code, count in given.items()
            if int(count) != count
        ]
        if problems:
            raise DefinitionError(problems)
        return [int(given[unit.code]) for unit in leaves]

    def _bounds(self, places: Sequence[Ints]) -> tuple[Ints, Ints, Flags, Flags]:
        """Return floors and caps (pins are both), where the caller set any, and the pins."""
        low, _, floored, _ = self._limits("floors", places)
        _, high, capped, _ = self._limits("caps", places)
        low_pin, high_pin, _, pinned = self._limits("pins", places)
        if pinned.any():
            low, high = np.maximum(low, low_pin), np.minimum(high, high_pin)
        return low, high, floored | capped | pinned, pinned

    def _limits(self, field: str, places: Sequence[Ints]) -> tuple[Ints, Ints, Flags, Flags]:
        at = self._at(field)
        if field not in self.tables:
            values = (getattr(self.scenario, field),) if at is None else self.design.tried[at]
            read = [self._read_limits(field, value) for value in values]
            self.tables[field] = tuple(
                np.array([getattr(one, name) for one in read])
                for name in ("low", "high", "bounded", "pinned")
            )
        found = [self._placed(table, at, places) for table in self.tables[field]]
        varied = self._units_varied(field)
        if varied:
            found = [array.copy() for array in found]
        for place, code in varied:
            row = self.tree.row_of[code]
            name = self.design.names[place]
            if name not in self.tables:
                self.tables[name] = self._limits_of_unit(field, code, self.design.tried[place])
            for array, column in zip(found, self.tables[name], strict=True):
                array[:, row] = column[places[place]]
        return cast("tuple[Ints, Ints, Flags, Flags]", tuple(found))

    def _limits_of_unit(self, field: str, code: str, values: Tried) -> tuple[Ints, ...]:
        """Return low, high, bounded and pinned of one unit for each of its values."""
        row = self.tree.row_of[code]
        if isinstance(values, np.ndarray) and values.dtype.kind == "i" and values.min() >= 0:
            high = int(self._read_limits(field, {}).high[row])
            given, nobody = np.ones(len(values), dtype=bool), np.zeros(len(values), dtype=bool)
            values = values.astype(np.int64, copy=False)
            floors = values if field != "caps" else np.zeros(len(values), dtype=np.int64)
            caps = np.minimum(values, high) if field != "floors" else np.full(len(values), high)
            return floors, caps, given, given if field == "pins" else nobody
        each = [
            self._read_limits(field, {} if value is None else {code: value}) for value in values
        ]
        return tuple(
            np.array([getattr(one, part)[row] for one in each])
            for part in ("low", "high", "bounded", "pinned")
        )

    def _read_limits(self, field: str, value: object) -> Limits:
        bounds = cast("Any", value)
        if isinstance(value, tuple):
            bounds = dict(value)
        elif (
            value is not None
            and not isinstance(value, (Mapping, pd.Series))
            and not hasattr(value, "of")
        ):
            bounds = dict(cast("Any", value))
        given: dict[str, Any] = {"floors": None, "caps": None, "pins": None, field: bounds}
        return read_limits(self.scenario.campaign, self.tree, **given)

    def _weights(self, places: Sequence[Ints]) -> Weights:
        varied = self._units_varied("weights")
        at = self._at("weights")
        if "weights" not in self.tables:
            values = (self.scenario.weights,) if at is None else self.design.tried[at]
            self.tables["weights"] = [self._vector(cast("Any", value)) for value in values]
        vectors = self.tables["weights"]
        if varied:
            where = np.zeros(len(places[0]), dtype=np.int64) if at is None else places[at]
            return self._with_units(vectors, where, varied, places)
        if "weights array" not in self.tables:
            self.tables["weights array"] = self._rows(vectors)
        rows: Weights = self._placed(self.tables["weights array"], at, places)
        return rows

    def _rows(self, vectors: Sequence[Sequence[object]]) -> Weights:
        """Return weight vectors as rows that hold each exactly, up to a scale of its own."""
        exact = [
            exact_weights(
                [one if isinstance(one, int) else Fraction(cast("Any", one)) for one in row]
            )[0]
            for row in vectors
        ]
        if all(row.dtype == np.int64 for row in exact):
            return np.array(exact, dtype=np.int64)
        if self._kind(vectors) is float:
            return np.array(vectors, dtype=np.float64)
        return np.array([row.astype(object) for row in exact], dtype=object)

    def _vector(self, value: Weighting | WeightTable | None) -> list[object]:
        if value is None:
            raise DefinitionError(
                Problem(
                    "weights",
                    "none",
                    "say by what to share: cc.weights.by_measure('...'), or a number by unit code",
                )
            )
        leaves = self.tree.leaves
        given = to_weighting(value).of(self.scenario.campaign, leaves)
        return [given[unit.code] for unit in leaves]

    def _with_units(
        self,
        vectors: Sequence[Sequence[object]],
        where: Ints,
        varied: Sequence[tuple[int, str]],
        places: Sequence[Ints],
    ) -> Weights:
        """Return the weights with single units' numbers put in, none of them rounded."""
        numbers = [self._numbers(at) for at, _ in varied]
        kind = self._kind([*vectors, *numbers])
        if kind is object:
            rows = np.empty((len(vectors), len(vectors[0])), dtype=object)
            for place, vector in enumerate(vectors):
                rows[place] = _fractions(vector)
        else:
            rows = np.array(vectors, dtype=kind)
        found = rows[where]
        order = {unit.code: number for number, unit in enumerate(self.tree.leaves)}
        for (at, code), column in zip(varied, numbers, strict=True):
            name = self.design.names[at]
            if name not in self.tables:
                exact = _fractions(column) if kind is object else column
                self.tables[name] = np.array(exact, dtype=kind)
            found[:, order[code]] = self.tables[name][places[at]]
        return found

    def _numbers(self, at: int) -> Tried:
        """Return the numbers of one unit, checked as weights are."""
        values = self.design.tried[at]
        if isinstance(values, np.ndarray) and values.min() >= 0 and values.max() < np.inf:
            return values
        given = {str(place): value for place, value in enumerate(values)}
        checked = cast("Declared", to_weighting(cast("dict[str, Number]", given)))
        return tuple(weight for _, weight in checked.weights)

    def _kind(self, vectors: Sequence[Sequence[object] | Tried]) -> type:
        """Return the numbers that hold all of these weights exactly."""
        if all(_are(vector, int) for vector in vectors):
            return int
        plain = all(_are(vector, float) for vector in vectors)
        return float if plain and len(self.tree.tiers) == 1 else object


def _are(vector: Sequence[object] | Tried, kind: type) -> bool:
    """Tell whether numbers are whole, or can all be floats without loss."""
    if isinstance(vector, np.ndarray):
        return vector.dtype.kind in ("i" if kind is int else "if") and (
            kind is int or vector.dtype.kind == "f" or int(vector.max()) < _EXACT_FLOAT
        )
    if kind is int:
        return all(isinstance(one, int) for one in vector)
    return all(
        isinstance(one, float) or (isinstance(one, int) and one < _EXACT_FLOAT) for one in vector
    )


def _fractions(vector: Sequence[object] | Tried) -> list[Fraction]:
    plain = vector.tolist() if isinstance(vector, np.ndarray) else vector
    return [Fraction(cast("Any", weight)) for weight in plain]

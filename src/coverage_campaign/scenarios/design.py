"""Which scenarios a study tries: a grid, given rows, or one input at a time; as columns of values.

A column holds each value once and, for every scenario, the place of its value: a grid of a million
scenarios is a handful of values and an arithmetic of places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isnan, prod
from typing import Any, Literal, TypeAlias, cast

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.request import BY_UNIT
from coverage_campaign.allocation.weights import Number, declared
from coverage_campaign.checks import checked_fields
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import by_value, same
from coverage_campaign.messages import message
from coverage_campaign.model.readings import Readings
from coverage_campaign.model.units import unit_meant
from coverage_campaign.scenarios.scenario import Scenario

__all__ = [
    "ALIASES",
    "Design",
    "Samples",
    "applied",
    "baseline_value",
    "field_of",
    "same_value",
    "shown",
    "shown_values",
    "value_at",
]

ALIASES = {"total": "target"}
"""Other names of inputs."""
Samples: TypeAlias = pd.DataFrame | Mapping[str, Sequence[object] | NDArray[Any]]
Tried: TypeAlias = tuple[object, ...] | NDArray[np.int64] | NDArray[np.float64]
"""The values of an input: numbers in an array are taken as they are."""
_Ints = NDArray[np.int64]
_MOST_VALUES, _MOST = 10**7, 10**8
_OF_UNITS = (*BY_UNIT, "pace")
"""Inputs of which one unit's number can be varied alone, as in 'pace.430481'."""
_FIELDS = tuple(field.name for field in attrs.fields(Scenario) if field.name != "campaign")
_QUESTIONS = tuple(field.name for field in attrs.fields(Readings) if field.name != "suggested")


@attrs.frozen(field_transformer=checked_fields)
class Design:
    """The inputs that vary, the values of each, and which scenario has which.

    `rows` has one row a scenario and one column an input: places in `tried`. Without it every
    combination is tried, the last input changing fastest.
    """

    names: tuple[str, ...]
    tried: tuple[Tried, ...] = attrs.field(eq=by_value)
    rows: _Ints | None = attrs.field(default=None, eq=by_value)

    @property
    def count(self) -> int:
        """The number of scenarios."""
        if self.rows is not None:
            return len(self.rows)
        return prod(len(values) for values in self.tried)

    def places(self, start: int, stop: int) -> tuple[_Ints, ...]:
        """Return for each input which value the scenarios from `start` to `stop` have."""
        if self.rows is not None:
            return tuple(self.rows[start:stop].T)
        numbers = np.arange(start, stop, dtype=np.int64)
        sizes = tuple(len(values) for values in self.tried)
        return tuple(place.astype(np.int64) for place in np.unravel_index(numbers, sizes))

    def given(self, number: int) -> dict[str, object]:
        """Return the values of one scenario by input."""
        places = self.places(number, number + 1)
        return {
            name: value_at(values, int(place[0]))
            for name, values, place in zip(self.names, self.tried, places, strict=True)
        }

    @classmethod
    def of(
        cls,
        baseline: Scenario,
        *,
        over: Mapping[str, Sequence[object]] | pd.DataFrame | None,
        samples: Samples | None,
        design: Literal["grid", "one_at_a_time"],
    ) -> Design:
        """Return the design that the caller's values make, checked; every problem at once."""
        if isinstance(over, pd.DataFrame):
            over, samples = None, over
        if (over is None) == (samples is None):
            raise DefinitionError(
                Problem("over", "together with samples" if over is not None else "empty",
                        "give values to combine (over) or rows to try (samples)")
            )  # fmt: skip
        chosen = over if over is not None else samples
        columns = {
            str(name): _listed(column)
            for name, column in dict({} if chosen is None else chosen).items()
        }
        problems = [
            *(
                problem
                for name, values in columns.items()
                for problem in _problems(baseline, name, values)
            ),
            *([] if columns else [Problem("over", "empty", "name an input to vary")]),
        ]
        if samples is not None and len({len(values) for values in columns.values()}) > 1:
            lengths = ", ".join(f"{name} {len(values)}" for name, values in columns.items())
            problems.append(Problem("samples", lengths, "give columns of equal length"))
        if problems:
            raise DefinitionError(problems)
        names = tuple(columns)
        count = prod(len(values) for values in columns.values())
        if samples is None and design == "grid" and count > _MOST:
            raise _too_many(count)
        if samples is not None:
            return cls(names, *_coded(list(columns.values())))
        values = tuple(columns.values())
        if design == "one_at_a_time":
            return _alone(baseline, names, values)
        return cls(names, values)


def _listed(column: object) -> Tried:
    """Return the values of a column; whole numbers and floats in an array stay one."""
    if isinstance(column, range):
        if len(column) > _MOST_VALUES:
            raise _too_many(len(column))
        try:
            return np.arange(column.start, column.stop, column.step, dtype=np.int64)
        except OverflowError:
            return tuple(column)
    if isinstance(column, (pd.Series, np.ndarray)):
        kind = getattr(column.dtype, "kind", "O")
        numbers = np.asarray(column) if isinstance(column.dtype, np.dtype) else None
        if numbers is not None and kind in "iu":
            return numbers.astype(np.int64)
        if numbers is not None and kind == "f" and not np.isnan(numbers).any():
            return numbers.astype(np.float64)
        column = column.tolist()
    if isinstance(column, (str, bytes)) or not isinstance(column, Iterable):
        found = f"{column!r}" if isinstance(column, (str, int, float)) else type(column).__name__
        raise DefinitionError(Problem("over", found, "give a list of values for each input"))
    listed = tuple(column)
    return tuple(
        None if one is pd.NA or (isinstance(one, float) and isnan(one)) else one for one in listed
    )


def _too_many(count: int) -> DefinitionError:
    return DefinitionError(
        Problem(
            "over",
            message("{count} scenarios", count=count),
            message("try fewer values: at most {most} scenarios", most=_MOST),
        )
    )


def value_at(values: Tried, place: int) -> object:
    """Return one of the values as Python has it."""
    value: object = values[place].item() if isinstance(values, np.ndarray) else values[place]
    return value


def field_of(name: str) -> tuple[str, str]:
    """Return the field that a varied input belongs to, and the code behind the dot or ''."""
    field, _, code = name.partition(".")
    return ALIASES.get(field, field), code


def _problems(baseline: Scenario, name: str, values: Tried) -> list[Problem]:
    where = f"over['{name}']"
    field, code = field_of(name)
    if field == "readings":
        if code not in _QUESTIONS:
            return [
                Problem(
                    where,
                    "no such question",
                    message("questions: {questions}", questions=_QUESTIONS),
                )
            ]
    elif code and field in _OF_UNITS:
        campaign = baseline.campaign
        codes = [unit.code for unit in campaign.members(baseline.among)]
        if code not in codes:
            fix = unit_meant(campaign.units, code, codes)
            return [Problem(where, message("no unit '{code}' here", code=code), fix)]
    elif code or field not in _FIELDS:
        known = sorted([*_FIELDS, "total"])
        return [
            Problem(
                where,
                "no such input",
                message(
                    "inputs: {known}; one unit's: weights.CODE; a reading: readings.QUESTION",
                    known=known,
                ),
            )
        ]
    return [] if len(values) else [Problem(where, "no value", "give at least one value to try")]


def _coded(columns: list[Tried]) -> tuple[tuple[Tried, ...], _Ints]:
    """Return each column's distinct values and the places of the rows among them."""
    values: list[Tried] = []
    places: list[_Ints] = []
    for column in columns:
        own = np.arange(len(column), dtype=np.int64)
        if isinstance(column, np.ndarray):
            values.append(column)
            places.append(own)
            continue
        # 1, 1.0 and True are equal keys, and different values.
        keys = [(type(value), value) for value in column]
        try:
            order = {key: place for place, key in enumerate(dict.fromkeys(keys))}
        except TypeError:  # a mapping has no hash: every row is a value of its own
            values.append(column)
            places.append(own)
        else:
            values.append(tuple(value for _, value in order))
            places.append(np.array([order[key] for key in keys], dtype=np.int64))
    return tuple(values), np.array(places, dtype=np.int64).T


def _alone(baseline: Scenario, names: tuple[str, ...], values: tuple[Tried, ...]) -> Design:
    """Return the baseline first, then each input's values while the others stay as they are."""
    base = [baseline_value(baseline, name) for name in names]
    both = tuple(
        (own, *(v for v in _as_tuple(tried) if not same_value(v, own)))
        for own, tried in zip(base, values, strict=True)
    )
    rows = [[0] * len(names)]
    for column, tried in enumerate(both):
        for place in range(1, len(tried)):
            row = [0] * len(names)
            row[column] = place
            rows.append(row)
    return Design(names, both, np.array(rows, dtype=np.int64))


def _as_tuple(values: Tried) -> tuple[object, ...]:
    return tuple(values.tolist()) if isinstance(values, np.ndarray) else values


def same_value(one: object, other: object) -> bool:
    """Tell whether two values of an input are the same: bounds by what they hold."""
    if isinstance(one, (Mapping, tuple)) and isinstance(other, (Mapping, tuple)):
        return _plain(one) == _plain(other)
    if one is None or other is None:
        return one is other or _plain(one) == _plain(other) == ()
    return type(one) is type(other) and same(one, other)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return tuple((str(code), number) for code, number in value.items())
    return () if value is None else value


def baseline_value(baseline: Scenario, name: str) -> object:
    """Return the value that an input has in the baseline."""
    field, code = field_of(name)
    if field == "readings":
        answer: object = getattr(baseline.campaign.readings, code)
        return answer
    if code and field == "weights":
        if baseline.weights is None:
            return None
        leaves = baseline.campaign.leaves(baseline.among)
        return baseline.weights.of(baseline.campaign, leaves)[code]
    value: object = getattr(baseline, field)
    if code:
        left = (1 if isinstance(value, tuple) else value) if field == "pace" else None
        return dict(value).get(code, left) if isinstance(value, tuple) else left
    if field == "target" and value is None and baseline.campaign.headcount is not None:
        return baseline.campaign.headcount.persons
    return value


def applied(baseline: Scenario, given: Mapping[str, object]) -> Scenario:
    """Return the scenario that a row of a design stands for."""
    whole: dict[str, Any] = {}
    answers: dict[str, Any] = {}
    by_unit: dict[str, dict[str, object]] = {}
    for name, value in given.items():
        field, code = field_of(name)
        if field == "readings":
            answers[code] = value
        elif code:
            by_unit.setdefault(field, {})[code] = value
        else:
            whole[field] = value
    if answers:
        campaign = baseline.campaign
        whole["campaign"] = attrs.evolve(
            campaign, readings=attrs.evolve(campaign.readings, **answers)
        )
    varied: Scenario = attrs.evolve(baseline, **whole)
    for field, numbers in by_unit.items():
        varied = _with_numbers(varied, field, numbers)
    return varied


def _with_numbers(scenario: Scenario, field: str, numbers: Mapping[str, object]) -> Scenario:
    if field == "weights":
        if scenario.weights is None:
            raise DefinitionError(Problem("weights", "none", "give the baseline weights to vary"))
        leaves = scenario.campaign.leaves(scenario.among)
        now = scenario.weights.of(scenario.campaign, leaves)
        changed = cast("dict[str, Number]", {**now, **numbers})
        because = f"{scenario.weights.name}, with {', '.join(numbers)} varied"
        return attrs.evolve(scenario, weights=declared(changed, because=because))
    now_given = getattr(scenario, field)
    if field == "pace" and isinstance(now_given, (int, float)):
        leaves = scenario.campaign.leaves(scenario.among)
        now_given = tuple((unit.code, now_given) for unit in leaves)
    if not isinstance(now_given, tuple):
        fix = "give the baseline's as numbers by unit code"
        raise DefinitionError(Problem(field, "a weighting, of which one number varies", fix))
    bounds = {**dict(now_given), **numbers}
    kept = {code: count for code, count in bounds.items() if count is not None}
    changed_bounds: Scenario = attrs.evolve(scenario, **cast("dict[str, Any]", {field: kept}))
    return changed_bounds


def shown(value: object) -> object:
    """Return a value as a table shows it: numbers and text themselves, the others by name."""
    if value is None or isinstance(value, (int, float, str)):
        return value
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {one}" for key, one in value.items())
    if isinstance(value, tuple):
        return " + ".join(str(one) for one in value)
    return getattr(value, "__name__", None) or getattr(value, "name", None) or str(value)


def shown_values(values: Sequence[object]) -> list[object]:
    """Return values as a table shows them; two values that read alike are numbered."""
    names: list[object] = []
    times: dict[object, int] = {}
    for value in values:
        name = shown(value)
        times[name] = times.get(name, 0) + 1
        names.append(name if times[name] == 1 else f"{name} ({times[name]})")
    return names

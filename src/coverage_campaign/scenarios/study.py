"""What follows from many scenarios: arrays of one row a scenario, and the tables made from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.allocate import weighting_of
from coverage_campaign.allocation.equity import ginis, need_of
from coverage_campaign.allocation.request import exact_number
from coverage_campaign.allocation.tree import leaf_of
from coverage_campaign.checks import checked_call, checked_fields, checked_methods
from coverage_campaign.errors import CampaignError, DefinitionError, Problem
from coverage_campaign.frames import by_value, owned_array, owned_frame
from coverage_campaign.messages import Language, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.readings import Basis
from coverage_campaign.model.units import unit_meant
from coverage_campaign.notebook import Axes, html_table
from coverage_campaign.scenarios.design import (
    Design,
    Tried,
    applied,
    baseline_value,
    same_value,
    shown_values,
    value_at,
)
from coverage_campaign.scenarios.scenario import Scenario, allocation_of, run

__all__ = ["Cells", "Region", "Study"]

_Floats = NDArray[np.float64]
Numbers = NDArray[np.int64] | NDArray[np.float64] | NDArray[np.int8]


@attrs.frozen(field_transformer=checked_fields)
class Cells:
    """One quantity of every scenario and unit, and where it is known (None = everywhere).

    `words` are what whole numbers stand for, where they stand for words.
    """

    numbers: Numbers = attrs.field(eq=by_value)
    known: NDArray[np.bool_] | None = attrs.field(default=None, eq=by_value)
    words: tuple[str, ...] = ()

    def column(self, rows: NDArray[np.intp]) -> pd.api.extensions.ExtensionArray:
        """Return the flat cells of some rows as a column that keeps what is missing."""
        flat = self.numbers.ravel()[rows]
        missing = (
            np.zeros(len(rows), dtype=bool) if self.known is None else ~self.known.ravel()[rows]
        )
        if self.words:
            words: NDArray[np.object_] = np.array([*self.words, None], dtype=object)
            return pd.array(words[np.where(missing, -1, flat)], dtype="str")
        if flat.dtype == np.int8:
            return pd.arrays.BooleanArray(flat == 1, missing)
        if flat.dtype.kind == "f":
            known = np.where(missing, 0.0, flat)
            return pd.arrays.FloatingArray(known, missing)
        return pd.arrays.IntegerArray(flat.astype(np.int64), missing)

    def floats(self) -> NDArray[np.float64]:
        """Return the cells as floats, nan where they are not known."""
        found = self.numbers.astype(np.float64)
        if self.known is not None:
            found[~self.known] = np.nan
        return found


@checked_methods
@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Study:
    """Every scenario that was tried, and what follows from each.

    `units` are the columns of all arrays, `present` tells which of them a scenario has;
    `first` is the number of its first scenario, where a study is one block of a larger one.
    `schedules` has the persons planned to the end of each period: (scenarios, periods, units).

    It has no `explain`: `run(study.scenario(row))` explains a row.
    """

    baseline: Scenario
    design: Design
    basis: Basis
    units: tuple[str, ...]
    leaves: NDArray[np.bool_] = attrs.field(eq=by_value)
    present: NDArray[np.bool_] = attrs.field(eq=by_value)
    _cells: Mapping[str, Cells] = attrs.field(eq=by_value)
    solved: NDArray[np.bool_] = attrs.field(eq=by_value)
    periods: pd.DataFrame | None = attrs.field(default=None, eq=by_value)
    schedules: NDArray[np.int64] | None = attrs.field(default=None, eq=by_value)
    first: int = 0

    def __attrs_post_init__(self) -> None:
        """Let nobody write into the arrays: they are too large to be copied."""
        arrays: list[Any] = [self.leaves, self.present, self.solved, self.schedules]
        for cells in self.cells.values():
            arrays += [cells.numbers, cells.known]
        for array in arrays:
            if array is not None:
                array.flags.writeable = False

    @property
    def campaign(self) -> Campaign:
        """The campaign of the baseline."""
        return self.baseline.campaign

    @property
    def cells(self) -> dict[str, Cells]:
        """The quantities that are held, in a dictionary of the caller's own."""
        return dict(self._cells)

    @property
    def over(self) -> tuple[str, ...]:
        """The inputs that vary."""
        return self.design.names

    @property
    def what(self) -> tuple[str, ...]:
        """The quantities that are held."""
        return tuple(self.cells)

    def __len__(self) -> int:
        """Return the number of scenarios."""
        return len(self.solved)

    def array(self, quantity: str) -> NDArray[np.float64]:
        """Return a quantity as floats: one row a scenario, one column a unit, nan = not known.

        The columns are `units`; the units above the leaves are among them (see `leaves`).
        """
        if quantity not in self.cells:
            raise DefinitionError(
                Problem(
                    "quantity",
                    message("no {quantity!r} in this study", quantity=quantity),
                    message(
                        "held: {held}; ask explore for it with what=(...)", held=list(self.cells)
                    ),
                )
            )
        found = self.cells[quantity].floats()
        found[~self.present] = np.nan
        return found

    def scenario(self, number: int) -> Scenario:
        """Return one scenario of the study, to run or to compare in full."""
        if not self.first <= number < self.first + len(self):
            fix = message(
                "give {first:raw} to {last:raw}", first=self.first, last=self.first + len(self) - 1
            )
            raise DefinitionError(Problem("scenario", f"{number}", fix))
        return applied(self.baseline, self.design.given(number))

    def inputs(self) -> pd.DataFrame:
        """Return one row per scenario: scenario, the varied inputs, solved."""
        places = self.design.places(self.first, self.first + len(self))
        frame = pd.DataFrame({"scenario": np.arange(self.first, self.first + len(self))})
        for name, values, place in zip(self.over, self.design.tried, places, strict=True):
            frame[name] = _taken(values, place)
        return frame.assign(solved=self.solved)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per scenario and unit.

        Columns: scenario, the varied inputs, unit, name, and the quantities that are held. A
        scenario whose bounds cannot be met has <NA> for each of them; `unsolved` says why.
        """
        rows = np.flatnonzero(self.present.ravel())
        scenario, unit = np.divmod(rows, len(self.units))
        names = self._names()
        inputs = self.inputs()
        frame = pd.DataFrame({"scenario": self.first + scenario})
        for name in self.over:
            frame[name] = inputs[name].array.take(scenario)
        frame["unit"] = pd.array(self.units, dtype="str").take(unit)
        frame["name"] = pd.array(names, dtype="str").take(unit)
        for quantity, cells in self.cells.items():
            frame[quantity] = cells.column(rows)
        return frame

    @property
    def idle(self) -> tuple[str, ...]:
        """The inputs whose values, all others as they are, change nothing that is held.

        Known of whole grids alone: () of rows that were given, and of one block of a study.
        """
        sizes = tuple(len(values) for values in self.design.tried)
        if self.design.rows is not None or len(self) != self.design.count:
            return ()
        held: list[NDArray[Any]] = [self.array(name) for name in self.what]
        held += [self.solved] if self.schedules is None else [self.solved, self.schedules]
        grids = [one.reshape(*sizes, *one.shape[1:]) for one in held]
        return tuple(
            name
            for axis, name in enumerate(self.over)
            if sizes[axis] > 1
            and all(
                np.array_equal(
                    grid, np.broadcast_to(grid.take([0], axis), grid.shape), equal_nan=True
                )
                if grid.dtype.kind == "f"
                else (grid == grid.take([0], axis)).all()
                for grid in grids
            )
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Which inputs change nothing that is held, in English."""
        return self.notes_in("en")

    def notes_in(self, lang: Language) -> tuple[str, ...]:
        """Return which inputs change nothing that is held, in a language."""
        idle = self.idle
        if not idle:
            return ()
        found = message("No effect on {what}: {inputs}.", what=self.what, inputs=idle)
        return (found.text(lang),)

    def _names(self) -> list[str]:
        campaign, among = self.baseline.campaign, self.baseline.among
        return [
            "Unallocated" if code == "unallocated" else leaf_of(campaign, code, among).label.text()
            for code in self.units
        ]

    def schedule_frame(self) -> pd.DataFrame:
        """Return one row per scenario, unit and period: planned and planned_to_date [persons].

        Columns: scenario, the varied inputs, unit, phase, period, planned, planned_to_date.

        Raises:
            DefinitionError: The study holds no schedules.
        """
        if self.periods is None or self.schedules is None:
            raise DefinitionError(
                Problem("schedules", "not held", "explore with what=(..., 'schedule')")
            )
        leaves = np.flatnonzero(self.leaves)
        planned = np.diff(self.schedules, axis=1, prepend=0)
        shape = (len(self), len(self.periods), len(leaves))
        scenario, period, unit = (grid.ravel() for grid in np.indices(shape))
        keep = (self.solved[:, np.newaxis, np.newaxis] & np.ones(shape, dtype=bool)).ravel()
        scenario, period, unit = scenario[keep], period[keep], unit[keep]
        inputs = self.inputs()
        frame = pd.DataFrame({"scenario": self.first + scenario})
        for name in self.over:
            frame[name] = inputs[name].array.take(scenario)
        codes = pd.array([self.units[place] for place in leaves], dtype="str")
        return frame.assign(
            unit=codes.take(unit),
            phase=self.periods["phase"].array.take(period),
            period=self.periods["period"].array.take(period),
            planned=pd.array(planned.ravel()[keep], dtype="Int64"),
            planned_to_date=pd.array(self.schedules.ravel()[keep], dtype="Int64"),
        )

    def unsolved(self, *, most: int = 100) -> pd.DataFrame:
        """Return the scenarios without an answer and why: scenario, the inputs, reason."""
        rows = self.inputs()[~self.solved].drop(columns="solved").head(most)
        reasons = []
        for number in rows["scenario"].tolist():
            try:
                run(attrs.evolve(self.scenario(int(number)), as_of=None))
                reasons.append("")
            except CampaignError as error:
                reasons.append(str(error))
        return rows.assign(reason=pd.array(reasons, dtype="str")).reset_index(drop=True)

    def ranges(self, quantity: str = "share") -> pd.DataFrame:
        """Return how far a quantity of each unit moves: unit, name, least, most, range."""
        values = self.array(quantity)
        seen = ~np.isnan(values).all(axis=0)
        least = np.full(len(self.units), np.nan)
        greatest = least.copy()
        least[seen] = np.nanmin(values[:, seen], axis=0)
        greatest[seen] = np.nanmax(values[:, seen], axis=0)
        whole = self.cells[quantity].numbers.dtype.kind == "i"
        kind: Literal["Int64", "Float64"] = "Int64" if whole else "Float64"
        table = pd.DataFrame(
            {
                "unit": pd.array(self.units, dtype="str"),
                "name": pd.array(self._names(), dtype="str"),
                "least": pd.Series(least, dtype="Float64").astype(kind),
                "most": pd.Series(greatest, dtype="Float64").astype(kind),
            }
        )
        table["range"] = table["most"] - table["least"]
        return table.loc[np.asarray(self.present.any(axis=0))].reset_index(drop=True)

    @checked_call
    def where(self, holds: Callable[[Study], NDArray[np.bool_]]) -> Region:
        """Return the region of interest: the scenarios in which a condition holds.

        Args:
            holds: Is given this study and returns one flag a scenario; `array` has what to look
                at. "Some county above a burden of 15 % of its uncovered people" is
                `lambda s: (s.array("uncovered_rate") > 0.15).any(axis=1)`: nan is never above.

        Raises:
            DefinitionError: The condition does not return one flag for each scenario.
        """
        flags = np.asarray(holds(self))
        if flags.shape != self.solved.shape or flags.dtype != bool:
            raise DefinitionError(
                Problem(
                    "holds",
                    message(
                        "returned {dtype} of shape {shape:raw}",
                        dtype=str(flags.dtype),
                        shape=flags.shape,
                    ),
                    message("return one flag for each of {n} scenarios", n=len(self)),
                )
            )
        return Region(inputs=self.inputs(), over=self.over, holds=flags & self.solved)

    def fairness(self) -> pd.DataFrame:
        """Return how fair each scenario is: one row per scenario.

        Columns: scenario, the varied inputs, gini (of shares per need, 0 = in proportion), per
        (what the need is: eligible people, or the baseline's weights where those are not known),
        heaviest (the unit with the largest burden), largest_burden (its share over its need),
        largest_rise [persons] and rises_most (over the scenario of the baseline); <NA> where
        unknown.
        """
        columns = np.flatnonzero(self.leaves)
        codes = [self.units[column] for column in columns.tolist()]
        return _fairness(self.baseline, self.inputs(), codes, self.array("share")[:, columns])

    def tornado(self, unit: str, quantity: str = "share") -> pd.DataFrame:
        """Return how far each input alone moves a unit's quantity, the widest first.

        Columns: input, low_value, high_value, low, high, base: what `cc.charts.sensitivity`
        draws. The other inputs are held at the baseline's own values where the study tries them,
        else at the first one; `base` is the quantity there. design="one_at_a_time" tries no more
        than that.
        """
        if unit not in self.units:
            fix = unit_meant(self.campaign.units, unit, self.units)
            raise DefinitionError(
                Problem(message("unit '{code}'", code=unit), "is not in the study", fix)
            )
        values = self.array(quantity)[:, self.units.index(unit)]
        return _tornado(self.baseline, self.design, self.inputs(), values)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw how far each unit's share moves."""
        from coverage_campaign.views import charts  # the one way up, taken late

        return charts.sensitivity(self, ax=ax)

    def __iter__(self) -> Iterator[Any]:
        """Refuse to be looped over by mistake: frames and arrays are what is looked at."""
        raise TypeError("a Study is no sequence: take to_frame(), array(...) or scenario(number)")

    def _repr_html_(self) -> str:
        quantity = self.what[0] if self.what else "share"
        numbers = {name for name, one in self.cells.items() if not one.words}
        table = self.ranges(quantity) if quantity in numbers else self.inputs()
        return html_table(table, title=repr(self)[1:-1], notes=[*self.basis.lines(), *self.notes])

    def __repr__(self) -> str:
        """Return the size of the study in one line."""
        left = int((~self.solved).sum())
        missing = f", {left:,} of them without an answer" if left else ""
        return f"<Study of {len(self):,} scenarios over {', '.join(self.over)}{missing}>"


def _taken(tried: Tried, place: NDArray[np.int64]) -> pd.api.extensions.ExtensionArray:
    """Return values at places as a plain column: whole numbers, floats or text."""
    if isinstance(tried, np.ndarray):
        numbers, nobody = tried[place], np.zeros(len(place), dtype=bool)
        if numbers.dtype.kind == "f":
            return pd.arrays.FloatingArray(numbers.astype(np.float64), nobody)
        return pd.arrays.IntegerArray(numbers.astype(np.int64), nobody)
    values = shown_values(tried)
    kinds = {type(value) for value in values if value is not None}
    dtype = "Int64" if kinds <= {int} else "Float64" if kinds <= {int, float} else "str"
    if dtype == "str":
        # A lone half of a character, as a text may hold it, has no place in a column.
        values = [
            None if value is None else str(value).encode(errors="backslashreplace").decode()
            for value in values
        ]
    column: pd.Series[Any] = pd.Series(values, dtype=dtype)
    taken: pd.api.extensions.ExtensionArray = column.array.take(place)
    return taken


# -- what moves a study's results ----------------------------------------------------------------


def _tornado(
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


def _fairness(
    scenario: Scenario, inputs: pd.DataFrame, codes: list[str], shares: _Floats
) -> pd.DataFrame:
    """Return how fair each scenario of a study is (see `Study.fairness`).

    `inputs` has a row a scenario with its inputs and whether it is solved, `shares` the persons of
    the leaves `codes`.
    """
    base = allocation_of(scenario)
    leaves = base.leaves
    persons = dict(zip([leaf.code for leaf in leaves], base.shares().tolist(), strict=True))
    own = np.array([persons.get(code, np.nan) for code in codes], dtype=np.float64)
    units = [leaf_of(scenario.campaign, code, scenario.among) for code in codes]
    weighting = weighting_of(scenario.campaign, scenario.among, scenario.weights, base.total)
    given = weighting.of(scenario.campaign, leaves)
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


# -- where a condition holds ----------------------------------------------------------------------

_NUMBERS = 12


@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Region:
    """In which scenarios of a study a condition holds."""

    inputs: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
    over: tuple[str, ...]
    holds: NDArray[np.bool_] = attrs.field(converter=owned_array, eq=by_value)

    @property
    def count(self) -> int:
        """The number of scenarios in which it holds."""
        return int(self.holds.sum())

    def to_frame(self) -> pd.DataFrame:
        """Return the scenarios in which it holds: scenario, the varied inputs."""
        return self.inputs[self.holds].drop(columns="solved").reset_index(drop=True)

    def by_input(self) -> pd.DataFrame:
        """Return how often it holds at each value of each input: which inputs matter.

        Columns: input, value (text; numbers with many values in twelve ranges of equal size),
        scenarios, holding, rate (holding / scenarios).
        """
        tables = [self._by(name) for name in self.over]
        return pd.concat(tables, ignore_index=True)

    def _by(self, name: str) -> pd.DataFrame:
        column = self.inputs[name]
        if column.nunique() > _NUMBERS and pd.api.types.is_numeric_dtype(column):
            column = pd.qcut(column.astype("float64"), _NUMBERS, duplicates="drop")
        keys = column.astype("str").fillna("none")
        flags = pd.DataFrame({"value": keys, "holding": self.holds})
        grouped = flags.groupby("value", sort=False)["holding"]
        table = grouped.agg(scenarios="size", holding="sum").reset_index()
        table.insert(0, "input", name)
        return table.assign(rate=table["holding"] / table["scenarios"]).astype(
            {"input": "str", "scenarios": "Int64", "holding": "Int64", "rate": "Float64"}
        )

    def box(self) -> pd.DataFrame:
        """Return the smallest box around the region: input, least, most, values; numbers alone
        have ends, the others list their values.
        """  # noqa: D205 - the columns are one list
        inside = self.inputs[self.holds]
        rows: list[tuple[str, float | None, float | None, str]] = []
        for name in self.over:
            column = inside[name].dropna()
            if pd.api.types.is_numeric_dtype(column) and len(column):
                rows.append((name, float(column.min()), float(column.max()), ""))
            else:
                rows.append((name, None, None, ", ".join(sorted(set(column.astype(str))))))
        return pd.DataFrame(rows, columns=["input", "least", "most", "values"]).astype(
            {"input": "str", "least": "Float64", "most": "Float64", "values": "str"}
        )

    def _repr_html_(self) -> str:
        return html_table(self.by_input(), title=repr(self)[1:-1])

    def __repr__(self) -> str:
        """Return in how many scenarios it holds."""
        return f"<Region: holds in {self.count:,} of {len(self.holds):,} scenarios>"

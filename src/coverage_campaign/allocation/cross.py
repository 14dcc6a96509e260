"""Two breakdowns of a target: laid across each other, both margins exact, or each with a part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.allocate import allocate
from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.apportionment.inputs import as_array
from coverage_campaign.allocation.apportionment.ties import TieRule
from coverage_campaign.allocation.explain import number_text
from coverage_campaign.allocation.request import is_count, read_headcount
from coverage_campaign.allocation.two_way.biproportional import Certificate, biproportional_explain
from coverage_campaign.allocation.two_way.tie_and_transfer import CellTie
from coverage_campaign.allocation.weights import Number, Weighting, WeightTable
from coverage_campaign.checks import checked_call, checked_fields, checked_methods, shown
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.frames import by_value, owned_array
from coverage_campaign.messages import Language, Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.readings import Basis
from coverage_campaign.model.targets import CoverageTarget, HeadcountTarget
from coverage_campaign.model.units import unit_meant
from coverage_campaign.notebook import Axes, html_table

__all__ = ["CellBounds", "CrossAllocation", "CrossWeights", "Partition", "cross", "partition"]

_Number: TypeAlias = int | float | Fraction | Decimal
CrossWeights: TypeAlias = (
    Mapping[tuple[str, str], _Number] | pd.DataFrame | NDArray[Any] | Literal["margins"]
)
"""A weight per (row unit, column unit): a mapping, a frame with rows and columns by code, or a
matrix whose rows and columns are the leaves of both cuts in file order.

'margins' takes every cell in proportion to both of its margins, as if the cuts were independent.
"""
CellBounds: TypeAlias = Mapping[tuple[str, str], int]
"""Persons by (row unit, column unit); a cell that is not named has no bound."""

_SHOWN = 20
_SAFE = 2**62


@checked_methods
@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class CrossAllocation:
    """The shares of two allocations laid across each other; each row and column sums exactly.

    `weights`, `floors` and `caps` (None = no bounds) are what the cells were found by, `ties` the
    cells with equal claims and who got them.

    It has no `notes`: what a reader has to know stands in its `basis`.
    """

    rows: Allocation
    columns: Allocation
    basis: Basis
    cells: NDArray[np.int64] = attrs.field(converter=owned_array, eq=by_value)
    weights: NDArray[Any] = attrs.field(converter=owned_array, eq=by_value)
    method: apportion.Method
    ties: tuple[CellTie, ...] = ()
    floors: NDArray[np.int64] | None = attrs.field(default=None, eq=by_value)
    caps: NDArray[np.int64] | None = attrs.field(default=None, eq=by_value)
    _proved: list[Certificate] = attrs.field(init=False, repr=False, eq=False, factory=list)

    @property
    def campaign(self) -> Campaign:
        """The campaign whose people they are."""
        return self.rows.campaign

    def to_frame(self) -> pd.DataFrame:
        """Return one row per cell: unit (of the rows), name, department (of the columns),
        department_name, share.
        """  # noqa: D205 - the columns are one list
        rows, columns = self.rows.shares().index, self.columns.shares().index
        names = {one.code: one.label.text() for one in self.rows.campaign.units}
        row_names, column_names = rows.map(names), columns.map(names)
        return pd.DataFrame(
            {
                "unit": pd.array(np.repeat(rows.to_numpy(), len(columns)), dtype="str"),
                "name": pd.array(np.repeat(row_names.to_numpy(), len(columns)), dtype="str"),
                "department": pd.array(np.tile(columns.to_numpy(), len(rows)), dtype="str"),
                "department_name": pd.array(
                    np.tile(column_names.to_numpy(), len(rows)), dtype="str"
                ),
                "share": pd.array(self.cells.ravel(), dtype="Int64"),
            }
        )

    def to_table(self, *, lang: str = "en") -> pd.DataFrame:
        """Return the annex as it is issued: units by departments, by name, with both margins.

        The margins are this table's own; `to_frame` has none.
        """
        campaign = self.rows.campaign
        total = message("Total").text(lang)
        table = pd.DataFrame(
            self.cells,
            index=[campaign.unit(code).label.text(lang) for code in self.rows.shares().index],
            columns=[campaign.unit(code).label.text(lang) for code in self.columns.shares().index],
        )
        table[total] = table.sum(axis=1)
        table.loc[total] = table.sum(axis=0)
        return table

    @property
    def certificate(self) -> Certificate:
        """The divisors of rows and columns that prove the cells, in rationals; made once."""
        if not self._proved:
            rows, columns = self.rows.shares(), self.columns.shares()
            found = _solved(
                self.weights, rows, columns, method=self.method, floors=self.floors,
                caps=self.caps, ties="first",
            )  # fmt: skip
            self._proved.append(found.certificate)
        return self._proved[0]

    def explain(self, unit: str, department: str, *, lang: Language | None = None) -> str:
        """Return in one sentence why a cell has its share, so that a person can check it.

        >>> import coverage_campaign as cc
        >>> campaign = cc.load_case("hengyang", year=2008)
        >>> counties = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
        >>> leaves = campaign.leaves("departments")
        >>> by_rank = {unit.code: 20 - place for place, unit in enumerate(leaves)}
        >>> departments = cc.allocate(campaign, among="departments", weights=by_rank)
        >>> print(cc.cross(counties, departments, weights="margins").explain("430405", "labour"))
        Zhuhui District x Labour and Social Security: weight 18,359,516 ÷ (73,387.6 x 1.03566)
        = 241.56 → 242.
        """
        row = _place(self.rows, unit)
        column = _place(self.columns, department)
        campaign = self.rows.campaign
        name = message(
            "{row} x {column}",
            row=campaign.unit(unit).label,
            column=campaign.unit(department).label,
        )
        share = int(self.cells[row, column])
        weight = Fraction(_plain(self.weights[row, column]))
        if not weight:
            return message("{cell}: no weight, so {n}.", cell=name, n=share).text(lang)
        proof = self.certificate
        one, other = proof.row_divisors[row], proof.col_divisors[column]
        parts = {
            "cell": name,
            "weight": number_text(weight),
            "row": number_text(one),
            "column": number_text(other),
            "quotient": f"{float(weight**proof.power / (one * other)):,.2f}",
            "n": share,
        }
        if proof.power != 1:
            return message(
                "{cell}: weight {weight}, squared, ÷ ({row} x {column}) = {quotient}; "
                "its root → {n}.",
                **parts,
            ).text(lang)
        tied = any((row, column) in tie.cells for tie in self.ties)
        return message(
            "{cell}: weight {weight} ÷ ({row} x {column}) = {quotient} → {n}{tie}.",
            **parts,
            tie=message(", one of several tied cells") if tied else "",
        ).text(lang)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the annex as a table of cells."""
        from coverage_campaign.views import charts  # the one way up, taken late

        return charts.annex(self, ax=ax)

    def _repr_html_(self) -> str:
        table = self.to_table().reset_index(names="unit")
        return html_table(table, title=repr(self)[1:-1], notes=self.basis.lines())

    def __repr__(self) -> str:
        """Return the table's size in one line."""
        rows, columns = self.cells.shape
        return f"<CrossAllocation of {int(self.cells.sum()):,} people, {rows} x {columns}>"


@checked_call
def cross(
    rows: Allocation,
    columns: Allocation,
    *,
    weights: CrossWeights,
    method: apportion.Method = apportion.webster,
    floors: CellBounds | None = None,
    caps: CellBounds | None = None,
    ties: TieRule = "first",
) -> CrossAllocation:
    """Lay two allocations of the same people across each other, exact in every row and column.

    Args:
        rows: The first cut, such as the counties of annex 1.
        columns: The second cut, such as the departments of annex 2.
        weights: A weight per cell, by code or as a matrix in file order; 0 keeps a cell empty.
            'margins' = rows x columns.
        method: The apportionment method of both margins.
        floors: Least persons by cell.
        caps: Most persons by cell.
        ties: As in `biproportional`.

    Raises:
        DefinitionError: A weight for a unit that is not there, or a cell without one.
        InfeasibleError: The two cuts do not share out the same number of people, or empty cells
            and bounds leave rows that no column can take.
    """
    row_shares, column_shares = rows.shares(), columns.shares()
    if int(row_shares.sum()) != int(column_shares.sum()):
        raise InfeasibleError(
            Problem(
                "cross",
                message(
                    "{rows} hold {in_rows} people, {columns} {in_columns}",
                    rows=rows.among,
                    in_rows=int(row_shares.sum()),
                    columns=columns.among,
                    in_columns=int(column_shares.sum()),
                ),
                "share the same total among both cuts; two halves are no cross (see partition)",
            )
        )
    table, ground = _weights(weights, row_shares, column_shares, rows, columns)
    low = _bounds(floors, "floors", row_shares, column_shares)
    high = _bounds(caps, "caps", row_shares, column_shares)
    found = _solved(
        table, row_shares, column_shares, method=method, floors=low, caps=high, ties=ties
    )
    return CrossAllocation(
        rows=rows,
        columns=columns,
        basis=rows.basis.joined(columns.basis).assuming(ground),
        cells=found.matrix,
        weights=table,
        method=method,
        ties=found.ties,
        floors=low,
        caps=high,
    )


def _solved(
    weights: NDArray[Any],
    rows: pd.Series[int],
    columns: pd.Series[int],
    *,
    method: apportion.Method,
    floors: NDArray[np.int64] | None,
    caps: NDArray[np.int64] | None,
    ties: TieRule,
) -> Any:  # noqa: ANN401 - a Biproportion
    return biproportional_explain(
        weights,
        row_totals=rows.to_numpy("int64"),
        col_totals=columns.to_numpy("int64"),
        method=method,
        floors=floors,
        caps=caps,
        ties=ties,
        row_names=rows.index.tolist(),
        col_names=columns.index.tolist(),
    )


def _weights(
    weights: CrossWeights,
    rows: pd.Series[int],
    columns: pd.Series[int],
    by_row: Allocation,
    by_column: Allocation,
) -> tuple[NDArray[Any], Message]:
    if isinstance(weights, str):
        if str(weights) != "margins":  # at run time any text may come
            fix = "'margins', or weights of the cells"
            raise DefinitionError(Problem("weights", repr(weights), fix))
        wide = int(rows.max()) * int(columns.max()) >= _SAFE
        exact = [
            pd.Series(one).to_numpy("int64").astype(object if wide else np.int64)
            for one in (rows, columns)
        ]
        return np.outer(*exact), message(
            "{rows} and {columns} are assumed independent: each cell is proportional to both "
            "totals",
            rows=by_row.among,
            columns=by_column.among,
        )
    return _table(weights, list(rows.index), list(columns.index)), message(
        "the weights of the cells are given by the caller"
    )


def _table(
    weights: Mapping[tuple[str, str], _Number] | pd.DataFrame | NDArray[Any],
    rows: list[str],
    columns: list[str],
) -> NDArray[Any]:
    """Return the weights by row and column, each as it was given."""
    given: dict[tuple[str, str], Any] = {}
    if not isinstance(weights, (Mapping, pd.DataFrame)):
        weights = _by_code(weights, rows, columns)
    if isinstance(weights, pd.DataFrame):
        names = [str(name) for name in weights.columns]
        for row, line in zip(
            weights.index.astype(str), weights.astype(object).to_numpy(), strict=True
        ):
            given.update(zip(((row, name) for name in names), line.tolist(), strict=True))
    else:
        given.update(weights)
    _refuse_strangers("weights", given, rows, columns)
    missing = [
        cell for cell in _cells(rows, columns) if cell not in given or _is_missing(given[cell])
    ]
    if missing:
        raise DefinitionError(
            [
                Problem(
                    f"weights[{row!r}, {column!r}]",
                    "missing",
                    "give every cell a weight; 0 = empty",
                )
                for row, column in missing[:_SHOWN]
            ],
            source=f"cell weights ({len(missing):,} missing)",
        )
    flat = [_plain(given[cell]) for cell in _cells(rows, columns)]
    if all(type(one) is int and one < _SAFE for one in flat):
        return np.array(flat, dtype=np.int64).reshape(len(rows), len(columns))
    if all(isinstance(one, float) or (type(one) is int and one < 2**53) for one in flat):
        return np.array(flat, dtype=np.float64).reshape(len(rows), len(columns))
    table = np.empty(len(flat), dtype=object)
    table[:] = flat
    return table.reshape(len(rows), len(columns))


def _by_code(weights: object, rows: list[str], columns: list[str]) -> pd.DataFrame:
    """Return a matrix as a frame by code; its shape says that it means these units."""
    matrix = as_array(weights)
    if matrix.shape != (len(rows), len(columns)):
        found: Message | str = message("an array of shape {shape:raw}", shape=matrix.shape)
        if not matrix.ndim:
            found = "none" if weights is None else shown(weights)
        fix = message(
            "'margins', a weight by (row, column), a frame by code, or a matrix of {n} x {n_2}",
            n=len(rows),
            n_2=len(columns),
        )
        raise DefinitionError(Problem("weights", found, fix))
    return pd.DataFrame(matrix, index=rows, columns=columns)


def _bounds(
    bounds: CellBounds | None, name: str, rows: pd.Series[int], columns: pd.Series[int]
) -> NDArray[np.int64] | None:
    if bounds is None:
        return None
    codes = [rows.index.tolist(), columns.index.tolist()]
    _refuse_strangers(name, bounds, *codes)
    table = np.full((len(rows), len(columns)), 0 if name == "floors" else _SAFE, dtype=np.int64)
    at = [{code: place for place, code in enumerate(one)} for one in codes]
    for (row, column), persons in bounds.items():
        if not is_count(persons):
            raise DefinitionError(
                Problem(
                    f"{name}[{row!r}, {column!r}]", f"{persons!r}", "give whole persons, 0 or more"
                )
            )
        table[at[0][row], at[1][column]] = persons
    return table


def _refuse_strangers(
    name: str, given: Mapping[Any, Any], rows: Sequence[str], columns: Sequence[str]
) -> None:
    known = set(rows), set(columns)
    for cell in given:
        if not (isinstance(cell, tuple) and len(cell) == 2):  # noqa: PLR2004 - a row and a column
            fix = "name each cell by its row and its column, as a pair"
            raise DefinitionError(Problem(name, shown(cell), fix))
    strangers = [cell for cell in given if cell[0] not in known[0] or cell[1] not in known[1]]
    if strangers:
        raise DefinitionError(
            [
                Problem(f"{name}[{row!r}, {column!r}]", "no such cell", "take it out")
                for row, column in strangers[:_SHOWN]
            ],
            source=f"cells ({len(strangers):,} unknown)",
        )


def _cells(rows: Sequence[str], columns: Sequence[str]) -> list[tuple[str, str]]:
    return [(row, column) for row in rows for column in columns]


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and value != value)  # noqa: PLR0124 - NaN


def _plain(value: Any) -> Any:  # noqa: ANN401 - a number of any kind
    return value.item() if isinstance(value, np.generic) else value


def _place(allocation: Allocation, code: str) -> int:
    codes = allocation.shares().index
    if code not in codes:
        fix = unit_meant(allocation.campaign.units, code, codes)
        raise DefinitionError(
            Problem(message("unit '{code}'", code=code), "has no share here", fix)
        )
    return int(codes.get_indexer(pd.Index([code]))[0])


@checked_methods
@attrs.frozen(kw_only=True)
class Partition:
    """One target in parts: each breakdown shares out its own, and every person counts in one."""

    total: int
    parts: tuple[Allocation, ...]
    basis: Basis

    @property
    def campaign(self) -> Campaign:
        """The campaign whose target it is."""
        return self.parts[0].campaign

    def to_frame(self) -> pd.DataFrame:
        """Return one row per leaf of each part: breakdown, unit, name, share [persons]."""
        columns = ["breakdown", "unit", "name", "share"]
        frames = [part.own_shares().assign(breakdown=part.among)[columns] for part in self.parts]
        return pd.concat(frames, ignore_index=True).astype({"breakdown": "str"})

    def totals(self) -> pd.DataFrame:
        """Return one row per part: breakdown, units, share [persons]."""
        return pd.DataFrame(
            {
                "breakdown": pd.array([part.among for part in self.parts], dtype="str"),
                "units": pd.array([len(part.shares()) for part in self.parts], dtype="Int64"),
                "share": pd.array([part.total for part in self.parts], dtype="Int64"),
            }
        )

    def part(self, among: str) -> Allocation:
        """Return the allocation of one breakdown."""
        for part in self.parts:
            if part.among == among:
                return part
        known = ", ".join(part.among for part in self.parts)
        raise DefinitionError(
            Problem(
                message("breakdown '{code}'", code=among),
                "has no part here",
                message("parts: {known}", known=known),
            )
        )

    def _repr_html_(self) -> str:
        return html_table(self.to_frame(), title=repr(self)[1:-1], notes=self.basis.lines())

    def __repr__(self) -> str:
        """Return the parts in one line."""
        parts = ", ".join(f"{part.among} {part.total:,}" for part in self.parts)
        return f"<Partition of {self.total:,} people: {parts}>"


@checked_call
def partition(
    campaign: Campaign,
    *,
    among: Mapping[str, Number],
    weights: Mapping[str, Weighting | WeightTable],
    target: HeadcountTarget | CoverageTarget | int | str | None = None,
    method: apportion.Method = apportion.webster,
) -> Partition:
    """Share one target out among several breakdowns, each person in one of them.

    Where two annexes are two ways to share out the same people, each takes the whole target and
    `cross` lays them across each other; here they are parts of it.

    Args:
        campaign: The campaign.
        among: Each breakdown's weight in the target, by its code: persons, shares, anything in
            proportion.
        weights: By what each breakdown shares out its part, by its code.
        target: As in `allocate`; a number of persons for all breakdowns together.
        method: The apportionment method, between the breakdowns and within them.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> cc.partition(
    ...     campaign,
    ...     among={"counties": 3, "departments": 1},
    ...     weights={"counties": cc.weights.by_measure("census_2000"),
    ...              "departments": cc.weights.equal},
    ... )
    <Partition of 76,000 people: counties 57,000, departments 19,000>
    """
    _, total = read_headcount(campaign, target)
    unlike = sorted(set(among) ^ set(weights))
    if unlike or not among:
        raise DefinitionError(
            Problem(
                "weights",
                message("breakdowns {unlike} in one of among and weights alone", unlike=unlike)
                if unlike
                else "none",
                "give every breakdown its part and its weights",
            )
        )
    _refuse_shared_units(campaign, tuple(among))
    shares = apportion.apportioned(
        method, total, np.array(list(among.values()), dtype=object), names=list(among)
    )
    parts = tuple(
        allocate(
            campaign, among=breakdown, weights=weights[breakdown], target=persons, method=method
        )
        for breakdown, persons in zip(among, shares.tolist(), strict=True)
    )
    basis = campaign.basis().assuming(
        message(
            "the breakdowns are parts of one target of {total} people: {parts}",
            total=total,
            parts=[message("{breakdown} {n}", breakdown=one.among, n=one.total) for one in parts],
        )
    )
    return Partition(total=total, parts=parts, basis=basis)


def _refuse_shared_units(campaign: Campaign, breakdowns: tuple[str, ...]) -> None:
    seen: dict[str, str] = {}
    problems = []
    for breakdown in breakdowns:
        for unit in campaign.members(breakdown):
            if unit.code in seen:
                problems.append(
                    Problem(
                        message("unit '{code}'", code=unit.code),
                        message(
                            "is in {first} and in {breakdown}",
                            first=seen[unit.code],
                            breakdown=breakdown,
                        ),
                        "parts have no unit in common",
                    )
                )
            seen[unit.code] = breakdown
    if problems:
        raise DefinitionError(problems)

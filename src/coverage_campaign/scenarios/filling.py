"""A block of a study while it is reckoned: arrays that the batches write their rows into."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.tree import CutTree
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.basis import Basis
from coverage_campaign.scenarios.design import Design
from coverage_campaign.scenarios.many_shares import ManyShares
from coverage_campaign.scenarios.scenario import Scenario
from coverage_campaign.scenarios.study import Cells, Study

__all__ = ["Arrays", "Filling"]

Arrays = dict[str, NDArray[Any]]
Rows = NDArray[np.intp]
_WHOLE = ("share", "uplifted")


@attrs.define(eq=False)
class Filling:
    """Arrays of one row a scenario of the block and one column a unit, not all of them written."""

    units: tuple[str, ...]
    what: tuple[str, ...]
    count: int
    arrays: Arrays = attrs.field(init=False)
    present: NDArray[np.bool_] = attrs.field(init=False)
    leaves: NDArray[np.bool_] = attrs.field(init=False)
    solved: NDArray[np.bool_] = attrs.field(init=False)
    schedules: list[tuple[Rows, pd.DataFrame, NDArray[np.int64]]] = attrs.field(
        init=False, factory=list
    )

    def __attrs_post_init__(self) -> None:
        """Make the arrays: whole numbers 0, rates nan, verdicts open."""
        shape = (self.count, len(self.units))
        self.present = np.zeros(shape, dtype=bool)
        self.leaves = np.zeros(len(self.units), dtype=bool)
        self.solved = np.zeros(self.count, dtype=bool)
        self.arrays = {"share": np.zeros(shape, dtype=np.int64)}
        for name in self.what:
            if name.endswith(("_rate", "_points")) or name == "score":
                self.arrays[name] = np.full(shape, np.nan)
            elif name in {"grade", "merit_eligible", "commended"}:
                self.arrays[name] = np.full(shape, -1, dtype=np.int8)
            elif name != "schedule":
                self.arrays[name] = np.zeros(shape, dtype=np.int64)
                if name not in _WHOLE:
                    self.arrays[f"{name} known"] = np.zeros(shape, dtype=bool)

    def columns(self, codes: tuple[str, ...]) -> list[int]:
        """Return the columns of some units."""
        place = {code: number for number, code in enumerate(self.units)}
        return [place[code] for code in codes]

    def write_shares(self, tree: CutTree, rows: Rows, shares: ManyShares) -> None:
        """Write the shares of a batch, and which units its scenarios have."""
        columns = self.columns(tree.codes)
        self.leaves[self.columns(tuple(unit.code for unit in tree.leaves))] = True
        if self._everything(rows, columns):
            self.present[:] = True
        else:
            self.present[rows[:, np.newaxis], columns] = True
        self.solved[rows] = shares.solved
        for name, numbers in (("share", shares.share), ("uplifted", shares.uplifted)):
            if name in self.arrays:
                self.write(name, rows, columns, numbers)
        if shares.unallocated.any():
            at = self.units.index("unallocated")
            self.present[rows, at] = shares.unallocated > 0
            for name in _WHOLE:
                if name in self.arrays:
                    self.arrays[name][rows, at] = shares.unallocated

    def write(self, name: str, rows: Rows, columns: list[int], numbers: NDArray[Any]) -> None:
        """Write numbers to rows and columns; a whole array takes the place of the empty one."""
        if self._everything(rows, columns):
            self.arrays[name] = numbers
        else:
            self.arrays[name][rows[:, np.newaxis], columns] = numbers

    def _everything(self, rows: Rows, columns: list[int]) -> bool:
        return len(rows) == self.count and columns == list(range(len(self.units)))

    def study(
        self, baseline: Scenario, design: Design, basis: Basis, first: int, grades: tuple[str, ...]
    ) -> Study:
        """Return the block as a study."""
        every = None
        if not self.solved.all():
            every = np.broadcast_to(self.solved[:, np.newaxis], self.present.shape)
        cells: dict[str, Cells] = {}
        for name in self.what:
            if name == "schedule":
                continue
            numbers = self.arrays[name]
            known = self.arrays.get(f"{name} known", every)
            if numbers.dtype.kind == "f":
                known = ~np.isnan(numbers)
            elif numbers.dtype == np.int8:
                known = numbers >= 0
            cells[name] = Cells(numbers, known, grades if name == "grade" else ())
        periods, plans = self._joined_schedules()
        return Study(
            baseline=baseline,
            design=design,
            basis=basis,
            units=self.units,
            leaves=self.leaves,
            present=self.present,
            cells=cells,
            solved=self.solved,
            periods=periods,
            schedules=plans,
            first=first,
        )

    def _joined_schedules(self) -> tuple[pd.DataFrame | None, NDArray[np.int64] | None]:
        """Return the schedules of all batches as one array; their periods have to be the same."""
        if not self.schedules:
            return None, None
        _, periods, first = self.schedules[0]
        leaves = int(self.leaves.sum())
        if any(
            not other.equals(periods) or plan.shape[2] != leaves
            for _, other, plan in self.schedules
        ):
            raise DefinitionError(
                Problem("schedule", "periods or units differ between scenarios",
                        "vary over, by and among in studies of their own, or leave schedules out")
            )  # fmt: skip
        if len(self.schedules) == 1 and len(first) == self.count:
            return periods, first
        found = np.zeros((self.count, *first.shape[1:]), dtype=np.int64)
        for rows, _, plan in self.schedules:
            found[rows] = plan
        return periods, found

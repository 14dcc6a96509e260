"""Rows fall through a sieve one reason at a time, so that each is counted or explained once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from coverage_campaign.reporting.problems import ReportProblem
from coverage_campaign.reporting.sheets.column_roles import Role
from coverage_campaign.reporting.sheets.long_table import Figures

__all__ = ["Mask", "Rows", "Sieve", "shown"]

Mask: TypeAlias = NDArray[np.bool_]
Rows: TypeAlias = NDArray[np.intp]
_Said: TypeAlias = Callable[[int], str]
_LONGEST = 60


class Sieve:
    """The rows that still stand, and the problems of those that fell or are in doubt."""

    def __init__(self, figures: Figures) -> None:
        """Let every row of the figures stand."""
        self._origins = figures.origins
        self._table = figures.frame["table"].to_numpy()
        self._row = figures.frame["row"].to_numpy()
        self._heading = figures.frame["heading"].to_numpy(dtype=object)
        self.standing: Mask = np.ones(len(figures.frame), dtype=bool)
        self.items: list[ReportProblem] = []

    def refuse(
        self, rows: Mask, reason: str, found: _Said, fix: str | _Said, *, at: Role = "persons"
    ) -> None:
        """Take out the rows of a mask that still stand, and say why."""
        fallen = np.flatnonzero(rows & self.standing).tolist()
        self.standing[fallen] = False
        for row in fallen:
            out = fix if isinstance(fix, str) else fix(row)
            self.items.append(ReportProblem(reason, self.place(row, at), found(row), out))

    def doubt(self, row: int, reason: str, found: str, fix: str, *, at: Role = "persons") -> None:
        """Say something about a row that is counted all the same."""
        self.items.append(ReportProblem(reason, self.place(row, at), found, fix, counted=True))

    def place(self, row: int, role: Role) -> str:
        """Return where the part of a row stands."""
        origin = self._origins[int(self._table[row])]
        return origin.cell(int(self._row[row]), str(self._heading[row]), role)


def shown(cell: object) -> str:
    """Return a cell as it was found, cut where it is long."""
    text = str(cell)
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...")

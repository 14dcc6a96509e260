"""Rows are taken out one reason at a time, so that each is counted or explained once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from coverage_campaign.errors import Translatable
from coverage_campaign.messages import Message
from coverage_campaign.reporting.problems import Reason, ReportProblem
from coverage_campaign.reporting.sheets.layouts import Role
from coverage_campaign.reporting.sheets.long_table import Figures

__all__ = ["Mask", "Role", "RowFilter", "Rows", "shown"]

Mask: TypeAlias = NDArray[np.bool_]
Rows: TypeAlias = NDArray[np.intp]
_Text: TypeAlias = str | Translatable
_OfRow: TypeAlias = Callable[[int], _Text]
_LONGEST = 60


class RowFilter:
    """The rows that are still kept, and the problems of those taken out or in doubt."""

    def __init__(self, figures: Figures) -> None:
        """Keep every row of the figures."""
        self._origins = figures.origins
        self._table = figures.frame["table"].to_numpy()
        self._row = figures.frame["row"].to_numpy()
        self._column = figures.frame["column"].to_numpy()
        self.kept: Mask = np.ones(len(figures.frame), dtype=bool)
        self.items: list[ReportProblem] = []

    def reject(
        self,
        rows: Mask,
        reason: Reason,
        found: _OfRow,
        fix: _Text | _OfRow,
        *,
        at: Role = "persons",
    ) -> None:
        """Take out the rows of a mask that are still kept, and say why."""
        fallen = np.flatnonzero(rows & self.kept).tolist()
        self.kept[fallen] = False
        for row in fallen:
            text = fix(row) if callable(fix) else fix
            self.items.append(ReportProblem(reason, self.place(row, at), found(row), text))

    def warn(
        self, row: int, reason: Reason, found: _Text, fix: _Text, *, at: Role = "persons"
    ) -> None:
        """Say something about a row that is counted all the same."""
        self.items.append(ReportProblem(reason, self.place(row, at), found, fix, counted=True))

    def place(self, row: int, role: Role) -> Message:
        """Return where the part of a row stands."""
        origin = self._origins[int(self._table[row])]
        return origin.cell(int(self._row[row]), int(self._column[row]), role)


def shown(cell: object) -> str:
    """Return a cell as it was found, cut where it is long."""
    whole = isinstance(cell, float) and cell.is_integer()
    text = str(int(cell)) if whole else str(cell)  # type: ignore[call-overload]  # a float
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...")

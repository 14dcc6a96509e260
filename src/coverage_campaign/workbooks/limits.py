"""How far the cells of a sheet reach, counted while it is looked through."""

from __future__ import annotations

from coverage_campaign.errors import Problem, ReportError

__all__ = ["MOST_CELLS", "Reach"]

MOST_CELLS = 5_000_000
"""A sheet that spans more is no report; a year of daily figures of 3,000 units is a fifth of it."""


class Reach:
    """The last row and column with a cell; refuses a sheet that spans more than `MOST_CELLS`."""

    def __init__(self, place: str) -> None:
        """Begin a sheet; `place` names it in the error."""
        self._place = place
        self._rows = self._columns = 0

    def to(self, row: int, column: int) -> None:
        """Take a cell in, both counted from 0."""
        self._rows = max(self._rows, row + 1)
        self._columns = max(self._columns, column + 1)
        if self._rows * self._columns > MOST_CELLS:
            found = f"cells over {self._rows:,} rows and {self._columns:,} columns"
            fix = "delete the cells far below or right of the table, and save"
            raise ReportError(Problem(self._place, found, fix))

"""How a cell is written where it is text: the same in a page, in Markdown and for Word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import attrs

from coverage_campaign.messages.formats import MISSING, count, decimal, number, percent, signed
from coverage_campaign.views.documents.document import Cell, Kind, Table, plain

__all__ = ["column_widths", "is_number", "wide", "written", "written_rows"]

# The width of a digit of 12 points, in letters of a workbook.
_DIGIT: Final = 1.15
_FIRST_IDEOGRAPH: Final = "\u2e80"


_NUMBERS: Final[Mapping[Kind, Callable[[float], str]]] = {
    "rate": percent,
    "points": lambda value: signed(value, 1),
    "move": lambda value: signed(value, 0),
    "real": lambda value: decimal(value, 1),
    "score": number,
}


def written(cell: Cell, kind: Kind) -> str:
    """Return a cell as text; what is not known is a dash, a rank or a remark that is not, nothing.

    >>> written(76_000, "count"), written(0.5299, "rate"), written(-4.02, "points")
    ('76,000', '53.0%', '−4.0')
    >>> written(None, "count"), written(None, "rank"), written(0, "move")
    ('–', '', '0')
    """
    if cell is None:
        return "" if kind in {"text", "rank", "move"} else MISSING
    if isinstance(cell, str):
        return plain(cell)
    return _NUMBERS.get(kind, count)(cell)


def written_rows(table: Table) -> list[list[str]]:
    """Return the rows of a table as text, without the total."""
    kinds = [column.kind for column in table.columns]
    return [
        [written(cell, kind) for cell, kind in zip(row, kinds, strict=True)] for row in table.rows
    ]


def column_widths(table: Table) -> list[float]:
    """Return the widths of the columns, in letters of a workbook: no number is wider."""
    every = written_rows(attrs.evolve(table, rows=(*table.rows, *filter(None, [table.total]))))
    return [
        max([column.width, *(len(row[place]) * _DIGIT + 1.5 for row in every)])
        if is_number(column.kind)
        else column.width
        for place, column in enumerate(table.columns)
    ]


def is_number(kind: Kind) -> bool:
    """Tell whether the cells of a column stand to the right."""
    return kind not in {"text", "rank"}


def wide(text: str) -> float:
    """Return about how wide a text is, in letters of Chinese: a Latin one is half as wide.

    >>> wide("耒阳市"), wide("Leiyang")
    (3.0, 3.85)
    """
    return round(sum(1.0 if letter >= _FIRST_IDEOGRAPH else 0.55 for letter in text), 2)

"""Sheets as officials write them: a grid of cells becomes a table of figures.

Title rows above and notes below, headers over several rows with merged cells and line breaks,
rows of totals in between: `figures_of_grid` finds the table in them. It reads no number and judges
none; that is the reckoning's, so that every cell is counted or explained once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import attrs
import pandas as pd

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.reporting.sheets.column_roles import (
    FigureKind,
    is_note,
    is_total,
    role_of,
    scale_of_table,
)
from coverage_campaign.reporting.sheets.dates import Moment, find_moment
from coverage_campaign.reporting.sheets.layouts import Columns, Heading, Layout, layout_of
from coverage_campaign.reporting.sheets.long_table import Figures, chosen_rows, figures_of
from coverage_campaign.reporting.sheets.names import Names, unit_names
from coverage_campaign.reporting.sheets.numbers import plain, read_number
from coverage_campaign.workbooks.grid import Cell, Grid, column_letters

__all__ = ["figures_of_grid"]

_HIGHEST_START = 40
"""A header stands in one of the first rows; nobody writes longer prefaces."""
_MOST_LEVELS = 3


@attrs.frozen
class _Header:
    """Where a table's header stands, and the columns under it."""

    top: int
    bottom: int
    anchor: int
    headings: tuple[Heading, ...]
    layout: Layout


def figures_of_grid(
    grid: Grid,
    campaign: Campaign,
    *,
    kind: FigureKind,
    columns: Columns,
    period: Moment | None = None,
    only: Mapping[str, str] | None = None,
) -> Figures | None:
    """Return the figures of the table in a grid, or None where no header of one is found.

    A table without dates is about `period`, else about the first day or month that its titles, its
    sheet's name or its file's name say. `only` leaves the rows that have a text in a column. Raises
    `ReportError` where there is a header, and a part of it is missing.
    """
    spread = grid.spread()
    header = _find_header(spread, campaign, kind, columns)
    if header is None:
        return None
    titles = [
        str(cell) for at in range(header.top) for cell in spread.cells[at] if cell is not None
    ]
    rows, frame = _body(spread, header, unit_names(campaign))
    chosen = chosen_rows(frame, only or {}, grid.name)
    rows, frame = [rows[at] for at in chosen], frame.iloc[chosen].reset_index(drop=True)
    position = {heading.text: at for at, heading in enumerate(header.headings)}
    dated = "date" in header.layout.roles or any(c.moment for c in header.layout.figures)
    moment = None if dated or period is not None else _moment(titles, grid, campaign)
    return figures_of(
        frame,
        header.layout,
        source=grid.name,
        place=lambda row, heading: grid.place(rows[row], position[heading]),
        period=None if dated else (moment or period),
        scale=max(map(scale_of_table, titles), default=1),
    )


def _moment(titles: Sequence[str], grid: Grid, campaign: Campaign) -> Moment | None:
    for text in (*titles, grid.sheet, grid.file):
        moment = find_moment(text, campaign.whole_window)
        if moment:
            return moment
    return None


# -- the header ------------------------------------------------------------------------------------


def _find_header(
    grid: Grid, campaign: Campaign, kind: FigureKind, columns: Columns
) -> _Header | None:
    """Return the first header that names figures, else the first that names a unit or a date."""
    without_figures = None
    for top in range(min(len(grid.cells), _HIGHEST_START)):
        anchor = _anchor(grid.cells[top], kind, columns)
        if anchor is None:
            continue
        bottom = _bottom(grid, top, anchor)
        headings = _headings(grid, top, bottom)
        _refuse_side_by_side(headings, kind, grid)
        named = columns.named().values()
        if any(plain(text) not in {plain(h.text) for h in headings} for text in named):
            continue
        layout = layout_of(headings, campaign, kind=kind, columns=columns, source=grid.name)
        header = _Header(top, bottom, anchor, headings, layout)
        if layout.figures:
            return header
        without_figures = without_figures or header
    return without_figures


def _anchor(row: Sequence[Cell], kind: FigureKind, columns: Columns) -> int | None:
    """Return the column that is headed as the units', else as the dates', in a row of texts."""
    texts = [" ".join(cell.split()) if isinstance(cell, str) else "" for cell in row]
    if len({text for text in texts if text}) < 2:  # noqa: PLR2004 - a title stands alone
        return None
    for named, role in ((columns.unit, "unit"), (columns.date, "date")):
        for at, text in enumerate(texts):
            if text and (plain(text) == plain(named) or role_of(text, kind) == role):
                return at
    return None


def _bottom(grid: Grid, top: int, anchor: int) -> int:
    """Return the last row of a header: the anchor's cell goes on, and no number stands there."""
    bottom = top
    while bottom + 1 < min(len(grid.cells), top + _MOST_LEVELS):
        row = grid.cells[bottom + 1]
        goes_on = row[anchor] in {None, grid.cells[top][anchor]}
        if not goes_on or not any(row) or any(_is_number(cell) for cell in row):
            break
        bottom += 1
    return bottom


def _is_number(cell: Cell) -> bool:
    try:
        return read_number(cell) is not None
    except ValueError:
        return False


def _headings(grid: Grid, top: int, bottom: int) -> tuple[Heading, ...]:
    """Return a heading a column; a blank above a lower level takes what stands to its left."""
    rows = [[_text(cell) for cell in grid.cells[at]] for at in range(top, bottom + 1)]
    for upper, lower in pairwise(rows):
        for at in range(1, len(upper)):
            if not upper[at] and lower[at]:
                upper[at] = upper[at - 1]
    levels = [tuple(dict.fromkeys(row[at] for row in rows if row[at])) for at in range(grid.width)]
    seen: Counter[str] = Counter()
    headings = []
    for at, parts in enumerate(levels):
        text = " / ".join(parts) or f"column {column_letters(at)}"
        seen[text] += 1
        again = f" ({seen[text]})" if seen[text] > 1 else ""
        headings.append(Heading(text + again, parts or (text,)))
    return tuple(headings)


def _text(cell: Cell) -> str:
    return "" if cell is None else " ".join(str(cell).split())


def _refuse_side_by_side(headings: Sequence[Heading], kind: FigureKind, grid: Grid) -> None:
    firsts = Counter(
        heading.levels for heading in headings if role_of(heading.levels[0], kind) == "unit"
    )
    twice = [levels[0] for levels, times in firsts.items() if times > 1]
    if twice:
        raise ReportError(
            Problem(grid.name, f"two tables side by side, each with {twice[0]!r}", "split them")
        )


# -- the body --------------------------------------------------------------------------------------


def _body(grid: Grid, header: _Header, names: Names) -> tuple[list[int], pd.DataFrame]:
    """Return the table's rows in the grid and their cells by heading, without titles and notes."""
    rows, cells = [], []
    for at, row in _rows(grid, header, names):
        rows.append(at)
        cells.append(row)
    columns = [heading.text for heading in header.headings]
    frame = pd.DataFrame(cells, columns=pd.Index(columns, dtype="str"), dtype=object)
    return rows, frame


def _rows(grid: Grid, header: _Header, names: Names) -> Iterator[tuple[int, list[Cell]]]:
    heads = {plain(str(grid.cells[at][header.anchor])) for at in (header.top, header.bottom)}
    for at in range(header.bottom + 1, len(grid.cells)):
        row = list(grid.cells[at])
        texts = [cell for cell in row if isinstance(cell, str)]
        if not any(cell is not None for cell in row):
            continue
        anchor = row[header.anchor]
        if isinstance(anchor, str) and plain(anchor) in heads:
            continue  # the header once more, on a new page
        if anchor is None and texts and is_total(texts[0]):
            row[header.anchor] = texts[0]  # 合计 often stands under the serial numbers
        if _is_note(texts, names) and not any(_is_figure(cell) for cell in row):
            continue
        yield at, row


def _is_figure(cell: Cell) -> bool:
    return cell is not None and (not isinstance(cell, str) or _is_number(cell))


def _is_note(texts: Sequence[str], names: Names) -> bool:
    different = set(texts)
    if len(different) == 1 and not names.meant(texts[0]):
        return True
    return bool(texts) and is_note(texts[0])

"""Sheets as officials write them: a grid of cells becomes a table of figures.

Title rows above and notes below, headers over several rows with merged cells and line breaks,
rows of totals in between: `figures_of_grid` finds the table in them and what its titles say. Which
figures count is `validate`'s, so that every cell is counted or explained once.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise

import attrs
import pandas as pd

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.messages import message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.reporting.sheets.column_roles import (
    FigureKind,
    is_note,
    is_total,
    meaning_of,
    table_measure,
)
from coverage_campaign.reporting.sheets.dates import (
    Written,
    find_written,
    read_written,
    year_in,
)
from coverage_campaign.reporting.sheets.layouts import (
    ColumnHeading,
    Layout,
    Named,
    absent_names,
    layout_of,
)
from coverage_campaign.reporting.sheets.long_table import (
    Date,
    Figures,
    cell_place,
    chosen_rows,
    figures_of,
    joined,
)
from coverage_campaign.reporting.sheets.names import Names, unit_names
from coverage_campaign.reporting.sheets.numbers import is_number, plain
from coverage_campaign.workbooks.grid import Cell, Grid, column_letters

__all__ = ["figures_of_grid", "numbered"]

_HIGHEST_START = 40
"""A header stands in one of the first rows; nobody writes longer prefaces."""
_MOST_LEVELS = 4
_YEARS = range(1900, 2101)
_PRINTED_ON = re.compile(
    r"(?:来源|填报|制表|打印|印发|发文|上报|报送|审核|联系|发布|更新)(?:日期|时间|于)?[:：]?.*\d"
    r"|[〔\[(（]\d{4}[〕\])）]\d+号"
)
"""Says when a table was made, not what it is about."""


@attrs.frozen
class _Header:
    """Where a table's header stands, and the columns under it."""

    top: int
    bottom: int
    anchor: int
    headings: tuple[ColumnHeading, ...]


def figures_of_grid(
    grid: Grid,
    campaign: Campaign,
    *,
    kind: FigureKind,
    named: Named,
    period: Written | None = None,
    only: Mapping[str, str] | None = None,
) -> Figures | None:
    """Return the figures of the table in a grid, or None where no header of one is found.

    A table without dates is about `period`, else about the first days that its titles, its sheet's
    name or its file's name say. `only` leaves the rows that have a text in a column. Raises
    `ReportError` where there is a header, and a part of it is missing or leaves a choice.
    """
    spread = grid.spread()
    found = _find_table(spread, campaign, kind, named)
    if found is None:
        return None
    header, layout, rows, frame = found
    following = _next_table(spread, header, rows)
    if following is not None:
        above, below = grid.split(following)
        parts = [
            figures_of_grid(part, campaign, kind=kind, named=named, period=period, only=only)
            for part in (above, below)
        ]
        return joined([part for part in parts if part is not None])
    _spread_labels(grid, header, layout, rows, frame)
    chosen = chosen_rows(frame, only or {}, grid.name)
    rows, frame = [rows[at] for at in chosen], frame.iloc[chosen].reset_index(drop=True)
    position = {heading.text: heading.position for heading in header.headings}
    titles = [
        str(cell) for at in range(header.top) for cell in spread.cells[at] if cell is not None
    ]
    about = [text for text in dict.fromkeys(titles) if not _PRINTED_ON.search(plain(text))]
    if not named.persons:
        _refuse_plan(layout, [*about, grid.sheet], grid.name)
    return figures_of(
        frame,
        layout,
        campaign.whole_window,
        source=grid.name,
        place=lambda row, heading: cell_place(grid, rows[row], position[heading]),
        period=period,
        titled=_first_days(about, grid),
        years=_years(about, grid),
        measure=next((one for text in titles if (one := table_measure(text))), None),
        unit=_unit_of_all([grid.sheet, *titles], unit_names(campaign)),
    )


_REPORTER = re.compile(r"(?:填报|上报|报送|报告)?单位(?:名称)?[:：](?P<unit>.+)")


def _unit_of_all(texts: Sequence[str], names: Names) -> str:
    """Return the one unit that a sheet's name or its titles say its figures are of, or ''."""
    found: set[str] = set()
    for text in texts:
        named = _REPORTER.fullmatch(plain(text))
        found |= names.meant(named["unit"] if named else text)
    return next(iter(found)) if len(found) == 1 else ""


def _spread_labels(
    grid: Grid, header: _Header, layout: Layout, rows: Sequence[int], frame: pd.DataFrame
) -> None:
    """Fill in the labels of merged cells: a label is one of each row, a figure stays one figure."""
    labels = grid.spread(numbers=True)
    for role in ("unit", "parent", "date", "year", "day", "channel", "measure"):
        heading = layout.roles.get(role)
        if heading is not None:
            at = next(one.position for one in header.headings if one.text == heading)
            cells = [labels.cells[row][at] for row in rows]
            kept = [
                own if own is not None else cell
                for own, cell in zip(frame[heading], cells, strict=True)
            ]
            frame[heading] = pd.Series(kept, index=frame.index, dtype=object)


def _next_table(grid: Grid, header: _Header, rows: Sequence[int]) -> int | None:
    """Return the row in which a second table begins: another header, or titles with a date."""
    if not rows:
        return None
    first = [_text(cell) for cell in grid.cells[header.top]]
    for at in range(header.bottom + 1, len(grid.cells)):
        anchor = grid.cells[at][header.anchor]
        if not isinstance(anchor, str) or plain(anchor) != plain(first[header.anchor]):
            continue
        begins = at
        while begins - 1 > header.bottom and begins - 1 not in rows:
            begins -= 1
        titles = [str(cell) for row in range(begins, at) for cell in grid.cells[row] if cell]
        other = [_text(cell) for cell in grid.cells[at]] != first
        if other or any(find_written(text) for text in titles if not _PRINTED_ON.search(text)):
            return begins
    return None


def _refuse_plan(layout: Layout, titles: Sequence[str], source: str) -> None:
    """Refuse figures of which the headings say nothing more, under a title that says plan."""
    for text in titles:
        title = meaning_of([text])
        if title.kind not in {"plan", "target"} or title.done:
            continue
        for figure in layout.figures:
            said = meaning_of([figure.heading])
            if said.kind in {None, "persons"} and not said.done:
                found = message(
                    "{text!r} says plan or target, and {heading!r} does not say done",
                    text=text,
                    heading=figure.heading,
                )
                fix = message(
                    "if it is what was done, say so: persons={heading!r}", heading=figure.heading
                )
                raise ReportError(Problem(source, found, fix))


def _first_days(titles: Sequence[str], grid: Grid) -> Date | None:
    """Return the first days that the titles say, else the sheet's name, else the file's.

    Where a title and the sheet's name say different months neither is taken.
    """
    of_sheet = find_written(grid.sheet)
    for text in (*titles, grid.sheet, grid.file):
        found = find_written(text)
        if found and of_sheet and text != grid.file and found[0].month != of_sheet[0].month:
            return Date("ambiguous_date", f"{text} / {grid.sheet}")
        if found:
            return Date(found[0], text)
    for text in (grid.sheet, *titles):
        year = year_in(text)
        if year:
            return Date(Written(12, first_month=1, year=year[0], unit="span"), text)
    return None


def _years(titles: Sequence[str], grid: Grid) -> tuple[int, ...]:
    """Return the years that the titles print, else the sheet's name, else the file's."""
    for texts in (titles, (grid.sheet,), (grid.file,)):
        years: dict[int, None] = {}
        for text in texts:
            rest = text
            while found := year_in(rest):
                years[found[0]] = None
                rest = found[1]
        if years:
            return tuple(years)
    return ()


# -- the header ------------------------------------------------------------------------------------


def _find_table(
    grid: Grid, campaign: Campaign, kind: FigureKind, named: Named
) -> tuple[_Header, Layout, list[int], pd.DataFrame] | None:
    """Return the first table whose header names figures, else the first with a unit or a date."""
    without_figures, absent = None, None
    names = unit_names(campaign)
    begins = next((at for at, row in enumerate(grid.cells) if any(row)), 0)
    tops = range(begins, min(len(grid.cells), begins + _HIGHEST_START))
    anchors = {top: _anchor(grid.cells[top], named) for top in tops}
    spans = [(top, _bottom(grid, top, at), at, "") for top, at in anchors.items() if at is not None]
    for top, bottom, anchor, corner in spans or _corners(grid, tops, names):
        headings = _headings(grid, top, bottom, anchor, corner)
        header = _Header(top, bottom, anchor, headings)
        _refuse_side_by_side(header.headings, grid)
        missing = absent_names(header.headings, named)
        if missing:
            columns = ", ".join(repr(one.text) for one in header.headings)
            fix = message("name one of the columns that are there: {columns}", columns=columns)
            absent = absent or Problem(
                grid.name, message("no column {heading!r}", heading=missing[0]), fix
            )
            continue
        rows, frame = _body(grid, header, names)
        layout = layout_of(
            header.headings,
            campaign,
            kind=kind,
            named=named,
            source=grid.name,
            cells=partial(_cells_under, frame),
            sheet=grid.sheet,
        )
        if layout.figures:
            return header, layout, rows, frame
        without_figures = without_figures or (header, layout, rows, frame)
    if without_figures is None and absent is not None:
        raise ReportError(absent)
    return without_figures


def _anchor(row: Sequence[Cell], named: Named) -> int | None:
    """Return the column that is headed as the units', else as the dates', in a row of texts."""
    texts = [_text(cell) if _may_head(cell) else "" for cell in row]
    if len({text for text in texts if text}) < 2:  # noqa: PLR2004 - a title stands alone
        return None
    kinds = [meaning_of([text]).kind if text else None for text in texts]
    for text_named, wanted in (
        (named.unit, {"unit"}),
        (named.date, {"date", "month"}),
        ("", {"parent", "year"}),
    ):
        for at, text in enumerate(texts):
            if text and (kinds[at] in wanted or (text_named and plain(text) == plain(text_named))):
                return at
    return None


def _corners(grid: Grid, tops: range, names: Names) -> Iterator[tuple[int, int, int, str]]:
    """Yield the header under whose blank or divided corner (项目/单位) names of units stand.

    As first row, last row, column of the corner and the heading that it stands for: that of units,
    or of dates where names of units head the other columns. Rows above that have more to say of
    the columns belong to it; a title or a measure does not.
    """
    for bottom in tops[:-2]:
        row = grid.cells[bottom]
        across = sum(bool(names.meant(_text(cell))) for cell in row) > 1
        for at, cell in enumerate(row):
            below = [grid.cells[bottom + 1 + step][at] for step in (0, 1)]
            called = [_text(one) for one in below]
            of_units = all(names.meant(text) or is_total(text) for text in called)
            of_dates = across and isinstance(below[0], (str, dt.date)) and _is_day(below[0])
            if not _is_corner(cell) or not (of_units or of_dates) or not any(map(_may_head, row)):
                continue
            top = bottom
            while top > 0 and _is_corner(grid.cells[top - 1][at]) and _heads(grid.cells[top - 1]):
                top -= 1
            yield top, bottom, at, "单位" if of_units else "日期"
            return


def _is_corner(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and len(re.split(r"[\\/|]", cell)) > 1)


def _is_day(cell: Cell) -> bool:
    return isinstance(cell, dt.date) or isinstance(read_written(str(cell)), Written)


def _heads(row: Sequence[Cell]) -> bool:
    return any(row) and all(
        cell is None or (_may_head(cell) and not table_measure(str(cell))) for cell in row
    )


def _cells_under(frame: pd.DataFrame, heading: ColumnHeading) -> list[Cell]:
    return frame[heading.text].tolist()


def _may_head(cell: Cell) -> bool:
    return isinstance(cell, (str, dt.date)) or _is_year(cell)


def _is_year(cell: Cell) -> bool:
    """Tell whether a number is a year or, as in 200807, a month with its year."""
    if isinstance(cell, bool) or not isinstance(cell, (int, float)) or cell != cell // 1:
        return False
    year, month = divmod(int(cell), 100)
    return int(cell) in _YEARS or (year in _YEARS and 1 <= month <= 12)  # noqa: PLR2004 - months


def _bottom(grid: Grid, top: int, anchor: int) -> int:
    """Return the last row of a header: the anchor's cell goes on, and no figure stands there."""
    bottom = top
    while bottom + 1 < min(len(grid.cells), top + _MOST_LEVELS):
        row = grid.cells[bottom + 1]
        goes_on = row[anchor] in {None, grid.cells[top][anchor]}
        if not goes_on or not any(row) or any(map(_is_not_headed, row)):
            break
        bottom += 1
    return bottom


def _is_not_headed(cell: Cell) -> bool:
    """Tell whether a cell is a figure: a number that is no date, such as 2008 or '2008.07'."""
    if not is_number(cell) or _is_year(cell):
        return False
    return not isinstance(cell, str) or not isinstance(read_written(cell), Written)


def _headings(
    grid: Grid, top: int, bottom: int, anchor: int, corner: str
) -> tuple[ColumnHeading, ...]:
    """Return a heading a column; a blank above a lower level takes what stands to its left.

    A blank or divided `corner` is read as what it stands for.
    """
    rows = [[_text(cell) for cell in grid.cells[at]] for at in range(top, bottom + 1)]
    for upper, lower in pairwise(rows):
        for at in range(1, len(upper)):
            if not upper[at] and lower[at]:
                upper[at] = upper[at - 1]
    levels = [tuple(dict.fromkeys(row[at] for row in rows if row[at])) for at in range(grid.width)]
    texts = [" / ".join(parts) for parts in levels]
    if corner:
        levels[anchor] = (corner,)
    return numbered(texts, levels)


def numbered(texts: Sequence[str], levels: Sequence[tuple[str, ...]]) -> tuple[ColumnHeading, ...]:
    """Return headings of which no two have the same text, blank ones named by their letters."""
    seen: Counter[str] = Counter()
    headings = []
    for at, (text, parts) in enumerate(zip(texts, levels, strict=True)):
        known = text or f"column {column_letters(at)}"
        seen[known] += 1
        again = f" ({seen[known]})" if seen[known] > 1 else ""
        headings.append(ColumnHeading(known + again, parts or (known,), at))
    return tuple(headings)


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else " ".join(str(cell).split())


def _refuse_side_by_side(headings: Sequence[ColumnHeading], grid: Grid) -> None:
    firsts = Counter(
        heading.levels for heading in headings if meaning_of(heading.levels[:1]).kind == "unit"
    )
    twice = [levels[0] for levels, times in firsts.items() if times > 1]
    if twice:
        raise ReportError(
            Problem(
                grid.name,
                message("two tables side by side, each with {heading!r}", heading=twice[0]),
                message("split them"),
            )
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
    heads.discard("None")
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
    return cell is not None and (not isinstance(cell, str) or is_number(cell))


def _is_note(texts: Sequence[str], names: Names) -> bool:
    different = set(texts)
    if len(different) == 1 and not names.meant(texts[0]):
        return True
    return bool(texts) and is_note(texts[0])

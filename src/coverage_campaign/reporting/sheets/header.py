"""Sheets as officials write them: a grid of cells becomes a table of figures.

Title rows above and notes below, headers over several rows with merged cells and line breaks,
rows of totals in between: `figures_of_grid` finds the table in them and what its titles say. Which
figures count is `validate`'s, so that every cell is counted or explained once.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise, product

import attrs
import pandas as pd

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.messages import Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.reporting.problems import ReportProblem
from coverage_campaign.reporting.sheets.column_roles import (
    FIGURE_KINDS,
    AmbiguousTableError,
    ColumnHeading,
    FigureKind,
    Layout,
    Named,
    PrintedMeasure,
    is_no_result,
    is_note,
    is_total,
    meaning_of,
    measure_of,
    names_other_matter,
    names_unclear_scale,
    simplified,
    table_measure,
)
from coverage_campaign.reporting.sheets.dates import (
    Written,
    find_written,
    read_written,
    written_of_levels,
    year_in,
)
from coverage_campaign.reporting.sheets.layouts import absent_names, layout_of
from coverage_campaign.reporting.sheets.long_table import (
    Date,
    Figures,
    chosen_rows,
    figures_of,
    joined,
)
from coverage_campaign.reporting.sheets.names import Names, unit_names
from coverage_campaign.reporting.sheets.numbers import is_number, plain
from coverage_campaign.workbooks.grid import Cell, Grid, column_letters

__all__ = ["figures_of_grids", "numbered"]

_HIGHEST_START = 40
"""A header stands in one of the first rows; nobody writes longer prefaces."""
_MOST_LEVELS = 4
_YEARS = range(1900, 2101)
_PRINTED_ON = re.compile(
    r"(?:来源|填报|制表|编制|填表|打印|印发|发文|上报|报送|审核|联系|发布|更新)(?:日期|时间|于)?[:：]?.*\d"
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
    read = partial(
        figures_of_grids, campaign=campaign, kind=kind, named=named, period=period, only=only
    )
    spread = grid.spread()
    found = _find_table(spread, campaign, kind, named, only or {})
    if found is None:
        return None
    header, layout, rows, frame = found
    beside = _side_by_side(header.headings)
    if beside is not None:
        return read(_split_columns(grid, header, beside))
    following = _next_table(spread, header, rows, kind)
    if following is not None:
        return read(grid.split(following))
    _spread_labels(grid, header, layout, rows, frame)
    _refuse_sections(spread, header, rows, kind)
    notes = _notes(spread, header, rows)
    chosen = chosen_rows(frame, only or {}, grid.name)
    rows, frame = [rows[at] for at in chosen], frame.iloc[chosen].reset_index(drop=True)
    position = {heading.text: heading.position for heading in header.headings}
    titles = _titles(spread, range(header.top))
    about = [text for text in dict.fromkeys(titles) if not _PRINTED_ON.search(plain(text))]
    _refuse_unheaded(grid, header, layout, rows, named)
    if not named.persons:
        _refuse_other_month(layout, about, grid.name)
        labels = [campaign.label, *(one.label for one in campaign.units)]
        known = [text for label in labels for _, text in label.texts]
        other = [text for text in about if names_other_matter(text, known)]
        not_asked = [text for text in (*about, grid.sheet) if is_no_result(text, kind)]
        _refuse_by_title(layout, [*not_asked, *other], kind, grid.name)
    units = [one.printed for one in header.headings if one.text == layout.roles.get("unit")]
    return figures_of(
        frame,
        layout,
        campaign.whole_window,
        source=grid.name,
        place=lambda row, heading: grid.place(rows[row], position[heading]),
        period=period,
        titled=_first_days(about, grid, kind),
        years=_years(about, grid),
        measure=_measure([*titles, grid.sheet], [*units, *notes], grid.name),
        unit=_unit_of_all([grid.sheet, *titles], unit_names(campaign)),
        insurances=_insurances([*titles, grid.sheet]),
    )


_NAME_COLUMNS = message("name the columns as they are headed: unit=, date=, persons=")


def figures_of_grids(
    grids: Sequence[Grid],
    campaign: Campaign,
    *,
    kind: FigureKind,
    named: Named,
    period: Written | None = None,
    only: Mapping[str, str] | None = None,
) -> Figures:
    """Return the figures of several grids; one that cannot be read is an error if none can."""
    tables: list[Figures] = []
    errors: list[Problem] = []
    skipped: list[ReportProblem] = []
    for grid in grids:
        if grid.hidden:
            found = message("the sheet is hidden")
            fix = message("if it counts, pass sheet={sheet!r}", sheet=grid.sheet)
            skipped.append(ReportProblem("hidden_sheet", grid.name, found, fix, counted=True))
            continue
        try:
            table = figures_of_grid(
                grid, campaign, kind=kind, named=named, period=period, only=only
            )
        except AmbiguousTableError:
            raise
        except ReportError as error:
            errors.extend(error.problems)
            continue
        if table is None:
            found = message("no header with a unit or date and figures")
            errors.append(Problem(grid.name, found, _NAME_COLUMNS))
        else:
            tables.append(table)
    if not tables:
        raise ReportError(errors or Problem("the workbook", "no visible sheet", "pass sheet="))
    for one in errors:
        where, found_there, fix = attrs.astuple(one, recurse=False)
        skipped.append(ReportProblem("no_table", where, found_there, fix, counted=True))
    _refuse_insurances(tables, grids[0].name)
    whole = joined(tables)
    return attrs.evolve(whole, problems=(*whole.problems, *skipped))


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


def _next_table(grid: Grid, header: _Header, rows: Sequence[int], kind: FigureKind) -> int | None:
    """Return the row in which a second table begins: another header, or titles that say more."""
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
        said = [text for text in titles if not _PRINTED_ON.search(text)]
        other = other or any(_INSURANCE.search(plain(text)) for text in said)
        if other or any(_says_of_figures(text, kind) for text in said):
            return begins
    return None


def _refuse_sections(grid: Grid, header: _Header, rows: Sequence[int], kind: FigureKind) -> None:
    """Refuse a table in parts whose headings, rows of their own, say what the figures are."""
    last = rows[-1] if rows else 0
    for at in range(header.bottom + 1, last):
        texts = {str(cell) for cell in grid.cells[at] if cell is not None}
        if at in rows or len(texts) != 1 or _PRINTED_ON.search(text := texts.pop()):
            continue
        measure = at < rows[0] and (table_measure(text) or measure_of(text))
        if not measure and (_says_of_figures(text, kind) or _INSURANCE.search(plain(text))):
            found = message("{text!r} stands above some of the rows", text=text)
            fix = message("write each part as a table of its own, with its title and its header")
            raise AmbiguousTableError(Problem(grid.place(at), found, fix))


def _titles(grid: Grid, rows: Iterable[int]) -> list[str]:
    """Return the texts of rows above a table, in order."""
    return [str(cell) for at in rows for cell in grid.cells[at] if cell is not None]


_INSURANCE = re.compile(
    r"(养老|医疗|失业|工伤|生育)(?:保?险|[、和]|$)"
    r"|(pension|medical|health|unemployment|maternity)(?:insurance|scheme|$)",
    re.IGNORECASE,
)


def _insurances(texts: Iterable[str]) -> frozenset[str]:
    """Return the kinds of insurance that titles name."""
    found = (one for text in texts for one in _INSURANCE.finditer(plain(text)))
    return frozenset((one[1] or one[2]).lower() for one in found)


def _refuse_insurances(tables: Sequence[Figures], source: str | Message) -> None:
    """Refuse tables whose titles name different insurances: their persons may be the same."""
    named = {one for table in tables for one in table.insurances}
    if len(named) > 1:
        found = message(
            "the tables are about several kinds of insurance: {matters:list 8}",
            matters=sorted({kind for one in named for kind in one}),
        )
        fix = message("give the one that counts: a sheet of its own, sheet='…'")
        raise AmbiguousTableError(Problem(source, found, fix))


_REMARKS = re.compile("备注|附注|说明|(?:remark|note|comment)s?")


def _refuse_unheaded(
    grid: Grid, header: _Header, layout: Layout, rows: Sequence[int], named: Named
) -> None:
    """Refuse a number right of the units under no heading: 1,200 without quotes is two cells.

    Right of a figure a number among the remarks, and one beside a column that the caller names, may
    be the rest of it too.
    """
    figures = {one for figure in layout.figures for one in figure.headings}
    used = {*layout.roles.values(), *figures}
    for left, heading in pairwise(header.headings):
        column, is_rest = heading.position, left.text in figures
        blank = heading.text == f"column {column_letters(column)}"
        remarks = is_rest and _REMARKS.fullmatch(simplified(heading.text))
        if heading.text in used or column < header.anchor or not (blank or remarks):
            continue
        if named.persons and not is_rest:
            continue
        for row in rows:
            cell = grid.cells[row][column]
            if cell is not None and is_number(cell):
                found = message("{cell:raw} stands in a column without a heading", cell=_text(cell))
                if remarks:
                    found = message("{cell:raw} stands among the remarks", cell=_text(cell))
                fix = message(
                    "write its heading; in CSV put a number with a comma in quotes, or leave the "
                    "comma out"
                )
                raise AmbiguousTableError(Problem(grid.place(row, column), found, fix))


def _refuse_other_month(layout: Layout, titles: Sequence[str], source: str | Message) -> None:
    """Refuse a table that is of one month by its title and ends in another by all its headings."""
    said = {(one.month, text) for text in titles for one in _times_in(text) if not one.is_a_year}
    months = {one.written.month if one.written else 0 for one in layout.figures}
    if len({month for month, _ in said}) != 1 or len(months) != 1 or 0 in months:
        return
    (month, text), figure = min(said), layout.figures[0]
    if figure.written and not figure.written.is_a_year and month not in months:
        heading = figure.heading
        found = message("{text!r} says another month than {heading!r}", text=text, heading=heading)
        fix = message(
            "mend one of them, or say that it counts: persons={heading!r}", heading=heading
        )
        raise AmbiguousTableError(Problem(source, found, fix))


def _says_of_figures(text: str, kind: FigureKind) -> bool:
    """Tell whether a text says of which time, in which measure or of what its figures are."""
    said = meaning_of([text])
    return bool(
        find_written(text)
        or year_in(text)
        or table_measure(text)
        or measure_of(text)
        or is_no_result(text, kind)
        or said.this_year
        or said.done
    )


def _refuse_by_title(
    layout: Layout, titles: Sequence[str], kind: FigureKind, source: str | Message
) -> None:
    """Refuse figures of which the headings say nothing more, under a title that says otherwise."""
    for text in titles:
        for figure in layout.figures:
            said = meaning_of([figure.heading])
            if said.kind in {None, "persons"} and not said.done:
                found = message(
                    "{text!r} names other figures than those asked for ({kind}), and "
                    "{heading!r} says no more",
                    text=text,
                    kind=FIGURE_KINDS[kind],
                    heading=figure.heading,
                )
                fix = message(
                    "if it is what was asked for, say so: persons={heading!r}",
                    heading=figure.heading,
                )
                raise ReportError(Problem(source, found, fix))


def _times_in(text: str) -> list[Written]:
    """Return the times that a title says, in order, and a year that is none of theirs."""
    times: list[Written] = []
    while found := find_written(text):
        times.append(found[0])
        text = found[1]
    year = year_in(text)
    if year and any(one.year not in {year[0], None} for one in times):
        times.append(Written(12, first_month=1, year=year[0], unit="span"))
    return times


def _first_days(titles: Sequence[str], grid: Grid, kind: FigureKind) -> Date | None:
    """Return the days that the titles say, else the sheet's name, else the file's.

    Where titles and the sheet's name say different months none is taken. A day that stands by
    itself may be the one on which the sheet was filled in: running totals are taken as of it, new
    figures of it are ambiguous. A year alone says no day.
    """
    alone = [text for text in titles if _is_a_day(text)]
    said = [text for text in titles if text not in alone]
    of_sheet = read_written(grid.sheet)
    times = [(one, text) for text in (*said, grid.sheet) for one in _times_in(text)]
    if isinstance(of_sheet, Written) and not of_sheet.is_a_year and not _times_in(grid.sheet):
        times.append((of_sheet, grid.sheet))
    times = times or [(one, grid.file) for one in _times_in(grid.file)[:1]]
    years = {one.year for one, _ in times} - {None}
    if len({one.month for one, _ in times}) > 1 or len(years) > 1:
        return Date("ambiguous_date", " / ".join(dict.fromkeys(text for _, text in times)))
    if times:
        return Date(*times[0])
    for text in alone:
        written = read_written(text) if kind == "cumulative" else "ambiguous_date"
        return Date(written, text)
    return None


def _is_a_day(text: str) -> bool:
    written = read_written(text)
    return isinstance(written, Written) and written.unit == "day"


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


def _notes(grid: Grid, header: _Header, rows: Sequence[int]) -> list[str]:
    """Return what stands between a header and its figures, and below them, without brackets.

    There too a measure may be given; one in brackets is of what stands before it.
    """
    if not rows:
        return []
    cells = (*grid.cells[header.bottom + 1 : rows[0]], *grid.cells[rows[-1] + 1 :])
    texts = (cell for row in cells for cell in row if isinstance(cell, str))
    return [re.sub(r"(?<=\S)\s*[(（][^()（）]*[)）]", "", text) for text in texts]


def _measure(
    titles: Sequence[str], others: Sequence[str], source: str | Message
) -> PrintedMeasure | None:
    """Return the measure that titles, the heading of the units or notes give for the whole table.

    Raises `AmbiguousTableError` where a title names two of persons, or what may be one.
    """
    for text in (*titles, *others):
        measure = table_measure(text) or measure_of(text)
        if measure is not None and not measure.scale:
            found = message("{text!r} names two measures of persons", text=text)
            fix = message("write in each heading which one holds for its figures: 新增(万人)")
            raise AmbiguousTableError(Problem(source, found, fix))
        if measure is not None:
            return measure
    for text in filter(names_unclear_scale, titles):
        found = message("{text!r} may say what one of a figure stands for", text=text)
        fix = message(
            "say it in brackets at its end: (persons), (thousand persons), （单位：万人）"
        )
        raise AmbiguousTableError(Problem(source, found, fix))
    return None


# -- the header ------------------------------------------------------------------------------------


def _find_table(
    grid: Grid, campaign: Campaign, kind: FigureKind, named: Named, only: Mapping[str, str]
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
        missing = absent_names(header.headings, named)
        if missing:
            columns = ", ".join(repr(one.text) for one in header.headings)
            fix = message("name one of the columns that are there: {columns}", columns=columns)
            absent = absent or Problem(
                grid.name, message("no column {heading!r}", heading=missing[0]), fix
            )
            continue
        rows, frame = _body(grid, header, names)
        if _side_by_side(header.headings) is not None:
            return header, Layout({}, ()), rows, frame
        layout = layout_of(
            header.headings,
            campaign,
            kind=kind,
            named=named,
            source=grid.name,
            cells=partial(_cells_under, _chosen(frame, only)),
            sheet=grid.sheet,
            chosen=only,
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


def _chosen(frame: pd.DataFrame, only: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows that the caller chooses, where the table has all columns that it takes."""
    names = set(map(plain, frame.columns))
    there = all(plain(heading) in names for heading in only)
    return frame.iloc[chosen_rows(frame, only, "")] if there else frame


def _cells_under(frame: pd.DataFrame, heading: ColumnHeading) -> list[Cell]:
    return frame[heading.text].tolist()


def _may_head(cell: Cell) -> bool:
    return isinstance(cell, (str, dt.date)) or _is_year(cell)


def _is_year(cell: Cell) -> bool:
    """Tell whether a number is a year or, as in 200807 and 2008.07, a month with its year."""
    if isinstance(cell, bool) or not isinstance(cell, (int, float)):
        return False
    if cell != cell // 1:
        return isinstance(read_written(str(cell)), Written)
    year, month = divmod(int(cell), 100)
    return int(cell) in _YEARS or (year in _YEARS and 1 <= month <= 12)  # noqa: PLR2004 - months


def _bottom(grid: Grid, top: int, anchor: int) -> int:
    """Return the last row of a header: the anchor's cell goes on, and no figure stands there."""
    bottom = top
    above = _filled(grid.cells[top])
    while bottom + 1 < min(len(grid.cells), top + _MOST_LEVELS):
        row = grid.cells[bottom + 1]
        goes_on = row[anchor] in {None, grid.cells[top][anchor]}
        if not goes_on or not any(row) or any(map(_is_not_headed, row, above)):
            break
        bottom += 1
        above = _filled(row)
    return bottom


def _filled(row: Sequence[Cell]) -> list[str]:
    """Return the texts of a row of headings, each blank with what stands to its left."""
    texts = pd.Series([_text(cell) or None for cell in row], dtype=object)
    return texts.ffill().fillna("").tolist()


def _is_not_headed(cell: Cell, above: str) -> bool:
    """Tell whether a cell is a figure: a number that is no date, such as 2008 or '2008.07'.

    A number that makes a month with the heading above it, as 7 under 2008年, is no figure.
    """
    if not is_number(cell) or _is_year(cell) or written_of_levels([above, _text(cell)]):
        return False
    return not isinstance(cell, str) or not isinstance(read_written(cell), Written)


def _headings(
    grid: Grid, top: int, bottom: int, anchor: int, corner: str
) -> tuple[ColumnHeading, ...]:
    """Return a heading a column; a blank above a lower level takes what stands to its left.

    A blank or divided `corner` is read as what it stands for.
    """
    for at, column in product(range(top, bottom + 1), range(grid.width)):
        cell = grid.cells[at][column]
        if isinstance(cell, float) and _is_year(cell) and str(cell).endswith(".1"):
            found = message("the number {cell:raw} may be January or October", cell=str(cell))
            fix = message("write it as text: 2008-01 or 2008-10")
            raise AmbiguousTableError(Problem(grid.place(at, column), found, fix))
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


def _side_by_side(headings: Sequence[ColumnHeading]) -> int | None:
    """Return the column in which a second table begins, beside one that has the same headings."""
    levels = [heading.levels for heading in headings]
    for at, parts in enumerate(levels):
        first, second = levels.index(parts), at
        if second - first < 2 or meaning_of(parts[:1]).kind != "unit":  # noqa: PLR2004 - figures
            continue
        while first > 0 and levels[first - 1] == levels[second - 1]:
            first, second = first - 1, second - 1  # the table begins further left: 序号
        return second
    return None


def _split_columns(grid: Grid, header: _Header, column: int) -> tuple[Grid, Grid]:
    """Return the columns to the left, and those from a column on; cells keep their addresses.

    Titles are those of both, unless each has one with a time of its own.
    """
    sides = (range(column), range(column, grid.width))
    above = grid.cells[: header.top]
    own_titles = all(
        any(find_written(str(row[at])) for row in above for at in side if row[at] is not None)
        for side in sides
    )
    left, right = (
        attrs.evolve(
            grid,
            cells=[
                [
                    cell if at in side or (number < header.top and not own_titles) else None
                    for at, cell in enumerate(row)
                ]
                for number, row in enumerate(grid.cells)
            ],
            merged=[one for one in grid.merged if one[0][1] in side and one[1][1] in side],
        )
        for side in sides
    )
    return left, right


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

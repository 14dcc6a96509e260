"""A table of reports, long or wide, as one row per figure, each with its place.

Rows are taken out one reason at a time, so that each is counted or explained once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import Problem, ReportError, Translatable
from coverage_campaign.messages import Message, message
from coverage_campaign.model.dates import Window
from coverage_campaign.reporting.problems import Reason, ReportProblem
from coverage_campaign.reporting.sheets.column_roles import (
    AmbiguousTableError,
    ColumnRole,
    FigureColumn,
    Layout,
    PrintedMeasure,
    Role,
    is_no_result,
    measure_of,
)
from coverage_campaign.reporting.sheets.dates import (
    DateFault,
    Span,
    Written,
    read_cells,
    spans_of,
    with_printed_year,
)
from coverage_campaign.reporting.sheets.names import ALL
from coverage_campaign.reporting.sheets.numbers import NOT_PERSONS, plain, read_number

__all__ = [
    "Date",
    "Figures",
    "Mask",
    "Origin",
    "Place",
    "PrintedSum",
    "RowFilter",
    "Rows",
    "chosen_rows",
    "figures_of",
    "joined",
    "levels_of",
    "refuse_other_times",
    "shown",
]

Place = Callable[[int, str], Message]
"""Gives the place of a cell from the row's position and the column's heading."""

Mask: TypeAlias = NDArray[np.bool_]
Rows: TypeAlias = NDArray[np.intp]
_Text: TypeAlias = str | Translatable
_OfRow: TypeAlias = Callable[[int], _Text]
_LONGEST = 60
_CELLS: tuple[Role, ...] = ("unit", "parent", "channel")
_BESIDE: tuple[Role, ...] = ("other", "target", "rate")
_NUMBERS = ("date", "scale", "other_scale", "target_scale", "table", "row", "column")
_TYPES = dict.fromkeys(_NUMBERS, "int64") | dict.fromkeys(("of_persons", "own"), "bool")


@attrs.frozen
class Date:
    """What a source says of days, and the cell that says it."""

    written: Written | DateFault
    cell: Hashable = None


@attrs.frozen(eq=False)
class Origin:
    """Where a table comes from: gives the place of a row's cell that plays a part."""

    place: Place
    headings: Mapping[Role, str]
    figures: tuple[FigureColumn, ...]

    def cell(self, row: int, column: int, role: Role) -> Message:
        """Return the place of a part; what is spread over columns stands under the figure's."""
        figure = self.figures[column]
        heading = figure.beside.get(role) or self.headings.get(role) or figure.heading
        return self.place(row, heading)


@attrs.frozen(eq=False)
class PrintedSum:
    """A sum that the source prints beside its parts: to be added up again, never added."""

    where: Message
    cell: object
    parts: tuple[int, ...]


@attrs.frozen(eq=False)
class Figures:
    """Figures as they stand in a source, one row each; nothing is judged yet.

    `frame` has unit, parent, channel, persons, other (the figure of the other kind, where it stands
    beside), target and rate as printed; `scale`, `other_scale` and `target_scale` (what one of a
    bare number stands for), `of_persons` (False where the measure is money or households), `matter`
    (what a row is about, where that is no result), `own` (True where the units below are not in a
    unit's figure), `reason` (the unit's own), `apart` (texts that may tell rows apart), `date`
    (position in `dates`), `table` (position in `origins`), `row` (position in the table) and
    `column` (of the figure, position in the origin's). The parts of `sums` are positions in
    `frame`; `problems` are of the source as a whole, `columns` the roles of all columns,
    `assumptions` what their figures are taken for, `insurances` the kinds that the titles of each
    table name.
    """

    frame: pd.DataFrame
    dates: tuple[Date, ...]
    origins: tuple[Origin, ...]
    sums: tuple[PrintedSum, ...] = ()
    problems: tuple[ReportProblem, ...] = ()
    columns: tuple[ColumnRole, ...] = ()
    assumptions: tuple[Message, ...] = ()
    insurances: frozenset[frozenset[str]] = frozenset()


def joined(parts: Sequence[Figures]) -> Figures:
    """Return the figures of several tables as one."""
    if len(parts) == 1:
        return parts[0]
    frames: list[pd.DataFrame] = []
    dates: list[Date] = []
    origins: list[Origin] = []
    sums: list[PrintedSum] = []
    columns: list[ColumnRole] = []
    rows = 0
    for part in parts:
        moved = {
            "table": part.frame["table"] + len(origins),
            "date": part.frame["date"] + len(dates),
        }
        frames.append(part.frame.astype(object).assign(**moved))
        dates.extend(part.dates)
        origins.extend(part.origins)
        columns.extend(part.columns)
        sums.extend(
            attrs.evolve(one, parts=tuple(at + rows for at in one.parts)) for one in part.sums
        )
        rows += len(part.frame)
    whole = pd.concat(frames, ignore_index=True).astype(_TYPES)
    return Figures(
        whole,
        tuple(dates),
        tuple(origins),
        tuple(sums),
        tuple(one for part in parts for one in part.problems),
        tuple(columns),
        assumptions=tuple(dict.fromkeys(one for part in parts for one in part.assumptions)),
        insurances=frozenset[frozenset[str]]().union(*(part.insurances for part in parts)),
    )


def figures_of(
    frame: pd.DataFrame,
    layout: Layout,
    window: Window,
    *,
    source: str | Message,
    place: Place,
    period: Written | None = None,
    titled: Date | None = None,
    years: Sequence[int] = (),
    measure: PrintedMeasure | None = None,
    unit: str = "",
    insurances: frozenset[str] = frozenset(),
) -> Figures:
    """Return the figures of a table whose columns have text headings, each once.

    `period` is what the whole table is about, as the caller says, `titled` as its titles say, where
    neither a column nor a heading has a date; `years` are those that its titles print, `measure`
    what one of its bare numbers stands for, `insurances` the kinds that they name, and `unit` whose
    figures they are, where no heading says.
    """
    if unit and "unit" not in layout.roles:
        layout = attrs.evolve(
            layout,
            figures=tuple(attrs.evolve(one, unit=one.unit or unit) for one in layout.figures),
        )
    about = titled if period is None else Date(period)
    said = [one.written for one in layout.figures if one.written is not None]
    if titled and isinstance(titled.written, Written) and not said:
        said = [titled.written]
    in_full = layout.kind == "new" and not all(one.this_period for one in layout.figures)
    refuse_other_times(said, period, window, source, in_full=in_full)
    if period is not None and len({one.written for one in layout.figures}) == 1:
        layout = attrs.evolve(
            layout, figures=tuple(attrs.evolve(one, written=None) for one in layout.figures)
        )
    _check(layout, source, dated=about is not None)
    called = {one.heading: one.called for one in layout.columns}
    for figure in layout.figures:
        _check_repeated(frame, figure, source, called)
    dates: dict[Date, int] = {}
    parts = [
        _of_column(frame, layout, at, dates, window=window, about=about, measure=measure)
        for at, _ in enumerate(layout.figures)
    ]
    said = [one.written for one in dates if isinstance(one.written, Written)]
    refuse_other_times(said, period, window, source, in_full=in_full)
    long = pd.concat(parts, ignore_index=True)
    written = with_printed_year([date.written for date in dates], years)
    sums = tuple(
        PrintedSum(
            place(row, total.heading),
            cell,
            tuple(
                row + len(frame) * nth
                for nth, figure in enumerate(layout.figures)
                if total.written is None
                or figure.written is None
                or not total.written.first_month
                or total.written.covers(figure.written)
            ),
        )
        for total in layout.totals
        for row, cell in enumerate(frame[total.heading])
    )
    return Figures(
        long,
        tuple(attrs.evolve(date, written=one) for date, one in zip(dates, written, strict=True)),
        (Origin(place, layout.roles, layout.figures),),
        sums,
        problems=layout.doubts,
        columns=layout.columns,
        assumptions=layout.assumptions,
        insurances=frozenset([insurances] if insurances else []),
    )


def refuse_other_times(
    said: Sequence[Written],
    about: Written | None,
    window: Window,
    source: str | Message,
    *,
    in_full: bool = False,
) -> None:
    """Refuse a table that says times of its own outside the one that it is told to be about.

    New figures have to be `in_full` of that time: those of 1-7月 are not those of July.
    """
    if about is None:
        return
    (whole,) = spans_of([about], window)
    for one in spans_of(said, window):
        if not (isinstance(one, Span) and isinstance(whole, Span)):
            continue
        begins, own = whole.first or dt.date.min, one.first or dt.date.min
        longer = in_full and own < begins <= one.last
        if one.last < begins or own > whole.last or longer:
            found = message(
                "period= says a time to {last:long date}, but the table is about one to "
                "{own:long date}",
                last=whole.last,
                own=one.last,
            )
            if longer:
                found = message(
                    "period= says a part of the time to {last:long date} of which the figures are",
                    last=one.last,
                )
            fix = message("leave period= out where a table says its time, or correct it")
            raise AmbiguousTableError(Problem(source, found, fix))


def _of_column(
    frame: pd.DataFrame,
    layout: Layout,
    column: int,
    dates: dict[Date, int],
    *,
    window: Window,
    about: Date | None,
    measure: PrintedMeasure | None,
) -> pd.DataFrame:
    figure = layout.figures[column]
    parts: dict[str, object] = {
        role: frame[layout.roles[role]] if role in layout.roles else None for role in _CELLS
    }
    if figure.unit:
        parts["unit"] = figure.unit
    if "channel" not in layout.roles:
        parts["channel"] = figure.channel or ALL
    scales, of_persons = _measures(frame, layout, measure)
    parts["matter"] = _other_matters(frame, layout)
    own_scales = [layout.scales.get(heading, 0) or scales for heading in figure.headings]
    parts["persons"] = _added(frame, figure.headings, own_scales)
    parts["of_persons"] = of_persons
    parts["scale"] = figure.scale or scales
    for role in _BESIDE:
        heading = figure.beside.get(role)
        parts[role] = frame[heading] if heading else None
        own = layout.scales.get(heading, 0) if heading else 0
        parts[f"{role}_scale"] = own or scales
    parts["reason"] = frame[figure.beside["reason"]] if "reason" in figure.beside else None
    parts["own"] = layout.own
    texts = zip(*(frame[heading] for heading in layout.apart), strict=True)
    parts["apart"] = ["\0".join(map(str, row)) for row in texts] if layout.apart else ""
    parts["date"] = _dates(frame, layout, figure, dates, window=window, about=about)
    parts["table"] = 0
    parts["row"] = np.arange(len(frame))
    parts["column"] = column
    return pd.DataFrame(parts, index=frame.index)


def _added(frame: pd.DataFrame, headings: Sequence[str], scales: Sequence[object]) -> pd.Series:
    """Return the cells of a column, or the sum of several; without one part there is no sum."""
    first, *more = (frame[heading] for heading in headings)
    if not more:
        return first
    of_rows = [np.broadcast_to(np.asarray(one, dtype=np.int64), len(frame)) for one in scales]
    numeric = all(pd.api.types.is_numeric_dtype(one.dtype) for one in (first, *more))
    if numeric and all(np.array_equal(one, of_rows[0]) for one in of_rows):
        return sum(more, start=first)
    rows = zip(first, *more, strict=True)
    sums = [
        _sum_of(row, scale) for row, scale in zip(rows, np.array(of_rows).T.tolist(), strict=True)
    ]
    return pd.Series(sums, index=frame.index, dtype=object)


def _sum_of(cells: Sequence[object], scales: Sequence[int]) -> object:
    """Return the persons of several cells as a text that no measure scales again.

    A cell that holds no count of persons is the whole answer, so that the row says why.
    """
    total = Fraction(0)
    for cell, scale in zip(cells, scales, strict=True):
        try:
            number = read_number(cell)
        except ValueError:
            return cell
        if number is None:
            return None
        if number.unit in NOT_PERSONS or number.percent:
            return cell
        bare = not number.unit and number.step <= 1
        total += number.value * (scale if bare else 1)
    return f"{total}人" if total.denominator == 1 else f"{float(total)}人"


def _measures(
    frame: pd.DataFrame, layout: Layout, of_table: PrintedMeasure | None
) -> tuple[object, object]:
    """Return what a bare number stands for in each row, and whether it stands for persons."""
    table = of_table or PrintedMeasure()
    if "measure" not in layout.roles:
        return table.scale, table.persons
    labels, cells = pd.factorize(frame[layout.roles["measure"]].astype(object))
    measures = [
        measure_of(str(cell)) or PrintedMeasure(persons=not plain(str(cell))) for cell in cells
    ]
    measures.append(table)  # the last one: an empty cell
    scales = np.array([one.scale for one in measures], dtype=np.int64)
    persons = np.array([one.persons for one in measures], dtype=bool)
    return scales[labels], persons[labels]


def _other_matters(frame: pd.DataFrame, layout: Layout) -> object:
    """Return for each row the matter by which it is no result, such as 计划, or None."""
    if "matter" not in layout.roles:
        return None
    labels, cells = pd.factorize(frame[layout.roles["matter"]].astype(object))
    texts = map(str, cells)
    other = [
        text
        if is_no_result(text, layout.kind, whole=True) or text not in (layout.results or {text})
        else None
        for text in texts
    ]
    return np.array([*other, None], dtype=object)[labels]  # the last one: an empty cell


def _dates(
    frame: pd.DataFrame,
    layout: Layout,
    figure: FigureColumn,
    dates: dict[Date, int],
    *,
    window: Window,
    about: Date | None,
) -> object:
    """Return the position in `dates` of each row's date, adding those that are new."""
    if "date" not in layout.roles:
        date = Date(figure.written, figure.heading) if figure.written else about
        labels, found = np.zeros(len(frame), dtype=np.intp), [date or Date("no_date")]
    else:
        labels, cells = pd.factorize(frame[layout.roles["date"]].astype(object))
        read = read_cells(list(cells), window, months=layout.months)
        found = [Date(one, _hashable(cell)) for one, cell in zip(read, cells, strict=True)]
        found.append(Date("no_date"))  # the last one: no cell at all
    for role in ("year", "day"):
        if role in layout.roles:
            labels, found = _with_part(labels, found, frame[layout.roles[role]], role)
    if figure.written is not None and figure.written.year is not None:
        found = [_in_year(one, figure.written.year) for one in found]
    places = [dates.setdefault(one, len(dates)) for one in found]
    return np.array(places, dtype=np.int64)[labels]


def _hashable(cell: object) -> Hashable:
    try:
        hash(cell)
    except TypeError:
        return str(cell)
    return cell


def _with_part(
    labels: np.ndarray, found: list[Date], column: pd.Series, role: str
) -> tuple[np.ndarray, list[Date]]:
    """Return the dates with the year, or the day, that another column prints."""
    of_part, cells = pd.factorize(column.astype(object))
    numbers = [_number(cell) for cell in cells] + [None]
    pairs = pd.MultiIndex.from_arrays([labels, of_part])
    both, distinct = pairs.factorize()
    combined = []
    for at, part in distinct:
        number = numbers[part]
        date = found[at]
        if number is None:
            combined.append(_without_part(date, role, empty=part < 0))
        else:
            combined.append(_in_year(date, number) if role == "year" else _on_day(date, number))
    return both, combined


def _without_part(date: Date, role: str, *, empty: bool) -> Date:
    """Return a date whose year or day cannot be read; a blank year may be that of the row above."""
    if not empty:
        return attrs.evolve(date, written="not_a_date")
    dated = isinstance(date.written, Written) and date.written.year is None
    return attrs.evolve(date, written="ambiguous_date") if role == "year" and dated else date


def _number(cell: object) -> int | None:
    text = plain(str(cell)).removesuffix(".0").rstrip("年度日")
    if not (text.isascii() and text.isdecimal() and len(text) in {1, 2, 4}):
        return None
    return int(text)


def _in_year(date: Date, year: int) -> Date:
    written = date.written
    if not isinstance(written, Written):
        return date
    year = year if year > 99 else 2000 + year  # noqa: PLR2004 - two digits
    if written.year is not None:
        fits = written.year == year
        return date if fits else attrs.evolve(date, written="ambiguous_date")
    return attrs.evolve(date, written=attrs.evolve(written, year=year))


def _on_day(date: Date, day: int) -> Date:
    written = date.written
    if not isinstance(written, Written) or written.unit != "month":
        return date
    on_day = attrs.evolve(written, day=day, unit="day")
    possible = on_day.in_year(written.year or 2000) is not None
    return attrs.evolve(date, written=on_day if possible else "not_a_date")


def _check_repeated(
    frame: pd.DataFrame, figure: FigureColumn, source: str | Message, called: Mapping[str, str]
) -> None:
    """Refuse columns of one meaning that do not print the same figures."""
    for heading in figure.repeated:
        pairs = zip(frame[figure.heading], frame[heading], strict=True)
        if any(plain(_shown(one)) != plain(_shown(two)) for one, two in pairs):
            found = message(
                "the columns {heading!r} and {other!r} mean the same and differ",
                heading=called.get(figure.heading, figure.heading),
                other=called.get(heading, heading),
            )
            fix = message(
                "name the one that counts: persons={heading!r}",
                heading=called.get(figure.heading, figure.heading),
            )
            raise AmbiguousTableError(Problem(source, found, fix))


def _shown(cell: object) -> str:
    empty = cell is None or cell is pd.NA or cell != cell  # noqa: PLR0124 - NaN
    return "" if empty else str(cell).removesuffix(".0")


def _check(layout: Layout, source: str | Message, *, dated: bool) -> None:
    there = {
        "unit": "unit" in layout.roles or any(column.unit for column in layout.figures),
        "date": dated or "date" in layout.roles or all(column.written for column in layout.figures),
        "persons": bool(layout.figures),
    }
    absent = [part for part, is_there in there.items() if not is_there]
    if not absent:
        return
    columns = tuple(
        message(
            "{column} {heading!r} ({role})", column=one.column, heading=one.printed, role=one.role
        )
        for one in layout.columns
    )
    fix = message("name the column: {ways}", ways=[f"{part}='…'" for part in absent])
    if "date" in absent:
        fix = message("{fix}, or pass period='2008-07' for a table of one period", fix=fix)
    other = [one.printed for one in layout.columns if one.role in {"new", "cumulative", "check"}]
    if "persons" in absent and other:
        fix = message(
            "{fix}, or ask for the other kind of figures, those of {name!r}",
            fix=fix,
            name=other[0],
        )
    found = message(
        "no column for {parts}; the columns are {columns:list 40}", parts=absent, columns=columns
    )
    raise ReportError(Problem(source, found, fix))


def chosen_rows(frame: pd.DataFrame, only: Mapping[str, str], source: str | Message) -> list[int]:
    """Return the positions of the rows whose cells hold the texts of `only`, by heading.

    Spaces and the width of characters do not matter; a heading that is not there is an error.
    """
    kept = np.ones(len(frame), dtype=bool)
    for heading, text in only.items():
        named = next((name for name in frame.columns if plain(name) == plain(heading)), None)
        if named is None:
            fix = message(
                "name one of the columns that are there: {columns}",
                columns=", ".join(frame.columns),
            )
            raise ReportError(
                Problem(source, message("no column {heading!r} for only=", heading=heading), fix)
            )
        kept &= np.array([plain(str(cell)) == plain(text) for cell in frame[named]], dtype=bool)
    return np.flatnonzero(kept).tolist()


def levels_of(columns: pd.Index) -> list[tuple[str, ...]]:
    """Return what the columns of a frame are headed by, from the top down, without blanks."""
    names = columns.to_frame(index=False).astype(object)
    return [
        tuple(str(one) for one in levels if one is not None and one == one and str(one))  # noqa: PLR0124 - NaN
        for levels in names.itertuples(index=False, name=None)
    ]


# -- rows that are taken out one reason at a time ---------------------------------------------


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

"""A table of reports, long or wide, as one row per figure, each with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.reporting.problems import ReportProblem
from coverage_campaign.reporting.sheets.column_roles import Role, scale_of
from coverage_campaign.reporting.sheets.layouts import FigureColumn, Layout
from coverage_campaign.reporting.sheets.numbers import plain

__all__ = [
    "Figures",
    "Origin",
    "Place",
    "PrintedSum",
    "chosen_rows",
    "figures_of",
    "headings_of",
    "joined",
]

Place = Callable[[int, str], str]
"""Gives the place of a cell, as text, from the row's position and the column's heading."""

_COUNTED: tuple[Role, ...] = ("other", "target")
_FIXED: tuple[Role, ...] = ("unit", "date", "channel", "target", "rate", "other")
_WHOLE = dict.fromkeys(("scale", "other_scale", "target_scale", "table", "row"), "int64")
_MONTH = re.compile(r"月份?|month")
_LAST_MONTH = 12


@attrs.frozen(eq=False)
class Origin:
    """Where a table comes from: gives the place of a row's cell that plays a part."""

    place: Place
    headings: Mapping[Role, str]

    def cell(self, row: int, heading: str, role: Role) -> str:
        """Return the place of a part; what is spread over columns stands under `heading`."""
        return self.place(row, self.headings.get(role, heading))


@attrs.frozen(eq=False)
class PrintedSum:
    """A sum that the source prints beside its parts: to be reckoned again, never added."""

    where: str
    cell: object
    parts: tuple[int, ...]


@attrs.frozen(eq=False)
class Figures:
    """Figures as they stand in a source, one row each; nothing is read or judged yet.

    `frame` has unit, date, persons, other (the figure of the other kind, where it stands beside),
    channel, target and rate as printed; `scale`, `other_scale` and `target_scale` (what one of a
    bare number stands for), `table` (position in `origins`), `row` (position in the table) and
    `heading` (of the figure). The parts of `sums` are positions in `frame`; `problems` are of the
    source as a whole.
    """

    frame: pd.DataFrame
    origins: tuple[Origin, ...]
    sums: tuple[PrintedSum, ...] = ()
    problems: tuple[ReportProblem, ...] = ()


def joined(parts: Sequence[Figures]) -> Figures:
    """Return the figures of several tables as one."""
    if len(parts) == 1:
        return parts[0]
    frames: list[pd.DataFrame] = []
    origins: list[Origin] = []
    sums: list[PrintedSum] = []
    rows = 0
    for part in parts:
        frames.append(part.frame.astype(object).assign(table=part.frame["table"] + len(origins)))
        origins.extend(part.origins)
        sums.extend(
            attrs.evolve(one, parts=tuple(at + rows for at in one.parts)) for one in part.sums
        )
        rows += len(part.frame)
    whole = pd.concat(frames, ignore_index=True).astype(_WHOLE)
    return Figures(whole, tuple(origins), tuple(sums))


def figures_of(
    frame: pd.DataFrame,
    layout: Layout,
    *,
    source: str,
    place: Place,
    period: object = None,
    scale: int = 1,
) -> Figures:
    """Return the figures of a table whose columns have text headings, each once.

    `period` is what the whole table is about, where neither a column nor a heading has a date;
    `scale` what one of its bare numbers stands for, where no heading says.
    """
    _check(frame, layout, source, dated=period is not None)
    long = pd.concat(
        [_of_column(frame, layout, column, period, scale) for column in layout.figures],
        ignore_index=True,
    )
    fixed = {role: layout.roles[role] for role in _FIXED if role in layout.roles}
    sums = tuple(
        PrintedSum(
            place(row, total.heading),
            cell,
            tuple(row + len(frame) * nth for nth in range(len(layout.figures))),
        )
        for total in layout.totals
        for row, cell in enumerate(frame[total.heading])
    )
    return Figures(long, (Origin(place, fixed),), sums)


def _of_column(
    frame: pd.DataFrame, layout: Layout, column: FigureColumn, period: object, scale: int
) -> pd.DataFrame:
    parts: dict[str, object] = {
        role: frame[layout.roles[role]] if role in layout.roles else None for role in _FIXED
    }
    parts["persons"] = frame[column.heading]
    if column.unit:
        parts["unit"] = column.unit
    if "date" not in layout.roles:
        parts["date"] = [column.moment or period] * len(frame)
    elif _MONTH.fullmatch(plain(layout.roles["date"]).casefold()):
        parts["date"] = frame[layout.roles["date"]].map(_month)
    if "channel" not in layout.roles:
        parts["channel"] = column.channel or "all"
    parts["scale"] = _scale(column.heading, scale)
    for role in _COUNTED:
        parts[f"{role}_scale"] = _scale(layout.roles.get(role, ""), scale)
    parts["table"] = 0
    parts["row"] = np.arange(len(frame))
    parts["heading"] = column.heading
    return pd.DataFrame(parts, index=frame.index)


def _scale(heading: str, of_table: int) -> int:
    said = scale_of(heading)
    return said if said > 1 else of_table


def _month(cell: object) -> object:
    """Return the month that a bare number is in a column of months: 7 is 7月."""
    number = plain(str(cell)).removesuffix(".0")
    is_month = number.isascii() and number.isdecimal() and 1 <= int(number[:3]) <= _LAST_MONTH
    return f"{number}月" if is_month else cell


def _check(frame: pd.DataFrame, layout: Layout, source: str, *, dated: bool) -> None:
    there = {
        "unit": "unit" in layout.roles or any(column.unit for column in layout.figures),
        "date": dated or "date" in layout.roles or any(column.moment for column in layout.figures),
        "persons": bool(layout.figures),
    }
    absent = [part for part, is_there in there.items() if not is_there]
    if absent:
        ways = ", ".join(f"{part}='<heading>'" for part in absent)
        more = ", or period='2008-07' for a table of one period" if "date" in absent else ""
        headings = ", ".join(map(str, frame.columns)) or "none"
        found = f"no column for {' and '.join(absent)}; the columns are {headings}"
        if "persons" in absent and "other" in layout.roles:
            more += f", or ask for the other kind of figures, those of {layout.roles['other']!r}"
        raise ReportError(Problem(source, found, f"name the column: {ways}{more}"))


def chosen_rows(frame: pd.DataFrame, only: Mapping[str, str], source: str) -> list[int]:
    """Return the positions of the rows whose cells hold the texts of `only`, by heading.

    Spaces and the width of characters do not matter; a heading that is not there is an error.
    """
    kept = np.ones(len(frame), dtype=bool)
    for heading, text in only.items():
        named = next((one for one in frame.columns if plain(one) == plain(heading)), None)
        if named is None:
            fix = f"name one of the columns that are there: {', '.join(frame.columns)}"
            raise ReportError(Problem(source, f"no column {heading!r} for only=", fix))
        kept &= np.array([plain(str(cell)) == plain(text) for cell in frame[named]], dtype=bool)
    return np.flatnonzero(kept).tolist()


def headings_of(columns: pd.Index) -> list[str]:
    """Return the headings of a frame as text; a `ReportError` where one stands twice."""
    headings = [
        " ".join(map(str, column)) if isinstance(column, tuple) else str(column)
        for column in columns
    ]
    repeated = sorted({heading for heading in headings if headings.count(heading) > 1})
    if repeated:
        found = f"several columns are headed {', '.join(repeated)}"
        raise ReportError(Problem("reports", found, "give each column a heading of its own"))
    return headings

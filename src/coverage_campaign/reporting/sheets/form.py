"""The form that goes out to units, when it comes back: found by its key, read whatever was done.

`cc.report_form` writes the form. A hidden row marks its columns and says the campaign and the
period; a hidden column holds the code of each row's unit. Both move along where rows are sorted,
inserted or merged and where another program saves the file.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias, get_args

import attrs
import pandas as pd

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.messages import Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import PERIOD_WORDS, Period
from coverage_campaign.reporting.problems import ReportProblem
from coverage_campaign.reporting.sheets.column_roles import (
    ColumnRole,
    FigureColumn,
    Layout,
    is_total,
)
from coverage_campaign.reporting.sheets.dates import Written, of_day
from coverage_campaign.reporting.sheets.long_table import (
    Figures,
    figures_of,
    joined,
    refuse_other_times,
)
from coverage_campaign.reporting.sheets.names import Names, unit_names
from coverage_campaign.reporting.sheets.numbers import code_text
from coverage_campaign.workbooks.grid import Cell, Grid, column_letters

__all__ = ["COLUMNS", "FormKey", "FormPart", "figures_of_forms", "key_of"]

FormPart: TypeAlias = Literal[
    "key", "unit", "name", "target", "planned", "before", "persons", "reason", "remark"
]
"""A column of the form: what a unit fills in are persons (its total so far), reason and remark."""

COLUMNS: Final[Mapping[FormPart, Message]] = {
    "key": message("Key"),
    "unit": message("Code"),
    "name": message("Unit"),
    "target": message("Target"),
    "planned": message("Planned to the end of the period"),
    "before": message("Total to the end of the period before"),
    "persons": message("Total to the end of the period (fill in)"),
    "reason": message("Reason, if the total is lower than before"),
    "remark": message("Remarks"),
}
"""The columns of a form in their order, each with its heading."""

_FORM: Final = "coverage_campaign report form"
_VERSION: Final = 1
_HIGHEST_KEY: Final = 60
_WHY: Final[Mapping[FormPart, tuple[str, Message]]] = {
    "key": ("unit", message("the unit's code, hidden in the form")),
    "unit": ("unit", message("the unit's code in the form")),
    "name": ("unit", message("the unit's name in the form")),
    "target": ("target", message("the target as it was sent out")),
    "planned": ("plan", message("the plan as it was sent out")),
    "before": ("check", message("the total before, as it was sent out or filled in")),
    "persons": ("counted", message("the total so far that the unit filled in")),
    "reason": ("note", message("why a total is lower than the one before")),
    "remark": ("note", message("a remark")),
}


@attrs.frozen(kw_only=True)
class FormKey:
    """What the hidden row of a form says: whose it is, and about which period."""

    campaign: str
    year: int
    by: Period
    last: dt.date

    def text(self) -> str:
        """Return the text of the hidden cell."""
        parts = (_FORM, _VERSION, self.campaign, self.year, self.by, self.last.isoformat())
        return json.dumps(parts, ensure_ascii=False)


def key_of(grid: Grid) -> tuple[FormKey, int, int] | None:
    """Return the key of a form with its row and column, or None where a grid is no form."""
    for at, row in enumerate(grid.cells[:_HIGHEST_KEY]):
        for column, cell in enumerate(row):
            if isinstance(cell, str) and cell.startswith(f'["{_FORM}"'):
                return _key(cell, grid.place(at, column)), at, column
    return None


def _key(text: str, place: str | Message) -> FormKey:
    try:
        _, version, campaign, year, by, last = json.loads(text)
        key = FormKey(campaign=campaign, year=year, by=by, last=dt.date.fromisoformat(last))
    except (TypeError, ValueError):
        key, version = None, 0
    if key is None or version != _VERSION or key.by not in get_args(Period):
        found = "the key of a form that this version does not know"
        raise ReportError(Problem(place, found, "send the form out anew"))
    return key


def figures_of_forms(
    grids: Sequence[Grid], campaign: Campaign, *, about: Written | None = None
) -> tuple[Figures, Period] | None:
    """Return the figures of a file of forms and their period, or None where it has no form.

    Each sheet gives the totals to the end of its period, and to the end of the one before where no
    other sheet is about that. A form says its own period: one that ends outside the time `about` is
    an error. A sheet in which nobody has written yet is said as one problem.
    """
    forms = [(grid, *found) for grid in grids if (found := key_of(grid)) is not None]
    if not forms:
        return None
    period = forms[0][1].by
    periods, names = campaign.periods(period), unit_names(campaign)
    for grid, key, _, _ in forms:
        if (key.campaign, key.year, key.by) != (campaign.code, campaign.year, period):
            other = message(
                "a form of the campaign {campaign!r} in {year:raw}, by {by}",
                campaign=key.campaign,
                year=key.year,
                by=PERIOD_WORDS[key.by],
            )
            fix = message(
                "read it with that campaign; this is {code!r} in {year:raw}",
                code=campaign.code,
                year=campaign.year,
            )
            raise ReportError(Problem(grid.name, other, fix))
        refuse_other_times([of_day(key.last)], about, campaign.whole_window, grid.name)
    numbers = {int(periods.number([key.last])[0]) for _, key, _, _ in forms}
    tables: list[Figures] = []
    problems: list[ReportProblem] = []
    for grid, key, row, column in forms:
        form = _Form(grid, row, column, names)
        number = int(periods.number([key.last])[0])
        if form.is_blank:
            blank = message("no cell of the form is filled in yet")
            ask = message("a missing report is not 0: ask for the figures")
            problems.append(ReportProblem("no_figure", grid.name, blank, ask, counted=True))
            continue
        tables.append(form.figures("persons", key.last, campaign))
        first = int(periods.number([campaign.whole_window.first])[0])
        if number - 1 not in numbers and number > first and form.fills("before"):
            last = periods.last([number - 1]).tolist()[0]
            tables.append(form.figures("before", last, campaign))
    if not tables:
        raise ReportError(
            [Problem(one.where, message("nothing is filled in"), one.fix) for one in problems]
        )
    whole = joined(tables)
    return attrs.evolve(whole, problems=(*whole.problems, *problems)), period


class _Form:
    """One sheet of a form: its columns by part, its rows, and the unit of each row."""

    def __init__(self, grid: Grid, row: int, column: int, names: Names) -> None:
        self._grid, self._names = grid, names
        marks = grid.cells[row]
        self._at: dict[FormPart, int] = {"key": column}
        for part in COLUMNS:
            if part in marks and part != "key":
                self._at[part] = marks.index(part)
        if "persons" not in self._at:
            found = "the column of the totals is gone from the form"
            raise ReportError(Problem(grid.name, found, "send the form out anew"))
        below = range(row + 1, len(grid.cells))
        self._head = next((at for at in below if grid.cells[at][column] == "key"), None)
        self._rows = [at for at in below if self._reports(at)]

    def _cell(self, row: int, part: FormPart) -> Cell:
        return self._grid.cells[row][self._at[part]] if part in self._at else None

    def _reports(self, row: int) -> bool:
        """Tell whether a row is one of a unit, or has a figure of one."""
        if self._cell(row, "key") == "key":
            return False
        return self._cell(row, "persons") is not None or bool(self._votes(row))

    def _votes(self, row: int) -> Counter[str]:
        """Return the units that a row's key, code and name mean, each with its votes."""
        parts: tuple[FormPart, ...] = ("key", "unit", "name")
        meant = [self._names.meant(code_text(self._cell(row, part) or "")) for part in parts]
        return Counter(code for one in meant if len(one) == 1 for code in one)

    def _unit(self, row: int) -> str | None:
        """Return the code of a row's unit; where its cells differ, that which two of them mean."""
        votes = self._votes(row).most_common(2)
        if votes and (len(votes) == 1 or votes[0][1] > votes[1][1]):
            return votes[0][0]
        texts = [code_text(self._cell(row, part) or "") for part in ("unit", "name")]
        return next((text for text in texts if is_total(text)), " / ".join(filter(None, texts)))

    @property
    def is_blank(self) -> bool:
        """Whether no total is filled in."""
        return not self.fills("persons")

    def fills(self, part: FormPart) -> bool:
        """Tell whether a column has a figure."""
        return any(self._cell(row, part) is not None for row in self._rows)

    def figures(
        self, part: Literal["persons", "before"], last: dt.date, campaign: Campaign
    ) -> Figures:
        """Return the totals of a column, given for the time to the end of a day."""
        rows = [
            at
            for at in self._rows
            if part == "persons" or isinstance(self._cell(at, part), int | float)
        ]
        heads = {one: self._heading(one) for one in self._at}
        frame = pd.DataFrame(
            {
                "unit": pd.Series([self._unit(at) for at in rows], dtype=object),
                "persons": pd.Series([self._cell(at, part) for at in rows], dtype=object),
                "reason": pd.Series([self._cell(at, "reason") for at in rows], dtype=object),
            }
        )
        places = {"unit": self._at.get("unit", self._at["key"]), "persons": self._at[part]}
        layout = Layout(
            {"unit": "unit"},
            (FigureColumn(("persons",), beside={"reason": "reason"}, goes_on=True),),
            columns=self._roles(heads) if part == "persons" else (),
            own=True,
        )
        return figures_of(
            frame,
            layout,
            campaign.whole_window,
            source=self._grid.name,
            place=lambda row, heading: self._grid.place(
                rows[row], places.get(heading, places["persons"])
            ),
            period=attrs.evolve(of_day(last), unit="until"),
        )

    def _heading(self, part: FormPart) -> str:
        head = None if self._head is None else self._cell(self._head, part)
        return COLUMNS[part].text("en") if head is None else str(head)

    def _roles(self, headings: Mapping[FormPart, str]) -> tuple[ColumnRole, ...]:
        sheet = self._grid.sheet
        return tuple(
            ColumnRole(sheet, column_letters(at), headings[part], *_WHY[part])
            for part, at in sorted(self._at.items(), key=lambda one: one[1])
        )

"""Which columns of a table hold its units, dates, figures and checks."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.reporting.sheets.column_roles import FigureKind, Role, is_total, role_of
from coverage_campaign.reporting.sheets.dates import Moment, find_moment, read_moment
from coverage_campaign.reporting.sheets.names import Names, channel_names, unit_names
from coverage_campaign.reporting.sheets.numbers import plain

__all__ = ["Columns", "FigureColumn", "Heading", "Layout", "layout_of"]


@attrs.frozen(kw_only=True)
class Columns:
    """Which column plays which part, where the caller says so; '' = by its heading."""

    unit: str = ""
    date: str = ""
    persons: str = ""
    channel: str = ""
    target: str = ""
    rate: str = ""

    def named(self) -> dict[Role, str]:
        """Return the headings that the caller named, by part."""
        pairs: tuple[tuple[Role, str], ...] = (
            ("unit", self.unit),
            ("date", self.date),
            ("persons", self.persons),
            ("channel", self.channel),
            ("target", self.target),
            ("rate", self.rate),
        )
        return {role: heading for role, heading in pairs if heading}


@attrs.frozen
class Heading:
    """A column's heading: the text that names it, and its levels from the top down."""

    text: str
    levels: tuple[str, ...]


@attrs.frozen
class FigureColumn:
    """A column of figures, and what its heading says of them beside."""

    heading: str
    moment: Moment | None = None
    channel: str = ""
    unit: str = ""
    total: bool = False


@attrs.frozen
class Layout:
    """The columns of a table: `roles` by heading, and the columns of figures.

    `totals` are columns that print the sum of the figure columns of their row.
    """

    roles: dict[Role, str]
    figures: tuple[FigureColumn, ...]
    totals: tuple[FigureColumn, ...] = ()


def layout_of(
    headings: Sequence[Heading],
    campaign: Campaign,
    *,
    kind: FigureKind,
    columns: Columns,
    source: str,
) -> Layout:
    """Return the layout that headings tell; a column that the caller names needs no telling.

    A `ReportError` says which named column is not there, and which ones are.
    """
    known = [heading.text for heading in headings]
    roles = {role: _spelt_as(text, known) for role, text in columns.named().items()}
    missing = [text for text in roles.values() if text not in known]
    if missing:
        raise ReportError(
            Problem(
                source,
                f"no column {', '.join(map(repr, missing))}",
                f"name one of the columns that are there: {', '.join(known) or 'none'}",
            )
        )
    channels = channel_names(campaign)
    figures: list[FigureColumn] = []
    others: list[Heading] = []
    for heading in headings:
        if heading.text in roles.values():
            continue
        role = _role(heading, kind, channels)
        figure = _figure_column(heading, role, campaign, channels)
        if figure and not columns.persons:
            figures.append(figure)
        elif role and role != "persons":
            roles.setdefault(role, heading.text)
        else:
            others.append(heading)
    if columns.persons:
        figures = [FigureColumn(roles["persons"])]
    elif not figures and "date" in roles and "unit" not in roles:
        figures = _by_unit(others, campaign)
    return _chosen(roles, figures)


def _spelt_as(text: str, known: Sequence[str]) -> str:
    """Return the heading that is meant: the text itself, or the one that differs by spaces only."""
    if text in known:
        return text
    return next((heading for heading in known if plain(heading) == plain(text)), text)


def _role(heading: Heading, kind: FigureKind, channels: Names) -> Role | None:
    """Return what the lowest level says that says anything; a channel or a total says nothing."""
    for level in reversed(heading.levels):
        if not is_total(level) and not channels.meant(level):
            role = role_of(level, kind)
            if role:
                return role
    return None


def _figure_column(
    heading: Heading, role: Role | None, campaign: Campaign, channels: Names
) -> FigureColumn | None:
    window = campaign.whole_window
    meant = channels.meant(heading.levels[-1]) - {"all"}
    channel = next(iter(meant)) if len(meant) == 1 else ""
    whole = (read_moment(level, window) for level in heading.levels)
    moment = next((found for found in whole if found), None)
    if role == "persons":
        inside = (find_moment(level, window) for level in heading.levels)
        moment = moment or next((found for found in inside if found), None)
        total = is_total(heading.levels[-1])
        return FigureColumn(heading.text, moment, channel, total=total)
    if role is None and (moment or channel):
        return FigureColumn(heading.text, moment, channel)
    return None


def _by_unit(headings: Sequence[Heading], campaign: Campaign) -> list[FigureColumn]:
    """Return a column of figures per unit; a column that names no unit is one of an unknown."""
    names = unit_names(campaign)
    if not any(len(names.meant(heading.text)) == 1 for heading in headings):
        return []
    return [
        FigureColumn(heading.text, unit=heading.text, total=is_total(heading.text))
        for heading in headings
    ]


def _chosen(roles: dict[Role, str], columns: Sequence[FigureColumn]) -> Layout:
    """Return the layout with the columns that count: parts before their total, once each."""
    parts = [column for column in columns if not column.total]
    totals = tuple(column for column in columns if column.total) if parts else ()
    figures = parts or list(columns)
    plain = [column for column in figures if not (column.moment or column.channel or column.unit)]
    if plain:
        figures = plain[:1]
    elif "date" in roles and len({column.moment for column in figures}) > 1:
        roles = {role: text for role, text in roles.items() if role != "date"}
    once = {(column.moment, column.channel, column.unit): column for column in reversed(figures)}
    chosen = tuple(column for column in figures if once[_key(column)] is column)
    if chosen and not chosen[0].unit:
        roles = {**roles, "persons": chosen[0].heading}
    return Layout(roles, chosen, totals if len(chosen) > 1 else ())


def _key(column: FigureColumn) -> tuple[Moment | None, str, str]:
    return column.moment, column.channel, column.unit

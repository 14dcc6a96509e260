"""A table of reports: which column plays which part, one row per figure, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs
import pandas as pd

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.reporting.headings import FigureKind, Role, role_of, scale_of
from coverage_campaign.reporting.names import unit_names
from coverage_campaign.reporting.periods import read_moment

__all__ = ["Columns", "Figures", "Origin", "Place", "figures_of_frame", "joined"]

Place = Callable[[int, str], str]
"""Gives the place of a cell, as text, from the row's position and the column's heading."""

_PARTS: tuple[Role, ...] = ("unit", "date", "persons", "other", "channel", "target", "rate")


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


@attrs.frozen(eq=False)
class Origin:
    """Where a table comes from: gives the place of a row's cell that plays a part."""

    place: Place
    headings: Mapping[Role, str]

    def cell(self, row: int, heading: str, role: Role) -> str:
        """Return the place of a part; what is spread over columns stands under `heading`."""
        return self.place(row, self.headings.get(role, heading))


@attrs.frozen(eq=False)
class Figures:
    """Figures as they stand in a source, one row each; nothing is read or judged yet.

    `frame` has unit, date, persons, other (the figure of the other kind, where it stands beside),
    channel, target and rate as printed; `scale` (what one of a bare number stands for), `table`
    (position in `origins`), `row` (position in the table) and `heading` (of the figure).
    """

    frame: pd.DataFrame
    origins: tuple[Origin, ...]
    assumptions: tuple[str, ...] = ()


def joined(parts: Sequence[Figures]) -> Figures:
    """Return the figures of several tables as one."""
    if len(parts) == 1:
        return parts[0]
    frames: list[pd.DataFrame] = []
    origins: list[Origin] = []
    for part in parts:
        frames.append(part.frame.astype(object).assign(table=part.frame["table"] + len(origins)))
        origins.extend(part.origins)
    whole = pd.concat(frames, ignore_index=True)
    whole = whole.astype({"table": "int64", "row": "int64", "scale": "int64"})
    assumptions = dict.fromkeys(text for part in parts for text in part.assumptions)
    return Figures(whole, tuple(origins), tuple(assumptions))


def figures_of_frame(
    frame: pd.DataFrame,
    campaign: Campaign,
    *,
    kind: FigureKind,
    columns: Columns,
    source: str,
    place: Place,
    period: object = None,
) -> Figures:
    """Return the figures of a long or wide table.

    Long: a column for the unit, one for the date, one for the persons. Wide: one row per unit and
    one column per period, or one row per date and one column per unit. `period` is what the whole
    table is about, where it has no dates. A `ReportError` names what is missing and what was there.
    """
    headings = [str(column) for column in frame.columns]
    repeated = sorted({heading for heading in headings if headings.count(heading) > 1})
    if repeated:
        raise ReportError(
            Problem(source, f"several columns are headed {', '.join(repeated)}", "head each once")
        )
    frame = frame.set_axis(pd.Index(headings), axis="columns").reset_index(drop=True)
    roles = _roles(headings, kind, columns, source)
    if "persons" not in roles:
        wide = _wide(frame, roles, campaign)
        if wide:
            return _figures(*wide, source=source, place=place, period=period, known=headings)
    long = frame.copy(deep=False)
    long[_ROW] = range(len(frame))
    long[_HEADING] = roles.get("persons", "")
    fixed = dict(roles)
    return _figures(long, roles, fixed, source=source, place=place, period=period, known=headings)


_ROW, _HEADING = "\x00row", "\x00heading"  # no sheet has such headings


def _roles(
    headings: Iterable[str], kind: FigureKind, columns: Columns, source: str
) -> dict[Role, str]:
    """Return the heading of each part: the caller's, else the first that says what it is."""
    known = list(headings)
    roles = columns.named()
    missing = [heading for heading in roles.values() if heading not in known]
    if missing:
        raise ReportError(
            Problem(
                source,
                f"no column {', '.join(map(repr, missing))}",
                f"name one of the columns that are there: {', '.join(known) or 'none'}",
            )
        )
    said = set(roles.values())
    for heading in known:
        role = role_of(heading, kind)
        if role and role not in roles and heading not in said:
            roles[role] = heading
    return roles


def _wide(
    frame: pd.DataFrame, roles: Mapping[Role, str], campaign: Campaign
) -> tuple[pd.DataFrame, dict[Role, str], dict[Role, str]] | None:
    """Return a wide table as a long one with its parts, or None where it is no wide table."""
    others = [heading for heading in frame.columns if heading not in roles.values()]
    window = campaign.whole_window
    if "unit" in roles and "date" not in roles:
        periods = [heading for heading in others if read_moment(heading, window)]
        return _melted(frame, "unit", roles["unit"], periods, "date") if periods else None
    if "date" in roles and "unit" not in roles:
        names = unit_names(campaign)
        if any(len(names.meant(heading)) == 1 for heading in others):
            return _melted(frame, "date", roles["date"], others, "unit")
    return None


def _melted(
    frame: pd.DataFrame, key: Role, heading: str, spread: Sequence[str], over: Role
) -> tuple[pd.DataFrame, dict[Role, str], dict[Role, str]]:
    rows = len(frame)
    long = pd.DataFrame(
        {
            key: pd.concat([frame[heading]] * len(spread), ignore_index=True),
            "persons": pd.concat([frame[column] for column in spread], ignore_index=True),
            _HEADING: [column for column in spread for _ in range(rows)],
            _ROW: list(range(rows)) * len(spread),
        }
    )
    return long, {key: key, over: _HEADING, "persons": "persons"}, {key: heading}


def _figures(
    long: pd.DataFrame,
    roles: Mapping[Role, str],
    fixed: Mapping[Role, str],
    *,
    source: str,
    place: Place,
    period: object,
    known: Sequence[str],
) -> Figures:
    dated = "date" in roles or period is not None
    absent = [
        r for r in ("unit", "date", "persons") if r not in roles and not (r == "date" and dated)
    ]
    if absent:
        ways = ", ".join(f"{role}='<heading>'" for role in absent)
        more = ", or period= for a table of one period" if "date" in absent else ""
        found = f"no column for {' and '.join(absent)}; there are {', '.join(known) or 'none'}"
        raise ReportError(Problem(source, found, f"name the column: {ways}{more}"))
    parts: dict[str, object] = {
        role: long[roles[role]] if role in roles else None for role in _PARTS
    }
    parts["channel"] = long[roles["channel"]] if "channel" in roles else "all"
    parts["date"] = long[roles["date"]] if "date" in roles else period
    parts["scale"] = long[_HEADING].map(scale_of).astype("int64")
    parts["table"] = 0
    parts["row"] = long[_ROW]
    parts["heading"] = long[_HEADING]
    return Figures(pd.DataFrame(parts, index=long.index), (Origin(place, fixed),))

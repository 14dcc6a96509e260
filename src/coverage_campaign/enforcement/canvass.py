"""The sweep: every employer in scope, drive by drive, so that nobody is passed over."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, to_date

__all__ = ["Outcome", "canvass"]

Outcome: TypeAlias = Literal["insured", "uninsured", "enrolled", "case_opened"]
"""What a visit found: all insured; somebody uninsured and nothing yet, enrolment, or a case."""

_COUNTS = [
    "in_scope",
    "visited",
    "visited_late",
    "not_visited",
    "insured",
    "uninsured",
    "enrolled",
    "case_opened",
]


def canvass(register: pd.DataFrame, campaign: Campaign, *, as_of: DateLike) -> pd.DataFrame:
    """Return how far the sweep is: one row per drive and unit that has employers in scope.

    Args:
        register: One row per employer or visit: employer, unit, group, visited_on (<NA> = not
            yet), outcome ('insured', 'uninsured', 'enrolled' or 'case_opened'; <NA> without a
            visit). Of several visits to an employer the last one to `as_of` holds.
        campaign: Its phases with groups are the drives; an employer is in scope of each drive that
            works on its group.
        as_of: The last day counted.

    Columns out: drive, unit, in_scope, visited (to as_of), visited_late (of these, after the
    drive's last day), not_visited, insured, uninsured (found uninsured, whatever followed),
    enrolled, case_opened (of these). Employers whose group is in no drive stand in rows with drive
    <NA>: they are in nobody's scope, and not lost. All counts are Int64 employers, and
    visited + not_visited = in_scope.

    Raises:
        DefinitionError: A column is missing, or a row has no employer, a unit that the campaign
            does not have, an outcome that is none, or an outcome without a visit; all at once.
    """
    day = np.datetime64(to_date(as_of, where="as_of"), "s")
    rows = _read(register, campaign)
    seen = rows[rows["visited_on"].isna() | (rows["visited_on"] <= day)]
    # An employer whose only visits lie after as_of is in scope and not visited yet.
    later = rows[~rows["employer"].isin(seen["employer"])].assign(
        visited_on=np.datetime64("NaT", "s"), outcome=None
    )
    last = (
        pd.concat([seen, later])
        .sort_values("visited_on", kind="stable", na_position="first")
        .drop_duplicates("employer", keep="last")
    )
    drives = [phase for phase in campaign.phases if phase.groups]
    scope = pd.DataFrame(
        [
            (phase.code, group, campaign.window(phase.code).last)
            for phase in drives
            for group in phase.groups
        ],
        columns=["drive", "group", "last_day"],
    ).astype({"drive": "str", "group": "str", "last_day": "datetime64[s]"})
    whole = last.merge(scope, how="left", on="group")
    return _counted(whole, [phase.code for phase in drives], campaign)


def _read(register: pd.DataFrame, campaign: Campaign) -> pd.DataFrame:
    names = ["employer", "unit", "group", "visited_on", "outcome"]
    missing = [name for name in names if name not in register.columns]
    if missing:
        found, way_out = f"no column {', '.join(missing)}", f"give {', '.join(names)}"
        raise DefinitionError(Problem("register", found, way_out))
    rows = register[names].astype(
        {"employer": "str", "unit": "str", "group": "str", "outcome": "str"}
    )
    rows["visited_on"] = pd.to_datetime(rows["visited_on"]).astype("datetime64[s]")
    rows = rows.reset_index(drop=True)
    outcomes = get_args(Outcome)
    units = {unit.code for unit in campaign.units}
    groups = {group.code for group in campaign.groups}
    checks = (
        ("employer", rows["employer"].isna(), "name every employer"),
        ("unit", ~rows["unit"].isin(units), "give the code of a unit of the campaign"),
        ("group", ~rows["group"].isin(groups) & rows["group"].notna(), "give a group's code"),
        (
            "outcome",
            ~rows["outcome"].isin(outcomes) & rows["outcome"].notna(),
            f"outcomes: {', '.join(outcomes)}",
        ),
        ("visited_on", rows["visited_on"].isna() & rows["outcome"].notna(), "give its day"),
        ("outcome", rows["visited_on"].notna() & rows["outcome"].isna(), "say what was found"),
    )
    problems = [
        Problem(f"register[{row}].{name}", f"{rows[name].iloc[row]}", way_out)
        for name, bad, way_out in checks
        for row in np.flatnonzero(bad.to_numpy())[:5].tolist()
    ]
    if problems:
        raise DefinitionError(problems, source="register")
    return rows


def _counted(whole: pd.DataFrame, drives: list[str], campaign: Campaign) -> pd.DataFrame:
    visited = whole["visited_on"].notna()
    outcome = whole["outcome"].fillna("")
    found = outcome.isin(["uninsured", "enrolled", "case_opened"])
    flags = pd.DataFrame(
        {
            "in_scope": True,
            "visited": visited,
            "visited_late": visited & (whole["visited_on"] > whole["last_day"]),
            "not_visited": ~visited,
            "insured": outcome == "insured",
            "uninsured": found,
            "enrolled": outcome == "enrolled",
            "case_opened": outcome == "case_opened",
        },
        index=whole.index,
    )
    counts = (
        flags.astype("int64")
        .groupby([whole["drive"], whole["unit"]], dropna=False, sort=False)
        .sum()
        .reset_index()
    )
    place = {code: number for number, code in enumerate(drives)}
    units = {unit.code: number for number, unit in enumerate(campaign.units)}
    order = counts.assign(
        drive_place=counts["drive"].map(place), unit_place=counts["unit"].map(units)
    ).sort_values(["drive_place", "unit_place"], na_position="last", kind="stable")
    return (
        order[["drive", "unit", *_COUNTS]]
        .astype(dict.fromkeys(_COUNTS, "Int64"))
        .reset_index(drop=True)
    )

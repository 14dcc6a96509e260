"""How inspections and cases run: employers visited, steps reached, ages, what they lead to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Literal, TypeAlias, get_args

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.checks import checked_call
from coverage_campaign.enforcement.case_log import REACHED, STANDS_ON
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import need_columns
from coverage_campaign.messages import message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, to_date

__all__ = [
    "Outcome",
    "ageing",
    "conversion",
    "enrolments_by_case",
    "funnel",
    "inspection_coverage",
]

Outcome: TypeAlias = Literal["insured", "uninsured", "enrolled", "case_opened"]
"""What a visit found: all insured; somebody uninsured and nothing yet, enrolment, or a case."""

_Ints = NDArray[np.int64]
_SHOWN = 5


@checked_call
def inspection_coverage(
    register: pd.DataFrame, campaign: Campaign, *, as_of: DateLike
) -> pd.DataFrame:
    """Return how far the sweep is: one row per drive and unit that has employers in scope.

    Args:
        register: One row per employer or visit: employer, unit, group, visited_on (<NA> = not
            yet), outcome ('insured', 'uninsured', 'enrolled' or 'case_opened'; <NA> without a
            visit). Of several visits to an employer the last one to `as_of` holds. Without the
            column employer each row is one.
        campaign: Its phases with groups are the drives; an employer is in scope of each drive that
            works on its group.
        as_of: The last day counted.

    Columns out: drive, unit, name, in_scope, visited (to as_of), visited_late (of these, after the
    drive's last day), not_visited, insured, uninsured (found uninsured, whatever followed),
    enrolled, case_opened (of these). Employers whose group is in no drive stand in rows with drive
    <NA>: they are in nobody's scope, and not lost. All counts are Int64 employers, and
    visited + not_visited = in_scope.

    Raises:
        DefinitionError: A column is missing, or a row has no employer, a unit that the campaign
            does not have, an outcome that is none, or an outcome without a visit; all at once.
    """
    day = np.datetime64(to_date(as_of, where="as_of"), "s")
    rows = _last_visits(_read(register, campaign), day)
    drives = [phase for phase in campaign.phases if phase.groups]
    works_on = np.zeros((len(drives) + 1, len(campaign.groups) + 1), dtype=bool)
    place = {group.code: number for number, group in enumerate(campaign.groups)}
    for number, phase in enumerate(drives):
        works_on[number, [place[code] for code in phase.groups]] = True
    # The last row of the table is for the groups of no drive, its last column for no group.
    works_on[-1] = ~works_on.any(axis=0)
    ends = [
        *(np.datetime64(campaign.window(phase.code).last, "s") for phase in drives),
        np.datetime64("NaT", "s"),
    ]
    counts = [
        _counts(rows, works_on[number], end, units=len(campaign.units))
        for number, end in enumerate(ends)
    ]
    return _frame(counts, [*(phase.code for phase in drives), None], campaign)


@attrs.frozen(eq=False, kw_only=True)
class _Rows:
    """A register as numbers: the places of unit, group and outcome in their lists (-1 = none)."""

    employer: _Ints
    unit: _Ints
    group: _Ints
    outcome: _Ints
    visited_on: NDArray[np.datetime64]


def _read(register: pd.DataFrame, campaign: Campaign) -> _Rows:
    names = ["unit", "group", "visited_on", "outcome"]
    need_columns(register, names, where="register")
    outcomes = get_args(Outcome)
    employer = np.arange(len(register), dtype=np.int64)
    if "employer" in register.columns:
        employer = pd.factorize(register["employer"])[0].astype(np.int64)
    unit, _ = _places(register["unit"], [one.code for one in campaign.units])
    group, no_group = _places(register["group"], [one.code for one in campaign.groups])
    outcome, no_outcome = _places(register["outcome"], outcomes)
    visited_on = pd.to_datetime(register["visited_on"], errors="coerce").to_numpy("datetime64[s]")
    no_day = np.isnat(visited_on)
    checks = (
        ("employer", employer < 0, "name every employer"),
        ("unit", unit < 0, "give the code of a unit of the campaign"),
        ("group", no_group, "give a group's code, or none"),
        ("visited_on", no_day & register["visited_on"].notna().to_numpy(), "give a date"),
        ("outcome", no_outcome, f"outcomes: {', '.join(outcomes)}"),
        ("visited_on", no_day & (outcome >= 0), "give the day of the visit"),
        ("outcome", ~no_day & (outcome < 0) & ~no_outcome, "say what was found"),
    )
    problems = [
        Problem(f"register[{row}].{name}", f"{register[name].iloc[row]}", fix)
        for name, bad, fix in checks
        for row in np.flatnonzero(bad)[:_SHOWN].tolist()
    ]
    if problems:
        raise DefinitionError(problems, source="register")
    return _Rows(employer=employer, unit=unit, group=group, outcome=outcome, visited_on=visited_on)


def _places(column: pd.Series[str], known: Sequence[str]) -> tuple[_Ints, NDArray[np.bool_]]:
    """Return where each text stands in a list (-1 = nowhere), and which are there but unknown."""
    codes, names = pd.factorize(column)
    place = {code: number for number, code in enumerate(known)}
    where = np.array([*(place.get(str(name), -1) for name in names), -1], dtype=np.int64)
    found: _Ints = where[codes]
    return found, (codes >= 0) & (found < 0)


def _last_visits(rows: _Rows, day: np.datetime64) -> _Rows:
    """Return one row per employer: the last visit to a day, or none where there was none yet."""
    later = rows.visited_on > day
    visited_on = np.where(later, np.datetime64("NaT", "s"), rows.visited_on)
    outcome = np.where(later, -1, rows.outcome)
    # No visit sorts before every visit: NaT is the least integer.
    order = np.lexsort((visited_on.astype(np.int64), rows.employer))
    ends = np.r_[rows.employer[order][1:] != rows.employer[order][:-1], True][: len(order)]
    last = order[ends]
    return _Rows(
        employer=rows.employer[last],
        unit=rows.unit[last],
        group=rows.group[last],
        outcome=outcome[last],
        visited_on=visited_on[last],
    )


def _counts(
    rows: _Rows, works_on: NDArray[np.bool_], end: np.datetime64, *, units: int
) -> pd.DataFrame:
    """Return the counts of one drive, one row a unit of the campaign."""
    here = works_on[rows.group]
    outcome = rows.outcome[here]
    late = rows.visited_on[here] > end
    kinds = len(get_args(Outcome)) + 1
    cells = (rows.unit[here] * kinds + outcome + 1) * 2 + late
    table = np.bincount(cells, minlength=units * kinds * 2).reshape(units, kinds, 2)
    none, insured, uninsured, enrolled, opened = table.sum(axis=2).T
    visited = insured + uninsured + enrolled + opened
    columns = {
        "in_scope": visited + none,
        "visited": visited,
        "visited_late": table[:, 1:, 1].sum(axis=1),
        "not_visited": none,
        "insured": insured,
        "uninsured": uninsured + enrolled + opened,
        "enrolled": enrolled,
        "case_opened": opened,
    }
    return pd.DataFrame(columns)


def _frame(
    counts: Sequence[pd.DataFrame], drives: Sequence[str | None], campaign: Campaign
) -> pd.DataFrame:
    units = pd.array([unit.code for unit in campaign.units], dtype="str")
    names = pd.array([unit.label.text("en") for unit in campaign.units], dtype="str")
    parts = [
        part.astype("Int64").assign(
            drive=pd.Series(drive, index=part.index, dtype="str"), unit=units, name=names
        )
        for part, drive in zip(counts, drives, strict=True)
    ]
    whole = pd.concat(parts, ignore_index=True)
    columns = ["drive", "unit", "name", *counts[0].columns]
    return whole.loc[whole["in_scope"] > 0, columns].reset_index(drop=True)


_SECONDS = 24 * 60 * 60
_REPLAYED = "give the frame that replay returns"


def _steps(cases: pd.DataFrame) -> list[str]:
    steps = [name.removeprefix(REACHED) for name in cases.columns if name.startswith(REACHED)]
    if not steps:
        found = message("no column {column}...", column=REACHED)
        raise DefinitionError(Problem("cases", found, _REPLAYED))
    stands = [f"{STANDS_ON}{step}" for step in steps]
    need_columns(cases, ["opened_on", *stands], where="cases", fix=_REPLAYED)
    return steps


@checked_call
def funnel(cases: pd.DataFrame) -> pd.DataFrame:
    """Return one row per step: step, reached (cases that ever came to it), here, rate.

    `cases` is the frame of `replay`; `here` counts the cases that stand on the step now (on
    two tracks on both of them); `rate` = reached / cases opened (a fraction of one).
    """
    steps = _steps(cases)
    opened = int(cases["opened_on"].notna().sum())
    reached = [int(cases[f"{REACHED}{step}"].notna().sum()) for step in steps]
    here = [int(cases[f"{STANDS_ON}{step}"].sum()) for step in steps]
    rates = [one / opened if opened else None for one in reached]
    return pd.DataFrame(
        {
            "step": pd.array(steps, dtype="str"),
            "reached": pd.array(reached, dtype="Int64"),
            "here": pd.array(here, dtype="Int64"),
            "rate": pd.array(rates, dtype="Float64"),
        }
    )


@checked_call
def ageing(
    cases: pd.DataFrame, *, on: DateLike, bounds: Sequence[int] = (30, 60, 90)
) -> pd.DataFrame:
    """Return how long the open cases have stood where they are: step, from_days, to_days, cases.

    Days are counted from the last event to the end of `on`; a bound belongs to the lower band
    (0-30, 31-60, ...); the last band has no end (<NA>). Every band of every step has a row.
    """
    day = np.datetime64(to_date(on, where="on"), "s")
    need_columns(cases, ["step", "since", "is_open"], where="cases", fix=_REPLAYED)
    # Of a wide frame only the columns that are needed are taken along.
    now = cases[["step", "since"]]
    going = now[cases["is_open"].to_numpy() & (cases["since"].to_numpy() <= day)]
    steps = going["step"].astype("category")
    days = int(day.astype("datetime64[D]").astype(np.int64)) - going["since"].to_numpy(
        "datetime64[D]"
    ).astype(np.int64)
    bands = len(bounds) + 1
    band = np.searchsorted(np.asarray(bounds), days, side="left")
    labels = [str(label) for label in steps.cat.categories]
    cells = steps.cat.codes.to_numpy().astype(np.int64) * bands + band
    counts = np.bincount(cells, minlength=len(labels) * bands)
    starts = [0, *(bound + 1 for bound in bounds)]
    ends = [*bounds, None]
    return pd.DataFrame(
        {
            "step": pd.array(np.repeat(np.array(labels, dtype=object), bands), dtype="str"),
            "from_days": pd.array(starts * len(labels), dtype="Int64"),
            "to_days": pd.array(ends * len(labels), dtype="Int64"),
            "cases": pd.array(counts, dtype="Int64"),
        }
    )


@checked_call
def conversion(cases: pd.DataFrame) -> pd.DataFrame:
    """Return how many cases went on from each step to each other: source, target, reached, went_on.

    And rate = went_on / reached, median_days between the two days. A case went on if it came to
    the target on the day of the source or later; pairs that no case went have no row.
    """
    steps = _steps(cases)
    moments = [cases[f"{REACHED}{step}"].to_numpy("datetime64[s]") for step in steps]
    known = [~np.isnat(one) for one in moments]
    seconds = [one.view(np.int64) for one in moments]
    rows: list[tuple[int, int, int, float]] = []
    for first, later in combinations(range(len(steps)), 2):
        took = (seconds[later] - seconds[first])[known[first] & known[later]]
        # On one day the order of the ladder decides: the case went from the earlier step.
        back = took < 0
        if not back.any():
            rows.extend(_went(first, later, took))
        else:
            rows.extend(_went(first, later, took[~back]))
            rows.extend(_went(later, first, -took[back]))
    table = [
        (steps[source], steps[target], reached, went, went / reached, middle)
        for source, target, went, middle in sorted(rows)
        for reached in (int(np.count_nonzero(known[source])),)
    ]
    kinds = {
        "source": "str",
        "target": "str",
        "reached": "Int64",
        "went_on": "Int64",
        "rate": "Float64",
        "median_days": "Float64",
    }
    return pd.DataFrame(table, columns=[*kinds]).astype(kinds)


def _went(
    source: int, target: int, seconds: NDArray[np.int64]
) -> Iterator[tuple[int, int, int, float]]:
    """Yield source, target, how many cases went, and the median of the days that they took."""
    if len(seconds):
        below = np.cumsum(np.bincount(seconds // _SECONDS))
        middle = np.searchsorted(below, [(len(seconds) + 1) // 2, len(seconds) // 2 + 1])
        yield source, target, len(seconds), float(middle.sum()) / 2


@checked_call
def enrolments_by_case(cases: pd.DataFrame, enrolments: pd.DataFrame) -> pd.DataFrame:
    """Return what the cases brought: case, employer, persons (Int64), first_on, last_on.

    Args:
        cases: The frame of `replay`, with employers.
        enrolments: One row per person enrolled, or per day with its persons: employer, date, and
            persons if a row is not one person.

    An enrolment belongs to the latest case of its employer that was open before or on its day; a
    person counts once. Enrolments of employers without a case are no row. A case that brought
    nobody has 0 persons: the enrolments are known, so that is no missing value.
    """
    need_columns(cases, ["case", "employer", "opened_on"], where="cases", fix=_REPLAYED)
    need_columns(enrolments, ["employer", "date"], where="enrolments")
    opened = cases.loc[cases["employer"].notna(), ["case", "employer", "opened_on"]]
    opened = opened[opened["opened_on"].notna()].sort_values("opened_on", kind="stable")
    persons = enrolments["persons"] if "persons" in enrolments.columns else 1
    rows = pd.DataFrame(
        {
            "employer": enrolments["employer"].astype("str"),
            "date": pd.to_datetime(enrolments["date"]).astype("datetime64[s]"),
            "persons": persons,
        }
    ).sort_values("date", kind="stable")
    found = pd.merge_asof(
        rows,
        opened.astype({"employer": "str"}),
        left_on="date",
        right_on="opened_on",
        by="employer",
    ).dropna(subset=["case"])
    totals = found.groupby("case", sort=False).agg(
        persons=("persons", "sum"), first_on=("date", "min"), last_on=("date", "max")
    )
    return (
        cases[["case", "employer"]]
        .merge(totals, how="left", left_on="case", right_index=True)
        .assign(persons=lambda frame: frame["persons"].fillna(0).astype("Int64"))
        .reset_index(drop=True)
    )

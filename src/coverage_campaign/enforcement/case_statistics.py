"""How cases run: how many reach each step, how old the open ones are, what they lead to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.checks import checked_call
from coverage_campaign.enforcement.case_log import REACHED, STANDS_ON
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import message
from coverage_campaign.model.dates import DateLike, to_date

__all__ = ["ageing", "conversion", "enrolments_by_case", "funnel"]

_SECONDS = 24 * 60 * 60


def _steps(cases: pd.DataFrame) -> list[str]:
    steps = [name.removeprefix(REACHED) for name in cases.columns if name.startswith(REACHED)]
    if not steps:
        fix = "give the frame that replay returns"
        raise DefinitionError(
            Problem("cases", message("no column {column}...", column=REACHED), fix)
        )
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
    missing = [name for name in ("employer", "date") if name not in enrolments.columns]
    if missing:
        none = message("no column {missing}", missing=missing)
        raise DefinitionError(Problem("enrolments", none, "give employer, date and persons"))
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

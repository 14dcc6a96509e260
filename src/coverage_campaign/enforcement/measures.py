"""How cases run: how many reach each step, how old the open ones are, what they lead to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from coverage_campaign.enforcement.columns import REACHED
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.dates import DateLike, to_date

__all__ = ["ageing", "conversion", "funnel", "produced"]

_DAY = np.timedelta64(1, "D")


def _steps(cases: pd.DataFrame) -> list[str]:
    steps = [name.removeprefix(REACHED) for name in cases.columns if name.startswith(REACHED)]
    if not steps:
        way_out = "give the frame that cases_frame returns"
        raise DefinitionError(Problem("cases", f"no column {REACHED}...", way_out))
    return steps


def funnel(cases: pd.DataFrame) -> pd.DataFrame:
    """Return one row per step: step, reached (cases that ever came to it), here, rate.

    `cases` is the frame of `cases_frame`; `here` counts the cases that stand on the step now (on
    two tracks on both of them); `rate` = reached / cases opened (a fraction of one).
    """
    steps = _steps(cases)
    opened = int(cases["opened_on"].notna().sum())
    reached = [int(cases[f"{REACHED}{step}"].notna().sum()) for step in steps]
    counts = cases["step"].value_counts()
    here = [
        sum(
            int(count)
            for label, count in zip(counts.index, counts.to_numpy(), strict=True)
            if step in str(label).split(" + ")
        )
        for step in steps
    ]
    rates = [one / opened if opened else None for one in reached]
    return pd.DataFrame(
        {
            "step": pd.array(steps, dtype="str"),
            "reached": pd.array(reached, dtype="Int64"),
            "here": pd.array(here, dtype="Int64"),
            "rate": pd.array(rates, dtype="Float64"),
        }
    )


def ageing(
    cases: pd.DataFrame, *, on: DateLike, bounds: Sequence[int] = (30, 60, 90)
) -> pd.DataFrame:
    """Return how long the open cases have stood where they are: step, from_days, to_days, cases.

    Days are counted from the last event to the end of `on`; a bound belongs to the lower band
    (0-30, 31-60, ...); the last band has no end (<NA>). Every band of every step has a row.
    """
    day = np.datetime64(to_date(on, where="on"), "s")
    going = cases[cases["is_open"].to_numpy() & (cases["since"].to_numpy() <= day)]
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


def conversion(cases: pd.DataFrame) -> pd.DataFrame:
    """Return how many cases went on from each step to each other: source, target, reached, went_on.

    And rate = went_on / reached, median_days between the two days. A case went on if it came to
    the target on the day of the source or later; pairs that no case went have no row.
    """
    steps = _steps(cases)
    days = {step: cases[f"{REACHED}{step}"].to_numpy("datetime64[s]") for step in steps}
    known = {step: ~np.isnat(one) for step, one in days.items()}
    rows: list[tuple[str, str, int, int, float, float]] = []
    for place, source in enumerate(steps):
        reached = int(known[source].sum())
        for target in (*steps[:place], *steps[place + 1 :]):
            both = known[source] & known[target]
            took = (days[target][both] - days[source][both]) // _DAY
            # On one day the order of the ladder decides.
            took = took[took >= 0] if steps.index(target) > place else took[took > 0]
            if len(took):
                rate, middle = len(took) / reached, float(np.median(took.astype(np.int64)))
                rows.append((source, target, reached, len(took), rate, middle))
    kinds = {
        "source": "str",
        "target": "str",
        "reached": "Int64",
        "went_on": "Int64",
        "rate": "Float64",
        "median_days": "Float64",
    }
    return pd.DataFrame(rows, columns=[*kinds]).astype(kinds)


def produced(cases: pd.DataFrame, enrolments: pd.DataFrame) -> pd.DataFrame:
    """Return what the cases brought: case, employer, persons (Int64), first_on, last_on.

    Args:
        cases: The frame of `cases_frame`, with employers.
        enrolments: One row per person enrolled, or per day with its persons: employer, date, and
            persons if a row is not one person.

    An enrolment belongs to the latest case of its employer that was open before or on its day; a
    person counts once. Enrolments of employers without a case are no row. A case that brought
    nobody has 0 persons: the enrolments are known, so that is no missing value.
    """
    missing = [name for name in ("employer", "date") if name not in enrolments.columns]
    if missing:
        none = f"no column {', '.join(missing)}"
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

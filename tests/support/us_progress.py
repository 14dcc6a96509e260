"""The first doses of 2021 by state, read from the data of the tests."""

from functools import cache
from pathlib import Path

import pandas as pd

DATA = Path(__file__).parent.parent / "data" / "us_vaccination"


@cache
def first_doses() -> pd.DataFrame:
    """Return running totals of adults: one row per date, one column per state."""
    reports = pd.read_csv(DATA / "us_adult_first_dose_2021_mar_may.csv", parse_dates=["date"])
    return reports.pivot_table(index="date", columns="postal", values="dose1_18plus")


@cache
def adults() -> pd.Series:
    """Return the people aged 18 and over by state."""
    people = pd.read_csv(DATA / "us_state_population_2019.csv").set_index("postal")
    return people["population_18plus_2019"].reindex(first_doses().columns).astype("float64")


@cache
def library_errors() -> pd.DataFrame:
    """Return the errors of statsmodels: origin, ahead, method, error [points]."""
    return pd.read_csv(DATA / "statsmodels_errors.csv", parse_dates=["origin"])

"""The corpus on which `tally` is measured: made-up events with doubles and revisions.

3,000 units, 12 months, 5 % doubles, 2 % revisions. Raw layout: text codes, dates, timestamps; ids
are whole numbers.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.targets import Channel
from coverage_campaign.model.units import Unit

UNITS = tuple(f"{430_000 + number:06d}" for number in range(3_000))
CHANNELS = ("new", "self", "omitted", "resumed", "lapsed", "moved")
EFFECTS = ("entry", "entry", "entry", "resumption", "loss", "loss")
AS_OF = dt.datetime(2026, 12, 31, 23, 59, 59)  # noqa: DTZ001 - civil time
CELLS = len(UNITS) * 12 * len(CHANNELS)


def campaign() -> Campaign:
    """Return a campaign of 3,000 units and a year."""
    return Campaign(
        code="bench",
        label="Benchmark",
        year=2026,
        units=[Unit(code, code, "county") for code in UNITS],
        channels=[
            Channel(code, code, effect)  # type: ignore[arg-type]  # a literal
            for code, effect in zip(CHANNELS, EFFECTS, strict=True)
        ],
        phases=[Phase("year", "The year", "01-01", "12-31")],
    )


def events(rows: int, *, seed: int = 7) -> pd.DataFrame:
    """Return the corpus as a pandas frame in the raw layout."""
    dice = np.random.default_rng(seed)
    revised = dice.random(rows) < 0.02  # noqa: PLR2004 - 2 % revisions
    revised[0] = False
    doubled = (dice.random(rows) < 0.05) & ~revised  # noqa: PLR2004 - 5 % doubles
    record, person = np.arange(rows), np.arange(rows)
    person[doubled] = dice.integers(0, rows, doubled.sum())
    source = dice.choice(np.flatnonzero(~revised), revised.sum())
    day, unit = dice.integers(0, 365, rows), dice.integers(0, len(UNITS), rows)
    channel = dice.choice(len(CHANNELS), rows, p=[0.3, 0.3, 0.2, 0.08, 0.07, 0.05])
    for column in (record, person, day, channel):
        column[revised] = column[source]
    filed = day * 86_400 + dice.integers(0, 40 * 86_400, rows)
    start = np.datetime64("2026-01-01", "s")
    return pd.DataFrame(
        {
            "record": record,
            "revision": revised.astype(np.int64),
            "reported_at": (start + filed).astype("datetime64[us]"),
            "person": person,
            "unit": pd.Series(np.array(UNITS, dtype=object)[unit], dtype="str"),
            "date": start.astype("datetime64[D]") + day,
            "channel": pd.Series(np.array(CHANNELS, dtype=object)[channel], dtype="str"),
        }
    )

"""Frames of every engine from the rows of the oracle, and the comparison with its answer."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any, NoReturn

import attrs
import pandas as pd
import pytest

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.reporting.result import Tally
from coverage_campaign.reporting.tally import tally
from support.tally_oracle import Row, reckon


def missing(what: str) -> NoReturn:
    """Skip, saying what is missing; where real components are required it is a failure."""
    if os.environ.get("COVERAGE_CAMPAIGN_REAL") == "1":
        pytest.fail(f"{what} is missing, and COVERAGE_CAMPAIGN_REAL=1 requires it")
    pytest.skip(f"{what} is missing")


def need(module: str) -> None:
    """Skip without an optional module, or fail where it is required."""
    if find_spec(module) is None:
        missing(f"the Python package {module}")


def with_lives(campaign: Campaign) -> Campaign:
    """Return the campaign with its unit b opened in July and its unit c closed in September."""
    lives = {"b": {"opened": dt.date(2026, 7, 6)}, "c": {"closed": dt.date(2026, 9, 20)}}
    units = [attrs.evolve(unit, **lives.get(unit.code, {})) for unit in campaign.units]
    return attrs.evolve(campaign, units=units)


def to_pandas(rows: Iterable[Row]) -> pd.DataFrame:
    """Return rows as an ordinary pandas frame."""
    frame = pd.DataFrame(list(rows), columns=list(Row._fields))
    for column in ("record", "person", "unit", "channel", "group"):
        frame[column] = frame[column].astype("str")
    return frame.assign(
        revision=frame["revision"].astype("Int64"),
        reported_at=pd.to_datetime(frame["reported_at"]),
        date=pd.to_datetime(frame["date"]),
    )


def cells_of(counted: Tally) -> Counter[tuple[str, dt.date, str, str | None]]:
    """Return a tally's persons by unit, period, channel and group."""
    cells: Counter[tuple[str, dt.date, str, str | None]] = Counter()
    for row in counted.to_frame().to_dict("records"):
        group = row.get("group")
        key = (
            row["unit"],
            row["period"].date(),
            row["channel"],
            None if pd.isna(group) else group,
        )
        assert key not in cells
        cells[key] = row["persons"]
    return cells


def assert_as_reckoned(
    events: Any,  # noqa: ANN401 - a frame of any engine
    rows: list[Row],
    campaign: Campaign,
    *,
    as_of: dt.datetime,
    by: str = "month",
    by_group: bool = False,
) -> Tally:
    """Tally a frame and compare cells, reasons and the account of rows with the oracle's."""
    wanted = reckon(rows, campaign, as_of=as_of, by=by, by_group=by_group)
    found = tally(events, campaign, as_of=as_of, by=by, by_group=by_group)  # type: ignore[arg-type]
    assert cells_of(found) == wanted.cells
    assert dict(found.problems.totals) == dict(wanted.reasons)
    assert found.rows_in == len(rows)
    assert found.rows_in == found.to_frame()["persons"].sum() + found.problems.rows
    shown = Counter(problem.reason for problem in found.problems)
    assert shown.keys() == wanted.reasons.keys()
    return found

"""Event frames that Hypothesis draws: sound ones, and ones with every fault there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from numpy.typing import NDArray

from coverage_campaign.model.campaign import Campaign

__all__ = ["events"]

_SECONDS = 86_400
_Row: TypeAlias = Mapping[str, Any]


@st.composite
def events(
    draw: st.DrawFn,
    campaign: Campaign,
    *,
    most: int = 40,
    glitches: bool = True,
    among: str | None = None,
) -> pd.DataFrame:
    """Draw an event frame: one row per version of a reported event, in any order.

    With `glitches` there is every fault that a tally explains: rows reported late or at no known
    time, without a record or revision, superseded, withdrawn, of a record that changed its person;
    dates, persons and units missing; units and channels that nobody knows; days outside the
    campaign; persons reported twice. Revisions may change the unit, the day or the channel; one
    revision may come twice; several rows may come in one second.

    Without `glitches` every row is one new person that counts, reported within a day of the event.
    Units are the leaves of the cut `among`, by default the campaign's first, so that a plan for
    them can be tracked.

    Columns: record, person, unit, channel, group (text), revision (Int64), reported_at and date
    (datetime64[s]).
    """
    units = [unit.code for unit in campaign.leaves(among or campaign.breakdowns[0].code)]
    one = _faulty(campaign, units, most) if glitches else _sound(campaign, units)
    size = draw(st.integers(0, most))  # a list of any size would mostly hold five
    rows = draw(st.lists(one, min_size=size, max_size=size))
    if not glitches:
        rows = [{**row, "record": turn, "person": turn} for turn, row in enumerate(rows)]
    return _frame(rows, np.datetime64(campaign.whole_window.first, "s"))


def _faulty(campaign: Campaign, units: list[str], most: int) -> st.SearchStrategy[_Row]:
    days = campaign.whole_window.days
    channels = st.sampled_from([channel.code for channel in campaign.channels])
    return st.fixed_dictionaries(
        {
            "record": _mostly(st.integers(0, max(most // 2, 1)), None),
            "revision": _mostly(st.sampled_from([0, 0, 0, 1, 2]), None),
            "filed": _mostly(st.integers(0, 200 * _SECONDS) | st.integers(0, 2), None),
            "person": _mostly(st.integers(0, max(most // 3, 1)), None),
            "unit": _mostly(st.sampled_from(units), "nowhere", None),
            "day": _mostly(st.integers(0, days - 1), -1, days, None),
            "channel": _mostly(channels, "withdrawn", "by-rumour", None),
            "group": _groups(campaign),
        }
    )


def _mostly(sound: st.SearchStrategy[Any], *faults: object) -> st.SearchStrategy[Any]:
    """Return a strategy with a fault in one of eight, so that enough rows are left to count."""
    return st.integers(0, 7).flatmap(lambda turn: sound if turn < 7 else st.sampled_from(faults))  # noqa: PLR2004 - one of eight


def _sound(campaign: Campaign, units: list[str]) -> st.SearchStrategy[_Row]:
    entries = [channel.code for channel in campaign.channels if channel.effect == "entry"]
    day = st.integers(0, campaign.whole_window.days - 1)
    return st.fixed_dictionaries(
        {
            "revision": st.just(0),
            "day": day,
            "filed": st.integers(0, _SECONDS),
            "unit": st.sampled_from(units),
            "channel": st.sampled_from(entries),
            "group": _groups(campaign),
        }
    ).map(_filed_after_the_day)


def _filed_after_the_day(row: _Row) -> _Row:
    return {**row, "filed": row["day"] * _SECONDS + row["filed"]}


def _groups(campaign: Campaign) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, *(group.code for group in campaign.groups)])


def _frame(rows: Sequence[_Row], start: np.datetime64) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "record": _texts(rows, "record", "r"),
            "revision": pd.Series([row["revision"] for row in rows], dtype="Int64"),
            "reported_at": pd.Series(start + _spans(rows, "filed", "s")),
            "person": _texts(rows, "person", "p"),
            "unit": _texts(rows, "unit"),
            "date": pd.Series(start + _spans(rows, "day", "D")),
            "channel": _texts(rows, "channel"),
            "group": _texts(rows, "group"),
        }
    )


def _spans(rows: Sequence[_Row], name: str, unit: Literal["s", "D"]) -> NDArray[np.timedelta64]:
    values = ["NaT" if row[name] is None else row[name] for row in rows]
    return np.array(values, dtype=f"timedelta64[{unit}]")


def _texts(rows: Sequence[_Row], name: str, mark: str = "") -> pd.Series[str]:
    values = [None if row[name] is None else f"{mark}{row[name]}" for row in rows]
    return pd.Series(values, dtype="str")

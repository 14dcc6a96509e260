"""What those who test with the library need: strategies for Hypothesis, and assertions.

    from hypothesis import given
    import coverage_campaign as cc

    @given(cc.testing.campaigns())
    def test_my_tool_keeps_totals(campaign):
        allocation = cc.allocate(campaign, weights=cc.weights.eligible)
        cc.testing.assert_exact(allocation)

Hypothesis comes with the extra `testing`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from coverage_campaign.allocation.allocated import Allocation
from coverage_campaign.allocation.schedule import Plan
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.groups import Channel, TargetGroup
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.targets import HeadcountTarget
from coverage_campaign.model.units import Cut, Measure, Unit
from coverage_campaign.scenarios.compare import compare
from coverage_campaign.scenarios.scenario import Outcome

__all__ = ["assert_exact", "assert_same_outcome", "campaigns", "events", "weights"]

_SECONDS = 86_400


@st.composite
def campaigns(draw: st.DrawFn, *, most_units: int = 6, tiers: int = 1) -> Campaign:
    """Draw a campaign that can be run from end to end.

    One or two `tiers` of counties with eligible and covered people, a drive within the year, every
    kind of channel, and a target that the uncovered people can meet.
    """
    codes = [f"u{number}" for number in range(draw(st.integers(1, most_units)))]
    parents = ["city"] * len(codes)
    units = [Unit("city", {"en": "City", "zh-Hans": "全市"}, "city")]
    if tiers > 1:
        above = [f"p{number}" for number in range(draw(st.integers(1, 3)))]
        units += [Unit(code, f"Province {code}", "county", parent="city") for code in above]
        parents = [draw(st.sampled_from(above)) for _ in codes]
        units = [unit for unit in units if unit.code == "city" or unit.code in parents]
    room = 0
    for code, parent in zip(codes, parents, strict=True):
        eligible = draw(st.integers(0, 5_000))
        covered = draw(st.integers(0, eligible))
        room += eligible - covered if eligible else 0
        counts = {"eligible": eligible, "covered": covered}
        units.append(Unit(code, f"County {code}", "county", parent=parent, counts=counts))
    first = draw(st.dates(dt.date(2025, 1, 1), dt.date(2025, 6, 30)))
    last = first + dt.timedelta(days=draw(st.integers(0, 180)))
    return Campaign(
        code="drawn",
        label="Drawn campaign",
        year=2025,
        units=units,
        cuts=[Cut("counties", "Counties", "county")],
        measures=[Measure("eligible", "Eligible"), Measure("covered", "Covered")],
        eligible="eligible",
        covered="covered",
        groups=[TargetGroup("staff", "Staff"), TargetGroup("self-employed", "Self-employed")],
        channels=[
            Channel("new", "New"),
            Channel("found", "Found"),
            Channel("resumed", "Resumed", "resumption"),
            Channel("lapsed", "Lapsed", "loss"),
        ],
        targets=[HeadcountTarget("headcount", "Target", draw(st.integers(0, room)))],
        phases=[Phase("drive", "Drive", first, last)],
    )


def weights(*, size: int, most: int = 1_000) -> st.SearchStrategy[list[int]]:
    """Return lists of whole weights, not all 0, in which ties and zeros are frequent."""
    few = st.sampled_from([0, 1, 1, 2, 3, 7])
    return st.lists(few | st.integers(0, most), min_size=size, max_size=size).filter(any)


@st.composite
def events(draw: st.DrawFn, campaign: Campaign, *, most: int = 40) -> pd.DataFrame:
    """Draw an event frame with every fault there is.

    Late rows, revisions (of the date, the unit, the person), withdrawals, doubles, unknown units
    and channels, dates outside the campaign or missing, persons missing.
    """
    window = campaign.whole_window
    units = [unit.code for unit in campaign.units] + ["nowhere"]
    channels = [channel.code for channel in campaign.channels] + ["withdrawn", "by-rumour"]
    groups = [group.code for group in campaign.groups]
    rows = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "record": st.integers(0, max(most // 2, 1)),
                    "revision": st.sampled_from([0, 0, 0, 1, 2]),
                    "filed": st.integers(0, 200 * _SECONDS),
                    "person": st.none() | st.integers(0, max(most // 3, 1)),
                    "unit": st.sampled_from(units),
                    "day": st.none() | st.integers(-5, window.days + 5),
                    "channel": st.sampled_from(channels),
                    "group": st.none() | st.sampled_from(groups) if groups else st.none(),
                }
            ),
            max_size=most,
        )
    )
    start = np.datetime64(window.first, "s")
    filed = np.array([row["filed"] for row in rows], dtype="timedelta64[s]")
    days = np.array(
        ["NaT" if row["day"] is None else row["day"] for row in rows], dtype="timedelta64[D]"
    )
    return pd.DataFrame(
        {
            "record": pd.Series([f"r{row['record']}" for row in rows], dtype="str"),
            "revision": pd.Series([row["revision"] for row in rows], dtype="int64"),
            "reported_at": pd.Series(start + filed),
            "person": pd.Series(
                [None if row["person"] is None else f"p{row['person']}" for row in rows],
                dtype="str",
            ),
            "unit": pd.Series([row["unit"] for row in rows], dtype="str"),
            "date": pd.Series(start + days),
            "channel": pd.Series([row["channel"] for row in rows], dtype="str"),
            "group": pd.Series([row["group"] for row in rows], dtype="str"),
        }
    )


def assert_exact(result: Allocation | Plan) -> None:
    """Assert that an allocation or a plan adds up to one person at every tier, unit and period."""
    allocation = result.allocation if isinstance(result, Plan) else result
    shares = allocation.shares()
    found = int(shares.sum()) + allocation.unallocated
    assert found == allocation.total, f"shares sum to {found:,}, not {allocation.total:,}"  # noqa: S101 - an assertion is what this is
    frame = allocation.to_frame()
    for parent, below in frame.groupby("parent")["share"].sum().items():
        above = int(frame.loc[frame["unit"] == parent, "share"].iloc[0])
        assert int(below) == above, f"{parent} has {above:,}, its units {int(below):,}"  # noqa: S101 - as above
    if isinstance(result, Plan):
        planned = result.to_frame().groupby("unit")["planned"].sum()
        wrong = _differences(planned, shares)
        assert not wrong, f"months do not add up to the share: {wrong}"  # noqa: S101 - as above


def _differences(planned: pd.Series[int], shares: pd.Series[int]) -> Sequence[str]:
    both = pd.DataFrame({"planned": planned, "share": shares}).fillna(0)
    return both.index[both["planned"] != both["share"]].tolist()


def assert_same_outcome(a: Outcome, b: Outcome) -> None:
    """Assert that two runs came to the same shares, plans, counts and ranks."""
    comparison = compare(a, b)
    differing = comparison.to_frame()
    assert differing.empty, f"{comparison.sentence()}\n{differing.head(10)}"  # noqa: S101 - as above

"""The strategies and assertions that users get, tried as users would."""

import attrs
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coverage_campaign as cc
from campaigns import tiny


@settings(max_examples=40, deadline=None)
@given(cc.testing.campaigns(most_units=5, tiers=2), st.data())
def test_drawn_campaigns_run_exactly(campaign: cc.Campaign, data: st.DataObject) -> None:
    """Any drawn campaign can be allocated by any weights that fit, scheduled, and adds up."""
    allocation = (
        cc.allocate(campaign, weights=cc.weights.uncovered)
        if (campaign.headcount and campaign.headcount.persons)
        else cc.allocate(campaign, weights=cc.weights.equal, target=0)
    )
    cc.testing.assert_exact(allocation)
    plan = cc.schedule(allocation, over="drive", by=data.draw(st.sampled_from(["month", "day"])))
    cc.testing.assert_exact(plan)


@settings(max_examples=40, deadline=None)
@given(cc.testing.campaigns(most_units=3), st.data())
def test_drawn_events_are_all_accounted_for(campaign: cc.Campaign, data: st.DataObject) -> None:
    """Rows in = rows counted + rows explained, for events with every fault."""
    events = data.draw(cc.testing.events(campaign))
    tally = cc.tally(events, campaign, as_of="2026-12-31")
    assert tally.rows_in == len(events)
    assert tally.rows_in == int(tally.to_frame()["persons"].sum()) + tally.problems.rows


def test_an_allocation_that_does_not_add_up_is_caught() -> None:
    """Take one person away from the table and the assertion says so."""
    sound = cc.allocate(tiny(), weights=cc.weights.eligible)
    frame = sound.to_frame()
    frame.loc[0, "share"] -= 1
    with pytest.raises(AssertionError, match="99"):
        cc.testing.assert_exact(attrs.evolve(sound, frame=frame))


def test_outcomes_that_differ_are_caught() -> None:
    """One person more is another outcome."""
    scenario = cc.Scenario(campaign=tiny(), weights=cc.weights.eligible, over="drive")
    cc.testing.assert_same_outcome(cc.run(scenario), cc.run(scenario))
    with pytest.raises(AssertionError, match="target"):
        cc.testing.assert_same_outcome(cc.run(scenario), cc.run(cc.vary(scenario, target=101)))


@given(cc.testing.weights(size=5))
def test_drawn_weights_can_be_shared_by(weights: list[int]) -> None:
    """Weights are whole, 0 or more, and never all 0."""
    assert len(weights) == 5
    assert cc.apportion.webster(7, weights).sum() == 7
    assert isinstance(pd.Series(weights).sum().item(), int)

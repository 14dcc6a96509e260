import pandas as pd
import pytest

import coverage_campaign as cc
from campaigns import tiny


@pytest.fixture(scope="module")
def plan() -> cc.Plan:
    """Return the tiny campaign planned over its drive."""
    allocation = cc.allocate(tiny(), weights=cc.weights.eligible)
    return cc.schedule(allocation, over="drive")


def test_the_same_seed_gives_the_same_rows(plan: cc.Plan) -> None:
    """A simulation can be made again; another seed gives another one."""
    first, again, other = (cc.simulate(plan, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first.events, again.events)
    pd.testing.assert_frame_equal(first.truth, again.truth)
    assert not first.events.equals(other.events)


def test_every_row_and_the_basis_are_marked(plan: cc.Plan) -> None:
    """Nobody can take a simulated row for a real one."""
    simulation = cc.simulate(plan, seed=1)
    assert simulation.events["simulated"].all()
    assert simulation.basis.lines()[0].startswith("SIMULATED")
    assert "invented" in repr(simulation)


def test_without_faults_the_tally_is_the_truth(plan: cc.Plan) -> None:
    """No late, missing, double, revised, withdrawn or inflated row: what is counted happened."""
    simulation = cc.simulate(
        plan, seed=3, late=0, missing=0, double=0, revised=0, withdrawn=0, inflated=0, lapse=0
    )
    tally = cc.tally(simulation.events, plan.campaign, as_of="2027-12-31", simulated=True)
    found = tally.to_frame().sort_values(["unit", "period", "channel"], ignore_index=True)
    truth = simulation.truth.sort_values(["unit", "period", "channel"], ignore_index=True)
    assert found["persons"].tolist() == truth["persons"].tolist()
    assert found["channel"].tolist() == truth["channel"].tolist()
    assert tally.problems.rows == 0


def test_each_fault_leaves_its_trace(plan: cc.Plan) -> None:
    """Doubles, revisions and withdrawals are found by the tally, by name."""
    big = cc.schedule(cc.allocate(tiny(), weights=cc.weights.eligible, target=290), over="drive")
    simulation = cc.simulate(big, seed=5, double=0.2, revised=0.2, withdrawn=0.2, missing=0)
    tally = cc.tally(simulation.events, plan.campaign, as_of="2027-12-31", simulated=True)
    reasons = dict(tally.problems.totals)
    assert {"double", "superseded", "withdrawn"} <= set(reasons)
    assert tally.rows_in == tally.problems.rows + int(tally.to_frame()["persons"].sum())


def test_a_fraction_outside_its_range_is_refused(plan: cc.Plan) -> None:
    """120 % late reports are no simulation."""
    with pytest.raises(cc.DefinitionError, match="late"):
        cc.simulate(plan, seed=1, late=1.2)


def test_a_channel_that_the_campaign_does_not_have_is_refused(plan: cc.Plan) -> None:
    """A loss or an unknown channel cannot be an enrolment."""
    with pytest.raises(cc.DefinitionError, match="lapsed"):
        cc.simulate(plan, seed=1, channels={"lapsed": 1.0})

from collections.abc import Callable
from fractions import Fraction

import attrs
import pandas as pd
import pytest
from matplotlib.text import Text

import coverage_campaign as cc
from support.campaigns import tiny


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


def big(target: int) -> cc.Plan:
    """Return a plan of so many people, with room for them."""
    campaign = tiny()
    for code in "abc":
        unit = campaign.unit(code)
        more = attrs.evolve(unit, counts={"eligible": 10_000, "covered": 0})
        campaign = campaign.with_part(more)
    allocation = cc.allocate(campaign, weights=cc.weights.equal, target=target)
    return cc.schedule(allocation, over="drive")


def test_a_person_has_one_group_in_every_row() -> None:
    """Revisions and doubles of a person tell of the same group."""
    events = cc.simulate(big(3_000), seed=2, double=0.3, revised=0.3).events
    by_person = events.groupby("person")["group"].nunique()
    assert len(events) > len(by_person)
    assert (by_person == 1).all()
    assert events["group"].nunique() == 2


@pytest.mark.parametrize(
    ("fault", "grows"),
    [
        ("late", lambda e: (e["reported_at"] - e["date"]).dt.days.mean()),
        ("double", lambda e: len(e) - e["person"].nunique()),
        ("revised", lambda e: (e["revision"] > 0).sum()),
        ("withdrawn", lambda e: (e["channel"] == "withdrawn").sum()),
        ("inflated", lambda e: (e["person"] < 0).sum()),
        ("missing", lambda e: -len(e)),
        ("rush", lambda e: (e["date"] >= "2026-06-09").sum()),
    ],
)
def test_each_fault_grows_with_its_fraction(
    fault: str, grows: Callable[[pd.DataFrame], float]
) -> None:
    """With half of everything late (double, revised, ...) there is more of it than with none."""
    plan = big(3_000)
    quiet = dict.fromkeys(("late", "double", "revised", "withdrawn", "inflated", "rush"), 0.0)
    quiet |= {"missing": 0.0, "lapse": 0.0}
    none = cc.simulate(plan, seed=4, **quiet).events
    half = cc.simulate(plan, seed=4, **{**quiet, fault: 0.5}).events
    assert grows(half) > grows(none)


def test_the_mark_goes_on_to_progress_and_picture() -> None:
    """What comes of simulated events is marked in every result, and in the note of the picture."""
    plan = big(300)
    simulation = cc.simulate(plan, seed=1)
    tally = cc.tally(simulation.events, plan.campaign, as_of="2026-12-31", simulated=True)
    progress = cc.track(plan, tally, as_of="2026-06-10")
    assert progress.basis.simulated
    axes = cc.charts.ranking(progress)
    words = " ".join(text.get_text() for text in axes.figure.findobj(Text))
    assert "SIMULATED" in words.upper()


def test_exact_fractions_are_numbers(plan: cc.Plan) -> None:
    """A level, a spread, odds and faults of a quarter are those of 0.25."""
    names = ("level", "spread", "rush", "late", "lapse")
    entries = [one.code for one in plan.campaign.channels if one.effect != "loss"]
    exact, real = (
        cc.simulate(
            plan, seed=1, channels=dict.fromkeys(entries, part), **dict.fromkeys(names, part)
        )
        for part in (Fraction(1, 4), 0.25)
    )
    pd.testing.assert_frame_equal(exact.events, real.events)


def test_reports_arrive_by_the_periods_of_the_campaign(plan: cc.Plan) -> None:
    """A campaign that reports by weeks has the reports of weeks, each within eight days."""
    rule = cc.ReportingRule(period="week", kinds=["county"], to="labour", due_day=2)
    weekly = attrs.evolve(plan.campaign, reporting=rule)
    again = cc.schedule(cc.allocate(weekly, weights=cc.weights.eligible), over="drive")
    received = cc.simulate(again, seed=1).received
    assert set(received["period"].dt.day_name()) == {"Monday"}
    assert (received["received_on"] - received["period"]).dt.days.between(7, 14).all()

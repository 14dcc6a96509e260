"""The strategies and assertions that users get, tried as users would."""

import datetime as dt
from collections import Counter

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

import coverage_campaign as cc
from coverage_campaign.model.units import Unit
from coverage_campaign.reporting.problems import EVENT_REASONS
from support.campaigns import tiny
from support.tally_cases import with_lives
from support.tally_oracle import Row, reckon

QUICK = settings(
    max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)


def plan_of(campaign: cc.Campaign) -> cc.Plan:
    """Return the plan of a campaign, by uncovered people, over its drive."""
    return cc.schedule(cc.allocate(campaign, weights=cc.weights.uncovered), over="drive")


# -- what is drawn ---------------------------------------------------------------------------------


@QUICK
@given(st.integers(1, 3).flatmap(lambda tiers: cc.testing.campaigns(most_units=5, tiers=tiers)))
def test_drawn_campaigns_are_shared_exactly(campaign: cc.Campaign) -> None:
    """Any drawn campaign can be allocated and scheduled, with one to three tiers, and adds up."""
    for weights in (cc.weights.uncovered, cc.weights.eligible):
        allocation = cc.allocate(campaign, weights=weights)
        cc.testing.assert_exact(allocation)
        departments = cc.allocate(campaign, among="departments", weights=cc.weights.equal)
        cc.testing.assert_exact(cc.cross(allocation, departments, weights="margins"))
        for by in ("month", "day"):
            cc.testing.assert_exact(cc.schedule(allocation, over="drive", by=by))


@QUICK
@given(cc.testing.campaigns(most_units=3), st.data())
def test_drawn_campaigns_run_to_the_end(campaign: cc.Campaign, data: st.DataObject) -> None:
    """Reviewed, tallied with every fault, tracked, assessed, written, read: no error."""
    assert cc.review(campaign)
    events = data.draw(cc.testing.events(campaign, most=12))
    tally = cc.tally(events, campaign, as_of="2026-12-31")
    cc.testing.assert_accounted(tally, rows=len(events))
    progress = cc.track(plan_of(campaign), tally, as_of=campaign.phase("drive").ends)
    assessment = cc.assess(progress, campaign.scheme)
    assert len(assessment.to_frame()) == len(progress.to_frame())
    assert cc.from_json(cc.to_json(campaign)) == campaign


@QUICK
@given(st.integers(1, 3).flatmap(lambda tiers: cc.testing.unit_trees(tiers=tiers)))
def test_a_drawn_tree_is_one_tree(units: tuple[Unit, ...]) -> None:
    """One city on top, every parent is there before its units, each leaf has its two counts."""
    seen: set[str] = set()
    for unit in units:
        assert unit.parent in seen or (unit.code == "city" and not seen)
        seen.add(unit.code)
    assert len(seen) == len(units)
    parents = {unit.parent for unit in units}
    leaves = [unit for unit in units if unit.code not in parents]
    assert {unit.kind for unit in leaves} == {"county"}
    uncovered = [(u.count("eligible") or 0) - (u.count("covered") or 0) for u in leaves]
    assert min(uncovered) >= 0
    assert max(uncovered) >= 1


def test_a_tree_has_as_many_tiers_as_were_asked_for() -> None:
    """Province, prefecture, county with three; more than three is refused with the way out."""
    first = settings(max_examples=1, phases=[Phase.generate])
    trees = {
        tiers: find(cc.testing.unit_trees(tiers=tiers), lambda _: True, settings=first)
        for tiers in (1, 2, 3)
    }
    kinds = {tiers: {unit.kind for unit in tree} for tiers, tree in trees.items()}
    assert kinds == {
        1: {"city", "county"},
        2: {"city", "prefecture", "county"},
        3: {"city", "province", "prefecture", "county"},
    }
    with pytest.raises(ValueError, match="tiers: 4 -- give 1 to 3"):
        find(cc.testing.unit_trees(tiers=4), lambda _: True)


@pytest.mark.parametrize("text", ["=cmd", "@", "<script>", "$x^2$", "\u202e", "\n", "县" * 300])
def test_drawn_names_are_hostile(text: str) -> None:
    """Formulas, markup, mathematics, right-to-left marks, line breaks and length are all drawn."""
    assert text in find(cc.testing.names(), lambda label: text in label.text("en")).text("en")


@given(cc.testing.weights(size=5))
def test_drawn_weights_can_be_shared_by(weights: list[int]) -> None:
    """Weights are whole, 0 or more, and never all 0."""
    assert len(weights) == 5
    assert min(weights) >= 0
    assert cc.apportion.webster(7, weights).sum() == 7


def test_drawn_weights_tie() -> None:
    """A tie that decides is drawn: two equal weights that claim one seat."""
    tied = find(cc.testing.weights(size=2), lambda drawn: drawn[0] == drawn[1])
    with pytest.raises(cc.TieError):
        cc.apportion.webster(1, tied, ties="raise")


def rows_of(events: pd.DataFrame) -> list[Row]:
    """Return the rows of a frame as the slow twin of the tally reads them."""
    plain = events[list(Row._fields)].astype(object)
    rows = plain.where(plain.notna(), None).itertuples(index=False, name=None)
    return [
        Row(*row)._replace(
            reported_at=None if row[2] is None else row[2].to_pydatetime(),
            date=None if row[5] is None else row[5].date(),
        )
        for row in rows
    ]


@pytest.mark.slow
def test_every_reason_of_a_tally_is_drawn_beside_rows_that_count() -> None:
    """Of 300 drawn frames some show each reason why a row is not counted; most count some."""
    campaign, as_of = with_lives(tiny()), dt.datetime(2026, 9, 30)  # noqa: DTZ001 - civil time
    seen: Counter[str] = Counter()

    @settings(max_examples=300, deadline=None, phases=[Phase.generate], derandomize=True)
    @given(cc.testing.events(campaign))
    def look(drawn: pd.DataFrame) -> None:
        answer = reckon(rows_of(drawn), campaign, as_of=as_of)
        seen.update([*answer.reasons, *(["counted"] if answer.cells else [])])

    look()
    assert set(seen) == {*EVENT_REASONS, "counted"}, seen
    assert seen["counted"] >= 180


@QUICK
@given(cc.testing.campaigns(), st.data())
def test_events_without_glitches_all_count(campaign: cc.Campaign, data: st.DataObject) -> None:
    """Sound events are as many persons as rows; nothing has to be explained."""
    events = data.draw(cc.testing.events(campaign, glitches=False))
    tally = cc.tally(events, campaign, as_of="2026-12-31")
    assert tally.problems.rows == 0
    assert int(tally.to_frame()["persons"].sum()) == len(events)


def test_events_have_the_columns_of_the_contract() -> None:
    """Names and types are those of an event frame, with no row too."""
    events = find(cc.testing.events(tiny()), lambda drawn: drawn.empty)
    assert events.dtypes.astype(str).to_dict() == {
        "record": "str",
        "revision": "Int64",
        "reported_at": "datetime64[s]",
        "person": "str",
        "unit": "str",
        "date": "datetime64[s]",
        "channel": "str",
        "group": "str",
    }


# -- what is asserted ------------------------------------------------------------------------------


@pytest.fixture
def sound() -> cc.Allocation:
    """Return the hundred people of the tiny campaign by eligible people: 50, 30, 20."""
    return cc.allocate(tiny(), weights=cc.weights.eligible, floors={"a": 10}, caps={"b": 40})


def broken(sound: cc.Allocation, **shares: int) -> cc.Allocation:
    """Return an allocation with other shares in its table."""
    frame = sound.to_frame().drop(columns="own_share")  # made from the shares
    for unit, share in shares.items():
        frame.loc[frame["unit"] == unit, "share"] = share
    return attrs.evolve(sound, frame=frame)


def test_a_lost_person_is_found(sound: cc.Allocation) -> None:
    """Take one person away from the table and the assertion says how many are left."""
    cc.testing.assert_exact(sound)
    with pytest.raises(AssertionError, match="total: the units hold 99 persons, not 100"):
        cc.testing.assert_exact(broken(sound, a=49))


def test_every_broken_bound_is_found(sound: cc.Allocation) -> None:
    """A share below its floor, one below 0 and one above its cap are said in one message."""
    with pytest.raises(AssertionError) as caught:
        cc.testing.assert_exact(broken(sound, a=9, b=92, c=-1))
    assert str(caught.value).splitlines()[1:] == [
        "  unit 'a': share 9 is below its floor 10",
        "  unit 'c': share -1 is below its floor 0",
        "  unit 'b': share 92 is above its cap 40",
    ]


def test_an_upper_unit_that_differs_from_its_units_is_found() -> None:
    """The sum of a tier is held against the tier below, by name."""
    campaign = find(
        cc.testing.campaigns(tiers=2),
        lambda drawn: drawn.headcount.persons > 0,
        settings=settings(max_examples=50, phases=[Phase.generate]),
    )
    allocation = cc.allocate(campaign, weights=cc.weights.uncovered)
    cc.testing.assert_exact(allocation)
    frame = allocation.to_frame().drop(columns="own_share")  # made from the shares
    frame.loc[0, "share"] += 1
    name, held = frame.loc[0, "unit"], int(frame.loc[0, "share"])
    with pytest.raises(AssertionError, match=f"'{name}': has {held}, its units hold {held - 1}"):
        cc.testing.assert_exact(attrs.evolve(allocation, frame=frame))


def test_a_margin_that_does_not_hold_is_found(sound: cc.Allocation) -> None:
    """One person in another cell breaks a row and a column, and both are named."""
    departments = cc.allocate(tiny(), among="departments", weights=cc.weights.equal)
    crossed = cc.cross(sound, departments, weights="margins")
    cc.testing.assert_exact(crossed)
    cells = crossed.cells.copy()
    cells[0, 1] += 1
    with pytest.raises(AssertionError) as caught:
        cc.testing.assert_exact(attrs.evolve(crossed, cells=cells))
    assert "unit 'a': its cells hold 51, its share is 50" in str(caught.value)
    assert "department 'schools': its cells hold 51, its share is 50" in str(caught.value)


def test_a_plan_that_does_not_add_up_is_found(sound: cc.Allocation) -> None:
    """Periods that do not hold the share are named by unit, with both numbers."""
    plan = cc.schedule(sound, over="drive")
    cc.testing.assert_exact(plan)
    other = attrs.evolve(plan, allocation=broken(sound, a=51, b=29))
    with pytest.raises(AssertionError) as caught:
        cc.testing.assert_exact(other)
    assert "unit 'a': its periods hold 50, its share is 51" in str(caught.value)
    assert "unit 'b': its periods hold 30, its share is 29" in str(caught.value)


def test_running_totals_that_are_no_sums_are_found(
    sound: cc.Allocation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table whose running total jumps is named by unit and period."""
    plan = cc.schedule(sound, over="drive")
    table = plan.to_frame()
    table.loc[table["unit"] == "c", "planned_to_date"] += 3
    monkeypatch.setattr(cc.Plan, "to_frame", lambda _: table)
    with pytest.raises(AssertionError, match=r"unit 'c', 2026-06-01: planned_to_date 23, .* 20"):
        cc.testing.assert_exact(plan)


def events_of_two() -> pd.DataFrame:
    """Return two sound events of two persons in Ash."""
    days = pd.to_datetime(["2026-06-02", "2026-06-03"])
    return pd.DataFrame(
        {
            "record": ["r1", "r2"],
            "revision": [0, 0],
            "reported_at": days,
            "person": ["x", "y"],
            "unit": ["a", "a"],
            "date": days,
            "channel": ["new_employer", "new_employer"],
        }
    )


def test_a_row_that_nobody_explains_is_found() -> None:
    """A tally that counts fewer than it read, or read fewer than were given, fails by number."""
    tally = cc.tally(events_of_two(), tiny(), as_of="2026-06-30")
    cc.testing.assert_accounted(tally, rows=2)
    with pytest.raises(AssertionError, match="3 rows were given, 2 were read: 2 counted"):
        cc.testing.assert_accounted(tally, rows=3)
    with pytest.raises(AssertionError, match="5 were read: 2 counted"):
        cc.testing.assert_accounted(attrs.evolve(tally, rows_in=5))


def test_outcomes_that_differ_are_found() -> None:
    """One person more is another outcome, and the message names the unit and both numbers."""
    scenario = cc.Scenario(campaign=tiny(), weights=cc.weights.eligible, over="drive")
    cc.testing.assert_same_outcome(cc.run(scenario), cc.run(scenario))
    with pytest.raises(AssertionError) as caught:
        cc.testing.assert_same_outcome(cc.run(scenario), cc.run(cc.vary(scenario, target=102)))
    assert "allocation, unit 'a': share 50, then 51" in str(caught.value)
    assert "plan, unit 'a', phase 'drive', period 2026-06-01: planned 50, then 51" in str(
        caught.value
    )


def test_a_stage_that_only_one_has_is_found() -> None:
    """An outcome with reports is not the outcome of the same scenario without them."""
    scenario = cc.Scenario(
        campaign=tiny(), weights=cc.weights.eligible, over="drive", as_of="2026-06-10"
    )
    reports = cc.tally(events_of_two(), tiny(), as_of="2026-06-30")
    with pytest.raises(AssertionError, match="progress: only the second has it"):
        cc.testing.assert_same_outcome(cc.run(scenario), cc.run(scenario, reports=reports))


def test_results_of_one_stage_are_compared_too(sound: cc.Allocation) -> None:
    """Missing stays apart from 0, a missing unit is named, and two kinds are never the same."""
    frame = sound.to_frame().drop(columns="own_share")  # made from the shares
    cc.testing.assert_same_outcome(sound, attrs.evolve(sound, frame=frame))
    frame.loc[frame["unit"] == "a", "share"] = pd.NA
    with pytest.raises(AssertionError, match=r"unit 'a': share 50, then <NA>"):
        cc.testing.assert_same_outcome(sound, attrs.evolve(sound, frame=frame))
    with pytest.raises(AssertionError, match="unit 'c': only in the first"):
        cc.testing.assert_same_outcome(sound, attrs.evolve(sound, frame=frame.iloc[:2]))
    with pytest.raises(AssertionError, match="a Allocation is no Plan"):
        cc.testing.assert_same_outcome(sound, cc.schedule(sound, over="drive"))


def test_a_long_list_of_faults_is_cut(sound: cc.Allocation) -> None:
    """Of 50 states' shares and own shares ten faults are shown and the other 90 are counted."""
    campaign = cc.load_case("us-vaccination-2021")
    whole = cc.allocate(
        campaign, among=campaign.breakdowns[0].code, target=5_000, weights=cc.weights.equal
    )
    frame = whole.to_frame().drop(columns="own_share")  # made from the shares
    frame["share"] = np.int64(0)
    with pytest.raises(AssertionError, match="and 90 more"):
        cc.testing.assert_same_outcome(
            whole, attrs.evolve(whole, frame=frame.astype(sound.frame.dtypes))
        )

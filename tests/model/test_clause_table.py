"""Every clause of the Hengyang notice works: change its value, and a function says otherwise.

Clause 1 is the preamble: a citation, and nothing hangs on it.
"""

from collections.abc import Callable

import pandas as pd
import pytest
from attrs import evolve

import coverage_campaign as cc
from coverage_campaign.enforcement.licence_gate import Application
from coverage_campaign.model.enforcement_rules import EnforcementLadder
from coverage_campaign.model.scheme import AwardBar, Commendation
from coverage_campaign.model.units import Measure

Change = Callable[[cc.Campaign], cc.Campaign]
Says = Callable[[cc.Campaign], object]


def with_target(code: str, **changes: object) -> Change:
    """Return a change of a target."""
    return lambda case: case.with_part(
        evolve(next(one for one in case.targets if one.code == code), **changes)  # type: ignore[misc] - a table of tests
    )


def hengyang() -> cc.Campaign:
    """Return the shipped case with its suggested readings, and a target that is quick to test."""
    return with_target("headcount", persons=4_000)(cc.load_case("hengyang", year=2008))


def allocation(campaign: cc.Campaign) -> cc.Allocation:
    """Return the shares of the counties by the census of 2000."""
    return cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))


def plan(campaign: cc.Campaign) -> cc.Plan:
    """Return the plan over the special action."""
    return cc.schedule(allocation(campaign), over="special-action")


EVENTS = cc.simulate(plan(hengyang()), seed=7).events


def tally(campaign: cc.Campaign) -> cc.Tally:
    """Return what the same simulated reports count at the end of the year."""
    return cc.tally(EVENTS, campaign, as_of="2009-01-31", simulated=True)


def assessment(campaign: cc.Campaign) -> cc.Assessment:
    """Return who did well by the campaign's own scheme."""
    progress = cc.track(plan(campaign), tally(campaign), as_of="2008-12-31")
    assert campaign.scheme is not None
    return cc.assess(progress, campaign.scheme)


def text(frame: pd.DataFrame) -> str:
    """Return a table as text, so that two can be compared whatever they hold."""
    return frame.to_csv()


def without_unit(code: str) -> Change:
    """Return a change that takes a unit out."""
    return lambda case: evolve(case, units=[unit for unit in case.units if unit.code != code])


def with_channel_lost(case: cc.Campaign) -> cc.Campaign:
    """Return the case without the channel of people who come back."""
    return evolve(case, channels=[one for one in case.channels if one.code != "resumed"])


def with_scheme(**changes: object) -> Change:
    """Return a change of the assessment scheme."""
    return lambda case: evolve(case, scheme=evolve(case.scheme, **changes))  # type: ignore[misc] - as above


def narrowly(case: cc.Campaign) -> cc.Campaign:
    """Return the case in which the bar strikes no more than the kinds that it names."""
    return evolve(case, readings=evolve(case.readings, award_bar="departments"))


def without_court(case: cc.Campaign) -> cc.Campaign:
    """Return the case whose ladder never leads to the court."""
    assert case.ladder is not None
    return evolve(
        case,
        ladder=EnforcementLadder(
            [step for step in case.ladder.steps if step.code != "court"],
            [move for move in case.ladder.moves if "court" not in (move.source, move.target)],
        ),
    )


def events_after_refusal(case: cc.Campaign) -> list[str]:
    """Return where a case stands after a refusal and an application to the court."""
    assert case.ladder is not None
    opened = cc.enforcement.open_case(
        "employer", ladder=case.ladder.under(case.readings), on="2008-07-01"
    )
    refused = cc.enforcement.advance(
        cc.enforcement.advance(opened, "order", on="2008-07-10", by="labour"),
        "refuse",
        on="2008-08-01",
        by="labour",
    )
    try:
        return [repr(cc.enforcement.advance(refused, "apply", on="2008-08-10", by="labour"))]
    except cc.IllegalMoveError as error:
        return list(error.possible)


def received(case: cc.Campaign) -> pd.DataFrame:
    """Return reports of one county that arrive on the eighth of the month after."""
    del case
    return pd.DataFrame(
        {
            "unit": ["430405"],
            "period": pd.to_datetime(["2008-06-01"]),
            "received_on": pd.to_datetime(["2008-07-08"]),
        }
    )


def licence(case: cc.Campaign) -> str:
    """Return what a firm without a proof of payment is told at the yearly inspection."""
    assert case.gate is not None
    application = Application("firm", "yearly-inspection", ["insurance-registration"])
    return cc.enforcement.check_licence(application, gate=case.gate, on="2008-08-01").explain()


def with_capacity(case: cc.Campaign) -> cc.Campaign:
    """Return the case in which each county's agency can enrol 500 people."""
    units = [
        evolve(unit, counts={**dict(unit.counts), "capacity": 500})
        if unit in case.members("counties")
        else unit
        for unit in case.units
    ]
    measures = [*case.measures, Measure("capacity", "People that the agency can enrol")]
    return evolve(case, units=units, measures=measures)


def within_capacity(case: cc.Campaign) -> str:
    """Return the shares of the counties within what their agencies can do."""
    leaves = case.leaves("counties")
    caps = {unit.code: unit.count("capacity") for unit in leaves}
    known = {code: cap for code, cap in caps.items() if cap is not None}
    shares = cc.allocate(case, weights=cc.weights.by_measure("census_2000"), caps=known or None)
    return text(shares.to_frame())


CLAUSES: dict[str, tuple[Change, Says]] = {
    "head": (without_unit("430482"), lambda case: text(allocation(case).to_frame())),
    "reason": (
        with_target("coverage", to="75%"),
        lambda case: cc.review(case).of("increase-ambiguous"),
    ),
    "2": (
        with_target("headcount", persons=5_000),
        lambda case: text(allocation(case).totals()),
    ),
    "3(1)": (with_channel_lost, lambda case: text(tally(case).to_frame())),
    "3(2)": (
        lambda case: case.with_part(evolve(case.phase("special-action"), ends="11-30")),
        lambda case: text(plan(case).to_frame()),
    ),
    "3(3)": (
        with_scheme(award_bar=AwardBar(("district",))),
        lambda case: text(assessment(narrowly(case)).to_frame()),
    ),
    "4(1)": (
        lambda case: case.with_part(evolve(case.leading_groups[0], established=("430405",))),
        lambda case: cc.review(case).of("mirror-not-established"),
    ),
    "4(2)": (without_court, events_after_refusal),
    "4(3)": (
        lambda case: evolve(
            case, readings=evolve(case.readings, schedule_over=("drive-1", "drive-2"))
        ),
        lambda case: text(
            cc.run(
                cc.Scenario(campaign=case, weights=cc.weights.by_measure("census_2000"))
            ).plan.to_frame()  # type: ignore[union-attr] - the case has a schedule
        ),
    ),
    "4(4)": (
        with_scheme(commendation=Commendation("101%")),
        lambda case: text(assessment(case).to_frame()),
    ),
    "5(1)": (
        lambda case: evolve(case, reporting=evolve(case.reporting, due_day=10)),
        lambda case: text(cc.expected_reports(case, received=received(case), as_of="2008-07-31")),
    ),
    "5(2)": (
        lambda case: evolve(case, gate=evolve(case.gate, requirements=case.gate.requirements[:1])),  # type: ignore[union-attr] - the case has a gate
        licence,
    ),
    "5(3)": (with_capacity, within_capacity),
}


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_clause_works(clause: str) -> None:
    """Changing the value of a clause changes what the function of that clause says."""
    change, says = CLAUSES[clause]
    case = hengyang()
    assert says(case) == says(hengyang())
    assert says(change(case)) != says(case)


def test_no_clause_is_left_out() -> None:
    """Each clause of the case is walked; clause 1, the preamble, is a citation only."""
    assert {clause.code for clause in hengyang().clauses} == {*CLAUSES, "1"}


def test_the_duties_of_clause_5_2_are_looked_up() -> None:
    """Who answers for a group on a day follows from the duties of 5(2)."""
    case = hengyang()
    owners = case.responsible_for("private-non-enterprise", on="2008-06-15")
    assert [duty.unit for duty in owners] == ["education", "civil-affairs"]
    assert all(duty.clause == "5(2)" for duty in owners)
    assert case.responsible_for("coal", on="2008-10-01") == ()

"""Expected figures are reckoned by hand from the tiny campaign: 50, 30, 20 persons in 10 days."""

import datetime as dt

import attrs
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.errors import DefinitionError, ReportError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import to_instant
from coverage_campaign.model.readings import Question, Readings
from coverage_campaign.model.responsibilities import CountingRule, ReportingRule
from coverage_campaign.progress.counts import reported_counts
from coverage_campaign.progress.indicators import COLUMNS
from coverage_campaign.progress.progress import track
from coverage_campaign.reporting.sheets.read_reports import read_reports
from support.campaigns import tiny
from support.small_progress import DAILY, planned, received, tallied

NA = pd.NA


def column(frame: pd.DataFrame, name: str) -> list[object]:
    """Return a column as plain values, None for missing."""
    return [None if pd.isna(value) else value for value in frame[name].tolist()]


def net() -> Campaign:
    """Return the tiny campaign with a rule that takes losses off."""
    return attrs.evolve(tiny(), counting=CountingRule(net=True))


def test_the_columns_are_the_contract_with_its_types() -> None:
    """The frame has the columns of the contract, counts Int64, rates Float64, a RangeIndex."""
    frame = track(planned(), tallied(DAILY), as_of="2026-06-04").to_frame()
    assert tuple(frame.columns) == COLUMNS
    assert isinstance(frame.index, pd.RangeIndex)
    types = frame.dtypes.astype(str).to_dict()
    rates = {"gap_points", "gap_days", "required_per_day"}
    for name, kind in types.items():
        if name in {"unit", "name", "status"}:
            assert kind == "str"
        elif name == "complete":
            assert kind == "boolean"
        else:
            assert kind == ("Float64" if name.endswith("_rate") or name in rates else "Int64")


def test_the_figures_of_a_hand_reckoned_day() -> None:
    """On day 4 of 10, 15 of 50 done: 5 behind, 10 points, one day, 35 left in 6 days."""
    frame = track(planned(), tallied(DAILY), as_of="2026-06-04").to_frame()
    assert column(frame, "target") == [50, 30, 20]
    assert column(frame, "planned") == [20, 12, 8]
    assert column(frame, "done") == [15, 0, None]
    assert column(frame, "completion_rate") == [0.3, 0.0, None]
    assert column(frame, "planned_rate") == [0.4, 0.4, 0.4]
    assert column(frame, "gap_persons") == [-5, -12, None]
    assert column(frame, "gap_points") == [-10.0, -40.0, None]
    assert column(frame, "gap_days") == pytest.approx([-1.0, -4.0, None])
    assert column(frame, "shortfall") == [35, 30, None]
    assert column(frame, "required_per_day") == pytest.approx([35 / 6, 5.0, None])
    assert column(frame, "rank") == [1, 2, None]
    assert column(frame, "status") == ["behind", "behind", "not_reported"]
    assert column(frame, "coverage_rate") == [365 / 500, 210 / 300, None]


def test_missing_is_not_zero_and_a_reported_zero_is() -> None:
    """Cedar never reported: everything that hangs on it is <NA>; Birch reported 0."""
    progress = track(planned(), tallied(DAILY), as_of="2026-06-04")
    cedar = progress.to_frame().set_index("unit").loc["c"]
    missing = "done new completion_rate gap_points gap_persons gap_days shortfall rank"
    assert all(pd.isna(cedar[name]) for name in missing.split())
    assert progress.to_frame().set_index("unit").loc["b", "done"] == 0
    assert any("No counted report from Cedar" in note for note in progress.notes)
    assert column(progress.unranked(), "reason") == ["no report counted"]


def test_new_counts_the_period_of_as_of() -> None:
    """A plan and a tally by day: new is the day's; a plan by month: the month's to the day."""
    by_day = track(planned(), tallied(DAILY), as_of="2026-06-03").to_frame()
    assert column(by_day, "new") == [5, None, None]
    by_month = track(planned(by="month"), tallied(DAILY), as_of="2026-06-03").to_frame()
    assert column(by_month, "new") == [15, 0, None]


def test_new_is_known_without_a_figure_only_where_a_report_is_owed() -> None:
    """Cedar reports nobody for June: on 4 June that is not known yet, on 30 June it is 0.

    Of July, after the plan, no report is owed: what nobody reported is not known.
    """
    came = received(*((code, "2026-06-01", "2026-07-01") for code in "abc"))
    for day, new in (
        ("2026-06-04", [15, 0, None]),
        ("2026-06-30", [15, 0, 0]),
        ("2026-07-31", [None, None, None]),
    ):
        told = track(planned(by="month"), tallied(DAILY), as_of=day, received=came)
        assert column(told.to_frame(), "new") == new


def test_net_takes_losses_off_and_gross_does_not() -> None:
    """Two of Ash's fifteen lapsed: 13 count net, 15 gross."""
    rows = tallied(DAILY, campaign=net())
    assert column(track(planned(net()), rows, as_of="2026-06-04").to_frame(), "done")[0] == 13
    assert column(track(planned(), tallied(DAILY), as_of="2026-06-04").to_frame(), "done")[0] == 15


def test_an_open_reading_of_net_leaves_done_open() -> None:
    """Where nobody says whether losses count, what is done is open where there are any."""
    asked = attrs.evolve(
        tiny(), questions=(Question("counted", "gross or net?"),), readings=Readings()
    )
    progress = track(planned(asked), tallied(DAILY, campaign=asked), as_of="2026-06-04")
    assert column(progress.to_frame(), "done") == [None, 0, None]
    assert pd.isna(progress.totals()["done"].iloc[0])
    assert any("readings.counted" in note for note in progress.notes)
    assert progress.open_questions == ("counted",)
    assert "what is done is open" in repr(progress)
    no_loss = [row for row in DAILY if row[2] != "lapsed"]
    known = track(planned(asked), tallied(no_loss, campaign=asked), as_of="2026-06-04")
    assert column(known.to_frame(), "done") == [15, 0, None]
    assert known.open_questions == ()


def test_channels_outside_the_counting_rule_do_not_count() -> None:
    """A rule that names new employers alone leaves out resumptions; 'all' always counts."""
    rule = attrs.evolve(tiny(), counting=CountingRule(channels=("new_employer",)))
    rows = [*DAILY, ("c", "2026-06-01", "all", 3)]
    frame = track(planned(rule), tallied(rows, campaign=rule), as_of="2026-06-04").to_frame()
    assert column(frame, "done") == [10, 0, 3]


def test_totals_pool_and_never_average() -> None:
    """15 of 100 is 15 %, whatever the mean of 30 % and 0 % is; the silent unit adds nothing."""
    total = track(planned(), tallied(DAILY), as_of="2026-06-04").totals()
    assert tuple(total.columns) == COLUMNS
    row = total.iloc[0]
    assert (row["target"], row["planned"], row["done"]) == (100, 40, 15)
    assert row["completion_rate"] == 0.15
    assert row["gap_persons"] == -25
    assert row["gap_days"] == pytest.approx(-2.5)
    assert row["coverage_rate"] == 715 / 1000
    assert pd.isna(row["rank"])


def test_before_the_start_nothing_is_planned() -> None:
    """A day before the plan: nothing planned, no gap, all days left."""
    rows = tallied([("a", "2026-06-01", "new_employer", 1)])
    row = track(planned(), rows, as_of="2026-05-31").to_frame().iloc[0]
    assert (row["planned"], row["planned_rate"]) == (0, 0.0)
    assert pd.isna(row["done"])
    zero = tallied([("a", "2026-05-20", "new_employer", 0)])
    row = track(planned(), zero, as_of="2026-05-31").to_frame().iloc[0]
    assert (row["gap_persons"], row["gap_days"], row["required_per_day"]) == (0, 0.0, 5.0)


def test_after_the_end_all_is_planned_and_later_persons_count() -> None:
    """Past the last day no day is left to require anything of; what comes later still counts."""
    rows = tallied([*DAILY, ("a", "2026-08-01", "new_employer", 40)])
    row = track(planned(), rows, as_of="2026-08-02").to_frame().iloc[0]
    assert (row["planned"], row["done"], row["shortfall"]) == (50, 55, 0)
    assert row["completion_rate"] == 1.1
    assert pd.isna(row["required_per_day"])
    assert row["gap_days"] == 0.0


def test_above_the_target_is_shown_and_flagged() -> None:
    """60 of 50 is 1.2, not 1; a note names the unit."""
    progress = track(planned(), tallied([("a", "2026-06-01", "all", 60)]), as_of="2026-06-02")
    assert progress.to_frame()["completion_rate"].iloc[0] == 1.2
    assert any("Above 100% of the target: Ash." in note for note in progress.notes)


def test_the_cutoff_of_results_ends_the_count() -> None:
    """With a cut-off on 5 June, persons of 6 June do not count on 9 June."""
    cut = attrs.evolve(tiny(), readings=Readings(result_cutoff="06-05"))
    rows = [("a", "2026-06-05", "all", 4), ("a", "2026-06-06", "all", 8)]
    progress = track(planned(cut), tallied(rows, campaign=cut), as_of="2026-06-09")
    assert progress.to_frame()["done"].iloc[0] == 4
    assert progress.to_frame()["planned"].iloc[0] == 45
    assert any("cut-off" in note for note in progress.notes)


def test_a_month_that_the_day_cuts_counts_only_if_it_cannot_hold_more() -> None:
    """A monthly figure known on 5 July says nothing about 4 June; one known on 4 June does."""
    rows = [("a", "2026-06-01", "all", 20)]
    late = tallied(rows, by="month", as_of=to_instant("2026-07-05"))
    progress = track(planned(), late, as_of="2026-06-04")
    assert pd.isna(progress.to_frame()["done"].iloc[0])
    assert any("20 persons reported for 2026-06 are left out" in one for one in progress.notes)
    then = tallied(rows, by="month", as_of=to_instant("2026-06-04"))
    assert track(planned(), then, as_of="2026-06-04").to_frame()["done"].iloc[0] == 20
    whole = track(planned(), late, as_of="2026-06-30")
    assert whole.to_frame()["done"].iloc[0] == 20
    unknown = tallied(rows, by="month", as_of=None)
    assert pd.isna(track(planned(), unknown, as_of="2026-06-29").to_frame()["done"].iloc[0])


def test_a_last_month_ends_with_the_campaign() -> None:
    """A campaign that ends on 10 June has a June that is over on 10 June."""
    short = attrs.evolve(tiny(), phases=tiny().phases[:1])
    rows = tallied([("a", "2026-06-01", "all", 20)], by="month", campaign=short)
    assert track(planned(short), rows, as_of="2026-06-10").to_frame()["done"].iloc[0] == 20


def test_stock_is_covered_before_and_never_new() -> None:
    """A reported stock replaces the older figure of persons covered before."""
    rows = tallied(DAILY, stock=[("a", "2026-06-01", 400), ("b", "2026-07-01", 9)])
    frame = track(planned(), rows, as_of="2026-06-04").to_frame()
    assert column(frame, "coverage_rate") == [415 / 500, 210 / 300, None]
    assert column(frame, "done") == [15, 0, None]


def test_coverage_is_missing_without_its_figures() -> None:
    """Without a measure of the covered or of the eligible there is no rate."""
    for name in ("eligible", "covered"):
        campaign = attrs.evolve(tiny(), **{name: ""})
        frame = track(planned(campaign), tallied(DAILY, campaign=campaign), as_of="2026-06-04")
        assert column(frame.to_frame(), "coverage_rate") == [None, None, None]


def test_units_below_a_planned_one_count_for_it_and_strangers_are_named() -> None:
    """The city's departments are not planned: their persons are left out, and said so."""
    rows = [*DAILY, ("labour", "2026-06-01", "all", 7)]
    progress = track(planned(), tallied(rows), as_of="2026-06-04")
    assert progress.totals()["done"].iloc[0] == 15
    assert any(
        "7 persons of units outside the plan" in one and "labour" in one for one in progress.notes
    )
    city = planned()
    village = attrs.evolve(
        tiny(),
        units=[*tiny().units, attrs.evolve(tiny().unit("a"), code="a1", parent="a", kind="town")],
    )
    rows = tallied([("a1", "2026-06-01", "all", 6)], campaign=village)
    assert track(city, rows, as_of="2026-06-04").to_frame()["done"].iloc[0] == 6


def test_a_plan_and_a_tally_without_a_common_unit_are_an_error_that_names_both() -> None:
    """Departments report, counties are planned: the error names codes of both sides."""
    rows = tallied([("labour", "2026-06-01", "all", 7)])
    with pytest.raises(ReportError, match=r"labour.*a, b and c"):
        track(planned(), rows, as_of="2026-06-04")


def test_an_empty_tally_is_no_error() -> None:
    """Nothing reported yet: everything done is <NA>, the plan still stands."""
    progress = track(planned(), tallied([]), as_of="2026-06-04")
    assert column(progress.to_frame(), "done") == [None, None, None]
    assert progress.totals()["planned"].iloc[0] == 40
    assert pd.isna(progress.totals()["done"].iloc[0])
    assert "nothing reported" in repr(progress)
    assert progress.history()["done_to_date"].isna().all()


def test_another_campaigns_tally_is_refused() -> None:
    """A plan of 2026 is not tracked with reports of 2027."""
    other = attrs.evolve(tiny(), year=2027)
    with pytest.raises(DefinitionError, match="tiny 2027"):
        track(planned(), tallied([], campaign=other), as_of="2026-06-04")


def test_received_reports_decide_who_is_ranked_and_what_is_zero() -> None:
    """Ash's June report came in time, Birch's late, Cedar's never; due on 5 July."""
    came = received(("a", "2026-06-01", "2026-07-03"), ("b", "2026-06-01", "2026-07-09"))
    rows = [row for row in DAILY if row[0] == "a"]
    progress = track(planned(), tallied(rows), as_of="2026-06-30", received=came)
    frame = progress.to_frame()
    assert column(frame, "reports_expected") == [1, 1, 1]
    assert column(frame, "reports_received") == [1, 1, 0]
    assert column(frame, "reports_on_time") == [1, 0, 0]
    assert column(frame, "complete") == [True, True, False]
    assert column(frame, "done") == [15, 0, None]
    assert column(frame, "rank") == [1, 2, None]
    assert column(progress.unranked(), "reason") == ["0 of 1 reports received"]
    assert progress.totals()["complete"].iloc[0] == False  # noqa: E712 - a nullable boolean


def test_a_unit_with_a_missing_report_is_not_ranked_although_it_counts() -> None:
    """Ash has persons but its report is not on the list: shown, not ranked."""
    came = received(("b", "2026-06-01", "2026-07-01"))
    frame = track(planned(), tallied(DAILY), as_of="2026-06-30", received=came).to_frame()
    assert column(frame, "done")[:2] == [15, 0]
    assert column(frame, "rank") == [None, 1, None]


def test_a_report_that_comes_later_is_not_known_yet() -> None:
    """The tally was made on 5 July: a report received on 6 July is not there."""
    tally = tallied(DAILY, as_of=to_instant("2026-07-05T12:00"))
    came = received(("a", "2026-06-01", "2026-07-06"), ("a", "2026-06-01", "2026-07-08"))
    frame = track(planned(), tally, as_of="2026-06-30", received=came).to_frame()
    assert column(frame, "reports_received") == [0, 0, 0]


def test_a_tally_made_before_the_day_knows_no_report_of_after_it() -> None:
    """The tally was made on 20 June: on 30 June a report of 25 June is still not known."""
    tally = tallied(DAILY, as_of=to_instant("2026-06-20"))
    came = received(("a", "2026-06-01", "2026-06-25"), ("b", "2026-06-01", "2026-06-19"))
    frame = track(planned(), tally, as_of="2026-06-30", received=came).to_frame()
    assert column(frame, "reports_received") == [0, 1, 0]


def test_without_received_all_rank_and_the_basis_says_so() -> None:
    """No list of reports: report columns are <NA> and completeness is said to be unknown."""
    progress = track(planned(), tallied(DAILY), as_of="2026-06-30")
    assert progress.to_frame()["complete"].isna().all()
    assert any("completeness" in line for line in progress.basis.lines())
    lacking = pd.DataFrame({"unit": ["a"]})
    with pytest.raises(ReportError, match="period and received_on"):
        track(planned(), tallied(DAILY), as_of="2026-06-30", received=lacking)


def test_without_a_rule_every_planned_unit_owes_a_report() -> None:
    """A campaign without a reporting rule: each county owes June's report, on time is unknown."""
    campaign = attrs.evolve(tiny(), reporting=None)
    came = received(("a", "2026-06-01", "2026-07-03"))
    tally = tallied(DAILY, campaign=campaign)
    frame = track(planned(campaign), tally, as_of="2026-06-30", received=came).to_frame()
    assert column(frame, "reports_expected") == [1, 1, 1]
    assert column(frame, "reports_received") == [1, 0, 0]
    assert column(frame, "reports_on_time") == [None, None, None]


def test_reports_of_units_below_count_for_the_planned_one() -> None:
    """Two towns of Ash owe a report each; one came: Ash is not complete."""
    town = attrs.evolve(tiny().unit("a"), parent="a", kind="town")
    campaign = attrs.evolve(
        tiny(),
        units=[*tiny().units, *(attrs.evolve(town, code=code) for code in ("a1", "a2"))],
        reporting=ReportingRule(kinds="town", to="labour", due_day=5),
    )
    came = received(("a1", "2026-06-01", "2026-07-03"))
    progress = track(
        planned(), tallied(DAILY, campaign=campaign), as_of="2026-06-30", received=None
    )
    assert progress.to_frame()["complete"].isna().all()
    plan = planned()
    plan = attrs.evolve(plan, allocation=attrs.evolve(plan.allocation, campaign=campaign))
    frame = track(
        plan, tallied(DAILY, campaign=campaign), as_of="2026-06-30", received=came
    ).to_frame()
    assert column(frame, "reports_expected") == [2, 0, 0]
    assert column(frame, "reports_received") == [1, 0, 0]
    assert column(frame, "complete") == [False, True, True]


def test_a_month_that_is_not_over_owes_no_report() -> None:
    """On 20 June no report is owed yet."""
    came = received(("a", "2026-06-01", "2026-07-03"))
    frame = track(planned(), tallied(DAILY), as_of="2026-06-20", received=came).to_frame()
    assert column(frame, "reports_expected") == [0, 0, 0]


def test_a_target_of_zero_has_no_rate_and_no_rank() -> None:
    """A unit with no target: rates <NA>, counts as they are, a reason."""
    from coverage_campaign.allocation.allocate import allocate
    from coverage_campaign.scheduling.schedule import schedule

    allocation = allocate(tiny(), among="counties", weights={"a": 1, "b": 1, "c": 0})
    plan = schedule(allocation, over="drive")
    progress = track(plan, tallied([("c", "2026-06-01", "all", 3)]), as_of="2026-06-04")
    row = progress.to_frame().iloc[2]
    assert (row["target"], row["done"], row["gap_persons"], row["shortfall"]) == (0, 3, 3, 0)
    for name in ("completion_rate", "planned_rate", "gap_points", "gap_days", "rank"):
        assert pd.isna(row[name])
    assert progress.unranked().set_index("unit").loc["c", "reason"] == "its target is 0"
    assert "target is 0" in progress.explain("c")


def test_history_is_the_plan_with_what_was_done_until_as_of() -> None:
    """One row per period; done ends at as_of."""
    history = track(planned(), tallied(DAILY), as_of="2026-06-04").history()
    assert list(history.columns) == ["period", "planned_to_date", "done_to_date"]
    assert column(history, "planned_to_date") == [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
    assert column(history, "done_to_date") == [10, 10, 15, 15, *([None] * 6)]


def test_persons_from_outside_the_plan_have_periods_of_their_own() -> None:
    """4 before the drive, 10 in it, 3 after it: the periods add up to 17, planned ones to 100."""
    rows = [
        ("a", "2026-05-30", "all", 4),
        ("a", "2026-06-02", "all", 10),
        ("a", "2026-06-15", "all", 3),
    ]
    table = track(planned(), tallied(rows), as_of="2026-06-20").rollup("period")
    table = table.set_index(table["period"].dt.strftime("%m-%d"))
    assert table["done"].sum() == 17
    assert table["planned"].sum() == 100
    assert table.loc["05-30", ["planned", "done"]].tolist() == [0, 4]
    assert table.loc["06-15", ["planned", "done"]].tolist() == [0, 3]
    assert table["done_to_date"].iloc[-1] == 17


def test_a_months_figure_stands_at_its_end() -> None:
    """The June figure of a monthly tally is not done on 1 June, though the plan goes by days."""
    rows = [("a", "2026-06-01", "all", 30)]
    history = track(planned(), tallied(rows, by="month"), as_of="2026-06-30").history()
    assert history["period"].iloc[-1] == pd.Timestamp("2026-06-30")
    assert history["done_to_date"].iloc[:-1].isna().all()
    assert history["done_to_date"].iloc[-1] == 30


def test_gross_says_which_losses_it_leaves() -> None:
    """Two lapsed and gross counts: a note says so; with a net rule there is nothing to say."""
    gross = track(planned(), tallied(DAILY), as_of="2026-06-04")
    assert any("2 reported losses are not deducted" in note for note in gross.notes)
    counted = track(planned(net()), tallied(DAILY, campaign=net()), as_of="2026-06-04")
    assert not any("losses" in note for note in counted.notes)


def test_a_bulletin_can_be_made_again_as_it_was_known() -> None:
    """June as known on 5 July and as known later differ by the correction, each byte by byte."""
    then = tallied(DAILY, as_of=to_instant("2026-07-05"))
    corrected = [*DAILY, ("a", "2026-06-04", "new_employer", 7)]
    later = tallied(corrected, as_of=to_instant("2026-08-05"))
    first = track(planned(), then, as_of="2026-06-30").to_frame().to_csv()
    now = track(planned(), later, as_of="2026-06-30")
    assert now.to_frame().to_csv() != first
    assert now.change_since(track(planned(), then, as_of="2026-06-30"))["new"].iloc[0] == 7
    assert track(planned(), then, as_of="2026-06-30").to_frame().to_csv() == first


def test_running_totals_are_ready_for_a_back_test() -> None:
    """Days with figures, nothing the day before the first, <NA> for who never reported."""
    totals = track(planned(), tallied(DAILY), as_of="2026-06-04").running_totals()
    assert totals.index.strftime("%m-%d").tolist() == ["05-31", "06-01", "06-02", "06-03"]
    assert totals["a"].tolist() == [0, 10, 10, 15]
    assert totals["b"].tolist() == [0, 0, 0, 0]
    assert totals["c"].isna().all()


def test_explain_gives_formula_and_numbers() -> None:
    """Every figure of a unit can be checked from its explanation."""
    text = track(planned(), tallied(DAILY), as_of="2026-06-04").explain("a")
    for part in (
        "target = 50",
        "clause 1",
        "planned = 20",
        "4 of 10 planned days",
        "10 entries + 5 resumptions = 15",
        "gross; 2 losses reported",
        "15 / 50 = 0.3000",
        "15 - 20 = −5",
        "the plan reaches 15 persons on 3 Jun 2026",
        "max(0, 50 - 15) = 35",
        "35 / 6",
        "350 covered before + 15",
        "rank = 1: 0 of 2 ranked units have a higher completion rate",
        "50 x 0.4000 of the curve = 20.0",
        "new = not known: no report counted since 4 Jun 2026",
    ):
        assert part in text, part
    with pytest.raises(DefinitionError, match="not in the plan"):
        track(planned(), tallied(DAILY), as_of="2026-06-04").explain("x")


def test_explain_says_why_there_is_no_figure_and_no_rank() -> None:
    """Each cause has its own sentence: silent, a report missing, a target of 0, an open reading."""
    came = received(("a", "2026-06-01", "2026-07-01"))
    late = track(planned(), tallied(DAILY), as_of="2026-06-30", received=came)
    assert "rank = none: 0 of 1 reports received" in late.explain("b")
    assert "reports = 1 of 1 received" in late.explain("a")
    silent = track(planned(), tallied(DAILY), as_of="2026-06-04").explain("c")
    assert "done = not known: no report counted" in silent
    assert silent.endswith("rank = none: no report counted")
    assert "排名 = 无：没有已计入的报表" in track(
        planned(), tallied(DAILY), as_of="2026-06-04"
    ).explain("c", lang="zh")
    campaign = attrs.evolve(
        tiny(), questions=(Question("counted", "?"),), readings=Readings(), counting=CountingRule()
    )
    unclear = track(planned(campaign), tallied(DAILY, campaign=campaign), as_of="2026-06-04")
    assert "2 losses are reported; whether they are deducted is open" in unclear.explain("a")
    assert set(unclear.unranked()["reason"]) == {"no report counted"}


def test_the_ground_of_a_ranking_stands_beside_it() -> None:
    """Completeness, burden and signs by unit, in the order of the frame."""
    progress = track(planned(), tallied(DAILY), as_of="2026-06-04")
    ground = progress.context()
    assert ground["unit"].tolist() == ["a", "b", "c"]
    assert ground["rank"].fillna(-1).tolist() == [1, 2, -1]
    assert ground["burden_rate"].tolist() == [50 / 500, 30 / 300, 20 / 200]
    assert ground["complete"].isna().all()
    assert ground["diagnosis"].fillna("?").tolist() == ["low reach", "low reach", "?"]
    mine = pd.DataFrame({"unit": ["b"], "signal": ["spike"]})
    assert progress.context(mine)["signals"].tolist() == ["", "spike", ""]


def test_it_shows_itself_escaped_and_short() -> None:
    """The repr has at most 12 lines, the HTML holds title, notes and no raw markup of names."""
    units = [
        attrs.evolve(unit, label="<b>Ash</b>") if unit.code == "a" else unit
        for unit in tiny().units
    ]
    campaign = attrs.evolve(tiny(), units=units)
    progress = track(planned(campaign), tallied(DAILY, campaign=campaign), as_of="2026-06-04")
    assert len(repr(progress).splitlines()) <= 12
    html = progress._repr_html_()
    assert "&lt;b&gt;Ash" in html
    assert "<b>Ash" not in html
    assert "completeness" in html


def test_what_is_handed_out_cannot_change_the_result() -> None:
    """Writing into a frame that was handed out leaves the progress as it was."""
    progress = track(planned(), tallied(DAILY), as_of="2026-06-04")
    handed_out = progress.to_frame()
    handed_out["done"] = 0
    assert column(progress.to_frame(), "done") == [15, 0, None]


PERSONS = st.integers(min_value=-3, max_value=60)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.dates(dt.date(2026, 6, 1), dt.date(2026, 6, 12)).map(str),
        st.sampled_from(["new_employer", "self_employed", "resumed", "lapsed"]),
        PERSONS,
    ),
    max_size=30,
)
DAYS = st.dates(dt.date(2026, 5, 25), dt.date(2026, 6, 20))


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(rows=ROWS, day=DAYS, counts_net=st.booleans(), by=st.sampled_from(["day", "month"]))
def test_the_identities_hold(rows: list, day: dt.date, counts_net: bool, by: str) -> None:  # noqa: FBT001
    """Gap = done - planned, shortfall = what lacks, totals = sums, whatever was reported."""
    campaign = net() if counts_net else tiny()
    progress = track(planned(campaign, by=by), tallied(rows, campaign=campaign), as_of=day)
    frame, total = progress.to_frame(), progress.totals().iloc[0]
    known = frame[frame["done"].notna()]
    assert (known["gap_persons"] == known["done"] - known["planned"]).all()
    assert (known["shortfall"] == (known["target"] - known["done"]).clip(lower=0)).all()
    assert total["target"] == frame["target"].sum() == 100
    assert total["planned"] == frame["planned"].sum()
    sign = {"lapsed": -1 if counts_net else 0}
    wanted = {
        unit: sum(r[3] * sign.get(r[2], 1) for r in rows if r[0] == unit and r[1] <= str(day))
        for unit in {r[0] for r in rows if r[1] <= str(day)}
    }
    assert {row.unit: row.done for row in known.itertuples()} == wanted
    if wanted:
        assert total["done"] == sum(wanted.values())
    agreeing = known["gap_days"].map(lambda days: (days > 0) - (days < 0))
    assert (
        (agreeing == known["gap_persons"].map(lambda g: (g > 0) - (g < 0))) | (agreeing == 0)
    ).all()


@settings(deadline=None, max_examples=25)
@given(rows=ROWS, day=DAYS)
def test_every_view_of_a_progress_adds_up_to_it(rows: list, day: dt.date) -> None:
    """Parts of the gap, channels, periods, the bridge and the city: each is the same whole."""
    progress = track(planned(net()), tallied(rows, campaign=net()), as_of=day)
    frame, total = progress.to_frame(), progress.totals().iloc[0]
    done = int(frame["done"].fillna(0).sum())
    parts = progress.gap_contributions()
    assert parts["gap_persons"].sum() == done - frame["planned"].sum()
    assert parts["shortfall"].sum() == (frame["target"] - frame["done"].fillna(0)).clip(0).sum()
    for share in ("gap_share", "shortfall_share"):
        assert parts[share].isna().all() or parts[share].sum() == pytest.approx(1)
    channels = progress.rollup("channel").fillna({"persons": 0})
    signs = channels["effect"].map({"entry": 1, "resumption": 1, "loss": -1})
    assert (channels["persons"] * signs).sum() == done
    assert progress.rollup("period")["done"].fillna(0).sum() == done
    steps = progress.bridge().set_index("step")["persons"].fillna(0)
    assert steps["gross"] == steps["entries"] + steps["resumptions"]
    assert steps["net"] == steps["gross"] + steps["losses"] == done
    city = progress.rollup("tier").iloc[0]
    names = ["target", "planned", "done", "new", "gap_persons", "shortfall"]
    assert city[names].fillna(-1).tolist() == total[names].fillna(-1).tolist()


@settings(deadline=None, max_examples=15)
@given(rows=ROWS, day=DAYS, data=st.data())
def test_the_order_of_rows_is_irrelevant(rows: list, day: dt.date, data: st.DataObject) -> None:
    """Shuffled reports give the same progress to the last digit."""
    shuffled = data.draw(st.permutations(rows))
    one = track(planned(), tallied(rows), as_of=day)
    other = track(planned(), tallied(shuffled), as_of=day)
    pd.testing.assert_frame_equal(one.to_frame(), other.to_frame(), check_exact=True)
    pd.testing.assert_frame_equal(one.history(), other.history(), check_exact=True)


def test_a_baseline_tells_who_was_covered_before() -> None:
    """Reports of 362 and then 370 covered over a baseline of 360: 10 done, 370 of 500 covered.

    The campaign names no measure of those covered before; Birch was given no baseline, so its first
    figure is stock, and of Cedar nothing is known.
    """
    campaign = attrs.evolve(tiny(), covered="")
    reports = pd.DataFrame(
        {
            "unit": ["a", "a", "b", "b"],
            "date": ["2026-06-02", "2026-06-04", "2026-06-02", "2026-06-04"],
            "persons": [362, 370, 212, 215],
        }
    )
    tally = read_reports(reports, campaign, figures="cumulative", by="day", baseline={"a": 360})
    frame = track(planned(campaign), tally, as_of="2026-06-04").to_frame().set_index("unit")
    assert frame["done"].fillna(-1).tolist() == [10, 3, -1]
    assert frame["coverage_rate"].iloc[:2].tolist() == [370 / 500, 215 / 300]
    assert frame["coverage_rate"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize(("before", "known"), [({"a": 360, "b": 210}, True), ({"a": 360}, False)])
def test_those_covered_in_some_units_below_are_not_those_of_all(
    before: dict[str, int], *, known: bool
) -> None:
    """A city over Ash and Birch, which report: with one baseline of two its own is not known."""
    baseline = pd.DataFrame(
        {"unit": pd.Series(list(before), dtype="str"), "persons": pd.array(list(before.values()))}
    )
    tally = attrs.evolve(tallied(DAILY), baseline=baseline)
    rows = reported_counts(tally, tally.campaign, ("city",), through=dt.date(2026, 6, 4))
    assert rows.has_stock.tolist() == [known]
    assert rows.stock.tolist() == [sum(before.values())]


def test_weeks_count_when_they_are_over() -> None:
    """1 June 2026 is a Monday: its week counts on the 7th, the next one on the 14th."""
    rows = tallied([("a", "2026-06-01", "all", 5), ("a", "2026-06-08", "all", 4)], by="week")
    done = {
        day: column(track(planned(), rows, as_of=f"2026-06-{day:02d}").to_frame(), "done")[0]
        for day in (6, 7, 13, 14)
    }
    assert done == {6: None, 7: 5, 13: 5, 14: 9}
    week = track(planned(), rows, as_of="2026-06-07")
    assert column(week.to_frame(), "new")[0] == 5
    assert week.running_totals()["a"].tolist() == [0, 5]


def test_months_from_the_26th_to_the_25th() -> None:
    """June is 26 May to 25 June: on 24 June it is left out, on the 25th it counts."""
    rule = ReportingRule(kinds="county", to="labour", starts_on=26, due_day=5)
    campaign = attrs.evolve(tiny(), reporting=rule)
    rows = tallied([("a", "2026-06-01", "all", 20)], campaign=campaign, by="month")
    early = track(planned(campaign), rows, as_of="2026-06-24")
    assert pd.isna(early.to_frame()["done"].iloc[0])
    assert any("20 persons reported for 2026-06 are left out" in note for note in early.notes)
    late = track(planned(campaign), rows, as_of="2026-06-25")
    assert column(late.to_frame(), "done")[0] == 20
    assert column(late.to_frame(), "new")[0] == 20
    assert late.history()["done_to_date"].dropna().tolist()[-1] == 20
    assert late.quality_flags == {}

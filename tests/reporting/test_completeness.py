"""Who owes which report by when; reckoned by hand on a campaign of three counties.

The tiny campaign's drive is 1 to 10 June 2026, its results run from 1 December to 31 January; the
whole window has the months June 2026 to January 2027. Reports are due on the 5th.
"""

import datetime as dt

import attrs
import pandas as pd
import pytest

from coverage_campaign.errors import DefinitionError, ReportError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.readings import Readings
from coverage_campaign.model.responsibilities import ReportingRule
from coverage_campaign.model.units import Unit
from coverage_campaign.reporting.completeness import (
    completeness,
    due_on,
    expected_reports,
    report_routes,
)
from support.campaigns import tiny


def came(*rows: tuple[object, ...], columns: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return received reports: unit, period, received_on and further columns."""
    return pd.DataFrame(rows, columns=["unit", "period", "received_on", *columns], dtype=object)


def with_rule(**changes: object) -> Campaign:
    """Return the tiny campaign with its reporting rule changed."""
    rule = tiny().reporting
    assert rule is not None
    return attrs.evolve(tiny(), reporting=attrs.evolve(rule, **changes))


def statuses(frame: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Return the status by unit and month."""
    months = frame["period"].dt.strftime("%Y-%m")
    return dict(zip(zip(frame["unit"], months, strict=True), frame["status"], strict=True))


def test_each_report_is_on_time_late_missing_or_outstanding() -> None:
    """The due day itself is on time; a month whose due day is not over is outstanding."""
    received = came(
        ("a", "2026-06-01", "2026-07-05"),
        ("乙县", "2026年6月", dt.date(2026, 7, 6)),
        ("a", "2026-07-31", "2026-08-01"),
        ("b", "2026-07-01", "2026-08-06"),
    )
    frame = expected_reports(with_rule(), received=received, as_of="2026-08-05")
    assert statuses(frame) == {
        ("a", "2026-06"): "on_time",
        ("b", "2026-06"): "late",
        ("c", "2026-06"): "missing",
        ("a", "2026-07"): "on_time",
        ("b", "2026-07"): "outstanding",  # it comes on 6 August: not known yet
        ("c", "2026-07"): "outstanding",
    }
    assert set(frame["due"]) == {pd.Timestamp("2026-07-05"), pd.Timestamp("2026-08-05")}
    assert set(frame["to"]) == {"labour"}


def test_rates_are_of_what_was_expected() -> None:
    """On time ÷ expected, never ÷ received; a report that is not yet due is not missing."""
    received = came(
        ("a", "2026-06", "2026-07-05"),
        ("a", "2026-07", "2026-08-09"),
        ("b", "2026-06", "2026-07-05"),
    )
    frame = expected_reports(with_rule(), received=received, as_of="2026-09-02")
    table = completeness(frame).set_index("unit")
    assert table.loc["a", ["expected", "received", "on_time", "late", "missing"]].tolist() == [
        *(2, 2, 1, 1, 0)
    ]
    assert table.loc["a", ["reporting_rate", "on_time_rate"]].tolist() == [1.0, 0.5]
    assert table.loc["b", ["expected", "received", "on_time", "missing"]].tolist() == [2, 1, 1, 1]
    assert table.loc["b", ["reporting_rate", "on_time_rate"]].tolist() == [0.5, 0.5]
    assert table.loc["c", ["expected", "received", "on_time_rate"]].tolist() == [2, 0, 0.0]


def test_an_empty_report_on_time_is_seen() -> None:
    """A report without a figure is in and on time, and still empty."""
    received = came(
        ("a", "2026-06", "2026-07-01", 12),
        ("b", "2026-06", "2026-07-01", None),
        columns=("persons",),
    )
    frame = expected_reports(with_rule(), received=received, as_of="2026-07-31").set_index("unit")
    june = frame[frame["period"] == pd.Timestamp("2026-06-01")]
    assert june["status"].to_dict() == {"a": "on_time", "b": "on_time", "c": "missing"}
    assert frame["empty"].dtype == "boolean"
    assert june["empty"].tolist() == [False, True, pd.NA]
    table = completeness(frame.reset_index()).set_index("unit")
    assert table["empty"].tolist() == [0, 1, pd.NA]


def test_without_the_column_persons_nobody_knows_what_is_empty() -> None:
    """Emptiness that nobody asked for is unknown, not False."""
    frame = expected_reports(
        with_rule(), received=came(("a", "2026-06", "2026-07-01")), as_of="2026-07-31"
    )
    assert frame["empty"].isna().all()
    assert completeness(frame)["empty"].isna().all()


def test_units_owe_reports_only_while_they_are_open() -> None:
    """Birch closes on 1 July and owes June and July; Cedar opens on 31 July and owes July on."""
    campaign = with_rule()
    campaign = campaign.with_part(attrs.evolve(campaign.unit("b"), closed=dt.date(2026, 7, 1)))
    campaign = campaign.with_part(attrs.evolve(campaign.unit("c"), opened=dt.date(2026, 7, 31)))
    frame = expected_reports(campaign, received=came(), as_of="2026-08-31")
    assert statuses(frame) == {
        ("a", "2026-06"): "missing",
        ("a", "2026-07"): "missing",
        ("a", "2026-08"): "outstanding",
        ("b", "2026-06"): "missing",
        ("b", "2026-07"): "missing",
        ("c", "2026-07"): "missing",
        ("c", "2026-08"): "outstanding",
    }


def test_a_report_that_nobody_owed_is_not_lost() -> None:
    """The labour office reports to itself: no one expected it, and it is in the table."""
    frame = expected_reports(
        with_rule(), received=came(("labour", "2026-06", "2026-07-01")), as_of="2026-07-31"
    )
    odd = frame[~frame["expected"]]
    assert odd[["unit", "status", "times"]].to_numpy().tolist() == [["labour", "not_expected", 1]]
    assert "labour" not in completeness(frame)["unit"].tolist()


def test_a_report_that_comes_twice_counts_by_its_first_arrival() -> None:
    """A corrected report does not make the first one late."""
    received = came(("a", "2026-06", "2026-07-20"), ("a", "2026-06", "2026-07-03"))
    frame = expected_reports(with_rule(), received=received, as_of="2026-07-31")
    first = frame.iloc[0]
    assert (first["status"], first["times"]) == ("on_time", 2)
    assert first["received_on"] == pd.Timestamp("2026-07-03")


def test_without_a_due_day_nothing_is_late() -> None:
    """An open due day: reports are in or not, and whether they are on time is <NA>."""
    campaign = with_rule(due_day=None)
    assert due_on(campaign, period="2026-06-01") is None
    frame = expected_reports(
        campaign, received=came(("a", "2026-06", "2026-12-01")), as_of="2026-12-31"
    )
    june = frame[frame["period"] == pd.Timestamp("2026-06-01")].set_index("unit")
    assert june["status"].to_dict() == {"a": "received", "b": "outstanding", "c": "outstanding"}
    assert june["on_time"].isna().all()
    assert june["due"].isna().all()
    table = completeness(frame).set_index("unit")
    assert table.loc["a", "expected"] == 7  # June to December 2026
    assert table["on_time_rate"].isna().all()
    assert table["missing"].isna().all()
    assert table.loc["b", "reporting_rate"] == 0


def test_a_reading_answers_an_open_due_day() -> None:
    """The reading `report_due_day` stands in where the rule names no day; the rule's own wins."""
    open_rule = attrs.evolve(with_rule(due_day=None), readings=Readings(report_due_day=10))
    assert due_on(open_rule, period="2026-06-15") == dt.date(2026, 7, 10)
    stated = attrs.evolve(with_rule(due_day=5), readings=Readings(report_due_day=10))
    assert due_on(stated, period="2026-12-31") == dt.date(2027, 1, 5)


def test_a_due_day_that_a_month_does_not_have_is_its_last() -> None:
    """The 31st of February is the 28th."""
    assert due_on(with_rule(due_day=31), period="2027-01-01") == dt.date(2027, 2, 28)


def test_every_hop_has_its_day() -> None:
    """From Ash to the schools' office to labour: three days a hop after the first."""
    campaign = with_rule(hops=2, days_per_hop=3)
    campaign = campaign.with_part(attrs.evolve(campaign.unit("a"), answers_to="schools"))
    routes = report_routes(campaign, period="2026-06-30")
    ash = routes[routes["unit"] == "a"].drop(columns="unit")
    assert ash.to_numpy().tolist() == [
        [1, "a", "schools", pd.Timestamp("2026-07-05")],
        [2, "schools", "labour", pd.Timestamp("2026-07-08")],
    ]
    birch = routes[routes["unit"] == "b"]
    assert birch["receiver"].isna().tolist() == [True, False]  # whose hands, nobody names
    assert due_on(campaign, period="2026-06-30") == dt.date(2026, 7, 8)
    late = expected_reports(
        campaign, received=came(("a", "2026-06", "2026-07-08")), as_of="2026-07-09"
    )
    assert statuses(late) == {
        ("a", "2026-06"): "on_time",
        ("b", "2026-06"): "missing",
        ("c", "2026-06"): "missing",
    }


def test_reports_may_be_asked_for_one_phase() -> None:
    """Over the drive only June is reported; over the results December and January."""
    drive = expected_reports(with_rule(), received=came(), as_of="2027-06-30", over="drive")
    assert set(drive["period"].dt.strftime("%Y-%m")) == {"2026-06"}
    both = expected_reports(
        with_rule(), received=came(), as_of="2027-06-30", over=["drive", "results"]
    )
    assert set(both["period"].dt.strftime("%Y-%m")) == {"2026-06", "2026-12", "2027-01"}


def test_before_the_first_month_is_over_nothing_is_expected() -> None:
    """On 29 June no report is owed; on 30 June the month is over."""
    for day, rows in (("2026-06-29", 0), ("2026-06-30", 3)):
        frame = expected_reports(with_rule(), received=came(), as_of=day)
        assert len(frame) == rows
        assert len(completeness(frame)) == (3 if rows else 0)


def test_what_cannot_be_read_is_said_at_once() -> None:
    """An unknown unit and an impossible date are in one error, each with its row."""
    with pytest.raises(ReportError) as error:
        expected_reports(
            with_rule(),
            received=came(("nowhere", "2026-06", "2026-07-01"), ("a", "sometime", "soon")),
            as_of="2026-12-31",
        )
    assert [problem.where for problem in error.value.problems] == [
        "received, row 0",
        "received, row 1",
        "received, row 1",
    ]
    with pytest.raises(ReportError, match="no column received_on among unit, period"):
        expected_reports(
            with_rule(), received=pd.DataFrame({"unit": [], "period": []}), as_of="2026-12-31"
        )


def test_a_campaign_without_a_rule_expects_nothing_by_itself() -> None:
    """Who reports to whom has to be said first."""
    campaign = attrs.evolve(tiny(), reporting=None)
    with pytest.raises(DefinitionError, match="ReportingRule"):
        expected_reports(campaign, received=came(), as_of="2026-12-31")
    assert isinstance(tiny().reporting, ReportingRule)


@pytest.mark.parametrize(
    ("rule", "window", "owed"),
    [
        (  # the days from 26 July on are August's
            {"starts_on": 26, "due_day": 28, "due_in": "same"},
            ("06-01", "07-31"),
            [
                ("2026-06-01", "2026-06-28"),
                ("2026-07-01", "2026-07-28"),
                ("2026-08-01", "2026-08-28"),
            ],
        ),
        ({"starts_on": 26, "due_day": 3}, ("06-01", "06-20"), [("2026-06-01", "2026-07-03")]),
        (  # 1 June 2026 is a Monday; due on the Wednesday that follows
            {"period": "week", "due_day": 3},
            ("06-01", "06-14"),
            [("2026-06-01", "2026-06-10"), ("2026-06-08", "2026-06-17")],
        ),
        (  # weeks from Saturday to Friday, due on their own Thursday
            {"period": "week", "starts_on": 6, "due_day": 4, "due_in": "same"},
            ("06-06", "06-12"),
            [("2026-06-06", "2026-06-11")],
        ),
        ({"period": "quarter", "due_day": 15}, ("07-01", "09-30"), [("2026-07-01", "2026-10-15")]),
        (
            {"period": "quarter", "due_day": 31, "due_in": "same"},
            ("07-01", "09-30"),
            [("2026-07-01", "2026-09-30")],
        ),
        ({"period": "day", "due_day": 1}, ("06-01", "06-01"), [("2026-06-01", "2026-06-02")]),
    ],
    ids=str,
)
def test_each_kind_of_period_is_owed_and_due_by_its_own_calendar(
    rule: dict[str, object], window: tuple[str, str], owed: list[tuple[str, str]]
) -> None:
    """Months from the 26th, weeks and quarters; due in the period itself or in the next."""
    campaign = attrs.evolve(with_rule(**rule), phases=[Phase("drive", "Drive", *window)])
    found = expected_reports(campaign, received=came(), as_of="2026-12-31")
    found = found[found["unit"] == "a"]
    assert [(str(one.period)[:10], str(one.due)[:10]) for one in found.itertuples()] == owed


def test_a_month_is_named_and_a_day_lies_in_it() -> None:
    """Where months begin on the 26th, "2026-07" is July's report, and 28 July lies in August."""
    campaign = with_rule(starts_on=26)
    received = came(("a", "2026-07", "2026-08-01"), ("a", "2026-07-28", "2026-08-30"))
    found = expected_reports(campaign, received=received, as_of="2026-12-31", over=None)
    found = found[found["received_on"].notna()]
    assert [str(period)[:7] for period in found["period"]] == ["2026-07", "2026-08"]


def test_no_report_is_owed_for_a_period_begun_after_the_closing() -> None:
    """A county that closes on 25 July reports July (to the 25th) and nothing after it."""
    campaign = with_rule(starts_on=26)
    closing = [
        attrs.evolve(unit, closed=dt.date(2026, 7, 25)) if unit.code == "a" else unit
        for unit in campaign.units
    ]
    campaign = attrs.evolve(campaign, units=closing)
    found = expected_reports(campaign, received=came(), as_of="2026-12-31")
    assert found[found["unit"] == "a"]["period"].max() == pd.Timestamp("2026-07-01")
    assert found[found["unit"] == "b"]["period"].max() > pd.Timestamp("2026-08-01")


def test_a_report_due_within_its_month_is_owed_before_the_month_is_over() -> None:
    """Due on the 25th of the month itself: on the 26th it is missing, one that came is on time."""
    rule = ReportingRule(kinds="county", due_day=25, due_in="same")
    city = Campaign(
        code="city",
        label="City",
        year=2008,
        units=[Unit("a", "Ash", "county"), Unit("b", "Birch", "county")],
        phases=[Phase("drive", "Drive", "07-01", "08-31")],
        reporting=rule,
    )
    came = pd.DataFrame({"unit": ["a"], "period": ["2008-07"], "received_on": ["2008-07-20"]})
    found = expected_reports(city, received=came, as_of="2008-07-26")
    assert found["status"].tolist() == ["on_time", "missing"]
    early = expected_reports(city, received=came, as_of="2008-07-20")
    assert early["status"].tolist() == ["on_time", "outstanding"]


@pytest.mark.parametrize("day", ["2008-07", "now", "2008071", "7月", "2008Q3"])
def test_a_month_is_no_day_of_arrival(day: str) -> None:
    """A report arrives on a day: what names a month or nothing is refused with its row."""
    city = Campaign(
        code="city",
        label="City",
        year=2008,
        units=[Unit("a", "Ash", "county")],
        phases=[Phase("drive", "Drive", "06-01", "08-31")],
        reporting=ReportingRule(kinds="county", due_day=5),
    )
    came = pd.DataFrame({"unit": ["a"], "period": ["2008-06"], "received_on": [day]})
    with pytest.raises(ReportError, match="received_on"):
        expected_reports(city, received=came, as_of="2008-08-31")

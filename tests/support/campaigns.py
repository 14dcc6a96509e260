"""A campaign small enough to reckon by hand; tests of every room start from it."""

import coverage_campaign.model.scheme as rules_of
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.responsibilities import (
    LeadingGroup,
    ReportingRule,
    Responsibility,
    Seat,
)
from coverage_campaign.model.targets import Channel, CoverageTarget, HeadcountTarget, TargetGroup
from coverage_campaign.model.units import Breakdown, Measure, Unit


def tiny() -> Campaign:
    """Return a city with three counties (eligible 500, 300, 200) and two departments; target 100.

    The drive has 10 days, 1 to 10 June 2026; the review of results runs over the new year.
    """
    return Campaign(
        code="tiny",
        label={"en": "Tiny campaign", "zh-Hans": "小型扩面"},
        year=2026,
        units=[
            Unit("city", {"en": "City", "zh-Hans": "全市"}, "city"),
            Unit(
                "a",
                {"en": "Ash", "zh-Hans": "甲县"},
                "county",
                parent="city",
                aliases=("Ash County",),
                counts={"eligible": 500, "covered": 350},
            ),
            Unit(
                "b",
                {"en": "Birch", "zh-Hans": "乙县"},
                "county",
                parent="city",
                counts={"eligible": 300, "covered": 210},
            ),
            Unit(
                "c",
                {"en": "Cedar", "zh-Hans": "丙县"},
                "county",
                parent="city",
                counts={"eligible": 200, "covered": 140},
            ),
            Unit("labour", {"en": "Labour", "zh-Hans": "劳动部门"}, "department", parent="city"),
            Unit("schools", {"en": "Schools", "zh-Hans": "教育部门"}, "department", parent="city"),
        ],
        breakdowns=[
            Breakdown("counties", "Counties", "county"),
            Breakdown("departments", "Departments", "department"),
        ],
        measures=[
            Measure("eligible", "Eligible", "made up"),
            Measure("covered", "Covered", "made up"),
        ],
        eligible="eligible",
        covered="covered",
        groups=[
            TargetGroup(
                "private-schools",
                {"en": "Private schools", "zh-Hans": "民办学校"},
                "non-enterprise",
            ),
            TargetGroup("hotels", {"en": "Hotels", "zh-Hans": "宾馆"}, "private"),
        ],
        channels=[
            Channel("new_employer", "New employer"),
            Channel("self_employed", "Self-employed"),
            Channel("resumed", "Resumed", "resumption"),
            Channel("lapsed", "Lapsed", "loss"),
        ],
        targets=[
            HeadcountTarget("headcount", "100 more people", 100, within="drive", clause="1"),
            CoverageTarget("coverage", "From 70 to 80 %", "80%", "10%", "points", clause="1"),
        ],
        phases=[
            Phase(
                "drive",
                "The drive",
                "06-01",
                "06-10",
                groups=("private-schools", "hotels"),
                supports=("schools",),
                clause="2",
            ),
            Phase("results", "Results", "12-01", "01-31", clause="3"),
        ],
        responsibilities=[
            Responsibility("labour", "lead", clause="4"),
            Responsibility("schools", "support", groups="private-schools", clause="4"),
        ],
        leading_groups=[
            LeadingGroup(
                "leaders",
                "Leading group",
                "city",
                seats=[Seat("head", "Mayor"), Seat("member", "Head of labour", "labour")],
                clause="4",
            )
        ],
        reporting=ReportingRule(kinds="county", to="labour", due_day=5, clause="5"),
        scheme=rules_of.Scheme("tiny", rules_of.AwardBar("county"), clause="6"),
    )

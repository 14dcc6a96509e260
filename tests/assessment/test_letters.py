"""Letters from an allocation: they owe the whole target, name offices, and are signed once."""

import datetime as dt

import attrs
import pytest

import coverage_campaign as cc
from coverage_campaign.allocation.allocate import allocate
from coverage_campaign.assessment.letters import Letters, letters
from coverage_campaign.errors import DefinitionError
from coverage_campaign.model.dates import Period
from coverage_campaign.model.labels import Clause
from coverage_campaign.model.phases import Milestone
from coverage_campaign.model.readings import Readings
from coverage_campaign.model.responsibilities import ReportingRule
from support.campaigns import tiny


def counties(**changes: object) -> Letters:
    """Return the letters of the three counties, 100 people shared 5 to 3 to 2."""
    campaign = attrs.evolve(tiny(), clauses=[Clause("5(1)", "Sign letters.")], **changes)
    return letters(allocate(campaign, weights={"a": 5, "b": 3, "c": 2}))


def test_who_owes_what_to_whom_by_when() -> None:
    """Each county owes its share to the city by the last day of the drive."""
    frame = counties().to_frame()
    assert frame["unit"].tolist() == ["a", "b", "c"]
    assert frame["to"].tolist() == ["city"] * 3
    assert frame["persons"].tolist() == [50, 30, 20]
    assert frame["by"].dt.strftime("%Y-%m-%d").tolist() == ["2026-06-10"] * 3
    assert frame["office"].tolist() == ["Head of Ash", "Head of Birch", "Head of Cedar"]
    assert frame["signed_on"].isna().all()


def test_letters_owe_the_whole_target() -> None:
    """Law: what the letters of a tier promise is what was shared out."""
    allocation = allocate(tiny(), weights={"a": 1, "b": 1, "c": 1})
    assert letters(allocation).to_frame()["persons"].sum() == 100


def test_the_registry() -> None:
    """Signing makes a new value; what is open is listed; a letter is signed once."""
    before = counties()
    after = before.sign("b", on="2026-05-20")
    assert before.open()["unit"].tolist() == ["a", "b", "c"]
    assert after.open()["unit"].tolist() == ["a", "c"]
    assert repr(after) == "<3 letters of Tiny campaign, 1 signed>"
    with pytest.raises(DefinitionError, match="was signed on 2026-05-20"):
        after.sign("b", on="2026-05-21")
    with pytest.raises(DefinitionError, match="units: a, b and c"):
        after.sign("z", on="2026-05-21")


def test_text_in_english() -> None:
    """The letter says who owes what to whom by when, to whom it reports, and who answers."""
    assert counties().sign("a", on="2026-05-20").text("a").splitlines() == [
        "Responsibility letter: Ash",
        "For “Tiny campaign” (clause 5(1)), Ash undertakes to City:",
        "to reach 50 people by 10 June 2026",
        "to report every month to Labour by day 5 of the next month",
        "In charge: Head of Ash",
        "Signed on 20 May 2026.",
    ]


@pytest.mark.parametrize(
    ("period", "day", "english", "chinese"),
    [
        ("month", 28, "every month to Labour by day 28 of the same month", "每月28日前"),
        ("quarter", 28, "every quarter to Labour by day 28 of its last month", "于季末月28日前"),
        ("week", 5, "every week to Labour by Friday", "每周（星期五前）"),
    ],
)
def test_reports_that_are_due_within_their_own_period(
    period: Period, day: int, english: str, chinese: str
) -> None:
    """The 28th of the month, of a quarter's last month, and the fifth day of the week."""
    rule = ReportingRule(period, kinds="county", to="labour", due_day=day, due_in="same")
    made = counties(reporting=rule)
    assert f"to report {english}" in made.text("a")
    assert chinese in made.text("a", lang="zh")


def test_text_in_chinese() -> None:
    """The same in Chinese, while the letter is open."""
    assert counties().text("b", lang="zh").splitlines() == [
        "乙县责任状",
        "为完成小型扩面任务（依据原文5(1)），乙县向全市承诺如下：",
        "2026年6月10日前完成30人",
        "每月于次月5日前向劳动部门报送当期进展",
        "责任人：乙县主要负责人",
        "尚未签订。",
    ]


def test_departments_name_their_seat_and_their_groups() -> None:
    """An office in the leading group answers for the unit; its duties are in the letter."""
    allocation = allocate(tiny(), among="departments", weights={"labour": 1, "schools": 3})
    signed = letters(allocation, by="2026-12-31")
    assert signed.letter("labour").office.text() == "Head of labour"
    assert "to be responsible for the enrolment of Private schools" in signed.text("schools")
    assert "负责下列人员的参保：民办学校" in signed.text("schools", lang="zh")
    assert "75 people by 31 December 2026" in signed.text("schools")


def test_an_open_due_day_is_said() -> None:
    """No day is invented where neither the source nor a reading sets one."""
    rule = attrs.evolve(tiny().reporting, due_day=None)
    assert "on a day still to be set" in counties(reporting=rule).text("a")
    weekly = ReportingRule(kinds="county", to="labour", period="week", due_day=2)
    assert "every week to Labour by Tuesday" in counties(reporting=weekly).text("a")
    chosen = counties(reporting=rule, readings=Readings(report_due_day=8))
    assert "by day 8" in chosen.text("a")


def test_the_chain_of_command() -> None:
    """Under 'command' a unit owes to whom it answers, not to where it stands."""
    units = [
        attrs.evolve(unit, answers_to="labour") if unit.code == "a" else unit
        for unit in tiny().units
    ]
    by_place = counties(units=units)
    assert by_place.letter("a").to.code == "city"
    by_command = counties(units=units, readings=Readings(attribution="command"))
    assert by_command.letter("a").to.code == "labour"


def test_the_uplifted_layer_stands_beside_the_share() -> None:
    """With an uplift the letter names both numbers."""
    allocation = allocate(tiny(), weights={"a": 5, "b": 3, "c": 2}, uplift="0.1")
    assert "with the uplift handed down: 55 people" in letters(allocation).text("a")
    assert "逐级加码后下达任务55人" in letters(allocation).text("a", lang="zh")


def test_shown_in_a_notebook() -> None:
    """Open letters have an empty cell, and the table says how many are signed."""
    assert "0 signed" in counties()._repr_html_()


def test_a_letter_lists_its_milestones() -> None:
    """60 % by 5 June of 50, 30 and 20 is 30, 18 and 12: what the plan has by that day."""
    campaign = attrs.evolve(
        tiny(), milestones=[Milestone("half", "60 % by 5 June", by="06-05", share="60%")]
    )
    made = letters(allocate(campaign, weights={"a": 5, "b": 3, "c": 2}))
    assert [one.milestones for one in made.letters] == [
        ((dt.date(2026, 6, 5), persons),) for persons in (30, 18, 12)
    ]
    assert "of these, to reach 18 people by 5 June 2026" in made.text("b", lang="en")
    assert "其中2026年6月5日前完成18人" in made.text("b", lang="zh")


def merged(*, marked: bool = True) -> Letters:
    """Return letters where Ash and Birch become Ash-Birch halfway, on 30 June; even days."""
    united = {"closed": "2021-06-30", "successors": "m"}
    marks = [("06-15", "25%"), ("07-15", "75%"), ("07-30", "100%")] if marked else []
    campaign = cc.Campaign(
        code="t",
        label="T",
        year=2021,
        units=[
            cc.Unit("a", "Ash", "county", **united),
            cc.Unit("b", "Birch", "county", **united),
            cc.Unit("m", "Ash-Birch", "county", opened="2021-07-01"),
            cc.Unit("d", "Dell", "county"),
        ],
        breakdowns=[cc.Breakdown("counties", "Counties", ["county"])],
        phases=[cc.Phase("y", "Y", "06-01", "07-30")],
        milestones=[cc.Milestone(day, day, by=day, share=share) for day, share in marks],
        targets=[cc.HeadcountTarget("p", "P", persons=1000, within="y")],
    )
    return letters(allocate(campaign, weights={"a": 100, "b": 300, "d": 600}))


def test_a_unit_that_closes_signs_to_its_last_day() -> None:
    """30 of 60 days are Ash's: half its 100, and no milestone after; the rest is its heir's."""
    signed = merged()
    assert signed.text("a").splitlines()[2:5] == [
        "to reach 50 people by 30 June 2021",
        "of these, to reach 25 people by 15 June 2021",
        "from 1 July 2021 its target and its results pass on to Ash-Birch",
    ]
    assert signed.text("m").splitlines()[2:6] == [
        "to reach 200 people by 30 July 2021",
        "of these, to reach 100 people by 15 July 2021",
        "from 1 July 2021 to take over the target and the results of Ash and Birch",
        "with theirs, to reach 400 people in all by 30 July 2021",
    ]
    assert signed.text("d").splitlines()[2:5] == [
        "to reach 600 people by 30 July 2021",
        "of these, to reach 150 people by 15 June 2021",
        "of these, to reach 450 people by 15 July 2021",
    ]
    assert signed.to_frame()["persons"].tolist() == [50, 150, 200, 600]
    assert merged(marked=False).to_frame()["persons"].tolist() == [50, 150, 200, 600]
    assert "自2021年7月1日起承接Ash、Birch的任务数和完成数" in signed.text("m", lang="zh")

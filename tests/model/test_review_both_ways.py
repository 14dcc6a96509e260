"""Each code of the review, both ways: mended in the shipped case it goes, broken it appears.

`SPOTLESS` is a campaign without any finding; each entry of `BREAKS` spoils one value of it, each
entry of `MENDS` puts one value of the Hengyang case right.
"""

import datetime as dt
from collections.abc import Callable

import attrs
import pytest
from attrs import evolve

from coverage_campaign.assessment.rules.band import AllOrNothing, Band, Bands
from coverage_campaign.assessment.rules.combined import Capped, Total
from coverage_campaign.assessment.rules.per_case import PerCase
from coverage_campaign.files.campaigns import load_case
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import MonthDay
from coverage_campaign.model.enforcement_rules import (
    EnforcementLadder,
    LicenceGate,
    Move,
    Requirement,
    Step,
)
from coverage_campaign.model.labels import Clause
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.readings import Question, Readings
from coverage_campaign.model.responsibilities import (
    CountingRule,
    LeadingGroup,
    Responsibility,
    Seat,
)
from coverage_campaign.model.review.review import review
from coverage_campaign.model.scheme import AwardBar, Commendation, Grade, Item, Scheme
from coverage_campaign.model.targets import (
    Channel,
    CoverageTarget,
    HeadcountTarget,
    MoneyTarget,
    TargetGroup,
)
from coverage_campaign.model.units import Annex, Unit
from support.campaigns import tiny

Change = Callable[[Campaign], Campaign]


def spotless() -> Campaign:
    """Return the tiny campaign with all that a review asks for."""
    campaign = tiny()
    return evolve(
        campaign,
        annexes=[
            Annex(
                "counties",
                "Annex",
                "counties",
                "headcount",
                at_hand=True,
                shares={"a": 50, "b": 30, "c": 20},
            )
        ],
        phases=[
            Phase("action", "Action", "06-01", "06-10"),
            Phase(
                "drive",
                "The drive",
                "06-01",
                "06-10",
                parent="action",
                groups=("private-schools", "hotels"),
                supports=("schools",),
                channels=("new_employer", "self_employed", "resumed"),
            ),
            Phase("results", "Results", "12-01", "01-31"),
        ],
        targets=[
            HeadcountTarget("headcount", "100 more people", 100, within="action"),
            CoverageTarget("coverage", "From 70 to 80 %", "80%", "10%", "points"),
        ],
        responsibilities=[
            Responsibility("labour", "lead", groups="hotels"),
            Responsibility("schools", "lead", groups="private-schools"),
        ],
        leading_groups=[
            LeadingGroup(
                "leaders",
                "Leaders",
                "city",
                seats=[Seat("head", "Labour", "labour"), Seat("member", "Schools", "schools")],
                mirrored_by="county",
                established=("a", "b", "c"),
            )
        ],
        counting=CountingRule(
            net=False, at="registered", channels=("new_employer", "self_employed", "resumed")
        ),
        ladder=EnforcementLadder(
            [Step("order", "Order"), Step("court", "Court"), Step("paid", "Paid", final=True)],
            [
                Move("sue", "order", "court", "labour", 30),
                Move("pay", "order", "paid", "labour", 30),
                Move("pay", "court", "paid", "labour", 60),
            ],
        ),
        gate=LicenceGate(
            "labour", ("renewal",), [Requirement("registration", "Registration")], issues="licence"
        ),
        scheme=Scheme("tiny", AwardBar(("county", "department")), Commendation("110%")),
        clauses=[Clause("1", "In 2026, under the Social Insurance Law, 100 more people enrol.")],
        readings=Readings(schedule_over="action", result_cutoff="06-10"),
    )


SPOTLESS = spotless()


def hengyang() -> Campaign:
    """Return the shipped case with its suggested readings."""
    return load_case("hengyang", year=2008)


def with_phase(code: str, **changes: object) -> Change:
    """Return a change of one phase."""
    return lambda campaign: campaign.with_part(
        attrs.evolve(campaign.phase(code), **changes)  # type: ignore[arg-type] - a table of tests
    )


def with_target(code: str, **changes: object) -> Change:
    """Return a change of one target."""

    def change(campaign: Campaign) -> Campaign:
        target = next(one for one in campaign.targets if one.code == code)
        return campaign.with_part(attrs.evolve(target, **changes))  # type: ignore[misc] - as above

    return change


def choosing(**answers: object) -> Change:
    """Return the change of a caller who answers questions."""
    return lambda campaign: evolve(
        campaign,
        readings=evolve(campaign.readings, **answers),  # type: ignore[arg-type] - as above
    )


def adding(*duties: Responsibility) -> Change:
    """Return a change that adds duties."""
    return lambda campaign: evolve(campaign, responsibilities=[*campaign.responsibilities, *duties])


def without_question(code: str) -> Change:
    """Return a change that takes a question away."""
    return lambda campaign: evolve(
        campaign, questions=[one for one in campaign.questions if one.code != code]
    )


def with_annexes(campaign: Campaign) -> Campaign:
    """Return the case with both annexes at hand, each adding up to the target."""
    full = campaign
    for annex in campaign.annexes:
        first, *others = (unit.code for unit in campaign.leaves(annex.breakdown))
        shares = {first: 76_000, **dict.fromkeys(others, 0)}
        full = full.with_part(evolve(annex, at_hand=True, shares=shares))
    return full


def with_figures(campaign: Campaign) -> Campaign:
    """Return the case with figures of eligible and covered people in each county."""
    units = [
        evolve(unit, counts={**dict(unit.counts), "census_2000": 70_000, "census_2010": 49_000})
        if unit in campaign.members("counties")
        else unit
        for unit in campaign.units
    ]
    return evolve(campaign, units=units, eligible="census_2000", covered="census_2010")


def seated(*units: str) -> Change:
    """Return a change that gives units a seat."""

    def change(campaign: Campaign) -> Campaign:
        (body,) = campaign.leading_groups
        seats = [*body.seats, *(Seat("member", unit, unit) for unit in units)]
        return campaign.with_part(evolve(body, seats=seats))

    return change


def mirrored(campaign: Campaign) -> Campaign:
    """Return the case in which every county has set up its leading group."""
    (body,) = campaign.leading_groups
    counties = tuple(unit.code for unit in campaign.members("counties"))
    return campaign.with_part(evolve(body, established=counties))


def ladder(**changes: object) -> Change:
    """Return a change of the ladder's moves."""

    def change(campaign: Campaign) -> Campaign:
        assert campaign.ladder is not None
        moves = [evolve(move, **changes) for move in campaign.ladder.moves]  # type: ignore[arg-type] - as above
        return evolve(campaign, ladder=evolve(campaign.ladder, moves=moves))

    return change


def without_moves(source: str, target: str) -> Change:
    """Return a change that takes the moves between two steps away."""

    def change(campaign: Campaign) -> Campaign:
        assert campaign.ladder is not None
        moves = [
            move for move in campaign.ladder.moves if (move.source, move.target) != (source, target)
        ]
        return evolve(campaign, ladder=evolve(campaign.ladder, moves=moves))

    return change


def clause(code: str, text: str) -> Change:
    """Return a change of one clause's text, or a clause more."""
    return lambda campaign: campaign.with_part(Clause(code, text))


def of_pensions_alone(campaign: Campaign) -> Campaign:
    """Return the case with one insurance throughout: the one of its title."""
    reason = clause("reason", "The coverage of the pension insurance is to reach 80 %.")
    return with_target("coverage", label="Coverage of the pension insurance")(reason(campaign))


def scheme(**changes: object) -> Change:
    """Return a change of the assessment scheme."""

    def change(campaign: Campaign) -> Campaign:
        assert campaign.scheme is not None
        return evolve(campaign, scheme=evolve(campaign.scheme, **changes))  # type: ignore[arg-type] - as above

    return change


ALL_KINDS = ("department", "association", "district", "county", "county-level-city")

MENDS: dict[str, Change] = {
    "scope-differs": of_pensions_alone,
    "legal-basis-missing": clause("0", "Rests on article 72 of the Labour Law."),
    "year-not-stated": lambda case: evolve(case, year_stated=True),
    "days-derived": with_phase("publicity", days_derived=False),
    "end-one-day-short": lambda case: with_phase("summary", ends="03-31")(
        with_phase("drive-1", ends="07-31")(case)
    ),
    "day-in-no-part": with_phase("drive-1", ends="07-31"),
    "stage-outlasts-its-parts": with_phase("drive-3", ends="12-31"),
    "day-in-two-parts": with_phase("drive-3", starts="09-16"),
    "stages-overlap": with_phase("summary", starts="01-01"),
    "schedule-window-open": choosing(schedule_over=("drive-1", "drive-2", "drive-3")),
    "result-cutoff-open": choosing(result_cutoff=MonthDay(3, 30)),
    "increase-ambiguous": with_target("coverage", rise_is="points"),
    "eligible-unknown": with_figures,
    "covered-unknown": with_figures,
    "gross-or-net": lambda case: evolve(case, counting=CountingRule(net=True)),
    "counted-at-open": lambda case: evolve(case, counting=CountingRule(at="first_paid")),
    "channels-counted-open": lambda case: evolve(
        case, counting=CountingRule(channels=("new_employer", "self_employed"))
    ),
    "money-without-amount": lambda case: case.with_part(MoneyTarget("money", "Money", 100)),
    "annex-absent": with_annexes,
    "annex-relation-open": choosing(annexes="partition"),
    "group-without-owner": adding(
        Responsibility(
            "labour",
            "lead",
            groups=(
                "contract-staff",
                "hotels",
                "internet-cafes",
                "insurance-securities",
                "logistics",
                "retail",
                "building-materials",
                "taxi-transport",
                "coal",
            ),
        )
    ),
    "owner-without-drive": with_phase(
        "summary", groups=("building-labour", "self-employed", "settlers")
    ),
    "channel-without-drive": with_phase(
        "drive-1", channels=("self_employed", "omitted_employee", "resumed")
    ),
    "duty-without-group": lambda case: evolve(
        case,
        responsibilities=[
            evolve(duty, groups="hotels") if duty.role in ("fund", "collect") else duty
            for duty in case.responsibilities
        ],
    ),
    "support-unnamed": lambda case: with_phase("drive-3", supports_unnamed=False)(
        with_phase("drive-2", supports_unnamed=False)(case)
    ),
    "support-without-duty": adding(Responsibility("health", "support")),
    "duty-without-seat": seated("health", "press"),
    "mirror-not-established": mirrored,
    "attribution-open": choosing(attribution="command"),
    "report-due-day-missing": choosing(report_due_day=10),
    "ladder-without-terms": ladder(within_days=15),
    "ladder-order-open": without_moves("refused", "exposed"),
    "ladder-authority-shared": ladder(authorities="labour"),
    "gate-deadlock": lambda case: evolve(case, gate=evolve(case.gate, issues=())),
    "award-bar-scope": scheme(award_bar=AwardBar(ALL_KINDS)),
    "missed-target-open": without_question("missed_target"),
    "outstanding-without-threshold": scheme(commendation=Commendation("120%")),
}

BREAKS: dict[str, Change] = {
    "scope-differs": lambda campaign: clause("3", "Who has a medical insurance counts.")(
        clause("2", "100 people enter the pension insurance.")(campaign)
    ),
    "legal-basis-missing": clause("1", "In 2026, by law, 100 more people enrol."),
    "year-without-evidence": clause("1", "Under the Social Insurance Law, 100 more enrol."),
    "text-damaged": clause("2", "Of the 100 people ??? enrol."),
    "year-not-stated": lambda campaign: evolve(campaign, year_stated=False),
    "days-derived": with_phase("drive", days_derived=True),
    "end-one-day-short": with_phase("results", ends="01-30"),
    "day-in-no-part": with_phase("drive", starts="06-02"),
    "stage-outlasts-its-parts": with_phase("drive", ends="06-09"),
    "part-outside-its-stage": with_phase("drive", ends="06-11"),
    "day-in-two-parts": lambda campaign: campaign.with_part(
        Phase("second", "Second", "06-10", "06-10", parent="action")
    ),
    "stages-overlap": with_phase("results", starts="06-10"),
    "schedule-window-open": choosing(schedule_over=None),
    "result-cutoff-open": choosing(result_cutoff=None),
    "increase-ambiguous": with_target("coverage", rise_is=None),
    "eligible-unknown": lambda campaign: evolve(campaign, eligible=""),
    "covered-unknown": lambda campaign: evolve(campaign, covered=""),
    "targets-contradict": lambda campaign: evolve(
        with_target("headcount", persons=120)(campaign),
        annexes=[],
    ),
    "stretch-below-guaranteed": lambda campaign: campaign.with_part(
        HeadcountTarget("more", "99 people", 99, within="action", level="stretch")
    ),
    "gross-or-net": lambda campaign: evolve(campaign, counting=evolve(campaign.counting, net=None)),
    "counted-at-open": lambda campaign: evolve(
        campaign,
        counting=evolve(campaign.counting, at=None),
        questions=[Question("counted_at", "Registered or paid?")],
    ),
    "channels-counted-open": lambda campaign: evolve(
        campaign, counting=evolve(campaign.counting, channels=())
    ),
    "money-without-amount": adding(Responsibility("labour", "collect", groups="hotels")),
    "annex-absent": lambda campaign: campaign.with_part(evolve(campaign.annexes[0], shares=())),
    "annex-total-differs": lambda campaign: campaign.with_part(
        evolve(campaign.annexes[0], shares={"a": 50, "b": 30, "c": 21})
    ),
    "annex-units-differ": lambda campaign: campaign.with_part(
        evolve(campaign.annexes[0], shares={"a": 50, "b": 50})
    ),
    "annex-relation-open": lambda campaign: campaign.with_part(
        Annex(
            "other",
            "Other",
            "departments",
            "headcount",
            at_hand=True,
            shares={"labour": 60, "schools": 40},
        )
    ),
    "group-without-owner": lambda campaign: evolve(
        campaign, responsibilities=[Responsibility("schools", "lead", groups="private-schools")]
    ),
    "owner-without-drive": lambda campaign: adding(
        Responsibility("labour", "lead", groups="settlers")
    )(campaign.with_part(TargetGroup("settlers", "Settlers"))),
    "channel-without-drive": lambda campaign: campaign.with_part(Channel("gifts", "Gifts")),
    "duty-without-group": lambda campaign: adding(Responsibility("labour", "fund"))(
        campaign.with_part(MoneyTarget("money", "Money", 1))
    ),
    "support-unnamed": with_phase("drive", supports_unnamed=True),
    "support-without-duty": lambda campaign: seated("a")(
        with_phase("drive", supports=("a",))(campaign)
    ),
    "duty-without-seat": adding(Responsibility("a", "inspect")),
    "mirror-not-established": lambda campaign: campaign.with_part(
        evolve(campaign.leading_groups[0], established=("a", "b"))
    ),
    "attribution-open": lambda campaign: campaign.with_part(
        evolve(campaign.unit("c"), answers_to="city")
    ),
    "reporting-rule-missing": lambda campaign: evolve(campaign, reporting=None),
    "report-due-day-missing": lambda campaign: evolve(
        campaign, reporting=evolve(campaign.reporting, due_day=None)
    ),
    "ladder-without-terms": ladder(within_days=None),
    "ladder-dead-end": without_moves("court", "paid"),
    "ladder-order-open": lambda campaign: evolve(
        campaign,
        ladder=EnforcementLadder(
            [*campaign.ladder.steps, Step("press", "Press")],
            [
                *campaign.ladder.moves,
                Move("expose", "order", "press", "labour", 30),
                Move("pay", "press", "paid", "labour", 30),
            ],
        )
        if campaign.ladder
        else None,
    ),
    "ladder-authority-shared": ladder(authorities=("labour", "schools")),
    "gate-deadlock": lambda campaign: evolve(
        campaign,
        gate=evolve(
            campaign.gate, requirements=[Requirement("registration", "R", needs="licence")]
        ),
    ),
    "award-bar-scope": scheme(award_bar=AwardBar("county")),
    "kind-without-unit": scheme(award_bar=AwardBar(("county", "department", "contea"))),
    "missed-target-open": lambda campaign: evolve(
        campaign, questions=[Question("missed_target", "Own or uplifted?")]
    ),
    "outstanding-without-threshold": scheme(commendation=Commendation()),
    "grade-out-of-reach": scheme(grades=[Grade("best", "Best", 120)]),
    "score-falls": scheme(
        items=[Item("enrolment", "Enrolment", Bands([Band(None, 5), Band("100%", 3)]), 100)]
    ),
    "cases-rewarded": scheme(
        items=[Item("late", "Late reports", PerCase(10), 100, of="late_reports")]
    ),
    "measure-mistyped": scheme(
        items=[Item("missed", "Missed", PerCase(-2), 100, of="missed_milestone")]
    ),
}


def test_points_that_fall_with_misses_are_no_defect() -> None:
    """Fewer points for more misses is what a scheme wants; a word of its own is no slip."""
    bands = Bands([Band(0, 10), Band(1, 5), Band(2, 0)])
    kept = Capped(Total([AllOrNothing(20, goal=0), PerCase(-10)]), least=0)  # 20, 10, 0, 0
    for item in (
        Item("missed", "Missed", bands, 100, of="late_reports"),
        Item("kept", "Kept", kept, 100, of="missed_milestones"),
        Item("collection", "Collection", PerCase(1), 100, of="collection"),
    ):
        found = {finding.code for finding in review(scheme(items=[item])(SPOTLESS))}
        assert not found & {"score-falls", "cases-rewarded", "measure-mistyped"}


def test_a_campaign_that_says_everything_has_no_finding() -> None:
    """The spotless campaign has no finding: the review does not complain for its own sake."""
    assert list(review(SPOTLESS)) == []


@pytest.mark.parametrize("code", BREAKS)
def test_a_broken_value_brings_its_finding_and_no_other(code: str) -> None:
    """Spoiling one value brings the finding of that value."""
    broken = BREAKS[code](SPOTLESS)
    assert review(broken).codes == (code,)


@pytest.mark.parametrize("code", MENDS)
def test_a_mended_value_loses_its_finding(code: str) -> None:
    """Putting one value of the case right takes its finding away, and it was there before."""
    case = hengyang()
    before = review(case)
    assert before.of(code)
    assert not review(MENDS[code](case)).of(code)


def test_every_code_of_the_case_is_tried_both_ways() -> None:
    """No code of the Hengyang case is left out of the two tables."""
    codes = set(review(hengyang()).codes) - {"figures-jump"}  # of two censuses: test_review_units
    assert codes == set(MENDS)
    assert codes <= set(BREAKS)


def test_the_case_has_what_its_notice_leaves_open() -> None:
    """At least 20 codes and 25 findings on the Hengyang case, each with its own sentence."""
    findings = review(hengyang())
    assert len(findings.codes) >= 20
    assert len(findings) >= 25
    assert len({finding.message for finding in findings}) == len(findings)


def test_a_year_is_missed_before_there_are_phases() -> None:
    """A campaign without phases has no calendar to question, and a year that nobody stated."""
    bare = Campaign(code="bare", label="Bare", year=2026, year_stated=False, units=tiny().units[:1])
    assert "year-not-stated" in review(bare).codes


def test_the_days_of_the_findings_are_the_days_of_the_notice() -> None:
    """31 July, December, 15 September and 30 March, by their dates, for the calendar chart."""
    findings = review(hengyang())
    assert findings.of("day-in-no-part")[0].dates == (dt.date(2008, 7, 31),)
    december = tuple(dt.date(2008, 12, day) for day in range(1, 32))
    assert findings.of("stage-outlasts-its-parts")[0].dates == december
    assert findings.of("stages-overlap")[0].dates == december
    assert findings.of("day-in-two-parts")[0].dates == (dt.date(2008, 9, 15),)
    short = [finding.dates for finding in findings.of("end-one-day-short")]
    assert short == [(dt.date(2008, 7, 31),), (dt.date(2009, 3, 31),)]


def test_the_schedule_windows_range_from_21664_to_44333() -> None:
    """At 31 July the plan is 61/214 of 76,000 over the special action, 7/12 over the year."""
    (finding,) = review(hengyang()).of("schedule-window-open")
    figures = [reading.figure for reading in finding.readings]
    assert "21,664 to 44,333 people" in finding.message
    assert [round(figure) for figure in figures if figure is not None] == [
        round(76_000 * 61 / 214),  # 1 June to 31 December
        round(76_000 * 60 / 182),  # the days of the three drives, 15 September once
        round(76_000 * 122 / 364),  # 1 April to 30 March
        round(76_000 * 122 / 275),  # 1 April to 31 December
        round(76_000 * 213 / 366),  # the days of 2008
        round(76_000 * 7 / 12),
    ]


def test_the_windows_can_be_compared_on_another_day() -> None:
    """The caller chooses the day on which the windows are compared."""
    (finding,) = review(hengyang(), as_of="2008-12-31").of("schedule-window-open")
    assert finding.dates == (dt.date(2008, 12, 31),)
    assert max(one.figure for one in finding.readings if one.figure) == 76_000


def test_the_increase_has_both_numbers() -> None:
    """10 points make 760,000 eligible and 532,000 covered; a tenth makes 1,045,000 and 760,000."""
    (finding,) = review(hengyang()).of("increase-ambiguous")
    points, ratio = finding.readings
    assert (points.figure, ratio.figure) == (760_000, 1_045_000)
    assert "532,000 covered before" in points.effect
    assert "760,000 covered before" in ratio.effect
    assert finding.taken == "points"


def test_a_chosen_reading_is_no_finding_and_a_suggested_one_is() -> None:
    """The same answer keeps the finding where the case suggested it, not where a caller chose."""
    assert review(load_case("hengyang", year=2008)).of("increase-ambiguous")
    chosen = load_case("hengyang", year=2008, readings=Readings(increase="points"))
    assert not review(chosen).of("increase-ambiguous")
    assert review(chosen).of("gross-or-net")[0].taken == ""


def test_targets_can_contradict_under_one_reading_only() -> None:
    """Figures that fit one reading of the rise are no contradiction; figures that fit none are."""
    campaign = with_target("coverage", rise_is=None)(SPOTLESS)
    assert not review(campaign).of("targets-contradict")
    assert review(with_target("coverage", rise_is="ratio")(campaign)).of("targets-contradict")


def test_findings_are_a_sequence_that_shows_itself() -> None:
    """Findings are indexed, sliced and counted; the text is short and the HTML is escaped."""
    case = hengyang()
    evil = case.with_part(Unit("430000", "<script>alert(1)</script>", "province"))
    named = evolve(evil, label="<script>", units=[*evil.units])
    assert "<script>" not in named._repr_html_()
    findings = review(evolve(named, readings=Readings()))
    assert findings[0].code == findings[:2][0].code
    assert len(repr(findings).splitlines()) <= 12
    html = findings._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert len(html) < 20_000
    frame = findings.to_frame()
    assert list(frame.columns) == [
        "code",
        "severity",
        "clause",
        "message",
        "readings",
        "question",
        "taken",
        "parts",
        "first_day",
        "last_day",
    ]
    assert len(frame) == len(findings)


def test_every_finding_cites_a_clause_of_the_case() -> None:
    """Each clause that a finding names is one of the case's; what no clause says has none."""
    case = hengyang()
    codes = {clause.code for clause in case.clauses}
    for finding in review(case):
        assert finding.clause in codes or finding.code in {"year-not-stated", "figures-jump"}


def test_many_units_are_reviewed_in_linear_time() -> None:
    """A large tree is reviewed without comparing each unit with each other."""
    units = [Unit("top", "Top", "city")]
    units += [Unit(str(n), "U", "county", parent="top") for n in range(20_000)]
    large = Campaign(
        code="large", label="Large", year=2026, units=units, breakdowns=tiny().breakdowns[:1]
    )
    assert review(large).codes == ("reporting-rule-missing",)


def test_who_gives_the_suggested_answer_has_chosen_it() -> None:
    """Gross is what the case suggests; a caller who says gross has no finding and no mark left."""
    suggested = load_case("hengyang", year=2008)
    chosen = suggested.with_readings(counted="gross")
    assert suggested.readings.is_suggested("counted")
    assert not chosen.readings.is_suggested("counted")
    assert chosen.readings.is_suggested("outstanding")
    assert len(review(suggested)) - len(review(chosen)) == 1

"""Campaigns that Hypothesis draws: every part there is, odd texts, few of each."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar, get_args

import attrs
from hypothesis import strategies as st

from coverage_campaign.assessment import rules
from coverage_campaign.model import enforcement_rules as enforcement
from coverage_campaign.model import phases, responsibilities
from coverage_campaign.model import scheme as assessment
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import MonthDay
from coverage_campaign.model.labels import Clause, Label, Parameter
from coverage_campaign.model.phases import Milestone
from coverage_campaign.model.readings import Question, Readings
from coverage_campaign.model.responsibilities import CountingRule, ReportingRule
from coverage_campaign.model.targets import (
    Channel,
    CoverageTarget,
    Effect,
    HeadcountTarget,
    MoneyTarget,
    Ownership,
    TargetGroup,
)
from coverage_campaign.model.units import Annex, Breakdown, Measure, Unit

T = TypeVar("T")
TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
CODE = st.one_of(
    st.from_regex(r"[a-z0-9][a-z0-9-]{0,7}", fullmatch=True),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=6),
)
COUNT = st.integers(0, 10**9)
RATE = st.fractions(0, 3, max_denominator=10_000)
POINTS = st.decimals(-1000, 1000, places=3)
YEAR = 2024  # a leap year, so that 29 February can be drawn
LABEL = st.dictionaries(st.sampled_from(["en", "zh-Hans", "zh-Hant", "fr"]), TEXT).map(Label)
DATE = st.dates(dt.date(1990, 1, 1), dt.date(2040, 12, 31))
MONTH_DAY = st.builds(
    lambda day: MonthDay(day.month, day.day), st.dates(dt.date(2023, 1, 1), dt.date(2023, 12, 31))
)
DAY = st.one_of(MONTH_DAY, DATE)
MONEY = st.sampled_from(["contributions", "arrears"])


def few(strategy: st.SearchStrategy[T], most: int = 3) -> st.SearchStrategy[list[T]]:
    """Return lists of a few values."""
    return st.lists(strategy, max_size=most)


def coded(draw: st.DrawFn, make: Callable[[str], st.SearchStrategy[T]], most: int = 3) -> list[T]:
    """Return a few parts, each with a code of its own."""
    return [draw(make(code)) for code in draw(st.lists(CODE, max_size=most, unique=True))]


def some_of(codes: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """Return a few of these codes, none twice."""
    if not codes:
        return st.just(())
    return st.lists(st.sampled_from(codes), max_size=3, unique=True).map(tuple)


def one_of(codes: list[str]) -> st.SearchStrategy[str]:
    """Return one of these codes, or none."""
    return st.sampled_from(["", *codes])


def maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    """Return a value or None."""
    return st.none() | strategy


def in_order(days: tuple[T, T]) -> tuple[T, T]:
    """Return a first and a last day, exchanged where both are dates and the last came first."""
    first, last = days
    dates = isinstance(first, dt.date) and isinstance(last, dt.date)
    return (last, first) if dates and last < first else days


SPAN = st.tuples(maybe(DAY), maybe(DAY)).map(in_order)


def counts(codes: list[str]) -> st.SearchStrategy[dict[str, int]]:
    """Return counts by code."""
    return st.dictionaries(st.sampled_from(codes), COUNT, max_size=3) if codes else st.just({})


def literal(alias: object) -> st.SearchStrategy[str]:
    """Return one of the words of a Literal."""
    return st.sampled_from(get_args(alias))


def answers(phase_codes: list[str]) -> st.SearchStrategy[Readings]:
    """Return readings without suggestions."""
    return st.builds(
        Readings,
        increase=maybe(st.sampled_from(["points", "ratio"])),
        counted=maybe(st.sampled_from(["gross", "net"])),
        annexes=maybe(st.sampled_from(["partition", "two_cuts", "subset"])),
        schedule_over=some_of(phase_codes).map(lambda codes: codes or None),
        result_cutoff=maybe(MONTH_DAY),
        outstanding=maybe(RATE),
        report_due_day=maybe(st.integers(1, 31)),
        partial_steps=maybe(st.sampled_from(["prorated", "whole_steps"])),
    )


PARTIAL = maybe(st.sampled_from(["prorated", "whole_steps"]))
SIMPLE_RULE = st.one_of(
    st.builds(rules.PerPoint, POINTS, above=RATE, partial=PARTIAL),
    st.builds(rules.AllOrNothing, POINTS, goal=RATE),
    st.builds(rules.PerPerson, POINTS, goal=RATE),
    st.builds(
        rules.StepDown,
        st.just(Decimal(10)),
        loses=POINTS,
        per=RATE.filter(bool),
        least=st.just(Decimal("-2.5")),
        partial=PARTIAL,
    ),
    st.builds(
        rules.Bonus,
        POINTS,
        per=RATE.filter(bool),
        most=maybe(POINTS),
        partial=PARTIAL,
    ),
    st.lists(RATE, min_size=1, max_size=3, unique=True).flatmap(
        lambda bounds: st.builds(
            lambda points: rules.Bands(
                [
                    rules.Band(None, points),
                    *(rules.Band(bound, points) for bound in sorted(bounds)),
                ]
            ),
            POINTS,
        )
    ),
)
RULE = st.recursive(
    SIMPLE_RULE,
    lambda inner: st.one_of(
        st.builds(rules.Capped, inner, most=maybe(st.just(Decimal("7.5")))),
        st.builds(rules.Total, st.lists(inner, min_size=1, max_size=2)),
    ),
    max_leaves=3,
)


@st.composite
def schemes(draw: st.DrawFn) -> assessment.Scheme:
    """Return an assessment scheme, scored or not."""
    items = coded(draw, lambda code: st.builds(assessment.Item, st.just(code), LABEL, RULE))
    return assessment.Scheme(
        draw(CODE),
        draw(maybe(st.builds(assessment.AwardBar, few(CODE), TEXT))),
        draw(maybe(st.builds(assessment.Commendation, maybe(RATE), TEXT))),
        draw(TEXT),
        items=items,
        full=None if items else draw(maybe(st.just(Decimal(100)))),
        prizes=coded(
            draw,
            lambda code: st.builds(
                assessment.Prize, st.just(code), LABEL, st.lists(POINTS, max_size=2), CODE, RATE
            ),
            2,
        ),
        vetoes=coded(draw, lambda code: st.builds(assessment.Veto, st.just(code), LABEL)),
        grades=[
            assessment.Grade("low", "Low"),
            assessment.Grade("high", "High", draw(POINTS)),
        ],
    )


@st.composite
def lives(draw: st.DrawFn, unit: Unit, before: list[str]) -> Unit:
    """Return a unit that may close, and whose people may pass on to one or two that came before."""
    closed = draw(maybe(DATE))
    if closed is None or (unit.opened and closed < unit.opened):
        return unit
    heirs = draw(st.lists(st.sampled_from(before), unique=True, max_size=2)) if before else []
    part = draw(st.fractions(0, 1, max_denominator=100).filter(lambda share: 0 < share < 1))
    shares = [part, 1 - part] if len(heirs) > 1 else [1]
    successors = dict(zip(heirs, shares, strict=False))
    return attrs.evolve(unit, closed=closed, successors=successors)


@st.composite
def milestones(draw: st.DrawFn, code: str, target_codes: list[str]) -> Milestone:
    """Return a milestone in a share of the target or in persons."""
    size = draw(
        st.one_of(
            st.fixed_dictionaries({"share": st.fractions(0, 1, max_denominator=10_000)}),
            st.fixed_dictionaries({"persons": COUNT}),
        )
    )
    return Milestone(
        code,
        draw(LABEL),
        draw(st.one_of(MONTH_DAY, DATE)),
        target=draw(one_of(target_codes)),
        clause=draw(TEXT),
        **size,
    )


@st.composite
def campaigns(draw: st.DrawFn) -> Campaign:
    """Return a campaign whose parts refer to each other, each part with a code of its own."""
    measures = coded(
        draw,
        lambda code: st.builds(
            Measure, st.just(code), LABEL, TEXT, maybe(DATE), st.sampled_from(["own", "subtree"])
        ),
    )
    measure_codes = [measure.code for measure in measures]
    unit_codes = draw(st.lists(CODE, min_size=1, max_size=5, unique=True))
    units = [
        draw(
            st.builds(
                Unit,
                st.just(code),
                LABEL,
                st.sampled_from(["city", "county", "department"]),
                parent=st.sampled_from([None, *unit_codes[:index]]),
                answers_to=st.sampled_from([None, *unit_codes]),
                opened=maybe(DATE),
                aliases=few(TEXT),
                counts=counts(measure_codes),
                clause=TEXT,
            )
        )
        for index, code in enumerate(unit_codes)
    ]
    units = [draw(lives(unit, unit_codes[:index])) for index, unit in enumerate(units)]
    breakdowns = coded(draw, lambda code: st.builds(Breakdown, st.just(code), LABEL, few(CODE)))
    target_groups = coded(
        draw,
        lambda code: st.builds(TargetGroup, st.just(code), LABEL, maybe(literal(Ownership)), TEXT),
    )
    group_codes = [group.code for group in target_groups]
    channels = coded(
        draw,
        lambda code: st.builds(Channel, st.just(code), LABEL, literal(Effect), TEXT),
    )
    channel_codes = [channel.code for channel in channels]
    stages = draw(phase_lists(unit_codes, group_codes, channel_codes))
    phase_codes = [phase.code for phase in stages]
    targets = coded(
        draw,
        lambda code: st.one_of(
            st.builds(HeadcountTarget, st.just(code), LABEL, COUNT, one_of(phase_codes)),
            st.builds(
                CoverageTarget,
                st.just(code),
                LABEL,
                st.fractions(0, 1, max_denominator=10_000),
                maybe(RATE),
                maybe(st.sampled_from(["points", "ratio"])),
                level=st.sampled_from(["guaranteed", "stretch"]),
            ),
            st.builds(
                MoneyTarget,
                st.just(code),
                LABEL,
                COUNT,
                st.sampled_from(["contributions", "arrears"]),
            ),
        ),
    )
    annexes = (
        coded(
            draw,
            lambda code: st.builds(
                Annex,
                st.just(code),
                LABEL,
                st.sampled_from([one.code for one in breakdowns]),
                one_of([target.code for target in targets]),
                st.booleans(),
                counts(unit_codes),
                TEXT,
            ),
        )
        if breakdowns
        else []
    )
    question_codes = draw(
        st.lists(st.sampled_from(["increase", "schedule_over", "outstanding"]), unique=True)
    )
    suggested = draw(maybe(answers(phase_codes)))
    chosen = draw(answers(phase_codes))
    return Campaign(
        code=draw(CODE),
        label=draw(LABEL),
        year=YEAR,
        year_stated=draw(st.booleans()),
        source=draw(TEXT),
        units=units,
        breakdowns=breakdowns,
        measures=measures,
        eligible=draw(one_of(measure_codes)),
        annexes=annexes,
        groups=target_groups,
        channels=channels,
        targets=targets,
        phases=stages,
        milestones=coded(draw, lambda code: milestones(code, [one.code for one in targets])),
        responsibilities=draw(few(duties(unit_codes, group_codes, channel_codes))),
        leading_groups=coded(draw, lambda code: leading_groups(code, unit_codes)),
        counting=draw(
            st.builds(
                CountingRule,
                maybe(st.booleans()),
                maybe(st.sampled_from(["registered", "first_paid"])),
            )
        ),
        reporting=draw(
            maybe(
                st.builds(
                    ReportingRule,
                    kinds=few(CODE),
                    to=st.sampled_from(unit_codes),
                    due_day=maybe(st.integers(1, 31)),
                    starts_on=st.integers(1, 28),
                    due_in=st.sampled_from(["following", "same"]),
                )
            )
        ),
        ladder=draw(maybe(ladders())),
        gate=draw(
            maybe(
                st.builds(
                    enforcement.LicenceGate,
                    st.sampled_from(unit_codes),
                    few(CODE),
                    st.lists(
                        st.builds(enforcement.Requirement, CODE, LABEL, instead=few(CODE, 1)),
                        max_size=2,
                        unique_by=lambda requirement: requirement.code,
                    ),
                    issues=few(CODE, 1),
                    first_time=few(CODE, 1),
                )
            )
        ),
        scheme=draw(maybe(schemes())),
        parameters=draw(few(dated_values(), 2)),
        clauses=coded(draw, lambda code: st.builds(Clause, st.just(code), LABEL)),
        questions=[Question(code, draw(LABEL), draw(TEXT)) for code in question_codes],
        readings=Readings(
            increase=chosen.increase,
            schedule_over=chosen.schedule_over,
            result_cutoff=chosen.result_cutoff,
            outstanding=chosen.outstanding,
            suggested=suggested,
        ),
    )


def dated_values() -> st.SearchStrategy[Parameter]:
    """Return values from law, each from its day on, some to a last day."""
    return st.builds(
        lambda code, value, days, citation, unit: Parameter(
            code, value, days[0], citation, unit, days[1]
        ),
        CODE,
        st.decimals(0, 10, places=4).map(str),
        st.tuples(DATE, maybe(DATE)).map(in_order),
        TEXT,
        TEXT,
    )


def duties(
    units: list[str], group_codes: list[str], channels: list[str]
) -> st.SearchStrategy[responsibilities.Responsibility]:
    """Return duties of these units."""
    return st.builds(
        lambda unit, role, groups, ways, days, clause: responsibilities.Responsibility(
            unit, role, groups, ways, *days, clause
        ),
        st.sampled_from(units),
        literal(responsibilities.Role),
        some_of(group_codes),
        some_of(channels),
        SPAN,
        TEXT,
    )


def leading_groups(code: str, units: list[str]) -> st.SearchStrategy[responsibilities.LeadingGroup]:
    """Return leading groups at these units."""
    seat = st.builds(
        responsibilities.Seat,
        literal(responsibilities.SeatRole),
        LABEL,
        st.sampled_from([None, *units]),
    )
    return st.builds(
        responsibilities.LeadingGroup,
        st.just(code),
        LABEL,
        st.sampled_from(units),
        few(seat),
        few(CODE),
        some_of(units),
        st.booleans(),
        TEXT,
    )


@st.composite
def ladders(draw: st.DrawFn) -> enforcement.EnforcementLadder:
    """Return a ladder whose first step leads to a final one."""
    days = draw(maybe(st.integers(1, 60)))
    return enforcement.EnforcementLadder(
        [
            enforcement.Step("first", draw(LABEL), clause=draw(TEXT)),
            enforcement.Step("last", draw(LABEL), final=True),
        ],
        [
            enforcement.Move(
                "end",
                "first",
                "last",
                draw(few(CODE)),
                days,
                keeps=draw(st.booleans()),
                term=draw(st.sampled_from([None, "rectification_days"])),
                under=draw(
                    few(st.just(enforcement.Under("court_applicant", ("labour", "either"))), 1)
                ),
            )
        ],
        draw(TEXT),
    )


@st.composite
def phase_lists(
    draw: st.DrawFn, units: list[str], group_codes: list[str], channels: list[str]
) -> list[phases.Phase]:
    """Return phases, some inside others, in days of the year or in dates."""
    codes = draw(st.lists(CODE, max_size=3, unique=True))
    made: list[phases.Phase] = []
    for index, code in enumerate(codes):
        starts: MonthDay | dt.date
        if draw(st.booleans()):
            starts, ends = draw(MONTH_DAY), draw(MONTH_DAY)
        else:
            starts = draw(st.dates(dt.date(YEAR, 1, 1), dt.date(YEAR, 12, 31)))
            ends = starts + dt.timedelta(days=draw(st.integers(0, 400)))
        activity = st.builds(
            lambda code, label, days, *rest: phases.Activity(code, label, *days, *rest),
            CODE,
            LABEL,
            SPAN,
            st.booleans(),
            TEXT,
        )
        made.append(
            draw(
                st.builds(
                    phases.Phase,
                    st.just(code),
                    LABEL,
                    st.just(starts),
                    st.just(ends),
                    st.sampled_from([None, *codes[:index]]),
                    some_of(group_codes),
                    some_of(units),
                    st.booleans(),
                    st.booleans(),
                    few(activity, 2),
                    TEXT,
                    some_of(channels),
                    share=maybe(st.fractions(0, 1, max_denominator=10_000)),
                )
            )
        )
    return made


__all__ = ["campaigns", "schemes"]

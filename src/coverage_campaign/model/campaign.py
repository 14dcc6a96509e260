"""The campaign: every part of the source as one frozen value, checked as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeAlias, TypeVar, cast

import attrs
import pandas as pd

from coverage_campaign.checks import checked_fields, checked_methods, did_you_mean, shown
from coverage_campaign.errors import DefinitionError, OpenQuestionError, Problem, Translatable
from coverage_campaign.messages import Message, message
from coverage_campaign.model.dates import DateLike, MonthDay, Period, Periods, Window, to_date
from coverage_campaign.model.enforcement_rules import EnforcementLadder, LicenceGate
from coverage_campaign.model.labels import Clause, Label, Parameter, to_label
from coverage_campaign.model.phases import Milestone, Phase, parents_first, resolved
from coverage_campaign.model.readings import Basis, Question, Readings, answer_text
from coverage_campaign.model.responsibilities import (
    CountedAt,
    CountingRule,
    LeadingGroup,
    ReportingRule,
    Responsibility,
    Seat,
)
from coverage_campaign.model.scheme import Scheme
from coverage_campaign.model.targets import (
    Channel,
    CoverageTarget,
    HeadcountTarget,
    MoneyTarget,
    Target,
    TargetGroup,
)
from coverage_campaign.model.units import Annex, Breakdown, Measure, Unit, unit_meant
from coverage_campaign.notebook import Axes, html_table

__all__ = ["CODED_FIELDS", "Campaign", "Part"]

Part: TypeAlias = (
    Unit
    | Breakdown
    | Measure
    | Annex
    | TargetGroup
    | Channel
    | Target
    | Phase
    | Milestone
    | LeadingGroup
    | Clause
)
"""A part of a campaign that has a code."""

_Coded = TypeVar("_Coded", bound=Part)

_FIELD_OF: Mapping[type, str] = {
    Unit: "units",
    Breakdown: "breakdowns",
    Measure: "measures",
    Annex: "annexes",
    TargetGroup: "groups",
    Channel: "channels",
    HeadcountTarget: "targets",
    CoverageTarget: "targets",
    MoneyTarget: "targets",
    Phase: "phases",
    Milestone: "milestones",
    LeadingGroup: "leading_groups",
    Clause: "clauses",
}
CODED_FIELDS = tuple(dict.fromkeys(_FIELD_OF.values()))
"""The lists whose parts have a code."""
_Steps: TypeAlias = Iterator[tuple[str, str]]
_MOST_GUESSES, _MOST_REFERENCES, _MOST_CIRCLES = 50, 1_000, 100
_FIRST_YEAR, _LAST_YEAR, _MOST_YEARS = 1000, 9950, 30


@checked_methods
@attrs.define(frozen=True, kw_only=True, slots=False, field_transformer=checked_fields)
class Campaign:
    """A campaign: who is to do how much, for whom, when, and by which rules.

    Parts stand in file order and refer to each other by code. A reference to a part that is not
    there, a code used twice, a circle in the tree or in the phases: all of them in one
    `DefinitionError`. What the source leaves open or contradicts is no error: `review` finds it.

    `year` is the year of the first phase; `year_stated` tells whether the source names it.
    `eligible` and `covered` are the codes of the measures that count the eligible population and
    the persons covered before, '' where no such figure exists.
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    year: int
    year_stated: bool = True
    source: str = ""
    units: tuple[Unit, ...] = attrs.field(converter=tuple[Unit, ...])
    breakdowns: tuple[Breakdown, ...] = attrs.field(default=(), converter=tuple[Breakdown, ...])
    measures: tuple[Measure, ...] = attrs.field(default=(), converter=tuple[Measure, ...])
    eligible: str = ""
    covered: str = ""
    annexes: tuple[Annex, ...] = attrs.field(default=(), converter=tuple[Annex, ...])
    groups: tuple[TargetGroup, ...] = attrs.field(default=(), converter=tuple[TargetGroup, ...])
    channels: tuple[Channel, ...] = attrs.field(default=(), converter=tuple[Channel, ...])
    targets: tuple[Target, ...] = attrs.field(default=(), converter=tuple[Target, ...])
    phases: tuple[Phase, ...] = attrs.field(default=(), converter=tuple[Phase, ...])
    milestones: tuple[Milestone, ...] = attrs.field(default=(), converter=tuple[Milestone, ...])
    responsibilities: tuple[Responsibility, ...] = attrs.field(
        default=(), converter=tuple[Responsibility, ...]
    )
    leading_groups: tuple[LeadingGroup, ...] = attrs.field(
        default=(), converter=tuple[LeadingGroup, ...]
    )
    counting: CountingRule = attrs.field(factory=CountingRule)
    reporting: ReportingRule | None = None
    ladder: EnforcementLadder | None = None
    gate: LicenceGate | None = None
    scheme: Scheme | None = None
    parameters: tuple[Parameter, ...] = attrs.field(default=(), converter=tuple[Parameter, ...])
    clauses: tuple[Clause, ...] = attrs.field(default=(), converter=tuple[Clause, ...])
    questions: tuple[Question, ...] = attrs.field(default=(), converter=tuple[Question, ...])
    readings: Readings = attrs.field(factory=Readings)

    def __attrs_post_init__(self) -> None:
        """Refuse a campaign whose parts do not fit together; every problem at once."""
        problems = list(_misfits(self, {name: self._parts(name) for name in CODED_FIELDS}))
        if problems:
            raise DefinitionError(problems, source=f"campaign '{self.code}'")

    # -- parts by code ---------------------------------------------------------------------------

    @cached_property
    def _by_code(self) -> dict[str, dict[str, Part]]:
        return {name: {part.code: part for part in self._parts(name)} for name in CODED_FIELDS}

    def _parts(self, name: str) -> tuple[Part, ...]:
        parts: tuple[Part, ...] = getattr(self, name)
        return parts

    def _find(self, name: str, code: str, kind: type[_Coded]) -> _Coded:
        part = self._by_code[name].get(code)
        if not isinstance(part, kind):
            fix: str | Translatable = did_you_mean(code, self._by_code[name])
            if name == "units":
                fix = unit_meant(self.units, code, self._by_code[name], otherwise=fix)
            raise DefinitionError(Problem(name, message("no {code!r}", code=code), fix))
        return part

    def unit(self, code: str) -> Unit:
        """Return the unit of a code."""
        return self._find("units", code, Unit)

    def breakdown(self, code: str) -> Breakdown:
        """Return the breakdown of a code, such as 'counties'."""
        return self._find("breakdowns", code, Breakdown)

    def phase(self, code: str) -> Phase:
        """Return the phase of a code, such as 'drive-1'."""
        return self._find("phases", code, Phase)

    def group(self, code: str) -> TargetGroup:
        """Return the target group of a code."""
        return self._find("groups", code, TargetGroup)

    def channel(self, code: str) -> Channel:
        """Return the channel of a code."""
        return self._find("channels", code, Channel)

    def measure(self, code: str) -> Measure:
        """Return the measure of a code."""
        return self._find("measures", code, Measure)

    def clause(self, code: str) -> Clause:
        """Return the clause of a code, such as '3(2)'."""
        return self._find("clauses", code, Clause)

    @property
    def headcount(self) -> HeadcountTarget | None:
        """The first guaranteed headcount target, or None."""
        found = (target for target in self.targets if isinstance(target, HeadcountTarget))
        return next((target for target in found if target.level == "guaranteed"), None)

    def members(self, breakdown: str) -> tuple[Unit, ...]:
        """Return every unit of a breakdown, in file order, its upper tiers included."""
        kinds = set(self.breakdown(breakdown).kinds)
        return tuple(unit for unit in self.units if unit.kind in kinds)

    def leaves(self, breakdown: str) -> tuple[Unit, ...]:
        """Return the units of a breakdown with no unit of it below them, in file order."""
        members = self.members(breakdown)
        parents = {unit.parent for unit in members}
        return tuple(unit for unit in members if unit.code not in parents)

    def own_count(self, unit: str, measure: str, *, among: str = "") -> int | None:
        """Return what a unit has of a measure outside the units below it [persons], or None.

        None where a figure that is needed is not known. Where the measure covers the subtree, the
        figures of the units next below are taken off; below 0 they are more than the whole (the
        review finds it). `among` is the breakdown whose units count as below; '' = all units.
        """
        count = self.unit(unit).count(measure)
        if count is None or self.measure(measure).covers == "own":
            return count
        below = [one.count(measure) for one in self.next_below(unit, among=among)]
        known = [figure for figure in below if figure is not None]
        return count - sum(known) if len(known) == len(below) else None

    def next_below(self, unit: str, *, among: str = "") -> tuple[Unit, ...]:
        """Return the units next below a unit, in file order: children, or theirs where skipped."""
        return self._next_below(among).get(unit, ())

    @cached_property
    def _below(self) -> dict[str, dict[str, tuple[Unit, ...]]]:
        return {}

    def _next_below(self, among: str) -> dict[str, tuple[Unit, ...]]:
        if among not in self._below:
            members = self.members(among) if among else self.units
            codes = {one.code for one in members}
            parent_of = {one.code: one.parent for one in self.units}
            below: dict[str, list[Unit]] = {}
            for one in members:
                above = one.parent
                while above and above not in codes:
                    above = parent_of.get(above)
                if above:
                    below.setdefault(above, []).append(one)
            self._below[among] = {code: tuple(units) for code, units in below.items()}
        return self._below[among]

    def with_readings(self, **answers: object) -> Campaign:
        """Return the campaign with these open questions answered; the other answers stay.

        None opens a question again. `campaign.with_readings(counted="net")` keeps what the case
        suggests for the rest. Who gives the answer that was suggested has chosen it.

        Raises:
            DefinitionError: There is no such question, or no such answer to it.
        """
        known = [name for name in attrs.fields_dict(Readings) if name != "suggested"]
        problems = [
            Problem(f"readings.{code}", "no such question", did_you_mean(code, known))
            for code in answers
            if code not in known
        ]
        if problems:
            raise DefinitionError(problems)
        readings = attrs.evolve(self.readings, **cast("dict[str, Any]", answers))
        if readings.suggested is not None:
            others = attrs.evolve(readings.suggested, **dict.fromkeys(answers))
            readings = attrs.evolve(readings, suggested=others)
        return attrs.evolve(self, readings=readings)

    def with_part(self, part: Part) -> Campaign:
        """Return the campaign with a part put in the place of the one with its code, or added."""
        if type(part) not in _FIELD_OF:
            found = shown(part)
            raise TypeError(
                f"with_part takes a part that has a code, such as a Unit; this is {found}"
            )
        name = _FIELD_OF[type(part)]
        parts = self._parts(name)
        changed = (
            tuple(part if old.code == part.code else old for old in parts)
            if part.code in self._by_code[name]
            else (*parts, part)
        )
        return attrs.evolve(self, **cast("dict[str, Any]", {name: changed}))

    # -- days ------------------------------------------------------------------------------------

    @cached_property
    def _windows(self) -> dict[str, Window]:
        windows: dict[str, Window] = {}
        for phase in parents_first(self.phases):
            earliest = windows[phase.parent].first if phase.parent else dt.date(self.year, 1, 1)
            first = resolved(phase.starts, earliest)
            windows[phase.code] = Window(first, resolved(phase.ends, first))
        return windows

    def window(self, phase: str) -> Window:
        """Return the days of a phase; an end before its start falls in the next year.

        A phase inside a phase begins on the first such day of its parent.
        """
        self.phase(phase)
        return self._windows[phase]

    @property
    def whole_window(self) -> Window:
        """The first day of the first phase to the last day of the last."""
        windows = self._windows.values()
        if not windows:
            raise DefinitionError(
                Problem("phases", "none", "a campaign needs a phase to have a first and last day")
            )
        return Window(
            min(window.first for window in windows), max(window.last for window in windows)
        )

    def phases_on(self, day: DateLike) -> tuple[Phase, ...]:
        """Return the phases that a day lies in, in file order."""
        date = to_date(day)
        return tuple(phase for phase in self.phases if date in self._windows[phase.code])

    def periods(self, by: Period) -> Periods:
        """Return the days, weeks, months or quarters by which the campaign counts.

        They begin where its reporting rule says: with reports from the 26th to the 25th those are
        its months, and three of them its quarters. Without a rule they are those of the calendar.
        """
        rule = self.reporting
        own = rule is not None and (by == rule.period or (by, rule.period) == ("quarter", "month"))
        return Periods(by, rule.starts_on if rule is not None and own else 1)

    def resolve(self, day: MonthDay | dt.date, *, phase: str = "") -> dt.date:
        """Return the date of a day of the year: the first one not before the phase's first day."""
        earliest = self.window(phase).first if phase else self.whole_window.first
        return resolved(day, earliest)

    # -- duties and questions --------------------------------------------------------------------

    def responsible_for(self, group: str, *, on: DateLike) -> tuple[Responsibility, ...]:
        """Return who answers for a target group on a day: its duties, without "for all" ones."""
        self.group(group)
        date = to_date(on)
        return tuple(
            duty
            for duty in self.responsibilities
            if group in duty.groups
            and (duty.starts is None or self.resolve(duty.starts) <= date)
            and (duty.ends is None or date <= self.resolve(duty.ends))
        )

    @property
    def counts_net(self) -> bool | None:
        """Whether losses are taken off what counts; None where the source leaves it open.

        A rule of the source comes first, then the reading `counted`; a campaign that asks no such
        question counts gross.
        """
        if self.counting.net is not None:
            return self.counting.net
        if self.readings.counted is not None:
            return self.readings.counted == "net"
        asked = any(question.code == "counted" for question in self.questions)
        return None if asked else False

    @property
    def counts_at(self) -> CountedAt | None:
        """The event by which a person counts; None where the source leaves it open.

        A rule of the source comes first, then the reading `counted_at`; where a campaign asks no
        such question a registration counts.
        """
        if self.counting.at is not None or self.readings.counted_at is not None:
            return self.counting.at or self.readings.counted_at
        asked = any(question.code == "counted_at" for question in self.questions)
        return None if asked else "registered"

    @property
    def counting_assumptions(self) -> tuple[Message, ...]:
        """What counts of persons assume: that they are first payments, where only those count."""
        if self.counts_at != "first_paid":
            return ()
        return (
            message(
                "figures are taken as first payments: who is registered and has not paid cannot "
                "be told apart (counted_at = first_paid)"
            ),
        )

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """The questions of the source that nobody has answered."""
        return tuple(
            question for question in self.questions if getattr(self.readings, question.code) is None
        )

    def open_question(self, code: str) -> OpenQuestionError:
        """Return the error to raise where an answer is needed and there is none."""
        question = next((one for one in self.questions if one.code == code), None)
        clause = f"clause {question.clause}: " if question and question.clause else ""
        text = question.text.text() if question else "this question is open"
        known = attrs.fields_dict(Readings)
        if code not in known:
            raise DefinitionError(Problem("code", shown(code), did_you_mean(code, known)))
        choices = known[code].type
        return OpenQuestionError(
            Problem(
                f"readings.{code}",
                message("{clause}{text}", clause=clause, text=text),
                message(
                    "choose one: readings=cc.Readings({code}=...), of type {choices}",
                    code=code,
                    choices=choices,
                ),
            )
        )

    def basis(self, *questions: str) -> Basis:
        """Return what a result rests on that used the answers to these questions."""
        chosen: list[Message] = []
        suggested: list[Message] = []
        for question in questions:
            answer: object = getattr(self.readings, question)
            if answer is not None:
                marks = suggested if self.readings.is_suggested(question) else chosen
                if question == "schedule_over":
                    phases = [self.phase(code).label for code in self.readings.schedule_over or ()]
                    answer = message("{phases}", phases=phases)
                marks.append(answer_text(question, answer))
        if not self.year_stated:
            chosen.append(message("year = {year:raw}", year=self.year))
        return Basis(
            title=self.label.text(),
            year=self.year,
            chosen=tuple(chosen),
            suggested=tuple(suggested),
        )

    # -- tables ----------------------------------------------------------------------------------

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit: unit, name, kind, parent, and a column per measure [persons].

        A figure that nobody published is <NA>.
        """
        columns: dict[str, object] = {
            "unit": pd.array([unit.code for unit in self.units], dtype="str"),
            "name": pd.array([unit.label.text() for unit in self.units], dtype="str"),
            "kind": pd.array([unit.kind for unit in self.units], dtype="str"),
            "parent": pd.array([unit.parent for unit in self.units], dtype="str"),
        }
        for measure in self.measures:
            columns[measure.code] = pd.array(
                [unit.count(measure.code) for unit in self.units], dtype="Int64"
            )
        return pd.DataFrame(columns)

    def responsibility_matrix(self) -> pd.DataFrame:
        """Return the matrix of duties: one row per unit with a duty, a column per target group.

        A cell names the unit's roles for the group, '' for none; 'all groups' has the duties that
        name no group. Index: unit code.
        """
        columns = ["all groups", *(group.code for group in self.groups)]
        units = dict.fromkeys(duty.unit for duty in self.responsibilities)
        cells: dict[str, dict[str, list[str]]] = {
            unit: {column: [] for column in columns} for unit in units
        }
        for duty in self.responsibilities:
            for column in duty.groups or ("all groups",):
                cells[duty.unit][column].append(duty.role)
        rows = {
            unit: [", ".join(roles[column]) for column in columns] for unit, roles in cells.items()
        }
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns).astype("str")
        return frame.rename_axis(index="unit")

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the calendar: phases and drives, with what a review finds in them."""
        from coverage_campaign.views import charts  # the one way up, taken late

        return charts.calendar(self, ax=ax)

    def _repr_html_(self) -> str:
        rows = [
            (
                phase.label.text(),
                self.window(phase.code).first.isoformat(),
                self.window(phase.code).last.isoformat(),
                ", ".join(self.group(code).label.text() for code in phase.groups),
                phase.clause,
            )
            for phase in self.phases
        ]
        frame = pd.DataFrame(rows, columns=["phase", "first day", "last day", "groups", "clause"])
        suggested = [
            question.code
            for question in self.questions
            if self.readings.is_suggested(question.code)
        ]
        notes = [
            *([f"Source: {self.source}"] if self.source else []),
            *(f"Open: {question.text.text()}" for question in self.open_questions),
            *([f"Suggested readings, not chosen: {', '.join(suggested)}"] if suggested else []),
        ]
        return html_table(frame, title=f"{self.label.text()}: {repr(self)[1:-1]}", notes=notes)

    def __repr__(self) -> str:
        """Return the campaign in a few lines: who, what, when, what is open."""
        headcount = self.headcount
        people = f", {headcount.persons:,} people" if headcount else ""
        leaves = ", ".join(f"{len(self.leaves(one.code))} {one.code}" for one in self.breakdowns)
        phases = ", ".join(phase.code for phase in self.phases if phase.parent is None)
        return (
            f"<Campaign {self.code} {self.year}{people}: {leaves or len(self.units)}; "
            f"phases {phases or 'none'}; {len(self.open_questions)} open questions>"
        )


# -- what has to fit together ----------------------------------------------------------------------


def _misfits(campaign: Campaign, parts: Mapping[str, tuple[Part, ...]]) -> Iterator[Problem]:
    """Yield what does not fit together: codes used twice or unknown, circles, impossible days.

    Args:
        campaign: The campaign, as its fields stand.
        parts: Its parts that have a code, by the name of their field.
    """
    for name, members in parts.items():
        first_at: dict[str, int] = {}
        for index, part in enumerate(members):
            place = f"{name}[{index}] '{part.code}'.code"
            if not part.code:
                yield Problem(place, "an empty code", "give every part a code of its own")
            if first_at.setdefault(part.code, index) != index:
                found = message(
                    "the code of {name}[{first_at:raw}] too",
                    name=name,
                    first_at=first_at[part.code],
                )
                yield Problem(place, found, "a code names one part")
    yield from _unknown_questions(campaign)
    unknown = list(_unknown_references(campaign, parts))
    circles = [
        *_circles("units", "parent", {one.code: [one.parent] for one in campaign.units}),
        *_circles("phases", "parent", {one.code: [one.parent] for one in campaign.phases}),
        *_circles(
            "units",
            "successors",
            {one.code: [code for code, _ in one.successors] for one in campaign.units},
        ),
    ]
    yield from unknown
    yield from circles
    if not _FIRST_YEAR <= campaign.year <= _LAST_YEAR:
        fix = "give a year of four digits, such as 2008"
        yield Problem("year", f"{campaign.year!r}", fix)
    elif not any(problem.where.startswith("phases") for problem in (*unknown, *circles)):
        yield from _impossible_days(campaign)


_REFERENCES: Mapping[str, Mapping[str, str]] = {
    "units": {
        "parent": "units",
        "successors": "units",
        "answers_to": "units",
        "counts": "measures",
    },
    "annexes": {"breakdown": "breakdowns", "target": "targets", "shares": "units"},
    "targets": {"within": "phases"},
    "phases": {
        "parent": "phases",
        "groups": "groups",
        "channels": "channels",
        "supports": "units",
    },
    "milestones": {"target": "targets"},
    "responsibilities": {"unit": "units", "groups": "groups", "channels": "channels"},
    "leading_groups": {"unit": "units", "seats": "units", "established": "units"},
}
"""Which fields of which parts name other parts, and in which list those stand."""


def _references(campaign: Campaign) -> Iterator[tuple[str, str, str]]:
    """Yield (place, list that is meant, code) for every reference from a part to another."""
    for name, fields in _REFERENCES.items():
        for index, part in enumerate(getattr(campaign, name)):
            code = f" '{part.code}'" if hasattr(part, "code") else ""
            for field, meant in fields.items():
                for step, one in _codes_in(getattr(part, field)):
                    yield f"{name}[{index}]{code}.{field}{step}", meant, one
    gate, reporting = campaign.gate, campaign.reporting
    for place, meant, one in (
        ("eligible", "measures", campaign.eligible),
        ("covered", "measures", campaign.covered),
        ("reporting.to", "units", reporting.to if reporting else ""),
        ("gate.unit", "units", gate.unit if gate else ""),
    ):
        if one:
            yield place, meant, one
    for phase in campaign.readings.schedule_over or ():
        yield "readings.schedule_over", "phases", phase


def _codes_in(value: str | Iterable[str | Seat | tuple[str, object]] | None) -> _Steps:
    """Yield the codes that a field names, each with the step to it where it is a key."""
    for one in (value,) if isinstance(value, str) else value or ():
        if isinstance(one, tuple):
            yield f".{one[0]}", one[0]
        elif code := one.unit if isinstance(one, Seat) else one:
            yield "", code


def _unknown_references(
    campaign: Campaign, parts: Mapping[str, tuple[Part, ...]]
) -> Iterator[Problem]:
    known = {name: {part.code for part in members} for name, members in parts.items()}
    missing = 0
    for place, name, code in _references(campaign):
        if code not in known[name]:
            missing += 1
            fix = did_you_mean(code, known[name]) if missing <= _MOST_GUESSES else "mend it"
            if missing <= _MOST_REFERENCES:
                yield Problem(place, message("no {code!r} in {name}", code=code, name=name), fix)
    if missing > _MOST_REFERENCES:
        found = message("{more} more codes that name no part", more=missing - _MOST_REFERENCES)
        yield Problem("references", found, "mend these first")


def _unknown_questions(campaign: Campaign) -> Iterator[Problem]:
    known = [name for name in attrs.fields_dict(Readings) if name != "suggested"]
    for index, question in enumerate(campaign.questions):
        if question.code not in known:
            place = f"questions[{index}] '{question.code}'.code"
            yield Problem(place, "no such reading", did_you_mean(question.code, known))


def _impossible_days(campaign: Campaign) -> Iterator[Problem]:
    """Yield a problem for each phase whose days the calendar does not have in this year."""
    index_of = {phase.code: index for index, phase in enumerate(campaign.phases)}
    firsts: dict[str, dt.date] = {}
    outside: list[tuple[str, Message]] = []
    for phase in parents_first(campaign.phases):
        place = f"phases[{index_of[phase.code]}] '{phase.code}'"
        earliest = firsts.get(phase.parent or "", dt.date(campaign.year, 1, 1))
        try:
            first = firsts[phase.code] = resolved(phase.starts, earliest)
            last = resolved(phase.ends, first)
            if last < first:
                found = message("{ends:raw} comes before {first:raw}", ends=phase.ends, first=first)
                yield Problem(f"{place}.ends", found, "a phase ends on or after its first day")
            elif not campaign.year <= first.year <= last.year <= campaign.year + _MOST_YEARS:
                found = message(
                    "{first:raw} to {last:raw} in a campaign of {year:raw}",
                    first=first,
                    last=last,
                    year=campaign.year,
                )
                outside.append((place, found))
        except DefinitionError as error:
            (problem,) = error.problems
            yield attrs.evolve(problem, where=f"{place}: {problem.where}")
            firsts.setdefault(phase.code, earliest)
    begins = min(firsts.values(), default=dt.date(campaign.year, 1, 1))
    way_out = (
        message("give the year of its first phase: year = {year:raw}", year=begins.year)
        if begins.year < campaign.year
        else message("phases lie in its year and the {years} after it", years=_MOST_YEARS)
    )
    yield from (Problem(place, found, way_out) for place, found in outside)
    for index, milestone in enumerate(campaign.milestones):
        try:
            resolved(milestone.by, begins)
        except DefinitionError as error:
            (problem,) = error.problems
            place = f"milestones[{index}] '{milestone.code}'.by"
            yield attrs.evolve(problem, where=f"{place}: {problem.where}")


def _circles(name: str, field: str, above: Mapping[str, Iterable[str | None]]) -> Iterator[Problem]:
    """Yield a problem for each circle, up to `_MOST_CIRCLES`; `above` is what a part refers to."""
    left = {code: {one for one in codes if one in above} for code, codes in above.items()}
    for _ in range(_MOST_CIRCLES):
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            ring: list[str] = error.args[1][::-1]  # from a part to what it refers to
            found = message("a circle: {ring}", ring=" -> ".join(ring))
            yield Problem(
                f"{name} '{ring[0]}'.{field}",
                found,
                message("take one {field} away", field=field),
            )
            left[ring[0]].discard(ring[1])
        else:
            return

"""Responsibility letters: who owes what to whom by when, who answers for it, what is signed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.checks import checked_call, checked_fields, checked_methods
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Language, Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import PERIOD_WORDS, DateLike, to_date
from coverage_campaign.model.labels import Label
from coverage_campaign.model.readings import Basis
from coverage_campaign.model.responsibilities import ReportingRule
from coverage_campaign.model.units import Unit, unit_meant
from coverage_campaign.notebook import html_table
from coverage_campaign.progress.succession import heirs_on, pass_on
from coverage_campaign.scheduling.schedule import (
    own_milestones,
    own_window,
    schedule,
    shared_target,
)

__all__ = ["Letter", "Letters", "letters"]

_DAY = dt.timedelta(days=1)


@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Letter:
    """What one unit signs: so many persons, owed to the unit above it, by a day.

    `office` is who answers for it: an office, never a named person. `reports_to` is the unit that
    it reports to every month, '' where the campaign names none; `due_day` the day of the following
    month, None where it is open. `signed_on` is None while the letter is open.
    """

    unit: Unit
    to: Unit | None
    persons: int
    uplifted: int
    by: dt.date
    office: Label
    groups: tuple[str, ...]
    reports_to: Unit | None
    due_day: int | None
    milestones: tuple[tuple[dt.date, int], ...] = ()
    clause: str = ""
    passes_on: tuple[Unit, ...] = ()
    takes_over: tuple[Unit, ...] = ()
    in_all: int | None = None
    signed_on: dt.date | None = None


@checked_methods
@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Letters:
    """The letters of an allocation and which of them are signed; signing makes a new value.

    Letters are read: they have no `plot` and no `notes` beside their `basis`, and no `explain`,
    for their allocation explains the figures.
    """

    campaign: Campaign
    basis: Basis
    letters: tuple[Letter, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per letter: unit, name, to, persons, uplifted, by, office, signed_on.

        Persons are Int64; `by` and `signed_on` datetime64; signed_on is <NA> while a letter is
        open, `to` where no unit stands above.
        """
        rows = self.letters
        signed = [pd.NaT if one.signed_on is None else one.signed_on for one in rows]
        return pd.DataFrame(
            {
                "unit": pd.array([one.unit.code for one in rows], dtype="str"),
                "name": pd.array([one.unit.label.text() for one in rows], dtype="str"),
                "to": pd.array([one.to.code if one.to else None for one in rows], dtype="str"),
                "persons": pd.array([one.persons for one in rows], dtype="Int64"),
                "uplifted": pd.array([one.uplifted for one in rows], dtype="Int64"),
                "by": pd.Series([one.by for one in rows], dtype="datetime64[s]"),
                "office": pd.array([one.office.text() for one in rows], dtype="str"),
                "signed_on": pd.Series(signed, dtype="datetime64[s]"),
            }
        )

    def letter(self, unit: str) -> Letter:
        """Return the letter of a unit."""
        found = next((one for one in self.letters if one.unit.code == unit), None)
        if found is None:
            fix = unit_meant(self.campaign.units, unit, [one.unit.code for one in self.letters])
            raise DefinitionError(
                Problem(message("unit '{code}'", code=unit), "has no letter", fix)
            )
        return found

    def sign(self, unit: str, *, on: DateLike) -> Letters:
        """Return the letters with that of a unit signed on a day; a letter is signed once."""
        letter = self.letter(unit)
        if letter.signed_on is not None:
            fix = "make new letters from a new allocation to replace it"
            found = message("was signed on {signed_on:raw}", signed_on=letter.signed_on)
            raise DefinitionError(Problem(message("letter of '{unit}'", unit=unit), found, fix))
        signed = attrs.evolve(letter, signed_on=to_date(on, where="on"))
        return attrs.evolve(
            self, letters=tuple(signed if one is letter else one for one in self.letters)
        )

    def open(self) -> pd.DataFrame:
        """Return the letters that nobody has signed yet, with the columns of `to_frame`."""
        frame = self.to_frame()
        return frame[frame["signed_on"].isna()].reset_index(drop=True)

    def commitments(self, unit: str) -> tuple[Message, ...]:
        """Return what a unit undertakes: the first sentence to whom, then one commitment each."""
        letter, campaign = self.letter(unit), self.campaign
        opening = message(
            "For “{campaign}”{clause}, {unit} undertakes{above}:",
            campaign=campaign.label,
            clause=message(" (clause {clause})", clause=letter.clause) if letter.clause else "",
            unit=letter.unit.label,
            above=message(" to {unit}", unit=letter.to.label) if letter.to else "",
        )
        found = [opening]
        if letter.persons or not (letter.passes_on or letter.takes_over):
            found.append(
                message("to reach {n} people by {day:long date}", n=letter.persons, day=letter.by)
            )
        found += [
            message("of these, to reach {n} people by {day:long date}", n=persons, day=day)
            for day, persons in letter.milestones
        ]
        if letter.uplifted != letter.persons:
            found.append(message("with the uplift handed down: {n} people", n=letter.uplifted))
        found += _succession(letter)
        if letter.groups:
            groups = [campaign.group(code).label for code in letter.groups]
            found.append(message("to be responsible for the enrolment of {groups}", groups=groups))
        if letter.reports_to:
            found.append(self._reports(letter, letter.reports_to))
        return tuple(found)

    def _reports(self, letter: Letter, to: Unit) -> Message:
        rule = self.campaign.reporting or ReportingRule()
        values = {"unit": to.label, "period": PERIOD_WORDS[rule.period], "day": letter.due_day}
        if letter.due_day is None:
            return message("to report every {period} to {unit}, on a day still to be set", **values)
        if rule.period == "week":
            return message("to report every week to {unit} by {day:weekday}", **values)
        if rule.due_in == "same":
            if rule.period == "quarter":
                return message(
                    "to report every quarter to {unit} by day {day:raw} of its last month", **values
                )
            return message(
                "to report every {period} to {unit} by day {day:raw} of the same {period}", **values
            )
        return message(
            "to report every {period} to {unit} by day {day:raw} of the next month", **values
        )

    def text(self, unit: str, *, lang: Language | None = None) -> str:
        """Return the letter of a unit as it is signed, one commitment a line."""
        letter = self.letter(unit)
        signed = (
            message("Signed on {day:long date}.", day=letter.signed_on)
            if letter.signed_on
            else message("Not signed yet.")
        )
        lines = (
            message("Responsibility letter: {unit}", unit=letter.unit.label),
            *self.commitments(unit),
            message("In charge: {office}", office=letter.office),
            signed,
        )
        return "\n".join(line.text(lang) for line in lines)

    def _line(self) -> str:
        signed = sum(one.signed_on is not None for one in self.letters)
        return f"{len(self.letters)} letters of {self.campaign.label.text()}, {signed} signed"

    def _repr_html_(self) -> str:
        frame = self.to_frame()
        shown = frame.astype(object).where(frame.notna(), None)
        return html_table(shown, title=self._line(), notes=self.basis.lines())

    def __repr__(self) -> str:
        """Return the count of letters and of those signed."""
        return f"<{self._line()}>"


@checked_call
def letters(allocation: Allocation, *, by: DateLike | None = None, clause: str = "5(1)") -> Letters:
    """Return the letter that each unit of an allocation signs with the unit above it.

    A unit that closes before that day owes to its last day what is planned to then, and its letter
    says who stands in its place from the next day; theirs says what they take over.

    Args:
        allocation: Who does how much; every unit of it signs, upper tiers too.
        by: The day by which it is owed; by default the last day of the phase that the target lies
            in, or of the campaign.
        clause: The clause that asks for letters.

    The unit above is the place (`parent`), or the chain of command where the reading `attribution`
    says so. Who answers for a unit is its seat in a leading group, else its head.
    """
    campaign = allocation.campaign
    last = _last_day(allocation) if by is None else to_date(by, where="by")
    frame = allocation.to_frame()
    codes = [str(code) for code in frame["unit"]]
    persons, uplifted = (
        dict(zip(codes, frame[name].tolist(), strict=True)) for name in ("share", "uplifted")
    )
    owned = allocation.shares()
    days = {campaign.resolve(mark.by) for mark, _ in own_milestones(allocation)}
    marks = sorted(day for day in days if day < last)
    closing = [unit for unit in map(campaign.unit, codes) if unit.closed and unit.closed < last]
    owed: dict[dt.date, dict[str, int]] = {}
    ends = dict.fromkeys(codes, last)
    if (marks or closing) and own_window(campaign, allocation.target_code):
        plan = schedule(allocation)
        owed = {day: _with_those_above(campaign, plan.planned_on(day)) for day in marks}
        if closing:
            ends |= {unit.code: unit.closed or last for unit in closing}
            owned = plan.shares()
            persons = _with_those_above(campaign, owned)
            raised = allocation.uplifted_shares()
            given = raised.to_numpy().astype(np.int64)[np.newaxis]
            (targets,) = plan.course.targets(given)
            uplifted = _with_those_above(campaign, pd.Series(targets, index=raised.index))
    made = []
    for unit in map(campaign.unit, codes):
        end = ends[unit.code]
        before = tuple(one for one in closing if unit.code in dict(one.successors))
        extra = _taken_over(campaign, unit.code, owned, end) if before else 0
        letter = _letter(
            campaign,
            unit,
            persons=persons[unit.code],
            uplifted=uplifted[unit.code],
            milestones=tuple(
                (day, counts[unit.code])
                for day, counts in owed.items()
                if (unit.opened or day) <= day < end
            ),
            by=end,
            clause=clause,
        )
        heirs = unit.successors if unit in closing else ()
        made.append(
            attrs.evolve(
                letter,
                passes_on=tuple(campaign.unit(code) for code, _ in heirs),
                takes_over=before,
                in_all=letter.persons + extra if before else None,
            )
        )
    return Letters(
        campaign=campaign,
        basis=allocation.basis.joined(campaign.basis("attribution", "report_due_day")),
        letters=tuple(made),
    )


def _succession(letter: Letter) -> Iterator[Message]:
    """Yield to whom a letter's figures pass on, and whose figures it takes over."""
    if letter.passes_on and letter.unit.closed:
        yield message(
            "from {day:long date} its target and its results pass on to {units}",
            day=letter.unit.closed + _DAY,
            units=[unit.label for unit in letter.passes_on],
        )
    for day in sorted({unit.closed for unit in letter.takes_over if unit.closed}):
        yield message(
            "from {day:long date} to take over the target and the results of {units}",
            day=day + _DAY,
            units=[unit.label for unit in letter.takes_over if unit.closed == day],
        )
    if letter.in_all is not None:
        yield message(
            "with theirs, to reach {n} people in all by {day:long date}",
            n=letter.in_all,
            day=letter.by,
        )


def _last_day(allocation: Allocation) -> dt.date:
    campaign = allocation.campaign
    targets = shared_target(campaign, allocation.target_code)
    within = next((one.within for one in targets if one.within), "")
    return campaign.window(within).last if within else campaign.whole_window.last


def _with_those_above(campaign: Campaign, persons: pd.Series[int]) -> dict[str, int]:
    """Return persons by unit, those of a unit added to every unit above it."""
    sums: dict[str, int] = {}
    for leaf, count in zip(persons.index.tolist(), persons.tolist(), strict=True):
        code: str | None = leaf
        while code:
            sums[code] = sums.get(code, 0) + count
            code = campaign.unit(code).parent
    return sums


def _taken_over(campaign: Campaign, code: str, owned: pd.Series[int], day: dt.date) -> int:
    """Return how many persons of closed units have passed on to a unit by a day."""
    units = tuple(unit.code for unit in campaign.units)
    passed = pass_on(owned, heirs_on(campaign, day), units)
    return int(passed[units.index(code)]) - int(owned.get(code, 0))


def _letter(
    campaign: Campaign,
    unit: Unit,
    *,
    persons: int,
    uplifted: int,
    milestones: tuple[tuple[dt.date, int], ...],
    by: dt.date,
    clause: str,
) -> Letter:
    above = unit.parent
    if campaign.readings.attribution == "command" and unit.answers_to:
        above = unit.answers_to
    reporting = campaign.reporting
    reports = reporting is not None and (not reporting.kinds or unit.kind in reporting.kinds)
    to = reporting.to if reporting and reports else ""
    due_day = reporting.due_day if reporting and reports else None
    duties = [duty for duty in campaign.responsibilities if duty.unit == unit.code]
    known = {one.code for one in campaign.clauses}
    return Letter(
        unit=unit,
        to=campaign.unit(above) if above else None,
        persons=persons,
        uplifted=uplifted,
        milestones=milestones,
        by=by,
        office=_office(campaign, unit),
        groups=tuple(dict.fromkeys(group for duty in duties for group in duty.groups)),
        reports_to=campaign.unit(to) if to and to != unit.code else None,
        due_day=campaign.readings.report_due_day if reports and due_day is None else due_day,
        clause=clause if clause in known else "",
    )


def _office(campaign: Campaign, unit: Unit) -> Label:
    seats = [seat for body in campaign.leading_groups for seat in body.seats]
    own = next((seat.office for seat in seats if seat.unit == unit.code), None)
    head = message("Head of {unit}", unit=unit.label)
    return own or Label({tag: head.text(tag) for tag in ("en", "zh-Hans", "zh-Hant")})

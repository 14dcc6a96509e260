"""The licence gate: what was shown decides if a firm may proceed, or what is missing and where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import attrs

from coverage_campaign.checks import checked_call, checked_fields, checked_methods
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Language, Message, message
from coverage_campaign.model.dates import DateLike, to_date
from coverage_campaign.model.enforcement_rules import LicenceGate, Requirement

__all__ = ["Application", "GateDecision", "Missing", "SupportingDocument", "check_licence"]


def _to_optional_date(value: DateLike | None) -> dt.date | None:
    return None if value is None else to_date(value)


@attrs.frozen(field_transformer=checked_fields)
class SupportingDocument:
    """A document that an applicant shows; after `valid_until` it is none."""

    code: str
    valid_until: dt.date | None = attrs.field(default=None, converter=_to_optional_date)


def _to_documents(
    value: Iterable[SupportingDocument | str] | str,
) -> tuple[SupportingDocument, ...]:
    given = (value,) if isinstance(value, str) else value
    return tuple(
        one if isinstance(one, SupportingDocument) else SupportingDocument(one) for one in given
    )


@attrs.frozen(field_transformer=checked_fields)
class Application:
    """Who comes to the gate, on which occasion, and what is shown there."""

    employer: str
    occasion: str
    shown: tuple[SupportingDocument, ...] = attrs.field(default=(), converter=_to_documents)


@checked_methods
@attrs.frozen(field_transformer=checked_fields)
class Missing:
    """A document that was not shown: where to get it, what that takes, what would do instead.

    `expired` is set where it was shown and is no longer valid. `needs` are the documents that the
    applicant does not have either.
    """

    requirement: Requirement
    needs: tuple[str, ...] = ()
    expired: dt.date | None = None

    @property
    def where(self) -> str:
        """The unit that gives the document out; '' if the campaign names none."""
        return self.requirement.from_unit

    def text(self, lang: Language | None = None) -> str:
        """Return what is missing and how to get it; without a language, in that of the context."""
        one = self.requirement
        late = message(" (expired on {day:date})", day=self.expired) if self.expired else ""
        where = message("; issued by {unit}", unit=self.where) if self.where else ""
        needs = message("; requires {documents}", documents=self.needs) if self.needs else ""
        other = message("; or show {documents} instead", documents=one.instead)
        return message(
            "missing: {document}{late}{where}{needs}{other}",
            document=one.label,
            late=late,
            where=where,
            needs=needs,
            other=other if one.instead else "",
        ).text(lang)

    def __str__(self) -> str:
        """Return what is missing and how to get it, in English."""
        return self.text("en")


@checked_methods
@attrs.frozen(field_transformer=checked_fields)
class GateDecision:
    """Whether an applicant may proceed; if not, what is missing, in the order in which to get it.

    `deadlock` is the chain of documents that leads back to what the gate itself issues: the
    applicant cannot get out of it alone. `fix` then says what can be done.
    """

    application: Application
    on: dt.date
    missing: tuple[Missing, ...]
    deadlock: tuple[str, ...] = ()
    _fix: str | Message = ""
    clause: str = ""

    @property
    def fix(self) -> str:
        """What can be done about a deadlock, in English; '' where there is none."""
        return str(self._fix)

    @property
    def may_proceed(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing

    def explain(self, *, lang: Language | None = None) -> str:
        """Return the decision with its reasons, one a line."""
        lines = [
            message(
                "{employer}, {occasion}, {day:date}: {verdict}{clause}",
                employer=self.application.employer,
                occasion=self.application.occasion,
                day=self.on,
                verdict=message("may proceed")
                if self.may_proceed
                else message("returned: documents are missing"),
                clause=message(", clause {clause}", clause=self.clause) if self.clause else "",
            ).text(lang)
        ]
        lines += [f"  {one.text(lang)}" for one in self.missing]
        if self.deadlock:
            chain = message(
                "  circle: {chain}: the last is issued only here", chain=" → ".join(self.deadlock)
            )
            lines += [chain.text(lang), message("  remedy: {fix}", fix=self._fix).text(lang)]
        return "\n".join(lines)


@checked_call
def check_licence(application: Application, *, gate: LicenceGate, on: DateLike) -> GateDecision:
    """Return whether an application passes the gate on a day, or what is missing and where it is.

    A new firm can stand in a deadlock: the gate asks for a certificate that one gets only with the
    licence that the gate issues. The decision says so. The gate cannot let it pass by itself; the
    documented way out is a document that the campaign accepts in its place (`instead` of a
    requirement), such as a written undertaking to register within a term.

    Raises:
        DefinitionError: The gate has no such occasion.
    """
    day = to_date(on, where="on")
    if application.occasion not in gate.occasions:
        raise DefinitionError(
            Problem(
                "application.occasion",
                message("no {occasion!r} at this gate", occasion=application.occasion),
                message("occasions: {occasions}", occasions=gate.occasions),
            )
        )
    valid = {
        one.code for one in application.shown if one.valid_until is None or day <= one.valid_until
    }
    expired = {one.code: one.valid_until for one in application.shown if one.code not in valid}
    asked = [
        one
        for one in gate.requirements
        if not one.occasions or application.occasion in one.occasions
    ]
    left = [one for one in asked if one.code not in valid and not valid & {*one.instead}]
    first_time = gate.first_time or gate.occasions[:1]
    # Who comes again has what the gate issued the first time, shown or not.
    has = valid if application.occasion in first_time else {*valid, *gate.issues}
    by_code = {one.code: one for one in asked}
    missing = tuple(
        Missing(
            requirement=one,
            needs=tuple(code for code in one.needs if code not in has),
            expired=expired.get(one.code),
        )
        for one in _in_order(left)
    )
    chains = (_chain(one, by_code, has, set(gate.issues)) for one in _in_order(left))
    deadlock = next((chain for chain in chains if chain), ())
    return GateDecision(
        application=application,
        on=day,
        missing=missing,
        deadlock=deadlock,
        fix=_way_out(deadlock, by_code) if deadlock else "",
        clause=gate.clause,
    )


def _in_order(left: list[Requirement]) -> list[Requirement]:
    """Return what is missing so that each comes after what it needs, where that is possible."""
    waiting, ordered = list(left), list[Requirement]()
    while waiting:
        codes = {one.code for one in waiting}
        ready = [one for one in waiting if not codes & {*one.needs}] or waiting
        ordered += ready
        waiting = [one for one in waiting if one not in ready]
    return ordered


def _chain(
    start: Requirement, by_code: dict[str, Requirement], has: set[str], issued: set[str]
) -> tuple[str, ...]:
    """Return the documents from one that is missing to one that only the gate gives, or ()."""
    waiting: list[tuple[str, ...]] = [(start.code,)]
    while waiting:
        path = waiting.pop(0)
        requirement = by_code.get(path[-1])
        for code in requirement.needs if requirement else ():
            if code in has:
                continue
            if code in issued or code in path:
                return (*path, code)
            waiting.append((*path, code))
    return ()


def _way_out(deadlock: tuple[str, ...], by_code: dict[str, Requirement]) -> Message:
    accepted = dict.fromkeys(
        code for step in deadlock if step in by_code for code in by_code[step].instead
    )
    if accepted:
        return message("show {documents}", documents=tuple(accepted))
    return message(
        "accept another document instead of {document} for the first licence "
        "(Requirement.instead), such as a written undertaking to register within a set term",
        document=by_code[deadlock[0]].label,
    )

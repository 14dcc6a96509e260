"""What has to fit together in a campaign before it can be one: every misfit with its place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

import attrs

from coverage_campaign.checks import did_you_mean
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.phases import parents_first, resolved
from coverage_campaign.model.readings import Readings

if TYPE_CHECKING:
    from coverage_campaign.model.campaign import Campaign, Part

__all__ = ["misfits"]

_MOST_GUESSES, _MOST_REFERENCES, _MOST_CIRCLES = 50, 1_000, 100
_FIRST_YEAR, _LAST_YEAR, _MOST_YEARS = 1000, 9950, 30


def misfits(campaign: Campaign, parts: Mapping[str, tuple[Part, ...]]) -> Iterator[Problem]:
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
                found = f"the code of {name}[{first_at[part.code]}] too"
                yield Problem(place, found, "a code names one part")
    yield from _unknown_questions(campaign)
    unknown = list(_unknown_references(campaign, parts))
    circles = [
        *_circles("units", "parent", {one.code: _codes(one.parent) for one in campaign.units}),
        *_circles("phases", "parent", {one.code: _codes(one.parent) for one in campaign.phases}),
        *_circles(
            "units",
            "successors",
            {one.code: [code for code, _ in one.successors] for one in campaign.units},
        ),
    ]
    yield from unknown
    yield from circles
    if not _is_year(campaign.year):
        fix = "give a year of four digits, such as 2008"
        yield Problem("year", f"{campaign.year!r}", fix)
    elif not any(problem.where.startswith("phases") for problem in (*unknown, *circles)):
        yield from _impossible_days(campaign)


def _references(campaign: Campaign) -> Iterator[tuple[str, str, str]]:
    """Yield (place, list that is meant, code) for every reference from a part to another."""
    yield from _references_of_units(campaign)
    yield from _references_of_work(campaign)


def _references_of_units(campaign: Campaign) -> Iterator[tuple[str, str, str]]:
    for index, unit in enumerate(campaign.units):
        place = f"units[{index}] '{unit.code}'"
        yield from _each(f"{place}.parent", "units", unit.parent)
        for successor, _ in unit.successors:
            yield f"{place}.successors.{successor}", "units", successor
        yield from _each(f"{place}.answers_to", "units", unit.answers_to)
        for measure, _ in unit.counts:
            yield f"{place}.counts.{measure}", "measures", measure
    yield from _each("eligible", "measures", campaign.eligible)
    yield from _each("covered", "measures", campaign.covered)
    for index, annex in enumerate(campaign.annexes):
        place = f"annexes[{index}] '{annex.code}'"
        yield from _each(f"{place}.breakdown", "breakdowns", annex.breakdown)
        yield from _each(f"{place}.target", "targets", annex.target)
        for unit_code, _ in annex.shares:
            yield f"{place}.shares.{unit_code}", "units", unit_code


def _references_of_work(campaign: Campaign) -> Iterator[tuple[str, str, str]]:
    for index, target in enumerate(campaign.targets):
        yield from _each(f"targets[{index}] '{target.code}'.within", "phases", target.within)
    for index, phase in enumerate(campaign.phases):
        place = f"phases[{index}] '{phase.code}'"
        yield from _each(f"{place}.parent", "phases", phase.parent)
        yield from _each(f"{place}.groups", "groups", *phase.groups)
        yield from _each(f"{place}.channels", "channels", *phase.channels)
        yield from _each(f"{place}.supports", "units", *phase.supports)
    for index, milestone in enumerate(campaign.milestones):
        place = f"milestones[{index}] '{milestone.code}'"
        yield from _each(f"{place}.target", "targets", milestone.target)
    for index, duty in enumerate(campaign.responsibilities):
        place = f"responsibilities[{index}]"
        yield from _each(f"{place}.unit", "units", duty.unit)
        yield from _each(f"{place}.groups", "groups", *duty.groups)
        yield from _each(f"{place}.channels", "channels", *duty.channels)
    for index, body in enumerate(campaign.leading_groups):
        place = f"leading_groups[{index}] '{body.code}'"
        yield from _each(f"{place}.unit", "units", body.unit)
        yield from _each(f"{place}.seats", "units", *(seat.unit for seat in body.seats))
        yield from _each(f"{place}.established", "units", *body.established)
    if campaign.reporting:
        yield from _each("reporting.to", "units", campaign.reporting.to)
    if campaign.gate:
        yield from _each("gate.unit", "units", campaign.gate.unit)


def _codes(*codes: str | None) -> list[str]:
    return [code for code in codes if code]


def _each(place: str, name: str, *codes: str | None) -> Iterator[tuple[str, str, str]]:
    for code in _codes(*codes):
        yield place, name, code


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
                yield Problem(place, f"no {code!r} in {name}", fix)
    if missing > _MOST_REFERENCES:
        found = f"{missing - _MOST_REFERENCES:,} more codes that name no part"
        yield Problem("references", found, "mend these first")


def _unknown_questions(campaign: Campaign) -> Iterator[Problem]:
    known = [name for name in attrs.fields_dict(Readings) if name != "suggested"]
    for index, question in enumerate(campaign.questions):
        if question.code not in known:
            place = f"questions[{index}] '{question.code}'.code"
            yield Problem(place, "no such reading", did_you_mean(question.code, known))


def _is_year(year: object) -> bool:
    return type(year) is int and _FIRST_YEAR <= year <= _LAST_YEAR


def _impossible_days(campaign: Campaign) -> Iterator[Problem]:
    """Yield a problem for each phase whose days the calendar does not have in this year."""
    index_of = {phase.code: index for index, phase in enumerate(campaign.phases)}
    firsts: dict[str, dt.date] = {}
    for phase in parents_first(campaign.phases):
        place = f"phases[{index_of[phase.code]}] '{phase.code}'"
        earliest = firsts.get(phase.parent or "", dt.date(campaign.year, 1, 1))
        try:
            first = firsts[phase.code] = resolved(phase.starts, earliest)
            last = resolved(phase.ends, first)
            if last < first:
                found = f"{phase.ends} comes before {first}"
                yield Problem(f"{place}.ends", found, "a phase ends on or after its first day")
            elif not campaign.year <= first.year <= last.year <= campaign.year + _MOST_YEARS:
                found = f"{first} to {last} in a campaign of {campaign.year}"
                fix = f"phases lie in its year and the {_MOST_YEARS} after it"
                yield Problem(place, found, fix)
        except DefinitionError as error:
            (problem,) = error.problems
            yield Problem(place, f"{problem.where}: {problem.found}", problem.fix)
            firsts.setdefault(phase.code, earliest)
    begins = min(firsts.values(), default=dt.date(campaign.year, 1, 1))
    for index, milestone in enumerate(campaign.milestones):
        try:
            resolved(milestone.by, begins)
        except DefinitionError as error:
            (problem,) = error.problems
            place = f"milestones[{index}] '{milestone.code}'.by"
            yield Problem(place, f"{problem.where}: {problem.found}", problem.fix)


def _circles(name: str, field: str, above: Mapping[str, Iterable[str]]) -> Iterator[Problem]:
    """Yield a problem for each circle, up to `_MOST_CIRCLES`; `above` is what a part refers to."""
    left = {code: {one for one in codes if one in above} for code, codes in above.items()}
    for _ in range(_MOST_CIRCLES):
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            ring: list[str] = error.args[1][::-1]  # from a part to what it refers to
            found = f"a circle: {' -> '.join(ring)}"
            yield Problem(f"{name} '{ring[0]}'.{field}", found, f"take one {field} away")
            left[ring[0]].discard(ring[1])
        else:
            return

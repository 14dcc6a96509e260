"""A bulletin in plain English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from coverage_campaign.views.documents.prose import (
    a_day,
    listed,
    long_day,
    month_of,
    per_thousand,
    points,
)
from coverage_campaign.views.documents.standing_rows import why_unranked
from coverage_campaign.views.signs import sign_words
from coverage_campaign.views.words import about, count, percent, units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coverage_campaign.views.documents.bulletin_facts import BulletinFacts, Outlook
    from coverage_campaign.views.standings import Standing

__all__ = ["english"]

_NAMED: Final = 3


def english(facts: BulletinFacts) -> Iterator[tuple[str, list[str]]]:
    """Yield the parts of a bulletin: heading and sentences."""
    yield "The whole", list(_whole(facts))
    yield "Who leads", list(_leaders(facts.well))
    yield "Who lags", list(_laggards(facts.late))
    yield "What is required", list(_demands(facts))
    yield "What the ranking rests on", list(_ground(facts))


def _whole(facts: BulletinFacts) -> Iterator[str]:
    one, day = facts.whole, long_day(facts.progress.as_of, "en")
    if facts.progress.basis.simulated:
        yield "From SIMULATED data: no real result."
    if one.completion_rate is None or one.gap_points is None:
        yield f"By the end of {day} there is nothing to add up."
        return
    side = "ahead of" if one.gap_points >= 0 else "behind"
    new = ""
    if one.new is not None and facts.progress.plan.by == "month":
        new = f"; {count(one.new)} of them came in {month_of(facts.progress.as_of, 'en')}"
    yield (
        f"By the end of {day}, {count(one.done)} of {count(one.target)} people were reached "
        f"({percent(one.completion_rate)}), {points(one.gap_points)} points {side} the schedule "
        f"({percent(one.planned_rate)}){new}."
    )
    if one.shortfall and facts.days_left:
        needed = one.required_per_day
        daily = f", which takes {a_day(needed)} a day" if needed else ""
        yield (
            f"{count(one.shortfall)} are left to {long_day(facts.ends_on, 'en')}, "
            f"{facts.days_left} days away{daily}."
        )
    if facts.outlook is not None and facts.days_left:
        yield _outlook(facts.outlook)


def _outlook(outlook: Outlook) -> str:
    return (
        f"At this pace about {about(outlook.expected)} are to be expected by then "
        f"({about(outlook.low)} to {about(outlook.high)} with a probability of "
        f"{percent(outlook.level, digits=0)}); the chance of reaching the target is about "
        f"{percent(outlook.chance, digits=0)}."
    )


def _leaders(well: tuple[Standing, ...]) -> Iterator[str]:
    if not well:
        return
    names = [
        f"{one.name} ({percent(one.completion_rate)}, {points(one.gap_points or 0)} points ahead)"
        for one in well[:_NAMED]
    ]
    verb = "is" if len(well) == 1 else "are"
    yield f"{units(len(well), 'en')} {verb} on schedule or ahead."
    yield f"In the lead: {listed(names, 'en')}."


def _laggards(late: tuple[Standing, ...]) -> Iterator[str]:
    if not late:
        return
    verb = "is" if len(late) == 1 else "are"
    furthest = ", the furthest of them" if len(late) > _NAMED else ""
    parts = "; ".join(_lag(one) for one in late[:_NAMED])
    yield f"{units(len(late), 'en')} {verb} behind the schedule{furthest}: {parts}."


def _lag(one: Standing) -> str:
    needed = one.required_per_day
    daily = f", {a_day(needed)} a day needed" if needed else ""
    return (
        f"{one.name} at {percent(one.completion_rate)}, {points(one.gap_points or 0)} points "
        f"behind, {count(one.shortfall)} people short{daily}"
    )


def _demands(facts: BulletinFacts) -> Iterator[str]:
    if facts.late and facts.days_left:
        short = sum(one.shortfall or 0 for one in facts.late)
        yield (
            f"The units behind the schedule owe {count(short)} people by "
            f"{long_day(facts.ends_on, 'en')}."
        )
    missing = [row.standing.name for row in facts.unranked if row.standing.target]
    if missing:
        yield f"Reports are owed by {listed(missing, 'en')}."
    following = facts.next_report
    if following is not None:
        month = month_of(following.month, "en")
        yield f"The reports of {month} are due by {long_day(following.due, 'en')}."


def _ground(facts: BulletinFacts) -> Iterator[str]:
    one = facts.whole
    yield "Ranks follow the completion rate before it is rounded; ties share a rank."
    if one.reports_expected is None:
        yield (
            "When reports arrived is not known, nor whether they are complete; every unit with "
            "figures is ranked."
        )
    else:
        on_time = "" if facts.on_time is None else f", {facts.on_time} of them on time"
        yield f"Reports: {one.reports_received} of {one.reports_expected} received{on_time}."
    if facts.unranked:
        names = [
            f"{row.standing.name} ({why_unranked(row.standing, 'en')})" for row in facts.unranked
        ]
        yield f"Not ranked: {listed(names, 'en')}."
    yield _burden(facts.burdens)
    if facts.odd:
        names = [
            f"{row.standing.name} ({sign_words(row.standing.signs, 'en')})" for row in facts.odd
        ]
        yield f"Monthly figures to check: {listed(names, 'en')}. No sign is a proof."
    else:
        yield "Nothing in the monthly figures needs a second look."


def _burden(burdens: tuple[Standing, ...]) -> str:
    if not burdens:
        return "Burdens cannot be compared: the campaign names no eligible people."
    most, least = burdens[0], burdens[-1]
    if per_thousand(most.burden) == per_thousand(least.burden):
        return f"All carry the same burden: {per_thousand(most.burden)} per 1,000 eligible people."
    highest, lowest = per_thousand(most.burden), per_thousand(least.burden)
    return (
        f"The target per 1,000 eligible people is highest in {most.name} ({highest}) "
        f"and lowest in {least.name} ({lowest})."
    )

"""What the units leave open or contradict: their lives, successors, figures and milestones."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from fractions import Fraction

from coverage_campaign.messages import message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.phases import Milestone, resolved
from coverage_campaign.model.review.findings import Finding
from coverage_campaign.model.targets import HeadcountTarget, Target
from coverage_campaign.model.units import Unit

__all__ = ["unit_findings"]

_DAY = dt.timedelta(days=1)
_JUMP = Fraction(1, 5)


def unit_findings(campaign: Campaign) -> Iterator[Finding]:
    """Yield what does not fit in the lives and figures of the units, and in the milestones."""
    if campaign.phases:
        yield from _never_open(campaign)
        yield from _closed_with_share(campaign)
        yield from _successors(campaign)
        yield from _closed_without_successor(campaign)
    yield from _children_above_parent(campaign)
    yield from _covered_above_eligible(campaign)
    yield from _editions_differ(campaign)
    yield from _milestones(campaign)


# -- lives -----------------------------------------------------------------------------------------


def _sharers(campaign: Campaign) -> dict[str, Unit]:
    """Return the units among which people are shared out, by code."""
    return {
        unit.code: unit
        for breakdown in campaign.breakdowns
        for unit in campaign.leaves(breakdown.code)
    }


def _never_open(campaign: Campaign) -> Iterator[Finding]:
    whole = campaign.whole_window
    for unit in _sharers(campaign).values():
        if unit.opened and unit.opened > whole.last:
            said = message(
                "{unit} opens on {day:long date}, after the campaign has ended.",
                unit=unit.label,
                day=unit.opened,
            )
        elif unit.closed and unit.closed < whole.first:
            said = message(
                "{unit} closed on {day:long date}, before the campaign begins.",
                unit=unit.label,
                day=unit.closed,
            )
        else:
            continue
        yield Finding(
            code="unit-never-open",
            severity="high",
            clause=unit.clause,
            message=said,
            parts=[unit.code],
        )


def _closed_with_share(campaign: Campaign) -> Iterator[Finding]:
    """Yield the shares of annexes for people that a unit cannot enrol to the end."""
    last = campaign.whole_window.last
    for annex in campaign.annexes:
        for code, share in annex.shares:
            unit = campaign.unit(code)
            if share and unit.closed and unit.closed < last and not unit.successors:
                yield Finding(
                    code="closed-unit-has-target",
                    severity="high",
                    clause=annex.clause,
                    message=message(
                        "{annex} gives {n} people to {unit}, which closes on {day:long date} "
                        "without a successor.",
                        annex=annex.label,
                        n=share,
                        unit=unit.label,
                        day=unit.closed,
                    ),
                    parts=[annex.code, code],
                    dates=[unit.closed],
                )


def _successors(campaign: Campaign) -> Iterator[Finding]:
    """Yield successors that take over before, or long after, the unit before them ends.

    A unit that was there before the campaign may take others in.
    """
    whole = campaign.whole_window
    for unit in campaign.units:
        for code, _ in unit.successors:
            heir = campaign.unit(code)
            if unit.closed is None:
                continue
            takes_over = unit.closed + _DAY
            if heir.closed and heir.closed < takes_over:
                said = message(
                    "{heir} is to follow {unit} from {day:long date}, but is closed by then.",
                    heir=heir.label,
                    unit=unit.label,
                    day=takes_over,
                )
            elif heir.opened and heir.opened > takes_over:
                said = message(
                    "Between {unit}, closed on {closed:long date}, and {heir}, opened on "
                    "{opened:long date}, nobody answers for its people.",
                    unit=unit.label,
                    closed=unit.closed,
                    heir=heir.label,
                    opened=heir.opened,
                )
            elif heir.opened and heir.opened in whole and heir.opened < takes_over:
                said = message(
                    "{heir} opens on {opened:long date}, before {unit} ends on "
                    "{closed:long date}: their people may count twice.",
                    heir=heir.label,
                    opened=heir.opened,
                    unit=unit.label,
                    closed=unit.closed,
                )
            else:
                continue
            yield Finding(
                code="successor-does-not-fit",
                severity="high",
                clause=unit.clause,
                message=said,
                parts=[unit.code, heir.code],
                dates=[unit.closed],
            )


def _closed_without_successor(campaign: Campaign) -> Iterator[Finding]:
    whole = campaign.whole_window
    for unit in _sharers(campaign).values():
        if unit.closed in whole and unit.closed != whole.last and not unit.successors:
            yield Finding(
                code="closed-without-successor",
                severity="medium",
                clause=unit.clause,
                message=message(
                    "{unit} closes on {day:long date} during the campaign; nothing says who "
                    "answers for its people from then on.",
                    unit=unit.label,
                    day=unit.closed,
                ),
                parts=[unit.code],
            )


# -- figures ---------------------------------------------------------------------------------------


def _children_above_parent(campaign: Campaign) -> Iterator[Finding]:
    for breakdown in campaign.breakdowns:
        members = campaign.members(breakdown.code)
        for measure in campaign.measures:
            for unit in members:
                own = campaign.own_count(unit.code, measure.code, among=breakdown.code)
                if own is not None and own < 0:
                    yield Finding(
                        code="parts-above-whole",
                        severity="high",
                        clause=unit.clause,
                        message=message(
                            "{measure}: the units below {unit} have {n} more than {unit} itself.",
                            measure=measure.label,
                            unit=unit.label,
                            n=-own,
                        ),
                        parts=[measure.code, unit.code],
                    )


def _covered_above_eligible(campaign: Campaign) -> Iterator[Finding]:
    """Yield units with more people covered than could be."""
    if not campaign.eligible or not campaign.covered:
        return
    for unit in campaign.units:
        eligible, covered = unit.count(campaign.eligible), unit.count(campaign.covered)
        if eligible is not None and covered is not None and covered > eligible:
            yield Finding(
                code="covered-above-eligible",
                severity="high",
                clause=unit.clause,
                message=message(
                    "{unit}: {covered} people are covered ({covered_name}), more than the "
                    "{eligible} who are eligible ({eligible_name}).",
                    unit=unit.label,
                    covered=covered,
                    covered_name=campaign.measure(campaign.covered).label,
                    eligible=eligible,
                    eligible_name=campaign.measure(campaign.eligible).label,
                ),
                parts=[unit.code, campaign.eligible, campaign.covered],
            )


def _editions_differ(campaign: Campaign) -> Iterator[Finding]:
    """Yield units whose figures of one thing on two days are a fifth apart."""
    dated = sorted(
        (measure for measure in campaign.measures if measure.counted_on),
        key=lambda measure: measure.counted_on or dt.date.min,
    )
    for earlier, later in itertools.pairwise(dated):
        pairs = [
            (unit, unit.count(earlier.code), unit.count(later.code))
            for unit in _sharers(campaign).values()
        ]
        jumped = [
            unit
            for unit, before, after in pairs
            if before and after is not None and abs(after - before) >= _JUMP * before
        ]
        if jumped and _one_thing(earlier.code, later.code):
            yield Finding(
                code="figures-jump",
                severity="medium",
                clause="",
                message=message(
                    "{earlier} and {later} differ by a fifth or more in {units:list 8}: shares "
                    "and rates depend on which is used.",
                    earlier=earlier.label,
                    later=later.label,
                    units=tuple(unit.label for unit in jumped),
                ),
                parts=[earlier.code, later.code, *(unit.code for unit in jumped)],
            )


def _one_thing(one: str, other: str) -> bool:
    """Tell whether two codes name editions of one figure: alike but for a year."""
    return one.rstrip("0123456789-_") == other.rstrip("0123456789-_") != ""


# -- milestones ------------------------------------------------------------------------------------


def _milestones(campaign: Campaign) -> Iterator[Finding]:
    if not campaign.phases or not campaign.milestones:
        return
    whole = campaign.whole_window
    reached: dict[str, tuple[dt.date, Fraction, str]] = {}
    days = {one.code: resolved(one.by, whole.first) for one in campaign.milestones}
    for one in sorted(campaign.milestones, key=lambda one: days[one.code]):
        day = days[one.code]
        if day not in whole:
            yield Finding(
                code="milestone-outside-campaign",
                severity="high",
                clause=one.clause,
                message=message(
                    "{milestone} is due on {day:long date}, outside the campaign.",
                    milestone=one.label,
                    day=day,
                ),
                parts=[one.code],
                dates=[day],
            )
        share = one.share if one.share is not None else _share(campaign, one.target, one.persons)
        if share is None:
            continue
        if share > 1:
            yield _above_target(campaign, one, day)
        _, before, code = reached.get(one.target, (day, Fraction(0), ""))
        if share < before:
            yield Finding(
                code="milestones-fall",
                severity="high",
                clause=one.clause,
                message=message(
                    "{milestone} requires {share:share}, less than the {before:share} "
                    "that are due earlier.",
                    milestone=one.label,
                    share=share,
                    before=before,
                ),
                parts=[code, one.code],
                dates=[day],
            )
        reached[one.target] = (day, share, one.code)


def _above_target(campaign: Campaign, milestone: Milestone, day: dt.date) -> Finding:
    """Return that a milestone asks for more people than its target has."""
    target = _target(campaign, milestone.target)
    persons = target.persons if isinstance(target, HeadcountTarget) else 0
    return Finding(
        code="milestone-above-target",
        severity="high",
        clause=milestone.clause,
        message=message(
            "{milestone} requires {n} people, more than the {persons} of the whole target.",
            milestone=milestone.label,
            n=milestone.persons or 0,
            persons=persons,
        ),
        parts=[milestone.code, *([target.code] if target else [])],
        dates=[day],
    )


def _target(campaign: Campaign, code: str) -> Target | None:
    return next((one for one in campaign.targets if one.code == code), campaign.headcount)


def _share(campaign: Campaign, code: str, persons: int | None) -> Fraction | None:
    target = _target(campaign, code)
    if persons is None or not isinstance(target, HeadcountTarget) or not target.persons:
        return None
    return Fraction(persons, target.persons)

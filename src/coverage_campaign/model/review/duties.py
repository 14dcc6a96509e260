"""What the duties leave out: groups without an owner, owners without a drive, empty seats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from coverage_campaign.messages import Message, message, message_in
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.review.findings import (
    Finding,
    ReadingEffect,
    listed,
    unanswered,
)

__all__ = ["duty_findings"]

_TASKS: Final = {
    "lead": message_in("task", "lead"),
    "support": message_in("task", "support"),
    "collect": message_in("task", "collect the contributions"),
    "fund": message_in("task", "provide the funds"),
    "gate": message_in("task", "check at licensing"),
    "inspect": message_in("task", "inspect"),
    "publicise": message_in("task", "publicise"),
}


def duty_findings(campaign: Campaign) -> Iterator[Finding]:
    """Yield what no unit, no drive or no seat answers for."""
    yield from _groups_without_owner(campaign)
    yield from _owners_without_drive(campaign)
    yield from _channels_without_drive(campaign)
    yield from _duties_without_group(campaign)
    yield from _supports_unnamed(campaign)
    yield from _supports_without_duty(campaign)
    yield from _duty_without_seat(campaign)
    yield from _mirrors(campaign)
    yield from _attribution(campaign)
    yield from _kinds_without_unit(campaign)


def _groups_without_owner(campaign: Campaign) -> Iterator[Finding]:
    owned = {
        group for duty in campaign.responsibilities if duty.role == "lead" for group in duty.groups
    }
    for phase in campaign.phases:
        left = [group for group in phase.groups if group not in owned]
        if left:
            names = [campaign.group(group).label for group in left]
            yield Finding(
                code="group-without-owner",
                severity="medium",
                clause=phase.clause,
                message=message(
                    "{left} of the {groups} groups of {phase} {left:plural has|have} no "
                    "responsible unit: {most}.",
                    phase=phase.label,
                    left=len(left),
                    groups=len(phase.groups),
                    most=listed(names, most=6),
                ),
                parts=[phase.code, *left],
            )


def _owners_without_drive(campaign: Campaign) -> Iterator[Finding]:
    worked_on = {group for phase in campaign.phases for group in phase.groups}
    if not worked_on:
        return
    for duty in campaign.responsibilities:
        for group in duty.groups:
            if group not in worked_on:
                yield Finding(
                    code="owner-without-drive",
                    severity="medium",
                    clause=duty.clause,
                    message=message(
                        "{unit} is responsible for {group}, but no phase covers this group.",
                        unit=campaign.unit(duty.unit).label,
                        group=campaign.group(group).label,
                    ),
                    parts=[duty.unit, group],
                )


def _channels_without_drive(campaign: Campaign) -> Iterator[Finding]:
    worked_on = {channel for phase in campaign.phases for channel in phase.channels}
    if not worked_on:
        return
    for channel in campaign.channels:
        if channel.effect != "loss" and channel.code not in worked_on:
            yield Finding(
                code="channel-without-drive",
                severity="medium",
                clause=channel.clause,
                message=message(
                    "Channel “{channel}” has a target but no phase.", channel=channel.label
                ),
                parts=[channel.code],
            )


def _duties_without_group(campaign: Campaign) -> Iterator[Finding]:
    for duty in campaign.responsibilities:
        if duty.role in ("fund", "collect") and not duty.groups and not duty.channels:
            yield Finding(
                code="duty-without-group",
                severity="low",
                clause=duty.clause,
                message=message(
                    "{unit} is to {task}, but no group and no channel is named for it.",
                    unit=campaign.unit(duty.unit).label,
                    task=_TASKS[duty.role],
                ),
                parts=[duty.unit],
            )


def _supports_unnamed(campaign: Campaign) -> Iterator[Finding]:
    for phase in campaign.phases:
        if phase.supports_unnamed:
            yield Finding(
                code="support-unnamed",
                severity="medium",
                clause=phase.clause,
                message=message(
                    "{phase} is to be supported by departments that are not named.",
                    phase=phase.label,
                ),
                parts=[phase.code],
            )


def _supports_without_duty(campaign: Campaign) -> Iterator[Finding]:
    holders = {duty.unit for duty in campaign.responsibilities}
    for phase in campaign.phases:
        for unit in phase.supports:
            if unit not in holders:
                yield Finding(
                    code="support-without-duty",
                    severity="low",
                    clause=phase.clause,
                    message=message(
                        "{unit} is asked to support {phase} and has no duty of its own.",
                        unit=campaign.unit(unit).label,
                        phase=phase.label,
                    ),
                    parts=[unit, phase.code],
                )


def _duty_without_seat(campaign: Campaign) -> Iterator[Finding]:
    if not campaign.leading_groups:
        return
    seated = {seat.unit for body in campaign.leading_groups for seat in body.seats}
    clause_of = {
        **{unit: phase.clause for phase in campaign.phases for unit in phase.supports},
        **{duty.unit: duty.clause for duty in campaign.responsibilities},
    }
    open_ended = any(body.open_ended for body in campaign.leading_groups)
    ending = message(", whose list of members is not closed") if open_ended else ""
    for unit in campaign.units:
        if unit.code in clause_of and unit.code not in seated:
            yield Finding(
                code="duty-without-seat",
                severity="low" if open_ended else "medium",
                clause=clause_of[unit.code],
                message=message(
                    "{unit} has a duty and no seat in the leading group{ending}.",
                    unit=unit.label,
                    ending=ending,
                ),
                parts=[unit.code],
            )


def _mirrors(campaign: Campaign) -> Iterator[Finding]:
    for body in campaign.leading_groups:
        done = set(body.established)
        asked = [unit for unit in campaign.units if unit.kind in body.mirrored_by]
        missing = [unit for unit in asked if unit.code not in done]
        if missing:
            names = listed([unit.label for unit in missing])
            yield Finding(
                code="mirror-not-established",
                severity="medium",
                clause=body.clause,
                message=message(
                    "{missing} of {asked} units are not known to have set up a group like "
                    "{body}: {names}.",
                    missing=len(missing),
                    asked=len(asked),
                    body=body.label,
                    names=names,
                ),
                parts=[body.code, *(unit.code for unit in missing)],
            )


def _attribution(campaign: Campaign) -> Iterator[Finding]:
    if not unanswered(campaign, "attribution"):
        return
    shared_out = {kind for cut in campaign.breakdowns for kind in cut.kinds}
    target = campaign.headcount
    for unit in campaign.units:
        if unit.answers_to is None:
            continue
        place = campaign.unit(unit.parent).label if unit.parent else message("no unit")
        lost: Message | str = ""
        if target:
            lost = message(", and the {n} people are divided without it", n=target.persons)
        outside = (
            message("; it is in no breakdown{lost}", lost=lost)
            if unit.kind not in shared_out
            else ""
        )
        yield Finding(
            code="attribution-open",
            severity="medium",
            clause=unit.clause,
            message=message(
                "{unit}: located in one unit, reporting to another{outside}.",
                unit=unit.label,
                outside=outside,
            ),
            readings=[
                ReadingEffect(
                    answer="place", effect=message("its people count in {place}", place=place)
                ),
                ReadingEffect(
                    answer="command",
                    effect=message(
                        "its people count in {answers_to}",
                        answers_to=campaign.unit(unit.answers_to).label,
                    ),
                ),
            ],
            parts=[unit.code],
            question="attribution",
        )


def _kinds_without_unit(campaign: Campaign) -> Iterator[Finding]:
    """Yield a finding for each kind that a rule is about and no unit has: often a slip."""
    known = {unit.kind for unit in campaign.units}
    for place, clause, kinds in _kinds_named(campaign):
        missing = [kind for kind in kinds if kind not in known]
        if missing:
            yield Finding(
                code="kind-without-unit",
                severity="medium",
                clause=clause,
                message=message(
                    "{place} names units of the kind “{missing}”, but there is no such unit.",
                    place=place,
                    missing=listed(missing),
                ),
                parts=missing,
            )


def _kinds_named(campaign: Campaign) -> Iterator[tuple[Message, str, tuple[str, ...]]]:
    for cut in campaign.breakdowns:
        yield message("The breakdown {name}", name=cut.label), cut.clause, cut.kinds
    for body in campaign.leading_groups:
        place = message("The rule on groups like {body}", body=body.label)
        yield place, body.clause, body.mirrored_by
    if campaign.reporting:
        rule = campaign.reporting
        yield message("The reporting rule"), rule.clause, rule.kinds
    bar = campaign.scheme.award_bar if campaign.scheme else None
    if bar:
        yield message("The bar from merit awards"), bar.clause, (*bar.kinds, *bar.also)

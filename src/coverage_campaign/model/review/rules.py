"""What the rules of reporting, enforcement, the gate and the assessment leave open."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from fractions import Fraction

from coverage_campaign.messages import message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.enforcement_rules import EnforcementLadder, LicenceGate
from coverage_campaign.model.review.findings import (
    Finding,
    ReadingEffect,
    kinds_named,
    listed,
    unanswered,
)
from coverage_campaign.model.scheme import (
    BUILT_IN,
    falling_items,
    items_rewarding_cases,
    items_with_open_steps,
)

__all__ = ["rule_findings"]

_CLOSE = 0.88  # closer than two words of the field, such as collection and completion


def rule_findings(campaign: Campaign) -> Iterator[Finding]:
    """Yield what reports, cases, licences and verdicts need and the source does not say."""
    yield from _reporting(campaign)
    if campaign.ladder:
        yield from _terms(campaign, campaign.ladder)
        yield from _dead_ends(campaign.ladder)
        yield from _branches(campaign, campaign.ladder)
        yield from _applicants(campaign, campaign.ladder)
    if campaign.gate:
        yield from _gate_deadlock(campaign, campaign.gate)
    yield from _award_bar(campaign)
    yield from _missed_target(campaign)
    yield from _outstanding(campaign)
    yield from _perverse_rules(campaign)
    yield from _mistyped_measures(campaign)
    yield from _partial_steps(campaign)
    yield from _grades_out_of_reach(campaign)


def _reporting(campaign: Campaign) -> Iterator[Finding]:
    rule = campaign.reporting
    if rule is None:
        yield Finding(
            code="reporting-rule-missing",
            severity="low",
            clause="",
            message=message(
                "The source does not say who reports to whom and when; whether figures are "
                "complete and on time cannot be determined."
            ),
        )
    elif rule.due_day is None and unanswered(campaign, "report_due_day"):
        yield Finding(
            code="report-due-day-missing",
            severity="medium",
            clause=rule.clause,
            message=message(
                "Reports are due regularly, but no due day is named; without one, no report is "
                "late."
            ),
            question="report_due_day",
        )


# -- the ladder ------------------------------------------------------------------------------------


def _terms(campaign: Campaign, ladder: EnforcementLadder) -> Iterator[Finding]:
    timed = {
        move.source
        for move in ladder.moves
        if move.within_days is not None or (move.term and not unanswered(campaign, move.term))
    }
    left = [
        step
        for step in ladder.steps
        if not step.final
        and step.code not in timed
        and any(move.source == step.code for move in ladder.moves)
    ]
    if left:
        yield Finding(
            code="ladder-without-terms",
            severity="medium",
            clause=ladder.clause or left[0].clause,
            message=message(
                "The source sets no term for {left} of {steps} steps: {most}.",
                left=len(left),
                steps=len(ladder.steps),
                most=listed([step.label for step in left], most=6),
            ),
            parts=[step.code for step in left],
            question="rectification_days",
        )


def _dead_ends(ladder: EnforcementLadder) -> Iterator[Finding]:
    left_from = {move.source for move in ladder.moves}
    reached = {ladder.steps[0].code} if ladder.steps else set()
    waiting = list(reached)
    while waiting:
        here = waiting.pop()
        further = {move.target for move in ladder.moves if move.source == here} - reached
        reached |= further
        waiting.extend(further)
    for step in ladder.steps:
        if not step.final and step.code not in left_from:
            found = message("leads nowhere and does not close the case")
        elif step.code not in reached:
            found = message("is never reached from the first step")
        else:
            continue
        yield Finding(
            code="ladder-dead-end",
            severity="medium",
            clause=step.clause or ladder.clause,
            message=message("The step {step} {found}.", step=step.label, found=found),
            parts=[step.code],
        )


def _branches(campaign: Campaign, ladder: EnforcementLadder) -> Iterator[Finding]:
    if not unanswered(campaign, "after_refusal"):
        return
    label = {step.code: step.label for step in ladder.steps}
    final = {step.code for step in ladder.steps if step.final}
    for step in ladder.steps:
        ways = list(
            dict.fromkeys(
                move.target
                for move in ladder.moves
                if move.source == step.code and move.target not in final
            )
        )
        if len(ways) > 1:
            names = [label.get(way, way) for way in ways]
            yield Finding(
                code="ladder-order-open",
                severity="medium",
                clause=step.clause or ladder.clause,
                message=message(
                    "After {step}, the source does not say in which order {names} come.",
                    step=step.label,
                    names=listed(names),
                ),
                readings=[
                    ReadingEffect(
                        answer="exposure_first",
                        effect=message("{names} comes first", names=names[0]),
                    ),
                    ReadingEffect(
                        answer="parallel", effect=message("either may come first, or both")
                    ),
                ],
                parts=[step.code, *ways],
                question="after_refusal",
            )


def _applicants(campaign: Campaign, ladder: EnforcementLadder) -> Iterator[Finding]:
    if not unanswered(campaign, "court_applicant"):
        return
    final = {step.code for step in ladder.steps if step.final}
    may: dict[tuple[str, str, str], dict[str, None]] = {}
    for move in ladder.moves:
        if move.target not in final:
            who = may.setdefault((move.event, move.source, move.target), {})
            who.update(dict.fromkeys(move.authorities))
    name = {unit.code: unit.label for unit in campaign.units}
    shared = {(event, target, tuple(who)): None for (event, _, target), who in may.items()}
    for _, target, authorities in shared:
        if len(authorities) < 2:  # noqa: PLR2004 - one alone shares nothing
            continue
        names = [name.get(authority, authority) for authority in authorities]
        yield Finding(
            code="ladder-authority-shared",
            severity="medium",
            clause=ladder.clause,
            message=message(
                "{names} may each move a case to “{step}”, and the source does not say who does.",
                names=listed(names),
                step=ladder.step(target).label,
            ),
            parts=[target, *authorities],
            question="court_applicant",
        )


# -- the gate --------------------------------------------------------------------------------------


def _gate_deadlock(campaign: Campaign, gate: LicenceGate) -> Iterator[Finding]:
    first = set(gate.first_time or gate.occasions[:1])
    needs = {one.code: one.needs for one in gate.requirements if not one.instead}
    for requirement in gate.requirements:
        if requirement.occasions and not first & set(requirement.occasions):
            continue
        path = _way_back(requirement.code, needs, set(gate.issues))
        if path:
            label = {one.code: one.label for one in gate.requirements}
            documents = [label[code] for code in path if code in label]
            yield Finding(
                code="gate-deadlock",
                severity="high",
                clause=gate.clause,
                message=message(
                    "A first-time applicant cannot pass the licence check: {documents} "
                    "{n:plural requires|require} a licence that {unit} issues only when "
                    "{first} is shown.",
                    documents=listed(documents),
                    n=len(documents),
                    unit=campaign.unit(gate.unit).label,
                    first=documents[0],
                )
                if path[-1] in gate.issues
                else message(
                    "A first-time applicant cannot pass the licence check: {documents} require "
                    "one another.",
                    documents=listed(dict.fromkeys(documents)),
                ),
                parts=[gate.unit, *path],
            )
            return


def _way_back(start: str, needs: dict[str, tuple[str, ...]], issued: set[str]) -> list[str]:
    """Return the documents from one to the one that the gate issues, or round to itself."""
    waiting = [[start]]
    seen: set[str] = set()
    while waiting:
        path = waiting.pop(0)
        for document in needs.get(path[-1], ()):
            if document in issued or document == start:
                return [*path, document]
            if document not in seen:
                seen.add(document)
                waiting.append([*path, document])
    return []


# -- the assessment --------------------------------------------------------------------------------


def _award_bar(campaign: Campaign) -> Iterator[Finding]:
    bar = campaign.scheme.award_bar if campaign.scheme else None
    if bar is None or not bar.kinds or not unanswered(campaign, "award_bar"):
        return
    kinds = {kind for cut in campaign.breakdowns for kind in cut.kinds} - set(bar.kinds)
    outside = [unit for unit in campaign.units if unit.kind in kinds]
    if outside:
        yield Finding(
            code="award-bar-scope",
            severity="high",
            clause=bar.clause,
            message=message(
                "The bar from merit awards names {kinds} only; {outside} other "
                "{outside:plural unit has|units have} a target: {outside_2}.",
                kinds=kinds_named(campaign, bar.kinds),
                outside=len(outside),
                outside_2=listed([unit.label for unit in outside]),
            ),
            readings=[
                ReadingEffect(
                    answer="departments",
                    effect=message(
                        "{outside} {outside:plural unit|units} can miss the target and still get "
                        "awards",
                        outside=len(outside),
                    ),
                    figure=Fraction(0),
                ),
                ReadingEffect(
                    answer="departments_and_governments",
                    effect=message(
                        "the bar applies to {outside:plural this unit|these units} too",
                        outside=len(outside),
                    ),
                    figure=Fraction(len(outside)),
                ),
            ],
            parts=[unit.code for unit in outside],
            question="award_bar",
        )


def _missed_target(campaign: Campaign) -> Iterator[Finding]:
    bar = campaign.scheme.award_bar if campaign.scheme else None
    asked = any(question.code == "missed_target" for question in campaign.questions)
    if bar is None or not asked or not unanswered(campaign, "missed_target"):
        return
    yield Finding(
        code="missed-target-open",
        severity="medium",
        clause=bar.clause,
        message=message(
            "The source does not say whether a target is missed below a unit's own share or "
            "below the uplifted one that it was given."
        ),
        question="missed_target",
    )


def _outstanding(campaign: Campaign) -> Iterator[Finding]:
    award = campaign.scheme.commendation if campaign.scheme else None
    if award is None or award.threshold is not None or not unanswered(campaign, "outstanding"):
        return
    rate, target = campaign.readings.outstanding, campaign.headcount
    people = rate * target.persons if rate is not None and target else None
    yield Finding(
        code="outstanding-without-threshold",
        severity="medium",
        clause=award.clause,
        message=message(
            "Outstanding contribution is to be commended and the source sets no threshold for it."
        ),
        readings=[]
        if rate is None or people is None
        else [
            ReadingEffect(
                answer=rate,
                effect=message("{people:count} people for the whole campaign", people=people),
                figure=people,
            )
        ],
        question="outstanding",
    )


def _perverse_rules(campaign: Campaign) -> Iterator[Finding]:
    """Yield rules by which more people, or fewer cases, can get fewer points."""
    scheme = campaign.scheme
    if scheme is None:
        return
    labels = {item.code: item.label for item in (*scheme.items, *scheme.rewards)}
    found = [
        (
            "score-falls",
            message(
                "By the rule of {code} a unit that brings in more people can get fewer points.",
                code=labels[code],
            ),
        )
        for code in falling_items(scheme)
    ]
    found += [
        (
            "cases-rewarded",
            message(
                "By the rule of {code} a unit with more late or missing reports, or more missed "
                "milestones, can get more points.",
                code=labels[code],
            ),
        )
        for code in items_rewarding_cases(scheme)
    ]
    for code, text in found:
        yield Finding(code=code, severity="high", clause=scheme.clause, message=text)


def _mistyped_measures(campaign: Campaign) -> Iterator[Finding]:
    scheme = campaign.scheme
    for part in scheme.measuring if scheme else ():
        if part.of in BUILT_IN:
            continue
        word = re.sub(r"[\s-]+", "_", part.of.strip().lower())
        close = difflib.get_close_matches(word, BUILT_IN, n=1, cutoff=_CLOSE)
        if close:
            yield Finding(
                code="measure-mistyped",
                severity="medium",
                clause=part.clause,
                message=message(
                    "{code} measures '{measure}', which has to be handed over; did you mean "
                    "'{meant}', which the reports give?",
                    code=part.label,
                    measure=part.of,
                    meant=close[0],
                ),
            )


def _grades_out_of_reach(campaign: Campaign) -> Iterator[Finding]:
    """Yield grades that begin above what the items are worth together."""
    scheme = campaign.scheme
    if scheme is None or scheme.full is None:
        return
    for grade in scheme.grades:
        if grade.least is not None and grade.least > scheme.full:
            yield Finding(
                code="grade-out-of-reach",
                severity="high",
                clause=scheme.clause,
                message=message(
                    "{grade} begins at {least:raw} points, but the items are worth {full:raw} "
                    "together: it can be reached only with a bonus.",
                    grade=grade.label,
                    least=f"{grade.least}",
                    full=f"{scheme.full}",
                ),
                parts=[grade.code],
            )


def _partial_steps(campaign: Campaign) -> Iterator[Finding]:
    scheme = campaign.scheme
    if scheme is None or not unanswered(campaign, "partial_steps"):
        return
    items = items_with_open_steps(scheme)
    if not items:
        return
    labels = {item.code: item.label for item in (*scheme.items, *scheme.rewards)}
    yield Finding(
        code="partial-steps-open",
        severity="medium",
        clause=scheme.clause,
        message=message(
            "The scheme does not say whether a step that is begun counts in part: {items}.",
            items=listed([labels[code] for code in items]),
        ),
        readings=[
            ReadingEffect(answer="prorated", effect=message("a step that is begun counts in part")),
            ReadingEffect(answer="whole_steps", effect=message("only whole steps count")),
        ],
        parts=items,
        question="partial_steps",
    )

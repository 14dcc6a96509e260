"""What targets, annexes and counting leave open or contradict, with the figures of each reading."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import get_args

from coverage_campaign.messages import Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.labels import Label
from coverage_campaign.model.readings import answer_name
from coverage_campaign.model.review.findings import (
    Finding,
    ReadingEffect,
    listed,
    unanswered,
)
from coverage_campaign.model.targets import (
    CoverageTarget,
    HeadcountTarget,
    Increase,
    MoneyTarget,
    Target,
    covered_before,
    eligible_persons,
)
from coverage_campaign.model.units import Annex, Unit, own_shares

__all__ = ["target_findings"]

_INCREASES: tuple[Increase, ...] = get_args(Increase)
_HALF_A_POINT = Fraction(1, 200)


def target_findings(campaign: Campaign) -> Iterator[Finding]:
    """Yield what the numbers to be reached leave open."""
    for target in campaign.targets:
        if isinstance(target, CoverageTarget):
            yield from _increase(campaign, target)
            yield from _eligible_unknown(campaign, target)
            yield from _contradiction(campaign, target)
    yield from _levels(campaign)
    yield from _gross_or_net(campaign)
    yield from _counted_at(campaign)
    yield from _channels_counted(campaign)
    yield from _money(campaign)
    for annex in campaign.annexes:
        yield from _annex(campaign, annex)
    yield from _annexes_related(campaign)


def _rates_before(campaign: Campaign, target: CoverageTarget) -> dict[Increase, Fraction]:
    """Return the rate before the campaign under each reading of the rise that is still possible."""
    if target.rise_is is not None:
        possible: tuple[Increase, ...] = (target.rise_is,)
    elif unanswered(campaign, "increase") or campaign.readings.increase is None:
        possible = _INCREASES
    else:
        possible = (campaign.readings.increase,)
    rates = {reading: target.rate_before(reading) for reading in possible}
    return {reading: rate for reading, rate in rates.items() if rate is not None}


def _increase(campaign: Campaign, target: CoverageTarget) -> Iterator[Finding]:
    if target.rise is None or target.rise_is or not unanswered(campaign, "increase"):
        return
    rates = _rates_before(campaign, target)
    yield Finding(
        code="increase-ambiguous",
        severity="high",
        clause=target.clause,
        message=message(
            "“A rise by {rise:share} to {to:share}” can mean percentage points or a ratio.",
            rise=target.rise,
            to=target.to,
        ),
        readings=[_reading_of(campaign, target, *pair) for pair in rates.items()],
        parts=[target.code],
        question="increase",
    )


def _reading_of(
    campaign: Campaign, target: CoverageTarget, reading: Increase, before: Fraction
) -> ReadingEffect:
    effect = message("from {before:share} to {after:share}", before=before, after=target.to)
    headcount = campaign.headcount
    if headcount is None or before >= target.to:
        return ReadingEffect(answer=reading, effect=effect)
    eligible = eligible_persons(new_persons=headcount.persons, rate_from=before, rate_to=target.to)
    covered = covered_before(new_persons=headcount.persons, rate_from=before, rate_to=target.to)
    return ReadingEffect(
        answer=reading,
        effect=message(
            "{effect}: for {persons} more people, that means {eligible:count} eligible and "
            "{covered:count} covered before",
            effect=effect,
            persons=headcount.persons,
            eligible=eligible,
            covered=covered,
        ),
        figure=eligible,
    )


def _leaves_of_first_cut(campaign: Campaign) -> tuple[Unit, ...]:
    return campaign.leaves(campaign.breakdowns[0].code) if campaign.breakdowns else ()


def _total(units: tuple[Unit, ...], measure: str) -> int | None:
    counts = [unit.count(measure) for unit in units] if measure else []
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None


def _eligible_unknown(campaign: Campaign, target: CoverageTarget) -> Iterator[Finding]:
    leaves = _leaves_of_first_cut(campaign)
    for part, measure in (("eligible", campaign.eligible), ("covered", campaign.covered)):
        missing = [unit for unit in leaves if not measure or unit.count(measure) is None]
        if missing or not measure:
            who = (
                message("any unit")
                if len(missing) in (0, len(leaves))
                else message("{n} {n:plural unit|units}", n=len(missing))
            )
            yield Finding(
                code=f"{part}-unknown",
                severity="high",
                clause=target.clause,
                message=message(
                    "A coverage rate of {to:share} is to be reached, but the number of people "
                    "{part} is not known for {who}.",
                    to=target.to,
                    part=message("covered before") if part == "covered" else message("eligible"),
                    who=who,
                ),
                parts=[target.code, *(unit.code for unit in missing)],
            )


def _contradiction(campaign: Campaign, target: CoverageTarget) -> Iterator[Finding]:
    """Yield a finding where headcount, rates and known figures cannot hold under any reading."""
    headcount = campaign.headcount
    if headcount is None:
        return
    rates: dict[str | Message, Fraction | None] = dict(_rates_before(campaign, target).items())
    rates = rates or {message("as stated"): None}
    clashes = {name: list(_clashes(campaign, target, rate)) for name, rate in rates.items()}
    if not all(clashes.values()):
        return
    yield Finding(
        code="targets-contradict",
        severity="high",
        clause=headcount.clause,
        message=message(
            "{persons} more people and a coverage rate of {to:share} contradict each other under "
            "every reading.",
            persons=headcount.persons,
            to=target.to,
        ),
        readings=[
            ReadingEffect(answer=name, effect=message("{found}", found=listed(found)))
            for name, found in clashes.items()
        ],
        parts=[headcount.code, target.code],
    )


def _clashes(
    campaign: Campaign, target: CoverageTarget, before: Fraction | None
) -> Iterator[Message]:
    """Yield what does not fit, beyond the rounding of rates that are stated in whole percent."""
    headcount = campaign.headcount
    if headcount is None:
        return
    leaves = _leaves_of_first_cut(campaign)
    eligible, covered = (_total(leaves, one) for one in (campaign.eligible, campaign.covered))
    if before is not None and not 0 <= before < target.to:
        yield message("the rate before would be {before:share}", before=before)
        return
    if (
        eligible
        and before is not None
        and _differ(Fraction(headcount.persons, eligible), target.to - before)
    ):
        yield message(
            "they are {rise:share} of {eligible} eligible people, not {stated:share}",
            rise=Fraction(headcount.persons, eligible),
            eligible=eligible,
            stated=target.to - before,
        )
    if eligible and covered is not None:
        known, reached = (
            Fraction(people, eligible) for people in (covered, covered + headcount.persons)
        )
        if before is not None and _differ(known, before):
            yield message(
                "the rate before is {known:share}, not {before:share}", known=known, before=before
            )
        if _differ(reached, target.to):
            yield message(
                "they bring the rate to {reached:share}, not {to:share}",
                reached=reached,
                to=target.to,
            )
    if not eligible and before is not None:
        implied = eligible_persons(
            new_persons=headcount.persons, rate_from=before, rate_to=target.to
        )
        totals = [_total(leaves, measure.code) for measure in campaign.measures]
        largest = max((total for total in totals if total is not None), default=None)
        if largest is not None and implied > largest:
            yield message(
                "it needs {implied:count} eligible people, but only {largest} are counted",
                implied=implied,
                largest=largest,
            )


def _differ(one: Fraction, other: Fraction) -> bool:
    return abs(one - other) >= _HALF_A_POINT


def _levels(campaign: Campaign) -> Iterator[Finding]:
    for target in campaign.targets:
        for other in campaign.targets:
            if target.level == "stretch" and other.level == "guaranteed" and _less(target, other):
                yield Finding(
                    code="stretch-below-guaranteed",
                    severity="high",
                    clause=target.clause,
                    message=message(
                        "The stretch target {target} is below the guaranteed one, {other}.",
                        target=target.label,
                        other=other.label,
                    ),
                    parts=[target.code, other.code],
                )


def _less(stretch: Target, guaranteed: Target) -> bool:
    match stretch, guaranteed:
        case HeadcountTarget(), HeadcountTarget() if stretch.within == guaranteed.within:
            return stretch.persons < guaranteed.persons
        case CoverageTarget(), CoverageTarget() if stretch.within == guaranteed.within:
            return stretch.to < guaranteed.to
        case MoneyTarget(), MoneyTarget() if (stretch.within, stretch.of) == (
            guaranteed.within,
            guaranteed.of,
        ):
            return stretch.fen < guaranteed.fen
    return False


# -- what counts -----------------------------------------------------------------------------------


def _gross_or_net(campaign: Campaign) -> Iterator[Finding]:
    losses = [channel for channel in campaign.channels if channel.effect == "loss"]
    headcount = campaign.headcount
    if headcount is None or campaign.counting.net is not None or not losses:
        return
    if not unanswered(campaign, "counted"):
        return
    rates = {
        reading: rate
        for target in campaign.targets
        if isinstance(target, CoverageTarget)
        for reading, rate in _rates_before(campaign, target).items()
        if 0 <= rate < target.to
    }
    to = next((one.to for one in campaign.targets if isinstance(one, CoverageTarget)), Fraction(1))
    costs = [
        message("{n:count} ({reading})", n=lapsed / 100, reading=answer_name(reading))
        for reading, rate in rates.items()
        for lapsed in [covered_before(new_persons=headcount.persons, rate_from=rate, rate_to=to)]
    ]
    cost = message(": {costs} for each 1% of those covered before who lapse", costs=costs)
    yield Finding(
        code="gross-or-net",
        severity="high",
        clause=headcount.clause,
        message=message(
            "The source does not say whether losses are taken off: {losses}.",
            losses=listed([channel.label for channel in losses]),
        ),
        readings=[
            ReadingEffect(
                answer="gross",
                effect=message("{persons} enrolments are enough", persons=headcount.persons),
                figure=Fraction(headcount.persons),
            ),
            ReadingEffect(
                answer="net",
                effect=message(
                    "everyone who leaves has to be made up for{cost}", cost=cost if costs else ""
                ),
            ),
        ],
        parts=[headcount.code, *(channel.code for channel in losses)],
        question="counted",
    )


def _counted_at(campaign: Campaign) -> Iterator[Finding]:
    question = next((one for one in campaign.questions if one.code == "counted_at"), None)
    if question is None or campaign.counting.at or not unanswered(campaign, "counted_at"):
        return
    yield Finding(
        code="counted-at-open",
        severity="medium",
        clause=question.clause,
        message=message("The source does not say by which event a person counts."),
        readings=[
            ReadingEffect(
                answer="registered", effect=message("a person counts once registered, paid or not")
            ),
            ReadingEffect(
                answer="first_paid",
                effect=message("a person counts once the first contribution is paid"),
            ),
        ],
        question="counted_at",
    )


def _channels_counted(campaign: Campaign) -> Iterator[Finding]:
    back = [channel for channel in campaign.channels if channel.effect == "resumption"]
    first = [channel for channel in campaign.channels if channel.effect == "entry"]
    if not back or not first or campaign.counting.channels:
        return
    yield Finding(
        code="channels-counted-open",
        severity="medium",
        clause=campaign.counting.clause or back[0].clause,
        message=message(
            "The source does not say whether people who come back count as new: {back}.",
            back=listed([channel.label for channel in back]),
        ),
        parts=[channel.code for channel in back],
    )


def _money(campaign: Campaign) -> Iterator[Finding]:
    duties = [duty for duty in campaign.responsibilities if duty.role in ("fund", "collect")]
    if not duties or any(isinstance(target, MoneyTarget) for target in campaign.targets):
        return
    units = [campaign.unit(duty.unit) for duty in duties]
    yield Finding(
        code="money-without-amount",
        severity="medium",
        clause=duties[0].clause,
        message=message(
            "{units} {n:plural has|have} to provide funds or collect contributions, but no target "
            "is an amount of money.",
            n=len(units),
            units=listed([unit.label for unit in units]),
        ),
        parts=[unit.code for unit in units],
    )


# -- annexes ---------------------------------------------------------------------------------------


def _annex(campaign: Campaign, annex: Annex) -> Iterator[Finding]:
    if not annex.shares:
        found: dict[str, Label | int] = {
            "annex": annex.label,
            "n": len(campaign.leaves(annex.breakdown)),
            "breakdown": campaign.breakdown(annex.breakdown).label,
        }
        yield Finding(
            code="annex-absent",
            severity="high",
            clause=annex.clause,
            message=message(
                "{annex} is at hand, but its targets of {n} {n:plural unit|units} ({breakdown}) "
                "are not entered.",
                **found,
            )
            if annex.at_hand
            else message(
                "{annex} is not at hand: the targets of {n} {n:plural unit|units} ({breakdown}) "
                "are unknown.",
                **found,
            ),
            parts=[annex.code],
        )
        return
    yield from _annex_total(campaign, annex)
    members = {unit.code for unit in campaign.members(annex.breakdown)}
    heirs = {code for unit in campaign.units for code, _ in unit.successors}
    wanted = {unit.code for unit in campaign.leaves(annex.breakdown)} - heirs
    have = {code for code, _ in annex.shares}
    for lacking, codes in ((True, wanted - have), (False, have - members)):
        if codes:
            names = listed([campaign.unit(code).label for code in sorted(codes)])
            text = (
                message("{annex} has no target for {names}.", annex=annex.label, names=names)
                if lacking
                else message(
                    "{annex} has targets for {names}, outside the breakdown {breakdown}.",
                    annex=annex.label,
                    names=names,
                    breakdown=campaign.breakdown(annex.breakdown).label,
                )
            )
            yield Finding(
                code="annex-units-differ",
                severity="high",
                clause=annex.clause,
                message=text,
                parts=[annex.code, *sorted(codes)],
            )


def _annex_total(campaign: Campaign, annex: Annex) -> Iterator[Finding]:
    target = next((one for one in campaign.targets if one.code == annex.target), None)
    if not isinstance(target, HeadcountTarget):
        return
    total = sum(own_shares(annex, campaign.units).values())
    if total != target.persons:
        off = total - target.persons
        yield Finding(
            code="annex-total-differs",
            severity="high",
            clause=annex.clause,
            message=message(
                "{annex} adds up to {total} people, {off} {more} than the target of {persons}.",
                annex=annex.label,
                total=total,
                off=abs(off),
                more=message("more") if off > 0 else message("fewer"),
                persons=target.persons,
            ),
            readings=[
                ReadingEffect(
                    answer=message("the annex"),
                    effect=message("{n} persons", n=total),
                    figure=Fraction(total),
                ),
                ReadingEffect(
                    answer=message("the target"),
                    effect=message("{n} persons", n=target.persons),
                    figure=Fraction(target.persons),
                ),
            ],
            parts=[annex.code, target.code],
        )


def _annexes_related(campaign: Campaign) -> Iterator[Finding]:
    headcount = campaign.headcount
    if headcount is None or not unanswered(campaign, "annexes"):
        return
    same = [annex for annex in campaign.annexes if annex.target == headcount.code]
    if len({annex.breakdown for annex in same}) < 2:  # noqa: PLR2004 - two tables can relate
        return
    number = headcount.persons
    yield Finding(
        code="annex-relation-open",
        severity="high",
        clause=same[0].clause,
        message=message(
            "The source does not say how {same} relate.", same=listed([one.label for one in same])
        ),
        readings=[
            ReadingEffect(
                answer="two_cuts",
                effect=message("each divides the same {number} people", number=number),
                figure=Fraction(number),
            ),
            ReadingEffect(
                answer="partition",
                effect=message(
                    "together they add up to {number}, each with its own part", number=number
                ),
                figure=Fraction(number),
            ),
            ReadingEffect(
                answer="subset", effect=message("one contains some of the people of the other")
            ),
            ReadingEffect(
                answer="different_measures",
                effect=message(
                    "one counts people, the other something else; simply added they would be {sum}",
                    sum=number * len(same),
                ),
                figure=Fraction(number * len(same)),
            ),
        ],
        parts=[annex.code for annex in same],
        question="annexes",
    )

"""What the calendar leaves open or contradicts: days without a drive, days in two, odd ends."""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from coverage_campaign.messages import Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import MonthDay, Window, days_of
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.review.findings import (
    Finding,
    ReadingEffect,
    listed,
    unanswered,
)
from coverage_campaign.model.review.source import span_of

__all__ = ["calendar_findings", "comparison_day", "schedule_windows"]

_DAY = dt.timedelta(days=1)


def calendar_findings(campaign: Campaign, *, as_of: dt.date | None = None) -> Iterator[Finding]:
    """Yield what the days of the phases leave open; `as_of` is the day that windows differ on."""
    if not campaign.phases:
        return
    yield from _days_derived(campaign)
    yield from _ends_one_day_short(campaign)
    for stage in campaign.phases:
        parts = [phase for phase in campaign.phases if phase.parent == stage.code]
        if parts:
            yield from _uncovered(campaign, stage, parts)
            yield from _outside(campaign, stage, parts)
            yield from _in_two_parts(campaign, parts)
    yield from _stages_overlap(campaign)
    yield from _windows_differ(campaign, as_of)
    yield from _cutoff(campaign)


def _dates(window: Window) -> tuple[dt.date, ...]:
    return tuple(window.first + _DAY * n for n in range(window.days))


def _span(window: Window) -> Message:
    return _day(window.first) if window.days == 1 else span_of(window)


def _day(day: dt.date) -> Message:
    return message("{day:long day}", day=day)


def _days_derived(campaign: Campaign) -> Iterator[Finding]:
    if not unanswered(campaign, "whole_months"):
        return
    for phase in campaign.phases:
        if phase.days_derived:
            window = campaign.window(phase.code)
            yield Finding(
                code="days-derived",
                severity="low",
                clause=phase.clause,
                message=message(
                    "{phase} is given in months; its days {window} were derived.",
                    phase=phase.label,
                    window=_span(window),
                ),
                parts=[phase.code],
                dates=[window.first, window.last],
                question="whole_months",
            )


def _ends_one_day_short(campaign: Campaign) -> Iterator[Finding]:
    for phase in campaign.phases:
        last = campaign.window(phase.code).last
        if last.day == calendar.monthrange(last.year, last.month)[1] - 1:
            missing = last + _DAY
            yield Finding(
                code="end-one-day-short",
                severity="low",
                clause=phase.clause,
                message=message(
                    "{phase} ends on {last}, one day before its month does.",
                    phase=phase.label,
                    last=_day(last),
                ),
                readings=[
                    ReadingEffect(answer=_day(last), effect=message("as written")),
                    ReadingEffect(answer=_day(missing), effect=message("one day more")),
                ],
                parts=[phase.code],
                dates=[missing],
            )


def _runs(days: Sequence[dt.date]) -> Iterator[Window]:
    """Yield the windows of days that follow each other."""
    for _, run in itertools.groupby(
        enumerate(days), key=lambda pair: pair[1].toordinal() - pair[0]
    ):
        dates = [day for _, day in run]
        yield Window(dates[0], dates[-1])


def _uncovered(campaign: Campaign, stage: Phase, parts: list[Phase]) -> Iterator[Finding]:
    whole = campaign.window(stage.code)
    covered = {day for part in parts for day in _dates(campaign.window(part.code)) if day in whole}
    for run in _runs([day for day in _dates(whole) if day not in covered]):
        at_end = run.last == whole.last
        yield Finding(
            code="stage-outlasts-its-parts" if at_end else "day-in-no-part",
            severity="medium",
            clause=stage.clause,
            message=message(
                "{run} {n:plural belongs|belong} to no part of {stage}.",
                run=_span(run),
                n=run.days,
                stage=stage.label,
            ),
            readings=_work_of(campaign, stage, run),
            parts=[stage.code, *(part.code for part in parts)],
            dates=_dates(run),
        )


def _work_of(campaign: Campaign, stage: Phase, run: Window) -> Iterator[ReadingEffect]:
    """Yield what an even plan does with days that no part covers."""
    target = campaign.headcount
    if target is None or target.within != stage.code:
        return
    share = Fraction(target.persons * run.days, campaign.window(stage.code).days)
    yield ReadingEffect(
        answer=message("the whole of {stage}", stage=stage.label),
        effect=message(
            "an even plan has {share:count} people on these days",
            share=share,
        ),
        figure=share,
    )
    yield ReadingEffect(
        answer=message("the parts of {stage} alone", stage=stage.label),
        effect=message("an even plan has nobody on these days"),
        figure=Fraction(0),
    )


def _outside(campaign: Campaign, stage: Phase, parts: list[Phase]) -> Iterator[Finding]:
    whole = campaign.window(stage.code)
    for part in parts:
        window = campaign.window(part.code)
        if window.first < whole.first or window.last > whole.last:
            yield Finding(
                code="part-outside-its-stage",
                severity="medium",
                clause=part.clause,
                message=message(
                    "{part} ({window}) is not inside {stage} ({whole}).",
                    part=part.label,
                    window=_span(window),
                    stage=stage.label,
                    whole=_span(whole),
                ),
                parts=[stage.code, part.code],
                dates=[day for day in _dates(window) if day not in whole],
            )


def _overlaps(campaign: Campaign, phases: list[Phase]) -> Iterator[tuple[Phase, Phase, Window]]:
    for first, second in itertools.combinations(phases, 2):
        both = campaign.window(first.code).overlap(campaign.window(second.code))
        if both is not None:
            yield first, second, both


def _in_two_parts(campaign: Campaign, parts: list[Phase]) -> Iterator[Finding]:
    if not unanswered(campaign, "doubled_day"):
        return
    for first, second, both in _overlaps(campaign, parts):
        shared = set(first.groups) & set(second.groups)
        by_group = (
            message(
                "does not settle it: {groups} are in both",
                groups=listed([campaign.group(one).label for one in sorted(shared)]),
            )
            if shared
            else message("their groups differ, so each day's work goes to the part of its group")
        )
        yield Finding(
            code="day-in-two-parts",
            severity="low",
            clause=second.clause,
            message=message(
                "{both} {n:plural belongs|belong} to both {first} and {second}.",
                both=_span(both),
                n=both.days,
                first=first.label,
                second=second.label,
            ),
            readings=[
                ReadingEffect(
                    answer="first", effect=message("belongs to {first}", first=first.label)
                ),
                ReadingEffect(
                    answer="second", effect=message("belongs to {second}", second=second.label)
                ),
                ReadingEffect(answer="both", effect=message("belongs to both and counts once")),
                ReadingEffect(answer="by_group", effect=by_group),
            ],
            parts=[first.code, second.code],
            dates=_dates(both),
            question="doubled_day",
        )


def _stages_overlap(campaign: Campaign) -> Iterator[Finding]:
    stages = [phase for phase in campaign.phases if phase.parent is None]
    for first, second, both in _overlaps(campaign, stages):
        yield Finding(
            code="stages-overlap",
            severity="medium",
            clause=second.clause,
            message=message(
                "{first} and {second} overlap: {both}.",
                first=first.label,
                second=second.label,
                both=_span(both),
            ),
            parts=[first.code, second.code],
            dates=_dates(both),
        )


# -- over which days the plan runs -----------------------------------------------------------------


def comparison_day(campaign: Campaign) -> dt.date:
    """Return the day on which windows are compared: the end of the month that the first part of
    the target's phase ends in; the middle of the campaign where there is no such part.
    """  # noqa: D205 - one sentence
    target = campaign.headcount
    within = target.within if target else ""
    parts = [phase for phase in campaign.phases if within and phase.parent == within]
    if not parts:
        whole = campaign.window(within) if within else campaign.whole_window
        return whole.first + _DAY * (whole.days // 2)
    last = min(campaign.window(part.code).last for part in parts)
    return last.replace(day=calendar.monthrange(last.year, last.month)[1])


def schedule_windows(campaign: Campaign) -> dict[Message, tuple[Window, ...]]:
    """Return the windows that "on schedule" can mean, by what they are called.

    The whole campaign; the target's phase; from the first day to that phase's end; its parts alone.
    """
    whole = campaign.whole_window
    windows: dict[Message, tuple[Window, ...]] = {message("the whole campaign"): (whole,)}
    target = campaign.headcount
    if target and target.within:
        inside = campaign.window(target.within)
        phase = campaign.phase(target.within).label
        windows[message("{phase} alone", phase=phase)] = (inside,)
        from_start = message("from the first day to the end of {phase}", phase=phase)
        windows[from_start] = (Window(whole.first, inside.last),)
        parts = tuple(
            campaign.window(part.code) for part in campaign.phases if part.parent == target.within
        )
        if parts:
            windows[message("the parts of {stage} alone", stage=phase)] = parts
    return windows


def _share(windows: Iterable[Window], day: dt.date) -> Fraction:
    days = days_of(windows)
    return Fraction(int((days <= days.dtype.type(day)).sum()), len(days))


def _windows_differ(campaign: Campaign, as_of: dt.date | None) -> Iterator[Finding]:
    target = campaign.headcount
    if target is None or not unanswered(campaign, "schedule_over"):
        return
    if any(one.target in {"", target.code} for one in campaign.milestones):
        return  # the milestones say by which day how much is to be done
    day = as_of or comparison_day(campaign)
    year = Window(dt.date(day.year, 1, 1), dt.date(day.year, 12, 31))
    shares = {name: _share(windows, day) for name, windows in schedule_windows(campaign).items()}
    shares[message("the calendar year by days")] = year.share(day)
    if (day + _DAY).day == 1:
        shares[message("the calendar year by months")] = Fraction(day.month, 12)
    least, most = (choose(shares.values()) * target.persons for choose in (min, max))
    if least == most:
        return
    yield Finding(
        code="schedule-window-open",
        severity="high",
        clause=target.clause,
        message=message(
            "The source does not say over which days the target is spread: by {day} an even "
            "plan has {least:count} to {most:count} people, depending on the window.",
            day=_day(day),
            least=least,
            most=most,
        ),
        readings=[
            ReadingEffect(
                answer=name,
                effect=message(
                    "{persons:count} people by {day}",
                    persons=share * target.persons,
                    day=_day(day),
                ),
                figure=share * target.persons,
            )
            for name, share in sorted(shares.items(), key=lambda pair: pair[1])
        ],
        parts=[target.code],
        dates=[day],
        question="schedule_over",
    )


def _cutoff(campaign: Campaign) -> Iterator[Finding]:
    target = campaign.headcount
    if target is None or not target.within or not unanswered(campaign, "result_cutoff"):
        return
    inside, whole = campaign.window(target.within), campaign.whole_window
    if inside.last == whole.last:
        return
    yield Finding(
        code="result-cutoff-open",
        severity="medium",
        clause=target.clause,
        message=message(
            "The source does not say whether people enrolled after {last} count.",
            last=_day(inside.last),
        ),
        readings=[
            ReadingEffect(
                answer=MonthDay(inside.last.month, inside.last.day),
                effect=message("the end of {phase}", phase=campaign.phase(target.within).label),
            ),
            ReadingEffect(
                answer=MonthDay(whole.last.month, whole.last.day),
                effect=message(
                    "the end of the campaign, {days} days later",
                    days=(whole.last - inside.last).days,
                ),
            ),
        ],
        parts=[target.code],
        dates=[inside.last, whole.last],
        question="result_cutoff",
    )

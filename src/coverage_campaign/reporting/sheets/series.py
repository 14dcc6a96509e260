"""The counted figures of each unit and channel in the order of their days.

What came before them, what each adds to the one before, and what is odd about figures that are
counted all the same: said, never mended.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import Periods
from coverage_campaign.reporting.problems import ReportProblem
from coverage_campaign.reporting.sheets.column_roles import FigureKind
from coverage_campaign.reporting.sheets.long_table import Mask, RowFilter, Rows, shown
from coverage_campaign.reporting.sheets.names import ALL, Names, lives
from coverage_campaign.reporting.sheets.numbers import (
    Counts,
    Number,
    is_nothing,
    number_or_none,
    read_counts,
    scaled_counts,
)

__all__ = [
    "Baseline",
    "Series",
    "baseline_of",
    "baseline_table",
    "begins_again",
    "differences",
    "running",
    "sorted_series",
    "warn_above_eligible",
    "warn_falls",
    "warn_figures",
    "warn_gaps",
    "warn_kind",
    "warn_rates",
    "warn_stock_only",
    "warn_that_it_begins_again",
]


@attrs.frozen(eq=False)
class Series:
    """Counted rows, sorted by unit, channel and day; a group is one unit's one channel.

    `rows` are positions in the source, `unit` and `channel` positions in the campaign's lists,
    `figure` what was reported [persons], `begins` the day from which a running total counts (NaT
    where the source does not say it); `goes_on` tells that a total never begins again, since it is
    of all who are insured.
    """

    rows: Rows
    unit: Rows
    channel: Rows
    day: NDArray[np.datetime64]
    figure: NDArray[np.int64]
    begins: NDArray[np.datetime64]
    goes_on: Mask

    @property
    def first(self) -> Mask:
        """Where a group begins."""
        new = np.ones(len(self.rows), dtype=bool)
        new[1:] = (self.unit[1:] != self.unit[:-1]) | (self.channel[1:] != self.channel[:-1])
        return new

    def only(self, kept: Mask) -> Series:
        """Return the rows of a mask."""
        return Series(*(getattr(self, field.name)[kept] for field in attrs.fields(Series)))


def sorted_series(
    kept: Mask,
    *,
    unit: Rows,
    channel: Rows,
    day: NDArray[np.datetime64],
    figure: NDArray[np.int64],
    begins: NDArray[np.datetime64],
    goes_on: Mask,
) -> Series:
    """Return the kept rows as series."""
    rows = np.flatnonzero(kept)
    order = rows[np.lexsort((day[rows], channel[rows], unit[rows]))]
    return Series(
        order,
        unit[order],
        channel[order],
        day[order],
        figure[order],
        begins[order],
        goes_on[order],
    )


def begins_again(series: Series) -> Mask:
    """Return where a running total begins again, so that the figure itself is what is new.

    It does where the source says a later beginning than of the figure before (1-1月 after 1-12月).
    Where it says none, at the turn of a year at which most of the running totals fall to less than
    half: then a new year has begun, and nobody was taken back. A total of all who are insured goes
    on over the turn of a year: where it falls, persons left or the figure was corrected.
    """
    follows = ~series.first & ~series.goes_on
    before = np.roll(series.begins, 1)
    said = follows & (series.begins > before) & ~np.isnat(before)
    unsaid = follows & np.isnat(series.begins)
    year = series.day.astype("datetime64[Y]")
    turn = unsaid & (year > np.roll(year, 1))
    previous = np.roll(series.figure, 1)
    fallen = turn & (2 * series.figure < previous)
    if 2 * fallen.sum() > (turn & (previous > 0)).sum():
        return np.asarray(said | fallen)
    return np.asarray(said)


def differences(
    series: Series, baseline: NDArray[np.int64], known: Mask, again: Mask
) -> tuple[NDArray[np.int64], Mask]:
    """Return what each cumulative figure adds to the one before it, and which rows are stock.

    `baseline` and `known` say, at a group's first row, how many persons were covered before it; a
    first figure without a baseline is stock. `again` is where a total begins again from 0.
    """
    first = series.first
    before = np.empty_like(series.figure)
    before[1:] = series.figure[:-1]
    before[again] = 0
    before[first] = baseline[first]
    return np.subtract(series.figure, before), first & ~known


def running(series: Series) -> NDArray[np.int64]:
    """Return the persons of each group so far, where each figure is of new persons."""
    total = np.cumsum(series.figure, dtype=np.int64)
    starts = np.flatnonzero(series.first)
    before = np.concatenate([np.zeros(1, dtype=np.int64), total])[starts]
    lengths = np.diff(np.append(starts, len(total)))
    return np.asarray(total - np.repeat(before, lengths), dtype=np.int64)


# -- before the first report -----------------------------------------------------------------------

Baseline: TypeAlias = Mapping[str, int] | pd.Series | int | None
"""What running totals start from: persons by unit, one number for every unit, None = unknown."""


def baseline_of(
    baseline: Baseline, series: Series, units: Names, channels: Names
) -> tuple[NDArray[np.int64], Mask]:
    """Return the baseline of each row's unit [persons], and where it is known."""
    if baseline is None:
        return np.zeros(len(series.rows), np.int64), np.zeros(len(series.rows), dtype=bool)
    if isinstance(baseline, (Mapping, pd.Series)):
        if (series.channel != channels.position[ALL]).any():
            found = "persons by unit, but the reports have channels"
            raise DefinitionError(Problem("baseline", found, "give None or 0"))
        persons, given = _by_unit(baseline, units)
        return persons[series.unit], given[series.unit]
    if isinstance(baseline, (bool, float)) or baseline < 0:
        fix = "give None, a whole number from 0, or persons by unit"
        raise DefinitionError(Problem("baseline", f"{baseline!r}", fix))
    return np.full(len(series.rows), baseline, np.int64), np.ones(len(series.rows), dtype=bool)


def baseline_table(baseline: Baseline, units: Names) -> pd.DataFrame:
    """Return who was covered before, as far as the caller said it: unit, persons.

    Only persons by unit are a count of people. One number for every unit, such as 0 at a campaign's
    start, says where the totals begin and nothing about who was covered; so do zeros alone.
    """
    rows, persons = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    if isinstance(baseline, (Mapping, pd.Series)):
        figures, given = _by_unit(baseline, units)
        if figures.any():
            rows = np.flatnonzero(given)
            persons = figures[rows]
    codes = np.array(units.codes, dtype=object)[rows]
    return pd.DataFrame(
        {"unit": pd.Series(codes, dtype="str"), "persons": pd.array(persons, dtype="Int64")}
    )


def _by_unit(
    baseline: Mapping[str, int] | pd.Series, units: Names
) -> tuple[NDArray[np.int64], Mask]:
    keys, values = zip(*baseline.items(), strict=True) if len(baseline) else ((), ())
    names = pd.Series(keys, dtype=object)
    counts = read_counts(pd.Series(values, dtype=object))
    found, ways_out = units.find(names)
    problems = [
        Problem(f"baseline[{keys[row]!r}]", "no such unit", ways_out.get(str(keys[row]), ""))
        for row in np.flatnonzero(found < 0)
    ]
    wrong = (counts.faults == "not_a_count") | (counts.persons < 0)
    problems += [
        Problem(f"baseline[{keys[row]!r}]", f"{values[row]!r}", "give a whole number, 0 or more")
        for row in np.flatnonzero(wrong)
    ]
    if problems:
        raise DefinitionError(problems)
    persons = np.zeros(len(units.codes), np.int64)
    given = np.zeros(len(units.codes), dtype=bool)
    persons[found[counts.known]] = counts.persons[counts.known]
    given[found[counts.known]] = True
    return persons, given


# -- doubts ------------------------------------------------------------------------------------


def warn_falls(
    series: Series,
    persons: NDArray[np.int64],
    is_stock: Mask,
    rows: RowFilter,
    reasons: pd.Series,
) -> None:
    """Say where a figure takes persons back, and the reason that the unit gives for it."""
    given = reasons.to_numpy(dtype=object)
    for index in np.flatnonzero((persons < 0) & ~is_stock).tolist():
        figure, change = int(series.figure[index]), int(persons[index])
        found = (
            message("{n} persons", n=figure)
            if figure == change
            else message("{n} persons, {less} fewer than the figure before", n=figure, less=-change)
        )
        row = int(series.rows[index])
        reason = "" if given[row] is None else str(given[row]).strip()
        fix = (
            message("counted as a correction: the unit says {reason!r}", reason=reason[:200])
            if reason
            else message(
                "counted as a correction: ask the unit what was corrected, and for which day"
            )
        )
        rows.warn(row, "fall", found, fix)


def warn_that_it_begins_again(series: Series, again: Mask, rows: RowFilter) -> None:
    """Say where a running total is taken to begin again though nothing says that it does."""
    for index in np.flatnonzero(again & np.isnat(series.begins)).tolist():
        rows.warn(
            int(series.rows[index]),
            "begins_again",
            message(
                "{n} persons after {before}, as a year begins",
                n=int(series.figure[index]),
                before=int(series.figure[index - 1]),
            ),
            message("counted as the total of the new year: write 1-1月 if it is, else correct it"),
        )


def warn_stock_only(is_stock: Mask, *, given: bool) -> Iterator[ReportProblem]:
    """Yield a problem where every figure is the first of its unit, so that none adds to another."""
    if len(is_stock) and is_stock.all():
        found = message(
            "{n} {n:plural total is|totals are} the first of {n:plural its unit|their units}: "
            "stock, and nothing is new yet",
            n=len(is_stock),
        )
        fix = (
            message("name these units in baseline=, which says who was covered before")
            if given
            else message(
                "pass baseline=, who was covered before (0, or persons by unit), to count what is "
                "new; or add the totals of the period before"
            )
        )
        yield ReportProblem("stock_only", _REPORTS, found, fix, counted=True)


def warn_above_eligible(
    series: Series, reached: NDArray[np.int64], eligible: NDArray[np.int64], rows: RowFilter
) -> None:
    """Say where a unit first stands above 100 % of its eligible persons (0 = unknown)."""
    base = eligible[series.unit]
    above = np.flatnonzero((reached > base) & (base > 0))
    _, first, times = np.unique(series.unit[above], return_index=True, return_counts=True)
    for index, count in zip(above[first].tolist(), times.tolist(), strict=True):
        figures = {"n": int(reached[index]), "base": int(base[index])}
        found = (
            message(
                "{n} persons of {base} eligible, and in {more} more reports",
                **figures,
                more=count - 1,
            )
            if count > 1
            else message("{n} persons of {base} eligible", **figures)
        )
        rows.warn(
            int(series.rows[index]),
            "above_eligible",
            found,
            message("check the eligible population, and whether persons count twice"),
        )


# -- rates -----------------------------------------------------------------------------------------

_FINEST = Fraction(1, 10**6)
"""A rate that a spreadsheet computed has binary noise; a millionth is all that is compared."""


def warn_rates(
    frame: pd.DataFrame,
    series: Series,
    done: Sequence[NDArray[np.int64]],
    eligible: NDArray[np.int64],
    rows: RowFilter,
) -> None:
    """Say where a printed rate is not persons / target, or persons / eligible without a target.

    `done` are the persons that the rate may be of, in the order of `series`: those so far, or of
    new figures those of the period alone. Meant are those that fit most of the column.
    """
    at = np.flatnonzero(frame["rate"].notna().to_numpy()[series.rows])
    if not len(at):
        return
    own = series.rows[at]
    if frame["target"].isna().all():
        base = eligible[series.unit[at]]
    else:
        base = scaled_counts(frame["target"], frame["target_scale"]).persons[own]
    printed = [number_or_none(cell) for cell in frame["rate"].to_numpy(dtype=object)[own]]
    alone = [
        row
        for row, n, of in zip(own.tolist(), printed, base.tolist(), strict=True)
        if n and of <= 0
    ]
    if alone:
        found = message("no target or eligible persons for {n} {n:plural rate|rates}", n=len(alone))
        fix = message("name the column: target=; these rates are not compared")
        rows.warn(alone[0], "rate_unreadable", found, fix, at="rate")
    for row, number, cell in zip(
        own.tolist(), printed, frame["rate"].to_numpy(dtype=object)[own], strict=True
    ):
        if number is None and not is_nothing(cell):
            rows.warn(
                row,
                "rate_unreadable",
                message("{cell} is no rate", cell=shown(cell)),
                message("write a number or a percentage; the counts decide"),
                at="rate",
            )
    ways = [_misses(printed, persons[at], base) for persons in done]
    misses, persons, scale = min(
        (
            (found, persons[at], scale)
            for by_scale, persons in zip(ways, done, strict=True)
            for scale, found in by_scale.items()
        ),
        key=lambda one: len(one[0]),
    )
    for index in misses:
        number = printed[index]
        if number is None:
            continue
        rate = number.value if number.percent else number.value / scale
        rows.warn(
            int(own[index]),
            "rate_differs",
            message(
                "printed {rate:raw}, but {done} of {base} are {exact:raw}",
                rate=_percent(rate),
                done=int(persons[index]),
                base=int(base[index]),
                exact=_percent(Fraction(int(persons[index]), int(base[index]))),
            ),
            message("counts decide, not the printed rate"),
            at="rate",
        )


def _misses(
    printed: Sequence[Number | None], done: NDArray[np.int64], base: NDArray[np.int64]
) -> dict[int, list[int]]:
    """Return by scale (0.61 or 61 for the same rate) which printed rates are not done / base.

    Of equal numbers of misses that of hundredths comes first. A base of 0 is unknown. Both ways of
    rounding a half agree.
    """
    looked_at = [(at, n) for at, n in enumerate(printed) if n is not None and base[at] > 0]
    exact = {at: Fraction(int(done[at]), int(base[at])) for at, _ in looked_at}
    step = max(_FINEST, min((n.step for _, n in looked_at if not n.percent), default=_FINEST))
    return {
        scale: [at for at, n in looked_at if not _agrees(n, exact[at], scale, step)]
        for scale in (100, 1)
    }


def _agrees(number: Number, exact: Fraction, scale: int, step: Fraction) -> bool:
    if number.percent:
        return abs(exact - number.value) * 2 <= number.step
    return abs(exact * scale - number.value) * 2 <= step


def _percent(rate: Fraction) -> str:
    return f"{float(rate) * 100:.6g} %"


# -- new beside cumulative -------------------------------------------------------------------------


def warn_figures(
    series: Series, new: Counts, cumulative: Counts, periods: Periods, rows: RowFilter
) -> None:
    """Say where a printed new figure is not the difference of two cumulative ones, or above one."""
    period = periods.number(series.day)
    follows = ~series.first
    follows[1:] &= period[1:] - period[:-1] == 1
    at, before = series.rows, np.roll(series.rows, 1)
    both = new.known[at] & cumulative.known[at]
    if not both.any():
        return
    follows &= both & cumulative.known[before]
    rise = cumulative.persons[at] - cumulative.persons[before]
    restarted = follows & (new.persons[at] == cumulative.persons[at])  # a total that begins again
    differs = follows & (rise != new.persons[at]) & ~restarted
    over = both & ~differs & (new.persons[at] > cumulative.persons[at])
    for index in np.flatnonzero(differs | over).tolist():
        row = int(at[index])
        found = (
            message(
                "new {new}, but the cumulative figures rise by {rise}",
                new=int(new.persons[row]),
                rise=int(rise[index]),
            )
            if differs[index]
            else message(
                "new {new}, but cumulative {total}",
                new=int(new.persons[row]),
                total=int(cumulative.persons[row]),
            )
        )
        rows.warn(
            row,
            "figures_differ",
            found,
            message("the figures that were asked for are counted: ask the unit which are right"),
        )


# -- kind and gaps ---------------------------------------------------------------------------------

_FEWEST_STEPS = 8
_FEWEST_FIGURES = 4
_MOST_FALLS = 1 / 3


def warn_kind(series: Series, kind: FigureKind) -> Iterator[ReportProblem]:
    """Yield a problem where the figures do not look like the kind that was declared.

    New persons of a period do not grow in every unit in every step; persons so far do not fall in a
    third of them. Units with fewer than 4 figures, and fewer than 8 steps in all, say nothing.
    """
    starts = np.flatnonzero(series.first)
    sizes = np.diff(np.append(starts, len(series.rows)))
    looked_at = ~series.first & np.repeat(sizes >= _FEWEST_FIGURES, sizes)
    steps = np.diff(series.figure, prepend=0)[looked_at]
    falls = int((steps < 0).sum())
    if len(steps) < _FEWEST_STEPS:
        return
    if kind == "new" and falls == 0 and (steps > 0).any():
        found = message("declared new, but no figure falls in {n} steps", n=len(steps))
        fix = message("if these are persons so far, pass figures='cumulative'")
        yield ReportProblem("looks_cumulative", _REPORTS, found, fix, counted=True)
    if kind == "cumulative" and falls > len(steps) * _MOST_FALLS:
        found = message(
            "declared cumulative, but figures fall in {falls} of {n} steps",
            falls=falls,
            n=len(steps),
        )
        fix = message("if these are the persons of each period, pass figures='new'")
        yield ReportProblem("looks_new", _REPORTS, found, fix, counted=True)


_REPORTS = message("reports")
_NOT_REPORTED = message(
    "a missing report is not 0: the next cumulative figure includes it; ask for a new figure"
)
_SPARSE = 2


def warn_gaps(
    series: Series, units: Names, campaign: Campaign, periods: Periods
) -> Iterator[ReportProblem]:
    """Yield one problem for the periods without any report, and one a unit for those it leaves out.

    Figures of some days read by day have no gaps worth a line each: where most days between the
    first and the last have no report, one problem says so.
    """
    period = periods.number(series.day)
    inside = period >= periods.number([campaign.whole_window.first])[0]
    if not inside.any():
        return
    present = np.unique(period[inside])
    every = np.arange(present[0], present[-1] + 1)
    gone = np.setdiff1d(every, present)
    if periods.by == "day" and len(every) > _SPARSE * len(present):
        found = message(
            "figures on {n} of {days} days: {names:list 4}",
            n=len(present),
            days=len(every),
            names=_names(present, periods),
        )
        fix = message("read them by month if they are those of months")
        yield ReportProblem("no_report", _REPORTS, found, fix, counted=True)
        return
    if len(gone):
        found = message(
            "nobody reported in {n} of {of} {of:plural period|periods}: {names:list 40}",
            n=len(gone),
            of=len(every),
            names=_names(gone, periods),
        )
        yield ReportProblem("no_report", _REPORTS, found, _NOT_REPORTED, counted=True)
    reporting, unit = np.unique(series.unit[inside], return_inverse=True)
    there = np.zeros((len(reporting), len(present)), dtype=bool)
    there[unit, np.searchsorted(present, period[inside])] = True
    opened, closed = (edge[reporting, np.newaxis] for edge in lives(campaign))
    owed = (opened <= periods.last(present)) & (periods.first(present) <= closed)
    for index, place in enumerate(reporting.tolist()):
        member = campaign.unit(units.codes[place])
        missing = np.flatnonzero(owed[index] & ~there[index])
        if len(missing):
            found = message(
                "no figure in {n} {n:plural period|periods} in which others reported: "
                "{names:list 8}",
                n=len(missing),
                names=_names(present[missing], periods),
            )
            reporter = message("unit {code!r}", code=member.code)
            yield ReportProblem("no_report", reporter, found, _NOT_REPORTED, counted=True)


def _names(numbers: NDArray[np.int64], periods: Periods) -> tuple[Message, ...]:
    """Return the periods as they are written, runs as 'first to last'."""
    breaks = np.flatnonzero(np.diff(numbers) != 1) + 1
    texts = []
    for run in np.split(numbers, breaks):
        first, last = (_name(number, periods) for number in (run[0], run[-1]))
        alone = len(run) == 1
        texts.append(first if alone else message("{first} to {last}", first=first, last=last))
    return tuple(texts)


def _name(number: int, periods: Periods) -> Message:
    day = periods.name([number])[0].item()
    if periods.by == "month":
        return message("{day:month of year}", day=day)
    return message("{day:date}", day=day)

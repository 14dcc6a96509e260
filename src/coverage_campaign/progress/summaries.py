"""A progress said for tiers, channels, groups and periods and in time, and what is asked beside.

Pooled sums, never means of rates; each function returns one table.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Language, Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import ONE_DAY, DateLike, Period, Window, days_of, to_date
from coverage_campaign.progress.counts import ReportedCounts
from coverage_campaign.progress.indicators import (
    Clock,
    arrays_of,
    figures,
    indicator,
    pooled_by,
)
from coverage_campaign.reporting.cube import tree_of
from coverage_campaign.reporting.data_quality import Reported, falls, signs_of
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scheduling.plan import Plan

__all__ = [
    "Base",
    "ReportedHistory",
    "bases_of",
    "bases_table",
    "bridge_table",
    "by_channel",
    "by_group",
    "by_period",
    "by_tier",
    "change_between",
    "context_table",
    "coverage_table",
    "gap_contributions",
    "history_of",
    "peer_ranks",
    "quality_flags",
    "rank_ranges",
    "reported_history",
    "required_rate_table",
    "running_table",
    "series_of",
    "silent_of",
    "unranked_table",
]


def by_tier(counts: pd.DataFrame, campaign: Campaign, clock: Clock) -> pd.DataFrame:
    """Return one row per upper unit, nearest tier first: tier and the columns of a progress.

    `tier` is the longest way down to the planned units (1 = right above them), so that each upper
    unit has one row with all of its own; ranks are among the units of a tier.
    """
    units = counts["unit"].tolist()
    tree = tree_of(units, {unit.code: unit.parent for unit in campaign.units})
    spans = [np.arange(first, last) for first, last in zip(tree.first, tree.last, strict=True)]
    places = np.concatenate([np.empty(0, dtype=np.int64), *spans])
    keys = np.repeat(np.array(tree.above, dtype=object), tree.last - tree.first)
    order = pd.Index(units).get_indexer(pd.Index(tree.units))
    pooled = pooled_by(counts.iloc[order[places]], pd.Series(keys, dtype="str"))
    pooled["name"] = [campaign.unit(code).label.text() for code in tree.above]
    pooled["name"] = pooled["name"].astype("str")
    parts = [
        _with_tier(figures(pooled[tree.tier == tier], clock), tier)
        for tier in np.unique(tree.tier).tolist()
    ]
    if not parts:
        return _with_tier(figures(pooled, clock), 0)
    return pd.concat(parts, ignore_index=True)


def _with_tier(rows: pd.DataFrame, tier: int) -> pd.DataFrame:
    rows = rows.assign(tier=pd.Series(tier, index=rows.index, dtype="Int64"))
    return rows[["tier", *rows.columns[:-1]]]


def by_channel(rows: ReportedCounts, campaign: Campaign, since: np.datetime64) -> pd.DataFrame:
    """Return one row per channel: channel, name, effect, persons, new.

    `persons` are counted to the day, `new` in its period; losses are positive persons of effect
    'loss'. A channel without a figure is <NA>.
    """
    known = {channel.code: channel for channel in campaign.channels}
    order = [*known, *(code for code in rows.channels if code not in known)]
    codes = pd.Series(np.array(rows.channels, dtype=object)[rows.channel], dtype="str")
    table = pd.DataFrame({"persons": rows.persons, "new": rows.persons})
    table["new"] = table["new"].where(rows.period >= since).astype("Int64")
    sums = table.astype("Int64").groupby(codes).sum(min_count=1).reindex(order)
    sums.insert(0, "effect", [known[one].effect if one in known else "entry" for one in order])
    sums.insert(0, "name", [known[one].label.text() if one in known else one for one in order])
    return (
        sums.rename_axis("channel")
        .reset_index()
        .astype({"channel": "str", "name": "str", "effect": "str"})
    )


def by_group(rows: ReportedCounts, campaign: Campaign, *, net: bool) -> pd.DataFrame:
    """Return one row per target group: group, name, done; persons without a group stand last.

    Raises:
        DefinitionError: The tally was made without groups.
    """
    if rows.group is None:
        raise DefinitionError(
            Problem("tally", "holds no groups", "make it with tally(..., by_group=True)")
        )
    known = {group.code: group.label.text() for group in campaign.groups}
    order: list[str | None] = [*known, *(code for code in rows.groups if code not in known)]
    order += [None] * int((rows.group == -1).any())
    codes = np.array([*rows.groups, None], dtype=object)[rows.group]
    signed = pd.Series(rows.persons * rows.signs(net=net), dtype="Int64")
    done = signed.groupby(codes, dropna=False).sum().reindex(order)
    return pd.DataFrame(
        {
            "group": pd.array(order, dtype="str"),
            "name": pd.array([known.get(code or "", code) for code in order], dtype="str"),
            "done": done.array,
        }
    )


def by_period(history: pd.DataFrame) -> pd.DataFrame:
    """Return a history with each period's own persons: planned, done and their running totals."""
    table = history.copy()
    for place, column in enumerate(("planned", "done"), start=1):
        total = history[f"{column}_to_date"]
        table.insert(place, column, total - total.shift(fill_value=0).fillna(0))
    return table


def coverage_table(
    campaign: Campaign, counts: pd.DataFrame, people: Callable[[str], pd.arrays.IntegerArray]
) -> pd.DataFrame:
    """Return one row per unit and measure: the coverage that each denominator would give.

    `people` gives the units' figures of a measure. The measure of those covered before is no
    denominator and is left out.
    """
    names = [measure.code for measure in campaign.measures if measure.code != campaign.covered]
    parts = [_under(counts, name, pd.Series(people(name), index=counts.index)) for name in names]
    if not parts:
        return _under(counts.iloc[:0], "", pd.Series(dtype="Int64"))
    return pd.concat(parts, ignore_index=True)


def _under(counts: pd.DataFrame, measure: str, persons: pd.Series[int]) -> pd.DataFrame:
    base = persons.where(persons > 0).astype("Float64")
    covered = counts["covered"] + counts["done"]
    return pd.DataFrame(
        {
            "unit": counts["unit"],
            "name": counts["name"],
            "measure": pd.Series(measure, index=counts.index, dtype="str"),
            "persons": persons,
            "covered_now": covered,
            "coverage_rate": covered / base,
            "done_rate": counts["done"] / base,
        }
    )


def peer_ranks(counts: pd.DataFrame, groups: pd.Series[str]) -> pd.DataFrame:
    """Return each unit's place among those of its group: unit, name, group, done, rank, ranked.

    `groups` has the group of each row, <NA> for none; `ranked` is how many of the group have a
    rank.
    """
    units = arrays_of(counts)
    ranks = pd.array([pd.NA] * len(counts), dtype="Int64")
    ranked = ranks.copy()
    for group in groups.dropna().unique():
        mine = (groups == group).fillna(value=False).to_numpy(dtype=bool)
        places, known = indicator("rank", attrs.evolve(units, may_rank=units.may_rank & mine))
        ranks[known] = places[known]
        ranked[mine] = int(known.sum())
    return counts[["unit", "name"]].assign(
        group=groups.array, done=counts["done"].array, rank=ranks, ranked=ranked
    )


def rank_ranges(counts: pd.DataFrame, error: Fraction) -> pd.DataFrame:
    """Return the best and the worst rank of each unit if what each did is wrong by up to a part.

    Columns: unit, name, rank, best, worst, certain (both are the rank). Every unit's figure may be
    off by its own, up to `error` of it more or less; compared exactly.
    """
    units = arrays_of(counts)
    ranks, known = indicator("rank", units)
    places = np.flatnonzero(known)
    done, target = (part[places].astype(object) for part in (units.done, units.target))
    whole, part = error.denominator, error.numerator
    low, high = done * (whole - part), done * (whole + part)
    low, high = np.minimum(low, high), np.maximum(low, high)
    # Others are above for certain, or may be: low / target of one > high / target of the other.
    surely = (low[None, :] * target[:, None] > high[:, None] * target[None, :]).sum(axis=1)
    perhaps = high[None, :] * target[:, None] > low[:, None] * target[None, :]
    np.fill_diagonal(perhaps, False)  # noqa: FBT003 - the value of the diagonal
    table = counts[["unit", "name"]].assign(rank=_placed(ranks[places], places, len(counts)))
    table["best"] = _placed(1 + surely, places, len(counts))
    table["worst"] = _placed(1 + perhaps.sum(axis=1), places, len(counts))
    same = (table["best"] == table["worst"]) & (table["best"] == table["rank"])
    return table.assign(certain=same.astype("boolean"))


def _placed(
    values: NDArray[np.object_] | NDArray[np.int64], places: NDArray[np.intp], length: int
) -> pd.arrays.IntegerArray:
    column = pd.array([pd.NA] * length, dtype="Int64")
    column[places] = values.astype(np.int64)
    return column


def gap_contributions(frame: pd.DataFrame) -> pd.DataFrame:
    """Return each unit's part in the gap and in the shortfall, the furthest behind first.

    Columns: unit, name, reported, gap_persons (done - planned, nothing done where nothing is
    reported: these persons are missing from the whole as well), gap_share, shortfall, and
    shortfall_share (fractions of one). gap_persons add up to the gap of the whole, both shares to
    1; a unit ahead has a negative share of a negative gap. Shares are <NA> where the whole is 0.
    """
    done = frame["done"].fillna(0)
    gap = done - frame["planned"]
    shortfall = (frame["target"] - done).clip(lower=0)
    table = pd.DataFrame(
        {
            "unit": frame["unit"],
            "name": frame["name"],
            "reported": frame["done"].notna().astype("boolean"),
            "gap_persons": gap,
            "gap_share": _shares(gap),
            "shortfall": shortfall,
            "shortfall_share": _shares(shortfall),
        }
    )
    return table.sort_values(
        ["gap_persons", "shortfall", "unit"], ascending=[True, False, True], ignore_index=True
    )


def _shares(persons: pd.Series[int]) -> pd.Series[float]:
    whole = persons.sum()
    return (persons / (whole or pd.NA)).astype("Float64")


def required_rate_table(
    frame: pd.DataFrame,
    plan: Plan,
    *,
    as_of: dt.date,
    last: NDArray[np.datetime64],
    holidays: Iterable[DateLike],
) -> pd.DataFrame:
    """Return what each unit needs a day to finish by the plan's last day, one row a unit.

    Columns: unit, name, shortfall [persons]; days (planned days left) and per_day; calendar_days
    (to the plan's last day, pauses of the plan among them) and per_calendar_day; working_days (of
    the planned days left Monday to Friday and no holiday) and per_working_day; <NA> where no such
    day is left. `last` is the last day of each unit, where that is before the plan's.
    """
    left = plan.days[plan.days > np.datetime64(as_of, "D")]
    off = np.array([to_date(day) for day in holidays], dtype="datetime64[D]")
    first = max(as_of, plan.days[0].item() - dt.timedelta(days=1))
    ends = np.minimum(last, plan.days[-1])
    planned = np.searchsorted(left, ends, side="right")
    working = np.concatenate([[0], np.cumsum(np.is_busday(left, holidays=off))])
    table = frame[["unit", "name", "shortfall"]].copy()
    for name, days in (
        ("", planned),
        ("calendar_", np.maximum((ends - np.datetime64(first, "D")).astype(np.int64), 0)),
        ("working_", working[planned]),
    ):
        counts = pd.Series(days, index=table.index, dtype="Int64")
        table[f"{name}days"] = counts
        table[f"per_{name}day"] = (table["shortfall"] / counts.mask(counts == 0)).astype("Float64")
    return table


def change_between(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Return one row per unit of `now`: what it did since and how its place moved.

    Columns: unit, name, done_before, done, new (persons between the two days), rate_before,
    completion_rate, gap_points_before, gap_points, rank_before, rank, moved (places won, negative =
    lost). What is missing in either is <NA>; a unit that was not there before has <NA> before, and
    `new` is <NA> of one that has no figure since.
    """
    old = before.set_index("unit").reindex(now["unit"])
    was = {
        name: old[name].reset_index(drop=True)
        for name in ("done", "completion_rate", "gap_points", "rank")
    }
    new = now["done"] - was["done"]
    return pd.DataFrame(
        {
            "unit": now["unit"],
            "name": now["name"],
            "done_before": was["done"],
            "done": now["done"],
            "new": new.mask((new == 0).fillna(value=False) & now["new"].isna()),
            "rate_before": was["completion_rate"],
            "completion_rate": now["completion_rate"],
            "gap_points_before": was["gap_points"],
            "gap_points": now["gap_points"],
            "rank_before": was["rank"],
            "rank": now["rank"],
            "moved": was["rank"] - now["rank"],
        }
    )


def bridge_table(
    *,
    covered: int | None,
    entries: int | None,
    resumptions: int | None,
    losses: int | None,
    eligible: int | None,
) -> pd.DataFrame:
    """Return the steps from who was covered before to who is covered now.

    Columns: step, persons, covered_to_here, coverage_rate (fraction of the eligible). The steps
    are covered_before, entries, resumptions, gross, losses (negative), net, covered_now; gross and
    net are sums of the steps before them. What nobody reported is <NA> and ends the sums.
    """
    gross = _plus(entries, resumptions)
    lost = None if losses is None else -losses
    net = _plus(gross, lost)
    steps: list[tuple[str, int | None, int | None]] = [
        ("covered_before", covered, covered),
        ("entries", entries, _plus(covered, entries)),
        ("resumptions", resumptions, _plus(covered, gross)),
        ("gross", gross, _plus(covered, gross)),
        ("losses", lost, _plus(covered, net)),
        ("net", net, _plus(covered, net)),
        ("covered_now", _plus(covered, net), _plus(covered, net)),
    ]
    table = pd.DataFrame(
        {
            "step": pd.array([step for step, _, _ in steps], dtype="str"),
            "persons": pd.array([persons for _, persons, _ in steps], dtype="Int64"),
            "covered_to_here": pd.array([total for _, _, total in steps], dtype="Int64"),
        }
    )
    rate = table["covered_to_here"] / (eligible or pd.NA)
    return table.assign(coverage_rate=rate.astype("Float64"))


def _plus(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second


@attrs.frozen
class Base:
    """One way to say it: its code, the days it runs over, and the exact share that is over."""

    code: str
    over: Message
    days: int
    share: Fraction


def bases_of(plan: Plan, as_of: dt.date) -> tuple[Base, ...]:
    """Return every usual basis of a schedule at the end of a day.

    months: twelfths of the campaign's year, one for each month that is over. year: calendar days
    of that year. to-year-end: from the campaign's first day to 31 December. campaign: all of its
    days. One for each phase; drives: the union of the days of the phases inside a phase. plan-days:
    the plan's days, each the same. plan: its curve.
    """
    return tuple(_bases(plan, as_of))


def _bases(plan: Plan, as_of: dt.date) -> Iterator[Base]:
    campaign = plan.campaign
    year = Window(dt.date(campaign.year, 1, 1), dt.date(campaign.year, 12, 31))
    yield Base(
        "months",
        message("the twelve months of {year}", year=f"{campaign.year}"),
        year.days,
        _twelfths(year, as_of),
    )
    yield Base("year", _span(year), year.days, year.share(as_of))
    whole = campaign.whole_window
    if whole.first <= year.last:
        rest = Window(whole.first, year.last)
        yield Base("to-year-end", _span(rest), rest.days, rest.share(as_of))
    yield Base("campaign", _span(whole), whole.days, whole.share(as_of))
    for phase in campaign.phases:
        window = campaign.window(phase.code)
        yield Base(phase.code, _span(window), window.days, window.share(as_of))
    yield from _drives(campaign, as_of)
    over = len(plan.days) - plan.days_left(as_of)
    phases = [campaign.phase(code).label for code in plan.over]
    days = len(plan.days)
    yield Base(
        "plan-days",
        message("the days of {phases:list 8}", phases=phases),
        days,
        Fraction(over, days),
    )
    yield Base(
        "plan",
        message("{curve} over {phases:list 8}", curve=plan.curve_name, phases=phases),
        days,
        plan.share_on(as_of),
    )


def _span(window: Window) -> Message:
    return message("{first:date} to {last:date}", first=window.first, last=window.last)


def _twelfths(year: Window, as_of: dt.date) -> Fraction:
    if as_of < year.first:
        return Fraction(0)
    if as_of >= year.last:
        return Fraction(1)
    tomorrow = as_of + dt.timedelta(days=1)
    return Fraction(tomorrow.month - 1, 12)


def _drives(campaign: Campaign, as_of: dt.date) -> Iterator[Base]:
    inner = [campaign.window(phase.code) for phase in campaign.phases if phase.parent]
    if inner:
        days = days_of(inner)
        over = sum(day <= as_of for day in days.tolist())
        yield Base("drives", message("days with a drive"), len(days), Fraction(over, len(days)))


def bases_table(
    bases: tuple[Base, ...], *, target: int, done: int | None, lang: Language
) -> pd.DataFrame:
    """Return one row per basis: basis, over, days, planned_rate, planned, gap_persons, gap_points.

    `planned` is the target times the share, rounded half up to whole persons; the gaps are done -
    planned; <NA> where nothing is known to be done, or the target is 0.
    """
    half = Fraction(1, 2)
    planned = [(target * base.share + half).__floor__() for base in bases]
    missing = done is None
    gaps = [None if done is None else done - persons for persons in planned]
    points = [None if missing or target == 0 or gap is None else 100 * gap / target for gap in gaps]
    return pd.DataFrame(
        {
            "basis": pd.array([base.code for base in bases], dtype="str"),
            "over": pd.array([base.over.text(lang) for base in bases], dtype="str"),
            "days": pd.array([base.days for base in bases], dtype="Int64"),
            "planned_rate": pd.array([float(base.share) for base in bases], dtype="Float64"),
            "planned": pd.array(planned, dtype="Int64"),
            "gap_persons": pd.array(gaps, dtype="Int64"),
            "gap_points": pd.array(points, dtype="Float64"),
        }
    )


def quality_flags(tally: Tally, rows: ReportedCounts) -> dict[str, tuple[str, ...]]:
    """Return the codes of signs that figures deserve a second look, by unit; no sign, no entry.

    Looked at are the figures that count to the day, summed up to the planned units and by month (a
    ranking is made from months); of a tally by day also the days on which persons were taken back.
    """
    units = np.array(rows.units, dtype=object)
    channels = np.array(rows.channels, dtype=object)
    days = pd.DataFrame(
        {
            "unit": pd.array(units[rows.place], dtype="str"),
            "period": rows.periods.of(rows.period).astype("datetime64[s]"),
            "channel": pd.array(channels[rows.channel], dtype="str"),
            "persons": pd.array(rows.persons, dtype="Int64"),
        }
    )
    stock = pd.DataFrame(
        {
            "unit": pd.array(units[rows.has_stock], dtype="str"),
            "period": pd.Series(pd.NaT, index=range(rows.has_stock.sum()), dtype="datetime64[s]"),
            "persons": pd.array(rows.stock[rows.has_stock], dtype="Int64"),
        }
    )
    by_day = attrs.evolve(tally, frame=_summed(days), stock=stock)
    by: Period = "month" if rows.by in {"day", "week"} else rows.by
    names = tally.campaign.periods(by).of(rows.period)
    months = days.assign(period=names.astype("datetime64[s]"))
    by_month = attrs.evolve(by_day, frame=_summed(months), by=by)
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for one in (*falls(Reported.of(by_day)), *signs_of(by_month)):
        if one.unit is not None:
            found[one.unit].setdefault(one.signal)
    return {unit: tuple(signals) for unit, signals in found.items()}


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    by = ["unit", "period", "channel"]
    return rows.groupby(by)[["persons"]].sum().reset_index()


def context_table(
    frame: pd.DataFrame, counts: pd.DataFrame, rows: ReportedCounts, signals: Mapping[str, str]
) -> pd.DataFrame:
    """Return one row per unit: what a reader must see before a rank is held against anybody.

    Columns: unit, name, rank, complete, reports_received, reports_expected, burden_rate (target
    over eligible persons, fraction of one), signals (by unit, '' for none), diagnosis.
    """
    eligible = counts["eligible"].where(counts["eligible"] > 0).astype("Float64")
    columns = ["unit", "name", "rank", "complete", "reports_received", "reports_expected"]
    return frame[columns].assign(
        burden_rate=counts["target"] / eligible,
        signals=pd.array([signals.get(unit, "") for unit in frame["unit"]], dtype="str"),
        diagnosis=_diagnoses(frame, rows),
    )


def _diagnoses(frame: pd.DataFrame, rows: ReportedCounts) -> pd.Series[str]:
    """Return 'high lapse' where losses make up half of what is lacking net, else 'low reach'.

    <NA> where nothing is lacking even net of losses, or nothing was reported.
    """
    losses = rows.sums("loss")
    lacking = frame["planned"] - (rows.sums("entry") + rows.sums("resumption") - losses)
    known = frame["done"].notna() & (lacking > 0)
    lapse = 2 * losses >= lacking.fillna(0).to_numpy(dtype=np.int64)
    words = pd.Series(np.where(lapse, "high lapse", "low reach"), index=frame.index, dtype="str")
    return words.where(known.to_numpy(dtype=bool))


def unranked_table(frame: pd.DataFrame, reasons: Sequence[Message | None]) -> pd.DataFrame:
    """Return one row per unit without a rank: unit, name, code (its status), reason."""
    rows = frame[frame["rank"].isna()]
    return pd.DataFrame(
        {
            "unit": rows["unit"].array,
            "name": rows["name"].array,
            "code": rows["status"].array,
            "reason": pd.array([str(reasons[place]) for place in rows.index], dtype="str"),
        }
    )


# -- in time ---------------------------------------------------------------------------------------

_Floats = NDArray[np.float64]
_Days = NDArray[np.datetime64]


def history_of(
    plan: Plan, rows: ReportedCounts, *, as_of: dt.date, net: bool, known: bool
) -> pd.DataFrame:
    """Return the whole campaign period by period: period, planned_to_date, done_to_date.

    `known` tells whether anything of what is done is known at all. A month's figure stands at the
    month's end; persons from before or after the plan's days have periods of their own.
    """
    own = plan.campaign.periods(plan.by)
    days = np.concatenate([plan.days, rows.ends(np.unique(rows.period))])
    numbers = np.unique(own.number(days))
    periods, starts, ends = own.name(numbers), own.first(numbers), own.last(numbers)
    planned = [int(plan.planned_on(end).sum()) for end in ends.tolist()]
    done = _done_by(rows, starts, ends, as_of=as_of, net=net) if known else [None] * len(ends)
    return pd.DataFrame(
        {
            "period": periods.astype("datetime64[s]"),
            "planned_to_date": pd.array(planned, dtype="Int64"),
            "done_to_date": pd.array(done, dtype="Int64"),
        }
    )


def _done_by(
    rows: ReportedCounts, starts: _Days, ends: _Days, *, as_of: dt.date, net: bool
) -> list[int | None]:
    order = np.argsort(rows.period, kind="stable")
    days = rows.ends(rows.period[order])
    running = np.cumsum((rows.persons * rows.signs(net=net))[order])
    last = np.searchsorted(days, ends, side="right")
    today = np.datetime64(as_of, "D")
    return [
        int(running[place - 1]) if place and first <= today else None
        for place, first in zip(last.tolist(), starts, strict=True)
    ]


def series_of(
    plan: Plan, rows: ReportedCounts, *, as_of: dt.date, net: bool, unknown: NDArray[np.bool_]
) -> tuple[_Days, _Floats]:
    """Return the days that the tally knows and the running totals on them [persons].

    One row a day, one column a unit; the first row is the day before the first period, with nothing
    done; an `unknown` unit is a column of nan. A day for which no unit has a figure is left out: it
    was not reported, or nobody came.
    """
    starts = np.unique(rows.period)
    sums = np.zeros((len(starts) + 1, len(rows.units)))
    signed = rows.persons * rows.signs(net=net)
    np.add.at(sums, (np.searchsorted(starts, rows.period) + 1, rows.place), signed)
    totals = np.cumsum(sums, axis=0)
    totals[:, unknown] = np.nan
    first = min(plan.days[0], *starts[:1], np.datetime64(as_of, "D")) - ONE_DAY
    days = np.concatenate([[first], rows.ends(starts)]).astype("datetime64[D]")
    return days, totals


def silent_of(
    rows: ReportedCounts, days: _Days, *, complete: NDArray[np.bool_], closed: _Days
) -> NDArray[np.bool_]:
    """Tell of each day and unit whether it lies in a month after the unit's last figure.

    What was done there is not known: a month without a figure is not reported, and no zero. Where
    all reports of a unit came (`complete`) it is known, and nothing; so it is from the month after
    a unit's last day (`closed`) on.
    """
    months = days.astype("datetime64[M]").astype(np.int64)
    last = np.full(len(rows.units), months[0])
    ends = rows.ends(rows.period).astype("datetime64[M]").astype(np.int64)
    np.maximum.at(last, rows.place, ends)
    gone = months[:, None] > closed.astype("datetime64[M]").astype(np.int64)
    silent: NDArray[np.bool_] = (months[:, None] > last) & ~complete & ~gone
    return silent


def running_table(days: _Days, totals: _Floats, units: tuple[str, ...]) -> pd.DataFrame:
    """Return a series as a frame: index date, one column a unit, Int64 persons."""
    index = pd.DatetimeIndex(days.astype("datetime64[s]"), name="date")
    columns = pd.Index(units, dtype="str", name="unit")
    return pd.DataFrame(totals, index=index, columns=columns).astype("Float64").astype("Int64")


@attrs.frozen(eq=False, kw_only=True)
class ReportedHistory:
    """Running totals of the units whose figures are known.

    Attributes:
        known: Which units of the plan those are.
        dates: The day before the first period, and the last counted day of each period.
        gains: Entries and resumptions so far, one row a date; nan where nothing is reported.
        losses: Losses so far where the campaign counts net and has any, else None.
        silent: Which of the known units have not reported the last month.
    """

    known: NDArray[np.bool_]
    dates: NDArray[np.datetime64]
    gains: _Floats
    losses: _Floats | None
    silent: NDArray[np.bool_]


def reported_history(
    counts: pd.DataFrame,
    rows: ReportedCounts,
    dates: _Days,
    *,
    closed: _Days,
    net: bool,
    from_sheets: bool,
) -> ReportedHistory:
    """Return what the units reported, from their counts; `dates` are those of `series_of`.

    `closed` is the last day of each unit, far away for those that go on. Sheets do not say on which
    day of its period a figure was read: see `_reading_days`.
    """
    known = counts["done"].notna().to_numpy(dtype=bool)
    complete = counts["complete"].fillna(value=False).to_numpy(dtype=bool)
    starts = np.unique(rows.period)
    place = np.searchsorted(starts, rows.period) + 1
    loss = rows.signs(net=True) < 0
    figures = [np.zeros((len(dates), len(rows.units))) for _ in range(2)]
    for part, mine in zip(figures, (~loss, loss), strict=True):
        np.add.at(part, (place[mine], rows.place[mine]), rows.persons[mine])
    gains, losses = figures
    silent = silent_of(rows, dates, complete=complete, closed=closed)
    totals = np.cumsum(gains, axis=0)
    if rows.by != "day":
        seen = np.zeros(gains.shape, dtype=bool)
        seen[0], seen[place, rows.place] = True, True
        gone = dates[:, None] > closed
        totals = _without_gaps(gains, seen | complete | gone, silent)
    net = net and bool(losses.any())
    if from_sheets:
        dates = _reading_days(rows, dates, gains.sum(axis=1))
    return ReportedHistory(
        known=known,
        dates=dates,
        gains=np.where(silent, np.nan, totals)[:, known],
        losses=np.where(silent, np.nan, np.cumsum(losses, axis=0))[:, known] if net else None,
        silent=silent[-1, known],
    )


def _reading_days(rows: ReportedCounts, dates: _Days, figures: _Floats) -> _Days:
    """Return the days to which figures are, where the last period is not over.

    Its figure is either that of the part that is over or, where totals are read on a Tuesday or on
    the 20th, that of a whole period, and so are all before it: whichever is nearer to the usual.
    """
    number = rows.periods.number(dates[-1:])
    first, last = (one(number)[0] for one in (rows.periods.first, rows.periods.last))
    lacking = last - dates[-1]
    usual = float(np.median(figures[1:-1])) if len(figures) > 2 else np.inf  # noqa: PLR2004 - one before
    part = float((dates[-1] - first).astype(np.int64) + 1) / float(
        (last - first).astype(np.int64) + 1
    )
    if rows.by == "day" or part == 1 or figures[-1] <= usual * part**0.5:
        return dates
    return np.concatenate([dates[:-1] - lacking, dates[-1:]])


def _without_gaps(gains: _Floats, seen: NDArray[np.bool_], silent: NDArray[np.bool_]) -> _Floats:
    """Return running totals, with each period that was not reported told from one of nobody.

    The figure after a gap is either that of its own period or of the whole gap; which of the two is
    told by the unit's usual figure. In the first case the gap gets usual figures: the last total
    stays what was reported, the ones before are lower.
    """
    figures = gains.copy()
    for unit in np.flatnonzero((~seen & ~silent).any(axis=0)).tolist():
        reported = np.flatnonzero(seen[1:, unit]) + 1
        gaps = np.diff(np.concatenate([[0], reported])) - 1
        usual = np.median(gains[reported[gaps == 0], unit]) if (gaps == 0).any() else np.nan
        for row, gap in zip(reported[gaps > 0], gaps[gaps > 0], strict=True):
            times = (gains[row, unit] + 0.5) / (usual + 0.5)
            if times < (gap + 1) ** 0.5:
                figures[row - gap : row, unit] = usual
            else:
                figures[row - gap : row, unit] = np.nan
    totals = np.cumsum(np.nan_to_num(figures), axis=0)
    last = np.where(seen.any(axis=0), len(seen) - 1 - seen[::-1].argmax(axis=0), 0)
    units = np.arange(gains.shape[1])
    totals += gains.sum(axis=0) - totals[last, units]
    return np.where(np.isnan(figures), np.nan, totals)

"""The whole persons and reports from which every figure of a progress is calculated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.apportionment.methods import webster
from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.frames import by_value, owned_array
from coverage_campaign.messages import message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import Period, Periods
from coverage_campaign.model.responsibilities import ReportingRule
from coverage_campaign.model.targets import Effect
from coverage_campaign.model.units import Unit
from coverage_campaign.progress.indicators import Clock
from coverage_campaign.progress.succession import Heirs, pass_on, pass_on_rows
from coverage_campaign.progress.unit_progress import hindrances
from coverage_campaign.reporting.completeness import expected_reports
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scheduling.course import Lives
from coverage_campaign.scheduling.plan import Plan

__all__ = [
    "REPORT_COLUMNS",
    "ReportedCounts",
    "Unreported",
    "agreed",
    "clocks",
    "differs",
    "first_day_of_period",
    "is_open",
    "members",
    "owed_reports",
    "passed_on_people",
    "passed_on_reports",
    "planned_places",
    "planned_rates",
    "report_counts",
    "reported_counts",
    "unit_counts",
    "unreported_periods",
]

_Ints = NDArray[np.int64]
Unreported: TypeAlias = tuple[tuple[dt.date, dt.date, tuple[str, ...]], ...]
"""Periods (first day, last day) in which some units have no figure while others have one."""
_KINDS: tuple[Effect, ...] = ("entry", "resumption", "loss")


@attrs.frozen(kw_only=True)
class ReportedCounts:
    """The rows of a tally that count, as arrays: place of the unit, first day of the period, kind.

    `place` is the position of the row's unit, or of the planned unit that it lies under; `channel`
    and `group` are positions in `channels` and `groups`. A group of -1 is not known, and `group` is
    None for a tally made without groups. `left_out` are persons in periods that the day cuts and
    nobody can split; `elsewhere` are persons of units outside the plan, by unit code. `read` are
    the units of which any figure was read, closed ones among them, before anything passes on.
    """

    units: tuple[str, ...]
    periods: Periods
    place: _Ints = attrs.field(converter=owned_array, eq=by_value)
    period: NDArray[np.datetime64] = attrs.field(converter=owned_array, eq=by_value)
    channel: _Ints = attrs.field(converter=owned_array, eq=by_value)
    kind: _Ints = attrs.field(converter=owned_array, eq=by_value)
    persons: _Ints = attrs.field(converter=owned_array, eq=by_value)
    channels: tuple[str, ...]
    group: _Ints | None = attrs.field(converter=attrs.converters.optional(owned_array), eq=by_value)
    groups: tuple[str, ...]
    through: dt.date
    left_out: int
    left_out_from: dt.date | None
    elsewhere: tuple[tuple[str, int], ...]
    read: tuple[str, ...]
    stock: _Ints = attrs.field(converter=owned_array, eq=by_value)
    has_stock: NDArray[np.bool_] = attrs.field(converter=owned_array, eq=by_value)

    def signs(self, *, net: bool) -> _Ints:
        """Return what each row does to the persons done: 1, or -1 (0 in gross) for a loss."""
        return np.where(self.kind == _KINDS.index("loss"), -1 if net else 0, 1)

    @property
    def by(self) -> Period:
        """The length of the periods."""
        return self.periods.by

    def ends(self, starts: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
        """Return the last counted day of the periods that begin on `starts`."""
        last = self.periods.last(self.periods.number(starts))
        ends: NDArray[np.datetime64] = np.minimum(last, np.datetime64(self.through, "D"))
        return ends

    def sums(self, kind: Effect, *, since: dt.date | None = None) -> _Ints:
        """Return the persons of one kind by unit, from the period that begins on `since`."""
        rows = self.kind == _KINDS.index(kind)
        if since is not None:
            rows &= self.period >= np.datetime64(since, "D")
        return _scattered(self.place[rows], self.persons[rows], len(self.units))

    def done(self, *, net: bool, since: dt.date | None = None) -> _Ints:
        """Return entries + resumptions, less losses if `net`, by unit."""
        came = self.sums("entry", since=since) + self.sums("resumption", since=since)
        return came - self.sums("loss", since=since) if net else came

    def reported(self, *, since: dt.date | None = None) -> NDArray[np.bool_]:
        """Tell of each unit whether any figure of it counts."""
        seen = np.zeros(len(self.units), dtype=bool)
        rows = slice(None) if since is None else self.period >= np.datetime64(since, "D")
        seen[self.place[rows]] = True
        return seen


def reported_counts(
    tally: Tally,
    campaign: Campaign,
    units: tuple[str, ...],
    *,
    through: dt.date,
    heirs: Heirs | None = None,
) -> ReportedCounts:
    """Return what a tally counts for `units` to the end of the day `through`.

    A day's figure counts if the day is over. A month's figure counts if the month is over, or if
    the tally itself was made no later than `through`: then it cannot hold a later person. Any
    other month that `through` cuts is left out as a whole and counted in `left_out`. Units below a
    planned one count for it, and those of a closed one for its `heirs`; channels outside the
    campaign's counting rule do not count.

    Raises:
        ReportError: The tally has units, and not one of them is planned or lies under a planned
            one.
    """
    frame = tally.frame
    frame = frame[frame["persons"].notna()]
    row_unit, found = pd.factorize(frame["unit"])
    names = found.tolist()
    parent = {unit.code: unit.parent for one in (tally.campaign, campaign) for unit in one.units}
    above = planned_places(parent, units, names)
    if len(names) and (above < 0).all():
        raise _nothing_shared(names, units)
    stocked = planned_places(parent, units, tally.stock["unit"].tolist())
    read = tuple(units[at] for at in np.unique([*above, *stocked]).tolist() if at >= 0)
    if heirs:
        frame = _planned_rows(frame, parent, units, heirs)
        row_unit, found = pd.factorize(frame["unit"])
        names = found.tolist()
        above = planned_places(parent, units, names)
    place = above[row_unit] if len(names) else np.empty(0, dtype=np.int64)
    persons = frame["persons"].to_numpy(dtype=np.int64)
    names_of_periods = frame["period"].to_numpy(dtype="datetime64[D]")
    row_period, found_periods = pd.factorize(names_of_periods)
    periods = campaign.periods(tally.by)
    starts = periods.first(periods.number(found_periods))
    first = starts[row_period] if len(starts) else names_of_periods
    known = tally.as_of is not None and tally.as_of.date() <= through
    begins, ends = starts <= np.datetime64(through, "D"), _last_days(starts, periods, campaign)
    begun = begins[row_period]
    whole = (begins & ((ends <= np.datetime64(through, "D")) | known))[row_period]
    row_channel, channel_names = pd.factorize(frame["channel"])
    kinds = _kinds(campaign, channel_names)
    kind = kinds[row_channel] if len(channel_names) else np.empty(0, dtype=np.int64)
    planned = place >= 0
    counts = kind >= 0
    cut = begun & ~whole & planned & counts
    outside = whole & ~planned & counts
    rows = whole & planned & counts
    row_group, groups = _groups(frame)
    stock, has_stock = _stock(tally, parent, units, through, heirs or {})
    return ReportedCounts(
        units=units,
        periods=periods,
        place=place[rows],
        period=first[rows],
        channel=row_channel[rows],
        kind=kind[rows],
        persons=persons[rows],
        channels=tuple(str(name) for name in channel_names.tolist()),
        group=None if row_group is None else row_group[rows],
        groups=groups,
        through=through,
        left_out=int(persons[cut].sum()),
        left_out_from=names_of_periods[cut].min().item() if cut.any() else None,
        read=read,
        elsewhere=_elsewhere(names, row_unit[outside], persons[outside]),
        stock=stock,
        has_stock=has_stock,
    )


def _groups(frame: pd.DataFrame) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    """Return the number of each row's target group, -1 for none; None for a tally without."""
    if "group" not in frame.columns:
        return None, ()
    numbers, names = pd.factorize(frame["group"])
    return numbers.astype(np.int64), tuple(str(name) for name in names)


def _last_days(
    first: NDArray[np.datetime64], periods: Periods, campaign: Campaign
) -> NDArray[np.datetime64]:
    """Return the last day of each period; no period runs past the campaign's own last day."""
    ends = periods.last(periods.number(first))
    if periods.by == "day" or not campaign.phases:
        return ends
    no_later: NDArray[np.datetime64] = np.minimum(
        ends, np.datetime64(campaign.whole_window.last, "D")
    )
    return no_later


def _kinds(campaign: Campaign, channels: Iterable[str]) -> NDArray[np.int64]:
    """Return the kind of each channel as its number, or -1 for one that does not count."""
    effect = {channel.code: channel.effect for channel in campaign.channels}
    wanted = set(campaign.counting.channels)
    return np.array(
        [
            _KINDS.index(effect.get(code, "entry"))
            if not wanted or code in wanted or code not in effect
            else -1
            for code in channels
        ],
        dtype=np.int64,
    )


def _scattered(place: _Ints, persons: _Ints, length: int) -> _Ints:
    sums = np.zeros(length, dtype=np.int64)
    np.add.at(sums, place, persons)
    return sums


def _stock(
    tally: Tally,
    parent: Mapping[str, str | None],
    units: tuple[str, ...],
    through: dt.date,
    heirs: Heirs,
) -> tuple[_Ints, NDArray[np.bool_]]:
    """Return the persons covered before by unit, and for which units they are known.

    They are the first cumulative figures and the baselines that the caller gave; a unit over
    several that report is known where each of them is.
    """
    stock = tally.stock[tally.stock["persons"].notna()]
    stock = stock[stock["period"].to_numpy(dtype="datetime64[D]") <= np.datetime64(through, "D")]
    before = pd.concat([stock[["unit", "persons"]], tally.baseline], ignore_index=True)
    reporting = tally.frame[["unit"]].drop_duplicates()
    unstated = reporting[~reporting["unit"].isin(before["unit"])].assign(persons=0)
    unstated = unstated.astype({"persons": "Int64"})
    before, unstated = (_planned_rows(part, parent, units, heirs) for part in (before, unstated))
    place = planned_places(parent, units, before["unit"])
    rows = place >= 0
    persons = before["persons"].to_numpy(dtype=np.int64)[rows]
    has = np.zeros(len(units), dtype=bool)
    has[place[rows]] = True
    lacking = planned_places(parent, units, unstated["unit"])
    has[lacking[lacking >= 0]] = False
    return _scattered(place[rows], persons, len(units)), has


def _planned_rows(
    frame: pd.DataFrame, parent: Mapping[str, str | None], units: tuple[str, ...], heirs: Heirs
) -> pd.DataFrame:
    """Return rows of units under the planned units that they count for, or their heirs."""
    if not heirs or not len(frame):
        return frame
    row_unit, found = pd.factorize(frame["unit"])
    names = found.tolist()
    places = planned_places(parent, units, names)
    codes = [units[at] if at >= 0 else name for at, name in zip(places, names, strict=True)]
    return pass_on_rows(frame.assign(unit=pd.array(codes, dtype="str").take(row_unit)), heirs)


def _elsewhere(
    names: Iterable[str], row_unit: NDArray[np.int64], persons: _Ints
) -> tuple[tuple[str, int], ...]:
    codes = [str(name) for name in names]
    sums = _scattered(row_unit, persons, len(codes))
    return tuple((codes[unit], int(sums[unit])) for unit in np.unique(row_unit).tolist())


def _nothing_shared(names: Iterable[str], units: tuple[str, ...]) -> ReportError:
    return ReportError(
        Problem(
            "tally",
            message(
                "counts for {reported:list 8}, the plan for {units:list 8}: no unit in common",
                reported=[str(name) for name in names],
                units=units,
            ),
            "plan among the units that report, or among units above them",
        )
    )


def planned_places(
    parent: Mapping[str, str | None], units: tuple[str, ...], names: Iterable[str]
) -> NDArray[np.int64]:
    """Return the position among `units` of each name or of the nearest one above it, or -1.

    >>> planned_places({"village": "town", "town": None}, ("town",), ["village", "x"]).tolist()
    [0, -1]
    """
    position = {code: place for place, code in enumerate(units)}
    return np.array([_nearest(name, position, parent) for name in names], dtype=np.int64)


def _nearest(name: str, position: Mapping[str, int], parent: Mapping[str, str | None]) -> int:
    code: str | None = name
    while code is not None:
        if code in position:
            return position[code]
        code = parent.get(code)
    return -1


def report_counts(
    campaign: Campaign,
    units: tuple[str, ...],
    received: pd.DataFrame | None,
    *,
    over: tuple[str, ...],
    as_of: dt.date,
    known_on: dt.date | None,
) -> pd.DataFrame:
    """Return reports_expected, reports_received, reports_on_time (Int64) and complete, by unit.

    Expected are the reports of the months that were over on `as_of`, of the unit and of those
    below it that owe one by the campaign's rule; without a rule every planned unit owes one.
    Received are those that were there on `known_on` (None = all of them); on time is <NA> where no
    due day is known. Without `received` all is <NA>.
    """
    if received is None:
        return _nothing_known(len(units))
    table = owed_reports(campaign, units, received, over=over, as_of=as_of, known_on=known_on)
    place = table["place"].to_numpy(dtype=np.int64)
    came = table["there"].to_numpy(dtype=bool)
    in_time = came & table["on_time"].fillna(value=False).to_numpy(dtype=bool)
    dated = bool(table["due"].notna().any())
    expected, arrived, timely = (
        _scattered(place[mine], np.ones(mine.sum(), dtype=np.int64), len(units))
        for mine in (place >= 0, came & (place >= 0), in_time & (place >= 0))
    )
    return pd.DataFrame(
        {
            "reports_expected": pd.array(expected, dtype="Int64"),
            "reports_received": pd.array(arrived, dtype="Int64"),
            "reports_on_time": pd.array(timely, dtype="Int64") if dated else _missing(len(units)),
            "complete": pd.array(arrived == expected, dtype="boolean"),
        }
    )


def owed_reports(
    campaign: Campaign,
    units: tuple[str, ...],
    received: pd.DataFrame,
    *,
    over: tuple[str, ...],
    as_of: dt.date,
    known_on: dt.date | None,
) -> pd.DataFrame:
    """Return the reports that were owed for periods over on `as_of`, one row each.

    Columns: those of `expected_reports`, there (it was in on `known_on`), place (position in
    `units` of the unit that it counts for, -1 for none).
    """
    last = known_on if known_on is not None else _last_arrival(received, as_of)
    table = expected_reports(
        _with_rule(campaign, units), received=received, as_of=max(last, as_of), over=over
    )
    there = table["received_on"] <= pd.Timestamp(last)
    periods = campaign.periods((campaign.reporting or ReportingRule()).period)
    ends = periods.last(periods.number(table["period"].to_numpy(dtype="datetime64[D]")))
    over_by_now = ends <= np.datetime64(as_of, "D")
    table = table.assign(there=there)[table["expected"].to_numpy(dtype=bool) & over_by_now]
    parent = {unit.code: unit.parent for unit in campaign.units}
    return table.assign(place=planned_places(parent, units, table["unit"]))


def _nothing_known(length: int) -> pd.DataFrame:
    names = ("reports_expected", "reports_received", "reports_on_time")
    columns: dict[str, object] = {name: _missing(length) for name in names}
    return pd.DataFrame({**columns, "complete": _missing(length).astype("boolean")})


def _missing(length: int) -> pd.Series[int]:
    return pd.Series(pd.NA, index=range(length), dtype="Int64")


def _last_arrival(received: pd.DataFrame, as_of: dt.date) -> dt.date:
    """Return the day by which everything on the list was there."""
    if "received_on" not in received.columns:
        return as_of
    arrivals = pd.to_datetime(received["received_on"], errors="coerce").dropna()
    return arrivals.max().date() if len(arrivals) else as_of


def _with_rule(campaign: Campaign, units: tuple[str, ...]) -> Campaign:
    """Return the campaign with a rule on who reports: the planned units where it names none."""
    rule = campaign.reporting or ReportingRule()
    if rule.kinds:
        return campaign
    kinds = tuple(dict.fromkeys(campaign.unit(code).kind for code in units))
    return attrs.evolve(campaign, reporting=attrs.evolve(rule, kinds=kinds))


REPORT_COLUMNS: Final = ("reports_expected", "reports_received", "reports_on_time", "complete")


def passed_on_reports(
    reports: pd.DataFrame, units: tuple[str, ...], heirs: Heirs, *, once: bool = False
) -> pd.DataFrame:
    """Return the reports of each unit, those of closed ones with their heirs.

    Each heir answers for all of them: they count and may be missing there as its own do. `once`
    counts them for the heir with the largest share alone, so that the rows add up.
    """
    if reports["complete"].isna().all():
        return reports
    table = reports.set_axis(pd.Index(units))
    numbers = list(REPORT_COLUMNS[:3])
    complete = {str(code): bool(known) for code, known in table["complete"].items()}
    for code, shares in heirs.items():
        if code not in table.index:
            continue
        largest = max(shares, key=lambda pair: pair[1])[0]
        for heir, _ in shares:
            if heir == largest or not once:
                table.loc[heir, numbers] += table.loc[code, numbers]
            table.loc[heir, "complete"] = complete[heir] = complete[heir] and complete[code]
        table.loc[code, numbers] = table.loc[code, numbers].mask(lambda row: row.notna(), 0)
        table.loc[code, "complete"] = True
    return table.reset_index(drop=True)


def unit_counts(
    plan: Plan,
    rows: ReportedCounts,
    reports: pd.DataFrame,
    day: dt.date,
    *,
    heirs: Heirs,
    net: bool,
) -> pd.DataFrame:
    """Return one row per unit with the columns that `indicators.figures` asks for.

    What closed units had to do and did is that of their `heirs`; of what is left of them nothing is
    known. `net` tells whether losses are taken off.
    """
    campaign, codes = plan.campaign, rows.units
    units = members(plan, codes)
    began = first_day_of_period(plan, rows, day)
    came = (reports["reports_received"] > 0).fillna(value=False).to_numpy(dtype=bool)
    # Nobody came in a period without a figure only where a report on it is owed, and is there.
    complete = reports["complete"].fillna(value=False).to_numpy(dtype=bool)
    complete = complete & _is_owed(plan, began, day)
    left = np.array([code in heirs for code in codes])
    known = (rows.reported() | came) & ~left
    known_new = (rows.reported(since=began) | (came & complete)) & ~left
    target = pass_on(plan.shares(), heirs, codes)
    counts = pd.DataFrame(
        {
            "unit": pd.array(codes, dtype="str"),
            "name": pd.array([unit.label.text() for unit in units], dtype="str"),
            "target": pd.array(target, dtype="Int64"),
            "planned": pd.array(pass_on(plan.planned_on(day), heirs, codes), dtype="Int64"),
            "done": _where(known, rows.done(net=net)),
            "new": _where(known_new, rows.done(net=net, since=began)),
            "eligible": passed_on_people(units, codes, campaign.eligible, heirs),
            "covered": passed_on_people(units, codes, campaign.covered, heirs),
            "planned_rate": pd.arrays.FloatingArray(
                planned_rates(
                    plan,
                    plan.allocation.shares().to_numpy("int64").astype(np.int64),
                    len(plan.days) - 1 - plan.days_left(day),
                    heirs=heirs,
                    codes=codes,
                ),
                target == 0,
            ),
            "hindrance": hindrances(campaign, codes, day),
        }
    )
    # A reported stock, or the people covered before by unit that the reports start from, is nearer
    # to the counted days than a measure from before the campaign.
    counts["covered"] = counts["covered"].mask(rows.has_stock, _where(rows.has_stock, rows.stock))
    return pd.concat([counts, reports], axis=1)


def clocks(
    plan: Plan, codes: tuple[str, ...], day: dt.date, *, heirs: Heirs
) -> tuple[Clock, Clock]:
    """Return where a day lies in the plan of the whole, and in that of each unit.

    They are one where all units are open on all days. A unit has the days on which it is open, and
    its heirs have those of closed ones as well.
    """
    left = plan.days_left(day)
    whole = Clock(
        curves=_curve(plan),
        elapsed=len(plan.days) - left,
        left=np.array([left]),
    )
    lives = plan.course.lives
    if lives is None:
        return whole, whole
    shares = plan.allocation.shares().to_numpy("int64").astype(np.int64)
    units = [plan.campaign.unit(code) for code in codes]
    closed = np.array([unit.closed or dt.date.max for unit in units], dtype="datetime64[D]")
    open_days = np.searchsorted(plan.days, closed, side="right")
    return whole, Clock(
        curves=_own_curves(plan, lives, shares, codes, heirs),
        elapsed=whole.elapsed,
        left=np.maximum(open_days - whole.elapsed, 0),
    )


def _curve(plan: Plan) -> NDArray[np.float64]:
    """Return the part of a plan that is over at the end of each day, as one row."""
    return np.array([[total / plan.effort[-1] for total in plan.effort]])


def _own_curves(
    plan: Plan, lives: Lives, shares: _Ints, codes: tuple[str, ...], heirs: Heirs
) -> NDArray[np.float64]:
    """Return the part of each unit's target that is planned to the end of each day: units x days.

    A unit without people has the curve of all.
    """
    place = {code: number for number, code in enumerate(codes)}
    reached = np.zeros((len(codes), len(plan.days)))
    parts = lives.courses(shares, plan.course.weights)[0].T.astype(np.float64)
    for code, course in zip(lives.codes, parts, strict=True):
        for heir, share in heirs.get(code, ((code, Fraction(1)),)):
            reached[place[heir]] += float(share) * course
    in_all = reached[:, -1:]
    curves = np.repeat(_curve(plan), len(codes), axis=0)
    return np.divide(reached, in_all, out=curves, where=in_all > 0)


def _is_owed(plan: Plan, began: dt.date, day: dt.date) -> bool:
    """Tell whether the report on a day is owed by its end: its period is over, and of the plan."""
    periods = plan.campaign.periods((plan.campaign.reporting or ReportingRule()).period)
    last: dt.date = periods.last(periods.number([day]))[0].item()
    return last <= day and began <= plan.days[-1].item()


def unreported_periods(
    plan: Plan, tally: Tally, rows: ReportedCounts, *, heirs: Heirs
) -> Unreported:
    """Return the periods of the plan in which units that report have no figure, but others do.

    Each with its first and last day and the units' codes. Days and weeks are looked at by the month
    that is over: on a single day nobody may have come. A unit counts only while it exists; one that
    has closed and passed on what it did is asked for all of its periods.
    """
    if heirs:  # each unit's own figures, before any pass on
        rows = reported_counts(tally, plan.campaign, rows.units, through=rows.through)
    fine = rows.by in {"day", "week"}
    periods = plan.campaign.periods("month") if fine else rows.periods
    parent = {
        unit.code: unit.parent for one in (tally.campaign, plan.campaign) for unit in one.units
    }
    stock = tally.stock[tally.stock["persons"].notna()]
    place = np.concatenate([rows.place, planned_places(parent, rows.units, stock["unit"])])
    starts = rows.periods.first(rows.periods.number(stock["period"].to_numpy("datetime64[D]")))
    days = np.concatenate([rows.ends(rows.period), rows.periods.last(rows.periods.number(starts))])
    inside = (place >= 0) & (days >= plan.days[0]) & (days <= np.datetime64(rows.through, "D"))
    number = periods.number(days[inside])
    if fine:
        inside[inside] = over = periods.last(number) <= np.datetime64(rows.through, "D")
        number = number[over]
    found, column = np.unique(number, return_inverse=True)
    has = np.zeros((len(rows.units), len(found)), dtype=bool)
    has[place[inside], column] = True
    first, last = periods.first(found), periods.last(found)
    units = [plan.campaign.unit(code) for code in rows.units]
    opened = np.array([unit.opened or dt.date.min for unit in units], dtype="datetime64[D]")
    closed = np.array([unit.closed or dt.date.max for unit in units], dtype="datetime64[D]")
    there = (opened[:, None] <= last) & (closed[:, None] >= first)
    asked = rows.reported() | np.array([code in heirs for code in rows.units])
    lacking = ~has & there & asked[:, None]
    return tuple(
        (start, end, tuple(code for code, lacks in zip(rows.units, column, strict=True) if lacks))
        for start, end, column in zip(first.tolist(), last.tolist(), lacking.T, strict=True)
        if column.any()
    )


def members(plan: Plan, codes: Iterable[str]) -> list[Unit]:
    """Return the units of a progress; one that has others below it stands for its own people."""
    planned = dict(zip(plan.shares().index.tolist(), plan.allocation.leaves, strict=True))
    return [planned.get(code) or plan.campaign.unit(code) for code in codes]


def passed_on_people(
    members: Sequence[Unit], codes: tuple[str, ...], measure: str, heirs: Heirs
) -> pd.arrays.IntegerArray:
    """Return a measure of each unit, with the people of closed units at their heirs.

    An heir that opened after them, and has a figure, has counted these people itself.
    """
    units = dict(zip(codes, members, strict=True))
    people = {code: unit.count(measure) for code, unit in units.items()}
    own = dict(people)
    for code, shares in heirs.items():
        if code not in units:
            continue
        count, closed = own[code], units[code].closed
        parts = (
            [None] * len(shares)
            if count is None
            else webster(count, [part for _, part in shares]).tolist()
        )
        for (heir, _), part in zip(shares, parts, strict=True):
            opened = units[heir].opened
            new = opened is not None and closed is not None and opened > closed
            if new and own[heir] is not None:
                continue
            before = people[heir] if people[heir] is not None or not new else 0
            people[heir] = None if before is None or part is None else before + part
        people[code] = 0
    return pd.array([people[code] for code in codes], dtype="Int64")


def planned_rates(
    plan: Plan, shares: _Ints, position: int, *, heirs: Heirs, codes: tuple[str, ...]
) -> NDArray[np.float64]:
    """Return what is planned on a day before it is rounded, over the target, by unit.

    `shares` are those of one scenario, `position` is that of the day in the plan, -1 = before it.
    """
    if plan.course.lives is not None:
        curves = _own_curves(plan, plan.course.lives, shares, codes, heirs)
        return curves[:, position] if position >= 0 else np.zeros(len(codes))
    rates = pd.Series(plan.course.rates_on(shares, position), index=plan.shares().index)
    # Who takes the place of another outside the plan does so when all of it is over.
    return np.asarray(rates.reindex(list(codes), fill_value=1.0), dtype=np.float64)


def agreed(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return what all of some tables of the same shape say; <NA> where they differ.

    A status on which they differ is `open_question`.
    """
    first, *others = tables
    table = first.copy()
    for other in others:
        for name in first.columns:
            same = (first[name] == other[name]) | (first[name].isna() & other[name].isna())
            same = same.fillna(value=False).astype("bool")
            if not same.all():
                table[name] = table[name].where(
                    same, "open_question" if name == "status" else pd.NA
                )
    return table


def differs(tables: Sequence[pd.DataFrame]) -> NDArray[np.bool_]:
    """Tell of each row whether some progresses differ in what is done, the rank or the status."""
    found = np.zeros(len(tables[0]), dtype=bool)
    for other in tables[1:]:
        for name in ("done", "rank", "status"):
            found |= (tables[0][name] != other[name]).fillna(value=False).to_numpy(dtype=bool)
            found |= (tables[0][name].isna() != other[name].isna()).to_numpy(dtype=bool)
    return found


def is_open(campaign: Campaign, rows: ReportedCounts) -> bool:
    """Tell whether what is done depends on a reading that nobody has chosen."""
    return campaign.counts_net is None and bool(rows.sums("loss").any())


def first_day_of_period(plan: Plan, rows: ReportedCounts, day: dt.date) -> dt.date:
    """Return the first day of the period of `day`, as fine as plan and tally both are."""
    periods = rows.periods
    if plan.by == "month" and rows.by in {"day", "week"}:
        periods = plan.campaign.periods("month")
    first: dt.date = periods.first(periods.number([day]))[0].item()
    return first


def _where(known: NDArray[np.bool_], values: NDArray[np.int64]) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(values.astype(np.int64), ~np.asarray(known))

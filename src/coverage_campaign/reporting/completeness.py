"""Which unit owes which report to whom by when, and which reports are in."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator, Sequence

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.checks import checked_call
from coverage_campaign.errors import DefinitionError, Problem, ReportError
from coverage_campaign.messages import message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, Periods, Window, days_of, to_date
from coverage_campaign.model.responsibilities import ReportingRule
from coverage_campaign.model.units import Unit
from coverage_campaign.reporting.sheets.dates import Span, read_cells, read_dates, spans_of
from coverage_campaign.reporting.sheets.names import unit_names

__all__ = ["completeness", "due_on", "expected_reports", "is_open", "report_routes"]

_WANTED = ("unit", "period", "received_on")


@checked_call
def expected_reports(
    campaign: Campaign,
    *,
    received: pd.DataFrame,
    as_of: DateLike,
    over: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return one row per report that a unit owed at the end of a day.

    Owed are the reports on periods that are over, and of a rule by which they are due within the
    period itself on those that have begun.

    Periods are those of the campaign's reporting rule. Columns: unit, period (first day of the
    month, week or quarter that names it, or the day), to (who is to get it), due (last day on which
    it is on time, NaT where that is an open question), received_on (first arrival, NaT = none yet),
    times (arrivals), status, on_time (boolean, <NA> where it cannot be told), empty (boolean: it
    came without a figure, <NA> where it cannot be told), expected (boolean).

    `status` is 'on_time', 'late', 'received' (in, but no due day is known), 'missing' (its due day
    is over), or 'outstanding' (not in, and not due or no due day known). A unit owes a report for
    each period in which it is there on at least one day; a report that nobody owed has a row too,
    `expected` False and status 'not_expected', so that nothing that arrived is lost.

    Args:
        campaign: Its reporting rule says who reports to whom; the due day is the rule's, or the
            reading `report_due_day`.
        received: unit (code, name or alias), period (any day of the month, or text such as
            '2008年7月'), received_on; and persons, if emptiness is to be told (<NA> = empty).
        as_of: Later arrivals are not known yet.
        over: The phases whose periods are reported; None = the whole campaign.

    Raises:
        DefinitionError: The campaign has no reporting rule.
        ReportError: `received` lacks a column, or has a unit or date that cannot be read.

    >>> from coverage_campaign.model.units import Unit
    >>> from coverage_campaign.model.phases import Phase
    >>> city = Campaign(
    ...     code="city",
    ...     label="City",
    ...     year=2008,
    ...     units=[Unit("a", "Ash", "county"), Unit("labour", "Labour", "department")],
    ...     phases=[Phase("drive", "Drive", "06-01", "07-31")],
    ...     reporting=ReportingRule(kinds="county", to="labour", due_day=5),
    ... )
    >>> came = pd.DataFrame({"unit": ["a"], "period": ["2008-06"], "received_on": ["2008-07-07"]})
    >>> expected_reports(city, received=came, as_of="2008-08-31")[["period", "due", "status"]]
          period        due   status
    0 2008-06-01 2008-07-05     late
    1 2008-07-01 2008-08-05  missing
    """
    rule, day = _rule(campaign), to_date(as_of, where="as_of")
    periods = _periods_over(campaign, rule, over, day)
    owed = pd.DataFrame(
        [
            (unit.code, reported.name, _due(campaign, rule, reported))
            for unit in _reporting_units(campaign, rule)
            for reported in periods
            if is_open(unit, reported.first, reported.last)
        ],
        columns=pd.Index(["unit", "period", "due"], dtype="str"),
    ).astype({"unit": "str", "period": "datetime64[s]", "due": "datetime64[s]"})
    arrivals = _arrivals(received, campaign, campaign.periods(rule.period), day)
    table = owed.assign(expected=True).merge(arrivals, on=["unit", "period"], how="outer")
    table["expected"] = table["expected"].eq(True)  # noqa: FBT003 - a comparison, no argument
    table = table[table["expected"] | table["times"].notna()]
    return _finished(table, campaign, rule, day)


def _finished(
    table: pd.DataFrame, campaign: Campaign, rule: ReportingRule, day: dt.date
) -> pd.DataFrame:
    order = {unit.code: at for at, unit in enumerate(campaign.units)}
    position = table["unit"].map(order).astype("int64")
    table = table.assign(position=position).sort_values(["position", "period"], ignore_index=True)
    due = pd.to_datetime(table["due"]).astype("datetime64[s]")
    came = pd.to_datetime(table["received_on"]).astype("datetime64[s]")
    expected = table["expected"].astype("boolean")
    on_time = (came <= due).astype("boolean").mask(came.isna() | due.isna() | ~expected)
    overdue = came.isna() & (due < pd.Timestamp(day))
    status = np.select(
        [
            ~expected,
            on_time.eq(other=True).fillna(value=False),
            on_time.eq(other=False).fillna(value=False),
            came.notna(),
            overdue,
        ],
        ["not_expected", "on_time", "late", "received", "missing"],
        default="outstanding",
    )
    return pd.DataFrame(
        {
            "unit": table["unit"].astype("str"),
            "period": pd.to_datetime(table["period"]).astype("datetime64[s]"),
            "to": pd.Series([rule.to or None] * len(table), dtype="str"),
            "due": due,
            "received_on": came,
            "times": table["times"].fillna(0).astype("Int64"),
            "status": pd.Series(status, dtype="str"),
            "on_time": on_time,
            "empty": table["empty"].astype("boolean"),
            "expected": expected,
        }
    )


def completeness(reports: pd.DataFrame) -> pd.DataFrame:
    """Return one row per unit: expected, received, on_time, late, missing, empty, and the rates.

    `reports` is the table of `expected_reports`. Expected are the reports that are in or overdue or
    have no known due day: one that is not yet due is not missing. reporting_rate = received /
    expected and on_time_rate = on_time / expected, never on_time / received (fractions of one, <NA>
    where nothing was expected; on_time_rate is <NA> where no due day is known).
    """
    owed = reports[reports["expected"]]
    waiting = owed["status"].eq("outstanding") & owed["due"].notna()
    owed = owed[~waiting]
    marks = pd.DataFrame(
        {
            "unit": owed["unit"],
            "expected": 1,
            "received": owed["received_on"].notna(),
            "on_time": owed["status"].eq("on_time"),
            "late": owed["status"].eq("late"),
            "missing": owed["status"].eq("missing"),
            "empty": owed["empty"].fillna(value=False),
            "dated": owed["due"].notna(),
            "seen": owed["empty"].notna(),
        }
    )
    units = pd.Index(reports.loc[reports["expected"], "unit"].unique(), name="unit")
    sums = marks.groupby("unit").sum().reindex(units, fill_value=0).astype("Int64")
    dated, seen = sums.pop("dated").gt(0), sums.pop("seen").gt(0)
    for name in ("on_time", "late", "missing"):
        sums[name] = sums[name].where(dated)
    sums["empty"] = sums["empty"].where(seen)
    expected = sums["expected"].mask(sums["expected"].eq(0))
    sums["reporting_rate"] = sums["received"] / expected
    sums["on_time_rate"] = sums["on_time"] / expected
    return sums.reset_index()


def report_routes(campaign: Campaign, *, period: DateLike) -> pd.DataFrame:
    """Return one row per unit and hop: unit, hop, sender, receiver, due; who hands on by when.

    `period` is a day of the period that is reported. A report travels from its unit up the chain of
    command (`answers_to`) and ends at the rule's `to`; a hop whose office the source does not name
    has <NA>. The first hop is due on the due day, each further one `days_per_hop` later.
    """
    rule = _rule(campaign)
    reported = _reported(campaign, rule, period)
    rows = [
        (unit.code, hop + 1, sender, receiver, _due(campaign, rule, reported, hops=hop + 1))
        for unit in _reporting_units(campaign, rule)
        if is_open(unit, reported.first, reported.last)
        for hop, (sender, receiver) in enumerate(_route(unit, campaign, rule))
    ]
    columns = ["unit", "hop", "sender", "receiver", "due"]
    table = pd.DataFrame(rows, columns=pd.Index(columns, dtype="str"))
    return table.astype(
        {"unit": "str", "hop": "Int64", "sender": "str", "receiver": "str", "due": "datetime64[s]"}
    )


def due_on(campaign: Campaign, *, period: DateLike) -> dt.date | None:
    """Return the last day on which the report on a day's period is on time; None = not known.

    A due day that a month does not have is that month's last day.
    """
    rule = _rule(campaign)
    return _due(campaign, rule, _reported(campaign, rule, period))


# -- who owes what ---------------------------------------------------------------------------------


def _rule(campaign: Campaign) -> ReportingRule:
    if campaign.reporting is None:
        fix = "give the campaign a ReportingRule: who reports to whom, by which day"
        raise DefinitionError(Problem("reporting", "the campaign has no rule", fix))
    return campaign.reporting


def _reported(campaign: Campaign, rule: ReportingRule, period: DateLike) -> ReportedPeriod:
    """Return the period that a day lies in."""
    periods = campaign.periods(rule.period)
    return ReportedPeriod.of(periods, int(periods.number([to_date(period, where="period")])[0]))


def _reporting_units(campaign: Campaign, rule: ReportingRule) -> tuple[Unit, ...]:
    """Return the units that report; the one that gets the reports owes none to itself."""
    return tuple(u for u in campaign.units if u.kind in rule.kinds and u.code != rule.to)


def _periods_over(
    campaign: Campaign, rule: ReportingRule, over: str | Sequence[str] | None, day: dt.date
) -> list[ReportedPeriod]:
    """Return the periods reported that are over at the end of a day, or due before they are."""
    codes = [over] if isinstance(over, str) else over
    windows = (
        [campaign.whole_window] if codes is None else [campaign.window(code) for code in codes]
    )
    periods = campaign.periods(rule.period)
    numbers = np.unique(periods.number(days_of(windows)))
    reported = [ReportedPeriod.of(periods, number) for number in numbers.tolist()]
    early = rule.due_in == "same" and _due_day(campaign, rule) is not None
    return [one for one in reported if one.last <= day or (early and one.first <= day)]


def is_open(unit: Unit, first: dt.date, last: dt.date) -> bool:
    """Tell whether a unit is there on at least one of some days."""
    return (unit.opened is None or unit.opened <= last) and (
        unit.closed is None or first <= unit.closed
    )


@attrs.frozen
class ReportedPeriod:
    """A period that is reported: its name, its first and last day, and those of the next."""

    name: dt.date
    first: dt.date
    last: dt.date
    next_name: dt.date

    @classmethod
    def of(cls, periods: Periods, number: int) -> ReportedPeriod:
        """Return the period of a number."""
        name, next_name = periods.name([number, number + 1]).tolist()
        (first,), (last,) = periods.first([number]).tolist(), periods.last([number]).tolist()
        return cls(name, first, last, next_name)


def _due(
    campaign: Campaign, rule: ReportingRule, reported: ReportedPeriod, *, hops: int | None = None
) -> dt.date | None:
    """Return the last day on which a report is on time; None = an open question.

    A due day that a month does not have is that month's last day.
    """
    due_day = _due_day(campaign, rule)
    if due_day is None:
        return None
    same = rule.due_in == "same"
    if rule.period in {"day", "week"}:
        start = reported.first if same else reported.last + dt.timedelta(days=1)
        later = (due_day - start.isoweekday()) % 7 if rule.period == "week" else 0
        first_hop = start + dt.timedelta(days=later)
    else:
        month = reported.name if same else reported.next_name
        if same and rule.period == "quarter":
            month = month.replace(month=month.month + 2)
        length = calendar.monthrange(month.year, month.month)[1]
        first_hop = month.replace(day=min(due_day, length))
    handed_on = (rule.hops if hops is None else hops) - 1
    return first_hop + dt.timedelta(days=handed_on * rule.days_per_hop)


def _due_day(campaign: Campaign, rule: ReportingRule) -> int | None:
    return rule.due_day if rule.due_day is not None else campaign.readings.report_due_day


def _route(
    unit: Unit, campaign: Campaign, rule: ReportingRule
) -> Iterator[tuple[str | None, str | None]]:
    """Yield sender and receiver of each hop, from the unit to the rule's `to`."""
    sender: str | None = unit.code
    for hop in range(rule.hops):
        above = campaign.unit(sender).answers_to if sender else None
        receiver = (rule.to or None) if hop == rule.hops - 1 else above
        yield sender, receiver
        sender = receiver


# -- what came -------------------------------------------------------------------------------------


def _arrivals(
    received: pd.DataFrame, campaign: Campaign, periods: Periods, day: dt.date
) -> pd.DataFrame:
    """Return the first arrival of each report, how often it came, and whether it was empty."""
    there = [str(column) for column in received.columns]
    lacking = [column for column in _WANTED if column not in there]
    if lacking:
        found = message(
            "no column {lacking} among {value:raw}",
            lacking=lacking,
            value=", ".join(there) or "none",
        )
        raise ReportError(
            Problem("received", found, message("give the columns {columns}", columns=_WANTED))
        )
    names, window = unit_names(campaign), campaign.whole_window
    position, ways_out = names.find(received["unit"])
    period = read_dates(received["period"], window)
    came = read_dates(received["received_on"], window, days_only=True)
    texts = {column: received[column].astype("str").tolist() for column in _WANTED}
    problems = [
        Problem(
            message("received, row {at:raw}", at=at),
            message("unit {unit!r}", unit=texts["unit"][at]),
            ways_out.get(texts["unit"][at], ""),
        )
        for at in np.flatnonzero(position < 0).tolist()
    ]
    fix = "write a date as YYYY-MM-DD, a month as YYYY-MM"
    for column, dates in (("period", period), ("received_on", came)):
        wrong = (dates.faults == "not_a_date") | ((dates.faults != "") & (column == "period"))
        problems += [
            Problem(
                message("received, row {at:raw}", at=at),
                message("{column} {text!r}", column=column, text=texts[column][at]),
                fix,
            )
            for at in np.flatnonzero(wrong).tolist()
        ]
    if problems:
        raise ReportError(problems, source="received")
    table = pd.DataFrame(
        {
            "unit": np.array(names.codes, dtype=object)[position],
            "period": _named_periods(received["period"], periods, window).astype("datetime64[s]"),
            "received_on": came.days.astype("datetime64[s]"),
            "empty": received["persons"].isna().array if "persons" in there else pd.NA,
        }
    ).astype({"empty": "boolean"})
    known = table[table["received_on"] <= pd.Timestamp(day)]
    grouped = known.sort_values("received_on", kind="stable").groupby(
        ["unit", "period"], as_index=False
    )
    return grouped.agg(
        received_on=("received_on", "min"),
        times=("received_on", "size"),
        empty=("empty", lambda one: one.all(skipna=False)),
    )


def _named_periods(column: pd.Series, periods: Periods, window: Window) -> NDArray[np.datetime64]:
    """Return the period that each cell names: by a calendar month's name, or by a day in it."""
    places, cells = pd.factorize(column.astype(object))
    spans = spans_of(read_cells(list(cells), window), window)
    days: list[dt.date | None] = []
    for span in spans:
        if isinstance(span, Span):
            days.append(span.first if span.unit == "month" else span.last)
        else:
            days.append(None)
    named_days = np.array([*days, None], dtype="datetime64[D]")
    return periods.of(named_days)[places]

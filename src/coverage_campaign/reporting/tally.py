"""From person-level events to counts: one pipeline for every engine, every row accounted for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import cast

import attrs
from narwhals.typing import IntoFrame

from coverage_campaign.checks import checked_call
from coverage_campaign.messages import message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, Period, to_instant
from coverage_campaign.reporting.events.accounts import (
    account_of_claims,
    account_of_superseded,
    added,
    problems_of,
    table,
)
from coverage_campaign.reporting.events.deduplicate import claims, layout_of
from coverage_campaign.reporting.events.encoding import coded
from coverage_campaign.reporting.events.engines import CodedEvents, keeping, second_number
from coverage_campaign.reporting.events.partitions import as_chunks, count_chunks
from coverage_campaign.reporting.problems import EVENT_REASONS, ReportProblems
from coverage_campaign.reporting.result import Tally

__all__ = ["tally"]


@checked_call
def tally(
    events: IntoFrame | CodedEvents | Iterable[IntoFrame | CodedEvents] | str | Path,
    campaign: Campaign,
    *,
    as_of: DateLike,
    by: Period = "month",
    by_group: bool = False,
    samples: int = 3,
    simulated: bool = False,
    progress: bool | None = None,
) -> Tally:
    """Return how many persons each unit counts per period and channel, as known at `as_of`.

    Columns of `events`, one row per version of a reported event: record, revision, reported_at,
    person, unit, date, channel (and group). The frame may be of pandas, PyArrow, Polars (eager or
    lazy), DuckDB, PySpark or ibis, or coded before by `encode`; the work is done where the data
    are, and only the counts come back. No result holds a person.

    Chunks are taken too: an iterable of frames, of any engines, or a folder of Parquet files (its
    path), cut in any way. They are sorted into files on disk, so that memory stays small.
    `progress` tells whether a bar shows how far they are; by default on a terminal.

    Of the rows reported by `as_of` each record's highest revision holds. Then each person counts
    once a campaign as an entry, and once a month and channel as a resumption or a loss: for the
    unit that reported it first. An id that is blank text is none. `by` is 'day', 'week', 'month' or
    'quarter'; months are the campaign's own where its reporting rule lets them begin on another day
    than the first (the 26th, say). `by_group` adds the group that the winning report names.

    Rows in = rows counted + `.problems.rows`; `samples` is how many records are shown per reason
    (0 spares a lazy engine the second look at its data). `simulated` marks the result as made from
    simulated reports.

    Raises:
        ReportError: Columns are missing or of the wrong type; all of them at once.
        DefinitionError: The campaign has no channels or no phases, or an option is unknown.

    >>> import pandas as pd
    >>> import coverage_campaign.files.campaigns as shipped
    >>> hengyang = shipped.load_case("hengyang", year=2008)
    >>> events = pd.DataFrame({
    ...     "record": ["r1", "r2"], "revision": [0, 0],
    ...     "reported_at": pd.to_datetime(["2008-07-03 09:00", "2008-07-04 10:00"]),
    ...     "person": ["x", "x"], "unit": ["430421", "430422"],
    ...     "date": pd.to_datetime(["2008-07-01", "2008-07-02"]),
    ...     "channel": ["self_employed", "self_employed"],
    ... })
    >>> found = tally(events, hengyang, as_of="2008-07-31")
    >>> found.to_frame()[["unit", "period", "channel", "persons"]]
         unit     period        channel  persons
    0  430421 2008-07-01  self_employed        1
    >>> found.problems.totals
    (('double', 1),)
    """
    moment = to_instant(as_of)
    months, periods = campaign.periods("month"), campaign.periods(by)
    chunks = as_chunks(events)
    ask = partial(
        layout_of,
        campaign=campaign,
        as_of=moment,
        months=months,
        by_day=by != "month",
        by_group=by_group,
    )
    second = second_number(moment)
    with keeping() as keep:
        if chunks is not None:
            account, layout = count_chunks(
                chunks,
                ask,
                second,
                keep,
                group=by_group,
                samples=samples,
                hidden=None if progress is None else not progress,
            )
        else:
            rows = coded(cast("IntoFrame | CodedEvents", events), group=by_group)
            layout = ask(rows)
            claimed, mended = claims(rows, layout, second, keep)
            superseded = account_of_superseded(rows, mended, samples=samples)
            counted = account_of_claims(rows, claimed, layout, keep, samples=samples)
            account = added([superseded, counted], samples=samples)
    basis = campaign.basis().assuming(*campaign.counting_assumptions)
    without_effect = campaign.basis("doubled_day", "whole_months").chosen
    basis = basis.assuming(
        *(
            message("{answer} does not change what is counted by unit and period", answer=answer)
            for answer in without_effect
            if answer not in basis.chosen
        )
    )
    reasons = account.reasons
    return Tally(
        campaign=campaign,
        frame=table(account, layout, periods),
        as_of=moment,
        by=by,
        basis=attrs.evolve(basis, simulated=True) if simulated else basis,
        problems=ReportProblems(
            problems_of(account.examples),
            [(reason, reasons[reason]) for reason in EVENT_REASONS if reasons[reason]],
        ),
        rows_in=account.rows_in,
    )

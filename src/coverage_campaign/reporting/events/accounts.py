"""The account of a tally: every row counted or explained, with a few records to look at."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.reporting.events.cells import Cells, added, uncontested
from coverage_campaign.reporting.events.deduplicate import REASONS, claims, count_cells, winners
from coverage_campaign.reporting.events.engines import Keep, keeping
from coverage_campaign.reporting.events.examples import sampled
from coverage_campaign.reporting.events.frame import EventFrame, second_number
from coverage_campaign.reporting.events.numbering import Prepared, prepared
from coverage_campaign.reporting.events.packing import Packing
from coverage_campaign.reporting.events.quiet import settled
from coverage_campaign.reporting.events.revisions import versions
from coverage_campaign.reporting.problems import ReportProblem
from coverage_campaign.reporting.result import Period

__all__ = ["Account", "count"]

_NONE: NDArray[np.int64] = np.empty(0, dtype=np.int64)


@attrs.frozen(eq=False, kw_only=True)
class Account:
    """What became of every row: counted in a cell, or not counted for a reason."""

    cells: Cells
    reasons: Counter[str]
    rows_in: int
    samples: tuple[ReportProblem, ...]


def count(
    events: EventFrame,
    campaign: Campaign,
    *,
    as_of: dt.datetime,
    by: Period,
    by_group: bool,
    samples: int,
) -> tuple[Account, Packing]:
    """Return the account of one frame, with at most `samples` records per reason, and its plan."""
    with keeping() as keep:
        ready = prepared(events, campaign, keep, as_of=as_of, by=by, by_group=by_group)
        return _count(ready, second_number(as_of), samples, keep), ready.plan


def _count(ready: Prepared, second: int, samples: int, keep: Keep) -> Account:
    events, plan = ready.events, ready.plan
    if events.in_memory:
        quiet, found = settled(events, plan, second, keep)
    else:
        quiet, found = _NONE, versions(events, second, keep)
    claimed = claims(events, found.holding, plan)
    won = winners(claimed)
    cells = count_cells(won, plan)
    wrong = cells.cell < 0
    reasons = Counter({"not_yet_reported": ready.late, "superseded": found.superseded()})
    # What is left of the rows: neither late, nor superseded, nor one that holds.
    held = int(cells.rows.sum()) + len(quiet)
    reasons["no_record"] = ready.rows_in - reasons.total() - held
    for number, rows in zip(cells.cell[wrong].tolist(), cells.rows[wrong].tolist(), strict=True):
        reasons[REASONS[-number - 1]] += rows
    counted = Cells(cell=cells.cell[~wrong], persons=cells.persons[~wrong], rows=cells.rows[~wrong])
    reasons["double"] = int(counted.rows.sum() - counted.persons.sum())
    shown = sampled(events, found, claimed, won, +reasons, plan, keep, second=second, most=samples)
    return Account(
        cells=added([counted, uncontested(quiet, plan)]),
        reasons=+reasons,
        rows_in=ready.rows_in,
        samples=tuple(shown),
    )

"""Printed totals, reckoned again from their parts: kept as checks, never added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.reporting.problems import ReportProblem
from coverage_campaign.reporting.sheets.column_roles import is_subtotal, is_total
from coverage_campaign.reporting.sheets.long_table import PrintedSum
from coverage_campaign.reporting.sheets.numbers import Counts, read_counts
from coverage_campaign.reporting.sheets.row_filter import Mask, Rows, Sieve

__all__ = ["refuse_totals", "sums_that_differ"]

_WAY_OUT = "a printed total is a check: the parts are counted"


def sums_that_differ(sums: Sequence[PrintedSum], counts: Counts) -> Iterator[ReportProblem]:
    """Yield a problem for each column of totals whose cell is not the sum of its row's parts."""
    printed = read_counts(pd.Series([one.cell for one in sums], dtype=object))
    for at in np.flatnonzero(printed.known).tolist():
        parts = np.array(sums[at].parts, dtype=np.intp)
        total, step = int(printed.persons[at]), int(printed.steps[at])
        if counts.known[parts].any() and not _agrees(total, step, counts, parts):
            found = _found(total, counts, parts)
            yield ReportProblem("total_differs", sums[at].where, found, _WAY_OUT, counted=True)


def refuse_totals(
    frame: pd.DataFrame,
    campaign: Campaign,
    *,
    unit: Rows,
    channel: Rows,
    day: NDArray[np.datetime64],
    counts: Counts,
    sieve: Sieve,
) -> None:
    """Take out rows that add up others, and say whether they do.

    Such a row is named 合计, 小计 and the like, or is a unit of which units below it report too.
    """
    named = _named_totals(frame["unit"], unit)
    above = _units_above(campaign, unit)
    is_sum = named | np.isin(unit, list(above)) & (unit >= 0)
    if not is_sum.any():
        return
    blocks = _blocks(frame, channel, day)
    part = counts.known & ~is_sum
    texts = frame["unit"].to_numpy(dtype=object)
    choices: dict[int, list[Rows]] = {}
    for row in np.flatnonzero(is_sum & sieve.standing).tolist():
        rows = blocks(row)
        if not named[row]:
            below = np.isin(unit[rows], list(above[int(unit[row])]))
            choices[row] = _by_kind(rows[part[rows] & below], unit, campaign)
        elif is_subtotal(str(texts[row])):
            choices[row] = _beside(row, rows, is_sum, part)
        else:
            known = rows[part[rows]]
            choices[row] = [known, known[unit[known] >= 0]]
    _refuse(choices, counts, is_sum, sieve)


def _refuse(choices: dict[int, list[Rows]], counts: Counts, is_sum: Mask, sieve: Sieve) -> None:
    agrees = np.zeros_like(is_sum)
    for row, ways in choices.items():
        total, step = int(counts.persons[row]), int(counts.steps[row])
        agrees[row] = any(_agrees(total, step, counts, way) for way in ways)
    differs = is_sum & counts.known & ~agrees
    differs[[row for row, ways in choices.items() if not any(map(len, ways))]] = False

    def found(row: int) -> str:
        return _found(int(counts.persons[row]), counts, choices[row][0])

    sieve.refuse(differs, "total_differs", found, _WAY_OUT)
    known = counts.known
    sieve.refuse(
        is_sum,
        "printed_total",
        lambda row: f"{counts.persons[row]:,}" if known[row] else "a total without a figure",
        _WAY_OUT,
    )


def _agrees(total: int, step: int, counts: Counts, parts: Rows) -> bool:
    """Tell whether a total is the sum of its parts, as far as their print can show."""
    slack = step // 2 + int((counts.steps[parts] // 2).sum())
    return abs(total - int(counts.persons[parts].sum())) <= slack


def _found(total: int, counts: Counts, parts: Rows) -> str:
    added = int(counts.persons[parts].sum())
    return f"printed {total:,}, but {len(parts)} parts add up to {added:,}"


def _named_totals(texts: pd.Series, unit: Rows) -> Mask:
    labels, distinct = pd.factorize(texts.astype(object))
    named = np.array([isinstance(text, str) and is_total(text) for text in distinct] + [False])
    return named[labels] & (unit < 0)


def _units_above(campaign: Campaign, unit: Rows) -> dict[int, set[int]]:
    """Return, for each reporting unit, the reporting units below it, where there are any."""
    position = {one.code: at for at, one in enumerate(campaign.units)}
    reporting = {at for at in np.unique(unit).tolist() if at >= 0}
    below: defaultdict[int, set[int]] = defaultdict(set)
    for at in reporting:
        parent = campaign.units[at].parent
        while parent is not None:
            if position[parent] in reporting:
                below[position[parent]].add(at)
            parent = campaign.unit(parent).parent
    return dict(below)


def _by_kind(rows: Rows, unit: Rows, campaign: Campaign) -> list[Rows]:
    """Return the parts by kind of unit: two cuts of the same people each add up to the total."""
    kinds = np.array([campaign.units[at].kind for at in unit[rows].tolist()], dtype=object)
    return [rows[kinds == kind] for kind in dict.fromkeys(kinds.tolist())] or [rows]


def _beside(row: int, rows: Rows, is_sum: Mask, part: Mask) -> list[Rows]:
    """Return the parts of a subtotal: the rows above it, or below it, up to the next total."""
    sums = rows[is_sum[rows]]
    before = max((at for at in sums.tolist() if at < row), default=-1)
    after = min((at for at in sums.tolist() if at > row), default=int(rows[-1]) + 1)
    parts = rows[part[rows]]
    return [parts[(parts > before) & (parts < row)], parts[(parts > row) & (parts < after)]]


def _blocks(
    frame: pd.DataFrame, channel: Rows, day: NDArray[np.datetime64]
) -> Callable[[int], Rows]:
    """Return a function from a row to the rows of its table, date, column and channel."""
    keys = {"table": frame["table"].to_numpy(), "channel": channel, "day": day.astype(np.int64)}
    label = pd.DataFrame(keys).groupby(list(keys)).ngroup().to_numpy()
    order = np.argsort(label, kind="stable")
    ends = np.searchsorted(label[order], label, side="right")
    starts = np.searchsorted(label[order], label, side="left")
    return lambda row: order[starts[row] : ends[row]]

"""Printed totals, added up again from their parts: kept as checks, never added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.messages import Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.reporting.problems import ReportProblem
from coverage_campaign.reporting.sheets.column_roles import is_subtotal, is_total
from coverage_campaign.reporting.sheets.long_table import Mask, PrintedSum, RowFilter, Rows
from coverage_campaign.reporting.sheets.names import ALL
from coverage_campaign.reporting.sheets.numbers import Counts, read_counts

__all__ = ["UpperUnits", "named_totals", "refuse_totals", "sums_that_differ"]

UpperUnits: TypeAlias = Literal["totals", "own"]
"""What the figure of a unit counts whose units below report too: theirs as well, or its own."""

_CHECK = message("a printed total is a check: the parts are counted")
_OWN = message(
    "the unit has people of its own: pass upper_units='totals' to count what it has beyond the "
    "units below it, or 'own' if its figure is without theirs"
)
_NO_PARTS = message("nothing of it is counted: ask for the figures of its parts")


def sums_that_differ(sums: Sequence[PrintedSum], counts: Counts) -> Iterator[ReportProblem]:
    """Yield a problem for each column of totals whose cell is not the sum of its row's parts."""
    printed = read_counts(pd.Series([one.cell for one in sums], dtype=object))
    for at in np.flatnonzero(printed.known).tolist():
        parts = np.array(sums[at].parts, dtype=np.intp)
        total, step = int(printed.persons[at]), int(printed.steps[at])
        known = parts[counts.known[parts]]
        if not len(known):
            found, fix = _no_parts(total, len(parts)), _NO_PARTS
        elif _agrees(total, step, counts, known):
            continue
        else:
            found, fix = _found(total, counts, known, len(parts) - len(known)), _CHECK
        yield ReportProblem("total_differs", sums[at].where, found, fix, counted=True)


def refuse_totals(
    frame: pd.DataFrame,
    campaign: Campaign,
    *,
    unit: Rows,
    channel: Rows,
    day: NDArray[np.datetime64],
    counts: Counts,
    rows: RowFilter,
    upper_units: UpperUnits | None,
) -> Counts:
    """Take out rows that add up others, say whether they do, and return what is left to count.

    Such a row is named 合计, 小计 and the like, or is a unit of which units below it report too. A
    unit that has people of its own beside those of the units below leaves a choice: `upper_units`
    says that its figure is a total, of which the rest is counted, or that of its own people.
    """
    named = named_totals(frame["unit"]) & (unit < 0)
    above = _units_above(campaign, unit)
    peopled = [at for at in above if _has_people(campaign, campaign.units[at].code)]
    own = frame["own"].to_numpy() | (np.isin(unit, peopled) & (upper_units == "own"))
    over_channels = _over_channels(campaign, unit=unit, channel=channel, day=day)
    is_sum = named | np.isin(unit, list(above)) & (unit >= 0) & ~own
    is_sum[list(over_channels)] = True
    if not is_sum.any():
        return counts
    blocks = _blocks(frame["table"].to_numpy(), channel, day)
    of_all = _blocks(np.zeros_like(channel), channel, day)
    of_persons = frame["of_persons"].to_numpy()
    part = ~is_sum & of_persons
    if upper_units == "totals":
        totals = np.flatnonzero(is_sum & np.isin(unit, peopled) & counts.known & rows.kept)
        persons = counts.persons.copy()
        for row in sorted(totals.tolist(), key=lambda row: len(above[int(unit[row])])):
            block = of_all(row)
            parts = block[part[block] & np.isin(unit[block], list(above[int(unit[row])]))]
            rest = persons[row] - persons[parts].sum()
            if counts.known[parts].all() and rest >= 0:
                persons[row], part[row], is_sum[row] = rest, True, False
        counts = attrs.evolve(counts, persons=persons)
    texts = frame["unit"].to_numpy(dtype=object)
    choices: dict[int, list[Rows]] = {}
    for row in np.flatnonzero(is_sum & rows.kept & of_persons).tolist():
        if row in over_channels:
            choices[row] = over_channels[row]
            continue
        if named[row] and is_subtotal(str(texts[row])):
            choices[row] = _beside(row, blocks(row), is_sum, part)
            continue
        choices[row] = []
        for block in (blocks(row), of_all(row)):  # its table, or all that are about its time
            parts = block[part[block]]
            if named[row]:
                choices[row] += [parts, parts[unit[parts] >= 0]]
            else:
                below = np.isin(unit[parts], list(above[int(unit[row])]))
                choices[row] += _by_kind(parts[below], unit, campaign)
    _refuse(choices, counts, is_sum, rows, np.isin(unit, peopled) & (unit >= 0))
    return counts


def _over_channels(
    campaign: Campaign, *, unit: Rows, channel: Rows, day: NDArray[np.datetime64]
) -> dict[int, list[Rows]]:
    """Return the rows over all channels beside those of single ones, with what they add up.

    That is all channels of the same unit and day, or all but losses.
    """
    codes = [one.code for one in campaign.channels]
    if ALL in codes or not (channel == len(codes)).any() or (channel == len(codes)).all():
        return {}
    losses = [at for at, one in enumerate(campaign.channels) if one.effect == "loss"]
    same = _blocks(unit, np.zeros_like(channel), day)
    found: dict[int, list[Rows]] = {}
    for row in np.flatnonzero((channel == len(codes)) & (unit >= 0)).tolist():
        block = same(row)
        parts = block[(channel[block] >= 0) & (channel[block] < len(codes))]
        if len(parts):
            found[row] = [parts, parts[~np.isin(channel[parts], losses)]]
    return found


def _has_people(campaign: Campaign, code: str) -> bool:
    """Tell whether a unit has people who are in none of the units below it, by any measure."""
    return any((campaign.own_count(code, one.code) or 0) > 0 for one in campaign.measures)


def _refuse(
    choices: dict[int, list[Rows]], counts: Counts, is_sum: Mask, rows: RowFilter, peopled: Mask
) -> None:
    differs, bare = np.zeros_like(is_sum), np.zeros_like(is_sum)
    for row, ways in choices.items():
        total, step = int(counts.persons[row]), int(counts.steps[row])
        known = [way[counts.known[way]] for way in ways]
        bare[row] = counts.known[row] and total != 0 and not any(map(len, known))
        differs[row] = (
            counts.known[row]
            and any(map(len, known))
            and not any(_agrees(total, step, counts, way) for way in known if len(way))
        )

    def found(row: int) -> Message:
        total = int(counts.persons[row])
        parts = min(
            (way for way in choices[row] if counts.known[way].any()),
            key=lambda way: abs(total - int(counts.persons[way].sum())),
        )
        known = parts[counts.known[parts]]
        return _found(total, counts, known, len(parts) - len(known))

    rows.reject(differs & peopled, "total_differs", found, _OWN)
    rows.reject(differs, "total_differs", found, _CHECK)
    rows.reject(
        bare,
        "total_differs",
        lambda row: _no_parts(int(counts.persons[row]), max(map(len, choices[row]), default=0)),
        _NO_PARTS,
    )
    rows.reject(
        is_sum,
        "printed_total",
        lambda row: (
            message("{n}", n=int(counts.persons[row]))
            if counts.known[row]
            else message("a total without a figure")
        ),
        _CHECK,
    )


def _agrees(total: int, step: int, counts: Counts, parts: Rows) -> bool:
    """Tell whether a total is the sum of its parts, as far as their print can show."""
    slack = step // 2 + int((counts.steps[parts] // 2).sum())
    return abs(total - int(counts.persons[parts].sum())) <= slack


def _found(total: int, counts: Counts, parts: Rows, blank: int) -> Message:
    added = int(counts.persons[parts].sum())
    if blank:
        return message(
            "printed {total}, but {n} {n:plural part adds|parts add} up to {added}, "
            "and {blank} {blank:plural has|have} no figure",
            total=total,
            n=len(parts),
            added=added,
            blank=blank,
        )
    return message(
        "printed {total}, but {n} {n:plural part adds|parts add} up to {added}",
        total=total,
        n=len(parts),
        added=added,
    )


def _no_parts(total: int, parts: int) -> Message:
    if not parts:
        return message("printed {total}, but no unit below it reports here", total=total)
    return message("printed {total}, but none of its {n} parts has a figure", total=total, n=parts)


def named_totals(texts: pd.Series) -> Mask:
    """Tell which texts say that they add others up."""
    labels, distinct = pd.factorize(texts.astype(object))
    named = np.array([isinstance(text, str) and is_total(text) for text in distinct] + [False])
    return np.asarray(named[labels], dtype=bool)


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
    """Return the parts by kind of unit, and all of them.

    Two breakdowns of the same people each add up to the total; a county and a zone do together.
    """
    kinds = np.array([campaign.units[at].kind for at in unit[rows].tolist()], dtype=object)
    by_kind = [rows[kinds == kind] for kind in dict.fromkeys(kinds.tolist())]
    return by_kind if len(by_kind) == 1 else [*by_kind, rows]


def _beside(row: int, rows: Rows, is_sum: Mask, part: Mask) -> list[Rows]:
    """Return the parts of a subtotal: the rows above it, or below it, up to the next total."""
    sums = rows[is_sum[rows]]
    before = max((at for at in sums.tolist() if at < row), default=-1)
    after = min((at for at in sums.tolist() if at > row), default=int(rows[-1]) + 1)
    parts = rows[part[rows]]
    return [parts[(parts > before) & (parts < row)], parts[(parts > row) & (parts < after)]]


def _blocks(table: Rows, channel: Rows, day: NDArray[np.datetime64]) -> Callable[[int], Rows]:
    """Return a function from a row to the rows of its table, channel and date."""
    keys = {"table": table, "channel": channel, "day": day.astype(np.int64)}
    label = pd.DataFrame(keys).groupby(list(keys)).ngroup().to_numpy()
    order = np.argsort(label, kind="stable")
    ends = np.searchsorted(label[order], label, side="right")
    starts = np.searchsorted(label[order], label, side="left")
    return lambda row: order[starts[row] : ends[row]]

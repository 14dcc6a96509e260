"""Reported figures that are slips rather than work done: a pure function of arrays.

A slip is a figure that the unit's own other figures contradict: a digit too few or too many, a
running total that falls and comes back, a batch that arrives after a silence. It knows no campaign.
"""

from __future__ import annotations

from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

__all__ = ["KINDS", "Slips", "find_slips"]

_Floats = NDArray[np.float64]

KINDS: Final = (
    "",
    "fall",
    "fall_and_recovery",
    "spike_and_fall",
    "batch_after_silence",
    "jump",
    "drop",
)
"""What a figure is: no slip, or one of the kinds (see `Slips.kind`)."""

_NONE, _FALL, _RECOVERED, _SPIKE, _BATCH, _JUMP, _DROP = range(len(KINDS))

# Four robust standard deviations: one count in 16,000 by chance. A digit too many makes ten times
# as many: what is nearer to ten times (on a logarithmic scale) than to once may be one.
_SIGMAS = 4.0
_FACTOR = 10**0.5
_FEWEST = 6
# Fewer figures than these tell of a run of figures by the median of those outside it.
_MANY = 12
_FEWEST_WEEKS = 3
_AROUND = 7
_DAYS_AROUND = 15
_LONGEST_PATCH = 6
_CHUNK = 400_000
_MAD_TO_SIGMA = 1.4826
_MADE_UP = 2 / 3


@attrs.frozen(eq=False, kw_only=True)
class Slips:
    """Which of some figures are slips, and what the figures around them lead to expect.

    Attributes:
        kind: The position in `KINDS` of each figure, one row a period and one column a unit.
            `fall`: fewer than nobody, not put right so far. `fall_and_recovery`, `spike_and_fall`,
            `batch_after_silence`: figures in a row of which one makes up for the others, all of
            them marked. `jump`, `drop`: one figure more than three times as high or low as the
            others lead to expect.
        expected: The persons that the other figures lead to expect; nan where nothing is known.
        mended: The figures without the slips: those in a row shared out evenly over their days,
            single ones as expected (0 where nothing is).
        told: For each unit whether it has figures enough for jumps and drops to be told.
    """

    kind: NDArray[np.int8]
    expected: _Floats
    mended: _Floats
    told: NDArray[np.bool_]


def find_slips(
    persons: _Floats, spans: _Floats, *, weekdays: NDArray[np.int64] | None = None
) -> Slips:
    """Return which new persons are slips, told from the figures of the same unit alone.

    Args:
        persons: New persons, one row a period in order of time and one column a unit; nan where
            nothing is reported, negative where a running total fell.
        spans: The days (or periods) that each figure covers, of the same shape.
        weekdays: Of daily figures the weekday of each row. A daily figure is a slip only if it is
            one among the days around it and among the same days of the weeks around it.

    The figures around one (seven; of daily ones fifteen) give a straight line of log counts by
    Theil and Sen. A figure is a jump or a drop if it lies more than four robust standard deviations
    (1.4826 x the median absolute deviation from the line) from it, by more than four times the
    noise of counting, and is more than 3.2 times (the root of ten) as high or low as the line and
    as the median of the others. Fewer than six figures tell nothing of this; that a running total
    fell is told by one.

    Source: F. R. Hampel, The influence curve and its role in robust estimation, J. Am. Stat. Assoc.
    69 (1974) 383-393; P. K. Sen, Estimates of the regression coefficient based on Kendall's tau,
    ibid. 63 (1968) 1379-1389; F. J. Anscombe, The transformation of Poisson, binomial and
    negative-binomial data, Biometrika 35 (1948) 246-254, for the noise of counting.

    >>> months = np.array([[305.0], [290], [310], [30_000], [299], [320]])
    >>> slips = find_slips(months, np.ones_like(months))
    >>> [KINDS[kind] for kind in slips.kind[:, 0]]
    ['', '', '', 'jump', '', '']
    """
    columns = max(_CHUNK // max(len(persons), 1), 1)
    parts = [
        _find(persons[:, at : at + columns], spans[:, at : at + columns], weekdays)
        for at in range(0, persons.shape[1], columns)
    ] or [_find(persons, spans, weekdays)]
    return Slips(
        kind=np.hstack([part.kind for part in parts]),
        expected=np.hstack([part.expected for part in parts]),
        mended=np.hstack([part.mended for part in parts]),
        told=np.hstack([part.told for part in parts]),
    )


def _find(persons: _Floats, spans: _Floats, weekdays: NDArray[np.int64] | None) -> Slips:
    known = ~np.isnan(persons)
    ends = np.cumsum(np.where(known, spans, 0.0), axis=0)
    around = _AROUND if weekdays is None else _DAYS_AROUND
    side, expected, told = _compared(persons, spans, ends - spans / 2, around, _FEWEST)
    if weekdays is not None:
        for weekday in np.unique(weekdays):
            rows = weekdays == weekday
            same, _, told_same = _compared(
                persons[rows], spans[rows], ends[rows], _AROUND, _FEWEST_WEEKS
            )
            # No rhythm of weeks makes a jump where people come on the days around.
            among_some = (side[rows] > 0) & (expected[rows] >= 1)
            slip = np.where(told_same, same == side[rows], among_some)
            side[rows] = np.where(slip, side[rows], 0)
    kind = np.select([persons < 0, side > 0, side < 0], [_FALL, _JUMP, _DROP], 0).astype(np.int8)
    mended = np.where(kind > 0, np.nan_to_num(expected), persons)
    for unit in np.flatnonzero((kind > 0).any(axis=0)):
        usual = expected[:, unit] if (persons[:, unit] >= 0).sum() >= _MANY else None
        _join(persons[:, unit], spans[:, unit], usual, kind[:, unit], mended[:, unit])
    return Slips(kind=kind, expected=expected, mended=mended, told=told)


def _compared(
    persons: _Floats, spans: _Floats, days: _Floats, around: int, fewest: int
) -> tuple[NDArray[np.int8], _Floats, NDArray[np.bool_]]:
    """Return of each figure whether it is far above (1) or below (-1) those around it.

    Also the persons that those lead to expect, and which units have enough figures to tell.
    """
    if not len(persons):
        empty = np.zeros(persons.shape)
        return empty.astype(np.int8), empty, np.zeros(persons.shape[1], dtype=bool)
    usable = persons >= 0
    count = usable.sum(axis=0)
    order = np.argsort(~usable, axis=0, kind="stable")
    place = np.argsort(order, axis=0, kind="stable")
    logs = np.log((np.where(usable, persons, np.nan) + 0.5) / spans)
    logs = np.take_along_axis(logs, order, axis=0)
    times = np.take_along_axis(days, order, axis=0)
    # The figures around one: as many before as after, all on one side at the ends.
    width = min(around, len(persons))
    at = np.where(usable, place, np.cumsum(usable, axis=0))
    first = np.clip(at - width // 2, 0, np.maximum(count - width, 0))
    window = first[..., None] + np.arange(width)
    own = (window == place[..., None]) & usable[..., None]
    units = np.arange(persons.shape[1])[None, :, None]
    y = np.where(own, np.nan, logs[np.minimum(window, len(persons) - 1), units])
    x = times[np.minimum(window, len(persons) - 1), units] - days[..., None]
    left, right = np.triu_indices(width, 1) if width > 1 else (np.array([0]), np.array([0]))
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = _median((y[..., right] - y[..., left]) / (x[..., right] - x[..., left]))
    slope = np.nan_to_num(slope)  # one figure alone has none
    level = _median(y - slope[..., None] * x)
    flat = _median(y)
    spread = _MAD_TO_SIGMA * _median(np.abs(y - level[..., None] - slope[..., None] * x))
    lowest, highest = np.fmin.reduce(y, axis=-1), np.fmax.reduce(y, axis=-1)
    level = np.clip(level, lowest - np.log(_FACTOR), highest + np.log(_FACTOR))
    expected = np.maximum(np.exp(np.clip(level, lowest, highest)) * spans - 0.5, 0)
    limit = np.maximum(_SIGMAS * spread, np.log(_FACTOR))
    figures = np.where(usable, persons, np.nan)
    own_log = np.log((figures + 0.5) / spans)
    # Anscombe's transform of a count has a standard deviation of one.
    counted = 2 * (np.sqrt(figures + 3 / 8) - np.sqrt(expected + 3 / 8))
    above = (own_log - level > limit) & (own_log - flat > np.log(_FACTOR)) & (counted > _SIGMAS)
    below = (level - own_log > limit) & (flat - own_log > np.log(_FACTOR)) & (counted < -_SIGMAS)
    told = count >= fewest
    side = np.where(told, above.astype(np.int8) - below.astype(np.int8), 0)
    return side.astype(np.int8), expected, told


def _median(values: _Floats) -> _Floats:
    """Return the median along the last axis of what is not nan; nan where nothing is."""
    ordered = np.sort(values, axis=-1)
    count = (~np.isnan(ordered)).sum(axis=-1, keepdims=True)
    lower = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, axis=-1)
    upper = np.take_along_axis(ordered, np.minimum(count // 2, values.shape[-1] - 1), axis=-1)
    middle: _Floats = ((lower + upper) / 2)[..., 0]
    return middle


def _join(
    persons: _Floats,
    spans: _Floats,
    expected: _Floats | None,
    kind: NDArray[np.int8],
    mended: _Floats,
) -> None:
    """Mark the figures of a unit that make up for each other, and share them out evenly.

    `expected` is None where the figures are too few for one of them to tell of the others.
    """
    rows = np.flatnonzero(~np.isnan(persons))
    figures, days = persons[rows], spans[rows]
    usual = None if expected is None else np.nan_to_num(expected[rows], nan=0.0)
    for row in np.flatnonzero(kind[rows]).tolist():
        if kind[rows[row]] not in {_FALL, _JUMP, _DROP}:
            continue
        first, last = _made_up(figures, days, usual, row)
        part = rows[first : last + 1]
        low_first = _off(figures, days, usual, slice(first, last + 1))[0] < 0
        falls = bool((persons[part] < 0).any())
        if last == first or persons[part].sum() < 0 or not (low_first or falls):
            continue
        kind[part] = _SPIKE if not low_first else _RECOVERED if falls else _BATCH
        mended[part] = persons[part].sum() * spans[part] / spans[part].sum()


def _off(figures: _Floats, days: _Floats, usual: _Floats | None, run: slice) -> _Floats:
    """Return by how much figures in a row are more (or fewer) than the others lead to expect.

    Of few figures the others are those outside the run: a spike must not speak for its own fall.
    Where there are none, nothing is known.
    """
    if usual is not None:
        return figures[run] - usual[run]
    others = np.delete(np.arange(len(figures)), run)
    others = others[figures[others] >= 0]
    a_day = float(np.median(figures[others] / days[others])) if len(others) else np.nan
    off: _Floats = figures[run] - a_day * days[run]
    return off


def _made_up(figures: _Floats, days: _Floats, usual: _Floats | None, row: int) -> tuple[int, int]:
    """Return the shortest run of figures from or up to one that make up for each other.

    What is above and what is below what is expected are the same to a third, and the figure at the
    other end makes up for half of it or more. The figure alone where there is no such run.
    """
    for length in range(2, _LONGEST_PATCH + 2):
        runs = []
        for first, other in ((row, row + length - 1), (row - length + 1, row - length + 1)):
            if not 0 <= first <= len(figures) - length:
                continue
            part = _off(figures, days, usual, slice(first, first + length))
            own = part[row - first]
            above, below = part[part > 0].sum(), -part[part < 0].sum()
            opposite = -part[other - first] * np.sign(own)
            if (
                opposite > 0
                and opposite >= abs(own) / 2
                and min(above, below) >= max(above, below) * _MADE_UP
            ):
                runs.append((abs(above - below), first))
        if runs:
            first = min(runs)[1]
            return first, first + length - 1
    return row, row

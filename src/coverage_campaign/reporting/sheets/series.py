"""The counted figures of each unit and channel in the order of their days."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.reporting.sheets.row_filter import Mask, Rows

__all__ = ["Series", "differences", "running", "sorted_series"]


@attrs.frozen(eq=False)
class Series:
    """Counted rows, sorted by unit, channel and day; a group is one unit's one channel.

    `rows` are positions in the source, `unit` and `channel` positions in the campaign's lists,
    `figure` what was reported [persons].
    """

    rows: Rows
    unit: Rows
    channel: Rows
    day: NDArray[np.datetime64]
    figure: NDArray[np.int64]

    @property
    def first(self) -> Mask:
        """Where a group begins."""
        new = np.ones(len(self.rows), dtype=bool)
        new[1:] = (self.unit[1:] != self.unit[:-1]) | (self.channel[1:] != self.channel[:-1])
        return new

    def only(self, kept: Mask) -> Series:
        """Return the rows of a mask."""
        return Series(
            self.rows[kept], self.unit[kept], self.channel[kept], self.day[kept], self.figure[kept]
        )


def sorted_series(
    standing: Mask,
    *,
    unit: Rows,
    channel: Rows,
    day: NDArray[np.datetime64],
    figure: NDArray[np.int64],
) -> Series:
    """Return the standing rows as series."""
    rows = np.flatnonzero(standing)
    order = rows[np.lexsort((day[rows], channel[rows], unit[rows]))]
    return Series(order, unit[order], channel[order], day[order], figure[order])


def differences(
    series: Series, baseline: NDArray[np.int64], known: Mask
) -> tuple[NDArray[np.int64], Mask]:
    """Return what each cumulative figure adds to the one before it, and which rows are stock.

    `baseline` and `known` say, at a group's first row, how many persons were covered before it; a
    first figure without a baseline is stock.
    """
    first = series.first
    before = np.empty_like(series.figure)
    before[1:] = series.figure[:-1]
    before[first] = baseline[first]
    return np.subtract(series.figure, before), first & ~known


def running(series: Series) -> NDArray[np.int64]:
    """Return the persons of each group so far, where each figure is of new persons."""
    total = np.cumsum(series.figure, dtype=np.int64)
    starts = np.flatnonzero(series.first)
    before = np.concatenate([np.zeros(1, dtype=np.int64), total])[starts]
    lengths = np.diff(np.append(starts, len(total)))
    return np.asarray(total - np.repeat(before, lengths), dtype=np.int64)

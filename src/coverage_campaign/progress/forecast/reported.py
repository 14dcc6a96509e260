"""What the units of a progress reported, period by period, as running totals to go on from."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.progress.progress import Progress
from coverage_campaign.progress.time_series import silent_of

__all__ = ["ReportedHistory", "reported_history"]

_Floats = NDArray[np.float64]


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


def reported_history(progress: Progress) -> ReportedHistory:
    """Return what the units reported up to as_of."""
    counts, rows = progress.counts, progress.rows
    known = counts["done"].notna().to_numpy(dtype=bool)
    complete = counts["complete"].fillna(value=False).to_numpy(dtype=bool)
    dates, _ = progress.series()
    starts = np.unique(rows.period)
    place = np.searchsorted(starts, rows.period) + 1
    loss = rows.signs(net=True) < 0
    figures = [np.zeros((len(dates), len(rows.units))) for _ in range(2)]
    for part, mine in zip(figures, (~loss, loss), strict=True):
        np.add.at(part, (place[mine], rows.place[mine]), rows.persons[mine])
    gains, losses = figures
    silent = silent_of(rows, dates, complete=complete)
    totals = np.cumsum(gains, axis=0)
    if rows.by != "day":
        seen = np.zeros(gains.shape, dtype=bool)
        seen[0], seen[place, rows.place] = True, True
        totals = _without_gaps(gains, seen | complete, silent)
    net = progress.campaign.counts_net is True and bool(losses.any())
    return ReportedHistory(
        known=known,
        dates=dates,
        gains=np.where(silent, np.nan, totals)[:, known],
        losses=np.where(silent, np.nan, np.cumsum(losses, axis=0))[:, known] if net else None,
        silent=silent[-1, known],
    )


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

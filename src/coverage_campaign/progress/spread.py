"""How far forecasts go wrong: the errors that the same method made before, by days ahead."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.progress.paces import Pace
from coverage_campaign.progress.record import Record

__all__ = ["Spread", "spread_of"]

_Floats = NDArray[np.float64]
_LEAST_HISTORY = 7.0


@attrs.frozen(eq=False)
class Spread:
    """Errors of past forecasts as parts of the persons forecast, ascending."""

    errors: _Floats

    def at(self, quantile: float) -> float:
        """Return the error that a share of the past errors did not exceed."""
        return float(np.quantile(self.errors, quantile))

    def share_above(self, error: _Floats) -> _Floats:
        """Return the share of past errors of at least so much."""
        below = np.searchsorted(self.errors, error, side="left")
        share: _Floats = 1 - below / len(self.errors)
        return share


def spread_of(record: Record, method: Pace) -> Spread:
    """Return the errors that a method made on the earlier days of a record, pooled over units."""
    errors: list[_Floats] = [np.array([-0.5, -0.3, -0.15, 0.0, 0.15, 0.3, 0.5])]
    for row in range(1, len(record.days) - 1):
        if record.days[row] - record.days[0] < _LEAST_HISTORY:
            continue
        ahead = record.days[row + 1 :] - record.days[row]
        expected = method(record.until(row, ahead))
        grown = expected - record.persons[row]
        actual = record.persons[row + 1 :] - record.persons[row]
        usable = grown > 0
        errors.append((actual[usable] - grown[usable]) / grown[usable])
    return Spread(np.sort(np.concatenate(errors)))

"""Many small problems of one size, one a column: rounded together and put right seat by seat.

Down a column few units stand, across the columns many problems: every step is one pass over whole
rows. A column is right where the next claim lies further from the last one given, or taken, than
floats can err. What is not right after a few steps is left to others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coverage_campaign.allocation.apportionment.fields import DivisorField, RemainderField
from coverage_campaign.allocation.apportionment.largest_remainder import Remainders

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage_campaign.allocation.apportionment.fields import Floats
    from coverage_campaign.allocation.apportionment.inputs import Ints
    from coverage_campaign.allocation.apportionment.problems import Rule

    Flags = NDArray[np.bool_]

__all__ = ["settle_columns"]

_LARGEST_TOTAL = 2.0**40
_LIGHTEST, _HEAVIEST = 1e-100, 1e100
_STEPS = 5


def settle_columns(rule: Rule, weights: Floats, totals: Floats) -> tuple[Floats, Flags]:
    """Return the seats of all columns, and which columns are proved to be right."""
    whole = weights.sum(axis=0)
    usable = (whole > _LIGHTEST) & (whole < _HEAVIEST) & (totals < _LARGEST_TOTAL)
    field: DivisorField | RemainderField
    if isinstance(rule, Remainders):
        size = float(len(weights))
        field = RemainderField(weights, totals / whole, totals, units=size)
    else:
        field = DivisorField(rule, weights, whole)
        if rule.first_is_free:
            usable &= (weights.min(axis=0) > 0) & (totals >= len(weights))
    t = np.asarray(field.start(totals, len(weights))) + np.zeros_like(totals)
    seats = field.level(weights, t, np.empty_like(weights))
    np.rint(seats, out=seats)
    excess = seats.sum(axis=0) - totals
    up = np.where(excess <= 0, 1.0, -1.0)
    claims = field.thresholds(weights, seats + np.maximum(up, 0.0))
    claims *= up  # the least is the next to gain a seat, or to lose one
    wanted = np.abs(excess)
    usable &= wanted <= _STEPS
    last = up * t
    cells: Ints = np.flatnonzero((claims == claims.min(axis=0)) & (usable & (wanted > 0)))
    movers: Ints = cells % totals.size
    for step in range(1, _STEPS + 1):
        last[movers] = claims.reshape(-1).take(cells)
        by = up[movers]
        held = seats.reshape(-1).take(cells) + by
        seats.reshape(-1)[cells] = held
        law = field.of_groups(movers) if isinstance(field, RemainderField) else field
        after = law.thresholds(weights.reshape(-1).take(cells), held + np.maximum(by, 0.0))
        claims.reshape(-1)[cells] = by * after
        columns = np.flatnonzero(usable & (wanted > step))
        if not columns.size:
            break
        some = claims.take(columns, axis=1)  # an index would turn the memory on its side
        units, places = np.divmod(np.flatnonzero(some == some.min(axis=0)), columns.size)
        movers = columns[places]
        cells = units * totals.size + movers
    gap = claims.min(axis=0) - last
    # equal claims have moved together: such a column may miss its total, and is left open
    usable &= seats.sum(axis=0) == totals
    return seats, usable & (gap > 4.0 * np.asarray(field.slack(t)))

"""What a source prints beside its figures, reckoned again: never trusted, never corrected."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.reporting.sheets.numbers import Number, read_numbers

__all__ = ["rates_that_differ"]

_FINEST = Fraction(1, 10**6)
"""A rate that a spreadsheet computed has binary noise; a millionth is all that is compared."""


def rates_that_differ(
    done: NDArray[np.int64],
    base: NDArray[np.int64],
    printed: pd.Series,
    rows: NDArray[np.intp],
) -> Iterator[tuple[int, str]]:
    """Yield (row, what was found) where a printed rate is not done / base at its own precision.

    `rows` are the rows to look at; a base of 0 or less is unknown. 0.61, '61%' and 61 are all
    printed for the same rate: where no percent sign stands, the scale (1 or 100) that fits more
    of the column is meant. Both ways of rounding a half agree.
    """
    cells = printed.to_numpy(dtype=object)
    numbers = dict(zip(rows.tolist(), read_numbers(cells[rows]), strict=True))
    looked_at = [(row, n) for row, n in numbers.items() if n is not None and base[row] > 0]
    exact = {row: Fraction(int(done[row]), int(base[row])) for row, _ in looked_at}
    step = max(_FINEST, min((n.step for _, n in looked_at if not n.percent), default=_FINEST))
    misses = {
        scale: {row for row, n in looked_at if not _agrees(n, exact[row], scale, step)}
        for scale in (1, 100)
    }
    meant = 1 if len(misses[1]) < len(misses[100]) else 100
    for row, number in looked_at:
        if row in misses[meant]:
            rate = number.value if number.percent else number.value / meant
            counts = f"{int(done[row]):,} of {int(base[row]):,}"
            yield row, f"printed {_percent(rate)}, but {counts} are {_percent(exact[row])}"


def _agrees(number: Number, exact: Fraction, scale: int, step: Fraction) -> bool:
    if number.percent:
        return abs(exact - number.value) * 2 <= number.step
    return abs(exact * scale - number.value) * 2 <= step


def _percent(rate: Fraction) -> str:
    return f"{float(rate) * 100:.6g} %"

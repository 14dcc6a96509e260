"""Labels moved apart along one axis, as little as may be."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["spread"]


def spread(
    wanted: Sequence[float], sizes: Sequence[float], *, low: float, high: float
) -> list[float]:
    """Return the centres nearest to the wanted ones at which labels of these sizes do not overlap.

    The sum of squared moves is least (pool adjacent violators), the order is kept, and all
    stay between `low` and `high` as long as they fit there.

    >>> spread([10.0, 11.0, 30.0], [4.0, 4.0, 4.0], low=0.0, high=40.0)
    [8.5, 12.5, 30.0]
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    starts: list[float] = []
    total = 0.0
    for i in order:
        starts.append(total + sizes[i] / 2)
        total += sizes[i]
    # In coordinates without the labels' own sizes "not overlapping" is "not falling".
    pools: list[list[float]] = []
    for place, i in enumerate(order):
        pools.append([wanted[i] - starts[place], 1.0])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            value, weight = pools.pop()
            before = pools[-1]
            mean = (before[0] * before[1] + value * weight) / (before[1] + weight)
            pools[-1] = [mean, before[1] + weight]
    levels = [value for value, weight in pools for _ in range(int(weight))]
    highest = max(high - total, low)
    centres = [0.0] * len(wanted)
    for place, i in enumerate(order):
        centres[i] = min(max(levels[place], low), highest) + starts[place]
    return centres

"""Can a total be met within the bounds: if not, by how much, and by whose doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coverage_campaign.allocation.apportionment.inputs import MOST, label
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coverage_campaign.allocation.apportionment.inputs import Ints
    from coverage_campaign.allocation.apportionment.problems import One

__all__ = ["check_feasible"]

_BLAMED = 5


def check_feasible(one: One) -> None:
    """Return nothing when the total can be met.

    Units without weight stand at their floors.

    Raises:
        InfeasibleError: floors above the total, caps below it, a floor above its cap, or a method
            that gives each unit a seat and has too few; with the miss and the largest to blame.
        DefinitionError: no unit has a weight, and something is left to share.
    """
    rule, names, total, floors, caps, place = (
        one.rule,
        one.names,
        one.total,
        one.floors,
        one.caps,
        one.place,
    )
    n = one.weights.size
    positive = (one.weights > 0).astype(np.bool_)
    low = np.zeros(n, dtype=np.int64) if floors is None else floors
    if floors is not None and caps is not None and bool((floors > caps).any()):
        _refuse_crossed(floors, caps, names, place)
    least = low
    if rule.first_is_free:
        least = np.maximum(low, positive)
        least = least if caps is None else np.minimum(least, caps)
    lowest = exact_sum(least)
    if lowest > total:
        if exact_sum(low) > total:
            raise InfeasibleError(
                Problem(
                    label("floors", place, None),
                    f"floors sum to {lowest:,} but the total is {total:,}",
                    f"lower them by {lowest - total:,} (largest: {_largest(low, names)})",
                )
            )
        raise InfeasibleError(
            Problem(
                label("total", place, None),
                f"{rule.name} gives every unit with a weight at least one, {lowest:,} with the "
                f"floors, but the total is {total:,}",
                "a larger total, caps of 0 for units that may go without, or another method",
            )
        )
    if lowest == total:
        return
    if not bool(positive.any()):
        raise DefinitionError(
            Problem(
                label("weights", place, None),
                "all weights are zero" if n else "no units",
                f"a weight for at least one unit, or a total of {lowest:,}",
            )
        )
    if caps is not None:
        high = np.where(positive, caps, low)
        highest = exact_sum(high)
        if highest < total:
            raise InfeasibleError(
                Problem(
                    label("caps", place, None),
                    f"caps allow {highest:,} of {total:,}: {total - highest:,} too many",
                    f"raise caps or lower the total (smallest caps: {_smallest(high, names)})",
                )
            )


def exact_sum(values: Ints) -> int:
    """Return the sum of values of 0 or more as a Python int, right beyond 64 bits.

    >>> exact_sum(np.array([2**63 - 1, 2**63 - 1])) == 2**64 - 2
    True
    """
    if values.size == 0 or int(values.max()) <= MOST // values.size:
        return int(values.sum())
    return (int((values >> 32).sum()) << 32) + int((values & 0xFFFFFFFF).sum())


def _refuse_crossed(
    floors: Ints, caps: Ints, names: Sequence[str] | None, place: tuple[int, ...]
) -> None:
    crossed = np.flatnonzero(floors > caps).tolist()
    problems = [
        Problem(
            label("floors", (*place, i), names),
            f"floor {floors[i]:,} > cap {caps[i]:,}",
            "a floor is at most its cap",
        )
        for i in crossed[:20]
    ]
    if len(crossed) > len(problems):
        rest = len(crossed) - len(problems)
        problems.append(Problem("floors", f"and {rest:,} more", "a floor is at most its cap"))
    raise InfeasibleError(problems)


def _largest(values: Ints, names: Sequence[str] | None) -> str:
    order = np.argsort(-values, kind="stable")[:_BLAMED]
    return _listed(values, order, names)


def _smallest(values: Ints, names: Sequence[str] | None) -> str:
    order = np.argsort(values, kind="stable")[:_BLAMED]
    return _listed(values, order, names)


def _listed(values: Ints, order: NDArray[np.intp], names: Sequence[str] | None) -> str:
    parts = [f"{names[i] if names else i}: {values[i]:,}" for i in order.tolist()]
    return ", ".join(parts) + (", ..." if values.size > len(parts) else "")

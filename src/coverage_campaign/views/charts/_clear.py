"""Places for words where no line runs: rectangles against polylines, all in points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import attrs

__all__ = ["Box", "first_clear"]


@attrs.frozen
class Box:
    """A rectangle of words."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, start: tuple[float, float], end: tuple[float, float]) -> bool:
        """Tell whether a straight line from `start` to `end` touches the rectangle.

        Liang and Barsky's clipping: what is left of the line between the four edges.

        >>> box = Box(0, 0, 10, 10)
        >>> box.meets((-5, 5), (15, 5)), box.meets((-5, 5), (5, 20))
        (True, False)
        """
        (x, y), dx, dy = start, end[0] - start[0], end[1] - start[1]
        first, last = 0.0, 1.0
        for step, room in (
            (-dx, x - self.left),
            (dx, self.right - x),
            (-dy, y - self.bottom),
            (dy, self.top - y),
        ):
            if step == 0:
                if room < 0:
                    return False
                continue
            share = room / step
            if step < 0:
                first = max(first, share)
            else:
                last = min(last, share)
        return first <= last


def first_clear(
    boxes: Sequence[Box], lines: Iterable[Sequence[tuple[float, float]]], within: Box
) -> int:
    """Return the position of the first box that lies within and meets no line; 0 if none does."""
    segments = [segment for line in lines for segment in pairwise(line)]
    for place, box in enumerate(boxes):
        inside = (
            within.left <= box.left
            and within.bottom <= box.bottom
            and box.right <= within.right
            and box.top <= within.top
        )
        if inside and not any(box.meets(start, end) for start, end in segments):
            return place
    return 0

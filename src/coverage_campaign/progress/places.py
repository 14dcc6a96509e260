"""For which planned unit a reporting unit counts: its own, or the nearest above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["planned_places"]


def planned_places(
    parent: Mapping[str, str | None], units: tuple[str, ...], names: Iterable[str]
) -> NDArray[np.int64]:
    """Return the position among `units` of each name or of the nearest one above it, or -1.

    >>> planned_places({"village": "town", "town": None}, ("town",), ["village", "x"]).tolist()
    [0, -1]
    """
    position = {code: place for place, code in enumerate(units)}
    return np.array([_nearest(name, position, parent) for name in names], dtype=np.int64)


def _nearest(name: str, position: Mapping[str, int], parent: Mapping[str, str | None]) -> int:
    code: str | None = name
    while code is not None:
        if code in position:
            return position[code]
        code = parent.get(code)
    return -1

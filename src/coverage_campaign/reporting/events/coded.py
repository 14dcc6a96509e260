"""Events as integers only: the layout that is read, compared and stored fastest."""

from __future__ import annotations

from typing import Any

import attrs
from numpy.typing import NDArray

__all__ = ["CODED_COLUMNS", "CodedEvents"]

CODED_COLUMNS = ("record", "revision", "second", "person", "day", "unit", "channel")
"""The columns that every frame of coded events has; `group` is one more that may be there."""


def _to_codes(codes: Any) -> tuple[str, ...]:  # noqa: ANN401 - any sequence of texts
    return tuple(codes)


def _how_many(codes: tuple[str, ...]) -> str:
    return f"({len(codes):,} codes)"


@attrs.frozen(eq=False, kw_only=True)
class CodedEvents:
    """Events of which every column holds whole numbers; `encode` makes them, `tally` takes them.

    `frame` is a data frame of any engine with one row per version of a reported event:

    | column | holds |
    |---|---|
    | record | int64, the id of the reported event |
    | revision | int64 |
    | second | int64, when it was reported: seconds from 0001-01-01T00:00:00, civil time |
    | person | int64 |
    | day | int32, date of the event: (12 x year + month - 1) x 31 + day of the month - 1 |
    | unit, channel, group | int32, the place in `units`, `channels`, `groups` (group if there) |

    The codes are sorted by code point. Missing are -2**62 (record, revision, second, person),
    2**31 - 1 (day), and the place after the last code. `records` and `persons` are the ids that
    stood for the numbers, by number, where ids were texts; None where they were numbers already.
    """

    frame: Any = attrs.field(repr=lambda frame: type(frame).__name__)
    units: tuple[str, ...] = attrs.field(converter=_to_codes, repr=_how_many)
    channels: tuple[str, ...] = attrs.field(converter=_to_codes)
    groups: tuple[str, ...] = attrs.field(default=(), converter=_to_codes)
    records: NDArray[Any] | None = attrs.field(default=None, repr=False)
    persons: NDArray[Any] | None = attrs.field(default=None, repr=False)

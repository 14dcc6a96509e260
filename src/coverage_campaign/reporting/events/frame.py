"""The event frame as integers: the one layout in which events are counted, on every engine.

Time is two integers that no time zone and no session setting can move: `second` counts from the
first second of the year 1, and `day` is (12 x year + month - 1) x 31 + day of the month - 1, so
that days and months compare as they follow each other.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any, Final

import attrs
import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.errors import DefinitionError, Problem

__all__ = [
    "BLANKS",
    "CODED_COLUMNS",
    "CODES",
    "DAYS",
    "MISSING",
    "MISSING_TEXT",
    "NO_DAY",
    "SHOWN",
    "CodedEvents",
    "Rows",
    "day_number",
    "or_missing",
    "second_number",
]

Rows = nw.LazyFrame[Any]

MISSING: Final = 2**63 - 1
"""Stands for a missing id, revision or second; after every one that is there."""
MISSING_TEXT: Final = "\U0010ffff"
"""Stands for a missing id where ids are texts: no character, and after every text."""
BLANKS: Final = "".join(chr(number) for number in range(0x3001) if chr(number).isspace())
"""Every character that is blank; a text of nothing else is missing, on every engine."""
NO_DAY: Final = 2**31 - 1
"""Stands for a missing date, after every day."""
DAYS: Final = 31
"""The places for the day of a month."""

CODED_COLUMNS = ("record", "revision", "second", "person", "day", "unit", "channel")
"""The columns that every frame of coded events has; `group` is one more that may be there."""
CODES: Final = ("unit", "channel", "group")
"""The columns of codes; `group` is one that may be there."""
SHOWN: Final = ("record", "revision", "unit", "channel", "day")
"""The columns by which a row is shown; never a person."""

_YEAR_ONE = dt.datetime(1, 1, 1)  # noqa: DTZ001 - civil time


def second_number(moment: dt.datetime) -> int:
    """Return the whole seconds from the first second of the year 1.

    >>> second_number(dt.datetime(1, 1, 2, 0, 0, 5))
    86405
    """
    return (moment - _YEAR_ONE) // dt.timedelta(seconds=1)


def day_number(day: dt.date) -> int:
    """Return the number by which days and months follow each other; // 31 is the month's.

    >>> day_number(dt.date(2008, 7, 1)) // 31 - day_number(dt.date(2008, 6, 30)) // 31
    1
    """
    return (12 * day.year + day.month - 1) * DAYS + day.day - 1


def or_missing(text: nw.Expr) -> nw.Expr:
    """Return texts, with `MISSING_TEXT` for those that are blank or missing."""
    return nw.when(text.str.contains(f"[^{BLANKS}]")).then(text).otherwise(nw.lit(MISSING_TEXT))


def _to_codes(codes: Any) -> tuple[str, ...]:  # noqa: ANN401 - any sequence of texts
    return tuple(codes)


def _in_order(_: object, field: attrs.Attribute[Any], codes: tuple[str, ...]) -> None:
    if list(codes) != sorted(set(codes)):
        fix = "hand over the codes that the events were encoded with"
        raise DefinitionError(Problem(field.name, "codes that are not sorted, or come twice", fix))


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

    The codes are sorted by code point, each once. Missing are 2**63 - 1 (record, revision, second,
    person), 2**31 - 1 (day), and the place after the last code. `records` and `persons` are the ids
    that stood for the numbers, by number, where pandas or PyArrow had ids that were texts. On the
    other engines such ids stay texts, U+10FFFF being a missing one.
    """

    frame: Any = attrs.field(repr=lambda frame: type(frame).__name__)
    units: tuple[str, ...] = attrs.field(converter=_to_codes, repr=_how_many, validator=_in_order)
    channels: tuple[str, ...] = attrs.field(converter=_to_codes, validator=_in_order)
    groups: tuple[str, ...] = attrs.field(default=(), converter=_to_codes, validator=_in_order)
    records: NDArray[Any] | None = attrs.field(default=None, repr=False)
    persons: NDArray[Any] | None = attrs.field(default=None, repr=False)

    @property
    def rows(self) -> Rows:
        """The rows, not read before they are needed."""
        rows: Rows = nw.from_native(self.frame).lazy()
        return rows

    @cached_property
    def holds_text(self) -> dict[str, bool]:
        """Whether each column holds texts: ids, and codes that a tally left as they are."""
        return {name: kind == nw.String for name, kind in self.rows.collect_schema().items()}

    @property
    def books(self) -> dict[str, tuple[str, ...]]:
        """The codes by number, of each column of codes."""
        return dict(zip(CODES, (self.units, self.channels, self.groups), strict=True))

    def is_missing(self, column: str) -> nw.Expr:
        """Return where an id or a revision is missing."""
        return nw.col(column) == (MISSING_TEXT if self.holds_text[column] else MISSING)

    def with_codes(self, rows: Rows) -> Rows:
        """Return rows in which codes that are texts are in order: those that are missing last."""
        texts = [name for name in CODES if self.holds_text.get(name)]
        return rows.with_columns(
            "revision", *(or_missing(nw.col(name)).alias(name) for name in texts)
        )

    def named(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return rows in memory with their records as they were reported, None where missing."""
        return rows.assign(record=_named(rows["record"], self.records))

    def code(self, column: str, number: int | str) -> str | None:
        """Return the code that a number of `unit`, `channel` or `group` stands for, or None."""
        if isinstance(number, str):
            return None if number == MISSING_TEXT else number
        codes = self.books[column]
        return codes[number] if number < len(codes) else None


def _named(numbers: pd.Series, ids: NDArray[Any] | None) -> NDArray[np.object_]:
    missing = numbers.isin([MISSING] if numbers.dtype.kind == "i" else [MISSING_TEXT]).to_numpy()
    names: NDArray[np.object_] = numbers.to_numpy(dtype=object, copy=True)
    if ids is not None:
        names[~missing] = ids.take(numbers.to_numpy()[~missing])
    names[missing] = None
    return names

"""Numbers as officials print them: full-width, grouped, with 万, 人 or % glued to them; exact.

Nothing is guessed: what is not plainly a number is a `ValueError`, and a dash is nothing, never 0.
"""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import Decimal
from fractions import Fraction

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = [
    "MOST_PERSONS",
    "NOT_PERSONS",
    "Counts",
    "Number",
    "code_text",
    "is_nothing",
    "is_number",
    "number_or_none",
    "plain",
    "read_counts",
    "read_number",
    "scaled_counts",
    "spaced",
]

MOST_PERSONS = 10**15
"""No figure is larger: sums of thousands of them still fit into 64 bits."""

# What stands for "no figure". A full stop or an ellipsis is how statistical tables print it.
_NOTHING = frozenset({"", "-", "--", "/", "\\", ".", "..", "...", "无", "暂无", "未报", "缺", "空"})
_NOTHING_WORDS = frozenset({"n/a", "na", "nan", "nat", "none", "null", "<na>", "#n/a"})
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－ー─"), "-")
_SCALES = {"": 1, "百": 100, "千": 1_000, "万": 10_000, "萬": 10_000, "亿": 10**8, "億": 10**8}
_NUMBER = re.compile(
    r"(?P<sign>[-+△▲]?)"
    r"(?P<whole>\d{1,3}(?:,\d{3})+|\d{1,40})(?:\.(?P<part>\d{1,40}))?"
    r"(?P<scale>[百千万萬亿億]?)(?P<unit>%|人次|[人名位户戶个個家套所座床件份元]|公里)?"
)
_LONGEST = 80
NOT_PERSONS = frozenset({"元", "公里", "户", "戶", "家"})
"""What is counted in these words is money, length, households or employers."""


@attrs.frozen
class Number:
    """A printed number: its exact value, and how it was printed.

    `step` is the least difference that the print can show (1, or 1,000 for "7.6万"); `percent`
    tells that a percent sign stood there (then `value` is a fraction of one); `unit` is the
    counting word that was glued to it.
    """

    value: Fraction
    step: Fraction = Fraction(1)
    percent: bool = False
    unit: str = ""


def plain(text: str) -> str:
    r"""Return a text as keys and numbers are compared: NFKC, without any space, dashes as '-'.

    >>> plain("单　位"), plain("１２\n％")
    ('单位', '12%')
    """
    return "".join(unicodedata.normalize("NFKC", text).translate(_DASHES).split())


def spaced(text: str) -> str:
    r"""Return a text as words are looked for in it: `plain`, but for spaces between Latin words.

    >>> spaced("2008 年 7 月"), spaced("July\n 2008"), spaced("7 - 9")
    ('2008年7月', 'July 2008', '7-9')
    """
    word = " ".join(unicodedata.normalize("NFKC", text).translate(_DASHES).split())
    return re.sub(r"(?<![A-Za-z0-9]) | (?![A-Za-z0-9])", "", word)


def read_number(cell: object) -> Number | None:
    """Return the number that a cell holds, or None where it holds nothing; exact.

    Raises ValueError where it holds something else, such as a sentence or a date.

    >>> read_number("１，３００ 人").value, read_number("7.6万").value, read_number("△3").value
    (Fraction(1300, 1), Fraction(76000, 1), Fraction(-3, 1))
    >>> read_number("61%").value, read_number("—")
    (Fraction(61, 100), None)
    """
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return None
    if isinstance(cell, str):
        return _from_text(cell)
    if isinstance(cell, (bool, np.bool_)):
        raise ValueError("not a number")  # noqa: TRY004 - one error, whatever the cell holds
    if isinstance(cell, (int, np.integer)):
        return Number(Fraction(int(cell)))
    if isinstance(cell, (float, np.floating, Decimal)):
        if math.isnan(cell):
            return None
        if math.isinf(cell):
            raise ValueError("not a number")
        # The shortest text that gives the same float: 42.2 is meant, not its binary neighbour.
        return _exact(Decimal(repr(float(cell))) if not isinstance(cell, Decimal) else cell)
    raise ValueError("not a number")


def _exact(number: Decimal) -> Number:
    places = min(0, int(number.normalize().as_tuple().exponent))
    return Number(Fraction(number), step=Fraction(1, 10**-places))


def _from_text(text: str) -> Number | None:
    # A footnote's mark (280①, 310²) is none of the number's digits.
    marked = any(unicodedata.category(one) == "No" for one in text[: 2 * _LONGEST])
    if marked or (len(text) > _LONGEST and len(text.strip()) > _LONGEST):
        raise ValueError("not a number")
    word = plain(text)
    if word in _NOTHING or word.casefold() in _NOTHING_WORDS or set(word) == {"-"}:
        return None
    found = _NUMBER.fullmatch(word)
    if found is None:
        raise ValueError("not a number")
    part = found["part"] or ""
    unit = found["unit"] or ""
    percent = unit == "%"
    scale = Fraction(_SCALES[found["scale"]], 100 if percent else 1)
    digits = int(found["whole"].replace(",", "") + part)
    step = scale / 10 ** len(part)
    sign = -1 if found["sign"] in {"-", "△", "▲"} else 1
    return Number(sign * digits * step, step=step, percent=percent, unit="" if percent else unit)


@attrs.frozen(eq=False)
class Counts:
    """A column of counts: `persons` (int64, 0 where unknown), and why a cell has none.

    `faults` says per row '' (a count), 'no_figure' (nothing there), 'other_measure' (money,
    households) or 'not_a_count'; `steps` holds the least difference that the print can show.
    """

    persons: NDArray[np.int64]
    faults: NDArray[np.object_]
    steps: NDArray[np.int64]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Where there is a count."""
        return np.asarray(self.faults == "", dtype=bool)


def read_counts(column: pd.Series, *, scale: int = 1) -> Counts:
    """Return a column's counts of persons; whole numbers only, at most `MOST_PERSONS`.

    `scale` is what the heading says of bare numbers (10,000 for 万人). Columns of numbers are taken
    as arrays; of a column of text each distinct cell is read once.
    """
    if column.isna().all():
        nothing = np.full(len(column), "no_figure", dtype=object)
        ones = np.ones(len(column), dtype=np.int64)
        return Counts(np.zeros(len(column), dtype=np.int64), nothing, ones)
    if pd.api.types.is_bool_dtype(column.dtype):
        return _counts_of_cells(column.astype(object), scale)
    if pd.api.types.is_numeric_dtype(column.dtype) and scale == 1:
        return _counts_of_numbers(column)
    return _counts_of_cells(column.astype(object), scale)


def scaled_counts(column: pd.Series, scales: pd.Series) -> Counts:
    """Return a column's counts where what a bare number stands for differs from row to row."""
    several = scales.unique().tolist()
    if len(several) < 2:  # noqa: PLR2004 - one scale, or no row
        return read_counts(column, scale=int(several[0]) if several else 1)
    persons, steps = np.zeros(len(column), np.int64), np.ones(len(column), np.int64)
    faults = np.full(len(column), "", dtype=object)
    for scale in several:
        rows = scales.eq(scale).to_numpy()
        part = read_counts(column[rows], scale=int(scale))
        persons[rows], steps[rows], faults[rows] = part.persons, part.steps, part.faults
    return Counts(persons, faults, steps)


def _counts_of_numbers(column: pd.Series) -> Counts:
    missing = column.isna().to_numpy(dtype=bool)
    kind = "int64" if pd.api.types.is_signed_integer_dtype(column.dtype) else "float64"
    numbers = column.to_numpy(dtype=kind, na_value=0)
    with np.errstate(invalid="ignore"):
        whole = (np.abs(numbers) <= MOST_PERSONS) & (numbers == np.trunc(numbers)) & ~missing
    values = np.where(whole, numbers, 0).astype(np.int64)
    faults = np.where(missing, "no_figure", np.where(whole, "", "not_a_count")).astype(object)
    return Counts(values, faults, np.ones(len(values), dtype=np.int64))


def _counts_of_cells(column: pd.Series, scale: int) -> Counts:
    cells = column.to_numpy(dtype=object)
    read: dict[tuple[type, object], tuple[int, str, int]] = {}
    rows = [_remembered(cell, scale, read) for cell in cells]
    values, faults, steps = zip(*rows, strict=True) if rows else ((), (), ())
    return Counts(
        np.array(values, dtype=np.int64),
        np.array(faults, dtype=object),
        np.array(steps, dtype=np.int64),
    )


def _remembered(
    cell: object, scale: int, read: dict[tuple[type, object], tuple[int, str, int]]
) -> tuple[int, str, int]:
    if not isinstance(cell, str):
        return _count(cell, scale)
    key = (str, cell)
    if key not in read:
        read[key] = _count(cell, scale)
    return read[key]


def _count(cell: object, scale: int) -> tuple[int, str, int]:
    try:
        number = read_number(cell)
    except ValueError:
        return 0, "not_a_count", 1
    if number is None:
        return 0, "no_figure", 1
    bare = number.unit == "" and number.step <= 1
    value = number.value * (scale if bare else 1)
    step = number.step * (scale if bare else 1)
    if number.unit in NOT_PERSONS:
        return 0, "other_measure", 1
    if number.percent or value.denominator != 1 or abs(value) > MOST_PERSONS:
        return 0, "not_a_count", 1
    return int(value), "", max(1, math.ceil(step))


def number_or_none(cell: object) -> Number | None:
    """Return the number in a cell; what is no number counts as nothing here."""
    try:
        return read_number(cell)
    except ValueError:
        return None


def is_number(cell: object) -> bool:
    """Tell whether a cell holds a number."""
    return number_or_none(cell) is not None


def is_nothing(cell: object) -> bool:
    """Tell whether a cell holds nothing, or what stands for it, such as a dash."""
    try:
        return read_number(cell) is None
    except ValueError:
        return False


def code_text(cell: object) -> str:
    """Return a cell as text: a code that a spreadsheet took for a number is text again."""
    whole = isinstance(cell, float) and cell.is_integer()
    return str(int(cell)) if whole else str(cell).strip()  # type: ignore[call-overload]  # a float

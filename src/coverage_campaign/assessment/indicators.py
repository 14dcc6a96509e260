"""Figures that the progress does not hold: what a caller hands to `assess`, made exact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Real
from typing import TypeAlias

import attrs
import pandas as pd

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import message
from coverage_campaign.model.targets import to_rate

__all__ = ["FLOATS_ARE_DECIMALS", "Indicator", "Indicators", "read_indicators"]

FLOATS_ARE_DECIMALS = message(
    "a float among the indicators is the decimal number that it prints as"
)


@attrs.frozen
class Indicator:
    """A figure of a unit, as a rate; `count` out of `of` where it was given as two numbers."""

    rate: Fraction
    count: Fraction | None = None
    of: Fraction | None = None


Indicators: TypeAlias = Mapping[tuple[str, str], Indicator]
"""Figures by unit code and indicator code; what is missing has no entry."""


def read_indicators(
    frame: pd.DataFrame | None, *, units: Collection[str], known: Collection[str]
) -> tuple[Indicators, bool]:
    """Return the figures of a frame: unit, indicator, and value or count and of; and any float?

    `value` is a rate (fraction of one): a whole number, a fraction, a decimal or text such as
    '98%'. `count` and `of` are exact where a division is not: 2 of 3. A float is the decimal that
    it prints as. <NA> is a missing figure.

    Raises:
        DefinitionError: A column is missing, a row is given twice, is no number, or is of a unit
            or an indicator that the assessment does not know; every row at once.
    """
    if frame is None:
        return {}, False
    columns = ["value"] if "value" in frame.columns else ["count", "of"]
    missing = [name for name in ("unit", "indicator", *columns) if name not in frame.columns]
    if missing:
        raise DefinitionError(
            Problem(
                "indicators",
                f"no column {', '.join(missing)}",
                "give unit, indicator, and value or count and of",
            )
        )
    cells = frame[["unit", "indicator", *columns]].astype(object)
    rows = [tuple(row) for row in cells.where(cells.notna(), None).to_numpy().tolist()]
    problems = [*_unknown(rows, units=units, known=known)]
    figures: dict[tuple[str, str], Indicator] = {}
    for place, (unit, indicator, *numbers) in enumerate(rows):
        if any(one is None for one in numbers):
            continue
        try:
            figures[unit, indicator] = _figure([_exact(one) for one in numbers])
        except (DefinitionError, ZeroDivisionError):
            found = " of ".join(str(one) for one in numbers)
            fix = "give a rate such as '98%', or a count and a number above 0 that it is out of"
            problems.append(Problem(f"indicators[{place}] '{unit}' {indicator}", found, fix))
    if problems:
        raise DefinitionError(problems, source="indicators")
    return figures, any(isinstance(one, float) for row in rows for one in row)


def _unknown(
    rows: list[tuple[str, str, object]], *, units: Collection[str], known: Collection[str]
) -> Iterator[Problem]:
    for place, (unit, indicator, *_) in enumerate(rows):
        if unit not in units:
            fix = f"units: {', '.join(list(units)[:12])}"
            yield Problem(f"indicators[{place}].unit", f"no {unit!r} in the plan", fix)
        if indicator not in known:
            fix = f"the scheme measures {', '.join(known) or 'no indicator'}"
            yield Problem(f"indicators[{place}].indicator", f"no {indicator!r}", fix)
    for (unit, indicator), times in Counter((row[0], row[1]) for row in rows).items():
        if times > 1:
            where = f"indicators '{unit}' {indicator}"
            yield Problem(where, f"given {times} times", "give one figure")


def _figure(numbers: list[Fraction]) -> Indicator:
    if len(numbers) == 1:
        return Indicator(numbers[0])
    count, of = numbers
    if of < 0:
        raise ZeroDivisionError
    return Indicator(count / of, count, of)


def _exact(value: object) -> Fraction:
    match value:
        case bool():
            raise DefinitionError(Problem("value", f"{value}", "give a number"))
        case Fraction() | Decimal() | str():
            return to_rate(value)
        case Integral():
            return Fraction(int(value))
        case Real():
            return to_rate(repr(float(value)))
        case _:
            raise DefinitionError(Problem("value", f"{value!r}", "give a number"))

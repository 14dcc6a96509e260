"""What the controls of the explorer say, as a value."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import attrs

from coverage_campaign.errors import DefinitionError, Problem

__all__ = ["Settings", "exact", "read_persons"]


@attrs.frozen(kw_only=True)
class Settings:
    """One position of every control; `influences` are whole numbers by code of a weighting.

    `persons` is the total, or None where each unit has a goal of its own; then `rate` is the goal.
    """

    persons: int | None
    rate: Fraction | None
    method: str
    parameter: Fraction
    influences: tuple[tuple[str, int], ...]
    floors: tuple[tuple[str, int], ...]
    caps: tuple[tuple[str, int], ...]
    uplift: Fraction
    curve: str
    ramp: tuple[int, int]


def exact(number: float) -> Fraction:
    """Return the decimal that a control shows, not the binary number next to it.

    >>> exact(2.3), exact(2.3) == Fraction(2.3)
    (Fraction(23, 10), False)
    """
    return Fraction(Decimal(repr(float(number))))


def read_persons(text: str, *, where: str) -> int | None:
    """Return the whole number that was typed, in digits of any script; None for nothing.

    >>> read_persons(" 12,000 ", where="at least"), read_persons("１２", where="at least")
    (12000, 12)
    """
    plain = "".join(text.split()).replace(",", "").replace("，", "")
    if not plain:
        return None
    if not plain.isdecimal() or len(plain) > 15:  # noqa: PLR2004 - more than there are people
        problem = Problem(where, repr(text[:40]), "type a whole number of persons, or nothing")
        raise DefinitionError(problem)
    return int(plain)

"""Weights, totals and bounds as the user gave them, read into arrays that hold them exactly.

Integers stay integers. Floats are taken at face value: 0.1 is the double nearest to a tenth.
Fractions and Decimals become integers over their common denominator. Whatever is no number,
negative, infinite or boolean is named with its place, all such places at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, ValuesView
from decimal import Decimal
from fractions import Fraction
from math import isfinite, lcm, prod
from numbers import Rational
from operator import index
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coverage_campaign.checks import shown
from coverage_campaign.errors import DefinitionError, Problem, Translatable
from coverage_campaign.messages import message

__all__ = [
    "MOST",
    "Bounds",
    "Ints",
    "Totals",
    "Weighted",
    "Weights",
    "as_array",
    "as_fraction",
    "exact_sum",
    "integers",
    "label",
    "objects",
    "read_bound",
    "read_totals",
    "read_weights",
    "refuse",
]

Weights: TypeAlias = (
    ArrayLike | Sequence[Fraction] | Sequence[Decimal] | Sequence[Sequence[Fraction]]
)
Totals: TypeAlias = int | np.integer | Sequence[int] | NDArray[np.integer]
Bounds: TypeAlias = ArrayLike | Sequence[int | None] | None
Ints: TypeAlias = NDArray[np.int64]
Weighted: TypeAlias = NDArray[Any]  # int64, float64 or Python's integers

MOST = 2**63 - 1
"""The cap of a unit that has none."""

_SHOWN = 20
_LONGEST = 10**8
_LARGEST = 2**30  # bits that integers over a common denominator may take in all
_WEIGHT = "a weight is a finite number, 0 or more"
_WHOLE = "a whole number, 0 or more"


def label(where: str, place: tuple[int, ...], names: Sequence[str] | None) -> str:
    """Return how a message names one entry: its unit's name, or its position.

    >>> label("weights", (2,), None), label("weights", (0, 2), ["A", "B", "C"])
    ('weights[2]', "weights[0, 'C']")
    """
    parts = [str(i) for i in place]
    if names is not None and place:
        parts[-1] = repr(names[place[-1]])
    return f"{where}[{', '.join(parts)}]" if parts else where


def refuse(
    where: str,
    values: NDArray[Any],
    bad: NDArray[np.bool_],
    fix: str | Translatable,
    names: Sequence[str] | None = None,
) -> None:
    """Raise a DefinitionError that names the bad entries, if there are any."""
    places = np.argwhere(bad)
    if not len(places):
        return
    problems = [
        Problem(label(where, tuple(place), names), str(values[tuple(place)]), fix)
        for place in places[:_SHOWN].tolist()
    ]
    if len(places) > _SHOWN:
        problems.append(Problem(where, message("and {more} more", more=len(places) - _SHOWN), fix))
    raise DefinitionError(problems)


def read_weights(weights: Weights, names: Sequence[str] | None = None) -> tuple[Weighted, int]:
    """Return the weights as int64, float64 or Python's integers, and by what they were multiplied.

    Raises:
        DefinitionError: names each entry that is no finite number of 0 or more.
    """
    array = as_array(weights)
    if array.ndim == 0:
        raise DefinitionError(
            Problem("weights", shown(weights), "a sequence of weights, one a unit")
        )
    if names is not None and len(names) != array.shape[-1]:
        raise DefinitionError(
            Problem(
                "names",
                message("{n} names for {units} units", n=len(names), units=array.shape[-1]),
                "one name a unit",
            )
        )
    kind = array.dtype.kind
    if kind == "i" or (kind == "u" and int(array.max(initial=0)) <= MOST):
        if array.size and array.min() < 0:
            refuse("weights", array, array < 0, _WEIGHT, names)
        return array.astype(np.int64, copy=False), 1
    if kind == "f" and array.dtype.itemsize <= np.dtype(np.float64).itemsize:
        floats: NDArray[np.float64] = array.astype(np.float64, copy=False)
        if array.size and not (floats.min() >= 0 and floats.max() < np.inf):
            refuse("weights", floats, ~((floats >= 0) & (floats < np.inf)), _WEIGHT, names)
        return floats, 1
    exact = [as_fraction(value) for value in array.ravel().tolist()]
    bad = [value is None or value < 0 for value in exact]
    refuse("weights", array, np.reshape(bad, array.shape), _WEIGHT, names)
    whole, scale = _over_common_denominator([value for value in exact if value is not None])
    if max(whole, default=0) <= MOST:
        return np.array(whole, dtype=np.int64).reshape(array.shape), scale
    return objects(whole).reshape(array.shape), scale


def as_array(values: object) -> NDArray[Any]:  # noqa: PLR0911  # one line a kind of input
    """Return values as an array that changes none of them."""
    if isinstance(values, np.ndarray):
        return values
    if isinstance(values, list | tuple):
        # NumPy would turn True into 1 and join large integers and floats into floats
        kinds = set(map(type, values))
        if kinds == {float}:
            return np.array(values, dtype=np.float64)
        if kinds == {int} and max(map(abs, values)) <= MOST:
            return np.array(values, dtype=np.int64)
        return np.array(values, dtype=object)
    if hasattr(values, "to_numpy"):
        array = np.asarray(values.to_numpy())
        # pandas would turn integers beside a missing one into floats
        whole = getattr(getattr(values, "dtype", None), "kind", "f") in "iu"
        return np.asarray(values, dtype=object) if whole and array.dtype.kind == "f" else array
    if isinstance(values, Sequence | ValuesView) and not isinstance(values, str):
        if len(values) > _LONGEST:
            fix = message("give at most {longest}", longest=_LONGEST)
            raise DefinitionError(Problem("values", message("{n} of them", n=len(values)), fix))
        return as_array(list(values))
    return np.asarray(values)


def as_fraction(value: object) -> Fraction | None:
    """Return a number exactly, None for what is no finite number.

    >>> as_fraction(Decimal("0.1")), as_fraction(0.5), as_fraction(True)
    (Fraction(1, 10), Fraction(1, 2), None)
    """
    if isinstance(value, bool | np.bool_):
        return None
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if isinstance(value, Decimal):  # a signalling NaN is no number either
        return Fraction(value) if value.is_finite() else None
    if isinstance(value, float | np.floating) and isfinite(value):
        return Fraction(*value.as_integer_ratio())
    return None


def _over_common_denominator(values: list[Fraction]) -> tuple[list[int], int]:
    common = 1
    for value in values:
        common = lcm(common, value.denominator)
        if common.bit_length() * len(values) > _LARGEST:
            raise DefinitionError(
                Problem(
                    "weights",
                    message(
                        "{n} fractions without a common denominator of a size that can be handled",
                        n=len(values),
                    ),
                    "Decimals, or Fractions of few denominators",
                )
            )
    return [value.numerator * (common // value.denominator) for value in values], common


def integers(weights: Weighted) -> tuple[list[int], int]:
    """Return weights as Python's integers, and by what they were multiplied.

    >>> integers(np.array([0.5, 3.0]))
    ([1, 6], 2)
    """
    values = weights.tolist()
    if weights.dtype.kind != "f":
        return values, 1
    pairs = [value.as_integer_ratio() for value in values]
    common = max((below for _, below in pairs), default=1)  # all are powers of 2
    return [above * (common // below) for above, below in pairs], common


def objects(values: Iterable[object]) -> NDArray[np.object_]:
    """Return values as an array of themselves, however large they are."""
    return np.array([*values, None], dtype=object)[:-1]


def exact_sum(values: Ints) -> int:
    """Return the sum of values of 0 or more as a Python int, right beyond 64 bits.

    >>> exact_sum(np.array([2**63 - 1, 2**63 - 1])) == 2**64 - 2
    True
    """
    if values.size == 0 or int(values.max()) <= MOST // values.size:
        return int(values.sum())
    return (int((values >> 32).sum()) << 32) + int((values & 0xFFFFFFFF).sum())


def read_totals(total: Totals, rows: tuple[int, ...] = ()) -> Ints:
    """Return the totals of all rows as one flat array.

    Raises:
        DefinitionError: not whole, negative, or not one for each row.
    """
    if isinstance(total, bool | np.bool_):
        raise DefinitionError(Problem("total", str(total), _WHOLE))
    try:
        scalar = index(total)  # type: ignore[arg-type]  # what is no integer raises TypeError
    except TypeError:
        return _read_whole(total, "total", rows, None).reshape(-1)
    if not 0 <= scalar <= MOST:
        raise DefinitionError(
            Problem(
                "total",
                f"{scalar:,}",
                "a whole number, 0 or more, below 2**63",
            )
        )
    return np.full(prod(rows), scalar, dtype=np.int64) if rows else np.array([scalar])


def read_bound(
    bound: Bounds, where: str, shape: tuple[int, ...], names: Sequence[str] | None = None
) -> Ints | None:
    """Return floors or caps as int64 of `shape`, None where no unit has one.

    None, NA and, for caps, infinity stand for "no bound".

    Raises:
        DefinitionError: names each entry that is no whole number of 0 or more.
    """
    return None if bound is None else _read_whole(bound, where, shape, names)


def _read_whole(
    values: object, where: str, shape: tuple[int, ...], names: Sequence[str] | None
) -> Ints:
    array = as_array(values)
    if array.dtype.kind not in "iu":
        none = {"floors": 0, "caps": MOST}.get(where)
        found = [_whole(value, none) for value in array.ravel().tolist()]
        bad = np.array([value is None for value in found], dtype=np.bool_)
        refuse(where, array, bad.reshape(array.shape), _WHOLE, names)
        array = np.array(found, dtype=np.int64).reshape(array.shape)
    wrong = Problem(
        where,
        message("an array of shape {shape:raw}", shape=array.shape),
        message("one number, or shape {shape:raw}", shape=shape),
    )
    if array.ndim and array.size == 1 and array.shape[-1:] != shape[-1:]:
        raise DefinitionError(wrong)  # a list of one is no number for all
    try:
        ints: Ints = np.broadcast_to(array, shape).astype(np.int64, copy=False)
    except (ValueError, OverflowError):
        raise DefinitionError(wrong) from None
    if ints.size and ints.min() < 0:
        refuse(where, ints, ints < 0, _WHOLE, names)
    return ints


def _whole(value: object, none: int | None) -> int | None:
    """Return a whole number that fits 64 bits, `none` for a missing bound, None for all else."""
    missing = value is None or type(value).__name__ == "NAType"
    if none is not None and (missing or (none == MOST and str(value) in {"inf", "Infinity"})):
        return none
    exact = as_fraction(value)
    fits = exact is not None and exact.denominator == 1 and abs(exact) <= MOST
    return int(exact) if fits else None  # type: ignore[arg-type]  # fits: a Fraction

"""Weights, totals and bounds as the user gave them, read into arrays that hold them exactly.

Integers stay integers. Floats are taken at face value: 0.1 is the double nearest to a tenth.
Fractions and Decimals become integers over their common denominator where those fit 64 bits, and
stay Fractions where not. Whatever is no number, negative, infinite or boolean is named with its
place, all such places at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import isfinite, lcm, prod
from numbers import Rational
from operator import index
from typing import TYPE_CHECKING, TypeAlias, TypeGuard

import numpy as np

from coverage_campaign.errors import DefinitionError, Problem

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    Ints = NDArray[np.int64]
    Plain = NDArray[np.int64] | NDArray[np.float64]
    Weighted = NDArray[np.int64] | NDArray[np.float64] | NDArray[np.object_]

__all__ = [
    "MOST",
    "Bounds",
    "Totals",
    "Weights",
    "label",
    "read_bound",
    "read_total",
    "read_totals",
]

Weights: TypeAlias = (
    "ArrayLike | Sequence[Fraction] | Sequence[Decimal] | Sequence[Sequence[Fraction]]"
    " | pd.Series | pd.DataFrame"
)
Totals: TypeAlias = "int | np.integer | Sequence[int] | NDArray[np.integer]"
Bounds: TypeAlias = "ArrayLike | Sequence[int | None] | pd.Series | None"

MOST = 2**63 - 1
"""The cap of a unit that has none."""

_SHOWN = 20
_WIDEST = 4096  # bits of a common denominator beyond which Fractions stay Fractions


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
    values: NDArray[np.generic],
    bad: NDArray[np.bool_],
    fix: str,
    names: Sequence[str] | None,
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
        problems.append(Problem(where, f"and {len(places) - _SHOWN:,} more", fix))
    raise DefinitionError(problems)


_INFINITE = int(np.float64(np.inf).view(np.uint64))
_SMALL = 1024  # up to so many units, argmax answers sooner than max
_WEIGHT = "a weight is a finite number, 0 or more"


def read_weights(weights: Weights, names: Sequence[str] | None) -> Weighted:
    """Return the weights as int64, float64 or object (int and Fraction), none of them changed.

    Raises:
        DefinitionError: names each entry that is no finite number of 0 or more.
    """
    array = as_array(weights)
    if array.ndim == 0:
        raise DefinitionError(
            Problem("weights", repr(weights), "a sequence of weights, one a unit")
        )
    if names is not None and len(names) != array.shape[-1]:
        raise DefinitionError(
            Problem("names", f"{len(names)} names for {array.shape[-1]} units", "one name a unit")
        )
    kind = array.dtype.kind
    if kind == "O":
        return _read_objects(array, names)
    if kind == "i" or (kind == "u" and (array.size == 0 or int(array.max()) <= MOST)):
        ints: Ints = array.astype(np.int64, copy=False)
        if ints.size and ints.min() < 0:
            refuse("weights", ints, ints < 0, _WEIGHT, names)
        return ints
    if kind == "f" and array.dtype.itemsize <= np.dtype(np.float64).itemsize:
        floats: NDArray[np.float64] = array.astype(np.float64, copy=False)
        if floats.size and not _surely_finite(floats):
            refuse("weights", floats, ~((floats >= 0) & (floats < np.inf)), _WEIGHT, names)
        return floats
    return _read_objects(array.astype(object), names)


def _surely_finite(floats: NDArray[np.float64]) -> bool:
    """Return whether all are finite and 0 or more; a minus zero among them makes it False.

    Read as integers without sign, all such doubles lie below infinity, all others do not.
    """
    bits = floats.view(np.uint64)
    most = bits.item(bits.argmax()) if bits.size < _SMALL else bits.max()
    return bool(most < _INFINITE)


def as_array(values: object) -> NDArray[np.generic]:  # noqa: PLR0911  # one line a kind of input
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
    if isinstance(values, Sequence) and not isinstance(values, str):
        return as_array(list(values))
    return np.asarray(values)


def _read_objects(array: NDArray[np.generic], names: Sequence[str] | None) -> Weighted:
    bad = np.zeros(array.shape, dtype=np.bool_)
    values: list[Fraction] = []
    for place, value in enumerate(array.ravel().tolist()):
        exact = as_fraction(value)
        if exact is None or exact < 0:
            bad.flat[place] = True
        else:
            values.append(exact)
    refuse("weights", array, bad, _WEIGHT, names)
    whole = _over_common_denominator(values)
    if whole is not None and max(whole, default=0) <= MOST:
        return np.array(whole, dtype=np.int64).reshape(array.shape)
    out = np.empty(array.size, dtype=object)
    out[:] = values if whole is None else whole
    return out.reshape(array.shape)


def as_fraction(value: object) -> Fraction | None:
    """Return a number exactly, None for what is no finite number.

    >>> as_fraction(Decimal("0.1")), as_fraction(0.5), as_fraction(True)
    (Fraction(1, 10), Fraction(1, 2), None)
    """
    if isinstance(value, bool | np.bool_):
        return None
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if isinstance(value, Decimal | float | np.floating) and isfinite(value):
        return Fraction(*value.as_integer_ratio())
    return None


def _over_common_denominator(values: list[Fraction]) -> list[int] | None:
    common = 1
    for value in values:
        common = lcm(common, value.denominator)
        if common.bit_length() > _WIDEST:
            return None
    return [value.numerator * (common // value.denominator) for value in values]


def read_total(total: Totals) -> int:
    """Return the total of the only row.

    Raises:
        DefinitionError: as `read_totals`.
    """
    scalar = _read_scalar(total)
    return int(read_totals(total, ())[0]) if scalar is None else scalar


def _read_scalar(total: Totals) -> int | None:
    if isinstance(total, bool | np.bool_):
        raise DefinitionError(Problem("total", str(total), "a whole number, 0 or more"))
    try:
        scalar = index(total)  # type: ignore[arg-type]  # what is no integer raises TypeError
    except TypeError:
        return None
    if not 0 <= scalar <= MOST:
        raise DefinitionError(Problem("total", f"{scalar:,}", "a whole number, 0 or more"))
    return scalar


def read_totals(total: Totals, rows: tuple[int, ...]) -> Ints:
    """Return the totals of all rows as one flat array.

    Raises:
        DefinitionError: not whole, negative, or not one for each row.
    """
    scalar = _read_scalar(total)
    if scalar is not None:
        return np.full(prod(rows), scalar, dtype=np.int64)
    array = as_array(total)
    if array.dtype.kind not in "iu":
        array = _whole(array, "total", None)
    try:
        flat = np.broadcast_to(array, rows).reshape(-1).astype(np.int64)
    except ValueError:
        raise DefinitionError(
            Problem("total", f"totals of shape {array.shape}", f"one for each row: shape {rows}")
        ) from None
    if flat.size and flat.min() < 0:
        refuse("total", flat, flat < 0, "a whole number, 0 or more", None)
    return flat


def read_bound(
    bound: Bounds, where: str, shape: tuple[int, ...], names: Sequence[str] | None
) -> Ints | None:
    """Return floors or caps as int64 of `shape`, None where no unit has one.

    None, NA and, for caps, infinity stand for "no bound".

    Raises:
        DefinitionError: names each entry that is no whole number of 0 or more.
    """
    if bound is None:
        return None
    array = as_array(bound)
    if array.dtype.kind not in "iu":
        array = _whole(array, where, names)
    try:
        ints: Ints = np.broadcast_to(array, shape).astype(np.int64, copy=False)
    except ValueError:
        raise DefinitionError(
            Problem(where, f"bounds of shape {array.shape}", f"one a unit: shape {shape}")
        ) from None
    if ints.size and ints.min() < 0:
        refuse(where, ints, ints < 0, "a whole number, 0 or more", names)
    return ints


def _whole(array: NDArray[np.generic], where: str, names: Sequence[str] | None) -> Ints:
    none = {"floors": 0, "caps": MOST}.get(where)
    out = np.empty(array.shape, dtype=np.int64)
    bad = np.zeros(array.shape, dtype=np.bool_)
    for place, value in enumerate(array.ravel().tolist()):
        if none is not None and (_is_none(value) or (none == MOST and value == np.inf)):
            out.flat[place] = none
        else:
            exact = as_fraction(value)
            if exact is None or exact.denominator != 1 or abs(exact) > MOST:
                bad.flat[place] = True
            else:
                out.flat[place] = int(exact)
    refuse(where, array, bad, "a whole number, 0 or more", names)
    return out


def _is_none(value: object) -> bool:
    return value is None or type(value).__name__ == "NAType"


def is_plain(weights: Weighted) -> TypeGuard[Plain]:
    """Return whether weights are machine integers or floats."""
    return weights.dtype != np.object_

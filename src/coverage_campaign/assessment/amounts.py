"""What a rule gives for many rates at once: exact, in whole numbers over a common denominator.

An amount is top / (bottom x scale): arrays of integers and one factor. Everything that `points_of`
does with one fraction is done here with arrays; where 64 bits could overflow, Python's integers
take over.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import lcm
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from coverage_campaign.model.scheme import (
    AllOrNothing,
    Bands,
    Bonus,
    Capped,
    Partial,
    PerPerson,
    PerPoint,
    Rule,
    StepDown,
    Total,
)

__all__ = ["Amount", "Rates", "amount_of", "summed"]

Whole: TypeAlias = NDArray[Any]
"""Whole numbers: int64, or Python's own where 64 bits are too few."""
Flags: TypeAlias = NDArray[np.bool_]
_MOST = 2**62
_EXACT_FLOAT = 2**53
_HUNDRED = 100


@attrs.frozen(kw_only=True, eq=False)
class Rates:
    """Rates top / bottom (bottom 1 or more), and the persons done and to be done beside them."""

    top: Whole
    bottom: Whole
    done: NDArray[np.int64]
    target: NDArray[np.int64]

    def against(self, rate: Fraction) -> Whole:
        """Return numbers with the sign of (rate of the unit - rate), over bottom x denominator."""
        return minus(times(self.top, rate.denominator), times(self.bottom, rate.numerator))


@attrs.frozen(eq=False)
class Amount:
    """Exact amounts top / (bottom x scale)."""

    top: Whole
    bottom: Whole
    scale: int

    def scaled(self, scale: int) -> Whole:
        """Return the top for a multiple of the scale."""
        return times(self.top, scale // self.scale)

    def at_least(self, value: Fraction) -> Flags:
        """Tell where the amount reaches a value."""
        ours = times(self.top, value.denominator)
        theirs = times(times(self.bottom, self.scale), value.numerator)
        return np.asarray(ours >= theirs, dtype=bool)

    def same_as(self, other: Amount) -> Flags:
        """Tell where two amounts over the same bottom are equal."""
        scale = lcm(self.scale, other.scale)
        return np.asarray(self.scaled(scale) == other.scaled(scale), dtype=bool)

    def floats(self) -> NDArray[np.float64]:
        """Return each amount as the float nearest to it."""
        top, bottom = self.top, times(self.bottom, self.scale)
        top, bottom = np.broadcast_arrays(top, bottom)
        if object not in {top.dtype, bottom.dtype}:
            common = np.gcd(np.abs(top), bottom)
            top, bottom = top // common, bottom // common
            if most(top) < _EXACT_FLOAT and most(bottom) < _EXACT_FLOAT:
                return np.asarray(top / bottom, dtype=np.float64)
        exact = [
            float(Fraction(int(one), int(other)))
            for one, other in zip(top.ravel().tolist(), bottom.ravel().tolist(), strict=True)
        ]
        return np.array(exact, dtype=np.float64).reshape(top.shape)


def most(values: Whole) -> int:
    """Return the largest absolute value."""
    return 0 if not values.size else max(abs(int(values.max())), abs(int(values.min())))


def times(values: Whole, factor: int) -> Whole:
    """Return values x factor, exactly."""
    if factor == 1:
        return values
    if values.dtype != object and most(values) * abs(factor) >= _MOST:
        values = values.astype(object)
    product: Whole = values * factor
    return product


def multiplied(one: Whole, other: Whole) -> Whole:
    """Return the product of two arrays, exactly."""
    if most(one) * most(other) >= _MOST:
        one, other = one.astype(object), other.astype(object)
    product: Whole = one * other
    return product


def minus(one: Whole, other: Whole) -> Whole:
    """Return the difference of two arrays, exactly."""
    return plus(one, times(other, -1))


def plus(one: Whole, other: Whole) -> Whole:
    """Return the sum of two arrays, exactly."""
    if most(one) + most(other) >= _MOST:
        one, other = one.astype(object), other.astype(object)
    result: Whole = one + other
    return result


def summed(amounts: Iterable[Amount]) -> Amount:
    """Return the sum of amounts, whatever their bottoms are."""
    total, *rest = amounts
    for one in rest:
        if one.bottom is total.bottom:
            total = _joined(total, one)
            continue
        ours = multiplied(times(total.top, one.scale), one.bottom)
        theirs = multiplied(times(one.top, total.scale), total.bottom)
        bottom = multiplied(total.bottom, one.bottom)
        total = Amount(plus(ours, theirs), bottom, total.scale * one.scale)
    return total


def _joined(one: Amount, other: Amount) -> Amount:
    scale = lcm(one.scale, other.scale)
    return Amount(plus(one.scaled(scale), other.scaled(scale)), one.bottom, scale)


def _constant(value: Fraction, rates: Rates) -> Amount:
    return Amount(times(rates.bottom, value.numerator), rates.bottom, value.denominator)


def _limited(amount: Amount, value: Fraction, rates: Rates, *, upper: bool) -> Amount:
    bound = _constant(value, rates)
    scale = lcm(amount.scale, bound.scale)
    ours, theirs = amount.scaled(scale), bound.scaled(scale)
    return Amount(
        np.minimum(ours, theirs) if upper else np.maximum(ours, theirs), rates.bottom, scale
    )


def _steps(over: Whole, rates: Rates, per: Fraction, gives: Fraction, partial: Partial) -> Amount:
    """Return `gives` for each `per` in over / bottom; whole steps alone, or in part."""
    share = gives / per
    if partial == "prorated":
        return Amount(times(over, share.numerator), rates.bottom, share.denominator)
    whole = times(over, per.denominator) // times(rates.bottom, per.numerator)
    return Amount(
        times(multiplied(np.asarray(whole), rates.bottom), gives.numerator),
        rates.bottom,
        gives.denominator,
    )


def amount_of(  # noqa: C901, PLR0911 - one case a kind of rule
    rule: Rule, rates: Rates, *, partial: Partial
) -> Amount:
    """Return what a rule gives for each of many rates, exactly as `points_of` for one.

    >>> ones = np.ones(2, dtype=np.int64)
    >>> rates = Rates(top=np.array([49, 1]), bottom=50 * ones, done=ones, target=ones)
    >>> amount_of(PerPoint("0.1"), rates, partial="prorated").floats().tolist()
    [9.8, 0.2]
    """
    match rule:
        case PerPoint():
            over = np.maximum(rates.against(rule.above), 0)
            per = Fraction(rule.above.denominator, _HUNDRED)
            return _steps(over, rates, per, Fraction(rule.per_point), rule.partial or partial)
        case StepDown():
            short = np.maximum(times(rates.against(rule.goal), -1), 0)
            per = rule.per * rule.goal.denominator
            lost = _steps(short, rates, per, Fraction(rule.loses), rule.partial or partial)
            lost = Amount(times(lost.top, -1), lost.bottom, lost.scale)
            given = _joined(_constant(Fraction(rule.at_goal), rates), lost)
            return _limited(given, Fraction(rule.least), rates, upper=False)
        case Bands():
            return _of_bands(rule, rates)
        case AllOrNothing():
            return _where(rates.against(rule.goal) >= 0, Fraction(rule.all_or_nothing), rates)
        case Bonus():
            over = np.maximum(rates.against(rule.beyond), 0)
            per = rule.per * rule.beyond.denominator
            given = _steps(over, rates, per, Fraction(rule.bonus), rule.partial or partial)
            if rule.most is None:
                return given
            return _limited(given, Fraction(rule.most), rates, upper=True)
        case PerPerson():
            met = _where(rates.against(rule.goal) >= 0, Fraction(rule.per_person), rates)
            return Amount(multiplied(met.top, _persons(rates, rule.of)), met.bottom, met.scale)
        case Capped():
            given = amount_of(rule.capped, rates, partial=partial)
            if rule.most is not None:
                given = _limited(given, Fraction(rule.most), rates, upper=True)
            if rule.least is not None:
                given = _limited(given, Fraction(rule.least), rates, upper=False)
            return given
        case Total():
            return summed(amount_of(one, rates, partial=partial) for one in rule.total)


def _where(flags: Flags, value: Fraction, rates: Rates) -> Amount:
    constant = _constant(value, rates)
    return Amount(np.where(flags, constant.top, 0), rates.bottom, constant.scale)


def _of_bands(rule: Bands, rates: Rates) -> Amount:
    amounts = [Fraction(band.points) for band in rule.bands]
    scale = lcm(*(amount.denominator for amount in amounts))
    shape = np.broadcast_shapes(rates.top.shape, rates.bottom.shape)
    top: Whole = np.zeros(shape, dtype=np.int64)
    for band, points in zip(rule.bands, amounts, strict=True):
        given = times(rates.bottom, int(points * scale))
        if band.least is None:
            top = np.broadcast_to(given, shape)
            continue
        over = rates.against(band.least)
        top = np.where(over >= 0 if band.included else over > 0, given, top)
    amount = Amount(top, rates.bottom, scale)
    if rule.each == "once":
        return amount
    return Amount(multiplied(amount.top, rates.done), amount.bottom, amount.scale)


def _persons(rates: Rates, which: str) -> NDArray[np.int64]:
    if which == "all":
        return rates.done
    near = np.minimum(rates.done, rates.target)
    return near if which == "up_to_target" else rates.done - near

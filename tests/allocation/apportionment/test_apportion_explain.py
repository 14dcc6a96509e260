"""The record beside the seats: interval, divisor, bounds that bind, ties, who is next."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.apportionment.explain import shortest_between

METHODS = [
    apportion.webster,
    apportion.jefferson,
    apportion.adams,
    apportion.dean,
    apportion.stationary("1/3"),
    apportion.modified("7/5"),
]
ROUNDED = {
    "webster": lambda q: (q + Fraction(1, 2)).__floor__(),
    "jefferson": lambda q: q.__floor__(),
    "adams": lambda q: q.__ceil__(),
}


@pytest.mark.parametrize("name", ROUNDED)
@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.integers(1, 400), min_size=2, max_size=7), st.integers(0, 40))
def test_anyone_can_check_the_divisor(name: str, weights: list[int], more: int) -> None:
    """Without a tie, every weight over the divisor, rounded by the rule, is its seats."""
    result = apportion.explain(getattr(apportion, name), len(weights) + more, weights)
    if not result.ties:
        assert result.divisor is not None
        assert [ROUNDED[name](w / result.divisor) for w in weights] == result.seats.tolist()


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.__name__)
@settings(deadline=None)  # the machine may be busy
@given(
    weights=st.lists(st.integers(1, 40), min_size=2, max_size=7),
    more=st.integers(0, 20),
)
def test_ties_close_the_interval_and_name_the_next(
    method: apportion.Method, weights: list[int], more: int
) -> None:
    """The interval is one point exactly at a tie; the next seat goes to one of the next in line."""
    total = len(weights) + more
    result = apportion.explain(method, total, weights)
    low, high = result.divisor_interval
    assert bool(result.ties) == (low == high)
    grown = method(total + 1, weights) - result.seats
    assert int(grown.argmax()) in result.next_in_line
    if result.ties:
        (tie,) = result.ties
        assert 0 < tie.seats == len(tie.winners) < len(tie.units)
        assert set(tie.winners) <= set(tie.units)
        assert set(result.next_in_line) == set(tie.units) - set(tie.winners)


def test_bounds_that_bind_are_named_with_what_was_deserved() -> None:
    """Of 20 for 53 : 24 : 23, a floor of 8 for the last and a cap of 9 for the first bind."""
    result = apportion.explain(
        apportion.webster, 20, [53, 24, 23], floors=[0, 0, 8], caps=[7, 20, 20]
    )
    assert result.seats.tolist() == [7, 5, 8]
    assert [(b.unit, b.bound, b.seats) for b in result.binding] == [(0, "cap", 7), (2, "floor", 8)]
    assert all(
        b.deserved > b.seats if b.bound == "cap" else b.deserved < b.seats for b in result.binding
    )
    loose = apportion.explain(apportion.webster, 10, [53, 24, 23], floors=1, caps=9)
    assert loose.binding == ()


def test_the_next_seat_needs_so_much_weight() -> None:
    """12,345 over 163.2 is 75.64, rounded 76; a 77th needs 163.2 * 76.5 = 12,484.8."""
    weights = [12_345, 163_200 - 12_345]
    result = apportion.explain(apportion.webster, 1000, weights)
    assert result.divisor is not None
    assert result.next_needs(0) == result.divisor * Fraction(2 * int(result.seats[0]) + 1, 2)
    assert result.quotient(0) == Fraction(12_345) / result.divisor


def test_hill_ends_are_roots_rounded_inwards() -> None:
    """For Hill the interval's ends square to the claims at the cut, up to 40 digits."""
    result = apportion.explain(apportion.hill, 10, [1600, 650, 250])
    low, high = result.divisor_interval
    claims_out = [Fraction(w * w, s * (s + 1)) for w, s in zip([1600, 650, 250], [6, 3, 1])]  # noqa: B905  # fixed
    claims_in = [Fraction(w * w, s * (s - 1)) for w, s in zip([1600, 650], [6, 3], strict=True)]
    assert high is not None
    assert 0 <= low**2 / max(claims_out) - 1 < Fraction(1, 10**30)
    assert 0 <= 1 - high**2 / min(claims_in) < Fraction(1, 10**30)
    assert result.divisor is not None
    assert low < result.divisor < high


def test_hamilton_divides_by_its_quota() -> None:
    """The quota is the divisor; next in line is the largest remainder that waits."""
    votes = [47_000, 16_000, 15_900, 12_000, 6_000, 3_100]
    result = apportion.explain(apportion.hamilton, 10, votes)
    assert (result.divisor, result.next_in_line) == (10_000, (2,))
    droop = apportion.explain(partial(apportion.hamilton, quota="droop"), 10, votes)
    assert (droop.divisor, droop.next_in_line) == (9_091, (4,))
    bounded = apportion.explain(apportion.hamilton, 10, votes, caps=[4, 9, 9, 9, 9, 9])
    assert bounded.binding[0].bound == "cap"
    assert bounded.divisor == Fraction(53_000, 6)


def test_no_divisor_where_nothing_is_shared() -> None:
    """With a total of 0 or no weight there is no upper end, or no divisor at all."""
    assert apportion.explain(apportion.webster, 0, [1, 2]).divisor_interval == (4, None)
    assert apportion.explain(apportion.webster, 3, [0, 0], floors=[1, 2]).divisor is None
    assert apportion.explain(apportion.hamilton, 0, [1, 2]).divisor is None


@settings(deadline=None)  # the machine may be busy
@given(
    st.fractions(Fraction(1, 900), 1000, max_denominator=997),
    st.fractions(Fraction(1, 10**6), 10, max_denominator=10**6),
)
def test_no_shorter_number_lies_between(low: Fraction, width: Fraction) -> None:
    """The number found lies inside, and none with fewer digits does."""
    high = low + width
    found = shortest_between(low, high)
    assert found is not None
    assert low < found < high
    digits = _digits(found)
    for length in range(1, min(digits, 4)):
        for power in range(-8, 5):
            step = Fraction(10) ** power
            first = low // step + 1
            for number in (first, first + 1):
                if low < number * step < high:
                    assert _digits(number * step) > length
                    assert _digits(number * step) >= digits


def _digits(value: Fraction) -> int:
    while value.denominator != 1:
        value *= 10
    return len(str(value.numerator).rstrip("0")) or 1

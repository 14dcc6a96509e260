"""Places against a plain reckoning with Fractions, and pairs of rates that floats cannot tell."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.progress.indicators import competition_ranks


def by_hand(pairs: list[tuple[int, int]]) -> list[int]:
    """Return each fraction's place: one more than the number of greater ones."""
    rates = [Fraction(top, bottom) for top, bottom in pairs]
    return [1 + sum(other > rate for other in rates) for rate in rates]


def places(pairs: list[tuple[int, int]]) -> list[int]:
    """Return the places of pairs of numerator and denominator."""
    tops, bottoms = zip(*pairs, strict=True) if pairs else ((), ())
    return competition_ranks(
        np.array(tops, dtype=np.int64), np.array(bottoms, dtype=np.int64)
    ).tolist()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-50, 60), st.integers(1, 40)), max_size=25))
def test_small_fractions_rank_as_by_hand(pairs: list[tuple[int, int]]) -> None:
    """Ties, negatives and order agree with a plain comparison of Fractions."""
    assert places(pairs) == by_hand(pairs)


LARGE = st.integers(2**52, 2**62)


@settings(deadline=None)
@given(st.lists(st.tuples(LARGE, LARGE), min_size=1, max_size=8), st.data())
def test_fractions_beyond_floats_rank_as_by_hand(
    pairs: list[tuple[int, int]], data: st.DataObject
) -> None:
    """Neighbours that share every digit of a float are told apart."""
    top, bottom = data.draw(st.sampled_from(pairs))
    pairs = [*pairs, (top + 1, bottom), (top - 1, bottom)]
    assert places(pairs) == by_hand(pairs)


def test_two_rates_with_the_same_float_do_not_tie() -> None:
    """Near 1 two quotients round to one float although the fractions differ."""
    big = 10**9
    pairs = [(big, big + 1), (big + 1, big + 2), (big, big + 1)]
    assert pairs[0][0] / pairs[0][1] == pairs[1][0] / pairs[1][1]
    assert places(pairs) == [2, 1, 2]


def test_no_fraction_has_no_place() -> None:
    """Nothing to rank gives nothing."""
    assert places([]) == []

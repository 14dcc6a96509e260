"""The quota method of Balinski and Young: its definition, its promises, and what it refuses."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.errors import DefinitionError, InfeasibleError, TieError
from support import apportionment_oracles as oracle

rows = st.lists(st.integers(0, 30), min_size=1, max_size=6).filter(any)


@settings(deadline=None)
@given(rows, st.integers(0, 60), st.randoms(use_true_random=False))
def test_it_is_the_definition(weights: list[int], total: int, random: object) -> None:
    """Each seat goes to the largest weight per seat among the units within their upper quota."""
    rank = list(range(len(weights)))
    random.shuffle(rank)  # type: ignore[attr-defined]
    got = apportion.quota_method(total, weights, ties=rank).tolist()
    assert got == oracle.quota_method(total, weights, rank=rank)


@settings(deadline=None)
@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=7), st.integers(0, 80))
def test_it_stays_within_quota_and_takes_nothing_back(weights: list[int], total: int) -> None:
    """Each unit has its quota rounded down or up, and one seat more takes a seat from nobody."""
    seats = apportion.quota_method(total, weights)
    assert seats.sum() == total
    exact = [Fraction(total * w, sum(weights)) for w in weights]
    assert all(q - 1 < s < q + 1 for q, s in zip(exact, seats.tolist(), strict=True))
    assert (apportion.quota_method(total + 1, weights) >= seats).all()


@pytest.mark.parametrize(
    ("votes", "total", "expected"),
    [
        ([5117, 4400, 162, 161, 160], 100, [52, 44, 2, 1, 1]),
        ([9061, 7179, 5259, 3319, 1182], 26, [10, 7, 5, 3, 1]),
    ],
)
def test_the_examples_of_balinski_and_young(
    votes: list[int], total: int, expected: list[int]
) -> None:
    """The quota method of apportionment, American Mathematical Monthly 82 (1975) 701-730."""
    assert apportion.quota_method(total, votes).tolist() == expected


def test_ties_on_the_way_that_remain() -> None:
    """Of 720, 720, 120, 120 and 8 seats one large and one small unit win, each by a tie."""
    result = apportion.explain(apportion.quota_method, 8, [720, 720, 120, 120])
    assert result.seats.tolist() == [4, 3, 1, 0]
    assert sorted((tie.units, tie.seats, tie.winners) for tie in result.ties) == [
        ((0, 1), 1, (0,)),
        ((2, 3), 1, (2,)),
    ]
    assert apportion.quota_method(8, [720, 720, 120, 120], ties="last").tolist() == [3, 4, 0, 1]
    with pytest.raises(TieError, match="0 and 1 have equal claims to 1 seat"):
        apportion.quota_method(8, [720, 720, 120, 120], ties="raise")
    assert apportion.quota_method(6, [720, 720, 120, 120], ties="raise").tolist() == [3, 3, 0, 0]
    with pytest.raises(TieError, match="equal ranks"):
        apportion.quota_method(1, [5, 5], ties=[1, 1])


def test_bounds_are_met_or_refused() -> None:
    """The method has no rule for floors and caps: its own answer meets them, or it refuses."""
    assert apportion.quota_method(10, [5, 3, 2], floors=[5, 0, 0]).tolist() == [5, 3, 2]
    with pytest.raises(InfeasibleError, match=r"caps: unit A has 5 by the quota method.* is 4"):
        apportion.quota_method(10, [5, 3, 2], caps=[4, 9, 9], names=["A", "B", "C"])
    with pytest.raises(DefinitionError, match="one by one"):
        apportion.quota_method(2**40, [2**40 + 1, 2**39 + 2])


def test_many_rows_and_groups_are_a_loop() -> None:
    """Rows and groups are solved as if each came alone; whole quotas are given at once."""
    random = np.random.default_rng(3)
    rows, totals = random.integers(1, 20, (5, 4)), random.integers(0, 30, 5)
    alone = [
        apportion.quota_method(int(t), row).tolist() for t, row in zip(totals, rows, strict=True)
    ]
    assert apportion.quota_method(totals, rows).tolist() == alone
    flat = apportion.by_group(apportion.quota_method, totals, rows.ravel(), offsets=range(0, 21, 4))
    assert flat.reshape(5, 4).tolist() == alone
    assert apportion.quota_method(10**15, [3, 2]).tolist() == [6 * 10**14, 4 * 10**14]

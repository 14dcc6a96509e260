"""Raising the lowest coverage first, against giving one enrolment after the other."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.allocation.apportionment.level_up import level_up
from coverage_campaign.errors import DefinitionError, InfeasibleError, TieError


def one_by_one(total: int, covered: list[int], eligible: list[int], room: list[int]) -> list[int]:
    """Return enrolments given singly to the lowest rate, the first of equals."""
    new = [0] * len(covered)
    for _ in range(total):
        rates = [
            (Fraction(c + x, n), i)
            for i, (c, x, n, r) in enumerate(zip(covered, new, eligible, room, strict=True))
            if n and x < r
        ]
        new[min(rates)[1]] += 1
    return new


units = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30)), min_size=1)


@settings(deadline=None)  # the machine may be busy
@given(units, st.integers(0, 100))
def test_each_enrolment_goes_to_the_lowest_rate(rows: list[tuple[int, int, int]], per: int) -> None:
    """The result equals giving the enrolments one by one, at any total that fits."""
    covered = [c for c, _, _ in rows]
    eligible = [c + more for c, more, _ in rows]
    room = [min(more, cap) for _, more, cap in rows]
    total = sum(room) * per // 100
    caps = [cap for _, _, cap in rows]
    got = level_up(total, covered=covered, eligible=eligible, caps=caps)
    assert got.tolist() == one_by_one(total, covered, eligible, room)


def test_floors_are_kept_and_never_given_twice() -> None:
    """A floor counts as enrolled: the rest is levelled above it."""
    got = level_up(30, covered=[10, 40], eligible=[100, 100], floors=[0, 10])
    assert got.tolist() == [20, 10]
    got = level_up(50, covered=[10, 40], eligible=[100, 100], floors=[0, 10])
    assert got.tolist() == [40, 10]


def test_untouched_units_tie_at_rate_zero() -> None:
    """Fewer enrolments than units at 0: a tie that goes by the rule, not by size."""
    assert level_up(1, covered=[0, 0], eligible=[5, 500]).tolist() == [1, 0]
    assert level_up(1, covered=[0, 0], eligible=[5, 500], ties=[2, 1]).tolist() == [0, 1]
    with pytest.raises(TieError):
        level_up(1, covered=[0, 0], eligible=[5, 500], ties="raise")


def test_what_cannot_be_covered_is_refused() -> None:
    """More covered than eligible, or more asked for than is left, raises with numbers."""
    with pytest.raises(DefinitionError, match=r"covered\['B'\]: 7 covered of 6 eligible"):
        level_up(1, covered=[1, 7], eligible=[5, 6], names=["A", "B"])
    with pytest.raises(InfeasibleError, match="9 can still be covered, 10 are asked for"):
        level_up(10, covered=[1, 1], eligible=[5, 6])
    with pytest.raises(InfeasibleError, match="floors sum to 5"):
        level_up(4, covered=[1, 1], eligible=[5, 6], floors=[3, 2])
    with pytest.raises(DefinitionError):
        level_up(4, covered=[1, 1], eligible=[5, 6, 7])
    with pytest.raises(DefinitionError):
        level_up(4, covered=[1.5, 1], eligible=[5, 6])

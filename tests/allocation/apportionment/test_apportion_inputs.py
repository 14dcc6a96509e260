"""What the kernel takes, what it refuses, and how it says so."""

from __future__ import annotations

import pickle
from decimal import Decimal
from fractions import Fraction
from functools import partial

import numpy as np
import pandas as pd
import pytest

from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.errors import DefinitionError, InfeasibleError, TieError

ALL = [
    apportion.webster,
    apportion.jefferson,
    apportion.adams,
    apportion.hill,
    apportion.dean,
    apportion.hamilton,
    apportion.stationary("1/3"),
    apportion.modified("1.4"),
]


@pytest.mark.parametrize("method", ALL, ids=lambda m: m.__name__)
def test_every_kind_of_number_gives_the_same_seats(method: apportion.Method) -> None:
    """Lists, tuples, arrays, Series, Fractions and Decimals of one ratio share alike."""
    kinds = [
        [53, 24, 23],
        (53, 24, 23),
        [53.0, 24.0, 23.0],
        np.array([53, 24, 23], dtype=np.uint8),
        np.array([53, 24, 23], dtype=np.float32),
        pd.Series([53, 24, 23], index=["c", "a", "b"]),
        pd.Series([53, 24, 23], dtype="Int64"),
        [Fraction(53, 7), Fraction(24, 7), Fraction(23, 7)],
        [Decimal("0.53"), Decimal("0.24"), Decimal("0.23")],
        [53, Fraction(24), Decimal(23)],
        range(53, 53 - 60, -29)[:1] and [53, 24, 23],
    ]
    first = method(10, kinds[0])
    assert first.dtype == np.int64
    for weights in kinds[1:]:
        assert method(10, weights).tolist() == first.tolist()


def test_decimals_tie_where_their_floats_do_not() -> None:
    """0.1 + 0.2 against 0.3: equal as Decimals, unequal as the floats that stand for them."""
    exact = [Decimal("0.1") + Decimal("0.2"), Decimal("0.3")]
    assert apportion.explain(apportion.webster, 1, exact).ties
    floats = [0.3, 0.1 + 0.2]
    assert apportion.webster(1, floats, ties="raise").tolist() == [0, 1]


@pytest.mark.parametrize(
    ("bad", "shown"),
    [
        (float("nan"), "nan"),
        (-1, "-1"),
        (-0.5, "-0.5"),
        (float("inf"), "inf"),
        (True, "True"),
        (None, "None"),
        ("7", "7"),
        (1j, "1j"),
        (Decimal("NaN"), "NaN"),
        (pd.NA, "<NA>"),
    ],
)
def test_a_bad_weight_is_named_by_unit(bad: object, shown: str) -> None:
    """A weight that is no finite number of 0 or more is named, with its value."""
    with pytest.raises(DefinitionError) as caught:
        apportion.webster(5, [1, bad, 2], names=["A", "B", "C"])
    (problem,) = caught.value.problems
    assert (problem.where, problem.found) == ("weights['B']", shown)
    with pytest.raises(DefinitionError, match=r"weights\[1\]"):
        apportion.webster(5, [1, bad, 2])


def test_bad_weights_in_arrays_are_all_named() -> None:
    """Arrays, matrices and Series name every bad entry by its place."""
    with pytest.raises(DefinitionError) as caught:
        apportion.hill(5, np.array([[1.0, np.nan], [np.inf, 2.0]]))
    assert [p.where for p in caught.value.problems] == ["weights[0, 1]", "weights[1, 0]"]
    with pytest.raises(DefinitionError, match=r"weights\[0\]: True"):
        apportion.hill(5, np.array([True, False]))
    with pytest.raises(DefinitionError, match=r"weights\[1\]: <NA>"):
        apportion.hill(5, pd.Series([1, None], dtype="Int64"))
    with pytest.raises(DefinitionError) as caught:
        apportion.webster(5, np.full(100, -1))
    assert "80 more" in str(caught.value.problems[-1])


@pytest.mark.parametrize("total", [-1, 1.5, True, "7", None, [1, 2]])
def test_a_bad_total_is_refused(total: object) -> None:
    """A total is one whole number of 0 or more."""
    with pytest.raises(DefinitionError, match="total"):
        apportion.webster(total, [1, 2])  # type: ignore[arg-type]  # what it has to refuse


def test_wrong_shapes_are_refused() -> None:
    """Names, bounds, ranks, offsets and totals have to fit the weights."""
    calls = [
        lambda: apportion.webster(3, [1, 2], names=["A"]),
        lambda: apportion.webster(3, [1, 2], floors=[1, 1, 1]),
        lambda: apportion.webster(3, [1, 2], floors=[1]),
        lambda: apportion.webster(3, [1, 2], floors=[[1]]),
        lambda: apportion.webster(3, [1, 2], caps=[1.5, 2]),
        lambda: apportion.webster(3, [1, 2], floors=[-1, 0]),
        lambda: apportion.webster(3, [1, 2], ties=[1, 2, 3]),
        lambda: apportion.webster(3, [1, 2], ties=[1.0, float("nan")]),
        lambda: apportion.webster(3, [1, 2], ties=[1, float("nan")]),
        lambda: apportion.webster(3, [1, 2], ties=[1, "2"]),  # type: ignore[list-item]
        lambda: apportion.webster(3, [1, 2], ties="random"),  # type: ignore[arg-type]
        lambda: apportion.webster(3, 7),
        lambda: apportion.webster([1, 2, 3], [[1, 2], [3, 4]]),
        lambda: apportion.by_group(apportion.webster, [1], [1, 2], offsets=[0, 1]),
        lambda: apportion.by_group(apportion.webster, [1, 1], [1, 2], offsets=[0, 3, 2]),
        lambda: apportion.by_group(apportion.webster, [1], [[1, 2]], offsets=[0, 2]),
        lambda: apportion.explain(apportion.webster, 1, [[1, 2]]),
        lambda: apportion.explain(print, 1, [1, 2]),  # type: ignore[arg-type, misc]
        lambda: apportion.hamilton(3, [1, 2], quota="imperiali"),  # type: ignore[arg-type]
        lambda: apportion.hamilton(3, [1, 2], floors=1, quota="droop"),
        lambda: apportion.stationary("3/2"),
        lambda: apportion.stationary(float("nan")),
        lambda: apportion.modified("x"),
        lambda: apportion.modified(-1),
    ]
    for call in calls:
        with pytest.raises(DefinitionError):
            call()


def test_infeasible_floors_say_by_how_much_and_who() -> None:
    """Floors above the total: the miss, and the largest floors by name."""
    with pytest.raises(InfeasibleError) as caught:
        apportion.webster(10, [1, 1, 1], floors=[2, 9, 4], names=["A", "B", "C"])
    (problem,) = caught.value.problems
    assert problem.found == "floors sum to 15 but the total is 10"
    assert problem.fix == "lower them by 5 (largest: B: 9, C: 4, A: 2)"


def test_infeasible_caps_say_by_how_much() -> None:
    """Caps below the total: the miss; a unit without weight cannot help."""
    with pytest.raises(InfeasibleError, match="caps allow 9 of 10: 1 too many"):
        apportion.jefferson(10, [1, 1, 0], caps=[4, 5, 100])


def test_crossed_bounds_are_all_named() -> None:
    """Each unit whose floor is above its cap is named."""
    with pytest.raises(InfeasibleError) as caught:
        apportion.webster(10, [1, 1, 1], floors=[3, 0, 5], caps=[2, 9, 4], names=["A", "B", "C"])
    assert [str(p).split(" --")[0] for p in caught.value.problems] == [
        "floors['A']: floor 3 > cap 2",
        "floors['C']: floor 5 > cap 4",
    ]


@pytest.mark.parametrize("method", [apportion.adams, apportion.hill, apportion.dean])
def test_too_few_seats_for_methods_that_give_everybody_one(method: apportion.Method) -> None:
    """Adams, Hill and Dean refuse fewer seats than units, unless caps of 0 release some."""
    with pytest.raises(InfeasibleError, match="at least one, 3"):
        method(2, [5, 4, 3])
    assert method(2, [5, 4, 3], caps=[9, 0, 9]).tolist() == [1, 0, 1]
    assert method(2, [5, 4, 0]).tolist() == [1, 1, 0]


@pytest.mark.parametrize("method", ALL, ids=lambda m: m.__name__)
def test_zero_weights_and_zero_totals(method: apportion.Method) -> None:
    """A unit without weight stands at its floor; nothing shared is nothing for all."""
    assert method(9, [4, 0, 5], floors=[0, 2, 0])[1] == 2
    assert method(0, [0, 0]).tolist() == [0, 0]
    assert method(0, []).tolist() == []
    assert method(3, [0, 0], floors=[1, 2]).tolist() == [1, 2]
    with pytest.raises(DefinitionError, match="all weights are zero"):
        method(4, [0, 0], floors=[1, 2])
    with pytest.raises(DefinitionError, match="no units"):
        method(4, [])


def test_missing_bounds_are_no_bounds() -> None:
    """None, NA and infinite caps stand for no bound."""
    expected = apportion.webster(10, [53, 24, 23], floors=[0, 3, 0], caps=[5, 100, 100]).tolist()
    for none in (None, pd.NA, float("inf")):
        got = apportion.webster(10, [53, 24, 23], floors=[None, 3, None], caps=[5, none, none])
        assert got.tolist() == expected
    series = pd.Series([5, None, None], dtype="Int64")
    got = apportion.webster(10, [53, 24, 23], floors=[0, 3, 0], caps=series)
    assert got.tolist() == expected
    assert apportion.webster(10, [53, 24, 23], floors=3).tolist() == [4, 3, 3]


def test_bounds_of_a_batch_name_the_row() -> None:
    """In a batch the message says which problem cannot be met."""
    with pytest.raises(InfeasibleError, match=r"floors\[1\]"):
        apportion.webster([9, 3], [[1, 2], [3, 4]], floors=[[1, 1], [2, 2]])


def test_a_quota_that_leaves_too_much_names_the_row() -> None:
    """Droop's quota for 10 votes and 9 seats is 2: that is 5 seats, and 4 for one remainder."""
    with pytest.raises(InfeasibleError, match=r"total\[2\]: 4 seats are left"):
        apportion.hamilton([1, 1, 9, 1], np.full((4, 1), 10), quota="droop")


def test_ties_raise_with_names() -> None:
    """With ties="raise" the tied units are named, and nothing else is refused."""
    with pytest.raises(TieError, match="units 'A' and 'C' have equal claims to 1 seat"):
        apportion.webster(3, [1, 4, 1], ties="raise", names=["A", "B", "C"], floors=[0, 2, 0])
    assert apportion.webster(6, [1, 2, 3], ties="raise").tolist() == [1, 2, 3]


def test_equal_ranks_leave_a_tie_open() -> None:
    """Ranks that are equal across the cut raise; equal ranks elsewhere do not matter."""
    assert apportion.webster(1, [1, 1, 1], ties=[2, 1, 2]).tolist() == [0, 1, 0]
    with pytest.raises(TieError, match="equal ranks"):
        apportion.webster(2, [1, 1, 1], ties=[2, 1, 2])


def test_ranks_of_several_kinds_are_compared_exactly() -> None:
    """A double next to 1/10 comes after a tenth, whole numbers beyond doubles keep their order."""
    ranks = [0.1, Decimal("0.1"), Fraction(1, 5)]
    assert apportion.webster(1, [1, 1, 1], ties=ranks).tolist() == [0, 1, 0]  # type: ignore[arg-type]
    assert apportion.webster(1, [1, 1], ties=[2**70 + 1, 2**70]).tolist() == [0, 1]
    assert apportion.webster(1, [1, 1], ties=[float("inf"), 2**70]).tolist() == [0, 1]
    with pytest.raises(TieError, match="equal ranks"):
        apportion.webster(1, [1, 1], ties=[1, 1.0])


def test_a_column_of_bounds_is_one_number_a_row() -> None:
    """Every unit of a row has its row's floor: 1 in the first, 2 in the second."""
    seats = apportion.webster([5, 4], [[1, 9], [1, 9]], floors=[[1], [2]])
    assert seats.tolist() == [[1, 4], [2, 2]]


def test_hagenbach_bischoff_with_whole_quotients_only_is_a_tie() -> None:
    """Two equal parties and one seat: both reach the quota, so the tie rule decides."""
    method = partial(apportion.hamilton, quota="hagenbach_bischoff")
    assert method(1, [5, 5]).tolist() == [1, 0]
    assert method(1, [5, 5], ties="last").tolist() == [0, 1]
    with pytest.raises(TieError):
        method(1, [5, 5], ties="raise")


def test_quota_bounds_are_not_always_defined() -> None:
    """bounds="quota" overshoots where raised floors take what whole quotas hold already."""
    with pytest.raises(InfeasibleError, match="rebalance"):
        apportion.hamilton(10, [96, 1, 1, 2], floors=1, bounds="quota")
    assert apportion.hamilton(10, [96, 1, 1, 2], floors=1).tolist() == [7, 1, 1, 1]


def test_droop_needs_weights_larger_than_seats() -> None:
    """A Droop quota of 1 vote leaves more seats than remainders: refused with the reason."""
    with pytest.raises(InfeasibleError, match="left for the remainders"):
        apportion.hamilton(10, [1, 1, 1], quota="droop")


def test_methods_are_values() -> None:
    """Methods carry names, compare by their signposts, and survive pickling."""
    assert apportion.sainte_lague is apportion.webster
    assert [m.__name__ for m in ALL[-2:]] == ["stationary(1/3)", "modified(7/5)"]
    for method in ALL:
        assert pickle.loads(pickle.dumps(method)) == method  # noqa: S301  # our own bytes
    assert apportion.stationary(Decimal("0.5"))(10, [53, 24, 23]).tolist() == [6, 2, 2]
    assert apportion.stationary(0)(3, [9, 1, 1]).tolist() == [1, 1, 1]


def test_extreme_weights_are_exact() -> None:
    """Weights of 10**400, of 10**-300, and sums beyond the floats are shared right."""
    assert apportion.webster(4, [10**400, 3 * 10**400]).tolist() == [1, 3]
    assert apportion.webster(4, [1e-300, 3e-300]).tolist() == [1, 3]
    assert apportion.hamilton(4, [1e308, 1e308, 1e308, 1e308]).tolist() == [1, 1, 1, 1]
    assert apportion.webster(2**62, [1, 1]).tolist() == [2**61, 2**61]
    assert apportion.jefferson(3, [5e-324, 1e300]).tolist() == [0, 3]


@pytest.mark.parametrize("method", [*ALL, apportion.quota_method], ids=lambda m: m.__name__)
def test_nothing_is_shared_among_nobody_and_something_is_refused(method: apportion.Method) -> None:
    """No problem, no units and no weights have no seats; seats for nobody are refused."""
    none = np.zeros(0, dtype=np.int64)
    assert method(none, np.zeros((0, 3))).shape == (0, 3)
    assert method([0, 0], np.zeros((2, 0))).shape == (2, 0)
    assert apportion.by_group(method, none, [], offsets=[0]).tolist() == []
    assert apportion.by_group(method, [0, 1], [2], offsets=[0, 0, 1]).tolist() == [1]
    assert method(0, [0, 0]).tolist() == [0, 0]
    with pytest.raises(DefinitionError, match="all weights are zero"):
        method(3, [0, 0])
    with pytest.raises(DefinitionError, match="no units"):
        method(5, [])

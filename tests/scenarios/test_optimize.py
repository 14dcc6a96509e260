"""The least largest burden: against every sharing there is, and against clashing constraints."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coverage_campaign as cc
from support.campaigns import tiny

NEED = {"a": 150, "b": 90, "c": 60}


def test_without_constraints_the_largest_burden_is_jefferson_s() -> None:
    """Jefferson's method has the least largest share per weight of all methods."""
    found = cc.optimize(tiny(), need=NEED, target=101)
    jefferson = cc.apportion.jefferson(101, [150, 90, 60])
    expected = max(Fraction(int(s), n) for s, n in zip(jefferson, NEED.values(), strict=True))
    assert found.largest_burden == expected
    assert int(found.shares().sum()) == 101


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_sharing_at_all_has_a_smaller_largest_burden(data: st.DataObject) -> None:
    """Every sharing of a small total is tried: units, one drive full, floors and caps."""
    total = data.draw(st.integers(1, 9))
    need = {code: data.draw(st.integers(1, 9)) for code in "abc"}
    caps = data.draw(st.dictionaries(st.sampled_from("abc"), st.integers(0, 9), max_size=2))
    floors = data.draw(st.dictionaries(st.sampled_from("abc"), st.integers(0, 3), max_size=2))
    size = data.draw(st.integers(0, 9))
    sizes = {"hotels": size, "private-schools": 4}
    possible = [
        Fraction(0) + max(Fraction(x, need[code]) for code, x in zip("abc", seats, strict=True))
        for seats in product(range(total + 1), repeat=3)
        if sum(seats) == total
        and total <= size + 4
        and all(x >= floors.get(code, 0) for code, x in zip("abc", seats, strict=True))
        and all(x <= caps.get(code, 9) for code, x in zip("abc", seats, strict=True))
    ]
    if not possible:
        with pytest.raises(cc.InfeasibleError):
            cc.optimize(
                tiny(), need=need, target=total, caps=caps, floors=floors, sizes=sizes,
                capacities={"drive": total},
            )  # fmt: skip
        return
    found = cc.optimize(
        tiny(), need=need, target=total, caps=caps, floors=floors, sizes=sizes,
        capacities={"drive": total},
    )  # fmt: skip
    assert found.largest_burden == min(possible)
    assert found.persons.sum() == total
    assert found.totals().set_index("part")["persons"]["hotels"] <= size


def test_a_clash_names_what_clashes_and_nothing_else() -> None:
    """Drive and groups have room for 90 of 100: Birch's floor has nothing to do with it."""
    with pytest.raises(cc.InfeasibleError) as caught:
        cc.optimize(
            tiny(),
            need=NEED,
            floors={"b": 5},
            sizes={"hotels": 50, "private-schools": 40},
        )
    names = {problem.where for problem in caught.value.problems}
    assert names == {"total", "size of hotels", "size of private-schools"}


def test_each_clashing_constraint_is_needed() -> None:
    """Whichever of the named constraints is left out, the others can be met."""
    caps = {"a": 20, "b": 30, "c": 10}
    with pytest.raises(cc.InfeasibleError) as caught:
        cc.optimize(tiny(), need=NEED, caps=caps, target=61)
    names = {problem.where for problem in caught.value.problems}
    assert names == {"total", "cap of a", "cap of b", "cap of c"}
    for code in caps:
        fewer = {other: cap for other, cap in caps.items() if other != code}
        assert cc.optimize(tiny(), need=NEED, caps=fewer, target=61).shares().sum() == 61


def test_what_binds_is_named() -> None:
    """Hotels have room for 30, all of which is used: the size binds, the drive does not."""
    found = cc.optimize(
        tiny(),
        need=NEED,
        sizes={"hotels": 30, "private-schools": 90},
        capacities={"drive": 500},
        caps={"a": 40},
    )
    assert "cap of a" in found.binding
    assert "capacity of drive" not in found.binding
    frame = found.to_frame()
    assert frame["persons"].sum() == 100
    assert frame.groupby("unit")["persons"].sum()["a"] == 40


def test_a_group_without_a_drive_and_an_unknown_drive_are_refused() -> None:
    """What no capacity reaches is no constraint but a slip."""
    with pytest.raises(cc.DefinitionError, match="drvie"):
        cc.optimize(tiny(), need=NEED, capacities={"drvie": 5})
    with pytest.raises(cc.DefinitionError, match="no drive"):
        cc.optimize(tiny(), need=NEED, capacities={"results": 5}, sizes={"hotels": 5})


def test_who_has_no_need_or_is_not_open_yet_has_no_share() -> None:
    """As in an allocation: C has no need, or opens when the campaign runs; the basis says so."""
    campaign = tiny()
    late = cc.vary(campaign.unit("c"), opened=campaign.whole_window.last)
    later = cc.vary(campaign, units=(*(u for u in campaign.units if u.code != "c"), late))
    for one, need in ((campaign, {**NEED, "c": 0}), (later, NEED)):
        found = cc.optimize(one, need=need, target=100)
        allocated = cc.allocate(one, weights=need, target=100).shares()
        assert found.shares().to_dict() == allocated.to_dict()
        assert found.shares()["c"] == 0
    assert "not open yet" in " ".join(found.basis.lines())

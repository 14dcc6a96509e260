"""Laws of sharing down a tree, held against a slow twin that knows fractions and recursion only."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any, TypeAlias

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from coverage_campaign.allocation.allocate import allocate, check_bounds
from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.units import Breakdown, Unit
from support.apportionment_oracles import POSTS, highest_averages

Tree: TypeAlias = dict[str, list[str]]
_ENDLESS = 400  # more than any total here comes to


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Return a tree of up to three tiers by parent ('' = the top); codes ascend in file order."""
    tree: Tree = {"": []}
    for first in range(draw(st.integers(1, 3))):
        code = f"a{first}"
        tree[""].append(code)
        for second in range(draw(st.integers(0, 3))):
            below = f"{code}b{second}"
            tree.setdefault(code, []).append(below)
            for third in range(draw(st.integers(0, 2))):
                tree.setdefault(below, []).append(f"{below}c{third}")
    return tree


def leaves_of(tree: Tree, code: str = "") -> list[str]:
    """Return the leaves below a unit, itself if nothing is below it."""
    if code and code not in tree:
        return [code]
    return [leaf for child in tree[code] for leaf in leaves_of(tree, child)]


def campaign_of(tree: Tree) -> Campaign:
    """Return a campaign of the tree without any figure."""
    units = [
        Unit(child, child, "unit", parent=parent or None)
        for parent, children in tree.items()
        for child in children
    ]
    # a parent has to stand before its children, whatever order the tree was drawn in
    return Campaign(
        code="law",
        label="Law",
        year=2026,
        units=sorted(units, key=lambda unit: (len(unit.code), unit.code)),
        breakdowns=[Breakdown("all", "All", "unit")],
    )


@attrs.frozen
class Twin:
    """The slow twin: needs and rooms by recursion, each parent's seats given out one by one."""

    tree: Tree
    weights: dict[str, int]
    floors: dict[str, int]
    caps: dict[str, int]
    rise: Fraction = Fraction(0)

    def weight(self, code: str) -> int:
        """Return what a unit's leaves weigh."""
        return sum(self.weights[leaf] for leaf in leaves_of(self.tree, code))

    def least(self, code: str) -> int:
        """Return what a unit needs."""
        own = self.floors.get(code, 0)
        if code not in self.tree:
            return own
        below = sum(self.least(child) for child in self.tree[code])
        return max(own, self.passed(below, at_least=True))

    def most(self, code: str) -> int:
        """Return what a unit has room for."""
        own = self.caps.get(code, _ENDLESS)
        if code not in self.tree:
            return own if self.weights[code] else self.least(code)
        below = sum(self.most(child) for child in self.tree[code])
        return min(own, self.passed(below, at_least=False))

    def passed(self, sum_below: int, *, at_least: bool) -> int:
        """Return the least share whose uplift reaches a sum, or the largest whose does not pass."""
        share = 0
        while ceil(share * (1 + self.rise)) < sum_below:
            share += 1
        over = ceil(share * (1 + self.rise)) > sum_below
        return share - (1 if over and not at_least else 0)

    def share(self, total: int, method: str) -> dict[str, int]:
        """Return every unit's share, from the top."""
        given_out = {"": total}
        todo = [""]
        while todo:
            parent = todo.pop()
            children = sorted(self.tree.get(parent, []))
            if not children:
                continue
            seats = highest_averages(
                POSTS[method],
                ceil(given_out[parent] * (1 + self.rise)),
                [self.weight(child) for child in children],
                floors=[self.least(child) for child in children],
                caps=[self.most(child) for child in children],
            )
            given_out.update(zip(children, seats, strict=True))
            todo += children
        del given_out[""]
        return given_out


def numbers(low: int, high: int, *, some: bool) -> st.SearchStrategy[dict[str, int]]:
    """Return numbers by code for codes that a tree may have; `some`: not for all of them."""
    codes = [
        f"a{a}{b}{c}"
        for a in range(3)
        for b in ["", *(f"b{n}" for n in range(3))]
        for c in (["", "c0", "c1"] if b else [""])
    ]
    if some:
        return st.dictionaries(st.sampled_from(codes), st.integers(low, high), max_size=4)
    return st.fixed_dictionaries({code: st.integers(low, high) for code in codes})


METHODS = st.sampled_from([apportion.webster, apportion.jefferson])


@st.composite
def requests(draw: st.DrawFn) -> tuple[Twin, int]:
    """Return weights and bounds on a tree, some of them above leaves, and a total."""
    tree = draw(trees())
    codes = {code for children in tree.values() for code in children}
    weights = draw(numbers(0, 9, some=False))
    floors = draw(numbers(0, 6, some=True))
    caps = draw(numbers(2, 20, some=True))
    twin = Twin(
        tree,
        {leaf: weights[leaf] for leaf in leaves_of(tree)},
        {code: bound for code, bound in floors.items() if code in codes},
        {code: bound for code, bound in caps.items() if code in codes},
    )
    return twin, draw(st.integers(0, 40))


def options(twin: Twin, total: int) -> dict[str, Any]:
    """Return the request as the library is asked it."""
    return {
        "among": "all",
        "weights": twin.weights,
        "target": total,
        "floors": twin.floors,
        "caps": twin.caps,
    }


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(requests(), METHODS, st.sampled_from(["0", "1/20", "1/3"]))
def test_shares_of_a_tree_are_those_of_the_slow_twin(
    request: tuple[Twin, int], method: apportion.Method, rise: str
) -> None:
    """Bounds anywhere in the tree, an uplift, zero weights: the same shares, unit by unit."""
    twin, total = request
    campaign, asked = campaign_of(twin.tree), options(twin, total)
    assume(check_bounds(campaign, **asked, uplift=rise).empty)
    frame = allocate(campaign, **asked, method=method, uplift=rise).to_frame().set_index("unit")
    assert frame["share"].to_dict() == twin.share(total, method.__name__)
    raised = attrs.evolve(twin, rise=Fraction(rise))
    assert frame["uplifted"].to_dict() == raised.share(total, method.__name__)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(requests(), st.sampled_from(["0", "1/3"]))
def test_the_check_says_just_what_the_twin_says(request: tuple[Twin, int], rise: str) -> None:
    """Everything fits just if no unit needs more than it has room for, and the total lies there."""
    plain, total = request
    found = check_bounds(campaign_of(plain.tree), **options(plain, total), uplift=rise).empty
    codes = [code for children in plain.tree.values() for code in children]
    fits = True
    for step in {Fraction(0), Fraction(rise)}:
        twin = attrs.evolve(plain, rise=step)
        fits &= all(twin.floors.get(code, 0) <= twin.caps.get(code, _ENDLESS) for code in codes)
        fits &= all(twin.least(code) <= twin.most(code) for code in codes)
        top = twin.tree[""]
        raised = ceil(total * (1 + step))
        fits &= sum(map(twin.least, top)) <= raised <= sum(map(twin.most, top))
    assert found == fits


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(trees(), numbers(0, 9, some=False), st.integers(0, 60), METHODS)
def test_leaves_first_is_uniform(
    tree: Tree, weights: dict[str, int], total: int, method: apportion.Method
) -> None:
    """Each parent's leaves stand as if its own sum had been shared out among them."""
    by_leaf = {leaf: weights[leaf] for leaf in leaves_of(tree)}
    assume(any(by_leaf.values()))
    campaign = campaign_of(tree)
    result = allocate(
        campaign, among="all", weights=by_leaf, target=total, method=method, order="bottom_up"
    )
    share = result.to_frame().set_index("unit")["share"].to_dict()
    assert sum(result.shares()) == total
    from_the_top = allocate(
        campaign, among="all", weights=by_leaf, target=total, method=method
    ).to_frame().set_index("unit")["share"].to_dict()  # fmt: skip
    assert dict(result.drift) == {code: share[code] - from_the_top[code] for code in tree if code}
    for parent in tree:
        if not parent:
            continue
        below = sorted(leaves_of(tree, parent))
        assert share[parent] == sum(share[leaf] for leaf in below)
        if any(by_leaf[leaf] for leaf in below):
            own = method(share[parent], [by_leaf[leaf] for leaf in below])
            assert [share[leaf] for leaf in below] == own.tolist()

"""Functions of one's own as methods and weights, and the shares of a campaign's own annex."""

from functools import lru_cache
from typing import Any

import attrs
import numpy as np
import pytest

import coverage_campaign as cc
from coverage_campaign.model.units import Annex, Unit
from support.campaigns import tiny

Numbers = np.ndarray[Any, Any]


def squared(total: int, weights: Numbers, **options: Any) -> Numbers:  # noqa: ANN401 - handed on
    """Share by the squares of the weights."""
    return cc.apportion.webster(total, [int(one) ** 2 for one in weights], **options)


def all_to_the_first(total: int, weights: Numbers) -> list[int]:
    """Give everything to the first unit, whatever bounds there are."""
    return [total, *[0] * (len(weights) - 1)]


def test_a_method_of_one_s_own_shares_and_explains() -> None:
    """500, 300, 200 squared are 25, 9 and 4 of 38 parts of 38 people."""
    result = cc.allocate(tiny(), weights=cc.weights.eligible, method=squared, target=38)
    assert result.shares().tolist() == [25, 9, 4]
    assert result.explain("a") == "Ash: eligible 500 → 25 by squared, a function of the caller's."
    assert result.bounds().empty
    assert "squared" in repr(result)


def test_a_method_of_one_s_own_in_a_batch_is_the_method_alone() -> None:
    """Row by row where it has no array form: each scenario is what a run of it gives."""
    scenario = cc.Scenario(campaign=tiny(), weights=cc.weights.eligible, method=squared)
    study = cc.explore(scenario, over={"total": [38, 76, 90], "floors.c": [None, 6]})
    for number in range(len(study)):
        alone = cc.run(study.scenario(number)).allocation.shares().tolist()
        assert study.array("share")[number].tolist() == alone


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ([1, 2], "an array of shape"),
        ([1.5, 2.5, 6.0], "one whole number for each of 3 units"),
        ([float("nan"), 5, 5], "one whole number for each of 3 units"),
        ([1, 2, 3], "gave 6 in all"),
        (["a", "b", "c"], "one whole number"),
        ([-1, 5, 6], "one whole number"),
    ],
)
def test_an_answer_that_is_no_sharing_is_refused(answer: list[Any], found: str) -> None:
    """Too few numbers, halves, nothing, another total, text or less than nobody."""
    with pytest.raises(cc.DefinitionError, match=found):
        cc.allocate(
            tiny(), weights=cc.weights.equal, target=10, method=lambda *_, **__: np.array(answer)
        )


def test_bounds_that_a_method_does_not_know_are_not_lost() -> None:
    """Floors and caps need a method that takes them, and an answer that keeps them."""
    with pytest.raises(cc.DefinitionError, match="takes no floors"):
        cc.allocate(tiny(), weights=cc.weights.equal, target=9, method=all_to_the_first,
                    floors={"b": 2})  # fmt: skip

    def careless(
        total: int, weights: Numbers, floors: Numbers | None = None, caps: Numbers | None = None
    ) -> Numbers:
        del floors, caps
        return squared(total, weights)

    with pytest.raises(cc.DefinitionError, match="leaves the floors or caps"):
        cc.allocate(tiny(), weights=cc.weights.equal, target=9, method=careless, floors={"b": 8})


def twice(unit: Unit) -> int:
    """Weigh Ash twice."""
    return 2 if unit.code == "a" else 1


def test_a_function_of_a_unit_is_a_weighting() -> None:
    """2, 1 and 1 of 4 parts of 8 people; the basis names the function."""
    result = cc.allocate(tiny(), weights=twice, target=8)
    assert result.shares().tolist() == [4, 2, 2]
    assert any("twice" in line for line in result.basis.lines())
    with pytest.raises(cc.DefinitionError, match="a weight is a number"):
        cc.allocate(tiny(), weights=lambda unit: unit.code, target=8)


def with_annex(*shares: int) -> cc.Campaign:
    """Return the tiny campaign with an annex of the counties at hand."""
    annex = Annex("annex-1", "Annex 1", "counties", at_hand=True, clause="2",
                  shares=dict(zip("abc", shares, strict=False)))  # fmt: skip
    return attrs.evolve(tiny(), annexes=(annex,))


def test_an_annex_that_a_bound_moves_is_no_more_said_to_be_the_targets() -> None:
    """A floor of 50 takes people from the others: the targets are shared by the annex's figures."""
    lines = cc.allocate(with_annex(40, 35, 25), floors={"a": 50}).basis.lines()
    assert any("by the figures of Annex 1 (clause 2), and differ" in line for line in lines)
    with pytest.raises(cc.DefinitionError, match="share by 'annex-1'"):
        cc.allocate(with_annex(40, 35, 25), target=90)


def test_without_weights_the_shares_are_the_annex_s_own() -> None:
    """40, 35 and 25 people as the annex has them, and the basis says where they are from."""
    campaign = with_annex(40, 35, 25)
    for weights in (None, campaign.annexes[0], "annex-1", cc.weights.by_annex(campaign.annexes[0])):
        result = cc.allocate(campaign, weights=weights)
        assert result.shares().tolist() == [40, 35, 25]
        lines = result.basis.lines()
        assert any("Annex 1 (clause 2)" in line for line in lines)
        assert not any("not taken from a source" in line for line in lines)
        assert any("依据Annex 1" in line for line in result.basis.lines("zh"))
    study = cc.explore(cc.Scenario(campaign=campaign), over={"base": [0]})
    assert study.array("share")[0].tolist() == [40, 35, 25]


def test_without_weights_and_annex_the_choice_is_named() -> None:
    """The measures that every unit has, in the words that a caller writes."""
    with pytest.raises(cc.DefinitionError, match=r"by_measure\('eligible'\).*cc.weights.equal"):
        cc.allocate(tiny())
    with pytest.raises(cc.DefinitionError, match="adds up to 90 people, the target is 100"):
        cc.allocate(with_annex(40, 30, 20))
    with pytest.raises(cc.DefinitionError, match="no share of 'c'"):
        cc.allocate(with_annex(60, 40))


@attrs.define  # equal by value and mutable: it has no hash
class Powered:
    """A method, and a weighting, with a setting of its own."""

    power: int

    def __call__(self, total: int, weights: Numbers, **options: Any) -> Numbers:  # noqa: ANN401 - handed on
        """Share by a power of the weights."""
        return cc.apportion.webster(total, [int(one) ** self.power for one in weights], **options)


class Alike:
    """A function of a unit that is an object."""

    def __call__(self, unit: Unit) -> int:
        """Weigh every unit alike, whatever its kind."""
        return 2 if unit.kind else 0


def test_an_object_that_is_called_is_a_method() -> None:
    """500, 300, 200 squared are 25, 9 and 4 of 38 parts of 38 people; it needs no hash."""
    shares = cc.allocate(tiny(), weights=cc.weights.eligible, method=Powered(2), target=38).shares()
    assert shares.tolist() == [25, 9, 4]


@pytest.mark.parametrize("weigh", [Alike(), lru_cache(Alike())])
def test_an_object_that_is_called_is_a_weighting(weigh: Any) -> None:  # noqa: ANN401 - two kinds
    """Three units of like weight share 39 people evenly."""
    made = cc.allocate(tiny(), weights=weigh, target=39)
    assert made.shares().tolist() == [13, 13, 13]
    assert "object at" not in " ".join(made.basis.lines())

"""Burden and fairness come from one place, and name what they divide by."""

from fractions import Fraction

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import coverage_campaign as cc
from coverage_campaign.allocation.equity import Fairness, gini, ginis, lorenz
from support.campaigns import tiny


def by_pairs(shares: list[int], need: list[int]) -> Fraction:
    """Return the mean difference of burdens over twice their mean, each weighted by its need."""
    whole, mean = sum(need), Fraction(sum(shares), sum(need))
    pairs = list(zip(shares, need, strict=True))
    spread = sum(
        Fraction(m * n, whole**2) * abs(Fraction(s, m) - Fraction(t, n))
        for s, m in pairs
        for t, n in pairs
    )
    return Fraction(spread) / (2 * mean)


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 99)), min_size=1, max_size=6))
def test_the_gini_is_the_mean_difference_of_burdens(pairs: list[tuple[int, int]]) -> None:
    """The area of the Lorenz curve, and the same in floats for many scenarios at once."""
    shares, need = [share for share, _ in pairs], [many for _, many in pairs]
    if not sum(shares):
        assert gini(shares, need) == 0
        return
    exact = gini(shares, need)
    assert exact == by_pairs(shares, need)
    rows = np.array([shares, shares], dtype=float)
    assert ginis(rows, np.array(need, dtype=float)) == pytest.approx([float(exact)] * 2, abs=1e-12)
    across, up = lorenz(shares, need)
    area = sum((across[k + 1] - across[k]) * (up[k + 1] + up[k]) for k in range(len(pairs)))
    assert 1 - area == pytest.approx(float(exact), abs=1e-12)


def without_figure() -> cc.Campaign:
    """Return the tiny campaign in which nobody knows Birch's eligible people."""
    campaign = tiny()
    units = tuple(
        attrs.evolve(unit, counts={"covered": 210}) if unit.code == "b" else unit
        for unit in campaign.units
    )
    return attrs.evolve(campaign, units=units)


@pytest.mark.parametrize(("campaign", "need"), [(tiny(), "eligible"), (without_figure(), "equal")])
def test_allocation_and_study_have_one_gini_and_name_its_need(
    campaign: cc.Campaign, need: str
) -> None:
    """Where a figure is missing both fall back to the weights, and say so."""
    scenario = cc.Scenario(campaign=campaign, weights=cc.weights.equal)
    found = cc.run(scenario).allocation.fairness()
    row = cc.explore(scenario, over={"total": [100]}).fairness().iloc[0]
    assert found.need == row["per"] == need
    assert row["gini"] == pytest.approx(float(found.gini))
    assert row["heaviest"] == found.largest.unit
    assert row["largest_burden"] == pytest.approx(float(found.largest.rate))


def test_a_burden_that_is_no_rate_is_no_percentage() -> None:
    """100 people on a weight of 1 are 100, and not 10,000 %."""
    found: Fairness = cc.allocate(without_figure(), weights=cc.weights.equal).fairness()
    assert "34.0000" in str(found)
    assert "%" not in str(found)

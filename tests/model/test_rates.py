"""A rate is a part of one: numbers of percent are refused, wherever a rate is taken."""

from collections.abc import Callable
from fractions import Fraction

import pytest

import coverage_campaign as cc
from coverage_campaign.model.targets import to_exact, to_rate
from support.campaigns import tiny


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: cc.rules.all_or_nothing(5, goal="95"), "goal: '95' -- write '95%' or '0.95'"),
        (lambda: cc.rules.band((60, 1)), "60 -- write '60%' or '0.6'"),
        (lambda: cc.rules.bonus(1, beyond=100), "100 -- write '100%' or '1'"),
        (lambda: cc.rules.points(cc.rules.per_point("0.1"), 98), "98 -- write '98%' or '0.98'"),
        (lambda: cc.Commendation("110"), "threshold: '110' -- write '110%' or '1.1'"),
        (lambda: cc.CoverageTarget("c", "C", to=80), "to: 80 -- write '80%' or '0.8'"),
        (lambda: to_rate("1/0"), "give a fraction"),
        (lambda: to_rate("9" * 100), "write '95%' or '0.95'"),
        (lambda: uplifted(5), "uplift: 5 -- write '5%' or '500%'"),
        (lambda: uplifted("1.05"), r"uplift: '1.05' -- write '1.05%' or '105%'"),
        (lambda: uplifted({1: 5}), "uplift: 5 -- write '5%' or '500%'"),
    ],
)
def test_a_number_of_percent_is_no_rate(make: Callable[[], object], words: str) -> None:
    """95 for 95 % would be 9,500 %: it is refused with both ways to write what is meant."""
    with pytest.raises(cc.DefinitionError) as caught:
        make()
    assert words in str(caught.value)


def uplifted(uplift: object, target: int = 100) -> cc.Allocation:
    """Return a small allocation with an uplift."""
    return cc.allocate(tiny(), weights=cc.weights.equal, target=target, uplift=uplift)  # type: ignore[arg-type] - mistakes under test


def test_what_says_percent_is_taken_at_its_word() -> None:
    """With a percent sign, also the full-width one, a rate may be as large as it says."""
    assert to_rate("1200%") == 12
    assert to_rate("95\N{FULLWIDTH PERCENT SIGN}") == to_rate("95 %") == Fraction(19, 20)
    assert uplifted("500%", 20).uplifted_shares().sum() == 120
    assert to_rate(Fraction(12)) == 12  # exact values are not read again


def test_counts_are_measured_as_they_are() -> None:
    """A number of cases is no rate: nine missed milestones are a goal, twelve cases a measure."""
    assert cc.rules.points(cc.rules.per_case(-1), 12) == -12
    assert cc.rules.points(cc.rules.capped(cc.rules.per_case(-1), least=-5), 12) == -5
    nine = cc.rules.all_or_nothing(1, goal=9)
    assert cc.rules.points(nine, 9) == 1
    assert to_exact("30") == 30

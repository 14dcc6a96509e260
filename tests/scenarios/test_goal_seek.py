"""What would it take: both neighbours, every crossing, and contradictions that are not hidden."""

import datetime as dt

import pandas as pd
import pytest

import coverage_campaign as cc
from support.campaigns import tiny


def scenario() -> cc.Scenario:
    """Return the tiny campaign assessed at the end of its drive."""
    return cc.Scenario(
        campaign=tiny(), weights=cc.weights.eligible, over="drive", as_of="2026-06-10"
    )


def reports(persons: list[int]) -> cc.Tally:
    """Return a report of each county on the fifth day."""
    frame = pd.DataFrame({"unit": ["a", "b", "c"], "date": "2026-06-05", "persons": persons})
    return cc.read_reports(frame, tiny(), figures="new", by="day")


def test_the_date_by_which_half_is_planned() -> None:
    """Ten even days: half of 100 is planned at the end of the fifth."""
    days = [dt.date(2026, 6, day) for day in range(1, 11)]

    def half(outcome: cc.Outcome) -> bool:
        assert outcome.progress is not None
        return bool(outcome.progress.totals()["planned"].iloc[0] >= 50)

    found = cc.goal_seek(scenario(), input=("as_of", days), until=half, reports=reports([1, 1, 1]))
    assert found.value == dt.date(2026, 6, 5)
    assert found.crossings[0].before == dt.date(2026, 6, 4)
    assert "begins to hold between 2026-06-04 and 2026-06-05" in repr(found)


def test_the_weight_of_one_county() -> None:
    """Cedar with weight w of 800 + w has 25 of 100 or more from w = 259: 100 w / (800 + w) >= 24.5.

    24.5 x 800 / 75.5 = 259.6; at 259 the shares 47.2, 28.3, 24.46 leave one seat more to give, and
    Cedar's claim to it, 259 / 24.5 = 10.57, is the greatest.
    """
    found = cc.goal_seek(
        scenario(),
        input=("weights.c", range(200, 400)),
        until=lambda outcome: bool(outcome.allocation.shares()["c"] >= 25),
    )
    shares = {}
    for weight in (found.crossings[0].before, found.crossings[0].after):
        seats = [0, 0, 0]
        weights = [500, 300, weight]
        for _ in range(100):  # the highest claim, seat by seat
            claims = [w / (2 * s + 1) for w, s in zip(weights, seats, strict=True)]
            seats[claims.index(max(claims))] += 1
        shares[weight] = seats[2]
    assert list(shares.values()) == [24, 25]


def test_a_condition_that_comes_and_goes_is_not_taken_for_monotone() -> None:
    """Whether a share is odd changes all the time: the halving finds one crossing, and says no."""
    with pytest.raises(cc.DefinitionError, match="monotone=False"):
        cc.goal_seek(
            scenario(),
            input=("target", range(50, 101)),
            until=lambda outcome: bool(outcome.allocation.shares()["c"] % 2),
        )


def test_a_batch_finds_every_crossing() -> None:
    """All values in one study: the crossings are those of single runs over the whole range."""
    values = range(50, 101)
    batch = cc.goal_seek(
        scenario(),
        input=("target", values),
        holds=lambda study: study.array("share")[:, study.units.index("c")] % 2 == 1,
    )
    single = cc.goal_seek(
        scenario(),
        input=("target", values),
        until=lambda outcome: bool(outcome.allocation.shares()["c"] % 2),
        monotone=False,
    )
    assert batch.crossings == single.crossings
    assert batch.runs == 51
    assert batch.to_frame()["holds_after"].tolist()[:2] == [True, False]


def test_the_pace_that_reaches_the_target() -> None:
    """60 of 100 are done by the fifth day; five days are left: 8 a day make 100, 7 make 95."""

    def met(outcome: cc.Outcome) -> bool:
        assert outcome.progress is not None
        return bool(outcome.progress.totals()["done"].iloc[0] >= 100)

    found = cc.goal_seek(
        scenario(), input=("persons_per_day", range(21)), until=met, reports=reports([30, 18, 12])
    )
    assert (found.crossings[0].before, found.value) == (7, 8)


def test_what_holds_at_the_first_value_is_that_value() -> None:
    """The smallest value that was tried is the answer when it already holds there."""
    found = cc.goal_seek(scenario(), input=("target", range(50, 60)), until=lambda _: True)
    assert found.value == 50
    assert "always" in repr(found)


def test_one_condition_and_a_known_lever() -> None:
    """None or two conditions, and a lever with a slip, are refused."""
    with pytest.raises(cc.DefinitionError, match="until= or holds="):
        cc.goal_seek(scenario(), input=("target", [1, 2]))
    with pytest.raises(cc.DefinitionError, match="no such input"):
        cc.goal_seek(scenario(), input=("tagret", [1, 2]), until=lambda _: True)


def test_persons_a_day_of_one_unit() -> None:
    """Ash lacks 20 of 50 with five days left: 4 a day, whatever the others do."""

    def met(outcome: cc.Outcome) -> bool:
        assert outcome.progress is not None
        return bool(outcome.progress.to_frame()["shortfall"].iloc[0] == 0)

    found = cc.goal_seek(
        scenario(),
        input=("persons_per_day.a", range(21)),
        until=met,
        reports=reports([30, 18, 12]),
    )
    assert found.value == 4
    with pytest.raises(cc.DefinitionError, match="no such unit"):
        cc.goal_seek(
            scenario(), input=("persons_per_day.x", [1, 2]), until=met, reports=reports([1, 1, 1])
        )


def test_the_pace_of_one_unit_that_brings_it_to_its_target() -> None:
    """The smallest of the paces at which the forecast of Ash is at its target."""
    early = cc.vary(scenario(), as_of="2026-06-05", forecast_method=cc.paces.run_rate(1))
    paces = [one / 4 for one in range(13)]

    def met(outcome: cc.Outcome) -> bool:
        assert outcome.forecast is not None
        return bool(outcome.forecast.to_frame()["expected"].iloc[0] >= 50)

    found = cc.goal_seek(early, input=("pace.a", paces), until=met, reports=reports([15, 18, 12]))
    for value, reached in ((found.crossings[0].before, False), (found.value, True)):
        alone = cc.run(cc.vary(early, pace={"a": value}), reports=reports([15, 18, 12]))
        assert met(alone) is reached


def capped() -> cc.Scenario:
    """Return the tiny campaign with Ash capped: 130 people at most have room, 40 are the least."""
    return cc.vary(
        scenario(),
        floors={"a": 20, "b": 10, "c": 10},
        caps={"a": 50, "b": 40, "c": 40},
    )


@pytest.mark.parametrize("monotone", [True, False])
def test_what_cannot_be_solved_is_passed_over_and_named(monotone: bool) -> None:  # noqa: FBT001
    """Cedar has 30 or more of 20 to 400 people only where it can be shared at all: never no answer.

    The floors need 40 people and the caps have room for 130: what lies outside says nothing.
    """
    found = cc.goal_seek(
        capped(),
        input=("target", range(20, 401, 5)),
        until=lambda outcome: bool(outcome.allocation.shares()["c"] >= 30),
        monotone=monotone,
    )
    assert found.infeasible == ((20, 35), (135, 400))
    assert isinstance(found.value, int)
    assert 40 < found.value <= 130
    assert not found.holds_first
    assert "Infeasible: 20 to 35 and 135 to 400" in repr(found)


def test_no_value_that_can_be_solved_is_no_answer() -> None:
    """Where every value is infeasible the condition neither holds nor fails: an error says so."""
    with pytest.raises(cc.InfeasibleError, match="no value can be solved"):
        cc.goal_seek(capped(), input=("target", range(200, 300, 10)), until=lambda _: True)


def test_a_condition_is_true_or_false() -> None:
    """None or a number is no answer to a condition, and a name without values is no input."""
    for answer in (None, 3):
        with pytest.raises(cc.DefinitionError, match=r"until: returned .* return True or False"):
            cc.goal_seek(
                scenario(),
                input=("target", [100, 200]),
                until=lambda _, answer=answer: answer,  # type: ignore[misc]
            )
    with pytest.raises(TypeError, match="a pair: text and a list"):
        cc.goal_seek(scenario(), input=("target", 5), until=lambda _: True)  # type: ignore[arg-type]

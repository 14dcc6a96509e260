"""A plain function is taken wherever a method, curve, pace, rule, trigger or weighting is."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import coverage_campaign as cc
from coverage_campaign.model.scheme import AnyRule, Scheme
from support import own_functions as own
from support.campaigns import tiny


def reports() -> cc.Tally:
    """Return a report of each county on the second day."""
    frame = pd.DataFrame({"unit": [*"abc"], "date": "2026-06-02", "persons": [24, 18, 8]})
    return cc.read_reports(frame, tiny(), figures="new", by="day")


def scored_by(rule: AnyRule) -> Scheme:
    """Return a scheme of one item."""
    return Scheme("one", items=[cc.rules.item("x", "People", rule)], full=None)


def scenario() -> cc.Scenario:
    """Return a scenario that goes through every stage."""
    return cc.Scenario(
        campaign=tiny(),
        weights=cc.weights.eligible,
        target=103,
        over="drive",
        as_of="2026-06-06",
        reports=reports(),
        scheme=scored_by(cc.rules.per_point("0.3")),
    )


FUNCTIONS: dict[str, Any] = {
    "weights": own.by_letter,
    "method": own.rest_to_the_first,
    "curve": own.less_each_day,
    "forecast_method": own.one_more,
    "pace": own.twice,
    "scheme": own.ten_times,
}
KINDS = sorted(FUNCTIONS)
WHAT = ("share", "planned", "rank", "expected", "high", "score")


def having(name: str, function: Callable[..., Any]) -> cc.Scenario:
    """Return the scenario with a function in the place of one input."""
    value = scored_by(function) if name == "scheme" else function
    return cc.vary(scenario(), **{name: value})


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_a_function_works_in_every_stage_and_in_every_comparison(name: str) -> None:
    """Runs, explanations, studies, searches, comparisons and code take it like any other."""
    function = FUNCTIONS[name]
    one = having(name, function)
    plain, mine = cc.run(scenario()), cc.run(one)
    assert mine.forecast is not None
    assert mine.assessment is not None
    compared = cc.compare(plain, mine)
    assert any(line.startswith(name) for line in compared.inputs)
    assert not compared.is_empty
    assert function.__name__ in compared.sentence()
    for lang in ("en", "zh"):
        assert "Ash" in mine.allocation.explain("a", lang=lang) or lang == "zh"
        assert mine.assessment.explain("a", lang=lang)
    if name == "scheme":
        assert "ten_times" in mine.assessment.explain("a")
    study = cc.explore(
        scenario(), over={name: [getattr(scenario(), name), getattr(one, name)]}, what=WHAT
    )
    for number, alone in enumerate((plain, mine)):
        again = cc.run(study.scenario(number))
        assert again.allocation == alone.allocation
        frames = (alone.allocation, alone.progress, alone.forecast, alone.assessment)
        for quantity in WHAT:
            frame = next(f.to_frame() for f in frames if f and quantity in f.to_frame().columns)
            twin = frame.set_index("unit")[quantity].reindex(["a", "b", "c"]).astype("Float64")
            columns = [study.units.index(unit) for unit in "abc"]
            np.testing.assert_array_equal(study.array(quantity)[number, columns], twin.to_numpy())
    sought = cc.goal_seek(
        one,
        input=("target", range(60, 160)),
        until=lambda outcome: outcome.allocation.shares()["a"] >= 40,
    )
    least = next(
        total
        for total in range(60, 160)
        if cc.run(cc.vary(one, target=total)).allocation.shares()["a"] >= 40
    )
    assert sought.value == least
    assert cc.stability(one, reports=reports(), over={"target": [120]}).variants
    assert function.__name__ in one.to_code()
    made: dict[str, Any] = {"reports": reports()}
    exec(one.to_code(), made)  # noqa: S102 - the library's own code, which is what is tested
    assert made["scenario"] == one
    with pytest.raises(cc.DefinitionError, match=f"the function .*{function.__name__}"):
        cc.to_json(one)


NUMBER_A_DAY = "one whole number for each"
WRONG: list[tuple[str, str, Callable[..., Any], str]] = [
    ("weights", "nan", lambda _: float("nan"), "finite number"),
    ("weights", "text", lambda _: "x", "a weight is a number"),
    ("weights", "raises", lambda _: 1 / 0, "raised ZeroDivisionError"),
    ("weights", "takes nothing", lambda: 1, "raised TypeError"),
    ("method", "shape", lambda _t, _w: [1, 2], "one whole number for each of 3 units"),
    ("method", "nan", lambda _t, w: [float("nan")] * len(w), "one whole number for each"),
    ("method", "sum", lambda _t, w: [1] * len(w), "3 in all"),
    ("method", "bounds", lambda t, w: [*([0] * (len(w) - 1)), t], "takes no caps"),
    ("method", "raises", lambda _t, _w: 1 / 0, "raised ZeroDivisionError"),
    ("curve", "shape", lambda _: [1, 2], NUMBER_A_DAY),
    ("curve", "nan", lambda days: [float("nan")] * len(days), NUMBER_A_DAY),
    ("curve", "raises", lambda _: 1 / 0, "raised ZeroDivisionError"),
    ("forecast_method", "shape", lambda _: [1, 2], "persons of the shape"),
    ("forecast_method", "nan", lambda h: np.full((len(h.ahead), 3), np.nan), "returned nan"),
    ("forecast_method", "raises", lambda _: 1 / 0, "raised ZeroDivisionError"),
    ("pace", "nan", lambda _: float("nan"), "0 or more times the pace"),
    ("pace", "raises", lambda _: 1 / 0, "raised ZeroDivisionError"),
    ("scheme", "nan", lambda _: float("nan"), "return points as a finite number"),
    ("scheme", "text", lambda _: "x", "return points as a finite number"),
    ("scheme", "raises", lambda _: 1 / 0, "raised ZeroDivisionError"),
]


@pytest.mark.parametrize(("name", "what", "function", "words"), WRONG)
def test_a_function_that_gives_something_else_is_named_by_the_error(
    name: str, what: str, function: Callable[..., Any], words: str
) -> None:
    """A wrong shape, NaN, text or an exception is an error that says what is wanted."""
    del what

    def all_of_it() -> object:
        outcome = cc.run(having(name, function))
        return outcome.forecast, outcome.assessment and outcome.assessment.to_frame()

    with pytest.raises(cc.CampaignError, match=words):
        all_of_it()
    with pytest.raises(cc.CampaignError, match=words):
        cc.explore(having(name, function), over={"target": [101]}, what=WHAT)


def test_a_trigger_is_a_function_of_the_history() -> None:
    """It is asked once for each progress, named in the explanation, and checked."""
    progress = cc.run(scenario()).progress
    assert progress is not None
    watchlist = cc.supervise([progress], rules=[own.few])
    assert watchlist.to_frame()["unit"].tolist() == ["c"]
    assert "few" in watchlist.explain("c")
    for wrong in (lambda _: [True], lambda _: 1 / 0, lambda _: pd.Series([1.0], index=["a"])):
        with pytest.raises(cc.DefinitionError, match="return a Series of booleans by unit code"):
            cc.supervise([progress], rules=[wrong])

"""Who hands over another result than a function takes is told by the library, never from inside."""

import functools
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import coverage_campaign as cc
from laws.test_results import (
    CAMPAIGN,
    RESULTS,
    allocation,
    plan,
    progress,
    result,
    scenario,
    tally,
)

mpl.use("Agg")
GIVEN = {
    "campaign": lambda: CAMPAIGN,
    "allocation": allocation,
    "plan": plan,
    "tally": tally,
    "progress": progress,
    "forecast": lambda: cc.forecast(progress()),
    "scenario": scenario,
    "outcome": lambda: cc.run(scenario()),
    "none": lambda: None,
    "text": lambda: "x",
    "number": lambda: 5,
}
TAKERS: dict[str, Callable[[object], object]] = {
    **{f"charts.{name}": getattr(cc.charts, name) for name in cc.charts.__all__ if name != "page"},
    **{f"tables.{name}": getattr(cc.tables, name) for name in ("annex", "ranking", "fairness")},
    "documents.annex": cc.documents.annex,
    "documents.letters": cc.documents.letters,
    "documents.assessment": cc.documents.assessment,
    "bulletin": cc.bulletin,
    "forecast": cc.forecast,
    "letters": cc.letters,
    "review": cc.review,
    "run": cc.run,
    "roll_up": cc.roll_up,
    "supervise": cc.supervise,
    "schedule": lambda given: cc.schedule(given, over="drive"),
    "track": lambda given: cc.track(given, tally(), as_of="2026-06-30"),
    "assess": lambda given: cc.assess(given, CAMPAIGN.scheme),
    "simulate": lambda given: cc.simulate(given, seed=1),
    "from_json": cc.from_json,
    "save_campaign": lambda given: cc.save_campaign(given, "nowhere/x.toml"),
}


@pytest.mark.parametrize("taker", TAKERS)
@pytest.mark.parametrize("given", GIVEN)
def test_another_value_is_named_with_what_is_wanted(given: str, taker: str) -> None:
    """Each function answers, or says what it takes; nothing fails inside it."""
    value = GIVEN[given]()
    said = " takes "
    try:
        TAKERS[taker](value)
    except cc.CampaignError:
        return
    except TypeError as error:
        said = str(error)
    assert " takes " in said


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: cc.charts.burn_up(cc.forecast(progress())), "burn_up takes a Progress"),
        (lambda: cc.forecast(plan()), "forecast takes a Progress .*a Plan: cc.track makes one"),
        (lambda: cc.track(tally(), plan(), as_of="2026-06-30"), "track takes a Plan .*a Tally"),
        (lambda: cc.simulate(plan(), seed=None), "whole number for seed; this is None"),
        (lambda: cc.supervise(progress()), "supervise takes a list of Progress"),
        (lambda: cc.charts.calendar(plan()), "calendar takes a Campaign .*a Plan"),
    ],
)
def test_the_error_names_the_way(call: Callable[[], object], words: str) -> None:
    """What is wanted, what was given, and what to do with it stand in one sentence."""
    with pytest.raises(TypeError, match=words):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: cc.simulate(plan(), seed=-1),
        lambda: cc.forecast(progress(), level=-0.5),
        lambda: cc.forecast(progress(), level=1.5),
        lambda: cc.explore(scenario(), over={"total": 5}),
        lambda: cc.explore(scenario(), over={"total": range(10**9)}),
        lambda: cc.allocate(CAMPAIGN, weights={"a": 1, "b": 1, "c": 1}, target=2**63),
        lambda: cc.apportion.webster(2**63, [1, 2]),
        lambda: cc.track(plan(), tally(), as_of="9999-12-31"),
        lambda: cc.allocate(CAMPAIGN, weights={"a": 1, "b": 1, "c": 1}, ties="alphabet"),
        lambda: cc.read_reports(pd.DataFrame({"unit": ["a"]}), CAMPAIGN, figures="cumulativ"),
    ],
)
def test_numbers_out_of_range_are_refused(call: Callable[[], object]) -> None:
    """Seeds, levels, totals, days and grids that nobody can mean are errors of the library."""
    with pytest.raises(cc.CampaignError):
        call()


SOUND: dict[str, tuple[Callable[..., object], Callable[[], dict[str, object]]]] = {
    "allocate": (cc.allocate, lambda: {"campaign": CAMPAIGN, "weights": {"a": 1, "b": 1, "c": 1}}),
    "schedule": (cc.schedule, lambda: {"allocation": allocation(), "over": "drive"}),
    "track": (cc.track, lambda: {"plan": plan(), "tally": tally(), "as_of": "2026-06-30"}),
    "forecast": (cc.forecast, lambda: {"progress": progress()}),
    "supervise": (cc.supervise, lambda: {"history": [progress()]}),
    "letters": (cc.letters, lambda: {"allocation": allocation()}),
    "simulate": (cc.simulate, lambda: {"plan": plan(), "seed": 1}),
    "reallocate": (
        cc.reallocate,
        lambda: {"allocation": allocation(), "progress": progress()},
    ),
    "save_campaign": (cc.save_campaign, lambda: {"campaign": CAMPAIGN, "path": "nowhere/x.toml"}),
    "load_case": (cc.load_case, lambda: {"name": "hengyang", "year": 2008}),
}
ODD = (
    *(None, "x", "", -1, 2**63, 10**400, float("nan"), float("inf"), True, 1.5, b"x", 3 + 4j),
    *("9999-12-31", "0001-01-01", "\ud800", [], {}, [None], ["x"], {1: 2}, {"a": -1}),
    *(range(10**9), object(), int, np.array([1, 2]), pd.NaT),
)


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        (name, parameter)
        for name, (function, _) in SOUND.items()
        for parameter in inspect.signature(function).parameters
    ],
)
def test_no_argument_fails_inside(name: str, parameter: str) -> None:
    """Whatever one argument is, the library answers or says what is wrong with it."""
    function, given = SOUND[name]
    for odd in ODD:
        said = " takes "
        try:
            function(**{**given(), parameter: odd})
        except cc.CampaignError:
            continue
        except TypeError as error:
            said = str(error)
        assert re.search(r" takes | needs year|give a", said), odd


def callables() -> Iterator[tuple[str, Callable[..., object]]]:
    """Yield every public function, and every method of a result that takes something."""
    for name in dir(cc):
        value = getattr(cc, name)
        inner = getattr(value, "__all__", ()) if inspect.ismodule(value) else ()
        members = [(f"{name}.{one}", getattr(value, one)) for one in inner] or [(name, value)]
        for called, member in members:
            if inspect.isfunction(member) and called.partition(".")[0] not in {"testing", "vary"}:
                yield called, member
    for kind in RESULTS:
        owner = type(result(kind))
        for name, method in vars(owner).items():
            if inspect.isfunction(method) and not name.startswith("_"):
                yield f"{kind}.{name}", functools.partial(method, result(kind))


def required(function: Callable[..., object]) -> list[inspect.Parameter]:
    """Return the parameters that a call has to give, those that take several among them."""
    return [
        one
        for one in inspect.signature(function).parameters.values()
        if one.default is one.empty and one.kind is not one.VAR_KEYWORD
    ]


# What their arguments are is known where they are called: other functions read them first.
READ_BEFORE = {"apportion.apportioned", "apportion.name_of", "curves.curve_words", "curves.spread"}
WALKED = {
    name: function
    for name, function in callables()
    if required(function) and name not in READ_BEFORE
}


@pytest.mark.parametrize("name", WALKED)
def test_whatever_is_handed_over_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every function and method answers odd values, or says what it takes; none fails inside."""
    monkeypatch.chdir(tmp_path)
    parameters = required(WALKED[name])
    several = [one.name for one in parameters if one.kind is one.VAR_POSITIONAL]
    for odd in ODD:
        named = {one.name: odd for one in parameters if one.name not in several}
        said = " takes "
        try:
            WALKED[name](*(odd for _ in several), **named)
        except cc.CampaignError:
            continue
        except TypeError as error:
            said = str(error)
        assert re.search(r" takes | needs year|give a|this is ", said), odd

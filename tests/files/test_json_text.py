import datetime as dt
import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import coverage_campaign as cc
from coverage_campaign.errors import DefinitionError
from coverage_campaign.files import json_values
from coverage_campaign.files.json_values import from_json, to_json
from coverage_campaign.model.dates import MonthDay, Window
from support.campaigns import tiny


def scenario() -> cc.Scenario:
    """Return a scenario with an input of each kind: table, function, fraction, text."""
    return cc.Scenario(
        campaign=tiny(),
        weights=cc.weights.declared({"a": 5, "b": 3, "c": 2}, because="a test says so"),
        method=cc.apportion.hill,
        over="drive",
        floors={"a": 10},
        uplift=Fraction(1, 20),
    )


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        7,
        "text",
        0.5,
        math.inf,
        Fraction(8, 11),
        Decimal("0.10"),
        dt.date(2026, 6, 1),
        dt.datetime(2026, 6, 1, 12, 30),  # noqa: DTZ001 - civil time
        MonthDay(2, 29),
        (1, ("a", None)),
        {"a": 1, "b": (2,)},
        Window("2026-06-01", "2026-06-10"),
        cc.apportion.webster,
        cc.apportion.stationary(Fraction(1, 3)),
        cc.curves.even,
        cc.Readings(outstanding="110%", suggested=cc.Readings(increase="points")),
        tiny().unit("a"),
    ],
)
def test_a_value_comes_back_equal_and_of_its_type(value: object) -> None:
    """Plain values, exact numbers, days, functions and values of the model survive as they are."""
    back = from_json(to_json(value))
    assert back == value
    assert type(back) is type(value)


def test_a_scenario_comes_back_equal() -> None:
    """A scenario is its inputs: they come back, and the same run follows from them."""
    one = scenario()
    back = from_json(to_json(one))
    assert back == one
    assert cc.run(back).allocation.to_frame().equals(cc.run(one).allocation.to_frame())


def progress() -> cc.Progress:
    """Return how far simulated reports of the scenario are at the end of the fifth day."""
    plan = cc.run(scenario()).plan
    assert plan is not None
    events = cc.simulate(plan, seed=3).events
    tally = cc.tally(events, tiny(), as_of="2026-06-30", by="day", simulated=True)
    return cc.track(plan, tally, as_of="2026-06-05")


@pytest.mark.parametrize(
    "result",
    [
        lambda: cc.run(scenario()).allocation,
        lambda: cc.run(scenario()).plan,
        lambda: cc.review(tiny()),
        lambda: progress().tally,
        progress,
        lambda: cc.assess(progress(), tiny().scheme),  # type: ignore[arg-type] - tiny has one
        lambda: cc.compare(progress(), progress()),
    ],
    ids=["allocation", "plan", "findings", "tally", "progress", "assessment", "comparison"],
)
def test_a_result_comes_back_with_its_table_and_its_basis(result: Callable[[], object]) -> None:
    """A result survives with the same table, the same types of columns, and what it rests on."""
    made = result()
    back = from_json(to_json(made))
    assert type(back) is type(made)
    pd.testing.assert_frame_equal(back.to_frame(), made.to_frame())  # type: ignore[attr-defined] - each has it
    assert getattr(back, "basis", None) == getattr(made, "basis", None)


def test_a_frame_keeps_missing_apart_from_zero() -> None:
    """<NA>, NaN, no day and no text come back as what they were, and zero as zero."""
    frame = pd.DataFrame(
        {
            "count": pd.array([0, None], dtype="Int64"),
            "rate": [0.0, math.nan],
            "day": pd.to_datetime(["2026-06-01", None]).astype("datetime64[s]"),
            "name": pd.array(["a", None], dtype="str"),
            "sure": pd.array([True, None], dtype="boolean"),
        }
    )
    pd.testing.assert_frame_equal(from_json(to_json(frame)), frame)


def test_arrays_and_series_keep_their_shape_and_index() -> None:
    """A matrix and an indexed series come back with dtype, shape and index."""
    matrix = np.arange(6, dtype=np.int64).reshape(2, 3)
    np.testing.assert_array_equal(from_json(to_json(matrix)), matrix)
    series = pd.Series([1, 2], index=["a", "b"])
    pd.testing.assert_series_equal(from_json(to_json(series)), series, check_names=False)


def test_mistakes_of_a_campaign_in_json_have_their_places() -> None:
    """A service sends a campaign with mistakes and is told all of them, each with its place."""
    text = to_json(tiny()).replace('"counties"', '"countys"', 1).replace('"drive"', '"drvie"', 1)
    with pytest.raises(DefinitionError) as caught:
        from_json(text.replace('"persons": 100', '"persons": -1'))
    places = [problem.where for problem in caught.value.problems]
    assert "JSON: targets[0] 'headcount'.persons" in places


def test_a_value_inside_another_is_placed() -> None:
    """What is wrong inside a scenario is named by its way there."""
    text = to_json(scenario()).replace("apportion.hill", "os.remove")
    with pytest.raises(
        DefinitionError, match=r"JSON: method: 'os.remove' is none of its functions"
    ):
        from_json(text)
    broken = to_json(scenario()).replace('"persons": 100', '"persons": -1')
    with pytest.raises(DefinitionError, match=r"JSON: campaign: targets\[0\] 'headcount'.persons"):
        from_json(broken)


def test_what_is_no_value_of_the_library_is_refused() -> None:
    """An object of the caller's own class has no place in a text and is refused by its name."""
    with pytest.raises(DefinitionError, match="object"):
        to_json(object())
    with pytest.raises(DefinitionError, match=r"method: the function .*<lambda>"):
        to_json(cc.vary(scenario(), method=lambda *_: None))


@pytest.mark.parametrize(
    "text",
    [
        '{"array": {"dtype": "int8", "values": [0]}, "dtype": "int8", "shape": [2000000000]}',
        '{"array": {"dtype": "int8", "values": [0]}, "dtype": "U500000000", "shape": [1]}',
        '{"array": {"dtype": "int64", "values": [1]}, "dtype": "int64", "shape": [-1]}',
        '{"frame": {"a": {"dtype": "V999999999", "values": [0]}}}',
        '{"frame": {"a": {"dtype": "str", "values": [""]}, "b": {"dtype": "str", "values": []}}}',
        '{"frame": {"a": {"dtype": "int64", "values": "12"}}}',
        '{"series": {"dtype": "int64", "values": [1]}, "index": {"dtype": "str", "values": []}}',
        '{"function": "apportion.np"}',
        '{"function": "weights.__class__"}',
        '{"function": "os.system"}',
        '{"type": "apportion.webster"}',
        '{"type": "checks.Problem"}',
        '{"type": "__builtins__"}',
        '{"type": "Unit", "schema": true, "code": "a", "label": "A", "kind": "k"}',
        '{"timestamp": "9999999-01-01"}',
    ],
)
def test_a_text_makes_nothing_large_and_nothing_of_others(text: str) -> None:
    """A few bytes make no gigabytes; columns have known types; names are the library's alone."""
    with pytest.raises(DefinitionError, match="JSON"):
        from_json(text)


def test_a_field_of_another_type_is_refused() -> None:
    """Each field is checked when it is read: a campaign is no fraction, a code no number."""
    text = to_json(scenario())
    start, end = text.index('"campaign": {'), text.index('"weights"')
    with pytest.raises(DefinitionError, match="JSON: campaign"):
        from_json(f'{text[:start]}"campaign": {{"fraction": "1/2"}},{text[end:]}')
    with pytest.raises(DefinitionError, match="code: 5 -- give text"):
        from_json('{"type": "Unit", "code": 5, "label": "A", "kind": "county"}')


def test_a_newer_text_is_refused_by_name_and_an_older_one_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every value says the version of its fields; an older version is brought up to this one."""
    unit = tiny().unit("a")
    text = to_json(unit)
    assert '"schema": 1' in text
    with pytest.raises(DefinitionError, match=r"schema 2 of Unit; this library reads up to 1"):
        from_json(text.replace('"schema": 1', '"schema": 2'))
    monkeypatch.setattr(json_values, "_VERSIONS", {"Unit": 2})
    monkeypatch.setattr(
        json_values,
        "_UPGRADES",
        {("Unit", 1): lambda fields: {**fields, "clause": f"{fields['clause']} (old)"}},
    )
    assert from_json(text) == cc.vary(unit, clause=f"{unit.clause} (old)")
    assert '"schema": 2' in to_json(unit)


def test_frames_keep_the_labels_of_their_rows() -> None:
    """A frame with rows of its own names comes back with them."""
    frame = pd.DataFrame({"done": [1, 2]}, index=pd.Index(["a", "b"], name="unit"))
    pd.testing.assert_frame_equal(from_json(to_json(frame)), frame)

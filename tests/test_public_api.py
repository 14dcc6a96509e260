"""The public surface is pinned: users' code calls these names."""

import ast
from pathlib import Path

import pytest

import coverage_campaign as cc

SOURCE = Path(cc.__file__)


def names_for_type_checkers() -> set[str]:
    """Return the names that the TYPE_CHECKING block of the package imports."""
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    return {
        alias.asname or alias.name
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@pytest.mark.parametrize("name", sorted(cc.__all__))
def test_every_public_name_is_there(name: str) -> None:
    """Each name of the surface can be had from the package."""
    assert getattr(cc, name) is not None


def test_type_checkers_see_the_same_names() -> None:
    """What is imported late is what type checkers are told."""
    assert names_for_type_checkers() == set(cc._HOME) | set(cc._MODULES)
    assert set(cc.__all__) == names_for_type_checkers() | {"vary", "__version__"}


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A typing slip fails as it does with any module."""
    with pytest.raises(AttributeError, match="alocate"):
        _ = cc.alocate


@pytest.mark.parametrize(
    "name",
    [
        "case_names",
        "load_case",
        "load_campaign",
        "save_campaign",
        "to_json",
        "from_json",
        "review",
        "vary",
        "Readings",
        "apportion",
        "biproportional",
        "level_up",
        "allocate",
        "cross",
        "weights",
        "curves",
        "schedule",
        "tally",
        "tally_triangle",
        "read_reports",
        "expected_reports",
        "track",
        "forecast",
        "forecast_counts",
        "paces",
        "backtest",
        "supervise",
        "inspection_coverage",
        "open_case",
        "advance",
        "due",
        "cases_frame",
        "check_licence",
        "assess",
        "rules",
        "Scenario",
        "run",
        "compare",
        "explore",
        "explorer",
        "simulate",
        "stability",
        "solve",
        "activities",
        "bulletin",
        "testing",
        "charts",
        "tables",
    ],
)
def test_the_contract_names_are_public(name: str) -> None:
    """These names are the contract with users' code."""
    assert name in cc.__all__


@pytest.mark.parametrize(
    "method",
    [
        "hamilton",
        "webster",
        "jefferson",
        "adams",
        "hill",
        "dean",
        "stationary",
        "modified",
        "explain",
        "largest_remainder",
        "sainte_lague",
        "d_hondt",
        "huntington_hill",
    ],
)
def test_the_methods_of_apportionment_are_public(method: str) -> None:
    """Each method has its name and its electoral alias."""
    assert callable(getattr(cc.apportion, method))

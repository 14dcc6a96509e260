"""The public surface is pinned: users' code calls these names."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import coverage_campaign as cc

STUB = Path(cc.__file__).with_suffix(".pyi")
CONTRACT = """
Campaign Unit Breakdown Measure Annex TargetGroup Channel HeadcountTarget CoverageTarget MoneyTarget
Phase Activity Milestone Responsibility LeadingGroup CountingRule ReportingRule EnforcementLadder
LicenceGate Step Move Under Requirement Scheme Item Veto Grade AwardBar Commendation Prize Pool Seat
MonthDay Window Clause Parameter Readings Question Label case_names load_case load_campaign
save_campaign to_json from_json campaign_schema review activities vary language covered_before
eligible_persons apportion biproportional biproportional_explain certify controlled_rounding
level_up allocate check_bounds cross partition weights curves schedule reallocate tally
tally_triangle read_reports report_form expected_reports quality_signals lost_claims encode track
roll_up forecast forecast_counts paces backtest supervise enforcement assess rules letters stability
Scenario run compare explore explore_blocks save_study readings_table optimize simulate charts
tables documents bulletin explorer testing CampaignError DefinitionError IllegalMoveError
InfeasibleError OpenQuestionError Problem ReportError SaveError TieError Allocation Assessment
Comparison CrossAllocation Finding Findings Forecast Outcome Plan Progress Study Tally Watchlist
""".split()  # noqa: SIM905 - words read best as text
ENFORCEMENT = """
inspection_coverage open_case advance due_actions replay case_log funnel ageing conversion
enrolments_by_case surcharge penalty check_licence
""".split()  # noqa: SIM905 - words read best as text
METHODS = """
hamilton webster jefferson adams hill dean stationary modified explain largest_remainder
sainte_lague d_hondt huntington_hill
""".split()  # noqa: SIM905 - words read best as text
# What a base install does not bring along.
EXTRAS = """
docx duckdb fastapi holidays hypothesis ibis ipywidgets polars pyarrow pyspark python_calamine
statsmodels uvicorn xlsxwriter
""".split()  # noqa: SIM905 - words read best as text


@pytest.mark.parametrize("name", sorted(cc.__all__))
def test_every_public_name_is_there(name: str) -> None:
    """Each name of the surface can be had from the package."""
    assert getattr(cc, name) is not None


def test_each_name_stands_once_in_the_stub() -> None:
    """The stub gives each public name one line, and `dir` shows all of them."""
    tree = ast.parse(STUB.read_text(encoding="utf-8"))
    names = [
        alias.asname
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    assert len(names) == len(set(names))
    public = {name for name in names if name and (name[0] != "_" or name == "__version__")}
    assert public <= set(dir(cc))


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A typing slip fails as it does with any module."""
    with pytest.raises(AttributeError, match="alocate"):
        _ = cc.alocate


@pytest.mark.parametrize("name", CONTRACT)
def test_the_contract_names_are_public(name: str) -> None:
    """These names are the contract with users' code."""
    assert name in cc.__all__


@pytest.mark.parametrize("name", ENFORCEMENT)
def test_the_functions_of_enforcement_are_public(name: str) -> None:
    """`cc.enforcement` has the functions for employers that do not enrol."""
    assert callable(getattr(cc.enforcement, name))


@pytest.mark.parametrize("method", METHODS)
def test_the_methods_of_apportionment_are_public(method: str) -> None:
    """Each method has its name and its electoral alias."""
    assert callable(getattr(cc.apportion, method))


def test_every_name_can_be_had_on_a_base_install() -> None:
    """Without any extra all names can be walked; what needs an extra names it when it is used."""
    program = f"""
import sys
for name in {EXTRAS!r}:
    sys.modules[name] = None
import coverage_campaign as cc
for name in dir(cc):
    getattr(cc, name)
try:
    cc.testing.campaigns
except ImportError as error:
    assert isinstance(error, cc.CampaignError)
    assert "coverage-campaign[testing]" in str(error), error
else:
    raise AssertionError("Hypothesis is there")
"""
    done = subprocess.run(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_vary_changes_a_value_and_names_the_field_that_is_meant() -> None:
    """The value given is not changed; a slip in a field's name is told."""
    unit = cc.Unit("a", "Ash", "county")
    assert cc.vary(unit, kind="district").kind == "district"
    assert unit.kind == "county"
    with pytest.raises(TypeError, match="did you mean 'kind'"):
        cc.vary(unit, knd="district")
    with pytest.raises(TypeError, match="vary takes a value of this library"):
        cc.vary(5, kind="district")

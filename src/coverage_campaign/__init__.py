"""Campaigns that bring more of a population into a public scheme.

A campaign is allocated to units, scheduled over its phases, tallied from reports, tracked against
the plan, forecast to its end, supervised on the way and assessed at the end; a scenario is the same
run with other inputs. Every stage is a verb that returns an immutable result:

    import coverage_campaign as cc

    campaign = cc.load_case("hengyang", year=2008)           # or cc.load_campaign("campaign.toml")
    cc.review(campaign)                                      # what the definition leaves open
    allocation = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    plan = cc.schedule(allocation, over="special-action")    # whole persons, to the day
    tally = cc.tally(events, campaign, as_of="2008-09-30")   # or cc.read_reports("reports.xlsx", …)
    progress = cc.track(plan, tally, as_of="2008-09-30")     # gaps in points, persons and days
    cc.forecast(progress)                                    # shall we make it?
    cc.assess(progress, campaign.scheme)                     # who did well, and by which rule
    cc.compare(cc.run(one), cc.run(another))                 # what if

Results have `to_frame()`, show themselves in a notebook, and say in `.basis` what they rest on.
"""

import importlib
from typing import TYPE_CHECKING

from attrs import evolve as vary

from coverage_campaign.version import __version__

if TYPE_CHECKING:
    from coverage_campaign import (
        testing,
    )
    from coverage_campaign.allocation import weights
    from coverage_campaign.allocation.allocate import (
        allocate,
        check_bounds,
    )
    from coverage_campaign.allocation.allocation import (
        Allocation,
    )
    from coverage_campaign.allocation.apportionment import methods as apportion
    from coverage_campaign.allocation.apportionment.water_filling import (
        level_up,
    )
    from coverage_campaign.allocation.cross import (
        CrossAllocation,
        cross,
    )
    from coverage_campaign.allocation.partition import (
        Partition,
        partition,
    )
    from coverage_campaign.allocation.two_way.biproportional import (
        biproportional,
        biproportional_explain,
        certify,
    )
    from coverage_campaign.allocation.two_way.controlled_rounding import (
        controlled_rounding,
    )
    from coverage_campaign.assessment import (
        rules,
    )
    from coverage_campaign.assessment.assess import (
        Assessment,
        assess,
    )
    from coverage_campaign.assessment.letters import (
        letters,
    )
    from coverage_campaign.enforcement.case_log import (
        cases_frame,
        cases_log,
    )
    from coverage_campaign.enforcement.case_statistics import (
        ageing,
        conversion,
        enrolments_by_case,
        funnel,
    )
    from coverage_campaign.enforcement.cases import (
        advance,
        open_case,
    )
    from coverage_campaign.enforcement.due_actions import (
        due,
    )
    from coverage_campaign.enforcement.inspections import (
        inspection_coverage,
    )
    from coverage_campaign.enforcement.late_payment import (
        penalty,
        surcharge,
    )
    from coverage_campaign.enforcement.licence_gate import (
        Application,
        Document,
        GateDecision,
        check_licence,
    )
    from coverage_campaign.errors import (
        CampaignError,
        DefinitionError,
        IllegalMoveError,
        InfeasibleError,
        OpenQuestionError,
        Problem,
        ReportError,
        TieError,
    )
    from coverage_campaign.files.campaigns import (
        load_campaign,
        save_campaign,
    )
    from coverage_campaign.files.json_values import (
        from_json,
        to_json,
    )
    from coverage_campaign.files.schema import (
        campaign_schema,
    )
    from coverage_campaign.files.shipped_cases import (
        case_names,
        load_case,
    )
    from coverage_campaign.files.studies import (
        save_study,
    )
    from coverage_campaign.messages.language import (
        language,
    )
    from coverage_campaign.model.activities import (
        activities,
    )
    from coverage_campaign.model.campaign import (
        Campaign,
    )
    from coverage_campaign.model.readings import (
        Readings,
    )
    from coverage_campaign.model.review.findings import (
        Finding,
        Findings,
    )
    from coverage_campaign.model.review.review import (
        review,
    )
    from coverage_campaign.model.targets import (
        covered_before,
        eligible_persons,
    )
    from coverage_campaign.progress.forecast import methods as paces
    from coverage_campaign.progress.forecast.backtest import (
        backtest,
    )
    from coverage_campaign.progress.forecast.forecast import (
        Forecast,
        forecast,
        forecast_counts,
    )
    from coverage_campaign.progress.rollup import (
        roll_up,
    )
    from coverage_campaign.progress.track import (
        Progress,
        track,
    )
    from coverage_campaign.progress.watchlist.watchlist import (
        Watchlist,
        supervise,
    )
    from coverage_campaign.reporting.completeness import (
        expected_reports,
    )
    from coverage_campaign.reporting.data_quality import (
        quality_signals,
    )
    from coverage_campaign.reporting.events.coded import (
        CodedEvents,
    )
    from coverage_campaign.reporting.events.encode import (
        encode,
    )
    from coverage_campaign.reporting.events.lost_claims import (
        lost_claims,
    )
    from coverage_campaign.reporting.events.triangle import (
        tally_triangle,
    )
    from coverage_campaign.reporting.result import (
        Tally,
    )
    from coverage_campaign.reporting.sheets.read_reports import (
        read_reports,
    )
    from coverage_campaign.reporting.tally import (
        tally,
    )
    from coverage_campaign.scenarios.compare import (
        Comparison,
        compare,
    )
    from coverage_campaign.scenarios.explore import (
        explore,
        explore_blocks,
    )
    from coverage_campaign.scenarios.goal_seek import (
        Solution,
        solve,
    )
    from coverage_campaign.scenarios.optimize import (
        optimize,
    )
    from coverage_campaign.scenarios.optimum import (
        Optimum,
    )
    from coverage_campaign.scenarios.readings_result import (
        ReadingsTable,
    )
    from coverage_campaign.scenarios.readings_table import (
        readings_table,
    )
    from coverage_campaign.scenarios.reallocate import (
        Reallocation,
        reallocate,
    )
    from coverage_campaign.scenarios.robustness import (
        Stability,
        stability,
    )
    from coverage_campaign.scenarios.scenario import (
        Outcome,
        Scenario,
        run,
    )
    from coverage_campaign.scenarios.simulate import (
        Simulation,
        simulate,
    )
    from coverage_campaign.scenarios.study import (
        Study,
    )
    from coverage_campaign.scenarios.subset import (
        Region,
    )
    from coverage_campaign.scheduling import curves
    from coverage_campaign.scheduling.schedule import (
        Plan,
        schedule,
    )
    from coverage_campaign.views import chart_data as tables
    from coverage_campaign.views import charts, documents
    from coverage_campaign.views.documents.bulletin import (
        Bulletin,
        bulletin,
    )
    from coverage_campaign.views.explorer.explorer import (
        Explorer,
        explorer,
    )

# Where each public name lives. Names are imported when they are first used, so that a service that
# only computes does not pay for pictures, spreadsheets or files; a test holds these tables and the
# block above together.
_MODULES = {
    "apportion": "allocation.apportionment.methods",
    "curves": "scheduling.curves",
    "weights": "allocation.weights",
    "paces": "progress.forecast.methods",
    "rules": "assessment.rules",
    "charts": "views.charts",
    "documents": "views.documents",
    "tables": "views.chart_data",
    "testing": "testing",
}
_HOME = {
    "CampaignError": "errors",
    "DefinitionError": "errors",
    "IllegalMoveError": "errors",
    "InfeasibleError": "errors",
    "OpenQuestionError": "errors",
    "Problem": "errors",
    "ReportError": "errors",
    "TieError": "errors",
    "Campaign": "model.campaign",
    "Readings": "model.readings",
    "activities": "model.activities",
    "covered_before": "model.targets",
    "eligible_persons": "model.targets",
    "Finding": "model.review.findings",
    "Findings": "model.review.findings",
    "review": "model.review.review",
    "case_names": "files.shipped_cases",
    "load_case": "files.shipped_cases",
    "language": "messages.language",
    "load_campaign": "files.campaigns",
    "save_campaign": "files.campaigns",
    "from_json": "files.json_values",
    "to_json": "files.json_values",
    "save_study": "files.studies",
    "campaign_schema": "files.schema",
    "allocate": "allocation.allocate",
    "check_bounds": "allocation.allocate",
    "Allocation": "allocation.allocation",
    "biproportional": "allocation.two_way.biproportional",
    "biproportional_explain": "allocation.two_way.biproportional",
    "certify": "allocation.two_way.biproportional",
    "controlled_rounding": "allocation.two_way.controlled_rounding",
    "CrossAllocation": "allocation.cross",
    "cross": "allocation.cross",
    "level_up": "allocation.apportionment.water_filling",
    "Partition": "allocation.partition",
    "partition": "allocation.partition",
    "Plan": "scheduling.schedule",
    "schedule": "scheduling.schedule",
    "Tally": "reporting.result",
    "CodedEvents": "reporting.events.coded",
    "encode": "reporting.events.encode",
    "tally": "reporting.tally",
    "tally_triangle": "reporting.events.triangle",
    "lost_claims": "reporting.events.lost_claims",
    "expected_reports": "reporting.completeness",
    "quality_signals": "reporting.data_quality",
    "read_reports": "reporting.sheets.read_reports",
    "Progress": "progress.track",
    "track": "progress.track",
    "roll_up": "progress.rollup",
    "Forecast": "progress.forecast.forecast",
    "forecast": "progress.forecast.forecast",
    "forecast_counts": "progress.forecast.forecast",
    "backtest": "progress.forecast.backtest",
    "Watchlist": "progress.watchlist.watchlist",
    "supervise": "progress.watchlist.watchlist",
    "Assessment": "assessment.assess",
    "assess": "assessment.assess",
    "letters": "assessment.letters",
    "inspection_coverage": "enforcement.inspections",
    "advance": "enforcement.cases",
    "open_case": "enforcement.cases",
    "cases_frame": "enforcement.case_log",
    "cases_log": "enforcement.case_log",
    "due": "enforcement.due_actions",
    "Application": "enforcement.licence_gate",
    "Document": "enforcement.licence_gate",
    "GateDecision": "enforcement.licence_gate",
    "check_licence": "enforcement.licence_gate",
    "ageing": "enforcement.case_statistics",
    "conversion": "enforcement.case_statistics",
    "funnel": "enforcement.case_statistics",
    "enrolments_by_case": "enforcement.case_statistics",
    "penalty": "enforcement.late_payment",
    "surcharge": "enforcement.late_payment",
    "Outcome": "scenarios.scenario",
    "Scenario": "scenarios.scenario",
    "run": "scenarios.scenario",
    "Comparison": "scenarios.compare",
    "compare": "scenarios.compare",
    "Study": "scenarios.study",
    "Reallocation": "scenarios.reallocate",
    "reallocate": "scenarios.reallocate",
    "Region": "scenarios.subset",
    "Optimum": "scenarios.optimum",
    "optimize": "scenarios.optimize",
    "ReadingsTable": "scenarios.readings_result",
    "readings_table": "scenarios.readings_table",
    "explore": "scenarios.explore",
    "explore_blocks": "scenarios.explore",
    "Stability": "scenarios.robustness",
    "stability": "scenarios.robustness",
    "Solution": "scenarios.goal_seek",
    "solve": "scenarios.goal_seek",
    "Simulation": "scenarios.simulate",
    "simulate": "scenarios.simulate",
    "Bulletin": "views.documents.bulletin",
    "bulletin": "views.documents.bulletin",
    "Explorer": "views.explorer.explorer",
    "explorer": "views.explorer.explorer",
}

__all__ = [
    "Allocation",
    "Application",
    "Assessment",
    "Bulletin",
    "Campaign",
    "CampaignError",
    "CodedEvents",
    "Comparison",
    "CrossAllocation",
    "DefinitionError",
    "Document",
    "Explorer",
    "Finding",
    "Findings",
    "Forecast",
    "GateDecision",
    "IllegalMoveError",
    "InfeasibleError",
    "OpenQuestionError",
    "Optimum",
    "Outcome",
    "Partition",
    "Plan",
    "Problem",
    "Progress",
    "Readings",
    "ReadingsTable",
    "Reallocation",
    "Region",
    "ReportError",
    "Scenario",
    "Simulation",
    "Solution",
    "Stability",
    "Study",
    "Tally",
    "TieError",
    "Watchlist",
    "__version__",
    "activities",
    "advance",
    "ageing",
    "allocate",
    "apportion",
    "assess",
    "backtest",
    "biproportional",
    "biproportional_explain",
    "bulletin",
    "campaign_schema",
    "case_names",
    "cases_frame",
    "cases_log",
    "certify",
    "charts",
    "check_bounds",
    "check_licence",
    "compare",
    "controlled_rounding",
    "conversion",
    "covered_before",
    "cross",
    "curves",
    "documents",
    "due",
    "eligible_persons",
    "encode",
    "enrolments_by_case",
    "expected_reports",
    "explore",
    "explore_blocks",
    "explorer",
    "forecast",
    "forecast_counts",
    "from_json",
    "funnel",
    "inspection_coverage",
    "language",
    "letters",
    "level_up",
    "load_campaign",
    "load_case",
    "lost_claims",
    "open_case",
    "optimize",
    "paces",
    "partition",
    "penalty",
    "quality_signals",
    "read_reports",
    "readings_table",
    "reallocate",
    "review",
    "roll_up",
    "rules",
    "run",
    "save_campaign",
    "save_study",
    "schedule",
    "simulate",
    "solve",
    "stability",
    "supervise",
    "surcharge",
    "tables",
    "tally",
    "tally_triangle",
    "testing",
    "to_json",
    "track",
    "vary",
    "weights",
]


def __getattr__(name: str) -> object:
    """Return a public name, imported from its home on first use."""
    value: object
    if name in _MODULES:
        value = importlib.import_module(f"{__name__}.{_MODULES[name]}")
    elif name in _HOME:
        value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)

# The public names, each once: type checkers read this file, and the package looks up here where a
# name lives when it is first used.

from coverage_campaign import enforcement as enforcement
from coverage_campaign import testing as testing
from coverage_campaign.allocation import weights as weights
from coverage_campaign.allocation.allocate import allocate as allocate
from coverage_campaign.allocation.allocate import check_bounds as check_bounds
from coverage_campaign.allocation.allocation import Allocation as Allocation
from coverage_campaign.allocation.apportionment import methods as _methods_of_apportionment
from coverage_campaign.allocation.apportionment.explain import Apportionment as Apportionment
from coverage_campaign.allocation.apportionment.level_up import level_up as level_up
from coverage_campaign.allocation.cross import CrossAllocation as CrossAllocation
from coverage_campaign.allocation.cross import Partition as Partition
from coverage_campaign.allocation.cross import cross as cross
from coverage_campaign.allocation.cross import partition as partition
from coverage_campaign.allocation.two_way.biproportional import biproportional as biproportional
from coverage_campaign.allocation.two_way.biproportional import (
    biproportional_explain as biproportional_explain,
)
from coverage_campaign.allocation.two_way.biproportional import certify as certify
from coverage_campaign.allocation.two_way.controlled_rounding import (
    controlled_rounding as controlled_rounding,
)
from coverage_campaign.assessment import rules as rules
from coverage_campaign.assessment.assess import Assessment as Assessment
from coverage_campaign.assessment.assess import assess as assess
from coverage_campaign.assessment.letters import Letters as Letters
from coverage_campaign.assessment.letters import letters as letters
from coverage_campaign.checks import vary as vary
from coverage_campaign.errors import CampaignError as CampaignError
from coverage_campaign.errors import DefinitionError as DefinitionError
from coverage_campaign.errors import IllegalMoveError as IllegalMoveError
from coverage_campaign.errors import InfeasibleError as InfeasibleError
from coverage_campaign.errors import MissingExtraError as MissingExtraError
from coverage_campaign.errors import OpenQuestionError as OpenQuestionError
from coverage_campaign.errors import Problem as Problem
from coverage_campaign.errors import ReportError as ReportError
from coverage_campaign.errors import SaveError as SaveError
from coverage_campaign.errors import TieError as TieError
from coverage_campaign.files.campaigns import campaign_form as campaign_form
from coverage_campaign.files.campaigns import case_names as case_names
from coverage_campaign.files.campaigns import load_campaign as load_campaign
from coverage_campaign.files.campaigns import load_case as load_case
from coverage_campaign.files.campaigns import save_campaign as save_campaign
from coverage_campaign.files.exports import save_study as save_study
from coverage_campaign.files.json_values import from_json as from_json
from coverage_campaign.files.json_values import to_json as to_json
from coverage_campaign.files.report_form import report_form as report_form
from coverage_campaign.files.schema import campaign_schema as campaign_schema
from coverage_campaign.messages.language import language as language
from coverage_campaign.messages.message import Message as Message
from coverage_campaign.model.activities import activities as activities
from coverage_campaign.model.campaign import Campaign as Campaign
from coverage_campaign.model.dates import MonthDay as MonthDay
from coverage_campaign.model.dates import Window as Window
from coverage_campaign.model.enforcement_rules import EnforcementLadder as EnforcementLadder
from coverage_campaign.model.enforcement_rules import LicenceGate as LicenceGate
from coverage_campaign.model.enforcement_rules import Move as Move
from coverage_campaign.model.enforcement_rules import Requirement as Requirement
from coverage_campaign.model.enforcement_rules import Step as Step
from coverage_campaign.model.enforcement_rules import Under as Under
from coverage_campaign.model.labels import Clause as Clause
from coverage_campaign.model.labels import Label as Label
from coverage_campaign.model.labels import Parameter as Parameter
from coverage_campaign.model.phases import Activity as Activity
from coverage_campaign.model.phases import Milestone as Milestone
from coverage_campaign.model.phases import Phase as Phase
from coverage_campaign.model.readings import Basis as Basis
from coverage_campaign.model.readings import Question as Question
from coverage_campaign.model.readings import Readings as Readings
from coverage_campaign.model.responsibilities import CountingRule as CountingRule
from coverage_campaign.model.responsibilities import LeadingGroup as LeadingGroup
from coverage_campaign.model.responsibilities import ReportingRule as ReportingRule
from coverage_campaign.model.responsibilities import Responsibility as Responsibility
from coverage_campaign.model.responsibilities import Seat as Seat
from coverage_campaign.model.review.findings import Finding as Finding
from coverage_campaign.model.review.findings import Findings as Findings
from coverage_campaign.model.review.review import review as review
from coverage_campaign.model.scheme import AwardBar as AwardBar
from coverage_campaign.model.scheme import Commendation as Commendation
from coverage_campaign.model.scheme import Grade as Grade
from coverage_campaign.model.scheme import Item as Item
from coverage_campaign.model.scheme import Pool as Pool
from coverage_campaign.model.scheme import Prize as Prize
from coverage_campaign.model.scheme import Scheme as Scheme
from coverage_campaign.model.scheme import Veto as Veto
from coverage_campaign.model.targets import Channel as Channel
from coverage_campaign.model.targets import CoverageTarget as CoverageTarget
from coverage_campaign.model.targets import HeadcountTarget as HeadcountTarget
from coverage_campaign.model.targets import MoneyTarget as MoneyTarget
from coverage_campaign.model.targets import TargetGroup as TargetGroup
from coverage_campaign.model.targets import covered_before as covered_before
from coverage_campaign.model.targets import eligible_persons as eligible_persons
from coverage_campaign.model.units import Annex as Annex
from coverage_campaign.model.units import Breakdown as Breakdown
from coverage_campaign.model.units import Measure as Measure
from coverage_campaign.model.units import Unit as Unit
from coverage_campaign.progress.forecast import methods as _methods_of_forecasting
from coverage_campaign.progress.forecast.backtest import Backtest as Backtest
from coverage_campaign.progress.forecast.backtest import backtest as backtest
from coverage_campaign.progress.forecast.forecast import Forecast as Forecast
from coverage_campaign.progress.forecast.forecast import forecast as forecast
from coverage_campaign.progress.forecast.forecast import forecast_counts as forecast_counts
from coverage_campaign.progress.progress import Progress as Progress
from coverage_campaign.progress.progress import track as track
from coverage_campaign.progress.rollup import RollUp as RollUp
from coverage_campaign.progress.rollup import roll_up as roll_up
from coverage_campaign.progress.succession import restate as restate
from coverage_campaign.progress.triggers import Behind as Behind
from coverage_campaign.progress.triggers import Falling as Falling
from coverage_campaign.progress.triggers import Running as Running
from coverage_campaign.progress.triggers import Signalled as Signalled
from coverage_campaign.progress.triggers import Unreported as Unreported
from coverage_campaign.progress.watchlist import Watchlist as Watchlist
from coverage_campaign.progress.watchlist import supervise as supervise
from coverage_campaign.reporting.completeness import expected_reports as expected_reports
from coverage_campaign.reporting.data_quality import quality_signals as quality_signals
from coverage_campaign.reporting.events.accounts import lost_claims as lost_claims
from coverage_campaign.reporting.events.encoding import encode as encode
from coverage_campaign.reporting.events.engines import CodedEvents as CodedEvents
from coverage_campaign.reporting.events.triangle import tally_triangle as tally_triangle
from coverage_campaign.reporting.result import Tally as Tally
from coverage_campaign.reporting.sheets.read_reports import read_reports as read_reports
from coverage_campaign.reporting.tally import tally as tally
from coverage_campaign.scenarios.compare import Comparison as Comparison
from coverage_campaign.scenarios.compare import compare as compare
from coverage_campaign.scenarios.explore import explore as explore
from coverage_campaign.scenarios.explore import explore_blocks as explore_blocks
from coverage_campaign.scenarios.goal_seek import Solution as Solution
from coverage_campaign.scenarios.goal_seek import goal_seek as goal_seek
from coverage_campaign.scenarios.interpretations import ReadingsTable as ReadingsTable
from coverage_campaign.scenarios.interpretations import readings_table as readings_table
from coverage_campaign.scenarios.optimize import Optimum as Optimum
from coverage_campaign.scenarios.optimize import optimize as optimize
from coverage_campaign.scenarios.reallocate import Reallocation as Reallocation
from coverage_campaign.scenarios.reallocate import reallocate as reallocate
from coverage_campaign.scenarios.robustness import Stability as Stability
from coverage_campaign.scenarios.robustness import stability as stability
from coverage_campaign.scenarios.scenario import Outcome as Outcome
from coverage_campaign.scenarios.scenario import Scenario as Scenario
from coverage_campaign.scenarios.scenario import run as run
from coverage_campaign.scenarios.simulate import Simulation as Simulation
from coverage_campaign.scenarios.simulate import simulate as simulate
from coverage_campaign.scenarios.study import Region as Region
from coverage_campaign.scenarios.study import Study as Study
from coverage_campaign.scheduling import curves as curves
from coverage_campaign.scheduling.plan import Plan as Plan
from coverage_campaign.scheduling.schedule import schedule as schedule
from coverage_campaign.version import __version__ as __version__
from coverage_campaign.views import chart_data as _chart_data
from coverage_campaign.views import charts as charts
from coverage_campaign.views import documents as documents
from coverage_campaign.views.documents.bulletin import Bulletin as Bulletin
from coverage_campaign.views.documents.bulletin import bulletin as bulletin
from coverage_campaign.views.explorer.explorer import Explorer as Explorer
from coverage_campaign.views.explorer.explorer import explorer as explorer

# Modules whose public name is not the name of their file.
apportion = _methods_of_apportionment
paces = _methods_of_forecasting
tables = _chart_data

__all__: list[str]  # noqa: PYI035 - every name that is imported here

"""Employers that do not enrol: inspections, cases on the ladder, the licence gate, late payment."""

from coverage_campaign.enforcement.case_log import case_log, due_actions, replay
from coverage_campaign.enforcement.cases import Case, CaseEvent, advance, open_case
from coverage_campaign.enforcement.late_payment import Surcharge, penalty, surcharge
from coverage_campaign.enforcement.licence_gate import (
    Application,
    GateDecision,
    Missing,
    SupportingDocument,
    check_licence,
)
from coverage_campaign.enforcement.statistics import (
    ageing,
    conversion,
    enrolments_by_case,
    funnel,
    inspection_coverage,
)

__all__ = [
    "Application",
    "Case",
    "CaseEvent",
    "GateDecision",
    "Missing",
    "SupportingDocument",
    "Surcharge",
    "advance",
    "ageing",
    "case_log",
    "check_licence",
    "conversion",
    "due_actions",
    "enrolments_by_case",
    "funnel",
    "inspection_coverage",
    "open_case",
    "penalty",
    "replay",
    "surcharge",
]

"""Who reports to whom, and by when."""

from __future__ import annotations

from typing import Literal

import attrs

from coverage_campaign.model.units import to_codes

__all__ = ["ReportingRule"]


@attrs.frozen
class ReportingRule:
    """Every `every`, each unit of `kinds` reports to the unit `to`.

    `due_day` is the day of the following month by whose end a report is on time; None where the
    source names none: then it is the reading `report_due_day`. `hops` counts how often a report is
    handed on before it arrives; each hop has `days_per_hop` calendar days.
    """

    every: Literal["month"] = "month"
    kinds: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    to: str = ""
    due_day: int | None = None
    hops: int = 1
    days_per_hop: int = 0
    clause: str = ""

"""Who reports to whom by when, and what counts."""

from __future__ import annotations

from typing import Literal

import attrs

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.units import to_codes

__all__ = ["CountingRule", "ReportingRule"]

_LAST_DAY = 31


def _is_due_day(
    instance: object, attribute: attrs.Attribute[int | None], value: int | None
) -> None:
    del instance
    if value is not None and (type(value) is not int or not 1 <= value <= _LAST_DAY):
        fix = f"a due day is from 1 to {_LAST_DAY}"
        raise DefinitionError(Problem(attribute.name, f"{value!r}", fix))


def _is_number(instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    del instance
    if type(value) is not int or value < 0:
        fix = "give a whole number, 0 or more"
        raise DefinitionError(Problem(attribute.name, f"{value!r}", fix))


@attrs.frozen
class CountingRule:
    """What counts towards the target, where the source says so; None = it does not.

    `net` takes losses off (then the reading `counted` is not asked); `at` is the event by which a
    person counts; `channels` are the ones that count, none named = every channel.
    """

    net: bool | None = None
    at: Literal["registered", "first_paid"] | None = None
    channels: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    clause: str = ""


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
    due_day: int | None = attrs.field(default=None, validator=_is_due_day)
    hops: int = attrs.field(default=1, validator=_is_number)
    days_per_hop: int = attrs.field(default=0, validator=_is_number)
    clause: str = ""

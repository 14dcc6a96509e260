"""The source, clause by clause, in the library's own words."""

from __future__ import annotations

import datetime as dt

import attrs

from coverage_campaign.checks import checked_fields
from coverage_campaign.model.dates import DateLike, not_before, to_date
from coverage_campaign.model.labels import Label, to_label

__all__ = ["Clause", "Parameter"]


@attrs.frozen(field_transformer=checked_fields)
class Clause:
    """One clause of the source: its place there (`code`, such as '3(2)') and what it says."""

    code: str
    text: Label = attrs.field(converter=to_label)


def _to_optional_date(value: DateLike | None) -> dt.date | None:
    return None if value is None else to_date(value)


@attrs.frozen(field_transformer=checked_fields)
class Parameter:
    """A dated, cited value from law: `value` holds from `since` until the next one of its code.

    `value` is decimal text, so that a rate such as '0.0005' stays exact; `unit` says of what.
    """

    code: str
    value: str
    since: dt.date = attrs.field(converter=to_date)
    citation: str
    unit: str = ""
    until: dt.date | None = attrs.field(
        default=None, converter=_to_optional_date, validator=not_before("since")
    )

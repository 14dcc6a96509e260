"""Whom the campaign is to reach: target groups, and the channels by which a person is counted."""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

from coverage_campaign.checks import checked_fields
from coverage_campaign.model.labels import Label, to_label

__all__ = ["Channel", "Effect", "Ownership", "TargetGroup"]

Ownership: TypeAlias = Literal["public", "foreign", "private", "non-enterprise", "self-employed"]
Effect: TypeAlias = Literal["entry", "resumption", "loss"]
"""entry: covered for the first time; resumption: covered again; loss: no longer covered here."""


@attrs.frozen(field_transformer=checked_fields)
class TargetGroup:
    """A sector or kind of persons, such as private non-enterprise bodies and their staff."""

    code: str
    label: Label = attrs.field(converter=to_label)
    ownership: Ownership | None = None
    clause: str = ""


@attrs.frozen(field_transformer=checked_fields)
class Channel:
    """The way by which a person comes to be counted, and what that does to coverage.

    `insured` tells whether the employer is already inside the scheme (the omitted employee's is).
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    effect: Effect = "entry"
    clause: str = ""

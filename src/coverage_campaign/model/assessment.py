"""How units are assessed at the end, as values that can be read aloud."""

from __future__ import annotations

from fractions import Fraction

import attrs

from coverage_campaign.model.units import to_codes

__all__ = ["AwardBar", "Commendation", "Scheme"]


@attrs.frozen
class AwardBar:
    """Who misses the target is barred from merit awards; `kinds` are the units it can strike."""

    kinds: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    clause: str = ""


@attrs.frozen
class Commendation:
    """Who contributes outstandingly is commended; `threshold` is a completion rate, None = open."""

    threshold: Fraction | None = None
    clause: str = ""


@attrs.frozen
class Scheme:
    """An assessment scheme."""

    code: str
    award_bar: AwardBar | None = None
    commendation: Commendation | None = None
    clause: str = ""

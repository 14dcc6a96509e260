"""How units are assessed at the end, as values that can be read aloud."""

from __future__ import annotations

from fractions import Fraction

import attrs

from coverage_campaign.model.units import to_codes

__all__ = ["AwardBar", "Commendation", "Scheme"]


@attrs.frozen
class AwardBar:
    """Who misses the target is barred from merit awards.

    `kinds` are the kinds of units that it strikes by the wording of the source; none named = all.
    `also` are those that it strikes only under the wide reading, `award_bar =
    "departments_and_governments"`; none named = every other kind of the campaign.
    """

    kinds: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    clause: str = ""
    also: tuple[str, ...] = attrs.field(default=(), converter=to_codes)


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

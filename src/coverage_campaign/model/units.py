"""Who takes part: units of several kinds in one tree, and the cuts that share out the people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import attrs

from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.dates import DateLike, to_date
from coverage_campaign.model.labels import Label, to_label

__all__ = ["Annex", "Breakdown", "Measure", "Unit", "to_codes"]


def to_codes(value: Iterable[str] | str) -> tuple[str, ...]:
    """Return a tuple of codes; one text is one code, not its letters."""
    return (value,) if isinstance(value, str) else tuple(value)


def _to_optional_date(value: DateLike | None) -> dt.date | None:
    return None if value is None else to_date(value)


def _to_counts(
    value: Mapping[str, int] | Iterable[tuple[str, int]],
) -> tuple[tuple[str, int], ...]:
    pairs = tuple(value.items() if isinstance(value, Mapping) else value)
    problems = [
        Problem(f"counts.{measure}", f"{count!r}", "a count is a whole number, 0 or more")
        for measure, count in pairs
        if isinstance(count, bool) or not isinstance(count, int) or count < 0
    ]
    if len(dict(pairs)) < len(pairs):
        codes = [code for code, _ in pairs]
        problems.append(Problem("counts", f"codes {codes}", "give one count a code"))
    if problems:
        raise DefinitionError(problems)
    return tuple((str(measure), int(count)) for measure, count in pairs)


@attrs.frozen
class Measure:
    """A figure that units have: what is counted, on which day, and who says so.

    Eligible population and covered persons are measures like any other; a campaign names in
    `Campaign.eligible` and `Campaign.covered` which measure, if any, plays that part.
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    source: str = ""
    counted_on: dt.date | None = attrs.field(default=None, converter=_to_optional_date)


@attrs.frozen
class Unit:
    """A government, a department or any other body that takes part.

    `counts` holds its figures by measure code [persons]; a figure that nobody published is absent,
    never 0. `answers_to` is the chain of command where that is not the place (`parent`).
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    kind: str
    parent: str | None = None
    answers_to: str | None = None
    opened: dt.date | None = attrs.field(default=None, converter=_to_optional_date)
    closed: dt.date | None = attrs.field(default=None, converter=_to_optional_date)
    aliases: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    counts: tuple[tuple[str, int], ...] = attrs.field(default=(), converter=_to_counts)
    clause: str = ""

    def count(self, measure: str) -> int | None:
        """Return the unit's figure of a measure [persons], or None where none is known."""
        return next((count for code, count in self.counts if code == measure), None)

    def exists_on(self, day: DateLike) -> bool:
        """Tell whether the unit is open on a day (both its first and its last day count)."""
        date = to_date(day)
        return (self.opened is None or self.opened <= date) and (
            self.closed is None or date <= self.closed
        )


@attrs.frozen
class Breakdown:
    """One way to share out the same people: the units of these kinds, tier under tier.

    Two cuts of a campaign (counties, departments) cross: each counts everybody once.
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    kinds: tuple[str, ...] = attrs.field(converter=to_codes)
    clause: str = ""


@attrs.frozen
class Annex:
    """A table that the source refers to: which cut it shares out, and whether it is at hand.

    `shares` holds persons by unit code where the annex is at hand.
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    cut: str
    target: str = ""
    at_hand: bool = False
    shares: tuple[tuple[str, int], ...] = attrs.field(default=(), converter=_to_counts)
    clause: str = ""

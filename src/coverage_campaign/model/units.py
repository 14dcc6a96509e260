"""Who takes part: units of several kinds in one tree, and the breakdowns that share out people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from numbers import Integral
from typing import Any, Literal, TypeAlias, cast

import attrs

from coverage_campaign.checks import checked_fields, checked_methods
from coverage_campaign.errors import DefinitionError, Problem, Translatable
from coverage_campaign.messages import message
from coverage_campaign.model.dates import DateLike, to_date, to_optional_date
from coverage_campaign.model.labels import Label, to_label
from coverage_campaign.model.targets import to_rate
from coverage_campaign.notebook import html_fields

__all__ = [
    "Annex",
    "Breakdown",
    "Covers",
    "Measure",
    "Unit",
    "own_shares",
    "to_codes",
    "unit_meant",
]

_TOO_MANY = 2**63
Covers: TypeAlias = Literal["own", "subtree"]
"""own: the unit's people outside the units below it; subtree: the people of those units too."""


def to_codes(value: Iterable[str] | str) -> tuple[str, ...]:
    """Return a tuple of codes; one text is one code, not its letters."""
    return (value,) if isinstance(value, str) else tuple(value)


def _to_counts(
    value: Mapping[str, int] | Iterable[tuple[str, int]],
) -> tuple[tuple[str, int], ...]:
    given = value.items() if hasattr(value, "items") else value  # a mapping, or a Series by code
    pairs = tuple(cast("Iterable[tuple[str, Any]]", given))
    problems = [
        Problem(f"counts.{measure}", f"{count!r}", "a count is a whole number, 0 or more")
        for measure, count in pairs
        if isinstance(count, bool)
        or not isinstance(count, Integral)
        or not 0 <= int(count) < _TOO_MANY
    ]
    if len(dict(pairs)) < len(pairs):
        found = message("codes {codes}", codes=[code for code, _ in pairs])
        problems.append(Problem("counts", found, "give one count a code"))
    if problems:
        raise DefinitionError(problems)
    return tuple((str(measure), int(count)) for measure, count in pairs)


def _to_successors(
    value: str
    | Mapping[str, Fraction | Decimal | int | str]
    | Iterable[tuple[str, Fraction | Decimal | int | str]],
) -> tuple[tuple[str, Fraction], ...]:
    if isinstance(value, str):
        value = {value: 1}
    pairs = value.items() if isinstance(value, Mapping) else value
    shares = tuple((str(code), to_rate(share)) for code, share in pairs)
    problems = [
        Problem(f"successors.{code}", f"{share}", "a share is above 0")
        for code, share in shares
        if share <= 0
    ]
    if len(dict(shares)) < len(shares):
        codes = [code for code, _ in shares]
        problems.append(
            Problem("successors", message("codes {codes}", codes=codes), "name each successor once")
        )
    total = sum((share for _, share in shares), Fraction(0))
    if shares and total != 1:
        found = message("shares of {total:raw}", total=total)
        problems.append(Problem("successors", found, "the shares add up to 1"))
    if problems:
        raise DefinitionError(problems)
    return shares


@attrs.frozen(field_transformer=checked_fields)
class Measure:
    """A figure that units have: what is counted, on which day, and who says so.

    Eligible population and covered persons are measures like any other; a campaign names in
    `Campaign.eligible` and `Campaign.covered` which measure, if any, plays that part. `covers`
    tells whether a unit's figure includes those of the units below it ("subtree") or counts only
    the people that are in none of them ("own").
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    source: Label = attrs.field(default=Label(), converter=to_label)
    counted_on: dt.date | None = attrs.field(default=None, converter=to_optional_date)
    covers: Covers = "subtree"


@checked_methods
@attrs.frozen(field_transformer=checked_fields)
class Unit:
    """A government, a department or any other body that takes part.

    `counts` holds its figures by measure code [persons]; a figure that nobody published is absent,
    never 0. `answers_to` is the chain of command where that is not the place (`parent`).

    `opened` is the unit's first day and `closed` its last one, None where it was there before or
    goes on. From the day after `closed` its `successors` stand in its place: unit codes, each with
    the share of its people, target and results that passes on to it. The shares add up to 1; one
    code alone takes all.

    >>> Unit("a", "Ash", "county", closed="2021-06-30", successors="m").successors
    (('m', Fraction(1, 1)),)
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    kind: str
    parent: str | None = None
    answers_to: str | None = None
    opened: dt.date | None = attrs.field(default=None, converter=to_optional_date)
    closed: dt.date | None = attrs.field(default=None, converter=to_optional_date)
    aliases: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    counts: tuple[tuple[str, int], ...] = attrs.field(
        default=(), converter=_to_counts, eq=frozenset
    )
    clause: str = ""
    successors: tuple[tuple[str, Fraction], ...] = attrs.field(
        default=(), converter=_to_successors, kw_only=True, eq=frozenset
    )

    def __attrs_post_init__(self) -> None:
        """Refuse a life that ends before it begins, and successors of a unit that goes on."""
        if self.opened and self.closed and self.closed < self.opened:
            found = message(
                "{closed:raw}, but it opens on {opened:raw}", closed=self.closed, opened=self.opened
            )
            raise DefinitionError(Problem("closed", found, "the last day is not before the first"))
        if self.successors and not self.closed:
            fix = "give its last day in closed, or leave successors out"
            raise DefinitionError(Problem("successors", "a unit that is not closed has some", fix))

    def count(self, measure: str) -> int | None:
        """Return the unit's figure of a measure [persons], or None where none is known."""
        return next((count for code, count in self.counts if code == measure), None)

    def exists_on(self, day: DateLike) -> bool:
        """Tell whether the unit is open on a day (both its first and its last day count)."""
        date = to_date(day)
        return (self.opened is None or self.opened <= date) and (
            self.closed is None or date <= self.closed
        )

    def _repr_html_(self) -> str:
        return html_fields(self, title=f"{self.label.text()} ({self.code})")


@attrs.frozen(field_transformer=checked_fields)
class Breakdown:
    """One way to share out the same people: the units of these kinds, tier under tier.

    Two breakdowns of a campaign (counties, departments) cross: each counts everybody once.
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    kinds: tuple[str, ...] = attrs.field(converter=to_codes)
    clause: str = ""


@attrs.frozen(field_transformer=checked_fields)
class Annex:
    """A table that the source refers to: its breakdown of the people, and its figures.

    `shares` holds persons by unit code; `covers` tells whether those of a unit include the units
    below it that the annex names too ("subtree"), or are its own alone. An annex without shares is
    absent, and the review says so; `at_hand` records that the caller has the table although its
    figures are not entered.
    """

    code: str
    label: Label = attrs.field(converter=to_label)
    breakdown: str
    target: str = ""
    at_hand: bool = False
    shares: tuple[tuple[str, int], ...] = attrs.field(
        default=(), converter=_to_counts, eq=frozenset
    )
    clause: str = ""
    covers: Covers = "subtree"

    @property
    def cut(self) -> str:
        """The code of the breakdown, by its name in older programs."""
        return self.breakdown


def own_shares(annex: Annex, units: Iterable[Unit]) -> dict[str, int]:
    """Return an annex's persons of each unit outside the units below it that the annex names.

    Their sum is what the annex adds up to: everybody once. Below 0 the units below a unit have more
    persons than the unit.

    >>> units = [Unit("d", "District", "county"), Unit("z", "Zone", "zone", parent="d")]
    >>> own_shares(Annex("a", "Annex", "counties", shares={"d": 20, "z": 5}), units)
    {'d': 15, 'z': 5}
    """
    own = dict(annex.shares)
    if annex.covers == "own":
        return own
    parents = {unit.code: unit.parent for unit in units}
    for code, persons in annex.shares:
        above = parents.get(code)
        while above is not None and above not in own:
            above = parents.get(above)
        if above is not None:
            own[above] -= persons
    return own


def unit_meant(
    units: Iterable[Unit],
    word: object,
    known: Iterable[str],
    *,
    otherwise: str | Translatable | None = None,
) -> str | Translatable:
    """Return the fix of what is none of the known codes: whose name it is, else what codes are.

    >>> district = Unit("0102", {"zh": "西山区"}, "district")
    >>> print(unit_meant([district], "西山区", ["0102"]))
    did you mean '0102' (西山区)?
    >>> print(unit_meant([district], "0199", ["0102"]))
    units: 0102
    """
    codes = list(known)
    inside = frozenset(codes)
    named = [
        one
        for one in units
        if one.code in inside and (word in one.aliases or word in dict(one.label.texts).values())
    ]
    if len(named) == 1:
        return message("did you mean {code!r} ({name})?", code=named[0].code, name=word)
    return message("units: {codes:list 12}", codes=codes) if otherwise is None else otherwise

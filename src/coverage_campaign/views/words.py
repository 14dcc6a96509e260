"""What charts and documents say alike: units against the plan, flags, chances, days, inputs."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import attrs
import pandas as pd

from coverage_campaign.allocation.apportionment.methods import name_of
from coverage_campaign.messages import Language, Message, Translatable, message, message_in
from coverage_campaign.messages.formats import days, rounded, rounded_up
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import Window
from coverage_campaign.model.units import Annex, Measure
from coverage_campaign.progress.progress import Progress
from coverage_campaign.progress.unit_progress import UnitProgress
from coverage_campaign.scenarios.compare import METHODS, InputChange, bounds_of, words_of

__all__ = [
    "FLAGS",
    "Change",
    "against_plan",
    "by_rate",
    "chance_of",
    "changes_of",
    "flags_of",
    "input_name",
    "input_value",
    "newly",
    "per_day",
    "rises",
    "span",
]

Text: TypeAlias = str | Translatable

_NAMES: Final = {
    "among": message("breakdown"),
    "as_of": message("last day counted"),
    "by": message("reports by"),
    "campaign": message("campaign"),
    "caps": message("caps"),
    "curve": message("curve"),
    "floors": message("floors"),
    "known at": message("data as known at"),
    "method": message("rounding"),
    "over": message("window"),
    "pins": message("pinned shares"),
    "scheme": message("scheme"),
    "target": message("total"),
    "ties": message("ties"),
    "total": message("total"),
    "uplift": message("uplift"),
    "weights": message("weights"),
}
_VALUES: Final = {
    **METHODS,
    "declared": message("declared weights"),
    "equal": message("all equal"),
    "even": message("even"),
    "even per calendar day": message("even per calendar day"),
    "None": message("none"),
}


@attrs.frozen
class Change:
    """An input that two results differ in: its name and both values."""

    name: Text
    before: Text
    after: Text

    @property
    def message(self) -> Message:
        """The change in one line."""
        return message(
            "{input}: {before} → {after}", input=self.name, before=self.before, after=self.after
        )


def input_name(field: str, campaign: Campaign | None = None) -> Text:
    """Return what a field of a scenario is called; one unit's with the name of the unit.

    >>> input_name("weights").text("zh"), input_name("level")
    ('权重', 'level')
    """
    head, dot, code = field.partition(".")
    if not dot or head not in _NAMES:
        return _NAMES.get(field, field)
    units = () if campaign is None else campaign.units
    part = next((unit.label for unit in units if unit.code == code), code)
    return message("{input}: {part}", input=_NAMES[head], part=part)


def input_value(value: str, campaign: Campaign) -> Text:
    """Return what a value is called: a measure by its label, a method by its name, else itself."""
    parts: tuple[Measure | Annex, ...] = (*campaign.measures, *campaign.annexes)
    for part in parts:
        if part.code == value:
            return part.label
    if value.isdecimal():
        return message("{n}", n=int(value))
    return _VALUES.get(value, value)


def changes_of(changes: Sequence[InputChange], campaign: Campaign) -> tuple[Change, ...]:
    """Return the differing inputs of a comparison as a reader calls them."""
    return tuple(
        Change(
            input_name(change.name),
            _value(change.name, change.before, campaign),
            _value(change.name, change.after, campaign),
        )
        for change in changes
    )


def _value(name: str, value: object, campaign: Campaign) -> Text:
    if isinstance(value, Message):
        named = input_value(value.text("en"), campaign)  # an outcome has the code of a measure
        return value if isinstance(named, str) else named
    if isinstance(value, dt.date):
        return message("{day:date}", day=value)
    if name in ("target", "over", "curve", "uplift") and not isinstance(value, int):
        return words_of(name, value, campaign)
    if isinstance(value, (Mapping, tuple)):
        return bounds_of(value, campaign)
    return input_value(str(value) if isinstance(value, (int, str)) else name_of(value), campaign)


FLAGS: Final = {
    "fall": message("downward correction"),
    "fall_and_recovery": message("a fall and its recovery"),
    "spike_and_fall": message("a spike and its fall"),
    "batch_after_silence": message("several periods at once"),
    "jump": message("a jump"),
    "identical": message("the same figure again and again"),
    "deadline_spike": message("a rush at the end"),
    "lapse_after_entry": message("many lapse after entry"),
    "above_eligible": message("above all eligible people"),
}
_SHORT_FLAGS: Final = {
    "fall": message_in("flag", "correction"),
    "fall_and_recovery": message_in("flag", "fall and recovery"),
    "spike_and_fall": message_in("flag", "spike and fall"),
    "batch_after_silence": message_in("flag", "batch"),
    "jump": message_in("flag", "jump"),
    "identical": message_in("flag", "repeated"),
    "deadline_spike": message_in("flag", "end rush"),
    "lapse_after_entry": message_in("flag", "lapses"),
    "above_eligible": message_in("flag", "> eligible"),
}
_LEAST, _MOST = 0.01, 0.99


def flags_of(kinds: Sequence[str], *, short: bool = False) -> Message | str:
    """Return quality flags in words, `short` as a column has room for them; '' for none.

    >>> str(flags_of(("fall", "jump"))), flags_of(("identical",), short=True).text("zh")
    ('downward correction and a jump', '重复')
    """
    words = _SHORT_FLAGS if short else FLAGS
    known = [words[kind] for kind in kinds if kind in words]
    return message("{flags}", flags=known) if known else ""


def against_plan(row: UnitProgress) -> Message:
    """Return how far a unit is from its plan, in points; no whole person behind is on schedule."""
    gap = row.gap_points or 0.0
    if not rounded(gap, 1) or (gap < 0 and row.status == "on_plan"):
        return message("on schedule")
    if gap > 0:
        return message("{points:decimal 1} points ahead of schedule", points=gap)
    return message("{points:decimal 1} points behind schedule", points=-gap)


def chance_of(chance: float) -> Message:
    """Return a chance as roughly as it is known.

    >>> str(chance_of(0.4)), str(chance_of(0.001))
    ('about 40%', 'below 1%')
    """
    if chance < _LEAST:
        return message("below {chance:percent 0}", chance=_LEAST)
    if chance > _MOST:
        return message("above {chance:percent 0}", chance=_MOST)
    return message("about {chance:percent 0}", chance=chance)


def per_day(row: UnitProgress) -> int | None:
    """Return the persons needed a day, rounded up: with fewer the target would be missed."""
    needed = row.required_per_day
    return None if needed is None else rounded_up(needed)


def newly(progress: Progress, *, long: bool = False) -> Message:
    """Return which period the new persons came in: a month of the calendar, or days up to as_of.

    It is the head of a column, or `long` a part of a sentence.
    """
    campaign, rows = progress.campaign, progress.rows
    month = progress.plan.by == "month" and rows.by in ("day", "week")
    periods = campaign.periods("month") if month else rows.periods
    number = periods.number([progress.as_of])
    first, last = periods.first(number)[0].item(), periods.last(number)[0].item()
    counted = min(last, progress.as_of)
    if first.day == 1 and last == first.replace(
        day=calendar.monthrange(first.year, first.month)[1]
    ):
        if long:
            return message("in {month:long month}", month=first)
        return message_in("column", "New this month")
    if long:
        return message("from {first:date} to {last:date}", first=first, last=counted)
    return message_in("column", "New, {first:date} to {last:date}", first=first, last=counted)


def by_rate(rows: Sequence[UnitProgress]) -> tuple[UnitProgress, ...]:
    """Return the units by falling rate, those without one last."""
    rates = [-1.0 if row.completion_rate is None else row.completion_rate for row in rows]
    order = sorted(range(len(rows)), key=lambda place: rates[place], reverse=True)
    return tuple(rows[place] for place in order)


def rises(progress: Progress, previous: Progress | None) -> dict[str, int | None]:
    """Return how many places each unit rose since an earlier progress, None where not known."""
    if previous is None:
        return {}
    moved = progress.change_since(previous)[["unit", "moved"]]
    return {
        str(unit): None if pd.isna(places) else int(places)
        for unit, places in moved.itertuples(index=False)
    }


def span(window: Window, lang: Language, *, short: bool = False) -> str:
    """Return the days of a window, both ends named; `short` as a calendar has room for it.

    >>> import datetime as dt
    >>> from coverage_campaign.model.dates import Window
    >>> december = Window(dt.date(2008, 12, 1), dt.date(2008, 12, 31))
    >>> span(december, "zh"), span(december, "zh", short=True)
    ('12月1–31日', '12.1–12.31')
    """
    first, last = window.first, window.last
    if short and lang != "en":
        return f"{first.month}.{first.day}–{last.month}.{last.day}"
    return days(first, last, lang)

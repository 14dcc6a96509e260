"""What a forecast says of itself: method, figures set aside, what makes it doubtful."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd

from coverage_campaign.messages import Message, message, message_in
from coverage_campaign.model.dates import ONE_DAY
from coverage_campaign.model.labels import Label
from coverage_campaign.progress.forecast.history import CumulativeHistory
from coverage_campaign.progress.forecast.intervals import paths_of
from coverage_campaign.progress.forecast.methods import Pace, plan_following

__all__ = ["KIND_WORDS", "forecast_notes"]

# A plan that asks for a quarter more a day than of late has a rush ahead.
_A_RUSH = 1.25
_SURE = 0.95
_METHOD_WORDS: Final[Mapping[str, Message]] = {
    "damped": message_in("forecasting method", "damped trend"),
    "saturating": message_in("forecasting method", "saturation"),
    "plan_following": message_in("forecasting method", "the plan's curve"),
    "unchanged": message_in("forecasting method", "nobody else comes"),
}
KIND_WORDS: Final[Mapping[str, Message]] = {
    "fall": message_in("slip", "fall"),
    "fall_and_recovery": message_in("slip", "fall and recovery"),
    "spike_and_fall": message_in("slip", "spike and fall"),
    "batch_after_silence": message_in("slip", "batch after silence"),
    "jump": message_in("slip", "far too high"),
    "drop": message_in("slip", "far too low"),
}


def forecast_notes(
    method: Pace,
    history: CumulativeHistory,
    *,
    set_aside: pd.DataFrame,
    silent: tuple[Label, ...],
    pace: object,
) -> Iterator[Message]:
    """Yield the notes of a forecast, one message each."""
    name = str(getattr(method, "__name__", "method"))
    yield message("Method: {method}.", method=_METHOD_WORDS.get(name, name))
    if pace != 1:
        words = getattr(pace, "__name__", None) or str(pace)
        yield message("What if: the pace of late times {pace}.", pace=words)
    yield from _slips(set_aside)
    yield from _doubts(method, history, set_aside)
    times = _planned_rush(history)
    if times >= _A_RUSH and method is not plan_following:
        yield message(
            "The plan has {times:decimal 1} times as much a day ahead as of late, and this method "
            "does not know it: by the plan's curve (paces.plan_following) {n} are expected.",
            times=times,
            n=round(float(np.nansum(plan_following(history)[-1]))),
        )
    if silent:
        yield message(
            "The last month of {units:list 8} is not reported: expected from the last figure on, "
            "at the pace before it.",
            units=silent,
        )


def _slips(set_aside: pd.DataFrame) -> Iterator[Message]:
    columns = ["name", "date", "kind", "persons"]
    if len(set_aside):
        parts = [
            message(
                "{unit} {day:date} ({kind}: {n})",
                unit=name,
                day=day.date(),
                kind=KIND_WORDS[kind],
                n=persons,
            )
            for name, day, kind, persons in set_aside[columns].itertuples(index=False, name=None)
        ]
        yield message(
            "{n} {n:plural figure is|figures are} kept out of the pace and {n:plural stays|stay} "
            "as reported: {figures:list 8}.",
            n=len(set_aside),
            figures=parts,
        )


def _doubts(method: Pace, history: CumulativeHistory, set_aside: pd.DataFrame) -> Iterator[Message]:
    """Yield why the last figures make the forecast doubtful."""
    last = set_aside[set_aside["last"] & set_aside["kind"].isin(["fall", "jump", "drop"])]
    if len(last):
        yield message(
            "Doubtful: the last figure of {units:list 8} is far from what the others lead to "
            "expect.",
            units=list(dict.fromkeys(last["name"])),
        )
    rows = np.flatnonzero(history.days <= -history.stretch)
    if len(rows) < 2 or not history.persons.shape[1]:  # noqa: PLR2004 - a pace and a look back
        return
    row = int(rows[-1])
    then = history.until(row, -history.days[row : row + 1])
    days = np.arange(1).astype("datetime64[D]")
    _, whole = paths_of(then, method, dates=days, later=days + ONE_DAY)
    low, high = whole.range(_SURE)
    now = float(np.nansum(history.now))
    if now < low[-1, 0] or now > high[-1, 0]:
        yield message(
            "Doubtful: with the last {days:decimal 0} days the total is {n}, and the figures "
            "before them gave {low} to {high}. If they are exceptional, this forecast is off.",
            days=-float(history.days[row]),
            n=round(now),
            low=int(low[-1, 0]),
            high=int(high[-1, 0]),
        )


def _planned_rush(history: CumulativeHistory) -> float:
    """Return how many times as much the plan has a day ahead as in the last stretch; else 0."""
    planned, coming = history.planned, history.planned_ahead
    if planned is None or coming is None or not len(coming):
        return 0.0
    back = min(history.stretch, -float(history.days[0]))
    before = float(np.interp(-back, history.days, planned))
    if back <= 0 or planned[-1] <= before:
        return 0.0
    of_late = (planned[-1] - before) / back
    return float((coming[-1] - planned[-1]) / history.ahead[-1] / of_late)

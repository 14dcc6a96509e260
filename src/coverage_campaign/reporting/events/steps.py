"""The reporting triangle in memory: claims, each with the steps from date to date that it holds.

A claim of a record that was reported once stands from its own step on. A version of a record holds
from the step in which it arrives to the one in which a better version does; from the step in which
the record names a second person, none does.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.reporting.events.deduplicate import claims
from coverage_campaign.reporting.events.encoding import MISSING
from coverage_campaign.reporting.events.engines import Keep
from coverage_campaign.reporting.events.frame import EventFrame
from coverage_campaign.reporting.events.memory import in_memory
from coverage_campaign.reporting.events.packing import Packing
from coverage_campaign.reporting.events.quiet import settled
from coverage_campaign.reporting.events.revisions import in_order

__all__ = ["at_every_later_step", "grown_in_memory"]

_Ints = NDArray[np.int64]


def at_every_later_step(table: pd.DataFrame, steps: int) -> pd.DataFrame:
    """Return counts that came in at a step as counts that are there from it on."""
    return pd.concat([table[table["step"] <= step].assign(step=step) for step in range(steps)])


def grown_in_memory(
    events: EventFrame, plan: Packing, seconds: Sequence[int], keep: Keep
) -> pd.DataFrame:
    """Return step, cell, persons for events in memory, in this order."""
    quiet, found = settled(events, plan, seconds[-1], keep)
    several: pd.DataFrame = found.versions.collect().to_native()
    # The turn of a claim is after a date where its key is beyond every key of that second.
    beyond = np.array([(second - plan.base + 1) * plan.size for second in seconds])
    others: pd.DataFrame = found.once.collect().to_native()
    standing = others.assign(since=_steps(others, seconds), until=len(seconds))
    states = pd.concat([standing, _states(events, several, seconds)], ignore_index=True)
    claimed: pd.DataFrame = claims(events, in_memory(states), plan).collect().to_native()
    claimed = claimed[claimed["slot"] >= 0]
    keys = np.concatenate([quiet, claimed["key"].to_numpy()])
    place, cells = pd.factorize(keys % plan.size, sort=True)
    step = np.searchsorted(beyond, quiet, side="right")
    calm = _table(step, place[: len(quiet)], shape=(len(seconds), len(cells)))
    persons = calm.cumsum(axis=0) + _won(claimed, place[len(quiet) :], shape=calm.shape)
    step, column = np.nonzero(persons)
    return pd.DataFrame({"step": step, "cell": cells[column], "persons": persons[step, column]})


def _table(step: _Ints, place: _Ints, *, shape: tuple[int, int]) -> _Ints:
    """Return how often each place occurs with each step."""
    counts = np.bincount(step * shape[1] + place, minlength=shape[0] * shape[1])
    return np.asarray(counts.reshape(shape))


def _steps(rows: pd.DataFrame, seconds: Sequence[int]) -> _Ints:
    return np.searchsorted(np.array(seconds), rows["second"].to_numpy(), side="left")


def _counted(step: _Ints, cell: _Ints) -> pd.DataFrame:
    table = pd.DataFrame({"step": step, "cell": cell}).groupby(["step", "cell"], as_index=False)
    return table.size().rename(columns={"size": "persons"})


def _states(events: EventFrame, several: pd.DataFrame, seconds: Sequence[int]) -> pd.DataFrame:
    """Return the versions that hold at some step, from the step `since` to before `until`."""
    ordered: pd.DataFrame = in_order(events, in_memory(several)).collect().to_native()
    ordered = ordered.assign(since=_steps(ordered, seconds), changed=0)
    by_record = ordered.groupby("record", sort=False)
    better = by_record["since"].cummin()  # the first step of this version or a better one
    first = ~ordered["record"].duplicated()
    until = better.shift(1, fill_value=0).where(~first, len(seconds))
    turn = by_record["second"].transform("min")
    changed = ordered["record"].map(_second_persons(ordered)).fillna(len(seconds))
    until = np.minimum(until.to_numpy(), changed.to_numpy(dtype=np.int64))
    states = ordered.assign(until=until, turn=turn)
    return states[states["since"] < states["until"]]


def _second_persons(rows: pd.DataFrame) -> pd.Series:
    """Return by record the step in which it first names a second person, where it ever does."""
    named = rows[rows["person"] != MISSING]
    arrivals = named.groupby(["record", "person"])[["since"]].min().reset_index()
    arrivals = arrivals.sort_values(["record", "since"])
    second = arrivals[arrivals.groupby("record").cumcount() == 1]
    steps: pd.Series = second.set_index("record")["since"]
    return steps


def _won(claimed: pd.DataFrame, place: _Ints, *, shape: tuple[int, int]) -> _Ints:
    """Return persons by step and place: at each step the least key of a person and slot wins."""
    order = np.argsort(claimed["key"].to_numpy(), kind="stable")
    claimed, place = claimed.iloc[order], place[order]
    contest = claimed.groupby(["person", "slot"], sort=False).ngroup().to_numpy()
    since, until = claimed["since"].to_numpy(), claimed["until"].to_numpy()
    persons = np.zeros(shape, dtype=np.int64)
    for step in range(shape[0]):
        there = np.flatnonzero((since <= step) & (step < until))
        _, first = np.unique(contest[there], return_index=True)
        persons[step] = np.bincount(place[there[first]], minlength=shape[1])
    return persons

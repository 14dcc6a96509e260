"""Speed of enforcement cases held as columns, in units of a bare groupby of the same frame.

A million cases with three million events: replayed on the ladder of the notice, counted, aged,
followed; what is due. The yardstick is `frame.groupby(...)` with one aggregate, which checks
nothing. Every figure is a ratio of two things that are measured in the same run. Run alone:
`python benchmarks/cases.py`.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage_campaign.enforcement.case_log import due_actions, replay
from coverage_campaign.enforcement.statistics import ageing, conversion, funnel, inspection_coverage
from coverage_campaign.files.campaigns import load_case
from coverage_campaign.model.enforcement_rules import EnforcementLadder

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[[], object]

MILLION = 10**6
ROUNDS = 5
GOAL = 3.0
REPLAY = 4.0  # beside the grouping, every move is checked and eleven columns are made
GROUPBY = "groupby"
PATH = (
    ("open", "labour"),
    ("order", "labour"),
    ("refuse", "labour"),
    ("apply", "tax"),
    ("comply", "tax"),
)


def ratio(call: Call, yardstick: Call) -> float:
    """Return how many times the yardstick's time a call takes: medians of alternating runs."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        start = perf_counter()
        yardstick()
        middle = perf_counter()
        call()
        ours.append(perf_counter() - middle)
        theirs.append(middle - start)
    return median(ours) / median(theirs)


def log(cases: int, *, mixed: bool) -> pd.DataFrame:
    """Return the events of so many cases, in the order of the cases or in no order."""
    random = np.random.default_rng(20080601)
    length = random.integers(1, len(PATH) + 1, cases)
    case = np.repeat(np.arange(cases), length)
    place = np.arange(len(case)) - np.repeat(np.cumsum(length) - length, length)
    codes = np.array([f"k{number:07d}" for number in range(cases)], dtype=object)
    # Few different events and authorities: a log of this size holds them as categories.
    events, by = (np.array(column, dtype=object) for column in zip(*PATH, strict=True))
    days = np.datetime64("2008-06-01") + place * 15 + random.integers(0, 10, len(case))
    frame = pd.DataFrame(
        {
            "case": pd.array(codes[case], dtype="str"),
            "event": pd.Categorical(events[place]),
            "on": days.astype("datetime64[s]"),
            "by": pd.Categorical(by[place]),
        }
    )
    if mixed:
        return frame.sample(frac=1, random_state=1).reset_index(drop=True)
    return frame


def ladder() -> EnforcementLadder:
    """Return the ladder of the notice as its suggested readings have it."""
    campaign = load_case("hengyang", year=2008)
    if campaign.ladder is None:
        raise LookupError("the notice has a ladder")
    return campaign.ladder.under(campaign.readings)


def register(employers: int) -> pd.DataFrame:
    """Return a register of so many employers, half of them visited."""
    campaign = load_case("hengyang", year=2008)
    random = np.random.default_rng(20080601)
    units = np.array([unit.code for unit in campaign.leaves("counties")], dtype=object)
    groups = np.array([group.code for group in campaign.groups], dtype=object)
    outcomes = np.array(["insured", "uninsured", "enrolled", "case_opened"], dtype=object)
    visited = random.random(employers) < 0.5  # noqa: PLR2004 - half
    days = np.datetime64("2008-06-01") + random.integers(0, 180, employers)
    found = outcomes[random.integers(0, len(outcomes), employers)]
    found[~visited] = None
    return pd.DataFrame(
        {
            "employer": pd.array([f"e{number}" for number in range(employers)], dtype="str"),
            "unit": pd.array(units[random.integers(0, len(units), employers)], dtype="str"),
            "group": pd.array(groups[random.integers(0, len(groups), employers)], dtype="str"),
            "visited_on": np.where(visited, days, np.datetime64("NaT")).astype("datetime64[s]"),
            "outcome": pd.array(found, dtype="str"),
        }
    )


def line(what: str, measured: float, goal: float = GOAL) -> tuple[str, str, str, bool]:
    """Return one line of the report."""
    return what, f"<= {goal:g} x {GROUPBY}", f"{measured:.2f} x", measured <= goal


def lines() -> list[tuple[str, str, str, bool]]:
    """Return what was asked for, the goal, what was measured, and whether it is met."""
    rungs = ladder()
    found = []
    for mixed in (False, True):
        events = log(MILLION, mixed=mixed)
        measured = ratio(
            lambda events=events: replay(events, ladder=rungs),  # type: ignore[misc]
            lambda events=events: events.groupby("case", sort=False)["on"].max(),  # type: ignore[misc]
        )
        order = "in any order" if mixed else "in order"
        found.append(line(f"10^6 cases replayed from 3 x 10^6 events {order}", measured, REPLAY))
    cases = replay(events, ladder=rungs)

    def bare() -> object:
        return cases.groupby("step", sort=False)["since"].max()

    for what, call in (
        ("funnel of 10^6 cases", lambda: funnel(cases)),
        ("ageing of 10^6 cases", lambda: ageing(cases, on="2008-12-31")),
        ("conversion of 10^6 cases", lambda: conversion(cases)),
    ):
        found.append(line(what, ratio(call, bare)))
    employers = register(MILLION)
    campaign = load_case("hengyang", year=2008)

    def by_employer() -> object:
        return employers.groupby("employer", sort=False)["visited_on"].max()

    measured = ratio(
        lambda: inspection_coverage(employers, campaign, as_of="2008-12-31"), by_employer
    )
    found.append(line("sweep of 10^6 employers", measured))

    def by_case() -> object:
        return cases.groupby("case", sort=False)["since"].max()

    measured = ratio(lambda: due_actions(cases, on="2008-12-31", ladder=rungs), by_case)
    found.append(line("what is due of 10^6 cases", measured))
    return found


if __name__ == "__main__":
    for what, goal, measured, met in lines():
        print(f"{what:<56} goal {goal:>16}  measured {measured:>8}  {'ok' if met else 'OVER'}")

"""Every reading of a source at once: which conclusions stand, whatever it is taken to mean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.weights import Weighting, WeightTable, equal
from coverage_campaign.checks import checked_call
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, to_date
from coverage_campaign.model.targets import (
    CoverageTarget,
    covered_before,
    eligible_persons,
    to_rate,
)
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scenarios.explore import explore
from coverage_campaign.scenarios.interpretations import answer_text, answers_of
from coverage_campaign.scenarios.readings_result import UNIT_ANSWERS, ReadingsTable
from coverage_campaign.scenarios.scenario import Scenario, allocation_of
from coverage_campaign.scenarios.study import Study
from coverage_campaign.scheduling.schedule import schedule

__all__ = ["ReadingsTable", "readings_table"]

_RUN = (
    *("counted", "schedule_over", "result_cutoff", "award_bar", "missed_target", "outstanding"),
    *("partial_steps",),
)
"""Questions that a run answers differently by; the others change a figure, or nothing here."""
_FIGURES = ("increase", "annexes")
_ANNEXES_TOGETHER = {"two_cuts": 1, "partition": 1, "different_measures": 2}
_MOST = 20_000


@checked_call
def readings_table(
    campaign: Campaign,
    *,
    weights: Weighting | WeightTable | None = None,
    among: str = "counties",
    as_of: DateLike | None = None,
    reports: Tally | None = None,
    received: pd.DataFrame | None = None,
    answers: Mapping[str, Sequence[object]] | None = None,
    lapse: Fraction | str | int = 0,
) -> ReadingsTable:
    """Return what follows from every reading of a source, and which conclusions stand under all.

    Questions that the caller answered (`campaign.readings`) stay answered; those that are open, or
    only have a suggestion, are read in every way, in all combinations.

    Args:
        campaign: The campaign with its questions.
        weights: By what the target is shared out; without it there are no conclusions on units.
        among: The cut whose units are judged.
        as_of: The day on which plan and result are compared; by default the last day of the month
            in which the first part of a phase (or the first phase) ends.
        reports: The tally; with it conclusions on what was done, who is barred, who commended.
        received: When reports arrived (see `track`).
        answers: Answers to try by question, where the library cannot know them (a threshold such
            as outstanding, a term) or others than all are wanted.
        lapse: The fraction of those covered before that lapses within the campaign.

    Raises:
        DefinitionError: No headcount target, an unknown question, more than 20,000 combinations.

    >>> import coverage_campaign as cc
    >>> table = cc.readings_table(cc.load_case("hengyang", year=2008), lapse="5%")
    >>> frame = table.to_frame()
    >>> sorted(frame["eligible"].unique().tolist())
    [760000, 1045000]
    >>> sorted(frame["planned"].unique().tolist())
    [21664, 25055, 25473, 33716]
    """
    headcount = campaign.headcount
    if headcount is None:
        raise DefinitionError(Problem("campaign", "no headcount target", "give it one to judge by"))
    day = _day(campaign) if as_of is None else to_date(as_of, where="as_of")
    tried = answers_of(campaign, dict(answers or {}))
    asked = {code: tried[code] for code in (*_RUN, *_FIGURES) if code in tried}
    asked = {code: values for code, values in asked.items() if _matters(code, reports)}
    count = int(np.prod([len(values) for values in asked.values()]))
    if count > _MOST:
        raise DefinitionError(
            Problem("answers", f"{count:,} combinations", f"answer some first: at most {_MOST:,}")
        )
    scenario = Scenario(
        campaign=campaign, weights=equal if weights is None else weights, among=among, as_of=day
    )
    study = _study(scenario, asked, reports, received)
    runs = _runs(study, scenario, asked, day, with_reports=reports is not None)
    frame = pd.DataFrame(
        [
            {**run, **_figures(campaign, given, run, to_rate(lapse))}
            for run in runs.to_dict("records")
            for given in _combined({code: asked[code] for code in _FIGURES if code in asked})
        ]
    )
    order = [*asked, *(name for name in frame.columns if name not in asked)]
    basis = study.basis if study is not None else allocation_of(scenario).basis
    return ReadingsTable(
        campaign=campaign,
        as_of=day,
        answers=asked,
        idle=tuple(code for code in tried if code not in asked),
        basis=basis,
        frame=_typed(frame[order]),
        units=_units(study, asked) if study is not None and weights is not None else pd.DataFrame(),
    )


def _matters(code: str, reports: Tally | None) -> bool:
    """Tell whether a question can change a conclusion: verdicts and results need reports."""
    return reports is not None or code in {"counted", "schedule_over", *_FIGURES}


def _day(campaign: Campaign) -> dt.date:
    parts = [phase.code for phase in campaign.phases if phase.parent]
    first = parts[0] if parts else campaign.phases[0].code
    end = campaign.window(first).last
    following = dt.date(end.year + end.month // 12, end.month % 12 + 1, 1)
    return following - dt.timedelta(days=1)


def _combined(asked: Mapping[str, tuple[object, ...]]) -> list[dict[str, object]]:
    return [dict(zip(asked, values, strict=True)) for values in product(*asked.values())]


def _study(
    scenario: Scenario,
    asked: Mapping[str, tuple[object, ...]],
    reports: Tally | None,
    received: pd.DataFrame | None,
) -> Study | None:
    over = {f"readings.{code}": values for code, values in asked.items() if code in _RUN}
    if reports is None or not over:
        return None
    what = ("share", "planned", "done", "gap_persons", "merit_eligible", "commended")
    return explore(scenario, over=over, what=what, reports=reports, received=received)


def _runs(
    study: Study | None,
    scenario: Scenario,
    asked: Mapping[str, tuple[object, ...]],
    day: dt.date,
    *,
    with_reports: bool,
) -> pd.DataFrame:
    """Return one row per combination of the answers that a run hangs on, with what it comes to."""
    questions = {code: values for code, values in asked.items() if code in _RUN}
    if study is None or not with_reports:
        allocation = allocation_of(scenario)
        rows: list[dict[str, Any]] = []
        for given in _combined(questions):
            over: Any = given.get("schedule_over", scenario.campaign.readings.schedule_over)
            planned = schedule(allocation, over=over).planned_on(day).sum() if over else None
            rows.append({**{code: answer_text(one) for code, one in given.items()},
                         "planned": planned})  # fmt: skip
        return pd.DataFrame(rows)
    leaves = study.leaves
    combined = _combined(questions)
    table = pd.DataFrame(
        [{code: answer_text(one) for code, one in given.items()} for given in combined]
    )
    planned = study.array("planned")[:, leaves].sum(axis=1)
    done = study.array("done")[:, leaves]
    known = ~np.isnan(done).all(axis=1)
    sums = np.where(known, np.nansum(done, axis=1), np.nan)
    merit, praise = study.array("merit_eligible")[:, leaves], study.array("commended")[:, leaves]
    return table.assign(
        planned=planned,
        done=sums,
        gap_persons=sums - planned,
        ahead=pd.arrays.BooleanArray(np.asarray(sums >= planned), np.isnan(sums)),
        barred=np.where(np.isnan(merit).all(axis=1), np.nan, (merit == 0).sum(axis=1)),
        commended=np.where(np.isnan(praise).all(axis=1), np.nan, (praise == 1).sum(axis=1)),
    )


def _figures(
    campaign: Campaign, given: Mapping[str, object], run: Mapping[Any, Any], lapse: Fraction
) -> dict[str, object]:
    """Return what the readings of the target itself come to."""
    headcount = campaign.headcount
    persons = headcount.persons if headcount else 0
    goal = next((one for one in campaign.targets if isinstance(one, CoverageTarget)), None)
    increase: Any = given.get("increase", campaign.readings.increase)
    counted = run.get("counted", campaign.readings.counted)
    before = (
        goal.rate_before(goal.rise_is or increase) if goal and (goal.rise_is or increase) else None
    )
    figures: dict[str, object] = {code: answer_text(one) for code, one in given.items()}
    figures |= {"eligible": None, "covered_before": None, "coverage_after": None, "needed": None}
    if goal is not None and before is not None and before < goal.to:
        people = eligible_persons(new_persons=persons, rate_from=before, rate_to=goal.to)
        covered = covered_before(new_persons=persons, rate_from=before, rate_to=goal.to)
        lost = lapse * covered
        figures["eligible"], figures["covered_before"] = float(people), float(covered)
        figures["coverage_after"] = float((covered + persons - lost) / people)
        figures["needed"] = float(persons + lost) if counted == "net" else float(persons)
    if campaign.annexes:
        annexes: Any = given.get("annexes", campaign.readings.annexes)
        times = _ANNEXES_TOGETHER.get(annexes)
        figures["asked_in_all"] = None if times is None else float(times * persons)
    return figures


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return counts as Int64, rounded half up where a reading makes fractions of them."""
    whole = ("eligible", "covered_before", "needed", "asked_in_all", "planned", "done")
    types: dict[str, str] = {}
    for name in frame.columns:
        if name in (*whole, "gap_persons", "barred", "commended"):
            frame = frame.assign(**{name: np.floor(frame[name].astype("Float64") + 0.5)})
            types[name] = "Int64"
        elif name == "coverage_after":
            types[name] = "Float64"
        elif name != "ahead":
            types[name] = "str"
    return frame.astype(types)


def _units(study: Study, asked: Mapping[str, tuple[object, ...]]) -> pd.DataFrame:
    """Return one row per combination and unit with the verdicts in words."""
    questions = {code: values for code, values in asked.items() if code in _RUN}
    combined = pd.DataFrame(
        [{code: answer_text(one) for code, one in given.items()} for given in _combined(questions)]
    )
    leaves = np.flatnonzero(study.leaves)
    names = {unit.code: unit.label.text() for unit in study.baseline.campaign.units}
    codes = [study.units[place] for place in leaves]
    table = combined.loc[np.repeat(np.arange(len(combined)), len(codes))].reset_index(
        names="combination"
    )
    behind = study.array("gap_persons")[:, leaves]
    words: dict[str, NDArray[np.float64]] = {
        "merit_eligible": study.array("merit_eligible")[:, leaves],
        "commended": study.array("commended")[:, leaves],
        "behind": np.where(np.isnan(behind), np.nan, behind < 0),
    }
    table["unit"] = codes * len(combined)
    table["name"] = [names[code] for code in codes] * len(combined)
    for name, values in words.items():
        table[name] = [
            None if np.isnan(one) else UNIT_ANSWERS[name][int(one)]
            for one in values.ravel().tolist()
        ]
    return table

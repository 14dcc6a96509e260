"""Many scenarios at once: the numbers in batches, the results as one study or block by block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.checks import checked_call
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import message
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scenarios.design import Design, Samples
from coverage_campaign.scenarios.evaluate import QUANTITIES, VERDICTS, Evaluator
from coverage_campaign.scenarios.scenario import Scenario, run, with_reports
from coverage_campaign.scenarios.study import Cells, Study

__all__ = ["Study", "explore", "explore_blocks"]

_BLOCK = 256 * 2**20
_LEAST_BLOCK = 2**16
_PATIENCE = 2.0  # seconds before a bar shows
# Arrays of one number a scenario and unit that a batch takes while it is calculated.
_WORKING, _JUDGING = 20, 40


@checked_call
def explore(
    scenario: Scenario,
    *,
    over: Mapping[str, Sequence[object]] | None = None,
    samples: Samples | None = None,
    design: Literal["grid", "one_at_a_time"] = "grid",
    what: Sequence[str] = ("share",),
    reports: Tally | None = None,
    received: pd.DataFrame | None = None,
    block: int = _BLOCK,
    progress: bool | None = None,
) -> Study:
    """Return what follows from every combination of inputs, or from every given row of them.

    It is what `cc.run` says of each scenario alone, calculated in batches: only inputs that are no
    numbers (method, curve, phases, date, scheme, readings) make batches of their own.

    Args:
        scenario: The baseline; what is not named stays as it is there.
        over: Values to try by input, all combinations. An input is a field of the scenario
            ('total' is another name of 'target'), one unit's number ('weights.430481', 'floors.…',
            'caps.…', 'pins.…', 'pace.…'), or a reading ('readings.counted').
        samples: Rows to try instead: a frame, or columns of equal length, by input.
        design: "one_at_a_time" tries the baseline and then each value alone (for a tornado).
        what: The quantities to hold, by the names that the stages' own tables use: share,
            uplifted, eligible_rate, uncovered_rate (burdens); planned, done, completion_rate,
            planned_rate, gap_points, gap_persons, shortfall, rank (to the scenario's as_of);
            expected, low, high, chance (of the forecast, which is made one by one); score, grade,
            merit_eligible, commended; and "schedule", the plan period by period.
        reports: The tally to track, where progress or verdicts are asked for.
        received: When reports arrived (see `track`).
        block: The memory [bytes] that a batch may take while it is calculated; what the study
            itself holds comes on top. `explore_blocks` holds one block at a time.
        progress: Whether a long run shows a bar; by default on a terminal.

    Returns:
        A study: `to_frame`, `array`, `ranges`, `where`, `fairness`, `tornado`, `scenario(number)`.

    Raises:
        DefinitionError: No such input or quantity, an input without a value, columns of unequal
            length, a value that no scenario can have.
        InfeasibleError: No scenario has an answer. Where some have, the others are <NA>:
            `unsolved` says why.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> baseline = cc.Scenario(campaign=campaign, weights=cc.weights.by_measure("census_2000"))
    >>> methods = [cc.apportion.webster, cc.apportion.adams]
    >>> study = cc.explore(baseline, over={"total": range(70, 80, 2), "method": methods})
    >>> study
    <Study of 10 scenarios over total, method>
    >>> int(study.array("share")[0].sum())
    70
    """
    studies = list(
        explore_blocks(
            scenario,
            over=over,
            samples=samples,
            design=design,
            what=what,
            reports=reports,
            received=received,
            block=block,
            progress=progress,
        )
    )
    study = studies[0] if len(studies) == 1 else _joined(studies)
    if not study.solved.any():
        run(attrs.evolve(study.scenario(0), as_of=None))  # raises what is wrong with it
    return study


@checked_call
def explore_blocks(
    scenario: Scenario,
    *,
    over: Mapping[str, Sequence[object]] | None = None,
    samples: Samples | None = None,
    design: Literal["grid", "one_at_a_time"] = "grid",
    what: Sequence[str] = ("share",),
    reports: Tally | None = None,
    received: pd.DataFrame | None = None,
    block: int = _BLOCK,
    progress: bool | None = None,
) -> Iterator[Study]:
    """Yield the study of `explore` block by block: never more than one of them is in memory.

    Arguments and errors as `explore`. `block` is the memory [bytes] that one block may take, its
    results included; `cc.save_study` writes the blocks to Parquet files as they come.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> baseline = cc.Scenario(campaign=campaign, weights=cc.weights.equal)
    >>> over = {"total": range(50_000, 80_000)}
    >>> sizes = [len(one) for one in cc.explore_blocks(baseline, over=over, block=2**25)]
    >>> len(sizes) > 1, sum(sizes)
    (True, 30000)
    """
    held = tuple(dict.fromkeys(what))
    unknown = [name for name in held if name not in (*QUANTITIES, "schedule")]
    if unknown or not held:
        found = message("no {unknown!r}", unknown=unknown[0]) if unknown else "empty"
        raise DefinitionError(
            Problem(
                "what",
                found,
                message("quantities: {quantities}", quantities=[*QUANTITIES, "schedule"]),
            )
        )
    if block < _LEAST_BLOCK:
        raise DefinitionError(
            Problem(
                "block",
                f"{block}",
                message("give {least} bytes or more", least=_LEAST_BLOCK),
            )
        )
    scenario = with_reports(scenario, reports, received)
    tried = Design.of(scenario, over=over, samples=samples, design=design)
    evaluator = Evaluator(scenario, tried, held)
    return _blocks(evaluator, tried.count, _scenarios_in(block, evaluator), progress=progress)


def _blocks(
    evaluator: Evaluator, count: int, size: int, *, progress: bool | None
) -> Iterator[Study]:
    from tqdm.auto import tqdm  # only a long run shows a bar

    hidden = None if progress is None else not progress  # None: only on a terminal
    options: Any = {"desc": "scenarios", "unit": "", "delay": _PATIENCE, "leave": False}
    with tqdm(total=count, disable=hidden, **options) as bar:
        for start in range(0, count, size):
            stop = min(start + size, count)
            yield evaluator.block(start, stop)
            bar.update(stop - start)


def _scenarios_in(block: int, evaluator: Evaluator) -> int:
    """Return how many scenarios fit a block, their working arrays and results included."""
    cells = len(evaluator.units) * 8
    periods = 3 * 32 if "schedule" in evaluator.what else 0
    judging = _JUDGING if set(evaluator.what) & set(VERDICTS) else 0
    arrays = _WORKING + judging + len(evaluator.what) + periods
    return max(block // (cells * arrays), 1)


def _joined(studies: Sequence[Study]) -> Study:
    """Return consecutive blocks as one study."""
    first, last = studies[0], studies[-1]
    cells = {}
    for name in first.cells:
        parts = [study.cells[name] for study in studies]
        known = None
        if any(part.known is not None for part in parts):
            known = np.concatenate(
                [
                    np.ones(p.numbers.shape, dtype=bool) if p.known is None else p.known
                    for p in parts
                ]
            )
        cells[name] = Cells(
            np.concatenate([part.numbers for part in parts]), known, parts[-1].words
        )
    plans = [study.schedules for study in studies if study.schedules is not None]
    return Study(
        baseline=first.baseline,
        design=first.design,
        basis=last.basis,
        units=first.units,
        leaves=np.logical_or.reduce([study.leaves for study in studies]),
        present=np.concatenate([study.present for study in studies]),
        cells=cells,
        solved=np.concatenate([study.solved for study in studies]),
        periods=first.periods,
        schedules=np.concatenate(plans) if plans else None,
    )

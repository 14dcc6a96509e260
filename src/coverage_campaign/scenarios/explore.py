"""Many scenarios at once: what follows from each, as one study or block by block.

Scenarios that differ in numbers alone (totals, weights, bounds, uplifts) are one batch. Any other
input, a method or a curve, makes batches of its own; what such a batch needs once (days of the
plan, what was reported) is kept for the blocks to come. Every array comes from the function that
the stage itself calls for one scenario.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation import equity
from coverage_campaign.allocation.allocate import allocation_from, weighting_of
from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.feasibility import Capacity
from coverage_campaign.allocation.request import (
    NUMERIC,
    InputColumn,
    RequestReader,
    Requests,
    read_target,
    tree_of,
)
from coverage_campaign.allocation.top_down import Shared, share
from coverage_campaign.allocation.tree import UnitTree
from coverage_campaign.allocation.weights import Weighting, equal
from coverage_campaign.assessment.scoring import assess_many
from coverage_campaign.checks import checked_call
from coverage_campaign.errors import DefinitionError, InfeasibleError, Problem
from coverage_campaign.messages import message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike
from coverage_campaign.model.readings import Basis
from coverage_campaign.model.scheme import Scheme
from coverage_campaign.model.targets import CoverageTarget
from coverage_campaign.progress.indicators import INDICATORS, indicator
from coverage_campaign.progress.progress import Progress, track
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scenarios.design import Design, Samples, Tried, applied, field_of, value_at
from coverage_campaign.scenarios.scenario import (
    Scenario,
    allocation_of,
    plan_of,
    run,
    with_reports,
)
from coverage_campaign.scenarios.study import Cells, Study
from coverage_campaign.scheduling.course import Course
from coverage_campaign.scheduling.schedule import Plan

__all__ = ["FORECAST", "QUANTITIES", "VERDICTS", "Study", "explore", "explore_blocks"]

SHARES = ("share", "uplifted", "eligible_rate", "uncovered_rate")
PROGRESS = (
    *("planned", "done", "completion_rate", "planned_rate", "gap_points", "gap_persons"),
    *("shortfall", "rank"),
)
FORECAST = ("expected", "low", "high", "chance")
VERDICTS = ("score", "grade", "merit_eligible", "commended")
QUANTITIES = (*SHARES, *PROGRESS, *FORECAST, *VERDICTS)
"""What a study can hold, by the names of the stages' own columns."""
_Ints: TypeAlias = NDArray[np.int64]
_Flags: TypeAlias = NDArray[np.bool_]
_Key: TypeAlias = tuple[int, ...]
_Figures: TypeAlias = list[tuple[str, NDArray[Any], _Flags | None]]
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
    evaluator = _Evaluator(scenario, tried, held)
    return _blocks(evaluator, tried.count, _scenarios_in(block, evaluator), progress=progress)


def _blocks(
    evaluator: _Evaluator, count: int, size: int, *, progress: bool | None
) -> Iterator[Study]:
    from tqdm.auto import tqdm  # only a long run shows a bar

    hidden = None if progress is None else not progress  # None: only on a terminal
    options: Any = {"desc": "scenarios", "unit": "", "delay": _PATIENCE, "leave": False}
    with tqdm(total=count, disable=hidden, **options) as bar:
        for start in range(0, count, size):
            stop = min(start + size, count)
            yield evaluator.block(start, stop)
            bar.update(stop - start)


def _scenarios_in(block: int, evaluator: _Evaluator) -> int:
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


# -- what follows from a block -------------------------------------------------------------------


@attrs.define(eq=False)
class _Block:
    """A block while it is evaluated: what the batches write their rows and columns into."""

    units: tuple[str, ...]
    count: int
    cells: dict[str, Cells] = attrs.field(factory=dict)
    schedules: list[tuple[NDArray[np.intp], pd.DataFrame, _Ints]] = attrs.field(factory=list)
    present: _Flags = attrs.field(init=False)
    leaves: _Flags = attrs.field(init=False)
    solved: _Flags = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Begin with nothing."""
        self.present = np.zeros((self.count, len(self.units)), dtype=bool)
        self.leaves = np.zeros(len(self.units), dtype=bool)
        self.solved = np.zeros(self.count, dtype=bool)

    def columns(self, codes: Sequence[str]) -> list[int]:
        """Return the columns of some units."""
        place = {code: number for number, code in enumerate(self.units)}
        return [place[code] for code in codes]

    def write(
        self,
        name: str,
        rows: NDArray[np.intp],
        columns: list[int],
        numbers: NDArray[Any],
        known: _Flags | None = None,
    ) -> None:
        """Write numbers to rows and columns; a whole array takes the place of the empty one."""
        shape = len(rows), len(columns)
        numbers = np.broadcast_to(numbers, shape)
        if numbers.dtype.kind == "f":
            known = ~np.isnan(numbers) if known is None else known & ~np.isnan(numbers)
        known = None if known is None else np.broadcast_to(known, shape)
        if shape == self.present.shape and columns == list(range(len(self.units))):
            self.cells[name] = Cells(numbers, known)
            return
        if name not in self.cells:
            self.cells[name] = Cells(
                np.zeros(self.present.shape, dtype=numbers.dtype),
                np.zeros(self.present.shape, dtype=bool),
            )
        cells, at = self.cells[name], (rows[:, np.newaxis], columns)
        cells.numbers[at] = numbers
        if cells.known is not None:
            cells.known[at] = True if known is None else known

    def joined_schedules(self) -> tuple[pd.DataFrame | None, _Ints | None]:
        """Return the schedules of all batches as one array; their periods have to be the same."""
        if not self.schedules:
            return None, None
        _, periods, first = self.schedules[0]
        leaves = int(self.leaves.sum())
        if any(
            not other.equals(periods) or plan.shape[2] != leaves
            for _, other, plan in self.schedules
        ):
            raise DefinitionError(
                Problem(
                    "schedule",
                    "periods or units differ between scenarios",
                    "vary over, by and among in studies of their own, or leave schedules out",
                )
            )
        if len(self.schedules) == 1 and len(first) == self.count:
            return periods, first
        found = np.zeros((self.count, *first.shape[1:]), dtype=np.int64)
        for rows, _, plan in self.schedules:
            found[rows] = plan
        return periods, found


@attrs.frozen(eq=False)
class _Batch:
    """Scenarios of a block that differ in numbers alone; `scenario` has what they share."""

    key: _Key
    rows: NDArray[np.intp]
    places: Sequence[_Ints]
    scenario: Scenario
    reader: RequestReader

    @property
    def tree(self) -> UnitTree:
        """The tree of the units."""
        return self.reader.tree


@attrs.define(eq=False)
class _Evaluator:
    """Evaluates blocks of a design; keeps what the blocks have in common."""

    baseline: Scenario
    design: Design
    what: tuple[str, ...]
    units: tuple[str, ...] = ()
    grades: list[str] = attrs.field(factory=list)
    basis: Basis | None = None
    _splits: list[bool] = attrs.field(init=False, factory=list)
    _shared: dict[_Key, tuple[Scenario, RequestReader]] = attrs.field(init=False, factory=dict)
    _plans: dict[_Key, Plan] = attrs.field(init=False, factory=dict)
    _progresses: dict[_Key, Progress] = attrs.field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        """Name the units of every breakdown that the design tries."""
        titles = [self.baseline.among]
        for name, values in zip(self.design.names, self.design.tried, strict=True):
            if field_of(name) == ("among", ""):
                titles = [str(value) for value in values]
        campaign = self.baseline.campaign
        codes = [code for title in titles for code in UnitTree.of(campaign, title).codes]
        if {*PROGRESS, *FORECAST, *VERDICTS} & set(self.what):
            codes += _heirs_of(campaign, codes)
        self._splits = [
            self._makes_batches(name, values)
            for name, values in zip(self.design.names, self.design.tried, strict=True)
        ]
        keeps = self.baseline.remainder == "keep" or "remainder" in self.design.names
        self.units = tuple(dict.fromkeys([*codes, *(["unallocated"] if keeps else [])]))

    def block(self, start: int, stop: int) -> Study:
        """Return what follows from the scenarios from `start` to `stop`."""
        places = self.design.places(start, stop)
        block = _Block(self.units, stop - start)
        for batch in self._batches(places, stop - start):
            self._evaluate(batch, block)
        for name in self.what:
            if name not in block.cells and name != "schedule":
                kind = np.int8 if name in VERDICTS[1:] else np.float64
                numbers = np.zeros(block.present.shape, dtype=kind)
                block.cells[name] = Cells(numbers, np.zeros(numbers.shape, dtype=bool))
        periods, plans = block.joined_schedules()
        words = {"grade": tuple(self.grades)}
        return Study(
            baseline=self.baseline,
            design=self.design,
            basis=self.basis or self.baseline.campaign.basis(),
            units=self.units,
            leaves=block.leaves,
            present=block.present,
            cells={
                name: attrs.evolve(block.cells[name], words=words.get(name, ()))
                for name in self.what
                if name != "schedule"
            },
            solved=block.solved,
            periods=periods,
            schedules=plans,
            first=start,
        )

    # -- batches ---------------------------------------------------------------------------------

    def _batches(self, places: Sequence[_Ints], count: int) -> list[_Batch]:
        own = [at for at, splits in enumerate(self._splits) if splits]
        if not own:
            return [self._batch((), np.arange(count), places)]
        keys = np.stack([places[at] for at in own], axis=1)
        distinct, inverse = np.unique(keys, axis=0, return_inverse=True)
        order = np.argsort(inverse.ravel(), kind="stable")
        ends = np.searchsorted(inverse.ravel()[order], np.arange(1, len(distinct)))
        return [
            self._batch(tuple(key), rows, [place[rows] for place in places])
            for key, rows in zip(distinct.tolist(), np.split(order, ends), strict=True)
        ]

    def _batch(self, key: _Key, rows: NDArray[np.intp], places: Sequence[_Ints]) -> _Batch:
        if key not in self._shared:
            given = {
                name: value_at(values, int(place[0]))
                for name, values, place, splits in zip(
                    self.design.names, self.design.tried, places, self._splits, strict=True
                )
                if splits
            }
            scenario = applied(self.baseline, given)
            scenario = with_reports(scenario, None, None)
            reader = RequestReader(
                scenario.campaign,
                tree_of(scenario.campaign, scenario.among, *self._weights_of(scenario)),
                scenario.method,
                scenario.ties,
                scenario.order,
                scenario.remainder,
            )
            self._shared[key] = scenario, reader
        return _Batch(key, rows, places, *self._shared[key])

    def _weights_of(self, scenario: Scenario) -> list[object]:
        """Return all weights that a batch may be shared out by."""
        tried = dict(zip(self.design.names, self.design.tried, strict=True)).get("weights", ())
        own = scenario.weights
        return [_own_weighting(scenario) if own is None and not len(tried) else own, *tried]

    def _makes_batches(self, name: str, values: Tried) -> bool:
        field, _ = field_of(name)
        if field != "target" or isinstance(values, np.ndarray):
            return field not in NUMERIC
        return any(_is_goal(self.baseline, value) for value in values)

    # -- stages ----------------------------------------------------------------------------------

    def _evaluate(self, batch: _Batch, block: _Block) -> None:
        """Write what follows from the scenarios of one batch."""
        goal = _is_goal(batch.scenario, batch.scenario.target)
        asked = None if goal else self._asked(batch)
        shared = share(asked) if asked is not None else self._each_to_the_goal(batch)
        tree = batch.tree
        columns = block.columns(tree.codes)
        leaves = [columns[row] for row in tree.leaf_rows.tolist()]
        block.leaves[leaves] = True
        block.present[batch.rows[:, np.newaxis], columns] = True
        found: _Figures = []
        good = np.flatnonzero(shared.solved)
        asks_plan = bool({*PROGRESS, *FORECAST, *VERDICTS, "schedule"} & set(self.what))
        if len(good) and asks_plan:
            allocation = self._allocation(batch, asked, shared, int(good[0]))
            plan = self._plan(batch, allocation)
            good = _that_fit(plan.course, shared, good, tree.leaf_rows)
            shared.solved[:] = False
            shared.solved[good] = True
        elif asked is not None and self.basis is None:
            self.basis = self._allocation(batch, asked, shared, 0).basis
        everything = len(good) == len(shared.solved) and len(tree.leaf_rows) == len(tree.units)
        at = np.ix_(good, tree.leaf_rows)
        persons = shared.share if everything else shared.share[at]
        if {"eligible_rate", "uncovered_rate"} & set(self.what):
            rates = equity.rates(batch.scenario.campaign, tree.leaves, persons)
            found += [(name, values, None) for name, values in rates.items()]
        if len(good) and asks_plan:
            uplifted = shared.uplifted if everything else shared.uplifted[at]
            figures = self._figures(batch, plan, persons, uplifted)
            figures += self._forecasts(batch, plan, good, persons)
            if figures:
                self._write_figures(batch, block, batch.rows[good], leaves, figures)
            if "schedule" in self.what:
                planned = plan.course.at_ends(persons, by=plan.by).transpose(1, 0, 2)
                periods = plan.periods()[["phase", "period"]]
                block.schedules.append((batch.rows[good], periods, planned))
        self._write_shares(batch, block, shared, columns)
        for name, numbers, known in found:
            if name in self.what:
                block.write(name, batch.rows[good], leaves, numbers, known)

    def _write_figures(
        self,
        batch: _Batch,
        block: _Block,
        rows: NDArray[np.intp],
        leaves: list[int],
        figures: _Figures,
    ) -> None:
        """Write the figures of tracked units: those of the plan, then heirs from outside it."""
        tracked = self._progresses[batch.key].rows.units
        heirs = block.columns(tracked[len(leaves) :])
        block.present[rows[:, np.newaxis], heirs] = True
        for name, numbers, known in figures:
            if name in self.what:
                block.write(name, rows, leaves + heirs, numbers, known)

    def _asked(self, batch: _Batch) -> Requests:
        inputs = {name: InputColumn((getattr(batch.scenario, name),)) for name in NUMERIC}
        if batch.scenario.weights is None:
            inputs["weights"] = InputColumn((_own_weighting(batch.scenario),))
        for name, values, place, splits in zip(
            self.design.names, self.design.tried, batch.places, self._splits, strict=True
        ):
            field, code = field_of(name)
            if field in NUMERIC and not splits:
                inputs[f"{field}.{code}" if code else field] = InputColumn(values, place)
        return batch.reader.requests(inputs, len(batch.rows))

    def _each_to_the_goal(self, batch: _Batch) -> Shared:
        """Return a coverage rate's shares, the same for every scenario."""
        allocation = allocation_of(batch.scenario)
        if self.basis is None:
            self.basis = allocation.basis
        persons = allocation.to_frame()["share"].to_numpy("int64")
        rows = np.broadcast_to(persons, (len(batch.rows), len(persons)))
        solved = np.ones(len(rows), dtype=bool)
        return Shared(
            share=rows,
            uplifted=rows,
            unallocated=np.zeros(len(rows), dtype=np.int64),
            solved=solved,
            capacity=Capacity(rows, rows, solved),
        )

    def _allocation(
        self, batch: _Batch, asked: Requests | None, shared: Shared, row: int
    ) -> Allocation:
        """Return one scenario's shares as a result, for what the others have in common with it."""
        if asked is None:
            return allocation_of(batch.scenario)
        scenario = self._scenario(batch, row)
        weighting = (
            _own_weighting(scenario)
            if scenario.weights is None
            else weighting_of(scenario.campaign, scenario.among, scenario.weights, 0)
        )
        return allocation_from(
            scenario.campaign,
            scenario.among,
            asked.of_scenario(row),
            shared.of_scenario(row),
            weighting=weighting,
            already_covered=scenario.already_covered,
            chosen=read_target(scenario.campaign, scenario.target),
        )

    def _scenario(self, batch: _Batch, row: int) -> Scenario:
        given = {
            name: value_at(values, int(place[row]))
            for name, values, place in zip(
                self.design.names, self.design.tried, batch.places, strict=True
            )
        }
        return with_reports(applied(self.baseline, given), None, None)

    def _forecasts(
        self, batch: _Batch, plan: Plan, rows: NDArray[np.intp], persons: _Ints
    ) -> _Figures:
        """Return the forecasts, run one by one: once for all scenarios of a batch that share alike.

        A forecast has no form for many scenarios at once.
        """
        asked = [name for name in FORECAST if name in self.what]
        if not asked:
            return []
        self._progress(batch, plan)
        distinct, first, place = np.unique(persons, axis=0, return_index=True, return_inverse=True)
        tables = []
        for row in rows[first].tolist():
            found = run(self._scenario(batch, row)).forecast
            if found is not None:
                self._rests_on(found.basis)
                tables.append(found.to_frame())
        if len(tables) < len(distinct):  # the plan was laid before, so that reports are there
            return []
        columns: _Figures = []
        for name in asked:
            kind = np.float64 if name == "chance" else np.int64
            values = np.array([table[name].fillna(0).to_numpy(dtype=kind) for table in tables])
            known = np.array([table[name].notna().to_numpy(dtype=bool) for table in tables])
            columns.append((name, values[place.ravel()], known[place.ravel()]))
        return columns

    def _write_shares(
        self, batch: _Batch, block: _Block, shared: Shared, columns: list[int]
    ) -> None:
        rows = batch.rows
        block.solved[rows] = shared.solved
        known = None if shared.solved.all() else shared.solved[:, np.newaxis]
        for name, numbers in (("share", shared.share), ("uplifted", shared.uplifted)):
            if name in self.what:
                block.write(name, rows, columns, numbers, known)
        if shared.unallocated.any():
            at = block.columns(["unallocated"])
            some = (shared.unallocated > 0) & shared.solved
            left = shared.unallocated[:, np.newaxis]
            block.present[rows, at[0]] = some
            for name in ("share", "uplifted"):
                if name in self.what:
                    block.write(name, rows, at, left, some[:, np.newaxis])

    def _plan(self, batch: _Batch, allocation: Allocation) -> Plan:
        if batch.key not in self._plans:
            plan = plan_of(batch.scenario, allocation)
            if plan is None:
                raise DefinitionError(
                    Problem("over", "no phases", "name the phases that the schedule is laid over")
                )
            self._plans[batch.key] = plan
            self._rests_on(plan.basis)
        return self._plans[batch.key]

    def _figures(self, batch: _Batch, plan: Plan, persons: _Ints, uplifted: _Ints) -> _Figures:
        """Return the figures of progress and the verdicts under many targets."""
        found: _Figures = []
        if not {*PROGRESS, *VERDICTS} & set(self.what):
            return found
        progress = self._progress(batch, plan)
        units = attrs.evolve(progress.arrays, target=progress.targets_of(persons))
        if {"planned", "gap_persons"} & set(self.what):
            units = attrs.evolve(units, planned=progress.planned_of(persons))
        own = plan.course.has_own_courses or bool(progress.heirs)
        if own and {"planned_rate", "gap_points"} & set(self.what):
            units = attrs.evolve(units, planned_rate=progress.planned_rates_of(persons))
        for name in INDICATORS:
            if name in self.what:
                values, known = indicator(name, units)
                found.append((name, values, known))
        scheme = batch.scenario.scheme or batch.scenario.campaign.scheme
        if set(self.what) & set(VERDICTS) and scheme is not None:
            raised = progress.targets_of(uplifted)
            found += self._verdicts(batch, progress, scheme, units.target, raised)
        return found

    def _progress(self, batch: _Batch, plan: Plan) -> Progress:
        if batch.key not in self._progresses:
            scenario = batch.scenario
            tally, day = self._needs_reports(scenario)
            found = track(plan, tally, as_of=day, received=scenario.received)
            self._progresses[batch.key] = found
            self._rests_on(found.basis)
        return self._progresses[batch.key]

    def _needs_reports(self, scenario: Scenario) -> tuple[Tally, DateLike]:
        if scenario.reports is None or scenario.as_of is None:
            raise DefinitionError(
                Problem(
                    "reports",
                    "none" if scenario.reports is None else "without as_of",
                    "give reports= and a scenario with as_of, or ask for shares and schedule",
                )
            )
        return scenario.reports, scenario.as_of

    def _rests_on(self, basis: Basis) -> None:
        self.basis = basis if self.basis is None else self.basis.joined(basis)

    def _verdicts(
        self,
        batch: _Batch,
        progress: Progress,
        scheme: Scheme,
        targets: _Ints,
        uplifted: _Ints,
    ) -> _Figures:
        verdicts = assess_many(
            progress,
            scheme,
            targets=targets,
            uplifted=uplifted,
            indicators=batch.scenario.indicators,
        )
        codes = [grade.code for grade in scheme.grades]
        self.grades += [code for code in codes if code not in self.grades]
        words = np.array([*(self.grades.index(code) for code in codes), -1], dtype=np.int8)
        grade = words[verdicts.grade]
        answers = {"merit_eligible": verdicts.merit_eligible, "commended": verdicts.commended}
        return [
            ("score", verdicts.score, None),
            ("grade", grade, grade >= 0),
            *((name, values, values >= 0) for name, values in answers.items()),
        ]


def _heirs_of(campaign: Campaign, codes: Sequence[str]) -> list[str]:
    """Return who comes after some units, and after those."""
    heirs = {unit.code: [heir for heir, _ in unit.successors] for unit in campaign.units}
    found: list[str] = []
    ahead = list(codes)
    while ahead:
        ahead = [heir for code in ahead for heir in heirs.get(code, ()) if heir not in found]
        found += dict.fromkeys(ahead)
    return found


def _own_weighting(scenario: Scenario) -> Weighting:
    target = read_target(scenario.campaign, scenario.target)
    if isinstance(target, CoverageTarget):  # nothing is shared out
        return equal
    return weighting_of(scenario.campaign, scenario.among, None, target)


def _is_goal(scenario: Scenario, target: object) -> bool:
    """Tell whether a target is a coverage rate, for which nothing is shared."""
    return isinstance(target, CoverageTarget) or any(
        isinstance(one, CoverageTarget) and one.code == target for one in scenario.campaign.targets
    )


def _that_fit(
    course: Course, shared: Shared, good: NDArray[np.intp], leaves: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return the scenarios whose shares fit into their months."""
    if not (course.month_caps.size or course.unit_caps.size):
        return good
    fitting = []
    for row in good.tolist():
        try:
            list(course.laid(shared.share[[row]][:, leaves]))
        except InfeasibleError:
            continue
        fitting.append(row)
    return np.array(fitting, dtype=np.intp)

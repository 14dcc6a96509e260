"""What follows from a block of scenarios: allocation, schedule, progress and verdicts as arrays.

Scenarios that differ in numbers alone (totals, weights, bounds, uplifts) are one batch. Any other
input, a method or a curve, makes batches of its own; what such a batch needs once (days of the
plan, what was reported) is kept for the blocks to come.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.tree import CutTree
from coverage_campaign.assessment.many import assess_many
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.basis import Basis
from coverage_campaign.model.scheme import Scheme
from coverage_campaign.model.targets import CoverageTarget
from coverage_campaign.progress.track import Progress, track
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scenarios.design import Design, applied, field_of, value_at
from coverage_campaign.scenarios.filling import Arrays, Filling
from coverage_campaign.scenarios.following import burdens, figures_many, periods_of
from coverage_campaign.scenarios.many_shares import ManyShares, share_many
from coverage_campaign.scenarios.reading import NUMERIC, Reader
from coverage_campaign.scenarios.scenario import Scenario, allocation_of
from coverage_campaign.scenarios.study import Study
from coverage_campaign.scheduling.schedule import Plan, schedule

__all__ = ["QUANTITIES", "VERDICTS", "Evaluator"]

SHARES = ("share", "uplifted", "eligible_rate", "uncovered_rate")
PROGRESS = (
    *("planned", "done", "completion_rate", "planned_rate", "gap_points", "gap_persons"),
    *("shortfall", "rank"),
)
VERDICTS = ("score", "grade", "merit_eligible", "commended")
QUANTITIES = (*SHARES, *PROGRESS, *VERDICTS)
"""What a study can hold, by the names of the stages' own columns."""
_Ints = NDArray[np.int64]
_Key = tuple[int, ...]


@attrs.frozen(eq=False)
class _Batch:
    """Scenarios of a block that differ in numbers alone."""

    key: _Key
    rows: NDArray[np.intp]
    places: Sequence[_Ints]
    reader: Reader


@attrs.define
class Evaluator:
    """Evaluates blocks of a design; keeps what the blocks have in common."""

    baseline: Scenario
    design: Design
    what: tuple[str, ...]
    reports: Tally | None
    received: pd.DataFrame | None
    units: tuple[str, ...] = ()
    grades: list[str] = attrs.field(factory=list)
    readers: dict[_Key, Reader] = attrs.field(factory=dict)
    plans: dict[_Key, Plan] = attrs.field(factory=dict)
    progresses: dict[_Key, Progress] = attrs.field(factory=dict)
    basis: Basis | None = None
    splits: list[bool] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        """Name the units of every cut that the design tries."""
        cuts = [self.baseline.among]
        for name, values in zip(self.design.names, self.design.tried, strict=True):
            if field_of(name) == ("among", ""):
                cuts = [str(value) for value in values]
        codes = [code for cut in cuts for code in CutTree.of(self.baseline.campaign, cut).codes]
        self.splits = [self._makes_batches(at, name) for at, name in enumerate(self.design.names)]
        keeps = self.baseline.remainder == "keep" or "remainder" in self.design.names
        self.units = tuple(dict.fromkeys([*codes, *(["unallocated"] if keeps else [])]))

    def block(self, start: int, stop: int) -> Study:
        """Return what follows from the scenarios from `start` to `stop`."""
        places = self.design.places(start, stop)
        filling = Filling(self.units, self.what, stop - start)
        for batch in self._batches(places, stop - start):
            shares = self._shares(batch)
            filling.write_shares(batch.reader.tree, batch.rows, shares)
            if set(self.what) - {"share", "uplifted"} and shares.solved.any():
                self._follow(batch, shares, filling)
        basis = self.basis or self.baseline.campaign.basis()
        return filling.study(self.baseline, self.design, basis, start, tuple(self.grades))

    def _batches(self, places: Sequence[_Ints], count: int) -> list[_Batch]:
        own = [at for at, splits in enumerate(self.splits) if splits]
        if not own:
            return [_Batch((), np.arange(count), places, self._reader((), places))]
        keys = np.stack([places[at] for at in own], axis=1)
        distinct, inverse = np.unique(keys, axis=0, return_inverse=True)
        order = np.argsort(inverse.ravel(), kind="stable")
        cuts = np.searchsorted(inverse.ravel()[order], np.arange(1, len(distinct)))
        batches = []
        for key, rows in zip(distinct.tolist(), np.split(order, cuts), strict=True):
            mine = [place[rows] for place in places]
            batches.append(_Batch(tuple(key), rows, mine, self._reader(tuple(key), mine)))
        return batches

    def _makes_batches(self, at: int, name: str) -> bool:
        field, _ = field_of(name)
        if field not in NUMERIC:
            return True
        campaign = self.baseline.campaign
        goals = {one.code for one in campaign.targets if isinstance(one, CoverageTarget)}
        if field != "target" or isinstance(self.design.tried[at], np.ndarray):
            return False
        return any(
            isinstance(value, CoverageTarget) or (isinstance(value, str) and value in goals)
            for value in self.design.tried[at]
        )

    def _given(self, places: Sequence[_Ints], row: int) -> dict[str, object]:
        return {
            name: value_at(values, int(place[row]))
            for name, values, place in zip(
                self.design.names, self.design.tried, places, strict=True
            )
        }

    def _reader(self, key: _Key, places: Sequence[_Ints]) -> Reader:
        if key not in self.readers:
            given = {
                name: value
                for at, (name, value) in enumerate(self._given(places, 0).items())
                if self.splits[at]
            }
            scenario = applied(self.baseline, given)
            tree = CutTree.of(scenario.campaign, scenario.among)
            self.readers[key] = Reader(scenario, self.design, tree)
        return self.readers[key]

    def _shares(self, batch: _Batch) -> ManyShares:
        scenario = batch.reader.scenario
        target = scenario.target
        goal = isinstance(target, CoverageTarget) or any(
            isinstance(one, CoverageTarget) and one.code == target
            for one in scenario.campaign.targets
        )
        if not goal:
            return share_many(batch.reader.requests(batch.places))
        share = allocation_of(scenario).to_frame()["share"].to_numpy("int64")
        count = len(batch.rows)
        rows = np.broadcast_to(share, (count, len(share)))
        solved = np.ones(count, dtype=bool)
        nobody = np.zeros(count, dtype=np.int64)
        return ManyShares(share=rows, uplifted=rows, unallocated=nobody, solved=solved)

    def _follow(self, batch: _Batch, shares: ManyShares, filling: Filling) -> None:
        """Reckon what follows from the shares of one batch, and write it."""
        tree, campaign = batch.reader.tree, batch.reader.scenario.campaign
        at = tree.leaf_rows
        good = np.flatnonzero(shares.solved)
        everything = len(good) == len(shares.solved) and len(at) == len(tree.units)
        share = shares.share if everything else shares.share[good[:, np.newaxis], at]
        uplifted = shares.uplifted if everything else shares.uplifted[good[:, np.newaxis], at]
        found: Arrays = {}
        if {"eligible_rate", "uncovered_rate"} & set(self.what):
            found |= burdens(campaign, tree, share)
        if {*PROGRESS, *VERDICTS, "schedule"} & set(self.what):
            plan = self._plan(batch, int(good[0]))
            if "schedule" in self.what:
                planned = plan.course.at_ends(share, by=plan.by).transpose(1, 0, 2)
                filling.schedules.append((batch.rows[good], periods_of(plan), planned))
            if {*PROGRESS, *VERDICTS} & set(self.what):
                progress = self._progress(batch, plan)
                found |= figures_many(progress, plan, share, self.what)
                scheme = batch.reader.scenario.scheme or campaign.scheme
                if set(self.what) & set(VERDICTS) and scheme is not None:
                    found |= self._verdicts(progress, scheme, share, uplifted)
        columns = filling.columns(tuple(unit.code for unit in tree.leaves))
        for name, numbers in found.items():
            if name in filling.arrays:
                filling.write(name, batch.rows[good], columns, numbers)

    def _plan(self, batch: _Batch, row: int) -> Plan:
        if batch.key not in self.plans:
            scenario = batch.reader.scenario
            over = scenario.over or scenario.campaign.readings.schedule_over
            if over is None:
                raise DefinitionError(
                    Problem("over", "no phases", "name the phases that the schedule is laid over")
                )
            allocation = allocation_of(applied(self.baseline, self._given(batch.places, row)))
            plan = schedule(allocation, over=over, curve=scenario.curve, by=scenario.by)
            self.plans[batch.key] = plan
            self._rests_on(plan.basis)
        return self.plans[batch.key]

    def _progress(self, batch: _Batch, plan: Plan) -> Progress:
        scenario = batch.reader.scenario
        if self.reports is None or scenario.as_of is None:
            raise DefinitionError(
                Problem("reports", "none" if self.reports is None else "without as_of",
                        "give reports= and a scenario with as_of, or ask for shares and schedule")
            )  # fmt: skip
        if batch.key not in self.progresses:
            reports = attrs.evolve(self.reports, campaign=scenario.campaign)
            found = track(plan, reports, as_of=scenario.as_of, received=self.received)
            self.progresses[batch.key] = found
            self._rests_on(found.basis)
        return self.progresses[batch.key]

    def _rests_on(self, basis: Basis) -> None:
        self.basis = basis if self.basis is None else self.basis.joined(basis)

    def _verdicts(
        self, progress: Progress, scheme: Scheme, share: _Ints, uplifted: _Ints
    ) -> Arrays:
        verdicts = assess_many(progress, scheme, targets=share, uplifted=uplifted)
        codes = [grade.code for grade in scheme.grades]
        self.grades += [code for code in codes if code not in self.grades]
        words = np.array([*(self.grades.index(code) for code in codes), -1], dtype=np.int8)
        return {
            "score": verdicts.score,
            "grade": words[verdicts.grade],
            "merit_eligible": verdicts.merit_eligible,
            "commended": verdicts.commended,
        }

"""A run as a value: every input of the flow, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, cast

import attrs
import pandas as pd

from coverage_campaign.allocation.allocate import allocate
from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.apportionment import methods as apportion
from coverage_campaign.allocation.limits import BoundsOrWeighting, Uplift
from coverage_campaign.allocation.top_down import TieRule
from coverage_campaign.allocation.weights import Weighting, WeightTable, to_weighting
from coverage_campaign.assessment.assess import Assessment, assess
from coverage_campaign.checks import checked_call
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike
from coverage_campaign.model.scheme import Scheme
from coverage_campaign.model.targets import CoverageTarget, HeadcountTarget
from coverage_campaign.model.units import to_codes
from coverage_campaign.notebook import Axes, html_table
from coverage_campaign.progress.track import Progress, track
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scheduling.curves import Curve, even
from coverage_campaign.scheduling.schedule import Plan, schedule
from coverage_campaign.version import __version__

__all__ = ["Outcome", "Record", "Scenario", "allocation_of", "run"]

Pairs = tuple[tuple[str, int], ...]


def _to_pairs(value: BoundsOrWeighting | Iterable[tuple[str, int]] | None) -> Pairs | Weighting:
    if value is None:
        return ()
    if hasattr(value, "of") and not isinstance(value, (Mapping, pd.Series)):
        return cast("Weighting", value)
    pairs = value.items() if isinstance(value, (Mapping, pd.Series)) else value
    return tuple((str(code), int(count)) for code, count in pairs)


def _to_weighting(value: Weighting | WeightTable | None) -> Weighting | None:
    return None if value is None else to_weighting(value)


@attrs.frozen(kw_only=True)
class Scenario:
    """All inputs of a run; `cc.vary` makes another one and can never change this one.

    Fields mean what the parameters of `allocate`, `schedule`, `track` and `assess` mean. Without
    `as_of` a run ends with the plan; without `scheme` the campaign's own scheme is used.
    """

    campaign: Campaign
    weights: Weighting | None = attrs.field(default=None, converter=_to_weighting)
    among: str = "counties"
    target: HeadcountTarget | CoverageTarget | int | str | None = None
    method: apportion.Method = apportion.webster
    floors: Pairs | Weighting = attrs.field(default=(), converter=_to_pairs)
    caps: Pairs | Weighting = attrs.field(default=(), converter=_to_pairs)
    pins: Pairs | Weighting = attrs.field(default=(), converter=_to_pairs)
    uplift: Uplift = 0
    ties: TieRule = "code"
    already_covered: Weighting | None = attrs.field(default=None, converter=_to_weighting)
    base: int = 0
    order: Literal["top_down", "bottom_up"] = "top_down"
    remainder: Literal["raise", "keep"] = "raise"
    over: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    curve: Curve = even
    by: Literal["month", "day"] = "month"
    as_of: DateLike | None = None
    scheme: Scheme | None = None

    def to_code(self, *, campaign: str = "") -> str:
        """Return Python code that makes an equal scenario, under the name `scenario`.

        Args:
            campaign: An expression that gives the campaign, such as
                'cc.load_case("hengyang", year=2008)'; without it the campaign is written out.

        Raises:
            DefinitionError: A function of the caller's that no import reaches.

        >>> import coverage_campaign as cc
        >>> scenario = cc.Scenario(
        ...     campaign=cc.load_case("hengyang", year=2008), weights=cc.weights.equal, target=900
        ... )
        >>> print(scenario.to_code(campaign='cc.load_case("hengyang", year=2008)'))
        import coverage_campaign as cc
        <BLANKLINE>
        campaign = cc.load_case("hengyang", year=2008)
        scenario = cc.Scenario(
            campaign=campaign,
            weights=cc.weights.equal,
            target=900,
        )
        """
        from coverage_campaign.scenarios.export import scenario_code  # the writer knows scenarios

        return scenario_code(self, campaign)


@attrs.frozen(kw_only=True)
class Record:
    """What makes a run again, to the byte: the library's version, and digests of what went in.

    Digests are SHA-256, in hexadecimal: `scenario` of the scenario's code ('' where a function of
    the caller's has no name), `data` of the reports and of when they arrived ('' without any).
    """

    version: str
    scenario: str
    data: str


@attrs.frozen(eq=False, kw_only=True)
class Outcome:
    """What follows from a scenario: one result per stage; None for a stage that had no input.

    `version` is the library's; `reports` and `received` are the data that were tracked.
    """

    scenario: Scenario
    allocation: Allocation
    plan: Plan | None
    progress: Progress | None
    assessment: Assessment | None
    version: str = ""
    reports: Tally | None = None
    received: pd.DataFrame | None = None

    @property
    def record(self) -> Record:
        """What has to be kept beside the scenario to make this outcome again."""
        from coverage_campaign.scenarios.export import digest_of_data, digest_of_scenario

        return Record(
            version=self.version,
            scenario=digest_of_scenario(self.scenario),
            data=digest_of_data(self.reports, self.received),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row per leaf of the cut: unit, name, share [persons].

        Where there are reports: planned, done [persons], completion_rate and rank too.
        """
        shares = self.allocation.to_frame()[["unit", "name", "share"]]
        leaves = shares[shares["unit"].isin(self.allocation.shares().index)]
        if self.progress is None:
            return leaves.reset_index(drop=True)
        columns = ["unit", "planned", "done", "completion_rate", "rank"]
        return leaves.merge(self.progress.to_frame()[columns], on="unit", how="left")

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw what is done against the plan; without reports, the shares against the need."""
        return (self.progress or self.allocation).plot(ax)

    def _repr_html_(self) -> str:
        last = self.progress or self.plan or self.allocation
        return html_table(self.to_frame(), title="Outcome", notes=last.basis.lines())

    def __repr__(self) -> str:
        """Return the stages in a few lines."""
        stages = (self.allocation, self.plan, self.progress, self.assessment)
        return "\n".join(repr(stage) for stage in stages if stage is not None)


def _bounds(value: Pairs | Weighting) -> BoundsOrWeighting:
    return dict(value) if isinstance(value, tuple) else value


def allocation_of(scenario: Scenario) -> Allocation:
    """Return the first stage of a run alone: who does how much."""
    return allocate(
        scenario.campaign,
        among=scenario.among,
        weights=scenario.weights,
        target=scenario.target,
        method=scenario.method,
        floors=_bounds(scenario.floors),
        caps=_bounds(scenario.caps),
        pins=_bounds(scenario.pins),
        uplift=scenario.uplift,
        ties=scenario.ties,
        already_covered=scenario.already_covered,
        base=scenario.base,
        order=scenario.order,
        remainder=scenario.remainder,
    )


@checked_call
def run(
    scenario: Scenario, *, reports: Tally | None = None, received: pd.DataFrame | None = None
) -> Outcome:
    """Return the outcome of a scenario, stage by stage.

    Args:
        scenario: The inputs.
        reports: The tally to track; without it, or without `scenario.as_of`, the run ends with
            the plan.
        received: When reports arrived (see `track`).
    """
    allocation = allocation_of(scenario)
    over = scenario.over or scenario.campaign.readings.schedule_over
    if over is None:
        return Outcome(
            scenario=scenario,
            allocation=allocation,
            plan=None,
            progress=None,
            assessment=None,
            version=__version__,
            reports=reports,
            received=received,
        )
    plan = schedule(allocation, over=over, curve=scenario.curve, by=scenario.by)
    progress = None
    if reports is not None and scenario.as_of is not None:
        progress = track(plan, reports, as_of=scenario.as_of, received=received)
    scheme = scenario.scheme or scenario.campaign.scheme
    return Outcome(
        scenario=scenario,
        allocation=allocation,
        plan=plan,
        progress=progress,
        assessment=assess(progress, scheme) if progress and scheme else None,
        version=__version__,
        reports=reports,
        received=received,
    )

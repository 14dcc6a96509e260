"""A small campaign of any size, carried through the real stages: made, not taken from a source."""

from __future__ import annotations

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.allocation import weights
from coverage_campaign.allocation.allocate import allocate
from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.cross import CrossAllocation, cross
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.targets import Channel
from coverage_campaign.model.units import Breakdown, Unit
from coverage_campaign.progress.progress import Progress, track
from coverage_campaign.reporting.problems import ReportProblems
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scheduling.schedule import schedule
from support.stand_ins import campaign, named_units

DEPARTMENTS = (
    ("labour", "劳动保障局", "Labour and Social Security"),
    ("tax", "税务局", "Tax"),
    ("commerce", "工商局", "Industry and Commerce"),
    ("association", "个体经济组织协会", "Self-Employed Association"),
    ("health", "卫生局", "Health"),
)
CHANNELS = (
    Channel("new", {"en": "Newly insured employees", "zh-Hans": "新参保职工"}),
    Channel("self", {"en": "Self-employed persons", "zh-Hans": "灵活就业人员"}),
    Channel("resumed", {"en": "Resumed", "zh-Hans": "续保"}, effect="resumption"),
    Channel("lapsed", {"en": "Lapsed", "zh-Hans": "断保"}, effect="loss"),
    Channel("out", {"en": "Transferred out", "zh-Hans": "转出"}, effect="loss"),
)


def two_cuts(units: int, *, named: tuple[str, ...] = ()) -> Campaign:
    """Return a campaign with so many counties, five departments and five channels."""
    counties = named_units(units)
    if named:
        counties = tuple((f"u{number}", name, name) for number, name in enumerate(named))
    departments = [
        Unit(code=code, label={"zh-Hans": chinese, "en": english}, kind="department")
        for code, chinese, english in DEPARTMENTS
    ]
    made = campaign(counties)
    return attrs.evolve(
        made,
        units=(*made.units, *departments),
        breakdowns=(
            Breakdown("counties", {"en": "Counties", "zh-Hans": "县市区"}, ("county",)),
            Breakdown("departments", {"en": "Departments", "zh-Hans": "部门"}, ("department",)),
        ),
        channels=CHANNELS,
    )


def shared(whole: Campaign, *, seed: int = 1, total: int = 76_000) -> Allocation:
    """Return the total shared out among the counties by weights drawn with a seed."""
    codes = [unit.code for unit in whole.leaves("counties")]
    drawn = np.random.default_rng(seed).integers(1, 100, size=len(codes)).tolist()
    declared = weights.declared(dict(zip(codes, drawn, strict=True)), because="drawn for a test")
    return allocate(whole, among="counties", weights=declared, target=total)


def crossed(units: int, *, named: tuple[str, ...] = ()) -> CrossAllocation:
    """Return counties by departments."""
    whole = two_cuts(units, named=named)
    weight = {code: number + 1 for number, (code, _, _) in enumerate(DEPARTMENTS)}
    declared = weights.declared(weight, because="made up for a test")
    across = allocate(whole, among="departments", weights=declared, target=76_000)
    return cross(shared(whole), across, weights="margins")


def channel_frame(persons: dict[str, int], unit: str) -> pd.DataFrame:
    """Return a tally's frame with one row a channel."""
    return pd.DataFrame(
        {
            "unit": pd.array([unit] * len(persons), dtype="str"),
            "period": np.array(["2008-06-01"] * len(persons), dtype="datetime64[s]"),
            "channel": pd.array(list(persons), dtype="str"),
            "persons": pd.array(list(persons.values()), dtype="Int64"),
        }
    )


def tracked(units: int, *, named: tuple[str, ...] = (), share: float = 1.0) -> Progress:
    """Return the progress of a campaign to 30 September with monthly reports drawn with a seed."""
    whole = two_cuts(units, named=named)
    allocation = shared(whole)
    plan = schedule(allocation, over="special")
    shares = allocation.shares()
    drawn = np.random.default_rng(5).uniform(0.05, 0.25, size=(len(shares), 4)) * share
    months = np.array(["2008-06-01", "2008-07-01", "2008-08-01", "2008-09-01"], "datetime64[s]")
    persons = np.rint(drawn * shares.to_numpy()[:, None]).astype(int)
    frame = pd.DataFrame(
        {
            "unit": pd.array(np.repeat(shares.index.to_numpy(), 4), dtype="str"),
            "period": np.tile(months, len(shares)),
            "channel": pd.array(["new"] * persons.size, dtype="str"),
            "persons": pd.array(persons.ravel(), dtype="Int64"),
        }
    )
    tally = Tally(
        campaign=whole,
        frame=frame,
        as_of=None,
        by="month",
        basis=whole.basis(),
        problems=ReportProblems(),
        rows_in=len(frame),
    )
    return track(plan, tally, as_of="2008-09-30")

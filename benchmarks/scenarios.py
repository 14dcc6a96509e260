"""Many scenarios at once against one `np.partition`, and against a loop over pandas.

The yardstick of the large batches is the time of one `np.partition` of a million numbers. Run
alone: `python benchmarks/scenarios.py`.
"""

from __future__ import annotations

import tracemalloc
from decimal import Decimal
from fractions import Fraction
from functools import partial
from time import process_time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import coverage_campaign as cc
from coverage_campaign.model.scheme import AwardBar, Commendation, Grade, Item, Scheme

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Call = Callable[[], object]

Line = tuple[str, str, str, bool]
FEW, MANY = 10_000, 100_000
LOOP, YARDSTICKS, GROWTH, MEMORY, RUN = 300.0, 80.0, 11.0, 2.0, 15 / 8
BLOCK = 2**26
LOOPED = 100  # scenarios that the slow loops are timed on; the rest of their time is a product
SPECIAL = ("special-action",)


def campaign() -> cc.Campaign:
    """Return the campaign of twelve counties."""
    return cc.load_case("hengyang", year=2008)


def baseline() -> cc.Scenario:
    """Return it shared out by population over its special action, to the end of September."""
    return cc.Scenario(
        campaign=campaign(),
        weights=cc.weights.by_measure("census_2000"),
        over=("publicity", "special-action", "summary"),
        as_of="2008-09-30",
    )


START = baseline()


def reports() -> cc.Tally:
    """Return a report of every county, about half of its share."""
    shares = cc.run(START).allocation.shares()
    persons = [int(share) * (40 + 3 * place) // 100 for place, share in enumerate(shares.tolist())]
    codes = shares.index.to_numpy()
    frame = pd.DataFrame({"unit": codes, "date": "2008-08-15", "persons": persons})
    return cc.read_reports(frame, campaign(), figures="new", by="day")


def samples(count: int) -> dict[str, np.ndarray]:
    """Return rows in which the total and two counties' weights vary, all of them different."""
    random = np.random.default_rng(20080601)
    return {
        "total": random.integers(60_000, 90_000, count),
        "weights.430481": random.integers(500_000, 2_000_000, count),
        "weights.430412": random.integers(55_000, 90_000, count),
    }


def best(call: Call, rounds: int = 5) -> float:
    """Return the shortest of several processor times: what else runs must not count."""
    times = []
    for _ in range(rounds):
        start = process_time()
        call()
        times.append(process_time() - start)
    return min(times)


def yardstick() -> float:
    """Return the time of one partition of a million numbers."""
    array = np.random.default_rng(1).random(10**6)
    return best(lambda: np.partition(array, len(array) // 2), 9)


def pandas_loop(rows: Mapping[str, np.ndarray], count: int) -> float:
    """Return the time that a loop of plain pandas takes for the months of so many scenarios.

    For each scenario a frame of shares by weight, rounded, times twelve months, rounded: what an
    analyst writes. It is not exact, and does not add up.
    """
    units = campaign().leaves("counties")
    weights = pd.Series({unit.code: float(unit.count("census_2000") or 0) for unit in units})
    months = pd.Series(np.arange(1, 13) / 12, index=range(1, 13))
    start = process_time()
    for place in range(LOOPED):
        own = weights.copy()
        own["430481"] = rows["weights.430481"][place]
        own["430412"] = rows["weights.430412"][place]
        frame = pd.DataFrame({"share": (own / own.sum() * rows["total"][place]).round()})
        plan = pd.DataFrame({month: frame["share"] * part for month, part in months.items()})
        plan.round().diff(axis=1)
    return (process_time() - start) / LOOPED * count


def explored(
    rows: Mapping[str, np.ndarray], what: Sequence[str], *, scenario: cc.Scenario | None = None,
    tally: cc.Tally | None = None,
) -> cc.Study:  # fmt: skip
    """Return the study of the rows."""
    return cc.explore(scenario or START, samples=rows, what=what, reports=tally)


def months_line() -> Line:
    """Return how much faster a batch of monthly plans is than a loop over pandas."""
    rows = samples(FEW)
    ours = best(lambda: explored(rows, ("share", "schedule")), 3)
    ratio = pandas_loop(rows, FEW) / ours
    what = "loop over pandas / 10^4 scenarios x 12 units x 12 months"
    return what, f">= {LOOP:g}", f"{ratio:.0f} ({1000 * ours:.0f} ms)", ratio >= LOOP


def large_lines(tally: cc.Tally) -> list[Line]:
    """Return the time of large batches in units of the yardstick, and how it grows."""
    unit = yardstick()
    what = ("share", "planned", "rank")
    few, many = samples(FEW), samples(MANY)
    small = best(lambda: explored(few, what, tally=tally), 3)
    large = best(lambda: explored(many, what, tally=tally), 3)
    growth = large / small
    ratio = large / unit
    return [
        ("10^5 scenarios x 12 (allocate, schedule, rank) / partition of 10^6",
         f"<= {YARDSTICKS:g}", f"{ratio:.1f} ({1000 * large:.0f} ms)", ratio <= YARDSTICKS),
        ("time(10^5) / time(10^4)", f"<= {GROWTH:g}", f"{growth:.1f}", growth <= GROWTH),
    ]  # fmt: skip


def run_line() -> Line:
    """Return the time of a run to the plan over the time of loading the campaign."""
    ours = best(lambda: cc.run(START), 9)
    ratio = ours / best(campaign, 9)
    what = "cc.run to the plan / cc.load_case"
    return what, f"<= {RUN:g}", f"{ratio:.2f} ({1000 * ours:.1f} ms)", ratio <= RUN


def scheme(*rules: cc.rules.Rule) -> Scheme:
    """Return a scheme with an item a rule, grades, a bar and a commendation."""
    return Scheme(
        "bench",
        AwardBar("county"),
        Commendation(Fraction(11, 10)),
        items=[Item(f"item{place}", "Item", rule) for place, rule in enumerate(rules)],
        full=None,
        grades=[Grade("low", "Low"), Grade("high", "High", Decimal("8.5"))],
    )


RULES = {
    "per_point": cc.rules.per_point("0.1"),
    "step": cc.rules.step("1.2", loses="0.1", per="5%", partial="whole_steps"),
    "band": cc.rules.band((None, 0), ("60%", "0.6"), ("80%", 1), each="person"),
    "all_or_nothing": cc.rules.all_or_nothing(10),
    "bonus": cc.rules.bonus("0.5", per="3%", most=4, partial="prorated"),
    "per_person": cc.rules.per_person("0.7", of="up_to_target"),
    "capped": cc.rules.capped(cc.rules.per_point("0.2"), most=15),
    "total": cc.rules.total(cc.rules.per_point("0.1"), cc.rules.all_or_nothing(1)),
}
METHODS = {
    "webster": cc.apportion.webster,
    "jefferson": cc.apportion.jefferson,
    "adams": cc.apportion.adams,
    "hill": cc.apportion.hill,
    "dean": cc.apportion.dean,
    "hamilton": cc.apportion.hamilton,
    "hamilton by quota": partial(cc.apportion.hamilton, bounds="quota"),
    "stationary(1/3)": cc.apportion.stationary("1/3"),
    "modified(1.4)": cc.apportion.modified("1.4"),
}
CURVES = {
    "even": cc.curves.even,
    "working days": cc.curves.working_days(holidays=["2008-10-01"]),
    "ramp": cc.curves.ramp(first=1, last=3),
    "by_month": cc.curves.by_month({f"2008-{month:02d}": 1 for month in range(4, 13)}
                                   | {f"2009-{month:02d}": 1 for month in range(1, 4)}),
    "through": cc.curves.through({"2008-06-30": "40%"}),
}  # fmt: skip


def loop_line(
    name: str, scenario: cc.Scenario, what: Sequence[str], tally: cc.Tally | None
) -> Line:
    """Return how much faster a batch of 10^4 is than 10^4 single runs of the same scenario."""
    rows = samples(FEW)
    ours = best(lambda: explored(rows, what, scenario=scenario, tally=tally), 2)
    study = explored({name: column[:3] for name, column in rows.items()}, ("share",),
                     scenario=scenario)  # fmt: skip
    single = best(lambda: cc.run(study.scenario(1), reports=tally), 3)
    ratio = single * FEW / ours
    return f"single runs / 10^4 scenarios: {name}", ">= 100", f"{ratio:,.0f}", ratio >= 100  # noqa: PLR2004 - the goal is beside it


def each_lines(tally: cc.Tally) -> list[Line]:
    """Return a line for each method, each curve and each rule of the library."""
    start = START
    everything = ("share", "rank", "score", "grade", "merit_eligible", "commended")
    lines = [
        loop_line(f"method {name}", cc.vary(start, method=method, as_of=None), ("share",), None)
        for name, method in METHODS.items()
    ]
    lines += [
        loop_line(f"curve {name}", cc.vary(start, curve=curve, as_of=None),
                  ("share", "schedule"), None)
        for name, curve in CURVES.items()
    ]  # fmt: skip
    lines += [
        loop_line(f"rule {name}", cc.vary(start, scheme=scheme(rule)), everything, tally)
        for name, rule in RULES.items()
    ]
    whole = cc.vary(start, scheme=scheme(*RULES.values()))
    lines.append(loop_line("full assessment, all rules at once", whole, everything, tally))
    return lines


def memory_line() -> Line:
    """Return the largest memory while 10^5 scenarios go by in blocks, over the block's size."""
    rows = samples(MANY)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for study in cc.explore_blocks(START, samples=rows, what=("share", "schedule"), block=BLOCK):
        del study
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    ratio = peak / BLOCK
    return (
        "peak memory / block, 10^5 scenarios with schedules",
        f"<= {MEMORY:g}",
        f"{ratio:.2f}",
        (ratio <= MEMORY),
    )


def simulation_line() -> Line:
    """Return the time of a million simulated events over drawing and sorting as many numbers."""
    plan = cc.run(cc.vary(START, target=950_000)).plan
    if plan is None:
        raise LookupError("the baseline has phases")
    rows = len(cc.simulate(plan, seed=1).events)
    random = np.random.default_rng(1)
    unit = best(lambda: np.sort(random.random(rows)), 5)
    ours = best(lambda: cc.simulate(plan, seed=1), 2)
    ratio = ours / unit
    what = f"simulate {rows:,} events / draw and sort as many numbers"
    return what, "<= 100", f"{ratio:.0f} ({ours:.1f} s)", ratio <= 100  # noqa: PLR2004 - the goal is beside it


def lines() -> list[Line]:
    """Return what was asked for, the goal, what was measured, and whether it is met."""
    tally = reports()
    return [
        months_line(),
        *large_lines(tally),
        run_line(),
        memory_line(),
        simulation_line(),
        *each_lines(tally),
    ]


if __name__ == "__main__":
    for what, goal, measured, met in lines():
        print(f"{what:<66} goal {goal:>10}  measured {measured:>16}  {'ok' if met else 'OVER'}")

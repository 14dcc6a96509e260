"""Print which files one reported number passes through, from the tally to what people read.

`python scripts/follow_number.py` runs each stage on the notice of Hengyang with simulated reports
and counts the modules of the package in which any function ran: alone, and added up so far. With
`--names` it prints them, each with the stages that pass through it. Every module is imported
beforehand: what only runs while a module is loaded is no part of the way.
"""

import importlib
import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import coverage_campaign as cc

PACKAGE = Path(cc.__file__).parent


def files_of(stage: Callable[[], object]) -> tuple[set[str], object]:
    """Return the files in which a function ran during the stage, and what it returned."""
    seen: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_name != "<module>":
            seen.add(frame.f_code.co_filename)

    sys.setprofile(note)
    try:
        result = stage()
    finally:
        sys.setprofile(None)
    inside = {
        str(Path(file))
        for file in seen
        if Path(file).is_relative_to(PACKAGE) and file.endswith(".py")
    }
    return inside, result


def main() -> None:
    """Print the table."""
    for module in pkgutil.walk_packages([str(PACKAGE)], f"{cc.__name__}."):
        importlib.import_module(module.name)
    campaign = cc.load_case("hengyang", year=2008)
    weights = cc.weights.by_measure("census_2000")
    plan = cc.schedule(cc.allocate(campaign, weights=weights), over="special-action")
    simulated = cc.simulate(plan, seed=1)
    events, received = simulated.events, simulated.received
    scenario = cc.Scenario(campaign=campaign, weights=weights, over="special-action")

    def tally() -> cc.Tally:
        return cc.tally(events, campaign, as_of="2008-10-05", simulated=True)

    counted = tally()

    def track() -> cc.Progress:
        return cc.track(plan, counted, as_of="2008-09-30", received=received)

    progress = track()
    stages: dict[str, Callable[[], object]] = {
        "tally": tally,
        "track": track,
        "forecast": lambda: cc.forecast(progress),
        "bulletin": lambda: cc.bulletin(progress, lang="zh").to_html(),
        "chart": lambda: cc.charts.ranking(progress),
        "study": lambda: cc.explore(scenario, over={"total": [70_000, 76_000]}).to_frame(),
        "explorer": lambda: cc.explorer(scenario),
    }
    total = sum(1 for _ in PACKAGE.rglob("*.py"))
    so_far: dict[str, list[str]] = {}
    sys.stdout.write(f"{'stage':<12}{'files':>6}{'so far':>8}  of {total}\n")
    for name, stage in stages.items():
        files, _ = files_of(stage)
        for file in files:
            so_far.setdefault(file, []).append(name)
        sys.stdout.write(f"{name:<12}{len(files):>6}{len(so_far):>8}\n")
    if "--names" in sys.argv:
        for file, passed in sorted(so_far.items()):
            sys.stdout.write(f"{Path(file).relative_to(PACKAGE)}  {', '.join(passed)}\n")


if __name__ == "__main__":
    main()

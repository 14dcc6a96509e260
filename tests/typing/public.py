"""What type checkers must see of the public surface; checked by mypy, never run."""

from typing import assert_type

import pandas as pd

import coverage_campaign as cc

campaign = cc.load_case("hengyang", year=2008)
allocation = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
assert_type(allocation, cc.Allocation)
assert_type(allocation.to_frame(), pd.DataFrame)
plan = cc.schedule(allocation, over=["drive-1", "drive-2"], curve=cc.curves.ramp(first=1, last=2))
assert_type(plan, cc.Plan)
scenario = cc.Scenario(campaign=campaign, weights={"a": 1}, floors={"a": 3})
assert_type(cc.vary(scenario, target=80_000), cc.Scenario)
assert_type(cc.run(scenario), cc.Outcome)
assert_type(cc.compare(allocation, allocation), cc.Comparison)

cc.allocate(campaign, ties="alphabet")  # type: ignore[arg-type]
cc.vary(scenario, totl=80_000)  # type: ignore[call-arg]

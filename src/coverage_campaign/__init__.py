"""Campaigns that bring more of a population into a public scheme.

A campaign is allocated to units, scheduled over its phases, tallied from reports, tracked against
the plan, forecast to its end, supervised on the way and assessed at the end; a scenario is the same
run with other inputs. Every stage is a verb that returns an immutable result:

    import coverage_campaign as cc

    campaign = cc.load_case("hengyang", year=2008)           # or cc.load_campaign("campaign.toml")
    cc.review(campaign)                                      # what the definition leaves open
    allocation = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    plan = cc.schedule(allocation, over="special-action")    # whole persons, to the day
    tally = cc.tally(events, campaign, as_of="2008-09-30")   # or cc.read_reports("reports.xlsx", …)
    progress = cc.track(plan, tally, as_of="2008-09-30")     # gaps in points, persons and days
    cc.forecast(progress)                                    # shall we make it?
    cc.assess(progress, campaign.scheme)                     # who did well, and by which rule
    cc.compare(cc.run(one), cc.run(another))                 # what if

Results have `to_frame()`, show themselves in a notebook, and say in `.basis` what they rest on.
"""

import ast
from functools import cache
from importlib import import_module
from pkgutil import get_data

__all__: list[str]


@cache
def _homes() -> dict[str, tuple[str, str]]:
    """Return where each public name lives, from the stub beside this file: (module, its name)."""
    stub = ast.parse(get_data(__name__, "__init__.pyi") or "")
    homes = {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for node in stub.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=public)], value=ast.Name(id=alias)):
                homes[public] = homes.pop(alias)
    return homes


# Names are imported when they are first used: a service that only computes pays for no pictures,
# spreadsheets or files.
def __getattr__(name: str) -> object:
    """Return a public name, imported from its home on first use."""
    if name == "__all__":
        return sorted(_homes())
    if name not in _homes():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, inner = _homes()[name]
    home = import_module(module) if module != __name__ else None
    # A submodule is no attribute of its package before it is imported.
    value: object = getattr(home, inner, None) or import_module(f"{module}.{inner}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(_homes())

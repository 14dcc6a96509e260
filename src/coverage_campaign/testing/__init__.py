"""What those who test with the library need: strategies for Hypothesis, and assertions.

A test of a tool that allocates, for every campaign there is:

    from hypothesis import given
    import coverage_campaign as cc

    @given(cc.testing.campaigns())
    def test_my_tool_keeps_totals(campaign):
        allocation = cc.allocate(campaign, weights=cc.weights.eligible)
        cc.testing.assert_exact(allocation)

A strategy draws what real sources hold: ties and zeros, names that a spreadsheet would run, events
that come late, twice or wrong. An assertion that fails names the unit and the number. Hypothesis
comes with the extra `testing`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from coverage_campaign.checks import needs
from coverage_campaign.testing.assertions import (
    assert_accounted,
    assert_exact,
    assert_same_outcome,
)

if TYPE_CHECKING:
    from coverage_campaign.testing.draws import campaigns, events, names, unit_trees, weights

__all__ = [
    "assert_accounted",
    "assert_exact",
    "assert_same_outcome",
    "campaigns",
    "events",
    "names",
    "unit_trees",
    "weights",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Return a strategy; Hypothesis is loaded with the first one."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        with needs("testing", f"cc.testing.{name}"):
            home = import_module(f"{__name__}.draws")
        globals()[name] = getattr(home, name)
        return globals()[name]


def __dir__() -> list[str]:
    return __all__

"""What an error says to do with a value that was handed to the wrong function."""

from typing import Any

import attrs
import pytest

import coverage_campaign as cc
from coverage_campaign.checks import checked_call

CAMPAIGN = cc.load_case("hengyang", year=2008)
SHARES = cc.allocate(CAMPAIGN, weights=cc.weights.by_measure("census_2000"))
PLAN = cc.schedule(SHARES)


@checked_call
def assess(progress: int, scheme: cc.Scheme | None) -> None:
    """Take a scheme, or None."""


CALLS: dict[str, tuple[Any, ...]] = {
    "Campaign: cc.allocate makes one": (cc.schedule, CAMPAIGN),
    "Allocation: cc.schedule makes one": (cc.track, SHARES, None),
    "Plan: cc.track makes one": (cc.forecast, PLAN),
    "Plan: its .allocation is one": (cc.schedule, PLAN),
    "Campaign: its .scheme is one": (assess, 1, CAMPAIGN),
    "Campaign: cc.Scheme makes one": (assess, 1, attrs.evolve(CAMPAIGN, scheme=None)),
    "Allocation: cc.letters makes one": (cc.documents.letters, SHARES),
    "Plan: cc.assess makes one": (cc.documents.assessment, PLAN),
}


@pytest.mark.parametrize("words", CALLS)
def test_the_missing_step_is_named(words: str) -> None:
    """An attribute is named if it holds what is wanted, else the function that makes it."""
    function, *values = CALLS[words]
    with pytest.raises(TypeError) as caught:
        function(*values, **({"as_of": "2008-07-01"} if function is cc.track else {}))
    assert str(caught.value).endswith(words)


@pytest.mark.parametrize(("source", "words"), [(None, "reports: None"), (5, "reports: an int")])
def test_no_source_of_reports_is_said_first(source: Any, words: str) -> None:  # noqa: ANN401 - mistakes under test
    """What is no file and no table is named before any option that is missing."""
    with pytest.raises(cc.ReportError, match=f"{words} -- give a data frame, or the path"):
        cc.read_reports(source, CAMPAIGN)

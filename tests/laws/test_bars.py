"""Nothing prints: a bar shows on a terminal, or where it is asked for, and writes to stderr."""

from collections.abc import Callable

import pytest

import coverage_campaign as cc
from coverage_campaign.scenarios import explore as explore_module
from laws.test_results import CAMPAIGN, RESULTS, plan, scenario


def explored(*, progress: bool | None) -> object:
    """Return a study of a few scenarios."""
    return cc.explore(scenario(), over={"target": range(100, 104)}, progress=progress)


def counted(*, progress: bool | None) -> object:
    """Return a tally of events that come in chunks."""
    events = cc.simulate(plan(), seed=1).events
    chunks = [events.iloc[:30], events.iloc[30:]]
    return cc.tally(chunks, CAMPAIGN, as_of="2026-12-31", progress=progress)


@pytest.mark.parametrize("run", [explored, counted])
def test_the_caller_decides_on_bars(
    run: Callable[..., object], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """True shows a bar, False none, and without a word there is none where no terminal is."""
    monkeypatch.setattr(explore_module, "_PATIENCE", 0)
    for progress, shows in ((False, False), (None, False), (True, True)):
        run(progress=progress)
        printed = capfd.readouterr()
        assert printed.out == ""
        assert bool(printed.err) == shows


@pytest.mark.parametrize("kind", RESULTS)
def test_no_stage_prints(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever makes a result leaves the terminal to the caller."""
    RESULTS[kind]()
    assert capfd.readouterr() == ("", "")

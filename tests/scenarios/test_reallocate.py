"""Mid-year: what is done stays, what is left goes to those with room, and each version is kept."""

import pandas as pd
import pytest

import coverage_campaign as cc
from support.campaigns import tiny


def progress(persons: dict[str, int]) -> tuple[cc.Allocation, cc.Progress]:
    """Return the tiny allocation (50, 30, 20) and what was done of it by the fifth day."""
    allocation = cc.allocate(tiny(), weights=cc.weights.eligible)
    frame = pd.DataFrame(
        {"unit": list(persons), "date": "2026-06-05", "persons": list(persons.values())}
    )
    tally = cc.read_reports(frame, tiny(), figures="new", by="day")
    plan = cc.schedule(allocation, over="drive")
    return allocation, cc.track(plan, tally, as_of="2026-06-05")


def test_who_did_more_keeps_it_and_the_rest_is_shared_anew() -> None:
    """Cedar did 40 of 20: 60 are left for Ash and Birch, 5 to 3: 37.5 and 22.5.

    Webster's claims to the last seat, 500 / 75 and 300 / 45, are equal: the lesser code has it.
    """
    allocation, done = progress({"a": 10, "b": 10, "c": 40})
    new = cc.reallocate(allocation, done)
    assert new.allocation.shares().to_dict() == {"a": 38, "b": 22, "c": 40}
    frame = new.to_frame()
    assert frame["change"].tolist() == [-12, -8, 20]
    assert frame["done"].tolist() == [10, 10, 40]
    assert new.allocation.total == 100
    cc.testing.assert_exact(new.allocation)


def test_versions_follow_each_other() -> None:
    """A version names the one it supersedes; the first one is left as it was."""
    allocation, done = progress({"a": 10, "b": 10, "c": 40})
    second = cc.reallocate(allocation, done)
    third = cc.reallocate(second, done, caps={"a": 30})
    assert (second.version, third.version) == (2, 3)
    assert third.before is second.allocation
    assert second.supersedes.startswith("version 1 (")
    assert third.supersedes.startswith("version 2 (")
    assert allocation.shares().to_dict() == {"a": 50, "b": 30, "c": 20}
    assert third.allocation.shares().to_dict() == {"a": 30, "b": 30, "c": 40}
    assert any("version 3" in line for line in third.allocation.basis.lines())


def test_no_share_moves_further_than_allowed() -> None:
    """Within 10 %: Ash 45 to 55, Birch 27 to 33; Cedar has done 25, beyond its 22, and keeps them.

    75 are left for Ash and Birch, in proportion 46.875 and 28.125: both within.
    """
    allocation, done = progress({"a": 10, "b": 10, "c": 25})
    new = cc.reallocate(allocation, done, within="10%")
    assert new.allocation.shares().to_dict() == {"a": 47, "b": 28, "c": 25}


def test_a_unit_of_which_nothing_is_known_keeps_its_share() -> None:
    """Cedar did not report: its 20 stay, and it is named; missing is not zero."""
    allocation, done = progress({"a": 10, "b": 35})
    new = cc.reallocate(allocation, done)
    assert new.unknown == ("c",)
    assert new.allocation.shares().to_dict() == {"a": 45, "b": 35, "c": 20}
    assert new.to_frame()["done"].isna().tolist() == [False, False, True]


def test_more_done_than_there_is_to_share_says_by_how_much() -> None:
    """110 done of 100: no share can be less than what was done."""
    allocation, done = progress({"a": 60, "b": 30, "c": 20})
    with pytest.raises(cc.InfeasibleError, match="110"):
        cc.reallocate(allocation, done)


def test_units_to_keep_are_kept_and_have_to_be_there() -> None:
    """Birch is kept at 30 although it has done nothing; a slip in its code is refused."""
    allocation, done = progress({"a": 0, "b": 0, "c": 40})
    new = cc.reallocate(allocation, done, keep=["b"])
    assert new.allocation.shares().to_dict() == {"a": 30, "b": 30, "c": 40}
    with pytest.raises(cc.DefinitionError, match="no such leaf"):
        cc.reallocate(allocation, done, keep=["z"])


def test_the_new_version_is_scheduled_over_the_days_that_are_left() -> None:
    """The past stays as it was: what was done, then what is left by the new shares."""
    allocation, done = progress({"a": 10, "b": 10, "c": 40})
    new = cc.reallocate(allocation, done)
    plan = cc.schedule(new.allocation, over="drive")
    assert plan.planned_on("2026-06-10").tolist() == [38, 22, 40]

"""The sweep on the tiny campaign: drive 1 to 10 June 2026, groups private schools and hotels."""

import pandas as pd
import pytest

from coverage_campaign.enforcement.statistics import inspection_coverage
from coverage_campaign.errors import DefinitionError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.targets import TargetGroup
from support.campaigns import tiny

ROWS = [
    ("e1", "a", "hotels", "2026-06-02", "insured"),
    ("e2", "a", "hotels", "2026-06-03", "uninsured"),
    ("e3", "a", "private-schools", "2026-06-04", "enrolled"),
    ("e4", "a", "hotels", None, None),
    ("e5", "b", "hotels", "2026-06-12", "case_opened"),
    ("e6", "b", "taxis", "2026-06-05", "enrolled"),
    ("e7", "c", None, None, None),
]


def register(*rows: tuple[object, ...]) -> pd.DataFrame:
    """Return a register from its rows."""
    return pd.DataFrame(rows, columns=["employer", "unit", "group", "visited_on", "outcome"])


def city() -> Campaign:
    """Return the tiny campaign with taxis, whom no drive works on."""
    return tiny().with_part(TargetGroup("taxis", "Taxis"))


def plain(frame: pd.DataFrame) -> list[list[object]]:
    """Return the rows without the names, with None for <NA>."""
    assert (frame["name"].str.len() > 0).all()
    frame = frame.drop(columns="name")
    return frame.astype(object).where(frame.notna(), None).to_numpy().tolist()


def test_counts_by_drive_and_unit() -> None:
    """Columns: drive, unit, in scope, visited, late, not visited, insured, uninsured, ..."""
    frame = inspection_coverage(register(*ROWS), city(), as_of="2026-06-30")
    assert plain(frame) == [
        ["drive", "a", 4, 3, 0, 1, 1, 2, 1, 0],
        ["drive", "b", 1, 1, 1, 0, 0, 1, 0, 1],
        [None, "b", 1, 1, 0, 0, 0, 1, 1, 0],
        [None, "c", 1, 0, 0, 1, 0, 0, 0, 0],
    ]


def test_a_visit_after_the_day_is_not_yet_one() -> None:
    """On 3 June two of four hotels and schools of a were visited; those of b were not."""
    frame = inspection_coverage(register(*ROWS), city(), as_of="2026-06-03")
    assert plain(frame)[:2] == [
        ["drive", "a", 4, 2, 0, 2, 1, 1, 0, 0],
        ["drive", "b", 1, 0, 0, 1, 0, 0, 0, 0],
    ]


def test_nobody_is_passed_over() -> None:
    """Law: visited + not visited = in scope, and every employer of one drive stands once."""
    for day in ("2026-05-31", "2026-06-04", "2027-01-01"):
        frame = inspection_coverage(register(*ROWS), city(), as_of=day)
        assert (frame["visited"] + frame["not_visited"] == frame["in_scope"]).all()
        assert frame["in_scope"].sum() == len(ROWS)


def test_the_last_visit_holds() -> None:
    """Found uninsured on the 2nd, enrolled on the 5th: one employer, enrolled."""
    rows = [
        ("e1", "a", "hotels", "2026-06-05", "enrolled"),
        ("e1", "a", "hotels", "2026-06-02", "uninsured"),
    ]
    assert plain(inspection_coverage(register(*rows), city(), as_of="2026-06-30"))[0][2:] == [
        *(1, 1, 0, 0, 0, 1, 1, 0)
    ]
    assert plain(inspection_coverage(register(*rows), city(), as_of="2026-06-04"))[0][2:] == [
        *(1, 1, 0, 0, 0, 1, 0, 0)
    ]


def test_a_group_of_two_drives_is_in_scope_of_both() -> None:
    """An employer whose group two drives work on counts in each."""
    second = Phase("second", "Second drive", "06-11", "06-20", groups="hotels")
    campaign = city().with_part(second)
    frame = inspection_coverage(register(*ROWS), campaign, as_of="2026-06-30")
    hotels = frame[frame["drive"] == "second"]
    assert hotels["in_scope"].tolist() == [3, 1]
    assert hotels["visited_late"].tolist() == [0, 0]


def test_each_row_is_an_employer_where_none_is_named() -> None:
    """A register of columns alone counts its rows."""
    named = inspection_coverage(register(*ROWS), city(), as_of="2026-06-30")
    bare = inspection_coverage(register(*ROWS).drop(columns="employer"), city(), as_of="2026-06-30")
    pd.testing.assert_frame_equal(named, bare)


def test_an_empty_register() -> None:
    """No employer, no row; the columns are there."""
    frame = inspection_coverage(register(), city(), as_of="2026-06-30")
    assert (len(frame), "in_scope" in frame.columns) == (0, True)


def test_every_bad_row_is_named() -> None:
    """All that cannot be read is in one error, each with its row."""
    rows = [
        (None, "a", "hotels", None, None),
        ("e2", "z", "hotels", None, None),
        ("e3", "a", "hotles", None, None),
        ("e4", "a", "hotels", "2026-06-02", "gone"),
        ("e5", "a", "hotels", None, "insured"),
        ("e6", "a", "hotels", "2026-06-02", None),
    ]
    with pytest.raises(DefinitionError) as caught:
        inspection_coverage(register(*rows), city(), as_of="2026-06-30")
    assert [problem.where for problem in caught.value.problems] == [
        "register[0].employer",
        "register[1].unit",
        "register[2].group",
        "register[3].outcome",
        "register[4].visited_on",
        "register[5].outcome",
    ]
    with pytest.raises(DefinitionError, match="no column visited_on and outcome"):
        inspection_coverage(register(*rows).iloc[:, :3], city(), as_of="2026-06-30")

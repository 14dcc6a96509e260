"""Sums through the tiers against plain additions."""

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.errors import DefinitionError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.units import Unit
from coverage_campaign.progress.rollup import roll_up
from coverage_campaign.reporting.cube import cube_of, tree_of
from support.campaigns import tiny
from support.small_progress import DAILY, Row, tallied

PARENT = {
    "p": None, "v4": "t3", "t1": "c1", "v1": "t1", "c1": "p", "t2": "c1", "v2": "t1",
    "c2": "p", "t3": "c2", "v3": "t2", "w": "c2", "alone": None,
}  # fmt: skip
"""Villages v under towns t under counties c under a province; w lies right under a county."""


def country() -> Campaign:
    """Return a campaign of these units, in this order."""
    units = [Unit(code, code.upper(), code[0], parent=up) for code, up in PARENT.items()]
    return attrs.evolve(
        tiny(),
        units=units,
        breakdowns=(),
        responsibilities=(),
        leading_groups=(),
        reporting=None,
        phases=[attrs.evolve(phase, supports=()) for phase in tiny().phases],
    )


def lies_under(code: str, above: str) -> bool:
    """Tell whether a unit is another one or lies under it, by walking up."""
    at: str | None = code
    while at is not None and at != above:
        at = PARENT[at]
    return at == above


cells = st.dictionaries(
    st.tuples(
        st.sampled_from(["v1", "v2", "v3", "v4", "w", "alone", "t1"]),
        st.sampled_from(["2026-06-01", "2026-07-01", "2026-08-01"]),
        st.sampled_from(["new_employer", "lapsed", "all"]),
    ),
    st.integers(-1000, 10**9),
    min_size=1,
)


@settings(deadline=None)
@given(cells)
def test_every_upper_unit_is_the_sum_of_its_people(found: dict[tuple[str, str, str], int]) -> None:
    """Each cell agrees with additions over the rows under it; what nobody reported has no row."""
    rows: list[Row] = [(*key, persons) for key, persons in found.items()]
    table = roll_up(tallied(rows, campaign=country(), by="month")).to_frame()
    summed = {
        (row.unit, f"{row.period:%Y-%m-%d}", row.channel): row.persons for row in table.itertuples()
    }
    wanted: dict[tuple[str, str, str], int] = {}
    for (unit, period, channel), persons in found.items():
        for above in ("t1", "t2", "t3", "c1", "c2", "p"):
            if lies_under(unit, above) and (unit != above or _has_rows_below(above, found)):
                key = (above, period, channel)
                wanted[key] = wanted.get(key, 0) + persons
    assert summed == wanted


def _has_rows_below(above: str, found: dict[tuple[str, str, str], int]) -> bool:
    return any(unit != above and lies_under(unit, above) for unit, _, _ in found)


def test_a_tier_is_the_longest_way_down() -> None:
    """A county with a village right under it and towns beside it stands in one tier, whole."""
    rows: list[Row] = [
        ("v4", "2026-06-01", "all", 3),
        ("w", "2026-06-01", "all", 4),
        ("v1", "2026-06-01", "all", 5),
    ]
    table = roll_up(tallied(rows, campaign=country(), by="month")).to_frame()
    tiers = dict(zip(table["unit"], table["tier"], strict=True))
    assert tiers == {"t1": 1, "t3": 1, "c1": 2, "c2": 2, "p": 3}
    persons = dict(zip(table["unit"], table["persons"], strict=True))
    assert persons == {"t1": 5, "t3": 3, "c1": 5, "c2": 7, "p": 12}
    assert table["name"].tolist() == [code.upper() for code in table["unit"]]
    assert table["tier"].is_monotonic_increasing


def test_the_order_of_rows_is_irrelevant() -> None:
    """Rows turned round give the same frame."""
    rows: list[Row] = [
        (unit, f"2026-0{month}-01", "all", place + month)
        for place, unit in enumerate(("v1", "v2", "v3", "v4"))
        for month in (6, 7)
    ]
    one = roll_up(tallied(rows, campaign=country(), by="month")).to_frame()
    other = roll_up(tallied(rows[::-1], campaign=country(), by="month")).to_frame()
    pd.testing.assert_frame_equal(one, other)


def test_units_without_parents_have_no_tier_above() -> None:
    """A flat campaign rolls up to nothing; so does a tally without rows."""
    rows: list[Row] = [("alone", "2026-06-01", "all", 3)]
    assert roll_up(tallied(rows, campaign=country(), by="month")).to_frame().empty
    empty = roll_up(tallied([], campaign=country(), by="month"))
    assert empty.to_frame().empty
    assert repr(empty) == "<Roll-up of 0 units in 0 tiers, 0 periods x 0 channels>"


def test_the_city_is_the_sum_of_its_counties() -> None:
    """10, 5 and 2 of Ash and a reported zero of Birch: the zero is reported, the rest is not."""
    table = roll_up(tallied(DAILY)).to_frame()
    assert set(table["unit"]) == {"city"}
    assert table[["channel", "persons"]].to_numpy().tolist() == [
        ["new_employer", 10],
        ["new_employer", 0],
        ["resumed", 5],
        ["lapsed", 2],
    ]


def test_large_counts_need_eight_bytes_and_small_ones_do_not() -> None:
    """The array is as narrow as every sum allows, and sums are exact on both sides of it."""
    for persons, width in ((2**31 - 1, 4), (2**31, 8)):
        rows: list[Row] = [("v1", "2026-06-01", "all", persons), ("v2", "2026-06-01", "all", 0)]
        tally = tallied(rows, campaign=country(), by="month")
        assert tally.cube.running.dtype.itemsize == width
        assert set(roll_up(tally).to_frame()["persons"]) == {persons}


def test_many_units_in_no_order_agree_with_plain_additions() -> None:
    """3,000 units under 50 parents, shuffled: the sums are those of a plain addition."""
    rng = np.random.default_rng(6)
    above = rng.integers(0, 50, size=3_000)
    parents: dict[str, str | None] = {f"p{place}": None for place in range(50)}
    parents |= {f"u{unit}": f"p{place}" for unit, place in enumerate(above.tolist())}
    frame = pd.DataFrame(
        {
            "unit": pd.array([f"u{unit}" for unit in range(3_000)], dtype="str"),
            "period": pd.Timestamp("2026-06-01"),
            "channel": pd.array(["x"] * 3_000, dtype="str"),
            "persons": pd.array(rng.integers(-5, 10**6, size=3_000), dtype="Int64"),
        }
    ).sample(frac=1, random_state=6)
    cube = cube_of(frame, parent_of=parents, channels=["x"])
    sums = cube.running[cube.tree.last, 0, 0] - cube.running[cube.tree.first, 0, 0]
    place = frame["unit"].map(parents)
    wanted = frame.groupby(place)["persons"].sum()
    assert dict(zip(cube.tree.above, sums.tolist(), strict=True)) == wanted.to_dict()


def test_an_array_beyond_all_bounds_is_refused() -> None:
    """30,000 units on 30,000 days are refused by name before the memory is asked for."""
    many = 30_000
    frame = pd.DataFrame(
        {
            "unit": pd.array([str(unit) for unit in range(many)], dtype="str"),
            "period": np.datetime64("1970-01-01", "s") + np.arange(many) * np.timedelta64(1, "D"),
            "channel": pd.array(["x"] * many, dtype="str"),
            "persons": pd.array([1] * many, dtype="Int64"),
        }
    )
    with pytest.raises(DefinitionError, match="30,000 x 30,000 x 1"):
        cube_of(frame, parent_of={}, channels=["x"])


def test_units_that_the_tree_does_not_know_stand_alone() -> None:
    """A code outside the tree is a unit of its own, under nobody."""
    tree = tree_of(["x", "v1"], PARENT)
    assert set(tree.units) == {"x", "v1"}
    assert set(tree.above) == {"t1", "c1", "p"}
    assert (tree.last - tree.first).tolist() == [1, 1, 1]


def test_the_storage_is_made_once() -> None:
    """A second roll-up reads the same array; a tally with other rows has one of its own."""
    tally = tallied(DAILY)
    first = tally.cube
    roll_up(tally)
    assert tally.cube is first
    assert attrs.evolve(tally, frame=tally.frame.iloc[:1]).cube is not first

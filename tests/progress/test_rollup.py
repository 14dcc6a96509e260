"""Sums through the tiers against plain additions."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.progress.rollup import Cube, cube_of, roll_up, tiers_of
from progress.making import DAILY, tallied

PARENT = {
    "v1": "t1", "v2": "t1", "v3": "t2", "v4": "t3",
    "t1": "c1", "t2": "c1", "t3": "c2", "c1": "p", "c2": "p", "p": None,
}  # fmt: skip
VILLAGES = ("v1", "v2", "v3", "v4")


def cube(values: list[int]) -> Cube:
    """Return 4 villages x 2 months x 3 channels."""
    return Cube(
        units=VILLAGES,
        periods=np.array(["2026-06-01", "2026-07-01"], dtype="datetime64[D]"),
        channels=("x", "y", "z"),
        persons=np.array(values, dtype=np.int64).reshape(4, 2, 3),
    )


@settings(deadline=None)
@given(st.lists(st.integers(-1000, 10**9), min_size=24, max_size=24))
def test_every_tier_is_the_sum_of_what_lies_under_it(values: list[int]) -> None:
    """Towns, counties and the province agree with additions over the villages."""
    villages = cube(values)
    towns, counties, province = roll_up(villages, tiers_of(VILLAGES, PARENT))
    person = dict(zip(VILLAGES, villages.persons, strict=True))
    assert towns.units == ("t1", "t2", "t3")
    np.testing.assert_array_equal(towns.persons[0], person["v1"] + person["v2"])
    np.testing.assert_array_equal(counties.persons[0], person["v1"] + person["v2"] + person["v3"])
    np.testing.assert_array_equal(province.persons[0], villages.persons.sum(axis=0))
    np.testing.assert_array_equal(counties.persons.sum(axis=0), province.persons[0])


def test_a_tally_becomes_a_cube_and_back() -> None:
    """Every row of the tally is in the cube; what nobody reported is 0 there."""
    made = cube_of(tallied(DAILY))
    assert made.units == ("a", "b")
    assert made.channels == ("new_employer", "resumed", "lapsed")
    frame = made.to_frame()
    assert len(frame) == made.persons.size
    assert frame["persons"].sum() == 17
    assert frame[frame["unit"] == "b"]["persons"].sum() == 0


def test_units_without_parents_have_no_tier_above() -> None:
    """A flat campaign rolls up to nothing; a unit without a parent is left out above."""
    assert tiers_of(("p",), PARENT) == ()
    (town, *_) = roll_up(cube([1] * 24), tiers_of(VILLAGES, {**PARENT, "v4": None}))
    assert town.units == ("t1", "t2")
    assert town.persons.sum() == 18


def test_the_sums_keep_the_type_of_their_numbers() -> None:
    """Four-byte counts stay four-byte counts: no copy twice the size is made."""
    small = Cube(
        units=VILLAGES,
        periods=np.array(["2026-06-01"], dtype="datetime64[D]"),
        channels=("x",),
        persons=np.ones((4, 1, 1), dtype=np.int32),
    )
    assert {part.persons.dtype for part in roll_up(small, tiers_of(VILLAGES, PARENT))} == {
        np.dtype(np.int32)
    }


def test_a_large_tier_is_summed_in_bands_to_the_same_figures() -> None:
    """140,000 units under 1,000 parents in no order: the sums are those of a plain addition."""
    rng = np.random.default_rng(6)
    above = rng.integers(0, 1_000, size=140_000)
    units = tuple(str(number) for number in range(len(above)))
    parents = {unit: f"p{place}" for unit, place in zip(units, above.tolist(), strict=True)}
    persons = rng.integers(-5, 10**6, size=(len(units), 1, 2))
    many = Cube(
        units=units,
        periods=np.array(["2026-06-01"], dtype="datetime64[D]"),
        channels=("x", "y"),
        persons=persons,
    )
    (tier,) = tiers_of(units, parents)
    (summed,) = roll_up(many, (tier,))
    wanted = np.zeros((1_000, 1, 2), dtype=np.int64)
    np.add.at(wanted, above, persons)
    order = [int(code[1:]) for code in summed.units]
    np.testing.assert_array_equal(summed.persons, wanted[order])

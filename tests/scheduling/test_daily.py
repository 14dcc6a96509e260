"""Whole persons day by day: every plan that keeps the rules is tried, and none is nearer."""

from fractions import Fraction
from itertools import pairwise, product

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from coverage_campaign.scheduling.daily import Courses, reached_at, reached_on

SMALL = st.lists(st.sampled_from([0, 1, 1, 2, 3, 5, 8, 13, 20]), min_size=1, max_size=4)
EFFORT = st.lists(st.sampled_from([0, 1, 1, 1, 2, 5]), min_size=2, max_size=10).filter(any)
SCALES = st.sampled_from([1, 10**18])


def rounded(total: int, over: int, whole: int) -> int:
    """Return total x over / whole, half up."""
    return (2 * total * over + whole) // (2 * whole)


def least_distance(shares: list[int], effort: list[int], ends: list[int]) -> Fraction:
    """Return the least sum of squared distances at the ends over all plans, day by day.

    A plan's days are whole numbers next to each unit's curve that never fall and add up to the
    whole's number: all of them are walked through.
    """
    return least_of([[share * over for share in shares] for over in effort], effort[-1], ends)


def least_of(parts: list[list[int]], whole: int, ends: list[int]) -> Fraction:
    """Return the least sum of squared distances for courses by day and unit, `whole` a person."""
    reached = {tuple([0] * len(parts[0])): Fraction(0)}
    for day, (then, now) in enumerate(pairwise([[0] * len(parts[0]), *parts])):
        goal = rounded(sum(now), 1, whole)
        sides = [{course // whole, -(-course // whole)} for course in now]
        following = {}
        for state in product(*sides):
            before = [
                cost
                for old, cost in reached.items()
                if all(
                    persons == later if course == rises else persons <= later
                    for persons, later, course, rises in zip(old, state, then, now, strict=True)
                )
            ]
            if sum(state) == goal and before:
                following[state] = min(before) + (distance(state, now, whole) if day in ends else 0)
        reached = following
    return min(reached.values())


def distance(state: tuple[int, ...], courses: list[int], whole: int) -> Fraction:
    """Return the squared distance of a day from the courses."""
    return sum(
        ((persons - Fraction(course, whole)) ** 2
         for persons, course in zip(state, courses, strict=True)),
        start=Fraction(0),
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(SMALL, EFFORT, st.sets(st.integers(0, 9), max_size=3), SCALES)
def test_no_plan_is_nearer_at_the_ends_of_periods(
    shares: list[int], weights: list[int], days: set[int], scale: int
) -> None:
    """Among all plans within one person on every day the squared distance is the least."""
    assume(sum(shares))
    effort = np.cumsum(weights).tolist()
    last = len(effort) - 1
    ends = sorted({day for day in days if day < last} | {last})
    scaled = [scale * one for one in effort]
    found = reached_at(np.array([shares]), scaled, ends)[:, 0].tolist()
    reached = sum(
        (distance(tuple(state), [share * effort[end] for share in shares], effort[-1])
         for end, state in zip(ends, found, strict=True)),
        start=Fraction(0),
    )  # fmt: skip
    assert reached == least_distance(shares, effort, ends)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 7), st.integers(0, 7)), max_size=4),
    st.lists(st.sampled_from([1, 1, 2, 5]), min_size=8, max_size=8),
    st.sampled_from([1, 4, 7, 10]),
    st.sets(st.integers(0, 7), max_size=3),
)
def test_units_that_open_and_close_keep_every_rule(
    lives: list[tuple[int, int, int]], weights: list[int], whole: int, days: set[int]
) -> None:
    """Each within one person of a course of its own on every day, still outside its life.

    None of the plans that keep these rules is nearer to the courses at the ends.
    """
    parts = [
        [persons * sum(weights[min(a, b) : min(max(a, b), day) + 1]) for persons, a, b in lives]
        for day in range(8)
    ]
    cuts = {min(a, b) - 1 for _, a, b in lives} | {max(a, b) for _, a, b in lives}
    ends = sorted({day for day in days | cuts if day >= 0} | {7})
    courses = Courses.through(np.array(parts, dtype=np.int64).reshape(8, len(lives)), whole, ends)
    at_ends = courses.at_ends()
    before = [0] * len(lives)
    for day, state in enumerate(courses.by_day(at_ends)):
        now = state.tolist()
        assert sum(now) == rounded(sum(parts[day]), 1, whole)
        for unit, (_, a, b) in enumerate(lives):
            assert before[unit] <= now[unit]
            assert min(a, b) <= day <= max(a, b) or before[unit] == now[unit]
            assert abs(now[unit] - Fraction(parts[day][unit], whole)) < 1
        before = now
    reached = [distance(tuple(at_ends[n]), parts[end], whole) for n, end in enumerate(ends)]
    assert sum(reached) == least_of(parts, whole, ends)


@settings(max_examples=150, deadline=None)
@given(SMALL, EFFORT, st.sets(st.integers(0, 9), max_size=3), SCALES)
def test_the_days_between_keep_every_rule(
    shares: list[int], weights: list[int], days: set[int], scale: int
) -> None:
    """Whole total half up, units within less than one, never falling; a day asked alone agrees."""
    effort = [scale * one for one in np.cumsum(weights).tolist()]
    last = len(effort) - 1
    ends = sorted({day for day in days if day < last} | {last})
    people = np.array(shares)
    at_ends = reached_at(people[np.newaxis], effort, ends)[:, 0]
    by_day = list(Courses.of(people, effort, ends).by_day(at_ends))
    assert [by_day[end].tolist() for end in ends] == at_ends.tolist()
    before = [0] * len(shares)
    for day, state in enumerate(by_day):
        now = state.tolist()
        assert sum(now) == rounded(sum(shares), effort[day], effort[-1])
        for then, persons, share in zip(before, now, shares, strict=True):
            assert then <= persons
            assert abs(persons - Fraction(share * effort[day], effort[-1])) < 1
        assert reached_on(people[np.newaxis], effort, ends, day)[0].tolist() == now
        before = now


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 90), min_size=3, max_size=3), min_size=1, max_size=5),
    st.integers(0, 29),
)
def test_many_scenarios_are_each_alone(rows: list[list[int]], day: int) -> None:
    """A batch gives every scenario what it gets by itself, at the ends and on any day."""
    effort, ends = list(range(1, 31)), [9, 19, 29]
    many = np.array(rows)
    at_ends, on = reached_at(many, effort, ends), reached_on(many, effort, ends, day)
    for row, shares in enumerate(rows):
        alone = np.array([shares])
        assert at_ends[:, row].tolist() == reached_at(alone, effort, ends)[:, 0].tolist()
        assert on[row].tolist() == reached_on(alone, effort, ends, day)[0].tolist()


def test_counties_of_20_and_10_people_have_5_and_3_at_the_end_of_march() -> None:
    """31 of 122 days: 5.08 and 2.54, 8 together: the larger remainder goes up, not the larger unit.

    Had the larger been first it were 6 and 2.
    """
    ends = [30, 60, 91, 121]
    found = reached_at(np.array([[20, 10]]), range(1, 123), ends)[:, 0].tolist()
    assert found == [[5, 3], [10, 5], [15, 8], [20, 10]]


def test_an_end_that_would_break_a_later_day_is_not_taken() -> None:
    """Ten units of 1 at 0.50, ten of 98 at 49.00 less a hair: the nearest end leaves no room.

    Whoever of the small is up stays up until the end, so that the large cannot reach 49 in time.
    """
    shares, effort = [1] * 10 + [98] * 10, list(range(1, 201))
    ends = [99, 199]
    reached = reached_at(np.array([shares]), effort, ends)[:, 0]
    for day, state in enumerate(Courses.of(np.array(shares), effort, ends).by_day(reached)):
        low = np.array(shares) * effort[day] // 200
        assert (state >= low).all()
        assert (state <= low + 1).all()

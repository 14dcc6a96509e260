"""Every count at which points, grades, vetoes and prizes change, by walking all whole persons."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.assessment import rules
from coverage_campaign.assessment.assess import Assessment, assess
from coverage_campaign.assessment.rules.band import Band
from coverage_campaign.assessment.scoring import BatchAssessment, assess_many
from coverage_campaign.model.readings import Readings
from coverage_campaign.model.scheme import AwardBar, Commendation, Partial, Rule, Scheme
from support.assessed_progress import progress_of
from support.campaigns import tiny

SHARES = {"a": 50, "b": 30, "c": 20}
UNITS = {code: tiny().unit(code) for code in SHARES}
DONE = st.fixed_dictionaries({code: st.integers(0, 80) for code in "abc"})
_AMOUNTS = st.integers(1, 9)
_RATES = st.sampled_from(["0", "1/7", "33%", "50%", "62.5%", "80%", "100%", "111%", "150%"])
_JUMPS = st.one_of(
    st.builds(
        rules.step,
        st.integers(1, 10),
        loses=_AMOUNTS,
        per=st.sampled_from(["3%", "5%", "1/7"]),
        goal=_RATES,
        partial=st.just("whole_steps"),
    ),
    st.builds(
        rules.bonus,
        _AMOUNTS,
        per=st.sampled_from(["3%", "10%"]),
        most=st.none() | _AMOUNTS,
        partial=st.just("whole_steps"),
    ),
    st.builds(rules.per_point, _AMOUNTS, above=_RATES, partial=st.just("whole_steps")),
    st.builds(rules.all_or_nothing, _AMOUNTS, goal=_RATES),
    st.builds(
        lambda low, more, included: rules.band(
            (None, low), Band("1/3", low + more, included=included), ("90%", low + 2 * more)
        ),
        st.integers(0, 3),
        st.integers(0, 3),
        st.booleans(),
    ),
)
_LINES = st.one_of(
    st.builds(rules.per_point, _AMOUNTS, above=_RATES),
    st.builds(
        rules.step,
        st.integers(1, 10),
        loses=_AMOUNTS,
        per=st.just("25%"),
        partial=st.just("prorated"),
    ),
    st.builds(
        rules.bonus, _AMOUNTS, beyond=_RATES, per=st.just("10%"), most=st.none() | _AMOUNTS,
        partial=st.just("prorated"),
    ),
    st.builds(
        rules.per_person,
        _AMOUNTS,
        of=st.sampled_from(["all", "up_to_target", "beyond_target"]),
        goal=_RATES,
    ),
    st.builds(
        rules.band, st.just((None, 0)), st.tuples(_RATES.filter(lambda r: r != "0"), _AMOUNTS),
        each=st.just("person"),
    ),
)  # fmt: skip


def combined(leaves: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    """Return rules, sums of two of them, and both within bounds."""
    sums = leaves | st.builds(rules.total, leaves, leaves)
    return sums | st.builds(rules.capped, sums, most=st.integers(3, 60), least=st.integers(-1, 2))


def assessed(done: dict[str, int | None], scheme: Scheme, partial: Partial | None) -> Assessment:
    """Return the assessment of so many persons done."""
    campaign = attrs.evolve(tiny(), readings=Readings(partial_steps=partial))
    return assess(progress_of(campaign, done, shares=SHARES), scheme)


def walked(found: Assessment, unit: str, most: int) -> tuple[int, BatchAssessment]:
    """Return the column of a unit, and what it has with 0, 1, 2 ... persons done; others as now."""
    context = found.context
    done = np.tile(context.done, (most + 1, 1))
    place = context.place[unit]
    done[:, place] = np.arange(most + 1)
    target = np.broadcast_to(context.target, done.shape)
    batch = assess_many(found.progress, found.scheme, targets=target, uplifted=target, done=done)
    return place, batch


def needed(found: Assessment, unit: str, *kinds: str) -> list[int]:
    """Return the persons needed of a unit's boundaries that not everybody has reached."""
    table = found.boundaries()
    own = table[(table["unit"] == unit) & table["boundary"].isin(kinds) & (table["needed"] > 0)]
    return sorted(set(own["needed"].tolist()))


def turns_of(values: np.ndarray) -> list[int]:
    """Return where a value is another one than before."""
    return [place for place in range(1, len(values)) if values[place] != values[place - 1]]


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(rule=combined(_JUMPS), done=DONE, of=st.sampled_from(["completion", "coverage"]))
def test_whole_steps_are_all_there_and_nothing_else(
    rule: Rule, done: dict[str, int | None], of: str
) -> None:
    """Law: of a rule in steps, the boundaries are the counts at which the score changes."""
    scheme = Scheme("s", items=[rules.item("x", "X", rule, of=of)], full=None)
    found = assessed(done, scheme, None)
    for unit, target in SHARES.items():
        place, batch = walked(found, unit, 3 * target)
        own = [n for n in needed(found, unit, "item") if n <= 3 * target]
        assert own == turns_of(batch.score[:, place])


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(rule=combined(_LINES), done=DONE)
def test_points_run_straight_between_boundaries(rule: Rule, done: dict[str, int | None]) -> None:
    """Law: between two boundaries points run straight, and at none do they run straight on."""
    scheme = Scheme("s", items=[rules.item("x", "X", rule)], full=None)
    found = assessed(done, scheme, None)
    place, most = found.context.place["a"], 150
    twin = [exactly(rule, n, SHARES["a"]) for n in range(most + 1)]
    _, batch = walked(found, "a", most)
    np.testing.assert_array_equal(batch.score[:, place], [float(one) for one in twin])
    ends = [0, *(n for n in needed(found, "a", "item") if n <= most), most + 1]
    parts = [twin[start:stop] for start, stop in pairwise(ends)]
    assert all(map(is_straight, parts))
    for before, after in pairwise(parts):
        assert min(len(before), len(after)) < 2 or not is_straight([*before, *after])


def exactly(rule: Rule, done: int, target: int) -> Fraction:
    """Return what a rule gives for so many persons."""
    rate = Fraction(done, target)
    return rules.points(rule, rate, done=done, target=target, partial="prorated")


def is_straight(points: list[Fraction]) -> bool:
    """Tell whether points lie on one line."""
    return len({later - earlier for earlier, later in pairwise(points)}) < 2


@st.composite
def _schemes(draw: st.DrawFn) -> Scheme:
    of = st.sampled_from(["completion", "coverage"])
    leaves = combined(_JUMPS | _LINES)
    if draw(st.booleans()):  # a rule that falls
        leaves |= st.builds(rules.per_point, st.just(-1)) | st.just(rules.per_case(-3))
    items = [
        rules.item("x", "X", draw(leaves), of=draw(of)),
        rules.item("y", "Y", draw(leaves), of=draw(of)),
        rules.item("late", "Late", draw(_JUMPS), of="payers"),
    ]
    bounds = sorted(draw(st.sets(st.integers(1, 200), min_size=2, max_size=2)))
    grades = [rules.grade("low", "Low"), *(rules.grade(f"g{n}", "G", n) for n in bounds)]
    pools = [rules.pool(["a", "c"], items=draw(st.sampled_from([(), ("x",)])))]
    return Scheme(
        "s",
        AwardBar(),
        Commendation("110%"),
        items=items[: draw(st.integers(1, 2))],
        full=None,
        grades=grades,
        vetoes=[rules.veto("half", "Half", goal="50%", of=draw(of))] * draw(st.integers(0, 1)),
        pools=pools * draw(st.integers(0, 1)),
    )


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(scheme=_schemes(), done=DONE, partial=st.sampled_from(["prorated", "whole_steps"]))
def test_a_grade_has_the_fewest_persons_that_give_it(
    scheme: Scheme, done: dict[str, int | None], partial: Partial
) -> None:
    """Law: grades, merit awards and commendations change at their boundaries alone."""
    found = assessed(done, scheme, partial)
    table = found.boundaries()
    for unit, target in SHARES.items():
        most = max(3 * target, 500)
        place, batch = walked(found, unit, most)
        grades = batch.grade[:, place]
        for number, grade in enumerate(scheme.grades[1:], start=1):
            rows = table[(table["unit"] == unit) & (table["code"] == grade.code)]
            first = np.flatnonzero(grades >= number)
            within = found.context.units[place].eligible or 0
            if len(first) and first[0] <= max(3 * target, within):
                assert rows["needed"].tolist() == [first[0]]
            else:
                assert rows["needed"].isna().all()
        merit, praise = batch.merit_eligible[:, place], batch.commended[:, place]
        bars = needed(found, unit, "target_met", "veto")
        assert {*turns_of(merit)} <= {*bars}
        assert {*turns_of(praise)} <= {*needed(found, unit, "commended", "veto")}
        assert len(turns_of(merit)) <= 1
        if bars:
            assert turns_of(merit) == [bars[-1]]


@settings(max_examples=8, deadline=None)
@given(
    done=DONE,
    by=st.sampled_from(["completion", "coverage"]),
    among=st.sampled_from(["0", "60%", "100%"]),
    pooled=st.booleans(),
)
def test_a_prize_has_the_fewest_persons_that_win_it(
    done: dict[str, int], by: str, among: str, *, pooled: bool
) -> None:
    """Law: with the persons needed a unit has the place or a better one, with one fewer not."""
    prize = rules.prize("best", "Best", [3, 2], by=by, among_from=among)
    pool = ("a", "c") if pooled else ()
    scheme = Scheme("s", prizes=[prize], pools=[rules.pool(pool)] if pool else [])
    table = assessed(done, scheme, None).boundaries()
    for row in table.to_dict("records"):
        unit, place = row["unit"], row["place"]
        won = [place_of(unit, {**done, unit: n}, by, among, pool) <= place for n in range(450)]
        assert row["needed"] == won.index(True)
        assert all(won[row["needed"] :])


def place_of(unit: str, done: dict[str, int], by: str, among: str, pool: tuple[str, ...]) -> int:
    """Return the place of a unit in a prize, 99 = none, from the sentence of the prize."""
    rates = {}
    for code in SHARES:
        members = pool if code in pool else (code,)
        counted = [dict(UNITS[member].counts) for member in members]
        completion = Fraction(sum(done[m] for m in members), sum(SHARES[m] for m in members))
        coverage = Fraction(
            sum(done[m] for m in members) + sum(one["covered"] for one in counted),
            sum(one["eligible"] for one in counted),
        )
        if completion >= {"0": 0, "60%": Fraction(3, 5), "100%": 1}[among]:
            rates[code] = completion if by == "completion" else coverage
    return 1 + sum(rate > rates[unit] for rate in rates.values()) if unit in rates else 99


def test_a_bound_of_money_by_the_person_is_a_boundary() -> None:
    """50 yuan a person from 80 % on, at most 10,000: paid from 40 of 50 on, more up to 200."""
    pay = rules.capped(rules.per_person(50, goal="80%"), most=10_000)
    scheme = Scheme("s", rewards=[rules.item("pay", "Pay", pay)])
    found = assessed({"a": 60, "b": 3, "c": 5}, scheme, None)
    assert needed(found, "a", "reward") == [40, 200]
    more = rules.capped(rules.per_person(500, goal="80%"), most=30_000)
    found = assessed(
        {"a": 58, "b": 3, "c": 5},
        Scheme("s", rewards=[attrs.evolve(scheme.rewards[0], rule=more)]),
        None,
    )
    assert needed(found, "a", "reward") == [40, 60]
    assert found.boundaries(near=2)["needed"].tolist() == [60]


def test_what_is_short_of_a_pool_is_one_unit_s_number_while_the_others_stay() -> None:
    """Ash and Cedar are measured together: 35 of 70 with Cedar's 5 done take 30 by Ash."""
    item = rules.item("x", "X", rules.all_or_nothing(10, goal="50%"))
    scheme = Scheme("s", items=[item], full=None, pools=[rules.pool(["a", "c"])])
    table = assessed({"a": 12, "b": 3, "c": 5}, scheme, None).boundaries().set_index("unit")
    assert table["needed"].to_dict() == {"a": 30, "b": 15, "c": 23}
    assert table["margin"].to_dict() == {"a": -18, "b": -12, "c": -18}


def test_a_closed_unit_keeps_nobody_s_prize_open() -> None:
    """What a unit that is missing reports leaves open is <NA>; the row of a place stays."""
    scheme = Scheme("s", prizes=[rules.prize("best", "Best", [3], by="completion")])
    table = assessed({"a": 12, "b": 3, "c": None}, scheme, None).boundaries()
    assert table["needed"].isna().all()
    assert pd.isna(table["margin"]).all()

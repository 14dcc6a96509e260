"""Laws of an assessment: its arrays, its boundaries, its grades, and that it looks no further."""

from __future__ import annotations

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.assessment import rules
from coverage_campaign.assessment.assess import Assessment, assess
from coverage_campaign.assessment.scoring import assess_many
from coverage_campaign.errors import DefinitionError
from coverage_campaign.files.json_values import from_json, to_json
from coverage_campaign.model.readings import Readings
from coverage_campaign.model.scheme import AwardBar, Commendation, Scheme
from coverage_campaign.progress.progress import track
from support.assessed_progress import progress_of
from support.campaigns import tiny
from support.small_progress import DAILY, planned, tallied

SHARES = {"a": 50, "b": 30, "c": 20}
STEPS = rules.step(60, loses=6, per="10%", partial="whole_steps")
SCHEME = Scheme(
    "s",
    AwardBar(),
    Commendation("110%"),
    items=[
        rules.item("done", "Done", STEPS, 60),
        rules.item("more", "More", rules.bonus(2, per="5%", most=10, partial="whole_steps")),
        rules.item("covered", "Covered", rules.band(("60%", 20), ("80%", 40)), 40, of="coverage"),
    ],
    grades=[
        rules.grade("low", "Low"),
        rules.grade("fair", "Fair", 50),
        rules.grade("good", "Good", 90),
    ],
    vetoes=[rules.veto("half", "Half", goal="30%")],
    rewards=[rules.item("pay", "Pay", rules.per_person(3, of="beyond_target"))],
)
DONE = st.fixed_dictionaries({code: st.none() | st.integers(0, 90) for code in "abc"})


def assessed(done: dict[str, int | None], scheme: Scheme = SCHEME) -> Assessment:
    """Return the assessment of so many persons done."""
    return assess(progress_of(tiny(), done, shares=SHARES), scheme)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(first=DONE, others=st.lists(st.tuples(*[st.integers(0, 90)] * 3), min_size=1, max_size=3))
def test_a_batch_says_of_each_scenario_what_one_run_says(
    first: dict[str, int | None], others: list[tuple[int, ...]]
) -> None:
    """Law: many scenarios at once give the score, grade and verdicts that each gives alone."""
    progress = progress_of(tiny(), first, shares=SHARES)
    units = progress.to_frame()["unit"].tolist()
    known = [first[code] is not None for code in units]
    targets = np.tile(progress.arrays.target, (len(others), 1))
    batch = assess_many(progress, SCHEME, targets=targets, uplifted=targets, done=np.array(others))
    for row, done in enumerate(others):
        alone = assessed(
            {code: n if has else None for code, n, has in zip(units, done, known, strict=True)}
        ).to_frame()
        for place, (_, own) in enumerate(alone.iterrows()):
            score, grade = batch.score[row, place], batch.grade[row, place]
            assert (np.isnan(score) and pd.isna(own["score"])) or score == own["score"]
            assert (
                grade == -1 if pd.isna(own["grade"]) else SCHEME.grades[grade].code == own["grade"]
            )
            for name in ("merit_eligible", "commended"):
                answer = getattr(batch, name)[row, place]
                assert answer == -1 if pd.isna(own[name]) else bool(answer) == own[name]


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(done=st.fixed_dictionaries({code: st.integers(0, 80) for code in "abc"}), data=st.data())
def test_a_boundary_names_the_fewest_persons(done: dict[str, int], data: st.DataObject) -> None:
    """Law: with the persons needed a boundary is reached, with one fewer it is not."""
    table = assessed(done).boundaries()
    rows = table[table["needed"] > 0].to_dict("records")
    for row in data.draw(st.lists(st.sampled_from(rows), max_size=2)):
        for persons, reached in ((row["needed"], True), (row["needed"] - 1, False)):
            other = assessed({**done, row["unit"]: persons})
            unit, frame = other.unit(row["unit"]), other.to_frame().set_index("unit")
            match row["boundary"]:
                case "target_met":
                    assert (unit.unit.done >= unit.unit.target) is reached
                case "commended":
                    rate = unit.unit.completion_rate or 0
                    assert (rate >= row["threshold"]) is reached
                case "grade":
                    codes = [grade.code for grade in SCHEME.grades]
                    grade = str(frame.loc[row["unit"], "grade"])
                    assert (codes.index(grade) >= codes.index(row["code"])) is reached
                case "veto":
                    assert unit.no_veto is not None
                    assert unit.no_veto.answer is reached
                case _:
                    measured = unit.unit.completion_rate
                    if row["code"] == "covered":
                        measured = unit.unit.coverage_rate
                    limit, now = round(row["threshold"], 9), round(measured or 0, 9)
                    assert (now >= limit if row["included"] else now > limit) is reached


def test_a_step_of_many_is_in_the_table() -> None:
    """10 points, 1 less for each whole 5 % short: 25 of 50 score 0, 26 and 27 of 50 score 1."""
    scheme = Scheme(
        "s",
        items=[rules.item("x", "X", rules.step(10, loses=1, per="5%", partial="whole_steps"))],
        full=None,
    )
    assessment = assessed({"a": 25, "b": 0, "c": 0}, scheme)
    own = assessment.boundaries()[lambda table: table["unit"] == "a"]
    assert 26 in own["needed"].tolist()
    assert assessment.boundaries(near=1)["needed"].tolist()[0] == 26
    assert assessed({"a": 26, "b": 0, "c": 0}, scheme).unit("a").score == 1


def test_rules_with_very_many_steps_tell_the_next_ones() -> None:
    """A rule with a million steps has two rows a unit, not a million."""
    fine = rules.bonus("0.001", per="0.0001%", beyond=0, partial="whole_steps")
    scheme = Scheme("s", items=[rules.item("x", "X", fine)], full=None)
    table = assessed({"a": 25, "b": 3, "c": 0}, scheme).boundaries()
    assert len(table) <= 9


def test_a_grade_that_is_the_same_under_every_answer_stands() -> None:
    """Whether a step begun counts is open: the score is 90.5 or 95, and both are good."""
    item = rules.item("x", "X", rules.step(100, loses=5, per="10%"), 100)
    grades = [
        rules.grade("low", "Low"),
        rules.grade("good", "Good", 90),
        rules.grade("top", "Top", 95),
    ]
    for bounds, grade in ((grades[:2], "good"), (grades, None)):
        scheme = Scheme("s", items=[item], grades=bounds)
        assessment = assessed({"a": 43, "b": 30, "c": 20}, scheme)
        unit = assessment.unit("a")
        assert unit.score is None
        assert (unit.grade.code if unit.grade else None) == grade
        assert assessment.open_questions == ("partial_steps",)
    decided = attrs.evolve(tiny(), readings=Readings(partial_steps="whole_steps"))
    progress = progress_of(decided, {"a": 43, "b": 30, "c": 20}, shares=SHARES)
    assert assess(progress, Scheme("s", items=[item])).unit("a").score == 95


def test_an_assessment_knows_nothing_of_later_days() -> None:
    """The rows of the days after the progress change no verdict, no reason and no boundary."""
    later = [*DAILY, ("c", "2026-06-09", "new_employer", 50), ("a", "2026-06-08", "all", 99)]
    now, then = (
        assess(track(planned(), tallied(rows), as_of="2026-06-04"), SCHEME)
        for rows in (later, DAILY)
    )
    assert now.interim
    assert now.to_frame().equals(then.to_frame())
    assert now.boundaries().equals(then.boundaries())
    assert [now.explain(code) for code in "abc"] == [then.explain(code) for code in "abc"]


def fewer(rate: float) -> float:
    """Give ten points for all that is done."""
    return 10 * float(rate)


@pytest.mark.parametrize("rule", [fewer, rules.capped(fewer, most=8), rules.total(fewer, fewer)])
def test_a_function_scores_in_an_assessment(rule: object) -> None:
    """A plain function gives points, is named in the explanation and has no boundary."""
    scheme = Scheme("s", items=[rules.item("x", "X", rule)], full=None)  # type: ignore[arg-type]
    assessment = assessed({"a": 25, "b": 30, "c": 20}, scheme)
    assert assessment.to_frame()["score"].notna().all()
    assert "fewer" in assessment.explain("a")
    assert assessment.boundaries().empty


def test_results_come_back_from_json_equal() -> None:
    """A progress and an assessment are the values that their texts hold; a function has no text."""
    progress = track(planned(), tallied(DAILY), as_of="2026-06-04")
    assert from_json(to_json(progress)) == progress
    assert from_json(to_json(assess(progress, SCHEME))) == assess(progress, SCHEME)
    own = Scheme("s", items=[rules.item("x", "X", fewer)], full=None)
    with pytest.raises(DefinitionError, match=r"the function .*fewer"):
        to_json(assess(progress, own))
    with pytest.raises(DefinitionError, match="the function fewer"):
        to_json(attrs.evolve(tiny(), scheme=own))

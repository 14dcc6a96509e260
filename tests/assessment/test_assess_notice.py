"""The notice's own scheme, on three counties with targets 50, 30 and 20, reckoned by hand."""

from fractions import Fraction

import attrs
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.assessment import rules
from coverage_campaign.assessment.assess import Assessment, assess
from coverage_campaign.errors import DefinitionError
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.readings import Question, Readings
from coverage_campaign.model.scheme import AwardBar, Commendation, Scheme
from coverage_campaign.progress.progress import Progress, track
from support.assessed_progress import progress_of
from support.campaigns import tiny

SHARES = {"a": 50, "b": 30, "c": 20}
DEPARTMENTS = {"labour": 60, "schools": 40}


def notice(**kinds: tuple[str, ...]) -> Scheme:
    """Return the scheme of the notice with a bar on these kinds of units."""
    return Scheme("notice", AwardBar(clause="3(3)", **kinds), Commendation(clause="3(3)"))


def reading(**answers: object) -> Campaign:
    """Return the tiny campaign that asks the notice's questions, with these answers."""
    questions = [
        Question(code, code, "3(3)") for code in ("award_bar", "missed_target", "outstanding")
    ]
    return attrs.evolve(tiny(), questions=questions, readings=Readings(**answers))


def column(assessment: Assessment, name: str) -> list[object]:
    """Return a column with None for <NA>, in the order of the units."""
    cells = assessment.to_frame()[name]
    return cells.astype(object).where(cells.notna(), None).tolist()


def test_columns_and_types() -> None:
    """The frame has the documented columns with types that can hold what is missing."""
    progress = progress_of(tiny(), {"a": 50, "b": 30, "c": 20}, shares=SHARES)
    frame = assess(progress, notice(kinds=("county",))).to_frame()
    assert [*frame.columns] == ["unit", "name", "score", "grade", "merit_eligible", "commended"]
    kinds = ["str", "str", "Float64", "str", "boolean", "boolean"]
    assert [str(kind) for kind in frame.dtypes] == kinds
    assert frame["unit"].tolist() == ["a", "b", "c"]


def test_one_person_short_is_barred() -> None:
    """49 of 50 misses the target, 30 of 30 and 21 of 20 do not."""
    progress = progress_of(tiny(), {"a": 49, "b": 30, "c": 21}, shares=SHARES)
    assessment = assess(progress, notice(kinds=("county",)))
    assert column(assessment, "merit_eligible") == [False, True, True]
    assert "1 short of the target" in assessment.explain("a")
    assert "clause 3(3)" in assessment.explain("a")


def test_almost_all_is_not_all() -> None:
    """24,999 of 25,000 (99.996 %, shown as 100.00 %) misses the target."""
    shares = {"a": 25_000, "b": 30, "c": 20}
    large = attrs.evolve(tiny().unit("a"), counts={"eligible": 90_000, "covered": 0})
    campaign = tiny().with_part(large)
    progress = progress_of(campaign, {"a": 24_999, "b": 30, "c": 20}, shares=shares)
    assert column(assess(progress, notice(kinds=("county",))), "merit_eligible")[0] is False


def test_outstanding_is_exact() -> None:
    """From 110 %: 55 of 50 is commended, 32 of 30 (106.7 %) and 21 of 20 (105 %) are not."""
    campaign = reading(outstanding="110%")
    progress = progress_of(campaign, {"a": 55, "b": 32, "c": 21}, shares=SHARES)
    assessment = assess(progress, notice(kinds=("county",)))
    assert column(assessment, "commended") == [True, False, False]
    assert assessment.open_questions == ()


def test_a_scheme_with_a_threshold_needs_no_reading() -> None:
    """The scheme's own threshold comes before the reading."""
    scheme = attrs.evolve(notice(kinds=("county",)), commendation=Commendation(Fraction(1)))
    progress = progress_of(reading(outstanding="200%"), {"a": 50, "b": 29, "c": 20}, shares=SHARES)
    assert column(assess(progress, scheme), "commended") == [True, False, True]


def test_an_open_threshold_is_named() -> None:
    """Nobody is commended or refused while the threshold is open."""
    progress = progress_of(reading(), {"a": 99, "b": 30, "c": 20}, shares=SHARES)
    assessment = assess(progress, notice(kinds=("county",)))
    assert column(assessment, "commended") == [None, None, None]
    assert assessment.open_questions == ("outstanding",)
    assert "outstanding contribution is open" in assessment.explain("a")
    assert "outstanding" in repr(assessment)


def test_no_report_is_not_zero() -> None:
    """A unit without a count and one with incomplete reports could not be assessed."""
    campaign = reading(outstanding="110%")
    progress = progress_of(
        campaign, {"a": 60, "b": None, "c": 60}, shares=SHARES, received={"a": "2026-07-03"}
    )
    assessment = assess(progress, notice(kinds=("county",)))
    assert column(assessment, "merit_eligible") == [True, None, None]
    assert column(assessment, "commended") == [True, None, None]
    left = assessment.unassessed()
    assert left["unit"].tolist() == ["b", "c"]
    assert left["reason"].tolist() == ["0 of 1 reports received"] * 2
    assert "could not be assessed" in assessment.explain("c")


def test_without_a_report_list_only_the_silent_are_left_out() -> None:
    """Completeness unknown: who has a count is assessed, who has none is not."""
    progress = progress_of(tiny(), {"a": 60, "b": None, "c": 1}, shares=SHARES)
    assessment = assess(progress, notice(kinds=("county",)))
    assert column(assessment, "merit_eligible") == [True, None, False]
    assert assessment.unassessed()["reason"].tolist() == ["no report counted"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("departments", [True, True, True]),
        ("departments_and_governments", [True, False, True]),
        (None, [True, None, True]),
    ],
)
def test_scope_of_the_bar(answer: str | None, expected: list[bool | None]) -> None:
    """A county that misses is barred under the wide reading; open only where it matters."""
    progress = progress_of(reading(award_bar=answer), {"a": 50, "b": 29, "c": 20}, shares=SHARES)
    assessment = assess(progress, notice(kinds=("department",)))
    assert column(assessment, "merit_eligible") == expected
    assert ("award_bar" in assessment.open_questions) is (answer is None)


def test_departments_are_struck_under_every_reading() -> None:
    """The wording names departments: no answer is needed for them."""
    progress = progress_of(
        reading(), {"labour": 59, "schools": 40}, shares=DEPARTMENTS, among="departments"
    )
    assessment = assess(progress, notice(kinds=("department",)))
    assert column(assessment, "merit_eligible") == [False, True]
    assert assessment.open_questions == ("outstanding",)


def test_wide_reading_names_its_kinds() -> None:
    """With `also`, the wide reading strikes those kinds alone."""
    campaign = reading(award_bar="departments_and_governments")
    progress = progress_of(campaign, {"a": 1, "b": 1, "c": 1}, shares=SHARES)
    assessment = assess(progress, notice(kinds=("department",), also=("city",)))
    assert column(assessment, "merit_eligible") == [True, True, True]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("own", [True, True, False]), ("uplifted", [True, False, False]), (None, [True, None, False])],
)
def test_missed_against_which_target(answer: str | None, expected: list[bool | None]) -> None:
    """With 10 % put on top, 30 of 30 meets its own target and misses the uplifted 33."""
    progress = progress_of(
        reading(missed_target=answer), {"a": 60, "b": 30, "c": 19}, shares=SHARES, uplift="0.1"
    )
    uplifted = progress.plan.allocation.to_frame().set_index("unit")["uplifted"]
    assert uplifted["b"] == 33
    assessment = assess(progress, notice(kinds=("county",)))
    assert column(assessment, "merit_eligible") == expected
    assert ("missed_target" in assessment.open_questions) is (answer is None)


def test_boundaries_count_people() -> None:
    """The margin is in whole persons: 110 % of 30 is 33, of 21 it is 24 (23.1 rounded up)."""
    campaign = reading(outstanding="110%")
    progress = progress_of(
        campaign, {"a": None, "b": 32, "c": 24}, shares={"a": 49, "b": 30, "c": 21}
    )
    frame = assess(progress, notice(kinds=("county",))).boundaries()
    columns = ["unit", "boundary", "threshold", "needed", "done", "margin"]
    rows = frame[columns].astype(object).where(frame[columns].notna(), None).to_numpy().tolist()
    assert rows == [
        ["a", "target_met", 1.0, 49, None, None],
        ["a", "commended", 1.1, 54, None, None],
        ["b", "target_met", 1.0, 30, 32, 2],
        ["b", "commended", 1.1, 33, 32, -1],
        ["c", "target_met", 1.0, 21, 24, 3],
        ["c", "commended", 1.1, 24, 24, 0],
    ]


def test_no_target_is_no_praise() -> None:
    """A unit whose target is 0 misses nothing and has no completion rate to commend."""
    campaign = reading(outstanding="110%")
    progress = progress_of(campaign, {"a": 5, "b": 50, "c": 50}, shares={"a": 0, "b": 50, "c": 50})
    assessment = assess(progress, notice(kinds=("county",)))
    assert column(assessment, "merit_eligible")[0] is True
    assert column(assessment, "commended")[0] is None


def test_suggested_readings_are_marked() -> None:
    """A suggested threshold is named in the basis of the result."""
    suggested = Readings(outstanding="110%")
    campaign = attrs.evolve(reading(), readings=Readings(outstanding="110%", suggested=suggested))
    progress = progress_of(campaign, {"a": 55, "b": 32, "c": 21}, shares=SHARES)
    basis = assess(progress, notice(kinds=("county",))).basis
    assert [str(answer) for answer in basis.suggested] == ["outstanding contribution from: 110%"]


def test_unknown_unit_is_refused() -> None:
    """Explaining a unit that was not assessed names those that were."""
    progress = progress_of(tiny(), {"a": 1, "b": 1, "c": 1}, shares=SHARES)
    with pytest.raises(DefinitionError, match="units: a, b and c"):
        assess(progress, notice(kinds=("county",))).explain("labour")


def test_shown_in_a_notebook() -> None:
    """The notebook table shows the verdicts and escapes names; the text has at most 12 lines."""
    progress = progress_of(tiny(), {"a": 1, "b": 30, "c": 20}, shares=SHARES)
    assessment = assess(progress, notice(kinds=("county",)))
    assert "merit_eligible" in assessment._repr_html_()
    assert "1 barred from merit awards" in repr(assessment)
    assert len(repr(assessment).splitlines()) <= 12


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    done=st.lists(st.integers(0, 120), min_size=3, max_size=3),
    more=st.lists(st.integers(0, 60), min_size=3, max_size=3),
)
def test_more_people_never_lose_a_verdict(done: list[int], more: list[int]) -> None:
    """Law: who enrols more never loses merit awards or a commendation."""
    campaign = reading(outstanding="110%")
    before = dict(zip("abc", done, strict=True))
    after = {unit: before[unit] + extra for unit, extra in zip("abc", more, strict=True)}
    scheme = notice(kinds=("county",))
    first = assess(progress_of(campaign, before, shares=SHARES), scheme).to_frame()
    second = assess(progress_of(campaign, after, shares=SHARES), scheme).to_frame()
    for name in ("merit_eligible", "commended"):
        assert bool((second[name] | ~first[name]).all())


def test_frames_cannot_change_the_result() -> None:
    """Writing into a frame that was handed out leaves the assessment as it was."""
    progress = progress_of(tiny(), {"a": 1, "b": 30, "c": 20}, shares=SHARES)
    assessment = assess(progress, notice(kinds=("county",)))
    frame = assessment.to_frame()
    frame.loc[0, "merit_eligible"] = pd.NA
    assert column(assessment, "merit_eligible")[0] is False


def test_plot_draws_the_ranking() -> None:
    """The picture of an assessment is the ranking that it rests on, in the axes handed over."""
    from matplotlib.figure import Figure  # only this test draws

    axes = Figure(figsize=(12, 8)).subplots()
    progress = progress_of(tiny(), {"a": 1, "b": 30, "c": 20}, shares=SHARES)
    assert assess(progress, notice(kinds=("county",))).plot(ax=axes) is axes


def with_losses(done: dict[str, int], lost: dict[str, int]) -> Progress:
    """Return a progress of June of a campaign that leaves open whether losses are taken off."""
    asked = attrs.evolve(tiny(), questions=[Question("counted", "gross or net?", "2")])
    reported = progress_of(asked, done, shares=SHARES)
    frame = reported.tally.frame
    losses = frame.assign(channel="lapsed", persons=[lost[unit] for unit in frame["unit"]])
    rows = pd.concat([frame, losses.astype(frame.dtypes.to_dict())]).reset_index(drop=True)
    tally = attrs.evolve(reported.tally, frame=rows[rows["persons"] > 0].reset_index(drop=True))
    return track(reported.plan, tally, as_of="2026-06-30")


def test_an_open_count_leaves_open_only_what_depends_on_it() -> None:
    """Ash meets its target gross and misses it net; the others meet or miss theirs either way."""
    progress = with_losses({"a": 50, "b": 33, "c": 19}, {"a": 1, "b": 0, "c": 4})
    assessment = assess(progress, attrs.evolve(notice(kinds=("county",)), commendation=None))
    assert assessment.open_questions == ("counted",)
    assert column(assessment, "merit_eligible") == [None, True, False]
    assert "50 of 50: target met; with losses taken off: 49 of 50" in assessment.explain("a")
    assert "19 of 20: 1 short of the target; with losses taken off" in assessment.explain("c")


@pytest.mark.slow
@settings(max_examples=25)
@given(
    done=st.lists(st.integers(0, 60), min_size=3, max_size=3),
    lost=st.lists(st.integers(0, 20), min_size=3, max_size=3),
)
def test_a_verdict_stands_where_it_is_the_same_under_every_answer(
    done: list[int], lost: list[int]
) -> None:
    """Law: what an open count leaves is what the assessments of both answers have in common."""
    scheme = attrs.evolve(
        notice(kinds=("county",)),
        commendation=Commendation("110%"),
        items=[rules.item("enrolment", "Enrolment", rules.step(10, loses=3, per="20%"), 100)],
        grades=[rules.grade("low", "Low"), rules.grade("high", "High", 5)],
        vetoes=[rules.veto("least", "Least", goal="40%")],
    )
    progress = with_losses(dict(zip("abc", done, strict=True)), dict(zip("abc", lost, strict=True)))
    each = []
    for answer in ("gross", "net"):
        campaign = progress.campaign.with_readings(counted=answer)
        allocation = attrs.evolve(progress.plan.allocation, campaign=campaign)
        plan = attrs.evolve(progress.plan, allocation=allocation)
        tally = attrs.evolve(progress.tally, campaign=campaign)
        each.append(assess(track(plan, tally, as_of="2026-06-30"), scheme))
    open_count = assess(progress, scheme)
    for name in ("score", "grade", "merit_eligible", "commended"):
        gross, net = (column(one, name) for one in each)
        both = [a if a == b else None for a, b in zip(gross, net, strict=True)]
        assert column(open_count, name) == both, name

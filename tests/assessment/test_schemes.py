"""Schemes as a whole: weights, indicators, vetoes, grades; what is missing stays missing."""

import itertools
from collections.abc import Callable
from fractions import Fraction

import attrs
import pandas as pd
import pytest

from coverage_campaign.allocation.allocate import allocate
from coverage_campaign.assessment import rules
from coverage_campaign.assessment.assess import Assessment, assess
from coverage_campaign.errors import DefinitionError
from coverage_campaign.model.scheme import AwardBar, Commendation, Scheme
from support.assessed_progress import progress_of
from support.campaigns import tiny

SHARES = {"a": 50, "b": 30, "c": 20}
DONE = {"a": 40, "b": 30, "c": 25}

SCHEME = Scheme(
    "city",
    AwardBar(clause="9"),
    Commendation("120%", clause="9"),
    items=[
        rules.item(
            "enrolment",
            {"en": "Enrolment", "zh-Hans": "参保"},
            rules.capped(rules.per_point("0.6"), most=60),
            weight=60,
            clause="7",
        ),
        rules.item(
            "payers", "Payers", rules.capped(rules.per_point("0.4"), most=40), 40, of="payers"
        ),
    ],
    vetoes=[rules.veto("arrears", "pensions on time", of="on_time", clause="8")],
    grades=[
        rules.grade("incomplete", "Incomplete"),
        rules.grade("basic", "Basically complete", 60),
        rules.grade("complete", "Complete", 85),
    ],
)


def handed(**changes: object) -> pd.DataFrame:
    """Return indicators by 'unit_indicator' name; without a change every figure is 100%."""
    figures = {f"{unit}_{code}": "100%" for unit in "abc" for code in ("payers", "on_time")}
    rows = [(*name.split("_", 1), value) for name, value in {**figures, **changes}.items()]
    return pd.DataFrame(
        [row for row in rows if row[2] is not ...], columns=["unit", "indicator", "value"]
    )


def verdicts(assessment: Assessment) -> list[list[object]]:
    """Return the frame as rows with None for <NA>."""
    frame = assessment.to_frame().drop(columns="name")
    return frame.astype(object).where(frame.notna(), None).to_numpy().tolist()


def city(**changes: object) -> Assessment:
    """Return the assessment of 40/50, 30/30 and 25/20 by the scheme with these indicators."""
    return assess(progress_of(tiny(), DONE, shares=SHARES), SCHEME, indicators=handed(**changes))


def test_score_grade_and_awards() -> None:
    """a: 80% -> 48 + 40 = 88; b: 60 + 40 = 100; c: 125%, capped at 60, + 40 = 100, commended."""
    assert verdicts(city()) == [
        ["a", 88.0, "complete", False, False],
        ["b", 100.0, "complete", True, False],
        ["c", 100.0, "complete", True, True],
    ]


def test_a_grade_begins_at_its_bound() -> None:
    """85 points are complete, a ten-millionth less is not: 48 + 37 and 48 + 36.9999999."""
    assert city(a_payers="92.5%").to_frame()["grade"][0] == "complete"
    assert city(a_payers="92.49999975%").to_frame()["grade"][0] == "basic"


def test_a_veto_beats_any_score() -> None:
    """99.99% paid on time: score 0, lowest grade, no merit award, no commendation."""
    assessment = city(c_on_time="99.99%")
    assert verdicts(assessment)[2] == ["c", 0.0, "incomplete", False, False]
    assert "vetoed" in assessment.explain("c")
    assert "clause 8" in assessment.explain("c")


def test_a_veto_strikes_even_where_points_are_missing() -> None:
    """What is not known of the points cannot save a unit from a veto."""
    assert verdicts(city(c_on_time="0%", c_payers=None))[2][1] == 0.0


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, ...])
def test_a_missing_indicator_is_no_zero(missing: object) -> None:
    """A figure that is <NA> or not handed over leaves the score open; the award bar still holds."""
    assessment = city(a_payers=missing, b_payers=missing)
    assert verdicts(assessment)[:2] == [
        ["a", None, None, False, False],
        ["b", None, None, True, False],
    ]
    left = assessment.unassessed()
    assert left["unit"].tolist() == ["a", "b"]
    assert set(left["reason"]) == {"no figure of Payers"}


def test_a_missing_figure_of_a_veto_is_open() -> None:
    """Whether the veto strikes is not known: no score; who missed the target is barred anyway."""
    assessment = city(a_on_time=None, b_on_time=None)
    assert verdicts(assessment)[:2] == [
        ["a", None, None, False, False],
        ["b", None, None, None, False],
    ]


def test_no_indicators_at_all() -> None:
    """Without the frame every indicator is missing and every unit says so."""
    assessment = assess(progress_of(tiny(), DONE, shares=SHARES), SCHEME)
    assert assessment.to_frame()["score"].isna().all()
    assert set(assessment.unassessed()["reason"]) == {
        "no figure of Payers",
        "by when its reports came in is not known",
    }


def test_points_frame() -> None:
    """One row per unit and item, with rate, points, weight, reason and clause."""
    frame = city().points()
    assert [*frame.columns] == [
        *("unit", "name", "item", "rate", "points", "weight", "reason", "clause")
    ]
    first = frame.iloc[0]
    assert (first["unit"], first["item"], first["points"]) == ("a", "enrolment", 48.0)
    assert (first["weight"], first["clause"]) == (60.0, "7")
    assert first["reason"].startswith("80%; 0.6 points for each percentage point")


def test_trace() -> None:
    """The trace names each item, the score with its grade, and each verdict."""
    assert city().explain("a").splitlines() == [
        "Ash, as of 30 Jun 2026",
        (
            "  Enrolment: 48 of 60 points (80%; 0.6 points for each percentage point, at most 60)"
            " (clause 7)"
        ),
        "  Payers: 40 of 40 points (100%; 0.4 points for each percentage point, at most 40)",
        "  score: 88 of 100 points, Complete",
        "  no veto: pensions on time: 100% >= 100% (clause 8)",
        "  barred from merit awards: 40 of 50: 10 short of the target (clause 9)",
        "  not commended: 40 < 120% of 50 (clause 9)",
    ]


def test_scores_do_not_depend_on_row_order() -> None:
    """Law: any order of the indicators gives the same verdicts."""
    rows = handed(a_payers="71%", c_on_time="99%")
    progress = progress_of(tiny(), DONE, shares=SHARES)
    expected = verdicts(assess(progress, SCHEME, indicators=rows))
    for order in itertools.islice(itertools.permutations(range(len(rows))), 0, 720, 97):
        shuffled = rows.iloc[list(order)]
        assert verdicts(assess(progress, SCHEME, indicators=shuffled)) == expected


def test_floats_are_the_decimals_that_they_print_as() -> None:
    """0.7 is 7/10, not the binary number next to it; the result says that a float was read."""
    assessment = city(a_payers=0.7)
    assert assessment.unit("a").score == 48 + Fraction("0.7") * 40
    assert any("float" in str(line) for line in assessment.basis.assumptions)
    assert not any("float" in str(line) for line in city().basis.assumptions)


def test_count_and_of_are_exact() -> None:
    """2 of 3 is two thirds."""
    progress = progress_of(tiny(), DONE, shares=SHARES)
    rows = pd.DataFrame(
        [("a", "payers", 2, 3), ("a", "on_time", 5, 5)],
        columns=["unit", "indicator", "count", "of"],
    )
    assert assess(progress, SCHEME, indicators=rows).unit("a").score == 48 + Fraction(80, 3)


def test_the_name_of_a_unit_in_the_place_of_its_code_is_told() -> None:
    """Where a code is asked for and a unit's name is given, the error says which code it has."""
    campaign = tiny()
    name = "甲县"
    progress = progress_of(campaign, DONE, shares=SHARES)
    rows = pd.DataFrame([(name, "payers", 1)], columns=["unit", "indicator", "value"])
    calls: list[Callable[[], object]] = [
        lambda: campaign.unit(name),
        lambda: progress.explain(name),
        lambda: assess(progress, SCHEME, indicators=rows),
        lambda: allocate(campaign, weights={"a": 1, "b": 1, "c": 1}, pins={name: 1}),
    ]
    for call in calls:
        with pytest.raises(DefinitionError) as caught:
            call()
        assert "did you mean 'a' (甲县)?" in str(caught.value)


@pytest.mark.parametrize(
    ("rows", "columns", "words"),
    [
        ([("a", "payers")], ["unit", "indicator"], "no column count and of"),
        ([("z", "payers", 1)], ["unit", "indicator", "value"], "no 'z' in the plan"),
        ([("a", "payrs", 1)], ["unit", "indicator", "value"], "payers and on_time"),
        ([("a", "payers", 1)] * 2, ["unit", "indicator", "value"], "given 2 times"),
        ([("a", "payers", "much")], ["unit", "indicator", "value"], "much"),
        ([("a", "payers", True)], ["unit", "indicator", "value"], "True"),
        ([("a", "payers", float("inf"))], ["unit", "indicator", "value"], "inf"),
        ([("a", "payers", 1, 0)], ["unit", "indicator", "count", "of"], "1 of 0"),
    ],
)
def test_bad_indicators_are_refused(
    rows: list[tuple[object, ...]], columns: list[str], words: str
) -> None:
    """A figure that cannot be used stops the assessment, with its place and the way out."""
    progress = progress_of(tiny(), DONE, shares=SHARES)
    with pytest.raises(DefinitionError, match=words):
        assess(progress, SCHEME, indicators=pd.DataFrame(rows, columns=columns))


def test_every_bad_indicator_is_named_at_once() -> None:
    """All problems of the frame are in one error."""
    progress = progress_of(tiny(), DONE, shares=SHARES)
    rows = pd.DataFrame(
        [("z", "payers", 1), ("a", "nope", 1), ("b", "payers", "x")],
        columns=["unit", "indicator", "value"],
    )
    with pytest.raises(DefinitionError) as caught:
        assess(progress, SCHEME, indicators=rows)
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"full": 90}, "weights add up to 100, not to 90"),
        ({"items": [*SCHEME.items, SCHEME.items[0]], "full": None}, "used 2 times"),
        ({"grades": SCHEME.grades[::-1]}, "rising order"),
        ({"pools": [rules.pool("a", "nope")]}, "no item 'nope'"),
        ({"pools": [rules.pool(["a", "b"]), rules.pool(["b", "c"])]}, "b in two pools"),
    ],
)
def test_schemes_that_do_not_fit_are_refused(changes: dict[str, object], words: str) -> None:
    """A scheme whose parts do not fit together is refused, with the way out."""
    with pytest.raises(DefinitionError, match=words):
        attrs.evolve(SCHEME, **changes)


def test_two_pools_of_different_items() -> None:
    """A unit may be pooled with one unit in one item and with another in the next."""
    pools = [rules.pool(["a", "b"], "enrolment"), rules.pool(["b", "c"], "payers")]
    assert attrs.evolve(SCHEME, pools=pools).pools == tuple(pools)


def test_a_rate_cannot_be_pooled() -> None:
    """Pooling needs counts: the mean of rates is no rate."""
    scheme = attrs.evolve(SCHEME, pools=[rules.pool(["a", "b"], "payers")])
    progress = progress_of(tiny(), DONE, shares=SHARES)
    assessment = assess(progress, scheme, indicators=handed())
    assert assessment.to_frame()["score"].isna().tolist() == [True, True, False]
    assert "give count and of" in assessment.explain("a")


def test_interim_assessments_say_so() -> None:
    """Before the plan's last day the result is marked as interim."""
    progress = progress_of(tiny(), DONE, shares=SHARES)
    assert "Interim" not in repr(assess(progress, SCHEME))
    early = attrs.evolve(progress, as_of=pd.Timestamp("2026-06-05").date())
    assert "Interim assessment: the plan runs to 10 Jun 2026" in repr(assess(early, SCHEME))
    assert assess(early, SCHEME).interim
    assert any("中期考核" in note for note in assess(early, SCHEME).notes_in("zh"))


def test_a_veto_of_other_kinds_does_not_strike() -> None:
    """A veto names the kinds that it strikes."""
    scheme = attrs.evolve(
        SCHEME, vetoes=[rules.veto("arrears", "on time", of="on_time", kinds="department")]
    )
    progress = progress_of(tiny(), DONE, shares=SHARES)
    rows = handed(b_on_time="0%")
    assert verdicts(assess(progress, scheme, indicators=rows))[1][1:4] == [100.0, "complete", True]


def test_coverage_is_measured_exactly() -> None:
    """a: (350 + 40) of 500 is 78%, c: (140 + 25) of 200 is 82.5%."""
    item = rules.item("coverage", "Coverage", rules.per_point(1), 100, of="coverage")
    progress = progress_of(tiny(), DONE, shares=SHARES)
    assessment = assess(progress, Scheme("coverage", items=[item]))
    assert [one.score for one in assessment.units] == [78, 80, Fraction("82.5")]

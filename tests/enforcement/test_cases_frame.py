"""Cases as columns agree with single cases, and say what could not be taken."""

import random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.enforcement.case_log import case_log, replay
from coverage_campaign.enforcement.cases import Case, advance, open_case
from coverage_campaign.errors import DefinitionError, IllegalMoveError
from coverage_campaign.model.readings import Readings
from support.ladders import NOTICE

LADDER = NOTICE.under(Readings(court_applicant="either", rectification_days=15))
ACTS = st.tuples(
    st.sampled_from(["order", "refuse", "expose", "apply", "comply"]),
    st.sampled_from(["labour", "tax", "press"]),
    st.integers(0, 3),
)


def log(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Return a log from (case, event, on, by)."""
    return pd.DataFrame(rows, columns=["case", "event", "on", "by"])


def run(code: str, acts: list[tuple[str, str, int]]) -> Case:
    """Return a case after those of these acts that are legal, some days apart."""
    case = open_case(f"firm {code}", ladder=LADDER, on="2008-08-01", unit="u", code=code)
    day = pd.Timestamp("2008-08-01")
    for event, by, days in acts:
        day += pd.Timedelta(days=days)
        try:
            case = advance(case, event, on=day, by=by)
        except IllegalMoveError:
            continue
    return case


@settings(max_examples=60, deadline=None)
@given(
    histories=st.lists(st.lists(ACTS, max_size=8), max_size=5),
    seed=st.randoms(use_true_random=False),
)
def test_columns_agree_with_cases(
    histories: list[list[tuple[str, str, int]]], seed: random.Random
) -> None:
    """Law: a log in any order of its cases replays to where each case stands."""
    cases = [run(str(number), acts) for number, acts in enumerate(histories)]
    seed.shuffle(cases)
    frame = replay(case_log(cases), ladder=LADDER)
    assert frame["case"].tolist() == [case.code for case in cases]
    assert frame["employer"].tolist() == [case.employer for case in cases]
    assert frame["step"].tolist() == [" + ".join(case.steps) for case in cases]
    assert frame["is_open"].tolist() == [case.is_open for case in cases]
    assert frame["events"].tolist() == [len(case.history) for case in cases]
    assert frame["problem"].isna().all()
    for step in LADDER.steps:
        days = [case.reached(step.code) for case in cases]
        got = [None if pd.isna(day) else day.date() for day in frame[f"reached_{step.code}"]]
        assert got == days
    closed = [None if pd.isna(day) else day.date() for day in frame["closed_on"]]
    assert closed == [case.closed_on for case in cases]


def test_rows_of_different_cases_may_be_mixed() -> None:
    """Events are put in the order of their days, case by case."""
    frame = replay(
        log(
            ("a", "refuse", "2008-08-20", "labour"),
            ("b", "open", "2008-08-02", "labour"),
            ("a", "open", "2008-08-01", "labour"),
            ("a", "order", "2008-08-05", "labour"),
        ),
        ladder=LADDER,
    )
    assert frame["case"].tolist() == ["a", "b"]
    assert frame["step"].tolist() == ["refused", "inspection"]
    assert frame["events"].tolist() == [3, 1]


def test_events_may_be_categories() -> None:
    """A long log holds its few events and authorities as categories, to the same result."""
    texts = log(("a", "open", "2008-08-01", "labour"), ("a", "order", "2008-08-05", "labour"))
    categories = texts.astype({"event": "category", "by": "category"})
    pd.testing.assert_frame_equal(replay(categories, ladder=LADDER), replay(texts, ladder=LADDER))


def test_an_illegal_event_stops_its_case() -> None:
    """The first event that the ladder does not allow is named; the ones after it are not taken."""
    frame = replay(
        log(
            ("a", "open", "2008-08-01", "labour"),
            ("a", "apply", "2008-08-02", "tax"),
            ("a", "order", "2008-08-03", "labour"),
            ("b", "order", "2008-08-03", "labour"),
            ("c", "open", "2008-08-03", "labour"),
            ("c", "open", "2008-08-04", "labour"),
            ("d", "open", "2008-08-04", "labour"),
        ),
        ladder=LADDER,
    )
    assert frame["step"].isna().tolist() == [False, True, False, False]
    assert frame["is_open"].tolist() == [True, False, True, True]
    assert frame["events"].tolist() == [1, 0, 1, 1]
    assert frame["problem"].iloc[0] == (
        "row 1, 2008-08-02: 'apply' is no move from inspection -- possible: "
        "order by labour -> ordered; comply by labour or tax -> complied"
    )
    assert "before it was opened" in frame["problem"].iloc[1]
    assert "opened a second time" in frame["problem"].iloc[2]
    assert pd.isna(frame["problem"].iloc[3])


def test_an_open_question_is_a_problem_of_the_case() -> None:
    """While it is open who applies to the court, an application is not taken."""
    rows = [("open", "labour"), ("order", "labour"), ("refuse", "labour"), ("apply", "tax")]
    frame = replay(log(*(("a", event, "2008-08-01", by) for event, by in rows)), ladder=NOTICE)
    assert frame["step"].tolist() == ["refused"]
    assert "court_applicant" in frame["problem"].iloc[0]


def test_an_empty_log_is_an_empty_frame() -> None:
    """No event, no case; the columns are all there."""
    frame = replay(case_log([]), ladder=LADDER)
    assert len(frame) == 0
    assert "reached_court" in frame.columns


def test_nobody_named_is_nobody() -> None:
    """An event without an authority is made by nobody, and a step that asks for one refuses it."""
    rows = pd.DataFrame(
        [("a", "open", "2008-08-01", None), ("a", "order", "2008-08-02", None)],
        columns=["case", "event", "on", "by"],
    )
    frame = replay(rows, ladder=LADDER)
    assert "may do so: labour" in frame["problem"].iloc[0]


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pd.DataFrame({"case": ["a"], "event": ["open"]}), "no column on and by"),
        (log(("a", "open", None, "labour")), r"cases\[0\].on"),
        (log((None, "open", "2008-08-01", "labour")), r"cases\[0\].case"),
        (log(("a", None, "2008-08-01", "labour")), r"cases\[0\].event"),
        (log(("a", "open", "soon", "labour")), r"cases\[0\].on"),
    ],
)
def test_logs_that_cannot_be_read_are_refused(frame: pd.DataFrame, words: str) -> None:
    """A log without its columns, or with a hole in them, is refused with the place."""
    with pytest.raises(DefinitionError, match=words):
        replay(frame, ladder=LADDER)


def test_two_cases_of_one_code_are_refused() -> None:
    """Two cases against one employer on one day need codes of their own."""
    case = open_case("firm", ladder=LADDER, on="2008-08-01")
    with pytest.raises(DefinitionError, match="firm/2008-08-01"):
        case_log([case, case])

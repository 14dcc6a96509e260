"""What is due on a day: over terms first, cases without a term last, nobody left out."""

import pandas as pd
import pytest

from coverage_campaign.enforcement.case_log import case_log, due_actions, replay
from coverage_campaign.enforcement.cases import Case, advance, open_case
from coverage_campaign.errors import DefinitionError
from coverage_campaign.model.readings import Readings
from support.ladders import APPEAL, NOTICE

LADDER = NOTICE.under(Readings(court_applicant="either", rectification_days=15))


def opened(code: str, day: str) -> Case:
    """Return a case under inspection."""
    return open_case(f"firm {code}", ladder=LADDER, on=day, code=code)


def rows(frame: pd.DataFrame) -> list[list[object]]:
    """Return case, step, event, by, due_on and days_over with None for <NA>."""
    shown = frame[["case", "step", "event", "by", "due_on", "days_over"]].copy()
    shown["due_on"] = shown["due_on"].dt.strftime("%Y-%m-%d")
    return shown.astype(object).where(shown.notna(), None).to_numpy().tolist()


def test_a_term_is_over_at_the_end_of_its_last_day() -> None:
    """Ten days from 1 August are over on 11 August: nothing is due on the 10th."""
    case = opened("a", "2008-08-01")
    assert due_actions([case], on="2008-08-10").empty
    assert rows(due_actions([case], on="2008-08-11")) == [
        ["a", "inspection", "order", "labour", "2008-08-11", 0]
    ]
    assert rows(due_actions([case], on="2008-08-13"))[0][-1] == 2


def test_longest_overdue_first_untimed_last() -> None:
    """The order of 5 August ran out on the 20th, the inspection of the 1st on the 11th."""
    ordered = advance(opened("b", "2008-08-05"), "order", on="2008-08-05", by="labour")
    refused = advance(
        advance(opened("c", "2008-08-01"), "order", on="2008-08-02", by="labour"),
        "refuse",
        on="2008-08-03",
        by="labour",
    )
    closed = advance(opened("d", "2008-08-01"), "comply", on="2008-08-02", by="tax")
    frame = due_actions([refused, ordered, opened("a", "2008-08-01"), closed], on="2008-08-22")
    assert rows(frame) == [
        ["a", "inspection", "order", "labour", "2008-08-11", 11],
        ["b", "ordered", "refuse", "labour", "2008-08-20", 2],
        ["c", "refused", "expose or apply", "press or labour or tax", None, None],
    ]
    assert frame["question"].isna().all()


def test_an_open_term_names_its_question() -> None:
    """Without a reading, an order to rectify has no term: it is listed, and the reading named."""
    case = advance(
        open_case("firm", ladder=NOTICE, on="2008-08-01"), "order", on="2008-08-02", by="labour"
    )
    frame = due_actions([case], on="2008-08-02")
    assert rows(frame)[0][1:] == ["ordered", "refuse", "labour", None, None]
    assert frame["question"].tolist() == ["rectification_days"]


def test_both_tracks_are_due() -> None:
    """A case that is exposed and before the court has something to be done on both steps."""
    case = opened("a", "2008-08-01")
    for event, by in (("order", "labour"), ("refuse", "labour"), ("expose", "press")):
        case = advance(case, event, on="2008-08-02", by=by)
    frame = due_actions([case], on="2008-08-02")
    assert frame["step"].tolist() == ["refused", "exposed"]
    assert frame["event"].tolist() == ["apply", "comply"]


def test_cases_of_two_ladders() -> None:
    """Each case is judged by its own ladder; a renewed term counts from its renewal."""
    other = open_case("firm", ladder=APPEAL, on="2008-08-01", code="z")
    other = advance(other, "remind", on="2008-08-05", by="labour")
    frame = due_actions([opened("a", "2008-08-01"), other], on="2008-08-20")
    assert rows(frame) == [
        ["a", "inspection", "order", "labour", "2008-08-11", 9],
        ["z", "ordered", "remind", "labour", "2008-08-20", 0],
    ]


def test_a_frame_gives_the_same() -> None:
    """Millions of cases in a frame and single cases have the same things due."""
    cases = [opened(code, f"2008-08-0{day}") for day, code in enumerate("abc", start=1)]
    frame = replay(case_log(cases), ladder=LADDER)
    assert rows(due_actions(frame, on="2008-08-12", ladder=LADDER)) == rows(
        due_actions(cases, on="2008-08-12")
    )
    with pytest.raises(DefinitionError, match="give the ladder"):
        due_actions(frame, on="2008-08-12")


def test_nothing_due() -> None:
    """No case, nothing to do; the columns are there with their types."""
    frame = due_actions([], on="2008-08-12")
    assert frame.empty
    assert str(frame["due_on"].dtype) == "datetime64[s]"
    assert str(frame["days_over"].dtype) == "Int64"


def test_every_open_case_with_its_term_over_is_listed() -> None:
    """Law: once all terms are over, every open case stands in the list, no closed one does."""
    cases = [opened(str(number), "2008-08-01") for number in range(4)]
    cases[1] = advance(cases[1], "order", on="2008-08-03", by="labour")
    cases[2] = advance(cases[2], "comply", on="2008-08-03", by="tax")
    late = due_actions(cases, on="2009-01-01")
    assert sorted(late["case"]) == [case.code for case in cases if case.is_open]

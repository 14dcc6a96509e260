"""Single cases: only legal moves, by who may make them; the history only grows and replays."""

import datetime as dt
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage_campaign.enforcement.cases import Case, advance, open_case
from coverage_campaign.errors import DefinitionError, IllegalMoveError, OpenQuestionError
from coverage_campaign.files.converters import converter
from coverage_campaign.model.enforcement_rules import EnforcementLadder, Move, Step, Under
from coverage_campaign.model.readings import Readings
from support.ladders import APPEAL, NOTICE

EITHER = NOTICE.under(Readings(court_applicant="either", rectification_days=15))


def refused() -> Case:
    """Return a case against a hotel that was inspected, ordered and refused."""
    case = open_case("hotel", ladder=EITHER, on="2008-08-04", by="labour", unit="430405")
    case = advance(case, "order", on="2008-08-10", by="labour")
    return advance(case, "refuse", on="2008-08-25", by="labour")


def test_a_case_goes_down_the_ladder() -> None:
    """Inspection, order, refusal, court, compliance: each step with its day."""
    case = advance(refused(), "apply", on="2008-09-01", by="tax")
    assert case.steps == ("court",)
    assert case.is_open
    closed = advance(case, "comply", on="2008-10-01", by="tax")
    assert (closed.steps, closed.is_open) == (("complied",), False)
    assert closed.opened_on == dt.date(2008, 8, 4)
    assert closed.closed_on == dt.date(2008, 10, 1)
    assert closed.reached("ordered") == dt.date(2008, 8, 10)
    assert closed.reached("exposed") is None
    assert [one.event for one in closed.history] == ["open", "order", "refuse", "apply", "comply"]


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_compliance_closes_at_any_step(steps: int) -> None:
    """Who enrols and pays is done, wherever the case stands."""
    case = open_case("hotel", ladder=EITHER, on="2008-08-04")
    for event in ("order", "refuse")[:steps]:
        case = advance(case, event, on="2008-08-05", by="labour")
    assert not advance(case, "comply", on="2008-08-06", by="labour").is_open


def test_exposure_and_court_run_in_parallel() -> None:
    """Exposure keeps the case on its step, so that the court can be applied to beside it."""
    case = advance(refused(), "expose", on="2008-08-26", by="press")
    assert case.steps == ("refused", "exposed")
    case = advance(case, "apply", on="2008-08-27", by="labour")
    assert case.steps == ("exposed", "court")
    assert advance(case, "comply", on="2008-08-28", by="tax").steps == ("complied",)


def test_the_wrong_authority_is_refused() -> None:
    """The press gives no orders; the error names who does and what is possible."""
    case = open_case("hotel", ladder=EITHER, on="2008-08-04")
    with pytest.raises(IllegalMoveError, match="may do so: labour") as caught:
        advance(case, "order", on="2008-08-05", by="press")
    assert caught.value.possible == (
        "order by labour -> ordered",
        "comply by labour or tax -> complied",
    )
    assert caught.value.problems[0].where == "case 'hotel/2008-08-04'"


def test_a_step_cannot_be_left_out() -> None:
    """There is no way from the inspection to the court."""
    case = open_case("hotel", ladder=EITHER, on="2008-08-04")
    with pytest.raises(IllegalMoveError, match="'apply' is no move from inspection"):
        advance(case, "apply", on="2008-08-05", by="tax")


def test_a_second_application_is_refused() -> None:
    """The tax office applied; the labour department cannot apply again beside the exposure."""
    case = advance(refused(), "expose", on="2008-08-26", by="press")
    case = advance(case, "apply", on="2008-08-27", by="tax")
    with pytest.raises(IllegalMoveError, match="a second time"):
        advance(case, "apply", on="2008-08-28", by="labour")


def test_a_closed_case_stays_closed() -> None:
    """After compliance nothing is possible any more."""
    case = advance(refused(), "comply", on="2008-09-01", by="tax")
    assert case.possible == ()
    with pytest.raises(IllegalMoveError, match="after it was closed") as caught:
        advance(case, "expose", on="2008-09-02", by="press")
    assert caught.value.possible == ()


def test_a_history_only_grows() -> None:
    """An event before the last one is refused; the old value stays as it was."""
    case = refused()
    with pytest.raises(IllegalMoveError, match="before the last event on 2008-08-25"):
        advance(case, "expose", on="2008-08-24", by="press")
    advance(case, "expose", on="2008-08-25", by="press")
    assert case.steps == ("refused",)


def test_an_appeal_leads_back() -> None:
    """A dismissed appeal puts the case back on the order, an upheld one closes it."""
    case = advance(
        open_case("hotel", ladder=APPEAL, on="2008-08-04"), "appeal", on="2008-08-05", by="x"
    )
    back = advance(case, "dismiss", on="2008-08-20", by="court")
    assert back.steps == ("ordered",)
    assert back.reached("ordered") == dt.date(2008, 8, 20)
    assert advance(case, "uphold", on="2008-08-20", by="court").closed_on == dt.date(2008, 8, 20)


def test_a_step_may_be_renewed_from_itself() -> None:
    """A reminder starts the term of the same step anew."""
    case = open_case("hotel", ladder=APPEAL, on="2008-08-04")
    case = advance(case, "remind", on="2008-08-10", by="labour")
    assert case.reached("ordered") == dt.date(2008, 8, 10)
    assert case.steps == ("ordered",)


def test_an_open_question_stops_the_move() -> None:
    """While it is open who applies to the court, nobody can."""
    case = open_case("hotel", ladder=NOTICE, on="2008-08-04")
    for event in ("order", "refuse"):
        case = advance(case, event, on="2008-08-05", by="labour")
    with pytest.raises(OpenQuestionError, match="court_applicant"):
        advance(case, "apply", on="2008-08-06", by="tax")


def test_readings_decide_the_ladder() -> None:
    """Under 'tax' the labour department does not apply; the term of the order is filled in."""
    ladder = NOTICE.under(Readings(court_applicant="tax", rectification_days=15))
    assert [move.authorities for move in ladder.moves if move.event == "apply"] == [("tax",)]
    assert next(move for move in ladder.moves if move.event == "refuse").within_days == 15
    assert NOTICE.under(Readings()) == NOTICE


def test_a_move_may_hang_on_two_readings() -> None:
    """From refusal straight to the court: only in parallel, and only who applies."""
    conditions = [Under("after_refusal", "parallel"), Under("court_applicant", ["tax", "either"])]
    steps = [Step("refused", "Refusal"), Step("court", "Court")]
    ladder = EnforcementLadder(steps, [Move("apply", "refused", "court", "tax", under=conditions)])
    assert ladder.under(Readings(after_refusal="exposure_first")).moves == ()
    half = ladder.under(Readings(after_refusal="parallel"))
    assert half.moves[0].under == (conditions[1],)
    with pytest.raises(OpenQuestionError, match="court_applicant"):
        advance(open_case("x", ladder=half, on="2008-08-04"), "apply", on="2008-08-05", by="tax")
    decided = half.under(Readings(court_applicant="either"))
    assert decided.moves[0].under == ()


def test_explained() -> None:
    """The history reads line by line, with the clause of each move."""
    lines = refused().explain().splitlines()
    assert lines[0] == "Case hotel/2008-08-04 against hotel"
    assert lines[1] == "  4 Aug 2008: Special inspection (by labour), clause 4(2)"
    assert lines[-1].startswith("  Now: Refusal. Possible: ")
    assert "refused since 2008-08-25, 3 events" in repr(refused())


def test_an_illegal_move_crosses_a_process() -> None:
    """The error keeps its data when it is pickled."""
    case = open_case("hotel", ladder=EITHER, on="2008-08-04")
    with pytest.raises(IllegalMoveError) as caught:
        advance(case, "apply", on="2008-08-05", by="tax")
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert (copy.possible, copy.problems) == (caught.value.possible, caught.value.problems)


@pytest.mark.parametrize(
    ("steps", "moves", "words"),
    [
        ([], [], "where a case opens"),
        ([Step("a", "A"), Step("a", "A")], [], "used 2 times"),
        ([Step("a", "A", final=True)], [], "can leave"),
        ([Step("a", "A")], [Move("go", "a", "b")], "no step 'b'"),
        ([Step("a", "A"), Step("b", "B", final=True)], [Move("go", "b", "a")], "final step"),
    ],
)
def test_ladders_that_lead_nowhere_are_refused(
    steps: list[Step], moves: list[Move], words: str
) -> None:
    """A move that leaves the ladder is refused where the ladder is made."""
    with pytest.raises(DefinitionError, match=words):
        EnforcementLadder(steps, moves)


def test_a_term_is_whole_days() -> None:
    """A term is 0 days to a hundred Julian years of 365.25 days; half a day is none."""
    for days in (-1, 36_526):
        with pytest.raises(DefinitionError, match="give 0 to 36525"):
            Move("go", "a", "b", within_days=days)
    with pytest.raises(DefinitionError, match="within_days"):
        Move("go", "a", "b", within_days=0.5)  # type: ignore[arg-type]
    for days in (0, 36_525):
        assert Move("go", "a", "b", within_days=days).within_days == days


EVENTS = sorted({move.event for move in (*EITHER.moves, *APPEAL.moves)})
TRIES = st.lists(
    st.tuples(st.sampled_from(EVENTS), st.sampled_from(["labour", "tax", "press", "court"])),
    max_size=8,
)


@given(tries=TRIES, ladder=st.sampled_from([EITHER, APPEAL]))
def test_no_move_leaves_the_ladder(tries: list[tuple[str, str]], ladder: EnforcementLadder) -> None:
    """Law: a case stands on steps of its ladder, moves only as it allows, and replays to itself."""
    case = open_case("hotel", ladder=ladder, on="2008-08-04")
    codes = {step.code for step in ladder.steps}
    for event, by in tries:
        allowed = {
            (move.event, who)
            for move in case.possible
            for who in (move.authorities or ("labour", "tax", "press", "court"))
        }
        try:
            moved = advance(case, event, on="2008-08-05", by=by)
        except IllegalMoveError:
            assert (event, by) not in allowed
            continue
        assert (event, by) in allowed
        assert moved.history[: len(case.history)] == case.history
        assert moved.steps
        assert {*moved.steps} <= codes
        case = moved
    again = open_case("hotel", ladder=ladder, on="2008-08-04")
    for one in case.history[1:]:
        again = advance(again, one.event, on=one.on, by=one.by)
    assert again == case


@pytest.mark.parametrize("ladder", [NOTICE, EITHER, APPEAL])
def test_ladders_survive_a_file(ladder: EnforcementLadder) -> None:
    """What a file holds of a ladder makes the same ladder again."""
    assert converter().structure(converter().unstructure(ladder), EnforcementLadder) == ladder

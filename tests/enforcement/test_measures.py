"""Funnel, ageing, conversion and what cases brought, on five cases reckoned by hand."""

import pandas as pd
import pytest

from coverage_campaign.enforcement.case_log import replay
from coverage_campaign.enforcement.statistics import (
    ageing,
    conversion,
    enrolments_by_case,
    funnel,
)
from coverage_campaign.errors import DefinitionError
from coverage_campaign.model.readings import Readings
from support.ladders import NOTICE

LADDER = NOTICE.under(Readings(court_applicant="either", rectification_days=15))


def five() -> pd.DataFrame:
    """Return five cases of August 2008.

    a: inspected on the 1st; b: ordered on the 3rd after 2 days; c: ordered after 4 days and done
    on the 25th; d: refused on the 11th, exposed on the 13th, still both; e: never opened rightly.
    """
    rows = [
        ("a", "A", "open", 1, "labour"),
        ("b", "B", "open", 1, "labour"),
        ("b", "B", "order", 3, "labour"),
        ("c", "C", "open", 1, "labour"),
        ("c", "C", "order", 5, "labour"),
        ("c", "C", "comply", 25, "tax"),
        ("d", "D", "open", 1, "labour"),
        ("d", "D", "order", 7, "labour"),
        ("d", "D", "refuse", 11, "labour"),
        ("d", "D", "expose", 13, "press"),
        ("e", "E", "order", 1, "labour"),
    ]
    log = pd.DataFrame(rows, columns=["case", "employer", "event", "day", "by"])
    return replay(log.assign(on=pd.to_datetime("2008-08-" + log["day"].astype(str))), ladder=LADDER)


def plain(frame: pd.DataFrame) -> list[list[object]]:
    """Return the rows with None for <NA>."""
    return frame.astype(object).where(frame.notna(), None).to_numpy().tolist()


def test_funnel() -> None:
    """Of four cases opened three were ordered, one refused; d stands on two steps."""
    assert plain(funnel(five())) == [
        ["inspection", 4, 1, 1.0],
        ["ordered", 3, 1, 0.75],
        ["refused", 1, 1, 0.25],
        ["exposed", 1, 1, 0.25],
        ["court", 0, 0, 0.0],
        ["complied", 1, 1, 0.25],
    ]


def test_funnel_of_nothing() -> None:
    """Without a case there is no rate, not 0 %."""
    assert funnel(five().iloc[:0])["rate"].isna().all()


def test_ageing() -> None:
    """On 31 August a has stood for 30 days, b for 28, d for 18; 30 belongs to the lower band."""
    frame = ageing(five(), on="2008-08-31", bounds=(20, 30))
    assert plain(frame[frame["cases"] > 0]) == [
        ["inspection", 21, 30, 1],
        ["ordered", 21, 30, 1],
        ["refused + exposed", 0, 20, 1],
    ]
    assert len(frame) == 9
    assert ageing(five(), on="2008-09-01", bounds=(20, 30)).iloc[2].tolist()[3] == 1


def test_ageing_counts_only_what_has_happened() -> None:
    """A case whose last event lies after the day is not aged on it."""
    assert ageing(five(), on="2008-08-02")["cases"].sum() == 1


def test_conversion() -> None:
    """From inspection to order: three of four, after 2, 4 and 6 days, median 4."""
    frame = conversion(five()).set_index(["source", "target"])
    assert frame.loc[("inspection", "ordered")].tolist() == [4, 3, 0.75, 4.0]
    assert frame.loc[("ordered", "complied")].tolist() == [3, 1, 1 / 3, 20.0]
    assert ("complied", "ordered") not in frame.index


def test_what_cases_brought() -> None:
    """Enrolments belong to the latest case of their employer that was open by then."""
    enrolments = pd.DataFrame(
        {
            "employer": ["C", "C", "C", "D", "other"],
            "date": ["2008-07-31", "2008-08-25", "2008-08-26", "2008-08-12", "2008-08-12"],
            "persons": [7, 12, 1, 5, 99],
        }
    )
    frame = enrolments_by_case(five(), enrolments)
    assert frame["case"].tolist() == list("abcde")
    assert frame["persons"].tolist() == [0, 0, 13, 5, 0]
    assert frame["last_on"].iloc[2] == pd.Timestamp("2008-08-26")


def test_what_two_cases_of_an_employer_brought() -> None:
    """A person counts for one case only, one row a person where there are no counts."""
    log = pd.DataFrame(
        [("x1", "X", "open", "2008-08-01", "labour"), ("x2", "X", "open", "2008-09-01", "labour")],
        columns=["case", "employer", "event", "on", "by"],
    )
    enrolments = pd.DataFrame(
        {"employer": ["X"] * 3, "date": ["2008-08-31", "2008-09-01", "2008-09-02"]}
    )
    frame = enrolments_by_case(replay(log, ladder=LADDER), enrolments)
    assert frame["persons"].tolist() == [1, 2]


def test_frames_that_are_none_are_refused() -> None:
    """The error says which frame is meant."""
    with pytest.raises(DefinitionError, match="replay"):
        funnel(pd.DataFrame({"case": []}))
    with pytest.raises(DefinitionError, match="no column employer and date"):
        enrolments_by_case(five(), pd.DataFrame())

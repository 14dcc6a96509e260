from fractions import Fraction

import coverage_campaign as cc
from support.campaigns import tiny


def test_the_matrix_has_a_cell_for_each_duty() -> None:
    """Labour leads all groups, schools support the private schools, nobody has the hotels."""
    matrix = tiny().responsibility_matrix()
    assert matrix.loc["labour", "all groups"] == "lead"
    assert matrix.loc["schools", "private-schools"] == "support"
    assert set(matrix["hotels"]) == {""}


def test_the_matrix_of_the_notice_is_that_of_clause_5_2() -> None:
    """Education and civil affairs share private schools and hospitals; culture entertainment."""
    matrix = cc.load_case("hengyang", year=2008).responsibility_matrix()
    owners = matrix.index[matrix["private-non-enterprise"] == "lead"].tolist()
    assert owners == ["education", "civil-affairs"]
    assert matrix.index[matrix["entertainment"] == "lead"].tolist() == ["culture"]
    assert matrix.loc["tax", "all groups"] == "collect"
    assert set(matrix["coal"]) == {""}


def test_the_two_760_000_are_told_apart_by_name() -> None:
    """Under 10 points 760,000 are eligible; under a tenth more, 760,000 are covered before."""
    points = {"new_persons": 76_000, "rate_from": Fraction(7, 10), "rate_to": Fraction(4, 5)}
    ratio = points | {"rate_from": Fraction(8, 11)}
    assert (cc.eligible_persons(**points), cc.covered_before(**points)) == (760_000, 532_000)
    assert (cc.eligible_persons(**ratio), cc.covered_before(**ratio)) == (1_045_000, 760_000)

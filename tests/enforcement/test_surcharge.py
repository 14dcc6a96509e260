"""Surcharges across a change of law, reckoned by hand and against fractions."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage_campaign.enforcement.late_payment import parameter_on, penalty, surcharge
from coverage_campaign.errors import DefinitionError
from coverage_campaign.model.labels import Parameter

# 1999 Regulations, article 13: 0.2 % a day; 2010 Law, article 86, in force from 1 July 2011:
# 0.05 % a day, and a fine of one to three times the arrears.
LAW = (
    Parameter("late-payment-surcharge", "0.0005", "2011-07-01", "2010 Law, art. 86"),
    Parameter(
        "late-payment-surcharge",
        "0.002",
        "1999-01-22",
        "1999 Regulations, art. 13",
        "a day",
        "2011-06-30",
    ),
    Parameter("late-payment-fine-most", "3", "2011-07-01", "2010 Law, art. 86"),
)


def test_a_single_day() -> None:
    """One day late under the old rules: 0.2 % of 100 yuan."""
    bill = surcharge(100, since="2008-08-01", until="2008-08-01", parameters=LAW)
    assert bill.total == Decimal("0.2")
    assert [period.days for period in bill.periods] == [1]


def test_the_change_of_law_splits_the_days() -> None:
    """30 June 2011 has the old rate, 1 July the new: 12,345.67 x (0.002 + 0.0005) = 30.864175."""
    bill = surcharge("12345.67", since="2011-06-30", until="2011-07-01", parameters=LAW)
    assert [str(period.window) for period in bill.periods] == [
        "2011-06-30 to 2011-06-30",
        "2011-07-01 to 2011-07-01",
    ]
    assert bill.total == Decimal("30.864175")
    assert bill.payable == Decimal("30.86")
    assert "1999 Regulations, art. 13" in bill.explain()
    assert bill.explain().endswith("total: 30.864175 yuan")


def test_a_year_across_the_change() -> None:
    """2011: 181 days at 0.2 % and 184 at 0.05 % of 50,000 are 18,100 and 4,600 yuan."""
    bill = surcharge(50_000, since="2011-01-01", until="2011-12-31", parameters=LAW)
    assert [(period.days, period.amount) for period in bill.periods] == [
        (181, Decimal(18_100)),
        (184, Decimal(4_600)),
    ]


def test_rounding_is_once_and_half_up() -> None:
    """2.5 fen of 0.025 yuan are rounded up to 0.03, at the end only."""
    bill = surcharge("12.50", since="2008-08-01", until="2008-08-01", parameters=LAW)
    assert (bill.total, bill.payable) == (Decimal("0.025"), Decimal("0.03"))


def test_no_day_late_is_nothing() -> None:
    """Paid on the last day in time: the day before the first day late."""
    bill = surcharge(100, since="2008-08-01", until="2008-07-31", parameters=LAW)
    assert (bill.total, bill.periods) == (Decimal(0), ())


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("1999-01-21", "1999-02-01", "none in force on 1999-01-21"),
        ("2008-08-02", "2008-07-31", "before the first"),
    ],
)
def test_days_without_law_are_refused(since: str, until: str, words: str) -> None:
    """No rate is guessed for a day that no parameter covers."""
    with pytest.raises(DefinitionError, match=words):
        surcharge(100, since=since, until=until, parameters=LAW)


def test_a_gap_in_the_law_is_named() -> None:
    """A value that ends before the next begins leaves a day without a rate."""
    law = (
        Parameter("late-payment-surcharge", "0.002", "1999-01-22", "x", until="2010-12-31"),
        LAW[0],
    )
    with pytest.raises(DefinitionError, match="none in force on 2011-01-01"):
        surcharge(100, since="2010-12-31", until="2011-07-31", parameters=law)


def test_two_values_on_a_day_are_refused() -> None:
    """Two laws at once are no law."""
    law = (
        Parameter("late-payment-surcharge", "0.002", "1999-01-22", "x", until="2011-07-01"),
        LAW[0],
    )
    with pytest.raises(DefinitionError, match="two values on 2011-07-01"):
        surcharge(100, since="2011-06-30", until="2011-07-31", parameters=law)


def test_an_open_end_lasts_until_the_next() -> None:
    """A value without an end holds until the day before the next one."""
    law = (Parameter("late-payment-surcharge", "0.002", "1999-01-22", "x"), LAW[0])
    bill = surcharge(100, since="2011-06-30", until="2011-07-01", parameters=law)
    assert bill.total == Decimal("0.25")


def test_no_parameter_at_all() -> None:
    """The error says what the campaign lacks."""
    with pytest.raises(DefinitionError, match="has no parameter 'late-payment-surcharge'"):
        surcharge(100, since="2008-08-01", until="2008-08-02", parameters=())


@pytest.mark.parametrize("amount", [1.5, -1, "much", True, Decimal("NaN")])
def test_amounts_are_exact(amount: object) -> None:
    """A float, a negative amount and what is no number are refused."""
    with pytest.raises(DefinitionError, match="decimal text"):
        surcharge(amount, since="2008-08-01", until="2008-08-02", parameters=LAW)  # type: ignore[arg-type] - the mistake under test


def test_parameter_and_fine_of_a_day() -> None:
    """A fine has the factor that is in force on the day, with its citation."""
    assert parameter_on(LAW, "late-payment-surcharge", on="2011-06-30").value == "0.002"
    assert penalty("1200.5", on="2011-07-01", parameters=LAW, code="late-payment-fine-most") == (
        Decimal("3601.5")
    )
    with pytest.raises(DefinitionError, match="none in force on 2011-06-30"):
        penalty(100, on="2011-06-30", parameters=LAW, code="late-payment-fine-most")


@given(
    fen=st.integers(0, 10**12),
    start=st.integers(0, 8000),
    first=st.integers(0, 3000),
    second=st.integers(0, 3000),
)
def test_windows_add_up(fen: int, start: int, first: int, second: int) -> None:
    """Law: two stretches of days owe what the whole owes, to the last decimal."""
    day = dt.date(1999, 1, 22) + dt.timedelta(start)
    middle, end = day + dt.timedelta(first), day + dt.timedelta(first + second + 1)
    principal = Decimal(fen) / 100
    one = surcharge(principal, since=day, until=middle, parameters=LAW).total
    two = surcharge(principal, since=middle + dt.timedelta(1), until=end, parameters=LAW).total
    whole = surcharge(principal, since=day, until=end, parameters=LAW)
    assert one + two == whole.total
    change = dt.date(2011, 7, 1)
    old = max(0, min((change - day).days, (end - day).days + 1))
    new = (end - day).days + 1 - old
    expected = Fraction(fen, 100) * (Fraction(2, 1000) * old + Fraction(5, 10_000) * new)
    assert Fraction(whole.total) == expected

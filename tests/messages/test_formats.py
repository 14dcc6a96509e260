"""Numbers, dates and lists: rounded once, half up, and written as a reader of the language does."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from coverage_campaign.messages import LANGUAGES, Language, formats
from coverage_campaign.messages.message import listed

NUMBERS = st.one_of(
    st.integers(-(10**12), 10**12), st.fractions(-(10**6), 10**6, max_denominator=10**4)
)


@given(value=NUMBERS, digits=st.integers(0, 3))
def test_a_rounded_number_is_within_half_a_digit_and_a_half_goes_up(
    value: Fraction, digits: int
) -> None:
    """The error is at most half of the last digit, and a half leads away from zero."""
    step = Fraction(1, 10**digits)
    error = Fraction(formats.rounded(value, digits)) - value
    assert abs(error) <= step / 2
    assert abs(error) < step / 2 or error * value >= 0


@given(value=st.decimals(-(10**6), 10**6, places=3))
def test_a_float_is_rounded_as_the_decimal_it_is_written_as(value: Decimal) -> None:
    """0.285 is nearer 0.28 in binary; who wrote 0.285 expects 0.29."""
    assert formats.rounded(float(value), 2) == formats.rounded(value, 2)


@given(value=st.integers(-(10**12), 10**12), lang=st.sampled_from(sorted(LANGUAGES)))
def test_a_count_is_written_as_in_the_cldr(value: int, lang: Language) -> None:
    """Thousands are parted as Babel parts them; only the minus is as long as a plus."""
    expected = format_decimal(value, locale=formats.locale_of(lang)).replace("-", "−")
    assert formats.count(value, lang) == expected


@pytest.mark.parametrize("kind", [np.int64, np.uint64, np.int32])
def test_a_whole_number_of_numpy_is_written_as_any_other(kind: type[np.integer]) -> None:
    """A cell of an array is a number too, and its digits do not overflow."""
    large = int(np.iinfo(kind).max)
    assert formats.count(kind(large), "en") == f"{large:,}"
    assert formats.decimal(kind(large), 2, "en") == f"{large:,}.00"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Fraction(1, 16), "6.3%"), (Fraction(99999, 100000), "99.9%"), (1, "100.0%"), (0, "0.0%")],
)
def test_a_rate_reads_100_percent_only_where_all_is_done(value: Fraction, shown: str) -> None:
    """500 of 8,000 are 6.3 %; 99,999 of 100,000 are not all."""
    assert formats.percent(value) == shown


def test_large_forecasts_are_written_in_hundreds_of_millions_in_chinese() -> None:
    """One writes 1.73亿, 1.73億, and 173,000,000 in English."""
    assert formats.approximate(172_837_596, "zh") == "1.73亿"
    assert formats.approximate(172_837_596, "zh-Hant") == "1.73億"
    assert formats.approximate(172_837_596, "en") == "173,000,000"


def test_a_span_of_days_names_both_ends() -> None:
    """One day, days of one month, days of two months."""
    first, last = dt.date(2008, 9, 1), dt.date(2008, 9, 30)
    assert formats.days(first, first, "zh") == "9月1日"
    assert formats.days(first, last, "en") == "1–30 Sep"
    assert formats.days(first, dt.date(2008, 11, 30), "zh") == "9月1日–11月30日"


@given(names=st.lists(st.text("abc", min_size=1), min_size=1), limit=st.integers(1, 5))
def test_a_list_names_all_or_says_how_many_more(names: list[str], limit: int) -> None:
    """What is not named is counted."""
    shown = listed(names, "en", limit=limit)
    if len(names) > limit:
        assert shown.endswith(f" and {len(names) - limit} more")
    else:
        assert shown == listed(names, "en")

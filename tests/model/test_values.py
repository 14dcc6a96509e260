"""Every value of a campaign is checked as it is made: types, words, ranges, order of days."""

import datetime as dt
import enum
from collections.abc import Callable, Iterator
from typing import Any, Literal, get_args, get_origin

import attrs
import numpy as np
import pandas as pd
import pytest

import coverage_campaign as cc
from coverage_campaign.checks import fits, hints_of
from coverage_campaign.errors import DefinitionError
from support.campaigns import tiny

ODD = (
    *(None, "x", "", "Net", -1, 0, 2**63, 10**400, float("nan"), float("inf"), True, 1.5),
    *([], {}, (), [None], ["x"], {"x": 1}, [("x", -1)], [("x", "y", "z")], {1: 2}, {None: "x"}),
    *("2026-13-01", "9999-12-31", "-5%", "\ud800", "02-30", dt.datetime(2026, 1, 1, 5)),  # noqa: DTZ001 - civil time
    *(object(), b"x", 3 + 4j, range(5), len),
)


def values_in(value: object) -> Iterator[Any]:
    """Yield every value of the library inside a value."""
    if attrs.has(type(value)):
        yield value
        for field in attrs.fields(type(value)):
            yield from values_in(getattr(value, field.name))
    elif isinstance(value, tuple):
        for one in value:
            yield from values_in(one)


def one_of_each() -> dict[str, Any]:
    """Return a value of every class of the model, from the shipped cases and by hand."""
    rules = cc.rules
    by_hand = (
        cc.Milestone("m", "M", by="06-30", share="50%"),
        cc.MoneyTarget("m", "M", fen=5),
        cc.Window(dt.date(2026, 1, 1), dt.date(2026, 2, 1)),
        cc.Annex("a", "A", "b", shares={"x": 1}),
        cc.Veto("v", "V"),
        cc.Grade("g", "G", "90"),
        cc.Prize("p", "P", ["1"]),
        cc.Pool(["a"]),
        cc.Item("i", "I", rules.step("5", loses="1", per="1%")),
        cc.Item("i", "I", rules.total(rules.bonus("1"), rules.per_point("1"))),
        cc.Item("i", "I", rules.capped(rules.per_person("1"), most="3")),
        cc.Item("i", "I", rules.band(("90%", "5"))),
        cc.Item("i", "I", rules.all_or_nothing("5")),
        cc.AwardBar(),
        cc.Commendation(),
        cc.Parameter("p", "1", since=dt.date(2020, 1, 1), citation="c"),
        cc.Unit("u", "U", "k", closed="2026-01-01", successors="x"),
        cc.enforcement.Application("e", "o", ["x"]),
        cc.enforcement.SupportingDocument("x", "2026-01-01"),
    )
    cases = (cc.load_case("hengyang", year=2008), cc.load_case("us-vaccination-2021"))
    found = [one for value in (*by_hand, *cases) for one in values_in(value)]
    return {type(one).__name__: one for one in reversed(found)}


VALUES = one_of_each()


def misspelt(hint: object) -> list[str]:
    """Return each closed word of a type with a slip in it."""
    members = (hint, *get_args(hint))
    options = [get_args(member) for member in members if get_origin(member) is Literal]
    return [f"{word[:-1]}q" for words in options for word in words if isinstance(word, str)]


@pytest.mark.parametrize("kind", VALUES)
def test_what_no_field_can_mean_is_refused(kind: str) -> None:
    """Each field takes what its type and range allow; else the error is one of the definition."""
    value = VALUES[kind]
    for field in attrs.fields(type(value)):
        if not field.init:
            continue
        hint = hints_of(type(value))[field.name]
        for odd in (*ODD, *misspelt(hint)):
            try:
                made = attrs.evolve(value, **{field.alias or field.name: odd})
            except cc.DefinitionError:
                continue
            found = getattr(made, field.name)
            assert fits(found, hint), (field.name, odd)
            assert odd not in misspelt(hint), (field.name, odd)
            assert not isinstance(found, int) or 0 <= found < 2**63, (field.name, odd)
            assert hash(made) == hash(made)
            assert repr(made)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda first, last: cc.Activity("a", "A", starts=first, ends=last), "ends"),
        (lambda first, last: cc.Phase("p", "P", starts=first, ends=last), "ends"),
        (lambda first, last: cc.Responsibility("u", "lead", starts=first, ends=last), "ends"),
        (lambda first, last: cc.Unit("u", "U", "k", opened=first, closed=last), "closed"),
        (cc.Window, "window"),
        (lambda first, last: cc.Parameter("p", "1", first, "law", until=last), "until"),
    ],
)
def test_days_stand_in_their_order(make: Any, field: str) -> None:  # noqa: ANN401 - a constructor
    """A last day before the first is refused in every value that has both; one day is enough."""
    make("2026-06-30", "2026-06-30")
    with pytest.raises(cc.DefinitionError, match=field):
        make("2026-06-30", "2026-06-01")


def test_a_slip_in_a_word_names_the_word() -> None:
    """The error of a misspelt word has the word that was meant."""
    with pytest.raises(cc.DefinitionError, match="did you mean 'net'"):
        cc.Readings(counted="Net")
    with pytest.raises(cc.DefinitionError, match="did you mean 'lead'"):
        cc.Responsibility("u", "leed")
    with pytest.raises(cc.DefinitionError, match="did you mean 'loss'"):
        cc.Channel("c", "C", effect="Loss")


@pytest.mark.parametrize(
    "counts", [{"eligible": np.int64(500)}, pd.Series({"eligible": 500}), [("eligible", 500)]]
)
def test_counts_of_numpy_and_pandas_are_kept_as_plain_numbers(counts: Any) -> None:  # noqa: ANN401 - three kinds
    """A figure from an array or a Series is the figure."""
    (kept,) = cc.Unit("a", "A", "county", counts=counts).counts
    assert kept == ("eligible", 500)
    assert type(kept[1]) is int


def test_truth_is_no_count() -> None:
    """Neither Python's True nor NumPy's."""
    for yes in (True, np.True_):
        with pytest.raises(cc.DefinitionError, match="a count is a whole number"):
            cc.Unit("a", "A", "county", counts={"eligible": yes})


def test_a_member_of_an_enumeration_of_texts_is_an_option() -> None:
    """What equals a word and is text is that word."""
    month = enum.StrEnum("By", {"MONTH": "month"}).MONTH  # type: ignore[attr-defined]
    assert fits(month, Literal["day", "month"])
    assert not fits(month, Literal["day", "week"])
    assert not fits(1, Literal["day", True])


@pytest.mark.parametrize(
    ("make", "place"),
    [
        (lambda: cc.Readings(outstanding="-3%"), "outstanding"),
        (lambda: cc.Readings(schedule_over=()), "schedule_over"),
        (lambda: tiny().with_readings(schedule_over="nowhere"), "readings.schedule_over"),
        (lambda: cc.Parameter("a", "abc", "2026-01-01", "law"), "value"),
        (lambda: cc.Clause("a", None), "text"),
    ],
)
def test_an_answer_that_nothing_can_follow_from_is_refused(
    make: Callable[[], object], place: str
) -> None:
    """A phase that there is not, a rate below nothing, a value of law that is no number."""
    with pytest.raises(DefinitionError) as caught:
        make()
    assert [problem.where for problem in caught.value.problems] == [place]


def test_an_annex_answers_to_the_older_name_of_its_breakdown() -> None:
    """A program that asks an annex for its `cut` gets the code of the breakdown."""
    assert cc.Annex("a", "Annex 1", "counties").cut == "counties"

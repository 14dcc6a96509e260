"""A message is data until it is rendered: equal by what it says, in every language."""

import datetime as dt
import sys
import threading
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage_campaign.errors import DefinitionError
from coverage_campaign.messages import (
    LANGUAGES,
    Message,
    check_language,
    current_language,
    language,
    message,
    message_in,
    text_of,
)
from coverage_campaign.messages.language import translations

FORMATTED = [
    ("{x}", 76_000, "76,000"),
    ("{x:raw}", 2008, "2008"),
    ("{x}", np.int64(1200), "1,200"),
    ("{x}", pd.NA, "–"),
    ("{x}", None, "–"),
    ("{x:percent 0}", Fraction(4, 5), "80%"),
    ("{x:decimal 1}", Fraction(1127, 92), "12.3"),
    ("{x:number}", Fraction(20480, 1993), "10.28"),
    ("{x:signed 1}", -3.31, "−3.3"),
    ("{x}", dt.date(2008, 9, 30), "30 Sep"),
    ("{x:date}", pd.Timestamp("2008-09-30"), "30 Sep 2008"),
    ("{x:long date}", dt.date(2008, 9, 30), "30 September 2008"),
    ("{x:month}", dt.date(2008, 9, 30), "Sep"),
    ("{x}", ["Ash", "Birch", "Cedar"], "Ash, Birch and Cedar"),
    ("{x:list 2}", ["Ash", "Birch", "Cedar"], "Ash, Birch and 1 more"),
    ("{x:sentences}", [message("One."), message("Two.")], "One. Two."),
    ("{x!r}", "Ash", "'Ash'"),
    ("{x:plural unit|units}", 1, "unit"),
    ("{x:plural unit|{x} units}", 2, "2 units"),
    ("{x}", "{y} {{", "{y} {{"),
]


@pytest.mark.parametrize(("pattern", "value", "shown"), FORMATTED)
def test_each_kind_of_value_is_written_as_a_reader_expects(
    pattern: str, value: object, shown: str
) -> None:
    """Numbers, days, lists, other messages; a text is never read as a pattern."""
    assert message(pattern, x=value).text("en") == shown


def test_a_message_is_equal_to_another_that_says_the_same() -> None:
    """Whatever type the number had; and a message can be a key."""
    whole = {message("{n} persons", n=3), message("{n} persons", n=np.int32(3))}
    assert len(whole) == 1


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0.3, "0.3"),
        (Fraction(1, 3), "1/3"),
        (float("inf"), "inf"),
        (Decimal("NaN"), "NaN"),
        (Decimal("-Infinity"), "-Infinity"),
    ],
)
def test_a_number_without_a_rounding_is_shown_as_it_is(number: object, shown: str) -> None:
    """The message of an error never raises another, in any language, whatever number it quotes."""
    assert [message("{x}", x=number).text(lang) for lang in LANGUAGES] == [shown] * len(LANGUAGES)


@pytest.mark.parametrize("pattern", ["{x.real}", "{x[0]}", "{y}", "{x:unknown}"])
def test_only_plain_names_and_known_formats_are_taken(pattern: str) -> None:
    """No attribute of a value can be reached from a catalogue."""
    with pytest.raises(DefinitionError):
        message(pattern, x=1).text("en")


def test_the_full_tag_of_simplified_chinese_is_the_short_one() -> None:
    """Whoever writes zh or zh-Hans, which is its full name, reads the same."""
    assert check_language("zh-Hans") == "zh"
    assert message("{n} people", n=1_000).text("zh-Hans") == message("{n} people", n=1_000).text(
        "zh"
    )
    with language("zh-Hans"):
        assert current_language() == "zh"


@given(lang=st.text().filter(lambda text: text not in {*LANGUAGES, "zh-Hans"}))
def test_a_language_that_is_not_spoken_is_refused_with_those_that_are(lang: str) -> None:
    """No text is ever in English without a word."""
    with pytest.raises(DefinitionError, match=r"one of: en, zh, zh-Hant|did you mean"):
        check_language(lang)


def test_a_context_sets_the_language_of_its_thread_alone() -> None:
    """A service answers two readers at once; what is raised inside does not leave it set."""
    seen = []

    def interrupted() -> None:
        with language("zh"):
            thread = threading.Thread(target=lambda: seen.append(current_language()))
            thread.start()
            thread.join()
            seen.append(current_language())
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        interrupted()
    assert seen == ["en", "zh"]
    assert current_language() == "en"


def test_a_further_language_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a catalogue is all that French needs: words, numbers and days follow."""
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    text = (
        'msgid "{n} {n:plural unit|units} by {day}"\n'
        'msgstr "{n} {n:plural unité|unités} au {day}"\n'
    )
    context = 'msgctxt "column"\nmsgid "Done"\nmsgstr "Fait"\n'
    (folder / "views.po").write_text(f"{text}\n{context}", encoding="utf-8")
    monkeypatch.setattr(sys.modules[translations.__module__], "LOCALE", tmp_path)
    monkeypatch.setitem(LANGUAGES, "fr", "fr")
    translations.cache_clear()
    try:
        day = dt.date(2008, 9, 30)
        sentence = message("{n} {n:plural unit|units} by {day}", n=12_000, day=day)
        assert sentence.text("fr") == "12\u202f000 unités au 30 sept."
        assert message_in("column", "Done").text("fr") == "Fait"
        assert Message("Done").text("fr") == "Done"
    finally:
        translations.cache_clear()


def test_a_text_and_a_message_can_stand_in_the_same_place() -> None:
    """A code stays as it is, a message is in the language of the reader."""
    with language("zh"):
        assert text_of("430405") == "430405"
        assert text_of(message("plain")) == "plain"


def test_what_a_caller_got_wrong_can_be_shown() -> None:
    """A message of any value has a text: where it is none to read, as Python shows it, in short."""
    assert str(message("{found}", found={"a": 1})) == "{'a': 1}"
    assert str(message("{found}", found=b"ab")) == "b'ab'"
    assert str(message("{found}", found={"x" * 100: 1})) == "{'" + "x" * 58 + "..."

"""What is said in Chinese holds no English word, and the reverse, on the shipped campaigns.

Allowed are codes, names of parameters in advice, and the reference of a source in brackets.
"""

import importlib
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cache

import attrs
import pytest

from coverage_campaign.messages import Language
from coverage_campaign.model.labels import Label
from support import rendered
from support.rendered import Said, documents, drawn, sentences, tables

LATIN = re.compile(r"[A-Za-z][A-Za-z_-]+")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
CASES = ("hengyang", "us-vaccination-2021", "lanhe")
KINDS = (sentences, documents, drawn, tables)
OWN = {
    *("NA", "paces", "plan_following", "true_reports", "payers", "max"),
    *("SCPRC-EST", "POP-RES", "dose", "dose1_18plus", "plus"),
}
"""What is missing, calls and indicators in advice, numbers of publications, the US' columns."""
CODES_OF_TABLES = {"unit", "code", "kind", "channel", "effect", "status", "period"}
"""Columns that hold codes: those are the same in all languages."""


@pytest.fixture(autouse=True)
def rounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every message here says how a number that is not whole is rounded."""
    renderer = importlib.import_module("coverage_campaign.messages.message")._Renderer
    plain = renderer._plain

    def strict(self: object, value: object) -> object:
        assert not isinstance(value, (float, Fraction, Decimal)) or value == int(value), value
        return plain(self, value)

    monkeypatch.setattr(renderer, "_plain", strict)


@cache
def codes(case: str) -> frozenset[str]:
    """Every word of a campaign that is a code."""
    found: set[str] = set(OWN)

    def collect(value: object) -> None:
        if isinstance(value, Label):
            return
        if attrs.has(type(value)):
            for field in attrs.fields(type(value)):
                part = getattr(value, field.name)
                if isinstance(part, str):
                    found.update(LATIN.findall(part))
                else:
                    collect(part)
        elif isinstance(value, (tuple, list)):
            for part in value:
                if isinstance(part, str):
                    found.update(LATIN.findall(part))
                else:
                    collect(part)

    collect(rendered.results(case)["campaign"])
    return frozenset(found)


def _texts(
    kind: Callable[[str, Language], Iterator[Said]], case: str, lang: Language
) -> Iterator[Said]:
    for place, text in kind(case, lang):
        if not (kind is tables and place.split()[-1] in CODES_OF_TABLES):
            yield place, text


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", KINDS)
def test_chinese_holds_no_english(
    kind: Callable[[str, Language], Iterator[Said]], case: str
) -> None:
    """Beyond codes nothing of the English text is left."""
    left = {
        (place, word)
        for place, text in _texts(kind, case, "zh")
        for word in LATIN.findall(text.replace("\\", ""))
        if word not in codes(case)
    }
    assert left == set()


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", KINDS)
def test_english_holds_no_chinese(
    kind: Callable[[str, Language], Iterator[Said]], case: str
) -> None:
    """No Chinese letter is in an English text: every name has its English."""
    found = [(place, text[:80]) for place, text in _texts(kind, case, "en") if CHINESE.search(text)]
    assert found == []


def test_traditional_letters_are_those_of_the_simplified_text() -> None:
    """Each text is the simplified one in other letters, but for names, which are never turned."""
    opencc = pytest.importorskip("opencc")
    back = opencc.OpenCC("hk2s").convert
    for simplified, traditional in zip(
        sentences("hengyang", "zh"), sentences("hengyang", "zh-Hant"), strict=True
    ):
        assert back(traditional[1]) == simplified[1]

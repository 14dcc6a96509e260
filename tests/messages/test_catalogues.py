"""The catalogues say what the source says, in both kinds of Chinese letters."""

import ast
import importlib.util
import re
import string
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from coverage_campaign.messages.language import LOCALE, read_catalogue

PATHS = sorted(LOCALE.rglob("*.po"))


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The tool that keeps the catalogues."""
    path = Path(__file__).parents[2] / "scripts" / "messages.py"
    spec = importlib.util.spec_from_file_location("messages_script", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_message_of_the_source_is_in_a_catalogue_and_no_other(script: ModuleType) -> None:
    """`python scripts/messages.py update` has been run."""
    there = {
        (entry.context or "", entry.id)
        for path in PATHS
        if "zh_Hans" in path.parts
        for entry in read_catalogue(path)
        if entry.id
    }
    assert there == set(script.source_messages())


def test_traditional_catalogues_are_those_that_the_tool_makes(script: ModuleType) -> None:
    """No letter is turned by hand: what is committed is what OpenCC makes of the simplified."""
    pytest.importorskip("opencc")
    made = script.made_traditional()
    assert {room: texts for room, texts in made.items() if texts} == {
        path.stem: texts
        for path in PATHS
        if "zh_Hant" in path.parts
        and (
            texts := {
                (entry.context or "", entry.id): entry.string
                for entry in read_catalogue(path)
                if entry.id
            }
        )
    }


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_translation_names_no_value_that_the_message_does_not_have(
    script: ModuleType, path: Path
) -> None:
    """A misspelt name would fail only when the sentence is wanted."""
    values = script.source_values()
    for entry in read_catalogue(path):
        if entry.id:
            given = values[entry.context or "", entry.id]
            assert "**" in given or _names(entry.string) <= given, entry.id


def test_every_message_has_its_chinese() -> None:
    """`python scripts/messages.py table` prints none without a translation."""
    untranslated = [
        entry.id
        for path in PATHS
        for entry in read_catalogue(path)
        if entry.id and not entry.string
    ]
    assert untranslated == []


def _names(pattern: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None}


# -- what is wrong is said in words that can be translated -----------------------------------------

WORDED = ("Problem", "calling", "_problem", "_wrong", "wrong", "refuse")


def _pasted(path: Path) -> Iterator[str]:
    """Yield each f-text of a problem that brings words of its own, or a place that is no code."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        name = getattr(node, "func", None)
        if getattr(name, "id", getattr(name, "attr", "")) not in WORDED:
            continue
        parts = [*node.args, *(keyword.value for keyword in node.keywords)]  # type: ignore[attr-defined]
        for number, part in enumerate(parts):
            if isinstance(part, ast.JoinedStr):
                own = "".join(one.value for one in part.values if isinstance(one, ast.Constant))
                words = r"[a-z]{2}[ :]|[ :][a-z]{2}" if number == 0 else r"[A-Za-z]{2}"
                if re.search(words, own) and not own.startswith("pip install"):
                    yield f"{path.name}:{node.lineno} {ast.unparse(part)}"  # type: ignore[attr-defined]


def test_a_problem_is_worded_by_messages() -> None:
    """A text that an f-string puts together is in no catalogue: it would stay English."""
    source = LOCALE.parents[1]
    assert [line for path in sorted(source.rglob("*.py")) for line in _pasted(path)] == []

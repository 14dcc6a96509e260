"""The catalogues say what the source says, in both kinds of Chinese letters."""

import importlib.util
import string
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

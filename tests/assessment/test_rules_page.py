"""The page of the rules runs: every example gives what stands below it."""

import doctest
import re
import tomllib
from pathlib import Path

import pytest

from assessment.test_published_schemes import CAOXI, CHUZHOU, HULUDAO, SHANWEI
from coverage_campaign.assessment import rules
from coverage_campaign.files.converters import converter
from coverage_campaign.model.scheme import Scheme

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "rules.md"


def test_every_example_runs() -> None:
    """The blocks of the page are one session, read from the top."""
    text = PAGE.read_text(encoding="utf-8").replace("```python\n", "\n").replace("\n```", "\n")
    examples = doctest.DocTestParser().get_doctest(text, {}, "rules.md", str(PAGE), 0)
    assert len(examples.examples) > 30
    failures: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE, verbose=False)
    runner.run(examples, out=failures.append)
    assert not failures, "\n".join(failures)


def test_the_scheme_in_a_file_is_sound() -> None:
    """The lines of the campaign file make the scheme that they describe."""
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    scheme = converter().structure(tomllib.loads(block)["scheme"], Scheme)
    assert scheme.items[0].rule == rules.capped(rules.per_point("0.6"), most=60)
    assert scheme.items[1].rule == rules.all_or_nothing(40, goal="95%")


@pytest.mark.parametrize("scheme", [SHANWEI, CHUZHOU, CAOXI, HULUDAO])
def test_published_schemes_survive_a_file(scheme: Scheme) -> None:
    """What a file holds of a scheme makes the same scheme again."""
    assert converter().structure(converter().unstructure(scheme), Scheme) == scheme


def test_the_rules_of_the_table_are_sound() -> None:
    """Each line of a rule in the table of the page is a rule that a file can hold."""
    text = PAGE.read_text(encoding="utf-8").replace("{ … }, { … }", "{ per_point = 1 }")
    lines = re.findall(r"^\| \[.*?\| `(\{.*?\})` \|", text, flags=re.MULTILINE)
    assert len(lines) == 9
    for line in lines:
        rule = tomllib.loads(f"rule = {line}")["rule"]
        item = {"code": "i", "label": "I", "rule": rule}
        scheme = converter().structure({"code": "s", "rewards": [item]}, Scheme)
        assert rules.sentence(scheme.rewards[0].rule)

"""Documents are checked as code is: their links lead somewhere, and they keep to the library."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_within_the_repository_leads_somewhere(document: Path) -> None:
    """A link or picture that is not on the web is a file that is there."""
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    missing = [
        link
        for link in links
        if "://" not in link
        and not link.startswith("mailto:")
        and not (document.parent / link).exists()
    ]
    assert missing == []


def test_the_readme_has_the_two_commands_and_a_picture() -> None:
    """A new user finds what to type, and sees what comes out, on the first screen."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in text
    assert "make test" in text
    assert text.index("![") < 1500


def test_every_dependency_has_its_reason() -> None:
    """Each package that pyproject names stands in docs/explanation/dependencies.md."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    reasons = (
        (ROOT / "docs" / "explanation" / "dependencies.md").read_text(encoding="utf-8").lower()
    )
    core = project.split("\ndependencies = [")[1].split("]")[0]
    extras = project.split("[project.optional-dependencies]")[1].split("\ntest = [")[0]
    names = re.findall(r'"([A-Za-z][A-Za-z0-9._-]*)', core + extras)
    missing = [
        name
        for name in names
        if name != "coverage-campaign" and name.lower().replace("python-", "") not in reasons
    ]
    assert missing == []

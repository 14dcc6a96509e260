"""The documents' picture of the house is the house."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "coverage_campaign"


def rooms_in_the_document() -> set[str]:
    """Return the rooms that docs/explanation/architecture.md lists."""
    text = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    table = text.split("## The rooms")[1].split("##")[0]
    return set(re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE))


def test_the_document_lists_the_rooms_that_there_are() -> None:
    """Every package and module at the top stands in the table of rooms, and nothing else does."""
    there = {
        path.stem
        for path in PACKAGE.iterdir()
        if (path.is_dir() and path.name != "__pycache__") or path.suffix == ".py"
    } - {"__init__"}
    assert rooms_in_the_document() == there


def test_the_document_draws_the_tree_that_there_is() -> None:
    """Every file stands in the document's tree, and nothing else; those of charts' parts apart."""
    text = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    drawn = set(re.findall(r"[\w.-]+(?=[ \n])", text.split("## The tree")[1].split("```")[1]))
    files = {
        path.name if path.suffix == ".toml" else path.stem
        for path in PACKAGE.rglob("*.*")
        if path.suffix in {".py", ".toml"} and not path.stem.startswith("_")
    }
    assert drawn == files


# Rooms that are public modules themselves: their names are found in the package.
PUBLIC_ROOMS = {"enforcement", "messages", "testing"}


@pytest.mark.parametrize(
    "package",
    sorted(
        path
        for path in PACKAGE.glob("*/__init__.py")
        if path.parent.name not in {"enforcement", "messages", "testing", "views"}
    ),
    ids=lambda p: p.parent.name,
)
def test_a_package_is_one_docstring(package: Path) -> None:
    """A package's __init__ holds no code, so importing a room loads nothing that is not used.

    `enforcement` and `testing` are themselves public modules, which tests import from.
    """
    lines = [line for line in package.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(lines) == 1
    assert lines[0].startswith('"""')


def test_no_file_imports_itself_in_a_circle() -> None:
    """No module leads back to itself, by types and late imports too: each builds on others."""
    spec = importlib.util.spec_from_file_location("shape", ROOT / "scripts" / "shape.py")
    assert spec is not None
    assert spec.loader is not None
    shape = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(shape)
    assert shape.cycles(shape.graph(shape.modules(), at_import=False)) == []


@pytest.mark.parametrize(
    "banned",
    [
        ".over(",
        "import pickle",
        "read_pickle",
        "to_pickle",
        "allow_pickle=True",
        "eval(",
        "exec(",
        "shell=True",
    ],
)
def test_what_is_unsafe_or_silently_wrong_is_not_used(banned: str) -> None:
    """Window functions are wrong on some engines; files are never executed or unpickled."""
    users = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if banned in path.read_text(encoding="utf-8")
    ]
    assert users == []


def test_only_plot_reaches_up_to_the_views() -> None:
    """Outside views, shipped and testing the views are imported only inside a method, late."""
    for path in PACKAGE.rglob("*.py"):
        if "views" in path.relative_to(PACKAGE).parts or path.name == "__init__.py":
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            if "coverage_campaign.views" in line:
                assert line.startswith(" "), f"{path.name}: {line}"


def test_nothing_reads_outside_the_repository() -> None:
    """A user has only the repository: no path in it leads out."""
    for folder in ("src", "examples", "notebooks", "benchmarks", "scripts", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert "../" + "shared" not in text, path
            assert "/" + "work/" not in text, path

"""The documentation site is whole before it is built; `make docs` builds it, warnings as errors."""

import re
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

import coverage_campaign as cc

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[tuple[str, str]]:
    """Return the fenced blocks of a page: what stands behind the fence, and the text."""
    return FENCE.findall(page.read_text(encoding="utf-8"))


def test_every_room_with_public_names_has_its_page() -> None:
    """The reference lists the names of each room by itself; no room is left out or made up."""
    shown = {
        info.split()[1]
        for page in (DOCS / "reference" / "api").glob("*.md")
        for info, _ in blocks(page)
        if info.startswith("{public-names}")
    }
    homes = {
        name: f"{module}.{inner}".split(".")[1]
        for name, (module, inner) in cc._homes().items()
        if not name.startswith("__")
    }
    by_hand = (DOCS / "reference" / "api" / "scenarios.md").read_text(encoding="utf-8")
    assert shown == {room for name, room in homes.items() if f":: {name}" not in by_hand}


def test_every_page_stands_in_the_table_of_contents() -> None:
    """A page that nobody can find is as good as none; an entry without a page is an error."""
    entries = [
        line.strip()
        for info, text in blocks(DOCS / "index.md")
        if info.startswith("{toctree}")
        for line in text.splitlines()
        if line.strip() and not line.startswith(":")
    ]
    pages = [
        page.relative_to(DOCS).with_suffix("").as_posix()
        for page in DOCS.rglob("*.md")
        if page != DOCS / "index.md" and "zh" not in page.parts
    ]
    assert [one for one in pages if not any(fnmatchcase(one, entry) for entry in entries)] == []
    assert [one for one in entries if not any(fnmatchcase(page, one) for page in pages)] == []


def test_the_gate_builds_the_site() -> None:
    """`make check` builds the site, and the site treats a warning as an error."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    gate = makefile.split("\ncheck:")[1].split("\n\n")[0]
    assert "$(MAKE) docs" in gate
    assert "sphinx -W --keep-going" in makefile


@pytest.mark.slow
def test_the_ten_lines_of_pytest_run_as_they_stand(tmp_path: Path) -> None:
    """The example for testers is a file that pytest takes: twelve cases, all of them pass."""
    (example,) = [
        text
        for _, text in blocks(DOCS / "how-to" / "test-with-the-library.md")
        if "@pytest.mark" in text
    ]
    body = [line for line in example.split("METHODS = ")[1].splitlines()[1:] if line.strip()]
    assert len(body) <= 10
    (tmp_path / "test_burden.py").write_text(example, encoding="utf-8")
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_burden.py"]
    done = subprocess.run(  # noqa: S603 - our own interpreter
        run, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "12 passed" in done.stdout


@pytest.mark.parametrize("page", sorted(DOCS.glob("how-to/*.md")), ids=lambda page: page.stem)
def test_every_how_to_shows_code_that_runs(page: Path) -> None:
    """A how-to page has examples, and an empty line ends each of them, or doctest reads on."""
    examples = [text for info, text in blocks(page) if info == "python"]
    assert examples
    for text in (text for text in examples if "import pytest" not in text):
        assert text.startswith(">>> ")
        assert text.endswith("\n\n")


def test_the_chinese_start_page_is_chinese() -> None:
    """Those who work with such notices find their own words, linked from the first page."""
    text = (DOCS / "index.zh-CN.md").read_text(encoding="utf-8")
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    chinese = len(re.findall(r"[\u4e00-\u9fff]", prose))
    assert chinese > 500
    assert "(index.zh-CN.md)" in (DOCS / "index.md").read_text(encoding="utf-8")
    for word in ("序时进度", "任务分解", "通报", "考核", "口径"):
        assert word in prose


def test_the_glossary_gives_each_term_in_two_languages() -> None:
    """Each row has Chinese, pinyin with tones, English and a meaning; each letter a source."""
    text = (DOCS / "reference" / "glossary.md").read_text(encoding="utf-8")
    terms, sources = text.split("## Sources")
    rows = [line.strip("|").split("|") for line in terms.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in row] for row in rows]
    rows = [row for row in rows if row[0] != "Chinese" and not set(row[0]) <= {"-"}]
    assert len(rows) >= 50
    listed = set(re.findall(r"^- \*\*([A-Z])\*\*", sources, flags=re.MULTILINE))
    for chinese, pinyin, english, meaning, source in rows:
        assert re.search(r"[\u4e00-\u9fff]", chinese)
        assert re.search(r"[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]", pinyin)
        assert english
        assert meaning or chinese == "个体工商户"
        assert set(source.replace(",", " ").split()) <= listed

"""The guide to campaign files is tried as a new user would: its blocks are typed in and loaded."""

import json
import re
from pathlib import Path

import attrs
import pytest

from coverage_campaign.errors import DefinitionError
from coverage_campaign.files.campaigns import load_campaign, save_campaign
from coverage_campaign.files.schema import campaign_schema
from coverage_campaign.model.readings import Readings
from coverage_campaign.model.review import findings
from coverage_campaign.model.review.review import review

GUIDE = (Path(__file__).parents[2] / "docs" / "reference" / "campaign-files.md").read_text(
    encoding="utf-8"
)
BLOCKS = re.findall(r"```toml\n(.*?)```", GUIDE, flags=re.DOTALL)


def typed(folder: Path, text: str) -> Path:
    """Return the path of a file with this text."""
    path = folder / "spring.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_blocks_make_one_sound_file(tmp_path: Path) -> None:
    """All blocks of the guide, one below the other, are a campaign that survives being saved."""
    campaign = load_campaign(typed(tmp_path, "\n".join(BLOCKS)))
    assert [unit.code for unit in campaign.leaves("counties")] == ["330104", "330105"]
    assert campaign.window("results").first.year == 2026
    assert campaign.readings.is_suggested("increase")
    save_campaign(campaign, tmp_path / "copy.toml")
    assert load_campaign(tmp_path / "copy.toml") == campaign


def test_the_guide_can_be_followed_step_by_step(tmp_path: Path) -> None:
    """After each block, what is missing is only what a later block adds."""
    for end in range(1, len(BLOCKS) + 1):
        try:
            load_campaign(typed(tmp_path, "\n".join(BLOCKS[:end])))
        except DefinitionError as error:
            for problem in error.problems:
                assert re.search(r"missing|no '.*' in \w+", problem.found), problem


def test_the_review_speaks_to_the_new_user(tmp_path: Path) -> None:
    """The guide's campaign leaves open what its text says that it leaves open."""
    found = review(load_campaign(typed(tmp_path, "\n".join(BLOCKS))))
    assert {"increase-ambiguous", "mirror-not-established", "channel-without-drive"} <= set(
        found.codes
    )


def test_the_mistakes_of_the_guide_are_the_real_ones(tmp_path: Path) -> None:
    """The error text in the guide is what a user sees who makes these three mistakes."""
    text = "\n".join(BLOCKS)
    for old, new in (
        ("adults = 50000", "adults = -40"),
        ("rise = ", "rse = "),
        ('supports = ["education"]', 'supports = ["educaton"]'),
    ):
        assert old in text
        text = text.replace(old, new)
    shown = re.search(r"```text\n(.*?)```", GUIDE, flags=re.DOTALL)
    assert shown is not None
    with pytest.raises(DefinitionError) as caught:
        load_campaign(typed(tmp_path, text))
    assert str(caught.value) == shown[1].strip("\n")


def test_the_table_of_keys_is_complete() -> None:
    """Each table of the schema has a row whose keys are its own, the needed ones in bold."""
    rows = re.findall(r"^\| (.+?) \| (.+) \|$", GUIDE, flags=re.MULTILINE)
    tables = []
    for _, keys in rows:
        plain = re.sub(r"\([^)]*\)", "", keys)
        names = re.findall(r"(\*\*)?(\w+)(?:\*\*)?", plain)
        tables.append(({name for _, name in names}, {name for bold, name in names if bold}))
    schema = campaign_schema()
    sections = {name for name, _ in schema["properties"].items()} - {"schema", "type"}
    scalars = {"code", "label", "year", "year_stated", "source", "eligible", "covered"}
    assert ({"schema", *scalars}, {"schema", "code", "label"}) in tables
    for name, table in schema["$defs"].items():
        keys = set(table["properties"]) - ({"kind"} if name.endswith("Target") else set())
        needed = set(table["required"]) - ({"kind"} if name.endswith("Target") else set())
        assert (keys, needed) in tables, (name, keys, needed)
    for section in sections - scalars:
        assert f"[{section}]" in GUIDE, section


def test_every_code_of_the_review_is_in_the_guide() -> None:
    """The table of findings has each code that the review can give, and no other."""
    section = GUIDE.split("## What the review finds")[1].split("## ")[0]
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", section))
    folder = Path(findings.__file__).parent
    sources = [path.read_text(encoding="utf-8") for path in folder.glob("*.py")]
    codes = set(re.findall(r'"([a-z]+(?:-[a-z]+){1,4})"', "".join(sources)))
    codes |= {"eligible-unknown", "covered-unknown"}  # made from the name of the figure
    assert named == codes


def test_every_reading_is_in_the_guide() -> None:
    """A question that a file can ask is one that the guide lists."""
    for name in attrs.fields_dict(Readings):
        assert name in GUIDE


def test_the_schema_can_be_written_for_an_editor(tmp_path: Path) -> None:
    """The schema of the guide is plain JSON."""
    path = tmp_path / "campaign.schema.json"
    path.write_text(json.dumps(campaign_schema(), indent=1))
    assert json.loads(path.read_text())["title"] == "Campaign"

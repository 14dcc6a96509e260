import json
from pathlib import Path
from typing import Any

import attrs
import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from coverage_campaign.errors import DefinitionError
from coverage_campaign.files.campaigns import case_names, load_campaign, load_case, save_campaign
from coverage_campaign.files.json_values import from_json, to_json
from coverage_campaign.files.schema import campaign_schema
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.readings import Readings
from support.campaign_strategies import campaigns
from support.campaigns import tiny

VALIDATOR = jsonschema.Draft202012Validator(campaign_schema())
LAW = settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.mark.slow
@given(campaigns())
@LAW
def test_loading_what_was_saved_gives_the_campaign_back(
    tmp_path_factory: pytest.TempPathFactory, campaign: Campaign
) -> None:
    """load(save(c)) == c for every campaign drawn, in TOML and JSON, and the schema accepts it."""
    path = tmp_path_factory.getbasetemp() / "campaign.toml"
    save_campaign(campaign, path)
    assert load_campaign(path) == campaign
    text = to_json(campaign)
    assert from_json(text) == campaign
    assert list(VALIDATOR.iter_errors(json.loads(text))) == []


@pytest.mark.parametrize("name", ["hengyang", "us-vaccination-2021"])
def test_shipped_cases_come_back(tmp_path: Path, name: str) -> None:
    """A shipped case, with its suggested readings and without any, survives being saved."""
    for readings in (None, Readings(), Readings(increase="ratio")):
        case = load_case(name, year=2008 if name == "hengyang" else None, readings=readings)
        save_campaign(case, tmp_path / "case.toml")
        assert load_campaign(tmp_path / "case.toml") == case
        assert from_json(to_json(case)) == case


def test_saving_twice_gives_the_same_text(tmp_path: Path) -> None:
    """A saved file says the same when it is loaded and saved again."""
    first, second = tmp_path / "first.toml", tmp_path / "second.toml"
    save_campaign(tiny(), first)
    save_campaign(load_campaign(first), second)
    assert first.read_bytes() == second.read_bytes()


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    """A key with a slip, a rate as nonsense and a missing code are wrong in the schema too."""
    plain = json.loads(to_json(tiny()))
    for place, key, value in (
        (plain["units"][1], "kidn", "county"),
        (plain["targets"][1], "to", "eighty"),
        (plain["phases"][0], "starts", "June"),
    ):
        broken = place.get(key)
        place[key] = value
        assert not VALIDATOR.is_valid(plain)
        if broken is None:
            del place[key]
        else:
            place[key] = broken
    assert VALIDATOR.is_valid(plain)
    del plain["units"][0]["code"]
    assert not VALIDATOR.is_valid(plain)


@pytest.mark.parametrize("fields", [{"source": "\ud800"}, {"label": {"zh-Hans": "扩\udc00"}}])
def test_half_a_character_is_refused_where_it_comes_in(fields: dict[str, Any]) -> None:
    """A text that UTF-8 cannot hold is no text of a campaign, so that every file can hold one."""
    with pytest.raises(DefinitionError, match=r"half a character in '.*' -- mend the text"):
        attrs.evolve(tiny(), **fields)


def test_the_cases_are_listed() -> None:
    """Every name that is listed can be loaded."""
    assert case_names() == ("hengyang", "lanhe", "us-vaccination-2021")
    for name in case_names():
        year = 2008 if name == "hengyang" else None
        assert isinstance(load_case(name, year=year), Campaign)

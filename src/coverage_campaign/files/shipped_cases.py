"""The campaigns that come with the library, by name."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from importlib import resources

from coverage_campaign.checks import checked_call, did_you_mean
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.files.campaigns import campaign_from_plain
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.readings import Readings

__all__ = ["case_names", "load_case"]

_SUFFIX = ".toml"


def case_names() -> tuple[str, ...]:
    """Return the names of the shipped campaigns, in alphabetical order."""
    folder = resources.files("coverage_campaign.shipped")
    names = (item.name for item in folder.iterdir() if item.name.endswith(_SUFFIX))
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names))


@checked_call
def load_case(name: str, *, year: int | None = None, readings: Readings | None = None) -> Campaign:
    """Return a shipped campaign.

    Open questions have the answers that the case suggests, marked as suggested in every result;
    `readings` puts the caller's answers in their place, and `readings=Readings()` chooses none.

    Raises:
        TypeError: The source names no year and none is given.
        DefinitionError: There is no such case, or no such year.
    """
    names = case_names()
    if name not in names:
        problem = Problem("name", f"no case {name!r}", did_you_mean(str(name), names, of="cases"))
        raise DefinitionError(problem)
    file = resources.files("coverage_campaign.shipped") / f"{name}{_SUFFIX}"
    value = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    if year is None and "year" not in value:
        raise TypeError(
            f"load_case({name!r}) needs year=: its source names none and it is never guessed; "
            f"for example load_case({name!r}, year=2008)"
        )
    return campaign_from_plain(value, source=f"{name}{_SUFFIX}", year=year, readings=readings)

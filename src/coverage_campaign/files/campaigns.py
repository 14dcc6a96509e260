"""Campaign files: TOML in, TOML out, every mistake at once and with its place."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs

from coverage_campaign.checks import checked_call, shown
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.files import places
from coverage_campaign.files import validation as mistakes
from coverage_campaign.files.converters import converter
from coverage_campaign.files.text import read_text
from coverage_campaign.files.toml import toml_text
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.readings import Readings
from coverage_campaign.saving import save_bytes

__all__ = ["SCHEMA", "campaign_from_plain", "load_campaign", "plain_from_campaign", "save_campaign"]

SCHEMA = 1
"""The version of the layout, in every file as `schema = 1`."""
_MOST_DOTS = 100
_AT_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")


@checked_call
def load_campaign(path: str | os.PathLike[str], *, year: int | None = None) -> Campaign:
    """Return the campaign of a TOML file (its layout: docs/reference/campaign-files.md).

    `year` is for a file that names none, or puts another in its place; the campaign then does not
    count as dated by its source (`year_stated` is False).

    Raises:
        DefinitionError: Every mistake of the file at once, each with its place.
    """
    name = Path(path).name
    return campaign_from_plain(_parsed(read_text(path), name), source=name, year=year)


@checked_call
def save_campaign(campaign: Campaign, path: str | os.PathLike[str]) -> None:
    """Write a campaign as TOML; `load_campaign` gives it back equal.

    Values that a class sets by itself are left out, and so are comments of a file that was loaded.

    Raises:
        SaveError: The path cannot be written; a file that was there is untouched.
        DefinitionError: A text holds what UTF-8 cannot.
    """
    try:
        content = toml_text(plain_from_campaign(campaign)).encode()
    except UnicodeEncodeError as error:
        found = f"half a character in {error.object[error.start :][:1]!r}"
        problem = Problem(Path(path).name, found, "mend the text that holds it")
        raise DefinitionError(problem) from None
    save_bytes(path, content)


def plain_from_campaign(campaign: Campaign) -> dict[str, Any]:
    """Return the tables of a campaign file: texts, whole numbers, dates, lists and tables."""
    plain: dict[str, Any] = converter().unstructure(campaign)
    readings = plain.pop("readings", {})
    suggested = readings.pop("suggested", None)
    if suggested is not None:
        rest = _spread_suggestions(suggested, plain.get("questions", ()))
        readings = {**readings, **({} if suggested and not rest else {"suggested": rest})}
        plain["readings"] = readings
    elif readings:
        plain["readings"] = readings
    return {"schema": SCHEMA, **plain}


def _spread_suggestions(
    suggested: dict[str, Any], questions: Iterable[dict[str, Any]]
) -> dict[str, Any]:
    """Put each suggested answer beside its question; return those that have none."""
    left = dict(suggested)
    for question in questions:
        if question["code"] in left:
            question["suggested"] = left.pop(question["code"])
    return left


def campaign_from_plain(
    value: dict[str, Any], *, source: str, year: int | None = None, readings: Readings | None = None
) -> Campaign:
    """Return the campaign that plain values describe, as a TOML or JSON text holds them.

    `value` is used up. `readings` puts the caller's answers in the place of the file's.
    """
    _check_schema(value.pop("schema", None), source)
    if year is not None:
        value["year_stated"] = value.get("year") == year and value.get("year_stated", True)
        value["year"] = year
    moved = _gather_suggestions(value)
    campaign = mistakes.structured(value, Campaign, source=source, moved=moved)
    return campaign if readings is None else attrs.evolve(campaign, readings=readings)


def _check_schema(schema: object, source: str) -> None:
    if schema != SCHEMA or isinstance(schema, bool):
        found = "missing" if schema is None else shown(schema)
        fix = f"write schema = {SCHEMA}, the version that this library reads"
        raise DefinitionError(Problem(f"{source}: schema", found, fix), source=source)


def _gather_suggestions(value: dict[str, Any]) -> dict[places.Path, places.Path]:
    """Move each question's suggested answer to the readings; return where it came from.

    A file without [readings] takes the suggested answers; one with [readings] has those alone.
    """
    questions = value.get("questions")
    if not isinstance(questions, list):
        return {}
    suggested: dict[str, object] = {}
    moved: dict[places.Path, places.Path] = {}
    for index, question in enumerate(questions):
        if isinstance(question, dict) and "suggested" in question:
            answer, code = question.pop("suggested"), question.get("code")
            if isinstance(code, str):
                suggested[code] = answer
                for path in (("readings", code), ("readings", "suggested", code)):
                    moved[path] = ("questions", index, "suggested")
    if suggested:
        readings = value.setdefault("readings", dict(suggested))
        if isinstance(readings, dict) and isinstance(readings.setdefault("suggested", {}), dict):
            readings["suggested"] = {**suggested, **readings["suggested"]}
    return moved


def _parsed(text: str, name: str) -> dict[str, Any]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.count(".") > _MOST_DOTS:
            found = f"line {number} has more than {_MOST_DOTS} dots"
            raise DefinitionError(Problem(name, found, 'break a long text over lines with """'))
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except RecursionError:
        found, fix = "nested too deep", "a campaign file has tables three deep at most"
        raise DefinitionError(Problem(name, found, fix)) from None
    except ValueError as error:  # a broken TOML text, or a number of thousands of digits
        raise DefinitionError(_broken_toml(str(error), name)) from None


def _broken_toml(found: str, name: str) -> Problem:
    at = _AT_LINE.search(found)
    where = f"{name}: line {at[1]} column {at[2]}" if at else name
    ways_out = {
        "Cannot overwrite": "a key stands twice in its table, or [name] where [[name]] is meant",
        "Cannot declare": "a table stands twice, or [name] where [[name]] is meant",
        "Illegal character": "close the quotes in their line, or put quotes around the text",
        "Invalid value": "put quotes around text; a number has no unit and no comma",
    }
    fix = next(
        (way for start, way in ways_out.items() if found.startswith(start)), "mend the TOML there"
    )
    return Problem(where, _AT_LINE.sub("", found)[:200].strip(), fix)

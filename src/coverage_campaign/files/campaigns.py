"""Campaign files in and out: TOML, JSON, workbooks; every mistake at once and with its place."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

import attrs

from coverage_campaign.checks import checked_call, did_you_mean, shown
from coverage_campaign.errors import DefinitionError, Problem, Translatable
from coverage_campaign.files import validation as mistakes
from coverage_campaign.files.campaign_workbooks import (
    said_of_a_cell,
    workbook_of_campaign,
    written_campaign,
)
from coverage_campaign.files.converters import Inline, converter
from coverage_campaign.files.text import KeyPath, parsed_json, read_bytes, text_of, text_place
from coverage_campaign.messages import Language, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.readings import Readings
from coverage_campaign.saving import save_bytes
from coverage_campaign.workbooks.spreadsheets import is_workbook

__all__ = [
    "CAMPAIGN",
    "SCHEMA",
    "campaign_form",
    "campaign_from_plain",
    "case_names",
    "json_from_campaign",
    "load_campaign",
    "load_case",
    "plain_from_campaign",
    "save_campaign",
]

CAMPAIGN = "campaign"
"""The type that a JSON text of a campaign names."""
SCHEMA = 1
"""The version of the layout, in every file as `schema = 1`."""
_SUFFIX = ".toml"
_MOST_DOTS = 100
_WIDEST = 100
_AT_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")


@checked_call
def load_campaign(path: str | os.PathLike[str], *, year: int | None = None) -> Campaign:
    """Return the campaign of a file: .toml, .json or a workbook (.xlsx, .ods, .xls).

    The layout of TOML is that of docs/reference/campaign-files.md; `campaign_form` makes a workbook
    to fill in, `to_json` a JSON text. A workbook needs the extra `excel`.

    `year` is for a file that names none, or says by `year_stated = false` that its year is not the
    source's; the campaign then does not count as dated by its source (`year_stated` is False).

    Raises:
        DefinitionError: Every mistake of the file at once, each with its place: the line or key of
            a text, the cell of a workbook. Or the source states another year than `year`.
    """
    name, data = Path(path).name, read_bytes(path)
    if is_workbook(data):
        return _from_workbook(data, name, year)
    if _suffix(path) == ".json":
        plain = parsed_json(text_of(data, name), name)
        if not isinstance(plain, dict) or plain.pop("type", CAMPAIGN) != CAMPAIGN:
            fix = "cc.from_json reads other values"
            raise DefinitionError(Problem(name, "no campaign", fix), source=name)
    else:
        plain = _parsed(text_of(data, name), name)
    return campaign_from_plain(plain, source=name, year=year)


def _suffix(path: str | os.PathLike[str], *, also: str = "") -> str:
    """Return what the name of a text file ends in; `also` is another ending that will do."""
    suffix = Path(path).suffix.lower()
    if suffix not in {_SUFFIX, ".json", also}:
        found = (
            message("a file that ends in {suffix!r}", suffix=suffix)
            if suffix
            else "a name without an ending"
        )
        raise DefinitionError(Problem(str(path), found, "give a .toml, .json or .xlsx file"))
    return suffix


def _from_workbook(data: bytes, name: str, year: int | None = None) -> Campaign:
    written = written_campaign(data, name)
    try:
        campaign = campaign_from_plain(written.plain, source=name, year=year, locate=written.locate)
    except DefinitionError as error:
        found = map(said_of_a_cell, error.problems)
        raise DefinitionError([*written.problems, *found], source=name) from None
    if written.problems:
        raise DefinitionError(written.problems, source=name)
    return campaign


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
        DefinitionError: There is no such case, or no such year, or its source states another one.
    """
    names = case_names()
    if name not in names:
        problem = Problem(
            "name",
            message("no case {name!r}", name=name),
            did_you_mean(str(name), names),
        )
        raise DefinitionError(problem)
    file = resources.files("coverage_campaign.shipped") / f"{name}{_SUFFIX}"
    value = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    if year is None and "year" not in value:
        raise TypeError(
            f"load_case({name!r}) needs year=: its source names none and it is never guessed; "
            f"for example load_case({name!r}, year=2008)"
        )
    return campaign_from_plain(value, source=f"{name}{_SUFFIX}", year=year, readings=readings)


@checked_call
def save_campaign(campaign: Campaign, path: str | os.PathLike[str]) -> None:
    """Write a campaign as .toml, .json or .xlsx; `load_campaign` gives an equal one back.

    Values that a class sets by itself are left out, and so are comments of a file that was loaded.

    Raises:
        SaveError: The path cannot be written; a file that was there is untouched.
        DefinitionError: The path ends in something else, or a workbook cannot hold a text of it.
    """
    suffix = _suffix(path, also=".xlsx")
    if suffix == ".xlsx":
        save_bytes(path, _workbook_bytes(campaign, Path(path).name))
        return
    text = (
        json.dumps(json_from_campaign(campaign), ensure_ascii=False, indent=1)
        if suffix == ".json"
        else _toml_text(plain_from_campaign(campaign))
    )
    save_bytes(path, text.encode())


def _workbook_bytes(campaign: Campaign, name: str) -> bytes:
    """Return a workbook from which the very same campaign is read, or an error."""
    found, fix = "a workbook cannot hold every text of it", "save it as .toml"
    try:
        content = workbook_of_campaign(plain_from_campaign(campaign))
        is_same = _from_workbook(content, name) == campaign
    except (DefinitionError, UnicodeEncodeError):
        is_same = False
    if not is_same:
        raise DefinitionError(Problem(name, found, fix))
    return content


@checked_call
def campaign_form(path: str | os.PathLike[str], *, lang: Language | None = None) -> Path:
    """Write a workbook in which a campaign can be written, and return its path (.xlsx).

    It has a sheet for each kind of part (Units, Targets, Phases, Responsibilities, Scheme and so
    on) with the headings of docs/reference/campaign-files.md, what goes into a cell as it is
    chosen, and instructions in a language. `load_campaign` reads it. Needs the extra `excel`.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     campaign_form(Path(folder) / "campaign.xlsx").name
    'campaign.xlsx'
    """
    if Path(path).suffix.lower() != ".xlsx":
        raise DefinitionError(Problem(str(path), "no .xlsx", "a form is a workbook: end in .xlsx"))
    return save_bytes(path, workbook_of_campaign({"schema": SCHEMA}, lang))


def _toml_text(plain: Mapping[str, Any]) -> str:
    """Return plain values as TOML: one key a line, parts as tables, what is long over lines."""
    import tomlkit  # a service that only reads pays nothing for the writer

    return tomlkit.dumps(_filled(tomlkit.document(), plain))


def _filled(table: Any, plain: Mapping[str, Any]) -> Any:  # noqa: ANN401 - tables of tomlkit
    for key, value in sorted(plain.items(), key=lambda pair: _has_own_head(pair[1])):
        table.append(key, _item(value))
    return table


def _has_own_head(value: object) -> bool:
    """Tell whether a value is a table below a head of its own, or a list of such tables."""
    one = next(iter(value), None) if isinstance(value, (list, tuple)) else value
    return isinstance(one, dict) and not isinstance(one, Inline)


def _item(value: Any) -> Any:  # noqa: ANN401 - any plain value, as tomlkit holds it
    import tomlkit  # as above

    match value:
        case Inline():
            inline = tomlkit.inline_table()
            inline.update(value)
            return inline
        case dict():
            return _filled(tomlkit.table(), value)
        case list() | tuple() if _has_own_head(value):
            tables = tomlkit.aot()
            tables.extend(map(_item, value))
            return tables
        case list() | tuple():
            items = tomlkit.array()
            items.extend(map(_item, value))
            return items.multiline(multiline=len(items.as_string()) > _WIDEST)
    return value


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


def json_from_campaign(campaign: Campaign) -> dict[str, Any]:
    """Return the tables of a campaign as JSON holds them: dates are texts."""
    return {"type": CAMPAIGN, **_dates_as_text(plain_from_campaign(campaign))}


def _dates_as_text(plain: Any) -> Any:  # noqa: ANN401 - plain values of any depth
    if isinstance(plain, dict):
        return {key: _dates_as_text(value) for key, value in plain.items()}
    if isinstance(plain, (list, tuple)):
        return [_dates_as_text(value) for value in plain]
    return plain.isoformat() if isinstance(plain, dt.date) else plain


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
    value: dict[str, Any],
    *,
    source: str,
    year: int | None = None,
    readings: Readings | None = None,
    locate: mistakes.Locate | None = None,
) -> Campaign:
    """Return the campaign that plain values describe, as a TOML or JSON text holds them.

    `value` is used up. `readings` puts the caller's answers in the place of the file's. `locate`
    names the places of mistakes, where they are not the keys of a text.
    """
    where = f"{source}: schema" if locate is None else locate(("schema",), "")
    _check_schema(value.pop("schema", None), where, source)
    if year is not None:
        _check_year(value, year, source if locate is None else locate(("year",), ""), source)
        value["year_stated"] = value.get("year") == year and value.get("year_stated", True)
        value["year"] = year
    moved = _gather_suggestions(value)
    campaign = mistakes.structured(value, Campaign, source=source, moved=moved, locate=locate)
    return campaign if readings is None else attrs.evolve(campaign, readings=readings)


def _check_year(
    value: Mapping[str, Any], year: int, where: str | Translatable, source: str
) -> None:
    """Refuse another year than that which the source states."""
    own = value.get("year")
    if own is not None and own != year and value.get("year_stated", True) is not False:
        fix = message("leave year= out, or mend the file where {own} is wrong", own=str(own))
        found = message("year={year:raw}, but the source states {own}", year=year, own=shown(own))
        raise DefinitionError(Problem(where, found, fix), source=source)


def _check_schema(schema: object, where: str | Translatable, source: str) -> None:
    if schema != SCHEMA or isinstance(schema, bool):
        found = "missing" if schema is None else shown(schema)
        fix = message(
            "write schema = {schema:raw}, the version that this library reads", schema=SCHEMA
        )
        raise DefinitionError(Problem(where, found, fix), source=source)


def _gather_suggestions(value: dict[str, Any]) -> dict[KeyPath, KeyPath]:
    """Move each question's suggested answer to the readings; return where it came from.

    A file without [readings] takes the suggested answers; one with [readings] has those alone.
    """
    questions = value.get("questions")
    if not isinstance(questions, list):
        return {}
    suggested: dict[str, object] = {}
    moved: dict[KeyPath, KeyPath] = {}
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
            found = message(
                "line {number:raw} has more than {most} dots",
                number=number,
                most=_MOST_DOTS,
            )
            raise DefinitionError(Problem(name, found, 'break a long text over lines with """'))
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except RecursionError:
        fix = "a campaign file has tables three deep at most"
        raise DefinitionError(Problem(name, "nested too deep", fix)) from None
    except ValueError as error:  # a broken TOML text, or a number of thousands of digits
        raise DefinitionError(_broken_toml(str(error), name)) from None


def _broken_toml(found: str, name: str) -> Problem:
    at = _AT_LINE.search(found)
    where = text_place(name, *at.groups()) if at else name
    ways_out = {
        "Cannot overwrite": message(
            "a key occurs twice in its table, or [name] where [[name]] is meant"
        ),
        "Cannot declare": message("a table occurs twice, or [name] where [[name]] is meant"),
        "Illegal character": message(
            "close the quotes in their line, or put quotes around the text"
        ),
        "Invalid value": message("put quotes around text; a number has no unit and no comma"),
    }
    fix = next(
        (way for start, way in ways_out.items() if found.startswith(start)),
        message("mend the TOML there"),
    )
    said = message("no sound TOML: {error}", error=_AT_LINE.sub("", found)[:200].strip())
    return Problem(where, said, fix)

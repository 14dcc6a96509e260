"""The JSON Schema of a campaign file, made from the classes: an editor checks while one types."""

from __future__ import annotations

import inspect
from typing import Any, Literal, get_args, get_origin

import attrs

from coverage_campaign.assessment.rules import RULES
from coverage_campaign.files.campaigns import SCHEMA
from coverage_campaign.files.converters import (
    FORMS,
    NONE,
    TARGET_KINDS,
    is_choice,
    without_none,
)
from coverage_campaign.model.campaign import Campaign

__all__ = ["campaign_schema"]


def campaign_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a campaign file; JSON of `to_json` has it too.

    >>> schema = campaign_schema()
    >>> schema["$defs"]["Unit"]["required"]
    ['code', 'label', 'kind']
    """
    definitions: dict[str, Any] = {}
    top = _table(Campaign, definitions)
    top["properties"] = {"schema": {"const": SCHEMA}, **top["properties"]}
    top["properties"]["type"] = {"const": "campaign"}
    top["required"] = ["schema", *(name for name in top["required"] if name != "year")]
    questions = definitions["Question"]["properties"]
    questions["suggested"] = {"description": "The answer that results rest on until one is chosen."}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **top, "$defs": definitions}


def _table(kind: type[attrs.AttrsInstance], definitions: dict[str, Any]) -> dict[str, Any]:
    fields = attrs.fields(attrs.resolve_types(kind))
    table: dict[str, Any] = {
        "title": kind.__name__,
        "description": inspect.cleandoc(kind.__doc__ or ""),
        "type": "object",
        "properties": {field.name: _of(field.type, definitions) for field in fields},
        "required": [field.name for field in fields if field.default is attrs.NOTHING],
        "additionalProperties": False,
    }
    for name, target in TARGET_KINDS.items():
        if kind is target:
            table["properties"] = {"kind": {"const": name}, **table["properties"]}
            table["required"] = ["kind", *table["required"]]
    return table


def _of(kind: object, definitions: dict[str, Any]) -> dict[str, Any]:
    if is_choice(kind):
        return {"anyOf": [_of(rule, definitions) for rule in RULES]}
    if kind in FORMS:
        return dict(FORMS[kind].schema)
    if get_origin(kind) is Literal:
        return {"enum": list(get_args(kind))}
    if get_origin(kind) is tuple:
        return _list(get_args(kind)[0], definitions)
    if get_args(kind):
        return _union(kind, definitions)
    return _reference(kind, definitions)


def _union(kind: object, definitions: dict[str, Any]) -> dict[str, Any]:
    if type(None) in get_args(kind):
        inner = _of(without_none(kind), definitions)
        return inner if inner == FORMS[str].schema else {"anyOf": [inner, {"const": NONE}]}
    return {"anyOf": [_of(one, definitions) for one in get_args(kind)]}


def _list(item: object, definitions: dict[str, Any]) -> dict[str, Any]:
    one = _of(item, definitions)
    items = {"type": "array", "items": one}
    return {"anyOf": [one, items]} if item is str else items


def _reference(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - a class
    name: str = kind.__name__
    if name not in definitions:
        definitions[name] = {}  # a class may refer to itself
        definitions[name] = _table(kind, definitions)
    return {"$ref": f"#/$defs/{name}"}

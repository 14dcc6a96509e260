"""How the values of the model look in a file, and how a file becomes values: the cattrs rules.

Tables follow the classes one to one. A count is a whole number, a rate is exact text ("80%"), a
day is "MM-DD" or a date, a label is a text or a table of texts by language. Nothing is coerced:
text is no number, a number is no text, and a key that no class has is a mistake.
"""

from __future__ import annotations

import datetime as dt
import functools
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, cast, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.cols import homogenous_tuple_structure_factory
from cattrs.errors import ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from coverage_campaign.assessment.rules import RULES
from coverage_campaign.checks import did_you_mean, nearest
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.files.text import wrong
from coverage_campaign.messages import Message, message
from coverage_campaign.model.dates import MonthDay
from coverage_campaign.model.labels import Label
from coverage_campaign.model.scheme import AnyRule
from coverage_campaign.model.targets import (
    CoverageTarget,
    HeadcountTarget,
    MoneyTarget,
    Target,
    rate_text,
    to_rate,
)

__all__ = [
    "COUNTS",
    "DAY",
    "FORMS",
    "NONE",
    "SHARES",
    "TARGET_KINDS",
    "FieldForm",
    "Inline",
    "converter",
    "is_choice",
    "own_keys",
    "without_none",
]

TARGET_KINDS: Mapping[str, type[HeadcountTarget | CoverageTarget | MoneyTarget]] = {
    "headcount": HeadcountTarget,
    "coverage": CoverageTarget,
    "money": MoneyTarget,
}
"""The `kind` by which a table of a target says which one it is."""
NONE = "none"
"""What a file holds for None where leaving the key out would mean something else."""
COUNTS = tuple[tuple[str, int], ...]
SHARES = tuple[tuple[str, Fraction], ...]
DAY = MonthDay | dt.date
_LARGEST = 2**63 - 1  # what every TOML and JSON reader can hold
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH_DAY = re.compile(r"(\d{2})-(\d{2})")
_RATE = re.compile(r"-?\d{1,18}(\.\d{1,18})?\s?[%\uff05]?|-?\d{1,18}/\d{1,18}")
_DECIMAL = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,2})?")
_MOST_PLACES = 30


class Inline(dict[str, Any]):
    """A table that a file holds on one line: texts by language, counts by code."""


@functools.cache
def converter() -> Converter:
    """Return the one converter between plain values (of TOML or JSON) and the model."""
    rules = Converter(omit_if_default=True, detailed_validation=True)
    rules.register_structure_hook_factory(attrs.has, lambda kind: _from_table(kind, rules))
    rules.register_structure_hook_factory(_is_list, lambda kind: _from_list(kind, rules))
    rules.register_structure_hook_factory(_is_literal, _from_choice)
    rules.register_structure_hook_factory(_is_optional, lambda kind: _from_optional(kind, rules))
    rules.register_structure_hook_factory(is_choice, lambda _: _from_choice_of(rules))
    rules.register_structure_hook_func(
        lambda kind: kind == Target, lambda value, _: _target(value, rules)
    )
    rules.register_unstructure_hook_factory(_is_optional, lambda kind: _plain_optional(kind, rules))
    for of, form in FORMS.items():
        read = functools.partial(_read, form)
        if isinstance(of, type):
            rules.register_structure_hook(of, read)
            rules.register_unstructure_hook(of, form.write)
        else:
            is_of = functools.partial(operator.eq, of)
            rules.register_structure_hook_func(is_of, read)
            rules.register_unstructure_hook_func(is_of, form.write)
    for name, kind in TARGET_KINDS.items():
        fill = make_dict_unstructure_fn(kind, rules, _cattrs_omit_if_default=True)
        rules.register_unstructure_hook(kind, _tagged(name, fill))
    rules.register_unstructure_hook_func(is_choice, lambda value: _plain_rule(value, rules))
    return rules


# -- from plain values -----------------------------------------------------------------------------


def _read(form: FieldForm, value: object, _: object) -> object:
    return form.read(value)


def _is_list(kind: object) -> bool:
    arguments = get_args(kind)
    return get_origin(kind) is tuple and arguments[1:] == (Ellipsis,) and kind not in FORMS


def _is_literal(kind: object) -> bool:
    return get_origin(kind) is Literal


def _is_optional(kind: object) -> bool:
    return type(None) in get_args(kind)


def without_none(kind: object) -> object:
    """Return the type that an optional one has where it is not None."""
    return functools.reduce(operator.or_, [one for one in get_args(kind) if one is not type(None)])


def _from_optional(kind: object, rules: Converter) -> Callable[[object, object], object]:
    inner = cast("type[object]", without_none(kind))

    def from_optional(value: object, _: object) -> object:
        if value is None or (value == NONE and inner is not str):
            return None
        return rules.structure(value, inner)

    return from_optional


def _from_table(
    kind: type[attrs.AttrsInstance], rules: Converter
) -> Callable[[object, object], object]:
    fill = make_dict_structure_fn(kind, rules, _cattrs_forbid_extra_keys=True)
    keys = ", ".join(attribute.name for attribute in attrs.fields(kind))

    def from_table(value: object, kind: object) -> object:
        if not isinstance(value, dict):
            raise DefinitionError(wrong(value, message("give a table with {keys}", keys=keys)))
        return fill(value, kind)

    return from_table


def _from_list(
    kind: type[tuple[object, ...]], rules: Converter
) -> Callable[[object, object], object]:
    item = get_args(kind)[0]
    fill = homogenous_tuple_structure_factory(kind, rules)

    def from_list(value: object, kind: object) -> object:
        if item is str and isinstance(value, str):
            return (value,)
        if not isinstance(value, list):
            raise DefinitionError(wrong(value, "give a list, in square brackets"))
        return fill(value, kind)

    return from_list


def _from_choice(kind: object) -> Callable[[object, object], object]:
    choices = get_args(kind)

    def from_choice(value: object, _: object) -> object:
        if not isinstance(value, str) or value not in choices:
            word = value if isinstance(value, str) else ""
            raise DefinitionError(wrong(value, did_you_mean(word, choices)))
        return value

    return from_choice


def is_choice(kind: object) -> bool:
    """Tell whether a type is that of a rule, which has a key of its own for each class."""
    return bool(kind == AnyRule)


def own_keys() -> dict[str, type]:
    """Return the key that a rule needs and no other rule has, and its class."""
    classes = [cast("type[attrs.AttrsInstance]", rule) for rule in RULES]
    names = {rule: {field.name for field in attrs.fields(rule)} for rule in classes}
    return {
        field.name: rule
        for rule in classes
        for field in attrs.fields(rule)
        if field.default is attrs.NOTHING
        and not any(field.name in names[other] for other in classes if other is not rule)
    }


def _from_choice_of(rules: Converter) -> Callable[[object, object], object]:
    own = own_keys()

    def from_choice_of(value: object, _: object) -> object:
        if not isinstance(value, dict):
            fix = message("give a table with one of {own}", own=list(own))
            raise DefinitionError(wrong(value, fix))
        found = [own[key] for key in value if key in own]
        meant = {key: nearest(key, own) for key in value} if not found else {}
        for key, word in meant.items():
            if word is not None:
                raise ForbiddenExtraKeysError(None, own[word], {key})
        if len(found) != 1:
            fix = message("give just one of the keys {own}", own=list(own))
            raise DefinitionError(wrong(value, fix))
        return rules.structure(value, found[0])

    return from_choice_of


def _plain_rule(rule: AnyRule, rules: Converter) -> object:
    if attrs.has(type(rule)):
        return rules.unstructure(rule, type(rule))
    name = getattr(rule, "__qualname__", type(rule).__name__)
    fix = "only rules of cc.rules have a form in a file; hand yours over in Python"
    raise DefinitionError(Problem(".rule", message("the function {name}", name=name), fix))


def _target(value: object, rules: Converter) -> Target:
    if not isinstance(value, dict):
        raise DefinitionError(wrong(value, "give a table with kind, code, label"))
    if "kind" not in value:
        fix = message("write kind = one of {kinds}", kinds=list(TARGET_KINDS))
        raise DefinitionError(Problem(".kind", "missing", fix))
    name = value["kind"]
    kind = TARGET_KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        word = name if isinstance(name, str) else ""
        fix = did_you_mean(word, TARGET_KINDS)
        raise DefinitionError(wrong(name, fix, where=".kind"))
    rest = {key: inner for key, inner in value.items() if key != "kind"}
    return rules.structure(rest, kind)


def _counts(value: object) -> dict[str, int]:
    if not isinstance(value, dict):
        raise DefinitionError(wrong(value, "give a table of counts by code"))
    problems = [
        wrong(count, "a count is a whole number, 0 or more", where=f".{code}")
        for code, count in value.items()
        if type(count) is not int or not 0 <= count <= _LARGEST
    ]
    if problems:
        raise DefinitionError(problems)
    return value


def _shares(value: object) -> dict[str, Fraction] | str:
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        raise DefinitionError(wrong(value, "give a code, or a table of shares by code"))
    shares: dict[str, Fraction] = {}
    problems: list[Problem] = []
    for code, share in value.items():
        try:
            shares[code] = _rate(share)
        except DefinitionError as error:
            problems += (attrs.evolve(one, where=f".{code}") for one in error.problems)
    if problems:
        raise DefinitionError(problems)
    return shares


def _label(value: object) -> Label:
    if isinstance(value, str):
        return Label({"en": value})
    if not isinstance(value, dict):
        raise DefinitionError(
            wrong(value, message('give a text, or texts by language: {{ en = "..." }}'))
        )
    problems = [
        wrong(text, "give text in quotes", where=f".{tag}")
        for tag, text in value.items()
        if not isinstance(text, str)
    ]
    if problems:
        raise DefinitionError(problems)
    return Label(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise DefinitionError(wrong(value, "give text in quotes"))
    return value


def _whole(value: object) -> int:
    if type(value) is not int or abs(value) > _LARGEST:  # True is an int to isinstance
        raise DefinitionError(wrong(value, "give a whole number, without quotes or point"))
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise DefinitionError(wrong(value, "give true or false, without quotes"))
    return value


def _rate(value: object) -> Fraction:
    if isinstance(value, str) and _RATE.fullmatch(value) and not value.endswith("/0"):
        return to_rate(value)
    if type(value) is int and abs(value) <= _LARGEST:
        return to_rate(value)
    if isinstance(value, Decimal) and value.is_finite():
        digits = value.as_tuple()
        if len(digits.digits) <= _MOST_PLACES and abs(int(digits.exponent)) <= _MOST_PLACES:
            return to_rate(value)
    raise DefinitionError(wrong(value, 'give a rate as text, such as "80%", "0.8" or "8/11"'))


def _decimal(value: object) -> Decimal:
    number: Decimal | None = None
    text = isinstance(value, str) and _DECIMAL.fullmatch(value)
    if text or (type(value) is int and abs(value) <= _LARGEST):
        number = Decimal(cast("str | int", value))
    elif isinstance(value, Decimal) and value.is_finite():
        number = value
    if number is None or not -_MOST_PLACES <= int(number.as_tuple().exponent) <= _MOST_PLACES:
        raise DefinitionError(wrong(value, 'give a number, or exact text such as "0.1"'))
    return number


def _date(value: object) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise DefinitionError(wrong(value, "the calendar has no such day")) from None
    raise DefinitionError(wrong(value, "give a date, YYYY-MM-DD"))


def _month_day(value: object) -> MonthDay:
    parts = _MONTH_DAY.fullmatch(value) if isinstance(value, str) else None
    if parts is None:
        raise DefinitionError(wrong(value, 'give a day of the year, "MM-DD"'))
    try:
        return MonthDay(int(parts[1]), int(parts[2]))
    except DefinitionError:
        raise DefinitionError(wrong(value, "no year has such a day")) from None


def _day(value: object) -> MonthDay | dt.date:
    if isinstance(value, str) and _MONTH_DAY.fullmatch(value):
        return _month_day(value)
    try:
        return _date(value)
    except DefinitionError as error:
        (problem,) = error.problems
        if "calendar" in problem.fix:
            raise
        fix = 'give a day as "MM-DD", or a date as YYYY-MM-DD'
        raise DefinitionError(wrong(value, fix)) from None


# -- to plain values -------------------------------------------------------------------------------


def _plain_label(label: Label) -> str | Inline:
    texts = Inline(label.texts)
    return texts["en"] if texts.keys() == {"en"} else texts


def _plain_optional(kind: object, rules: Converter) -> Callable[[object], object]:
    inner = without_none(kind)
    return lambda value: NONE if value is None else rules.unstructure(value, inner)


def _tagged(kind: str, fill: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    return lambda value: {"kind": kind, **fill(value)}


# -- the plain types of fields ---------------------------------------------------------------------


def _as_it_is(value: object) -> object:
    return value


@attrs.frozen
class FieldForm:
    """How fields of one type stand in files: read, written, in the schema, advised in a cell.

    `stand_in` is a plain value that the type accepts.
    """

    read: Callable[[Any], object]
    write: Callable[[Any], object]
    schema: Mapping[str, Any]
    advice: Message
    stand_in: object


def _matching(pattern: str) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{pattern}$"}


def _any_of(*schemas: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": list(schemas)}


def _by_code(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": schema}


def _plain_shares(shares: Iterable[tuple[str, Fraction]]) -> Inline:
    return Inline({code: rate_text(share) for code, share in shares})


def _plain_day(day: MonthDay | dt.date) -> str | dt.date:
    return str(day) if isinstance(day, MonthDay) else day


_ANY_TEXT, _REAL, _WHOLE = ({"type": kind} for kind in ("string", "number", "integer"))
_COUNT = {**_WHOLE, "minimum": 0}
_DATE_TEXT, _DAY_TEXT = _matching(r"\d{4}-\d{2}-\d{2}"), _matching(r"\d{2}-\d{2}")
_RATES = _any_of(_matching(r"-?\d+(\.\d+)?\s?%?$|^-?\d+/\d+"), _REAL)
_DECIMALS = _any_of(_matching(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?"), _REAL)
_SAY_TEXT, _SAY_TRUTH = message("Text."), message("true or false.")
_SAY_WHOLE, _SAY_DECIMAL = message("A whole number."), message("A number, such as 0.5.")
_SAY_RATE = message("A rate, such as 80% or 8/11.")
_SAY_DATE = message("A date, such as 2026-06-30.")
_SAY_DAY = message("A day of the year, such as 06-30, or a date.")

FORMS: Mapping[object, FieldForm] = {
    str: FieldForm(_text, _as_it_is, _ANY_TEXT, _SAY_TEXT, "?"),
    bool: FieldForm(_truth, _as_it_is, {"type": "boolean"}, _SAY_TRUTH, stand_in=False),
    int: FieldForm(_whole, _as_it_is, _WHOLE, _SAY_WHOLE, 2000),
    Fraction: FieldForm(_rate, rate_text, _RATES, _SAY_RATE, 0),
    Decimal: FieldForm(_decimal, str, _DECIMALS, _SAY_DECIMAL, 0),
    dt.date: FieldForm(_date, _as_it_is, _DATE_TEXT, _SAY_DATE, dt.date(2000, 1, 1)),
    MonthDay: FieldForm(_month_day, str, _DAY_TEXT, _SAY_DAY, "01-01"),
    DAY: FieldForm(_day, _plain_day, _any_of(_DAY_TEXT, _DATE_TEXT), _SAY_DAY, "01-01"),
    Label: FieldForm(_label, _plain_label, _any_of(_ANY_TEXT, _by_code(_ANY_TEXT)), _SAY_TEXT, "?"),
    COUNTS: FieldForm(_counts, Inline, _by_code(_COUNT), _SAY_WHOLE, {}),
    SHARES: FieldForm(_shares, _plain_shares, _any_of(_ANY_TEXT, _by_code(_RATES)), _SAY_RATE, {}),
}
"""Each type of a field that is no table, list, choice or optional of others: one place for all."""

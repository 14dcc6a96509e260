"""Every mistake of a file at once: reading goes on after the first one, and each has its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Literal, TypeAlias, TypeVar, cast, get_args, get_origin

import attrs
from cattrs.errors import (
    BaseValidationError,
    ClassValidationError,
    ForbiddenExtraKeysError,
    IterableValidationError,
)

from coverage_campaign.checks import did_you_mean, nearest
from coverage_campaign.errors import DefinitionError, Problem, Translatable
from coverage_campaign.files.converters import FORMS, TARGET_KINDS, converter, is_choice, own_keys
from coverage_campaign.files.text import KeyPath, place
from coverage_campaign.messages import message
from coverage_campaign.model.campaign import CODED_FIELDS

__all__ = ["Locate", "structured"]

_Kind = TypeVar("_Kind")
Locate: TypeAlias = Callable[[KeyPath, str], str | Translatable]
"""From a path, and a text below it, to the place that a reader looks up."""
_MOST = 1_000
_ROUNDS = 6
_DEPTH_OF_A_PART = 2
_SECTIONS = frozenset(CODED_FIELDS)
_RENAMED = {"cuts": "breakdowns", "cut": "breakdown", "every": "period"}
"""Keys of older files, and what they are called now."""


@attrs.frozen
class _Mistake:
    """What is wrong at a path; `below` is text for a place inside the value that stands there.

    Of an unknown key, `known` are the ones that its table can have.
    """

    path: KeyPath
    found: str | Translatable
    fix: str | Translatable
    below: str = ""
    known: tuple[str, ...] = ()
    missing_kind: object = None

    def problem(self, locate: Locate) -> Problem:
        key = str(self.path[-1]) if self.known else ""
        fix: str | Translatable = did_you_mean(key, self.known) if key else self.fix
        if _RENAMED.get(key) in self.known:
            fix = message("it is called {name!r} now", name=_RENAMED[key])
        return Problem(locate(self.path, self.below), self.found, fix)


def structured(
    value: dict[str, Any],
    kind: type[_Kind],
    *,
    source: str,
    moved: Mapping[KeyPath, KeyPath] | None = None,
    locate: Locate | None = None,
) -> _Kind:
    """Return the value of a class that a table describes; `value` is used up.

    `moved` maps a path in `value` to the one where the file had it; `locate` returns where that is
    for a reader, and for a text below it; by default the keys that lead there.

    Raises:
        DefinitionError: Every mistake with its place, those of single values and those of values
            that do not fit together.
    """
    rules = converter()
    find = locate or partial(_keys_to, value, source)

    def where(path: KeyPath, below: str) -> str | Translatable:
        return find((moved or {}).get(path, path), below)

    first: list[Problem] | None = None
    for _ in range(_ROUNDS):
        try:
            result = rules.structure(value, kind)
        except (BaseValidationError, DefinitionError) as error:
            mistakes = list(_mistakes(error, ()))
            problems = _problems(mistakes, source, where)
            if first is None:
                first = problems
                if len(mistakes) > _MOST or any(_hides_a_code(mistake) for mistake in mistakes):
                    raise DefinitionError(first, source=source) from None
            elif all(mistake.path == () and mistake.below for mistake in mistakes):
                first += problems
                break
            if all(mistake.path == () for mistake in mistakes):
                break
            _mend(mistakes, value)
        else:
            if first is None:
                return result
            break
    raise DefinitionError(first or [], source=source)


def _keys_to(value: object, source: str, path: KeyPath, below: str) -> str:
    found = place(path, value) + below
    return f"{source}: {found}" if source and found else source or found


def _problems(mistakes: list[_Mistake], source: str, locate: Locate) -> list[Problem]:
    few = len(mistakes) <= _MOST + 1  # the model bounds its own problems in the same way
    shown = mistakes if few else mistakes[:_MOST]
    problems = list(dict.fromkeys(mistake.problem(locate) for mistake in shown))
    if not few:
        more = len(mistakes) - _MOST
        problems.append(
            Problem(
                source or "input", message("{more} more mistakes", more=more), "mend these first"
            )
        )
    return problems


# -- from the tree of errors that cattrs makes to places -------------------------------------------


def _mistakes(error: BaseException, path: KeyPath, kind: type | None = None) -> Iterator[_Mistake]:
    match error:
        case ClassValidationError():
            noted, others = error.group_exceptions()
            for inner, note in noted:
                if isinstance(inner, KeyError):
                    yield _missing((*path, note.name), note.type, error.cl)
                else:
                    yield from _mistakes(inner, (*path, note.name))
            for inner in others:
                yield from _mistakes(inner, path, error.cl)
        case IterableValidationError():
            for inner, item in error.group_exceptions()[0]:
                yield from _mistakes(inner, (*path, item.index))
        case ForbiddenExtraKeysError():
            yield from _unknown_keys(error, path)
        case DefinitionError():
            for problem in error.problems:
                yield _from_problem(problem, path, kind)
        case _:
            raise error


def _missing(path: KeyPath, kind: object, owner: type) -> _Mistake:
    fix = message("every {owner} needs it", owner=_words(owner))
    if path == ("year",):
        fix = message("add year = ..., or pass year= where the source names none")
    return _Mistake(path, "missing", fix, missing_kind=kind)


def _unknown_keys(error: ForbiddenExtraKeysError, path: KeyPath) -> Iterator[_Mistake]:
    keys = tuple(_keys(error.cl))
    for key in sorted(error.extra_fields):
        yield _Mistake((*path, key), "unknown key", "", known=keys)


def _keys(kind: type) -> list[str]:
    keys = [attribute.name for attribute in attrs.fields(cast("Any", kind))]
    return ["kind", *keys] if kind in TARGET_KINDS.values() else keys


def _from_problem(problem: Problem, path: KeyPath, kind: type | None) -> _Mistake:
    """Return a mistake found by a rule of the files (kind is None) or by the model itself."""
    _, found, fix = attrs.astuple(problem, recurse=False)
    if kind is None:
        step = problem.where.removeprefix(".")
        inner = (*path, step) if problem.where.startswith(".") else path
        return _Mistake(inner, found, fix)
    if not path:
        return _Mistake((), found, fix, below=problem.where)
    field = problem.where.partition(".")[0]
    inner = (*path, field) if field in attrs.fields_dict(cast("Any", kind)) else path
    return _Mistake(inner, found, fix)


def _words(kind: type) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__).lower()


# -- mending, only so that reading can go on to the mistakes that lie behind ----------------------


def _hides_a_code(mistake: _Mistake) -> bool:
    """Tell whether references cannot be checked because a part's code cannot be read."""
    path = mistake.path
    is_section = len(path) == 1 and path[0] in _SECTIONS
    is_part = len(path) == _DEPTH_OF_A_PART and isinstance(path[1], int)
    is_code = len(path) == _DEPTH_OF_A_PART + 1 and path[-1] == "code"
    return is_section or is_part or (is_code and mistake.missing_kind is not None)


def _mend(mistakes: list[_Mistake], top: dict[str, Any]) -> None:
    for mistake in mistakes:
        *above, last = mistake.path
        holder: Any = top
        for step in above:
            holder = holder[step]
        if isinstance(holder, list) and isinstance(last, int):
            holder[last] = {}
        elif isinstance(holder, dict):
            _mend_key(mistake, holder, str(last))


def _mend_key(mistake: _Mistake, holder: dict[str, Any], key: str) -> None:
    if mistake.missing_kind is not None:
        holder[key] = _stand_in(mistake.missing_kind)
    elif key == "kind" and mistake.path[0] == "targets":
        holder[key] = next(iter(TARGET_KINDS))
    elif key == "code" and type(holder.get(key)) is int:
        holder[key] = str(holder[key])
    else:
        value = holder.pop(key, None)
        meant = _RENAMED.get(key) or nearest(key, mistake.known)
        if meant is not None:
            holder.setdefault(meant, value)


def _stand_in(kind: object) -> object:
    """Return a plain value that a type accepts, for a required key that is missing."""
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if get_origin(kind) is tuple:
        return []
    if is_choice(kind):
        return {next(iter(own_keys())): 0}
    return FORMS[kind].stand_in if kind in FORMS else "?"

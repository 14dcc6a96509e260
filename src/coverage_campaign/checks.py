"""What values and calls are checked for: kinds and options from their type hints, and ranges.

A class of values says `@attrs.frozen(field_transformer=checked_fields)`, a public function
`@checked_call`: what a caller hands over is then compared with the annotations, at run time too.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import difflib
import functools
import inspect
import os
import pathlib
import sys
import types
import typing
from collections import abc
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin

import attrs

from coverage_campaign.errors import (
    CampaignError,
    DefinitionError,
    MissingExtraError,
    Problem,
    Translatable,
)
from coverage_campaign.messages import Message, message

__all__ = [
    "a_term",
    "between",
    "calling",
    "checked_call",
    "checked_fields",
    "checked_methods",
    "did_you_mean",
    "fits",
    "from_zero",
    "kind_of",
    "nearest",
    "needs",
    "shown",
    "vary",
]

_LONGEST = 60
_LONGEST_LIST = 10**7
_MOST_COMPARED = 2_000
_PACKAGE = __name__.partition(".")[0]
_Function = TypeVar("_Function", bound=Callable[..., object])
_Value = TypeVar("_Value")


# -- words -----------------------------------------------------------------------------------------


def shown(value: object) -> Message:
    """Return what was found in a few words, however large or deep it is.

    >>> [str(shown(value)) for value in (True, "x" * 100, [1, 2], {"a": {}})]
    ['true', "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'", 'a list of 2', \
'a table with a']
    """
    match value:
        case None:
            words = message("nothing")
        case str():
            text = repr(value if len(value) <= _LONGEST else f"{value[:_LONGEST]}...")
            words = message("{text}", text=text)
        case dict():
            keys = ", ".join(str(key)[:20] for key in [*value][:3])
            words = message("a table with {keys}", keys=keys) if keys else message("an empty table")
        case list() | tuple():
            words = message("a list of {n}", n=len(value))
        case int() if value.bit_length() > _LONGEST * 3:
            words = message("a number too long to show")
        case abc.Iterator():
            words = kind_of(value)
        case _ if attrs.has(type(value)) or callable(value):
            words = _with_article(getattr(value, "__name__", type(value).__name__))
        case _:
            text = str(value).lower() if isinstance(value, bool) else str(value)[: _LONGEST + 5]
            words = message("{text}", text=text)
    return words


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that a mistyped one most likely means, or None."""
    words = list(known)
    if len(words) > _MOST_COMPARED:  # a slip rarely changes how a code begins
        words = [one for one in words if one[:1] == word[:1] and abs(len(one) - len(word)) <= 1]
    by_lower = {one.lower(): one for one in words[:_MOST_COMPARED]}
    close = difflib.get_close_matches(word[:_LONGEST].lower(), list(by_lower), n=1)
    return by_lower[close[0]] if close else None


def did_you_mean(word: object, known: Iterable[str]) -> Message:
    """Return the fix for a word that is not among the known ones: the nearest, or a list.

    >>> str(did_you_mean("drive-4", ["drive-1", "summary"]))
    "did you mean 'drive-1'?"
    >>> str(did_you_mean("x", ["drive-1", "summary"]))
    'known: drive-1 and summary'
    """
    choices = list(known)
    if not choices:
        return message("there is none yet: add it")
    close = nearest(word, choices) if isinstance(word, str) else None
    if close is not None:
        return message("did you mean {word!r}?", word=close)
    return message("known: {choices:list 12}", choices=choices)


def _with_article(name: str) -> Message:
    if name[:1] in "AEIOUaeiou" and not name.startswith("Uni"):
        return message("an {kind}", kind=name)
    return message("a {kind}", kind=name)


def kind_of(value: object) -> Message:
    """Return what a value is, with an article.

    >>> str(kind_of(5)), str(kind_of("x")), str(kind_of(None))
    ('an int', 'a str', 'None')
    """
    return _WORDS[type(None)] if value is None else _with_article(type(value).__name__)


@contextlib.contextmanager
def calling(where: Translatable | str, *, fix: Translatable | str) -> Iterator[None]:
    """Call a function of the caller's inside this context: what it raises names the function.

    >>> with calling("curve 'mine'", fix="give one whole number a day"):
    ...     1 / 0
    Traceback (most recent call last):
        ...
    coverage_campaign.errors.DefinitionError: curve 'mine': raised ZeroDivisionError: division by \
zero -- give one whole number a day
    """
    try:
        yield
    except CampaignError:
        raise
    except Exception as error:
        found = message(
            "raised {kind:raw}: {error:raw}", kind=type(error).__name__, error=f"{error!s:.200}"
        )
        raise DefinitionError(Problem(where, found, fix)) from error


@contextlib.contextmanager
def needs(extra: str, what: str) -> Iterator[None]:
    """Import what an extra brings inside this context: where it is missing the extra is named.

    >>> with needs("excel", "to_excel"):
    ...     import xlsx_of_another_world
    Traceback (most recent call last):
        ...
    coverage_campaign.errors.MissingExtraError: to_excel: xlsx_of_another_world is not installed \
-- pip install 'coverage-campaign[excel]'
    """
    try:
        yield
    except ImportError as error:
        found = message("{name} is not installed", name=error.name)
        fix = f"pip install 'coverage-campaign[{extra}]'"
        raise MissingExtraError(Problem(what, found, fix)) from error


# -- types -----------------------------------------------------------------------------------------

_READ_AGAIN = (list, tuple, str, dict, set, frozenset)
_LISTS = (abc.Iterable, abc.Collection, abc.Sequence)
_LIST = message("a list")
_WORDS: dict[object, Message] = {
    str: message("text"),
    bool: message("True or False"),
    int: message("a whole number"),
    float: message("a number"),
    type(None): message("None"),
    dt.date: message("a date"),
    abc.Iterable: _LIST,
    abc.Collection: _LIST,
    abc.Sequence: _LIST,
    abc.Mapping: message("a table"),
    os.PathLike: message("a path"),
}


def _alternatives(hint: object) -> Iterator[object]:
    """Yield the members of a union, or the hint itself; options are one member."""
    if get_origin(hint) in {typing.Union, types.UnionType}:
        for member in get_args(hint):
            yield from _alternatives(member)
    else:
        yield hint


def _is_number(value: object) -> bool:
    """Tell whether a value is a number that a float can hold."""
    if isinstance(value, int):
        return not isinstance(value, bool) and value.bit_length() < sys.float_info.max_exp
    return isinstance(value, float)


def _is_text(value: object) -> bool:
    """Tell whether a value is text that can be written: not with half a character in it."""
    return isinstance(value, str) and (value.isascii() or _is_whole(value))


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_TESTS: dict[object, Callable[[object], bool]] = {
    None: lambda value: value is None,
    type(None): lambda value: value is None,
    str: _is_text,
    int: lambda value: isinstance(value, int) and not isinstance(value, bool),
    float: _is_number,
}


@functools.cache
def _test(hint: Any) -> Callable[[object], bool]:  # noqa: ANN401 - any annotation
    """Return the test whether a value is of a type; what has no test at run time passes."""
    origin, arguments = get_origin(hint), get_args(hint)
    kind = origin or hint
    if kind in {typing.Union, types.UnionType}:
        tests = [_test(member) for member in arguments]
        return lambda value: any(test(value) for test in tests)
    if kind is Literal:
        options = {(type(option), option) for option in arguments}  # True == 1: the type counts
        return lambda value: _is_word(value) and (_plain_kind(value), value) in options
    if origin is tuple:
        return _test_of_tuple(arguments)
    if isinstance(origin, type) and issubclass(origin, Iterable) and origin is not dict:
        if _is_told(arguments[0]):
            return _test_of_items(origin, arguments[0])
        if arguments[0] in {int, float} and not issubclass(origin, abc.Mapping):
            return _test_of_numbers(origin, arguments[0])
    return _test_of_class(kind)


def _test_of_class(kind: Any) -> Callable[[object], bool]:  # noqa: ANN401 - a class
    if _is_function(kind):
        return lambda value: callable(value) and not isinstance(value, type)
    if kind is Any:
        return lambda _: True
    if isinstance(kind, type) and kind not in _TESTS and not getattr(kind, "_is_protocol", False):
        return lambda value: isinstance(value, kind)
    return _TESTS.get(kind, lambda _: True)


def _is_function(kind: object) -> bool:
    """Tell whether a type is that of functions: Callable, or a protocol of something to call."""
    return kind is abc.Callable or (
        isinstance(kind, type) and "__call__" in vars(kind) and getattr(kind, "_is_protocol", False)
    )


def _is_own(kind: object) -> bool:
    """Tell whether a type is a class of this library."""
    is_class = isinstance(kind, type) and not getattr(kind, "_is_protocol", False)
    return is_class and getattr(kind, "__module__", "").partition(".")[0] == _PACKAGE


def _is_told(item: object) -> bool:
    """Tell whether the items of a list are looked at: own values, functions and texts."""
    return _is_own(item) or _is_function(get_origin(item) or item) or item is str


def _test_of_items(kind: type, item: Any) -> Callable[[object], bool]:  # noqa: ANN401 - a class
    """Return the test of a list of such items; what can be read only once is not looked at."""
    each = _test(item)
    # The items of bytes and ranges are numbers, and those of a text are texts.
    others = (bytes, range) if item is str else (bytes, range, str)
    return lambda value: (
        isinstance(value, kind)
        and not isinstance(value, others)
        and not hasattr(value, "__array__")  # those of texts are told apart where calls are checked
        and (
            not (isinstance(value, _READ_AGAIN) or _is_own(type(value)))
            or all(map(each, typing.cast("Iterable[object]", value)))
        )
    )


def _test_of_numbers(kind: type, item: Any) -> Callable[[object], bool]:  # noqa: ANN401 - a class
    """Return the test of a list of numbers; of a long one the beginning is looked at."""
    each = _test(item)
    return lambda value: (
        isinstance(value, kind)
        and not isinstance(value, (str, bytes, dict))
        and (
            not isinstance(value, (list, tuple))
            or all(each(one.item() if _is_scalar(one) else one) for one in value[:_MOST_COMPARED])
        )
    )


def _test_of_tuple(members: tuple[Any, ...]) -> Callable[[object], bool]:
    if members[1:] == (Ellipsis,):
        each = _test(members[0])
        return lambda value: isinstance(value, tuple) and all(map(each, value))
    tests = [_test(member) for member in members]
    return lambda value: (
        isinstance(value, tuple)
        and len(value) == len(tests)
        and all(test(one) for test, one in zip(tests, value, strict=True))
    )


def _is_word(value: object) -> bool:
    return isinstance(value, (str, int, float, type(None)))


def _plain_kind(value: object) -> type:
    """Return the type by which an option is told: a member of an enumeration of texts is text."""
    return str if isinstance(value, str) else type(value)


def fits(value: object, hint: Any) -> bool:  # noqa: ANN401 - any annotation
    """Tell whether a value is of a type, as far as that can be told at run time.

    >>> from typing import Literal
    >>> fits(("a",), tuple[str, ...]), fits("Net", Literal["gross", "net"] | None), fits(True, int)
    (True, False, False)
    """
    return _test(hint)(value)


def _wanted(hint: object) -> Message:
    """Return a type in words, such as "text, or None"."""
    words = dict.fromkeys(map(_wanted_alone, _alternatives(hint)))
    return functools.reduce(
        lambda first, other: message("{first}, or {other}", first=first, other=other), words
    )


def _wanted_alone(member: Any) -> Message:  # noqa: ANN401 - any annotation
    origin, arguments = get_origin(member), get_args(member)
    if origin is Literal:
        options = [message("{option!r}", option=option) for option in arguments]
        return functools.reduce(
            lambda first, other: message("{first} or {other}", first=first, other=other), options
        )
    if origin is tuple and arguments[1:] and arguments[1] is not Ellipsis:
        one, *others = map(_wanted, arguments)
        for other in others:
            one = message("{first} and {other}", first=one, other=other)
        return message("a pair: {parts}", parts=one)
    if origin is tuple or (origin in _LISTS and _is_own(arguments[0])):
        item = arguments[0]
        return message(
            "a list of {items}", items=_WORDS.get(item, getattr(item, "__name__", str(item)))
        )
    if _is_function(origin or member):
        return message("a function")
    return _WORDS.get(origin or member, _with_article(getattr(member, "__name__", str(member))))


def _options(hint: object) -> list[str]:
    """Return the closed options of a type, [] where it has none."""
    return [
        str(option)
        for member in _alternatives(hint)
        if get_origin(member) is Literal
        for option in get_args(member)
    ]


def misfit(where: str, value: object, hint: object) -> Problem:
    """Return what is wrong with a value of another type; of a list, with its first such item.

    A pair in a list is named by its first half, which is a code.
    """
    for member in _alternatives(hint):
        if not isinstance(value, tuple) or get_origin(member) is not tuple:
            continue
        arguments = get_args(member)
        is_list = arguments[1:] == (Ellipsis,)
        hints = arguments[:1] * len(value) if is_list else arguments
        for index, (item, item_hint) in enumerate(zip(value, hints, strict=False)):
            if not fits(item, item_hint):
                is_pair = isinstance(item, tuple) and item and isinstance(item[0], str)
                step = f".{item[0]}" if is_pair else f"[{index}]"
                return misfit(f"{where}{step if is_list else ''}", item, item_hint)
    options = _options(hint)
    if options and isinstance(value, str):
        return Problem(where, shown(value), did_you_mean(value, options))
    if isinstance(value, str) and not _is_whole(value):
        found = message("half a character in {text}", text=shown(value))
        return Problem(where, found, "mend the text")
    return Problem(where, shown(value), message("give {kind}", kind=_wanted(hint)))


# -- values ----------------------------------------------------------------------------------------


@functools.cache
def hints_of(kind: type) -> dict[str, Any]:
    """Return the types of a class's fields, by name."""
    return typing.get_type_hints(kind)


def _of_its_type(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:  # noqa: ANN401 - any value
    """Refuse a value that is not of its field's type; a number of NumPy becomes one of Python."""
    kind: Any = type(instance)
    hint = hints_of(kind)[attribute.name]
    if _test(hint)(value):
        return
    if _is_scalar(value) and value.item() is not None and _test(hint)(value.item()):
        object.__setattr__(instance, attribute.name, value.item())
        return
    raise DefinitionError(misfit(attribute.alias or attribute.name, value, hint))


def _is_scalar(value: object) -> bool:
    """Tell whether a value is a single number, text or date of NumPy."""
    return type(value).__module__ == "numpy" and getattr(value, "shape", None) == ()


def _converted(convert: Callable[[Any], Any]) -> attrs.Converter[Any, Any]:
    """Return a converter whose errors name the field, and what it takes."""

    def converted(value: object, instance: object, field: attrs.Attribute[Any]) -> object:
        name = field.alias or field.name
        kind: Any = type(instance)
        if isinstance(value, range) and len(value) > _LONGEST_LIST:
            raise DefinitionError(misfit(name, value, hints_of(kind)[field.name]))
        try:
            return convert(value)
        except DefinitionError as error:
            raise DefinitionError(
                [_under(problem, name) for problem in error.problems], source=error.source
            ) from None
        except (TypeError, ValueError, AttributeError, ArithmeticError, LookupError):
            raise DefinitionError(misfit(name, value, hints_of(kind)[field.name])) from None

    return attrs.Converter(converted, takes_self=True, takes_field=True)


def _under(problem: Problem, name: str) -> Problem:
    """Return a problem of a converted value as one of the field: `date` becomes `closed`."""
    head, dot, rest = problem.where.partition(".")
    if head.partition("[")[0] == name:
        return problem
    return attrs.evolve(problem, where=f"{name}{dot}{rest}")


def _checked_field(field: attrs.Attribute[Any]) -> attrs.Attribute[Any]:
    if not field.init:
        return field
    validator: Any = _of_its_type
    if field.validator is not None:
        validator = attrs.validators.and_(_of_its_type, field.validator)
    convert: Any = field.converter
    converter = None if convert is None else _converted(convert)
    return field.evolve(validator=validator, converter=converter)


def checked_fields(_: type, fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
    """Return the fields of a class, each with a check that its value is of the field's type.

    A list is declared as `units: tuple[Unit, ...] = attrs.field(converter=tuple[Unit, ...])`.

    >>> @attrs.frozen(field_transformer=checked_fields)
    ... class Rule:
    ...     kinds: tuple[str, ...] = attrs.field(converter=tuple[str, ...])
    ...     due_day: int = attrs.field(default=1, validator=between(1, 31))
    >>> Rule(kinds=["county", 5])
    Traceback (most recent call last):
        ...
    coverage_campaign.errors.DefinitionError: kinds[1]: 5 -- give text
    >>> Rule(kinds=["county"], due_day=99)
    Traceback (most recent call last):
        ...
    coverage_campaign.errors.DefinitionError: due_day: 99 -- give 1 to 31
    """
    return [_checked_field(field) for field in fields]


def between(
    least: int | None = None, most: int | None = None
) -> Callable[[object, attrs.Attribute[Any], Any], None]:
    """Return the check that a number, where there is one, lies between two bounds, both inside."""

    def check(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:  # noqa: ANN401 - a number or None
        if value is None:
            return
        if (least is not None and value < least) or (most is not None and value > most):
            fix = (
                message("give {least:raw} or more", least=least)
                if most is None
                else message("give {least:raw} to {most:raw}", least=least, most=most)
            )
            raise DefinitionError(Problem(attribute.alias or attribute.name, shown(value), fix))

    return check


from_zero = between(0, 2**63 - 1)
"""The check of counts and weights: 0 or more, and no more than any program can count."""
a_term = between(0, 36_525)
"""The check of a number of days: up to a hundred years."""


if TYPE_CHECKING:
    from attrs import evolve as vary  # type checkers know the fields of each class
else:

    def vary(value: _Value, /, **changes: object) -> _Value:
        """Return the value with some fields changed; it is checked anew, the old one stays.

        Raises:
            TypeError: The value has no such field, or is none of the library's.
        """
        if not attrs.has(type(value)):
            raise TypeError(f"vary takes a value of this library; this is {shown(value)}")
        known = [field.alias or field.name for field in attrs.fields(type(value)) if field.init]
        for name in changes:
            if name not in known:
                raise TypeError(
                    f"{_with_article(type(value).__name__)} has no {name!r}: "
                    f"{did_you_mean(name, known)}"
                )
        return attrs.evolve(value, **changes)


# -- calls -----------------------------------------------------------------------------------------

_MADE_BY = {
    "Scheme": "cc.Scheme makes one",
    "Campaign": "cc.load_case, cc.load_campaign or cc.Campaign makes one",
    "Allocation": "cc.allocate makes one",
    "CrossAllocation": "cc.cross makes one",
    "Plan": "cc.schedule makes one",
    "Tally": "cc.tally or cc.read_reports makes one",
    "Progress": "cc.track makes one",
    "Forecast": "cc.forecast makes one",
    "Backtest": "cc.backtest makes one",
    "Watchlist": "cc.supervise makes one",
    "Assessment": "cc.assess makes one",
    "Letters": "cc.letters makes one",
    "Scenario": "cc.Scenario makes one",
    "Outcome": "cc.run makes one",
    "Comparison": "cc.compare makes one",
    "Study": "cc.explore makes one",
}


def checked_call(function: _Function) -> _Function:
    """Return the function, checking what it is called with against its own annotations.

    A value or result of another class than the annotation names is a TypeError that says what is
    wanted and what to do with the value that was given; a word that is none of the closed options
    is a DefinitionError. Annotations that take more than classes, options and plain values (any
    mapping, any frame, a function) are left to the function.

    >>> @checked_call
    ... def tally(days: int, *, by: Literal["day", "month"] = "month") -> str:
    ...     return f"{days} by {by}"
    >>> tally(3, by="mnth")
    Traceback (most recent call last):
        ...
    coverage_campaign.errors.DefinitionError: by: 'mnth' -- did you mean 'month'?
    >>> tally("3")
    Traceback (most recent call last):
        ...
    TypeError: tally takes a whole number for days; this is text
    """
    parameters = inspect.signature(function).parameters.values()
    names = [one.name for one in parameters if one.kind is not inspect.Parameter.KEYWORD_ONLY]
    is_open = any(one.kind is inspect.Parameter.VAR_POSITIONAL for one in parameters)
    checks: dict[str, _Check] = {}
    in_order: list[_Check] = []
    is_read = False

    @functools.wraps(function)
    def call(*args: object, **kwargs: object) -> object:
        nonlocal is_read
        if not is_read:  # the annotations may name what is imported later
            checks.update(_checks_of(function))
            in_order.extend(checks.get(name, _UNCHECKED) for name in names)
            is_read = True
        if len(args) > len(in_order) and is_open:
            in_order.extend(in_order[-1:] * (len(args) - len(in_order)))
        given = (_taken(function, *each) for each in zip(in_order, args, strict=False))
        named = {
            key: _taken(function, checks.get(key, _UNCHECKED), value)
            for key, value in kwargs.items()
        }
        return function(*given, *args[len(in_order) :], **named)

    return typing.cast("_Function", call)


def checked_methods(kind: type[_Value]) -> type[_Value]:
    """Return the class, its public methods checked as `checked_call` checks functions.

    >>> @checked_methods
    ... class Plan:
    ...     def planned_on(self, day: str) -> int:
    ...         return len(day)
    >>> Plan().planned_on(5)
    Traceback (most recent call last):
        ...
    TypeError: planned_on takes text for day; this is a whole number
    """
    for name, method in list(vars(kind).items()):
        is_public = inspect.isfunction(method) and not name.startswith("_")
        if is_public and method.__code__.co_argcount + method.__code__.co_kwonlyargcount > 1:
            setattr(kind, name, checked_call(method))
    return kind


_Check: typing.TypeAlias = tuple[str, Any, Callable[[object], bool]]
"""A parameter's name, its type and the test of it."""
_UNCHECKED: _Check = ("", None, lambda _: True)


def _checks_of(function: Callable[..., object]) -> dict[str, _Check]:
    """Return the checks of the parameters that can be checked."""
    return {
        name: (name, hint, _test(hint))
        for name, hint in typing.get_type_hints(function).items()
        if name != "return" and (hint is dt.date or all(map(_is_plain, _alternatives(hint))))
    }


def _is_plain(member: Any) -> bool:  # noqa: ANN401 - any annotation
    """Tell whether a type can be checked: a class, options, a list, a function, a path."""
    origin = get_origin(member)
    if isinstance(origin, type):
        return origin.__module__ in {"collections.abc", "builtins", "os"}
    is_frame = isinstance(member, type) and member.__module__.partition(".")[0] == "pandas"
    return (
        origin is Literal
        or member in {int, bool, str, float, type(None), pathlib.Path}
        or _is_own(member)
        or _is_function(member)
        or is_frame
    )


def _taken(function: Callable[..., object], check: _Check, value: object) -> object:
    """Return a value that a parameter takes, an exact decimal as a fraction, or refuse it."""
    name, hint, test = check
    if test(value):
        return value
    exact = Fraction(value) if isinstance(value, Decimal) and value.is_finite() else value
    if not _passes(exact, hint):
        raise _mistaken(function, name, value, hint)
    return exact


def _passes(value: object, hint: object) -> bool:
    """Tell whether a value that is not of a type will do in a call: numbers and lists of NumPy."""
    if _is_scalar(value):
        plain = typing.cast("Any", value).item()
        return plain is not None and fits(plain, hint)  # NaT is None to NumPy
    members = set(_alternatives(hint))
    if hasattr(value, "__array__") and hasattr(value, "shape"):  # an array is a sequence too
        return any(_takes_array(member, value) for member in members)
    # Exact fractions are numbers where a number is taken.
    return float in members and isinstance(value, Fraction) and _is_number(int(value))


def _takes_array(member: object, value: Any) -> bool:  # noqa: ANN401 - an array, a series, a frame
    """Tell whether an array is a list of such numbers or texts, or a series such a table."""
    origin, arguments = get_origin(member), get_args(member)
    if len(value.shape) != 1 or origin is abc.Mapping:
        return origin is abc.Mapping and len(value.shape) == 1 and hasattr(value, "keys")
    if origin not in {*_LISTS, list}:
        return False
    if arguments[0] is str:
        return all(isinstance(one, str) for one in value)
    return not _is_told(arguments[0])


def _mistaken(function: Callable[..., object], name: str, value: object, hint: object) -> Exception:
    if isinstance(value, str) and (_options(hint) or not _is_whole(value)):
        return DefinitionError(misfit(name, value, hint))
    kinds = [member for member in _alternatives(hint) if isinstance(member, type)]
    found = _WORDS.get(type(value), _with_article(type(value).__name__))
    if isinstance(value, int) and not isinstance(value, bool) and {int, float} & {*kinds}:
        found = shown(value)
    own = tuple(filter(_is_own, kinds))
    made_by = next((_MADE_BY[kind.__name__] for kind in own if kind.__name__ in _MADE_BY), "")
    more = _held_by(value, own) or made_by
    if not more and attrs.has(type(value)) and hasattr(value, "plot"):
        more = f"{type(value).__name__.lower()}.plot() draws it"
    wanted = _wanted(hint)
    sentence = f"{function.__name__} takes {wanted} for {name}; this is {found}"
    return TypeError(f"{sentence}: {more}" if more else sentence)


def _held_by(value: object, kinds: tuple[type, ...]) -> str:
    """Return which attribute of a value is of a wanted kind, '' if none is."""
    kind: type = type(value)
    for field in attrs.fields(kind) if attrs.has(kind) else ():
        name = field.name.lstrip("_")
        if isinstance(getattr(value, name, None), kinds):
            return f"its .{name} is one"
    return ""

"""The layout of a TOML text that people read: one key a line, parts as tables, texts escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from coverage_campaign.files.converters import Inline

__all__ = ["toml_text"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN = re.compile(r'[^"\\\x00-\x1f\x7f]*')
_WIDEST = 100


def toml_text(plain: Mapping[str, object]) -> str:
    """Return plain values as TOML.

    >>> print(toml_text({"code": "a", "units": [{"code": "b", "label": Inline(en="B")}]}), end="")
    code = "a"
    <BLANKLINE>
    [[units]]
    code = "b"
    label = { en = "B" }
    """
    return "\n".join(_lines(plain, "")) + "\n"


def _lines(table: Mapping[str, object], name: str) -> Iterator[str]:
    for key, value in table.items():
        if not _is_table(value) and not _is_list_of_tables(value):
            yield _line(_key(key), value)
    for key, value in table.items():
        inner = f"{name}.{_key(key)}" if name else _key(key)
        if _is_table(value):
            yield from ("", f"[{inner}]")
            yield from _lines(value, inner)
        elif _is_list_of_tables(value):
            for item in value:
                yield from ("", f"[[{inner}]]")
                yield from _lines(item, inner)


def _is_table(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, dict) and not isinstance(value, Inline)


def _is_list_of_tables(value: object) -> TypeGuard[Sequence[Mapping[str, object]]]:
    return isinstance(value, (list, tuple)) and bool(value) and _is_table(value[0])


def _line(key: str, value: object) -> str:
    line = f"{key} = {_value(value)}"
    if len(line) <= _WIDEST or not isinstance(value, (list, tuple)):
        return line
    return "\n".join([f"{key} = [", *(f"    {_value(item)}," for item in value), "]"])


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: object) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        pairs = ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_value(item) for item in value)}]"
    return _scalar(value)


def _text(text: str) -> str:
    return f'"{text}"' if _PLAIN.fullmatch(text) else _scalar(text)


def _scalar(value: object) -> str:
    import tomlkit  # a service that only reads pays nothing for the writer

    return tomlkit.item(value).as_string()

"""Values of the library as Python code that makes them again: what a scenario writes itself as."""

from __future__ import annotations

import datetime as dt
import importlib
import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import partial
from hashlib import sha256
from typing import Any

import attrs

from coverage_campaign.errors import DefinitionError, Problem

__all__ = ["Writer", "digest_of_data", "digest_of_scenario", "scenario_code"]

_PACKAGE = "coverage_campaign"
_DATA = ("reports", "received", "actuals", "indicators")
_WIDTH = 88
_PUBLIC = ("apportion", "curves", "paces", "rules", "weights")
_CONSTANTS = (
    *(("weights", name) for name in ("eligible", "uncovered", "covered", "equal")),
    ("curves", "even"),
)


@attrs.define
class Writer:
    """Writes values as expressions, and gathers the imports that they need."""

    imports: set[str] = attrs.field(factory=set)

    def expression(self, value: object, indent: int = 0) -> str:
        """Return an expression that makes a value equal to this one.

        Raises:
            DefinitionError: A function or a value that no import reaches, such as a lambda.

        >>> Writer().expression((1, Fraction(1, 3), None))
        '(1, Fraction(1, 3), None)'
        """
        if isinstance(value, float) and not math.isfinite(value):
            return f'float("{value}")'
        if isinstance(value, str):
            return _quoted(value)
        if value is None or isinstance(value, (bool, int, float)):
            return repr(value)
        if isinstance(value, (tuple, list)):
            parts = [self.expression(one, indent + 4) for one in value]
            opening, closing = "()" if isinstance(value, tuple) else "[]"
            trailing = "," if len(parts) == 1 and isinstance(value, tuple) else ""
            return _listed(opening, parts, closing, indent, trailing)
        if isinstance(value, Mapping):
            parts = [
                f"{self.expression(key)}: {self.expression(one, indent + 4)}"
                for key, one in value.items()
            ]
            return _listed("{", parts, "}", indent)
        return self._plain(value) or self._object(value, indent)

    def _plain(self, value: object) -> str:
        if isinstance(value, Fraction):
            self.imports.add("from fractions import Fraction")
            return f"Fraction({value.numerator}, {value.denominator})"
        if isinstance(value, Decimal):
            self.imports.add("from decimal import Decimal")
            return f'Decimal("{value}")'
        if isinstance(value, dt.date):
            self.imports.add("import datetime as dt")
            return repr(value).replace("datetime.", "dt.", 1)
        return ""

    def _object(self, value: Any, indent: int) -> str:  # noqa: ANN401 - any value of the library
        if isinstance(value, partial) and not value.args:
            self.imports.add("from functools import partial")
            parts = [self._name(value.func)]
            parts += [f"{name}={self.expression(one)}" for name, one in value.keywords.items()]
            return _listed("partial(", parts, ")", indent)
        if attrs.has(type(value)) and not isinstance(value, type):
            package = importlib.import_module(_PACKAGE)
            for module, name in _CONSTANTS:
                constant = getattr(getattr(package, module), name, None)
                if type(constant) is type(value) and constant == value:
                    return f"cc.{module}.{name}"
            parts = [
                f"{field.alias or field.name}={self.expression(inner, indent + 4)}"
                for field in attrs.fields(type(value))
                if field.init and not _is_default(field, inner := getattr(value, field.name))
            ]
            return _listed(f"{self._name(type(value))}(", parts, ")", indent)
        if callable(value):
            return self._name(value)
        raise _unreachable(value)

    def _name(self, value: Any) -> str:  # noqa: ANN401 - a class or a function
        """Return the name by which a class or function is reached, its import noted."""
        name, module = getattr(value, "__qualname__", ""), getattr(value, "__module__", "")
        package = importlib.import_module(_PACKAGE)
        if name in package.__all__ and getattr(package, name) is value:
            self.imports.add(f"import {_PACKAGE} as cc")
            return f"cc.{name}"
        for public in _PUBLIC:
            if getattr(getattr(package, public), name, None) is value:
                self.imports.add(f"import {_PACKAGE} as cc")
                return f"cc.{public}.{name}"
        if not name.isidentifier() or module == "__main__":
            raise _unreachable(value)
        if getattr(importlib.import_module(module), name, None) is not value:
            raise _unreachable(value)
        self.imports.add(f"from {module} import {name}")
        return str(name)


def _quoted(text: str) -> str:
    """Return a text in double quotes where that needs no more than turning the quotes."""
    plain = repr(text)
    return plain if '"' in plain or "\\" in plain else f'"{plain[1:-1]}"'


def _is_default(field: attrs.Attribute[Any], value: object) -> bool:
    default: Any = field.default
    if hasattr(default, "factory") and hasattr(default, "takes_self"):
        return not default.takes_self and bool(default.factory() == value)
    return default is not attrs.NOTHING and type(default) is type(value) and default == value


def _listed(opening: str, parts: list[str], closing: str, indent: int, trailing: str = "") -> str:
    line = f"{opening}{', '.join(parts)}{trailing}{closing}"
    if len(line) + indent <= _WIDTH and "\n" not in line:
        return line
    inner = " " * (indent + 4)
    body = "".join(f"{inner}{part},\n" for part in parts)
    return f"{opening}\n{body}{' ' * indent}{closing}"


def _unreachable(value: object) -> DefinitionError:
    name = getattr(value, "__qualname__", type(value).__name__)
    return DefinitionError(
        Problem(
            f"the value {name}",
            "has no name that code can import",
            "define it at the top of a module of yours, and import it from there",
        )
    )


def scenario_code(scenario: Any, campaign: str) -> str:  # noqa: ANN401 - a Scenario, which imports this module
    """Return code that makes the scenario again (see `Scenario.to_code`)."""
    writer = Writer({f"import {_PACKAGE} as cc"})
    whole = campaign or writer.expression(scenario.campaign)
    lines = [
        f"    {field.name}={writer.expression(value, 4)},"
        for field in attrs.fields(type(scenario))
        if field.name not in ("campaign", *_DATA)
        and not _is_default(field, value := getattr(scenario, field.name))
    ]
    inputs = "\n".join(["    campaign=campaign,", *lines])
    given = [name for name in _DATA if getattr(scenario, name) is not None]
    inputs += "".join(f"\n    {name}={name},  # data that code does not hold" for name in given)
    imports = "\n".join(sorted(writer.imports, key=lambda line: (line.startswith("from"), line)))
    return f"{imports}\n\ncampaign = {whole}\nscenario = cc.Scenario(\n{inputs}\n)"


def digest_of_scenario(scenario: Any) -> str:  # noqa: ANN401 - a Scenario
    """Return the SHA-256 of a scenario's code, '' where it has none."""
    try:
        return sha256(scenario_code(scenario, "").encode()).hexdigest()
    except DefinitionError:
        return ""


def digest_of_data(scenario: Any) -> str:  # noqa: ANN401 - a Scenario
    """Return the SHA-256 of a scenario's data: reports, arrivals, actuals, indicators; '' = none.

    Rows count in the order of their columns' values, so that the order in which they came does not.
    """
    reports = scenario.reports
    frames = [scenario.received, scenario.actuals, scenario.indicators]
    if reports is None and all(frame is None for frame in frames):
        return ""
    found = sha256()
    for frame in [*([] if reports is None else [reports.frame, reports.stock]), *frames]:
        if frame is not None:
            rows = frame.sort_values(list(frame.columns), kind="stable")
            found.update(rows.to_csv(index=False, lineterminator="\n").encode())
        found.update(b"\0")
    if reports is not None:
        found.update(f"{reports.as_of} {reports.by}".encode())
    return found.hexdigest()

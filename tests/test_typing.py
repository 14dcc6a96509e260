"""A user's project over every stage runs, and type checkers know every name that it uses."""

import inspect
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import attrs
import pytest

import coverage_campaign as cc

ROOT = Path(__file__).parents[1]


def functions() -> Iterator[tuple[str, object]]:
    """Yield every public function, class and method, by its name."""
    for name in cc.__all__:
        value = getattr(cc, name)
        if isinstance(value, ModuleType):
            inner = getattr(value, "__all__", ())
            members = [(f"{name}.{one}", getattr(value, one)) for one in inner]
        else:
            members = [(name, value)]
        for called, member in members:
            if inspect.isfunction(member) or inspect.isclass(member):
                yield called, member
            if inspect.isclass(member):
                yield from methods(called, member)


def methods(owner: str, kind: type) -> Iterator[tuple[str, object]]:
    """Yield the public methods and properties of a class, by name."""
    for name, member in vars(kind).items():
        if name.startswith("_"):
            continue
        function = getattr(member, "__func__", member)
        function = getattr(function, "fget", function)
        function = getattr(function, "func", function)
        if inspect.isfunction(function):
            yield f"{owner}.{name}", function


@pytest.mark.parametrize(
    ("name", "member"), list(functions()), ids=[name for name, _ in functions()]
)
def test_annotations_can_be_read_at_run_time(name: str, member: object) -> None:
    """Notebooks, pydantic, typer and documentation tools read them with `get_type_hints`."""
    assert isinstance(typing.get_type_hints(member), dict), name


def test_the_project_of_a_user_runs() -> None:
    """What the type checkers check is right: the project does all its stages without a warning."""
    program = (
        "import project\n"
        "numbers = project.main()\n"
        "assert numbers['people'] == 3000 and numbers['same'] == 1, numbers\n"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT / "tests" / "typing",
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", [one for one in cc.__all__ if not one.startswith("_")])
def test_options_are_checked_when_a_value_is_made(name: str) -> None:
    """Every class of the model refuses a word that is none of a field's options."""
    kind = getattr(cc, name)
    if not (inspect.isclass(kind) and attrs.has(kind) and ".model." in kind.__module__):
        return
    for field in attrs.fields(kind):
        hint = typing.get_type_hints(kind)[field.name]
        parts = [hint, *typing.get_args(hint)]
        if any(typing.get_origin(part) is typing.Literal for part in parts):
            assert "_of_its_type" in repr(field.validator), f"{name}.{field.name}"

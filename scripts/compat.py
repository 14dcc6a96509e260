"""Run the fast tests on every supported Python, with the oldest and the newest dependencies.

For each Python that is on this machine, `uv` makes two environments outside the checkout: one with
the lowest version of each dependency that pyproject.toml allows, one with the newest. The wheel is
installed there, not the source, and the fast tests run against it. A Python that is missing is
named; with all of them missing there is nothing to say, and that is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PYTHONS = ("3.11", "3.12", "3.13")
RESOLUTIONS = ("lowest-direct", "highest")
UV = str(Path(sys.executable).with_name("uv"))


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the checkout and return what it printed."""
    return subprocess.run(  # noqa: S603 - the commands are this file's own
        command,
        cwd=ROOT,
        env=os.environ | environment,
        text=True,
        capture_output=True,
        check=False,
    )


def needed(command: subprocess.CompletedProcess[str]) -> str:
    """Return the output of a command that must succeed."""
    if command.returncode:
        sys.exit(f"{' '.join(map(str, command.args))}\n{command.stdout}{command.stderr}")
    return command.stdout


def wheel(folder: Path) -> Path:
    """Return the wheel of this checkout."""
    needed(run(UV, "build", "--quiet", "--wheel", "--out-dir", str(folder), "."))
    (built,) = folder.glob("*.whl")
    return built


def environments(folder: Path) -> Iterator[tuple[str, str, Path]]:
    """Yield Python, resolution and the interpreter of an environment with the wheel in it."""
    package = wheel(folder)
    for python in PYTHONS:
        if run(UV, "python", "find", "--offline", python).returncode:
            print(f"  {python:<5} not on this machine")
            continue
        for resolution in RESOLUTIONS:
            place = folder / f"{python}-{resolution}"
            interpreter = place / "bin" / "python"
            needed(run(UV, "venv", "--quiet", "--python", python, str(place)))
            needed(
                run(
                    *(UV, "pip", "install", "--quiet", "--resolution", resolution),
                    *("--python", str(interpreter), f"{package}[test]"),
                )
            )
            yield python, resolution, interpreter


def versions(interpreter: Path) -> str:
    """Return the versions of the main dependencies in an environment."""
    names = "('numpy', 'pandas', 'scipy', 'matplotlib')"
    code = (
        f"from importlib.metadata import version as v; print(*(f'{{n}} {{v(n)}}' for n in {names}))"
    )
    return needed(run(str(interpreter), "-c", code)).strip()


def main() -> int:
    """Print one line for each environment; 1 where the tests of one fail, or none was there."""
    folder = Path(tempfile.mkdtemp(prefix="compat-"))
    results: list[bool] = []
    try:
        for python, resolution, interpreter in environments(folder):
            tests = run(
                *(str(interpreter), "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"),
                *("-m", "not slow and not real", "tests"),
            )
            results.append(tests.returncode == 0)
            last = (tests.stdout.strip() or tests.stderr.strip()).splitlines()[-1]
            print(f"  {python:<5} {resolution:<14} {versions(interpreter)}: {last}", flush=True)
            if tests.returncode:
                print(tests.stdout[-5_000:])
    finally:
        shutil.rmtree(folder)
    return int(not results or not all(results))


if __name__ == "__main__":
    sys.exit(main())

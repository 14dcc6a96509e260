"""Try a random sample of small faults in the source and count how many the tests find.

    python scripts/mutants.py --sample 250 --seed 1

Cosmic Ray makes the faults (a comparison turned round, a number off by one, `and` for `or`) in a
copy of the checkout. Each is tried on the doctests of its file and the tests named after it, then,
where it lives, on those of its folder, then on the fast tests of its room and the laws. A fault
that no test finds is printed with its lines: it is either a missing test, or changes nothing that
can be seen (argue it in docs/explanation/reliability.md).
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

import cosmic_ray.plugins
from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_item import MutationSpec, TestOutcome

ROOT = Path(__file__).parent.parent
PACKAGE = Path("src") / "coverage_campaign"
ROOMS = (
    "allocation/apportionment",
    "scheduling",
    "reporting",
    "progress",
    "assessment",
    "enforcement",
)
# What these change is an annotation, a decorator or a default text, which no test is to look at.
IDLE = ("BitOr", "Decorator", "ExceptionReplacer")
SECONDS = 900


def faults(folder: Path, room: str) -> list[MutationSpec]:
    """Return every fault that can be made in the files of a room."""
    found: list[MutationSpec] = []
    for path in sorted((folder / PACKAGE / room).rglob("*.py")):
        nodes = list(ast_nodes(get_ast_from_path(path)))
        for name in cosmic_ray.plugins.operator_names():
            kind = cosmic_ray.plugins.get_operator(name)
            if kind.arguments() or any(word in name for word in IDLE):
                continue
            operator = kind()
            places = [place for node in nodes for place in operator.mutation_positions(node)]
            found += [
                MutationSpec(
                    module_path=path,
                    operator_name=name,
                    operator_args={},
                    occurrence=number,
                    start_pos=start,
                    end_pos=end,
                )
                for number, (start, end) in enumerate(places)
            ]
    return found


def tests_of(folder: Path, fault: MutationSpec) -> list[str]:
    """Return the folders of tests that a fault is tried on: the nearest first, then wider ones."""
    file = Path(fault.module_path)
    inside = file.parent.relative_to(folder / PACKAGE)
    nearest = folder / "tests" / inside
    room = folder / "tests" / inside.parts[0]
    named = sorted(room.rglob(f"test_{file.stem.strip('_')}*.py"))
    speaks = [file] if ">>>" in file.read_text(encoding="utf-8") else []
    wider = [room, folder / "tests" / "laws", folder / "tests" / "scenarios"]
    steps = [[*speaks, *named], [nearest if nearest.is_dir() else room], wider]
    return [" ".join(map(str, step)) for step in steps if step]  # no tests would end in an error


def killed(folder: Path, fault: MutationSpec) -> tuple[bool, str]:
    """Tell whether a test finds a fault, with the lines that it changes."""
    diff = ""
    for tests in tests_of(folder, fault):
        command = (
            f"{sys.executable} -m pytest -x -q -p no:cacheprovider --rootdir {folder} "
            f"-c {folder}/pyproject.toml -m 'not slow and not real' {tests}"
        )
        env = f"env PYTHONPATH={folder}/src:{folder}/tests {command}"
        result = mutate_and_test([fault], env, SECONDS)
        diff = result.diff or ""
        if result.test_outcome is not TestOutcome.SURVIVED:
            return True, diff
    return False, diff


def main() -> int:
    """Print the share of faults that were found, by room, and every one that was not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sample", type=int, default=250)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--room", choices=ROOMS, action="append")
    asked = parser.parse_args()
    rooms = asked.room or list(ROOMS)
    rng = random.Random(asked.seed)  # noqa: S311 - a sample, no secret
    tried, found = Counter[str](), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        folder = Path(name) / "checkout"
        kept = shutil.ignore_patterns(".git", ".venv", "out", ".hypothesis", "*.egg-info")
        shutil.copytree(ROOT, folder, ignore=kept)
        chosen = [
            (room, fault)
            for room in rooms
            for fault in rng.sample(faults(folder, room), k=asked.sample // len(rooms))
        ]
        rng.shuffle(chosen)  # a run that is cut short has tried every room
        for room, fault in chosen:
            tried[room] += 1
            dead, diff = killed(folder, fault)
            found[room] += dead
            if not dead:
                print(f"\nnot found: {fault.operator_name}\n{diff}", flush=True)
            if tried.total() % 10 == 0 or tried.total() == len(chosen):
                print(f"{found.total()} of {tried.total()} found", flush=True)
    for room in rooms:
        print(f"{room}: {found[room]} of {tried[room]} found")
    print(f"{found.total() / max(1, tried.total()):.0%} found")
    return 0


if __name__ == "__main__":
    sys.exit(main())

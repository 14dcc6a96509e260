"""The shape of the source: files, lines of code, cycles, names with several meanings, tests.

A line of code is a line that is not blank, a comment, an import or part of a docstring. A cycle
`at import` is one that Python itself would meet; a cycle `in all` also counts imports for types
and those inside functions, but for the two ways up: a result's to the charts and documents that
show it, and a problem's to the language that it is read in.
"""

import ast
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "coverage_campaign"
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_WAYS_UP = {"views": "coverage_campaign.", "messages": "coverage_campaign.errors"}
"""The rooms that may be reached late from below, and from where."""


def modules() -> dict[str, ast.Module]:
    """Return the syntax tree of every module, by dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def path_of(name: str) -> Path:
    """Return the file of a module."""
    path = PACKAGE.parent / Path(*name.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def lines_counted(name: str, tree: ast.Module) -> set[int]:
    """Return which lines of a module are code."""
    lines = path_of(name).read_text(encoding="utf-8").split("\n")
    left_out = {
        number
        for number, line in enumerate(lines, 1)
        if not line.strip() or line.strip().startswith("#")
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            left_out |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            text = node.body[0]
            left_out |= set(range(text.lineno, (text.end_lineno or text.lineno) + 1))
    return set(range(1, len(lines) + 1)) - left_out


def imports(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Yield what a module imports, and whether Python does so when it loads the module."""
    late = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) not in late
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", id(node) not in late


def graph(trees: dict[str, ast.Module], *, at_import: bool) -> dict[str, set[str]]:
    """Return which modules of the package each module imports."""
    edges: dict[str, set[str]] = {}
    for name, tree in trees.items():
        edges[name] = set()
        for wanted, loads in imports(tree):
            target = wanted if wanted in trees else wanted.rpartition(".")[0]
            room = target.split(".")[1] if "." in target else ""
            from_below = name.startswith(_WAYS_UP.get(room, " ")) and not loads
            way_up = from_below and not f"{name}.".startswith(f"coverage_campaign.{room}.")
            if target in trees and target != name and (loads or not at_import) and not way_up:
                edges[name].add(target)
    del edges["coverage_campaign"]  # the table of public names, which loads each on first use
    return {name: targets & edges.keys() for name, targets in edges.items()}


def cycles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import one another, directly or by others."""
    names = sorted(edges)
    number = {name: position for position, name in enumerate(names)}
    pairs = [(number[a], number[b]) for a in names for b in edges[a]]
    starts, ends = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    table = coo_array((np.ones(len(pairs)), (starts, ends)), shape=(len(names), len(names)))
    _, label = connected_components(table, directed=True, connection="strong")
    groups = defaultdict(list)
    for name, group in zip(names, label.tolist(), strict=True):
        groups[group].append(name)
    return sorted((group for group in groups.values() if len(group) > 1), key=len, reverse=True)


def several_meanings(trees: dict[str, ast.Module]) -> tuple[list[str], list[str]]:
    """Return the names of files and of classes that stand for more than one thing."""
    files = Counter(path_of(name).stem for name in trees)
    classes = Counter(
        node.name.lstrip("_")
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    )
    return (
        sorted(name for name, times in files.items() if times > 1 and name != "__init__"),
        sorted(name for name, times in classes.items() if times > 1),
    )


def main() -> None:
    """Print the shape."""
    trees = modules()
    code = {name: len(lines_counted(name, tree)) for name, tree in trees.items()}
    all_imports = graph(trees, at_import=False)
    importers = Counter(target for targets in all_imports.values() for target in targets)
    single = [
        name
        for name, times in importers.items()
        if times == 1 and path_of(name).name != "__init__.py"
    ]
    rooms: Counter[str] = Counter()
    for name, lines in code.items():
        rooms[name.split(".")[1] if "." in name else "(top)"] += lines
    files, classes = several_meanings(trees)
    tests = sum(
        path.read_text(encoding="utf-8").count("\n") for path in (ROOT / "tests").rglob("*.py")
    )
    source = sum(path_of(name).read_text(encoding="utf-8").count("\n") for name in trees)
    say = sys.stdout.write
    say(f"files                       {len(trees):>7,}\n")
    say(f"lines of code               {sum(code.values()):>7,}\n")
    for room, lines in sorted(rooms.items(), key=lambda pair: -pair[1]):
        number = sum(1 for name in trees if f"{name}.".startswith(f"coverage_campaign.{room}."))
        say(f"  {room:<26}{lines:>7,}  in {number} files\n")
    say(f"modules with one importer   {len(single):>7,}\n")
    for title, edges in (
        ("at import", graph(trees, at_import=True)),
        ("in all", all_imports),
    ):
        found = cycles(edges)
        say(f"cycles {title:<20} {len(found):>7,}  {[len(group) for group in found]}\n")
    say(f"files with one name         {len(files):>7,}  {', '.join(files)}\n")
    say(f"classes with one name       {len(classes):>7,}  {', '.join(classes)}\n")
    say(f"test lines a source line    {tests / source:>7.2f}\n")


if __name__ == "__main__":
    main()

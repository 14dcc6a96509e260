"""Print what the lines of code of every room are for.

A line is a *refusal* in a `raise` or a `Problem`, a *sentence* in a message, a *signature* in the
head of a function or a class or one of its fields, a *table* in a module's own names and constants,
and else *computation*. Which lines count is told by `shape.py`.
"""

import ast
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator

from shape import lines_counted, modules

KINDS = ("computation", "signatures", "refusals", "sentences", "tables")
_CALLS = {"Problem": "refusals", "message": "sentences", "message_in": "sentences"}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def marked(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    """Yield the kind, the first and the last line of parts; of several the first in KINDS wins."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise):
            yield "refusals", node.lineno, node.end_lineno or node.lineno
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            kind = _CALLS.get(node.func.id, "")
            yield kind, node.lineno, node.end_lineno or node.lineno
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            yield "signatures", first, max(node.body[0].lineno - 1, node.lineno)
        if isinstance(node, ast.ClassDef | ast.Module):
            kind = "tables" if isinstance(node, ast.Module) else "signatures"
            for part in node.body:
                if isinstance(part, ast.Assign | ast.AnnAssign):
                    yield kind, part.lineno, part.end_lineno or part.lineno


def main() -> None:
    """Print one row a room as a table in Markdown, the largest first."""
    order = ("refusals", "sentences", "signatures", "tables")
    rooms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, tree in modules().items():
        kinds: dict[int, str] = {}
        for kind, first, last in sorted(
            (one for one in marked(tree) if one[0]), key=lambda one: order.index(one[0])
        ):
            for line in range(first, last + 1):
                kinds.setdefault(line, kind)
        room = name.split(".")[1] if "." in name else "(top)"
        rooms[room].update(kinds.get(line, "computation") for line in lines_counted(name, tree))
    whole = sum(rooms.values(), Counter[str]())
    rows = [*sorted(rooms.items(), key=lambda one: -one[1].total()), ("all", whole)]
    sys.stdout.write(f"| room | lines | {' | '.join(KINDS)} |\n|---|{'---|' * 6}\n")
    for room, counts in rows:
        cells = [counts.total(), *(counts[kind] for kind in KINDS)]
        sys.stdout.write(f"| {room} | {' | '.join(f'{one:,}' for one in cells)} |\n")


if __name__ == "__main__":
    main()

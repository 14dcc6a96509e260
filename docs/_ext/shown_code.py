"""How code is shown: as Markdown writes it in docstrings, without the empty line doctest needs."""

import re
from itertools import takewhile
from typing import Any

import attrs
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

_BEFORE_NAPOLEON = 400
_RULE = re.compile(r"\|(\s*:?-+:?\s*\|)+")


def _as_literal(*arguments: Any) -> None:  # noqa: ANN401 - the event's own arguments
    """Give a colon more to each line that an empty line and an indented one follow."""
    lines: list[str] = arguments[-1]
    for here, (line, empty, block) in enumerate(zip(lines, lines[1:], lines[2:], strict=False)):
        indent = len(line) - len(line.lstrip())
        deeper = len(block) - len(block.lstrip()) > indent
        if line.endswith(":") and not line.endswith("::") and not empty.strip() and deeper:
            lines[here] = f"{line}:"


def _as_table(*arguments: Any) -> None:  # noqa: ANN401 - the event's own arguments
    """Write each table of Markdown as a table of Sphinx."""
    lines: list[str] = arguments[-1]
    for here in reversed(range(len(lines) - 1)):
        if lines[here].lstrip().startswith("|") and _RULE.fullmatch(lines[here + 1].strip()):
            below = lines[here + 2 :]
            rows = [lines[here], *takewhile(lambda line: line.lstrip().startswith("|"), below)]
            lines[here : here + 1 + len(rows)] = _list_table(rows)


def _list_table(rows: list[str]) -> list[str]:
    indent = rows[0][: len(rows[0]) - len(rows[0].lstrip())]
    cells = [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in rows]
    marks = (
        f"   {'*' if column == 0 else ' '} - {cell}"
        for row in cells
        for column, cell in enumerate(row)
    )
    table = ["", ".. list-table::", "   :header-rows: 1", "", *marks, ""]
    return [f"{indent}{line}" if line else "" for line in table]


def _without_constructor(*arguments: Any) -> tuple[str, None] | None:  # noqa: ANN401 - as above
    """Hide how a result is made: stages make it, and it is compared by identity for that reason."""
    _, what, _, value, *_ = arguments
    if what == "class" and attrs.has(value) and value.__eq__ is object.__eq__:
        return "", None
    return None


def _trimmed(_app: Sphinx, document: nodes.document) -> None:
    for block in document.findall(nodes.literal_block):
        block.rawsource = block.astext().rstrip("\n")
        block.children = []
        block.append(nodes.Text(block.rawsource))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Look at every docstring before its sections are read, and at every block of code."""
    app.connect("autodoc-process-docstring", _as_literal, priority=_BEFORE_NAPOLEON)
    app.connect("autodoc-process-docstring", _as_table, priority=_BEFORE_NAPOLEON)
    app.connect("autodoc-process-signature", _without_constructor)
    app.connect("doctree-read", _trimmed)
    return {"version": "2", "parallel_read_safe": True, "parallel_write_safe": True}

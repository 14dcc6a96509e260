"""Docstrings show code as Markdown does: an indented block below a line that ends in a colon."""

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

_BEFORE_NAPOLEON = 400


def _mark(
    _app: object, _what: str, _name: str, _value: object, _options: object, lines: list[str]
) -> None:
    """Give a colon more to each line that an empty line and an indented one follow."""
    for here, (line, empty, block) in enumerate(zip(lines, lines[1:], lines[2:], strict=False)):
        indent = len(line) - len(line.lstrip())
        deeper = len(block) - len(block.lstrip()) > indent
        if line.endswith(":") and not line.endswith("::") and not empty.strip() and deeper:
            lines[here] = f"{line}:"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Look at every docstring before its sections are read."""
    app.connect("autodoc-process-docstring", _mark, priority=_BEFORE_NAPOLEON)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

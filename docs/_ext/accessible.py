"""Captions of the table of contents as headings with a level: assistive technology asks for it."""

from typing import Any

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

_AFTER_THE_THEME = 900
_CAPTION = 'class="caption" role="heading"'


def _with_level(*arguments: Any) -> None:  # noqa: ANN401 - the event's own arguments
    """Give each caption, in the navigation and on the page, its level."""
    context: dict[str, Any] = arguments[3]
    for part in ("furo_navigation_tree", "body"):
        text = context.get(part)
        if isinstance(text, str):
            context[part] = text.replace(_CAPTION, f'{_CAPTION} aria-level="2"')


def setup(app: Sphinx) -> ExtensionMetadata:
    """Change the navigation after the theme has made it."""
    app.connect("html-page-context", _with_level, priority=_AFTER_THE_THEME)
    return {"version": "1", "parallel_read_safe": True}

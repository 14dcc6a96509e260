"""A directive that documents every public name of a room, and a check that none is left out."""

from types import ModuleType
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

import coverage_campaign as cc

_PACKAGE = "coverage_campaign"
_HOMES = {
    name: f"{module}.{inner}".removeprefix(f"{_PACKAGE}.")
    for name, (module, inner) in cc._homes().items()  # noqa: SLF001 - the one table of public names
    if not name.startswith("__")
}
_log = logging.getLogger(__name__)


def names_of(room: str) -> list[str]:
    """Return the public names of a room, as the surface lists them."""
    return [name for name, home in _HOMES.items() if home.split(".")[0] == room]


def rooms() -> set[str]:
    """Return the rooms that have public names."""
    return {home.split(".")[0] for home in _HOMES.values()}


class PublicNames(SphinxDirective):
    """Every public name of a room: functions first, then classes, then modules."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the documented names."""
        names = sorted(names_of(self.arguments[0]), key=_turn)
        lines = [line for name in names for line in _directive(name)]
        text = "\n".join(["```{eval-rst}", f".. currentmodule:: {_PACKAGE}", "", *lines, "```"])
        return self.parse_text_to_nodes(text)


def _turn(name: str) -> tuple[bool, bool]:
    return _is_module(name), isinstance(getattr(cc, name), type)


def _is_module(name: str) -> bool:
    return isinstance(getattr(cc, name), ModuleType)


def _directive(name: str) -> list[str]:
    if _is_module(name):
        module = f"{_PACKAGE}.{_HOMES[name]}"
        lines = [f".. rubric:: cc.{name}", "", f".. automodule:: {module}", "   :members:"]
        if shown := _shown_by_themselves(getattr(cc, name)):
            lines.append(f"   :exclude-members: {', '.join(shown)}")
        return [*lines, ""]
    value = getattr(cc, name)
    if not isinstance(value, type):
        return [f".. autofunction:: {name}", ""]
    kind = "autoexception" if issubclass(value, Exception) else "autoclass"
    return [f".. {kind}:: {name}", "   :members:", ""]


def _shown_by_themselves(module: ModuleType) -> list[str]:
    """Return the members of a module that are public names of the package too."""
    members = vars(module)
    return [name for name in _HOMES if name in members and members[name] is getattr(cc, name)]


def _check(app: Sphinx, error: Exception | None) -> None:
    if error is not None:
        return
    objects: dict[str, Any] = app.env.domaindata["py"]["objects"]
    modules: dict[str, Any] = app.env.domaindata["py"]["modules"]
    for name, home in _HOMES.items():
        module = f"{_PACKAGE}.{home}"
        if f"{_PACKAGE}.{name}" not in objects and module not in modules:
            _log.warning("cc.%s is public and on no page of the reference", name)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the directive and the check."""
    app.add_directive("public-names", PublicNames)
    app.connect("build-finished", _check)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

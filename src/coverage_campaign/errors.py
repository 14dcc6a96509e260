"""What can go wrong, said so that a person can mend it and a service can answer with it.

Every error of this library carries `problems`: a tuple of `Problem` values. Its text is
`place: what was found -- the fix`, one line a problem, all problems at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

import attrs

__all__ = [
    "CampaignError",
    "DefinitionError",
    "IllegalMoveError",
    "InfeasibleError",
    "MissingExtraError",
    "OpenQuestionError",
    "Problem",
    "ReportError",
    "SaveError",
    "TieError",
    "Translatable",
]


@runtime_checkable
class Translatable(Protocol):
    """What has its own text in each language: a message, a name."""

    def text(self, lang: str, /) -> str:
        """Return the text in a language."""


@attrs.frozen(repr=False)
class Problem:
    """One thing that is wrong: its place, what was found there, and the fix.

    Each part is a text or a message; `where`, `found` and `fix` are read in English. A text that
    the catalogues know is translated as a message is.

    >>> print(Problem("units[2] '430406'.eligible", "-40", "a count is a whole number, 0 or more"))
    units[2] '430406'.eligible: -40 -- a count is a whole number, 0 or more
    """

    _where: str | Translatable = attrs.field(eq=str)
    _found: str | Translatable = attrs.field(eq=str)
    _fix: str | Translatable = attrs.field(eq=str)

    @property
    def where(self) -> str:
        """The place: a cell, a field of a file, a parameter."""
        return str(self._where)

    @property
    def found(self) -> str:
        """What was found there."""
        return str(self._found)

    @property
    def fix(self) -> str:
        """What to do."""
        return str(self._fix)

    def text(self, lang: str | None = None) -> str:
        """Return the problem as one line in a language; without one, in that of the context."""
        from coverage_campaign.messages import check_language
        from coverage_campaign.messages.language import translated

        language = check_language(lang)
        where, found, fix = (
            part.text(language) if isinstance(part, Translatable) else translated(part, language)
            for part in attrs.astuple(self, recurse=False)
        )
        chinese = language in ("zh", "zh-Hant")
        return f"{where}：{found}——{fix}" if chinese else f"{where}: {found} -- {fix}"

    def __str__(self) -> str:
        """Return the problem as one line in English."""
        return self.text("en")

    def __repr__(self) -> str:
        """Return the call that makes it."""
        return f"Problem({self.where!r}, {self.found!r}, {self.fix!r})"


class CampaignError(Exception):
    """The root of every error that this library raises on purpose, with its `problems` as data."""

    problems: tuple[Problem, ...]

    def __init__(self, problems: Problem | Iterable[Problem], *, source: str = "") -> None:
        """Gather the problems of one cause; `source` names the file or value that they are in."""
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        self.source = source
        super().__init__()

    def text(self, lang: str | None = None) -> str:
        """Return the problems in a language, one line each; without one, in that of the context."""
        from coverage_campaign.messages import check_language, message

        language = check_language(lang)
        lines = [problem.text(language) for problem in self.problems]
        if len(lines) == 1 and not self.source:
            return lines[0]
        heading = message(
            "{source}, {n} {n:plural problem|problems}",
            source=self.source or message("input"),
            n=len(lines),
        )
        return "\n".join([heading.text(language), *(f"  {line}" for line in lines)])

    def __str__(self) -> str:
        """Return the problems in English, one line each."""
        return self.text("en")

    def __reduce__(self) -> tuple[object, ...]:
        """Rebuild from the problems, so that an error crosses a process with its data."""
        return _rebuild, (type(self), self.problems, self.source)


def _rebuild(
    kind: type[CampaignError], problems: tuple[Problem, ...], source: str
) -> CampaignError:
    return kind(problems, source=source)


class DefinitionError(CampaignError, ValueError):
    """A campaign, a number or an option is not what it has to be."""


class ReportError(CampaignError):
    """Reports or events cannot be read at all; single bad rows become problems of the result."""


class SaveError(CampaignError):
    """A file cannot be written; what was there before is untouched."""


class MissingExtraError(CampaignError, ImportError):
    """A package that comes with an extra is not installed; the fix is the line that installs it."""


class InfeasibleError(CampaignError):
    """No answer can satisfy the bounds; the problems say by how much they miss."""


class TieError(CampaignError):
    """A tie decides and the caller asked for no tie to be broken."""


class OpenQuestionError(CampaignError):
    """What was asked hangs on a question that the source leaves open and nobody has answered."""


class IllegalMoveError(CampaignError):
    """A case may not move this way now; `possible` names the moves that are open to it."""

    def __init__(
        self,
        problems: Problem | Iterable[Problem],
        *,
        source: str = "",
        possible: Iterable[str] = (),
    ) -> None:
        """Gather the reason and the moves that are possible instead."""
        self.possible = tuple(possible)
        super().__init__(problems, source=source)

    def __reduce__(self) -> tuple[object, ...]:
        """Rebuild from the problems and the possible moves."""
        return _rebuild_move, (self.problems, self.source, self.possible)


def _rebuild_move(
    problems: tuple[Problem, ...], source: str, possible: tuple[str, ...]
) -> IllegalMoveError:
    return IllegalMoveError(problems, source=source, possible=possible)

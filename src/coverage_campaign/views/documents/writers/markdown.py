"""A document as Markdown: nothing in it is taken for markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage_campaign.views.documents.paper import NOTES, is_number, plain, written, written_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coverage_campaign.views.documents.paper import Paper, Section, Table

__all__ = ["markdown"]

_MARKS = "|*_`[]#~<>&$!"


def markdown(document: Paper) -> str:
    """Return the whole document as text."""
    head = [part for part in (document.number, document.meta, document.mark, document.unit) if part]
    lines = [f"# {_safe(document.title)}", "", " · ".join(map(_safe, head)), ""]
    for section in document.sections:
        lines += _section(section)
    if document.notes:
        lines += [
            f"## {document.word(NOTES)}",
            "",
            *(f"- {_safe(one)}" for one in document.notes),
        ]
    return "\n".join(lines).rstrip() + "\n"


def _section(section: Section) -> Iterator[str]:
    if section.heading:
        yield from (f"## {_safe(section.heading)}", "")
    for paragraph in section.paragraphs:
        yield from (_safe(paragraph), "")
    if section.table is not None:
        yield from (*_table(section.table), "")
    for line in section.signed:
        yield from (_safe(line), "")


def _table(table: Table) -> Iterator[str]:
    yield _row([column.head for column in table.columns])
    yield (
        "|" + "|".join(" ---: " if is_number(one.kind) else " --- " for one in table.columns) + "|"
    )
    for row in written_rows(table):
        yield _row(row)
    if table.total is not None:
        kinds = [column.kind for column in table.columns]
        yield _row([written(cell, kind) for cell, kind in zip(table.total, kinds, strict=True)])


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(map(_inside, cells)) + " |"


def _safe(text: str) -> str:
    """Return a text that Markdown shows as it is, at the beginning of a line too."""
    safe = _inside(text)
    # A line may begin with what makes a list, a heading or a rule.
    return f"\\{safe}" if safe[:1] in {"-", "+", "="} else safe


def _inside(text: str) -> str:
    safe = plain(text).replace("\\", "\\\\")
    for mark in _MARKS:
        safe = safe.replace(mark, f"\\{mark}")
    return safe

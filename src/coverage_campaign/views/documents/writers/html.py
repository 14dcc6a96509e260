"""A document as a page of its own: escaped, without scripts, with its chart inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from coverage_campaign.views.documents.paper import NOTES, is_number, plain, written, written_rows
from coverage_campaign.views.documents.writers.webfont import font_face

if TYPE_CHECKING:
    from coverage_campaign.views.documents.paper import Cell, Column, Paper, Table

__all__ = ["page"]

_BAR = Markup('<td class="n bar" style="--share:{:.1f}%">{}</td>')


# A table of more columns is printed across.
_ACROSS: Final = 7


def page(document: Paper) -> str:
    """Return the whole page as text."""
    environment = Environment(
        loader=PackageLoader("coverage_campaign.views.documents", "writers"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["plain"] = plain
    return environment.get_template("document.html").render(
        document=document,
        notes=document.word(NOTES),
        head=_head,
        rows=_rows,
        total=_total,
        chart=_chart(document),
        across=any(
            part.table is not None and len(part.table.columns) > _ACROSS
            for part in document.sections
        ),
        # The rule is made of a name of ours and of base64.
        font=Markup(font_face(_text(document))),  # noqa: S704 - see above
    )


def _text(document: Paper) -> str:
    """Return everything that the page says, to know its letters."""
    parts = [document.title, document.meta, document.unit, document.mark, *document.notes]
    parts += [document.number, document.word(NOTES)]
    for section in document.sections:
        parts += [section.heading, *section.paragraphs, *section.signed]
        if section.table is not None:
            rows = (*section.table.rows, *filter(None, [section.table.total]))
            parts += [column.head for column in section.table.columns]
            parts += [cell for row in rows for cell in row if isinstance(cell, str)]
    # The signs of numbers and dashes stand in no text of the document.
    return plain(" ".join(parts)) + "−–…"


def _chart(document: Paper) -> Markup:
    if document.chart is None:
        return Markup()
    from coverage_campaign.views.export import inline_svg  # loads matplotlib

    # The chart escapes its own texts; it is drawn, not read from anywhere.
    return Markup(inline_svg(document.chart(), label=document.title))  # noqa: S704 - see above


def _head(table: Table) -> Markup:
    cell = Markup('<th scope="col" class="{}">{}</th>')
    return Markup().join(cell.format(_class(one), one.head) for one in table.columns)


def _rows(table: Table) -> list[Markup]:
    """Return the cells of each row; Markup.format escapes every value."""
    return [
        _cells(table.columns, row, texts)
        for row, texts in zip(table.rows, written_rows(table), strict=True)
    ]


def _total(table: Table) -> Markup:
    if table.total is None:
        return Markup()
    pairs = zip(table.total, table.columns, strict=True)
    return _cells(table.columns, table.total, [written(cell, one.kind) for cell, one in pairs])


def _cells(columns: tuple[Column, ...], row: tuple[Cell, ...], texts: list[str]) -> Markup:
    return Markup().join(
        _bar(text, cell)
        if column.bar
        else Markup('<td class="{}"><bdi>{}</bdi></td>').format(_class(column, cell), text)
        for column, cell, text in zip(columns, row, texts, strict=True)
    )


def _bar(text: str, cell: Cell) -> Markup:
    """Return a rate with a bar below it; what lies beyond 100 % is written, not drawn."""
    if not isinstance(cell, (int, float)):
        return Markup('<td class="n">{}</td>').format(text)
    share = min(max(100 * cell, 0), 100)
    return _BAR.format(share, text)


def _class(column: Column, cell: Cell = None) -> str:
    if not is_number(column.kind):
        return "t" if column.kind == "text" else "c"
    if column.signed and isinstance(cell, (int, float)) and cell:
        return "n behind" if cell < 0 else "n ahead"
    return "n"

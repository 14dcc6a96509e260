"""A document for Word, laid out as Chinese official documents are (GB/T 9704-2012).

A4, margins 37, 35, 28 and 26 mm (top, bottom, left, right); the title 22 pt, the body 16 pt with
lines of exactly 28 pt and a first line set in by two letters; headings in Heiti. The fonts are
names only: the reader's machine supplies them.
"""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Final

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from coverage_campaign.views.documents.paper import (
    NOTES,
    column_widths,
    is_number,
    plain,
    written_rows,
)

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import Table as WordTable
    from docx.table import _Cell, _Row
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

    from coverage_campaign.views.documents.paper import Paper, Section, Table

__all__ = ["word_bytes"]

_SONG, _FANG, _HEI, _LATIN = "方正小标宋简体", "仿宋_GB2312", "黑体", "Times New Roman"
_BODY, _TITLE, _NOTE = 16.0, 22.0, 12.0
_WIDE: Final = 7
# Up to so many columns, letters of so many points.
_CELL_SIZES: Final = ((5, 12.0), (8, 10.5), (10_000, 9.0))
_CELL_MARGIN: Final = "57"  # a millimetre, in twentieths of a point
_TEXT_MM: Final = 156.0
_LANDSCAPE_MM: Final = 225.0


def word_bytes(document: Paper, *, template: str | None = None) -> bytes:
    """Return the document as a .docx file holds it; two runs give the same bytes."""
    made, filled = _filled(template, document) if template else (docx.Document(), frozenset())
    if template is None:
        _set_page(made)
    _set_style(made)
    _write_title(made, document, filled)
    turned = False
    for number, section in enumerate(document.sections):
        table = section.table
        wide = table is not None and len(table.columns) > _WIDE
        # A wide table is an annex across; what comes after it stands upright again.
        if wide != turned and (wide or table is not None or section.paragraphs):
            _turn(made)
            turned = wide
        signed = () if "signed" in filled and not section.own_page else section.signed
        _write_section(made, section, _LANDSCAPE_MM if wide else _TEXT_MM, signed)
        if number == document.chart_after and document.chart is not None:
            _write_chart(made, document, _TEXT_MM)
    if document.notes:
        _paragraph(made, document.word(NOTES), font=_HEI, size=_NOTE)
        for note in document.notes:
            _paragraph(made, note, size=_NOTE, indent=True, exact=20.0)
    stamp = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a fixed stamp
    made.core_properties.created = made.core_properties.modified = stamp
    made.core_properties.title = plain(document.title)[:250]
    made.core_properties.author = ""
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def _filled(template: str, document: Paper) -> tuple[WordDocument, frozenset[str]]:
    """Return a letterhead with its fields filled, and which of them it has."""
    made = docx.Document(template)
    values = {
        **{name: getattr(document, name) for name in ("title", "number", "meta", "unit", "mark")},
        "signed": "\n".join(
            line for part in document.sections if not part.own_page for line in part.signed
        ),
    }
    if not any("{{" in part.blob.decode("utf-8", "ignore") for part in made.part.package.parts):
        return made, frozenset()
    from docxtpl import DocxTemplate  # a letterhead without fields does without it

    fields = DocxTemplate(template)
    # The letterhead is a file of the caller's own; even so nothing in it reaches beyond the values.
    sandbox = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    names = frozenset(fields.get_undeclared_template_variables(sandbox))
    fields.render({name: _lines(text) for name, text in values.items()}, sandbox)
    stream = io.BytesIO()
    fields.save(stream)
    stream.seek(0)
    return docx.Document(stream), names


def _lines(text: str) -> str:
    return "\n".join(map(plain, text.split("\n")))


def _set_page(made: WordDocument) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(footer, "— ", font="宋体", size=14.0)
    _field(footer, "PAGE")
    _run(footer, " —", font="宋体", size=14.0)


def _turn(made: WordDocument) -> None:
    """Begin a page that lies across, or stands upright again; its margins turn with it."""
    before = made.sections[-1]
    width, height = before.page_width, before.page_height
    top, bottom = before.top_margin, before.bottom_margin
    left, right = before.left_margin, before.right_margin
    section = made.add_section(WD_SECTION.NEW_PAGE)
    across = before.orientation == WD_ORIENT.PORTRAIT
    section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = height, width
    section.top_margin, section.bottom_margin = (left, right) if across else (right, left)
    section.left_margin, section.right_margin = (top, bottom) if across else (bottom, top)


def _field(paragraph: Paragraph, code: str) -> None:
    """Write a field that Word fills in, such as the number of the page."""
    run = _run(paragraph, "", font="宋体", size=14.0)
    for kind in ("begin", "instruction", "end"):
        if kind == "instruction":
            element = OxmlElement("w:instrText")
            element.text = code
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)  # noqa: SLF001 - python-docx has no fields of its own


def _set_style(made: WordDocument) -> None:
    style = made.styles["Normal"]
    style.font.name, style.font.size = _LATIN, Pt(_BODY)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FANG)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)


def _write_title(made: WordDocument, document: Paper, filled: frozenset[str]) -> None:
    if "title" not in filled:
        title = _paragraph(made, document.title, font=_SONG, size=_TITLE, exact=34.0)
        title.alignment = WD_ALIGN_PARAGRAPH.CENTER
        title.paragraph_format.space_after = Pt(14)
    for name in ("number", "mark", "meta", "unit"):
        text: str = getattr(document, name)
        if text and name not in filled:
            line = _paragraph(made, text, size=_NOTE, exact=20.0)
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _write_section(
    made: WordDocument, section: Section, room: float, signed: tuple[str, ...]
) -> None:
    if section.heading:
        heading = _paragraph(made, section.heading, font=_HEI, indent=True)
        heading.paragraph_format.keep_with_next = True
        heading.paragraph_format.page_break_before = section.own_page
    for text in section.paragraphs:
        _paragraph(made, text, indent=True)
    if section.table is not None:
        _write_table(made, section.table, room)
    for number, text in enumerate(signed):
        line = _paragraph(made, text)
        line.paragraph_format.space_before = Pt(28.0 if number == 0 else 0.0)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.right_indent = Pt(2 * _BODY)


def _paragraph(
    made: WordDocument,
    text: str,
    *,
    font: str = _FANG,
    size: float = _BODY,
    exact: float = 28.0,
    indent: bool = False,
) -> Paragraph:
    paragraph = made.add_paragraph()
    layout = paragraph.paragraph_format
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(exact)
    if indent:
        layout.first_line_indent = Pt(2 * size)
    _run(paragraph, plain(text), font=font, size=size)
    return paragraph


def _run(paragraph: Paragraph, text: str, *, font: str, size: float, bold: bool = False) -> Run:
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.bold = _LATIN, Pt(size), bold
    # python-docx names the Latin font alone; Chinese letters have one of their own.
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)  # noqa: SLF001 - see above
    return run


def _write_table(made: WordDocument, table: Table, room: float) -> None:
    size = next(size for most, size in _CELL_SIZES if len(table.columns) <= most)
    drawn = made.add_table(rows=1, cols=len(table.columns), style="Table Grid")
    drawn.alignment = WD_TABLE_ALIGNMENT.CENTER
    drawn.autofit = False
    _narrow_margins(drawn)
    parts = column_widths(table)
    widths = [Mm(room * part / sum(parts)) for part in parts]
    for place, width in enumerate(widths):
        drawn.columns[place].width = width
    # The head stands at the top of each page, and no row breaks between two.
    _mark(drawn.rows[0], "w:tblHeader")
    for cell, column, width in zip(drawn.rows[0].cells, table.columns, widths, strict=True):
        _fill(cell, column.head, width, font=_HEI, size=size, place=WD_ALIGN_PARAGRAPH.CENTER)
    kinds = [column.kind for column in table.columns]
    rows = written_rows(table, total=True)
    for number, row in enumerate(rows):
        bold = table.total is not None and number == len(rows) - 1
        line = drawn.add_row()
        _mark(line, "w:cantSplit")
        for cell, text, kind, width in zip(line.cells, row, kinds, widths, strict=True):
            place = WD_ALIGN_PARAGRAPH.LEFT if kind == "text" else WD_ALIGN_PARAGRAPH.CENTER
            place = WD_ALIGN_PARAGRAPH.RIGHT if is_number(kind) else place
            _fill(cell, text, width, font=_FANG, size=size, place=place, bold=bold)
    _paragraph(made, "", size=6.0, exact=10.0)


def _fill(
    cell: _Cell,
    text: str,
    width: Emu | Mm,
    *,
    font: str,
    size: float,
    place: WD_ALIGN_PARAGRAPH,
    bold: bool = False,
) -> None:
    cell.width = width
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.alignment = place
    _run(paragraph, plain(text), font=font, size=size, bold=bold)


def _narrow_margins(table: WordTable) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), _CELL_MARGIN)
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)  # noqa: SLF001 - python-docx has no word for it


def _mark(row: _Row, tag: str) -> None:
    mark = OxmlElement(tag)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)  # noqa: SLF001 - python-docx has no word for it


def _write_chart(made: WordDocument, document: Paper, room: float) -> None:
    from coverage_campaign.views.export import png_bytes  # loads matplotlib

    if document.chart is None:
        return
    picture = io.BytesIO(png_bytes(document.chart(), dpi=200))
    made.add_picture(picture, width=Mm(min(room, 150.0)))
    made.paragraphs[-1].alignment = WD_ALIGN_PARAGRAPH.CENTER

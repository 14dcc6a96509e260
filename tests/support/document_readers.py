"""Documents read back by readers that know nothing of those who wrote them."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import docx
import openpyxl
import python_calamine


class PageReader(HTMLParser):
    """Collects the texts of a page, its elements, and the cells of its tables."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.rows: list[list[str]] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append(tag)
        self.attributes += attrs
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        """Note the end of a cell."""
        if tag in {"td", "th"}:
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append(data)
        if self._in_cell:
            self.rows[-1][-1] += data


def read_page(text: str) -> PageReader:
    """Return what a parser of HTML sees."""
    reader = PageReader()
    reader.feed(text)
    reader.close()
    return reader


def texts_of_workbook(path: Path) -> list[str]:
    """Return every text of a workbook as calamine reads it."""
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return [
        cell
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
        for cell in row
        if isinstance(cell, str) and cell
    ]


def formulas_of(path: Path) -> list[str]:
    """Return every formula of a workbook as openpyxl reads it."""
    book = openpyxl.load_workbook(path)
    return [
        str(cell.value)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]


def links_of(path: Path) -> int:
    """Return how many links a workbook has."""
    book = openpyxl.load_workbook(path)
    return sum(
        cell.hyperlink is not None
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
    )


def texts_of_word(path: Path) -> list[str]:
    """Return the paragraphs and cells of a document for Word."""
    made = docx.Document(str(path))
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    return [paragraph.text for paragraph in made.paragraphs] + cells

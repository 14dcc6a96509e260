"""A document as a value that can be written: a workbook, a page, Markdown, for Word."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import attrs
import pandas as pd

from coverage_campaign.checks import checked_methods, needs
from coverage_campaign.errors import DefinitionError, MissingExtraError, Problem
from coverage_campaign.messages import message
from coverage_campaign.notebook import html_table
from coverage_campaign.saving import save_bytes
from coverage_campaign.views.documents.paper import (
    NOTES,
    Kind,
    Paper,
    Section,
    Table,
    is_number,
    plain,
    written_rows,
)

__all__ = ["Document"]


@checked_methods
@attrs.frozen(eq=False, kw_only=True)
class Document(Paper):
    """A document in one language, to be written as a workbook, a page, Markdown or for Word."""

    def to_frame(self) -> pd.DataFrame:
        """Return the first table as it is shown, columns named in the language, without the total.

        Counts and ranks are Int64, rates (fractions of one) and points Float64, texts str.
        """
        import pandas as pd  # heavy, and a page does without it

        table = next((part.table for part in self.sections if part.table), None)
        if table is None:
            return pd.DataFrame()
        dtypes: dict[Kind, Literal["str", "Int64", "Float64"]]
        dtypes = {"text": "str", "rank": "Int64", "count": "Int64", "move": "Int64"}
        cells = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
        return pd.DataFrame(
            {
                column.head: pd.Series(list(line), dtype=dtypes.get(column.kind, "Float64"))
                for column, line in zip(table.columns, cells, strict=True)
            }
        )

    def to_excel(self, path: str | Path) -> Path:
        """Write a workbook with a sheet for each table and return its path.

        Needs the extra `excel`. A4 landscape, formulas with stored values, every text a text; two
        runs give the same bytes.
        """
        with needs("excel", "to_excel"):
            from coverage_campaign.views.documents.writers.excel import workbook_bytes

        return save_bytes(path, workbook_bytes(self))

    def to_html(self, path: str | Path | None = None) -> str:
        """Return a page that needs nothing else, with its chart in it; write it where `path` says.

        Every text is escaped, and the page forbids itself scripts and the network.
        """
        from coverage_campaign.views.documents.writers.html import page  # loads drawing

        text = page(self)
        if path is not None:
            save_bytes(path, text.encode())
        return text

    def to_markdown(self) -> str:
        """Return the document as Markdown: sentences, tables with totals, notes."""
        return _markdown(self)

    def to_docx(self, path: str | Path, *, template: str | Path | None = None) -> Path:
        """Write a document for Word in the layout of Chinese official documents; return its path.

        Needs the extra `docx`. A4, title 22 pt, body 16 pt at exactly 28 pt, as GB/T 9704-2012;
        wide tables lie across. `template` is a .docx of your own: its page, letterhead, header and
        footer stay, and the text stands below what is in it. Its fields are filled: `{{ title }}`,
        `{{ number }}`, `{{ meta }}` (as of), `{{ unit }}`, `{{ mark }}` and `{{ signed }}` (issuer,
        signatory, date), and what stands in a field is not written a second time below.

        Raises:
            DefinitionError: The template cannot be read, or has a field that there is not.
        """
        with needs("docx", "to_docx"):
            from docx.opc.exceptions import OpcError
            from jinja2 import TemplateError

            from coverage_campaign.views.documents.writers.word import word_bytes

        if template is None:
            return save_bytes(path, word_bytes(self))
        try:
            made = word_bytes(self, template=str(template))
        except TemplateError as error:
            fix = "in double braces write title, number, meta, unit, mark or signed"
            found = message(
                "{template} has a field that cannot be filled: {reason}",
                template=str(template),
                reason=str(error),
            )
            raise DefinitionError(Problem("template", found, fix)) from error
        except (OSError, KeyError, ValueError, OpcError) as error:
            fix = "give a file that Word saved as .docx"
            found = message("{template} cannot be read as a document", template=str(template))
            raise DefinitionError(Problem("template", found, fix)) from error
        return save_bytes(path, made)

    def to_pdf(self, path: str | Path) -> Path:
        """Print the page to PDF and return its path; Chromium or LibreOffice has to be installed.

        Raises:
            MissingExtraError: Neither of them is found, or the one that is found printed nothing.
        """
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "page.html"
            self.to_html(page)
            printed = _printed(page)
        return save_bytes(path, printed)

    def to_folder(self, folder: str | Path, *, name: str) -> tuple[Path, ...]:
        """Write all four forms to a folder and return their paths: .html, .md, .xlsx, .docx."""
        place = Path(folder)
        page, text = place / f"{name}.html", place / f"{name}.md"
        self.to_html(page)
        save_bytes(text, self.to_markdown().encode())
        book = self.to_excel(place / f"{name}.xlsx")
        return page, text, book, self.to_docx(place / f"{name}.docx")

    def _repr_html_(self) -> str:
        first = next(iter(self.sections), Section())
        return html_table(self.to_frame(), title=self.title, notes=[*first.paragraphs, *self.notes])

    def __repr__(self) -> str:
        """Return the title and the headings."""
        headings = [part.heading for part in self.sections if part.heading]
        return "\n".join([f"<Document: {self.title}>", *headings[:10]])


def _printed(page: Path) -> bytes:
    """Return a page as PDF, by the first program that is there."""
    target, profile = page.with_suffix(".pdf"), page.parent / "profile"
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    office = shutil.which("soffice")
    if browser:
        own = ["--headless", "--disable-gpu", "--no-pdf-header-footer"]
        own += [f"--user-data-dir={profile}", f"--print-to-pdf={target}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            own.append("--no-sandbox")  # Chromium refuses its sandbox to the superuser
        command = [browser, *own, page.as_uri()]
    elif office:
        command = [office, f"-env:UserInstallation={profile.as_uri()}", "--headless"]
        command += ["--convert-to", "pdf:writer_web_pdf_Export"]
        command += ["--outdir", str(page.parent), str(page)]
    else:
        fix = "install Chromium or LibreOffice, or print the page of to_html in a browser"
        raise MissingExtraError(Problem("to_pdf", "no program that prints is installed", fix))
    done = subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False)  # noqa: S603 - a program that was found, our own file
    if done.returncode or not target.exists():
        found = message("{name} printed nothing", name=Path(command[0]).name)
        raise MissingExtraError(Problem("to_pdf", found, "print the page of to_html"))
    return target.read_bytes()


_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
_PATIENCE = 120


# -- Markdown: nothing in it is taken for markup ---------------------------------------------------

_MARKS = "|*_`[]#~<>&$!"


def _markdown(document: Paper) -> str:
    """Return the whole document as text."""
    head = [part for part in (document.number, document.meta, document.mark, document.unit) if part]
    lines = [f"# {_safe(document.title)}", "", " · ".join(map(_safe, head)), ""]
    for section in document.sections:
        lines += _lines_of(section)
    if document.notes:
        lines += [f"## {document.word(NOTES)}", "", *(f"- {_safe(one)}" for one in document.notes)]
    return "\n".join(lines).rstrip() + "\n"


def _lines_of(section: Section) -> Iterator[str]:
    if section.heading:
        yield from (f"## {_safe(section.heading)}", "")
    for paragraph in section.paragraphs:
        yield from (_safe(paragraph), "")
    if section.table is not None:
        yield from (*_rows_of(section.table), "")
    for line in section.signed:
        yield from (_safe(line), "")


def _rows_of(table: Table) -> Iterator[str]:
    yield _row([column.head for column in table.columns])
    yield (
        "|" + "|".join(" ---: " if is_number(one.kind) else " --- " for one in table.columns) + "|"
    )
    yield from map(_row, written_rows(table, total=True))


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

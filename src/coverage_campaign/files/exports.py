"""Tables out: CSV, workbooks in which every name is text and never a formula, Parquet."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from coverage_campaign.checks import checked_call, needs
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.saving import make_folder, replacing, save_bytes
from coverage_campaign.scenarios.study import Study

__all__ = [
    "save_csv",
    "save_study",
    "save_workbook",
]

# A spreadsheet takes a text that begins with one of these for a formula or a command.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


def _neutral(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_RISKY) else value


def save_csv(frame: pd.DataFrame, path: Path) -> Path:
    """Write a frame as CSV and return its path: UTF-8 with a byte order mark, no index.

    A text that a spreadsheet would run as a formula gets an apostrophe before it; a missing value
    is an empty cell; dates are ISO days.
    """
    safe = frame.copy(deep=False)
    for name in safe.columns:
        if pd.api.types.is_datetime64_any_dtype(safe[name]):
            safe[name] = safe[name].dt.strftime("%Y-%m-%d")
        elif not pd.api.types.is_numeric_dtype(safe[name]):
            safe[name] = safe[name].map(_neutral, na_action="ignore")
    safe.columns = pd.Index([_neutral(str(name)) for name in safe.columns])
    text = safe.to_csv(index=False, lineterminator="\n")
    return save_bytes(path, text.encode("utf-8-sig"))


def save_workbook(
    tables: Mapping[str, pd.DataFrame],
    path: Path,
    *,
    notes: Mapping[str, Iterable[str]] | Iterable[str] = (),
) -> Path:
    """Write one sheet per table and return the path (.xlsx); the extra `excel` is needed.

    Texts are stored as texts, numbers as numbers; a missing value is an empty cell. `notes` stand
    below each table, or below the table of their name. A4 landscape, as many pages wide as can be
    read. Two runs give the same bytes.
    """
    import datetime as dt  # beside the import that needs it

    with needs("excel", "save_workbook"):
        import xlsxwriter

    lines = (
        {title: tuple(notes.get(title, ())) for title in tables}
        if isinstance(notes, Mapping)
        else dict.fromkeys(tables, tuple(notes))
    )
    taken_for = ("strings_to_formulas", "strings_to_urls", "strings_to_numbers")
    stream = io.BytesIO()
    options = {**dict.fromkeys(taken_for, False), "in_memory": True}
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001 - a fixed stamp
        head = book.add_format({"bold": True, "bg_color": "#ECEFF3", "bottom": 1})
        whole = book.add_format({"num_format": "#,##0"})
        real = book.add_format({"num_format": "#,##0.00"})
        muted = book.add_format({"font_color": "#55626F", "italic": True})
        for title, frame in tables.items():
            sheet = book.add_worksheet(title[:31])
            sheet.freeze_panes(1, 0)
            sheet.set_paper(9)
            sheet.set_landscape()
            across = sum(_width(frame, column) for column in range(frame.shape[1]))
            # On one page a wide table would be too small to read: its first columns are repeated.
            sheet.fit_to_pages(max(math.ceil(across / _PAGE_WIDTH), 1), 0)
            sheet.repeat_columns(0, 1)
            sheet.repeat_rows(0)
            for column, name in enumerate(frame.columns):
                sheet.write_string(0, column, str(name), head)
                sheet.set_column(column, column, _width(frame, column))
                for row, value in enumerate(frame.iloc[:, column].tolist(), start=1):
                    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - NaN
                        continue
                    if isinstance(value, (bool, str)):
                        sheet.write_string(row, column, str(value))
                    elif isinstance(value, int):
                        sheet.write_number(row, column, value, whole)
                    elif isinstance(value, float):
                        sheet.write_number(row, column, value, real)
                    else:
                        sheet.write_string(row, column, str(value)[:10])
            for place, line in enumerate(lines[title], start=len(frame) + 2):
                sheet.write_string(place, 0, line, muted)
    return save_bytes(path, stream.getvalue())


def _width(frame: pd.DataFrame, column: int) -> float:
    """Return a column width that shows the header and most values; a wide character counts two."""
    values = frame.iloc[:200, column].tolist()
    shown = (f"{one:,.2f}" if isinstance(one, float) else str(one) for one in values)
    texts = [str(frame.columns[column]), *shown]
    widest = max(sum(2 if ord(mark) > 0x2E80 else 1 for mark in text) for text in texts)  # noqa: PLR2004 - CJK begins there
    return min(max(widest + 2, 8), 48)


_PAGE_WIDTH = 190.0  # letters across a page, not smaller than 8 points


@checked_call
def save_study(studies: Study | Iterable[Study], folder: str | Path) -> tuple[Path, ...]:
    """Return the Parquet files that a study, or its blocks as they come, were written to.

    Each block becomes part-00000.parquet and so on, with the columns of `Study.to_frame`; any tool
    reads the folder as one table: `pandas.read_parquet(folder)`. Needs pyarrow (extra `engines`).

    Args:
        studies: A study, or what `explore_blocks` yields; one block at a time is in memory.
        folder: Where to; it is made if it is not there, and has to hold no such files yet.

    Raises:
        DefinitionError: The folder holds parts already: two studies must not mix.
    """
    where = Path(folder)
    make_folder(where)
    if any(where.glob("part-*.parquet")):
        raise DefinitionError(
            Problem(str(where), "holds a study already", "name another folder, or empty this one")
        )
    written = []
    for number, study in enumerate([studies] if isinstance(studies, Study) else studies):
        path = where / f"part-{number:05d}.parquet"
        with needs("engines", "save_study"), replacing(path) as file:
            study.to_frame().to_parquet(file, index=False)
        written.append(path)
    return tuple(written)

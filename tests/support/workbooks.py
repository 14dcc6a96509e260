"""Workbooks that have the same bytes whenever a test writes them."""

import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import openpyxl

__all__ = ["save"]

_MADE = dt.datetime(2026, 7, 5, 8, 0)  # noqa: DTZ001 - civil time
_TIMES = re.compile(rb">\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z<")


def save(book: openpyxl.Workbook, path: Path) -> None:
    """Save a workbook as if it had been made at one time: no clock in its properties or its zip."""
    book.properties.created = _MADE
    packed = io.BytesIO()
    book.save(packed)
    stamp = _MADE.strftime(">%Y-%m-%dT%H:%M:%SZ<").encode()
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = _TIMES.sub(stamp, part)
            new.writestr(zipfile.ZipInfo(name, _MADE.timetuple()[:6]), part, zipfile.ZIP_DEFLATED)

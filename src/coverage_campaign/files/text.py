"""The text of a file, bounded: however large or odd it is, an answer comes in seconds."""

from __future__ import annotations

import os
from pathlib import Path

from coverage_campaign.errors import DefinitionError, Problem

__all__ = ["MOST_BYTES", "read_text"]

MOST_BYTES = 64 * 1024 * 1024
"""A campaign of 100,000 units takes about 15 MB."""


def read_text(path: str | os.PathLike[str]) -> str:
    """Return the text of a file of UTF-8, with or without a byte order mark.

    Raises:
        DefinitionError: There is no such file, it is a folder, too large or no UTF-8 text.
    """
    file = Path(path)
    try:
        size = file.stat().st_size
        if not file.is_file() and not file.is_dir():  # a device or a pipe may never end
            raise DefinitionError(Problem(str(file), "no file", "give the path of a file"))
        if size > MOST_BYTES:
            found = f"{size / 1024**2:,.0f} MB"
            fix = f"a campaign file has at most {MOST_BYTES // 1024**2} MB"
            raise DefinitionError(Problem(file.name, found, fix))
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        found = f"line {line} is no UTF-8 text"
        raise DefinitionError(Problem(file.name, found, "save the file as UTF-8")) from None
    except OSError as error:
        found = error.strerror or "cannot be read"
        raise DefinitionError(Problem(str(file), found, "give the path of a file")) from None

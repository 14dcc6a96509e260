"""How results show themselves in a notebook: small HTML, every text escaped, no script."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from html import escape
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
else:
    Axes: TypeAlias = Any
    """What a result draws on. Type checkers know it; a result that is not drawn loads no charts."""

__all__ = ["Axes", "html_table"]

# A notebook's own rules for tables are as strong as two classes: these are stronger.
_STYLE: Final = (
    "<style>.cc-result .cc-table{width:max-content}"
    ".cc-result .cc-table td,.cc-result .cc-table th{padding:2px 8px;text-align:left;"
    "vertical-align:top;max-width:30em;border-bottom:1px solid var(--jp-border-color2,#DDE3E9);"
    "color:var(--jp-content-font-color1,#1B2733)}"
    ".cc-result .cc-table .cc-n{text-align:right;font-variant-numeric:tabular-nums;"
    "white-space:nowrap}"
    ".cc-result .cc-note{color:var(--jp-content-font-color2,#55626F);font-size:smaller}</style>"
)
_MOST_ROWS: Final = 30
_MOST_LETTERS: Final = 300
"""Of one text; a longer one ends in an ellipsis."""
_MOST_BYTES: Final = 19_000
"""Of the whole: rows beyond it are counted, not shown."""
_MOST_NOTES: Final = 2_400
"""Letters of all notes together."""
_RATE: Final = "_rate"


def html_table(
    frame: pd.DataFrame,
    *,
    title: str,
    notes: Iterable[str] = (),
    most_rows: int = _MOST_ROWS,
    rates: Collection[str] = (),
) -> str:
    """Return a frame as a small escaped HTML table with its title above and its notes below.

    Rows beyond `most_rows`, or beyond what 20 kB hold, are counted in a note, not shown. A missing
    value is an empty cell; a column without any value is named in a note. Columns whose name ends
    in `_rate`, and those of `rates`, are fractions of one and shown in percent; 100.0 % is shown
    only from one on.
    """
    empty = [str(name) for name in frame.columns if len(frame) and frame[name].isna().all()]
    shown = frame.drop(columns=empty)
    columns = [str(name) for name in shown.columns]
    in_percent = [name.endswith(_RATE) or name in rates for name in columns]
    rows = [
        [_text(value, rate=is_rate) for is_rate, value in zip(in_percent, row, strict=True)]
        for row in shown.head(most_rows).astype(object).itertuples(index=False)
    ]
    numeric = [any(is_number for _, is_number in column) for column in zip(*rows, strict=True)]
    head = "".join(
        _cell("th", name, is_number=is_number)
        for name, is_number in zip(columns, numeric or [False] * len(columns), strict=True)
    )
    below = [*_few(notes), *([f"No value in any row: {', '.join(empty)}"] if empty else [])]
    above = (
        f'{_STYLE}<div class="cc-result"><b>{_escaped(title)}</b>'
        f'<table class="cc-table"><thead><tr>{head}</tr></thead><tbody>'
    )
    after = "</tbody></table>" + "".join(map(_note, below))
    body = list(_fitting(rows, numeric, room=_MOST_BYTES - _size(above + after)))
    left_out = len(frame) - len(body)
    more = _note(f"{left_out:,} more rows") if left_out else ""
    return f"{above}{''.join(body)}{after}{more}</div>"


def _fitting(
    rows: Iterable[list[tuple[str, bool]]], numeric: list[bool], *, room: int
) -> Iterator[str]:
    """Yield rows of the table for as long as there is room [bytes]."""
    for row in rows:
        cells = (
            _cell("td", text, is_number=is_number)
            for (text, _), is_number in zip(row, numeric, strict=True)
        )
        line = f"<tr>{''.join(cells)}</tr>"
        room -= _size(line)
        if room < 0:
            return
        yield line


def _size(text: str) -> int:
    return len(text.encode("utf-8"))


def _few(notes: Iterable[str]) -> list[str]:
    """Return as many notes as have room, and how many more there are."""
    given = list(notes)
    lengths = accumulate(min(len(note), _MOST_LETTERS) for note in given)
    shown = [note for note, letters in zip(given, lengths, strict=True) if letters <= _MOST_NOTES]
    more = len(given) - len(shown)
    return [*shown, f"and {more} more notes"] if more else shown


def _note(text: str) -> str:
    return f'<div class="cc-note">{_escaped(text)}</div>'


def _escaped(text: str) -> str:
    return escape(text if len(text) <= _MOST_LETTERS else text[: _MOST_LETTERS - 1] + "…")


def _cell(tag: str, text: str, *, is_number: bool) -> str:
    opened = f'<{tag} class="cc-n">' if is_number else f"<{tag}>"
    return f"{opened}{_escaped(text)}</{tag}>"


def _text(value: object, *, rate: bool) -> tuple[str, bool]:
    """Return what a cell says, and whether it is a number."""
    # <NA> comes first: it has no truth value, so it cannot be compared.
    if value is None or str(value) in {"<NA>", "nan", "NaT"}:
        return "", False
    if isinstance(value, bool):
        return ("yes" if value else "no"), False
    if isinstance(value, (int, float)):
        whole = f"{value:,}" if isinstance(value, int) else f"{value:,.3f}"
        return (_percent(value) if rate else whole), True
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat(), False
    return str(value), False


def _percent(rate: float) -> str:
    shown = 100.0 * rate
    if rate < 1 and shown > 99.9:  # noqa: PLR2004 - what is not all never reads 100.0 %
        shown = 99.9
    return f"{shown:.1f} %"

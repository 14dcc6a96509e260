"""How results show themselves in a notebook: small HTML, every text escaped, no script."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

__all__ = ["html_table"]

_STYLE = (
    "<style>.cc-table td,.cc-table th{padding:2px 8px;border-bottom:1px solid "
    "var(--jp-border-color2,#DDE3E9);color:var(--jp-content-font-color1,#1B2733)}"
    ".cc-table td.cc-n{text-align:right;font-variant-numeric:tabular-nums}"
    ".cc-note{color:var(--jp-content-font-color2,#55626F);font-size:smaller}</style>"
)
_MOST_ROWS = 30


def html_table(
    frame: pd.DataFrame, *, title: str, notes: Iterable[str] = (), most_rows: int = _MOST_ROWS
) -> str:
    """Return a frame as a small escaped HTML table with its title above and its notes below.

    Rows beyond `most_rows` are counted in a note, not shown; a missing value is an empty cell.
    """
    shown = frame.head(most_rows)
    head = "".join(f"<th>{escape(str(column))}</th>" for column in shown.columns)
    body = "".join(
        "<tr>" + "".join(_cell(value) for value in row) + "</tr>"
        for row in shown.astype(object).itertuples(index=False)
    )
    left_out = len(frame) - len(shown)
    all_notes = [*notes, *([f"{left_out:,} more rows"] if left_out else [])]
    below = "".join(f'<div class="cc-note">{escape(note)}</div>' for note in all_notes)
    return (
        f'{_STYLE}<div class="cc-result"><b>{escape(title)}</b><table class="cc-table">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}</div>"
    )


def _cell(value: object) -> str:
    # <NA> comes first: it has no truth value, so it cannot be compared.
    if value is None or str(value) in {"<NA>", "nan", "NaT"}:
        return "<td></td>"
    if isinstance(value, bool):
        return f"<td>{'yes' if value else 'no'}</td>"
    if isinstance(value, int):
        return f'<td class="cc-n">{value:,}</td>'
    if isinstance(value, float):
        return f'<td class="cc-n">{value:,.3f}</td>'
    return f"<td>{escape(str(value))}</td>"

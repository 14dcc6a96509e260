"""How results show themselves in a notebook: small HTML, every text escaped, no script."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs
import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
else:
    Axes: TypeAlias = Any
    """What a result draws on. Type checkers know it; a result that is not drawn loads no charts."""

__all__ = ["Axes", "html_fields", "html_table"]

# A notebook's own rules for tables are as strong as two classes: these are stronger.
_STYLE: Final = (
    "<style>.cc-result .cc-table{width:auto;max-width:100%}"
    ".cc-result .cc-table td,.cc-result .cc-table th{padding:2px 8px;text-align:left;"
    "vertical-align:top;max-width:30em;white-space:normal;"
    "border-bottom:1px solid var(--jp-border-color2,#DDE3E9);"
    "color:var(--jp-content-font-color1,#1B2733)}"
    ".cc-result .cc-table .cc-n{text-align:right;font-variant-numeric:tabular-nums;"
    "white-space:nowrap}"
    ".cc-result .cc-table .cc-bar{min-width:9em;background:linear-gradient("
    "color-mix(in srgb,#2877B8 45%,transparent) 0 0) left bottom/var(--share) 4px no-repeat}"
    ".cc-result .cc-note{color:var(--jp-content-font-color2,#55626F);font-size:smaller}</style>"
)
_MOST_ROWS: Final = 30
_MOST_LETTERS: Final = 300
"""Of one text; a longer one ends in an ellipsis."""
_MOST_BYTES: Final = 19_000
"""Of the whole: rows beyond it are counted, not shown."""
_MOST_NOTES: Final = 2_400
"""Letters of all notes together."""
_RATES: Final = ("_rate", "chance")
_ONE_DIGIT: Final = ("_points", "_days")


def html_table(
    frame: pd.DataFrame,
    *,
    title: str,
    notes: Iterable[str] = (),
    most_rows: int = _MOST_ROWS,
    rates: Collection[str] = (),
    bars: Collection[str] = (),
) -> str:
    """Return a frame as a small escaped HTML table with its title above and its notes below.

    Rows beyond `most_rows`, or beyond what 20 kB hold, are counted in a note, not shown. A missing
    value is an empty cell; a column without any value is named in a note. Columns whose name ends
    in `_rate`, and those of `rates`, are fractions of one and shown in percent; 100.0 % is shown
    only from one on. `bars` name rates that are drawn as bars too.
    """
    empty = [str(name) for name in frame.columns if len(frame) and frame[name].isna().all()]
    shown = frame.drop(columns=empty)
    columns = [str(name) for name in shown.columns]
    kinds = ["rate" if name.endswith(_RATES) or name in rates else name for name in columns]
    values = list(shown.head(most_rows).astype(object).itertuples(index=False))
    rows = [[_text(value, kind) for kind, value in zip(kinds, row, strict=True)] for row in values]
    drawn = [name in bars for name in columns]
    shares = [
        [_share(value) if bar else None for bar, value in zip(drawn, row, strict=True)]
        for row in values
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
    body = list(_fitting(rows, numeric, shares, room=_MOST_BYTES - _size(above + after)))
    left_out = len(frame) - len(body)
    more = _note(f"{left_out:,} more rows") if left_out else ""
    return f"{above}{''.join(body)}{after}{more}</div>"


def _fitting(
    rows: Iterable[list[tuple[str, bool]]],
    numeric: list[bool],
    shares: Iterable[list[float | None]],
    *,
    room: int,
) -> Iterator[str]:
    """Yield rows of the table for as long as there is room [bytes]."""
    for row, bars in zip(rows, shares, strict=True):
        cells = (
            _cell("td", text, is_number=is_number, share=share)
            for (text, _), is_number, share in zip(row, numeric, bars, strict=True)
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


def _cell(tag: str, text: str, *, is_number: bool, share: float | None = None) -> str:
    opened = f'<{tag} class="cc-n">' if is_number else f"<{tag}>"
    if share is not None:
        opened = f'<{tag} class="cc-n cc-bar" style="--share:{100 * share:.0f}%">'
    return f"{opened}{_escaped(text)}</{tag}>"


def _share(value: object) -> float | None:
    """Return the part of a bar's track that it fills."""
    if not isinstance(value, (int, float)) or math.isnan(value):
        return None
    return min(max(float(value), 0.0), 1.0)


def _text(value: object, kind: str) -> tuple[str, bool]:
    """Return what a cell says, and whether it is a number."""
    # <NA> comes first: it has no truth value, so it cannot be compared.
    if value is None or str(value) in {"<NA>", "nan", "NaT"}:
        return "", False
    if isinstance(value, bool):
        return ("yes" if value else "no"), False
    if isinstance(value, (int, float)):
        return _number(value, kind), True
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat(), False
    return str(value), False


def _number(value: float, kind: str) -> str:
    if kind == "rate":
        return _percent(value)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{_rounded(value, 1 if kind.endswith(_ONE_DIGIT) else 3):,}"


def _percent(rate: float) -> str:
    shown = _rounded(100.0 * rate, 1)
    if rate < 1 and shown > Decimal("99.9"):  # what is not all never reads 100.0 %
        shown = Decimal("99.9")
    return f"{shown} %"


def _rounded(value: float, digits: int) -> Decimal:
    """Return a number rounded half up, as everywhere; what is not finite stays."""
    exact = Decimal(repr(float(value)))
    if not exact.is_finite():
        return exact
    return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def html_fields(value: Any, *, title: str) -> str:  # noqa: ANN401 - any attrs value
    """Return what a value was made of as a small table: its fields that are not at the default."""
    rows = [
        (field.name.lstrip("_").replace("_", " "), _described(found))
        for field in attrs.fields(type(value))
        if field.repr
        and not isinstance(found := getattr(value, field.name), (pd.DataFrame, pd.Series))
        and not _is_default(field, found)
    ]
    return html_table(pd.DataFrame(rows, columns=["field", "value"]), title=title)


def _is_default(field: Any, found: object) -> bool:  # noqa: ANN401 - attrs.Attribute
    if found is None or (isinstance(found, (tuple, str)) and not found):
        return True
    return not isinstance(field.default, attrs.Factory) and found is field.default  # type: ignore[arg-type]


def _described(found: object) -> str:
    """Return a part in a few words: its name where it has one, else its own text."""
    if isinstance(found, tuple):
        return "; ".join(_described(one) for one in found)
    code = getattr(found, "code", None) or getattr(found, "__name__", None)
    label = getattr(found, "label", None)
    if label is not None and hasattr(label, "text"):
        return f"{label.text()} ({code})" if code else str(label.text())
    return str(code or (found.text() if hasattr(found, "text") else found))

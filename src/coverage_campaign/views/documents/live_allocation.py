"""An allocation as a workbook that computes: change a cell, and the check says what no longer fits.

Each sharing has a sheet. Total, weights, floors, caps, divisor and ties are cells to change; the
shares and the checks are formulas over them, and the total of a lower sheet is the share on the
upper one. A second sheet finds the divisor at which the shares would add up, by halving. The
workbook holds nothing else: no figure in it could be left behind by a change.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Final

import attrs
import xlsxwriter

from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.apportionment.largest_remainder import Remainders
from coverage_campaign.allocation.apportionment.rounding_rules import (
    Dean,
    Hill,
    Modified,
    Signposts,
    Stationary,
    signpost,
)
from coverage_campaign.allocation.explain import records
from coverage_campaign.allocation.top_down import SharingRecord
from coverage_campaign.allocation.tree import NO_CAP, leaf_of
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Message, message, message_in, text_of
from coverage_campaign.views.documents.paper import SIMULATED, TOTAL, UNIT, plain
from coverage_campaign.views.documents.writers.excel import sheet_names
from coverage_campaign.views.words import input_value

__all__ = ["live_workbook"]

# Rows (from 0) of the values above the table, and of its head.
_SUM, _COVERED, _DIVISOR, _SHARED, _MISSED, _SUGGESTED, _TIES, _HEAD = 3, 4, 5, 6, 7, 8, 9, 12
_FIRST: Final = _HEAD + 1
_LAST: Final = 12  # the last column
# Quotients are compared after so many digits, so that every spreadsheet decides alike.
_DIGITS: Final = 8
_HALVINGS: Final = 64
_UNBOUNDED: Final = 1e15
_SEARCH: Final = message("Search for the divisor")


@attrs.frozen
class _Line:
    """One unit of a sharing: what is put in, and the correction of a tie."""

    name: str
    weight: int | float
    floor: int
    cap: int | None
    covered: int
    tie: int
    share: int


@attrs.frozen
class _Sharing:
    """One sheet: a sharing with its rule, its divisor, and where its total comes from."""

    title: str
    rule: Signposts | Remainders
    lines: tuple[_Line, ...]
    divisor: float
    total: int
    parent: str
    own: int

    @property
    def last(self) -> int:
        """The row of the last unit, as a spreadsheet counts."""
        return _FIRST + len(self.lines)

    def cells(self, column: str) -> str:
        """Return the range of a column."""
        return f"${column}${_FIRST + 1}:${column}${self.last}"


def live_workbook(allocation: Allocation) -> bytes:
    """Return the workbook, in the language of the context; two runs give the same bytes.

    Raises:
        DefinitionError: The method is no divisor method and not Hamilton's.
    """
    found = records(allocation)
    rules = [record.apportionment.rule for record in found]
    if not found or any(rule is None for rule in rules):
        raise DefinitionError(
            Problem(
                "live=True",
                "shares are formulas for divisor methods and Hamilton's alone",
                "allocate by one of them, or write the figures with live=False",
            )
        )
    sharings = [_sharing(allocation, record) for record in found]
    stream = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    titles = [title for one in sharings for title in (one.title, _search_title(one))]
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"title": "", "created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001 - a fixed stamp
        book.set_calc_mode("auto")
        formats = {name: book.add_format(style) for name, style in _STYLES.items()}
        tabs = sheet_names(titles)
        where: dict[str, str] = {}
        for number, (sharing, record) in enumerate(zip(sharings, found, strict=True)):
            tab, search = tabs[2 * number], tabs[2 * number + 1]
            sheet = _Sheet(book.add_worksheet(tab), formats, sharing, search)
            _write(sheet, allocation, where)
            _write_search(_Sheet(book.add_worksheet(search), formats, sharing, tab))
            for place, code in enumerate(record.codes, start=_FIRST + 1):
                where[code] = f"'{tab.replace(chr(39), chr(39) * 2)}'!$J${place}"
    return stream.getvalue()


def _search_title(sharing: _Sharing) -> str:
    return message("{search}: {sheet}", search=_SEARCH, sheet=sharing.title).text()


def _sharing(allocation: Allocation, record: SharingRecord) -> _Sharing:
    def name_of(code: str) -> str:
        return text_of(leaf_of(allocation.campaign, code, allocation.among).label)

    found, rows = record.apportionment, record.rows
    rule = found.rule
    assert rule is not None  # noqa: S101 - the caller refuses what has none
    weights = [_plain(weight * record.scale) for weight in found.weights]
    shifts = allocation.shifts[rows].tolist()
    floors = (allocation.floors[rows] - allocation.shifts[rows]).tolist()
    caps = [
        None if cap > NO_CAP // 2 else int(cap - shift)
        for cap, shift in zip(allocation.caps[rows].tolist(), shifts, strict=True)
    ]
    divisor = float((found.divisor or Fraction(max(sum(weights), 1))) * record.scale)
    seats = [int(seat) for seat in found.seats]
    computed = _computed(rule, weights, floors, caps, divisor=divisor, total=sum(seats))
    frame = allocation.frame.set_index("unit")
    parent = str(frame["parent"].fillna("").loc[record.codes[0]])
    parent = "" if allocation.order == "bottom_up" else parent
    total = sum(seats) + sum(shifts)
    return _Sharing(
        title=name_of(parent)
        if parent
        else text_of(allocation.campaign.breakdown(allocation.among).label),
        rule=rule,
        lines=tuple(
            _Line(name_of(code), weight, floor, cap, -shift, seat - own, seat)
            for code, weight, floor, cap, shift, seat, own in zip(
                record.codes, weights, floors, caps, shifts, seats, computed, strict=True
            )
        ),
        divisor=divisor,
        total=total,
        parent=parent,
        own=int(frame["share"].loc[parent]) - total if parent else 0,
    )


def _plain(weight: Fraction) -> int | float:
    return int(weight) if weight.denominator == 1 else float(weight)


# -- what the formulas compute, in Python: the values stored beside them ---------------------------


def _rounded(value: float) -> float:
    return math.floor(value * 10**_DIGITS + 0.5) / 10**_DIGITS


def _computed(
    rule: Signposts | Remainders,
    weights: Sequence[float],
    floors: Sequence[int],
    caps: Sequence[int | None],
    *,
    divisor: float,
    total: int,
) -> list[int]:
    """Return the shares that the formulas give before ties are corrected."""
    limits = [_UNBOUNDED if cap is None else cap for cap in caps]
    quotients = [_rounded(weight / divisor) for weight in weights]
    if not isinstance(rule, Remainders):
        deserved = [
            _seats_at(rule, quotient) if weight > 0 else 0
            for quotient, weight in zip(quotients, weights, strict=True)
        ]
        bounded = zip(deserved, floors, limits, strict=True)
        return [int(min(max(seats, floor), cap)) for seats, floor, cap in bounded]
    whole = [math.floor(quotient) for quotient in quotients]
    base = [
        int(min(max(seats, floor), cap))
        for seats, floor, cap in zip(whole, floors, limits, strict=True)
    ]
    rests = [
        _rounded(quotient - own) if weight > 0 and own == seats and seats < cap else -1.0
        for quotient, own, seats, cap, weight in zip(
            quotients, whole, base, limits, weights, strict=True
        )
    ]
    left = total - sum(base)
    return [
        seats + int(rest >= 0 and 1 + sum(other > rest for other in rests) <= left)
        for seats, rest in zip(base, rests, strict=True)
    ]


def _seats_at(rule: Signposts, quotient: float) -> int:
    whole = math.floor(quotient)
    match rule:
        case Stationary():
            return math.floor(_rounded(quotient - float(rule.r))) + 1
        case Modified():
            if quotient < float(rule.c) / 2:
                return 0
            return max(1, math.floor(_rounded(quotient + 0.5)))
        case Hill():
            return whole + int(quotient >= _rounded(math.sqrt(whole * (whole + 1))))
        case Dean():
            return whole + int(quotient >= _rounded(2 * whole * (whole + 1) / (2 * whole + 1)))


def _search(sharing: _Sharing) -> Iterator[tuple[float, float, float, float]]:
    """Yield the rows of the search: two divisors, the one between, and the persons at it."""
    weights = [float(line.weight) for line in sharing.lines]
    total = sum(line.share for line in sharing.lines)
    low = min((weight for weight in weights if weight > 0), default=1.0) / (total + 2)
    high = (max(weights) + 1) * 1e6
    for _ in range(_HALVINGS + 1):
        middle = math.sqrt(low * high)
        persons = sum(
            min(
                max(_deserved(sharing.rule, line.weight, middle), line.floor),
                _UNBOUNDED if line.cap is None else line.cap,
            )
            for line in sharing.lines
        )
        yield low, high, middle, persons
        low, high = middle if persons >= total else low, middle if persons <= total else high


def _deserved(rule: Signposts | Remainders, weight: float, divisor: float) -> float:
    if isinstance(rule, Remainders):
        return weight / divisor
    return _seats_at(rule, _rounded(weight / divisor)) if weight > 0 else 0


# -- formulas --------------------------------------------------------------------------------------


def _round_formula(rule: Signposts, quotient: str) -> str:
    """Return the formula that rounds a quotient by the rule; it takes ranges in SUMPRODUCT too."""
    whole = f"INT({quotient})"
    match rule:
        case Stationary():
            return f"(INT(ROUND({quotient}-{float(rule.r)!r},{_DIGITS}))+1)"
        case Modified():
            up = f"INT(ROUND({quotient}+0.5,{_DIGITS}))"
            return f"(({quotient}>={float(rule.c) / 2!r})*({up}+({up}<1)))"
        case Hill():
            return f"({whole}+({quotient}>=ROUND(SQRT({whole}*({whole}+1)),{_DIGITS})))"
        case Dean():
            mean = f"2*{whole}*({whole}+1)/(2*{whole}+1)"
            return f"({whole}+({quotient}>=ROUND({mean},{_DIGITS})))"


def _signpost_formula(rule: Signposts, seat: str) -> str:
    """Return the formula of the signpost of a seat, the quotient from which a unit has it."""
    match rule:
        case Stationary():
            return f"({seat}-1+{float(rule.r)!r})"
        case Modified():
            return f"IF({seat}=1,{float(rule.c) / 2!r},{seat}-0.5)"
        case Hill():
            return f"SQRT(({seat}-1)*{seat})"
        case Dean():
            return f"(2*({seat}-1)*{seat}/(2*{seat}-1))"


def _signposts(rule: Signposts, line: _Line) -> tuple[float | str, float | str]:
    """Return the divisors below which a unit gains a person and above which it loses one."""
    if line.weight <= 0:
        return "", ""
    above, below = (
        signpost(rule, seat) if seat > 0 else Fraction(0) for seat in (line.share + 1, line.share)
    )
    posts = [float(one) if rule.power == 1 else math.sqrt(one) for one in (above, below)]
    gains = "" if not posts[0] or line.share == line.cap else line.weight / posts[0]
    loses = "" if not posts[1] or line.share <= line.floor else line.weight / posts[1]
    return gains, loses


@attrs.frozen
class _Sheet:
    """A sheet that is being written, its formats, its sharing and the sheet beside it."""

    sheet: Any  # xlsxwriter has no types
    formats: dict[str, Any]
    sharing: _Sharing
    beside: str

    def text(self, row: int, column: int, text: Message | str, style: str = "text") -> None:
        """Write a text."""
        words = text.text() if isinstance(text, Message) else text
        self.sheet.write_string(row, column, plain(words)[:32_000], self.formats[style])

    def formula(
        self, row: int, column: int, formula: str, value: object, style: str = "count"
    ) -> None:
        """Write a formula with the value that it has."""
        self.sheet.write_formula(row, column, f"={formula}", self.formats[style], value)

    def there(self, cells: str) -> str:
        """Return a reference to cells of the sheet beside this one."""
        return f"'{self.beside.replace(chr(39), chr(39) * 2)}'!{cells}"


def _write(on: _Sheet, allocation: Allocation, where: dict[str, str]) -> None:
    sharing = on.sharing
    hamilton = isinstance(sharing.rule, Remainders)
    method = input_value(sharing.rule.name, allocation.campaign)
    on.text(0, 0, sharing.title, "title")
    mark = f" · {SIMULATED.text()}" if allocation.basis.simulated else ""
    about = message(
        "{campaign}. Rounded by: {method}.", campaign=allocation.campaign.label, method=method
    )
    on.text(1, 0, about.text() + mark)
    on.sheet.merge_range(2, 0, 2, _LAST, "", on.formats["about"])
    on.sheet.set_row(2, 28)
    on.text(2, 0, _CHANGE, "about")
    covered = any(line.covered for line in sharing.lines)
    _write_values(on, where, hamilton=hamilton)
    heads: list[Message] = [
        message_in("column", "No."),
        UNIT,
        message_in("column", "Weight"),
        message_in("column", "Floor"),
        message_in("column", "Cap"),
        message_in("column", "Weight ÷ divisor"),
        message_in("column", "Rounded"),
        message_in("column", "Tie ±1"),
        message_in("column", "Share with those covered")
        if covered
        else message_in("column", "Share, bounded"),
        message_in("column", "Target (persons)"),
        message_in("column", "Covered already"),
        message_in("column", "Remainder") if hamilton else message_in("column", "One more below"),
        message_in("column", "Upper bound") if hamilton else message_in("column", "One less above"),
    ]
    for column, head in enumerate(heads):
        on.text(_HEAD, column, head, "head")
    for place, line in enumerate(sharing.lines):
        _write_line(on, place, line)
    _write_total(on)
    sheet = on.sheet
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 1, 30)
    sheet.set_column(2, _LAST, 14)
    sheet.set_row(_HEAD, 34)
    sheet.freeze_panes(_FIRST, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, sharing.last, _LAST)
    sheet.repeat_rows(_HEAD)


_CHANGE: Final = message(
    "Blue cells may be changed; all others are computed from them. Where the difference is not 0, "
    "put the divisor that is suggested into the cell of the divisor; where units tie, put 1 or -1 "
    "into the column of ties."
)


def _write_values(on: _Sheet, where: dict[str, str], *, hamilton: bool) -> None:
    """Write total, divisor, sum, difference and suggestion above the table."""
    sharing = on.sharing
    seats = sum(line.share for line in sharing.lines)
    on.text(_SUM, 1, message("Persons to share out"))
    if sharing.parent in where:
        less = f"-{sharing.own}" if sharing.own else ""
        on.formula(_SUM, 2, where[sharing.parent] + less, sharing.total)
    else:
        on.sheet.write_number(_SUM, 2, sharing.total, on.formats["input"])
    on.text(_COVERED, 1, message("With those covered already"))
    on.formula(_COVERED, 2, f"C{_SUM + 1}+SUM({sharing.cells('K')})", seats)
    if hamilton:
        on.text(_DIVISOR, 1, message("Quota (weight for one person)"))
        on.formula(_DIVISOR, 2, _quota(on), sharing.divisor, "real")
    else:
        on.text(_DIVISOR, 1, message("Divisor"))
        on.sheet.write_number(_DIVISOR, 2, sharing.divisor, on.formats["input_real"])
    on.text(_SHARED, 1, message("Shares add up to"))
    on.formula(_SHARED, 2, f"SUM({sharing.cells('I')})", seats)
    on.text(_MISSED, 1, message("Difference"))
    on.formula(_MISSED, 2, f"C{_SHARED + 1}-C{_COVERED + 1}", 0, "difference")
    verdict = (
        f'IF(C{_MISSED + 1}=0,"{_word(message("adds up"))}",'
        f'IF(C{_MISSED + 1}>0,"{_word(message("too many"))}","{_word(message("too few"))}"))'
    )
    on.formula(_MISSED, 3, verdict, message("adds up").text(), "text")
    if not hamilton:
        on.text(_SUGGESTED, 1, message("Divisor that the signposts suggest"))
        suggested = f"IF(C{_MISSED + 1}=0,C{_DIVISOR + 1},{on.there(f'$C${_HALVINGS + 2}')})"
        on.formula(_SUGGESTED, 2, suggested, sharing.divisor, "real")
    on.text(_TIES, 1, message("Ties decided by hand"))
    ties = sum(abs(line.tie) for line in sharing.lines)
    on.formula(_TIES, 2, f"SUMPRODUCT(ABS({sharing.cells('H')}))", ties)


def _word(words: Message) -> str:
    return words.text().replace('"', '""')


def _quota(on: _Sheet) -> str:
    """Return the formula of the quota: of all weights, or of the units that no bound holds."""
    sharing = on.sharing
    assert isinstance(sharing.rule, Remainders)  # noqa: S101 - the caller asks for Hamilton alone
    weights, total = f"SUM({sharing.cells('C')})", f"C{_COVERED + 1}"
    bounded = any(line.floor > 0 or line.cap is not None for line in sharing.lines)
    if sharing.rule.quota == "droop":
        return f"INT({weights}/({total}+1))+1"
    if sharing.rule.quota == "hagenbach_bischoff":
        return f"{weights}/({total}+1)"
    if bounded and sharing.rule.bounds == "rebalance":
        return on.there(f"$C${_HALVINGS + 2}")
    return f"{weights}/MAX({total},1)"


def _write_line(on: _Sheet, place: int, line: _Line) -> None:
    sharing, row = on.sharing, _FIRST + place
    n = row + 1
    write = on.sheet.write_number
    write(row, 0, place + 1, on.formats["number"])
    on.text(row, 1, line.name)
    write(
        row, 2, line.weight, on.formats["input" if isinstance(line.weight, int) else "input_real"]
    )
    write(row, 3, line.floor, on.formats["input"])
    if line.cap is None:
        on.sheet.write_blank(row, 4, None, on.formats["input"])
    else:
        write(row, 4, line.cap, on.formats["input"])
    quotient = _rounded(line.weight / sharing.divisor)
    on.formula(row, 5, f"ROUND(C{n}/$C${_DIVISOR + 1},{_DIGITS})", quotient, "real")
    write(row, 7, line.tie, on.formats["input"])
    limit = f'IF(E{n}="",{_UNBOUNDED:.0f},E{n})'
    if isinstance(sharing.rule, Remainders):
        on.formula(row, 6, f"INT(F{n})", math.floor(quotient))
        on.formula(row, 12, limit, _UNBOUNDED if line.cap is None else line.cap)
        base = f"MIN(MAX(G{n},D{n}),M{n})"
        held = f"AND(C{n}>0,G{n}={base},G{n}<M{n})"
        whole = math.floor(quotient)
        free = line.weight > 0 and whole >= line.floor and (line.cap is None or whole < line.cap)
        rest = _rounded(quotient - whole) if free else -1
        on.formula(row, 11, f"IF({held},ROUND(F{n}-G{n},{_DIGITS}),-1)", rest, "real")
        bases = (
            f"SUMPRODUCT(({sharing.cells('G')}<{sharing.cells('D')})*{sharing.cells('D')}"
            f"+({sharing.cells('G')}>={sharing.cells('D')})*"
            f"(({sharing.cells('G')}>{sharing.cells('M')})*{sharing.cells('M')}"
            f"+({sharing.cells('G')}<={sharing.cells('M')})*{sharing.cells('G')}))"
        )
        place_of = f"1+SUMPRODUCT(--({sharing.cells('L')}>L{n}))"
        one = f"IF(AND(L{n}>=0,{place_of}<=$C${_COVERED + 1}-{bases}),1,0)"
        on.formula(row, 8, f"{base}+{one}+H{n}", line.share)
    else:
        deserved = _seats_at(sharing.rule, quotient) if line.weight > 0 else 0
        on.formula(row, 6, f"IF(C{n}>0,{_round_formula(sharing.rule, f'F{n}')},0)", deserved)
        on.formula(row, 8, f"MIN(MAX(G{n},D{n}),{limit})+H{n}", line.share)
        more = _signpost_formula(sharing.rule, f"(I{n}+1)")
        less = _signpost_formula(sharing.rule, f"I{n}")
        at_cap = f'AND(E{n}<>"",I{n}>=E{n})'
        gains, loses = _signposts(sharing.rule, line)
        for column, bound, post, value in (
            (11, at_cap, more, gains),
            (12, f"I{n}<=D{n}", less, loses),
        ):
            formula = f'IF(OR(C{n}<=0,{bound}),"",IFERROR(C{n}/{post},""))'
            on.formula(row, column, formula, value, "real")
    on.formula(row, 9, f"I{n}-K{n}", line.share - line.covered, "share")
    write(row, 10, line.covered, on.formats["input"])


def _write_total(on: _Sheet) -> None:
    sharing, row = on.sharing, on.sharing.last
    on.text(row, 1, TOTAL, "total_text")
    sums: dict[int, float] = {
        2: sum(line.weight for line in sharing.lines),
        8: sum(line.share for line in sharing.lines),
        9: sharing.total,
        10: sum(line.covered for line in sharing.lines),
    }
    for column, value in sums.items():
        letter = "ABCDEFGHIJKLM"[column]
        on.formula(row, column, f"SUM({sharing.cells(letter)})", value, "total")


def _write_search(on: _Sheet) -> None:
    """Write the halvings: two divisors, the one between, and the persons at it."""
    sharing = on.sharing
    there = on.there
    weights, floors, caps = (there(sharing.cells(letter)) for letter in "CDE")
    total = there(f"$C${_COVERED + 1}")
    heads = (
        message_in("column", "From"),
        message_in("column", "To"),
        message_in("column", "Between"),
        message_in("column", "Persons"),
    )
    for column, head in enumerate(heads):
        on.text(0, column, head, "head")
    on.text(0, 5, _HALVED, "about")
    least = f"SUMPRODUCT(MIN(({weights}<=0)*1E+300+{weights}))"
    for number, (low, high, middle, at) in enumerate(_search(sharing)):
        n = number + 2
        if number == 0:
            on.formula(1, 0, f"{least}/({total}+2)", low, "real")
            on.formula(1, 1, f"(MAX({weights})+1)*1E+6", high, "real")
        else:
            before = n - 1
            on.formula(n - 1, 0, f"IF(D{before}>={total},C{before},A{before})", low, "real")
            on.formula(n - 1, 1, f"IF(D{before}<={total},C{before},B{before})", high, "real")
        on.formula(n - 1, 2, f"SQRT(A{n}*B{n})", middle, "real")
        quotient = f"ROUND({weights}/C{n},{_DIGITS})"
        if isinstance(sharing.rule, Remainders):
            seats = f"({weights}/C{n})"
        else:
            seats = f"(({weights}>0)*{_round_formula(sharing.rule, quotient)})"
        persons = (
            f"SUMPRODUCT(({seats}<{floors})*{floors}+({seats}>={floors})*"
            f'({caps}="")*{seats}+({seats}>={floors})*({caps}<>"")*'
            f"(({seats}>{caps})*{caps}+({seats}<={caps})*{seats}))"
        )
        on.formula(n - 1, 3, persons, at, "real")
    on.sheet.set_column(0, 3, 20)
    on.sheet.set_column(5, 5, 60)
    on.sheet.set_paper(9)
    on.sheet.fit_to_pages(1, 1)


_HALVED: Final = message(
    "At a larger divisor there are fewer persons. Each row halves the distance between a divisor "
    "with too many and one with too few."
)


_BODY: Final = {
    "font_name": "仿宋",
    "font_size": 12,
    "valign": "vcenter",
    "border": 1,
    "border_color": "#B8C2CC",
}
_INPUT: Final = {**_BODY, "bg_color": "#DCEAF7", "font_color": "#12283A"}
_STYLES: Final[dict[str, dict[str, object]]] = {
    "title": {"font_name": "方正小标宋简体", "font_size": 18},
    "text": {"font_name": "仿宋", "font_size": 12},
    "note": {"font_name": "仿宋", "font_size": 10, "font_color": "#55626F"},
    "about": {"font_name": "仿宋", "font_size": 10, "font_color": "#55626F", "text_wrap": True},
    "head": {
        **_BODY,
        "font_name": "黑体",
        "bg_color": "#ECEFF3",
        "align": "center",
        "text_wrap": True,
    },
    "number": {**_BODY, "align": "center", "num_format": "0"},
    "count": {**_BODY, "num_format": "#,##0"},
    "real": {**_BODY, "num_format": "#,##0.00####"},
    "share": {**_BODY, "num_format": "#,##0", "bold": True},
    "difference": {**_BODY, "num_format": "+#,##0;[Red]-#,##0;0", "bold": True},
    "input": {**_INPUT, "num_format": '#,##0;-#,##0;""'},
    "input_real": {**_INPUT, "num_format": "#,##0.00####"},
    "total": {**_BODY, "num_format": "#,##0.##", "bold": True, "top": 2},
    "total_text": {**_BODY, "bold": True, "top": 2},
}

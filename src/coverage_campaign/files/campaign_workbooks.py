"""A campaign in a workbook: a sheet for each list of parts, by the same names as in a TOML file.

The layout follows the classes. What the file itself holds stands on the sheet `Campaign`, a key and
its value in a row; so do tables such as `Scheme`. A list of parts is a sheet with a part a row; the
parts of a part have a sheet of their own, on which the first column names whose they are. A key
inside a key has a dot: `label.zh-Hans`. A cell holds what a person would type: several codes are
parted by `;`, and what is nested deeper is written as JSON.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, Final, Literal, TypeAlias, cast, get_args, get_origin

import attrs

from coverage_campaign.assessment.rules import RULES
from coverage_campaign.checks import did_you_mean, hints_of, nearest, needs, shown
from coverage_campaign.errors import DefinitionError, Problem, ReportError, Translatable
from coverage_campaign.files.converters import (
    COUNTS,
    FORMS,
    SHARES,
    TARGET_KINDS,
    is_choice,
    own_keys,
    without_none,
)
from coverage_campaign.files.text import KeyPath
from coverage_campaign.messages import LANGUAGES, Language, Message, check_language, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.labels import Label
from coverage_campaign.model.targets import Target
from coverage_campaign.workbooks.grid import Cell, Grid, Unreadable
from coverage_campaign.workbooks.spreadsheets import grids_of_workbook

__all__ = ["WrittenCampaign", "said_of_a_cell", "workbook_of_campaign", "written_campaign"]

_Keys: TypeAlias = tuple[str, ...]
_TOP: Final = "Campaign"
_KEY, _VALUE = "key", "value"
_TAGS: Final = ("en", "zh-Hans")
_SEVERAL: Final = re.compile(r"\s*[;；\n]\s*")
_WHOLE: Final = re.compile(r"-?\d{1,18}|-?\d{1,3}(,\d{3}){1,5}")
_QUOTED: Final = re.compile(r'"(\s*)"')
"""How a cell holds a text of nothing but blanks, which would look empty."""
_BLANKS: Final = " \t\n\u3000"
_TRUTHS: Final = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}
_PART: Final = re.compile(r"(\w+)(?:\[(\d+)\](?: '.*?')?)?(?:\.(\w+))?")
_ROWS_OF_A_FORM: Final = 500

_SHEET: Final = message("Instructions")
_WORDS: Final = message("How to fill in this workbook")
_LINES: Final = (
    message(
        "Each sheet is a list of the campaign, each row a part of it. Rows and columns that are "
        "not needed stay empty or are deleted. A blank cell is a fact that the source does not "
        "give."
    ),
    message("Columns with a bold heading are needed in every row that is filled in."),
    message("A part has a code of its own; other sheets refer to it by this code."),
    message("In the heading counts.CODE put the code of a measure in the place of CODE."),
    message('Read it with cc.load_campaign("campaign.xlsx"): every mistake is named by its cell.'),
)
_CHOICE = message("One of the words in the list.")
_CODES = message("Codes or texts, parted by a semicolon.")
_NESTED = message("A list as JSON.")
_OWNER = message("The code of the part that this row belongs to.")
_FIXES: Final[Mapping[str, Message]] = {
    "give a whole number, without quotes or point": message(
        "give a whole number alone in the cell"
    ),
    "give true or false, without quotes": message("write true or false"),
    "give text in quotes": message("write a text"),
    "give a list, in square brackets": message("write a list as JSON"),
}
"""What is advised for a text of TOML, and what for a cell in its place."""


@attrs.frozen
class _SheetLayout:
    """A sheet: the keys that lead to its table or list, and the classes of what it holds."""

    keys: _Keys
    kinds: tuple[type, ...]
    is_list: bool

    @property
    def title(self) -> str:
        """The name of the sheet."""
        return " ".join(self.keys).replace("_", " ").capitalize() or _TOP

    @property
    def owner(self) -> str:
        """The column that names whose parts these are, '' where there is none."""
        above = _layouts()[self.keys[:-1]]
        return self.keys[0] if self.is_list and above.is_list else ""

    def hints(self) -> dict[str, Any]:
        """Return the types of the keys of a row."""
        own: dict[str, Any] = {"kind": Literal[tuple(TARGET_KINDS)]} if self._is_target else {}
        for kind in self.kinds:
            own |= hints_of(kind)
        return own

    @property
    def _is_target(self) -> bool:
        return len(self.kinds) > 1

    def needed(self) -> set[str]:
        """Return the keys that no row can do without."""
        each = [
            {field.name for field in attrs.fields(kind) if field.default is attrs.NOTHING}
            for kind in cast("tuple[Any, ...]", self.kinds)
        ]
        return set.intersection(*each) | ({"kind"} if self._is_target else set())

    def hint(self, keys: _Keys) -> Any:  # noqa: ANN401 - any type
        """Return the type of what stands at the keys inside a row, None where it is unknown."""
        hints, hint = self.hints(), None
        for place, key in enumerate(keys):
            hint = hints.get(key)
            inner = _plain_hint(hint)
            rest = keys[place + 1 :]
            if inner is Label and rest:
                return str
            if inner in {COUNTS, SHARES} and rest:
                return int if inner == COUNTS else Fraction
            if is_choice(inner):
                hints = {name: one for rule in RULES for name, one in hints_of(rule).items()}
            else:
                hints = hints_of(inner) if attrs.has(inner) and inner is not Label else {}
        return hint

    def columns(self) -> list[_Keys]:
        """Return the headings of a form: each key, texts by language."""
        found: list[_Keys] = []
        for key, hint in self.hints().items():
            inner = _plain_hint(hint)
            if inner is Label:
                found += [(key, tag) for tag in _TAGS]
            elif inner in {COUNTS, SHARES}:
                found.append((key, "CODE"))
            elif is_choice(inner):
                found += [(key, one) for one in own_keys()]
            elif (
                attrs.has(inner)
                and inner not in self.kinds
                and not _is_own_sheet((*self.keys, key))
            ):
                found += [(key, one) for one in hints_of(inner)]
            elif not _is_own_sheet((*self.keys, key)) and inner not in self.kinds:
                found.append((key,))
        return found


def _plain_hint(hint: Any) -> Any:  # noqa: ANN401 - any type
    return without_none(hint) if type(None) in get_args(hint) else hint


def _item_kinds(hint: Any) -> tuple[type, ...]:  # noqa: ANN401 - any type
    """Return the classes of the parts in a list, () for what is no list of parts."""
    if get_origin(hint) is not tuple or get_args(hint)[1:] != (Ellipsis,):
        return ()
    item = get_args(hint)[0]
    kinds = get_args(item) if item == Target else (item,)
    return kinds if all(isinstance(one, type) and attrs.has(one) for one in kinds) else ()


@cache
def _layouts() -> dict[_Keys, _SheetLayout]:
    """Return the sheets by the keys that lead to them, in the order of the classes."""
    found: dict[_Keys, _SheetLayout] = {(): _SheetLayout((), (Campaign,), is_list=False)}
    waiting = [found[()]]
    while waiting:
        above = waiting.pop(0)
        for key, hint in above.hints().items():
            keys, inner = (*above.keys, key), _plain_hint(hint)
            kinds = _item_kinds(inner)
            has_code = not above.is_list or "code" in above.hints()
            if kinds and has_code and len(keys) <= 2:  # noqa: PLR2004 - parts of parts, no deeper
                found[keys] = _SheetLayout(keys, kinds, is_list=True)
            elif attrs.has(inner) and inner is not Label and not above.keys:
                found[keys] = _SheetLayout(keys, (inner,), is_list=False)
            else:
                continue
            waiting.append(found[keys])
    return dict(sorted(found.items(), key=lambda pair: _order(pair[0])))


def _order(keys: _Keys) -> tuple[int, ...]:
    names = list(hints_of(Campaign))
    return (names.index(keys[0]), len(keys)) if keys else (-1,)


def _is_own_sheet(keys: _Keys) -> bool:
    return keys in _layouts()


# -- from a workbook -------------------------------------------------------------------------------


@attrs.define
class WrittenCampaign:
    """The plain values that a workbook holds, what is wrong with its sheets, where each stands."""

    source: str
    plain: dict[str, Any] = attrs.field(factory=dict)
    problems: list[Problem] = attrs.field(factory=list)
    _places: dict[KeyPath, str | Message] = attrs.field(factory=dict)

    def locate(self, path: KeyPath, below: str) -> str | Message:
        """Return the cell of a value, or the row or sheet that it would stand in."""
        if not path and (found := _PART.match(below)):
            name, index, key = found.groups()
            path = tuple(
                step
                for step in (name, None if index is None else int(index), key)
                if step is not None
            )
        for end in range(len(path), 0, -1):
            place = self._places.get(path[:end])
            if place is None:
                starts = (self._places[one] for one in self._places if one[:end] == path[:end])
                place = next(starts, None) if end == len(path) else None
            if place is not None:
                rest = ".".join(map(str, path[end:]))
                return message("{where}: {found}", where=place, found=rest) if rest else place
        return f"{self.source}: {below or '.'.join(map(str, path))}"

    def _wrong(
        self, place: str | Message, found: str | Translatable, fix: str | Translatable
    ) -> None:
        self.problems.append(Problem(place, found, fix))

    def _take(self, grid: Grid, layout: _SheetLayout) -> None:
        self._places.setdefault(layout.keys, grid.name)
        heads = self._headings(grid)
        if layout.is_list:
            self._take_rows(grid, layout, heads)
            return
        columns = {head: column for column, head in heads.items()}
        if not {_KEY, _VALUE} <= columns.keys():
            self._wrong(grid.name, "no columns key and value", "head two columns key and value")
            return
        table: dict[str, Any] = {}
        for row in range(1, len(grid.cells)):
            key = grid.cells[row][columns[_KEY]]
            if isinstance(key, str) and key.strip():
                place, keys = (row, columns[_VALUE]), layout.keys
                steps = tuple(key.strip().split("."))
                if (*keys, *steps) in self._places:
                    self._wrong(
                        grid.place(row, columns[_KEY]),
                        message("{text!r} twice", text=key),
                        "a key stands once",
                    )
                self._put(table, steps, grid, place, layout=layout, path=keys)
        if table or not layout.keys:
            holder = self.plain.setdefault(layout.keys[0], {}) if layout.keys else self.plain
            holder |= table

    def _headings(self, grid: Grid) -> dict[int, str]:
        heads: dict[int, str] = {}
        for column, cell in enumerate(grid.cells[0] if grid.cells else ()):
            head = str(cell).strip(_BLANKS) if cell is not None else ""
            if head in heads.values():
                self._wrong(
                    grid.place(0, column),
                    message("{text!r} twice", text=head),
                    "give each column its own heading",
                )
            elif head:
                heads[column] = head
        return heads

    def _mended(self, grid: Grid, layout: _SheetLayout, heads: dict[int, str]) -> dict[int, str]:
        """Return the headings, a mistyped one as what it means: one problem, not one a row."""
        known = [*layout.hints(), layout.owner] if layout.owner else [*layout.hints()]
        unused = {*known} - {_steps(head, layout)[0] for head in heads.values()}
        mended = dict(heads)
        for column, head in heads.items():
            first, *rest = _steps(head, layout)
            meant = None if first in known else nearest(first, sorted(unused))
            if meant is not None:
                unused.discard(meant)
                mended[column] = ".".join([meant, *rest])
                self._wrong(
                    grid.place(0, column),
                    message("no heading {text!r}", text=first),
                    did_you_mean(first, [meant]),
                )
        return mended

    def _take_rows(self, grid: Grid, layout: _SheetLayout, heads: dict[int, str]) -> None:
        heads = self._mended(grid, layout, heads)
        absent = layout.needed() - {_steps(head, layout)[0] for head in heads.values()}
        for row, cells in enumerate(grid.cells[1:], start=1):
            if all(_is_blank(cell) for cell in cells):
                continue
            holder, path = self._holder(grid, layout, heads, row)
            if holder is None:
                continue
            parts = holder.setdefault(layout.keys[-1], [])
            part: dict[str, Any] = {}
            path = (*path, layout.keys[-1], len(parts))
            parts.append(part)
            self._places[path] = grid.place(row)
            for key in absent:  # a heading is what is missing, not a cell of each row
                self._places[*path, key] = message(
                    "{where}: {found}", where=grid.place(0), found=key
                )
            for column, cell in enumerate(cells):
                if column not in heads and not _is_blank(cell):
                    self._wrong(grid.place(0, column), "no heading", "head the column, or empty it")
                elif column in heads and heads[column] != layout.owner:
                    keys = _steps(heads[column], layout)
                    if keys[0] not in layout.hints():  # the heading is what is wrong
                        self._places[*path, *keys] = grid.place(0, column)
                    self._put(part, keys, grid, (row, column), layout=layout, path=path)

    def _holder(
        self, grid: Grid, layout: _SheetLayout, heads: dict[int, str], row: int
    ) -> tuple[dict[str, Any] | None, KeyPath]:
        """Return the table that a row's part belongs to, and the path to it."""
        if len(layout.keys) == 1:
            return self.plain, ()
        above = layout.keys[0]
        if not layout.owner:
            return self.plain.setdefault(above, {}), (above,)
        column = next((at for at, head in heads.items() if head == layout.owner), None)
        owners = [one.get("code") for one in self.plain.get(above, ())]
        code = None if column is None else _plain_cell(grid.cells[row][column], str)
        if code in owners:
            place = owners.index(code)
            return self.plain[above][place], (above, place)
        where = grid.place(row, column)
        found = (
            "missing"
            if code is None
            else message("no {code} in {above}", code=shown(code), above=above)
        )
        known = [str(one) for one in owners if one is not None]
        self._wrong(where, found, did_you_mean(code, known))
        return None, ()

    def _put(
        self,
        table: dict[str, Any],
        keys: _Keys,
        grid: Grid,
        at: tuple[int, int],
        *,
        layout: _SheetLayout,
        path: KeyPath,
    ) -> None:
        """Put the value of a cell into a table, at keys that may lead deeper."""
        row, column = at
        cell = grid.cells[row][column]
        place = grid.place(row, column)
        self._places.setdefault((*path, *keys), place)
        if isinstance(cell, Unreadable):
            self._wrong(place, cell.why, "type the value itself")
        if _is_blank(cell) or isinstance(cell, Unreadable):
            return
        *above, last = keys
        for key in above:
            inner = table.setdefault(key, {})
            if not isinstance(inner, dict):
                self._wrong(
                    place,
                    message(
                        "{key} as text and as {keys}",
                        key=keys[0],
                        keys=".".join(keys),
                    ),
                    "keep one of them",
                )
                return
            table = inner
        if last in table:
            self._wrong(place, message("{keys} twice", keys=".".join(keys)), "keep one of them")
        table[last] = _plain_cell(cell, layout.hint(keys))


def _steps(head: str, layout: _SheetLayout) -> _Keys:
    """Return the keys of a heading; the code of a measure or a unit may hold dots itself."""
    first, dot, rest = head.partition(".")
    if _plain_hint(layout.hints().get(first)) in {COUNTS, SHARES} and dot:
        return (first, rest)
    return tuple(head.split("."))


def _is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _plain_cell(cell: Cell, hint: Any) -> object:  # noqa: ANN401 - any type
    """Return what a cell holds as a campaign file would: a whole number of a code is text."""
    inner = _plain_hint(hint)
    value: object = cell.date() if isinstance(cell, dt.datetime) else cell
    if isinstance(value, float):
        value = int(value) if value.is_integer() else Decimal(repr(value))
    if inner is str:
        quoted = _QUOTED.fullmatch(value) if isinstance(value, str) else None
        return quoted[1] if quoted else _as_text(value)
    if isinstance(value, str):
        return _of_text(value, inner)
    if inner is bool and value in (0, 1):  # LibreOffice saves what is true as 1
        return bool(value)
    if get_origin(inner) is tuple and value is not None:
        return [_as_text(value)]
    return value


def _as_text(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal, dt.date)):
        return str(value)
    return value


def _of_text(text: str, hint: Any) -> object:  # noqa: ANN401 - any type
    """Return the value of another type that a text in a cell stands for, else the text."""
    stripped = text.strip()
    if stripped[:1] in {"[", "{"}:
        try:
            return json.loads(stripped, parse_float=Decimal)
        except (ValueError, RecursionError):
            pass  # a text that only begins so
    if hint is int and _WHOLE.fullmatch(stripped):
        return int(stripped.replace(",", ""))
    if hint is bool:
        return _TRUTHS.get(stripped.lower(), stripped)
    if get_origin(hint) is tuple and hint not in {COUNTS, SHARES}:
        return [one for one in _SEVERAL.split(stripped) if one]
    return text if hint in {Label, None} else stripped


def written_campaign(data: bytes, name: str) -> WrittenCampaign:
    """Return what the sheets of a workbook hold.

    Raises:
        DefinitionError: The workbook cannot be opened.
    """
    try:
        grids = grids_of_workbook(data, name)
    except ReportError as error:
        raise DefinitionError(error.problems, source=error.source) from None
    by_title = {_folded(layout.title): layout for layout in _layouts().values()}
    ignored = {_folded(_SHEET.text(lang)) for lang in LANGUAGES}
    found = WrittenCampaign(name)
    pages: dict[_Keys, Grid] = {}
    for grid in grids:
        layout = by_title.get(_folded(grid.sheet))
        if layout is not None:
            pages[layout.keys] = grid
        elif _folded(grid.sheet) not in ignored and grid.cells:
            titles = [one.title for one in _layouts().values()]
            fix = did_you_mean(grid.sheet, titles)
            found._wrong(grid.name, "an unknown sheet", fix)  # noqa: SLF001 - its own reading
    if () not in pages:
        missing = message("no sheet {sheet!r}", sheet=_TOP)
        found._wrong(name, missing, "begin with cc.campaign_form(path)")  # noqa: SLF001
    for keys in _layouts():  # parts before the parts of parts
        if keys in pages:
            found._take(pages[keys], _layouts()[keys])  # noqa: SLF001 - as above
    return found


def said_of_a_cell(problem: Problem) -> Problem:
    """Return a problem of plain values with the advice that is for a cell.

    >>> print(said_of_a_cell(Problem("cell B2", "'12人'", "give text in quotes")))
    cell B2: '12人' -- write a text
    """
    fix = _FIXES.get(problem.fix)
    return problem if fix is None else attrs.evolve(problem, fix=fix)


def _folded(title: str) -> str:
    return title.replace("_", " ").replace(".", " ").casefold().strip()


# -- to a workbook ---------------------------------------------------------------------------------


def workbook_of_campaign(plain: Mapping[str, Any], lang: Language | None = None) -> bytes:
    """Return a workbook of plain values, with headings for what they leave out."""
    with needs("excel", "a campaign in a workbook"):
        import xlsxwriter

    language = check_language(lang)
    stream = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001 - a fixed stamp
        forms = {
            "needed": book.add_format({"bold": True, "bg_color": "#ECEFF3", "bottom": 1}),
            "head": book.add_format({"bg_color": "#ECEFF3", "bottom": 1}),
            "text": book.add_format({"num_format": "@"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "plain": book.add_format(),
        }
        guide = book.add_worksheet(_SHEET.text(language))
        guide.set_column(0, 0, 100, book.add_format({"text_wrap": True}))
        for row, line in enumerate((_WORDS, *_LINES)):
            guide.write_string(row, 0, line.text(language), forms["needed" if not row else "plain"])
        for layout in _layouts().values():
            sheet = book.add_worksheet(layout.title)
            sheet.freeze_panes(1, 0)
            if layout.is_list:
                _write_list(sheet, layout, list(_parts(plain, layout)), forms, language)
            else:
                _write_table(sheet, layout, _table(plain, layout), forms, language)
    return stream.getvalue()


def _table(plain: Mapping[str, Any], layout: _SheetLayout) -> dict[_Keys, Any]:
    table = plain.get(layout.keys[0], {}) if layout.keys else plain
    flat = dict(_flat(table, layout, ()))
    if not layout.keys:  # a table that is there and says nothing
        flat |= {keys: {} for keys in _layouts() if len(keys) == 1 and plain.get(keys[0]) == {}}
    return flat


def _parts(plain: Mapping[str, Any], layout: _SheetLayout) -> Iterator[dict[_Keys, Any]]:
    """Yield the cells of each part, with the code of the part that it belongs to."""
    *above, last = layout.keys
    holders: Any = [plain] if not above else plain.get(above[0], ())
    for holder in [holders] if isinstance(holders, dict) else holders:
        for part in holder.get(last, ()):
            owner = {(layout.owner,): holder["code"]} if layout.owner else {}
            yield owner | dict(_flat(part, layout, ()))


def _flat(
    table: Mapping[str, Any], layout: _SheetLayout, above: _Keys
) -> Iterator[tuple[_Keys, Any]]:
    for key, value in table.items():
        keys = (*above, key)
        if _is_own_sheet((*layout.keys, *keys)) and value:
            continue
        hint = _plain_hint(layout.hint(keys))
        goes_on = is_choice(hint) or hint in {COUNTS, SHARES} or attrs.has(hint)
        if hint is Label and isinstance(value, str):
            yield (*keys, "en"), value
        elif isinstance(value, dict) and value and goes_on and hint not in layout.kinds:
            yield from _flat(value, layout, keys)
        else:
            yield keys, value


def _write_list(
    sheet: Any,  # noqa: ANN401 - xlsxwriter has no types
    layout: _SheetLayout,
    parts: list[dict[_Keys, Any]],
    forms: Mapping[str, Any],
    lang: Language,
) -> None:
    owner: list[_Keys] = [(layout.owner,)] if layout.owner else []
    used = dict.fromkeys(keys for part in parts for keys in part if keys not in owner)
    heads = [*owner, *_merged(layout.columns(), used)]
    for column, keys in enumerate(heads):
        needed = keys in owner or keys[0] in layout.needed()
        sheet.write_string(0, column, ".".join(keys), forms["needed" if needed else "head"])
        hint = str if keys in owner else layout.hint(keys)
        sheet.set_column(column, column, max(12, len(".".join(keys)) + 2), _form(hint, forms))
        words = _OWNER if keys in owner else _advice(hint)
        _advise(sheet, (1, column, _ROWS_OF_A_FORM, column), hint, words, lang)
        for row, part in enumerate(parts, start=1):
            if keys in part:
                _write(sheet, row, column, part[keys], forms)


def _merged(form: Iterable[_Keys], used: Iterable[_Keys]) -> list[_Keys]:
    """Return the columns of the form and those that are used besides, beside their like."""
    order = {keys[0]: place for place, keys in enumerate(form)}
    return sorted(dict.fromkeys([*form, *used]), key=lambda keys: order.get(keys[0], len(order)))


def _write_table(
    sheet: Any,  # noqa: ANN401 - as above
    layout: _SheetLayout,
    table: Mapping[_Keys, Any],
    forms: Mapping[str, Any],
    lang: Language,
) -> None:
    for column, head in enumerate((_KEY, _VALUE)):
        sheet.write_string(0, column, head, forms["needed"])
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 48, forms["text"])
    first: list[_Keys] = [("schema",)] if not layout.keys else []
    for row, keys in enumerate([*first, *_merged(layout.columns(), table)], start=1):
        if row == 1 or keys not in first:
            needed = keys[0] in layout.needed() or keys in first
            sheet.write_string(row, 0, ".".join(keys), forms["needed" if needed else "plain"])
            hint = layout.hint(keys)
            _advise(sheet, (row, 1, row, 1), hint, _advice(hint), lang)
            if keys in table:
                _write(sheet, row, 1, table[keys], forms)


def _write(sheet: Any, row: int, column: int, value: object, forms: Mapping[str, Any]) -> None:  # noqa: ANN401
    match value:
        case bool():
            sheet.write_boolean(row, column, value)
        case int() if abs(value) < 10**15:
            sheet.write_number(row, column, value)
        case dt.date():
            sheet.write_datetime(row, column, value, forms["date"])
        case _:
            sheet.write_string(row, column, _cell_text(value), forms["text"])


def _cell_text(value: object) -> str:
    if isinstance(value, str):
        return value if value.strip() else f'"{value}"'
    if isinstance(value, (list, tuple)) and value:
        texts = [one for one in value if isinstance(one, str)]
        joined = "; ".join(texts)
        if len(texts) == len(value) and _of_text(joined, tuple[str, ...]) == texts:
            return joined
    return json.dumps(value, ensure_ascii=False, default=str)


def _form(hint: Any, forms: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as above
    """Return the format of a column: text as it is typed, so that 06-01 stays a day."""
    inner = _plain_hint(hint)
    return forms["date"] if inner is dt.date else forms["plain" if inner in {int, bool} else "text"]


def _advice(hint: Any) -> Message:  # noqa: ANN401 - any type
    inner = _plain_hint(hint)
    if inner in FORMS:
        return FORMS[inner].advice
    if get_origin(inner) is Literal:
        return _CHOICE
    if get_origin(inner) is tuple:
        item = get_args(inner)[0]
        return _NESTED if get_origin(item) or attrs.has(item) else _CODES
    return FORMS[str].advice


def _advise(
    sheet: Any,  # noqa: ANN401 - as above
    cells: tuple[int, int, int, int],
    hint: Any,  # noqa: ANN401 - any type
    words: Message,
    lang: Language,
) -> None:
    """Say what goes into cells as they are chosen, with the list of a closed choice."""
    inner = _plain_hint(hint)
    rule: dict[str, Any] = {"validate": "any"}
    if get_origin(inner) is Literal and all(isinstance(one, str) for one in get_args(inner)):
        rule = {"validate": "list", "source": list(get_args(inner))}
    sheet.data_validation(*cells, {**rule, "input_message": words.text(lang)})

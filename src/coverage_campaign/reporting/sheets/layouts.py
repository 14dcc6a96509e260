"""Which columns of a table hold its units, dates, figures and checks, and why.

Every column gets a role. Of columns of one meaning one is counted; a plan is never a result; parts
of the people are added up only where the caller names them. Where headings leave a choice, the
table is refused with the argument that decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

import attrs

from coverage_campaign.errors import Problem, ReportError
from coverage_campaign.messages import Message, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.reporting.problems import ReportProblem
from coverage_campaign.reporting.sheets.column_roles import (
    FIGURE_KINDS,
    AmbiguousTableError,
    ColumnHeading,
    ColumnRole,
    FigureColumn,
    FigureKind,
    Kind,
    Layout,
    Meaning,
    Named,
    Role,
    is_clear,
    is_no_result,
    is_total,
    meaning_of,
    measure_of,
    says_whole,
    simplified,
)
from coverage_campaign.reporting.sheets.dates import Written, is_fiscal, maybe_time, read_cells
from coverage_campaign.reporting.sheets.names import ALL, Names, channel_names, unit_names
from coverage_campaign.reporting.sheets.numbers import is_number, plain
from coverage_campaign.workbooks.grid import column_letters

__all__ = [
    "absent_names",
    "layout_of",
]

Cells: TypeAlias = Callable[[ColumnHeading], Sequence[object]]
"""Gives the cells under a heading."""


def layout_of(
    headings: Sequence[ColumnHeading],
    campaign: Campaign,
    *,
    kind: FigureKind,
    named: Named,
    source: str | Message,
    cells: Cells,
    sheet: str = "",
    chosen: Iterable[str] = (),
) -> Layout:
    """Return the layout that headings tell; a column that the caller names needs no telling.

    `chosen` are the headings of columns by which the caller chose the rows.

    Raises `ReportError` where a named column is not there, or where columns leave a choice.
    """
    assignment = _Assignment(
        campaign=campaign,
        kind=kind,
        named=named,
        source=source,
        cells=cells,
        sheet=sheet,
        chosen=frozenset(map(plain, chosen)),
        channels=channel_names(campaign),
        units=unit_names(campaign),
    )
    assignment.columns = [assignment.column(heading) for heading in headings]
    return assignment.layout()


def absent_names(headings: Sequence[ColumnHeading], named: Named) -> list[str]:
    """Return the texts by which a caller names columns that are not there."""
    wanted = [*named.single().values(), *named.persons]
    return [text for text in wanted if not _matching(headings, text)]


def _matching(headings: Sequence[ColumnHeading], text: str) -> list[ColumnHeading]:
    """Return the headings that a text names: whole, as a level of several, or by their letters."""
    wanted = plain(text)
    ways: tuple[Callable[[ColumnHeading], bool], ...] = (
        lambda one: one.text == text,
        lambda one: plain(one.text) == wanted,
        lambda one: wanted in map(plain, one.levels),
        lambda one: column_letters(one.position) == text,
    )
    found = ([one for one in headings if way(one)] for way in ways)
    return next((one for one in found if one), [])


_NO_PART = message("its heading names no part of a report")
_ANEW = re.compile(
    "修正|修订|调整后|更正|订正|核[定实]|剔除|去重|扣除|revised|corrected|adjusted|deduplicated"
)
"""Says that figures were put right since they were first reported."""


_MAYBE_FISCAL = re.compile(
    "|".join(f"{year}/{year % 100 + 1:02d}(?!\\d|/)" for year in range(2000, 2012))
)
"""Is September 2008, or the fiscal year 2008/09."""


_YEAR = re.compile(r"(?:19|20)\d\d(?:\.0)?年?度?")


@attrs.define
class _HeadedColumn:
    """A heading, what it says, and the role that it gets."""

    heading: ColumnHeading
    meaning: Meaning
    channel: str = ""
    role: str = ""
    why: Message = _NO_PART

    @property
    def text(self) -> str:
        return self.heading.text

    def take(self, role: str, why: Message) -> None:
        self.role, self.why = role, why


_ByTime: TypeAlias = dict[tuple[Written | None, str], list[_HeadedColumn]]


def _by_time(columns: Iterable[_HeadedColumn], kind: FigureKind = "new") -> _ByTime:
    """Return columns by the time and channel that their headings say.

    Running totals are those of a day: 7月, 1-7月 and 截至7月底 end on the same.
    """
    groups: _ByTime = {}
    for one in columns:
        written = one.meaning.written
        if written and kind == "cumulative":
            written = Written(written.month, written.day, year=written.year)
        groups.setdefault((written, one.channel), []).append(one)
    return groups


_KINDS_OF: dict[FigureKind, tuple[tuple[Kind, ...], ...]] = {
    "new": (("new",), ("persons",)),
    "cumulative": (("cumulative",), ("stock",), ("persons",)),
}
"""The kinds of figures that answer what was asked for, the best first."""
_MATTERS: frozenset[Kind | None] = frozenset((None, "matter", "insurance", "breakdown"))
_IGNORED: dict[Kind, tuple[str, Message]] = {
    "serial": ("serial", message("a running number")),
    "note": ("note", message("a remark")),
    "rank": ("rank", message("a rank is no count")),
    "matter": ("matter", message("names the matter of a row: only= chooses one")),
    "plan": ("plan", message("a plan is no result")),
    "target": ("target", message("a target is no result")),
    "earlier": ("last_year", message("figures of an earlier time")),
    "change": ("comparison", message("a change against another time is no count")),
    "remaining": ("remaining", message("what is still to do is no result")),
    "eligible": ("eligible", message("the population is no result")),
    "baseline": ("baseline", message("who was covered before: baseline= says it")),
    "payment": ("payment", message("money is no people")),
    "households": ("households", message("households and employers are no people")),
    "loss": ("loss", message("persons who left are none who came")),
    "average": ("ignored", message("an average is no count")),
    "rate": ("rate", message("a rate is no count")),
    "measure": ("note", message("its cells are no measures")),
    "unclear": ("ignored", message("both of this period and cumulative: name it to count it")),
    "stock": ("stock", message("all who are covered; new persons were asked for")),
    "cumulative": ("cumulative", message("persons so far; new persons were asked for")),
    "new": ("new", message("persons of one period; persons so far were asked for")),
}


@attrs.define
class _Assignment:
    """Gives each column of one table its role."""

    campaign: Campaign
    kind: FigureKind
    named: Named
    source: str | Message
    cells: Cells
    sheet: str
    chosen: frozenset[str]
    channels: Names
    units: Names
    columns: list[_HeadedColumn] = attrs.field(factory=list)
    roles: dict[Role, str] = attrs.field(factory=dict)
    doubts: list[ReportProblem] = attrs.field(factory=list)
    results: frozenset[str] = frozenset()
    months: bool = False

    def layout(self) -> Layout:
        self._compare_years()
        self._take_named()
        self._take_structure()
        if self.named.persons:
            figures, totals = self._named_figures(), tuple[FigureColumn, ...]()
        else:
            figures, totals = self._figures()
        one_time = len({one.written for one in figures}) == 1
        figures = tuple(attrs.evolve(one, beside=self._beside(one, one_time)) for one in figures)
        if not figures:
            self._refuse_unclear_times()
        self._take_rest()
        return Layout(
            self.roles,
            figures,
            totals if len(figures) > 1 else (),
            self.months,
            tuple(
                ColumnRole(
                    self.sheet,
                    column_letters(one.heading.position),
                    one.text,
                    one.role,
                    one.why,
                    one.heading.printed,
                )
                for one in self.columns
                if one.heading.levels[0] != f"column {column_letters(one.heading.position)}"
                or any(cell is not None for cell in self.cells(one.heading))
            ),
            {
                one.text: one.meaning.measure.scale
                for one in self.columns
                if one.meaning.measure and one.meaning.measure.persons
            },
            tuple(self._assumptions()),
            kind=self.kind,
            apart=tuple(
                one.text for one in self.columns if one.why is _NO_PART or one.role == "matter"
            ),
            doubts=tuple(self.doubts),
            results=self.results,
        )

    def _assumptions(self) -> Iterator[Message]:
        """Yield what the counted columns are taken for, where a reading asks who counts."""
        counted = [one for one in self.columns if one.role == "counted"]
        paid = [one.text for one in counted if one.meaning.paid]
        if paid and self.campaign.counts_at == "first_paid":
            yield message(
                "counted are the persons who paid, as {columns:list 4} says "
                "(counted_at = first_paid)",
                columns=paid,
            )
        elif paid:
            yield message(
                "{columns:list 4} holds persons who paid: who is registered and has not paid is "
                "not in the figures",
                columns=paid,
            )
        if len(paid) < len(counted):
            yield from self.campaign.counting_assumptions
        net = [one.text for one in counted if one.meaning.net]
        losses = [one.text for one in self.columns if one.meaning.kind == "loss"]
        if net and self.campaign.counts_net is False:
            yield message(
                "{columns:list 4} has losses taken off already, though losses are not to be taken "
                "off what counts",
                columns=net,
            )
        elif len(net) < len(counted) and losses and self.campaign.counts_net:
            yield message(
                "losses are to be taken off what counts; those of {columns:list 4} are not taken "
                "off the figures",
                columns=losses,
            )

    def _compare_years(self) -> None:
        """Take 本年 beside 上年同期 for the figure of their month: it says the year, no more.

        Where another column of the month says its kind (本月新增, 本年累计), 本年 is left as it is:
        last year's figure may be that other one's pair.
        """
        for (written, _), same in _by_time(self.columns).items():
            kinds = {one.meaning.kind for one in same}
            if written is None or written.is_a_year or "earlier" not in kinds:
                continue
            pairs = [one for one in same if one.meaning.this_year]
            others = [
                one
                for one in same
                if one not in pairs and one.meaning.kind in {"new", "cumulative", "stock"}
            ]
            groups = {one.meaning.qualifier for one in pairs}
            if others or len(groups) < len(pairs):
                continue
            for one in pairs:
                if one.meaning.kind in {"new", "cumulative", "persons"}:
                    one.meaning = attrs.evolve(
                        one.meaning, kind="persons", year_to_date=False, this_period=False
                    )

    def _refuse_unclear_times(self) -> None:
        """Refuse a table whose figures are headed by what may be times, such as 08.07 or 7."""
        unclear = [one for one in self.columns if not one.role and maybe_time(one.text)]
        if unclear:
            found = message(
                "the headings may be times, and nobody can tell which: {columns}",
                columns=self._listed(unclear),
            )
            fix = message(
                "write them in full: 2008-07 or 7月 for a month, 2008-07-31 for a day, 2008-W28 "
                "for a week; or name one column and its time: persons={one!r}, period='2008-07'",
                one=unclear[0].heading.called,
            )
            raise AmbiguousTableError(Problem(self.source, found, fix))

    # -- columns by name ---------------------------------------------------------------------------

    def column(self, heading: ColumnHeading) -> _HeadedColumn:
        meant = [self.channels.meant(level) - {ALL} for level in heading.levels]
        channels = {next(iter(one)) for one in meant if len(one) == 1}
        levels = [
            level for level, one in zip(heading.levels, meant, strict=True) if len(one) != 1
        ] or ["人数"]
        channel = next(iter(channels)) if len(channels) == 1 else ""
        return _HeadedColumn(heading, meaning_of(levels), channel)

    def _named_columns(self, text: str) -> list[_HeadedColumn]:
        """Return the columns that a caller's text names: a heading, a level of several, letters."""
        matching = _matching([one.heading for one in self.columns], text)
        if matching:
            return [one for one in self.columns if one.heading in matching]
        raise ReportError(
            Problem(
                self.source,
                message("no column {text!r}", text=text),
                message(
                    "name one of the columns that are there: {columns}",
                    columns=self._listed(self.columns),
                ),
            )
        )

    def _listed(self, columns: Iterable[_HeadedColumn]) -> str:
        return (
            ", ".join(
                f"{column_letters(one.heading.position)} {one.heading.printed!r}" for one in columns
            )
            or "none"
        )

    def _take_named(self) -> None:
        problems: list[Problem] = []
        for role, text in self.named.single().items():
            try:
                first, *more = self._named_columns(text)
            except ReportError as error:
                problems.extend(error.problems)
                continue
            if more:
                found = message(
                    "several columns are headed {text!r}: {columns}",
                    text=text,
                    columns=self._listed([first, *more]),
                )
                problems.append(
                    Problem(self.source, found, message("{role}= one of them", role=role))
                )
            first.take(role, message("named: {role}={text!r}", role=role, text=text))
            self.roles[role] = first.text
        for text in self.named.persons:
            try:
                self._named_columns(text)
            except ReportError as error:
                problems.extend(error.problems)
        if problems:
            raise ReportError(problems)
        if "date" in self.roles:
            self.months = any(
                one.meaning.kind == "month" for one in self.columns if one.role == "date"
            )

    # -- units, dates, channels --------------------------------------------------------------------

    def _free(self, *kinds: Kind) -> list[_HeadedColumn]:
        return [one for one in self.columns if not one.role and one.meaning.kind in kinds]

    def _take_structure(self) -> None:
        for one in self._free("channel"):
            self._first("channel", one)
        for is_said in (False, True):  # a column of measures, else one that is headed so
            for one in self.columns:
                kinds = {"measure"} if is_said else {"measure", "unit", "note", "persons", None}
                may_be = not one.role and one.meaning.kind in kinds and "measure" not in self.roles
                if may_be and self._holds_measures(one, is_said=is_said):
                    self._first("measure", one)
        self._take_units()
        self._take_dates()
        self._take_matter()

    def _take_matter(self) -> None:
        """Take the column that says of each row what its figures are, such as 计划 or 完成.

        Raises `AmbiguousTableError` where the caller chose none of several, whose persons would be
        added up, or where the only one may be of other persons.
        """
        for one in self.columns:
            kind = one.meaning.kind
            if one.role or kind not in _MATTERS or self._numeric(one):
                continue
            cells = [str(cell) for cell in self.cells(one.heading) if cell not in {None, ""}]
            texts = {text for text in cells if not is_total(text)}
            results = {text for text in texts if not is_no_result(text, self.kind, whole=True)}
            if kind and results and plain(one.text) not in self.chosen:
                self.results = self._results(one, results, cells)
            if kind or results != texts:
                says = message("its cells say which rows are results")
                one.take("matter", _IGNORED["matter"][1] if kind else says)
                self.roles.setdefault("matter", one.text)

    def _results(
        self, column: _HeadedColumn, results: set[str], cells: Sequence[str]
    ) -> frozenset[str]:
        """Return the matters that count: the one that is plain, or those of a list of projects."""
        kind = column.meaning.kind
        plainly = {text for text in results if kind == "insurance" or is_clear(text)}
        counted = plainly or results
        totals = sorted({text for text in cells if is_total(text)})
        choice = self._matters_differ(column, [*sorted(counted), *totals])
        a_list = len(counted) > 1 and sum(text in counted for text in cells) == len(counted)
        if kind == "matter" and not plainly and a_list:
            where, found, fix = attrs.astuple(choice.problems[0], recurse=False)
            doubt = ReportProblem("several_matters", where, found, fix, counted=True)
            self.doubts.append(doubt)
        elif len(counted) > 1 or not plainly:
            raise choice
        return frozenset(counted)

    def _matters_differ(self, column: _HeadedColumn, matters: Sequence[str]) -> AmbiguousTableError:
        found = message(
            "the rows of {columns} are about {matters:list 8}",
            columns=self._listed([column]),
            matters=matters,
        )
        fix = message(
            "choose what counts: only={{{heading!r}: {matter!r}}}",
            heading=column.heading.called,
            matter=matters[-1],
        )
        return AmbiguousTableError(Problem(self.source, found, fix))

    def _holds_measures(self, column: _HeadedColumn, *, is_said: bool) -> bool:
        """Tell whether most cells of a column name a measure, such as 人 or 万元.

        Under a heading that says so all do; one that nobody knows is no measure of persons.
        """
        cells = {str(cell) for cell in self.cells(column.heading) if cell not in {None, ""}}
        known = sum(measure_of(cell) is not None for cell in cells)
        units = any(self.units.meant(cell) for cell in cells)
        return bool(cells) and (is_said or 2 * known > len(cells)) and not units

    def _first(self, role: Role, column: _HeadedColumn) -> None:
        if role in self.roles:
            column.take(
                "ignored", message("{heading!r} is taken for it already", heading=self.roles[role])
            )
        else:
            self.roles[role] = column.text
            column.take(role, message("its heading says so"))

    def _take_units(self) -> None:
        candidates = self._free("unit")
        named = [one for one in candidates if any(self._meant(one))]
        for one in candidates if named else ():
            if one not in named and self._numeric(one):
                one.take("households", message("numbers, and no names of units"))
        candidates = [one for one in candidates if not one.role]
        if "unit" not in self.roles and candidates and self._is_transposed(candidates[0]):
            self.roles["date"] = candidates[0].text
            candidates[0].take(
                "date", message("its cells are dates, and units head the other columns")
            )
            candidates = []
        if "unit" not in self.roles and candidates:
            chosen = self._unit_of(candidates)
            chosen.take("unit", message("its heading says so"))
            self.roles["unit"] = chosen.text
        parents = [*self._free("parent"), *self._free("unit")]
        if "unit" not in self.roles and not candidates and parents:
            parents[0].take("unit", message("the only column of units"))
            self.roles["unit"] = parents.pop(0).text
        for one in parents:
            if one in candidates and self._same_units(one):
                one.take(
                    "unit",
                    message("names the same units as {heading!r}", heading=self.roles["unit"]),
                )
            elif "parent" not in self.roles and one.text not in self.roles.values():
                self.roles["parent"] = one.text
                one.take("parent", message("names the unit above, where two units share a name"))
            else:
                one.take("ignored", message("{heading!r} is the unit", heading=self.roles["unit"]))

    def _is_transposed(self, column: _HeadedColumn) -> bool:
        """Tell whether a column headed as the units' holds dates, and units head the others."""
        if any(self._meant(column)):
            return False
        heads = sum(bool(self.units.meant(one.text)) for one in self.columns if not one.role)
        cells = [cell for cell in self.cells(column.heading) if cell is not None]
        read = read_cells(cells, self.campaign.whole_window)
        return heads > 1 and bool(cells) and any(isinstance(one, Written) for one in read)

    def _unit_of(self, candidates: Sequence[_HeadedColumn]) -> _HeadedColumn:
        """Return the column of the units: the one whose cells name most of them, the lowest tier.

        Raises `AmbiguousTableError` where two columns name unlike units in one row.
        """
        meant = {one.text: self._meant(one) for one in candidates}
        known = [one for one in candidates if any(meant[one.text])]
        known.sort(key=lambda one: -sum(map(bool, meant[one.text])))
        chosen = next(iter(known or candidates))
        for other in known:
            pairs = [
                (upper, lower)
                for upper, lower in zip(meant[chosen.text], meant[other.text], strict=True)
                if upper and lower and not upper & lower
            ]
            if pairs and all(self._some_above(upper, lower) for upper, lower in pairs):
                chosen = other
            elif not all(self._some_above(upper, lower) for lower, upper in pairs):
                found = message(
                    "{columns} name different units in a row", columns=self._listed([chosen, other])
                )
                fix = message("say which one reports: unit={text!r}", text=chosen.text)
                raise AmbiguousTableError(Problem(self.source, found, fix))
        return chosen

    def _same_units(self, column: _HeadedColumn) -> bool:
        """Tell whether a column's cells never name another unit than the column of units does."""
        (unit,) = (one for one in self.columns if one.text == self.roles["unit"])
        pairs = zip(self._meant(column), self._meant(unit), strict=True)
        return all(not (mine and theirs) or mine & theirs for mine, theirs in pairs)

    def _meant(self, column: _HeadedColumn) -> list[frozenset[str]]:
        known: dict[str, frozenset[str]] = {}
        meant = []
        for cell in self.cells(column.heading):
            text = "" if cell is None else str(cell).strip().removesuffix(".0")
            if text not in known:
                known[text] = self.units.meant(text) if text else frozenset()
            meant.append(known[text])
        return meant

    def _some_above(self, upper: frozenset[str], lower: frozenset[str]) -> bool:
        """Tell whether one of some units is above one of others."""
        return any(not upper.isdisjoint(self.units.above[code]) for code in lower)

    def _take_dates(self) -> None:
        years, months = self._free("year"), self._free("month")
        days, dates = self._free("day"), self._free("date")
        if not years and (dates or months):
            years = [one for one in self.columns if self._holds_years(one)]
        if years:
            self._first("year", years[0])
        if "date" not in self.roles:
            self._choose_date(dates, months, days)
        for one in (*years, *months, *days, *dates):
            if not one.role:
                one.take(
                    "ignored",
                    message("{heading!r} is the date", heading=self.roles.get("date", "")),
                )

    def _holds_years(self, column: _HeadedColumn) -> bool:
        """Tell whether a column without a part holds years alone, whatever it is headed.

        Raises `AmbiguousTableError` where they are fiscal years: nobody can tell when they begin.
        """
        if column.role or column.meaning.kind or column.meaning.written or column.channel:
            return False
        cells = [cell for cell in self.cells(column.heading) if cell not in {None, ""}]
        is_so = bool(cells) and all(_YEAR.fullmatch(plain(str(cell))) for cell in cells)
        if is_so and is_fiscal(column.text):
            found = message("{columns} may be fiscal years", columns=self._listed([column]))
            fix = message("write each month with its year: 2008-07")
            raise AmbiguousTableError(Problem(self.source, found, fix))
        return is_so

    def _choose_date(
        self,
        dates: Sequence[_HeadedColumn],
        months: Sequence[_HeadedColumn],
        days: Sequence[_HeadedColumn],
    ) -> None:
        """Take the date from a column of dates, else of months and days, of years, of days."""
        if dates:
            if months and not self._same_month(dates[0], months[0]):
                raise self._dates_differ([months[0], dates[0]])
            if not self._alike(dates):
                raise self._dates_differ(dates)
            self._first("date", dates[0])
        elif months:
            self._first("date", months[0])
            self.months = True
            for one in days[:1]:
                self._first("day", one)
        elif "year" in self.roles:
            months_head = any(
                one.meaning.written and one.meaning.written.year is None for one in self.columns
            )
            if not months_head:
                self.roles["date"] = self.roles.pop("year")
        elif days:
            self._first("date", days[0])

    def _dates_differ(self, columns: Sequence[_HeadedColumn]) -> AmbiguousTableError:
        found = message("the dates of {columns} differ", columns=self._listed(columns))
        fix = message("say which one counts: date={text!r}", text=columns[0].text)
        return AmbiguousTableError(Problem(self.source, found, fix))

    def _same_month(self, date: _HeadedColumn, month: _HeadedColumn) -> bool:
        window = self.campaign.whole_window
        days = read_cells(self.cells(date.heading), window)
        months = read_cells(self.cells(month.heading), window, months=True)
        return all(
            not (isinstance(day, Written) and isinstance(one, Written)) or day.month == one.month
            for day, one in zip(days, months, strict=True)
        )

    def _alike(self, columns: Sequence[_HeadedColumn]) -> bool:
        cells = [tuple(map(str, self.cells(one.heading))) for one in columns]
        return len(set(cells)) == 1

    # -- figures -----------------------------------------------------------------------------------

    def _named_figures(self) -> tuple[FigureColumn, ...]:
        """Return the columns that the caller names: each by itself, or several added up.

        Added up are those of one time and channel.
        """
        lists = [self._named_columns(text) for text in self.named.persons]
        widths = {len(one) for one in lists}
        if len(widths) > 1:
            listed = "; ".join(self._listed(one) for one in lists)
            found = message(
                "the names in persons= stand for unequal numbers of columns: {listed}",
                listed=listed,
            )
            raise ReportError(Problem(self.source, found, message("name single columns")))
        figures = []
        for group in _by_time(one for some in lists for one in some).values():
            for one in group:
                one.take("counted", message("named: persons={text!r}", text=one.text))
            figures.append(self._figure(group))
        times = {one.written for one in figures}
        named = [one for some in lists for one in some]
        if None in times and len(times) > 1:
            raise self._choice(named, message("figures with and without a time of their own"))
        twice = len({one.heading.position for one in named}) < len(named)
        if twice or any(len(_by_time(some)) < len(some) for some in lists):
            columns = self._listed([one for group in lists for one in group])
            fix = message("name one of them, or a list of those to add up: persons=[…]")
            raise ReportError(
                Problem(
                    self.source,
                    message("several columns are meant: {columns}", columns=columns),
                    fix,
                )
            )
        return tuple(figures)

    def _figure(
        self, columns: Sequence[_HeadedColumn], repeated: Sequence[_HeadedColumn] = ()
    ) -> FigureColumn:
        first = columns[0]
        measure = first.meaning.measure
        return FigureColumn(
            tuple(one.text for one in columns),
            first.meaning.written,
            first.channel,
            scale=measure.scale if measure else 0,
            this_period=first.meaning.this_period,
            year_to_date=first.meaning.year_to_date,
            goes_on=any(one.meaning.everyone for one in columns),
            repeated=tuple(one.text for one in repeated),
        )

    def _figures(self) -> tuple[tuple[FigureColumn, ...], tuple[FigureColumn, ...]]:
        candidates, totals = self._candidates()
        if not candidates and "date" in self.roles and "unit" not in self.roles:
            by_unit = self._by_unit()
            if by_unit[0]:
                return by_unit
        if not candidates:
            candidates, totals = totals, []
        self._leave_earlier(candidates)
        counted = [one for one in candidates if not one.role]
        sums = [one for one in counted if self.kind == "new" and self._adds_up(one, counted)]
        totals += sums
        counted = [one for one in counted if one not in sums]
        if counted and all(_MAYBE_FISCAL.search(plain(one.text)) for one in counted):
            raise self._choice(counted, message("the headings may be fiscal years, or months"))
        groups = self._grouped(counted)
        figures = tuple(self._decide(group) for group in groups.values())
        if self.kind == "cumulative" or len(figures) < 2:  # noqa: PLR2004 - a sum of parts
            for one in totals:
                self._other_total(one, figures)
        else:
            times = {one.written for one in figures}
            for one in totals:
                if one.meaning.written and len(times) > 1 and one not in sums:
                    self._other_total(one, figures[:1])  # of its own time, no sum over all
                else:
                    one.take("total", message("adds up the columns beside: a check"))
        return figures, tuple(self._figure([one]) for one in totals if one.role == "total")

    def _candidates(self) -> tuple[list[_HeadedColumn], list[_HeadedColumn]]:
        """Return the columns of the kind that was asked for, and those that add them up."""
        free = [one for one in self.columns if not one.role]
        parts: list[_HeadedColumn] = []
        totals: list[_HeadedColumn] = []
        kinds = [one for rank in _KINDS_OF[self.kind] for one in rank]
        for one in free:
            meaning = one.meaning
            named = meaning.written or one.channel
            bare = meaning.kind is None and (named or meaning.total)
            known = not meaning.qualifier or (named and self._numeric(one))
            if meaning.kind in kinds or (bare and known):
                (totals if meaning.total else parts).append(one)
        parts, totals = self._with_whole(parts, totals)
        return self._best_kind(self._as_read(parts)), totals

    def _with_whole(
        self, parts: list[_HeadedColumn], totals: list[_HeadedColumn]
    ) -> tuple[list[_HeadedColumn], list[_HeadedColumn]]:
        """Take a total for the figures of its time where all beside it are some of the persons."""
        by_time = _by_time(parts)
        whole = []
        for one in totals:
            some = by_time.get((one.meaning.written, one.channel), [])
            if some and all(part.meaning.qualifier for part in some):
                whole.append(one)
                for part in some:
                    if not part.role:
                        part.take(
                            "subgroup",
                            message(
                                "it counts only some of the persons of {text!r}", text=one.text
                            ),
                        )
        left = [one for one in parts if not one.role]
        return left + whole, [one for one in totals if one not in whole]

    def _as_read(self, parts: list[_HeadedColumn]) -> list[_HeadedColumn]:
        """Leave of columns for one time those whose persons count by the campaign's readings.

        Who paid or who is registered (`counted_at`), with losses taken off or without (`counted`).
        """
        campaign = self.campaign
        paid = {"registered": False, "first_paid": True, None: None}[campaign.counts_at]
        net = campaign.counts_net
        if campaign.counting.net is None and campaign.readings.counted is None:
            net = None  # nobody was asked: where columns differ in it they leave a choice
        ways: tuple[tuple[str, Callable[[Meaning], bool], bool | None], ...] = (
            ("counted_at", lambda meaning: meaning.paid, paid),
            ("counted", lambda meaning: meaning.net, net),
        )
        for question, is_so, wanted in ways:
            for same in _by_time(parts).values():
                whole = [one for one in same if not one.meaning.qualifier]
                right = [one for one in whole if is_so(one.meaning) == wanted]
                other = [one for one in whole if one not in right]
                if len({is_so(one.meaning) for one in whole}) < 2:  # noqa: PLR2004 - one way alone
                    continue
                if wanted is None:
                    raise self._choice(
                        whole,
                        message("columns differ in what is open ({question})", question=question),
                    )
                if min(map(self._rank, right)) > min(map(self._rank, other)):
                    raise self._choice(
                        whole,
                        message(
                            "{question} asks for what no column says exactly", question=question
                        ),
                    )
                for one in same:
                    if is_so(one.meaning) != wanted:
                        one.take(
                            "ignored",
                            message("counts by another reading ({question})", question=question),
                        )
            parts = [one for one in parts if not one.role]
        return parts

    def _rank(self, column: _HeadedColumn) -> int:
        """Return how well the kind of a column fits what was asked for, 0 the best."""
        kinds = _KINDS_OF[self.kind]
        own = column.meaning.kind or "persons"
        return next((at for at, some in enumerate(kinds) if own in some), len(kinds) - 1)

    def _best_kind(self, parts: list[_HeadedColumn]) -> list[_HeadedColumn]:
        """Leave of columns for one time and channel those whose kind fits best."""
        groups = _by_time(parts, self.kind)
        best = {time: min(map(self._rank, same)) for time, same in groups.items()}
        timeless = min((at for (written, _), at in best.items() if written is None), default=None)
        for (written, channel), same in groups.items():
            least = best[written, channel]
            if written is None and timeless is not None:
                least = min(least, timeless)
            for one in same:
                if self._rank(one) > least:
                    insured = "参保" in simplified(one.text) or one.meaning.kind == "stock"
                    role = "stock" if self.kind == "new" and insured else "ignored"
                    one.take(role, message("another column says more exactly what was asked for"))
        return [one for one in parts if not one.role]

    def _adds_up(self, column: _HeadedColumn, columns: Sequence[_HeadedColumn]) -> bool:
        """Tell whether a column's time, such as 三季度, is that of single months beside it."""
        whole = column.meaning.written
        months = {one.meaning.written for one in columns if one.channel == column.channel}
        return whole is not None and sum(whole.covers(one) for one in months if one) > 1

    def _numeric(self, column: _HeadedColumn) -> bool:
        filled = [cell for cell in self.cells(column.heading) if cell is not None and cell != ""]
        return bool(filled) and 2 * sum(map(is_number, filled)) >= len(filled)

    def _leave_earlier(self, candidates: list[_HeadedColumn]) -> None:
        """Give columns of a year before the campaign their role: they are none of its figures."""
        first = self.campaign.whole_window.first.year
        for one in candidates:
            written = one.meaning.written
            whole_year = written and written.unit == "span" and self.kind == "cumulative"
            if (
                written
                and written.year is not None
                and written.year < first
                and (whole_year or self.kind == "new")
            ):
                one.take(
                    "last_year",
                    message("figures of {year:raw}, before the campaign", year=written.year),
                )

    def _grouped(self, columns: Sequence[_HeadedColumn]) -> _ByTime:
        """Return the columns by time and channel; a `ReportError` where they say it in two ways."""
        timed = [one for one in columns if one.meaning.written]
        bare = [one for one in columns if not one.meaning.written]
        by_channel = [one for one in columns if one.channel]
        whole = [one for one in columns if not one.channel]
        if by_channel and whole and "channel" not in self.roles:
            times = {one.meaning.written for one in whole}
            for one in by_channel:
                if one.meaning.written in times or None in times:
                    one.take(
                        "subgroup",
                        message("persons of one channel; {text!r} holds all", text=whole[0].text),
                    )
            timed = [one for one in timed if not one.role]
            bare = [one for one in bare if not one.role]
        if timed and bare:
            raise self._choice(
                [*bare, *timed], message("figures with and without a time of their own")
            )
        if "date" in self.roles and len({one.meaning.written for one in timed}) > 1:
            years = [one for one in timed if one.meaning.written and one.meaning.written.is_a_year]
            if len(years) < len(timed):
                raise self._choice(
                    timed,
                    message("times of their own beside {heading!r}", heading=self.roles["date"]),
                )
        return _by_time([*timed, *bare], self.kind)

    def _decide(self, group: list[_HeadedColumn]) -> FigureColumn:
        """Return the figures of one time and channel: the whole, if the group has one."""
        whole = [one for one in group if not one.meaning.qualifier]
        qualifiers = {one.meaning.qualifier for one in group}
        if not whole:
            group = [*group, *self._unclear()]
        if not whole and (len(qualifiers) > 1 or len(group) > len(qualifiers)):
            raise self._choice(group, message("persons of different groups"))
        anew = [one for one in group if _ANEW.search(one.meaning.qualifier)]
        if anew and len(group) > 1:
            raise self._choice(group, message("figures as they were and as they were put right"))
        chosen = whole or group
        beyond = [one for one in chosen if not says_whole(one.meaning)]
        if beyond:
            found = message("the heading may name persons or things of another kind")
            raise self._choice(beyond, found)
        changes = [one for one in self.columns if self._is_change_of_stock(one)]
        insured = [one for one in chosen if one.meaning.kind == "persons" and not one.meaning.done]
        if self.kind == "new" and changes and any("参保" in simplified(o.text) for o in insured):
            found = message(
                "the figures may be of all who are insured: another column says how they changed"
            )
            raise self._choice([*insured, *changes], found)
        if len({(one.meaning.net, one.meaning.year_to_date) for one in chosen}) > 1:
            raise self._choice(chosen, message("figures of different meaning"))
        first, *repeated = chosen
        for one in group:
            if one is first:
                one.take("counted", self._why(one, alone=len(group) == 1))
            elif one in repeated:
                one.take("repeated", message("the same as {text!r}: counted once", text=first.text))
            else:
                one.take(
                    "subgroup",
                    message("it counts only some of the persons of {text!r}", text=first.text),
                )
        return self._figure([first], repeated)

    def _is_change_of_stock(self, column: _HeadedColumn) -> bool:
        """Tell whether a column says by how many persons another grew since the period before."""
        text = simplified(column.text)
        of_persons = not re.search("[%率幅速]|去年|上年|同期|同比", text)
        return column.meaning.kind == "change" and of_persons and self._numeric(column)

    def _unclear(self) -> list[_HeadedColumn]:
        """Return the columns of numbers whose headings may name persons of another group."""
        return [
            one
            for one in self.columns
            if not one.role
            and one.meaning.kind is None
            and one.meaning.qualifier
            and self._numeric(one)
        ]

    def _why(self, column: _HeadedColumn, *, alone: bool) -> Message:
        kind = column.meaning.kind
        if kind in {"new", "cumulative", "stock"}:
            return message("its heading says {kind}, as was asked for", kind=FIGURE_KINDS[kind])
        if alone:
            return message("figures of persons, declared {kind}", kind=FIGURE_KINDS[self.kind])
        return message(
            "figures of persons, declared {kind}; the whole", kind=FIGURE_KINDS[self.kind]
        )

    def _choice(self, columns: Sequence[_HeadedColumn], found: Message) -> ReportError:
        columns = list({one.heading.position: one for one in columns}.values())
        one = columns[0].heading.called
        fix = message(
            "name the one that counts: persons={one!r}, or those to add up: persons=[{one!r}, …]",
            one=one,
        )
        return AmbiguousTableError(
            Problem(
                self.source,
                message("{found}: {columns}", found=found, columns=self._listed(columns)),
                fix,
            )
        )

    def _other_total(self, column: _HeadedColumn, figures: Sequence[FigureColumn]) -> None:
        if not column.role:
            role = "total" if len(figures) > 1 and self.kind == "new" else "check"
            column.take(role, message("a total beside the figures: a check"))

    def _by_unit(self) -> tuple[tuple[FigureColumn, ...], tuple[FigureColumn, ...]]:
        """Return a column of figures per unit; a column that names no unit is one of an unknown."""
        others = [one for one in self.columns if not one.role]
        if not any(len(self.units.meant(one.text)) == 1 for one in others):
            return (), ()
        figures, totals = [], []
        for one in others:
            figure = FigureColumn((one.text,), unit=one.text)
            if is_total(one.text):
                one.take("total", message("adds up the units beside: a check"))
                totals.append(figure)
            elif one.meaning.kind in {"note", "serial", "rank"} and not self.units.meant(one.text):
                one.take(*_IGNORED[one.meaning.kind])
            else:
                one.take("counted", message("the figures of the unit that heads it"))
                figures.append(figure)
        return tuple(figures), tuple(totals)

    # -- checks ------------------------------------------------------------------------------------

    def _beside(self, figure: FigureColumn, one_time: bool) -> dict[Role, str]:  # noqa: FBT001 - its own
        """Return the checks of a column: the other kind, the target and the rate of its time.

        A figure of the other kind without a time is held against those of one time alone.
        """
        other: tuple[Kind, ...] = ("cumulative",) if self.kind == "new" else ("new",)
        found: dict[Role, str] = {}
        wanted: tuple[tuple[Role, tuple[Kind, ...]], ...] = (
            ("other", other),
            ("target", ("target", "plan")),
            ("rate", ("rate",)),
        )
        for role, kinds in wanted:
            if role in self.roles:
                found[role] = self.roles[role]
                continue
            matching = [
                one
                for one in self.columns
                if one.meaning.kind in kinds
                and one.role in {"", "check", "target", "rate"}
                and not one.meaning.qualifier
                and one.channel == figure.channel
                and one.meaning.written in {figure.written, None}
            ]
            if role == "target":
                matching = [one for one in matching if one.meaning.kind == "target"] or [
                    one for one in matching if one.meaning.written is None
                ]
            exact = [one for one in matching if one.meaning.written == figure.written]
            if role == "other" and not matching:
                matching = exact = self._so_far(figure, kinds)
            if role == "other" and not one_time:
                matching = exact
            for one in (exact or matching)[:1]:
                found[role] = one.text
                if role == "other":
                    one.take("check", _IGNORED[one.meaning.kind or "new"][1])
                else:
                    one.take(role, message("held against the figures: a check"))
        return found

    def _so_far(self, figure: FigureColumn, kinds: Sequence[Kind]) -> list[_HeadedColumn]:
        """Return the one column of running totals to the end of the figure's month: 1-4月累计."""
        found = [
            one
            for one in self.columns
            if one.meaning.kind in kinds
            and not one.role
            and not one.meaning.qualifier
            and one.channel == figure.channel
            and one.meaning.written
            and figure.written
            in {None, attrs.evolve(one.meaning.written, first_month=0, unit="month")}
        ]
        return found if len(found) == 1 else []

    def _take_rest(self) -> None:
        for one in self.columns:
            if one.role:
                continue
            kind = one.meaning.kind
            if kind in _IGNORED:
                one.take(*_IGNORED[kind])
            elif kind is None and self._numeric(one):
                one.take("ignored", message("its heading does not say that it counts persons"))
            elif kind == "persons":
                one.take(
                    "subgroup",
                    message("it counts only some of the persons, or counts them in another way"),
                )
            else:
                one.take("note", _NO_PART)

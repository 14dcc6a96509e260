"""Tables of known figures in the layouts in which offices send them, drawn at random."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeAlias

import attrs
import openpyxl
from hypothesis import strategies as st

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.phases import Phase
from coverage_campaign.model.units import Unit
from support.workbooks import save

__all__ = ["Sheet", "books", "campaign", "layouts", "write_csv", "write_xlsx"]

Kind: TypeAlias = Literal["new", "cumulative"]
Cell: TypeAlias = str | int | float | None

COUNTIES = ("甲县", "乙县", "丙区", "丁市", "戊县", "己区")
MONTHS = (*((2008, month) for month in range(4, 13)), *((2009, month) for month in (1, 2, 3)))
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
NUMERALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")


def campaign() -> Campaign:
    """Return a city of six counties, April 2008 to March 2009."""
    return Campaign(
        code="law",
        label="Law",
        year=2008,
        units=[
            Unit("city", {"zh-Hans": "庚市"}, "city"),
            *(
                Unit(f"4304{at:02d}", {"zh-Hans": name}, "county", parent="city")
                for at, name in enumerate(COUNTIES)
            ),
        ],
        phases=[Phase("drive", "Drive", "04-01", "03-31")],
    )


def code_of(name: str) -> str:
    """Return the code of a county."""
    return f"4304{COUNTIES.index(name):02d}"


@attrs.frozen
class Sheet:
    """One sheet as it is written: its rows, its merged cells, and what it means.

    `truth` holds the new persons by unit code and first day of the month; `years` tells whether a
    year is printed, `what` which features were drawn, `more` are the sheets after it.
    """

    title: str
    rows: tuple[tuple[Cell, ...], ...]
    merged: tuple[tuple[int, int, int, int], ...]
    kind: Kind
    truth: dict[tuple[str, str], int]
    what: tuple[str, ...]
    more: tuple["Sheet", ...] = ()


_NEW = ("新增", "新增人数", "本月新增", "新增参保人数", "新增（人）", "净增参保人数", "新增 人数")
_TOTAL = ("累计", "累计完成", "累计新增", "累计参保人数", "累计（人）", "累計完成")
_NEUTRAL = ("人数", "完成数", "已完成数", "实际完成", "完成")
_PLAN = ("计划", "计划数", "任务", "任务数", "应完成数", "目标")
_UNIT = ("单位", "单　位", "县（市、区）", "县市区", "填报单位", "責任單位", "地区", "单位名称")
_BESIDE = (
    *("serial", "target", "last_year", "rate", "note", "rank", "money", "households"),
    *("stock", "subgroups", "other", "change", "remaining", "year_before"),
    *("groups", "loss", "paid", "average"),
)
_CORNER = (None, "项目\\单位", "单位/月份")
"""What may stand over the names of units where nothing names their column."""


@st.composite
def layouts(draw: st.DrawFn) -> Sheet:
    """Draw a table: what it means, and how an office would write it."""
    return _Drawn(draw).sheet()


@st.composite
def books(draw: st.DrawFn) -> Sheet:
    """Draw a workbook of several sheets: one for each month, or one for each county."""
    drawn = _Drawn(draw)
    drawn.shape, drawn.year, drawn.beside, drawn.scale = "long", "none", [], 1
    names, months, truth = drawn.names, drawn.months, drawn.truth()
    by_month = draw(st.booleans())
    figure = draw(st.sampled_from(_NEW if drawn.kind == "new" else _TOTAL))
    unit = draw(st.sampled_from(_UNIT))
    in_title = draw(st.booleans())
    sheets = []
    for one in months if by_month else names:
        rows: list[tuple[Cell, ...]] = []
        if by_month:
            year, number = one
            called = f"{number}月" if draw(st.booleans()) else f"{year}年{number}月"
            if in_title:
                rows.append((f"{year}年{number}月扩面情况表", None))
            rows.append((unit, figure))
            rows += [(name, drawn.cell(drawn.printed(name, one))) for name in names]
        else:
            called = one
            if in_title:
                rows.append((f"填报单位：{one}", None))
            rows.append(("月份", figure))
            rows += [(f"{y}年{m}月", drawn.cell(drawn.printed(one, (y, m)))) for y, m in months]
        sheets.append(Sheet(called, tuple(rows), (), drawn.kind, truth, ("book",)))
    return attrs.evolve(sheets[0], more=tuple(sheets[1:]))


class _Drawn:
    """One table while it is drawn."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.kind: Kind = draw(st.sampled_from(("new", "cumulative")))
        self.names = draw(st.lists(st.sampled_from(COUNTIES), min_size=2, max_size=6, unique=True))
        first = draw(st.integers(0, 11))
        self.months = MONTHS[first : first + draw(st.integers(1, 5))]
        figures = st.integers(0, 4000)
        self.new = {(name, month): draw(figures) for name in self.names for month in self.months}
        shapes = ("long", "wide", "wide", "one_month", "by_unit", "three_rows")
        self.shape = draw(st.sampled_from(shapes))
        if self.shape == "one_month":
            self.months = self.months[:1]
        self.beside = draw(st.lists(st.sampled_from(_BESIDE), max_size=4, unique=True))
        self.scale = draw(st.sampled_from((1, 1, 1, 1, 10_000, 1_000)))
        self.year = draw(st.sampled_from(("none", "title", "with_month", "column", "sheet")))
        self.what = [self.shape, self.kind, f"year:{self.year}", *self.beside]
        self.months_of = ""
        self.merged: list[tuple[int, int, int, int]] = []

    def one_of(self, *words: str) -> str:
        return self.draw(st.sampled_from(words))

    def printed(self, name: str, month: tuple[int, int]) -> int:
        """Return the figure of a month: its new persons, or all to its end."""
        if self.kind == "new":
            return self.new[name, month]
        until = self.months[: self.months.index(month) + 1]
        return sum(self.new[name, one] for one in until)

    def truth(self) -> dict[tuple[str, str], int]:
        return {
            (code_of(name), f"{month[0]}-{month[1]:02d}-01"): self.new[name, month]
            for name in self.names
            for month in self.months
        }

    def cell(self, figure: int) -> Cell:
        """Return a figure as a cell: a number, or text as it is typed."""
        if self.scale > 1:
            whole, rest = divmod(figure, self.scale)
            places = len(str(self.scale)) - 1
            return f"{whole}.{rest:0{places}d}"
        ways = ("number", "number", "number", "grouped", "persons", "wide", "spaced")
        way = self.draw(st.sampled_from(ways))
        return {
            "number": figure,
            "grouped": f"{figure:,}",
            "persons": f"{figure}人",
            "wide": str(figure).translate(_FULL_WIDTH),
            "spaced": f" {figure} ",
        }[way]

    def month(self, month: tuple[int, int], *, header: bool) -> Cell:
        """Return a month as it is written."""
        year, number = month
        with_year = self.year == "with_month" or (self.year == "column" and header)
        plain = (f"{number}月", f"{number}月份", f"{NUMERALS[number - 1]}月")
        dated = (f"{year}年{number}月", f"{year}-{number:02d}", f"{year}.{number:02d}")
        if not header and self.year == "column":
            return self.one_of(*plain[:2])
        return self.one_of(*(dated if with_year else plain))

    # -- the table -------------------------------------------------------------------------------

    def sheet(self) -> Sheet:
        body = {
            "long": self.long,
            "wide": self.wide,
            "one_month": self.one_month,
            "by_unit": self.by_unit,
            "three_rows": self.three_rows,
        }[self.shape]()
        head, rows = self.separated(*body)
        above = self.titles(len(head[0]))
        notes: list[tuple[Cell, ...]] = []
        if self.draw(st.booleans()):
            notes.append((self.one_of("注：含开发区。", "填表人：张三", "说明: 数据来自各县"),))
        if self.draw(st.booleans()):
            notes.append(("制表人：李四", "审核人：王五")[: len(head[0])])
        merged = tuple(
            (top + len(above), left, bottom + len(above), right)
            for top, left, bottom, right in self.merged
        )
        title = "Sheet1"
        if self.year == "sheet":
            title = f"{self.months[0][0]}年"
        return Sheet(
            title,
            tuple(tuple(row) for row in (*above, *head, *rows, *notes)),
            merged,
            self.kind,
            self.truth(),
            tuple(self.what),
        )

    def separated(
        self, head: list[list[Cell]], rows: list[list[Cell]]
    ) -> tuple[list[list[Cell]], list[list[Cell]]]:
        """Return the table with a blank column now and then, which stands between two others."""
        if self.merged or self.draw(st.integers(0, 3)) != 0:
            return head, rows
        self.what.append("blank_column")
        at = self.draw(st.integers(1, len(head[0]) - 1))
        return [[*row[:at], None, *row[at:]] for row in head], [
            [*row[:at], None, *row[at:]] for row in rows
        ]

    def unit_heading(self) -> Cell:
        """Return what heads the units: a word, or a corner."""
        return self.draw(st.sampled_from((*_UNIT, *_CORNER)))

    def titles(self, width: int) -> list[list[Cell]]:
        rows: list[list[Cell]] = []
        about = ""
        if self.year == "title":
            about = f"{self.months[0][0]}年"
        if self.shape == "one_month":
            year, number = self.months[0]
            dated = self.year in {"title", "with_month", "column"}
            spans = [f"{number}月"]
            if self.kind == "cumulative" or self.months_of == "this":
                spans += [f"4-{number}月", f"截至{number}月底"] if number >= 4 else []
            about = (f"{year}年" if dated else "") + self.one_of(*spans)
        if about or self.draw(st.booleans()):
            rows.append([f"{about}养老保险扩面情况表", *[None] * (width - 1)])
        if self.scale > 1:
            measure = {10_000: "万人", 1_000: "千人"}[self.scale]
            rows.append([*[None] * (width - 1), f"单位：{measure}"])
        elif self.draw(st.booleans()):
            rows.append(["填报单位：市社保局", *[None] * (width - 2), "单位：人"][:width])
        return rows

    def figure_heading(self) -> str:
        words = _NEW if self.kind == "new" else _TOTAL
        if self.scale > 1:  # 人 in a heading would contradict 千人 above
            words = tuple(word for word in words if "人）" not in word)
        return self.one_of(*words, *_NEUTRAL) if "stock" not in self.beside else self.one_of(*words)

    def others(self, name: str, kind: str, done: int) -> list[Cell]:
        """Return the cells of a column beside, for one row."""
        target = 5 * done + 7
        return {
            "serial": [self.names.index(name) + 1],
            "target": [target],
            "last_year": [done + 13],
            "rate": [f"{100 * done / target:.2f}%"],
            "note": [None],
            "rank": [1],
            "money": [done * 3 + 1],
            "households": [done // 3],
            "stock": [90_000 + done],
            "subgroups": [done // 3, done - done // 3],
            "groups": [done // 4, done - done // 4],
            "loss": [done // 7],
            "paid": [done // 2],
            "average": [f"{done / 12:.1f}"],
            "other": [done + 1],
            "change": ["3%"],
            "remaining": [target - done],
            "year_before": [done + 29],
        }[kind]

    def other_headings(self, kind: str) -> list[str]:
        other = _TOTAL if self.kind == "new" else ("本月新增", "新增人数")
        return {
            "serial": ["序号"],
            "target": [self.one_of("全年任务", "任务数", "目标任务（人）")],
            "last_year": [self.one_of("上年同期", "去年同期完成数")],
            "rate": [self.one_of("完成率", "完成率（％）", "完成比例")],
            "note": [self.one_of("备注", "说明")],
            "rank": ["排名"],
            "money": [self.one_of("征缴额（万元）", "基金收入（万元）")],
            "households": [self.one_of("参保户数", "新增参保单位数")],
            "stock": [self.one_of("期末参保人数", "在册人数")],
            "subgroups": [self.one_of("其中：男", "男"), self.one_of("其中：女", "女")],
            "groups": ["企业职工", self.one_of("灵活就业人员", "城镇居民")],
            "loss": [self.one_of("减少人数", "本月减少", "退保人数")],
            "paid": [self.one_of("缴费人数", "实缴人数")],
            "average": [self.one_of("月均人数", "人均缴费")],
            "other": [self.one_of(*other)],
            "change": [self.one_of("同比增长", "比上年同期增长%")],
            "remaining": [self.one_of("未完成数", "差额")],
            "year_before": [self.one_of("2007年完成数", "2007年", "2007年新增")],
        }[kind]

    def total_row(self, rows: list[list[Cell]], columns: list[int], at: int) -> list[list[Cell]]:
        """Return the rows with one that adds them up, above or below."""
        if not self.draw(st.booleans()) or self.scale > 1:
            return rows
        total: list[Cell] = [None] * len(rows[0])
        total[at] = self.one_of("合计", "合　计", "全市合计", "庚市", "庚市合计", "总计")
        for column in columns:
            cells = [str(row[column]).replace(",", "").strip(" 人") for row in rows]
            total[column] = sum(map(int, cells))
        self.what.append("total_row")
        return [total, *rows] if self.draw(st.booleans()) else [*rows, total]

    def long(self) -> tuple[list[list[Cell]], list[list[Cell]]]:
        """Return a header and a row for each unit and month."""
        before = [kind for kind in self.beside if kind == "serial"]
        after = [
            kind for kind in self.beside if kind not in {"serial", "other", "rate", "year_before"}
        ]
        self.what = [one for one in self.what if one not in {"other", "rate"}]
        head: list[Cell] = []
        for kind in before:
            head += self.other_headings(kind)
        head.append(self.one_of(*_UNIT))
        if self.year == "column":
            head.append(self.one_of("年份", "年度"))
        head.append(self.one_of("月份", "统计月份"))
        figure = self.figure_heading()
        columns: list[tuple[str, str]] = [("figure", figure)]
        for kind in after:
            columns.insert(self.draw(st.integers(0, len(columns))), (kind, ""))
        names = {kind: self.other_headings(kind) for kind, _ in columns if kind != "figure"}
        for kind, _ in columns:
            head += [figure] if kind == "figure" else names[kind]
        rows: list[list[Cell]] = []
        order = [(name, month) for name in self.names for month in self.months]
        if self.draw(st.booleans()):
            order = [(name, month) for month in self.months for name in self.names]
        for name, month in order:
            row: list[Cell] = []
            for kind in before:
                row += self.others(name, kind, 0)
            row.append(name)
            if self.year == "column":
                row.append(self.draw(st.sampled_from((month[0], f"{month[0]}年"))))
            row.append(self.month(month, header=False))
            done = self.printed(name, month)
            for kind, _ in columns:
                row += [self.cell(done)] if kind == "figure" else self.others(name, kind, done)
            rows.append(row)
        return [head], rows

    def wide(self) -> tuple[list[list[Cell]], list[list[Cell]]]:
        """Return a column for each month, or several under it in two rows of header."""
        two_rows = self.draw(st.booleans())
        self.what.append("two_rows" if two_rows else "one_row")
        unit = self.unit_heading()
        months = [self.month(month, header=True) for month in self.months]
        if not two_rows:
            text = self.draw(st.booleans())
            figure = self.figure_heading() if text else ""
            target = [kind for kind in self.beside if kind in {"target", "note"}]
            head: list[Cell] = [unit, *(f"{month}{figure}" for month in months)]
            for kind in target:
                head += self.other_headings(kind)
            total = self.kind == "new" and self.draw(st.booleans())
            head += ["合计"] if total else []
            rows = []
            for name in self.names:
                figures = [self.printed(name, month) for month in self.months]
                row: list[Cell] = [name, *map(self.cell, figures)]
                for kind in target:
                    row += self.others(name, kind, 0)
                row += [self.cell(sum(figures))] if total else []
                rows.append(row)
            columns = list(range(1, len(self.months) + 1))
            return [head], self.total_row(rows, columns, 0)
        figure = self.one_of(self.figure_heading(), "完成", "完成数")
        plan = self.one_of(*_PLAN)
        subs = [("plan", plan), ("figure", figure)]
        if "last_year" in self.beside:
            subs.insert(self.draw(st.integers(0, 2)), ("last_year", "上年同期"))
        months_on_top = self.draw(st.booleans())
        self.what.append("months_on_top" if months_on_top else "months_below")
        upper: list[Cell] = [unit]
        lower: list[Cell] = [None]
        self.merged.append((0, 0, 1, 0))
        pairs: list[tuple[str, tuple[int, int]]] = []
        groups = (
            [
                (months[at], [(text, (kind, month)) for kind, text in subs])
                for at, month in enumerate(self.months)
            ]
            if months_on_top
            else [
                (text, [(months[at], (kind, month)) for at, month in enumerate(self.months)])
                for kind, text in subs
            ]
        )
        for heading, below in groups:
            self.merged.append((0, len(upper), 0, len(upper) + len(below) - 1))
            upper += [heading, *[None] * (len(below) - 1)]
            lower += [text for text, _ in below]
            pairs += [pair for _, pair in below]
        rows = []
        for name in self.names:
            row = [name]
            for kind, month in pairs:
                done = self.printed(name, month)
                row.append(self.cell(done) if kind == "figure" else done + 17)
            rows.append(row)
        columns = [at + 1 for at, (kind, _) in enumerate(pairs) if kind == "figure"]
        return [upper, lower], self.total_row(rows, columns, 0)

    def three_rows(self) -> tuple[list[list[Cell]], list[list[Cell]]]:
        """Return a year over its months over a plan and what was done."""
        self.year = "column"
        self.what[2] = "year:over"
        plan, done = self.one_of(*_PLAN), self.one_of(*(_NEW if self.kind == "new" else _TOTAL))
        if self.scale > 1:
            done = "完成"
        top: list[Cell] = [self.one_of(*_UNIT)]
        middle: list[Cell] = [None]
        lower: list[Cell] = [None]
        self.merged.append((0, 0, 2, 0))
        for year in dict.fromkeys(year for year, _ in self.months):
            months = [month for month in self.months if month[0] == year]
            self.merged.append((0, len(top), 0, len(top) + 2 * len(months) - 1))
            top += [f"{year}年", *[None] * (2 * len(months) - 1)]
            for _, number in months:
                self.merged.append((1, len(middle), 1, len(middle) + 1))
                middle += [f"{number}月", None]
                lower += [plan, done]
        rows = []
        for name in self.names:
            row: list[Cell] = [name]
            for month in self.months:
                figure = self.printed(name, month)
                row += [figure + 17, self.cell(figure)]
            rows.append(row)
        columns = list(range(2, 2 * len(self.months) + 1, 2))
        return [top, middle, lower], self.total_row(rows, columns, 0)

    def one_month(self) -> tuple[list[list[Cell]], list[list[Cell]]]:
        """Return a bulletin of one month, with what stands beside the figures."""
        (month,) = self.months
        head: list[Cell] = [self.unit_heading()]
        figure = self.figure_heading()
        if figure == "本月新增":
            self.months_of = "this"
        columns = ["figure"]
        for kind in self.beside:
            if kind != "rate":
                columns.insert(self.draw(st.integers(0, len(columns))), kind)
        for kind in columns:
            head += [figure] if kind == "figure" else self.other_headings(kind)
        rows = []
        for name in self.names:
            done = self.printed(name, month)
            row: list[Cell] = [name]
            for kind in columns:
                row += [self.cell(done)] if kind == "figure" else self.others(name, kind, done)
            rows.append(row)
        at = head.index(figure)
        if self.scale == 1 and len(rows) > 3 and self.draw(st.booleans()):
            self.what.append("subtotals")
            return [head], [*self.subtotal(rows[:2], at), *self.subtotal(rows[2:], at)]
        return [head], self.total_row(rows, [at], 0)

    def subtotal(self, rows: list[list[Cell]], at: int) -> list[list[Cell]]:
        """Return some rows with the sum of them below."""
        total: list[Cell] = [None] * len(rows[0])
        total[0] = self.one_of("小计", "小　计")
        total[at] = sum(int(str(row[at]).replace(",", "").strip(" 人")) for row in rows)
        return [*rows, total]

    def by_unit(self) -> tuple[list[list[Cell]], list[list[Cell]]]:
        """Return a row for each month and a column for each unit."""
        corner = self.one_of("月份", "统计月份", "单位", "月份\\单位")
        head: list[Cell] = [corner, *self.names]
        total = self.draw(st.booleans())
        head += ["合计"] if total else []
        if self.year == "column":
            self.year = "with_month"
        rows = []
        for month in self.months:
            figures = [self.printed(name, month) for name in self.names]
            row: list[Cell] = [self.month(month, header=False), *map(self.cell, figures)]
            rows.append([*row, self.cell(sum(figures))] if total else row)
        return [head], rows


def write_xlsx(sheet: Sheet, path: Path) -> None:
    """Write a sheet as a workbook, its merged cells merged, and the sheets after it."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for one in (sheet, *sheet.more):
        page = book.create_sheet(one.title)
        for row in one.rows:
            page.append(row)
        for top, left, bottom, right in one.merged:
            if (top, left) != (bottom, right):
                page.merge_cells(
                    start_row=top + 1,
                    start_column=left + 1,
                    end_row=bottom + 1,
                    end_column=right + 1,
                )
    save(book, path)


def write_csv(sheet: Sheet, path: Path, *, encoding: str = "utf-8-sig") -> None:
    """Write a sheet as text, where nothing says what was merged."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(sheet.rows)


WRITERS: dict[str, Callable[[Sheet, Path], None]] = {"xlsx": write_xlsx, "csv": write_csv}

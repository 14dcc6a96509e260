"""Directives that write the tables of headings and reasons from the code that reads reports."""

from itertools import groupby
from typing import Final, get_args

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from coverage_campaign.reporting.problems import EVENT_REASONS, SEVERITY, Reason, SheetReason
from coverage_campaign.reporting.sheets.column_roles import Kind, meaning_of

HEADINGS: Final = (
    *("单位", "县市区", "单位代码", "unit", "county", "code", "postal"),
    *(
        "上级单位",
        "所属地区",
        "parent",
        "日期",
        "统计日期",
        "date",
        "年份",
        "year",
        "月份",
        "month",
    ),
    *("渠道", "channel", "计量单位", "指标", "序号", "no.", "备注", "remark", "排名", "rank"),
    *("本月新增", "新增参保人数", "当月完成", "new this month", "new enrolments"),
    *("累计完成", "累计参保人数", "截至目前", "cumulative", "total to date"),
    *("参保人数", "期末参保人数", "人数", "完成人数", "persons", "people"),
    *("任务数", "目标任务", "target", "计划数", "planned", "完成率", "参保率", "completion rate"),
    *("去年同期", "上年末", "last year", "同比", "比上月增减", "change", "尚差", "remaining"),
    *(
        "应参保人数",
        "常住人口",
        "eligible",
        "基数",
        "baseline",
        "征缴金额（万元）",
        "amount (yuan)",
    ),
    *("户数", "企业数", "households", "减员", "断保人数", "losses", "平均数", "average"),
)
"""Headings that offices use; what each is read as comes from the reader itself."""
KINDS: Final[dict[Kind, str]] = {
    "unit": "the unit",
    "parent": "the unit above",
    "date": "the date or period",
    "year": "the year",
    "month": "the month",
    "day": "the day of the month",
    "channel": "the channel",
    "measure": "the unit of the figures (persons, 10,000 persons)",
    "matter": "what the row counts",
    "activity": "an activity: not counted",
    "serial": "a running number: not counted",
    "note": "a remark: not counted",
    "rank": "a rank: not counted",
    "new": "new persons of the period: counted with figures='new'",
    "cumulative": "persons so far: counted with figures='cumulative'",
    "stock": "all persons covered: counted with figures='cumulative'",
    "persons": "persons: counted as declared by figures=",
    "unclear": "new or cumulative: name it with persons= to count it",
    "target": "a target: not counted",
    "plan": "a plan: not counted",
    "rate": "a rate: checked against the counts",
    "earlier": "an earlier period: not counted",
    "change": "a change: not counted",
    "remaining": "what remains: not counted",
    "eligible": "the eligible population: not counted",
    "baseline": "persons covered before: baseline= reads it",
    "payment": "money: not counted",
    "households": "households or employers: not counted",
    "loss": "persons who left: not counted",
    "average": "an average: not counted",
}
"""What each kind of column means for the count."""
REASONS: Final[dict[Reason, str]] = {
    "not_yet_reported": "reported after as_of",
    "superseded": "a higher revision of the record counts",
    "withdrawn": "the record was withdrawn",
    "no_record": "the row has no record id or no revision",
    "person_changed": "the revisions of the record name different persons",
    "no_date": "the row has no date that can be read",
    "no_person": "the row has no person id",
    "unknown_unit": "no unit of the campaign has this code, name or alias",
    "unknown_channel": "the campaign has no such channel",
    "outside_campaign": "the date is outside the phases",
    "unit_not_open": "the unit does not exist on that day",
    "double": "the person, or the same figure, is counted already",
    "above_eligible": "more persons than are eligible",
    "ambiguous_date": "the date can mean two days or two years",
    "begins_again": "a cumulative figure starts again with a new year",
    "below_zero": "a cumulative figure below 0",
    "contradicting": "two figures for one unit and period",
    "fall": "a cumulative figure is lower than the one before",
    "figures_differ": "new and cumulative figures do not fit",
    "hidden_sheet": "a hidden sheet was not read",
    "looks_cumulative": "declared new, but the figures look cumulative",
    "looks_new": "declared cumulative, but the figures look new",
    "no_figure": "the cell has no number",
    "no_report": "a unit or a period without a report",
    "no_table": "the sheet has no table of reports",
    "no_unit": "the row names no unit",
    "no_value": "a formula without a stored result",
    "not_a_count": "the cell is no count of persons",
    "not_a_date": "the cell is no date",
    "other_measure": "the figure is not of persons",
    "printed_total": "a printed total agrees with its parts",
    "rate_differs": "a printed rate differs from the counts",
    "rate_unreadable": "a rate that cannot be read",
    "several_matters": "a list of projects, of which none was chosen",
    "several_periods": "one figure for several periods",
    "stock_only": "every total is the first of its unit: nothing is new yet",
    "total_differs": "a printed total differs from its parts",
}
"""What each reason means."""


def heading_rows() -> list[tuple[str, str]]:
    """Return one row a kind of column: the headings that the reader takes for it, what it means."""
    kinds = [(meaning_of((heading,)).kind, heading) for heading in HEADINGS]
    known = sorted(
        ((kind, heading) for kind, heading in kinds if kind is not None),
        key=lambda pair: list(KINDS).index(pair[0]),
    )
    return [
        (", ".join(heading for _, heading in pairs), KINDS[kind])
        for kind, pairs in groupby(known, key=lambda pair: pair[0])
    ]


def reason_rows() -> list[tuple[str, str, str, str]]:
    """Return one row a reason: its code, where it can occur, its severity, what it means."""
    sheets = get_args(SheetReason)
    return [
        (
            f"`{reason}`",
            "events and sheets" if reason in EVENT_REASONS else "sheets",
            SEVERITY[reason],
            REASONS[reason],
        )
        for reason in (*EVENT_REASONS, *sheets)
    ]


class _Table(SphinxDirective):
    head: tuple[str, ...]

    def rows(self) -> list[tuple[str, ...]]:
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """Return the table, as Markdown writes it."""
        lines = ["| " + " | ".join(self.head) + " |", "|" + "---|" * len(self.head)]
        lines += ["| " + " | ".join(row) + " |" for row in self.rows()]
        return self.parse_text_to_nodes("\n".join(lines))


class HeadingTable(_Table):
    """The headings of sheets and how they are read."""

    head = ("headings", "read as")

    def rows(self) -> list[tuple[str, ...]]:
        """Return the rows, from the reader."""
        return [*heading_rows()]


class ReasonTable(_Table):
    """The reasons for which a row is not counted, or is counted with a doubt."""

    head = ("code", "from", "severity", "meaning")

    def rows(self) -> list[tuple[str, ...]]:
        """Return the rows, from the list of reasons."""
        return [*reason_rows()]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the directives."""
    app.add_directive("heading-table", HeadingTable)
    app.add_directive("reason-table", ReasonTable)
    return {"version": "1", "parallel_read_safe": True}

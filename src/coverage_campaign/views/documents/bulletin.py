"""The bulletin: who leads, who lags, by how much, what is required by when, on what it rests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import attrs
import pandas as pd

from coverage_campaign.checks import checked_call
from coverage_campaign.messages import (
    Language,
    Message,
    check_language,
    language,
    message,
    message_in,
    text_of,
)
from coverage_campaign.messages.formats import day
from coverage_campaign.model.dates import DateLike, to_date
from coverage_campaign.notebook import Axes
from coverage_campaign.progress.forecast.forecast import Forecast
from coverage_campaign.progress.progress import Progress
from coverage_campaign.progress.unit_progress import UnitProgress
from coverage_campaign.reporting.completeness import due_on
from coverage_campaign.views.documents.document import Document
from coverage_campaign.views.documents.paper import (
    TOTAL,
    UNIT,
    CellIn,
    Column,
    Section,
    Table,
    Text,
    mark_of,
    numbered,
    parts,
    wide,
)
from coverage_campaign.views.words import (
    against_plan,
    chance_of,
    flags_of,
    newly,
    per_day,
    rises,
)

__all__ = ["Bulletin", "bulletin"]

_NAMED = 3
_MOST_TIED = 12
# Of more units the tables show the ends, and the sums by upper unit.
_MOST_ROWS = 300
_AT_ENDS = 50


@attrs.frozen(eq=False, kw_only=True, repr=False)
class Bulletin(Document):
    """A bulletin: a document with the progress that it publishes, its rows in order of rank."""

    progress: Progress
    rows: tuple[UnitProgress, ...]
    forecast: Forecast | None = None

    def __repr__(self) -> str:
        """Return title and sentences."""
        return "\n".join([f"<Bulletin: {self.title}>", *self.sentences])


@checked_call
def bulletin(
    progress: Progress,
    *,
    lang: Language | None = None,
    previous: Progress | None = None,
    forecast: Forecast | None = None,
    issuer: str | None = None,
    addressees: str | None = None,
    number: str | None = None,
    dated: DateLike | None = None,
    signatory: str | None = None,
) -> Bulletin:
    """Return the bulletin of a progress, in simplified Chinese (`zh`) by default.

    Beside every rank stand completeness, the burden per eligible person and quality flags. What
    is not known (completeness without `received`, a burden without eligible persons) is said.

    Args:
        progress: What is published. Units whose reports are incomplete stand unranked at the end.
        lang: The language of every word in it: "zh", "zh-Hant" or "en".
        previous: An earlier progress, for the movement of ranks.
        forecast: Where the pace leads, for a sentence and the fan of the chart.
        issuer: The office that issues it, below the text.
        addressees: Whom it is sent to, above the text.
        number: The number of the document, below the title.
        dated: The day of issue, below the issuer.
        signatory: Who signs it, between issuer and day.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> allocation = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    >>> plan = cc.schedule(allocation, over="special-action")
    >>> simulation = cc.simulate(plan, seed=1)
    >>> tally = cc.tally(simulation.events, campaign, as_of="2008-10-12", simulated=True)
    >>> progress = cc.track(plan, tally, as_of="2008-09-30", received=simulation.received)
    >>> cc.bulletin(progress).title
    '关于衡阳市社会养老保险征缴扩面进度情况的通报'
    """
    lang = check_language(lang, default="zh")
    with language(lang):
        rows, whole = progress.ranking, progress.whole
        name = progress.campaign.label.text(lang).replace("：", "")
        sections = [
            Section(heading=numbered(place, heading), paragraphs=lines)
            for place, (heading, lines) in enumerate(
                parts("bulletin", **_facts(progress, rows, whole, forecast))
            )
        ]
        if addressees or issuer or signatory:
            opening = message("The progress of {campaign} is reported as follows.", campaign=name)
            address = message("{addressees}:", addressees=addressees).text() if addressees else ""
            lines = tuple(line for line in (address, opening.text()) if line)
            sections.insert(0, Section(paragraphs=lines))
        issued = (
            None
            if dated is None
            else day(to_date(dated, where="dated"), lang, year=True, long=True)
        )
        signed = [part for part in (issuer, signatory, issued) if part]
        if signed:
            sections.append(Section(signed=tuple(signed)))
        moved = rises(progress, previous)
        shown = rows if len(rows) <= _MOST_ROWS else (*rows[:_AT_ENDS], *rows[-_AT_ENDS:])
        cells = [_row(row, moved=moved.get(row.unit)) for row in shown]
        total = {**_row(whole, moved=None), "unit": TOTAL, "rank": None, "remark": ""}
        if len(shown) < len(rows):
            more = message("… {n} more", n=len(rows) - len(shown))
            blank: dict[str, CellIn] = {**dict.fromkeys(total), "unit": more, "remark": ""}
            cells.insert(_AT_ENDS, blank)
        tables = (
            (message("Ranking"), _ranking(cells, total, progress)),
            *(_by_parent(progress) if len(shown) < len(rows) else ()),
            (message("Breakdown"), Table.of(_breakdown(), cells, total)),
            (message("Definitions"), _definitions(progress, lang)),
        )
        return Bulletin(
            progress=progress,
            rows=rows,
            forecast=forecast,
            title=message("{campaign}: progress bulletin", campaign=name),
            number=number or "",
            meta=message("As of {day:long date}", day=progress.as_of),
            mark=mark_of(progress.basis),
            sections=(*sections, *(Section(heading=head, table=table) for head, table in tables)),
            notes=(*progress.basis.lines(lang), *progress.notes_in(lang)),
            chart=partial(_chart, progress, forecast, lang),
        )


def _chart(progress: Progress, forecast: Forecast | None, lang: Language) -> Axes:
    from coverage_campaign.views import charts  # loads matplotlib, which a workbook does without

    return charts.burn_up(progress, forecast, lang=lang)


def _facts(
    progress: Progress, rows: Sequence[UnitProgress], whole: UnitProgress, forecast: Forecast | None
) -> dict[str, object]:
    """Return what the template of a bulletin tells."""
    ends_on: dt.date = progress.plan.days[-1].astype(object)
    ranked = [row for row in rows if row.rank is not None]
    # An open reading may decide the status and leave the figures open: no sentence has a gap then.
    stated = [row for row in ranked if row.gap_points is not None]
    late = sorted(
        (row for row in stated if row.status in ("slightly_behind", "behind")),
        key=lambda row: row.gap_points or 0,
    )
    well = [row for row in stated if row.status in ("reached", "on_plan")]
    burdens = [row for row in rows if row.burden is not None]
    return {
        "n": sum(row.status not in ("closed", "not_open") for row in rows),
        "whole": whole,
        "as_of": progress.as_of,
        "new_in": None if progress.plan.by == "day" else newly(progress, long=True).text(),
        "deducts": bool(progress.campaign.counts_net and progress.rows.sums("loss").any()),
        "silent": [row for row in rows if row.completion_rate is None and row.target],
        "simulated": progress.basis.simulated,
        "ends_on": ends_on,
        "days_left": max((ends_on - progress.as_of).days, 0),
        "outlook": _outlook(forecast) if forecast is not None else None,
        "reached": [row for row in rows if row.status == "reached"],
        "well": well,
        "leaders": [
            message(
                "{unit} ({rate:percent 1}, {gap})",
                unit=row.label,
                rate=row.completion_rate,
                gap=against_plan(row),
            )
            for row in _first(well, key=lambda row: row.rank)
        ],
        "late": late,
        "furthest": _first(late, key=lambda row: row.gap_points),
        "late_short": sum(row.shortfall or 0 for row in late),
        "owing": [row for row in rows if row.status in ("not_reported", "incomplete")]
        if progress.has_begun
        else [],
        "unranked": [
            message("{unit} ({reason})", unit=row.label, reason=row.reason)
            for row in rows
            if row.rank is None
        ],
        "flagged": [
            message("{unit} ({flags})", unit=row.label, flags=flags_of(row.quality_flags))
            for row in rows
            if row.quality_flags
        ],
        "burdens": sorted(burdens, key=lambda row: -(row.burden or 0.0)),
        **_next_report(progress),
        "per_day": per_day,
        "against": lambda row: against_plan(row).text(),
        "chance": lambda chance: chance_of(chance).text(),
    }


def _first(
    rows: Sequence[UnitProgress], *, key: Callable[[UnitProgress], float | None]
) -> list[UnitProgress]:
    """Return the first of some rows in order with all that tie with the last, or without them."""
    cut = key(rows[_NAMED - 1]) if len(rows) > _NAMED else None
    found = [row for place, row in enumerate(rows) if place < _NAMED or key(row) == cut]
    return found if len(found) <= _MOST_TIED else [row for row in found if key(row) != cut]


def _next_report(progress: Progress) -> dict[str, dt.date | None]:
    """Return the period that goes on after as_of and the last day for its report, by key.

    `next_month` names it where the campaign reports by the month; `next_due` is None where no such
    report is due while the plan runs.
    """
    rule, plan = progress.campaign.reporting, progress.plan
    if rule is None:
        return {"next_due": None}
    periods = progress.campaign.periods(rule.period)
    following = progress.as_of + dt.timedelta(days=1)
    number = periods.number([following])
    first, last = periods.first(number)[0].item(), periods.last(number)[0].item()
    begun, ends_on = plan.days[0].item(), plan.days[-1].item()
    ahead = progress.as_of < ends_on and first <= ends_on and last >= begun
    return {
        "next_month": periods.name(number)[0].item() if rule.period == "month" else None,
        "next_first": first,
        "next_last": last,
        "next_due": due_on(progress.campaign, period=following) if ahead else None,
    }


def _outlook(forecast: Forecast) -> dict[str, float] | None:
    """Return where the pace leads: expected, low, high [persons], chance, level."""
    row = forecast.totals().iloc[0]
    if row[["expected", "chance"]].isna().any():
        return None
    names = ("expected", "low", "high", "chance")
    return {**{name: float(row[name]) for name in names}, "level": forecast.level}


def _row(row: UnitProgress, *, moved: int | None) -> dict[str, CellIn]:
    """Return the cells of a unit by the keys of the columns."""
    return {
        "rank": row.rank,
        "unit": row.label,
        "target": row.target,
        "new": row.new,
        "done": row.done,
        "rate": row.completion_rate,
        "planned": row.planned_rate,
        "gap": row.gap_points,
        "move": moved,
        "reports": row.reports_received,
        "expected": row.reports_expected,
        "burden": row.burden,
        "remark": _remark(row),
        "plan": row.planned,
        "gap_persons": row.gap_persons,
        "shortfall": row.shortfall,
        "required": per_day(row),
    }


def _remark(row: UnitProgress) -> Text:
    flags = flags_of(row.quality_flags)
    if row.reason and flags:
        return message("{reason}, not ranked; to check: {flags}", reason=row.reason, flags=flags)
    if row.reason:
        return message("{reason}, not ranked", reason=row.reason)
    return message("to check: {flags}", flags=flags) if flags else ""


def _ranking(
    cells: Sequence[Mapping[str, CellIn]],
    total: Mapping[str, CellIn],
    progress: Progress,
) -> Table:
    """Return the ranked units with what stands beside a rank; a column that says nothing is out."""
    rows = progress.ranking
    names = max((wide(_name_of(cell)) for cell in cells), default=0.0)
    last_day = message_in("column", "New that day")
    columns = [
        Column("rank", message_in("column", "Rank"), "rank", 8),
        # All on one line, up to twenty letters of Chinese.
        Column("unit", UNIT, width=min(max(18.0, 2.3 * names + 1), 48.0)),
        _count("target", message_in("column", "Target")),
        _count("new", last_day if progress.plan.by == "day" else newly(progress)),
        _count("done", message_in("column", "Done")),
        Column(
            "rate",
            message_in("column", "Completion"),
            "rate",
            12,
            bar=True,
            formula='=IF({target}=0,"",{done}/{target})',
        ),
        Column("planned", message_in("column", "Schedule"), "rate", 11),
        Column(
            "gap",
            message_in("column", "vs schedule (points)"),
            "points",
            12,
            signed=True,
            formula='=IF({target}=0,"",100*({done}/{target}-{planned}))',
        ),
        Column("move", message_in("column", "Rank moved"), "move", 8),
        _count("reports", message_in("column", "Reports received"), width=8),
        _count("expected", message_in("column", "Reports expected"), width=8),
        Column("burden", message_in("column", "Target per 1,000 eligible"), "real", 11),
        Column("remark", message_in("column", "Remark"), width=24),
    ]
    reported = any(row.reports_expected is not None for row in rows)
    empty = {
        "move": all(cell["move"] is None for cell in cells),
        "reports": not reported,
        "expected": not reported,
        "burden": all(row.burden is None for row in rows),
    }
    return Table.of(columns, cells, total, without={name for name, none in empty.items() if none})


def _name_of(cell: Mapping[str, CellIn]) -> str:
    name = cell["unit"]
    return "" if name is None or isinstance(name, (int, float)) else text_of(name)


def _by_parent(progress: Progress) -> Iterator[tuple[Message, Table]]:
    """Yield the sums of the upper units of the lowest tier that has few enough of them."""
    tiers = progress.rollup("tier")
    if not len(tiers):
        return
    sizes = tiers["tier"].value_counts()
    few = [tier for tier in sorted(set(tiers["tier"].tolist())) if sizes[tier] <= _MOST_ROWS]
    if not few:
        return
    chosen = tiers[tiers["tier"] == max(few)].sort_values("rank", na_position="last")
    names = ("target", "planned", "done", "completion_rate", "gap_points", "shortfall")
    columns = (
        Column("rank", message_in("column", "Rank"), "rank", 8),
        Column("unit", UNIT, width=24),
        _count("target", message_in("column", "Target")),
        _count("planned", message_in("column", "Planned")),
        _count("done", message_in("column", "Done")),
        Column("rate", message_in("column", "Completion"), "rate", 12),
        Column("gap", message_in("column", "vs schedule (points)"), "points"),
        _count("shortfall", message_in("column", "Shortfall")),
    )
    rows = [
        (
            None if pd.isna(line["rank"]) else int(line["rank"]),
            progress.campaign.unit(str(line["unit"])).label,
            *(None if pd.isna(line[name]) else line[name] for name in names),
        )
        for line in chosen.to_dict("records")
    ]
    yield message("By upper unit"), Table(columns=columns, rows=rows)


def _breakdown() -> list[Column]:
    """Return the persons behind the rates: planned, done, what is lacking, needed per day."""
    return [
        Column("rank", message_in("column", "Rank"), "rank", 8),
        Column("unit", UNIT, width=24),
        _count("target", message_in("column", "Target")),
        _count("plan", message_in("column", "Planned")),
        _count("done", message_in("column", "Done")),
        Column(
            "gap_persons",
            message_in("column", "vs schedule (persons)"),
            "move",
            13,
            signed=True,
            summed=True,
            formula="={done}-{plan}",
        ),
        _count("shortfall", message_in("column", "Shortfall")),
        Column("required", message_in("column", "Needed per day"), "count", 13),
    ]


def _count(key: str, head: Message, *, width: float = 11.0) -> Column:
    return Column(key, head, "count", width, summed=True)


def _definitions(progress: Progress, lang: Language) -> Table:
    return Table(
        columns=(
            Column("term", message_in("column", "Term"), width=24),
            Column("meaning", message_in("column", "Meaning"), width=92),
        ),
        rows=tuple(_terms(progress, lang)),
    )


def _terms(progress: Progress, lang: Language) -> Iterator[tuple[Text, Text]]:
    """Yield what the words of the tables mean, with window, days and what was left out."""
    plan, tally, campaign = progress.plan, progress.tally, progress.campaign
    yield (
        message("Window of the schedule"),
        message(
            "{first:long date} to {last:long date} ({phases}; {n} {n:plural day|days}, both ends"
            " included)",
            first=plan.days[0].astype(object),
            last=plan.days[-1].astype(object),
            phases=[campaign.phase(code).label for code in plan.over],
            n=len(plan.days),
        ),
    )
    yield message("Last day counted"), message("{day:long date}", day=progress.as_of)
    yield (
        message("Data as known at"),
        message("not limited: all that was reported")
        if tally.as_of is None
        else f"{day(tally.as_of.date(), lang, year=True, long=True)} {tally.as_of:%H:%M}",
    )
    counted = {
        True: message("entries and resumptions less losses"),
        False: message("entries and resumptions; losses are not deducted"),
        None: message("entries and resumptions; whether losses are deducted is not decided"),
    }
    yield message_in("column", "Done"), counted[campaign.counts_net]
    yield (
        message_in("column", "Completion"),
        message("done ÷ target; ranked before rounding"),
    )
    yield (
        message_in("column", "Schedule"),
        message(
            "planned to the last day counted ÷ target; curve: {curve}",
            curve=plan.curve_words,
        ),
    )
    yield (
        message_in("column", "vs schedule (points)"),
        message("100 × (completion − schedule), in percentage points"),
    )
    yield (
        message_in("column", "Needed per day"),
        message("shortfall ÷ planned days left, rounded up to whole persons"),
    )
    yield (
        message("Rows not counted"),
        message("{n} of {all}", n=tally.problems.rows, all=tally.rows_in),
    )

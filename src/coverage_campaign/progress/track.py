"""How far every unit is: what is done against what was planned, to the end of a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.allocation.schedule import Plan
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.model.basis import Basis
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, to_date
from coverage_campaign.model.labels import Label
from coverage_campaign.notebook import html_table
from coverage_campaign.progress.bases import bases_of, bases_table
from coverage_campaign.progress.bridge import bridge_table
from coverage_campaign.progress.counted import Counted, counted
from coverage_campaign.progress.denominators import coverage_table
from coverage_campaign.progress.explained import explanation
from coverage_campaign.progress.figures import Clock, figures, pooled
from coverage_campaign.progress.movement import movement_between
from coverage_campaign.progress.reports import report_counts
from coverage_campaign.progress.shortfall import shortfall_parts
from coverage_campaign.progress.summaries import by_channel, by_group, by_period, by_tier
from coverage_campaign.reporting.counts import Tally

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Progress", "track"]

_SHOWN = 6
_LISTED = 8
_COMPLETENESS_UNKNOWN = Label(
    {
        "en": "completeness of the reports is unknown, so all units are ranked",
        "zh-Hans": "上报是否齐全未知，因此所有单位均参加排名",
    }
)


@attrs.frozen(eq=False, kw_only=True)
class Progress:
    """How far each unit is at the end of `as_of`; every ratio comes from the counts beside it.

    `counts` holds the whole persons that all figures are reckoned from, `rows` the rows of the
    tally that count, `remarks` what a reader must be told about this very progress.
    """

    plan: Plan
    tally: Tally
    as_of: dt.date
    received: pd.DataFrame | None
    basis: Basis
    remarks: tuple[Label, ...]
    counts: pd.DataFrame
    rows: Counted
    clock: Clock
    frame: pd.DataFrame

    @property
    def notes(self) -> tuple[str, ...]:
        """The remarks in English."""
        return self.said("en")

    def said(self, lang: str) -> tuple[str, ...]:
        """Return the remarks in a language."""
        return tuple(remark.text(lang) for remark in self.remarks)

    @property
    def campaign(self) -> Campaign:
        """The campaign whose progress it is."""
        return self.plan.campaign

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit of the plan, in file order; no total row.

        Columns: unit, name; Int64 persons: target, planned (to the end of as_of), done (entries +
        resumptions, less losses where the campaign counts net), new (in the period of as_of);
        completion_rate, planned_rate (fractions of one); gap_points, gap_persons, gap_days (done -
        planned, negative = behind); shortfall [persons]; required_per_day [persons per planned
        day left]; rank (1 = best, ties share); reports_expected, reports_received,
        reports_on_time, complete; coverage_rate (fraction of one).

        What nobody reported is <NA>, never 0; nothing is clipped: above 1 stays above 1.
        """
        return self.frame.copy(deep=False)

    def totals(self) -> pd.DataFrame:
        """Return the whole as one row of the same columns, pooled: sums, never means of rates.

        A unit that did not report adds nothing to `done`; `notes` name it.
        """
        whole = pooled(self.counts, unit="total", name="Total")
        return figures(whole, self.clock, rank=False)

    def history(self) -> pd.DataFrame:
        """Return the whole campaign period by period: period, planned_to_date, done_to_date.

        One row for each period of the plan; `planned_to_date` is the plan at the period's end,
        `done_to_date` what is done by then, or by as_of in the period that it cuts; <NA> after it.
        """
        unit = "M" if self.plan.by == "month" else "D"
        periods = np.unique(self.plan.days.astype(f"datetime64[{unit}]"))
        ends = (periods + 1).astype("datetime64[D]") - 1
        planned = [int(self.plan.planned_on(end).sum()) for end in ends.tolist()]
        return pd.DataFrame(
            {
                "period": periods.astype("datetime64[s]"),
                "planned_to_date": pd.array(planned, dtype="Int64"),
                "done_to_date": pd.array(self._done_by(periods, ends), dtype="Int64"),
            }
        )

    def _done_by(
        self, periods: NDArray[np.datetime64], ends: NDArray[np.datetime64]
    ) -> list[int | None]:
        known = not self.counts["done"].isna().all()
        signed = self.rows.persons * self.rows.signs(net=self.campaign.counts_net is True)
        order = np.argsort(self.rows.period, kind="stable")
        days, running = self.rows.period[order], np.cumsum(signed[order])
        last = np.searchsorted(days, ends, side="right")
        as_of = np.datetime64(self.as_of, "D")
        return [
            int(running[place - 1]) if known and place and first <= as_of else None
            for place, first in zip(last.tolist(), periods.astype("datetime64[D]"), strict=True)
        ]

    def series(self) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
        """Return the days that the tally knows and the running totals on them [persons].

        One row a day, one column a unit; the first row is the day before the first period, with
        nothing done; a unit whose `done` is <NA> is a column of nan. A day for which no unit has a
        figure is left out: it was not reported, or nobody came.
        """
        rows = self.rows
        starts = np.unique(rows.period)
        sums = np.zeros((len(starts) + 1, len(rows.units)))
        signed = rows.persons * rows.signs(net=self.campaign.counts_net is True)
        np.add.at(sums, (np.searchsorted(starts, rows.period) + 1, rows.place), signed)
        totals = np.cumsum(sums, axis=0)
        totals[:, self.counts["done"].isna().to_numpy(dtype=bool)] = np.nan
        first = min(self.plan.days[0], *starts[:1], np.datetime64(self.as_of, "D")) - 1
        days = np.concatenate([[first], rows.ends(starts)]).astype("datetime64[D]")
        return days, totals

    def bases(self) -> pd.DataFrame:
        """Return every usual way to say how much was to be done, side by side, for the whole.

        Columns: basis, over, days, planned_rate, planned, gap_persons, gap_points. See
        `bases.bases_of` for what each one means; `plan` is the one that this progress uses.
        """
        total = self.totals().iloc[0]
        done = None if pd.isna(total["done"]) else int(total["done"])
        bases = bases_of(self.plan, self.as_of)
        return bases_table(bases, target=int(total["target"]), done=done)

    def rollup(self, by: Literal["tier", "channel", "group", "period"]) -> pd.DataFrame:
        """Return the progress of tiers, channels, target groups or periods, by pooled sums.

        tier: one row per upper unit, `tier` and the columns of `to_frame`, ranked within the tier.
        channel: channel, name, effect, persons, new. group: group, name, done (a tally made with
        by_group). period: period, planned, done, planned_to_date, done_to_date.
        """
        began = np.datetime64(_period_of(self.plan, self.rows, self.as_of), "D")
        tables: dict[str, Callable[[], pd.DataFrame]] = {
            "tier": lambda: by_tier(self.counts, self.campaign, self.clock),
            "channel": lambda: by_channel(self.rows, self.campaign, began),
            "group": lambda: by_group(self.rows, self.campaign),
            "period": lambda: by_period(self.history()),
        }
        if by not in tables:
            raise DefinitionError(Problem("by", f"{by!r}", f"choose one of {', '.join(tables)}"))
        return tables[by]()

    def movement(self, before: Progress | None = None) -> pd.DataFrame:
        """Return what changed since an earlier progress, or since the end of the period before.

        Columns: unit, name, done_before, done, new, rate_before, completion_rate,
        gap_points_before, gap_points, rank_before, rank, moved (places won, negative = lost).
        """
        earlier = self.previous() if before is None else before
        return movement_between(earlier.frame, self.frame)

    def previous(self) -> Progress:
        """Return the progress at the end of the period before, as the same tally knows it."""
        day = _period_of(self.plan, self.rows, self.as_of) - dt.timedelta(days=1)
        return track(self.plan, self.tally, as_of=day, received=self.received)

    def bridge(self, unit: str | None = None) -> pd.DataFrame:
        """Return the way from covered before over gross and net to covered now: step by step.

        Columns: step, persons, covered_to_here, coverage_rate; of one unit, or of the whole. Here
        losses are always taken off, whether or not the campaign counts them.
        """
        places = slice(None) if unit is None else [self._place(unit)]
        reported = bool(self.rows.reported()[places].any())
        counts = self.counts.iloc[places]
        kinds = {
            kind: int(self.rows.sums(kind)[places].sum()) if reported else None
            for kind in ("entry", "resumption", "loss")
        }
        return bridge_table(
            covered=_sum_if_known(counts["covered"]),
            entries=kinds["entry"],
            resumptions=kinds["resumption"],
            losses=kinds["loss"],
            eligible=_sum_if_known(counts["eligible"]),
        )

    def coverage(self) -> pd.DataFrame:
        """Return the coverage under every denominator that the campaign names.

        One row per unit and measure: unit, measure, persons (the measure's figure), covered_now
        (covered before, or the reported stock, and done), coverage_rate (covered_now / persons),
        done_rate (done / persons; fractions of one). <NA> where a figure is not known.
        """
        return coverage_table(self.campaign, self.counts)

    def shortfall_parts(self) -> pd.DataFrame:
        """Return who explains the gap, the furthest behind first; parts add up to the whole.

        Columns: unit, name, reported, gap_persons, gap_share, shortfall, shortfall_share.
        """
        return shortfall_parts(self.frame)

    def needed(self, *, holidays: Iterable[DateLike] = ()) -> pd.DataFrame:
        """Return what each unit needs a day to finish by the plan's last day.

        Columns: unit, name, shortfall, days (planned days left), per_day, working_days (of them
        Monday to Friday and no holiday), per_working_day; <NA> where no such day is left.
        """
        left = self.plan.days[self.clock.elapsed :]
        off = np.array([to_date(day) for day in holidays], dtype="datetime64[D]")
        working = int(np.is_busday(left, holidays=off).sum())
        shortfall = self.frame["shortfall"]
        return pd.DataFrame(
            {
                "unit": self.frame["unit"],
                "name": self.frame["name"],
                "shortfall": shortfall,
                "days": pd.array([len(left)] * len(shortfall), dtype="Int64"),
                "per_day": self.frame["required_per_day"],
                "working_days": pd.array([working] * len(shortfall), dtype="Int64"),
                "per_working_day": (shortfall / (working or pd.NA)).astype("Float64"),
            }
        )

    def _place(self, unit: str) -> int:
        places = np.flatnonzero((self.frame["unit"] == unit).to_numpy(dtype=bool))
        if not len(places):
            codes = self.frame["unit"].tolist()
            raise DefinitionError(
                Problem(f"unit '{unit}'", "is not in the plan", f"units: {', '.join(codes[:12])}")
            )
        return int(places[0])

    def running_totals(self) -> pd.DataFrame:
        """Return the totals of each unit on the days that the tally knows, for a back-test.

        Index: date (the last day of each period counted); one column a unit, Int64 persons; <NA>
        for a unit that never reported. The first row is the day before the first period, all 0.
        """
        dates, totals = self.series()
        index = pd.DatetimeIndex(dates.astype("datetime64[s]"), name="date")
        columns = pd.Index(self.rows.units, dtype="str", name="unit")
        table = pd.DataFrame(totals, index=index, columns=columns)
        return table.astype("Float64").astype("Int64")

    def unranked(self) -> pd.DataFrame:
        """Return who has no rank and why: unit, name, reason."""
        rows = self.frame[self.frame["rank"].isna()]
        counts = self.counts.loc[rows.index]
        reasons = [_reason(row) for row in counts.itertuples()]
        return pd.DataFrame(
            {
                "unit": rows["unit"].array,
                "name": rows["name"].array,
                "reason": pd.array(reasons, dtype="str"),
            }
        )

    def explain(self, unit: str) -> str:
        """Return how each figure of a unit comes about: formula, numbers, clause; one a line."""
        place = self._place(unit)
        return explanation(
            self.campaign,
            self.frame.iloc[place],
            self.counts.iloc[place],
            self.rows,
            place=place,
            clock=self.clock,
            as_of=self.as_of,
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw what is done against what was planned, period by period."""
        from coverage_campaign.views import charts  # the one way up, taken late

        return charts.burn_up(self, ax=ax)

    def _line(self) -> str:
        total = self.totals().iloc[0]
        done = "nothing reported" if pd.isna(total["done"]) else f"{total['done']:,} done"
        rate = total["completion_rate"]
        share = "" if pd.isna(rate) else f" ({100 * rate:.1f} %)"
        return (
            f"{self.campaign.label.text()} to {self.as_of}: {done} of {total['target']:,}{share}, "
            f"{total['planned']:,} planned"
        )

    def _repr_html_(self) -> str:
        notes = [*self.basis.lines(), *self.notes]
        return html_table(self.frame, title=self._line(), notes=notes)

    def __repr__(self) -> str:
        """Return the whole in one line and the units that are furthest behind."""
        shown = self.frame.sort_values("gap_points", na_position="last", kind="stable")
        lines = [_unit_line(row) for row in shown.head(_SHOWN).itertuples()]
        more = len(self.frame) - len(lines)
        rest = [f"  ... and {more:,} more units"] if more else []
        return "\n".join([f"<Progress of {self._line()}>", *lines, *rest])


def track(
    plan: Plan, tally: Tally, *, as_of: DateLike, received: pd.DataFrame | None = None
) -> Progress:
    """Return how far each unit of a plan is at the end of a day.

    Args:
        plan: What each unit was to have done by when.
        tally: What was reported, as known when the tally was made.
        as_of: The last day counted. Before the plan's first day nothing is planned; after its last
            all of it is, and what the tally holds goes on counting (to the reading
            `result_cutoff`, where it is answered).
        received: unit, period, received_on, one row per report that came in. With it only units
            whose reports are complete are ranked and a unit that reported without any person
            counts 0; without it the report columns are <NA> and all are ranked.

    A monthly tally cannot be split: a month that as_of cuts counts only if the tally itself was
    made by then; else it is left out and `notes` say how many persons that are.

    Raises:
        DefinitionError: Plan and tally are of different campaigns.
        ReportError: Plan and tally have no unit in common, or `received` cannot be read.
    """
    campaign = plan.campaign
    if (campaign.code, campaign.year) != (tally.campaign.code, tally.campaign.year):
        theirs = f"{tally.campaign.code} {tally.campaign.year}"
        raise DefinitionError(
            Problem(
                "tally",
                f"is of the campaign {theirs}, the plan of {campaign.code} {campaign.year}",
                "track a plan with the tally of its own campaign",
            )
        )
    day = to_date(as_of, where="as_of")
    cutoff = _cutoff(campaign)
    through = day if cutoff is None else min(day, cutoff)
    shares = plan.shares()
    units = tuple(shares.index)
    rows = counted(tally, campaign, units, through=through)
    reports = report_counts(
        campaign,
        units,
        received,
        over=plan.over,
        as_of=day,
        known_on=None if tally.as_of is None else tally.as_of.date(),
    )
    counts = _counts(plan, rows, reports, day)
    clock = Clock(
        curve=np.array([total / plan.effort[-1] for total in plan.effort]),
        elapsed=len(plan.days) - plan.days_left(day),
        left=plan.days_left(day),
    )
    questions = ("counted", "result_cutoff", "report_due_day")
    basis = plan.basis.joined(tally.basis).joined(campaign.basis(*questions))
    if received is None:
        basis = basis.assuming(_COMPLETENESS_UNKNOWN)
    return Progress(
        plan=plan,
        tally=tally,
        as_of=day,
        received=received,
        basis=basis,
        remarks=tuple(_remarks(counts, rows, campaign, day, through)),
        counts=counts,
        rows=rows,
        clock=clock,
        frame=figures(counts, clock),
    )


def _sum_if_known(column: pd.Series[int]) -> int | None:
    return None if column.isna().any() else int(column.sum())


def _cutoff(campaign: Campaign) -> dt.date | None:
    """Return the last day on which a person counts, where that question is answered."""
    day = campaign.readings.result_cutoff
    return None if day is None else campaign.resolve(day)


def _counts(plan: Plan, rows: Counted, reports: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Return the whole persons of each unit that all figures come from."""
    campaign = plan.campaign
    units = [campaign.unit(code) for code in rows.units]
    net = campaign.counts_net
    losses = rows.sums("loss")
    is_open = _is_open(campaign, rows)
    came = (reports["reports_received"] > 0).fillna(value=False).to_numpy(dtype=bool)
    began = _period_of(plan, rows, day)
    done = rows.sums("entry") + rows.sums("resumption") - (losses if net else 0)
    new = (
        rows.sums("entry", since=began)
        + rows.sums("resumption", since=began)
        - (rows.sums("loss", since=began) if net else 0)
    )
    known = rows.reported() | came
    known_new = rows.reported(since=began) | (
        came & reports["complete"].fillna(value=False).to_numpy(dtype=bool)
    )
    counts = pd.DataFrame(
        {
            "unit": pd.array(rows.units, dtype="str"),
            "name": pd.array([unit.label.text() for unit in units], dtype="str"),
            "target": pd.array(plan.shares().to_numpy(), dtype="Int64"),
            "planned": pd.array(plan.planned_on(day).to_numpy(), dtype="Int64"),
            "done": _where(known & (not is_open), done),
            "new": _where(known_new & (not is_open), new),
            "eligible": pd.array([unit.count(campaign.eligible) for unit in units], dtype="Int64"),
            "covered": pd.array([unit.count(campaign.covered) for unit in units], dtype="Int64"),
        }
    )
    # A reported stock, or the baseline that the reports were reckoned from, is nearer to the
    # counted days than a measure from before the campaign.
    counts["covered"] = counts["covered"].mask(rows.has_stock, _where(rows.has_stock, rows.stock))
    return pd.concat([counts, reports], axis=1)


def _is_open(campaign: Campaign, rows: Counted) -> bool:
    """Tell whether what is done hangs on a reading that nobody has chosen."""
    return campaign.counts_net is None and bool(rows.sums("loss").any())


def _period_of(plan: Plan, rows: Counted, day: dt.date) -> dt.date:
    """Return the first day of the period that `day` lies in, as fine as plan and tally both are."""
    if plan.by == "day" and rows.by == "day":
        return day
    return day.replace(day=1)


def _where(known: NDArray[np.bool_], values: NDArray[np.int64]) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(values.astype(np.int64), ~np.asarray(known))


def _reason(row: object) -> str:
    target: int = getattr(row, "target")  # noqa: B009 - a row of itertuples has no static fields
    if target == 0:
        return "its target is 0"
    expected, received = getattr(row, "reports_expected"), getattr(row, "reports_received")  # noqa: B009
    if not pd.isna(expected) and received < expected:
        return f"{received} of {expected} reports received"
    return "no report counted"


def _remarks(
    counts: pd.DataFrame, rows: Counted, campaign: Campaign, day: dt.date, through: dt.date
) -> Iterator[Label]:
    """Yield what a reader must know beside the figures, one sentence each, in two languages."""
    if through < day:
        yield _label(
            f"Counted to {through}, the cut-off of results.", f"统计至结果截止日{through}。"
        )
    if rows.left_out_from is not None:
        month = f"{rows.left_out_from:%Y-%m}"
        yield _label(
            f"{rows.left_out:,} persons of the month of {month} are left out: "
            f"the month is reported as a whole, and not all of it is over on {through}.",
            f"{month}月报为全月数，至{through}该月未结束，{rows.left_out:,}人未计入。",
        )
    if rows.elsewhere:
        codes = ", ".join(code for code, _ in rows.elsewhere[:_LISTED])
        persons = sum(count for _, count in rows.elsewhere)
        yield _label(
            f"{persons:,} persons of units outside the plan are left out: {codes}.",
            f"计划外单位的{persons:,}人未计入：{codes}。",
        )
    losses = int(rows.sums("loss").sum())
    if _is_open(campaign, rows):
        yield _label(
            "Whether losses are taken off is open (readings.counted): what is done is not known, "
            f"{losses:,} losses are reported.",
            f"是否扣减断保和转出未定（readings.counted），完成数不详；上报减员{losses:,}人。",
        )
    elif campaign.counts_net is False and losses:
        yield _label(
            f"What is done is gross: {losses:,} reported losses are not taken off.",
            f"完成数为毛数，上报的减员{losses:,}人未扣减。",
        )
    silent = counts["unit"][counts["done"].isna()].tolist()
    if silent and not _is_open(campaign, rows):
        more = f", ... ({len(silent)} in all)" if len(silent) > _LISTED else ""
        rest = f"等{len(silent)}个单位" if len(silent) > _LISTED else ""
        yield _label(
            f"No report counted of {', '.join(silent[:_LISTED])}{more}: missing, not 0.",
            f"{_in_chinese(campaign, silent)}{rest}没有计入的报表：缺报，不是零。",
        )
    over = counts["unit"][(counts["done"] > counts["target"]).fillna(value=False)].tolist()
    if over:
        rest = f"等{len(over)}个单位" if len(over) > _LISTED else ""
        yield _label(
            f"Above 100 % of the target: {', '.join(over[:_LISTED])}.",
            f"超过任务100%的单位：{_in_chinese(campaign, over)}{rest}。",
        )


def _label(english: str, chinese: str) -> Label:
    return Label({"en": english, "zh-Hans": chinese})


def _in_chinese(campaign: Campaign, codes: Sequence[str]) -> str:
    return "、".join(campaign.unit(code).label.text("zh") for code in codes[:_LISTED])


def _unit_line(row: object) -> str:
    name, rate = getattr(row, "name"), getattr(row, "completion_rate")  # noqa: B009
    gap = getattr(row, "gap_persons")  # noqa: B009
    if pd.isna(rate):
        return f"  {name}: not known"
    return f"  {name}: {100 * rate:.1f} %, {gap:+,} persons"

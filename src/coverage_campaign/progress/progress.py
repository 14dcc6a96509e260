"""How far every unit is, as a result: the frame, and the questions that may be asked of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_campaign.checks import checked_call, checked_fields, checked_methods, kind_of, shown
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import (
    IntSeries,
    by_value,
    need_columns,
    owned,
    owned_array,
    owned_frame,
    pandas_frame,
)
from coverage_campaign.messages import Language, Message, check_language, message, message_in
from coverage_campaign.messages.formats import percent
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.dates import DateLike, to_date
from coverage_campaign.model.readings import Basis
from coverage_campaign.model.targets import to_rate
from coverage_campaign.model.units import unit_meant
from coverage_campaign.notebook import Axes, html_table
from coverage_campaign.progress.counts import (
    REPORT_COLUMNS,
    ReportedCounts,
    Unreported,
    agreed,
    clocks,
    differs,
    first_day_of_period,
    is_open,
    members,
    passed_on_people,
    passed_on_reports,
    planned_rates,
    report_counts,
    reported_counts,
    unit_counts,
    unreported_periods,
)
from coverage_campaign.progress.explain import explanation
from coverage_campaign.progress.indicators import Clock, UnitArrays, arrays_of, figures, pooled
from coverage_campaign.progress.succession import (
    Heirs,
    heirs_on,
    pass_on,
    pass_on_many,
)
from coverage_campaign.progress.summaries import (
    ReportedHistory,
    bases_of,
    bases_table,
    bridge_table,
    by_channel,
    by_group,
    by_period,
    by_tier,
    change_between,
    context_table,
    coverage_table,
    gap_contributions,
    history_of,
    peer_ranks,
    quality_flags,
    rank_ranges,
    reported_history,
    required_rate_table,
    running_table,
    series_of,
    unranked_table,
)
from coverage_campaign.progress.unit_progress import (
    StatusCode,
    UnitProgress,
    by_rank,
    reason,
    rows_of,
)
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scheduling.plan import Plan

__all__ = ["Progress", "track"]

_Ints: TypeAlias = NDArray[np.int64]
_SHOWN = 6
_COMPLETENESS_UNKNOWN = message("completeness of the reports is unknown, so all units are ranked")


@checked_methods
@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Progress:
    """How far each unit is at the end of `as_of`; every ratio comes from the counts beside it.

    `rows` are the rows of the tally that count, `messages` what a reader must be told about this
    very progress, `counts` the whole persons that all figures are calculated from. `units_of` is
    the day whose units it is told by, None for as_of.
    """

    plan: Plan
    tally: Tally
    as_of: dt.date
    _received: pd.DataFrame | None = attrs.field(
        converter=attrs.converters.optional(owned_frame), eq=by_value, repr=False
    )
    basis: Basis
    messages: tuple[Message, ...]
    _counts: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
    rows: ReportedCounts
    clock: Clock
    _frame: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
    units_of: dt.date | None = None

    @property
    def counts(self) -> pd.DataFrame:
        """The whole persons of each unit that all figures are calculated from."""
        return owned(self._counts)

    @property
    def received(self) -> pd.DataFrame | None:
        """The reports that came in, as they were given to `track`."""
        return None if self._received is None else owned(self._received)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must be told beside the figures, in English."""
        return self.notes_in("en")

    def notes_in(self, lang: Language) -> tuple[str, ...]:
        """Return the notes in a language."""
        return tuple(note.text(lang) for note in self.messages)

    @property
    def campaign(self) -> Campaign:
        """The campaign whose progress it is."""
        return self.plan.campaign

    @property
    def open_questions(self) -> tuple[str, ...]:
        """The open questions that a figure depends on and is <NA> for, as fields of `Readings`.

        `counted`: whether reported losses are taken off (done and all that comes from it);
        `report_due_day`: by which day a report is on time (reports_on_time).
        """
        asked = {question.code for question in self.campaign.open_questions}
        hangs = {
            "counted": is_open(self.campaign, self.rows),
            "report_due_day": self.received is not None,
        }
        return tuple(code for code, open_here in hangs.items() if open_here and code in asked)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit of the plan, in file order; no total row.

        Columns: unit, name; Int64 persons: target, planned (to the end of as_of), done (entries +
        resumptions, less losses where the campaign counts net), new (in the period of as_of);
        completion_rate, planned_rate (fractions of one); gap_points, gap_persons, gap_days (done -
        planned, negative = behind); shortfall [persons]; required_per_day [persons per planned
        day left]; rank (1 = best, ties share); reports_expected, reports_received,
        reports_on_time, complete; coverage_rate (fraction of one); status (one of
        `unit_progress.STATUSES`).

        What nobody reported is <NA>, never 0; nothing is clipped: above 1 stays above 1.
        """
        return owned(self._frame)

    def totals(self) -> pd.DataFrame:
        """Return the whole as one row of the same columns, pooled: sums, never means of rates.

        A unit that did not report adds nothing to `done`; `notes` name it.
        """
        return owned(self._totals)

    @cached_property
    def _pooled(self) -> tuple[pd.DataFrame, ...]:
        return tuple(pooled(counts, unit="total", name="Total") for counts in self._summable)

    @cached_property
    def _totals(self) -> pd.DataFrame:
        return agreed([figures(counts, self.clock, rank=False) for counts in self._pooled])

    @cached_property
    def _answers(self) -> tuple[pd.DataFrame, ...]:
        """The counts under each answer to the question whether losses are taken off."""
        if len(self._nets) == 1:
            return (self._counts,)
        reports = self._counts[list(REPORT_COLUMNS)]
        return tuple(
            unit_counts(self.plan, self.rows, reports, self.as_of, heirs=self.heirs, net=net)
            for net in self._nets
        )

    @cached_property
    def _summable(self) -> tuple[pd.DataFrame, ...]:
        """The same counts with each report once, where several units answer for that of one."""
        if self._received is None or all(len(shares) == 1 for shares in self.heirs.values()):
            return self._answers
        reports = _report_counts(self.plan, self.tally, self.rows.units, self._received, self.as_of)
        once = passed_on_reports(reports, self.rows.units, self.heirs, once=True)
        columns = {name: once[name].array for name in REPORT_COLUMNS}
        return tuple(counts.assign(**columns) for counts in self._answers)

    @property
    def _nets(self) -> tuple[bool, ...]:
        return _nets(self.campaign, self.rows)

    @property
    def has_begun(self) -> bool:
        """Whether the plan's first day has come."""
        return _has_begun(self.plan, self.as_of)

    @cached_property
    def unreported(self) -> Unreported:
        """The periods (first day, last day) in which units have no figure while others have one.

        Units that never reported are in none of them; with `received` a report without any person
        is in, so they say nothing.
        """
        if self._received is not None:
            return ()
        return unreported_periods(self.plan, self.tally, self.rows, heirs=self.heirs)

    @property
    def heirs(self) -> Heirs:
        """Who stands in the place of the closed units: unit -> ((unit, share), ...)."""
        return heirs_on(self.campaign, self.units_of or self.as_of)

    def planned_on(self, day: DateLike) -> IntSeries:
        """Return the persons planned to the end of a day, by unit code, as these units stand."""
        planned = pass_on(self.plan.planned_on(day), self.heirs, self.rows.units)
        return pd.Series(planned, index=pd.Index(self.rows.units, dtype="str"), name="planned")

    def _checked(self, shares: _Ints) -> _Ints:
        """Return shares of scenarios, refused where they are not one row for each."""
        # No array is made of what is none: a long range would fill the memory.
        wide = getattr(shares, "shape", ())[1:] == (len(self.plan.shares()),)
        if not wide or shares.dtype.kind != "i":
            fix = "give a row of whole numbers for each scenario, in the order of the plan's units"
            raise DefinitionError(Problem("shares", shown(shares), fix))
        return shares

    def targets_of(self, shares: _Ints) -> _Ints:
        """Return what these units are to have done if the plan's units had other shares.

        One row a scenario; the shares are in the order of the plan's units.
        """
        return self._passed_on(self.plan.course.targets(self._checked(shares)))

    @property
    def uplifted(self) -> _Ints:
        """What these units are to have done in the allocation's layer that is raised."""
        shares = self.plan.allocation.uplifted_shares().to_numpy("int64").astype(np.int64)
        (uplifted,) = self.targets_of(shares[np.newaxis])
        found = np.array(uplifted, dtype=np.int64)
        found.setflags(write=False)
        return found

    def planned_of(self, shares: _Ints) -> _Ints:
        """Return what is planned to the end of as_of if the plan's units had other shares."""
        return self._passed_on(self.plan.course.on(self._checked(shares), self._position))

    def planned_rates_of(self, shares: _Ints) -> NDArray[np.float64]:
        """Return the unrounded plan of as_of over the target if the units had other shares."""
        heirs, codes = self.heirs, self.rows.units
        return np.array(
            [
                planned_rates(self.plan, row, self._position, heirs=heirs, codes=codes)
                for row in self._checked(shares)
            ]
        )

    @property
    def _position(self) -> int:
        """The position of the plan's last day that is over at the end of as_of, -1 = none is."""
        return len(self.plan.days) - 1 - self.plan.days_left(self.as_of)

    def _passed_on(self, persons: _Ints) -> _Ints:
        codes = self.plan.shares().index.tolist()
        return pass_on_many(persons, codes, self.heirs, self.rows.units)

    def under_units_of(self, day: DateLike) -> Progress:
        """Return the same progress told by the units that stand on another day.

        What closed units had to do and did passes on to their successors by the declared shares
        (mergers, splits, new names and codes): the past can be read under the units of today.
        """
        date = to_date(day, where="day")
        if heirs_on(self.campaign, date) == self.heirs:
            return self
        return _progress_at(
            self.plan, self.tally, self.as_of, received=self._received, units_of=date
        )

    # -- units -------------------------------------------------------------------------------------

    @cached_property
    def units(self) -> tuple[UnitProgress, ...]:
        """The units in the order of the frame, as typed rows."""
        flags = self.quality_flags
        return tuple(
            attrs.evolve(unit, quality_flags=flags[unit.unit]) if unit.unit in flags else unit
            for unit in self.unflagged_units
        )

    @cached_property
    def unflagged_units(self) -> tuple[UnitProgress, ...]:
        """The same rows without their quality flags, which take much longer to find."""
        units = members(self.plan, self._frame["unit"])
        return rows_of(
            self._frame,
            self._counts,
            labels=[unit.label for unit in units],
            reasons=self._reasons,
        )

    @property
    def ranking(self) -> tuple[UnitProgress, ...]:
        """The units with a rank, the best first, then the others."""
        return by_rank(self.units)

    @cached_property
    def whole(self) -> UnitProgress:
        """All units together, as a typed row."""
        totals = [figures(counts, self.clock, rank=False) for counts in self._pooled]
        cells = self._totals[["status", "reports_expected", "reports_received"]].iloc[0]
        why = reason("open_question", 0, 0) if differs(totals)[0] else reason(*cells)
        (row,) = rows_of(
            self._totals,
            agreed(self._pooled),
            labels=[message_in("row", "Total")],
            reasons=[why],
        )
        return row

    def unit(self, code: str) -> UnitProgress:
        """Return one unit as a typed row.

        Raises:
            DefinitionError: The unit is not in the plan.
        """
        return self.units[self.place(code)]

    def status(self, unit: str) -> StatusCode:
        """Return how a unit stands, as one code (see the column `status`).

        closed, not_open, open_question, no_target, not_reported and incomplete say why it has no
        figure or no rank; reached, on_plan, slightly_behind and behind compare whole persons.
        `progress.unit(code).reason` says the same with its numbers.
        """
        found: StatusCode = self._frame["status"].iloc[self.place(unit)]
        return found

    @cached_property
    def quality_flags(self) -> dict[str, tuple[str, ...]]:
        """The codes of signs that figures deserve a second look, by unit; no sign, no entry.

        Nothing dated after `as_of` is looked at (see `summaries.quality_flags`).
        """
        return quality_flags(self.tally, self.rows)

    @property
    def _reasons(self) -> tuple[Message | None, ...]:
        names = ("unit", "status", "reports_expected", "reports_received")
        rows = zip(*(self._frame[name].tolist() for name in names), strict=True)
        begins = message("the schedule begins on {day:date}", day=self.plan.days[0].item())
        asked = differs([figures(counts, self.clock) for counts in self._answers])
        reasons: list[Message | None] = []
        for differing, (code, status, expected, received) in zip(asked, rows, strict=True):
            if status == "not_reported" and not self.has_begun:
                reasons.append(begins)
                continue
            unit = self.campaign.unit(code)
            heirs = [self.campaign.unit(heir).label for heir, _ in unit.successors]
            shown = "open_question" if differing else status
            reasons.append(reason(shown, expected, received, unit, heirs))
        return tuple(reasons)

    @property
    def arrays(self) -> UnitArrays:
        """What the indicators are calculated from, as arrays over the units.

        Where a question is open nobody is ranked: a rank hangs on what the others have done.
        """
        arrays = arrays_of(self._counts)
        return (
            arrays
            if len(self._nets) == 1
            else attrs.evolve(arrays, may_rank=np.zeros_like(arrays.may_rank))
        )

    # -- tables ------------------------------------------------------------------------------------

    def history(self) -> pd.DataFrame:
        """Return the whole campaign period by period: period, planned_to_date, done_to_date.

        One row for each period of the plan, and for each one before or after it that has persons;
        `planned_to_date` is the plan at the period's end, `done_to_date` what is done by then, or
        by as_of in the period that it cuts; <NA> after it.
        """
        return agreed(
            [
                history_of(
                    self.plan,
                    self.rows,
                    as_of=self.as_of,
                    net=net,
                    known=bool(counts["done"].notna().any()),
                )
                for net, counts in zip(self._nets, self._answers, strict=True)
            ]
        )

    def series(self) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
        """Return the days that the tally knows and the running totals on them [persons].

        One row a day, one column a unit; the first row is the day before the first period, with
        nothing done; a unit whose `done` is <NA> is a column of nan. A day for which no unit has a
        figure is left out: it was not reported, or nobody came.
        """
        return series_of(
            self.plan,
            self.rows,
            as_of=self.as_of,
            net=self.campaign.counts_net is True,
            unknown=self._counts["done"].isna().to_numpy(dtype=bool),
        )

    @cached_property
    def reported_history(self) -> ReportedHistory:
        """What the units reported, as running totals that a forecast goes on from."""
        days, _ = self.series()
        net = self.campaign.counts_net is True
        return reported_history(
            self._counts,
            self.rows,
            days,
            closed=self.last_days,
            net=net,
            from_sheets=bool(len(self.tally.columns)),
        )

    @property
    def last_days(self) -> NDArray[np.datetime64]:
        """The last day of each unit that closes, and the last one there is of the others."""
        units = [self.campaign.unit(code) for code in self.rows.units]
        return owned_array(
            np.array([np.datetime64(unit.closed or dt.date.max, "D") for unit in units])
        )

    def bases(self, *, lang: Language | None = None) -> pd.DataFrame:
        """Return every usual way to say how much was to be done, side by side, for the whole.

        Columns: basis, over, days, planned_rate, planned, gap_persons, gap_points. See
        `summaries.bases_of` for what each one means; `plan` is the one that this progress uses.
        """
        total = self.totals().iloc[0]
        done = None if pd.isna(total["done"]) else int(total["done"])
        bases = bases_of(self.plan, self.as_of)
        return bases_table(bases, target=int(total["target"]), done=done, lang=check_language(lang))

    def rollup(self, by: Literal["tier", "channel", "group", "period"]) -> pd.DataFrame:
        """Return the progress of tiers, channels, target groups or periods, by pooled sums.

        tier: one row per upper unit, `tier` and the columns of `to_frame`, ranked within the tier.
        channel: channel, name, effect, persons, new. group: group, name, done (a tally made with
        by_group). period: period, planned, done, planned_to_date, done_to_date.
        """
        began = np.datetime64(first_day_of_period(self.plan, self.rows, self.as_of), "D")
        tables: dict[str, Callable[[], pd.DataFrame]] = {
            "tier": lambda: agreed(
                [by_tier(counts, self.campaign, self.clock) for counts in self._summable]
            ),
            "channel": lambda: by_channel(self.rows, self.campaign, began),
            "group": lambda: agreed(
                [by_group(self.rows, self.campaign, net=net) for net in self._nets]
            ),
            "period": lambda: by_period(self.history()),
        }
        if by not in tables:
            raise DefinitionError(
                Problem("by", f"{by!r}", message("choose one of {tables}", tables=tables))
            )
        return tables[by]()

    @checked_call
    def change_since(self, before: Progress | None = None) -> pd.DataFrame:
        """Return what changed since an earlier progress, or since the end of the period before.

        Columns: unit, name, done_before, done, new, rate_before, completion_rate,
        gap_points_before, gap_points, rank_before, rank, moved (places won, negative = lost).
        """
        earlier = self.previous() if before is None else before
        if self.heirs:
            earlier = earlier.under_units_of(self.units_of or self.as_of)
        return change_between(earlier._frame, self._frame)  # noqa: SLF001 - another progress

    def previous(self) -> Progress:
        """Return the progress at the end of the period before, as the same tally knows it."""
        day = first_day_of_period(self.plan, self.rows, self.as_of) - dt.timedelta(days=1)
        return _progress_at(self.plan, self.tally, day, received=self._received)

    def bridge(self, unit: str | None = None) -> pd.DataFrame:
        """Return the way from covered before over gross and net to covered now: step by step.

        Columns: step, persons, covered_to_here, coverage_rate; of one unit, or of the whole. Here
        losses are always taken off, whether or not the campaign counts them.
        """
        places = slice(None) if unit is None else [self.place(unit)]
        reported = bool(self.rows.reported()[places].any())
        counts = self._counts.iloc[places]
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

        One row per unit and measure: unit, name, measure, persons (the measure's figure),
        covered_now (covered before, or the reported stock, and done), coverage_rate (covered_now /
        persons), done_rate (done / persons; fractions of one). <NA> where a figure is not known.
        """
        codes = self.rows.units
        units = members(self.plan, codes)
        return coverage_table(
            self.campaign,
            self._counts,
            lambda measure: passed_on_people(units, codes, measure, self.heirs),
        )

    def gap_contributions(self) -> pd.DataFrame:
        """Return who explains the gap, the furthest behind first; parts add up to the whole.

        Columns: unit, name, reported, gap_persons, gap_share, shortfall, shortfall_share.
        """
        return gap_contributions(self._frame)

    def required_rate(self, *, holidays: Iterable[DateLike] = ()) -> pd.DataFrame:
        """Return what each unit needs a day to finish by the plan's last day.

        Columns: unit, name, shortfall; days (planned days left), per_day; calendar_days,
        per_calendar_day; working_days (of the planned days left Monday to Friday and no holiday),
        per_working_day; <NA> where no such day is left. A unit that closes before has the days to
        its last one.
        """
        return required_rate_table(
            self._frame, self.plan, as_of=self.as_of, last=self.last_days, holidays=holidays
        )

    def context(self, signals: pd.DataFrame | None = None) -> pd.DataFrame:
        """Return what has to stand beside each rank before it is held against anybody.

        Columns: unit, name, rank, complete, reports_received, reports_expected, burden_rate
        (target over eligible persons, fraction of one), signals (codes of doubtful figures; those
        of `quality_flags`, or yours with the columns unit and signal), diagnosis ('low reach', or
        'high lapse' where losses make up half of what is lacking net).
        """
        if signals is None:
            texts = {unit: "; ".join(codes) for unit, codes in self.quality_flags.items()}
        else:
            need_columns(signals, ["unit", "signal"], where="signals")
            named = signals.drop_duplicates(["unit", "signal"]).groupby("unit")["signal"]
            texts = {str(unit): "; ".join(codes) for unit, codes in named}
        return context_table(self._frame, self._counts, self.rows, texts)

    def peer_ranks(
        self, among: Literal["kind", "parent"] | Mapping[str, str] = "kind"
    ) -> pd.DataFrame:
        """Return each unit's rank among its peers: districts with districts.

        Columns: unit, name, group, done, rank, ranked (how many of the group have a rank).

        Args:
            among: What makes units peers: their kind, the unit that they lie under, or a mapping of
                unit codes to groups; a unit that it leaves out has none.
        """
        codes = self._frame["unit"]
        if isinstance(among, Mapping):
            for code in among:
                self.place(code)
            found: list[str | None] = [among.get(code) for code in codes]
        else:
            units = [self.campaign.unit(code) for code in codes]
            ways: dict[str, list[str | None]] = {
                "kind": [one.kind for one in units],
                "parent": [one.parent for one in units],
            }
            if among not in ways:
                fix = "choose 'kind' or 'parent', or give groups by unit code"
                raise DefinitionError(Problem("among", f"{among!r}", fix))
            found = ways[among]
        groups = pd.Series(pd.array(found, dtype="str"))
        return agreed([peer_ranks(counts, groups) for counts in self._answers])

    def rank_ranges(self, *, error: Fraction | Decimal | float | str) -> pd.DataFrame:
        """Return the ranks that are possible if each report is wrong by up to a part of it.

        Columns: unit, name, rank, best, worst, certain (there is no other rank). Every unit's
        figure may be off by itself, up to `error` ("10%") of it more or less. `cc.stability` tells
        the same of points and grades.
        """
        part = to_rate(str(error) if isinstance(error, float) else error)
        if not 0 <= part <= 1:
            fix = "give a part of one, such as '10%'"
            raise DefinitionError(Problem("error", f"{error!r}", fix))
        return agreed([rank_ranges(counts, part) for counts in self._answers])

    @checked_call
    def against(self, plan: Plan) -> Progress:
        """Return the progress of the same reports against another plan of the campaign.

        The stretch target beside the guaranteed one, an uplifted target, another curve:
        `progress.against(cc.schedule(allocation.uplifted(), over=...))`.
        """
        _check_campaign(plan, self.tally)
        return _progress_at(
            plan, self.tally, self.as_of, received=self._received, units_of=self.units_of
        )

    def lines(self, others: Mapping[str, Plan], *, name: str = "plan") -> pd.DataFrame:
        """Return several targets as lines of one progress: guaranteed and stretch.

        One row a unit and line, then the whole as unit 'total': unit, name, line, target, planned,
        done, completion_rate, planned_rate, gap_persons, shortfall, required_per_day, rank, status.

        Args:
            others: The other plans by the name of their line; `done` is the same in all.
            name: The name of this progress's own line.
        """
        if not isinstance(others, Mapping):
            raise TypeError(f"lines takes plans by name; this is {kind_of(others)}")
        if name in others:
            fix = "give each line a name of its own"
            raise DefinitionError(
                Problem("others", message("{name!r} names this progress's line", name=name), fix)
            )
        told = {name: self, **{line: self.against(plan) for line, plan in others.items()}}
        columns = ["unit", "name", "line", "target", "planned", "done", "completion_rate"]
        columns += ["planned_rate", "gap_persons", "shortfall", "required_per_day"]
        columns += ["rank", "status"]
        parts = [
            pd.concat([one.to_frame(), one.totals()], ignore_index=True).assign(
                line=pd.Series(line, index=range(len(one._frame) + 1), dtype="str")  # noqa: SLF001 - another progress
            )
            for line, one in told.items()
        ]
        table = pd.concat(parts, ignore_index=True)[columns]
        place = {unit: number for number, unit in enumerate([*table["unit"].unique()])}
        place["total"] = len(place)
        order = table["unit"].map(place).sort_values(kind="stable").index
        return table.loc[order].reset_index(drop=True)

    def place(self, unit: str) -> int:
        """Return the row of a unit in the frame.

        Raises:
            DefinitionError: The unit is not in the plan.
        """
        places = np.flatnonzero((self._frame["unit"] == unit).to_numpy(dtype=bool))
        if not len(places):
            fix = unit_meant(self.campaign.units, unit, self._frame["unit"].tolist())
            raise DefinitionError(
                Problem(message("unit '{code}'", code=unit), "is not in the plan", fix)
            )
        return int(places[0])

    def running_totals(self) -> pd.DataFrame:
        """Return the totals of each unit on the days that the tally knows, for a back-test.

        Index: date (the last day of each period counted); one column a unit, Int64 persons; <NA>
        for a unit that never reported. The first row is the day before the first period, all 0.
        """
        return running_table(*self.series(), self.rows.units)

    def unranked(self) -> pd.DataFrame:
        """Return who has no rank and why: unit, name, code (its status), reason."""
        return unranked_table(self._frame, self._reasons)

    def explain(self, unit: str, *, lang: Language | None = None) -> str:
        """Return how each figure of a unit comes about: formula, numbers, clause; one a line."""
        lang, place = check_language(lang), self.place(unit)
        lines = explanation(
            self.plan,
            self.unflagged_units[place],
            self._frame["rank"],
            self.rows,
            clock=clocks(self.plan, self.rows.units, self.as_of, heirs=self.heirs)[1].of(place),
            heirs=self.heirs,
            as_of=self.as_of,
            began=first_day_of_period(self.plan, self.rows, self.as_of),
        )
        return "\n".join(line.text(lang) for line in lines)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw what is done against what was planned, period by period."""
        from coverage_campaign.views import charts  # the one way up, taken late

        return charts.burn_up(self, ax=ax)

    def _line(self) -> str:
        whole = self.whole
        unknown = "what is done is open" if "counted" in self.open_questions else "nothing reported"
        done = unknown if whole.done is None else f"{whole.done:,} done"
        rate = whole.completion_rate
        share = "" if rate is None else f" ({percent(rate, lang='en')})"
        return (
            f"{self.campaign.label.text()} to {self.as_of}: {done} of {whole.target:,}{share}, "
            f"{whole.planned:,} planned"
        )

    def _repr_html_(self) -> str:
        notes = [*self.basis.lines(), *self.notes]
        frame = self._frame.sort_values("rank", kind="stable", na_position="last")
        reports = [
            None if pd.isna(owed) else f"{came}/{owed}"
            for came, owed in zip(frame["reports_received"], frame["reports_expected"], strict=True)
        ]
        shown = frame[["rank", "name", "target", "done", "new", "completion_rate"]].assign(
            gap_points=frame["gap_points"],
            reports=pd.Series(reports, index=frame.index, dtype="str"),
            status=frame["status"].str.replace("_", " "),
        )
        return html_table(shown, title=self._line(), notes=notes, bars=("completion_rate",))

    def __repr__(self) -> str:
        """Return the whole in one line and the units that are furthest behind."""
        last = float("inf")
        behind = sorted(
            self.unflagged_units, key=lambda row: last if row.gap_points is None else row.gap_points
        )
        lines = [_unit_line(row) for row in behind[:_SHOWN]]
        more = len(behind) - len(lines)
        rest = [f"  ... and {more:,} more units"] if more else []
        return "\n".join([f"<Progress of {self._line()}>", *lines, *rest])


def _progress_at(
    plan: Plan,
    tally: Tally,
    day: dt.date,
    *,
    received: pd.DataFrame | None,
    units_of: dt.date | None = None,
) -> Progress:
    """Return the progress of a plan at the end of a day, from a tally of the same campaign."""
    campaign = plan.campaign
    cutoff = _cutoff(campaign)
    through = day if cutoff is None else min(day, cutoff)
    heirs = heirs_on(campaign, units_of or day)
    own = plan.shares().index.tolist()
    later = [heir for code in own for heir, _ in heirs.get(code, ())]
    units = tuple(dict.fromkeys([*own, *later]))
    heirs = {code: shares for code, shares in heirs.items() if code in units}
    rows = reported_counts(tally, campaign, units, through=through, heirs=heirs)
    reports = _report_counts(plan, tally, units, received, day)
    reports = passed_on_reports(reports, units, heirs)
    answers = [
        unit_counts(plan, rows, reports, day, heirs=heirs, net=net) for net in _nets(campaign, rows)
    ]
    clock, own_clocks = clocks(plan, units, day, heirs=heirs)
    questions = ("counted", "result_cutoff", "report_due_day")
    basis = plan.basis.joined(tally.basis).joined(campaign.basis(*questions))
    if received is None:
        basis = basis.assuming(_COMPLETENESS_UNKNOWN)
    for code, shares in heirs.items():
        unit = campaign.unit(code)
        basis = basis.assuming(
            message(
                "after {day:date} the target and the results of {unit} are those of {units:list 8}",
                day=unit.closed,
                unit=unit.label,
                units=[campaign.unit(heir).label for heir, _ in shares],
            )
        )
    basis = basis.assuming(*_covered_before(plan, answers[0], rows, heirs))
    frame = agreed([figures(counts, own_clocks) for counts in answers])
    notes = [*_notes(frame, rows, plan, day, through, begun=_has_begun(plan, day))]
    if received is None:
        unreported = unreported_periods(plan, tally, rows, heirs=heirs)
        notes += [*_lags(plan, rows, day, unreported), *_unread(plan, rows, heirs)]
    else:
        notes += _lags(plan, rows, day, ())
    return Progress(
        plan=plan,
        tally=tally,
        as_of=day,
        received=received,
        basis=basis,
        messages=tuple(notes),
        counts=agreed(answers),
        rows=rows,
        clock=clock,
        frame=frame,
        units_of=units_of,
    )


def _report_counts(
    plan: Plan,
    tally: Tally,
    units: tuple[str, ...],
    received: pd.DataFrame | None,
    day: dt.date,
) -> pd.DataFrame:
    """Return the reports of each unit for itself, as the tally's own day knows them."""
    return report_counts(
        plan.campaign,
        units,
        received,
        over=plan.over,
        as_of=day,
        known_on=None if tally.as_of is None else tally.as_of.date(),
    )


def _has_begun(plan: Plan, day: dt.date) -> bool:
    first: dt.date = plan.days[0].item()
    return day >= first


def _covered_before(
    plan: Plan, counts: pd.DataFrame, rows: ReportedCounts, heirs: Heirs
) -> Iterator[Message]:
    """Yield which count of those covered before is used where two are far apart.

    A stock from within the campaign holds some of its own persons: they are far apart where they
    differ by more than the target.
    """
    campaign = plan.campaign
    if not campaign.covered or not rows.has_stock.any():
        return
    people = members(plan, rows.units)
    measured = pd.Series(passed_on_people(people, rows.units, campaign.covered, heirs))
    far = (measured - rows.stock).abs() > counts["target"]
    apart = far.fillna(value=False).to_numpy(dtype=bool) & rows.has_stock
    if apart.any():
        yield message(
            "covered before is what the reports start from ({n} {n:plural person|persons}), not "
            "the measure {measure} ({m}), in {units:list 8}",
            n=int(rows.stock[apart].sum()),
            m=int(measured[apart].sum()),
            measure=campaign.measure(campaign.covered).label,
            units=[unit.label for unit, is_apart in zip(people, apart, strict=True) if is_apart],
        )


def _lags(
    plan: Plan,
    rows: ReportedCounts,
    day: dt.date,
    unreported: Unreported,
) -> Iterator[Message]:
    """Yield whose figures end earlier than the day that they are compared with."""
    if len(rows.period):
        last: dt.date = rows.ends(rows.period).max().item()
        until = min(rows.through, plan.days[-1].item())
        same_month = (last.year, last.month) == (until.year, until.month)
        if last < until and not (rows.by == "day" and same_month):
            yield message(
                "The figures go to {last:date}: what is done by then is compared with the plan to "
                "{day:date}.",
                last=last,
                day=day,
            )
    read = {*rows.read}
    for first, end, lacking in unreported:
        codes = [code for code in lacking if code in read]
        if not codes:
            continue
        of_month = first.day == 1 and (end + dt.timedelta(days=1)) == (
            first + dt.timedelta(days=31)
        ).replace(day=1)
        yield message(
            "No figure of {period} from {units:list 8}, while others have one: missing, not 0.",
            period=message("{month:long month}", month=first)
            if of_month
            else message("{first:date} to {last:date}", first=first, last=end),
            units=[unit.label for unit in members(plan, codes)],
        )


def _unread(plan: Plan, rows: ReportedCounts, heirs: Heirs) -> Iterator[Message]:
    """Yield which closed units have no figure at all, while those who come after them have."""
    reported = dict(zip(rows.units, rows.reported().tolist(), strict=True))
    read = {*rows.read}
    for code, shares in heirs.items():
        unit = plan.campaign.unit(code)
        after = [heir for heir, _ in shares if reported[heir]]
        if code not in read and after:
            yield message(
                "No figure of {unit}, closed after {day:date}, was read: its enrolments are "
                "missing from {units:list 8}, unless their own reports hold it. Read its last "
                "figures together with theirs.",
                unit=unit.label,
                day=unit.closed,
                units=[one.label for one in members(plan, after)],
            )


def _nets(campaign: Campaign, rows: ReportedCounts) -> tuple[bool, ...]:
    """Return the answers to the question whether losses are taken off that make a difference."""
    return (False, True) if is_open(campaign, rows) else (campaign.counts_net is True,)


def _cutoff(campaign: Campaign) -> dt.date | None:
    """Return the last day on which a person counts, where that question is answered."""
    day = campaign.readings.result_cutoff
    return None if day is None else campaign.resolve(day)


def _sum_if_known(column: pd.Series[int]) -> int | None:
    return None if column.isna().any() else int(column.sum())


def _unit_line(row: UnitProgress) -> str:
    name = row.label.text("en")
    if row.completion_rate is None:
        return f"  {name}: {row.reason}"
    return f"  {name}: {percent(row.completion_rate, lang='en')}, {row.gap_persons:+,} persons"


def _notes(
    frame: pd.DataFrame,
    rows: ReportedCounts,
    plan: Plan,
    day: dt.date,
    through: dt.date,
    *,
    begun: bool,
) -> Iterator[Message]:
    """Yield what a reader must know beside the figures of a day; counted is to `through`."""
    campaign = plan.campaign
    if not begun:
        yield message("The schedule has not begun on {day:date}: no report is due.", day=day)
    if through < day:
        yield message("Counted to {day:date}, the cut-off of results.", day=through)
    if rows.left_out_from is not None:
        yield message(
            "{n} {n:plural person|persons} reported for {month} {n:plural is|are} left out: the "
            "month is reported as a whole, and not all of it is over on {day:date}.",
            n=rows.left_out,
            month=f"{rows.left_out_from:%Y-%m}",
            day=through,
        )
    if rows.elsewhere:
        yield message(
            "{n} {n:plural person|persons} of units outside the plan {n:plural is|are} left out: "
            "{units:list 8}.",
            n=sum(persons for _, persons in rows.elsewhere),
            units=[code for code, _ in rows.elsewhere],
        )
    losses = int(rows.sums("loss").sum())
    if is_open(campaign, rows):
        yield message(
            "Whether losses are taken off is open (readings.counted), and {n} {n:plural loss is|"
            "losses are} reported: what depends on it is left open.",
            n=losses,
        )
    elif campaign.counts_net is False and losses:
        yield message(
            "The number done is gross: {n} reported {n:plural loss is|losses are} not deducted.",
            n=losses,
        )
    silent = frame["unit"][frame["status"] == "not_reported"].tolist()
    if silent and begun:
        yield message(
            "No counted report from {units:list 8}: missing, not 0.",
            units=[unit.label for unit in members(plan, silent)],
        )
    ends = plan.days[-1].item()
    closing = [one for one in members(plan, rows.units) if one.closed and day <= one.closed < ends]
    if closing:
        yield message(
            "{units:list 8} {n:plural closes|close} before the schedule ends: target, rates and "
            "rank are for {n:plural its|their} own days.",
            n=len(closing),
            units=[unit.label for unit in closing],
        )
    above = ((frame["done"] > frame["target"]) & (frame["target"] > 0)).fillna(value=False)
    if above.any():
        yield message(
            "Above 100% of the target: {units:list 8}.",
            units=[unit.label for unit in members(plan, frame["unit"][above])],
        )


@checked_call
def track(plan: Plan, tally: Tally, *, as_of: DateLike, received: object = None) -> Progress:
    """Return how far each unit of a plan is at the end of a day.

    Args:
        plan: What each unit was to have done by when.
        tally: What was reported, as known when the tally was made.
        as_of: The last day counted. Before the plan's first day nothing is planned and no report is
            asked for, and `notes` say so; after its last all of it is planned, and what the tally
            holds goes on counting (to the reading `result_cutoff`, where it is answered).
        received: unit, period, received_on, one row per report that came in: a frame of pandas,
            Polars or PyArrow. With it only units
            whose reports are complete are ranked and a unit that reported without any person
            counts 0; without it the report columns are <NA>, nobody is left out of the ranking, and
            `notes` name the units that have no figure of a period of which others have one.

    A monthly tally cannot be split: a month that as_of cuts counts only if the tally itself was
    made by then; else it is left out and `notes` say how many persons that are.

    Raises:
        DefinitionError: Plan and tally are of different campaigns.
        ReportError: Plan and tally have no unit in common, or `received` cannot be read.
    """
    _check_campaign(plan, tally)
    came = None if received is None else pandas_frame(received, where="received")
    return _progress_at(plan, tally, to_date(as_of, where="as_of"), received=came)


def _check_campaign(plan: Plan, tally: Tally) -> None:
    campaign = plan.campaign
    if (campaign.code, campaign.year) != (tally.campaign.code, tally.campaign.year):
        theirs = f"{tally.campaign.code} {tally.campaign.year}"
        raise DefinitionError(
            Problem(
                "tally",
                message(
                    "is of the campaign {theirs}, the plan of {code} {year:raw}",
                    theirs=theirs,
                    code=campaign.code,
                    year=campaign.year,
                ),
                "track a plan with the tally of its own campaign",
            )
        )

"""What differs between two results of one kind: inputs, numbers, verdicts, plans by period.

Each kind of result has one entry in `_KINDS`, by the name of its class: which results it rests on,
which inputs are its own, and which of its numbers are compared. What a result rests on is compared
with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Literal, TypeVar, cast

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.apportionment.methods import name_of
from coverage_campaign.allocation.cross import CrossAllocation
from coverage_campaign.allocation.explain import (
    TIE_RULES,
    in_english,
    weights_called,
    weights_word,
)
from coverage_campaign.allocation.tree import OWN, leaf_of, of_whole
from coverage_campaign.assessment.assess import Assessment
from coverage_campaign.assessment.rules.rule import ScoringRule
from coverage_campaign.checks import checked_call, checked_fields, checked_methods
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import IntSeries, by_value, owned, owned_frame, same
from coverage_campaign.messages import (
    Language,
    Message,
    Translatable,
    check_language,
    message,
    message_in,
    text_of,
)
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.labels import Label
from coverage_campaign.model.readings import Basis, Readings
from coverage_campaign.model.scheme import Scheme
from coverage_campaign.notebook import Axes, html_table
from coverage_campaign.progress.progress import Progress
from coverage_campaign.progress.unit_progress import HINDRANCES, STATUS_WORDS, StatusCode
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scenarios.scenario import Outcome, Scenario
from coverage_campaign.scenarios.study import Study
from coverage_campaign.scheduling.curves import Curve, curve_words
from coverage_campaign.scheduling.plan import Plan

__all__ = [
    "MEASURED",
    "METHODS",
    "VERDICTS",
    "Comparison",
    "InputChange",
    "bounds_of",
    "compare",
    "input_words",
    "words_of",
]

_Result = TypeVar("_Result")
VERDICTS: Mapping[str, Message] = {
    "merit_eligible": message_in("turn", "may have merit awards"),
    "commended": message_in("turn", "is commended"),
    "grade": message_in("turn", "grade"),
    "target": message_in("turn", "target met"),
    "schedule": message_in("turn", "on schedule"),
    "status": message_in("turn", "status"),
}
"""What can turn, the gravest first, in words."""
_TURNS = {
    ("merit_eligible", "no"): message("becomes barred from merit awards"),
    ("merit_eligible", "yes"): message("is barred no more"),
    ("commended", "yes"): message("becomes commended"),
    ("commended", "no"): message("is commended no more"),
    ("target", "yes"): message("meets its target"),
    ("target", "no"): message("misses its target"),
    ("schedule", "yes"): message("comes on schedule"),
    ("schedule", "no"): message("falls behind schedule"),
}
MEASURED: Mapping[str, Message] = {
    "share": message_in("compared", "share"),
    "uplifted": message_in("compared", "uplifted"),
    "target": message_in("compared", "target"),
    "planned": message_in("compared", "planned"),
    "done": message_in("compared", "done"),
    "persons": message_in("compared", "persons"),
    "cases": message_in("compared", "cases"),
    "expected": message_in("compared", "expected"),
    "low": message_in("compared", "low"),
    "high": message_in("compared", "high"),
    "least": message_in("compared", "least"),
    "most": message_in("compared", "most"),
    "score": message_in("compared", "score"),
    "rank": message_in("compared", "rank"),
}
"""What is compared, by the names of the results' own columns, in the order of the table."""
_INPUTS: Mapping[str, Message] = {
    "actuals": message_in("input", "actuals"),
    "already_covered": message_in("input", "already_covered"),
    "among": message_in("input", "among"),
    "as_of": message_in("input", "as_of"),
    "base": message_in("input", "base"),
    "by": message_in("input", "by"),
    "campaign": message_in("input", "campaign"),
    "caps": message_in("input", "caps"),
    "curve": message_in("input", "curve"),
    "floors": message_in("input", "floors"),
    "forecast_method": message_in("input", "forecast_method"),
    "indicators": message_in("input", "indicators"),
    "known at": message_in("input", "known at"),
    "level": message_in("input", "level"),
    "method": message_in("input", "method"),
    "month_caps": message_in("input", "month_caps"),
    "order": message_in("input", "order"),
    "over": message_in("input", "over"),
    "pace": message_in("input", "pace"),
    "pins": message_in("input", "pins"),
    "received": message_in("input", "received"),
    "remainder": message_in("input", "remainder"),
    "reports": message_in("input", "reports"),
    "scheme": message_in("input", "scheme"),
    "seed": message_in("input", "seed"),
    "target": message_in("input", "target"),
    "ties": message_in("input", "ties"),
    "to": message_in("input", "to"),
    "total": message_in("input", "total"),
    "unit_month_caps": message_in("input", "unit_month_caps"),
    "uplift": message_in("input", "uplift"),
    "version": message_in("input", "version"),
    "weights": message_in("input", "weights"),
    "weights of units": message_in("input", "weights of units"),
}
METHODS: Mapping[str, Message] = {
    "adams": message("Adams"),
    "dean": message("Dean"),
    "hamilton": message("Hamilton"),
    "hill": message("Huntington-Hill"),
    "jefferson": message("Jefferson"),
    "webster": message("Webster"),
}
"""What the methods are called."""
_NAMED = 4
_MOST_PARTS = 12
_ASSESSED: tuple[Literal["grade", "merit_eligible", "commended"], ...] = (
    *("merit_eligible", "commended", "grade"),
)


@attrs.frozen(field_transformer=checked_fields)
class InputChange:
    """An input that is another one: its name, and its values in both results."""

    name: str
    before: object = attrs.field(eq=by_value)
    after: object = attrs.field(eq=by_value)
    _campaign: Campaign | None = attrs.field(default=None, eq=False, repr=False, kw_only=True)

    @property
    def message(self) -> Message:
        """The change in a few words, in the language of the reader."""
        before, after = (
            words_of(self.name, value, self._campaign) for value in (self.before, self.after)
        )
        if text_of(before, "en") == text_of(after, "en"):
            before, after = message_in("input", "one"), message_in("input", "another")
        name = input_words(self.name)
        return message("{input} {before} -> {after}", input=name, before=before, after=after)

    def __str__(self) -> str:
        """Return it in a few words."""
        return self.message.text("en")


@checked_methods
@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Comparison:
    """Two results side by side: what went in differently, and what came out differently.

    It has no `explain`: each of the two results explains its own figures.
    """

    campaign: Campaign
    changes: tuple[InputChange, ...]
    _frame: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
    _turned: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
    _planned: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
    _planned_on: dt.date | None = None
    _grades: Mapping[str, Label] = attrs.field(factory=dict, eq=False, repr=False)
    _labels: Mapping[str, Label] = attrs.field(factory=dict, eq=False, repr=False)
    basis: Basis

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs that differ, each as 'name before -> after'."""
        return tuple(map(str, self.changes))

    @property
    def notes(self) -> tuple[str, ...]:
        """What both results rest on, in English; `basis.lines` says it in other languages."""
        return self.basis.lines()

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit and quantity that differs: by quantity, the largest change first.

        Columns: unit, name, quantity (share, uplifted, target, planned, done, persons [persons],
        expected, low, high [persons], cases, least, most, score [points] or rank), before, after,
        change (after - before; <NA> where one side is missing); Int64, or Float64 where scores are
        compared. `planned` is that of the progress, else of the day `planned_on`.
        """
        return owned(self._frame)

    def totals(self) -> pd.DataFrame:
        """Return the sum of the changes by quantity (ranks have none): quantity, units, change."""
        counted = self._frame[~self._frame["quantity"].isin(["rank", "score"])]
        return (
            counted.groupby("quantity", sort=False)
            .agg(units=("unit", "size"), change=("change", "sum"))
            .reset_index()
        )

    def verdicts(self) -> pd.DataFrame:
        """Return what turns for whom: who becomes barred or commended, who crosses a band.

        One row per unit and verdict that is another: unit, name, verdict (merit_eligible,
        commended, grade, target, schedule, status), before, after ('yes', 'no', a grade, or the
        code of a status where that is why a unit has no figure; <NA> = could not be told), people
        (how many the unit is over (+) or short of (-) the threshold in the second result). The
        gravest verdicts first.
        """
        return owned(self._turned)

    def schedule(self) -> pd.DataFrame:
        """Return how the plans differ: unit, period, before, after, change [persons, Int64]."""
        return owned(self._planned)

    @property
    def planned_on(self) -> dt.date | None:
        """The day that planned persons are compared on, where no progress says it.

        It is the end of a period on which the two plans are furthest apart.
        """
        return self._planned_on

    def sentence(self, *, lang: Language | None = None) -> str:
        """Return in one sentence what differs most, and what turns for whom; English by default."""
        return self.message.text(check_language(lang, default="en"))

    @property
    def message(self) -> Message:
        """What differs most, and what turns for whom, in the language of the reader."""
        ranks = self._frame["quantity"] == "rank"
        moved = self._frame if ranks.all() else self._frame[~ranks]
        parts = [] if moved.empty else [self._most(moved)]
        parts += [self._turn(row) for _, row in self._turned.head(_NAMED).iterrows()]
        if len(self._turned) > _NAMED:
            n = len(self._turned) - _NAMED
            parts.append(message("{n} more {n:plural verdict turns|verdicts turn}", n=n))
        if not parts and not self._planned.empty:
            n = self._planned["unit"].nunique()
            parts.append(message("{n} {n:plural plan differs|plans differ} by period", n=n))
        found, *others = parts or [message("nothing differs")]
        for part in others:
            found = message("{first}; {second}", first=found, second=part)
        if not self.changes:
            return message("{findings}.", findings=found)
        inputs, *more = [change.message for change in self.changes]
        for change in more:
            inputs = message("{first}; {second}", first=inputs, second=change)
        return message("With {inputs}: {findings}.", inputs=inputs, findings=found)

    @property
    def is_empty(self) -> bool:
        """Whether nothing came out differently: no number, no verdict, no plan."""
        return self._frame.empty and self._turned.empty and self._planned.empty

    def _name(self, row: pd.Series[Any]) -> Translatable | str:
        return self._labels.get(str(row["unit"]), str(row["name"]))

    def _answer(self, verdict: str, answer: str) -> str | Translatable:
        if verdict == "status":
            return STATUS_WORDS[cast("StatusCode", answer)]
        label = self._grades.get(answer)
        return answer if label is None else in_english(answer, label)

    def _most(self, moved: pd.DataFrame) -> Message:
        top, n = moved.iloc[0], moved["unit"].nunique()
        alike = moved[(moved["quantity"] == top["quantity"])]
        alike = alike[(alike["change"].abs() == abs(top["change"])).fillna(value=False)]
        quantity: Message = MEASURED[str(top["quantity"])]
        if top["quantity"] == "planned" and self._planned_on is not None:
            quantity = message("planned to {day:date}", day=self._planned_on)
        if len(alike) == n > 1:
            return message(
                "{n} units differ, all alike: {quantity}, by {size}",
                n=n,
                quantity=quantity,
                size=_number(abs(top["change"])),
            )
        if len(alike) > 1:
            return message(
                "{n} {n:plural unit differs|units differ}, most of all {units:list 4}: {quantity}, "
                "by {size}",
                n=n,
                units=[self._name(row) for _, row in alike.iterrows()],
                quantity=quantity,
                size=_number(abs(top["change"])),
            )
        return message(
            "{n} {n:plural unit differs|units differ}, most of all {unit}: {quantity} "
            "{before} -> {after}",
            n=n,
            unit=self._name(top),
            quantity=quantity,
            before=_number(top["before"]),
            after=_number(top["after"]),
        )

    def _turn(self, row: pd.Series[Any]) -> Message:
        """Return one turn in words: who, what, and by how many people."""
        verdict, after, name = str(row["verdict"]), row["after"], self._name(row)
        turned = _TURNS.get((verdict, str(after)))
        if pd.isna(after):
            turned = message("has no answer to '{verdict}' any more", verdict=VERDICTS[verdict])
        elif turned is None:
            before = (
                _unknown() if pd.isna(row["before"]) else self._answer(verdict, str(row["before"]))
            )
            goes = self._answer(verdict, str(after))
            turned = message("goes from {before} to {after}", before=before, after=goes)
        if pd.isna(row["people"]):
            return message("{unit} {turned}", unit=name, turned=turned)
        people = int(row["people"])
        if people >= 0:
            return message("{unit} {turned} ({n} over)", unit=name, turned=turned, n=people)
        return message("{unit} {turned} ({n} short)", unit=name, turned=turned, n=-people)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw both results as a slope chart."""
        from coverage_campaign.views import charts  # the one way up, taken late

        return charts.comparison(self, ax=ax)

    def _repr_html_(self) -> str:
        return html_table(self._frame, title=self.sentence(), notes=self.notes)

    def __repr__(self) -> str:
        """Return the sentence."""
        return f"<Comparison: {self.sentence()}>"


@checked_call
def compare(a: _Result, b: _Result) -> Comparison:
    """Return what differs from `a` to `b`: two results of one kind.

    Outcomes, allocations, crossed, parted, optimal and new ones, plans, tallies and what they roll
    up to, progresses, forecasts, watch lists, assessments, studies and simulations. A unit that one
    side does not have is kept, with <NA> on that side.

    Raises:
        DefinitionError: Two results of different kinds, or of a kind that is not compared.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> plain = cc.allocate(campaign, weights=cc.weights.equal, target=24)
    >>> more = cc.allocate(campaign, weights=cc.weights.equal, target=36)
    >>> print(cc.compare(plain, more).sentence())
    With total 24 -> 36: 12 units differ, all alike: share, by 1.
    """
    if type(a).__name__ not in _KINDS or type(a) is not type(b):
        found = message("{a} and {b}", a=type(a).__name__, b=type(b).__name__)
        known = sorted(_KINDS)
        raise DefinitionError(
            Problem(
                "compare", found, message("compare two results of one kind ({known})", known=known)
            )
        )
    day = _day_apart(a, b)
    frame = _differences(a, b, day)
    return Comparison(
        campaign=_campaign_of(b),
        changes=tuple(attrs.evolve(change, campaign=_campaign_of(b)) for change in _changes(a, b)),
        grades=_grades_of(a) | _grades_of(b),
        labels=_labels_of(a) | _labels_of(b),
        frame=frame,
        turned=_verdict_changes(a, b),
        planned=_plan_changes(a, b),
        planned_on=day,
        basis=_basis_of(a).joined(_basis_of(b)),
    )


def _grades_of(result: Any) -> dict[str, Label]:  # noqa: ANN401 - any kind of result
    schemes = [stage.scheme for stage in _stages(result) if isinstance(stage, Assessment)]
    return {grade.code: grade.label for scheme in schemes for grade in scheme.grades}


def _labels_of(result: Any) -> dict[str, Label]:  # noqa: ANN401 - any kind of result
    """Return what units are called; an upper unit that stands for its own people is called so."""
    campaign = _campaign_of(result)
    found = {unit.code: unit.label for unit in campaign.units}
    for stage in _stages(result):
        if isinstance(stage, Allocation):
            found |= {of_whole(leaf.code): leaf.label for leaf in stage.leaves}
        if isinstance(stage, Study):
            among, parts = stage.baseline.among, [one for one in stage.units if one.endswith(OWN)]
            found |= {code: leaf_of(campaign, code, among).label for code in parts}
    return found


def _campaign_of(result: Any) -> Campaign:  # noqa: ANN401 - any kind of result
    found: Campaign = next(s.campaign for s in _stages(result) if hasattr(s, "campaign"))
    return found


def _basis_of(result: Any) -> Basis:  # noqa: ANN401 - any kind of result
    basis = next((stage.basis for stage in _stages(result) if hasattr(stage, "basis")), None)
    return basis if isinstance(basis, Basis) else Basis(title="", year=0)


# -- the kinds -------------------------------------------------------------------------------------


@attrs.frozen
class _Kind:
    """What a kind of result rests on, its own inputs, and the columns that are compared.

    `table` gives the units and columns, where that is not the result's own frame.
    """

    rests_on: tuple[str, ...] = ()
    inputs: Callable[[Any], Mapping[str, object]] = lambda _: {}
    columns: tuple[str, ...] = ()
    table: Callable[[Any], pd.DataFrame] = lambda one: one.to_frame()


def _of_allocation(one: Allocation) -> Mapping[str, object]:
    frame = one.frame
    bounds = {
        f"{name}s": _pairs(frame[frame[name].notna() & ~frame["pinned"]], name)
        for name in ("floor", "cap")
    }
    return {
        "total": one.total,
        "among": one.among,
        "weights": one.weighting,
        "weights of units": dict(zip(frame["unit"].tolist(), one.weights, strict=False)),
        "method": one.method,
        "ties": one.ties[0].rule if one.ties else None,
        "order": one.order,
        "uplift": tuple((tier, rise) for tier, rise in one.uplift if rise),
        "already_covered": one.already_covered,
        **bounds,
        "pins": _pairs(frame[frame["pinned"]], "share"),
        "base": int((one.shifts + one.existing).min()) if len(one.shifts) else 0,
    }


def _pairs(rows: pd.DataFrame, column: str) -> tuple[tuple[str, int], ...]:
    return tuple(zip(rows["unit"].tolist(), rows[column].tolist(), strict=True))


def _of_plan(one: Plan) -> Mapping[str, object]:
    course = one.course
    return {
        "over": one.over,
        "curve": one.curve,
        "by": one.by,
        "month_caps": course.month_caps,
        "unit_month_caps": course.unit_caps,
        "actuals": course.past,
    }


_KINDS: Mapping[str, _Kind] = {
    "Outcome": _Kind(("allocation", "plan", "progress", "forecast", "assessment")),
    "Allocation": _Kind((), _of_allocation, ("share", "uplifted")),
    "CrossAllocation": _Kind(
        ("rows", "columns"),
        lambda one: {"cell weights": one.weights, "method": one.method,
                     "cell floors": one.floors, "cell caps": one.caps},
        ("share",),
    ),
    "Partition": _Kind((), lambda one: {"total": one.total, "parts": one.totals()}, ("share",)),
    "Reallocation": _Kind(("allocation",),
                          lambda one: {"as_of": one.as_of, "version": one.version}),
    "Plan": _Kind(("allocation",), _of_plan),
    "Tally": _Kind((), lambda one: {"known at": one.as_of, "by": one.by}, ("persons",)),
    "Progress": _Kind(
        ("plan",),
        lambda one: {"as_of": one.as_of, "known at": one.tally.as_of, "received": one.received},
        ("target", "planned", "done", "rank"),
    ),
    "Forecast": _Kind(
        ("progress",),
        lambda one: {"forecast_method": one.method, "level": one.level, "to": one.to,
                     "pace": one.pace},
        ("expected", "low", "high"),
    ),
    "Assessment": _Kind(("progress",), lambda one: {"scheme": one.scheme}, ("score",)),
    "Letters": _Kind((), lambda _: {}, ("persons", "uplifted")),
    "Optimum": _Kind((), lambda one: {"need": dict(zip(one.units, one.need, strict=True)),
                                      **one.limits},
                     ("share",), lambda one: one.shares().reset_index()),
    "RollUp": _Kind((), columns=("persons",)),
    "Simulation": _Kind(("plan",), lambda one: {"seed": str(one.seed)}, ("persons",),
                        lambda one: one.truth),
    "Study": _Kind((), lambda one: {"over": one.over, **_of_design(one)}, ("least", "most"),
                   lambda one: one.ranges(one.what[0])),
    "Watchlist": _Kind(("progress",), columns=("cases",),
                       table=lambda one: one.to_frame().assign(cases=1)),
}  # fmt: skip


def _of_design(one: Study) -> Mapping[str, object]:
    return dict(zip(one.design.names, one.design.tried, strict=True))


def _stages(result: Any) -> Iterator[Any]:  # noqa: ANN401 - any kind of result
    """Yield a result and what it rests on."""
    yield result
    for name in _KINDS[type(result).__name__].rests_on:
        stage = getattr(result, name)
        if stage is not None and type(stage).__name__ in _KINDS:
            yield from _stages(stage)


# -- inputs ----------------------------------------------------------------------------------------


def _changes(a: Any, b: Any) -> Iterator[InputChange]:  # noqa: ANN401 - any kind of result
    """Yield the inputs that differ, those of the first stage first."""
    if isinstance(a, Outcome):
        yield from _of_scenarios(a, b)
        return
    yield from _of_campaigns(_campaign_of(a), _campaign_of(b))
    found: dict[str, InputChange] = {}
    for one, other in reversed(list(zip(_stages(a), _stages(b), strict=False))):
        inputs = _KINDS[type(one).__name__].inputs
        mine, theirs = inputs(one), inputs(other)
        for name, before in mine.items():
            after = theirs.get(name)
            if not _equal(before, after):
                found.setdefault(name, InputChange(name, before, after))
    if "among" in found or "weights" in found:  # other weights are other numbers, and other units
        found.pop("weights of units", None)
    if "ties" in found and None in (found["ties"].before, found["ties"].after):
        del found["ties"]  # nobody tied on one side: by what rule is not kept
    for change in found.values():
        yield from list(_of_schemes(change.before, change.after)) or [change]


def _of_scenarios(one: Outcome, other: Outcome) -> Iterator[InputChange]:
    a, b = one.scenario, other.scenario
    yield from _of_campaigns(a.campaign, b.campaign)
    for field in attrs.fields(Scenario):
        before, after = getattr(a, field.name), getattr(b, field.name)
        if field.name == "campaign" or _equal(before, after):
            continue
        if field.name == "weights":
            before, after = _weights(one), _weights(other)
        parts = list(_of_schemes(before, after)) if field.name == "scheme" else []
        yield from parts or [InputChange(field.name, before, after)]


def _weights(outcome: Outcome) -> object:
    """Return by what an outcome was shared; without weights by the campaign's own annex."""
    scenario = outcome.scenario
    name = outcome.allocation.weighting
    annex = next((one for one in scenario.campaign.annexes if one.code == name), None)
    if scenario.weights is not None:
        return message("{weights}", weights=weights_word(outcome.allocation))
    return None if annex is None else message("the own figures of {annex}", annex=annex.label)


def _of_campaigns(a: Campaign, b: Campaign) -> Iterator[InputChange]:
    """Yield the readings that differ, and the other parts by name."""
    if a is b or a == b:
        return
    for field in attrs.fields(Readings):
        before, after = getattr(a.readings, field.name), getattr(b.readings, field.name)
        if field.name != "suggested" and before != after:
            yield InputChange(f"readings.{field.name}", before, after)
    for change in _of_fields("campaign", a, b):
        if change.name != "campaign.readings":
            parts = list(_of_parts(change.name, change.before, change.after))
            yield from parts if 0 < len(parts) <= _MOST_PARTS else [change]


def _of_schemes(before: object, after: object) -> Iterator[InputChange]:
    """Yield which parts of a scheme differ: 'scheme.items.people.rule'."""
    if not isinstance(before, Scheme) or not isinstance(after, Scheme):
        return
    for change in _of_fields("scheme", before, after):
        yield from list(_of_parts(change.name, change.before, change.after)) or [change]


def _of_parts(name: str, before: object, after: object) -> Iterator[InputChange]:
    """Yield which parts of a campaign differ, and in what: 'campaign.units.430481.closed'."""
    if type(before) is type(after) and attrs.has(type(before)) and not callable(before):
        yield from _of_fields(name, before, after)
    if not isinstance(before, tuple) or not isinstance(after, tuple):
        return
    here = {one.code: one for one in before if hasattr(one, "code")}
    there = {one.code: one for one in after if hasattr(one, "code")}
    for code in dict.fromkeys([*here, *there]):
        old, new = here.get(code), there.get(code)
        if old is None or new is None or type(old) is not type(new):
            yield InputChange(
                f"{name}.{code}",
                None if old is None else message_in("input", "there"),
                None if new is None else message_in("input", "there"),
            )
        else:
            yield from _of_fields(f"{name}.{code}", old, new)


def _of_fields(name: str, old: Any, new: Any) -> Iterator[InputChange]:  # noqa: ANN401 - values of one class
    for field in attrs.fields(type(old)):
        values = getattr(old, field.name), getattr(new, field.name)
        if values[0] != values[1]:
            yield InputChange(f"{name}.{field.name}", *values)


def _equal(one: object, other: object) -> bool:
    """Tell whether two inputs are the same; frames and reports by value."""
    if isinstance(one, Tally) and isinstance(other, Tally):
        return one is other or (one.as_of == other.as_of and same(one.frame, other.frame))
    if isinstance(one, (pd.DataFrame, np.ndarray)) or isinstance(other, (pd.DataFrame, np.ndarray)):
        return same(one, other)
    return bool(one == other) or same(one, other)


def input_words(name: str) -> str | Message:
    """Return the name of an input in words; of one unit's or one part's with what stands behind."""
    head, dot, rest = name.partition(".")
    words = _INPUTS.get(name) or _INPUTS.get(head) or name
    return (
        message("{input}.{part:raw}", input=words, part=rest) if dot and head in _INPUTS else words
    )


def words_of(name: str, value: object, campaign: Campaign | None) -> str | Translatable:
    """Return the value of an input in a few words, by what the campaign calls it."""
    if name == "target" and value is None:
        return message_in("input", "the campaign's own")
    if isinstance(value, tuple) and any(map(callable, value)):
        return message("{values:list 4}", values=[words_of(name, one, campaign) for one in value])
    if name == "method" and value is not None:
        code = name_of(value)
        return in_english(code, METHODS[code]) if code in METHODS else code
    if name == "curve" and callable(value):
        return curve_words(cast("Curve", value))
    if isinstance(value, ScoringRule):
        return value.statement("points")
    found: str | Translatable | None = value.code if isinstance(value, Scheme) else None
    if campaign is not None and isinstance(value, (str, int, tuple, Mapping)) and value:
        found = _by_label(name, value, campaign)
    return _shown(value) if found is None else found


def _by_label(name: str, value: object, campaign: Campaign) -> str | Translatable | None:
    text: str | Translatable | None = None
    match name, value:
        case "campaign.year", int():
            text = str(value)
        case "ties", str():
            text = TIE_RULES.get(value, value)
        case "target", str():
            text = _called(value, campaign.targets)
        case "over", str():
            text = _called(value, campaign.phases)
        case "over", tuple():
            text = message("{phases}", phases=[_called(one, campaign.phases) for one in value])
        case "uplift", tuple() if all(isinstance(one, tuple) for one in value):
            rises = [message("tier {n} {rise}", n=tier, rise=_shown(rise)) for tier, rise in value]
            text = message("{rises}", rises=rises)
        case "weights", str():
            text = weights_called(value, campaign)
        case (("floors" | "caps" | "pins"), (tuple() | Mapping())):
            text = bounds_of(value, campaign)
    return text


def bounds_of(value: object, campaign: Campaign) -> Message:
    """Return bounds by unit in words: each unit and its number, or how many there are."""
    pairs = tuple(value.items()) if isinstance(value, Mapping) else value
    if not isinstance(pairs, tuple) or not pairs:
        return message("none")
    known = {unit.code: unit.label for unit in campaign.units}
    named = [
        message("{unit} {n}", unit=known[pair[0]], n=pair[1])
        for pair in pairs
        if isinstance(pair, tuple) and len(pair) == 2 and pair[0] in known  # noqa: PLR2004 a pair
    ]
    if len(named) < len(pairs) or len(named) > _NAMED:
        return message("{n} {n:plural value|values}", n=len(pairs))
    return message("{bounds}", bounds=named)


def _called(code: object, parts: Iterable[Any]) -> str | Label:
    label: str | Label = next((part.label for part in parts if part.code == code), str(code))
    return in_english(str(code), label) if isinstance(label, Label) else label


def _shown(value: object) -> str | Translatable:
    """Return an input in a few words."""
    text: str | Translatable
    match value:
        case Message():
            text = value
        case pd.DataFrame():
            text = message("{n} {n:plural row|rows}", n=len(value))
        case np.ndarray():
            n = int(np.count_nonzero(value))
            text = message("{n} {n:plural number|numbers}", n=n) if value.size else _none()
        case None | "" | ():
            text = _none()
        case "equal":
            text = message("all equal")
        case Tally():
            n = int(value.frame["persons"].sum())
            text = message("{n} people, known at {day:raw}", n=n, day=str(value.as_of))
        case Mapping():
            n = len(value)
            text = message("{n} {n:plural number|numbers}", n=n) if n else _none()
        case tuple():
            text = message("{values:list 4}", values=[_part(one) for one in value])
        case _:
            text = _named(value)
    return text


def _named(value: object) -> str | Message:
    """Return a number, or the name of a function; of a part without a name that it is there."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, Fraction):
        return f"{float(value * 100):g}%" if value < 1 else str(value)
    nameless = attrs.has(type(value)) and not callable(value) and not hasattr(value, "of")
    return message_in("input", "there") if nameless else name_of(value)


def _none() -> Message:
    return message_in("input", "none")


def _unknown() -> Message:
    return message_in("compared", "unknown")


def _part(value: object) -> str | Translatable:
    if not isinstance(value, tuple) or len(value) != 2:  # noqa: PLR2004 a pair
        return _shown(value)
    return message("{unit} {n}", unit=_shown(value[0]), n=_shown(value[1]))


# -- numbers ---------------------------------------------------------------------------------------


def _day_apart(a: Any, b: Any) -> dt.date | None:  # noqa: ANN401 - any kind of result
    """Return the end of a period on which two plans are furthest apart; None = they never are.

    Where a progress is compared its own day says what is planned.
    """
    plans = [_plan_of(one) for one in (a, b)]
    followed = any(isinstance(stage, Progress) for one in (a, b) for stage in _stages(one))
    if plans[0] is None or plans[1] is None or followed:
        return None
    ends = {day for plan in plans if plan is not None for day in _ends(plan)}
    best, apart = None, 0
    for day in sorted(ends):
        first, second = (plan.planned_on(day) for plan in plans if plan is not None)
        size = int(first.sub(second, fill_value=0).abs().sum())
        if size > apart:
            best, apart = day, size
    return best


def _ends(plan: Plan) -> list[dt.date]:
    """Return the last planned day of each period, and the days of milestones."""
    days = pd.Series(plan.days.astype("datetime64[s]"))
    periods = plan.periods()
    lasts = [*periods["ends"]] if "ends" in periods.columns else []
    months = days.groupby(days.dt.to_period("M")).max()
    marks = [plan.campaign.resolve(mark.by) for mark in plan.campaign.milestones]
    return sorted({pd.Timestamp(day).date() for day in [*lasts, *months, *marks]})


def _plan_of(result: Any) -> Plan | None:  # noqa: ANN401 - any kind of result
    return next((stage for stage in _stages(result) if isinstance(stage, Plan)), None)


def _differences(
    a: Any,  # noqa: ANN401 - any kind of result
    b: Any,  # noqa: ANN401 - any kind of result
    day: dt.date | None,
) -> pd.DataFrame:
    before, after = _long(a, day), _long(b, day)
    both = before.merge(after, on=["unit", "quantity"], how="outer", suffixes=("_a", "_b"))
    values = pd.concat([both["value_a"], both["value_b"]]).dropna()
    whole = "score" not in set(both["quantity"]) and bool((values % 1 == 0).all())
    kind: Literal["Int64", "Float64"] = "Int64" if whole else "Float64"
    values = both[["value_a", "value_b"]].astype("Float64").astype(kind)
    frame = pd.DataFrame(
        {
            "unit": both["unit"],
            "name": both["name_a"].fillna(both["name_b"]),
            "quantity": both["quantity"],
            "before": values["value_a"],
            "after": values["value_b"],
            "change": values["value_b"] - values["value_a"],
        }
    )
    equal = (frame["before"] == frame["after"]).fillna(value=False)
    equal |= frame["before"].isna() & frame["after"].isna()
    frame = frame[~equal]
    frame = _without_echoes(frame)
    order = pd.Categorical(frame["quantity"], list(MEASURED), ordered=True)
    return (
        frame.assign(order=order, size=frame["change"].abs())
        .sort_values(["order", "size", "unit"], ascending=[True, False, True])
        .drop(columns=["order", "size"])
        .reset_index(drop=True)
    )


def _without_echoes(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out uplifted shares that changed as the shares did, and targets that are shares."""
    shares = frame[frame["quantity"] == "share"].set_index("unit")[["before", "after"]]
    echo = frame["quantity"].isin(["uplifted", "target"]) & frame["unit"].isin(shares.index)
    own = shares.reindex(frame["unit"])
    for side in ("before", "after"):
        equal = frame[side].reset_index(drop=True) == own[side].reset_index(drop=True)
        echo &= equal.fillna(value=False).to_numpy(dtype=bool)
    return frame[~echo]


def _long(
    result: Any,  # noqa: ANN401 - any kind of result
    day: dt.date | None,
) -> pd.DataFrame:
    """Return unit, name, quantity, value of everything that a result and its stages count."""
    names = {code: label.text() for code, label in _labels_of(result).items()}
    parts = []
    for stage in _stages(result):
        kind = _KINDS[type(stage).__name__]
        columns = kind.columns
        if isinstance(stage, Plan) and day is not None:
            planned = stage.planned_on(day).rename("planned").rename_axis("unit").reset_index()
            parts.append(planned.melt(id_vars="unit", var_name="quantity", value_name="value"))
        if not columns:
            continue
        frame = kind.table(stage)
        if isinstance(stage, Allocation):
            left = frame[frame["unit"] == "unallocated"][["unit", "share", "uplifted"]]
            frame = pd.concat([stage.own_shares(), left], ignore_index=True)
        unit = frame["unit"] if "unit" in frame.columns else frame.iloc[:, 0]
        if isinstance(stage, CrossAllocation):
            unit = frame["unit"] + " x " + frame["department"]
        summed = frame.assign(unit=unit).groupby("unit", sort=False)[list(columns)]
        table = summed.sum(min_count=1).astype("Float64").reset_index()
        parts.append(table.melt(id_vars="unit", var_name="quantity", value_name="value"))
    if not parts:
        return pd.DataFrame({"unit": [], "quantity": [], "value": [], "name": []}).astype(
            {"unit": "str", "quantity": "str", "value": "Float64", "name": "str"}
        )
    long = pd.concat(parts, ignore_index=True).drop_duplicates(["unit", "quantity"])
    named: pd.DataFrame = long.assign(name=[names.get(code, code) for code in long["unit"]])
    return named


def _number(value: Any) -> str | Message:  # noqa: ANN401 - a cell, which pandas may hand over as NumPy's
    if pd.isna(value):
        return _unknown()
    return f"{int(value):,}" if int(value) == value else f"{value:,.2f}"


# -- verdicts --------------------------------------------------------------------------------------


def _verdict_changes(a: Any, b: Any) -> pd.DataFrame:  # noqa: ANN401 - any kind of result
    """Return what turns for whom: see `Comparison.verdicts`."""
    before, after = _verdicts(a), _verdicts(b)
    both = before.merge(after, on=["unit", "name", "verdict"], how="outer", suffixes=("_a", "_b"))
    equal = (both["answer_a"] == both["answer_b"]) | (
        both["answer_a"].isna() & both["answer_b"].isna()
    )
    turned = both[~equal.fillna(value=False)]
    # Of who has figures in both the other verdicts say what the status does.
    hindered = turned[["answer_a", "answer_b"]].isin(HINDRANCES).any(axis=1)
    turned = turned[(turned["verdict"] != "status") | hindered]
    frame = pd.DataFrame(
        {
            "unit": turned["unit"].astype("str"),
            "name": turned["name"].astype("str"),
            "verdict": turned["verdict"].astype("str"),
            "before": turned["answer_a"].astype("str"),
            "after": turned["answer_b"].astype("str"),
            "people": turned["people_b"].astype("Int64"),
        }
    )
    order = frame["verdict"].map({name: place for place, name in enumerate(VERDICTS)})
    size = -frame["people"].abs().fillna(0)
    ordered = frame.assign(order=order, size=size).sort_values(["order", "size", "unit"])
    return ordered.drop(columns=["order", "size"]).reset_index(drop=True)


def _verdicts(result: Any) -> pd.DataFrame:  # noqa: ANN401 - any kind of result
    """Return unit, name, verdict, answer and people of everything that a result decides."""
    parts = []
    for stage in _stages(result):
        if isinstance(stage, Assessment):
            parts += [_assessed(stage, verdict) for verdict in _ASSESSED]
        if isinstance(stage, Progress):
            frame = stage.to_frame()
            over, gap = frame["done"] - frame["target"], frame["gap_persons"]
            parts.append(_decided(frame, "target", over >= 0, over))
            parts.append(_decided(frame, "schedule", gap >= 0, gap))
            nobody = pd.Series(pd.NA, index=frame.index, dtype="Int64")
            told = _decided(frame, "status", gap >= 0, nobody)
            parts.append(told.assign(answer=frame["status"].astype("str")))
    if not parts:
        empty = {"unit": "str", "name": "str", "verdict": "str", "answer": "str", "people": "Int64"}
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in empty.items()})
    found = pd.concat(parts, ignore_index=True)
    return found.drop_duplicates(["unit", "verdict"])


def _decided(
    frame: pd.DataFrame, verdict: str, answer: pd.Series[bool], people: IntSeries
) -> pd.DataFrame:
    words = answer.astype("boolean").map({True: "yes", False: "no"}, na_action="ignore")
    return pd.DataFrame(
        {
            "unit": frame["unit"],
            "name": frame["name"],
            "verdict": verdict,
            "answer": words.astype("str"),
            "people": people.astype("Int64"),
        }
    )


def _assessed(
    assessment: Assessment, verdict: Literal["grade", "merit_eligible", "commended"]
) -> pd.DataFrame:
    table = assessment.to_frame()
    names = assessment.progress.to_frame().set_index("unit")["name"]
    margins = assessment.nearest_margins(verdict)
    answers = table[verdict]
    if verdict != "grade":
        answers = answers.map({True: "yes", False: "no"}, na_action="ignore")
    people = pd.Series([margins.get(unit) for unit in table["unit"]], dtype="Int64")
    return pd.DataFrame(
        {
            "unit": table["unit"],
            "name": names.reindex(table["unit"]).array,
            "verdict": verdict,
            "answer": answers.astype("str"),
            "people": people,
        }
    )


# -- plans -----------------------------------------------------------------------------------------


def _plan_changes(a: Any, b: Any) -> pd.DataFrame:  # noqa: ANN401 - any kind of result
    """Return how the plans differ: see `Comparison.schedule`."""
    plans = [_plan_of(one) for one in (a, b)]
    if plans[0] is None or plans[1] is None:
        return pd.DataFrame(columns=["unit", "period", "before", "after", "change"])
    both = _by_period(plans[0]).merge(
        _by_period(plans[1]), on=["unit", "period"], how="outer", suffixes=("_a", "_b")
    )
    frame = pd.DataFrame(
        {
            "unit": both["unit"],
            "period": both["period"],
            "before": both["planned_a"].astype("Int64"),
            "after": both["planned_b"].astype("Int64"),
        }
    )
    frame["change"] = frame["after"].fillna(0) - frame["before"].fillna(0)
    return frame[frame["change"] != 0].reset_index(drop=True)


def _by_period(plan: Plan) -> pd.DataFrame:
    return plan.to_frame().groupby(["unit", "period"])[["planned"]].sum().reset_index()

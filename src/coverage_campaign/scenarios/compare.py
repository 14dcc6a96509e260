"""What differs between two results of one kind: inputs, numbers, verdicts, plans by period.

Each kind of result has one entry in `_KINDS`, by the name of its class: which results it rests on,
which inputs are its own, and which of its numbers are compared. What a result rests on is compared
with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal, TypeVar

import attrs
import numpy as np
import pandas as pd

from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.apportionment.methods import name_of
from coverage_campaign.allocation.cross import CrossAllocation
from coverage_campaign.assessment.assess import Assessment
from coverage_campaign.checks import checked_call
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.frames import IntSeries, by_value, owned, owned_frame, same
from coverage_campaign.model.basis import Basis
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.readings import Readings
from coverage_campaign.notebook import Axes, html_table
from coverage_campaign.progress.progress import Progress
from coverage_campaign.reporting.result import Tally
from coverage_campaign.scenarios.scenario import Outcome, Scenario
from coverage_campaign.scheduling.plan import Plan

__all__ = ["VERDICTS", "Comparison", "InputChange", "compare"]

_Result = TypeVar("_Result")
_QUANTITIES = (
    *("share", "uplifted", "target", "planned", "done", "persons", "expected", "low", "high"),
    *("score", "rank"),
)
"""What is compared, by the names of the results' own columns, in the order of the table."""
VERDICTS: Mapping[str, str] = {
    "merit_eligible": "may have merit awards",
    "commended": "is commended",
    "grade": "grade",
    "target": "target met",
    "schedule": "on schedule",
}
"""What can turn, the gravest first, in words."""
_TURNS = {
    ("merit_eligible", "no"): "becomes barred from merit awards",
    ("merit_eligible", "yes"): "is barred no more",
    ("commended", "yes"): "becomes commended",
    ("commended", "no"): "is commended no more",
    ("target", "yes"): "meets its target",
    ("target", "no"): "misses its target",
    ("schedule", "yes"): "comes on schedule",
    ("schedule", "no"): "falls behind schedule",
}
_NAMED = 4
_ASSESSED: tuple[Literal["grade", "merit_eligible", "commended"], ...] = (
    *("merit_eligible", "commended", "grade"),
)


@attrs.frozen
class InputChange:
    """An input that is another one: its name, and its values in both results."""

    name: str
    before: object = attrs.field(eq=by_value)
    after: object = attrs.field(eq=by_value)

    def __str__(self) -> str:
        """Return it in a few words."""
        before, after = _shown(self.before), _shown(self.after)
        if before == after:
            before, after = "one", "another"
        return f"{self.name} {before} -> {after}"


@attrs.frozen(kw_only=True)
class Comparison:
    """Two results side by side: what went in differently, and what came out differently.

    It has no `explain`: each of the two results explains its own figures.
    """

    campaign: Campaign
    changes: tuple[InputChange, ...]
    _frame: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
    _turned: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
    _planned: pd.DataFrame = attrs.field(converter=owned_frame, eq=by_value, repr=False)
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
        """Return one row per unit and quantity that differs, the largest change first.

        Columns: unit, name, quantity (share, uplifted, target, planned, done, persons [persons],
        expected, low, high [persons], score [points] or rank), before, after, change (after -
        before; <NA> where one side is missing); Int64, or Float64 where scores are compared.
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
        commended, grade, target, schedule), before, after ('yes', 'no' or a grade; <NA> = could
        not be told), people (how many the unit is over (+) or short of (-) the threshold in the
        second result). The gravest verdicts first.
        """
        return owned(self._turned)

    def schedule(self) -> pd.DataFrame:
        """Return how the plans differ: unit, period, before, after, change [persons, Int64]."""
        return owned(self._planned)

    def sentence(self) -> str:
        """Return in one sentence what differs most, and what turns for whom."""
        because = f"With {'; '.join(self.inputs)}: " if self.changes else ""
        moved = self._frame[self._frame["quantity"] != "rank"]
        parts = []
        if not moved.empty:
            top = moved.iloc[0]
            units = moved["unit"].nunique()
            parts.append(
                f"{units} {'unit differs' if units == 1 else 'units differ'}, most of all "
                f"{top['name']}: {top['quantity']} {_number(top['before'])} -> "
                f"{_number(top['after'])}"
            )
        parts += [_turn(row) for _, row in self._turned.head(_NAMED).iterrows()]
        if len(self._turned) > _NAMED:
            parts.append(f"{len(self._turned) - _NAMED} more verdicts turn")
        if not parts and not self._planned.empty:
            parts.append(f"{self._planned['unit'].nunique()} plans differ by period")
        return f"{because}{'; '.join(parts) or 'nothing differs'}."

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

    Outcomes, allocations, crossed and parted ones, plans, tallies, progresses, forecasts and
    assessments. A unit that one side does not have is kept, with <NA> on that side.

    Raises:
        DefinitionError: Two results of different kinds, or of a kind that is not compared.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> plain = cc.allocate(campaign, weights=cc.weights.equal, target=24)
    >>> more = cc.allocate(campaign, weights=cc.weights.equal, target=36)
    >>> print(cc.compare(plain, more).sentence())
    With total 24 -> 36: 12 units differ, most of all Zhuhui District: share 2 -> 3.
    """
    if type(a).__name__ not in _KINDS or type(a) is not type(b):
        found = f"{type(a).__name__} and {type(b).__name__}"
        known = ", ".join(sorted(_KINDS))
        raise DefinitionError(
            Problem("compare", found, f"compare two results of one kind ({known})")
        )
    frame = _differences(a, b)
    return Comparison(
        campaign=_campaign_of(b),
        changes=tuple(_changes(a, b)),
        frame=frame,
        turned=_verdict_changes(a, b),
        planned=_plan_changes(a, b),
        basis=_basis_of(a).joined(_basis_of(b)),
    )


def _campaign_of(result: Any) -> Campaign:  # noqa: ANN401 - any kind of result
    found: Campaign = next(s.campaign for s in _stages(result) if hasattr(s, "campaign"))
    return found


def _basis_of(result: Any) -> Basis:  # noqa: ANN401 - any kind of result
    basis = next(stage.basis for stage in _stages(result) if hasattr(stage, "basis"))
    return basis if isinstance(basis, Basis) else Basis(title="", year=0)


# -- the kinds -------------------------------------------------------------------------------------


@attrs.frozen
class _Kind:
    """What a kind of result rests on, its own inputs, and the columns that are compared."""

    rests_on: tuple[str, ...] = ()
    inputs: Callable[[Any], Mapping[str, object]] = lambda _: {}
    columns: tuple[str, ...] = ()


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
        "order": one.order,
        "uplift": tuple((f"tier {tier}", rise) for tier, rise in one.uplift if rise),
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
    "Outcome": _Kind(("allocation", "plan", "progress", "assessment")),
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
        lambda one: {"method": one.method, "level": one.level, "to": one.to},
        ("expected", "low", "high"),
    ),
    "Assessment": _Kind(("progress",), lambda one: {"scheme": one.scheme}, ("score",)),
}  # fmt: skip


def _stages(result: Any) -> Iterator[Any]:  # noqa: ANN401 - any kind of result
    """Yield a result and what it rests on."""
    yield result
    for name in _KINDS[type(result).__name__].rests_on:
        stage = getattr(result, name)
        if stage is not None:
            yield from _stages(stage)


# -- inputs ----------------------------------------------------------------------------------------


def _changes(a: Any, b: Any) -> Iterator[InputChange]:  # noqa: ANN401 - any kind of result
    """Yield the inputs that differ, those of the first stage first."""
    if isinstance(a, Outcome):
        yield from _of_scenarios(a.scenario, b.scenario)
        return
    yield from _of_campaigns(_campaign_of(a), _campaign_of(b))
    found: dict[str, InputChange] = {}
    for one, other in reversed(list(zip(_stages(a), _stages(b), strict=False))):
        inputs = _KINDS[type(one).__name__].inputs
        mine, theirs = inputs(one), inputs(other)
        for name, before in mine.items():
            after = theirs[name]
            if not _equal(before, after):
                found.setdefault(name, InputChange(name, before, after))
    if "among" in found or "weights" in found:  # other weights are other numbers, and other units
        found.pop("weights of units", None)
    yield from found.values()


def _of_scenarios(a: Scenario, b: Scenario) -> Iterator[InputChange]:
    yield from _of_campaigns(a.campaign, b.campaign)
    for field in attrs.fields(Scenario):
        before, after = getattr(a, field.name), getattr(b, field.name)
        if field.name != "campaign" and not _equal(before, after):
            yield InputChange(field.name, before, after)


def _of_campaigns(a: Campaign, b: Campaign) -> Iterator[InputChange]:
    """Yield the readings that differ, and the other parts by name."""
    if a is b or a == b:
        return
    for field in attrs.fields(Readings):
        before, after = getattr(a.readings, field.name), getattr(b.readings, field.name)
        if field.name != "suggested" and before != after:
            yield InputChange(f"readings.{field.name}", before, after)
    for field in attrs.fields(Campaign):
        if field.name != "readings" and getattr(a, field.name) != getattr(b, field.name):
            yield InputChange(f"campaign.{field.name}", "one", "another")


def _equal(one: object, other: object) -> bool:
    """Tell whether two inputs are the same; frames and reports by value."""
    if isinstance(one, Tally) and isinstance(other, Tally):
        return one is other or (one.as_of == other.as_of and same(one.frame, other.frame))
    if isinstance(one, (pd.DataFrame, np.ndarray)) or isinstance(other, (pd.DataFrame, np.ndarray)):
        return same(one, other)
    return bool(one == other) or same(one, other)


def _shown(value: object) -> str:
    """Return an input in a few words."""
    match value:
        case pd.DataFrame():
            text = f"{len(value):,} rows"
        case np.ndarray():
            text = f"{int(np.count_nonzero(value)):,} numbers" if value.size else "none"
        case None | "" | ():
            text = "none"
        case Tally():
            text = f"{value.frame['persons'].sum():,} people, known at {value.as_of}"
        case Fraction():
            text = f"{float(value * 100):g}%" if value < 1 else str(value)
        case Mapping():
            text = f"{len(value)} numbers"
        case tuple():
            text = _several(value)
        case _:
            text = name_of(value)
    return text


def _several(values: Sequence[object]) -> str:
    if all(isinstance(one, str) for one in values):
        return " + ".join(map(str, values))
    texts = [
        " ".join(map(_shown, one)) if isinstance(one, tuple) else _shown(one)
        for one in values[:_NAMED]
    ]
    more = f" and {len(values) - _NAMED} more" if len(values) > _NAMED else ""
    return ", ".join(texts) + more


# -- numbers ---------------------------------------------------------------------------------------


def _differences(a: Any, b: Any) -> pd.DataFrame:  # noqa: ANN401 - any kind of result
    before, after = _long(a), _long(b)
    both = before.merge(after, on=["unit", "quantity"], how="outer", suffixes=("_a", "_b"))
    whole = not (set(both["quantity"]) & {"score"})
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
    order = pd.Categorical(frame["quantity"], list(_QUANTITIES), ordered=True)
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


def _long(result: Any) -> pd.DataFrame:  # noqa: ANN401 - any kind of result
    """Return unit, name, quantity, value of everything that a result and its stages count."""
    names = {unit.code: unit.label.text() for unit in _campaign_of(result).units}
    parts = []
    for stage in _stages(result):
        columns = _KINDS[type(stage).__name__].columns
        if not columns:
            continue
        frame = stage.to_frame()
        if isinstance(stage, Allocation):
            frame = frame[frame["unit"].isin([*stage.shares().index, "unallocated"])]
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


def _number(value: Any) -> str:  # noqa: ANN401 - a cell, which pandas may hand over as NumPy's
    if pd.isna(value):
        return "unknown"
    return f"{int(value):,}" if int(value) == value else f"{value:,.2f}"


# -- verdicts --------------------------------------------------------------------------------------


def _turn(row: pd.Series[Any]) -> str:
    """Return one turn in words: who, what, and by how many people."""
    verdict, after = str(row["verdict"]), row["after"]
    said = _TURNS.get((verdict, str(after)))
    if pd.isna(after):
        said = f"has no answer to {VERDICTS[verdict]!r} any more"
    elif said is None:
        said = f"goes from {row['before']} to {after}"
    if pd.isna(row["people"]):
        return f"{row['name']} {said}"
    people = int(row["people"])
    return f"{row['name']} {said} ({abs(people):,} {'over' if people >= 0 else 'short'})"


def _verdict_changes(a: Any, b: Any) -> pd.DataFrame:  # noqa: ANN401 - any kind of result
    """Return what turns for whom: see `Comparison.verdicts`."""
    before, after = _verdicts(a), _verdicts(b)
    both = before.merge(after, on=["unit", "name", "verdict"], how="outer", suffixes=("_a", "_b"))
    equal = (both["answer_a"] == both["answer_b"]) | (
        both["answer_a"].isna() & both["answer_b"].isna()
    )
    turned = both[~equal.fillna(value=False)]
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
    plans = [next((s for s in _stages(one) if isinstance(s, Plan)), None) for one in (a, b)]
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

"""What differs between two results beside their numbers: inputs, verdicts, plans by period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import attrs
import pandas as pd

from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.assessment.assess import Assessment
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.readings import Readings
from coverage_campaign.progress.track import Progress
from coverage_campaign.scenarios.margins import nearest_margins
from coverage_campaign.scenarios.scenario import Outcome, Scenario
from coverage_campaign.scheduling.schedule import Plan

__all__ = ["VERDICTS", "Result", "inputs_of", "plan_changes", "verdict_changes"]

Result = Outcome | Progress | Allocation
VERDICTS: Mapping[str, str] = {
    "merit_eligible": "may have merit awards",
    "commended": "is commended",
    "grade": "grade",
    "target": "target met",
    "schedule": "on schedule",
}
"""What can turn, the gravest first, in words."""


def inputs_of(a: Result, b: Result) -> tuple[str, ...]:
    """Return the inputs that differ, each as 'name before -> after'."""
    return tuple(f"{name} {_shown(old)} -> {_shown(new)}" for name, old, new in _inputs(a, b))


def _inputs(a: Result, b: Result) -> Iterator[tuple[str, object, object]]:
    if isinstance(a, Outcome) and isinstance(b, Outcome):
        for field in attrs.fields(Scenario):
            old, new = getattr(a.scenario, field.name), getattr(b.scenario, field.name)
            if field.name == "campaign":
                yield from _of_campaigns(old, new)
            elif old != new:
                yield field.name, old, new
        if (a.reports is None) != (b.reports is None) or a.record.data != b.record.data:
            yield "reports", _known(a), _known(b)
        return
    if isinstance(a, Progress) and isinstance(b, Progress):
        yield from _of_campaigns(a.campaign, b.campaign)
        yield from _of_allocations(a.plan.allocation, b.plan.allocation)
        yield from _unlike(
            ("over", a.plan.over, b.plan.over), ("curve", a.plan.curve, b.plan.curve)
        )
        yield from _unlike(("as_of", a.as_of, b.as_of), ("known at", a.tally.as_of, b.tally.as_of))
    if isinstance(a, Allocation) and isinstance(b, Allocation):
        yield from _of_campaigns(a.campaign, b.campaign)
        yield from _of_allocations(a, b)


def _known(outcome: Outcome) -> str:
    if outcome.reports is None:
        return "none"
    return f"{outcome.reports.frame['persons'].sum():,} people, known at {outcome.reports.as_of}"


def _of_campaigns(a: Campaign, b: Campaign) -> Iterator[tuple[str, object, object]]:
    """Yield the readings that differ, and the other parts by name alone."""
    if a is b or a == b:
        return
    for field in attrs.fields(Readings):
        old, new = getattr(a.readings, field.name), getattr(b.readings, field.name)
        if field.name != "suggested" and old != new:
            yield f"readings.{field.name}", old, new
    for field in attrs.fields(Campaign):
        if field.name != "readings" and getattr(a, field.name) != getattr(b, field.name):
            yield f"campaign.{field.name}", "one", "another"


def _of_allocations(a: Allocation, b: Allocation) -> Iterator[tuple[str, object, object]]:
    yield from _unlike(("total", a.total, b.total), ("among", a.among, b.among),
                       ("weights", a.weighting, b.weighting), ("method", a.method, b.method),
                       ("order", a.order, b.order), ("uplift", a.uplift, b.uplift))  # fmt: skip
    if a.weighting == b.weighting and a.weights != b.weights and a.among == b.among:
        yield "weights", "one set", "another"
    for bound in ("floor", "cap", "pinned"):
        old, new = _bounds(a, bound), _bounds(b, bound)
        if old != new and a.among == b.among:
            yield {"floor": "floors", "cap": "caps", "pinned": "pins"}[bound], old, new


def _bounds(allocation: Allocation, bound: str) -> tuple[object, ...]:
    frame = allocation.frame
    if bound == "pinned":
        rows = frame[frame["pinned"]]
        return tuple(zip(rows["unit"].tolist(), rows["share"].tolist(), strict=True))
    rows = frame[frame[bound].notna()]
    return tuple(zip(rows["unit"].tolist(), rows[bound].tolist(), strict=True))


def _unlike(*items: tuple[str, object, object]) -> Iterator[tuple[str, object, object]]:
    return (item for item in items if item[1] != item[2])


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        if all(isinstance(one, str) for one in value):
            return " + ".join(value) or "none"
        return ", ".join(" ".join(map(str, pair)) for pair in value[:4]) + (
            f" and {len(value) - 4} more" if len(value) > 4 else ""  # noqa: PLR2004 - a line's worth
        )
    if isinstance(value, Fraction):
        return str(value)
    name = getattr(value, "__name__", None) or getattr(value, "name", None)
    return str(name or value)


def verdict_changes(a: Result, b: Result) -> pd.DataFrame:
    """Return what turns for whom: one row per unit and verdict that is another on both sides.

    Columns: unit, name, verdict, before, after (text, <NA> = could not be told), people (how many
    the unit is over (+) or short of (-) the threshold in `b`, <NA> where that is not known). The
    gravest verdicts first, and in each the units with the most people.
    """
    before, after = _verdicts(a), _verdicts(b)
    keys = ["unit", "name", "verdict"]
    both = before.merge(after, on=keys, how="outer", suffixes=("_a", "_b"))
    same = (both["answer_a"] == both["answer_b"]) | (
        both["answer_a"].isna() & both["answer_b"].isna()
    )
    turned = both[~same.fillna(value=False)]
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


def _verdicts(result: Result) -> pd.DataFrame:
    """Return unit, name, verdict, answer and people of everything that a result decides."""
    parts = []
    assessment = result.assessment if isinstance(result, Outcome) else None
    progress = result.progress if isinstance(result, Outcome) else result
    if assessment is not None:
        parts += [_assessed(assessment, verdict) for verdict in list(VERDICTS)[:3]]
    if isinstance(progress, Progress):
        frame = progress.to_frame()
        over = frame["done"] - frame["target"]
        parts.append(_told(frame, "target", over >= 0, over))
        parts.append(_told(frame, "schedule", frame["gap_persons"] >= 0, frame["gap_persons"]))
    if not parts:
        empty = {"unit": "str", "name": "str", "verdict": "str", "answer": "str", "people": "Int64"}
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in empty.items()})
    return pd.concat(parts, ignore_index=True)


def _told(
    frame: pd.DataFrame, verdict: str, answer: pd.Series[bool], people: pd.Series[int]
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


def _assessed(assessment: Assessment, verdict: str) -> pd.DataFrame:
    table = assessment.to_frame()
    names = assessment.progress.to_frame().set_index("unit")["name"]
    margins = nearest_margins(assessment, verdict)
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


def plan_changes(a: Result, b: Result) -> pd.DataFrame:
    """Return how the plans differ: unit, period, before, after, change of what is planned.

    One row per unit and period that differs; a period that one plan does not have is <NA> there.
    """
    before, after = _plan_of(a), _plan_of(b)
    columns = ["unit", "period", "before", "after", "change"]
    if before is None or after is None:
        return pd.DataFrame(columns=columns)
    both = _by_period(before).merge(
        _by_period(after), on=["unit", "period"], how="outer", suffixes=("_a", "_b")
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


def _plan_of(result: Result) -> Plan | None:
    if isinstance(result, Outcome | Progress):
        return result.plan
    return None


def _by_period(plan: Plan) -> pd.DataFrame:
    return plan.to_frame().groupby(["unit", "period"])[["planned"]].sum().reset_index()

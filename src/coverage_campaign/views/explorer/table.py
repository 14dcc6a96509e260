"""The rows that the explorer shows: each unit in the baseline and now, and each month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs
import pandas as pd

from coverage_campaign.messages import Language
from coverage_campaign.messages.formats import count, month, signed
from coverage_campaign.views.explorer import phrases

if TYPE_CHECKING:
    from coverage_campaign.allocation.allocation import Allocation
    from coverage_campaign.scenarios.compare import Comparison
    from coverage_campaign.scenarios.scenario import Outcome

__all__ = ["Grid", "month_rows", "unit_frame", "unit_grid"]

_MOST_ROWS: Final = 200


@attrs.frozen
class Grid:
    """Columns with their kind (text, count or change), rows of text, and how many are left out."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int


def unit_frame(before: Outcome, now: Outcome, compared: Comparison) -> pd.DataFrame:
    """Return one row per leaf: unit, name, baseline, now, change, uplifted [persons], and more.

    `change` is <NA> where nothing changed. Where there are reports: done, gap_baseline and gap_now
    (done - planned).
    """
    leaves = now.allocation.shares().index
    changes = compared.to_frame().query("quantity == 'share'").set_index("unit")["change"]
    current = now.allocation.to_frame().set_index("unit").loc[leaves]
    frame = current[["name"]].assign(
        baseline=before.allocation.shares().astype("Int64"),
        now=current["share"],
        change=changes.reindex(leaves).astype("Int64"),
        uplifted=current["uplifted"],
    )
    if before.progress is not None and now.progress is not None:
        old, new = (
            progress.to_frame().set_index("unit").loc[leaves]
            for progress in (before.progress, now.progress)
        )
        frame = frame.assign(
            done=new["done"], gap_baseline=old["gap_persons"], gap_now=new["gap_persons"]
        )
    return frame.reset_index()


def unit_grid(frame: pd.DataFrame, outcome: Outcome, lang: Language) -> Grid:
    """Return the rows as they are shown, the total last."""
    campaign = outcome.scenario.campaign
    names = {unit.code: unit.label.text(lang) for unit in campaign.members(outcome.scenario.among)}
    remarks = _remarks(outcome.allocation, lang)
    columns = [
        ("unit", phrases.UNIT.text(lang), "text"),
        ("baseline", phrases.BASELINE.text(lang), "count"),
        ("now", phrases.NOW.text(lang), "count"),
        ("change", phrases.CHANGE.text(lang), "change"),
    ]
    if not frame["uplifted"].equals(frame["now"]):
        columns.append(("uplifted", phrases.UPLIFTED.text(lang), "count"))
    if "done" in frame:
        gap = phrases.GAP.text(lang)
        columns += [
            ("done", phrases.DONE.text(lang), "count"),
            ("gap_baseline", f"{gap}: {phrases.BASELINE.text(lang)}", "change"),
            ("gap_now", f"{gap}: {phrases.NOW.text(lang)}", "change"),
        ]
    if remarks:
        columns.append(("remark", phrases.REMARK.text(lang), "text"))
    shown = frame.head(_MOST_ROWS).to_dict("records")
    whole = frame.drop(columns=["unit", "name"]).sum(min_count=1).to_dict()
    rows = [
        {**row, "unit": names[row["unit"]], "remark": remarks.get(row["unit"], "")} for row in shown
    ] + [{**whole, "unit": phrases.WHOLE.text(lang), "remark": ""}]
    return Grid(
        columns=tuple((title, kind) for _, title, kind in columns),
        rows=tuple(tuple(_cell(row[key], kind) for key, _, kind in columns) for row in rows),
        left_out=len(frame) - len(shown),
    )


def _cell(value: object, kind: str) -> str:
    if kind == "text":
        return str(value)
    persons = value if isinstance(value, int) else None
    if kind == "count":
        return count(persons)
    return signed(persons, digits=0) if persons else ""  # no change: the eye finds what moves


def _remarks(allocation: Allocation, lang: Language) -> dict[str, str]:
    tied = {unit for tie in allocation.ties for unit in tie.units}
    remarks: dict[str, str] = {}
    for row in allocation.to_frame().to_dict("records"):
        words = [phrases.TIED] if row["unit"] in tied else []
        if row["pinned"]:
            words.append(phrases.PINNED)
        elif _at(row["share"], row["floor"]):
            words.append(phrases.AT_FLOOR)
        elif _at(row["share"], row["cap"]):
            words.append(phrases.AT_CAP)
        if words:
            remarks[str(row["unit"])] = ", ".join(one.text(lang) for one in words)
    return remarks


def _at(share: object, bound: object) -> bool:
    return isinstance(bound, int) and share == bound


def month_rows(
    before: Outcome, now: Outcome, lang: Language
) -> tuple[tuple[str, str, str, str], ...]:
    """Return what is planned for each period in the baseline and now; () where nothing differs."""
    if before.plan is None or now.plan is None:
        return ()
    both = [
        plan.totals().groupby("period", sort=True)["planned"].sum()
        for plan in (before.plan, now.plan)
    ]
    table = pd.DataFrame({"before": both[0], "now": both[1]}).astype("Int64")
    if now.plan.by != "month" or table["before"].equals(table["now"]):
        return ()
    return tuple(
        (
            f"{month(period.date(), lang)} {period.year}"
            if lang == "en"
            else f"{period.year}年{month(period.date(), lang)}",
            count(old),
            count(new),
            _cell(int(new - old), "change"),
        )
        for period, old, new in table.itertuples()
    )

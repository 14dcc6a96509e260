"""What a reader must be told about a progress, one sentence each, in two languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import pandas as pd

from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.labels import Label
from coverage_campaign.progress.reported_counts import Counted
from coverage_campaign.progress.unit_counts import is_open

__all__ = ["remarks_on"]

_LISTED = 8


def remarks_on(
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
    if is_open(campaign, rows):
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
    if silent and not is_open(campaign, rows):
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

"""The rows of a bulletin: each unit's standing, its rank before, and what must be remarked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from coverage_campaign.views.signs import sign_words, with_signs
from coverage_campaign.views.standings import Standing, by_rank, standings, total_of

if TYPE_CHECKING:
    from coverage_campaign.progress.track import Progress
    from coverage_campaign.views.documents.document import Lang

__all__ = ["BulletinRow", "rows_of", "total_row", "why_unranked"]


@attrs.frozen(kw_only=True)
class BulletinRow:
    """A unit's standing with what a bulletin adds: its rank before, and a remark."""

    standing: Standing
    rank_before: int | None
    remark: str

    @property
    def rise(self) -> int | None:
        """How many places it rose since the bulletin before; None where that is not known."""
        if self.rank_before is None or self.standing.rank is None:
            return None
        return self.rank_before - self.standing.rank


def rows_of(
    progress: Progress, lang: Lang, *, previous: Progress | None
) -> tuple[BulletinRow, ...]:
    """Return the units, the ranked first, each with its remark."""
    earlier = {} if previous is None else {one.unit: one.rank for one in standings(previous, lang)}
    return tuple(
        BulletinRow(standing=one, rank_before=earlier.get(one.unit), remark=_remark(one, lang))
        for one in with_signs(by_rank(standings(progress, lang)), progress)
    )


def total_row(progress: Progress, name: str) -> BulletinRow:
    """Return the whole as the last row of a table."""
    whole = attrs.evolve(total_of(progress), name=name, rank=None)
    return BulletinRow(standing=whole, rank_before=None, remark="")


def why_unranked(one: Standing, lang: Lang) -> str:
    """Return why a unit has no rank, '' where it has one."""
    zh = lang == "zh"
    if one.rank is not None:
        return ""
    if one.done is None:
        return "未上报" if zh else "no report"
    missing = (one.reports_expected or 0) - (one.reports_received or 0)
    if missing > 0:
        return f"缺报{missing}期" if zh else f"{missing} reports missing"
    return "无任务" if zh else "no target"


def _remark(one: Standing, lang: Lang) -> str:
    zh = lang == "zh"
    why = why_unranked(one, lang)
    signs = sign_words(one.signs, lang)
    parts = [
        *([f"{why}，不排名" if zh else f"{why}, not ranked"] if why else []),
        *([f"待核：{signs}" if zh else f"to check: {signs}"] if signs else []),
    ]
    return ("；" if zh else "; ").join(parts)

"""Signs beside a rank that its figures deserve a second look, month by month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs
import pandas as pd

from coverage_campaign.reporting.data_quality import falls, quality_signals
from coverage_campaign.views.words import Lang, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage_campaign.progress.track import Progress
    from coverage_campaign.reporting.result import Tally
    from coverage_campaign.views.standings import Standing

__all__ = ["sign_words", "signs_of", "with_signs"]

# A ranking is made from months; what is odd about single days is not told in it.
_MONTHLY: Final = "month"
_SHORT: Final = {
    "fall": Words("taken back", "回调", "回調"),
    "jump": Words("jump", "突变", "突變"),
    "identical": Words("repeated", "重复", "重複"),
    "deadline_spike": Words("end rush", "突击", "突擊"),
    "lapse_after_entry": Words("lapses", "断保", "斷保"),
    "above_eligible": Words("> eligible", "超应参保", "超應參保"),
}
_KINDS: Final = {
    "fall": Words("persons taken back", "有回调", "有回調"),
    "jump": Words("a jump", "突增或突减", "突增或突減"),
    "identical": Words("the same figure again and again", "连续数字相同", "連續數字相同"),
    "deadline_spike": Words("a rush at the end", "期末突击", "期末突擊"),
    "lapse_after_entry": Words("many lapse after entry", "参保后断保较多", "參保後斷保較多"),
    "above_eligible": Words("above all eligible people", "超过应参保人数", "超過應參保人數"),
}


def signs_of(progress: Progress) -> dict[str, tuple[str, ...]]:
    """Return the kinds of signs by unit code, up to the last day counted; none is no entry."""
    tally = _until(progress.tally, progress)
    odd = pd.concat([falls(tally), quality_signals(_monthly(tally))], ignore_index=True)
    found: dict[str, dict[str, None]] = {}
    for unit, kind in zip(odd["unit"].tolist(), odd["signal"].tolist(), strict=True):
        if isinstance(unit, str) and kind in _KINDS:
            found.setdefault(unit, {})[kind] = None
    return {unit: tuple(kinds) for unit, kinds in found.items()}


def sign_words(kinds: Sequence[str], lang: Lang, *, short: bool = False) -> str:
    """Return signs in words, `short` as a column has room for them.

    >>> sign_words(("fall", "jump"), "en"), sign_words(("identical",), "zh", short=True)
    ('persons taken back, a jump', '重复')
    """
    words = _SHORT if short else _KINDS
    return (", " if lang == "en" else "、").join(words[kind].say(lang) for kind in kinds)


def with_signs(rows: Sequence[Standing], progress: Progress) -> tuple[Standing, ...]:
    """Return the standings with the signs of each unit."""
    signs = signs_of(progress)
    return tuple(attrs.evolve(row, signs=signs.get(row.unit, ())) for row in rows)


def _until(tally: Tally, progress: Progress) -> Tally:
    frame = tally.to_frame()
    counted = frame["period"] <= pd.Timestamp(progress.as_of)
    return attrs.evolve(tally, frame=frame[counted].reset_index(drop=True))


def _monthly(tally: Tally) -> Tally:
    if tally.by == _MONTHLY:
        return tally
    frame = tally.to_frame()
    month = frame["period"].dt.to_period("M").dt.to_timestamp().dt.as_unit("s")
    keys = [name for name in frame.columns if name != "persons"]
    summed = frame.assign(period=month).groupby(keys, dropna=False)[["persons"]].sum()
    return attrs.evolve(tally, frame=summed.reset_index(), by=_MONTHLY)

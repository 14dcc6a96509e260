"""What an allocation rests on: whose total it is, and what no source states about its weights."""

from __future__ import annotations

from coverage_campaign.allocation.weights import Blend, ByMeasure, Declared, Weighting, equal
from coverage_campaign.model.basis import Basis
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.labels import Label

__all__ = ["grounds_of"]


def grounds_of(
    campaign: Campaign, among: str, weighting: Weighting, callers_total: int | None
) -> Basis:
    """Return the campaign's basis with what the caller assumed."""
    basis = campaign.basis()
    if callers_total is not None:
        basis = basis.assuming(
            Label(
                {
                    "en": f"the total of {callers_total:,} people is the caller's",
                    "zh-Hans": f"任务总数{callers_total:,}人由使用者给定",
                }
            )
        )
    return basis.assuming(_declared(campaign, among, weighting)) if weighting.assumption else basis


def _declared(campaign: Campaign, among: str, weighting: Weighting) -> Label:
    cut = campaign.breakdown(among).label.text("zh")
    if isinstance(weighting, Blend):
        parts = "、".join(f"{_called(campaign, part)}{share}" for part, share in weighting.parts)
        chinese = f"{cut}的权重按设定比例合成：{parts}"
        return Label({"en": f"{among}: {weighting.assumption}", "zh-Hans": chinese})
    # A reason is the caller's own words, in whatever language they are.
    reason = weighting.because if isinstance(weighting, Declared) else weighting.assumption
    chinese = f"{cut}的权重为使用者设定，并无出处（{reason}）"
    if weighting.name == equal.name:
        chinese = f"{cut}各单位权重相同"
    return Label(
        {
            "en": f"{among}: {weighting.assumption}",
            "zh-Hans": chinese,
        }
    )


def _called(campaign: Campaign, weighting: Weighting) -> str:
    """Return what a part of a blend is called in Chinese; its code where nothing else is known."""
    if isinstance(weighting, ByMeasure):
        return campaign.measure(weighting.measure).label.text("zh")
    return weighting.name

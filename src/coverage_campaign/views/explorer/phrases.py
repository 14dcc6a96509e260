"""The words of the explorer in three languages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from coverage_campaign.views.words import Lang, Words

__all__ = ["CURVES", "METHODS", "PICTURES", "listed"]

TOTAL: Final = Words("Total (persons)", "总任务（人）", "總任務（人）")
RATE: Final = Words("Goal (% of eligible)", "目标（占应保人数%）", "目標（佔應保人數%）")
METHOD: Final = Words("Method", "取整方法", "取整方法")
PARAMETER: Final = Words("Parameter", "参数", "參數")
SHARED_BY: Final = Words("Shared out by", "分解依据", "分解依據")
WEIGHTS: Final = Words("Weights", "分解权重", "分解權重")
UNIT: Final = Words("Unit", "单位", "單位")
FLOOR: Final = Words("At least", "不少于", "不少於")
CAP: Final = Words("At most", "不超过", "不超過")
BOUNDS: Final = Words("Floors and caps", "上下限", "上下限")
UPLIFT: Final = Words("Uplift (%)", "加码（%）", "加碼（%）")
CURVE: Final = Words("Pace", "进度安排", "進度安排")
FIRST: Final = Words("First day", "首日", "首日")
LAST: Final = Words("Last day", "末日", "末日")
PICTURE: Final = Words("Picture", "图", "圖")
RESET: Final = Words("Back to the baseline", "恢复基准", "恢復基準")
CODE: Final = Words("Code of this scenario", "本方案的代码", "本方案的代碼")
NO_BOUND: Final = Words("none", "不限", "不限")

BASELINE: Final = Words("Baseline", "基准", "基準")
NOW: Final = Words("Now", "现方案", "現方案")
CHANGE: Final = Words("Change", "增减", "增減")
UPLIFTED: Final = Words("With uplift", "加码后", "加碼後")
DONE: Final = Words("Done", "已完成", "已完成")
GAP: Final = Words("Ahead or behind", "较计划", "較計劃")
REMARK: Final = Words("Remark", "备注", "備註")
WHOLE: Final = Words("Total", "合计", "合計")
MONTH: Final = Words("Month", "月份", "月份")
AT_FLOOR: Final = Words("at its floor", "已到下限", "已到下限")
AT_CAP: Final = Words("at its cap", "已到上限", "已到上限")
PINNED: Final = Words("pinned", "固定", "固定")
TIED: Final = Words("tied", "并列", "並列")

SAME: Final = Words(
    "This is the baseline: nothing differs yet.",
    "这是基准方案，尚无变化。",
    "這是基準方案，尚無變化。",
)
UNCHANGED: Final = Words("No unit's share changes.", "各单位任务数不变。", "各單位任務數不變。")
WHO: Final = Words(
    "{0} units get more, {1} get less, {2} the same. Most of all: {3} ({4}).",
    "{0}个单位增加，{1}个减少，{2}个不变；变化最大的是{3}（{4}）。",
    "{0}個單位增加，{1}個減少，{2}個不變；變化最大的是{3}（{4}）。",
)
INPUTS: Final = Words("Changed: {0}.", "改动：{0}。", "改動：{0}。")
WEIGHED: Final = Words("Shared out by: {0}.", "分解权重：{0}。", "分解權重：{0}。")
BOUNDED: Final = Words("Bounds: {0}.", "上下限：{0}。", "上下限：{0}。")
TIES: Final = Words(
    "Equal claims: {0} compete for {1} persons; {2} get them.",
    "并列：{0}竞争{1}个名额，由{2}取得。",
    "並列：{0}競爭{1}個名額，由{2}取得。",
)
UNALLOCATED: Final = Words(
    "{0} persons are allocated to nobody: no cap leaves room for them.",
    "有{0}人无处可分：各单位均已到上限。",
    "有{0}人無處可分：各單位均已到上限。",
)
LONG_CODE: Final = Words(
    "The code is long: print(explorer.to_code()).",
    "代码较长，请用 print(explorer.to_code()) 查看。",
    "代碼較長，請用 print(explorer.to_code()) 查看。",
)
KEPT: Final = Words(
    "{0}\nWhat is shown is the last result that was possible.",
    "{0}\n以下仍为上一次可行的结果。",
    "{0}\n以下仍為上一次可行的結果。",
)
ALL_ZERO: Final = Words(
    "All weights are 0, so there is nothing to share out by.",
    "所有权重均为0，无从分解。",
    "所有權重均為0，無從分解。",
)
MORE_UNITS: Final = Words(
    "{0} more units are in explorer.to_frame().",
    "另有{0}个单位，见 explorer.to_frame()。",
    "另有{0}個單位，見 explorer.to_frame()。",
)
TOO_MANY: Final = Words(
    "{0} units differ; a picture holds {1}. The table and explorer.to_frame() have all.",
    "有变化的单位{0}个，图中最多画{1}个；全部见表和 explorer.to_frame()。",
    "有變化的單位{0}個，圖中最多畫{1}個；全部見表和 explorer.to_frame()。",
)
NO_PICTURE: Final = Words("No picture: {0}", "无图：{0}", "無圖：{0}")

GIVEN: Final = Words("as given: {0}", "原设定：{0}", "原設定：{0}")
UNCOVERED: Final = Words("Not covered yet", "未参保人数", "未參保人數")
EQUAL: Final = Words("Equal", "平均", "平均")

METHODS: Final = {
    "webster": Words("Webster (Sainte-Laguë)", "韦伯斯特法", "韋伯斯特法"),
    "hamilton": Words("Hamilton (largest remainder)", "最大余数法", "最大餘數法"),
    "jefferson": Words("Jefferson (D'Hondt)", "杰斐逊法（洪德法）", "傑佛遜法（洪德法）"),
    "adams": Words("Adams", "亚当斯法", "亞當斯法"),
    "hill": Words("Hill (equal proportions)", "希尔法（等比例法）", "希爾法（等比例法）"),
    "dean": Words("Dean (harmonic mean)", "迪安法（调和平均）", "迪安法（調和平均）"),
    "stationary": Words("Stationary, r = parameter", "定常法，r为参数", "定常法，r為參數"),
    "modified": Words(
        "Modified Sainte-Laguë, first divisor = parameter",
        "改良圣拉古法，首除数为参数",
        "改良聖拉古法，首除數為參數",
    ),
}
CURVES: Final = {
    "even": Words("Even per calendar day", "按日历天平均", "按日曆天平均"),
    "working_days": Words("Even per working day", "按工作日平均", "按工作日平均"),
    "ramp": Words("Rising or falling", "递增或递减", "遞增或遞減"),
}
PICTURES: Final = {
    "comparison": Words("What changes for whom", "各单位变化", "各單位變化"),
    "fairness": Words("How even the burden is", "负担是否均衡", "負擔是否均衡"),
}


def listed(parts: Iterable[str], lang: Lang) -> str:
    """Return parts of a list as one text.

    >>> listed(["a", "b"], "en"), listed(["甲", "乙"], "zh")
    ('a; b', '甲；乙')
    """
    return ("; " if lang == "en" else "；").join(parts)

# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Three meetings
#
# Lanhe, a made-up city, has a notice as many have: the targets are prescribed in an annex, there are milestones, an
# economic zone lies inside a district, and two counties merge on 1 July. Three meetings follow, and each asks for a
# number that nobody should have to guess: what does the merger do, what would a share in proportion have been, and
# what if the half-year milestone moves?
#
# It runs wherever Python does, after `pip install "coverage-campaign[excel,notebook]"`.

# %%
import pandas as pd

import coverage_campaign as cc

campaign = cc.load_case("lanhe")
allocation = cc.allocate(campaign)  # the annex's own figures, as they are
plan = cc.schedule(allocation)  # through the notice's milestones
list(allocation.basis.lines())

# %% [markdown]
# The basis says whose figures these are: those of annex 1, not a choice of the library. Dongpu District has people of
# its own and a zone inside; `own_share` keeps them apart.

# %%
annex = allocation.to_frame()[["unit", "name", "parent", "share", "own_share"]]
annex.style.hide(axis="index")

# %% [markdown]
# ## First meeting: the merger
#
# Baishi and Yunling become Yunbai on 1 July. Until 30 June each has its own plan; from then on the people who were
# planned for them are Yunbai's. No day is planned for a county that does not exist, and nobody is planned twice.

# %%
three = ["990125", "990126", "990127"]
days = {"30 June": "2023-06-30", "25 September": "2023-09-25", "25 December": "2023-12-25"}
merger = pd.DataFrame(
    {day: plan.planned_on(date).reindex(three) for day, date in days.items()}
).rename(index=lambda code: campaign.unit(code).label.text())
merger.loc["together"] = merger.sum()
merger

# %% [markdown]
# A figure that Baishi reports for August is no figure of August's: it is not counted, and the tally says why and who
# has taken the county's place.

# %%
late = pd.DataFrame(
    {"unit": ["990125", "990125"], "period": ["2023-06-01", "2023-08-01"], "persons": [420, 380]}
)
late_tally = cc.read_reports(late, campaign, figures="new")
late_tally.problems

# %% [markdown]
# ## Second meeting: prescribed or in proportion?
#
# "The annex asks too much of the districts", says one. In proportion to the people who are not insured yet it would be
# these figures. One comparison shows who gains and who loses, to one person.

# %%
prescribed = cc.run(cc.Scenario(campaign=campaign))
in_proportion = cc.run(cc.Scenario(campaign=campaign, weights=cc.weights.uncovered))
comparison = cc.compare(prescribed, in_proportion)
shares = comparison.to_frame().query("quantity == 'share'")
shares.style.hide(axis="index")

# %%
comparison.plot()

# %% [markdown]
# Both add up to 48,000: what one unit gains, others lose.

# %%
(int(prescribed.allocation.shares().sum()), int(in_proportion.allocation.shares().sum()))

# %% [markdown]
# ## Third meeting: the half-year milestone moves
#
# 60 % by 25 June is hard, so 50 % is proposed. What is not done by June must be done later: how many more a day?

# %%
moved = cc.vary(
    campaign,
    milestones=[
        cc.vary(one, share="50%") if one.code == "half-year" else one for one in campaign.milestones
    ],
)
later = cc.schedule(cc.allocate(moved))
stretches = {
    "26 February to 25 June": ("2023-02-25", "2023-06-25"),
    "26 June to 25 September": ("2023-06-25", "2023-09-25"),
    "26 September to 25 December": ("2023-09-25", "2023-12-25"),
}


def a_day(one: cc.Plan, first: str, last: str) -> float:
    """Return how many people a plan has a day after `first`, up to `last`."""
    days = (pd.Timestamp(last) - pd.Timestamp(first)).days
    before = one.planned_on(first).sum() if first > "2023-02-25" else 0
    return round((one.planned_on(last).sum() - before) / days, 1)


pd.DataFrame(
    {
        "60 % by June": [a_day(plan, *ends) for ends in stretches.values()],
        "50 % by June": [a_day(later, *ends) for ends in stretches.values()],
    },
    index=list(stretches),
)

# %% [markdown]
# The summer would have to bring 182.6 people a day instead of 130.4. That is the sentence that the meeting needs.

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
# # What if: another total, other weights, other bounds
#
# The notice of Hengyang asks for 76,000 more insured people and leaves its annex out. By which figures should the
# counties share them? Each answer moves thousands of people from one county to another, so it should be seen before it
# is chosen. Nothing here changes the campaign: a scenario is a value, and another scenario is another value.
#
# It runs wherever Python does, after `pip install "coverage-campaign[excel,notebook]"`.

# %%
import coverage_campaign as cc

campaign = cc.load_case("hengyang", year=2008)  # the year is ours: the notice has none
baseline = cc.Scenario(campaign=campaign, weights=cc.weights.by_measure("census_2000"))
outcome = cc.run(baseline)
outcome

# %% [markdown]
# ## One question at a time
#
# By the census of 2010 instead of 2000. The comparison says what went in differently and what came out differently, the
# largest change first.

# %%
later = cc.vary(baseline, weights=cc.weights.by_measure("census_2010"))
by_census = cc.compare(outcome, cc.run(later))
by_census

# %% [markdown]
# The rounding method hardly matters here: a person or two. That is worth knowing before anybody argues about it.

# %%
adams = cc.vary(baseline, method=cc.apportion.adams)
cc.compare(outcome, cc.run(adams)).to_frame()[["name", "before", "after", "change"]]

# %% [markdown]
# A floor of 2,500 for every county helps the smallest and is paid for by the others, in proportion. The floor has to be
# one that can be met: if not, the error says by how many people it misses.

# %%
counties = [unit.code for unit in campaign.leaves("counties")]
floored = cc.vary(baseline, floors=dict.fromkeys(counties, 2_500))
cc.compare(outcome, cc.run(floored)).to_frame()[["name", "before", "after", "change"]]

# %%
try:
    cc.run(cc.vary(baseline, floors=dict.fromkeys(counties, 7_000)))
except cc.InfeasibleError as error:
    print(error)

# %% [markdown]
# ## All at hand
#
# The explorer has every input as a control: table, picture and "what changes for whom" follow. Move a slider with the
# arrow keys, or by code as here; the numbers are right on the next line.

# %%
explorer = cc.explorer(baseline)
explorer

# %%
explorer.total.value = 86_000
explorer.weights["census_2010"].value = 60  # beside census_2000 at 100: 5/8 and 3/8
int(explorer.allocation.shares().sum())

# %% [markdown]
# What was found can be kept: `explorer.scenario` is the scenario on the screen, and this is the code that makes it.

# %%
print(explorer.to_code())

# %% [markdown]
# ## Many at once
#
# Every combination of two censuses, three methods and three totals: how far does each county's share move?

# %%
study = cc.explore(
    baseline,
    over={
        "weights": [cc.weights.by_measure("census_2000"), cc.weights.by_measure("census_2010")],
        "method": [cc.apportion.webster, cc.apportion.adams, cc.apportion.hamilton],
        "total": [70_000, 76_000, 82_000],
    },
)
study

# %%
sensitivity = cc.charts.sensitivity(study, unit="430405")
sensitivity

# %% [markdown]
# ## Where does it turn?
#
# From which total on does Zhuhui District have to enrol more than 2,500 people? The search halves the range, and gives
# both neighbours.

# %%
most = 2_500
cc.goal_seek(
    baseline,
    input=("target", range(70_000, 120_001)),
    until=lambda found: found.allocation.shares()["430405"] > most,
)

# %% [markdown]
# ## For the head of the office
#
# The choice that matters is the census. The picture shows for whom.

# %%
comparison = cc.charts.comparison(by_census)
comparison

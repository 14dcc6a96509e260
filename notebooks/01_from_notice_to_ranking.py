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
# # From a notice to a ranking
#
# A city wants 76,000 more people in its pension insurance by the end of the year. The notice says so in a few pages;
# it names no year, no figures by county, and its two annexes are missing. This notebook goes from that notice to the
# page that its head would see at the end of September, and says at each step what is known and what is assumed.

# %%
import coverage_campaign as cc

campaign = cc.load_case("hengyang", year=2008)  # the year is ours: the notice has none
campaign

# %% [markdown]
# ## What the notice leaves open
#
# The review is computed from the definition. Each finding has its clause and, where it can be put in figures, what
# hangs on it.

# %%
findings = cc.review(campaign)
findings

# %%
calendar = cc.charts.calendar(campaign, findings=findings)

# %% [markdown]
# ## Who does how much
#
# Nothing says how many people each county can still enrol, so the target is shared out by census population. The
# shares add up to one person, and each can be questioned.

# %%
counties = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
counties

# %%
largest = counties.shares().idxmax()
counties.explain(largest)

# %% [markdown]
# ## By when
#
# The same arithmetic lays each share over the days. At 31 July, 61 of the 214 days of the special action are over.

# %%
plan = cc.schedule(counties, over="special-action")
plan.share_on("2008-07-31"), int(plan.planned_on("2008-07-31").sum())

# %% [markdown]
# ## What was done
#
# No real reports of this campaign were published, so these are **simulated**, with the faults of real ones: late,
# twice, revised, taken back. Everything that rests on them says so.
#
# The tally is made on 12 October, when September's reports are in; what was reported later is not in it.

# %%
simulation = cc.simulate(plan, seed=76, level=1.1)
tally = cc.tally(simulation.events, campaign, as_of="2008-10-12", by="day", simulated=True)
tally.problems

# %% [markdown]
# ## Who is ahead and who is behind

# %%
progress = cc.track(plan, tally, as_of="2008-09-30", received=simulation.received)
progress

# %%
ranking = cc.charts.ranking(progress)

# %%
forecast = cc.forecast(progress)
burn_up = cc.charts.burn_up(progress, forecast)

# %% [markdown]
# ## What if?
#
# The same target by the later census: who would have to do more, and by how many people?

# %%
later = cc.allocate(campaign, weights=cc.weights.by_measure("census_2010"))
cc.compare(counties, later)

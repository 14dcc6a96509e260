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
# # Following a campaign on real reports
#
# On 4 May 2021 the President of the United States set a goal: 70 % of adults with at least one dose by 4 July. This
# notebook follows it on the counts that the CDC published for 50 states, as they stood on 41 days from March to May,
# with their gaps and corrections. Nothing is simulated and nothing is smoothed.
#
# It runs wherever Python does, after `pip install "coverage-campaign[excel,notebook]"`.

# %%
from importlib import resources

import pandas as pd

import coverage_campaign as cc

DATA = resources.files("coverage_campaign.shipped") / "us-vaccination-2021.csv"
campaign = cc.load_case("us-vaccination-2021")
campaign

# %% [markdown]
# ## Each state's target, and its plan
#
# A coverage goal gives every state what brings it to 70 % of its own adults, rounded up. The plan lays that evenly over
# the days from the first dose to 4 July; a state is "behind" against that line and no other.

# %%
allocation = cc.allocate(campaign, among="states", target="one-dose")
plan = cc.schedule(allocation, over="vaccination")
print(plan)
print(allocation.explain("TX"))

# %% [markdown]
# ## The reports
#
# They are running totals by state and day. `as_of` is the day on which we look: what was published later is not seen.

# %%
AS_OF = "2021-05-28"
reports = pd.read_csv(str(DATA))
reports.tail(3)

# %%
tally = cc.read_reports(
    reports,
    campaign,
    figures="cumulative",
    by="day",
    baseline=0,  # nobody was vaccinated before the campaign's first day
    as_of=AS_OF,
    unit="postal",
    date="date",
    persons="dose1_18plus",
    rate="dose1_18plus_pct_published",  # only checked, never trusted
)
problems = tally.problems.to_frame()
problems["reason"].value_counts()

# %% [markdown]
# Nothing is lost in silence: days on which nobody reported, and totals that fell. A fall is a correction of what was
# counted before and is kept as one; who publishes the figures should be asked what was corrected.

# %%
falls = problems[problems["reason"] == "fall"]
falls[["where", "found"]].style.hide(axis="index")

# %% [markdown]
# ## Who is ahead and who is behind

# %%
progress = cc.track(plan, tally, as_of=AS_OF)
ranking = cc.charts.ranking(progress)
ranking

# %%
print(progress.explain("MS"))

# %% [markdown]
# ## Will they make it?
#
# At 28 May the country is ahead of an even schedule, and the forecast still gives it a small chance: the first came
# fast, and each week fewer follow. The forecast sees what was known on that day and nothing else.

# %%
forecast = cc.forecast(progress)
forecast

# %% [markdown]
# How good are such forecasts? That is no matter of belief: they are made from every earlier day, held against what
# came, and set beside the best of some simple rules, chosen with hindsight (`ratio` below 1 is better).

# %%
totals = reports.pivot_table(index="date", columns="postal", values="dose1_18plus", aggfunc="last")
totals.index = pd.to_datetime(totals.index)
adults = pd.Series({unit.code: unit.count("adults_2019") for unit in campaign.leaves("states")})
tested = cc.backtest(totals, population=adults, ahead=(7, 14, 21))
tested

# %% [markdown]
# ## For the head of the office
#
# One picture and the sentences of the bulletin. What came of it is known today: 70 % of adults was reached on 2 August,
# a month late. (CDC, COVID Data Tracker, as the White House reported it on that day.)

# %%
burn_up = cc.charts.burn_up(progress, forecast)
burn_up

# %%
bulletin = cc.bulletin(progress, lang="en")
print("\n".join(bulletin.sentences))

# %% [markdown]
# `bulletin.to_html("bulletin.html")` and `bulletin.to_excel("bulletin.xlsx")` write the whole of it.

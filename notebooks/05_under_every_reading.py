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
# # Under every reading
#
# A notice leaves questions open: does "76,000 more people" count those who leave again? Does the bar from awards strike
# departments alone? Each answer is a *reading*. The library proposes one so that a first run works, marks it in every
# result, and never lets it pass for the text. This notebook tries them all and asks: which numbers and which verdicts
# stand whatever was meant?
#
# The reports are **simulated**, with people who lapse and move away as in real ones.
#
# It runs wherever Python does, after `pip install "coverage-campaign[excel,notebook]"`.

# %%
import pandas as pd

import coverage_campaign as cc

pd.set_option("display.max_colwidth", None)
campaign = cc.load_case("hengyang", year=2008)
questions = pd.DataFrame(
    [(question.clause, question.code, question.text.text()) for question in campaign.questions],
    columns=["clause", "reading", "question"],
)
questions.style.hide(axis="index")

# %% [markdown]
# ## What each answer does
#
# Before anybody reports: how many people the target is of, how many have to be enrolled if 5 % of those insured lapse,
# what the two annexes ask for together, and how many should be done by the end of July. Every answer is read with every
# combination of the others; where they matter, the least and the most stand in the cell.

# %%
before = cc.readings_table(campaign, lapse="5%")
before.by_answer().style.hide(axis="index")

# %% [markdown]
# The widest gaps are the window of the schedule (21,664 or 33,716 people by the same day) and "by 10 %" (760,000 or
# 1,045,000 eligible people). Whoever publishes a ranking has chosen one of them, said or not.

# %% [markdown]
# ## Nothing chosen
#
# Without any reading the library does not guess. What hangs on an open question stays empty and says on which.

# %%
bare = cc.load_case("hengyang", year=2008, readings=cc.Readings())
plan = cc.schedule(
    cc.allocate(bare, weights=cc.weights.by_measure("census_2000")), over="special-action"
)
simulation = cc.simulate(plan, seed=25, level=1.06, spread=0.12)
reports = cc.tally(simulation.events, bare, as_of="2009-01-20", by="day", simulated=True)
print(cc.track(plan, reports, as_of="2008-12-31").explain("430405"))

# %% [markdown]
# ## Every combination
#
# The same reports under every combination of answers, at the end of the year. "Outstanding" has no size in the notice,
# so three are tried; schedule and cut-off are those of the special action, which ends on that day.

# %%
known = cc.tally(simulation.events, campaign, as_of="2009-01-20", by="day", simulated=True)
judged = cc.readings_table(
    campaign,
    weights=cc.weights.by_measure("census_2000"),
    as_of="2008-12-31",
    reports=known,
    received=simulation.received,
    answers={
        "outstanding": ["105%", "110%", "120%"],
        "schedule_over": [("special-action",)],
        "result_cutoff": [campaign.readings.result_cutoff],
    },
)
judged

# %% [markdown]
# ## For the head of the office
#
# Which verdicts may be announced today, and which have to wait until somebody says what was meant. `depends_on` is the
# question to ask.

# %%
verdicts = judged.robust()
verdicts = verdicts[
    verdicts["conclusion"].isin(["merit_eligible", "commended"]) & (verdicts["unit"] != "")
]
final = verdicts.assign(
    under=verdicts["agreeing"].astype(str) + " of " + verdicts["combinations"].astype(str),
    say=verdicts["robust"].map({True: "may be announced", False: "ask first"}),
)
final = final.sort_values(["say", "name"])[["name", "answer", "under", "say", "depends_on"]]
final.style.hide(axis="index")

# %%
suggested = cc.Scenario(
    campaign=campaign,
    weights=cc.weights.by_measure("census_2000"),
    over="special-action",
    as_of="2008-12-31",
)
outcome = cc.run(suggested, reports=known, received=simulation.received)
ranking = cc.charts.ranking(outcome.progress)
ranking

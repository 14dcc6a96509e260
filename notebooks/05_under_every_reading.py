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

# %%
import pandas as pd

import coverage_campaign as cc

campaign = cc.load_case("hengyang", year=2008)
questions = pd.DataFrame(
    [(question.clause, question.code, question.text.text()) for question in campaign.questions],
    columns=["clause", "reading", "question"],
)
questions

# %% [markdown]
# ## What hangs on each
#
# The review reckons it, where it can be put in figures. An answer of your own takes its finding away; a suggested one
# does not.

# %%
effects = pd.DataFrame(
    [
        (finding.clause, finding.code, effect.answer, effect.effect)
        for finding in cc.review(campaign)
        if finding.code
        in {"schedule-window-open", "increase-ambiguous", "gross-or-net", "award-bar-scope"}
        for effect in finding.readings
    ],
    columns=["clause", "finding", "if it means", "then"],
)
effects

# %% [markdown]
# The widest gap is the window. "On schedule" at the end of July is 21,664 people if the 76,000 are spread over the
# special action, and twice as many if over the calendar year. Whoever publishes a ranking has chosen one of them.

# %% [markdown]
# ## Nothing chosen
#
# Without any reading the library does not guess: it asks.

# %%
bare = cc.load_case("hengyang", year=2008, readings=cc.Readings())
allocation = cc.allocate(bare, weights=cc.weights.by_measure("census_2000"))
plan = cc.schedule(allocation, over="special-action")
simulation = cc.simulate(plan, seed=25, level=1.06, spread=0.12)
reports = cc.tally(simulation.events, bare, as_of="2009-01-20", by="day", simulated=True)
try:
    cc.track(plan, reports, as_of="2008-12-31")
except cc.OpenQuestionError as error:
    print(error)

# %% [markdown]
# ## Every combination
#
# Gross or net, whom the bar strikes, by which target "missed" is judged: eight combinations, one run each. The reports
# stay as they are.

# %%
scenario = cc.Scenario(
    campaign=campaign,
    weights=cc.weights.by_measure("census_2000"),
    over="special-action",
    as_of="2008-12-31",
)
reports = cc.tally(simulation.events, campaign, as_of="2009-01-20", by="day", simulated=True)
under_all = cc.stability(
    scenario,
    reports=reports,
    received=simulation.received,
    readings=["counted", "award_bar", "missed_target"],
)
under_all

# %% [markdown]
# Ranks move too: net of those who lapsed, a county that was ahead may not be.

# %%
ranks = under_all.rank_ranges()
ranks[ranks["best"] != ranks["worst"]]

# %% [markdown]
# ## For the head of the office
#
# Which verdicts may be announced today, and which have to wait until somebody says what was meant.

# %%
verdicts = under_all.to_frame()
final = verdicts.assign(
    say=verdicts["stands"].map({True: "stands under every reading", False: "ask first"}),
    under=verdicts["agreeing"].astype(str)
    + " of "
    + verdicts["variants"].astype(str)
    + " readings",
)[["name", "verdict", "answer", "under", "margin", "say"]]
final.sort_values(["say", "name"], ignore_index=True)

# %%
ranking = cc.charts.ranking(under_all.baseline.progress)
ranking

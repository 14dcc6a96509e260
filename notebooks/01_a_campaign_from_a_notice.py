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
# # A campaign from a notice
#
# A notice of one page becomes a campaign file, the file is checked, and out come the annex and the calendar that can
# be issued with it. It takes about twenty minutes to do the same with a notice of your own.
#
# The notice here is made up, so that it is short and has the gaps that real ones have:
#
# > **Notice of the City of Riverbend, January 2026.** (1) Insurance coverage is to rise by 10 % and to reach 80 %.
# > (2) From 1 June to 30 November, 8,000 more people are to be insured. Shares by county stand in the annex.
# > (3) In June the private schools are visited, from July to September the building sites. (4) The labour department
# > leads; the education department answers for the private schools. (5) Counties report to the labour department every
# > month. (6) A county that misses its target gets no award that year; those that stand out are commended.
#
# It runs wherever Python does, after `pip install "coverage-campaign[excel,notebook]"`.

# %% [markdown]
# ## Write it down
#
# A campaign file is plain text (TOML). Write the facts of the notice and nothing else: what it does not say stays
# out. `clause` says where each fact stands. The figures by county are not in the notice; they come from the statistics
# office, and say so.

# %%
TEXT = """
schema = 1
code = "riverbend"
label = "Riverbend: more people insured"
year = 2026
source = "Notice of the City of Riverbend, January 2026 (made up for this notebook)"
eligible = "adults"
covered = "insured"

[[measures]]
code = "adults"
label = "Adults, census of 2025"
source = "Statistics office, table 4 (made up)"

[[measures]]
code = "insured"
label = "Insured adults, end of 2025"
source = "Insurance register (made up)"

[[units]]
code = "city"
label = "Riverbend"
kind = "city"

[[units]]
code = "ash"
label = "Ash County"
kind = "county"
parent = "city"
counts = { adults = 41200, insured = 28400 }

[[units]]
code = "birch"
label = "Birch County"
kind = "county"
parent = "city"
counts = { adults = 24300, insured = 18100 }

[[units]]
code = "cedar"
label = "Cedar County"
kind = "county"
parent = "city"
counts = { adults = 14500, insured = 9500 }

[[units]]
code = "labour"
label = "Labour department"
kind = "department"
parent = "city"

[[units]]
code = "education"
label = "Education department"
kind = "department"
parent = "city"

[[breakdowns]]
code = "counties"
label = "Counties"
kinds = ["county"]

[[groups]]
code = "schools"
label = "Private schools"

[[groups]]
code = "building"
label = "Building sites"

[[targets]]
kind = "coverage"
code = "coverage"
label = "By 10 % to 80 %"
to = "80%"
rise = "10%"
clause = "1"

[[targets]]
kind = "headcount"
code = "people"
label = "8,000 more people"
persons = 8000
within = "action"
clause = "2"

[[annexes]]
code = "annex"
label = "Shares by county"
breakdown = "counties"
target = "people"
at_hand = false
clause = "2"

[[phases]]
code = "action"
label = "Special action"
starts = "06-01"
ends = "11-30"
clause = "2"

[[phases]]
code = "schools"
label = "Private schools"
starts = "06-01"
ends = "06-30"
parent = "action"
groups = ["schools"]
clause = "3"

[[phases]]
code = "building"
label = "Building sites"
starts = "07-01"
ends = "09-30"
parent = "action"
groups = ["building"]
clause = "3"

[[responsibilities]]
unit = "labour"
role = "lead"
clause = "4"

[[responsibilities]]
unit = "education"
role = "lead"
groups = ["schools"]
clause = "4"

[reporting]
kinds = ["county"]
to = "labour"
clause = "5"

[scheme]
code = "awards"
clause = "6"

[scheme.award_bar]
kinds = ["county"]
clause = "6"

[scheme.commendation]
clause = "6"
"""

# %% [markdown]
# ## Mistakes come all at once
#
# Nobody types a page without a slip. Here are three: a letter is missing, a minus is too much, a key has the wrong
# name. Each is named with its place and the way out (a key of the wrong name leaves the right one missing, too).

# %%
from pathlib import Path
from tempfile import TemporaryDirectory

import coverage_campaign as cc


def load(text: str) -> cc.Campaign:
    """Return the campaign of a text; in your own work, cc.load_campaign("my-notice.toml")."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "riverbend.toml"
        path.write_text(text, encoding="utf-8")
        return cc.load_campaign(path)


slips = (
    TEXT.replace('unit = "education"', 'unit = "educaton"')
    .replace("adults = 24300", "adults = -24300")
    .replace("persons = 8000", "person = 8000")
)
try:
    load(slips)
except cc.DefinitionError as error:
    for problem in error.problems:
        print(f"- {problem}")

# %% [markdown]
# The file as it was meant loads, and shows what it holds:

# %%
campaign = load(TEXT)
campaign

# %% [markdown]
# ## What the notice leaves open
#
# The review is reckoned from the file. Each line is a question for whoever wrote the notice, with what hangs on it.

# %%
findings = cc.review(campaign)
findings

# %% [markdown]
# Two of them decide numbers:
#
# - A rise "by 10 %" may mean ten points (from 70 %) or a tenth (from 72.7 %). The register says 56,000 of 80,000, which
#   is 70 %: it was meant in points.
# - The annex is missing, so nobody knows yet who does how much.
#
# The first is answered by a reading: its finding is gone. The second is what this library is for.

# %%
campaign = cc.vary(campaign, readings=cc.Readings(increase="points"))
print(f"{len(findings)} findings before, {len(cc.review(campaign))} after")

# %% [markdown]
# ## The annex
#
# 8,000 people are shared out by how many are not insured yet. The shares are whole people and add up; each can be
# questioned. No county gets more than it has people left.

# %%
allocation = cc.allocate(campaign, weights=cc.weights.uncovered)
allocation

# %%
print(allocation.explain("ash"))

# %% [markdown]
# Does that fit the coverage target? To have each county at 80 % of its own adults would be 8,000 people too, and other
# shares: Birch is nearly there, Ash and Cedar are far. The notice does not say which is meant; somebody has to.

# %%
goal = cc.allocate(campaign, target="coverage")
cc.compare(allocation, goal).to_frame()[["name", "before", "after", "change"]].style.hide(
    axis="index"
)

# %% [markdown]
# ## To be issued with the notice
#
# The annex with its total, the letter that a county signs, and the calendar with the days on which the notice leaves
# everybody idle (October and November lie in the special action and in none of its drives).

# %%
annex = allocation.to_frame()[["name", "share"]].rename(
    columns={"name": "County", "share": "Persons"}
)
annex.loc[len(annex)] = ["Total", annex["Persons"].sum()]
annex.style.hide(axis="index").format(thousands=",")

# %%
print(cc.letters(allocation, clause="2").text("ash"))

# %%
calendar = cc.charts.calendar(campaign, findings=cc.review(campaign))
calendar

# %% [markdown]
# `cc.save_campaign(campaign, "riverbend.toml")` keeps the file; the next notebook moves its inputs. All tables and keys
# are in the guide to campaign files (`docs/reference/campaign-files.md`).

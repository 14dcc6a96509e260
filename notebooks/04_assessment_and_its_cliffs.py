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
# # Assessment, and its cliffs
#
# At the end of a campaign somebody is praised and somebody is barred from awards. The notice of Hengyang has one rule:
# who misses the target gets no merit award that year, who stands out is commended (clause 3(3)). This notebook applies
# it, shows how few people some verdicts hang on, and what a rule without a cliff would say.
#
# The reports are **simulated**: no real result of this campaign was published. Every table says so.
#
# It runs wherever Python does, after `pip install "coverage-campaign[excel,notebook]"`.

# %%
import coverage_campaign as cc

campaign = cc.load_case("hengyang", year=2008)
scenario = cc.Scenario(
    campaign=campaign,
    weights=cc.weights.by_measure("census_2000"),
    over="special-action",
    as_of="2008-12-31",
)
plan = cc.run(scenario).plan
simulation = cc.simulate(plan, seed=25, level=1.02, spread=0.06)
reports = cc.tally(simulation.events, campaign, as_of="2009-01-20", by="day", simulated=True)
outcome = cc.run(scenario, reports=reports, received=simulation.received)
assessment = outcome.assessment
assessment

# %% [markdown]
# ## Why?
#
# Every verdict has its reason, in whole people, and the clause that it follows.

# %%
nearest = assessment.boundaries().dropna(subset="margin")
nearest = nearest.loc[nearest["margin"].abs().sort_values().index]
print(assessment.explain(nearest.iloc[0]["unit"]))

# %% [markdown]
# ## The cliffs
#
# `margin` is how many people a unit is over (+) or short of (−) a threshold. Reports are never exact: if a county's own
# figure is wrong by 2 %, either way, does its verdict turn? Those are the rows here.

# %%
cliffs = assessment.boundaries()
cliffs["doubt"] = cliffs["done"] * 2 // 100  # people
cliffs["name"] = cliffs["unit"].map(lambda code: campaign.unit(code).label.text())
on_the_edge = cliffs[cliffs["margin"].abs() <= cliffs["doubt"]]
columns = ["name", "boundary", "needed", "done", "margin", "doubt"]
on_the_edge[columns].style.hide(axis="index").format(thousands=",")

# %% [markdown]
# ## A rule without a cliff
#
# Two rules for the same ten points: all of them at the target and none below it, or one tenth less for each point
# short. A county at 99 % loses everything under the first and a tenth of a point under the second.

# %%
from coverage_campaign.assessment import rules
from coverage_campaign.model.scheme import AwardBar, Commendation, Rule, Scheme

cliff = rules.all_or_nothing(10)
slope = rules.step(10, loses="0.1", per="1%", partial="prorated")
for rule in (cliff, slope):
    print(rules.sentence(rule))


def scheme(rule: Rule) -> Scheme:
    """Return the notice's scheme with one more item, worth ten points."""
    item = rules.item("enrolment", "Enrolment", rule, weight=10)
    return Scheme("tried", AwardBar(clause="3(3)"), Commendation("110%"), items=[item], full=None)


# %%
both = outcome.progress.to_frame()[["unit", "name", "done", "target", "completion_rate"]]
for name, rule in (("all or nothing", cliff), ("by steps", slope)):
    points = cc.assess(outcome.progress, scheme(rule)).points().set_index("unit")["points"]
    both[name] = both["unit"].map(points).astype("Float64")
both.sort_values("completion_rate").drop(columns="unit").style.hide(axis="index").format(
    {"completion_rate": "{:.1%}", "all or nothing": "{:.1f}", "by steps": "{:.2f}"}
)

# %% [markdown]
# ## For the head of the office
#
# Who may be praised, who may not, and of which verdicts it should be said that they hang on a handful.

# %%
verdicts = assessment.to_frame()[["unit", "merit_eligible", "commended"]]
final = both[["unit", "name", "target", "done"]].merge(verdicts, on="unit")
final["hangs on 2 %"] = (
    final["unit"].map(on_the_edge.groupby("unit")["boundary"].agg(", ".join)).fillna("")
)
final.drop(columns="unit").style.hide(axis="index").format(thousands=",")

# %%
bullet = cc.charts.bullet(outcome.progress)
bullet

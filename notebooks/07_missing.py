# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Missing: a sensor falls out. What is left, and can training prepare for it?
#
# A watch sees a movement in three ways: how the wrist accelerates (`dynamic`), how it turns (`gyro`), which way is down (`gravity`). In use, one of them fails now and then. **The question: what does a model answer
# without some of its modalities, can training prepare it for that, and what of the differences is chance?**
#
# You need `00_start_here`; `06_imbalance` helps. A minute to run and thirty to think; no GPU, no network.
#
# ## 1 · Every subset
#
# A small Coupled Mamba, trained the ordinary way, on recordings that lack nothing. With three modalities there are seven subsets to leave it. An absent modality is out of the recurrence altogether: its weight in the
# coupling goes to the others (a *reading*; the paper does not say).
#
# *Predict: will two modalities always be better than either of them?*

# %%
import numpy as np

import mmviz as mm
from mmviz.data.missing import drop_modalities
from mmviz.studies.significance import paired

ds = mm.data.load("watch", fold=0)  # two people in the test split, whom no training has seen
test = ds["test"]
small = {"width": 16, "layers": 1, "steps": 25, "state": 4, "coupling": "softmax"}
plan = {"epochs": 4, "batch_size": 64, "learning_rate": 1e-2, "select": "last", "progress": False, "cache": "runs"}
run = mm.train.fit(mm.models.build("coupled_mamba", ds.spec, **small, seed=0), ds, **plan, seed=0)
complete = mm.record(run, test, influence=False)
scores = mm.analysis.coalition_scores(complete)
mm.plots.plot_subsets(scores)

# %%
table = mm.recording.subset_scores(run, test)
subsets = {str(name): float(score) for name, score in zip(table["subset"].values, table["score"].values, strict=True)}
everything, nothing = subsets[" + ".join(ds.spec.names)], float(scores["score"][0])
assert everything == max(subsets.values())
assert min(subsets.values()) > nothing
print(f"check: best with all three, {everything:.0%}; with nothing at all it guesses, {nothing:.0%} of seven classes")

# %% [markdown]
# ## 2 · Every rate
#
# Papers report curves: accuracy against a *missing rate*. Most follow the protocol of IMDer and GCNet: at a rate of 0.1 to 0.7, a given fraction of the samples loses two of its three modalities, another one loses one, and
# which ones is drawn. At least one always remains. *Predict: what does "rate 0.7" take away?*

# %%
curve = mm.recording.missing_scores(run, test, draws=20)
for rate, lost, mean, low, high in zip(
    *(curve[n].values for n in ("rate", "lost", "mean", "low", "high")), strict=True
):
    print(
        f"rate {rate:.1f}: {lost:5.1%} of the modalities are gone; accuracy {mean:.1%}, {low:.1%} to {high:.1%} over 20 draws"
    )
assert abs(float(curve["lost"].sel(rate=0.7)) - 2 / 3) < 0.01
alone = np.mean([subsets[name] for name in ds.spec.names])
assert abs(float(curve["mean"].sel(rate=0.7)) - alone) < 0.03
print(
    "check: at 0.7 two thirds are gone, not 70%: every sample has one modality, and the curve ends at the mean of the three alone"
)

# %% [markdown]
# That is worth knowing before one reads such a figure: it is an average over subsets, and the table of section 1 holds all of it (exercise 7.1 computes a point of it).
#
# ## 3 · Can training prepare for it?
#
# Four ways to train the same network, with three seeds each:
#
# | name | training |
# | --- | --- |
# | `complete` | as above: it never saw anything missing |
# | `losses at 0.4` | the training split has lost modalities by the protocol, at the rate 0.4, once and for all |
# | `dropout` | in every batch each modality of each sample is lost with probability 1/2, never all (ModDrop, arXiv 1501.00102) |
# | `dropout, mapping` | the same, and what is missing is replaced by what a learnt linear map makes of those that are there |
#
# The last is our *reading* of the "cross-modal mapping" of Modality Equilibrium Matters (arXiv 2506.00030), whose equations are not public. Its maps also learn to hit the vector of the modality they stand in for, here with
# the weight 0.1. *Predict: which is best when nothing is missing? Which at 0.7?*

# %%
lossy = drop_modalities(ds, 0.4, splits=["train"])
inner = {"layers": 1, "state": 4, "coupling": "softmax"}
mapping = {"base": "coupled_mamba", "base_options": inner, "width": 16, "steps": 25, "memory": False, "feature": 0.1}
half = {"strategy": "modality_dropout", "strategy_options": {"rate": 0.5}}
ways = {
    "complete": (ds, "coupled_mamba", small, {}),
    "losses at 0.4": (lossy, "coupled_mamba", small, {}),
    "dropout": (ds, "coupled_mamba", small, half),
    "dropout, mapping": (ds, "equilibrium", mapping, half),
}
runs = {name: [] for name in ways} | {"complete": [run]}
for name, (data, kind, options, how) in ways.items():
    for seed in range(len(runs[name]), 3):
        model = mm.models.build(kind, ds.spec, **options, seed=seed)
        runs[name].append(mm.train.fit(model, data, **plan, **how, seed=seed))

# %% [markdown]
# The curves, with the places of the slider: each seed by itself, then all three, with 95 % intervals (Student's t over the seeds). *Go through the seeds first, and write down a winner at 0 and at 0.7 for each.*

# %%
found = mm.recording.compare_missing(runs, test, draws=5)
views = {f"seed {seed}": mm.plots.plot_missing(found.isel(seed=[seed])) for seed in range(3)}
views["all three"] = mm.plots.plot_missing(found)
for view in views.values():
    view.update_yaxes(range=[0.3, 0.8])
print(mm.course.seal(seed=0, scores=found["score"].values))
mm.plots.with_slider(views, says="trained with ")

# %% [markdown]
# ## 4 · What of it is chance?
#
# Three things are drawn at random here. *Who loses what*: section 2 drew it twenty times, which costs nothing, as the answers to all subsets are known. *The seed*: each costs a training. *The two people* in the test
# split: more of them cannot be had, and whatever we find holds for these two.
#
# So compare in pairs, run k of one way with run k of another: the same seed, the same people, the same losses. Below is the mean difference to `complete` with its 95 % interval.

# %%
accuracy = {name: found["score"].sel(model=name, rate=[0.0, 0.7]).values for name in ways}  # (rate, seed)
print(f"{'':17} {'nothing missing':>26} {'rate 0.7':>26}")
gain = {
    name: [paired(each - base, 0.95) for each, base in zip(accuracy[name], accuracy["complete"], strict=True)]
    for name in ways
}
for name in list(ways)[1:]:
    cells = [f"{g['difference']:+7.1%} [{g['difference_low']:+.1%}, {g['difference_high']:+.1%}]" for g in gain[name]]
    print(f"{name:17} " + " ".join(f"{cell:>26}" for cell in cells))

# %%
prepared = ("losses at 0.4", "dropout")
assert all((accuracy[name][1] > accuracy["complete"][1]).all() for name in prepared)
assert min(gain[name][1]["difference"] for name in prepared) > 0.03
print("check: at 0.7 both preparations are better than none, at every seed")
cost = gain["dropout"][0]
assert cost["difference_low"] < 0 < cost["difference_high"]
print("check: with nothing missing, three seeds cannot tell what dropout costs: the interval contains 0")
draws = float((curve["high"] - curve["low"]).sel(rate=0.4))
seeds = float(np.ptp(found["score"].sel(model="complete", rate=0.4).values))
print(f"at rate 0.4: 20 draws of the losses lie within {draws:.1%}, three seeds within {seeds:.1%}")
assert draws > 0.03
print("check: who loses what is chance enough: compare models on the same losses, or average over many")

# %% [markdown]
# What was learnt on incomplete data is worth something when data are incomplete, and each seed agrees. What dropout costs when nothing is missing, three seeds cannot tell: its interval contains 0. That of training on
# losses at 0.4 may lie below 0: read it in the table, and see how the winner at 0 changed as you moved the slider.
#
# **And the mapping?**

# %%
without, mapped = accuracy["dropout"].mean(1), accuracy["dropout, mapping"].mean(1)
print(f"dropout: {without[0]:.1%} and {without[1]:.1%}; with the mapping: {mapped[0]:.1%} and {mapped[1]:.1%}")
assert (mapped < without).all()
print("check: on the mean the mapping helps nowhere; it costs, also where nothing is missing and nothing is replaced")

# %% [markdown]
# Why should it? A stand-in is computed from the modalities that are there. It brings no news, only old news to a new place; and dropout has taught the network to do without. Moreover half of what the head reads in training
# is then made by maps that are still learning. This is a reading, a small model and a short training; the paper reports gains. (Is it the maps' own goal, the weight 0.1? Set `"feature": 0` and see.)
#
# **Look inside.** Plain training (A) beside dropout (B), on the same movement: untick modalities in *Subsets* and see which of the two keeps its head.

# %%
robust = mm.record(runs["dropout"][0], test, influence=False)
mm.widgets.Explorer(complete, other=robust)

# %% [markdown]
# ## What we learnt
#
# - A curve over missing rates is a weighted mean over subsets of modalities. Look at the subsets, too: an average hides who is needed.
# - Training on incomplete data pays when data are incomplete. The simplest way, dropout of modalities, is hard to beat here.
# - Intervals over seeds are wide with three seeds, and people are drawn at random as well. Compare in pairs, and say what was not repeated.
#
# ## Exercises
#
# ### Exercise 7.1 · a point of the curve, from the table
#
# At rate 0.4 the protocol takes two modalities from 0.5 of the samples and one from 0.2. What accuracy do you expect of the plain model there? Work it out from `subsets`, the scores of section 1 by the names of
# the subsets, and compare with `curve`.
#
# Stuck? `mm.course.hint("7.1")`, then `mm.course.hint("7.1", 2)` and `3`; the solution: `mm.course.solution("7.1")`.

# %%
answer = ...  # your work
mm.course.check("7.1", answer, subsets=subsets)

# %% [markdown]
# ### Exercise 7.2 · is it chance?
#
# Is `losses at 0.4` better than `dropout` at the rate 0.7? Give the 95 % interval of the mean difference, `answer = [low, high]`, by hand. There are three runs of each, in pairs. Hints with `"7.2"`.

# %%
before, after = accuracy["dropout"][1], accuracy["losses at 0.4"][1]
answer = ...  # your work
mm.course.check("7.2", answer, before=before, after=after)

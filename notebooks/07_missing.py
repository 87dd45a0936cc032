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
# Missing modalities: scores of every subset, missing rates, modality dropout, and intervals over seeds.
#
# A watch records a movement by three signals: how the wrist accelerates (`dynamic`), how it turns (`gyro`), which way is down (`gravity`). In use, one of them fails now and then. **The question: what does a model predict
# without some of its modalities, can training prepare it for that, and which differences exceed the variation over seeds?**
#
# You need `00_start_here`; `06_imbalance` helps. A minute to run and thirty to think; no GPU, no network.
#
# ## 1 · Every subset
#
# A small Coupled Mamba, trained jointly on complete recordings. With three modalities there are seven non-empty subsets. A masked modality is removed from the recurrence: its coupling weight
# is distributed over the others (*our interpretation*; the paper does not state it).
#
# *Predict: do two modalities always score higher than either of them?*

# %%
import copy
import dataclasses

import numpy as np

import mmviz as mm
from mmviz.data.missing import drop_modalities
from mmviz.studies.significance import paired

ds = mm.data.load("watch", fold=0)  # two people in the test split, who are not in the training split
test = ds["test"]
small = {"width": 16, "layers": 1, "steps": 25, "state": 4, "coupling": "softmax"}
plan = {"epochs": 4, "batch_size": 64, "learning_rate": 1e-2, "select": "last", "progress": False, "cache": "runs"}
run = mm.train.fit(mm.models.build("coupled_mamba", ds.spec, **small, seed=0), ds, **plan, seed=0)
complete = mm.record(run, test, recorded_samples=6, influence=False)
scores = mm.analysis.coalition_scores(complete)
mm.plots.plot_subsets(scores)

# %%
table = mm.recording.subset_scores(run, test)
subsets = {str(name): float(score) for name, score in zip(table["subset"].values, table["score"].values, strict=True)}
everything, nothing = subsets[" + ".join(ds.spec.names)], float(scores["score"][0])
print(f"v(all) {everything:.0%}; the baseline v(∅) {nothing:.0%}, with seven classes")
best = max(value for name, value in subsets.items() if value != everything)
with run.at_epoch(0) as start:
    untrained = mm.recording.subset_scores(dataclasses.replace(run, model=copy.deepcopy(start)), test, resamples=1)
mm.course.finding(
    "every subset is better than the baseline v(∅) (smallest difference)",
    min(subsets.values()) - nothing,
    above=0.05,
    control={"the untrained model": float(untrained["score"].min()) - nothing},
    form="+.1%",
)
mm.course.finding(
    "all three modalities are better than every other subset (difference to the next best)",
    everything - best,
    above=0,
    control={"the best subset itself": 0.0},
    form="+.1%",
)

# %% [markdown]
# **Exercise 7.1 · how many subsets?** How many non-empty subsets have M modalities? `answer = lambda M: ...`. Stuck? `mm.course.hint("7.1")`.

# %%
answer = ...  # your work
mm.course.check("7.1", answer)

# %% [markdown]
# ## 2 · Every rate
#
# First with two modalities that are missing independently, at one rate: the expected score is a weighted mean of the four scores of section 1. *Which score decides what happens at a rate of 0.8?*

# %%
mm.course.play("missing")

# %% [markdown]
# Papers report curves: accuracy against a *missing rate*. Most follow the protocol of IMDer and GCNet: at a rate of 0.1 to 0.7, a given fraction of the samples loses two of its three modalities, another one loses one, and
# which ones is drawn. At least one always remains. *Predict: which share of the modalities does "rate 0.7" remove?*

# %%
curve = mm.recording.missing_scores(run, test, draws=20)
for rate, lost, mean, low, high in zip(
    *(curve[n].values for n in ("rate", "lost", "mean", "low", "high")), strict=True
):
    print(
        f"rate {rate:.1f}: {lost:5.1%} of the modalities are missing; accuracy {mean:.1%}, {low:.1%} to {high:.1%} over 20 draws"
    )
single = np.mean([subsets[name] for name in ds.spec.names])
end = {name: float(curve[name].sel(rate=0.7)) for name in ("lost", "mean", "low", "high")}
mm.course.identity(
    "at rate 0.7 two thirds are missing, not 70 %: every sample has one modality", end["lost"], 2 / 3, tolerance=0.01
)
mm.course.test(
    "the curve ends at the mean of the three single modalities, to 3 points", abs(end["mean"] - single) < 0.03
)

# %% [markdown]
# So such a curve is a weighted mean over subsets, and the table of section 1 contains all of it (exercise 7.5 computes a point of the curve).

# %% [markdown]
# **Exercise 7.2 · the removed share.** Of the samples of three modalities, the fraction `two` loses two modalities and the fraction `one` loses one. Which share of all modalities is missing? `answer = lambda two, one: ...`. Hints with `"7.2"`.

# %%
answer = ...  # your work
mm.course.check("7.2", answer)

# %% [markdown]
# ## 3 · Can training prepare for it?
#
# Four ways to train the same network, with three seeds each:
#
# | name | training |
# | --- | --- |
# | `complete` | as above: complete training data |
# | `losses at 0.4` | modalities of the training split are removed once by the protocol, at the rate 0.4 |
# | `dropout` | modality dropout: in every batch each modality of each sample is masked with probability 1/2, never all (ModDrop, arXiv 1501.00102) |
# | `dropout, mapping` | the same, and a missing modality is imputed by learned linear maps of the available ones |
#
# The last is a variant of ours of the "cross-modal mapping" in the abstract of Modality Equilibrium Matters (arXiv 2506.00030). Its maps also have a regression loss towards the features of the imputed modality, here with
# the weight 0.1. *Predict: which is best when nothing is missing? Which at 0.7?*

# %%
lossy = drop_modalities(ds, 0.4, splits=["train"])
inner = {"layers": 1, "state": 4, "coupling": "softmax"}
mapping = {"base": "coupled_mamba", "base_options": inner, "width": 16, "steps": 25, "memory": False, "feature": 0.1}
half = {"strategy": "modality_dropout", "strategy_options": {"rate": 0.5}}
strategies = {
    "complete": (ds, "coupled_mamba", small, {}),
    "losses at 0.4": (lossy, "coupled_mamba", small, {}),
    "dropout": (ds, "coupled_mamba", small, half),
    "dropout, mapping": (ds, "equilibrium", mapping, half),
}
runs = {name: [] for name in strategies} | {"complete": [run]}
for name, (data, kind, options, how) in strategies.items():
    for seed in range(len(runs[name]), 3):
        model = mm.models.build(kind, ds.spec, **options, seed=seed)
        runs[name].append(mm.train.fit(model, data, **plan, **how, seed=seed))

# %% [markdown]
# The curves; positions of the slider: each seed by itself, then all three, with 95 % intervals (Student's t over the seeds). *Go through the seeds first, and note the best at 0 and at 0.7 for each.*

# %%
found = mm.recording.compare_missing(runs, test, draws=5)
views = {f"seed {seed}": mm.plots.plot_missing(found.isel(seed=[seed])) for seed in range(3)}
views["all three"] = mm.plots.plot_missing(found)
for view in views.values():
    view.update_yaxes(range=[0.3, 0.8])
print(mm.course.fingerprint(seed=0, scores=found["score"].values))
mm.plots.with_slider(views, prefix="trained with ")

# %% [markdown]
# **Exercise 7.3 · modality dropout.** Each of M modalities of a sample is masked with probability p, independently; a draw that masks all of them is repeated. What is the probability that a sample stays complete?
# `answer = lambda M, p: ...`. Hints with `"7.3"`.

# %%
answer = ...  # your work
mm.course.check("7.3", answer)

# %% [markdown]
# ## 4 · Sources of variation
#
# Three things are random here. *Which modality is missing in which sample*: section 2 drew it twenty times, at no cost, as the predictions for all subsets are recorded. *The seed*: each costs a training. *The two people* in the test
# split: there are no more, and the results hold for these two.
#
# So compare in pairs, run k of one strategy with run k of another: the same seed, the same people, the same missing modalities. Below is the mean difference to `complete` with its 95 % interval.

# %%
accuracy = {name: found["score"].sel(model=name, rate=[0.0, 0.7]).values for name in strategies}  # (rate, seed)
print(f"{'':17} {'nothing missing':>26} {'rate 0.7':>26}")
gain = {
    name: [paired(each - base, 0.95) for each, base in zip(accuracy[name], accuracy["complete"], strict=True)]
    for name in strategies
}
for name in list(strategies)[1:]:
    cells = [f"{g['difference']:+7.1%} [{g['difference_low']:+.1%}, {g['difference_high']:+.1%}]" for g in gain[name]]
    print(f"{name:17} " + " ".join(f"{cell:>26}" for cell in cells))

# %%
complete_seeds = accuracy["complete"]  # (rate, seed)
mm.course.finding("at rate 0.7 training on losses scores higher than on complete data", accuracy["losses at 0.4"][1] - complete_seeds[1],
    above=0, control={"the same with nothing missing": gain["losses at 0.4"][0]["difference"]},
    form="+.1%", stored="07 losses at 0.4")  # fmt: skip
mm.course.finding("at rate 0.7 so does modality dropout", accuracy["dropout"][1] - complete_seeds[1],
    above=0, control={"dropout with nothing missing": gain["dropout"][0]["difference"]}, form="+.1%", stored="07 dropout")  # fmt: skip
mm.course.finding("with nothing missing the cost of dropout is not resolved", accuracy["dropout"][0] - complete_seeds[0],
    contains=0, control={"its gain at 0.7": gain["dropout"][1]["difference"]}, form="+.1%", stored="07 cost of dropout")  # fmt: skip

# %%
draws = float((curve["high"] - curve["low"]).sel(rate=0.4))
seeds = float(np.ptp(found["score"].sel(model="complete", rate=0.4).values))
print(f"at rate 0.4: 20 draws of the missing modalities lie within {draws:.1%}, three seeds within {seeds:.1%}")
mm.course.finding(
    "the draw of the missing modalities alone varies the score (width of 20 draws at rate 0.4)",
    draws,
    above=0.03,
    control={"the mean of 20 draws, standard error": draws / 4 / np.sqrt(20)},
    n=20,
    over="draws",
    form=".1%",
)
print("compare models on the same draws, or average over many")

# %% [markdown]
# Training on incomplete data raises the score on incomplete data. What it costs when nothing is missing is uncertain: read the intervals above, and the stored ones over five seeds,
# and see how the best strategy at 0 changes with the seed.
#
# **And the mapping?**

# %%
without, mapped = accuracy["dropout"].mean(1), accuracy["dropout, mapping"].mean(1)
print(f"dropout: {without[0]:.1%} and {without[1]:.1%}; with the mapping: {mapped[0]:.1%} and {mapped[1]:.1%}")
mm.course.finding(
    "the mapping lowers the accuracy (mean over both rates, with minus without)",
    (accuracy["dropout, mapping"] - accuracy["dropout"]).mean(0),
    below=0,
    control={"dropout minus complete": (accuracy["dropout"] - accuracy["complete"]).mean()},
    form="+.1%",
    stored="07 mapping",
)

# %% [markdown]
# It raises the mean at neither rate here; over five seeds the difference is not resolved. A possible reason: an imputation is a function of the available modalities and adds no information, and dropout has already trained the network without it. Moreover half of the head's inputs in training
# come from maps that are not yet trained. This is our interpretation of the method, a small model and a short training; the paper reports gains. (Is it the regression loss of the maps, the weight 0.1? Set `"feature": 0` and see.)
#
# **Look inside.** Joint training (A) beside dropout (B), on the same movement: untick modalities in *Modality ablation* and compare the predictions.

# %%
robust = mm.record(runs["dropout"][0], test, recorded_samples=6, influence=False)
mm.widgets.Explorer(complete, other=robust)

# %% [markdown]
# **Exercise 7.4 · ten seeds instead of three.** The 95 % interval of a mean difference is ± t · s / √n, with t = 4.303 for n = 3 and t = 2.262 for n = 10. By which factor is it narrower with ten seeds, at equal s? Give one decimal. Hints with `"7.4"`.

# %%
answer = ...  # your work
mm.course.check("7.4", answer)

# %% [markdown]
# ## What we learnt
#
# - A curve over missing rates is a weighted mean over subsets of modalities. Look at the subsets too: the mean hides which modality is needed.
# - Training on incomplete data raises the score on incomplete data. Nothing here exceeds the simplest strategy, modality dropout, beyond its interval.
# - Intervals over seeds are wide with three seeds, and the people are a random sample as well. Compare in pairs, and report what was not repeated.
#
# ## Exercises
#
# ### Exercise 7.5 · a point of the curve, from the table
#
# At rate 0.4 the protocol takes two modalities from 0.5 of the samples and one from 0.2. What accuracy do you expect of the model trained on complete data there? Compute it from `subsets`, the scores of section 1 by the names of
# the subsets, to three decimals (a share, not a percentage), and compare with `curve`.
#
# Stuck? `mm.course.hint("7.5")`, then `mm.course.hint("7.5", 2)` and `3`; the solution: `mm.course.solution("7.5")`.

# %%
answer = ...  # your work
mm.course.check("7.5", answer, subsets=subsets)

# %% [markdown]
# ### Exercise 7.6 · is the difference significant?
#
# Is `losses at 0.4` better than `dropout` at the rate 0.7? Give the 95 % interval of the mean difference, `answer = [low, high]`, by hand, to three decimals. There are three runs of each, in pairs. Hints with `"7.6"`.

# %%
before, after = accuracy["dropout"][1], accuracy["losses at 0.4"][1]
answer = ...  # your work
mm.course.check("7.6", answer, before=before, after=after)

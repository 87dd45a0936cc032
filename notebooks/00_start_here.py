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
# # Three streams from one wrist
#
# Ten people do seven shoulder exercises with a smartwatch on. The watch gives us three modalities: how the wrist
# accelerates (`dynamic`), how it turns (`gyro`), and which way is down (`gravity`).
#
# **The question: how much does each of the three contribute to the prediction of a fused model, and at which step of the movement is the prediction formed?**
#
# We train a *Coupled Mamba* (three SSM streams whose hidden states are coupled at every step) and then open it.
# About a minute on a laptop, no GPU, no network. Run the cells from top to bottom.
#
# First we check the installation and estimate how long the notebooks will take on this machine.

# %%
import copy
import dataclasses

import numpy as np

import mmviz as mm

mm.doctor()

# %% [markdown]
# ✗ marks a problem to fix first; the line says how. Now the data:

# %%
ds = mm.data.load("watch", fold=0)
ds

# %% [markdown]
# The people in `test` are not in `train`: the model is tested on new people. Further notes are stored with the data:

# %%
for note in ds.spec.notes:
    print("–", note)

# %% [markdown]
# ## 1 · How unequal are the modalities?
#
# Before any training: how far does a plain linear model get with each modality, and with all of them? (It classifies the mean, spread, extremes and changes of each
# channel.) *Guess before you run the cell: which modality has the highest unimodal score, and is there anything to gain from fusion?*

# %%
baseline = mm.train.linear_baseline(ds)
mm.course.figures.named_scores(baseline, title="A linear model, trained and tested on different people")

# %%
everything, folds = " + ".join(ds.spec.names), [baseline]
for fold in range(1, 5):  # two other people are tested in each
    folds.append(mm.train.linear_baseline(mm.data.load("watch", fold=fold)))
mean_score = {name: np.mean([scores[name] for scores in folds]) for name in ds.spec.names}
best = max(mean_score, key=mean_score.get)
print("mean over five folds:", ", ".join(f"{name} {score:.1%}" for name, score in mean_score.items()))
shuffled = dataclasses.replace(ds["train"], target=np.random.default_rng(0).permutation(ds["train"].target))
permuted = mm.train.linear_baseline(dataclasses.replace(ds, splits=ds.splits | {"train": shuffled}))
mm.course.finding(
    f"a linear model of all three modalities is more accurate than one of {best} alone",
    [scores[everything] - scores[best] for scores in folds],
    above=0,
    control={"permuted training labels": permuted[everything] - permuted[best]},
    over="folds",
    form="+.1%",
)

# %% [markdown]
# ## 2 · Train
#
# Two coupled layers. With `coupling="softmax"` the coupling weights are learned. People wear a watch slightly turned and move
# with different vigour; `Augment` adds such variation to the training data. `cache="runs"` is a content-addressed cache directory
# beside the notebook: a second run loads the training, every file compared with its sha256, as long as nothing it depends on has changed.
#
# `strategy="modality_dropout"` leaves out modalities of a sample at random. The Shapley values below use the predictions for all subsets of the modalities; a model that
# was trained on the full set only has never met the others, and its predictions for them say little.
#
# The model, from the inputs to the prediction:

# %%
mm.plots.diagram("coupled_mamba_layers", modalities=ds.spec.names)

# %%
model = mm.models.build("coupled_mamba", ds.spec, layers=2, steps=50, coupling="softmax", seed=0)
augment = mm.train.Augment(rotate=ds.spec.names, degrees=20, stretch=("dynamic", "gyro"))
run = mm.train.fit(
    model, ds, strategy="modality_dropout", epochs=6, augment=augment, select="last", seed=0, cache="runs"
)
run

# %%
# the same training with two more seeds: how far do results depend on the initial weights and the order of the batches?
runs, plan = (
    [run],
    {"strategy": "modality_dropout", "epochs": 6, "augment": augment, "select": "last", "progress": False},
)
for seed in (1, 2):
    model = mm.models.build("coupled_mamba", ds.spec, layers=2, steps=50, coupling="softmax", seed=seed)
    runs.append(mm.train.fit(model, ds, **plan, seed=seed, cache="runs"))

# %%
test = ds["test"]
accuracy = np.array([(each.predict(test).argmax(1) == test.target).mean() for each in runs])
with run.at_epoch(0) as start:
    untrained = dataclasses.replace(run, model=copy.deepcopy(start), best_epoch=0)
before = (untrained.predict(test).argmax(1) == test.target).mean()
chance = 1 / len(ds.spec.task.classes)
print(f"accuracy on two new people, by seed: {accuracy.round(3)}; chance {chance:.1%}")
mm.course.finding(
    "the network classifies people whom it has never seen far above chance",
    accuracy,
    above=3 * chance,
    control={"the untrained network": before},
    form=".1%",
    stored="00 accuracy",
)
mm.course.finding(
    "the network is more accurate than the linear model on this fold",
    accuracy - baseline[everything],
    above=0,
    control={"the untrained network": before - baseline[everything]},
    form="+.1%",
    stored="00 network against linear",
)

# %% [markdown]
# **A linear model of summary numbers is a serious competitor here.** With six epochs and few people to learn from, the network does not exceed it on this fold;
# the line *stored* is the same comparison over five seeds. We use the network for what the linear model cannot give: a prediction at every step, and hidden states to look into.

# %% [markdown]
# ## 3 · Open it
#
# `record` runs the model once more and stores its internals: the hidden states of every stream, the prediction at every step,
# and the prediction for every subset of the modalities. The result, a *Trace*, is a plain file of named arrays; from here on
# nothing needs the model.

# %%
trace = mm.record(run, ds["test"])
explorer = mm.widgets.Explorer(trace)
explorer

# %% [markdown]
# **Move the time cursor** (drag in a lane, or the slider under the lanes, or its arrow keys). The bars on the right show what the
# model would predict *had the recording stopped there*, and the contribution of each modality to that prediction. **Move the epoch
# slider** to see how the hidden states change from the untrained model on. (The filter that separates
# gravity from the acceleration is causal, so that nothing on the screen depends on later steps.)
#
# *Predict, then look: is the prediction correct from the first repetition of the movement on, or only later? Whose contribution rises first?*
#
# Under each lane, *attribution ±* shows which steps moved this prediction: bars up raise it, bars down lower it. The panel
# *End-to-end attribution* has the sums, and below every picture is what it can and cannot show.
#
# The cursor can be set from code as well, and the view has a text readout:

# %%
explorer.selection = {"sample": 0, "time": trace["states"].sizes["time"] // 4}
print(explorer.readout)

# %% [markdown]
# ## 4 · The contribution of each modality
#
# The Shapley value φ divides v(all) − v(∅) among the modalities, exactly: with three of them there are only eight subsets to evaluate. Here
# is the mean over all test windows.

# %%
phi = mm.analysis.shapley(trace)
mm.plots.plot_shapley(phi)

# %%
mm.course.identity(
    "baseline and contributions add up to v(all)", phi["baseline"] + phi["phi"].sum("modality"), phi["full"]
)

# %% [markdown]
# The interval of the figure is that over test windows, for *this* training. Is the ranking a property of the data, or of this seed? Here it is for the three trainings:

# %%
others = [mm.record(each, test, recorded_samples=2, epochs=[6], influence=False) for each in runs[1:]]
by_seed = np.array([mm.analysis.shapley(each)["phi"].mean("sample").values for each in (trace, *others)])
for seed, row in enumerate(by_seed):
    ranking = sorted(zip(row.tolist(), ds.spec.names, strict=True), reverse=True)
    print(f"seed {seed}:", ", ".join(f"{name} {value:+.3f}" for value, name in ranking))
first, second = np.argsort(by_seed.mean(0))[::-1][:2]
mm.course.finding(
    f"{ds.spec.names[first]} contributes more than {ds.spec.names[second]}, the next one",
    by_seed[:, first] - by_seed[:, second],
    above=0,
    control={"equal contributions": 0.0},
    form="+.3f",
)
for name in ds.spec.names:
    print(mm.course.stored_finding(f"00 contribution {name}").text("+.3f"))

# %% [markdown]
# ## 5 · Which modality, at which step?
#
# The Shapley value says how much a modality contributes, not when. `end_to_end` does: with every data-dependent gate held at its value for this
# recording, the network is affine in the encoded steps, and the prediction is a sum of one signed share for each modality and step, plus a bias.
# *Guess: are the important steps those at the end of the recording?*

# %%
found = mm.analysis.end_to_end(trace)
mm.plots.plot_end_to_end(found, sample=0)

# %%
added = found["bias"] + found["share"].sum(("modality", "time"))
mm.course.identity("shares and bias add up to the explained quantity (float32)", added, found["total"], tolerance=1e-4)

# %% [markdown]
# Is the picture right about the model? Replace the encoded steps with the largest shares by zeros and look at the prediction. If the shares name the right steps, it falls
# faster than for steps removed at random.

# %%
loss = {}
for which, each in (("trained", trace), ("untrained", mm.record(untrained, test, epochs=[0]))):
    cut = mm.analysis.faithfulness(each)
    top, random = (float(cut["after_mean"].sel(explanation=name)) for name in ("end-to-end attribution", "random"))
    loss[which], uncut = top - random, float(cut["uncut_mean"])
    print(
        f"{which:9} p(predicted class) {uncut:.2f}; without the top 20 % of steps {top:.2f}, without random 20 % {random:.2f}"
    )
mm.course.finding(
    "steps with the largest shares matter more than random ones (difference of p, predicted class)",
    loss["trained"],
    below=-0.05,
    control={"the untrained network": loss["untrained"]},
    form="+.2f",
    stored="00 cut",
)

# %% [markdown]
# Only a few recorded samples are behind these numbers (`cut` has their intervals), and a share is not a cause: the gates are held fixed.
#
# ## 6 · The hidden states
#
# Every row is one channel of one stream; channels with a long half-life are on top. The same numbers as in the live view,
# as a figure to keep.

# %%
summary = mm.analysis.states(trace)
mm.plots.plot_states(summary, sample=0, layer=1)

# %%
print(mm.course.fingerprint(seed=0, contributions=phi["phi"].mean("sample").values))

# %% [markdown]
# The last line is a *result fingerprint*: the same six characters mean the same numbers, to two digits. Another processor may round the other way.
#
# ## What we learnt
#
# - One pass over the model gives the prediction for *every prefix* of a movement and *every subset* of modalities; both are exact
#   (`trace["prefixes"].attrs["description"]` states what a prefix is).
# - The prediction is a sum of signed shares, one for each modality and step, with the gates of this recording held fixed.
# - A ranking of contributions belongs to one trained model. Only several seeds show whether it is more than that; one interval over test windows does not.
# - Compare with a simple model on the same people before you say that a network is good. Here the linear model holds its own.
# - A modality with a high unimodal score need not contribute most to the fused model. That gap is *modality imbalance*.
# - `dynamic` and `gravity` come from one sensor, so part of their information is the same; the Shapley value divides it equally.
#
# **Try next.** Build the model with `coupling="identity"` (three independent streams) and run from section 2
# again: what changes in the contributions? Then save the view:

# %%
page = explorer.save("study.html")
print(f"{page.name}: {page.stat().st_size / 1e6:.1f} MB, opens in any browser, without kernel or network")

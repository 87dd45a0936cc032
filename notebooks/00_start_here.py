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
import plotly.express as px

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
# Before any training: how far does a plain linear model get with each modality, and with all of them? *Guess before you
# run the cell: which modality has the highest unimodal score, and is there anything to gain from fusion?*

# %%
baseline = mm.train.linear_baseline(ds)
figure = px.bar(x=baseline.values(), y=baseline.keys(), text=[f"{share:.1%}" for share in baseline.values()])
figure.update_layout(title="a linear model, trained and tested on different people", width=760, height=320)
figure.update_xaxes(title="accuracy", range=[0, 1], tickformat=".0%").update_yaxes(title=None, autorange="reversed")

# %%
everything = " + ".join(ds.spec.names)
singles = [baseline[name] for name in ds.spec.names]
assert baseline[everything] > max(singles), "fusion gains nothing here"
print(f"check: all three modalities exceed the best single one by {baseline[everything] - max(singles):.1%}")

# %% [markdown]
# ## 2 · Train
#
# Two coupled layers. With `coupling="softmax"` the coupling weights are learned. People wear a watch slightly turned and move
# with different vigour; `Augment` adds such variation to the training data. `cache="runs"` is a content-addressed cache directory
# beside the notebook: a second run loads the training, every file compared with its sha256, as long as nothing it depends on has changed.
#
# `strategy="modality_dropout"` leaves out modalities of a sample at random. The Shapley values below use the predictions for all subsets of the modalities; a model that
# was trained on the full set only has never met the others, and its predictions for them say little.

# %%
model = mm.models.build("coupled_mamba", ds.spec, layers=2, steps=50, coupling="softmax", seed=0)
augment = mm.train.Augment(rotate=ds.spec.names, degrees=20, stretch=("dynamic", "gyro"))
run = mm.train.fit(
    model, ds, strategy="modality_dropout", epochs=6, augment=augment, select="last", seed=0, cache="runs"
)
run

# %%
accuracy = (run.predict(ds["test"]).argmax(1) == ds["test"].target).mean()
chance = 1 / len(ds.spec.task.classes)
assert accuracy > 3 * chance
print(f"check: {accuracy:.1%} of the windows of two people it has never seen (chance {chance:.1%})")

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
gap = float(abs(phi["baseline"] + phi["phi"].sum("modality") - phi["full"]).max())
assert gap < 1e-12
print(f"check: baseline and contributions add up to v(all), to {gap:.0e}")

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
rest = found["total"] - found["bias"] - found["share"].sum(("modality", "time"))
assert float(abs(rest).max()) < 1e-4
print(f"check: shares and bias add up to the explained quantity, to {float(abs(rest).max()):.0e}")

# %% [markdown]
# Is the picture right about the model? Replace the encoded steps with the largest shares by zeros and look at the prediction. If the shares name the right steps, it falls
# faster than for steps removed at random.

# %%
cut = mm.analysis.faithfulness(trace)
after = {name: float(cut["after_mean"].sel(explanation=name)) for name in ("end-to-end attribution", "random")}
print(
    f"p(predicted class): {float(cut['uncut_mean']):.2f} uncut; without the top 20 % of steps",
    {k: round(v, 2) for k, v in after.items()},
)
assert after["end-to-end attribution"] < after["random"]
print("check: the steps with the largest shares matter more than random ones")

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
mean = phi["phi"].mean("sample")
ranking = sorted(zip(mean.values.tolist(), ds.spec.names, strict=True), reverse=True)
print("from the largest to the smallest contribution:", ", ".join(f"{name} {value:+.2f}" for value, name in ranking))
print(mm.course.fingerprint(seed=0, contributions=mean.values))

# %% [markdown]
# The last line is a *result fingerprint*: the same six characters mean the same numbers, to two digits. Another processor may round the other way.
#
# ## What we learnt
#
# - One pass over the model gives the prediction for *every prefix* of a movement and *every subset* of modalities; both are exact
#   (`trace["prefixes"].attrs["description"]` states what a prefix is).
# - The prediction is a sum of signed shares, one for each modality and step, with the gates of this recording held fixed.
# - The ranking above is the trained model's. Compare it with the linear models of section 1: a modality with a high unimodal
#   score need not contribute most to the fused model. That gap is *modality imbalance*.
# - `dynamic` and `gravity` come from one sensor, so part of their information is the same; the Shapley value divides it equally.
#
# **Try next.** Build the model with `coupling="identity"` (three independent streams) and run from section 2
# again: what changes in the contributions? Then save the view:

# %%
page = explorer.save("study.html")
print(f"{page.name}: {page.stat().st_size / 1e6:.1f} MB, opens in any browser, without kernel or network")

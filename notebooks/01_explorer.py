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
# # The Explorer: all views of a recorded model
#
# `00_start_here` trained a model and opened it. This notebook explains what every view shows, and how to save and share a
# selection. Less than a minute to run, no GPU, no network.
#
# **The question: a digit is spoken and drawn. At which step is the prediction of an audio-visual model correct, and which modality contributes to it?**

# %%
import copy
import dataclasses

from plotly.subplots import make_subplots

import mmviz as mm

digits = mm.data.load("av_digits")  # pairs of a spoken and a handwritten digit
first = digits["test"]
name = digits.spec.task.classes[first.target[0]]
figure = make_subplots(
    cols=2, column_widths=[0.75, 0.25], subplot_titles=["audio: 13 coefficients by frame", "image: 28 rows"]
)
figure.add_heatmap(
    z=first.inputs["audio"][0][first.valid["audio"][0]].T, colorscale="Viridis", showscale=False, col=1, row=1
)
figure.add_heatmap(z=first.inputs["image"][0], colorscale="gray_r", showscale=False, col=2, row=1)
figure.update_yaxes(autorange="reversed", col=2).update_xaxes(visible=False, col=2).update_yaxes(visible=False, col=2)
figure.update_layout(
    title=f"the first test pair: {name}", width=820, height=280, margin={"l": 40, "r": 8, "t": 70, "b": 30}
)

# %% [markdown]
# The image is a sequence of rows, as the sound is a sequence of frames. Now a model of both, and the view. The training leaves out a modality at random
# (`modality_dropout`), so that the model has met every subset whose prediction is shown:

# %%
model = mm.models.build("coupled_mamba", digits.spec, width=16, coupling="softmax", seed=0)
run = mm.train.fit(model, digits, strategy="modality_dropout", epochs=3, select="last", seed=0, cache="runs")
trace = mm.record(run, digits["test"], recorded_samples=6)
explorer = mm.widgets.Explorer(trace)
explorer

# %%
with run.at_epoch(0) as start:
    untrained = dataclasses.replace(run, model=copy.deepcopy(start))
accuracy, before = ((one.predict(first).argmax(1) == first.target).mean() for one in (run, untrained))
mm.course.finding(
    "most test pairs are classified correctly", accuracy, above=0.8, control={"the untrained model": before}, form=".0%"
)

# %% [markdown]
# ## 1 · The views
#
# | view | what it shows |
# | --- | --- |
# | lanes | the recorded signal, and under it the hidden states of that modality's stream, a row for each channel |
# | *Prediction*, *Shapley value φ* | the prediction had the recording stopped at the cursor, and each modality's Shapley value in it. Where a model's alignment or a filter looks ahead the panel says *prefix of the resampled sequence* instead; `record(..., prefixes="recording")` then really stops at every step |
# | *Coupling weights W* | the coupling weights W (row = target, column = source) |
# | *State trajectories* | the hidden states of all streams, projected on one plane |
# | *Mean Shapley value over all samples* | the mean Shapley value φ, with its interval |
# | *End-to-end attribution* | the signed share of every modality and step in the prediction, through the whole model |
# | *Operator map* | the effect of the input x[n, s] on the output y[m, t] of one layer |
# | *State half-life by channel* | half-life by channel |
# | *Modality ablation* | modality ablation: the prediction for every subset of the modalities, from v(∅) to v(all) |
# | *Training*, *Samples* | the curves of training; all samples, to choose one |
#
# **Drag in a lane** to move the time cursor, drag with Shift (or the keys `[` and `]`) to choose a time range, move the *Epoch*. All views
# follow, without a call to Python. *Before you do: at which step will the prediction be certain, and does that need the image?*
#
# A view appears if the Trace holds its data. A Coupled Mamba has no experts, so there is no routing map; an AlignMamba has one.

# %%
shown = "signal_audio state coupling path phi_mean influence half_life game history listed_phi"
mm.course.test("there are data for every view of the table", [name in explorer.frame for name in shown.split()])
mm.course.test("there are none for a routing map", "routing" not in explorer.frame)

# %% [markdown]
# The browser needs no call to Python, but the selection is synchronised in both directions. It is one plain dict:

# %%
half = trace["states"].sizes["time"] // 2
explorer.selection = {"sample": 1, "time": half, "brush": [4, half]}
print(explorer.selection, explorer.readout, sep="\n")
mm.course.identity("the view has moved: scroll up", explorer.selection["time"], half, tolerance=0)

# %% [markdown]
# ## 2 · Prediction without the image
#
# Untick a modality in *Modality ablation* (or set `masked` from Python). The readout at the top contains the prediction without it. That is no estimate: the
# Trace holds the model's prediction for every subset, at every step.

# %%
explorer.selection = {"masked": ["image"]}
predictions = trace["prefixes"].to_dataset()["prediction"].isel(epoch=-1, recorded_sample=1, time=half)
audio_only = float(
    predictions.isel(coalition=0b01, output=int(explorer.frame["target"][1]))
)  # bit i: modality i is available
mm.course.test(
    f"without the image the true digit has p = {audio_only:.2f}, as stored in the Trace",
    f"without image: {audio_only:.2f}" in explorer.readout,
)

# %% [markdown]
# **What is "the prediction had the recording stopped here"?** The model resamples every recording to a fixed number of steps before its first layer. A prefix is the first t of these *resampled* steps,
# and they were computed from the whole recording. What a prefix *is*: the prediction of the model from its first t steps, exactly. What it *is not*: always the prediction for a recording that really stopped
# there, since such a recording would be resampled to all the steps, and its own end would lie at the last of them. The Trace states which of the two it holds, and `prefixes="recording"` computes the other:

# %%
print(trace["prefixes"].attrs["description"])
stopped = mm.record(run, first, recorded_samples=6, prefixes="recording", epochs=[3], influence=False)
print(stopped["prefixes"].attrs["description"])
of_steps, of_recordings = [
    one["prefixes"].to_dataset()["prediction"].isel(epoch=-1, coalition=-1).values for one in (trace, stopped)
]
mm.course.identity("at the last step they agree (float32)", of_steps[:, -1], of_recordings[:, -1], tolerance=1e-4)
print(f"before it they differ by up to {abs(of_steps - of_recordings).max():.2f} in a probability")

# %% [markdown]
# ## 3 · Two runs side by side
#
# The same data and the same seed, but `coupling="identity"`: independent streams. `other=` shows two runs side by side,
# linked, with their differences above them.

# %%
independent = mm.models.build("coupled_mamba", digits.spec, width=16, coupling="identity", seed=0)
run_independent = mm.train.fit(
    independent, digits, strategy="modality_dropout", epochs=3, select="last", seed=0, cache="runs"
)
trace_independent = mm.record(run_independent, digits["test"], recorded_samples=6)
both = mm.widgets.Explorer(trace, other=trace_independent, selection={"epoch": 3})
both

# %%
share = mm.analysis.influence(trace)["share"].mean(("recorded_sample", "layer")).sel(target_modality="audio")
share_independent = (
    mm.analysis.influence(trace_independent)["share"].mean(("recorded_sample", "layer")).sel(target_modality="audio")
)
mm.course.identity(
    "with independent streams the image has no influence on the audio stream",
    share_independent.sel(source_modality="image"),
    0,
    tolerance=0,
)
mm.course.test(
    f"with coupled streams it has {share.sel(source_modality='image'):.0%} of the influence",
    share.sel(source_modality="image") > 0,
)

# %% [markdown]
# ## 4 · Three sensors on one wrist
#
# The same view on other data: seven exercises, recorded by a smartwatch. Two epochs only, so the model is not fully trained.

# %%
watch = mm.data.load("watch", fold=0)
sensors = mm.models.build("coupled_mamba", watch.spec, layers=2, steps=50, coupling="softmax", seed=0)
watch_run = mm.train.fit(sensors, watch, strategy="modality_dropout", epochs=2, select="last", seed=0, cache="runs")
watch_trace = mm.record(watch_run, watch["test"], recorded_samples=6)
watch_explorer = mm.widgets.Explorer(watch_trace)
watch_explorer

# %% [markdown]
# **The influence map** is not an attention map: given its gates, the operator is linear in its inputs, so the effect of `gyro` at
# 0.4 s on `dynamic` at 2 s is an exact number (of the operator; the gates of the model depend on the inputs too). The map is causal:

# %%
influence = mm.analysis.influence(watch_trace)
blocks = influence["map"].transpose(..., "target_block", "source_block").values
future = max(abs(blocks[..., now, now + 1 :]).max() for now in range(blocks.shape[-1] - 1))
mm.course.identity("the influence of later steps is exactly 0", future, 0, tolerance=0)
mm.course.test("that of earlier steps is not", blocks.max() > 0)

# %% [markdown]
# *Guess first: is a stream influenced more by itself, or by the others?* Each row is one target stream; its shares sum to 1.

# %%
share = influence["share"].mean(("recorded_sample", "layer")).to_pandas()
print(share.round(2))
mm.course.identity("each row sums to 1 (float32)", share.sum(axis=1), 1, tolerance=1e-6)
print(mm.course.fingerprint(seed=0, share=share))

# %% [markdown]
# ## 5 · Keep it, share it, print it
#
# A *recipe* is the selection by names. In another run of the same data it shows the same sample at the same time:

# %%
recipe = explorer.recipe
reopened = mm.widgets.Explorer(trace_independent, recipe=recipe)
mm.course.identity("the other run shows the same selection", reopened.recipe, recipe)
print(f"sample {recipe['sample']}, step {recipe['time']} in the other run: {reopened.readout}")

# %% [markdown]
# `save` writes the view as one file that needs neither Python nor a network.

# %%
page = explorer.save("explorer.html")
policy = "default-src 'none'" in page.read_text(encoding="utf-8")  # the page's policy forbids every request
mm.course.test(f"{page.name}, {page.stat().st_size / 1e6:.1f} MB, loads no external resource", policy)

# %% [markdown]
# Every view has a figure of the same numbers in `mm.plots`; `paper` draws it at the width of a venue's column, the same bytes every time.

# %%
figure = mm.plots.plot_influence
one = mm.plots.paper(figure, influence, venue="neurips2024", file="influence.pdf").read_bytes()
two = mm.plots.paper(figure, influence, venue="neurips2024", file="influence.pdf").read_bytes()
mm.course.identity(f"influence.pdf, {len(one) / 1e3:.0f} kB, drawn twice with the same bytes", one, two)
mm.plots.plot_influence(influence)

# %% [markdown]
# ## What we learnt
#
# - One time cursor for signals, hidden states, prediction and contributions; one selection, a dict that can be read, set and saved.
# - The contribution of a modality is computed exactly: the predictions for all subsets are in the Trace.
# - `W` weights the sources of each target. With `coupling="identity"` the influence between modalities is zero, not small.
#
# **Try next.** Load the weak image of `mm.data.load("av_digits", image_energy=0.25)` and compare with `other=`: whose contribution grows?

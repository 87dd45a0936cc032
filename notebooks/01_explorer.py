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
# # The Explorer: look around in a model
#
# `00_start_here` trained a model and opened it. Here we look around: what every view shows, and how to keep and share what you
# found. Less than a minute to run, no GPU, no network.
#
# **The question: a digit is spoken and drawn. When does a model that hears and sees know which digit it is, and from whom?**

# %%
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
# The image is read row by row, as the sound is frame by frame. Now a model of both, and the view:

# %%
model = mm.models.build("coupled_mamba", digits.spec, width=16, coupling="softmax", seed=0)
run = mm.train.fit(model, digits, epochs=3, select="last", seed=0, cache="runs")
trace = mm.record(run, digits["test"])
explorer = mm.widgets.Explorer(trace)
explorer

# %%
accuracy = (run.predict(digits["test"]).argmax(1) == digits["test"].target).mean()
assert accuracy > 0.8
print(f"check: {accuracy:.0%} of the test pairs are answered right (chance {1 / len(digits.spec.task.classes):.0%})")

# %% [markdown]
# ## 1 · What is where
#
# | view | what it shows |
# | --- | --- |
# | lanes | what was recorded, and under it the states of that modality's chain, a row for each channel |
# | *Prediction*, *Contribution* | the prediction had the recording stopped at the cursor, and each modality's Shapley value in it. Where a model's alignment or a filter looks ahead the panel says *prefix of the resampled sequence* instead; `record(..., prefixes="recording")` then really stops at every step |
# | *Coupling* | who listens to whom: the weights W |
# | *Trajectories* | the chains' states in one plane, so that chains that come together are seen to |
# | *Contribution over all samples* | the mean, with its interval |
# | *Influence* | how much what one modality said at one moment moves another at a later one |
# | *Channels* | how long a channel remembers |
# | *Subsets* | the answer to every subset of the modalities, and the way from none to all |
# | *Training*, *Samples* | the curves of training; all samples, to choose one |
#
# **Drag in a lane** to move the time cursor, drag with Shift (or the keys `[` and `]`) to choose a span, move the *Epoch*. All views
# follow, without asking Python. *Before you do: at which moment will the model be sure, and will it need the picture to be?*
#
# A view is there if its data are. A Coupled Mamba has no experts, so there is no routing map; an AlignMamba has one.

# %%
shown = "signal_audio state coupling path phi_mean influence half_life game history listed_phi"
assert set(shown.split()) <= set(explorer.frame)
assert "routing" not in explorer.frame
print("check: there are data for every view of the table, and none for a routing map")

# %% [markdown]
# Moving it never asks Python, but Python is told, and can move it too. What is shown is one plain dict:

# %%
half = trace["states"].sizes["time"] // 2
explorer.selection = {"sample": 1, "time": half, "brush": [4, half]}
print(explorer.selection, explorer.readout, sep="\n")
assert explorer.selection["time"] == half
print("check: scroll up, the view has moved")

# %% [markdown]
# ## 2 · What if it could not see?
#
# Untick a modality in *Subsets* (or say so from here). The sentence at the top tells what would be left. That is no estimate: the
# Trace holds the model's answer to every subset, at every step.

# %%
explorer.selection = {"masked": ["image"]}
answers = trace["prefixes"].to_dataset()["answer"].isel(epoch=-1, traced=1, time=half)
blind = float(answers.isel(coalition=0b01, output=int(explorer.frame["target"][1])))  # bit i: modality i is heard
assert f"without image: {blind:.2f}" in explorer.readout
print(f"check: without the image the true digit gets {blind:.2f}, as the Trace says")

# %% [markdown]
# ## 3 · Two runs side by side
#
# The same data and the same seed, but `coupling="identity"`: chains that do not hear each other. `other=` puts two runs next to each
# other, linked, and their differences above them.

# %%
alone = mm.models.build("coupled_mamba", digits.spec, width=16, coupling="identity", seed=0)
run_alone = mm.train.fit(alone, digits, epochs=3, select="last", seed=0, cache="runs")
trace_alone = mm.record(run_alone, digits["test"])
both = mm.widgets.Explorer(trace, other=trace_alone, selection={"epoch": 3})
both

# %%
heard = mm.analysis.influence(trace)["share"].mean(("traced", "layer")).sel(modality="audio")
heard_alone = mm.analysis.influence(trace_alone)["share"].mean(("traced", "layer")).sel(modality="audio")
assert heard_alone.sel(source="image") == 0
assert heard.sel(source="image") > 0
print(f"check: of what moves the sound's chain, the image is {heard.sel(source='image'):.0%}, and alone 0")

# %% [markdown]
# ## 4 · Three sensors on one wrist
#
# The same view on other data: seven exercises, seen by a smartwatch. Two epochs only, so do not take its answers for the last
# word.

# %%
watch = mm.data.load("watch", fold=0)
sensors = mm.models.build("coupled_mamba", watch.spec, layers=2, steps=50, coupling="softmax", seed=0)
watch_run = mm.train.fit(sensors, watch, epochs=2, select="last", seed=0, cache="runs")
watch_trace = mm.record(watch_run, watch["test"])
watch_explorer = mm.widgets.Explorer(watch_trace)
watch_explorer

# %% [markdown]
# **The influence map** is not an attention map: given its gates, the operator is linear in its inputs, so how much what `gyro` said at
# 0.4 s moves `dynamic` at 2 s is an exact number (of the operator; the gates of the model move too). Nobody hears the future:

# %%
influence = mm.analysis.influence(watch_trace)
blocks = influence["map"].transpose(..., "block", "source_block").values
future = max(abs(blocks[..., now, now + 1 :]).max() for now in range(blocks.shape[-1] - 1))
assert future == 0
assert blocks.max() > 0
print(f"check: the largest influence of the future is {future:.0f}")

# %% [markdown]
# *Guess first: does a chain listen more to itself, or to the others?* Each row is one chain; its shares are of all it hears.

# %%
share = influence["share"].mean(("traced", "layer")).to_pandas()
assert ((share.sum(axis=1) - 1).abs() < 1e-6).all()
print(share.round(2), "\ncheck: each row sums to 1", sep="\n")
print(mm.course.seal(seed=0, share=share))

# %% [markdown]
# ## 5 · Keep it, share it, print it
#
# A *recipe* is the selection in names. In another run of the same data it shows the same sample at the same moment:

# %%
recipe = explorer.recipe
elsewhere = mm.widgets.Explorer(trace_alone, recipe=recipe)
assert elsewhere.recipe == recipe
print(f"check: sample {recipe['sample']}, step {recipe['time']}, there too: {elsewhere.readout}")

# %% [markdown]
# `save` writes the view as one file that needs neither Python nor a network; mail it.

# %%
page = explorer.save("explorer.html")
assert "src=" not in page.read_text(encoding="utf-8")
print(f"check: {page.name}, {page.stat().st_size / 1e6:.1f} MB, loads nothing from anywhere")

# %% [markdown]
# Every view has a figure of the same numbers in `mm.plots`; `paper` draws it at the width of a venue's column, the same bytes every time.

# %%
figure = mm.plots.plot_influence
one = mm.plots.paper(figure, influence, venue="neurips2024", file="influence.pdf").read_bytes()
two = mm.plots.paper(figure, influence, venue="neurips2024", file="influence.pdf").read_bytes()
assert one == two
print(f"check: influence.pdf, {len(one) / 1e3:.0f} kB, drawn twice with the same bytes")
mm.plots.plot_influence(influence)

# %% [markdown]
# ## What we learnt
#
# - One time cursor through signals, states, answer and contributions; one selection, which is a dict you can read, set and keep.
# - What a modality is worth is computed, not guessed: the answers to all subsets are in the Trace.
# - `W` decides who is heard. With `coupling="identity"` the influence between modalities is zero, not small.
#
# **Try next.** Load the weak image of `mm.data.load("av_digits", image_energy=0.25)` and compare with `other=`: whose contribution grows?

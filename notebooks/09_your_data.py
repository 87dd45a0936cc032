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
# # Your data, your model: what must you say before a contribution means anything?
#
# Your recordings are arrays, or a pickle somebody sent you. Your model is a module of PyTorch that knows nothing of this package. Both can be opened
# here. **The question: what does the package need to be told, and how much does the answer depend on it?** One thing
# turns out to matter more than one expects: what the model hears *instead of* a modality that is taken away.
#
# You need `00_start_here`; for the second half, a little PyTorch. About two minutes to run and ten to read; no GPU, no network.
#
# ## 1 · From arrays to the Explorer
#
# Let these arrays stand for yours: spoken digits (92 frames at most, 13 numbers each) and blurred pictures of the same digit (28 rows of 28 pixels).

# %%
import pickle
import tempfile
from pathlib import Path

import numpy as np
import torch
from plotly.subplots import make_subplots

import mmviz as mm

source = mm.data.load("av_digits", image_energy=0.25)["train"].take(np.arange(900))
audio, image, digit = source.inputs["audio"], source.inputs["image"], source.target
frames = source.valid["audio"].sum(axis=1)  # how many of the 92 were recorded
print(f"audio {audio.shape}, image {image.shape}, digit {digit.shape}, {frames.min()} to {frames.max()} frames")

# %% [markdown]
# Fifteen lines from there to the live view. `lengths` is the one thing that cannot be guessed: where the recording ends and the padding begins.

# %%
ds = mm.data.from_arrays(
    {"audio": audio, "image": image},
    digit,
    lengths={"audio": frames},
    split={"train": 0.7, "valid": 0.1, "test": 0.2},
    name="my digits",
)
print(ds.report)
model = mm.models.build("coupled_mamba", ds.spec, width=16, layers=1, steps=14, state=4, seed=0)
plan = {"batch_size": 64, "learning_rate": 1e-2, "select": "last", "progress": False}
run = mm.train.fit(model, ds, epochs=6, **plan)
trace = mm.record(run, ds["test"])
explorer = mm.widgets.Explorer(trace, what_if=mm.recording.what_if(run, ds["test"]))
explorer

# %%
right = (run.predict(ds["test"]).argmax(1) == ds["test"].target).mean()
assert ds.spec.names == ("audio", "image")
assert right > 0.3
print(f"check: {right:.0%} of the test digits are named right; one in ten would be chance")

# %% [markdown]
# **What the door refuses.** *Predict: one NaN among these million numbers. Is it trained on, repaired, or refused?*

# %%
spoilt, said = audio.copy(), ""
spoilt[3, 2, 5] = np.nan
try:
    mm.data.from_arrays({"audio": spoilt, "image": image}, digit, split={"train": 0.8, "test": 0.2})
except mm.core.errors.DataError as error:
    said = str(error)
print(said)
assert "audio" in said
assert "nonfinite" in said
print("check: refused, with the place and the word that would allow it")

# %% [markdown]
# ## 2 · From an MMSA pickle
#
# CMU-MOSI, CMU-MOSEI and CH-SIMS are passed around as pickles in the layout of MMSA. We make a small one, with a secret: a mood between -3 and 3 is
# loud in `text`, soft in `audio`, and not in `vision` at all.

# %%
folder, rng = Path(tempfile.mkdtemp()), np.random.default_rng(0)
mood = rng.uniform(-3, 3, 400).astype(np.float32)
sizes = {"text": (12, 8), "audio": (20, 6), "vision": (16, 7)}
loud = {"text": 1.0, "audio": 0.05, "vision": 0.0}
arrays = {m: rng.normal(size=(400, *size)) + loud[m] * mood[:, None, None] for m, size in sizes.items()}
content = {}
for split, rows in {"train": range(280), "valid": range(280, 320), "test": range(320, 400)}.items():
    content[split] = {m: x[rows].astype(np.float32) for m, x in arrays.items()}
    content[split] |= {"id": [f"video{i}$_$0" for i in rows], "regression_labels": mood[rows]}
(folder / "mine.pkl").write_bytes(pickle.dumps(content))

moods = mm.data.load(folder / "mine.pkl")  # recognised by what is in it
print(moods, moods.report, sep="\n")

# %%
model = mm.models.build("coupled_mamba", moods.spec, width=16, layers=1, steps=12, state=4, seed=0)
run = mm.train.fit(model, moods, epochs=6, **plan)
trace = mm.record(run, moods["test"], traced=1)
phi = mm.analysis.shapley(trace, value="negative_absolute_error")
gain = dict(zip(moods.spec.names, phi["phi"].mean("sample").values.tolist(), strict=True))
assert gain["text"] > 1.3 * gain["audio"]
assert gain["audio"] > 5 * abs(gain["vision"])
assert moods.spec.task.kind == "regression"
print(
    "check: error that each takes away: " + ", ".join(f"{m} {v:.2f}" for m, v in gain.items()) + ", as they were made"
)
mm.plots.plot_shapley(phi)

# %% [markdown]
# **A pickle is a program.** Reading one the ordinary way runs what is in it. This one would make a folder. *Predict what happens.*

# %%
(folder / "trap.pkl").write_bytes(b"cos\nmkdir\n(S'%s'\ntR." % str(folder / "caught").encode())
try:
    mm.data.load(folder / "trap.pkl")
except mm.core.errors.UnsafeFileError as error:
    print(error)
assert not (folder / "caught").exists()
print("check: the trap was read, recognised and not sprung")

# %% [markdown]
# ## 3 · Your own model
#
# Here is a model that this package did not make: a recurrent network for each modality and a linear layer on their means, trained by a loop of its own. Yours
# will be a class whose `forward` takes the dict; then `ask` is not needed.

# %%
torch.manual_seed(0)
net = torch.nn.ModuleDict(
    {"audio": torch.nn.GRU(13, 16, batch_first=True), "image": torch.nn.GRU(28, 16, batch_first=True)}
)
net["head"] = torch.nn.Linear(32, 10)
ask = lambda net, x: net["head"](torch.cat([net[m](x[m])[0].mean(1) for m in ("audio", "image")], 1))  # noqa: E731
batch = mm.models.batch_of(ds["train"])
optimiser = torch.optim.Adam(net.parameters(), 1e-2)
for _ in range(12):
    for rows in torch.randperm(len(batch)).split(64):
        answer = ask(net, {m: x[rows] for m, x in batch.values.items()})
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(answer, batch.truth[rows]).backward()
        optimiser.step()

# %% [markdown]
# `adapt` wraps it. There is one option without a default: `missing`, what the module is shown in place of a modality that is not heard. A network of
# yours has no answer to "no audio"; it must be shown *some* numbers. `"mean"` shows the mean of the training data.

# %%
adapted = mm.models.adapt(net, ds.spec, missing="mean", call=ask, name="my GRU")
mine = mm.train.as_run(adapted)
theirs = mm.record(mine, ds["test"])
mm.widgets.Explorer(theirs, what_if=mm.recording.what_if(mine, ds["test"]))

# %% [markdown]
# Contributions, prefixes, subsets and the what-if studio are there: all of them are questions about answers. States, coupling and influence are not: nobody
# knows what happens inside this module, so the Trace does not say, and the view does not pretend.

# %%
assert theirs["states"].sizes["layer"] == 0
assert not {"influence", "routing", "transport"} & set(theirs.children)
print("check: no states, no influence, no routing in this Trace;", theirs.attrs["notes"][-1])

# %% [markdown]
# **The same numbers by hand.** Two modalities make four subsets. Ask the module itself about each, and apply the formula of `06_imbalance`.

# %%
x = {m: torch.from_numpy(ds["test"].inputs[m]) for m in ds.spec.names}
mean = {m.name: torch.tensor(m.mean).expand_as(x[m.name]) for m in ds.spec.modalities}
row, true = torch.arange(len(ds["test"])), torch.from_numpy(ds["test"].target)
with torch.no_grad():
    both, sound, picture, nothing = (
        ask(net, given).softmax(1)[row, true].double().numpy()
        for given in (x, x | {"image": mean["image"]}, x | {"audio": mean["audio"]}, mean)
    )
by_hand = np.stack([sound - nothing + both - picture, picture - nothing + both - sound], 1) / 2
right = (mine.predict(ds["test"]).argmax(1) == ds["test"].target).mean()
exact = mm.analysis.shapley(theirs)["phi"].values
gap = np.abs(by_hand - exact).max()
assert gap < 1e-5
print(
    f"check: Shapley values by hand and from the Trace differ by at most {gap:.0e} (the module is right in {right:.0%})"
)

# %% [markdown]
# ## 4 · How much does it depend on what you said?
#
# The same module, the same data. Only what stands for a missing modality differs: zeros; the training mean; or the frames of one training sample, which is a callable of
# ours. *Predict: will the contributions agree to within a few percent? Move the slider.*

# %%
typical = {m: torch.from_numpy(ds["train"].inputs[m][0]) for m in ds.spec.names}
stand_ins = {"zeros": "zeros", "mean": "mean", "one sample": lambda name, values, valid: typical[name]}
found = {}
for word, missing in stand_ins.items():
    each = mm.train.as_run(mm.models.adapt(net, ds.spec, missing=missing, call=ask))
    found[word] = mm.analysis.shapley(mm.record(each, ds["test"], traced=1))
views = {word: mm.plots.plot_shapley(phi) for word, phi in found.items()}
reach = max(view.layout.xaxis.range[1] for view in views.values())
for view in views.values():
    view.update_xaxes(range=[-0.02, reach])
mm.plots.with_slider(views, says="missing: ")

# %%
shares = {word: phi["phi"].mean("sample").values for word, phi in found.items()}
for word, phi in found.items():
    total = phi["baseline"] + phi["phi"].sum("modality") - phi["full"]
    assert float(abs(total).max()) < 1e-12
    print(f"missing={word:10} audio {shares[word][0]:+.3f}, image {shares[word][1]:+.3f}")
values = np.array(list(shares.values()))  # (stand-in, modality)
apart = (np.ptp(values, axis=0) / values.mean(axis=0)).max()
assert apart > 0.05
print(f"check: each adds up exactly, and yet the contribution of a modality differs by up to {apart:.0%}")

# %% [markdown]
# None of them is wrong, and which modality leads may depend on it. A contribution is always *compared with something*, and you chose with what. So say it wherever you print the number: the Trace does. Take
# what the module saw in training when a modality was absent; if it never did, prefer what looks like data to it.
#
# ## 5 · Down to the pixel
#
# Gradients pass through the adapter, so integrated gradients work as well. Below each picture: red pixels speak for the true digit, blue ones against it, and
# where there is neither the sound had settled it, or the picture says nothing.

# %%
recorded = mm.recording.record_attribution(mine, ds["test"], traced=6, steps=128)
told = mm.analysis.attribution(recorded)
pixels = np.hstack(recorded["features/image"]["attribution"].values)
pictures = np.hstack(ds["test"].inputs["image"][recorded["samples"]["traced"].values])
top = float(np.quantile(abs(pixels), 0.995))
figure = make_subplots(rows=2, cols=1, vertical_spacing=0.02)
figure.add_heatmap(z=pictures, colorscale="gray_r", showscale=False, row=1, col=1)
figure.add_heatmap(z=pixels, colorscale="RdBu_r", zmin=-top, zmax=top, showscale=False, row=2, col=1)
figure.update_xaxes(visible=False).update_yaxes(visible=False, autorange="reversed")
figure.update_layout(title="six test digits, and what each pixel adds to the true answer", width=860, height=350)
figure.update_layout(margin={"l": 8, "r": 8, "t": 50, "b": 8})

# %%
gap = told["relative_gap"].values
assert np.median(gap) < 0.05
print(
    f"check: the parts add up to the answer less that to the mean, to {np.median(gap):.1%} for the median digit, {gap.max():.1%} for the worst"
)

# %% [markdown]
# Where the worst is large, the module turns sharply somewhere between mean and digit, and 128 steps do not see it. Ask for more `steps`, or do not add that
# digit's parts up.

# %% [markdown]
# ## What we learnt
#
# - Arrays need lengths; a pickle needs nothing, and gets nothing run.
# - Any module from a dict of tensors has exact contributions, prefixes, what-if and attributions. What is inside it stays unknown.
# - A contribution depends on what stands for the missing modality. There is no neutral choice, so there is no default.
#
# **Try next.** Put your own module in the place of `net`, or train `net` with a modality zeroed in every third batch: do `zeros` and `mean` agree better then?

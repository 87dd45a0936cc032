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
# # Your data and your model: what must be specified before a contribution means anything?
#
# Your recordings are arrays, or a pickle file. Your model is an `nn.Module` that was written without this package. Both can be opened
# here. **The question: which information does the package need, and how much do the contributions depend on it?** One choice
# matters more than expected: the imputation, that is, the input *in place of* a masked modality.
#
# You need `00_start_here`; for the second half, a little PyTorch. About two minutes to run and ten to read; no GPU, no network.
#
# ## 1 · From arrays to the Explorer
#
# Replace these arrays by yours: spoken digits (92 frames at most, 13 coefficients each) and blurred images of the same digit (28 rows of 28 pixels).

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
# Fifteen lines from arrays to the live view. `lengths` cannot be inferred: the number of recorded frames before the padding.
# `modality_dropout` trains on every subset of the modalities, so that the contributions below do not rest on inputs that the model never met.

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
plan = {"strategy": "modality_dropout", "batch_size": 64, "learning_rate": 1e-2, "select": "last", "progress": False}
run = mm.train.fit(model, ds, epochs=6, **plan)
trace = mm.record(run, ds["test"])
explorer = mm.widgets.Explorer(trace, what_if=mm.recording.what_if(run, ds["test"]))
explorer

# %%
right = (run.predict(ds["test"]).argmax(1) == ds["test"].target).mean()
assert ds.spec.names == ("audio", "image")
assert right > 0.3
print(f"check: test accuracy {right:.0%}; chance is 10%")

# %% [markdown]
# **Invalid values.** *Predict: one NaN among these million numbers. Is it used in training, repaired, or refused?*

# %%
invalid, message = audio.copy(), ""
invalid[3, 2, 5] = np.nan
try:
    mm.data.from_arrays({"audio": invalid, "image": image}, digit, split={"train": 0.8, "test": 0.2})
except mm.core.errors.DataError as error:
    message = str(error)
print(message)
assert "audio" in message
assert "nonfinite" in message
print("check: refused; the message gives the place and the option that allows it")

# %% [markdown]
# ## 2 · From an MMSA pickle
#
# CMU-MOSI, CMU-MOSEI and CH-SIMS are distributed as pickles in the layout of MMSA. We write a small one with a known truth: a sentiment between -3 and 3 has
# a strong signal in `text`, a weak one in `audio`, and none in `vision`.

# %%
folder, rng = Path(tempfile.mkdtemp()), np.random.default_rng(0)
sentiment = rng.uniform(-3, 3, 400).astype(np.float32)
sizes = {"text": (12, 8), "audio": (20, 6), "vision": (16, 7)}
strength = {"text": 1.0, "audio": 0.05, "vision": 0.0}
arrays = {m: rng.normal(size=(400, *size)) + strength[m] * sentiment[:, None, None] for m, size in sizes.items()}
content = {}
for split, rows in {"train": range(280), "valid": range(280, 320), "test": range(320, 400)}.items():
    content[split] = {m: x[rows].astype(np.float32) for m, x in arrays.items()}
    content[split] |= {"id": [f"video{i}$_$0" for i in rows], "regression_labels": sentiment[rows]}
(folder / "mine.pkl").write_bytes(pickle.dumps(content))

sentiments = mm.data.load(folder / "mine.pkl")  # the layout is recognised by the content
print(sentiments, sentiments.report, sep="\n")

# %%
model = mm.models.build("coupled_mamba", sentiments.spec, width=16, layers=1, steps=12, state=4, seed=0)
run = mm.train.fit(model, sentiments, epochs=20, **plan)
trace = mm.record(run, sentiments["test"], recorded_samples=1)
phi = mm.analysis.shapley(trace, value="negative_absolute_error")
gain = dict(zip(sentiments.spec.names, phi["phi"].mean("sample").values.tolist(), strict=True))
assert gain["text"] > 1.3 * gain["audio"]
assert gain["audio"] > 5 * abs(gain["vision"])
assert sentiments.spec.task.kind == "regression"
print(
    "check: reduction of the error by each modality: "
    + ", ".join(f"{m} {v:.2f}" for m, v in gain.items())
    + ", as constructed"
)
mm.plots.plot_shapley(phi)

# %% [markdown]
# **A pickle is a program.** `pickle.load` executes it. This one would create a folder. *Predict what happens.*

# %%
(folder / "trap.pkl").write_bytes(b"cos\nmkdir\n(S'%s'\ntR." % str(folder / "caught").encode())
try:
    mm.data.load(folder / "trap.pkl")
except mm.core.errors.UnsafeFileError as error:
    print(error)
assert not (folder / "caught").exists()
print("check: the file was refused, and its code did not run")

# %% [markdown]
# ## 3 · Your own model
#
# Here is a user's `nn.Module`: a recurrent network for each modality and a linear layer on their means, trained by its own loop. If
# `forward` takes the dict of tensors, `call` is not needed.

# %%
torch.manual_seed(0)
net = torch.nn.ModuleDict(
    {"audio": torch.nn.GRU(13, 16, batch_first=True), "image": torch.nn.GRU(28, 16, batch_first=True)}
)
net["head"] = torch.nn.Linear(32, 10)
call = lambda net, x: net["head"](torch.cat([net[m](x[m])[0].mean(1) for m in ("audio", "image")], 1))  # noqa: E731
batch = mm.models.batch_of(ds["train"])
optimiser = torch.optim.Adam(net.parameters(), 1e-2)
for _ in range(12):
    for rows in torch.randperm(len(batch)).split(64):
        logits = call(net, {m: x[rows] for m, x in batch.values.items()})
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(logits, batch.required_target[rows]).backward()
        optimiser.step()

# %% [markdown]
# `adapt` wraps it. There is one option without a default: `missing`, the imputation of a masked modality. The module cannot process
# "no audio"; it needs *some* numbers. `"mean"` imputes the mean of the training data.

# %%
adapted = mm.models.adapt(net, ds.spec, missing="mean", call=call, name="my GRU")
adapted_run = mm.train.as_run(adapted)
adapted_trace = mm.record(adapted_run, ds["test"])
mm.widgets.Explorer(adapted_trace, what_if=mm.recording.what_if(adapted_run, ds["test"]))

# %% [markdown]
# Contributions, prefixes, subsets and what-if are available: all of them need predictions only. Hidden states, coupling and influence are not: the internals
# of this module are unknown, so the Trace has no such groups, and the view has no such panels.

# %%
assert adapted_trace["states"].sizes["layer"] == 0
assert not {"influence", "routing", "transport"} & set(adapted_trace.children)
print("check: no states, no influence, no routing in this Trace;", adapted_trace.attrs["notes"][-1])

# %% [markdown]
# **The same numbers by hand.** Two modalities have four subsets. Run the module on each, and apply the formula of `06_imbalance`.

# %%
x = {m: torch.from_numpy(ds["test"].inputs[m]) for m in ds.spec.names}
mean = {m.name: torch.tensor(m.mean).expand_as(x[m.name]) for m in ds.spec.modalities}
row, true = torch.arange(len(ds["test"])), torch.from_numpy(ds["test"].target)
with torch.no_grad():
    v_both, v_sound, v_image, v_none = (
        call(net, given).softmax(1)[row, true].double().numpy()
        for given in (x, x | {"image": mean["image"]}, x | {"audio": mean["audio"]}, mean)
    )
by_hand = np.stack([v_sound - v_none + v_both - v_image, v_image - v_none + v_both - v_sound], 1) / 2
right = (adapted_run.predict(ds["test"]).argmax(1) == ds["test"].target).mean()
exact = mm.analysis.shapley(adapted_trace)["phi"].values
gap = np.abs(by_hand - exact).max()
assert gap < 1e-5
print(
    f"check: Shapley values by hand and from the Trace differ by at most {gap:.0e} (accuracy of the module {right:.0%})"
)

# %% [markdown]
# ## 4 · Dependence on the imputation
#
# The same module, the same data. Only the imputation differs: zeros; the training mean; or the frames of one training sample, given as a
# callable. *Predict: will the contributions agree to within a few percent? Move the slider.*

# %%
typical = {m: torch.from_numpy(ds["train"].inputs[m][0]) for m in ds.spec.names}
imputations = {"zeros": "zeros", "mean": "mean", "one sample": lambda name, values, valid: typical[name]}
found = {}
for word, missing in imputations.items():
    each = mm.train.as_run(mm.models.adapt(net, ds.spec, missing=missing, call=call))
    found[word] = mm.analysis.shapley(mm.record(each, ds["test"], recorded_samples=1))
views = {word: mm.plots.plot_shapley(phi) for word, phi in found.items()}
reach = max(view.layout.xaxis.range[1] for view in views.values())
for view in views.values():
    view.update_xaxes(range=[-0.02, reach])
mm.plots.with_slider(views, prefix="missing: ")

# %%
shares = {word: phi["phi"].mean("sample").values for word, phi in found.items()}
for word, phi in found.items():
    total = phi["baseline"] + phi["phi"].sum("modality") - phi["full"]
    assert float(abs(total).max()) < 1e-12
    print(f"missing={word:10} audio {shares[word][0]:+.3f}, image {shares[word][1]:+.3f}")
values = np.array(list(shares.values()))  # (imputation, modality)
difference = (np.ptp(values, axis=0) / values.mean(axis=0)).max()
assert difference > 0.05
print(f"check: each adds up exactly, and yet the contribution of a modality differs by up to {difference:.0%}")

# %% [markdown]
# None of them is wrong, and the ranking of the modalities may depend on it. A contribution is always relative to a baseline, and the imputation defines the baseline. So report it with the number: the Trace does. Use
# the imputation of the training; if there was none, prefer values that resemble the training data.
#
# ## 5 · Down to the pixel
#
# Gradients pass through the adapter, so integrated gradients work as well. Below each image: red pixels raise the output of the true digit, blue ones lower it, and
# white ones have no effect.

# %%
recorded = mm.recording.record_attribution(adapted_run, ds["test"], recorded_samples=6, steps=128)
attribution = mm.analysis.attribution(recorded)
pixels = np.hstack(recorded["features/image"]["attribution"].values)
images = np.hstack(ds["test"].inputs["image"][recorded["samples"]["recorded_sample"].values])
top = float(np.quantile(abs(pixels), 0.995))
figure = make_subplots(rows=2, cols=1, vertical_spacing=0.02)
figure.add_heatmap(z=images, colorscale="gray_r", showscale=False, row=1, col=1)
figure.add_heatmap(z=pixels, colorscale="RdBu_r", zmin=-top, zmax=top, showscale=False, row=2, col=1)
figure.update_xaxes(visible=False).update_yaxes(visible=False, autorange="reversed")
figure.update_layout(
    title="six test digits, and the attribution of each pixel to the output of the true class", width=860, height=350
)
figure.update_layout(margin={"l": 8, "r": 8, "t": 50, "b": 8})

# %%
gap = attribution["relative_gap"].values
assert np.median(gap) < 0.05
print(
    f"check: the attributions add up to output(sample) - output(mean), to {np.median(gap):.1%} for the median digit, {gap.max():.1%} for the worst"
)

# %% [markdown]
# Where the error is large, the module changes abruptly between mean and digit, and 128 steps do not resolve it. Use more `steps`, or do not sum the attributions of that
# digit.

# %% [markdown]
# ## What we learnt
#
# - Arrays need lengths; a pickle needs no options, and none of its code runs.
# - Any module of a dict of tensors has exact contributions, prefixes, what-if and attributions. Its internals remain unknown.
# - A contribution depends on the imputation of the missing modality. There is no neutral choice, so there is no default.
#
# **Try next.** Put your own module in the place of `net`, or train `net` with a modality zeroed in every third batch: do `zeros` and `mean` agree better then?

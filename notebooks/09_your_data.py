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
# # Your model and your data: what must be specified before a contribution means anything?
#
# Your network was written without this package: Mamba layers from transformers, a GRU, attention, a scikit-learn pipeline. Your recordings are arrays. Here the
# network is trained, opened and edited without a change of its code. **The question: which information does the package need, and how
# much do the contributions depend on it?** One choice matters more than expected: the imputation, that is, the input *in place of* a masked modality.
#
# You need `00_start_here`; a little PyTorch helps. About three minutes to run and fifteen to read; no GPU, no network connection. The networks are in the folder
# `networks`, plain PyTorch, without a line of this package: put yours beside them.
#
# ## 1 · A network with Mamba layers, in fourteen lines
#
# Spoken digits (13 coefficients per frame, different lengths) and blurred images of the same digit (28 rows of 28 pixels). `MambaFusion` has one `MambaMixer` of transformers
# per modality, with 40 and 28 steps: two scans of different length.

# %%
import copy
import dataclasses

import numpy as np
import torch
from networks.cross_attention import CrossAttention
from networks.gru_cnn_table import GruCnnTable
from networks.hf_mamba import Mamba2Fusion, MambaFusion
from networks.sklearn_pipeline import SklearnPipeline

import mmviz as mm

source = mm.data.load("av_digits", image_energy=0.25)["train"].take(np.arange(700))
audio, image, digit = source.inputs["audio"][:, :40], source.inputs["image"], source.target
frames = source.valid["audio"].sum(axis=1).clip(max=40)  # how many of the 40 were recorded
split = {"train": 0.7, "valid": 0.1, "test": 0.2}
plan = {"epochs": 5, "batch_size": 64, "learning_rate": 1e-2, "select": "last", "progress": False}
shown = {"recorded_samples": 4, "epochs": [5]}

# %% [markdown]
# `missing` has no default: the network cannot process "no audio", it needs *some* numbers. `scans="auto"` captures the selective scans. `modality_dropout` trains on
# all subsets of the modalities, with `empty` also on none, so that no contribution below rests on inputs that the network never met.

# %%
signals = {"audio": audio, "image": image}
ds = mm.data.from_arrays(signals, digit, lengths={"audio": frames}, split=split, name="my digits")
torch.manual_seed(0)
net = MambaFusion({"audio": 13, "image": 28}, classes=10)
model = mm.models.adapt(net, ds.spec, missing="mean", scans="auto")
dropout = mm.train.strategies.ModalityDropout(rate=0.3, empty=0.1)
run = mm.train.fit(model, ds, strategy=dropout, **plan)
trace = mm.record(run, ds["test"], **shown)
what_if = mm.recording.what_if(run, ds["test"])
mm.widgets.Explorer(trace, what_if=what_if)

# %%
right = (run.predict(ds["test"]).argmax(1) == ds["test"].target).mean()
scans = mm.analysis.captured_scans(trace)
print(scans.mmviz.to_pandas().to_string(index=False))
with run.at_epoch(0) as start:
    untrained = dataclasses.replace(run, model=copy.deepcopy(start))
before = (untrained.predict(ds["test"]).argmax(1) == ds["test"].target).mean()
mm.course.finding("the network classifies above chance", right, above=0.3, control={"untrained": before}, form=".0%")
error = float(scans["replay_error"].max())
mm.course.identity("the captured tensors reproduce the output of both scans (float32)", error, 0, tolerance=1e-5)

# %% [markdown]
# **How is this possible without a change of the network?** While `capture` is open, the function that runs a scan is replaced by one that keeps its
# arguments. They are converted to the operator of `02_coupled_scan`, run by it, and compared with what the network's own function returned. A scan that is not reproduced is
# refused, and what was not captured is listed.

# %%
batch = mm.models.batch_of(ds["test"], np.arange(8)).values
trained = run.model.module
with torch.no_grad(), mm.models.capture(trained) as captured:
    logits = trained(batch)
print(captured)
with torch.no_grad():
    again = trained(batch)
mm.course.identity("the output is the same with and without the capture, bit for bit", logits, again, tolerance=0)

# %% [markdown]
# ## 2 · States, half-lives, influence of its scans

# %%
mm.plots.plot_scan_states(mm.analysis.scan_states(trace, scan="mixers.audio"))

# %%
mm.plots.plot_scan_influence(mm.analysis.scan_influence(trace, scan="mixers.audio"))

# %% [markdown]
# ## 3 · Interventions
#
# The input of the audio scan is set to 0 from step 10 on (`Edit.silence`), and the network runs. *Predict: can the change be known without running it?* It can, for this
# scan: with dt, B and C held fixed, y is a linear function of x, the map above. `predict` computes the change from the map alone.

# %%
edits = {"mixers.audio": [mm.models.Edit.silence(10)]}
predicted = captured.predict(edits)["mixers.audio"]
with torch.no_grad(), mm.models.capture(trained, edits=edits) as edited:
    moved = trained(batch) - logits
observed = edited["mixers.audio"].y - captured["mixers.audio"].y
mm.course.identity("predicted and observed change of the scan are equal (float32)", predicted, observed, tolerance=1e-5)
mm.course.identity("steps before 10 do not change", observed[:, :, :10], 0, tolerance=0)
print("change of the logits, by sample:", np.round(moved.abs().max(1).values.numpy(), 2))

# %% [markdown]
# `mm.intervene` does the same for a recorded run and compares predictions. The control is the same edit of the stream that holds no sound.

# %%
effect = {}
for stream in ("audio", "image"):
    found = mm.intervene(run, ds["test"], state=stream, to="zero", step=0, recorded_samples=24)
    effect[stream] = float(abs(found["effect"]).max("output").mean())
print(
    "mean largest change of a probability, state held at zero:",
    {m: round(v, 2) for m, v in effect.items()},
)

# %% [markdown]
# ## 4 · Other networks
#
# **Mamba-2 over all frames, one modality after the other.** One scan reads both modalities, so its states belong to neither; the Trace says so.

# %%
net = Mamba2Fusion({"audio": 13, "image": 28}, classes=10)
model = mm.models.adapt(net, ds.spec, missing="mean", scans="auto", steps=10)
run_2 = mm.train.fit(model, ds, strategy=dropout, **(plan | {"epochs": 12}))
trace_2 = mm.record(run_2, ds["test"], **(shown | {"epochs": [12]}))
print(mm.analysis.captured_scans(trace_2).mmviz.to_pandas().to_string(index=False))
mm.widgets.Explorer(trace_2, what_if=mm.recording.what_if(run_2, ds["test"]))

# %% [markdown]
# **A GRU, a CNN and a table.** No scan, hence no states: contributions, prefixes, what-if and integrated gradients need the predictions only. The table has one row per sample:
# the number of frames, the loudness, the ink. The strategy alternates between modalities; the parameters of each were found from one pass. The warning below is right: alternating updates meet single modalities and
# all three, never two of them.

# %%
table = np.stack([frames, audio.std((1, 2)), image.mean((1, 2))], 1)[:, None]
three = mm.data.from_arrays(signals | {"table": table}, digit, lengths={"audio": frames}, split=split)
model = mm.models.adapt(GruCnnTable(audio=13, table=3, classes=10), three.spec, missing="mean", steps=10)
run_3 = mm.train.fit(model, three, strategy="shapley_alternating", **plan)
trace_3 = mm.record(run_3, three["test"], **shown)
mm.widgets.Explorer(trace_3, what_if=mm.recording.what_if(run_3, three["test"]))

# %% [markdown]
# **Attention with masks.** `masks=True` also passes which frames were recorded. An absent modality has no frame to attend to, so imputed frames count as present.

# %%
model = mm.models.adapt(
    CrossAttention({"audio": 13, "image": 28}, classes=10),
    ds.spec,
    missing="zeros",
    masks=True,
    masked_as="present",
    steps=10,
)
run_4 = mm.train.fit(model, ds, strategy=dropout, **plan)
trace_4 = mm.record(run_4, ds["test"], **shown)
mm.widgets.Explorer(trace_4, what_if=mm.recording.what_if(run_4, ds["test"]))

# %% [markdown]
# **A scikit-learn pipeline.** It has no gradient and was trained by its own `fit`; `as_run` opens it as it is.

# %%
pipeline = SklearnPipeline().fit(ds["train"].inputs, ds["train"].target)
model = mm.models.adapt(pipeline, ds.spec, missing="mean", output_kind="probabilities", steps=10)
run_5 = mm.train.as_run(model)
trace_5 = mm.record(run_5, ds["test"], recorded_samples=4)
mm.widgets.Explorer(trace_5, what_if=mm.recording.what_if(run_5, ds["test"]))

# %%
accuracy = {
    r.model.config.name: (r.predict(d["test"]).argmax(1) == d["test"].target).mean()
    for r, d in ((run, ds), (run_2, ds), (run_3, three), (run_4, ds), (run_5, ds))
}
print("accuracy:", ", ".join(f"{name} {value:.0%}" for name, value in accuracy.items()))
mm.course.test("a network without a scan has no scans in its Trace", "scans" not in trace_3.children)
mm.course.test("a scan over both modalities belongs to neither", trace_2["scans"]["0"].attrs["modality"] == "")
frequent = np.bincount(ds["test"].target).max() / len(ds["test"])
mm.course.finding("all five have learnt something (smallest accuracy)", min(accuracy.values()), above=0.15,
    control={"the most frequent class": frequent}, n=5, over="networks", form=".0%")  # fmt: skip

# %% [markdown]
# ## 5 · Dependence on the imputation
#
# One trained network, the same data. Only the imputation differs: zeros; the training mean; or the frames of one training sample, given as a
# callable. *Predict: will the contributions agree to within a few percent? Move the slider.*

# %%
typical = {m: torch.from_numpy(ds["train"].inputs[m][0]) for m in ds.spec.names}
imputations = {"zeros": "zeros", "mean": "mean", "one sample": lambda name, values, valid: typical[name]}
found = {}
for word, missing in imputations.items():
    each = mm.train.as_run(mm.models.adapt(pipeline, ds.spec, missing=missing, output_kind="probabilities", steps=1))
    found[word] = mm.analysis.shapley(mm.record(each, ds["test"], recorded_samples=1))
views = {word: mm.plots.plot_shapley(phi) for word, phi in found.items()}
reach = max(view.layout.xaxis.range[1] for view in views.values())
for view in views.values():
    view.update_xaxes(range=[-0.02, reach])
mm.plots.with_slider(views, prefix="missing: ")

# %%
shares = {word: phi["phi"].mean("sample").values for word, phi in found.items()}
for word, phi in found.items():
    mm.course.identity(f"missing={word}: adds up to v(all)", phi["baseline"] + phi["phi"].sum("modality"), phi["full"])
    print(f"missing={word:10} audio {shares[word][0]:+.3f}, image {shares[word][1]:+.3f}")
values = np.array(list(shares.values()))  # (imputation, modality)
halves = np.array(
    [found["zeros"]["phi"].values[part::2].mean(0) for part in (0, 1)]
)  # one imputation, two halves of the samples
mm.course.finding(
    "and yet a contribution depends on the imputation (largest relative difference, one model)",
    (np.ptp(values, axis=0) / values.mean(axis=0)).max(),
    above=0.05,
    control={"one imputation, two halves of the test split": (np.ptp(halves, axis=0) / halves.mean(axis=0)).max()},
    n=3,
    over="imputations",
    form=".0%",
)

# %% [markdown]
# None of them is wrong, and the ranking of the modalities may depend on it. A contribution is always relative to a baseline, and the imputation defines the baseline. So report it with the number: the Trace does. Use
# the imputation of the training; if there was none, prefer values that resemble the training data.
#
# ## 6 · Out again: shap, shapiq, pandas, an image file
#
# Every result leaves in the form that other tools read.

# %%
phi = mm.analysis.shapley(trace)
explanation = phi.mmviz.to_shap()
values = phi.mmviz.to_shapiq(sample="mean")
print(phi.mmviz.to_pandas().head(4).to_string(index=False))
print(values)
mm.course.identity("shap.Explanation contains the same numbers", explanation.values, phi["phi"].values, tolerance=1e-8)
exported = [values[(i,)] for i in range(2)]
mm.course.identity("so does shapiq.InteractionValues", exported, phi["phi"].mean("sample").values, tolerance=1e-8)

# %% [markdown]
# ## 7 · From a file: a pickle is a program
#
# Benchmarks are distributed as pickles. `pickle.load` executes them; `mm.data.load` reads their arrays and executes nothing. This one would create a folder. *Predict what happens.*

# %%
import tempfile
from pathlib import Path

folder = Path(tempfile.mkdtemp())
(folder / "trap.pkl").write_bytes(b"cos\nmkdir\n(S'%s'\ntR." % str(folder / "caught").encode())
try:
    mm.data.load(folder / "trap.pkl")
except mm.core.errors.UnsafeFileError as error:
    print(error)
mm.course.test("the file was refused, and its code did not run", not (folder / "caught").exists())

# %% [markdown]
# ## What we learnt
#
# - A network is trained, opened and edited without a change of its code. What was captured is proved by replay; what was not is listed.
# - Networks without a scan have exact contributions, prefixes, what-if and attributions, and no states.
# - A contribution depends on the imputation of the missing modality. There is no neutral choice, so there is no default.
# - Results leave as `shap.Explanation`, `shapiq.InteractionValues` and tables.
#
# **Try next.** Put your own network into the folder `networks`. Replace `missing="mean"` by `"zeros"` in section 1, train again, and compare both contributions.

# %% [markdown]
# ## Exercises
#
# Put your work where the dots are. Stuck? `mm.course.hint("9.1")`, then `mm.course.hint("9.1", 2)` and `3`; the solution: `mm.course.solution("9.1")`.
#
# ### Exercise 9.1 · one value, two baselines
#
# A network has one modality of one number x, and computes 2 x + 1. A sample has x = 3; the training mean is 1. What is the contribution of the modality if it is imputed by zeros, and by the mean? `answer = [zeros, mean]`.

# %%
answer = ...  # your work
mm.course.check("9.1", answer)

# %% [markdown]
# ### Exercise 9.2 · subsets that training never meets
#
# A strategy alternates between updates on single modalities and one on all M of them. How many non-empty subsets does the network never meet in training? `answer = lambda M: ...`, for M ≥ 3.

# %%
answer = ...  # your work
mm.course.check("9.2", answer)

# %% [markdown]
# ### Exercise 9.3 · the change of a silenced scan
#
# A scan computes y = K x, with K (steps of y, steps of x). Its input is set to 0 from `step` on, dt, B and C are held fixed. Write the change of y: after the edit minus before. `answer = lambda K, x, step: ...`

# %%
answer = ...  # your work
mm.course.check("9.3", answer)

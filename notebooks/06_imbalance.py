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
# # Imbalance: which modality is used, which is not, and why?
#
# Modality imbalance: values by masking and by retraining, linear probes, Shapley values, and training strategies.
#
# A digit is spoken and drawn. Sound and image are fused in one model and trained jointly. **The question: does the model use
# both modalities, and if not, can another training strategy change that?**
#
# You need `00_start_here`, and an idea of what a training epoch is. About two minutes to run and twenty to think; no GPU, no network.
#
# ## 1 · Weakening the image
#
# `image_energy` keeps the first principal components of the images, as many as hold this share of the variance. *Move the slider:
# at which value could you no longer read the digits yourself?*

# %%
import numpy as np
import plotly.express as px

import mmviz as mm

ENERGIES = (1.0, 0.25, 0.05)
data = {energy: mm.data.load("av_digits", image_energy=energy) for energy in ENERGIES}
strips = {}
for energy, ds in data.items():
    rows = [int((ds["test"].target == digit).argmax()) for digit in range(10)]  # the first of each digit
    strip = np.hstack([ds["test"].inputs["image"][row] for row in rows])
    strips[str(energy)] = px.imshow(strip, color_continuous_scale="gray_r", zmin=0, zmax=1)
for strip in strips.values():
    strip.update_layout(width=840, height=120, margin={"l": 20, "r": 20, "t": 20, "b": 20}, coloraxis_showscale=False)
    strip.update_xaxes(visible=False).update_yaxes(visible=False)
mm.plots.with_slider(strips, prefix="image energy ")

# %%
sounds = [ds["test"].inputs["audio"] for ds in data.values()]
spread = [float(ds["train"].inputs["image"].var(axis=0).sum()) for ds in data.values()]
assert all(np.array_equal(sound, sounds[0]) for sound in sounds)
assert spread[0] > spread[1] > spread[2]
kept = ", ".join(f"{s / spread[0]:.0%}" for s in spread)
print(f"check: the sound is the same at every setting; share of the images' variance: {kept}")

# %% [markdown]
# ## 2 · Train jointly, then remove one modality
#
# A small Coupled Mamba, four epochs, once for each image energy. The Trace holds its predictions for every subset of the modalities:
# none (the baseline), audio only, image only, both. `record` warns that joint training never met a single modality: those predictions are out of
# distribution. What that does is the subject of this section.
#
# *Predict before you run: the images at energy 1 are perfect. Which accuracy will the model reach with the image only?*

# %%
small = {"width": 16, "layers": 1, "steps": 14, "state": 4, "coupling": "softmax"}
plan = {"epochs": 4, "batch_size": 128, "learning_rate": 1e-2, "select": "last", "progress": False, "cache": "runs"}
traces = {}
for energy, ds in data.items():
    model = mm.models.build("coupled_mamba", ds.spec, **small, seed=0)
    run = mm.train.fit(model, ds, **plan, monitor=True, seed=0)
    traces[energy] = mm.record(run, ds["test"], recorded_samples=6, influence=False)

# %%
subsets = {str(e): mm.plots.plot_subsets(mm.analysis.coalition_scores(trace)) for e, trace in traces.items()}
mm.plots.with_slider(subsets, prefix="image energy ")

# %%
NOTHING, SOUND, IMAGE, BOTH = range(4)  # bit i of a subset's number: modality i is available
scores = {energy: mm.analysis.coalition_scores(trace)["score"].values for energy, trace in traces.items()}
assert all(s[BOTH] > s[SOUND] > s[IMAGE] > s[NOTHING] for s in scores.values())
assert scores[0.05][IMAGE] < scores[0.25][IMAGE]
print("check: at every setting both modalities are best, audio only is next, image only is far behind")

# %% [markdown]
# Even with perfect images the image-only score is low. Three causes are possible: the images contain little (*weak data*), the image features
# were not learnt (an *under-optimised* representation), or the head uses good features badly, because joint training never showed it an image
# without sound. From here on the image energy is 0.25, the setting of the AV-MNIST recipe.
#
# **First control: retraining.** Train a model on *every subset* of the modalities, with the same updates and three seeds each, and compare its
# score with the full model's score for that subset. The gap of a modality is $g_m = v_\text{retrained}(m) - v_\text{masked}(m)$.
#
# *Predict: which of the three causes is it?*

# %%
budget = {name: plan[name] for name in ("epochs", "batch_size", "learning_rate", "select")}
weakened, fusion = {"name": "av_digits", "image_energy": 0.25}, {"name": "coupled_mamba", **small}
retrained = mm.studies.subsets(weakened, fusion, out="runs/subsets", train=budget, seeds=3, progress=False)
mm.plots.plot_retraining(retrained)

# %%
ds = data[0.25]
gap = retrained["gap"].sel(modality="image").values  # mean, low and high end of the interval
assert gap[1] > 0
assert retrained.attrs["harm"] == "no harm"
print(
    f"image: masked {retrained['masked'].values[0, IMAGE]:.1%}, retrained {retrained['retrained'].values[0, IMAGE]:.1%}"
)
print(f"check: the gap of the image is {gap[0]:+.1%} ({gap[1]:+.1%} to {gap[2]:+.1%}, {retrained.attrs['interval']})")
print(f"harm: {retrained.attrs['harm_text']}")

# %% [markdown]
# So a model trained on the image alone classifies it better. That is not yet a proof that the image features of the joint model are worse.
#
# **Second control: linear probes.** A linear classifier is trained on the features that the head receives when only the image is available: of the
# joint model, of the image-only model, and of an *untrained* copy of the joint model.

# %%
mm.plots.plot_probes(retrained)

# %%
probe = retrained["probe"].sel(representation="head input", modality="image", statistic="mean")
score = {str(name): float(value) for name, value in zip(probe["weights"].values, probe.values, strict=True)}
lost, head = (retrained[name].sel(modality="image").values for name in ("representation_loss", "head"))
assert lost[1] < 0 < lost[2]
assert head[1] > 0
assert retrained["verdict"].sel(modality="image") == "head"
print("probes of the image features: " + ", ".join(f"{name} {value:.1%}" for name, value in score.items()))
print(f"check: no resolved difference between joint and image-only features ({lost[1]:+.1%} to {lost[2]:+.1%});")
print(f"the joint head scores {head[0]:.1%} ({head[1]:.1%} to {head[2]:.1%}) below the probe of its own input")
print(retrained["explanation"].sel(modality="image").item())

# %% [markdown]
# So the gap lies in the head. Linear probes find no resolved difference between the image features of the joint model, of the image-only model, and
# of an untrained copy: they give no evidence of an under-optimised encoder. Joint training never masks the sound, so its head never met an image
# alone. (The image-only model scores below its own probe too: four epochs are few for any head.) A *weak* modality is something else:
# a model trained on it alone scores low.

# %% [markdown]
# **Exercise 6.1 · where is the gap?** For one modality the joint model scores 0.30 with the others masked; a model retrained on it alone scores 0.64. Linear probes of its features score 0.61 (joint model),
# 0.63 (model of this modality alone) and 0.60 (untrained). Give three differences: the gap $g_m$; the loss of the representation, which is the probe of the model alone minus that of the joint model; the loss of the head, which is
# the probe of the joint model minus the masked score. `answer = [gap, representation, head]`. Stuck? `mm.course.hint("6.1")`.

# %%
answer = ...  # your work
mm.course.check("6.1", answer)

# %% [markdown]
# ## 3 · Shapley values, exactly
#
# The Shapley value φ is the mean marginal contribution of a modality over all orders of the modalities. With two of them there are two
# orders, and four subsets to evaluate:
#
# $$\varphi_\text{image} = \tfrac12\big[v(\text{image}) - v(\emptyset)\big] + \tfrac12\big[v(\text{both}) - v(\text{audio})\big]$$
#
# Here v(S) is the accuracy with the subset S. Nothing is sampled, so φ is exact, and the values add up to v(all) − v(∅).

# %%
balance = {energy: mm.analysis.imbalance(trace) for energy, trace in traces.items()}
for energy, found in balance.items():
    v, phi = scores[energy], found["contribution"].values
    by_hand = (v[IMAGE] - v[NOTHING] + v[BOTH] - v[SOUND]) / 2
    assert abs(by_hand - phi[1]) < 1e-12
    assert abs(v[NOTHING] + phi.sum() - v[BOTH]) < 1e-12
    print(f"image energy {energy:<4}: audio {phi[0]:.3f}, image {phi[1]:.3f}")
shown = {energy: float(found["contribution"][1]) for energy, found in balance.items()}
assert min(shown, key=shown.get) == 0.05
print("check: equal to the formula, adds up to the accuracy; the weakest image has the smallest contribution")

# %% [markdown]
# Between energy 1 and 0.25 do not read much into the order: over seeds it changes.
#
# **One number for imbalance.** A public note on version 2 of Modality Equilibrium Matters (arXiv 2506.00030v2) states an *equilibrium deviation metric*, $\mathrm{EDM} = \sum_m \lvert \eta - \psi_m \rvert$ with
# Shapley-based $\psi$; what $\eta$ is it does not state. With the mean of the contributions (*our interpretation*) it is `mm.analysis.edm`; for two modalities it is $\lvert \varphi_1 - \varphi_2 \rvert$. Three variants of ours
# follow; 0 means equal shares or scores, at whatever level. With the shares $p_m = \max(\varphi_m, 0) / \sum_k \max(\varphi_k, 0)$ of M modalities:
#
# | variant | formula | computed from | range |
# | --- | --- | --- | --- |
# | E1 | $\frac1M \sum_m \lvert p_m - \frac1M \rvert$ | contributions | 0 to $2(M-1)/M^2$ |
# | E2 | $\sqrt{\frac1M \sum_m (p_m - \frac1M)^2}$ | contributions | 0 to $\sqrt{M-1}/M$ |
# | E3 | $\frac1M \sum_m \lvert a_m - \bar a \rvert$ | accuracies $a_m$ with one modality each | 0 to $1/2$ |
#
# None of them measures quality: with two modalities E1 is also 0 for a model that predicts nothing from either one alone. Read v(S) and the gaps first.

# %%
for energy, found in balance.items():
    phi, single = found["contribution"].values, scores[energy][[SOUND, IMAGE]]
    share = phi / phi.sum()
    assert np.isclose(found["E1"], abs(share - 1 / 2).mean(), atol=1e-12)
    assert np.isclose(found["E2"], np.sqrt(((share - 1 / 2) ** 2).mean()), atol=1e-12)
    assert np.isclose(found["E3"], abs(single - single.mean()).mean(), atol=1e-12)
    assert np.isclose(found["E1"], found["E2"], atol=1e-12)
    print(f"image energy {energy:<4}: " + ", ".join(f"{name} {float(found[name]):.3f}" for name in ("E1", "E2", "E3")))
print("check: equal to the formulas; with two modalities E1 and E2 are the same number")

# %% [markdown]
# **Exercise 6.2 · two Shapley values by hand.** v(∅) = 0.2, v(audio) = 0.7, v(image) = 0.4, v(both) = 1.0. `answer = [audio, image]`, without running anything. Hints with `"6.2"`.
#
# **Exercise 6.3 · E1 of three modalities.** The contributions are 0.5, 0.3 and −0.1. What is E1? Give three decimals; the answer goes into the second cell below. Hints with `"6.3"`.

# %%
answer = ...  # your work
mm.course.check("6.2", answer)

# %%
answer = ...  # your work
mm.course.check("6.3", answer)

# %% [markdown]
# ## 4 · Training strategies
#
# Four strategies to train the same model on the same data for the same four epochs:
#
# | strategy | idea |
# | --- | --- |
# | `joint` | one loss, all modalities together |
# | `ogm_ge` | OGM-GE: smaller gradients for the modality that is ahead, and noise for all (on every parameter, `noise_on="all"`; by default on convolutions only) |
# | `mla` | MLA: one modality after the other through a shared head, with a projection against forgetting |
# | `shapley_alternating` | alternating updates, the modality with the smallest contribution first, then a joint update (our interpretation) |
#
# The last one makes three updates where `joint` makes one. That would be an unfair comparison, so `joint_long` trains jointly for three times as
# many epochs. *Predict: which one has the highest image-only accuracy? Which one the highest accuracy with both?*

# %%
trained = {"joint": traces[0.25]}
for name in ("joint_long", "ogm_ge", "mla", "shapley_alternating"):
    model = mm.models.build("coupled_mamba", ds.spec, **small, seed=0)
    epochs = 3 * plan["epochs"] if name == "joint_long" else plan["epochs"]
    strategy = name.removesuffix("_long")
    options = {"noise_on": "all"} if name == "ogm_ge" else None
    run = mm.train.fit(
        model, ds, **plan | {"epochs": epochs}, strategy=strategy, strategy_options=options, monitor=True, seed=0
    )
    trained[name] = mm.record(run, ds["test"], recorded_samples=6, influence=False)

# %%
views = {name: mm.plots.plot_subsets(mm.analysis.coalition_scores(trace)) for name, trace in trained.items()}
mm.plots.with_slider(views, prefix="strategy: ")

# %% [markdown]
# With two modalities "weak modality only" and "strong modality missing" are the same subset: the column `image` here.

# %%
result = {name: mm.analysis.coalition_scores(trace)["score"].values for name, trace in trained.items()}
e1 = {name: float(mm.analysis.imbalance(trace)["E1"]) for name, trace in trained.items()}
print(f"{'':20} {'both':>7} {'sound':>7} {'image':>8} {'E1':>6}")
for name, s in result.items():
    print(f"{name:20} {s[BOTH]:7.1%} {s[SOUND]:7.1%} {s[IMAGE]:8.1%} {e1[name]:6.3f}")
assert result["shapley_alternating"][IMAGE] > result["joint_long"][IMAGE] + 0.03
assert result["mla"][IMAGE] > result["joint"][IMAGE]
print("check: alternating updates raise the image-only accuracy, also against joint training with as many updates")
print(mm.course.fingerprint(seed=0, scores=list(result.values())))

# %% [markdown]
# **At which epoch?** After every epoch the contributions were measured on a held-out part of the training data.

# %%
names = ("joint", "ogm_ge", "mla", "shapley_alternating")
curves = mm.analysis.training({name: trained[name] for name in names})
last = curves["contribution"].sel(epoch=plan["epochs"])
assert (last.sel(modality="audio") > last.sel(modality="image")).all()
print(
    "check: at the last epoch the sound contributes most in all four; a strategy reduces the imbalance, it does not reverse it"
)
mm.plots.plot_training(curves, quantities=["contribution"])

# %% [markdown]
# **Look inside.** Joint training (A) beside alternating updates (B), on the same pair of sound and image: choose a sample, move the cursor, untick the sound.
# The panel *Value by retraining* of A holds the numbers of section 2.

# %%
joint = mm.trace.with_retrained(trained["joint"], retrained)
mm.widgets.Explorer(joint, other=trained["shapley_alternating"])

# %% [markdown]
# **Exercise 6.4 · equal updates.** An alternating strategy makes one update for each of M modalities and one joint update, in every batch. Joint training makes one update per batch. For how many epochs must joint training run
# for as many updates as `epochs` of the strategy? `answer = lambda M, epochs: ...`. Hints with `"6.4"`.

# %%
answer = ...  # your work
mm.course.check("6.4", answer)

# %% [markdown]
# ## 5 · Variation over seeds
#
# A difference counts if it is larger than the variation between seeds. The study of section 2 holds joint training with three seeds:

# %%
seeds = retrained["value_masked"].values  # (seed, subset)
noise = np.ptp(seeds, axis=0)
gain = result["shapley_alternating"] - result["joint_long"]
print(f"image only: {gain[IMAGE]:+.1%} by alternating updates, seeds differ by {noise[IMAGE]:.1%}")
print(f"both:       {gain[BOTH]:+.1%} by alternating updates, seeds differ by {noise[BOTH]:.1%}")
assert gain[IMAGE] > noise[IMAGE]
assert gain[BOTH] < 0.01
print(
    "check: the image-only gain exceeds the variation over seeds; with both there is no gain of a point, at equal updates"
)

# %% [markdown]
# So the gain of alternating updates is not accuracy on complete data, but accuracy when the sound is missing.
#
# **Does a lower imbalance mean a better model?** Look at the table: OGM-GE lowers E1.

# %%
assert e1["ogm_ge"] < e1["joint"]
assert result["ogm_ge"][BOTH] < result["joint"][BOTH]
print(f"check: OGM-GE's E1 is {e1['ogm_ge']:.3f}, joint training's {e1['joint']:.3f}, and its accuracy is lower")

# %% [markdown]
# That is after four epochs, with AdamW; the paper trains for longer with SGD. Read it as a warning about the number, not about the method.

# %% [markdown]
# ## 6 · The field's methods on one table
#
# Four strategies, one seed, one data set: too little for a conclusion. `python -m mmviz benchmark imbalance` compares all strategies with joint training, on the same samples, with as many steps (or as
# many passes), over seeds. [docs/imbalance.md](../docs/imbalance.md) holds its tables, with a paragraph on each method; here is one of them.

# %%
tables = mm.studies.stored_benchmark()
print(", ".join(f"{one['data']} ({one['model']}, equal {one['budget']})" for one in tables))
chosen = tables[0]
mm.plots.plot_benchmark(mm.studies.benchmark_differences(chosen))

# %% [markdown]
# Left: the accuracy. Right: the accuracy of the same model with the weak modality alone. A method that gains on the right and loses on the left has moved the training, not improved the model. The verdict of
# the table follows from a rule that was fixed before: at least 10 points more with the weak modality alone, and no loss of accuracy beyond its interval.

# %%
methods = {row["strategy"]: row["method"] for row in chosen["rows"]}
print("by this rule:", ", ".join(methods[name] for name in chosen["good"]) or "no method")
beside = [row for row in chosen["rows"] if row["strategy"] != "joint" and row["score_p"] is not None]
better = [row["method"] for row in beside if row["score_p"] < 0.05 and row["score_difference"] > 0]
print(
    f"more accurate than joint training after Holm's correction over {len(beside)} methods:",
    ", ".join(better) or "none",
)
assert all(name in methods for name in chosen["good"])
assert len(chosen["seeds"]) >= 5
print(
    f"check: the table rests on {len(chosen['seeds'])} seeds of {len(methods)} methods, and names none that it did not compare"
)

# %% [markdown]
# ## 7 · Change a training while it runs
#
# The Cockpit below trains in a process of its own. Press *Start*, watch Shapley values and gradient norms, slow the sound down with its *learning rate ×*, press *Apply changes*.
# Every intervention is recorded; `cockpit.script()` repeats the training with them, bit for bit on the same number of threads.

# %%
live = {name: value for name, value in plan.items() if name not in ("progress", "cache")}
cockpit = mm.widgets.Cockpit(mm.models.build("coupled_mamba", ds.spec, **small, seed=0), ds, **live, seed=0)
cockpit

# %% [markdown]
# The same in a script, with one intervention: from the second epoch on, the parameters of the sound are not trained.

# %%
frozen = mm.train.fit(
    mm.models.build("coupled_mamba", ds.spec, **small, seed=0),
    ds,
    **(plan | {"epochs": 2}),
    seed=0,
    modality_gradients=True,
    interventions=[mm.train.Intervention(epoch=2, learning_rate_factor={"audio": 0.0})],
)
own = mm.train.modality_parameters.modality_parameters(frozen.model, ds.spec.names.index("audio"))
changed = {
    epoch: max(
        float((frozen.weights[epoch][p.name] - frozen.weights[epoch - 1][p.name])[p.rows].abs().max()) for p in own
    )
    for epoch in (1, 2)
}
print(frozen.info["interventions"])
print(f"largest change of a parameter of the sound: {changed[1]:.4f} in epoch 1, {changed[2]:.4f} in epoch 2")
assert changed[1] > 0
assert changed[2] == 0
print("check: a learning-rate factor of 0 keeps the parameters of that modality, and the others are trained")

# %% [markdown]
# ## What we learnt
#
# - Weak data, an under-optimised representation, and a head that never met the situation are different. Retraining shows whether there is a gap, linear probes show where it is.
# - Contributions are exact: 2^M subsets, no sampling. EDM is not one number; here it has three variants, and with two modalities two of them agree.
# - Alternating updates raised the image-only accuracy; with both modalities there was no gain at equal updates.
#
# ## Exercise
#
# ### Exercise 6.5 · which contribution changed
#
# OGM-GE lowered E1. A share can move in two ways: the weak modality gains, or the strong one loses.
# **By how much did the contribution of the image rise from `joint` to `ogm_ge`, and by how much did that of the sound fall?** Compute it from
# `result` with the formula of section 3: `answer = [gained, lost]`. Which of the two ways was it?
#
# Stuck? `mm.course.hint("6.5")`, then `mm.course.hint("6.5", 2)` and `3`; the solution: `mm.course.solution("6.5")`.

# %%
answer = ...  # your work
mm.course.check("6.5", answer, result=result)

# %% [markdown]
# ### Exercise 6.6 · Shapley values of three modalities
#
# Three modalities have eight subsets. `v` holds their scores: bit m of a subset's number is set where modality m is available, so `v[0]` is v(∅),
# `v[1]`, `v[2]`, `v[4]` are the single modalities, `v[7]` is v(all). **Write a function of `v` that returns the three contributions.** How many orders are there, and in how
# many of them does a modality come first?
#
# Stuck? `mm.course.hint("6.6")`, then `2` and `3`; the solution: `mm.course.solution("6.6")`.

# %%
answer = ...  # your work: a function
mm.course.check("6.6", answer)

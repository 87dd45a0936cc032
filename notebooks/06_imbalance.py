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
import dataclasses

import numpy as np

import mmviz as mm

ENERGIES = (1.0, 0.25, 0.05)
data = {energy: mm.data.load("av_digits", image_energy=energy) for energy in ENERGIES}
strips = {}
for energy, ds in data.items():
    rows = [int((ds["test"].target == digit).argmax()) for digit in range(10)]  # the first of each digit
    strips[str(energy)] = mm.course.figures.image_strip([ds["test"].inputs["image"][row] for row in rows])
mm.plots.with_slider(strips, prefix="image energy ")

# %%
sounds = [ds["test"].inputs["audio"] for ds in data.values()]
spread = [float(ds["train"].inputs["image"].var(axis=0).sum()) for ds in data.values()]
mm.course.identity(
    "the sound is the same at every setting", np.stack(sounds[1:]), np.stack([sounds[0]] * 2), tolerance=0
)
mm.course.test("the variance of the images decreases", np.diff(spread) < 0)
print("share of the images' variance:", ", ".join(f"{s / spread[0]:.0%}" for s in spread))

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
test = data[0.05]["test"]
linear = mm.train.linear_baseline(data[1.0])
unrelated = test.inputs | {"image": np.roll(test.inputs["image"], 1, axis=0)}  # the image of another sample
other_image = float((run.predict(dataclasses.replace(test, inputs=unrelated)).argmax(1) == test.target).mean())
mm.course.finding(
    "audio only is far above image only in a jointly trained model (smallest difference)",
    min(s[SOUND] - s[IMAGE] for s in scores.values()),
    above=0.25,
    control={"linear models of each, energy 1": linear["audio"] - linear["image"]},
    n=len(scores),
    over="settings",
    form="+.1%",
)

# %%
mm.course.finding(
    "both modalities are better than audio only (smallest difference)",
    min(s[BOTH] - s[SOUND] for s in scores.values()),
    above=0,
    control={"the image of another sample": other_image - scores[0.05][SOUND]},
    n=len(scores),
    over="settings",
    form="+.1%",
)
print("image only, by image energy:", ", ".join(f"{energy}: {s[IMAGE]:.1%}" for energy, s in scores.items()))
print("a linear model, image energy 1:", ", ".join(f"{name} {value:.1%}" for name, value in linear.items()))

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
gap = {
    str(name): retrained["gap"].sel(modality=name).values for name in retrained["modality"].values
}  # mean, low, high
print(
    f"image: masked {retrained['masked'].values[0, IMAGE]:.1%}, retrained {retrained['retrained'].values[0, IMAGE]:.1%}"
)
mm.course.finding(
    "g_image, the gap of the image by retraining",
    gap["image"][0],
    above=0.02,
    interval=(gap["image"][1], gap["image"][2]),
    n=3,
    control={"g_audio, the gap of the sound": gap["audio"][0]},
    form="+.1%",
)
print(f"interval: {retrained.attrs['interval']}")
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
print("probes of the image features: " + ", ".join(f"{name} {value:.1%}" for name, value in score.items()))
print(f"a linear model of the images themselves: {mm.train.linear_baseline(ds)['image']:.1%}")
mm.course.finding(
    "no resolved difference between the probes of joint and of image-only features",
    lost[0],
    contains=0,
    interval=(lost[1], lost[2]),
    n=3,
    control={"g_image, the gap to be explained": gap["image"][0]},
    form="+.1%",
)
mm.course.finding(
    "the joint head scores below the probe of its own input",
    head[0],
    above=0.05,
    interval=(head[1], head[2]),
    n=3,
    control={"the loss between the probes": lost[0]},
    form="+.1%",
)
print(retrained["explanation"].sel(modality="image").item())

# %% [markdown]
# Move the four numbers: which of them decides whether the head or the representation is to blame?

# %%
mm.course.play("gap")

# %% [markdown]
# So the gap lies in the head. Linear probes find no resolved difference between the image features of the joint model, of the image-only model, and
# of an untrained copy, and a linear model of the images themselves does not need an encoder at all: no evidence of an under-optimised encoder. Joint training never masks the sound, so its head never met an image
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
#
# *Find scores for which both modalities have the same φ although one of them alone predicts nothing.*

# %%
mm.course.play("Shapley values")

# %%
balance = {energy: mm.analysis.imbalance(trace) for energy, trace in traces.items()}
for energy, found in balance.items():
    v, phi = scores[energy], found["contribution"].values
    by_hand = (v[IMAGE] - v[NOTHING] + v[BOTH] - v[SOUND]) / 2
    mm.course.identity(f"image energy {energy}: φ equals the formula", by_hand, phi[1])
    mm.course.identity(f"image energy {energy}: φ adds up to the accuracy", v[NOTHING] + phi.sum(), v[BOTH])
    print(f"image energy {energy:<4}: audio {phi[0]:.3f}, image {phi[1]:.3f}")
shown = {energy: float(found["contribution"][1]) for energy, found in balance.items()}
seeds = retrained["value_masked"].values  # (seed, subset), joint training at energy 0.25
by_seed = (seeds[:, IMAGE] - seeds[:, NOTHING] + seeds[:, BOTH] - seeds[:, SOUND]) / 2
mm.course.finding(
    "the weakest image contributes least (its φ minus the next smaller one)",
    shown[0.05] - min(shown[1.0], shown[0.25]),
    below=-np.ptp(by_seed),
    control={"three seeds at energy 0.25": -np.ptp(by_seed)},
    form="+.3f",
)

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
    formulas = abs(share - 1 / 2).mean(), np.sqrt(((share - 1 / 2) ** 2).mean()), abs(single - single.mean()).mean()
    three = [float(found[name]) for name in ("E1", "E2", "E3")]
    mm.course.identity(f"image energy {energy}: E1, E2, E3 equal the formulas", three, formulas)
    mm.course.identity(f"image energy {energy}: with two modalities E1 equals E2", three[0], three[1])
    edm = abs(phi - phi.mean()).sum()
    mm.course.identity(
        f"image energy {energy}: EDM is the difference of the two contributions", edm, abs(phi[0] - phi[1])
    )
    print(f"image energy {energy:<4}: E1 {three[0]:.3f}, E2 {three[1]:.3f}, E3 {three[2]:.3f}, EDM {edm:.3f}")

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
# Five strategies to train the same model on the same data:
#
# | strategy | idea |
# | --- | --- |
# | `joint` | one loss, all modalities together |
# | `ogm_ge` | OGM-GE: smaller gradients for the modality that is ahead, and noise for all (on every parameter, `noise_on="all"`; by default on convolutions only) |
# | `mla` | MLA: one modality after the other through a shared head, with a projection against forgetting |
# | `shapley_alternating` | alternating updates, the modality with the smallest contribution first, then a joint update (our interpretation) |
# | `modality_dropout` | each modality of a sample is masked at random, never both: the simplest way to show the head an image alone |
#
# `shapley_alternating` makes three updates where `joint` makes one. That would be an unfair comparison, so `joint_long` and `modality_dropout_long` train for three times as
# many epochs: as many updates. *Predict: which one has the highest image-only accuracy? Which one the highest accuracy with both?*

# %%
trained = {"joint": traces[0.25]}
for name in ("joint_long", "modality_dropout_long", "ogm_ge", "mla", "shapley_alternating"):
    model = mm.models.build("coupled_mamba", ds.spec, **small, seed=0)
    epochs = 3 * plan["epochs"] if name.endswith("_long") else plan["epochs"]
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
print(f"{'':22} {'both':>7} {'sound':>7} {'image':>8} {'E1':>6}")
for name, s in result.items():
    print(f"{name:22} {s[BOTH]:7.1%} {s[SOUND]:7.1%} {s[IMAGE]:8.1%} {e1[name]:6.3f}")
gain = {name: s - result["joint_long"] for name, s in result.items()}
noise = np.ptp(seeds, axis=0)  # of joint training
for name in ("shapley_alternating", "modality_dropout_long"):
    print(f"{name} minus joint_long: image only {gain[name][IMAGE]:+.1%}, both {gain[name][BOTH]:+.1%}")
mm.course.finding("alternating updates raise the image-only accuracy, at equal updates", gain["shapley_alternating"][IMAGE],
    above=0.05, control={"three times as many joint updates": result["joint_long"][IMAGE] - result["joint"][IMAGE]},
    form="+.1%", stored="06 alternating updates, image")  # fmt: skip
mm.course.finding("so does modality dropout, at equal updates", gain["modality_dropout_long"][IMAGE],
    above=0.05, control={"three times as many joint updates": result["joint_long"][IMAGE] - result["joint"][IMAGE]},
    form="+.1%", stored="06 modality dropout, image")  # fmt: skip
mm.course.finding("modality dropout does not fall behind alternating updates with the image only",
    result["modality_dropout_long"][IMAGE] - result["shapley_alternating"][IMAGE],
    above=-0.02, control={"joint training, as many updates": -gain["shapley_alternating"][IMAGE]},
    form="+.1%", stored="06 dropout against alternating")  # fmt: skip
print(mm.course.fingerprint(seed=0, scores=list(result.values())))

# %% [markdown]
# **The simple strategy is the control of the elaborate one.** Alternating updates help the head that never met an image alone. So does masking the sound at random, with the same number of updates and
# without any Shapley value. Compare their columns *both*, and the stored lines over five seeds.

# %% [markdown]
# **At which epoch?** After every epoch the contributions were measured on a held-out part of the training data.

# %%
names = ("joint", "ogm_ge", "mla", "shapley_alternating")
curves = mm.analysis.training({name: trained[name] for name in names})
last = curves["contribution"].sel(epoch=plan["epochs"])
lead = last.sel(modality="audio") - last.sel(modality="image")
mm.course.finding(
    "the sound contributes most after every strategy: the imbalance is reduced, not reversed (smallest lead)",
    float(lead.min()),
    above=0,
    control={"equal contributions": 0.0},
    n=len(names),
    over="strategies",
    form="+.3f",
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
alternating = gain["shapley_alternating"]
print(f"image only: {alternating[IMAGE]:+.1%} by alternating updates, seeds differ by {noise[IMAGE]:.1%}")
print(f"both:       {alternating[BOTH]:+.1%} by alternating updates, seeds differ by {noise[BOTH]:.1%}")
mm.course.finding(
    "the image-only gain exceeds the variation over seeds",
    alternating[IMAGE],
    above=noise[IMAGE],
    control={"three seeds of joint training": noise[IMAGE]},
    form="+.1%",
    stored="06 alternating updates, image",
)
mm.course.finding(
    "with both modalities alternating updates gain less than a point, at equal updates",
    alternating[BOTH],
    below=0.01,
    control={"the gain with the image only": alternating[IMAGE]},
    form="+.1%",
    stored="06 alternating updates, both",
)
print(mm.course.stored_finding("06 modality dropout, both").text("+.1%"))

# %% [markdown]
# So the gain of alternating updates is not accuracy on complete data, but accuracy when the sound is missing.
#
# **Does a lower imbalance mean a better model?** Look at the table: OGM-GE lowers E1.

# %%
print(f"E1: OGM-GE {e1['ogm_ge']:.3f}, joint training {e1['joint']:.3f}")
mm.course.finding("OGM-GE has a lower E1 than joint training", e1["ogm_ge"] - e1["joint"], below=-0.02,
    control={"joint training, three times as long": e1["joint_long"] - e1["joint"]}, form="+.3f", stored="06 E1 of OGM-GE")  # fmt: skip
mm.course.finding("and a lower accuracy", result["ogm_ge"][BOTH] - result["joint"][BOTH], below=-0.02,
    control={"joint training, three times as long": result["joint_long"][BOTH] - result["joint"][BOTH]},
    form="+.1%", stored="06 accuracy of OGM-GE")  # fmt: skip

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
mm.course.test(
    f"the table rests on {len(chosen['seeds'])} seeds of {len(methods)} methods, and names none that it did not compare",
    [name in methods for name in chosen["good"]],
    len(chosen["seeds"]) >= 5,
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
mm.course.identity("with a learning-rate factor of 0 no parameter of the sound changes", changed[2], 0, tolerance=0)
mm.course.test("before it they changed", changed[1] > 0)

# %% [markdown]
# ## What we learnt
#
# - Weak data, an under-optimised representation, and a head that never met the situation are different. Retraining shows whether there is a gap, linear probes show where it is.
# - Contributions are exact: 2^M subsets, no sampling. EDM is not one number; here it has three variants, and with two modalities two of them agree.
# - Alternating updates raised the image-only accuracy; with both modalities there was no gain at equal updates. Modality dropout did the same with less: it belongs into every such table.
# - $g_m$ is a difference in accuracy that is lost by masking; it does not say where. EDM is a spread of contributions, not a quality: it may fall because the strong modality loses.
#
# ## Exercise
#
# ### Exercise 6.5 · which contribution changed
#
# OGM-GE lowered E1. A share can move in two ways: the weak modality gains, or the strong one loses.
# **By how much did the contribution of the image rise from `joint` to `ogm_ge`, and by how much did that of the sound fall?** Compute it from
# `result` with the formula of section 3: `answer = [gained, lost]`, to three decimals. Which of the two ways was it?
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

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
# # Experts: what do modality-specific experts change?
#
# One Mamba layer processes the steps of a sound and the rows of an image as one sequence. AlignMamba-2 gives such a layer *experts*: some are shared by all modalities,
# some are modality-specific. **The question: what do modality-specific experts change, and does a routing map show that a model has learned to specialise?**
#
# You need `00_start_here` and matrix products. A minute to run and thirty to think; no GPU, no network.
#
# ## 1 · Routing by modality
#
# AlignMamba-2 (arXiv 2603.18462) names "modality-specific and modality-shared experts"; its equations are not public. *Our interpretation* A: experts are linear, and replace Mamba's input and output
# projections. A token $x$ of modality m goes through
#
# $$x\,(W^\text{shared} + W^m),$$
#
# before and after a convolution and a scan that all tokens share. The token's modality determines the route. The *routing map* of such a model, after four epochs on spoken and written digits:

# %%
import copy
import dataclasses

import numpy as np
import torch

import mmviz as mm

ds = mm.data.load("av_digits")  # pairs of a spoken and a handwritten digit
test = ds["test"]
small = {"width": 16, "layers": 1, "steps": 14, "state": 4, "ot": 0, "mmd": 0}  # no alignment: that is notebook 05
plan = {"epochs": 4, "batch_size": 128, "learning_rate": 1e-2, "select": "last", "progress": False, "cache": "runs"}
model = mm.models.build("alignmamba2", ds.spec, **small, experts="both", seed=0)
run = mm.train.fit(model, ds, **plan, seed=0)
by_modality = mm.record(run, test, recorded_samples=6, influence=False)
mm.plots.plot_routing(mm.analysis.routing(by_modality))

# %% [markdown]
# Do the specific experts raise the accuracy? Three models, at three seeds each:
#
# | `experts=` | experts of an audio token | |
# | --- | --- | --- |
# | `shared` | the shared expert | this is plain Mamba |
# | `specific` | the audio-specific expert | as in Mixture-of-Mamba (arXiv 2501.16295) |
# | `both` | both, added | interpretation A |
#
# More experts are more weights. So a fourth row is plain Mamba again, made wider until it has as many weights as `both`. *Predict: which has the highest accuracy?*

# %%
options = {name: {"experts": name} for name in ("shared", "specific", "both")}
options["shared, wider"] = {"experts": "shared", "width": 22}
runs = {("both", 0): run}
for name, seed in [(name, seed) for name in options for seed in range(3) if (name, seed) not in runs]:
    model = mm.models.build("alignmamba2", ds.spec, **(small | options[name]), seed=seed)
    runs[name, seed] = mm.train.fit(model, ds, **plan, seed=seed)

# %%
accuracy, size = {}, {}
for name in options:
    predicted = [runs[name, seed].predict(test).argmax(1) for seed in range(3)]
    accuracy[name] = np.array([(classes == test.target).mean() for classes in predicted])
    size[name] = sum(weight.numel() for weight in runs[name, 0].model.parameters())
    print(f"{name:14} {size[name]:5} weights, accuracy {accuracy[name].mean():.1%}  (seeds: {accuracy[name].round(3)})")

# %%
mm.course.test(
    "`shared, wider` has as many weights as `both`, to 10 %", abs(size["shared, wider"] / size["both"] - 1) < 0.1
)
mm.course.finding(
    "with experts the accuracy is higher *because they are modality-specific* (both minus shared)",
    accuracy["both"] - accuracy["shared"],
    above=0.01,
    control={"shared, wider, minus shared": accuracy["shared, wider"].mean() - accuracy["shared"].mean()},
    form="+.1%",
    stored="04 experts",
)
mm.course.finding(
    "it is not resolved whether a wider plain Mamba differs from the experts (wider minus both)",
    accuracy["shared, wider"] - accuracy["both"],
    contains=0,
    control={"plain Mamba of the same width, minus both": accuracy["shared"].mean() - accuracy["both"].mean()},
    form="+.1%",
    stored="04 wider",
)

# %% [markdown]
# **Without the fourth row the conclusion would be different.** The first statement does not survive its control: experts help here as much as additional weights do. (A small model, a short training, two modalities with
# separate encoders: other settings may differ. The control is what matters.)
#
# And the shared expert, in `both` but not in `specific`: what can a model express with it that it cannot without?

# %% [markdown]
# **Exercise 4.1 · a token by hand.** The shared expert is ((1, 1), (0, 1)), that of audio is ((0, 2), (1, 0)). An audio token is the row vector x = (1, 2). What does it become? `answer = [..., ...]`. Stuck? `mm.course.hint("4.1")`.

# %%
answer = ...  # your work
mm.course.check("4.1", answer)

# %% [markdown]
# ## 2 · Merge the experts
#
# Both matrices are linear, so their sum is one matrix. `merged()` stores it: one matrix per modality, without experts.

# %%
merged = run.model.merged()
merged_predictions = dataclasses.replace(run, model=merged).predict(test)
weights = {
    name: sum(part.numel() for part in each.layers.parameters())
    for name, each in {"both": run.model, "both, merged": merged, "specific": runs["specific", 0].model}.items()
}
print("weights of the layer:", ", ".join(f"{name} {count}" for name, count in weights.items()))
mm.course.identity(
    "merged, the predictions are the same (float32)", merged_predictions, run.predict(test), tolerance=1e-5
)
mm.course.identity("merged, the layer has as many weights as `specific`", weights["both, merged"], weights["specific"])

# %% [markdown]
# So at inference the shared expert costs nothing: as many multiplications as before, without the addition of the matrices. **And `both` can express nothing that `specific` cannot**: every model with `both` *is* a model with `specific`. Build one with
# the merged matrices and compare the predictions:

# %%
equivalent = mm.models.build("alignmamba2", ds.spec, **small, experts="specific")
state = {name: value for name, value in run.model.state_dict().items() if ".shared" not in name}
for side in ("into", "out"):
    state[f"layers.0.mixer.{side}.specific"] = getattr(merged.layers[0].mixer, side).merged[:, None]
equivalent.load_state_dict(state)
without_shared = dataclasses.replace(run, model=equivalent).predict(test)
mm.course.identity(
    "a model without a shared expert gives the same predictions", without_shared, run.predict(test), tolerance=1e-5
)

# %% [markdown]
# What the shared expert does change is the *initialisation* and the gradient: the two matrices have a common part, and both modalities update it. Compare the matrices of sound and
# image, each flattened to one vector. *Predict their cosine before training, for `shared`, `both` and `specific`.*

# %%
cosine = {}
for experts in ("shared", "both", "specific"):
    for epoch in (0, plan["epochs"]):
        with runs[experts, 0].at_epoch(epoch) as model, torch.no_grad():
            sound, image = model.layers[0].mixer.into.matrix().flatten(1)
            cosine[experts, epoch] = float(torch.cosine_similarity(sound, image, dim=0))
for experts in ("shared", "both", "specific"):
    print(f"{experts:9} cosine {cosine[experts, 0]:+.2f} before training, {cosine[experts, plan['epochs']]:+.2f} after")
mm.course.identity("with `shared` the two matrices are equal: cosine 1", cosine["shared", 0], 1, tolerance=1e-6)
near = abs(cosine["both", 0] - 0.5) < 0.1, abs(cosine["specific", 0]) < 0.1
mm.course.test("before training the cosine is a half with `both`, 0 with `specific`, to 0.1", *near)

# %% [markdown]
# Plain Mamba is a special case too. With the specific experts set to zero the model is `experts="shared"`:

# %%
plain = mm.models.build("alignmamba2", ds.spec, **small, experts="shared")
plain.load_state_dict({name: v for name, v in run.model.state_dict().items() if ".specific" not in name})
without_specific = copy.deepcopy(run.model)
for maps in (without_specific.layers[0].mixer.into, without_specific.layers[0].mixer.out):
    maps.specific.data.zero_()
a, b = (dataclasses.replace(run, model=each).predict(test) for each in (plain, without_specific))
mm.course.identity("without specific experts the layer equals the one with a shared expert only", a, b, tolerance=1e-5)

# %% [markdown]
# **Exercise 4.2 · weights before and after merging.** One linear map from D to E numbers, with `experts="both"`: one shared expert and one for each of M modalities. How many weights has it, and how many after `merged()`?
# `answer = lambda M, D, E: (before, after)`. Hints with `"4.2"`.

# %%
answer = ...  # your work
mm.course.check("4.2", answer)

# %% [markdown]
# ## 3 · Ablation of experts
#
# Does each modality need its own expert? Remove an expert from the trained model, or exchange the experts of sound and image. Nothing is trained again.
# *Predict: which of these changes lowers the accuracy most?*

# %%
first, second = torch.tensor([1.0, 0.0]).view(2, 1, 1, 1), torch.tensor([0.0, 1.0]).view(2, 1, 1, 1)
changes = {
    "nothing changed": ("shared", lambda weight: weight),
    "without shared": ("shared", lambda weight: 0 * weight),
    "without sound's": ("specific", lambda weight: second * weight),
    "without image's": ("specific", lambda weight: first * weight),
    "exchanged": ("specific", lambda weight: weight.flip(0)),
}
ablated = {}
for name, (part, change) in changes.items():
    changed = copy.deepcopy(run.model)
    for maps in (changed.layers[0].mixer.into, changed.layers[0].mixer.out):
        getattr(maps, part).data = change(getattr(maps, part).data)
    ablated[name] = mm.recording.subset_scores(dataclasses.replace(run, model=changed), test, resamples=1)[
        "score"
    ].values

# %%
mm.course.figures.score_table(
    ablated,
    ("sound only", "image only", "both"),
    title="Accuracy of the changed model",
    note="experts: both, seed 0; test split",
)

# %%
SOUND, IMAGE, BOTH = range(3)
lost = {name: ablated["nothing changed"] - score for name, score in ablated.items()}
print("accuracy that is lost with both modalities:", {name: f"{loss[BOTH]:.1%}" for name, loss in lost.items()})
again = abs(accuracy["both"] - accuracy["both"].mean()).max()
mm.course.finding(
    "every change of the experts costs accuracy (smallest loss)",
    min(loss[BOTH] for name, loss in lost.items() if name != "nothing changed"),
    above=again,
    control={"another seed, largest difference to the mean": again},
    form="+.1%",
)
mm.course.finding(
    "the exchange costs both modalities together more than twice what it costs one alone (ratio)",
    lost["exchanged"][BOTH] / max(lost["exchanged"][SOUND], lost["exchanged"][IMAGE]),
    above=2,
    control={
        "the removal of the shared expert": lost["without shared"][BOTH]
        / max(lost["without shared"][SOUND], lost["without shared"][IMAGE])
    },
)

# %% [markdown]
# The last line asks whether that is special to the exchange: its control is another change of the same model.
#
# ## 4 · Learned routing
#
# Many mixtures of experts have a learned *router* instead, which selects experts per token. Ours is Switch Transformer's (arXiv 2101.03961): a linear map and a softmax over the permitted experts of a token, the
# shared one and the modality-specific one; it selects the most probable (or the k most probable) and weights its output with the probability. AlignMamba-2's own router, if it has one, is not public.
#
# Now a *routing map* is often interpreted as "this expert has specialised in that modality". A measure is the mutual information of expert and modality: 0 bit if
# both modalities use all experts equally, 1 bit if the expert determines the modality. *Predict: how many bits before training, after training, and for routing by modality?*

# %%
learned_traces = {}
for seed in range(3):
    model = mm.models.build("alignmamba2", ds.spec, **small, router="learned", balance=0.0, seed=seed)
    runs["learned", seed] = mm.train.fit(model, ds, **plan, seed=seed)
    learned_traces[seed] = mm.record(runs["learned", seed], test, influence=False, recorded_samples=40)
routing = {seed: mm.analysis.routing(trace) for seed, trace in learned_traces.items()}
views = {}
for seed, found in routing.items():
    for epoch, when in ((0, "before"), (plan["epochs"], "after")):
        views[f"seed {seed}, {when}"] = mm.plots.plot_expert_usage(found, epoch=epoch).update_xaxes(range=[0, 1.02])
mm.plots.with_slider(views, prefix="router of ")

# %%
bits = np.array([found["modality_information"].sel(epoch=[0, plan["epochs"]])[:, 0] for found in routing.values()])
learned = [float((runs["learned", seed].predict(test).argmax(1) == test.target).mean()) for seed in range(3)]
for seed in range(3):
    print(
        f"seed {seed}: {bits[seed, 0]:.2f} bit before, {bits[seed, 1]:.2f} bit after training; accuracy {learned[seed]:.1%}"
    )
print(mm.course.fingerprint(seed=0, accuracy=list(accuracy.values()), learned=learned, bits=bits))

# %%
mm.course.finding(
    "before any training a router may have a high mutual information of expert and modality (largest of the seeds)",
    bits[:, 0].max(),
    above=0.7,
    control={"routing that ignores the modality": 0.0},
    n=3,
    form=".2f",
)
mm.course.finding(
    "after training the mutual information varies over seeds (range, relative to the largest possible)",
    np.ptp(bits[:, 1]),
    above=0.1,
    control={"the accuracy of the same models": np.ptp(learned)},
    n=3,
    form=".2f",
)

# %% [markdown]
# Why before training? Sound and image have separate encoders and router weights, initialised at random: their routes differ without any training. **So a routing map is no evidence of
# specialisation.** Compare it with epoch 0 and with another seed, and ablate experts.
#
# Routing by modality is no evidence either. Its bits are fixed by construction:

# %%
for experts, expected in (("shared", 0), ("both", 0.5), ("specific", 1)):
    named = mm.record(runs[experts, 0], test, recorded_samples=6, influence=False, epochs=[plan["epochs"]])
    found = float(mm.analysis.routing(named)["modality_information"].max())
    mm.course.identity(
        f"routing by modality, `{experts}`: {expected} bit, whatever the training", found, expected, tolerance=1e-6
    )

# %% [markdown]
# A router that takes the expert with the largest score, without any training; *at which separation does it divide the tokens by modality?*

# %%
mm.course.play("routed tokens")

# %% [markdown]
# **Load balance.** A router may use one expert only. Switch Transformer adds a penalty, $N \sum_i f_i P_i$ over the N permitted experts of a token: $f_i$ is the share of the tokens that
# are routed to i, $P_i$ its mean probability. It is 1 when all are used equally. Above its weight was 0; now it is 1 (our default is 0.01):

# %%
largest_share, balanced = {}, {}
for seed in range(3):
    model = mm.models.build("alignmamba2", ds.spec, **small, router="learned", balance=1.0, seed=seed)
    after = mm.train.fit(model, ds, **plan, seed=seed)
    balanced[seed] = mm.record(after, test, influence=False, epochs=[plan["epochs"]], recorded_samples=40)
for weight, traces in (("0", learned_traces), ("1", balanced)):
    gates = [mm.analysis.routing(trace)["weight"].isel(epoch=-1, layer=0) for trace in traces.values()]
    shares = [
        (gate > 0).where(gate.notnull()).mean(("recorded_sample", "time")) for gate in gates
    ]  # (modality, expert)
    largest_share[weight] = float(np.mean([share.max("expert") for share in shares]))
    print(f"weight {weight}: mean share of a modality's tokens at its most used expert: {largest_share[weight]:.0%}")

# %%
untrained_share = float(
    np.mean(
        [
            found["weight"]
            .isel(epoch=0, layer=0)
            .pipe(lambda g: (g > 0).where(g.notnull()))
            .mean(("recorded_sample", "time"))
            .max("expert")
            for found in routing.values()
        ]
    )
)
mm.course.test(
    "with two permitted experts a share of 50 % is even, none is below",
    largest_share["1"] >= 0.5,
    largest_share["0"] >= 0.5,
)
mm.course.finding(
    "with the penalty the utilisation is nearly even (share of the most used expert)",
    largest_share["1"],
    below=0.7,
    control={"weight 0": largest_share["0"], "the untrained router": untrained_share},
    n=3,
    form=".0%",
)

# %% [markdown]
# **Look inside.** Scroll to *Experts in layer 1* and move *Epoch*: the expert weights of every step, for one pair of sound and image.

# %%
mm.widgets.Explorer(learned_traces[0])

# %% [markdown]
# **Exercise 4.3 · the penalty by hand.** Two experts and four tokens. Three tokens are routed to expert 0, one to expert 1; the mean probabilities are (0.6, 0.4). What is the penalty $N \sum_i f_i P_i$? Hints with `"4.3"`.

# %%
answer = ...  # your work
mm.course.check("4.3", answer)

# %% [markdown]
# ## What we learnt
#
# - Linear experts routed by modality are one matrix per modality. At inference they cost nothing, and a shared expert adds no expressive power.
# - More experts are more weights: compare with a plain layer of the same size.
# - A routing map is no proof of learning. Compare with epoch 0, with another seed, and ablate the expert.
#
# ## Exercises
#
# ### Exercise 4.4 · bits by construction
#
# With *three* modalities and `experts="both"`, every token is routed to the shared expert and to its modality-specific expert, with equal weight. What is the mutual information of expert and modality, in bits, to two decimals? (Draw a modality uniformly,
# then one of its two experts.)
#
# Stuck? `mm.course.hint("4.4")`, then `mm.course.hint("4.4", 2)` and `3`; the solution: `mm.course.solution("4.4")`.

# %%
answer = ...  # your work
mm.course.check("4.4", answer)

# %% [markdown]
# ### Exercise 4.5 · merge by hand
#
# Write a function of two NumPy arrays, `shared` (expert, inputs, outputs) and `specific` (modality, expert, inputs, outputs), that returns the one matrix of each modality: (modality, inputs,
# outputs). There may be several experts of each kind. Hints with `"4.5"`.

# %%
answer = ...  # your work
mm.course.check("4.5", answer)

# %% [markdown]
# ### Exercise 4.6 · how uneven is the router?
#
# Write the penalty as a function of `p` (token, expert), the router's probabilities, and k, the number of experts selected per token: $N \sum_i f_i P_i$, with $f_i$ the share of *all selections* that are
# expert i. Hints with `"4.6"`.

# %%
answer = ...  # your work
mm.course.check("4.6", answer)
